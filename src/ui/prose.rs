//! Plain text to be read: a column that is not too wide, quotations softer, addresses of the web to be followed.

use std::ops::Range;

use egui::text::LayoutJob;
use egui::text_selection::LabelSelectionState;
use egui::{CursorIcon, Label, Role, Sense, Stroke, TextFormat, Ui, WidgetInfo};

use super::confirm;
use super::html::Link;
use super::icons::Icon;
use super::state::State;
use super::theme::{self, Palette, palette, size, space};
use super::widgets;
use super::words::Word;

/// Text that is laid out as one piece, in bytes.
const PIECE: usize = 4_000;
/// Text of one message that is shown, in bytes: beyond it the source or the file is the better reader.
pub const SHOWN: usize = 400_000;

/// Draws a body's text, as much as the budget of the message leaves.
pub fn show(ui: &mut Ui, text: &str, budget: &mut usize, state: &mut State) {
    ui.set_max_width(ui.available_width().min(size::MEASURE));
    ui.spacing_mut().item_spacing.y = 0.0;
    let colours = palette(ui);
    let mut end = text.len().min(*budget);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    *budget -= end;
    let shown = text.get(..end).unwrap_or_default().trim_end();
    for piece in pieces(shown) {
        if let Some(target) = self::piece(ui, piece, &colours) {
            confirm::follow(ui.ctx(), state, Link { words: target.clone(), target, areas: Vec::new() });
        }
    }
    if end < text.len() {
        ui.add_space(space::S);
        widgets::signed_line(ui, Icon::Caution, colours.amber, state.language.say(Word::TextCut));
    }
    ui.spacing_mut().item_spacing.y = space::S;
}

/// Draws one piece; gives the address that was clicked.
fn piece(ui: &mut Ui, text: &str, colours: &Palette) -> Option<String> {
    let links = addresses(text);
    let label = Label::new(layout(text, &links, colours)).wrap().selectable(true).sense(Sense::click());
    let (corner, galley, response) = label.layout_in_ui(ui);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    if ui.is_rect_visible(response.rect) {
        LabelSelectionState::label_text_selection(ui, &response, corner, galley.clone(), colours.ink, Stroke::NONE);
    }
    if links.is_empty() {
        return None;
    }
    let pointer = response.hover_pos()?;
    let at = galley.cursor_from_pos(pointer - corner).index.0;
    let at = text.char_indices().nth(at).map(|(byte, _)| byte)?;
    let link = links.iter().find(|range| range.contains(&at))?;
    ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
    response.clicked().then(|| text.get(link.clone()).unwrap_or_default().to_owned())
}

fn layout(text: &str, links: &[Range<usize>], colours: &Palette) -> LayoutJob {
    let mut job = LayoutJob::default();
    let format = |colour| TextFormat {
        line_height: Some(size::READING * 1.5),
        ..TextFormat::simple(theme::plain(size::READING), colour)
    };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let plain = format(if line.starts_with('>') { colours.ink_soft } else { colours.ink });
        let mut from = start;
        for link in links.iter().filter(|link| link.start >= start && link.end <= end) {
            job.append(text.get(from..link.start).unwrap_or_default(), 0.0, plain.clone());
            let underlined = TextFormat { underline: Stroke::new(1.0, colours.indigo), ..format(colours.indigo) };
            job.append(text.get(link.clone()).unwrap_or_default(), 0.0, underlined);
            from = link.end;
        }
        job.append(text.get(from..end).unwrap_or_default(), 0.0, plain);
        start = end;
    }
    job
}

/// Where addresses of the web stand in a text.
fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("http")) {
        let start = from + at;
        let rest = text.get(start..).unwrap_or_default();
        let scheme = ["https://", "http://"].iter().find(|scheme| rest.starts_with(**scheme));
        let Some(scheme) = scheme else {
            from = start + 4;
            continue;
        };
        let ends = |c: char| c.is_whitespace() || c.is_control() || !c.is_ascii() || matches!(c, '<' | '>' | '"');
        let length = rest.find(ends).unwrap_or(rest.len());
        let address =
            rest.get(..length).unwrap_or_default().trim_end_matches(['.', ',', ';', ':', ')', '!', '?', '\'']);
        if address.len() > scheme.len() {
            found.push(start..start + address.len());
        }
        from = start + length.max(4);
    }
    found
}

/// Pieces of about the same length that end at the end of a line.
pub fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.len() > PIECE {
        let mut least = PIECE;
        while !rest.is_char_boundary(least) {
            least += 1;
        }
        let Some(end) = rest.get(least..).and_then(|tail| tail.find('\n')) else { break };
        let (piece, tail) = rest.split_at(least + end);
        pieces.push(piece);
        rest = tail.strip_prefix('\n').unwrap_or(tail);
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_web_are_found_without_the_sentence_around_them() {
        let text = "see https://example.org/a?b=c, or (http://example.net). 書留はhttps://example.jp/です https://";
        let found: Vec<_> = addresses(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["https://example.org/a?b=c", "http://example.net", "https://example.jp/"]);
    }

    #[test]
    fn a_long_text_is_divided_and_nothing_of_it_is_lost() {
        let text = "書留 a line of text\n".repeat(2_000);
        let pieces = pieces(&text);
        assert!(pieces.len() > 5);
        assert_eq!(pieces.join("\n"), text);
    }

    #[test]
    fn a_line_without_an_end_stays_whole() {
        let text = "書".repeat(30_000);
        assert_eq!(pieces(&text), [text.as_str()]);
    }
}
