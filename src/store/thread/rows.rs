use std::collections::HashMap;

use rusqlite::params_from_iter;

use crate::domain::thread::Member;

use super::super::message::{COLUMNS, MessageRow, list_row};
use super::super::{Store, StoreError};
use super::member_row;

/// More messages of one conversation are not shown beside an open one.
const MOST_SHOWN: i64 = 2_000;

impl Store {
    /// The lists of several folders as one, newest first.
    pub fn rows_of(&self, folders: &[i64], limit: usize) -> Result<Vec<MessageRow>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM message WHERE folder = ?1 ORDER BY position DESC, id DESC LIMIT ?2"
        ))?;
        let limit_rows = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut all: Vec<(i64, MessageRow)> = Vec::new();
        for folder in folders {
            let rows = statement.query_map([*folder, limit_rows], |row| Ok((row.get(13)?, list_row(row)?)))?;
            for row in rows {
                all.push(row?);
            }
        }
        // Each folder is in order already.
        all.sort_by_key(|(position, row)| std::cmp::Reverse((*position, row.id)));
        all.truncate(limit);
        Ok(all.into_iter().map(|(_, row)| row).collect())
    }

    /// What the messages of folders say of their conversations, by row id.
    pub fn members(&self, folders: &[i64]) -> Result<HashMap<i64, Member>, StoreError> {
        let db = self.db();
        let places = vec!["?"; folders.len()].join(", ");
        let mut statement = db.prepare_cached(&format!(
            "SELECT threaded.id, links, NULL, NULL, at, 0, threaded.message FROM message
             JOIN threaded ON threaded.message = message.id WHERE message.folder IN ({places})"
        ))?;
        let rows = statement.query_map(params_from_iter(folders), |row| Ok((row.get(6)?, member_row(row)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The messages of a conversation that are in some folders, the newest of them when there are very many, and one of them
    /// wherever it is.
    pub fn conversation(&self, thread: i64, folders: &[i64], message: i64) -> Result<Vec<ConversationRow>, StoreError> {
        let db = self.db();
        let places: Vec<String> = folders.iter().map(ToString::to_string).collect();
        let mut statement = db.prepare(&format!(
            "SELECT {COLUMNS}, raw FROM message WHERE thread = ?1 AND (folder IN ({}) OR id = ?2)
             ORDER BY id = ?2 DESC, position DESC, id DESC LIMIT ?3",
            places.join(", ")
        ))?;
        let rows = statement
            .query_map([thread, message, MOST_SHOWN], |row| Ok((list_row(row)?, row.get::<_, i64>("raw")?)))?;
        let rows: Vec<(MessageRow, i64)> = rows.collect::<Result<_, _>>()?;
        let mut said =
            db.prepare_cached("SELECT id, links, people, subject, at, is_bare FROM threaded WHERE message = ?1")?;
        let with = |(row, source): (MessageRow, i64)| {
            let member = said.query_row([row.id], member_row)?;
            Ok(ConversationRow { row, member, source })
        };
        rows.into_iter().map(with).collect()
    }
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversationRow {
    /// As in the list.
    pub row: MessageRow,
    /// What it says of its conversation.
    pub member: Member,
    /// Its source: copies have the same.
    pub source: i64,
}
