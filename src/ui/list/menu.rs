//! The menu of a row: what can be done with it, or with all that is selected when it is one of them.

use egui::{Rect, Ui};

use crate::engine::Command;
use crate::engine::view::{MessageId, RowView};
use crate::ui::menu::{self, Entry, Opened};
use crate::ui::state::{State, Views};

use super::actions::{self, Act};
use super::select::{self, Sums};

/// A menu that is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Menu {
    /// The message under the pointer; it stands for all that is selected when it is one of them.
    message: MessageId,
    sums: Sums,
    opened: Opened,
}

/// Opens it for a row.
pub(super) fn open(ui: &Ui, row: &RowView, rect: Rect, by_key: bool, state: &mut State) {
    let sums = if state.list.selected.contains(row.id) {
        state.list.selected.sums()
    } else {
        Sums { listed: 1, seen: usize::from(row.is_seen), flagged: usize::from(row.is_flagged) }
    };
    state.list.menu = Some(Menu { message: row.id, sums, opened: Opened::of(ui, rect, by_key) });
}

/// Draws it.
pub(super) fn show(ui: &Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(menu) = state.list.menu else { return };
    let mut acts = actions::offered(views, menu.sums);
    let after_move = acts.iter().position(|act| *act == Act::Move).map_or(acts.len(), |at| at + 1);
    acts.insert(after_move, Act::Copy);
    let language = state.language;
    let entry = |act: Act| Entry { icon: act.icon(), words: act.name(language), key: act.key(), meaning: act };
    let entries: Vec<_> = acts.into_iter().map(entry).collect();
    let (opened, chosen) = menu::show(ui, "row", menu.opened, &entries);
    state.list.menu = opened.map(|opened| Menu { opened, ..menu });
    if let Some(act) = chosen {
        let messages =
            if select::is_selected(state, menu.message) { actions::selected(views, state) } else { vec![menu.message] };
        actions::act_on(act, messages, views, state, commands);
    }
}
