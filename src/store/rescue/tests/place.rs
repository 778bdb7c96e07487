//! Whose a database is, what is beside it, and what is left when something fails.

use super::*;

fn database(dir: &TempDir) -> PathBuf {
    dir.path().join(DATABASE)
}

fn map(dir: &TempDir) -> PathBuf {
    dir.path().join("profile.map")
}

fn names(dir: &TempDir) -> BTreeSet<String> {
    fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

/// A profile under another key.
fn foreign(key: &ProfileKey) -> TempDir {
    let dir = TempDir::new().unwrap();
    drop(Store::open(dir.path(), key).unwrap());
    dir
}

#[test]
fn a_map_of_another_database_makes_no_damage_of_a_foreign_one() {
    let dir = copied();
    let other = ProfileKey::of_bytes(vec![9; 32]);
    fs::copy(database(&foreign(&other)), database(&dir)).unwrap();
    let before = fs::read(database(&dir)).unwrap();
    assert!(matches!(Store::open(dir.path(), &sample().key), Err(StoreError::WrongKey)));
    assert!(matches!(repair(dir.path(), &sample().key, "x", &|_| true), Err(StoreError::WrongKey)));
    assert!(fs::read(database(&dir)).unwrap() == before);
    // Its owner opens it, with the map of somebody else beside it.
    assert!(Store::open(dir.path(), &other).is_ok());
}

#[test]
fn an_older_map_of_the_same_key_is_not_used() {
    let dir = copied();
    let other = foreign(&sample().key);
    fs::copy(map(&other), map(&dir)).unwrap();
    // Only the salt and what the map says would lead to the tables.
    write_at(&database(&dir), 16, &[7; PAGE - 16]);
    let report = mend(dir.path());
    assert!(report.is_stale && report.lost_rows() == 0, "{}", report.lost_rows());
    let store = Store::open(dir.path(), &sample().key).unwrap();
    assert_eq!(rows(&store)["certificate"], sample().rows["certificate"]);
}

#[test]
fn a_file_that_was_emptied_where_it_lay_is_damage_and_no_other_key() {
    let dir = copied();
    let length = database(&dir).metadata().unwrap().len();
    fs::write(database(&dir), vec![0; length as usize]).unwrap();
    assert!(matches!(Store::open(dir.path(), &sample().key), Err(StoreError::Damaged("header"))));
    let report = mend(dir.path());
    assert!(report.is_empty() && report.may_lack_keys);
    assert!(report.kept_as.metadata().unwrap().len() == length);
}

#[test]
fn a_profile_of_a_newer_program_is_no_damaged_one_whatever_else_happened() {
    let dir = killed_after(|store| store.db().pragma_update(None, "user_version", 10_000).unwrap());
    // Opening and failing puts the log into the file: it is not missed the next time.
    for _ in 0..3 {
        let opened = Store::open(dir.path(), &sample().key);
        assert!(matches!(opened, Err(StoreError::NewerProfile)), "{opened:?}");
        assert!(matches!(repair(dir.path(), &sample().key, "x", &|_| true), Err(StoreError::NewerProfile)));
    }
    assert_eq!(damaged_files(dir.path()), Vec::<PathBuf>::new());
    let db = Connection::open(database(&dir)).unwrap();
    unlock(&db, &sample().key).unwrap();
    let newest: String = db.query_row("SELECT value FROM setting WHERE name = 'newest'", [], |row| row.get(0)).unwrap();
    assert_eq!(newest, "1");
}

#[test]
fn a_wrong_key_does_not_make_the_log_be_missed() {
    let dir = killed();
    assert!(Store::open(dir.path(), &ProfileKey::of_bytes(vec![9; 32])).is_err());
    let store = Store::open(dir.path(), &sample().key).unwrap();
    assert_eq!(store.setting::<i64>("newest").unwrap(), Some(1));
}

#[test]
fn a_profile_is_used_without_its_map() {
    let dir = copied();
    fs::remove_file(map(&dir)).unwrap();
    fs::create_dir(map(&dir)).unwrap();
    let store = Store::open(dir.path(), &sample().key).unwrap();
    assert_eq!(rows(&store)["message"], sample().rows["message"]);
}

#[test]
fn what_may_be_older_than_it_says_sends_nothing_and_gathers_what_has_no_place() {
    let dir = copied();
    fs::remove_file(map(&dir)).unwrap();
    let db = Connection::open(database(&dir)).unwrap();
    unlock(&db, &sample().key).unwrap();
    // As when a page of messages is older than one of their sources.
    db.execute_batch("DROP TRIGGER raw_unused; DELETE FROM message WHERE id = 7").unwrap();
    let query = "SELECT count(*) > 0 FROM raw WHERE id NOT IN (SELECT raw FROM message)";
    let is_left: bool = db.query_row(query, [], |row| row.get(0)).unwrap();
    drop(db);
    let report = mend(dir.path());
    assert!(report.is_stale);
    assert_eq!((report.uncertain, report.recovered), (6, u64::from(is_left)));
    assert_eq!(report.unplaced.is_some(), is_left);
    assert!(is_left, "the sample must have it");
}

#[cfg(unix)]
#[test]
fn what_can_not_be_looked_at_is_not_taken_for_absent() {
    let dir = TempDir::new().unwrap();
    let circle = dir.path().join("circle");
    std::os::unix::fs::symlink(&circle, &circle).unwrap();
    assert!(matches!(files::length_of(&circle), Err(StoreError::File(_))));
    assert!(matches!(files::is_there(&circle), Err(StoreError::File(_))));
    assert_eq!(files::length_of(&dir.path().join("none")).unwrap(), 0);
    // No new key over a profile that is only out of reach.
    std::os::unix::fs::symlink(&circle, database(&dir)).unwrap();
    let secrets = crate::store::secret::SecretStore::file(dir.path(), &"a passphrase".into()).unwrap();
    assert!(matches!(ProfileKey::obtain(dir.path(), &secrets), Err(StoreError::File(_))));
    // Nothing is put over one, and no database that is whole is passed over.
    std::os::unix::fs::symlink(&circle, dir.path().join(REBUILT)).unwrap();
    assert!(matches!(finish(dir.path()), Err(StoreError::File(_))));
}

#[test]
fn whatever_fails_in_a_repair_leaves_the_old_one_and_nothing_beside_it() {
    let sample = sample();
    let dir = killed();
    write_at(&database(&dir), 5 * PAGE as u64, &[1; PAGE]);
    let before = (fs::read(database(&dir)).unwrap(), fs::read(log_of(&database(&dir))).unwrap());
    let there = names(&dir);
    let is_old = |what: &str| {
        assert_eq!(names(&dir), there, "{what}");
        assert!(fs::read(database(&dir)).unwrap() == before.0, "{what}");
        assert!(fs::read(log_of(&database(&dir))).unwrap() == before.1, "{what}");
    };
    // The new one goes before its report is in it.
    let failed = repair(dir.path(), &sample.key, "x", &|_| {
        let _ = fs::remove_file(dir.path().join(BUILDING));
        true
    });
    assert!(failed.is_err());
    is_old("the report");
    // It can't get its name.
    let rebuilt = dir.path().join(REBUILT);
    let failed = repair(dir.path(), &sample.key, "x", &|_| {
        let _ = fs::create_dir(&rebuilt);
        true
    });
    assert!(failed.is_err());
    fs::remove_dir(&rebuilt).unwrap();
    is_old("the name");
    let report = mend(dir.path());
    assert_eq!(report.unreadable, 1);
    // Where it says, the damaged one is, with its log.
    assert!(fs::read(&report.kept_as).unwrap() == before.0);
    assert!(fs::read(log_of(&report.kept_as)).unwrap() == before.1);
    let store = Store::open(dir.path(), &sample.key).unwrap();
    assert_eq!(store.repair_report().unwrap(), Some(report));
}

#[test]
fn a_second_damaged_one_never_takes_the_place_of_the_first() {
    let dir = copied();
    let first = mend(dir.path()).kept_as;
    let bytes = fs::read(&first).unwrap();
    let second = mend(dir.path()).kept_as;
    assert!(first != second && second.exists());
    assert!(fs::read(&first).unwrap() == bytes);
}
