use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{EmailAddress, Fingerprint, Technology};

/// What the mathematics and the structure of one signature say; never whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureOutcome {
    /// The signature is over these bytes, by the key of this certificate.
    Intact,
    /// The signature is over other bytes, or by another key.
    BadSignature,
    /// The signature object can't be read, or breaks a rule of its standard.
    Malformed,
    /// An algorithm that is unknown, or too weak to say anything (MD5, SHA-1 beyond its cut-off).
    UnsupportedAlgorithm,
    /// The signing key is not bound to the certificate that is said to own it.
    UnboundKey,
    /// The key was not able to make this signature then: expired, revoked before, no signing flag.
    BadKey,
    /// The certificate that made it is not at hand.
    MissingCertificate,
}

/// A certificate of either technology, shared.
#[derive(Clone, Debug)]
pub enum Certificate {
    /// OpenPGP (RFC 9580 §10.1), possibly with secret key material.
    Pgp(Arc<sequoia_openpgp::Cert>),
    /// X.509 (RFC 5280).
    X509(Arc<super::smime::X509>),
}

impl Certificate {
    /// Its full fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        match self {
            Self::Pgp(cert) => super::pgp::fingerprint(cert),
            Self::X509(certificate) => certificate.fingerprint.clone(),
        }
    }
}

/// The certificate that made a signature, and what it says of its owner. The claims here are the
/// certificate's own; `trust::judge` says whether they are believed.
#[derive(Clone, Debug)]
pub struct Signer {
    /// The full fingerprint.
    pub fingerprint: Fingerprint,
    /// Every address in it: User IDs that are bound at the time, or subjectAltName rfc822Name /
    /// SmtpUTF8Mailbox, then a subject's emailAddress.
    pub addresses: Vec<EmailAddress>,
    /// Every personal name in it: of User IDs, or the subject's commonName.
    pub names: Vec<String>,
    /// The subject's distinguished name (RFC 4514), X.509 only.
    pub subject: Option<String>,
    /// The issuer's distinguished name (RFC 4514), X.509 only.
    pub issuer: Option<String>,
    /// The certificate itself, `None` when only its fingerprint is known.
    pub certificate: Option<Certificate>,
}

/// One signature looked at.
#[derive(Clone, Debug)]
pub struct SignatureCheck {
    /// Which wing looked.
    pub technology: Technology,
    /// What it found.
    pub outcome: SignatureOutcome,
    /// Who signed; `None` when the signature does not say, or can't be read.
    pub signer: Option<Signer>,
    /// When the signature says it was made.
    pub signed_at: Option<Timestamp>,
    /// The hash algorithm's name, such as `SHA256`, for the evidence.
    pub hash: Option<String>,
    /// Certificates that came along with the signature (CMS certificates, RFC 5652 §5.1): path
    /// building may use them, nothing trusts them.
    pub bundled: Vec<Certificate>,
    /// Revocation information that came along with the signature (CMS).
    pub stapled: Vec<Stapled>,
    /// For the outcomes other than `Intact`: a short code such as `digest_mismatch`.
    pub reason: Option<String>,
}

/// Revocation information that came along with a signature. Whoever sent it chose it: it counts only as far as its own
/// signature goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stapled {
    /// A certificate revocation list, DER.
    Crl(Arc<[u8]>),
    /// An OCSP response, DER.
    Ocsp(Arc<[u8]>),
}

impl Stapled {
    /// Its encoding.
    pub fn bytes(&self) -> &Arc<[u8]> {
        match self {
            Self::Crl(bytes) | Self::Ocsp(bytes) => bytes,
        }
    }
}

/// What protects an encrypted object from being altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// OpenPGP SEIPD version 1: modification detection code (RFC 9580 §5.13.1).
    Seipd1,
    /// OpenPGP SEIPD version 2: AEAD (RFC 9580 §5.13.2).
    Seipd2,
    /// CMS AuthEnvelopedData (RFC 5083).
    AuthEnveloped,
    /// CMS EnvelopedData: none of its own.
    None,
}

/// An encrypted object opened.
#[derive(Clone, Debug)]
pub struct Decrypted {
    /// What was inside: a MIME entity, or the literal text of an inline message.
    pub plaintext: Vec<u8>,
    /// The cipher's name, such as `AES-256`.
    pub cipher: String,
    /// What protects it.
    pub integrity: Integrity,
    /// The signatures found inside the same object (OpenPGP sign-then-encrypt). CMS layers come
    /// out as `plaintext` and are looked at again.
    pub signatures: Vec<SignatureCheck>,
}

/// Whom an object was encrypted for, and what came of opening it.
#[derive(Clone, Debug)]
pub struct Decryption {
    /// What happened.
    pub outcome: Result<Decrypted, DecryptFailure>,
    /// Each recipient as the object names it: key fingerprint or key id, `issuer, serial` for
    /// CMS; "hidden" for a wild-card.
    pub recipients: Vec<String>,
}

/// Why an encrypted object stays closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecryptFailure {
    /// A key is at hand, but none of the passphrases opens it.
    Locked(Fingerprint),
    /// No key at hand is among the recipients.
    NoKey,
    /// It was opened and its integrity check failed: nothing of it may be shown.
    IntegrityFailed,
    /// There is no integrity protection at all (OpenPGP tag 9): never opened.
    NoIntegrity,
    /// An algorithm or a packet that is not known here; the word names it (`librepgp_ocb`, …).
    Unsupported(String),
    /// It can't be read.
    Malformed(String),
    /// It is, or grows, larger than the limits allow.
    TooLarge,
}

/// A signed object that holds its own content: opaque CMS SignedData, an OpenPGP signed message,
/// the cleartext framework.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What is signed, as the recipient reads it.
    pub content: Vec<u8>,
    /// Its signatures.
    pub signatures: Vec<SignatureCheck>,
}

/// A signature over content that travels beside it (RFC 1847).
#[derive(Clone, Debug)]
pub struct DetachedSignature {
    /// OpenPGP: ASCII armor. S/MIME: DER.
    pub bytes: Vec<u8>,
    /// The `micalg` parameter: `pgp-sha512` (RFC 3156 §5), `sha-256` (RFC 8551 §3.5.3.2).
    pub micalg: String,
}

/// Why something could not be signed or encrypted. Nothing of it may be sent then.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProtectError {
    /// The signing key is locked and none of the passphrases opens it.
    #[error("the key {0} is locked")]
    Locked(Fingerprint),
    /// The certificate has no key for signing at this moment.
    #[error("{0} can't sign now")]
    CannotSign(Fingerprint),
    /// The certificate has no key to encrypt to at this moment.
    #[error("nothing can be encrypted to {0} now")]
    CannotEncrypt(Fingerprint),
    /// The cryptographic library refused.
    #[error("{0}")]
    Library(String),
}
