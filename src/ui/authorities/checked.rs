//! In the evidence: what is known of whether the certificates of a path were withdrawn.

use egui::Ui;

use crate::domain::Fingerprint;
use crate::engine::Command;
use crate::engine::topic::authorities::{AuthoritiesCommand, AuthoritiesView};
use crate::engine::view::{JudgedSignature, StepKind};
use crate::engine::view::{RevocationCheck, RevocationSource, RevocationStatus};
use crate::ui::icons::Icon;
use crate::ui::state::{State, Views};
use crate::ui::theme::palette;
use crate::ui::widgets::{self, Weight};
use crate::ui::words::{Word, short_name};

use super::tell;

/// One line a certificate of the path below its anchor, and asking for what is not known.
pub fn show(ui: &mut Ui, views: &Views, signature: &JudgedSignature, state: &State, commands: &mut Vec<Command>) {
    let Some(view) = views.topics.authorities.as_deref() else { return };
    let steps = &signature.judgement.path.0;
    let known: Vec<(&str, &RevocationCheck)> = steps
        .iter()
        .filter(|step| step.kind == StepKind::Ca)
        .filter_map(|step| Some((step.name.as_str(), view.checks.get::<Fingerprint>(&step.fingerprint)?)))
        .collect();
    if known.is_empty() {
        return;
    }
    let is_unknown = known.iter().any(|(_, check)| check.status == RevocationStatus::Unknown);
    for (name, check) in known {
        line(ui, name, check, state);
    }
    ask(ui, view, is_unknown, state, commands);
}

fn line(ui: &mut Ui, name: &str, check: &RevocationCheck, state: &State) {
    let (language, colours) = (state.language, palette(ui));
    let name = called(name);
    let by = language.say(match check.by {
        Some(RevocationSource::Ocsp) => Word::RevocationAnswer,
        _ => Word::RevocationList,
    });
    let as_of = check.as_of.map(|at| state.clock.full(language, at)).unwrap_or_default();
    let (icon, colour, words) = match check.status {
        RevocationStatus::Good => {
            let blanks = [("name", &*name), ("kind", by), ("time", &*as_of)];
            (Icon::Check, colours.ink_soft, language.fill(Word::RevocationGood, &blanks))
        }
        RevocationStatus::Revoked(at) => {
            let day = at.map(|at| state.clock.day(language, at)).unwrap_or_default();
            let word = if day.is_empty() { Word::RevocationSome } else { Word::RevocationOn };
            (Icon::Caution, colours.plum, language.fill(word, &[("name", &name), ("day", &day)]))
        }
        RevocationStatus::Unknown => {
            (Icon::Caution, colours.amber, language.fill(Word::RevocationUnknown, &[("name", &name)]))
        }
    };
    widgets::signed_line(ui, icon, colour, words);
    if let Some(at) = check.fetched_at {
        widgets::caption(ui, language.fill(Word::RevocationFetchedAt, &[("time", &state.clock.full(language, at))]));
    }
}

/// The common name of a distinguished name (RFC 4514), else all of it; the path above has the whole.
fn called(name: &str) -> String {
    let common = name.split("CN=").nth(1).map(|rest| rest.split([',', '+']).next().unwrap_or(rest).trim());
    short_name(common.filter(|common| !common.is_empty()).unwrap_or(name))
}

fn ask(ui: &mut Ui, view: &AuthoritiesView, is_unknown: bool, state: &State, commands: &mut Vec<Command>) {
    let language = state.language;
    if view.is_asking {
        widgets::soft(ui, language.say(Word::AskingAuthority));
    } else if is_unknown && view.can_ask {
        if widgets::button(ui, Some(Icon::Sync), language.say(Word::AskAuthority), Weight::Plain).clicked() {
            tell(commands, AuthoritiesCommand::CheckMessage);
        }
        widgets::caption(ui, language.say(Word::AskAuthoritiesHint));
    }
}
