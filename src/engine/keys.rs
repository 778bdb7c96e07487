//! Own keys and others' certificates, as the keys screen and `kakitome key` see them.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::crypto::{CertificateReport, Keyring};
use crate::domain::{Fingerprint, Secret, Technology};
use crate::store::{TrustKind, files};
use crate::trust::{self, Glance, TrustPolicy, TrustVerdict};

use super::network::Publish;
use super::profile::{Profile, store_failure};
use super::topic::own_keys::{self, CertificateFrom, KeyKind, NewCertificate, NewKeys};
use super::view::{KeySummary, KeysView};
use super::worker::internal;
use super::{Event, Failure, FailureKind, Retry};

/// How long the list may wait for verdicts: those of a few certificates are there from the beginning.
const AT_ONCE: Duration = Duration::from_millis(30);
/// How often the list is shown while its certificates are being judged.
const SHOWN_EVERY: Duration = Duration::from_millis(400);

/// No key file is larger.
const MAX_FILE: u64 = 64 << 20;

/// Makes a key pair and keeps it.
pub(super) fn generate(
    profile: &Profile,
    technology: Technology,
    name: &str,
    address: &str,
    passphrase: Option<&Secret<String>>,
) -> Result<Fingerprint, Failure> {
    let both = NewKeys::both(name, address);
    let wanted = match technology {
        Technology::OpenPgp => NewKeys { smime: None, ..both },
        Technology::Smime => NewKeys { openpgp: None, ..both },
    };
    let made = own_keys::make(profile, &NewKeys { passphrase: passphrase.cloned(), ..wanted })?;
    made.fingerprints.into_iter().next().ok_or_else(|| internal("nothing_made"))
}

/// Makes an S/MIME key that waits in the profile, and writes the PKCS#10 request for it.
pub(super) fn request(
    profile: &Profile,
    name: &str,
    address: &str,
    passphrase: Option<&Secret<String>>,
    to: &Path,
) -> Result<(), Failure> {
    let from = CertificateFrom::Request;
    let smime = NewCertificate { kind: KeyKind::default_of(Technology::Smime), is_separate: false, from };
    let both = NewKeys::both(name, address);
    let wanted = NewKeys { openpgp: None, smime: Some(smime), passphrase: passphrase.cloned(), ..both };
    let made = own_keys::make(profile, &wanted)?;
    own_keys::write_requests(&made.requests, to)
}

/// Imports a file; how many certificates and keys it brought.
pub(super) fn import(profile: &Profile, from: &Path, passphrase: Option<&Secret<String>>) -> Result<usize, Failure> {
    let bytes = files::read(from, MAX_FILE).map_err(store_failure)?;
    refuse_exposed(from, &bytes)?;
    let passphrases: Vec<Secret<String>> = passphrase.cloned().into_iter().collect();
    profile.import(&bytes, &passphrases).map(|found| found.len())
}

/// Refuses a file that others can read when a secret key in it has no passphrase: whoever copied it has the key already.
pub(super) fn refuse_exposed(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if files::is_readable_by_others(path) && holds_open_secret(bytes) {
        return Err(Failure {
            kind: FailureKind::ReadableByOthers,
            retry: Retry::Now,
            subject: path.display().to_string(),
            source: String::new(),
        });
    }
    Ok(())
}

/// Whether a secret key can be had of it without a passphrase.
fn holds_open_secret(bytes: &[u8]) -> bool {
    let mut found = Keyring::default();
    // What brings nothing to describe are keys without their certificates.
    found.add(bytes).is_ok_and(|brought| {
        brought.is_empty() || brought.iter().any(|one| one.report.has_secret && !one.report.is_locked)
    })
}

/// The user compared the fingerprint with the owner. An authority becomes a trust anchor.
pub(super) fn set_trusted(profile: &Profile, fingerprint: &Fingerprint, trusted: bool) -> Result<(), Failure> {
    let keyring = profile.keyring();
    let is_authority = keyring.smime.find(fingerprint).is_some_and(|certificate| certificate.is_authority());
    let kind = if is_authority { TrustKind::Anchor } else { TrustKind::Direct };
    if trusted && kind == TrustKind::Direct {
        return profile.compare(fingerprint);
    }
    profile.store.set_trust(fingerprint, kind, trusted).map_err(store_failure)
}

/// The certifications of this OpenPGP certificate count, in full or no longer at all.
pub(super) fn set_root(profile: &Profile, fingerprint: &Fingerprint, root: bool) -> Result<(), Failure> {
    profile.store.set_trust(fingerprint, TrustKind::Introducer, false).map_err(store_failure)?;
    profile.store.set_trust(fingerprint, TrustKind::Root, root).map_err(store_failure)
}

/// Everything on the keys screen. Own keys are judged; of the others is said what was found before, is known without
/// reading them, or can be found at once: [`judge_rest`] finds the rest.
pub(super) fn view(profile: &Profile) -> Result<KeysView, Failure> {
    view_within(profile, AT_ONCE)
}

fn view_within(profile: &Profile, at_once: Duration) -> Result<KeysView, Failure> {
    let at = profile.now();
    // In this order: what is found under a newer policy is not kept for longer than the older one.
    let keyring = profile.keyring();
    let state = State { keyring: State::of_keyring(&keyring), policy: profile.policy_stamp()? };
    let policy = profile.policy(at)?;
    let anchors: HashSet<&Fingerprint> = policy.anchors.iter().map(|anchor| &anchor.fingerprint).collect();
    let mut known = profile.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
    known.renew(&state);
    let glance = Glance::new(&keyring, &policy);
    let mut met = profile.store.all_provenance().map_err(store_failure)?;
    let began = Instant::now();
    let (mut own, mut others) = (Vec::new(), Vec::with_capacity(keyring.pgp.len() + keyring.smime.len()));
    for report in keyring.reports(at) {
        let is_anchor = anchors.contains(&report.fingerprint);
        let is_trusted = is_anchor || policy.direct.contains_key(&report.fingerprint);
        let counts = policy.counting(&report.fingerprint);
        let verdict = if is_anchor {
            Some(TrustVerdict::Authenticated)
        } else if report.has_secret {
            Some(judged(&report, &keyring, &policy).verdict)
        } else {
            let found = known.of(&report.fingerprint, at).or_else(|| glance.verdict(&report));
            found.or_else(|| (began.elapsed() < at_once).then(|| known.judge(&report, &keyring, &policy)))
        };
        let has_secret = report.has_secret;
        let met = met.remove(&report.fingerprint).unwrap_or_default();
        let summary = KeySummary { report, verdict, is_trusted, counts, met };
        if has_secret { own.push(summary.to_view()) } else { others.push(summary) }
    }
    Ok(KeysView { own, others: Arc::new(others) })
}

/// Judges the certificates that the key list has no verdict of, and publishes the list from time to time. Beside the
/// engine's loop, one such work at a time: what is asked for meanwhile is done by the one that goes on.
pub(super) fn judge_rest(profile: &Arc<Profile>, publish: &Publish) -> Result<(), Failure> {
    profile.is_unjudged.store(true, Ordering::SeqCst);
    loop {
        let turn = match profile.judging.try_lock() {
            Ok(turn) => turn,
            Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(()),
        };
        if profile.is_unjudged.swap(false, Ordering::SeqCst) {
            judge_all(profile, publish)?;
        }
        drop(turn);
        // Who asked while this one had the turn did not wait.
        if !profile.is_unjudged.load(Ordering::SeqCst) {
            return Ok(());
        }
    }
}

/// Until the list is whole, or nobody else has the profile any more: then the program ends.
fn judge_all(profile: &Arc<Profile>, publish: &Publish) -> Result<(), Failure> {
    let mut is_shown = true;
    loop {
        let (keyring, stamp, policy) = (profile.keyring(), profile.policy_stamp()?, profile.policy(profile.now())?);
        let state = State { keyring: State::of_keyring(&keyring), policy: stamp };
        let view = view_within(profile, Duration::ZERO)?;
        if !is_shown {
            (publish)(Event::Keys(Arc::new(view.clone())));
        }
        let mut rest = view.others.iter().filter(|one| one.verdict.is_none()).map(|one| &one.report).peekable();
        if rest.peek().is_none() || Arc::strong_count(profile) == 1 {
            return Ok(());
        }
        let began = Instant::now();
        for report in rest.take_while(|_| began.elapsed() < SHOWN_EVERY && Arc::strong_count(profile) > 1) {
            let judged = judged(report, &keyring, &policy);
            let mut known = profile.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
            if known.state != state {
                break;
            }
            known.found.insert(report.fingerprint.clone(), judged);
        }
        is_shown = false;
    }
}

/// A verdict, and the seconds within which it is the same.
#[derive(Clone, Debug)]
struct Judged {
    verdict: TrustVerdict,
    holds: Range<i64>,
}

fn judged(report: &CertificateReport, keyring: &Keyring, policy: &TrustPolicy) -> Judged {
    let Some(certificate) = keyring.find_passing(&report.fingerprint) else {
        // It may be there again the next time.
        return Judged { verdict: TrustVerdict::Unauthenticated, holds: 0..0 };
    };
    let verdict = trust::judge(&certificate, &[], report.addresses.first(), keyring, policy).verdict;
    Judged { verdict, holds: trust::holds(&certificate, keyring, policy) }
}

/// What verdicts in the list depend on, beside the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    keyring: (u64, u64),
    policy: u64,
}

impl State {
    fn of_keyring(keyring: &Keyring) -> (u64, u64) {
        (keyring.pgp.generation(), keyring.smime.generation())
    }
}

/// The verdicts that were found for the list.
#[derive(Debug, Default)]
pub struct Verdicts {
    state: State,
    found: HashMap<Fingerprint, Judged>,
}

impl Verdicts {
    fn renew(&mut self, state: &State) {
        if self.state != *state {
            *self = Self { state: state.clone(), found: HashMap::new() };
        }
    }

    /// The verdict that was found, if it is the same at a moment.
    fn of(&self, fingerprint: &Fingerprint, at: Timestamp) -> Option<TrustVerdict> {
        let found = self.found.get(fingerprint)?;
        found.holds.contains(&at.as_second()).then_some(found.verdict)
    }

    fn judge(&mut self, report: &CertificateReport, keyring: &Keyring, policy: &TrustPolicy) -> TrustVerdict {
        let judged = judged(report, keyring, policy);
        let verdict = judged.verdict;
        self.found.insert(report.fingerprint.clone(), judged);
        verdict
    }
}

#[cfg(test)]
mod tests;
