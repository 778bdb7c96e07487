//! Frames do not grow with what is out of sight, and else as its size does. Processor time of this thread, so that a
//! busy machine makes no difference.

use std::sync::Arc;
use std::time::Duration;

use egui::{Context, Pos2, RawInput, Rect, vec2};
use rustix::time::{ClockId, clock_gettime};

use super::app::draw;
use super::state::{State, Views};
use crate::crypto::Keyring;
use crate::domain::{Draft, Mailbox, Protection, RawMessage, Technology};
use crate::engine::Event;
use crate::engine::view::{
    AccountView, FolderView, MailboxView, PreflightView, ReadinessView, ReadingView, RowView, TrustVerdict,
};
use crate::flow::incoming::{self, Circumstances};
use crate::message::Limits;
use crate::trust::TrustPolicy;

fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// A window without an engine.
struct Window {
    ctx: Context,
    views: Views,
    state: State,
    /// What the user does with the next frame.
    input: Vec<egui::Event>,
}

impl Window {
    fn of(views: Views, state: State) -> Self {
        let ctx = Context::default();
        super::fonts::install(&ctx);
        super::theme::install(&ctx);
        Self { ctx, views, state, input: Vec::new() }
    }

    /// What it takes to take note of an event, and to draw what follows.
    fn take(&mut self, event: Event) -> Duration {
        let begin = now();
        self.state.take(&mut self.views, event);
        let taken = now().saturating_sub(begin);
        taken + self.frame()
    }

    /// What the next frame takes.
    fn frame(&mut self) -> Duration {
        let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, vec2(1280.0, 800.0)));
        let events = std::mem::take(&mut self.input);
        let begin = now();
        let mut output = self.ctx.run_ui(RawInput { screen_rect, events, ..RawInput::default() }, |ui| {
            draw(ui, &mut self.views, &mut self.state, &mut Vec::new());
        });
        output.textures_delta.clear();
        now().saturating_sub(begin)
    }

    fn show(&mut self, view: &ReadingView) {
        self.state.selected = Some(view.id);
        self.views.reading = Some(Arc::new(view.clone()));
    }
}

/// What the shortest of some frames takes, after those in which everything is laid out for the first time.
fn frame(views: Views, state: State) -> Duration {
    let mut window = Window::of(views, state);
    for _ in 0..3 {
        window.frame();
    }
    (0..5).map(|_| window.frame()).min().unwrap()
}

/// A message with this text.
pub fn reading(text: &str) -> ReadingView {
    let raw = RawMessage::new("From: bob@example.test\r\nSubject: A letter\r\n\r\nhello\r\n".to_owned());
    let circumstances = Circumstances {
        keyring: &Keyring::default(),
        policy: &TrustPolicy::nobody("2026-11-01T00:00:00Z".parse().unwrap()),
        limits: &Limits::default(),
        plaintext_limit: 1 << 20,
        spool: None,
    };
    let mut assessment = incoming::assess(&raw, Vec::new(), &circumstances);
    text.clone_into(&mut assessment.blocks[0].text);
    crate::engine::attachment::reading(1, &raw, assessment)
}

fn person(n: usize) -> Mailbox {
    Mailbox::new(format!("Person {n}"), format!("person{n}@example.test"))
}

fn mailbox(rows: usize) -> MailboxView {
    let row = |n| RowView {
        id: i64::try_from(n).unwrap(),
        from: person(n),
        subject: format!("Letter {n}"),
        preview: "The first words".to_owned(),
        date: None,
        is_seen: true,
        is_flagged: false,
        has_attachments: false,
        keywords: Box::default(),
        headline: None,
        ..RowView::default()
    };
    let folder = FolderView { id: 1, name: "INBOX".to_owned(), role: "inbox".to_owned(), ..FolderView::default() };
    MailboxView {
        accounts: vec![AccountView { identity: person(0), folders: vec![folder], ..AccountView::default() }],
        open_folder: Some(1),
        rows: Arc::new((0..rows).map(row).collect()),
        ..MailboxView::default()
    }
}

#[test]
fn a_list_of_a_hundred_thousand_rows_is_drawn_as_fast_as_a_short_one() {
    let frame = |rows| frame(Views { mailbox: Some(Arc::new(mailbox(rows))), ..Views::default() }, State::default());
    fits(|| {
        let (short, long) = (frame(100), frame(100_000));
        let is_good = long < short * 3 + Duration::from_millis(2);
        if is_good { Ok(()) } else { Err(format!("{short:?}, and {long:?}")) }
    });
}

/// What it takes to select everything, to draw that, and to take note of a list that lacks one of it.
fn all_selected(rows: usize) -> [Duration; 3] {
    let mut window = Window::of(Views { mailbox: Some(Arc::new(mailbox(rows))), ..Views::default() }, State::default());
    for _ in 0..3 {
        window.frame();
    }
    let key = |pressed| egui::Event::Key {
        key: egui::Key::A,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: egui::Modifiers::COMMAND,
    };
    let held = egui::Event::ModifiersChanged;
    window.input = vec![held(egui::Modifiers::COMMAND), key(true), key(false), held(egui::Modifiers::NONE)];
    let selects = window.frame();
    assert_eq!(window.state.list.selected.count(), rows);
    window.frame();
    let draws = (0..5).map(|_| window.frame()).min().unwrap();
    let mut fewer = mailbox(rows);
    Arc::make_mut(&mut fewer.rows).pop();
    let notes = window.take(Event::Mailbox(Arc::new(fewer)));
    assert_eq!(window.state.list.selected.count(), rows - 1);
    [selects, draws, notes]
}

#[test]
fn with_everything_selected_a_list_of_a_hundred_thousand_rows_is_drawn_as_fast_as_a_short_one() {
    fits(|| {
        let (short, long) = (all_selected(100), all_selected(100_000));
        eprintln!("selecting, drawing, taking note of another list: 100 rows {short:?}; 100,000 rows {long:?}");
        // Each row is looked at once when everything is selected, and a few times when the list is another: a fraction
        // of a microsecond, without optimisation. To draw it, none is looked at that is not in sight.
        let once = Duration::from_micros(1) * 100_000;
        let is_good = long[1] < short[1] * 2 + Duration::from_millis(2)
            && long[0] < short[0] * 2 + once
            && long[2] < short[2] * 2 + once * 2;
        if is_good { Ok(()) } else { Err(format!("{short:?}, and {long:?}")) }
    });
}

/// What it takes to draw a message for the first time, after another one.
fn first_frame(view: &ReadingView) -> Duration {
    let views = Views { mailbox: Some(Arc::new(mailbox(10))), ..Views::default() };
    let mut window = Window::of(views, State::default());
    let before = ReadingView { id: 2, ..reading(&LINE.repeat(100)) };
    let once = |_| {
        window.show(&before);
        for _ in 0..3 {
            window.frame();
        }
        window.show(view);
        window.frame()
    };
    (0..5).map(once).min().unwrap()
}

const LINE: &str = "A line of an honest letter 書留の請求書をお送りします, with https://example.org/ in it.\n";

#[test]
fn the_first_frame_of_a_message_does_not_grow_with_its_text() {
    let text = |size: usize| LINE.repeat(size / LINE.len());
    let changing = |size: usize| "> hers\nmine\n> hers and mine\n".repeat(size / 28);
    for (name, make) in [("lines", &text as &dyn Fn(usize) -> String), ("quotations", &changing)] {
        fits(|| {
            let (short, long) = (first_frame(&reading(&make(1 << 20))), first_frame(&reading(&make(8 << 20))));
            let is_good = long < short * 2 + Duration::from_millis(1);
            if is_good { Ok(()) } else { Err(format!("{name}: {short:?}, and {long:?} for eight times as much")) }
        });
    }
}

#[test]
fn a_text_looked_through_in_many_frames_is_as_high_as_it_is_and_then_there_is_rest() {
    let views = Views { mailbox: Some(Arc::new(mailbox(10))), ..Views::default() };
    let mut window = Window::of(views, State::default());
    window.show(&reading(&LINE.repeat((1 << 20) / LINE.len())));
    let frames = (1..100).take_while(|_| {
        window.frame();
        window.ctx.has_requested_repaint()
    });
    let frames = frames.count();
    assert!((4..40).contains(&frames), "{frames} frames until nothing is left to find out");
}

/// A message to so many, and what preflight says of them.
fn draft(recipients: usize, text: &str) -> (Draft, PreflightView) {
    let ready = |n| ReadinessView {
        mailbox: person(n),
        technology: Some(Technology::OpenPgp),
        fingerprint: None,
        verdict: Some(TrustVerdict::Unauthenticated),
    };
    let preflight = PreflightView {
        recipients: (1..=recipients).map(ready).collect(),
        signs_with: vec![Technology::OpenPgp],
        is_encrypted: true,
        cautions: (1..=recipients).map(|n| ("unauthenticated_certificate".to_owned(), person(n).to_string())).collect(),
        ..PreflightView::default()
    };
    let protection = Protection { sign: true, encrypt: true, ..Protection::default() };
    let to = (1..=recipients).map(person).collect();
    (Draft { from: person(0), to, text: text.to_owned(), protection, ..Draft::default() }, preflight)
}

/// What it takes at most to open a message that is written, to hear of its recipients, and to type a letter.
fn writing(recipients: usize, text: &str) -> [Duration; 3] {
    let (draft, preflight) = draft(recipients, text);
    let preflight = Arc::new(preflight);
    let once = |_| {
        let views = Views { mailbox: Some(Arc::new(mailbox(10))), ..Views::default() };
        let mut window = Window::of(views, State::default());
        window.show(&reading(&LINE.repeat(20)));
        for _ in 0..3 {
            window.frame();
        }
        let event = Event::Compose { draft: Box::new(draft.clone()), id: None };
        let opens = window.take(event);
        let hears = window.take(Event::Preflight(Arc::clone(&preflight)));
        let letter = |n| {
            let composer = window.state.composer.as_mut().unwrap();
            composer.text.push(if n % 40 == 39 { '\n' } else { 'x' });
            window.frame()
        };
        let types = (0..5).map(letter).min().unwrap();
        let composer = window.state.composer.as_ref().unwrap();
        assert!(composer.answered().is_some() && composer.draft().to.len() == recipients);
        [opens, hears, types]
    };
    let all: Vec<_> = (0..5).map(once).collect();
    [0, 1, 2].map(|which| all.iter().map(|times| times[which]).min().unwrap())
}

/// Compares until it fits, a few times: what else the processor does in the meantime costs caches, but what grows, grows
/// each time.
fn fits(compare: impl Fn() -> Result<(), String>) {
    let outcomes: Vec<_> = (0..5).map(|_| compare()).take_while(Result::is_err).collect();
    assert!(outcomes.len() < 5, "{outcomes:?}");
}

#[test]
fn writing_to_two_thousand_takes_no_longer_than_to_two_hundred() {
    fits(|| {
        let (few, many) = (writing(200, "Hello"), writing(2_000, "Hello"));
        let ([opens, hears, types], [more_opens, more_hears, more_types]) = (few, many);
        // Each address is read once when the message is opened, and once when preflight answers: microseconds, without
        // optimisation. Nothing of it is to be read again with each letter.
        let once = Duration::from_micros(5) * 2_000;
        let is_good = more_types < types * 2 + Duration::from_millis(1)
            && more_opens < opens * 5 + once
            && more_hears < hears * 5 + once;
        if is_good { Ok(()) } else { Err(format!("200 recipients: {few:?}; 2,000: {many:?}")) }
    });
}

#[test]
fn answering_a_long_letter_takes_no_longer_than_a_short_one() {
    let quoted = |size: usize| format!("> {LINE}").repeat(size / LINE.len());
    fits(|| {
        let (short, long) = (writing(2, &quoted(32 << 10)), writing(2, &quoted(4 << 20)));
        let is_good = short.iter().zip(long).all(|(short, long)| long < *short * 2 + Duration::from_millis(4));
        if is_good { Ok(()) } else { Err(format!("32 KiB: {short:?}; 4 MiB: {long:?}")) }
    });
}
