//! What servers reported of messages that were sent from here: only of deliveries whose random name they knew.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};

use crate::domain::EmailAddress;

use super::database::{millis, timestamp};
use super::{Store, StoreError};

/// What became of a sent message for one recipient, as far as a server reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Who.
    pub recipient: String,
    /// The report's word: `failed`, `delayed`, `delivered`, `relayed` or `expanded`.
    pub action: String,
    /// The status code (RFC 3463), or empty.
    pub status: String,
    /// The server's words.
    pub detail: String,
    /// When that was learnt.
    pub at: Timestamp,
}

impl Store {
    /// A delivery goes out under a name that nobody can guess.
    pub fn note_posted(
        &self,
        envelope_id: &str,
        message_id: &str,
        recipients: &[EmailAddress],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.db().execute(
            "INSERT OR REPLACE INTO posted (envid, message_id, recipients, at) VALUES (?1, ?2, ?3, ?4)",
            params![envelope_id, message_id, serde_json::to_string(recipients)?, millis(at)],
        )?;
        Ok(())
    }

    /// The Message-ID and the recipients of a delivery, if it went out from here.
    pub fn posted(&self, envelope_id: &str) -> Result<Option<(String, Vec<EmailAddress>)>, StoreError> {
        let db = self.db();
        let query = "SELECT message_id, recipients FROM posted WHERE envid = ?1";
        let found: Option<(String, String)> =
            db.query_row(query, [envelope_id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        found.map(|(message_id, recipients)| Ok((message_id, serde_json::from_str(&recipients)?))).transpose()
    }

    /// Notes what a report says. That something is delayed is no news once it is known how it ended.
    pub fn note_delivery(&self, message_id: &str, record: &DeliveryRecord) -> Result<(), StoreError> {
        self.db().execute(
            "INSERT INTO delivery (message_id, recipient, action, status, detail, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (message_id, recipient) DO UPDATE SET action = ?3, status = ?4, detail = ?5, at = ?6
                 WHERE ?3 <> 'delayed' OR action = 'delayed'",
            params![message_id, record.recipient, record.action, record.status, record.detail, millis(record.at)],
        )?;
        Ok(())
    }

    /// What is known of a sent message, by its Message-ID.
    pub fn deliveries(&self, message_id: &str) -> Result<Vec<DeliveryRecord>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT recipient, action, status, detail, at FROM delivery WHERE message_id = ?1 ORDER BY recipient",
        )?;
        let rows = statement.query_map([message_id], record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn record(row: &Row<'_>) -> rusqlite::Result<DeliveryRecord> {
    Ok(DeliveryRecord {
        recipient: row.get(0)?,
        action: row.get(1)?,
        status: row.get(2)?,
        detail: row.get(3)?,
        at: timestamp(row.get(4)?),
    })
}
