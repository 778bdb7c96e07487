use super::X509;
use super::asn1::{BIT_STRING, Cursor, SEQUENCE};

/// What is asked of a certificate when it is looked for: known of it without reading it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// SHA-256 of the public key, without its parameters.
    pub(crate) public_key: [u8; 32],
    /// The addresses that it names, lower-cased.
    pub(crate) addresses: Vec<String>,
    /// Its subject, as names are compared.
    pub(crate) subject: String,
    /// Its issuer, as names are compared.
    pub(crate) issuer: String,
    /// The serial number's contents octets.
    pub(crate) serial: Vec<u8>,
    /// What CMS and other certificates call its key.
    pub(crate) key_identifier: Vec<u8>,
    /// It is a certificate authority's.
    pub(crate) is_authority: bool,
    /// It is of those that others may rest on, and may sign revocation lists.
    pub(crate) may_sign_lists: bool,
}

impl Facts {
    /// Those of a certificate.
    pub(super) fn of(certificate: &X509) -> Self {
        Self {
            public_key: public_key(certificate.spki()),
            addresses: certificate.addresses().iter().map(|address| address.canonical().to_owned()).collect(),
            subject: comparable(&certificate.subject()),
            issuer: comparable(&certificate.issuer()),
            serial: certificate.encoded().map(|encoded| encoded.serial.to_vec()).unwrap_or_default(),
            key_identifier: certificate.key_identifier(),
            is_authority: certificate.is_authority(),
            may_sign_lists: certificate.vouches() && certificate.may_sign_lists(),
        }
    }
}

/// SHA-256 of a public key. Only the key itself: RSA parameters may be NULL or left out.
pub(super) fn public_key(spki: &[u8]) -> [u8; 32] {
    openssl::sha::sha256(key_bits(spki).unwrap_or_default())
}

/// The key of a SubjectPublicKeyInfo.
pub(super) fn key_bits(spki: &[u8]) -> Option<&[u8]> {
    let mut inside = Cursor::inside(spki, SEQUENCE).ok()?;
    inside.need(SEQUENCE).ok()?;
    inside.need(BIT_STRING).ok().map(|tlv| tlv.value)
}

/// A name as names are compared, roughly (RFC 5280 §7.1): without regard to case and to how much
/// white space there is. Validation compares again, exactly.
pub fn comparable(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}
