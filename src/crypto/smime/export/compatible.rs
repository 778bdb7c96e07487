//! Whether gpgsm 2.2 reads a PKCS #12 file.
//!
//! Where it derives a key that is longer than one hash (RFC 7292 appendix B.2, step 6 C), it loses a zero byte at the
//! beginning of a block, so derives another key, and calls the passphrase wrong: of one file in sixty, whoever wrote it.
//! The same with another salt is then as good.

use openssl::sha::sha1;
use zeroize::Zeroizing;

use super::super::asn1::{Cursor, INTEGER, OCTET_STRING, SEQUENCE};

/// pbeWithSHAAnd3-KeyTripleDES-CBC, encoded (RFC 7292 appendix C).
const TRIPLE_DES: [u8; 12] = [0x06, 0x0a, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x03];
/// Bytes of a block of SHA-1.
const BLOCK: usize = 64;
/// The first byte of what is hashed for keys (RFC 7292 appendix B.3).
const FOR_KEYS: u8 = 1;

/// Whether gpgsm derives the right keys for every part of a file that is under triple DES.
pub fn is_read_by_gpgsm(file: &[u8], passphrase: &str) -> bool {
    let places = file.windows(TRIPLE_DES.len()).enumerate().filter(|(_, window)| *window == TRIPLE_DES);
    let parameters = places.filter_map(|(at, _)| read(file.get(at + TRIPLE_DES.len()..)?));
    parameters.into_iter().all(|(salt, rounds)| keeps_every_byte(salt, rounds, passphrase))
}

/// Salt and iterations (RFC 7292 appendix C, pkcs-12PbeParams).
fn read(parameters: &[u8]) -> Option<(&[u8], u32)> {
    let mut inside = Cursor::new(Cursor::new(parameters).need(SEQUENCE).ok()?.value);
    let salt = inside.need(OCTET_STRING).ok()?.value;
    let rounds = inside.need(INTEGER).ok()?.value;
    let rounds = rounds.iter().try_fold(0_u32, |all, byte| all.checked_mul(256)?.checked_add(u32::from(*byte)))?;
    (!salt.is_empty()).then_some((salt, rounds))
}

/// Whether no block begins with a zero byte after the first hash of a key was added to it.
fn keeps_every_byte(salt: &[u8], rounds: u32, passphrase: &str) -> bool {
    let mut password: Vec<u8> = passphrase.encode_utf16().flat_map(u16::to_be_bytes).collect();
    password.extend([0, 0]);
    let whole =
        |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().cycle().take(bytes.len().div_ceil(BLOCK) * BLOCK).collect() };
    let blocks = Zeroizing::new([whole(salt), whole(&password)].concat());
    let first = Zeroizing::new([&[FOR_KEYS; BLOCK], blocks.as_slice()].concat());
    let mut hash = sha1(&first);
    for _ in 1..rounds {
        hash = sha1(&hash);
    }
    let added: Vec<u8> = hash.iter().copied().cycle().take(BLOCK).collect();
    blocks.chunks(BLOCK).all(|block| {
        // The sum and one more, from the last byte to the first.
        let mut carry = 1;
        let mut highest = 0;
        for (one, other) in block.iter().zip(&added).rev() {
            let sum = u16::from(*one) + u16::from(*other) + carry;
            (highest, carry) = (sum & 0xff, sum >> 8);
        }
        highest != 0
    })
}
