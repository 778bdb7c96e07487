use std::ops::Range;
use std::sync::Arc;

use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use jiff::Timestamp;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, NameConstraints, SubjectAltName,
    SubjectKeyIdentifier,
};

use crate::crypto::{Certificate, CertificateReport, KeyUse, Signer};
use crate::domain::{EmailAddress, Fingerprint, Technology};

use super::algorithm::{self, Hash};
use super::asn1::{Broken, Cursor, INTEGER, SEQUENCE};

/// No certificate of a person or an authority is larger, in bytes; those with the longest signatures (SLH-DSA) have
/// 60 KB.
pub const LARGEST: usize = 256 << 10;
/// The longest RSA modulus that OpenSSL computes with, in bits.
const RSA_BITS: u32 = 16_384;
/// Addresses that are listed of a larger one.
const ADDRESSES: usize = 100;
const EMAIL_ADDRESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1");
const ORGANIZATION_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// id-on-SmtpUTF8Mailbox (RFC 9598 §3).
pub const SMTP_UTF8_MAILBOX: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.8.9");
const EMAIL_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4");
const ANY_EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// An X.509 certificate, decoded, with its bytes.
#[derive(Clone, Debug)]
pub struct X509 {
    /// The DER form, as it came.
    pub der: Arc<[u8]>,
    /// Decoded.
    pub certificate: x509_cert::Certificate,
    /// SHA-256 of the DER form.
    pub fingerprint: Fingerprint,
    vouches: bool,
    parts: Parts,
}

/// Where in the DER form the parts are that are compared or hashed as they are encoded.
#[derive(Clone, Debug)]
struct Parts {
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    spki: Range<usize>,
}

/// The fields of a certificate that are compared or hashed as they are encoded.
#[derive(Clone, Copy, Debug)]
pub struct Encoded<'a> {
    /// The serial number's contents octets.
    pub serial: &'a [u8],
    /// The issuer's Name.
    pub issuer: &'a [u8],
    /// The subject's Name.
    pub subject: &'a [u8],
    /// The SubjectPublicKeyInfo.
    pub spki: &'a [u8],
}

impl PartialEq for X509 {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for X509 {}

impl X509 {
    /// Reads a certificate in DER (RFC 5280 §4.1); `None` when it is not one.
    pub fn parse(der: &[u8]) -> Option<Self> {
        let whole = Cursor::new(der).need(SEQUENCE).ok()?.whole;
        let certificate = x509_cert::Certificate::from_der(whole).ok()?;
        let fingerprint = Fingerprint::from_bytes(&openssl::sha::sha256(whole));
        let parts = Parts::of(whole).ok()?;
        let mut read = Self { der: whole.into(), certificate, fingerprint, vouches: false, parts };
        read.vouches = read.is_authority() || read.key_usage().is_some_and(|usage| usage.crl_sign());
        Some(read)
    }

    /// It is an authority's, or says of itself that it signs revocation lists: others may rest on it.
    pub fn vouches(&self) -> bool {
        self.vouches
    }

    /// The parts as they are encoded. The certificate was read before, so this fails for none.
    pub fn encoded(&self) -> Result<Encoded<'_>, Broken> {
        let part = |range: &Range<usize>| self.der.get(range.clone()).ok_or(Broken("structure"));
        Ok(Encoded {
            serial: part(&self.parts.serial)?,
            issuer: part(&self.parts.issuer)?,
            subject: part(&self.parts.subject)?,
            spki: part(&self.parts.spki)?,
        })
    }

    /// The SubjectPublicKeyInfo as it is encoded.
    pub fn spki(&self) -> &[u8] {
        self.encoded().map_or(&[], |encoded| encoded.spki)
    }

    /// The addresses it is for (RFC 8550 §3): subjectAltName rfc822Name and SmtpUTF8Mailbox
    /// (RFC 9598), then a subject's emailAddress.
    pub fn addresses(&self) -> Vec<EmailAddress> {
        let mut found = self.extension::<SubjectAltName>().map_or_else(Vec::new, |names| addresses_in(&names));
        if self.der.len() > LARGEST {
            found.truncate(ADDRESSES);
        }
        found.extend(self.subject_values(EMAIL_ADDRESS).filter_map(|text| EmailAddress::parse(&text)));
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|address| seen.insert(address.clone()));
        found
    }

    /// Whether one of its addresses is this one. Domains are compared as A-labels (RFC 9598 §5).
    pub fn is_for_address(&self, address: &EmailAddress) -> bool {
        let addresses = self.addresses();
        if addresses.contains(address) {
            return true;
        }
        let Some(domain) = ascii_domain(address.domain()) else { return false };
        let is_same = |own: &EmailAddress| {
            own.local_part() == address.local_part() && ascii_domain(own.domain()).as_ref() == Some(&domain)
        };
        addresses.iter().any(is_same)
    }

    /// The personal names it gives: every commonName of the subject.
    pub fn names(&self) -> Vec<String> {
        self.subject_values(COMMON_NAME).collect()
    }

    /// The name of its key's algorithm, such as `RSA 4096`.
    pub fn key_name(&self) -> String {
        algorithm::key_name(self.spki())
    }

    /// Of an authority: the hosts, `.domains` and addresses that it may vouch for mail of (RFC 5280 §4.2.1.10); empty
    /// for all.
    pub fn permitted_mail(&self) -> Vec<String> {
        let permitted = self.extension::<NameConstraints>().and_then(|constraints| constraints.permitted_subtrees);
        let bases = permitted.unwrap_or_default().into_iter().filter_map(|subtree| match subtree.base {
            GeneralName::Rfc822Name(name) => Some(name.as_str().to_owned()),
            _ => None,
        });
        bases.collect()
    }

    /// The subject's distinguished name (RFC 4514).
    pub fn subject(&self) -> String {
        self.certificate.tbs_certificate().subject().to_string()
    }

    /// The issuer's distinguished name (RFC 4514).
    pub fn issuer(&self) -> String {
        self.certificate.tbs_certificate().issuer().to_string()
    }

    /// The serial number in hexadecimal.
    pub fn serial(&self) -> String {
        hex::encode_upper(self.certificate.tbs_certificate().serial_number().as_bytes())
    }

    /// `issuer, serial`, as CMS names a recipient or a signer.
    pub fn issuer_and_serial(&self) -> String {
        format!("{}, {}", self.issuer(), self.serial())
    }

    /// When it begins.
    pub fn not_before(&self) -> Timestamp {
        moment(self.certificate.tbs_certificate().validity().not_before)
    }

    /// When it ends.
    pub fn not_after(&self) -> Timestamp {
        moment(self.certificate.tbs_certificate().validity().not_after)
    }

    /// Whether a moment lies within its validity period, in whole seconds (RFC 5280 §4.1.2.5).
    pub fn is_current(&self, at: Timestamp) -> bool {
        self.not_before() <= at && at.as_second() <= self.not_after().as_second()
    }

    /// subjectKeyIdentifier, or the SHA-1 of the key (RFC 5280 §4.2.1.2 method 1).
    pub fn key_identifier(&self) -> Vec<u8> {
        if let Some(identifier) = self.extension::<SubjectKeyIdentifier>() {
            return identifier.0.as_bytes().to_vec();
        }
        let key = self.certificate.tbs_certificate().subject_public_key_info().subject_public_key.raw_bytes();
        Hash::SHA1.of_bytes(key).unwrap_or_default()
    }

    /// It is a certificate authority's (RFC 5280 §4.2.1.9).
    pub fn is_authority(&self) -> bool {
        self.extension::<BasicConstraints>().is_some_and(|constraints| constraints.ca)
    }

    /// How many authorities may stand below it (RFC 5280 §4.2.1.9); `None` when it does not say.
    pub fn path_length(&self) -> Option<u32> {
        self.extension::<BasicConstraints>()?.path_len_constraint.map(u32::from)
    }

    /// Its subject and its issuer are the same, and its own key signed it.
    pub fn is_self_signed(&self) -> bool {
        let same = self.encoded().is_ok_and(|encoded| encoded.issuer == encoded.subject);
        same && algorithm::verify_signed(&self.der, self.spki())
    }

    /// Another certificate's key signed it, and its name is the issuer's.
    pub fn is_issued_by(&self, issuer: &Self) -> bool {
        let (Ok(own), Ok(above)) = (self.encoded(), issuer.encoded()) else { return false };
        own.issuer == above.subject && algorithm::verify_signed(&self.der, above.spki)
    }

    /// What keyUsage and the key itself let it be used for; `None` for neither.
    pub fn key_use(&self) -> Option<KeyUse> {
        match (self.may_sign() && self.key_signs(), self.may_encrypt()) {
            (true, true) => Some(KeyUse::Both),
            (true, false) => Some(KeyUse::Signing),
            (false, true) => Some(KeyUse::Encryption),
            (false, false) => None,
        }
    }

    /// The organizationName of the subject.
    pub fn organisation(&self) -> Option<String> {
        self.subject_values(ORGANIZATION_NAME).next()
    }

    /// The key that its issuer says it was signed with (RFC 5280 §4.2.1.1).
    pub fn authority_key_identifier(&self) -> Option<Vec<u8>> {
        self.extension::<AuthorityKeyIdentifier>()?.key_identifier.map(|identifier| identifier.as_bytes().to_vec())
    }

    /// It is an authority's, and keyUsage lets it sign certificates (RFC 5280 §4.2.1.3).
    pub fn may_certify(&self) -> bool {
        self.is_authority() && self.key_usage().is_none_or(|usage| usage.key_cert_sign())
    }

    /// keyUsage, if there is one, lets it sign revocation lists (RFC 5280 §4.2.1.3).
    pub fn may_sign_lists(&self) -> bool {
        self.key_usage().is_none_or(|usage| usage.crl_sign())
    }

    /// keyUsage lets it sign messages (RFC 8550 §4.4.2).
    pub fn may_sign(&self) -> bool {
        self.key_usage().is_none_or(|usage| usage.digital_signature() || usage.non_repudiation())
    }

    /// keyUsage lets it receive message keys, by transport or by agreement (RFC 8550 §4.4.2).
    pub fn may_encrypt(&self) -> bool {
        let Ok(key) = algorithm::key_algorithm(self.spki()) else { return false };
        let agrees = matches!(key.oid, algorithm::EC | algorithm::X25519 | algorithm::X448);
        let transports = key.oid == algorithm::RSA;
        if self.is_monstrous() {
            return false;
        }
        self.key_usage().map_or(agrees || transports, |usage| {
            agrees && usage.key_agreement() || transports && usage.key_encipherment()
        })
    }

    /// extendedKeyUsage does not exclude mail (RFC 8550 §4.4.4).
    pub fn is_for_email(&self) -> bool {
        self.extension::<ExtendedKeyUsage>()
            .is_none_or(|usage| usage.0.iter().any(|oid| *oid == EMAIL_PROTECTION || *oid == ANY_EXTENDED_KEY_USAGE))
    }

    /// What it says of its owner.
    pub fn signer(self: &Arc<Self>) -> Signer {
        Signer {
            fingerprint: self.fingerprint.clone(),
            addresses: self.addresses(),
            names: self.names(),
            subject: Some(self.subject()),
            issuer: Some(self.issuer()),
            certificate: Some(Certificate::X509(self.clone())),
        }
    }

    /// Described for a person, at a moment.
    pub fn report(&self, has_secret: bool, is_locked: bool, at: Timestamp) -> CertificateReport {
        let problems = self.problems(at);
        let usable = self.is_current(at) && self.is_for_email();
        CertificateReport {
            technology: Technology::Smime,
            fingerprint: self.fingerprint.clone(),
            addresses: self.addresses(),
            names: self.names(),
            subject: Some(self.subject()),
            issuer: Some(self.issuer()),
            has_secret,
            is_locked,
            can_sign: usable && self.may_sign() && self.key_signs(),
            can_encrypt: usable && self.may_encrypt(),
            algorithms: vec![algorithm::key_name(self.spki())],
            not_before: Some(self.not_before()),
            not_after: Some(self.not_after()),
            is_revoked: false,
            problems,
        }
    }

    fn problems(&self, at: Timestamp) -> Vec<String> {
        let mut codes = Vec::new();
        let mut note = |holds: bool, code: &str| {
            if holds {
                codes.push(code.to_owned());
            }
        };
        note(at.as_second() > self.not_after().as_second(), "expired");
        note(at < self.not_before(), "not_yet_valid");
        note(self.has_weak_signature(), "weak_algorithm");
        note(self.has_weak_key(), "weak_key");
        note(self.is_monstrous(), "too_large");
        note(self.addresses().is_empty() && !self.is_authority(), "no_address");
        note(!self.is_authority() && !self.may_sign() && !self.may_encrypt(), "wrong_key_usage");
        note(!self.is_for_email(), "no_email_protection");
        codes
    }

    /// SHA-1 or MD5 vouches for it.
    pub fn has_weak_signature(&self) -> bool {
        let oid = self.certificate.signature_algorithm().oid.to_string();
        matches!(
            oid.as_str(),
            "1.2.840.113549.1.1.4"
                | "1.2.840.113549.1.1.5"
                | "1.3.14.3.2.29"
                | "1.2.840.10045.4.1"
                | "1.2.840.10040.4.3"
        )
    }

    fn has_weak_key(&self) -> bool {
        algorithm::key_name(self.spki()).starts_with("DSA") || self.rsa_bits().is_some_and(|bits| bits < 2048)
    }

    /// It, or its key, is larger than any honest one, and would cost whoever looks at it.
    fn is_monstrous(&self) -> bool {
        self.der.len() > LARGEST || self.rsa_bits().is_some_and(|bits| bits > RSA_BITS)
    }

    fn rsa_bits(&self) -> Option<u32> {
        let name = algorithm::key_name(self.spki());
        name.strip_prefix("RSA ").or_else(|| name.strip_prefix("RSA-PSS "))?.parse().ok()
    }

    fn key_signs(&self) -> bool {
        algorithm::key_algorithm(self.spki()).is_ok_and(|key| !matches!(key.oid, algorithm::X25519 | algorithm::X448))
    }

    fn key_usage(&self) -> Option<KeyUsage> {
        self.extension::<KeyUsage>()
    }

    fn extension<'a, T: Decode<'a, Error = der::Error> + der::oid::AssociatedOid>(&'a self) -> Option<T> {
        self.certificate.tbs_certificate().get_extension::<T>().ok().flatten().map(|(_, extension)| extension)
    }

    fn subject_values(&self, of: ObjectIdentifier) -> impl Iterator<Item = String> + '_ {
        let name = self.certificate.tbs_certificate().subject();
        name.iter().filter(move |part| part.oid == of).filter_map(|part| {
            let encoded = part.value.to_der().ok()?;
            text(&encoded)
        })
    }
}

impl Parts {
    fn of(der: &[u8]) -> Result<Self, Broken> {
        let place = |part: &[u8]| {
            let start = part.as_ptr().addr() - der.as_ptr().addr();
            start..start + part.len()
        };
        let mut tbs = Cursor::inside(der, SEQUENCE)?.enter(SEQUENCE)?;
        tbs.maybe(0xa0)?;
        let serial = place(tbs.need(INTEGER)?.value);
        tbs.need(SEQUENCE)?;
        let issuer = place(tbs.need(SEQUENCE)?.whole);
        tbs.need(SEQUENCE)?;
        let subject = place(tbs.need(SEQUENCE)?.whole);
        let spki = place(tbs.need(SEQUENCE)?.whole);
        Ok(Self { serial, issuer, subject, spki })
    }
}

/// The addresses among alternative names, rfc822Name and SmtpUTF8Mailbox (RFC 9598), in their order.
pub fn addresses_in(names: &SubjectAltName) -> Vec<EmailAddress> {
    let text = |name: &GeneralName| match name {
        GeneralName::Rfc822Name(name) => Some(name.as_str().to_owned()),
        GeneralName::OtherName(other) if other.type_id == SMTP_UTF8_MAILBOX => other.value.decode_as::<String>().ok(),
        _ => None,
    };
    names.0.iter().filter_map(text).filter_map(|text| EmailAddress::parse(&text)).collect()
}

/// A string of whatever type distinguished names use (RFC 5280 §4.1.2.4).
pub fn text(encoded: &[u8]) -> Option<String> {
    let tlv = Cursor::new(encoded).any().ok()?;
    match tlv.tag {
        0x0c | 0x12 | 0x13 | 0x16 | 0x1a => String::from_utf8(tlv.value.to_vec()).ok(),
        0x14 => Some(tlv.value.iter().map(|&byte| char::from(byte)).collect()),
        0x1e => {
            let units: Vec<u16> =
                tlv.value.chunks_exact(2).map(|pair| pair.iter().fold(0, |sum, &b| sum << 8 | u16::from(b))).collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
}

/// A domain in A-labels, lower-cased, for comparing; `None` when it is no domain.
pub fn ascii_domain(domain: &str) -> Option<String> {
    if domain.is_ascii() {
        return Some(domain.trim_end_matches('.').to_ascii_lowercase());
    }
    idna::domain_to_ascii(domain).ok()
}

/// A certificate's time; moments that no calendar has are the end of time.
fn moment(time: x509_cert::time::Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
