//! Files outside of the database: what the user opens and saves, and the profile's own folder.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::StoreError;

/// Names that are tried before giving up.
const NAMES: u32 = 10_000;
/// Beside what is needed, so much room is to be left on a disk.
const MARGIN: u64 = 16 << 20;

/// Where the profile is when nothing else is said: the platform's folder for application data.
pub fn profile_dir() -> Option<PathBuf> {
    dirs::data_dir().map(|dir| dir.join("kakitome"))
}

/// Where a person keeps documents, or else the home folder.
pub fn documents_dir() -> Option<PathBuf> {
    dirs::document_dir().filter(|dir| dir.is_dir()).or_else(dirs::home_dir)
}

/// A whole file; [`StoreError::TooBig`] when it has more than `limit` bytes.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(StoreError::TooBig) } else { Ok(bytes) }
}

/// Whether others than its owner may read a file. Where there are no such rights, or no such file, nobody may.
pub fn is_readable_by_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Writes a file that is there as a whole or not at all, and never in place of another one.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    temporary(path, bytes)?.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a new file into a folder, whole or not at all, under `name` or, when that is taken, `name (1).ending`, and so
/// on. Gives where it is. `name` is one component; what is not of it is left away.
pub fn write_beside(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, StoreError> {
    let name = component(name);
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    for number in 0..NAMES {
        let path = if number == 0 { folder.join(name) } else { folder.join(format!("{stem} ({number}){ending}")) };
        match temporary(&path, bytes)?.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.error.into()),
        }
    }
    Err(StoreError::File(std::io::ErrorKind::AlreadyExists.into()))
}

/// The last component of what should be a name, so that it can't lead elsewhere.
pub(super) fn component(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if matches!(name, "" | "." | "..") { "file" } else { name }
}

/// Writes a file that is there as a whole or not at all, in place of what was there before.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    temporary(path, bytes)?.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a file that is for everybody, as a web server gives it out, in place of what was there before; its folders
/// are made.
pub fn publish(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = temporary(path, bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Readable by its owner only: what is saved is mostly mail and keys.
fn temporary(path: &Path, bytes: &[u8]) -> Result<tempfile::NamedTempFile, StoreError> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The first bytes of a file.
pub(super) fn beginning(path: &Path, length: usize) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![0; length];
    File::open(path)?.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The first bytes of a file, or all of it when it has fewer.
pub(super) fn beginning_of(path: &Path, length: usize) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    File::open(path)?.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether a file is there: what can't be looked at is not taken for absent.
pub(super) fn is_there(path: &Path) -> Result<bool, StoreError> {
    Ok(path.try_exists()?)
}

/// The bytes of a file, none when it is not there.
pub(super) fn length_of(path: &Path) -> Result<u64, StoreError> {
    match path.metadata() {
        Ok(data) => Ok(data.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// Removes a file; one that is not there is no error.
pub(super) fn remove_if_there(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// What was renamed in a folder stays so.
pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    // Only there can a folder be opened as a file.
    if cfg!(unix) { Ok(File::open(dir)?.sync_all()?) } else { Ok(()) }
}

/// Whether a file is marked: something is in it.
pub(super) fn is_marked(file: &File) -> Result<bool, StoreError> {
    Ok(file.metadata()?.len() > 0)
}

/// Marks a file, or takes the mark off.
pub(super) fn mark(file: &File, is_on: bool) -> Result<(), StoreError> {
    file.set_len(u64::from(is_on))?;
    Ok(())
}

/// Bytes that may still be written into a folder; `None` where the system does not say so.
pub(super) fn free_space(dir: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let found = rustix::fs::statvfs(dir).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = dir;
        None
    }
}

/// [`StoreError::NoSpace`] unless so many bytes, and some more, may still be written into a folder.
pub(super) fn needs_space(dir: &Path, bytes: u64) -> Result<(), StoreError> {
    let needed = bytes + bytes / 10 + MARGIN;
    match free_space(dir) {
        Some(free) if free < needed => Err(StoreError::NoSpace { needed, free }),
        _ => Ok(()),
    }
}

/// Makes a folder that only its owner can look into, with those above it; whether there is nothing in it.
pub fn make_new_folder(dir: &Path) -> Result<bool, StoreError> {
    if !dir.is_dir() {
        create_private_dir(dir)?;
    }
    Ok(fs::read_dir(dir)?.next().is_none())
}

/// Writes a new file that only its owner can read, and leaves it to the system when it comes to the disk: for many files,
/// after which [`settle`] is asked once for each folder.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    Ok(options.open(path)?.write_all(bytes)?)
}

/// What was put into a folder stays there.
pub fn settle(dir: &Path) -> Result<(), StoreError> {
    sync_dir(dir)
}

/// The SHA-256 of a file.
pub fn digest(path: &Path) -> Result<[u8; 32], StoreError> {
    let mut file = File::open(path)?;
    let (mut hash, mut piece) = (openssl::sha::Sha256::new(), vec![0; 64 << 10]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hash.finish()),
            length => hash.update(piece.get(..length).unwrap_or_default()),
        }
    }
}

/// A new file that is written bit by bit.
pub struct Growing {
    path: PathBuf,
    file: std::io::BufWriter<File>,
    /// Of what was handed over.
    hash: openssl::sha::Sha256,
}

impl std::fmt::Debug for Growing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Growing").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Growing {
    /// Begins a file that only its owner can read; the folders above it are made.
    pub fn begin(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) {
            create_private_dir(folder)?;
        }
        put(path, &[])?;
        let file = std::io::BufWriter::new(OpenOptions::new().append(true).open(path)?);
        Ok(Self { path: path.to_owned(), file, hash: openssl::sha::Sha256::new() })
    }

    /// Writes more.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.hash.update(bytes);
        Ok(self.file.write_all(bytes)?)
    }

    /// Ends it: it is on the disk then. [`StoreError::Corrupt`] when the file holds anything else than was written.
    pub fn end(self) -> Result<(), StoreError> {
        let file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        if digest(&self.path)? == self.hash.finish() { Ok(()) } else { Err(StoreError::Corrupt("written")) }
    }
}

/// A folder that only its owner can look into.
pub(super) fn create_private_dir(dir: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(dir)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Opens a file that only its owner can read, making it when there is none.
pub(super) fn create_private_file(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    Ok(options.open(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_never_written_over_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| write_beside(folder.path(), name, bytes).unwrap();
        let first = write("a.tar.gz", b"1");
        let second = write("a.tar.gz", b"2");
        assert_eq!(first.file_name().unwrap(), "a.tar.gz");
        assert_eq!(second.file_name().unwrap(), "a.tar (1).gz");
        assert_eq!(write("a.tar.gz", b"3").file_name().unwrap(), "a.tar (2).gz");
        assert_eq!(fs::read(first).unwrap(), b"1");
        assert_eq!(write("../../outside", b"4").parent().unwrap(), folder.path());
        assert_eq!(write("..", b"5").file_name().unwrap(), "file");
    }
}
