//! What the pane shows while several messages are selected: how many, and what can be done with all of them.

use egui::{Align, Layout, Ui, vec2};

use crate::engine::Command;
use crate::ui::icons::{self, Icon};
use crate::ui::list::actions;
use crate::ui::state::{State, Views};
use crate::ui::theme::{self, palette, size, space};
use crate::ui::widgets;
use crate::ui::words::Word;

pub(super) fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    let colours = palette(ui);
    let count = state.list.selected.count().to_string();
    let width = size::FORM.min(ui.available_width() - space::XL * 2.0);
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.25).max(space::XXL));
        ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            icons::show(ui, Icon::Mail, size::ICON_HERO, colours.line);
            ui.add_space(space::S);
            let words = language.fill(Word::SelectedCount, &[("count", &count)]);
            widgets::text(ui, words, theme::strong(size::TITLE), colours.ink);
            widgets::soft(ui, language.say(Word::SelectedHint));
            ui.add_space(space::M);
            actions::named_buttons(ui, views, state, commands);
        });
    });
}
