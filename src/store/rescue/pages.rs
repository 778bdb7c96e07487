//! The database's file page by page, without SQLite: what SQLite can't read any more is mostly there. Each page is
//! authenticated for itself (SQLCipher 4: AES-256-CBC and HMAC-SHA-512, the page's number in it), so that what opens here
//! is what was once written there.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use openssl::symm::{Cipher, Crypter, Mode};
use zeroize::Zeroizing;

use super::super::{ProfileKey, StoreError};
use super::log::Log;

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
#[derive(Clone)]
pub(in crate::store) struct Codec {
    key: ProfileKey,
    salt: [u8; SALT],
    codes: Zeroizing<[u8; 32]>,
}

impl Codec {
    pub(in crate::store) fn new(key: &ProfileKey, salt: &[u8; SALT]) -> Result<Self, StoreError> {
        let masked = salt.map(|byte| byte ^ MASK);
        let mut codes = Zeroizing::new([0; 32]);
        openssl::pkcs5::pbkdf2_hmac(key.bytes(), &masked, ROUNDS, MessageDigest::sha512(), &mut *codes)?;
        Ok(Self { key: key.clone(), salt: *salt, codes })
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
        let log = Log::open(&log_of(database), &codec, in_file)?;
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
        let is_there = |number: u32| self.log.as_ref().is_some_and(|log| log.holds(number));
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
        let is_logged = self.log.as_ref().is_some_and(|log| log.holds(number));
        !is_logged && at(&self.file, start, PAGE).is_ok_and(|bytes| bytes.iter().all(|byte| *byte == 0))
    }

    /// Whether one of the first pages of the file is good.
    pub(super) fn has_sound_page(&self, tried: u32) -> bool {
        (1..=self.end().min(tried)).any(|number| self.is_sound(number))
    }

    /// Whether the file begins as it should.
    pub(super) fn has_own_salt(&self) -> bool {
        at(&self.file, 0, SALT).is_ok_and(|there| there == self.codec.salt)
    }

    /// Whether a page is good, without decrypting it; in its newest form alone.
    pub(in crate::store) fn is_sound(&self, number: u32) -> bool {
        if let Some(log) = self.log.as_ref().filter(|log| log.holds(number)) {
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
