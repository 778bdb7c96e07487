//! A root of one's own: what it would mean, and comparing its fingerprint.

use egui::Ui;

use crate::engine::Command;
use crate::engine::topic::authorities::{AuthoritiesCommand, AuthoritiesView};
use crate::ui::confirm;
use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::palette;
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Word, one_line, short_name};

use super::{list, tell};

/// Domains that are named.
const DOMAINS: usize = 12;

/// The question about the root that was read from a file.
pub fn dialog(ui: &Ui, view: &AuthoritiesView, state: &mut State, commands: &mut Vec<Command>) {
    let Some(candidate) = &view.candidate else { return };
    let language = state.language;
    let mut compared = state.settings.authorities.compared;
    let answer = confirm::dialog(ui.ctx(), "root", |ui| {
        widgets::title(ui, language.fill(Word::AddRootTitle, &[("name", &short_name(&candidate.anchor.name))]));
        let colours = palette(ui);
        if candidate.only_for.is_empty() {
            widgets::signed_line(ui, Icon::Caution, colours.plum, language.say(Word::AddRootWarning));
        } else {
            let domains: Vec<String> = candidate.only_for.iter().take(DOMAINS).map(|domain| one_line(domain)).collect();
            let words = language.fill(Word::AddRootOnlyFor, &[("domains", &domains.join(", "))]);
            widgets::signed_line(ui, Icon::Caution, colours.amber, words);
        }
        if !candidate.is_root {
            widgets::signed_line(ui, Icon::Caution, colours.amber, language.say(Word::AddRootBelow));
        }
        list::about(ui, language, &candidate.anchor, state);
        widgets::soft(ui, language.say(Word::AddRootCompare));
        ui.checkbox(&mut compared, language.say(Word::RootCompared));
        confirm::answers_if(ui, language, compared, Word::AddRoot, Weight::Danger)
    });
    state.settings.authorities.compared = compared && answer.is_none();
    match answer {
        Some(true) if compared => tell(commands, AuthoritiesCommand::AddRoot),
        Some(_) => tell(commands, AuthoritiesCommand::LeaveRoot),
        None => {}
    }
}
