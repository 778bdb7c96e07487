//! The dialogs that make keys and requests: one click makes both pairs, and more choices are folded.

use std::path::PathBuf;

use egui::Ui;

use crate::domain::{Fingerprint, Technology};
use crate::engine::Command;
use crate::engine::topic::own_keys::{
    CertificateFrom, KeyKind, LIFETIME_DAYS, NewCertificate, NewKeys, OwnKeysCommand,
};
use crate::ui::confirm;
use crate::ui::files::Purpose;
use crate::ui::state::{State, Views};
use crate::ui::theme::space;
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, one_line};

use super::{KeysState, own};

/// What is chosen in the dialogs.
#[derive(Clone, Debug)]
pub(super) struct Choices {
    openpgp: KeyKind,
    smime: KeyKind,
    is_separate: bool,
    /// By which own authority; self-signed without.
    by: Option<Fingerprint>,
    days: Option<u32>,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            openpgp: KeyKind::default_of(Technology::OpenPgp),
            smime: KeyKind::default_of(Technology::Smime),
            is_separate: false,
            by: None,
            days: Some(LIFETIME_DAYS),
        }
    }
}

pub(super) fn generate(ui: &mut Ui, views: &Views, state: &mut State) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.say(Word::NewKey));
    widgets::soft(ui, language.say(Word::BothPairsHint));
    ui.horizontal(|ui| {
        let choices = [
            (None, language.say(Word::BothTechnologies)),
            (Some(Technology::OpenPgp), "OpenPGP"),
            (Some(Technology::Smime), "S/MIME"),
        ];
        for (only, words) in choices {
            if widgets::choice(ui, state.keys.only == only, words).clicked() {
                state.keys.only = only;
            }
        }
    });
    let mut can = super::owner(ui, state);
    widgets::folded(ui, "more-choices", language.say(Word::MoreChoices), |ui| {
        confirm::scrolled(ui, "more-choices-scroll", |ui| {
            can &= more(ui, views, state);
        });
    });
    if state.keys.only != Some(Technology::OpenPgp) && state.keys.choices.by.is_none() {
        widgets::caption(ui, language.say(Word::SelfSignedHint));
    }
    let word = if state.keys.only.is_none() { Word::MakeKeys } else { Word::Generate };
    super::or_entered(ui, can, |ui| confirm::answers_if(ui, language, can, word, Weight::Primary))
}

fn more(ui: &mut Ui, views: &Views, state: &mut State) -> bool {
    let language = state.language;
    ui.spacing_mut().item_spacing.y = space::S;
    let can = super::new_passphrase(ui, state, Word::PassphraseIfWanted);
    let (only, choices) = (state.keys.only, &mut state.keys.choices);
    lifetime(ui, language, &mut choices.days, only != Some(Technology::Smime));
    if only != Some(Technology::Smime) {
        kinds(ui, language, Technology::OpenPgp, &mut choices.openpgp);
    }
    if only != Some(Technology::OpenPgp) {
        kinds(ui, language, Technology::Smime, &mut choices.smime);
        issuer(ui, views, language, &mut choices.by);
        ui.checkbox(&mut choices.is_separate, language.say(Word::SeparateKeys));
    }
    can
}

/// A choice among the kinds of a technology, with what it means.
pub(super) fn kinds(ui: &mut Ui, language: Language, technology: Technology, chosen: &mut KeyKind) {
    let is_openpgp = technology == Technology::OpenPgp;
    widgets::caption(ui, language.say(if is_openpgp { Word::OpenPgpKind } else { Word::SmimeKind }));
    ui.horizontal_wrapped(|ui| {
        for kind in KeyKind::of(technology) {
            if widgets::choice(ui, chosen == kind, language.say(own::kind_word(*kind))).clicked() {
                *chosen = *kind;
            }
        }
    });
    let hint = match (*chosen, is_openpgp) {
        (KeyKind::V6, _) => Word::KindV6Hint,
        (KeyKind::PostQuantum, _) => Word::KindPostQuantumHint,
        (KeyKind::Rsa3072 | KeyKind::Rsa4096, true) => Word::KindRsaHint,
        (KeyKind::P256 | KeyKind::P384, _) => Word::KindCurveMailHint,
        (_, true) => Word::KindV4Hint,
        (_, false) => Word::KindRsaMailHint,
    };
    widgets::caption(ui, language.say(hint));
}

/// A choice of how long something lasts; S/MIME always has an end.
fn lifetime(ui: &mut Ui, language: Language, days: &mut Option<u32>, may_be_endless: bool) {
    widgets::caption(ui, language.say(Word::Lifetime));
    ui.horizontal_wrapped(|ui| {
        for years in [1, 2, 3, 5] {
            let words = match years {
                1 => language.say(Word::LifetimeYear).to_owned(),
                _ => language.fill(Word::LifetimeYears, &[("count", &years.to_string())]),
            };
            if widgets::choice(ui, *days == Some(years * 365), &words).clicked() {
                *days = Some(years * 365);
            }
        }
        if may_be_endless && widgets::choice(ui, days.is_none(), language.say(Word::LifetimeNever)).clicked() {
            *days = None;
        }
    });
    widgets::caption(ui, language.say(Word::LifetimeHint));
}

fn issuer(ui: &mut Ui, views: &Views, language: Language, by: &mut Option<Fingerprint>) {
    let authorities = views.topics.own_keys.as_ref().map(|view| view.authorities.as_slice()).unwrap_or_default();
    if authorities.is_empty() {
        return;
    }
    widgets::caption(ui, language.say(Word::CertificateBy));
    ui.horizontal_wrapped(|ui| {
        if widgets::choice(ui, by.is_none(), language.say(Word::BySelf)).clicked() {
            *by = None;
        }
        for authority in authorities {
            let fingerprint = &authority.report.fingerprint;
            let words = language.fill(Word::ByAuthority, &[("name", &one_line(&authority.name))]);
            if widgets::choice(ui, by.as_ref() == Some(fingerprint), &words).clicked() {
                *by = Some(fingerprint.clone());
            }
        }
    });
}

pub(super) fn request(ui: &mut Ui, state: &mut State) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.say(Word::RequestCertificate));
    widgets::soft(ui, language.say(Word::RequestHint));
    let mut can = super::owner(ui, state);
    super::path_field(ui, state, Purpose::Request, "request.pem");
    widgets::folded(ui, "more-choices", language.say(Word::MoreChoices), |ui| {
        confirm::scrolled(ui, "more-choices-scroll", |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            can &= super::new_passphrase(ui, state, Word::PassphraseIfWanted);
            kinds(ui, language, Technology::Smime, &mut state.keys.choices.smime);
            ui.checkbox(&mut state.keys.choices.is_separate, language.say(Word::SeparateKeys));
        });
    });
    let can = can && !state.keys.path.trim().is_empty();
    super::or_entered(ui, can, |ui| confirm::answers_if(ui, language, can, Word::RequestCertificate, Weight::Primary))
}

pub(super) fn generate_command(keys: &KeysState) -> Command {
    let from = keys.choices.by.clone().map_or(CertificateFrom::Itself, CertificateFrom::Authority);
    let wanted = wanted(keys, from);
    own::command(OwnKeysCommand::Make { keys: Box::new(wanted), request_to: None })
}

pub(super) fn request_command(keys: &KeysState) -> Command {
    let wanted = NewKeys { openpgp: None, ..wanted(keys, CertificateFrom::Request) };
    let request_to = Some(PathBuf::from(keys.path.trim()));
    own::command(OwnKeysCommand::Make { keys: Box::new(wanted), request_to })
}

fn wanted(keys: &KeysState, from: CertificateFrom) -> NewKeys {
    let choices = &keys.choices;
    let wants = |technology| keys.only.is_none_or(|only| only == technology);
    let certificate = NewCertificate { kind: choices.smime, is_separate: choices.is_separate, from };
    NewKeys {
        name: keys.name.trim().to_owned(),
        address: keys.address.trim().to_owned(),
        openpgp: wants(Technology::OpenPgp).then_some(choices.openpgp),
        smime: wants(Technology::Smime).then_some(certificate),
        days: choices.days,
        passphrase: keys.secret(),
    }
}
