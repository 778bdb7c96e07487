use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use sequoia_openpgp::cert::amalgamation::key::PrimaryKey as _;
use sequoia_openpgp::crypto::{Password, S2K};
use sequoia_openpgp::packet::key::SecretKeyMaterial;
use sequoia_openpgp::packet::{Key, key};
use sequoia_openpgp::{Cert, Fingerprint, Packet};

use crate::crypto::ProtectError;
use crate::domain::Secret;

/// A key with its secret part.
pub(super) type SecretKey = Key<key::SecretParts, key::UnspecifiedRole>;

/// Entries kept; a passphrase is never kept, only its SHA-256.
const MAX_REMEMBERED: usize = 1_000;
/// Argon2 memory, as a power of two of KiB: 2 GiB, the first choice of RFC 9106 §4. Beyond that, a
/// key is there to exhaust us.
const MAX_ARGON2_MEMORY: u8 = 21;
const MAX_ARGON2_PASSES: u8 = 16;

/// What passphrases have opened, and what they have not: deriving a key from a passphrase takes a
/// noticeable time, and a folder of messages asks for the same again and again. A result is
/// given only to a caller who presents the same passphrase.
#[derive(Clone, Default)]
pub(super) struct Unlocked(Arc<Mutex<Attempts>>);

/// By key and passphrase: the open key, or `None` for a passphrase that does not fit.
type Attempts = HashMap<(Fingerprint, [u8; 32]), Option<SecretKey>>;

impl fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unlocked(…)")
    }
}

impl Unlocked {
    /// Opens a key with the first passphrase that fits, or as it is when it is not protected.
    pub(super) fn open(&self, key: &SecretKey, passphrases: &[Secret<String>]) -> Option<SecretKey> {
        if key.has_unencrypted_secret() {
            return Some(key.clone());
        }
        passphrases.iter().find_map(|passphrase| {
            let name = (key.fingerprint(), openssl::sha::sha256(passphrase.declassify().as_bytes()));
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
            known.unwrap_or_else(|| {
                let opened = try_one(key, passphrase);
                let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                if all.len() >= MAX_REMEMBERED {
                    all.clear();
                }
                all.insert(name, opened.clone());
                opened
            })
        })
    }
}

/// Whether the secret part is not here but on a card, or was taken out (GnuPG's `gnu-dummy`).
pub(super) fn is_stub(key: &SecretKey) -> bool {
    matches!(key.secret(), SecretKeyMaterial::Encrypted(protected) if !protected.s2k().is_supported())
}

/// Whether a secret key in the certificate can be used: it is not protected, or one of the
/// passphrases opens it. Stubs, whose secret part is on a card or elsewhere, don't count.
pub fn unlockable(cert: &Cert, passphrases: &[Secret<String>]) -> bool {
    let unlocked = Unlocked::default();
    cert.keys().secret().any(|key| unlocked.open(key.key(), passphrases).is_some())
}

/// The certificate with a passphrase on every secret key that has none; the others keep their own.
///
/// # Errors
/// [`ProtectError::Library`] when the library refuses.
pub fn protected_by(cert: &Cert, passphrase: &Secret<String>) -> Result<Cert, ProtectError> {
    let refuse = |error: anyhow::Error| ProtectError::Library(error.to_string());
    let password = Password::from(passphrase.declassify().as_str());
    let mut packets: Vec<Packet> = Vec::new();
    for open in cert.keys().unencrypted_secret() {
        let is_primary = open.primary();
        let key = open.key().clone().encrypt_secret(&password).map_err(refuse)?;
        packets.push(if is_primary { key.role_into_primary().into() } else { key.role_into_subordinate().into() });
    }
    Ok(cert.clone().insert_packets(packets).map_err(refuse)?.0)
}

/// Whether every secret key that one state of a certificate has is in the other one too, with the same secret as far
/// as the passphrases let it be seen. `None` when one of them stays locked on either side.
pub fn same_secrets(wanted: &Cert, other: &Cert, passphrases: &[Secret<String>]) -> Option<bool> {
    let unlocked = Unlocked::default();
    let mut is_known = true;
    for key in wanted.keys().secret().filter(|key| !is_stub(key.key())) {
        let same = other.keys().secret().find(|one| one.key().fingerprint() == key.key().fingerprint());
        let Some(same) = same else { return Some(false) };
        // The very same packet, locked or not, opens alike.
        if key.key().secret() == same.key().secret() {
            continue;
        }
        match (unlocked.open(key.key(), passphrases), unlocked.open(same.key(), passphrases)) {
            (Some(mine), Some(theirs)) if mine.secret() != theirs.secret() => return Some(false),
            (Some(_), Some(_)) => {}
            _ => is_known = false,
        }
    }
    is_known.then_some(true)
}

/// The certificate with every secret key open that a passphrase opens; `None` when it opens none.
pub fn opened_by(cert: &Cert, passphrase: &Secret<String>) -> Option<Cert> {
    let mut packets: Vec<Packet> = Vec::new();
    for locked in cert.keys().secret().filter(|key| !key.key().has_unencrypted_secret()) {
        let is_primary = locked.primary();
        let Some(key) = try_one(locked.key(), passphrase) else { continue };
        packets.push(if is_primary { key.role_into_primary().into() } else { key.role_into_subordinate().into() });
    }
    if packets.is_empty() {
        return None;
    }
    cert.clone().insert_packets(packets).ok().map(|(cert, _)| cert)
}

fn try_one(key: &SecretKey, passphrase: &Secret<String>) -> Option<SecretKey> {
    let SecretKeyMaterial::Encrypted(protected) = key.secret() else { return None };
    if !is_bearable(protected.s2k()) {
        return None;
    }
    key.clone().decrypt_secret(&Password::from(passphrase.declassify().as_str())).ok()
}

/// Whether deriving a key costs no more than one would ask for oneself.
fn is_bearable(s2k: &S2K) -> bool {
    match s2k {
        S2K::Argon2 { t, m, .. } => *m <= MAX_ARGON2_MEMORY && *t <= MAX_ARGON2_PASSES,
        _ => s2k.is_supported(),
    }
}

/// The same for a derivation that the sender of a message chose: 64 MiB, a few passes.
pub(super) fn is_bearable_from_others(s2k: &S2K) -> bool {
    match s2k {
        S2K::Argon2 { t, m, .. } => *m <= 16 && *t <= 4,
        _ => s2k.is_supported(),
    }
}
