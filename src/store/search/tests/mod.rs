mod healing;
mod language;
mod secrecy;

use jiff::{Timestamp, Zoned};
use tempfile::TempDir;

use super::query::parse;
use super::*;
use crate::domain::{Mailbox, RawMessage};
use crate::store::{AccountRecord, AssessedRow, MessageFlags, NewMessage, ProfileKey, Store};

/// A profile with an index.
struct Lab {
    store: Store,
    index: SearchIndex,
    key: ProfileKey,
    account: i64,
    folder: i64,
    dir: TempDir,
}

impl Lab {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let key = ProfileKey::generate().unwrap();
        let store = Store::open(dir.path(), &key).unwrap();
        let record = AccountRecord { address: "alice@example.test".into(), ..AccountRecord::default() };
        let account = store.save_account(&record).unwrap();
        let folder = store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
        let index = SearchIndex::of(dir.path(), &key);
        Self { store, index, key, account, folder, dir }
    }

    /// The same profile after the program was ended and started again.
    fn again(self) -> Self {
        let Self { store, index, key, account, folder, dir } = self;
        drop((store, index));
        let store = Store::open(dir.path(), &key).unwrap();
        let index = SearchIndex::of(dir.path(), &key);
        Self { store, index, key, account, folder, dir }
    }

    /// A message of the store, assessed.
    fn message(&self, folder: i64, lock: &'static str, raw: &str) -> i64 {
        let new = NewMessage {
            uid: None,
            flags: MessageFlags::default(),
            received_at: None,
            date: None,
            from: Mailbox::default(),
            subject: String::new(),
            preview: String::new(),
            has_attachments: false,
            lineage: crate::domain::thread::Lineage::default(),
            raw: RawMessage::new(raw.as_bytes().to_vec()),
        };
        let id = self.store.add_message(folder, &new).unwrap().unwrap();
        self.assess(id, lock, "unsigned");
        id
    }

    fn assess(&self, id: i64, lock: &'static str, seal: &'static str) {
        let found = AssessedRow {
            lock,
            seal,
            from: Mailbox::default(),
            subject: String::new(),
            preview: String::new(),
            date: None,
            has_attachments: false,
            lineage: crate::domain::thread::Lineage::default(),
        };
        self.store.set_assessed(id, &found).unwrap();
    }

    /// Takes everything in that is due.
    fn work(&self, mut document: impl FnMut(i64) -> SearchDocument) {
        while let due @ [_, ..] = &self.store.due_for_search(None, 100).unwrap()[..] {
            for one in due {
                let made = one.now.is_some().then(|| document(one.message));
                self.index.take(&self.store, one, made.as_ref()).unwrap();
            }
            self.index.commit(&self.store, false).unwrap();
        }
        self.index.commit(&self.store, true).unwrap();
    }

    /// Messages of these texts, in the order of their dates.
    fn texts(&self, texts: &[&str]) -> Vec<i64> {
        let ids: Vec<i64> = texts.iter().map(|text| self.message(self.folder, "not_encrypted", text)).collect();
        self.work(|id| text(texts[ids.iter().position(|other| *other == id).unwrap()], id));
        ids
    }

    fn found(&self, query: &str) -> Vec<i64> {
        let found = self.index.search(&self.store, &parse(query, &now(), false), 1_000).unwrap();
        assert!(!found.is_anew, "{query}");
        assert_eq!(found.messages.len(), found.total);
        found.messages
    }

    /// The places, from 0 on, of the texts that are found, in the order they were given in.
    fn places(&self, ids: &[i64], query: &str) -> Vec<usize> {
        let found = self.found(query);
        ids.iter().enumerate().filter(|(_, id)| found.contains(id)).map(|(at, _)| at).collect()
    }
}

fn now() -> Zoned {
    "2026-11-28T09:00:00+09:00[Asia/Tokyo]".parse().unwrap()
}

fn text(body: &str, second: i64) -> SearchDocument {
    SearchDocument {
        body: vec![body.to_owned()],
        date: Some(Timestamp::from_second(second).unwrap()),
        ..SearchDocument::default()
    }
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}
