//! The commands of the composer that keep a message and throw it away.

use std::collections::HashMap;

use crate::engine::profile::store_failure;
use crate::engine::view::{ComposerToken, DraftId};
use crate::engine::{Command, Event, Failure, sending};

use super::Engine;

/// Which draft a message being written was kept as in this run of the program: its composer may not know yet.
pub(super) type Composed = HashMap<ComposerToken, DraftId>;

impl Engine {
    pub(super) fn drafts(&mut self, command: Command) -> Result<(), Failure> {
        match command {
            Command::SaveDraft { draft, id, token } => {
                let id = sending::save_draft(&self.profile, self.kept_as(id, token), &draft)?;
                self.composed.insert(token, id);
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
            _ => {}
        }
        Ok(())
    }

    /// The kept draft of a message being written.
    fn kept_as(&self, id: Option<DraftId>, token: ComposerToken) -> Option<DraftId> {
        id.or_else(|| self.composed.get(&token).copied())
    }
}

#[cfg(test)]
mod tests;
