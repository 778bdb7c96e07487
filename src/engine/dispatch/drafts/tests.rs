use std::time::{Duration, Instant};

use crate::domain::{Draft, Mailbox};
use crate::engine::view::{ComposerToken, DraftId};
use crate::engine::{Command, EngineHandle, Event, FailureKind, OutboxCommand, Start, start};

/// What the demo's engine says next of that kind.
fn wait<T>(engine: &EngineHandle, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_mins(1);
    while Instant::now() < end {
        match engine.try_next() {
            Some(Event::Failed(failure) | Event::NotQueued { failure, .. }) => panic!("{failure:?}"),
            Some(event) => {
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    panic!("nothing came");
}

fn letter(text: &str) -> Box<Draft> {
    Box::new(Draft { text: text.to_owned(), ..Draft::default() })
}

fn saved(engine: &EngineHandle) -> (DraftId, ComposerToken, String) {
    wait(engine, |event| match event {
        Event::DraftSaved { id, token, draft } => Some((id, token, draft.text)),
        _ => None,
    })
}

/// The drafts, once that one is shown among them.
fn listed(engine: &EngineHandle, known: DraftId) -> Vec<DraftId> {
    wait(engine, |event| match event {
        Event::Mailbox(view) => {
            let drafts: Vec<_> = view.drafts.iter().map(|draft| draft.id).collect();
            drafts.contains(&known).then_some(drafts)
        }
        _ => None,
    })
}

#[test]
fn what_is_kept_twice_before_its_composer_knows_is_one_draft_and_another_message_another_one() {
    let engine = start(&Start::Demo, || {}).unwrap();
    for (text, token) in [("first", 1), ("first and more", 1), ("second", 2)] {
        engine.send(Command::SaveDraft { draft: letter(text), id: None, token });
    }
    let (first, ..) = saved(&engine);
    assert_eq!(saved(&engine), (first, 1, "first and more".to_owned()));
    let (second, token, _) = saved(&engine);
    assert_eq!(token, 2);
    assert_ne!(first, second);
    let mut drafts = listed(&engine, second);
    drafts.sort_unstable();
    assert_eq!(drafts, [first, second]);
    engine.send(Command::OpenDraft(first));
    let text = wait(&engine, |event| match event {
        Event::Compose { draft, .. } => Some(draft.text),
        _ => None,
    });
    assert_eq!(text, "first and more");
}

/// A message that the demo's outbox takes.
fn plain(text: &str) -> Box<Draft> {
    let to = vec![Mailbox::new("", "bob@example.net")];
    let from = Mailbox::new("", "alice@example.com");
    Box::new(Draft { from, to, subject: text.to_owned(), ..*letter(text) })
}

/// The drafts once the engine has carried out everything before.
fn settled(engine: &EngineHandle) -> Vec<DraftId> {
    const LAST: ComposerToken = 99;
    engine.send(Command::SaveDraft { draft: letter("the last one"), id: None, token: LAST });
    let last = wait(engine, |event| match event {
        Event::DraftSaved { id, token: LAST, .. } => Some(id),
        _ => None,
    });
    let mut drafts = listed(engine, last);
    drafts.retain(|draft| *draft != last);
    drafts
}

#[test]
fn a_message_that_was_sent_is_a_draft_no_longer_though_its_composer_never_knew_what_it_was_kept_as() {
    let engine = start(&Start::Demo, || {}).unwrap();
    engine.send(Command::SaveDraft { draft: plain("kept"), id: None, token: 1 });
    let (kept, ..) = saved(&engine);
    engine.send(Command::Send { draft: plain("sent"), id: None, token: 1 });
    let batch = wait(&engine, |event| match event {
        Event::Outbox(view) => view.submissions.iter().find(|one| one.subject == "sent").map(|one| one.batch),
        _ => None,
    });
    // What its composer still wishes comes too late.
    engine.send(Command::SaveDraft { draft: plain("kept late"), id: None, token: 1 });
    engine.send(Command::Abandon { id: Some(kept), token: 1 });
    assert!(settled(&engine).is_empty());
    engine.send(Command::Outbox(OutboxCommand::TakeBack(batch)));
    let back = wait(&engine, |event| match event {
        Event::Compose { draft, id } => Some((draft.text, id)),
        _ => None,
    });
    assert_eq!(back, ("sent".to_owned(), Some(kept)));
}

#[test]
fn a_message_that_is_thrown_away_is_gone_though_its_composer_never_knew_what_it_was_kept_as() {
    let engine = start(&Start::Demo, || {}).unwrap();
    engine.send(Command::SaveDraft { draft: letter("this one"), id: None, token: 1 });
    engine.send(Command::SaveDraft { draft: letter("another"), id: None, token: 2 });
    engine.send(Command::Abandon { id: None, token: 1 });
    engine.send(Command::Abandon { id: None, token: 3 });
    let (first, ..) = saved(&engine);
    let (second, ..) = saved(&engine);
    assert_ne!(first, second);
    assert_eq!(settled(&engine), [second]);
}

#[test]
fn what_the_outbox_does_not_take_is_said_of_its_own_composer_and_can_still_be_kept() {
    let engine = start(&Start::Demo, || {}).unwrap();
    let stranger = Draft { from: Mailbox::new("", "mallory@evil.example"), ..*plain("refused") };
    engine.send(Command::Send { draft: Box::new(stranger.clone()), id: None, token: 5 });
    engine.send(Command::SaveDraft { draft: Box::new(stranger), id: None, token: 5 });
    let end = Instant::now() + Duration::from_mins(1);
    let refused = loop {
        assert!(Instant::now() < end, "nothing came");
        match engine.try_next() {
            Some(Event::NotQueued { token, failure }) => break (token, failure.kind),
            Some(Event::Failed(failure)) => panic!("{failure:?}"),
            Some(_) => {}
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    assert_eq!(refused, (5, FailureKind::NotYourAddress));
    let (kept, ..) = saved(&engine);
    assert_eq!(settled(&engine), [kept]);
}
