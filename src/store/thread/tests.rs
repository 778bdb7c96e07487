use std::collections::HashMap;

use crate::domain::thread::tests::{Chance, groups, wild};
use crate::domain::thread::{Lineage, Member, NEAR_MS};
use crate::domain::{Mailbox, RawMessage};
use crate::store::tests::{inbox, message, profile};
use crate::store::{AssessedRow, NewMessage, Store};

use super::*;

/// A message whose header says what a member says.
fn written(nth: usize, member: &Member) -> NewMessage {
    let name = |id: i64| format!("{id}@example.test");
    let people: Vec<Mailbox> = member.people.iter().map(|one| Mailbox::new("", name(*one))).collect();
    let references: Vec<String> = member.references.iter().map(|id| name(*id)).collect();
    let subject = member.subject.map(|subject| format!("Subject {subject}")).unwrap_or_default();
    NewMessage {
        uid: None,
        date: Some(jiff::Timestamp::from_millisecond(member.at).unwrap()),
        subject: if member.is_bare { format!("Re: {subject}") } else { subject },
        lineage: Lineage::new(member.id.map(name).as_deref(), &references, &people),
        raw: RawMessage::new(nth.to_string().into_bytes()),
        ..message(1)
    }
}

/// As the store takes it.
fn as_kept(new: &NewMessage) -> Member {
    member(&new.lineage, &new.subject, new.date.unwrap().as_millisecond())
}

fn thread_of(store: &Store, id: i64) -> i64 {
    store.row(id).unwrap().1.thread.unwrap()
}

/// The numbers of conversations are anybody's: the smallest index of each one's conversation.
fn in_groups(threads: &[i64]) -> Vec<usize> {
    threads.iter().map(|thread| threads.iter().position(|other| other == thread).unwrap()).collect()
}

fn add(store: &Store, folder: i64, new: &NewMessage) -> i64 {
    store.add_message(folder, new).unwrap().unwrap()
}

#[test]
fn in_whatever_order_messages_come_the_conversations_are_those_of_the_definition() {
    let mut chance = Chance(3);
    for round in 0..30 {
        let all: Vec<NewMessage> =
            wild(&mut chance, 2 + round % 14).iter().enumerate().map(|(nth, one)| written(nth, one)).collect();
        let expected = groups(&all.iter().map(as_kept).collect::<Vec<_>>());
        let (_dir, _, store) = profile();
        let folder = inbox(&store);
        let mut order: Vec<usize> = (0..all.len()).collect();
        chance.shuffle(&mut order);
        let mut ids = HashMap::new();
        // Some one by one, some many at a time.
        for some in order.chunks(1 + chance.below(4)) {
            let new: Vec<_> = some.iter().map(|nth| all[*nth].clone()).collect();
            let kept = store.add_messages(folder, &new).unwrap();
            ids.extend(some.iter().copied().zip(kept.into_iter().flatten()));
        }
        let threads: Vec<i64> = (0..all.len()).map(|nth| thread_of(&store, ids[&nth])).collect();
        assert_eq!(in_groups(&threads), expected, "{all:#?}");
    }
}

#[test]
fn what_was_kept_before_there_were_conversations_gets_into_the_same_ones() {
    let mut chance = Chance(4);
    let all: Vec<NewMessage> = wild(&mut chance, 40).iter().enumerate().map(|(nth, one)| written(nth, one)).collect();
    let expected = groups(&all.iter().map(as_kept).collect::<Vec<_>>());
    let (_dir, _, store) = profile();
    let folder = inbox(&store);
    let ids: Vec<i64> = all.iter().map(|new| add(&store, folder, new)).collect();
    store.forget_threads().unwrap();
    assert_eq!(store.count_unthreaded().unwrap(), 40);
    let mut below = i64::MAX;
    loop {
        let some = store.unthreaded(below, 7).unwrap();
        let Some(last) = some.last() else { break };
        below = *last;
        let lineage = |id: &i64| all[ids.iter().position(|other| other == id).unwrap()].lineage.clone();
        store.thread(&some.iter().map(|id| (*id, lineage(id))).collect::<Vec<_>>()).unwrap();
    }
    assert_eq!(store.count_unthreaded().unwrap(), 0);
    let threads: Vec<i64> = ids.iter().map(|id| thread_of(&store, *id)).collect();
    assert_eq!(in_groups(&threads), expected);
}

#[test]
fn a_profile_of_before_opens_and_its_messages_wait_for_their_conversations() {
    let db = rusqlite::Connection::open_in_memory().unwrap();
    let newest = crate::store::schema::MIGRATIONS.iter().position(|one| one.contains("next_thread")).unwrap();
    for migration in &crate::store::schema::MIGRATIONS[..newest] {
        db.execute_batch(migration).unwrap();
    }
    db.execute_batch(
        "PRAGMA foreign_keys = ON;
         INSERT INTO account (id, name, address, smtp_host, smtp_port, imap_host, imap_port, user)
             VALUES (1, '', 'alice@example.test', '', 587, '', 993, '');
         INSERT INTO folder (id, account, path, name, role) VALUES (1, 1, 'INBOX', 'INBOX', 'inbox');
         INSERT INTO raw (id, sha256, size, deflated) VALUES (1, x'01', 1, x'02');
         INSERT INTO message (folder, uid, raw, is_seen, is_flagged, is_answered, has_attachments, position, from_name,
             from_address, subject, preview)
             VALUES (1, 1, 1, 0, 0, 0, 0, 7, '', '', 'Re: x', ''), (1, 2, 1, 0, 0, 0, 0, 8, '', '', 'x', '');",
    )
    .unwrap();
    db.execute_batch(crate::store::schema::MIGRATIONS[newest]).unwrap();
    let waiting: i64 = db.query_row("SELECT count(*) FROM message WHERE thread IS NULL", [], |row| row.get(0)).unwrap();
    assert_eq!(waiting, 2);
    let people = [Mailbox::new("", "a@x.test"), Mailbox::new("", "b@x.test")];
    let one = Lineage::new(None, &[], &people);
    adopt(&db, 1, &member(&one, "Re: x", 8)).unwrap();
    adopt(&db, 2, &member(&one, "x", 7)).unwrap();
    let kept: (i64, i64) = db
        .query_row("SELECT count(DISTINCT thread), count(thread) FROM message", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(kept, (1, 2), "a bare answer to the other one");
    db.execute_batch("DELETE FROM message WHERE id = 1").unwrap();
    let rows: i64 = db.query_row("SELECT count(*) FROM threaded", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1, "what it said goes with it");
}

fn said(id: i64, references: &[i64]) -> Member {
    Member { id: Some(id), references: references.to_vec(), people: vec![1, 2], ..Member::default() }
}

fn assessed(new: &NewMessage) -> AssessedRow {
    AssessedRow {
        lock: "encrypted",
        seal: "authenticated",
        from: new.from.clone(),
        subject: new.subject.clone(),
        preview: String::new(),
        date: None,
        has_attachments: false,
        lineage: new.lineage.clone(),
    }
}

#[test]
fn what_is_protected_counts_once_a_message_was_opened_and_what_stood_outside_no_longer() {
    let (_dir, _, store) = profile();
    let folder = inbox(&store);
    let first = add(&store, folder, &written(0, &said(1, &[])));
    let other = add(&store, folder, &written(1, &said(2, &[])));
    // Outside it is an answer to the second, inside one to the first.
    let outer = written(2, &said(3, &[2]));
    let moved = add(&store, folder, &outer);
    let after = add(&store, folder, &written(3, &said(4, &[3])));
    assert_eq!(thread_of(&store, moved), thread_of(&store, other));
    let inner = written(2, &said(3, &[1]));
    store.set_assessed(moved, &assessed(&inner)).unwrap();
    assert_eq!(thread_of(&store, moved), thread_of(&store, first));
    assert_eq!(thread_of(&store, after), thread_of(&store, first), "those who answer it come along");
    assert_ne!(thread_of(&store, other), thread_of(&store, first));
    let again = thread_of(&store, other);
    store.set_assessed(moved, &assessed(&inner)).unwrap();
    assert_eq!(thread_of(&store, other), again, "and nothing changes when it is opened again");
}

#[test]
fn a_subject_that_was_hidden_joins_once_it_is_known() {
    let (_dir, _, store) = profile();
    let folder = inbox(&store);
    let people = vec![1, 2];
    let hidden = NewMessage { subject: "Re: [...]".into(), ..written(0, &Member { people, ..Member::default() }) };
    let dots = NewMessage { subject: "[...]".into(), ..hidden.clone() };
    let (answer, question) = (add(&store, folder, &hidden), add(&store, folder, &dots));
    assert_ne!(thread_of(&store, answer), thread_of(&store, question), "dots are no subject");
    store.set_assessed(question, &AssessedRow { subject: "The offer".into(), ..assessed(&dots) }).unwrap();
    store.set_assessed(answer, &AssessedRow { subject: "Re: The offer".into(), ..assessed(&hidden) }).unwrap();
    assert_eq!(thread_of(&store, answer), thread_of(&store, question));
}

#[test]
fn a_conversation_spans_folders_and_a_copy_belongs_to_it() {
    let (_dir, _, store) = profile();
    let folder = inbox(&store);
    let account = store.accounts().unwrap()[0].id;
    let sent = store.ensure_folder(account, "Sent", "Sent", "sent").unwrap();
    let question = add(&store, folder, &written(0, &said(1, &[])));
    let answer = add(&store, sent, &written(1, &said(2, &[1])));
    let copy = store.duplicate(question, sent, crate::store::tests::now()).unwrap();
    let rows = store.conversation(thread_of(&store, question), &[folder, sent], question).unwrap();
    let sources: Vec<_> = rows.iter().filter(|one| one.row.id != answer).map(|one| one.source).collect();
    assert_eq!(sources[0], sources[1], "a copy is of the same source");
    let mut found: Vec<_> = rows.iter().map(|one| (one.row.id, one.row.folder, one.member.id)).collect();
    found.sort_unstable();
    let [one, two] = [1, 2].map(|id| Some(number(&format!("{id}@example.test"))));
    assert_eq!(found, [(question, folder, one), (answer, sent, two), (copy, sent, one)]);
    let unified: Vec<i64> = store.rows_of(&[folder, sent], 10).unwrap().iter().map(|row| row.id).collect();
    assert_eq!(unified.len(), 3);
    assert_eq!(store.rows_of(&[folder, sent], 2).unwrap().len(), 2);
    assert_eq!(store.members(&[folder, sent]).unwrap()[&answer].references, [one.unwrap()]);
}

#[test]
fn the_lists_of_several_folders_are_one_newest_first() {
    let (_dir, _, store) = profile();
    let folder = inbox(&store);
    let account = store.accounts().unwrap()[0].id;
    let other = store.ensure_folder(account, "Other", "Other", "").unwrap();
    for uid in 1..=20 {
        add(&store, if uid % 3 == 0 { other } else { folder }, &message(uid));
    }
    let uids: Vec<_> = store.rows_of(&[folder, other], 100).unwrap().iter().map(|row| row.uid.unwrap()).collect();
    assert_eq!(uids, (1..=20).rev().collect::<Vec<_>>());
}

#[test]
fn a_number_is_never_given_twice() {
    let (_dir, _, store) = profile();
    let folder = inbox(&store);
    let first = add(&store, folder, &written(0, &said(1, &[9])));
    let thread = thread_of(&store, first);
    store.remove_message(first).unwrap();
    let other = add(&store, folder, &written(1, &said(2, &[])));
    assert_ne!(thread_of(&store, other), thread, "9 may still come, and belongs to nobody here");
}

#[test]
fn many_of_one_subject_and_far_too_many_references_do_not_make_it_slow() {
    let (_dir, _, store) = profile();
    let folder = inbox(&store);
    let flood: Vec<NewMessage> = (0..3_000)
        .map(|n| {
            let at = i64::from(n) % (NEAR_MS / 2);
            written(
                n as usize,
                &Member { subject: Some(1), is_bare: true, at, people: vec![1, 2], ..Member::default() },
            )
        })
        .collect();
    let begin = std::time::Instant::now();
    store.add_messages(folder, &flood).unwrap();
    let ids: Vec<i64> = (0..10_000).collect();
    let chained: Vec<NewMessage> = (0..300).map(|n| written(n as usize, &said(20_000 + i64::from(n), &ids))).collect();
    store.add_messages(folder, &chained).unwrap();
    assert!(begin.elapsed() < std::time::Duration::from_mins(1), "{:?}", begin.elapsed());
    let rows: i64 = store.db().query_row("SELECT count(*) FROM known_id", [], |row| row.get(0)).unwrap();
    assert!(rows < 1_000, "{rows}");
}
