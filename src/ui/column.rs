//! Plain text in a column: as long as it may be, only what is in sight is laid out, and how high the rest is becomes
//! known piece by piece.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{
    Color32, CornerRadius, Galley, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, TextFormat, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::fresh::Fresh;
use super::reader::STEP;
use super::selection::{self, Cluster, Lettering, Line};
use super::theme::{self, Palette, palette, size};

/// Text that is laid out as one piece, in bytes: a frame lays out at most so much more than is seen.
const PIECE: usize = 600;
/// A line that is longer is divided, in bytes.
const LONGEST: usize = 4_000;
/// The height of a line in its own size.
const LEADING: f32 = 1.5;
/// About as high as a line.
const ROW: f32 = 20.0;
/// Frames for which a column that is not shown is remembered.
const KEPT: u64 = 60;

/// How high the pieces of the columns seen last are.
#[derive(Default)]
pub struct Columns {
    kept: HashMap<(String, usize), Column>,
    /// The blocks that were shown, and in which frame last.
    blocks: HashMap<String, u64>,
    frame: u64,
    /// Bytes of text that this frame may still divide.
    budget: usize,
    fresh: Fresh,
}

#[derive(Default)]
struct Column {
    version: u64,
    /// The width, and how much larger than usual.
    look: (f32, f32),
    pieces: Vec<Piece>,
    /// Pieces whose height was found for this look.
    looked: usize,
    used: u64,
}

struct Piece {
    range: Range<usize>,
    height: f32,
}

/// A text to be shown: all of a block's, or a part that begins at an offset.
#[derive(Clone, Copy)]
pub struct Passage<'t> {
    /// The key of the block.
    pub block: &'t str,
    /// Where in the block's text it begins.
    pub offset: usize,
    /// Another number for another text.
    pub version: u64,
    /// The text.
    pub text: &'t str,
    /// How much larger than usual.
    pub zoom: f32,
    /// Not the author's own words, or only their signature.
    pub is_soft: bool,
}

/// Parts of the block's text that are painted over.
pub type Highlights = Vec<Highlight>;

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Highlight {
    /// Which part of the block's text.
    pub range: Range<usize>,
    /// The colour that lies on it.
    pub fill: Color32,
    /// A line around it.
    pub edge: Stroke,
}

impl Highlight {
    /// Paints it on an area of letters.
    pub fn paint(&self, ui: &Ui, area: Rect) {
        ui.painter().rect(area, CornerRadius::ZERO, self.fill, self.edge, StrokeKind::Outside);
    }
}

/// What the pointer may do with a column that was drawn.
pub struct Shown {
    /// All of it.
    pub response: Response,
    /// The pieces in sight: where in the block's text each begins, its corner, its galley.
    pieces: Vec<(usize, Pos2, Arc<Galley>)>,
    /// Where the passage begins in the block's text.
    begins: usize,
}

impl Columns {
    /// Begins a frame.
    pub fn begin(&mut self) {
        self.frame += 1;
        self.budget = STEP;
        self.fresh.begin();
        let oldest = self.frame.saturating_sub(KEPT);
        self.blocks.retain(|_, used| *used >= oldest);
        let blocks = &self.blocks;
        self.kept.retain(|(block, _), column| column.used >= oldest || blocks.contains_key(block));
    }

    /// Remembers the columns of a block that is shown, also those that are far from sight.
    pub fn keep(&mut self, block: &str) {
        self.blocks.insert(block.to_owned(), self.frame);
    }

    /// Draws a passage, as far as it is in sight; nothing when none of it is. `brings` is a part of the
    /// block that is to be brought into sight.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        passage: &Passage<'_>,
        highlights: &Highlights,
        brings: Option<&Range<usize>>,
        links: impl Fn(&str) -> Vec<Range<usize>>,
    ) -> Option<Shown> {
        let width = ui.available_width();
        let colours = palette(ui);
        let total = {
            let column = self.column(passage, width);
            if !column.is_whole(passage.text) {
                ui.ctx().request_repaint();
            }
            column.height(passage.text)
        };
        let (_, rect) = ui.allocate_space(vec2(width, total));
        let id = selection::id(passage.block, passage.offset);
        let sight = ui.clip_rect();
        if !rect.intersects(sight) && brings.is_none() {
            return None;
        }
        let mut shown = Vec::new();
        let mut top = rect.top();
        let font = theme::plain(size::READING * passage.zoom);
        let (kept, fresh) = (&mut self.kept, &mut self.fresh);
        let column = kept.get_mut(&(passage.block.to_owned(), passage.offset))?;
        for piece in &mut column.pieces {
            let text = words(passage.text, &piece.range);
            let begins = passage.offset + piece.range.start;
            let wanted = brings.filter(|range| range.start >= begins && range.start < begins + text.len().max(1));
            let is_seen = top < sight.bottom() && top + piece.height > sight.top();
            let is_ready = wanted.is_some() || is_seen && fresh.admits(ui, text, &font);
            if !is_ready {
                top += piece.height;
                continue;
            }
            // The end of the last line is the beginning of the next piece.
            let text = text.strip_suffix('\n').unwrap_or(text);
            let marks = links(text);
            let mut job = layout(text, &marks, &colours, passage);
            job.wrap.max_width = width;
            let galley = ui.painter().layout_job(job);
            let corner = pos2(rect.left(), top);
            let area = Rect::from_min_size(corner, vec2(width, galley.size().y));
            if (galley.size().y - piece.height).abs() > 0.5 {
                piece.height = galley.size().y;
                ui.ctx().request_repaint();
            }
            top += piece.height;
            if let Some(range) = wanted {
                let range = range.start - begins..(range.end - begins).min(text.len());
                let areas = lettering(text, &galley).areas(&range);
                let target = areas.first().copied().unwrap_or(Rect::from_min_size(Pos2::ZERO, Vec2::splat(ROW)));
                ui.scroll_to_rect(target.translate(corner.to_vec2()), Some(egui::Align::Center));
            }
            let name = ui.interact(area, id.with(begins), Sense::empty());
            name.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
            paint(ui, begins, text, &galley, corner, highlights, &colours);
            shown.push((begins, corner, galley));
        }
        // Above the pieces, so that the pointer is the column's.
        let response = ui.interact(rect, id, Sense::click_and_drag());
        Some(Shown { response, pieces: shown, begins: passage.offset })
    }

    /// Whether a place of a passage is in a piece that is known.
    pub fn reaches(&self, passage: &Passage<'_>, place: usize) -> bool {
        let column = self.kept.get(&(passage.block.to_owned(), passage.offset));
        column.is_some_and(|column| column.version == passage.version && passage.offset + column.divided() > place)
    }

    /// The pieces of a passage, as high as they are known or guessed to be.
    fn column(&mut self, passage: &Passage<'_>, width: f32) -> &mut Column {
        let column = self.kept.entry((passage.block.to_owned(), passage.offset)).or_default();
        column.used = self.frame;
        if column.version != passage.version {
            *column =
                Column { version: passage.version, look: (width, passage.zoom), used: self.frame, ..Column::default() };
        }
        column.look_like((width, passage.zoom));
        column.go_on(passage.text, &mut self.budget);
        column
    }
}

impl Column {
    /// In another width and size the same pieces are about so much higher, until it is known better.
    #[allow(clippy::float_cmp)]
    fn look_like(&mut self, look: (f32, f32)) {
        if self.look == look {
            return;
        }
        let (width, zoom) = (look.0 / self.look.0.max(1.0), look.1 / self.look.1.max(0.1));
        for piece in &mut self.pieces {
            piece.height *= zoom * zoom / width.max(0.01);
        }
        (self.look, self.looked) = (look, 0);
    }

    /// Divides the text further, and guesses heights, as far as a budget of bytes allows.
    fn go_on(&mut self, text: &str, budget: &mut usize) {
        let (width, zoom) = self.look;
        for piece in self.pieces.iter_mut().skip(self.looked) {
            if *budget == 0 {
                return;
            }
            piece.height = guess(words(text, &piece.range), width, zoom);
            *budget = budget.saturating_sub(piece.range.len());
            self.looked += 1;
        }
        // An empty text has a line too.
        while self.divided() < text.len() && *budget > 0 || self.pieces.is_empty() {
            let range = piece(text, self.divided());
            *budget = budget.saturating_sub(range.len());
            self.pieces.push(Piece { height: guess(words(text, &range), width, zoom), range });
            self.looked += 1;
        }
    }

    /// As much of the text is in pieces.
    fn divided(&self) -> usize {
        self.pieces.last().map_or(0, |piece| piece.range.end)
    }

    fn is_whole(&self, text: &str) -> bool {
        self.divided() >= text.len() && self.looked == self.pieces.len()
    }

    /// The height of all of it: what is not in pieces yet is about as high as what is.
    fn height(&self, text: &str) -> f32 {
        let known: f32 = self.pieces.iter().map(|piece| piece.height).sum();
        let rest = text.len().saturating_sub(self.divided());
        known + known / self.divided().max(1) as f32 * rest as f32
    }
}

/// The words of a piece. A text that went on when it was divided may have lost the end of its last line since.
fn words<'t>(text: &'t str, range: &Range<usize>) -> &'t str {
    text.get(range.start..range.end.min(text.len())).unwrap_or_default()
}

impl Shown {
    /// The place in the passage under a point.
    pub fn place(&self, text: &str, at: Pos2) -> usize {
        let found = self.pieces.iter().min_by(|one, other| distance(one, at).total_cmp(&distance(other, at)));
        let Some((start, corner, galley)) = found else { return 0 };
        let index = galley.cursor_from_pos(at - *corner).index.0;
        let start = start - self.begins;
        let part = text.get(start..).unwrap_or_default();
        start + part.char_indices().nth(index).map_or(part.len(), |(byte, _)| byte)
    }
}

fn distance((_, corner, galley): &(usize, Pos2, Arc<Galley>), at: Pos2) -> f32 {
    (corner.y - at.y).max(at.y - corner.y - galley.size().y).max(0.0)
}

fn paint(
    ui: &mut Ui,
    begins: usize,
    text: &str,
    galley: &Arc<Galley>,
    corner: Pos2,
    highlights: &Highlights,
    colours: &Palette,
) {
    let ends = begins + text.len();
    let mut letters = None;
    for highlight in highlights.iter().filter(|one| one.range.start < ends && one.range.end > begins) {
        let (letters, range) = (letters.get_or_insert_with(|| lettering(text, galley)), &highlight.range);
        let inside = range.start.saturating_sub(begins)..range.end.min(ends) - begins;
        for area in letters.areas(&inside) {
            highlight.paint(ui, area.translate(corner.to_vec2()));
        }
    }
    ui.painter().galley(corner, Arc::clone(galley), colours.ink);
}

/// Where the letters of a piece stand.
fn lettering(text: &str, galley: &Galley) -> Lettering {
    let mut letters = Lettering::default();
    let mut characters = text.char_indices().map(|(at, c)| (at, at + c.len_utf8()));
    let mut at = 0;
    for row in &galley.rows {
        let (start, mut clusters) = (at, Vec::new());
        for glyph in &row.row.glyphs {
            let Some((from, end)) = characters.next() else { break };
            let left = row.pos.x + glyph.pos.x;
            clusters.push(Cluster { start: from, end, left, right: left + glyph.advance_width, is_rtl: false });
            at = end;
        }
        if row.ends_with_newline
            && let Some((_, end)) = characters.next()
        {
            at = end;
        }
        let (top, bottom) = (row.pos.y, row.pos.y + row.row.size.y);
        letters.lines.push(Line { range: start..at, top, bottom, clusters });
    }
    letters
}

fn layout(text: &str, links: &[Range<usize>], colours: &Palette, passage: &Passage<'_>) -> LayoutJob {
    let mut job = LayoutJob::default();
    let points = size::READING * passage.zoom;
    let format =
        |colour| TextFormat { line_height: Some(points * LEADING), ..TextFormat::simple(theme::plain(points), colour) };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let plain = format(if passage.is_soft { colours.ink_soft } else { colours.ink });
        let mut from = start;
        // The marks of quotation stay, so that they are copied; bars tell the levels to the eye.
        let marks = line.len() - line.trim_start_matches(['>', ' ']).len();
        if passage.is_soft && line.starts_with('>') {
            job.append(line.get(..marks).unwrap_or_default(), 0.0, format(colours.line));
            from += marks;
        }
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

/// How high a line of a passage is.
pub fn line_height(zoom: f32) -> f32 {
    size::READING * zoom * LEADING
}

/// About how high a piece is.
fn guess(text: &str, width: f32, zoom: f32) -> f32 {
    let em = size::READING * zoom;
    let rows: f32 = text
        .split('\n')
        .map(|line| {
            let ascii = line.bytes().filter(u8::is_ascii).count();
            let others = (line.len() - ascii) / 3;
            ((ascii as f32 * 0.52 + others as f32) * em / width.max(1.0)).ceil().max(1.0)
        })
        .sum();
    rows * em * LEADING
}

/// The piece of a text that begins at a place: of about the same length as the others, to the end of a line if there is
/// one near.
fn piece(text: &str, start: usize) -> Range<usize> {
    if text.len() - start <= PIECE {
        return start..text.len();
    }
    let rest = text.as_bytes().get(start + PIECE..text.len().min(start + LONGEST)).unwrap_or_default();
    let near = rest.iter().position(|byte| *byte == b'\n').map(|at| start + PIECE + at + 1);
    let mut end = near.unwrap_or((start + LONGEST).min(text.len()));
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divided(text: &str, budget: usize) -> Column {
        let mut column = Column { look: (600.0, 1.0), ..Column::default() };
        column.go_on(text, &mut { budget });
        column
    }

    #[test]
    fn a_long_text_is_divided_and_nothing_of_it_is_lost() {
        for text in ["書留 a line of text\n".repeat(2_000), "書".repeat(30_000), "x\n\n".to_owned(), String::new()] {
            let column = divided(&text, usize::MAX);
            let ranges: Vec<_> = column.pieces.iter().map(|piece| piece.range.clone()).collect();
            assert!(column.is_whole(&text));
            assert_eq!(ranges.first().map(|range| range.start), Some(0));
            assert_eq!(ranges.last().map(|range| range.end), Some(text.len()));
            assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
            assert!(ranges.iter().all(|range| range.len() <= LONGEST + 4 && text.get(range.clone()).is_some()));
        }
    }

    #[test]
    fn a_frame_divides_no_more_than_its_budget_and_the_last_one_knows_all() {
        let text = "A line of a letter that goes on and on.\n".repeat(50_000);
        let whole = divided(&text, usize::MAX);
        let mut column = divided(&text, 10_000);
        assert!(column.divided() < 10_000 + LONGEST + 4 && !column.is_whole(&text));
        let (guessed, known) = (column.height(&text), whole.height(&text));
        assert!((guessed / known - 1.0).abs() < 0.1, "{guessed}, {known}");
        for _ in 0..text.len() / 10_000 + 2 {
            column.go_on(&text, &mut 10_000);
        }
        assert!(column.is_whole(&text));
        assert!((column.height(&text) / known - 1.0).abs() < 0.001);
    }

    #[test]
    fn in_another_width_the_pieces_stay_and_their_heights_follow() {
        let text =
            "A line of a letter that goes on and on and does not end before the edge of the column. ".repeat(9_000);
        let mut column = divided(&text, usize::MAX);
        let before = column.pieces.len();
        column.look_like((300.0, 1.0));
        let at_once = column.height(&text);
        assert_eq!((column.pieces.len(), column.is_whole(&text)), (before, false));
        column.go_on(&text, &mut usize::MAX.clone());
        let known = column.height(&text);
        assert!(column.is_whole(&text) && (at_once / known - 1.0).abs() < 0.1, "{at_once}, {known}");
    }
}
