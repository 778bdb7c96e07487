use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::store::rescue::{BUILDING, REBUILT};
use crate::store::tests::{message, now};
use crate::store::{AccountRecord, NewMessage, ProfileKey};

fn key() -> ProfileKey {
    ProfileKey::of_bytes((1..=32).collect())
}

/// A profile of some pages, half of them free.
fn filled() -> (TempDir, Store, SearchIndex) {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), &key()).unwrap();
    let account = store.save_account(&AccountRecord { name: "local".into(), ..AccountRecord::default() }).unwrap();
    let folder = store.ensure_folder(account, "Old", "Old", "").unwrap();
    let number = |uid: u32, n: u32| (n.wrapping_mul(uid + 7) ^ (n << 9)).to_be_bytes();
    let text = |uid: u32| (0..9_000).flat_map(|n| number(uid, n)).collect::<Vec<u8>>();
    let messages: Vec<NewMessage> =
        (1..=40).map(|uid| NewMessage { raw: crate::domain::RawMessage::new(text(uid)), ..message(uid) }).collect();
    store.add_messages(folder, &messages).unwrap();
    for row in store.rows(folder, 20, 0).unwrap() {
        store.remove_message(row.id).unwrap();
    }
    store.set_setting("kept", &now().as_second()).unwrap();
    let search = SearchIndex::of(dir.path(), &key());
    (dir, store, search)
}

fn is_old(dir: &TempDir, store: &Store) {
    assert!(!dir.path().join(BUILDING).exists() && !dir.path().join(REBUILT).exists());
    assert_eq!(store.setting("kept").unwrap(), Some(now().as_second()));
    store.set_setting("later", &1).unwrap();
}

#[test]
fn room_is_given_back_and_nothing_else() {
    let (dir, store, search) = filled();
    let done = store.compact(&search, &|_, _| true).unwrap().unwrap();
    assert!(done.after < done.before / 3 * 2, "{done:?}");
    is_old(&dir, &store);
    drop(store);
    let store = Store::open(dir.path(), &key()).unwrap();
    assert_eq!(store.setting("later").unwrap(), Some(1));
}

#[test]
fn a_damaged_database_is_not_written_anew() {
    let (dir, store, search) = filled();
    drop(store);
    let path = dir.path().join("profile.db");
    let bytes = fs::read(&path).unwrap();
    let mut spoilt = bytes.clone();
    // In a page of messages, which writing anew would meet last or not at all.
    let at = bytes.len() / 3 / PAGE * PAGE + 77;
    spoilt[at] ^= 1;
    fs::write(&path, &spoilt).unwrap();
    let store = Store::open(dir.path(), &key()).unwrap();
    let told = store.compact(&search, &|stage, _| {
        assert_eq!(stage, "pages");
        true
    });
    assert!(matches!(told, Err(StoreError::Damaged("page"))), "{told:?}");
    is_old(&dir, &store);
}

#[test]
fn what_is_stopped_or_fails_leaves_the_old_one_open_and_nothing_beside_it() {
    let (dir, store, search) = filled();
    for stage in ["pages", "unused", "search", "copy"] {
        assert!(store.compact(&search, &|at, _| at != stage).unwrap().is_none(), "{stage}");
        is_old(&dir, &store);
    }
    // It can't get its name: a folder has it.
    let blocked = dir.path().join(REBUILT);
    let failed = store.compact(&search, &|stage, _| {
        if stage == "copy" {
            let _ = fs::create_dir(&blocked);
        }
        true
    });
    assert!(failed.is_err());
    fs::remove_dir(&blocked).unwrap();
    is_old(&dir, &store);
}

#[test]
fn what_can_not_take_the_place_of_the_old_one_is_gone_and_the_old_one_open() {
    let (dir, store, _) = filled();
    let rebuilt = dir.path().join(REBUILT);
    fs::create_dir(&rebuilt).unwrap();
    let version = store.version();
    assert!(matches!(store.exchange(store.db()), Err(StoreError::File(_))));
    fs::remove_dir(&rebuilt).unwrap();
    is_old(&dir, &store);
    assert!(store.version() > version);
    drop(store);
    let store = Store::open(dir.path(), &key()).unwrap();
    assert!(!store.was_open());
    assert_eq!(store.setting("later").unwrap(), Some(1));
}

#[test]
fn others_write_while_it_is_written_anew_and_nothing_of_that_is_lost() {
    let (dir, store, search) = filled();
    let store = Arc::new(store);
    let asked = AtomicUsize::new(0);
    let done = store.compact(&search, &|stage, _| {
        let number = if stage == "copy" { asked.fetch_add(1, Ordering::Relaxed) } else { 2 };
        // Before it is begun, and while it goes on.
        let Some(name) = ["before", "meanwhile"].get(number) else { return true };
        let (others, (sender, receiver)) = (Arc::clone(&store), channel());
        std::thread::spawn(move || sender.send(others.set_setting(name, &5).is_ok()));
        // The connection of all others is free.
        receiver.recv_timeout(Duration::from_secs(20)) == Ok(true)
    });
    assert!(done.unwrap().is_some());
    assert_eq!(store.setting("before").unwrap(), Some(5));
    if asked.load(Ordering::Relaxed) > 1 {
        assert_eq!(store.setting("meanwhile").unwrap(), Some(5));
    }
    is_old(&dir, &store);
}
