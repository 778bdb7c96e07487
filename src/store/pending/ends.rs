//! How a wish ends: the server did it, or refused it, or nobody needs to be asked any more.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::super::roster::LIMBO;
use super::super::{Store, StoreError};
use super::{Placing, Way, placing};

impl Store {
    /// The server has a message in a folder under that UID now. If the user wants it elsewhere by now, it goes on from
    /// there.
    pub fn settle(&self, message: i64, folder: i64, uid: u32) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        settle(&transaction, message, folder, uid)?;
        Ok(transaction.commit()?)
    }

    /// The server is being asked to delete messages of a folder that are to go for good, or that are on this computer by
    /// now. From here on that is a matter of the UID alone: what the user still does to a message that stays here is
    /// another message to the server, and what the server says of the UID is nothing to it.
    pub fn let_go(&self, folder: i64, messages: &[i64]) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for message in messages {
            let placing = placing(&transaction, *message)?.filter(|placing| placing.goes_from(folder));
            let Some((uid, is_deletion)) = placing.and_then(|one| Some((one.uid?, one.is_deletion))) else { continue };
            transaction.execute("INSERT OR IGNORE INTO discard (folder, uid) VALUES (?1, ?2)", params![folder, uid])?;
            if is_deletion {
                transaction.execute("DELETE FROM message WHERE id = ?1", [message])?;
            } else {
                stay(&transaction, *message)?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// The server deletes nothing of a folder: it is looked through anew, and what is there is shown again.
    pub fn give_up_discards(&self, folder: i64) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        transaction.execute("DELETE FROM discard WHERE folder = ?1", [folder])?;
        transaction.execute("UPDATE folder SET modseq = 0, uid_next = 0 WHERE id = ?1", [folder])?;
        Ok(transaction.commit()?)
    }

    /// The server that was asked to take a message does not have it: it is as if nobody had been asked.
    pub fn note_not_taken(&self, message: i64) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        transaction.execute("UPDATE placing SET asked = NULL WHERE message = ?1", [message])?;
        if let Some(placing) = placing(&transaction, message)? {
            let (target, has_server) = (placing.target, !placing.leaves);
            ends_here(&transaction, &placing, target, has_server, placing.is_deletion)?;
        }
        Ok(transaction.commit()?)
    }

    /// The server has a message neither where it was nor where it was asked to put it: it was deleted there, and goes here, too.
    /// A copy is brought, and what is on this computer stays.
    pub fn note_nowhere(&self, message: i64) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        if let Some(placing) = placing(&transaction, message)? {
            if placing.leaves {
                stay(&transaction, message)?;
            } else if placing.way == Way::Copy && !placing.is_deletion {
                transaction.execute(TO_BRING, [message])?;
            } else {
                transaction.execute("DELETE FROM message WHERE id = ?1", [message])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// The server refused: a message is again where the server has it. `false` when it is nowhere else: it stays here, and the
    /// wish, too.
    pub fn give_up_placing(&self, message: i64) -> Result<bool, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let mut is_over = true;
        if let Some(placing) = placing(&transaction, message)? {
            match (placing.way, placing.folder, placing.uid) {
                (Way::Copy, ..) => {
                    transaction.execute("DELETE FROM message WHERE id = ?1", [message])?;
                }
                (_, Some(folder), Some(uid)) => {
                    move_row(&transaction, message, folder, i64::from(uid))?;
                    transaction.execute("DELETE FROM placing WHERE message = ?1", [message])?;
                    // A folder that was to be deleted without it is not deleted with it.
                    transaction.execute("UPDATE folder SET is_gone = 0 WHERE id = ?1", [folder])?;
                }
                _ => is_over = false,
            }
        }
        transaction.commit()?;
        Ok(is_over)
    }
}

/// What the server has no longer can't be copied there: it is brought.
const TO_BRING: &str = "UPDATE placing SET way = 'append', folder = NULL, uid = NULL, asked = NULL WHERE message = ?1";

pub(super) fn move_row(transaction: &Transaction<'_>, message: i64, folder: i64, uid: i64) -> Result<(), StoreError> {
    transaction
        .execute("DELETE FROM message WHERE folder = ?1 AND uid = ?2 AND id <> ?3", params![folder, uid, message])?;
    transaction.execute("UPDATE message SET folder = ?2, uid = ?3 WHERE id = ?1", params![message, folder, uid])?;
    Ok(())
}

/// What was brought to another server is deleted where it came from.
fn discard_source(transaction: &Transaction<'_>, placing: &Placing) -> Result<(), StoreError> {
    if let (Way::Append, Some(folder), Some(uid)) = (placing.way, placing.folder, placing.uid) {
        transaction.execute("INSERT OR IGNORE INTO discard (folder, uid) VALUES (?1, ?2)", params![folder, uid])?;
    }
    Ok(())
}

/// A message stays where it is here, and no server is to be told anything of it.
fn stay(transaction: &Transaction<'_>, message: i64) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM placing WHERE message = ?1", [message])?;
    transaction.execute("DELETE FROM marked WHERE message = ?1", [message])?;
    Ok(())
}

/// What needs nobody to be asked any more, and nobody was asked: a message is where its server has it; it was to go for good
/// and is on no server; it is on this computer now. Whether it was one of these.
pub(super) fn ends_here(
    transaction: &Transaction<'_>,
    placing: &Placing,
    target: i64,
    has_server: bool,
    is_deletion: bool,
) -> Result<bool, StoreError> {
    let message = placing.message;
    if placing.asked.is_some() {
        return Ok(false);
    }
    if placing.folder == Some(target) && placing.way != Way::Copy {
        move_row(transaction, message, target, placing.uid.map_or(-message, i64::from))?;
        transaction.execute("DELETE FROM placing WHERE message = ?1", [message])?;
        return Ok(true);
    }
    if placing.way == Way::Move || has_server && !is_deletion {
        return Ok(false);
    }
    discard_source(transaction, placing)?;
    if is_deletion {
        transaction.execute("DELETE FROM message WHERE id = ?1", [message])?;
    } else {
        move_row(transaction, message, target, -message)?;
        stay(transaction, message)?;
    }
    Ok(true)
}

fn role(transaction: &Transaction<'_>, folder: i64) -> Result<String, StoreError> {
    Ok(transaction.query_row("SELECT role FROM folder WHERE id = ?1", [folder], |row| row.get(0))?)
}

/// Whether a folder and another one are of two accounts that both have a server: then a message is brought from one to the
/// other, and no server can move it.
fn is_between_servers(transaction: &Transaction<'_>, folder: i64, other: i64) -> Result<bool, StoreError> {
    let query = "SELECT here.account <> there.account AND account.imap_host <> '' FROM folder AS here
         JOIN folder AS there ON there.id = ?2 JOIN account ON account.id = there.account WHERE here.id = ?1";
    Ok(transaction.query_row(query, [folder, other], |row| row.get(0))?)
}

pub(in crate::store) fn settle(
    transaction: &Transaction<'_>,
    message: i64,
    folder: i64,
    uid: u32,
) -> Result<(), StoreError> {
    let here: Option<i64> =
        transaction.query_row("SELECT folder FROM message WHERE id = ?1", [message], |row| row.get(0)).optional()?;
    let Some(here) = here else { return Ok(()) };
    transaction.execute("DELETE FROM awaited WHERE folder = ?1 AND uid = ?2", params![folder, uid])?;
    transaction.execute("DELETE FROM piece WHERE folder = ?1 AND uid = ?2", params![folder, uid])?;
    if let Some(placing) = placing(transaction, message)? {
        if let (Way::Append, Some(before), Some(home)) = (placing.way, placing.uid, placing.folder)
            && home == here
            && here != folder
        {
            // It was taken back while it was brought: it is at home, and what was brought goes.
            move_row(transaction, message, home, i64::from(before))?;
            transaction.execute("DELETE FROM placing WHERE message = ?1", [message])?;
            let discard = "INSERT OR IGNORE INTO discard (folder, uid) VALUES (?1, ?2)";
            transaction.execute(discard, params![folder, uid])?;
            return Ok(());
        }
        discard_source(transaction, &placing)?;
    }
    if here == folder {
        move_row(transaction, message, folder, i64::from(uid))?;
        transaction.execute("DELETE FROM placing WHERE message = ?1", [message])?;
    } else {
        let is_between = is_between_servers(transaction, folder, here)?;
        if is_between && role(transaction, here)? == LIMBO {
            // It was to go for good from the other server, which has it no longer.
            let discard = "INSERT OR IGNORE INTO discard (folder, uid) VALUES (?1, ?2)";
            transaction.execute(discard, params![folder, uid])?;
            transaction.execute("DELETE FROM message WHERE id = ?1", [message])?;
            return Ok(());
        }
        let way = if is_between { Way::Append } else { Way::Move };
        transaction.execute(
            "INSERT INTO placing (message, way, folder, uid, at) VALUES (?1, ?4, ?2, ?3, 0)
             ON CONFLICT (message) DO UPDATE SET way = ?4, folder = ?2, uid = ?3, asked = NULL",
            params![message, folder, uid, way.word()],
        )?;
    }
    Ok(())
}
