use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;

const WORDS: [&str; 4] = ["alpha", "請求書", "beta", "gamma"];

fn document(id: i64) -> SearchDocument {
    text(&format!("{} number{id}", WORDS[usize::try_from(id).unwrap() % WORDS.len()]), id)
}

fn filled(count: usize) -> Lab {
    let lab = Lab::new();
    for at in 0..count {
        lab.message(lab.folder, "not_encrypted", &at.to_string());
    }
    lab.work(document);
    lab
}

fn files(lab: &Lab) -> Vec<PathBuf> {
    let folder = lab.index.files_of(&lab.store);
    let mut all: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

fn remove(files: &[PathBuf]) {
    for path in files {
        fs::remove_file(path).unwrap();
    }
}

/// Everything is found, after what is due was done.
fn is_whole(lab: &Lab, count: usize) {
    lab.work(document);
    assert_eq!(lab.found("").len(), count);
    assert!(!lab.found("請求書").is_empty());
    assert!(lab.index.check(&lab.store).unwrap());
}

/// The index is good after a start, without being made anew.
fn is_kept(lab: Lab) -> Lab {
    let before = lab.index.files_of(&lab.store);
    let lab = lab.again();
    assert!(lab.index.check(&lab.store).unwrap());
    assert_eq!((lab.index.files_of(&lab.store), lab.store.count_due_for_search().unwrap()), (before, 0));
    lab
}

#[test]
fn a_changed_byte_in_any_file_is_found_and_healed() {
    let mut lab = is_kept(filled(40));
    lab.message(lab.folder, "not_encrypted", "another");
    lab.store.remove_message(1).unwrap();
    lab.work(document);
    lab = is_kept(lab);
    let names: Vec<String> =
        files(&lab).iter().map(|path| path.extension().unwrap_or_default().to_string_lossy().into_owned()).collect();
    assert!(names.iter().any(|name| name == "del") && names.len() >= 8, "{names:?}");
    for at in 0..names.len() {
        // After each healing the files are others.
        let all = files(&lab);
        let Some(path) = all.get(at) else { break };
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        fs::write(path, bytes).unwrap();
        lab = lab.again();
        assert!(!lab.index.check(&lab.store).unwrap(), "{}", path.display());
        is_whole(&lab, 40);
        lab = is_kept(lab);
    }
}

#[test]
fn files_that_are_gone_cut_off_exchanged_or_foreign_are_found_and_healed() {
    type Damage = fn(&Path, &[PathBuf]);
    let damages: [(&str, Damage); 6] = [
        ("the folder is gone", |folder, _| fs::remove_dir_all(folder).unwrap()),
        ("the folder is empty", |_, all| remove(all)),
        ("meta.json is gone", |folder, _| fs::remove_file(folder.join("meta.json")).unwrap()),
        ("one is cut off", |_, all| {
            let path = all.iter().find(|path| path.extension().is_some_and(|ending| ending == "idx")).unwrap();
            let bytes = fs::read(path).unwrap();
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("two are exchanged", |_, all| {
            let of =
                |wanted: &str| all.iter().find(|path| path.extension().is_some_and(|ending| ending == wanted)).unwrap();
            let (first, second) = (of("idx"), of("pos"));
            let (a, b) = (fs::read(first).unwrap(), fs::read(second).unwrap());
            fs::write(first, b).unwrap();
            fs::write(second, a).unwrap();
        }),
        ("all are of another profile", |folder, all| {
            remove(all);
            let other = filled(10);
            for path in files(&other) {
                fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
            }
        }),
    ];
    for (name, damage) in damages {
        let lab = filled(20);
        let (folder, all) = (lab.index.files_of(&lab.store), files(&lab));
        damage(&folder, &all);
        let lab = lab.again();
        let found = lab.index.search(&lab.store, &parse("請求書", &now(), false), 10).unwrap();
        let seen = !found.is_anew && lab.index.check(&lab.store).unwrap();
        assert!(!seen, "{name}");
        is_whole(&lab, 20);
        is_kept(lab);
    }
}

#[test]
fn an_index_that_was_put_back_is_noticed() {
    let lab = filled(5);
    let folder = lab.index.files_of(&lab.store);
    let kept: Vec<(PathBuf, Vec<u8>)> =
        files(&lab).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    for at in 0..3 {
        lab.message(lab.folder, "not_encrypted", &format!("later {at}"));
        lab.work(document);
    }
    let lab = is_kept(lab);
    remove(&files(&lab));
    for (path, bytes) in kept {
        fs::write(path, bytes).unwrap();
    }
    let lab = lab.again();
    assert!(!lab.index.check(&lab.store).unwrap());
    assert_ne!(lab.index.files_of(&lab.store), folder);
    assert!(!folder.exists());
    is_whole(&lab, 8);
}

#[test]
fn what_was_not_committed_is_done_again() {
    let lab = filled(3);
    let new = lab.message(lab.folder, "not_encrypted", "new");
    let due = lab.store.due_for_search(None, 10).unwrap();
    assert_eq!(due.iter().map(|due| due.message).collect::<Vec<_>>(), [new]);
    lab.index.take(&lab.store, &due[0], Some(&document(new))).unwrap();
    let lab = lab.again();
    assert_eq!((lab.found(&format!("number{new}")).len(), lab.store.count_due_for_search().unwrap()), (0, 1));
    is_whole(&lab, 4);
}

#[test]
fn a_message_that_changes_while_it_is_taken_in_is_due_again() {
    let lab = filled(1);
    let id = lab.message(lab.folder, "cannot_open", "closed");
    let due = lab.store.due_for_search(None, 10).unwrap();
    lab.index.take(&lab.store, &due[0], Some(&text("closed", 1))).unwrap();
    lab.assess(id, "encrypted", "unsigned");
    lab.index.commit(&lab.store, true).unwrap();
    assert_eq!(lab.store.count_due_for_search().unwrap(), 1);
    lab.work(|_| text("opened", 1));
    assert_eq!((lab.found("closed"), lab.found("opened")), (vec![], vec![id]));
    let due = lab.message(lab.folder, "not_encrypted", "short-lived");
    let all = lab.store.due_for_search(None, 10).unwrap();
    lab.index.take(&lab.store, &all[0], Some(&text("ghost", 1))).unwrap();
    lab.store.remove_message(due).unwrap();
    lab.index.commit(&lab.store, true).unwrap();
    assert_eq!(lab.found("ghost"), [0_i64; 0]);
    lab.work(|_| panic!("it is gone"));
    assert!(!lab.index.vocabulary(&lab.store).contains("ghost"));
}

/// The place of the profile for [`a_program_that_is_killed_at_any_moment_loses_nothing`].
const PLACE: &str = "KAKITOME_TEST_SEARCH_PROFILE";
const KEY: &str = "KAKITOME_TEST_SEARCH_KEY";
const MESSAGES: usize = 400;

/// For a machine so slow that the child came to nothing before, in units of 3 ms.
const AT_LAST: u64 = 5_000;

#[test]
fn a_program_that_is_killed_at_any_moment_loses_nothing() {
    if let (Ok(place), Ok(key)) = (std::env::var(PLACE), std::env::var(KEY)) {
        indexes_for_ever(Path::new(&place), &key);
    }
    let lab = Lab::new();
    for at in 0..MESSAGES {
        lab.message(lab.folder, "not_encrypted", &at.to_string());
    }
    let Lab { mut store, mut index, key, account, folder, dir } = lab;
    let mut commits = 0;
    for wait in [30_u64, 60, 90, 120, 150, 200, 250, 300, 40, 110, 170, 230, AT_LAST] {
        if wait == AT_LAST && commits > 0 {
            break;
        }
        drop((store, index));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::search::tests::healing::a_program_that_is_killed_at_any_moment_loses_nothing"])
            .env(PLACE, dir.path())
            .env(KEY, hex::encode(key.bytes()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(100 + wait * 3));
        child.kill().unwrap();
        child.wait().unwrap();
        store = Store::open(dir.path(), &key).unwrap();
        index = SearchIndex::of(dir.path(), &key);
        assert!(index.check(&store).unwrap(), "killed after {wait}: no damage");
        let held: usize = index.search(&store, &parse("", &now(), false), 10_000).unwrap().total;
        let due = store.count_due_for_search().unwrap();
        assert!(held + due >= MESSAGES, "{held} held, {due} due");
        commits = commits.max(held);
    }
    assert!(commits > 0, "the child did something");
    let lab = Lab { store, index, key, account, folder, dir };
    is_whole(&lab, MESSAGES);
}

/// Takes everything in, in many commits, and begins again.
fn indexes_for_ever(place: &Path, key: &str) -> ! {
    let key = ProfileKey::of_bytes(hex::decode(key).unwrap());
    let store = Store::open(place, &key).unwrap();
    let index = SearchIndex::of(place, &key);
    loop {
        while let due @ [_, ..] = &store.due_for_search(None, 7).unwrap()[..] {
            for one in due {
                index.take(&store, one, Some(&document(one.message))).unwrap();
            }
            index.commit(&store, one_in_three(due[0].message)).unwrap();
        }
        for account in store.accounts().unwrap() {
            // All are due again, and are in the index already.
            store.require_all_for_search(account.id).unwrap();
        }
    }
}

fn one_in_three(number: i64) -> bool {
    number % 3 == 0
}
