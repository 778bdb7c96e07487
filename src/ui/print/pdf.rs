//! The file itself (ISO 32000-1): pages of text with embedded subsets of fonts, pictures, and links.

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use parley::FontData;
use pdf_writer::types::{
    ActionType, AnnotationType, CidFontType, FontFlags, SystemInfo, TextRenderingMode, UnicodeCmap,
};
use pdf_writer::{Content, Filter, Finish as _, Name, Rect, Ref, Str, TextStr};
use subsetter::GlyphRemapper;

/// A4, in points.
pub const WIDTH: f32 = 595.28;
/// The same, upwards.
pub const HEIGHT: f32 = 841.89;

const IDENTITY: SystemInfo = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A glyph with what it stands for.
pub struct Glyph {
    /// In its font.
    pub id: u16,
    /// To the next one, in points.
    pub advance: f32,
    /// From where it would stand, in points.
    pub shift: (f32, f32),
    /// The text that it shows; empty when the one before shows it.
    pub text: String,
}

/// How glyphs are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Look {
    /// As the font has them.
    Plain,
    /// Bolder than the font has them.
    Bolder,
    /// Not at all: over a picture of the same words, so that they can be selected. So many times as wide.
    Hidden(f32),
}

/// Glyphs of one font in a row.
pub struct Run<'a> {
    /// Their font.
    pub font: &'a FontData,
    /// In points.
    pub size: f32,
    /// From the left and the top of the page to the baseline, in points.
    pub at: (f32, f32),
    /// Red, green, blue; from 0 to 1.
    pub ink: [f32; 3],
    /// How it is drawn.
    pub look: Look,
    /// From left to right.
    pub glyphs: Vec<Glyph>,
}

struct Face {
    data: FontData,
    remapper: GlyphRemapper,
    /// By new id: in thousandths of the size.
    widths: BTreeMap<u16, f32>,
    /// By new id.
    texts: BTreeMap<u16, String>,
    ascent: f32,
    descent: f32,
}

struct Picture {
    pixels: Vec<u8>,
    size: (i32, i32),
}

struct Page {
    content: Content,
    fonts: Vec<usize>,
    pictures: Vec<usize>,
    links: Vec<(Rect, String)>,
}

/// A document that is being written. Lengths are points, from the upper left corner of a page.
#[derive(Default)]
pub struct Document {
    faces: Vec<Face>,
    known: HashMap<(u64, u32), usize>,
    pictures: Vec<Picture>,
    pages: Vec<Page>,
}

impl Document {
    /// Begins a page.
    pub fn begin_page(&mut self) {
        self.pages.push(Page { content: Content::new(), fonts: Vec::new(), pictures: Vec::new(), links: Vec::new() });
    }

    /// Pages so far.
    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    /// Draws text on a page.
    pub fn text(&mut self, page: usize, run: &Run) {
        let face = self.face(run.font);
        let (Some(face_of), Some(page)) = (self.faces.get_mut(face), self.pages.get_mut(page)) else { return };
        if !page.fonts.contains(&face) {
            page.fonts.push(face);
        }
        let [red, green, blue] = run.ink;
        let content = &mut page.content;
        content.begin_text().set_fill_rgb(red, green, blue);
        match run.look {
            Look::Plain => {}
            Look::Bolder => {
                content.set_stroke_rgb(red, green, blue).set_line_width(run.size * 0.025);
                content.set_text_rendering_mode(TextRenderingMode::FillStroke);
            }
            Look::Hidden(wide) => {
                content.set_text_rendering_mode(TextRenderingMode::Invisible).set_horizontal_scaling(wide * 100.0);
            }
        }
        content.set_font(Name(format!("F{face}").as_bytes()), run.size);
        content.set_text_matrix([1.0, 0.0, 0.0, 1.0, run.at.0, HEIGHT - run.at.1]);
        let mut positioned = content.show_positioned();
        let mut items = positioned.items();
        for glyph in &run.glyphs {
            let id = face_of.remapper.remap(glyph.id);
            let actual = glyph.advance * 1000.0 / run.size;
            let width = *face_of.widths.entry(id).or_insert(actual);
            if !glyph.text.is_empty() {
                face_of.texts.entry(id).or_insert_with(|| glyph.text.clone());
            }
            let shift = glyph.shift.0 * 1000.0 / run.size;
            if shift.abs() > 0.5 {
                items.adjust(-shift);
            }
            items.show(Str(&id.to_be_bytes()));
            let rest = width - actual + shift;
            if rest.abs() > 0.5 {
                items.adjust(rest);
            }
        }
        items.finish();
        positioned.finish();
        if run.look != Look::Plain {
            content.set_text_rendering_mode(TextRenderingMode::Fill).set_horizontal_scaling(100.0);
        }
        content.end_text();
    }

    /// Draws a filled rectangle.
    pub fn fill(&mut self, page: usize, area: [f32; 4], ink: [f32; 3]) {
        let Some(page) = self.pages.get_mut(page) else { return };
        let [left, top, width, height] = area;
        let [red, green, blue] = ink;
        page.content.set_fill_rgb(red, green, blue).rect(left, HEIGHT - top - height, width, height).fill_nonzero();
    }

    /// Draws a picture of RGB pixels, `size` of them, into an area.
    pub fn picture(&mut self, page: usize, area: [f32; 4], pixels: &[u8], size: (i32, i32)) {
        let number = self.pictures.len();
        let Some(page) = self.pages.get_mut(page) else { return };
        let [left, top, width, height] = area;
        page.content.save_state().transform([width, 0.0, 0.0, height, left, HEIGHT - top - height]);
        page.content.x_object(Name(format!("P{number}").as_bytes())).restore_state();
        page.pictures.push(number);
        self.pictures.push(Picture { pixels: deflate(pixels), size });
    }

    /// An area that leads to an address.
    pub fn link(&mut self, page: usize, area: [f32; 4], target: &str) {
        let Some(page) = self.pages.get_mut(page) else { return };
        let [left, top, width, height] = area;
        page.links.push((Rect::new(left, HEIGHT - top - height, left + width, HEIGHT - top), target.to_owned()));
    }

    fn face(&mut self, font: &FontData) -> usize {
        let faces = &mut self.faces;
        *self.known.entry((font.data.id(), font.index)).or_insert_with(|| {
            faces.push(Face {
                data: font.clone(),
                remapper: GlyphRemapper::new(),
                widths: BTreeMap::new(),
                texts: BTreeMap::new(),
                ascent: 880.0,
                descent: -120.0,
            });
            faces.len() - 1
        })
    }

    /// The bytes of the file.
    pub fn finish(self, title: &str, language: &str) -> Vec<u8> {
        let mut pdf = pdf_writer::Pdf::new();
        let mut last = 0;
        let mut next = || {
            last += 1;
            Ref::new(last)
        };
        let (catalog, tree, info) = (next(), next(), next());
        let fonts: Vec<Ref> = self.faces.iter().map(|_| next()).collect();
        let pictures: Vec<Ref> = self.pictures.iter().map(|_| next()).collect();
        let pages: Vec<(Ref, Ref)> = self.pages.iter().map(|_| (next(), next())).collect();
        let mut root = pdf.catalog(catalog);
        root.pages(tree).lang(TextStr(language));
        root.viewer_preferences().display_doc_title(true);
        root.finish();
        pdf.document_info(info).title(TextStr(title)).producer(TextStr("Kakitome"));
        let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
        pdf.pages(tree).kids(pages.iter().map(|(page, _)| *page)).count(count);
        for (page, (id, content)) in self.pages.into_iter().zip(&pages) {
            let links: Vec<Ref> = page.links.iter().map(|_| next()).collect();
            write_page(&mut pdf, page, (*id, *content, tree), &fonts, &pictures, &links);
        }
        for (picture, id) in self.pictures.iter().zip(&pictures) {
            let mut object = pdf.image_xobject(*id, &picture.pixels);
            object.filter(Filter::FlateDecode);
            object.width(picture.size.0).height(picture.size.1).bits_per_component(8);
            object.color_space().device_rgb();
            object.interpolate(true);
        }
        for (number, (face, id)) in self.faces.iter().zip(&fonts).enumerate() {
            let ids = [next(), next(), next(), next()];
            write_font(&mut pdf, face, number, *id, ids);
        }
        pdf.finish()
    }
}

fn write_page(
    pdf: &mut pdf_writer::Pdf,
    page: Page,
    ids: (Ref, Ref, Ref),
    fonts: &[Ref],
    pictures: &[Ref],
    links: &[Ref],
) {
    let (id, content, tree) = ids;
    let mut object = pdf.page(id);
    object.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(tree).contents(content);
    let mut resources = object.resources();
    let mut named = resources.fonts();
    for face in &page.fonts {
        if let Some(font) = fonts.get(*face) {
            named.pair(Name(format!("F{face}").as_bytes()), *font);
        }
    }
    named.finish();
    let mut named = resources.x_objects();
    for number in &page.pictures {
        if let Some(picture) = pictures.get(*number) {
            named.pair(Name(format!("P{number}").as_bytes()), *picture);
        }
    }
    named.finish();
    resources.finish();
    object.annotations(links.iter().copied());
    object.finish();
    for ((area, target), link) in page.links.iter().zip(links) {
        let mut link = pdf.annotation(*link);
        link.subtype(AnnotationType::Link).rect(*area).border(0.0, 0.0, 0.0, None);
        link.action().action_type(ActionType::Uri).uri(Str(target.as_bytes()));
    }
    let bytes = deflate(&page.content.finish());
    pdf.stream(content, &bytes).filter(Filter::FlateDecode);
}

fn write_font(pdf: &mut pdf_writer::Pdf, face: &Face, number: usize, id: Ref, ids: [Ref; 4]) {
    let [cid, descriptor, unicode, file] = ids;
    let subset = subsetter::subset(face.data.data.as_ref(), face.data.index, &face.remapper).ok();
    let outlines = subset.as_deref().and_then(|font| table(font, *b"CFF "));
    let name = format!("KAKI{}{}+Text{number}", letter(number / 26), letter(number));
    let (kind, bytes) = match (outlines, &subset) {
        (Some(outlines), _) => (CidFontType::Type0, outlines.to_vec()),
        (None, Some(font)) => (CidFontType::Type2, font.clone()),
        (None, None) => (CidFontType::Type2, Vec::new()),
    };
    let base = match kind {
        CidFontType::Type0 => format!("{name}-Identity-H"),
        CidFontType::Type2 => name.clone(),
    };
    let mut font = pdf.type0_font(id);
    font.base_font(Name(base.as_bytes()))
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(cid)
        .to_unicode(unicode);
    font.finish();
    let mut font = pdf.cid_font(cid);
    font.subtype(kind)
        .base_font(Name(name.as_bytes()))
        .system_info(IDENTITY)
        .font_descriptor(descriptor)
        .default_width(0.0);
    if matches!(kind, CidFontType::Type2) {
        font.cid_to_gid_map_predefined(Name(b"Identity"));
    }
    let mut widths = font.widths();
    for (glyph, width) in &face.widths {
        widths.consecutive(*glyph, [*width]);
    }
    widths.finish();
    font.finish();
    let mut described = pdf.font_descriptor(descriptor);
    described.name(Name(name.as_bytes())).flags(FontFlags::SYMBOLIC).bbox(Rect::new(-500.0, -500.0, 1500.0, 1500.0));
    described.italic_angle(0.0).ascent(face.ascent).descent(face.descent).cap_height(face.ascent).stem_v(90.0);
    match kind {
        CidFontType::Type0 => drop(described.font_file3(file)),
        CidFontType::Type2 if !bytes.is_empty() => drop(described.font_file2(file)),
        CidFontType::Type2 => {}
    }
    described.finish();
    let mut map = UnicodeCmap::new(Name(b"Text"), IDENTITY);
    for (glyph, text) in &face.texts {
        map.pair_with_multiple(*glyph, text.chars());
    }
    let map = deflate(&map.finish());
    pdf.cmap(unicode, &map).filter(Filter::FlateDecode);
    let bytes = deflate(&bytes);
    let mut stream = pdf.stream(file, &bytes);
    stream.filter(Filter::FlateDecode);
    if matches!(kind, CidFontType::Type0) {
        stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
    }
}

fn letter(number: usize) -> char {
    char::from(b'A' + u8::try_from(number % 26).unwrap_or(0))
}

/// A table of an OpenType font.
fn table(font: &[u8], tag: [u8; 4]) -> Option<&[u8]> {
    let count = u16::from_be_bytes(font.get(4..6)?.try_into().ok()?);
    (0..usize::from(count)).find_map(|index| {
        let record = font.get(12 + index * 16..28 + index * 16)?;
        let number = |at: usize| Some(u32::from_be_bytes(record.get(at..at + 4)?.try_into().ok()?) as usize);
        if record.get(..4)? != tag {
            return None;
        }
        let (offset, length) = (number(8)?, number(12)?);
        font.get(offset..offset.checked_add(length)?)
    })
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 3 + 64), Compression::fast());
    // Writing into memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
