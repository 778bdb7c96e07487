//! The card of one correspondent.

use egui::{ScrollArea, Ui};

use crate::domain::Technology;
use crate::engine::Command;
use crate::engine::graph::EdgeKind;
use crate::engine::topic::people::{CertificateCard, KeyQuestion, PeopleCommand, PersonCard};
use crate::engine::view::{SightingView, StepKind, TrustVerdict};
use crate::ui::compose::{verdict_colour, verdict_icon};
use crate::ui::evidence::{station, technology};
use crate::ui::files::Purpose;
use crate::ui::finding;
use crate::ui::icons::{self, Icon};
use crate::ui::keys;
use crate::ui::state::State;
use crate::ui::theme::{palette, size, space};
use crate::ui::trust;
use crate::ui::widgets::{self, Weight};
use crate::ui::words::reason::{self, About};
use crate::ui::words::{Language, Word, codes, one_line, short_address, short_name, vouching};

use super::vouch;

/// Stations of a path that are drawn.
const SHOWN: usize = 12;

pub(super) fn show(ui: &mut Ui, card: &PersonCard, state: &mut State, commands: &mut Vec<Command>) {
    let person = &card.person;
    ScrollArea::vertical().id_salt(("person", &person.address)).auto_shrink([false, false]).show(ui, |ui| {
        ui.set_max_width(size::MEASURE.min(ui.available_width() - space::L).max(0.0));
        ui.spacing_mut().item_spacing.y = space::M;
        head(ui, card, state, commands);
        for question in &card.questions {
            self::question(ui, card, question, state, commands);
        }
        for certificate in &card.certificates {
            self::certificate(ui, card, certificate, state, commands);
        }
        ui.add_space(space::L);
    });
}

/// What a person is called: their name, else their address.
fn called(card: &PersonCard) -> String {
    let name = short_name(&card.person.name);
    if name.is_empty() { short_address(card.person.address.as_str()) } else { name }
}

fn head(ui: &mut Ui, card: &PersonCard, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let person = &card.person;
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.horizontal(|ui| {
            let verdict = person.verdict.unwrap_or(TrustVerdict::Unauthenticated);
            icons::show(ui, verdict_icon(verdict), 26.0, verdict_colour(ui, verdict));
            widgets::title(ui, called(card));
        });
        let all = std::iter::once(&person.address).chain(&person.others);
        let all: Vec<String> = all.map(|address| short_address(address.as_str())).collect();
        widgets::soft(ui, all.join(", "));
        let day = |at: Option<crate::domain::Timestamp>| at.map(|at| state.clock.day(language, at)).unwrap_or_default();
        let (begin, end) = (day(person.correspondence.first_at), day(person.correspondence.last_at));
        let count = person.correspondence.messages;
        widgets::caption(
            ui,
            match count {
                0 => language.say(Word::PersonNoMessages).to_owned(),
                1 => language.fill(Word::PersonMessage, &[("begin", &begin)]),
                _ => language
                    .fill(Word::PersonMessages, &[("count", &count.to_string()), ("begin", &begin), ("end", &end)]),
            },
        );
        if widgets::button(ui, Some(Icon::Search), language.say(Word::FindMore), Weight::Quiet).clicked() {
            finding::begin(state, Some(&person.address), commands);
        }
    });
}

fn question(ui: &mut Ui, card: &PersonCard, question: &KeyQuestion, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let amber = palette(ui).amber;
    widgets::card_with(ui, amber, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        let address = short_address(question.address.as_str());
        ui.horizontal_wrapped(|ui| {
            icons::show(ui, Icon::Caution, size::ICON_LARGE, amber);
            widgets::emphasis(ui, language.fill(Word::QuestionTitle, &[("address", &address)]));
        });
        let brief = |print: &crate::domain::Fingerprint| {
            let spaced = print.spaced();
            let tail: Vec<&str> = spaced.rsplit(' ').take(2).collect();
            format!("…{}", tail.into_iter().rev().collect::<Vec<_>>().join(" "))
        };
        let before = brief(&question.before.fingerprint);
        let seen = seen(state, &question.before);
        let day = state.clock.day(language, question.new.first_at);
        let new = brief(&question.new.fingerprint);
        let blanks = [("before", before.as_str()), ("new", &new), ("seen", seen.as_str()), ("day", day.as_str())];
        widgets::body(ui, language.fill(Word::QuestionBody, &blanks));
        widgets::soft(ui, language.say(Word::QuestionAsk));
        ui.horizontal_wrapped(|ui| {
            let is_kept =
                card.certificates.iter().any(|one| one.is_kept && one.report.fingerprint == question.new.fingerprint);
            if is_kept && widgets::button(ui, Some(Icon::Check), language.say(Word::Compare), Weight::Primary).clicked()
            {
                keys::compare_here(state, &question.new.fingerprint, called(card));
            }
            let mut answer = |ui: &mut Ui, word: Word, weight: Weight, is_accepted: bool| {
                if widgets::button(ui, None, language.say(word), weight).clicked() {
                    commands.push(super::people(PeopleCommand::Answer {
                        address: question.address.clone(),
                        fingerprint: question.new.fingerprint.clone(),
                        is_accepted,
                    }));
                }
            };
            answer(ui, Word::QuestionYes, Weight::Plain, true);
            answer(ui, Word::QuestionNo, Weight::Danger, false);
        });
    });
}

fn seen(state: &State, sighting: &SightingView) -> String {
    let language = state.language;
    let day = state.clock.day(language, sighting.first_at);
    match sighting.messages {
        0 | 1 => language.fill(Word::SeenOnce, &[("day", &day)]),
        count => language.fill(Word::SeenSince, &[("day", &day), ("count", &count.to_string())]),
    }
}

fn certificate(
    ui: &mut Ui,
    card: &PersonCard,
    certificate: &CertificateCard,
    state: &mut State,
    commands: &mut Vec<Command>,
) {
    let language = state.language;
    let colours = palette(ui);
    let report = &certificate.report;
    let edge = if report.problems.is_empty() { colours.line } else { colours.amber };
    widgets::card_with(ui, edge, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        let verdict = certificate.judgement.verdict;
        ui.horizontal_wrapped(|ui| {
            icons::show(ui, verdict_icon(verdict), size::ICON_LARGE, verdict_colour(ui, verdict));
            widgets::emphasis(ui, technology(report.technology));
            widgets::soft(ui, report.algorithms.first().map(|one| one_line(one)).unwrap_or_default());
        });
        widgets::body(ui, language.say(verdict_word(certificate)));
        if !certificate.is_kept {
            widgets::soft(ui, language.say(Word::NotKept));
        }
        for problem in &report.problems {
            widgets::signed_line(ui, Icon::Caution, colours.amber, codes::problem(language, problem));
        }
        if let Some(sighting) = &certificate.sighting {
            let is_believed = matches!(verdict, TrustVerdict::Authenticated | TrustVerdict::Partial);
            let only = if is_believed { "" } else { language.say(Word::SeenOnly) };
            let gap = if language == Language::English { " " } else { "" };
            widgets::soft(ui, format!("{}{gap}{only}", seen(state, sighting)).trim().to_owned());
        }
        answered(ui, card, certificate, state, commands);
        if let Some(EdgeKind::Certification { vouching, state: counts, .. }) = &certificate.vouched {
            let what = vouching::says(language, &state.clock, vouching, *counts);
            widgets::soft(ui, language.fill(Word::YouVouch, &[("what", &what)]));
        }
        path(ui, certificate, state);
        widgets::fingerprint(ui, &report.fingerprint.spaced());
        for place in certificate.provenance.iter().take(SHOWN) {
            widgets::caption(ui, finding::met(state, place));
        }
        if certificate.is_kept {
            actions(ui, card, certificate, state, commands);
        }
    });
}

fn verdict_word(certificate: &CertificateCard) -> Word {
    match certificate.judgement.verdict {
        TrustVerdict::Authenticated if certificate.is_compared => Word::KeyCompared,
        TrustVerdict::Authenticated => Word::KeyAuthenticated,
        TrustVerdict::Partial => Word::KeyPartial,
        TrustVerdict::Unauthenticated => Word::KeyUnauthenticated,
        TrustVerdict::Mismatch => Word::KeyOtherAddress,
        TrustVerdict::Revoked => Word::KeyRevoked,
        TrustVerdict::Expired => Word::KeyExpired,
    }
}

fn answered(ui: &mut Ui, card: &PersonCard, certificate: &CertificateCard, state: &State, commands: &mut Vec<Command>) {
    let Some(is_accepted) = certificate.answer else { return };
    let language = state.language;
    ui.horizontal_wrapped(|ui| {
        widgets::soft(ui, language.say(if is_accepted { Word::AnsweredYes } else { Word::AnsweredNo }));
        if widgets::button(ui, None, language.say(Word::ChangeAnswer), Weight::Quiet).clicked() {
            commands.push(super::people(PeopleCommand::Answer {
                address: card.person.address.clone(),
                fingerprint: certificate.report.fingerprint.clone(),
                is_accepted: !is_accepted,
            }));
        }
    });
}

/// The way from the user to the certificate, drawn from top to bottom.
fn path(ui: &mut Ui, certificate: &CertificateCard, state: &State) {
    let language = state.language;
    let judgement = &certificate.judgement;
    let steps = &judgement.path.0;
    let is_believed = matches!(judgement.verdict, TrustVerdict::Authenticated | TrustVerdict::Partial);
    widgets::caption(ui, language.say(if is_believed { Word::WhyBelieved } else { Word::WhyNot }));
    if let Some(code) = judgement.reason.as_deref().filter(|code| !code.is_empty()) {
        widgets::body(ui, reason::reason(language, About::Trust, code));
    }
    if steps.is_empty() || !is_believed {
        if steps.is_empty() && judgement.reason.is_none() {
            widgets::body(ui, language.say(Word::NobodyLeads));
        }
        return;
    }
    let colour = verdict_colour(ui, judgement.verdict);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        station(ui, true, false, colour, |ui| {
            widgets::emphasis(ui, language.say(Word::You));
        });
        let last = steps.len().min(SHOWN).saturating_sub(1);
        for (nth, step) in steps.iter().take(SHOWN).enumerate() {
            let before = certificate.stations.get(nth).and_then(Option::as_ref);
            station(ui, nth < last, nth == last, colour, |ui| {
                widgets::emphasis(ui, short_name(&step.name));
                let how = match (before, step.kind) {
                    (Some(EdgeKind::Certification { vouching, state: counts, .. }), _) => {
                        vouching::says(language, &state.clock, vouching, *counts)
                    }
                    (_, StepKind::Direct) => language.say(Word::StepDirect).to_owned(),
                    (_, StepKind::Ca) if nth == last => language.say(Word::StepSigner).to_owned(),
                    (_, StepKind::Ca) => language.say(Word::StepCa).to_owned(),
                    (_, StepKind::Certification) => language.say(Word::StepCertification).to_owned(),
                };
                widgets::caption(ui, how);
            })
            .on_hover_text(step.fingerprint.spaced());
        }
    });
}

fn actions(
    ui: &mut Ui,
    card: &PersonCard,
    certificate: &CertificateCard,
    state: &mut State,
    commands: &mut Vec<Command>,
) {
    let language = state.language;
    let report = &certificate.report;
    let fingerprint = &report.fingerprint;
    ui.horizontal_wrapped(|ui| {
        if certificate.is_compared {
            if widgets::button(ui, None, language.say(Word::TakeTrustBack), Weight::Plain).clicked() {
                commands.push(Command::SetTrusted { fingerprint: fingerprint.clone(), trusted: false });
            }
        } else if widgets::button(ui, Some(Icon::Check), language.say(Word::Compare), Weight::Plain).clicked() {
            keys::compare_here(state, fingerprint, called(card));
        }
        if report.technology == Technology::OpenPgp {
            vouch::buttons(ui, card, certificate, called(card), state);
        }
        if widgets::button(ui, Some(Icon::Trust), language.say(Word::TrustScreen), Weight::Quiet).clicked() {
            trust::enter(state, commands, Some(&card.person.address));
        }
        if widgets::button(ui, Some(Icon::Export), language.say(Word::Export), Weight::Quiet).clicked() {
            let purpose = Purpose::ExportCertificate(fingerprint.clone());
            let ending = if report.technology == Technology::OpenPgp { "asc" } else { "pem" };
            let name = format!("{}.{ending}", card.person.address.local_part());
            state.ask_file(ui.ctx(), purpose, language.say(Word::Export), &name);
        }
    });
    if report.technology == Technology::OpenPgp {
        keys::counting(ui, language, fingerprint, certificate.counts, commands);
    }
}
