//! A certificate authority and its people, made by the openssl command once for all tests.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};

use jiff::{SignedDuration, Timestamp};

use crate::crypto::smime::{Identity, SmimeRing};
use crate::domain::EmailAddress;

pub const MESSAGE: &[u8] = b"Content-Type: text/plain; charset=utf-8\r\n\r\nMeet me at the bridge.\r\nAlice\r\n";

/// Everybody: name, and what `openssl req -newkey` makes their key with.
pub const PEOPLE: [(&str, &[&str]); 5] = [
    ("alice", &["rsa:2048"]),
    ("bob", &["rsa:2048"]),
    ("carol", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]),
    ("dave", &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]),
    ("erin", &["ec", "-pkeyopt", "ec_paramgen_curve:P-521"]),
];

pub struct Lab {
    pub folder: PathBuf,
    _keep: tempfile::TempDir,
}

static LAB: LazyLock<Lab> = LazyLock::new(Lab::build);

pub fn lab() -> &'static Lab {
    &LAB
}

/// A moment at which everything made today is good.
pub fn soon() -> Timestamp {
    Timestamp::now().checked_add(SignedDuration::from_secs(60)).unwrap()
}

pub fn address(name: &str) -> EmailAddress {
    EmailAddress::parse(&format!("{name}@example.org")).unwrap()
}

impl Lab {
    fn build() -> Self {
        let keep = tempfile::tempdir().unwrap();
        let lab = Self { folder: keep.path().to_owned(), _keep: keep };
        lab.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-subj",
            "/O=Example/CN=Example Mail CA",
            "-days",
            "30",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign",
        ]);
        for (name, key) in PEOPLE {
            lab.issue(name, key, "keyUsage=critical,digitalSignature,nonRepudiation,keyEncipherment,keyAgreement");
        }
        lab.issue("frank", &["ed25519"], "keyUsage=critical,digitalSignature");
        lab.issue("grace", &["rsa:2048"], "keyUsage=critical,keyEncipherment");
        lab.write("message", MESSAGE);
        lab
    }

    pub fn issue(&self, name: &str, key: &[&str], extensions: &str) {
        let (private, public) = (format!("{name}.key"), format!("{name}.pem"));
        let request = format!("{name}.csr");
        let mut make = vec!["req", "-newkey"];
        make.extend(key);
        let subject = format!("/O=Example/CN={name}");
        make.extend(["-nodes", "-keyout", &private, "-out", &request, "-subj", &subject]);
        self.openssl(&make);
        let more = format!("subjectAltName=email:{name}@example.org\nextendedKeyUsage=emailProtection\n{extensions}\n");
        let config = format!("{name}.ext");
        self.write(&config, more.as_bytes());
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "10",
            "-extfile",
            &config,
            "-out",
            &public,
        ]);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Runs openssl and gives its standard output; it has to succeed.
    pub fn openssl(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.try_openssl(arguments);
        assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    pub fn try_openssl(&self, arguments: &[&str]) -> std::process::Output {
        run(Command::new("openssl").args(arguments).current_dir(&self.folder))
    }

    /// A ring with these people's certificates, and the keys of some of them.
    pub fn ring(&self, certificates: &[&str], keys: &[&str]) -> SmimeRing {
        let mut ring = SmimeRing::default();
        for name in certificates {
            ring.add(&self.read(&format!("{name}.pem")), &[]).unwrap();
        }
        for name in keys {
            ring.add(&self.read(&format!("{name}.pem")), &[]).unwrap();
            ring.add(&self.read(&format!("{name}.key")), &[]).unwrap();
        }
        ring
    }

    pub fn identity(&self, name: &str) -> Identity {
        self.ring(&[], &[name]).own()[0].clone()
    }

    pub fn certificate(&self, name: &str) -> Arc<crate::crypto::smime::X509> {
        self.ring(&[name], &[]).certificates()[0].clone()
    }
}

fn run(command: &mut Command) -> std::process::Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// A GnuPG home with its own agent, which ends with it.
pub struct Gpgsm {
    home: tempfile::TempDir,
}

impl Gpgsm {
    pub fn new() -> Self {
        let home = tempfile::Builder::new().prefix("kt").tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(home.path().join(name), text).unwrap();
        write("gpgsm.conf", "disable-crl-checks\ndisable-dirmngr\npinentry-mode loopback\nbatch\nno-secmem-warning\n");
        write("gpg-agent.conf", "allow-loopback-pinentry\nallow-preset-passphrase\n");
        let fingerprint = lab().openssl(&["x509", "-in", "ca.pem", "-noout", "-fingerprint", "-sha1"]);
        let fingerprint = String::from_utf8(fingerprint).unwrap();
        write("trustlist.txt", &format!("{} S relax\n", fingerprint.trim().rsplit('=').next().unwrap()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        }
        let gpgsm = Self { home };
        gpgsm.run(&["--import", lab().path("ca.pem").to_str().unwrap()]);
        gpgsm
    }

    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    pub fn import(&self, name: &str) {
        let path = lab().path(&format!("{name}.pem"));
        self.run(&["--import", path.to_str().unwrap()]);
    }

    /// Imports a PKCS#12 file under a passphrase; the key keeps it.
    pub fn import_key(&self, file: &Path, passphrase: &str) {
        let output = self.try_import_key(file, passphrase);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    pub fn try_import_key(&self, file: &Path, passphrase: &str) -> std::process::Output {
        std::fs::write(self.home.path().join("passphrase"), passphrase).unwrap();
        self.try_run(&["--import", file.to_str().unwrap()])
    }

    pub fn run(&self, arguments: &[&str]) -> std::process::Output {
        let output = self.try_run(arguments);
        assert!(output.status.success(), "gpgsm {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    pub fn try_run(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = Command::new("gpgsm");
        command.args(["--homedir", self.home.path().to_str().unwrap(), "--status-fd", "2", "--yes"]);
        let secret = std::fs::File::open(self.home.path().join("passphrase"));
        let Ok(secret) = secret else { return run(command.args(arguments)) };
        command.args(["--passphrase-fd", "0"]).args(arguments).stdin(secret).output().unwrap()
    }
}

impl Drop for Gpgsm {
    fn drop(&mut self) {
        let mut command = Command::new("gpgconf");
        let _ = run(command.args(["--homedir", self.home.path().to_str().unwrap(), "--kill", "all"]));
    }
}
