//! Big plaintexts on disk, encrypted with a key that only this process ever has (AES-256-GCM in
//! chunks). The file has no name where the system allows that, and ends with the value.
//!
//! Sealing and writing are done by a thread of their own, beside the decryption that the plaintext comes out of; what is
//! read back is opened by two.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use openssl::symm::{Cipher, Crypter, Mode};
use zeroize::Zeroizing;

use crate::domain;

/// Plaintext bytes in a chunk.
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
/// Chunks that wait to be sealed, at most.
const WAITING: usize = 4;
/// Threads that open what is read back.
const OPENERS: usize = 2;

type Key = Zeroizing<[u8; 32]>;
/// Plaintext, at most [`CHUNK`] bytes.
type Chunk = Zeroizing<Vec<u8>>;

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
        Ok(Box::new(create(&self.0)?))
    }
}

impl domain::SpoolFile for SpoolWriter {
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>> {
        let mut bytes = SpoolWriter::finish(*self)?.read_all()?;
        Ok(std::mem::take(&mut *bytes))
    }
}

/// A spool that is being written.
pub struct SpoolWriter {
    pending: Chunk,
    length: u64,
    /// Nothing once the sealer has failed, and is asked no more.
    chunks: Option<SyncSender<Chunk>>,
    /// Chunks that were sealed, to be filled again.
    emptied: Receiver<Chunk>,
    sealer: Option<JoinHandle<io::Result<(File, Key)>>>,
}

/// Starts a spool in a folder.
pub fn create(dir: &Path) -> io::Result<SpoolWriter> {
    let mut key = Zeroizing::new([0; 32]);
    openssl::rand::rand_bytes(&mut *key)?;
    let file = tempfile::tempfile_in(dir)?;
    let (chunks, filled) = sync_channel(WAITING);
    let (empty, emptied) = channel();
    let sealer = Sealer { file, key, number: 0, sealed: Vec::with_capacity(CHUNK + TAG) };
    let work = move || sealer.run(&filled, &empty);
    let sealer = std::thread::Builder::new().name("spool".to_owned()).spawn(work)?;
    Ok(SpoolWriter { pending: chunk(), length: 0, chunks: Some(chunks), emptied, sealer: Some(sealer) })
}

fn chunk() -> Chunk {
    Zeroizing::new(Vec::with_capacity(CHUNK))
}

impl SpoolWriter {
    /// Ends writing.
    pub fn finish(mut self) -> io::Result<Spool> {
        self.hand_over()?;
        let (file, key) = self.end()?;
        Ok(Spool { file, key, length: self.length })
    }

    /// Gives what is pending to the sealer.
    fn hand_over(&mut self) -> io::Result<()> {
        let next = self.emptied.try_recv().unwrap_or_else(|_| chunk());
        let full = std::mem::replace(&mut self.pending, next);
        let is_taken = self.chunks.as_ref().is_some_and(|chunks| chunks.send(full).is_ok());
        // The sealer goes early only when it failed, and says how.
        if is_taken { Ok(()) } else { self.end().and(Err(io::ErrorKind::BrokenPipe.into())) }
    }

    /// Waits until all is written.
    fn end(&mut self) -> io::Result<(File, Key)> {
        self.chunks = None;
        let sealer = self.sealer.take().ok_or(io::ErrorKind::BrokenPipe)?;
        sealer.join().map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?
    }
}

impl Write for SpoolWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pending.len() == CHUNK {
            self.hand_over()?;
        }
        let (now, _) = bytes.split_at(bytes.len().min(CHUNK - self.pending.len()));
        self.pending.extend_from_slice(now);
        self.length += now.len() as u64;
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Seals chunks and writes them to the file, in their order.
struct Sealer {
    file: File,
    key: Key,
    number: u64,
    /// The chunk at hand, encrypted, with its tag.
    sealed: Vec<u8>,
}

impl Sealer {
    fn run(mut self, filled: &Receiver<Chunk>, empty: &Sender<Chunk>) -> io::Result<(File, Key)> {
        // Each waits until the next one is there, because the last one is marked as such.
        let mut waiting: Option<Chunk> = None;
        for next in filled {
            if let Some(mut chunk) = waiting.replace(next) {
                self.seal(&chunk, false)?;
                chunk.clear();
                // Whoever wrote may be done.
                let _ = empty.send(chunk);
            }
        }
        self.seal(&waiting.unwrap_or_default(), true)?;
        Ok((self.file, self.key))
    }

    fn seal(&mut self, chunk: &[u8], is_last: bool) -> io::Result<()> {
        let mut crypter = crypter(Mode::Encrypt, &self.key, self.number, is_last)?;
        // OpenSSL wants room for one more block, whatever the cipher.
        self.sealed.resize(chunk.len() + TAG, 0);
        let length = crypter.update(chunk, &mut self.sealed)?;
        let (content, tag) = self.sealed.split_at_mut(length);
        debug_assert_eq!(content.len(), chunk.len());
        crypter.finalize(tag)?;
        crypter.get_tag(tag)?;
        self.number += 1;
        self.file.write_all(&self.sealed)
    }
}

/// A finished spool.
pub struct Spool {
    file: File,
    key: Key,
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

    /// Everything at once. Every chunk is authenticated before a byte of any is given out; one that was changed or is
    /// missing is an error.
    pub fn read_all(&mut self) -> io::Result<Zeroizing<Vec<u8>>> {
        self.file.seek(SeekFrom::Start(0))?;
        let length = usize::try_from(self.length).map_err(io::Error::other)?;
        let mut bytes = Zeroizing::new(vec![0; length]);
        let last = (length.max(1) - 1) / CHUNK;
        let places = bytes.chunks_mut(CHUNK).enumerate();
        let (file, key) = (&self.file, &self.key);
        let source = Mutex::new(Source { file, places });
        let open = || open_all(&source, key, last);
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..OPENERS).map(|_| scope.spawn(open)).collect();
            let own = open();
            others.into_iter().fold(own, |so_far, other| {
                so_far.and(other.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into())))
            })
        })?;
        Ok(bytes)
    }
}

/// What is still to be opened: the file after what was read of it, and where its content goes.
struct Source<'a, P> {
    file: &'a File,
    places: P,
}

/// Opens chunk after chunk, each into its place.
fn open_all<'a, P: Iterator<Item = (usize, &'a mut [u8])>>(
    source: &Mutex<Source<'_, P>>,
    key: &Key,
    last: usize,
) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK + TAG];
    loop {
        let mut rest = source.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((number, place)) = rest.places.next() else { return Ok(()) };
        let sealed = buffer.get_mut(..place.len() + TAG).ok_or(io::ErrorKind::InvalidData)?;
        rest.file.read_exact(sealed)?;
        drop(rest);
        let (content, tag) = sealed.split_at_mut(place.len());
        let mut crypter = crypter(Mode::Decrypt, key, number as u64, number == last)?;
        crypter.set_tag(tag)?;
        let length = crypter.update(content, place)?;
        let is_authentic = crypter.finalize(&mut []).is_ok() && length == place.len();
        if !is_authentic {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
}

/// For one chunk, which has its number as nonce; the key is never used for another file.
fn crypter(mode: Mode, key: &Key, number: u64, is_last: bool) -> io::Result<Crypter> {
    let mut nonce = [0; 12];
    for (to, from) in nonce.iter_mut().zip(number.to_le_bytes()) {
        *to = from;
    }
    let mut crypter = Crypter::new(Cipher::aes_256_gcm(), mode, &**key, Some(&nonce))?;
    crypter.aad_update(&[u8::from(is_last)])?;
    Ok(crypter)
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
