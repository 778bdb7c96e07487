use rusqlite::params;

use super::message::{COLUMNS, MessageRow, list_row};
use super::{Store, StoreError};

/// What came into a folder.
#[derive(Clone, Debug, Default)]
pub struct Arrivals {
    /// The unread messages, newest first, as far as they were wanted.
    pub rows: Vec<MessageRow>,
    /// How many there are.
    pub count: usize,
    /// The row id of the newest message of all folders: what comes later has a greater one.
    pub newest: i64,
}

impl Store {
    /// What came into a folder since the message with this row id was the newest of all, and is unread.
    pub fn arrivals(&self, folder: i64, after: i64, limit: usize) -> Result<Arrivals, StoreError> {
        let db = self.db();
        let newest: Option<i64> = db.query_row("SELECT max(id) FROM message", [], |row| row.get(0))?;
        let newest = newest.unwrap_or(0);
        // The sign keeps the folder's index from being used: few rows come after one.
        let wanted = "FROM message WHERE id > ?1 AND +folder = ?2 AND NOT is_seen";
        let count: i64 =
            db.query_row(&format!("SELECT count(*) {wanted}"), params![after, folder], |row| row.get(0))?;
        let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} {wanted} ORDER BY id DESC LIMIT ?3"))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![after, folder, limit], list_row)?.collect::<Result<_, _>>()?;
        Ok(Arrivals { rows, count: usize::try_from(count).unwrap_or(0), newest })
    }
}
