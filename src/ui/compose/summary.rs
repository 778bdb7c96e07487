//! One line that sums preflight up; it unfolds to each recipient.

use egui::{ScrollArea, Ui};

use crate::engine::view::{PreflightView, ReadinessView};
use crate::ui::icons::{self, Icon};
use crate::ui::state::State;
use crate::ui::theme::{palette, size, space};
use crate::ui::widgets;
use crate::ui::words::{Language, Word, codes};

use super::{Composer, recipients};

/// So many of a kind are said one by one; each recipient's own are in the list of recipients.
const MOST: usize = 3;
/// So many recipients are listed without a bar to scroll.
const FEW: usize = 12;
/// The height of one of many.
const ROW: f32 = 24.0;

pub(super) fn show(ui: &mut Ui, preflight: Option<&PreflightView>, state: &State, composer: &Composer) {
    let Some(preflight) = preflight.filter(|_| composer.has_recipients()) else { return };
    let language = state.language;
    let colours = palette(ui);
    let edge = if preflight.blockers.is_empty() { colours.line } else { colours.plum };
    widgets::card_with(ui, edge, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.horizontal_wrapped(|ui| {
            let (icon, colour) = match (preflight.blockers.is_empty(), preflight.is_encrypted) {
                (false, _) => (Icon::Caution, colours.plum),
                (true, true) => (Icon::LockClosed, colours.pine),
                (true, false) => (Icon::LockOpen, colours.ink_soft),
            };
            icons::show(ui, icon, size::ICON, colour);
            widgets::body(ui, codes::summary(language, preflight, &composer.from));
        });
        // A subject that is still to be written is no caution yet; it is asked about before sending.
        cautions(ui, language, preflight.cautions.iter().filter(|(code, _)| code != "empty_subject"));
        let rest = preflight.blockers.len().saturating_sub(1);
        for (code, about) in preflight.blockers.iter().skip(1).take(MOST) {
            widgets::signed_line(ui, Icon::Caution, colours.plum, codes::blocker(language, code, about));
        }
        more(ui, language, rest);
        let begins_open = composer.unfolds;
        widgets::folded_from(ui, "preflight", language.say(Word::EachRecipient), begins_open, |ui| {
            each(ui, language, &preflight.recipients);
        });
    });
}

/// The first of the cautions, and how many more there are.
pub(super) fn cautions<'c>(ui: &mut Ui, language: Language, all: impl Iterator<Item = &'c (String, String)>) {
    let mut count = 0;
    for (code, about) in all {
        count += 1;
        if count <= MOST {
            let words = codes::send_caution(language, code, about);
            widgets::signed_line(ui, Icon::Caution, palette(ui).amber, words);
        }
    }
    more(ui, language, count);
}

fn more(ui: &mut Ui, language: Language, count: usize) {
    if count > MOST {
        let count = (count - MOST).to_string();
        widgets::soft(ui, language.fill(Word::AndMore, &[("count", &count)]));
    }
}

/// How each recipient gets it; of many, only those in sight are laid out.
fn each(ui: &mut Ui, language: Language, all: &[ReadinessView]) {
    if all.len() <= FEW {
        for ready in all {
            recipients::readiness(ui, language, ready);
        }
        return;
    }
    let area = ScrollArea::vertical().id_salt("each-recipient").max_height(ROW * FEW as f32);
    area.show_rows(ui, ROW, all.len(), |ui, range| {
        for ready in all.get(range).unwrap_or_default() {
            recipients::readiness_line(ui, language, ready, ROW);
        }
    });
}
