use super::*;
use crate::store::schema::MIGRATIONS;
use crate::store::tests::{inbox, message as letter, now, profile};

/// An undo or a notice that still means a message that is gone means no other one.
#[test]
fn no_message_gets_the_row_id_of_one_that_is_gone() {
    let (dir, key, store) = profile();
    let folder = inbox(&store);
    let account = store.folders().unwrap()[0].account;
    let other = store.ensure_folder(account, "Other", "Other", "").unwrap();
    let add = |store: &Store, folder, uid| store.add_message(folder, &letter(uid)).unwrap().unwrap();
    let mut ids: Vec<i64> = (1..=3).map(|uid| add(&store, folder, uid)).collect();
    // The newest last, and first; then the whole folder with it.
    store.remove_messages(&[ids[1], ids[2]]).unwrap();
    ids.push(add(&store, folder, 4));
    store.remove_message(ids[3]).unwrap();
    store.remove_message(ids[0]).unwrap();
    ids.push(store.duplicate(add(&store, other, 5), folder, now()).unwrap());
    ids.push(ids[4] - 1);
    store.remove_folder(folder).unwrap();
    store.remove_folder(other).unwrap();
    drop(store);
    let store = Store::open(dir.path(), &key).unwrap();
    let folder = store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    ids.push(add(&store, folder, 6));
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once, (1..=7).collect::<Vec<_>>(), "{ids:?}");
}

#[test]
fn a_profile_of_the_schema_before_goes_on_counting() {
    let db = rusqlite::Connection::open_in_memory().unwrap();
    db.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    let number = MIGRATIONS.iter().position(|step| step.contains("last-message-id")).unwrap();
    for step in &MIGRATIONS[..number] {
        db.execute_batch(step).unwrap();
    }
    db.execute_batch(
        "INSERT INTO account (id, name, address, smtp_host, smtp_port, imap_host, imap_port, user)
             VALUES (1, '', 'a@example.test', 's', 587, 'i', 993, 'u');
         INSERT INTO folder (id, account, path, name, role) VALUES (1, 1, 'INBOX', 'INBOX', 'inbox');
         INSERT INTO raw (id, sha256, size, deflated) VALUES (1, x'00', 1, x'00');
         INSERT INTO message (id, folder, uid, raw, is_seen, is_flagged, is_answered, has_attachments, position, from_name,
             from_address, subject, preview)
             VALUES (7, 1, 1, 1, 0, 0, 0, 0, 0, '', '', '', ''), (9, 1, 2, 1, 0, 0, 0, 0, 0, '', '', '', '');",
    )
    .unwrap();
    for step in &MIGRATIONS[number..] {
        db.execute_batch(step).unwrap();
    }
    db.execute_batch("DELETE FROM message WHERE id = 9").unwrap();
    assert_eq!(next_id(&db).unwrap(), 10);
    db.execute_batch("DELETE FROM message").unwrap();
    assert_eq!(next_id(&db).unwrap(), 11);
}
