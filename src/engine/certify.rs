//! Vouching for others with an own OpenPGP key, and taking that back.

use std::sync::Arc;

use sequoia_openpgp::Cert;

use crate::crypto::pgp::{self, Access, Certification, CertificationState, CertifyError, Nonsense, Vouching};
use crate::crypto::{Keyring, ProtectError};
use crate::domain::{EmailAddress, Fingerprint, Secret, Timestamp};
use crate::store::TrustKind;

use super::profile::{Profile, store_failure};
use super::{Failure, FailureKind, Retry};

/// What the user vouches for.
#[derive(Clone, Debug)]
pub struct Vouch {
    /// The certificate.
    pub fingerprint: Fingerprint,
    /// The address in it that is its owner's; of a company's key that introduces others, one of its own.
    pub address: EmailAddress,
    /// What is said.
    pub vouching: Vouching,
    /// The own key that says it; the best one when none is named.
    pub by: Option<Fingerprint>,
    /// For the own key, when it is locked.
    pub passphrase: Option<Secret<String>>,
}

/// Vouches for a certificate; gives the own key that said it. From then on its certifications count here: who vouches
/// means to be believed by oneself.
///
/// # Errors
/// [`FailureKind::NoCertifyingKey`], [`FailureKind::NotNamed`], [`FailureKind::WrongPassphrase`], and when the
/// certification is senseless or can't be kept.
pub fn vouch(profile: &Profile, what: &Vouch) -> Result<Fingerprint, Failure> {
    let keyring = profile.keyring();
    let at = profile.now();
    let of = known(&keyring, &what.fingerprint)?;
    let passphrases = with(&keyring, what.passphrase.as_ref());
    let by = own_key(profile, &keyring, what.by.as_ref(), &passphrases)?;
    let access = Access { passphrases: &passphrases, ring: Some(&keyring.pgp) };
    let made = pgp::certify(&by, of, &what.address, &what.vouching, access, at)
        .map_err(|error| refused(error, &what.address.to_string(), &by))?;
    keep(profile, &made)?;
    let by = pgp::fingerprint(&by);
    profile.store.set_trust(&by, TrustKind::Root, true).map_err(store_failure)?;
    Ok(by)
}

/// Takes back what an own key said of a certificate, of one address or of all; gives the own key.
///
/// # Errors
/// [`FailureKind::NothingToRetract`] when no own key said anything that counts, and as for [`vouch`].
pub fn retract(
    profile: &Profile,
    fingerprint: &Fingerprint,
    address: Option<&EmailAddress>,
    by: Option<&Fingerprint>,
    passphrase: Option<&Secret<String>>,
) -> Result<Fingerprint, Failure> {
    let keyring = profile.keyring();
    let at = profile.now();
    let of = known(&keyring, fingerprint)?;
    let passphrases = with(&keyring, passphrase);
    let mine = |cert: &&Arc<Cert>| by.is_none_or(|by| pgp::fingerprint(cert) == *by);
    let access = Access { passphrases: &passphrases, ring: Some(&keyring.pgp) };
    let mut outcome = Err(failure(FailureKind::NothingToRetract, fingerprint.spaced(), ""));
    for own in keyring.pgp.own().filter(mine) {
        match pgp::retract(own, of, address, access, at) {
            Ok(made) => {
                keep(profile, &made)?;
                return Ok(pgp::fingerprint(own));
            }
            Err(CertifyError::Nothing) => {}
            Err(error) => outcome = Err(refused(error, &fingerprint.spaced(), own)),
        }
    }
    outcome
}

/// What an own OpenPGP key says of a certificate, if it counts at a moment.
pub(super) fn own_word(keyring: &Keyring, fingerprint: &Fingerprint, at: Timestamp) -> Option<Certification> {
    let of = keyring.pgp.find(fingerprint)?;
    let said = keyring.pgp.own().flat_map(|own| pgp::certifications(own, of, at));
    said.filter(|one| one.state == CertificationState::Good).max_by_key(|one| one.vouching.amount)
}

/// The own keys that can vouch at this moment, the first choice first: one that needs no passphrase here, one that is
/// here and not with an agent, one whose certifications count already, the newest.
pub(super) fn own_keys(profile: &Profile, keyring: &Keyring, passphrases: &[Secret<String>]) -> Vec<Arc<Cert>> {
    let at = profile.now();
    let usable = |cert: &&Arc<Cert>| {
        let report = pgp::report(cert, at);
        !report
            .problems
            .iter()
            .any(|code| matches!(code.as_str(), "expired" | "revoked" | "not_bound" | "not_yet_valid"))
    };
    let is_root = |cert: &Cert| profile.store.is_trusted(&pgp::fingerprint(cert), TrustKind::Root).unwrap_or_default();
    let mut found: Vec<Arc<Cert>> = keyring.pgp.own().filter(usable).map(Arc::clone).collect();
    found.sort_by_key(|cert| {
        // Who keeps a key elsewhere asks for its passphrase there.
        (
            cert.is_tsk() && !pgp::unlockable(cert, passphrases),
            !cert.is_tsk(),
            !is_root(cert),
            std::cmp::Reverse(pgp::report(cert, at).not_before),
        )
    });
    found
}

fn own_key(
    profile: &Profile,
    keyring: &Keyring,
    named: Option<&Fingerprint>,
    passphrases: &[Secret<String>],
) -> Result<Arc<Cert>, Failure> {
    let found = own_keys(profile, keyring, passphrases);
    let wanted = found.into_iter().find(|cert| named.is_none_or(|named| pgp::fingerprint(cert) == *named));
    let subject = named.map(Fingerprint::spaced).unwrap_or_default();
    wanted.ok_or_else(|| failure(FailureKind::NoCertifyingKey, subject, ""))
}

fn known<'a>(keyring: &'a Keyring, fingerprint: &Fingerprint) -> Result<&'a Arc<Cert>, Failure> {
    keyring.pgp.find(fingerprint).ok_or_else(|| {
        let code = if keyring.smime.find(fingerprint).is_some() { "not_openpgp" } else { "unknown_fingerprint" };
        failure(FailureKind::Input, fingerprint.spaced(), code)
    })
}

fn with(keyring: &Keyring, passphrase: Option<&Secret<String>>) -> Vec<Secret<String>> {
    passphrase.cloned().into_iter().chain(keyring.passphrases.iter().cloned()).collect()
}

fn keep(profile: &Profile, cert: &Arc<Cert>) -> Result<(), Failure> {
    let mut one = Keyring::default();
    one.pgp.add_cert((**cert).clone());
    profile.keep(&one, None, "certified")
}

fn refused(error: CertifyError, subject: &str, by: &Cert) -> Failure {
    let key = || pgp::fingerprint(by).spaced();
    match error {
        CertifyError::NotNamed => failure(FailureKind::NotNamed, subject.to_owned(), ""),
        CertifyError::Itself => failure(FailureKind::Input, subject.to_owned(), "own_key"),
        CertifyError::Scope(scope) => failure(FailureKind::Input, scope, "scope"),
        CertifyError::Senseless(what) => {
            let code = match what {
                Nonsense::Amount => "amount",
                Nonsense::Scope => "scope_without_depth",
                Nonsense::Past => "ends_in_the_past",
            };
            failure(FailureKind::Input, subject.to_owned(), code)
        }
        CertifyError::Nothing => failure(FailureKind::NothingToRetract, subject.to_owned(), ""),
        CertifyError::Key(_) if !by.is_tsk() => failure(FailureKind::KeptElsewhere, key(), "keeper"),
        CertifyError::Key(ProtectError::Locked(_)) => failure(FailureKind::WrongPassphrase, key(), "locked"),
        CertifyError::Key(ProtectError::Library(detail)) => failure(FailureKind::Protect, key(), &detail),
        CertifyError::Key(error) => failure(FailureKind::NoCertifyingKey, key(), &error.to_string()),
    }
}

fn failure(kind: FailureKind, subject: String, source: &str) -> Failure {
    Failure { kind, retry: Retry::Now, subject, source: source.to_owned() }
}
