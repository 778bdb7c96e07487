//! An authority of one's own: what it issued, and the dialogs that make it, issue, withdraw and publish.

use std::path::PathBuf;

use egui::Ui;

use crate::domain::{Fingerprint, Secret, Technology};
use crate::engine::Command;
use crate::engine::topic::own_keys::{
    AUTHORITY_DAYS, AuthorityView, Issued, IssuedView, KeyKind, KeyUse, LIFETIME_DAYS, LIST_DAYS, NewAuthority,
    OwnKeysCommand, OwnKeysView, Pkcs12Form, To,
};
use crate::ui::confirm;
use crate::ui::files::Purpose;
use crate::ui::icons::{self, Icon};
use crate::ui::state::{State, Views};
use crate::ui::theme::{palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Word, one_line};

use super::{Dialog, KeysState, make, own};

/// What is chosen and entered in the dialogs.
#[derive(Clone, Debug)]
pub(super) struct Choices {
    kind: KeyKind,
    organisation: String,
    list_url: String,
    is_for_request: bool,
    request: String,
    /// Opens the authority's key, where the other passphrase is for the file.
    passphrase: String,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            kind: KeyKind::default_of(Technology::Smime),
            organisation: String::new(),
            list_url: String::new(),
            is_for_request: false,
            request: String::new(),
            passphrase: String::new(),
        }
    }
}

/// Whether the key of an authority has to be opened for what is asked.
pub(super) fn needs_passphrase(views: &Views, authority: &Fingerprint) -> bool {
    let all = views.topics.own_keys.as_ref().map(|view| view.authorities.as_slice()).unwrap_or_default();
    all.iter().any(|one| one.report.fingerprint == *authority && one.needs_passphrase)
}

/// The part of the screen below one's keys.
pub(super) fn panel(ui: &mut Ui, view: &OwnKeysView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    ui.add_space(space::S);
    widgets::hairline(ui);
    widgets::text(ui, language.say(Word::YourAuthorities), crate::ui::theme::strong(size::READING), palette(ui).ink);
    for authority in &view.authorities {
        card(ui, authority, state, commands);
    }
    if view.authorities.is_empty() {
        widgets::soft(ui, language.say(Word::NoAuthorityHint));
        if widgets::button(ui, Some(Icon::Plus), language.say(Word::MakeAuthority), Weight::Plain).clicked() {
            state.keys.open(Dialog::CreateAuthority);
            state.focuses = true;
        }
    }
}

fn card(ui: &mut Ui, authority: &AuthorityView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let colours = palette(ui);
    let fingerprint = authority.report.fingerprint.clone();
    widgets::card_with(ui, if authority.is_due { colours.amber } else { colours.line }, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.horizontal_wrapped(|ui| {
            icons::show(ui, Icon::Server, size::ICON_LARGE, colours.indigo);
            widgets::emphasis(ui, one_line(&authority.name));
            widgets::tag(ui, &authority.report.algorithms.join(", "));
        });
        if let Some(end) = authority.report.not_after {
            let left = (end.as_second() - state.clock.now.as_second()).div_euclid(24 * 60 * 60);
            widgets::body(ui, own::end_words(language, &state.clock.day(language, end), left));
        }
        own::backed_up(ui, authority.backed_up_at, state);
        list_state(ui, authority, state);
        widgets::fingerprint(ui, &authority.report.fingerprint.spaced());
        ui.horizontal_wrapped(|ui| {
            if widgets::button(ui, Some(Icon::Plus), language.say(Word::IssueCertificate), Weight::Plain).clicked() {
                state.keys.open(Dialog::Issue { authority: fingerprint.clone() });
                state.focuses = true;
            }
            if widgets::button(ui, Some(Icon::Export), language.say(Word::WriteList), Weight::Quiet).clicked() {
                state.keys.open(Dialog::Publish { authority: fingerprint.clone() });
                state.focuses = true;
            }
            if widgets::button(ui, Some(Icon::Sync), language.say(Word::Renew), Weight::Quiet).clicked() {
                state.keys.open(Dialog::RenewCertificate {
                    fingerprint: fingerprint.clone(),
                    name: one_line(&authority.name),
                    way: super::renew::Way::Authority,
                });
            }
            if widgets::button(ui, Some(Icon::Export), language.say(Word::Export), Weight::Quiet).clicked() {
                let name = one_line(&authority.name);
                state.keys.open(Dialog::Export { fingerprint: fingerprint.clone(), secret: false, name });
            }
        });
        issued(ui, authority, state, commands);
    });
}

fn list_state(ui: &mut Ui, authority: &AuthorityView, state: &State) {
    let language = state.language;
    let Some((made, next)) = authority.list_times else { return };
    let (date, due) = (state.clock.day(language, made), state.clock.day(language, next));
    if next < state.clock.now {
        let words = language.fill(Word::ListOverdue, &[("next", &due)]);
        widgets::signed_line(ui, Icon::Caution, palette(ui).amber, words);
    } else {
        widgets::soft(ui, language.fill(Word::ListState, &[("date", &date), ("next", &due)]));
    }
}

fn issued(ui: &mut Ui, authority: &AuthorityView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    if authority.issued.is_empty() {
        widgets::caption(ui, language.say(Word::NothingIssued));
        return;
    }
    let words = language.fill(Word::IssuedCount, &[("count", &authority.issued.len().to_string())]);
    let salt = authority.report.fingerprint.as_str();
    widgets::folded_from(ui, salt, &words, authority.issued.len() <= 5, |ui| {
        for one in &authority.issued {
            row(ui, &authority.report.fingerprint, one, state, commands);
        }
    });
}

fn row(ui: &mut Ui, authority: &Fingerprint, one: &IssuedView, state: &mut State, _: &mut Vec<Command>) {
    let language = state.language;
    let colours = palette(ui);
    ui.horizontal_wrapped(|ui| {
        let (icon, colour) =
            if one.revoked.is_some() { (Icon::Caution, colours.plum) } else { (Icon::Person, colours.ink_soft) };
        icons::show(ui, icon, size::ICON, colour);
        widgets::body(ui, one_line(&one.name));
        if let Some((at, _)) = one.revoked {
            let day = state.clock.day(language, at);
            widgets::soft(ui, language.fill(Word::WithdrawnUnspecified, &[("date", &day)]));
            return;
        }
        let day = state.clock.day(language, one.not_after);
        widgets::soft(ui, language.fill(Word::IssuedUntil, &[("date", &day)]));
        if widgets::button(ui, None, language.say(Word::Renew), Weight::Quiet).clicked() {
            let (authority, serial) = (authority.clone(), one.serial.clone());
            state.keys.open(Dialog::IssueAgain { authority, serial, name: one_line(&one.name) });
            state.focuses = true;
        }
        if widgets::button(ui, None, language.say(Word::Withdraw), Weight::Danger).clicked() {
            let (authority, serial) = (authority.clone(), one.serial.clone());
            state.keys.open(Dialog::WithdrawIssued { authority, serial, name: one_line(&one.name) });
        }
    });
}

pub(super) fn create_dialog(ui: &mut Ui, state: &mut State) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.say(Word::MakeAuthority));
    widgets::soft(ui, language.say(Word::MakeAuthorityHint));
    let name = widgets::field(ui, language.say(Word::AuthorityName), &mut state.keys.name, "");
    state.focus_first(&name);
    let mut can = !state.keys.name.trim().is_empty();
    widgets::folded(ui, "more-choices", language.say(Word::MoreChoices), |ui| {
        confirm::scrolled(ui, "more-choices-scroll", |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            let choices = &mut state.keys.authority;
            widgets::field(ui, language.say(Word::Organisation), &mut choices.organisation, "");
            widgets::field(ui, language.say(Word::ListUrl), &mut choices.list_url, "http://example.org/family.crl");
            make::kinds(ui, language, Technology::Smime, &mut choices.kind);
            can &= super::new_passphrase(ui, state, Word::PassphraseIfWanted);
        });
    });
    super::or_entered(ui, can, |ui| confirm::answers_if(ui, language, can, Word::MakeAuthority, Weight::Primary))
}

pub(super) fn issue_dialog(ui: &mut Ui, views: &Views, state: &mut State, authority: &Fingerprint) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.say(Word::IssueCertificate));
    widgets::soft(ui, language.say(Word::IssueHint));
    ui.horizontal(|ui| {
        for (is_for_request, word) in [(false, Word::ForAddress), (true, Word::ForRequest)] {
            if widgets::choice(ui, state.keys.authority.is_for_request == is_for_request, language.say(word)).clicked()
            {
                state.keys.authority.is_for_request = is_for_request;
            }
        }
    });
    let mut can = if state.keys.authority.is_for_request {
        let field = widgets::field(ui, language.say(Word::RequestFile), &mut state.keys.authority.request, "");
        state.focus_first(&field);
        !state.keys.authority.request.trim().is_empty()
    } else {
        let is_address = super::owner(ui, state);
        super::new_passphrase(ui, state, Word::PassphraseForFile) && is_address && !state.keys.passphrase.is_empty()
    };
    let name = if state.keys.authority.is_for_request { "certificate.pem" } else { "certificate.p12" };
    super::path_field(ui, state, Purpose::Export, name);
    can &= !state.keys.path.trim().is_empty();
    if needs_passphrase(views, authority) {
        let opens = &mut state.keys.authority.passphrase;
        widgets::secret_field(ui, language.say(Word::PassphraseOfAuthority), opens);
        can &= !opens.is_empty();
    }
    super::or_entered(ui, can, |ui| confirm::answers_if(ui, language, can, Word::IssueCertificate, Weight::Primary))
}

pub(super) fn again_dialog(
    ui: &mut Ui,
    views: &Views,
    state: &mut State,
    authority: &Fingerprint,
    name: &str,
) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.fill(Word::RenewTitle, &[("name", name)]));
    widgets::soft(ui, language.fill(Word::RenewCertificateHint, &[("name", name)]));
    file_of(ui, state, "certificate.pem", Word::Renew, needs_passphrase(views, authority))
}

pub(super) fn publish_dialog(ui: &mut Ui, views: &Views, state: &mut State, authority: &Fingerprint) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.say(Word::WriteList));
    widgets::soft(ui, language.say(Word::ListHint));
    file_of(ui, state, "authority.crl", Word::WriteList, needs_passphrase(views, authority))
}

/// Where something that the authority signs goes, and what opens its key.
fn file_of(ui: &mut Ui, state: &mut State, name: &str, yes: Word, is_locked: bool) -> Option<bool> {
    let language = state.language;
    super::path_field(ui, state, Purpose::Export, name);
    let mut can = !state.keys.path.trim().is_empty();
    if is_locked {
        widgets::secret_field(ui, language.say(Word::PassphraseOfAuthority), &mut state.keys.passphrase);
        can &= !state.keys.passphrase.is_empty();
    }
    super::or_entered(ui, can, |ui| confirm::answers_if(ui, language, can, yes, Weight::Primary))
}

pub(super) fn create_command(keys: &KeysState) -> Command {
    own::command(OwnKeysCommand::CreateAuthority(Box::new(NewAuthority {
        name: keys.name.trim().to_owned(),
        organisation: keys.authority.organisation.trim().to_owned(),
        kind: keys.authority.kind,
        path_length: 0,
        days: AUTHORITY_DAYS,
        list_url: keys.authority.list_url.trim().to_owned(),
        passphrase: keys.secret(),
    })))
}

pub(super) fn issue_command(authority: &Fingerprint, keys: &KeysState) -> Command {
    let opens = &keys.authority.passphrase;
    let passphrase = (!opens.is_empty()).then(|| Secret::from(opens.as_str()));
    let request = PathBuf::from(keys.authority.request.trim());
    if keys.authority.is_for_request {
        return own::command(OwnKeysCommand::IssueForFile {
            authority: authority.clone(),
            request,
            passphrase,
            to: PathBuf::from(keys.path.trim()),
        });
    }
    let to = To::Person {
        name: keys.name.trim().to_owned(),
        address: keys.address.trim().to_owned(),
        kind: KeyKind::default_of(Technology::Smime),
        usage: KeyUse::Both,
        file_passphrase: keys.secret().unwrap_or_else(|| Secret::from("")),
        form: Pkcs12Form::Modern,
    };
    issued_to(authority, to, passphrase, keys)
}

pub(super) fn again_command(authority: &Fingerprint, serial: &str, keys: &KeysState) -> Command {
    issued_to(authority, To::Again(serial.to_owned()), keys.secret(), keys)
}

fn issued_to(authority: &Fingerprint, to: To, passphrase: Option<Secret<String>>, keys: &KeysState) -> Command {
    let issued = Issued { authority: Some(authority.clone()), to, days: LIFETIME_DAYS, passphrase };
    own::command(OwnKeysCommand::Issue { issued: Box::new(issued), to: PathBuf::from(keys.path.trim()) })
}

pub(super) fn publish_command(authority: &Fingerprint, keys: &KeysState) -> Command {
    own::command(OwnKeysCommand::Publish {
        authority: authority.clone(),
        days: LIST_DAYS,
        passphrase: keys.secret(),
        to: PathBuf::from(keys.path.trim()),
    })
}
