//! Signatures and sealed letters taken from one mail and put into another.

use super::world::{ALICE, BOB, MALLORY, SECRET, WORLD, cautioned, html, mail, multipart, text};
use kakitome::flow::{CautionCode, Lock, Seal};
use sequoia_openpgp::armor;
use sequoia_openpgp::serialize::stream::{Armorer, Encryptor, LiteralWriter, Message, Signer};

/// Mallory puts a good signature of bob's under words of hers.
#[test]
fn a_signature_from_another_mail_breaks_the_seal() {
    for words in [
        text("I owe you 1000"),
        html("I owe you 10"),
        text("I owe you 10 "),
        text(""),
        multipart("mixed", &[&text("I owe you 10")]),
    ] {
        let entity = kakitome::message::multipart_signed_pgp(
            &words,
            &WORLD.pgp_signature(BOB, &text("I owe you 10")),
            "pgp-sha512",
        );
        assert_eq!(WORLD.assess(mail(BOB, &entity)).headline.seal, Seal::Broken);
        let entity = kakitome::message::multipart_signed_smime(
            &words,
            &WORLD.smime_signature(BOB, &text("I owe you 10")),
            "sha-256",
        );
        assert_eq!(WORLD.assess(mail(BOB, &entity)).headline.seal, Seal::Broken);
    }
}

fn protected(to: &str, hp: &str) -> Vec<u8> {
    format!(
        "From: {BOB}\r\nTo: {to}\r\nSubject: Lunch\r\nDate: Sun, 01 Nov 2026 00:00:00 +0000\r\n\
         Message-ID: <1@example.test>\r\nContent-Type: text/plain; charset=\"utf-8\"; hp=\"{hp}\"\r\n\r\nYou are fired\r\n"
    )
    .into_bytes()
}

/// Mallory got a letter that bob sealed and sent in the clear; she encrypts it to alice, who takes
/// it for a secret of bob's.
#[test]
fn a_letter_sent_in_the_clear_and_encrypted_by_another_is_told() {
    let clear = protected(ALICE, "clear");
    for sealed in [WORLD.pgp_signed(BOB, &clear), WORLD.smime_signed(BOB, &clear)] {
        for around in [
            WORLD.pgp_encrypted(&sealed, None),
            WORLD.pgp_encrypted(&sealed, Some(MALLORY)),
            WORLD.smime_encrypted(&sealed, true),
            WORLD.smime_signed(MALLORY, &WORLD.smime_encrypted(&sealed, false)),
        ] {
            let found = WORLD.assess(mail(BOB, &around));
            assert!(cautioned(&found, CautionCode::EncryptedLater), "{:?}", found.cautions);
        }
        assert!(!cautioned(&WORLD.assess(mail(BOB, &sealed)), CautionCode::EncryptedLater));
    }
}

/// Mallory got an encrypted letter from bob; she opens it and shows the sealed inside to others.
#[test]
fn a_letter_sent_encrypted_and_passed_on_in_the_clear_is_told() {
    let secret = protected(MALLORY, "cipher");
    for sealed in [WORLD.pgp_signed(BOB, &secret), WORLD.smime_signed(BOB, &secret)] {
        let found = WORLD.assess(mail(BOB, &sealed));
        assert!(cautioned(&found, CautionCode::EncryptionRemoved), "{:?}", found.cautions);
        assert_eq!(found.to[0].address, MALLORY);
        let found =
            WORLD.assess(mail(BOB, &WORLD.smime_encrypted(&WORLD.pgp_signed(BOB, &protected(ALICE, "cipher")), true)));
        assert!(
            !cautioned(&found, CautionCode::EncryptionRemoved) && !cautioned(&found, CautionCode::AddressedToOthers)
        );
    }
}

/// Mallory got an encrypted letter from bob; she encrypts the sealed inside anew, to alice.
#[test]
fn a_letter_to_somebody_else_encrypted_anew_is_told() {
    for to in [MALLORY, "mallory@example.test, carol@example.test", "Alice <mallory@example.test>"] {
        for sealed in
            [WORLD.pgp_signed(BOB, &protected(to, "cipher")), WORLD.smime_signed(BOB, &protected(to, "cipher"))]
        {
            for around in [WORLD.pgp_encrypted(&sealed, None), WORLD.smime_encrypted(&sealed, true)] {
                let found = WORLD.assess(mail(BOB, &around));
                assert!(cautioned(&found, CautionCode::AddressedToOthers), "{to}: {:?}", found.cautions);
            }
        }
    }
}

/// Bob's key for sealing, open.
fn bobs_key() -> sequoia_openpgp::crypto::KeyPair {
    let policy = sequoia_openpgp::policy::StandardPolicy::new();
    let at = std::time::SystemTime::from(WORLD.at());
    let bob = WORLD.pgp_cert(BOB);
    let secret = bob.keys().with_policy(&policy, at).secret().for_signing().next().expect("a key").key().clone();
    let secret = if secret.has_unencrypted_secret() {
        secret
    } else {
        let opens = |one: &kakitome::domain::Secret<String>| {
            secret.clone().decrypt_secret(&one.declassify().as_str().into()).ok()
        };
        WORLD.all.passphrases.iter().find_map(opens).expect("it opens")
    };
    secret.into_keypair().expect("open")
}

/// A letter of bob's whose signature names for whom it is: encrypted to alice by whom it may, or not any more, or the
/// signature alone.
fn named(meant_for: &str, form: Form) -> Vec<u8> {
    let policy = sequoia_openpgp::policy::StandardPolicy::new();
    let at = std::time::SystemTime::from(WORLD.at());
    let alice = WORLD.pgp_cert(ALICE);
    let keys = alice.keys().with_policy(&policy, at).supported().for_transport_encryption();
    let kind = if form == Form::Alone { armor::Kind::Signature } else { armor::Kind::Message };
    let mut bytes = Vec::new();
    let mut message = Armorer::new(Message::new(&mut bytes)).kind(kind).build().expect("armor");
    if form == Form::Encrypted {
        message = Encryptor::for_recipients(message, keys).build().expect("it encrypts");
    }
    let mut signer = Signer::new(message, bobs_key()).expect("it signs");
    signer = signer.creation_time(at).add_intended_recipient(&WORLD.pgp_cert(meant_for));
    if form == Form::Alone {
        signer = signer.detached();
    }
    let mut message = signer.build().expect("a signer");
    if form != Form::Alone {
        message = LiteralWriter::new(message).build().expect("a literal");
    }
    std::io::Write::write_all(&mut message, &text("You are fired")).expect("written");
    message.finalize().expect("done");
    bytes
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Encrypted,
    Opened,
    Alone,
}

/// The same of OpenPGP's own form, in which the signature names for whom it was (RFC 9580 §5.2.3.36).
#[test]
fn a_signature_that_names_its_recipients_is_not_passed_on() {
    for (meant_for, expected) in [(MALLORY, Seal::Broken), (ALICE, Seal::Authenticated)] {
        let bytes = named(meant_for, Form::Encrypted);
        let found = WORLD.assess(mail(BOB, &kakitome::message::multipart_encrypted(&bytes)));
        assert_eq!(found.headline.seal, expected, "{meant_for}: {:?}", found.signatures);
    }
}

/// Mallory opened such a letter to herself, and passes it on without its encryption, or in another one.
#[test]
fn a_signature_that_names_its_recipients_names_them_without_the_encryption_too() {
    for (meant_for, expected) in [(MALLORY, Seal::Broken), (ALICE, Seal::Authenticated)] {
        let opened = named(meant_for, Form::Opened);
        let detached = kakitome::message::multipart_signed_pgp(
            &text("You are fired"),
            &named(meant_for, Form::Alone),
            "pgp-sha512",
        );
        let within = kakitome::message::multipart_encrypted(&opened);
        let inline = text(&String::from_utf8(opened).expect("armor"));
        for entity in [
            within.clone(),
            inline,
            detached.clone(),
            WORLD.smime_encrypted(&within, true),
            WORLD.pgp_encrypted(&detached, None),
        ] {
            let found = WORLD.assess(mail(BOB, &entity));
            assert_eq!(found.headline.seal, expected, "{meant_for}: {:?}", found.signatures);
        }
    }
}

/// Mallory moves an unobtrusive signature of bob's to a text of hers, or hides a second header in it.
#[test]
fn an_unobtrusive_signature_seals_nothing_but_its_own_part() {
    let covered = text("I owe you 10");
    let armored = WORLD.pgp_signature(BOB, &covered);
    let mut reader = sequoia_openpgp::armor::Reader::from_bytes(&armored, None);
    let mut binary = Vec::new();
    std::io::Read::read_to_end(&mut reader, &mut binary).expect("armor");
    let encoded = openssl::base64::encode_block(&binary).replace('\n', "");
    let part = |more: &str, entity: &[u8]| [format!("Sig: t=p; {more}b={encoded}\r\n").as_bytes(), entity].concat();
    let whole = |parts: &[&[u8]]| mail(BOB, &multipart("mixed", parts));
    assert_eq!(WORLD.assess(whole(&[&part("", &covered)])).headline.seal, Seal::Authenticated);
    for message in [
        whole(&[&part("", &text("I owe you 1000"))]),
        whole(&[&part("", &covered), &text("I owe you 1000")]),
        whole(&[&text("I owe you 1000"), &part("", &covered)]),
        whole(&[&part("x=\rContent-Type: text/html; y=", &covered)]),
        whole(&[&part("x=\r\nContent-Type: text/html; y=", &covered)]),
        whole(&[&[b"Content-Type: text/html\r\n".as_slice(), &part("", &covered)].concat()]),
        mail(BOB, &part("", &text("I owe you 1000"))),
    ] {
        let found = WORLD.assess(&message);
        assert_eq!(found.headline.seal, Seal::Unsigned, "{}", String::from_utf8_lossy(&message));
        assert!(
            found.blocks.iter().all(|block| !(block.signed && (block.text.contains("1000") || block.html.is_some())))
        );
    }
}

#[test]
fn bobs_own_signed_messages_are_authenticated_in_both_technologies() {
    for entity in [WORLD.pgp_signed(BOB, &text("hello")), WORLD.smime_signed(BOB, &text("hello"))] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert_eq!(found.headline.seal, Seal::Authenticated, "{:?}", found.signatures);
    }
}

#[test]
fn mallorys_signature_never_seals_a_message_from_bob() {
    for entity in [WORLD.pgp_signed(MALLORY, &text("hello")), WORLD.smime_signed(MALLORY, &text("hello"))] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert_eq!(found.headline.seal, Seal::Unauthenticated);
    }
}

#[test]
fn a_signature_for_somebody_else_does_not_seal_what_was_encrypted_anew() {
    // Bob wrote to mallory; she opens it and encrypts bob's signature to alice. The signed object
    // says whom it was for, so only its whole OpenPGP form is passed on: a test of that form.
    let object = WORLD.pgp_object(&text("I owe you 10"), Some(BOB), &[MALLORY]);
    let entity = kakitome::message::multipart_encrypted(&object);
    let found = WORLD.assess(mail(BOB, &entity));
    assert_eq!(found.headline.lock, Lock::CannotOpen);
    assert_eq!(found.headline.seal, Seal::Unsigned);
}

#[test]
fn a_signature_around_a_ciphertext_does_not_make_its_content_the_signers() {
    for cipher in [WORLD.pgp_encrypted(&text(SECRET), None), WORLD.smime_encrypted(&text(SECRET), true)] {
        for taken in
            [WORLD.pgp_signed(MALLORY, &cipher), WORLD.smime_signed(MALLORY, &cipher), WORLD.pgp_signed(BOB, &cipher)]
        {
            for from in [BOB, MALLORY] {
                let found = WORLD.assess(mail(from, &taken));
                assert_eq!((found.headline.lock, found.headline.seal), (Lock::Encrypted, Seal::Unsigned));
                assert!(found.parts.iter().all(|part| !part.signed));
                assert_eq!(found.signatures.len(), 1);
            }
        }
    }
    // What bob signed inside is bob's, whoever signs around it.
    let inside = WORLD.smime_encrypted(&WORLD.smime_signed(BOB, &text(SECRET)), true);
    assert_eq!(WORLD.assess(mail(BOB, &WORLD.smime_signed(MALLORY, &inside))).headline.seal, Seal::Authenticated);
    assert_eq!(WORLD.assess(mail(MALLORY, &WORLD.smime_signed(MALLORY, &inside))).headline.seal, Seal::Unauthenticated);
}
