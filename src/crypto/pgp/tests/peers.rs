use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::super::{
    armored_public, armored_secret, decrypt, detached, encrypt, generate, sign_detached, signed_message,
};
use super::{ENTITY, address, person, public, ring, secret};
use crate::crypto::{Integrity, SignatureOutcome};
use crate::domain::Timestamp;

/// A GnuPG home of its own, gone with its agent at the end.
pub(super) struct Gpg {
    home: tempfile::TempDir,
}

impl Gpg {
    pub(super) fn new() -> Self {
        let home = tempfile::Builder::new().prefix("gpg").tempdir().unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        }
        std::fs::write(home.path().join("gpg.conf"), "batch\nno-tty\npinentry-mode loopback\ntrust-model always\n")
            .unwrap();
        Self { home }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(super) fn run(&self, arguments: &[&str], input: &[u8]) -> Output {
        run(Command::new("gpg").arg("--homedir").arg(self.home.path()).args(arguments), input)
    }

    /// Runs it, which must succeed.
    pub(super) fn does(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let output = self.run(arguments, input);
        assert!(output.status.success(), "gpg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// A person with an Ed25519 and a Curve25519 key, as GnuPG makes them, with a passphrase.
    pub(super) fn person(&self, name: &str, passphrase: &str) -> Vec<u8> {
        let user = format!("{name} <{}>", address(name));
        let with = ["--passphrase", passphrase];
        self.does(&[&with[..], &["--quick-generate-key", &user, "ed25519", "cert,sign", "never"]].concat(), b"");
        let listing = self.does(&["--with-colons", "--list-keys", address(name).as_str()], b"");
        let listing = String::from_utf8(listing).unwrap();
        let fingerprint = listing.lines().find(|line| line.starts_with("fpr")).unwrap().split(':').nth(9).unwrap();
        self.does(&[&with[..], &["--quick-add-key", fingerprint, "cv25519", "encr", "never"]].concat(), b"");
        self.does(&[&with[..], &["--armor", "--export-secret-keys", address(name).as_str()]].concat(), b"")
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).status();
    }
}

fn run(command: &mut Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the peer is installed");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

/// Runs sq, whose options were renamed with version 1.
fn sq(arguments: &[&str], input: &[u8]) -> Output {
    let version = run(Command::new("sq").arg("--version"), b"").stdout;
    let is_old = version.starts_with(b"sq 0.");
    let arguments = arguments.iter().map(|one| match *one {
        "--recipient-key" | "--recipient-cert" if !is_old => "--recipient-file",
        "--signer-key" | "--signer-cert" if !is_old => "--signer-file",
        other => other,
    });
    run(Command::new("sq").args(arguments), input)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn now() -> Timestamp {
    Timestamp::now()
}

#[test]
fn what_gpg_signs_encrypts_or_both_is_read() {
    let gpg = Gpg::new();
    let mut ring = super::ring(&[]);
    ring.add(&gpg.person("Alice", "wonderland")).unwrap();
    ring.add(&gpg.person("Bob", "builder")).unwrap();
    let (alice, bob) = (address("Alice"), address("Bob"));
    let as_alice = ["--passphrase", "wonderland", "--armor", "--local-user", alice.as_str()];
    let passphrases = [secret("wrong"), secret("builder")];

    let signature = gpg.does(&[&as_alice[..], &["--detach-sign"]].concat(), ENTITY);
    let checks = detached(ENTITY, &signature, &ring, now());
    assert_eq!(checks.len(), 1);
    assert_eq!(checks[0].outcome, SignatureOutcome::Intact);
    assert_eq!(checks[0].signer.as_ref().unwrap().addresses, std::slice::from_ref(&alice));
    assert_eq!(checks[0].signer.as_ref().unwrap().names, ["Alice"]);

    for extra in [&[][..], &["--sign"], &["--sign", "--compress-algo", "none"], &["--hidden-recipient", bob.as_str()]] {
        let message = gpg.does(&[&as_alice[..], &["--recipient", bob.as_str(), "--encrypt"], extra].concat(), ENTITY);
        let opened = decrypt(&message, &ring, &passphrases, now(), 1 << 20).outcome.unwrap();
        assert_eq!(opened.plaintext, ENTITY);
        assert_eq!((opened.cipher.as_str(), opened.integrity), ("AES-256", Integrity::Seipd1));
        let outcomes: Vec<_> = opened.signatures.iter().map(|check| check.outcome).collect();
        let signed = extra.contains(&"--sign");
        assert_eq!(outcomes, if signed { vec![SignatureOutcome::Intact] } else { vec![] });
    }

    let message = gpg.does(&[&as_alice[..], &["--clear-sign"]].concat(), ENTITY);
    let opened = signed_message(&message, &ring, now()).unwrap();
    assert_eq!(opened.signatures[0].outcome, SignatureOutcome::Intact);
    assert!(String::from_utf8(opened.content).unwrap().contains("\n- dashes and trailing space"));

    let message = gpg.does(&[&as_alice[..], &["--sign"]].concat(), ENTITY);
    let opened = signed_message(&message, &ring, now()).unwrap();
    assert_eq!((opened.content.as_slice(), opened.signatures[0].outcome), (ENTITY, SignatureOutcome::Intact));
}

#[test]
fn gpg_encrypting_to_nobody_by_name_is_read_by_trying_every_key() {
    let gpg = Gpg::new();
    let mut ring = super::ring(&[&person("Carol")]);
    ring.add(&gpg.person("Bob", "builder")).unwrap();
    let message = gpg.does(&["--armor", "--encrypt", "--throw-keyids", "--recipient", "bob@kakitome.example"], ENTITY);
    let decryption = decrypt(&message, &ring, &[secret("builder")], now(), 1 << 20);
    assert_eq!(decryption.recipients, ["hidden"]);
    assert_eq!(decryption.outcome.unwrap().plaintext, ENTITY);
}

#[test]
fn a_message_for_a_passphrase_of_gpg_is_read() {
    let gpg = Gpg::new();
    let message = gpg.does(&["--armor", "--symmetric", "--passphrase", "sesame"], ENTITY);
    let opened = decrypt(&message, &ring(&[]), &[secret("wrong"), secret("sesame")], now(), 1 << 20).outcome.unwrap();
    assert_eq!(opened.plaintext, ENTITY);
}

#[test]
fn gpg_imports_our_key_with_its_passphrase_and_reads_what_we_write() {
    let gpg = Gpg::new();
    let alice = generate("Alice", &address("Alice"), Some(&secret("wonderland")), now()).unwrap().cert;
    let bob = generate("Bob", &address("Bob"), Some(&secret("builder")), now()).unwrap().cert;
    gpg.does(&["--import"], &armored_public(&alice));
    gpg.does(&["--passphrase", "builder", "--import"], &armored_secret(&bob));
    let passphrases = [secret("wonderland")];

    let signature = sign_detached(ENTITY, &alice, &passphrases, now()).unwrap();
    assert_eq!(signature.micalg, "pgp-sha512");
    std::fs::write(gpg.path("content"), ENTITY).unwrap();
    let status = gpg.does(&["--status-fd", "1", "--verify", "-", text(&gpg.path("content"))], &signature.bytes);
    assert!(String::from_utf8_lossy(&status).contains("GOODSIG"));

    let message = encrypt(ENTITY, &[bob, alice.clone()], Some(&alice), &passphrases, now()).unwrap();
    let output = gpg.run(&["--status-fd", "2", "--passphrase", "builder", "--decrypt"], &message);
    let status = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.stdout, ENTITY, "{status}");
    assert!(status.contains("GOODSIG") && status.contains("GOODMDC"), "{status}");
}

#[test]
fn gpg_takes_the_revocation_that_comes_with_a_new_key() {
    let gpg = Gpg::new();
    let alice = generate("Alice", &address("Alice"), None, now()).unwrap();
    gpg.does(&["--import"], &armored_public(&alice.cert));
    gpg.run(&["--import"], &alice.revocation);
    let listing = gpg.does(&["--with-colons", "--list-keys"], b"");
    assert!(String::from_utf8(listing).unwrap().lines().any(|line| line.starts_with("pub:r:")));
}

#[test]
fn sq_reads_what_we_write_and_we_read_what_sq_writes() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (alice, bob) = (person("Alice"), person("Bob"));
    let (alice_public, alice_secret) =
        (file("alice.asc", &armored_public(&alice)), file("alice.key", &armored_secret(&alice)));
    let (bob_public, bob_secret) = (file("bob.asc", &armored_public(&bob)), file("bob.key", &armored_secret(&bob)));
    let ours = file("ours.pgp", &encrypt(ENTITY, std::slice::from_ref(&bob), Some(&alice), &[], now()).unwrap());
    let output = sq(
        &["decrypt", "--recipient-key", &bob_secret, "--signer-cert", &alice_public, "--signatures", "1", &ours],
        b"",
    );
    assert_eq!(output.stdout, ENTITY, "{}", String::from_utf8_lossy(&output.stderr));

    let signature = file("sig.asc", &sign_detached(ENTITY, &alice, &[], now()).unwrap().bytes);
    let content = file("content", ENTITY);
    let output = sq(&["verify", "--signer-cert", &alice_public, "--detached", &signature, &content], b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let theirs = sq(&["encrypt", "--recipient-cert", &bob_public, "--signer-key", &alice_secret, &content], b"");
    let ring = ring(&[&public(&alice), &bob]);
    let opened = decrypt(&theirs.stdout, &ring, &[], now(), 1 << 20).outcome.unwrap();
    assert_eq!(opened.plaintext, ENTITY);
    assert_eq!(opened.signatures[0].outcome, SignatureOutcome::Intact);

    let theirs = sq(&["sign", "--detached", "--signer-key", &alice_secret, &content], b"");
    assert_eq!(detached(ENTITY, &theirs.stdout, &ring, now())[0].outcome, SignatureOutcome::Intact);
}

#[test]
fn what_an_old_key_of_gpg_signs_is_named_with_the_day_from_which_on_it_counts_no_more() {
    for (kind, reason) in [("dsa1024", "weak_key: DSA 1024, 2014-02-01"), ("rsa1024", "weak_key: RSA 1024, 2014-02-01")]
    {
        let gpg = Gpg::new();
        let user = format!("Alice <{}>", address("Alice"));
        gpg.does(&["--passphrase", "", "--quick-generate-key", &user, kind, "cert,sign", "never"], b"");
        let mut ring = super::ring(&[]);
        ring.add(&gpg.does(&["--export"], b"")).unwrap();
        let signature = gpg.does(&["--armor", "--digest-algo", "sha256", "--detach-sign"], ENTITY);
        let checks = detached(ENTITY, &signature, &ring, now());
        assert_eq!(checks[0].outcome, SignatureOutcome::UnsupportedAlgorithm, "{kind}");
        assert_eq!(checks[0].reason.as_deref(), Some(reason));
    }
}
