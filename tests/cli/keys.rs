//! Keys that `key generate` makes, and what a profile gives out again, work in the programs of others.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::peers::{GnuPg, attempt, openssl, sq, text};
use super::{Answer, contains, kakitome, private, word, write};

/// Makes keys for dora in a folder.
fn generate(folder: &Path, technology: &str, more: &[&str]) -> Answer {
    let keys = folder.join("keys");
    let args = [
        &["key", "generate", "--technology", technology, "--name", "Dora 日本", "--address", "dora@example.test"][..],
        &["-o", text(&keys), "--json"],
        more,
    ];
    kakitome(args.concat())
}

fn passphrase(folder: &Path) -> PathBuf {
    write(folder, "passphrase", "swordfish\n")
}

/// Every file below a folder is for its owner alone.
fn is_private(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", entry.path().display());
        if entry.path().is_dir() {
            is_private(&entry.path());
        }
    }
}

#[test]
fn a_new_openpgp_key_works_in_gpg_and_sq() {
    let folder = tempfile::tempdir().unwrap();
    let made = generate(folder.path(), "openpgp", &[]).document();
    assert_eq!(made["addresses"], serde_json::json!(["dora@example.test"]));
    let keys = folder.path().join("keys");
    is_private(&keys);
    let (public, secret) = (keys.join("dora_example.test.asc"), keys.join("dora_example.test.secret.asc"));
    assert!(!contains(&std::fs::read(&public).unwrap(), "PRIVATE KEY"));
    let gnupg = GnuPg::new();
    gnupg.import(&secret);
    let listed = String::from_utf8(gnupg.gpg(&["--with-colons", "--list-secret-keys"], b"")).unwrap();
    assert!(
        listed.contains(word(&made, "/fingerprint")) && listed.contains("Dora 日本 <dora@example.test>"),
        "{listed}"
    );
    // gpg writes with it, sq checks; sq writes to it, gpg opens.
    let signed = gnupg.gpg(&["--sign"], b"hello");
    assert_eq!(sq(&["verify", "--signer-cert", text(&public)], &signed), b"hello");
    let encrypted = sq(&["encrypt", "--recipient-cert", text(&public), "--signer-key", text(&secret)], b"hello");
    let (status, opened) = gnupg.gpg_status(&["--decrypt"], &encrypted);
    assert!(status.contains("GOODSIG") && opened == b"hello", "{status}");
    let encrypted = gnupg.gpg(&["--encrypt", "--recipient", "dora@example.test"], b"hello");
    assert_eq!(sq(&["decrypt", "--recipient-key", text(&secret)], &encrypted), b"hello");
    // The revocation that was put aside revokes it.
    gnupg.gpg(&["--trust-model", "pgp", "--check-trustdb"], b"");
    gnupg.import(&keys.join("dora_example.test.revocation.asc"));
    let listed = String::from_utf8(gnupg.gpg(&["--with-colons", "--list-keys"], b"")).unwrap();
    assert!(listed.contains("pub:r:"), "{listed}");
}

#[test]
fn an_openpgp_key_with_a_passphrase_opens_with_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let given = passphrase(folder.path());
    generate(folder.path(), "openpgp", &["--passphrase-file", text(&given)]).document();
    let secret = folder.path().join("keys/dora_example.test.secret.asc");
    let gnupg = GnuPg::new();
    gnupg.gpg(&["--passphrase", "swordfish", "--import", text(&secret)], b"");
    let signed = gnupg.gpg(&["--passphrase", "swordfish", "--sign"], b"hello");
    assert!(!signed.is_empty());
    let other = GnuPg::new();
    other.gpg(&["--passphrase", "swordfish", "--import", text(&secret)], b"");
    let refused = attempt(other.gpg_command().args(["--passphrase", "wrong", "--sign"]), b"hello");
    assert!(!refused.status.success());
}

#[test]
fn a_new_self_signed_certificate_works_in_openssl_and_gpgsm() {
    let folder = tempfile::tempdir().unwrap();
    let given = passphrase(folder.path());
    generate(folder.path(), "smime", &["--self-signed", "--passphrase-file", text(&given)]).document();
    let keys = folder.path().join("keys");
    is_private(&keys);
    let (p12, pem) = (keys.join("dora_example.test.p12"), keys.join("dora_example.test.pem"));
    let key = folder.path().join("key");
    let open = ["pkcs12", "-in", text(&p12), "-passin", "pass:swordfish", "-nodes", "-nocerts", "-out", text(&key)];
    openssl(&open, b"");
    let wrong = ["pkcs12", "-in", text(&p12), "-passin", "pass:wrong", "-nodes"];
    assert!(!attempt(Command::new("openssl").args(wrong), b"").status.success());
    let shown = String::from_utf8(openssl(&["x509", "-in", text(&pem), "-noout", "-text"], b"")).unwrap();
    for wanted in ["email:dora@example.test", "E-mail Protection", "Digital Signature", "CA:FALSE"] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    let sign = ["cms", "-sign", "-binary", "-signer", text(&pem), "-inkey", text(&key), "-outform", "DER", "-nodetach"];
    let signed = openssl(&sign, b"hello");
    let verify = ["cms", "-verify", "-inform", "DER", "-binary", "-CAfile", text(&pem), "-purpose", "smimesign"];
    assert_eq!(openssl(&verify, &signed), b"hello");
    // gpgsm 2.2 reads the older form alone.
    let older = tempfile::tempdir().unwrap();
    let more = ["--self-signed", "--compatible", "--passphrase-file", text(&given)];
    generate(older.path(), "smime", &more).document();
    let (p12, pem) = (older.path().join("keys/dora_example.test.p12"), older.path().join("keys/dora_example.test.pem"));
    let gnupg = GnuPg::new();
    gnupg.trust(&pem);
    gnupg.import_p12(&p12, "swordfish");
    let key = folder.path().join("older.key");
    let open =
        ["pkcs12", "-legacy", "-in", text(&p12), "-passin", "pass:swordfish", "-nodes", "-nocerts", "-out", text(&key)];
    openssl(&open, b"");
    let sign = ["cms", "-sign", "-binary", "-signer", text(&pem), "-inkey", text(&key), "-outform", "DER", "-nodetach"];
    let signed = openssl(&sign, b"hello");
    let (status, _) = gnupg.gpgsm_status(&["--verify"], &signed);
    assert!(status.contains("GOODSIG") && status.contains("TRUST_FULLY"), "{status}");
    let encrypted = openssl(&["cms", "-encrypt", "-binary", "-aes-256-cbc", "-outform", "DER", text(&pem)], b"hello");
    let (status, opened) = gnupg.gpgsm_status(&["--decrypt"], &encrypted);
    assert_eq!(opened, b"hello", "{status}");
    let (status, _) = gnupg.gpgsm_status(&["--sign"], b"hello");
    assert!(status.contains("SIG_CREATED"), "{status}");
}

#[test]
fn a_request_is_signed_by_an_authority_and_comes_back_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let given = passphrase(folder.path());
    let made = generate(folder.path(), "smime", &["--passphrase-file", text(&given)]);
    assert_eq!(made.code, Some(0), "{}", made.error);
    let keys = folder.path().join("keys");
    is_private(&keys);
    let (csr, key) = (keys.join("dora_example.test.csr.pem"), keys.join("dora_example.test.key.pem"));
    let shown = attempt(Command::new("openssl").args(["req", "-verify", "-noout", "-text", "-in", text(&csr)]), b"");
    let shown = String::from_utf8_lossy(&[shown.stdout, shown.stderr].concat()).into_owned();
    assert!(shown.contains("verify OK") && shown.contains("email:dora@example.test"), "{shown}");
    assert!(contains(&std::fs::read(&key).unwrap(), "ENCRYPTED PRIVATE KEY"), "under the passphrase");

    // An authority of the day signs it.
    let path = |name: &str| folder.path().join(name);
    let (ca_key, ca, answer, extensions) = (path("ca.key"), path("ca.pem"), path("answer.pem"), path("ext"));
    let new =
        ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", text(&ca_key), "-out", text(&ca), "-days", "3650"];
    openssl(&[&new[..], &["-subj", "/CN=Authority of the day"]].concat(), b"");
    std::fs::write(&extensions, "keyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=emailProtection\nsubjectAltName=email:dora@example.test\n").unwrap();
    let sign = [
        "x509",
        "-req",
        "-in",
        text(&csr),
        "-CA",
        text(&ca),
        "-CAkey",
        text(&ca_key),
        "-set_serial",
        "7",
        "-days",
        "365",
    ];
    openssl(&[&sign[..], &["-extfile", text(&extensions), "-out", text(&answer)]].concat(), b"");

    // Its answer and the waiting key make an identity: alice writes to dora, dora reads and answers.
    let body = write(folder.path(), "body", "Hello Dora\n");
    let out = path("out");
    let seal =
        ["seal", "--from", "alice@example.test", "--to", "dora@example.test", "--subject", "x", "--body", text(&body)];
    let done = kakitome([&seal[..], &["--encrypt", "--cert", text(&answer), "-o", text(&out)]].concat());
    assert_eq!(done.code, Some(0), "{}", done.error);
    let delivery = out.join("delivery-1.eml");
    let own = ["--cert", text(&answer), "--key", text(&key), "--passphrase-file", text(&given)];
    let read = kakitome([&["inspect", text(&delivery), "--json"], &own[..]].concat()).document();
    assert_eq!((word(&read, "/headline/lock"), word(&read, "/text")), ("encrypted", "Hello Dora\n"));
    let out = path("out2");
    let seal =
        ["seal", "--from", "dora@example.test", "--to", "alice@example.test", "--subject", "x", "--body", text(&body)];
    let done = kakitome([&seal[..], &["--sign", "--technology", "smime", "-o", text(&out)], &own].concat());
    assert_eq!(done.code, Some(0), "{}", done.error);
    let delivery = out.join("delivery-1.eml");
    let read = kakitome(["inspect", text(&delivery), "--json", "--anchor", text(&ca)]).document();
    assert_eq!(word(&read, "/headline/seal"), "authenticated", "{read}");

    // In a profile, the answer and the key come together, too.
    let profile = Profile::new();
    let both =
        write(folder.path(), "both.pem", [std::fs::read(&answer).unwrap(), std::fs::read(&key).unwrap()].concat());
    let passphrases = write(folder.path(), "two", "vault\nswordfish\n");
    let imported = profile.run_with(&passphrases, &["key", "import", text(&both), "--json"]).documents();
    assert!(imported.iter().any(|one| one["has_secret"] == true), "{imported:?}");
    // A key alone belongs to nobody.
    let profile = Profile::new();
    let alone = profile.run_with(&passphrases, &["key", "import", text(&key), "--json"]);
    assert!(alone.refused(1).contains("key_without_certificate"), "{}", alone.error);
    // Or one after the other.
    let profile = Profile::new();
    profile.run_with(&passphrases, &["cert", "import", text(&answer), "--json"]).document();
    let later = profile.run_with(&passphrases, &["key", "import", text(&key), "--json"]);
    assert_eq!(later.code, Some(0), "{}", later.error);
    assert_eq!(profile.run(&["key", "list", "--json"]).documents().len(), 1);
}

#[test]
fn a_key_file_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), "openpgp", &[]).document();
    let secret = folder.path().join("keys/dora_example.test.secret.asc");
    let before = std::fs::read(&secret).unwrap();
    generate(folder.path(), "openpgp", &[]).refused(1);
    assert_eq!(std::fs::read(&secret).unwrap(), before);
}

#[test]
fn an_smime_key_is_not_written_without_a_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    assert!(generate(folder.path(), "smime", &["--self-signed"]).refused(1).contains("passphrase"));
    assert!(generate(folder.path(), "smime", &[]).refused(1).contains("passphrase"));
    let left = std::fs::read_dir(folder.path().join("keys")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[test]
fn what_an_import_would_bring_is_said_or_why_not() {
    let dry = |file: &str, more: &[&str]| kakitome([&["key", "import", file, "--dry-run", "--json"], more].concat());
    let found = dry("keys/p12/alice.p12", &["--passphrase-file", "passphrases"]).documents();
    assert!(found.iter().any(|one| one["has_secret"] == true && one["addresses"][0] == "alice@example.test"));
    assert!(dry("keys/p12/alice.p12", &[]).refused(1).contains("alice.p12"));
    let folder = tempfile::tempdir().unwrap();
    let wrong = write(folder.path(), "wrong", "not this\n");
    assert!(dry("keys/p12/alice.p12", &["--passphrase-file", text(&wrong)]).refused(1).contains("passphrase"));
    let old = dry("secrets/p12/alice-old-encryption.p12", &["--passphrase-file", "passphrases"]).documents();
    assert!(old.iter().any(|one| one["has_secret"] == true));
    assert_eq!(dry("keys/pgp/erin.secret.asc", &[]).document()["locked"], true);
    assert!(dry("passphrases", &[]).refused(1).contains("passphrases"));
}

/// A profile with a vault in a folder of its own.
pub(crate) struct Profile {
    pub(crate) folder: tempfile::TempDir,
    vault: PathBuf,
}

impl Profile {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let vault = write(folder.path(), "vault", "vault\n");
        Self { folder, vault }
    }

    pub(crate) fn run(&self, args: &[&str]) -> Answer {
        self.run_with(&self.vault, args)
    }

    pub(crate) fn run_with(&self, passphrases: &Path, args: &[&str]) -> Answer {
        let dir = self.folder.path().join("profile");
        let common = ["--profile", text(&dir), "--secret-store", "file", "--passphrase-file", text(passphrases)];
        kakitome([&common[..], &["--lang", "en"], args].concat())
    }

    pub(crate) fn own(&self) -> Vec<Value> {
        self.run(&["key", "list", "--json"]).documents()
    }
}

#[test]
fn an_openpgp_key_that_a_profile_made_leaves_it_protected_and_comes_back() {
    let profile = Profile::new();
    let dora = ["key", "generate", "--name", "Dora", "--address", "dora@example.test", "--json"];
    let made = profile.run(&[&dora[..], &["--technology", "openpgp"]].concat()).document();
    assert_eq!(made["locked"], false, "the profile's vault is what protects it");
    let fingerprint = word(&made, "/fingerprint").to_owned();
    let two = write(profile.folder.path(), "two", "vault\nswordfish\n");
    let file = profile.folder.path().join("dora.asc");
    let done = profile.run_with(&two, &["key", "export", &fingerprint, "--secret", "-o", text(&file)]);
    assert_eq!(done.code, Some(0), "{}", done.error);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0);
    let gnupg = GnuPg::new();
    // gpg takes it in as it is, and then can't use it without the passphrase.
    gnupg.gpg(&["--passphrase", "wrong", "--import", text(&file)], b"");
    let wrong = attempt(gnupg.gpg_command().args(["--passphrase", "wrong", "--sign"]), b"hello");
    assert!(!wrong.status.success(), "it is under the passphrase");
    let gnupg = GnuPg::new();
    gnupg.gpg(&["--passphrase", "swordfish", "--import", text(&file)], b"");
    let signed = gnupg.gpg(&["--passphrase", "swordfish", "--sign"], b"hello");
    let public = profile.run(&["key", "export", &fingerprint]);
    assert!(!contains(&public.output, "PRIVATE"));
    let public = write(profile.folder.path(), "public.asc", &public.output);
    assert_eq!(sq(&["verify", "--signer-cert", text(&public)], &signed), b"hello");

    let other = Profile::new();
    let imported = other.run_with(&two, &["key", "import", text(&file), "--json"]).document();
    assert_eq!((&imported["fingerprint"], &imported["has_secret"]), (&made["fingerprint"], &true.into()));
    assert_eq!(other.own().len(), 1);
}

#[test]
fn an_smime_key_that_a_profile_made_leaves_it_as_pkcs12() {
    let profile = Profile::new();
    let dora = ["key", "generate", "--name", "Dora", "--address", "dora@example.test", "--json"];
    let made = profile.run(&[&dora[..], &["--technology", "smime", "--self-signed"]].concat()).document();
    assert_eq!(made["locked"], false, "{made}");
    let fingerprint = word(&made, "/fingerprint").to_owned();
    let two = write(profile.folder.path(), "two", "vault\nswordfish\n");
    let p12 = profile.folder.path().join("dora.p12");
    let done = profile.run_with(&two, &["key", "export", &fingerprint, "--secret", "-o", text(&p12)]);
    assert_eq!(done.code, Some(0), "{}", done.error);
    let shown = openssl(&["pkcs12", "-in", text(&p12), "-passin", "pass:swordfish", "-nodes"], b"");
    assert!(contains(&shown, "PRIVATE KEY") && contains(&shown, "BEGIN CERTIFICATE"));
    let older = profile.folder.path().join("older.p12");
    let args = ["key", "export", &fingerprint, "--secret", "--compatible", "-o", text(&older)];
    assert_eq!(profile.run_with(&two, &args).code, Some(0));
    let gnupg = GnuPg::new();
    gnupg.import_p12(&older, "swordfish");
    let listed = String::from_utf8(gnupg.gpgsm(&["--with-colons", "--list-secret-keys"], b"")).unwrap();
    assert!(listed.contains("dora@example.test"), "{listed}");
}

#[test]
fn keys_of_others_programs_go_through_a_profile_unharmed() {
    let profile = Profile::new();
    let three = write(profile.folder.path(), "three", "vault\nwonderland\nopen sesame\n");
    let alice = private(profile.folder.path(), "keys/pgp/alice.secret.asc");
    for file in ["keys/p12/alice.p12", "keys/p12/alice-ec.p12", "keys/pgp/erin.secret.asc", text(&alice)] {
        let done = profile.run_with(&three, &["key", "import", file, "--json"]);
        assert_eq!(done.code, Some(0), "{file}: {}", done.error);
    }
    assert_eq!(profile.own().len(), 4);
    for key in profile.own() {
        let fingerprint = word(&key, "/fingerprint").to_owned();
        let file = profile.folder.path().join(&fingerprint);
        let done = profile.run_with(&three, &["key", "export", &fingerprint, "--secret", "-o", text(&file)]);
        assert_eq!(done.code, Some(0), "{key}: {}", done.error);
        if key["technology"] == "smime" {
            let shown = openssl(&["pkcs12", "-in", text(&file), "-passin", "pass:wonderland", "-nodes"], b"");
            assert!(contains(&shown, "PRIVATE KEY"));
        } else {
            let pass = if word(&key, "/addresses/0") == "erin@example.test" { "open sesame" } else { "wonderland" };
            let gnupg = GnuPg::new();
            gnupg.gpg(&["--passphrase", pass, "--import", text(&file)], b"");
            assert!(!gnupg.gpg(&["--passphrase", pass, "--sign"], b"hello").is_empty());
        }
    }
    // A certificate alone does not take the secret part away.
    profile.run(&["cert", "import", "keys/pgp/alice.asc", "keys/x509/alice.pem"]);
    assert_eq!(profile.own().len(), 4);
}

#[test]
fn a_request_is_never_written_without_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let given = passphrase(folder.path());
    let keys = folder.path().join("keys");
    std::fs::create_dir(&keys).unwrap();
    // The key of an older request is in the way, and is not written over.
    std::fs::write(keys.join("dora_example.test.key.pem"), b"the older key").unwrap();
    let made = generate(folder.path(), "smime", &["--passphrase-file", text(&given)]);
    assert_eq!(made.code, Some(1), "{}", made.error);
    assert_eq!(std::fs::read(keys.join("dora_example.test.key.pem")).unwrap(), b"the older key");
    assert!(!keys.join("dora_example.test.csr.pem").exists(), "a request for a key that is lost");
}
