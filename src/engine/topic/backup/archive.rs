//! The inside of a backup: a tar archive of ordinary files, and what its manifest says of them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::{Fingerprint, Technology};
use crate::store::Rows;

/// The folder that everything is in.
const FOLDER: &str = "kakitome-backup/";
const MANIFEST: &str = "manifest.json";
const PROFILE: &str = "profile.json";
/// Every OpenPGP certificate without a secret key.
pub(super) const PGP_CERTIFICATES: &str = "openpgp/certificates.asc";
/// Every X.509 certificate without a secret key.
pub(super) const SMIME_CERTIFICATES: &str = "smime/certificates.pem";
/// What this program writes and understands.
const SCHEMA: u32 = 1;
/// Files in an archive.
const MAX_FILES: usize = 100_000;
const BLOCK: usize = 512;

/// What a backup says of itself, inside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) schema: u32,
    pub(super) program: String,
    pub(super) made_at: Timestamp,
    /// Which recovery words open it; empty for a passphrase.
    #[serde(default)]
    pub(super) words: String,
    pub(super) keys: Vec<KeyEntry>,
    /// Certificates without a secret key.
    pub(super) certificates: usize,
}

/// A secret key in a backup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KeyEntry {
    pub(super) technology: String,
    pub(super) fingerprint: String,
    #[serde(default)]
    pub(super) names: Vec<String>,
    #[serde(default)]
    pub(super) addresses: Vec<String>,
    /// The file that it is in.
    pub(super) file: String,
    /// It stays under a passphrase of its own inside.
    pub(super) is_locked: bool,
}

impl KeyEntry {
    pub(super) fn fingerprint(&self) -> Option<Fingerprint> {
        Fingerprint::parse(&self.fingerprint)
    }

    pub(super) fn technology(&self) -> Option<Technology> {
        [Technology::OpenPgp, Technology::Smime].into_iter().find(|one| one.word() == self.technology)
    }
}

/// What is beside certificates and keys.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct ProfilePart {
    /// What protected keys in the store that have no passphrase of their own.
    #[serde(default)]
    pub(super) key_passphrases: Vec<String>,
    /// When each certificate was first kept, and where it came from.
    #[serde(default)]
    pub(super) kept: BTreeMap<String, Kept>,
    #[serde(default)]
    pub(super) rows: Rows,
}

/// How a certificate came to be kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) added_at: Timestamp,
    pub(super) origin: String,
}

/// Files by their names inside the folder.
pub(super) type Files = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// An opened backup.
pub(super) struct Archive {
    pub(super) manifest: Manifest,
    pub(super) profile: ProfilePart,
    pub(super) files: Files,
}

/// Why an archive can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is something else.
    Foreign,
    /// A newer version made it.
    Newer,
}

/// Packs files, the manifest first, in one piece of memory.
pub(super) fn pack(
    manifest: &Manifest,
    profile: &ProfilePart,
    mut files: Files,
) -> std::io::Result<Zeroizing<Vec<u8>>> {
    files.insert(PROFILE.to_owned(), Zeroizing::new(serde_json::to_vec_pretty(profile)?));
    let first = Zeroizing::new(serde_json::to_vec_pretty(manifest)?);
    let names = std::iter::once((MANIFEST, &first)).chain(files.iter().map(|(name, bytes)| (name.as_str(), bytes)));
    let names: Vec<_> = names.collect();
    // A vector that grows leaves copies of secrets behind: its size is known before.
    let size: usize = names.iter().map(|(_, bytes)| 3 * BLOCK + bytes.len().next_multiple_of(BLOCK)).sum();
    let room = Zeroizing::new(Vec::with_capacity(size + 2 * BLOCK));
    let mut builder = tar::Builder::new(Growing(room));
    let seconds = u64::try_from(manifest.made_at.as_second()).unwrap_or(0);
    for (name, bytes) in names {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(seconds);
        builder.append_data(&mut header, format!("{FOLDER}{name}"), bytes.as_slice())?;
    }
    Ok(builder.into_inner()?.0)
}

struct Growing(Zeroizing<Vec<u8>>);

impl std::io::Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Archive {
    /// Reads an archive; nothing of it is written anywhere.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Unfit> {
        let mut files = files(bytes).ok_or(Unfit::Foreign)?;
        let manifest = files.remove(MANIFEST).ok_or(Unfit::Foreign)?;
        let version: Version = serde_json::from_slice(&manifest).map_err(|_| Unfit::Foreign)?;
        if version.schema > SCHEMA {
            return Err(Unfit::Newer);
        }
        let manifest: Manifest = serde_json::from_slice(&manifest).map_err(|_| Unfit::Foreign)?;
        let profile = match files.remove(PROFILE) {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|_| Unfit::Foreign)?,
            None => ProfilePart::default(),
        };
        // What the manifest promises is there.
        if manifest.keys.iter().any(|key| !files.contains_key(&key.file)) {
            return Err(Unfit::Foreign);
        }
        Ok(Self { manifest, profile, files })
    }
}

#[derive(Deserialize)]
struct Version {
    schema: u32,
}

fn files(bytes: &[u8]) -> Option<Files> {
    let mut archive = tar::Archive::new(Cursor::new(bytes));
    let mut files = Files::new();
    for entry in archive.entries().ok()? {
        let mut entry = entry.ok()?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = entry.path().ok()?.to_str()?.strip_prefix(FOLDER)?.to_owned();
        let size = usize::try_from(entry.size()).ok().filter(|size| *size <= bytes.len())?;
        let mut content = Zeroizing::new(Vec::with_capacity(size));
        entry.read_to_end(&mut content).ok()?;
        files.insert(name, content);
        if files.len() > MAX_FILES {
            return None;
        }
    }
    Some(files)
}

impl Manifest {
    pub(super) fn new(made_at: Timestamp, words: &str) -> Self {
        Self {
            schema: SCHEMA,
            program: format!("Kakitome {}", env!("CARGO_PKG_VERSION")),
            made_at,
            words: words.to_owned(),
            keys: Vec::new(),
            certificates: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let key = KeyEntry {
            technology: "openpgp".into(),
            fingerprint: "A".repeat(40),
            names: Vec::new(),
            addresses: Vec::new(),
            file: "openpgp/secret/a.asc".into(),
            is_locked: false,
        };
        Manifest { keys: vec![key], ..Manifest::new("2026-11-28T10:00:00Z".parse().unwrap(), "3F2A-91C0") }
    }

    fn files() -> Files {
        [("openpgp/secret/a.asc".to_owned(), Zeroizing::new(b"a key".to_vec()))].into()
    }

    #[test]
    fn what_is_packed_is_read_again_and_takes_no_more_room_than_was_foreseen() {
        let packed = pack(&manifest(), &ProfilePart::default(), files()).unwrap();
        assert!(packed.len() <= packed.capacity() && packed.len().is_multiple_of(BLOCK));
        let read = Archive::read(&packed).unwrap_or_else(|why| panic!("{why:?}"));
        assert_eq!(read.manifest, manifest());
        assert_eq!(*read.files["openpgp/secret/a.asc"], b"a key");
    }

    #[test]
    fn what_is_newer_lacks_a_key_or_leads_elsewhere_is_refused() {
        let packed = |manifest: &Manifest, files| pack(manifest, &ProfilePart::default(), files).unwrap();
        let why = |bytes: &[u8]| Archive::read(bytes).err();
        let newer = Manifest { schema: SCHEMA + 1, ..manifest() };
        assert_eq!(why(&packed(&newer, files())), Some(Unfit::Newer));
        assert_eq!(why(&packed(&manifest(), Files::new())), Some(Unfit::Foreign));
        let whole = packed(&manifest(), files());
        assert_eq!(why(&whole[..BLOCK + 10]), Some(Unfit::Foreign));
        assert_eq!(why(b"no archive"), Some(Unfit::Foreign));
        let mut elsewhere = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(1);
        elsewhere.append_data(&mut header, "outside/manifest.json", &b"1"[..]).unwrap();
        assert_eq!(why(&elsewhere.into_inner().unwrap()), Some(Unfit::Foreign));
    }
}
