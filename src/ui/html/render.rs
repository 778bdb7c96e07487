//! One drawing: HTML in, pixels, links and letters out.

use std::sync::{Arc, LazyLock, Mutex};

use anyrender::render_to_buffer;
use anyrender_vello_cpu::VelloCpuImageRenderer;
use blitz_dom::{BaseDocument, DocumentConfig, FontContext, UserAgentStylesheet, local_name};
use blitz_html::HtmlDocument;
use blitz_traits::shell::{ColorScheme, Viewport};
use egui::{ColorImage, Rect, Vec2, pos2, vec2};

use crate::domain::percent_decoded;
use crate::ui::selection::Lettering;

use super::colours::{self, Paper, WHITE};
use super::harden::harden;
use super::letters::lettering;
use super::pictures::Pictures;
use super::{Request, Why};

/// The highest picture, in points; what goes on below is left away.
const HEIGHT: f32 = 20_000.0;
/// The most pixels of a picture.
const PIXELS: f32 = 24_000_000.0;
/// The height that a letter is told it has, in points. Many stretch themselves over all of it.
const VIEWPORT: f32 = 200.0;
/// The most pixels of one texture: handing it to the screen is work for a single frame.
const TILE: usize = 400_000;
/// The most rows of pixels in one texture, for any screen.
const HIGHEST: usize = 2_048;
/// A letter that is too wide is drawn smaller, to so much at the least where what is left can be scrolled to, and to so
/// much where it can't.
const LEAST: [f32; 2] = [0.6, 0.2];
/// How wide a drawing may be that is scrolled to, in pixels: any screen takes textures of that width.
const WIDEST: f32 = 2_048.0;
/// Links that are looked at.
const LINKS: usize = 2_000;

/// What relative addresses are resolved against: a name that can't exist (RFC 6761 §6.4).
const BASE: &str = "https://message.invalid/";

/// Fonts are looked for once.
static FONTS: LazyLock<Mutex<FontContext>> = LazyLock::new(|| Mutex::new(FontContext::default()));

/// A link in a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Where it leads.
    pub target: String,
    /// What it says.
    pub words: String,
    /// How far down the place in the same letter is that it leads to.
    pub place: Option<f32>,
    /// Where it is, from the picture's corner.
    pub areas: Vec<Rect>,
}

/// A body drawn.
pub struct Picture {
    /// From top to bottom.
    pub tiles: Vec<ColorImage>,
    /// In points.
    pub size: Vec2,
    /// How wide it was to be, in points: the rest is scrolled to.
    pub room: f32,
    /// Its links.
    pub links: Vec<Link>,
    /// Its letters.
    pub letters: Lettering,
    /// Requests that were refused.
    pub refused: usize,
    /// It goes on below.
    pub is_cut: bool,
    /// Its colours are not those that were written.
    pub is_adapted: bool,
}

/// Draws a body. Never reaches the network; may panic, and may take long.
pub fn draw(request: &Request) -> Result<Picture, Why> {
    let html = harden(&request.html).ok_or(Why::Size)?;
    let pictures = Arc::new(Pictures::new(request.parts.clone(), Arc::clone(&request.remote)));
    let adapted = request.paper.map(|paper| adapted(request, &html, &pictures, &paper)).transpose()?.flatten();
    let is_adapted = adapted.is_some();
    let mut document = match adapted {
        Some(document) => document,
        None => laid_out(request, &html, &pictures, &WHITE)?,
    };
    // Both may have asked.
    let refused = pictures.refused();
    let (room, scale) = (pixels_across(request), fitted(&mut document, request));
    let wanted = document.try_root_element().ok_or(Why::Broken)?.final_layout().size.height.max(1.0);
    let widest = widest(request);
    let wide = (across(&document) * scale).round();
    let width = wide.clamp(room, widest);
    let most = HEIGHT.min(PIXELS / (width * scale));
    let height = wanted.min(most);
    let rows = (height * scale).ceil().clamp(1.0, 60_000.0);
    let size = vec2(width, rows) / request.scale;
    // The document counts in points of its own size; the window in its own.
    let zoom = scale / request.scale;
    let links = links(&document, height, zoom);
    let letters = scaled(lettering(&document, height), zoom);
    let tiles = paint(&mut document, width as u32, rows as u32, scale);
    let room = room / request.scale;
    Ok(Picture { tiles, size, room, links, letters, refused, is_cut: wanted > most || wide > widest + 1.0, is_adapted })
}

/// How many pixels there are from side to side.
fn pixels_across(request: &Request) -> f32 {
    (request.width * request.scale).round().clamp(64.0, 8_192.0)
}

/// Pixels per point of the document.
fn scale_of(request: &Request, zoom: f32) -> f32 {
    (request.scale * zoom).clamp(0.25, 8.0)
}

/// How wide a document came out, in its own points.
fn across(document: &BaseDocument) -> f32 {
    document.try_root_element().map_or(0.0, blitz_dom::Node::scroll_width)
}

/// Lays a document out anew, smaller, when it came out wider than there is room; gives the pixels per point that it
/// has then. Many letters are tables of a fixed width. What the reader makes larger is larger than that.
fn fitted(document: &mut BaseDocument, request: &Request) -> f32 {
    let (room, scale) = (pixels_across(request), scale_of(request, request.zoom));
    let is_wide = |document: &BaseDocument, scale: f32| across(document) * scale > room + 1.0;
    if !is_wide(document, scale) {
        return scale;
    }
    let natural = scale_of(request, request.zoom.min(1.0));
    if natural < scale {
        lay_out_again(document, room, natural);
    }
    let least = if request.widens { LEAST[0] } else { LEAST[1] };
    let fit = (room / (across(document) * natural).max(1.0)).clamp(least, 1.0);
    let mut scale = scale * fit;
    lay_out_again(document, room, scale);
    // On fine screens a texture holds fewer points.
    let (wide, widest) = (across(document) * scale, widest(request));
    if wide > widest + 1.0 {
        scale = (scale * widest / wide).max(natural * LEAST[1]);
        lay_out_again(document, room, scale);
    }
    scale
}

/// How wide a drawing may be, in pixels.
fn widest(request: &Request) -> f32 {
    let room = pixels_across(request);
    if request.widens { WIDEST.max(room) } else { room }
}

fn lay_out_again(document: &mut BaseDocument, room: f32, scale: f32) {
    document.set_viewport(viewport(room, scale));
    document.resolve(0.0);
}

fn viewport(room: f32, scale: f32) -> Viewport {
    Viewport::new(room as u32, (VIEWPORT * scale) as u32, scale, ColorScheme::Light)
}

/// The letter on paper of another colour; `None` when its own colours keep it from that.
fn adapted(
    request: &Request,
    html: &str,
    pictures: &Arc<Pictures>,
    paper: &Paper,
) -> Result<Option<HtmlDocument>, Why> {
    let mut document = laid_out(request, html, pictures, paper)?;
    if !colours::adapt(&mut document, html, paper) {
        pictures.forget();
        return Ok(None);
    }
    document.resolve(0.0);
    Ok(Some(document))
}

fn laid_out(request: &Request, html: &str, pictures: &Arc<Pictures>, paper: &Paper) -> Result<HtmlDocument, Why> {
    let (scale, width) = (scale_of(request, request.zoom), pixels_across(request));
    let fonts = FONTS.lock().map_err(|_| Why::Broken)?.clone();
    let config = DocumentConfig {
        viewport: Some(viewport(width, scale)),
        ua_stylesheets: vec![UserAgentStylesheet::default_sheet(), UserAgentStylesheet::parse(&paper.sheet())],
        base_url: Some(BASE.to_owned()),
        net_provider: Some(pictures.clone()),
        font_ctx: Some(fonts),
        ..DocumentConfig::default()
    };
    let mut document = HtmlDocument::from_html(html, config);
    // Pictures are taken in by one pass, and have their sizes in the next.
    document.resolve(0.0);
    document.resolve(0.0);
    Ok(document)
}

fn paint(document: &mut BaseDocument, width: u32, rows: u32, scale: f32) -> Vec<ColorImage> {
    let pixels = render_to_buffer::<VelloCpuImageRenderer, _>(
        |scene| blitz_paint::paint_scene(scene, document, f64::from(scale), width, rows, 0, 0),
        width,
        rows,
    );
    let stride = width as usize * 4;
    let tile = |bytes: &[u8]| ColorImage::from_rgba_premultiplied([width as usize, bytes.len() / stride.max(1)], bytes);
    let rows_of_tile = (TILE / (width as usize).max(1)).clamp(1, HIGHEST);
    pixels.chunks(stride * rows_of_tile).map(tile).collect()
}

fn links(document: &BaseDocument, height: f32, zoom: f32) -> Vec<Link> {
    let Ok(nodes) = document.query_selector_all("a[href]") else { return Vec::new() };
    let mut links = Vec::new();
    for id in nodes.into_iter().take(LINKS) {
        let Some(node) = document.get_node(id) else { continue };
        let Some(target) = node.attr(local_name!("href")) else { continue };
        let areas = document.node_client_rects(id).into_iter().filter_map(|area| {
            let min = pos2(area.x as f32, area.y as f32);
            let area = Rect::from_min_size(min, vec2(area.width as f32, area.height as f32));
            (min.y < height).then(|| area * zoom)
        });
        let (target, words, areas) = (target.trim().to_owned(), node.text_content(), areas.collect());
        let place = target.strip_prefix('#').and_then(|name| place(document, name)).filter(|top| *top < height);
        links.push(Link { target, words, place: place.map(|top| top * zoom), areas });
    }
    links
}

/// Where in its own letter a name stands (HTML, "indicated part of the document").
fn place(document: &BaseDocument, name: &str) -> Option<f32> {
    if name.is_empty() || name.eq_ignore_ascii_case("top") {
        return Some(0.0);
    }
    let mut target = document.get_fragment_target(&percent_decoded(name))?;
    // A name around nothing has no place of its own: it is where its parent is.
    loop {
        if let Some(area) = document.get_client_bounding_rect(target) {
            return Some(area.y as f32);
        }
        target = document.get_node(target)?.parent?;
    }
}

fn scaled(mut letters: Lettering, zoom: f32) -> Lettering {
    for line in &mut letters.lines {
        (line.top, line.bottom) = (line.top * zoom, line.bottom * zoom);
        for cluster in &mut line.clusters {
            (cluster.left, cluster.right) = (cluster.left * zoom, cluster.right * zoom);
        }
    }
    letters
}
