use std::io::Write;

use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::serialize::stream::{Compressor, Encryptor, LiteralWriter, Message, Recipient};
use sequoia_openpgp::types::{CompressionAlgorithm, CompressionLevel};
use sequoia_openpgp::{Cert, PacketPile};

use super::super::{PgpRing, decrypt, detached, encrypt, find_inline_blocks, sign_detached, signed_message};
use super::{ENTITY, person, public, ring, then};
use crate::crypto::{DecryptFailure, SignatureOutcome};

fn binary(armored: &[u8]) -> Vec<u8> {
    PacketPile::from_bytes(armored).unwrap().to_vec().unwrap()
}

/// An encrypted message around whatever is written.
fn encrypted(to: &Cert, write: impl FnOnce(Message<'_>)) -> Vec<u8> {
    let policy = super::super::ReadingPolicy;
    let valid = to.with_policy(&policy, super::super::system_time(then())).unwrap();
    let keys: Vec<Recipient> = valid.keys().for_transport_encryption().map(Into::into).collect();
    let mut bytes = Vec::new();
    write(Encryptor::for_recipients(Message::new(&mut bytes), keys).build().unwrap());
    bytes
}

#[test]
fn every_flipped_or_missing_byte_of_a_message_leaves_it_closed() {
    let bob = person("Bob");
    let message = binary(&encrypt(ENTITY, std::slice::from_ref(&bob), Some(&bob), &[], then()).unwrap());
    let ring = ring(&[&bob]);
    let open = |bytes: &[u8]| decrypt(bytes, &ring, &[], then(), 1 << 20).outcome;
    assert!(open(&message).is_ok());
    for index in 0..message.len() {
        let mut tampered = message.clone();
        tampered[index] ^= 1;
        match open(&tampered) {
            // The key ID of the recipient is only a hint, and is not protected.
            Ok(opened) => assert_eq!(opened.plaintext, ENTITY, "byte {index}"),
            Err(failure) => assert!(!matches!(failure, DecryptFailure::TooLarge)),
        }
        assert!(open(&message[..index]).is_err(), "cut at {index}");
    }
    let mut tampered = message.clone();
    let last = tampered.len() - 30;
    tampered[last] ^= 1;
    assert_eq!(open(&tampered).unwrap_err(), DecryptFailure::IntegrityFailed);
}

#[test]
fn anything_after_the_message_closes_it() {
    let bob = person("Bob");
    let message = binary(&encrypt(ENTITY, std::slice::from_ref(&bob), None, &[], then()).unwrap());
    let mut literal = Vec::new();
    let mut writer = LiteralWriter::new(Message::new(&mut literal)).build().unwrap();
    writer.write_all(b"injected").unwrap();
    writer.finalize().unwrap();
    for trailing in [&literal[..], &message, b"garbage"] {
        let outcome = decrypt(&[&message[..], trailing].concat(), &ring(&[&bob]), &[], then(), 1 << 20).outcome;
        assert!(outcome.is_err());
        let outcome = decrypt(&[trailing, &message[..]].concat(), &ring(&[&bob]), &[], then(), 1 << 20).outcome;
        assert!(outcome.is_err());
    }
}

/// What comes of a message whose container is replaced by another packet.
fn outcome_of(message: &[u8], container: &[u8], bob: &sequoia_openpgp::Cert) -> DecryptFailure {
    let pile = PacketPile::from_bytes(message).unwrap();
    let mut bytes = pile.children().next().unwrap().to_vec().unwrap();
    bytes.extend(container);
    decrypt(&bytes, &ring(&[bob]), &[], then(), 1 << 20).outcome.unwrap_err()
}

#[test]
fn a_message_without_integrity_protection_is_never_opened() {
    let bob = person("Bob");
    let message = binary(&encrypt(ENTITY, std::slice::from_ref(&bob), None, &[], then()).unwrap());
    let outcome = |tag: u8| outcome_of(&message, &[0xc0 | tag, 3, 1, 2, 3], &bob);
    assert_eq!(outcome(9), DecryptFailure::NoIntegrity);
    assert_eq!(outcome(20), DecryptFailure::Unsupported("librepgp_ocb".into()));
    // SEIPD of a version that nobody has defined: its first octet is 3.
    assert_eq!(
        outcome_of(&message, &[0b1100_0000 | 0b01_0010, 3, 3, 2, 3], &bob),
        DecryptFailure::Unsupported("seipd_version: 3".into())
    );
}

#[test]
fn what_is_not_encrypted_is_not_opened_as_if_it_were() {
    let alice = person("Alice");
    let mut literal = Vec::new();
    let mut writer = LiteralWriter::new(Message::new(&mut literal)).build().unwrap();
    writer.write_all(ENTITY).unwrap();
    writer.finalize().unwrap();
    let outcome = decrypt(&literal, &ring(&[&alice]), &[], then(), 1 << 20).outcome;
    assert_eq!(outcome.unwrap_err(), DecryptFailure::Malformed("not_encrypted".into()));
    assert_eq!(signed_message(&literal, &ring(&[&alice]), then()).unwrap().signatures.len(), 0);
    let message = encrypt(ENTITY, std::slice::from_ref(&alice), None, &[], then()).unwrap();
    assert!(signed_message(&message, &ring(&[&alice]), then()).is_err());
}

#[test]
fn encryption_inside_encryption_is_refused() {
    let bob = person("Bob");
    let bytes = encrypted(&bob, |outer| {
        let inner = Encryptor::with_passwords(outer, Some("sesame")).build().unwrap();
        let mut writer = LiteralWriter::new(inner).build().unwrap();
        writer.write_all(ENTITY).unwrap();
        writer.finalize().unwrap();
    });
    let outcome = decrypt(&bytes, &ring(&[&bob]), &[super::secret("sesame")], then(), 1 << 20).outcome;
    assert!(matches!(outcome, Err(DecryptFailure::Malformed(_))), "{outcome:?}");
}

#[test]
fn a_compression_bomb_stops_at_the_limit() {
    let bob = person("Bob");
    let bytes = encrypted(&bob, |message| {
        let packer = Compressor::new(message).algo(CompressionAlgorithm::Zlib).level(CompressionLevel::best());
        let mut writer = LiteralWriter::new(packer.build().unwrap()).build().unwrap();
        for _ in 0..200 {
            writer.write_all(&vec![0; 1 << 20]).unwrap();
        }
        writer.finalize().unwrap();
    });
    assert!(bytes.len() < 1 << 20);
    let start = std::time::Instant::now();
    assert_eq!(decrypt(&bytes, &ring(&[&bob]), &[], then(), 1 << 20).outcome.unwrap_err(), DecryptFailure::TooLarge);
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn thousands_of_signatures_do_not_cost_thousands_of_verifications() {
    let alice = person("Alice");
    let one = binary(&sign_detached(ENTITY, &alice, &[], then()).unwrap().bytes);
    let start = std::time::Instant::now();
    let checks = detached(ENTITY, &one.repeat(20_000), &ring(&[&alice]), then());
    assert_eq!(checks[0].outcome, SignatureOutcome::Malformed);
    assert!(start.elapsed().as_secs() < 5);
}

/// xorshift: the same bytes in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let (alice, bob) = (person("Alice"), person("Bob"));
    let ring = ring(&[&public(&alice), &bob]);
    let signature = sign_detached(ENTITY, &alice, &[], then()).unwrap().bytes;
    let message = encrypt(ENTITY, std::slice::from_ref(&bob), Some(&alice), &[], then()).unwrap();
    let key = super::super::armored_secret(&bob);
    let seeds = [binary(&signature), binary(&message), bob.as_tsk().to_vec().unwrap(), signature, message, key];
    let mut dice = Dice(20_241_123);
    for round in 0..1_200 {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..=dice.roll(4) {
            let index = dice.roll(bytes.len());
            match dice.roll(4) {
                0 => bytes[index] = u8::try_from(dice.roll(256)).unwrap(),
                1 => bytes[index] ^= 1 << dice.roll(8),
                2 => bytes.truncate(index + 1),
                _ => {
                    let from = dice.roll(bytes.len());
                    let piece = bytes[from..(from + 20).min(bytes.len())].to_vec();
                    bytes.splice(index..index, piece);
                }
            }
        }
        let checks = detached(ENTITY, &bytes, &ring, then());
        assert!(!checks.is_empty());
        let caught = DecryptFailure::Malformed("library".into());
        match decrypt(&bytes, &ring, &[], then(), 1 << 20).outcome {
            Ok(opened) => assert_eq!(opened.plaintext, ENTITY),
            Err(failure) => assert_ne!(failure, caught),
        }
        assert_ne!(signed_message(&bytes, &ring, then()).err(), Some(caught));
        let _ = PgpRing::default().add(&bytes);
        let _ = PgpRing::default().withdraw(&bytes);
        let _ = find_inline_blocks(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_thousand_recipients_cost_no_more_than_a_few() {
    let bob = person("Bob");
    let mut key = None;
    let mut rest = Vec::new();
    for packet in PacketPile::from_bytes(&encrypt(ENTITY, std::slice::from_ref(&bob), None, &[], then()).unwrap()[..])
        .unwrap()
        .into_children()
    {
        let bytes = packet.to_vec().unwrap();
        if matches!(packet, sequoia_openpgp::Packet::PKESK(_)) { key = Some(bytes) } else { rest = bytes }
    }
    let mut broken = key.clone().unwrap();
    let last = broken.len() - 1;
    broken[last] ^= 1;
    let start = std::time::Instant::now();
    let few = [broken.repeat(20), key.clone().unwrap(), rest.clone()].concat();
    assert!(decrypt(&few, &ring(&[&bob]), &[], then(), 1 << 20).outcome.is_ok());
    let many = [broken.repeat(900), key.unwrap(), rest].concat();
    assert_eq!(decrypt(&many, &ring(&[&bob]), &[], then(), 1 << 20).outcome.unwrap_err(), DecryptFailure::NoKey);
    assert!(start.elapsed().as_secs() < 5);
}
