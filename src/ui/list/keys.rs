//! What keys do with the list.

use egui::{Context, Key, Memory, Modifiers};

use crate::engine::Command;
use crate::ui::reading;
use crate::ui::state::{State, Views};

use super::actions::{self, Act};
use super::{Shown, pane_id, select};

/// Takes the keys of this frame that are about what is selected.
pub fn keys(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mailbox) = &views.mailbox else { return };
    let pressed = |modifiers, key| ctx.input_mut(|input| input.consume_key(modifiers, key));
    let focused = ctx.memory(Memory::focused);
    let in_list = focused.is_none_or(|id| id == pane_id());
    if in_list {
        // With more keys held down before with fewer: those are not looked at.
        for (key, by) in [(Key::ArrowDown, 1), (Key::ArrowUp, -1)] {
            if pressed(Modifiers::SHIFT, key) {
                let shown = Shown::of(views, mailbox, state);
                select::extend(&shown, by, state, commands);
            }
        }
    }
    // In a text that was touched it selects the text.
    let is_in_text = focused == Some(reading::pane_id()) || state.reader.selection.is_somewhere();
    if !is_in_text && pressed(Modifiers::COMMAND, Key::A) {
        let shown = Shown::of(views, mailbox, state);
        select::everything(&shown, state, commands);
    }
    if pressed(Modifiers::SHIFT, Key::F10) || pressed(Modifiers::NONE, Key::Menu) {
        state.list.asks_menu = true;
    }
    if pressed(Modifiers::COMMAND, Key::Z) {
        actions::undo(state, commands);
    }
    let sums = state.list.selected.sums();
    let wanted = if pressed(Modifiers::SHIFT, Key::J) {
        actions::junk(views)
    } else if pressed(Modifiers::NONE, Key::A) {
        Act::Archive
    } else if pressed(Modifiers::NONE, Key::Delete) || pressed(Modifiers::NONE, Key::Backspace) {
        actions::delete(views)
    } else if pressed(Modifiers::NONE, Key::M) {
        actions::read(sums)
    } else if pressed(Modifiers::NONE, Key::S) {
        actions::star(sums)
    } else if pressed(Modifiers::NONE, Key::V) {
        Act::Move
    } else if pressed(Modifiers::NONE, Key::Y) {
        Act::Copy
    } else {
        return;
    };
    actions::act(wanted, views, state, commands);
}

/// Escape: back to one of several, or what is dragged stays where it is. Whether there was any of that.
pub fn escape(views: &Views, state: &mut State, commands: &mut Vec<Command>) -> bool {
    if state.list.dragging.take().is_some() {
        return true;
    }
    let Some(mailbox) = views.mailbox.as_ref().filter(|_| state.list.selected.is_many()) else { return false };
    let shown = Shown::of(views, mailbox, state);
    select::collapse(&shown, state, commands);
    true
}
