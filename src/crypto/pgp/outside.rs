//! Secret keys that another program or a card keeps: it does the mathematics when asked.

use std::fmt::Debug;

use sequoia_openpgp::crypto::mpi::Ciphertext;
use sequoia_openpgp::crypto::{Decryptor, SessionKey, Signer};
use sequoia_openpgp::packet::{Key, key};

use crate::crypto::Keyring;
use crate::domain::Secret;

use super::PgpRing;

/// A key without its secret part.
pub type PublicKey = Key<key::PublicParts, key::UnspecifiedRole>;

/// Who keeps secret keys. How it is spoken to is its own matter: nothing here opens a socket.
pub trait Keeper: Debug + Send + Sync {
    /// Something that signs with a key; `None` when the keeper does not have it.
    fn signer(&self, key: &PublicKey, passphrases: &[Secret<String>]) -> Option<Box<dyn Signer + Send + Sync>>;

    /// Something that decrypts with a key; `None` when the keeper does not have it.
    fn decryptor(&self, key: &PublicKey, passphrases: &[Secret<String>]) -> Option<Box<dyn Decryptor + Send + Sync>>;
}

/// What secret keys are opened with: passphrases, and who keeps those that are elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// Tried in turn.
    pub passphrases: &'a [Secret<String>],
    /// Knows who keeps what.
    pub ring: Option<&'a PgpRing>,
}

impl<'a> From<&'a Keyring> for Access<'a> {
    fn from(keyring: &'a Keyring) -> Self {
        Self { passphrases: &keyring.passphrases, ring: Some(&keyring.pgp) }
    }
}

impl<'a> From<&'a [Secret<String>]> for Access<'a> {
    fn from(passphrases: &'a [Secret<String>]) -> Self {
        Self { passphrases, ring: None }
    }
}

impl<'a> From<&'a Vec<Secret<String>>> for Access<'a> {
    fn from(passphrases: &'a Vec<Secret<String>>) -> Self {
        Self { passphrases, ring: None }
    }
}

impl<'a, const N: usize> From<&'a [Secret<String>; N]> for Access<'a> {
    fn from(passphrases: &'a [Secret<String>; N]) -> Self {
        Self { passphrases, ring: None }
    }
}

/// A decryptor that remembers that its keeper refused: a message named the key, so it is the keeper that is locked.
pub(super) struct Remembering {
    inner: Box<dyn Decryptor + Send + Sync>,
    pub(super) was_refused: bool,
}

impl Remembering {
    pub(super) fn new(inner: Box<dyn Decryptor + Send + Sync>) -> Self {
        Self { inner, was_refused: false }
    }
}

impl Decryptor for Remembering {
    fn public(&self) -> &PublicKey {
        self.inner.public()
    }

    fn decrypt(&mut self, ciphertext: &Ciphertext, length: Option<usize>) -> sequoia_openpgp::Result<SessionKey> {
        let opened = self.inner.decrypt(ciphertext, length);
        self.was_refused |= opened.is_err();
        opened
    }
}
