//! What is asked before something is done that can't be taken back.

use egui::{Context, Frame, Id, Margin, Modal, OpenUrl, Ui};

use super::html::Link;
use super::icons::Icon;
use super::link::{Target, Warning};
use super::state::{State, Views};
use super::theme::{palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word};

/// Goes where a link leads, by way of a question.
pub fn follow(_ctx: &Context, state: &mut State, link: Link) {
    state.link = Some(link);
}

/// The question about a link: where it really leads, and what about it could deceive.
pub fn link(ctx: &Context, views: &mut Views, state: &mut State) {
    let Some(link) = state.link.clone() else { return };
    let language = state.language;
    let target = Target::of(&link);
    let answer = dialog(ctx, "link", |ui| {
        widgets::title(ui, language.say(Word::OpenLink));
        widgets::soft(ui, language.say(if target.opens { Word::OpenLinkHint } else { Word::OpenLinkNever }));
        widgets::card(ui, |ui| {
            if !target.host.is_empty() {
                widgets::emphasis(ui, target.host.clone());
            }
            widgets::body(ui, target.address.clone());
        });
        let colours = palette(ui);
        for warning in &target.warnings {
            let colour = if *warning == Warning::Unencrypted { colours.amber } else { colours.plum };
            widgets::signed_line(ui, Icon::Caution, colour, warning.say(language));
        }
        if widgets::button(ui, None, language.say(Word::CopyAddress), Weight::Quiet).clicked() {
            ui.copy_text(target.address.clone());
        }
        // What is doubtful is not what Enter does.
        let weight = if target.is_doubtful() { Weight::Danger } else { Weight::Primary };
        answers_if(ui, language, target.opens, Word::Open, weight)
    });
    match answer {
        Some(true) if target.opens => {
            state.link = None;
            if target.address.starts_with("mailto:") {
                super::compose::write_to(views, state, &target.address);
            } else {
                ctx.open_url(OpenUrl::new_tab(&target.address));
            }
        }
        Some(_) => state.link = None,
        None => {}
    }
}

/// A question in the middle of the window; escape and a click beside it answer no.
pub fn dialog(ctx: &Context, name: &str, ask: impl FnOnce(&mut Ui) -> Option<bool>) -> Option<bool> {
    let modal = Modal::new(Id::unique(("dialog", name)));
    let style = ctx.global_style();
    let response = modal.frame(Frame::popup(&style).inner_margin(Margin::same(20))).show(ctx, |ui| {
        ui.set_width(size::DIALOG);
        ui.spacing_mut().item_spacing.y = space::M;
        ask(ui)
    });
    // It is put in the middle by the size that it had: once more when that changed.
    let (size, id) = (response.response.rect.size(), Id::unique(("dialog-size", name)));
    if ctx.data(|data| data.get_temp(id)) != Some(size) {
        ctx.data_mut(|data| data.insert_temp(id, size));
        ctx.request_repaint();
    }
    response.inner.or_else(|| response.should_close().then_some(false))
}

/// A part of a question that may be longer than the window is high.
pub fn scrolled(ui: &mut Ui, salt: &str, add: impl FnOnce(&mut Ui)) {
    let height = (ui.ctx().content_rect().height() - 430.0).max(120.0);
    egui::ScrollArea::vertical().id_salt(salt).max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        // Nothing lies under the bar.
        ui.set_max_width((ui.available_width() - space::M).max(0.0));
        add(ui);
    });
}

/// The two answers, at the right.
pub fn answers(ui: &mut Ui, language: Language, yes: Word, weight: Weight) -> Option<bool> {
    answers_if(ui, language, true, yes, weight)
}

/// The same; yes may not be possible yet.
pub fn answers_if(ui: &mut Ui, language: Language, can: bool, yes: Word, weight: Weight) -> Option<bool> {
    let mut answer = None;
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
        if widgets::button_if(ui, can, None, language.say(yes), weight).clicked() {
            answer = Some(true);
        }
        if widgets::button(ui, None, language.say(Word::Cancel), Weight::Plain).clicked() {
            answer = Some(false);
        }
    });
    answer
}

/// Enter was pressed in a field of one line: the form is meant.
pub fn is_entered(ui: &Ui) -> bool {
    ui.input(|input| input.key_pressed(egui::Key::Enter)) && ui.memory(|memory| memory.focused().is_none())
}
