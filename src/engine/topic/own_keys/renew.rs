use std::sync::Arc;

use jiff::SignedDuration;

use crate::crypto::smime::{self, KeyPair, Subject, X509};
use crate::crypto::{CertificateReport, Keyring, pgp};
use crate::domain::{Fingerprint, Secret};
use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};
use crate::store::{KeyRecords, WaitingKey};

use super::{LIFETIME_DAYS, authority, input, make, passphrases, period, protect};

/// How an own key is renewed.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// Which.
    pub fingerprint: Fingerprint,
    /// How long it lasts from now on, in days.
    pub days: u32,
    /// S/MIME: the new certificate is for the same key, and not for a new one.
    pub keeps_key: bool,
    /// Opens the key, and protects a new one.
    pub passphrase: Option<Secret<String>>,
}

/// What a renewal came to.
#[derive(Clone, Debug)]
pub enum Renewed {
    /// The key with its later end, or the new certificate. The old one stays, and opens old mail.
    Certificate(CertificateReport),
    /// A request to the authority that issued the old one.
    Request(WaitingKey),
}

impl Renewal {
    /// The usual one.
    pub fn of(fingerprint: &Fingerprint) -> Self {
        Self { fingerprint: fingerprint.clone(), days: LIFETIME_DAYS, keeps_key: false, passphrase: None }
    }
}

/// Renews an own key. An OpenPGP key gets a later end; an S/MIME certificate a successor: self-signed, by the own
/// authority that issued it, or by a request to the one elsewhere. No secret key ever goes away by that.
///
/// # Errors
/// When there is no such key, it or its authority is locked, or the cryptographic library refuses.
pub fn renew(profile: &Profile, wanted: &Renewal) -> Result<Renewed, Failure> {
    let keyring = profile.keyring();
    if keyring.pgp.find(&wanted.fingerprint).is_some() {
        return extend(profile, wanted).map(Renewed::Certificate);
    }
    let own = keyring.smime.own().iter().find(|own| own.certificate.fingerprint == wanted.fingerprint);
    let own = own.ok_or_else(|| input(&wanted.fingerprint.spaced(), "unknown_fingerprint"))?;
    if authority::is_authority(profile, &own.certificate) {
        let passphrase = wanted.passphrase.as_ref();
        let days = (wanted.days != LIFETIME_DAYS).then_some(wanted.days);
        let prolonged = authority::prolong(profile, Some(&wanted.fingerprint), days, passphrase)?;
        return Ok(Renewed::Certificate(prolonged));
    }
    succeed(profile, wanted, &own.certificate)
}

fn extend(profile: &Profile, wanted: &Renewal) -> Result<CertificateReport, Failure> {
    let at = profile.now();
    let keyring = profile.keyring();
    let unknown = || input(&wanted.fingerprint.spaced(), "unknown_fingerprint");
    let cert = keyring.pgp.find(&wanted.fingerprint).ok_or_else(unknown)?;
    if pgp::revocation(cert, at).is_some() {
        return Err(input(&wanted.fingerprint.spaced(), "revoked"));
    }
    if !cert.is_tsk() && keyring.pgp.is_own(cert) {
        return Err(super::kept_elsewhere(&wanted.fingerprint));
    }
    let until = at.checked_add(SignedDuration::from_hours(i64::from(wanted.days) * 24));
    let until = until.map_err(|_| input(&wanted.fingerprint.spaced(), "too_late"))?;
    let all = passphrases(profile, wanted.passphrase.as_ref());
    let renewed = pgp::extend(cert, &all, at, until).map_err(protect)?;
    let mut one = Keyring::default();
    one.pgp.add_cert((*renewed).clone());
    profile.keep(&one, None, "renewed")?;
    // The signatures are of this moment, which is a little later than the one before.
    profile.keyring().report(&wanted.fingerprint, profile.now()).ok_or_else(unknown)
}

fn succeed(profile: &Profile, wanted: &Renewal, old: &Arc<X509>) -> Result<Renewed, Failure> {
    let passphrase = wanted.passphrase.as_ref();
    let (names, addresses) = (old.names(), old.addresses());
    let organisation = old.organisation().unwrap_or_default();
    let subject =
        Subject { name: names.first().map_or("", String::as_str), organisation: &organisation, addresses: &addresses };
    let usage = old.key_use().unwrap_or_default();
    // A key that stays is kept under the passphrase that it has.
    let kept =
        if wanted.keeps_key { profile.store.smime_secret(&old.fingerprint).map_err(store_failure)? } else { None };
    let key = match &kept {
        Some(_) => make::opened(profile, &old.fingerprint, passphrase)?.into_key_pair(),
        None => None,
    };
    let key = match key {
        Some(key) => key,
        None => KeyPair::generate(make::kind_of(old)).map_err(protect)?,
    };
    let kept = kept.as_deref().and_then(smime::key_block);
    let spki = key.public().map_err(protect)?;
    let period = period(profile, Some(wanted.days));
    let mut new = KeyRecords::default();
    let successor = if old.is_self_signed() {
        Arc::unwrap_or_clone(key.clone().self_signed(&subject, usage, period).map_err(protect)?.certificate)
    } else if let Some(by) = own_issuer(profile, old) {
        let authority = authority::find(profile, Some(&by), passphrase)?;
        let issued = authority.issue(&subject, usage, &spki, period).map_err(protect)?;
        new.issued.push(authority.record_of(&issued, profile.now()));
        issued
    } else {
        let secret = match kept {
            // One that the profile alone protects is protected so while it waits, too.
            Some(secret) => Some(secret).filter(|secret| !opens(secret, profile.key_passphrase())),
            None => passphrase.map(|passphrase| key.to_pem(passphrase)).transpose().map_err(protect)?,
        };
        let waiting = make::waiting_key(profile, &subject, usage, &key, secret)?;
        new.waiting.push(waiting.clone());
        profile.keep_records(&new, passphrase)?;
        return Ok(Renewed::Request(waiting));
    };
    let fingerprint = successor.fingerprint.clone();
    let mut ring = Keyring::default();
    match kept {
        Some(secret) => {
            ring.smime.add_certificate(Arc::new(successor));
            ring.smime.pair(&spki, &secret, None);
        }
        None => ring.smime.add_identity(key.with(successor)),
    }
    new.certificates = profile.records(&ring, passphrase, "renewed")?;
    profile.keep_records(&new, passphrase)?;
    authority::report(profile, &fingerprint).map(Renewed::Certificate)
}

/// Whether a passphrase opens a key.
fn opens(secret: &[u8], passphrase: &Secret<String>) -> bool {
    smime::SmimeRing::default().add(secret, std::slice::from_ref(passphrase)).is_ok()
}

/// The own authority that issued a certificate.
pub(super) fn own_issuer(profile: &Profile, certificate: &X509) -> Option<Fingerprint> {
    let keyring = profile.keyring();
    let own = keyring.smime.own().iter().filter(|own| own.certificate.may_certify());
    let mut issuers = own.filter(|own| certificate.is_issued_by(&own.certificate));
    // Of an authority that was prolonged, the newest certificate.
    let newest = issuers.by_ref().max_by_key(|own| own.certificate.not_before())?;
    Some(newest.certificate.fingerprint.clone())
}
