//! SignedData (RFC 5652 §5) as slices of its object.

use std::borrow::Cow;

use der::asn1::ObjectIdentifier;

use super::algorithm::Algorithm;
use super::asn1::{Broken, Cursor, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, Tlv};

/// Signers of one object that are looked at; real mail has one, two at the most.
const SIGNERS: usize = 32;
/// Certificates of one object that are looked at.
const CERTIFICATES: usize = 512;
/// Revocation lists and answers of one object that are looked at.
const REVOCATIONS: usize = 64;

/// SignedData (RFC 5652 §5.1).
pub struct SignedData<'a> {
    /// The hash algorithms that it announces.
    pub hashes: Vec<ObjectIdentifier>,
    /// What the content is.
    pub content_type: ObjectIdentifier,
    /// The content, unless it travels beside.
    pub content: Option<Cow<'a, [u8]>>,
    /// Certificates, encoded; other forms are passed over.
    pub certificates: Vec<&'a [u8]>,
    /// Revocation lists and answers, undecoded.
    pub revocations: Vec<Tlv<'a>>,
    /// The signatures.
    pub signers: Vec<SignerInfo<'a>>,
}

/// SignerInfo (RFC 5652 §5.3).
pub struct SignerInfo<'a> {
    /// Whose it is said to be.
    pub signer: SignerId<'a>,
    /// How the content is hashed.
    pub hash: Algorithm<'a>,
    /// The contents of signedAttrs.
    pub signed_attributes: Option<&'a [u8]>,
    /// How it is signed.
    pub algorithm: Algorithm<'a>,
    /// The signature.
    pub signature: Cow<'a, [u8]>,
    /// The contents of unsignedAttrs.
    pub unsigned_attributes: Option<&'a [u8]>,
}

/// SignerIdentifier (RFC 5652 §5.3), and RecipientIdentifier (§6.2.1), which is the same.
#[derive(Clone, Copy, Debug)]
pub enum SignerId<'a> {
    /// The issuer's Name, encoded, and the contents of the serial number.
    IssuerAndSerial(&'a [u8], &'a [u8]),
    /// subjectKeyIdentifier.
    KeyIdentifier(&'a [u8]),
}

/// Attribute (RFC 5652 §5.3).
pub struct Attribute<'a> {
    /// Which.
    pub oid: ObjectIdentifier,
    /// Its values.
    pub values: Vec<Tlv<'a>>,
}

impl<'a> SignedData<'a> {
    /// Reads the contents of a SignedData sequence.
    pub fn read(mut from: Cursor<'a>) -> Result<Self, Broken> {
        from.need(INTEGER)?;
        let mut hashes = Vec::new();
        for hash in from.enter(SET)?.take(SIGNERS) {
            hashes.push(Algorithm::of(hash?)?.oid);
        }
        let mut encapsulated = from.enter(SEQUENCE)?;
        let content_type = encapsulated.oid()?;
        let content = match encapsulated.maybe(0xa0)? {
            Some(explicit) => Some(content(Cursor::new(explicit.value))?),
            None => None,
        };
        let mut certificates = Vec::new();
        if let Some(set) = from.maybe(0xa0)? {
            for certificate in Cursor::new(set.value).take(CERTIFICATES) {
                let certificate = certificate?;
                if certificate.tag == SEQUENCE {
                    certificates.push(certificate.whole);
                }
            }
        }
        let choices =
            from.maybe(0xa1)?.map(|set| Cursor::new(set.value).take(REVOCATIONS).map_while(Result::ok).collect());
        let mut signers = Vec::new();
        for signer in from.enter(SET)? {
            if signers.len() == SIGNERS {
                return Err(Broken("too_many_signers"));
            }
            signers.push(SignerInfo::read(Cursor::new(signer?.value))?);
        }
        let revocations = choices.unwrap_or_default();
        Ok(Self { hashes, content_type, content, certificates, revocations, signers })
    }
}

/// The content's octets. PKCS #7 version 1.5 allowed other types than OCTET STRING; then the
/// contents octets are what is signed (RFC 5652 §5.2.1).
fn content(mut from: Cursor<'_>) -> Result<Cow<'_, [u8]>, Broken> {
    match from.peek() {
        Some(OCTET_STRING | 0x24) => from.octets(OCTET_STRING),
        _ => Ok(Cow::Borrowed(from.any()?.value)),
    }
}

impl<'a> SignerInfo<'a> {
    fn read(mut from: Cursor<'a>) -> Result<Self, Broken> {
        from.need(INTEGER)?;
        let signer = SignerId::read(&mut from)?;
        let hash = Algorithm::read(&mut from)?;
        let signed_attributes = from.maybe(0xa0)?.map(|set| set.value);
        let algorithm = Algorithm::read(&mut from)?;
        let signature = from.octets(OCTET_STRING)?;
        let unsigned_attributes = from.maybe(0xa1)?.map(|set| set.value);
        Ok(Self { signer, hash, signed_attributes, algorithm, signature, unsigned_attributes })
    }
}

impl<'a> SignerId<'a> {
    /// Reads the next element.
    pub fn read(from: &mut Cursor<'a>) -> Result<Self, Broken> {
        match from.peek() {
            Some(SEQUENCE) => {
                let mut inside = from.enter(SEQUENCE)?;
                let issuer = inside.need(SEQUENCE)?.whole;
                Ok(Self::IssuerAndSerial(issuer, inside.need(INTEGER)?.value))
            }
            Some(0x80) => Ok(Self::KeyIdentifier(from.any()?.value)),
            Some(0xa0) => {
                // PKCS #7 implementations that tag explicitly.
                let explicit = from.any()?;
                Ok(Self::KeyIdentifier(Cursor::new(explicit.value).need(OCTET_STRING)?.value))
            }
            _ => Err(Broken("identifier")),
        }
    }

    /// Whether this names a certificate.
    pub fn names(self, certificate: &super::X509) -> bool {
        match self {
            Self::IssuerAndSerial(issuer, serial) => {
                certificate.encoded().is_ok_and(|encoded| encoded.serial == serial && encoded.issuer == issuer)
            }
            Self::KeyIdentifier(identifier) => certificate.key_identifier() == identifier,
        }
    }

    /// In words: `issuer, serial`, or the identifier in hexadecimal.
    pub fn describe(self) -> String {
        use der::Decode;
        match self {
            Self::IssuerAndSerial(issuer, serial) => {
                let issuer = x509_cert::name::Name::from_der(issuer).map(|name| name.to_string()).unwrap_or_default();
                format!("{issuer}, {}", hex::encode_upper(serial))
            }
            Self::KeyIdentifier(identifier) => hex::encode_upper(identifier),
        }
    }
}

/// The attributes of a set.
pub fn attributes(set: &[u8]) -> Result<Vec<Attribute<'_>>, Broken> {
    let mut found = Vec::new();
    for attribute in Cursor::new(set) {
        let attribute = attribute?;
        if attribute.tag != SEQUENCE || found.len() == 256 {
            return Err(Broken("attribute"));
        }
        let mut inside = Cursor::new(attribute.value);
        let oid = match inside.peek() {
            Some(OID) => inside.oid()?,
            _ => return Err(Broken("attribute")),
        };
        let values = inside.enter(SET)?.collect::<Result<_, _>>()?;
        found.push(Attribute { oid, values });
    }
    Ok(found)
}
