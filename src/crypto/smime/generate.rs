use jiff::{SignedDuration, Timestamp};

use crate::crypto::{KeyKind, KeyUse, ProtectError};
use crate::domain::{EmailAddress, Secret};

use super::issue::{KeyPair, Period, Subject};
use super::ring::Identity;

/// How long a self-signed certificate lasts when nothing else is asked for.
const LIFETIME: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);

/// A new key with a certificate that it signs itself, for one address, for two years.
///
/// # Errors
/// [`ProtectError::Library`] when OpenSSL refuses.
pub fn generate_self_signed(name: &str, address: &EmailAddress, at: Timestamp) -> Result<Identity, ProtectError> {
    let until = at.checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
    let subject = Subject { name, organisation: "", addresses: std::slice::from_ref(address) };
    KeyPair::generate(KeyKind::Rsa3072)?.self_signed(&subject, KeyUse::Both, Period { from: at, until })
}

/// A request for a certificate (RFC 2986) to hand to an authority, and the new key that waits
/// for it: both PEM, the key under the passphrase as PKCS #8.
///
/// # Errors
/// [`ProtectError::Library`] when OpenSSL refuses.
pub fn request(
    name: &str,
    address: &EmailAddress,
    passphrase: &Secret<String>,
) -> Result<(Vec<u8>, Vec<u8>), ProtectError> {
    let subject = Subject { name, organisation: "", addresses: std::slice::from_ref(address) };
    let key = KeyPair::generate(KeyKind::Rsa3072)?;
    Ok((key.request(&subject, KeyUse::Both)?, key.to_pem(passphrase)?))
}
