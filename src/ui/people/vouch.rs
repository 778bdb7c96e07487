//! Vouching for somebody with an own OpenPGP key, and taking it back.

use egui::Ui;
use jiff::SignedDuration;

use crate::domain::{EmailAddress, Fingerprint, Secret};
use crate::engine::Command;
use crate::engine::certify::Vouch;
use crate::engine::graph::Vouching;
use crate::engine::topic::Topic;
use crate::engine::topic::certifying::TrustCommand;
use crate::engine::topic::people::{CertificateCard, PersonCard};
use crate::ui::confirm;
use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::space;
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, short_address, short_name};

const YEAR: i64 = 365 * 24;

/// What is vouched for, as it is being filled in.
#[derive(Clone, Debug)]
pub struct VouchForm {
    fingerprint: Fingerprint,
    name: String,
    addresses: Vec<EmailAddress>,
    address: usize,
    certifiers: Vec<(Fingerprint, String, bool)>,
    certifier: usize,
    kind: Kind,
    domain: String,
    amount: u8,
    years: i64,
    is_local: bool,
    passphrase: String,
    /// It is taken back, and not made.
    retracts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Introducer,
    Company,
}

/// The buttons below a certificate.
pub(super) fn buttons(ui: &mut Ui, card: &PersonCard, certificate: &CertificateCard, name: String, state: &mut State) {
    let language = state.language;
    let vouches = certificate.vouched.is_some();
    let word = if vouches { Word::VouchAgain } else { Word::Vouch };
    let can = !card.certifiers.is_empty();
    let button = widgets::button_if(ui, can, Some(Icon::Keys), language.say(word), Weight::Plain);
    let button = if can { button } else { button.on_hover_text(language.say(Word::VouchNoKey)) };
    if button.clicked() && can {
        state.people.vouch = Some(form(card, certificate, name.clone(), false));
        state.focuses = true;
    }
    if vouches && widgets::button(ui, None, language.say(Word::Retract), Weight::Danger).clicked() {
        state.people.vouch = Some(form(card, certificate, name, true));
    }
}

fn form(card: &PersonCard, certificate: &CertificateCard, name: String, retracts: bool) -> VouchForm {
    let addresses = certificate.report.addresses.clone();
    let address = addresses.iter().position(|address| *address == card.person.address).unwrap_or_default();
    let domain = card.person.address.domain().to_owned();
    VouchForm {
        fingerprint: certificate.report.fingerprint.clone(),
        name,
        addresses,
        address,
        certifiers: card.certifiers.clone(),
        certifier: 0,
        kind: Kind::Plain,
        domain,
        amount: 120,
        years: 0,
        is_local: false,
        passphrase: String::new(),
        retracts,
    }
}

/// Draws the dialog while one is open.
pub(super) fn dialog(ui: &mut Ui, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mut form) = state.people.vouch.take() else { return };
    let language = state.language;
    let ctx = ui.ctx().clone();
    let answer = confirm::dialog(&ctx, "vouch", |ui| {
        if form.retracts { retraction(ui, &mut form, language) } else { vouching(ui, &mut form, state) }
    });
    match answer {
        None => state.people.vouch = Some(form),
        Some(false) => {}
        Some(true) => commands.push(Command::Topic(Box::new(Topic::Trust(command(&form, state))))),
    }
}

fn vouching(ui: &mut Ui, form: &mut VouchForm, state: &mut State) -> Option<bool> {
    let language = state.language;
    ui.spacing_mut().item_spacing.y = space::S;
    widgets::title(ui, language.fill(Word::VouchTitle, &[("name", &short_name(&form.name))]));
    let address = form.addresses.get(form.address).map(|one| short_address(one.as_str())).unwrap_or_default();
    widgets::soft(ui, language.fill(Word::VouchHint, &[("address", &address)]));
    if form.addresses.len() > 1 {
        let all: Vec<String> = form.addresses.iter().map(|one| short_address(one.as_str())).collect();
        choices(ui, language.say(Word::VouchFor), &mut form.address, &all);
    }
    if form.certifiers.len() > 1 {
        let all: Vec<String> = form
            .certifiers
            .iter()
            .map(|(print, name, _)| {
                format!(
                    "{} …{}",
                    short_name(name),
                    print.spaced().chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect::<String>()
                )
            })
            .collect();
        choices(ui, language.say(Word::VouchWith), &mut form.certifier, &all);
    }
    widgets::caption(ui, language.say(Word::VouchKind));
    for (kind, word) in [
        (Kind::Plain, Word::VouchPlain),
        (Kind::Introducer, Word::VouchIntroducer),
        (Kind::Company, Word::VouchCompany),
    ] {
        if ui.radio(form.kind == kind, language.say(word)).clicked() {
            form.kind = kind;
        }
    }
    if form.kind == Kind::Company {
        widgets::field(ui, language.say(Word::VouchDomain), &mut form.domain, "example.org");
    }
    let amounts = [(120, Word::VouchFull), (60, Word::VouchHalf), (40, Word::VouchThird)];
    picks(ui, language, Word::VouchAmount, &mut form.amount, &amounts);
    let ends = [(0, Word::VouchForever), (1, Word::VouchYear), (3, Word::VouchYears)];
    picks(ui, language, Word::VouchEnds, &mut form.years, &ends);
    ui.checkbox(&mut form.is_local, language.say(Word::VouchLocal));
    let can = passphrase(ui, form, language) && (form.kind != Kind::Company || form.domain.contains('.'));
    confirm::answers_if(ui, language, can, Word::VouchDo, Weight::Primary)
}

fn retraction(ui: &mut Ui, form: &mut VouchForm, language: Language) -> Option<bool> {
    widgets::title(ui, language.fill(Word::RetractTitle, &[("name", &short_name(&form.name))]));
    widgets::soft(ui, language.say(Word::RetractHint));
    let can = passphrase(ui, form, language);
    confirm::answers_if(ui, language, can, Word::Retract, Weight::Danger)
}

/// The passphrase of the key, if it needs one; gives whether it can be used.
fn passphrase(ui: &mut Ui, form: &mut VouchForm, language: Language) -> bool {
    let is_locked = form.certifiers.get(form.certifier).is_some_and(|(_, _, is_locked)| *is_locked);
    if is_locked {
        widgets::secret_field(ui, language.say(Word::Passphrase), &mut form.passphrase);
    }
    !is_locked || !form.passphrase.is_empty()
}

fn choices(ui: &mut Ui, name: &str, chosen: &mut usize, all: &[String]) {
    widgets::caption(ui, name);
    ui.horizontal_wrapped(|ui| {
        for (nth, words) in all.iter().enumerate() {
            if widgets::choice(ui, *chosen == nth, words).clicked() {
                *chosen = nth;
            }
        }
    });
}

fn picks<T: Copy + PartialEq>(ui: &mut Ui, language: Language, name: Word, chosen: &mut T, all: &[(T, Word)]) {
    widgets::caption(ui, language.say(name));
    ui.horizontal_wrapped(|ui| {
        for (value, word) in all {
            if widgets::choice(ui, *chosen == *value, language.say(*word)).clicked() {
                *chosen = *value;
            }
        }
    });
}

fn command(form: &VouchForm, state: &State) -> TrustCommand {
    let passphrase = (!form.passphrase.is_empty()).then(|| Secret::from(form.passphrase.as_str()));
    let address = form.addresses.get(form.address).cloned();
    let Some(address) = address.filter(|_| !form.retracts) else {
        return TrustCommand::Retract { fingerprint: form.fingerprint.clone(), address: None, passphrase };
    };
    let scope = (form.kind == Kind::Company).then(|| Vouching::scope_of_domain(&form.domain)).flatten();
    let expires_at = (form.years > 0).then(|| state.clock.now + SignedDuration::from_hours(form.years * YEAR));
    let vouching = Vouching {
        amount: form.amount,
        depth: u8::from(form.kind != Kind::Plain),
        scope: scope.into_iter().collect(),
        is_local: form.is_local,
        expires_at,
    };
    let by = form.certifiers.get(form.certifier).map(|(print, ..)| print.clone());
    TrustCommand::Certify(Box::new(Vouch { fingerprint: form.fingerprint.clone(), address, vouching, by, passphrase }))
}
