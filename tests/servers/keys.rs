//! Where certificates are looked up, on loopback: `keys.py`, a Knot DNS with signed zones, and an OpenLDAP. Each ends
//! with its value.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{pki, ports};

pub use ports::free_port;

/// Hosts that the server's certificate is for.
pub const HOSTS: [&str; 6] = [
    "localhost",
    "openpgpkey.example.test",
    "example.test",
    "openpgpkey.direct.test",
    "direct.test",
    "autoconfig.example.test",
];

/// Web key directories and key servers.
pub struct KeyServer {
    /// With TLS.
    pub https: u16,
    /// Without.
    pub http: u16,
    /// The authority of its certificate, in DER.
    pub root: Vec<u8>,
    folder: tempfile::TempDir,
    server: Child,
}

impl KeyServer {
    pub fn start() -> Self {
        Self::start_at(None)
    }

    /// The same with TLS at this address, in a network of its own.
    pub fn start_at(address: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = pki::write_for(folder.path(), "directory", &HOSTS);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/keys.py");
        let mut command = Command::new("python3");
        command.arg(script).arg(folder.path()).args(address).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().expect("Python is installed");
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ports: Vec<u16> = line.split_whitespace().map(|port| port.parse().unwrap()).collect();
        Self { https: ports[0], http: ports[1], root, folder, server }
    }

    /// Its address, as a server that the user names.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.https)
    }

    /// A file below the folder of a host.
    pub fn put(&self, host: &str, path: &str, bytes: &[u8]) {
        let path = self.www().join(host).join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The folder with a folder for each host.
    pub fn www(&self) -> PathBuf {
        self.folder.path().join("www")
    }

    /// The authority of its certificate, as a PEM file.
    pub fn root_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The requests so far.
    pub fn requests(&self) -> String {
        fs::read_to_string(self.folder.path().join("requests")).unwrap_or_default()
    }

    /// The confirmation mails so far: address, token, language.
    pub fn mails(&self) -> Vec<[String; 3]> {
        let text = fs::read_to_string(self.folder.path().join("mails")).unwrap_or_default();
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
        text.lines().map(words).collect()
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

/// A key server as they stood around the world: SKS, with TLS in front of it.
pub struct Sks {
    /// The port with TLS.
    pub https: u16,
    folder: tempfile::TempDir,
    server: Child,
    front: Child,
}

impl Sks {
    /// With the certificates of a file, because an empty one does not start.
    pub fn start(first: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        pki::write_for(folder.path(), "directory", &HOSTS);
        for name in ["etc/sks", "var/lib/sks", "var/log/sks", "var/run/sks"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("first.pgp"), first).unwrap();
        let sks = |arguments: &[&str]| {
            let mut command = Command::new("/usr/sbin/sks");
            command.current_dir(folder.path()).args(arguments).arg("-basedir").arg(folder.path());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let built = sks(&["build", "first.pgp", "-n", "1", "-cache", "10"]).status();
        assert!(built.expect("SKS is installed").success());
        let http = free_port();
        let port = http.port().to_string();
        let server = sks(&["db", "-hkp_address", "127.0.0.1", "-hkp_port", &port]).spawn().unwrap();
        let end = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect(http).is_err() {
            assert!(Instant::now() < end, "SKS does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/front.py");
        let mut command = Command::new("python3");
        command.arg(script).arg(folder.path()).arg(port).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut front = command.spawn().expect("Python is installed");
        let mut line = String::new();
        BufReader::new(front.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { https: line.trim().parse().unwrap(), folder, server, front }
    }

    /// Its address, as a server that the user names.
    pub fn url(&self) -> String {
        format!("hkps://localhost:{}", self.https)
    }

    /// The authority of its certificate, as a PEM file.
    pub fn root_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

impl Drop for Sks {
    fn drop(&mut self) {
        drop(self.front.stdin.take());
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = self.front.wait();
    }
}

/// A Knot DNS with the signed zones `.`, `test.`, `example.test.` and `direct.test.`, `unsigned.test.` below a proof
/// that it is not signed, and `bogus.test.`, whose signatures do not lead to its parent.
pub struct SignedDns {
    pub address: SocketAddr,
    /// The root's key, as a record.
    pub anchors: String,
    folder: tempfile::TempDir,
    server: Child,
}

impl SignedDns {
    /// `records`: zone and line of its file, relative to the zone.
    pub fn start(records: &[(&str, &str)]) -> Self {
        Self::start_at(free_port(), records)
    }

    /// The same at this address, in a network of its own.
    pub fn start_at(address: SocketAddr, records: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display();
        let mut config = format!(
            "server:\n    listen: 127.0.0.1@{}\n    rundir: \"{here}\"\ndatabase:\n    storage: \"{here}\"\npolicy:\n  - id: own\n    \
             manual: on\ntemplate:\n  - id: default\n    dnssec-signing: on\n    dnssec-policy: own\n    zonefile-sync: -1\n    \
             journal-content: none\n    file: \"{here}/%s.zone\"\nzone:\n  - domain: .\n    file: \"{here}/root.zone\"\n",
            address.port()
        );
        for zone in ["test", "example.test", "direct.test", "bogus.test"] {
            let _ = writeln!(config, "  - domain: {zone}");
        }
        config.push_str("  - domain: unsigned.test\n    dnssec-signing: off\n");
        let file = folder.path().join("knot.conf");
        fs::write(&file, config).unwrap();
        let keymgr = |arguments: &[&str]| {
            let output = Command::new("/usr/sbin/keymgr").arg("-c").arg(&file).args(arguments).output();
            String::from_utf8(output.expect("Knot DNS is installed").stdout).unwrap()
        };
        for zone in [".", "test.", "example.test.", "direct.test.", "bogus.test."] {
            keymgr(&[zone, "generate", "algorithm=ecdsap256sha256", "ksk=yes", "zsk=yes"]);
        }
        let ds = |zone: &str| keymgr(&[zone, "ds"]).lines().find(|line| line.contains(" 13 2 ")).unwrap().to_owned();
        let zone = |name: &str, origin: &str, lines: &[String]| {
            let head = format!("$ORIGIN {origin}\n$TTL 60\n@ SOA ns.test. a.test. 1 60 60 60 60\n@ NS ns.test.\n");
            fs::write(folder.path().join(format!("{name}.zone")), head + &lines.join("\n") + "\n").unwrap();
        };
        let own = |zone: &str| -> Vec<String> {
            let mine = records.iter().filter(|(of, _)| *of == zone);
            mine.map(|(_, line)| (*line).to_owned()).collect()
        };
        zone("root", ".", &["test. NS ns.test.".into(), "ns.test. A 127.0.0.1".into(), ds("test.")]);
        let mut lines: Vec<String> = vec!["ns A 127.0.0.1".into(), ds("example.test."), ds("direct.test.")];
        lines.extend(["example", "direct", "bogus", "unsigned"].map(|child| format!("{child} NS ns")));
        lines.push(format!("bogus DS 1 13 2 {}", "00".repeat(32)));
        zone("test", "test.", &lines);
        for child in ["example.test", "direct.test", "bogus.test", "unsigned.test"] {
            zone(child, &format!("{child}."), &own(child));
        }
        let key = keymgr(&[".", "dnskey"]);
        let anchors = key.replace(". DNSKEY", ". 3600 IN DNSKEY");
        let mut command = Command::new("/usr/sbin/knotd");
        let server = command.arg("-c").arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let new = Self { address, anchors, folder, server };
        // It listens before it has read and signed its zones, and until then has no answer to anything.
        for zone in [".", "test.", "example.test.", "direct.test.", "bogus.test."] {
            wait_until(address, || answers(address, zone) >= Some(2));
        }
        wait_until(address, || answers(address, "unsigned.test.").is_some());
        new
    }
}

impl Drop for SignedDns {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// An OpenLDAP below `dc=example,dc=test`.
pub struct Directory {
    /// `ldap:`, with StartTLS if there is any.
    pub clear: SocketAddr,
    /// `ldaps:`.
    pub encrypted: SocketAddr,
    /// The authority of its certificate, in DER.
    pub root: Vec<u8>,
    folder: tempfile::TempDir,
    server: Child,
}

impl Directory {
    /// `entries`: address, the attribute with its options, its value.
    pub fn start(entries: &[(&str, &str, &[u8])], has_tls: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = pki::write_for(folder.path(), "directory", &HOSTS);
        let (here, clear, encrypted) = (folder.path().display(), free_port(), free_port());
        let schema =
            ["core", "cosine", "inetorgperson"].map(|name| format!("include /etc/ldap/schema/{name}.schema\n"));
        let tls = format!("TLSCertificateFile {here}/directory.pem\nTLSCertificateKeyFile {here}/directory.key\n");
        let config = format!(
            "{}pidfile {here}/pid\nargsfile {here}/args\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n{}database mdb\n\
             maxsize 4194304\nsuffix \"dc=example,dc=test\"\nrootdn \"cn=admin,dc=example,dc=test\"\ndirectory {here}/db\n\
             access to * by * read\n",
            schema.concat(),
            if has_tls { tls } else { String::new() }
        );
        fs::create_dir(folder.path().join("db")).unwrap();
        let file = folder.path().join("slapd.conf");
        fs::write(&file, config).unwrap();
        let data = folder.path().join("data.ldif");
        fs::write(&data, ldif(entries)).unwrap();
        let added = Command::new("/usr/sbin/slapadd").arg("-f").arg(&file).arg("-l").arg(&data).output();
        let added = added.expect("OpenLDAP is installed");
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        let mut listen = format!("ldap://{clear}");
        if has_tls {
            let _ = write!(listen, " ldaps://{encrypted}");
        }
        let mut command = Command::new("/usr/sbin/slapd");
        command.arg("-f").arg(&file).args(["-h", &listen, "-d", "0"]).stdout(Stdio::null()).stderr(Stdio::null());
        let server = command.spawn().unwrap();
        wait_for(clear);
        Self { clear, encrypted, root, folder, server }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn ldif(entries: &[(&str, &str, &[u8])]) -> String {
    let mut text =
        "dn: dc=example,dc=test\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n\n"
            .to_owned();
    for (number, (address, attribute, value)) in entries.iter().enumerate() {
        let value = openssl::base64::encode_block(value);
        let _ = write!(
            text,
            "dn: cn=person {number},dc=example,dc=test\nobjectClass: inetOrgPerson\ncn: person {number}\nsn: person\n\
             mail: {address}\n{attribute}:: {value}\n\n"
        );
    }
    text
}

fn wait_for(address: SocketAddr) {
    wait_until(address, || TcpStream::connect(address).is_ok());
}

fn wait_until(address: SocketAddr, is_there: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !is_there() {
        assert!(Instant::now() < deadline, "the server at {address} does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// How many records, signatures among them, a name server has to the question for the SOA record of a zone (RFC 1035
/// §4.1, RFC 4035 §3.2.1); `None` for no answer, or an error.
fn answers(server: SocketAddr, zone: &str) -> Option<u16> {
    let mut question = vec![0x4b, 0x4b, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
    for label in zone.split('.').filter(|label| !label.is_empty()) {
        question.push(label.len() as u8);
        question.extend_from_slice(label.as_bytes());
    }
    // The root, SOA, IN; then OPT with the bit that asks for signatures.
    question.extend_from_slice(&[0, 0, 6, 0, 1, 0, 0, 41, 0x10, 0, 0, 0, 0x80, 0, 0, 0]);
    let socket = UdpSocket::bind(("127.0.0.1", 0)).ok()?;
    socket.set_read_timeout(Some(Duration::from_millis(500))).ok()?;
    socket.send_to(&question, server).ok()?;
    let mut answer = [0; 4096];
    let length = socket.recv(&mut answer).ok()?;
    (length > 12 && answer[..2] == question[..2] && answer[3] % 16 == 0)
        .then(|| u16::from_be_bytes([answer[6], answer[7]]))
        .filter(|count| *count > 0)
}
