//! The contract of `inspect`: keys, words, exit codes, ways to give it messages.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::peers::text;
use super::{AT, corpus, ended, headline, inspect, kakitome, mail, manifest, of_corpus, program, word, write};

/// What cli.md shows: every key has to be there; more may be.
fn shape() -> Value {
    let mailbox = json!([{ "name": "", "address": "" }]);
    json!({
        "schema": 1, "file": "",
        "displayed": { "from": mailbox, "to": mailbox, "cc": mailbox, "subject": "", "date": "" },
        "headline": {
            "lock": ["not_encrypted", "encrypted", "cannot_open"],
            "seal": ["unsigned", "authenticated", "partial", "unauthenticated", "broken"],
        },
        "encryption": [{
            "technology": ["openpgp", "smime"], "outcome": ["decrypted", "locked", "failed"],
            "coverage": ["whole", "part"], "cipher": null,
            "integrity": ["seipd1", "seipd2", "auth_enveloped", "none"], "recipients": [""], "reason": null,
        }],
        "signatures": [{
            "technology": ["openpgp", "smime"],
            "outcome": ["intact", "bad_signature", "malformed", "unsupported_algorithm", "unbound_key", "bad_key", "missing_certificate"],
            "coverage": ["whole", "part"], "signed_at": "", "inside_encryption": true,
            "signer": { "fingerprint": "", "addresses": [""], "subject": null, "issuer": null },
            "trust": {
                "verdict": ["authenticated", "partial", "unauthenticated", "mismatch", "revoked", "expired"],
                "path": [{ "kind": ["direct", "certification", "ca"], "name": "", "fingerprint": "" }],
                "reason": null,
            },
        }],
        "header_protection": { "scheme": ["none", "rfc9788", "legacy"], "confidential": [""], "mismatches": [""] },
        "sender": [{
            "method": ["spf", "dkim", "dmarc", "arc", "bimi", "iprev"],
            "result": ["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "policy"],
            "domain": "", "policy": null, "source": ["evaluated", "reported"], "authserv_id": null,
        }],
        "cautions": [{ "code": "", "text": "" }],
        "defects": [{ "code": "", "part": "" }],
        "parts": [{ "path": "", "type": "", "filename": null, "bytes": 0, "signed": true, "decrypted": true, "shown": true }],
        "text": "",
    })
}

/// Says where a document leaves the shape. An array of several words in the shape is a choice,
/// `null` is a text or nothing.
fn departures(shape: &Value, found: &Value, at: &str, out: &mut Vec<String>) {
    match (shape, found) {
        (Value::Object(keys), Value::Object(object)) => {
            for (key, inner) in keys {
                match object.get(key) {
                    Some(value) => departures(inner, value, &format!("{at}/{key}"), out),
                    None => out.push(format!("{at}/{key} is missing")),
                }
            }
        }
        (Value::Array(words), Value::String(_)) if words.len() > 1 => {
            if !words.contains(found) {
                out.push(format!("{at} is {found}"));
            }
        }
        (Value::Array(one), Value::Array(many)) if one.len() == 1 => {
            for value in many {
                departures(&one[0], value, at, out);
            }
        }
        (Value::Null, Value::Null | Value::String(_))
        | (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_)) => {}
        _ => out.push(format!("{at} is {found}")),
    }
}

#[test]
fn every_document_has_every_key_and_no_word_that_the_contract_does_not_name() {
    let all = inspect(&[&of_corpus("mail")], &["--at", AT, "--crl", "crl", "--authserv-id", "mx.example.test"]);
    let documents = all.documents();
    assert_eq!(documents.len(), manifest()["cases"].as_array().unwrap().len());
    let shape = shape();
    for document in &documents {
        let mut out = Vec::new();
        departures(&shape, document, "", &mut out);
        assert!(out.is_empty(), "{}: {out:?}", document["file"]);
        assert_eq!(document["schema"], 1);
    }
    // Words that stand for one another are not counted twice: each of the lists was met.
    for list in ["encryption", "signatures", "sender", "cautions", "defects", "parts"] {
        assert!(
            documents.iter().any(|document| document[list].as_array().is_some_and(|list| !list.is_empty())),
            "{list}"
        );
    }
}

#[test]
fn moments_are_written_as_rfc3339_and_fingerprints_in_full() {
    let read = inspect(&[&mail("smime-detached-openssl")], &["--at", AT]).document();
    assert_eq!(word(&read, "/signatures/0/signed_at"), "2026-09-15T09:00:00Z");
    assert_eq!(word(&read, "/displayed/date"), "2026-09-15T09:00:00Z");
    let fingerprint = word(&read, "/signatures/0/signer/fingerprint");
    assert!(matches!(fingerprint.len(), 40 | 64) && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert!(word(&read, "/signatures/0/signer/subject").contains("Bob Baker"));
    assert!(word(&read, "/signatures/0/signer/issuer").contains("Intermediate"));
}

#[test]
fn several_files_are_answered_in_the_order_given() {
    let files = [mail("plain"), mail("empty"), mail("smime-opaque"), mail("plain")];
    let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
    let documents = inspect(&files, &["--at", AT]).documents();
    let names: Vec<_> = documents.iter().map(|document| word(document, "/file").to_owned()).collect();
    assert_eq!(names, files.iter().map(|file| text(file).to_owned()).collect::<Vec<_>>());
}

#[test]
fn a_folder_is_answered_file_by_file_in_the_order_of_names() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("b")).unwrap();
    for name in ["c.eml", "a.eml", "b/z.eml", ".hidden"] {
        write(folder.path(), name, std::fs::read(mail("plain")).unwrap());
    }
    let documents = inspect(&[folder.path()], &[]).documents();
    let names: Vec<_> =
        documents.iter().map(|one| word(one, "/file").strip_prefix(text(folder.path())).unwrap()).collect();
    assert_eq!(names, ["/a.eml", "/b/z.eml", "/c.eml"]);
}

#[test]
fn an_mbox_is_answered_message_by_message_with_its_quoting_undone() {
    let folder = tempfile::tempdir().unwrap();
    let mut mbox = Vec::new();
    for name in ["pgp-signed-lf", "smime-detached-lf", "plain"] {
        mbox.extend_from_slice(b"From bob@example.test Tue Sep 15 09:00:00 2026\n");
        let message = String::from_utf8(std::fs::read(mail(name)).unwrap()).unwrap().replace("\r\n", "\n");
        for line in message.lines() {
            let from = line.trim_start_matches('>').starts_with("From ");
            mbox.extend_from_slice(format!("{}{line}\n", if from { ">" } else { "" }).as_bytes());
        }
        mbox.push(b'\n');
    }
    let file = write(folder.path(), "archive.mbox", mbox);
    let documents = inspect(&[&file], &["--at", AT]).documents();
    let headlines: Vec<_> = documents.iter().map(headline).collect();
    let whole = ("not_encrypted", "authenticated");
    assert_eq!(headlines, [whole, whole, ("not_encrypted", "unsigned")]);
}

#[test]
fn standard_input_is_a_message_or_an_mbox() {
    let whole = std::fs::read(mail("pgp-signed-gpg")).unwrap();
    let done = piped(&["inspect", "-", "--json", "--keys", "keys", "--at", AT], &whole);
    let documents = done.documents();
    assert_eq!(word(&documents[0], "/signatures/0/outcome"), "intact");
    assert_eq!(word(&documents[0], "/file"), "-");
    let mbox =
        b"From a@b Tue Sep 15 09:00:00 2026\nSubject: 1\n\nx\n\nFrom a@b Tue Sep 15 09:00:00 2026\nSubject: 2\n\ny\n"
            .to_vec();
    let subjects: Vec<_> = piped(&["inspect", "-", "--json"], &mbox)
        .documents()
        .iter()
        .map(|one| word(one, "/displayed/subject").to_owned())
        .collect();
    assert_eq!(subjects, ["1", "2"]);
}

fn piped(args: &[&str], input: &[u8]) -> super::Answer {
    let mut child =
        program().args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap();
    super::Answer {
        code: done.status.code(),
        output: done.stdout,
        error: String::from_utf8_lossy(&done.stderr).into_owned(),
    }
}

#[test]
fn a_verdict_is_never_an_error() {
    for name in
        ["pgp-tampered", "smime-tampered", "pgp-encrypted-to-other", "smime-garbage-signature", "empty", "no-headers"]
    {
        assert_eq!(inspect(&[&mail(name)], &["--at", AT]).code, Some(0), "{name}");
    }
}

#[test]
fn what_cannot_be_read_is_named_in_one_line_with_exit_code_1() {
    assert!(kakitome(["inspect", "no-such.eml", "--json"]).refused(1).contains("no-such.eml"));
    assert!(kakitome(["inspect", "mail/plain.eml", "--cert", "no-such.pem"]).refused(1).contains("no-such.pem"));
    assert!(kakitome(["inspect", "mail/plain.eml", "--key", "manifest.json"]).refused(1).contains("manifest.json"));
    assert!(kakitome(["inspect", "mail/plain.eml", "--anchor", "passphrases"]).refused(1).contains("passphrases"));
    assert!(kakitome(["inspect", "mail/plain.eml", "--crl", "anchors/root.pem"]).refused(1).contains("root.pem"));
    assert!(kakitome(["inspect", "mail/plain.eml", "--passphrase-file", "none"]).refused(1).contains("none"));
    assert!(kakitome(["inspect", "mail/plain.eml", "--keys", "no-folder"]).refused(1).contains("no-folder"));
}

#[test]
fn the_messages_before_one_that_cannot_be_read_are_answered() {
    let mut answer = inspect(&[&mail("plain"), &of_corpus("no-such.eml")], &[]);
    assert!(answer.refused(1).contains("no-such.eml"));
    answer.code = Some(0);
    assert_eq!(answer.documents().len(), 1);
}

#[test]
fn wrong_usage_is_one_line_with_exit_code_2() {
    let wrong: [&[&str]; 14] = [
        &["inspect"],
        &["inspect", "x", "--at", "yesterday"],
        &["inspect", "x", "--trust-root", "DEADBEEF"],
        &["inspect", "x", "--as", "x509"],
        &["inspect", "x", "--content", "y"],
        &["inspect", "x", "--no-such-option"],
        &["no-such-command"],
        &["seal", "--from", "a@b.test"],
        &["reply", "x", "--all", "--forward"],
        &["path", "x"],
        &["key", "generate", "--technology", "pgp", "--address", "a@b.test"],
        &["inspect", "x", "--lang", "fr"],
        &["inspect", "x", "--dns", "nowhere"],
        &["show", "one"],
    ];
    for args in wrong {
        let answer = kakitome(args);
        answer.refused(2);
        assert!(answer.output.is_empty());
    }
}

#[test]
fn help_and_version_go_to_standard_output() {
    for args in [&["--help"][..], &["--version"], &["inspect", "--help"], &["key", "generate", "--help"]] {
        let answer = kakitome(args);
        assert_eq!((answer.code, answer.error.as_str()), (Some(0), ""), "{args:?}");
        assert!(!answer.output.is_empty());
    }
}

#[test]
fn bare_objects_are_assessed_like_mail() {
    let folder = tempfile::tempdir().unwrap();
    let entity = b"Content-Type: text/plain\r\n\r\nHello\r\n";
    let content = write(folder.path(), "content", entity);
    let key = of_corpus("secrets/x509/bob.key");
    let cert = of_corpus("keys/x509/bob.pem");
    let sign = [
        "cms",
        "-sign",
        "-binary",
        "-outform",
        "DER",
        "-signer",
        text(&cert),
        "-inkey",
        text(&key),
        "-in",
        text(&content),
    ];
    let p7s = write(folder.path(), "x.p7s", super::peers::openssl(&sign, b""));
    let with_content = ["--as", "smime", "--content", text(&content)];
    assert_eq!(word(&inspect(&[&p7s], &with_content).document(), "/signatures/0/outcome"), "intact");
    let other = write(folder.path(), "other", b"Content-Type: text/plain\r\n\r\nHallo\r\n");
    let with_other = ["--as", "smime", "--content", text(&other)];
    assert_eq!(word(&inspect(&[&p7s], &with_other).document(), "/signatures/0/outcome"), "bad_signature");

    let opaque = write(folder.path(), "x.p7m", super::peers::openssl(&[&sign[..], &["-nodetach"]].concat(), b""));
    assert_eq!(headline(&inspect(&[&opaque], &["--as", "smime"]).document()).1, "unauthenticated");
    let alice = of_corpus("keys/x509/alice.pem");
    for cipher in ["-aes-256-cbc", "-aes-256-gcm"] {
        let encrypt = ["cms", "-encrypt", cipher, "-binary", "-outform", "DER", "-in", text(&content), text(&alice)];
        let enveloped = write(folder.path(), "e.p7m", super::peers::openssl(&encrypt, b""));
        let read = inspect(&[&enveloped], &["--as", "smime"]).document();
        assert_eq!((headline(&read).0, word(&read, "/text")), ("encrypted", "Hello\n"), "{cipher}");
    }

    let bob = of_corpus("secrets/pgp/bob.secret.asc");
    let detached = super::peers::sq(&["sign", "--detached", "--signer-key", text(&bob), text(&content)], b"");
    let signature = write(folder.path(), "x.sig", detached);
    let read = inspect(&[&signature], &["--as", "openpgp", "--content", text(&content)]).document();
    assert_eq!(word(&read, "/signatures/0/outcome"), "intact");
    let alice = of_corpus("keys/pgp/alice.asc");
    for binary in [&["--binary"][..], &[]] {
        let args = [&["encrypt", "--recipient-cert", text(&alice)][..], binary, &[text(&content)]].concat();
        let message = write(folder.path(), "x.pgp", super::peers::sq(&args, b""));
        let read = inspect(&[&message], &["--as", "openpgp"]).document();
        assert_eq!(headline(&read).0, "encrypted", "{read}");
        assert!(word(&read, "/text").contains("Hello"), "{read}");
    }
    let clear = super::peers::sq(&["sign", "--cleartext-signature", "--signer-key", text(&bob)], b"Hello\n");
    let clear = write(folder.path(), "x.asc", clear);
    let read = inspect(&[&clear], &["--as", "openpgp"]).document();
    // The line end before the signature is not of the text (RFC 9580 §7.1).
    assert_eq!((word(&read, "/signatures/0/outcome"), word(&read, "/text").trim_end()), ("intact", "Hello"));
}

#[test]
fn a_signed_openpgp_object_that_is_not_encrypted_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let bob = of_corpus("secrets/pgp/bob.secret.asc");
    let object = super::peers::sq(&["sign", "--signer-key", text(&bob)], b"Hello\n");
    let object = write(folder.path(), "x.pgp", object);
    let read = inspect(&[&object], &["--as", "openpgp"]).document();
    assert_eq!(headline(&read).0, "not_encrypted", "{read}");
    assert_eq!(word(&read, "/signatures/0/outcome"), "intact");
}

#[test]
fn authentication_results_are_believed_of_the_named_server_only() {
    let reported = |more: &[&str]| inspect(&[&mail("dkim")], more).document()["sender"].clone();
    assert_eq!(reported(&[]), json!([]));
    assert_eq!(reported(&["--authserv-id", "mx.mallory.test"]), json!([]));
    let believed = reported(&["--authserv-id", "mx.example.test"]);
    assert!(
        believed
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["source"] == "reported" && one["authserv_id"] == "mx.example.test")
    );
    let dkim = believed.as_array().unwrap().iter().find(|one| one["method"] == "dkim").unwrap();
    assert_eq!((&dkim["result"], &dkim["domain"]), (&json!("pass"), &json!("example.test")));
}

#[test]
fn passphrases_come_from_a_descriptor_too_and_never_leave() {
    let message = mail("pgp-encrypted-locked");
    let args = ["inspect", text(&message), "--json", "--keys", "keys", "--at", AT];
    let locked = kakitome(args).document();
    assert_eq!((word(&locked, "/encryption/0/outcome"), headline(&locked).0), ("locked", "cannot_open"));
    let mut shell = Command::new("bash");
    let line = "exec 7<passphrases; exec \"$0\" \"$@\" --passphrase-fd 7";
    shell.args(["-c", line, env!("CARGO_BIN_EXE_kakitome")]).args(args).current_dir(corpus());
    let opened = ended(&mut shell);
    assert!(!opened.error.contains("sesame") && !String::from_utf8_lossy(&opened.output).contains("sesame"));
    assert_eq!(headline(&opened.document()).0, "encrypted");
    let missing = kakitome([&args[..], &["--passphrase-fd", "77"]].concat());
    missing.refused(1);
}

#[test]
fn the_words_for_people_come_in_both_languages() {
    let say = |lang| {
        let answer = kakitome(["inspect", "mail/plain-two-from.eml", "--lang", lang]);
        assert_eq!(answer.code, Some(0));
        String::from_utf8(answer.output).unwrap()
    };
    assert!(say("en").contains("not encrypted") && say("ja").contains("暗号化なし"));
}

#[test]
fn nothing_that_others_wrote_steers_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let message = "From: \"A \x1b[31mred\x07\" <a@b.test>\r\nSubject: =?utf-8?q?x=1B]0;t=07=C2=9B31m?= \x1b]0;t\x07\r\n\r\nbody \x1b[2J\r\n";
    let file = write(folder.path(), "x\x1b[31m.eml", message);
    let answer = kakitome(["inspect", text(&file), "-v"]);
    assert_eq!(answer.code, Some(0));
    let shown = String::from_utf8(answer.output).unwrap();
    assert!(shown.contains("red") && !shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    let missing = kakitome(["inspect", "no\x1b[31m\x07.eml"]);
    assert!(!missing.refused(1).trim_end().chars().any(char::is_control));
    // In JSON the name of a file stays what it is.
    let read = kakitome(["inspect", text(&file), "--json"]).document();
    assert_eq!(word(&read, "/file"), text(&file));
}
