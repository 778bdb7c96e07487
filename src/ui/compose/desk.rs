//! What becomes of the message being written, and what the engine answers to that.

use crate::domain::{Attachment, Draft};
use crate::engine::view::{ComposerToken, DraftId};
use crate::engine::{Command, Failure, FailureKind};
use crate::ui::state::{Notice, Screen, State, Views};

use super::Composer;

impl Composer {
    /// Keeps it as it stands.
    pub fn save(&self) -> Command {
        Command::SaveDraft { draft: Box::new(self.draft()), id: self.id, token: self.token }
    }

    /// Hands it over.
    pub fn send(&mut self) -> Command {
        self.is_sending = true;
        Command::Send { draft: Box::new(self.draft()), id: self.id, token: self.token }
    }

    /// Throws it away, and what was kept of it.
    pub fn abandon(&self) -> Command {
        Command::Abandon { id: self.id, token: self.token }
    }
}

/// Closes the composer; what was being written in it is kept, and what was handed over, if the outbox does not take it.
pub(super) fn put_aside(state: &mut State) {
    if let Some(old) = state.composer.take().filter(|old| old.is_unsaved() || old.is_sending) {
        state.owed.push(old.save());
    }
}

/// Opens a composer under a token of its own. What was being written is never thrown away for it.
pub(super) fn open(state: &mut State, mut composer: Composer) {
    put_aside(state);
    state.composers += 1;
    composer.token = state.composers;
    state.composer = Some(composer);
}

/// Goes on with a draft that the engine gave.
pub fn take_draft(state: &mut State, views: &mut Views, draft: Draft, id: Option<DraftId>) {
    state.focuses = true;
    state.screen = Screen::Compose;
    // One that is open is newer than what was kept of it.
    if id.is_some() && state.composer.as_ref().is_some_and(|composer| composer.id == id) {
        return;
    }
    views.preflight = None;
    let mut composer = Composer::of(draft);
    composer.id = id;
    open(state, composer);
}

/// Takes note of what was kept: of the open message only when it is that one, and as it was then.
pub fn saved(state: &mut State, views: &mut Views, (id, token): (DraftId, ComposerToken), draft: &Draft) {
    if let Some(composer) = open_as(state, token) {
        composer.id = Some(id);
        composer.is_saved = composer.draft() == *draft;
    }
    views.notice = Some(Notice { code: "draft_saved".to_owned(), subject: String::new() });
}

/// Closes the composer of a message that was queued, and no other one.
pub fn queued(state: &mut State, views: &mut Views, token: ComposerToken) {
    if open_as(state, token).is_some() {
        state.composer = None;
        views.preflight = None;
        if state.screen == Screen::Compose {
            state.screen = Screen::Mailbox;
        }
    }
    views.notice = Some(Notice { code: "queued".to_owned(), subject: String::new() });
}

/// Gives a message that was not queued back to its author.
pub fn not_queued(state: &mut State, views: &mut Views, token: ComposerToken, failure: Failure) {
    if let Some(composer) = open_as(state, token) {
        composer.is_locked = failure.kind == FailureKind::WrongPassphrase;
        composer.is_sending = false;
    }
    views.failure = Some(failure);
}

/// Attaches files that were read to the message that they were chosen for, and to no other: its author may have put it aside
/// meanwhile.
pub fn attached(state: &mut State, files: Vec<Attachment>, token: ComposerToken) {
    if let Some(composer) = open_as(state, token) {
        composer.attach(files);
    }
}

/// The open composer, if it has that token.
fn open_as(state: &mut State, token: ComposerToken) -> Option<&mut Composer> {
    state.composer.as_mut().filter(|composer| composer.token == token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::compose::{begin, write_to};

    #[test]
    fn each_message_has_a_token_of_its_own_however_it_was_begun() {
        let (mut views, mut state) = (Views::default(), State::default());
        let mut tokens = Vec::new();
        let mut begun = |state: &State| tokens.push(state.composer.as_ref().unwrap().token);
        begin(&mut views, &mut state);
        begun(&state);
        state.composer.as_mut().unwrap().text.push_str("half a thought");
        write_to(&mut views, &mut state, "mailto:bob@example.org");
        begun(&state);
        take_draft(&mut state, &mut views, Draft::default(), None);
        begun(&state);
        assert!(tokens.is_sorted_by(|one, next| one < next), "{tokens:?}");
        assert!(matches!(state.owed.as_slice(), [Command::SaveDraft { draft, id: None, token }]
            if draft.text == "half a thought" && *token == tokens[0]));
    }

    #[test]
    fn a_file_that_was_chosen_for_one_message_is_not_attached_to_another() {
        let (mut views, mut state) = (Views::default(), State::default());
        let (name, media_type) = ("salaries.ods".to_owned(), "application/octet-stream".to_owned());
        let files = || vec![Attachment { name: name.clone(), media_type: media_type.clone(), bytes: [0][..].into() }];
        begin(&mut views, &mut state);
        let first = state.composer.as_ref().unwrap().token;
        attached(&mut state, files(), first);
        let count = |state: &State| state.composer.as_ref().unwrap().draft().attachments.len();
        assert_eq!(count(&state), 1);
        take_draft(&mut state, &mut views, Draft::default(), None);
        attached(&mut state, files(), first);
        assert_eq!(count(&state), 0);
    }

    #[test]
    fn what_was_handed_over_is_kept_should_the_outbox_not_take_it() {
        let (mut views, mut state) = (Views::default(), State::default());
        let answer = Draft { text: "> quoted".to_owned(), ..Draft::default() };
        take_draft(&mut state, &mut views, answer, None);
        assert!(matches!(state.composer.as_mut().unwrap().send(), Command::Send { token: 1, .. }));
        take_draft(&mut state, &mut views, Draft::default(), None);
        assert!(matches!(state.owed.as_slice(), [Command::SaveDraft { token: 1, .. }]));
    }
}
