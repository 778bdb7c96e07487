//! The first day: three screens until a newcomer has keys and a backup of them, then what is left to do until mail can
//! be sent and read.

mod first;

use egui::{Align, CentralPanel, Frame, Layout, Margin, ScrollArea, Ui};

use crate::engine::Command;

use super::icons::{self, Icon};
use super::state::{Screen, State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Word, one_line};
use super::{bringing, keys, settings};

pub use first::{First, Stage};

/// There is no account, or no key of one's own: an empty list says nothing that helps.
pub fn is_due(views: &Views, state: &State) -> bool {
    let Some(mailbox) = views.mailbox.as_ref().filter(|mailbox| !mailbox.is_demo) else { return false };
    let lacks_keys = views.keys.as_ref().is_some_and(|keys| keys.own.is_empty());
    state.welcome.stage == Stage::Backup || address(views).is_none() || lacks_keys && mailbox.rows.is_empty()
}

fn address(views: &Views) -> Option<&str> {
    let accounts = views.mailbox.as_ref().map(|mailbox| mailbox.accounts.as_slice()).unwrap_or_default();
    accounts.iter().map(|account| account.identity.address.as_str()).find(|address| !address.is_empty())
}

/// Draws the steps.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 24, top: 16, bottom: 0 });
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        ScrollArea::vertical().id_salt("welcome").auto_shrink([false, false]).show(ui, |ui| {
            // Nothing is drawn that is another thing a moment later.
            let Some(keys) = &views.keys else { return };
            if keys.own.is_empty() || state.welcome.stage == Stage::Backup {
                first::show(ui, views, state, commands);
                return;
            }
            ui.vertical_centered(|ui| {
                ui.add_space((ui.available_height() * 0.08).min(space::XXL * 2.0));
                ui.set_max_width(ui.available_width().min(size::FORM + 80.0));
                ui.spacing_mut().item_spacing.y = space::M;
                icons::show(ui, Icon::Mark, size::ICON_HERO, palette(ui).vermilion);
                widgets::title(ui, language.say(Word::Welcome));
                widgets::soft(ui, language.say(Word::WelcomeHint));
                ui.add_space(space::S);
                steps(ui, views, state, commands);
                ui.add_space(space::L);
            });
        });
    });
}

fn steps(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let account = address(views).map(one_line);
    let (own, others) = views.keys.as_ref().map_or((0, 0), |keys| (keys.own.len(), keys.others.len()));
    let words = [Word::StepAccount, Word::StepAccountHint];
    step(ui, Icon::Mail, words.map(|word| language.say(word)), state, account.as_deref(), |ui, state| {
        if widgets::button(ui, Some(Icon::Plus), language.say(Word::AddAccount), Weight::Primary).clicked() {
            state.screen = Screen::Settings;
            settings::begin(state);
        }
    });
    let has_account = account.is_some();
    let made = (own > 0).then(String::new);
    let words = [Word::StepKeys, Word::StepKeysHint];
    step(ui, Icon::Keys, words.map(|word| language.say(word)), state, made.as_deref(), |ui, state| {
        let weight = if has_account { Weight::Primary } else { Weight::Plain };
        if widgets::button(ui, Some(Icon::Plus), language.say(Word::MakeKeys), weight).clicked() {
            go_to_keys(state, commands, false);
            keys::begin_generate(views, state);
        }
        if widgets::button(ui, Some(Icon::Import), language.say(Word::Import), Weight::Plain).clicked() {
            go_to_keys(state, commands, false);
            keys::begin_import(state);
        }
        if widgets::button(ui, None, language.say(Word::BringFromOthers), Weight::Plain).clicked() {
            bringing::begin(state, commands);
        }
    });
    let known = (others > 0).then(|| others.to_string());
    let words = [Word::StepPeople, Word::StepPeopleHint];
    step(ui, Icon::Person, words.map(|word| language.say(word)), state, known.as_deref(), |ui, state| {
        if widgets::button(ui, Some(Icon::Import), language.say(Word::Import), Weight::Plain).clicked() {
            go_to_keys(state, commands, true);
            keys::begin_import(state);
        }
    });
}

fn go_to_keys(state: &mut State, commands: &mut Vec<Command>, shows_others: bool) {
    state.screen = Screen::Keys;
    state.keys.shows_others = shows_others;
    commands.push(Command::ListKeys);
}

/// One step: what it is, and what to do for it; once done, only that.
fn step(
    ui: &mut Ui,
    icon: Icon,
    [name, hint]: [&str; 2],
    state: &mut State,
    done: Option<&str>,
    act: impl FnOnce(&mut Ui, &mut State),
) {
    let colours = palette(ui);
    widgets::card(ui, |ui| {
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            ui.horizontal(|ui| {
                let (icon, colour) = if done.is_some() { (Icon::Check, colours.pine) } else { (icon, colours.indigo) };
                icons::show(ui, icon, size::ICON_LARGE, colour);
                widgets::emphasis(ui, name);
                if let Some(about) = done {
                    widgets::soft(ui, format!("{} {about}", state.language.say(Word::StepDone)));
                }
            });
            if done.is_none() {
                widgets::soft(ui, hint);
                ui.horizontal_wrapped(|ui| act(ui, state));
            }
        });
    });
}
