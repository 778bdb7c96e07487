mod log;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::OnceLock;

use rusqlite::types::Value;
use tempfile::TempDir;

use super::pages::PAGE;
use super::*;
use crate::domain::{Attachment, Draft, EmailAddress, Envelope, Fingerprint, RawMessage, Technology};
use crate::store::tests::{message, now};
use crate::store::{AccountRecord, CertificateRecord, Intake, NewMessage, NewSubmission, SubmissionState, TrustKind};

const MARK: &[u8] = b"nobody else reads this";
/// What a repair makes anew or sets back.
const MADE_ANEW: [&str; 4] = ["search_index", "indexed", "unindexed", "sqlite_sequence"];

const FOLDER: &str = "id, account, path, name, role, uid_validity";

type Rows = BTreeMap<String, BTreeSet<String>>;

/// A profile as people have it, its rows, and which page holds what (table, kind of page, cells), as SQLite says.
struct Sample {
    folder: TempDir,
    key: ProfileKey,
    rows: Rows,
    /// Without what a repair marks.
    unmarked: Rows,
    pages: BTreeMap<u32, (String, String, u64)>,
}

/// Not random, and never the same.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next(256) as u8).collect()
    }
}

fn text(dice: &mut Dice, length: usize) -> Vec<u8> {
    let mut text = [b"Subject: a letter\r\n\r\n", MARK, b"\r\n"].concat();
    text.extend(openssl::base64::encode_block(&dice.bytes(length)).into_bytes());
    text
}

fn key_record(number: u8, has_secret: bool, dice: &mut Dice) -> CertificateRecord {
    let length = 500 + dice.next(6_000) as usize;
    CertificateRecord {
        technology: Technology::OpenPgp,
        fingerprint: Fingerprint::from_bytes(&[number; 20]),
        bytes: dice.bytes(length),
        has_secret,
        added_at: now(),
        origin: "imported".to_owned(),
    }
}

fn submission(account: i64, dice: &mut Dice) -> NewSubmission {
    let bob = EmailAddress::parse("bob@example.test").unwrap();
    let envelope = Envelope { sender: EmailAddress::parse("alice@example.test").unwrap(), recipients: vec![bob] };
    let bytes = text(dice, 9_000);
    NewSubmission { account, envelope, message: RawMessage::new(bytes), sent_copy: None }
}

fn fill(store: &Store) {
    let mut dice = Dice(7);
    let account = |address: &str, imap: &str| AccountRecord {
        name: "Alice".into(),
        address: address.into(),
        smtp_host: "smtp.example.test".into(),
        smtp_port: 587,
        imap_host: imap.into(),
        imap_port: 993,
        user: "alice".into(),
        ..AccountRecord::default()
    };
    let imap = store.save_account(&account("alice@example.test", "imap.example.test")).unwrap();
    let local = store.save_account(&AccountRecord { name: "local".into(), ..AccountRecord::default() }).unwrap();
    for (folder, count) in [
        (store.note_folder(imap, "INBOX", ("INBOX", "inbox", "/")).unwrap(), 240),
        (store.ensure_folder(local, "Old", "Old", "").unwrap(), 60),
    ] {
        store.renumber(folder, 1).unwrap();
        let messages: Vec<NewMessage> = (1..=count)
            .map(|uid| {
                let size = if uid == 80 { 1_200_000 } else { 200 + dice.next(6_000) as usize };
                NewMessage { raw: RawMessage::new(text(&mut dice, size)), ..message(uid) }
            })
            .collect();
        store.add_messages(folder, &messages).unwrap();
    }
    let records: Vec<_> = (0..40).map(|number| key_record(number, number < 3, &mut dice)).collect();
    let intake = Intake {
        trust: records.iter().map(|one| (one.fingerprint.clone(), TrustKind::Root, BTreeSet::new())).collect(),
        provenance: records.iter().map(|one| (one.fingerprint.clone(), "gnupg", "home".to_owned())).collect(),
        settings: (0..30).map(|number| (format!("setting-{number}"), format!("\"{}\"", "x".repeat(300)))).collect(),
        certificates: records,
        ..Intake::default()
    };
    assert!(store.take_in(&intake, now(), &|_| true).unwrap());
    let mut submissions = Vec::new();
    for _ in 0..6 {
        submissions.push(submission(imap, &mut dice));
    }
    for one in &submissions {
        store.enqueue(std::slice::from_ref(one), now()).unwrap();
    }
    for number in 0..4 {
        let draft = Draft {
            subject: format!("draft {number}"),
            text: "x".repeat(900),
            attachments: vec![Attachment {
                name: "a.bin".into(),
                media_type: "application/octet-stream".into(),
                bytes: dice.bytes(20_000).into(),
            }],
            ..draft()
        };
        store.save_draft(None, Some(imap), &draft, now()).unwrap();
    }
}

fn draft() -> Draft {
    Draft::default()
}

fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let key = ProfileKey::of_bytes((1..=32).collect());
        let store = Store::open(folder.path(), &key).unwrap();
        fill(&store);
        drop(store);
        let store = Store::open(folder.path(), &key).unwrap();
        let (rows, unmarked) = (rows(&store), unmarked(&store));
        let pages = pages_by_table(&store);
        drop(store);
        assert!(!log_of(&folder.path().join(DATABASE)).exists());
        Sample { folder, key, rows, unmarked, pages }
    })
}

fn rows(store: &Store) -> Rows {
    // What is set back so that everything is looked at again.
    rows_of(store, &[("folder", FOLDER)])
}

fn unmarked(store: &Store) -> Rows {
    let draft = "id, account, changed_at, head";
    rows_of(store, &[("folder", FOLDER), ("outbox", "id, account, sender, recipients, bytes"), ("draft", draft)])
}

/// The rows of every table; of some not every column.
fn rows_of(store: &Store, columns: &[(&str, &str)]) -> Rows {
    let db = store.db();
    let mut statement = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").unwrap();
    let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let dump = |name: &String| {
        let what = columns.iter().find(|(table, _)| table == name).map_or("*", |(_, what)| what);
        let mut statement = db.prepare(&format!("SELECT {what} FROM \"{name}\"")).unwrap();
        let width = statement.column_count();
        let line = |row: &rusqlite::Row<'_>| {
            Ok(format!("{:?}", (0..width).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Value>>>()?))
        };
        statement.query_map([], line).unwrap().map(Result::unwrap).collect::<BTreeSet<String>>()
    };
    names.iter().filter(|name| !MADE_ANEW.contains(&&***name)).map(|name| (name.clone(), dump(name))).collect()
}

fn pages_by_table(store: &Store) -> BTreeMap<u32, (String, String, u64)> {
    let db = store.db();
    let query = "SELECT pageno, coalesce((SELECT tbl_name FROM sqlite_master WHERE sqlite_master.name = dbstat.name),
        dbstat.name) || CASE WHEN dbstat.name IN (SELECT name FROM sqlite_master WHERE type = 'index') THEN '.' ELSE '' END,
        pagetype, ncell FROM dbstat";
    let mut statement = db.prepare(query).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?)))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// A copy to be damaged.
fn copied() -> TempDir {
    let dir = TempDir::new().unwrap();
    for entry in fs::read_dir(sample().folder.path()).unwrap().flatten() {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
        }
    }
    dir
}

fn write_at(path: &Path, place: u64, bytes: &[u8]) {
    let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(place)).unwrap();
    file.write_all(bytes).unwrap();
}

fn spoil(dir: &Path, page: u32, dice: &mut Dice) {
    let path = dir.join(DATABASE);
    let start = u64::from(page - 1) * PAGE as u64;
    match dice.next(3) {
        0 => write_at(&path, start, &[0; PAGE]),
        1 => write_at(&path, start, &dice.bytes(PAGE)),
        _ => {
            let place = start + dice.next(PAGE as u64);
            let there = pages::at(&File::open(&path).unwrap(), place, 1).unwrap()[0];
            write_at(&path, place, &[there ^ (1 << dice.next(8))]);
        }
    }
}

fn mend(dir: &Path) -> RepairReport {
    repair(dir, &sample().key, "20261129T020000Z", &|_| true).unwrap().unwrap()
}

fn nothing_is_readable(dir: &Path) {
    for entry in fs::read_dir(dir).unwrap().flatten().filter(|entry| entry.file_type().unwrap().is_file()) {
        let bytes = fs::read(entry.path()).unwrap();
        assert!(!bytes.windows(MARK.len()).any(|window| window == MARK), "{:?}", entry.file_name());
    }
}

/// Whether a repair makes such a row by itself: a place for what lost its own, and its report.
fn is_made(table: &str, row: &str) -> bool {
    match table {
        "folder" => row.contains("Recovered"),
        "account" => row.contains("Recovered") || row.contains("local"),
        "setting" => row.contains(REPORT),
        // It counts on.
        "next_thread" => true,
        _ => false,
    }
}

/// What goes, or loses its place, with rows of other tables.
fn depends_on(table: &str) -> &'static [&'static str] {
    match table {
        "message" => &["raw", "raw_piece", "folder"],
        "threaded" => &["message", "raw", "raw_piece"],
        "raw" => &["raw_piece"],
        "raw_piece" => &["raw"],
        "draft_attachment" => &["draft"],
        _ => &[],
    }
}

/// What is there after a repair was there before, and all of it whose page was not touched.
fn holds(dir: &Path, report: &RepairReport, damaged: &BTreeSet<u32>, what: &str) {
    let sample = sample();
    assert!(report.kept_as.exists(), "{what}");
    let store = Store::open(dir, &sample.key).unwrap();
    let check = store.check(None, &|_, _| true).unwrap().unwrap();
    assert!(check.gravity() != Some(crate::store::check::Gravity::Damage), "{what}: {check:?}");
    let after = unmarked(&store);
    let touched: BTreeSet<&str> =
        damaged.iter().filter_map(|page| sample.pages.get(page)).map(|(name, ..)| name.as_str()).collect();
    for (table, before) in &sample.unmarked {
        let (now, counts) = (&after[table], report.tables.get(table).copied().unwrap_or_default());
        let strange: Vec<_> = now.difference(before).filter(|row| !is_made(table, row)).collect();
        let mut same = now.intersection(before).count() as u64;
        let moved = strange.len() as u64;
        if table == "message" {
            assert!(moved <= report.recovered, "{what}: {report:?}");
            same += report.fetched_again + report.gone;
        } else {
            assert!(strange.is_empty(), "{what}: {table} {strange:?}");
        }
        // Where nothing could be copied, there is what every new profile has.
        let seeds = match table.as_str() {
            "tag" if report.tables.is_empty() => 5,
            "next_thread" if report.tables.is_empty() => 1,
            _ => 0,
        };
        let told = counts.kept + seeds + u64::from(table == "setting");
        assert_eq!(now.len() as u64, told, "{what}: {table}");
        let is_whole =
            !touched.contains(table.as_str()) && depends_on(table).iter().all(|other| !touched.contains(other));
        if is_whole && !report.tables.is_empty() {
            assert_eq!((before.len() as u64, counts.lost), (same, 0), "{what}: {table}");
        }
        if counts.is_exact && table != "summary" && table != "next_thread" {
            let (had, told) = (before.len() as u64, same + counts.lost);
            assert!(
                (told..=told + moved).contains(&had),
                "{what}: {table} had {had}, has {same}, told {counts:?}; {report:?}"
            );
        }
    }
    drop(store);
    nothing_is_readable(dir);
}

#[test]
fn a_sound_database_is_copied_row_by_row() {
    let dir = copied();
    let report = mend(dir.path());
    assert_eq!((report.unreadable, report.lost_rows(), report.recovered, report.gone), (0, 0, 0, 0));
    assert!(report.tables.values().all(|table| table.is_exact || table.kept == 0), "{report:?}");
    let store = Store::open(dir.path(), &sample().key).unwrap();
    let mut after = rows(&store);
    after.get_mut("setting").unwrap().retain(|row| !row.contains(REPORT));
    assert_eq!(after, sample().rows);
    assert_eq!(store.repair_report().unwrap(), Some(report));
    store.forget_repair_report().unwrap();
    assert_eq!(store.repair_report().unwrap(), None);
}

#[test]
fn pages_that_are_damaged_anywhere_cost_what_was_in_them_and_nothing_else() {
    let mut dice = Dice(20_261_129);
    let count = *sample().pages.keys().max().unwrap();
    assert!(count > 600, "{count}");
    for round in 0..120 {
        let dir = copied();
        let mut damaged = BTreeSet::new();
        for _ in 0..=dice.next(4) {
            damaged.insert(2 + dice.next(u64::from(count) - 1) as u32);
        }
        for page in &damaged {
            spoil(dir.path(), *page, &mut dice);
        }
        let what = format!(
            "round {round}, {:?}",
            damaged.iter().map(|page| (page, sample().pages.get(page))).collect::<Vec<_>>()
        );
        let report = mend(dir.path());
        assert_eq!(report.unreadable as usize, damaged.len(), "{what}: {report:?}");
        holds(dir.path(), &report, &damaged, &what);
    }
}

#[test]
fn every_page_that_is_no_message_may_be_lost() {
    let sample = sample();
    let mut dice = Dice(3);
    let is_small = |name: &str| !["raw", "raw_piece", "message", "draft_attachment"].contains(&name);
    let pages: Vec<u32> =
        (1..=1).chain(sample.pages.iter().filter(|(_, (name, ..))| is_small(name)).map(|(page, _)| *page)).collect();
    for page in pages.iter().step_by(2) {
        let dir = copied();
        spoil(dir.path(), *page, &mut dice);
        let what = format!("{page} {:?}", sample.pages.get(page));
        let report = mend(dir.path());
        holds(dir.path(), &report, &BTreeSet::from([*page]), &what);
    }
}

#[test]
fn without_its_first_page_and_without_what_was_noted_beside_it_everything_is_found() {
    for has_map in [true, false] {
        let dir = copied();
        let path = dir.path().join(DATABASE);
        if has_map {
            write_at(&path, 0, &[7; PAGE]);
        } else {
            // The salt is all that must be there.
            write_at(&path, 16, &[7; PAGE - 16]);
            fs::remove_file(dir.path().join("profile.map")).unwrap();
        }
        let opened = Store::open(dir.path(), &sample().key);
        assert!(matches!(opened, Err(StoreError::Damaged("header"))), "{opened:?}");
        let report = mend(dir.path());
        assert_eq!(report.lost_rows(), 0, "{report:?}");
        // Without the map, files were lost.
        assert_eq!((report.is_stale, report.uncertain), if has_map { (false, 0) } else { (true, 6) });
        let store = Store::open(dir.path(), &sample().key).unwrap();
        let (mut after, before) =
            if has_map { (rows(&store), &sample().rows) } else { (unmarked(&store), &sample().unmarked) };
        after.get_mut("setting").unwrap().retain(|row| !row.contains(REPORT));
        let differing: Vec<_> =
            after.iter().filter(|(table, rows)| before[*table] != **rows).map(|one| one.0).collect();
        assert!(differing.is_empty(), "{has_map} {differing:?}");
    }
}

#[test]
fn a_file_that_is_cut_off_anywhere_gives_what_is_before_the_cut() {
    let length = sample().folder.path().join(DATABASE).metadata().unwrap().len();
    let mut dice = Dice(5);
    let mut cuts = vec![0, 10, PAGE as u64 - 1, PAGE as u64, length - 1];
    cuts.extend((0..12).map(|_| dice.next(length)));
    for cut in cuts {
        let dir = copied();
        File::options().write(true).open(dir.path().join(DATABASE)).unwrap().set_len(cut).unwrap();
        let opened = Store::open(dir.path(), &sample().key);
        let code = match cut {
            0 => "missing",
            1..4096 => "header",
            _ => "truncated",
        };
        assert!(matches!(opened, Err(StoreError::Damaged(told)) if told == code), "{cut}: {opened:?}");
        drop(opened);
        let report = mend(dir.path());
        let lost: BTreeSet<u32> = ((cut / PAGE as u64) as u32 + 1..=(length / PAGE as u64) as u32).collect();
        holds(dir.path(), &report, &lost, &format!("cut at {cut}"));
    }
}

#[test]
fn another_key_is_another_key_and_no_damage() {
    let dir = copied();
    let other = ProfileKey::of_bytes(vec![9; 32]);
    assert!(matches!(Store::open(dir.path(), &other), Err(StoreError::WrongKey)));
    assert!(matches!(repair(dir.path(), &other, "x", &|_| true), Err(StoreError::WrongKey)));
    assert!(Store::open(dir.path(), &sample().key).is_ok());
}

#[test]
fn own_keys_that_are_lost_are_named() {
    let sample = sample();
    let dir = copied();
    let certificates: Vec<u32> =
        sample.pages.iter().filter(|(_, (name, ..))| name == "certificate").map(|(page, _)| *page).collect();
    for page in &certificates {
        write_at(&dir.path().join(DATABASE), u64::from(page - 1) * PAGE as u64, &[1; PAGE]);
    }
    let report = mend(dir.path());
    let own: BTreeSet<String> =
        (0..3).map(|number| Fingerprint::from_bytes(&[number; 20]).as_str().to_owned()).collect();
    assert_eq!(report.lost_keys.iter().cloned().collect::<BTreeSet<_>>(), own);
    assert_eq!(report.tables["certificate"], TableReport { kept: 0, lost: 40, is_exact: true });
}

#[test]
fn what_is_stopped_or_killed_leaves_the_old_or_the_new() {
    let dir = copied();
    write_at(&dir.path().join(DATABASE), 5 * PAGE as u64, &[1; PAGE]);
    let before = fs::read(dir.path().join(DATABASE)).unwrap();
    for stop in [0.0, 0.5, 0.9] {
        assert!(repair(dir.path(), &sample().key, "x", &|done| done < stop).unwrap().is_none());
        assert!(fs::read(dir.path().join(DATABASE)).unwrap() == before);
        assert!(!dir.path().join(BUILDING).exists() && damaged_files(dir.path()).is_empty());
    }
    // Killed when the new one was whole, and before it was in its place.
    let other = copied();
    mend(other.path());
    fs::rename(other.path().join(DATABASE), dir.path().join(REBUILT)).unwrap();
    fs::write(dir.path().join(BUILDING), b"half").unwrap();
    fs::write(log_of(&dir.path().join(DATABASE)), b"of the old one").unwrap();
    let store = Store::open(dir.path(), &sample().key).unwrap();
    assert_eq!(rows(&store)["message"], sample().rows["message"]);
    assert!(!dir.path().join(REBUILT).exists() && !dir.path().join(BUILDING).exists());
}

/// A profile whose program was killed: the newest of it is in the log.
fn killed() -> TempDir {
    killed_after(|_| ())
}

fn killed_after(change: impl Fn(&Store)) -> TempDir {
    let (dir, after) = (copied(), TempDir::new().unwrap());
    let store = Store::open(dir.path(), &sample().key).unwrap();
    let (id, ..) = store.take_due(now()).unwrap().unwrap();
    store.mark_accepted(id, "250 ok").unwrap();
    store.set_setting("newest", &1).unwrap();
    change(&store);
    for entry in fs::read_dir(dir.path()).unwrap().flatten() {
        fs::copy(entry.path(), after.path().join(entry.file_name())).unwrap();
    }
    drop(store);
    assert!(log_of(&after.path().join(DATABASE)).metadata().unwrap().len() > 0);
    after
}

fn states(store: &Store) -> Vec<SubmissionState> {
    store.submissions().unwrap().into_iter().map(|row| row.state).collect()
}

#[test]
fn a_log_that_is_gone_or_damaged_is_noticed_and_nothing_is_sent_twice() {
    let whole = killed();
    let store = Store::open(whole.path(), &sample().key).unwrap();
    assert!(store.was_open());
    assert_eq!(states(&store)[0], SubmissionState::Accepted);
    drop(store);

    let gone = killed();
    fs::remove_file(log_of(&gone.path().join(DATABASE))).unwrap();
    let opened = Store::open(gone.path(), &sample().key);
    assert!(matches!(opened, Err(StoreError::Damaged("wal_missing"))), "{opened:?}");
    let report = mend(gone.path());
    assert!(report.is_stale);
    let store = Store::open(gone.path(), &sample().key).unwrap();
    assert!(states(&store).iter().all(|state| *state == SubmissionState::Uncertain));
    assert!(store.take_due(now()).unwrap().is_none());
    drop(store);

    let spoilt = killed();
    write_at(&log_of(&spoilt.path().join(DATABASE)), 32 + 24 + 100, b"damage");
    let opened = Store::open(spoilt.path(), &sample().key);
    assert!(matches!(opened, Err(StoreError::Damaged("wal"))), "{opened:?}");
    mend(spoilt.path());
    let store = Store::open(spoilt.path(), &sample().key).unwrap();
    assert!(store.take_due(now()).unwrap().is_none());
    // What came later in the log is there.
    assert_eq!(store.setting::<i64>("newest").unwrap(), Some(1));
    drop(store);

    // The end of a log that was being written when the power went is no damage.
    let torn = killed();
    let log = log_of(&torn.path().join(DATABASE));
    let length = log.metadata().unwrap().len();
    File::options().write(true).open(&log).unwrap().set_len(length - 5).unwrap();
    let store = Store::open(torn.path(), &sample().key).unwrap();
    // Only the last change is missing.
    assert_eq!((states(&store)[0], store.setting::<i64>("newest").unwrap()), (SubmissionState::Accepted, None));
}

#[test]
fn a_submission_of_which_not_all_can_be_read_is_uncertain_or_its_draft_is_back() {
    let sample = sample();
    let outbox: Vec<u32> = sample
        .pages
        .iter()
        .filter(|(_, (name, kind, _))| name == "outbox" && kind == "overflow")
        .map(|(page, _)| *page)
        .collect();
    assert!(outbox.len() > 6);
    for page in outbox {
        let dir = copied();
        write_at(&dir.path().join(DATABASE), u64::from(page - 1) * PAGE as u64, &[1; PAGE]);
        let report = mend(dir.path());
        let store = Store::open(dir.path(), &sample.key).unwrap();
        let states = states(&store);
        let uncertain = states.iter().filter(|state| **state == SubmissionState::Uncertain).count();
        let lost = report.tables["outbox"].lost as usize;
        assert_eq!((states.len() + lost, uncertain + lost), (6, 1), "{report:?}");
        for (state, row) in states.iter().zip(store.submissions().unwrap()) {
            assert_eq!(*state == SubmissionState::Queued, row.detail != "repaired");
        }
    }
}

#[test]
fn the_check_says_what_sqlcipher_says() {
    let mut dice = Dice(11);
    let last = *sample().pages.keys().max().unwrap();
    for _ in 0..10 {
        let dir = copied();
        let damaged: BTreeSet<u32> = (0..3).map(|_| 2 + dice.next(u64::from(last) - 1) as u32).collect();
        for page in &damaged {
            write_at(&dir.path().join(DATABASE), u64::from(page - 1) * PAGE as u64 + 50, &dice.bytes(9));
        }
        let store = Store::open(dir.path(), &sample().key).unwrap();
        let report = store.check(None, &|_, _| true).unwrap().unwrap();
        let pages = report.findings.iter().find(|finding| finding.code == "page").map(|finding| finding.count);
        let db = store.db();
        let mut statement = db.prepare("PRAGMA cipher_integrity_check").unwrap();
        let theirs = statement.query_map([], |row| row.get::<_, String>(0)).unwrap().count() as u64;
        assert_eq!((pages, theirs), (Some(damaged.len() as u64), damaged.len() as u64));
    }
}

#[test]
fn a_page_that_can_not_be_read_is_told_as_damage_by_whatever_meets_it() {
    for table in ["raw", "message", "certificate", "setting", "folder"] {
        let mut told = 0;
        let dir = copied();
        for (page, _) in sample().pages.iter().filter(|(page, (name, ..))| name == table && **page > 1) {
            write_at(&dir.path().join(DATABASE), u64::from(page - 1) * PAGE as u64 + 9, b"damage");
        }
        // Perhaps it is met when the database is opened.
        let store = match Store::open(dir.path(), &sample().key) {
            Ok(store) => store,
            Err(error) => {
                assert!(error.is_damage(), "{table}: {error:?}");
                continue;
            }
        };
        let outcomes = [
            store.raw(1).map(drop),
            store.rows(1, 1_000, 0).map(drop),
            store.certificates().map(drop),
            store.setting::<String>("setting-7").map(drop),
            store.folders().map(drop),
        ];
        for error in outcomes.into_iter().filter_map(Result::err) {
            assert!(error.is_damage(), "{table}: {error:?}");
            told += 1;
        }
        assert!(told > 0, "{table}");
    }
}
