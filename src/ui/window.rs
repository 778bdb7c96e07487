//! The real window.

use std::sync::mpsc::{Sender, channel};

use egui::{Context, Event, Key, RawInput, ViewportBuilder, ViewportCommand};

use super::app::{App, Backend};
use super::frames::Frames;
use super::icons::{Icon, rasterise};
use super::state::Theme;
use super::words::Language;

/// How the window opens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The language; the system's by default.
    pub language: Option<Language>,
    /// The look.
    pub theme: Theme,
    /// Closes by itself after that many frames: for measuring.
    pub frames: Option<u64>,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// No display, no graphics.
    #[error("the window could not be opened: {0}")]
    Open(String),
}

/// Opens the window and returns, with how long its frames took, when it is closed. `start` makes the engine; what it gets is the
/// one way to ask for a new frame, from any thread.
pub fn run_window<B, E>(
    options: Options,
    start: impl FnOnce(Box<dyn Fn() + Send + Sync>) -> Result<B, E> + 'static,
) -> Result<Frames, WindowError>
where
    B: Backend + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    let mut viewport = ViewportBuilder::default()
        .with_title("Kakitome")
        .with_app_id("kakitome")
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([720.0, 480.0])
        .with_drag_and_drop(true);
    if let Some(icon) = app_icon() {
        viewport = viewport.with_icon(icon);
    }
    let native = eframe::NativeOptions { viewport, system_font_fallback: false, ..Default::default() };
    let Options { language, theme, frames } = options;
    let (report, reported) = channel();
    let create: eframe::AppCreator<'_> = Box::new(move |creation| {
        let ctx = creation.egui_ctx.clone();
        super::fonts::install(&ctx);
        super::theme::install(&ctx);
        let wake = ctx.clone();
        let backend = start(Box::new(move || wake.request_repaint()))?;
        let mut app = App::new(Box::new(backend));
        app.warm_letters();
        if theme != Theme::System {
            app.dress(theme);
        }
        if let Some(language) = language {
            app.speak(language);
        }
        Ok(Box::new(Window { app, frames, drawn: 0, held: Vec::new(), report }))
    });
    eframe::run_native("kakitome", native, create).map_err(|error| WindowError::Open(error.to_string()))?;
    Ok(reported.try_recv().unwrap_or_default())
}

struct Window {
    app: App,
    frames: Option<u64>,
    drawn: u64,
    held: Vec<Event>,
    report: Sender<Frames>,
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.report.send(std::mem::take(&mut self.app.frames));
    }
}

impl eframe::App for Window {
    fn raw_input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        if pace(&mut self.held, input) {
            ctx.request_repaint();
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.app.show(ui);
        self.drawn += 1;
        self.stop_after_frames(ui.ctx());
    }
}

impl Window {
    fn stop_after_frames(&self, ctx: &Context) {
        match self.frames {
            Some(frames) if self.drawn >= frames => ctx.send_viewport_cmd(ViewportCommand::Close),
            Some(_) => ctx.request_repaint(),
            None => {}
        }
    }
}

/// Lets the focus move between two frames only: what was typed before a Tab goes to the field before it,
/// what was typed after it to the next, also when a slow frame gathered all of it. What has to wait for
/// another frame is held; gives whether there is any.
fn pace(held: &mut Vec<Event>, input: &mut RawInput) -> bool {
    held.append(&mut input.events);
    let moves = |event: &Event| matches!(event, Event::Key { key: Key::Tab, pressed: true, .. });
    let until = match held.iter().position(moves) {
        Some(0) => 1,
        Some(first) => first,
        None => held.len(),
    };
    input.events = held.drain(..until).collect();
    !held.is_empty()
}

/// The mark in vermilion on paper.
fn app_icon() -> Option<egui::IconData> {
    let mask = rasterise(Icon::Mark, 64)?;
    let ink = super::theme::LIGHT.vermilion;
    let rgba = mask.pixels.iter().flat_map(|pixel| [ink.r(), ink.g(), ink.b(), pixel.a()]).collect();
    Some(egui::IconData { rgba, width: 64, height: 64 })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use egui::{Modifiers, Sense, TextEdit};

    use super::*;

    fn press(key: Key) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE }
    }

    #[test]
    fn what_is_typed_around_a_tab_in_one_slow_frame_lands_in_both_fields() {
        let ctx = Context::default();
        let (mut first, mut second) = (String::new(), String::new());
        let (mut held, mut focused) = (Vec::new(), false);
        let mut events = vec![Event::Text("ab".into()), press(Key::Tab), Event::Text("cd".into())];
        for frame in 0..6 {
            let mut input = RawInput { focused: true, ..RawInput::default() };
            if frame == 2 {
                input.events.append(&mut events);
            }
            pace(&mut held, &mut input);
            let mut output = ctx.run_ui(input, |ui| {
                let field = ui.add(TextEdit::singleline(&mut first));
                if !std::mem::replace(&mut focused, true) {
                    field.request_focus();
                }
                ui.add(TextEdit::singleline(&mut second));
                ui.allocate_response(egui::vec2(10.0, 10.0), Sense::click());
            });
            output.textures_delta.clear();
        }
        assert_eq!((first.as_str(), second.as_str()), ("ab", "cd"));
    }
}
