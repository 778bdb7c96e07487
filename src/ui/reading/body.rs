//! What its author wrote: the blocks of the message, those under the headline first.

use egui::Ui;

use crate::engine::Command;
use crate::engine::view::{Lock, ReadingView, ShownBlock};
use crate::ui::icons::Icon;
use crate::ui::state::{State, Views};
use crate::ui::theme::{palette, space};
use crate::ui::words::Word;
use crate::ui::words::verdict::Sentence;
use crate::ui::{album, attachments, calendar, prose, reader, source, widgets};

use super::absent::closed;
use super::band::sign;
use super::letter::block;

/// Parts with a text of their own that are drawn; the message source has all of them.
const BLOCKS: usize = 40;

/// Parts that are drawn as HTML; the others are shown as their text.
const DRAWINGS: usize = 4;

/// What is left of what one message may take.
pub(super) struct Budget {
    /// Bytes of plain text.
    pub(super) text: usize,
    /// Bodies drawn as HTML.
    pub(super) drawings: usize,
}

pub(super) fn contents(ui: &mut Ui, views: &Views, view: &ReadingView, state: &mut State, commands: &mut Vec<Command>) {
    if state.source {
        source::show(ui, view, state, commands);
        return;
    }
    let assessment = &view.assessment;
    if assessment.headline.lock == Lock::CannotOpen {
        closed(ui, views, view, state, commands);
    }
    let mut budget = Budget { text: prose::SHOWN, drawings: DRAWINGS };
    let (main, apart): (Vec<_>, Vec<_>) = assessment.blocks.iter().partition(|block| block.is_headline);
    calendar::show(ui, view, true, state);
    if main.iter().chain(&apart).any(|block| block.html.is_some()) {
        kind_switch(ui, state);
    }
    let mut pictures = album::of(view, true);
    let has_pictures = !pictures.is_empty();
    for (index, block) in main.iter().take(BLOCKS).enumerate() {
        if index > 0 && !has_pictures {
            widgets::hairline(ui);
        }
        album::before(ui, view, &mut pictures, Some(&block.path), state);
        self::block(ui, view, block, &mut budget, state);
    }
    album::before(ui, view, &mut pictures, None, state);
    if assessment.blocks.is_empty() && !has_pictures && assessment.headline.lock != Lock::CannotOpen {
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
        reader::colours_switch(ui, state);
    });
    ui.add_space(space::XS);
}

/// What the headline does not speak of, in a frame of its own that says so.
fn apart(ui: &mut Ui, view: &ReadingView, blocks: &[&ShownBlock], budget: &mut Budget, state: &mut State) {
    let colours = palette(ui);
    ui.add_space(space::XL);
    widgets::card_with(ui, colours.amber, |ui| {
        sign(ui, Icon::Caution, colours.amber, &Sentence::of(state.language, state.language.say(Word::Apart), &[]));
        let mut pictures = album::of(view, false);
        for block in blocks.iter().take(BLOCKS) {
            widgets::hairline(ui);
            let word = match (block.decrypted, block.signed) {
                (false, false) => Word::ApartNeither,
                (true, false) => Word::ApartUnsigned,
                (false, true) => Word::ApartUnencrypted,
                (true, true) => Word::ApartOther,
            };
            widgets::caption(ui, state.language.say(word));
            album::before(ui, view, &mut pictures, Some(&block.path), state);
            self::block(ui, view, block, budget, state);
        }
        album::before(ui, view, &mut pictures, None, state);
        calendar::show(ui, view, false, state);
        attachments::show(ui, view, false, state);
    });
}
