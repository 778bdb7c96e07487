//! Files as other programs and systems give them out, one or a whole folder of them.

use std::path::{Path, PathBuf};

use crate::crypto::{ImportError, Keyring};
use crate::engine::Failure;
use crate::store::{elsewhere, files};

use super::harvest::{Harvest, Watch, of_file, of_import};
use super::report::Why;
use super::{Secrets, SourceKind, Wish};

const KIND: SourceKind = SourceKind::Files;
/// No file of certificates is larger.
const MAX_FILE: u64 = 256 << 20;

/// Reads a file, or each below a folder. One that can't be read is told of, and the others are read.
pub(super) fn gather(path: &Path, wish: &Wish, harvest: &mut Harvest, watch: &Watch<'_>) -> Result<(), Failure> {
    let files = match paths(path) {
        Ok(files) => files,
        Err(error) => {
            harvest.stays(KIND, path, "", of_file(&error));
            return Ok(());
        }
    };
    let mut waiting = Vec::new();
    for (index, file) in files.iter().enumerate() {
        watch.go_on()?;
        let name = file.strip_prefix(path).unwrap_or(file).display().to_string();
        watch.at(&name, index, files.len());
        if !one(path, file, &name, wish, harvest) {
            waiting.push((file, name));
        }
    }
    // A key may lie before its certificate.
    for (file, name) in waiting {
        watch.go_on()?;
        if !one(path, file, &name, wish, harvest) {
            harvest.stays(KIND, path, &name, (Why::NoCertificate, String::new()));
        }
    }
    Ok(())
}

fn paths(path: &Path) -> Result<Vec<PathBuf>, crate::store::StoreError> {
    if path.is_dir() { elsewhere::files_below(path) } else { Ok(vec![path.to_owned()]) }
}

/// Reads one file; `false` when it holds keys only, whose certificates are not known yet.
fn one(base: &Path, file: &Path, name: &str, wish: &Wish, harvest: &mut Harvest) -> bool {
    let bytes = match files::read(file, MAX_FILE) {
        Ok(bytes) => zeroize::Zeroizing::new(bytes),
        Err(error) => {
            harvest.stays(KIND, base, name, of_file(&error));
            return true;
        }
    };
    // Looked at apart first: what holds a secret key that anybody can read is not taken.
    let mut apart = Keyring { passphrases: wish.passphrases.clone(), ..Keyring::default() };
    let found = match apart.add(&bytes) {
        Ok(found) => found,
        Err(ImportError::Nothing) if is_public_revocation(harvest, &bytes) => return true,
        Err(error) => {
            harvest.stays(KIND, base, name, of_import(&error, !wish.passphrases.is_empty()));
            return true;
        }
    };
    let has_secret = found.is_empty() || found.iter().any(|one| one.report.has_secret);
    if has_secret && wish.secrets == Secrets::Leave {
        return true;
    }
    if has_secret && !elsewhere::is_private(file) {
        harvest.stays(KIND, base, name, (Why::ReadableByOthers, String::new()));
        return true;
    }
    let Ok(added) = harvest.found.add(&bytes) else { return true };
    let from = base.join(name).display().to_string();
    for one in &added {
        harvest.met(one.report.fingerprint.clone(), KIND, &from);
    }
    !added.is_empty()
}

/// A revocation of a certificate that was read before.
fn is_public_revocation(harvest: &mut Harvest, bytes: &[u8]) -> bool {
    harvest.found.pgp.withdraw(bytes).is_ok()
}
