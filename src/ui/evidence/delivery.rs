//! The way of the message from server to server, as far as somebody vouches for it.

use egui::Ui;

use crate::engine::view::{SenderResult, SenderWord, Source};
use crate::ui::theme::{self, palette, size};
use crate::ui::widgets;
use crate::ui::words::reason::{self, About};
use crate::ui::words::why::{Delivered, Explained};
use crate::ui::words::{Word, codes, one_line, verdict};

use super::way::station;
use super::{Page, SHOWN, headed};

/// The card of the delivery.
pub(super) fn delivery(ui: &mut Ui, page: &mut Page) {
    let (language, view) = (page.state.language, page.view);
    let results = &view.assessment.sender;
    headed(ui, language, Word::Delivery, |ui| {
        let found = verdict::delivered(&view.assessment).map_or(Delivered::Unknown, |(found, _)| found);
        let (row, filled) = (found.row(), page.facts(None));
        widgets::body(ui, row.means(language, &filled.blanks()));
        page.advise(ui, &row, &filled, None, true);
        for (index, result) in results.iter().take(SHOWN).enumerate() {
            mechanism(ui, page, result, index + 1 < results.len().min(SHOWN));
        }
    });
}

fn mechanism(ui: &mut Ui, page: &mut Page, result: &SenderResult, goes_on: bool) {
    let language = page.state.language;
    let colours = palette(ui);
    let colour = match result.result {
        SenderWord::Pass => colours.pine,
        SenderWord::Fail | SenderWord::Permerror | SenderWord::Policy => colours.plum,
        SenderWord::Softfail | SenderWord::Temperror => colours.amber,
        SenderWord::Neutral | SenderWord::None => colours.ink_soft,
    };
    let (name, what) = codes::method(language, result.method);
    let row = (result.method, result.result).row();
    station(ui, goes_on, result.result == SenderWord::Pass, colour, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.spacing_mut().interact_size.y = 0.0;
            widgets::emphasis(ui, name);
            widgets::text(ui, codes::sender_word(language, result.result), theme::plain(size::BODY), colour);
            widgets::soft(ui, one_line(&result.domain));
        });
        // Where there is an answer, it says what was asked.
        if !matches!(result.result, SenderWord::Pass | SenderWord::Fail) {
            widgets::caption(ui, what);
        }
        widgets::caption(ui, row.means(language, &[]));
        if result.result != SenderWord::Pass {
            widgets::caption(ui, row.advice(language, &[]));
        }
        let by = match &result.source {
            Source::Evaluated => language.say(Word::EvaluatedHere).to_owned(),
            Source::Reported { authserv_id } => language.fill(Word::ReportedBy, &[("server", &one_line(authserv_id))]),
        };
        widgets::caption(ui, by);
        if let Some(policy) = &result.policy {
            widgets::caption(ui, language.fill(Word::PolicyIs, &[("policy", policy)]));
        }
        if let Some(why) = &result.explanation {
            widgets::caption(ui, reason::reason(language, About::Delivery, why));
        }
        page.offer(ui, &row, None);
    });
}
