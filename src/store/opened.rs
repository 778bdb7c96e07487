//! Files of messages that another program looks at: in a folder that only its owner can enter,
//! not to be written to, gone at the end; after a program that was killed, when it is started again.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::StoreError;
use super::files;

/// How the names of such folders begin.
const PREFIX: &str = "kakitome-";
/// In each such folder, held for as long as a program uses it.
const LOCK: &str = ".lock";

/// The folder of such files. There is none until the first file.
#[derive(Debug, Default)]
pub struct OpenedFiles(Mutex<Option<Held>>);

/// A folder in use.
#[derive(Debug)]
struct Held {
    // Removed while the lock is still held.
    folder: tempfile::TempDir,
    _lock: File,
}

impl OpenedFiles {
    /// Puts a file there, under a folder of its own so that its name is kept. `name` is one component.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, StoreError> {
        let mut folder = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if folder.is_none() {
            *folder = Some(held(&std::env::temp_dir())?);
        }
        let Some(Held { folder, .. }) = folder.as_ref() else { return Err(StoreError::NotFound) };
        let own = private_folder(folder.path())?.keep();
        let path = own.join(files::component(name));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o400);
        }
        let mut file = options.open(&path)?;
        file.write_all(bytes)?;
        Ok(path)
    }

    /// Removes all of them. What is put there afterwards gets a new folder.
    pub fn clear(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// Removes what programs left that were killed: folders of this user's that nobody holds. What can't be removed stays.
pub fn sweep() {
    sweep_in(&std::env::temp_dir());
}

fn sweep_in(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_named = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if !is_named || !is_own_folder(&path) {
            continue;
        }
        let Ok(lock) = File::open(path.join(LOCK)) else { continue };
        if lock.try_lock().is_ok() {
            let _ = std::fs::remove_dir_all(&path);
        }
    }
}

/// A folder, no link to one, that this user made and nobody else can enter.
#[cfg(unix)]
fn is_own_folder(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let me = rustix::process::geteuid().as_raw();
    std::fs::symlink_metadata(path)
        .is_ok_and(|found| found.is_dir() && found.uid() == me && found.mode() & 0o777 == 0o700)
}

#[cfg(not(unix))]
fn is_own_folder(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

/// A new folder that is held. Its lock gets its name when it is locked: there is no moment at which another program
/// could take it for one that was left.
fn held(within: &Path) -> Result<Held, StoreError> {
    let folder = private_folder(within)?;
    let begun = folder.path().join(".begun");
    let lock = files::create_private_file(&begun)?;
    lock.lock()?;
    std::fs::rename(&begun, folder.path().join(LOCK))?;
    Ok(Held { folder, _lock: lock })
}

fn private_folder(within: &Path) -> Result<tempfile::TempDir, StoreError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    Ok(builder.tempdir_in(within)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opened_file_is_private_read_only_and_gone_at_the_end() {
        let opened = OpenedFiles::default();
        let path = opened.put("請求書.pdf", b"%PDF-").unwrap();
        let again = opened.put("請求書.pdf", b"other").unwrap();
        assert_ne!(path, again);
        assert_eq!(std::fs::read(&path).unwrap(), b"%PDF-");
        assert_eq!(path.file_name().unwrap(), "請求書.pdf");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&path), 0o400);
            assert_eq!(mode(path.parent().unwrap()), 0o700);
            assert_eq!(mode(path.parent().unwrap().parent().unwrap()), 0o700);
        }
        opened.clear();
        assert!(!path.exists() && !path.parent().unwrap().parent().unwrap().exists());
        let later = opened.put("../../x", b"x").unwrap();
        assert!(later.exists() && later.file_name().unwrap() == "x");
        let folder = later.parent().unwrap().parent().unwrap().to_owned();
        drop(opened);
        assert!(!folder.exists());
    }

    #[test]
    fn what_a_killed_program_left_is_removed_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let fill = |held: &Held| {
            let own = private_folder(held.folder.path()).unwrap().keep();
            std::fs::write(own.join("letter.pdf"), b"%PDF-").unwrap();
            held.folder.path().to_owned()
        };
        let living = held(place.path()).unwrap();
        let used = fill(&living);
        // A program that is killed removes nothing, and its locks end.
        let killed = held(place.path()).unwrap();
        let left = fill(&killed);
        let Held { folder, _lock: lock } = killed;
        assert_eq!(folder.keep(), left);
        drop(lock);
        let beginning = private_folder(place.path()).unwrap();
        let other = place.path().join("kakitome-notes");
        std::fs::create_dir(&other).unwrap();
        sweep_in(place.path());
        assert!(!left.exists());
        assert!(used.join(LOCK).exists() && beginning.path().exists() && other.exists());
        drop(living);
        assert!(!used.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_can_enter_and_a_link_are_left_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let (place, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(elsewhere.path().join(LOCK), b"").unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), place.path().join("kakitome-link")).unwrap();
        let open = place.path().join("kakitome-open");
        std::fs::create_dir(&open).unwrap();
        std::fs::write(open.join(LOCK), b"").unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).unwrap();
        sweep_in(place.path());
        assert!(open.exists() && elsewhere.path().join(LOCK).exists());
    }
}
