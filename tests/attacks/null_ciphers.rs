//! Encryption that hides nothing.

use super::world::der;
use super::world::{ALICE, BOB, SECRET, WORLD, mail, multipart, pgp_packets, pgp_written, shown, text};
use kakitome::crypto::smime;
use kakitome::crypto::smime::EncryptOptions;
use kakitome::flow::Lock;
use sequoia_openpgp::armor;
use sequoia_openpgp::serialize::stream::{LiteralWriter, Message};

/// Mallory names a cipher that is none, is too short or is unknown, in the place of AES.
#[test]
fn a_cipher_that_hides_nothing_is_no_encryption() {
    let options = EncryptOptions { authenticated: false, oaep: false };
    let object =
        smime::encrypt(&text(SECRET), &[WORLD.smime_certificate(ALICE)], options, WORLD.at()).expect("it encrypts");
    let fields = der::children(&der::children(&der::children(&object)[1])[0]);
    let encrypted = der::children(fields.last().expect("encryptedContentInfo"));
    let clear = der::value(0x80, &text(SECRET));
    let oid = |bytes: &[u8]| der::value(0x06, bytes);
    for algorithm in [
        // id-data, id-alg-zlibCompress, RC4, DES-CBC, RC2-CBC with 40 bits, and an OID of nobody's.
        oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01]),
        oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x03, 0x08]),
        [oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x04]), vec![0x05, 0x00]].concat(),
        [oid(&[0x2b, 0x0e, 0x03, 0x02, 0x07]), der::value(0x04, &[0; 8])].concat(),
        [
            oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x02]),
            der::value(0x30, &[der::value(0x02, &[0, 160]), der::value(0x04, &[0; 8])].concat()),
        ]
        .concat(),
        oid(&[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0x7f]),
        Vec::new(),
    ] {
        let info = der::value(0x30, &[encrypted[0].clone(), der::value(0x30, &algorithm), clear.clone()].concat());
        let body = [fields[..fields.len() - 1].concat(), info].concat();
        let made = der::value(
            0x30,
            &[oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03]), der::value(0xa0, &der::value(0x30, &body))]
                .concat(),
        );
        let found = WORLD.assess(mail(BOB, &kakitome::message::pkcs7_mime(&made, "enveloped-data", "smime.p7m")));
        assert_eq!(found.headline.lock, Lock::CannotOpen, "{algorithm:02x?}");
        assert!(found.parts.iter().all(|part| !part.decrypted) && !shown(&found).contains(SECRET));
    }
}

/// Mallory makes OpenPGP's "plaintext" cipher (algorithm 0) the one of the message, with a session
/// key for alice.
#[test]
fn openpgps_plaintext_cipher_is_no_encryption() {
    let (keys, _) = pgp_packets(&WORLD.pgp_object(&text(SECRET), None, &[ALICE]));
    let literal = {
        let mut bytes = Vec::new();
        let mut message = LiteralWriter::new(Message::new(&mut bytes)).build().expect("a literal");
        std::io::Write::write_all(&mut message, &text(SECRET)).expect("written");
        message.finalize().expect("done");
        bytes
    };
    let prefix = [7_u8; 18];
    let mut content = [&prefix[..16], &prefix[14..16], &literal, &[0xd3, 0x14]].concat();
    content.extend(openssl::sha::sha1(&content));
    for (tag, body) in [
        (18, [&[1], content.as_slice()].concat()),
        (9, content.clone()),
        (18, [&[1], literal.as_slice()].concat()),
        (9, literal.clone()),
    ] {
        for keys in [keys.as_slice(), &[]] {
            let found =
                WORLD.assess(mail(BOB, &kakitome::message::multipart_encrypted(&pgp_written(keys, tag, &body))));
            assert_ne!(found.headline.lock, Lock::Encrypted, "{tag}");
            assert!(!shown(&found).contains(SECRET), "{tag}");
        }
    }
    // A literal alone, in the place of a ciphertext, is not secret either.
    let mut writer = armor::Writer::new(Vec::new(), armor::Kind::Message).expect("a writer");
    std::io::Write::write_all(&mut writer, &literal).expect("written");
    let found = WORLD.assess(mail(BOB, &kakitome::message::multipart_encrypted(&writer.finalize().expect("armor"))));
    assert_ne!(found.headline.lock, Lock::Encrypted);
}

/// Mallory shortens the authentication tag, or leaves it out, so that she can guess it.
#[test]
fn a_short_or_missing_tag_closes_the_message() {
    let options = EncryptOptions { authenticated: true, oaep: false };
    let object =
        smime::encrypt(&text(SECRET), &[WORLD.smime_certificate(ALICE)], options, WORLD.at()).expect("it encrypts");
    let content_info = der::children(&object);
    let fields = der::children(&der::children(&content_info[1])[0]);
    let mac = fields.iter().position(|field| field[0] == 0x04).expect("a mac");
    let (_, tag, _) = der::split(&fields[mac]);
    for length in [0, 1, 4, 8, 11] {
        let mut altered = fields.clone();
        altered[mac] = der::value(0x04, &tag[..length]);
        let body = der::value(0xa0, &der::value(0x30, &altered.concat()));
        let made = der::value(0x30, &[content_info[0].clone(), body].concat());
        let found = WORLD.assess(mail(BOB, &kakitome::message::pkcs7_mime(&made, "authEnveloped-data", "smime.p7m")));
        assert_eq!(found.headline.lock, Lock::CannotOpen, "{length}");
        assert!(found.blocks.is_empty());
    }
}

/// Mallory calls a compressed or signed object encrypted, in its label and its name.
#[test]
fn a_label_that_says_encrypted_locks_nothing() {
    let opaque = WORLD.smime_opaque(BOB, &text(SECRET));
    for label in ["enveloped-data", "authEnveloped-data", "encrypted", "compressed-data"] {
        let found = WORLD.assess(mail(BOB, &kakitome::message::pkcs7_mime(&opaque, label, "encrypted.p7m")));
        assert_eq!(found.headline.lock, Lock::NotEncrypted, "{label}");
        assert!(found.parts.iter().all(|part| !part.decrypted));
    }
}

#[test]
fn a_message_in_the_clear_is_not_locked_because_it_is_labelled_as_encrypted() {
    for entity in [
        multipart("encrypted; protocol=\"application/pgp-encrypted\"", &[&text("Version: 1"), &text(SECRET)]),
        multipart("encrypted", &[&text(SECRET)]),
        multipart("encrypted", &[&text("x"), &text(SECRET), &text("y")]),
        kakitome::message::pkcs7_mime(&WORLD.smime_opaque(BOB, &text(SECRET)), "enveloped-data", "smime.p7m"),
    ] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert_ne!(found.headline.lock, Lock::Encrypted, "{:?}", found.encryption);
        assert!(found.parts.iter().all(|part| !part.decrypted));
    }
}
