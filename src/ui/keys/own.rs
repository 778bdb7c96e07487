//! One's own keys: a card each, what waits for an authority, what ends soon.

use egui::{ScrollArea, Ui};
use jiff::Timestamp;

use crate::domain::Technology;
use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::own_keys::{
    EndingView, KeyKind, KeyOrigin, KeyPlace, KeyUse, OwnKeyView, OwnKeysCommand, OwnKeysView, RevocationReason,
    WaitingView,
};
use crate::ui::evidence::technology;
use crate::ui::finding;
use crate::ui::icons::{self, Icon};
use crate::ui::state::{Screen, State, Views};
use crate::ui::theme::{palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, codes, one_line};

use super::{Dialog, authority, begin_generate, begin_import, renew};

/// Draws own keys, requests and authorities.
pub(super) fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let Some(view) = views.topics.own_keys.clone() else {
        widgets::empty(ui, Icon::Keys, language.say(Word::Loading), "");
        return;
    };
    if view.keys.is_empty() && view.waiting.is_empty() && view.authorities.is_empty() {
        widgets::empty(ui, Icon::Keys, language.say(Word::NoOwnKeys), language.say(Word::NoOwnKeysHint));
        ui.add_space(space::M);
        ui.vertical_centered(|ui| {
            if widgets::button(ui, Some(Icon::Plus), language.say(Word::MakeKeys), Weight::Primary).clicked() {
                begin_generate(views, state);
            }
        });
        return;
    }
    ScrollArea::vertical().id_salt("own-keys").auto_shrink([false, false]).show(ui, |ui| {
        ui.set_max_width(size::MEASURE + 80.0);
        ui.spacing_mut().item_spacing.y = space::M;
        ending(ui, views, &view, state);
        let (earlier, current): (Vec<_>, Vec<_>) = view.keys.iter().partition(|key| is_earlier(key));
        for key in current {
            card(ui, views, key, state, commands);
        }
        for one in &view.waiting {
            waiting(ui, one, state);
        }
        if !earlier.is_empty() {
            let words = language.fill(Word::EarlierKeys, &[("count", &earlier.len().to_string())]);
            widgets::folded(ui, "earlier-keys", &words, |ui| {
                widgets::soft(ui, language.say(Word::EarlierKeysHint));
                for key in earlier {
                    card(ui, views, key, state, commands);
                }
            });
        }
        authority::panel(ui, &view, state, commands);
        ui.add_space(space::L);
    });
}

/// It opens old mail and nothing more.
fn is_earlier(key: &OwnKeyView) -> bool {
    key.revocation.is_some() || key.is_succeeded
}

/// What ends soon, with what to do about it.
fn ending(ui: &mut Ui, views: &Views, view: &OwnKeysView, state: &mut State) {
    if view.ending.is_empty() {
        return;
    }
    let language = state.language;
    let colours = palette(ui);
    widgets::card_with(ui, colours.amber, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        widgets::emphasis(ui, language.say(Word::EndingSoon));
        for one in &view.ending {
            ending_line(ui, views, view, one, state);
        }
        if view.ending.iter().any(|one| !one.is_own) {
            widgets::caption(ui, language.say(Word::EndingOtherHint));
        }
    });
}

fn ending_line(ui: &mut Ui, views: &Views, view: &OwnKeysView, one: &EndingView, state: &mut State) {
    let language = state.language;
    let word = if one.is_own { Word::EndingOwn } else { Word::EndingOther };
    let blanks = [("technology", technology(one.technology)), ("name", &one_line(&one.whose))];
    let day = state.clock.day(language, one.at);
    ui.horizontal_wrapped(|ui| {
        icons::show(ui, Icon::Calendar, size::ICON, palette(ui).amber);
        widgets::body(ui, language.fill(word, &blanks));
        widgets::soft(ui, end_words(language, &day, one.days_left));
        if one.is_own && widgets::button(ui, Some(Icon::Sync), language.say(Word::Renew), Weight::Plain).clicked() {
            let key = view.keys.iter().map(|key| &key.report).find(|report| report.fingerprint == one.fingerprint);
            let authority = view.authorities.iter().map(|authority| &authority.report);
            let report = key.or_else(|| authority.into_iter().find(|report| report.fingerprint == one.fingerprint));
            if let Some(report) = report {
                renew::begin(views, state, report);
            }
        }
    });
}

fn card(ui: &mut Ui, views: &Views, key: &OwnKeyView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let colours = palette(ui);
    let report = &key.report;
    let edge = if key.is_due { colours.amber } else { colours.line };
    widgets::card_with(ui, edge, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.horizontal_wrapped(|ui| {
            let faded = if is_earlier(key) { colours.ink_soft } else { colours.indigo };
            icons::show(ui, Icon::Keys, size::ICON_LARGE, faded);
            widgets::emphasis(ui, super::called_report(report));
            let addresses: Vec<_> = report.addresses.iter().map(|address| one_line(address.as_str())).collect();
            widgets::soft(ui, addresses.join(", "));
            widgets::tag(ui, technology(report.technology));
            match (key.kind, report.algorithms.first()) {
                (Some(kind), _) => widgets::tag(ui, language.say(kind_word(kind))),
                (None, Some(algorithm)) => widgets::tag(ui, algorithm),
                (None, None) => {}
            }
            match &key.place {
                KeyPlace::Here if report.is_locked => widgets::tag(ui, language.say(Word::HasPassphrase)),
                KeyPlace::Here => {}
                KeyPlace::Agent => widgets::tag(ui, language.say(Word::KeptByAgent)),
                KeyPlace::Token(name) => {
                    widgets::tag(ui, &language.fill(Word::KeptByToken, &[("name", &one_line(name))]));
                }
            }
        });
        state_lines(ui, key, state);
        widgets::soft(ui, facts(language, key));
        safekeeping(ui, &key.place, key.backed_up_at, state);
        widgets::fingerprint(ui, &report.fingerprint.spaced());
        super::report_details(ui, language, report);
        actions(ui, views, key, state, commands);
    });
}

/// When it ends, whether it is withdrawn, and what else stands in the way of using it.
fn state_lines(ui: &mut Ui, key: &OwnKeyView, state: &State) {
    let language = state.language;
    let colours = palette(ui);
    if let Some((reason, at)) = key.revocation {
        let day = at.map(|at| state.clock.day(language, at)).unwrap_or_default();
        let word = match reason {
            RevocationReason::Superseded => Word::WithdrawnSuperseded,
            RevocationReason::Retired => Word::WithdrawnRetired,
            RevocationReason::Compromised => Word::WithdrawnCompromised,
            RevocationReason::Unspecified => Word::WithdrawnUnspecified,
        };
        widgets::signed_line(ui, Icon::Caution, colours.plum, language.fill(word, &[("date", &day)]));
        return;
    }
    let words = match (key.report.not_after, key.days_left) {
        (Some(end), Some(left)) => end_words(language, &state.clock.day(language, end), left),
        _ => language.say(Word::NeverEnds).to_owned(),
    };
    if key.is_due {
        widgets::signed_line(ui, Icon::Caution, colours.amber, words);
    } else {
        widgets::body(ui, words);
    }
    for problem in key.report.problems.iter().filter(|code| code.as_str() != "expired" && code.as_str() != "revoked") {
        widgets::signed_line(ui, Icon::Caution, colours.amber, codes::problem(language, problem));
    }
}

/// Whether it would come back: when it was backed up, or who keeps it.
fn safekeeping(ui: &mut Ui, place: &KeyPlace, backed_up_at: Option<Timestamp>, state: &State) {
    let language = state.language;
    match place {
        KeyPlace::Agent => {
            widgets::soft(ui, language.say(Word::KeptByAgentHint));
        }
        KeyPlace::Token(_) => {
            widgets::soft(ui, language.say(Word::KeptByTokenHint));
        }
        KeyPlace::Here => backed_up(ui, backed_up_at, state),
    }
}

/// When a key was backed up, if ever.
pub(super) fn backed_up(ui: &mut Ui, at: Option<Timestamp>, state: &State) {
    let (language, colours) = (state.language, palette(ui));
    match at {
        Some(at) => {
            let words = language.fill(Word::KeyBackedUp, &[("date", &state.clock.day(language, at))]);
            widgets::signed_line(ui, Icon::Check, colours.pine, words);
        }
        None => widgets::signed_line(ui, Icon::Caution, colours.amber, language.say(Word::KeyNotBackedUp)),
    }
}

/// What it is for, and who vouches for it.
fn facts(language: Language, key: &OwnKeyView) -> String {
    let usage = key.usage.map(|usage| language.say(use_word(usage)).to_owned());
    let origin = match &key.origin {
        KeyOrigin::OpenPgp => None,
        KeyOrigin::SelfSigned => Some(language.say(Word::OriginSelf).to_owned()),
        KeyOrigin::OwnAuthority(name) => Some(language.fill(Word::OriginOwn, &[("name", &one_line(name))])),
        KeyOrigin::Elsewhere(name) => Some(language.fill(Word::OriginElsewhere, &[("name", &one_line(name))])),
    };
    let kept = key.has_kept_revocation.then(|| language.say(Word::KeptRevocation).to_owned());
    [usage, origin, kept].into_iter().flatten().collect::<Vec<_>>().join(separator(language))
}

pub(super) fn separator(language: Language) -> &'static str {
    match language {
        Language::English => " · ",
        Language::Japanese => "・",
    }
}

/// The word for what a pair is used for.
pub(super) fn use_word(usage: KeyUse) -> Word {
    match usage {
        KeyUse::Both => Word::UseBoth,
        KeyUse::Signing => Word::UseSigning,
        KeyUse::Encryption => Word::UseEncryption,
    }
}

/// The word for a kind of key.
pub(super) fn kind_word(kind: KeyKind) -> Word {
    match kind {
        KeyKind::V4 => Word::KindV4,
        KeyKind::V6 => Word::KindV6,
        KeyKind::PostQuantum => Word::KindPostQuantum,
        KeyKind::Rsa3072 => Word::KindRsa3072,
        KeyKind::Rsa4096 => Word::KindRsa4096,
        KeyKind::P256 => Word::KindP256,
        KeyKind::P384 => Word::KindP384,
    }
}

/// When something ends, or has ended.
pub(super) fn end_words(language: Language, day: &str, left: i64) -> String {
    let count = |number: i64| number.to_string();
    let span = match left {
        ..=-60 => language.fill(Word::AgoMonths, &[("count", &count(-left / 30))]),
        -59..=-2 => language.fill(Word::AgoDays, &[("count", &count(-left))]),
        -1 => language.say(Word::AgoYesterday).to_owned(),
        0 => language.say(Word::LeftToday).to_owned(),
        1 => language.say(Word::LeftTomorrow).to_owned(),
        2..=59 => language.fill(Word::LeftDays, &[("count", &count(left))]),
        60..=699 => language.fill(Word::LeftMonths, &[("count", &count(left / 30))]),
        _ => language.fill(Word::LeftYears, &[("count", &count((left + 30) / 365))]),
    };
    let word = if left < 0 { Word::EndedOn } else { Word::EndsOn };
    language.fill(word, &[("date", day), ("left", &span)])
}

fn actions(ui: &mut Ui, views: &Views, key: &OwnKeyView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let fingerprint = &key.report.fingerprint;
    let name = super::called_report(&key.report);
    ui.horizontal_wrapped(|ui| {
        let is_here = key.place == KeyPlace::Here;
        // An agent's key gets its later end there; a certificate on a token gets a successor.
        if !is_earlier(key) && (is_here || key.report.technology == Technology::Smime) {
            let weight = if key.is_due { Weight::Primary } else { Weight::Plain };
            if widgets::button(ui, Some(Icon::Sync), language.say(Word::Renew), weight).clicked() {
                renew::begin(views, state, &key.report);
            }
        }
        let mut export = |ui: &mut Ui, word: Word, secret: bool| {
            if widgets::button(ui, Some(Icon::Export), language.say(word), Weight::Quiet).clicked() {
                state.keys.open(Dialog::Export { fingerprint: fingerprint.clone(), secret, name: name.clone() });
            }
        };
        export(ui, Word::Export, false);
        if is_here {
            export(ui, Word::ExportSecret, true);
        }
        if key.report.technology == Technology::OpenPgp
            && widgets::button(ui, Some(Icon::Export), language.say(Word::Publish), Weight::Quiet).clicked()
        {
            finding::begin_publish(state, fingerprint, name.clone(), commands);
        }
        if key.has_kept_revocation
            && key.revocation.is_none()
            && widgets::button(ui, None, language.say(Word::SaveRevocation), Weight::Quiet).clicked()
        {
            state.keys.open(Dialog::SaveRevocation { fingerprint: fingerprint.clone() });
        }
        if key.is_revocable && widgets::button(ui, None, language.say(Word::Withdraw), Weight::Danger).clicked() {
            state.keys.open(Dialog::Withdraw {
                fingerprint: fingerprint.clone(),
                name: name.clone(),
                technology: key.report.technology,
                // Where the key is elsewhere, the revocation kept here is what is left.
                is_locked: key.needs_passphrase || key.place != KeyPlace::Here,
                has_kept: key.has_kept_revocation,
            });
        }
    });
}

fn waiting(ui: &mut Ui, one: &WaitingView, state: &mut State) {
    let language = state.language;
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.horizontal_wrapped(|ui| {
            icons::show(ui, Icon::File, size::ICON_LARGE, palette(ui).indigo);
            let name = if one.name.is_empty() { &one.address } else { &one.name };
            widgets::emphasis(ui, one_line(name));
            widgets::soft(ui, one_line(&one.address));
            widgets::tag(ui, technology(Technology::Smime));
            widgets::tag(ui, language.say(Word::RequestWaits));
        });
        let day = state.clock.day(language, one.made_at);
        let made = language.fill(Word::RequestMade, &[("date", &day)]);
        widgets::body(ui, [language.say(use_word(one.usage)), &made].join(separator(language)));
        widgets::soft(ui, language.say(Word::RequestWaitsHint));
        ui.horizontal_wrapped(|ui| {
            if widgets::button(ui, Some(Icon::Import), language.say(Word::TakeAnswer), Weight::Primary).clicked() {
                begin_import(state);
            }
            if widgets::button(ui, Some(Icon::Export), language.say(Word::SaveRequest), Weight::Quiet).clicked() {
                state.keys.open(Dialog::SaveRequest { key: one.key.clone() });
            }
            if widgets::button(ui, None, language.say(Word::GiveUp), Weight::Danger).clicked() {
                state.keys.open(Dialog::GiveUp { key: one.key.clone(), name: one_line(&one.address) });
            }
        });
    });
}

/// In the status line: keys end soon, and the way to where that is helped.
pub fn hint(ui: &mut Ui, views: &Views, state: &mut State) {
    let language = state.language;
    let count = views.topics.own_keys.as_ref().map_or(0, |view| view.ending.len());
    let words = match count {
        0 => return,
        1 => language.say(Word::EndingOne).to_owned(),
        _ => language.fill(Word::EndingCount, &[("count", &count.to_string())]),
    };
    if widgets::button(ui, Some(Icon::Keys), &words, Weight::Quiet).clicked() {
        state.screen = Screen::Keys;
        state.keys.shows_others = false;
    }
}

/// The command of this screen's topic.
pub(super) fn command(command: OwnKeysCommand) -> Command {
    Command::Topic(Box::new(Topic::OwnKeys(command)))
}
