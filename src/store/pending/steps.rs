//! What is done to one message here, as a part of a larger step: all of it is kept, or nothing.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::super::StoreError;
use super::super::database::millis;
use super::super::message::next_id;
use super::super::roster::LIMBO;
use super::ends::{ends_here, move_row};
use super::{Way, has_flag, insert_placing, placing, set_flag};

/// See [`crate::store::Store::mark`].
pub(in crate::store) fn mark_in(
    transaction: &Transaction<'_>,
    message: i64,
    flag: &str,
    is_on: bool,
) -> Result<Option<bool>, StoreError> {
    let Some(before) = has_flag(transaction, message, flag)? else { return Ok(None) };
    if before != is_on {
        set_flag(transaction, message, flag, is_on)?;
        transaction.execute(
            // Where there is no server, nobody is to be told.
            "INSERT INTO marked (message, flag, is_on)
             SELECT message.id, ?2, ?3 FROM message JOIN folder ON folder.id = message.folder
                 JOIN account ON account.id = folder.account WHERE message.id = ?1 AND account.imap_host <> ''
             ON CONFLICT (message, flag) DO UPDATE SET is_on = excluded.is_on",
            params![message, flag, is_on],
        )?;
    }
    Ok(Some(before))
}

/// See [`crate::store::Store::relocate`].
pub(in crate::store) fn relocate_in(
    transaction: &Transaction<'_>,
    message: i64,
    target: i64,
    at: Timestamp,
) -> Result<i64, StoreError> {
    let from: Option<(i64, i64, bool, i64)> = transaction
        .query_row(
            "SELECT message.folder, message.uid, account.imap_host <> '', account.id FROM message
             JOIN folder ON folder.id = message.folder JOIN account ON account.id = folder.account
             WHERE message.id = ?1",
            [message],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .optional()?;
    let (from, uid, has_server, account) = from.ok_or(StoreError::NotFound)?;
    if from == target {
        return Ok(from);
    }
    let there: (i64, String, bool) = transaction.query_row(
        "SELECT account.id, folder.role, account.imap_host <> '' FROM folder
         JOIN account ON account.id = folder.account WHERE folder.id = ?1",
        [target],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let is_elsewhere = there.0 != account && there.2;
    match placing(transaction, message)? {
        Some(placing) if ends_here(transaction, &placing, target, there.2, there.1 == LIMBO)? => {}
        Some(placing) => {
            move_row(transaction, message, target, -message)?;
            transaction.execute("UPDATE placing SET at = ?2 WHERE message = ?1", params![message, millis(at)])?;
            if is_elsewhere {
                // What a copy was made of stays where it is.
                let update = "UPDATE placing SET way = 'append', folder = CASE ?2 WHEN 1 THEN NULL ELSE folder END,
                     uid = CASE ?2 WHEN 1 THEN NULL ELSE uid END WHERE message = ?1";
                transaction.execute(update, params![message, placing.way == Way::Copy])?;
            }
        }
        None if !has_server && there.1 == LIMBO => {
            transaction.execute("DELETE FROM message WHERE id = ?1", [message])?;
        }
        None => {
            move_row(transaction, message, target, -message)?;
            if has_server || there.2 {
                let way = if is_elsewhere { Way::Append } else { Way::Move };
                let source = (has_server && uid > 0).then_some((from, uid));
                insert_placing(transaction, (message, way), source, at)?;
            }
        }
    }
    Ok(from)
}

/// See [`crate::store::Store::duplicate`].
pub(in crate::store) fn duplicate_in(
    transaction: &Transaction<'_>,
    message: i64,
    target: i64,
    at: Timestamp,
) -> Result<i64, StoreError> {
    let copy = next_id(transaction)?;
    let copied = transaction.execute(
        "INSERT INTO message (id, folder, uid, raw, is_seen, is_flagged, is_answered, has_attachments, received_at, date,
             position, from_name, from_address, subject, preview, keywords)
         SELECT ?3, ?2, -?3, raw, is_seen, is_flagged, is_answered, has_attachments,
             received_at, date, position, from_name, from_address, subject, preview, keywords
         FROM message WHERE id = ?1",
        params![message, target, copy],
    )?;
    if copied == 0 {
        return Err(StoreError::NotFound);
    }
    super::super::thread::copy(transaction, message, copy)?;
    let (source, uid, is_same, has_server): (i64, i64, bool, bool) = transaction.query_row(
        "SELECT message.folder, message.uid, there.account = here.account, account.imap_host <> '' FROM message
         JOIN folder AS here ON here.id = message.folder JOIN folder AS there ON there.id = ?2
         JOIN account ON account.id = there.account WHERE message.id = ?1",
        params![message, target],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    if has_server {
        let from = (is_same && uid > 0).then_some((source, uid));
        let way = if from.is_some() { Way::Copy } else { Way::Append };
        insert_placing(transaction, (copy, way), from, at)?;
    }
    Ok(copy)
}
