//! Keys: one's own, and all certificates of others, both technologies in one list.

mod authority;
mod dialog;
mod file;
mod heading;
mod make;
mod others;
mod own;
mod renew;
mod withdraw;

use egui::{CentralPanel, Frame, Margin, Ui};

use crate::domain::{Fingerprint, Secret, Technology};
use crate::engine::Command;
use crate::engine::view::{CertificateReport, Counting, KeyView, TrustVerdict};

use super::compose::{verdict_colour, verdict_icon};
use super::evidence::technology;
use super::finding;
use super::icons::{self, Icon};
use super::state::{Screen, State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, codes, one_line};

use dialog::{new_passphrase, or_entered, owner};
use file::path_field;

pub use dialog::{Dialog, show as dialogs};
pub use own::hint;
pub use renew::{Way as RenewalWay, begin as begin_renew};

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
        heading::show(ui, views, state, commands);
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
            counting(ui, language, fingerprint, key.counts, commands);
        }
    });
}

/// Whether an OpenPGP certificate's certifications count, and how far: ticked when they do.
pub fn counting(
    ui: &mut Ui,
    language: Language,
    fingerprint: &Fingerprint,
    counts: Counting,
    commands: &mut Vec<Command>,
) {
    let mut root = counts != Counting::Not;
    let is_third = counts == Counting::Third;
    let words = if is_third { Word::CertificationsCountThird } else { Word::CertificationsCount };
    let mut set = |root| commands.push(Command::SetTrustRoot { fingerprint: fingerprint.clone(), root });
    let mut ticked = ui.checkbox(&mut root, language.say(words));
    if is_third {
        ticked = ticked.on_hover_text(language.say(Word::CountThirdHint));
    }
    if ticked.changed() {
        set(root);
    }
    if is_third && widgets::button(ui, None, language.say(Word::CountInFull), Weight::Quiet).clicked() {
        set(true);
    }
}
