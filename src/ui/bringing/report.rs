use egui::Ui;

use crate::engine::Command;
use crate::engine::topic::bringing::{Bringing, BringingCommand, Brought, Gain, Outcome, Wish};

use super::super::evidence::technology;
use super::super::icons::{self, Icon};
use super::super::state::{Screen, State};
use super::super::theme::{palette, size, space};
use super::super::widgets::{self, Weight};
use super::super::words::{Language, Word, bringing as words, codes, one_line, why::Explained as _};
use super::command;

/// Rows that are drawn.
const MAX_ROWS: usize = 200;

/// What came, or would come; what stayed comes first, since something is to be done about it.
pub(super) fn show(ui: &mut Ui, report: &Bringing, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let heading = if report.dry_run { Word::BringWould } else { Word::BringDone };
    widgets::emphasis(ui, language.say(heading));
    widgets::soft(ui, summary(language, report));
    ui.horizontal_wrapped(|ui| {
        if report.dry_run
            && let Some(wish) = &state.bringing.wish
            && widgets::button(ui, Some(Icon::Import), language.say(Word::Bring), Weight::Primary).clicked()
        {
            let wish = Wish { dry_run: false, ..(**wish).clone() };
            commands.push(command(BringingCommand::Bring(Box::new(wish))));
        }
        let (word, weight) =
            if report.dry_run { (Word::BringBack, Weight::Plain) } else { (Word::BringFinish, Weight::Primary) };
        if widgets::button(ui, None, language.say(word), weight).clicked() {
            if report.dry_run {
                commands.push(command(BringingCommand::Look(state.bringing.named.clone())));
            } else {
                state.bringing.forget();
                commands.push(command(BringingCommand::Dismiss));
                commands.push(Command::ListKeys);
                state.screen = Screen::Keys;
            }
        }
        if !report.dry_run && widgets::button(ui, None, language.say(Word::BringBack), Weight::Quiet).clicked() {
            commands.push(command(BringingCommand::Look(state.bringing.named.clone())));
        }
    });
    let (stayed, came): (Vec<&Brought>, Vec<&Brought>) =
        report.items.iter().partition(|item| matches!(item.outcome, Outcome::Stayed { .. }));
    for item in stayed.iter().chain(&came).take(MAX_ROWS) {
        row(ui, language, item);
    }
    let more = report.items.len().saturating_sub(MAX_ROWS);
    if more > 0 {
        widgets::soft(ui, language.fill(Word::BringMore, &[("count", &more.to_string())]));
    }
}

fn summary(language: Language, report: &Bringing) -> String {
    let count = |wanted: Option<Gain>| {
        let is_it = |item: &&Brought| match &item.outcome {
            Outcome::Came { gain, .. } => wanted == Some(*gain),
            Outcome::Stayed { .. } => wanted.is_none(),
        };
        report.items.iter().filter(is_it).count().to_string()
    };
    let (new, updated) = (count(Some(Gain::New)), count(Some(Gain::Updated)));
    let (known, stayed) = (count(Some(Gain::Known)), count(None));
    let blanks = [("new", &*new), ("updated", &*updated), ("known", &*known), ("stayed", &*stayed)];
    language.fill(Word::BringSummary, &blanks)
}

fn row(ui: &mut Ui, language: Language, item: &Brought) {
    let colours = palette(ui);
    match &item.outcome {
        Outcome::Came { report, gain, outside, trust } => {
            widgets::card(ui, |ui| {
                ui.spacing_mut().item_spacing.y = space::XS;
                ui.horizontal_wrapped(|ui| {
                    let (icon, colour) =
                        if report.has_secret { (Icon::Keys, colours.indigo) } else { (Icon::Person, colours.ink_soft) };
                    icons::show(ui, icon, size::ICON_LARGE, colour);
                    let name = report.names.first().cloned().or_else(|| report.subject.clone());
                    let address = report.addresses.first().map(|address| one_line(address.as_str()));
                    let name = name.map(|name| one_line(&name)).unwrap_or_default();
                    if !name.is_empty() {
                        widgets::emphasis(ui, name);
                    }
                    widgets::soft(ui, address.unwrap_or_default());
                    widgets::tag(ui, technology(report.technology));
                    widgets::tag(
                        ui,
                        language.say(match gain {
                            Gain::New => Word::BringNew,
                            Gain::Updated => Word::BringUpdated,
                            Gain::Known => Word::BringKnown,
                        }),
                    );
                    if report.has_secret {
                        widgets::tag(ui, language.say(if *outside { Word::BringOutside } else { Word::SecretOpen }));
                    }
                    if let Some(hint) = trust {
                        let word = if hint.taken { Word::BringTrusted } else { Word::BringNotTrusted };
                        widgets::tag(ui, language.say(word));
                    }
                });
                for problem in &report.problems {
                    widgets::signed_line(ui, Icon::Caution, colours.amber, codes::problem(language, problem));
                }
                widgets::caption(ui, place(language, item));
            });
        }
        Outcome::Stayed { subject, why, detail } => {
            widgets::card_with(ui, colours.amber, |ui| {
                ui.spacing_mut().item_spacing.y = space::XS;
                let row = why.row();
                let subject = one_line(subject);
                if !subject.is_empty() {
                    widgets::emphasis(ui, subject);
                }
                widgets::signed_line(ui, Icon::Caution, colours.amber, row.means(language, &[]));
                widgets::soft(ui, row.advice(language, &[]));
                if !detail.is_empty() {
                    widgets::caption(ui, one_line(detail));
                }
                widgets::caption(ui, place(language, item));
            });
        }
    }
}

fn place(language: Language, item: &Brought) -> String {
    let from = one_line(&item.from);
    format!("{} · {from}", words::source(language, item.source, &from))
}
