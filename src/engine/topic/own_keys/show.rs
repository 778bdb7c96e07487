use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::crypto::smime::X509;
use crate::crypto::{CertificateReport, KeyKind, KeyUse, Keyring, RevocationReason, pgp};
use crate::domain::{EmailAddress, Fingerprint, Technology};
use crate::engine::Failure;
use crate::engine::outside::KeyPlace;
use crate::engine::profile::{Profile, store_failure};

use super::authority::{self, IssuedView};
use super::renew;

/// So many days before its end an own key is said to end soon.
pub const WATCH_OWN_DAYS: i64 = 60;
/// The same of others' keys, and so many days after it: after that they are not missed.
pub const WATCH_OTHERS_DAYS: i64 = 30;

const DAY: i64 = 24 * 60 * 60;

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnKeysView {
    /// Own keys, those in use before those that were withdrawn, replaced or have ended.
    pub keys: Vec<OwnKeyView>,
    /// Requests that wait for an authority's answer.
    pub waiting: Vec<WaitingView>,
    /// Authorities of one's own.
    pub authorities: Vec<AuthorityView>,
    /// What ends soon or has just ended, own keys first, the nearest end first.
    pub ending: Vec<EndingView>,
}

/// One own key.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnKeyView {
    /// What it says.
    pub report: CertificateReport,
    /// Its kind, when it is one that is made here.
    pub kind: Option<KeyKind>,
    /// What it is used for.
    pub usage: Option<KeyUse>,
    /// Who vouches for it by issuing it.
    pub origin: KeyOrigin,
    /// Days until it ends, negative when it has; `None` for no end.
    pub days_left: Option<i64>,
    /// It ends soon or has ended, and nothing took its place.
    pub is_due: bool,
    /// A newer one for the same address, technology and use took its place.
    pub is_succeeded: bool,
    /// Why and since when it is withdrawn.
    pub revocation: Option<(RevocationReason, Option<Timestamp>)>,
    /// A revocation made at its birth is kept.
    pub has_kept_revocation: bool,
    /// It can be withdrawn here.
    pub is_revocable: bool,
    /// No passphrase of this session opens it: it has to be typed.
    pub needs_passphrase: bool,
    /// Who keeps its secret part.
    pub place: KeyPlace,
    /// When the last backup was made, if it is in that.
    pub backed_up_at: Option<Timestamp>,
}

/// Who issued an own key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyOrigin {
    /// An OpenPGP key has no issuer.
    OpenPgp,
    /// Its own key signed the certificate.
    SelfSigned,
    /// An authority of one's own, of this name.
    OwnAuthority(String),
    /// An authority elsewhere, of this name.
    Elsewhere(String),
}

/// A request that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingView {
    /// Names it.
    pub key: String,
    /// The name that it gives.
    pub name: String,
    /// The address that it gives.
    pub address: String,
    /// What the key is to be used for.
    pub usage: KeyUse,
    /// When it was made.
    pub made_at: Timestamp,
}

/// An authority of one's own.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthorityView {
    /// Its certificate.
    pub report: CertificateReport,
    /// Its name.
    pub name: String,
    /// What it issued, newest first.
    pub issued: Vec<IssuedView>,
    /// When its newest revocation list was made, and when the next one has to be.
    pub list_times: Option<(Timestamp, Timestamp)>,
    /// Where the list is published; may be empty.
    pub list_url: String,
    /// It ends soon or has ended.
    pub is_due: bool,
    /// No passphrase of this session opens its key: it has to be typed.
    pub needs_passphrase: bool,
    /// When the last backup was made, if its key is in that.
    pub backed_up_at: Option<Timestamp>,
}

/// A key that ends soon, or has just ended.
#[derive(Clone, Debug, PartialEq)]
pub struct EndingView {
    /// Which.
    pub fingerprint: Fingerprint,
    /// Which technology.
    pub technology: Technology,
    /// Whose: an address, else a name.
    pub whose: String,
    /// It is one's own.
    pub is_own: bool,
    /// When it ends.
    pub at: Timestamp,
    /// Days until then, negative afterwards.
    pub days_left: i64,
}

/// Everything that there is to show of own keys.
///
/// # Errors
/// When the store can't be read.
pub fn view(profile: &Profile) -> Result<OwnKeysView, Failure> {
    let at = profile.now();
    let (own, others): (Vec<_>, Vec<_>) = profile.reports(at).into_iter().partition(|report| report.has_secret);
    let mut view = OwnKeysView { waiting: waiting(profile)?, ..OwnKeysView::default() };
    let outside = profile.store.outside_keys().map_err(store_failure)?;
    let backup = super::super::backup::last(profile)?;
    let backed_up = |fingerprint: &Fingerprint| {
        let backup = backup.as_ref()?;
        backup.keys.iter().any(|one| one == fingerprint.as_str()).then_some(backup.made_at)
    };
    for report in own {
        let backed_up_at = backed_up(&report.fingerprint);
        if let Some(authority) = authority_view(profile, &report, at)? {
            view.authorities.push(AuthorityView { backed_up_at, ..authority });
            continue;
        }
        let mut key = OwnKeyView { backed_up_at, ..own_key(profile, report, at)? };
        let fingerprint = &key.report.fingerprint;
        if !profile.keyring().holds_secret(fingerprint) {
            let record = outside.iter().find(|record| record.fingerprint == *fingerprint);
            key.place = record.map(KeyPlace::of).unwrap_or_default();
        }
        view.keys.push(key);
    }
    mark_succeeded(&mut view.keys);
    only_newest(&mut view.authorities);
    let is_past =
        |key: &OwnKeyView| key.is_succeeded || key.revocation.is_some() || key.days_left.is_some_and(|left| left < 0);
    view.keys.sort_by_key(|key| (is_past(key), key.report.technology));
    view.ending = ending(&view, &others, at);
    Ok(view)
}

fn waiting(profile: &Profile) -> Result<Vec<WaitingView>, Failure> {
    let all = profile.store.waiting_keys().map_err(store_failure)?;
    let of = |one: crate::store::WaitingKey| WaitingView {
        key: one.key,
        name: one.name,
        address: one.address,
        usage: KeyUse::parse(&one.usage).unwrap_or_default(),
        made_at: one.made_at,
    };
    Ok(all.into_iter().map(of).collect())
}

fn own_key(profile: &Profile, report: CertificateReport, at: Timestamp) -> Result<OwnKeyView, Failure> {
    let days_left = days_left(&report, at);
    let mut key = OwnKeyView {
        kind: kind(&report),
        usage: None,
        origin: KeyOrigin::OpenPgp,
        days_left,
        is_due: false,
        is_succeeded: false,
        revocation: None,
        has_kept_revocation: false,
        is_revocable: false,
        needs_passphrase: false,
        place: KeyPlace::Here,
        backed_up_at: None,
        report,
    };
    let fingerprint = key.report.fingerprint.clone();
    let keyring = profile.keyring();
    if let Some(cert) = keyring.pgp.find(&fingerprint) {
        key.revocation = pgp::revocation(cert, at);
        key.has_kept_revocation = profile.store.kept_revocation(&fingerprint).map_err(store_failure)?.is_some();
        // Whoever keeps the key elsewhere withdraws it there, unless a revocation is kept here.
        key.is_revocable = key.revocation.is_none() && (cert.is_tsk() || key.has_kept_revocation);
        key.needs_passphrase = key.report.is_locked && !pgp::unlockable(cert, &keyring.passphrases);
        key.usage = Some(KeyUse::Both);
    } else if let Some(certificate) = keyring.smime.find(&fingerprint) {
        key.usage = certificate.key_use();
        key.needs_passphrase = is_closed(&keyring, &fingerprint);
        key.origin = origin(profile, certificate);
        key.revocation = withdrawn(profile, certificate)?;
        key.is_revocable = matches!(key.origin, KeyOrigin::OwnAuthority(_)) && key.revocation.is_none();
    }
    key.is_due = key.revocation.is_none() && days_left.is_some_and(|left| left <= WATCH_OWN_DAYS);
    Ok(key)
}

/// Whether no passphrase of the session opens an own key of S/MIME.
fn is_closed(keyring: &Keyring, fingerprint: &Fingerprint) -> bool {
    let own = keyring.smime.own().iter().find(|own| own.certificate.fingerprint == *fingerprint);
    own.is_some_and(|own| own.is_locked() && own.unlock(&keyring.passphrases).is_none())
}

fn origin(profile: &Profile, certificate: &X509) -> KeyOrigin {
    if certificate.is_self_signed() {
        return KeyOrigin::SelfSigned;
    }
    let issuer = renew::own_issuer(profile, certificate);
    let keyring = profile.keyring();
    match issuer.and_then(|issuer| keyring.smime.find(&issuer).map(|issuer| called(issuer))) {
        Some(name) => KeyOrigin::OwnAuthority(name),
        None => KeyOrigin::Elsewhere(common_name(&certificate.issuer())),
    }
}

/// The commonName of a distinguished name as text (RFC 4514), else the whole.
fn common_name(name: &str) -> String {
    let common = name.split(',').find_map(|part| part.trim().strip_prefix("CN="));
    common.filter(|common| !common.ends_with('\\')).unwrap_or(name).to_owned()
}

fn called(certificate: &X509) -> String {
    certificate.names().into_iter().next().unwrap_or_else(|| certificate.subject())
}

/// Whether an own authority withdrew a certificate.
fn withdrawn(profile: &Profile, certificate: &X509) -> Result<Option<(RevocationReason, Option<Timestamp>)>, Failure> {
    let Some(issuer) = renew::own_issuer(profile, certificate) else { return Ok(None) };
    let all = authority::issued(profile, &issuer)?;
    let one = all.into_iter().find(|one| one.fingerprint == certificate.fingerprint);
    Ok(one.and_then(|one| one.revoked).map(|(at, reason)| (reason, Some(at))))
}

fn authority_view(
    profile: &Profile,
    report: &CertificateReport,
    at: Timestamp,
) -> Result<Option<AuthorityView>, Failure> {
    let keyring = profile.keyring();
    let Some(certificate) = keyring.smime.find(&report.fingerprint).filter(|one| authority::is_authority(profile, one))
    else {
        return Ok(None);
    };
    let record = authority::lists(profile, &report.fingerprint)?;
    Ok(Some(AuthorityView {
        name: called(certificate),
        issued: authority::issued(profile, &report.fingerprint)?,
        list_times: record.as_ref().and_then(|record| record.list_times),
        list_url: record.map(|record| record.list_url).unwrap_or_default(),
        is_due: days_left(report, at).is_some_and(|left| left <= WATCH_OWN_DAYS),
        needs_passphrase: is_closed(&keyring, &report.fingerprint),
        backed_up_at: None,
        report: report.clone(),
    }))
}

/// An authority that was prolonged is shown once.
fn only_newest(authorities: &mut Vec<AuthorityView>) {
    authorities.sort_by_key(|one| std::cmp::Reverse(one.report.not_after));
    let mut seen = BTreeSet::new();
    authorities.retain(|one| seen.insert(one.report.subject.clone()));
}

/// Which of the kinds that are made here a key is of.
fn kind(report: &CertificateReport) -> Option<KeyKind> {
    let first = report.algorithms.first()?.as_str();
    // The fingerprint of a version 6 key has 32 octets, that of a version 4 key 20 (RFC 9580 §5.5.4).
    let is_sixth = report.fingerprint.as_str().len() == 64;
    match (report.technology, first) {
        (_, "RSA 3072") => Some(KeyKind::Rsa3072),
        (_, "RSA 4096") => Some(KeyKind::Rsa4096),
        (Technology::Smime, "P-256") => Some(KeyKind::P256),
        (Technology::Smime, "P-384") => Some(KeyKind::P384),
        (Technology::OpenPgp, name) if name.contains("ML-DSA") || name.contains("MLDSA") => Some(KeyKind::PostQuantum),
        (Technology::OpenPgp, "Ed25519") => Some(if is_sixth { KeyKind::V6 } else { KeyKind::V4 }),
        _ => None,
    }
}

fn days_left(report: &CertificateReport, at: Timestamp) -> Option<i64> {
    report.not_after.map(|end| (end.as_second() - at.as_second()).div_euclid(DAY))
}

/// A key is succeeded by a newer one for the same address, of the same technology and for at least the same use, that
/// is not withdrawn.
fn mark_succeeded(keys: &mut [OwnKeyView]) {
    let covers = |newer: &OwnKeyView, older: &OwnKeyView| {
        newer.report.technology == older.report.technology
            && newer.report.not_before >= older.report.not_before
            && newer.report.not_after.is_none_or(|end| older.report.not_after.is_some_and(|old| old < end))
            && newer.revocation.is_none()
            && (newer.usage == older.usage || newer.usage == Some(KeyUse::Both))
            && older.report.addresses.iter().all(|address| newer.report.addresses.contains(address))
    };
    let succeeded: Vec<bool> = keys.iter().map(|older| keys.iter().any(|newer| covers(newer, older))).collect();
    for (key, is_succeeded) in keys.iter_mut().zip(succeeded) {
        // An OpenPGP key that is still good is not replaced by making another beside it.
        let is_past = key.days_left.is_some_and(|left| left <= WATCH_OWN_DAYS);
        key.is_succeeded = is_succeeded && (key.report.technology == Technology::Smime || is_past);
        key.is_due &= !key.is_succeeded;
    }
}

fn ending(view: &OwnKeysView, others: &[CertificateReport], at: Timestamp) -> Vec<EndingView> {
    let own = view.keys.iter().filter(|key| key.is_due).map(|key| (&key.report, true));
    let authorities = view.authorities.iter().filter(|one| one.is_due).map(|one| (&one.report, true));
    let watched = |report: &&CertificateReport| {
        !report.is_revoked
            && !report.addresses.is_empty()
            && days_left(report, at).is_some_and(|left| left.abs() <= WATCH_OTHERS_DAYS)
    };
    let theirs =
        others.iter().filter(watched).filter(|one| !has_another(others, one, at)).map(|report| (report, false));
    let mut found: Vec<EndingView> = own
        .chain(authorities)
        .chain(theirs)
        .filter_map(|(report, is_own)| {
            let address = report.addresses.first().map(ToString::to_string);
            let name = || report.names.first().cloned();
            Some(EndingView {
                fingerprint: report.fingerprint.clone(),
                technology: report.technology,
                whose: address.or_else(name).unwrap_or_default(),
                is_own,
                at: report.not_after?,
                days_left: days_left(report, at)?,
            })
        })
        .collect();
    found.sort_by_key(|one| (!one.is_own, one.at));
    found
}

/// A correspondent has another key of the same technology that lasts longer: nobody needs to do anything.
fn has_another(others: &[CertificateReport], one: &CertificateReport, at: Timestamp) -> bool {
    let shares = |address: &EmailAddress| one.addresses.contains(address);
    others.iter().any(|other| {
        other.fingerprint != one.fingerprint
            && other.technology == one.technology
            && other.can_encrypt
            && other.addresses.iter().any(shares)
            && days_left(other, at).is_none_or(|left| left > WATCH_OTHERS_DAYS)
    })
}
