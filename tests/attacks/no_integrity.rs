//! Encryption without integrity, and integrity taken away.

use super::world::der;
use super::world::{
    ALICE, BOB, MALLORY, SECRET, WORLD, cautioned, html, mail, multipart, pgp_packets, pgp_written, quoted, shown, text,
};
use kakitome::crypto::smime;
use kakitome::crypto::smime::EncryptOptions;
use kakitome::flow::{CautionCode, Lock, Seal};

/// Mallory makes of a packet with integrity one without (tag 18 becomes tag 9), the classic
/// downgrade, and changes it at will.
#[test]
fn an_openpgp_packet_without_integrity_is_never_opened() {
    for signer in [None, Some(BOB)] {
        let (keys, body) = pgp_packets(&WORLD.pgp_object(&html(SECRET), signer, &[ALICE]));
        for stripped in [body[1..].to_vec(), body.clone(), body[1..body.len() - 22].to_vec(), body[19..].to_vec()] {
            let entity = kakitome::message::multipart_encrypted(&pgp_written(&keys, 9, &stripped));
            let inline = text(&String::from_utf8(pgp_written(&keys, 9, &stripped)).expect("armor"));
            for entity in [
                entity,
                inline,
                multipart(
                    "mixed",
                    &[&text("x"), &kakitome::message::multipart_encrypted(&pgp_written(&keys, 9, &stripped))],
                ),
            ] {
                let found = WORLD.assess(mail(BOB, &entity));
                assert_ne!(found.headline.lock, Lock::Encrypted, "{:?}", found.encryption);
                assert_eq!(found.headline.seal, Seal::Unsigned);
                assert!(!shown(&found).contains(SECRET) && !quoted(&found).contains(SECRET));
            }
        }
    }
}

/// Mallory says of a packet that it is of another version, or of a kind of GnuPG's own.
#[test]
fn a_packet_of_another_version_is_not_opened_as_the_one_it_was() {
    let (keys, body) = pgp_packets(&WORLD.pgp_object(&text(SECRET), None, &[ALICE]));
    for (tag, version) in [(18, 0), (18, 2), (18, 3), (18, 255), (20, 1)] {
        let mut altered = body.clone();
        altered[0] = version;
        let found =
            WORLD.assess(mail(BOB, &kakitome::message::multipart_encrypted(&pgp_written(&keys, tag, &altered))));
        assert_eq!(found.headline.lock, Lock::CannotOpen, "{tag} {version}");
        assert!(found.blocks.is_empty());
    }
}

/// Mallory takes the authentication off an AuthEnvelopedData object, and calls it EnvelopedData
/// (what RFC 9709 is against).
#[test]
fn authenticated_encryption_made_into_plain_encryption_is_not_opened() {
    let options = EncryptOptions { authenticated: true, oaep: false };
    let object =
        smime::encrypt(&text(SECRET), &[WORLD.smime_certificate(ALICE)], options, WORLD.at()).expect("it encrypts");
    let fields = der::children(&der::children(&der::children(&object)[1])[0]);
    let without_mac = fields.iter().filter(|field| field[0] != 0x04).flat_map(Clone::clone).collect::<Vec<u8>>();
    let oid = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03].to_vec();
    let gcm = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e];
    for mode in [0x2e, 0x2a, 0x29, 0x2b, 0x2c] {
        let mut body = without_mac.clone();
        let at = body.windows(gcm.len()).position(|bytes| bytes == gcm).expect("AES-256 in GCM") + gcm.len() - 1;
        body[at] = mode;
        let made = der::value(0x30, &[oid.clone(), der::value(0xa0, &der::value(0x30, &body))].concat());
        let found = WORLD.assess(mail(BOB, &kakitome::message::pkcs7_mime(&made, "enveloped-data", "smime.p7m")));
        assert_ne!(found.headline.lock, Lock::Encrypted, "{mode:x}");
        assert!(!shown(&found).contains(SECRET));
    }
}

/// Mallory lays a good signature of hers around, or integrity of another layer, to have the caution gone.
#[test]
fn integrity_of_another_layer_does_not_take_the_caution_away() {
    let bare = WORLD.smime_encrypted(&html(SECRET), false);
    for entity in [
        WORLD.smime_signed(MALLORY, &bare),
        WORLD.pgp_signed(MALLORY, &WORLD.smime_signed(MALLORY, &bare)),
        WORLD.smime_encrypted(&WORLD.pgp_signed(MALLORY, &bare), true),
        WORLD.pgp_encrypted(&bare, Some(MALLORY)),
    ] {
        let found = WORLD.assess(mail(MALLORY, &entity));
        assert!(cautioned(&found, CautionCode::NoIntegrity), "{:?}", found.encryption);
        assert_eq!(found.headline.seal, Seal::Unsigned);
        assert!(!quoted(&found).contains(SECRET));
    }
}

#[test]
fn enveloped_data_is_without_integrity_unless_a_signature_is_inside_that_very_layer() {
    let bare = |entity: &[u8]| WORLD.smime_encrypted(entity, false);
    let strong = |entity: &[u8]| WORLD.smime_encrypted(entity, true);
    let signed = |who: &str, entity: &[u8]| WORLD.smime_signed(who, entity);
    // Signed inside: whatever was changed on the way, the signature would tell.
    let found = WORLD.assess(mail(BOB, &bare(&signed(BOB, &text(SECRET)))));
    assert!(!cautioned(&found, CautionCode::NoIntegrity));
    assert_eq!(found.headline.seal, Seal::Authenticated);
    for entity in [
        bare(&text(SECRET)),
        bare(&multipart("mixed", &[&html("<img src=x>"), &signed(MALLORY, &text("x"))])),
        multipart("mixed", &[&bare(&html("x")), &bare(&signed(MALLORY, &text("x")))]),
        strong(&signed(MALLORY, &bare(&text(SECRET)))),
        signed(MALLORY, &bare(&text(SECRET))),
        strong(&multipart("mixed", &[&signed(MALLORY, &text("x")), &bare(&html("x"))])),
    ] {
        let found = WORLD.assess(mail(MALLORY, &entity));
        assert!(cautioned(&found, CautionCode::NoIntegrity), "{:?}", found.encryption);
    }
}
