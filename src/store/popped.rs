use std::collections::HashSet;

use rusqlite::params;

use super::{Store, StoreError};

/// A message that comes by POP3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Popped<'a> {
    /// Its unique id.
    pub unique_id: &'a str,
    /// The size that the server gives.
    pub bytes: u64,
    /// It was on the server before the account was here: no rule takes it for new.
    pub was_there: bool,
}

impl Store {
    /// The unique ids and the sizes of what came by POP3 and may still be on the server.
    pub fn popped(&self, account: i64) -> Result<HashSet<(String, u64)>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT unique_id, bytes FROM popped WHERE account = ?1")?;
        let ids = statement.query_map([account], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Forgets those that the server has no longer.
    pub fn forget_popped<'a>(
        &self,
        account: i64,
        ids: impl IntoIterator<Item = &'a (String, u64)>,
    ) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        {
            let mut delete = transaction
                .prepare_cached("DELETE FROM popped WHERE account = ?1 AND unique_id = ?2 AND bytes = ?3")?;
            for (id, bytes) in ids {
                delete.execute(params![account, id, bytes])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }
}
