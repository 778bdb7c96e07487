//! Sets what is to be printed on pages of A4: text in lines, drawings cut where nothing is cut through.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use egui::Color32;
use parley::{
    Alignment, FontContext, FontFamily, FontFamilyName, FontWeight, GenericFamily, Layout, LayoutContext, LineHeight,
    OverflowWrap, StyleProperty,
};

use crate::ui::html::{self, Request};
use crate::ui::prose;
use crate::ui::selection::Lettering;

use super::pdf::{Document, Glyph, HEIGHT, Look, Run, WIDTH};

/// Around the text, in points.
const MARGIN: f32 = 54.0;
/// A label's column, in points.
const LABEL: f32 = 64.0;
/// Between the bars of quotations, in points.
const BAR: f32 = 9.0;
/// The side of a code, in points: six centimetres, which a telephone reads at ease.
const CODE: f32 = 164.0;
/// Around a code; its quiet zone is part of it.
const PAD: f32 = 10.0;
/// Points on paper of one point of a drawing.
const DRAWN: f32 = 0.75;
/// Pixels of a drawing in one of its points.
const SCALE: f32 = 2.0;
/// No more pages are printed.
const PAGES: usize = 2_000;

/// Families with Latin and Japanese letters of one hand; else the system's own choice.
const FAMILIES: [&str; 5] = ["Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", "Source Han Sans"];

const INK: [f32; 3] = [0.1, 0.12, 0.14];
const SOFT: [f32; 3] = [0.35, 0.38, 0.41];
const LINE: [f32; 3] = [0.8, 0.78, 0.75];

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// In points.
    pub size: f32,
    /// Emphasised.
    pub is_strong: bool,
    /// Secondary.
    pub is_soft: bool,
}

/// Text that is read.
pub const BODY: Style = Style { size: 10.5, is_strong: false, is_soft: false };
/// What stands beside.
pub const CAPTION: Style = Style { size: 8.5, is_strong: false, is_soft: true };
/// The subject.
pub const TITLE: Style = Style { size: 15.0, is_strong: true, is_soft: false };

/// One thing to be printed.
pub enum Item {
    /// Text; quoted so often.
    Text { words: String, style: Style, level: usize },
    /// A name and what stands for it.
    Field { label: String, words: String },
    /// A line across.
    Rule,
    /// Nothing, so high.
    Gap(f32),
    /// A square of dark and light modules, `side` of them in a row, with numbered words beside it.
    Code { modules: Vec<bool>, side: usize, words: Vec<String> },
    /// A name, and a line to write on.
    Blank(String),
    /// HTML, drawn; its text, when it can't be drawn.
    Html { request: Box<Request>, text: String },
}

/// Everything that is to be printed, with the words that the pages need.
pub struct Paper {
    /// The file's title, and at the head of the pages after the first.
    pub title: String,
    /// `en` or `ja`.
    pub language: &'static str,
    /// What is printed, from top to bottom.
    pub items: Vec<Item>,
    /// What is said when not everything is printed.
    pub cut: String,
    /// `{page}` and `{pages}`.
    pub number: &'static str,
}

/// How far it is, and whether it is still wanted.
#[derive(Default)]
pub struct Course {
    /// Of a thousand.
    pub done: AtomicU32,
    /// Nobody wants it any more.
    pub is_cancelled: AtomicBool,
}

type Ink = [u8; 4];

struct Setter<'a> {
    fonts: FontContext,
    layouts: LayoutContext<Ink>,
    document: Document,
    paper: &'a Paper,
    y: f32,
}

/// Sets everything; `None` when it was cancelled.
pub fn set(paper: &Paper, course: &Course) -> Option<Vec<u8>> {
    let mut setter = Setter {
        fonts: FontContext::default(),
        layouts: LayoutContext::new(),
        document: Document::default(),
        paper,
        y: 0.0,
    };
    setter.begin_page();
    let count = paper.items.len().max(1);
    for (number, item) in paper.items.iter().enumerate() {
        let is_wanted = || !course.is_cancelled.load(Ordering::Relaxed);
        if !is_wanted() {
            return None;
        }
        course.done.store((number * 1000 / count) as u32, Ordering::Relaxed);
        setter.item(item, &is_wanted);
        if setter.document.pages() >= PAGES {
            setter.words(&paper.cut, CAPTION, 0);
            break;
        }
    }
    if course.is_cancelled.load(Ordering::Relaxed) {
        return None;
    }
    setter.numbers();
    Some(setter.document.finish(&paper.title, paper.language))
}

impl Setter<'_> {
    fn item(&mut self, item: &Item, is_wanted: &dyn Fn() -> bool) {
        match item {
            Item::Text { words, style, level } => {
                for piece in prose::pieces(words) {
                    if !is_wanted() || self.document.pages() >= PAGES {
                        return;
                    }
                    self.words(piece, *style, *level);
                }
            }
            Item::Field { label, words } => self.field(label, words),
            Item::Rule => {
                self.room(9.0);
                let page = self.page();
                self.document.fill(page, [MARGIN, self.y + 4.0, WIDTH - 2.0 * MARGIN, 0.6], LINE);
                self.y += 9.0;
            }
            Item::Gap(height) => self.y += height,
            Item::Code { modules, side, words } => self.code(modules, *side, words),
            Item::Blank(label) => {
                self.words(label, CAPTION, 0);
                self.room(22.0);
                let page = self.page();
                self.document.fill(page, [MARGIN, self.y + 18.0, WIDTH - 2.0 * MARGIN, 0.6], LINE);
                self.y += 24.0;
            }
            Item::Html { request, text } => {
                if !self.drawing(request) {
                    self.words(text, BODY, 0);
                }
            }
        }
    }

    fn page(&self) -> usize {
        self.document.pages().saturating_sub(1)
    }

    fn begin_page(&mut self) {
        self.document.begin_page();
        self.y = MARGIN;
        if self.document.pages() > 1 {
            let title: String = self.paper.title.chars().take(80).collect();
            let layout = self.layout(&title, CAPTION, WIDTH - 2.0 * MARGIN);
            self.lines(&layout, &title, CAPTION, MARGIN, MARGIN - 24.0, 1);
        }
    }

    /// Makes sure that so much fits; else begins a page.
    fn room(&mut self, height: f32) {
        if self.y + height > HEIGHT - MARGIN {
            self.begin_page();
        }
    }

    fn layout(&mut self, text: &str, style: Style, width: f32) -> Layout<Ink> {
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, text, 1.0, false);
        let families = FAMILIES.iter().map(|name| FontFamilyName::Named(Cow::Borrowed(*name)));
        let families: Vec<_> = families.chain([FontFamilyName::Generic(GenericFamily::SansSerif)]).collect();
        builder.push_default(StyleProperty::FontFamily(FontFamily::List(Cow::Owned(families))));
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(1.5)));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        // Han characters have Japanese shapes unless a text says otherwise, which plain text can't.
        builder.push_default(StyleProperty::Locale("ja".parse().ok()));
        if style.is_strong {
            builder.push_default(StyleProperty::FontWeight(FontWeight::BOLD));
        }
        let mut layout = builder.build(text);
        layout.break_all_lines(Some(width));
        layout.align(Alignment::Start, parley::AlignmentOptions::default());
        layout
    }

    fn words(&mut self, text: &str, style: Style, level: usize) {
        let text = printable(text);
        let indent = level.min(8) as f32 * BAR;
        let layout = self.layout(&text, style, WIDTH - 2.0 * MARGIN - indent);
        let mut from = 0;
        while from < layout.len() && self.document.pages() < PAGES {
            let rest: Vec<f32> = layout.lines().skip(from).map(|line| line.metrics().line_height).collect();
            let mut height = 0.0;
            let fits = rest.iter().take_while(|line| {
                height += **line;
                self.y + height <= HEIGHT - MARGIN
            });
            let fits = fits.count();
            if fits == 0 {
                let is_fresh = self.y <= MARGIN + 1.0;
                self.begin_page();
                if is_fresh {
                    return;
                }
                continue;
            }
            let tall: f32 = rest.iter().take(fits).sum();
            for bar in 0..level.min(8) {
                let page = self.page();
                self.document.fill(page, [MARGIN + bar as f32 * BAR, self.y, 1.2, tall], LINE);
            }
            let part = Part { from, count: fits };
            self.part(&layout, &text, style, (MARGIN + indent, self.y), &part);
            self.y += tall;
            from += fits;
        }
    }

    fn field(&mut self, label: &str, words: &str) {
        let words = printable(words);
        let label_layout = self.layout(label, CAPTION, LABEL);
        let style = Style { size: 9.5, ..BODY };
        let width = WIDTH - 2.0 * MARGIN - LABEL;
        let layout = self.layout(&words, style, width);
        let most = 12;
        let height: f32 = layout.lines().take(most).map(|line| line.metrics().line_height).sum();
        self.room(height);
        self.lines(&label_layout, label, CAPTION, MARGIN, self.y + 1.0, 1);
        self.lines(&layout, &words, style, MARGIN + LABEL, self.y, most);
        self.y += height + 1.0;
    }

    fn lines(&mut self, layout: &Layout<Ink>, text: &str, style: Style, x: f32, y: f32, most: usize) {
        self.part(layout, text, style, (x, y), &Part { from: 0, count: most });
    }

    /// Draws some lines of a layout; the first of them at `at`.
    fn part(&mut self, layout: &Layout<Ink>, text: &str, style: Style, at: (f32, f32), part: &Part) {
        let page = self.page();
        let before: f32 = layout.lines().take(part.from).map(|line| line.metrics().line_height).sum();
        for line in layout.lines().skip(part.from).take(part.count) {
            let y = at.1 + line.metrics().baseline - before;
            let mut x = at.0 + line.metrics().offset;
            for run in line.runs() {
                let (glyphs, advance) = glyphs(&run, text);
                self.document.text(
                    page,
                    &Run {
                        font: run.font(),
                        size: run.font_size(),
                        at: (x, y),
                        ink: if style.is_soft { SOFT } else { INK },
                        look: if run.synthesis().embolden() { Look::Bolder } else { Look::Plain },
                        glyphs,
                    },
                );
                x += advance;
            }
        }
    }

    /// A code in a frame, and beside it the words in two columns.
    fn code(&mut self, modules: &[bool], side: usize, words: &[String]) {
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

    /// Draws HTML; false when it can't be drawn.
    fn drawing(&mut self, request: &Request) -> bool {
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

    fn numbers(&mut self) {
        let pages = self.document.pages();
        for page in 0..pages {
            let (number, all) = ((page + 1).to_string(), pages.to_string());
            let words = crate::ui::words::fill(self.paper.number, &[("page", &number), ("pages", &all)]);
            let layout = self.layout(&words, CAPTION, WIDTH);
            let mut x = (WIDTH - layout.width()) / 2.0;
            for line in layout.lines() {
                for run in line.runs() {
                    let (glyphs, advance) = glyphs(&run, &words);
                    let (font, size) = (run.font(), run.font_size());
                    let run = Run { font, size, at: (x, HEIGHT - MARGIN / 2.0), ink: SOFT, look: Look::Plain, glyphs };
                    self.document.text(page, &run);
                    x += advance;
                }
            }
        }
    }
}

/// Lines of a layout.
struct Part {
    from: usize,
    count: usize,
}

/// The glyphs of a run with the text that each stands for, and how far the run reaches.
fn glyphs(run: &parley::Run<'_, Ink>, text: &str) -> (Vec<Glyph>, f32) {
    let mut glyphs: Vec<Glyph> = Vec::new();
    let mut advance = 0.0;
    for cluster in run.visual_clusters() {
        let words = text.get(cluster.text_range()).unwrap_or_default();
        if cluster.is_ligature_continuation() {
            if let Some(last) = glyphs.last_mut() {
                last.text.push_str(words);
            }
            continue;
        }
        for (number, glyph) in cluster.glyphs().enumerate() {
            let text = if number == 0 { words.to_owned() } else { String::new() };
            let id = u16::try_from(glyph.id).unwrap_or(0);
            glyphs.push(Glyph { id, advance: glyph.advance, shift: (glyph.x, glyph.y), text });
            advance += glyph.advance;
        }
    }
    (glyphs, advance)
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

/// Text without what has no shape on paper.
fn printable(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| {
        c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !is_odd(*c)).collect())
}
