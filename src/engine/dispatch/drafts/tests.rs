use std::time::{Duration, Instant};

use crate::domain::Draft;
use crate::engine::view::{ComposerToken, DraftId};
use crate::engine::{Command, EngineHandle, Event, Start, start};

/// What the demo's engine says next of that kind.
fn wait<T>(engine: &EngineHandle, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_mins(1);
    while Instant::now() < end {
        match engine.try_next() {
            Some(Event::Failed(failure)) => panic!("{failure:?}"),
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

/// The drafts of the next list that is shown.
fn listed(engine: &EngineHandle) -> Vec<DraftId> {
    wait(engine, |event| match event {
        Event::Mailbox(view) => Some(view.drafts.iter().map(|draft| draft.id).collect()),
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
    let mut drafts = listed(&engine);
    drafts.sort_unstable();
    assert_eq!(drafts, [first, second]);
    engine.send(Command::OpenDraft(first));
    let text = wait(&engine, |event| match event {
        Event::Compose { draft, .. } => Some(draft.text),
        _ => None,
    });
    assert_eq!(text, "first and more");
}
