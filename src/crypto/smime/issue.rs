//! Certificates made here (RFC 5280 §4): what they say, and who signs them.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use openssl::asn1::{Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::{BigNum, BigNumRef, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, PKeyRef, Private, Public};
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier};
use openssl::x509::{X509 as OpenSslX509, X509Extension, X509Name, X509NameRef};

use crate::crypto::{KeyKind, KeyUse, ProtectError};
use crate::domain::{EmailAddress, Secret};

use super::X509;
use super::asn1::{element, oid, sequence};
use super::cert::SMTP_UTF8_MAILBOX;
use super::export::key_pem;
use super::ring::{Identity, SecretKey};

/// RFC 5280 appendix A.1: ub-common-name and ub-organization-name.
const MAX_NAME: usize = 64;
/// Octets of a serial number (RFC 5280 §4.1.2.2 allows 20).
const SERIAL: i32 = 127;

/// Whom a certificate is for.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The commonName; the first address when it is empty.
    pub name: &'a str,
    /// The organizationName; may be empty.
    pub organisation: &'a str,
    /// The addresses; an authority has none.
    pub addresses: &'a [EmailAddress],
}

/// From when until when a certificate is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first second.
    pub from: Timestamp,
    /// Its last second.
    pub until: Timestamp,
}

/// A new secret key that has no certificate yet.
#[derive(Clone)]
pub struct KeyPair(pub(super) PKey<Private>);

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPair(…)")
    }
}

impl KeyPair {
    /// Makes one. A kind that X.509 doesn't have counts as RSA of 3072 bits: what every mail program reads, and good
    /// until 2030 and beyond (NIST SP 800-57 Part 1 table 2).
    ///
    /// # Errors
    /// [`ProtectError::Library`] when OpenSSL refuses.
    pub fn generate(kind: KeyKind) -> Result<Self, ProtectError> {
        let curve = |name| PKey::from_ec_key(EcKey::generate(&*EcGroup::from_curve_name(name)?)?);
        let made = match kind {
            KeyKind::P256 => curve(Nid::X9_62_PRIME256V1),
            KeyKind::P384 => curve(Nid::SECP384R1),
            KeyKind::Rsa4096 => Rsa::generate(4096).and_then(PKey::from_rsa),
            _ => Rsa::generate(3072).and_then(PKey::from_rsa),
        };
        made.map(Self).map_err(library)
    }

    /// The SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`ProtectError::Library`] when OpenSSL refuses.
    pub fn public(&self) -> Result<Vec<u8>, ProtectError> {
        self.0.public_key_to_der().map_err(library)
    }

    /// PKCS #8 under a passphrase, PEM.
    ///
    /// # Errors
    /// [`ProtectError::Library`] when OpenSSL refuses.
    pub fn to_pem(&self, passphrase: &Secret<String>) -> Result<Vec<u8>, ProtectError> {
        key_pem(&self.0, passphrase)
    }

    /// With its certificate.
    pub fn with(self, certificate: X509) -> Identity {
        Identity { certificate: Arc::new(certificate), key: SecretKey::Open(self.0) }
    }

    /// A certificate that the key signs itself.
    ///
    /// # Errors
    /// [`ProtectError::Library`] when OpenSSL refuses.
    pub fn self_signed(self, subject: &Subject<'_>, usage: KeyUse, period: Period) -> Result<Identity, ProtectError> {
        let certificate = build(
            &self.0,
            None,
            &Plan {
                subject: &*name(subject).map_err(library)?,
                alternative: alternative_names(subject.addresses),
                spki: &self.public()?,
                period,
                role: Role::Person(usage),
                list_url: "",
            },
        )?;
        Ok(self.with(certificate))
    }

    /// A root authority for mail: it may certify people, or `path_length` authorities below it.
    ///
    /// # Errors
    /// [`ProtectError::Library`] when OpenSSL refuses.
    pub fn root(self, subject: &Subject<'_>, path_length: u32, period: Period) -> Result<Identity, ProtectError> {
        let certificate = build(
            &self.0,
            None,
            &Plan {
                subject: &*name(subject).map_err(library)?,
                alternative: Vec::new(),
                spki: &self.public()?,
                period,
                role: Role::Authority(path_length),
                list_url: "",
            },
        )?;
        Ok(self.with(certificate))
    }
}

/// What a certificate says.
pub(super) struct Plan<'a> {
    pub(super) subject: &'a X509NameRef,
    /// GeneralNames, encoded; empty for none.
    pub(super) alternative: Vec<u8>,
    pub(super) spki: &'a [u8],
    pub(super) period: Period,
    pub(super) role: Role,
    /// Where the issuer's revocation list lies; may be empty.
    pub(super) list_url: &'a str,
}

/// Whose certificate it is.
#[derive(Clone, Copy)]
pub(super) enum Role {
    Person(KeyUse),
    /// With its path length.
    Authority(u32),
}

/// Makes a certificate; without an issuer it is issued by its own subject.
pub(super) fn build(key: &PKey<Private>, issuer: Option<&X509>, plan: &Plan<'_>) -> Result<X509, ProtectError> {
    let der = try_build(key, issuer, plan).map_err(library)?;
    X509::parse(&der).ok_or_else(|| ProtectError::Library("certificate".to_owned()))
}

fn try_build(key: &PKey<Private>, issuer: Option<&X509>, plan: &Plan<'_>) -> Result<Vec<u8>, ErrorStack> {
    let public = PKey::public_key_from_der(plan.spki)?;
    let above = issuer.map(|issuer| OpenSslX509::from_der(&issuer.der)).transpose()?;
    let mut builder = OpenSslX509::builder()?;
    builder.set_version(2)?;
    let serial = serial()?.to_asn1_integer()?;
    builder.set_serial_number(&serial)?;
    builder.set_subject_name(plan.subject)?;
    builder.set_issuer_name(above.as_ref().map_or(plan.subject, |above| above.subject_name()))?;
    builder.set_not_before(&*moment(plan.period.from)?)?;
    builder.set_not_after(&*moment(plan.period.until)?)?;
    builder.set_pubkey(&public)?;
    match plan.role {
        Role::Person(_) => builder.append_extension(BasicConstraints::new().critical().build()?)?,
        Role::Authority(length) => {
            builder.append_extension(BasicConstraints::new().critical().ca().pathlen(length).build()?)?;
        }
    }
    builder.append_extension(usage(plan.role, &public)?)?;
    // On an authority it says that what stands below it is for mail alone: whoever trusts it trusts it for no web site.
    builder.append_extension(ExtendedKeyUsage::new().email_protection().build()?)?;
    let own = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
    builder.append_extension(own)?;
    if let Some(issuer) = issuer {
        builder.append_extension(authority_key_identifier(issuer)?)?;
    }
    if !plan.alternative.is_empty() {
        builder.append_extension(extension("2.5.29.17", &plan.alternative)?)?;
    }
    if !plan.list_url.is_empty() {
        builder.append_extension(extension("2.5.29.31", &distribution_point(plan.list_url))?)?;
    }
    builder.sign(key, digest(key))?;
    builder.build().to_der()
}

/// Positive, of 16 octets at the most, and never to be guessed (RFC 5280 §4.1.2.2).
fn serial() -> Result<BigNum, ErrorStack> {
    let mut serial = BigNum::new()?;
    serial.rand(SERIAL, MsbOption::ONE, false)?;
    Ok(serial)
}

pub(super) fn moment(at: Timestamp) -> Result<Asn1Time, ErrorStack> {
    Asn1Time::from_unix(at.as_second())
}

/// keyUsage (RFC 5280 §4.2.1.3): an RSA key transports a message's key, one on a curve agrees on it.
pub(super) fn usage(role: Role, public: &PKeyRef<Public>) -> Result<X509Extension, ErrorStack> {
    let mut usage = KeyUsage::new();
    usage.critical();
    match role {
        Role::Authority(_) => {
            usage.key_cert_sign().crl_sign();
        }
        Role::Person(of) => {
            if of.signs() {
                usage.digital_signature().non_repudiation();
            }
            if of.encrypts() && public.id() == Id::RSA {
                usage.key_encipherment();
            } else if of.encrypts() {
                usage.key_agreement();
            }
        }
    }
    usage.build()
}

/// The hash that goes with a key.
pub(super) fn digest(key: &PKeyRef<Private>) -> MessageDigest {
    match key.id() {
        Id::ED25519 | Id::ED448 => MessageDigest::null(),
        Id::EC if key.bits() > 256 => MessageDigest::sha384(),
        _ => MessageDigest::sha256(),
    }
}

/// A distinguished name of commonName and, if there is one, organizationName.
pub(super) fn name(subject: &Subject<'_>) -> Result<X509Name, ErrorStack> {
    let shortened = |text: &str| -> String { text.trim().chars().filter(|c| *c != '\0').take(MAX_NAME).collect() };
    let first = subject.addresses.first().map_or("", EmailAddress::as_str);
    let common = if subject.name.trim().is_empty() { first } else { subject.name };
    let mut builder = X509Name::builder()?;
    if !subject.organisation.trim().is_empty() {
        builder.append_entry_by_nid(Nid::ORGANIZATIONNAME, &shortened(subject.organisation))?;
    }
    builder.append_entry_by_nid(Nid::COMMONNAME, &shortened(common))?;
    Ok(builder.build())
}

/// GeneralNames (RFC 5280 §4.2.1.6): rfc822Name, or SmtpUTF8Mailbox where the local part is not ASCII (RFC 9598 §3);
/// empty when there are no addresses.
pub(super) fn alternative_names(addresses: &[EmailAddress]) -> Vec<u8> {
    let one = |address: &EmailAddress| {
        let written = address.as_str();
        if written.is_ascii() {
            return element(0x81, &[written.as_bytes()]);
        }
        let text = element(0x0c, &[written.as_bytes()]);
        element(0xa0, &[&oid(SMTP_UTF8_MAILBOX), &element(0xa0, &[&text])])
    };
    let names: Vec<Vec<u8>> = addresses.iter().map(one).collect();
    if names.is_empty() {
        return Vec::new();
    }
    sequence(&names.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// authorityKeyIdentifier (RFC 5280 §4.2.1.1).
pub(super) fn authority_key_identifier(issuer: &X509) -> Result<X509Extension, ErrorStack> {
    extension("2.5.29.35", &sequence(&[&element(0x80, &[&issuer.key_identifier()])]))
}

/// CRLDistributionPoints with one address (RFC 5280 §4.2.1.13).
fn distribution_point(url: &str) -> Vec<u8> {
    let full_name = element(0xa0, &[&element(0x86, &[url.as_bytes()])]);
    sequence(&[&sequence(&[&element(0xa0, &[&full_name])])])
}

pub(super) fn extension(oid: &str, value: &[u8]) -> Result<X509Extension, ErrorStack> {
    let oid = Asn1Object::from_str(oid)?;
    X509Extension::new_from_der(&oid, false, &*Asn1OctetString::new_from_bytes(value)?)
}

/// A number that a big-endian number in hexadecimal is.
pub(super) fn number_of(hexadecimal: &str) -> Result<BigNum, ErrorStack> {
    BigNum::from_hex_str(hexadecimal)
}

/// The contents octets of a positive INTEGER.
pub(super) fn contents(number: &BigNumRef) -> Vec<u8> {
    let bytes = number.to_vec();
    if bytes.first().is_none_or(|byte| byte & 0x80 != 0) { [&[0], &bytes[..]].concat() } else { bytes }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn library(error: ErrorStack) -> ProtectError {
    ProtectError::Library(error.to_string())
}
