//! Frames do not grow with what is out of sight, and else as its size does. Processor time of this thread, so that a
//! busy machine makes no difference.

use std::sync::Arc;
use std::time::Duration;

use egui::{Context, Pos2, RawInput, Rect, vec2};
use rustix::time::{ClockId, clock_gettime};

use super::app::draw;
use super::compose::Composer;
use super::state::{Screen, State, Views};
use crate::domain::{Mailbox, Technology};
use crate::engine::view::{AccountView, FolderView, MailboxView, PreflightView, ReadinessView, RowView, TrustVerdict};

fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// What the shortest of some frames takes, after those in which everything is laid out for the first time.
fn frame(mut views: Views, mut state: State) -> Duration {
    let ctx = Context::default();
    super::fonts::install(&ctx);
    super::theme::install(&ctx);
    let mut one = || {
        let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, vec2(1280.0, 800.0)));
        let begin = now();
        let mut output = ctx.run_ui(RawInput { screen_rect, ..RawInput::default() }, |ui| {
            draw(ui, &mut views, &mut state, &mut Vec::new());
        });
        output.textures_delta.clear();
        now().saturating_sub(begin)
    };
    for _ in 0..3 {
        one();
    }
    (0..5).map(|_| one()).min().unwrap()
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
        has_attachments: false,
        headline: None,
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
    let (short, long) = (frame(100), frame(100_000));
    assert!(long < short * 3 + Duration::from_millis(2), "{short:?}, and {long:?}");
}

#[test]
fn writing_to_many_takes_time_as_their_number_grows() {
    let frame = |count: usize| {
        let mut composer = Composer::new(person(0));
        composer.to.entries = (1..=count).map(|n| person(n).to_string()).collect();
        composer.text = "Hello".to_owned();
        let ready = |n| ReadinessView {
            mailbox: person(n),
            technology: Some(Technology::OpenPgp),
            fingerprint: None,
            verdict: Some(TrustVerdict::Authenticated),
        };
        let preflight = PreflightView {
            recipients: (1..=count).map(ready).collect(),
            signs_with: vec![Technology::OpenPgp],
            is_encrypted: true,
            ..PreflightView::default()
        };
        composer.ask_preflight(&mut Vec::new());
        composer.is_checking = false;
        let views =
            Views { mailbox: Some(Arc::new(mailbox(1))), preflight: Some(Arc::new(preflight)), ..Views::default() };
        frame(views, State { screen: Screen::Compose, composer: Some(composer), ..State::default() })
    };
    let (few, many) = (frame(100), frame(400));
    assert!(many < few * 8 + Duration::from_millis(2), "{few:?}, and {many:?} for four times as many");
}
