//! Own keys and others' certificates, as the keys screen and `kakitome key` see them.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

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

/// The certifications of this OpenPGP certificate count.
pub(super) fn set_root(profile: &Profile, fingerprint: &Fingerprint, root: bool) -> Result<(), Failure> {
    profile.store.set_trust(fingerprint, TrustKind::Root, root).map_err(store_failure)
}

/// Everything on the keys screen. Own keys are judged; of the others is said what is known without reading them, or was
/// found before: [`judge_rest`] finds the rest.
pub(super) fn view(profile: &Profile) -> Result<KeysView, Failure> {
    let at = profile.now();
    let policy = profile.policy(at)?;
    let keyring = profile.keyring();
    let anchors: HashSet<&Fingerprint> = policy.anchors.iter().map(|anchor| &anchor.fingerprint).collect();
    let mut known = profile.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
    known.renew(State::of(profile)?);
    let glance = Glance::new(&keyring, &policy);
    let mut met = profile.store.all_provenance().map_err(store_failure)?;
    let (mut own, mut others) = (Vec::new(), Vec::with_capacity(keyring.pgp.len() + keyring.smime.len()));
    for report in keyring.reports(at) {
        let is_anchor = anchors.contains(&report.fingerprint);
        let is_trusted = is_anchor || policy.direct.contains_key(&report.fingerprint);
        let is_root = policy.roots.contains(&report.fingerprint);
        let verdict = if is_anchor {
            Some(TrustVerdict::Authenticated)
        } else if report.has_secret {
            Some(judged(&report, &keyring, &policy))
        } else {
            known.of(&report.fingerprint).or_else(|| glance.verdict(&report))
        };
        let has_secret = report.has_secret;
        let met = met.remove(&report.fingerprint).unwrap_or_default();
        let summary = KeySummary { report, verdict, is_trusted, is_root, met };
        if has_secret { own.push(summary.to_view()) } else { others.push(summary) }
    }
    Ok(KeysView { own, others: Arc::new(others) })
}

/// Judges the certificates that the key list has no verdict of, and publishes the list from time to time. Beside the
/// engine's loop, one such work at a time: it begins anew when keys or trust change meanwhile.
pub(super) fn judge_rest(profile: &Profile, publish: &Publish) -> Result<(), Failure> {
    let _turn = profile.judging.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut is_shown, mut began) = (true, Instant::now());
    loop {
        let view = view(profile)?;
        let rest: Vec<_> = view.others.iter().filter(|one| one.verdict.is_none()).map(|one| &one.report).collect();
        if !is_shown {
            (publish)(Event::Keys(Arc::new(view.clone())));
        }
        if rest.is_empty() {
            return Ok(());
        }
        let state = State::of(profile)?;
        let (policy, keyring) = (profile.policy(profile.now())?, profile.keyring());
        for report in rest {
            let verdict = judged(report, &keyring, &policy);
            let mut known = profile.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
            if !known.note(&state, &report.fingerprint, verdict) || began.elapsed() > SHOWN_EVERY {
                break;
            }
        }
        (is_shown, began) = (false, Instant::now());
        if State::of(profile)? != state {
            // Whoever changed it shows the list, and has asked for what is missing then.
            is_shown = true;
        }
    }
}

fn judged(report: &CertificateReport, keyring: &Keyring, policy: &TrustPolicy) -> TrustVerdict {
    let certificate = keyring.find_passing(&report.fingerprint);
    certificate.map_or(TrustVerdict::Unauthenticated, |certificate| {
        trust::judge(&certificate, &[], report.addresses.first(), keyring, policy).verdict
    })
}

/// What verdicts in the list depend on. The hour is in it since certificates end: what the list says may be so old.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    keyring: (u64, u64),
    policy: u64,
    hour: i64,
}

impl State {
    fn of(profile: &Profile) -> Result<Self, Failure> {
        let keyring = profile.keyring();
        Ok(Self {
            keyring: (keyring.pgp.generation(), keyring.smime.generation()),
            policy: profile.policy_stamp()?,
            hour: profile.now().as_second().div_euclid(3600),
        })
    }
}

/// The verdicts that were found for the list.
#[derive(Debug, Default)]
pub struct Verdicts {
    state: State,
    found: HashMap<Fingerprint, TrustVerdict>,
}

impl Verdicts {
    fn renew(&mut self, state: State) {
        if self.state != state {
            *self = Self { state, found: HashMap::new() };
        }
    }

    fn of(&self, fingerprint: &Fingerprint) -> Option<TrustVerdict> {
        self.found.get(fingerprint).copied()
    }

    /// Keeps a verdict; `false` when the list is about another state by now.
    fn note(&mut self, state: &State, fingerprint: &Fingerprint, verdict: TrustVerdict) -> bool {
        if self.state != *state {
            return false;
        }
        self.found.insert(fingerprint.clone(), verdict);
        true
    }
}
