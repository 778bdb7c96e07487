use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use openssl::kdf::argon2id;
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use zeroize::Zeroizing;

use crate::domain::Secret;

use super::super::{StoreError, files};

/// Magic, three numbers, salt, nonce, tag; then the ciphertext.
const MAGIC: &[u8; 8] = b"KKTVLT01";
const SALT: usize = 16;
const NONCE: usize = 12;
const TAG: usize = 16;
/// A vault holds a few passwords.
const MAX_FILE: u64 = 4 << 20;

/// The cost of guessing a passphrase: the second recommendation of RFC 9106 §4.
const COST: Cost = Cost { passes: 3, lanes: 4, kibibytes: 64 * 1024 };

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    passes: u32,
    lanes: u32,
    kibibytes: u32,
}

/// The vault file, opened. A second copy lies beside it: a disk that forgets a few bytes costs no password, and not the key
/// of the whole profile.
pub(super) struct Vault {
    path: PathBuf,
    cost: Cost,
    salt: [u8; SALT],
    key: Zeroizing<[u8; 32]>,
}

type Secrets = BTreeMap<String, Zeroizing<String>>;

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// Opens the file, or makes an empty one. One that is damaged is put aside, and its copy takes its place.
    pub(super) fn open(path: PathBuf, passphrase: &Secret<String>) -> Result<Self, StoreError> {
        let (existing, copy) = (there(&path)?, there(&copy_of(&path))?);
        let vault = match (&existing, &copy) {
            (None, None) => {
                let (cost, salt) = (COST, random()?);
                let vault = Self { key: derive(passphrase, &salt, cost)?, path, cost, salt };
                vault.write(&Secrets::new())?;
                return Ok(vault);
            }
            (Some(bytes), _) => Self::of(path.clone(), bytes, passphrase),
            (None, Some(_)) => Err(StoreError::Corrupt("vault")),
        };
        match (vault, &copy) {
            (Ok(vault), copy) => {
                if copy.is_none() || *copy != existing {
                    files::replace(&copy_of(&vault.path), existing.as_deref().unwrap_or_default())?;
                }
                Ok(vault)
            }
            (Err(_), Some(bytes)) if copy != existing => {
                let vault = Self::of(path, bytes, passphrase)?;
                vault.put_aside(bytes)?;
                Ok(vault)
            }
            (Err(error), _) => Err(error),
        }
    }

    fn of(path: PathBuf, bytes: &[u8], passphrase: &Secret<String>) -> Result<Self, StoreError> {
        let (cost, salt) = Sealed::parse(bytes).map(|sealed| (sealed.cost, sealed.salt))?;
        let vault = Self { key: derive(passphrase, &salt, cost)?, path, cost, salt };
        drop(vault.decrypt(bytes)?);
        Ok(vault)
    }

    /// The damaged file stays beside what takes its place.
    fn put_aside(&self, good: &[u8]) -> Result<(), StoreError> {
        if self.path.exists() {
            let name = |number: u32| self.path.with_extension(format!("vault.damaged-{number}"));
            if let Some(free) = (1..1_000).map(name).find(|path| !path.exists()) {
                std::fs::rename(&self.path, free)?;
            }
        }
        files::replace(&self.path, good)
    }

    pub(super) fn get(&self, name: &str) -> Result<Option<Secret<String>>, StoreError> {
        Ok(self.read()?.get(name).map(|value| Secret::new(String::clone(value))))
    }

    /// Sets (or with `None` removes) a secret; the file is there as a whole before and after.
    pub(super) fn set(&mut self, name: &str, value: Option<&Secret<String>>) -> Result<(), StoreError> {
        let mut secrets = self.read()?;
        match value {
            Some(value) => secrets.insert(name.to_owned(), Zeroizing::new(value.declassify().clone())),
            None => secrets.remove(name),
        };
        self.write(&secrets)
    }

    fn read(&self) -> Result<Secrets, StoreError> {
        let read = files::read(&self.path, MAX_FILE).and_then(|bytes| self.decrypt(&bytes));
        let Err(error) = read else { return read };
        let Some(bytes) = there(&copy_of(&self.path))? else { return Err(error) };
        let Ok(secrets) = self.decrypt(&bytes) else { return Err(error) };
        self.put_aside(&bytes)?;
        Ok(secrets)
    }

    fn decrypt(&self, bytes: &[u8]) -> Result<Secrets, StoreError> {
        let sealed = Sealed::parse(bytes)?;
        let header = header(self.cost, &self.salt);
        let opened =
            decrypt_aead(Cipher::aes_256_gcm(), &*self.key, Some(&sealed.nonce), &header, sealed.content, &sealed.tag);
        let json = Zeroizing::new(opened.map_err(|_| StoreError::WrongPassphrase)?);
        let secrets: BTreeMap<String, String> = serde_json::from_slice(&json)?;
        Ok(secrets.into_iter().map(|(name, value)| (name, Zeroizing::new(value))).collect())
    }

    fn write(&self, secrets: &Secrets) -> Result<(), StoreError> {
        let plain: BTreeMap<&str, &str> = secrets.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let json = Zeroizing::new(serde_json::to_vec(&plain)?);
        let nonce: [u8; NONCE] = random()?;
        let mut bytes = header(self.cost, &self.salt);
        let mut tag = [0; TAG];
        let content = encrypt_aead(Cipher::aes_256_gcm(), &*self.key, Some(&nonce), &bytes, &json, &mut tag)?;
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&tag);
        bytes.extend_from_slice(&content);
        files::replace(&self.path, &bytes)?;
        files::replace(&copy_of(&self.path), &bytes)
    }
}

/// Where the copy of a vault is.
pub(super) fn copy_of(path: &Path) -> PathBuf {
    path.with_extension("vault.copy")
}

fn there(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    if path.exists() { files::read(path, MAX_FILE).map(Some) } else { Ok(None) }
}

/// The parts of the file.
struct Sealed<'a> {
    cost: Cost,
    salt: [u8; SALT],
    nonce: [u8; NONCE],
    tag: [u8; TAG],
    content: &'a [u8],
}

impl<'a> Sealed<'a> {
    /// Takes the file apart. Its numbers are bounded, so that a file that somebody changed can't
    /// make the program use all memory or never end.
    fn parse(bytes: &'a [u8]) -> Result<Self, StoreError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(StoreError::Corrupt("vault"))?;
        let (passes, rest) = take::<4>(rest)?;
        let (lanes, rest) = take::<4>(rest)?;
        let (kibibytes, rest) = take::<4>(rest)?;
        let (salt, rest) = take(rest)?;
        let (nonce, rest) = take(rest)?;
        let (tag, content) = take(rest)?;
        let cost = Cost {
            passes: u32::from_be_bytes(passes),
            lanes: u32::from_be_bytes(lanes),
            kibibytes: u32::from_be_bytes(kibibytes),
        };
        let is_bounded = (1..=16).contains(&cost.passes)
            && (1..=16).contains(&cost.lanes)
            && (8 * cost.lanes..=1024 * 1024).contains(&cost.kibibytes);
        if is_bounded { Ok(Self { cost, salt, nonce, tag, content }) } else { Err(StoreError::Corrupt("vault")) }
    }
}

fn take<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), StoreError> {
    bytes.split_first_chunk().map(|(first, rest)| (*first, rest)).ok_or(StoreError::Corrupt("vault"))
}

fn header(cost: Cost, salt: &[u8; SALT]) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    for number in [cost.passes, cost.lanes, cost.kibibytes] {
        header.extend_from_slice(&number.to_be_bytes());
    }
    header.extend_from_slice(salt);
    header
}

fn derive(passphrase: &Secret<String>, salt: &[u8], cost: Cost) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let mut key = Zeroizing::new([0; 32]);
    let passphrase = passphrase.declassify().as_bytes();
    argon2id(None, passphrase, salt, None, None, cost.passes, cost.lanes, cost.kibibytes, &mut *key)?;
    Ok(key)
}

fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    openssl::rand::rand_bytes(&mut bytes)?;
    Ok(bytes)
}
