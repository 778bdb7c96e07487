//! What the pane shows in place of a message, or of its text: nothing chosen, not opened, locked.

use egui::Ui;

use crate::domain::Secret;
use crate::engine::Command;
use crate::engine::view::ReadingView;
use crate::ui::icons::Icon;
use crate::ui::remedies;
use crate::ui::state::{State, Views};
use crate::ui::theme::{palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{self, Word, one_line, verdict};

use super::band::sign;

/// There is no message to show: none was chosen, it isn't there yet, or it could not be opened.
pub(super) fn absent(ui: &mut Ui, state: &mut State, commands: &mut Vec<Command>, has_back: bool) {
    let language = state.language;
    if has_back && widgets::icon_button(ui, Icon::Back, language.say(Word::BackToList)).clicked() {
        state.reads = false;
    }
    let Some(id) = state.selected else {
        widgets::empty(ui, Icon::Mark, language.say(Word::NothingOpen), language.say(Word::NothingOpenHint));
        return;
    };
    let Some((_, failure)) = state.unopened.clone().filter(|(failed, _)| *failed == id) else {
        widgets::empty(ui, Icon::Mark, language.say(Word::Loading), language.say(Word::LoadingHint));
        return;
    };
    let (happened, now) = words::failure::sentences(language, &failure);
    widgets::empty(ui, Icon::Caution, language.say(Word::NotOpened), &format!("{happened} {now}"));
    ui.add_space(space::M);
    ui.vertical_centered(|ui| {
        if widgets::button(ui, Some(Icon::Sync), language.say(Word::TryAgain), Weight::Primary).clicked() {
            state.unopened = None;
            commands.push(Command::OpenMessage(id));
        }
        if !failure.source.is_empty() {
            widgets::caption(ui, one_line(&failure.source));
        }
    });
}

/// Encrypted, and not open: what can be done, here.
pub(super) fn closed(ui: &mut Ui, views: &Views, view: &ReadingView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let colours = palette(ui);
    ui.set_max_width(ui.available_width().min(size::FORM));
    widgets::card_with(ui, colours.amber, |ui| {
        let row = verdict::lock_row(&view.assessment);
        sign(ui, Icon::LockQuestion, colours.amber, &row.whole(language, &[]));
        let Some(key) = &view.locked_key else {
            remedies::Desk { views, view, signature: None }.show(ui, row.remedies, state, commands);
            return;
        };
        let field = widgets::secret_field(ui, language.say(Word::Passphrase), &mut state.passphrase);
        state.focus_first(&field);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let can = !state.passphrase.is_empty();
        if widgets::button_if(ui, can, Some(Icon::Keys), language.say(Word::Unlock), Weight::Primary).clicked()
            || entered && can
        {
            commands.push(Command::Unlock { passphrase: Secret::new(std::mem::take(&mut state.passphrase)) });
        }
        widgets::folded(ui, "locked-key", language.say(Word::WhichKey), |ui| widgets::fingerprint(ui, &key.spaced()));
    });
}
