//! The source of a message, as it came and as its layers opened to: only the lines in sight are laid out.

use std::sync::Arc;

use egui::{Label, ScrollArea, Ui, vec2};

use crate::domain::RawMessage;
use crate::engine::view::{MessageId, ReadingView, SourceLayer, SourceView};
use crate::engine::{Command, attachment};

use super::files::Purpose;
use super::icons::Icon;
use super::state::State;
use super::theme::{self, palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, bytes};

/// A page, in bytes.
const PAGE: u32 = 1 << 20;
/// No more is put on the clipboard, in bytes.
const COPIED: usize = 4 << 20;
/// Bytes that are searched in one frame.
const SEARCHED: usize = 1 << 20;
/// The height of a line, in points.
const ROW: f32 = size::CAPTION * 1.45;
/// Above and below the source there is room for the rest of the pane.
const HEIGHT: f32 = 240.0;

/// What is shown of the source.
#[derive(Default)]
pub struct Source {
    view: Option<Arc<SourceView>>,
    asked: Option<MessageId>,
    layer: usize,
    page: usize,
    query: String,
    search: Search,
    /// The line to go to with the next frame.
    goal: Option<usize>,
    is_too_large: bool,
}

/// A search that goes on from frame to frame.
#[derive(Default, PartialEq)]
enum Search {
    #[default]
    Idle,
    Going {
        at: usize,
    },
    Found {
        at: usize,
        line: usize,
    },
    Nothing,
}

impl Source {
    /// Takes what the engine sent.
    pub fn take(&mut self, view: Arc<SourceView>) {
        if self.view.as_ref().is_none_or(|old| old.id != view.id) {
            (self.layer, self.page, self.search, self.is_too_large) = (0, 0, Search::Idle, false);
        }
        self.view = Some(view);
    }

    /// What goes along with the open message, until the engine has sent all of it.
    fn beginning(&mut self, view: &ReadingView) -> Arc<SourceView> {
        let layer = attachment::layer(String::new(), RawMessage::new(view.source.as_bytes()));
        self.take(Arc::new(SourceView { id: view.id, layers: vec![layer.clone()] }));
        self.view.clone().unwrap_or_else(|| Arc::new(SourceView { id: view.id, layers: vec![layer] }))
    }

    /// The message may have opened further.
    pub fn forget(&mut self) {
        self.asked = None;
    }
}

/// Draws the source of the open message; asks the engine for it first.
pub fn show(ui: &mut Ui, view: &ReadingView, state: &mut State, commands: &mut Vec<Command>) {
    if state.sources.asked != Some(view.id) {
        state.sources.asked = Some(view.id);
        commands.push(Command::ShowSource(view.id));
    }
    let sources = match state.sources.view.clone().filter(|sources| sources.id == view.id) {
        Some(sources) => sources,
        None => state.sources.beginning(view),
    };
    layers(ui, &sources, state);
    let Some(layer) = sources.layers.get(state.sources.layer).or(sources.layers.first()).cloned() else { return };
    tools(ui, view.id, &layer, state);
    go_on(ui, &layer, &mut state.sources);
    let pages = pages(&layer);
    if pages > 1 {
        turn(ui, pages, state);
    }
    lines(ui, &layer, &mut state.sources);
}

fn layers(ui: &mut Ui, sources: &SourceView, state: &mut State) {
    if sources.layers.len() < 2 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for (index, layer) in sources.layers.iter().enumerate() {
            let words = match index {
                0 => state.language.say(Word::SourceMessage).to_owned(),
                _ => state.language.fill(Word::SourceOpened, &[("part", &layer.path)]),
            };
            if widgets::choice(ui, state.sources.layer == index, &words).clicked() {
                (state.sources.layer, state.sources.page, state.sources.search) = (index, 0, Search::Idle);
            }
        }
    });
}

fn tools(ui: &mut Ui, message: MessageId, layer: &SourceLayer, state: &mut State) {
    let language = state.language;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let hint = language.say(Word::SourceFind);
        let edit = egui::TextEdit::singleline(&mut state.sources.query).hint_text(hint).desired_width(200.0);
        let field = ui.add(edit.margin(egui::Margin::symmetric(8, 5)));
        field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, hint));
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if field.changed() {
            state.sources.search = Search::Idle;
        }
        let can = !state.sources.query.is_empty();
        let next =
            widgets::button_if(ui, can, Some(Icon::Search), language.say(Word::SourceNext), Weight::Plain).clicked();
        if can && (next || entered) {
            let at = match state.sources.search {
                Search::Found { at, .. } => at + 1,
                _ => 0,
            };
            state.sources.search = Search::Going { at };
            if entered {
                field.request_focus();
            }
        }
        found(ui, &state.sources.search, language);
        if widgets::button(ui, None, language.say(Word::CopyAll), Weight::Plain).clicked() {
            state.sources.is_too_large = layer.content.len() > COPIED;
            if !state.sources.is_too_large {
                ui.ctx().copy_text(String::from_utf8_lossy(&layer.content).into_owned());
            }
        }
        if widgets::button(ui, Some(Icon::Save), language.say(Word::SaveSource), Weight::Plain).clicked() {
            let purpose = Purpose::SaveSource { message, layer: state.sources.layer };
            state.ask_file(ui.ctx(), purpose, language.say(Word::SaveSource), "message.eml");
        }
        widgets::caption(ui, bytes(layer.content.len()));
    });
    if state.sources.is_too_large {
        widgets::signed_line(ui, Icon::Caution, palette(ui).amber, language.say(Word::CopyTooLarge));
    }
}

fn found(ui: &mut Ui, search: &Search, language: Language) {
    match search {
        Search::Nothing => drop(widgets::caption(ui, language.say(Word::SourceNone))),
        Search::Found { line, .. } => {
            widgets::caption(ui, language.fill(Word::SourceLine, &[("line", &(line + 1).to_string())]));
        }
        Search::Idle | Search::Going { .. } => {}
    }
}

/// Searches a little further.
fn go_on(ui: &Ui, layer: &SourceLayer, source: &mut Source) {
    let Search::Going { at } = source.search else { return };
    let query = source.query.as_bytes();
    let end = layer.content.len().min(at + SEARCHED + query.len());
    let window = layer.content.get(at..end).unwrap_or_default();
    source.search = match find(window, query) {
        Some(offset) => {
            let at = at + offset;
            let line = layer.lines.partition_point(|start| *start as usize <= at).saturating_sub(1);
            source.page = layer.lines.get(line).map_or(0, |start| (start / PAGE) as usize);
            source.goal = Some(line);
            Search::Found { at, line }
        }
        None if end >= layer.content.len() => Search::Nothing,
        None => {
            ui.ctx().request_repaint();
            Search::Going { at: at + SEARCHED }
        }
    };
}

/// Where it occurs, without regard to the case of Latin letters.
fn find(window: &[u8], query: &[u8]) -> Option<usize> {
    let first = query.first()?.to_ascii_lowercase();
    let mut from = 0;
    loop {
        let at = from + window.get(from..)?.iter().position(|byte| byte.to_ascii_lowercase() == first)?;
        if window.get(at..at + query.len())?.eq_ignore_ascii_case(query) {
            return Some(at);
        }
        from = at + 1;
    }
}

fn pages(layer: &SourceLayer) -> usize {
    layer.lines.last().map_or(1, |last| (last / PAGE) as usize + 1)
}

fn turn(ui: &mut Ui, pages: usize, state: &mut State) {
    let language = state.language;
    let page = state.sources.page.min(pages - 1);
    ui.horizontal(|ui| {
        let (number, all) = ((page + 1).to_string(), pages.to_string());
        if widgets::button_if(ui, page > 0, None, language.say(Word::PageBack), Weight::Plain).clicked() {
            state.sources.page = page.saturating_sub(1);
        }
        widgets::body(ui, language.fill(Word::SourcePage, &[("page", &number), ("pages", &all)]));
        if widgets::button_if(ui, page + 1 < pages, None, language.say(Word::PageOn), Weight::Plain).clicked() {
            state.sources.page = page + 1;
        }
    });
}

fn lines(ui: &mut Ui, layer: &SourceLayer, source: &mut Source) {
    let page = u32::try_from(source.page).unwrap_or(0);
    let first = layer.lines.partition_point(|start| *start / PAGE < page);
    let last = layer.lines.partition_point(|start| *start / PAGE <= page);
    let height = (ui.ctx().content_rect().bottom() - ui.cursor().top() - space::XL).max(HEIGHT);
    let colours = palette(ui);
    let marked = match source.search {
        Search::Found { line, .. } => Some(line),
        _ => None,
    };
    let mut area = ScrollArea::both()
        .id_salt(("source", source.layer, source.page))
        .max_height(height)
        .auto_shrink([false, false]);
    if let Some(goal) = source.goal.take().filter(|goal| (first..last).contains(goal)) {
        area = area.vertical_scroll_offset(((goal - first) as f32 * ROW - height / 3.0).max(0.0));
    }
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    area.show_rows(ui, ROW, last - first, |ui, rows| {
        ui.set_min_width(ui.available_width());
        for line in rows.map(|row| first + row) {
            let text = egui::RichText::new(line_text(layer, line)).font(theme::fixed(size::CAPTION)).color(colours.ink);
            let text = text.line_height(Some(ROW));
            let text = if marked == Some(line) { text.background_color(colours.selected) } else { text };
            ui.add(Label::new(text).extend().selectable(true));
        }
    });
    ui.spacing_mut().item_spacing = vec2(space::S, space::S);
}

/// One line, readable whatever is in it.
fn line_text(layer: &SourceLayer, line: usize) -> String {
    let start = layer.lines.get(line).map_or(0, |start| *start as usize);
    let end = layer.lines.get(line + 1).map_or(layer.content.len(), |end| *end as usize);
    let bytes = layer.content.get(start..end).unwrap_or_default();
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end_matches(['\r', '\n']);
    // Direction marks would turn the line; what can't be seen is shown as a dot.
    let shown = |c: char| match c {
        '\t' => ' ',
        c if c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}') =>
        {
            '·'
        }
        c => c,
    };
    let text: String = text.chars().map(shown).collect();
    if text.is_empty() { " ".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_without_regard_to_case() {
        assert_eq!(find(b"Received: from\r\nSubject: x", b"subject"), Some(16));
        assert_eq!(find(b"sssubject", b"subject"), Some(2));
        assert_eq!(find(b"subjec", b"subject"), None);
        assert_eq!(find("書留".as_bytes(), "留".as_bytes()), Some(3));
    }
}
