//! Big plaintexts on disk, encrypted with a key that only this process ever has (AES-256-GCM in
//! chunks). The file has no name where the system allows that, and ends with the value.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use zeroize::{Zeroize as _, Zeroizing};

use crate::domain;

use super::StoreError;

/// Plaintext bytes in a chunk.
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

/// A folder for spools.
#[derive(Clone, Debug)]
pub struct SpoolFolder(PathBuf);

impl SpoolFolder {
    /// This folder; it has to exist.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self(dir.into())
    }

    /// The system's folder for temporary files.
    pub fn of_system() -> Self {
        Self(std::env::temp_dir())
    }
}

impl domain::Spool for SpoolFolder {
    fn create(&self) -> io::Result<Box<dyn domain::SpoolFile>> {
        Ok(Box::new(create(&self.0).map_err(io::Error::other)?))
    }
}

impl domain::SpoolFile for SpoolWriter {
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>> {
        let mut spool = SpoolWriter::finish(*self).map_err(io::Error::other)?;
        let mut bytes = spool.read_all().map_err(io::Error::other)?;
        Ok(std::mem::take(&mut *bytes))
    }
}

/// A spool that is being written.
pub struct SpoolWriter {
    file: File,
    key: Zeroizing<[u8; 32]>,
    pending: Zeroizing<Vec<u8>>,
    chunks: u64,
}

/// Starts a spool in a folder.
pub fn create(dir: &Path) -> Result<SpoolWriter, StoreError> {
    let mut key = Zeroizing::new([0; 32]);
    openssl::rand::rand_bytes(&mut *key)?;
    let file = tempfile::tempfile_in(dir)?;
    Ok(SpoolWriter { file, key, pending: Zeroizing::new(Vec::with_capacity(CHUNK)), chunks: 0 })
}

impl SpoolWriter {
    /// Ends writing.
    pub fn finish(mut self) -> Result<Spool, StoreError> {
        let length = self.chunks * CHUNK as u64 + self.pending.len() as u64;
        self.seal(true)?;
        Ok(Spool { file: self.file, key: self.key, length })
    }

    fn seal(&mut self, is_last: bool) -> io::Result<()> {
        let mut tag = [0; TAG];
        let sealed = encrypt_aead(
            Cipher::aes_256_gcm(),
            &*self.key,
            Some(&nonce(self.chunks)),
            &[u8::from(is_last)],
            &self.pending,
            &mut tag,
        )?;
        self.file.write_all(&sealed)?;
        self.file.write_all(&tag)?;
        self.pending.zeroize();
        self.chunks += 1;
        Ok(())
    }
}

impl Write for SpoolWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits until more comes, because the last one is marked as such.
        if self.pending.len() == CHUNK {
            self.seal(false)?;
        }
        let (now, _) = bytes.split_at(bytes.len().min(CHUNK - self.pending.len()));
        self.pending.extend_from_slice(now);
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A finished spool.
pub struct Spool {
    file: File,
    key: Zeroizing<[u8; 32]>,
    length: u64,
}

impl Spool {
    /// Plaintext bytes.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Holds nothing.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Reads from the beginning. Every chunk is authenticated before a byte of it is given out;
    /// one that was changed or is missing is an error.
    pub fn reader(&mut self) -> Result<impl Read + '_, StoreError> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(SpoolReader { spool: self, chunk: Zeroizing::new(Vec::new()), at: 0, chunks: 0, is_done: false })
    }

    /// Everything at once.
    pub fn read_all(&mut self) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(self.length).unwrap_or(0)));
        self.reader()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

struct SpoolReader<'a> {
    spool: &'a mut Spool,
    chunk: Zeroizing<Vec<u8>>,
    at: usize,
    chunks: u64,
    is_done: bool,
}

impl SpoolReader<'_> {
    fn open_next(&mut self) -> io::Result<()> {
        let mut sealed = Vec::with_capacity(CHUNK + TAG);
        (&mut self.spool.file).take((CHUNK + TAG) as u64).read_to_end(&mut sealed)?;
        let is_last = (self.chunks + 1) * CHUNK as u64 >= self.spool.length;
        let split = sealed.len().checked_sub(TAG).ok_or(io::ErrorKind::UnexpectedEof)?;
        let (content, tag) = sealed.split_at(split);
        let opened = decrypt_aead(
            Cipher::aes_256_gcm(),
            &*self.spool.key,
            Some(&nonce(self.chunks)),
            &[u8::from(is_last)],
            content,
            tag,
        );
        self.chunk = Zeroizing::new(opened.map_err(|_| io::ErrorKind::InvalidData)?);
        self.at = 0;
        self.chunks += 1;
        self.is_done = is_last;
        Ok(())
    }
}

impl Read for SpoolReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() && !self.is_done {
            self.open_next()?;
        }
        let rest = self.chunk.get(self.at..).unwrap_or_default();
        let count = rest.len().min(out.len());
        let (rest, _) = rest.split_at(count);
        let (out, _) = out.split_at_mut(count);
        out.copy_from_slice(rest);
        self.at += count;
        Ok(count)
    }
}

/// Each chunk has its number as nonce; the key is never used for another file.
fn nonce(chunk: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    for (to, from) in nonce.iter_mut().zip(chunk.to_le_bytes()) {
        *to = from;
    }
    nonce
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spooled(bytes: &[u8]) -> Spool {
        let mut writer = create(&std::env::temp_dir()).unwrap();
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn what_goes_in_comes_out_at_every_size_around_a_chunk() {
        for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 5 * CHUNK + 17] {
            let bytes: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            let mut spool = spooled(&bytes);
            assert_eq!(spool.len(), size as u64);
            assert_eq!(*spool.read_all().unwrap(), bytes, "{size}");
            assert_eq!(*spool.read_all().unwrap(), bytes, "{size} again");
        }
    }

    #[test]
    fn a_folder_gives_back_what_was_written_and_keeps_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let folder = SpoolFolder::new(dir.path());
        let bytes = vec![7; 2 * CHUNK + 5];
        let mut file = domain::Spool::create(&folder).unwrap();
        file.write_all(&bytes).unwrap();
        assert_eq!(file.finish().unwrap(), bytes);
        let mut dropped = domain::Spool::create(&folder).unwrap();
        dropped.write_all(&bytes).unwrap();
        drop(dropped);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let nowhere = SpoolFolder::new(dir.path().join("nowhere"));
        assert!(domain::Spool::create(&nowhere).is_err());
    }

    #[test]
    fn the_plaintext_is_not_in_the_file() {
        let mut spool = spooled(&b"the secret of alice ".repeat(10_000));
        let mut on_disk = Vec::new();
        spool.file.seek(SeekFrom::Start(0)).unwrap();
        spool.file.read_to_end(&mut on_disk).unwrap();
        assert!(!on_disk.windows(6).any(|window| window == b"secret"));
    }

    #[test]
    fn a_changed_swapped_or_missing_chunk_is_noticed() {
        let bytes = vec![7; 3 * CHUNK + 5];
        let sealed = (CHUNK + TAG) as u64;
        let mut changed = spooled(&bytes);
        changed.file.seek(SeekFrom::Start(sealed + 9)).unwrap();
        changed.file.write_all(b"x").unwrap();
        assert!(changed.read_all().is_err());
        let mut cut = spooled(&bytes);
        cut.file.set_len(3 * sealed).unwrap();
        assert!(cut.read_all().is_err());
        let mut swapped = spooled(&bytes);
        let mut first = vec![0; CHUNK + TAG];
        swapped.file.seek(SeekFrom::Start(0)).unwrap();
        swapped.file.read_exact(&mut first).unwrap();
        swapped.file.write_all(&first).unwrap();
        assert!(swapped.read_all().is_err());
    }
}
