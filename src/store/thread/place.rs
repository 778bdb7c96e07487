use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::domain::thread::{Member, NEAR_MS};

use super::super::StoreError;
use super::{WEEK_MS, numbers};

/// Of messages with one subject within some weeks no more are looked at.
const MOST_OF_A_SUBJECT: i64 = 64;
/// To tell the larger of two conversations no more is counted.
const MOST_COUNTED: i64 = 100_000;
/// One message makes no more conversations one by naming them: the nearest before it.
const MOST_JOINED: usize = 8;

/// The conversation that a member belongs to: that of those it names, of those who name it, and of a bare answer that of
/// what it answers. Where there are several they are one from now on; where there is none it is `fresh`, or a new one.
pub(super) fn place(db: &Connection, member: &Member, fresh: Option<i64>) -> Result<i64, StoreError> {
    let mut threads = BTreeSet::new();
    let mut unknown = Vec::new();
    let mut known = db.prepare_cached("SELECT thread FROM known_id WHERE id = ?1")?;
    for id in member.id.iter().chain(member.references.iter().rev()) {
        match known.query_row([id], |row| row.get::<_, i64>(0)).optional()? {
            Some(thread) if threads.len() < MOST_JOINED => drop(threads.insert(thread)),
            Some(_) => {}
            None => unknown.push(*id),
        }
    }
    by_subject(db, member, &mut threads)?;
    let thread = match (threads.len(), threads.first(), fresh) {
        (0, _, Some(fresh)) => fresh,
        (1, Some(only), _) => *only,
        (0, ..) | (_, None, _) => db
            .prepare_cached("UPDATE next_thread SET number = number + 1 RETURNING number")?
            .query_row([], |row| row.get(0))?,
        _ => merge(db, &threads)?,
    };
    let mut insert = db.prepare_cached("INSERT OR IGNORE INTO known_id (id, thread) VALUES (?1, ?2)")?;
    for id in unknown {
        insert.execute([id, thread])?;
    }
    Ok(thread)
}

/// Conversations of which this answers something without saying so, or that holds an answer to this.
fn by_subject(db: &Connection, member: &Member, threads: &mut BTreeSet<i64>) -> Result<(), StoreError> {
    let Some(subject) = member.subject else { return Ok(()) };
    let week = member.at.div_euclid(WEEK_MS);
    let weeks = NEAR_MS.div_euclid(WEEK_MS);
    let mut answers = db.prepare_cached(
        "SELECT message.thread, threaded.at, threaded.people, is_bare FROM threaded
         JOIN message ON message.id = threaded.message
         WHERE week = ?1 AND threaded.subject = ?2 AND is_bare >= ?3 AND message.thread IS NOT NULL LIMIT ?4",
    )?;
    // Later ones matter when they are bare answers; earlier ones, when this is one.
    let first = if member.is_bare { week - weeks } else { week };
    for one in first..=week + weeks {
        let only_bare = one > week || !member.is_bare;
        let mut rows = answers.query(params![one, subject, only_bare, MOST_OF_A_SUBJECT])?;
        while let Some(row) = rows.next()? {
            let other = Member {
                at: row.get(1)?,
                people: numbers(row, 2)?,
                is_bare: row.get(3)?,
                subject: Some(subject),
                ..Member::default()
            };
            if member.answers(&other) || other.answers(member) {
                threads.insert(row.get(0)?);
            }
        }
    }
    Ok(())
}

/// Makes one conversation of several: the largest keeps its number.
fn merge(db: &Connection, threads: &BTreeSet<i64>) -> Result<i64, StoreError> {
    let mut count = db.prepare_cached("SELECT count(*) FROM (SELECT 1 FROM message WHERE thread = ?1 LIMIT ?2)")?;
    let mut largest = (-1, 0);
    for thread in threads {
        let size: i64 = count.query_row([*thread, MOST_COUNTED], |row| row.get(0))?;
        if size > largest.0 {
            largest = (size, *thread);
        }
    }
    let keeps = largest.1;
    for thread in threads.iter().filter(|thread| **thread != keeps) {
        rename(db, *thread, keeps)?;
    }
    Ok(keeps)
}

fn rename(db: &Connection, thread: i64, into: i64) -> Result<(), StoreError> {
    let mut known = db.prepare_cached("UPDATE known_id SET thread = ?2 WHERE id = ?1")?;
    let mut ids = db.prepare_cached(
        "SELECT threaded.id, links FROM message JOIN threaded ON threaded.message = message.id
         WHERE message.thread = ?1",
    )?;
    let mut rows = ids.query([thread])?;
    while let Some(row) = rows.next()? {
        let own: Option<i64> = row.get(0)?;
        for id in own.into_iter().chain(numbers(row, 1)?) {
            known.execute([id, into])?;
        }
    }
    db.prepare_cached("UPDATE message SET thread = ?2 WHERE thread = ?1")?.execute([thread, into])?;
    Ok(())
}
