use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::crypto::smime::{self, Identity, KeyPair, Period, Pkcs12Form, RevokedEntry, SmimeRing, Subject, X509};
use crate::crypto::{CertificateReport, KeyKind, KeyUse, Keyring, ProtectError, RevocationReason};
use crate::domain::{Fingerprint, RawMessage, Secret};
use crate::engine::profile::{Profile, import_failure, store_failure};
use crate::engine::{Failure, FailureKind, Retry};
use crate::store::{AuthorityRecord, IssuedRecord, KeyRecords};

use super::{AUTHORITY_DAYS, LIST_DAYS, email, input, make, period, protect};

/// An authority to be made.
#[derive(Clone, Debug)]
pub struct NewAuthority {
    /// Its name, as others see it.
    pub name: String,
    /// The organisation that it is of; may be empty.
    pub organisation: String,
    /// The kind of its key.
    pub kind: KeyKind,
    /// How many authorities may stand below it.
    pub path_length: u8,
    /// How long it lasts.
    pub days: u32,
    /// Where its revocation list will be found; may be empty.
    pub list_url: String,
    /// Protects its key.
    pub passphrase: Option<Secret<String>>,
}

/// A certificate to be issued.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The authority; the only one when it is left out.
    pub authority: Option<Fingerprint>,
    /// For whom.
    pub to: To,
    /// How long it lasts.
    pub days: u32,
    /// Opens the authority's key.
    pub passphrase: Option<Secret<String>>,
}

/// For whom a certificate is issued.
#[derive(Clone, Debug)]
pub enum To {
    /// Somebody who gets a new key with it, as PKCS #12 under a passphrase.
    Person {
        /// The name; may be empty.
        name: String,
        /// The address.
        address: String,
        /// The kind of the key.
        kind: KeyKind,
        /// What it is used for.
        usage: KeyUse,
        /// Protects the file.
        file_passphrase: Secret<String>,
        /// The form of the file.
        form: Pkcs12Form,
    },
    /// Whoever made a request (PKCS #10): gets the certificate and the authority's, PEM.
    Request(RawMessage),
    /// Whoever has a certificate that was issued here before: its key gets a certificate with a later end. Named by the
    /// serial number.
    Again(String),
}

/// A certificate that was issued here.
#[derive(Clone, Debug, PartialEq)]
pub struct IssuedView {
    /// The serial number in hexadecimal.
    pub serial: String,
    /// The certificate.
    pub fingerprint: Fingerprint,
    /// Whose it is.
    pub name: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
    /// When it was withdrawn, and why.
    pub revoked: Option<(Timestamp, RevocationReason)>,
}

impl IssuedView {
    fn of(record: IssuedRecord) -> Self {
        let reason = |word: &str| RevocationReason::parse(word).unwrap_or(RevocationReason::Unspecified);
        Self {
            serial: record.serial,
            fingerprint: record.fingerprint,
            name: record.name,
            issued_at: record.issued_at,
            not_after: record.not_after,
            revoked: record.revoked.map(|(at, word)| (at, reason(&word))),
        }
    }
}

/// An authority whose key is open.
pub(super) struct Authority {
    identity: Identity,
    record: AuthorityRecord,
}

impl Authority {
    pub(super) fn issue(
        &self,
        subject: &Subject<'_>,
        usage: KeyUse,
        spki: &[u8],
        period: Period,
    ) -> Result<X509, ProtectError> {
        smime::issue(&self.identity, subject, usage, spki, period, &self.record.list_url)
    }

    pub(super) fn record_of(&self, issued: &X509, at: Timestamp) -> IssuedRecord {
        let name = issued.addresses().first().map(ToString::to_string);
        IssuedRecord {
            authority: self.identity.certificate.fingerprint.clone(),
            serial: issued.serial(),
            fingerprint: issued.fingerprint.clone(),
            name: name.or_else(|| issued.names().into_iter().next()).unwrap_or_default(),
            issued_at: at,
            not_after: issued.not_after(),
            revoked: None,
        }
    }
}

/// An own authority; the only one when none is named.
pub(super) fn find(
    profile: &Profile,
    fingerprint: Option<&Fingerprint>,
    passphrase: Option<&Secret<String>>,
) -> Result<Authority, Failure> {
    let keyring = profile.keyring();
    let own = keyring.smime.own().iter().filter(|own| own.certificate.may_certify());
    let mut fitting: Vec<_> = match fingerprint {
        Some(fingerprint) => own.filter(|own| own.certificate.fingerprint == *fingerprint).collect(),
        None => own.filter(|own| is_authority(profile, &own.certificate)).collect(),
    };
    // One that was prolonged counts once.
    fitting.sort_by_key(|own| std::cmp::Reverse(own.certificate.not_before()));
    let mut seen = BTreeSet::new();
    fitting.retain(|own| seen.insert(own.certificate.spki().to_vec()));
    let certificate = match (fitting.as_slice(), fingerprint) {
        ([one], _) => &one.certificate,
        ([], Some(fingerprint)) => return Err(input(&fingerprint.spaced(), "unknown_authority")),
        ([], None) => return Err(input("", "no_authority")),
        (_, _) => return Err(input("", "several_authorities")),
    };
    let identity = make::opened(profile, &certificate.fingerprint, passphrase)?;
    let record = profile.store.authority(&certificate.fingerprint).map_err(store_failure)?;
    Ok(Authority { identity, record: record.unwrap_or_else(|| unrecorded(&certificate.fingerprint)) })
}

/// Whether an own certificate is an authority's: many programs mark what they sign themselves as if it were one.
pub(super) fn is_authority(profile: &Profile, certificate: &X509) -> bool {
    let is_recorded = || profile.store.authority(&certificate.fingerprint).is_ok_and(|record| record.is_some());
    certificate.may_certify() && (certificate.addresses().is_empty() || is_recorded())
}

fn unrecorded(fingerprint: &Fingerprint) -> AuthorityRecord {
    let fingerprint = fingerprint.clone();
    AuthorityRecord { fingerprint, list_url: String::new(), list_number: 0, list: None, list_times: None }
}

/// Makes an authority, which the user believes from then on, with a first, empty revocation list.
///
/// # Errors
/// When it has no name, or the cryptographic library refuses.
pub fn create(profile: &Profile, wanted: &NewAuthority) -> Result<CertificateReport, Failure> {
    if wanted.name.trim().is_empty() {
        return Err(input("", "authority_without_name"));
    }
    if !wanted.list_url.is_ascii() {
        return Err(input(&wanted.list_url, "bad_address"));
    }
    let subject = Subject { name: &wanted.name, organisation: &wanted.organisation, addresses: &[] };
    let key = KeyPair::generate(wanted.kind).map_err(protect)?;
    let period = period(profile, Some(wanted.days));
    let identity = key.root(&subject, u32::from(wanted.path_length), period).map_err(protect)?;
    let fingerprint = identity.certificate.fingerprint.clone();
    let record = AuthorityRecord { list_url: wanted.list_url.trim().to_owned(), ..unrecorded(&fingerprint) };
    let authority = Authority { identity: identity.clone(), record };
    let mut ring = Keyring::default();
    ring.smime.add_identity(identity);
    let new = KeyRecords {
        certificates: profile.records(&ring, wanted.passphrase.as_ref(), "generated")?,
        authorities: vec![list_of(&authority, &[], LIST_DAYS, profile.now())?],
        anchors: vec![fingerprint.clone()],
        ..KeyRecords::default()
    };
    profile.keep_records(&new, wanted.passphrase.as_ref())?;
    report(profile, &fingerprint)
}

/// Issues a certificate; gives the file for its owner.
///
/// # Errors
/// When the authority is not there or locked, the request is none, or the cryptographic library refuses.
pub fn issue(profile: &Profile, wanted: &Issued) -> Result<(Vec<u8>, CertificateReport), Failure> {
    let authority = find(profile, wanted.authority.as_ref(), wanted.passphrase.as_ref())?;
    let period = period(profile, Some(wanted.days));
    let (issued, file) = match &wanted.to {
        To::Person { name, address, kind, usage, file_passphrase, form } => {
            let address = email(address)?;
            let subject = Subject { name, organisation: "", addresses: std::slice::from_ref(&address) };
            let key = KeyPair::generate(*kind).map_err(protect)?;
            let spki = key.public().map_err(protect)?;
            let issued = authority.issue(&subject, *usage, &spki, period).map_err(protect)?;
            let mut ring = SmimeRing::default();
            ring.add_certificate(authority.identity.certificate.clone());
            let own = key.with(issued.clone());
            let file = smime::export_pkcs12(&own, &ring, file_passphrase, *form).map_err(protect)?;
            (issued, file)
        }
        To::Request(bytes) => {
            let request = smime::read_request(bytes).map_err(|error| import_failure(&error))?;
            let subject =
                Subject { name: &request.name, organisation: &request.organisation, addresses: &request.addresses };
            let issued = authority.issue(&subject, request.usage, &request.spki, period).map_err(protect)?;
            let file = chain(&authority, &issued);
            (issued, file)
        }
        To::Again(serial) => {
            let old = certificate_of(profile, &authority, serial)?;
            let (addresses, names) = (old.addresses(), old.names());
            let organisation = old.organisation().unwrap_or_default();
            let name = names.first().map_or("", String::as_str);
            let subject = Subject { name, organisation: &organisation, addresses: &addresses };
            let usage = old.key_use().unwrap_or_default();
            let issued = authority.issue(&subject, usage, old.spki(), period).map_err(protect)?;
            let file = chain(&authority, &issued);
            (issued, file)
        }
    };
    keep_issued(profile, &authority, &issued, &wanted.to)?;
    let report = report(profile, &issued.fingerprint)?;
    Ok((file, report))
}

/// Keeps what was issued as anybody's certificate; a secret key of somebody else's stays out of the profile.
fn keep_issued(profile: &Profile, authority: &Authority, issued: &X509, to: &To) -> Result<(), Failure> {
    let mut ring = Keyring::default();
    ring.smime.add_certificate(std::sync::Arc::new(issued.clone()));
    if let To::Again(serial) = to
        && let Ok(old) = certificate_of(profile, authority, serial)
        && let Some(secret) = profile.store.smime_secret(&old.fingerprint).map_err(store_failure)?
    {
        // It is the user's own key.
        ring.smime.pair(issued.spki(), &secret, None);
    }
    let new = KeyRecords {
        certificates: profile.records(&ring, None, "issued")?,
        issued: vec![authority.record_of(issued, profile.now())],
        ..KeyRecords::default()
    };
    profile.keep_records(&new, None)
}

fn chain(authority: &Authority, issued: &X509) -> Vec<u8> {
    [smime::export_pem(issued), smime::export_pem(&authority.identity.certificate)].concat()
}

fn certificate_of(profile: &Profile, authority: &Authority, serial: &str) -> Result<X509, Failure> {
    let record = issued_record(profile, &authority.identity.certificate.fingerprint, serial)?;
    let keyring = profile.keyring();
    let found = keyring.smime.find(&record.fingerprint);
    found.map(|one| (**one).clone()).ok_or_else(|| input(serial, "unknown_serial"))
}

/// Finds what was issued by its serial number or its fingerprint.
fn issued_record(profile: &Profile, authority: &Fingerprint, wanted: &str) -> Result<IssuedRecord, Failure> {
    let all = profile.store.issued(authority).map_err(store_failure)?;
    let fits = |one: &IssuedRecord| {
        one.serial.eq_ignore_ascii_case(wanted.trim_start_matches("0x"))
            || Fingerprint::parse(wanted).as_ref() == Some(&one.fingerprint)
    };
    all.into_iter().find(fits).ok_or_else(|| input(wanted, "unknown_serial"))
}

/// Withdraws a certificate that an own authority issued, and makes the revocation list that says so.
///
/// # Errors
/// When it was not issued by the authority or is withdrawn already, or the authority is locked.
pub fn revoke(
    profile: &Profile,
    authority: Option<&Fingerprint>,
    serial: &str,
    reason: RevocationReason,
    passphrase: Option<&Secret<String>>,
) -> Result<IssuedView, Failure> {
    let authority = find(profile, authority, passphrase)?;
    let fingerprint = authority.identity.certificate.fingerprint.clone();
    let mut record = issued_record(profile, &fingerprint, serial)?;
    if record.revoked.is_some() {
        return Err(input(&record.name, "already_revoked"));
    }
    let at = profile.now();
    record.revoked = Some((at, reason.word().to_owned()));
    let mut all = profile.store.issued(&fingerprint).map_err(store_failure)?;
    all.retain(|one| one.serial != record.serial);
    all.push(record.clone());
    let new = KeyRecords {
        issued: vec![record.clone()],
        authorities: vec![list_of(&authority, &all, LIST_DAYS, at)?],
        ..KeyRecords::default()
    };
    profile.keep_records(&new, passphrase)?;
    Ok(IssuedView::of(record))
}

/// A new revocation list of an own authority, DER; it counts for so many days.
///
/// # Errors
/// When the authority is not there or locked.
pub fn publish(
    profile: &Profile,
    authority: Option<&Fingerprint>,
    days: u32,
    passphrase: Option<&Secret<String>>,
) -> Result<Vec<u8>, Failure> {
    let authority = find(profile, authority, passphrase)?;
    let all = profile.store.issued(&authority.identity.certificate.fingerprint).map_err(store_failure)?;
    let record = list_of(&authority, &all, days, profile.now())?;
    let list = record.list.clone().unwrap_or_default();
    profile.keep_records(&KeyRecords { authorities: vec![record], ..KeyRecords::default() }, passphrase)?;
    Ok(list)
}

/// The authority's record with its next list.
fn list_of(
    authority: &Authority,
    issued: &[IssuedRecord],
    days: u32,
    at: Timestamp,
) -> Result<AuthorityRecord, Failure> {
    let reason = |word: &str| RevocationReason::parse(word).unwrap_or(RevocationReason::Unspecified);
    let withdrawn = issued.iter().filter_map(|one| {
        let (at, word) = one.revoked.as_ref()?;
        Some(RevokedEntry { serial: one.serial.clone(), at: *at, reason: reason(word) })
    });
    let entries: Vec<RevokedEntry> = withdrawn.collect();
    let next = at.checked_add(jiff::SignedDuration::from_hours(i64::from(days.max(1)) * 24));
    let next = next.unwrap_or(Timestamp::MAX);
    let number = authority.record.list_number.saturating_add(1);
    let list = smime::revocation_list(&authority.identity, &entries, number, at, next).map_err(protect)?;
    let record = authority.record.clone();
    Ok(AuthorityRecord { list_number: number, list: Some(list), list_times: Some((at, next)), ..record })
}

/// Gives an own authority a later end: its name and its key stay, and so what it issued stays good.
///
/// # Errors
/// When it is not there or locked.
pub fn prolong(
    profile: &Profile,
    authority: Option<&Fingerprint>,
    days: Option<u32>,
    passphrase: Option<&Secret<String>>,
) -> Result<CertificateReport, Failure> {
    let authority = find(profile, authority, passphrase)?;
    let old = authority.identity.certificate.clone();
    if !old.is_self_signed() {
        return Err(not_ours(&old));
    }
    let period = period(profile, Some(days.unwrap_or(AUTHORITY_DAYS)));
    let identity = smime::prolong(&authority.identity, period).map_err(protect)?;
    let fingerprint = identity.certificate.fingerprint.clone();
    let mut ring = Keyring::default();
    ring.smime.add_certificate(identity.certificate.clone());
    let secret = profile.store.smime_secret(&old.fingerprint).map_err(store_failure)?.unwrap_or_default();
    ring.smime.pair(identity.certificate.spki(), &secret, None);
    let authority =
        Authority { identity, record: AuthorityRecord { fingerprint: fingerprint.clone(), ..authority.record } };
    let new = KeyRecords {
        certificates: profile.records(&ring, None, "generated")?,
        anchors: vec![fingerprint.clone()],
        succeeded: vec![(old.fingerprint.clone(), fingerprint.clone())],
        authorities: vec![authority.record],
        ..KeyRecords::default()
    };
    profile.keep_records(&new, passphrase)?;
    report(profile, &fingerprint)
}

/// What an own authority issued, newest first.
///
/// # Errors
/// When the store can't be read.
pub fn issued(profile: &Profile, authority: &Fingerprint) -> Result<Vec<IssuedView>, Failure> {
    Ok(profile.store.issued(authority).map_err(store_failure)?.into_iter().map(IssuedView::of).collect())
}

/// When an own authority's newest revocation list was made and the next has to be, and its number.
///
/// # Errors
/// When the store can't be read.
pub fn lists(profile: &Profile, authority: &Fingerprint) -> Result<Option<AuthorityRecord>, Failure> {
    profile.store.authority(authority).map_err(store_failure)
}

/// The certificate was issued elsewhere.
pub(super) fn not_ours(certificate: &X509) -> Failure {
    Failure {
        kind: FailureKind::IssuedElsewhere,
        retry: Retry::Never,
        subject: certificate.issuer(),
        source: String::new(),
    }
}

pub(super) fn report(profile: &Profile, fingerprint: &Fingerprint) -> Result<CertificateReport, Failure> {
    let report = profile.keyring().report(fingerprint, profile.now());
    report.ok_or_else(|| input(&fingerprint.spaced(), "unknown_fingerprint"))
}
