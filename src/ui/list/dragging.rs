//! Messages that are dragged onto a folder: moved into it, with Ctrl copied.

use egui::{Area, Context, CornerRadius, CursorIcon, Frame, Id, Margin, Order, Rect, Stroke, StrokeKind, Ui, vec2};

use crate::engine::Command;
use crate::engine::view::{FolderId, MessageId, RowView};
use crate::ui::icons::{self, Icon};
use crate::ui::state::{State, Views};
use crate::ui::theme::{palette, size, space};
use crate::ui::widgets;
use crate::ui::words::{Word, one_line, short_name};

use super::{actions, select};

/// What is dragged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dragging {
    messages: Vec<MessageId>,
    /// Of the one message; empty when there are several.
    subject: String,
    /// The folder under the pointer.
    over: Option<FolderId>,
}

/// A row is taken: with all that is selected when it is one of them.
pub(super) fn begin(row: &RowView, views: &Views, state: &mut State) {
    let messages = if select::is_selected(state, row.id) { actions::selected(views, state) } else { vec![row.id] };
    let subject = if messages.len() == 1 { short_name(&row.subject) } else { String::new() };
    state.list.dragging = Some(Dragging { messages, subject, over: None });
}

/// A folder of the side bar: it lights up while it would take what is dragged.
pub fn over(ui: &Ui, rect: Rect, folder: FolderId, views: &Views, state: &mut State) {
    let is_home = views.mailbox.as_ref().is_some_and(|mailbox| mailbox.open_folder == Some(folder));
    let copies = ui.input(|input| input.modifiers.command);
    let Some(dragging) = state.list.dragging.as_mut().filter(|_| !is_home || copies) else { return };
    let is_over = ui.ctx().pointer_latest_pos().is_some_and(|at| rect.contains(at) && ui.clip_rect().contains(at));
    if is_over {
        dragging.over = Some(folder);
        let (radius, indigo) = (CornerRadius::same(size::RADIUS), palette(ui).indigo);
        ui.painter().rect_filled(rect, radius, indigo.gamma_multiply(0.15));
        ui.painter().rect_stroke(rect, radius, Stroke::new(size::RING, indigo), StrokeKind::Inside);
    }
}

/// Draws what is dragged beside the pointer; once it is let go over a folder, it is there.
pub fn show(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mut dragging) = state.list.dragging.take() else { return };
    let over = dragging.over.take();
    let (is_down, copies) = ctx.input(|input| (input.pointer.primary_down(), input.modifiers.command));
    if !is_down {
        if let Some(to) = over {
            actions::put(dragging.messages, to, copies, views, state, commands);
        }
        return;
    }
    ctx.set_cursor_icon(match (over, copies) {
        (None, _) => CursorIcon::Grabbing,
        (Some(_), true) => CursorIcon::Copy,
        (Some(_), false) => CursorIcon::Move,
    });
    let words = if dragging.messages.len() == 1 {
        let subject = one_line(&dragging.subject);
        if subject.is_empty() { state.language.say(Word::NoSubject).to_owned() } else { subject }
    } else {
        state.language.fill(Word::DragCount, &[("count", &dragging.messages.len().to_string())])
    };
    if let Some(at) = ctx.pointer_latest_pos() {
        let area = Area::new(Id::unique("dragged")).order(Order::Tooltip).interactable(false);
        area.fixed_pos(at + vec2(space::M, space::M)).show(ctx, |ui| {
            Frame::popup(ui.style()).inner_margin(Margin::symmetric(10, 6)).show(ui, |ui| {
                ui.set_max_width(size::LIST);
                ui.horizontal(|ui| {
                    let icon = if copies { Icon::Plus } else { Icon::Mail };
                    icons::show(ui, icon, size::ICON, palette(ui).indigo);
                    widgets::caption(ui, words);
                });
            });
        });
    }
    state.list.dragging = Some(dragging);
}
