//! What was said with servers, for the user to look at.

use std::sync::Arc;

use super::{Effect, TopicView, Work};

pub use crate::net::transcript::{Dialogue, Entry, HIDDEN, Protocol, Said, Transcripts};

/// The commands of this topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranscriptCommand {
    /// Show what is kept now.
    Look,
}

/// What is kept, the newest dialogue first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TranscriptView {
    /// Each.
    pub dialogues: Vec<Dialogue>,
}

pub(super) fn carry_out(work: &Work, command: TranscriptCommand) -> Effect {
    match command {
        TranscriptCommand::Look => {
            let dialogues = work.profile.transcripts.dialogues();
            work.show(TopicView::Transcript(Arc::new(TranscriptView { dialogues })));
            Effect::Nothing
        }
    }
}
