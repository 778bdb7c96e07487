//! Own keys in every kind: made, renewed, withdrawn and killed, next to gpg, gpgsm, sq and openssl, in both directions.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::keys::Profile;
use super::peers::{GnuPg, attempt, openssl, sq, text};
use super::{contains, kakitome, program, word, write};

/// The arguments that make dora's keys, and print them as JSON.
const DORA: [&str; 7] = ["key", "generate", "--name", "Dora", "--address", "dora@example.test", "--json"];

pub(crate) fn dora<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&DORA[..], more].concat()
}

/// A profile with a passphrase file that opens it, and then protects keys with `swordfish`.
pub(crate) fn with_passphrase(profile: &Profile) -> PathBuf {
    write(profile.folder.path(), "two", "vault\nswordfish\n")
}

/// Mail that bob wrote to a certificate, put into the profile: its number.
fn mail_to(profile: &Profile, certificate: &Path, technology: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let body = write(folder.path(), "body", "Old mail\n");
    let out = folder.path().join("out");
    let seal = ["seal", "--from", "bob@example.test", "--to", "dora@example.test", "--subject", "x", "--encrypt"];
    let more = ["--body", text(&body), "--cert", text(certificate), "--technology", technology, "-o", text(&out)];
    let done = kakitome([&seal[..], &more].concat());
    assert_eq!(done.code, Some(0), "{}", done.error);
    let imported = profile.run(&["import", text(&out.join("delivery-1.eml")), "--folder", technology]);
    assert_eq!(imported.code, Some(0), "{}", imported.error);
    let rows = profile.run(&["list", technology, "--json"]).documents();
    rows[0]["id"].to_string()
}

/// The message with that number opens, whatever was done to the key since.
fn still_opens(profile: &Profile, id: &str) {
    let shown = profile.run(&["show", id, "--json"]).document();
    assert_eq!((word(&shown, "/headline/lock"), word(&shown, "/text")), ("encrypted", "Old mail\n"), "{shown}");
}

fn exported(profile: &Profile, fingerprint: &str, name: &str) -> PathBuf {
    let answer = profile.run(&["key", "export", fingerprint]);
    assert_eq!(answer.code, Some(0), "{}", answer.error);
    write(profile.folder.path(), name, &answer.output)
}

#[test]
fn both_pairs_are_made_in_one_step_with_an_end_and_a_kept_revocation() {
    let profile = Profile::new();
    let made = profile.run(&dora(&["--technology", "both"])).documents();
    let technologies: Vec<&str> = made.iter().map(|one| word(one, "/technology")).collect();
    assert_eq!(technologies, ["openpgp", "smime"]);
    for one in &made {
        let left = one["days_left"].as_i64().unwrap();
        assert!((728..=730).contains(&left), "two years: {left}");
        assert_eq!((&one["due"], &one["revocation"], &one["revoked"]), (&json!(false), &json!(null), &json!(false)));
    }
    assert_eq!((word(&made[0], "/kind"), word(&made[1], "/kind")), ("v4", "rsa3072"));
    assert_eq!(word(&made[1], "/origin"), "self_signed");
    let kept = profile.run(&["key", "export", word(&made[0], "/fingerprint"), "--revocation"]);
    assert!(contains(&kept.output, "BEGIN PGP PUBLIC KEY BLOCK"), "{}", kept.error);
    // What was made at birth works for others.
    let gnupg = GnuPg::new();
    gnupg.import(&exported(&profile, word(&made[0], "/fingerprint"), "public.asc"));
    gnupg.gpg(&["--trust-model", "pgp", "--check-trustdb"], b"");
    gnupg.import(&write(profile.folder.path(), "revocation.asc", &kept.output));
    let listed = String::from_utf8(gnupg.gpg(&["--with-colons", "--list-keys"], b"")).unwrap();
    assert!(listed.contains("pub:r:"), "{listed}");
    profile.run(&["key", "export", word(&made[1], "/fingerprint"), "--revocation"]).refused(1);
}

#[test]
fn the_keys_of_version_4_are_three_with_one_use_each_and_work_in_gpg_and_sq() {
    for (kind, algorithm) in [("v4", "22"), ("rsa3072", "1"), ("rsa4096", "1")] {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        let made = kakitome(dora(&["--technology", "openpgp", "--kind", kind, "--lifetime", "90d", "-o", text(&keys)]));
        let made = made.document();
        let (public, secret) = (keys.join("dora_example.test.asc"), keys.join("dora_example.test.secret.asc"));
        let gnupg = GnuPg::new();
        gnupg.import(&secret);
        let listed = String::from_utf8(gnupg.gpg(&["--with-colons", "--list-secret-keys"], b"")).unwrap();
        let uses: Vec<(&str, &str, &str)> = listed
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>())
            .filter(|fields| matches!(fields[0], "sec" | "ssb"))
            .map(|fields| (fields[0], fields[3], fields[11]))
            .collect();
        assert_eq!(uses[0].1, algorithm, "{kind}: {listed}");
        let own: Vec<String> =
            uses.iter().map(|(_, _, of)| of.chars().filter(char::is_ascii_lowercase).collect()).collect();
        let mut subkeys = own[1..].to_vec();
        subkeys.sort();
        assert_eq!((own[0].as_str(), subkeys), ("c", vec!["e".to_owned(), "s".to_owned()]), "{kind}: {listed}");
        let end = listed.lines().find(|line| line.starts_with("sec:")).unwrap().split(':').nth(6).unwrap();
        assert!(!end.is_empty(), "{kind}: it has an end: {listed}");
        let signed = gnupg.gpg(&["--sign"], b"hello");
        assert_eq!(sq(&["verify", "--signer-cert", text(&public)], &signed), b"hello", "{kind}");
        let encrypted = sq(&["encrypt", "--recipient-cert", text(&public), "--signer-key", text(&secret)], b"hello");
        let (status, opened) = gnupg.gpg_status(&["--decrypt"], &encrypted);
        assert!(status.contains("GOODSIG") && opened == b"hello", "{kind}: {status}");
        assert_eq!(made["algorithms"].as_array().unwrap().len(), 3, "{made}");
    }
}

#[test]
fn keys_of_version_6_and_post_quantum_ones_sign_encrypt_and_open() {
    for (kind, algorithms) in [("v6", ["Ed25519", "X25519"]), ("pqc", ["ML-DSA-65", "ML-KEM-768"])] {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        let given = write(folder.path(), "passphrase", "swordfish\n");
        let more = ["--technology", "openpgp", "--kind", kind, "--passphrase-file", text(&given), "-o", text(&keys)];
        let made = kakitome(dora(&more)).document();
        assert_eq!(word(&made, "/fingerprint").len(), 64, "version 6: {made}");
        let named = made["algorithms"].to_string();
        for algorithm in algorithms {
            assert!(named.replace(['_', ' '], "-").contains(algorithm), "{kind}: {named}");
        }
        let (public, secret) = (keys.join("dora_example.test.asc"), keys.join("dora_example.test.secret.asc"));
        let body = write(folder.path(), "body", "Hello\n");
        let out = folder.path().join("out");
        let seal = ["seal", "--from", "dora@example.test", "--to", "dora@example.test", "--subject", "x", "--sign"];
        let more = ["--encrypt", "--body", text(&body), "-o", text(&out), "--cert", text(&public)];
        let own = ["--key", text(&secret), "--passphrase-file", text(&given)];
        let done = kakitome([&seal[..], &more, &own].concat());
        assert_eq!(done.code, Some(0), "{kind}: {}", done.error);
        let delivery = out.join("delivery-1.eml");
        let inspect = ["inspect", text(&delivery), "--json", "--trust-given"];
        let read = kakitome([&inspect[..], &own].concat()).document();
        assert_eq!(super::headline(&read), ("encrypted", "authenticated"), "{kind}: {read}");
        assert_eq!(word(&read, "/encryption/0/integrity"), "seipd2", "{kind}");
    }
}

#[test]
fn smime_keys_of_every_kind_work_in_openssl_in_both_directions() {
    for (kind, named) in [("rsa4096", "4096 bit"), ("p256", "prime256v1"), ("p384", "secp384r1")] {
        let profile = Profile::new();
        let made = profile.run(&dora(&["--technology", "smime", "--self-signed", "--kind", kind])).document();
        assert_eq!((word(&made, "/kind"), word(&made, "/use")), (kind, "both"));
        let (pem, key) = opened(&profile, &made, kind);
        let shown = String::from_utf8(openssl(&["x509", "-in", text(&pem), "-noout", "-text"], b"")).unwrap();
        assert!(shown.contains(named) && shown.contains("email:dora@example.test"), "{kind}: {shown}");
        let sign =
            ["cms", "-sign", "-binary", "-signer", text(&pem), "-inkey", text(&key), "-outform", "DER", "-nodetach"];
        let signed = openssl(&sign, b"hello");
        let verify = ["cms", "-verify", "-inform", "DER", "-binary", "-CAfile", text(&pem), "-purpose", "smimesign"];
        assert_eq!(openssl(&verify, &signed), b"hello");
        // openssl writes to it, the profile reads.
        let encrypted =
            openssl(&["cms", "-encrypt", "-aes-256-cbc", text(&pem)], b"Content-Type: text/plain\n\nhello\n");
        let mail = [&b"From: bob@example.test\nTo: dora@example.test\nSubject: x\n"[..], &encrypted].concat();
        let mail = write(profile.folder.path(), "mail.eml", mail);
        assert_eq!(profile.run(&["import", text(&mail)]).code, Some(0));
        let id = profile.run(&["list", "Imported", "--json"]).documents()[0]["id"].to_string();
        let read = profile.run(&["show", &id, "--json"]).document();
        assert_eq!(word(&read, "/headline/lock"), "encrypted", "{kind}: {read}");
        // The profile writes to it, openssl reads.
        let to = mail_to(&profile, &pem, "smime");
        let source = profile.run(&["show", &to, "--source"]).output;
        let opened = openssl(&["cms", "-decrypt", "-recip", text(&pem), "-inkey", text(&key)], &source);
        assert!(contains(&opened, "Old mail"), "{kind}");
    }
}

/// The certificate of an own S/MIME key, and the key that openssl takes out of its PKCS #12.
pub(crate) fn opened(profile: &Profile, made: &Value, name: &str) -> (PathBuf, PathBuf) {
    let two = with_passphrase(profile);
    let fingerprint = word(made, "/fingerprint");
    let pem = exported(profile, fingerprint, &format!("{name}.pem"));
    let p12 = profile.folder.path().join(format!("{name}.p12"));
    let done = profile.run_with(&two, &["key", "export", fingerprint, "--secret", "-o", text(&p12)]);
    assert_eq!(done.code, Some(0), "{}", done.error);
    let key = profile.folder.path().join(format!("{name}.key"));
    openssl(&["pkcs12", "-in", text(&p12), "-passin", "pass:swordfish", "-nodes", "-nocerts", "-out", text(&key)], b"");
    (pem, key)
}

#[test]
fn separate_smime_keys_have_one_use_each_and_what_is_signed_brings_the_other() {
    let profile = Profile::new();
    let made =
        profile.run(&dora(&["--technology", "smime", "--self-signed", "--separate", "--kind", "p256"])).documents();
    let uses: Vec<&str> = made.iter().map(|one| word(one, "/use")).collect();
    assert_eq!(uses, ["signing", "encryption"]);
    assert_eq!((&made[0]["capabilities"], &made[1]["capabilities"]), (&json!(["sign"]), &json!(["encrypt"])));
    let text_of = |one: &Value, name: &str| {
        let pem = exported(&profile, word(one, "/fingerprint"), name);
        String::from_utf8(openssl(&["x509", "-in", text(&pem), "-noout", "-text"], b"")).unwrap()
    };
    let (signing, encryption) = (text_of(&made[0], "signing.pem"), text_of(&made[1], "encryption.pem"));
    assert!(signing.contains("Digital Signature") && !signing.contains("Key Agreement"), "{signing}");
    assert!(encryption.contains("Key Agreement") && !encryption.contains("Digital Signature"), "{encryption}");

    // Dora signs; whoever reads it finds the certificate to answer to inside.
    let (signer, key) = opened(&profile, &made[0], "one");
    let (other, other_key) = opened(&profile, &made[1], "other");
    let both = write(
        profile.folder.path(),
        "both.pem",
        [
            std::fs::read(&signer).unwrap(),
            std::fs::read(&key).unwrap(),
            std::fs::read(&other).unwrap(),
            std::fs::read(&other_key).unwrap(),
        ]
        .concat(),
    );
    let body = write(profile.folder.path(), "body", "Hello\n");
    let out = profile.folder.path().join("out");
    let seal = ["seal", "--from", "dora@example.test", "--to", "alice@example.test", "--subject", "x", "--sign"];
    let more = ["--technology", "smime", "--body", text(&body), "--key", text(&both), "-o", text(&out)];
    let done = kakitome([&seal[..], &more].concat());
    assert_eq!(done.code, Some(0), "{}", done.error);
    let delivery = out.join("delivery-1.eml");
    let mail = std::fs::read(&delivery).unwrap();
    let bundle = profile.folder.path().join("bundle.pem");
    openssl(&["cms", "-verify", "-noverify", "-certsout", text(&bundle), "-out", "/dev/null"], &mail);
    let certificates = std::fs::read_to_string(&bundle).unwrap();
    assert_eq!(certificates.matches("BEGIN CERTIFICATE").count(), 2, "{certificates}");
    let shown = String::from_utf8(openssl(&["cms", "-cmsout", "-print", "-noout"], &mail)).unwrap();
    assert!(shown.contains("1.2.840.113549.1.9.16.2.11"), "the encryption key preference: {shown}");
    // And each half does its part.
    let id = mail_to(&profile, &other, "smime");
    still_opens(&profile, &id);
}

#[test]
fn a_request_waits_in_the_profile_for_every_form_of_answer() {
    for form in ["pem", "der", "p7b", "p7b-der"] {
        let profile = Profile::new();
        let path = |name: &str| profile.folder.path().join(name);
        let csr = path("request.pem");
        let asked =
            profile.run(&dora(&["--technology", "smime", "--kind", "p256", "--request", text(&csr)])).document();
        let key = word(&asked, "/waiting").to_owned();
        assert_eq!(profile.own().len(), 0, "no certificate yet");
        assert_eq!(profile.run(&["key", "waiting", "--json"]).documents().len(), 1);
        // It can be had again.
        let again = profile.run(&["key", "waiting", &key]);
        assert_eq!(again.output, std::fs::read(&csr).unwrap());

        let (ca, answer) = sign_request(&path, &csr);
        let file = match form {
            "pem" => answer,
            "der" => {
                openssl(&["x509", "-in", text(&answer), "-outform", "DER", "-out", text(&path("answer.der"))], b"");
                path("answer.der")
            }
            _ => {
                let form = if form == "p7b" { "PEM" } else { "DER" };
                let bundle = path("answer.p7b");
                let make = ["crl2pkcs7", "-nocrl", "-outform", form, "-out", text(&bundle)];
                openssl(&[&make[..], &["-certfile", text(&answer), "-certfile", text(&ca)]].concat(), b"");
                bundle
            }
        };
        let taken = profile.run(&["key", "import", text(&file), "--json"]).documents();
        let own: Vec<&Value> = taken.iter().filter(|one| one["has_secret"] == true).collect();
        assert_eq!(own.len(), 1, "{form}: {taken:?}");
        assert_eq!((&own[0]["locked"], word(own[0], "/addresses/0")), (&json!(false), "dora@example.test"), "{form}");
        assert_eq!(profile.run(&["key", "waiting", "--json"]).documents().len(), 0, "{form}: it waits no more");
        let listed = profile.own();
        assert_eq!((listed.len(), word(&listed[0], "/origin")), (1, "elsewhere"));
        // It opens what was encrypted for it.
        let id = mail_to(&profile, &exported(&profile, word(&listed[0], "/fingerprint"), "own.pem"), "smime");
        still_opens(&profile, &id);
        // It can't be withdrawn here, and is renewed by a request to the same authority.
        let fingerprint = word(&listed[0], "/fingerprint").to_owned();
        let refused = profile.run(&["key", "revoke", &fingerprint, "--reason", "retired"]);
        assert!(refused.refused(1).contains("issued by an authority elsewhere"), "{}", refused.error);
        let renewal = profile.run(&["key", "extend", &fingerprint, "--same-key", "--json"]).document();
        let request = write(profile.folder.path(), "renewal.pem", word(&renewal, "/request"));
        let (_, answer) = sign_request(&|name: &str| path(&format!("second-{name}")), &request);
        profile.run(&["key", "import", text(&answer)]);
        let listed = profile.own();
        assert_eq!(listed.iter().filter(|one| one["succeeded"] == true).count(), 1, "{listed:?}");
        assert_eq!(listed.len(), 2, "the old one stays");
        still_opens(&profile, &id);
    }
}

/// An authority of the day signs a request: its certificate, and the answer.
fn sign_request(path: &dyn Fn(&str) -> PathBuf, csr: &Path) -> (PathBuf, PathBuf) {
    let (ca_key, ca, answer, extensions) = (path("ca.key"), path("ca.pem"), path("answer.pem"), path("ext"));
    let new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=Authority of the day"];
    openssl(&[&new[..], &["-keyout", text(&ca_key), "-out", text(&ca)]].concat(), b"");
    let shown = attempt(Command::new("openssl").args(["req", "-verify", "-noout", "-in", text(csr)]), b"");
    assert!(contains(&[shown.stdout, shown.stderr].concat(), "verify OK"), "its own key signed it");
    let told = "keyUsage=digitalSignature,keyEncipherment,keyAgreement\nextendedKeyUsage=emailProtection\n\
                subjectAltName=email:dora@example.test\n";
    std::fs::write(&extensions, told).unwrap();
    let days = if text(&answer).contains("second") { "800" } else { "365" };
    let sign = ["x509", "-req", "-in", text(csr), "-CA", text(&ca), "-CAkey", text(&ca_key), "-CAcreateserial"];
    openssl(&[&sign[..], &["-days", days, "-extfile", text(&extensions), "-out", text(&answer)]].concat(), b"");
    (ca, answer)
}

#[test]
fn a_request_under_a_passphrase_of_its_own_keeps_it_and_can_be_given_up() {
    let profile = Profile::new();
    let two = with_passphrase(&profile);
    let path = |name: &str| profile.folder.path().join(name);
    let csr = path("request.pem");
    let asked = ["--technology", "smime", "--kind", "p256", "--request", text(&csr)];
    profile.run_with(&two, &dora(&asked)).document();
    let (_, answer) = sign_request(&path, &csr);
    let taken = profile.run(&["key", "import", text(&answer), "--json"]).document();
    assert_eq!((&taken["has_secret"], &taken["locked"]), (&json!(true), &json!(true)), "{taken}");
    let fingerprint = word(&taken, "/fingerprint").to_owned();
    let p12 = path("own.p12");
    let done = profile.run_with(&two, &["key", "export", &fingerprint, "--secret", "-o", text(&p12)]);
    assert_eq!(done.code, Some(0), "{}", done.error);

    let more = ["--technology", "smime", "--kind", "p256"];
    let asked = profile.run(&dora(&more)).document();
    let key = word(&asked, "/waiting").to_owned();
    assert_eq!(profile.run(&["key", "waiting", &key, "--discard"]).code, Some(0));
    assert_eq!(profile.run(&["key", "waiting", "--json"]).documents().len(), 0);
    profile.run(&["key", "waiting", &key, "--discard"]).refused(1);
}

#[test]
fn renewing_and_withdrawing_never_take_away_what_opens_old_mail() {
    let profile = Profile::new();
    let made = profile.run(&dora(&["--technology", "both", "--kind", "p256", "--lifetime", "30d"])).documents();
    let (pgp, smime) = (word(&made[0], "/fingerprint").to_owned(), word(&made[1], "/fingerprint").to_owned());
    assert!(made.iter().all(|one| one["due"] == true), "they end within 60 days: {made:?}");
    let old_pgp = mail_to(&profile, &exported(&profile, &pgp, "old.asc"), "openpgp");
    let old_smime = mail_to(&profile, &exported(&profile, &smime, "old.pem"), "smime");

    // An OpenPGP key gets a later end, which gpg sees.
    let gnupg = GnuPg::new();
    gnupg.import(&exported(&profile, &pgp, "before.asc"));
    let renewed = profile.run(&["key", "extend", &pgp, "--lifetime", "3y", "--json"]).document();
    assert!(renewed["days_left"].as_i64().unwrap() > 1_000 && renewed["due"] == false, "{renewed}");
    gnupg.import(&exported(&profile, &pgp, "after.asc"));
    let listed = String::from_utf8(gnupg.gpg(&["--with-colons", "--list-keys"], b"")).unwrap();
    let ends: Vec<i64> = listed
        .lines()
        .filter(|line| line.starts_with("pub:") || line.starts_with("sub:"))
        .map(|line| line.split(':').nth(6).unwrap().parse().unwrap())
        .collect();
    let now: i64 = later(0).parse().unwrap();
    assert!(ends.len() == 3 && ends.iter().all(|end| end - now > 1_000 * 86_400), "every key: {listed}");

    // An S/MIME certificate gets a successor: with a new key, then with the same.
    let successor = profile.run(&["key", "extend", &smime, "--json"]).document();
    assert_ne!(word(&successor, "/fingerprint"), smime);
    let spki = |fingerprint: &str, name: &str| {
        openssl(&["x509", "-in", text(&exported(&profile, fingerprint, name)), "-noout", "-pubkey"], b"")
    };
    let second = word(&successor, "/fingerprint").to_owned();
    assert_ne!(spki(&smime, "first.pem"), spki(&second, "second.pem"));
    let third = profile.run(&["key", "extend", &second, "--same-key", "--lifetime", "3y", "--json"]).document();
    assert_eq!(spki(&second, "second-again.pem.x"), spki(word(&third, "/fingerprint"), "third.pem"));
    let own = profile.own();
    assert_eq!(own.iter().filter(|one| one["technology"] == "smime").count(), 3, "every old one stays");
    assert!(own.iter().all(|one| one["has_secret"] == true));

    // Withdrawn, it still opens what was sent before.
    let withdrawn = profile.folder.path().join("withdrawn.asc");
    let more = ["--reason", "superseded", "--text", "A new key", "-o", text(&withdrawn), "--json"];
    let revoked = profile.run(&[&["key", "revoke", &pgp][..], &more].concat()).document();
    assert_eq!((&revoked["revoked"], word(&revoked, "/revocation/reason")), (&json!(true), "superseded"));
    assert_eq!(revoked["revocation"]["hard"], false);
    gnupg.import(&withdrawn);
    let listed = String::from_utf8(gnupg.gpg(&["--with-colons", "--list-keys"], b"")).unwrap();
    assert!(listed.contains("pub:r:"), "{listed}");
    still_opens(&profile, &old_pgp);
    still_opens(&profile, &old_smime);
    assert!(profile.run(&["key", "revoke", &pgp, "--reason", "retired"]).refused(1).contains("already_revoked"));
    profile.run(&["key", "extend", &pgp]).refused(1);
}

#[test]
fn a_key_whose_passphrase_is_lost_is_withdrawn_by_the_revocation_made_at_its_birth() {
    let profile = Profile::new();
    let two = with_passphrase(&profile);
    let made = profile.run_with(&two, &dora(&["--technology", "openpgp"])).document();
    assert_eq!(made["locked"], true);
    let fingerprint = word(&made, "/fingerprint").to_owned();
    let plain = profile.run(&["key", "revoke", &fingerprint, "--reason", "compromised"]);
    assert!(plain.refused(1).contains("passphrase"), "{}", plain.error);
    let revoked = profile.run(&["key", "revoke", &fingerprint, "--reason", "unspecified", "--kept", "--json"]);
    let revoked = revoked.document();
    assert_eq!((&revoked["revoked"], &revoked["revocation"]["hard"]), (&json!(true), &json!(true)));
    let sq_shown = sq(&["inspect", text(&exported(&profile, &fingerprint, "revoked.asc"))], b"");
    assert!(contains(&sq_shown, "Revoked"), "{}", String::from_utf8_lossy(&sq_shown));
}

#[test]
fn keys_that_gpg_and_openssl_made_are_renewed_and_withdrawn_here() {
    let gnupg = GnuPg::new();
    let user = "Dora <dora@example.test>";
    gnupg.gpg(&["--passphrase", "", "--quick-generate-key", user, "rsa2048", "sign,cert", "20d"], b"");
    let listed = String::from_utf8(gnupg.gpg(&["--with-colons", "--list-keys"], b"")).unwrap();
    let fingerprint = listed.lines().find(|line| line.starts_with("fpr:")).unwrap().split(':').nth(9).unwrap();
    gnupg.gpg(&["--passphrase", "", "--quick-add-key", fingerprint, "rsa2048", "encr", "20d"], b"");
    let secret = gnupg.gpg(&["--passphrase", "", "--armor", "--export-secret-keys"], b"");
    let profile = Profile::new();
    let file = write(profile.folder.path(), "gpg.asc", secret);
    profile.run(&["key", "import", text(&file)]);
    let own = profile.own();
    assert_eq!((own.len(), &own[0]["due"], &own[0]["kept_revocation"]), (1, &json!(true), &json!(false)));
    profile.run(&["key", "extend", fingerprint, "--lifetime", "1y", "--json"]).document();
    gnupg.import(&exported(&profile, fingerprint, "extended.asc"));
    // gpg signs with it and for it beyond the old end.
    let signed = gnupg.gpg(&["--faked-system-time", &later(200), "--sign"], b"hello");
    assert!(!signed.is_empty());
    profile.run(&["key", "revoke", fingerprint, "--reason", "compromised"]);
    gnupg.import(&exported(&profile, fingerprint, "revoked.asc"));
    assert!(!attempt(gnupg.gpg_command().args(["--sign"]), b"hello").status.success(), "gpg takes it as withdrawn");

    let path = |name: &str| profile.folder.path().join(name);
    let (key, pem, p12) = (path("o.key"), path("o.pem"), path("o.p12"));
    let subject = ["-subj", "/CN=Dora", "-addext", "subjectAltName=email:dora@example.test"];
    let usage = ["-addext", "keyUsage=digitalSignature,keyEncipherment", "-addext", "extendedKeyUsage=emailProtection"];
    let new =
        ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "20", "-keyout", text(&key), "-out", text(&pem)];
    openssl(&[&new[..], &subject, &usage].concat(), b"");
    let pack = ["pkcs12", "-export", "-in", text(&pem), "-inkey", text(&key), "-passout", "pass:swordfish"];
    openssl(&[&pack[..], &["-out", text(&p12)]].concat(), b"");
    let two = with_passphrase(&profile);
    profile.run_with(&two, &["key", "import", text(&p12)]);
    let theirs = profile.own().into_iter().find(|one| one["technology"] == "smime").unwrap();
    assert_eq!(theirs["due"], true);
    let renewed =
        profile.run_with(&two, &["key", "extend", word(&theirs, "/fingerprint"), "--same-key", "--json"]).document();
    assert_eq!(renewed["due"], false, "{renewed}");
    assert_eq!(renewed["addresses"], theirs["addresses"]);
    let (new_pem, new_key) = opened(&profile, &renewed, "renewed");
    assert_eq!(
        openssl(&["pkey", "-in", text(&new_key), "-pubout"], b""),
        openssl(&["pkey", "-in", text(&key), "-pubout"], b"")
    );
    let sign =
        ["cms", "-sign", "-binary", "-signer", text(&new_pem), "-inkey", text(&key), "-outform", "DER", "-nodetach"];
    let signed = openssl(&sign, b"hello");
    let verify = ["cms", "-verify", "-inform", "DER", "-binary", "-CAfile", text(&new_pem), "-purpose", "smimesign"];
    assert_eq!(openssl(&verify, &signed), b"hello");
}

/// A moment so many days from now, as gpg's faked time wants it.
fn later(days: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    (now + days * 86_400).to_string()
}

/// How often the program is killed.
const ROUNDS: u32 = 24;

#[test]
fn killed_at_any_moment_there_are_all_keys_of_a_step_or_none() {
    let profile = Profile::new();
    let first = Instant::now();
    profile.run(&dora(&["--technology", "both", "--kind", "p256"])).documents();
    let whole = first.elapsed();
    let dir = profile.folder.path().join("profile");
    let vault = profile.folder.path().join("vault");
    let (mut killed, mut done) = (0, 0);
    for round in 0..ROUNDS {
        let common = ["--profile", text(&dir), "--secret-store", "file", "--passphrase-file", text(&vault)];
        let mut child = program()
            .args(common)
            .args(dora(&["--technology", "both", "--kind", "p256", "--separate"]))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The later part of a run is where something is written; each round ends at another moment of it.
        std::thread::sleep(
            whole.mul_f64(0.3 + 0.8 * f64::from(round) / f64::from(ROUNDS)).min(Duration::from_secs(20)),
        );
        let _ = child.kill();
        if child.wait().unwrap().success() {
            done += 1;
        } else {
            killed += 1;
        }
        let own = profile.own();
        let (pgp, smime): (Vec<_>, Vec<_>) = own.iter().partition(|one| one["technology"] == "openpgp");
        // Each step makes one OpenPGP key and two certificates, after one pair at the beginning.
        assert_eq!(smime.len() - 1, 2 * (pgp.len() - 1), "round {round}: {own:?}");
        assert!(pgp.iter().all(|one| one["kept_revocation"] == true), "round {round}: {own:?}");
        assert!(own.iter().all(|one| one["has_secret"] == true && one["problems"] == json!([])), "round {round}");
    }
    assert!(killed > 0, "{killed} killed, {done} done");
}
