use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::message::{COLUMNS, MessageRow, list_row};
use super::setting::{no_member, set_member};
use super::{Store, StoreError};

/// What came into a folder.
#[derive(Clone, Debug, Default)]
pub struct Arrivals {
    /// The unread messages, newest first, as far as they were wanted.
    pub rows: Vec<MessageRow>,
    /// How many there are.
    pub count: usize,
}

/// The setting: the row id of the newest message when it was last looked what came, by account.
const NEWS_UNTIL: &str = "news_until";

impl Store {
    /// The row id of the newest message when it was last looked what came, by account; of one that is not there, what comes
    /// is no news yet.
    pub fn news_until(&self) -> Result<HashMap<i64, i64>, StoreError> {
        Ok(self.setting(NEWS_UNTIL)?.unwrap_or_default())
    }

    /// It was looked for an account, if there still is that account.
    pub fn note_news_until(&self, account: i64, until: i64) -> Result<(), StoreError> {
        let db = self.db();
        let is_there: bool =
            db.query_row("SELECT EXISTS (SELECT 1 FROM account WHERE id = ?1)", [account], |row| row.get(0))?;
        if is_there { set_member(&db, NEWS_UNTIL, account, &until) } else { Ok(()) }
    }

    /// The row id of the newest message of all folders, or 0.
    pub fn newest_message(&self) -> Result<i64, StoreError> {
        Ok(self.db().query_row("SELECT coalesce(max(id), 0) FROM message", [], |row| row.get(0))?)
    }

    /// What came into a folder after the message with the first row id, up to that with the second, and is unread: row ids
    /// grow with time, and none is given twice.
    pub fn arrivals(&self, folder: i64, between: (i64, i64), limit: usize) -> Result<Arrivals, StoreError> {
        let (after, until) = between;
        let db = self.db();
        // The sign keeps the folder's index from being used: few rows come after one.
        let wanted = "FROM message WHERE id > ?1 AND id <= ?3 AND +folder = ?2 AND NOT is_seen";
        let count: i64 =
            db.query_row(&format!("SELECT count(*) {wanted}"), params![after, folder, until], |row| row.get(0))?;
        let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} {wanted} ORDER BY id DESC LIMIT ?4"))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![after, folder, until, limit], list_row)?.collect::<Result<_, _>>()?;
        Ok(Arrivals { rows, count: usize::try_from(count).unwrap_or(0) })
    }
}

/// All that an account has is new to this program, and none of it is news: it is gone, or it receives from elsewhere.
pub(super) fn no_news(db: &Connection, account: i64) -> Result<(), StoreError> {
    no_member(db, NEWS_UNTIL, account)
}

#[cfg(test)]
mod tests {
    use super::super::AccountRecord;
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
        let other = store.save_account(&AccountRecord::default()).unwrap();
        let marks = HashMap::from([(account, ids[0]), (other, ids[1])]);
        let others = HashMap::from([(other, ids[1])]);
        let note = || marks.iter().for_each(|(account, until)| store.note_news_until(*account, *until).unwrap());

        note();
        store.receive_from(account, "alice one.example").unwrap();
        store.receive_from(account, "alice one.example").unwrap();
        assert_eq!(store.news_until().unwrap(), marks, "it is known where it receives from, and nothing more");
        store.receive_from(account, "alice two.example").unwrap();
        assert_eq!(store.news_until().unwrap(), others);

        note();
        store.remove_account(account).unwrap();
        assert_eq!(store.news_until().unwrap(), others);
        note();
        assert_eq!(store.news_until().unwrap(), others, "what ends after the account is gone");
    }
}
