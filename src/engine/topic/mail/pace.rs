//! Work with many messages: some hundreds at a time, told to the user as it goes on, and stopped when the user says so.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::engine::network::Publish;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::topic::{Topic, Work};
use crate::engine::worker::internal;
use crate::engine::{Command, Event, Failure, Progress};
use crate::net::Cancel;

use super::{MailCommand, apply};

/// As many are done in one step, which is a transaction or a few.
const AT_ONCE: usize = 500;
/// Work with more messages than this goes on beside the loop: a second's worth.
const BESIDE: usize = 2_000;

/// Whom to tell how far work with messages is, and who may stop it.
pub(in crate::engine) struct Pace<'a>(Option<(&'a Publish, &'a Cancel)>);

impl<'a> Pace<'a> {
    /// Somebody is told, and may stop it.
    pub(super) fn watched(publish: &'a Publish, cancel: &'a Cancel) -> Self {
        Self(Some((publish, cancel)))
    }

    /// Nobody waits for it.
    pub(in crate::engine) fn unwatched() -> Self {
        Self(None)
    }

    /// Does it with some after the others, until it is stopped: what was done by then was done.
    pub(super) fn each<T>(&self, all: &[T], mut work: impl FnMut(&[T]) -> Result<(), Failure>) -> Result<(), Failure> {
        for (nth, some) in all.chunks(AT_ONCE).enumerate() {
            if let Some((publish, cancel)) = self.0 {
                if cancel.is_cancelled() {
                    break;
                }
                let fraction = Some((nth * AT_ONCE) as f32 / all.len() as f32);
                publish(Event::Progress(Some(Progress { work: "change_mail", subject: String::new(), fraction })));
            }
            work(some)?;
        }
        Ok(())
    }
}

/// Large works take their turns, in the order in which they were asked for; what is asked for meanwhile comes after them.
#[derive(Debug, Default)]
pub(super) struct Turns {
    turn: Arc<tokio::sync::Mutex<()>>,
    waiting: Arc<AtomicUsize>,
}

/// One that waits or is at it.
struct Waiting(Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether a command is for its turn beside the loop.
pub(super) fn is_long(profile: &Profile, command: &MailCommand) -> Result<bool, Failure> {
    let count = match command {
        MailCommand::SetFlag { messages, .. }
        | MailCommand::Move { messages, .. }
        | MailCommand::Copy { messages, .. }
        | MailCommand::Spam { messages, .. }
        | MailCommand::Archive(messages)
        | MailCommand::Delete(messages)
        | MailCommand::DeleteForGood(messages) => messages.len(),
        MailCommand::Undo => profile.mail.count(),
        MailCommand::ReadAll(folder) => {
            let folders = profile.store.folders().map_err(store_failure)?;
            folders.iter().find(|one| one.id == *folder).map_or(0, |folder| folder.unread)
        }
        _ => 0,
    };
    Ok(count > BESIDE || profile.mail.turns.waiting.load(Ordering::SeqCst) > 0)
}

/// Carries a command out beside the loop when its turn comes.
pub(super) fn beside(work: &Work, command: MailCommand) {
    let turns = &work.profile.mail.turns;
    turns.waiting.fetch_add(1, Ordering::SeqCst);
    let waiting = Waiting(Arc::clone(&turns.waiting));
    let (turn, work) = (Arc::clone(&turns.turn), work.clone());
    tokio::spawn(async move {
        let turn = turn.lock_owned().await;
        let _ = tokio::task::spawn_blocking(move || {
            let pace = Pace::watched(&work.publish, &work.cancel);
            let done = std::panic::catch_unwind(AssertUnwindSafe(|| apply(&work.profile, command, &pace)));
            (work.publish)(Event::Progress(None));
            match done.unwrap_or_else(|_| Err(internal("panic"))) {
                Ok(Some((code, count))) => (work.publish)(Event::Done { code, subject: count.to_string() }),
                Ok(None) => {}
                Err(failure) => (work.publish)(Event::Failed(failure)),
            }
            if let Some(commands) = work.again.upgrade() {
                // The engine is gone only when the program ends.
                let _ = commands.send(Command::Topic(Box::new(Topic::Mail(MailCommand::Changed))));
            }
            drop((waiting, turn));
        })
        .await;
    });
}
