//! The certificate directory that OpenPGP programs share (draft-nwjw-openpgp-cert-d): sq and others see there what is
//! known here, and the other way round. Only public parts go there, and nothing there is believed for being there.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use openpgp_cert_d::{CertD, MergeResult};
use sequoia_openpgp::Cert;
use serde::{Deserialize, Serialize};

use crate::crypto::pgp;
use crate::domain::Fingerprint;
use crate::engine::profile::store_failure;
use crate::engine::{Failure, FailureKind, Profile, Retry};

use super::harvest::{Harvest, Watch, of_import};
use super::report::{Bringing, Why};
use super::{Secrets, SourceKind, Wish};

const KIND: SourceKind = SourceKind::CertD;
/// No certificate there is larger.
const MAX_CERT: u64 = 32 << 20;
/// The name of the setting.
const SETTING: &str = "cert_d";

/// Whether the directory is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sharing {
    /// It is.
    pub is_on: bool,
    /// Another one than the user's own.
    pub folder: Option<PathBuf>,
    /// Its state when it was read last; every change gives it another.
    #[serde(default)]
    tag: Option<u64>,
    /// Something could not be given to it, and is owed.
    #[serde(default)]
    owes: bool,
}

impl Sharing {
    /// Where it is.
    pub fn place(&self) -> Option<PathBuf> {
        self.folder.clone().or_else(|| CertD::user_configured_store_path().ok())
    }
}

impl Profile {
    /// Whether the shared directory is used. Nobody who has not said so: a program that names it in `PGP_CERT_D` has.
    pub fn sharing(&self) -> Sharing {
        let kept = self.store.setting(SETTING).ok().flatten();
        kept.unwrap_or_else(|| Sharing { is_on: std::env::var_os("PGP_CERT_D").is_some(), ..Sharing::default() })
    }

    /// Uses the shared directory from now on, or no longer. What is here goes there at once, and the other way round.
    ///
    /// # Errors
    /// A [`Failure`] of the directory or the store.
    pub fn share(&self, is_on: bool, folder: Option<PathBuf>) -> Result<Bringing, Failure> {
        let sharing = Sharing { is_on, folder, tag: None, owes: false };
        self.store.set_setting(SETTING, &sharing).map_err(store_failure)?;
        if !is_on {
            return Ok(Bringing::default());
        }
        self.give(&self.keyring().pgp.certs())?;
        self.refresh_shared()
    }

    /// Reads the shared directory if it has changed.
    ///
    /// # Errors
    /// A [`Failure`] of the directory or the store.
    pub fn refresh_shared(&self) -> Result<Bringing, Failure> {
        let sharing = self.sharing();
        if sharing.is_on && sharing.owes {
            self.give(&self.keyring().pgp.certs())?;
            self.store.set_setting(SETTING, &Sharing { owes: false, ..sharing.clone() }).map_err(store_failure)?;
        }
        let Some(place) = sharing.place().filter(|place| sharing.is_on && place.is_dir()) else {
            return Ok(Bringing::default());
        };
        let tag = CertD::with_base_dir(&place).map_err(|error| failed(&place, &error))?.tag().0;
        if sharing.tag == Some(tag) {
            return Ok(Bringing::default());
        }
        let wish = Wish { sources: vec![(KIND, place)], secrets: Secrets::Leave, ..Wish::default() };
        let brought = super::bring_now(self, &wish)?;
        self.store.set_setting(SETTING, &Sharing { tag: Some(tag), owes: false, ..sharing }).map_err(store_failure)?;
        Ok(brought)
    }

    /// Gives what was kept just now to the shared directory, if it is used. That it can't be written to does not undo
    /// what was done here: it is owed, and given with the next reading.
    pub(in crate::engine) fn give_or_owe(&self, fingerprints: &[Fingerprint]) -> Result<(), Failure> {
        let keyring = self.keyring();
        let certs: Vec<_> = fingerprints.iter().filter_map(|one| keyring.pgp.find(one)).cloned().collect();
        if self.give(&certs).is_err() {
            let owing = Sharing { owes: true, ..self.sharing() };
            self.store.set_setting(SETTING, &owing).map_err(store_failure)?;
        }
        Ok(())
    }

    /// Gives certificates to the shared directory, if it is used.
    ///
    /// # Errors
    /// A [`Failure`] of the directory.
    fn give(&self, certs: &[Arc<Cert>]) -> Result<(), Failure> {
        let sharing = self.sharing();
        let Some(place) = sharing.place().filter(|_| sharing.is_on) else { return Ok(()) };
        let directory = CertD::with_base_dir(&place).map_err(|error| failed(&place, &error))?;
        let keyring = self.keyring();
        for cert in certs {
            let public = (**cert).clone().strip_secret_key_material();
            let name = pgp::fingerprint(cert).as_str().to_ascii_lowercase();
            let merge = |cert: Cert, there: Option<&[u8]>| {
                let there = there.and_then(|bytes| pgp::one_cert(bytes).ok());
                let (merged, _) = pgp::combine(there.as_ref(), cert, Some(&keyring.pgp));
                let bytes = pgp::public_form(&merged);
                let is_known = there.is_some_and(|there| pgp::public_form(&there) == bytes);
                Ok(if is_known || bytes.is_empty() { MergeResult::Keep } else { MergeResult::Data(bytes) })
            };
            directory.insert(&name, public, false, merge).map_err(|error| failed(&place, &error))?;
        }
        Ok(())
    }
}

fn failed(place: &Path, error: &openpgp_cert_d::Error) -> Failure {
    let (subject, source) = (place.display().to_string(), error.to_string());
    Failure { kind: FailureKind::File, retry: Retry::Now, subject, source }
}

/// Reads every certificate of a directory.
pub(super) fn gather(path: &Path, harvest: &mut Harvest, watch: &Watch<'_>) -> Result<(), Failure> {
    let directory = match CertD::with_base_dir(path) {
        Ok(directory) => directory,
        Err(error) => {
            harvest.stays(KIND, path, "", (Why::Unreadable, error.to_string()));
            return Ok(());
        }
    };
    let (name, count) = (path.display().to_string(), count(path));
    for (index, entry) in directory.iter_files().enumerate() {
        watch.go_on()?;
        watch.at(&name, index, count);
        let (fingerprint, file) = match entry {
            Ok(entry) => entry,
            Err(error) => {
                harvest.stays(KIND, path, "", (Why::Unreadable, error.to_string()));
                continue;
            }
        };
        let mut bytes = Vec::new();
        if let Err(error) = file.take(MAX_CERT).read_to_end(&mut bytes) {
            harvest.stays(KIND, path, &fingerprint, (Why::Unreadable, error.to_string()));
            continue;
        }
        match pgp::one_cert(&bytes) {
            // One under another's name is a mistake or a trick.
            Ok(cert) if !pgp::fingerprint(&cert).as_str().eq_ignore_ascii_case(&fingerprint) => {
                harvest.stays(KIND, path, &fingerprint, (Why::Malformed, String::new()));
            }
            Ok(cert) => {
                harvest.met(pgp::fingerprint(&cert), KIND, &name);
                harvest.found.pgp.add_cert(cert.strip_secret_key_material());
            }
            Err(error) => harvest.stays(KIND, path, &fingerprint, of_import(&error, false)),
        }
    }
    Ok(())
}

/// How many certificates a directory holds.
pub(super) fn count(path: &Path) -> usize {
    CertD::with_base_dir(path).map_or(0, |directory| directory.fingerprints().flatten().count())
}
