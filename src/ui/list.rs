//! The messages of the open folder, newest first; only those in sight are laid out.

pub mod actions;
mod dragging;
mod keys;
mod menu;
mod moving;
mod select;
mod star;

use std::sync::Arc;

use egui::{Id, Rect, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::engine::Command;
use crate::engine::topic::searching::{Highlighter, Place};
use crate::engine::view::{ALL_INBOXES, FolderView, Headline, Lock, MailboxView, MessageId, RowView, Seal, ThreadId};

use super::icons::{self, Icon};
use super::saved;
use super::state::{Screen, State, Views};
use super::tags;
use super::theme::{self, palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Word, one_line};
use super::{conversation, found, inboxes};

pub use dragging::over;
pub use keys::{escape, keys};
pub use select::{keep, leave};

/// The list between frames.
#[derive(Debug, Default)]
pub struct ListState {
    /// Several selected messages.
    pub selected: select::Selected,
    /// What was opened without being chosen.
    pub lingers: Option<select::Lingering>,
    /// What would be taken back: the code of its notice; empty when there is no notice of it.
    pub undoes: &'static str,
    /// A menu that is open.
    pub menu: Option<menu::Menu>,
    /// A key asked for the menu of what has the focus.
    pub asks_menu: bool,
    /// The list has the window for itself, or the reading pane has.
    pub is_narrow: bool,
    /// Messages that are perhaps to be deleted for good.
    pub purging: Option<Vec<MessageId>>,
    /// The question where to move messages.
    pub moving: Option<moving::Moving>,
    /// What is dragged.
    pub dragging: Option<dragging::Dragging>,
}

impl ListState {
    /// Something is asked before it is done.
    pub fn is_asking(&self) -> bool {
        self.moving.is_some() || self.purging.is_some()
    }

    /// Takes the question back; whether there was one.
    pub fn close(&mut self) -> bool {
        self.moving.take().is_some() || self.purging.take().is_some()
    }
}

/// The corner of a row where its signs are, and say what they mean when the pointer rests on them.
const SIGNS: f32 = 130.0;

/// The pane, for F6 and the arrow keys.
pub fn pane_id() -> Id {
    Id::unique("pane-list")
}

/// Draws search field and list.
pub fn show(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let whole = ui.max_rect();
    let pane = ui.interact(whole, pane_id(), Sense::focusable_noninteractive());
    pane.widget_info(|| WidgetInfo::labeled(Role::List, true, state.language.say(Word::Messages)));
    ui.ctx().accesskit_node_builder(pane.id, egui::accesskit::Node::set_multiselectable);
    ui.spacing_mut().item_spacing = Vec2::ZERO;
    search_field(ui, state);
    found::ask(state, commands);
    found::hint(ui, views, state);
    saved::bar(ui, views, state);
    too_large(ui, views, state);
    select_bar(ui, views, state, commands);
    let edge = Stroke::new(1.0, palette(ui).line);
    ui.painter().vline(whole.right() - 0.5, whole.y_range(), edge);

    let Some(mailbox) = &views.mailbox else {
        widgets::empty(ui, Icon::Mail, state.language.say(Word::Loading), "");
        return;
    };
    let shown = Shown::of(views, mailbox, state);
    if !shown.is_all {
        ui.ctx().request_repaint();
    }
    if shown.len() == 0 && shown.is_all {
        nothing(ui, mailbox, state);
    } else {
        ScrollArea::vertical().id_salt("list").auto_shrink([false, false]).show_rows(
            ui,
            size::ROW,
            shown.len(),
            |ui, range| {
                if std::mem::take(&mut state.follows) {
                    follow(ui, &shown, range.start, state);
                }
                shown.look(mailbox, range.clone(), state);
                for row in range.filter_map(|nth| shown.row(nth)) {
                    message(ui, row, (views, &shown), state, commands);
                }
            },
        );
    }
    state.list.asks_menu = false;
    menu::show(ui, views, state, commands);
    widgets::ring(ui, &pane, whole);
}

/// Goes to the next message, or the one before.
pub fn step(views: &Views, state: &mut State, commands: &mut Vec<Command>, by: isize) {
    let Some(mailbox) = &views.mailbox else { return };
    let shown = Shown::of(views, mailbox, state);
    let next = shown.place(select::cursor(state)).map_or(0, |at| at.saturating_add_signed(by));
    if let Some(row) = shown.row(next) {
        open(row, state, commands);
        state.follows = true;
    }
}

/// Scrolls to the selected message.
fn follow(ui: &Ui, shown: &Shown<'_>, first: usize, state: &State) {
    let Some(at) = shown.place(select::cursor(state)) else { return };
    let area = ui.max_rect();
    let top = area.top() + (at as f32 - first as f32) * size::ROW;
    let row = Rect::from_min_size(pos2(area.left(), top), vec2(area.width(), size::ROW));
    ui.scroll_to_rect(row, None);
}

/// Opens a message, as a click on its row does.
pub fn open(row: &RowView, state: &mut State, commands: &mut Vec<Command>) {
    state.list.selected.only(Some(row.id));
    state.selected = Some(row.id);
    state.reads = true;
    (state.unopened, state.list.lingers) = (None, None);
    commands.push(Command::OpenMessage(row.id));
    if !row.is_seen {
        commands.push(Command::SetSeen { message: row.id, seen: true });
    }
}

/// The rows that are shown: all, or those that the search has found.
struct Shown<'a> {
    rows: &'a [RowView],
    places: Option<Arc<Vec<usize>>>,
    is_all: bool,
    highlighter: Option<&'a Highlighter>,
    /// The conversation of the message that is read, which may not be in the list itself.
    beside: Option<ThreadId>,
    is_by_conversation: bool,
}

impl<'a> Shown<'a> {
    fn of(views: &'a Views, mailbox: &'a MailboxView, state: &mut State) -> Self {
        let rows = mailbox.rows.as_slice();
        if state.search.trim().is_empty() {
            let places = conversation::places(mailbox, state);
            let beside = conversation::of_selected(views, state);
            let is_by_conversation = places.is_some();
            return Self { rows, places, is_all: true, highlighter: None, beside, is_by_conversation };
        }
        if let Some(view) = found::of(views, &state.search) {
            let highlighter = Some(&*view.highlighter);
            return Self { rows: &view.rows, highlighter, ..Self::of_rows(rows) };
        }
        // Until the engine has answered, what the list itself knows.
        let (places, is_all) = state.narrowed.look(&mailbox.rows, &state.search);
        Self { places: Some(places), is_all, ..Self::of_rows(rows) }
    }

    fn of_rows(rows: &'a [RowView]) -> Self {
        Self { rows, places: None, is_all: true, highlighter: None, beside: None, is_by_conversation: false }
    }

    /// Looks up what the rows in sight are in their conversations.
    fn look(&self, mailbox: &MailboxView, range: std::ops::Range<usize>, state: &mut State) {
        if self.is_by_conversation {
            state.threads.in_sight(mailbox, range);
        } else {
            state.threads.out_of_sight();
        }
    }

    fn len(&self) -> usize {
        self.places.as_ref().map_or(self.rows.len(), |places| places.len())
    }

    fn row(&self, nth: usize) -> Option<&'a RowView> {
        let place = self.places.as_ref().map_or(Some(nth), |places| places.get(nth).copied());
        self.rows.get(place?)
    }

    fn place(&self, id: Option<MessageId>) -> Option<usize> {
        let own = (0..self.len()).find(|nth| self.row(*nth).map(|row| row.id) == id);
        // Another message of its conversation stands for it.
        own.or_else(|| {
            let thread = self.beside?;
            (0..self.len()).find(|nth| self.row(*nth).is_some_and(|row| row.thread == Some(thread)))
        })
    }
}

/// Every row that is shown, from the top down.
fn rows_of<'s>(shown: &'s Shown<'_>) -> impl Iterator<Item = &'s RowView> {
    (0..shown.len()).filter_map(|nth| shown.row(nth))
}

/// Where there is no room for the reading pane beside the list: how many are selected, and what can be done with them.
fn select_bar(ui: &mut Ui, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let is_narrow = ui.ctx().content_rect().width() < size::NARROW;
    if !is_narrow || !state.list.selected.is_many() {
        return;
    }
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 4)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let count = state.list.selected.count().to_string();
            widgets::emphasis(ui, state.language.fill(Word::SelectedCount, &[("count", &count)]));
            ui.add_space(space::M);
            actions::buttons(ui, views, state, commands);
        });
    });
}

/// What the list can't have, so that nobody looks for it here.
fn too_large(ui: &mut Ui, views: &Views, state: &State) {
    let Some(mailbox) = &views.mailbox else { return };
    let is_shown = |folder: &&FolderView| {
        mailbox.open_folder == Some(folder.id) || mailbox.open_folder == Some(ALL_INBOXES) && folder.role == "inbox"
    };
    let folders = mailbox.accounts.iter().flat_map(|account| &account.folders);
    let count: usize = folders.filter(is_shown).map(|folder| folder.too_large).sum();
    if count > 0 {
        let words = state.language.fill(Word::TooLargeHere, &[("count", &count.to_string())]);
        egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 4)).show(ui, |ui| widgets::caption(ui, words));
    }
}

/// What is asked and what is dragged, over everything else.
pub fn overlays(ctx: &egui::Context, views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    moving::show(ctx, views, state, commands);
    actions::ask_purge(ctx, views, state, commands);
    dragging::show(ctx, views, state, commands);
}

fn search_field(ui: &mut Ui, state: &mut State) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 58.0), Sense::empty());
    let inner = conversation::switch(ui, rect.shrink2(vec2(space::M, 11.0)), state);
    let name = state.language.say(Word::SearchMail);
    let edit = TextEdit::singleline(&mut state.search)
        .id_salt("search")
        .hint_text(name)
        .margin(egui::Margin { left: 30, right: 8, top: 7, bottom: 7 })
        .desired_width(inner.width());
    let field = ui.place(inner, edit);
    if std::mem::take(&mut state.searches) {
        field.request_focus();
    }
    let square = Rect::from_center_size(pos2(inner.left() + space::L, inner.center().y), Vec2::splat(size::ICON));
    icons::paint(ui, Icon::Search, square, palette(ui).ink_soft);
}

fn nothing(ui: &mut Ui, mailbox: &MailboxView, state: &mut State) {
    let language = state.language;
    let say = |word| language.say(word);
    if mailbox.accounts.is_empty() {
        widgets::empty(ui, Icon::Mark, say(Word::NoAccount), say(Word::NoAccountHint));
        ui.add_space(space::L);
        ui.vertical_centered(|ui| {
            if widgets::button(ui, Some(Icon::Plus), say(Word::AddAccount), Weight::Primary).clicked() {
                state.screen = Screen::Settings;
            }
        });
    } else if state.search.trim().is_empty() {
        widgets::empty(ui, Icon::Inbox, say(Word::NoMessages), say(Word::NoMessagesHint));
    } else {
        widgets::empty(ui, Icon::Search, say(Word::NothingFound), say(Word::NothingFoundHint));
    }
}

fn message(
    ui: &mut Ui,
    row: &RowView,
    (views, shown): (&Views, &Shown<'_>),
    state: &mut State,
    commands: &mut Vec<Command>,
) {
    let colours = palette(ui);
    // A finger that moves scrolls the list.
    let sense = if ui.input(egui::InputState::any_touches) { Sense::click() } else { Sense::click_and_drag() };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), sense);
    let is_selected = select::is_selected(state, row.id) || conversation::holds_selected(views, state, row);
    let line = state.threads.line(row.id);
    let dressed = conversation::dressed(views, state, row);
    let mut spoken = spoken(&dressed, state);
    inboxes::say(&mut spoken, views.mailbox.as_deref(), row);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_selected, &spoken));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(is_selected));
    let star = star::sense(ui, rect, &response, row, state);
    if star.clicked() {
        star::switch(row, views, state, commands);
    } else if response.clicked() {
        select::click(row, shown, ui.input(|input| input.modifiers), state, commands);
    } else if response.drag_started_by(egui::PointerButton::Primary) {
        dragging::begin(row, views, state);
    }
    let by_key = state.list.asks_menu && (response.has_focus() || select::cursor(state) == Some(row.id));
    if by_key || response.secondary_clicked() {
        menu::open(ui, row, rect, by_key, state);
        state.list.asks_menu = false;
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let fill = match (is_selected, response.hovered()) {
        (true, _) => colours.selected,
        (false, true) => colours.hover,
        (false, false) => colours.desk,
    };
    let inside = rect.shrink2(vec2(1.0, 0.0));
    ui.painter().rect_filled(inside, 0.0, fill);
    if is_selected {
        let mark = Rect::from_min_size(inside.min, vec2(3.0, rect.height()));
        ui.painter().rect_filled(mark, 0.0, colours.indigo);
    }
    ui.painter().hline(inside.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, colours.line));
    let mut inner = rect.shrink2(vec2(space::L + space::XS, 10.0));
    inner.min.x += line.map_or(0.0, conversation::Line::indent);
    contents(ui, inner, &dressed, shown.highlighter, state);
    inboxes::mark(ui, rect, views.mailbox.as_deref(), row);
    if let Some(line) = line {
        line.handle(ui, rect, state);
    }
    star::paint(ui, &star, row, response.contains_pointer());
    widgets::ring(ui, &response, rect);
    if let Some(Headline { lock, seal }) = dressed.headline
        && response.hover_pos().is_some_and(|at| at.x > rect.right() - SIGNS && at.y < rect.top() + size::ROW / 2.0)
    {
        let language = state.language;
        let mut words = format!("{}\n{}", icons::lock_word(language, lock), icons::seal_word(language, seal));
        if let Some(about) = line.and_then(|line| line.about_signs(language)) {
            words = format!("{words}\n{about}");
        }
        response.on_hover_text_at_pointer(words);
    }
}

fn contents(ui: &Ui, rect: Rect, row: &RowView, highlighter: Option<&Highlighter>, state: &State) {
    let colours = palette(ui);
    let marks = |text: &str, place| highlighter.map(|highlighter| highlighter.ranges(text, place)).unwrap_or_default();
    let line = |rect, text: &str, place, font, ink| {
        widgets::marked_line(ui.painter(), rect, text, &marks(text, place), (font, ink, colours.amber));
    };
    let third = rect.height() / 3.0;
    let part = |nth: f32| {
        Rect::from_min_max(
            pos2(rect.left(), rect.top() + third * nth),
            pos2(rect.right(), rect.top() + third * (nth + 1.0)),
        )
    };
    let weight = |points| if row.is_seen { theme::plain(points) } else { theme::strong(points) };
    if !row.is_seen {
        ui.painter().circle_filled(pos2(rect.left() - 10.0, part(0.0).center().y), 3.5, colours.indigo);
    }

    let mut first = part(0.0);
    if let Some(date) = row.date {
        let words = state.clock.brief(state.language, date);
        let galley = ui.painter().layout_no_wrap(words, theme::plain(size::CAPTION), colours.ink_soft);
        let at = pos2(first.right() - galley.size().x, first.center().y - galley.size().y / 2.0);
        first.max.x = at.x - space::S;
        ui.painter().galley(at, galley, colours.ink_soft);
    }
    first.max.x = signs(ui, first, row.headline);
    let from = one_line(if row.from.name.is_empty() { &row.from.address } else { &row.from.name });
    line(first, &from, Place::From, weight(size::BODY), colours.ink);

    let mut second = part(1.0);
    if row.has_attachments {
        let square =
            Rect::from_center_size(pos2(second.right() - size::ICON / 2.0, second.center().y), Vec2::splat(size::ICON));
        icons::paint(ui, Icon::Attach, square, colours.ink_soft);
        second.max.x -= size::ICON + space::S;
    }
    let subject = one_line(&row.subject);
    let subject = if subject.is_empty() { state.language.say(Word::NoSubject) } else { &subject };
    line(second, subject, Place::Subject, weight(size::BODY), colours.ink);
    let preview = one_line(&row.preview);
    let closed = row.headline.filter(|headline| preview.is_empty() && headline.lock != Lock::NotEncrypted);
    let preview = closed.map_or(preview.as_str(), |headline| icons::lock_word(state.language, headline.lock));
    let mut third = part(2.0);
    third.max.x -= star::ROOM;
    third.max.x = tags::chips(ui, third, &row.keywords, state);
    line(third, preview, Place::Body, theme::plain(size::CAPTION), colours.ink_soft);
}

/// Draws both signs at the right of a rectangle; gives where the rest ends.
fn signs(ui: &Ui, rect: Rect, headline: Option<Headline>) -> f32 {
    let Some(Headline { lock, seal }) = headline else { return rect.right() };
    let mut right = rect.right();
    let marks = [
        (Icon::of_lock(lock), icons::lock_colour(ui, lock), lock == Lock::NotEncrypted),
        (Icon::of_seal(seal), icons::seal_colour(ui, seal), seal == Seal::Unsigned),
    ];
    for (icon, colour, is_faint) in marks {
        let centre = pos2(right - size::ICON / 2.0, rect.center().y);
        let colour = if is_faint { colour.gamma_multiply(0.6) } else { colour };
        icons::paint(ui, icon, Rect::from_center_size(centre, Vec2::splat(size::ICON)), colour);
        right -= size::ICON + space::XS;
    }
    right - space::XS
}

fn spoken(row: &RowView, state: &State) -> String {
    let language = state.language;
    let mut words = vec![one_line(&row.from.to_string()), one_line(&row.subject)];
    if let Some(headline) = row.headline {
        words.push(icons::lock_word(language, headline.lock).to_owned());
        words.push(icons::seal_word(language, headline.seal).to_owned());
    }
    if !row.is_seen {
        words.push(language.say(Word::Unread).to_owned());
    }
    words.extend(tags::spoken(state, &row.keywords));
    words.extend(state.threads.line(row.id).and_then(|line| line.spoken(language)));
    if row.is_flagged {
        words.push(language.say(Word::Starred).to_owned());
    }
    words.join(", ")
}
