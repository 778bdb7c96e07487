//! Looking for somebody's certificate: who is asked and what that tells them, what was found, and where a certificate
//! was met.

mod publish;
mod settings;
mod words;

use std::collections::BTreeSet;
use std::path::PathBuf;

use egui::{Context, ScrollArea, Ui};

use crate::domain::{EmailAddress, Fingerprint};
use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::finding::{
    Asked, FindingCommand, FindingSettings, FoundCertificate, LookUp, Outcome, SearchView,
};

use super::confirm;
use super::evidence::technology;
use super::icons::{self, Icon};
use super::state::{State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, one_line, short_address};

pub use publish::{begin as begin_publish, dialog as publish_dialog};
pub use settings::{SettingsState, show as settings};
pub use words::met;

/// The least height of what may scroll.
const LEAST: f32 = 160.0;
/// The height of what stands around the results.
const AROUND: f32 = 220.0;
/// The height of what stands around the choice of ways.
const FRAME: f32 = 290.0;

/// The search dialog and the publishing dialog between frames.
#[derive(Clone, Debug, Default)]
pub struct FindingState {
    is_open: bool,
    address: String,
    /// `None` until the user chose: what is allowed.
    ways: Option<BTreeSet<LookUp>>,
    remembers: bool,
    /// The results are shown, not the choice.
    has_asked: bool,
    /// The certificate that is being published.
    publishes: Option<(Fingerprint, String)>,
    /// The settings as typed.
    pub settings: SettingsState,
}

impl FindingState {
    /// Closes what is open; gives whether anything was.
    pub fn close(&mut self) -> bool {
        let was_open = self.is_open || self.publishes.is_some();
        let settings = std::mem::take(&mut self.settings);
        *self = Self { settings, ..Self::default() };
        was_open
    }

    /// Whether a dialog is open.
    pub fn is_open(&self) -> bool {
        self.is_open || self.publishes.is_some()
    }
}

/// Opens the dialog, for an address if there is one.
pub fn begin(state: &mut State, address: Option<&EmailAddress>, commands: &mut Vec<Command>) {
    state.finding.close();
    state.finding.is_open = true;
    state.finding.address = address.map(ToString::to_string).unwrap_or_default();
    state.focuses = address.is_none();
    commands.push(wish(FindingCommand::Close));
}

/// Asks everywhere, for a picture of what that looks like.
pub fn ask_everywhere(state: &mut State, commands: &mut Vec<Command>) {
    let Some(address) = EmailAddress::parse(&state.finding.address) else { return };
    state.finding.has_asked = true;
    let ways = LookUp::BY_ADDRESS.to_vec();
    commands.push(wish(FindingCommand::Find { address, ways, remember: false }));
}

/// Draws the dialogs, if one is open.
pub fn dialogs(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    publish_dialog(ctx, views, state, commands);
    if !state.finding.is_open {
        return;
    }
    let view = views.topics.finding.clone().unwrap_or_default();
    let search = view.search.as_ref().filter(|_| state.finding.has_asked);
    let answer = confirm::dialog(ctx, "find", |ui| {
        widgets::title(ui, state.language.say(Word::FindTitle));
        match search {
            Some(search) => results(ui, search, state, commands),
            None => choice(ui, views, &view.settings, state, commands),
        }
    });
    if answer == Some(false) {
        if search.is_some_and(|search| search.is_running) {
            commands.push(Command::Cancel);
        }
        state.finding.close();
        commands.push(wish(FindingCommand::Close));
    }
}

/// Whom to ask.
fn choice(
    ui: &mut Ui,
    views: &Views,
    settings: &FindingSettings,
    state: &mut State,
    commands: &mut Vec<Command>,
) -> Option<bool> {
    let language = state.language;
    widgets::soft(ui, language.say(Word::FindHint));
    let field = widgets::field(ui, language.say(Word::FindFor), &mut state.finding.address, "hanako@example.co.jp");
    state.focus_first(&field);
    let mut ways = state.finding.ways.clone().unwrap_or_else(|| settings.allowed.clone());
    ways.remove(&LookUp::Aia);
    let height = (ui.input(|input| input.content_rect().height()) - FRAME).max(LEAST);
    ScrollArea::vertical().id_salt("ways").max_height(height).show(ui, |ui| {
        for way in LookUp::BY_ADDRESS {
            if toggled(ui, language, way, &mut ways) {
                state.finding.ways = Some(ways.clone());
            }
        }
    });
    let is_new = ways.iter().any(|way| !settings.allowed.contains(way));
    if is_new {
        widgets::hairline(ui);
        ui.checkbox(&mut state.finding.remembers, language.say(Word::FindRemember));
    }
    if views.mailbox.as_ref().is_some_and(|mailbox| mailbox.is_demo) {
        widgets::signed_line(ui, Icon::Caution, palette(ui).amber, language.say(Word::FindOffline));
    }
    let address = EmailAddress::parse(&state.finding.address);
    let can = address.is_some() && !ways.is_empty();
    let entered = field.lost_focus() && confirm::is_entered(ui);
    let answer = confirm::answers_if(ui, language, can, Word::FindNow, Weight::Primary);
    if let Some(address) = address.filter(|_| can && (answer == Some(true) || entered)) {
        state.finding.has_asked = true;
        let remember = state.finding.remembers && is_new;
        commands.push(wish(FindingCommand::Find { address, ways: ways.into_iter().collect(), remember }));
    }
    answer.filter(|yes| !yes)
}

/// A way that can be chosen, with what it tells to whom; gives whether that changed.
fn toggled(ui: &mut Ui, language: Language, way: LookUp, ways: &mut BTreeSet<LookUp>) -> bool {
    let mut is_chosen = ways.contains(&way);
    let (name, hint) = words::way(way);
    let draw = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let is_changed = ui.checkbox(&mut is_chosen, language.say(name)).changed();
        hint_below(ui, language.say(hint));
        is_changed
    };
    let is_changed = ui.vertical(draw).inner;
    if is_chosen {
        ways.insert(way);
    } else {
        ways.remove(&way);
    }
    is_changed
}

/// What a choice tells to whom, below its name.
fn hint_below(ui: &mut Ui, words: &str) {
    ui.horizontal_top(|ui| {
        ui.add_space(size::ICON + space::S);
        widgets::caption(ui, words);
    });
}

/// What was asked, and what was found.
fn results(ui: &mut Ui, search: &SearchView, state: &mut State, commands: &mut Vec<Command>) -> Option<bool> {
    let language = state.language;
    widgets::soft(ui, short_address(search.address.as_str()));
    let height = (ui.input(|input| input.content_rect().height()) - AROUND).max(LEAST);
    ScrollArea::vertical().id_salt("found").max_height(height).show(ui, |ui| {
        // Nothing lies under the bar.
        ui.set_max_width((ui.available_width() - space::S).max(0.0));
        ui.spacing_mut().item_spacing.y = space::S;
        widgets::emphasis(ui, language.say(Word::AskedPlaces));
        for asked in &search.asked {
            place(ui, language, asked);
        }
        if search.found.is_empty() {
            let is_answered = search.asked.iter().any(|asked| asked.outcome == Outcome::Nothing);
            if !search.is_running && is_answered {
                widgets::signed_line(ui, Icon::Mail, palette(ui).ink_soft, language.say(Word::FoundNone));
            }
            return;
        }
        ui.add_space(space::XS);
        widgets::emphasis(ui, language.say(Word::FoundCertificates));
        for found in &search.found {
            certificate(ui, language, found, commands);
        }
        widgets::caption(ui, language.say(Word::CompareAfter));
    });
    let mut answer = None;
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
        if widgets::button(ui, None, language.say(Word::Close), Weight::Primary).clicked() {
            answer = Some(false);
        }
        if !search.is_running && widgets::button(ui, None, language.say(Word::FindAgain), Weight::Plain).clicked() {
            state.finding.has_asked = false;
        }
    });
    answer
}

fn place(ui: &mut Ui, language: Language, asked: &Asked) {
    let colours = palette(ui);
    let (icon, colour) = match asked.outcome {
        Outcome::Waiting => (Icon::Sync, colours.ink_soft),
        Outcome::Found(_) => (Icon::Check, colours.pine),
        Outcome::Nothing => (Icon::Search, colours.ink_soft),
        Outcome::NoAnswer(_) => (Icon::Caution, colours.amber),
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        icons::show(ui, icon, size::ICON, colour);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let name = language.say(words::way(asked.way).0);
            let name =
                if asked.place.is_empty() { name.to_owned() } else { format!("{name} · {}", one_line(&asked.place)) };
            widgets::body(ui, name);
            widgets::caption(ui, words::outcome(language, asked.outcome));
        });
    });
}

fn certificate(ui: &mut Ui, language: Language, found: &FoundCertificate, commands: &mut Vec<Command>) {
    let report = &found.report;
    let edge = if report.problems.is_empty() { palette(ui).line } else { palette(ui).amber };
    widgets::card_with(ui, edge, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.horizontal_wrapped(|ui| {
            let name = report.names.first().map(|name| one_line(name));
            widgets::emphasis(ui, name.unwrap_or_else(|| words::addresses(report)));
            widgets::soft(ui, words::addresses(report));
            widgets::tag(ui, technology(report.technology));
            widgets::tag(ui, &one_line(&found.place));
        });
        for problem in &report.problems {
            let words = super::words::codes::problem(language, problem);
            widgets::signed_line(ui, Icon::Caution, palette(ui).amber, words);
        }
        widgets::fingerprint(ui, &report.fingerprint.spaced());
        if found.is_kept {
            widgets::signed_line(ui, Icon::Check, palette(ui).ink_soft, language.say(Word::IsKept));
        } else if widgets::button(ui, Some(Icon::Plus), language.say(Word::KeepUnverified), Weight::Plain).clicked() {
            commands.push(wish(FindingCommand::Keep(Box::new(found.clone()))));
        }
    });
}

/// Writes a certificate as a folder that can be uploaded.
pub fn export(fingerprint: Fingerprint, to: PathBuf) -> Command {
    wish(FindingCommand::ExportDirectory { fingerprint, to })
}

/// A command of this topic.
fn wish(command: FindingCommand) -> Command {
    Command::Topic(Box::new(Topic::Finding(command)))
}
