//! CompressedData (RFC 3274): bombs, lies about sizes, and what a compression hides or moves.

use std::io::Write as _;

use super::world::der;
use super::world::{BOB, MALLORY, SECRET, WORLD, html, mail, multipart, quoted, shown, text};
use kakitome::crypto::DecryptFailure;
use kakitome::flow::{Assessment, Lock, Seal};

/// id-ct-compressedData, id-alg-zlibCompress, id-data, each encoded.
const KIND: [u8; 13] = [0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x09];
const ZLIB: [u8; 13] = [0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x03, 0x08];
const DATA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
/// More than a small message may open to.
const BOMB: usize = 40 << 20;

fn zlib(content: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(content).expect("it compresses");
    encoder.finish().expect("done")
}

/// CompressedData around what is said to be a stream of zlib's, in DER.
fn object_of(stream: &[u8], algorithm: &[u8], kind: &[u8]) -> Vec<u8> {
    let inner = der::value(0x30, &[kind, &der::value(0xa0, &der::value(0x04, stream))].concat());
    let body = der::value(0x30, &[&[0x02, 0x01, 0x00][..], &der::value(0x30, algorithm), &inner].concat());
    der::value(0x30, &[&KIND[..], &der::value(0xa0, &body)].concat())
}

/// The same as programs write it that don't know the length beforehand: indefinite lengths, the octets in pieces.
fn streamed_object_of(stream: &[u8]) -> Vec<u8> {
    let open = |tag: u8| vec![tag, 0x80];
    let pieces: Vec<u8> = stream.chunks(100).flat_map(|piece| der::value(0x04, piece)).collect();
    let begin = [open(0x30), KIND.to_vec(), open(0xa0), open(0x30), vec![0x02, 0x01, 0x00], der::value(0x30, &ZLIB)];
    let inner = [open(0x30), DATA.to_vec(), open(0xa0), open(0x24), pieces, vec![0; 8]];
    [begin.concat(), inner.concat(), vec![0; 6]].concat()
}

fn entity_of(object: &[u8]) -> Vec<u8> {
    kakitome::message::pkcs7_mime(object, "compressed-data", "smime.p7z")
}

fn compressed(entity: &[u8]) -> Vec<u8> {
    entity_of(&object_of(&zlib(entity, 9), &ZLIB, &DATA))
}

fn bomb() -> Vec<u8> {
    let zeros = [text("x"), vec![b'0'; BOMB]].concat();
    let entity = compressed(&zeros);
    assert!(entity.len() < 100_000, "{}", entity.len());
    entity
}

fn why(found: &Assessment) -> Option<&DecryptFailure> {
    found.encryption.iter().find_map(|layer| layer.failure.as_ref())
}

/// The other tests would prove nothing if honest compression were not read: at every level, streamed, and in every
/// order with seal and lock (RFC 8551 §3.6, §3.7).
#[test]
fn an_honest_message_is_read_in_whatever_order_it_was_compressed() {
    let entity = text("書留 I owe you 10");
    for level in [0, 1, 6, 9] {
        let stream = zlib(&entity, level);
        for object in [object_of(&stream, &ZLIB, &DATA), streamed_object_of(&stream)] {
            let found = WORLD.assess(mail(BOB, &entity_of(&object)));
            assert_eq!(shown(&found).trim(), "書留 I owe you 10", "{level}");
            assert_eq!((found.headline.lock, found.headline.seal), (Lock::NotEncrypted, Seal::Unsigned));
        }
    }
    let (plain, locked) = (Lock::NotEncrypted, Lock::Encrypted);
    for (entity, lock) in [
        (compressed(&WORLD.smime_signed(BOB, &entity)), plain),
        (compressed(&WORLD.smime_opaque_entity(BOB, &entity)), plain),
        (WORLD.smime_signed(BOB, &compressed(&entity)), plain),
        (WORLD.smime_opaque_entity(BOB, &compressed(&entity)), plain),
        (WORLD.smime_encrypted(&compressed(&WORLD.smime_signed(BOB, &entity)), true), locked),
        (compressed(&WORLD.smime_encrypted(&WORLD.smime_signed(BOB, &entity), true)), locked),
    ] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert_eq!(shown(&found).trim(), "書留 I owe you 10");
        assert_eq!((found.headline.lock, found.headline.seal), (lock, Seal::Authenticated));
    }
}

/// Mallory makes a few kilobytes that would fill alice's memory, alone and inside of every other object.
#[test]
fn a_bomb_stays_closed_wherever_it_is() {
    let bomb = bomb();
    let began = std::time::Instant::now();
    for entity in [
        bomb.clone(),
        WORLD.smime_encrypted(&bomb, true),
        WORLD.smime_encrypted(&bomb, false),
        WORLD.smime_signed(MALLORY, &bomb),
        WORLD.smime_opaque_entity(MALLORY, &bomb),
        WORLD.smime_encrypted(&WORLD.smime_opaque_entity(MALLORY, &bomb), true),
        WORLD.pgp_encrypted(&bomb, Some(MALLORY)),
    ] {
        let found = WORLD.assess(mail(MALLORY, &entity));
        assert!(found.blocks.is_empty() && found.text.is_empty(), "{}", found.text.len());
        assert_eq!(found.headline.lock, Lock::CannotOpen);
        assert_eq!(why(&found), Some(&DecryptFailure::TooLarge));
        assert!(found.parts.iter().all(|part| part.content.len() <= entity.len()));
    }
    assert!(began.elapsed() < std::time::Duration::from_mins(1), "{:?}", began.elapsed());
}

/// Mallory wraps a bomb in compressions, each of which is small and honest; or nests without end.
#[test]
fn compressions_within_each_other_share_what_they_may_open_to_and_end() {
    let mut entity = bomb();
    for _ in 0..4 {
        entity = compressed(&entity);
    }
    let found = WORLD.assess(mail(MALLORY, &entity));
    assert!(found.blocks.is_empty());
    assert_eq!((found.headline.lock, why(&found)), (Lock::CannotOpen, Some(&DecryptFailure::TooLarge)));
    // Each layer is as large as may be by itself: it is their sum that counts.
    let mut entity = text("innermost");
    for _ in 0..6 {
        entity = compressed(&multipart("mixed", &[&entity, &[text("pad"), vec![b'0'; 5 << 20]].concat()]));
    }
    let found = WORLD.assess(mail(MALLORY, &entity));
    assert!(!shown(&found).contains("innermost"), "they open to 30 MB");
    let mut entity = text("hello");
    for _ in 0..40 {
        entity = compressed(&entity);
    }
    let found = WORLD.assess(mail(MALLORY, &entity));
    assert!(found.blocks.is_empty() && !found.defects.is_empty(), "that something is not shown is said");
}

/// Mallory puts many bombs beside each other, each within the bounds by itself.
#[test]
fn bombs_beside_each_other_open_to_no_more_than_one_does() {
    let one = compressed(&[text("boom"), vec![b'0'; 10 << 20]].concat());
    let parts = vec![one.as_slice(); 12];
    for kind in ["mixed", "alternative", "related", "digest"] {
        let found = WORLD.assess(mail(MALLORY, &multipart(kind, &parts)));
        let opened: usize = found.parts.iter().map(|part| part.content.len()).sum();
        assert!(opened < 24 << 20, "{kind}: {opened}");
        assert_eq!(found.headline.seal, Seal::Unsigned);
    }
}

/// Mallory lies about sizes, algorithms and types. What can't be read to its end is not shown at all: another program
/// might have read it in another way.
#[test]
fn a_stream_that_is_not_whole_shows_nothing() {
    let entity = text("I owe you 1000");
    let stream = zlib(&entity, 9);
    let mut checksum = stream.clone();
    *checksum.last_mut().expect("a byte") ^= 1;
    let mut damaged = stream.clone();
    damaged[stream.len() / 2] ^= 0x55;
    let deflated = stream[2..stream.len() - 4].to_vec();
    let streams = [
        ("cut", stream[..stream.len() - 1].to_vec()),
        ("without its checksum", stream[..stream.len() - 4].to_vec()),
        ("half", stream[..stream.len() / 2].to_vec()),
        ("of another checksum", checksum),
        ("damaged", damaged),
        ("of no stream", entity.clone()),
        ("without zlib's header", deflated),
        ("empty", Vec::new()),
    ];
    for (what, stream) in &streams {
        for object in [object_of(stream, &ZLIB, &DATA), streamed_object_of(stream)] {
            let found = WORLD.assess(mail(MALLORY, &entity_of(&object)));
            assert!(found.blocks.is_empty(), "{what}: {}", shown(&found));
            assert_eq!(found.headline.lock, Lock::CannotOpen, "{what}");
        }
    }
    let other_algorithm = [&ZLIB[..12], &[9]].concat();
    let signed_data = [&DATA[..10], &[2]].concat();
    let good = object_of(&stream, &ZLIB, &DATA);
    let lengthened = [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..], &good[2..]].concat();
    for object in [
        object_of(&stream, &other_algorithm, &DATA),
        object_of(&stream, &ZLIB, &signed_data),
        lengthened,
        good[..good.len() - 1].to_vec(),
    ] {
        let found = WORLD.assess(mail(MALLORY, &entity_of(&object)));
        assert!(found.blocks.is_empty(), "{}", shown(&found));
        assert_eq!(found.headline.lock, Lock::CannotOpen);
    }
    // What follows the end of the stream was never part of it.
    let followed = [stream.clone(), zlib(&html("I owe you 99"), 9)].concat();
    let found = WORLD.assess(mail(MALLORY, &entity_of(&object_of(&followed, &ZLIB, &DATA))));
    assert!(!shown(&found).contains("99"), "{}", shown(&found));
}

/// Mallory moves what bob sealed, or what alice alone can open, behind a compression beside her own words.
#[test]
fn a_compression_neither_carries_a_seal_to_what_is_beside_it_nor_gives_a_ciphertext_away() {
    let mine = text("I owe you 1000");
    for theirs in [
        compressed(&WORLD.smime_signed(BOB, &text("I owe you 10"))),
        compressed(&WORLD.pgp_signed(BOB, &text("I owe you 10"))),
        WORLD.smime_opaque_entity(BOB, &compressed(&text("I owe you 10"))),
    ] {
        for parts in [[&mine[..], &theirs], [&theirs[..], &mine]] {
            for entity in [multipart("mixed", &parts), compressed(&multipart("mixed", &parts))] {
                let found = WORLD.assess(mail(BOB, &entity));
                assert_eq!(found.headline.seal, Seal::Unsigned);
                assert!(found.blocks.iter().all(|block| !(block.signed && block.text.contains("1000"))));
            }
        }
    }
    for cipher in [WORLD.smime_encrypted(&text(SECRET), true), WORLD.pgp_encrypted(&text(SECRET), None)] {
        for entity in [
            multipart("mixed", &[&text("Lunch?"), &compressed(&cipher)]),
            compressed(&multipart("mixed", &[&text("Lunch?"), &cipher])),
        ] {
            let found = WORLD.assess(mail(MALLORY, &entity));
            assert_ne!(found.headline.lock, Lock::Encrypted);
            assert!(!quoted(&found).contains(SECRET), "{}", quoted(&found));
        }
    }
}
