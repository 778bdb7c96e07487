//! The open message: its header and the band with lock and seal, drawn by the frame; below a
//! hairline, and clipped to it, what its author wrote.

mod absent;
mod band;
mod body;
mod head;
mod letter;

use egui::{Align, Frame, Id, Layout, Margin, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, vec2};

use crate::engine::Command;

use super::state::{State, Views};
use super::theme::{palette, space};
use super::widgets;
use super::words::Word;
use absent::absent;
pub use band::sign;
use body::contents;
use head::head;
pub use letter::pictures;
pub(super) use letter::pointer;

/// The pane, for F6.
pub fn pane_id() -> Id {
    Id::unique("pane-reading")
}

/// Draws the reading pane; `has_back` when it hides the list.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>, has_back: bool) {
    let whole = ui.max_rect();
    ui.painter().rect_filled(whole, 0.0, palette(ui).paper);
    let pane = ui.interact(whole, pane_id(), Sense::focusable_noninteractive());
    pane.widget_info(|| WidgetInfo::labeled(Role::Group, true, state.language.say(Word::Message)));
    // While another message is being looked at, the one before says nothing about it.
    let Some(view) = views.reading.clone().filter(|view| state.selected == Some(view.id)) else {
        absent(ui, state, commands, has_back);
        widgets::ring(ui, &pane, whole);
        return;
    };
    state.reader.begin(&view, views.remote.as_ref());
    super::find::keys(ui.ctx(), &mut state.reader.find);
    ui.spacing_mut().item_spacing = vec2(space::S, space::S);
    // A long header never takes the message's place: beyond this share it scrolls.
    let most = whole.height() * 0.62;
    ScrollArea::vertical().id_salt("head").max_height(most).auto_shrink([false, true]).show(ui, |ui| {
        Frame::new().inner_margin(Margin { left: 24, right: 24, top: 16, bottom: 12 }).show(ui, |ui| {
            head(ui, &view, state, commands, has_back);
            super::remote::show(ui, &view, views, state, commands);
            super::delivery::show(ui, &view, state.language);
        });
    });
    ui.add_space(-space::S);
    widgets::hairline(ui);
    ui.add_space(-space::S);
    super::find::show(ui, &mut state.reader.find, state.language);
    let rest = ui.available_rect_before_wrap();
    let mut area = ui.new_child(UiBuilder::new().max_rect(rest).layout(Layout::top_down(Align::Min)));
    state.reader.zoom_keys(ui.ctx(), rest, commands);
    // Nothing of the message can be painted above the hairline.
    area.shrink_clip_rect(rest);
    ScrollArea::vertical().id_salt(("body", view.id)).auto_shrink([false, false]).show(&mut area, |ui| {
        Frame::new().inner_margin(Margin { left: 24, right: 24, top: 16, bottom: 24 }).show(ui, |ui| {
            contents(ui, views, &view, state, commands);
        });
    });
    ui.advance_cursor_after_rect(rest);
    state.reader.end(ui.ctx());
    widgets::ring(ui, &pane, whole);
}
