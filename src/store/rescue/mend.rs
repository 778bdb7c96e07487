//! Makes whole again what was copied: nothing refers to what is lost, what a server still has is fetched again, and what may
//! have been sent is never sent by itself.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::{StoreError, source};
use super::copy::Copied;
use super::{LostMessage, RepairReport};

/// The folder of what has lost its place.
const RECOVERED: &str = "Recovered";
/// So many lost messages are named.
const NAMED: usize = 200;

pub(super) fn mend(
    db: &Connection,
    copied: &Copied,
    is_stale: bool,
    goes_on: &dyn Fn(f32) -> bool,
) -> Result<Option<RepairReport>, StoreError> {
    let mut report = RepairReport { is_stale, lost_keys: copied.lost_keys.clone(), ..RepairReport::default() };
    report.may_lack_keys = copied.may_lack_keys;
    report.tables.clone_from(&copied.tables);
    let is_harmed = |table: &str| copied.tables.get(table).is_none_or(|table| table.lost > 0 || !table.is_exact);
    if !sources(db, &mut report, goes_on)? {
        return Ok(None);
    }
    accounts(db)?;
    homeless(db, &mut report)?;
    let popped_too = without_source(db, &mut report)? || is_harmed("message") || is_stale;
    // Of an older state and a newer one together, either may have what the other lacks.
    if is_harmed("message") || is_stale {
        unplaced(db, &mut report)?;
    }
    if popped_too {
        db.execute("DELETE FROM popped", [])?;
    }
    outbox(db, copied, is_stale, &mut report)?;
    dangling(db, &mut report)?;
    // No conversation gets a number that another one has.
    db.execute_batch(
        "INSERT INTO next_thread (number) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM next_thread);
         UPDATE next_thread SET number = max(number, (SELECT coalesce(max(thread), 0) FROM message),
             (SELECT coalesce(max(thread), 0) FROM known_id))",
    )?;
    // Whatever is missing is fetched again, and whatever is not on the server any more is removed.
    db.execute_batch(
        "UPDATE folder SET modseq = 0, uid_next = 0;
         DELETE FROM search_index; DELETE FROM indexed; DELETE FROM unindexed;",
    )?;
    Ok(Some(report))
}

/// Sources of which a part is missing are none.
fn sources(db: &Connection, report: &mut RepairReport, goes_on: &dyn Fn(f32) -> bool) -> Result<bool, StoreError> {
    let ids: Vec<i64> = ids(db, "SELECT id FROM raw ORDER BY id")?;
    let total = ids.len().max(1) as f32;
    for (done, id) in ids.iter().enumerate() {
        if done % 256 == 0 && !goes_on(done as f32 / total) {
            return Ok(false);
        }
        if !source::is_sound(db, *id)? {
            for (table, column) in [("raw_piece", "raw"), ("raw", "id")] {
                let gone = db.execute(&format!("DELETE FROM {table} WHERE {column} = ?1"), [id])?;
                report.tables.entry(table.to_owned()).or_default().lost += gone as u64;
            }
        }
    }
    Ok(true)
}

/// Accounts that are lost: what was theirs stays, in one without servers.
fn accounts(db: &Connection) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO account (id, name, address, smtp_host, smtp_port, imap_host, imap_port, user, position)
         SELECT DISTINCT account, ?1, '', '', 587, '', 993, '', (SELECT coalesce(max(position), 0) + 1 FROM account)
         FROM (
             SELECT account FROM folder UNION SELECT account FROM outbox UNION SELECT account FROM draft)
         WHERE account IS NOT NULL AND account NOT IN (SELECT id FROM account)",
        [RECOVERED],
    )?;
    for table in ["awaited", "discard", "piece"] {
        db.execute(
            &format!(
                "DELETE FROM {table} WHERE folder IN
                     (SELECT folder.id FROM folder JOIN account ON account.id = folder.account WHERE imap_host = '')"
            ),
            [],
        )?;
    }
    for table in ["marked", "placing"] {
        db.execute(
            &format!(
                "DELETE FROM {table} WHERE message IN (SELECT message.id FROM message
                     JOIN folder ON folder.id = message.folder JOIN account ON account.id = folder.account
                     WHERE imap_host = '')"
            ),
            [],
        )?;
    }
    Ok(())
}

/// The folder for what has lost its place, and its next number.
fn refuge(db: &Connection) -> Result<(i64, i64), StoreError> {
    let query = "SELECT id FROM account WHERE smtp_host = '' AND imap_host = '' AND pop_host = '' ORDER BY id";
    let local: Option<i64> = db.query_row(query, [], |row| row.get(0)).optional()?;
    let account = if let Some(account) = local {
        account
    } else {
        db.execute(
            "INSERT INTO account (name, address, smtp_host, smtp_port, imap_host, imap_port, user, position)
             VALUES ('local', '', '', 0, '', 0, '', (SELECT coalesce(max(position), 0) + 1 FROM account))",
            [],
        )?;
        db.last_insert_rowid()
    };
    let folder = db.query_row(
        "INSERT INTO folder (account, path, name, role) VALUES (?1, ?2, ?2, '')
         ON CONFLICT (account, path) DO UPDATE SET name = ?2 RETURNING id",
        params![account, RECOVERED],
        |row| row.get(0),
    )?;
    let query = "SELECT max(0, coalesce(max(uid), 0)) + 1 FROM message WHERE folder = ?1";
    Ok((folder, db.query_row(query, [folder], |row| row.get(0))?))
}

/// Messages whose folder is lost.
fn homeless(db: &Connection, report: &mut RepairReport) -> Result<(), StoreError> {
    let messages = ids(db, "SELECT id FROM message WHERE folder NOT IN (SELECT id FROM folder) ORDER BY id")?;
    if messages.is_empty() {
        return Ok(());
    }
    // A new folder could get the number of theirs: none has this one.
    db.execute("UPDATE message SET folder = -1, uid = -id WHERE folder NOT IN (SELECT id FROM folder)", [])?;
    let (folder, first) = refuge(db)?;
    for (uid, message) in (first..).zip(&messages) {
        db.execute("UPDATE message SET folder = ?2, uid = ?3 WHERE id = ?1", params![message, folder, uid])?;
        for table in ["marked", "placing"] {
            db.execute(&format!("DELETE FROM {table} WHERE message = ?1"), [message])?;
        }
    }
    report.recovered += messages.len() as u64;
    Ok(())
}

/// Messages whose source is lost: the server may have it. Whether some are of an account of which nobody knows which.
fn without_source(db: &Connection, report: &mut RepairReport) -> Result<bool, StoreError> {
    let mut statement = db.prepare(
        "SELECT message.id, from_address, subject, imap_host <> '', pop_host <> '',
             message.uid > 0 OR coalesce(way = 'move' AND placing.folder IS NOT NULL AND placing.uid > 0, 0)
         FROM message JOIN folder ON folder.id = message.folder JOIN account ON account.id = folder.account
             LEFT JOIN placing ON placing.message = message.id
         WHERE message.raw NOT IN (SELECT id FROM raw)",
    )?;
    let mut rows = statement.query([])?;
    let mut lost = Vec::new();
    let mut is_popped = false;
    while let Some(row) = rows.next()? {
        lost.push(row.get::<_, i64>(0)?);
        let (has_imap, has_pop, is_there): (bool, bool, bool) = (row.get(3)?, row.get(4)?, row.get(5)?);
        if has_imap && is_there {
            report.fetched_again += 1;
            continue;
        }
        is_popped |= has_pop;
        report.gone += 1;
        if report.named.len() < NAMED {
            report.named.push(LostMessage { from: row.get(1)?, subject: row.get(2)? });
        }
    }
    drop(rows);
    for message in &lost {
        db.execute("DELETE FROM message WHERE id = ?1", [message])?;
    }
    Ok(is_popped)
}

/// Sources whose messages are lost: they come into a folder of their own.
fn unplaced(db: &Connection, report: &mut RepairReport) -> Result<(), StoreError> {
    let sources = ids(db, "SELECT id FROM raw WHERE id NOT IN (SELECT raw FROM message) ORDER BY id")?;
    if sources.is_empty() {
        return Ok(());
    }
    let (folder, first) = refuge(db)?;
    for (uid, raw) in (first..).zip(&sources) {
        db.execute(
            "INSERT INTO message (folder, uid, raw, is_seen, is_flagged, is_answered, has_attachments, position,
                 from_name, from_address, subject, preview)
             VALUES (?1, ?2, ?3, 1, 0, 0, 0, 0, '', '', '', '')",
            params![folder, uid, raw],
        )?;
    }
    report.recovered += sources.len() as u64;
    report.unplaced = Some(folder);
    Ok(())
}

/// Nothing that may have been sent goes again by itself.
fn outbox(db: &Connection, copied: &Copied, is_stale: bool, report: &mut RepairReport) -> Result<(), StoreError> {
    let doubt = "UPDATE outbox SET state = 'uncertain', held_until = NULL, hold = '', detail = 'repaired'
        WHERE state IN ('queued', 'sending', 'deferred', 'uncertain')";
    if is_stale {
        db.execute(doubt, [])?;
    }
    for id in &copied.doubtful {
        db.execute(&format!("{doubt} AND id = ?1"), [id])?;
        // What was accepted may have been filed and removed long since.
        db.execute("UPDATE outbox SET sent_copy = NULL WHERE id = ?1 AND state = 'accepted'", [id])?;
    }
    db.execute(&format!("{doubt} AND account IN (SELECT id FROM account WHERE smtp_host = '')"), [])?;
    db.execute("UPDATE outbox SET batch = id WHERE batch = 0", [])?;
    report.uncertain = db.query_row("SELECT count(*) FROM outbox WHERE detail = 'repaired'", [], |row| row.get(0))?;
    // The submission is lost; what it was made of is a draft again.
    let back = "UPDATE draft SET batch = NULL WHERE batch IS NOT NULL AND batch NOT IN (SELECT batch FROM outbox)";
    report.drafts_back = db.execute(back, [])? as u64;
    Ok(())
}

/// Rows that refer to what is lost.
fn dangling(db: &Connection, report: &mut RepairReport) -> Result<(), StoreError> {
    // Where a reference may be empty it is emptied.
    db.execute_batch(
        "UPDATE placing SET folder = NULL, uid = NULL WHERE folder NOT IN (SELECT id FROM folder);
         UPDATE placing SET asked = NULL WHERE asked NOT IN (SELECT id FROM folder);",
    )?;
    loop {
        let mut statement = db.prepare("SELECT DISTINCT \"table\", rowid, parent FROM pragma_foreign_key_check")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let found: Vec<(String, Option<i64>, String)> = rows.collect::<Result<_, _>>()?;
        drop(statement);
        if found.is_empty() {
            return Ok(());
        }
        for (table, rowid, parent) in found {
            let gone = match rowid {
                Some(rowid) => db.execute(&format!("DELETE FROM \"{table}\" WHERE rowid = ?1"), [rowid])?,
                None => without(db, &table, &parent)?,
            };
            report.tables.entry(table).or_default().lost += gone as u64;
        }
    }
}

/// Deletes the rows of a table without row numbers that refer to nothing.
fn without(db: &Connection, table: &str, parent: &str) -> Result<usize, StoreError> {
    let query = "SELECT \"from\", coalesce(\"to\", 'id') FROM pragma_foreign_key_list(?1) WHERE \"table\" = ?2";
    let mut statement = db.prepare(query)?;
    let columns: Vec<(String, String)> =
        statement.query_map([table, parent], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut gone = 0;
    for (from, to) in columns {
        let delete = format!("DELETE FROM \"{table}\" WHERE \"{from}\" NOT IN (SELECT \"{to}\" FROM \"{parent}\")");
        gone += db.execute(&delete, [])?;
    }
    Ok(gone)
}

fn ids(db: &Connection, query: &str) -> Result<Vec<i64>, StoreError> {
    let mut statement = db.prepare(query)?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}
