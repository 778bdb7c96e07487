//! What is kept, in the settings: how much room it takes, whether it is sound, giving room back, writing all of it out; and
//! what was done about a database that was damaged.

use egui::{Context, Ui};

use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::storage::{
    CheckReport, Closed, Exported, Form, Gravity, Outcome, RepairReport, StorageCommand, StorageView,
};

use super::files::Purpose;
use super::icons::Icon;
use super::state::{State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, bytes, one_line, storage as words};

/// The width of the list of what takes how much room.
const SIZES: f32 = 380.0;

/// The card between frames.
#[derive(Clone, Debug, Default)]
pub struct StorageState {
    has_asked: bool,
    form: Form,
}

fn command(command: StorageCommand) -> Command {
    Command::Topic(Box::new(Topic::Storage(command)))
}

/// Where everything is to be written.
pub fn export(state: &State, to: &std::path::Path) -> Command {
    // The folder of that dialog may have anything in it: a new one is made in it.
    command(StorageCommand::Export { to: to.join("Kakitome"), form: state.settings.storage.form })
}

/// Draws the card.
pub fn card(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let view = views.topics.storage.clone().unwrap_or_default();
    if !state.settings.storage.has_asked {
        state.settings.storage.has_asked = true;
        if view.sizes.is_none() && view.busy.is_none() && !view.is_damaged {
            commands.push(command(StorageCommand::Look));
        }
    }
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.say(Word::Storage));
        widgets::caption(ui, language.say(Word::StorageHint));
        if view.is_damaged {
            widgets::signed_line(ui, Icon::Caution, palette(ui).plum, language.say(Word::StorageDamaged));
            widgets::soft(ui, language.say(Word::StorageDamagedHint));
            if widgets::button(ui, Some(Icon::Sync), language.say(Word::StorageRepair), Weight::Primary).clicked() {
                commands.push(command(StorageCommand::Repair));
            }
        }
        sizes(ui, &view, language);
        if let Some(busy) = view.busy {
            working(ui, views, busy, language, commands);
            return;
        }
        ui.horizontal_wrapped(|ui| {
            for (icon, word, what) in [
                (Icon::Check, Word::StorageCheck, StorageCommand::Check),
                (Icon::Package, Word::StorageCompact, StorageCommand::Compact),
            ] {
                if widgets::button(ui, Some(icon), language.say(word), Weight::Plain).clicked() {
                    commands.push(command(what));
                }
            }
            if widgets::button(ui, Some(Icon::Export), language.say(Word::StorageExport), Weight::Plain).clicked() {
                state.ask_file(ui.ctx(), Purpose::ExportEverything, language.say(Word::StorageExport), "");
            }
        });
        ui.horizontal_wrapped(|ui| {
            widgets::caption(ui, language.say(Word::StorageForm));
            for (form, name) in [(Form::Maildir, "Maildir"), (Form::Mbox, "mbox")] {
                if widgets::choice(ui, state.settings.storage.form == form, name).clicked() {
                    state.settings.storage.form = form;
                }
            }
        });
        match &view.outcome {
            Some(Outcome::Checked(report)) => checked(ui, report, language),
            Some(Outcome::Compacted(done)) => {
                let saved = done.before.saturating_sub(done.after);
                let text = language.fill(Word::StorageCompacted, &[("size", &room(saved)), ("now", &room(done.after))]);
                widgets::signed_line(ui, Icon::Check, palette(ui).pine, text);
            }
            Some(Outcome::Exported(done)) => exported(ui, done, language),
            Some(Outcome::Stopped) => drop(widgets::soft(ui, language.say(Word::StorageStopped))),
            None => {}
        }
    });
}

fn room(count: u64) -> String {
    bytes(usize::try_from(count).unwrap_or(usize::MAX))
}

fn sizes(ui: &mut Ui, view: &StorageView, language: Language) {
    let Some(sizes) = view.sizes else { return };
    let rows = [
        (Word::StorageMail, sizes.mail),
        (Word::StorageSearch, sizes.search),
        (Word::StorageOther, sizes.other),
        (Word::StorageFree, sizes.free),
        (Word::StorageOld, sizes.damaged),
    ];
    let total = (Word::StorageTotal, sizes.total());
    let shown = rows.into_iter().filter(|(_, count)| *count > 0).chain([total]);
    ui.scope(|ui| {
        ui.set_max_width(SIZES);
        ui.spacing_mut().item_spacing.y = space::XS;
        for (word, count) in shown {
            ui.horizontal(|ui| {
                widgets::soft(ui, language.say(word));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if word == Word::StorageTotal {
                        widgets::emphasis(ui, room(count))
                    } else {
                        widgets::body(ui, room(count))
                    }
                });
            });
        }
    });
}

fn working(ui: &mut Ui, views: &Views, busy: &str, language: Language, commands: &mut Vec<Command>) {
    let activity = views.activity.as_ref().filter(|activity| activity.work == busy);
    let stage = activity.map(|activity| activity.subject.as_str()).unwrap_or_default();
    widgets::soft(ui, words::stage(language, busy, stage));
    if let Some(fraction) = activity.and_then(|activity| activity.fraction) {
        ui.add(egui::ProgressBar::new(fraction).desired_height(space::XS));
    }
    // What is half repaired helps nobody.
    if busy != "repair"
        && widgets::button(ui, Some(Icon::Close), language.say(Word::StorageStop), Weight::Plain).clicked()
    {
        commands.push(Command::Cancel);
    }
}

fn checked(ui: &mut Ui, report: &CheckReport, language: Language) {
    let count = report.messages.to_string();
    match report.gravity() {
        None => {
            let text = language.fill(Word::StorageSound, &[("count", &count)]);
            widgets::signed_line(ui, Icon::Check, palette(ui).pine, text);
        }
        Some(Gravity::Damage) => {}
        Some(_) => {
            let text = language.fill(Word::StorageNearlySound, &[("count", &count)]);
            widgets::signed_line(ui, Icon::Check, palette(ui).pine, text);
        }
    }
    for finding in &report.findings {
        widgets::caption(ui, words::finding(language, finding.code, finding.count));
    }
}

fn exported(ui: &mut Ui, done: &Exported, language: Language) {
    let (messages, folders) = (done.messages.to_string(), done.folders.to_string());
    let to = one_line(&done.to.display().to_string());
    let values = [("messages", messages.as_str()), ("folders", folders.as_str()), ("to", to.as_str())];
    widgets::signed_line(ui, Icon::Check, palette(ui).pine, language.fill(Word::StorageExported, &values));
    if !done.unreadable.is_empty() {
        let text = language.fill(Word::StorageUnreadable, &[("count", &done.unreadable.len().to_string())]);
        widgets::signed_line(ui, Icon::Caution, palette(ui).amber, text);
    }
    if !done.differing.is_empty() {
        let text = language.fill(Word::StorageDiffering, &[("count", &done.differing.len().to_string())]);
        widgets::signed_line(ui, Icon::Caution, palette(ui).amber, text);
    }
    if done.keys > 0 {
        widgets::soft(ui, language.say(Word::StorageKeysElsewhere));
    }
}

/// Says why no profile is open, and what can be done.
fn closed(ctx: &Context, views: &mut Views, state: &State, commands: &mut Vec<Command>) {
    let Some(view) = views.topics.storage.clone() else { return };
    let Some(why) = view.closed.as_deref() else { return };
    let language = state.language;
    let (title, texts) = words::closed(language, why);
    let answer = super::confirm::dialog(ctx, "closed", |ui| {
        ui.set_max_width(size::DIALOG);
        widgets::title(ui, title);
        for text in texts {
            widgets::body(ui, text);
        }
        if let Closed::Unopened(failure) | Closed::Unrepaired(failure) = why {
            widgets::folded(ui, "closed-detail", language.say(Word::TechnicalDetail), |ui| {
                widgets::caption(ui, one_line(&failure.source));
            });
        }
        let (word, weight) = match why {
            Closed::Missing => (Word::MissingBegin, Weight::Danger),
            _ => (Word::TryAgain, Weight::Primary),
        };
        super::confirm::answers(ui, language, word, weight)
    });
    if let Some(goes_on) = answer {
        // Who says no finds it in the settings.
        let seen = StorageView { closed: None, ..(*view).clone() };
        views.topics.storage = Some(std::sync::Arc::new(seen));
        if goes_on {
            commands.push(command(StorageCommand::Repair));
        }
    }
}

/// Tells what was done about a damaged database, until it was seen, or why nothing could be done.
pub fn dialog(ctx: &Context, views: &mut Views, state: &mut State, commands: &mut Vec<Command>) {
    closed(ctx, views, state, commands);
    let report = views.topics.storage.as_ref().and_then(|view| view.repaired.clone());
    let Some(report) = report.filter(|_| state.backup.dialog == super::backup::Dialog::None) else { return };
    let language = state.language;
    let lacks_keys = !report.lost_keys.is_empty() || report.may_lack_keys;
    let answer = super::confirm::dialog(ctx, "repaired", |ui| {
        widgets::title(ui, language.say(Word::RepairedTitle));
        super::confirm::scrolled(ui, "repaired", |ui| repaired(ui, &report, language));
        let mut answer = None;
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            let weight = if lacks_keys { Weight::Plain } else { Weight::Primary };
            if widgets::button(ui, None, language.say(Word::RepairedSeen), weight).clicked() {
                answer = Some(false);
            }
            if lacks_keys
                && widgets::button(ui, Some(Icon::Keys), language.say(Word::RepairedRestore), Weight::Primary).clicked()
            {
                answer = Some(true);
            }
        });
        answer
    });
    if let Some(restores) = answer {
        commands.push(command(StorageCommand::Dismiss));
        if let Some(view) = &views.topics.storage {
            let seen = StorageView { repaired: None, ..(**view).clone() };
            views.topics.storage = Some(std::sync::Arc::new(seen));
        }
        if restores {
            super::backup::begin_restore(state);
        }
    }
}

fn repaired(ui: &mut Ui, report: &RepairReport, language: Language) {
    ui.set_max_width(size::DIALOG);
    ui.spacing_mut().item_spacing.y = space::S;
    widgets::body(ui, language.say(Word::RepairedHint));
    for (gravity, text) in words::repaired(language, report) {
        let (icon, colour) = match gravity {
            words::Tone::Good => (Icon::Check, palette(ui).pine),
            words::Tone::Care => (Icon::Caution, palette(ui).amber),
            words::Tone::Lost => (Icon::Caution, palette(ui).plum),
        };
        widgets::signed_line(ui, icon, colour, text);
    }
    for message in &report.named {
        widgets::caption(ui, one_line(&format!("{}  {}", message.from, message.subject)));
    }
    widgets::folded(ui, "repaired-rows", language.say(Word::RepairedDetail), |ui| {
        if !report.kept_as.as_os_str().is_empty() {
            widgets::caption(ui, one_line(&report.kept_as.display().to_string()));
        }
        for (table, counts) in report.tables.iter().filter(|(_, counts)| counts.kept + counts.lost > 0) {
            let more = if counts.is_exact { "" } else { "+" };
            widgets::caption(ui, format!("{table}  {}  −{}{more}", counts.kept, counts.lost));
        }
    });
}
