//! Passwords and the profile's key: in the system's keyring, or in a vault file under a passphrase.

mod vault;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use keyring::{Entry, Error};

use crate::domain::Secret;

use super::{StoreError, files};
use vault::Vault;

const SERVICE: &str = "kakitome";
const PROFILE_ID: &str = "profile-id";
const VAULT: &str = "secrets.vault";

/// Where secrets are kept.
#[derive(Debug)]
pub struct SecretStore(Place);

#[derive(Debug)]
enum Place {
    /// Secret Service, macOS Keychain or Windows Credential Manager.
    Os {
        profile: String,
    },
    File {
        vault: Mutex<Vault>,
    },
}

impl SecretStore {
    /// The system's keyring. Entries of different profiles are kept apart by a random name that
    /// lies in the profile.
    pub fn os(dir: &Path) -> Result<Self, StoreError> {
        if let Err(error) = on_own_thread(Entry::store_status)? {
            return Err(StoreError::Keyring(error.to_string()));
        }
        Ok(Self(Place::Os { profile: profile_id(dir)? }))
    }

    /// A vault file in the profile (AES-256-GCM under Argon2id, RFC 9106), made when there is none.
    pub fn file(dir: &Path, passphrase: &Secret<String>) -> Result<Self, StoreError> {
        files::create_private_dir(dir)?;
        let vault = Vault::open(vault_path(dir), passphrase)?;
        Ok(Self(Place::File { vault: Mutex::new(vault) }))
    }

    /// Whether the profile has a vault file already: its passphrase is asked for then.
    pub fn has_file(dir: &Path) -> bool {
        vault_path(dir).exists() || vault::copy_of(&vault_path(dir)).exists()
    }

    /// A secret, `None` when there is none of that name.
    pub fn get(&self, name: &str) -> Result<Option<Secret<String>>, StoreError> {
        match &self.0 {
            Place::File { vault } => lock(vault).get(name),
            Place::Os { profile } => with_entry(profile, name, |entry| match entry.get_password() {
                Ok(text) => Ok(Some(Secret::new(text))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(error),
            }),
        }
    }

    /// Keeps a secret in place of the one of that name.
    pub fn set(&self, name: &str, value: &Secret<String>) -> Result<(), StoreError> {
        match &self.0 {
            Place::File { vault } => lock(vault).set(name, Some(value)),
            Place::Os { profile } => with_entry(profile, name, |entry| entry.set_password(value.declassify())),
        }
    }

    /// Forgets a secret; one that is not there is no error.
    pub fn remove(&self, name: &str) -> Result<(), StoreError> {
        match &self.0 {
            Place::File { vault } => lock(vault).set(name, None),
            Place::Os { profile } => with_entry(profile, name, |entry| match entry.delete_credential() {
                Err(Error::NoEntry) => Ok(()),
                other => other,
            }),
        }
    }
}

fn lock(vault: &Mutex<Vault>) -> std::sync::MutexGuard<'_, Vault> {
    vault.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Works on an entry in a thread of its own: the client of the Secret Service waits in a way that
/// is not allowed on an asynchronous runtime's threads, and callers may be there.
fn with_entry<T: Send>(
    profile: &str,
    name: &str,
    work: impl FnOnce(&Entry) -> keyring::Result<T> + Send,
) -> Result<T, StoreError> {
    on_own_thread(|| Entry::new(SERVICE, &format!("{profile}/{name}")).and_then(|entry| work(&entry)))?
        .map_err(|error| keyring(&error))
}

fn on_own_thread<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, StoreError> {
    std::thread::scope(|scope| scope.spawn(work).join()).map_err(|_| StoreError::Keyring("panicked".into()))
}

fn keyring(error: &Error) -> StoreError {
    StoreError::Keyring(error.to_string())
}

fn vault_path(dir: &Path) -> PathBuf {
    dir.join(VAULT)
}

fn profile_id(dir: &Path) -> Result<String, StoreError> {
    files::create_private_dir(dir)?;
    let path = dir.join(PROFILE_ID);
    if !path.exists() {
        let mut id = [0; 16];
        openssl::rand::rand_bytes(&mut id)?;
        files::replace(&path, hex::encode(id).as_bytes())?;
    }
    String::from_utf8(files::read(&path, 64)?).map_err(|_| StoreError::Corrupt(PROFILE_ID))
}
