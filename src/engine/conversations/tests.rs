use std::time::{Duration, Instant};

use crate::domain::thread::{Lineage, Member};
use crate::domain::{Mailbox, RawMessage};
use crate::engine::profile::Profile;
use crate::engine::topic::mail::MailCommand;
use crate::engine::topic::threads::{self, ThreadsCommand};
use crate::engine::topic::{Topic, TopicView};
use crate::engine::view::{ALL_INBOXES, Headline, Lock};
use crate::engine::{Command, EngineHandle, Start, headless, start};
use crate::store::{AccountRecord, MessageFlags, NewMessage};

use super::*;

fn row(id: i64, thread: i64) -> RowView {
    RowView { id, thread: Some(thread), is_seen: true, ..RowView::default() }
}

fn said(id: i64, references: &[i64], at: i64) -> (i64, Member) {
    (id, Member { id: Some(id), references: references.to_vec(), at, ..Member::default() })
}

#[test]
fn a_conversation_stands_where_its_newest_message_would() {
    let mut rows = vec![row(5, 1), row(4, 2), row(3, 1), row(2, 1), RowView { thread: None, ..row(1, 0) }];
    rows[0].headline = Some(Headline { lock: Lock::Encrypted, seal: Seal::Authenticated });
    rows[1].headline = rows[0].headline;
    rows[2].is_seen = false;
    rows[3].headline = Some(Headline { lock: Lock::NotEncrypted, seal: Seal::Broken });
    let members = [said(5, &[2], 50), said(4, &[], 40), said(3, &[2], 30), said(2, &[], 20)].into();
    let found = group(&rows, members);
    let shown: Vec<_> = found.all.iter().map(|one| (one.thread, one.newest, one.count, one.unread)).collect();
    assert_eq!(shown, [(Some(1), 0, 3, 1), (Some(2), 1, 1, 0), (None, 4, 1, 0)]);
    assert!(found.all[0].has_broken && !found.all[1].has_broken);
    assert_eq!(found.all[0].signs, None, "one of them was not looked at");
    assert_eq!(found.all[1].signs, rows[1].headline);
    let seats: Vec<_> = found.seats(&found.all[0]).iter().map(|seat| (seat.row, seat.parent, seat.depth)).collect();
    assert_eq!(seats, [(3, None, 0), (2, Some(3), 1), (0, Some(3), 1)]);
    assert_eq!(found.seats.len(), rows.len());
}

#[test]
fn the_seal_of_the_newest_is_not_that_of_a_conversation_with_a_message_that_nobody_sealed() {
    let with = |id, lock, seal| RowView { headline: Some(Headline { lock, seal }), ..row(id, 1) };
    let sealed = with(3, Lock::Encrypted, Seal::Authenticated);
    let signs = |other: RowView| group(&[sealed.clone(), other], HashMap::new()).all[0].signs.unwrap();
    let slipped_in = signs(with(2, Lock::NotEncrypted, Seal::Unsigned));
    assert_eq!((slipped_in.lock, slipped_in.seal), (Lock::NotEncrypted, Seal::Unsigned));
    assert_eq!(signs(with(2, Lock::Encrypted, Seal::Broken)).seal, Seal::Broken, "the worst is told");
    assert_eq!(signs(with(2, Lock::Encrypted, Seal::Partial)).seal, Seal::Partial);
}

#[test]
fn another_message_with_the_same_message_id_takes_nobodys_place() {
    let (_dir, profile) = profile();
    let (_, inbox) = account(&profile, "alice@example.test");
    let own = add(&profile, inbox, 1, &[]);
    let forged = NewMessage {
        date: Some(jiff::Timestamp::from_second(1_800_000_000).unwrap()),
        raw: RawMessage::new(b"Message-ID: <1@example.test>\r\n\r\nforged\r\n".to_vec()),
        ..message(1, &[])
    };
    let forged = profile.store.add_message(inbox, &forged).unwrap().unwrap();
    for asked in [own, forged] {
        let view = threads::look(&profile, asked, false).unwrap();
        let mut ids: Vec<_> = view.messages.iter().map(|one| one.row.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, [own, forged]);
    }
}

#[test]
fn one_message_does_not_make_one_conversation_of_all_that_it_names() {
    let (_dir, profile) = profile();
    let (_, inbox) = account(&profile, "alice@example.test");
    for number in 1..=60 {
        add(&profile, inbox, number, &[]);
    }
    add(&profile, inbox, 100, &(1..=60).collect::<Vec<_>>());
    let view = headless::mailbox(&profile, Some(inbox)).unwrap();
    let found = headless::conversations_of(&profile, &view).unwrap();
    assert_eq!(found.all.len(), 60 - 8 + 1, "the nearest eight, and not more");
}

/// As a busy mailbox is: conversations of one to eight messages, one after another.
fn busy(count: usize) -> (Vec<RowView>, HashMap<MessageId, Member>) {
    let count = i64::try_from(count).unwrap();
    let first = |id: i64| id - id % (1 + id / 8 % 8).min(8);
    let rows = (0..count).rev().map(|id| row(id, first(id))).collect();
    let member = |id: i64| {
        let above: Vec<i64> = (first(id)..id).collect();
        said(id, &above, id)
    };
    (rows, (0..count).map(member).collect())
}

#[test]
fn a_hundred_thousand_messages_are_grouped_in_time_that_grows_with_their_number() {
    let time = |count: usize| {
        let (rows, members) = busy(count);
        let once = || {
            let members = members.clone();
            let begin = spent();
            assert_eq!(group(&rows, members).seats.len(), count);
            spent().saturating_sub(begin)
        };
        (0..3).map(|_| once()).min().unwrap_or_default()
    };
    let (short, long) = (time(10_000), time(100_000));
    println!("grouped: 10,000 in {short:?}, 100,000 in {long:?}");
    // A hundred times as long, if it grew with the square.
    assert!(long < short * 40 + Duration::from_millis(50), "{short:?}, and {long:?}");
}

/// Processor time of this thread: others work beside it.
fn spent() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

fn profile() -> (tempfile::TempDir, Profile) {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    (dir, profile)
}

fn account(profile: &Profile, address: &str) -> (i64, i64) {
    let record = AccountRecord { address: address.to_owned(), ..AccountRecord::default() };
    let account = profile.store.save_account(&record).unwrap();
    (account, profile.store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap())
}

fn message(number: i64, answers: &[i64]) -> NewMessage {
    let id = |number: i64| format!("{number}@example.test");
    let references: Vec<String> = answers.iter().map(|number| id(*number)).collect();
    let from = Mailbox::new("Bob", "bob@example.test");
    NewMessage {
        uid: None,
        flags: MessageFlags::default(),
        received_at: None,
        date: Some(jiff::Timestamp::from_second(1_700_000_000 + number * 60).unwrap()),
        lineage: Lineage::new(Some(&id(number)), &references, [&from]),
        from,
        subject: format!("Letter {number}"),
        preview: String::new(),
        has_attachments: false,
        raw: RawMessage::new(format!("Message-ID: <{}>\r\n\r\n{number}\r\n", id(number)).into_bytes()),
    }
}

fn add(profile: &Profile, folder: i64, number: i64, answers: &[i64]) -> i64 {
    profile.store.add_message(folder, &message(number, answers)).unwrap().unwrap()
}

#[test]
fn the_list_is_by_conversations_when_the_user_wants_it_so_and_that_is_kept() {
    let (_dir, profile) = profile();
    let (_, inbox) = account(&profile, "alice@example.test");
    add(&profile, inbox, 1, &[]);
    add(&profile, inbox, 2, &[1]);
    add(&profile, inbox, 3, &[]);
    assert!(headless::mailbox(&profile, Some(inbox)).unwrap().conversations.is_none());
    profile.store.set_setting(SETTING, &true).unwrap();
    let view = headless::mailbox(&profile, Some(inbox)).unwrap();
    let found = view.conversations.clone().unwrap();
    assert_eq!(found.all.iter().map(|one| one.count).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(*found, headless::conversations_of(&profile, &view).unwrap());
}

#[test]
fn all_inboxes_are_one_list_and_each_message_goes_to_its_own_accounts_folders() {
    let (_dir, profile) = profile();
    let (alice, first) = account(&profile, "alice@example.test");
    let one = add(&profile, first, 1, &[]);
    let alone = headless::mailbox(&profile, Some(ALL_INBOXES)).unwrap();
    assert_eq!(alone.open_folder, Some(first), "one inbox needs no other name");
    let (bob, second) = account(&profile, "bob@example.test");
    let two = add(&profile, second, 2, &[1]);
    let view = headless::mailbox(&profile, Some(ALL_INBOXES)).unwrap();
    assert_eq!(view.open_folder, Some(ALL_INBOXES));
    assert_eq!(view.rows.iter().map(|row| (row.id, row.folder)).collect::<Vec<_>>(), [(two, second), (one, first)]);
    assert_eq!(
        headless::conversations_of(&profile, &view).unwrap().all.len(),
        1,
        "a conversation spans accounts there"
    );
    // Deleting and archiving what is selected there.
    headless::mail(&profile, MailCommand::Delete(vec![one, two])).unwrap();
    let role_of = |message: i64| {
        let (folder, _) = profile.store.row(message).unwrap();
        let folders = profile.store.folders().unwrap();
        folders.into_iter().find(|other| other.id == folder).map(|folder| (folder.account, folder.role)).unwrap()
    };
    assert_eq!((role_of(one), role_of(two)), ((alice, "trash".to_owned()), (bob, "trash".to_owned())));
    headless::mail(&profile, MailCommand::Undo).unwrap();
    headless::mail(&profile, MailCommand::Archive(vec![two, one])).unwrap();
    assert_eq!((role_of(one), role_of(two)), ((alice, "archive".to_owned()), (bob, "archive".to_owned())));
}

#[test]
fn beside_an_open_message_stands_its_conversation_in_its_account_with_what_was_sent_and_without_copies() {
    let (_dir, profile) = profile();
    let (alice, inbox) = account(&profile, "alice@example.test");
    let folder = |account, role: &str| profile.store.ensure_folder(account, role, role, role).unwrap();
    let question = add(&profile, inbox, 1, &[]);
    let answer = add(&profile, folder(alice, "sent"), 2, &[1]);
    let copy = profile.store.duplicate(question, folder(alice, "archive"), profile.now()).unwrap();
    let thrown = add(&profile, folder(alice, "trash"), 3, &[1]);
    let (_, other) = account(&profile, "bob@example.test");
    let elsewhere = add(&profile, other, 4, &[1]);
    let shown = |message, everywhere| -> Vec<_> {
        let view = threads::look(&profile, message, everywhere).unwrap();
        view.messages.iter().map(|one| (one.row.id, one.parent, one.depth)).collect()
    };
    assert_eq!(shown(question, false), [(question, None, 0), (answer, Some(question), 1)]);
    assert_eq!(shown(copy, false)[0].0, copy, "the one that is open");
    assert_eq!(shown(question, true).last(), Some(&(elsewhere, Some(question), 1)));
    assert!(shown(thrown, false).contains(&(thrown, Some(question), 1)));
    assert_eq!(threads::look(&profile, 999, false).unwrap().messages.len(), 0);
}

#[test]
fn what_is_deleted_or_junk_leaves_its_conversation_and_comes_back_into_it() {
    let (_dir, profile) = profile();
    let (_, inbox) = account(&profile, "alice@example.test");
    let first = add(&profile, inbox, 1, &[]);
    let second = add(&profile, inbox, 2, &[1]);
    let third = add(&profile, inbox, 3, &[1, 2]);
    let other = add(&profile, inbox, 9, &[]);
    let shown = || {
        let view = headless::mailbox(&profile, Some(inbox)).unwrap();
        let found = headless::conversations_of(&profile, &view).unwrap();
        let id = |row: u32| view.rows[row as usize].id;
        let of = |one| -> Vec<_> { found.seats(one).iter().map(|seat| (id(seat.row), seat.parent.map(id))).collect() };
        let all: Vec<_> = found.all.iter().map(|one| (one.count, one.unread, of(one))).collect();
        let beside: Vec<_> = threads::look(&profile, first, false).unwrap().messages;
        (all, beside.into_iter().map(|one| one.row.id).collect::<Vec<_>>())
    };
    let alone = (1, 1, vec![(other, None)]);
    let whole = vec![(first, None), (second, Some(first)), (third, Some(second))];
    assert_eq!(shown(), (vec![alone.clone(), (3, 3, whole.clone())], vec![first, second, third]));
    headless::mail(&profile, MailCommand::Delete(vec![second])).unwrap();
    let left = vec![(first, None), (third, Some(first))];
    assert_eq!(shown(), (vec![alone.clone(), (2, 2, left.clone())], vec![first, third]));
    headless::mail(&profile, MailCommand::Spam { messages: vec![third], spam: true }).unwrap();
    assert_eq!(shown(), (vec![alone.clone(), (1, 1, vec![(first, None)])], vec![first]));
    headless::mail(&profile, MailCommand::Undo).unwrap();
    assert_eq!(shown(), (vec![alone.clone(), (2, 2, left.clone())], vec![first, third]));
    headless::mail(&profile, MailCommand::DeleteForGood(vec![second])).unwrap();
    assert_eq!(shown(), (vec![alone, (2, 2, left)], vec![first, third]));
}

#[test]
fn messages_of_before_are_read_again_for_what_they_say_and_cancelling_leaves_the_rest_for_later() {
    let (_dir, profile) = profile();
    account(&profile, "alice@example.test");
    let mut ids = Vec::new();
    for number in 1..=BATCH + 20 {
        let raw = format!(
            "From: bob@example.test\r\nMessage-ID: <{number}@x>\r\nReferences: <{}@x>\r\n\r\nReferences: <none@x>\r\n",
            number - 1
        );
        ids.push((RawMessage::new(raw.into_bytes()), MessageFlags::default()));
    }
    headless::import_with_flags(&profile, "Old", &ids).unwrap();
    profile.store.forget_threads().unwrap();
    let cancel = Cancel::new();
    cancel.cancel();
    let publish: Publish = std::sync::Arc::new(|_| {});
    assert_eq!(catch_up(&profile, &publish, &cancel, usize::MAX).unwrap(), 0);
    assert_eq!(headless::thread_all(&profile).unwrap(), ids.len());
    assert_eq!(headless::thread_all(&profile).unwrap(), 0);
    let folder = profile.store.folders().unwrap().into_iter().find(|folder| folder.name == "Old").unwrap();
    let view = headless::mailbox(&profile, Some(folder.id)).unwrap();
    let found = headless::conversations_of(&profile, &view).unwrap();
    assert_eq!(found.all.len(), 1);
    assert_eq!(found.seats.last().unwrap().depth as usize, ids.len() - 1, "each answers the one before");
}

/// The next event that is wanted.
fn wait<T>(engine: &EngineHandle, wanted: impl Fn(Event) -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        match engine.try_next() {
            Some(event) => {
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
        assert!(Instant::now() < deadline, "it does not come");
    }
}

#[test]
fn the_window_is_shown_the_list_in_the_way_that_it_asked_for_and_the_conversation_of_a_message() {
    let engine = start(&Start::Demo, || {}).unwrap();
    let ask = |command| engine.send(Command::Topic(Box::new(Topic::Threads(command))));
    let mailbox = |event| match event {
        Event::Mailbox(view) => Some(view),
        _ => None,
    };
    let flat = wait(&engine, mailbox);
    assert!(flat.conversations.is_none());
    ask(ThreadsCommand::Group(true));
    let kept = |event| match event {
        Event::Preferences(view) => Some(view.conversations).filter(|is_on| *is_on),
        _ => None,
    };
    wait(&engine, kept);
    let found = wait(&engine, |event| mailbox(event)?.conversations.clone());
    assert_eq!(found.seats.len(), flat.rows.len(), "every message is in it once");
    let message = flat.rows[0].id;
    ask(ThreadsCommand::Look { message, everywhere: false });
    let view = wait(&engine, |event| match event {
        Event::Topic(TopicView::Threads(view)) => Some(view),
        _ => None,
    });
    assert_eq!((view.message, view.thread), (message, flat.rows[0].thread));
    assert!(view.messages.iter().any(|one| one.row.id == message));
}
