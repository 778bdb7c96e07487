use crate::crypto::{CertificateReport, Keyring, RevocationReason, pgp};
use crate::domain::{Fingerprint, Secret};
use crate::engine::Failure;
use crate::engine::profile::{Profile, import_failure, store_failure};

use super::{authority, input, passphrases, protect, renew};

/// How an own key is withdrawn.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    /// Which.
    pub fingerprint: Fingerprint,
    /// Why.
    pub reason: RevocationReason,
    /// What others read about it; may be empty. Goes into an OpenPGP certificate.
    pub text: String,
    /// Opens the key.
    pub passphrase: Option<Secret<String>>,
    /// The revocation made at the key's birth is used: for a key whose passphrase is lost.
    pub uses_kept: bool,
}

/// Withdraws an own key: an OpenPGP certificate, or an S/MIME one that an own authority issued. Its secret key stays,
/// and opens old mail.
///
/// # Errors
/// When there is no such key, it is withdrawn already, it or its authority is locked, or the authority is not one's own.
pub fn revoke(profile: &Profile, wanted: &Withdrawal) -> Result<CertificateReport, Failure> {
    let keyring = profile.keyring();
    let fingerprint = &wanted.fingerprint;
    if keyring.pgp.find(fingerprint).is_some_and(|cert| keyring.pgp.is_own(cert)) {
        return openpgp(profile, wanted);
    }
    let own = keyring.smime.own().iter().find(|own| own.certificate.fingerprint == *fingerprint);
    let own = own.ok_or_else(|| input(&fingerprint.spaced(), "unknown_fingerprint"))?;
    let issuer = renew::own_issuer(profile, &own.certificate).filter(|issuer| issuer != fingerprint);
    let issuer = issuer.ok_or_else(|| authority::not_ours(&own.certificate))?;
    let serial = own.certificate.serial();
    authority::revoke(profile, Some(&issuer), &serial, wanted.reason, wanted.passphrase.as_ref())?;
    authority::report(profile, fingerprint)
}

fn openpgp(profile: &Profile, wanted: &Withdrawal) -> Result<CertificateReport, Failure> {
    let (at, keyring) = (profile.now(), profile.keyring());
    let unknown = || input(&wanted.fingerprint.spaced(), "unknown_fingerprint");
    let cert = keyring.pgp.find(&wanted.fingerprint).ok_or_else(unknown)?;
    if pgp::revocation(cert, at).is_some() {
        return Err(input(&wanted.fingerprint.spaced(), "already_revoked"));
    }
    let mut one = Keyring::default();
    if wanted.uses_kept {
        let kept = profile.store.kept_revocation(&wanted.fingerprint).map_err(store_failure)?;
        let kept = kept.ok_or_else(|| input(&wanted.fingerprint.spaced(), "no_revocation_kept"))?;
        one.pgp.add_cert((**cert).clone());
        one.pgp.withdraw(kept.as_bytes()).map_err(|error| import_failure(&error))?;
    } else if !cert.is_tsk() {
        return Err(super::kept_elsewhere(&wanted.fingerprint));
    } else {
        let all = passphrases(profile, wanted.passphrase.as_ref());
        let revoked = pgp::revoke(cert, &all, at, wanted.reason, wanted.text.trim());
        one.pgp.add_cert((*revoked.map_err(protect)?).clone());
    }
    profile.keep(&one, None, "revoked")?;
    profile.keyring().report(&wanted.fingerprint, profile.now()).ok_or_else(unknown)
}
