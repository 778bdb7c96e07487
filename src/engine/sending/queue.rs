//! What the user sees of the outbox and does with it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::engine::profile::{Profile, store_failure};
use crate::engine::view::{OutboxView, SubmissionView};
use crate::engine::{Event, Failure};
use crate::store::{Hold, LONGEST_UNDO, SubmissionRow, SubmissionState};

/// For how many seconds a message may be taken back: what the user can choose.
pub const UNDO: [u32; 4] = [0, 5, 10, 30];
const DEFAULT_UNDO: u32 = 10;
const SETTING: &str = "undo_seconds";
/// How long is waited at most before the outbox is looked at.
pub(in crate::engine) const LONGEST_LOOK: Duration = Duration::from_secs(30);
/// And at least: what can't be sent now is not asked for again at once.
const SHORTEST_LOOK: Duration = Duration::from_millis(250);

/// What the user wants of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxCommand {
    /// Take every delivery of a message back that has not gone, by its number as a batch, and go on writing it.
    TakeBack(i64),
    /// Take one submission back, by its row id, and write on what it was made of.
    Rewrite(i64),
    /// Send a whole message now that is held back.
    SendNow(i64),
    /// What is uncertain arrived: it counts as sent.
    Arrived(i64),
    /// For how many seconds a message may be taken back.
    SetUndo(u32),
}

/// Carries one out; what came of it for the window.
pub(in crate::engine) fn carry_out(profile: &Profile, command: OutboxCommand) -> Result<Option<Event>, Failure> {
    let store = &profile.store;
    match command {
        OutboxCommand::TakeBack(batch) => {
            let rows = store.submissions().map_err(store_failure)?;
            let of_batch = rows.iter().filter(|row| row.batch == batch && row.state != SubmissionState::Accepted);
            let ids: Vec<i64> = of_batch.map(|row| row.id).collect();
            take_back(profile, &ids)
        }
        OutboxCommand::Rewrite(id) => take_back(profile, &[id]),
        OutboxCommand::SendNow(batch) => {
            for row in store.submissions().map_err(store_failure)? {
                if row.batch == batch && row.state == SubmissionState::Queued {
                    store.requeue(row.id).map_err(store_failure)?;
                }
            }
            Ok(None)
        }
        OutboxCommand::Arrived(id) => store.mark_arrived(id).map(|()| None).map_err(store_failure),
        OutboxCommand::SetUndo(seconds) => {
            let seconds = if UNDO.contains(&seconds) { seconds } else { DEFAULT_UNDO };
            store.set_setting(SETTING, &seconds).map(|()| None).map_err(store_failure)
        }
    }
}

fn take_back(profile: &Profile, ids: &[i64]) -> Result<Option<Event>, Failure> {
    let draft = profile.store.take_back(ids, Timestamp::now()).map_err(store_failure)?;
    Ok(draft.map(|(id, draft)| Event::Compose { draft: Box::new(draft), id: Some(id) }))
}

/// For how many seconds a message may be taken back.
pub(in crate::engine) fn undo_seconds(profile: &Profile) -> u32 {
    let kept: Option<u32> = profile.store.setting(SETTING).ok().flatten();
    kept.filter(|seconds| UNDO.contains(seconds)).unwrap_or(DEFAULT_UNDO)
}

/// What keeps a message that is sent now: the moment that its author chose, or the time to take it back.
pub(in crate::engine) fn hold(undo_s: u32, at: Option<Timestamp>, now: Timestamp) -> Hold {
    let undo = SignedDuration::from_secs(i64::from(undo_s)).min(LONGEST_UNDO);
    match at.filter(|at| *at > now) {
        Some(at) => Hold::Later(at),
        None if undo_s == 0 => Hold::None,
        None => Hold::Undo(now.saturating_add(undo).unwrap_or(now)),
    }
}

/// How long nobody's turn comes, and no longer than the outbox is left alone at most.
pub(in crate::engine) fn until_due(profile: &Profile) -> Duration {
    let now = Timestamp::now();
    let next = profile.store.next_due(now).ok().flatten();
    let wait = next.map(|next| Duration::try_from(next.duration_since(now)).unwrap_or_default());
    wait.unwrap_or(LONGEST_LOOK).clamp(SHORTEST_LOOK, LONGEST_LOOK)
}

/// The states that wait for something.
pub(in crate::engine) fn is_waiting(state: SubmissionState) -> bool {
    !matches!(state, SubmissionState::Accepted)
}

/// What waits to be sent.
pub(in crate::engine) fn outbox(profile: &Profile) -> Result<OutboxView, Failure> {
    let rows = profile.store.submissions().map_err(store_failure)?;
    Ok(OutboxView { submissions: rows.into_iter().filter(|row| is_waiting(row.state)).map(view).collect() })
}

fn view(row: SubmissionRow) -> SubmissionView {
    SubmissionView {
        id: row.id,
        batch: row.batch,
        subject: row.subject,
        recipients: row.envelope.recipients.iter().map(ToString::to_string).collect(),
        state: row.state.word().to_owned(),
        detail: row.detail,
        retry_at: row.retry_at,
        hold: row.hold.word(),
        held_until: row.hold.until(),
        attempts: row.attempts,
        created_at: Some(row.created_at),
        reports: row.reports,
        requires_tls: row.requires_tls,
        has_draft: row.has_draft,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_that_was_chosen_counts_before_the_time_to_take_back_and_one_that_has_passed_does_not() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
        let at = |text: &str| Some(text.parse().unwrap());
        assert_eq!(hold(10, at("2026-11-29T08:00:00Z"), now), Hold::Later("2026-11-29T08:00:00Z".parse().unwrap()));
        assert_eq!(hold(10, at("2026-11-27T08:00:00Z"), now), Hold::Undo("2026-11-28T12:00:10Z".parse().unwrap()));
        assert_eq!(hold(0, None, now), Hold::None);
    }
}
