//! The Autocrypt Setup Message: which key, where to, and its code.

use std::path::PathBuf;

use egui::{Context, Ui};

use crate::domain::{Fingerprint, Technology};
use crate::engine::Command;
use crate::engine::topic::backup::{BackupCommand, Outcome};
use crate::ui::confirm;
use crate::ui::icons::Icon;
use crate::ui::state::{State, Views};
use crate::ui::theme::{self, palette, size};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Word, one_line};

use super::{Choice, Dialog, command, failure, path_row, setup_text};

/// Blocks of the code on a line, as Autocrypt Level 1 §4.4.2 shows them.
const BLOCKS: usize = 3;

/// The dialog.
pub fn dialog(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>, fingerprint: &Fingerprint) {
    let language = state.language;
    let answer = confirm::dialog(ctx, "setup-message", |ui| {
        widgets::title(ui, language.say(Word::OtherDevice));
        if let Some(Outcome::SetupMessage(file, code)) = state.backup.outcome.clone() {
            widgets::signed_line(ui, Icon::Check, palette(ui).pine, one_line(&file.to_string_lossy()));
            widgets::card(ui, |ui| {
                widgets::caption(ui, language.say(Word::SetupCode));
                let blocks: Vec<&str> = code.declassify().split('-').collect();
                for line in blocks.chunks(BLOCKS) {
                    let ink = palette(ui).ink;
                    widgets::text(ui, line.join(" - "), theme::fixed(size::TITLE), ink);
                }
            });
            widgets::soft(ui, language.say(Word::SetupCodeHint));
            let close = ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
                widgets::button(ui, None, language.say(Word::Close), Weight::Primary).clicked()
            });
            return close.inner.then_some(false);
        }
        form(ui, views, state, fingerprint)
    });
    match answer {
        Some(true) => {
            state.backup.is_busy = true;
            let to = PathBuf::from(state.backup.file.trim());
            let text = setup_text(language);
            commands.push(command(BackupCommand::SetupMessage { fingerprint: fingerprint.clone(), to, text }));
        }
        Some(false) => {
            state.backup.close();
        }
        None => {}
    }
}

fn form(ui: &mut Ui, views: &Views, state: &mut State, fingerprint: &Fingerprint) -> Option<bool> {
    let language = state.language;
    widgets::soft(ui, language.say(Word::SetupHint));
    let own = views.keys.as_ref().map(|keys| keys.own.as_slice()).unwrap_or_default();
    let pgp: Vec<_> = own.iter().filter(|key| key.report.technology == Technology::OpenPgp).collect();
    if pgp.len() > 1 {
        ui.horizontal_wrapped(|ui| {
            for key in pgp {
                let name = key.report.addresses.first().map(ToString::to_string);
                let name = one_line(&name.unwrap_or_else(|| key.report.fingerprint.spaced()));
                if widgets::choice(ui, key.report.fingerprint == *fingerprint, &name).clicked() {
                    state.backup.dialog = Dialog::Setup(key.report.fingerprint.clone());
                }
            }
        });
    }
    if state.backup.file.is_empty() && state.focuses {
        let folder = views.topics.backup.as_ref().and_then(|view| view.folder.clone()).unwrap_or_default();
        state.backup.file = folder.join("autocrypt-setup-message.eml").to_string_lossy().into_owned();
    }
    let (file, _) = path_row(ui, state, Word::SetupFile, Choice::Setup, |backup| &mut backup.file, None, None);
    state.focus_first(&file);
    if !state.backup.is_busy {
        failure(ui, views, state);
    }
    let can = !state.backup.file.trim().is_empty() && !state.backup.is_busy;
    confirm::answers_if(ui, language, can, Word::WriteSetup, Weight::Primary)
}
