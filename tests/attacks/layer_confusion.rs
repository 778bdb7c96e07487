//! Layers that are not what they look like: things beside a ciphertext within its own wrapping, labels that contradict
//! each other, unsigned words of a header that change what a sealed text says.

use super::world::{ALICE, BOB, MALLORY, SECRET, WORLD, html, mail, multipart, quoted, shown, signature_part, text};
use kakitome::flow::{Lock, Seal};

const VERSION: &[u8] = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n";

/// The second part of a multipart/encrypted to alice.
fn octets(words: &str, signer: Option<&str>) -> Vec<u8> {
    let object = WORLD.pgp_object(&text(words), signer, &[ALICE]);
    [&b"Content-Type: application/octet-stream\r\n\r\n"[..], &object].concat()
}

fn encrypted(parts: &[&[u8]]) -> Vec<u8> {
    multipart("encrypted; protocol=\"application/pgp-encrypted\"", parts)
}

/// Mallory puts words of hers into the wrapping of bob's letter, where only the lock and his seal are seen: into the
/// part with the version, before and after the parts, as a third part, or into the ciphertext's own part.
#[test]
fn nothing_within_the_wrapping_of_a_ciphertext_is_shown_under_its_lock_or_seal() {
    let whole = encrypted(&[VERSION, &octets("I owe you 10", Some(BOB))]);
    let honest = WORLD.assess(mail(BOB, &whole));
    assert_eq!((honest.headline.lock, honest.headline.seal), (Lock::Encrypted, Seal::Authenticated));
    let object = octets("I owe you 10", Some(BOB));
    let (before, after) = ([VERSION, b"I owe you 1000\r\n"].concat(), [&object[..], b"I owe you 1000\r\n"].concat());
    let typed = b"Content-Type: application/pgp-encrypted; name=\"I owe you 1000\"\r\n\r\nVersion: 1\r\n".to_vec();
    let spoken = html("Version: 1<p>I owe you 1000");
    let heading =
        [b"Content-Type: application/octet-stream\r\nContent-Description: I owe you 1000\r\n\r\n".to_vec(), {
            let start = object.windows(4).position(|four| four == b"\r\n\r\n").expect("a header") + 4;
            [b"I owe you 1000\r\n\r\n".to_vec(), object[start..].to_vec()].concat()
        }]
        .concat();
    let as_text = String::from_utf8(whole).expect("ASCII");
    let (head, body) = as_text.split_once("\r\n\r\n").expect("a header");
    let around = format!("{head}\r\n\r\nI owe you 1000\r\n{body}\r\nI owe you 1000\r\n").into_bytes();
    for entity in [
        encrypted(&[&before, &object]),
        encrypted(&[&typed, &object]),
        encrypted(&[&spoken, &object]),
        encrypted(&[VERSION, &after]),
        encrypted(&[VERSION, &heading]),
        encrypted(&[VERSION, &object, &text("I owe you 1000")]),
        encrypted(&[&text("I owe you 1000"), VERSION, &object]),
        encrypted(&[VERSION, &object, &object, &html("I owe you 1000")]),
        around,
    ] {
        let found = WORLD.assess(mail(BOB, &entity));
        let is_sealed = found.headline.lock == Lock::Encrypted || found.headline.seal > Seal::Broken;
        assert!(!(is_sealed && shown(&found).contains("1000")), "{:?} {}", found.headline, shown(&found));
        assert!(found.blocks.iter().all(|block| !((block.decrypted || block.signed) && block.text.contains("1000"))));
    }
}

/// Mallory re-encrypts nothing: she wraps alice's ciphertext so often, and in such kinds, that the answer to her
/// question might take it along.
#[test]
fn a_ciphertext_then_wrapped_in_anything_is_never_quoted_to_who_wrapped_it() {
    for cipher in [encrypted(&[VERSION, &octets(SECRET, None)]), WORLD.smime_encrypted(&text(SECRET), true)] {
        let attached = [&b"Content-Disposition: attachment; filename=a.eml\r\n"[..], &cipher].concat();
        let inline = [&b"Content-Disposition: inline\r\n"[..], &cipher].concat();
        for entity in [
            multipart("mixed", &[&text("Lunch?"), &attached]),
            multipart("mixed", &[&inline, &text("Lunch?")]),
            multipart("mixed", &[&multipart("mixed", &[&text("Lunch?"), &multipart("related", &[&cipher])])]),
            multipart("alternative", &[&text("Lunch?"), &multipart("mixed", &[&cipher])]),
            multipart("related", &[&html("Lunch? <img src=cid:x>"), &cipher]),
            multipart("mixed; protocol=\"application/pgp-encrypted\"", &[&text("Lunch?"), &cipher]),
            WORLD.pgp_encrypted(&multipart("mixed", &[&text("Lunch?"), &cipher]), Some(MALLORY)),
            WORLD.smime_opaque_entity(MALLORY, &multipart("mixed", &[&text("Lunch?"), &cipher])),
        ] {
            let found = WORLD.assess(mail(MALLORY, &entity));
            assert!(!quoted(&found).contains(SECRET), "{}", quoted(&found));
        }
    }
}

/// Mallory gives a multipart/signed two protocols, in every way in which parameters can be written twice, and hides a
/// page in the signature's part.
#[test]
fn a_signed_multipart_of_two_minds_seals_nothing_but_its_first_part() {
    let signed = text("I owe you 10");
    let pgp = signature_part("application/pgp-signature", &WORLD.pgp_signature(BOB, &signed));
    let cms = signature_part("application/pkcs7-signature", &WORLD.smime_signature(BOB, &signed));
    let evil = html("I owe you 1000");
    let (of_pgp, of_cms) = ("protocol=\"application/pgp-signature\"", "protocol=\"application/pkcs7-signature\"");
    for protocol in [
        format!("signed; {of_pgp}; {of_cms}"),
        format!("signed; {of_cms}; {of_pgp}"),
        "signed; protocol*0=\"application/pgp-\"; protocol*1=\"signature\"".to_owned(),
        "signed; protocol*=utf-8''application%2Fpgp-signature".to_owned(),
        "signed; protocol=\"text/html\"".to_owned(),
        "signed".to_owned(),
    ] {
        for second in [&pgp, &cms, &multipart("mixed", &[&pgp, &evil]), &multipart("mixed", &[&evil, &pgp])] {
            for first in [&signed, &multipart("mixed", &[&evil, &signed])] {
                let found = WORLD.assess(mail(BOB, &multipart(&protocol, &[first, second])));
                let is_sealed = found.headline.seal > Seal::Broken;
                assert!(!(is_sealed && shown(&found).contains("1000")), "{protocol}: {}", shown(&found));
                assert!(found.blocks.iter().all(|block| !(block.signed && block.text.contains("1000"))), "{protocol}");
                assert!(
                    found.parts.iter().filter(|part| part.media_type == "text/html").all(|part| !part.signed),
                    "{protocol}: {:?}",
                    found.parts
                );
            }
        }
    }
}

/// The header around a cleartext message is nobody's word. Mallory declares another way to read it: lines that are
/// joined, other characters, quoted-printable.
#[test]
fn the_header_around_a_cleartext_message_changes_none_of_its_words() {
    let words = "I owe you 10 \n00 is too much \n=31=30 +ADEAMA-\n";
    let signed = cleartext(words);
    let mut sealed = 0;
    for header in [
        "text/plain; format=flowed; delsp=yes",
        "text/plain; format=flowed",
        "text/plain; charset=utf-7",
        "text/plain; charset=iso-2022-jp",
        "text/plain; charset=\"utf-8\"; delsp=\"yes\"; format=\"flowed\"",
        "text/x-other; format=flowed; delsp=yes",
    ] {
        for encoding in ["7bit", "8bit", "quoted-printable"] {
            let entity = format!("Content-Type: {header}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{signed}");
            let found = WORLD.assess(mail(BOB, entity.as_bytes()));
            let all = shown(&found);
            assert!(found.headline.seal < Seal::Partial || !all.contains("1000"), "{header} {encoding}: {all}");
            if found.headline.seal == Seal::Authenticated {
                sealed += 1;
                // What stands at the end of a line is not signed (RFC 9580 §7.2).
                let lines = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
                assert_eq!(lines(all.trim_end()), lines(words.trim_end()), "{header} {encoding}");
            }
        }
    }
    assert!(sealed >= 4, "{sealed}: the message is bob's where nothing spoils it");
}

/// A text in the cleartext signature framework (RFC 9580 §7).
fn cleartext(words: &str) -> String {
    use sequoia_openpgp::serialize::stream::{Message, Signer};
    let (cert, at) = (WORLD.pgp_cert(BOB), std::time::SystemTime::from(WORLD.at()));
    let policy = sequoia_openpgp::policy::StandardPolicy::new();
    let signing = cert.keys().with_policy(&policy, at).supported().for_signing().secret();
    let mut pairs = signing.filter_map(|key| {
        let key = key.key().clone();
        let passphrases = WORLD.all.passphrases.iter().map(|one| one.declassify().as_str().into());
        let opened = passphrases.into_iter().find_map(|one| key.clone().decrypt_secret(&one).ok());
        opened.unwrap_or(key).into_keypair().ok()
    });
    let mut bytes = Vec::new();
    let signer = Signer::new(Message::new(&mut bytes), pairs.next().expect("a key")).expect("a signer");
    let mut message = signer.cleartext().creation_time(at).build().expect("it signs");
    std::io::Write::write_all(&mut message, words.as_bytes()).expect("written");
    message.finalize().expect("done");
    String::from_utf8(bytes).expect("ASCII").replace('\n', "\r\n")
}

/// Mallory takes pieces of mail that bob sealed which only point to what they mean.
#[test]
fn a_sealed_part_that_points_elsewhere_brings_nothing_of_elsewhere_under_the_seal() {
    for sealed in [
        "Content-Type: message/external-body; access-type=URL; URL=\"https://evil.test/x\"\r\n\r\nContent-Type: text/html\r\nContent-ID: <a>\r\n\r\n",
        "Content-Type: message/external-body; access-type=local-file; name=\"/etc/passwd\"\r\n\r\nContent-Type: text/plain\r\n\r\n",
        "Content-Type: message/partial; id=\"1\"; number=1; total=2\r\n\r\nContent-Type: text/plain\r\n\r\nI owe you 10\r\n",
    ] {
        for signed in [WORLD.pgp_signed(BOB, sealed.as_bytes()), WORLD.smime_signed(BOB, sealed.as_bytes())] {
            let rest = b"Content-Type: message/partial; id=\"1\"; number=2; total=2\r\n\r\n00 and more\r\n";
            let found = WORLD.assess(mail(BOB, &signed));
            assert!(!shown(&found).contains("root:"), "{}", shown(&found));
            let found = WORLD.assess(mail(BOB, &multipart("mixed", &[&signed, rest])));
            assert_eq!(found.headline.seal, Seal::Unsigned);
            assert!(!shown(&found).contains("1000"), "{}", shown(&found));
        }
    }
}

/// What stands in a wrapping is not shown; whoever wants to see it finds each layer by itself in the source, also when a
/// deeper one stays closed.
#[test]
fn each_layer_that_was_opened_is_there_to_be_looked_at() {
    use kakitome::domain::RawMessage;
    use kakitome::flow::incoming::{Circumstances, opened};
    let limits = kakitome::message::Limits::default();
    let circumstances = Circumstances {
        keyring: &WORLD.alices,
        policy: &WORLD.policy,
        limits: &limits,
        plaintext_limit: 1 << 20,
        spool: None,
    };
    let layers = |entity: &[u8]| -> Vec<String> {
        let found = opened(&RawMessage::new(mail(BOB, entity)), &circumstances);
        assert!(found.iter().all(|(path, _)| !path.is_empty()), "{found:?}");
        found.iter().map(|(_, content)| String::from_utf8_lossy(content).into_owned()).collect()
    };
    let inner = WORLD.smime_opaque_entity(BOB, &text("innermost"));
    let found = layers(&WORLD.smime_opaque_entity(BOB, &WORLD.smime_encrypted(&inner, true)));
    assert_eq!(found.len(), 3);
    assert!(found[0].contains("enveloped-data") && found[1].contains("signed-data") && found[2].contains("innermost"));
    let others = kakitome::message::multipart_encrypted(&WORLD.pgp_object(&text("x"), None, &[MALLORY]));
    let found = layers(&WORLD.pgp_encrypted(&others, None));
    assert!(found.len() == 1 && found[0].contains("BEGIN PGP MESSAGE"), "{found:?}");
    assert!(layers(&text("hello")).is_empty());
}
