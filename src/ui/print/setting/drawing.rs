//! Drawn HTML on pages: cut where nothing is cut through, with its links and its words.

use egui::Color32;

use crate::ui::html::{self, Request};
use crate::ui::print::pdf::{HEIGHT, Look, Run, WIDTH};
use crate::ui::selection::Lettering;

use super::{BODY, CAPTION, INK, MARGIN, PAGES, Setter, Style, glyphs, printable};

/// Points on paper of one point of a drawing.
const DRAWN: f32 = 0.75;
/// Pixels of a drawing in one of its points.
const SCALE: f32 = 2.0;

impl Setter<'_> {
    /// Draws HTML; false when it can't be drawn.
    pub(super) fn drawing(&mut self, request: &Request) -> bool {
        let Ok(drawn) = html::draw(request) else { return false };
        let rows: Vec<&[Color32]> = drawn
            .tiles
            .iter()
            .flat_map(|tile| tile.pixels.chunks(tile.size.first().copied().unwrap_or(1).max(1)))
            .collect();
        let unit = DRAWN / SCALE;
        let width = WIDTH - 2.0 * MARGIN;
        let mut from = 0;
        while from < rows.len() && self.document.pages() < PAGES {
            let room = ((HEIGHT - MARGIN - self.y) / unit) as usize;
            if room < 60 {
                self.begin_page();
                continue;
            }
            let to = cut(&rows, from, room);
            let part = rows.get(from..to).unwrap_or_default();
            let height = part.len() as f32 * unit;
            let columns = part.first().map_or(0, |row| row.len());
            let pixels: Vec<u8> =
                part.iter().flat_map(|row| row.iter().flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b()])).collect();
            let size = (i32::try_from(columns).unwrap_or(0), i32::try_from(part.len()).unwrap_or(0));
            let page = self.page();
            self.document.picture(page, [MARGIN, self.y, width, height], &pixels, size);
            let top = from as f32 / SCALE;
            for link in drawn.links.iter().filter(|link| is_followed(&link.target)) {
                for area in &link.areas {
                    let y = (area.top() - top) * DRAWN;
                    if y >= 0.0 && y < height {
                        let area =
                            [MARGIN + area.left() * DRAWN, self.y + y, area.width() * DRAWN, area.height() * DRAWN];
                        self.document.link(page, area, &link.target);
                    }
                }
            }
            self.letters(&drawn.letters, (top, top + part.len() as f32 / SCALE));
            self.y += height;
            from = to;
        }
        if drawn.is_cut {
            let cut = self.paper.cut.clone();
            self.words(&cut, CAPTION, 0);
        }
        true
    }

    /// Lays the words of a drawing over its picture, unseen, so that they can be selected and found.
    fn letters(&mut self, letters: &Lettering, (top, bottom): (f32, f32)) {
        let style = Style { size: 9.0, ..BODY };
        for line in letters.lines.iter().filter(|line| line.top >= top && line.top < bottom) {
            let words = printable(letters.text.get(line.range.clone()).unwrap_or_default().trim_end());
            let left = line.clusters.iter().map(|cluster| cluster.left).fold(f32::INFINITY, f32::min);
            let right = line.clusters.iter().map(|cluster| cluster.right).fold(0.0, f32::max);
            let layout = self.layout(&words, style, 100_000.0);
            let wide = (right - left) * DRAWN / layout.width().max(1.0);
            if words.is_empty() || !(0.05..20.0).contains(&wide) {
                continue;
            }
            let y = self.y + (line.top * 0.25 + line.bottom * 0.75 - top) * DRAWN;
            let (page, mut x) = (self.page(), MARGIN + left * DRAWN);
            for shaped in layout.lines().take(1) {
                for run in shaped.runs() {
                    let (glyphs, advance) = glyphs(&run, &words);
                    let (font, size) = (run.font(), run.font_size());
                    self.document
                        .text(page, &Run { font, size, at: (x, y), ink: INK, look: Look::Hidden(wide), glyphs });
                    x += advance * wide;
                }
            }
        }
    }
}

/// Where a drawing is cut: at the last row that is of one colour, if there is one near the end of the page.
fn cut(rows: &[&[Color32]], from: usize, room: usize) -> usize {
    let end = from + room;
    if end >= rows.len() {
        return rows.len();
    }
    let is_plain = |row: &&[Color32]| row.first().is_some_and(|first| row.iter().all(|pixel| pixel == first));
    let earliest = from + room * 2 / 3;
    (earliest..end).rev().find(|row| rows.get(*row).is_some_and(is_plain)).unwrap_or(end)
}

fn is_followed(target: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|scheme| target.to_ascii_lowercase().starts_with(scheme))
}
