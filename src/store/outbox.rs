//! The queue of what is to be sent: each row is one delivery, protected bytes with an envelope, and where it is.

mod batch;
mod copy;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, params};

use crate::domain::{EmailAddress, Envelope, RawMessage};

use super::database::{millis, timestamp};
use super::{Store, StoreError};

pub use batch::{Aside, Batch, Hold};
pub use copy::SentCopy;

/// No wait between two attempts is longer. A moment that lies farther ahead was noted before the clock was set back, and
/// counts as come.
pub const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(2);
/// No author has longer to take a message back; beyond that, as above.
pub const LONGEST_UNDO: SignedDuration = SignedDuration::from_secs(60);

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
    /// It was tried for days, and is not tried any more.
    Expired,
    /// It was handed over and no answer came: the user decides.
    Uncertain,
    /// The server took it.
    Accepted,
}

impl SubmissionState {
    const ALL: [Self; 7] =
        [Self::Queued, Self::Sending, Self::Deferred, Self::Rejected, Self::Expired, Self::Uncertain, Self::Accepted];

    /// The word used in the view.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Deferred => "deferred",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
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
    /// The message's deliveries all have the same number here.
    pub batch: i64,
    /// The message's subject, for its author.
    pub subject: String,
    /// It is held back.
    pub hold: Hold,
    /// Reports of its delivery are asked for.
    pub reports: bool,
    /// It may only go where TLS is promised all the way.
    pub requires_tls: bool,
    /// The draft that it was made of is kept.
    pub has_draft: bool,
}

/// Whose turn it is, at ?1; ?2 and ?3 are the longest wait and the longest time to take something back.
const IS_DUE: &str = "(state = 'queued'
        AND (held_until IS NULL OR held_until <= ?1 OR hold = 'undo' AND held_until > ?1 + ?3)
    OR state = 'deferred' AND (retry_at <= ?1 OR retry_at > ?1 + ?2))";

impl Store {
    /// Every submission, oldest first.
    pub fn submissions(&self) -> Result<Vec<SubmissionRow>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT id, account, sender, recipients, state, attempts, retry_at, detail, created_at, batch, subject, hold,
                 held_until, reports, requires_tls, EXISTS (SELECT 1 FROM draft WHERE draft.batch = outbox.batch)
             FROM outbox ORDER BY id",
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
                batch: row.get(9)?,
                subject: row.get(10)?,
                hold: Hold::of(&row.get::<_, String>(11)?, row.get(12)?),
                reports: row.get(13)?,
                requires_tls: row.get(14)?,
                has_draft: row.get(15)?,
            });
        }
        Ok(found)
    }

    /// What waits or needs its author, with its message.
    pub fn waiting_messages(&self) -> Result<Vec<(i64, RawMessage)>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT id, bytes FROM outbox WHERE state <> 'accepted' ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, RawMessage::new(row.get::<_, Vec<u8>>(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Takes the oldest submission whose turn it is and marks it as being sent. Nobody else gets it
    /// until it is marked otherwise.
    pub fn take_due(&self, now: Timestamp) -> Result<Option<(i64, i64, Envelope, RawMessage)>, StoreError> {
        let db = self.db();
        let taken: Option<(i64, i64, String, String, Vec<u8>)> = db
            .query_row(
                &format!(
                    "UPDATE outbox SET state = 'sending', data_began = 0, attempts = attempts + 1, retry_at = NULL
                     WHERE id = (SELECT id FROM outbox WHERE {IS_DUE} ORDER BY id LIMIT 1)
                     RETURNING id, account, sender, recipients, bytes"
                ),
                params![millis(now), LONGEST_WAIT.as_millis() as i64, LONGEST_UNDO.as_millis() as i64],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
            )
            .optional()?;
        let Some((id, account, sender, recipients, bytes)) = taken else { return Ok(None) };
        Ok(Some((id, account, envelope(&sender, &recipients)?, RawMessage::new(bytes))))
    }

    /// The next moment at which one's turn comes, if none's has; a moment that has passed when one's has.
    pub fn next_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let db = self.db();
        let mut is_due = db.prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM outbox WHERE {IS_DUE})"))?;
        let values = params![millis(now), LONGEST_WAIT.as_millis() as i64, LONGEST_UNDO.as_millis() as i64];
        if is_due.query_row(values, |row| row.get(0))? {
            return Ok(Some(now));
        }
        let mut next = db.prepare_cached(
            "SELECT min(CASE state WHEN 'queued' THEN held_until ELSE retry_at END) FROM outbox
             WHERE state IN ('queued', 'deferred')",
        )?;
        Ok(next.query_row([], |row| row.get::<_, Option<i64>>(0))?.map(timestamp))
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

    /// It was tried for long enough.
    pub fn mark_expired(&self, id: i64, detail: &str) -> Result<(), StoreError> {
        self.finish(id, SubmissionState::Expired, detail, None)
    }

    /// Queues again what waits or has ended without being accepted, for now, because the user says so.
    pub fn requeue(&self, id: i64) -> Result<(), StoreError> {
        let update = "UPDATE outbox SET state = 'queued', retry_at = NULL, attempts = 0, hold = '', held_until = NULL
            WHERE id = ?1 AND state IN ('deferred', 'rejected', 'expired', 'uncertain', 'queued')";
        self.change(id, update, &[])
    }

    /// What an account has deferred is tried again now: it was changed.
    pub fn hurry(&self, account: i64, now: Timestamp) -> Result<(), StoreError> {
        let update = "UPDATE outbox SET retry_at = ?2 WHERE account = ?1 AND state = 'deferred'";
        self.db().execute(update, params![account, millis(now)])?;
        Ok(())
    }

    /// The user knows that what is uncertain arrived.
    pub fn mark_arrived(&self, id: i64) -> Result<(), StoreError> {
        self.change(id, "UPDATE outbox SET state = 'accepted' WHERE id = ?1 AND state = 'uncertain'", &[])
    }

    /// Takes a submission back; [`StoreError::NotFound`] while it is being sent.
    pub fn remove_submission(&self, id: i64) -> Result<(), StoreError> {
        self.change(id, "DELETE FROM outbox WHERE id = ?1 AND state <> 'sending'", &[])
    }

    /// What is noted as being sent though nobody sends: how it came out could not be noted. What had begun to go is
    /// uncertain, as after a crash; the rest waits, for so long as `wait` says of the attempts; how many there were.
    pub fn recover_stranded(&self, now: Timestamp, wait: impl Fn(u32) -> SignedDuration) -> Result<usize, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let mut find =
            transaction.prepare_cached("SELECT id, attempts, data_began FROM outbox WHERE state = 'sending'")?;
        let rows = find.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let stranded: Vec<(i64, u32, bool)> = rows.collect::<Result<_, _>>()?;
        drop(find);
        for (id, attempts, has_begun) in &stranded {
            let retry_at = now.saturating_add(wait(*attempts)).unwrap_or(Timestamp::MAX);
            let (state, retry_at) = match has_begun {
                true => (SubmissionState::Uncertain, None),
                false => (SubmissionState::Deferred, Some(millis(retry_at))),
            };
            let update = "UPDATE outbox SET state = ?2, retry_at = ?3 WHERE id = ?1";
            transaction.execute(update, params![id, state.word(), retry_at])?;
        }
        transaction.commit()?;
        Ok(stranded.len())
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
