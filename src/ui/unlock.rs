//! The profile waits for its passphrase.

use egui::{Align, CentralPanel, Frame, Layout, Ui};

use crate::domain::Secret;
use crate::engine::Command;

use super::icons::{self, Icon};
use super::state::{State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word};

/// Draws the one question that stands before everything else.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let is_new = views.locked == Some(true);
    CentralPanel::no_frame().frame(Frame::new().fill(palette(ui).desk)).show(ui, |ui| {
        ui.add_space((ui.available_height() * 0.2).max(space::L));
        ui.vertical_centered(|ui| {
            ui.set_max_width(ui.available_width().min(size::DIALOG));
            icons::show(ui, Icon::Mark, size::ICON_HERO, palette(ui).vermilion);
            ui.add_space(space::M);
            widgets::card(ui, |ui| {
                ui.spacing_mut().item_spacing.y = space::M;
                let (title, hint) = if is_new {
                    (Word::NewProfile, Word::NewProfileHint)
                } else {
                    (Word::OpenProfile, Word::OpenProfileHint)
                };
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    widgets::title(ui, language.say(title));
                    widgets::soft(ui, language.say(hint));
                    question(ui, is_new, state, commands);
                });
            });
            ui.add_space(space::M);
            languages(ui, state);
        });
    });
}

/// Whoever can't read the question can change its language.
fn languages(ui: &mut Ui, state: &mut State) {
    ui.horizontal(|ui| {
        for (choice, name) in [(Language::English, "English"), (Language::Japanese, "日本語")] {
            if widgets::choice(ui, state.language == choice, name).clicked() {
                state.language = choice;
                state.is_language_given = true;
            }
        }
    });
}

fn question(ui: &mut Ui, is_new: bool, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let field = widgets::secret_field(ui, language.say(Word::ProfilePassphrase), &mut state.passphrase);
    state.focus_first(&field);
    let mut entered = field.lost_focus();
    if is_new {
        let again = widgets::secret_field(ui, language.say(Word::ProfilePassphraseAgain), &mut state.passphrase_again);
        entered = again.lost_focus();
        if !state.passphrase_again.is_empty() && state.passphrase_again != state.passphrase {
            widgets::caption(ui, language.say(Word::PassphrasesDiffer));
        }
    }
    let entered = entered && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let can = !state.passphrase.is_empty() && (!is_new || state.passphrase == state.passphrase_again);
    let word = if is_new { Word::UsePassphrase } else { Word::OpenProfile };
    let clicked = widgets::button_if(ui, can, Some(Icon::Keys), language.say(word), Weight::Primary).clicked();
    if can && (clicked || entered) {
        state.passphrase_again.clear();
        commands.push(Command::OpenProfile { passphrase: Secret::new(std::mem::take(&mut state.passphrase)) });
    }
}
