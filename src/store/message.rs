//! Messages: kept, listed, and what is noted of each.

mod findings;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use crate::domain::thread::Lineage;
use crate::domain::{Mailbox, RawMessage, abreast};

use super::database::{millis, timestamp};
use super::popped::Popped;
use super::source::Source;
use super::{Store, StoreError, thread};

/// The flags that are kept (RFC 3501 §2.3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageFlags {
    /// Was read.
    pub is_seen: bool,
    /// Was marked.
    pub is_flagged: bool,
    /// Was answered.
    pub is_answered: bool,
}

/// A message to keep: its bytes, and what the list shows of it.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Its UID in the folder; `None` takes the next free one (folders without a server).
    pub uid: Option<u32>,
    /// Its flags.
    pub flags: MessageFlags,
    /// When it came.
    pub received_at: Option<Timestamp>,
    /// Its Date field.
    pub date: Option<Timestamp>,
    /// Who it says it is from.
    pub from: Mailbox,
    /// The subject outside of any encryption.
    pub subject: String,
    /// The first words of the body, if they are not encrypted.
    pub preview: String,
    /// Has attachments.
    pub has_attachments: bool,
    /// What it says of its conversation.
    pub lineage: Lineage,
    /// The message.
    pub raw: RawMessage,
}

/// A message with which the long work is done: it only has to be written.
#[derive(Clone, Debug)]
pub struct ReadyMessage {
    message: NewMessage,
    source: Source,
}

impl ReadyMessage {
    /// Does the long work: no database is needed for it.
    pub fn of(message: NewMessage) -> Result<Self, StoreError> {
        Ok(Self { source: Source::of(&message.raw)?, message })
    }
}

/// What the list shows of a message once it was assessed: what is protected, not what is outside.
#[derive(Clone, Debug, PartialEq)]
pub struct AssessedRow {
    /// The lock's word.
    pub lock: &'static str,
    /// The seal's word.
    pub seal: &'static str,
    /// Who it is from.
    pub from: Mailbox,
    /// The subject.
    pub subject: String,
    /// The first words of the body.
    pub preview: String,
    /// Its Date field; `None` leaves the one that is known.
    pub date: Option<Timestamp>,
    /// Has attachments.
    pub has_attachments: bool,
    /// What it says of its conversation.
    pub lineage: Lineage,
}

/// What is to be noted of a message that was assessed.
#[derive(Clone, Debug)]
pub enum Noted {
    /// It can't be opened: the words of its lock and seal alone, so that what was read of it before is not forgotten.
    Closed {
        /// The lock's word.
        lock: &'static str,
        /// The seal's word.
        seal: &'static str,
    },
    /// What was read.
    Read(AssessedRow),
}

/// One line of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageRow {
    /// Row id.
    pub id: i64,
    /// Its UID; `None` while its server does not have it there.
    pub uid: Option<u32>,
    /// Its flags.
    pub flags: MessageFlags,
    /// Its Date field, or when it came.
    pub date: Option<Timestamp>,
    /// Who it says it is from.
    pub from: Mailbox,
    /// The subject; the protected one once the message was opened.
    pub subject: String,
    /// The first words of the body.
    pub preview: String,
    /// Has attachments.
    pub has_attachments: bool,
    /// The lock's word, once assessed.
    pub lock: Option<String>,
    /// The seal's word, once assessed.
    pub seal: Option<String>,
    /// Its keywords, parted by spaces.
    pub keywords: Box<str>,
    /// The folder that it is in.
    pub folder: i64,
    /// Its conversation; `None` until that is known.
    pub thread: Option<i64>,
}

impl Store {
    /// Keeps a message; its row id, or `None` if the folder has that UID already.
    pub fn add_message(&self, folder: i64, message: &NewMessage) -> Result<Option<i64>, StoreError> {
        let ids = self.add_messages(folder, std::slice::from_ref(message))?;
        Ok(ids.first().copied().flatten())
    }

    /// Keeps messages, all of them or none; as [`Store::add_message`] for each.
    pub fn add_messages(&self, folder: i64, messages: &[NewMessage]) -> Result<Vec<Option<i64>>, StoreError> {
        // The long work comes before the database is taken.
        let ready = abreast(messages, |message| ReadyMessage::of(message.clone()));
        self.add_ready(folder, &ready.into_iter().collect::<Result<Vec<_>, _>>()?)
    }

    /// The same for messages that are ready.
    pub fn add_ready(&self, folder: i64, messages: &[ReadyMessage]) -> Result<Vec<Option<i64>>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let each = messages.iter();
        let ids = each.map(|one| insert(&transaction, folder, &one.message, &one.source)).collect::<Result<_, _>>()?;
        transaction.commit()?;
        Ok(ids)
    }

    /// Adds a message that came by POP3, and notes in the same moment that it came: it is fetched once.
    pub fn add_popped(
        &self,
        account: i64,
        folder: i64,
        popped: Popped<'_>,
        message: &NewMessage,
    ) -> Result<(), StoreError> {
        let source = Source::of(&message.raw)?;
        let mut db = self.db();
        let transaction = db.transaction()?;
        // After a repair what the server still has is fetched again, and most of it is here.
        if !source.is_in(&transaction, account)? {
            let id = insert(&transaction, folder, message, &source)?;
            if popped.was_there {
                transaction.execute("DELETE FROM unruled WHERE message = ?1", [id])?;
            }
        }
        transaction
            .prepare_cached("INSERT OR IGNORE INTO popped (account, unique_id, bytes) VALUES (?1, ?2, ?3)")?
            .execute(params![account, popped.unique_id, popped.bytes])?;
        transaction.commit()?;
        Ok(())
    }

    /// A stretch of a folder's list, newest first.
    pub fn rows(&self, folder: i64, limit: usize, offset: usize) -> Result<Vec<MessageRow>, StoreError> {
        self.rows_as(folder, limit, offset, |row| row)
    }

    /// The same, each made into something else at once: a long list is never there twice.
    pub fn rows_as<T>(
        &self,
        folder: i64,
        limit: usize,
        offset: usize,
        mut made: impl FnMut(MessageRow) -> T,
    ) -> Result<Vec<T>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM message WHERE folder = ?1 ORDER BY position DESC, id DESC LIMIT ?2 OFFSET ?3"
        ))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![folder, limit, offset], |row| list_row(row).map(&mut made))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One line of the list, and the folder it is in.
    pub fn row(&self, id: i64) -> Result<(i64, MessageRow), StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM message WHERE id = ?1"))?;
        let found = statement.query_row([id], |row| list_row(row).map(|row| (row.folder, row)));
        found.optional()?.ok_or(StoreError::NotFound)
    }

    /// Lines of the list, each with the folder it is in; those that are gone are left out. Looked up in one transaction:
    /// to lock the file for each takes as long as finding it.
    pub fn rows_by_id(&self, ids: &[i64]) -> Result<Vec<(i64, MessageRow)>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let mut statement = transaction.prepare_cached(&format!("SELECT {COLUMNS} FROM message WHERE id = ?1"))?;
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            rows.extend(statement.query_row([id], |row| list_row(row).map(|row| (row.folder, row))).optional()?);
        }
        Ok(rows)
    }

    /// When a message came.
    pub fn received_at(&self, id: i64) -> Result<Option<Timestamp>, StoreError> {
        let query = "SELECT received_at FROM message WHERE id = ?1";
        let found: Option<Option<i64>> = self.db().query_row(query, [id], |row| row.get(0)).optional()?;
        Ok(found.flatten().map(timestamp))
    }

    /// Marks as read or unread.
    pub fn set_seen(&self, id: i64, is_seen: bool) -> Result<(), StoreError> {
        self.db().execute("UPDATE message SET is_seen = ?2 WHERE id = ?1", params![id, is_seen])?;
        Ok(())
    }

    /// Notes the words of lock and seal that a message was found to have, and nothing else.
    pub fn set_headline(&self, id: i64, lock: &str, seal: &str) -> Result<(), StoreError> {
        set_headline(&self.db(), id, lock, seal)
    }

    /// Messages that are to be assessed, newest first, with their sizes in bytes: at most `limit` of those below an id.
    pub fn unassessed(&self, below: i64, limit: usize) -> Result<Vec<(i64, u64)>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT message.id, raw.size FROM message JOIN raw ON raw.id = message.raw
             WHERE message.lock IS NULL AND message.id < ?1 ORDER BY message.id DESC LIMIT ?2",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let found = statement.query_map(params![below, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Those of a folder that are to be assessed, newest first, with their sizes in bytes.
    pub fn unassessed_of(&self, folder: i64) -> Result<Vec<(i64, u64)>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT message.id, raw.size FROM message JOIN raw ON raw.id = message.raw
             WHERE message.folder = ?1 AND message.lock IS NULL ORDER BY message.id DESC",
        )?;
        let found = statement.query_map([folder], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// As if the disk had spoiled the source of a message.
    #[cfg(test)]
    pub(crate) fn spoil_source(&self, id: i64) -> Result<(), StoreError> {
        let db = self.db();
        db.execute("DELETE FROM raw_piece WHERE raw = (SELECT raw FROM message WHERE id = ?1)", [id])?;
        db.execute("UPDATE raw SET deflated = x'ff' WHERE id = (SELECT raw FROM message WHERE id = ?1)", [id])?;
        Ok(())
    }

    /// Removes a message from its folder.
    pub fn remove_message(&self, id: i64) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM message WHERE id = ?1", [id])?;
        Ok(())
    }
}

fn set_headline(db: &Connection, id: i64, lock: &str, seal: &str) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE message SET lock = ?2, seal = ?3 WHERE id = ?1")?.execute(params![id, lock, seal])?;
    Ok(())
}

pub(super) const COLUMNS: &str =
    "id, uid, is_seen, is_flagged, is_answered, coalesce(date, received_at), from_name, from_address,
    subject, preview, has_attachments, lock, seal, position, folder, thread, keywords";

pub(super) fn list_row(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    Ok(MessageRow {
        id: row.get(0)?,
        uid: u32::try_from(row.get::<_, i64>(1)?).ok(),
        flags: MessageFlags { is_seen: row.get(2)?, is_flagged: row.get(3)?, is_answered: row.get(4)? },
        date: row.get::<_, Option<i64>>(5)?.map(timestamp),
        from: Mailbox::new(row.get::<_, String>(6)?, row.get::<_, String>(7)?),
        subject: row.get(8)?,
        preview: row.get(9)?,
        has_attachments: row.get(10)?,
        lock: row.get(11)?,
        seal: row.get(12)?,
        keywords: row.get::<_, String>(16)?.into(),
        folder: row.get(14)?,
        thread: row.get(15)?,
    })
}

/// The row id of the next message: none that another one ever had. It is given away with this.
pub(super) fn next_id(db: &Connection) -> Result<i64, StoreError> {
    let query = "INSERT INTO setting (name, value)
         VALUES ('last-message-id', CAST(coalesce((SELECT max(id) FROM message), 0) + 1 AS TEXT))
         ON CONFLICT (name) DO UPDATE SET value = CAST(max(CAST(value AS INTEGER) + 1,
             CAST(excluded.value AS INTEGER)) AS TEXT) RETURNING CAST(value AS INTEGER)";
    Ok(db.prepare_cached(query)?.query_row([], |row| row.get(0))?)
}

pub(super) fn insert(
    transaction: &Transaction<'_>,
    folder: i64,
    message: &NewMessage,
    source: &Source,
) -> Result<Option<i64>, StoreError> {
    let uid = match message.uid {
        Some(uid) => uid,
        None => transaction
            .prepare_cached("SELECT max(0, coalesce(max(uid), 0)) + 1 FROM message WHERE folder = ?1")?
            .query_row([folder], |row| row.get(0))?,
    };
    let mut there = transaction.prepare_cached("SELECT 1 FROM message WHERE folder = ?1 AND uid = ?2")?;
    if there.exists(params![folder, uid])? {
        return Ok(None);
    }
    let raw = source.keep(transaction, &message.raw)?;
    let id = next_id(transaction)?;
    let position = message.date.or(message.received_at).map_or(0, millis);
    let member = thread::member(&message.lineage, &message.subject, position);
    let conversation = thread::conversation_of(transaction, &member)?;
    transaction
        .prepare_cached(
            "INSERT INTO message (folder, uid, raw, is_seen, is_flagged, is_answered, has_attachments, received_at,
                 date, position, from_name, from_address, subject, preview, thread, id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            folder,
            uid,
            raw,
            message.flags.is_seen,
            message.flags.is_flagged,
            message.flags.is_answered,
            message.has_attachments,
            message.received_at.map(millis),
            message.date.map(millis),
            position,
            message.from.name,
            message.from.address,
            message.subject,
            message.preview,
            conversation,
            id,
        ])?;
    thread::keep(transaction, id, &member)?;
    Ok(Some(id))
}

#[cfg(test)]
mod tests;
