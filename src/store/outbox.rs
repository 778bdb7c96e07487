use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use crate::domain::{EmailAddress, Envelope, RawMessage};

use super::database::{millis, timestamp};
use super::{Store, StoreError};

/// A delivery to queue: protected bytes, never anything else.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    /// The account it goes through.
    pub account: i64,
    /// From whom, for whom.
    pub envelope: Envelope,
    /// The message.
    pub message: RawMessage,
    /// What goes into the folder of sent messages once this delivery was accepted; give it to one
    /// of a message's deliveries.
    pub sent_copy: Option<RawMessage>,
}

/// Where a submission is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubmissionState {
    /// Waits for its turn.
    Queued,
    /// Is being sent.
    Sending,
    /// The server asked to try later.
    Deferred,
    /// The server refused it for good.
    Rejected,
    /// It was handed over and no answer came: the user decides.
    Uncertain,
    /// The server took it.
    Accepted,
}

impl SubmissionState {
    const ALL: [Self; 6] =
        [Self::Queued, Self::Sending, Self::Deferred, Self::Rejected, Self::Uncertain, Self::Accepted];

    /// The word used in the view.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Deferred => "deferred",
            Self::Rejected => "rejected",
            Self::Uncertain => "uncertain",
            Self::Accepted => "accepted",
        }
    }
}

/// A submission without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionRow {
    /// Row id.
    pub id: i64,
    /// The account it goes through.
    pub account: i64,
    /// From whom, for whom.
    pub envelope: Envelope,
    /// Where it is.
    pub state: SubmissionState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried again, if deferred.
    pub retry_at: Option<Timestamp>,
    /// The server's last words, or the code of an error.
    pub detail: String,
    /// When it was queued.
    pub created_at: Timestamp,
}

/// A copy that still has to go into the folder of sent messages.
#[derive(Clone, Debug)]
pub struct SentCopy {
    /// The submission's row id.
    pub submission: i64,
    /// The account's row id.
    pub account: i64,
    /// The message.
    pub message: RawMessage,
}

impl Store {
    /// Queues all deliveries of a message, or none; their row ids.
    pub fn enqueue(&self, submissions: &[NewSubmission], at: Timestamp) -> Result<Vec<i64>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let mut ids = Vec::new();
        for new in submissions {
            transaction.execute(
                "INSERT INTO outbox (account, sender, recipients, bytes, state, created_at, sent_copy)
                 VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?6)",
                params![
                    new.account,
                    new.envelope.sender.as_str(),
                    serde_json::to_string(&new.envelope.recipients)?,
                    &*new.message,
                    millis(at),
                    new.sent_copy.as_deref(),
                ],
            )?;
            ids.push(transaction.last_insert_rowid());
        }
        transaction.commit()?;
        Ok(ids)
    }

    /// Every submission, oldest first.
    pub fn submissions(&self) -> Result<Vec<SubmissionRow>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT id, account, sender, recipients, state, attempts, retry_at, detail, created_at FROM outbox ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let word: String = row.get(4)?;
            let state = SubmissionState::ALL.into_iter().find(|state| state.word() == word);
            found.push(SubmissionRow {
                id: row.get(0)?,
                account: row.get(1)?,
                envelope: envelope(&row.get::<_, String>(2)?, &row.get::<_, String>(3)?)?,
                state: state.ok_or(StoreError::Corrupt("outbox"))?,
                attempts: row.get(5)?,
                retry_at: row.get::<_, Option<i64>>(6)?.map(timestamp),
                detail: row.get(7)?,
                created_at: timestamp(row.get(8)?),
            });
        }
        Ok(found)
    }

    /// Takes the oldest submission whose turn it is and marks it as being sent. Nobody else gets it
    /// until it is marked otherwise.
    pub fn take_due(&self, now: Timestamp) -> Result<Option<(i64, i64, Envelope, RawMessage)>, StoreError> {
        let db = self.db();
        let taken: Option<(i64, i64, String, String, Vec<u8>)> = db
            .query_row(
                "UPDATE outbox SET state = 'sending', data_began = 0, attempts = attempts + 1, retry_at = NULL
                 WHERE id = (SELECT id FROM outbox WHERE state = 'queued' OR state = 'deferred' AND retry_at <= ?1
                             ORDER BY id LIMIT 1)
                 RETURNING id, account, sender, recipients, bytes",
                [millis(now)],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
            )
            .optional()?;
        let Some((id, account, sender, recipients, bytes)) = taken else { return Ok(None) };
        Ok(Some((id, account, envelope(&sender, &recipients)?, RawMessage::new(bytes))))
    }

    /// The message is about to go: if the program ends from here on, the outcome is uncertain.
    pub fn mark_data_began(&self, id: i64) -> Result<(), StoreError> {
        self.change(id, "UPDATE outbox SET data_began = 1 WHERE id = ?1 AND state = 'sending'", &[])
    }

    /// The server took it.
    pub fn mark_accepted(&self, id: i64, detail: &str) -> Result<(), StoreError> {
        self.finish(id, SubmissionState::Accepted, detail, None)
    }

    /// The server asked to try later.
    pub fn mark_deferred(&self, id: i64, detail: &str, retry_at: Timestamp) -> Result<(), StoreError> {
        self.finish(id, SubmissionState::Deferred, detail, Some(retry_at))
    }

    /// The server refused it for good.
    pub fn mark_rejected(&self, id: i64, detail: &str) -> Result<(), StoreError> {
        self.finish(id, SubmissionState::Rejected, detail, None)
    }

    /// It may have been sent.
    pub fn mark_uncertain(&self, id: i64, detail: &str) -> Result<(), StoreError> {
        self.finish(id, SubmissionState::Uncertain, detail, None)
    }

    /// Queues again what is deferred, rejected or uncertain, because the user says so.
    pub fn requeue(&self, id: i64) -> Result<(), StoreError> {
        let update = "UPDATE outbox SET state = 'queued', retry_at = NULL
            WHERE id = ?1 AND state IN ('deferred', 'rejected', 'uncertain', 'queued')";
        self.change(id, update, &[])
    }

    /// Takes a submission back; [`StoreError::NotFound`] while it is being sent.
    pub fn remove_submission(&self, id: i64) -> Result<(), StoreError> {
        self.change(id, "DELETE FROM outbox WHERE id = ?1 AND state <> 'sending'", &[])
    }

    /// The copies of accepted messages that still have to be filed, oldest first.
    pub fn sent_copies(&self) -> Result<Vec<SentCopy>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT id, account, sent_copy FROM outbox WHERE state = 'accepted' AND sent_copy IS NOT NULL ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| {
            let bytes: Vec<u8> = row.get(2)?;
            Ok(SentCopy { submission: row.get(0)?, account: row.get(1)?, message: RawMessage::new(bytes) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The copy was filed.
    pub fn mark_filed(&self, id: i64) -> Result<(), StoreError> {
        self.change(id, "UPDATE outbox SET sent_copy = NULL WHERE id = ?1", &[])
    }

    /// Removes what was accepted and filed.
    pub fn clear_accepted(&self) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM outbox WHERE state = 'accepted' AND sent_copy IS NULL", [])?;
        Ok(())
    }

    /// After a crash: nothing is being sent any more.
    pub(super) fn recover_outbox(&self) -> Result<(), StoreError> {
        self.db().execute(
            "UPDATE outbox SET state = CASE data_began WHEN 0 THEN 'queued' ELSE 'uncertain' END
             WHERE state = 'sending'",
            [],
        )?;
        Ok(())
    }

    fn finish(
        &self,
        id: i64,
        state: SubmissionState,
        detail: &str,
        retry_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let update = "UPDATE outbox SET state = ?2, detail = ?3, retry_at = ?4 WHERE id = ?1 AND state = 'sending'";
        self.change(id, update, &[&state.word(), &detail, &retry_at.map(millis)])
    }

    /// Changes exactly one row, or says that there was none in the right state.
    fn change(&self, id: i64, sql: &str, more: &[&dyn rusqlite::ToSql]) -> Result<(), StoreError> {
        let mut values: Vec<&dyn rusqlite::ToSql> = vec![&id];
        values.extend_from_slice(more);
        let changed = self.db().execute(sql, &*values)?;
        if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
    }
}

fn envelope(sender: &str, recipients: &str) -> Result<Envelope, StoreError> {
    let sender = EmailAddress::parse(sender).ok_or(StoreError::Corrupt("outbox"))?;
    Ok(Envelope { sender, recipients: serde_json::from_str(recipients)? })
}
