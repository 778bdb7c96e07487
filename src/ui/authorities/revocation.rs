//! Whether authorities are asked about withdrawals, and what is made of silence.

use egui::Ui;

use crate::engine::Command;
use crate::engine::topic::authorities::{AuthoritiesCommand, AuthoritiesView, EvidenceView, RevocationRule};
use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::space;
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Word, bytes, one_line};

use super::tell;

/// Fetched things that are shown.
const SHOWN: usize = 40;

/// The card.
pub fn card(ui: &mut Ui, view: &AuthoritiesView, state: &State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        let (mut asks, mut rule) = (view.asks, view.rule);
        ui.checkbox(&mut asks, language.say(Word::AskAuthorities));
        super::below(ui, language.say(Word::AskAuthoritiesHint));
        ui.add_space(space::M);
        widgets::body(ui, language.say(Word::RevocationWhenUnknown));
        ui.horizontal(|ui| {
            for (choice, word) in
                [(RevocationRule::Soft, Word::RevocationLetPass), (RevocationRule::Hard, Word::RevocationRefuse)]
            {
                if widgets::choice(ui, rule == choice, language.say(word)).clicked() {
                    rule = choice;
                }
            }
        });
        let hint = match rule {
            RevocationRule::Soft => Word::RevocationLetPassHint,
            RevocationRule::Hard => Word::RevocationRefuseHint,
        };
        widgets::caption(ui, language.say(hint));
        if (asks, rule) != (view.asks, view.rule) {
            tell(commands, AuthoritiesCommand::SetRevocation { asks, rule });
        }
        ui.add_space(space::M);
        if widgets::button(ui, Some(Icon::Sync), language.say(Word::RevocationCheckNow), Weight::Plain).clicked() {
            tell(commands, AuthoritiesCommand::CheckNow);
        }
        widgets::caption(ui, language.say(Word::RevocationCheckNowHint));
        ui.add_space(space::S);
        if !view.evidence.is_empty() {
            let words = language.fill(Word::RevocationFetched, &[("count", &view.evidence.len().to_string())]);
            widgets::folded(ui, "fetched", &words, |ui| {
                for one in view.evidence.iter().take(SHOWN) {
                    fetched(ui, state, one);
                }
            });
        }
    });
}

fn fetched(ui: &mut Ui, state: &State, one: &EvidenceView) {
    let language = state.language;
    let kind = language.say(if one.is_list { Word::RevocationList } else { Word::RevocationAnswer });
    let at = state.clock.full(language, one.fetched_at);
    let next = one.next_at.map(|at| state.clock.full(language, at)).unwrap_or_default();
    let blanks = [("kind", kind), ("size", &*bytes(one.bytes)), ("time", &*at), ("next", &*next)];
    widgets::body(ui, one_line(&one.address));
    widgets::caption(ui, language.fill(Word::RevocationFetchedWhen, &blanks));
}
