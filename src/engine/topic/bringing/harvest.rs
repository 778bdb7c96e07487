use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::crypto::{ImportError, Keyring};
use crate::domain::{Fingerprint, Secret};
use crate::engine::{Failure, FailureKind, Retry};
use crate::net::Cancel;
use crate::store::{OutsideKeyRecord, StoreError};

use super::report::{Outcome, TrustLevel, Why};
use super::{Brought, SourceKind};

/// What was read, before it is compared with the profile.
pub(super) struct Harvest {
    /// Certificates and keys.
    pub(super) found: Keyring,
    /// Where each was met, the first place first.
    pub(super) places: HashMap<Fingerprint, Vec<(SourceKind, String)>>,
    /// In the order of reading.
    pub(super) order: Vec<Fingerprint>,
    /// How far other programs trust them.
    pub(super) trust: HashMap<Fingerprint, TrustLevel>,
    /// Certificates that GnuPG fully believes in, as far as that was asked.
    pub(super) believed: HashSet<Fingerprint>,
    /// Secret keys that stay where they are.
    pub(super) outside: Vec<OutsideKeyRecord>,
    /// Revocations made in advance, in armor, by their certificate.
    pub(super) revocations: Vec<(Fingerprint, String)>,
    /// What did not come.
    pub(super) stayed: Vec<Brought>,
}

impl Harvest {
    pub(super) fn new(passphrases: &[Secret<String>]) -> Self {
        Self {
            found: Keyring { passphrases: passphrases.to_vec(), ..Keyring::default() },
            places: HashMap::new(),
            order: Vec::new(),
            trust: HashMap::new(),
            believed: HashSet::new(),
            outside: Vec::new(),
            revocations: Vec::new(),
            stayed: Vec::new(),
        }
    }

    /// Notes where a certificate was met.
    pub(super) fn met(&mut self, fingerprint: Fingerprint, kind: SourceKind, from: &str) {
        let places = self.places.entry(fingerprint.clone()).or_default();
        if places.is_empty() {
            self.order.push(fingerprint);
        }
        if !places.iter().any(|(known, place)| *known == kind && place == from) {
            places.push((kind, from.to_owned()));
        }
    }

    /// Notes what did not come.
    pub(super) fn stays(&mut self, kind: SourceKind, from: &Path, subject: &str, (why, detail): (Why, String)) {
        self.stayed.push(Brought {
            source: kind,
            from: from.display().to_string(),
            outcome: Outcome::Stayed { subject: subject.to_owned(), why, detail },
        });
    }
}

/// How an import goes on, and whether it is to.
pub(super) struct Watch<'a> {
    pub(super) cancel: &'a Cancel,
    pub(super) tell: &'a dyn Fn(&str, Option<f32>),
}

impl Watch<'_> {
    /// Stops here when the user wants that.
    pub(super) fn go_on(&self) -> Result<(), Failure> {
        if !self.cancel.is_cancelled() {
            return Ok(());
        }
        let (subject, source) = (String::new(), String::new());
        Err(Failure { kind: FailureKind::Cancelled, retry: Retry::Now, subject, source })
    }

    pub(super) fn at(&self, subject: &str, done: usize, of: usize) {
        (self.tell)(subject, (of > 0).then(|| done as f32 / of as f32));
    }
}

/// Why a file brought nothing.
pub(super) fn of_import(error: &ImportError, has_passphrase: bool) -> (Why, String) {
    match error {
        ImportError::Nothing => (Why::Nothing, String::new()),
        ImportError::WrongPassphrase if has_passphrase => (Why::WrongPassphrase, String::new()),
        ImportError::WrongPassphrase => (Why::PassphraseNeeded, String::new()),
        ImportError::Malformed(what) => (Why::Malformed, what.clone()),
        ImportError::Unsupported(what) => (Why::Unsupported, what.clone()),
    }
}

/// Why a file was not read.
pub(super) fn of_file(error: &StoreError) -> (Why, String) {
    match error {
        StoreError::TooBig => (Why::TooLarge, String::new()),
        other => (Why::Unreadable, other.to_string()),
    }
}
