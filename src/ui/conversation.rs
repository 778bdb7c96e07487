//! The list by conversations: each is one row, or its messages below one another while it is open.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, Weak};

use egui::{Context, CornerRadius, Id, Key, KeyboardShortcut, Modifiers, Rect, Role, Sense, Ui, Vec2, WidgetInfo};
use egui::{pos2, vec2};

use crate::domain::Mailbox;
use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::threads::ThreadsCommand;
use crate::engine::view::{Conversation, Conversations, Lock, MailboxView, MessageId, RowView, Seal, Seat, ThreadId};

use super::icons::{self, Icon};
use super::state::{State, Views};
use super::theme::{palette, size, space};
use super::words::{Language, Word, one_line, short_name};
use super::{inboxes, strip, widgets};

/// What is done with a closed conversation of more messages is done with the one that is read alone: nobody sees what
/// is in it.
const MOST_AT_ONCE: u32 = 20;
/// Names in a row of a conversation.
const NAMED: usize = 3;
/// The newest messages whose senders are looked at for that.
const LOOKED_AT: usize = 40;
/// How far a row goes to the right for each message above it, and how often at most.
const STEP: f32 = 12.0;
const STEPS: u16 = 6;

/// What the window remembers of conversations.
#[derive(Debug, Default)]
pub struct ThreadsState {
    /// Lists are shown by them.
    pub is_on: bool,
    /// Those whose messages are shown.
    pub open: HashSet<ThreadId>,
    /// What the engine was asked for beside the open message; and of which mailbox, by its address.
    pub(super) asked: Option<(MessageId, usize)>,
    /// Changes with `open`.
    changes: usize,
    lines: Lines,
    sight: HashMap<MessageId, Line>,
}

/// The rows of a list by conversations.
#[derive(Debug, Default)]
struct Lines {
    of: Weak<Conversations>,
    changes: usize,
    rows: Arc<Vec<usize>>,
    conversations: Vec<u32>,
}

/// What a row is in its conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of the whole list.
    conversation: Conversation,
    /// Its messages are shown.
    is_open: bool,
    /// It is the row that the conversation is opened and closed by.
    is_head: bool,
    /// How many stand above it.
    depth: u16,
}

impl ThreadsState {
    /// Opens or closes a conversation.
    pub fn set_open(&mut self, thread: ThreadId, is_open: bool) {
        let changed = if is_open { self.open.insert(thread) } else { self.open.remove(&thread) };
        self.changes += usize::from(changed);
    }

    fn is_open(&self, conversation: &Conversation) -> bool {
        conversation.count > 1 && conversation.thread.is_some_and(|thread| self.open.contains(&thread))
    }

    fn look(&mut self, found: &Arc<Conversations>) {
        if std::ptr::eq(self.lines.of.as_ptr(), Arc::as_ptr(found)) && self.lines.changes == self.changes {
            return;
        }
        let (mut rows, mut conversations) = (Vec::with_capacity(found.all.len()), Vec::with_capacity(found.all.len()));
        for (nth, one) in found.all.iter().enumerate() {
            if self.is_open(one) {
                rows.extend(found.seats(one).iter().map(|seat| seat.row as usize));
            } else {
                rows.push(one.newest as usize);
            }
            conversations.resize(rows.len(), nth as u32);
        }
        self.lines = Lines { of: Arc::downgrade(found), changes: self.changes, rows: Arc::new(rows), conversations };
    }

    /// Looks up what the rows in sight are; see [`ThreadsState::line`].
    pub fn in_sight(&mut self, mailbox: &MailboxView, range: Range<usize>) {
        self.sight.clear();
        let Some(found) = mailbox.conversations.as_ref().filter(|_| self.lines.of.strong_count() > 0) else { return };
        for nth in range {
            let row = self.lines.rows.get(nth).and_then(|row| Some((*row, mailbox.rows.get(*row)?)));
            let one = self.lines.conversations.get(nth).and_then(|one| found.all.get(*one as usize));
            let (Some((at, row)), Some(one)) = (row, one) else { continue };
            let seats = found.seats(one);
            let is_open = self.is_open(one);
            let seat = seats.iter().find(|seat| seat.row as usize == at).copied().unwrap_or_default();
            let is_first = seats.first().is_some_and(|first| first.row as usize == at);
            let depth = if is_open && !is_first { seat.depth.max(1) } else { 0 };
            let line = Line { conversation: *one, is_open, is_head: !is_open || is_first, depth };
            self.sight.insert(row.id, line);
        }
    }

    /// What a row in sight is.
    pub fn line(&self, message: MessageId) -> Option<Line> {
        self.sight.get(&message).copied()
    }

    /// No row is anything else than its message.
    pub fn out_of_sight(&mut self) {
        self.sight.clear();
    }
}

/// The places of the rows that a list by conversations shows; `None` for a list of messages.
pub fn places(mailbox: &MailboxView, state: &mut State) -> Option<Arc<Vec<usize>>> {
    let found = mailbox.conversations.as_ref()?;
    state.threads.look(found);
    Some(Arc::clone(&state.threads.lines.rows))
}

/// The messages that rows stand for: of a closed conversation all that are in this list if they are few, of any other row the one. Each
/// once; the work grows with the list, not with the list times the rows.
pub fn stand_for(mailbox: &MailboxView, state: &State, messages: Vec<MessageId>) -> Vec<MessageId> {
    let is_searching = !state.search.trim().is_empty();
    let Some(found) = mailbox.conversations.as_ref().filter(|_| !is_searching) else { return messages };
    let chosen: HashSet<MessageId> = messages.iter().copied().collect();
    let mut whole: HashMap<MessageId, Vec<MessageId>> = HashMap::new();
    let is_closed = |one: &&Conversation| (2..=MOST_AT_ONCE).contains(&one.count) && !state.threads.is_open(one);
    for one in found.all.iter().filter(is_closed) {
        let id = |seat: &Seat| mailbox.rows.get(seat.row as usize).map(|row| row.id);
        let all: Vec<_> = found.seats(one).iter().filter_map(id).collect();
        if let Some(head) = all.iter().find(|id| chosen.contains(id)) {
            whole.insert(*head, all);
        }
    }
    let mut done = HashSet::with_capacity(messages.len());
    let stands = messages.into_iter().flat_map(|id| whole.remove(&id).unwrap_or_else(|| vec![id]));
    stands.filter(|id| done.insert(*id)).collect()
}

fn conversation_of(mailbox: &MailboxView, found: &Conversations, message: MessageId) -> Option<Conversation> {
    let thread = mailbox.rows.iter().find(|row| row.id == message)?.thread?;
    found.all.iter().find(|one| one.thread == Some(thread)).copied()
}

/// The conversation that the message belongs to which is read, as far as that is known: it may be in another folder.
pub fn of_selected(views: &Views, state: &State) -> Option<ThreadId> {
    let view = views.topics.thread.as_deref()?;
    let is_in = view.messages.iter().any(|one| Some(one.row.id) == state.selected);
    view.thread.filter(|_| is_in)
}

/// Whether a closed conversation holds the message that is read.
pub fn holds_selected(views: &Views, state: &State, row: &RowView) -> bool {
    let line = state.threads.line(row.id);
    line.is_some_and(|line| !line.is_open && line.conversation.count > 1)
        && row.thread.is_some()
        && of_selected(views, state) == row.thread
        && is_here(views, state, row)
}

/// Whether the message that is read is in the list itself, and not in another folder.
fn is_here(views: &Views, state: &State, row: &RowView) -> bool {
    let Some((view, mailbox)) = views.topics.thread.as_deref().zip(views.mailbox.as_deref()) else { return false };
    let read = view.messages.iter().find(|one| Some(one.row.id) == state.selected);
    read.is_some_and(|read| read.row.folder == row.folder || inboxes::account_of(mailbox, &read.row).is_some())
}

/// What is drawn of a row: of a closed conversation who takes part, and whether anything in it is unread, with the
/// signs that all of it has; where the inboxes of several accounts are one list, whose it is.
pub fn dressed<'a>(views: &Views, state: &State, row: &'a RowView) -> Cow<'a, RowView> {
    let Some(mailbox) = views.mailbox.as_deref() else { return Cow::Borrowed(row) };
    let mut dressed = Cow::Borrowed(row);
    if let Some(line) = state.threads.line(row.id)
        && let Some(found) = &mailbox.conversations
        && !line.is_open
        && line.conversation.count > 1
    {
        let one = &line.conversation;
        let head = dressed.to_mut();
        head.from = Mailbox::new(format!("{} ({})", names(mailbox, found.seats(one)), one.count), String::new());
        (head.is_seen, head.is_flagged, head.has_attachments) = (one.unread == 0, one.is_flagged, one.has_attachments);
        head.headline = one.signs;
        if one.has_broken {
            state.language.say(Word::BrokenWithin).clone_into(&mut head.preview);
        }
    }
    if let Some(account) = inboxes::account_of(mailbox, row).filter(|_| state.search.trim().is_empty()) {
        let lock = dressed.headline.map(|headline| headline.lock).filter(|lock| *lock != Lock::NotEncrypted);
        let closed = lock.filter(|_| dressed.preview.is_empty()).map(|lock| icons::lock_word(state.language, lock));
        let words = closed.unwrap_or(&dressed.preview);
        let preview = format!("{} · {words}", one_line(&account.identity.address));
        dressed.to_mut().preview = preview;
    }
    dressed
}

/// Who takes part, the newest first.
fn names(mailbox: &MailboxView, seats: &[Seat]) -> String {
    let mut rows: Vec<u32> = seats.iter().map(|seat| seat.row).collect();
    rows.sort_unstable();
    let mut names: Vec<String> = Vec::new();
    for row in rows.iter().take(LOOKED_AT).filter_map(|at| mailbox.rows.get(*at as usize)) {
        let name = short_name(if row.from.name.is_empty() { &row.from.address } else { &row.from.name });
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let is_cut = names.len() > NAMED;
    names.truncate(NAMED);
    names.join(", ") + if is_cut { "…" } else { "" }
}

impl Line {
    /// How far the row's text stands to the right of where it would stand alone.
    pub fn indent(self) -> f32 {
        space::S + STEP * f32::from(self.depth.min(STEPS))
    }

    /// What is read aloud after the row's own words.
    pub fn spoken(self, language: Language) -> Option<String> {
        let one = &self.conversation;
        let (count, unread) = (one.count.to_string(), one.unread.to_string());
        let closed = one.count > 1 && !self.is_open;
        closed.then(|| language.fill(Word::ConversationSpoken, &[("count", &count), ("unread", &unread)]))
    }

    /// What is to be said of the signs of its row.
    pub fn about_signs(self, language: Language) -> Option<&'static str> {
        (self.conversation.count > 1 && !self.is_open).then(|| language.say(Word::SignsOfAll))
    }

    /// The triangle that opens the conversation and closes it; beside those below it a line.
    pub fn handle(self, ui: &Ui, row: Rect, state: &mut State) {
        let colours = palette(ui);
        let one = &self.conversation;
        if self.is_open {
            let x = row.left() + space::S - 3.0;
            ui.painter().vline(x, row.y_range(), egui::Stroke::new(2.0, colours.line));
        }
        let Some(thread) = one.thread.filter(|_| one.count > 1 && self.is_head) else { return };
        let zone = Rect::from_min_size(row.min, vec2(size::HIT, row.height()));
        let response = ui.interact(zone, Id::unique(("conversation", thread)), Sense::click());
        let word = if self.is_open { Word::CloseConversation } else { Word::OpenConversation };
        let words = state.language.fill(word, &[("count", &one.count.to_string())]);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, self.is_open, &words));
        if response.clicked() {
            state.threads.set_open(thread, !self.is_open);
        }
        if one.has_broken && !self.is_open {
            // Beside the words that say so.
            let at = pos2(zone.center().x, row.bottom() - 10.0 - (row.height() - 20.0) / 6.0);
            let colour = icons::seal_colour(ui, Seal::Broken);
            icons::paint(ui, Icon::SealBroken, Rect::from_center_size(at, Vec2::splat(size::CAPTION + 1.0)), colour);
        }
        let at = pos2(zone.center().x, row.center().y);
        let square = Rect::from_center_size(at, Vec2::splat(size::ICON));
        let icon = if self.is_open { Icon::ChevronDown } else { Icon::ChevronRight };
        if response.hovered() {
            ui.painter().rect_filled(square.expand(2.0), CornerRadius::same(size::RADIUS), colours.line);
        }
        icons::paint(ui, icon, square, if response.hovered() { colours.ink } else { colours.ink_soft });
        widgets::ring(ui, &response, zone.shrink(2.0));
        response.on_hover_text(words);
    }
}

/// The switch in the list's head; gives what is left of the rectangle.
pub fn switch(ui: &Ui, rect: Rect, state: &mut State) -> Rect {
    let colours = palette(ui);
    let square = Rect::from_center_size(pos2(rect.right() - size::HIT / 2.0, rect.center().y), Vec2::splat(size::HIT));
    let response = ui.interact(square, Id::unique("conversations"), Sense::click());
    if response.clicked() {
        state.threads.is_on = !state.threads.is_on;
        state.owed.push(command(ThreadsCommand::Group(state.threads.is_on)));
        state.follows = true;
        ui.request_repaint();
    }
    let (is_on, words) = (state.threads.is_on, state.language.say(Word::ByConversation));
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, is_on, words));
    let radius = CornerRadius::same(size::RADIUS);
    match (is_on, response.hovered()) {
        (true, _) => ui.painter().rect_filled(square, radius, colours.selected),
        (false, true) => ui.painter().rect_filled(square, radius, colours.hover),
        (false, false) => ui.painter().rect_filled(square, radius, colours.desk),
    };
    let colour = if is_on { colours.indigo } else { colours.ink_soft };
    icons::paint(ui, Icon::Threads, Rect::from_center_size(square.center(), Vec2::splat(size::ICON_LARGE)), colour);
    widgets::ring(ui, &response, square);
    response.on_hover_text(words);
    Rect::from_min_max(rect.min, pos2(square.left() - space::S, rect.bottom()))
}

pub(super) fn command(command: ThreadsCommand) -> Command {
    Command::Topic(Box::new(Topic::Threads(command)))
}

/// → opens the conversation that is selected and ← closes it; `[` and `]`, or Ctrl and an arrow, go through its messages.
pub fn keys(ctx: &Context, views: &Views, state: &mut State, commands: &mut Vec<Command>, in_list: bool) {
    let pressed =
        |modifiers, key| ctx.input_mut(|input| input.consume_shortcut(&KeyboardShortcut::new(modifiers, key)));
    for (modifiers, key, by) in [
        (Modifiers::COMMAND, Key::ArrowUp, -1),
        (Modifiers::COMMAND, Key::ArrowDown, 1),
        (Modifiers::NONE, Key::OpenBracket, -1),
        (Modifiers::NONE, Key::CloseBracket, 1),
    ] {
        if pressed(modifiers, key) {
            strip::step(views, state, commands, by);
        }
    }
    let Some(mailbox) = views.mailbox.as_deref().filter(|_| in_list) else { return };
    let Some(found) = &mailbox.conversations else { return };
    let thread = state
        .selected
        .and_then(|selected| conversation_of(mailbox, found, selected))
        .filter(|one| one.count > 1)
        .and_then(|one| one.thread)
        .or_else(|| of_selected(views, state));
    let Some(thread) = thread else { return };
    for (key, opens) in [(Key::ArrowRight, true), (Key::ArrowLeft, false)] {
        if state.threads.open.contains(&thread) != opens && pressed(Modifiers::NONE, key) {
            state.threads.set_open(thread, opens);
            state.follows = true;
        }
    }
}
