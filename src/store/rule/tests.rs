use super::*;
use crate::store::tests::{inbox, message, now, profile};
use crate::store::{FolderNews, NewMessage, ProfileKey};

fn rule(folder: i64) -> RuleRecord {
    RuleRecord {
        name: "to the archive".into(),
        is_enabled: true,
        conditions: vec![Condition { test: Test::Attachments, is_not: true }],
        actions: vec![Action::Move(folder), Action::Tag("work".into())],
        ..RuleRecord::default()
    }
}

/// The server has these, and they are fetched and assessed.
fn come(store: &Store, folder: i64, uids: &[u32], uid_next: u32) {
    let new: Vec<(u32, u32)> = uids.iter().map(|uid| (*uid, 10)).collect();
    store.take_news(folder, &FolderNews { uid_next, new, ..FolderNews::default() }).unwrap();
    let fetched: Vec<(NewMessage, String)> = uids.iter().map(|uid| (message(*uid), String::new())).collect();
    store.add_fetched(folder, &fetched).unwrap();
    assess(store);
}

fn assess(store: &Store) {
    for (id, _) in store.unassessed(i64::MAX, 1_000).unwrap() {
        store.set_headline(id, "not_encrypted", "unsigned").unwrap();
    }
}

fn waiting(store: &Store) -> Vec<i64> {
    store.unruled(0, 100).unwrap().into_iter().map(|one| one.message).collect()
}

fn set_up() -> (tempfile::TempDir, ProfileKey, Store, i64, i64) {
    let (dir, key, store) = profile();
    let inbox = inbox(&store);
    let account = store.folders().unwrap()[0].account;
    let archive = store.ensure_folder(account, "Archive", "Archive", "archive").unwrap();
    store.renumber(inbox, 7).unwrap();
    (dir, key, store, inbox, archive)
}

fn at(store: &Store, message: i64) -> i64 {
    store.row(message).unwrap().0
}

#[test]
fn what_was_there_before_the_account_was_is_not_new() {
    let (_dir, _, store, inbox, archive) = set_up();
    store.save_rule(&rule(archive)).unwrap();
    come(&store, inbox, &[1, 2, 3], 4);
    assert!(waiting(&store).is_empty(), "the first look at a mailbox finds years of mail");
    come(&store, inbox, &[4], 5);
    let found = waiting(&store);
    assert_eq!(found.len(), 1);
    assert_eq!(store.row(found[0]).unwrap().1.uid, Some(4));
}

#[test]
fn without_a_rule_that_is_on_nothing_waits_for_one() {
    let (_dir, _, store, inbox, archive) = set_up();
    let id = store.save_rule(&RuleRecord { is_enabled: false, ..rule(archive) }).unwrap();
    come(&store, inbox, &[], 1);
    come(&store, inbox, &[1], 2);
    assert!(waiting(&store).is_empty());
    store.enable_rule(id, true).unwrap();
    come(&store, inbox, &[2], 3);
    assert_eq!(waiting(&store).len(), 1, "and only what comes from then on");
}

#[test]
fn rules_are_run_once_on_a_message_wherever_the_program_ends() {
    let (dir, key, store, inbox, archive) = set_up();
    store.save_rule(&rule(archive)).unwrap();
    come(&store, inbox, &[], 1);
    come(&store, inbox, &[1], 2);
    let id = waiting(&store)[0];
    drop(store);
    // Killed after it came, and before the rules were run.
    let store = Store::open(dir.path(), &key).unwrap();
    assert_eq!(waiting(&store), [id]);
    let steps = RuleSteps { flags: vec![("work".into(), true)], copies: Vec::new(), to: Some(archive) };
    let done = store.rule_arrival(id, &steps, now()).unwrap().unwrap();
    assert_eq!(done, Ruled { flags: vec![("work".into(), false)], copies: Vec::new(), from: Some(inbox) });
    assert_eq!((at(&store, id), store.keywords(id).unwrap()), (archive, vec!["work".to_owned()]));
    // The user takes it back, and it stays so.
    store.relocate(id, inbox, now()).unwrap();
    drop(store);
    let store = Store::open(dir.path(), &key).unwrap();
    assert!(waiting(&store).is_empty());
    assert_eq!(store.rule_arrival(id, &steps, now()).unwrap(), None);
    assert_eq!(at(&store, id), inbox);
}

#[test]
fn a_step_that_can_not_be_done_leaves_nothing_done() {
    let (_dir, _, store, inbox, archive) = set_up();
    store.save_rule(&rule(archive)).unwrap();
    come(&store, inbox, &[], 1);
    come(&store, inbox, &[1], 2);
    let id = waiting(&store)[0];
    let steps = RuleSteps { flags: vec![("work".into(), true)], copies: vec![archive], to: Some(4_711) };
    assert!(store.rule_arrival(id, &steps, now()).is_err());
    assert_eq!(waiting(&store), [id], "it still waits");
    assert!(store.keywords(id).unwrap().is_empty());
    assert!(store.rows(archive, 10, 0).unwrap().is_empty());
}

#[test]
fn what_the_user_puts_elsewhere_or_back_is_left_alone() {
    let (_dir, _, store, inbox, archive) = set_up();
    store.save_rule(&rule(archive)).unwrap();
    let other = store.ensure_folder(store.folders().unwrap()[0].account, "Own", "Own", "").unwrap();
    come(&store, inbox, &[], 1);
    come(&store, inbox, &[1, 2], 3);
    let [first, second] = waiting(&store)[..] else { panic!() };
    // Out of the inbox before the rules were run.
    store.relocate(first, other, now()).unwrap();
    assert!(store.unruled(0, 10).unwrap()[0].is_elsewhere);
    let steps = RuleSteps { to: Some(archive), ..RuleSteps::default() };
    assert_eq!(store.rule_arrival(first, &steps, now()).unwrap(), Some(Ruled::default()));
    assert_eq!(at(&store, first), other);
    store.rule_arrival(second, &RuleSteps::default(), now()).unwrap();
    // Another program copied the one into the inbox, and moved the other out and in again.
    store
        .take_news(
            inbox,
            &FolderNews { uid_next: 3, gone: crate::store::Gone::These(vec![2..=2]), ..FolderNews::default() },
        )
        .unwrap();
    let again: Vec<(NewMessage, String)> =
        [(3, 1), (4, 2)].map(|(uid, of)| (NewMessage { uid: Some(uid), ..message(of) }, String::new())).into();
    store.take_news(inbox, &FolderNews { uid_next: 5, new: vec![(3, 10), (4, 10)], ..FolderNews::default() }).unwrap();
    assert_eq!(store.add_fetched(inbox, &again).unwrap(), 2);
    assess(&store);
    assert!(waiting(&store).is_empty());
}

#[test]
fn what_is_put_elsewhere_while_rules_run_on_its_folder_stays_there_and_nothing_is_filed_twice() {
    let (_dir, _, store, inbox, archive) = set_up();
    store.save_rule(&rule(archive)).unwrap();
    let other = store.ensure_folder(store.folders().unwrap()[0].account, "Own", "Own", "").unwrap();
    come(&store, inbox, &[], 1);
    come(&store, inbox, &[1, 2, 3], 4);
    let [first, second, third] = waiting(&store)[..] else { panic!() };
    store.relocate(first, other, now()).unwrap();
    let moves = RuleSteps { to: Some(archive), ..RuleSteps::default() };
    assert!(matches!(store.rule_message((first, inbox), &moves, now()), Err(StoreError::NotFound)));
    assert_eq!(at(&store, first), other);
    // What the user has filed by a rule is not filed again as something that came.
    let copies = RuleSteps { copies: vec![archive], ..RuleSteps::default() };
    store.rule_message((second, inbox), &copies, now()).unwrap();
    assert_eq!(store.rule_arrival(second, &copies, now()).unwrap(), None);
    assert_eq!(store.rows(archive, 10, 0).unwrap().len(), 1);
    // What was only marked is still to be filed.
    let marks = RuleSteps { flags: vec![("work".into(), true)], ..RuleSteps::default() };
    store.rule_message((third, inbox), &marks, now()).unwrap();
    assert_eq!(waiting(&store), [first, third]);
}

/// The server has a message of before the rules no longer in the inbox, and then again.
#[test]
fn what_comes_back_into_the_inbox_is_not_new() {
    let (_dir, _, store, inbox, archive) = set_up();
    come(&store, inbox, &[1, 2], 3);
    store.save_rule(&rule(archive)).unwrap();
    let again = |uid: u32, of: u32, uid_next: u32| {
        let news = FolderNews { uid_next, new: vec![(uid, 10)], ..FolderNews::default() };
        store.take_news(inbox, &news).unwrap();
        let message = NewMessage { uid: Some(uid), ..message(of) };
        assert_eq!(store.add_fetched(inbox, &[(message, String::new())]).unwrap(), 1);
        assess(&store);
    };
    let gone = crate::store::Gone::These(vec![1..=1]);
    store.take_news(inbox, &FolderNews { uid_next: 3, gone, ..FolderNews::default() }).unwrap();
    again(3, 1, 4);
    assert!(waiting(&store).is_empty());
    let gone = crate::store::Gone::AllBut(vec![3]);
    store.take_news(inbox, &FolderNews { uid_next: 4, gone, ..FolderNews::default() }).unwrap();
    again(4, 2, 5);
    assert!(waiting(&store).is_empty());
    // Renumbered, and not there when it was looked through.
    store.renumber(inbox, 8).unwrap();
    store.end_renumbering(inbox).unwrap();
    come(&store, inbox, &[], 7);
    again(7, 2, 8);
    assert!(waiting(&store).is_empty());
    again(8, 5, 9);
    assert_eq!(waiting(&store).len(), 1, "and what is new is new");
}

#[test]
fn a_mailbox_that_is_renumbered_is_not_new() {
    let (_dir, _, store, inbox, archive) = set_up();
    store.save_rule(&rule(archive)).unwrap();
    come(&store, inbox, &[], 1);
    store.take_news(inbox, &FolderNews { uid_next: 2, new: vec![(1, 10)], ..FolderNews::default() }).unwrap();
    store.renumber(inbox, 8).unwrap();
    come(&store, inbox, &[1], 2);
    assert!(waiting(&store).is_empty());
}

#[test]
fn what_comes_by_pop3_is_new_and_what_the_user_copies_there_is_not() {
    let (_dir, _, store) = profile();
    let account = store.save_account(&crate::store::AccountRecord {
        address: "p@example.test".into(),
        smtp_host: "s".into(),
        pop: Some(crate::store::PopAccess {
            host: "pop.example.test".into(),
            port: 995,
            leaves: true,
            before_smtp: false,
        }),
        ..crate::store::AccountRecord::default()
    });
    let account = account.unwrap();
    let inbox = store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    let other = store.ensure_folder(account, "Other", "Other", "").unwrap();
    store.save_rule(&rule(other)).unwrap();
    let new = |uid| NewMessage { uid: None, ..message(uid) };
    let popped = |unique_id, was_there| crate::store::Popped { unique_id, bytes: 10, was_there };
    store.add_popped(account, inbox, popped("a", false), &new(1)).unwrap();
    // It was on the server before the account was here.
    store.add_popped(account, inbox, popped("b", true), &new(3)).unwrap();
    let kept = store.add_message(other, &new(2)).unwrap().unwrap();
    store.duplicate(kept, inbox, now()).unwrap();
    assess(&store);
    let found = waiting(&store);
    assert_eq!(found.len(), 1);
    assert_eq!(store.row(found[0]).unwrap().1.subject, "書留 1");
}

#[test]
fn rules_keep_their_order_and_what_they_say() {
    let (_dir, _, store, _, archive) = set_up();
    let first = store.save_rule(&rule(archive)).unwrap();
    let full = RuleRecord {
        name: "二番目".into(),
        is_any: true,
        account: store.accounts().unwrap().first().map(|account| account.id),
        conditions: vec![
            Condition { test: Test::Query("from:bob -tag:work".into()), is_not: false },
            Condition { test: Test::Text { place: TextPlace::ListId, words: "dev".into() }, is_not: true },
            Condition { test: Test::Sender { method: "dmarc".into(), result: "pass".into() }, is_not: false },
            Condition { test: Test::Seal("broken".into()), is_not: false },
        ],
        actions: vec![Action::Copy(archive), Action::Star, Action::Read, Action::Junk, Action::Delete, Action::Stop],
        ..RuleRecord::default()
    };
    let second = store.save_rule(&full).unwrap();
    assert_eq!(store.rules().unwrap()[1], RuleRecord { id: second, ..full });
    store.order_rules(&[second, first]).unwrap();
    assert_eq!(store.rules().unwrap().iter().map(|rule| rule.id).collect::<Vec<_>>(), [second, first]);
    store.break_rule(first, "folder_gone").unwrap();
    let broken = &store.rules().unwrap()[1];
    assert_eq!((broken.is_enabled, broken.trouble.as_str()), (false, "folder_gone"));
}

/// What an older version of the program kept is there with the new tables, and nothing of it is taken for new.
#[test]
fn a_profile_of_the_schema_before_comes_along() {
    let db = rusqlite::Connection::open_in_memory().unwrap();
    let all = crate::store::schema::MIGRATIONS;
    let number = all.iter().position(|step| step.contains("CREATE TABLE tag ")).unwrap();
    for step in &all[..number] {
        db.execute_batch(step).unwrap();
    }
    db.execute_batch(
        "INSERT INTO account (id, name, address, smtp_host, smtp_port, imap_host, imap_port, user)
             VALUES (1, '', 'a@example.test', 's', 587, 'i', 993, 'u');
         INSERT INTO folder (id, account, path, name, role, uid_next) VALUES (1, 1, 'INBOX', 'INBOX', 'inbox', 9);
         INSERT INTO raw (id, sha256, size, deflated) VALUES (1, x'00', 1, x'00');
         INSERT INTO message (folder, uid, raw, is_seen, is_flagged, is_answered, has_attachments, position,
             from_name, from_address, subject, preview, keywords)
             VALUES (1, 1, 1, 0, 0, 0, 0, 0, '', '', '', '', '$label1 work');",
    )
    .unwrap();
    for step in &all[number..] {
        db.execute_batch(step).unwrap();
    }
    let count =
        |table: &str| -> i64 { db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap() };
    assert_eq!((count("message"), count("tag"), count("unruled"), count("rule")), (1, 5, 0, 0));
}
