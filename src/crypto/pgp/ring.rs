use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::{Cert, KeyHandle, KeyID};

use crate::crypto::{ImportError, Imported};
use crate::domain::{EmailAddress, Fingerprint};

use super::unlock::Unlocked;
use super::{Keeper, cert, import, protect};

/// The certificates in the ring that certifications on another one, which are not verified here,
/// say they were made by. One that certified twice comes twice.
pub(crate) fn certifiers<'a>(cert: &'a Cert, ring: &'a PgpRing) -> impl Iterator<Item = &'a Arc<Cert>> {
    let own = cert.key_handle();
    let on_ids = cert.userids().flat_map(|one| one.certifications().collect::<Vec<_>>());
    let on_key = cert.primary_key().certifications().collect::<Vec<_>>();
    let issuers = on_ids.chain(on_key).filter_map(|one| one.get_issuers().into_iter().next());
    issuers.filter(move |issuer| !issuer.aliases(&own)).flat_map(|issuer| ring.holding(&issuer))
}

/// OpenPGP certificates and secret keys, one entry a certificate.
#[derive(Clone, Debug, Default)]
pub struct PgpRing {
    certs: Vec<Arc<Cert>>,
    by_fingerprint: HashMap<Fingerprint, usize>,
    /// By the key ID of every key in a certificate: what a signature or a message names.
    by_key: HashMap<KeyID, Vec<usize>>,
    /// By every address that any User ID claims, bound or not: only to find candidates.
    by_address: HashMap<String, Vec<usize>>,
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
        let certs = import::certificates(bytes)?;
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

    /// Adds one certificate, merging it with what is there.
    pub fn add_cert(&mut self, cert: Cert) {
        self.insert(cert);
    }

    /// Every certificate.
    pub fn certs(&self) -> &[Arc<Cert>] {
        &self.certs
    }

    /// The certificate with this fingerprint (of its primary key).
    pub fn find(&self, fingerprint: &Fingerprint) -> Option<&Arc<Cert>> {
        self.certs.get(*self.by_fingerprint.get(fingerprint)?)
    }

    /// Certificates whose secret keys are here, or with a keeper.
    pub fn own(&self) -> impl Iterator<Item = &Arc<Cert>> {
        self.certs.iter().filter(|cert| self.is_own(cert))
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
        indices.iter().filter_map(|index| self.certs.get(*index))
    }

    /// Every address that some User ID of a certificate claims, bound or not, lower-cased.
    pub fn claimed_addresses(&self) -> impl Iterator<Item = &str> {
        self.by_address.keys().map(String::as_str)
    }

    /// Certificates that hold a key, primary or subordinate, of this name.
    pub(super) fn holding(&self, handle: &KeyHandle) -> Vec<&Arc<Cert>> {
        let indices = self.by_key.get(&KeyID::from(handle)).map_or(&[][..], Vec::as_slice);
        indices
            .iter()
            .filter_map(|index| self.certs.get(*index))
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

    fn insert(&mut self, cert: Cert) -> usize {
        self.changed();
        let fingerprint = cert::fingerprint(&cert);
        let index = self.by_fingerprint.get(&fingerprint).copied().unwrap_or(self.certs.len());
        if let Some(slot) = self.certs.get_mut(index) {
            *slot = Arc::new(import::merge(slot.as_ref().clone(), cert));
        } else {
            self.certs.push(Arc::new(cert));
        }
        self.by_fingerprint.insert(fingerprint, index);
        self.index(index);
        index
    }

    fn changed(&mut self) {
        self.generation = GENERATIONS.fetch_add(1, Ordering::Relaxed);
        self.unlocked = Unlocked::default();
    }

    fn index(&mut self, index: usize) {
        let Some(cert) = self.certs.get(index) else { return };
        for key in cert.keys() {
            let entry = self.by_key.entry(key.key().keyid()).or_default();
            if !entry.contains(&index) {
                entry.push(index);
            }
        }
        for user_id in cert.userids() {
            let Some(address) = cert::address_of(user_id.userid()) else { continue };
            let entry = self.by_address.entry(address.canonical().to_owned()).or_default();
            if !entry.contains(&index) {
                entry.push(index);
            }
        }
    }

    /// Puts a revocation on its certificate, if that is here and the revocation is really its own.
    fn revoke(&mut self, revocation: &Signature) -> Option<usize> {
        for issuer in revocation.get_issuers() {
            let candidates = self.by_key.get(&KeyID::from(&issuer)).cloned().unwrap_or_default();
            for index in candidates {
                let Some(slot) = self.certs.get_mut(index) else { continue };
                let primary = slot.primary_key().key().clone();
                if revocation.verify_primary_key_revocation(&primary, &primary).is_err() {
                    continue;
                }
                if let Ok((cert, _)) = slot.as_ref().clone().insert_packets([revocation.clone()]) {
                    *slot = Arc::new(cert);
                    self.changed();
                    return Some(index);
                }
            }
        }
        None
    }

    fn describe(&self, index: usize) -> Option<Imported> {
        self.certs.get(index).map(|cert| Imported { report: cert::report(cert, cert::newest_moment(cert)) })
    }
}
