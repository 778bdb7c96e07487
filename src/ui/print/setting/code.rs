//! A square code on paper, with the words that say the same.

use crate::ui::print::pdf::WIDTH;

use super::{CAPTION, LINE, MARGIN, Setter, Style};

/// The side of a code, in points: six centimetres, which a telephone reads at ease.
const CODE: f32 = 164.0;
/// Around a code; its quiet zone is part of it.
const PAD: f32 = 10.0;

impl Setter<'_> {
    /// A code in a frame, and beside it the words in two columns.
    pub(super) fn code(&mut self, modules: &[bool], side: usize, words: &[String]) {
        self.room(CODE + 2.0 * PAD);
        let (page, top, width) = (self.page(), self.y, WIDTH - 2.0 * MARGIN);
        let tall = CODE + 2.0 * PAD;
        for area in [
            [MARGIN, top, width, 0.8],
            [MARGIN, top + tall, width, 0.8],
            [MARGIN, top, 0.8, tall],
            [MARGIN + width, top, 0.8, tall + 0.8],
        ] {
            self.document.fill(page, area, LINE);
        }
        let unit = CODE / side.max(1) as f32;
        for (row, line) in modules.chunks(side.max(1)).enumerate() {
            // Dark neighbours in one piece: seams between them are grey on some printers.
            let mut from = 0;
            while from < line.len() {
                let run = line.iter().skip(from).take_while(|dark| **dark).count();
                if run > 0 {
                    let (x, y) = (MARGIN + PAD + from as f32 * unit, top + PAD + row as f32 * unit);
                    self.document.fill(page, [x, y, run as f32 * unit, unit], [0.0; 3]);
                }
                from += run.max(1);
            }
        }
        let rows = words.len().div_ceil(2).max(1);
        let step = CODE / rows as f32;
        let column = (width - CODE - 4.0 * PAD) / 2.0;
        for (number, word) in words.iter().enumerate() {
            let x = MARGIN + CODE + 3.0 * PAD + (number / rows) as f32 * column;
            let y = top + PAD + (number % rows) as f32 * step + (step - 22.0) / 2.0;
            let label = (number + 1).to_string();
            let layout = self.layout(&label, CAPTION, 24.0);
            self.lines(&layout, &label, CAPTION, x, y + 4.0, 1);
            let style = Style { size: 14.0, is_strong: true, is_soft: false };
            let layout = self.layout(word, style, column);
            self.lines(&layout, word, style, x + 22.0, y, 1);
        }
        self.y += tall + 8.0;
    }
}
