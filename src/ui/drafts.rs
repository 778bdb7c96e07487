//! Messages that were begun and kept.

use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

use crate::engine::Command;
use crate::engine::view::DraftView;

use super::icons::{self, Icon};
use super::state::{State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Word, one_line};

/// Draws the screen.
pub fn show(ui: &mut Ui, views: &Views, state: &State, commands: &mut Vec<Command>) {
    let language = state.language;
    let frame = Frame::new().fill(palette(ui).paper).inner_margin(Margin { left: 24, right: 8, top: 16, bottom: 0 });
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        widgets::title(ui, language.say(Word::KeptDrafts));
        widgets::soft(ui, language.say(Word::KeptDraftsHint));
        ui.add_space(space::S);
        let drafts = views.mailbox.as_ref().map(|mailbox| mailbox.drafts.as_slice()).unwrap_or_default();
        if drafts.is_empty() {
            widgets::empty(ui, Icon::Drafts, language.say(Word::NoKeptDrafts), "");
            return;
        }
        ScrollArea::vertical().id_salt("drafts").auto_shrink([false, false]).show(ui, |ui| {
            ui.set_max_width(size::MEASURE + 80.0);
            ui.spacing_mut().item_spacing.y = space::M;
            for draft in drafts {
                self::draft(ui, draft, state, commands);
            }
        });
    });
}

fn draft(ui: &mut Ui, draft: &DraftView, state: &State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        let subject = one_line(&draft.subject);
        let subject = if subject.is_empty() { language.say(Word::NoSubject) } else { &subject };
        ui.horizontal_wrapped(|ui| {
            icons::show(ui, Icon::Drafts, size::ICON_LARGE, palette(ui).ink_soft);
            widgets::emphasis(ui, subject);
        });
        let to: Vec<_> = draft.to.iter().map(|mailbox| one_line(&mailbox.to_string())).collect();
        let to = if to.is_empty() { language.say(Word::NobodyYet).to_owned() } else { to.join(", ") };
        widgets::soft(ui, to);
        let at = state.clock.brief(language, draft.changed_at);
        widgets::caption(ui, language.fill(Word::ChangedAt, &[("time", &at)]));
        ui.horizontal(|ui| {
            if widgets::button(ui, Some(Icon::Write), language.say(Word::ContinueWriting), Weight::Plain).clicked() {
                commands.push(Command::OpenDraft(draft.id));
            }
            if widgets::button(ui, Some(Icon::Trash), language.say(Word::Discard), Weight::Danger).clicked() {
                commands.push(Command::DiscardDraft(draft.id));
            }
        });
    });
}
