use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::stack::Stack;
use openssl::symm::Cipher;
use openssl::x509::extension::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName, SubjectKeyIdentifier,
};
use openssl::x509::{X509 as OpenSslX509, X509Extension, X509Name, X509Req};

use zeroize::Zeroizing;

use crate::crypto::ProtectError;
use crate::domain::{EmailAddress, Secret};

use super::ring::{Identity, SecretKey};
use super::{SmimeRing, X509};

/// Bits of a new RSA key: what every mail program reads, and good until 2030 and beyond
/// (NIST SP 800-57 Part 1 table 2).
const RSA_BITS: u32 = 3072;
/// How long a self-signed certificate lasts.
const LIFETIME: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);
/// Rounds of PBKDF2 over an exported key.
const ROUNDS: u32 = 210_000;

/// The form of an exported PKCS #12 file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pkcs12Form {
    /// AES-256 under PBKDF2 with HMAC-SHA-256 (RFC 8018 §6.2): what is read today.
    #[default]
    Modern,
    /// Triple DES (RFC 7292 appendix C): for programs that read nothing newer, such as gpgsm 2.2.
    Compatible,
}

/// A new key with a certificate that it signs itself, for one address, for two years.
///
/// # Errors
/// [`ProtectError::Library`] when OpenSSL refuses.
pub fn generate_self_signed(name: &str, address: &EmailAddress, at: Timestamp) -> Result<Identity, ProtectError> {
    let key = new_key().map_err(library)?;
    let der = self_signed(name, address, &key, at).and_then(|certificate| certificate.to_der()).map_err(library)?;
    let certificate = X509::parse(&der).ok_or_else(|| ProtectError::Library("certificate".to_owned()))?;
    Ok(Identity { certificate: Arc::new(certificate), key: SecretKey::Open(key) })
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
    let key = new_key().map_err(library)?;
    let request = certificate_request(name, address, &key).and_then(|request| request.to_pem()).map_err(library)?;
    Ok((request, key_pem(&key, passphrase)?))
}

/// A certificate as PEM (RFC 7468 §5).
pub fn export_pem(certificate: &X509) -> Vec<u8> {
    OpenSslX509::from_der(&certificate.der).and_then(|certificate| certificate.to_pem()).unwrap_or_default()
}

/// A certificate and its key under a passphrase, as PEM: what [`SmimeRing::add`] reads again, also
/// without the passphrase (locked).
///
/// # Errors
/// [`ProtectError::Locked`] when the key is not open.
pub fn export_identity_pem(identity: &Identity, passphrase: &Secret<String>) -> Result<Vec<u8>, ProtectError> {
    let mut out = export_pem(&identity.certificate);
    out.extend(key_pem(open(identity)?, passphrase)?);
    Ok(out)
}

/// A certificate and its key as PEM, the key without a passphrase (RFC 5208): for the inside of what is encrypted
/// itself.
///
/// # Errors
/// [`ProtectError::Locked`] when the key is not open.
pub fn export_open_identity_pem(identity: &Identity) -> Result<Zeroizing<Vec<u8>>, ProtectError> {
    let key = Zeroizing::new(open(identity)?.private_key_to_pem_pkcs8().map_err(library)?);
    let certificate = export_pem(&identity.certificate);
    // In one piece: a vector that grows leaves copies behind.
    let mut out = Zeroizing::new(Vec::with_capacity(certificate.len() + key.len()));
    out.extend_from_slice(&certificate);
    out.extend_from_slice(&key);
    Ok(out)
}

/// Whether two open keys are the same one; `None` when one of them is locked.
pub fn same_key(one: &Identity, other: &Identity) -> Option<bool> {
    let (one, other) = (open(one).ok()?, open(other).ok()?);
    let secret = |key: &PKey<Private>| key.private_key_to_pkcs8().map(Zeroizing::new);
    Some(secret(one).ok()? == secret(other).ok()?)
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
    let key = open(identity)?;
    if passphrase.declassify().contains('\0') {
        return Err(ProtectError::Library("passphrase".to_owned()));
    }
    let name = identity.certificate.addresses().first().map_or_else(String::new, ToString::to_string);
    let build = || {
        let certificate = OpenSslX509::from_der(&identity.certificate.der)?;
        let mut authorities = Stack::new()?;
        for authority in ring.certificates().iter().filter(|authority| authority.is_authority()) {
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

fn open(identity: &Identity) -> Result<&PKey<Private>, ProtectError> {
    match &identity.key {
        SecretKey::Open(key) => Ok(key),
        SecretKey::Locked(_) => Err(ProtectError::Locked(identity.certificate.fingerprint.clone())),
    }
}

fn key_pem(key: &PKey<Private>, passphrase: &Secret<String>) -> Result<Vec<u8>, ProtectError> {
    key.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), passphrase.declassify().as_bytes()).map_err(library)
}

fn new_key() -> Result<PKey<Private>, ErrorStack> {
    PKey::from_rsa(Rsa::generate(RSA_BITS)?)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn library(error: ErrorStack) -> ProtectError {
    ProtectError::Library(error.to_string())
}

fn subject(name: &str, address: &EmailAddress) -> Result<X509Name, ErrorStack> {
    let mut subject = X509Name::builder()?;
    let name = if name.trim().is_empty() { address.as_str() } else { name.trim() };
    // RFC 5280 appendix A.1: ub-common-name is 64 characters.
    let name: String = name.chars().filter(|c| *c != '\0').take(64).collect();
    subject.append_entry_by_nid(Nid::COMMONNAME, &name)?;
    Ok(subject.build())
}

fn self_signed(
    name: &str,
    address: &EmailAddress,
    key: &PKey<Private>,
    at: Timestamp,
) -> Result<OpenSslX509, ErrorStack> {
    let mut builder = OpenSslX509::builder()?;
    builder.set_version(2)?;
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
    let serial = serial.to_asn1_integer()?;
    builder.set_serial_number(&serial)?;
    let subject = subject(name, address)?;
    builder.set_subject_name(&subject)?;
    builder.set_issuer_name(&subject)?;
    let moment = |at: Timestamp| Asn1Time::from_unix(at.as_second());
    let (begin, end) = (moment(at)?, moment(at.checked_add(LIFETIME).unwrap_or(Timestamp::MAX))?);
    builder.set_not_before(&begin)?;
    builder.set_not_after(&end)?;
    builder.set_pubkey(key)?;
    builder.append_extension(BasicConstraints::new().critical().build()?)?;
    builder.append_extension(usage()?)?;
    builder.append_extension(ExtendedKeyUsage::new().email_protection().build()?)?;
    let context = builder.x509v3_context(None, None);
    let name = SubjectAlternativeName::new().email(address.as_str()).build(&context)?;
    let own = SubjectKeyIdentifier::new().build(&context)?;
    builder.append_extension(name)?;
    builder.append_extension(own)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}

fn usage() -> Result<X509Extension, ErrorStack> {
    KeyUsage::new().critical().digital_signature().non_repudiation().key_encipherment().build()
}

fn certificate_request(name: &str, address: &EmailAddress, key: &PKey<Private>) -> Result<X509Req, ErrorStack> {
    let mut builder = X509Req::builder()?;
    builder.set_version(0)?;
    builder.set_subject_name(&*subject(name, address)?)?;
    builder.set_pubkey(key)?;
    let mut extensions = Stack::new()?;
    let names = SubjectAlternativeName::new().email(address.as_str()).build(&builder.x509v3_context(None))?;
    extensions.push(names)?;
    extensions.push(usage()?)?;
    extensions.push(ExtendedKeyUsage::new().email_protection().build()?)?;
    builder.add_extensions(&extensions)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}
