use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use openssl::pkey::{PKey, Private};

use crate::crypto::{CertificateReport, CertificateSource, Described, ImportError, Imported};
use crate::domain::{EmailAddress, Fingerprint, Secret};

use super::cert::ascii_domain;
use super::entry::Entry;
use super::facts::{self, Facts, comparable, key_bits};
use super::import::{self, Found};
use super::issue::KeyPair;
use super::signed::SignerId;
use super::{Keeper, X509};

/// The label of PKCS #8 under a passphrase (RFC 7468 §11).
pub(super) const KEY: &str = "ENCRYPTED PRIVATE KEY";

/// X.509 certificates and secret keys. Certificates of a profile are read when they are needed: they are found by
/// what is known of them.
#[derive(Clone, Debug, Default)]
pub struct SmimeRing {
    entries: Vec<Arc<Entry>>,
    by_fingerprint: HashMap<Fingerprint, usize>,
    by_mark: HashMap<Mark, Vec<usize>>,
    identities: Vec<Identity>,
    /// Keys whose certificate has not come yet, or that another one may come for.
    orphans: Vec<PKey<Private>>,
    /// Another number after every change; equal numbers mean equal content.
    generation: u64,
}

/// By what certificates are looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Mark {
    /// With its domain as A-labels.
    Address(String),
    /// As names are compared.
    Subject(String),
    Serial(Vec<u8>),
    KeyIdentifier(Vec<u8>),
    /// SHA-256 of the public key.
    Key([u8; 32]),
}

static GENERATIONS: AtomicU64 = AtomicU64::new(1);

/// A certificate with its secret key.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate.
    pub certificate: Arc<X509>,
    pub(super) key: SecretKey,
}

/// Secret key material.
#[derive(Clone, Debug)]
pub(super) enum SecretKey {
    /// Open, in memory only.
    Open(PKey<Private>),
    /// PKCS #8 under a passphrase that is not known.
    Locked(Arc<[u8]>),
    /// On a token.
    Outside(Arc<dyn Keeper>),
}

/// A secret key that can be used.
pub(super) enum OpenKey {
    /// In memory.
    Here(PKey<Private>),
    /// On a token.
    Outside(Arc<dyn Keeper>),
}

impl Identity {
    /// Whether a passphrase is needed before the key can be used.
    pub fn is_locked(&self) -> bool {
        match &self.key {
            SecretKey::Open(_) => false,
            SecretKey::Locked(_) => true,
            SecretKey::Outside(keeper) => keeper.is_locked(),
        }
    }

    /// Whether a token keeps the key.
    pub fn is_outside(&self) -> bool {
        matches!(self.key, SecretKey::Outside(_))
    }

    /// The same with its key open, if it is or one of the passphrases opens it.
    pub fn unlock(&self, passphrases: &[Secret<String>]) -> Option<Self> {
        let key = match self.open(passphrases)? {
            OpenKey::Here(key) => SecretKey::Open(key),
            OpenKey::Outside(keeper) => SecretKey::Outside(keeper),
        };
        Some(Self { certificate: self.certificate.clone(), key })
    }

    /// Its key alone, when it is open.
    pub fn into_key_pair(self) -> Option<KeyPair> {
        match self.key {
            SecretKey::Open(key) => Some(KeyPair(key)),
            SecretKey::Locked(_) | SecretKey::Outside(_) => None,
        }
    }

    pub(super) fn open(&self, passphrases: &[Secret<String>]) -> Option<OpenKey> {
        match &self.key {
            SecretKey::Open(key) => Some(OpenKey::Here(key.clone())),
            SecretKey::Locked(pkcs8) => import::open_pkcs8(pkcs8, passphrases)
                .filter(|key| key.public_key_to_der().is_ok_and(|spki| same_key(&self.certificate, &spki)))
                .map(OpenKey::Here),
            SecretKey::Outside(keeper) => (!keeper.is_locked()).then(|| OpenKey::Outside(Arc::clone(keeper))),
        }
    }
}

impl SmimeRing {
    /// Adds every certificate and key in a file: PEM, DER, PKCS#7, PKCS#8, PKCS#12. Keys are
    /// matched to certificates by their public keys, whichever comes first.
    ///
    /// # Errors
    /// [`ImportError`] says why it brought nothing.
    pub fn add(&mut self, bytes: &[u8], passphrases: &[Secret<String>]) -> Result<Vec<Imported>, ImportError> {
        let found = import::read(bytes, passphrases)?;
        let mut fingerprints = Vec::new();
        for certificate in &found.certificates {
            self.add_certificate(certificate.clone());
            fingerprints.push(certificate.fingerprint.clone());
        }
        let has_keys = !found.keys.is_empty();
        self.add_keys(found, &mut fingerprints);
        if fingerprints.is_empty() && !has_keys {
            return Err(ImportError::Nothing);
        }
        Ok(self.imported(&fingerprints))
    }

    /// Adds a secret key; it is matched to its certificates, also to those that come later. Whether one was here.
    pub fn add_key(&mut self, key: PKey<Private>) -> bool {
        let mut owners = Vec::new();
        self.add_keys(Found { keys: vec![key], ..Found::default() }, &mut owners);
        !owners.is_empty()
    }

    /// Adds one certificate; a second copy changes nothing.
    pub fn add_certificate(&mut self, certificate: Arc<X509>) {
        if self.holds(&certificate.fingerprint) {
            return;
        }
        self.join(&certificate);
        self.put(Entry::of(certificate));
    }

    /// Adds a certificate without reading it, by what was found when it was: the place of one with the same
    /// fingerprint is not taken.
    pub fn add_unread(
        &mut self,
        fingerprint: Fingerprint,
        facts: Facts,
        described: Described,
        source: Arc<dyn CertificateSource>,
    ) {
        if self.holds(&fingerprint) {
            return;
        }
        let has_key = self.orphans.iter().any(|key| public_key(key) == Some(facts.public_key));
        let entry = Entry::unread(fingerprint, facts, described, source);
        if has_key && let Some(certificate) = entry.certificate().map(Arc::clone) {
            self.join(&certificate);
        }
        self.put(entry);
    }

    /// Makes an identity of a certificate whose key came before it.
    fn join(&mut self, certificate: &Arc<X509>) {
        let wanted = facts::public_key(certificate.spki());
        if let Some(key) = self.orphans.iter().find(|key| public_key(key) == Some(wanted)) {
            self.identities.push(Identity { certificate: certificate.clone(), key: SecretKey::Open(key.clone()) });
        }
    }

    fn put(&mut self, entry: Entry) {
        self.changed();
        let place = self.entries.len();
        self.index(place, &entry);
        self.entries.push(Arc::new(entry));
    }

    fn changed(&mut self) {
        self.generation = GENERATIONS.fetch_add(1, Ordering::Relaxed);
    }

    fn index(&mut self, place: usize, entry: &Entry) {
        self.by_fingerprint.insert(entry.fingerprint.clone(), place);
        let facts = &entry.facts;
        let addresses = facts.addresses.iter().map(|address| address_mark(address));
        let marks = addresses.chain([
            Mark::Subject(facts.subject.clone()),
            Mark::Serial(facts.serial.clone()),
            Mark::KeyIdentifier(facts.key_identifier.clone()),
            Mark::Key(facts.public_key),
        ]);
        for mark in marks {
            self.by_mark.entry(mark).or_default().push(place);
        }
    }

    /// Adds an identity, in place of one with the same certificate.
    pub fn add_identity(&mut self, identity: Identity) {
        self.changed();
        self.add_certificate(identity.certificate.clone());
        self.identities.retain(|old| {
            old.certificate.fingerprint != identity.certificate.fingerprint || identity.is_locked() && !old.is_locked()
        });
        if !self.identities.iter().any(|old| old.certificate.fingerprint == identity.certificate.fingerprint) {
            self.identities.push(identity);
        }
    }

    /// Every certificate. Of a large profile that takes long and much memory: [`SmimeRing::reports`] says what they
    /// are, and the other functions give those that are wanted.
    pub fn certificates(&self) -> Vec<Arc<X509>> {
        self.entries.iter().filter_map(|entry| entry.passing()).collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A number for the content of the ring: equal numbers mean equal content.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The fingerprints of them all.
    pub fn fingerprints(&self) -> impl Iterator<Item = &Fingerprint> {
        self.entries.iter().map(|entry| &entry.fingerprint)
    }

    /// Describes them all at a moment, without reading those that are described already.
    pub fn reports(&self, at: Timestamp) -> impl Iterator<Item = Arc<CertificateReport>> {
        self.entries.iter().filter_map(move |entry| self.describe(entry, at))
    }

    /// Describes one at a moment.
    pub fn report(&self, fingerprint: &Fingerprint, at: Timestamp) -> Option<Arc<CertificateReport>> {
        self.describe(self.entry(fingerprint)?, at)
    }

    fn describe(&self, entry: &Entry, at: Timestamp) -> Option<Arc<CertificateReport>> {
        match self.identities.iter().find(|own| own.certificate.fingerprint == entry.fingerprint) {
            Some(own) => Some(Arc::new(own.certificate.report(true, own.is_locked(), at))),
            None => entry.describe(at).map(|described| described.report),
        }
    }

    /// What is known of one, for whoever keeps it: then it need not be read again to be found.
    pub fn known(&self, fingerprint: &Fingerprint, at: Timestamp) -> Option<(&Facts, Described)> {
        let entry = self.entry(fingerprint)?;
        Some((&entry.facts, entry.describe(at)?))
    }

    /// It is here; that is known without reading it.
    pub fn holds(&self, fingerprint: &Fingerprint) -> bool {
        self.by_fingerprint.contains_key(fingerprint)
    }

    /// The place of the certificate with this fingerprint: what was kept first comes first.
    pub(crate) fn place(&self, fingerprint: &Fingerprint) -> Option<usize> {
        self.by_fingerprint.get(fingerprint).copied()
    }

    fn entry(&self, fingerprint: &Fingerprint) -> Option<&Arc<Entry>> {
        self.entries.get(*self.by_fingerprint.get(fingerprint)?)
    }

    /// From now on a token keeps the secret key of a certificate that is here; one that is here itself stays.
    pub fn keep_outside(&mut self, fingerprint: &Fingerprint, keeper: Arc<dyn Keeper>) {
        if let Some(certificate) = self.find(fingerprint).cloned() {
            self.add_identity(Identity { certificate, key: SecretKey::Outside(keeper) });
        }
    }

    /// Gives a key that waited for its certificate to every certificate here that is for it: PKCS #8 under a
    /// passphrase, PEM, and the SubjectPublicKeyInfo that goes with it; opened, if the passphrase is given. Gives whether
    /// there is any.
    pub fn pair(&mut self, spki: &[u8], secret: &[u8], passphrase: Option<&Secret<String>>) -> bool {
        let mut blocks = super::content::pem_blocks(secret).into_iter();
        let Some(pkcs8) = blocks.find(|block| block.label == KEY) else { return false };
        let key: Arc<[u8]> = pkcs8.der.into();
        let fitting: Vec<_> = self.marked(&Mark::Key(facts::public_key(spki))).into_iter().map(Arc::clone).collect();
        for certificate in &fitting {
            let locked = Identity { certificate: certificate.clone(), key: SecretKey::Locked(key.clone()) };
            let opened = passphrase.and_then(|passphrase| locked.unlock(std::slice::from_ref(passphrase)));
            self.add_identity(opened.unwrap_or(locked));
        }
        !fitting.is_empty()
    }

    /// A certificate by its fingerprint.
    pub fn find(&self, fingerprint: &Fingerprint) -> Option<&Arc<X509>> {
        self.entry(fingerprint)?.certificate()
    }

    /// The same, not kept in memory if it was not: for work that goes through many of them once.
    pub fn find_passing(&self, fingerprint: &Fingerprint) -> Option<Arc<X509>> {
        self.entry(fingerprint)?.passing()
    }

    /// Certificates that name an address.
    pub fn naming(&self, address: &EmailAddress) -> Vec<&Arc<X509>> {
        self.marked(&address_mark(address.canonical()))
    }

    /// Every address that a certificate names, lower-cased.
    pub fn claimed_addresses(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().flat_map(|entry| &entry.facts.addresses).map(String::as_str)
    }

    /// Certificates whose subject is a certificate's issuer, roughly compared: those that may have issued it.
    pub fn above(&self, certificate: &X509) -> Vec<&Arc<X509>> {
        self.marked(&Mark::Subject(comparable(&certificate.issuer())))
    }

    /// The issuers of certificates with a subject, as names are compared: known without reading them.
    pub fn issuers_of(&self, subject: &str) -> impl Iterator<Item = &str> {
        let places = self.by_mark.get(&Mark::Subject(subject.to_owned())).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| self.entries.get(*place)).map(|entry| entry.facts.issuer.as_str())
    }

    /// Every certificate of an authority.
    pub fn authorities(&self) -> Vec<&Arc<X509>> {
        self.entries.iter().filter(|entry| entry.facts.is_authority).filter_map(|entry| entry.certificate()).collect()
    }

    /// Every certificate that may sign revocation lists.
    pub fn list_signers(&self) -> Vec<&Arc<X509>> {
        let signers = self.entries.iter().filter(|entry| entry.facts.may_sign_lists);
        signers.filter_map(|entry| entry.certificate()).collect()
    }

    /// Certificates that CMS names so.
    pub(super) fn named(&self, by: SignerId<'_>) -> Vec<&Arc<X509>> {
        let marked = match by {
            SignerId::IssuerAndSerial(_, serial) => self.marked(&Mark::Serial(serial.to_vec())),
            SignerId::KeyIdentifier(identifier) => self.marked(&Mark::KeyIdentifier(identifier.to_vec())),
        };
        marked.into_iter().filter(|certificate| by.names(certificate)).collect()
    }

    fn marked(&self, mark: &Mark) -> Vec<&Arc<X509>> {
        let places = self.by_mark.get(mark).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| self.entries.get(*place)?.certificate()).collect()
    }

    /// Without one certificate and its key.
    pub fn remove(&mut self, fingerprint: &Fingerprint) {
        let entries = std::mem::take(&mut self.entries);
        self.by_fingerprint.clear();
        self.by_mark.clear();
        self.identities.retain(|own| own.certificate.fingerprint != *fingerprint);
        self.changed();
        for entry in entries.into_iter().filter(|entry| entry.fingerprint != *fingerprint) {
            self.index(self.entries.len(), &entry);
            self.entries.push(entry);
        }
    }

    /// Certificates whose secret keys are at hand, locked or not.
    pub fn own(&self) -> &[Identity] {
        &self.identities
    }

    /// Identities that can sign as an address at a moment, those that last longest first.
    pub fn for_signing(&self, address: &EmailAddress, at: Timestamp) -> Vec<&Identity> {
        let mut fit: Vec<&Identity> = self
            .identities
            .iter()
            .filter(|own| own.certificate.report(true, own.is_locked(), at).can_sign)
            .filter(|own| own.certificate.is_for_address(address))
            .collect();
        fit.sort_by_key(|own| std::cmp::Reverse(own.certificate.not_before()));
        fit
    }

    /// Certificates that mail to an address can be encrypted to at a moment, newest first.
    pub fn for_encryption(&self, address: &EmailAddress, at: Timestamp) -> Vec<Arc<X509>> {
        let mut fit: Vec<Arc<X509>> = self
            .naming(address)
            .into_iter()
            .filter(|certificate| certificate.is_for_address(address))
            .filter(|certificate| certificate.report(false, false, at).can_encrypt)
            .cloned()
            .collect();
        fit.sort_by_key(|certificate| std::cmp::Reverse(certificate.not_before()));
        fit
    }

    fn add_keys(&mut self, found: Found, fingerprints: &mut Vec<Fingerprint>) {
        for key in found.keys {
            let Ok(spki) = key.public_key_to_der() else { continue };
            let owners = self.marked(&Mark::Key(facts::public_key(&spki)));
            let owners: Vec<_> = owners.into_iter().map(Arc::clone).collect();
            for certificate in &owners {
                if !fingerprints.contains(&certificate.fingerprint) {
                    fingerprints.push(certificate.fingerprint.clone());
                }
                self.add_identity(Identity { certificate: certificate.clone(), key: SecretKey::Open(key.clone()) });
            }
            self.orphans.push(key);
        }
        // Whose a locked key is can't be seen; in a file of a certificate and its key it is clear.
        let owner = found.certificates.iter().find(|certificate| !certificate.is_authority());
        if let (Some(owner), [locked]) = (owner.or(found.certificates.first()), &*found.locked) {
            self.add_identity(Identity { certificate: owner.clone(), key: SecretKey::Locked(locked.clone()) });
        }
    }

    fn imported(&self, fingerprints: &[Fingerprint]) -> Vec<Imported> {
        let describe = |fingerprint: &Fingerprint| {
            let certificate = self.find(fingerprint)?;
            let own = self.identities.iter().find(|own| own.certificate.fingerprint == *fingerprint);
            // An import looks at what a certificate is, not at what day it is: its own first moment.
            let at = certificate.not_before();
            Some(Imported { report: certificate.report(own.is_some(), own.is_some_and(Identity::is_locked), at) })
        };
        fingerprints.iter().filter_map(describe).collect()
    }
}

/// An address, lower-cased, with its domain as A-labels (RFC 9598 §5).
fn address_mark(canonical: &str) -> Mark {
    let ascii =
        canonical.rsplit_once('@').and_then(|(local, domain)| Some(format!("{local}@{}", ascii_domain(domain)?)));
    Mark::Address(ascii.unwrap_or_else(|| canonical.to_owned()))
}

/// SHA-256 of the public part of a key.
fn public_key(key: &PKey<Private>) -> Option<[u8; 32]> {
    key.public_key_to_der().ok().map(|spki| facts::public_key(&spki))
}

/// Whether a certificate is for a public key. Only the key itself is compared: RSA parameters may
/// be NULL or left out.
fn same_key(certificate: &X509, spki: &[u8]) -> bool {
    key_bits(certificate.spki()).is_some_and(|own| Some(own) == key_bits(spki))
}
