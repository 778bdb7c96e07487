//! The folders of other programs: looked at, and never changed.

use std::fs;
use std::path::{Path, PathBuf};

use super::StoreError;

/// Folders inside of folders that are gone into.
const MAX_DEPTH: usize = 8;
/// Files that are looked at in one folder.
const MAX_FILES: usize = 20_000;

/// Every file below a folder in order, without hidden ones and without following links to folders; as many as can be
/// looked at.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    let mut waiting = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => return Err(error.into()),
            // One folder that is closed must not take the others along.
            Err(_) => continue,
        };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < MAX_DEPTH => waiting.push((entry.path(), depth + 1)),
                Ok(_) if entry.path().is_file() && found.len() < MAX_FILES => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The folders right inside of a folder, in order; none when it can't be looked into.
pub fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// Whether only its owner can get at a file: by its own mode, or because a folder above it is closed to others. Where
/// the system does not say so by a mode, nothing is known against it.
pub fn is_private(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let Ok(path) = path.canonicalize() else { return false };
        let is_closed =
            |path: &Path, bits: u32| fs::metadata(path).is_ok_and(|data| data.permissions().mode() & bits == 0);
        is_closed(&path, 0o077) || path.ancestors().skip(1).any(|folder| is_closed(folder, 0o011))
    }
    #[cfg(not(unix))]
    {
        path.exists()
    }
}

/// How many bytes a file has; 0 when there is none.
pub fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len())
}
