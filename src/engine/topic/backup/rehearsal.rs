//! The rehearsal: the backup is really opened and compared with the keys here; nothing is changed.

use crate::crypto::{Keyring, pgp, smime};
use crate::domain::{Fingerprint, Secret, Technology};
use crate::engine::profile::Profile;

use super::archive::Archive;
use super::{Found, KeyOutcome, Rehearsal, contents};

/// Compares an opened backup with the profile.
pub(super) fn compare(profile: &Profile, archive: &Archive) -> Rehearsal {
    let here = profile.keyring();
    let of_backup = archive.profile.key_passphrases.iter().map(|one| Secret::new(one.clone()));
    let passphrases: Vec<Secret<String>> = of_backup.chain(here.passphrases.iter().cloned()).collect();
    let there = contents::keyring(&archive.files, passphrases.clone());
    let mut keys = Vec::new();
    for report in super::own_keys(profile) {
        let found = match report.technology {
            Technology::OpenPgp => pgp_key(&here, &there, &report.fingerprint, &passphrases),
            Technology::Smime => smime_key(&here, &there, &report.fingerprint),
        };
        keys.push(KeyOutcome { report, found });
    }
    Rehearsal { made_at: archive.manifest.made_at, keys, in_backup: archive.manifest.keys.len() }
}

fn pgp_key(here: &Keyring, there: &Keyring, fingerprint: &Fingerprint, passphrases: &[Secret<String>]) -> Found {
    let (Some(mine), Some(theirs)) = (here.pgp.find(fingerprint), there.pgp.find(fingerprint)) else {
        return Found::Missing;
    };
    of(pgp::same_secrets(mine, theirs, passphrases))
}

fn smime_key(here: &Keyring, there: &Keyring, fingerprint: &Fingerprint) -> Found {
    let own = |ring: &Keyring| ring.smime.own().iter().find(|own| own.certificate.fingerprint == *fingerprint).cloned();
    let (Some(mine), Some(theirs)) = (own(here), own(there)) else { return Found::Missing };
    of(smime::same_key(&mine, &theirs))
}

fn of(same: Option<bool>) -> Found {
    match same {
        Some(true) => Found::Complete,
        Some(false) => Found::Different,
        None => Found::Locked,
    }
}
