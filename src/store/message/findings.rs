//! What was found of messages: noted, and forgotten when other keys or another trust may find something else.

use std::sync::atomic::Ordering;

use rusqlite::{Connection, params};

use crate::store::database::millis;
use crate::store::{Store, StoreError, thread};

use super::{AssessedRow, Noted, set_headline};

impl Store {
    /// Notes what was found when a message was assessed: its list and its search know it from now
    /// on, and no longer what stood outside of its protection. Its place in the list stays.
    pub fn set_assessed(&self, id: i64, found: &AssessedRow) -> Result<(), StoreError> {
        self.note_assessed(&[(id, Noted::Read(found.clone()))], self.forgotten()).map(drop)
    }

    /// Notes what was found of many messages, all or none, by who asked for [`Store::forgotten`] before taking the keys and
    /// the trust to look with. When findings were forgotten since, these are of before: none is noted, and `false` says so.
    pub fn note_assessed(&self, found: &[(i64, Noted)], as_of: u64) -> Result<bool, StoreError> {
        let mut db = self.db();
        // Who forgets holds the connection, too.
        if self.forgotten() != as_of {
            return Ok(false);
        }
        let transaction = db.transaction()?;
        for (id, noted) in found {
            match noted {
                Noted::Closed { lock, seal } => set_headline(&transaction, *id, lock, seal)?,
                Noted::Read(row) => set_assessed(&transaction, *id, row)?,
            }
        }
        transaction.commit()?;
        Ok(true)
    }

    /// A number that is another one after findings were forgotten.
    pub fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::Acquire)
    }

    /// What was found of signatures is no longer to be believed: whom the user trusts has changed.
    pub fn forget_seals(&self) -> Result<(), StoreError> {
        self.forget("UPDATE message SET lock = NULL, seal = NULL WHERE seal <> 'unsigned'")
    }

    /// What was found closed may be opened now: a key was unlocked, or came.
    pub fn forget_closed(&self) -> Result<(), StoreError> {
        self.forget("UPDATE message SET lock = NULL, seal = NULL WHERE lock = 'cannot_open'")
    }

    fn forget(&self, update: &str) -> Result<(), StoreError> {
        let db = self.db();
        // Also when nothing is noted yet: what is being looked at now is of before.
        self.forgotten.fetch_add(1, Ordering::Release);
        db.execute(update, [])?;
        Ok(())
    }
}

fn set_assessed(db: &Connection, id: i64, found: &AssessedRow) -> Result<(), StoreError> {
    let mut update = db.prepare_cached(
        "UPDATE message SET lock = ?2, seal = ?3, from_name = ?4, from_address = ?5, subject = ?6, preview = ?7,
             date = coalesce(?8, date), has_attachments = ?9
         WHERE id = ?1",
    )?;
    update.execute(params![
        id,
        found.lock,
        found.seal,
        found.from.name,
        found.from.address,
        found.subject,
        found.preview,
        found.date.map(millis),
        found.has_attachments,
    ])?;
    thread::learn(db, id, &found.lineage, &found.subject)
}
