//! Conversations as they are kept: each message has the number of its own, from the moment it is kept. Message-IDs,
//! subjects and people are kept as numbers that stand for them (the beginning of their SHA-256): what one message costs does
//! not grow with the mailbox.

mod place;
mod rows;
#[cfg(test)]
mod tests;

use openssl::sha::sha256;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::domain::thread::{Lineage, Member, base_subject};

use super::{Store, StoreError};
use place::place;
pub use rows::ConversationRow;

/// More messages of one conversation are not looked at again when one of them turns out to say something else.
const MOST_ANEW: i64 = 200;
const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;

impl Store {
    /// How many messages are in no conversation yet: those that were kept before there were any.
    pub fn count_unthreaded(&self) -> Result<usize, StoreError> {
        let count = "SELECT count(*) FROM message INDEXED BY message_unthreaded WHERE thread IS NULL";
        Ok(self.db().query_row(count, [], |row| row.get(0))?)
    }

    /// As if all messages had been kept before there were conversations.
    #[cfg(test)]
    pub(crate) fn forget_threads(&self) -> Result<(), StoreError> {
        let all = "UPDATE message SET thread = NULL; DELETE FROM threaded; DELETE FROM known_id;";
        Ok(self.db().execute_batch(all)?)
    }

    /// Some of them, newest first: at most `limit` of those below a row id.
    pub fn unthreaded(&self, below: i64, limit: usize) -> Result<Vec<i64>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT id FROM message INDEXED BY message_unthreaded WHERE thread IS NULL AND id < ?1
             ORDER BY id DESC LIMIT ?2",
        )?;
        let ids = statement.query_map(params![below, i64::try_from(limit).unwrap_or(i64::MAX)], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Puts messages that are in none into their conversations, all or none of them.
    pub fn thread(&self, found: &[(i64, Lineage)]) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for (message, lineage) in found {
            let query = "SELECT subject, position FROM message WHERE id = ?1 AND thread IS NULL";
            let mut statement = transaction.prepare_cached(query)?;
            let row = statement.query_row([message], |row| Ok((row.get::<_, String>(0)?, row.get(1)?))).optional()?;
            // It may be gone meanwhile, or was assessed.
            let Some((subject, at)) = row else { continue };
            adopt(&transaction, *message, &member(lineage, &subject, at))?;
        }
        Ok(transaction.commit()?)
    }
}

/// A message as a member of its conversation.
pub(super) fn member(lineage: &Lineage, subject: &str, at: i64) -> Member {
    let base = base_subject(subject);
    Member {
        id: lineage.message_id.as_deref().map(number),
        references: lineage.references.iter().map(|id| number(id)).collect(),
        at,
        is_bare: base.is_answer && lineage.references.is_empty() && base.has_words(),
        subject: base.has_words().then(|| number(&base.text)),
        people: lineage.people.iter().map(|address| number(address)).collect(),
    }
}

/// The number that stands for a text.
fn number(text: &str) -> i64 {
    let digest = sha256(text.as_bytes());
    digest.first_chunk().map_or(0, |eight| i64::from_be_bytes(*eight))
}

/// The conversation of a message that is about to be kept; see [`keep`].
pub(super) fn conversation_of(db: &Connection, member: &Member) -> Result<i64, StoreError> {
    place(db, member, None)
}

/// Keeps what a message says of its conversation.
pub(super) fn keep(db: &Connection, message: i64, member: &Member) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO threaded (message, id, links, people, subject, at, week, is_bare)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        message,
        member.id,
        bytes(&member.references),
        bytes(&member.people),
        member.subject,
        member.at,
        member.at.div_euclid(WEEK_MS),
        member.is_bare,
    ])?;
    Ok(())
}

/// A copy of a message belongs where the message does.
pub(super) fn copy(db: &Connection, message: i64, copy: i64) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO threaded (message, id, links, people, subject, at, week, is_bare)
         SELECT ?2, id, links, people, subject, at, week, is_bare FROM threaded WHERE message = ?1",
        params![message, copy],
    )?;
    db.execute(
        "UPDATE message SET thread = (SELECT thread FROM message WHERE id = ?1) WHERE id = ?2",
        params![message, copy],
    )?;
    Ok(())
}

fn adopt(db: &Connection, message: i64, member: &Member) -> Result<(), StoreError> {
    let thread = place(db, member, None)?;
    set_thread(db, message, thread)?;
    keep(db, message, member)
}

fn set_thread(db: &Connection, message: i64, thread: i64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE message SET thread = ?2 WHERE id = ?1")?.execute([message, thread])?;
    Ok(())
}

/// Takes over what a message says once it was opened: what is protected counts, and no longer what stood outside of it.
pub(super) fn learn(db: &Connection, message: i64, lineage: &Lineage, subject: &str) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT threaded.id, links, people, threaded.subject, at, is_bare, message.thread, message.position FROM message
         LEFT JOIN threaded ON threaded.message = message.id WHERE message.id = ?1",
    )?;
    let found = statement
        .query_row([message], |row| {
            let thread: Option<i64> = row.get(6)?;
            let before = if thread.is_some() { Some(member_row(row)?) } else { None };
            Ok((thread.zip(before), row.get(7)?))
        })
        .optional()?;
    let Some((before, at)) = found else { return Ok(()) };
    let now = member(lineage, subject, at);
    match before {
        None => adopt(db, message, &now),
        Some((_, before)) if before == now => Ok(()),
        Some((thread, before)) => {
            keep(db, message, &now)?;
            let is_in = |id: &i64| Some(*id) == now.id || now.references.contains(id);
            // Another subject, and other people, matter for bare answers alone.
            let is_bare = before.is_bare || now.is_bare;
            let only_more = before.id.iter().chain(&before.references).all(is_in)
                && (!is_bare
                    || before.subject.is_none()
                    || before.subject == now.subject && before.people == now.people);
            let members = if only_more { None } else { members_of(db, thread)? };
            if let Some(members) = members {
                return anew(db, thread, message, &before, members);
            }
            set_thread(db, message, place(db, &now, None)?)
        }
    }
}

/// Puts the members of a conversation into theirs again: one of them says something else now.
fn anew(
    db: &Connection,
    thread: i64,
    changed: i64,
    before: &Member,
    members: Vec<(i64, Member)>,
) -> Result<(), StoreError> {
    let ids = members.iter().flat_map(|(_, member)| member.id.iter().chain(&member.references));
    for id in ids.chain(&before.id).chain(&before.references) {
        db.prepare_cached("DELETE FROM known_id WHERE id = ?1 AND thread = ?2")?.execute([*id, thread])?;
    }
    db.prepare_cached("UPDATE message SET thread = NULL WHERE thread = ?1")?.execute([thread])?;
    // The others keep their number, as far as they still belong together.
    let (first, rest): (Vec<_>, Vec<_>) = members.into_iter().partition(|(message, _)| *message != changed);
    let mut fresh = Some(thread);
    for (message, member) in first.into_iter().chain(rest) {
        let thread = place(db, &member, fresh.take())?;
        set_thread(db, message, thread)?;
    }
    Ok(())
}

/// The members of a conversation, unless there are too many.
fn members_of(db: &Connection, thread: i64) -> Result<Option<Vec<(i64, Member)>>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT threaded.id, links, people, threaded.subject, at, is_bare, message.id FROM message
         JOIN threaded ON threaded.message = message.id WHERE message.thread = ?1 ORDER BY message.id LIMIT ?2",
    )?;
    let rows = statement.query_map(params![thread, MOST_ANEW + 1], |row| Ok((row.get(6)?, member_row(row)?)))?;
    let members: Vec<(i64, Member)> = rows.collect::<Result<_, _>>()?;
    Ok((i64::try_from(members.len()).is_ok_and(|count| count <= MOST_ANEW)).then_some(members))
}

fn member_row(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        id: row.get(0)?,
        references: numbers(row, 1)?,
        people: numbers(row, 2)?,
        subject: row.get(3)?,
        at: row.get::<_, Option<i64>>(4)?.unwrap_or_default(),
        is_bare: row.get::<_, Option<bool>>(5)?.unwrap_or_default(),
    })
}

fn bytes(numbers: &[i64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn numbers(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<i64>> {
    let bytes = row.get_ref(column)?.as_blob_or_null()?.unwrap_or_default();
    Ok(bytes.as_chunks().0.iter().map(|eight| i64::from_be_bytes(*eight)).collect())
}
