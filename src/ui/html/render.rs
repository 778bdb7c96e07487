//! One drawing: HTML in, pixels and links out.

use std::sync::{Arc, LazyLock, Mutex};

use anyrender::render_to_buffer;
use anyrender_vello_cpu::VelloCpuImageRenderer;
use blitz_dom::{BaseDocument, DocumentConfig, FontContext, UserAgentStylesheet, local_name};
use blitz_html::HtmlDocument;
use blitz_traits::shell::{ColorScheme, Viewport};
use egui::{ColorImage, Rect, Vec2, pos2, vec2};

use super::harden::harden;
use super::pictures::Pictures;
use super::{Request, Why};

/// The highest picture, in points; what goes on below is left away.
const HEIGHT: f32 = 20_000.0;
/// The most pixels of a picture.
const PIXELS: f32 = 24_000_000.0;
/// The height that a letter is told it has, in points. Many stretch themselves over all of it.
const VIEWPORT: f32 = 200.0;
/// Rows of pixels in one texture.
const TILE: usize = 2048;
/// Links that are looked at.
const LINKS: usize = 2_000;

/// What relative addresses are resolved against: a name that can't exist (RFC 6761 §6.4).
const BASE: &str = "https://message.invalid/";

/// How a letter looks that says nothing about it.
const SHEET: &str = "html { background: #ffffff; color: #1e2328; font-family: sans-serif; font-size: 16px; line-height: 1.5 } \
     body { margin: 16px; overflow-wrap: anywhere } img { max-width: 100% } a, a:link, a:any-link { color: #28456b }";

/// Fonts are looked for once.
static FONTS: LazyLock<Mutex<FontContext>> = LazyLock::new(|| Mutex::new(FontContext::default()));

/// A link in a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Where it leads.
    pub target: String,
    /// What it says.
    pub words: String,
    /// Where it is, from the picture's corner.
    pub areas: Vec<Rect>,
}

/// A body drawn.
pub struct Picture {
    /// From top to bottom.
    pub tiles: Vec<ColorImage>,
    /// In points.
    pub size: Vec2,
    /// Its links.
    pub links: Vec<Link>,
    /// Requests that were refused.
    pub refused: usize,
    /// It goes on below.
    pub is_cut: bool,
}

/// Draws a body. Never reaches the network; may panic, and may take long.
pub fn draw(request: &Request) -> Result<Picture, Why> {
    let html = harden(&request.html).ok_or(Why::Size)?;
    let scale = request.scale.clamp(0.5, 4.0);
    let width = (request.width * scale).round().clamp(64.0, 8_192.0);
    let pictures = Arc::new(Pictures::new(request.parts.clone()));
    let fonts = FONTS.lock().map_err(|_| Why::Broken)?.clone();
    let config = DocumentConfig {
        viewport: Some(Viewport::new(width as u32, (VIEWPORT * scale) as u32, scale, ColorScheme::Light)),
        ua_stylesheets: vec![UserAgentStylesheet::default_sheet(), UserAgentStylesheet::parse(SHEET)],
        base_url: Some(BASE.to_owned()),
        net_provider: Some(pictures.clone()),
        font_ctx: Some(fonts),
        ..DocumentConfig::default()
    };
    let mut document = HtmlDocument::from_html(&html, config);
    // Pictures are taken in by one pass, and have their sizes in the next.
    document.resolve(0.0);
    document.resolve(0.0);

    let wanted = document.try_root_element().ok_or(Why::Broken)?.final_layout().size.height.max(1.0);
    let most = HEIGHT.min(PIXELS / (width * scale));
    let height = wanted.min(most);
    let rows = (height * scale).ceil().clamp(1.0, 60_000.0);
    let links = links(&document, height);
    let size = vec2(width / scale, rows / scale);
    let tiles = paint(&mut document, width as u32, rows as u32, scale);
    Ok(Picture { tiles, size, links, refused: pictures.refused(), is_cut: wanted > most })
}

fn paint(document: &mut BaseDocument, width: u32, rows: u32, scale: f32) -> Vec<ColorImage> {
    let pixels = render_to_buffer::<VelloCpuImageRenderer, _>(
        |scene| blitz_paint::paint_scene(scene, document, f64::from(scale), width, rows, 0, 0),
        width,
        rows,
    );
    let stride = width as usize * 4;
    let tile = |bytes: &[u8]| ColorImage::from_rgba_premultiplied([width as usize, bytes.len() / stride.max(1)], bytes);
    pixels.chunks(stride * TILE).map(tile).collect()
}

fn links(document: &BaseDocument, height: f32) -> Vec<Link> {
    let Ok(nodes) = document.query_selector_all("a[href]") else { return Vec::new() };
    let mut links = Vec::new();
    for id in nodes.into_iter().take(LINKS) {
        let Some(node) = document.get_node(id) else { continue };
        let Some(target) = node.attr(local_name!("href")) else { continue };
        let areas = document.node_client_rects(id).into_iter().filter_map(|area| {
            let min = pos2(area.x as f32, area.y as f32);
            (min.y < height).then(|| Rect::from_min_size(min, vec2(area.width as f32, area.height as f32)))
        });
        links.push(Link { target: target.trim().to_owned(), words: node.text_content(), areas: areas.collect() });
    }
    links
}
