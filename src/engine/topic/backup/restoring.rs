//! Putting a backup back: what is there stays, what is missing comes, in one transaction.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::crypto::smime::Identity;
use crate::crypto::{Keyring, pgp, smime};
use crate::domain::{Fingerprint, Secret, Technology};
use crate::engine::Failure;
use crate::engine::profile::{Profile, import_failure, store_failure};
use crate::engine::worker::internal;
use crate::store::{CertificateRecord, Restored, Rows, WaitingKey};

use super::archive::{Archive, Kept};
use super::contents;

/// Where certificates of a backup come from when it does not say.
const ORIGIN: &str = "backup";
/// Where a key came from that came in a message (Autocrypt Level 1, §4.4).
const SETUP_MESSAGE: &str = "setup_message";
/// So long before they issue them authorities let certificates begin.
const DATED_BACK: SignedDuration = SignedDuration::from_hours(24);

/// Merges an archive into the profile.
pub(super) fn put_back(profile: &Profile, archive: &Archive) -> Result<Restored, Failure> {
    let of_backup: Vec<Secret<String>> =
        archive.profile.key_passphrases.iter().map(|one| Secret::new(one.clone())).collect();
    let passphrases = of_backup.iter().chain(&profile.keyring().passphrases).cloned().collect();
    let came = contents::keyring(&archive.files, passphrases);
    let kept = |fingerprint: &Fingerprint| archive.profile.kept.get(fingerprint.as_str()).cloned();
    let file = |fingerprint: &Fingerprint| {
        let key = archive.manifest.keys.iter().find(|key| key.fingerprint == fingerprint.as_str())?;
        archive.files.get(&key.file).map(|bytes| bytes.to_vec())
    };
    let mut records = records(profile, &came, &kept, &file)?;
    records.extend(unreadable(profile, archive, &came, &kept)?);
    // Before: a passphrase too many does no harm, one too few would lock what comes.
    profile.remember_key_passphrases(&of_backup)?;
    let waited: BTreeSet<String> = waiting(profile)?.into_iter().map(|one| one.key).collect();
    let restored = profile.store.restore(&records, &archive.profile.rows).map_err(store_failure)?;
    profile.load_keyring(of_backup)?;
    leave_answered(profile, &waited)?;
    Ok(restored)
}

fn waiting(profile: &Profile) -> Result<Vec<WaitingKey>, Failure> {
    profile.store.waiting_keys().map_err(store_failure)
}

/// Keys that wait in the backup, but whose certificates came here since, wait no more.
fn leave_answered(profile: &Profile, waited: &BTreeSet<String>) -> Result<(), Failure> {
    let keyring = profile.keyring();
    for one in waiting(profile)?.iter().filter(|one| !waited.contains(&one.key)) {
        // A request to renew has the key of the certificate before, which began long before it.
        let since = one.made_at.checked_sub(DATED_BACK).unwrap_or(Timestamp::MIN);
        let is_answer =
            |own: &Identity| own.certificate.spki() == one.spki.as_slice() && own.certificate.not_before() >= since;
        if keyring.smime.own().iter().any(is_answer) {
            profile.store.discard_waiting(&one.key).map_err(store_failure)?;
        }
    }
    Ok(())
}

/// Merges one OpenPGP key into the profile.
pub(super) fn put_key(profile: &Profile, cert: sequoia_openpgp::Cert) -> Result<Restored, Failure> {
    let mut came = Keyring::default();
    came.pgp.add_cert(cert);
    let mut records = records(profile, &came, &|_| None, &|_| None)?;
    // Anybody can send such a message, and its code.
    for one in &mut records {
        SETUP_MESSAGE.clone_into(&mut one.origin);
    }
    let restored = profile.store.restore(&records, &Rows::default()).map_err(store_failure)?;
    profile.load_keyring(Vec::new())?;
    Ok(restored)
}

/// What is to be kept of a keyring beside what the store has at this moment.
fn records(
    profile: &Profile,
    came: &Keyring,
    kept: &dyn Fn(&Fingerprint) -> Option<Kept>,
    file: &dyn Fn(&Fingerprint) -> Option<Vec<u8>>,
) -> Result<Vec<CertificateRecord>, Failure> {
    let mut known = Keyring { passphrases: profile.keyring().passphrases.clone(), ..Keyring::default() };
    for record in profile.store.certificates().map_err(store_failure)? {
        // One that can't be read any more must not take the others along.
        let _ = known.add_kept(&record.bytes);
    }
    let now = Timestamp::now();
    let record = |technology, fingerprint: &Fingerprint, bytes, has_secret| {
        let kept = kept(fingerprint).unwrap_or(Kept { added_at: now, origin: ORIGIN.to_owned() });
        let (added_at, origin) = (kept.added_at, kept.origin);
        CertificateRecord { technology, fingerprint: fingerprint.clone(), bytes, has_secret, added_at, origin }
    };
    let mut records = Vec::new();
    for cert in &came.pgp.certs() {
        let fingerprint = pgp::fingerprint(cert);
        let merged = match known.pgp.find(&fingerprint) {
            Some(before) => {
                let merged = pgp::with_known_secrets(before, (**cert).clone(), &known.pgp);
                if merged == **before {
                    continue;
                }
                merged
            }
            None => (**cert).clone(),
        };
        records.push(record(Technology::OpenPgp, &fingerprint, pgp::armored_secret(&merged), merged.is_tsk()));
    }
    let own = |ring: &Keyring, fingerprint: &Fingerprint| {
        ring.smime.own().iter().find(|own| own.certificate.fingerprint == *fingerprint).cloned()
    };
    for certificate in &came.smime.certificates() {
        let fingerprint = &certificate.fingerprint;
        let brought = own(came, fingerprint);
        // A secret key that is here stays as it is; a certificate can't be newer than itself.
        if own(&known, fingerprint).is_some() || brought.is_none() && known.smime.find(fingerprint).is_some() {
            continue;
        }
        let bytes = match &brought {
            Some(own) => kept_form(profile, own, file(fingerprint))?,
            None => smime::export_pem(certificate),
        };
        records.push(record(Technology::Smime, fingerprint, bytes, brought.is_some()));
    }
    Ok(records)
}

/// An S/MIME key under this profile's own protection, or, locked, as the backup has it.
fn kept_form(profile: &Profile, own: &Identity, file: Option<Vec<u8>>) -> Result<Vec<u8>, Failure> {
    match (own.is_locked(), file) {
        (true, Some(bytes)) => Ok(bytes),
        _ => smime::export_identity_pem(own, profile.own_key_passphrase())
            .map_err(|error| import_failure(&crate::crypto::ImportError::Malformed(error.to_string()))),
    }
}

/// Keys of a backup that are not to be read here, kept as they are for a version that can.
fn unreadable(
    profile: &Profile,
    archive: &Archive,
    came: &Keyring,
    kept: &dyn Fn(&Fingerprint) -> Option<Kept>,
) -> Result<Vec<CertificateRecord>, Failure> {
    let there = profile.store.certificates().map_err(store_failure)?;
    let mut records = Vec::new();
    for key in &archive.manifest.keys {
        let (Some(fingerprint), Some(technology)) = (key.fingerprint(), key.technology()) else { continue };
        let is_read = came.pgp.find(&fingerprint).is_some() || came.smime.find(&fingerprint).is_some();
        if is_read || there.iter().any(|record| record.fingerprint == fingerprint) {
            continue;
        }
        let bytes = archive.files.get(&key.file).ok_or_else(|| internal("backup_file"))?.to_vec();
        let kept = kept(&fingerprint).unwrap_or(Kept { added_at: Timestamp::now(), origin: ORIGIN.to_owned() });
        let (added_at, origin) = (kept.added_at, kept.origin);
        records.push(CertificateRecord { technology, fingerprint, bytes, has_secret: true, added_at, origin });
    }
    Ok(records)
}
