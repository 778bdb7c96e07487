//! Rules for mail that comes, on which messages they are still to be run, and what they do to one, in one step.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::pending::{duplicate_in, mark_in, relocate_in};
use super::{Store, StoreError};

/// A rule: when a message is meant, and what is done to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleRecord {
    /// Row id; 0 for one that is not kept yet.
    pub id: i64,
    /// The user's name for it.
    pub name: String,
    /// It is run.
    pub is_enabled: bool,
    /// The account whose mail it is for; `None` for all.
    pub account: Option<i64>,
    /// One of the conditions is enough.
    pub is_any: bool,
    /// When a message is meant.
    pub conditions: Vec<Condition>,
    /// What is done to it.
    pub actions: Vec<Action>,
    /// Why it was switched off by itself: `folder_gone`, `tag_gone`; or empty.
    pub trouble: String,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What is looked at.
    pub test: Test,
    /// It is not to be so.
    #[serde(default)]
    pub is_not: bool,
}

/// What a condition looks at: always what is shown, so the protected value where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// A query, as the search field takes it.
    Query(String),
    /// A text is in a field.
    Text {
        /// Which.
        place: TextPlace,
        /// What.
        words: String,
    },
    /// It has files.
    Attachments,
    /// It has a seal, whosever it is.
    Signed,
    /// It came encrypted.
    Encrypted,
    /// Somebody vouches for the From address: its seal is authenticated, or its domain passed DMARC.
    Vouched,
    /// The seal's word.
    Seal(String),
    /// A result about the sending domain: method and result (RFC 8601 §2.7).
    Sender {
        /// `spf`, `dkim` or `dmarc`.
        method: String,
        /// `pass`, `fail`, …
        result: String,
    },
}

/// A field of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum TextPlace {
    From,
    /// To and Cc.
    To,
    Subject,
    /// List-Id (RFC 2919).
    ListId,
}

/// What is done to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Moves it into a folder.
    Move(i64),
    /// Puts a copy into a folder.
    Copy(i64),
    /// Sets a keyword.
    Tag(String),
    /// Marks it.
    Star,
    /// Marks it as read.
    Read,
    /// Moves it among the junk.
    Junk,
    /// Moves it into the trash.
    Delete,
    /// No later rule looks at it.
    Stop,
}

impl Action {
    /// It sets that tag.
    pub fn sets(&self, keyword: &str) -> bool {
        matches!(self, Self::Tag(word) if word.eq_ignore_ascii_case(keyword))
    }
}

#[derive(Serialize, Deserialize)]
struct Body {
    is_any: bool,
    conditions: Vec<Condition>,
    actions: Vec<Action>,
}

/// A message that came, and that the rules were not run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unruled {
    /// Row id.
    pub message: i64,
    /// Its size in bytes.
    pub bytes: u64,
    /// The account's row id.
    pub account: i64,
    /// It can't be opened as long as a key is missing or locked.
    pub is_closed: bool,
    /// It is not in an inbox any more: somebody put it elsewhere.
    pub is_elsewhere: bool,
}

/// What the rules do to one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSteps {
    /// Flags and keywords, set or cleared.
    pub flags: Vec<(String, bool)>,
    /// Folders that get a copy.
    pub copies: Vec<i64>,
    /// The folder that it goes to.
    pub to: Option<i64>,
}

impl RuleSteps {
    /// Nothing is done.
    pub fn is_empty(&self) -> bool {
        self.flags.is_empty() && self.copies.is_empty() && self.to.is_none()
    }
}

/// What was done to one message: as it was before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ruled {
    /// The flags that changed, as they were.
    pub flags: Vec<(String, bool)>,
    /// The copies' row ids.
    pub copies: Vec<i64>,
    /// The folder that it was moved out of.
    pub from: Option<i64>,
}

/// The few that wait come first, and not the whole mailbox: without CROSS, SQLite goes through that for the order.
pub(super) const UNRULED: &str =
    "SELECT message.id, folder.account, message.lock = 'cannot_open', folder.role <> 'inbox', raw.size FROM unruled
     CROSS JOIN message ON message.id = unruled.message JOIN folder ON folder.id = message.folder
     JOIN raw ON raw.id = message.raw
     WHERE message.lock IS NOT NULL AND unruled.message > ?1 ORDER BY unruled.message LIMIT ?2";

impl Store {
    /// The rules in their order. One that can't be read is not among them.
    pub fn rules(&self) -> Result<Vec<RuleRecord>, StoreError> {
        let db = self.db();
        let mut statement =
            db.prepare_cached("SELECT id, name, is_enabled, account, body, trouble FROM rule ORDER BY position, id")?;
        let rows = statement.query_map([], rule)?;
        let all: Vec<Option<RuleRecord>> = rows.collect::<Result<_, _>>()?;
        Ok(all.into_iter().flatten().collect())
    }

    /// Keeps a rule; a new one comes last. Its row id.
    pub fn save_rule(&self, rule: &RuleRecord) -> Result<i64, StoreError> {
        let body = Body { is_any: rule.is_any, conditions: rule.conditions.clone(), actions: rule.actions.clone() };
        let body = serde_json::to_string(&body)?;
        let db = self.db();
        if rule.id == 0 {
            db.execute(
                "INSERT INTO rule (name, position, is_enabled, account, body)
                 VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM rule), ?2, ?3, ?4)",
                params![rule.name, rule.is_enabled, rule.account, body],
            )?;
            return Ok(db.last_insert_rowid());
        }
        let changed = db.execute(
            "UPDATE rule SET name = ?2, is_enabled = ?3, account = ?4, body = ?5, trouble = '' WHERE id = ?1",
            params![rule.id, rule.name, rule.is_enabled, rule.account, body],
        )?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(rule.id) }
    }

    /// Switches a rule on or off.
    pub fn enable_rule(&self, id: i64, is_enabled: bool) -> Result<(), StoreError> {
        self.db().execute("UPDATE rule SET is_enabled = ?2, trouble = '' WHERE id = ?1", params![id, is_enabled])?;
        Ok(())
    }

    /// Switches a rule off that can't be carried out, and notes why.
    pub fn break_rule(&self, id: i64, trouble: &str) -> Result<(), StoreError> {
        self.db().execute("UPDATE rule SET is_enabled = 0, trouble = ?2 WHERE id = ?1", params![id, trouble])?;
        Ok(())
    }

    /// Forgets a rule.
    pub fn remove_rule(&self, id: i64) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM rule WHERE id = ?1", [id])?;
        Ok(())
    }

    /// Puts the rules into another order.
    pub fn order_rules(&self, ids: &[i64]) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for (position, id) in (1_i64..).zip(ids) {
            transaction.execute("UPDATE rule SET position = ?2 WHERE id = ?1", params![id, position])?;
        }
        Ok(transaction.commit()?)
    }

    /// Messages that came, were assessed, and wait for the rules, the oldest first: so many, after a row id.
    pub fn unruled(&self, after: i64, limit: usize) -> Result<Vec<Unruled>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(UNRULED)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![after, limit], |row| {
            Ok(Unruled {
                message: row.get(0)?,
                account: row.get(1)?,
                is_closed: row.get(2)?,
                is_elsewhere: row.get(3)?,
                bytes: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The messages of a folder with their sizes in bytes, oldest first.
    pub fn messages_of(&self, folder: i64) -> Result<Vec<(i64, u64)>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT message.id, raw.size FROM message JOIN raw ON raw.id = message.raw
             WHERE folder = ?1 ORDER BY position, message.id",
        )?;
        let rows = statement.query_map([folder], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Does to a message that came what the rules say, and notes that they were run on it, both or neither. Nothing is done
    /// to one on which they were run already (`None`), nor to one that somebody moved out of the inbox meanwhile.
    pub fn rule_arrival(&self, message: i64, steps: &RuleSteps, at: Timestamp) -> Result<Option<Ruled>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        if transaction.execute("DELETE FROM unruled WHERE message = ?1", [message])? == 0 {
            return Ok(None);
        }
        note_ruled(&transaction, message)?;
        let role: Option<String> = transaction
            .query_row(
                "SELECT role FROM message JOIN folder ON folder.id = message.folder WHERE message.id = ?1",
                [message],
                |row| row.get(0),
            )
            .optional()?;
        let done = match role.as_deref() {
            Some("inbox") => carry_out(&transaction, message, steps, at)?,
            _ => Ruled::default(),
        };
        transaction.commit()?;
        Ok(Some(done))
    }

    /// Does to a message of a folder what the rules say, because the user asked for it. One that is filed so is not filed
    /// again as one that came.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not in that folder any more.
    pub fn rule_message(
        &self,
        (message, folder): (i64, i64),
        steps: &RuleSteps,
        at: Timestamp,
    ) -> Result<Ruled, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let query = "SELECT 1 FROM message WHERE id = ?1 AND folder = ?2";
        transaction.query_row(query, [message, folder], |_| Ok(())).optional()?.ok_or(StoreError::NotFound)?;
        if steps.to.is_some() || !steps.copies.is_empty() {
            transaction.execute("DELETE FROM unruled WHERE message = ?1", [message])?;
            note_ruled(&transaction, message)?;
        }
        let done = carry_out(&transaction, message, steps, at)?;
        transaction.commit()?;
        Ok(done)
    }
}

/// Notes that the rules have looked at the source of a message.
fn note_ruled(transaction: &rusqlite::Transaction<'_>, message: i64) -> Result<(), StoreError> {
    transaction.execute(
        "INSERT OR IGNORE INTO ruled (account, source) SELECT folder.account, raw.sha256 FROM message
         JOIN folder ON folder.id = message.folder JOIN raw ON raw.id = message.raw WHERE message.id = ?1",
        [message],
    )?;
    Ok(())
}

/// Switches the rules off that set a tag, which is about to go; their names.
pub(super) fn without_tag(transaction: &rusqlite::Transaction<'_>, keyword: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = transaction.prepare_cached("SELECT id, name, body FROM rule ORDER BY position, id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let all: Vec<(i64, String, String)> = rows.collect::<Result<_, _>>()?;
    let mut off = Vec::new();
    for (id, name, body) in all {
        if serde_json::from_str(&body).is_ok_and(|body: Body| body.actions.iter().any(|action| action.sets(keyword))) {
            transaction.execute("UPDATE rule SET is_enabled = 0, trouble = 'tag_gone' WHERE id = ?1", [id])?;
            off.push(name);
        }
    }
    Ok(off)
}

fn carry_out(
    transaction: &rusqlite::Transaction<'_>,
    message: i64,
    steps: &RuleSteps,
    at: Timestamp,
) -> Result<Ruled, StoreError> {
    let mut done = Ruled::default();
    for (flag, is_on) in &steps.flags {
        let was = mark_in(transaction, message, flag, *is_on)?.ok_or(StoreError::NotFound)?;
        if was != *is_on {
            done.flags.push((flag.clone(), was));
        }
    }
    for folder in &steps.copies {
        done.copies.push(duplicate_in(transaction, message, *folder, at)?);
    }
    if let Some(to) = steps.to {
        let from = relocate_in(transaction, message, to, at)?;
        done.from = (from != to).then_some(from);
    }
    Ok(done)
}

fn rule(row: &Row<'_>) -> rusqlite::Result<Option<RuleRecord>> {
    let body: String = row.get(4)?;
    let Ok(body) = serde_json::from_str::<Body>(&body) else { return Ok(None) };
    Ok(Some(RuleRecord {
        id: row.get(0)?,
        name: row.get(1)?,
        is_enabled: row.get(2)?,
        account: row.get(3)?,
        is_any: body.is_any,
        conditions: body.conditions,
        actions: body.actions,
        trouble: row.get(5)?,
    }))
}

#[cfg(test)]
mod tests;
