//! Certification authorities: which of them count, roots of one's own, and whether they are asked about withdrawals.

pub mod checked;
mod list;
mod revocation;
mod root;

use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

use crate::domain::Fingerprint;
use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::authorities::{AnchorSet, AuthoritiesCommand, AuthoritiesView};

use super::icons::Icon;
use super::state::{State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word};

/// The page of the authorities between frames.
#[derive(Clone, Debug, Default)]
pub struct AuthoritiesState {
    /// The page is shown in place of the other settings.
    pub is_open: bool,
    /// Its part about withdrawals is shown, not the list.
    pub shows_withdrawals: bool,
    /// What the list is narrowed to.
    pub search: String,
    /// The anchor whose details are shown.
    pub detail: Option<Fingerprint>,
    /// The user says that the fingerprint of the new root was compared.
    compared: bool,
    /// The anchors were asked for.
    was_asked: bool,
}

/// What the engine is told.
fn tell(commands: &mut Vec<Command>, command: AuthoritiesCommand) {
    commands.push(Command::Topic(Box::new(Topic::Authorities(command))));
}

/// The card of the settings: what counts in one sentence, and the way to the page.
pub fn card(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let view = wanted(views, state, commands);
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.say(Word::Authorities));
        widgets::body(ui, view.map_or_else(|| language.say(Word::Loading).to_owned(), |view| sum(language, view)));
        widgets::caption(ui, language.say(Word::AuthoritiesHint));
        if widgets::button(ui, Some(Icon::Settings), language.say(Word::ShowAuthorities), Weight::Plain).clicked() {
            state.settings.authorities.is_open = true;
        }
    });
}

/// The page.
pub fn page(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let view = wanted(views, state, commands).cloned();
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 8, top: 16, bottom: 0 });
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            if widgets::icon_button(ui, Icon::Back, language.say(Word::BackToSettings)).clicked() {
                state.settings.authorities = AuthoritiesState { was_asked: true, ..AuthoritiesState::default() };
            }
            widgets::title(ui, language.say(Word::Authorities));
        });
        ui.add_space(space::S);
        let Some(view) = view.as_ref() else {
            widgets::empty(ui, Icon::Keys, language.say(Word::Loading), "");
            return;
        };
        ui.horizontal(|ui| {
            for (withdrawals, word) in [(false, Word::AuthoritiesList), (true, Word::RevocationTitle)] {
                let chosen = state.settings.authorities.shows_withdrawals == withdrawals;
                if widgets::choice(ui, chosen, language.say(word)).clicked() {
                    state.settings.authorities.shows_withdrawals = withdrawals;
                }
            }
        });
        ui.add_space(space::S);
        let height = ui.available_height();
        ScrollArea::vertical().id_salt("authorities").auto_shrink([false, false]).show(ui, |ui| {
            ui.set_max_width(size::MEASURE + 80.0);
            ui.spacing_mut().item_spacing.y = space::M;
            if state.settings.authorities.shows_withdrawals {
                revocation::card(ui, view, state, commands);
            } else {
                sets(ui, view, state, commands);
                list::card(ui, height, view, state, commands);
            }
            ui.add_space(space::L);
        });
        list::detail(ui, view, state, commands);
        root::dialog(ui, view, state, commands);
    });
}

/// The newest view; asked for when there is none.
fn wanted<'a>(views: &'a Views, state: &mut State, commands: &mut Vec<Command>) -> Option<&'a AuthoritiesView> {
    let view = views.topics.authorities.as_deref().filter(|view| !view.anchors.is_empty());
    if view.is_none() && !std::mem::replace(&mut state.settings.authorities.was_asked, true) {
        tell(commands, AuthoritiesCommand::Show);
    }
    view
}

fn sum(language: Language, view: &AuthoritiesView) -> String {
    let used = view.anchors.iter().filter(|anchor| anchor.is_used).count();
    let counts = [("used", &*used.to_string()), ("total", &*view.anchors.len().to_string())];
    language.fill(Word::AuthoritiesSum, &counts)
}

/// The two sets as a whole, and adding a root of one's own.
fn sets(ui: &mut Ui, view: &AuthoritiesView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        widgets::emphasis(ui, sum(language, view));
        widgets::caption(ui, language.say(Word::AuthoritiesHint));
        for (set, used, word, hint) in [
            (AnchorSet::Mozilla, view.uses_mozilla, Word::SetMozilla, Word::SetMozillaHint),
            (AnchorSet::Platform, view.uses_platform, Word::SetPlatform, Word::SetPlatformHint),
        ] {
            ui.add_space(space::XS);
            let mut now = used;
            if ui.checkbox(&mut now, language.say(word)).changed() {
                tell(commands, AuthoritiesCommand::UseSet { set, used: now });
            }
            below(ui, language.say(hint));
        }
        ui.add_space(space::XS);
        if widgets::button(ui, Some(Icon::Plus), language.say(Word::AddRoot), Weight::Plain).clicked() {
            state.ask_file(ui.ctx(), super::files::Purpose::Root, language.say(Word::AddRoot), "");
        }
    });
}

/// What belongs to the box above it, under its words.
fn below(ui: &mut Ui, words: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(size::ICON + space::XS);
        widgets::caption(ui, words);
    });
}

/// A file was chosen for a root.
pub fn read_root(path: std::path::PathBuf, commands: &mut Vec<Command>) {
    tell(commands, AuthoritiesCommand::ReadRoot(path));
}
