//! What stands above one's own keys, and above all certificates.

use egui::Ui;

use crate::engine::Command;
use crate::ui::icons::Icon;
use crate::ui::state::{State, Views};
use crate::ui::theme::space;
use crate::ui::widgets::{self, Weight};
use crate::ui::words::Word;
use crate::ui::{bringing, finding, people};

use super::{Dialog, begin_generate, begin_import, propose_owner};

pub(super) fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    if state.keys.shows_others {
        others(ui, views, state, commands);
    } else {
        own(ui, views, state, commands);
    }
    ui.add_space(space::S);
}

fn own(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::title(ui, language.say(Word::MyKeys));
    ui.horizontal_wrapped(|ui| {
        if widgets::button(ui, Some(Icon::Plus), language.say(Word::NewKey), Weight::Plain).clicked() {
            begin_generate(views, state);
        }
        if widgets::button(ui, Some(Icon::Import), language.say(Word::Import), Weight::Plain).clicked() {
            begin_import(state);
        }
        if widgets::button(ui, None, language.say(Word::BringFromOthers), Weight::Plain).clicked() {
            bringing::begin(state, commands);
        }
        if widgets::button(ui, Some(Icon::File), language.say(Word::RequestCertificate), Weight::Quiet).clicked() {
            state.keys.open(Dialog::Request);
            state.focuses = true;
            propose_owner(views, state);
        }
    });
}

fn others(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::title(ui, language.say(Word::People));
    ui.horizontal_wrapped(|ui| {
        people::tabs(ui, views, state, commands);
        ui.add_space(space::L);
        if widgets::button(ui, Some(Icon::Search), language.say(Word::FindCertificate), Weight::Plain).clicked() {
            finding::begin(state, None, commands);
        }
        if widgets::button(ui, Some(Icon::Import), language.say(Word::Import), Weight::Plain).clicked() {
            begin_import(state);
        }
    });
}
