//! Own keys and others' certificates, as the keys screen and `kakitome key` see them.

use std::path::Path;

use crate::crypto::{Certificate, Keyring, pgp, smime};
use crate::domain::{EmailAddress, Fingerprint, Secret, Technology};
use crate::store::{TrustKind, files};
use crate::trust::{self, TrustVerdict};

use super::profile::{Profile, store_failure};
use super::view::{KeyView, KeysView};
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
    let address = email(address)?;
    let at = profile.now();
    let mut made = Keyring { passphrases: passphrase.cloned().into_iter().collect(), ..Keyring::default() };
    let fingerprint = match technology {
        Technology::OpenPgp => {
            let generated = pgp::generate(name, &address, passphrase, at).map_err(protect)?;
            let fingerprint = pgp::fingerprint(&generated.cert);
            let revocation = String::from_utf8_lossy(&generated.revocation).into_owned();
            profile.store.set_setting(&format!("revocation-{fingerprint}"), &revocation).map_err(store_failure)?;
            made.pgp.add_cert((*generated.cert).clone());
            fingerprint
        }
        Technology::Smime => {
            let identity = smime::generate_self_signed(name, &address, at).map_err(protect)?;
            let fingerprint = identity.certificate.fingerprint.clone();
            made.smime.add_identity(identity);
            fingerprint
        }
    };
    profile.keep(&made, passphrase, "generated")?;
    Ok(fingerprint)
}

/// Makes an S/MIME key and writes a PKCS#10 request for it; the key waits beside it, encrypted.
pub(super) fn request(
    name: &str,
    address: &str,
    passphrase: Option<&Secret<String>>,
    to: &Path,
) -> Result<(), Failure> {
    let address = email(address)?;
    let passphrase = passphrase.ok_or_else(|| Failure {
        kind: FailureKind::WrongPassphrase,
        retry: Retry::Now,
        subject: address.to_string(),
        source: "passphrase_needed".to_owned(),
    })?;
    let (request, key) = smime::request(name, &address, passphrase).map_err(protect)?;
    // The key first: a request whose key is nowhere would bring a certificate of no use.
    files::write_new(&to.with_extension("key.pem"), &key).map_err(store_failure)?;
    files::write_new(to, &request).map_err(store_failure)
}

/// Imports a file; how many certificates and keys it brought.
pub(super) fn import(profile: &Profile, from: &Path, passphrase: Option<&Secret<String>>) -> Result<usize, Failure> {
    let bytes = files::read(from, MAX_FILE).map_err(store_failure)?;
    let passphrases: Vec<Secret<String>> = passphrase.cloned().into_iter().collect();
    profile.import(&bytes, &passphrases).map(|found| found.len())
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

fn email(address: &str) -> Result<EmailAddress, Failure> {
    EmailAddress::parse(address).ok_or_else(|| Failure {
        kind: FailureKind::Input,
        retry: Retry::Never,
        subject: address.to_owned(),
        source: "bad_address".to_owned(),
    })
}

// By value, so that it can be handed to `map_err`.
#[allow(clippy::needless_pass_by_value)]
fn protect(error: crate::crypto::ProtectError) -> Failure {
    Failure { kind: FailureKind::Protect, retry: Retry::Now, subject: String::new(), source: error.to_string() }
}
