//! What waits to be sent, and what the server said last.

use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

use crate::engine::view::SubmissionView;
use crate::engine::{Command, Failure, Retry};

use super::icons::{self, Icon};
use super::state::{State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, codes, failure, one_line};

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

fn submission(ui: &mut Ui, submission: &SubmissionView, state: &State, commands: &mut Vec<Command>) {
    let language = state.language;
    let colours = palette(ui);
    let (icon, colour) = match submission.state.as_str() {
        "rejected" => (Icon::Caution, colours.plum),
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
        let Told { happened, words, is_server } = told(language, submission);
        widgets::body(ui, happened);
        if let Some(at) = submission.retry_at {
            let at = state.clock.brief(language, at);
            widgets::caption(ui, language.fill(Word::TriedAgainAt, &[("time", &at)]));
        }
        if !words.is_empty() {
            widgets::caption(ui, language.say(if is_server { Word::ServerSaid } else { Word::TechnicalDetail }));
            widgets::text(ui, one_line(words), super::theme::fixed(size::CAPTION), colours.ink_soft);
        }
        if submission.state == "accepted" {
            return;
        }
        ui.add_space(space::XS);
        ui.horizontal(|ui| {
            let is_sending = submission.state == "sending";
            let again = if submission.state == "uncertain" { Word::SendAgain } else { Word::TryAgain };
            if widgets::button_if(ui, !is_sending, Some(Icon::Sync), language.say(again), Weight::Plain).clicked() {
                commands.push(Command::RetrySubmission(submission.id));
            }
            let back = language.say(Word::TakeBack);
            if widgets::button_if(ui, !is_sending, Some(Icon::Trash), back, Weight::Danger).clicked() {
                commands.push(Command::CancelSubmission(submission.id));
            }
        });
    });
}

/// What is said about a submission.
struct Told<'a> {
    happened: String,
    words: &'a str,
    is_server: bool,
}

/// What came between it and the server, or what the server said: nothing is put into the server's mouth.
fn told(language: Language, submission: &SubmissionView) -> Told<'_> {
    let detail = submission.detail.trim();
    let (code, rest) = detail.split_once(' ').unwrap_or((detail, ""));
    let happened = codes::submission(language, &submission.state);
    if let Some(kind) = failure::of_code(code).filter(|_| submission.state == "deferred") {
        let (subject, source) = (String::new(), String::new());
        let (happened, _) = failure::sentences(language, &Failure { kind, retry: Retry::Now, subject, source });
        return Told { happened, words: rest, is_server: false };
    }
    let is_code = matches!(code, "deferred" | "rejected" | "uncertain");
    Told { happened, words: if is_code { rest } else { detail }, is_server: code != "uncertain" }
}
