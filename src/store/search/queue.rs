//! What the database keeps for the index: which making of it is the good one, what it holds, and what it does not hold yet.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::store::{Store, StoreError};

use super::document::FORM;
use super::letters::folded;
use super::query::Fact;
use super::sealed::IndexId;

/// A message that is to go into the index, or out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its place in the queue.
    pub(super) number: i64,
    /// The message's row id.
    pub message: i64,
    /// What is known of it now; `None` for one that is gone, or is not assessed any more.
    pub(super) now: Option<Known>,
}

impl Due {
    /// The message is there, and assessed.
    pub fn is_there(&self) -> bool {
        self.now.is_some()
    }

    /// The account that it belongs to.
    pub fn account(&self) -> Option<i64> {
        self.now.as_ref().map(|now| now.account)
    }
}

/// What the database knows of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) account: i64,
    pub(super) lock: String,
}

/// What was done with a message.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) message: i64,
    /// What was due of it, up to this number.
    pub(super) number: i64,
    /// `None` when the index does not hold it.
    pub(super) as_what: Option<(String, Holding)>,
}

/// How much of a message the index holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holding {
    Plain = 0,
    Decrypted = 1,
    Reduced = 2,
}

/// Accounts, by address, of whose mail nothing that was decrypted goes into the index.
const LEAVES_OUT: &str = "search-leaves-out-decrypted";

impl Store {
    /// Messages that the index does not hold as they are: those that were assessed, or are gone, since. At most so many,
    /// the longest waiting first, after one that was given before. A message may be among them more than once.
    pub fn due_for_search(&self, after: Option<&Due>, limit: usize) -> Result<Vec<Due>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT unindexed.number, unindexed.message, folder.account, message.lock FROM unindexed
             LEFT JOIN message ON message.id = unindexed.message AND message.lock IS NOT NULL
             LEFT JOIN folder ON folder.id = message.folder
             WHERE unindexed.number > ?1 ORDER BY unindexed.number LIMIT ?2",
        )?;
        let after = after.map_or(0, |due| due.number);
        let rows = statement.query_map(params![after, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
            let (account, lock): (Option<i64>, Option<String>) = (row.get(2)?, row.get(3)?);
            let now = account.zip(lock).map(|(account, lock)| Known { account, lock });
            Ok(Due { number: row.get(0)?, message: row.get(1)?, now })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What is due for one message, when anything is.
    pub fn due_for_search_of(&self, message: i64) -> Result<Option<Due>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT max(unindexed.number), folder.account, message.lock FROM unindexed
             JOIN message ON message.id = unindexed.message AND message.lock IS NOT NULL
             JOIN folder ON folder.id = message.folder WHERE unindexed.message = ?1 GROUP BY unindexed.message",
        )?;
        let due = statement.query_row([message], |row| {
            Ok(Due { number: row.get(0)?, message, now: Some(Known { account: row.get(1)?, lock: row.get(2)? }) })
        });
        Ok(due.optional()?)
    }

    /// Lets a message that can't be opened now stay in the index as it was when it could; `false` when what was decrypted
    /// of it is not in there.
    pub fn leave_in_search(&self, due: &Due) -> Result<bool, StoreError> {
        let Some(now) = &due.now else { return Ok(false) };
        let mut db = self.db();
        let transaction = db.transaction()?;
        let update = "UPDATE indexed SET lock = ?2 WHERE message = ?1 AND holding = ?3";
        let stays = transaction.execute(update, params![due.message, now.lock, Holding::Decrypted as i64])? > 0;
        if stays {
            let delete = "DELETE FROM unindexed WHERE message = ?1 AND number <= ?2 AND is_gone = 0";
            transaction.execute(delete, params![due.message, due.number])?;
        }
        transaction.commit()?;
        Ok(stays)
    }

    /// How many messages wait to go into the index.
    pub fn count_due_for_search(&self) -> Result<usize, StoreError> {
        let count = "SELECT count(*) FROM unindexed";
        Ok(self.db().query_row(count, [], |row| row.get(0))?)
    }

    /// Whether what was decrypted of an account's mail goes into the index.
    pub fn searches_decrypted(&self, account: i64) -> Result<bool, StoreError> {
        let left_out: Vec<String> = self.setting(LEAVES_OUT)?.unwrap_or_default();
        let address = address_of(&self.db(), account)?;
        Ok(!left_out.contains(&address))
    }

    /// Lets it go into the index or not. What is to be put in or taken out by that is due from now on; what is to be taken
    /// out is only gone after [`super::SearchIndex::forget_decrypted`].
    pub fn set_searches_decrypted(&self, account: i64, searches: bool) -> Result<(), StoreError> {
        let mut left_out: Vec<String> = self.setting(LEAVES_OUT)?.unwrap_or_default();
        let address = address_of(&self.db(), account)?;
        left_out.retain(|other| *other != address);
        if !searches {
            left_out.push(address);
        }
        self.set_setting(LEAVES_OUT, &left_out)?;
        let holding = if searches { Holding::Reduced } else { Holding::Decrypted };
        self.db().execute(
            "INSERT INTO unindexed (message) SELECT indexed.message FROM indexed
             JOIN message ON message.id = indexed.message JOIN folder ON folder.id = message.folder
             WHERE folder.account = ?1 AND indexed.holding = ?2",
            params![account, holding as i64],
        )?;
        // What is still in there of it does not count any more.
        self.db().execute(
            "UPDATE indexed SET holding = ?2 WHERE holding = ?3 AND message IN
             (SELECT message.id FROM message JOIN folder ON folder.id = message.folder WHERE folder.account = ?1)",
            params![account, Holding::Reduced as i64, holding as i64],
        )?;
        Ok(())
    }

    /// Everything of an account is due again.
    #[cfg(test)]
    pub(super) fn require_all_for_search(&self, account: i64) -> Result<(), StoreError> {
        let all = "INSERT INTO unindexed (message) SELECT message.id FROM message JOIN folder ON folder.id = folder
                   WHERE account = ?1 ORDER BY message.id";
        self.db().execute(all, [account])?;
        Ok(())
    }

    /// Which making of the index is the good one, and the number of its last commit.
    pub(super) fn search_identity(&self) -> Result<Option<(IndexId, u64)>, StoreError> {
        let db = self.db();
        let query = "SELECT id, commits FROM search_index WHERE form = ?1";
        let found = db.query_row(query, [FORM], |row| Ok((row.get::<_, IndexId>(0)?, row.get(1)?)));
        Ok(found.optional()?)
    }

    /// From now on another making is the good one; everything is due for it.
    pub(super) fn begin_search(&self, id: &IndexId) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        transaction.execute_batch(
            "DELETE FROM search_index; DELETE FROM indexed; DELETE FROM unindexed;
             INSERT INTO unindexed (message) SELECT id FROM message WHERE lock IS NOT NULL ORDER BY id DESC;",
        )?;
        let insert = "INSERT INTO search_index (id, form, commits) VALUES (?1, ?2, 0)";
        transaction.execute(insert, params![id, FORM])?;
        Ok(transaction.commit()?)
    }

    /// The index has made a commit with these; what was due of them is done.
    pub(super) fn search_committed(&self, commits: u64, held: &[Held]) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        transaction.execute("UPDATE search_index SET commits = ?1", [commits])?;
        {
            let mut done = transaction.prepare_cached("DELETE FROM unindexed WHERE message = ?1 AND number <= ?2")?;
            let mut no_more = transaction.prepare_cached("DELETE FROM indexed WHERE message = ?1")?;
            let mut holds = transaction.prepare_cached(
                "INSERT OR REPLACE INTO indexed (message, lock, holding) SELECT ?1, ?2, ?3
                 WHERE EXISTS (SELECT 1 FROM message WHERE id = ?1)",
            )?;
            for one in held {
                done.execute(params![one.message, one.number])?;
                match &one.as_what {
                    Some((lock, holding)) => holds.execute(params![one.message, lock, *holding as i64])?,
                    None => no_more.execute([one.message])?,
                };
            }
        }
        Ok(transaction.commit()?)
    }

    /// Messages that are gone while the index still holds something under their number.
    pub(super) fn gone_from_search(&self) -> Result<HashSet<i64>, StoreError> {
        self.ids("SELECT message FROM unindexed WHERE is_gone = 1", "")
    }

    /// The messages of which a fact is so.
    pub(super) fn having(&self, fact: &Fact) -> Result<HashSet<i64>, StoreError> {
        let such = |condition: &str| format!("SELECT id FROM message WHERE {condition}");
        match fact {
            Fact::Unread => self.ids(&such("is_seen = 0"), ""),
            Fact::Read => self.ids(&such("is_seen = 1"), ""),
            Fact::Flagged => self.ids(&such("is_flagged = 1"), ""),
            Fact::Answered => self.ids(&such("is_answered = 1"), ""),
            // A signature that does not hold is none (RFC 9787).
            Fact::Signed => self.ids(&such("seal IN ('authenticated', 'partial', 'unauthenticated')"), ""),
            Fact::Authenticated => self.ids(&such("seal = 'authenticated'"), ""),
            Fact::Encrypted => self.ids(&such("lock IN ('encrypted', 'cannot_open')"), ""),
            Fact::Attachment => self.ids(&such("has_attachments = 1"), ""),
            Fact::Folder(name) => {
                let mut all = HashSet::new();
                for folder in self.folders_named(name)? {
                    all.extend(self.ids(&such("folder = ?1"), &folder.to_string())?);
                }
                Ok(all)
            }
            Fact::Tag(name) => self.tagged_as(name),
        }
    }

    /// Folders with that role or name; or else those whose name or path holds it.
    fn folders_named(&self, name: &str) -> Result<Vec<i64>, StoreError> {
        let wanted = folded(name);
        let folders = self.folders()?;
        let is_it = |names: [&str; 3]| names.iter().any(|name| !name.is_empty() && folded(name) == wanted);
        let exact: Vec<i64> = folders
            .iter()
            .filter(|folder| is_it([&folder.role, &folder.name, &folder.path]))
            .map(|folder| folder.id)
            .collect();
        if !exact.is_empty() {
            return Ok(exact);
        }
        let holds = |name: &str| folded(name).contains(&wanted);
        Ok(folders.iter().filter(|folder| holds(&folder.name)).map(|folder| folder.id).collect())
    }

    fn ids(&self, query: &str, parameter: &str) -> Result<HashSet<i64>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(query)?;
        let parameters: &[&dyn rusqlite::ToSql] = if parameter.is_empty() { &[] } else { &[&parameter] };
        let ids = statement.query_map(parameters, |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}

fn address_of(db: &Connection, account: i64) -> Result<String, StoreError> {
    let found = db.query_row("SELECT address FROM account WHERE id = ?1", [account], |row| row.get(0));
    Ok(found.optional()?.unwrap_or_default())
}
