//! Copies of what was accepted, on their way into the folder of sent messages: each gets there once.

use jiff::Timestamp;
use rusqlite::params;

use crate::domain::RawMessage;

use super::super::database::millis;
use super::super::message::insert;
use super::super::source::Source;
use super::super::{NewMessage, Store, StoreError};
use super::LONGEST_WAIT;

/// A copy that still has to go into the folder of sent messages.
#[derive(Clone, Debug)]
pub struct SentCopy {
    /// The submission's row id.
    pub submission: i64,
    /// The account's row id.
    pub account: i64,
    /// The message.
    pub message: RawMessage,
    /// It may be there already: somebody began to put it there, and never said how that ended.
    pub has_begun: bool,
    /// How often that was tried in vain.
    pub attempts: u32,
}

impl Store {
    /// The copies of accepted messages that still have to be filed, oldest first.
    pub fn sent_copies(&self) -> Result<Vec<SentCopy>, StoreError> {
        self.due_copies(Timestamp::MAX)
    }

    /// Those of them whose turn it is.
    pub fn due_copies(&self, now: Timestamp) -> Result<Vec<SentCopy>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT id, account, sent_copy, copy_began, copy_attempts FROM outbox
             WHERE state = 'accepted' AND sent_copy IS NOT NULL
                 AND (retry_at IS NULL OR retry_at <= ?1 OR retry_at - ?1 > ?2)
             ORDER BY id",
        )?;
        let rows = statement.query_map(params![millis(now), LONGEST_WAIT.as_millis() as i64], |row| {
            let bytes: Vec<u8> = row.get(2)?;
            Ok(SentCopy {
                submission: row.get(0)?,
                account: row.get(1)?,
                message: RawMessage::new(bytes),
                has_begun: row.get(3)?,
                attempts: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The copy is about to go: from here on it may be there.
    pub fn mark_copy_began(&self, id: i64) -> Result<(), StoreError> {
        self.change(id, "UPDATE outbox SET copy_began = 1 WHERE id = ?1", &[])
    }

    /// The copy could not be filed now.
    pub fn mark_copy_failed(&self, id: i64, retry_at: Timestamp) -> Result<(), StoreError> {
        let update = "UPDATE outbox SET copy_attempts = copy_attempts + 1, retry_at = ?2 WHERE id = ?1";
        self.change(id, update, &[&millis(retry_at)])
    }

    /// The copy was filed.
    pub fn mark_filed(&self, id: i64) -> Result<(), StoreError> {
        self.change(id, "UPDATE outbox SET sent_copy = NULL WHERE id = ?1", &[])
    }

    /// Puts the copy into a folder here, and notes in the same moment that it was filed.
    pub fn file_here(&self, id: i64, folder: i64, message: &NewMessage) -> Result<(), StoreError> {
        let source = Source::of(&message.raw)?;
        let mut db = self.db();
        let transaction = db.transaction()?;
        insert(&transaction, folder, message, &source)?;
        transaction.execute("UPDATE outbox SET sent_copy = NULL WHERE id = ?1", [id])?;
        transaction.commit()?;
        Ok(())
    }

    /// Removes what was accepted and filed.
    pub fn clear_accepted(&self) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM outbox WHERE state = 'accepted' AND sent_copy IS NULL", [])?;
        Ok(())
    }
}
