//! Plain text to be read: a column that is not too wide, quotations softer, addresses of the web to be followed.

use std::ops::Range;

use egui::Ui;

use crate::engine::view::{MessageId, ShownBlock};

use super::column::Passage;
use super::html::Link;
use super::icons::Icon;
use super::reading;
use super::state::State;
use super::theme::{palette, size, space};
use super::widgets;
use super::words::Word;

/// Text that is laid out as one piece, in bytes.
const PIECE: usize = 4_000;
/// Text of one message that is shown, in bytes: beyond it the source or the file is the better reader.
pub const SHOWN: usize = 8_000_000;

/// Draws a block's text, as much as the budget of the message leaves.
pub fn show(ui: &mut Ui, (message, block): (MessageId, &ShownBlock), budget: &mut usize, state: &mut State) {
    let text = &block.text;
    let mut end = text.len().min(*budget);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    *budget -= end;
    let shown = text.get(..end).unwrap_or_default().trim_end();
    let colours = palette(ui);
    let key = format!("text {}", block.path);
    let version = state.reader.version(message, &block.path, text);
    let marks = state.reader.find.marks(ui.ctx(), &key, version, shown);
    let highlights = state.reader.highlights(&key, &marks, &colours);
    ui.scope(|ui| {
        let zoom = state.reader.zoom();
        ui.set_max_width(ui.available_width().min(size::MEASURE * zoom.max(1.0)));
        let passage = Passage { block: &key, offset: 0, version, text: shown, zoom };
        let brings = marks.current.as_ref().filter(|_| marks.follows);
        let column = state.reader.columns.show(ui, &passage, &highlights, brings, addresses);
        let selection = &mut state.reader.selection;
        selection.touch(ui, &column.response, &key, (0, shown), |at| column.place(shown, at));
        selection.menu(&column.response, state.language, &key, shown);
        selection.keys(ui.ctx(), &key, block.is_headline, shown);
        let link = |at| address_at(shown, column.place(shown, at));
        reading::pointer(ui, &column.response, link, state);
    });
    if end < text.len() {
        ui.add_space(space::S);
        widgets::signed_line(ui, Icon::Caution, colours.amber, state.language.say(Word::TextCut));
    }
}

/// The address of the web that stands at a place of a text.
fn address_at(text: &str, at: usize) -> Option<Link> {
    let start = text.get(..at)?.rfind(char::is_whitespace).map_or(0, |before| before + 1);
    let word = text.get(start..)?.split(char::is_whitespace).next()?;
    let range = addresses(word).into_iter().find(|range| range.contains(&(at - start)))?;
    let target = word.get(range)?.to_owned();
    Some(Link { words: target.clone(), target, areas: Vec::new() })
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
