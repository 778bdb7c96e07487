//! The agent of GnuPG, which has keys of its own and asks cards for those on them.

use std::path::PathBuf;
use std::time::Duration;

use sequoia_gpg_agent::gnupg::Context;
use sequoia_gpg_agent::keyinfo::{KeyInfo, KeyProtection, KeyType};
use sequoia_gpg_agent::sequoia_ipc::Keygrip;
use sequoia_gpg_agent::{Agent, KeyPair, PinentryMode};
use sequoia_openpgp::crypto::mpi::{Ciphertext, Signature};
use sequoia_openpgp::crypto::{Decryptor, Password, SessionKey, Signer};
use sequoia_openpgp::types::HashAlgorithm;

use crate::crypto::pgp::{Keeper, PublicKey};
use crate::domain::Secret;

/// Passphrases that are tried on one key.
const MAX_TRIES: usize = 4;
/// How long the agent may take to say what it has.
const PATIENCE: Duration = Duration::from_secs(10);

/// The agent of one home.
#[derive(Debug)]
pub(in crate::engine) struct AgentKeeper {
    home: PathBuf,
}

impl AgentKeeper {
    pub(in crate::engine) fn new(home: PathBuf) -> Self {
        Self { home }
    }

    /// Whether the agent has the secret part of a key.
    pub(in crate::engine) fn has(&self, key: &PublicKey) -> bool {
        self.info(key).is_some()
    }

    fn info(&self, key: &PublicKey) -> Option<KeyInfo> {
        let (home, grip) = (self.home.clone(), Keygrip::of(key.mpis()).ok()?);
        // On a thread of its own: the caller may be on one of the runtime's.
        let ask = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(async move {
                let context = Context::with_homedir(home).ok()?;
                let asked = async {
                    let mut agent = Agent::connect(&context).await.ok()?;
                    agent.key_info(&grip).await.ok()
                };
                tokio::time::timeout(PATIENCE, asked).await.ok().flatten()
            })
        };
        std::thread::spawn(ask).join().ok().flatten()
    }

    fn pair(&self, key: &PublicKey, passphrases: &[Secret<String>], may_ask: bool) -> Option<AgentPair> {
        let info = self.info(key)?;
        let is_on_card = info.keytype() == KeyType::Smartcard;
        let is_open = info.passphrase_cached() || *info.protection() == KeyProtection::NotProtected;
        let context = Context::with_homedir(&self.home).ok()?;
        let make = || KeyPair::new_for_gnupg_context(&context, key).ok();
        let mut tries = Vec::new();
        if is_open {
            tries.push(make()?.suppress_pinentry());
        } else if !is_on_card {
            // A card counts wrong tries and locks itself: only its owner's hand gives it a PIN.
            for passphrase in passphrases.iter().take(MAX_TRIES) {
                tries.push(make()?.with_password(Password::from(passphrase.declassify().as_str())));
            }
        }
        if !is_open && (may_ask || is_on_card) {
            tries.push(make()?.set_pinentry_mode(PinentryMode::Ask));
        }
        Some(AgentPair { public: key.clone(), tries })
    }
}

impl Keeper for AgentKeeper {
    fn signer(&self, key: &PublicKey, passphrases: &[Secret<String>]) -> Option<Box<dyn Signer + Send + Sync>> {
        // Who signs sits there and waits: the agent may open its own window.
        Some(Box::new(self.pair(key, passphrases, true)?))
    }

    fn decryptor(&self, key: &PublicKey, passphrases: &[Secret<String>]) -> Option<Box<dyn Decryptor + Send + Sync>> {
        // Messages are opened without being asked for, too: no window may come up for each.
        Some(Box::new(self.pair(key, passphrases, false)?))
    }
}

/// A key of the agent's, with the ways in which it may open.
struct AgentPair {
    public: PublicKey,
    tries: Vec<KeyPair>,
}

impl AgentPair {
    fn first<T>(&mut self, work: impl Fn(&mut KeyPair) -> sequoia_openpgp::Result<T>) -> sequoia_openpgp::Result<T> {
        let mut last = sequoia_openpgp::Error::InvalidOperation("locked".to_owned()).into();
        for pair in &mut self.tries {
            match work(pair) {
                Ok(done) => return Ok(done),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

impl Signer for AgentPair {
    fn public(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&mut self, hash: HashAlgorithm, digest: &[u8]) -> sequoia_openpgp::Result<Signature> {
        self.first(|pair| pair.sign(hash, digest))
    }
}

impl Decryptor for AgentPair {
    fn public(&self) -> &PublicKey {
        &self.public
    }

    fn decrypt(&mut self, ciphertext: &Ciphertext, length: Option<usize>) -> sequoia_openpgp::Result<SessionKey> {
        self.first(|pair| pair.decrypt(ciphertext, length))
    }
}
