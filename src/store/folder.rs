use rusqlite::params;

use super::{Store, StoreError};

/// A folder with its counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderRecord {
    /// Row id.
    pub id: i64,
    /// The account's row id.
    pub account: i64,
    /// As the server wants it.
    pub path: String,
    /// For people.
    pub name: String,
    /// `inbox`, `drafts`, `sent`, `archive`, `junk`, `trash` or empty (RFC 6154).
    pub role: String,
    /// UIDVALIDITY of the stored UIDs; `None` before the first synchronisation.
    pub uid_validity: Option<u32>,
    /// Unread messages.
    pub unread: usize,
    /// All messages.
    pub total: usize,
}

impl Store {
    /// The folder of an account with that path, made when there is none; name and role are updated.
    pub fn ensure_folder(&self, account: i64, path: &str, name: &str, role: &str) -> Result<i64, StoreError> {
        let id = self.db().query_row(
            "INSERT INTO folder (account, path, name, role) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (account, path) DO UPDATE SET name = ?3, role = ?4 RETURNING id",
            params![account, path, name, role],
            |row| row.get(0),
        )?;
        Ok(id)
    }

    /// The row ids of the folders that have a role: without counting what is in them.
    pub fn folders_of_role(&self, role: &str) -> Result<Vec<i64>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT id FROM folder WHERE role = ?1")?;
        let ids = statement.query_map([role], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// The folders of every account with their counts, in the order of roles, then of names.
    pub fn folders(&self) -> Result<Vec<FolderRecord>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT id, account, path, name, role, uid_validity,
                 (SELECT count(*) FROM message WHERE folder = folder.id AND is_seen = 0),
                 (SELECT count(*) FROM message WHERE folder = folder.id)
             FROM folder WHERE role <> 'gone' AND NOT is_gone
             ORDER BY account, CASE role WHEN 'inbox' THEN 0 WHEN 'drafts' THEN 1 WHEN 'sent' THEN 2
                 WHEN 'archive' THEN 3 WHEN 'junk' THEN 5 WHEN 'trash' THEN 6 ELSE 4 END, name",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(FolderRecord {
                id: row.get(0)?,
                account: row.get(1)?,
                path: row.get(2)?,
                name: row.get(3)?,
                role: row.get(4)?,
                uid_validity: row.get(5)?,
                unread: row.get(6)?,
                total: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether an account has a message in any folder, also one that is to be deleted.
    pub fn has_messages(&self, account: i64) -> Result<bool, StoreError> {
        let query =
            "SELECT EXISTS (SELECT 1 FROM folder JOIN message ON message.folder = folder.id WHERE account = ?1)";
        Ok(self.db().query_row(query, [account], |row| row.get(0))?)
    }

    /// Removes every folder of an account, with what is in them.
    pub fn remove_folders(&self, account: i64) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM folder WHERE account = ?1", [account])?;
        Ok(())
    }

    /// Removes a folder with its messages, because the server no longer has it.
    pub fn remove_folder(&self, folder: i64) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM folder WHERE id = ?1", [folder])?;
        Ok(())
    }
}
