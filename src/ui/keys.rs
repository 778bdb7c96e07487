//! People and keys: one list for both technologies, one's own and those of others.

mod authority;
mod make;
mod others;
mod own;
mod renew;
mod withdraw;

use std::path::PathBuf;

use egui::{CentralPanel, Frame, Margin, Ui};

use crate::domain::{Fingerprint, Secret, Technology};
use crate::engine::Command;
use crate::engine::topic::own_keys::OwnKeysCommand;
use crate::engine::view::{CertificateReport, KeyView, TrustVerdict};

use super::compose::{verdict_colour, verdict_icon};
use super::evidence::technology;
use super::files::Purpose;
use super::finding;
use super::icons::{self, Icon};
use super::state::{Screen, State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, codes, one_line};
use super::{bringing, confirm};

pub use own::hint;
pub use renew::{Way as RenewalWay, begin as begin_renew};

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

/// The keys screen between frames.
#[derive(Clone, Debug, Default)]
pub struct KeysState {
    /// The open dialog.
    pub dialog: Dialog,
    /// The file to read or write.
    pub path: String,
    /// Others are shown, not one's own.
    pub shows_others: bool,
    passphrase: String,
    again: String,
    name: String,
    address: String,
    only: Option<Technology>,
    /// How high the cards of others are, as far as they were drawn.
    heights: Vec<f32>,
    /// The sheet for comparing fingerprints.
    pub sheet: super::compare::Sheet,
    choices: make::Choices,
    withdrawal: withdraw::Choices,
    authority: authority::Choices,
    keeps_key: bool,
}

impl KeysState {
    /// Closes the open dialog; gives whether there was one.
    pub fn close_dialog(&mut self) -> bool {
        let was_open = self.dialog != Dialog::None;
        let (shows_others, heights) = (self.shows_others, std::mem::take(&mut self.heights));
        *self = Self { shows_others, heights, ..Self::default() };
        was_open
    }

    fn open(&mut self, dialog: Dialog) {
        self.close_dialog();
        self.dialog = dialog;
    }

    /// A passphrase that is chosen now was entered twice alike: a slip would lock its owner out.
    fn is_repeated(&self) -> bool {
        self.passphrase == self.again
    }

    fn secret(&self) -> Option<Secret<String>> {
        (!self.passphrase.is_empty()).then(|| Secret::from(self.passphrase.as_str()))
    }
}

/// Draws the screen.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 8, top: 16, bottom: 0 });
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        heading(ui, views, state, commands);
        if !state.keys.shows_others {
            super::backup::strip(ui, views, state, commands);
            own::show(ui, views, state, commands);
            return;
        }
        let Some(keys) = &views.keys else {
            widgets::empty(ui, Icon::Keys, language.say(Word::Loading), "");
            return;
        };
        if keys.others.is_empty() {
            widgets::empty(ui, Icon::Keys, language.say(Word::NoOthers), language.say(Word::NoOthersHint));
            return;
        }
        others::show(ui, &keys.others, state, commands);
    });
    dialogs(ui, views, state, commands);
}

fn heading(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::title(ui, language.say(Word::PeopleAndKeys));
    ui.horizontal_wrapped(|ui| {
        let count = |others: bool| {
            views.keys.as_ref().map_or(0, |keys| if others { keys.others.len() } else { keys.own.len() })
        };
        for (others, word) in [(false, Word::MyKeys), (true, Word::OthersKeys)] {
            let words = format!("{}  {}", language.say(word), count(others));
            if widgets::choice(ui, state.keys.shows_others == others, &words).clicked() {
                state.keys.shows_others = others;
            }
        }
        ui.add_space(space::L);
        if widgets::button(ui, Some(Icon::Search), language.say(Word::FindCertificate), Weight::Plain).clicked() {
            finding::begin(state, None, commands);
        }
        if widgets::button(ui, Some(Icon::Import), language.say(Word::Import), Weight::Plain).clicked() {
            begin_import(state);
        }
        if widgets::button(ui, None, language.say(Word::BringFromOthers), Weight::Plain).clicked() {
            bringing::begin(state, commands);
        }
        if widgets::button(ui, Some(Icon::Plus), language.say(Word::NewKey), Weight::Plain).clicked() {
            begin_generate(views, state);
        }
        if widgets::button(ui, Some(Icon::File), language.say(Word::RequestCertificate), Weight::Quiet).clicked() {
            state.keys.open(Dialog::Request);
            state.focuses = true;
            propose_owner(views, state);
        }
    });
    ui.add_space(space::S);
}

/// Opens the dialog for new keys.
pub fn begin_generate(views: &Views, state: &mut State) {
    state.keys.open(Dialog::Generate);
    state.focuses = true;
    propose_owner(views, state);
}

/// Opens the dialog for a file of keys.
pub fn begin_import(state: &mut State) {
    state.keys.open(Dialog::Import);
    state.focuses = true;
}

/// Opens the comparison of a certificate with its owner.
pub fn begin_compare(state: &mut State, fingerprint: &Fingerprint, name: String) {
    state.screen = Screen::Keys;
    state.keys.shows_others = true;
    state.keys.open(Dialog::Compare { fingerprint: fingerprint.clone(), name });
}

/// Opens the comparison over the screen that is shown.
pub fn compare_here(state: &mut State, fingerprint: &Fingerprint, name: String) {
    state.keys.open(Dialog::Compare { fingerprint: fingerprint.clone(), name });
}

fn propose_owner(views: &Views, state: &mut State) {
    let accounts = views.mailbox.as_ref().map(|mailbox| mailbox.accounts.as_slice()).unwrap_or_default();
    if let Some(account) = accounts.iter().find(|account| !account.identity.address.is_empty()) {
        state.keys.name.clone_from(&account.identity.name);
        state.keys.address.clone_from(&account.identity.address);
    }
}

/// What a key is called: a name, else an address, else its subject.
fn called(key: &KeyView) -> String {
    called_report(&key.report)
}

fn called_report(report: &CertificateReport) -> String {
    let name = report.names.first().cloned();
    let name = name.or_else(|| report.addresses.first().map(ToString::to_string));
    one_line(&name.or_else(|| report.subject.clone()).unwrap_or_default())
}

fn key(ui: &mut Ui, key: &KeyView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let colours = palette(ui);
    let report = &key.report;
    let edge = if report.problems.is_empty() { colours.line } else { colours.amber };
    widgets::card_with(ui, edge, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.horizontal_wrapped(|ui| {
            icons::show(ui, verdict_icon(key.verdict), size::ICON_LARGE, verdict_colour(ui, key.verdict));
            widgets::emphasis(ui, called(key));
            let addresses: Vec<_> = report.addresses.iter().map(|address| one_line(address.as_str())).collect();
            widgets::soft(ui, addresses.join(", "));
            widgets::tag(ui, technology(report.technology));
            if report.has_secret {
                widgets::tag(ui, language.say(if report.is_locked { Word::SecretLocked } else { Word::SecretOpen }));
            }
        });
        widgets::soft(ui, verdict_words(language, key));
        for problem in &report.problems {
            widgets::signed_line(ui, Icon::Caution, colours.amber, codes::problem(language, problem));
        }
        widgets::fingerprint(ui, &report.fingerprint.spaced());
        widgets::caption(ui, span(state, key));
        for place in &key.met {
            widgets::caption(ui, finding::met(state, place));
        }
        report_details(ui, language, report);
        actions(ui, key, state, commands);
    });
}

fn verdict_words(language: Language, key: &KeyView) -> String {
    let word = match key.verdict {
        _ if key.report.has_secret && key.report.problems.is_empty() => Word::KeyOwn,
        _ if key.is_trusted && key.report.problems.is_empty() => Word::KeyCompared,
        TrustVerdict::Authenticated => Word::KeyAuthenticated,
        TrustVerdict::Partial => Word::KeyPartial,
        TrustVerdict::Unauthenticated | TrustVerdict::Mismatch => Word::KeyUnauthenticated,
        TrustVerdict::Revoked => Word::KeyRevoked,
        TrustVerdict::Expired => Word::KeyExpired,
    };
    language.say(word).to_owned()
}

fn span(state: &State, key: &KeyView) -> String {
    let language = state.language;
    let day = |at| state.clock.day(language, at);
    let begin = key.report.not_before.map(day).unwrap_or_default();
    match key.report.not_after.map(day) {
        Some(end) => language.fill(Word::ValidSpan, &[("begin", &begin), ("end", &end)]),
        None => language.fill(Word::ValidSince, &[("begin", &begin)]),
    }
}

fn report_details(ui: &mut Ui, language: Language, report: &CertificateReport) {
    widgets::folded(ui, report.fingerprint.as_str(), language.say(Word::TechnicalDetail), |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        widgets::fact(ui, language.say(Word::Algorithms), &report.algorithms.join(", "));
        let can = [(report.can_sign, Word::CanSign), (report.can_encrypt, Word::CanEncrypt)];
        let can: Vec<_> = can.iter().filter(|(can, _)| *can).map(|(_, word)| language.say(*word)).collect();
        widgets::fact(ui, language.say(Word::UsedFor), &can.join(", "));
        widgets::fact(ui, language.say(Word::Subject), &one_line(report.subject.as_deref().unwrap_or_default()));
        widgets::fact(ui, language.say(Word::Issuer), &one_line(report.issuer.as_deref().unwrap_or_default()));
    });
}

fn actions(ui: &mut Ui, key: &KeyView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let fingerprint = &key.report.fingerprint;
    ui.horizontal_wrapped(|ui| {
        if !key.report.has_secret {
            if key.is_trusted {
                if widgets::button(ui, None, language.say(Word::TakeTrustBack), Weight::Plain).clicked() {
                    commands.push(Command::SetTrusted { fingerprint: fingerprint.clone(), trusted: false });
                }
            } else if widgets::button(ui, Some(Icon::Check), language.say(Word::Compare), Weight::Plain).clicked() {
                state.keys.open(Dialog::Compare { fingerprint: fingerprint.clone(), name: called(key) });
            }
        }
        let mut export = |ui: &mut Ui, word: Word, secret: bool| {
            if widgets::button(ui, Some(Icon::Export), language.say(word), Weight::Quiet).clicked() {
                state.keys.open(Dialog::Export { fingerprint: fingerprint.clone(), secret, name: called(key) });
            }
        };
        export(ui, Word::Export, false);
        if key.report.technology == Technology::OpenPgp {
            let mut root = key.is_root;
            if ui.checkbox(&mut root, language.say(Word::CertificationsCount)).changed() {
                commands.push(Command::SetTrustRoot { fingerprint: fingerprint.clone(), root });
            }
        }
    });
}

/// Draws the open dialog, over whatever screen it was opened from.
pub fn dialogs(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let ctx = ui.ctx().clone();
    let dialog = state.keys.dialog.clone();
    if dialog == Dialog::None {
        return;
    }
    let answer = if let Dialog::Compare { fingerprint, name } = &dialog {
        super::compare::dialog(&ctx, views, state, fingerprint, name)
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
        Dialog::RenewCertificate { name, way, .. } => renew::certificate_dialog(ui, state, name, *way),
        Dialog::Withdraw { name, technology, is_locked, has_kept, .. } => {
            let (technology, is_locked, has_kept) = (*technology, *is_locked, *has_kept);
            withdraw::dialog(ui, state, &withdraw::About { name, technology, is_locked, has_kept })
        }
        Dialog::WithdrawIssued { name, .. } => {
            let technology = Technology::Smime;
            withdraw::dialog(ui, state, &withdraw::About { name, technology, is_locked: false, has_kept: false })
        }
        Dialog::SaveRevocation { .. } => withdraw::save_dialog(ui, state),
        Dialog::SaveRequest { .. } => save_request(ui, state),
        Dialog::GiveUp { name, .. } => {
            widgets::title(ui, language.fill(Word::GiveUpTitle, &[("name", name)]));
            widgets::soft(ui, language.say(Word::GiveUpHint));
            confirm::answers(ui, language, Word::GiveUp, Weight::Danger)
        }
        Dialog::CreateAuthority => authority::create_dialog(ui, state),
        Dialog::Issue { .. } => authority::issue_dialog(ui, state),
        Dialog::IssueAgain { name, .. } => authority::again_dialog(ui, state, name),
        Dialog::Publish { .. } => authority::publish_dialog(ui, state),
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
fn owner(ui: &mut Ui, state: &mut State) -> bool {
    let language = state.language;
    let name = widgets::field(ui, language.say(Word::Name), &mut state.keys.name, "");
    state.focus_first(&name);
    widgets::field(ui, language.say(Word::Address), &mut state.keys.address, "alice@example.org");
    crate::domain::EmailAddress::parse(&state.keys.address).is_some()
}

/// A passphrase that is chosen now: entered twice, unless it stays empty.
fn new_passphrase(ui: &mut Ui, state: &mut State, name: Word) -> bool {
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
fn or_entered(ui: &mut Ui, can: bool, answers: impl FnOnce(&mut Ui) -> Option<bool>) -> Option<bool> {
    let entered = can && confirm::is_entered(ui);
    answers(ui).or(entered.then_some(true))
}

fn path_field(ui: &mut Ui, state: &mut State, purpose: Purpose, name: &str) {
    let language = state.language;
    let path = widgets::field(ui, language.say(Word::FilePath), &mut state.keys.path, "");
    state.focus_first(&path);
    if widgets::button(ui, Some(Icon::Folder), language.say(Word::ChooseFile), Weight::Plain).clicked() {
        state.ask_file(ui.ctx(), purpose, language.say(Word::ChooseFile), name);
    }
}
