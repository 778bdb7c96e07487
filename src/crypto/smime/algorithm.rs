//! Algorithm identifiers and what OpenSSL does for them (RFC 3370, 4055, 5754, 8419, 9882).

use der::asn1::ObjectIdentifier;
use openssl::hash::{Hasher, MessageDigest};
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};

use super::asn1::{Broken, Cursor, SEQUENCE, Tlv, element, sequence};

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// id-data (RFC 5652 §4).
pub const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
/// id-signedData (RFC 5652 §5.1).
pub const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
/// id-envelopedData (RFC 5652 §6.1).
pub const ENVELOPED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.3");
/// id-ct-compressedData (RFC 3274).
pub const COMPRESSED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.9");
/// id-alg-zlibCompress (RFC 3274 §2).
pub const ZLIB_COMPRESS: ObjectIdentifier = oid("1.2.840.113549.1.9.16.3.8");
/// id-ct-authEnvelopedData (RFC 5083).
pub const AUTH_ENVELOPED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.23");

/// contentType, messageDigest, signingTime (RFC 5652 §11).
pub const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
pub const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
pub const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
/// smimeCapabilities (RFC 8551 §2.5.2).
pub const SMIME_CAPABILITIES: ObjectIdentifier = oid("1.2.840.113549.1.9.15");
/// smimeEncryptionKeyPreference (RFC 8551 §2.5.3).
pub const ENCRYPTION_KEY_PREFERENCE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.11");
/// signingCertificate, signingCertificateV2 (RFC 5035).
pub const SIGNING_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.12");
pub const SIGNING_CERTIFICATE_V2: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");

pub const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
pub const RSA_OAEP: ObjectIdentifier = oid("1.2.840.113549.1.1.7");
pub const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");
pub const P_SPECIFIED: ObjectIdentifier = oid("1.2.840.113549.1.1.9");
pub const EC: ObjectIdentifier = oid("1.2.840.10045.2.1");
pub const ECDSA_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
pub const ECDSA_SHA384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
pub const ECDSA_SHA512: ObjectIdentifier = oid("1.2.840.10045.4.3.4");
pub const ED25519: ObjectIdentifier = oid("1.3.101.112");
pub const X25519: ObjectIdentifier = oid("1.3.101.110");
pub const X448: ObjectIdentifier = oid("1.3.101.111");
pub const SHA1: ObjectIdentifier = oid("1.3.14.3.2.26");
pub const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
pub const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
pub const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");

/// An AlgorithmIdentifier (RFC 5280 §4.1.1.2) as a slice of its object.
#[derive(Clone, Copy, Debug)]
pub struct Algorithm<'a> {
    /// Which algorithm.
    pub oid: ObjectIdentifier,
    /// Its parameters, encoded; empty when there are none.
    pub parameters: &'a [u8],
    /// The whole identifier, encoded.
    pub whole: &'a [u8],
}

impl<'a> Algorithm<'a> {
    /// Reads the next element.
    pub fn read(from: &mut Cursor<'a>) -> Result<Self, Broken> {
        Self::of(from.need(SEQUENCE)?)
    }

    /// Of an element that is one, whatever its tag.
    pub fn of(tlv: Tlv<'a>) -> Result<Self, Broken> {
        let mut inside = Cursor::new(tlv.value);
        let oid = inside.oid()?;
        let parameters = if inside.is_empty() { &[][..] } else { inside.any()?.whole };
        Ok(Self { oid, parameters, whole: tlv.whole })
    }
}

/// A hash algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash {
    /// As the evidence shows it.
    pub name: &'static str,
    nid: Nid,
}

impl Hash {
    pub const SHA256: Self = Self { name: "SHA256", nid: Nid::SHA256 };
    pub const SHA384: Self = Self { name: "SHA384", nid: Nid::SHA384 };
    pub const SHA512: Self = Self { name: "SHA512", nid: Nid::SHA512 };
    pub const SHA1: Self = Self { name: "SHA1", nid: Nid::SHA1 };
    const SHA224: Self = Self { name: "SHA224", nid: Nid::SHA224 };
    const MD5: Self = Self { name: "MD5", nid: Nid::MD5 };
    const SHA3_256: Self = Self { name: "SHA3-256", nid: Nid::SHA3_256 };
    const SHA3_384: Self = Self { name: "SHA3-384", nid: Nid::SHA3_384 };
    const SHA3_512: Self = Self { name: "SHA3-512", nid: Nid::SHA3_512 };
    const SHAKE256: Self = Self { name: "SHAKE256", nid: Nid::SHAKE256 };

    /// By the identifier of the hash itself.
    pub fn of(oid: ObjectIdentifier) -> Option<Self> {
        Some(match oid.to_string().as_str() {
            "1.3.14.3.2.26" => Self::SHA1,
            "1.2.840.113549.2.5" => Self::MD5,
            "2.16.840.1.101.3.4.2.1" => Self::SHA256,
            "2.16.840.1.101.3.4.2.2" => Self::SHA384,
            "2.16.840.1.101.3.4.2.3" => Self::SHA512,
            "2.16.840.1.101.3.4.2.4" => Self::SHA224,
            "2.16.840.1.101.3.4.2.8" => Self::SHA3_256,
            "2.16.840.1.101.3.4.2.9" => Self::SHA3_384,
            "2.16.840.1.101.3.4.2.10" => Self::SHA3_512,
            "2.16.840.1.101.3.4.2.12" => Self::SHAKE256,
            _ => return None,
        })
    }

    /// Collisions are known (SHA-1): whoever prepared the text may have prepared another.
    pub fn is_weak(self) -> bool {
        matches!(self.nid, Nid::SHA1 | Nid::MD5)
    }

    /// It says nothing any more.
    pub fn is_broken(self) -> bool {
        self.nid == Nid::MD5
    }

    /// OpenSSL's.
    pub fn digest(self) -> Option<MessageDigest> {
        MessageDigest::from_nid(self.nid)
    }

    /// The hash of some bytes; of SHAKE256 the first 64 octets (RFC 8419 §2.3).
    pub fn of_bytes(self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut hasher = Hasher::new(self.digest()?).ok()?;
        hasher.update(bytes).ok()?;
        if self == Self::SHAKE256 {
            let mut out = vec![0; 64];
            hasher.finish_xof(&mut out).ok()?;
            return Some(out);
        }
        hasher.finish().ok().map(|digest| digest.to_vec())
    }

    /// Its AlgorithmIdentifier, without parameters (RFC 5754 §2).
    pub fn identifier(self) -> Vec<u8> {
        let oid = match self.nid {
            Nid::SHA1 => SHA1,
            Nid::SHA384 => SHA384,
            Nid::SHA512 => SHA512,
            _ => SHA256,
        };
        sequence(&[&super::asn1::oid(oid)])
    }
}

/// What a signature algorithm asks of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Pkcs1(Hash),
    Pss {
        hash: Hash,
        mgf: Hash,
        salt: u32,
    },
    Ecdsa(Hash),
    Dsa(Hash),
    /// Edwards curves, ML-DSA and SLH-DSA: over the message itself.
    Pure,
}

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unverified {
    /// The mathematics say no.
    Bad,
    /// The algorithm is unknown here, or says nothing any more.
    Unsupported,
    /// An RSA key of so few bits that anybody can find its secret.
    Weak(u32),
    /// The key is of another kind than the algorithm, or can't be read.
    Key,
}

/// Checks a signature over a message under a SubjectPublicKeyInfo. `hash` is the one that goes
/// with identifiers that name none, such as rsaEncryption (RFC 3370 §3.2).
///
/// Gives back the hash that the signature itself uses.
pub fn verify(
    algorithm: Algorithm<'_>,
    hash: Option<Hash>,
    spki: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<Option<Hash>, Unverified> {
    let scheme = Scheme::of(algorithm, hash).ok_or(Unverified::Unsupported)?;
    let key = PKey::public_key_from_der(spki).map_err(|_| Unverified::Key)?;
    if !scheme.suits(algorithm.oid, &key, spki) {
        return Err(Unverified::Key);
    }
    let used = scheme.hash();
    if used.is_some_and(Hash::is_broken) {
        return Err(Unverified::Unsupported);
    }
    if key.id() == Id::RSA && key.bits() < 1024 {
        return Err(Unverified::Weak(key.bits()));
    }
    match scheme.check(&key, message, signature) {
        Some(true) => Ok(used),
        _ => Err(Unverified::Bad),
    }
}

/// Checks a signature over a message: encoded AlgorithmIdentifier and SubjectPublicKeyInfo.
pub fn verify_signature(algorithm: &[u8], spki: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let algorithm = Algorithm::read(&mut Cursor::new(algorithm));
    algorithm.is_ok_and(|algorithm| verify(algorithm, None, spki, message, signature).is_ok())
}

/// Whether a key signed a SEQUENCE of something, an algorithm and a BIT STRING: a certificate
/// (RFC 5280 §4.1.1.3), or a revocation list (§5.1.1.3).
pub fn verify_signed(object: &[u8], spki: &[u8]) -> bool {
    let read = || -> Result<bool, Broken> {
        let mut parts = Cursor::inside(object, SEQUENCE)?;
        let (signed, algorithm) = (parts.need(SEQUENCE)?.whole, parts.need(SEQUENCE)?.whole);
        let signature = parts.need(super::asn1::BIT_STRING)?.value.split_first().ok_or(Broken("signature"))?.1;
        Ok(verify_signature(algorithm, spki, signed, signature))
    };
    read().unwrap_or(false)
}

impl Scheme {
    fn of(algorithm: Algorithm<'_>, hash: Option<Hash>) -> Option<Self> {
        let by_hash = |make: fn(Hash) -> Self| hash.map(make);
        match algorithm.oid.to_string().as_str() {
            "1.2.840.113549.1.1.1" => by_hash(Self::Pkcs1),
            "1.2.840.113549.1.1.4" => Some(Self::Pkcs1(Hash::MD5)),
            "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => Some(Self::Pkcs1(Hash::SHA1)),
            "1.2.840.113549.1.1.14" => Some(Self::Pkcs1(Hash::SHA224)),
            "1.2.840.113549.1.1.11" => Some(Self::Pkcs1(Hash::SHA256)),
            "1.2.840.113549.1.1.12" => Some(Self::Pkcs1(Hash::SHA384)),
            "1.2.840.113549.1.1.13" => Some(Self::Pkcs1(Hash::SHA512)),
            "2.16.840.1.101.3.4.3.14" => Some(Self::Pkcs1(Hash::SHA3_256)),
            "2.16.840.1.101.3.4.3.15" => Some(Self::Pkcs1(Hash::SHA3_384)),
            "2.16.840.1.101.3.4.3.16" => Some(Self::Pkcs1(Hash::SHA3_512)),
            "1.2.840.113549.1.1.10" => PssParameters::read(algorithm.parameters).ok().flatten(),
            "1.2.840.10045.2.1" => by_hash(Self::Ecdsa),
            "1.2.840.10045.4.1" => Some(Self::Ecdsa(Hash::SHA1)),
            "1.2.840.10045.4.3.1" => Some(Self::Ecdsa(Hash::SHA224)),
            "1.2.840.10045.4.3.2" => Some(Self::Ecdsa(Hash::SHA256)),
            "1.2.840.10045.4.3.3" => Some(Self::Ecdsa(Hash::SHA384)),
            "1.2.840.10045.4.3.4" => Some(Self::Ecdsa(Hash::SHA512)),
            "2.16.840.1.101.3.4.3.10" => Some(Self::Ecdsa(Hash::SHA3_256)),
            "2.16.840.1.101.3.4.3.11" => Some(Self::Ecdsa(Hash::SHA3_384)),
            "2.16.840.1.101.3.4.3.12" => Some(Self::Ecdsa(Hash::SHA3_512)),
            "1.2.840.10040.4.1" => by_hash(Self::Dsa),
            "1.2.840.10040.4.3" => Some(Self::Dsa(Hash::SHA1)),
            "2.16.840.1.101.3.4.3.1" => Some(Self::Dsa(Hash::SHA224)),
            "2.16.840.1.101.3.4.3.2" => Some(Self::Dsa(Hash::SHA256)),
            "1.3.101.112" | "1.3.101.113" => Some(Self::Pure),
            other => is_pq_signature(other).then_some(Self::Pure),
        }
    }

    /// Whether a key may be used so. Pure schemes are named by the key itself (RFC 8410, RFC 9881).
    fn suits(self, algorithm: ObjectIdentifier, key: &PKey<Public>, spki: &[u8]) -> bool {
        match self {
            Self::Pkcs1(_) => key.id() == Id::RSA,
            Self::Pss { .. } => matches!(key.id(), Id::RSA | Id::RSA_PSS),
            Self::Ecdsa(_) => key.id() == Id::EC,
            Self::Dsa(_) => key.id() == Id::DSA,
            Self::Pure => key_algorithm(spki).is_ok_and(|of_key| of_key.oid == algorithm),
        }
    }

    fn hash(self) -> Option<Hash> {
        match self {
            Self::Pkcs1(hash) | Self::Pss { hash, .. } | Self::Ecdsa(hash) | Self::Dsa(hash) => Some(hash),
            Self::Pure => None,
        }
    }

    fn check(self, key: &PKey<Public>, message: &[u8], signature: &[u8]) -> Option<bool> {
        let Some(hash) = self.hash() else {
            return Verifier::new_without_digest(key).ok()?.verify_oneshot(signature, message).ok();
        };
        let mut verifier = Verifier::new(hash.digest()?, key).ok()?;
        if let Self::Pss { mgf, salt, .. } = self {
            if key.id() == Id::RSA {
                verifier.set_rsa_padding(Padding::PKCS1_PSS).ok()?;
            }
            verifier.set_rsa_mgf1_md(mgf.digest()?).ok()?;
            verifier.set_rsa_pss_saltlen(RsaPssSaltlen::custom(i32::try_from(salt).ok()?)).ok()?;
        }
        verifier.verify_oneshot(signature, message).ok()
    }
}

/// ML-DSA (RFC 9882) and SLH-DSA (RFC 9814).
fn is_pq_signature(oid: &str) -> bool {
    let last = oid.strip_prefix("2.16.840.1.101.3.4.3.").and_then(|arc| arc.parse::<u8>().ok());
    last.is_some_and(|arc| (17..=31).contains(&arc))
}

/// The algorithm of a SubjectPublicKeyInfo.
pub fn key_algorithm(spki: &[u8]) -> Result<Algorithm<'_>, Broken> {
    Algorithm::read(&mut Cursor::inside(spki, SEQUENCE)?)
}

/// RSASSA-PSS-params (RFC 4055 §3.1).
struct PssParameters;

impl PssParameters {
    /// `None` for a hash or mask generation function that is not known here.
    fn read(parameters: &[u8]) -> Result<Option<Scheme>, Broken> {
        let mut inside = Cursor::inside(parameters, SEQUENCE)?;
        let hash = explicit_hash(&mut inside, 0xa0)?;
        let mgf = explicit_mgf(&mut inside)?;
        let salt = match inside.maybe(0xa2)? {
            Some(explicit) => Cursor::new(explicit.value).small()?,
            None => 20,
        };
        let trailer = match inside.maybe(0xa3)? {
            Some(explicit) => Cursor::new(explicit.value).small()?,
            None => 1,
        };
        let (Some(hash), Some(mgf), 1) = (hash, mgf, trailer) else { return Ok(None) };
        Ok(Some(Scheme::Pss { hash, mgf, salt }))
    }
}

/// An explicitly tagged hash AlgorithmIdentifier, SHA-1 by default.
pub fn explicit_hash(from: &mut Cursor<'_>, tag: u8) -> Result<Option<Hash>, Broken> {
    match from.maybe(tag)? {
        Some(explicit) => Ok(Hash::of(Algorithm::read(&mut Cursor::new(explicit.value))?.oid)),
        None => Ok(Some(Hash::SHA1)),
    }
}

/// `[1]` MGF1 with a hash, SHA-1 by default (RFC 4055 §2.2).
pub fn explicit_mgf(from: &mut Cursor<'_>) -> Result<Option<Hash>, Broken> {
    let Some(explicit) = from.maybe(0xa1)? else { return Ok(Some(Hash::SHA1)) };
    let mgf = Algorithm::read(&mut Cursor::new(explicit.value))?;
    if mgf.oid != MGF1 {
        return Ok(None);
    }
    Ok(Hash::of(Algorithm::read(&mut Cursor::new(mgf.parameters))?.oid))
}

/// Parameters of RSAES-OAEP (RFC 4055 §4.1) or of id-RSASSA-PSS: one hash throughout.
pub fn oaep_identifier(hash: Hash) -> Vec<u8> {
    let of_hash = hash.identifier();
    let mgf = sequence(&[&super::asn1::oid(MGF1), &of_hash]);
    let parameters = sequence(&[&element(0xa0, &[&of_hash]), &element(0xa1, &[&mgf])]);
    sequence(&[&super::asn1::oid(RSA_OAEP), &parameters])
}

/// How a key is named for a person: `RSA 3072`, `P-256`, `Ed25519`.
pub fn key_name(spki: &[u8]) -> String {
    let Ok(algorithm) = key_algorithm(spki) else { return "unknown".to_owned() };
    let bits = || PKey::public_key_from_der(spki).map_or(0, |key| key.bits());
    let parameter = Cursor::new(algorithm.parameters).oid().map(|oid| oid.to_string()).unwrap_or_default();
    match algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.1.1" => format!("RSA {}", bits()),
        "1.2.840.113549.1.1.10" => format!("RSA-PSS {}", bits()),
        "1.2.840.10040.4.1" => format!("DSA {}", bits()),
        "1.2.840.10045.2.1" => match parameter.as_str() {
            "1.2.840.10045.3.1.7" => "P-256".to_owned(),
            "1.3.132.0.34" => "P-384".to_owned(),
            "1.3.132.0.35" => "P-521".to_owned(),
            "1.3.36.3.3.2.8.1.1.7" => "brainpoolP256r1".to_owned(),
            "1.3.36.3.3.2.8.1.1.11" => "brainpoolP384r1".to_owned(),
            "1.3.36.3.3.2.8.1.1.13" => "brainpoolP512r1".to_owned(),
            other => format!("EC {other}"),
        },
        "1.3.101.112" => "Ed25519".to_owned(),
        "1.3.101.113" => "Ed448".to_owned(),
        "1.3.101.110" => "X25519".to_owned(),
        "1.3.101.111" => "X448".to_owned(),
        "2.16.840.1.101.3.4.3.17" => "ML-DSA-44".to_owned(),
        "2.16.840.1.101.3.4.3.18" => "ML-DSA-65".to_owned(),
        "2.16.840.1.101.3.4.3.19" => "ML-DSA-87".to_owned(),
        "2.16.840.1.101.3.4.4.1" => "ML-KEM-512".to_owned(),
        "2.16.840.1.101.3.4.4.2" => "ML-KEM-768".to_owned(),
        "2.16.840.1.101.3.4.4.3" => "ML-KEM-1024".to_owned(),
        other => other.to_owned(),
    }
}
