use std::collections::HashMap;

use rusqlite::{Connection, params};

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

/// The setting: the row id of the newest message when it was last looked what came, by account.
const NEWS_UNTIL: &str = "news_until";

impl Store {
    /// The row id of the newest message when it was last looked what came, by account; of one that is not there, what comes
    /// is no news yet.
    pub fn news_until(&self) -> Result<HashMap<i64, i64>, StoreError> {
        Ok(self.setting(NEWS_UNTIL)?.unwrap_or_default())
    }

    /// It was looked.
    pub fn note_news_until(&self, marks: &HashMap<i64, i64>) -> Result<(), StoreError> {
        self.set_setting(NEWS_UNTIL, marks)
    }

    /// The row id of the newest message of all folders, or 0.
    pub fn newest_message(&self) -> Result<i64, StoreError> {
        newest(&self.db())
    }

    /// What came into a folder since the message with this row id was the newest of all, and is unread.
    pub fn arrivals(&self, folder: i64, after: i64, limit: usize) -> Result<Arrivals, StoreError> {
        let db = self.db();
        let newest = newest(&db)?;
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

fn newest(db: &Connection) -> Result<i64, StoreError> {
    Ok(db.query_row("SELECT coalesce(max(id), 0) FROM message", [], |row| row.get(0))?)
}

/// All that an account has is new to this program, and none of it is news: it is gone, or it receives from elsewhere.
pub(super) fn no_news(db: &Connection, account: i64) -> Result<(), StoreError> {
    let forget =
        "UPDATE setting SET value = json_remove(value, '$.\"' || ?2 || '\"') WHERE name = ?1 AND json_valid(value)";
    db.execute(forget, params![NEWS_UNTIL, account])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{inbox, message, profile};
    use super::*;

    #[test]
    fn an_account_that_is_gone_or_at_another_server_leaves_no_mark_and_the_others_keep_theirs() {
        let (_dir, _key, store) = profile();
        let folder = inbox(&store);
        let account = store.accounts().unwrap()[0].id;
        assert!(store.news_until().unwrap().is_empty());
        let ids: Vec<_> = (1..=3).map(|uid| store.add_message(folder, &message(uid)).unwrap().unwrap()).collect();
        assert_eq!(store.newest_message().unwrap(), ids[2]);
        let marks = HashMap::from([(account, ids[0]), (account + 7, ids[1])]);
        let others = HashMap::from([(account + 7, ids[1])]);

        store.note_news_until(&marks).unwrap();
        store.receive_from(account, "alice one.example").unwrap();
        store.receive_from(account, "alice one.example").unwrap();
        assert_eq!(store.news_until().unwrap(), marks, "it is known where it receives from, and nothing more");
        store.receive_from(account, "alice two.example").unwrap();
        assert_eq!(store.news_until().unwrap(), others);

        store.note_news_until(&marks).unwrap();
        store.remove_account(account).unwrap();
        assert_eq!(store.news_until().unwrap(), others);
    }
}
