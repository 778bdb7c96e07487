//! Messages made to exhaust a reader: compression, nesting, numbers.

use super::world::{ALICE, BOB, MALLORY, SECRET, WORLD, mail, multipart, quoted, shown, text};
use kakitome::flow::{Lock, Seal};
use sequoia_openpgp::armor;
use sequoia_openpgp::serialize::stream::{Armorer, Compressor, Encryptor, LiteralWriter, Message};
use sequoia_openpgp::types::CompressionAlgorithm;

fn compressed(layers: usize, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut message = Message::new(&mut bytes);
    for _ in 0..layers {
        message = Compressor::new(message).algo(CompressionAlgorithm::Zlib).build().expect("it compresses");
    }
    let mut message = LiteralWriter::new(message).build().expect("a literal");
    std::io::Write::write_all(&mut message, content).expect("written");
    message.finalize().expect("done");
    bytes
}

/// Encrypts packets as they are.
fn encrypted(packets: &[u8]) -> Vec<u8> {
    let policy = sequoia_openpgp::policy::StandardPolicy::new();
    let alice = WORLD.pgp_cert(ALICE);
    let keys = alice
        .keys()
        .with_policy(&policy, std::time::SystemTime::from(WORLD.at()))
        .supported()
        .for_transport_encryption();
    let mut bytes = Vec::new();
    let message = Armorer::new(Message::new(&mut bytes)).kind(armor::Kind::Message).build().expect("armor");
    let mut message = Encryptor::for_recipients(message, keys).build().expect("it encrypts");
    std::io::Write::write_all(&mut message, packets).expect("written");
    message.finalize().expect("done");
    kakitome::message::multipart_encrypted(&bytes)
}

/// Mallory makes a small message that would fill alice's memory when it is opened.
#[test]
fn a_message_that_opens_to_a_thousand_times_its_size_stays_closed() {
    let zeros = vec![b'0'; 24 << 20];
    let began = std::time::Instant::now();
    for layers in [1, 2] {
        let packets = compressed(layers, &zeros);
        assert!(packets.len() < 200_000);
        let entity = encrypted(&packets);
        for entity in [entity.clone(), multipart("mixed", &[&text("x"), &entity, &entity])] {
            let found = WORLD.assess(mail(MALLORY, &entity));
            assert_ne!(found.headline.lock, Lock::Encrypted);
            assert!(shown(&found).len() < 1 << 20);
        }
    }
    assert!(began.elapsed() < std::time::Duration::from_mins(2), "{:?}", began.elapsed());
}

/// Mallory nests compression in compression, without end.
#[test]
fn compression_within_compression_ends() {
    for layers in [8, 40, 200] {
        let found = WORLD.assess(mail(MALLORY, &encrypted(&compressed(layers, &text("hello")))));
        assert!(found.headline.lock == Lock::CannotOpen || shown(&found).contains("hello"), "{layers}");
        assert_eq!(found.headline.seal, Seal::Unsigned);
    }
    let found = WORLD.assess(mail(MALLORY, &encrypted(&compressed(1, &text("hello")))));
    assert_eq!(found.headline.lock, Lock::Encrypted);
}

#[test]
fn a_signature_object_with_hundreds_of_signatures_stays_bounded() {
    let one = WORLD.pgp_signature(MALLORY, &text("x"));
    let many = String::from_utf8(one).expect("armor").repeat(300);
    let entity = kakitome::message::multipart_signed_pgp(&text("x"), many.as_bytes(), "pgp-sha512");
    let found = WORLD.assess(mail(BOB, &multipart("mixed", &[&entity])));
    assert!(found.signatures.len() <= 64);
}

#[test]
fn many_encrypted_parts_are_opened_up_to_a_limit_and_none_is_lost() {
    let cipher = WORLD.pgp_encrypted(&text(SECRET), None);
    let parts = vec![cipher.as_slice(); 50];
    let found = WORLD.assess(mail(MALLORY, &multipart("mixed", &parts)));
    assert_eq!(found.headline.lock, Lock::NotEncrypted);
    assert!(found.parts.iter().filter(|part| part.decrypted).count() <= 16);
    assert!(found.parts.len() >= 50);
    assert!(!quoted(&found).contains(SECRET));
}

#[test]
fn deep_nests_of_encryption_end_as_closed() {
    let mut entity = text(SECRET);
    for _ in 0..12 {
        entity = WORLD.smime_encrypted(&entity, true);
    }
    let found = WORLD.assess(mail(BOB, &entity));
    assert!(found.blocks.is_empty());
    assert_eq!(found.headline.lock, Lock::CannotOpen, "nothing of it is shown");
}

#[test]
fn more_layers_than_anybody_needs_end_as_closed_and_that_is_said() {
    let mut entity = text("hello");
    for _ in 0..12 {
        entity = WORLD.smime_signed(BOB, &entity);
    }
    let found = WORLD.assess(mail(BOB, &entity));
    assert!(found.blocks.is_empty());
    assert!(!found.defects.is_empty(), "that something is not shown is said");
}
