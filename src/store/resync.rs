//! What a server says of a folder, taken over in one step each: killed at any moment, it is asked again for what is
//! not kept.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rusqlite::{OptionalExtension as _, Transaction, params, params_from_iter};

use crate::domain::abreast;

use super::message::{MessageFlags, NewMessage, insert};
use super::pending::{set_flag, settle};
use super::source::Source;
use super::{Store, StoreError};

/// The largest message that is kept here, in bytes; larger ones stay on their server.
pub const LARGEST: u32 = 256 << 20;

/// The flags and keywords of a message on its server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerFlags {
    /// Those that every message has.
    pub flags: MessageFlags,
    /// Keywords, sorted, parted by spaces.
    pub keywords: String,
}

/// What a server says of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderNews {
    /// Every change up to here is in it; 0 when the server counts none.
    pub modseq: u64,
    /// The folder's UIDNEXT.
    pub uid_next: u32,
    /// Its MAILBOXID, or empty.
    pub mailbox_id: String,
    /// Flags.
    pub changed: Vec<(u32, ServerFlags)>,
    /// Messages that came: UID and size.
    pub new: Vec<(u32, u32)>,
    /// Messages that are there no longer.
    pub gone: Gone,
}

/// Which messages are there no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gone {
    /// These.
    These(Vec<RangeInclusive<u32>>),
    /// All but these.
    AllBut(Vec<u32>),
}

impl Default for Gone {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

/// A message that has no UID since its folder was renumbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unnumbered {
    /// Its row id.
    pub message: i64,
    /// Its size in bytes.
    pub bytes: u64,
}

impl Store {
    /// The folder has another UIDVALIDITY, or its first: what was known by UIDs is void, and the messages wait to be
    /// found again (RFC 3501 §2.3.1.1).
    pub fn renumber(&self, folder: i64, uid_validity: u32) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let was_known: bool =
            transaction
                .query_row("SELECT uid_validity IS NOT NULL FROM folder WHERE id = ?1", [folder], |row| row.get(0))?;
        transaction.execute(
            "UPDATE folder SET is_renumbered = max(is_renumbered, ?3), uid_validity = ?2, modseq = 0, uid_next = 0
             WHERE id = ?1",
            params![folder, uid_validity, was_known],
        )?;
        let void = [
            "UPDATE message SET uid = -id WHERE folder = ?1 AND uid > 0",
            "UPDATE placing SET uid = NULL, asked = NULL WHERE folder = ?1",
            "UPDATE placing SET next_uid = 1 WHERE asked = ?1",
            "DELETE FROM piece WHERE folder = ?1",
            "DELETE FROM discard WHERE folder = ?1",
        ];
        // Also the first time: what was too large for POP3 has numbers that are no UIDs.
        transaction.execute("DELETE FROM awaited WHERE folder = ?1", [folder])?;
        for sql in void.into_iter().filter(|_| was_known) {
            transaction.execute(sql, [folder])?;
        }
        Ok(transaction.commit()?)
    }

    /// The messages of a renumbered folder that wait to be found again, also those that were put elsewhere here.
    pub fn unnumbered(&self, folder: i64) -> Result<Vec<Unnumbered>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT message.id, raw.size FROM message JOIN raw ON raw.id = message.raw
                 LEFT JOIN placing ON placing.message = message.id
             WHERE (message.folder = ?1 AND message.uid < 0 AND placing.message IS NULL)
                 OR (placing.folder = ?1 AND placing.uid IS NULL)
             ORDER BY message.id",
        )?;
        let rows = statement.query_map([folder], |row| Ok(Unnumbered { message: row.get(0)?, bytes: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Messages of a renumbered folder were found again under these UIDs.
    pub fn found_again(&self, folder: i64, found: &[(i64, u32)]) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for (message, uid) in found {
            let update = "UPDATE placing SET uid = ?3 WHERE message = ?1 AND folder = ?2 AND uid IS NULL";
            if transaction.prepare_cached(update)?.execute(params![message, folder, uid])? == 0 {
                let update = "UPDATE message SET uid = ?3 WHERE id = ?1 AND folder = ?2";
                transaction.prepare_cached(update)?.execute(params![message, folder, uid])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// All of a renumbered folder was looked through: what was not found again is not on the server any more.
    pub fn end_renumbering(&self, folder: i64) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        keep_elsewhere(&transaction, folder, "uid IS NULL AND way = 'move'", (0, 0))?;
        for lost in [
            "message.folder = ?1 AND message.uid < 0 AND message.id NOT IN (SELECT message FROM placing)",
            "message.id IN (SELECT message FROM placing WHERE folder = ?1 AND uid IS NULL AND way = 'move')",
        ] {
            transaction.execute(&format!("{NOTE_RULED} WHERE {lost} AND {RULED_INBOX}"), [folder])?;
            transaction.execute(&format!("DELETE FROM message WHERE {lost}"), [folder])?;
        }
        transaction
            .execute("UPDATE placing SET folder = NULL, way = 'append' WHERE folder = ?1 AND uid IS NULL", [folder])?;
        transaction.execute("UPDATE folder SET is_renumbered = 0 WHERE id = ?1", [folder])?;
        Ok(transaction.commit()?)
    }

    /// Those of these UIDs about which nothing is known here.
    pub fn unknown_uids(&self, folder: i64, uids: &[u32]) -> Result<Vec<u32>, StoreError> {
        let db = self.db();
        let mut known = db.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM message WHERE folder = ?1 AND uid = ?2)
                 OR EXISTS (SELECT 1 FROM placing WHERE folder = ?1 AND uid = ?2 AND way <> 'copy')
                 OR EXISTS (SELECT 1 FROM discard WHERE folder = ?1 AND uid = ?2)
                 OR EXISTS (SELECT 1 FROM awaited WHERE folder = ?1 AND uid = ?2)",
        )?;
        let mut unknown = Vec::new();
        for uid in uids {
            if !known.query_row(params![folder, uid], |row| row.get::<_, bool>(0))? {
                unknown.push(*uid);
            }
        }
        Ok(unknown)
    }

    /// Takes over what the server says. What the user did here and the server doesn't know yet stays as the user wants
    /// it; what the server deleted is deleted.
    pub fn take_news(&self, folder: i64, news: &FolderNews) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        match &news.gone {
            Gone::These(ranges) => {
                for range in ranges {
                    let (first, last) = (i64::from(*range.start()), i64::from(*range.end()));
                    remove(&transaction, folder, "uid BETWEEN ?2 AND ?3", (first, last))?;
                }
            }
            Gone::AllBut(uids) => {
                transaction.execute_batch(
                    "CREATE TEMP TABLE IF NOT EXISTS present (uid INTEGER PRIMARY KEY); DELETE FROM present;",
                )?;
                for uid in uids {
                    transaction.prepare_cached("INSERT OR IGNORE INTO present VALUES (?1)")?.execute([uid])?;
                }
                remove(&transaction, folder, "uid > ?2 AND ?3 AND uid NOT IN (SELECT uid FROM present)", (0, 1))?;
            }
        }
        for (uid, flags) in &news.changed {
            take_flags(&transaction, folder, *uid, flags)?;
        }
        for (uid, bytes) in &news.new {
            transaction
                .prepare_cached("INSERT OR IGNORE INTO awaited (folder, uid, bytes) VALUES (?1, ?2, ?3)")?
                .execute(params![folder, uid, bytes])?;
        }
        transaction.execute(
            "UPDATE folder SET modseq = ?2, uid_next = ?3, mailbox_id = ?4 WHERE id = ?1",
            params![folder, news.modseq, news.uid_next, news.mailbox_id],
        )?;
        Ok(transaction.commit()?)
    }

    /// How many messages of each folder stay on the server, because they are larger than [`LARGEST`].
    pub fn too_large(&self) -> Result<BTreeMap<i64, usize>, StoreError> {
        let db = self.db();
        let mut statement =
            db.prepare_cached("SELECT folder, count(*) FROM awaited WHERE bytes > ?1 GROUP BY folder")?;
        let rows = statement.query_map([LARGEST], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes how many messages of a POP3 inbox stay on the server, because they are larger than [`LARGEST`].
    pub fn note_too_large(&self, folder: i64, count: usize) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        transaction.execute("DELETE FROM awaited WHERE folder = ?1", [folder])?;
        // Nothing there has a UID; the numbers only tell the rows apart.
        for number in 1..=count {
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            let insert = "INSERT INTO awaited (folder, uid, bytes) VALUES (?1, ?2, ?3)";
            transaction.execute(insert, params![folder, number, i64::from(LARGEST) + 1])?;
        }
        Ok(transaction.commit()?)
    }

    /// What is to be fetched next: the newest of those up to a size, UID and size.
    pub fn awaited(&self, folder: i64, up_to: u32, limit: usize) -> Result<Vec<(u32, u32)>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT uid, bytes FROM awaited WHERE folder = ?1 AND bytes <= ?2 ORDER BY uid DESC LIMIT ?3",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![folder, up_to, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps messages that were fetched, all of them or none; they are awaited no longer.
    pub fn add_fetched(&self, folder: i64, messages: &[(NewMessage, String)]) -> Result<usize, StoreError> {
        // The long work comes before the database is taken.
        let sources = abreast(messages, |(message, _)| Source::of(&message.raw));
        let mut db = self.db();
        let transaction = db.transaction()?;
        let mut added = 0;
        for ((message, keywords), source) in messages.iter().zip(sources) {
            if let Some(uid) = message.uid {
                transaction
                    .prepare_cached("DELETE FROM awaited WHERE folder = ?1 AND uid = ?2")?
                    .execute(params![folder, uid])?;
                transaction
                    .prepare_cached("DELETE FROM piece WHERE folder = ?1 AND uid = ?2")?
                    .execute(params![folder, uid])?;
            }
            if let Some(id) = insert(&transaction, folder, message, &source?)? {
                added += 1;
                if !keywords.is_empty() {
                    let update = "UPDATE message SET keywords = ?2 WHERE id = ?1";
                    transaction.prepare_cached(update)?.execute(params![id, keywords])?;
                }
            }
        }
        transaction.commit()?;
        Ok(added)
    }

    /// What was awaited is not there any more.
    pub fn forget_awaited(&self, folder: i64, uids: &[u32]) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for uid in uids {
            transaction.execute("DELETE FROM awaited WHERE folder = ?1 AND uid = ?2", params![folder, uid])?;
            transaction.execute("DELETE FROM piece WHERE folder = ?1 AND uid = ?2", params![folder, uid])?;
        }
        Ok(transaction.commit()?)
    }

    /// Keeps a piece of a large message, so that a broken connection costs no more than a piece.
    pub fn add_piece(&self, folder: i64, uid: u32, start: u32, bytes: &[u8]) -> Result<(), StoreError> {
        self.db().execute(
            "INSERT OR REPLACE INTO piece (folder, uid, start, bytes) VALUES (?1, ?2, ?3, ?4)",
            params![folder, uid, start, bytes],
        )?;
        Ok(())
    }

    /// How many bytes of a large message are kept, from its start and without a gap.
    pub fn pieces_length(&self, folder: i64, uid: u32) -> Result<u32, StoreError> {
        let db = self.db();
        let mut statement =
            db.prepare_cached("SELECT start, length(bytes) FROM piece WHERE folder = ?1 AND uid = ?2 ORDER BY start")?;
        let mut rows = statement.query(params![folder, uid])?;
        let mut end = 0_u32;
        while let Some(row) = rows.next()? {
            if row.get::<_, u32>(0)? != end {
                break;
            }
            end = end.saturating_add(row.get(1)?);
        }
        Ok(end)
    }

    /// The pieces of a large message, put together.
    pub fn pieces(&self, folder: i64, uid: u32) -> Result<Vec<u8>, StoreError> {
        let length = self.pieces_length(folder, uid)?;
        let db = self.db();
        let mut statement =
            db.prepare_cached("SELECT bytes FROM piece WHERE folder = ?1 AND uid = ?2 AND start < ?3 ORDER BY start")?;
        let mut whole = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        let mut rows = statement.query(params![folder, uid, length])?;
        while let Some(row) = rows.next()? {
            whole.extend_from_slice(row.get_ref(0)?.as_blob().map_err(|_| StoreError::Corrupt("piece"))?);
        }
        Ok(whole)
    }

    /// UIDs and sizes of some messages that are surely on the server, to see whether another folder is this one.
    pub fn samples(&self, folder: i64, limit: usize) -> Result<Vec<(u32, u64)>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT message.uid, raw.size FROM message JOIN raw ON raw.id = message.raw
             WHERE message.folder = ?1 AND message.uid > 0 ORDER BY message.uid DESC LIMIT ?2",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![folder, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The rows that have an id in a folder by its UIDs, for tests and for what is shown of the work.
    pub fn server_messages(&self, folder: i64) -> Result<Vec<(u32, i64)>, StoreError> {
        let db = self.db();
        let mut statement =
            db.prepare_cached("SELECT uid, id FROM message WHERE folder = ?1 AND uid > 0 ORDER BY uid")?;
        let rows = statement.query_map([folder], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A message turned out to be the one that the server has in a folder under that UID.
    pub fn adopt(&self, message: i64, folder: i64, uid: u32) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        settle(&transaction, message, folder, uid)?;
        Ok(transaction.commit()?)
    }
}

/// Notes the sources of messages that go, so that one which comes back into the inbox is not taken for new.
const NOTE_RULED: &str = "INSERT OR IGNORE INTO ruled (account, source) SELECT folder.account, raw.sha256 FROM message
     JOIN folder ON folder.id = ?1 JOIN raw ON raw.id = message.raw";
/// The folder that they go from is an inbox, and there are rules that could be run on what comes back.
const RULED_INBOX: &str = "folder.role = 'inbox' AND EXISTS (SELECT 1 FROM rule)";

/// What the user took out of the folder of a server to another account, or to this computer, is no matter of that server
/// any more: it stays, whether the server has it or not. For placings `which`, that were asked of nobody.
pub(super) fn keep_elsewhere(
    transaction: &Transaction<'_>,
    folder: i64,
    which: &str,
    (first, second): (i64, i64),
) -> Result<(), StoreError> {
    let chosen = format!("folder = ?1 AND way <> 'copy' AND asked IS NULL AND {which}");
    let on_this_computer = format!("{chosen} AND {IS_HERE}");
    for sql in [
        format!("DELETE FROM marked WHERE message IN (SELECT message FROM placing WHERE {on_this_computer})"),
        format!("DELETE FROM placing WHERE {on_this_computer}"),
        format!("UPDATE placing SET folder = NULL, uid = NULL WHERE {chosen} AND way = 'append'"),
    ] {
        let mut statement = transaction.prepare_cached(&sql)?;
        let wanted = statement.parameter_count();
        statement.execute(params_from_iter([folder, first, second].into_iter().take(wanted)))?;
    }
    Ok(())
}

/// What is on this computer, and was to be brought from or to a folder that is gone: nobody is to be told.
pub(super) fn nobody_to_tell(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let over = format!("folder IS NULL AND asked IS NULL AND {IS_HERE}");
    transaction
        .execute(&format!("DELETE FROM marked WHERE message IN (SELECT message FROM placing WHERE {over})"), [])?;
    transaction.execute(&format!("DELETE FROM placing WHERE {over}"), [])?;
    Ok(())
}

/// The message of a placing is in a folder without a server.
pub(super) const IS_HERE: &str = "EXISTS (SELECT 1 FROM message JOIN folder AS target ON target.id = message.folder
     JOIN account ON account.id = target.account WHERE message.id = placing.message AND account.imap_host = '')";

/// Removes what the server has no longer. What it was asked to move is not removed: it may be where it was to go.
fn remove(
    transaction: &Transaction<'_>,
    folder: i64,
    which: &str,
    (first, second): (i64, i64),
) -> Result<(), StoreError> {
    keep_elsewhere(transaction, folder, which, (first, second))?;
    for sql in [
        format!("{NOTE_RULED} WHERE message.folder = ?1 AND uid > 0 AND {RULED_INBOX} AND {which}"),
        format!(
            "{NOTE_RULED} WHERE message.id IN (SELECT message FROM placing
                 WHERE folder = ?1 AND way <> 'copy' AND asked IS NULL AND {which}) AND {RULED_INBOX}"
        ),
        format!("DELETE FROM message WHERE folder = ?1 AND uid > 0 AND {which}"),
        format!(
            "DELETE FROM message WHERE id IN (SELECT message FROM placing
                 WHERE folder = ?1 AND way <> 'copy' AND asked IS NULL AND {which})"
        ),
        format!(
            "UPDATE placing SET way = 'append', folder = NULL, uid = NULL
                 WHERE folder = ?1 AND way = 'copy' AND asked IS NULL AND {which}"
        ),
        format!("DELETE FROM awaited WHERE folder = ?1 AND {which}"),
        format!("DELETE FROM piece WHERE folder = ?1 AND {which}"),
        format!("DELETE FROM discard WHERE folder = ?1 AND {which}"),
    ] {
        transaction.prepare_cached(&sql)?.execute(params![folder, first, second])?;
    }
    Ok(())
}

/// The message that the server has in a folder under a UID, wherever it is shown here.
fn message_at(transaction: &Transaction<'_>, folder: i64, uid: u32) -> Result<Option<i64>, StoreError> {
    let mut statement = transaction.prepare_cached(
        "SELECT id FROM message WHERE folder = ?1 AND uid = ?2
         UNION ALL SELECT message FROM placing WHERE folder = ?1 AND uid = ?2 AND way <> 'copy' AND asked IS NULL",
    )?;
    Ok(statement.query_row(params![folder, uid], |row| row.get(0)).optional()?)
}

fn take_flags(transaction: &Transaction<'_>, folder: i64, uid: u32, found: &ServerFlags) -> Result<(), StoreError> {
    let Some(message) = message_at(transaction, folder, uid)? else { return Ok(()) };
    let flags = found.flags;
    transaction
        .prepare_cached(
            "UPDATE message SET is_seen = ?2, is_flagged = ?3, is_answered = ?4, keywords = ?5 WHERE id = ?1 AND
                 (is_seen, is_flagged, is_answered, keywords) <> (?2, ?3, ?4, ?5)",
        )?
        .execute(params![message, flags.is_seen, flags.is_flagged, flags.is_answered, found.keywords])?;
    let mut marks = transaction.prepare_cached(
        "SELECT keyword, 1 FROM local_keyword WHERE message = ?1
         UNION ALL SELECT flag, is_on FROM marked WHERE message = ?1",
    )?;
    let marks: Vec<(String, bool)> =
        marks.query_map([message], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (flag, is_on) in marks {
        set_flag(transaction, message, &flag, is_on)?;
    }
    Ok(())
}
