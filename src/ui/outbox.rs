//! What waits to be sent, and what the server said last.

use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

use crate::engine::view::SubmissionView;
use crate::engine::{Command, Failure, FailureKind, OutboxCommand, Retry};

use super::icons::{self, Icon};
use super::state::{State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, codes, failure, one_line, short_name};

/// Lines of a server that are shown; one for each of its recipients.
const MOST_LINES: usize = 20;

/// Draws the screen.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 8, top: 16, bottom: 0 });
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        widgets::title(ui, language.say(Word::Outbox));
        widgets::soft(ui, language.say(Word::OutboxHint));
        ui.add_space(space::S);
        let submissions = views.outbox.as_ref().map(|outbox| outbox.submissions.as_slice()).unwrap_or_default();
        if submissions.is_empty() {
            widgets::empty(ui, Icon::Outbox, language.say(Word::OutboxEmpty), language.say(Word::OutboxEmptyHint));
            return;
        }
        ScrollArea::vertical().id_salt("outbox").auto_shrink([false, false]).show(ui, |ui| {
            ui.set_max_width(size::MEASURE + 80.0);
            ui.spacing_mut().item_spacing.y = space::M;
            for submission in submissions {
                self::submission(ui, submission, state, commands);
            }
        });
    });
}

fn submission(ui: &mut Ui, submission: &SubmissionView, state: &mut State, commands: &mut Vec<Command>) {
    let colours = palette(ui);
    let (icon, colour) = match submission.state.as_str() {
        "rejected" | "expired" => (Icon::Caution, colours.plum),
        "uncertain" | "deferred" => (Icon::Caution, colours.amber),
        "accepted" => (Icon::Check, colours.pine),
        "sending" => (Icon::Sync, colours.indigo),
        _ => (Icon::Outbox, colours.ink_soft),
    };
    let is_calm = matches!(submission.state.as_str(), "queued" | "sending" | "accepted");
    widgets::card_with(ui, if is_calm { colours.line } else { colour }, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.horizontal_wrapped(|ui| {
            icons::show(ui, icon, size::ICON_LARGE, colour);
            widgets::emphasis(ui, one_line(&submission.recipients.join(", ")));
        });
        if !submission.subject.is_empty() {
            widgets::soft(ui, short_name(&submission.subject));
        }
        facts(ui, submission, state);
        if submission.state == "accepted" {
            return;
        }
        ui.add_space(space::XS);
        ui.horizontal_wrapped(|ui| choices(ui, submission, state, commands));
    });
}

/// What happened, when it goes on, and what the server said.
fn facts(ui: &mut Ui, submission: &SubmissionView, state: &State) {
    let language = state.language;
    let Told { happened, words, is_server } = told(language, submission, state);
    widgets::body(ui, happened);
    if submission.state == "uncertain" {
        widgets::soft(ui, language.say(Word::UncertainAdvice));
    }
    if let Some(at) = submission.retry_at {
        let at = state.clock.brief(language, at);
        widgets::caption(ui, language.fill(Word::TriedAgainAt, &[("time", &at)]));
    }
    if let Some(at) = submission.created_at.filter(|_| submission.attempts > 1) {
        let (at, count) = (state.clock.brief(language, at), submission.attempts.to_string());
        widgets::caption(ui, language.fill(Word::TriedTimes, &[("time", &at), ("count", &count)]));
    }
    if submission.reports {
        widgets::caption(ui, language.say(Word::ReportsAsked));
    }
    if submission.requires_tls {
        widgets::caption(ui, language.say(Word::TlsRequired));
    }
    if !words.is_empty() {
        widgets::caption(ui, language.say(if is_server { Word::ServerSaid } else { Word::TechnicalDetail }));
        for line in words.lines().take(MOST_LINES) {
            widgets::text(ui, one_line(line), super::theme::fixed(size::CAPTION), palette(ui).ink_soft);
        }
    }
}

fn choices(ui: &mut Ui, submission: &SubmissionView, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let is_sending = submission.state == "sending";
    if submission.state == "uncertain"
        && widgets::button(ui, Some(Icon::Check), language.say(Word::ItArrived), Weight::Plain).clicked()
    {
        commands.push(Command::Outbox(OutboxCommand::Arrived(submission.id)));
    }
    let again = match submission.state.as_str() {
        "uncertain" | "rejected" => Word::SendAgain,
        "queued" if submission.held_until.is_some() => Word::SendNow,
        _ => Word::TryAgain,
    };
    if widgets::button_if(ui, !is_sending, Some(Icon::Sync), language.say(again), Weight::Plain).clicked() {
        commands.push(Command::RetrySubmission(submission.id));
    }
    if submission.has_draft
        && widgets::button_if(ui, !is_sending, Some(Icon::Write), language.say(Word::Rewrite), Weight::Plain).clicked()
    {
        commands.push(Command::Outbox(OutboxCommand::Rewrite(submission.id)));
    }
    let back = language.say(if submission.has_draft { Word::Discard } else { Word::TakeBack });
    if widgets::button_if(ui, !is_sending, Some(Icon::Trash), back, Weight::Danger).clicked() {
        commands.push(Command::CancelSubmission(submission.id));
    }
    let was_tried = submission.attempts > 0 && !is_sending;
    if was_tried
        && widgets::button(ui, Some(Icon::Server), language.say(Word::ShowConversation), Weight::Quiet).clicked()
    {
        super::transcript::enter(state, commands);
    }
}

/// What is said about a submission.
struct Told<'a> {
    happened: String,
    words: &'a str,
    is_server: bool,
}

/// What came between it and the server, or what the server said: nothing is put into the server's mouth.
fn told<'a>(language: Language, submission: &'a SubmissionView, state: &State) -> Told<'a> {
    let detail = submission.detail.trim();
    let (code, rest) = detail.split_once(' ').unwrap_or((detail, ""));
    let mut happened = codes::submission(language, &submission.state);
    if let Some(until) = submission.held_until.filter(|_| submission.state == "queued") {
        happened = match submission.hold {
            "undo" => language.say(Word::HeldUndo).to_owned(),
            _ => language.fill(Word::HeldUntil, &[("time", &state.clock.full(language, until))]),
        };
        return Told { happened, words: "", is_server: false };
    }
    if let Some(kind) = failure::of_code(code).filter(|_| matches!(submission.state.as_str(), "deferred" | "rejected"))
    {
        let subject = if kind == FailureKind::TooBig { rest.to_owned() } else { String::new() };
        let failure = Failure { kind, retry: Retry::Now, subject, source: String::new() };
        let (happened, advice) = failure::sentences(language, &failure);
        let is_final = submission.state == "rejected";
        let gap = if language == Language::English { " " } else { "" };
        let happened = if is_final { format!("{happened}{gap}{advice}") } else { happened };
        return Told { happened, words: if is_final { "" } else { rest }, is_server: false };
    }
    if code == "refused" && submission.state == "rejected" {
        language.say(Word::RejectedSome).clone_into(&mut happened);
    }
    let is_code = matches!(code, "deferred" | "rejected" | "uncertain" | "refused");
    Told { happened, words: if is_code { rest } else { detail }, is_server: code != "uncertain" }
}
