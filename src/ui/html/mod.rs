//! HTML bodies as pictures: drawn on a thread of their own, without a network, in bounded time and
//! size. What can't be drawn so is shown as its plain text instead.

mod colours;
mod harden;
mod letters;
mod pictures;
mod render;
mod sheet;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use egui::Context;

use crate::domain::RawMessage;

pub use colours::Paper;
use render::Picture;
pub use render::{Link, draw};
pub use sheet::Sheet;

/// How long one drawing may take.
const TIME: Duration = Duration::from_secs(5);
/// The same where a picture is waited for, perhaps on a machine that does much besides.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many drawings may go on at once, those included that never end.
const RUNNING: usize = 2;
/// How many drawings are kept.
const KEPT: usize = 6;
/// The pixels of those that are kept beside the one being made.
const PIXELS: usize = 24_000_000;
/// A drawing thread's stack: style and layout are recursive.
const STACK: usize = 256 << 20;

/// What is to be drawn.
#[derive(Clone)]
pub struct Request {
    /// HTML as it was written.
    pub html: String,
    /// Points.
    pub width: f32,
    /// Pixels per point.
    pub scale: f32,
    /// How much larger than written.
    pub zoom: f32,
    /// What is too wide even when it is drawn smaller goes on to the right, to be scrolled to; else it is drawn as small
    /// as it takes.
    pub widens: bool,
    /// Paper of another colour than white, for a letter that has none of its own.
    pub paper: Option<Paper>,
    /// Parts of the same protection by Content-ID.
    pub parts: HashMap<String, RawMessage>,
    /// What was fetched from the web, by address.
    pub remote: Arc<HashMap<String, RawMessage>>,
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

/// How it stands with a drawing.
pub enum Drawn<'d> {
    /// The picture is there.
    Sheet(&'d mut Sheet),
    /// It is being drawn.
    Waiting,
    /// There is none: show the text.
    Failed(Why),
}

enum Drawing {
    Waiting { result: Receiver<Result<Picture, Why>>, since: Instant },
    Ready(Box<Sheet>),
    Failed(Why),
}

/// What makes one drawing differ from another: a body, and how it is to be drawn.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    /// Which body of which message: while a new drawing is made, its old one stays in sight.
    place: u64,
    content: u64,
    look: u64,
}

/// The drawings of the messages seen last.
#[derive(Default)]
pub struct Drawings {
    kept: HashMap<Key, (u64, Drawing)>,
    frame: u64,
    running: Arc<AtomicUsize>,
    /// Waits for a drawing instead of showing the frame without it: for screenshots and tests.
    pub waits: bool,
}

/// Which body is drawn, and what of it changes the drawing. Cheap to make: a frame asks for it.
#[derive(Hash)]
pub struct Subject<'s> {
    /// The message's row id.
    pub message: i64,
    /// The part of the message.
    pub path: &'s str,
    /// A number that is another when the content is another.
    pub content: u64,
}

impl Drawings {
    /// The drawing of a body; it is begun if there is none. `request` is only made for that, and has
    /// the same look.
    pub fn of(
        &mut self,
        ctx: &Context,
        subject: &Subject<'_>,
        look: u64,
        request: impl FnOnce() -> Request,
    ) -> Drawn<'_> {
        let key = Key { place: hash(&(subject.message, subject.path)), content: subject.content, look };
        self.frame += 1;
        if !self.kept.contains_key(&key) {
            self.start(key.clone(), request);
        }
        let waits = self.waits;
        if let Some((used, drawing)) = self.kept.get_mut(&key) {
            *used = self.frame;
            finish(ctx, drawing, waits);
        } else {
            ctx.request_repaint_after(Duration::from_millis(30));
        }
        let is_waiting = matches!(self.kept.get(&key), None | Some((_, Drawing::Waiting { .. })));
        let key = if is_waiting { self.stand_in(&key).unwrap_or(key) } else { key };
        match self.kept.get_mut(&key) {
            Some((used, Drawing::Ready(sheet))) => {
                *used = self.frame;
                Drawn::Sheet(sheet)
            }
            Some((_, Drawing::Failed(why))) => Drawn::Failed(*why),
            _ => Drawn::Waiting,
        }
    }

    /// Forgets what was handed to a screen: the next one is another.
    pub fn change_screen(&mut self) {
        for (_, drawing) in self.kept.values_mut() {
            if let Drawing::Ready(sheet) = drawing {
                sheet.take_down();
            }
        }
    }

    fn pixels(&self) -> usize {
        let of = |drawing: &Drawing| if let Drawing::Ready(sheet) = drawing { sheet.pixels() } else { 0 };
        self.kept.values().map(|(_, drawing)| of(drawing)).sum()
    }

    /// The newest finished drawing of the same content.
    fn stand_in(&self, key: &Key) -> Option<Key> {
        let same = self.kept.iter().filter(|(other, (_, drawing))| {
            other.place == key.place && other.content == key.content && matches!(drawing, Drawing::Ready(_))
        });
        same.max_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone())
    }

    /// Begins a drawing; with too many going on, the next frame tries again.
    fn start(&mut self, key: Key, request: impl FnOnce() -> Request) {
        while self.kept.len() >= KEPT || self.pixels() > PIXELS {
            let Some(oldest) = self.kept.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone()) else {
                break;
            };
            self.kept.remove(&oldest);
        }
        if self.running.load(Ordering::Relaxed) < RUNNING {
            self.kept.insert(key, (self.frame, launch(request(), &self.running)));
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
    let patience = if waits { PATIENCE } else { Duration::ZERO };
    match result.recv_timeout(patience) {
        Ok(Ok(picture)) => *drawing = Drawing::Ready(Box::new(Sheet::new(picture))),
        Ok(Err(why)) => *drawing = Drawing::Failed(why),
        Err(RecvTimeoutError::Disconnected) => *drawing = Drawing::Failed(Why::Broken),
        Err(RecvTimeoutError::Timeout) if since.elapsed() >= TIME => *drawing = Drawing::Failed(Why::Time),
        Err(RecvTimeoutError::Timeout) => ctx.request_repaint_after(Duration::from_millis(30)),
    }
}

/// A number for anything that can be told apart.
pub fn hash(what: &impl Hash) -> u64 {
    egui::util::hash(what)
}
