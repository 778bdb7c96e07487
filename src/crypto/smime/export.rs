//! Certificates and keys as files.

use base64::Engine as _;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::stack::Stack;
use openssl::symm::Cipher;
use openssl::x509::X509 as OpenSslX509;
use zeroize::Zeroizing;

use crate::crypto::ProtectError;
use crate::domain::Secret;

use super::content::pem_blocks;
use super::issue::library;
use super::ring::{Identity, KEY, SecretKey};
use super::{SmimeRing, X509};

/// Rounds of PBKDF2 over an exported key.
const ROUNDS: u32 = 210_000;
/// Characters on a line of PEM (RFC 7468 §2).
const LINE: usize = 64;

/// The form of an exported PKCS #12 file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pkcs12Form {
    /// AES-256 under PBKDF2 with HMAC-SHA-256 (RFC 8018 §6.2): what is read today.
    #[default]
    Modern,
    /// Triple DES (RFC 7292 appendix C): for programs that read nothing newer, such as gpgsm 2.2.
    Compatible,
}

/// A certificate as PEM (RFC 7468 §5).
pub fn export_pem(certificate: &X509) -> Vec<u8> {
    pem("CERTIFICATE", &certificate.der)
}

/// A certificate and its key under a passphrase, as PEM: what [`SmimeRing::add`] reads again, also without the
/// passphrase (locked). A key that is locked keeps the passphrase that it has.
///
/// # Errors
/// [`ProtectError::Library`] when OpenSSL refuses.
pub fn export_identity_pem(identity: &Identity, passphrase: &Secret<String>) -> Result<Vec<u8>, ProtectError> {
    let mut out = export_pem(&identity.certificate);
    out.extend(match &identity.key {
        SecretKey::Open(key) => key_pem(key, passphrase)?,
        SecretKey::Locked(pkcs8) => pem(KEY, pkcs8),
        SecretKey::Outside(_) => return Err(ProtectError::Locked(identity.certificate.fingerprint.clone())),
    });
    Ok(out)
}

/// A certificate and its key as PEM, the key without a passphrase (RFC 5208): for the inside of what is encrypted
/// itself.
///
/// # Errors
/// [`ProtectError::Locked`] when the key is not open.
pub fn export_open_identity_pem(identity: &Identity) -> Result<Zeroizing<Vec<u8>>, ProtectError> {
    let SecretKey::Open(key) = &identity.key else {
        return Err(ProtectError::Locked(identity.certificate.fingerprint.clone()));
    };
    let key = Zeroizing::new(key.private_key_to_pem_pkcs8().map_err(library)?);
    let certificate = export_pem(&identity.certificate);
    // In one piece: a vector that grows leaves copies behind.
    let mut out = Zeroizing::new(Vec::with_capacity(certificate.len() + key.len()));
    out.extend_from_slice(&certificate);
    out.extend_from_slice(&key);
    Ok(out)
}

/// Whether two open keys are the same one; `None` when one of them is locked.
pub fn same_key(one: &Identity, other: &Identity) -> Option<bool> {
    let (SecretKey::Open(one), SecretKey::Open(other)) = (&one.key, &other.key) else { return None };
    let secret = |key: &PKey<Private>| key.private_key_to_pkcs8().map(Zeroizing::new);
    Some(secret(one).ok()? == secret(other).ok()?)
}

/// The key of such a file alone, still under its passphrase.
pub fn key_block(identity: &[u8]) -> Option<Vec<u8>> {
    pem_blocks(identity).into_iter().find(|block| block.label == KEY).map(|block| block.text)
}

/// PKCS #12 (RFC 7292) with a MAC over SHA-256; the authority above the certificate goes along if
/// it is at hand.
///
/// # Errors
/// [`ProtectError::Locked`] when the key is not open.
pub fn export_pkcs12(
    identity: &Identity,
    ring: &SmimeRing,
    passphrase: &Secret<String>,
    form: Pkcs12Form,
) -> Result<Vec<u8>, ProtectError> {
    let SecretKey::Open(key) = &identity.key else {
        return Err(ProtectError::Locked(identity.certificate.fingerprint.clone()));
    };
    if passphrase.declassify().contains('\0') {
        return Err(ProtectError::Library("passphrase".to_owned()));
    }
    let name = identity.certificate.addresses().first().map_or_else(String::new, ToString::to_string);
    let build = || {
        let certificate = OpenSslX509::from_der(&identity.certificate.der)?;
        let mut authorities = Stack::new()?;
        for authority in ring.authorities() {
            let authority = OpenSslX509::from_der(&authority.der)?;
            if authority.subject_name().try_cmp(certificate.issuer_name())?.is_eq() && authority != certificate {
                authorities.push(authority)?;
            }
        }
        let mut builder = Pkcs12::builder();
        builder.name(&name.replace('\0', "")).pkey(key).cert(&certificate).ca(authorities);
        let cipher = match form {
            Pkcs12Form::Modern => Nid::AES_256_CBC,
            Pkcs12Form::Compatible => Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC,
        };
        builder.key_algorithm(cipher).cert_algorithm(cipher);
        builder.key_iter(ROUNDS).mac_iter(ROUNDS).mac_md(MessageDigest::sha256());
        builder.build2(passphrase.declassify())?.to_der()
    };
    build().map_err(library)
}

/// PKCS #8 under a passphrase, PEM.
pub(super) fn key_pem(key: &PKey<Private>, passphrase: &Secret<String>) -> Result<Vec<u8>, ProtectError> {
    key.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), passphrase.declassify().as_bytes()).map_err(library)
}

/// An object as PEM.
pub(super) fn pem(label: &str, der: &[u8]) -> Vec<u8> {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n").into_bytes();
    for line in text.as_bytes().chunks(LINE) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out.extend_from_slice(format!("-----END {label}-----\n").as_bytes());
    out
}
