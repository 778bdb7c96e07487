//! The keyring: read from the store by summaries, and changed together with it.

use std::sync::{Arc, PoisonError, Weak};

use jiff::Timestamp;

use crate::crypto::{CertificateReport, CertificateSource, Imported, Kept, Keyring, pgp, smime};
use crate::domain::{Fingerprint, Secret, Technology};
use crate::engine::{Failure, FailureKind, Retry};
use crate::store::{CertificateRecord, Store};

use super::{Profile, import_failure, store_failure};

/// Certificates described at once.
const BATCH: usize = 500;
/// After an import of more, what was read of it is not kept in memory.
const MANY: usize = 200;

/// The bytes of certificates, for as long as the profile is open.
struct FromStore(Weak<Store>);

impl CertificateSource for FromStore {
    fn bytes(&self, technology: Technology, fingerprint: &Fingerprint) -> Option<Vec<u8>> {
        self.0.upgrade()?.certificate_bytes(technology, fingerprint).ok().flatten()
    }
}

impl Profile {
    /// Reads the keyring anew, with more passphrases.
    ///
    /// # Errors
    /// A [`Failure`] of the store.
    pub fn load_keyring(&self, more: Vec<Secret<String>>) -> Result<(), Failure> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut passphrases = self.keyring().passphrases.clone();
        passphrases.extend(more);
        self.use_keyring(self.read_keyring(passphrases)?);
        Ok(())
    }

    /// Own keys are read, everything else is only looked up: there may be many.
    fn read_keyring(&self, passphrases: Vec<Secret<String>>) -> Result<Keyring, Failure> {
        self.describe_new()?;
        let mut keyring = Keyring { passphrases, ..Keyring::default() };
        for record in self.store.own_certificates().map_err(store_failure)? {
            // One that can't be read any more must not take the others along.
            let _ = keyring.add(&record.bytes);
        }
        let source: Arc<dyn CertificateSource> = Arc::new(FromStore(Arc::downgrade(&self.store)));
        let mut is_stale = false;
        for (technology, text) in self.store.summaries().map_err(store_failure)? {
            match Kept::parse(technology, &text) {
                Some(kept) => keyring.add_unread(kept, &source),
                None => is_stale |= !Kept::is_unreadable(&text),
            }
        }
        if !is_stale {
            return Ok(keyring);
        }
        // Another version wrote them. What is written now can be read.
        self.store.forget_summaries().map_err(store_failure)?;
        self.read_keyring(keyring.passphrases)
    }

    /// Describes the certificates that nobody has described as they are now.
    fn describe_new(&self) -> Result<(), Failure> {
        loop {
            let records = self.store.unsummarised(BATCH).map_err(store_failure)?;
            if records.is_empty() {
                return Ok(());
            }
            let describe = |record: &CertificateRecord| {
                let mut one = Keyring::default();
                let kept = one.add(&record.bytes).ok().and_then(|_| one.kept(&record.fingerprint, self.now()));
                let text = kept.map_or_else(Kept::unreadable, |kept| kept.to_text());
                (record.technology, record.fingerprint.clone(), text)
            };
            let summaries: Vec<_> = records.iter().map(describe).collect();
            self.store.put_summaries(&summaries).map_err(store_failure)?;
        }
    }

    fn use_keyring(&self, keyring: Keyring) {
        *self.keyring.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(keyring);
    }

    /// Every certificate and key described.
    pub fn reports(&self, at: Timestamp) -> Vec<Arc<CertificateReport>> {
        self.keyring().reports(at).collect()
    }

    /// Imports every certificate and key of a file.
    ///
    /// # Errors
    /// [`FailureKind::Import`] or [`FailureKind::WrongPassphrase`] with what is wrong.
    pub fn import(&self, bytes: &[u8], passphrases: &[Secret<String>]) -> Result<Vec<CertificateReport>, Failure> {
        let mut found = Keyring { passphrases: passphrases.to_vec(), ..Keyring::default() };
        found.pgp.add_for(self.keyring());
        let mut imported = found.add(bytes).map_err(|error| import_failure(&error))?;
        if imported.is_empty() {
            (found, imported) = self.paired(found)?;
        }
        self.keep(&found, passphrases.first(), "imported")?;
        let at = self.now();
        Ok(imported.into_iter().map(|one| found.report(&one.report.fingerprint, at).unwrap_or(one.report)).collect())
    }

    /// S/MIME keys that came without their certificates, with those that are in the profile.
    fn paired(&self, mut keys: Keyring) -> Result<(Keyring, Vec<Imported>), Failure> {
        for certificate in self.keyring().smime.certificates() {
            keys.smime.add_certificate(certificate);
        }
        let mut paired = Keyring { passphrases: keys.passphrases.clone(), ..Keyring::default() };
        let mut imported = Vec::new();
        for own in keys.smime.own() {
            imported.push(Imported { report: own.certificate.report(true, own.is_locked(), self.now()) });
            paired.smime.add_identity(own.clone());
        }
        if imported.is_empty() {
            return Err(Failure {
                kind: FailureKind::Import,
                retry: Retry::Never,
                subject: String::new(),
                source: "key_without_certificate".to_owned(),
            });
        }
        Ok((paired, imported))
    }

    /// Keeps everything of a keyring, all or nothing. Secret keys stay under their own passphrase.
    ///
    /// # Errors
    /// A [`Failure`] of the store, or of a key that can't be written.
    pub(in crate::engine) fn keep(
        &self,
        found: &Keyring,
        passphrase: Option<&Secret<String>>,
        origin: &str,
    ) -> Result<(), Failure> {
        let alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut keyring = (*self.keyring()).clone();
        let mut records = self.merge_pgp(found, &mut keyring, origin);
        records.extend(self.merge_smime(found, &mut keyring, passphrase, origin)?);
        self.store.put_certificates(&records).map_err(store_failure)?;
        if passphrase.is_none() && records.len() <= MANY {
            self.use_keyring(keyring);
            return Ok(());
        }
        drop(alone);
        // Another passphrase may open what was locked.
        self.load_keyring(passphrase.cloned().into_iter().collect())
    }

    /// What is known already is merged, so that nothing (a revocation, a secret) is lost.
    fn merge_pgp(&self, found: &Keyring, keyring: &mut Keyring, origin: &str) -> Vec<Put> {
        let mut records = Vec::new();
        for cert in &found.pgp.certs() {
            let fingerprint = pgp::fingerprint(cert);
            let before = keyring.pgp.find(&fingerprint).map(Arc::clone);
            keyring.pgp.add_cert((**cert).clone());
            let merged = keyring.pgp.find(&fingerprint).unwrap_or(cert);
            if !merged.is_tsk() && before.is_some_and(|before| before == *merged) {
                continue;
            }
            let bytes = if merged.is_tsk() { pgp::armored_secret(merged) } else { pgp::binary(merged) };
            records.push(self.put(keyring, &fingerprint, Technology::OpenPgp, bytes, merged.is_tsk(), origin));
        }
        records
    }

    fn merge_smime(
        &self,
        found: &Keyring,
        keyring: &mut Keyring,
        passphrase: Option<&Secret<String>>,
        origin: &str,
    ) -> Result<Vec<Put>, Failure> {
        let mut records = Vec::new();
        for certificate in &found.smime.certificates() {
            let fingerprint = &certificate.fingerprint;
            let own = found.smime.own().iter().find(|own| own.certificate.fingerprint == *fingerprint);
            let bytes = match own {
                Some(own) => {
                    keyring.smime.add_identity(own.clone());
                    let protected = smime::export_identity_pem(own, passphrase.unwrap_or(&self.key_passphrase));
                    protected.map_err(|error| Failure {
                        kind: FailureKind::Import,
                        retry: Retry::Never,
                        subject: fingerprint.to_string(),
                        source: error.to_string(),
                    })?
                }
                None if keyring.smime.holds(fingerprint) => continue,
                None => {
                    keyring.smime.add_certificate(Arc::clone(certificate));
                    smime::export_pem(certificate)
                }
            };
            records.push(self.put(keyring, fingerprint, Technology::Smime, bytes, own.is_some(), origin));
        }
        Ok(records)
    }

    fn put(
        &self,
        keyring: &Keyring,
        fingerprint: &Fingerprint,
        technology: Technology,
        bytes: Vec<u8>,
        has_secret: bool,
        origin: &str,
    ) -> Put {
        let kept = (!has_secret).then(|| keyring.kept(fingerprint, self.now())).flatten();
        let record = CertificateRecord {
            technology,
            fingerprint: fingerprint.clone(),
            bytes,
            has_secret,
            added_at: Timestamp::now(),
            origin: origin.to_owned(),
        };
        (record, kept.map(|kept| kept.to_text()))
    }

    /// Forgets a certificate, its key, and what was trusted of it.
    ///
    /// # Errors
    /// A [`Failure`] of the store.
    pub fn remove(&self, fingerprint: &Fingerprint) -> Result<(), Failure> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.store.remove_certificate(fingerprint).map_err(store_failure)?;
        let mut keyring = (*self.keyring()).clone();
        keyring.remove(fingerprint);
        self.use_keyring(keyring);
        Ok(())
    }
}

/// A row for the store, with its summary.
type Put = (CertificateRecord, Option<String>);
