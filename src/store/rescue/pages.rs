//! The database's file page by page, without SQLite: what SQLite can't read any more is mostly there. Each page is
//! authenticated for itself (SQLCipher 4: AES-256-CBC and HMAC-SHA-512, the page's number in it), so that what opens here
//! is what was once written there.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use openssl::symm::{Cipher, Crypter, Mode};
use zeroize::Zeroizing;

use super::super::{ProfileKey, StoreError};

/// Bytes of a page.
pub(in crate::store) const PAGE: usize = 4096;
/// Bytes of a page that SQLite uses; behind them are the initialization vector and the code.
pub(super) const USABLE: usize = PAGE - VECTOR - CODE;
const VECTOR: usize = 16;
const CODE: usize = 64;
/// The file begins with it, in place of SQLite's sixteen bytes.
pub(super) const SALT: usize = 16;
/// What SQLCipher makes the salt of the codes with.
const MASK: u8 = 0x3a;
const ROUNDS: usize = 2;
const MAGIC: &[u8; SALT] = b"SQLite format 3\0";
/// SQLite never uses the page in which this byte is.
const LOCK_BYTE: u64 = 0x4000_0000;

pub(super) type Page = Zeroizing<Vec<u8>>;

/// Opens pages.
pub(in crate::store) struct Codec {
    key: ProfileKey,
    codes: Zeroizing<[u8; 32]>,
}

impl Codec {
    pub(in crate::store) fn new(key: &ProfileKey, salt: &[u8; SALT]) -> Result<Self, StoreError> {
        let masked = salt.map(|byte| byte ^ MASK);
        let mut codes = Zeroizing::new([0; 32]);
        openssl::pkcs5::pbkdf2_hmac(key.bytes(), &masked, ROUNDS, MessageDigest::sha512(), &mut *codes)?;
        Ok(Self { key: key.clone(), codes })
    }

    /// Whether the page is as it was written.
    pub(super) fn is_sound(&self, number: u32, sealed: &[u8]) -> bool {
        self.code(number, sealed)
            .is_ok_and(|code| sealed.get(USABLE + VECTOR..PAGE).is_some_and(|there| openssl::memcmp::eq(there, &code)))
    }

    fn code(&self, number: u32, sealed: &[u8]) -> Result<[u8; CODE], StoreError> {
        let from = if number == 1 { SALT } else { 0 };
        self.sign(&[sealed.get(from..USABLE + VECTOR).ok_or(StoreError::Corrupt("page"))?, &number.to_le_bytes()])
    }

    fn sign(&self, parts: &[&[u8]]) -> Result<[u8; CODE], StoreError> {
        let key = PKey::hmac(&*self.codes)?;
        let mut signer = Signer::new(MessageDigest::sha512(), &key)?;
        for part in parts {
            signer.update(part)?;
        }
        let mut code = [0; CODE];
        signer.sign(&mut code)?;
        Ok(code)
    }

    /// What only the key and the salt together make. No page is as short as what is signed here.
    pub(super) fn proof(&self) -> Result<String, StoreError> {
        Ok(hex::encode(self.sign(&[b"profile.map"])?))
    }

    /// What is in a page, if it is as it was written.
    pub(super) fn open(&self, number: u32, sealed: &[u8]) -> Option<Page> {
        if !self.is_sound(number, sealed) {
            return None;
        }
        let from = if number == 1 { SALT } else { 0 };
        let (content, vector) = (sealed.get(from..USABLE)?, sealed.get(USABLE..USABLE + VECTOR)?);
        let mut crypter = Crypter::new(Cipher::aes_256_cbc(), Mode::Decrypt, self.key.bytes(), Some(vector)).ok()?;
        crypter.pad(false);
        let mut plain = Zeroizing::new(vec![0; content.len() + VECTOR]);
        let length = crypter.update(content, &mut plain).ok()?;
        plain.truncate(length);
        if number == 1 {
            plain.splice(0..0, MAGIC.iter().copied());
        }
        (plain.len() == USABLE).then_some(plain)
    }
}

/// Whether a page is one that SQLite does not use.
pub(in crate::store) fn is_unused(number: u32) -> bool {
    u64::from(number) == LOCK_BYTE / PAGE as u64 + 1
}

/// The file and its log.
pub(in crate::store) struct Pages {
    codec: Codec,
    file: File,
    /// Pages in the file; the last may be cut off.
    in_file: u32,
    log: Option<Log>,
}

impl Pages {
    pub(in crate::store) fn open(database: &Path, codec: Codec) -> Result<Self, StoreError> {
        let file = File::open(database)?;
        let in_file = u32::try_from(file.metadata()?.len() / PAGE as u64).unwrap_or(u32::MAX);
        let log = Log::open(&log_of(database), &codec)?;
        Ok(Self { codec, file, in_file, log })
    }

    /// The last page's number, as far as anybody knows; also when the file is shorter than that.
    pub(in crate::store) fn last(&self) -> u32 {
        match &self.log {
            Some(log) if log.pages > 0 => log.pages,
            _ => self.page(1).and_then(|first| read_u32(&first, 28)).unwrap_or(self.in_file),
        }
    }

    /// Every page that there may be, also behind the last.
    pub(super) fn end(&self) -> u32 {
        self.in_file.max(self.log.as_ref().map_or(0, |log| log.last))
    }

    /// The file ends before the last page.
    pub(super) fn is_cut_off(&self) -> bool {
        let is_there = |number: u32| self.log.as_ref().is_some_and(|log| log.frames.contains_key(&number));
        (self.in_file + 1..=self.last()).any(|number| !is_unused(number) && !is_there(number))
    }

    /// Some of it is older than it was when it was written last.
    pub(super) fn is_stale(&self) -> bool {
        self.log.as_ref().is_some_and(|log| log.is_broken)
    }

    /// A page in its newest form that can be read.
    pub(super) fn page(&self, number: u32) -> Option<Page> {
        let in_log = self.log.as_ref().and_then(|log| log.page(number, &self.codec));
        in_log.or_else(|| {
            let sealed = at(&self.file, u64::from(number.checked_sub(1)?) * PAGE as u64, PAGE).ok()?;
            self.codec.open(number, &sealed)
        })
    }

    /// Whether there is nothing in a page, as where nothing was written since the file grew.
    pub(in crate::store) fn is_empty(&self, number: u32) -> bool {
        let start = u64::from(number.saturating_sub(1)) * PAGE as u64;
        let is_logged = self.log.as_ref().is_some_and(|log| log.frames.contains_key(&number));
        !is_logged && at(&self.file, start, PAGE).is_ok_and(|bytes| bytes.iter().all(|byte| *byte == 0))
    }

    /// Whether a page is good, without decrypting it; in its newest form alone.
    pub(in crate::store) fn is_sound(&self, number: u32) -> bool {
        if let Some(log) = self.log.as_ref().filter(|log| log.frames.contains_key(&number)) {
            return log.is_sound(number);
        }
        let start = u64::from(number.saturating_sub(1)) * PAGE as u64;
        at(&self.file, start, PAGE).is_ok_and(|sealed| self.codec.is_sound(number, &sealed))
    }
}

/// Where SQLite keeps the log of a database.
pub(in crate::store) fn log_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// The write-ahead log: pages that were written and are not in the file yet (<https://sqlite.org/walformat.html>).
pub(super) struct Log {
    file: File,
    /// Of each page the places of its forms, the newest last; and whether that is good.
    frames: HashMap<u32, (Vec<u64>, bool)>,
    /// Pages of the database after the last transaction; 0 for none.
    pub(super) pages: u32,
    last: u32,
    /// Something that was written for good can't be read.
    pub(super) is_broken: bool,
}

const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

impl Log {
    /// `None` when there is none, or nothing in it.
    pub(super) fn open(path: &Path, codec: &Codec) -> Result<Option<Self>, StoreError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let length = file.metadata()?.len();
        if length == 0 {
            return Ok(None);
        }
        let mut log = Self { file, frames: HashMap::new(), pages: 0, last: 0, is_broken: false };
        let header = at(&log.file, 0, LOG_HEADER).ok().filter(|header| is_log(header));
        let Some(header) = header else {
            // Until the first transaction is there, a header that is not written yet is no harm.
            log.is_broken = length >= (LOG_HEADER + FRAME_HEADER + PAGE) as u64;
            return Ok(Some(log));
        };
        log.read(&header, codec, length)?;
        Ok(Some(log))
    }

    fn read(&mut self, header: &[u8], codec: &Codec, length: u64) -> Result<(), StoreError> {
        let salts = header.get(16..24).unwrap_or_default().to_vec();
        let is_big = header.get(3) == Some(&0x83);
        let mut sums = checksum((0, 0), header.get(..24).unwrap_or_default(), is_big);
        let (mut pending, mut is_chained) = (Vec::new(), true);
        let mut start = LOG_HEADER as u64;
        while start + (FRAME_HEADER + PAGE) as u64 <= length {
            let frame = at(&self.file, start, FRAME_HEADER + PAGE)?;
            let place = start + FRAME_HEADER as u64;
            start += frame.len() as u64;
            let (head, sealed) = frame.split_at(FRAME_HEADER);
            if head.get(8..16) != Some(&*salts) {
                // From a log before this one, or damaged: what comes behind it tells.
                is_chained = false;
                continue;
            }
            sums = checksum(sums, head.get(..8).unwrap_or_default(), is_big);
            sums = checksum(sums, sealed, is_big);
            is_chained &= (read_u32(head, 16), read_u32(head, 20)) == (Some(sums.0), Some(sums.1));
            let (number, commits) = (read_u32(head, 0).unwrap_or(0), read_u32(head, 4).unwrap_or(0));
            pending.push((number, place, is_chained || codec.is_sound(number, sealed)));
            if commits > 0 {
                self.is_broken |= !is_chained;
                self.pages = commits;
                for (number, place, is_sound) in pending.drain(..) {
                    let (places, newest) = self.frames.entry(number).or_default();
                    places.push(place);
                    *newest = is_sound;
                    self.last = self.last.max(number);
                }
            }
        }
        Ok(())
    }

    fn page(&self, number: u32, codec: &Codec) -> Option<Page> {
        let (places, _) = self.frames.get(&number)?;
        places.iter().rev().find_map(|place| codec.open(number, &at(&self.file, *place, PAGE).ok()?))
    }

    fn is_sound(&self, number: u32) -> bool {
        self.frames.get(&number).is_some_and(|(_, is_sound)| *is_sound)
    }
}

fn is_log(header: &[u8]) -> bool {
    let magic = read_u32(header, 0).unwrap_or(0);
    let sums = checksum((0, 0), header.get(..24).unwrap_or_default(), magic == 0x377f_0683);
    matches!(magic, 0x377f_0682 | 0x377f_0683)
        && read_u32(header, 8) == Some(PAGE as u32)
        && (read_u32(header, 24), read_u32(header, 28)) == (Some(sums.0), Some(sums.1))
}

fn checksum((mut first, mut second): (u32, u32), bytes: &[u8], is_big: bool) -> (u32, u32) {
    let word = |word: &[u8; 4]| if is_big { u32::from_be_bytes(*word) } else { u32::from_le_bytes(*word) };
    for [one, other] in bytes.as_chunks::<4>().0.as_chunks::<2>().0 {
        first = first.wrapping_add(word(one)).wrapping_add(second);
        second = second.wrapping_add(word(other)).wrapping_add(first);
    }
    (first, second)
}

/// A number as SQLite writes it.
pub(super) fn read_u32(bytes: &[u8], from: usize) -> Option<u32> {
    bytes.get(from..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

pub(super) fn at(mut file: &File, start: u64, length: usize) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = vec![0; length];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}
