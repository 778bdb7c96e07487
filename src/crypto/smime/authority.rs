//! An authority of one's own: issues certificates and revocation lists (RFC 5280 §4, §5).

use std::sync::Arc;

use jiff::Timestamp;
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::CrlNumber;
use openssl::x509::{X509 as OpenSslX509, X509CrlBuilder, X509Revoked};

use crate::crypto::{KeyUse, ProtectError, RevocationReason};

use super::X509;
use super::asn1::{INTEGER, OCTET_STRING, SEQUENCE, element, sequence};
use super::issue::{
    Period, Plan, Role, Subject, alternative_names, authority_key_identifier, build, contents, digest, library, moment,
    name, number_of,
};
use super::protect::time;
use super::ring::{Identity, SecretKey};

/// ENUMERATED (X.690 §8.4).
const ENUMERATED: u8 = 0x0a;
/// id-ce-cRLReasons (RFC 5280 §5.3.1).
const REASON_CODE: [u8; 3] = [0x55, 0x1d, 0x15];

/// A certificate that an authority withdrew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedEntry {
    /// Its serial number in hexadecimal.
    pub serial: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: RevocationReason,
}

/// Issues a certificate for somebody's public key. It does not outlast the authority's own.
///
/// # Errors
/// [`ProtectError::CannotSign`] when the certificate is no authority's, `Locked` when its key is not open.
pub fn issue(
    authority: &Identity,
    subject: &Subject<'_>,
    usage: KeyUse,
    spki: &[u8],
    period: Period,
    list_url: &str,
) -> Result<X509, ProtectError> {
    let key = signing_key(authority)?;
    if !authority.certificate.may_certify() {
        return Err(ProtectError::CannotSign(authority.certificate.fingerprint.clone()));
    }
    let period = Period { until: period.until.min(authority.certificate.not_after()), ..period };
    build(
        key,
        Some(&authority.certificate),
        &Plan {
            subject: &*name(subject).map_err(library)?,
            alternative: alternative_names(subject.addresses),
            spki,
            period,
            role: Role::Person(usage),
            list_url,
        },
    )
}

/// The same authority with a later end: its name and its key stay, so that what it issued stays good.
///
/// # Errors
/// As [`issue`].
pub fn prolong(authority: &Identity, period: Period) -> Result<Identity, ProtectError> {
    let key = signing_key(authority)?;
    let old = &authority.certificate;
    let subject = OpenSslX509::from_der(&old.der).map_err(library)?;
    let certificate = build(
        key,
        None,
        &Plan {
            subject: subject.subject_name(),
            alternative: Vec::new(),
            spki: old.spki(),
            period,
            role: Role::Authority(old.path_length().unwrap_or(0)),
            list_url: "",
        },
    )?;
    Ok(Identity { certificate: Arc::new(certificate), key: SecretKey::Open(key.clone()) })
}

/// A revocation list, DER (RFC 5280 §5.1), with its number and when the next one comes.
///
/// # Errors
/// As [`issue`].
pub fn revocation_list(
    authority: &Identity,
    entries: &[RevokedEntry],
    number: u32,
    at: Timestamp,
    next: Timestamp,
) -> Result<Vec<u8>, ProtectError> {
    let key = signing_key(authority)?;
    if !authority.certificate.may_sign_lists() || !authority.certificate.is_authority() {
        return Err(ProtectError::CannotSign(authority.certificate.fingerprint.clone()));
    }
    let build = || {
        let certificate = OpenSslX509::from_der(&authority.certificate.der)?;
        let mut builder = X509CrlBuilder::new()?;
        builder.set_issuer_name(certificate.subject_name())?;
        builder.set_last_update(&*moment(at)?)?;
        builder.set_next_update(&*moment(next)?)?;
        for entry in entries {
            builder.add_revoked(X509Revoked::from_der(&revoked(entry)?)?)?;
        }
        builder.sort()?;
        builder.append_extension(authority_key_identifier(&authority.certificate)?)?;
        builder.append_extension(CrlNumber::new(BigNum::from_u32(number)?)?.build()?)?;
        builder.sign(key, digest(key))?;
        builder.build()?.to_der()
    };
    build().map_err(library)
}

/// One entry of revokedCertificates. A reason that is not said is left out (RFC 5280 §5.3.1).
fn revoked(entry: &RevokedEntry) -> Result<Vec<u8>, ErrorStack> {
    let serial = element(INTEGER, &[&contents(&*number_of(&entry.serial)?)]);
    let code = match entry.reason {
        RevocationReason::Unspecified => return Ok(sequence(&[&serial, &time(entry.at)])),
        RevocationReason::Compromised => 1,
        RevocationReason::Superseded => 4,
        RevocationReason::Retired => 5,
    };
    let value = element(OCTET_STRING, &[&element(ENUMERATED, &[&[code]])]);
    let reason = element(SEQUENCE, &[&element(super::asn1::OID, &[&REASON_CODE]), &value]);
    Ok(sequence(&[&serial, &time(entry.at), &sequence(&[&reason])]))
}

fn signing_key(authority: &Identity) -> Result<&PKey<Private>, ProtectError> {
    match &authority.key {
        SecretKey::Open(key) => Ok(key),
        SecretKey::Locked(_) | SecretKey::Outside(_) => {
            Err(ProtectError::Locked(authority.certificate.fingerprint.clone()))
        }
    }
}
