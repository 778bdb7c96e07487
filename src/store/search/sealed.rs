//! The index's files at rest: AES-256-GCM in chunks, so that a stretch is read by opening only the chunks it lies in.
//!
//! A file is `magic · salt · chunk…`. Its key comes by HKDF from the index's key, the salt (32 random bytes, new with every
//! writing) and its name, so no key is ever used for two contents, and the chunk's number can be the nonce. A file under
//! another's name, a chunk in another's place, a changed byte and a cut-off end are found; that a whole file is an older one
//! of the same name is found by what the database knows of the last commit (see [`super::index`]).

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;

use openssl::md::Md;
use openssl::pkey::Id;
use openssl::pkey_ctx::PkeyCtx;
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use zeroize::Zeroizing;

use crate::store::{ProfileKey, StoreError};

const MAGIC: &[u8; 8] = b"KKTIDX01";
const SALT: usize = 32;
const HEADER: usize = MAGIC.len() + SALT;
/// Plaintext bytes in a chunk.
pub(super) const CHUNK: usize = 16 * 1024;
const TAG: usize = 16;
const SEALED: usize = CHUNK + TAG;

/// The identity of one making of the index: random, kept in the database. Without it, what it was is closed for good.
pub(super) type IndexId = [u8; 16];

/// The key of one making of the index.
#[derive(Clone)]
pub(super) struct IndexKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IndexKey(…)")
    }
}

impl IndexKey {
    /// From the profile's key (RFC 5869).
    pub(super) fn derive(profile: &ProfileKey, id: &IndexId) -> Result<Self, StoreError> {
        Ok(Self(hkdf(profile.bytes(), id, b"kakitome search index")?))
    }

    fn of_file(&self, salt: &[u8], name: &str) -> io::Result<Zeroizing<[u8; 32]>> {
        Ok(hkdf(&*self.0, salt, name.as_bytes())?)
    }
}

fn hkdf(key: &[u8], salt: &[u8], info: &[u8]) -> Result<Zeroizing<[u8; 32]>, openssl::error::ErrorStack> {
    let mut context = PkeyCtx::new_id(Id::HKDF)?;
    context.derive_init()?;
    context.set_hkdf_md(Md::sha256())?;
    context.set_hkdf_key(key)?;
    context.set_hkdf_salt(salt)?;
    context.add_hkdf_info(info)?;
    let mut derived = Zeroizing::new([0; 32]);
    context.derive(Some(&mut *derived))?;
    Ok(derived)
}

/// A file that is being written.
pub(super) struct SealedWriter<W: Write> {
    to: W,
    key: Zeroizing<[u8; 32]>,
    pending: Vec<u8>,
    chunks: u64,
}

impl<W: Write> SealedWriter<W> {
    /// Begins a file of that name.
    pub(super) fn begin(mut to: W, key: &IndexKey, name: &str) -> io::Result<Self> {
        let mut salt = [0; SALT];
        openssl::rand::rand_bytes(&mut salt)?;
        to.write_all(MAGIC)?;
        to.write_all(&salt)?;
        Ok(Self { to, key: key.of_file(&salt, name)?, pending: Vec::with_capacity(CHUNK), chunks: 0 })
    }

    /// Writes the last chunk, which is marked as such. Nothing can be written after it.
    pub(super) fn finish(&mut self) -> io::Result<&W> {
        self.seal(true)?;
        self.to.flush()?;
        Ok(&self.to)
    }

    fn seal(&mut self, is_last: bool) -> io::Result<()> {
        let mut tag = [0; TAG];
        let (nonce, aad) = (nonce(self.chunks), [u8::from(is_last)]);
        let cipher = Cipher::aes_256_gcm();
        let sealed = encrypt_aead(cipher, &*self.key, Some(&nonce), &aad, &self.pending, &mut tag)?;
        self.to.write_all(&sealed)?;
        self.to.write_all(&tag)?;
        self.pending.clear();
        self.chunks += 1;
        Ok(())
    }
}

impl<W: Write> Write for SealedWriter<W> {
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

/// A file that is read.
pub(super) struct SealedFile {
    file: Positioned,
    key: Zeroizing<[u8; 32]>,
    length: usize,
}

impl std::fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedFile({})", self.length)
    }
}

impl SealedFile {
    /// Opens a file that was written under that name. Its end is looked at, so that one that was cut off is never opened.
    pub(super) fn open(file: File, key: &IndexKey, name: &str) -> io::Result<Self> {
        let size = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        let file = Positioned::new(file);
        let mut header = [0; HEADER];
        file.read(&mut header, 0)?;
        let salt = header.strip_prefix(MAGIC).ok_or(io::ErrorKind::InvalidData)?;
        let key = key.of_file(salt, name)?;
        let body = size.checked_sub(HEADER).ok_or(io::ErrorKind::UnexpectedEof)?;
        let chunks = body.div_ceil(SEALED);
        let length = body.checked_sub(chunks * TAG).ok_or(io::ErrorKind::UnexpectedEof)?;
        let opened = Self { file, key, length };
        let last = opened.last();
        opened.read(last * CHUNK..length)?;
        if length == 0 {
            opened.chunk(0, &opened.sealed(0, 1)?)?;
        }
        Ok(opened)
    }

    /// Plaintext bytes.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// A stretch of the plaintext. Every chunk of it is authenticated before a byte is given out.
    pub(super) fn read(&self, range: Range<usize>) -> io::Result<Vec<u8>> {
        if range.start >= range.end {
            return Ok(Vec::new());
        }
        if range.end > self.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (first, end) = (range.start / CHUNK, range.end.div_ceil(CHUNK));
        let sealed = self.sealed(first, end)?;
        let mut plain = Vec::with_capacity((end - first) * CHUNK);
        for (number, chunk) in (first..end).zip(sealed.chunks(SEALED)) {
            plain.extend_from_slice(&self.chunk(number, chunk)?);
        }
        plain.truncate(range.end - first * CHUNK);
        plain.drain(..range.start - first * CHUNK);
        Ok(plain)
    }

    /// Opens every chunk.
    pub(super) fn check(&self) -> io::Result<()> {
        for start in (0..self.length).step_by(CHUNK * 64) {
            self.read(start..self.length.min(start + CHUNK * 64))?;
        }
        Ok(())
    }

    fn last(&self) -> usize {
        self.length.saturating_sub(1) / CHUNK
    }

    fn sealed(&self, first: usize, end: usize) -> io::Result<Vec<u8>> {
        let start = first * SEALED;
        let stop = (end * SEALED).min(self.length + (self.last() + 1) * TAG);
        let mut sealed = vec![0; stop.saturating_sub(start)];
        self.file.read(&mut sealed, (HEADER + start) as u64)?;
        Ok(sealed)
    }

    fn chunk(&self, number: usize, sealed: &[u8]) -> io::Result<Vec<u8>> {
        let split = sealed.len().checked_sub(TAG).ok_or(io::ErrorKind::UnexpectedEof)?;
        let (content, tag) = sealed.split_at(split);
        let (nonce, aad) = (nonce(number as u64), [u8::from(number == self.last())]);
        let opened = decrypt_aead(Cipher::aes_256_gcm(), &*self.key, Some(&nonce), &aad, content, tag);
        opened.map_err(|_| io::ErrorKind::InvalidData.into())
    }
}

/// Each chunk has its number as nonce; the key is never used for another content.
fn nonce(chunk: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    for (to, from) in nonce.iter_mut().zip(chunk.to_le_bytes()) {
        *to = from;
    }
    nonce
}

/// Reading at a place, from several threads.
#[cfg(unix)]
struct Positioned(File);

#[cfg(unix)]
impl Positioned {
    fn new(file: File) -> Self {
        Self(file)
    }

    fn read(&self, to: &mut [u8], at: u64) -> io::Result<()> {
        use std::os::unix::fs::FileExt as _;
        self.0.read_exact_at(to, at)
    }
}

/// Reading at a place, from several threads.
#[cfg(not(unix))]
struct Positioned(std::sync::Mutex<File>);

#[cfg(not(unix))]
impl Positioned {
    fn new(file: File) -> Self {
        Self(std::sync::Mutex::new(file))
    }

    fn read(&self, to: &mut [u8], at: u64) -> io::Result<()> {
        use std::io::{Read as _, Seek as _, SeekFrom};
        let mut file = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> IndexKey {
        IndexKey::derive(&ProfileKey::generate().unwrap(), &[7; 16]).unwrap()
    }

    fn written(key: &IndexKey, name: &str, bytes: &[u8]) -> Vec<u8> {
        let mut writer = SealedWriter::begin(Vec::new(), key, name).unwrap();
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap().clone()
    }

    fn opened(key: &IndexKey, name: &str, bytes: &[u8]) -> io::Result<SealedFile> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        SealedFile::open(file, key, name)
    }

    fn sample(size: usize) -> Vec<u8> {
        (0..size).map(|at| (at % 251) as u8).collect()
    }

    #[test]
    fn every_stretch_of_every_size_around_a_chunk_comes_back() {
        let key = key();
        for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17] {
            let bytes = sample(size);
            let file = opened(&key, "a", &written(&key, "a", &bytes)).unwrap();
            assert_eq!(file.len(), size);
            let edges = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, size.saturating_sub(1), size];
            for start in edges {
                for end in edges.into_iter().filter(|end| start <= *end && *end <= size) {
                    assert_eq!(file.read(start..end).unwrap(), bytes[start..end], "{size}: {start}..{end}");
                }
            }
            assert!(file.read(0..size + 1).is_err());
            file.check().unwrap();
        }
    }

    #[test]
    fn the_same_content_never_looks_the_same_and_is_not_to_be_read() {
        let key = key();
        let bytes = b"the secret of alice ".repeat(3_000);
        let (first, second) = (written(&key, "a", &bytes), written(&key, "a", &bytes));
        assert_ne!(first[HEADER..HEADER + 32], second[HEADER..HEADER + 32]);
        assert!(!first.windows(6).any(|window| window == b"secret"));
    }

    #[test]
    fn no_byte_can_be_changed_and_no_end_cut_off() {
        let key = key();
        for size in [0, 40, CHUNK, 2 * CHUNK + 40] {
            let good = written(&key, "a", &sample(size));
            for at in (0..good.len()).step_by(if size > 100 { 997 } else { 1 }).chain([good.len() - 1]) {
                let mut bad = good.clone();
                bad[at] ^= 1;
                assert!(opened(&key, "a", &bad).and_then(|file| file.check()).is_err(), "{size}: byte {at}");
            }
            for end in
                [0, 8, HEADER, HEADER + TAG, HEADER + SEALED, good.len() - 1].iter().filter(|end| **end < good.len())
            {
                assert!(opened(&key, "a", &good[..*end]).is_err(), "{size}: cut at {end}");
            }
            let mut more = good.clone();
            more.push(0);
            assert!(opened(&key, "a", &more).is_err(), "{size}: longer");
        }
    }

    #[test]
    fn another_name_another_index_and_another_profile_do_not_open_it() {
        let profile = ProfileKey::generate().unwrap();
        let key = IndexKey::derive(&profile, &[1; 16]).unwrap();
        let bytes = written(&key, "a", b"x");
        assert!(opened(&key, "a", &bytes).is_ok());
        assert!(opened(&key, "b", &bytes).is_err());
        assert!(opened(&IndexKey::derive(&profile, &[2; 16]).unwrap(), "a", &bytes).is_err());
        assert!(opened(&super::tests::key(), "a", &bytes).is_err());
    }

    #[test]
    fn chunks_that_change_places_are_found() {
        let key = key();
        let mut bytes = written(&key, "a", &sample(3 * CHUNK));
        let (first, second) = (HEADER..HEADER + SEALED, HEADER + SEALED..HEADER + 2 * SEALED);
        let kept = bytes[first.clone()].to_vec();
        bytes.copy_within(second.clone(), first.start);
        bytes[second].copy_from_slice(&kept);
        let file = opened(&key, "a", &bytes).unwrap();
        assert!(
            file.read(0..10).is_err()
                && file.read(CHUNK..CHUNK + 1).is_err()
                && file.read(2 * CHUNK..3 * CHUNK).is_ok()
        );
    }
}
