//! An open profile: the store, its secrets, and the keyring and trust that are in it.

mod keeping;
mod trusting;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::crypto::smime::SmimeRing;
use crate::crypto::{ImportError, Keyring, pgp, smime};
use crate::domain::{Fingerprint, Secret, Technology};
use crate::net::transcript::Transcripts;
use crate::store::search::SearchIndex;
use crate::store::secret::SecretStore;
use crate::store::spool::SpoolFolder;
use crate::store::{ProfileKey, Store, StoreError, TrustKind};

use super::keys::Verdicts;
use super::outside::Keepers;
use super::topic::finding::Desk;
use super::{Failure, FailureKind, Retry};

/// Where a profile's secrets are kept.
#[derive(Clone, Debug)]
pub enum SecretsIn {
    /// The keyring of the operating system.
    Os,
    /// A vault file in the profile, under this passphrase.
    File(Secret<String>),
}

/// An open profile.
#[derive(Debug)]
pub struct Profile {
    /// The database.
    pub store: Arc<Store>,
    /// The index over what messages say.
    pub(super) search: SearchIndex,
    /// Where large plaintexts wait for their proof.
    pub(super) spool: SpoolFolder,
    /// Passwords.
    pub(super) secrets: Option<SecretStore>,
    /// Judging is done at this moment; `None` for now. The demo's mail has its own time.
    pub(super) fixed_at: Option<Timestamp>,
    /// What is kept of authorities while the program runs.
    pub(super) authorities: super::topic::authorities::Kept,
    /// What is remembered of looking certificates up.
    pub(super) finding: Desk,
    /// The account being set up.
    pub(super) setup: super::topic::setup::Desk,
    /// What is remembered of what was done with mail.
    pub(super) mail: super::topic::mail::Desk,
    /// What is remembered of telling about new mail.
    pub(super) news: super::topic::news::Desk,
    /// Whose turn it is to be synchronised.
    pub(super) turns: super::receiving::Turns,
    /// What was said with servers last.
    pub transcripts: Transcripts,
    /// What accounts that sign in with OAuth 2.0 log in with now.
    pub(super) tokens: super::login::Tokens,
    /// Held while something is sent.
    pub(super) sending: tokio::sync::Mutex<()>,
    keyring: Mutex<Arc<Keyring>>,
    /// Held while the keyring is changed: whoever changes it begins with what it is then.
    changing: Mutex<()>,
    trusting: Mutex<Option<trusting::KnownPolicy>>,
    /// What the key list says of certificates.
    pub(super) verdicts: Mutex<Verdicts>,
    /// Held while those that are missing there are found.
    pub(super) judging: Mutex<()>,
    /// Some are missing, and whoever finds them has not begun with these.
    pub(super) is_unjudged: AtomicBool,
    /// Who uses secret keys that are not here.
    pub(super) keepers: Keepers,
    /// Protects, inside the encrypted store, keys that were given no passphrase of their own.
    key_passphrase: Secret<String>,
}

impl Profile {
    /// Opens the profile in a folder, or makes it.
    ///
    /// # Errors
    /// A [`Failure`] that says whether it is in use, locked, or broken.
    pub fn open(dir: &Path, secrets: &SecretsIn) -> Result<Self, Failure> {
        let secrets = match secrets {
            SecretsIn::Os => SecretStore::os(dir),
            SecretsIn::File(passphrase) => SecretStore::file(dir, passphrase),
        }
        .map_err(store_failure)?;
        let key = ProfileKey::obtain(dir, &secrets).map_err(store_failure)?;
        let store = Store::open(dir, &key).map_err(store_failure)?;
        Self::with(dir, store, &key, Some(secrets), None)
    }

    /// A profile that is gone when the folder is: its key is kept nowhere.
    pub(super) fn fleeting(dir: &Path, at: Option<Timestamp>) -> Result<Self, Failure> {
        let key = ProfileKey::generate().map_err(store_failure)?;
        let store = Store::open(dir, &key).map_err(store_failure)?;
        Self::with(dir, store, &key, None, at)
    }

    fn with(
        dir: &Path,
        store: Store,
        key: &ProfileKey,
        secrets: Option<SecretStore>,
        fixed_at: Option<Timestamp>,
    ) -> Result<Self, Failure> {
        let (spool, search) = (SpoolFolder::new(dir), SearchIndex::of(dir, key));
        let key_passphrase = key_passphrase(&store)?;
        let keyring = Keyring { passphrases: key_passphrases(&store, &key_passphrase)?, ..Keyring::default() };
        let profile = Self {
            store: Arc::new(store),
            search,
            spool,
            secrets,
            fixed_at,
            authorities: super::topic::authorities::Kept::default(),
            finding: Desk::default(),
            setup: super::topic::setup::Desk::default(),
            mail: super::topic::mail::Desk::default(),
            news: super::topic::news::Desk::default(),
            turns: super::receiving::Turns::default(),
            tokens: super::login::Tokens::default(),
            sending: tokio::sync::Mutex::default(),
            keepers: Keepers::default(),
            transcripts: Transcripts::default(),
            keyring: Mutex::new(Arc::new(keyring)),
            changing: Mutex::default(),
            trusting: Mutex::default(),
            verdicts: Mutex::default(),
            judging: Mutex::default(),
            is_unjudged: AtomicBool::default(),
            key_passphrase,
        };
        profile.load_keyring(Vec::new())?;
        // Of older profiles nobody knows any more: before anything new comes in, what is there counts.
        for (fingerprint, kind) in profile.store.trust().map_err(store_failure)? {
            if kind == TrustKind::Direct {
                profile.compared(&fingerprint)?;
            }
        }
        Ok(profile)
    }

    /// The platform's folder for the profile.
    pub fn default_dir() -> Option<PathBuf> {
        crate::store::files::profile_dir()
    }

    /// The moment to judge at.
    pub fn now(&self) -> Timestamp {
        self.fixed_at.unwrap_or_else(Timestamp::now)
    }

    /// Certificates, keys and the passphrases given in this session.
    pub fn keyring(&self) -> Arc<Keyring> {
        Arc::clone(&self.keyring.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What protects keys that were given no passphrase of their own: of this profile, and of those that were restored
    /// into it.
    pub(super) fn key_passphrases(&self) -> Vec<Secret<String>> {
        key_passphrases(&self.store, &self.key_passphrase).unwrap_or_else(|_| vec![self.key_passphrase.clone()])
    }

    /// The one of this profile.
    pub(super) fn own_key_passphrase(&self) -> &Secret<String> {
        &self.key_passphrase
    }

    /// Keeps what protected keys in another profile.
    pub(super) fn remember_key_passphrases(&self, more: &[Secret<String>]) -> Result<(), Failure> {
        let mut kept: Vec<String> =
            self.store.setting(OTHER_KEY_PASSPHRASES).map_err(store_failure)?.unwrap_or_default();
        for one in more.iter().map(Secret::declassify) {
            if one != self.key_passphrase.declassify() && !kept.contains(one) {
                kept.push(one.clone());
            }
        }
        self.store.set_setting(OTHER_KEY_PASSPHRASES, &kept).map_err(store_failure)
    }

    /// Tries a PIN once on the token that waits for one.
    pub fn offer_pin(&self, pin: &Secret<String>) {
        self.keepers.offer(pin);
    }

    /// What protects, inside the profile, keys that were given no passphrase of their own.
    pub(super) fn key_passphrase(&self) -> &Secret<String> {
        &self.key_passphrase
    }

    /// Whose Authentication-Results are believed, and whether the sender is evaluated here.
    pub(super) fn delivery(&self) -> (Vec<String>, bool) {
        let ids = self.store.setting("authserv_ids").ok().flatten().unwrap_or_default();
        let evaluates = self.store.setting("evaluates_sender").ok().flatten().unwrap_or_default();
        (ids, evaluates)
    }

    /// Authorities whose server certificates are believed beside the platform's (a company's own).
    pub(super) fn server_roots(&self) -> Vec<Vec<u8>> {
        let kept: Vec<String> = self.store.setting("server_roots").ok().flatten().unwrap_or_default();
        kept.iter().filter_map(|root| hex::decode(root).ok()).collect()
    }

    /// Believes server certificates of these authorities.
    ///
    /// # Errors
    /// When the store can't be written.
    pub fn add_server_roots(&self, ring: &SmimeRing) -> Result<(), Failure> {
        let mut kept: Vec<String> = self.store.setting("server_roots").map_err(store_failure)?.unwrap_or_default();
        for certificate in &ring.certificates() {
            let root = hex::encode(&certificate.der);
            if !kept.contains(&root) {
                kept.push(root);
            }
        }
        self.store.set_setting("server_roots", &kept).map_err(store_failure)
    }

    /// Makes a key pair and keeps it.
    ///
    /// # Errors
    /// When the address is none, or the cryptographic library refuses.
    pub fn generate(
        &self,
        technology: Technology,
        name: &str,
        address: &str,
        passphrase: Option<&Secret<String>>,
    ) -> Result<Fingerprint, Failure> {
        super::keys::generate(self, technology, name, address, passphrase)
    }

    /// A certificate, or a key with its secret part, as a file. A secret part that has no passphrase
    /// of its own yet gets this one.
    ///
    /// # Errors
    /// When it is unknown, locked, or has no secret part.
    pub fn export(
        &self,
        fingerprint: &Fingerprint,
        secret: bool,
        passphrase: Option<&Secret<String>>,
    ) -> Result<Vec<u8>, Failure> {
        self.export_in(smime::Pkcs12Form::default(), fingerprint, secret, passphrase)
    }

    /// The same with a say in the form of PKCS#12.
    ///
    /// # Errors
    /// When it is unknown, locked, or has no secret part.
    pub fn export_in(
        &self,
        form: smime::Pkcs12Form,
        fingerprint: &Fingerprint,
        secret: bool,
        passphrase: Option<&Secret<String>>,
    ) -> Result<Vec<u8>, Failure> {
        let keyring = self.keyring();
        let missing = || Failure {
            kind: FailureKind::Input,
            retry: Retry::Never,
            subject: fingerprint.to_string(),
            source: "unknown_fingerprint".to_owned(),
        };
        if let Some(cert) = keyring.pgp.find(fingerprint) {
            return match secret {
                true if keyring.pgp.keeper(cert).is_some() && !cert.is_tsk() => Err(Failure {
                    kind: FailureKind::KeptElsewhere,
                    retry: Retry::Never,
                    subject: fingerprint.to_string(),
                    source: "secret_elsewhere".to_owned(),
                }),
                true if !cert.is_tsk() => Err(missing()),
                true => match passphrase {
                    Some(passphrase) => {
                        let protected = pgp::protected_by(cert, passphrase).map_err(|error| Failure {
                            kind: FailureKind::Protect,
                            retry: Retry::Now,
                            subject: fingerprint.to_string(),
                            source: error.to_string(),
                        })?;
                        Ok(pgp::armored_secret(&protected))
                    }
                    None => Ok(pgp::armored_secret(cert)),
                },
                false => Ok(pgp::armored_public(cert)),
            };
        }
        let certificate = keyring.smime.find(fingerprint).ok_or_else(missing)?;
        if !secret {
            return Ok(smime::export_pem(certificate));
        }
        let own =
            keyring.smime.own().iter().find(|own| own.certificate.fingerprint == *fingerprint).ok_or_else(missing)?;
        let Some(passphrase) = passphrase else {
            return Err(Failure {
                kind: FailureKind::WrongPassphrase,
                retry: Retry::Now,
                subject: fingerprint.to_string(),
                source: "passphrase_needed".to_owned(),
            });
        };
        smime::export_pkcs12(own, &keyring.smime, passphrase, form).map_err(|error| Failure {
            kind: FailureKind::Protect,
            retry: Retry::Now,
            subject: fingerprint.to_string(),
            source: error.to_string(),
        })
    }
}

/// Of profiles that were restored into this one.
const OTHER_KEY_PASSPHRASES: &str = "backup-key-passphrases";

fn key_passphrases(store: &Store, own: &Secret<String>) -> Result<Vec<Secret<String>>, Failure> {
    let others: Vec<String> = store.setting(OTHER_KEY_PASSPHRASES).map_err(store_failure)?.unwrap_or_default();
    Ok(std::iter::once(own.clone()).chain(others.into_iter().map(Secret::new)).collect())
}

fn key_passphrase(store: &Store) -> Result<Secret<String>, Failure> {
    const NAME: &str = "key-passphrase";
    if let Some(known) = store.setting::<String>(NAME).map_err(store_failure)? {
        return Ok(Secret::new(known));
    }
    let mut random = [0_u8; 32];
    openssl::rand::rand_bytes(&mut random).map_err(|error| store_failure(error.into()))?;
    let made = hex::encode(random);
    store.set_setting(NAME, &made).map_err(store_failure)?;
    Ok(Secret::new(made))
}

/// What an import error is for the user.
pub(super) fn import_failure(error: &ImportError) -> Failure {
    let kind = match error {
        ImportError::WrongPassphrase => FailureKind::WrongPassphrase,
        _ => FailureKind::Import,
    };
    Failure { kind, retry: Retry::Now, subject: String::new(), source: error.to_string() }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        store_failure(error)
    }
}

/// What a store error is for the user.
// By value, so that it can be handed to `map_err`.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn store_failure(error: StoreError) -> Failure {
    if let StoreError::NoSpace { needed, .. } = &error {
        let (subject, source) = (needed.to_string(), error.to_string());
        return Failure { kind: FailureKind::NoSpace, retry: Retry::Now, subject, source };
    }
    let (kind, retry) = match &error {
        error if error.is_damage() => (FailureKind::Damaged, Retry::Never),
        StoreError::InUse => (FailureKind::ProfileInUse, Retry::Now),
        StoreError::WrongPassphrase | StoreError::WrongKey | StoreError::KeyMissing => {
            (FailureKind::ProfileLocked, Retry::Now)
        }
        StoreError::Keyring(_) => (FailureKind::SecretStore, Retry::Now),
        StoreError::File(_) | StoreError::TooBig => (FailureKind::File, Retry::Now),
        StoreError::NotFound => (FailureKind::Input, Retry::Never),
        _ => (FailureKind::Store, Retry::Never),
    };
    Failure { kind, retry, subject: String::new(), source: error.to_string() }
}

#[cfg(test)]
mod tests;
