//! A message that a passphrase opens, and the Autocrypt Setup Message (Autocrypt Level 1 §4.4), which is one.

use std::io::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use sequoia_openpgp::armor;
use sequoia_openpgp::cert::amalgamation::key::PrimaryKey as _;
use sequoia_openpgp::crypto::Password;
use sequoia_openpgp::parse::Parse as _;
use sequoia_openpgp::serialize::Serialize as _;
use sequoia_openpgp::serialize::stream::{Armorer, Encryptor, LiteralWriter, Message};
use sequoia_openpgp::types::SymmetricAlgorithm;
use sequoia_openpgp::{Cert, Packet};
use zeroize::Zeroizing;

use crate::crypto::{DecryptFailure, ProtectError};
use crate::domain::Secret;

use super::unlock::Unlocked;
use super::{PgpRing, decrypt, guarded};

/// Blocks of digits in a Setup Code, and digits in a block: `numeric9x4` (Autocrypt Level 1 §4.4.2).
const BLOCKS: usize = 9;
const DIGITS: usize = 4;
/// No Setup Message is larger.
const MAX_SETUP: usize = 16 << 20;
const BEGIN: &str = "-----BEGIN PGP MESSAGE-----";
const END: &str = "-----END PGP MESSAGE-----";

/// Encrypts with passphrases, each of which opens it alone: an armored message of one SEIPD version 1 packet with
/// AES-256, and the most rounds that an iterated and salted derivation has (RFC 9580 §3.7.1.3). Every OpenPGP program
/// of the last twenty years opens that; what is newer (Argon2, SEIPD version 2) GnuPG does not read. `comments` stand
/// in the clear.
///
/// # Errors
/// [`ProtectError::Library`] when the library refuses.
pub fn encrypt_with_passphrases(
    content: &[u8],
    passphrases: &[Secret<String>],
    comments: &[String],
) -> Result<Vec<u8>, ProtectError> {
    let mut out = Vec::with_capacity(content.len() / 2 * 3 + 4096);
    let mut build = || -> sequoia_openpgp::Result<()> {
        let mut armorer = Armorer::new(Message::new(&mut out)).kind(armor::Kind::Message);
        for comment in comments {
            armorer = armorer.add_header("Comment", comment);
        }
        let passwords: Vec<Password> = passphrases.iter().map(password).collect();
        let encryptor = Encryptor::with_passwords(armorer.build()?, passwords);
        let message = encryptor.symmetric_algo(SymmetricAlgorithm::AES256).build()?;
        let mut literal = LiteralWriter::new(message).build()?;
        literal.write_all(content)?;
        literal.finalize()
    };
    build().map_err(library)?;
    Ok(out)
}

/// A new Setup Code: 36 digits in blocks of four, 119 bits of chance.
///
/// # Errors
/// [`ProtectError::Library`] when there is no chance to be had.
pub fn new_setup_code() -> Result<Secret<String>, ProtectError> {
    let mut code = String::with_capacity(BLOCKS * (DIGITS + 1));
    let mut count = 0;
    while count < BLOCKS * DIGITS {
        let mut random = Zeroizing::new([0_u8; 64]);
        openssl::rand::rand_bytes(&mut *random).map_err(|error| ProtectError::Library(error.to_string()))?;
        // Of what is a multiple of ten, so that no digit is more likely than another.
        for byte in random.iter().filter(|byte| **byte < 250).take(BLOCKS * DIGITS - count) {
            if count > 0 && count % DIGITS == 0 {
                code.push('-');
            }
            code.push(char::from(b'0' + byte % 10));
            count += 1;
        }
    }
    Ok(Secret::new(code))
}

/// The Setup Code that somebody typed, in its own form; `None` when it has not 36 digits.
pub fn setup_code(typed: &str) -> Option<Secret<String>> {
    let digits: Zeroizing<String> = Zeroizing::new(
        typed
            .chars()
            .filter_map(|c| c.to_digit(10).or_else(|| wide_digit(c)))
            .map(|d| char::from(b'0' + d as u8))
            .collect(),
    );
    let is_other = typed.chars().any(|c| !(c.is_ascii_digit() || wide_digit(c).is_some() || is_between(c)));
    if is_other || digits.len() != BLOCKS * DIGITS {
        return None;
    }
    let mut code = String::with_capacity(BLOCKS * (DIGITS + 1));
    for (number, digit) in digits.chars().enumerate() {
        if number > 0 && number % DIGITS == 0 {
            code.push('-');
        }
        code.push(digit);
    }
    Some(Secret::new(code))
}

fn wide_digit(c: char) -> Option<u32> {
    ('０'..='９').contains(&c).then(|| c as u32 - '０' as u32)
}

fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | '–' | '—' | '−' | 'ー' | '－' | '.' | ',')
}

/// The payload of an Autocrypt Setup Message (Level 1 §4.4.1): the key without a passphrase of its own, encrypted with
/// AES-128 under the Setup Code.
///
/// # Errors
/// [`ProtectError::Locked`] when a secret key is locked and none of the passphrases opens it.
pub fn setup_message(
    cert: &Cert,
    passphrases: &[Secret<String>],
    code: &Secret<String>,
) -> Result<Vec<u8>, ProtectError> {
    let open = opened(cert, passphrases)?;
    let mut inner = Zeroizing::new(Vec::new());
    let mut out = Vec::new();
    let begin: String = code.declassify().chars().take(2).collect();
    let mut build = || -> sequoia_openpgp::Result<()> {
        let headers = [("Autocrypt-Prefer-Encrypt", "mutual")];
        let mut writer = armor::Writer::with_headers(&mut *inner, armor::Kind::SecretKey, headers)?;
        open.as_tsk().serialize(&mut writer)?;
        writer.finalize()?;
        let armorer = Armorer::new(Message::new(&mut out)).kind(armor::Kind::Message);
        let armorer = armorer.add_header("Passphrase-Format", "numeric9x4").add_header("Passphrase-Begin", &begin);
        let encryptor = Encryptor::with_passwords(armorer.build()?, [password(code)]);
        let message = encryptor.symmetric_algo(SymmetricAlgorithm::AES128).build()?;
        let mut literal = LiteralWriter::new(message).build()?;
        literal.write_all(&inner)?;
        literal.finalize()
    };
    build().map_err(library)?;
    Ok(out)
}

/// Why a Setup Message gives no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupFailure {
    /// It is none.
    None,
    /// The code does not fit.
    WrongCode,
    /// It is damaged inside.
    Damaged,
}

/// The key in an Autocrypt Setup Message's payload. Programs differ in what they put around it (HTML) and whether they
/// compress it inside.
///
/// # Errors
/// [`SetupFailure`] says why there is none.
pub fn open_setup_message(payload: &[u8], code: &Secret<String>, at: Timestamp) -> Result<Arc<Cert>, SetupFailure> {
    let text = String::from_utf8_lossy(payload);
    let (_, rest) = text.split_once(BEGIN).ok_or(SetupFailure::None)?;
    let (body, _) = rest.split_once(END).ok_or(SetupFailure::Damaged)?;
    let armored = format!("{BEGIN}{body}{END}\n");
    let outcome = decrypt(armored.as_bytes(), &PgpRing::default(), std::slice::from_ref(code), at, MAX_SETUP).outcome;
    let opened = outcome.map_err(|why| match why {
        DecryptFailure::NoKey | DecryptFailure::Locked(_) => SetupFailure::WrongCode,
        _ => SetupFailure::Damaged,
    })?;
    let inner = Zeroizing::new(opened.plaintext);
    let cert = guarded(|| Cert::from_bytes(&*inner)).and_then(Result::ok).filter(Cert::is_tsk);
    cert.map(Arc::new).ok_or(SetupFailure::Damaged)
}

/// The certificate with every secret key open.
fn opened(cert: &Cert, passphrases: &[Secret<String>]) -> Result<Cert, ProtectError> {
    let unlocked = Unlocked::default();
    let mut packets: Vec<Packet> = Vec::new();
    for locked in cert.keys().secret().filter(|key| !key.key().has_unencrypted_secret()) {
        let is_primary = locked.primary();
        let open = unlocked.open(locked.key(), passphrases);
        let open = open.ok_or_else(|| ProtectError::Locked(super::fingerprint(cert)))?;
        packets.push(if is_primary { open.role_into_primary().into() } else { open.role_into_subordinate().into() });
    }
    Ok(cert.clone().insert_packets(packets).map_err(library)?.0)
}

fn password(secret: &Secret<String>) -> Password {
    Password::from(secret.declassify().as_str())
}

// By value, so that it can be handed to `map_err`.
#[allow(clippy::needless_pass_by_value)]
fn library(error: anyhow::Error) -> ProtectError {
    ProtectError::Library(error.to_string())
}
