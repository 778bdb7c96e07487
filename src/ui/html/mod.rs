//! HTML bodies as pictures: drawn on a thread of their own, without a network, in bounded time and
//! size. What can't be drawn so is shown as its plain text instead.

mod harden;
mod pictures;
mod render;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use egui::{Context, CursorIcon, Rect, Sense, TextureHandle, TextureOptions, Ui, Vec2, pos2, vec2};

use crate::domain::RawMessage;

use render::Picture;
pub use render::{Link, draw};

/// How long one drawing may take.
const TIME: Duration = Duration::from_secs(5);
/// How many drawings may go on at once, those included that never end.
const RUNNING: usize = 2;
/// How many finished drawings are kept.
const KEPT: usize = 6;
/// A drawing thread's stack: style and layout are recursive.
const STACK: usize = 256 << 20;

/// What is to be drawn.
pub struct Request {
    /// HTML as it was written.
    pub html: String,
    /// Points.
    pub width: f32,
    /// Pixels per point.
    pub scale: f32,
    /// Parts of the same protection by Content-ID.
    pub parts: HashMap<String, RawMessage>,
}

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It took too long.
    Time,
    /// It is too large, or nested too deeply.
    Size,
    /// The drawing program gave up.
    Broken,
}

/// What `Drawings::show` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The picture is there.
    Drawn {
        /// Requests that were refused because they lead to the web.
        refused: usize,
        /// It goes on below what is shown.
        is_cut: bool,
    },
    /// It is being drawn.
    Waiting,
    /// There is none: show the text.
    Failed(Why),
}

enum Drawing {
    Waiting { result: Receiver<Result<Picture, Why>>, since: Instant },
    Ready { tiles: Vec<(TextureHandle, Rect)>, size: Vec2, links: Vec<Link>, refused: usize, is_cut: bool },
    Failed(Why),
}

/// The drawings of the messages seen last.
#[derive(Default)]
pub struct Drawings {
    kept: HashMap<u64, (u64, Drawing)>,
    frame: u64,
    running: Arc<AtomicUsize>,
    /// Waits for a drawing instead of showing the frame without it: for screenshots and tests.
    pub waits: bool,
}

impl Drawings {
    /// Draws a body over the width that is there, or says why not. `clicked` gets the link that was clicked.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        request: impl FnOnce() -> Request,
        name: &str,
        clicked: &mut Option<Link>,
    ) -> Shown {
        let request = request();
        let key = key(&request);
        self.frame += 1;
        let frame = self.frame;
        if !self.kept.contains_key(&key) {
            self.start(key, request);
        }
        let waits = self.waits;
        let Some((used, drawing)) = self.kept.get_mut(&key) else {
            ui.ctx().request_repaint_after(Duration::from_millis(30));
            return Shown::Waiting;
        };
        *used = frame;
        finish(ui.ctx(), drawing, waits);
        match drawing {
            Drawing::Waiting { .. } => Shown::Waiting,
            Drawing::Failed(why) => Shown::Failed(*why),
            Drawing::Ready { tiles, size, links, refused, is_cut } => {
                paint(ui, tiles, *size, links, name, clicked);
                Shown::Drawn { refused: *refused, is_cut: *is_cut }
            }
        }
    }

    /// Begins a drawing; with too many going on, the next frame tries again.
    fn start(&mut self, key: u64, request: Request) {
        while self.kept.len() >= KEPT {
            let Some(oldest) = self.kept.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key) else { break };
            self.kept.remove(&oldest);
        }
        if self.running.load(Ordering::Relaxed) < RUNNING {
            self.kept.insert(key, (self.frame, launch(request, &self.running)));
        } else if !self.kept.values().any(|(_, drawing)| matches!(drawing, Drawing::Waiting { .. })) {
            // Nobody waits for those that run: they don't end.
            self.kept.insert(key, (self.frame, Drawing::Failed(Why::Time)));
        }
    }
}

fn launch(request: Request, running: &Arc<AtomicUsize>) -> Drawing {
    let (sender, result) = channel();
    let running = running.clone();
    running.fetch_add(1, Ordering::Relaxed);
    let counter = running.clone();
    let work = move || {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| render::draw(&request)));
        running.fetch_sub(1, Ordering::Relaxed);
        let _ = sender.send(outcome.unwrap_or(Err(Why::Broken)));
    };
    if std::thread::Builder::new().name("html".to_owned()).stack_size(STACK).spawn(work).is_err() {
        counter.fetch_sub(1, Ordering::Relaxed);
        return Drawing::Failed(Why::Broken);
    }
    Drawing::Waiting { result, since: Instant::now() }
}

fn finish(ctx: &Context, drawing: &mut Drawing, waits: bool) {
    let Drawing::Waiting { result, since } = drawing else { return };
    let patience = if waits { TIME } else { Duration::ZERO };
    match result.recv_timeout(patience) {
        Ok(Ok(picture)) => *drawing = upload(ctx, picture),
        Ok(Err(why)) => *drawing = Drawing::Failed(why),
        Err(RecvTimeoutError::Disconnected) => *drawing = Drawing::Failed(Why::Broken),
        Err(RecvTimeoutError::Timeout) if since.elapsed() >= TIME => *drawing = Drawing::Failed(Why::Time),
        Err(RecvTimeoutError::Timeout) => ctx.request_repaint_after(Duration::from_millis(30)),
    }
}

fn upload(ctx: &Context, picture: Picture) -> Drawing {
    let Picture { tiles, size, links, refused, is_cut } = picture;
    let mut top = 0.0;
    let mut placed = Vec::new();
    for (index, tile) in tiles.into_iter().enumerate() {
        let [columns, rows] = tile.size;
        let height = rows as f32 * size.x / (columns as f32).max(1.0);
        let rect = Rect::from_min_size(pos2(0.0, top), vec2(size.x, height));
        top += height;
        placed.push((ctx.load_texture(format!("html-{index}"), tile, TextureOptions::LINEAR), rect));
    }
    Drawing::Ready { tiles: placed, size, links, refused, is_cut }
}

fn paint(
    ui: &mut Ui,
    tiles: &[(TextureHandle, Rect)],
    size: Vec2,
    links: &[Link],
    name: &str,
    clicked: &mut Option<Link>,
) {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Document, true, name));
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    for (texture, tile) in tiles {
        let target = tile.translate(rect.min.to_vec2());
        if ui.is_rect_visible(target) {
            ui.painter().image(texture.id(), target, whole, egui::Color32::WHITE);
        }
    }
    let Some(pointer) = response.hover_pos() else { return };
    let at = (pointer - rect.min).to_pos2();
    let Some(link) = links.iter().find(|link| link.areas.iter().any(|area| area.contains(at))) else { return };
    ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
    if response.clicked() {
        *clicked = Some(link.clone());
    }
    response.on_hover_text_at_pointer(&link.target);
}

fn key(request: &Request) -> u64 {
    let mut hasher = DefaultHasher::new();
    request.html.hash(&mut hasher);
    request.width.to_bits().hash(&mut hasher);
    request.scale.to_bits().hash(&mut hasher);
    let mut ids: Vec<_> = request.parts.iter().map(|(id, content)| (id, content.len())).collect();
    ids.sort();
    ids.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
