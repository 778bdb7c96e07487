//! What has left the composer: the moment to take it back, the outbox, and the conversations with servers.

use super::*;

use kakitome::domain::Dispatch;
use kakitome::engine::OutboxCommand;
use kakitome::engine::topic::transcript::{TranscriptView, Transcripts};
use kakitome::engine::topic::{Topic, TopicView};
use kakitome::engine::view::{OutboxView, SubmissionView};

/// Four messages: one that may still be taken back, one for later, one refused in part, one given up.
pub fn held() -> OutboxView {
    let entry = |id, who: &str, state: &str| SubmissionView {
        id,
        batch: id,
        recipients: vec![who.into()],
        state: state.into(),
        subject: "請求書のお知らせ".into(),
        has_draft: true,
        created_at: Some(sample::at("2025-11-19T11:30:00Z")),
        ..SubmissionView::default()
    };
    let until = |text: &str| Some(sample::at(text));
    OutboxView {
        submissions: vec![
            SubmissionView {
                hold: "later",
                held_until: until("2025-11-30T08:00:00Z"),
                ..entry(1, "bob@example.net", "queued")
            },
            SubmissionView {
                detail: "refused nobody@example.com: 550 5.1.1 User unknown\nerin@example.com: 550 5.7.1 Not for you"
                    .into(),
                recipients: vec!["nobody@example.com".into(), "erin@example.com".into()],
                attempts: 1,
                ..entry(2, "", "rejected")
            },
            SubmissionView {
                attempts: 60,
                reports: true,
                detail: "unreachable Connection refused".into(),
                ..entry(3, "carol@example.com", "expired")
            },
            SubmissionView {
                attempts: 1,
                detail: "too_big 30000000".into(),
                requires_tls: true,
                ..entry(4, "dave@example.org", "rejected")
            },
            SubmissionView { hold: "undo", held_until: until(SOON), ..entry(5, "hanako@example.co.jp", "queued") },
        ],
    }
}

/// Seven seconds after the clock of these tests stands still.
const SOON: &str = "2025-11-24T11:00:07Z";

pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let (mut outbox, _) = app(language);
    outbox.update(Event::Outbox(Arc::new(held())));
    outbox.state.screen = Screen::Outbox;
    let (mut nothing_said, _) = app(language);
    nothing_said.state.screen = Screen::Transcript;
    let (mut dispatch, _) = writes(language, false);
    dispatch.state.composer.as_mut().unwrap().shows_dispatch = true;
    vec![
        ("outbox-held", outbox),
        ("conversations", conversations(language)),
        ("conversations-none", nothing_said),
        ("compose-dispatch", dispatch),
    ]
}

/// The screen of the conversations, with one that went well and one that did not.
pub fn conversations(language: Language) -> App {
    let (mut app, _) = app(language);
    let kept = Transcripts::default();
    let begin = [
        "S: 220 mail.example.org ESMTP",
        "C: EHLO [127.0.0.1]",
        "S: 250-mail.example.org",
        "S: 250 STARTTLS",
        "C: STARTTLS",
        "S: 220 2.0.0 Ready to start TLS",
        "TLS 1.3",
        "C: EHLO [127.0.0.1]",
        "S: 250-mail.example.org",
        "S: 250-SIZE 30000000",
        "S: 250 AUTH SCRAM-SHA-256 PLAIN",
        "C: AUTH SCRAM-SHA-256 biwsbj1hbGljZQ==",
        "S: 334 cj1hYmNkZWY=",
        "C: Yz1iaXdzLHI9YWJj",
    ];
    let refused = [&begin[..], &["S: 535 5.7.8 Error: authentication failed", "C: QUIT", "S: 221 2.0.0 Bye"]].concat();
    kept.rehearse("mail.example.org", 587, &refused);
    kept.rehearse("imap.example.org", 993, &["TLS 1.3", "S: * OK ready", "C: k0 CAPABILITY", "S: k0 OK done"]);
    let mut dialogues = kept.dialogues();
    for dialogue in &mut dialogues {
        dialogue.began = sample::at(sample::NOW);
        for entry in dialogue.first.iter_mut().chain(&mut dialogue.last) {
            entry.after = jiff::SignedDuration::from_millis(120);
        }
    }
    let view = TranscriptView { dialogues };
    app.update(Event::Topic(TopicView::Transcript(Arc::new(view))));
    app.state.screen = Screen::Transcript;
    app
}

#[test]
fn for_some_seconds_a_message_can_be_taken_back_from_every_screen() {
    for language in LANGUAGES {
        let (mut app, paper) = app(language);
        app.state.clock = Clock::standing(sample::at(SOON) - std::time::Duration::from_millis(6_400));
        app.update(Event::Outbox(Arc::new(held())));
        let mut window = window(app, NARROW);
        let words = language.fill(ui::Word::SendingSubjectIn, &[("seconds", "7"), ("subject", "請求書のお知らせ")]);
        window.get_by_label(&words);
        window.get_by_label(language.say(ui::Word::Undo)).click();
        window.run();
        assert!(sent(&paper, |command| matches!(command, Command::Outbox(OutboxCommand::TakeBack(5)))));
        window.state_mut().state.clock = Clock::standing(sample::at(SOON));
        window.run();
        assert!(window.query_by_label(language.say(ui::Word::Undo)).is_none(), "its time is over");
    }
}

#[test]
fn each_message_in_the_outbox_says_how_it_stands_and_what_can_be_done() {
    let (mut app, paper) = app(Language::English);
    app.update(Event::Outbox(Arc::new(held())));
    app.state.screen = Screen::Outbox;
    let mut window = window(app, [1280.0, 1400.0]);
    window.get_by_label("Goes out at 30 November 2025 08:00.");
    window.get_by_label("nobody@example.com: 550 5.1.1 User unknown");
    window.get_by_label("erin@example.com: 550 5.7.1 Not for you");
    window.get_by_label("It was tried for five days and is not tried any more.");
    assert!(window.query_all_by_label_contains("bigger than this server takes (28.6 MB)").next().is_some());
    // The highest is that of the first message; the status bar has one, too.
    let high_up = |a: &egui_kittest::Node<'_>, b: &egui_kittest::Node<'_>| a.rect().top().total_cmp(&b.rect().top());
    window.get_all_by_label("Send now").min_by(high_up).unwrap().click();
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::RetrySubmission(1))));
    window.get_all_by_label("Change it").next().unwrap().click();
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::Outbox(OutboxCommand::Rewrite(1)))));
}

#[test]
fn what_is_uncertain_is_explained_and_may_be_said_to_have_arrived() {
    let (mut app, paper) = app(Language::English);
    app.update(Event::Outbox(Arc::new(sample::outbox())));
    app.state.screen = Screen::Outbox;
    let mut window = window(app, [1280.0, 1200.0]);
    assert!(window.query_all_by_label_contains("Ask the recipient").next().is_some());
    window.get_by_label("It arrived").click();
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::Outbox(OutboxCommand::Arrived(4)))));
}

#[test]
fn how_a_message_goes_out_is_chosen_in_the_composer_and_stays_with_the_draft() {
    let (mut app, paper) = writes(Language::English, false);
    app.state.composer.as_mut().unwrap().shows_dispatch = true;
    let mut window = window(app, WIDE);
    window.get_by_label("Tomorrow, 8:00").click();
    window.run();
    window.get_by_label("Ask for delivery reports").click();
    window.run();
    let at = sample::at("2025-11-25T08:00:00Z");
    assert!(window.query_all_by_label_contains("Goes out at 25 November 2025 08:00.").next().is_some());
    window.get_by_label("Save draft").click();
    window.run();
    let wanted = Dispatch { at: Some(at), reports: true, requires_tls: false };
    assert!(sent(&paper, |command| matches!(command, Command::SaveDraft { draft, .. } if draft.dispatch == wanted)));
}

#[test]
fn a_conversation_is_read_line_by_line_with_its_meaning_and_reached_from_a_failure() {
    for language in LANGUAGES {
        let mut window = window(conversations(language), WIDE);
        window.get_by_label("AUTH SCRAM-SHA-256 ••••••");
        window.get_by_label("535 5.7.8 Error: authentication failed");
        let meaning = match language {
            Language::English => "User name or password is wrong, or this way of logging in is not allowed.",
            Language::Japanese => "ユーザー名かパスワードが違うか、この方式が許されていません。",
        };
        window.get_by_label(meaning);
        let other = match language {
            Language::English => "IMAP imap.example.org:993, ",
            Language::Japanese => "imap.example.org:993 とのIMAP、",
        };
        window.query_all_by_label_contains(other).next().unwrap().click();
        window.run();
        window.get_by_label("k0 CAPABILITY");
    }
    let (mut app, paper) = app(Language::English);
    app.update(Event::Failed(Failure {
        kind: FailureKind::LoginRefused,
        retry: Retry::Never,
        subject: "mail.example.org".into(),
        source: "login_refused 535".into(),
    }));
    let mut window = window(app, NARROW);
    window.get_by_label("Show the conversation").click();
    window.run();
    assert_eq!(window.state().state.screen, Screen::Transcript);
    let looks = |command: &Command| matches!(command, Command::Topic(topic) if matches!(**topic, Topic::Transcript(_)));
    assert!(sent(&paper, looks));
    window.get_by_label("Back").click();
    window.run();
    assert_eq!(window.state().state.screen, Screen::Mailbox);
}
