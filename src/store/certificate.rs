use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::domain::{Fingerprint, Technology};

use super::database::{millis, timestamp};
use super::{Store, StoreError};

/// A certificate, perhaps with its secret key (which its own passphrase may protect besides).
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateRecord {
    /// Which technology.
    pub technology: Technology,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// As the crypto room serialises it.
    pub bytes: Vec<u8>,
    /// The bytes hold the secret key too.
    pub has_secret: bool,
    /// When it was first kept.
    pub added_at: Timestamp,
    /// Where it came from: `generated`, `imported`, `message`, …
    pub origin: String,
}

impl std::fmt::Debug for CertificateRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The bytes may be a secret key.
        write!(f, "CertificateRecord({} {})", self.technology.word(), self.fingerprint)
    }
}

/// In what way the user trusts a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrustKind {
    /// Compared with its owner.
    Direct,
    /// An OpenPGP certificate whose certifications count.
    Root,
    /// An OpenPGP certificate whose certifications count by a third: GnuPG's marginal trust.
    Introducer,
    /// A certification authority of X.509.
    Anchor,
}

impl TrustKind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Root => "root",
            Self::Introducer => "introducer",
            Self::Anchor => "anchor",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Direct, Self::Root, Self::Introducer, Self::Anchor].into_iter().find(|kind| kind.word() == word)
    }
}

impl Store {
    /// Keeps a certificate in place of the one with its fingerprint. One without a secret key
    /// never replaces one with it: that returns `false` and changes nothing.
    pub fn put_certificate(&self, record: &CertificateRecord) -> Result<bool, StoreError> {
        put(&self.db(), record)
    }

    /// Every certificate, oldest first.
    pub fn certificates(&self) -> Result<Vec<CertificateRecord>, StoreError> {
        self.records("1")
    }

    /// Those with their secret keys, oldest first.
    pub fn own_certificates(&self) -> Result<Vec<CertificateRecord>, StoreError> {
        self.records("has_secret")
    }

    /// Public ones without a summary, oldest first, at the most as many as are wanted.
    pub fn unsummarised(&self, limit: usize) -> Result<Vec<CertificateRecord>, StoreError> {
        let counts = "SELECT (SELECT count(*) FROM certificate) - (SELECT count(*) FROM summary)
                           - (SELECT count(*) FROM certificate WHERE has_secret)";
        if self.db().query_row(counts, [], |row| row.get::<_, i64>(0))? == 0 {
            return Ok(Vec::new());
        }
        self.records(&format!(
            "(technology, fingerprint) IN (SELECT technology, fingerprint FROM certificate
                 EXCEPT SELECT technology, fingerprint FROM summary
                 EXCEPT SELECT technology, fingerprint FROM certificate WHERE has_secret LIMIT {limit})"
        ))
    }

    /// The summaries of public certificates, in the order in which those came.
    pub fn summaries(&self) -> Result<Vec<(Technology, Fingerprint, String)>, StoreError> {
        let db = self.db();
        // The rows of certificates keep their order when the certificates change; those of summaries do not.
        let mut statement = db.prepare_cached(
            "SELECT summary.technology, fingerprint, text FROM summary JOIN certificate USING (technology, fingerprint)
             ORDER BY summary.added_at, certificate.rowid",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let technology = technology(row.get_ref(0)?.as_str().unwrap_or_default())?;
            let fingerprint = Fingerprint::parse(row.get_ref(1)?.as_str().unwrap_or_default());
            found.push((technology, fingerprint.ok_or(StoreError::Corrupt("summary"))?, row.get(2)?));
        }
        Ok(found)
    }

    /// Keeps the summaries of certificates, in place of those that were there. What was told of a certificate that is
    /// another one by now is not kept.
    pub fn put_summaries(&self, summaries: &[(&CertificateRecord, String)]) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for (of, text) in summaries {
            summarise(&transaction, of, text)?;
        }
        Ok(transaction.commit()?)
    }

    /// Forgets every summary: another version wrote them.
    pub fn forget_summaries(&self) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM summary", [])?;
        Ok(())
    }

    /// The bytes of a certificate.
    pub fn certificate_bytes(
        &self,
        technology: Technology,
        fingerprint: &Fingerprint,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let db = self.db();
        let mut statement =
            db.prepare_cached("SELECT bytes FROM certificate WHERE technology = ?1 AND fingerprint = ?2")?;
        Ok(statement.query_row([technology.word(), fingerprint.as_str()], |row| row.get(0)).optional()?)
    }

    /// Where a certificate came from first, or its secret key, if it is here; `None` when neither is.
    pub fn origin(&self, fingerprint: &Fingerprint) -> Result<Option<String>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT origin FROM certificate WHERE fingerprint = ?1")?;
        Ok(statement.query_row([fingerprint.as_str()], |row| row.get(0)).optional()?)
    }

    fn records(&self, which: &str) -> Result<Vec<CertificateRecord>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(&format!(
            "SELECT technology, fingerprint, bytes, has_secret, added_at, origin FROM certificate
             WHERE {which} ORDER BY added_at, rowid"
        ))?;
        let mut rows = statement.query([])?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            let fingerprint = Fingerprint::parse(&row.get::<_, String>(1)?);
            records.push(CertificateRecord {
                technology: technology(&row.get::<_, String>(0)?)?,
                fingerprint: fingerprint.ok_or(StoreError::Corrupt("certificate"))?,
                bytes: row.get(2)?,
                has_secret: row.get(3)?,
                added_at: timestamp(row.get(4)?),
                origin: row.get(5)?,
            });
        }
        Ok(records)
    }

    /// Removes a certificate, its secret key, what was trusted of it, and where it was met.
    pub fn remove_certificate(&self, fingerprint: &Fingerprint) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        transaction.execute("DELETE FROM certificate WHERE fingerprint = ?1", [fingerprint.as_str()])?;
        transaction.execute("DELETE FROM trust WHERE fingerprint = ?1", [fingerprint.as_str()])?;
        transaction.execute("DELETE FROM outside_key WHERE fingerprint = ?1", [fingerprint.as_str()])?;
        transaction.execute("DELETE FROM provenance WHERE fingerprint = ?1", [fingerprint.as_str()])?;
        Ok(transaction.commit()?)
    }

    /// Trusts a certificate in a way, or no longer.
    pub fn set_trust(&self, fingerprint: &Fingerprint, kind: TrustKind, is_trusted: bool) -> Result<(), StoreError> {
        let change = if is_trusted {
            "INSERT OR IGNORE INTO trust (fingerprint, kind) VALUES (?1, ?2)"
        } else {
            "DELETE FROM trust WHERE fingerprint = ?1 AND kind = ?2"
        };
        self.db().execute(change, [fingerprint.as_str(), kind.word()])?;
        Ok(())
    }

    /// What the user trusts, and in what way.
    pub fn trust(&self) -> Result<Vec<(Fingerprint, TrustKind)>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT fingerprint, kind FROM trust ORDER BY rowid")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (fingerprint, kind) = row?;
            let known = Fingerprint::parse(&fingerprint).zip(TrustKind::parse(&kind));
            known.ok_or(StoreError::Corrupt("trust"))
        })
        .collect()
    }

    /// The User IDs that each directly trusted certificate bore when it was compared, as far as they are known.
    pub fn all_compared(&self) -> Result<HashMap<Fingerprint, BTreeSet<String>>, StoreError> {
        let db = self.db();
        let query = "SELECT fingerprint, user_ids FROM trust WHERE kind = ?1 AND user_ids IS NOT NULL";
        let mut statement = db.prepare_cached(query)?;
        let rows = statement.query_map([TrustKind::Direct.word()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.map(|row| {
            let (fingerprint, user_ids): (String, String) = row?;
            let known = Fingerprint::parse(&fingerprint).zip(serde_json::from_str(&user_ids).ok());
            known.ok_or(StoreError::Corrupt("trust"))
        })
        .collect()
    }

    /// Trusts a certificate directly, for the User IDs that it bears now.
    pub fn set_compared(&self, fingerprint: &Fingerprint, user_ids: &BTreeSet<String>) -> Result<(), StoreError> {
        set_compared(&self.db(), fingerprint, user_ids)
    }

    /// The User IDs that a directly trusted certificate bore when it was compared, if they are known.
    pub fn compared(&self, fingerprint: &Fingerprint) -> Result<Option<BTreeSet<String>>, StoreError> {
        let db = self.db();
        let query = "SELECT user_ids FROM trust WHERE fingerprint = ?1 AND kind = ?2";
        let found: Option<Option<String>> =
            db.query_row(query, [fingerprint.as_str(), TrustKind::Direct.word()], |row| row.get(0)).optional()?;
        let parse = |text: String| serde_json::from_str(&text).map_err(|_| StoreError::Corrupt("trust"));
        found.flatten().map(parse).transpose()
    }

    /// Whether a certificate is trusted in a way.
    pub fn is_trusted(&self, fingerprint: &Fingerprint, kind: TrustKind) -> Result<bool, StoreError> {
        let db = self.db();
        let query = "SELECT 1 FROM trust WHERE fingerprint = ?1 AND kind = ?2";
        let found: Option<i64> =
            db.query_row(query, [fingerprint.as_str(), kind.word()], |row| row.get(0)).optional()?;
        Ok(found.is_some())
    }
}

/// Keeps a certificate, perhaps as part of a transaction.
pub(super) fn put(db: &Connection, record: &CertificateRecord) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached(
        "INSERT INTO certificate (technology, fingerprint, bytes, has_secret, added_at, origin)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (technology, fingerprint) DO UPDATE SET bytes = ?3, has_secret = ?4,
             origin = CASE WHEN has_secret < ?4 THEN ?6 ELSE origin END
             WHERE has_secret <= ?4",
    )?;
    let changed = statement.execute(params![
        record.technology.word(),
        record.fingerprint.as_str(),
        record.bytes,
        record.has_secret,
        millis(record.added_at),
        record.origin
    ])?;
    Ok(changed > 0)
}

fn summarise(db: &Connection, of: &CertificateRecord, text: &str) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(
        "INSERT OR REPLACE INTO summary (technology, fingerprint, added_at, text)
         SELECT technology, fingerprint, added_at, ?3 FROM certificate
         WHERE technology = ?1 AND fingerprint = ?2 AND bytes = ?4 AND NOT has_secret",
    )?;
    statement.execute(params![of.technology.word(), of.fingerprint.as_str(), text, of.bytes])?;
    Ok(())
}

fn technology(word: &str) -> Result<Technology, StoreError> {
    let known = [Technology::OpenPgp, Technology::Smime].into_iter().find(|one| one.word() == word);
    known.ok_or(StoreError::Corrupt("certificate"))
}

/// Trusts a certificate directly, for these User IDs.
pub(super) fn set_compared(
    db: &Connection,
    fingerprint: &Fingerprint,
    user_ids: &BTreeSet<String>,
) -> Result<(), StoreError> {
    let text = serde_json::to_string(user_ids).map_err(|_| StoreError::Corrupt("trust"))?;
    db.execute(
        "INSERT INTO trust (fingerprint, kind, user_ids) VALUES (?1, ?2, ?3)
         ON CONFLICT (fingerprint, kind) DO UPDATE SET user_ids = ?3",
        [fingerprint.as_str(), TrustKind::Direct.word(), &text],
    )?;
    Ok(())
}
