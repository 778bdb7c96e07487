//! Secret keys on a token: it does the mathematics when asked.

use std::fmt::Debug;

use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use zeroize::Zeroizing;

use super::algorithm::Hash;
use super::asn1::{NULL, OCTET_STRING, element, oid, sequence};

/// Why a keeper did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeeperFailure {
    /// It waits for its PIN, or is not there.
    Locked,
    /// It can't do that, or refused.
    Refused,
}

/// What a token is asked to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToSign<'a> {
    /// A DigestInfo (RFC 8017 §9.2), to be padded by PKCS #1 v1.5 and raised.
    RsaPkcs1(&'a [u8]),
    /// A digest, for ECDSA: the answer is r and s, one after the other.
    Ecdsa(&'a [u8]),
    /// A message, for Ed25519 (RFC 8032).
    Eddsa(&'a [u8]),
}

/// How an RSA key unwraps a message key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RsaUnwrap {
    /// PKCS #1 v1.5.
    Pkcs1,
    /// OAEP (RFC 8017 §7.1) with these hashes, by OpenSSL's names, and an empty label.
    Oaep {
        /// Of the label.
        hash: &'static str,
        /// Of the mask generation function.
        mgf: &'static str,
    },
}

/// Who keeps one secret key of X.509. How it is spoken to is its own matter.
pub trait Keeper: Debug + Send + Sync {
    /// Whether it needs a PIN before it does anything.
    fn is_locked(&self) -> bool;

    /// Signs.
    fn sign(&self, what: ToSign<'_>) -> Result<Vec<u8>, KeeperFailure>;

    /// Decrypts a message key that was encrypted with RSA.
    fn unwrap(&self, how: RsaUnwrap, encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeeperFailure>;

    /// The shared secret with another's point on the curve of the key: its x coordinate.
    fn agree(&self, point: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeeperFailure>;
}

/// DigestInfo (RFC 8017 §9.2).
pub(super) fn digest_info(hash: Hash, digest: &[u8]) -> Option<Vec<u8>> {
    let identifier = match hash {
        Hash::SHA256 => super::algorithm::SHA256,
        Hash::SHA384 => super::algorithm::SHA384,
        Hash::SHA512 => super::algorithm::SHA512,
        _ => return None,
    };
    let algorithm = sequence(&[&oid(identifier), &element(NULL, &[])]);
    Some(sequence(&[&algorithm, &element(OCTET_STRING, &[digest])]))
}

/// r and s, one after the other, as Ecdsa-Sig-Value (RFC 3279 §2.2.3).
pub(super) fn ecdsa_value(signature: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = signature.split_at_checked(signature.len() / 2).filter(|(r, s)| r.len() == s.len())?;
    let (r, s) = (BigNum::from_slice(r).ok()?, BigNum::from_slice(s).ok()?);
    EcdsaSig::from_private_components(r, s).ok()?.to_der().ok()
}
