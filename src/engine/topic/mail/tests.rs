use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::domain::{RawMessage, Secret};
use crate::engine::network::{Publish, new_message};
use crate::engine::topic::Topic;
use crate::engine::{Command, EngineHandle, SecretsIn, Start, start};
use crate::net::Cancel;
use crate::store::{AccountRecord, MessageFlags};

const MANY: u32 = 5_000;

/// What an engine said until something was done: how many times it told how far it was, and the code and count.
fn done(engine: &EngineHandle) -> (usize, &'static str, usize) {
    let end = Instant::now() + Duration::from_mins(2);
    let mut told = 0;
    while Instant::now() < end {
        match engine.try_next() {
            Some(Event::Progress(Some(progress))) if progress.work == "change_mail" => told += 1,
            Some(Event::Done { code, subject }) => return (told, code, subject.parse().unwrap()),
            Some(Event::Failed(failure)) => panic!("{failure:?}"),
            Some(_) => {}
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    panic!("nothing was done");
}

#[test]
fn many_messages_go_beside_the_loop_in_order_and_can_be_stopped_and_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = SecretsIn::File(Secret::from("pass"));
    let profile = Profile::open(dir.path(), &secrets).unwrap();
    let account = profile.store.save_account(&AccountRecord::default()).unwrap();
    let inbox = profile.store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    let filed = profile.store.ensure_folder(account, "Filed", "Filed", "").unwrap();
    let letters: Vec<_> = (1..=MANY)
        .map(|number| {
            let raw = RawMessage::new(format!("Subject: {number}\r\n\r\nhello\r\n").into_bytes());
            (new_message(&raw, Some(number), MessageFlags::default(), None), String::new())
        })
        .collect();
    assert_eq!(profile.store.add_fetched(inbox, &letters).unwrap(), letters.len());
    let all: Vec<MessageId> = profile.store.rows(inbox, usize::MAX, 0).unwrap().iter().map(|row| row.id).collect();
    drop(profile);

    let engine = start(&Start::Profile { dir: dir.path().to_owned(), secrets: secrets.clone() }, || {}).unwrap();
    let ask = |command| engine.send(Command::Topic(Box::new(Topic::Mail(command))));
    let to = || MailCommand::Move { messages: all.clone(), to: filed };
    // What is asked for meanwhile waits, so it takes back what was asked for before it.
    ask(to());
    ask(MailCommand::Undo);
    let (told, code, count) = done(&engine);
    assert!(told >= 10, "{told}");
    assert_eq!((code, count), ("moved", all.len()));
    let (_, code, count) = done(&engine);
    assert_eq!((code, count), ("undone", all.len()));

    ask(to());
    engine.send(Command::Cancel);
    let (_, code, moved) = done(&engine);
    assert_eq!(code, "moved");
    assert!(moved < all.len(), "{moved}");
    ask(MailCommand::Spam { messages: all.clone(), spam: true });
    let (_, code, count) = done(&engine);
    assert_eq!((code, count), ("marked_spam", all.len()));
    ask(MailCommand::Undo);
    let (_, code, count) = done(&engine);
    // Each has two flags besides its place; $NotJunk was not there before.
    assert_eq!((code, count), ("undone", all.len() * 2));
    drop(engine);

    // The engine's thread lets go of the profile a moment later.
    let end = Instant::now() + Duration::from_mins(1);
    let profile = loop {
        match Profile::open(dir.path(), &secrets) {
            Ok(profile) => break profile,
            Err(failure) => assert!(Instant::now() < end, "{failure:?}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let here = |folder| profile.store.rows(folder, usize::MAX, 0).unwrap().len();
    assert_eq!((here(inbox), here(filed)), (all.len() - moved, moved));
}

#[test]
fn what_was_stopped_before_it_began_can_still_be_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let account = profile.store.save_account(&AccountRecord::default()).unwrap();
    let inbox = profile.store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    let filed = profile.store.ensure_folder(account, "Filed", "Filed", "").unwrap();
    let raw = RawMessage::new(b"Subject: one\r\n\r\nhello\r\n".to_vec());
    let letter = (new_message(&raw, Some(1), MessageFlags::default(), None), String::new());
    profile.store.add_fetched(inbox, &[letter]).unwrap();
    let message = profile.store.rows(inbox, 1, 0).unwrap()[0].id;
    apply(&profile, MailCommand::Move { messages: vec![message], to: filed }, &Pace::unwatched()).unwrap();

    let (publish, stopped): (Publish, _) = (Arc::new(|_| {}), Cancel::new());
    stopped.cancel();
    let taken_back = apply(&profile, MailCommand::Undo, &Pace::watched(&publish, &stopped)).unwrap();
    assert_eq!(taken_back, Some(("undone", 0)));
    assert_eq!(profile.store.row(message).unwrap().0, filed);
    assert_eq!(apply(&profile, MailCommand::Undo, &Pace::unwatched()).unwrap(), Some(("undone", 1)));
    assert_eq!(profile.store.row(message).unwrap().0, inbox);
    // Nobody has it any more, so there is nothing to take back.
    assert_eq!(apply(&profile, MailCommand::Undo, &Pace::unwatched()).unwrap(), Some(("undone", 0)));
    apply(&profile, MailCommand::Move { messages: vec![message], to: filed }, &Pace::unwatched()).unwrap();
    profile.store.remove_messages(&[message]).unwrap();
    assert_eq!(apply(&profile, MailCommand::Undo, &Pace::unwatched()).unwrap_err().source, "too_late");
}

#[test]
fn a_long_list_begins_with_its_newest_and_is_whole_a_moment_later() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = SecretsIn::File(Secret::from("pass"));
    let profile = Profile::open(dir.path(), &secrets).unwrap();
    let account = profile.store.save_account(&AccountRecord::default()).unwrap();
    let inbox = profile.store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    let letters: Vec<_> = (1..=600)
        .map(|number| {
            let raw = RawMessage::new(format!("Subject: {number}\r\n\r\nhello\r\n").into_bytes());
            (new_message(&raw, Some(number), MessageFlags::default(), None), String::new())
        })
        .collect();
    profile.store.add_fetched(inbox, &letters).unwrap();
    let all: Vec<MessageId> = profile.store.rows(inbox, usize::MAX, 0).unwrap().iter().map(|row| row.id).collect();
    drop(profile);

    let engine = start(&Start::Profile { dir: dir.path().to_owned(), secrets }, || {}).unwrap();
    let end = Instant::now() + Duration::from_mins(2);
    let mut lists = Vec::new();
    while lists.len() < 2 {
        assert!(Instant::now() < end, "{} lists came", lists.len());
        match engine.try_next() {
            Some(Event::Mailbox(view)) => lists.push(view.rows.iter().map(|row| row.id).collect::<Vec<_>>()),
            Some(_) => {}
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    assert_eq!(lists[0], all[..500]);
    assert_eq!(lists[1], all);
}
