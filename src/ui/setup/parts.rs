//! What the page shows of the engine's work.

use egui::Ui;

use crate::domain::EmailAddress;
use crate::engine::topic::setup::{Login, Outcome, Protocol, Service, SetupCommand, SetupView, Stage, Step, Try};
use crate::engine::{Command, Failure};
use crate::ui::icons::{self, Icon};
use crate::ui::state::State;
use crate::ui::theme::{self, palette, size, space};
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Language, Word, failure, one_line, setup};

/// The steps of the search: in sight while it goes on, folded once something was found.
pub(super) fn searched(ui: &mut Ui, view: &SetupView, language: Language) {
    if view.steps.is_empty() {
        return;
    }
    let domain = EmailAddress::parse(&view.form.address).map(|one| one.domain().to_owned()).unwrap_or_default();
    let lines = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        for step in Step::ALL {
            let known = view.steps.iter().find(|(of, _)| *of == step).map(|(_, outcome)| outcome);
            line(ui, language, &setup::step(language, step, &domain), known, view.found.is_some());
        }
    };
    widgets::card(ui, |ui| {
        if view.found.is_some() {
            widgets::folded(ui, "setup-steps", language.say(Word::SetupSearched), lines);
        } else {
            widgets::emphasis(ui, language.say(Word::SetupSearch));
            lines(ui);
        }
    });
}

fn line(ui: &mut Ui, language: Language, words: &str, outcome: Option<&Outcome>, is_over: bool) {
    let colours = palette(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let (icon, colour) = match outcome {
            Some(Outcome::Trying) => (Icon::Sync, colours.indigo),
            Some(Outcome::Found) => (Icon::Check, colours.pine),
            Some(Outcome::Failed(_)) => (Icon::Caution, colours.amber),
            _ => (Icon::Minus, colours.ink_soft),
        };
        icons::show(ui, icon, size::ICON, colour);
        if let Some(outcome) = outcome {
            widgets::body(ui, words);
            widgets::soft(ui, setup::outcome(language, outcome));
            return;
        }
        widgets::soft(ui, words);
        if is_over {
            widgets::soft(ui, language.say(Word::StepNotAsked));
        }
    });
}

/// What is being waited for.
pub(super) fn waiting(ui: &mut Ui, words: &str) {
    ui.horizontal_wrapped(|ui| {
        icons::show(ui, Icon::Sync, size::ICON, palette(ui).indigo);
        widgets::body(ui, words);
    });
}

/// What was found, what has to be known of it, and how one gets in.
pub(super) fn found(ui: &mut Ui, view: &SetupView, state: &mut State, commands: &mut Vec<Command>) {
    let Some(found) = &view.found else { return };
    let language = state.language;
    let colours = palette(ui);
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.fill(Word::SetupFoundOf, &[("name", &one_line(&found.of))]));
        let kinds = [(Word::SetupReceive, found.incoming.first()), (Word::SetupSend, found.outgoing.first())];
        for (word, service) in kinds {
            let Some(service) = service else { continue };
            ui.horizontal_wrapped(|ui| {
                widgets::soft(ui, language.say(word));
                widgets::body(ui, place(service));
            });
        }
        if let Some(hints) = &found.hints {
            for note in &hints.notes {
                widgets::signed_line(ui, Icon::Caution, colours.amber, setup::note(language, *note, hints));
            }
        }
        if view.stage == Stage::Asking {
            strangers(ui, view, state, commands);
        }
        sign_in(ui, view, state, commands);
    });
}

/// A server in one line.
fn place(service: &Service) -> String {
    let name = setup::protocol(service.protocol);
    format!("{name} · {} · {} · {}", one_line(&service.host), service.port, setup::security(service.security))
}

fn strangers(ui: &mut Ui, view: &SetupView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let colours = palette(ui);
    let domain = EmailAddress::parse(&view.form.address).map(|one| one.domain().to_owned()).unwrap_or_default();
    let words = language.fill(Word::SetupStrangers, &[("domain", &one_line(&domain))]);
    widgets::signed_line(ui, Icon::Caution, colours.plum, words);
    for host in &view.strangers {
        widgets::text(ui, one_line(host), theme::strong(size::BODY), colours.ink);
    }
    ui.horizontal_wrapped(|ui| {
        let can = !state.settings.setup.password.is_empty();
        if widgets::button_if(ui, can, Some(Icon::Check), language.say(Word::SetupAccept), Weight::Plain).clicked() {
            commands.push(super::command(SetupCommand::Accept));
        }
        super::change(ui, view, state);
    });
}

fn sign_in(ui: &mut Ui, view: &SetupView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let (Some(server), Some(found)) = (&view.sign_in, &view.found) else { return };
    let name = one_line(&server.name);
    let takes = |one: &Service| one.logins.is_empty() || one.logins.contains(&Login::Password);
    if !found.incoming.iter().any(takes) {
        let words = language.fill(Word::NoteBrowserOnly, &[("name", &name)]);
        widgets::signed_line(ui, Icon::Caution, palette(ui).amber, words);
    }
    if server.client().is_none() {
        widgets::soft(ui, language.fill(Word::NotRegisteredHere, &[("name", &name)]));
        return;
    }
    let weight = if view.stage == Stage::Found { Weight::Primary } else { Weight::Plain };
    let words = language.fill(Word::SignIn, &[("name", &name)]);
    if widgets::button_if(ui, !super::is_busy(view), Some(Icon::Web), &words, weight).clicked() {
        commands.push(super::signing(language, view.form.clone()));
    }
}

/// What was tried, and how it went.
pub(super) fn tried(ui: &mut Ui, view: &SetupView, language: Language) {
    if view.tries.is_empty() {
        return;
    }
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.say(Word::SetupLogIn));
        ui.spacing_mut().item_spacing.y = space::XS;
        for one in &view.tries {
            one_try(ui, language, one);
        }
    });
}

fn one_try(ui: &mut Ui, language: Language, one: &Try) {
    let colours = palette(ui);
    let protocol: Protocol = one.protocol;
    let blanks = [
        ("protocol", setup::protocol(protocol).to_owned()),
        ("host", one_line(&one.host)),
        ("port", one.port.to_string()),
        ("user", one_line(&one.user)),
    ];
    let blanks = blanks.each_ref().map(|(name, value)| (*name, value.as_str()));
    let words = language.fill(Word::SetupTried, &blanks);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        match &one.outcome {
            None => {
                icons::show(ui, Icon::Sync, size::ICON, colours.indigo);
                widgets::body(ui, words);
            }
            Some(Ok(())) => {
                icons::show(ui, Icon::Check, size::ICON, colours.pine);
                widgets::body(ui, words);
                widgets::soft(ui, language.say(Word::SetupLetIn));
            }
            Some(Err(failure)) => {
                icons::show(ui, Icon::Caution, size::ICON, colours.plum);
                widgets::body(ui, words);
                let bare = Failure { subject: String::new(), ..failure.clone() };
                widgets::soft(ui, failure::sentences(language, &bare).0);
            }
        }
    });
}

/// What happened, what to do now, and the technical words folded.
pub(super) fn failed(ui: &mut Ui, language: Language, failed: &Failure) {
    let colours = palette(ui);
    let (happened, now) = failure::sentences(language, failed);
    widgets::signed_line(ui, Icon::Caution, colours.plum, happened);
    widgets::soft(ui, now);
    if !failed.source.is_empty() {
        widgets::folded(ui, "setup-detail", language.say(Word::TechnicalDetail), |ui| {
            widgets::text(ui, one_line(&failed.source), theme::fixed(size::CAPTION), colours.ink_soft);
        });
    }
}
