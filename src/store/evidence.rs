use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::database::{millis, timestamp};
use super::{Store, StoreError};

/// What was fetched about certificates: a revocation list, an answer about one certificate, an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRecord {
    /// Where it came from: an address of the web; of an answer with the certificate's fingerprint behind a space.
    pub locator: String,
    /// As it came.
    pub bytes: Vec<u8>,
    /// When.
    pub fetched_at: Timestamp,
    /// When there is to be a newer one, if it says so.
    pub next_at: Option<Timestamp>,
}

/// What kind of evidence it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EvidenceKind {
    /// A certificate revocation list (RFC 5280 §5).
    Crl,
    /// An OCSP response (RFC 6960 §4.2).
    Ocsp,
    /// An authority's certificate (RFC 5280 §4.2.2.1).
    Issuer,
}

impl EvidenceKind {
    /// The word it is kept as.
    pub fn word(self) -> &'static str {
        match self {
            Self::Crl => "crl",
            Self::Ocsp => "ocsp",
            Self::Issuer => "issuer",
        }
    }
}

impl Store {
    /// Keeps what was fetched, in place of what came from there before.
    pub fn put_evidence(&self, kind: EvidenceKind, record: &EvidenceRecord) -> Result<(), StoreError> {
        self.db().execute(
            "INSERT OR REPLACE INTO evidence (kind, locator, bytes, fetched_at, next_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![kind.word(), record.locator, record.bytes, millis(record.fetched_at), record.next_at.map(millis)],
        )?;
        Ok(())
    }

    /// Everything of a kind, what was fetched last first.
    pub fn evidence(&self, kind: EvidenceKind) -> Result<Vec<EvidenceRecord>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT locator, bytes, fetched_at, next_at FROM evidence WHERE kind = ?1 ORDER BY fetched_at DESC, locator",
        )?;
        let rows = statement.query_map([kind.word()], record)?;
        rows.collect::<Result<_, _>>().map_err(StoreError::from)
    }

    /// What came from one place.
    pub fn find_evidence(&self, kind: EvidenceKind, locator: &str) -> Result<Option<EvidenceRecord>, StoreError> {
        let db = self.db();
        let query = "SELECT locator, bytes, fetched_at, next_at FROM evidence WHERE kind = ?1 AND locator = ?2";
        db.query_row(query, [kind.word(), locator], record).optional().map_err(StoreError::from)
    }

    /// Forgets what came from one place.
    pub fn remove_evidence(&self, kind: EvidenceKind, locator: &str) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM evidence WHERE kind = ?1 AND locator = ?2", [kind.word(), locator])?;
        Ok(())
    }

    /// Changes with every change of the evidence, so that what was read of it can be kept until then: how much there
    /// is, when the last of it was fetched, and a sum over all.
    pub fn evidence_state(&self) -> Result<(i64, i64, i64), StoreError> {
        let db = self.db();
        let query =
            "SELECT count(*), coalesce(max(fetched_at), 0), coalesce(sum(fetched_at % 1000003), 0) FROM evidence";
        db.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).map_err(StoreError::from)
    }
}

fn record(row: &rusqlite::Row<'_>) -> Result<EvidenceRecord, rusqlite::Error> {
    let next_at: Option<i64> = row.get(3)?;
    Ok(EvidenceRecord {
        locator: row.get(0)?,
        bytes: row.get(1)?,
        fetched_at: timestamp(row.get(2)?),
        next_at: next_at.map(timestamp),
    })
}
