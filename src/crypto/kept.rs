//! What is known of a certificate without reading it: enough to list it and to find it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{EmailAddress, Fingerprint, Technology};

use super::{CertificateReport, pgp, smime};

/// What another version wrote is made anew: it may read certificates otherwise. The number is for what is written.
const FORM: &str = concat!(env!("CARGO_PKG_VERSION"), "/1");

/// Where the bytes of certificates are, of which a ring knows no more than what it takes to find them.
pub trait CertificateSource: Send + Sync {
    /// The bytes of one; `None` when it is there no longer.
    fn bytes(&self, technology: Technology, fingerprint: &Fingerprint) -> Option<Vec<u8>>;
}

/// A report with the time within which it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// What the certificate is.
    pub report: Arc<CertificateReport>,
    /// From when on, and until before when, in seconds since 1970.
    pub holds: Range<i64>,
}

impl Described {
    /// The report, if it holds at a moment.
    pub fn at(&self, at: Timestamp) -> Option<Arc<CertificateReport>> {
        self.holds.contains(&at.as_second()).then(|| Arc::clone(&self.report))
    }
}

/// What it is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facts {
    /// Of an OpenPGP certificate.
    Pgp(pgp::Facts),
    /// Of an X.509 certificate.
    X509(smime::Facts),
}

/// What is known of a public certificate.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// What it is.
    pub described: Described,
    /// What it is found by.
    pub facts: Facts,
}

impl Kept {
    /// As text, to be kept beside the bytes.
    pub fn to_text(&self) -> String {
        let report = &*self.described.report;
        let mut written = Written {
            form: FORM.into(),
            fingerprint: Cow::Borrowed(&report.fingerprint),
            from: self.described.holds.start,
            until: self.described.holds.end,
            addresses: Cow::Borrowed(&report.addresses),
            names: Cow::Borrowed(&report.names),
            subject: report.subject.as_deref().map(Cow::Borrowed),
            issuer: report.issuer.as_deref().map(Cow::Borrowed),
            can: u8::from(report.can_sign) | u8::from(report.can_encrypt) << 1 | u8::from(report.is_revoked) << 2,
            algorithms: Cow::Borrowed(&report.algorithms),
            not_before: report.not_before,
            not_after: report.not_after,
            problems: Cow::Borrowed(&report.problems),
            ..Written::default()
        };
        match &self.facts {
            Facts::Pgp(facts) => {
                let keys: Vec<u8> = facts.keys.iter().flat_map(|key| key.to_be_bytes()).collect();
                written.keys = hex::encode(keys).into();
                written.claims = Cow::Borrowed(&facts.addresses);
                let voucher = |(key, depth): &(u64, u8)| key.to_be_bytes().into_iter().chain([*depth]);
                let vouchers: Vec<u8> = facts.vouchers.iter().flat_map(voucher).collect();
                written.vouchers = hex::encode(vouchers).into();
            }
            Facts::X509(facts) => {
                written.keys = hex::encode(facts.public_key).into();
                written.serial = hex::encode(&facts.serial).into();
                written.identifier = hex::encode(&facts.key_identifier).into();
                written.powers = u8::from(facts.is_authority) | u8::from(facts.may_sign_lists) << 1;
            }
        }
        // Nothing in it can fail to be written.
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// Stands for what is known of a certificate that can't be read.
    pub fn unreadable() -> String {
        format!("unreadable {FORM}")
    }

    /// It stands for a certificate that this version couldn't read.
    pub fn is_unreadable(text: &str) -> bool {
        text == Self::unreadable()
    }

    /// Reads it back; `None` when another version wrote it.
    pub fn parse(technology: Technology, text: &str) -> Option<Self> {
        let written: Written = serde_json::from_str(text).ok().filter(|written: &Written| written.form == FORM)?;
        let facts = match technology {
            Technology::OpenPgp => Facts::Pgp(written.pgp()?),
            Technology::Smime => Facts::X509(written.x509()?),
        };
        let report = CertificateReport {
            technology,
            fingerprint: written.fingerprint.into_owned(),
            addresses: written.addresses.into_owned(),
            names: written.names.into_owned(),
            subject: written.subject.map(Cow::into_owned),
            issuer: written.issuer.map(Cow::into_owned),
            has_secret: false,
            is_locked: false,
            can_sign: written.can & 1 != 0,
            can_encrypt: written.can & 2 != 0,
            algorithms: written.algorithms.into_owned(),
            not_before: written.not_before,
            not_after: written.not_after,
            is_revoked: written.can & 4 != 0,
            problems: written.problems.into_owned(),
        };
        let described = Described { report: Arc::new(report), holds: written.from..written.until };
        Some(Self { described, facts })
    }
}

/// The form on disk: short names, since there are many.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    #[serde(rename = "v")]
    form: Cow<'a, str>,
    #[serde(rename = "f")]
    fingerprint: Cow<'a, Fingerprint>,
    #[serde(rename = "s")]
    from: i64,
    #[serde(rename = "e")]
    until: i64,
    #[serde(rename = "a", default, skip_serializing_if = "nothing")]
    addresses: Cow<'a, [EmailAddress]>,
    #[serde(rename = "n", default, skip_serializing_if = "nothing")]
    names: Cow<'a, [String]>,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    subject: Option<Cow<'a, str>>,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    issuer: Option<Cow<'a, str>>,
    #[serde(rename = "c")]
    can: u8,
    #[serde(rename = "g", default, skip_serializing_if = "nothing")]
    algorithms: Cow<'a, [String]>,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    not_before: Option<Timestamp>,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    not_after: Option<Timestamp>,
    #[serde(rename = "p", default, skip_serializing_if = "nothing")]
    problems: Cow<'a, [String]>,
    #[serde(rename = "k", default, skip_serializing_if = "str::is_empty")]
    keys: Cow<'a, str>,
    #[serde(rename = "m", default, skip_serializing_if = "nothing")]
    claims: Cow<'a, [String]>,
    #[serde(rename = "u", default, skip_serializing_if = "str::is_empty")]
    vouchers: Cow<'a, str>,
    #[serde(rename = "r", default, skip_serializing_if = "str::is_empty")]
    serial: Cow<'a, str>,
    #[serde(rename = "y", default, skip_serializing_if = "str::is_empty")]
    identifier: Cow<'a, str>,
    #[serde(rename = "w", default)]
    powers: u8,
}

// Serde hands over the field as it is.
#[allow(clippy::ptr_arg)]
fn nothing<T: Clone>(list: &Cow<'_, [T]>) -> bool {
    list.is_empty()
}

impl Default for Written<'_> {
    fn default() -> Self {
        Self {
            form: FORM.into(),
            fingerprint: Cow::Owned(Fingerprint::from_bytes(&[])),
            from: 0,
            until: 0,
            addresses: Cow::default(),
            names: Cow::default(),
            subject: None,
            issuer: None,
            can: 0,
            algorithms: Cow::default(),
            not_before: None,
            not_after: None,
            problems: Cow::default(),
            keys: Cow::default(),
            claims: Cow::default(),
            vouchers: Cow::default(),
            serial: Cow::default(),
            identifier: Cow::default(),
            powers: 0,
        }
    }
}

impl Written<'_> {
    fn pgp(&self) -> Option<pgp::Facts> {
        let (keys, vouchers) = (hex::decode(&*self.keys).ok()?, hex::decode(&*self.vouchers).ok()?);
        let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_be_bytes);
        let voucher = |bytes: &[u8]| {
            let (depth, key) = bytes.split_last()?;
            Some((number(key)?, *depth))
        };
        Some(pgp::Facts {
            keys: keys.chunks(8).map(number).collect::<Option<_>>()?,
            addresses: self.claims.to_vec(),
            vouchers: vouchers.chunks(9).map(voucher).collect::<Option<_>>()?,
        })
    }

    fn x509(&self) -> Option<smime::Facts> {
        let mut public_key = [0; 32];
        hex::decode_to_slice(&*self.keys, &mut public_key).ok()?;
        Some(smime::Facts {
            public_key,
            addresses: self.addresses.iter().map(|address| address.canonical().to_owned()).collect(),
            subject: smime::comparable(self.subject.as_deref()?),
            issuer: smime::comparable(self.issuer.as_deref()?),
            serial: hex::decode(&*self.serial).ok()?,
            key_identifier: hex::decode(&*self.identifier).ok()?,
            is_authority: self.powers & 1 != 0,
            may_sign_lists: self.powers & 2 != 0,
        })
    }
}

#[cfg(test)]
mod tests;
