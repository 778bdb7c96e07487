//! Which messages are selected: the one that is open, or several that are acted on together.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Weak;

use egui::{Context, Modifiers};

use crate::engine::Command;
use crate::engine::topic::searching::SearchView;
use crate::engine::view::{MessageId, RowView};
use crate::ui::state::{Screen, State, Views};

use super::Shown;

/// A message that nobody chose is read when it was open for so long, in seconds.
const LINGER: f64 = 2.0;

/// Row ids, which nobody else chooses: one multiplication spreads them.
#[derive(Default)]
pub struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0.rotate_left(8) ^ u64::from(*byte)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }

    fn write_i64(&mut self, id: i64) {
        self.0 = id.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }
}

/// A set of messages.
pub type Ids = HashSet<MessageId, BuildHasherDefault<Spread>>;

/// Several selected messages; empty while there is only the open one.
#[derive(Debug, Default)]
pub struct Selected {
    ids: Ids,
    /// Where a stretch begins.
    anchor: Option<MessageId>,
    /// Where the keyboard is.
    cursor: Option<MessageId>,
    /// Counts the changes.
    version: u64,
    sums: Sums,
    looked_at: Stamp,
}

/// How the selected messages stand; of one as of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many of them are in the list.
    pub listed: usize,
    /// How many were read.
    pub seen: usize,
    /// How many have a star.
    pub flagged: usize,
}

impl Sums {
    fn add(&mut self, row: &RowView) {
        self.listed += 1;
        self.seen += usize::from(row.is_seen);
        self.flagged += usize::from(row.is_flagged);
    }
}

/// What the selection was last compared with, which is not kept alive by that.
#[derive(Debug, Default)]
struct Stamp {
    rows: Weak<Vec<RowView>>,
    found: Weak<SearchView>,
    search: String,
    selected: Option<MessageId>,
    version: u64,
}

/// A message that was opened without being chosen: it is read after a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lingering {
    message: MessageId,
    /// Since when somebody can see it, in the window's seconds.
    since: Option<f64>,
}

impl Selected {
    /// More than one message is selected; no message is open then.
    pub fn is_many(&self) -> bool {
        !self.ids.is_empty()
    }

    /// How many, when there are several.
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// Whether it is one of several.
    pub fn contains(&self, id: MessageId) -> bool {
        self.ids.contains(&id)
    }

    /// How they stand.
    pub fn sums(&self) -> Sums {
        self.sums
    }

    /// Where the keyboard is, of several.
    pub fn cursor(&self) -> Option<MessageId> {
        self.cursor.filter(|_| self.is_many())
    }

    /// Only this one from now on.
    pub fn only(&mut self, id: Option<MessageId>) {
        (self.anchor, self.cursor) = (id, id);
        if self.is_many() {
            self.ids = Ids::default();
        }
        self.version += 1;
    }
}

/// Another list is shown: what of several was selected in the one before is not acted on there.
pub fn leave(state: &mut State) {
    if state.list.selected.is_many() {
        state.list.selected.only(None);
    }
}

/// Whether a row is drawn as selected.
pub fn is_selected(state: &State, id: MessageId) -> bool {
    state.selected == Some(id) || state.list.selected.contains(id)
}

/// Where the keyboard is.
pub(super) fn cursor(state: &State) -> Option<MessageId> {
    state.list.selected.cursor().or(state.selected)
}

/// A row was clicked.
pub(super) fn click(row: &RowView, shown: &Shown<'_>, held: Modifiers, state: &mut State, commands: &mut Vec<Command>) {
    if held.shift {
        stretch(row.id, shown, held.command, state, commands);
    } else if held.command {
        let mut ids = taken(state);
        if !ids.remove(&row.id) {
            ids.insert(row.id);
        }
        settle(ids, row.id, shown, state, commands);
        state.list.selected.anchor = Some(row.id);
    } else {
        super::open(row, state, commands);
    }
}

/// What is selected, as a set.
fn taken(state: &mut State) -> Ids {
    let selected = &mut state.list.selected;
    if selected.is_many() { std::mem::take(&mut selected.ids) } else { state.selected.into_iter().collect() }
}

/// Selects everything from the anchor to a message; `adds` to what is selected.
fn stretch(to: MessageId, shown: &Shown<'_>, adds: bool, state: &mut State, commands: &mut Vec<Command>) {
    let anchor = state.list.selected.anchor.or(state.selected);
    let end = shown.place(Some(to)).unwrap_or(0);
    let start = anchor.and_then(|id| shown.place(Some(id))).unwrap_or(end);
    let mut ids = if adds { taken(state) } else { Ids::default() };
    ids.extend((start.min(end)..=start.max(end)).filter_map(|nth| shown.row(nth)).map(|row| row.id));
    settle(ids, to, shown, state, commands);
    state.list.selected.anchor = shown.row(start).map(|row| row.id);
}

/// Goes on with Shift and an arrow.
pub(super) fn extend(shown: &Shown<'_>, by: isize, state: &mut State, commands: &mut Vec<Command>) {
    let at = shown.place(cursor(state));
    let to = at.map_or(0, |at| at.saturating_add_signed(by).min(shown.len().saturating_sub(1)));
    if let Some(row) = shown.row(to) {
        stretch(row.id, shown, false, state, commands);
        state.follows = true;
    }
}

/// Selects every message that is shown.
pub(super) fn everything(shown: &Shown<'_>, state: &mut State, commands: &mut Vec<Command>) {
    let mut ids = room(shown.len());
    ids.extend((0..shown.len()).filter_map(|nth| shown.row(nth)).map(|row| row.id));
    let Some(at) = cursor(state).filter(|id| ids.contains(id)).or_else(|| shown.row(0).map(|row| row.id)) else {
        return;
    };
    settle(ids, at, shown, state, commands);
    state.list.selected.anchor = Some(at);
}

/// A set that does not have to grow.
fn room(count: usize) -> Ids {
    Ids::with_capacity_and_hasher(count, BuildHasherDefault::default())
}

/// Back to one: the message where the keyboard is.
pub(super) fn collapse(shown: &Shown<'_>, state: &mut State, commands: &mut Vec<Command>) {
    let row = shown.place(cursor(state)).and_then(|at| shown.row(at));
    show(row, state, commands);
}

/// Takes a set as what is selected; one is opened, of several none.
fn settle(ids: Ids, at: MessageId, shown: &Shown<'_>, state: &mut State, commands: &mut Vec<Command>) {
    if ids.len() > 1 {
        let selected = &mut state.list.selected;
        (selected.ids, selected.cursor) = (ids, Some(at));
        selected.version += 1;
        (state.selected, state.list.lingers) = (None, None);
        return;
    }
    let row = ids.iter().next().and_then(|id| shown.place(Some(*id))).and_then(|at| shown.row(at));
    if row.is_none_or(|row| state.selected != Some(row.id)) {
        show(row, state, commands);
    }
}

/// Opens a message that the reader did not choose, or none: it is not read by that at once.
pub(super) fn show(row: Option<&RowView>, state: &mut State, commands: &mut Vec<Command>) {
    let id = row.map(|row| row.id);
    state.list.selected.only(id);
    (state.selected, state.unopened) = (id, None);
    state.list.lingers = row.filter(|row| !row.is_seen).map(|row| Lingering { message: row.id, since: None });
    if let Some(id) = id {
        commands.push(Command::OpenMessage(id));
        state.follows = true;
    }
}

/// Looks after what is selected: rows that are not shown any more drop out of it, and what was open long enough without
/// being chosen is read.
pub fn keep(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    linger(ctx, views, state, commands);
    let Some(mailbox) = &views.mailbox else { return };
    let found = views.topics.search.as_ref();
    let looked_at = &state.list.selected.looked_at;
    let is_known = std::ptr::eq(looked_at.rows.as_ptr(), std::sync::Arc::as_ptr(&mailbox.rows))
        && looked_at.selected == state.selected
        && looked_at.version == state.list.selected.version
        && looked_at.search == state.search
        && (state.search.is_empty()
            || found.is_none_or(|found| std::ptr::eq(looked_at.found.as_ptr(), std::sync::Arc::as_ptr(found))));
    if is_known {
        return;
    }
    let shown = Shown::of(views, mailbox, state);
    // Until it is known what is shown, nothing is known to be gone.
    if !shown.is_all {
        return;
    }
    look(&shown, state, commands);
    let stamp = Stamp {
        rows: std::sync::Arc::downgrade(&mailbox.rows),
        found: found.map(std::sync::Arc::downgrade).unwrap_or_default(),
        search: state.search.clone(),
        selected: state.selected,
        version: state.list.selected.version,
    };
    state.list.selected.looked_at = stamp;
}

/// Drops what is not shown, and counts the rest.
fn look(shown: &Shown<'_>, state: &mut State, commands: &mut Vec<Command>) {
    let rows = || (0..shown.len()).filter_map(|nth| shown.row(nth));
    let mut sums = Sums::default();
    if state.list.selected.is_many() {
        let ids = &state.list.selected.ids;
        rows().filter(|row| ids.contains(&row.id)).for_each(|row| sums.add(row));
        if sums.listed < ids.len() {
            let mut left = room(sums.listed);
            left.extend(rows().map(|row| row.id).filter(|id| ids.contains(id)));
            let at = state.list.selected.cursor.filter(|id| left.contains(id));
            let at = at.or_else(|| rows().map(|row| row.id).find(|id| left.contains(id)));
            match at {
                Some(at) => settle(left, at, shown, state, commands),
                None => show(None, state, commands),
            }
        }
    } else if let Some(row) = shown.place(state.selected).and_then(|at| shown.row(at)) {
        sums.add(row);
    }
    state.list.selected.sums = sums;
}

/// What was opened without being chosen is read once it was there to be seen for a moment.
fn linger(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(Lingering { message, since }) = state.list.lingers else { return };
    if state.selected != Some(message) {
        state.list.lingers = None;
        return;
    }
    let (now, is_looked_at) = ctx.input(|input| (input.time, input.focused));
    let is_open = views.reading.as_ref().is_some_and(|view| view.id == message);
    if !is_open || !is_looked_at || state.screen != Screen::Mailbox {
        state.list.lingers = Some(Lingering { message, since: None });
        return;
    }
    let left = since.map_or(LINGER, |since| since + LINGER - now);
    if left <= 0.0 {
        state.list.lingers = None;
        commands.push(Command::SetSeen { message, seen: true });
    } else {
        state.list.lingers = Some(Lingering { message, since: since.or(Some(now)) });
        ctx.request_repaint_after_secs(left as f32);
    }
}

/// The first message below those that leave, else the nearest above them.
pub(super) fn after<'s>(shown: &Shown<'s>, leaves: &Ids) -> Option<&'s RowView> {
    let is_staying = |nth: &usize| shown.row(*nth).is_some_and(|row| !leaves.contains(&row.id));
    let last = (0..shown.len()).rev().find(|nth| !is_staying(nth))?;
    let next = Some(last + 1).filter(|nth| *nth < shown.len());
    next.or_else(|| (0..last).rev().find(is_staying)).and_then(|nth| shown.row(nth))
}
