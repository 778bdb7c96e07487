//! Tags: chips in the list and in the open message, keys that set them, and the dialog where they are made.

mod dialog;

use std::sync::{Arc, Weak};

use egui::{
    Context, CornerRadius, Key, KeyboardShortcut, Modifiers, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

use crate::engine::Command;
use crate::engine::topic::Topic;
use crate::engine::topic::mail::{MailCommand, MailFlag};
use crate::engine::topic::tags::{TagCommand, TagView, TagsView, is_system_keyword, known_meaning, name_of};
use crate::engine::view::{MessageId, RowView};

use super::icons::Icon;
use super::state::{State, Views};
use super::theme::{self, palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, short_name};

pub use dialog::show as dialog;

/// Keys for the first tags, in their order.
const DIGITS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];
/// Letters of a tag's name on a chip, at most.
const LONGEST: usize = 18;

/// Tags between frames.
#[derive(Clone, Debug, Default)]
pub struct TagsState {
    /// The newest view.
    view: Arc<TagsView>,
    /// They were asked for.
    is_asked: bool,
    /// The dialog, when it is open.
    pub dialog: Option<dialog::Dialog>,
    /// The open message.
    open: Option<Open>,
}

/// The lists that the open message was looked up in.
type Lists = [Weak<Vec<RowView>>; 2];

/// The keywords of the open message.
#[derive(Clone, Debug)]
struct Open {
    message: MessageId,
    lists: Lists,
    keywords: Box<str>,
}

impl TagsState {
    /// Takes a newer view.
    pub fn take(&mut self, view: &Arc<TagsView>) {
        self.view = Arc::clone(view);
    }
}

fn tell(commands: &mut Vec<Command>, command: TagCommand) {
    commands.push(Command::Topic(Box::new(Topic::Tags(command))));
}

fn set(commands: &mut Vec<Command>, messages: Vec<MessageId>, keyword: &str, on: bool) {
    let flag = MailFlag::Keyword(keyword.to_owned());
    commands.push(Command::Topic(Box::new(Topic::Mail(MailCommand::SetFlag { messages, flag, on }))));
}

/// What a tag is called.
pub fn say(language: Language, tag: &TagView) -> String {
    if !tag.name.is_empty() {
        return short_name(&tag.name);
    }
    let words = [Word::TagImportant, Word::TagWork, Word::TagPersonal, Word::TagToDo, Word::TagLater];
    known_meaning(&tag.keyword)
        .and_then(|at| words.get(at))
        .map_or_else(|| short_name(&tag.keyword), |word| language.say(*word).to_owned())
}

/// The tags that there are, in the user's order.
pub fn all(state: &State) -> &[TagView] {
    &state.tags.view.tags
}

/// The tags among keywords, in the order of all; those that nobody named come last, under their own names.
pub fn among(state: &State, keywords: &str) -> Vec<TagView> {
    if keywords.is_empty() {
        return Vec::new();
    }
    let words: Vec<&str> = keywords.split_whitespace().filter(|word| !is_system_keyword(word)).collect();
    let is_set = |tag: &&TagView| words.iter().any(|word| word.eq_ignore_ascii_case(&tag.keyword));
    let mut found: Vec<TagView> = all(state).iter().filter(is_set).cloned().collect();
    for word in words {
        if !found.iter().any(|tag| tag.keyword.eq_ignore_ascii_case(word)) {
            found.push(TagView { keyword: word.to_owned(), name: name_of(word), colour: None, rules: Vec::new() });
        }
    }
    found
}

/// Before anything is drawn: asks for the tags, and looks up those of the open message.
pub fn prepare(views: &Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mailbox) = &views.mailbox else { return };
    if !std::mem::replace(&mut state.tags.is_asked, true) {
        tell(commands, TagCommand::Look);
    }
    let Some(id) = state.selected else {
        state.tags.open = None;
        return;
    };
    let found = views.topics.search.as_ref().map(|view| &view.rows);
    let lists = [Arc::downgrade(&mailbox.rows), found.map(Arc::downgrade).unwrap_or_default()];
    let is_same = |from: &Lists| from.iter().zip(&lists).all(|(one, other)| one.ptr_eq(other));
    if state.tags.open.as_ref().is_some_and(|open| open.message == id && is_same(&open.lists)) {
        return;
    }
    let mut rows = mailbox.rows.iter().chain(found.into_iter().flat_map(|rows| rows.iter()));
    let keywords = rows.find(|row| row.id == id).map(|row| row.keywords.clone()).unwrap_or_default();
    state.tags.open = Some(Open { message: id, lists, keywords });
}

/// The keywords of the open message.
fn open_keywords(state: &State, message: MessageId) -> &str {
    state.tags.open.as_ref().filter(|open| open.message == message).map_or("", |open| &open.keywords)
}

/// The messages that the keys are for: the one that is open.
pub fn chosen(views: &Views, state: &State) -> Vec<MessageId> {
    let open = views.reading.as_ref().map(|view| view.id);
    open.filter(|id| state.selected == Some(*id)).into_iter().collect()
}

/// The keys: 1 to 9 set or clear a tag, 0 clears them all, T opens the dialog.
pub fn keys(ctx: &Context, state: &mut State, commands: &mut Vec<Command>, messages: &[MessageId]) {
    if messages.is_empty() {
        return;
    }
    let pressed = |key| ctx.input_mut(|input| input.consume_shortcut(&KeyboardShortcut::new(Modifiers::NONE, key)));
    if pressed(Key::T) {
        open(state, commands, messages.to_vec());
    }
    digits(ctx, state, commands, messages);
}

fn digits(ctx: &Context, state: &State, commands: &mut Vec<Command>, messages: &[MessageId]) {
    let Some(first) = messages.first().copied() else { return };
    let pressed = |key| ctx.input_mut(|input| input.consume_shortcut(&KeyboardShortcut::new(Modifiers::NONE, key)));
    if pressed(Key::Num0) {
        tell(commands, TagCommand::Clear(messages.to_vec()));
    }
    let set_now = among(state, open_keywords(state, first));
    for (key, tag) in DIGITS.into_iter().zip(all(state)) {
        if pressed(key) {
            set(commands, messages.to_vec(), &tag.keyword, !set_now.contains(tag));
        }
    }
}

/// Opens the dialog for some messages, or for none.
pub fn open(state: &mut State, commands: &mut Vec<Command>, messages: Vec<MessageId>) {
    // Others may have come with mail.
    tell(commands, TagCommand::Look);
    state.tags.dialog = Some(dialog::Dialog::new(messages));
}

/// Whether the dialog is open.
pub fn is_open(state: &State) -> bool {
    state.tags.dialog.is_some()
}

/// Closes the dialog; whether it was open.
pub fn close(state: &mut State) -> bool {
    state.tags.dialog.take().is_some()
}

/// How wide a chip is.
fn width(ui: &Ui, name: &str) -> f32 {
    let font = theme::plain(size::CAPTION);
    ui.painter().layout_no_wrap(name.to_owned(), font, palette(ui).ink).size().x + space::M
}

/// Draws a chip in a rectangle: its words and an edge in its colour.
fn paint(ui: &Ui, rect: Rect, name: &str, colour: Option<u8>) {
    let ink = theme::tag(ui, colour);
    let radius = CornerRadius::same(size::RADIUS);
    let edge = Stroke::new(1.0, ink.gamma_multiply(0.55));
    ui.painter().rect(rect, radius, palette(ui).raised, edge, StrokeKind::Inside);
    let words = rect.shrink2(vec2(space::M / 2.0, 0.0));
    widgets::line(ui.painter(), words, name, theme::plain(size::CAPTION), ink);
}

fn brief(language: Language, tag: &TagView) -> String {
    let name = say(language, tag);
    if name.chars().count() <= LONGEST {
        return name;
    }
    let head: String = name.chars().take(LONGEST).collect();
    format!("{head}…")
}

/// Chips at the right of a line of the list, as many as there is room for in half of it; where the rest of the line ends.
pub fn chips(ui: &Ui, line: Rect, keywords: &str, state: &State) -> f32 {
    if keywords.is_empty() {
        return line.right();
    }
    let tags = among(state, keywords);
    let mut room = line.width() * 0.55;
    let mut shown = Vec::new();
    for tag in &tags {
        let name = brief(state.language, tag);
        let wide = width(ui, &name) + space::XS;
        if room < wide {
            break;
        }
        room -= wide;
        shown.push((name, wide, tag.colour));
    }
    let mut right = line.right();
    if shown.len() < tags.len() {
        let more = format!("+{}", tags.len() - shown.len());
        let galley = ui.painter().layout_no_wrap(more, theme::plain(size::CAPTION), palette(ui).ink_soft);
        right -= galley.size().x;
        let at = pos2(right, line.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, palette(ui).ink_soft);
        right -= space::XS;
    }
    // The first one stands first.
    let mut left = right - shown.iter().map(|(_, wide, _)| wide).sum::<f32>() + space::XS;
    let end = left - space::S;
    for (name, wide, colour) in shown {
        let chip = Rect::from_min_max(pos2(left, line.top() + 0.5), pos2(left + wide - space::XS, line.bottom() - 0.5));
        paint(ui, chip, &name, colour);
        left += wide;
    }
    end
}

/// The tags' names, to be read aloud with a row.
pub fn spoken(state: &State, keywords: &str) -> Vec<String> {
    among(state, keywords).iter().map(|tag| say(state.language, tag)).collect()
}

/// The chips of the open message, and the way to the dialog.
pub fn head(ui: &mut Ui, message: MessageId, state: &mut State, commands: &mut Vec<Command>) {
    let tags = among(state, open_keywords(state, message));
    let language = state.language;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::XS, 2.0);
        for tag in &tags {
            let name = brief(language, tag);
            let (rect, response) = ui.allocate_exact_size(vec2(width(ui, &name), size::HIT), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
            paint(ui, rect.shrink2(vec2(0.0, 4.0)), &name, tag.colour);
        }
        if widgets::button(ui, Some(Icon::Tag), language.say(Word::Tags), Weight::Quiet).clicked() {
            open(state, commands, vec![message]);
        }
    });
}

/// The settings' line: names and colours.
pub fn settings(ui: &mut Ui, state: &mut State, commands: &mut Vec<Command>) {
    let language = state.language;
    widgets::card(ui, |ui| {
        widgets::emphasis(ui, language.say(Word::Tags));
        let tags = all(state).to_vec();
        ui.horizontal_wrapped(|ui| {
            for tag in &tags {
                let name = brief(language, tag);
                let (rect, response) = ui.allocate_exact_size(vec2(width(ui, &name), size::HIT), Sense::hover());
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
                paint(ui, rect.shrink2(vec2(0.0, 4.0)), &name, tag.colour);
            }
        });
        widgets::caption(ui, language.say(Word::TagsHint));
        if widgets::button(ui, Some(Icon::Tag), language.say(Word::TagsManage), Weight::Plain).clicked() {
            open(state, commands, Vec::new());
        }
    });
}
