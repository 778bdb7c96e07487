//! Sends what is queued, one after the other, and notes how each came out.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{EmailAddress, Envelope, RawMessage};
use crate::engine::command::Progress;
use crate::engine::delivered;
use crate::engine::login::{self, LogIn};
use crate::engine::network::{Publish, account_of, net_failure, smtp_server};
use crate::engine::popping;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::{Event, Failure, FailureKind, Retry};
use crate::net::{NetError, Refusal, smtp};
use crate::store::{AccountRecord, Aside, LONGEST_WAIT, SubmissionRow, SubmissionState};

use super::offers;

/// The first wait after an attempt in vain; it doubles with each up to the longest. RFC 5321 §4.5.4.1 asks relays for half
/// an hour; one's own submission server can be asked sooner, and somebody is waiting.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(60);
/// RFC 5321 §4.5.4.1: the give-up time is at least four to five days.
const GIVES_UP: SignedDuration = SignedDuration::from_hours(5 * 24);
/// And so many attempts: a computer that was switched off for a week has not tried for a week.
const ATTEMPTS: u32 = 8;

/// What came of a round of sending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Sent {
    /// Submissions whose turn it was.
    pub(in crate::engine) tried: usize,
    /// Those that a server took.
    pub(in crate::engine) accepted: usize,
}

/// Sends everything whose turn it is, alone.
pub(in crate::engine) async fn send_due(profile: &Profile, publish: &Publish) -> Result<Sent, Failure> {
    let _alone = profile.sending.lock().await;
    // No other program has the profile, and nobody else here sends. It waits: what kept the outcome of the last attempt from
    // being noted may do so again.
    let stranded = profile.store.recover_stranded(Timestamp::now(), wait_after).map_err(store_failure)?;
    if stranded > 0 {
        show(profile, publish);
    }
    let mut sent = Sent::default();
    while let Some((id, account, envelope, bytes)) = profile.store.take_due(Timestamp::now()).map_err(store_failure)? {
        let sending = Sending { profile, publish, id, envelope, bytes };
        sending.show();
        let done = sending.send(account).await;
        sending.show();
        publish(Event::Progress(None));
        sent.tried += 1;
        sent.accepted += usize::from(done?);
    }
    Ok(sent)
}

fn show(profile: &Profile, publish: &Publish) {
    if let Ok(view) = super::outbox(profile) {
        publish(Event::Outbox(Arc::new(view)));
    }
}

/// One submission under way.
struct Sending<'a> {
    profile: &'a Profile,
    publish: &'a Publish,
    id: i64,
    envelope: Envelope,
    bytes: RawMessage,
}

impl Sending<'_> {
    fn show(&self) {
        show(self.profile, self.publish);
    }

    fn subject(&self) -> String {
        self.envelope.recipients.iter().map(EmailAddress::as_str).collect::<Vec<_>>().join(", ")
    }

    /// Whether a server took it.
    async fn send(&self, account: i64) -> Result<bool, Failure> {
        let store = &self.profile.store;
        (self.publish)(Event::Progress(Some(Progress { work: "send", subject: self.subject(), fraction: None })));
        let Some(account) = account_of(self.profile, account)? else {
            store.mark_rejected(self.id, "no_account").map_err(store_failure)?;
            return Ok(false);
        };
        let row = self.row()?;
        match self.submit(&account, &row).await {
            Ok(Ok(accepted)) => self.accepted(&account, &row, &accepted).map(|()| true),
            Ok(Err(error)) => self.failed(&row, &error).map(|()| false),
            Err(failure) => {
                // Without the user there is nothing to log in with.
                let waits_for_user = matches!(failure.kind, FailureKind::SecretStore | FailureKind::SignInAgain);
                let wait = if waits_for_user { LONGEST_WAIT } else { wait_after(row.attempts) };
                self.wait(&row, failure, wait).map(|()| false)
            }
        }
    }

    /// Hands it over, after a visit by POP3 where the server wants that.
    async fn submit(
        &self,
        account: &AccountRecord,
        row: &SubmissionRow,
    ) -> Result<Result<smtp::Accepted, NetError>, Failure> {
        let envelope_id = delivered::post(self.profile, &self.envelope, &self.bytes)?;
        let delivery = smtp::Delivery {
            envelope_id: Some(&envelope_id),
            envelope: &self.envelope,
            message: &self.bytes,
            reports: row.reports,
            requires_tls: row.requires_tls,
        };
        let began = |refused: &[Refusal]| match self.begin(refused, row) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let server = smtp_server(self.profile, account);
        let mut log_in = LogIn::new(self.profile, account);
        loop {
            let credentials = log_in.credentials().await?;
            if let Some(pop) = account.pop.as_ref().filter(|pop| pop.before_smtp) {
                let visited = popping::visit(self.profile, pop, &credentials).await;
                if log_in.again(&visited)? {
                    continue;
                }
                visited.map_err(|error| net_failure(&error, &pop.host))?;
            }
            let credentials = login::to_send(account, &credentials);
            let outcome = smtp::submit_with(&server, &credentials, &delivery, began).await;
            if !log_in.again(&outcome)? {
                return Ok(outcome);
            }
        }
    }

    fn row(&self) -> Result<SubmissionRow, Failure> {
        let rows = self.profile.store.submissions().map_err(store_failure)?;
        let found = rows.into_iter().find(|row| row.id == self.id);
        found.ok_or_else(|| store_failure(crate::store::StoreError::NotFound))
    }

    /// The message is about to go to those who were not refused.
    fn begin(&self, refused: &[Refusal], row: &SubmissionRow) -> Result<(), crate::store::StoreError> {
        let stays = |one: &&EmailAddress| !refused.iter().any(|refusal| refusal.recipient == **one);
        let stay: Vec<EmailAddress> = self.envelope.recipients.iter().filter(stays).cloned().collect();
        let (for_good, for_now): (Vec<_>, Vec<_>) = refused.iter().cloned().partition(Refusal::is_permanent);
        let others = [
            aside(&for_good, SubmissionState::Rejected, None),
            aside(&for_now, SubmissionState::Deferred, Some(retry_at(wait_after(row.attempts)))),
        ];
        let others: Vec<Aside> = others.into_iter().flatten().collect();
        self.profile.store.set_aside(self.id, &stay, &others, true)
    }

    fn accepted(&self, account: &AccountRecord, row: &SubmissionRow, accepted: &smtp::Accepted) -> Result<(), Failure> {
        self.profile.store.mark_accepted(self.id, &accepted.reply).map_err(store_failure)?;
        offers::note(self.profile, account, accepted.offer);
        let names: Vec<String> = accepted.refused.iter().map(|one| one.recipient.to_string()).collect();
        if !names.is_empty() {
            let words: Vec<String> = accepted.refused.iter().map(ToString::to_string).collect();
            (self.publish)(Event::Failed(Failure {
                kind: FailureKind::PartlyRefused,
                retry: Retry::Never,
                subject: names.join(", "),
                source: words.join("\n"),
            }));
        }
        if row.reports && !accepted.offer.dsn {
            (self.publish)(Event::Done { code: "sent_without_report", subject: self.subject() });
        }
        Ok(())
    }

    /// Notes why a submission did not go through.
    fn failed(&self, row: &SubmissionRow, error: &NetError) -> Result<(), Failure> {
        let store = &self.profile.store;
        let detail = format!("{error} {}", error.detail());
        let failure = net_failure(error, &self.subject());
        let noted = match error {
            NetError::Uncertain { .. } => store.mark_uncertain(self.id, &detail),
            NetError::AllRefused { refused } => return self.all_refused(row, refused, failure),
            NetError::Rejected { .. }
            | NetError::NotCanonical
            | NetError::NotAscii
            | NetError::NoUtf8
            | NetError::TooBig { .. }
            | NetError::NoRequireTls
            | NetError::Port25
            | NetError::BadAddress { .. } => store.mark_rejected(self.id, &detail),
            // A wrong password that is tried every minute locks the account.
            NetError::LoginRefused { .. } | NetError::ServerUnproven | NetError::NoLoginMethod => {
                return self.wait(row, failure, LONGEST_WAIT);
            }
            _ => return self.wait(row, failure, wait_after(row.attempts)),
        };
        noted.map_err(store_failure)?;
        (self.publish)(Event::Failed(failure));
        Ok(())
    }

    /// Those who were refused for good get a row of their own; the others are tried again.
    fn all_refused(&self, row: &SubmissionRow, refused: &[Refusal], failure: Failure) -> Result<(), Failure> {
        let store = &self.profile.store;
        let (for_good, for_now): (Vec<_>, Vec<_>) = refused.iter().cloned().partition(Refusal::is_permanent);
        if for_now.is_empty() {
            let words: Vec<String> = refused.iter().map(ToString::to_string).collect();
            store.mark_rejected(self.id, &format!("refused {}", words.join("\n"))).map_err(store_failure)?;
            (self.publish)(Event::Failed(failure));
            return Ok(());
        }
        let stay: Vec<EmailAddress> = for_now.iter().map(|one| one.recipient.clone()).collect();
        let others: Vec<Aside> = aside(&for_good, SubmissionState::Rejected, None).into_iter().collect();
        store.set_aside(self.id, &stay, &others, false).map_err(store_failure)?;
        let words: Vec<String> = for_now.iter().map(ToString::to_string).collect();
        let source = format!("refused {}", words.join("\n"));
        self.wait(row, Failure { source, ..failure }, wait_after(row.attempts))
    }

    /// It is tried again after a while, unless it was for days.
    fn wait(&self, row: &SubmissionRow, failure: Failure, wait: SignedDuration) -> Result<(), Failure> {
        let store = &self.profile.store;
        if has_expired(row, Timestamp::now()) {
            store.mark_expired(self.id, &failure.source).map_err(store_failure)?;
            (self.publish)(Event::Failed(Failure {
                kind: FailureKind::GaveUp,
                retry: Retry::Never,
                subject: self.subject(),
                source: failure.source,
            }));
            return Ok(());
        }
        let at = retry_at(wait);
        store.mark_deferred(self.id, &failure.source, at).map_err(store_failure)?;
        (self.publish)(Event::Failed(Failure { retry: Retry::Later(at), ..failure }));
        Ok(())
    }
}

fn aside(refused: &[Refusal], state: SubmissionState, retry_at: Option<Timestamp>) -> Option<Aside> {
    if refused.is_empty() {
        return None;
    }
    let recipients = refused.iter().map(|one| one.recipient.clone()).collect();
    let words: Vec<String> = refused.iter().map(ToString::to_string).collect();
    Some(Aside { recipients, state, detail: format!("refused {}", words.join("\n")), retry_at })
}

/// How long is waited after so many attempts in vain.
fn wait_after(attempts: u32) -> SignedDuration {
    let doublings = attempts.clamp(1, 16) - 1;
    FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)
}

fn retry_at(wait: SignedDuration) -> Timestamp {
    Timestamp::now().saturating_add(wait).unwrap_or(Timestamp::MAX)
}

/// It was tried often enough, and for long enough: since it was queued or, when its author chose a moment, since then. When
/// the clock was set back meanwhile, it has not been long.
fn has_expired(row: &SubmissionRow, now: Timestamp) -> bool {
    let since = row.hold.until().map_or(row.created_at, |until| until.max(row.created_at));
    row.attempts >= ATTEMPTS && now.duration_since(since) > GIVES_UP
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Hold, NewSubmission};

    fn row(attempts: u32, created_at: &str, hold: Hold) -> SubmissionRow {
        let sender = EmailAddress::parse("alice@example.org").unwrap();
        SubmissionRow {
            id: 1,
            account: 1,
            envelope: Envelope { recipients: vec![sender.clone()], sender },
            state: SubmissionState::Sending,
            attempts,
            retry_at: None,
            detail: String::new(),
            created_at: created_at.parse().unwrap(),
            batch: 1,
            subject: String::new(),
            hold,
            reports: false,
            requires_tls: false,
            has_draft: false,
        }
    }

    /// A profile with so many submissions of an account without a password: they are deferred, and no server is asked.
    fn queued(count: usize) -> (tempfile::TempDir, Profile, Publish) {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::fleeting(dir.path(), None).unwrap();
        let account = profile.store.save_account(&AccountRecord::default()).unwrap();
        let envelope = row(0, "2026-11-28T12:00:00Z", Hold::None).envelope;
        let message = RawMessage::new(b"Subject: x\r\n\r\nhello\r\n".to_vec());
        let new = NewSubmission { account, envelope, message, sent_copy: None };
        profile.store.enqueue(&vec![new; count], Timestamp::now()).unwrap();
        (dir, profile, Arc::new(|_| {}))
    }

    fn states(profile: &Profile) -> Vec<SubmissionState> {
        profile.store.submissions().unwrap().iter().map(|row| row.state).collect()
    }

    #[tokio::test]
    async fn what_could_not_be_noted_is_not_being_sent_for_ever() {
        let (_dir, profile, publish) = queued(2);
        profile.store.refuse("UPDATE OF state ON outbox WHEN new.state = 'deferred'");
        send_due(&profile, &publish).await.unwrap_err();
        assert_eq!(states(&profile), [SubmissionState::Sending, SubmissionState::Queued]);
        let first = profile.store.submissions().unwrap()[0].id;
        profile.store.remove_submission(first).unwrap_err();
        // Nor does it keep the others from their turns.
        profile.store.allow();
        let sent = send_due(&profile, &publish).await.unwrap();
        assert_eq!((sent.tried, sent.accepted), (1, 0));
        assert_eq!(states(&profile), [SubmissionState::Deferred; 2]);
        let rows = profile.store.submissions().unwrap();
        let waits: Vec<_> = rows.iter().map(|row| row.retry_at.unwrap().duration_since(Timestamp::now())).collect();
        assert!(waits[0] <= FIRST_WAIT && waits[1] > FIRST_WAIT, "{waits:?}");
        assert_eq!((rows[0].attempts, rows[1].attempts), (1, 1), "the one waits, the other was tried");
        profile.store.remove_submission(first).unwrap();
    }

    #[tokio::test]
    async fn what_had_begun_to_go_when_its_outcome_could_not_be_noted_is_for_its_author_to_decide() {
        let (_dir, profile, publish) = queued(1);
        let (id, ..) = profile.store.take_due(Timestamp::now()).unwrap().unwrap();
        profile.store.mark_data_began(id).unwrap();
        for _ in 0..2 {
            assert_eq!(send_due(&profile, &publish).await.unwrap().tried, 0);
            assert_eq!(states(&profile), [SubmissionState::Uncertain]);
        }
    }

    #[tokio::test]
    async fn nothing_is_taken_from_who_sends() {
        let (_dir, profile, publish) = queued(1);
        let turn = profile.sending.lock().await;
        profile.store.take_due(Timestamp::now()).unwrap();
        let mut other = Box::pin(send_due(&profile, &publish));
        assert!(futures_util::poll!(&mut other).is_pending());
        assert_eq!(states(&profile), [SubmissionState::Sending]);
        drop(turn);
        other.await.unwrap();
        assert_eq!(states(&profile), [SubmissionState::Deferred]);
    }

    #[test]
    fn the_waits_double_from_a_minute_to_two_hours() {
        let minutes: Vec<i64> = (0..=10).map(|attempts| wait_after(attempts).as_mins()).collect();
        assert_eq!(minutes, [1, 1, 2, 4, 8, 16, 32, 64, 120, 120, 120]);
        assert_eq!(wait_after(u32::MAX), LONGEST_WAIT);
    }

    #[test]
    fn it_is_given_up_after_five_days_of_trying_and_not_before() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
        let later = |text: &str| Hold::Later(text.parse().unwrap());
        assert!(has_expired(&row(40, "2026-11-23T11:00:00Z", Hold::None), now));
        assert!(!has_expired(&row(40, "2026-11-23T13:00:00Z", Hold::None), now));
        assert!(!has_expired(&row(7, "2026-10-01T00:00:00Z", Hold::None), now), "it was hardly tried");
        assert!(!has_expired(&row(40, "2026-11-01T00:00:00Z", later("2026-11-27T00:00:00Z")), now));
        assert!(!has_expired(&row(40, "2030-01-01T00:00:00Z", Hold::None), now), "the clock was set back");
    }
}
