use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::domain::Fingerprint;

use super::certificate::{put, set_compared};
use super::database::millis;
use super::outside::{OutsideKeyRecord, put_outside};
use super::{CertificateRecord, Store, StoreError, TrustKind};

/// What one import brings: kept as a whole, or not at all.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// Certificates and keys.
    pub certificates: Vec<CertificateRecord>,
    /// What is trusted from now on; with the User IDs that count, for direct trust.
    pub trust: Vec<(Fingerprint, TrustKind, BTreeSet<String>)>,
    /// Where each was met: the source's word, and what of it.
    pub provenance: Vec<(Fingerprint, &'static str, String)>,
    /// Keys whose secret part stays elsewhere.
    pub outside: Vec<OutsideKeyRecord>,
    /// Settings that were not made yet, as JSON.
    pub settings: Vec<(String, String)>,
}

impl Store {
    /// Keeps an import, in one transaction: whenever the program ends, the profile is as it was before, or has all of
    /// it. `goes_on` is asked between the rows; when it says no, nothing is kept and the answer is `false`.
    pub fn take_in(&self, intake: &Intake, at: Timestamp, goes_on: &dyn Fn(usize) -> bool) -> Result<bool, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for (index, record) in intake.certificates.iter().enumerate() {
            if !goes_on(index) {
                return Ok(false);
            }
            put(&transaction, record)?;
        }
        for (fingerprint, kind, user_ids) in &intake.trust {
            if *kind == TrustKind::Direct {
                set_compared(&transaction, fingerprint, user_ids)?;
            } else {
                let insert = "INSERT OR IGNORE INTO trust (fingerprint, kind) VALUES (?1, ?2)";
                transaction.execute(insert, params![fingerprint.as_str(), kind.word()])?;
            }
        }
        for (fingerprint, source, detail) in &intake.provenance {
            note(&transaction, fingerprint, source, detail, at)?;
        }
        for record in &intake.outside {
            put_outside(&transaction, record)?;
        }
        for (name, json) in &intake.settings {
            transaction.execute("INSERT OR IGNORE INTO setting (name, value) VALUES (?1, ?2)", params![name, json])?;
        }
        if !goes_on(intake.certificates.len()) {
            return Ok(false);
        }
        transaction.commit()?;
        Ok(true)
    }
}

fn note(
    db: &Connection,
    fingerprint: &Fingerprint,
    source: &str,
    detail: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO provenance (fingerprint, source, detail, first_at, last_at) VALUES (?1, ?2, ?3, ?4, ?4)
         ON CONFLICT (fingerprint, source, detail) DO UPDATE SET last_at = max(last_at, ?4)",
        params![fingerprint.as_str(), source, detail, millis(at)],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Technology;
    use crate::store::ProfileKey;

    fn record(number: u8) -> CertificateRecord {
        CertificateRecord {
            technology: Technology::OpenPgp,
            fingerprint: Fingerprint::from_bytes(&[number; 20]),
            bytes: vec![number; 100],
            has_secret: false,
            added_at: Timestamp::UNIX_EPOCH,
            origin: "imported".to_owned(),
        }
    }

    fn intake() -> Intake {
        let first = record(0);
        Intake {
            trust: vec![(first.fingerprint.clone(), TrustKind::Root, BTreeSet::new())],
            provenance: vec![(first.fingerprint.clone(), "gnupg", "home".to_owned())],
            outside: vec![OutsideKeyRecord {
                fingerprint: first.fingerprint,
                technology: Technology::OpenPgp,
                keeper: "gpg-agent".to_owned(),
                locator: "{}".to_owned(),
            }],
            certificates: (0..10).map(record).collect(),
            settings: vec![("revocation".to_owned(), "\"armor\"".to_owned())],
        }
    }

    #[test]
    fn an_import_that_is_stopped_anywhere_leaves_the_profile_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &ProfileKey::generate().unwrap()).unwrap();
        for stop in 0..=10 {
            assert!(!store.take_in(&intake(), Timestamp::UNIX_EPOCH, &|done| done < stop).unwrap());
            assert_eq!(store.certificates().unwrap().len(), 0);
            assert_eq!(store.trust().unwrap(), []);
            assert_eq!(store.outside_keys().unwrap(), []);
        }
        assert!(store.take_in(&intake(), Timestamp::UNIX_EPOCH, &|_| true).unwrap());
        assert_eq!(store.certificates().unwrap().len(), 10);
        assert_eq!(store.trust().unwrap(), [(record(0).fingerprint, TrustKind::Root)]);
        assert_eq!(store.outside_keys().unwrap().len(), 1);
        store.remove_outside_key(&record(0).fingerprint).unwrap();
        assert_eq!(store.outside_keys().unwrap(), []);
    }
}
