use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::domain::{Attachment, Confidential, Dispatch, Draft, Mailbox, Protection};

use super::database::{millis, timestamp};
use super::{Store, StoreError};

/// A draft that is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftRecord {
    /// Row id.
    pub id: i64,
    /// The account it is written from.
    pub account: Option<i64>,
    /// When it was last kept.
    pub changed_at: Timestamp,
    /// It.
    pub draft: Draft,
}

/// Everything but the attachments, as JSON.
#[derive(Serialize, Deserialize)]
struct Head {
    from: Mailbox,
    to: Vec<Mailbox>,
    cc: Vec<Mailbox>,
    bcc: Vec<Mailbox>,
    subject: String,
    text: String,
    html: Option<String>,
    in_reply_to: Option<String>,
    references: Vec<String>,
    #[serde(default)]
    confidential: Confidential,
    protection: Protection,
    #[serde(default)]
    dispatch: Dispatch,
}

impl Store {
    /// Keeps a draft (`None`: a new one) in place of what was kept before; its row id.
    pub fn save_draft(
        &self,
        id: Option<i64>,
        account: Option<i64>,
        draft: &Draft,
        at: Timestamp,
    ) -> Result<i64, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let id = put(&transaction, id, account, draft, at)?;
        transaction.commit()?;
        Ok(id)
    }

    /// Every draft that somebody is still writing, the one changed last first.
    pub fn drafts(&self) -> Result<Vec<DraftRecord>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT id, account, changed_at, head FROM draft WHERE batch IS NULL ORDER BY changed_at DESC, id DESC",
        )?;
        let mut rows = statement.query([])?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            let head: Head = serde_json::from_str(&row.get::<_, String>(3)?)?;
            let draft = draft(head, attachments(&db, id)?);
            records.push(DraftRecord { id, account: row.get(1)?, changed_at: timestamp(row.get(2)?), draft });
        }
        Ok(records)
    }

    /// Removes a draft.
    pub fn remove_draft(&self, id: i64) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM draft WHERE id = ?1", [id])?;
        Ok(())
    }
}

/// Keeps a draft (`None`: a new one); its row id.
pub(super) fn put(
    transaction: &Transaction<'_>,
    id: Option<i64>,
    account: Option<i64>,
    draft: &Draft,
    at: Timestamp,
) -> Result<i64, StoreError> {
    let id: i64 = transaction.query_row(
        "INSERT INTO draft (id, account, changed_at, head) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET account = ?2, changed_at = ?3, head = ?4 RETURNING id",
        params![id, account, millis(at), serde_json::to_string(&head(draft))?],
        |row| row.get(0),
    )?;
    transaction.execute("DELETE FROM draft_attachment WHERE draft = ?1", [id])?;
    for (number, attachment) in draft.attachments.iter().enumerate() {
        transaction.execute(
            "INSERT INTO draft_attachment (draft, number, name, media_type, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![id, number, attachment.name, attachment.media_type, &*attachment.bytes],
        )?;
    }
    Ok(id)
}

/// The draft that the deliveries of a message were made of.
pub(super) fn of_batch(db: &Connection, batch: i64) -> Result<Option<DraftRecord>, StoreError> {
    let query = "SELECT id, account, changed_at, head FROM draft WHERE batch = ?1";
    let found: Option<(i64, Option<i64>, i64, String)> =
        db.query_row(query, [batch], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).optional()?;
    let Some((id, account, changed_at, json)) = found else { return Ok(None) };
    let draft = draft(serde_json::from_str(&json)?, attachments(db, id)?);
    Ok(Some(DraftRecord { id, account, changed_at: timestamp(changed_at), draft }))
}

fn attachments(db: &Connection, draft: i64) -> Result<Vec<Attachment>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT name, media_type, bytes FROM draft_attachment WHERE draft = ?1 ORDER BY number")?;
    let rows = statement.query_map([draft], |row| {
        let bytes: Vec<u8> = row.get(2)?;
        Ok(Attachment { name: row.get(0)?, media_type: row.get(1)?, bytes: Arc::from(bytes) })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn head(draft: &Draft) -> Head {
    let draft = draft.clone();
    Head {
        from: draft.from,
        to: draft.to,
        cc: draft.cc,
        bcc: draft.bcc,
        subject: draft.subject,
        text: draft.text,
        html: draft.html,
        in_reply_to: draft.in_reply_to,
        references: draft.references,
        confidential: draft.confidential,
        protection: draft.protection,
        dispatch: draft.dispatch,
    }
}

fn draft(head: Head, attachments: Vec<Attachment>) -> Draft {
    Draft {
        from: head.from,
        to: head.to,
        cc: head.cc,
        bcc: head.bcc,
        subject: head.subject,
        text: head.text,
        html: head.html,
        attachments,
        in_reply_to: head.in_reply_to,
        references: head.references,
        confidential: head.confidential,
        protection: head.protection,
        dispatch: head.dispatch,
    }
}
