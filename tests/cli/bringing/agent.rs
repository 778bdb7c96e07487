//! Secret OpenPGP keys that stay with GnuPG's agent.

use std::process::Command;

use serde_json::json;

use super::super::peers::{GnuPg, text};
use super::super::profile::Profile;
use super::super::{ended, program, word, write};
use super::{of, over, sorted};

#[test]
fn keys_that_stay_with_the_agent_sign_and_open_here() {
    let (gnupg, profile) = (GnuPg::with(&["keys/pgp/alice.secret.asc", "keys/pgp/bob.asc"]), Profile::new());
    let said = over(&profile, &[], &[], &["key", "import", "--agent", text(gnupg.home())]).documents();
    let (came, stayed) = sorted(&said);
    assert_eq!(stayed.len(), 0, "{stayed:#?}");
    let alice = of(&came, "openpgp", "alice@example.test");
    assert_eq!((&alice["outside"], &alice["has_secret"]), (&json!(true), &json!(true)));
    let listed = profile.good(&["key", "list", "--json"]).documents();
    assert_eq!((listed.len(), &listed[0]["keeper"]), (1, &json!("gpg-agent")));
    // Nothing of it is here: it can't be given out.
    let print = word(alice, "/fingerprint");
    for args in [
        &["key", "export", print, "--secret"][..],
        &["key", "extend", print],
        &["key", "revoke", print, "--reason", "retired"],
    ] {
        let said = profile.run(args).refused(1).to_owned();
        assert!(said.contains("gpg-agent or a token keeps this key"), "{args:?}: {said}");
    }
    // gpg encrypts, the agent's key opens here.
    let entity = "Content-Type: text/plain\r\n\r\nhello\r\n";
    let armored = gnupg.gpg(&["--armor", "--encrypt", "--recipient", "alice@example.test"], entity.as_bytes());
    let mail = format!(
        "From: bob@example.test\r\nTo: alice@example.test\r\nSubject: x\r\nDate: Sun, 1 Nov 2026 00:00:00 +0000\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\r\n\r\n\
         --b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n\
         {}\r\n--b--\r\n",
        String::from_utf8(armored).unwrap()
    );
    let file = write(profile.folder.path(), "x.eml", &mail);
    profile.good(&["import", text(&file)]);
    let shown = profile.good(&["show", "1", "--json"]).document();
    assert_eq!(shown["encryption"][0]["outcome"], "decrypted", "{shown:#?}");
    assert_eq!(word(&shown, "/text").trim(), "hello");
    // Without the agent's files it is closed, and no other key opens it.
    let kept = gnupg.home().join("private-keys-v1.d");
    std::fs::rename(&kept, gnupg.home().join("away")).unwrap();
    let _ = Command::new("gpgconf").env("GNUPGHOME", gnupg.home()).args(["--kill", "all"]).output();
    let inspected = profile.good(&["show", "1", "--json"]).document();
    assert_eq!(inspected["headline"]["lock"], "cannot_open");
    std::fs::rename(gnupg.home().join("away"), &kept).unwrap();
}

#[test]
fn a_key_of_the_agents_signs_a_mail_that_gpg_verifies_with_its_passphrase_by_file() {
    let gnupg = GnuPg::with(&["keys/pgp/erin.secret.asc"]);
    let folder = tempfile::tempdir().unwrap();
    let body = write(folder.path(), "body", "hello\n");
    let out = folder.path().join("out");
    let seal = |passphrase: &str| {
        let given = write(folder.path(), "given", format!("{passphrase}\n"));
        let mut command = program();
        command.args(["seal", "--from", "erin@example.test", "--to", "bob@example.test", "--subject", "x", "--sign"]);
        command.args(["--technology", "openpgp", "--cert", "keys/pgp/erin.asc", "--agent", text(gnupg.home())]);
        command.args(["--body", text(&body), "-o", text(&out), "--passphrase-file", text(&given), "--offline"]);
        ended(&mut command)
    };
    seal("wrong").refused(1);
    let sealed = seal("open sesame");
    assert_eq!(sealed.code, Some(0), "{}", sealed.error);
    let mail = std::fs::read_dir(&out).unwrap().flatten().next().unwrap().path();
    let inspected = super::super::inspect(&[&mail], &["--trust-given"]);
    let check = &inspected.document()["signatures"][0];
    assert_eq!(check["outcome"], "intact", "{check:#?}");
    // gpg says the same of the two parts.
    let raw = std::fs::read(&mail).unwrap();
    let (content, signature) = parts(&raw);
    let (content, signature) =
        (write(folder.path(), "content", content), write(folder.path(), "signature.asc", signature));
    let (status, _) = gnupg.gpg_status(&["--verify", text(&signature), text(&content)], b"");
    assert!(status.contains("GOODSIG"), "{status}");
}

#[test]
fn a_key_of_the_agents_vouches_and_takes_it_back_and_gpg_agrees() {
    let (gnupg, profile) = (GnuPg::with(&["keys/pgp/alice.secret.asc", "keys/pgp/bob.asc"]), Profile::new());
    let said = over(&profile, &[], &[], &["key", "import", "--agent", text(gnupg.home())]).documents();
    let (came, _) = sorted(&said);
    let (alice, bob) = (of(&came, "openpgp", "alice@example.test"), of(&came, "openpgp", "bob@example.test"));
    let (by, print) = (word(alice, "/fingerprint").to_owned(), word(bob, "/fingerprint").to_owned());
    let marks = || {
        let certificate = profile.good(&["key", "export", &print]).output;
        gnupg.gpg(&["--import"], &certificate);
        let listed = gnupg.gpg(&["--with-colons", "--check-sigs", &print], b"");
        let listed = String::from_utf8(listed).unwrap();
        let of_alice = listed.lines().filter(|line| {
            let fields: Vec<_> = line.split(':').collect();
            fields.get(1) == Some(&"!") && fields.get(4).is_some_and(|id| by.ends_with(id))
        });
        of_alice.map(|line| line.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(marks(), ["sig"], "alice vouched for bob before");
    profile.good(&["trust", "certify", &print, "bob@example.test", "--amount", "60"]);
    assert_eq!(marks(), ["sig", "sig"], "gpg finds one good certification more");
    let path = profile.good(&["trust", "path", "bob@example.test", "--json"]).document();
    assert_eq!(word(&path, "/verdict"), "partial", "{path:#?}");
    profile.good(&["trust", "retract", &print]);
    let taken_back = marks();
    assert!(taken_back.iter().any(|mark| mark == "rev"), "and that it was taken back: {taken_back:?}");
    // Without the agent's files nothing is signed, and that is said.
    std::fs::rename(gnupg.home().join("private-keys-v1.d"), gnupg.home().join("away")).unwrap();
    let _ = Command::new("gpgconf").env("GNUPGHOME", gnupg.home()).args(["--kill", "all"]).output();
    let said = profile.run(&["trust", "certify", &print, "bob@example.test"]).refused(1).to_owned();
    assert!(said.contains("gpg-agent or a token keeps this key"), "{said}");
}

/// The signed part and the signature of a multipart/signed.
fn parts(raw: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mail = String::from_utf8(raw.to_vec()).unwrap();
    let boundary = mail.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let delimiter = format!("--{boundary}");
    let mut pieces = mail.split(&delimiter);
    pieces.next();
    let content = pieces.next().unwrap().strip_prefix("\r\n").unwrap();
    let content = content.strip_suffix("\r\n").unwrap().to_owned();
    let signature = pieces.next().unwrap();
    let begin = signature.find("-----BEGIN").unwrap();
    (content.into_bytes(), signature.as_bytes()[begin..].to_vec())
}
