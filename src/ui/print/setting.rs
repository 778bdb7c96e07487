//! Sets what is to be printed on pages of A4: text in lines, drawings cut where nothing is cut through.

mod code;
mod drawing;

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use parley::{
    Alignment, FontContext, FontFamily, FontFamilyName, FontWeight, GenericFamily, Layout, LayoutContext, LineHeight,
    OverflowWrap, StyleProperty,
};

use crate::ui::html::Request;
use crate::ui::prose;

use super::pdf::{Document, Glyph, HEIGHT, Look, Run, WIDTH};

/// Around the text, in points.
const MARGIN: f32 = 54.0;
/// A label's column, in points.
const LABEL: f32 = 64.0;
/// Between the bars of quotations, in points.
const BAR: f32 = 9.0;
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
