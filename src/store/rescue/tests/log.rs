//! What is in the log when a program was killed or the power went, and what a disk makes of it.

use super::*;

const HEADER: u64 = 32;
const FRAME: u64 = 24 + PAGE as u64;

/// A profile whose program was killed after a change of many pages.
fn killed_after_much() -> TempDir {
    killed_after(|store| store.set_setting("much", &"x".repeat(40_000)).unwrap())
}

fn log(dir: &TempDir) -> PathBuf {
    log_of(&dir.path().join(DATABASE))
}

/// The frames of each transaction in a log: the first, and one behind the last.
fn transactions(dir: &TempDir) -> Vec<(u64, u64)> {
    let bytes = fs::read(log(dir)).unwrap();
    let count = (bytes.len() as u64 - HEADER) / FRAME;
    let (mut all, mut first) = (Vec::new(), 0);
    for number in 0..count {
        let commits = pages::read_u32(&bytes, (HEADER + number * FRAME) as usize + 4).unwrap();
        if commits > 0 {
            all.push((first, number + 1));
            first = number + 1;
        }
    }
    assert_eq!(first, count);
    all
}

fn write_frame(dir: &TempDir, frame: u64, place: u64, bytes: &[u8]) {
    write_at(&log(dir), HEADER + frame * FRAME + place, bytes);
}

fn salt(dir: &TempDir) -> u32 {
    pages::read_u32(&fs::read(log(dir)).unwrap(), 16).unwrap()
}

/// The last transaction is there in part: it never happened.
fn is_rolled_back(dir: &TempDir, what: &str) {
    let opened = Store::open(dir.path(), &sample().key);
    let store = opened.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(store.setting::<String>("much").unwrap(), None, "{what}");
    assert_eq!(store.setting::<i64>("newest").unwrap(), Some(1), "{what}");
    assert_eq!(states(&store)[0], SubmissionState::Accepted, "{what}");
    // Nothing of it is met again.
    assert_eq!(log(dir).metadata().unwrap().len(), 0, "{what}");
}

#[test]
fn a_last_transaction_that_is_torn_anywhere_is_rolled_back_and_is_no_damage() {
    let (first, end) = *transactions(&killed_after_much()).last().unwrap();
    assert!(end - first > 8, "{first} {end}");
    for frame in [first, first + 1, first + 5, end - 2, end - 1] {
        let what = format!("frame {frame} of {first} to {end}");
        let cut = killed_after_much();
        File::options().write(true).open(log(&cut)).unwrap().set_len(HEADER + frame * FRAME + 1_000).unwrap();
        is_rolled_back(&cut, &what);
        // The system writes in any order: what comes behind may be there.
        let half = killed_after_much();
        write_frame(&half, frame, 24 + 512, &[3; 512]);
        is_rolled_back(&half, &what);
        let empty = killed_after_much();
        write_frame(&empty, frame, 0, &[0; FRAME as usize]);
        is_rolled_back(&empty, &what);
        let older = killed_after_much();
        let salts = [(salt(&older) - 1).to_be_bytes(), [7; 4]].concat();
        write_frame(&older, frame, 8, &salts);
        is_rolled_back(&older, &what);
    }
}

#[test]
fn a_transaction_that_others_follow_was_whole_and_is_damaged() {
    let frames = transactions(&killed_after_much());
    let (first, end) = frames[frames.len() - 3];
    // The page, the head in which its end is said, and all of it.
    for (frame, place, length) in [(first, 24 + 512, 512), (end - 1, 4, 16), (end - 1, 0, FRAME as usize)] {
        let dir = killed_after_much();
        write_frame(&dir, frame, place, &vec![0x99; length]);
        let opened = Store::open(dir.path(), &sample().key);
        assert!(matches!(opened, Err(StoreError::Damaged("wal"))), "{frame} {place} {opened:?}");
        let report = mend(dir.path());
        assert!(report.is_stale);
        let store = Store::open(dir.path(), &sample().key).unwrap();
        assert!(store.take_due(now()).unwrap().is_none());
        // What came behind it is there.
        assert_eq!(store.setting::<String>("much").unwrap().unwrap().len(), 40_000);
    }
}

#[test]
fn what_a_damaged_log_says_of_numbers_is_not_believed() {
    let frames = transactions(&killed_after_much());
    let dir = killed_after_much();
    let last = sample().pages.len() as u32;
    write_frame(&dir, frames[0].0, 24 + 512, &[9; 512]);
    // A last page that nothing could go through, and a page of such a number.
    write_frame(&dir, frames[1].1 - 1, 4, &u32::MAX.to_be_bytes());
    write_frame(&dir, frames[1].0, 0, &(u32::MAX - 1).to_be_bytes());
    write_frame(&dir, frames[1].0, 24 + 512, &[9; 512]);
    let report = mend(dir.path());
    assert!((last..last + 40).contains(&report.pages), "{} {last}", report.pages);
    assert!(report.unreadable < 10, "{}", report.unreadable);
}

#[test]
fn a_torn_transaction_in_a_damaged_log_is_rolled_back_too() {
    let frames = transactions(&killed_after_much());
    let (first, _) = *frames.last().unwrap();
    let dir = killed_after_much();
    write_frame(&dir, frames[0].0, 24 + 512, &[9; 512]);
    write_frame(&dir, first + 2, 24 + 512, &[9; 512]);
    let report = mend(dir.path());
    assert!(report.is_stale);
    let store = Store::open(dir.path(), &sample().key).unwrap();
    assert_eq!(store.setting::<String>("much").unwrap(), None);
    assert_eq!(store.setting::<i64>("newest").unwrap(), Some(1));
}

#[test]
fn without_a_log_and_without_its_beginning_what_may_have_been_sent_is_not_sent_again() {
    let dir = killed();
    fs::remove_file(log(&dir)).unwrap();
    write_at(&dir.path().join(DATABASE), 0, &[7; PAGE]);
    let opened = Store::open(dir.path(), &sample().key);
    assert!(matches!(opened, Err(StoreError::Damaged("header"))), "{opened:?}");
    let report = mend(dir.path());
    assert!(report.is_stale && report.uncertain == 6, "{} {}", report.is_stale, report.uncertain);
    let store = Store::open(dir.path(), &sample().key).unwrap();
    assert!(store.take_due(now()).unwrap().is_none());
}
