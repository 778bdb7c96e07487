//! Everybody else's certificates: only those that are seen are drawn, be there ten thousand.

use egui::{ScrollArea, Ui, pos2};

use crate::engine::Command;
use crate::engine::view::KeySummary;
use crate::ui::state::State;
use crate::ui::theme::{size, space};

/// How high a card is thought to be until it is drawn.
const ESTIMATE: f32 = 172.0;

/// Draws the list.
pub(super) fn show(ui: &mut Ui, others: &[KeySummary], state: &mut State, commands: &mut Vec<Command>) {
    let mut heights = std::mem::take(&mut state.keys.heights);
    heights.resize(others.len(), ESTIMATE);
    ScrollArea::vertical().id_salt("keys").auto_shrink([false, false]).show_viewport(ui, |ui, viewport| {
        ui.set_max_width(size::MEASURE + 80.0);
        ui.spacing_mut().item_spacing.y = space::M;
        let origin = ui.max_rect().min;
        let mut top = 0.0_f32;
        for (summary, height) in others.iter().zip(&mut heights) {
            let is_seen = top + *height >= viewport.min.y && top <= viewport.max.y;
            if is_seen {
                let place = egui::Rect::from_min_size(pos2(origin.x, origin.y + top), ui.available_size());
                let drawn = ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| {
                    super::key(ui, &summary.to_view(), state, commands);
                });
                *height = drawn.response.rect.height();
            }
            top += *height + space::M;
        }
        // The end of the list is where the last card would be, drawn or not.
        ui.expand_to_include_y(origin.y + top + space::L);
    });
    state.keys.heights = heights;
}
