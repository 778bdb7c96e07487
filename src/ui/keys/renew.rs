//! Renewing an own key that has ended.

use egui::Ui;

use crate::domain::Technology;
use crate::engine::Command;
use crate::engine::view::CertificateReport;
use crate::ui::confirm;
use crate::ui::state::{Screen, State, Views};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Word, one_line};

use super::{Dialog, KeysState};

/// Leads to where an own key is renewed: an OpenPGP key gets a later end, for S/MIME a new pair is made.
pub fn begin(views: &Views, state: &mut State, report: &CertificateReport) {
    state.screen = Screen::Keys;
    state.keys.shows_others = false;
    match report.technology {
        Technology::Smime => {
            super::begin_generate(views, state);
            state.keys.only = Some(Technology::Smime);
            if let Some(name) = report.names.first() {
                state.keys.name.clone_from(name);
            }
            if let Some(address) = report.addresses.first() {
                state.keys.address = address.to_string();
            }
        }
        Technology::OpenPgp => {
            let name = report.names.first().cloned().or_else(|| report.addresses.first().map(ToString::to_string));
            state.keys.open(Dialog::Renew {
                fingerprint: report.fingerprint.clone(),
                name: one_line(&name.unwrap_or_default()),
                is_locked: report.is_locked,
            });
            state.focuses = report.is_locked;
        }
    }
}

/// Whether a key has ended.
pub fn is_due(report: &CertificateReport) -> bool {
    report.has_secret && report.problems.iter().any(|code| code == "expired")
}

pub(super) fn dialog(ui: &mut Ui, state: &mut State, name: &str, is_locked: bool) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.fill(Word::RenewTitle, &[("name", name)]));
    widgets::soft(ui, language.say(Word::RenewHint));
    if is_locked {
        let field = widgets::secret_field(ui, language.say(Word::Passphrase), &mut state.keys.passphrase);
        state.focus_first(&field);
    }
    let can = !is_locked || !state.keys.passphrase.is_empty();
    super::or_entered(ui, can, |ui| confirm::answers_if(ui, language, can, Word::Renew, Weight::Primary))
}

pub(super) fn command(fingerprint: &crate::domain::Fingerprint, keys: &KeysState) -> Command {
    Command::RenewKey { fingerprint: fingerprint.clone(), passphrase: keys.secret() }
}
