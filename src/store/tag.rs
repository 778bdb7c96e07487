//! Tags: keywords of IMAP (RFC 3501 §2.3.2) with a name and a colour of the user's.

use std::collections::{BTreeSet, HashSet};

use rusqlite::{Connection, params};

use crate::domain::decoded_keyword;

use super::pending::mark_in;
use super::search::folded;
use super::{Mark, Store, StoreError, rule};

/// How many colours a tag may have.
pub const COLOURS: u8 = 8;

/// Keywords whose meaning other programs have made known (Thunderbird's), with the names by which they are found.
const KNOWN: [(&str, &[&str]); 5] = [
    ("$label1", &["important", "重要"]),
    ("$label2", &["work", "仕事"]),
    ("$label3", &["personal", "個人", "プライベート"]),
    ("$label4", &["to do", "todo", "to-do", "やること"]),
    ("$label5", &["later", "後で", "あとで"]),
];

/// Keywords that programs set for each other, beside those that begin with `$`.
const SYSTEM: [&str; 8] = ["junk", "nonjunk", "notjunk", "forwarded", "redirected", "receiptchecked", "old", "recent"];

/// A keyword and what the user calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagRecord {
    /// As IMAP has it.
    pub keyword: String,
    /// The user's name for it; empty for the meaning that is known of it.
    pub name: String,
    /// Its colour, below [`COLOURS`].
    pub colour: u8,
}

/// What a tag that was removed was on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemovedTag {
    /// So many messages.
    pub messages: usize,
    /// The names of the rules that set it: they are off now.
    pub rules: Vec<String>,
}

/// Which of the known meanings a keyword has: 0 to 4 for `$label1` to `$label5`.
pub fn known_meaning(keyword: &str) -> Option<usize> {
    KNOWN.iter().position(|(known, _)| known.eq_ignore_ascii_case(keyword))
}

/// Whether a keyword is set by programs for each other, and no tag of anybody's.
pub fn is_system_keyword(keyword: &str) -> bool {
    let is_known = known_meaning(keyword).is_some();
    !is_known && (keyword.starts_with(['$', '\\']) || SYSTEM.iter().any(|word| word.eq_ignore_ascii_case(keyword)))
}

/// Whether a tag is meant by a name: its own, its keyword, or one of the names of its known meaning.
pub fn is_tag_called(tag: &TagRecord, name: &str) -> bool {
    let wanted = folded(name);
    let known = known_meaning(&tag.keyword).and_then(|at| KNOWN.get(at)).map_or(&[][..], |(_, names)| names);
    let known = known.iter().filter(|_| tag.name.is_empty());
    let own = [tag.name.as_str(), tag.keyword.as_str()];
    let decoded = decoded_keyword(&tag.keyword);
    let mut names = own.into_iter().chain(std::iter::once(decoded.as_str())).chain(known.copied());
    names.any(|one| !one.is_empty() && folded(one) == wanted)
}

impl Store {
    /// The tags that have a name or a colour, in the user's order.
    pub fn tags(&self) -> Result<Vec<TagRecord>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT keyword, name, colour FROM tag ORDER BY position, keyword")?;
        let rows = statement
            .query_map([], |row| Ok(TagRecord { keyword: row.get(0)?, name: row.get(1)?, colour: row.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps a tag; a new one comes last.
    pub fn save_tag(&self, tag: &TagRecord) -> Result<(), StoreError> {
        self.db().execute(
            "INSERT INTO tag (keyword, name, colour, position)
             VALUES (?1, ?2, ?3, (SELECT coalesce(max(position), 0) + 1 FROM tag))
             ON CONFLICT (keyword) DO UPDATE SET name = excluded.name, colour = excluded.colour",
            params![tag.keyword, tag.name, tag.colour],
        )?;
        Ok(())
    }

    /// Puts the tags into another order.
    pub fn order_tags(&self, keywords: &[String]) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for (position, keyword) in (1_i64..).zip(keywords) {
            transaction.execute("UPDATE tag SET position = ?2 WHERE keyword = ?1", params![keyword, position])?;
        }
        Ok(transaction.commit()?)
    }

    /// Forgets a tag, clears it on every message, and switches the rules off that would bring it back: all or nothing.
    pub fn remove_tag(&self, keyword: &str) -> Result<RemovedTag, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let rules = rule::without_tag(&transaction, keyword)?;
        let messages = with_keyword(&transaction, keyword)?;
        for message in &messages {
            mark_in(&transaction, *message, keyword, false)?;
        }
        transaction.execute("DELETE FROM local_keyword WHERE keyword = ?1", [keyword])?;
        transaction.execute("DELETE FROM tag WHERE keyword = ?1", [keyword])?;
        transaction.commit()?;
        Ok(RemovedTag { messages: messages.len(), rules })
    }

    /// As if the database refused to change the keywords of a message.
    #[cfg(test)]
    fn fail_to_mark(&self, message: i64, fails: bool) -> Result<(), StoreError> {
        let trigger = format!(
            "CREATE TEMP TRIGGER refused BEFORE UPDATE OF keywords ON message WHEN new.id = {message}
             BEGIN SELECT raise(ABORT, 'refused'); END"
        );
        Ok(self.db().execute_batch(if fails { &trigger } else { "DROP TRIGGER refused" })?)
    }

    /// Every keyword that some message has.
    pub fn keywords_in_use(&self) -> Result<Vec<String>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT DISTINCT keywords FROM message WHERE keywords <> ''")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        let mut all = BTreeSet::new();
        for words in rows {
            all.extend(words?.split_whitespace().map(ToOwned::to_owned));
        }
        Ok(all.into_iter().collect())
    }

    /// The messages that have a keyword.
    pub fn with_keyword(&self, keyword: &str) -> Result<HashSet<i64>, StoreError> {
        with_keyword(&self.db(), keyword)
    }

    /// The messages that have a tag which is called so; or else one whose name begins so.
    pub(super) fn tagged_as(&self, name: &str) -> Result<HashSet<i64>, StoreError> {
        let mut tags = self.tags()?;
        for keyword in self.keywords_in_use()? {
            if !is_system_keyword(&keyword) && !tags.iter().any(|tag| tag.keyword.eq_ignore_ascii_case(&keyword)) {
                tags.push(TagRecord { keyword, name: String::new(), colour: 0 });
            }
        }
        let mut meant: Vec<&TagRecord> = tags.iter().filter(|tag| is_tag_called(tag, name)).collect();
        if meant.is_empty() {
            let start = folded(name);
            let begins = |tag: &&TagRecord| {
                let name = if tag.name.is_empty() { decoded_keyword(&tag.keyword) } else { tag.name.clone() };
                folded(&name).starts_with(&start)
            };
            meant = tags.iter().filter(begins).collect();
        }
        let mut all = HashSet::new();
        for tag in meant {
            all.extend(self.with_keyword(&tag.keyword)?);
        }
        Ok(all)
    }

    /// Keywords that the server does not take stay with their messages here.
    pub fn keep_local(&self, marks: &[Mark]) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for mark in marks.iter().filter(|mark| !mark.flag.starts_with('\\')) {
            let change = if mark.is_on {
                "INSERT OR IGNORE INTO local_keyword (message, keyword) SELECT id, ?2 FROM message WHERE id = ?1"
            } else {
                "DELETE FROM local_keyword WHERE message = ?1 AND keyword = ?2"
            };
            transaction.execute(change, params![mark.message, mark.flag])?;
        }
        Ok(transaction.commit()?)
    }

    /// The accounts of which some keyword of the user's stays here alone, because the server does not take it.
    pub fn keeps_local(&self) -> Result<Vec<i64>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT DISTINCT folder.account, keyword FROM local_keyword
             JOIN message ON message.id = local_keyword.message JOIN folder ON folder.id = message.folder",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
        let all: Vec<(i64, String)> = rows.collect::<Result<_, _>>()?;
        let accounts = all.into_iter().filter(|(_, keyword)| !is_system_keyword(keyword)).map(|(account, _)| account);
        Ok(accounts.collect::<BTreeSet<_>>().into_iter().collect())
    }
}

fn with_keyword(db: &Connection, keyword: &str) -> Result<HashSet<i64>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT id FROM message WHERE keywords <> ''
             AND instr(lower(' ' || keywords || ' '), lower(' ' || ?1 || ' ')) > 0",
    )?;
    let rows = statement.query_map([keyword], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests;
