//! The line at the bottom: what goes on, what was done, what could not be done.

use egui::{Align, Frame, Layout, Margin, Panel, ProgressBar, Stroke, Ui};

use crate::engine::view::AccountForm;
use crate::engine::{Command, Failure, FailureKind, Retry};

use super::icons::{self, Icon};
use super::keys;
use super::link::Target;
use super::state::{Screen, State, Views};
use super::theme::{self, palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Word, codes, failure, one_line};

/// Draws the status line, and above it the last failure until it is dismissed.
pub fn show(ui: &mut Ui, views: &mut Views, state: &mut State, commands: &mut Vec<Command>) {
    let colours = palette(ui);
    let frame = Frame::new().fill(colours.desk).inner_margin(Margin::symmetric(12, 2)).stroke(Stroke::NONE);
    Panel::bottom("status").frame(frame).exact_size(32.0).resizable(false).show(ui, |ui| {
        ui.horizontal_centered(|ui| line(ui, views, state, commands));
    });
    if let Some(failure) = views.failure.clone() {
        let frame = Frame::new().fill(colours.raised).inner_margin(Margin::symmetric(16, 10));
        Panel::bottom("failure").frame(frame).resizable(false).show(ui, |ui| {
            if self::failure(ui, &failure, views, state, commands) {
                views.failure = None;
            }
        });
    }
}

fn line(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let colours = palette(ui);
    let language = state.language;
    if let Some(target) = state.reader.hovers.as_ref().map(Target::of).filter(|_| state.screen == Screen::Mailbox) {
        let doubtful = target.is_doubtful();
        let (icon, colour) = if doubtful { (Icon::Caution, colours.plum) } else { (Icon::Link, colours.ink_soft) };
        icons::show(ui, icon, size::ICON, colour);
        let rect = ui.available_rect_before_wrap();
        let response = ui.allocate_rect(rect, egui::Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, target.status()));
        widgets::line(ui.painter(), rect, &target.status(), theme::plain(size::CAPTION), colours.ink);
        return;
    }
    let is_held = super::undo::show(ui, views, state, commands);
    if let Some(activity) = &views.activity {
        ui.add(egui::Spinner::new().size(size::ICON).color(colours.indigo));
        widgets::caption(ui, codes::work(language, &activity.work, &one_line(&activity.subject)));
        if let Some(fraction) = activity.fraction {
            ui.add(ProgressBar::new(fraction).desired_width(160.0).desired_height(6.0).fill(colours.indigo));
        }
        if widgets::button(ui, None, language.say(Word::Cancel), Weight::Quiet).clicked() {
            commands.push(Command::Cancel);
        }
        return;
    }
    if let Some(notice) = views.notice.as_ref().filter(|_| !is_held) {
        icons::show(ui, Icon::Check, size::ICON, colours.pine);
        widgets::caption(ui, codes::done(language, &notice.code, &one_line(&notice.subject)));
        super::list::actions::undo_button(ui, views, state, commands);
    }
    let Some(mailbox) = views.mailbox.as_ref().filter(|_| views.locked.is_none()) else { return };
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if mailbox.is_demo {
            widgets::caption(ui, language.say(Word::DemoMailbox));
            return;
        }
        super::backup::reminder(ui, views, state);
        if mailbox.accounts.iter().all(|account| account.identity.address.is_empty()) {
            return;
        }
        if widgets::icon_button(ui, Icon::Sync, language.say(Word::Synchronise)).clicked() {
            commands.push(Command::Synchronise);
        }
        if let Some(at) = mailbox.synchronised_at {
            let at = state.clock.brief(language, at);
            widgets::caption(ui, language.fill(Word::SynchronisedAt, &[("time", &at)]));
        }
        keys::hint(ui, views, state);
        if mailbox.waiting > 0 {
            let words = language.fill(Word::Waiting, &[("count", &mailbox.waiting.to_string())]);
            if widgets::button(ui, Some(Icon::Outbox), &words, Weight::Quiet).clicked() {
                state.screen = Screen::Outbox;
            }
        }
    });
}

/// What happened, what to do now; gives whether it was dismissed.
fn failure(ui: &mut Ui, failure: &Failure, views: &Views, state: &mut State, commands: &mut Vec<Command>) -> bool {
    let language = state.language;
    let colours = palette(ui);
    let mut dismissed = false;
    ui.horizontal_top(|ui| {
        icons::show(ui, Icon::Caution, size::ICON_LARGE, colours.plum);
        let buttons = if is_of_a_server(failure.kind) { 400.0 } else { 220.0 };
        let width = (ui.available_width() - buttons).max(160.0);
        ui.allocate_ui_with_layout(egui::vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = 2.0;
            let (happened, now) = failure::sentences(language, failure);
            widgets::text(ui, happened, theme::strong(size::BODY), colours.ink);
            widgets::soft(ui, now);
            if let Retry::Later(at) = failure.retry {
                let at = state.clock.brief(language, at);
                widgets::caption(ui, language.fill(Word::TriedAgainAt, &[("time", &at)]));
            }
            if !failure.source.is_empty() {
                widgets::folded(ui, "failure-detail", language.say(Word::TechnicalDetail), |ui| {
                    widgets::text(ui, one_line(&failure.source), theme::fixed(size::CAPTION), colours.ink_soft);
                });
            }
        });
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            dismissed = widgets::button(ui, None, language.say(Word::Dismiss), Weight::Plain).clicked();
            let account = signed_out(failure, views);
            if let Some(form) = account
                && widgets::button(ui, Some(Icon::Web), language.say(Word::SignInAgain), Weight::Plain).clicked()
            {
                super::setup::sign_in(state, &form);
                dismissed = true;
            }
            if failure.retry == Retry::Now
                && failure.kind == FailureKind::Unreachable
                && widgets::button(ui, Some(Icon::Sync), language.say(Word::TryAgain), Weight::Plain).clicked()
            {
                commands.push(Command::Synchronise);
                dismissed = true;
            }
            if is_of_a_server(failure.kind)
                && widgets::button(ui, None, language.say(Word::ShowConversation), Weight::Quiet).clicked()
            {
                super::transcript::enter(state, commands);
                dismissed = true;
            }
        });
    });
    ui.add_space(space::XS);
    dismissed
}

/// The account whose user has to sign in again.
fn signed_out(failure: &Failure, views: &Views) -> Option<AccountForm> {
    let accounts = views.mailbox.as_ref().filter(|_| failure.kind == FailureKind::SignInAgain)?;
    let is_meant = |form: &&AccountForm| form.address == failure.subject && form.oauth.is_some();
    accounts.accounts.iter().map(|account| &account.form).find(is_meant).cloned()
}

/// Something was said with a server before it went wrong.
fn is_of_a_server(kind: FailureKind) -> bool {
    use FailureKind::{
        BadServerCertificate, Deferred, GaveUp, LoginRefused, NoEightBit, NoLoginMethod, NoRequireTls, NoStartTls,
        NoUtf8, PartlyRefused, Protocol, Rejected, ServerUnproven, TooBig, Uncertain, Unreachable,
    };
    matches!(
        kind,
        BadServerCertificate
            | Deferred
            | GaveUp
            | LoginRefused
            | NoEightBit
            | NoLoginMethod
            | NoRequireTls
            | NoStartTls
            | NoUtf8
            | PartlyRefused
            | Protocol
            | Rejected
            | ServerUnproven
            | TooBig
            | Uncertain
            | Unreachable
    )
}
