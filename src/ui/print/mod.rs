//! A message on paper: set on pages by a thread of its own, written where the reader says.

mod paper;
mod pdf;
mod setting;
mod sheet;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use egui::Context;

use crate::domain::RawMessage;
use crate::engine::view::ReadingView;
use crate::engine::{Command, Failure, FailureKind, Retry};

use super::files::Purpose;
use super::state::{Activity, State, Views};
use super::words::{Language, Word};
use setting::{Course, Paper};
pub use sheet::recovery_sheet;

/// The thread's stack: drawing HTML is recursive.
const STACK: usize = 256 << 20;
/// The code of this work.
const WORK: &str = "print";

/// What is being printed.
#[derive(Default)]
pub struct Print {
    ready: Option<Paper>,
    running: Option<Running>,
}

struct Running {
    title: String,
    to: PathBuf,
    result: Receiver<Option<Vec<u8>>>,
    course: Arc<Course>,
}

/// Asks where to print the open message to.
pub fn ask(ctx: &Context, view: &ReadingView, state: &mut State) {
    let name = paper::file_name(view, state.language);
    state.print.ready = Some(paper::of(view, state));
    state.ask_file(ctx, Purpose::Print, state.language.say(Word::PrintTitle), &name);
}

/// A message as a PDF file, without a window. May take long; `None` when it can't be drawn.
pub fn print_pdf(view: &ReadingView, language: Language, plain_text: bool) -> Option<Vec<u8>> {
    let state = State { language, plain_text, ..State::default() };
    let paper = paper::of(view, &state);
    let work = move || setting::set(&paper, &Course::default());
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work).ok()?;
    thread.join().ok().flatten()
}

impl Print {
    /// Prints what was asked for to that file.
    pub fn begin(&mut self, to: PathBuf) {
        let Some(paper) = self.ready.take() else { return };
        let (sender, result) = channel();
        let course = Arc::new(Course::default());
        let (title, own) = (paper.title.clone(), Arc::clone(&course));
        let work = move || {
            let set = std::panic::AssertUnwindSafe(|| setting::set(&paper, &own));
            if let Ok(pages) = std::panic::catch_unwind(set) {
                let _ = sender.send(pages);
            }
        };
        if std::thread::Builder::new().name("print".to_owned()).stack_size(STACK).spawn(work).is_ok() {
            self.running = Some(Running { title, to, result, course });
        }
    }
}

/// Takes note of how far it is; hands over what is ready.
pub fn go_on(ctx: &Context, views: &mut Views, state: &mut State, commands: &mut Vec<Command>) {
    let Some(running) = &state.print.running else { return };
    if commands.iter().any(|command| matches!(command, Command::Cancel)) {
        running.course.is_cancelled.store(true, Ordering::Relaxed);
        (state.print.running, views.activity) = (None, None);
        return;
    }
    match running.result.try_recv() {
        Err(TryRecvError::Empty) => {
            let fraction = running.course.done.load(Ordering::Relaxed) as f32 / 1000.0;
            let subject = running.title.clone();
            views.activity = Some(Activity { work: WORK.to_owned(), subject, fraction: Some(fraction) });
            ctx.request_repaint_after(Duration::from_millis(100));
            return;
        }
        Ok(Some(pages)) => {
            let to = running.to.clone();
            commands.push(Command::WriteFile { to, content: RawMessage::new(pages) });
        }
        Ok(None) => {}
        Err(TryRecvError::Disconnected) => {
            let source = "print".to_owned();
            let subject = running.title.clone();
            views.failure = Some(Failure { kind: FailureKind::Internal, retry: Retry::Never, subject, source });
        }
    }
    (state.print.running, views.activity) = (None, None);
}
