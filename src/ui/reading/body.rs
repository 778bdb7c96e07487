//! What its author wrote: the blocks of the message, those under the headline first.

use std::collections::HashMap;

use egui::{CornerRadius, Frame, Stroke, Ui};

use crate::engine::Command;
use crate::engine::view::{Lock, ReadingView, ShownBlock};
use crate::ui::html::{Request, Shown};
use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::{palette, size, space};
use crate::ui::words::Word;
use crate::ui::words::verdict::Sentence;
use crate::ui::{attachments, calendar, confirm, prose, source, widgets};

use super::absent::closed;
use super::band::sign;

/// Parts with a text of their own that are drawn; the message source has all of them.
const BLOCKS: usize = 40;

/// Parts that are drawn as HTML; the others are shown as their text.
const DRAWINGS: usize = 4;

/// What is left of what one message may take.
struct Budget {
    text: usize,
    drawings: usize,
}

pub(super) fn contents(ui: &mut Ui, view: &ReadingView, state: &mut State, commands: &mut Vec<Command>) {
    if state.source {
        source::show(ui, view, state, commands);
        return;
    }
    let assessment = &view.assessment;
    if assessment.headline.lock == Lock::CannotOpen {
        closed(ui, view, state, commands);
    }
    let mut budget = Budget { text: prose::SHOWN, drawings: DRAWINGS };
    let (main, apart): (Vec<_>, Vec<_>) = assessment.blocks.iter().partition(|block| block.is_headline);
    calendar::show(ui, view, true, state);
    if main.iter().chain(&apart).any(|block| block.html.is_some()) {
        kind_switch(ui, state);
    }
    for (index, block) in main.iter().take(BLOCKS).enumerate() {
        if index > 0 {
            widgets::hairline(ui);
        }
        self::block(ui, view, block, &mut budget, state);
    }
    if assessment.blocks.is_empty() && assessment.headline.lock != Lock::CannotOpen {
        widgets::soft(ui, state.language.say(Word::NoBody));
    }
    if main.len().max(apart.len()) > BLOCKS {
        widgets::signed_line(ui, Icon::Caution, palette(ui).amber, state.language.say(Word::TextCut));
    }
    attachments::show(ui, view, true, state);
    if !apart.is_empty()
        || calendar::has_apart(view)
        || view.attachments.iter().any(|file| !attachments::belongs(view, file))
    {
        self::apart(ui, view, &apart, &mut budget, state);
    }
}

fn kind_switch(ui: &mut Ui, state: &mut State) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        if widgets::choice(ui, !state.plain_text, state.language.say(Word::AsWritten)).clicked() {
            state.plain_text = false;
        }
        if widgets::choice(ui, state.plain_text, state.language.say(Word::PlainText)).clicked() {
            state.plain_text = true;
        }
    });
    ui.add_space(space::XS);
}

fn block(ui: &mut Ui, view: &ReadingView, block: &ShownBlock, budget: &mut Budget, state: &mut State) {
    let Some(html) = block.html.as_ref().filter(|_| !state.plain_text && budget.drawings > 0) else {
        prose::show(ui, &block.text, &mut budget.text, state);
        return;
    };
    budget.drawings -= 1;
    let width = ui.available_width().min(size::MEASURE + 2.0 * space::XL).floor();
    let scale = ui.pixels_per_point();
    let mut clicked = None;
    let name = state.language.say(Word::Message);
    let request = || Request { html: html.clone(), width, scale, parts: pictures(view, block) };
    let shown = Frame::new()
        .stroke(Stroke::new(1.0, palette(ui).line))
        .corner_radius(CornerRadius::same(size::RADIUS))
        .show(ui, |ui| state.drawings.show(ui, request, name, &mut clicked))
        .inner;
    if let Some(link) = clicked {
        confirm::follow(ui.ctx(), state, link);
    }
    let noted = view.assessment.cautions.iter().any(|c| c.code == crate::engine::view::CautionCode::RemoteContent);
    match shown {
        Shown::Drawn { refused, is_cut } => {
            if refused > 0 && !noted {
                widgets::signed_line(ui, Icon::Picture, palette(ui).ink_soft, state.language.say(Word::RemoteBlocked));
            }
            if is_cut {
                widgets::signed_line(ui, Icon::Caution, palette(ui).amber, state.language.say(Word::HtmlCut));
            }
        }
        Shown::Waiting => {
            widgets::soft(ui, state.language.say(Word::Loading));
        }
        Shown::Failed(_) => {
            widgets::signed_line(ui, Icon::Caution, palette(ui).amber, state.language.say(Word::HtmlFailed));
            prose::show(ui, &block.text, &mut budget.text, state);
        }
    }
}

/// Pictures with the same protection as the block, by Content-ID.
pub fn pictures(view: &ReadingView, block: &ShownBlock) -> HashMap<String, crate::domain::RawMessage> {
    let same =
        |part: &&crate::engine::view::ShownPart| part.signed == block.signed && part.decrypted == block.decrypted;
    let parts = view.assessment.parts.iter().filter(same);
    parts.filter_map(|part| Some((part.content_id.clone()?, part.content.clone()))).collect()
}

/// What the headline does not speak of, in a frame of its own that says so.
fn apart(ui: &mut Ui, view: &ReadingView, blocks: &[&ShownBlock], budget: &mut Budget, state: &mut State) {
    let colours = palette(ui);
    ui.add_space(space::XL);
    widgets::card_with(ui, colours.amber, |ui| {
        sign(ui, Icon::Caution, colours.amber, &Sentence::of(state.language, Word::Apart, &[]));
        for block in blocks.iter().take(BLOCKS) {
            widgets::hairline(ui);
            let word = match (block.decrypted, block.signed) {
                (false, false) => Word::ApartNeither,
                (true, false) => Word::ApartUnsigned,
                (false, true) => Word::ApartUnencrypted,
                (true, true) => Word::ApartOther,
            };
            widgets::caption(ui, state.language.say(word));
            self::block(ui, view, block, budget, state);
        }
        calendar::show(ui, view, false, state);
        attachments::show(ui, view, false, state);
    });
}
