//! Whether a message arrived: a card in the reports that servers send, and lines under the header of what was sent.

use egui::Ui;

use crate::engine::view::ReadingView;

use super::icons::Icon;
use super::theme::palette;
use super::widgets;
use super::words::{Language, Word, delivery as words, one_line};

/// Recipients that are named at once.
const NAMED: usize = 20;

/// Draws what is known, if anything is.
pub fn show(ui: &mut Ui, view: &ReadingView, language: Language) {
    let delivery = &view.help.delivery;
    if let Some(report) = &delivery.report {
        widgets::card(ui, |ui| {
            widgets::emphasis(ui, language.say(Word::DeliveryReport));
            if !delivery.is_ours {
                widgets::signed_line(ui, Icon::Caution, palette(ui).amber, language.say(Word::DeliveryNotOurs));
            }
            if let Some(subject) = &report.subject {
                widgets::soft(ui, language.fill(Word::DeliveryAbout, &[("subject", &one_line(subject))]));
            }
            for outcome in report.outcomes.iter().take(NAMED) {
                line(ui, language, outcome.action.word(), &outcome.recipient, &outcome.status);
                if !outcome.detail.is_empty() {
                    widgets::caption(ui, one_line(&outcome.detail));
                }
            }
        });
    }
    for record in delivery.known.iter().take(NAMED) {
        line(ui, language, &record.action, &record.recipient, &record.status);
    }
}

fn line(ui: &mut Ui, language: Language, action: &str, recipient: &str, status: &str) {
    let colours = palette(ui);
    let (icon, colour) = match action {
        "failed" => (Icon::Caution, colours.plum),
        "delayed" => (Icon::Caution, colours.amber),
        _ => (Icon::Check, colours.pine),
    };
    widgets::signed_line(ui, icon, colour, words::outcome(language, action, recipient, status));
}
