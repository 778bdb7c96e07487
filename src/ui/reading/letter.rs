//! One block of a message: drawn as HTML, or as its plain text. Both can be selected and looked through.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{CornerRadius, Frame, ScrollArea, Stroke, Ui};

use crate::domain::RawMessage;
use crate::engine::view::{ReadingView, ShownBlock};
use crate::ui::confirm;
use crate::ui::html::{self, Drawn, Link, Paper, Request, Sheet, Subject};
use crate::ui::icons::Icon;
use crate::ui::prose;
use crate::ui::reader;
use crate::ui::selection;
use crate::ui::state::State;
use crate::ui::theme::{palette, size, space};
use crate::ui::widgets;
use crate::ui::words::Word;

use super::body::Budget;

/// Characters of a drawing that a screen reader is given.
const SPOKEN: usize = 20_000;

/// Draws a block.
pub(super) fn block(ui: &mut Ui, view: &ReadingView, block: &ShownBlock, budget: &mut Budget, state: &mut State) {
    let Some(html) = block.html.as_ref().filter(|_| !state.plain_text && budget.drawings > 0) else {
        prose::show(ui, block, &mut budget.text, state);
        return;
    };
    budget.drawings -= 1;
    let width = ui.available_width().min(size::MEASURE + 2.0 * space::XL).floor();
    let content = state.reader.content(&block.path, || {
        let ids: Vec<(String, usize)> =
            pictures(view, block).iter().map(|(id, part)| (id.clone(), part.len())).collect();
        html::hash(&(html, ids.len(), ids.iter().map(|(_, length)| length).sum::<usize>()))
    });
    let zoom = state.reader.zoom();
    let paper = (ui.visuals().dark_mode && !state.reader.original_colours).then(|| paper(ui));
    // Only what is under the headline, and nothing that was decrypted, may show what was fetched.
    let may_fetch = block.is_headline && !block.decrypted;
    let remote = if may_fetch { Arc::clone(state.reader.remote()) } else { Arc::default() };
    let scale = ui.pixels_per_point();
    let look = html::hash(&(width.to_bits(), scale.to_bits(), zoom.to_bits(), paper.is_some(), remote.len()));
    let subject = Subject { message: view.id, path: &block.path, content };
    let request = || Request {
        html: html.clone(),
        width,
        scale,
        zoom,
        widens: true,
        paper,
        parts: pictures(view, block),
        remote,
    };
    // The drawings are lent out, so that the rest of the state can be changed meanwhile.
    let mut drawings = std::mem::take(&mut state.drawings);
    match drawings.of(ui.ctx(), &subject, look, request) {
        Drawn::Sheet(sheet) => drawn(ui, view, block, sheet, width, state),
        Drawn::Waiting => {
            widgets::soft(ui, state.language.say(Word::Loading));
        }
        Drawn::Failed(_) => {
            widgets::signed_line(ui, Icon::Caution, palette(ui).amber, state.language.say(Word::HtmlFailed));
            prose::show(ui, block, &mut budget.text, state);
        }
    }
    state.drawings = drawings;
}

fn drawn(ui: &mut Ui, view: &ReadingView, block: &ShownBlock, sheet: &mut Sheet, width: f32, state: &mut State) {
    let language = state.language;
    state.reader.is_adapted |= sheet.is_adapted;
    let letters = Arc::clone(&sheet.letters);
    let key = format!("html {}", block.path);
    let (response, rect) = Frame::new()
        .stroke(Stroke::new(1.0, palette(ui).line))
        .corner_radius(CornerRadius::same(size::RADIUS))
        .show(ui, |ui| sideways(ui, sheet, width, selection::id(&key, 0)))
        .inner;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Document, true, language.say(Word::Message)));
    // A picture says nothing to those who listen: its text does.
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(letters.text.chars().take(SPOKEN).collect::<String>());
    });
    let version = html::hash(&(view.id, Arc::as_ptr(&letters) as usize));
    let marks = state.reader.find.marks(ui.ctx(), &key, version, &letters.text);
    let selection = &mut state.reader.selection;
    selection.touch(ui, &response, &key, (0, &letters.text), |at| letters.place(sheet.point(rect, at)));
    selection.menu(&response, language, &key, &letters.text);
    selection.keys(ui.ctx(), &key, block.is_headline, &letters.text);
    let colours = palette(ui);
    for highlight in state.reader.highlights(&key, &marks, &colours) {
        for area in letters.areas(&highlight.range) {
            highlight.paint(ui, sheet.area(rect, area));
        }
    }
    if let Some(area) = marks.current.filter(|_| marks.follows).and_then(|range| letters.areas(&range).first().copied())
    {
        ui.scroll_to_rect(sheet.area(rect, area), Some(egui::Align::Center));
    }
    let link = response.hover_pos().and_then(|at| sheet.link(rect, at).cloned());
    match link.as_ref().and_then(|link| link.place).filter(|_| response.clicked()) {
        Some(place) => ui.scroll_to_rect(sheet.area(rect, line_at(place)), Some(egui::Align::Min)),
        None => pointer(ui, &response, |_| link.clone(), state),
    }
    if sheet.is_cut {
        widgets::signed_line(ui, Icon::Caution, colours.amber, language.say(Word::HtmlCut));
    }
}

/// Where a place in a letter begins.
fn line_at(top: f32) -> egui::Rect {
    egui::Rect::from_min_size(egui::pos2(0.0, top), egui::vec2(1.0, 1.0))
}

/// A letter that is wider than the pane, even made smaller, is moved from side to side.
fn sideways(ui: &mut Ui, sheet: &mut Sheet, width: f32, id: egui::Id) -> (egui::Response, egui::Rect) {
    if !sheet.is_wide() {
        return sheet.show(ui, width, id);
    }
    ScrollArea::horizontal().id_salt(id).max_width(width).show(ui, |ui| sheet.show(ui, width, id)).inner
}

/// What the pointer means on a body: a link that is hovered or followed, or text.
pub(in crate::ui) fn pointer(
    ui: &Ui,
    response: &egui::Response,
    link: impl Fn(egui::Pos2) -> Option<Link>,
    state: &mut State,
) {
    let Some(at) = response.hover_pos() else { return };
    match link(at) {
        Some(link) => {
            if response.clicked() {
                confirm::follow(ui.ctx(), state, link.clone());
            }
            reader::hover(ui, &mut state.reader, link);
        }
        None => ui.ctx().set_cursor_icon(egui::CursorIcon::Text),
    }
}

/// The window's own paper.
fn paper(ui: &Ui) -> Paper {
    let colours = palette(ui);
    let colour = |c: egui::Color32| [c.r(), c.g(), c.b()].map(|value| f32::from(value) / 255.0);
    Paper { ground: colour(colours.paper), ink: colour(colours.ink), link: colour(colours.indigo) }
}

/// Pictures of the block's own layer, by Content-ID.
pub fn pictures(view: &ReadingView, block: &ShownBlock) -> HashMap<String, RawMessage> {
    view.assessment.pictures(block).map(|(id, content)| (id.to_owned(), content.clone())).collect()
}
