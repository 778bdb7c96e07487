//! What of a profile goes into a backup.

use std::io::Write as _;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::crypto::smime::{self, SmimeRing};
use crate::crypto::{CertificateReport, Keyring};
use crate::domain::{Secret, Technology};
use crate::engine::profile::{Profile, store_failure};
use crate::engine::{Failure, worker};
use crate::store::CertificateRecord;

use super::archive::{Files, Kept, KeyEntry, Manifest, PGP_CERTIFICATES, ProfilePart, SMIME_CERTIFICATES, pack};

/// The settings that hold revocation certificates, by fingerprint.
const REVOCATION: &str = "revocation-";

/// Everything of a profile that a person would miss, packed.
pub(super) fn pack_all(
    profile: &Profile,
    made_at: Timestamp,
    words: &str,
) -> Result<(Manifest, Zeroizing<Vec<u8>>), Failure> {
    let mut manifest = Manifest::new(made_at, words);
    let mut files = Files::new();
    let mut part = ProfilePart {
        key_passphrases: profile.key_passphrases().iter().map(|one| one.declassify().clone()).collect(),
        rows: profile.store.rows_beside_mail().map_err(store_failure)?,
        ..ProfilePart::default()
    };
    for record in profile.store.certificates().map_err(store_failure)? {
        let kept = Kept { added_at: record.added_at, origin: record.origin.clone() };
        part.kept.insert(record.fingerprint.to_string(), kept);
        if record.has_secret {
            secret(profile, record, made_at, &mut manifest, &mut files);
        } else {
            let name = match record.technology {
                Technology::OpenPgp => PGP_CERTIFICATES,
                Technology::Smime => SMIME_CERTIFICATES,
            };
            // Writing into memory does not fail.
            let _ = files.entry(name.to_owned()).or_default().write_all(&record.bytes);
            manifest.certificates += 1;
        }
    }
    for row in part.rows.0.get("setting").into_iter().flatten() {
        let word = |name: &str| row.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        if let Some(fingerprint) = word("name").strip_prefix(REVOCATION)
            && let Ok(armored) = serde_json::from_str::<String>(word("value"))
        {
            files.insert(format!("openpgp/revocation/{fingerprint}.asc"), Zeroizing::new(armored.into_bytes()));
        }
    }
    let packed = pack(&manifest, &part, files).map_err(|error| worker::internal(&error.to_string()))?;
    drop_secrets(part);
    Ok((manifest, packed))
}

fn secret(profile: &Profile, record: CertificateRecord, at: Timestamp, manifest: &mut Manifest, files: &mut Files) {
    let fingerprint = record.fingerprint.to_string();
    let bytes = Zeroizing::new(record.bytes);
    let mut ring = Keyring { passphrases: profile.key_passphrases(), ..Keyring::default() };
    // What can't be read any more goes along as it is.
    let _ = ring.add(&bytes);
    let report = ring.report(&record.fingerprint, at);
    let (file, content) = match record.technology {
        Technology::OpenPgp => (format!("openpgp/secret/{fingerprint}.asc"), bytes),
        Technology::Smime => {
            let own = ring.smime.own().iter().find(|own| own.certificate.fingerprint == record.fingerprint);
            let open = own.and_then(|own| smime::export_open_identity_pem(own).ok());
            (format!("smime/secret/{fingerprint}.pem"), open.unwrap_or(bytes))
        }
    };
    let of_report = |take: fn(&CertificateReport) -> Vec<String>| report.as_ref().map(take).unwrap_or_default();
    manifest.keys.push(KeyEntry {
        technology: record.technology.word().to_owned(),
        fingerprint,
        names: of_report(|report| report.names.clone()),
        addresses: of_report(|report| report.addresses.iter().map(ToString::to_string).collect()),
        file: file.clone(),
        is_locked: report.is_none_or(|report| report.is_locked),
    });
    files.insert(file, content);
}

/// The certificates and keys of files, the locked ones too.
pub(super) fn keyring(files: &Files, passphrases: Vec<Secret<String>>) -> Keyring {
    let mut keyring = Keyring { passphrases, ..Keyring::default() };
    for (name, bytes) in files {
        if name.starts_with("openpgp/") && !name.starts_with("openpgp/revocation/") {
            // One that a newer library can't read any more must not take the others along.
            let _ = keyring.pgp.add(bytes);
        } else if name == SMIME_CERTIFICATES {
            let _ = keyring.smime.add(bytes, &[]);
        } else if name.starts_with("smime/secret/") {
            // In a ring of its own: whose a locked key is shows only beside its certificate.
            let mut one = SmimeRing::default();
            if one.add(bytes, &keyring.passphrases).is_ok() {
                for own in one.own() {
                    keyring.smime.add_identity(own.clone());
                }
                for certificate in &one.certificates() {
                    keyring.smime.add_certificate(std::sync::Arc::clone(certificate));
                }
            }
        }
    }
    keyring
}

fn drop_secrets(mut part: ProfilePart) {
    use zeroize::Zeroize as _;
    part.key_passphrases.zeroize();
}
