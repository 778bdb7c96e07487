//! A moment to think again: what was sent last goes out in a few seconds, and one click brings it back.

use std::time::Duration;

use egui::Ui;

use crate::engine::view::SubmissionView;
use crate::engine::{Command, OutboxCommand, UNDO};

use super::icons::{self, Icon};
use super::state::{State, Views};
use super::theme::{palette, size};
use super::widgets::{self, Weight};
use super::words::{Language, Word, short_name};

/// How often the seconds are counted.
const COUNT: Duration = Duration::from_millis(250);

/// Draws it, while there is one; whether there was.
pub fn show(ui: &mut Ui, views: &Views, state: &State, commands: &mut Vec<Command>) -> bool {
    let language = state.language;
    let Some((held, seconds)) = newest(views, state) else { return false };
    icons::show(ui, Icon::Outbox, size::ICON, palette(ui).indigo);
    let seconds = seconds.to_string();
    let subject = short_name(&held.subject);
    let words = if subject.is_empty() {
        language.fill(Word::SendingIn, &[("seconds", &seconds)])
    } else {
        language.fill(Word::SendingSubjectIn, &[("seconds", &seconds), ("subject", &subject)])
    };
    widgets::caption(ui, words);
    if widgets::button(ui, None, language.say(Word::Undo), Weight::Plain).clicked() {
        commands.push(Command::Outbox(OutboxCommand::TakeBack(held.batch)));
    }
    if widgets::button(ui, None, language.say(Word::SendNow), Weight::Quiet).clicked() {
        commands.push(Command::Outbox(OutboxCommand::SendNow(held.batch)));
    }
    if !state.clock.stands {
        ui.ctx().request_repaint_after(COUNT);
    }
    true
}

/// The settings' card: how long there is to take a message back.
pub fn settings(ui: &mut Ui, views: &Views, language: Language, commands: &mut Vec<Command>) {
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.say(Word::UndoTime));
        ui.horizontal(|ui| {
            for seconds in UNDO {
                let words = match seconds {
                    0 => language.say(Word::UndoNone).to_owned(),
                    _ => language.fill(Word::UndoSeconds, &[("seconds", &seconds.to_string())]),
                };
                if widgets::choice(ui, views.preferences.undo_seconds == seconds, &words).clicked() {
                    commands.push(Command::Outbox(OutboxCommand::SetUndo(seconds)));
                }
            }
        });
        widgets::caption(ui, language.say(Word::UndoTimeHint));
    });
}

/// The message that was sent last of those that may still be taken back, and for how many seconds.
fn newest<'v>(views: &'v Views, state: &State) -> Option<(&'v SubmissionView, i64)> {
    let held = views.outbox.as_ref()?.submissions.iter().rev();
    let mut held = held.filter(|one| one.hold == "undo" && one.state == "queued");
    held.find_map(|one| {
        let left = one.held_until?.duration_since(state.clock.now()).as_millis();
        // The last second counts until it is over.
        (left > 0).then(|| (one, i64::try_from((left + 999) / 1000).unwrap_or(i64::MAX)))
    })
}
