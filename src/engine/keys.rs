//! Own keys and others' certificates, as the keys screen and `kakitome key` see them.

use std::path::Path;

use crate::crypto::{Certificate, Keyring};
use crate::domain::{Fingerprint, Secret, Technology};
use crate::store::{TrustKind, files};
use crate::trust::{self, TrustVerdict};

use super::profile::{Profile, store_failure};
use super::topic::own_keys::{self, CertificateFrom, KeyKind, NewCertificate, NewKeys};
use super::view::{KeyView, KeysView};
use super::worker::internal;
use super::{Failure, FailureKind, Retry};

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

/// Everything on the keys screen.
pub(super) fn view(profile: &Profile) -> Result<KeysView, Failure> {
    let at = profile.now();
    let policy = profile.policy(at)?;
    let keyring = profile.keyring();
    let mut view = KeysView::default();
    let mut met = profile.store.all_provenance().map_err(store_failure)?;
    for report in profile.reports(at) {
        let certificate = match report.technology {
            Technology::OpenPgp => keyring.pgp.find(&report.fingerprint).cloned().map(Certificate::Pgp),
            Technology::Smime => keyring.smime.find(&report.fingerprint).cloned().map(Certificate::X509),
        };
        let verdict = certificate.map_or(TrustVerdict::Unauthenticated, |certificate| {
            trust::judge(&certificate, &[], report.addresses.first(), &keyring, &policy).verdict
        });
        let is_anchor = policy.anchors.iter().any(|anchor| anchor.fingerprint == report.fingerprint);
        let key = KeyView {
            verdict: if is_anchor { TrustVerdict::Authenticated } else { verdict },
            is_trusted: is_anchor || policy.direct.contains_key(&report.fingerprint),
            is_root: policy.roots.contains(&report.fingerprint),
            met: met.remove(&report.fingerprint).unwrap_or_default(),
            report,
        };
        if key.report.has_secret { view.own.push(key) } else { view.others.push(key) }
    }
    Ok(view)
}
