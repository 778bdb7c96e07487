//! Withdrawing a key: what it means is said before, and it has to be confirmed.

use std::path::PathBuf;

use egui::Ui;

use crate::domain::{Fingerprint, Technology};
use crate::engine::Command;
use crate::engine::topic::own_keys::{OwnKeysCommand, RevocationReason, Withdrawal};
use crate::ui::confirm;
use crate::ui::files::Purpose;
use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::palette;
use crate::ui::widgets::{self, Weight};
use crate::ui::words::Word;

use super::{KeysState, own};

/// What is chosen in the dialog.
#[derive(Clone, Debug)]
pub(super) struct Choices {
    reason: RevocationReason,
    uses_kept: bool,
    is_sure: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self { reason: RevocationReason::Superseded, uses_kept: false, is_sure: false }
    }
}

/// What is known of the key that is asked about.
pub(super) struct About<'a> {
    pub(super) name: &'a str,
    pub(super) technology: Technology,
    pub(super) is_locked: bool,
    pub(super) has_kept: bool,
}

pub(super) fn dialog(ui: &mut Ui, state: &mut State, about: &About<'_>) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.fill(Word::WithdrawTitle, &[("name", about.name)]));
    let hint = if about.technology == Technology::OpenPgp { Word::WithdrawHint } else { Word::WithdrawIssuedHint };
    widgets::soft(ui, language.say(hint));
    let choices = &mut state.keys.withdrawal;
    widgets::caption(ui, language.say(Word::WhyWithdraw));
    ui.horizontal_wrapped(|ui| {
        for reason in RevocationReason::ALL {
            let word = match reason {
                RevocationReason::Superseded => Word::ReasonSuperseded,
                RevocationReason::Retired => Word::ReasonRetired,
                RevocationReason::Compromised => Word::ReasonCompromised,
                RevocationReason::Unspecified => Word::ReasonUnspecified,
            };
            if widgets::choice(ui, choices.reason == reason, language.say(word)).clicked() {
                choices.reason = reason;
            }
        }
    });
    let is_hard = choices.reason.is_hard() || choices.uses_kept;
    let (word, colour) =
        if is_hard { (Word::ReasonHard, palette(ui).plum) } else { (Word::ReasonSoft, palette(ui).ink_soft) };
    widgets::signed_line(ui, if is_hard { Icon::Caution } else { Icon::Check }, colour, language.say(word));
    if about.is_locked && about.has_kept {
        ui.checkbox(&mut choices.uses_kept, language.say(Word::LostPassphrase));
    }
    let needs_passphrase = about.is_locked && !choices.uses_kept;
    if needs_passphrase {
        widgets::secret_field(ui, language.say(Word::Passphrase), &mut state.keys.passphrase);
    }
    ui.checkbox(&mut state.keys.withdrawal.is_sure, language.say(Word::WithdrawSure));
    let can = state.keys.withdrawal.is_sure && (!needs_passphrase || !state.keys.passphrase.is_empty());
    confirm::answers_if(ui, language, can, Word::Withdraw, Weight::Danger)
}

pub(super) fn save_dialog(ui: &mut Ui, state: &mut State) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.say(Word::SaveRevocation));
    widgets::soft(ui, language.say(Word::SaveRevocationHint));
    super::path_field(ui, state, Purpose::Export, "revocation.asc");
    let can = !state.keys.path.trim().is_empty();
    super::or_entered(ui, can, |ui| confirm::answers_if(ui, language, can, Word::Export, Weight::Primary))
}

pub(super) fn command(fingerprint: &Fingerprint, keys: &KeysState) -> Command {
    own::command(OwnKeysCommand::Revoke(Box::new(Withdrawal {
        fingerprint: fingerprint.clone(),
        reason: keys.withdrawal.reason,
        text: String::new(),
        passphrase: keys.secret(),
        uses_kept: keys.withdrawal.uses_kept,
    })))
}

/// The same for a certificate that an own authority issued to somebody.
pub(super) fn issued_command(authority: &Fingerprint, serial: &str, keys: &KeysState) -> Command {
    own::command(OwnKeysCommand::RevokeIssued {
        authority: authority.clone(),
        serial: serial.to_owned(),
        reason: keys.withdrawal.reason,
        passphrase: keys.secret(),
    })
}

pub(super) fn save_command(fingerprint: &Fingerprint, keys: &KeysState) -> Command {
    let to = PathBuf::from(keys.path.trim());
    own::command(OwnKeysCommand::SaveRevocation { fingerprint: fingerprint.clone(), to })
}
