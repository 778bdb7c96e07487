//! What was done here and the server doesn't know yet: as it is to be in the end, not as a log of steps. Whatever
//! happens in between, telling the server again leads to the same end.

mod ends;
mod many;
mod steps;
#[cfg(test)]
mod tests;

pub(super) use ends::settle;
pub(super) use steps::{duplicate_in, mark_in, relocate_in};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::database::millis;
use super::roster::LIMBO;
use super::{Store, StoreError};

/// How a message is to come where it is shown here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The server moves it.
    Move,
    /// The server copies it.
    Copy,
    /// It is brought there.
    Append,
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Self::Move => "move",
            Self::Copy => "copy",
            Self::Append => "append",
        }
    }
}

/// A message that is shown in a folder where the server does not have it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placing {
    /// The message's row id.
    pub message: i64,
    /// How it gets there.
    pub way: Way,
    /// Where the server has it.
    pub folder: Option<i64>,
    /// Under this UID; `None` when that is not known (any more).
    pub uid: Option<u32>,
    /// The server was asked to put it into that folder, and its answer was not seen.
    pub asked: Option<i64>,
    /// The account of that folder: only its server can say what became of it.
    pub asked_account: Option<i64>,
    /// The UIDNEXT of that folder before.
    pub next_uid: u32,
    /// Where it is to be.
    pub target: i64,
    /// The account of that folder.
    pub target_account: i64,
    /// It is to be deleted for good.
    pub is_deletion: bool,
    /// The target's server is none: the message leaves its server.
    pub leaves: bool,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A flag that is to be set or cleared on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The message's row id.
    pub message: i64,
    /// Its UID in the folder that was asked about.
    pub uid: u32,
    /// A flag or keyword as IMAP writes it.
    pub flag: String,
    /// Whether it is to be set.
    pub is_on: bool,
}

impl Placing {
    /// The server is to delete it in that folder, and was not asked yet: it goes for good, or it is on this computer.
    fn goes_from(&self, folder: i64) -> bool {
        self.folder == Some(folder)
            && self.way == Way::Move
            && self.asked.is_none()
            && (self.leaves || self.is_deletion)
    }
}

impl Store {
    /// Sets or clears a flag or keyword here; the server is told later. What it was before; `None` if there is no
    /// such message.
    pub fn mark(&self, message: i64, flag: &str, is_on: bool) -> Result<Option<bool>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let before = mark_in(&transaction, message, flag, is_on)?;
        transaction.commit()?;
        Ok(before)
    }

    /// The keywords of a message.
    pub fn keywords(&self, message: i64) -> Result<Vec<String>, StoreError> {
        let db = self.db();
        let query = "SELECT keywords FROM message WHERE id = ?1";
        let words: Option<String> = db.query_row(query, [message], |row| row.get(0)).optional()?;
        Ok(words.unwrap_or_default().split_whitespace().map(ToOwned::to_owned).collect())
    }

    /// Puts a message into another folder here; the server is told later. Where it was before.
    pub fn relocate(&self, message: i64, target: i64, at: Timestamp) -> Result<i64, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let from = relocate_in(&transaction, message, target, at)?;
        transaction.commit()?;
        Ok(from)
    }

    /// Puts a copy of a message into another folder here; the server is told later. The copy's row id.
    pub fn duplicate(&self, message: i64, target: i64, at: Timestamp) -> Result<i64, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let copy = duplicate_in(&transaction, message, target, at)?;
        transaction.commit()?;
        Ok(copy)
    }

    /// What is to be put elsewhere by the server of an account, oldest wish first.
    pub fn placings(&self, account: i64) -> Result<Vec<Placing>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(&format!(
            "{PLACING} WHERE target.account = ?1 OR there.account = ?1
                 OR placing.folder IN (SELECT id FROM folder WHERE account = ?1)
             ORDER BY placing.at, placing.message"
        ))?;
        let rows = statement.query_map([account], placing_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Placings that nobody wished for since a moment: those may be carried out.
    pub fn placings_before(&self, account: i64, at: Timestamp) -> Result<Vec<i64>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT placing.message FROM placing JOIN message ON message.id = placing.message
             JOIN folder ON folder.id = message.folder WHERE folder.account = ?1 AND placing.at <= ?2",
        )?;
        let rows = statement.query_map(params![account, millis(at)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The server is being asked to put messages into a folder whose next UID is that one. Those of which the user still
    /// wishes that: no others may be asked for.
    pub fn note_asked(&self, messages: &[i64], target: i64, next_uid: u32) -> Result<Vec<i64>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let mut noted = Vec::new();
        for message in messages {
            let update = "UPDATE placing SET asked = ?2, next_uid = ?3 WHERE message = ?1 AND asked IS NULL
                 AND EXISTS (SELECT 1 FROM message WHERE id = ?1 AND folder = ?2)";
            if transaction.prepare_cached(update)?.execute(params![message, target, next_uid])? > 0 {
                noted.push(*message);
            }
        }
        transaction.commit()?;
        Ok(noted)
    }

    /// The server has not done it: it can be asked again.
    pub fn note_not_done(&self, messages: &[i64]) -> Result<(), StoreError> {
        self.for_each(messages, "UPDATE placing SET asked = NULL WHERE message = ?1", |message| (message,))
    }

    fn for_each<P: rusqlite::Params>(
        &self,
        messages: &[i64],
        sql: &str,
        values: impl Fn(i64) -> P,
    ) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for message in messages {
            transaction.prepare_cached(sql)?.execute(values(*message))?;
        }
        Ok(transaction.commit()?)
    }

    /// The server has a message no longer, or never again: it goes here, too.
    pub fn remove_messages(&self, messages: &[i64]) -> Result<(), StoreError> {
        self.for_each(messages, "DELETE FROM message WHERE id = ?1", |message| (message,))
    }

    /// Whether messages are still to be moved out of a folder by its server.
    pub fn is_being_left(&self, folder: i64) -> Result<bool, StoreError> {
        let wanted = format!("{PLACING} WHERE placing.folder = ?1 AND placing.way = 'move'");
        let db = self.db();
        let mut statement = db.prepare_cached(&wanted)?;
        let leaving = statement.query_map([folder], placing_row)?.collect::<Result<Vec<_>, _>>()?;
        Ok(leaving.iter().any(|placing| !placing.leaves && !placing.is_deletion))
    }

    /// The flags that are to be told about messages which the server has in a folder.
    pub fn marks(&self, folder: i64) -> Result<Vec<Mark>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT marked.message, message.uid, flag, is_on FROM marked JOIN message ON message.id = marked.message
                 WHERE message.folder = ?1 AND message.uid > 0
             UNION ALL
             SELECT marked.message, placing.uid, flag, is_on FROM marked JOIN placing ON placing.message = marked.message
                 WHERE placing.folder = ?1 AND placing.uid IS NOT NULL AND way = 'move' AND asked IS NULL",
        )?;
        let rows = statement.query_map([folder], |row| {
            Ok(Mark { message: row.get(0)?, uid: row.get(1)?, flag: row.get(2)?, is_on: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The server knows these marks; one that changed meanwhile stays.
    pub fn clear_marks(&self, marks: &[Mark]) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for mark in marks {
            transaction
                .prepare_cached("DELETE FROM marked WHERE message = ?1 AND flag = ?2 AND is_on = ?3")?
                .execute(params![mark.message, mark.flag, mark.is_on])?;
        }
        Ok(transaction.commit()?)
    }

    /// What is to be deleted on the server because it is elsewhere now: UIDs of a folder.
    pub fn discards(&self, folder: i64) -> Result<Vec<u32>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT uid FROM discard WHERE folder = ?1")?;
        let rows = statement.query_map([folder], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// They are deleted there.
    pub fn clear_discards(&self, folder: i64, uids: &[u32]) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for uid in uids {
            transaction.execute("DELETE FROM discard WHERE folder = ?1 AND uid = ?2", params![folder, uid])?;
        }
        Ok(transaction.commit()?)
    }

    /// The folders of an account about which its server is to be told something.
    pub fn folders_to_tell(&self, account: i64) -> Result<Vec<i64>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT id FROM folder WHERE account = ?1 AND is_new = 0 AND (
                 id IN (SELECT message.folder FROM marked JOIN message ON message.id = marked.message WHERE uid > 0)
                 OR id IN (SELECT folder FROM placing) OR id IN (SELECT folder FROM discard)
                 OR id IN (SELECT asked FROM placing)) ORDER BY id",
        )?;
        let rows = statement.query_map([account], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether the server of an account is to be told something.
    pub fn is_untold(&self, account: i64) -> Result<bool, StoreError> {
        Ok(self.db().query_row(IS_UNTOLD, [account], |row| row.get(0))?)
    }

    /// How many things the servers don't know yet.
    pub fn untold(&self) -> Result<usize, StoreError> {
        let count = "SELECT (SELECT count(*) FROM marked) + (SELECT count(*) FROM placing)
            + (SELECT count(*) FROM discard)
            + (SELECT count(*) FROM folder WHERE is_new OR is_gone OR wanted_path IS NOT NULL)";
        Ok(self.db().query_row(count, [], |row| row.get(0))?)
    }
}

/// From the few that wait to their messages, and not through the whole mailbox.
pub(super) const IS_UNTOLD: &str = "SELECT EXISTS (SELECT 1 FROM folder WHERE account = ?1
        AND (is_new OR is_gone OR wanted_path IS NOT NULL OR id IN (SELECT folder FROM discard)))
    OR EXISTS (SELECT 1 FROM (SELECT message AS waiting FROM marked UNION ALL SELECT message FROM placing)
        CROSS JOIN message ON message.id = waiting JOIN folder ON folder.id = message.folder
        WHERE folder.account = ?1)
    OR EXISTS (SELECT 1 FROM placing JOIN folder ON folder.id IN (placing.folder, placing.asked)
        WHERE folder.account = ?1)";

const PLACING: &str = "SELECT placing.message, way, placing.folder, placing.uid, asked, next_uid, message.folder,
        target.account, target.role, account.imap_host = '', raw.size, there.account
    FROM placing JOIN message ON message.id = placing.message JOIN raw ON raw.id = message.raw
    JOIN folder AS target ON target.id = message.folder JOIN account ON account.id = target.account
    LEFT JOIN folder AS there ON there.id = placing.asked";

fn placing(db: &Connection, message: i64) -> Result<Option<Placing>, StoreError> {
    let mut statement = db.prepare_cached(&format!("{PLACING} WHERE placing.message = ?1"))?;
    Ok(statement.query_row([message], placing_row).optional()?)
}

fn placing_row(row: &Row<'_>) -> rusqlite::Result<Placing> {
    let way: String = row.get(1)?;
    let role: String = row.get(8)?;
    Ok(Placing {
        message: row.get(0)?,
        way: match way.as_str() {
            "move" => Way::Move,
            "copy" => Way::Copy,
            _ => Way::Append,
        },
        folder: row.get(2)?,
        uid: row.get(3)?,
        asked: row.get(4)?,
        asked_account: row.get(11)?,
        next_uid: row.get(5)?,
        target: row.get(6)?,
        target_account: row.get(7)?,
        is_deletion: role == LIMBO,
        leaves: row.get(9)?,
        bytes: row.get(10)?,
    })
}

fn insert_placing(
    transaction: &Transaction<'_>,
    (message, way): (i64, Way),
    source: Option<(i64, i64)>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (folder, uid) = source.unzip();
    transaction.execute(
        "INSERT INTO placing (message, way, folder, uid, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![message, way.word(), folder, uid, millis(at)],
    )?;
    Ok(())
}

/// The column of a flag that has one.
fn column(flag: &str) -> Option<&'static str> {
    match flag.to_ascii_lowercase().as_str() {
        "\\seen" => Some("is_seen"),
        "\\flagged" => Some("is_flagged"),
        "\\answered" => Some("is_answered"),
        _ => None,
    }
}

fn has_flag(db: &Connection, message: i64, flag: &str) -> Result<Option<bool>, StoreError> {
    if let Some(column) = column(flag) {
        let query = format!("SELECT {column} FROM message WHERE id = ?1");
        return Ok(db.query_row(&query, [message], |row| row.get(0)).optional()?);
    }
    let query = "SELECT keywords FROM message WHERE id = ?1";
    let words: Option<String> = db.query_row(query, [message], |row| row.get(0)).optional()?;
    Ok(words.map(|words| words.split_whitespace().any(|word| word.eq_ignore_ascii_case(flag))))
}

pub(super) fn set_flag(db: &Connection, message: i64, flag: &str, is_on: bool) -> Result<(), StoreError> {
    if let Some(column) = column(flag) {
        let update = format!("UPDATE message SET {column} = ?2 WHERE id = ?1");
        db.prepare_cached(&update)?.execute(params![message, is_on])?;
        return Ok(());
    }
    let words: String = db.query_row("SELECT keywords FROM message WHERE id = ?1", [message], |row| row.get(0))?;
    let mut words: Vec<&str> = words.split_whitespace().filter(|word| !word.eq_ignore_ascii_case(flag)).collect();
    if is_on {
        words.push(flag);
    }
    words.sort_unstable();
    db.execute("UPDATE message SET keywords = ?2 WHERE id = ?1", params![message, words.join(" ")])?;
    Ok(())
}
