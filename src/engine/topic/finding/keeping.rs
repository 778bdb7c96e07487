//! Keeps what was found: as unverified, with where it was met.

use crate::crypto::{Keyring, pgp, smime};
use crate::domain::Technology;
use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};

use super::{FoundCertificate, input};

/// Keeps a certificate that was found, with the authorities that came with it, and remembers where it was met. What is
/// known of it already is merged: a revocation is never lost, and a secret key stays where it is. Nobody is trusted.
///
/// # Errors
/// When it can't be read any more, or the store can't be written.
pub fn keep(profile: &Profile, found: &FoundCertificate) -> Result<(), Failure> {
    let fingerprint = &found.report.fingerprint;
    let mut keyring = Keyring::default();
    match found.report.technology {
        Technology::OpenPgp => {
            let certs = pgp::found(&found.content, &profile.keyring().pgp).into_iter();
            certs.filter(|cert| pgp::fingerprint(cert) == *fingerprint).for_each(|cert| keyring.pgp.add_cert(cert));
        }
        Technology::Smime => {
            let all = smime::found(&found.content).into_iter();
            let wanted = all.filter(|one| one.fingerprint == *fingerprint || one.is_authority());
            wanted.for_each(|one| keyring.smime.add_certificate(one));
        }
    }
    if keyring.pgp.find(fingerprint).is_none() && keyring.smime.find(fingerprint).is_none() {
        return Err(input("no_such_certificate", &fingerprint.spaced()));
    }
    let known = profile.keyring();
    let mut new = Keyring { pgp: keyring.pgp, ..Keyring::default() };
    for certificate in keyring.smime.certificates().iter().filter(|one| known.smime.find(&one.fingerprint).is_none()) {
        new.smime.add_certificate(std::sync::Arc::clone(certificate));
    }
    profile.keep(&new, None, found.source.word())?;
    profile.store.note_provenance(fingerprint, found.source, &found.place, profile.now()).map_err(store_failure)
}
