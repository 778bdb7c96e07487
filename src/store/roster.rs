//! The folders as the servers have them, and what is to become of them there.

use rusqlite::{OptionalExtension as _, Row, params};

use super::resync::{keep_elsewhere, nobody_to_tell};
use super::{Store, StoreError};

/// What is known of a folder for synchronising it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderState {
    /// Row id.
    pub id: i64,
    /// Where the server has it.
    pub path: String,
    /// Where the user wants it: the server is to rename it.
    pub wanted_path: Option<String>,
    /// The server is to create it.
    pub is_new: bool,
    /// The server is to delete it.
    pub is_gone: bool,
    /// Its role.
    pub role: String,
    /// Its UIDVALIDITY; `None` before the first synchronisation.
    pub uid_validity: Option<u32>,
    /// Every change up to this mod-sequence is known (RFC 7162); 0 for none.
    pub modseq: u64,
    /// The UIDNEXT of that time.
    pub uid_next: u32,
    /// Its MAILBOXID (RFC 8474), or empty.
    pub mailbox_id: String,
    /// What parts the levels of its path; empty when there are none.
    pub delimiter: String,
    /// Its UIDs became void, and its messages wait to be found again.
    pub is_renumbered: bool,
    /// They became void because the account is at another server: what is not found again there stays here.
    pub has_moved: bool,
    /// How many messages the server has there, as far as is known here.
    pub messages: u32,
    /// How many of them are still to be fetched: those that are not larger than [`LARGEST`](super::LARGEST).
    pub awaited: u32,
}

/// The role of the folder, never shown, that keeps what is to be deleted for good until the server has done so.
pub const LIMBO: &str = "gone";

/// The value of `is_renumbered` that says so.
const MOVED: i64 = 2;

const STATE: &str = "SELECT id, path, wanted_path, is_new, is_gone, role, uid_validity, modseq, uid_next, mailbox_id,
        delimiter, is_renumbered,
        (SELECT count(*) FROM message WHERE folder = folder.id AND uid > 0)
            + (SELECT count(*) FROM placing WHERE placing.folder = folder.id AND way <> 'copy' AND uid IS NOT NULL)
            + (SELECT count(*) FROM discard WHERE discard.folder = folder.id)
            + (SELECT count(*) FROM awaited WHERE awaited.folder = folder.id),
        (SELECT count(*) FROM awaited WHERE awaited.folder = folder.id AND bytes <= 268435456)
    FROM folder";

impl Store {
    /// The folders of an account that its server has or is to have, the inbox first.
    pub fn folder_states(&self, account: i64) -> Result<Vec<FolderState>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(&format!(
            "{STATE} WHERE account = ?1 AND role <> '{LIMBO}' ORDER BY role <> 'inbox', role = '', id"
        ))?;
        let rows = statement.query_map([account], state)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One of them.
    pub fn folder_state(&self, folder: i64) -> Result<FolderState, StoreError> {
        let db = self.db();
        let found = db.query_row(&format!("{STATE} WHERE id = ?1"), [folder], state).optional()?;
        found.ok_or(StoreError::NotFound)
    }

    /// The folder that keeps what is to be deleted for good.
    pub fn limbo(&self, account: i64) -> Result<i64, StoreError> {
        // No folder of a server has an empty path.
        self.ensure_folder(account, "", "", LIMBO)
    }

    /// The server has a folder there; its name and role are what the server says, unless it is to be renamed.
    pub fn note_folder(
        &self,
        account: i64,
        path: &str,
        (name, role, delimiter): (&str, &str, &str),
    ) -> Result<i64, StoreError> {
        let id = self.db().query_row(
            "INSERT INTO folder (account, path, name, role, delimiter) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (account, path) DO UPDATE SET role = ?4, delimiter = ?5, is_new = 0,
                 name = CASE WHEN wanted_path IS NULL THEN ?3 ELSE name END
             RETURNING id",
            params![account, path, name, role, delimiter],
            |row| row.get(0),
        )?;
        Ok(id)
    }

    /// Notes where the server has a folder now: it was renamed, here or there. The wish to rename it is fulfilled.
    pub fn set_folder_path(&self, folder: i64, path: &str, name: &str) -> Result<(), StoreError> {
        let update = "UPDATE folder SET path = ?2, name = ?3, wanted_path = NULL WHERE id = ?1";
        self.db().execute(update, params![folder, path, name])?;
        Ok(())
    }

    /// Makes a folder that the server is to create; its row id. One that is there already is that one.
    pub fn plan_folder(
        &self,
        account: i64,
        path: &str,
        name: &str,
        role: &str,
        delimiter: &str,
    ) -> Result<i64, StoreError> {
        let id = self.db().query_row(
            "INSERT INTO folder (account, path, name, role, is_new, delimiter) VALUES (?1, ?2, ?3, ?4, 1, ?5)
             ON CONFLICT (account, path) DO UPDATE SET is_gone = 0 RETURNING id",
            params![account, path, name, role, delimiter],
            |row| row.get(0),
        )?;
        Ok(id)
    }

    /// A folder is to have another path; one that the server does not know yet has it at once.
    pub fn plan_rename(&self, folder: i64, path: &str, name: &str) -> Result<(), StoreError> {
        self.db().execute(
            "UPDATE folder SET name = ?3,
                 wanted_path = CASE WHEN is_new OR path = ?2 THEN NULL ELSE ?2 END,
                 path = CASE WHEN is_new THEN ?2 ELSE path END
             WHERE id = ?1",
            params![folder, path, name],
        )?;
        Ok(())
    }

    /// A folder is to be deleted with all that is in it; it is shown no longer.
    pub fn plan_removal(&self, folder: i64) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        transaction.execute("UPDATE folder SET is_gone = 1, wanted_path = NULL WHERE id = ?1", [folder])?;
        // What was brought here and did not arrive on the server yet is deleted where it came from.
        transaction.execute(
            "INSERT OR IGNORE INTO discard (folder, uid)
             SELECT placing.folder, placing.uid FROM placing JOIN message ON message.id = placing.message
             WHERE message.folder = ?1 AND placing.way <> 'copy' AND placing.uid IS NOT NULL",
            [folder],
        )?;
        transaction.execute("DELETE FROM message WHERE folder = ?1 AND uid < 0", [folder])?;
        transaction.execute("DELETE FROM folder WHERE id = ?1 AND is_new", [folder])?;
        Ok(transaction.commit()?)
    }

    /// The server refused: the folder is as it was.
    pub fn give_up_folder(&self, folder: i64, name: &str) -> Result<(), StoreError> {
        let update = "UPDATE folder SET is_gone = 0, wanted_path = NULL, name = ?2 WHERE id = ?1";
        self.db().execute(update, params![folder, name])?;
        Ok(())
    }

    /// The server has a folder no longer: it goes, with what is in it. What was to come into it from elsewhere stays
    /// there; a folder that the user is still bringing things into that are nowhere else is to be made again.
    pub fn drop_folder(&self, folder: i64) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        keep_elsewhere(&transaction, folder, "1", (0, 0))?;
        // A folder that was to be deleted without what comes back to it is not deleted with it.
        transaction.execute(
            "UPDATE folder SET is_gone = 0 WHERE id IN (SELECT placing.folder FROM placing
                 JOIN message ON message.id = placing.message WHERE message.folder = ?1 AND placing.way = 'move'
                 AND placing.uid IS NOT NULL AND placing.asked IS NULL)",
            [folder],
        )?;
        transaction.execute(
            "UPDATE OR REPLACE message SET folder = placing.folder, uid = placing.uid FROM placing
             WHERE placing.message = message.id AND message.folder = ?1 AND placing.way = 'move'
                 AND placing.uid IS NOT NULL AND placing.asked IS NULL",
            [folder],
        )?;
        transaction.execute(
            "DELETE FROM placing WHERE asked IS NULL AND way = 'move'
                 AND EXISTS (SELECT 1 FROM message WHERE id = message AND folder = placing.folder AND uid > 0)",
            [],
        )?;
        // The server has deleted what was to leave it, too. A copy is brought in its place.
        transaction.execute(
            "DELETE FROM message WHERE id IN
                 (SELECT message FROM placing WHERE folder = ?1 AND way = 'move' AND asked IS NULL)",
            [folder],
        )?;
        transaction.execute(
            "UPDATE placing SET way = 'append', folder = NULL, uid = NULL
                 WHERE folder = ?1 AND way = 'copy' AND asked IS NULL",
            [folder],
        )?;
        // What was on its way when the connection broke, and what is nowhere else, is brought again.
        transaction.execute(
            "UPDATE placing SET way = 'append', folder = NULL, uid = NULL, asked = NULL
             WHERE message IN (SELECT id FROM message WHERE folder = ?1)",
            [folder],
        )?;
        transaction.execute("UPDATE placing SET asked = NULL WHERE asked = ?1", [folder])?;
        transaction
            .execute("DELETE FROM message WHERE folder = ?1 AND id NOT IN (SELECT message FROM placing)", [folder])?;
        let is_needed: bool =
            transaction
                .query_row("SELECT EXISTS (SELECT 1 FROM message WHERE folder = ?1)", [folder], |row| row.get(0))?;
        if is_needed {
            transaction.execute(
                "UPDATE folder SET is_new = 1, is_gone = 0, wanted_path = NULL, uid_validity = NULL, modseq = 0,
                     uid_next = 0, mailbox_id = '', is_renumbered = 0 WHERE id = ?1",
                [folder],
            )?;
            transaction.execute("DELETE FROM awaited WHERE folder = ?1", [folder])?;
        } else {
            transaction.execute("DELETE FROM folder WHERE id = ?1", [folder])?;
        }
        nobody_to_tell(&transaction)?;
        Ok(transaction.commit()?)
    }
}

fn state(row: &Row<'_>) -> rusqlite::Result<FolderState> {
    Ok(FolderState {
        id: row.get(0)?,
        path: row.get(1)?,
        wanted_path: row.get(2)?,
        is_new: row.get(3)?,
        is_gone: row.get(4)?,
        role: row.get(5)?,
        uid_validity: row.get(6)?,
        modseq: row.get(7)?,
        uid_next: row.get(8)?,
        mailbox_id: row.get(9)?,
        delimiter: row.get(10)?,
        is_renumbered: row.get(11)?,
        has_moved: row.get::<_, i64>(11)? == MOVED,
        messages: row.get(12)?,
        awaited: row.get(13)?,
    })
}
