//! List, message and evidence beside each other, as far as the window has room.

use egui::{Frame, Panel, Ui};

use crate::engine::Command;
use crate::ui::state::{State, Views};
use crate::ui::theme::{palette, size};
use crate::ui::{evidence, list, reading, welcome};

/// Draws the panes.
pub(super) fn show(ui: &mut Ui, views: &mut Views, state: &mut State, commands: &mut Vec<Command>, is_narrow: bool) {
    let colours = palette(ui);
    let desk = Frame::new().fill(colours.desk);
    if welcome::is_due(views, state) {
        welcome::show(ui, views, state, commands);
        return;
    }
    let shows_drawer = state.drawer && views.reading.is_some() && !state.list.selected.is_many();
    if is_narrow {
        if shows_drawer && state.reads {
            Panel::right("drawer")
                .frame(desk)
                .exact_size(size::DRAWER)
                .resizable(false)
                .show_separator_line(false)
                .show(ui, |ui| {
                    evidence::show(ui, views, state, commands);
                });
        }
        egui::CentralPanel::no_frame().show(ui, |ui| {
            if state.reads && state.selected.is_some() {
                reading::show(ui, views, state, commands, true);
            } else {
                ui.painter().rect_filled(ui.max_rect(), 0.0, colours.desk);
                list::show(ui, views, state, commands);
            }
        });
        return;
    }
    let is_tight = shows_drawer && ui.available_width() < size::LIST + size::DRAWER + size::FORM;
    if !is_tight {
        let narrower = if shows_drawer { size::LIST * 0.85 } else { size::LIST };
        Panel::left("list").frame(desk).exact_size(narrower).resizable(false).show_separator_line(false).show(
            ui,
            |ui| {
                list::show(ui, views, state, commands);
            },
        );
    }
    if shows_drawer {
        Panel::right("drawer").frame(desk).exact_size(size::DRAWER).resizable(false).show_separator_line(false).show(
            ui,
            |ui| {
                evidence::show(ui, views, state, commands);
            },
        );
    }
    egui::CentralPanel::no_frame().show(ui, |ui| reading::show(ui, views, state, commands, false));
}
