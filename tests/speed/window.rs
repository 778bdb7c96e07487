//! The window over a real engine, without a display: how long a large message takes to its first frame, and how
//! long the frames are.

use std::path::Path;
use std::sync::Arc;
use std::thread::Thread;
use std::time::{Duration, Instant};

use egui::{
    Context, Event as Input, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, vec2,
};
use kakitome::domain::{RawMessage, Secret};
use kakitome::engine::view::{AccountForm, MessageId};
use kakitome::engine::{Command, EngineHandle, Event, Profile, SecretsIn, Start, headless, start};
use kakitome::ui::{self, App, Backend, Language};

use super::{files, process_time, spread, thread_time};

/// Small messages beside the large ones.
const ROWS: usize = 10_000;
/// How often each message is opened.
const OPENINGS: usize = 7;
/// Frames of each scene.
const FRAMES: usize = 120;
/// Frames that are longer are named.
const TOO_LONG: Duration = Duration::from_micros(3_500);
const PATIENCE: Duration = Duration::from_mins(3);

struct Engine(EngineHandle);

impl Backend for Engine {
    fn send(&mut self, command: Command) {
        self.0.send(command);
    }

    fn try_next(&mut self) -> Option<Event> {
        self.0.try_next()
    }
}

struct Window {
    ctx: Context,
    app: App,
    drawn: usize,
    input: Vec<Input>,
    /// What each frame took since a scene began: layout, and triangles.
    frames: Vec<(Duration, Duration)>,
}

/// Imports the messages of a folder, named by their files, beside many small ones; opens each, and draws scenes.
pub fn run(folder: &Path, keys: &[String]) {
    let home = tempfile::tempdir().unwrap();
    let secrets = || SecretsIn::File(Secret::new("bench".to_owned()));
    let names = fill(home.path(), &secrets(), folder, keys);
    let mut window = Window::of(&Start::Profile { dir: home.path().to_owned(), secrets: secrets() });
    window.open_folder();
    for name in &names {
        window.measure_opening(name);
    }
    window.scenes(&names);
    let mut demo = Window::of(&Start::Demo);
    demo.tour();
}

/// Scrolls through the certificates of others, and prints what the frames took.
pub fn keys(what: &Start) {
    let mut window = Window::of(what);
    window.app.state.screen = ui::Screen::Keys;
    window.app.state.keys.shows_others = true;
    let begin = Instant::now();
    window.app.ask(Command::ListKeys);
    window.until("the keys", |app| app.views.keys.is_some());
    window.frame();
    println!("window: the list from asking to drawn\tms\t{:.0}", begin.elapsed().as_secs_f64() * 1000.0);
    window.until("the keys, judged", |app| {
        app.views.keys.as_ref().is_some_and(|keys| keys.others.iter().all(|one| one.verdict.is_some()))
    });
    let count = window.app.views.keys.as_ref().map_or(0, |keys| keys.others.len());
    window.scene(&format!("list of {count} certificates, scrolled"), |window, _| window.wheel(700.0, 12.0));
    window.scene(&format!("list of {count} certificates, far below"), |window, n| {
        window.wheel(700.0, if n < 60 { 3000.0 } else { -7.0 });
    });
}

/// Scrolls through the largest folder of a profile, and prints what the frames took.
pub fn scroll(profile: &Path, passphrase: &Path) {
    let words = std::fs::read_to_string(passphrase).unwrap();
    let secret = Secret::new(words.lines().next().unwrap_or_default().to_owned());
    let mut window = Window::of(&Start::Profile { dir: profile.to_owned(), secrets: SecretsIn::File(secret) });
    let mailbox = Arc::clone(window.app.views.mailbox.as_ref().unwrap());
    let folders = mailbox.accounts.iter().flat_map(|account| &account.folders);
    let folder = folders.max_by_key(|folder| folder.total).unwrap();
    window.app.ask(Command::OpenFolder(folder.id));
    window.until("the list", |app| app.views.mailbox.as_ref().is_some_and(|shown| shown.rows.len() >= folder.total));
    let count = folder.total;
    window.scene(&format!("list of {count} rows, scrolled"), |window, _| window.wheel(400.0, 6.0));
    window.scene(&format!("list of {count} rows, scrolled far"), |window, n| {
        window.wheel(400.0, if n < 60 { 3000.0 } else { -7.0 });
    });
}

/// A profile with all of it; gives the subjects of the large ones.
fn fill(home: &Path, secrets: &SecretsIn, folder: &Path, keys: &[String]) -> Vec<String> {
    let profile = Profile::open(home, secrets).unwrap();
    for key in keys {
        profile.import(&std::fs::read(key).unwrap(), &[Secret::new("bob".to_owned())]).unwrap();
    }
    // Without an account and a key of one's own, the window says how to begin.
    let form = AccountForm {
        name: "Bob Baker".to_owned(),
        address: "bob@example.test".to_owned(),
        smtp_host: "localhost".to_owned(),
        smtp_port: 587,
        ..AccountForm::default()
    };
    headless::save_account(&profile, &form).unwrap();
    let small = |n: usize| {
        let date = format!("{} Sep 2026 {:02}:{:02}:00 +0900", 1 + n % 28, n / 60 % 24, n % 60);
        RawMessage::new(format!(
            "From: Bob Baker <bob@example.test>\r\nTo: alice@example.test\r\nDate: {date}\r\nSubject: Letter {n}\r\nMessage-ID: <{n}@small.test>\r\n\r\nLetter {n} of many.\r\n"
        ))
    };
    let mut messages: Vec<_> = (0..ROWS).map(small).collect();
    let large = files(folder);
    messages.extend(large.iter().map(|path| RawMessage::new(std::fs::read(path).unwrap())));
    headless::import(&profile, "Large", &messages).unwrap();
    large.iter().map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

impl Window {
    fn of(what: &Start) -> Self {
        let main = std::thread::current();
        let wake = move || Thread::unpark(&main);
        // An engine that was dropped may still be closing the profile.
        let begun = Instant::now();
        let engine = loop {
            match start(what, wake.clone()) {
                Ok(engine) => break engine,
                Err(failure) => assert!(begun.elapsed() < Duration::from_secs(20), "{failure:?}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let mut app = App::new(Box::new(Engine(engine)));
        app.speak(Language::English);
        app.warm_letters();
        let ctx = Context::default();
        ui::install_fonts(&ctx);
        ui::install_theme(&ctx);
        let mut window = Self { ctx, app, drawn: 0, input: Vec::new(), frames: Vec::new() };
        window.until("the mailbox", |app| app.views.mailbox.is_some());
        window
    }

    fn frame(&mut self) {
        self.drawn += 1;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1280.0, 800.0))),
            time: Some(self.drawn as f64 / 60.0),
            focused: true,
            events: std::mem::take(&mut self.input),
            ..RawInput::default()
        };
        let begin = thread_time();
        let mut output = self.ctx.run_ui(input, |ui| self.app.show(ui));
        let laid_out = thread_time();
        output.textures_delta.clear();
        let triangles = self.ctx.tessellate(output.shapes, 1.0);
        std::hint::black_box(triangles);
        self.frames.push((laid_out - begin, thread_time() - laid_out));
    }

    /// Draws whenever the engine says something, until something is so.
    fn until(&mut self, what: &str, is_so: impl Fn(&App) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            self.frame();
            if is_so(&self.app) {
                return;
            }
            assert!(Instant::now() < end, "{what} did not come; failure: {:?}", self.app.views.failure);
            std::thread::park_timeout(Duration::from_millis(16));
        }
    }

    fn open_folder(&mut self) {
        let mailbox = Arc::clone(self.app.views.mailbox.as_ref().unwrap());
        let folder = mailbox.accounts.iter().flat_map(|account| &account.folders).find(|folder| folder.name == "Large");
        self.app.ask(Command::OpenFolder(folder.unwrap().id));
        // What came is assessed beside everything else, and would be measured too.
        self.until("the list, assessed", |app| {
            let rows = app.views.mailbox.as_ref().map(|mailbox| mailbox.rows.as_slice()).unwrap_or_default();
            rows.len() >= ROWS && rows.iter().all(|row| row.headline.is_some())
        });
    }

    fn row(&self, subject: &str) -> MessageId {
        let mailbox = self.app.views.mailbox.as_ref().unwrap();
        mailbox.rows.iter().find(|row| row.subject == subject).unwrap_or_else(|| panic!("no message {subject}")).id
    }

    fn open(&mut self, subject: &str) {
        let id = self.row(subject);
        self.app.open_message(id);
        self.until(subject, |app| app.views.reading.as_ref().is_some_and(|view| view.id == id));
    }

    /// Prints milliseconds from the command to the frame that shows the message, and the longest frame of it.
    fn measure_opening(&mut self, subject: &str) {
        let (mut spent, mut busy, mut longest) = (Vec::new(), Vec::new(), Duration::ZERO);
        for _ in 0..OPENINGS {
            self.open("Letter 1");
            // What follows the opening (the list, shown anew) is not measured with the next one.
            std::thread::sleep(Duration::from_millis(150));
            self.frame();
            self.frames.clear();
            let (begin, used) = (Instant::now(), process_time());
            self.open(subject);
            spent.push(begin.elapsed());
            busy.push(process_time() - used);
            self.tell(subject, 0);
            longest = self.frames.iter().map(|(layout, triangles)| *layout + *triangles).max().unwrap().max(longest);
        }
        let ([wall, _, worst], [cpu, ..]) = (spread(&mut spent), spread(&mut busy));
        let frame = longest.as_secs_f64() * 1000.0;
        println!("open\t{subject}\t{wall:.0}\t{worst:.0}\t{cpu:.0}\t{frame:.1}");
    }

    /// Draws the frames of a scene and prints what they took; `act` does something before each.
    fn scene(&mut self, name: &str, mut act: impl FnMut(&mut Self, usize)) {
        std::thread::sleep(Duration::from_millis(100));
        self.frame();
        self.frames.clear();
        for n in 0..FRAMES {
            act(self, n);
            self.frame();
        }
        self.tell(name, 0);
        let mut frames: Vec<_> = self.frames.iter().map(|(layout, triangles)| *layout + *triangles).collect();
        let [half, most, longest] = spread(&mut frames);
        let layout = self.frames.iter().map(|(layout, _)| layout.as_secs_f64() * 1000.0).fold(0.0, f64::max);
        println!("frames\t{name}\t{half:.2}\t{most:.2}\t{longest:.2}\t{layout:.2}");
    }

    /// Names frames that are too long on standard error.
    fn tell(&self, what: &str, begin: usize) {
        for (number, (layout, triangles)) in self.frames.iter().enumerate().skip(begin) {
            if *layout + *triangles > TOO_LONG {
                eprintln!("{what}, frame {}: {layout:?} and {triangles:?}", number - begin);
            }
        }
    }

    fn wheel(&mut self, x: f32, lines: f32) {
        self.input.push(Input::PointerMoved(Pos2::new(x, 500.0)));
        let delta = vec2(0.0, -lines * 50.0);
        self.input.push(Input::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta,
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        });
    }

    fn scenes(&mut self, names: &[String]) {
        self.open("Letter 1");
        self.scene("list of 10,000 rows, scrolled", |window, _| window.wheel(400.0, 6.0));
        let select = |pressed| Input::Key {
            key: egui::Key::A,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::COMMAND,
        };
        let held = Input::ModifiersChanged;
        self.input.extend([held(Modifiers::COMMAND), select(true), select(false), held(Modifiers::NONE)]);
        self.frame();
        assert!(self.app.state.list.selected.count() > ROWS);
        self.scene("list of 10,000 rows, all selected, scrolled", |window, _| window.wheel(400.0, -6.0));
        self.open("Letter 1");
        self.scene("list of 10,000 rows, searched", |window, n| window.app.state.search = format!("letter {}", n % 12));
        self.app.state.search.clear();
        for name in names {
            self.open(name);
            self.scene(&format!("{name}, scrolled"), |window, _| window.wheel(900.0, 6.0));
        }
        let text = names.iter().find(|name| name.contains("text")).cloned().unwrap_or_default();
        self.open(&text);
        self.app.state.source = true;
        self.scene(&format!("source of {text}, scrolled"), |window, _| window.wheel(900.0, 6.0));
        self.app.state.source = false;
        self.app.state.drawer = true;
        self.scene("evidence drawer", |window, _| window.wheel(1150.0, 1.0));
        self.app.state.drawer = false;
        self.app.compose();
        let composer = self.app.state.composer.as_mut().unwrap();
        composer.to.entries = (0..200).map(|n| format!("Person {n} <person{n}@example.test>").into()).collect();
        self.scene("writing to 200 recipients", |window, _| {
            window.app.state.composer.as_mut().unwrap().text.push_str("A line of a letter that goes on.\n");
        });
        self.app.state.composer = None;
        self.app.state.screen = ui::Screen::Mailbox;
    }

    /// Opens every message of the demo mailbox, each with its evidence.
    fn tour(&mut self) {
        // Nobody reads before the list was looked at.
        std::thread::sleep(Duration::from_secs(1));
        self.frame();
        self.frames.clear();
        let rows: Vec<_> = self.app.views.mailbox.as_ref().unwrap().rows.iter().map(|row| row.id).collect();
        for id in rows {
            for drawer in [false, true] {
                self.app.state.drawer = drawer;
                self.app.open_message(id);
                let begin = self.frames.len();
                self.until("a message", |app| app.views.reading.as_ref().is_some_and(|view| view.id == id));
                for _ in 0..10 {
                    self.frame();
                }
                self.tell(&format!("message {id}, drawer {drawer}"), begin);
            }
        }
        let mut frames: Vec<_> = self.frames.iter().map(|(layout, triangles)| *layout + *triangles).collect();
        let [half, most, longest] = spread(&mut frames);
        let layout = self.frames.iter().map(|(layout, _)| layout.as_secs_f64() * 1000.0).fold(0.0, f64::max);
        println!(
            "frames\tdemo mailbox, every message and its evidence\t{half:.2}\t{most:.2}\t{longest:.2}\t{layout:.2}"
        );
    }
}
