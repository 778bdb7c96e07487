//! All the deliveries of one message: queued together, taken back together, divided when a server does not take all.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::domain::{Dispatch, Draft, EmailAddress};

use super::super::database::{millis, timestamp};
use super::super::draft::{of_batch, put};
use super::super::{Store, StoreError};
use super::{NewSubmission, SubmissionState};

/// What keeps a submission from going at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hold {
    /// Nothing.
    #[default]
    None,
    /// Until then its author may take it back.
    Undo(Timestamp),
    /// Its author chose the moment.
    Later(Timestamp),
}

impl Hold {
    /// The word it is kept as.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Undo(_) => "undo",
            Self::Later(_) => "later",
        }
    }

    /// When it ends.
    pub fn until(self) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::Undo(at) | Self::Later(at) => Some(at),
        }
    }

    pub(super) fn of(word: &str, until: Option<i64>) -> Self {
        match (word, until.map(timestamp)) {
            ("undo", Some(at)) => Self::Undo(at),
            ("later", Some(at)) => Self::Later(at),
            _ => Self::None,
        }
    }
}

/// A message's deliveries, to queue.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Each.
    pub submissions: &'a [NewSubmission],
    /// The subject, for the author.
    pub subject: &'a str,
    /// What keeps them.
    pub hold: Hold,
    /// What was asked for; its moment plays no part here.
    pub dispatch: Dispatch,
    /// What they were made of.
    pub draft: Option<&'a Draft>,
    /// It was kept as this one, which is no draft any more.
    pub kept_as: Option<i64>,
}

/// Recipients that get a row of their own, because the server said something else about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Who.
    pub recipients: Vec<EmailAddress>,
    /// [`SubmissionState::Deferred`] or [`SubmissionState::Rejected`].
    pub state: SubmissionState,
    /// The server's words.
    pub detail: String,
    /// When they are tried again.
    pub retry_at: Option<Timestamp>,
}

impl Store {
    /// Queues all deliveries of a message, or none; their row ids.
    pub fn enqueue(&self, submissions: &[NewSubmission], at: Timestamp) -> Result<Vec<i64>, StoreError> {
        let (hold, dispatch) = (Hold::None, Dispatch::default());
        self.enqueue_batch(&Batch { submissions, subject: "", hold, dispatch, draft: None, kept_as: None }, at)
    }

    /// The same with all that belongs to them; the draft they were made of is one no longer from the same moment on.
    pub fn enqueue_batch(&self, batch: &Batch<'_>, at: Timestamp) -> Result<Vec<i64>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let mut ids = Vec::new();
        for new in batch.submissions {
            transaction.execute(
                "INSERT INTO outbox (account, sender, recipients, bytes, state, created_at, sent_copy, subject, hold,
                     held_until, reports, requires_tls)
                 VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    new.account,
                    new.envelope.sender.as_str(),
                    serde_json::to_string(&new.envelope.recipients)?,
                    &*new.message,
                    millis(at),
                    new.sent_copy.as_deref(),
                    batch.subject,
                    batch.hold.word(),
                    batch.hold.until().map(millis),
                    batch.dispatch.reports,
                    batch.dispatch.requires_tls,
                ],
            )?;
            let id = transaction.last_insert_rowid();
            ids.push(id);
            let first = ids.first().copied().unwrap_or(id);
            transaction.execute("UPDATE outbox SET batch = ?2 WHERE id = ?1", [id, first])?;
        }
        if let (Some(draft), Some(first)) = (batch.draft, ids.first()) {
            let account = batch.submissions.first().map(|new| new.account);
            let kept = put(&transaction, batch.kept_as, account, draft, at)?;
            transaction.execute("UPDATE draft SET batch = ?2 WHERE id = ?1", [kept, *first])?;
        }
        transaction.commit()?;
        Ok(ids)
    }

    /// Takes submissions of one message out of the queue; gives the draft that they were made of, which is one again. It is
    /// for those alone whom they were for, when others got the message already.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one of them is being sent or was accepted: then nothing is changed.
    pub fn take_back(&self, ids: &[i64], at: Timestamp) -> Result<Option<(i64, Draft)>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let mut batch = None;
        let mut whom: Vec<EmailAddress> = Vec::new();
        for id in ids {
            let (of, recipients) = waiting(&transaction, *id)?;
            batch = Some(of);
            whom.extend(recipients);
        }
        let Some(batch) = batch else { return Err(StoreError::NotFound) };
        let all: i64 =
            transaction.query_row("SELECT count(*) FROM outbox WHERE batch = ?1", [batch], |row| row.get(0))?;
        let found = of_batch(&transaction, batch)?;
        let draft = match found {
            Some(mut record) => {
                only(&mut record.draft, &whom);
                let is_last = usize::try_from(all).unwrap_or(usize::MAX) <= ids.len();
                let id = put(&transaction, is_last.then_some(record.id), record.account, &record.draft, at)?;
                transaction.execute("UPDATE draft SET batch = NULL WHERE id = ?1", [id])?;
                Some((id, record.draft))
            }
            None => None,
        };
        for id in ids {
            transaction.execute("DELETE FROM outbox WHERE id = ?1", [id])?;
        }
        transaction.commit()?;
        Ok(draft)
    }

    /// Goes on with some of a submission's recipients; the others get rows of their own. With `begins_data` the message is
    /// about to go to those that stay: if the program ends from here on, the outcome for them is uncertain.
    pub fn set_aside(
        &self,
        id: i64,
        stay: &[EmailAddress],
        others: &[Aside],
        begins_data: bool,
    ) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let update = "UPDATE outbox SET recipients = ?2, data_began = ?3 WHERE id = ?1 AND state = 'sending'";
        if transaction.execute(update, params![id, serde_json::to_string(stay)?, begins_data])? != 1 {
            return Err(StoreError::NotFound);
        }
        for aside in others {
            transaction.execute(
                "INSERT INTO outbox (account, sender, recipients, bytes, state, attempts, retry_at, detail, created_at,
                     batch, subject, hold, held_until, reports, requires_tls)
                 SELECT account, sender, ?2, bytes, ?3, attempts, ?4, ?5, created_at, batch, subject, hold, held_until,
                     reports, requires_tls
                 FROM outbox WHERE id = ?1",
                params![
                    id,
                    serde_json::to_string(&aside.recipients)?,
                    aside.state.word(),
                    aside.retry_at.map(millis),
                    aside.detail,
                ],
            )?;
        }
        transaction.commit()?;
        Ok(())
    }
}

/// Message and recipients of a submission that is not under way.
fn waiting(db: &Connection, id: i64) -> Result<(i64, Vec<EmailAddress>), StoreError> {
    let query = "SELECT batch, recipients FROM outbox WHERE id = ?1 AND state NOT IN ('sending', 'accepted')";
    let found = db.query_row(query, [id], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
    match found {
        Ok((batch, recipients)) => Ok((batch, serde_json::from_str(&recipients)?)),
        Err(rusqlite::Error::QueryReturnedNoRows) => Err(StoreError::NotFound),
        Err(error) => Err(error.into()),
    }
}

/// Leaves only these recipients in a draft.
fn only(draft: &mut Draft, whom: &[EmailAddress]) {
    for field in [&mut draft.to, &mut draft.cc, &mut draft.bcc] {
        field.retain(|mailbox| mailbox.email().is_none_or(|address| whom.contains(&address)));
    }
}
