//! The commands of the composer that keep a message, hand it over and throw it away.

use std::collections::HashMap;

use crate::engine::profile::store_failure;
use crate::engine::view::{ComposerToken, DraftId};
use crate::engine::{Command, Event, Failure, sending};

use super::Engine;

/// What became of the messages that were written in this run of the program: their composers may not know yet.
pub(super) type Composed = HashMap<ComposerToken, Fate>;

/// What became of a message.
pub(super) enum Fate {
    /// It is kept as this draft.
    Kept(DraftId),
    /// It is in the outbox.
    Queued,
}

/// Whose message a command hands over.
pub(super) fn handed_over(command: &Command) -> Option<ComposerToken> {
    match command {
        Command::Send { token, .. } => Some(*token),
        _ => None,
    }
}

impl Engine {
    pub(super) fn drafts(&mut self, command: Command) -> Result<(), Failure> {
        match command {
            Command::Send { draft, id, token } => {
                sending::send(&self.profile, &draft, self.kept_as(id, token))?;
                self.composed.insert(token, Fate::Queued);
                (self.publish)(Event::Queued(token));
                self.show_outbox()?;
                self.work(false);
            }
            // The outbox has it: as a draft it would be sent twice, and without it it could not be taken back.
            Command::SaveDraft { token, .. } | Command::Abandon { token, .. } if self.is_queued(token) => {}
            Command::SaveDraft { draft, id, token } => {
                let id = sending::save_draft(&self.profile, self.kept_as(id, token), &draft)?;
                self.composed.insert(token, Fate::Kept(id));
                (self.publish)(Event::DraftSaved { id, token, draft });
                self.show_mailbox();
            }
            Command::OpenDraft(id) => {
                let draft = Box::new(sending::draft(&self.profile, id)?);
                (self.publish)(Event::Compose { draft, id: Some(id) });
            }
            Command::DiscardDraft(id) => {
                self.profile.store.remove_draft(id).map_err(store_failure)?;
                self.show_mailbox();
            }
            Command::Abandon { id, token } => {
                if let Some(id) = self.kept_as(id, token) {
                    self.profile.store.remove_draft(id).map_err(store_failure)?;
                    self.composed.remove(&token);
                    self.show_mailbox();
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Says what could not be done; of a message that was handed over, that it is not queued.
    pub(super) fn failed(&self, handed: Option<ComposerToken>, failure: Failure) {
        (self.publish)(match handed.filter(|token| !self.is_queued(*token)) {
            Some(token) => Event::NotQueued { token, failure },
            None => Event::Failed(failure),
        });
    }

    /// The kept draft of a message being written.
    fn kept_as(&self, id: Option<DraftId>, token: ComposerToken) -> Option<DraftId> {
        match self.composed.get(&token) {
            Some(Fate::Kept(kept)) => Some(*kept),
            _ => id,
        }
    }

    fn is_queued(&self, token: ComposerToken) -> bool {
        matches!(self.composed.get(&token), Some(Fate::Queued))
    }
}

#[cfg(test)]
mod tests;
