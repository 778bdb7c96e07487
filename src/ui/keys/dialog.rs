//! The dialogs of the keys screen: what each asks, and what follows from a yes.

use std::path::PathBuf;

use egui::Ui;

use crate::domain::{Fingerprint, Technology};
use crate::engine::Command;
use crate::engine::topic::own_keys::OwnKeysCommand;
use crate::ui::confirm;
use crate::ui::files::Purpose;
use crate::ui::icons::Icon;
use crate::ui::state::{State, Views};
use crate::ui::theme::palette;
use crate::ui::widgets::{self, Weight};
use crate::ui::words::Word;

use super::{KeysState, authority, make, own, path_field, renew, withdraw};

/// Which dialog of the keys screen is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Dialog {
    /// None.
    #[default]
    None,
    /// Make a key pair.
    Generate,
    /// Ask an authority for a certificate.
    Request,
    /// Read a file.
    Import,
    /// Write a key to a file, with its secret or without.
    Export {
        /// Which.
        fingerprint: Fingerprint,
        /// With the secret key.
        secret: bool,
        /// What it is called.
        name: String,
    },
    /// Compare a fingerprint with its owner.
    Compare {
        /// Which.
        fingerprint: Fingerprint,
        /// Whose it says it is.
        name: String,
    },
    /// Give an S/MIME certificate a successor, or an authority a later end.
    RenewCertificate {
        /// Which.
        fingerprint: Fingerprint,
        /// What it is called.
        name: String,
        /// How that is done.
        way: renew::Way,
    },
    /// Withdraw an own key.
    Withdraw {
        /// Which.
        fingerprint: Fingerprint,
        /// What it is called.
        name: String,
        /// Of which technology it is.
        technology: Technology,
        /// Its passphrase is needed.
        is_locked: bool,
        /// A revocation made at its birth is kept.
        has_kept: bool,
    },
    /// Write the revocation made at a key's birth to a file.
    SaveRevocation {
        /// Of which key.
        fingerprint: Fingerprint,
    },
    /// Write a waiting request to a file.
    SaveRequest {
        /// Which.
        key: String,
    },
    /// Give a waiting request up.
    GiveUp {
        /// Which.
        key: String,
        /// For which address.
        name: String,
    },
    /// Make an authority.
    CreateAuthority,
    /// Issue a certificate.
    Issue {
        /// By which authority.
        authority: Fingerprint,
    },
    /// Issue a certificate again, with a later end.
    IssueAgain {
        /// By which authority.
        authority: Fingerprint,
        /// Its serial number.
        serial: String,
        /// Whose.
        name: String,
    },
    /// Withdraw a certificate that was issued.
    WithdrawIssued {
        /// By which authority.
        authority: Fingerprint,
        /// Its serial number.
        serial: String,
        /// Whose.
        name: String,
    },
    /// Write an authority's revocation list to a file.
    Publish {
        /// Which authority.
        authority: Fingerprint,
    },
    /// Move the end of an own key.
    Renew {
        /// Which.
        fingerprint: Fingerprint,
        /// What it is called.
        name: String,
        /// Its passphrase is needed.
        is_locked: bool,
    },
}

/// Draws the open dialog, over whatever screen it was opened from.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let ctx = ui.ctx().clone();
    let dialog = state.keys.dialog.clone();
    if dialog == Dialog::None {
        return;
    }
    let answer = if let Dialog::Compare { fingerprint, name } = &dialog {
        crate::ui::compare::dialog(&ctx, views, state, fingerprint, name)
    } else {
        confirm::dialog(&ctx, "keys", |ui| ask(ui, views, state, &dialog))
    };
    if answer == Some(true) {
        commands.extend(carry_out(&state.keys));
    }
    if answer.is_some() {
        state.keys.close_dialog();
    }
}

fn ask(ui: &mut Ui, views: &Views, state: &mut State, dialog: &Dialog) -> Option<bool> {
    let language = state.language;
    match dialog {
        Dialog::None => Some(false),
        Dialog::Generate => make::generate(ui, views, state),
        Dialog::Request => make::request(ui, state),
        Dialog::Import => import(ui, state),
        Dialog::Export { secret, name, .. } => export(ui, state, *secret, name),
        Dialog::Renew { name, is_locked, .. } => renew::dialog(ui, state, name, *is_locked),
        Dialog::RenewCertificate { fingerprint, name, way } => {
            let is_locked = renew::needs_passphrase(views, fingerprint, *way);
            renew::certificate_dialog(ui, state, name, *way, is_locked)
        }
        Dialog::Withdraw { name, technology, is_locked, has_kept, .. } => {
            let (technology, is_locked, has_kept) = (*technology, *is_locked, *has_kept);
            withdraw::dialog(ui, state, &withdraw::About { name, technology, is_locked, has_kept })
        }
        Dialog::WithdrawIssued { authority, name, .. } => {
            let (technology, is_locked) = (Technology::Smime, authority::needs_passphrase(views, authority));
            withdraw::dialog(ui, state, &withdraw::About { name, technology, is_locked, has_kept: false })
        }
        Dialog::SaveRevocation { .. } => withdraw::save_dialog(ui, state),
        Dialog::SaveRequest { .. } => save_request(ui, state),
        Dialog::GiveUp { name, .. } => {
            widgets::title(ui, language.fill(Word::GiveUpTitle, &[("name", name)]));
            widgets::soft(ui, language.say(Word::GiveUpHint));
            confirm::answers(ui, language, Word::GiveUp, Weight::Danger)
        }
        Dialog::CreateAuthority => authority::create_dialog(ui, state),
        Dialog::Issue { authority } => authority::issue_dialog(ui, views, state, authority),
        Dialog::IssueAgain { authority, name, .. } => authority::again_dialog(ui, views, state, authority, name),
        Dialog::Publish { authority } => authority::publish_dialog(ui, views, state, authority),
        // A sheet of its own.
        Dialog::Compare { .. } => None,
    }
}

fn carry_out(keys: &KeysState) -> Option<Command> {
    let path = PathBuf::from(keys.path.trim());
    Some(match &keys.dialog {
        Dialog::None => return None,
        Dialog::Generate => make::generate_command(keys),
        Dialog::Request => make::request_command(keys),
        Dialog::Import => Command::ImportKeys { from: path, passphrase: keys.secret() },
        Dialog::Export { fingerprint, secret, .. } => Command::ExportKey {
            fingerprint: fingerprint.clone(),
            secret: *secret,
            passphrase: keys.secret(),
            to: path,
        },
        Dialog::Renew { fingerprint, .. } => renew::command(fingerprint, keys),
        Dialog::RenewCertificate { fingerprint, way, .. } => renew::certificate_command(fingerprint, *way, keys),
        Dialog::Withdraw { fingerprint, .. } => withdraw::command(fingerprint, keys),
        Dialog::WithdrawIssued { authority, serial, .. } => withdraw::issued_command(authority, serial, keys),
        Dialog::SaveRevocation { fingerprint } => withdraw::save_command(fingerprint, keys),
        Dialog::SaveRequest { key } => own::command(OwnKeysCommand::SaveRequest { key: key.clone(), to: path }),
        Dialog::GiveUp { key, .. } => own::command(OwnKeysCommand::DiscardRequest { key: key.clone() }),
        Dialog::CreateAuthority => authority::create_command(keys),
        Dialog::Issue { authority } => authority::issue_command(authority, keys),
        Dialog::IssueAgain { authority, serial, .. } => authority::again_command(authority, serial, keys),
        Dialog::Publish { authority } => authority::publish_command(authority, keys),
        Dialog::Compare { fingerprint, .. } => Command::SetTrusted { fingerprint: fingerprint.clone(), trusted: true },
    })
}

/// Name and address of a new key's owner; gives whether they will do.
pub(super) fn owner(ui: &mut Ui, state: &mut State) -> bool {
    let language = state.language;
    let name = widgets::field(ui, language.say(Word::Name), &mut state.keys.name, "");
    state.focus_first(&name);
    widgets::field(ui, language.say(Word::Address), &mut state.keys.address, "alice@example.org");
    crate::domain::EmailAddress::parse(&state.keys.address).is_some()
}

/// A passphrase that is chosen now: entered twice, unless it stays empty.
pub(super) fn new_passphrase(ui: &mut Ui, state: &mut State, name: Word) -> bool {
    let language = state.language;
    let keys = &mut state.keys;
    widgets::secret_field(ui, language.say(name), &mut keys.passphrase);
    if keys.passphrase.is_empty() {
        keys.again.clear();
        return true;
    }
    widgets::secret_field(ui, language.say(Word::ProfilePassphraseAgain), &mut keys.again);
    if !keys.again.is_empty() && !keys.is_repeated() {
        widgets::caption(ui, language.say(Word::PassphrasesDiffer));
    }
    keys.is_repeated()
}

fn save_request(ui: &mut Ui, state: &mut State) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.say(Word::SaveRequest));
    path_field(ui, state, Purpose::Request, "request.pem");
    let can = !state.keys.path.trim().is_empty();
    or_entered(ui, can, |ui| confirm::answers_if(ui, language, can, Word::SaveRequest, Weight::Primary))
}

fn import(ui: &mut Ui, state: &mut State) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.say(Word::Import));
    widgets::soft(ui, language.say(Word::ImportHint));
    path_field(ui, state, Purpose::Import, "");
    widgets::secret_field(ui, language.say(Word::PassphraseIfAny), &mut state.keys.passphrase);
    let can = !state.keys.path.trim().is_empty();
    or_entered(ui, can, |ui| confirm::answers_if(ui, language, can, Word::Import, Weight::Primary))
}

fn export(ui: &mut Ui, state: &mut State, secret: bool, name: &str) -> Option<bool> {
    let language = state.language;
    let word = if secret { Word::ExportSecret } else { Word::Export };
    widgets::title(ui, format!("{}  {name}", language.say(word)));
    if secret {
        widgets::signed_line(ui, Icon::Caution, palette(ui).amber, language.say(Word::ExportSecretHint));
    }
    path_field(ui, state, Purpose::Export, if secret { "key" } else { "certificate.asc" });
    let is_repeated = !secret || new_passphrase(ui, state, Word::PassphraseForFile);
    let can = !state.keys.path.trim().is_empty() && (!secret || !state.keys.passphrase.is_empty()) && is_repeated;
    or_entered(ui, can, |ui| confirm::answers_if(ui, language, can, Word::Export, Weight::Primary))
}

/// Enter in a field is a yes, when a yes is possible.
pub(super) fn or_entered(ui: &mut Ui, can: bool, answers: impl FnOnce(&mut Ui) -> Option<bool>) -> Option<bool> {
    let entered = can && confirm::is_entered(ui);
    answers(ui).or(entered.then_some(true))
}
