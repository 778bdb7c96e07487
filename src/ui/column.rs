//! Plain text in a column: as long as it may be, only what is in sight is laid out.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{
    Color32, CornerRadius, Galley, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, TextFormat, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::selection::{self, Cluster, Lettering, Line};
use super::theme::{self, Palette, palette, size};

/// Text that is laid out as one piece, in bytes.
const PIECE: usize = 2_000;
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
    frame: u64,
}

#[derive(Default)]
struct Column {
    version: u64,
    look: (u32, u32),
    pieces: Vec<Piece>,
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
        let oldest = self.frame.saturating_sub(KEPT);
        self.kept.retain(|_, column| column.used >= oldest);
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
        let column = self.column(passage, width);
        let total: f32 = column.pieces.iter().map(|piece| piece.height).sum();
        let (_, rect) = ui.allocate_space(vec2(width, total));
        let id = selection::id(passage.block, passage.offset);
        let sight = ui.clip_rect();
        if !rect.intersects(sight) && brings.is_none() {
            return None;
        }
        let mut shown = Vec::new();
        let mut top = rect.top();
        for piece in &mut column.pieces {
            let text = passage.text.get(piece.range.clone()).unwrap_or_default();
            let begins = passage.offset + piece.range.start;
            let wanted = brings.filter(|range| range.start >= begins && range.start < begins + text.len().max(1));
            let is_seen = top < sight.bottom() && top + piece.height > sight.top();
            if !is_seen && wanted.is_none() {
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

    /// The pieces of a passage, as high as they are known or guessed to be.
    fn column(&mut self, passage: &Passage<'_>, width: f32) -> &mut Column {
        let column = self.kept.entry((passage.block.to_owned(), passage.offset)).or_default();
        column.used = self.frame;
        let look = (width.to_bits(), passage.zoom.to_bits());
        if column.version != passage.version || column.look != look || column.pieces.is_empty() {
            let guess = |range: Range<usize>| {
                let height = guess(passage.text.get(range.clone()).unwrap_or_default(), width, passage.zoom);
                Piece { range, height }
            };
            column.pieces = pieces(passage.text).into_iter().map(guess).collect();
            (column.version, column.look) = (passage.version, look);
        }
        column
    }
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

/// Pieces of about the same length, that end at the end of a line if there is one near.
fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while text.len() - start > PIECE {
        let rest = text.as_bytes().get(start + PIECE..text.len().min(start + LONGEST)).unwrap_or_default();
        let near = rest.iter().position(|byte| *byte == b'\n').map(|at| start + PIECE + at + 1);
        let mut end = near.unwrap_or((start + LONGEST).min(text.len()));
        while !text.is_char_boundary(end) {
            end += 1;
        }
        pieces.push(start..end);
        start = end;
    }
    pieces.push(start..text.len());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_divided_and_nothing_of_it_is_lost() {
        for text in ["書留 a line of text\n".repeat(2_000), "書".repeat(30_000), "x\n\n".to_owned(), String::new()] {
            let pieces = pieces(&text);
            assert_eq!(pieces.first().map(|piece| piece.start), Some(0));
            assert_eq!(pieces.last().map(|piece| piece.end), Some(text.len()));
            assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start));
            assert!(pieces.iter().all(|piece| piece.len() <= LONGEST + 4 && text.get(piece.clone()).is_some()));
        }
    }
}
