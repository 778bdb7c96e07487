//! A real Postfix and a real Dovecot for a test program: own folder, own ports on loopback, own
//! certificates. They end with the program, however it ends.
//!
//! Postfix needs root. `tests/servers/install` installs both.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::too_many_lines)]

mod config;
pub mod pki;
mod proxy;
mod scripted;
mod weather;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

pub use proxy::{Proxy, Rule};
pub use scripted::{Manner, Scripted};
pub use weather::{Dice, Weather};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse";
/// What the provider signs access tokens with.
pub const TOKEN_KEY: &str = "a key of thirty-two or more bytes";
/// Everybody who has a mailbox, `@example.test`.
pub const USERS: [&str; 6] = ["alice", "bob", "carol", "dave", "mallory", "percy"];
/// Those who have a mailbox that no other test looks into, `@example.test`; nobody can write to them by SMTP.
pub const LODGERS: [&str; 30] = [
    "erin", "frank", "grace", "heidi", "ivan", "judy", "kenji", "laura", "midori", "nadia", "nora", "oskar", "paloma",
    "pedro", "peggy", "philip", "phoebe", "quentin", "ronja", "rosa", "rupert", "stina", "sybil", "tove", "trent",
    "victor", "wendy", "xenia", "yvonne", "zelda",
];
/// The host that the good certificates are for.
pub const HOST: &str = "localhost";
/// An address that the servers answer at and that no certificate is for.
pub const OTHER_HOST: &str = "127.0.0.2";
/// An address where Dovecot offers IMAP4rev1 and nothing beyond it.
pub const BARE_HOST: &str = "127.0.0.3";
/// An address where Dovecot offers neither QRESYNC nor MOVE, but CONDSTORE and UIDPLUS.
pub const MIDDLING_HOST: &str = "127.0.0.4";
/// A recipient that is always deferred with 451.
pub const LATER: &str = "later@example.test";

/// One way into Postfix. Each writes to the log under its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// STARTTLS required, PLAIN and LOGIN.
    Submission,
    /// The same, with TLS from the first byte.
    Submissions,
    /// The same as `Submission`, for tests that look at the log.
    Watched,
    /// Offers LOGIN only.
    LoginOnly,
    /// Offers no AUTH.
    NoAuth,
    /// Offers AUTH, and no STARTTLS: what an eavesdropper would like.
    NoTls,
    /// An expired certificate.
    Expired,
    /// A certificate for somebody else's server.
    WrongName,
    /// Offers SCRAM-SHA-1, CRAM-MD5 and PLAIN.
    Sha1,
    /// Offers CRAM-MD5 and LOGIN.
    CramMd5,
    /// Offers OAUTHBEARER and PLAIN.
    OAuthBearer,
    /// Offers XOAUTH2 and PLAIN.
    XOAuth2,
    /// Passwords are checked by Cyrus SASL, which knows SCRAM.
    Cyrus,
    /// The same, and it offers one-time passwords only.
    OneTime,
    /// Offers no extension that mail can do without.
    Plainest,
}

impl Way {
    const ALL: [Self; 15] = [
        Self::Submission,
        Self::Submissions,
        Self::Watched,
        Self::LoginOnly,
        Self::NoAuth,
        Self::NoTls,
        Self::Expired,
        Self::WrongName,
        Self::Sha1,
        Self::CramMd5,
        Self::OAuthBearer,
        Self::XOAuth2,
        Self::Cyrus,
        Self::OneTime,
        Self::Plainest,
    ];

    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// The running servers.
pub struct Servers {
    dir: PathBuf,
    ports: Vec<(Way, u16)>,
    imap: u16,
    imaps: u16,
    pop: u16,
    pops: u16,
    ca: Vec<u8>,
    /// Ends the servers when its input is closed.
    supervisor: Child,
}

static SERVERS: LazyLock<Servers> = LazyLock::new(Servers::start);

/// The servers of this test program, started by the first test that asks. `None`, said aloud,
/// without root; a run that is meant to test everything (`CI` is set) fails instead.
pub fn servers() -> Option<&'static Servers> {
    if is_root() {
        return Some(&SERVERS);
    }
    assert!(std::env::var_os("CI").is_none(), "the mail servers need root");
    eprintln!("SKIPPED: Postfix needs root; run the tests as root to run this one");
    None
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

impl Servers {
    fn start() -> Self {
        for program in ["/usr/sbin/postfix", "/usr/sbin/dovecot"] {
            assert!(Path::new(program).exists(), "{program} is missing: run tests/servers/install");
        }
        let dir = tempfile::Builder::new().prefix("kakitome-servers-").tempdir().unwrap().keep();
        // The servers' own users must get through.
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        let ca = pki::write(&dir);
        let free = free_ports(Way::ALL.len() + 4);
        let ports: Vec<_> = Way::ALL.into_iter().zip(free.iter().copied()).collect();
        let [imap, imaps, pop, pops] = free[Way::ALL.len()..] else { unreachable!() };
        config::dovecot(&dir, [imap, imaps], [pop, pops]);
        config::cyrus(&dir);
        config::postfix(&dir, &ports);
        let servers = Self { supervisor: supervise(&dir), dir, ports, imap, imaps, pop, pops, ca };
        servers.wait_until_ready();
        servers
    }

    /// The port of a way into Postfix.
    pub fn port(&self, way: Way) -> u16 {
        self.ports.iter().find(|(there, _)| *there == way).unwrap().1
    }

    /// Dovecot's port where STARTTLS is required.
    pub fn imap_port(&self) -> u16 {
        self.imap
    }

    /// Dovecot's port with TLS from the first byte.
    pub fn imaps_port(&self) -> u16 {
        self.imaps
    }

    /// Where Dovecot keeps somebody's mail.
    pub fn maildir(&self, name: &str) -> PathBuf {
        self.dir.join("mail").join(name).join("Maildir")
    }

    /// Dovecot's port for POP3 where STLS is required.
    pub fn pop_port(&self) -> u16 {
        self.pop
    }

    /// Dovecot's port for POP3 with TLS from the first byte.
    pub fn pops_port(&self) -> u16 {
        self.pops
    }

    /// An access token for a user, as a provider would give it out: a JSON Web Token of HMAC-SHA-256 (RFC 7519).
    pub fn token(user: &str, lasts: i64) -> String {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().cast_signed();
        let (issued, ends) = (now - 60 + lasts.min(0) * 2, now + lasts);
        let claims = format!(r#"{{"sub":"{user}@example.test","iat":{issued},"nbf":{issued},"exp":{ends}}}"#);
        let part =
            |bytes: &[u8]| openssl::base64::encode_block(bytes).replace('+', "-").replace('/', "_").replace('=', "");
        let signed = format!("{}.{}", part(br#"{"alg":"HS256","typ":"JWT"}"#), part(claims.as_bytes()));
        let key = openssl::pkey::PKey::hmac(TOKEN_KEY.as_bytes()).unwrap();
        let mut hand = openssl::sign::Signer::new(openssl::hash::MessageDigest::sha256(), &key).unwrap();
        let signature = hand.sign_oneshot_to_vec(signed.as_bytes()).unwrap();
        format!("{signed}.{}", part(&signature))
    }

    /// The authority of the good certificates, in DER.
    pub fn ca(&self) -> Vec<u8> {
        self.ca.clone()
    }

    /// The same as a PEM file, for a program's `SSL_CERT_FILE`.
    pub fn ca_file(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }

    /// The folder with the authority and the certificates.
    pub fn pki(&self) -> &Path {
        &self.dir
    }

    /// Postfix has nothing more to deliver.
    pub fn is_all_delivered(&self) -> bool {
        ["maildrop", "incoming", "active", "deferred"].iter().all(|queue| {
            let files = fs::read_dir(self.dir.join("postfix/spool").join(queue));
            files.map_or(true, |mut files| files.next().is_none())
        })
    }

    /// What Postfix logged about one way in so far.
    pub fn log(&self, way: Way) -> Vec<String> {
        let name = format!("postfix/{}/", way.name());
        let log = fs::File::open(self.dir.join("log/postfix.log")).unwrap();
        BufReader::new(log).lines().map(Result::unwrap).filter(|line| line.contains(&name)).collect()
    }

    /// The first line of the log about one way in that holds all these words; waits for it.
    pub fn wait_for_log(&self, way: Way, words: &[&str]) -> String {
        let deadline = Instant::now() + Duration::from_mins(2);
        loop {
            let found = self.log(way).into_iter().find(|line| words.iter().all(|word| line.contains(word)));
            if let Some(line) = found {
                return line;
            }
            assert!(Instant::now() < deadline, "no {words:?} in {:#?}", self.log(way));
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn wait_until_ready(&self) {
        let deadline = Instant::now() + Duration::from_mins(2);
        for port in self.ports.iter().map(|(_, port)| *port).chain([self.imap, self.imaps, self.pop, self.pops]) {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                assert!(Instant::now() < deadline, "the servers do not start:\n{}", self.logs());
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// Everything that the servers said, for a failure's message.
    pub fn logs(&self) -> String {
        ["supervisor.log", "postfix.log", "dovecot.log"]
            .map(|name| fs::read_to_string(self.dir.join("log").join(name)).unwrap_or_default())
            .join("\n")
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

/// Starts both servers under a shell that waits for the end of its input, which comes when this
/// program ends in whatever way, and then stops them and removes the folder.
fn supervise(dir: &Path) -> Child {
    const SCRIPT: &str = r#"
        dir=$1
        trap : TERM
        dovecot -F -c "$dir/dovecot/etc/dovecot.conf" </dev/null & dovecot=$!
        postfix -c "$dir/postfix/etc" start-fg </dev/null & postfix=$!
        cat >/dev/null
        # Postfix makes a process group of its own.
        kill -TERM $(cat "$dir/postfix/spool/pid/master.pid") $dovecot
        wait $dovecot $postfix
        trap '' TERM
        kill -TERM 0
        rm -rf -- "$dir"
    "#;
    let log = fs::File::create(dir.join("log/supervisor.log")).unwrap();
    Command::new("/bin/sh")
        .args(["-c", SCRIPT, "supervisor"])
        .arg(dir)
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .stdin(Stdio::piped())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        // The script ends with a signal to its group, and the terminal's go past it.
        .process_group(0)
        .spawn()
        .unwrap()
}

/// Ports that nobody listens at. All are held until all are found, so that they differ.
fn free_ports(count: usize) -> Vec<u16> {
    let held: Vec<_> = (0..count).map(|_| TcpListener::bind(("127.0.0.1", 0)).unwrap()).collect();
    held.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}
