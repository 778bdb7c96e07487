//! Files that hold certificates and keys, in every form in which they are handed around.

use std::sync::{Arc, OnceLock};

use der::Decode;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::provider::Provider;

use crate::crypto::ImportError;
use crate::domain::Secret;

use super::X509;
use super::asn1::{BIT_STRING, Cursor, INTEGER, OCTET_STRING, OID, SEQUENCE, definite};
use super::content::pem_blocks;
use super::verify::certificates;

/// Rounds of key derivation that one file may ask for; more is an attack on patience.
const ROUNDS: u64 = 10_000_000;
/// Rounds that are spent on trying passphrases on one file.
const PATIENCE: u64 = 20_000_000;
/// Passphrases that are tried on one file.
const TRIES: u64 = 16;

/// What a file holds.
#[derive(Default)]
pub struct Found {
    /// Certificates, in order.
    pub certificates: Vec<Arc<X509>>,
    /// Keys that are open.
    pub keys: Vec<PKey<Private>>,
    /// PKCS #8 keys that none of the passphrases opens.
    pub locked: Vec<Arc<[u8]>>,
}

/// Reads a file.
pub fn read(bytes: &[u8], passphrases: &[Secret<String>]) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let blocks = pem_blocks(bytes);
    let result = if blocks.is_empty() {
        one(bytes, passphrases, &mut found)
    } else {
        let mut last = Err(ImportError::Nothing);
        for block in blocks {
            let result = pem(&block, passphrases, &mut found);
            if last.is_err() && result != Err(ImportError::Nothing) {
                last = result;
            }
        }
        last
    };
    if found.certificates.is_empty() && found.keys.is_empty() {
        return Err(match result {
            Err(error) => error,
            Ok(()) if found.locked.is_empty() => ImportError::Nothing,
            Ok(()) => ImportError::WrongPassphrase,
        });
    }
    Ok(found)
}

/// PKCS #8 under one of the passphrases.
pub fn open_pkcs8(pkcs8: &[u8], passphrases: &[Secret<String>]) -> Option<PKey<Private>> {
    let rounds = rounds(pkcs8);
    if rounds > ROUNDS {
        return None;
    }
    with_each(passphrases, rounds, |passphrase| PKey::private_key_from_pkcs8_passphrase(pkcs8, passphrase).ok())
}

fn pem(block: &super::content::PemBlock, passphrases: &[Secret<String>], found: &mut Found) -> Result<(), ImportError> {
    match &*block.label {
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => certificate(&block.der, found),
        "PKCS7" | "CMS" | "CERTIFICATE CHAIN" => bundle(&block.der, found),
        "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => key(&block.der, passphrases, found),
        "PKCS12" => pkcs12(&block.der, passphrases, found),
        label if label.ends_with(" PRIVATE KEY") && block.has_headers => {
            let opened = with_each(passphrases, 1, |passphrase| {
                PKey::private_key_from_pem_passphrase(&block.text, passphrase).ok()
            });
            found.keys.push(opened.ok_or(ImportError::WrongPassphrase)?);
            Ok(())
        }
        label if label.ends_with(" PRIVATE KEY") => {
            let opened = PKey::private_key_from_pem(&block.text);
            found.keys.push(opened.map_err(|_| ImportError::Malformed("private_key".to_owned()))?);
            Ok(())
        }
        _ => Err(ImportError::Nothing),
    }
}

/// A file in DER or BER: what it is shows in its first elements.
fn one(bytes: &[u8], passphrases: &[Secret<String>], found: &mut Found) -> Result<(), ImportError> {
    let nothing = |_| ImportError::Nothing;
    let mut inside = match definite(bytes) {
        Ok(_) => first_elements(bytes),
        Err(_) if bytes.first() == Some(&SEQUENCE) && bytes.len() > 64 => {
            return Err(ImportError::Malformed("asn1".to_owned()));
        }
        Err(_) => return Err(ImportError::Nothing),
    }
    .into_iter();
    match (inside.next(), inside.next(), inside.next()) {
        (Some(OID), ..) => bundle(bytes, found),
        (Some(INTEGER), Some(SEQUENCE), Some(SEQUENCE) | None) if is_pkcs12(bytes) => pkcs12(bytes, passphrases, found),
        (Some(SEQUENCE), Some(SEQUENCE), Some(BIT_STRING)) => certificate(bytes, found),
        (Some(SEQUENCE), Some(OCTET_STRING), _) | (Some(INTEGER), Some(SEQUENCE), Some(OCTET_STRING)) => {
            key(bytes, passphrases, found)
        }
        (Some(INTEGER), ..) => {
            found.keys.push(PKey::private_key_from_der(bytes).map_err(|_| ImportError::Nothing)?);
            Ok(())
        }
        _ => {
            // Base64 without armour, as some web pages hand certificates out.
            let text: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            let decoded = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text);
            let decoded = decoded.map_err(nothing)?;
            if decoded.first() == Some(&SEQUENCE) {
                one(&decoded, passphrases, found)
            } else {
                Err(ImportError::Nothing)
            }
        }
    }
}

fn first_elements(bytes: &[u8]) -> Vec<u8> {
    let Ok(object) = definite(bytes) else { return Vec::new() };
    let Ok(inside) = Cursor::inside(&object, SEQUENCE) else { return Vec::new() };
    inside.map_while(Result::ok).map(|tlv| tlv.tag).take(3).collect()
}

/// PFX (RFC 7292 §4): version 3, then a ContentInfo.
fn is_pkcs12(bytes: &[u8]) -> bool {
    let Ok(object) = definite(bytes) else { return false };
    let Ok(mut inside) = Cursor::inside(&object, SEQUENCE) else { return false };
    inside.small() == Ok(3) && inside.enter(SEQUENCE).is_ok_and(|auth_safe| auth_safe.peek() == Some(OID))
}

fn certificate(der: &[u8], found: &mut Found) -> Result<(), ImportError> {
    let Some(parsed) = X509::parse(der) else {
        // A revocation list has the same outline.
        let is_list = x509_cert::crl::CertificateList::<x509_cert::certificate::Rfc5280>::from_der(der).is_ok();
        return Err(if is_list { ImportError::Nothing } else { ImportError::Malformed("certificate".to_owned()) });
    };
    found.certificates.push(Arc::new(parsed));
    Ok(())
}

/// PKCS #7 or CMS with certificates in it (RFC 8551 §3.8).
fn bundle(cms: &[u8], found: &mut Found) -> Result<(), ImportError> {
    let inside = certificates(cms);
    if inside.is_empty() {
        return Err(ImportError::Nothing);
    }
    found.certificates.extend(inside);
    Ok(())
}

/// PKCS #8, encrypted or not (RFC 5958).
fn key(der: &[u8], passphrases: &[Secret<String>], found: &mut Found) -> Result<(), ImportError> {
    if first_elements(der).first() == Some(&INTEGER) {
        let key = PKey::private_key_from_pkcs8(der).or_else(|_| PKey::private_key_from_der(der));
        found.keys.push(key.map_err(|_| ImportError::Malformed("private_key".to_owned()))?);
        return Ok(());
    }
    if rounds(der) > ROUNDS {
        return Err(ImportError::Unsupported("key derivation with that many rounds".to_owned()));
    }
    match open_pkcs8(der, passphrases) {
        Some(key) => found.keys.push(key),
        None => found.locked.push(der.into()),
    }
    Ok(())
}

/// PKCS #12 (RFC 7292), also with PBMAC1 (RFC 9579) and with the old RC2 and triple DES.
fn pkcs12(der: &[u8], passphrases: &[Secret<String>], found: &mut Found) -> Result<(), ImportError> {
    let malformed = || ImportError::Malformed("pkcs12".to_owned());
    let rounds = rounds(der);
    if rounds > ROUNDS {
        return Err(ImportError::Unsupported("key derivation with that many rounds".to_owned()));
    }
    load_legacy();
    let pfx = Pkcs12::from_der(der).map_err(|_| malformed())?;
    let opened = with_each(passphrases, rounds, |passphrase| pfx.parse2(std::str::from_utf8(passphrase).ok()?).ok());
    let opened = opened.ok_or(ImportError::WrongPassphrase)?;
    let others = opened.ca.iter().flatten();
    for x509 in opened.cert.iter().map(std::convert::AsRef::as_ref).chain(others) {
        let parsed = x509.to_der().ok().and_then(|der| X509::parse(&der));
        found.certificates.extend(parsed.map(Arc::new));
    }
    found.keys.extend(opened.pkey);
    if found.certificates.is_empty() && found.keys.is_empty() { Err(ImportError::Nothing) } else { Ok(()) }
}

/// RC2 and the like, which OpenSSL keeps apart: old PKCS #12 files need them.
fn load_legacy() {
    static LEGACY: OnceLock<Option<Provider>> = OnceLock::new();
    LEGACY.get_or_init(|| Provider::try_load(None, "legacy", true).ok());
}

/// Tries each passphrase, then none at all, which is common in PKCS #12.
fn with_each<T>(passphrases: &[Secret<String>], rounds: u64, attempt: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
    let given = passphrases.iter().map(|passphrase| passphrase.declassify().as_str());
    let usable = given.filter(|passphrase| !passphrase.is_empty() && !passphrase.contains('\0'));
    let tries = TRIES.min(PATIENCE / rounds.max(1)).max(1) as usize;
    usable.take(tries).chain(std::iter::once("")).find_map(|passphrase| attempt(passphrase.as_bytes()))
}

/// The rounds of key derivation that an object asks for, all together: what follows a salt (RFC 8018
/// appendix A, RFC 7292 §4 and appendix C, RFC 7914 §7), at any depth.
fn rounds(bytes: &[u8]) -> u64 {
    definite(bytes).map_or(0, |object| rounds_within(&object, 24))
}

fn rounds_within(bytes: &[u8], depth: usize) -> u64 {
    let Some(depth) = depth.checked_sub(1) else { return 0 };
    let (mut sum, mut salted) = (0u64, None);
    let mut elements = Cursor::new(bytes);
    while !elements.is_empty() {
        let mut from_here = elements.clone();
        let Ok(element) = elements.any() else { break };
        // An iteration count is followed by a key length at the most; three are scrypt's N, r and p, which multiply.
        salted = match (element.tag, salted) {
            (OCTET_STRING | PIECES, _) => Some(Vec::new()),
            (INTEGER, Some(mut numbers)) => {
                numbers.push(from_here.small().map_or(u64::MAX, u64::from));
                sum = sum.saturating_add(match numbers.as_slice() {
                    [rounds] => *rounds,
                    [n, r, p] => n.saturating_mul(*r).saturating_mul(*p),
                    _ => 0,
                });
                Some(numbers)
            }
            _ => None,
        };
        let nested = match element.tag {
            // What such a string holds may be BER of its own.
            OCTET_STRING if element.value.first() == Some(&SEQUENCE) => rounds_in_string(element.value, depth),
            PIECES => {
                Cursor::new(element.whole).octets(OCTET_STRING).map_or(0, |whole| rounds_in_string(&whole, depth))
            }
            tag if tag & 0x20 != 0 => rounds_within(element.value, depth),
            _ => 0,
        };
        sum = sum.saturating_add(nested);
    }
    sum
}

fn rounds_in_string(content: &[u8], depth: usize) -> u64 {
    definite(content).map_or(0, |object| rounds_within(&object, depth))
}

/// A constructed OCTET STRING (X.690 §8.7.3).
const PIECES: u8 = OCTET_STRING | 0x20;
