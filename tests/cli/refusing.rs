//! `seal` refuses what can't be protected as asked: exit code 1, one line, who is in the way.

use super::peers::text;
use super::{AT, Answer, kakitome, write};

fn seal(more: &[&str]) -> (Answer, usize) {
    let folder = tempfile::tempdir().unwrap();
    let body = write(folder.path(), "body.txt", "Hello\n");
    let out = folder.path().join("out");
    let mut args = vec!["seal", "--subject", "x", "--body", text(&body), "-o", text(&out), "--at", AT, "--lang", "en"];
    args.extend(more);
    let answer = kakitome(args);
    let written = std::fs::read_dir(&out).map_or(0, Iterator::count);
    (answer, written)
}

/// Nothing is written, and the line names who is meant and the reason.
fn refuses(more: &[&str], who: &str, why: &str) {
    let mut args = vec!["--from", "bob@example.test", "--encrypt"];
    args.extend(more);
    let (answer, written) = seal(&args);
    let line = answer.refused(1);
    assert!(line.contains(who) && line.contains(why), "{line}");
    assert_eq!(written, 0, "nothing is left behind");
}

#[test]
fn a_recipient_without_a_certificate_is_named() {
    refuses(
        &["--to", "alice@example.test", "--to", "dora@example.test", "--cert", "keys/pgp/alice.asc"],
        "dora@example.test",
        "no certificate",
    );
    refuses(
        &["--to", "alice@example.test", "--technology", "smime", "--cert", "keys/pgp/alice.asc"],
        "alice@example.test",
        "no certificate",
    );
    refuses(
        &["--to", "alice@example.test", "--bcc", "dora@example.test", "--cert", "keys/pgp/alice.asc"],
        "dora@example.test",
        "no certificate",
    );
}

#[test]
fn a_recipient_whose_certificate_has_expired_is_named() {
    refuses(&["--to", "dave@example.test", "--cert", "keys/pgp/dave.asc"], "dave@example.test", "expired");
    refuses(&["--to", "dave@example.test", "--cert", "keys/x509/dave.pem"], "dave@example.test", "expired");
}

#[test]
fn a_recipient_whose_certificate_was_revoked_is_named() {
    refuses(&["--to", "eve@example.test", "--cert", "keys/pgp/eve.asc"], "eve@example.test", "withdrawn");
    let x509 = ["--to", "eve@example.test", "--cert", "keys/x509/eve.pem", "--cert", "keys/x509/int.pem"];
    let lists = ["--anchor", "anchors/root.pem", "--crl", "crl"];
    refuses(&[&x509[..], &lists[..]].concat(), "eve@example.test", "withdrawn");
}

#[test]
fn a_certificate_for_another_address_does_not_count() {
    refuses(
        &["--to", "bob@example.test", "--cert", "keys/x509/bob-elsewhere.pem"],
        "bob@example.test",
        "no certificate",
    );
}

#[test]
fn a_certificate_for_tls_servers_is_not_for_mail() {
    refuses(&["--to", "carol@example.test", "--cert", "keys/x509/carol-tls.pem"], "carol@example.test", "");
}

#[test]
fn an_author_without_a_key_to_sign_with_is_named() {
    let both = ["--sign", "--to", "alice@example.test", "--cert", "keys/pgp/alice.asc"];
    refuses(&both, "bob@example.test", "no key to sign");
    // A certificate without its secret part is no key, and neither is the key of somebody else.
    let other = ["--cert", "keys/pgp/bob.asc", "--key", "secrets/pgp/carol.secret.asc"];
    refuses(&[&both[..], &other[..]].concat(), "bob@example.test", "no key to sign");
    let (answer, written) = seal(&["--from", "bob@example.test", "--sign", "--to", "alice@example.test"]);
    assert!(answer.refused(1).contains("bob@example.test"));
    assert_eq!(written, 0);
    // The technology asked for is the one that counts.
    let smime = ["--from", "bob@example.test", "--sign", "--to", "alice@example.test", "--technology", "smime"];
    let (answer, _) = seal(&[&smime[..], &["--key", "secrets/pgp/bob.secret.asc"]].concat());
    assert!(answer.refused(1).contains("bob@example.test"));
}

#[test]
fn a_locked_key_asks_for_its_passphrase_and_works_with_it() {
    let erin =
        ["--from", "erin@example.test", "--to", "alice@example.test", "--sign", "--key", "keys/pgp/erin.secret.asc"];
    let (answer, written) = seal(&erin);
    assert!(answer.refused(1).contains("--passphrase-file"), "{}", answer.error);
    assert_eq!(written, 0);
    let (answer, written) = seal(&[&erin[..], &["--passphrase-file", "passphrases"]].concat());
    assert_eq!((answer.code, written), (Some(0), 1), "{}", answer.error);
    let p12 = ["--from", "alice@example.test", "--to", "bob@example.test", "--sign", "--key", "keys/p12/alice.p12"];
    let (answer, written) = seal(&p12);
    assert!(answer.refused(1).contains("--passphrase-file"), "{}", answer.error);
    assert_eq!(written, 0);
    let (answer, written) = seal(&[&p12[..], &["--passphrase-file", "passphrases"]].concat());
    assert_eq!((answer.code, written), (Some(0), 1), "{}", answer.error);
}

#[test]
fn what_is_no_address_is_wrong_usage() {
    for bad in
        ["alice", "alice@", "@example.test", "alice@example.test\r\nBcc: mallory@example.test", "a b@example.test", ""]
    {
        let (answer, written) = seal(&["--from", "bob@example.test", "--to", bad]);
        answer.refused(2);
        assert_eq!(written, 0);
    }
    let (answer, _) = seal(&["--from", "bob", "--to", "alice@example.test"]);
    answer.refused(2);
}

#[test]
fn a_message_for_nobody_is_refused() {
    let (answer, written) = seal(&["--from", "bob@example.test"]);
    answer.refused(1);
    assert_eq!(written, 0);
}

#[test]
fn a_subject_cannot_bring_header_fields_of_its_own() {
    let (answer, _) =
        seal(&["--from", "bob@example.test", "--to", "Alice\r\nBcc: mallory@example.test <alice@example.test>"]);
    assert!(matches!(answer.code, Some(0 | 2)), "{answer:?}");
    let folder = tempfile::tempdir().unwrap();
    let body = write(folder.path(), "body.txt", "Hello\n");
    let subject = "x\r\nBcc: mallory@example.test\r\n\r\nother body";
    let out = folder.path().join("out");
    let done = kakitome([
        "seal",
        "--from",
        "bob@example.test",
        "--to",
        "alice@example.test",
        "--subject",
        subject,
        "--body",
        text(&body),
        "-o",
        text(&out),
    ]);
    if done.code == Some(0) {
        let bytes = std::fs::read(out.join("delivery-1.eml")).unwrap();
        assert!(super::mime::field(&bytes, "Bcc").is_none());
        assert!(String::from_utf8_lossy(super::mime::split(&bytes).1).starts_with("Hello"));
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let done = kakitome([
        "seal",
        "--from",
        "bob@example.test",
        "--to",
        "alice@example.test",
        "--body",
        "no-such-body.txt",
        "-o",
        "/nonexistent/out",
    ]);
    assert!(done.refused(1).contains("no-such-body.txt"));
    let (answer, _) = seal(&["--from", "bob@example.test", "--to", "alice@example.test", "--attach", "no-such.pdf"]);
    assert!(answer.refused(1).contains("no-such.pdf"));
    let (answer, _) = seal(&["--from", "bob@example.test", "--to", "alice@example.test", "--cert", "manifest.json"]);
    assert!(answer.refused(1).contains("manifest.json"));
}
