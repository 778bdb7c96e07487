//! The other programs, each in a home of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::of_corpus;

/// Runs a program that has to succeed; what it printed.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let done = attempt(command, input);
    assert!(done.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// Runs a program that may fail.
pub(crate) fn attempt(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; tests/run installs it"));
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    })
}

pub(crate) fn openssl(args: &[&str], input: &[u8]) -> Vec<u8> {
    run(Command::new("openssl").args(args).env("LC_ALL", "C.UTF-8"), input)
}

pub(crate) fn sq(args: &[&str], input: &[u8]) -> Vec<u8> {
    run(Command::new("sq").args(args), input)
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

const QUIET: [&str; 5] = ["--batch", "--yes", "--quiet", "--pinentry-mode", "loopback"];

/// gpg and gpgsm in a home.
pub(crate) struct GnuPg {
    home: tempfile::TempDir,
}

impl GnuPg {
    pub(crate) fn new() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().expect("a temporary folder");
        std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        std::fs::write(home.path().join("gpg-agent.conf"), "allow-loopback-pinentry\n").unwrap();
        std::fs::write(home.path().join("gpgsm.conf"), "disable-crl-checks\ndisable-dirmngr\n").unwrap();
        let gnupg = Self { home };
        std::fs::write(gnupg.passphrase(), "").unwrap();
        gnupg
    }

    /// With these OpenPGP files of the corpus.
    pub(crate) fn with(files: &[&str]) -> Self {
        let gnupg = Self::new();
        for file in files {
            gnupg.import(&of_corpus(file));
        }
        gnupg
    }

    /// gpgsm with the corpus's authority as root, and alice's and bob's certificates.
    pub(crate) fn with_authority() -> Self {
        let gnupg = Self::new();
        gnupg.trust(&of_corpus("anchors/root.pem"));
        for name in ["int", "alice", "alice-ec", "bob", "carol"] {
            gnupg.gpgsm(&["--import", text(&of_corpus(&format!("keys/x509/{name}.pem")))], b"");
        }
        gnupg.import_p12(&of_corpus("secrets/p12/alice-old-encryption.p12"), "wonderland");
        gnupg
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn import(&self, file: &Path) {
        self.gpg(&["--passphrase", "open sesame", "--import", text(file)], b"");
    }

    /// Makes an X.509 certificate a root of gpgsm's.
    pub(crate) fn trust(&self, root: &Path) {
        let shown = openssl(&["x509", "-in", text(root), "-noout", "-fingerprint", "-sha1"], b"");
        let shown = String::from_utf8_lossy(&shown).into_owned();
        let mark = shown.split('=').nth(1).unwrap().trim();
        std::fs::write(self.home.path().join("trustlist.txt"), format!("{mark} S relax\n")).unwrap();
        self.gpgsm(&["--import", text(root)], b"");
    }

    pub(crate) fn import_p12(&self, file: &Path, passphrase: &str) {
        std::fs::write(self.passphrase(), passphrase).unwrap();
        self.gpgsm(&["--import", text(file)], b"");
    }

    fn passphrase(&self) -> PathBuf {
        self.home.path().join("passphrase")
    }

    /// gpgsm, which asks for no passphrase but reads it from a descriptor.
    fn gpgsm_command(&self) -> Command {
        let mut shell = self.command("bash");
        shell.args(["-c", "exec gpgsm --passphrase-fd 9 \"$@\" 9<\"$0\""]).arg(self.passphrase()).args(QUIET);
        shell
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("GNUPGHOME", self.home.path()).env("LC_ALL", "C.UTF-8");
        command
    }

    pub(crate) fn gpg_command(&self) -> Command {
        let mut command = self.command("gpg");
        command.args(QUIET).args(["--trust-model", "always"]);
        command
    }

    pub(crate) fn gpg(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        run(self.gpg_command().args(args), input)
    }

    pub(crate) fn gpgsm(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        run(self.gpgsm_command().args(args), input)
    }

    /// Status lines of gpg for a verification or decryption, and the plaintext.
    pub(crate) fn gpg_status(&self, args: &[&str], input: &[u8]) -> (String, Vec<u8>) {
        Self::status(self.gpg_command(), args, input)
    }

    /// The same of gpgsm.
    pub(crate) fn gpgsm_status(&self, args: &[&str], input: &[u8]) -> (String, Vec<u8>) {
        Self::status(self.gpgsm_command(), args, input)
    }

    fn status(mut command: Command, args: &[&str], input: &[u8]) -> (String, Vec<u8>) {
        let done = attempt(command.args(["--status-fd", "2"]).args(args), input);
        (String::from_utf8_lossy(&done.stderr).into_owned(), done.stdout)
    }
}

impl Drop for GnuPg {
    fn drop(&mut self) {
        let mut command = Command::new("gpgconf");
        let _ = command.env("GNUPGHOME", self.home.path()).args(["--kill", "all"]).output();
    }
}

/// alice's S/MIME key as openssl wants it: the PKCS#12 file of the corpus, opened.
pub(crate) fn private_key(folder: &Path, who: &str) -> PathBuf {
    let p12 = of_corpus(&format!("keys/p12/{who}.p12"));
    let key = folder.join(format!("{who}.key"));
    let args = ["pkcs12", "-in", text(&p12), "-passin", "pass:wonderland", "-nodes", "-nocerts", "-out", text(&key)];
    openssl(&args, b"");
    key
}
