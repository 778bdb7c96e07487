//! The star of a row.

use egui::{Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo, pos2};

use crate::engine::Command;
use crate::engine::view::RowView;
use crate::ui::icons::{self, Icon};
use crate::ui::state::{State, Views};
use crate::ui::theme::{palette, size, space};
use crate::ui::words::{Word, one_line};

use super::actions::{self, Act};

/// So much of the row's third line is the star's.
pub(super) const ROOM: f32 = size::ICON + space::S;

/// Its place, with room for the pointer. By key, S does the same: it is no place to go through with Tab.
pub(super) fn sense(ui: &Ui, row_rect: Rect, row_response: &Response, row: &RowView, state: &State) -> Response {
    let centre = pos2(row_rect.right() - space::L - space::XS - size::ICON / 2.0, row_rect.bottom() - 19.0);
    let rect = Rect::from_center_size(centre, Vec2::splat(size::HIT));
    let response = ui.interact(rect, row_response.id.with("star"), Sense::CLICK);
    let words = state.language.fill(Word::StarOf, &[("subject", &one_line(&row.subject))]);
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, row.is_flagged, &words));
    response
}

/// Puts it on or takes it away.
pub(super) fn switch(row: &RowView, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let act = if row.is_flagged { Act::Unstar } else { Act::Star };
    actions::act_on(act, vec![row.id], views, state, commands);
}

/// Draws it: where there is one, and as an outline under the pointer.
pub(super) fn paint(ui: &Ui, star: &Response, row: &RowView, is_near: bool) {
    let colours = palette(ui);
    let square = Rect::from_center_size(star.rect.center(), Vec2::splat(size::ICON));
    if row.is_flagged {
        icons::paint(ui, Icon::Starred, square, colours.indigo);
    } else if is_near || star.hovered() {
        let colour = if star.hovered() { colours.indigo } else { colours.ink_soft.gamma_multiply(0.7) };
        icons::paint(ui, Icon::Star, square, colour);
    }
}
