use rusqlite::{Connection, params};

use crate::domain::{Fingerprint, Technology};

use super::{Store, StoreError};

/// A key whose secret part another program or a token keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideKeyRecord {
    /// The certificate's fingerprint.
    pub fingerprint: Fingerprint,
    /// Which technology.
    pub technology: Technology,
    /// Who keeps it: `gpg-agent`, `pkcs11`.
    pub keeper: String,
    /// Where it is there, as JSON.
    pub locator: String,
}

impl Store {
    /// Every key whose secret part is elsewhere.
    pub fn outside_keys(&self) -> Result<Vec<OutsideKeyRecord>, StoreError> {
        let db = self.db();
        let mut statement =
            db.prepare_cached("SELECT fingerprint, technology, keeper, locator FROM outside_key ORDER BY rowid")?;
        let mut rows = statement.query([])?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            let technology: String = row.get(1)?;
            let technology = [Technology::OpenPgp, Technology::Smime].into_iter().find(|t| t.word() == technology);
            let fingerprint = Fingerprint::parse(&row.get::<_, String>(0)?);
            let (Some(technology), Some(fingerprint)) = (technology, fingerprint) else {
                return Err(StoreError::Corrupt("outside_key"));
            };
            records.push(OutsideKeyRecord { fingerprint, technology, keeper: row.get(2)?, locator: row.get(3)? });
        }
        Ok(records)
    }

    /// Uses a key of another program or a token no longer.
    pub fn remove_outside_key(&self, fingerprint: &Fingerprint) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM outside_key WHERE fingerprint = ?1", [fingerprint.as_str()])?;
        Ok(())
    }
}

/// Keeps one in place of the one with its fingerprint.
pub(super) fn put_outside(db: &Connection, record: &OutsideKeyRecord) -> Result<(), StoreError> {
    db.execute(
        "INSERT OR REPLACE INTO outside_key (fingerprint, technology, keeper, locator) VALUES (?1, ?2, ?3, ?4)",
        params![record.fingerprint.as_str(), record.technology.word(), record.keeper, record.locator],
    )?;
    Ok(())
}
