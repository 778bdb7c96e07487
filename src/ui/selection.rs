//! Text that is shown, where its characters stand, and what of it is selected.
//!
//! HTML bodies are pictures and long texts are laid out only where they are seen; so selecting
//! works on the text itself: a selection is a range of bytes of one block's text.

use std::ops::Range;

use egui::{Context, Event, Id, Key, Modifiers, PointerButton, Pos2, Rect, Response, Ui, pos2, vec2};

use super::widgets::{self, Weight};
use super::words::{Language, Word};

/// How far the text comes after the pointer in one frame, in points.
const FASTEST: f32 = 24.0;

/// A letter, or several that are drawn as one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cluster {
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Its left edge.
    pub left: f32,
    /// Its right edge.
    pub right: f32,
    /// It is read from right to left.
    pub is_rtl: bool,
}

/// A line of letters, from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its bytes of the text.
    pub range: Range<usize>,
    /// Its top.
    pub top: f32,
    /// Its bottom.
    pub bottom: f32,
    /// Its letters, without the line feed.
    pub clusters: Vec<Cluster>,
}

impl Line {
    fn left(&self) -> f32 {
        self.clusters.first().map_or(0.0, |cluster| cluster.left)
    }

    fn right(&self) -> f32 {
        self.clusters.last().map_or(0.0, |cluster| cluster.right)
    }

    /// How far a point is from the line; nothing when it is on it.
    fn distance(&self, at: Pos2) -> f32 {
        let x = (self.left() - at.x).max(at.x - self.right()).max(0.0);
        let y = (self.top - at.y).max(at.y - self.bottom).max(0.0);
        // Beside a line is nearer than above it.
        x + y * 4.0
    }

    fn place(&self, x: f32) -> usize {
        let Some(cluster) = self.clusters.iter().find(|cluster| x < cluster.right).or(self.clusters.last()) else {
            return self.range.start;
        };
        let is_in_left_half = x < f32::midpoint(cluster.left, cluster.right);
        if is_in_left_half == cluster.is_rtl { cluster.end } else { cluster.start }
    }
}

/// A text with the places of its letters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lettering {
    /// What is read, in order; lines of their own end with a line feed.
    pub text: String,
    /// Its lines, in the order of the text.
    pub lines: Vec<Line>,
}

impl Lettering {
    /// The place in the text that is nearest to a point.
    pub fn place(&self, at: Pos2) -> usize {
        let nearest = self.lines.iter().min_by(|one, other| one.distance(at).total_cmp(&other.distance(at)));
        nearest.map_or(0, |line| line.place(at.x))
    }

    /// The areas that a part of the text takes, one a line and direction.
    pub fn areas(&self, range: &Range<usize>) -> Vec<Rect> {
        if range.is_empty() {
            return Vec::new();
        }
        let first = self.lines.partition_point(|line| line.range.end <= range.start);
        let mut areas: Vec<Rect> = Vec::new();
        for line in self.lines.iter().skip(first).take_while(|line| line.range.start < range.end) {
            let mut open: Option<Rect> = None;
            for cluster in &line.clusters {
                let is_in = cluster.start < range.end && cluster.end > range.start;
                match &mut open {
                    Some(area) if is_in => area.max.x = cluster.right,
                    None if is_in => {
                        open = Some(Rect::from_min_max(pos2(cluster.left, line.top), pos2(cluster.right, line.bottom)));
                    }
                    _ => areas.extend(open.take()),
                }
            }
            areas.extend(open);
        }
        areas
    }
}

/// What is selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The block, by its key; empty for nothing.
    block: String,
    anchor: usize,
    head: usize,
    is_dragging: bool,
    /// The pointer went down on a text in this frame.
    was_touched: bool,
}

impl Selection {
    /// What of a block is selected; nothing when that is empty.
    pub fn of(&self, block: &str) -> Option<Range<usize>> {
        let range = self.anchor.min(self.head)..self.anchor.max(self.head);
        (self.block == block && !range.is_empty()).then_some(range)
    }

    /// Whether a text was touched last.
    pub fn is_somewhere(&self) -> bool {
        !self.block.is_empty()
    }

    /// Selects a part of a block.
    pub fn select(&mut self, block: &str, range: Range<usize>) {
        *self = Self {
            block: block.to_owned(),
            anchor: range.start,
            head: range.end,
            is_dragging: false,
            was_touched: self.was_touched,
        };
    }

    /// Selects nothing.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Lets the pointer select on a part of a block that begins at `offset` of its text. `place`
    /// tells the place under the pointer, `text` is the part's.
    pub fn touch(
        &mut self,
        ui: &Ui,
        response: &Response,
        block: &str,
        (offset, text): (usize, &str),
        place: impl Fn(Pos2) -> usize,
    ) {
        let (pressed, released, pointer, shift) = ui.input(|input| {
            let pointer = &input.pointer;
            let pressed = pointer.button_pressed(PointerButton::Primary);
            (pressed, !pointer.primary_down(), pointer.latest_pos(), input.modifiers.shift)
        });
        if self.is_dragging && released {
            self.is_dragging = false;
        }
        let Some(pointer) = pointer else { return };
        if pressed && response.contains_pointer() {
            let at = offset + place(pointer);
            self.was_touched = true;
            if !(shift && self.block == block) {
                self.anchor = at;
            }
            (self.block, self.head, self.is_dragging) = (block.to_owned(), at, true);
        } else if self.is_dragging && self.block == block {
            // Beyond the edge of the pane the text comes after the pointer.
            let sight = ui.clip_rect();
            let seen = pos2(pointer.x, pointer.y.clamp(sight.top(), sight.bottom()));
            if response.rect.y_range().contains(seen.y) {
                self.head = offset + place(seen);
                let beyond = (seen.y - pointer.y).clamp(-FASTEST, FASTEST);
                if beyond != 0.0 {
                    ui.scroll_with_delta(vec2(0.0, beyond));
                    ui.ctx().request_repaint();
                }
            }
        }
        if response.triple_clicked() {
            let (start, end) = around(text, place(pointer), |c| c != '\n');
            self.select(block, offset + start..offset + end);
        } else if response.double_clicked() {
            let (start, end) = word(text, place(pointer));
            self.select(block, offset + start..offset + end);
        }
    }

    /// The keys that copy, and that select everything. `text` gives a block's whole text.
    pub fn keys(&mut self, ctx: &Context, block: &str, is_main: bool, text: &str) {
        if ctx.text_edit_focused() {
            return;
        }
        let selects_all = (is_main && self.block.is_empty() || self.block == block)
            && ctx.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A));
        if selects_all {
            self.select(block, 0..text.len());
        }
        if let Some(range) = self.of(block)
            && ctx.input_mut(|input| take(&mut input.events, &Event::Copy))
        {
            ctx.copy_text(text.get(range).unwrap_or_default().trim_end_matches('\n').to_owned());
        }
    }

    /// At the end of a frame: a press beside all texts selects nothing.
    pub fn settle(&mut self, ctx: &Context) {
        let is_beside = ctx.input(|input| input.pointer.primary_pressed()) && !self.was_touched;
        if is_beside && !egui::Popup::is_any_open(ctx) {
            self.clear();
        }
        self.was_touched = false;
    }

    /// The menu of a text, under the pointer's other button.
    pub fn menu(&mut self, response: &Response, language: Language, block: &str, text: &str) {
        response.context_menu(|ui| {
            let range = self.of(block);
            if widgets::button_if(ui, range.is_some(), None, language.say(Word::Copy), Weight::Quiet).clicked() {
                ui.copy_text(text.get(range.unwrap_or_default()).unwrap_or_default().to_owned());
                ui.close();
            }
            if widgets::button(ui, None, language.say(Word::SelectAll), Weight::Quiet).clicked() {
                self.select(block, 0..text.len());
                ui.close();
            }
        });
    }
}

/// The identity of a block's key, for egui.
pub fn id(block: &str, offset: usize) -> Id {
    Id::unique(("letters", block, offset))
}

fn take(events: &mut Vec<Event>, wanted: &Event) -> bool {
    let before = events.len();
    events.retain(|event| event != wanted);
    events.len() < before
}

/// The word at a place: letters of one kind of script side by side.
fn word(text: &str, at: usize) -> (usize, usize) {
    let class = text.get(at..).and_then(|rest| rest.chars().next()).map_or(Class::Other, Class::of);
    if class == Class::Other {
        let length = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        return (at, at + length);
    }
    around(text, at, |c| Class::of(c) == class)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Kanji,
    Hiragana,
    Katakana,
    Word,
    Other,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '々' => Self::Kanji,
            '\u{3041}'..='\u{309f}' => Self::Hiragana,
            '\u{30a1}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' => Self::Katakana,
            c if c.is_alphanumeric() || c == '_' || c == '\'' => Self::Word,
            _ => Self::Other,
        }
    }
}

/// As far as the characters around a place are what is wanted.
fn around(text: &str, at: usize, is_it: impl Fn(char) -> bool) -> (usize, usize) {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let back: usize = before.chars().rev().take_while(|c| is_it(*c)).map(char::len_utf8).sum();
    let on: usize = after.chars().take_while(|c| is_it(*c)).map(char::len_utf8).sum();
    (before.len() - back, before.len() + on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lettering(text: &str) -> Lettering {
        let mut lines = Vec::new();
        let mut start = 0;
        for (row, line) in text.split_inclusive('\n').enumerate() {
            let clusters = line.trim_end_matches('\n').char_indices().enumerate().map(|(column, (at, c))| Cluster {
                start: start + at,
                end: start + at + c.len_utf8(),
                left: column as f32 * 10.0,
                right: column as f32 * 10.0 + 10.0,
                is_rtl: false,
            });
            let (top, bottom) = (row as f32 * 20.0, row as f32 * 20.0 + 20.0);
            lines.push(Line { range: start..start + line.len(), top, bottom, clusters: clusters.collect() });
            start += line.len();
        }
        Lettering { text: text.to_owned(), lines }
    }

    #[test]
    fn a_point_is_the_place_between_the_nearest_letters() {
        let letters = lettering("書留です\nabc\n");
        assert_eq!(letters.place(pos2(-50.0, 5.0)), 0);
        assert_eq!(letters.place(pos2(12.0, 5.0)), 3);
        assert_eq!(letters.place(pos2(18.0, 5.0)), 6);
        assert_eq!(letters.place(pos2(11.0, 25.0)), 14);
        assert_eq!(letters.place(pos2(500.0, 500.0)), 16, "before the line feed");
    }

    #[test]
    fn a_range_over_lines_takes_an_area_on_each() {
        let letters = lettering("書留です\nabc\n");
        let areas = letters.areas(&(3..14));
        assert_eq!(areas.len(), 2);
        assert_eq!(areas[0], Rect::from_min_max(pos2(10.0, 0.0), pos2(40.0, 20.0)));
        assert_eq!(areas[1], Rect::from_min_max(pos2(0.0, 20.0), pos2(10.0, 40.0)));
        assert_eq!(letters.areas(&(5..5)), []);
    }

    #[test]
    fn a_double_click_takes_a_word_in_any_script() {
        let text = "書留はカタカナ and Kakitome's.";
        let at = |needle: &str| text.find(needle).unwrap();
        let taken = |place| {
            let (start, end) = word(text, place);
            &text[start..end]
        };
        assert_eq!(taken(at("留")), "書留");
        assert_eq!(taken(at("は")), "は");
        assert_eq!(taken(at("タ")), "カタカナ");
        assert_eq!(taken(at("tome")), "Kakitome's");
        assert_eq!(taken(at(".")), ".");
        assert_eq!(taken(text.len()), "");
    }

    #[test]
    fn a_selection_is_of_one_block_and_knows_no_direction() {
        let mut selection = Selection::default();
        selection.select("1", std::ops::Range { start: 7, end: 3 });
        assert_eq!(selection.of("1"), Some(3..7));
        assert_eq!(selection.of("2"), None);
        selection.clear();
        assert_eq!(selection.of("1"), None);
        assert_eq!(selection.of(""), None);
    }
}
