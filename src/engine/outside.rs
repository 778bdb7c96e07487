//! Secret keys that are used where they are: with the agent of GnuPG, or on a token.

mod agent;
mod token;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::crypto::Keyring;
use crate::domain::Secret;
use crate::store::OutsideKeyRecord;

pub use token::{OnToken, Token, TokenCertificate, TokenFailure, TokenInfo, known_modules, tokens};

use agent::AgentKeeper;

/// Who is spoken to in this session. A PIN opens a token for as long as the program runs, and is kept nowhere.
#[derive(Debug, Default)]
pub(super) struct Keepers {
    tokens: Mutex<Vec<Arc<Token>>>,
}

/// Where the agent of GnuPG has a key.
#[derive(Serialize, Deserialize)]
pub(super) struct AtAgent {
    pub(super) home: PathBuf,
}

/// Who keeps the secret part of an own key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeyPlace {
    /// The profile.
    #[default]
    Here,
    /// The agent of GnuPG, which may have it on a card.
    Agent,
    /// A token, of this label.
    Token(String),
}

impl KeyPlace {
    /// The word in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Here => "profile",
            Self::Agent => "gpg-agent",
            Self::Token(_) => "token",
        }
    }

    /// Where one of these records says that its key is.
    pub(super) fn of(record: &OutsideKeyRecord) -> Self {
        if record.keeper == "gpg-agent" {
            return Self::Agent;
        }
        let place = serde_json::from_str::<AtToken>(&record.locator);
        Self::Token(place.map(|place| place.label).unwrap_or_default())
    }
}

/// Where a token has a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtToken {
    /// The library that speaks to it (PKCS #11).
    pub module: PathBuf,
    /// Its label.
    pub label: String,
    /// Its serial number.
    pub serial: String,
    /// CKA_ID of the key, in hexadecimal.
    pub id: String,
}

impl Keepers {
    /// Tells a keyring who keeps which of its secret keys. A record that can't be read, or whose certificate is gone,
    /// is passed over.
    pub(super) fn attach(&self, records: &[OutsideKeyRecord], keyring: &mut Keyring) {
        for record in records {
            match record.keeper.as_str() {
                "gpg-agent" => {
                    if let Ok(place) = serde_json::from_str::<AtAgent>(&record.locator) {
                        let keeper = Arc::new(AgentKeeper::new(place.home));
                        keyring.pgp.keep_outside(record.fingerprint.clone(), keeper);
                    }
                }
                "pkcs11" => {
                    let place = serde_json::from_str::<AtToken>(&record.locator).ok();
                    if let Some((place, id)) = place.and_then(|place| hex::decode(&place.id).ok().map(|id| (place, id)))
                    {
                        let keeper = Arc::new(OnToken::new(self.token(&place), id));
                        keyring.smime.keep_outside(&record.fingerprint, keeper);
                    }
                }
                _ => {}
            }
        }
    }

    /// The token at a place; the same one for every key on it.
    pub(super) fn token(&self, place: &AtToken) -> Arc<Token> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = tokens.iter().find(|token| token.is_at(place)) {
            return Arc::clone(known);
        }
        let token = Arc::new(Token::new(&place.module, &place.label, &place.serial));
        tokens.push(Arc::clone(&token));
        token
    }

    /// Whether the keys of a token are used, and it waits for its PIN.
    pub(super) fn is_waiting(&self, module: &Path, label: &str) -> bool {
        self.named(module, label).is_some_and(|token| token.is_locked())
    }

    /// Tries a PIN once on a token.
    pub(super) fn unlock(&self, module: &Path, label: &str, pin: &Secret<String>) -> Result<(), TokenFailure> {
        self.named(module, label).ok_or(TokenFailure::Absent)?.unlock(pin)
    }

    fn named(&self, module: &Path, label: &str) -> Option<Arc<Token>> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.iter().find(|token| token.is_called(module, label)).cloned()
    }

    /// Gives what the user typed to the one token that waits for its PIN. With several, nobody knows for which it is;
    /// and a token that has one try left is never risked: it would lock itself for good.
    pub(super) fn offer(&self, pin: &Secret<String>) {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let waiting: Vec<_> = tokens.into_iter().filter(|token| token.is_locked()).collect();
        if let [token] = waiting.as_slice() {
            // Whether it was right is seen by what opens then.
            let _ = token.unlock(pin);
        }
    }
}

/// Makes a keyring use the keys on every token of a library; the PIN, if one is given, is tried once on each.
///
/// # Errors
/// [`TokenFailure`] of the library, or the first token that refuses the PIN.
pub fn through_tokens(keyring: &mut Keyring, module: &Path, pin: Option<&Secret<String>>) -> Result<(), TokenFailure> {
    for info in tokens(module)? {
        let token = Arc::new(Token::new(module, &info.label, &info.serial));
        if let Some(pin) = pin {
            token.unlock(pin)?;
        }
        for TokenCertificate { certificate, id, has_key } in info.certificates {
            let fingerprint = certificate.fingerprint.clone();
            keyring.smime.add_certificate(certificate);
            if has_key {
                keyring.smime.keep_outside(&fingerprint, Arc::new(OnToken::new(Arc::clone(&token), id)));
            }
        }
    }
    Ok(())
}

/// Makes an OpenPGP keyring use the agent of a home for the certificates whose secret keys are not in it.
pub fn through_agent(keyring: &mut Keyring, home: &Path) {
    let keeper = Arc::new(AgentKeeper::new(home.to_owned()));
    let without: Vec<_> = keyring
        .pgp
        .certs()
        .iter()
        .filter(|cert| !cert.is_tsk())
        .flat_map(|cert| {
            cert.keys()
                .map(|key| key.key().clone())
                .map(|key| (crate::crypto::pgp::fingerprint(cert), key))
                .collect::<Vec<_>>()
        })
        .collect();
    for (fingerprint, key) in without {
        if keeper.has(&key) {
            keyring.pgp.keep_outside(fingerprint, Arc::clone(&keeper) as Arc<dyn crate::crypto::pgp::Keeper>);
        }
    }
}
