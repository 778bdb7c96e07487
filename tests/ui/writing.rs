//! Messages that are kept while another one is begun.

use super::*;

use kakitome::engine::topic::TopicView;
use kakitome::engine::topic::storage::{Closed, StorageView};

/// What a command to keep a message says.
fn kept(paper: &Paper) -> Vec<(Box<Draft>, Option<i64>, u64)> {
    let commands = paper.commands.borrow();
    let kept = commands.iter().filter_map(|command| match command {
        Command::SaveDraft { draft, id, token } => Some((draft.clone(), *id, *token)),
        _ => None,
    });
    kept.collect()
}

/// The open composer's token, what it was kept as, and whether something of it would be lost.
fn open(app: &App) -> (u64, Option<i64>, bool) {
    let composer = app.state.composer.as_ref().unwrap();
    (composer.token, composer.id, composer.is_unsaved())
}

fn types(app: &mut App, text: &str) {
    let composer = app.state.composer.as_mut().unwrap();
    composer.text.push_str(text);
    composer.is_saved = false;
}

#[test]
fn what_was_kept_of_another_message_is_never_taken_for_the_open_one() {
    let (mut app, paper) = writes(Language::English, false);
    types(&mut app, "half a thought");
    let (first, ..) = open(&app);
    app.update(Event::Compose { draft: Box::new(draft()), id: None });
    let mut window = window(app, WIDE);
    let (draft, id, token) = kept(&paper).remove(0);
    assert_eq!((id, token), (None, first));
    // The author has gone on with the second one; only then does the engine answer.
    types(window.state_mut(), "another thought");
    window.state_mut().update(Event::DraftSaved { id: 70, token, draft });
    window.run();
    assert_eq!(open(window.state()), (first + 1, None, true));
    assert!(window.query_by_label_contains("draft is kept").is_some(), "it is said all the same");
    paper.commands.borrow_mut().clear();
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
    window.run();
    let (draft, id, token) = kept(&paper).remove(0);
    assert!(draft.text.ends_with("another thought") && id.is_none() && token != first);
    window.key_press(egui::Key::Escape);
    window.run();
    window.get_by_label("Discard this message?");
}

#[test]
fn only_what_was_kept_counts_as_kept_and_not_what_was_typed_since() {
    let (mut app, paper) = writes(Language::English, false);
    types(&mut app, "one");
    let mut window = window(app, WIDE);
    let save = |window: &mut Harness<'_, App>| {
        window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
        window.run();
        kept(&paper).pop().unwrap()
    };
    let (draft, _, token) = save(&mut window);
    types(window.state_mut(), ", two");
    window.state_mut().update(Event::DraftSaved { id: 70, token, draft });
    assert_eq!(open(window.state()), (token, Some(70), true), "the second word is kept nowhere");
    let (draft, id, token) = save(&mut window);
    assert_eq!(id, Some(70));
    window.state_mut().update(Event::DraftSaved { id: 70, token, draft });
    assert_eq!(open(window.state()), (token, Some(70), false));
}

#[test]
fn a_kept_draft_that_is_open_is_gone_on_with_as_it_stands() {
    let (mut app, paper) = app(Language::English);
    app.update(Event::Compose { draft: Box::new(draft()), id: Some(70) });
    types(&mut app, "what was typed since");
    app.state.screen = Screen::Drafts;
    app.update(Event::Compose { draft: Box::new(draft()), id: Some(70) });
    let window = window(app, WIDE);
    assert_eq!(window.state().state.screen, Screen::Compose);
    assert!(window.state().state.composer.as_ref().unwrap().text.ends_with("what was typed since"));
    assert!(kept(&paper).is_empty());
}

fn fails(kind: FailureKind) -> Failure {
    Failure { kind, retry: Retry::Now, subject: String::new(), source: String::new() }
}

#[test]
fn what_fails_elsewhere_does_not_give_a_message_back_that_was_handed_over() {
    let (mut app, _) = writes(Language::English, false);
    let (token, ..) = open(&app);
    app.state.composer.as_mut().unwrap().is_sending = true;
    let is_sending = |app: &App| app.state.composer.as_ref().unwrap().is_sending;
    app.update(Event::Failed(fails(FailureKind::Unreachable)));
    app.update(Event::NotQueued { token: token + 1, failure: fails(FailureKind::Blocked) });
    assert!(is_sending(&app), "it could be sent twice");
    let mut window = window(app, WIDE);
    assert!(window.get_by_label("Send encrypted").accesskit_node().is_disabled());
    let app = window.state_mut();
    app.update(Event::NotQueued { token, failure: fails(FailureKind::Blocked) });
    assert!(!is_sending(app) && app.views.failure.is_some());
    app.state.composer.as_mut().unwrap().is_sending = true;
    app.update(Event::Failed(fails(FailureKind::Unreachable)));
    app.update(Event::Queued(token));
    assert!(app.state.composer.is_none());
    assert_eq!(app.state.screen, Screen::Mailbox);
}

#[test]
fn what_was_queued_does_not_close_another_message() {
    let (mut app, _) = writes(Language::English, false);
    let (first, ..) = open(&app);
    app.state.composer.as_mut().unwrap().is_sending = true;
    app.update(Event::Compose { draft: Box::new(draft()), id: None });
    // The second one is handed over before the first one is answered.
    app.state.composer.as_mut().unwrap().is_sending = true;
    app.update(Event::Queued(first));
    assert_eq!((open(&app).0, app.state.screen), (first + 1, Screen::Compose));
    app.update(Event::Queued(first + 1));
    assert!(app.state.composer.is_none());
}

#[test]
fn what_is_thrown_away_before_it_is_known_what_it_was_kept_as_is_thrown_away_all_the_same() {
    let (mut app, paper) = writes(Language::English, false);
    types(&mut app, "half a thought");
    let (written, ..) = open(&app);
    let mut window = window(app, WIDE);
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
    window.run();
    window.key_press(egui::Key::Escape);
    window.run();
    window.get_all_by_label("Discard").last().unwrap().click();
    window.run();
    assert!(window.state().state.composer.is_none());
    assert!(sent(&paper, |command| matches!(command, Command::Abandon { id: None, token } if *token == written)));
}

#[test]
fn without_a_profile_what_was_handed_over_is_given_back() {
    let (mut app, _) = writes(Language::English, false);
    app.state.composer.as_mut().unwrap().is_sending = true;
    let closed = |closed| Event::Topic(TopicView::Storage(Arc::new(StorageView { closed, ..StorageView::default() })));
    app.update(closed(None));
    assert!(app.state.composer.as_ref().unwrap().is_sending);
    app.update(closed(Some(Arc::new(Closed::Missing))));
    assert!(!app.state.composer.as_ref().unwrap().is_sending);
}
