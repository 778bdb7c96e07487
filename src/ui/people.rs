//! People: one card a correspondent, with both technologies, both kinds of trust, and what was seen of them.

mod card;
mod list;
mod vouch;

use std::ops::Range;
use std::sync::Arc;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::domain::EmailAddress;
use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::people::{PeopleCommand, PeopleView};

use super::icons::Icon;
use super::keys;
use super::state::{Screen, State, Views};
use super::theme::{palette, size};
use super::widgets;
use super::words::Word;

pub use list::{pane_id, step};
pub use vouch::VouchForm;

/// The screen between frames.
#[derive(Debug, Default)]
pub struct PeopleState {
    /// What the list is narrowed to.
    pub search: String,
    /// Whose card is open.
    pub open: Option<EmailAddress>,
    /// The search field takes the focus with the next frame.
    pub searches: bool,
    /// What is vouched for, while the dialog is open.
    pub vouch: Option<VouchForm>,
    follows: bool,
    is_asked: bool,
    narrowed: list::Narrowed,
    judged: Option<(Arc<PeopleView>, Range<usize>)>,
}

/// Opens the screen, and the card of an address.
pub fn open(state: &mut State, commands: &mut Vec<Command>, address: EmailAddress) {
    state.people.open = Some(address);
    state.people.follows = true;
    enter(state, commands);
}

/// Opens the screen.
pub fn enter(state: &mut State, commands: &mut Vec<Command>) {
    state.screen = Screen::People;
    commands.push(ask_all(state));
}

/// The two ways to look at others: a card a person, or all certificates.
pub fn tabs(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let is_cards = state.screen == Screen::People;
    if widgets::choice(ui, is_cards, language.say(Word::CorrespondentCards)).clicked() {
        enter(state, commands);
    }
    let count = views.keys.as_ref().map(|keys| format!("  {}", keys.others.len())).unwrap_or_default();
    let words = format!("{}{count}", language.say(Word::AllCertificates));
    if widgets::choice(ui, !is_cards, &words).clicked() {
        state.screen = Screen::Keys;
        state.keys.shows_others = true;
        commands.push(Command::ListKeys);
    }
}

/// Keys or trust changed: what is shown is asked for anew.
pub fn changed(state: &mut State) {
    state.people.is_asked = false;
}

fn ask_all(state: &mut State) -> Command {
    state.people.is_asked = true;
    people(PeopleCommand::Show { open: state.people.open.clone() })
}

fn people(command: PeopleCommand) -> Command {
    Command::Topic(Box::new(Topic::People(command)))
}

fn choose(view: &Arc<PeopleView>, address: &EmailAddress, state: &mut State, commands: &mut Vec<Command>) {
    state.people.open = Some(address.clone());
    commands.push(people(PeopleCommand::Open { view: Arc::clone(view), address: address.clone() }));
}

/// Draws the screen: the list, and beside it the card.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>, is_narrow: bool) {
    if !state.people.is_asked {
        commands.push(ask_all(state));
    }
    let desk = Frame::new().fill(palette(ui).desk);
    let width = if is_narrow { size::LIST * 0.8 } else { size::LIST };
    Panel::left("people").frame(desk).exact_size(width).resizable(false).show_separator_line(false).show(ui, |ui| {
        list::show(ui, views, state, commands);
    });
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 8, top: 16, bottom: 0 });
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        let language = state.language;
        let wanted = state.people.open.clone();
        let card = views.topics.people.as_ref().and_then(|view| view.card.clone());
        let fits = |address: &EmailAddress| {
            card.clone().filter(|card| card.person.address == *address || card.person.others.contains(address))
        };
        let is_nobody = views.topics.people.as_ref().is_some_and(|view| view.people.is_empty());
        let says = |ui: &mut Ui, headline, hint| {
            widgets::empty(ui, Icon::Person, language.say(headline), language.say(hint));
        };
        match wanted.as_ref().map(fits) {
            Some(Some(card)) => card::show(ui, &card, state, commands),
            _ if is_nobody => says(ui, Word::NoPeople, Word::NoPeopleHint),
            Some(None) => widgets::empty(ui, Icon::Person, language.say(Word::Loading), ""),
            None => says(ui, Word::ChoosePerson, Word::ChoosePersonHint),
        }
    });
    vouch::dialog(ui, state, commands);
    keys::dialogs(ui, views, state, commands);
}
