//! Key agreement (RFC 5753 for the NIST curves, RFC 8418 for X25519 and X448).

use der::asn1::ObjectIdentifier;
use openssl::derive::Deriver;
use openssl::pkey::{HasPrivate, HasPublic, PKeyRef};
use openssl::pkey_ctx::HkdfMode;
use zeroize::Zeroizing;

use super::algorithm::Hash;
use super::asn1::{OCTET_STRING, element, sequence};
use super::cipher::hkdf;

/// dhSinglePass-stdDH-sha256kdf-scheme (RFC 5753 §7.1.4).
pub const STD_DH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.1.11.1");
/// dhSinglePass-stdDH-hkdf-sha256-scheme (RFC 8418 §2.2).
pub const STD_DH_HKDF_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.3.19");

/// How the shared secret becomes a key-encryption key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Derivation {
    /// ANSI X9.63 (RFC 5753 §7.2).
    X963(Hash),
    /// RFC 8418 §2.2.
    Hkdf(Hash),
}

impl Derivation {
    /// By the identifier of the key-agreement scheme; also of those with cofactor, which is one
    /// for every curve here.
    pub fn of(scheme: ObjectIdentifier) -> Option<Self> {
        Some(match scheme.to_string().as_str() {
            "1.3.133.16.840.63.0.2" | "1.3.133.16.840.63.0.3" => Self::X963(Hash::SHA1),
            "1.3.132.1.11.1" | "1.3.132.1.14.1" => Self::X963(Hash::SHA256),
            "1.3.132.1.11.2" | "1.3.132.1.14.2" => Self::X963(Hash::SHA384),
            "1.3.132.1.11.3" | "1.3.132.1.14.3" => Self::X963(Hash::SHA512),
            "1.2.840.113549.1.9.16.3.19" => Self::Hkdf(Hash::SHA256),
            "1.2.840.113549.1.9.16.3.20" => Self::Hkdf(Hash::SHA384),
            "1.2.840.113549.1.9.16.3.21" => Self::Hkdf(Hash::SHA512),
            _ => return None,
        })
    }

    /// The key-encryption key of two keys: of one the secret part, of the other the public one.
    /// `wrap` is the encoded AlgorithmIdentifier of the key wrap.
    pub fn agree<S: HasPrivate, P: HasPublic>(
        self,
        own: &PKeyRef<S>,
        peer: &PKeyRef<P>,
        wrap: &[u8],
        ukm: Option<&[u8]>,
        length: usize,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut deriver = Deriver::new(own).ok()?;
        deriver.set_peer(peer).ok()?;
        let shared = Zeroizing::new(deriver.derive_to_vec().ok()?);
        self.of_shared(&shared, wrap, ukm, length)
    }

    /// The same of a shared secret that a token computed.
    pub fn of_shared(
        self,
        shared: &[u8],
        wrap: &[u8],
        ukm: Option<&[u8]>,
        length: usize,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let info = shared_info(wrap, ukm, length);
        match self {
            Self::X963(hash) => x963(hash, shared, &info, length),
            Self::Hkdf(hash) => {
                let mut out = Zeroizing::new(vec![0; length]);
                hkdf(hash, shared, ukm, &info, HkdfMode::EXTRACT_THEN_EXPAND, &mut out)?;
                Some(out)
            }
        }
    }
}

/// ECC-CMS-SharedInfo (RFC 5753 §7.2).
fn shared_info(wrap: &[u8], ukm: Option<&[u8]>, length: usize) -> Vec<u8> {
    let ukm = ukm.map(|ukm| element(0xa0, &[&element(OCTET_STRING, &[ukm])])).unwrap_or_default();
    let bits = u32::try_from(length * 8).unwrap_or(0).to_be_bytes();
    let supplement = element(0xa2, &[&element(OCTET_STRING, &[&bits])]);
    sequence(&[wrap, &ukm, &supplement])
}

/// The key derivation function of ANSI X9.63 (SEC 1 §3.6.1), which OpenSSL's Rust binding has no
/// name for: a hash of the secret, a counter and the shared info.
fn x963(hash: Hash, shared: &[u8], info: &[u8], length: usize) -> Option<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(Vec::new());
    for counter in 1u32..=64 {
        if out.len() >= length {
            break;
        }
        let block = Zeroizing::new([shared, &counter.to_be_bytes(), info].concat());
        out.extend(hash.of_bytes(&block)?);
    }
    out.truncate(length);
    (out.len() == length).then_some(out)
}
