//! An account that receives from another server than before: what was known by UIDs counts no longer. What is not found again
//! is kept here, and not deleted as it is when the same server has numbered a folder anew: the other server may be gone.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::resync::IS_HERE;
use super::roster::LIMBO;
use super::{Store, StoreError};

/// The setting with the mailbox of each account, by row ids, whose UIDs are known here.
pub(super) const MAILBOXES: &str = "mailboxes";

impl Store {
    /// An account receives from this [mailbox](super::AccountRecord::imap_mailbox) now. When that is another one than before,
    /// what was known by UIDs is void.
    pub fn receive_from(&self, account: i64, mailbox: &str) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let query = "SELECT value FROM setting WHERE name = ?1";
        let kept: Option<String> = transaction.query_row(query, [MAILBOXES], |row| row.get(0)).optional()?;
        let kept = kept.and_then(|json| serde_json::from_str(&json).ok());
        let mut known: BTreeMap<i64, String> = kept.unwrap_or_default();
        match known.get(&account) {
            Some(before) if before == mailbox => return Ok(()),
            Some(_) => change_server(&transaction, account)?,
            None => {}
        }
        known.insert(account, mailbox.to_owned());
        let keep = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)";
        transaction.execute(keep, params![MAILBOXES, serde_json::to_string(&known)?])?;
        Ok(transaction.commit()?)
    }

    /// The messages of a folder that were not found at the other server; all of them when it does not have the folder.
    pub fn not_found_there(&self, folder: i64, is_gone: bool) -> Result<Vec<i64>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT id FROM message WHERE folder = ?1 AND (uid < 0 OR ?2) AND id NOT IN (SELECT message FROM placing)
             ORDER BY id",
        )?;
        let ids = statement.query_map(params![folder, is_gone], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Keeps them in a folder without a server.
    pub fn keep_here(&self, messages: &[i64], folder: i64) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for message in messages {
            transaction
                .prepare_cached(
                    "UPDATE message SET folder = ?2, uid = (SELECT max(0, coalesce(max(uid), 0)) + 1 FROM message
                         WHERE folder = ?2) WHERE id = ?1",
                )?
                .execute(params![message, folder])?;
            transaction.prepare_cached("DELETE FROM marked WHERE message = ?1")?.execute([message])?;
        }
        Ok(transaction.commit()?)
    }

    /// What was put elsewhere here, and is not in the folder at the other server that it was to come from, is brought to where
    /// it is; what was deleted is deleted.
    pub fn bring_instead(&self, folder: i64, is_gone: bool) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        bring_instead(&transaction, folder, is_gone)?;
        Ok(transaction.commit()?)
    }
}

/// What the one before was still to be told of folders and of messages that are elsewhere by now is nothing to the other.
fn change_server(transaction: &Transaction<'_>, account: i64) -> Result<(), StoreError> {
    // What the user took out of a folder before deleting it stays.
    let mut gone = transaction.prepare("SELECT id FROM folder WHERE account = ?1 AND is_gone")?;
    for folder in gone.query_map([account], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()? {
        bring_instead(transaction, folder, true)?;
    }
    for sql in [
        "DELETE FROM folder WHERE account = ?1 AND is_gone",
        "DELETE FROM discard WHERE folder IN (SELECT id FROM folder WHERE account = ?1)",
        // No UIDVALIDITY is 0 (RFC 3501 §9, nz-number): whatever the server says is another one.
        "UPDATE folder SET uid_validity = 0, is_renumbered = 2, wanted_path = NULL, modseq = 0, uid_next = 0,
             mailbox_id = '' WHERE account = ?1 AND uid_validity IS NOT NULL",
    ] {
        transaction.execute(sql, [account])?;
    }
    super::arrivals::no_news(transaction, account)
}

/// See [`Store::bring_instead`].
fn bring_instead(transaction: &Transaction<'_>, folder: i64, is_gone: bool) -> Result<(), StoreError> {
    transaction.execute(
        &format!(
            "DELETE FROM message WHERE folder IN (SELECT id FROM folder WHERE role = '{LIMBO}')
                 AND id IN (SELECT message FROM placing WHERE folder = ?1 AND (uid IS NULL OR ?2) AND way = 'move')"
        ),
        params![folder, is_gone],
    )?;
    // What the user took to this computer is on no server any more.
    let taken_here = format!("folder = ?1 AND (uid IS NULL OR ?2) AND way = 'move' AND {IS_HERE}");
    for sql in [
        format!("DELETE FROM marked WHERE message IN (SELECT message FROM placing WHERE {taken_here})"),
        format!("DELETE FROM placing WHERE {taken_here}"),
    ] {
        transaction.execute(&sql, params![folder, is_gone])?;
    }
    transaction.execute(
        "UPDATE placing SET folder = NULL, uid = NULL, asked = NULL, way = 'append'
         WHERE folder = ?1 AND (uid IS NULL OR ?2)",
        params![folder, is_gone],
    )?;
    Ok(())
}
