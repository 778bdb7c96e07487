use super::lab::{Gpgsm, MESSAGE, PEOPLE, lab};
use crate::crypto::smime::{SmimeRing, decrypt};
use crate::crypto::{DecryptFailure, Integrity};
use crate::domain::Secret;

const LIMIT: usize = 1 << 24;

fn by_openssl(name: &str, more: &[&str]) -> Vec<u8> {
    let certificate = format!("{name}.pem");
    let mut arguments = vec!["cms", "-encrypt", "-binary", "-in", "message", "-outform", "DER", "-recip", &certificate];
    arguments.extend(more);
    lab().openssl(&arguments)
}

#[test]
fn what_openssl_encrypts_is_opened_for_every_key_and_cipher() {
    let all: Vec<&str> = PEOPLE.iter().map(|(name, _)| *name).collect();
    let ring = lab().ring(&[], &all);
    for (name, _) in PEOPLE {
        for (cipher, word, integrity) in [
            ("-aes-128-cbc", "AES-128", Integrity::None),
            ("-aes-192-cbc", "AES-192", Integrity::None),
            ("-aes-256-cbc", "AES-256", Integrity::None),
            ("-des3", "3DES", Integrity::None),
            ("-aes-128-gcm", "AES-128", Integrity::AuthEnveloped),
            ("-aes-256-gcm", "AES-256", Integrity::AuthEnveloped),
        ] {
            let opened = decrypt(&by_openssl(name, &[cipher]), &ring, &[], LIMIT);
            let inside = opened.outcome.unwrap_or_else(|why| panic!("{name} {cipher} {why:?}"));
            assert_eq!((&*inside.plaintext, &*inside.cipher, inside.integrity), (MESSAGE, word, integrity));
            assert!(opened.recipients[0].contains("CN=Example Mail CA"), "{:?}", opened.recipients);
        }
    }
}

#[test]
fn oaep_key_identifiers_streams_and_other_derivations_are_opened() {
    let ring = lab().ring(&[], &["alice", "carol"]);
    for (name, more) in [
        ("alice", &["-keyopt", "rsa_padding_mode:oaep"][..]),
        (
            "alice",
            &["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256", "-keyopt", "rsa_mgf1_md:sha256"],
        ),
        ("alice", &["-keyid"]),
        ("alice", &["-stream", "-aes256"]),
        ("carol", &["-keyopt", "ecdh_kdf_md:sha256", "-aes128"]),
        ("carol", &["-keyopt", "ecdh_kdf_md:sha384", "-aes192"]),
        ("carol", &["-keyopt", "ecdh_cofactor_mode:1", "-aes256"]),
        ("carol", &["-stream", "-aes-256-gcm"]),
    ] {
        let opened = decrypt(&by_openssl(name, more), &ring, &[], LIMIT);
        assert_eq!(opened.outcome.unwrap_or_else(|why| panic!("{name} {more:?} {why:?}")).plaintext, MESSAGE);
    }
}

#[test]
fn somebody_elses_mail_stays_closed_and_names_its_recipients() {
    let cms = by_openssl("alice", &["carol.pem"]);
    let opened = decrypt(&cms, &lab().ring(&["alice"], &["bob"]), &[], LIMIT);
    assert_eq!(opened.outcome.unwrap_err(), DecryptFailure::NoKey);
    assert_eq!(opened.recipients.len(), 2);
}

#[test]
fn an_altered_authenticated_message_gives_nothing() {
    let ring = lab().ring(&[], &["alice"]);
    let cms = by_openssl("alice", &["-aes-256-gcm"]);
    let length = cms.len();
    for at in [length - 1, length - 20, length - 60] {
        let mut altered = cms.clone();
        altered[at] ^= 1;
        assert_eq!(decrypt(&altered, &ring, &[], LIMIT).outcome.unwrap_err(), DecryptFailure::IntegrityFailed, "{at}");
    }
}

#[test]
fn authenticated_data_dressed_up_as_enveloped_data_stays_closed() {
    // RFC 9709 §1: the ciphertext of AES-GCM offered without its tag.
    let cms = by_openssl("alice", &["-aes-256-gcm"]);
    let auth = hex::decode("060b2a864886f70d0109100117").unwrap();
    let at = cms.windows(auth.len()).position(|window| window == auth).unwrap();
    let inner = crate::crypto::smime::asn1::Cursor::inside(&cms, 0x30).unwrap();
    let mut inner = inner;
    inner.oid().unwrap();
    let mut body = inner.enter(0xa0).unwrap().enter(0x30).unwrap();
    let parts: Vec<&[u8]> = (0..3).map(|_| body.any().unwrap().whole).collect();
    let enveloped = super::super::asn1::sequence(&parts);
    let oid = hex::decode("06092a864886f70d010703").unwrap();
    let cms = super::super::asn1::sequence(&[&oid, &super::super::asn1::element(0xa0, &[&enveloped])]);
    assert!(at > 0);
    let opened = decrypt(&cms, &lab().ring(&[], &["alice"]), &[], LIMIT);
    assert!(matches!(opened.outcome, Err(DecryptFailure::Unsupported(_))), "{opened:?}");
}

#[test]
fn a_wrong_padding_says_no_more_than_a_wrong_key() {
    let ring = lab().ring(&[], &["alice"]);
    let cms = by_openssl("alice", &["-aes256"]);
    // Octets of the encrypted key: every change ends in the same failure.
    let at = cms.windows(4).position(|window| window == [0x04, 0x82, 0x01, 0x00]).unwrap() + 4;
    for offset in [0, 1, 100, 255] {
        let mut altered = cms.clone();
        altered[at + offset] ^= 0x55;
        let outcome = decrypt(&altered, &ring, &[], LIMIT).outcome;
        match outcome {
            Err(why) => assert_eq!(why, DecryptFailure::IntegrityFailed, "octet {offset}"),
            // One wrong key in 256 ends in a padding that looks right, and in noise.
            Ok(opened) => assert_ne!(opened.plaintext, MESSAGE, "octet {offset}"),
        }
    }
}

#[test]
fn a_locked_key_asks_for_its_passphrase() {
    let pkcs8 = lab().openssl(&["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", "bob.key", "-passout", "pass:ponte"]);
    let both = [lab().read("bob.pem"), pkcs8].concat();
    let mut ring = SmimeRing::default();
    let reports = ring.add(&both, &[]).unwrap();
    assert!(reports[0].report.has_secret && reports[0].report.is_locked);
    let cms = by_openssl("bob", &[]);
    let fingerprint = ring.own()[0].certificate.fingerprint.clone();
    assert_eq!(decrypt(&cms, &ring, &[], LIMIT).outcome.unwrap_err(), DecryptFailure::Locked(fingerprint.clone()));
    let wrong = [Secret::from("pont")];
    assert_eq!(decrypt(&cms, &ring, &wrong, LIMIT).outcome.unwrap_err(), DecryptFailure::Locked(fingerprint));
    let right = [Secret::from("pont"), Secret::from("ponte")];
    assert_eq!(decrypt(&cms, &ring, &right, LIMIT).outcome.unwrap().plaintext, MESSAGE);
}

#[test]
fn large_content_stays_closed() {
    let opened = decrypt(&by_openssl("alice", &[]), &lab().ring(&[], &["alice"]), &[], 10);
    assert_eq!(opened.outcome.unwrap_err(), DecryptFailure::TooLarge);
}

#[test]
fn what_gpgsm_encrypts_is_opened() {
    let gpgsm = Gpgsm::new();
    gpgsm.import("alice");
    let out = gpgsm.folder().join("out.p7m");
    let message = lab().path("message");
    gpgsm.run(&[
        "--recipient",
        "<alice@example.org>",
        "--output",
        out.to_str().unwrap(),
        "--encrypt",
        message.to_str().unwrap(),
    ]);
    let cms = std::fs::read(&out).unwrap();
    let opened = decrypt(&cms, &lab().ring(&[], &["alice"]), &[], LIMIT);
    assert_eq!(opened.outcome.unwrap().plaintext, MESSAGE);
}

#[test]
fn compressed_data_is_read_within_its_limit() {
    use std::io::Write;

    use super::super::algorithm::{COMPRESSED_DATA, DATA};
    use super::super::asn1::{element, integer, oid, sequence};
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&vec![b'a'; 100_000]).unwrap();
    let zlib = sequence(&[&oid(der::asn1::ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.3.8"))]);
    let inner = sequence(&[&oid(DATA), &element(0xa0, &[&element(4, &[&encoder.finish().unwrap()])])]);
    let body = sequence(&[&integer(0), &zlib, &inner]);
    let cms = sequence(&[&oid(COMPRESSED_DATA), &element(0xa0, &[&body])]);
    assert_eq!(super::super::kind(&cms), super::super::CmsKind::CompressedData);
    assert_eq!(super::super::decompress(&cms, 100_000).unwrap().len(), 100_000);
    assert_eq!(super::super::decompress(&cms, 99_999), Err(DecryptFailure::TooLarge));
}
