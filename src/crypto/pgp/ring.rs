use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::{Cert, KeyHandle, KeyID};

use crate::crypto::{CertificateReport, CertificateSource, Described, ImportError, Imported, Keyring};
use crate::domain::{EmailAddress, Fingerprint};

use super::entry::Entry;
use super::facts::{Facts, id};
use super::flood::Signer;
use super::unlock::Unlocked;
use super::{Keeper, cert, import, protect};

/// The certificates in the ring that certifications on another one, which are not verified here,
/// say they were made by.
pub(crate) fn certifiers<'a>(cert: &Cert, ring: &'a PgpRing) -> impl Iterator<Item = &'a Arc<Cert>> + use<'a> {
    let places: Vec<usize> = ring.vouchers(&Facts::of(cert)).map(|(place, _)| place).collect();
    places.into_iter().filter_map(|place| ring.at(place))
}

/// OpenPGP certificates and secret keys, one entry a certificate. Those of a profile are read when they are needed:
/// they are found by what is known of them.
#[derive(Clone, Debug, Default)]
pub struct PgpRing {
    entries: Vec<Arc<Entry>>,
    by_fingerprint: HashMap<Fingerprint, usize>,
    /// By the key ID of every key in a certificate: what a signature or a message names.
    by_key: HashMap<u64, Vec<usize>>,
    /// By every address that any User ID claims, bound or not: only to find candidates.
    by_address: HashMap<String, Vec<usize>>,
    /// Another ring, whose certificates are at hand too.
    beside: Option<Arc<Keyring>>,
    /// Secret keys that a passphrase has opened.
    unlocked: Unlocked,
    /// Who keeps the secret parts of certificates that have none here.
    keepers: HashMap<Fingerprint, Arc<dyn Keeper>>,
    /// Another number after every change; equal numbers mean equal content.
    generation: u64,
}

static GENERATIONS: AtomicU64 = AtomicU64::new(1);

impl PgpRing {
    /// Adds every certificate and key in a file: binary or armored, several armored blocks, with
    /// text around them. What is there already is merged, secret keys are kept. Each report
    /// describes the certificate at the moment of its own newest self-signature.
    ///
    /// # Errors
    /// [`ImportError::Nothing`] when it holds no OpenPGP certificate at all, `Malformed` and
    /// `Unsupported` when it claims to and nothing of it can be read.
    pub fn add(&mut self, bytes: &[u8]) -> Result<Vec<Imported>, ImportError> {
        let certs = import::certificates(bytes, Some(self))?;
        let indices: BTreeSet<usize> = certs.into_iter().map(|cert| self.insert(cert)).collect();
        Ok(indices.into_iter().filter_map(|index| self.describe(index)).collect())
    }

    /// Adds what was kept before, all of it.
    ///
    /// # Errors
    /// [`ImportError::Nothing`] when no certificate can be read.
    pub fn add_kept(&mut self, bytes: &[u8]) -> Result<Vec<Imported>, ImportError> {
        let certs = import::kept(bytes)?;
        let indices: BTreeSet<usize> = certs.into_iter().map(|cert| self.insert(cert)).collect();
        Ok(indices.into_iter().filter_map(|index| self.describe(index)).collect())
    }

    /// Puts the key revocations in a file on the certificates here that they are really of.
    ///
    /// # Errors
    /// [`ImportError::Nothing`] when it holds none for a certificate here.
    pub fn withdraw(&mut self, bytes: &[u8]) -> Result<Vec<Imported>, ImportError> {
        let revocations = import::revocations(bytes);
        let indices: BTreeSet<usize> = revocations.iter().filter_map(|one| self.revoke(one)).collect();
        if indices.is_empty() {
            return Err(ImportError::Nothing);
        }
        Ok(indices.into_iter().filter_map(|index| self.describe(index)).collect())
    }

    /// An empty one whose content is for that keyring: of a certificate that was flooded, what is said by certificates
    /// there is kept.
    #[must_use]
    pub fn beside(keyring: Arc<Keyring>) -> Self {
        Self { beside: Some(keyring), ..Self::default() }
    }

    /// The public keys of this name that are at hand. The certificates they are in are not kept in memory for it.
    pub(super) fn signers(&self, handle: &KeyHandle) -> Vec<Signer> {
        let places = self.by_key.get(&id(&KeyID::from(handle))).map_or(&[][..], Vec::as_slice);
        let certs = places.iter().filter_map(|place| self.entries.get(*place)?.passing());
        let mut found: Vec<Signer> = certs
            .flat_map(|cert| cert.keys().map(|key| key.key().clone().take_secret().0).collect::<Vec<_>>())
            .filter(|key| key.key_handle().aliases(handle))
            .collect();
        found.extend(self.beside.iter().flat_map(|other| other.pgp.signers(handle)));
        found
    }

    /// Adds one certificate, merging it with what is there.
    pub fn add_cert(&mut self, cert: Cert) {
        self.insert(cert);
    }

    /// Adds a public certificate without reading it, by what was found when it was: the place of one with the same
    /// fingerprint is not taken.
    pub fn add_unread(
        &mut self,
        fingerprint: Fingerprint,
        facts: Facts,
        described: Described,
        source: Arc<dyn CertificateSource>,
    ) {
        if !self.by_fingerprint.contains_key(&fingerprint) {
            self.changed();
            self.put(self.entries.len(), Entry::unread(fingerprint, facts, described, source));
        }
    }

    /// Every certificate. Of a large profile that takes long and much memory: [`PgpRing::reports`] says what they
    /// are, and [`PgpRing::find`], [`PgpRing::naming`] give those that are wanted.
    pub fn certs(&self) -> Vec<Arc<Cert>> {
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

    /// The fingerprints of them all.
    pub fn fingerprints(&self) -> impl Iterator<Item = &Fingerprint> {
        self.entries.iter().map(|entry| &entry.fingerprint)
    }

    /// Describes them all at a moment, without reading those that are described already.
    pub fn reports(&self, at: Timestamp) -> impl Iterator<Item = Arc<CertificateReport>> {
        self.entries.iter().filter_map(move |entry| self.reported(entry, at))
    }

    /// Describes one at a moment.
    pub fn report(&self, fingerprint: &Fingerprint, at: Timestamp) -> Option<Arc<CertificateReport>> {
        self.reported(self.entry(fingerprint)?, at)
    }

    /// What somebody else keeps the secret part of is one's own too.
    fn reported(&self, entry: &Entry, at: Timestamp) -> Option<Arc<CertificateReport>> {
        let report = entry.describe(at)?.report;
        if report.has_secret || !self.keepers.contains_key(&entry.fingerprint) {
            return Some(report);
        }
        Some(Arc::new(CertificateReport { has_secret: true, ..(*report).clone() }))
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

    /// The certificate with this fingerprint (of its primary key).
    pub fn find(&self, fingerprint: &Fingerprint) -> Option<&Arc<Cert>> {
        self.entry(fingerprint)?.cert()
    }

    /// The same, not kept in memory if it was not: for work that goes through many of them once.
    pub fn find_passing(&self, fingerprint: &Fingerprint) -> Option<Arc<Cert>> {
        self.entry(fingerprint)?.passing()
    }

    /// Certificates whose secret keys are here, or with a keeper.
    pub fn own(&self) -> impl Iterator<Item = &Arc<Cert>> {
        let is_own = |entry: &&Arc<Entry>| entry.has_secret || self.keepers.contains_key(&entry.fingerprint);
        self.entries.iter().filter(is_own).filter_map(|entry| entry.cert())
    }

    /// Without one certificate.
    pub fn remove(&mut self, fingerprint: &Fingerprint) {
        let Some(gone) = self.by_fingerprint.get(fingerprint).copied() else { return };
        let entries = std::mem::take(&mut self.entries);
        let mut keepers = std::mem::take(&mut self.keepers);
        keepers.remove(fingerprint);
        *self = Self { generation: self.generation, keepers, ..Self::default() };
        self.changed();
        for (index, entry) in entries.into_iter().enumerate() {
            if index != gone {
                self.index(self.entries.len(), &entry);
                self.entries.push(entry);
            }
        }
    }

    /// Whether the secret keys of a certificate are here, or with a keeper.
    pub fn is_own(&self, cert: &Cert) -> bool {
        cert.is_tsk() || self.keeper(cert).is_some()
    }

    /// From now on somebody else keeps the secret part of a certificate.
    pub fn keep_outside(&mut self, fingerprint: Fingerprint, keeper: Arc<dyn Keeper>) {
        self.changed();
        self.keepers.insert(fingerprint, keeper);
    }

    /// Who keeps the secret part of a certificate, if it is not here.
    pub fn keeper(&self, cert: &Cert) -> Option<&Arc<dyn Keeper>> {
        if self.keepers.is_empty() { None } else { self.keepers.get(&cert::fingerprint(cert)) }
    }

    /// Certificates that name the address in a User ID bound at this moment, and that mail can be
    /// encrypted to at this moment; newest first. Whether they are believed is for `trust` to say.
    pub fn for_encryption(&self, address: &EmailAddress, at: Timestamp) -> Vec<Arc<Cert>> {
        let mut found: Vec<_> = self
            .naming(address)
            .filter(|cert| cert::addresses(cert, at).contains(address) && protect::can_encrypt(cert, at))
            .map(Arc::clone)
            .collect();
        found.sort_by_key(|cert| std::cmp::Reverse(cert.primary_key().key().creation_time()));
        found
    }

    /// Certificates some User ID of which claims the address, bound or not.
    pub fn naming(&self, address: &EmailAddress) -> impl Iterator<Item = &Arc<Cert>> {
        let indices = self.by_address.get(address.canonical()).map_or(&[][..], Vec::as_slice);
        indices.iter().filter_map(|index| self.entries.get(*index)?.cert())
    }

    /// Every address that some User ID of a certificate claims, bound or not, lower-cased.
    pub fn claimed_addresses(&self) -> impl Iterator<Item = &str> {
        self.by_address.keys().map(String::as_str)
    }

    /// Certificates that hold a key, primary or subordinate, of this name.
    pub(super) fn holding(&self, handle: &KeyHandle) -> Vec<&Arc<Cert>> {
        let indices = self.by_key.get(&id(&KeyID::from(handle))).map_or(&[][..], Vec::as_slice);
        indices
            .iter()
            .filter_map(|index| self.entries.get(*index)?.cert())
            .filter(|cert| cert.keys().any(|key| key.key().key_handle().aliases(handle)))
            .collect()
    }

    /// A number for the content of the ring: equal numbers mean equal content.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn unlocked(&self) -> &Unlocked {
        &self.unlocked
    }

    fn entry(&self, fingerprint: &Fingerprint) -> Option<&Arc<Entry>> {
        self.entries.get(*self.by_fingerprint.get(fingerprint)?)
    }

    fn insert(&mut self, cert: Cert) -> usize {
        self.changed();
        let known = self.by_fingerprint.get(&cert::fingerprint(&cert)).copied();
        let before = known.and_then(|index| self.entries.get(index)).and_then(|entry| entry.cert());
        let cert = match before {
            Some(before) => import::merge(before.as_ref().clone(), cert, Some(self)),
            None => cert,
        };
        let index = known.unwrap_or(self.entries.len());
        self.put(index, Entry::of(Arc::new(cert)));
        index
    }

    fn put(&mut self, index: usize, entry: Entry) {
        self.index(index, &entry);
        let entry = Arc::new(entry);
        match self.entries.get_mut(index) {
            Some(slot) => *slot = entry,
            None => self.entries.push(entry),
        }
    }

    fn changed(&mut self) {
        self.generation = GENERATIONS.fetch_add(1, Ordering::Relaxed);
        self.unlocked = Unlocked::default();
    }

    fn index(&mut self, index: usize, entry: &Entry) {
        let note = |known: &mut Vec<usize>| {
            if !known.contains(&index) {
                known.push(index);
            }
        };
        self.by_fingerprint.insert(entry.fingerprint.clone(), index);
        for key in &entry.facts.keys {
            note(self.by_key.entry(*key).or_default());
        }
        for address in &entry.facts.addresses {
            note(self.by_address.entry(address.clone()).or_default());
        }
    }

    /// Puts a revocation on its certificate, if that is here and the revocation is really its own.
    fn revoke(&mut self, revocation: &Signature) -> Option<usize> {
        for issuer in revocation.get_issuers() {
            let candidates = self.by_key.get(&id(&KeyID::from(&issuer))).cloned().unwrap_or_default();
            for index in candidates {
                let Some(cert) = self.entries.get(index).and_then(|entry| entry.cert()) else { continue };
                let primary = cert.primary_key().key().clone();
                if revocation.verify_primary_key_revocation(&primary, &primary).is_err() {
                    continue;
                }
                if let Ok((cert, _)) = cert.as_ref().clone().insert_packets([revocation.clone()]) {
                    self.put(index, Entry::of(Arc::new(cert)));
                    self.changed();
                    return Some(index);
                }
            }
        }
        None
    }

    fn describe(&self, index: usize) -> Option<Imported> {
        let cert = self.entries.get(index)?.cert()?;
        Some(Imported { report: cert::report(cert, cert::newest_moment(cert)) })
    }
}

/// The certifications between certificates, as far as they are known without reading any.
impl PgpRing {
    /// The place of the certificate with this fingerprint: what was kept first comes first.
    pub(crate) fn place(&self, fingerprint: &Fingerprint) -> Option<usize> {
        self.by_fingerprint.get(fingerprint).copied()
    }

    /// What is known of the certificate at a place.
    pub(crate) fn facts(&self, place: usize) -> Option<&Facts> {
        self.entries.get(place).map(|entry| &entry.facts)
    }

    /// The certificate at a place.
    pub(crate) fn at(&self, place: usize) -> Option<&Arc<Cert>> {
        self.entries.get(place)?.cert()
    }

    /// The places of those that a certificate's certifications say they were made by, none of them verified, with
    /// how far each reaches.
    pub(crate) fn vouchers<'a>(&'a self, facts: &'a Facts) -> impl Iterator<Item = (usize, u8)> + 'a {
        facts.vouchers.iter().flat_map(|(key, depth)| {
            let places = self.by_key.get(key).map_or(&[][..], Vec::as_slice);
            places.iter().map(|place| (*place, *depth))
        })
    }
}
