//! The keyring: read from the store by summaries, and changed together with it.

use std::sync::{Arc, PoisonError, Weak};

use jiff::Timestamp;

use crate::crypto::{CertificateReport, CertificateSource, Imported, Kept, Keyring, pgp, smime};
use crate::domain::{Fingerprint, Secret, Technology};
use crate::engine::{Failure, FailureKind, Retry};
use crate::store::{CertificateRecord, KeyRecords, Store};

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
        let mut known = self.known()?;
        if known.iter().any(|(.., kept)| kept.is_none()) {
            // Another version wrote them.
            self.store.forget_summaries().map_err(store_failure)?;
            known = self.known()?;
        }
        let mut keyring = Keyring { passphrases, ..Keyring::default() };
        for record in self.store.own_certificates().map_err(store_failure)? {
            // One that can't be read any more must not take the others along.
            let _ = keyring.add_kept(&record.bytes);
        }
        let outside = self.store.outside_keys().map_err(store_failure)?;
        let source: Arc<dyn CertificateSource> = Arc::new(FromStore(Arc::downgrade(&self.store)));
        for (technology, fingerprint, kept) in known {
            match kept {
                Some(kept) => keyring.add_unread(kept, &source),
                // What can't be told in short is read.
                None => drop(source.bytes(technology, &fingerprint).map(|bytes| keyring.add(&bytes))),
            }
        }
        self.keepers.attach(&outside, &mut keyring);
        Ok(keyring)
    }

    /// What is known of the certificates of others that can be read, as far as this version understands it.
    fn known(&self) -> Result<Vec<(Technology, Fingerprint, Option<Kept>)>, Failure> {
        self.describe_new()?;
        let summaries = self.store.summaries().map_err(store_failure)?.into_iter();
        let readable = summaries.filter(|(.., text)| !Kept::is_unreadable(text));
        Ok(readable.map(|(kind, fingerprint, text)| (kind, fingerprint, Kept::parse(kind, &text))).collect())
    }

    /// Describes the certificates that nobody has described as they are now.
    fn describe_new(&self) -> Result<(), Failure> {
        loop {
            let records = self.store.unsummarised(BATCH).map_err(store_failure)?;
            if records.is_empty() {
                return Ok(());
            }
            let summaries: Vec<_> = records.iter().map(|record| (record, self.summary(record))).collect();
            self.store.put_summaries(&summaries).map_err(store_failure)?;
        }
    }

    /// What is known of a certificate that is kept so, as text.
    fn summary(&self, record: &CertificateRecord) -> String {
        let mut one = Keyring::default();
        let kept = one.add_kept(&record.bytes).ok().and_then(|_| one.kept(&record.fingerprint, self.now()));
        kept.map_or_else(Kept::unreadable, |kept| kept.to_text())
    }

    fn use_keyring(&self, keyring: Keyring) {
        *self.keyring.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(keyring);
    }

    /// Every certificate and key described. [`Keyring::reports`] gives them without copying.
    pub fn reports(&self, at: Timestamp) -> Vec<CertificateReport> {
        self.keyring().reports(at).map(|report| (*report).clone()).collect()
    }

    /// Imports every certificate and key of a file.
    ///
    /// # Errors
    /// [`FailureKind::Import`] or [`FailureKind::WrongPassphrase`] with what is wrong.
    pub fn import(&self, bytes: &[u8], passphrases: &[Secret<String>]) -> Result<Vec<CertificateReport>, Failure> {
        let pgp = pgp::PgpRing::beside(self.keyring());
        let mut found = Keyring { pgp, passphrases: passphrases.to_vec(), ..Keyring::default() };
        let mut imported = found.add(bytes).map_err(|error| import_failure(&error))?;
        if imported.is_empty() {
            (found, imported) = self.paired(found)?;
        }
        let answered = self.answered(&mut found)?;
        let certificates = self.records(&found, passphrases.first(), "imported")?;
        let has_answers = !answered.is_empty();
        self.keep_records(&KeyRecords { certificates, answered, ..KeyRecords::default() }, passphrases.first())?;
        let at = self.now();
        // A key that waited here may be open in the profile, though nothing of the file opens it.
        let now = self.keyring();
        let report = |fingerprint: &Fingerprint| {
            if has_answers { now.report(fingerprint, at) } else { found.report(fingerprint, at) }
        };
        Ok(imported.into_iter().map(|one| report(&one.report.fingerprint).unwrap_or(one.report)).collect())
    }

    /// Gives the certificates that came the keys that wait for them; which waited.
    fn answered(&self, found: &mut Keyring) -> Result<Vec<String>, Failure> {
        if found.smime.is_empty() {
            return Ok(Vec::new());
        }
        let mut waiting = self.store.waiting_keys().map_err(store_failure)?;
        waiting.retain(|one| {
            let passphrase = one.passphrase.as_deref().map(Secret::from);
            found.smime.pair(&one.spki, &one.secret, passphrase.as_ref())
        });
        Ok(waiting.into_iter().map(|one| one.key).collect())
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

    /// Keeps everything of a keyring. Secret keys stay under their own passphrase.
    ///
    /// # Errors
    /// A [`Failure`] of the store, or of a key that can't be written.
    pub(in crate::engine) fn keep(
        &self,
        found: &Keyring,
        passphrase: Option<&Secret<String>>,
        origin: &str,
    ) -> Result<(), Failure> {
        let certificates = self.records(found, passphrase, origin)?;
        self.keep_records(&KeyRecords { certificates, ..KeyRecords::default() }, passphrase)
    }

    /// Keeps everything that one step made, all of it or nothing. A few certificates are added to the keyring; for
    /// more, and for keys, which a passphrase may open, it is read anew.
    pub(in crate::engine) fn keep_records(
        &self,
        new: &KeyRecords,
        passphrase: Option<&Secret<String>>,
    ) -> Result<(), Failure> {
        self.store.keep_keys(new).map_err(store_failure)?;
        self.take_in(&new.certificates, passphrase)?;
        let pgp = new.certificates.iter().filter(|record| record.technology == Technology::OpenPgp);
        self.give_or_owe(&pgp.map(|record| record.fingerprint.clone()).collect::<Vec<_>>())
    }

    fn take_in(&self, certificates: &[CertificateRecord], passphrase: Option<&Secret<String>>) -> Result<(), Failure> {
        let has_keys = certificates.iter().any(|record| record.has_secret);
        if has_keys || passphrase.is_some() || certificates.len() > MANY {
            return self.load_keyring(passphrase.cloned().into_iter().collect());
        }
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut keyring = (*self.keyring()).clone();
        for record in certificates {
            let _ = keyring.add_kept(&record.bytes);
        }
        let summaries: Vec<_> = certificates.iter().map(|record| (record, self.summary(record))).collect();
        self.store.put_summaries(&summaries).map_err(store_failure)?;
        self.use_keyring(keyring);
        Ok(())
    }

    /// Everything of a keyring as it is kept, merged with what is known already. S/MIME keys that are open go under the
    /// passphrase, or under the profile's. Certificates that are kept as they are already are left out.
    pub(in crate::engine) fn records(
        &self,
        found: &Keyring,
        passphrase: Option<&Secret<String>>,
        origin: &str,
    ) -> Result<Vec<CertificateRecord>, Failure> {
        let added_at = Timestamp::now();
        let record = |technology, fingerprint: &Fingerprint, bytes, has_secret| CertificateRecord {
            technology,
            fingerprint: fingerprint.clone(),
            bytes,
            has_secret,
            added_at,
            origin: origin.to_owned(),
        };
        let mut records = Vec::new();
        let known = self.keyring();
        for cert in &found.pgp.certs() {
            let fingerprint = pgp::fingerprint(cert);
            // What is known already is merged, so that nothing (a revocation, a secret) is lost.
            let mut merged = pgp::PgpRing::beside(Arc::clone(&known));
            let before = known.pgp.find(&fingerprint);
            if let Some(before) = before {
                merged.add_cert((**before).clone());
            }
            merged.add_cert((**cert).clone());
            let cert = merged.find(&fingerprint).unwrap_or(cert);
            if cert.is_tsk() {
                records.push(record(Technology::OpenPgp, &fingerprint, pgp::armored_secret(cert), true));
            } else if before != Some(cert) {
                records.push(record(Technology::OpenPgp, &fingerprint, pgp::binary(cert), false));
            }
        }
        for certificate in &found.smime.certificates() {
            let fingerprint = &certificate.fingerprint;
            let own = found.smime.own().iter().find(|own| own.certificate.fingerprint == *fingerprint);
            let bytes = match own {
                Some(own) => {
                    let bytes = smime::export_identity_pem(own, passphrase.unwrap_or(&self.key_passphrase));
                    bytes.map_err(|error| Failure {
                        kind: FailureKind::Import,
                        retry: Retry::Never,
                        subject: fingerprint.to_string(),
                        source: error.to_string(),
                    })?
                }
                None if known.smime.holds(fingerprint) => continue,
                None => smime::export_pem(certificate),
            };
            records.push(record(Technology::Smime, fingerprint, bytes, own.is_some()));
        }
        Ok(records)
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
