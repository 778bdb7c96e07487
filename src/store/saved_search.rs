//! Searches that the user kept under a name.

use rusqlite::{OptionalExtension as _, params};

use super::{Store, StoreError};

/// A search with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// Row id.
    pub id: i64,
    /// The user's name for it.
    pub name: String,
    /// As it was typed.
    pub query: String,
}

impl Store {
    /// The searches that are kept, in the order in which they were.
    pub fn saved_searches(&self) -> Result<Vec<SavedSearch>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT id, name, query FROM saved_search ORDER BY position, id")?;
        let rows = statement
            .query_map([], |row| Ok(SavedSearch { id: row.get(0)?, name: row.get(1)?, query: row.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps a search; one of that name has that query from now on. Its row id.
    pub fn save_search(&self, name: &str, query: &str) -> Result<i64, StoreError> {
        let id = self.db().query_row(
            "INSERT INTO saved_search (name, query, position)
             VALUES (?1, ?2, (SELECT coalesce(max(position), 0) + 1 FROM saved_search))
             ON CONFLICT (name) DO UPDATE SET query = excluded.query RETURNING id",
            params![name, query],
            |row| row.get(0),
        )?;
        Ok(id)
    }

    /// Gives one another name; `false` when another one has it.
    pub fn rename_search(&self, id: i64, name: &str) -> Result<bool, StoreError> {
        let db = self.db();
        let taken = "SELECT 1 FROM saved_search WHERE name = ?1 AND id <> ?2";
        if db.query_row(taken, params![name, id], |_| Ok(())).optional()?.is_some() {
            return Ok(false);
        }
        db.execute("UPDATE saved_search SET name = ?2 WHERE id = ?1", params![id, name])?;
        Ok(true)
    }

    /// Forgets one.
    pub fn remove_search(&self, id: i64) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM saved_search WHERE id = ?1", [id])?;
        Ok(())
    }
}
