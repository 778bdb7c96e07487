//! The search index: how fast it takes messages in, how much of the disk it has, and how long a query takes.

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::{Timestamp, Zoned};
use kakitome::domain::{Mailbox, RawMessage};
use kakitome::store::search::query::parse;
use kakitome::store::search::{SearchDocument, SearchIndex};
use kakitome::store::{AccountRecord, AssessedRow, MessageFlags, NewMessage, ProfileKey, Store};

/// Queries that are asked.
const QUERIES: usize = 200;
/// Messages between two commits, as the engine has it.
const COMMIT: usize = 2_000;

/// Takes so many generated messages in, and asks.
pub fn run(count: usize) {
    let dir = tempfile::tempdir().unwrap();
    let key = ProfileKey::generate().unwrap();
    let store = Store::open(dir.path(), &key).unwrap();
    fill(&store, count);
    let index = SearchIndex::of(dir.path(), &key);
    let mut numbers = Numbers(7);
    let (began, used) = (Instant::now(), super::process_time());
    let mut text = 0;
    let mut last = None;
    loop {
        let due = store.due_for_search(last.as_ref(), 500).unwrap();
        for one in &due {
            let document = document(&mut numbers, one.message);
            text += document.body.iter().map(String::len).sum::<usize>();
            index.take(&store, one, Some(&document)).unwrap();
        }
        if index.waiting() >= COMMIT {
            index.commit(&store, false).unwrap();
        }
        last = due.into_iter().next_back();
        if last.is_none() {
            break;
        }
    }
    index.commit(&store, true).unwrap();
    let (spent, used) = (began.elapsed(), super::process_time() - used);
    let rate = count as f64 / spent.as_secs_f64();
    let size = bytes(&dir.path().join("search"));
    println!("messages            {count}, with {:.1} MB of text", text as f64 / 1e6);
    println!(
        "taking in           {:.2} s, {rate:.0}/s; {:.2} s of the processor",
        spent.as_secs_f64(),
        used.as_secs_f64()
    );
    println!("on the disk         {:.1} MB", size as f64 / 1e6);
    let began = Instant::now();
    assert!(index.check(&store).unwrap());
    println!("checked as a whole  {:.0} ms", began.elapsed().as_secs_f64() * 1000.0);
    ask(&store, &index, &mut numbers);
}

fn ask(store: &Store, index: &SearchIndex, numbers: &mut Numbers) {
    let now = Zoned::now();
    let (mut times, mut found): (Vec<(Duration, String)>, usize) = (Vec::new(), 0);
    for nth in 0..QUERIES {
        let (a, b, c) = (numbers.word(), numbers.word(), numbers.japanese());
        let text = match nth % 10 {
            0 => a,
            1 => format!("{a} {b}"),
            2 => c,
            3 => format!("\"{a} {b}\""),
            4 => format!("from:person{} {a}", numbers.below(100)),
            5 => format!("{c} -{a}"),
            6 => a.chars().take(3).collect(),
            7 => format!("is:unread {b}"),
            8 => format!("after:2026-06-01 ({a} OR {c})"),
            _ => c.chars().take(1).collect(),
        };
        let query = parse(&text, &now, true);
        let began = Instant::now();
        found += index.search(store, &query, 1_000).unwrap().total;
        times.push((began.elapsed(), text));
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].0.as_secs_f64() * 1000.0;
    println!("queries             {QUERIES}, which found {found}");
    println!(
        "a query             p50 {:.2} ms, p95 {:.2} ms, longest {:.2} ms ({})",
        at(0.5),
        at(0.95),
        at(1.0),
        times[times.len() - 1].1
    );
}

fn fill(store: &Store, count: usize) {
    let account = store
        .save_account(&AccountRecord { address: "alice@example.test".into(), ..AccountRecord::default() })
        .unwrap();
    let folder = store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    let message = |number: usize| NewMessage {
        uid: None,
        flags: MessageFlags { is_seen: !number.is_multiple_of(5), ..MessageFlags::default() },
        received_at: None,
        date: None,
        from: Mailbox::new("Bob", "bob@example.test"),
        subject: format!("Letter {number}"),
        preview: String::new(),
        has_attachments: false,
        lineage: kakitome::domain::thread::Lineage::default(),
        raw: RawMessage::new(number.to_string().into_bytes()),
    };
    let all: Vec<NewMessage> = (0..count).map(message).collect();
    for id in store.add_messages(folder, &all).unwrap().into_iter().flatten() {
        let found = AssessedRow {
            lock: "not_encrypted",
            seal: "unsigned",
            from: Mailbox::new("Bob", "bob@example.test"),
            subject: "Letter".into(),
            preview: String::new(),
            date: None,
            has_attachments: false,
            lineage: kakitome::domain::thread::Lineage::default(),
        };
        store.set_assessed(id, &found).unwrap();
    }
}

fn document(numbers: &mut Numbers, number: i64) -> SearchDocument {
    let mut body = String::new();
    for _ in 0..60 + numbers.below(400) {
        let word = if numbers.below(6) == 0 { numbers.japanese() } else { numbers.word() };
        body.push_str(&word);
        body.push(if numbers.below(12) == 0 { '\n' } else { ' ' });
    }
    let person = numbers.below(100);
    SearchDocument {
        from: vec![Mailbox::new(format!("Person {person}"), format!("person{person}@example.test"))],
        to: vec![Mailbox::new("Alice", "alice@example.test")],
        subject: format!("{} {} {}", numbers.word(), numbers.japanese(), number),
        body: vec![body],
        date: Timestamp::from_second(1_700_000_000 + number * 900).ok(),
        size: 4_000,
        ..SearchDocument::default()
    }
}

/// Numbers as good as random, the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// Of 20,000 words, the first far more often than the last.
    fn word(&mut self) -> String {
        const SYLLABLES: [&str; 20] = [
            "ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "da", "pe", "go", "hu", "fi", "za", "re", "no", "si",
            "ta", "lu",
        ];
        let mut rank = 20_000 / (1 + self.below(2_000)) + self.below(10);
        let mut word = String::new();
        loop {
            word.push_str(SYLLABLES[(rank % 20) as usize]);
            rank /= 20;
            if rank == 0 {
                return word;
            }
        }
    }

    /// Two to five letters of Japanese.
    fn japanese(&mut self) -> String {
        let letters: Vec<char> =
            "請求書会議資料送付確認予定変更連絡御中様今回次日時間場所東京大阪株式社員部長のをにはがでとも"
                .chars()
                .collect();
        (0..2 + self.below(4))
            .map(|_| letters[(self.below(40) * self.below(letters.len() as u64) / 40) as usize])
            .collect()
    }
}

fn bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| if entry.path().is_dir() { bytes(&entry.path()) } else { entry.metadata().unwrap().len() })
        .sum()
}
