//! The folder of the index as tantivy wants it: each file sealed, small ones replaced as a whole, locks in memory (the
//! profile itself is locked against other programs, and a lock in a file would outlive a program that was killed).

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tantivy::HasLen;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, OwnedBytes, TerminatingWrite, WatchCallback,
    WatchHandle, WritePtr,
};

use super::sealed::{IndexKey, SealedFile, SealedWriter};

/// How often a lock that another thread holds is tried, and how long is waited in between.
const TRIES: u32 = 1_000;
const PAUSE: Duration = Duration::from_millis(10);

/// A folder of sealed files.
#[derive(Clone, Debug)]
pub(super) struct SealedDirectory {
    folder: Arc<PathBuf>,
    key: IndexKey,
    locks: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl SealedDirectory {
    /// This folder; it has to exist.
    pub(super) fn new(folder: PathBuf, key: IndexKey) -> Self {
        Self { folder: Arc::new(folder), key, locks: Arc::default() }
    }

    /// Where it is.
    #[cfg(test)]
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Opens every chunk of these files.
    pub(super) fn check<'a>(&self, files: impl IntoIterator<Item = &'a PathBuf>) -> io::Result<()> {
        files.into_iter().try_for_each(|path| self.sealed(path)?.check())
    }

    fn sealed(&self, path: &Path) -> io::Result<SealedFile> {
        SealedFile::open(File::open(self.folder.join(path))?, &self.key, &name_of(path))
    }
}

fn name_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

impl Directory for SealedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let file = self.sealed(path).map_err(|error| unread(error, path))?;
        Ok(Arc::new(Handle(file)))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        fs::remove_file(self.folder.join(path)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => DeleteError::FileDoesNotExist(path.to_owned()),
            _ => DeleteError::IoError { io_error: Arc::new(error), filepath: path.to_owned() },
        })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.folder.join(path).try_exists().map_err(|error| unread(error, path))
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => OpenWriteError::FileAlreadyExists(path.to_owned()),
            _ => OpenWriteError::wrap_io_error(error, path.to_owned()),
        };
        let file = create(&self.folder.join(path)).map_err(failed)?;
        let writer = SealedWriter::begin(file, &self.key, &name_of(path)).map_err(failed)?;
        Ok(BufWriter::new(Box::new(Writing(writer))))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let read = self.sealed(path).and_then(|file| file.read(0..file.len()));
        read.map_err(|error| unread(error, path))
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let mut writer = SealedWriter::begin(Vec::new(), &self.key, &name_of(path))?;
        writer.write_all(data)?;
        let sealed = writer.finish()?;
        crate::store::files::replace(&self.folder.join(path), sealed).map_err(io::Error::other)?;
        self.sync_directory()
    }

    fn sync_directory(&self) -> io::Result<()> {
        // Only there can a folder be opened as a file.
        if cfg!(unix) { File::open(&*self.folder)?.sync_all() } else { Ok(()) }
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        for _ in 0..if lock.is_blocking { TRIES } else { 1 } {
            if self.locks.lock().unwrap_or_else(PoisonError::into_inner).insert(lock.filepath.clone()) {
                return Ok(Box::new(Held { path: lock.filepath.clone(), locks: Arc::clone(&self.locks) }).into());
            }
            if lock.is_blocking {
                std::thread::sleep(PAUSE);
            }
        }
        Err(LockError::LockBusy)
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        // Who commits reloads the reader.
        Ok(WatchHandle::empty())
    }
}

fn unread(error: io::Error, path: &Path) -> OpenReadError {
    match error.kind() {
        io::ErrorKind::NotFound => OpenReadError::FileDoesNotExist(path.to_owned()),
        _ => OpenReadError::wrap_io_error(error, path.to_owned()),
    }
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// A lock that is held until dropped.
struct Held {
    path: PathBuf,
    locks: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
    }
}

struct Writing(SealedWriter<File>);

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl TerminatingWrite for Writing {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.0.finish()?.sync_data()
    }
}

#[derive(Debug)]
struct Handle(SealedFile);

impl HasLen for Handle {
    fn len(&self) -> usize {
        self.0.len()
    }
}

impl FileHandle for Handle {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        self.0.read(range).map(OwnedBytes::new)
    }
}
