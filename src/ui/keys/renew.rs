//! Renewing an own key: a later end, or a successor.

use std::path::PathBuf;

use egui::Ui;

use crate::domain::{Fingerprint, Technology};
use crate::engine::Command;
use crate::engine::topic::own_keys::{KeyOrigin, OwnKeyView, OwnKeysCommand, Renewal};
use crate::engine::view::CertificateReport;
use crate::ui::confirm;
use crate::ui::files::Purpose;
use crate::ui::state::{Screen, State, Views};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::Word;

use super::{Dialog, KeysState};

/// How a certificate of X.509 gets a later end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A new certificate is made here.
    Here,
    /// A new request goes to the authority that issued it.
    Request,
    /// It is an authority's own: the same name and key, with a later end.
    Authority,
}

/// Leads to where an own key is renewed: an OpenPGP key gets a later end, an S/MIME certificate a successor.
pub fn begin(views: &Views, state: &mut State, report: &CertificateReport) {
    state.screen = Screen::Keys;
    state.keys.shows_others = false;
    let (fingerprint, name) = (report.fingerprint.clone(), super::called_report(report));
    match report.technology {
        Technology::Smime => {
            let way = way(views, report);
            state.keys.open(Dialog::RenewCertificate { fingerprint, name, way });
        }
        Technology::OpenPgp => {
            let key = own(views, &fingerprint);
            let is_locked = key.map_or(report.is_locked, |key| key.needs_passphrase);
            state.keys.open(Dialog::Renew { fingerprint, name, is_locked });
            state.focuses = is_locked;
        }
    }
}

fn own<'v>(views: &'v Views, fingerprint: &Fingerprint) -> Option<&'v OwnKeyView> {
    views.topics.own_keys.as_ref()?.keys.iter().find(|key| key.report.fingerprint == *fingerprint)
}

/// Whether a key has to be opened for a renewal: that of the authority that issues again, or, where the key stays, the
/// key itself.
pub(super) fn needs_passphrase(views: &Views, fingerprint: &Fingerprint, way: Way) -> bool {
    let is_any =
        || views.topics.own_keys.as_ref().is_some_and(|view| view.authorities.iter().any(|one| one.needs_passphrase));
    let issued_here = own(views, fingerprint).is_some_and(|key| matches!(key.origin, KeyOrigin::OwnAuthority(_)));
    match way {
        Way::Authority => super::authority::needs_passphrase(views, fingerprint),
        Way::Here if issued_here => is_any(),
        Way::Here | Way::Request => own(views, fingerprint).is_some_and(|key| key.needs_passphrase),
    }
}

fn way(views: &Views, report: &CertificateReport) -> Way {
    let Some(view) = &views.topics.own_keys else {
        return if report.subject == report.issuer { Way::Here } else { Way::Request };
    };
    if view.authorities.iter().any(|authority| authority.report.fingerprint == report.fingerprint) {
        return Way::Authority;
    }
    let key = view.keys.iter().find(|key| key.report.fingerprint == report.fingerprint);
    match key.map(|key| &key.origin) {
        Some(KeyOrigin::SelfSigned | KeyOrigin::OwnAuthority(_)) => Way::Here,
        None if report.subject == report.issuer => Way::Here,
        _ => Way::Request,
    }
}

pub(super) fn certificate_dialog(
    ui: &mut Ui,
    state: &mut State,
    name: &str,
    way: Way,
    is_locked: bool,
) -> Option<bool> {
    let language = state.language;
    widgets::title(ui, language.fill(Word::RenewTitle, &[("name", name)]));
    let hint = match way {
        Way::Here => Word::RenewCertificateHint,
        Way::Request => Word::RenewRequestHint,
        Way::Authority => Word::RenewAuthorityHint,
    };
    widgets::soft(ui, language.fill(hint, &[("name", name)]));
    if way == Way::Request {
        super::path_field(ui, state, Purpose::Request, "request.pem");
    }
    if way != Way::Authority {
        ui.checkbox(&mut state.keys.keeps_key, language.say(Word::SameKey));
    }
    if is_locked {
        widgets::secret_field(ui, language.say(Word::PassphraseOfKey), &mut state.keys.passphrase);
    }
    let can = way != Way::Request || !state.keys.path.trim().is_empty();
    super::or_entered(ui, can, |ui| confirm::answers_if(ui, language, can, Word::Renew, Weight::Primary))
}

pub(super) fn certificate_command(fingerprint: &Fingerprint, way: Way, keys: &KeysState) -> Command {
    let renewal = Renewal { keeps_key: keys.keeps_key, passphrase: keys.secret(), ..Renewal::of(fingerprint) };
    let request_to = (way == Way::Request).then(|| PathBuf::from(keys.path.trim()));
    super::own::command(OwnKeysCommand::Renew { renewal: Box::new(renewal), request_to })
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

pub(super) fn command(fingerprint: &Fingerprint, keys: &KeysState) -> Command {
    Command::RenewKey { fingerprint: fingerprint.clone(), passphrase: keys.secret() }
}
