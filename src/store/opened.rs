//! Files of messages that another program looks at: in a folder that only its owner can enter,
//! not to be written to, gone at the end.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::StoreError;
use super::files;

/// The folder of such files. There is none until the first file.
#[derive(Debug, Default)]
pub struct OpenedFiles(Mutex<Option<tempfile::TempDir>>);

impl OpenedFiles {
    /// Puts a file there, under a folder of its own so that its name is kept. `name` is one component.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, StoreError> {
        let mut folder = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if folder.is_none() {
            *folder = Some(private_folder(&std::env::temp_dir())?);
        }
        let Some(folder) = folder.as_ref() else { return Err(StoreError::NotFound) };
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

fn private_folder(within: &Path) -> Result<tempfile::TempDir, StoreError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("kakitome-");
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
}
