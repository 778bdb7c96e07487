//! Trust on first use: with which certificate an address was seen to sign, and what the user said of another one.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};

use crate::domain::{EmailAddress, Fingerprint, Technology};

use super::database::{millis, timestamp};
use super::{Store, StoreError};

/// An address that signs with a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Shown as From, and named by the certificate.
    pub address: EmailAddress,
    /// Of the certificate.
    pub technology: Technology,
    /// Of the certificate.
    pub fingerprint: Fingerprint,
}

/// What was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Who with what.
    pub seen: Seen,
    /// When the first such message arrived.
    pub first_at: Timestamp,
    /// When the last one did.
    pub last_at: Timestamp,
    /// How many different messages.
    pub messages: usize,
}

/// What the user said when another certificate came for an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// The address.
    pub address: EmailAddress,
    /// The other certificate.
    pub fingerprint: Fingerprint,
    /// It is theirs.
    pub is_accepted: bool,
    /// When that was said.
    pub at: Timestamp,
}

/// Messages from an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Correspondence {
    /// How many.
    pub messages: usize,
    /// The earliest.
    pub first_at: Option<Timestamp>,
    /// The latest.
    pub last_at: Option<Timestamp>,
}

const COLUMNS: &str = "address, technology, fingerprint, first_at, last_at, messages";

impl Store {
    /// Notes that a message of the store was signed so; the same bytes count once, however often they are looked at.
    /// It happened when the message arrived, or for one that was put here from a file, when it says it was written.
    pub fn note_sighting(&self, message: i64, seen: &Seen, now: Timestamp) -> Result<bool, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let found: Option<(Vec<u8>, Option<i64>, Option<i64>)> = transaction
            .query_row(
                "SELECT raw.sha256, message.received_at, message.date FROM message JOIN raw ON raw.id = message.raw
                 WHERE message.id = ?1",
                [message],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        let (source, received_at, date) = found.ok_or(StoreError::NotFound)?;
        let at = received_at.or(date).map_or(millis(now), |at| at.min(millis(now)));
        let is_new = transaction.execute(
            "INSERT OR IGNORE INTO sighted (source, fingerprint) VALUES (?1, ?2)",
            params![source, seen.fingerprint.as_str()],
        )? > 0;
        if is_new {
            transaction.execute(
                "INSERT INTO sighting (address, technology, fingerprint, first_at, last_at, messages)
                 VALUES (?1, ?2, ?3, ?4, ?4, 1)
                 ON CONFLICT (address, technology, fingerprint) DO UPDATE SET
                     first_at = min(first_at, ?4), last_at = max(last_at, ?4), messages = messages + 1",
                params![seen.address.canonical(), seen.technology.word(), seen.fingerprint.as_str(), at],
            )?;
        }
        transaction.commit()?;
        Ok(is_new)
    }

    /// With what an address was seen to sign, the first one first.
    pub fn sightings_of(&self, address: &EmailAddress) -> Result<Vec<Sighting>, StoreError> {
        let db = self.db();
        let query = format!("SELECT {COLUMNS} FROM sighting WHERE address = ?1 ORDER BY first_at, rowid");
        let mut statement = db.prepare_cached(&query)?;
        let rows = statement.query_map([address.canonical()], parts)?;
        rows.map(|row| sighting(row?)).collect()
    }

    /// With what every address was seen to sign, the first one first.
    pub fn sightings(&self) -> Result<Vec<Sighting>, StoreError> {
        let db = self.db();
        let query = format!("SELECT {COLUMNS} FROM sighting ORDER BY first_at, rowid");
        let mut statement = db.prepare_cached(&query)?;
        let rows = statement.query_map([], parts)?;
        rows.map(|row| sighting(row?)).collect()
    }

    /// Keeps what the user said of another certificate for an address.
    pub fn answer_key_change(
        &self,
        address: &EmailAddress,
        fingerprint: &Fingerprint,
        is_accepted: bool,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.db().execute(
            "INSERT INTO key_change (address, fingerprint, answer, at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (address, fingerprint) DO UPDATE SET answer = ?3, at = ?4",
            params![
                address.canonical(),
                fingerprint.as_str(),
                if is_accepted { "accepted" } else { "refused" },
                millis(at)
            ],
        )?;
        Ok(())
    }

    /// What the user said of other certificates.
    pub fn key_changes(&self) -> Result<Vec<KeyChange>, StoreError> {
        let db = self.db();
        let mut statement =
            db.prepare_cached("SELECT address, fingerprint, answer, at FROM key_change ORDER BY at, rowid")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, i64>(3)?))
        })?;
        rows.map(|row| {
            let (address, fingerprint, answer, at) = row?;
            let known = EmailAddress::parse(&address).zip(Fingerprint::parse(&fingerprint));
            let (address, fingerprint) = known.ok_or(StoreError::Corrupt("key_change"))?;
            Ok(KeyChange { address, fingerprint, is_accepted: answer == "accepted", at: timestamp(at) })
        })
        .collect()
    }

    /// How many messages came from an address, and when.
    pub fn correspondence(&self, address: &EmailAddress) -> Result<Correspondence, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT count(DISTINCT raw), min(position), max(position) FROM message WHERE lower(from_address) = ?1",
        )?;
        Ok(statement.query_row([address.canonical()], |row| correspondence(row, 0))?)
    }

    /// The same for every address, lower-cased.
    pub fn correspondents(&self) -> Result<Vec<(String, Correspondence)>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT lower(from_address), count(DISTINCT raw), min(position), max(position) FROM message GROUP BY 1",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, correspondence(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn correspondence(row: &Row<'_>, from: usize) -> rusqlite::Result<Correspondence> {
    let count: i64 = row.get(from)?;
    let at = |column: usize| row.get::<_, Option<i64>>(column).map(|at| at.map(timestamp));
    Ok(Correspondence {
        messages: usize::try_from(count).unwrap_or_default(),
        first_at: at(from + 1)?,
        last_at: at(from + 2)?,
    })
}

type Parts = (String, String, String, i64, i64, i64);

fn parts(row: &Row<'_>) -> rusqlite::Result<Parts> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn sighting((address, technology, fingerprint, first_at, last_at, messages): Parts) -> Result<Sighting, StoreError> {
    let corrupt = || StoreError::Corrupt("sighting");
    let technology = [Technology::OpenPgp, Technology::Smime].into_iter().find(|one| one.word() == technology);
    let seen = Seen {
        address: EmailAddress::parse(&address).ok_or_else(corrupt)?,
        technology: technology.ok_or_else(corrupt)?,
        fingerprint: Fingerprint::parse(&fingerprint).ok_or_else(corrupt)?,
    };
    Ok(Sighting {
        seen,
        first_at: timestamp(first_at),
        last_at: timestamp(last_at),
        messages: usize::try_from(messages).unwrap_or_default(),
    })
}
