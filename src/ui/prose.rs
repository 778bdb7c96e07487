//! Plain text to be read: a column that is not too wide, quotations with bars and folded when they are long,
//! addresses of the web and of mail to be followed.

use std::ops::Range;

use egui::{Color32, Sense, Stroke, Ui, vec2};

use crate::engine::view::ShownBlock;

use super::column::{self, Highlights, Passage};
use super::find::Marks;
use super::html::Link;
use super::icons::Icon;
use super::outline::{Outline, Run, unquoted};
use super::reading;
use super::state::State;
use super::theme::{Palette, palette, size, space};
use super::widgets::{self, Weight};
use super::words::Word;

/// Text that is laid out as one piece, in bytes.
const PIECE: usize = 4_000;
/// Text of one message that is shown, in bytes: beyond it the source or the file is the better reader.
pub const SHOWN: usize = 8_000_000;
/// How far from the pointer an address may begin and end, in bytes.
const NEAR: usize = 2_000;
/// Quotations with more lines are folded.
const FOLDED: usize = 10;
/// Levels of quotation that get a bar of their own.
const LEVELS: usize = 6;
/// From one bar to the next, in points.
const BAR: f32 = 12.0;

/// A block's text while it is drawn.
struct Prose<'a> {
    key: &'a str,
    version: u64,
    /// All of it that is shown.
    text: &'a str,
    highlights: &'a Highlights,
    marks: &'a Marks,
    zoom: f32,
}

/// Draws a block's text, as much as the budget of the message leaves.
pub fn show(ui: &mut Ui, block: &ShownBlock, budget: &mut usize, state: &mut State) {
    let text = &block.text;
    let mut end = text.len().min(*budget);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    *budget -= end;
    let shown = text.get(..end).unwrap_or_default().trim_end();
    let colours = palette(ui);
    let key = format!("text {}", block.path);
    let version = state.reader.version(&block.path, text);
    let marks = state.reader.find.marks(ui.ctx(), &key, version, shown);
    let highlights = state.reader.highlights(&key, &marks, &colours);
    let zoom = state.reader.zoom();
    let prose = Prose { key: &key, version, text: shown, highlights: &highlights, marks: &marks, zoom };
    ui.scope(|ui| {
        ui.set_max_width(ui.available_width().min(size::MEASURE * zoom.max(1.0)));
        ui.spacing_mut().item_spacing.y = 0.0;
        let outline = state.reader.outline(&key, version, shown);
        let (rest, runs) = (outline.rest(), outline.runs(shown));
        let top = ui.cursor().top();
        prose.parts(ui, &runs, &colours, state);
        let is_further = |range: &Range<usize>| range.start >= shown.len() - rest;
        if marks.follows && rest > 0 && marks.current.as_ref().is_some_and(is_further) {
            state.reader.find.insist();
        }
        if rest > 0 {
            // About as high as what was looked through is; the next frames know better.
            let each = (ui.cursor().top() - top) / (shown.len() - rest).max(1) as f32;
            ui.add_space(each * rest as f32);
            ui.ctx().request_repaint();
        }
    });
    state.reader.selection.keys(ui.ctx(), &key, block.is_headline, shown);
    if end < text.len() {
        ui.add_space(space::S);
        widgets::signed_line(ui, Icon::Caution, colours.amber, state.language.say(Word::TextCut));
    }
}

impl Prose<'_> {
    /// Draws what is in sight, and leaves room for the rest.
    fn parts(&self, ui: &mut Ui, runs: &[Run], colours: &Palette, state: &mut State) {
        state.reader.columns.keep(self.key);
        let mut stretch = state.reader.stretches.lend(self.key, (self.version, ui.available_width(), self.zoom));
        let (mut at, mut number) = (0, 0);
        while let Some(first) = runs.get(at) {
            let quoted = runs.iter().skip(at).take_while(|run| run.level > 0).count();
            let part = runs.get(at..at + quoted.max(1)).unwrap_or_default();
            let lines: usize = part.iter().map(|run| run.lines).sum();
            let is_folded = quoted > 0 && lines > FOLDED;
            let guess = if is_folded { size::HIT } else { lines as f32 * column::line_height(self.zoom) };
            let (start, end) = (first.start, part.last().map_or(first.start, |run| run.start + run.text.len()));
            let is_here = |range: &Range<usize>| range.start >= start && range.start <= end;
            let is_wanted = self.marks.follows && self.marks.current.as_ref().is_some_and(is_here);
            stretch.part(ui, number, end, guess, is_wanted, |ui| {
                if quoted == 0 { self.passage(ui, first, state) } else { self.quotation(ui, part, colours, state) }
            });
            (at, number) = (at + quoted.max(1), number + 1);
        }
        state.reader.stretches.take_back(self.key, stretch);
    }

    /// Draws lines that are alike, and lets them be selected, copied, searched and followed.
    fn passage(&self, ui: &mut Ui, run: &Run, state: &mut State) {
        let passage = Passage {
            block: self.key,
            offset: run.start,
            version: self.version,
            text: run.text,
            zoom: self.zoom,
            is_soft: run.is_signature || run.level > 0,
        };
        let here = |range: &&Range<usize>| range.start >= run.start && range.start <= run.start + run.text.len();
        let brings = self.marks.current.as_ref().filter(|_| self.marks.follows).filter(here);
        if brings.is_some_and(|range| !state.reader.columns.reaches(&passage, range.start)) {
            state.reader.find.insist();
        }
        let column = state.reader.columns.show(ui, &passage, self.highlights, brings, addresses);
        // What is out of sight has nothing to do with the pointer.
        let Some(column) = column else { return };
        let selection = &mut state.reader.selection;
        selection.touch(ui, &column.response, self.key, (run.start, run.text), |at| column.place(run.text, at));
        selection.menu(&column.response, state.language, self.key, self.text);
        let link = |at| address_at(self.text, run.start + column.place(run.text, at));
        reading::pointer(ui, &column.response, link, state);
    }

    /// Quoted lines in a row, of whatever levels; a long quotation unfolds when asked, or when what is
    /// searched for is in it.
    fn quotation(&self, ui: &mut Ui, runs: &[Run], colours: &Palette, state: &mut State) {
        let lines: usize = runs.iter().map(|run| run.lines).sum();
        let start = runs.first().map_or(0, |run| run.start);
        let end = runs.last().map_or(0, |run| run.start + run.text.len());
        let salt = ui.scope_id().with(("quotation", self.key, self.version, start));
        let is_found = self.marks.current.as_ref().is_some_and(|range| range.start >= start && range.start < end);
        let mut is_open = lines <= FOLDED || is_found || ui.data(|data| data.get_temp(salt).unwrap_or(false));
        if lines > FOLDED {
            let word = if is_open { Word::HideQuoted } else { Word::ShowQuoted };
            let words = state.language.fill(word, &[("count", &lines.to_string())]);
            let icon = if is_open { Icon::ChevronDown } else { Icon::ChevronRight };
            if widgets::button(ui, Some(icon), &words, Weight::Quiet).clicked() {
                is_open = !is_open;
                ui.data_mut(|data| data.insert_temp(salt, is_open));
            }
        }
        for run in runs.iter().filter(|_| is_open) {
            let bars = run.level.min(LEVELS);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
                let (gutter, _) = ui.allocate_exact_size(vec2(bars as f32 * BAR, 1.0), Sense::empty());
                let text = ui.vertical(|ui| self.passage(ui, run, state));
                for level in 0..bars {
                    let x = gutter.left() + level as f32 * BAR + 1.0;
                    let bar = Stroke::new(2.0, bar_colour(colours, level));
                    ui.painter().vline(x, text.response.rect.y_range(), bar);
                }
            });
        }
    }
}

/// The address that stands at a place of a text.
fn address_at(text: &str, at: usize) -> Option<Link> {
    let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (from, to) = (boundary(at.saturating_sub(NEAR)), boundary(at.saturating_add(NEAR)));
    let near = text.get(from..to)?;
    let range = addresses(near).into_iter().find(|range| range.contains(&(at - from)))?;
    let words = near.get(range)?.to_owned();
    let target = if words.contains("://") { words.clone() } else { format!("mailto:{words}") };
    Some(Link { words, target, place: None, areas: Vec::new() })
}

fn bar_colour(colours: &Palette, level: usize) -> Color32 {
    let colour = match level % 3 {
        0 => colours.indigo,
        1 => colours.pine,
        _ => colours.amber,
    };
    colours.paper.lerp_to_gamma(colour, 0.5)
}

/// A text as it is printed: pieces without the marks of quotation, how often each is quoted, and whether it is the
/// signature.
pub fn levels(text: &str) -> Vec<(String, usize, bool)> {
    let shown = text.get(..text.floor_char_boundary(SHOWN)).unwrap_or_default();
    let words = |run: &Run| if run.level > 0 { unquoted(run.text) } else { run.text.to_owned() };
    let shown = shown.trim_end();
    Outline::whole(shown).runs(shown).iter().map(|run| (words(run), run.level, run.is_signature)).collect()
}

/// Where addresses of the web and of mail stand in a text, in order.
pub(super) fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = web(text);
    let mail =
        mail(text).into_iter().filter(|mail| !found.iter().any(|web| web.start < mail.end && mail.start < web.end));
    let mail: Vec<_> = mail.collect();
    found.extend(mail);
    found.sort_by_key(|range| range.start);
    found
}

/// Mail addresses in their common form: ASCII, with a dot in the domain.
fn mail(text: &str) -> Vec<Range<usize>> {
    let is_local = |c: char| c.is_ascii_alphanumeric() || "._%+-=".contains(c);
    let is_domain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    let mut found = Vec::new();
    for (at, _) in text.match_indices('@') {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + 1..).unwrap_or_default();
        let local: usize = before.chars().rev().take_while(|c| is_local(*c)).take(64).count();
        let domain: usize = after.chars().take_while(|c| is_domain(*c)).take(253).count();
        let domain = after.get(..domain).unwrap_or_default().trim_end_matches(['.', '-']);
        let local = before.get(at - local..).unwrap_or_default().trim_start_matches(['.', '-']);
        if !local.is_empty() && domain.split('.').filter(|label| !label.is_empty()).count() > 1 {
            found.push(at - local.len()..at + 1 + domain.len());
        }
    }
    found
}

fn web(text: &str) -> Vec<Range<usize>> {
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
    fn mail_addresses_are_found_but_not_inside_others() {
        let text =
            "ask bob.baker@example.test, or <a@b>. see https://x.example/@user@host.example 花子hanako@example.co.jp。";
        let found: Vec<_> = addresses(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["bob.baker@example.test", "https://x.example/@user@host.example", "hanako@example.co.jp"]);
    }

    #[test]
    fn no_other_scheme_becomes_a_link() {
        assert!(addresses("javascript:alert(1) data:text/html,x file:///etc/passwd ftp://x.example/").is_empty());
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
