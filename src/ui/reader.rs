//! What the reader does with the open message's body: size, colours, what is selected and found.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use egui::{Color32, Context, Key, KeyboardShortcut, Modifiers, Rect, Stroke, Ui};

use crate::domain::RawMessage;
use crate::engine::Command;
use crate::engine::view::{Assessment, MessageId, ReadingView, RemoteView};

use super::column::{Columns, Highlight, Highlights};
use super::find::{Find, Marks};
use super::html::Link;
use super::numbers::Numbers;
use super::outline::Outline;
use super::selection::Selection;
use super::shed::Shed;
use super::state::State;
use super::stretch::Stretches;
use super::theme::{Palette, size};
use super::widgets::{self, Weight};
use super::words::Word;

/// The sizes that are stepped through, in percent.
const ZOOMS: [u16; 12] = [50, 67, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300];
/// How far the wheel is turned for one step.
const NOTCH: f32 = 0.08;

/// Bytes of text that one frame looks through: more is not seen at once.
pub const STEP: usize = 128 << 10;

/// The state of reading.
pub struct Reader {
    /// What is selected.
    pub selection: Selection,
    /// What is looked for.
    pub find: Find,
    /// Heights of plain texts.
    pub columns: Columns,
    /// Heights of the parts of plain texts.
    pub stretches: Stretches,
    /// The colours of HTML are those that were written, on white.
    pub original_colours: bool,
    /// A drawing's colours were made readable on dark paper, in this frame or the last.
    pub is_adapted: bool,
    was_adapted: bool,
    /// The link under the pointer, since the last frame.
    pub hovers: Option<Link>,
    zoom: u16,
    wheel: f32,
    message: Option<MessageId>,
    /// Holds what `contents` speak of.
    assessment: Option<Arc<Assessment>>,
    contents: HashMap<String, u64>,
    /// How texts are made up, each with its number.
    outlines: HashMap<String, (u64, Outline)>,
    /// Bytes of texts that this frame may still look through.
    budget: usize,
    numbers: Numbers,
    shed: Shed,
    remote: Arc<HashMap<String, RawMessage>>,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            find: Find::default(),
            columns: Columns::default(),
            stretches: Stretches::default(),
            original_colours: false,
            is_adapted: false,
            was_adapted: false,
            hovers: None,
            zoom: 100,
            wheel: 0.0,
            message: None,
            assessment: None,
            contents: HashMap::new(),
            outlines: HashMap::new(),
            budget: 0,
            numbers: Numbers::default(),
            shed: Shed::default(),
            remote: Arc::default(),
        }
    }
}

impl Reader {
    /// Begins a frame with the open message.
    pub fn begin(&mut self, view: &ReadingView, remote: Option<&Arc<RemoteView>>) {
        if self.message.replace(view.id) != Some(view.id) {
            self.selection.clear();
            self.find.close();
            self.original_colours = false;
        }
        let is_same = self.assessment.as_ref().is_some_and(|known| Arc::ptr_eq(known, &view.assessment));
        if !is_same {
            let before = self.assessment.replace(Arc::clone(&view.assessment));
            self.numbers.change(view.id, before);
            self.contents.clear();
            self.outlines.clear();
        }
        self.budget = STEP;
        self.remote = remote
            .filter(|remote| remote.message == view.id)
            .map(|remote| Arc::clone(&remote.loaded))
            .unwrap_or_default();
        self.hovers = None;
        self.was_adapted = std::mem::take(&mut self.is_adapted);
        self.find.begin();
        self.columns.begin();
        self.stretches.begin();
    }

    /// Ends a frame.
    pub fn end(&mut self, ctx: &Context) {
        if self.is_adapted != self.was_adapted {
            ctx.request_repaint();
        }
        self.find.end();
        if let Some(before) = self.numbers.settle() {
            self.shed.throw(before);
        }
        self.selection.settle(ctx);
    }

    /// What was fetched from the web for the open message.
    pub fn remote(&self) -> &Arc<HashMap<String, RawMessage>> {
        &self.remote
    }

    /// A number for a content of the open message, computed once.
    pub fn content(&mut self, path: &str, of: impl FnOnce() -> u64) -> u64 {
        if let Some(known) = self.contents.get(path) {
            return *known;
        }
        let number = of();
        self.contents.insert(path.to_owned(), number);
        number
    }

    /// How a text is made up, a little further known with each frame.
    pub fn outline(&mut self, block: &str, version: u64, text: &str) -> &Outline {
        let subject = self.assessment.as_ref().map(|known| known.subject.as_str()).unwrap_or_default();
        let known = self.outlines.entry(block.to_owned()).or_insert_with(|| (version, Outline::under(subject, text)));
        if known.0 != version {
            *known = (version, Outline::under(subject, text));
        }
        known.1.go_on(text, &mut self.budget);
        &known.1
    }

    /// How much larger than usual.
    pub fn zoom(&self) -> f32 {
        f32::from(self.zoom) / 100.0
    }

    /// Takes the size that was kept.
    pub fn set_zoom(&mut self, percent: u16) {
        self.zoom = percent.clamp(50, 300);
    }

    /// Ctrl with plus, minus and zero, and with the wheel over the body.
    pub fn zoom_keys(&mut self, ctx: &Context, body: Rect, commands: &mut Vec<Command>) {
        let pressed = |key| {
            let keys = [Modifiers::COMMAND, Modifiers::COMMAND | Modifiers::SHIFT];
            keys.iter()
                .any(|modifiers| ctx.input_mut(|input| input.consume_shortcut(&KeyboardShortcut::new(*modifiers, key))))
        };
        let is_over = ctx.pointer_hover_pos().is_some_and(|at| body.contains(at));
        let wheel = if is_over { ctx.input(egui::InputState::zoom_delta) } else { 1.0 };
        self.wheel += wheel.max(0.01).ln();
        let before = self.zoom;
        if pressed(Key::Plus) || pressed(Key::Equals) || self.wheel > NOTCH {
            self.zoom = ZOOMS.into_iter().find(|step| *step > self.zoom).unwrap_or(self.zoom);
            self.wheel = 0.0;
        } else if pressed(Key::Minus) || self.wheel < -NOTCH {
            self.zoom = ZOOMS.into_iter().rev().find(|step| *step < self.zoom).unwrap_or(self.zoom);
            self.wheel = 0.0;
        } else if pressed(Key::Num0) {
            self.zoom = 100;
        }
        if before != self.zoom {
            commands.push(Command::RememberZoom(self.zoom));
        }
    }

    /// What is painted over the letters of a block.
    pub fn highlights(&self, block: &str, marks: &Marks, colours: &Palette) -> Highlights {
        let plain = |range: &Range<usize>, fill: Color32| Highlight { range: range.clone(), fill, edge: Stroke::NONE };
        let found = colours.amber.gamma_multiply(0.22);
        let mut painted: Highlights = marks.found.iter().map(|range| plain(range, found)).collect();
        if let Some(current) = &marks.current {
            painted.push(Highlight { edge: Stroke::new(size::RING, colours.amber), ..plain(current, found) });
        }
        painted.extend(self.selection.of(block).map(|range| plain(&range, colours.indigo.gamma_multiply(0.3))));
        painted
    }

    /// The number of a text, for what is remembered of it.
    pub fn version(&mut self, path: &str, text: &str) -> u64 {
        self.numbers.of(path, text)
    }
}

/// The pointer says that it is over a link, and the line at the bottom where it leads.
pub fn hover(ui: &Ui, reader: &mut Reader, link: Link) {
    ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
    reader.hovers = Some(link);
}

/// On dark paper: the colours as they were written, or those that can be read there.
pub fn colours_switch(ui: &mut Ui, state: &mut State) {
    let is_original = state.reader.original_colours;
    if !ui.visuals().dark_mode || state.plain_text || !(state.reader.was_adapted || is_original) {
        return;
    }
    let word = if is_original { Word::AdaptedColours } else { Word::OriginalColours };
    if widgets::button(ui, None, state.language.say(word), Weight::Quiet).clicked() {
        state.reader.original_colours = !is_original;
    }
}
