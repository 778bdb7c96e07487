//! A damaged database: how it is noticed before it is used, and how all of it that can be read comes into a new one. The
//! damaged one stays beside it. Whenever the program ends, either the old database is there or the new one.

mod copy;
mod log;
mod mend;
pub(super) mod pages;
mod shape;
mod sight;
mod tree;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::database::{self, DATABASE, migrate_to, unlock};
use super::{ProfileKey, Store, StoreError, files};
use pages::{Pages, log_of};
use sight::sight;
use tree::Met;

pub(super) use shape::Map;
pub use sight::is_missing;
pub(super) use sight::{damage, look, pages_of};
pub(super) use tree::free_pages;

/// A new database while it is made, and when it is whole and only has to take its place.
pub(super) const BUILDING: &str = "profile.db.building";
pub(super) const REBUILT: &str = "profile.db.rebuilt";
/// The setting that keeps what the last repair did.
const REPORT: &str = "repair-report";
/// How much of the work copying is.
const COPYING: f32 = 0.7;

/// What became of the rows of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableReport {
    /// Rows that are there.
    pub kept: u64,
    /// Rows that could not be read.
    pub lost: u64,
    /// Nothing else could have been in the table.
    pub is_exact: bool,
}

/// A message of which nothing is left but this.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostMessage {
    /// The author's address.
    pub from: String,
    /// The subject.
    pub subject: String,
}

/// What a repair found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairReport {
    /// Where the damaged database is now; nowhere when there was none.
    pub kept_as: PathBuf,
    /// Pages of the damaged database, and those of them that could not be read.
    pub pages: u32,
    /// Of them, those that could not be read.
    pub unreadable: u32,
    /// Every table with its rows.
    pub tables: BTreeMap<String, TableReport>,
    /// Something newer was lost: the state may be an older one.
    pub is_stale: bool,
    /// Messages that the next synchronisation fetches again, as far as they are known.
    pub fetched_again: u64,
    /// Messages that lost their place and are in a folder of their own.
    pub recovered: u64,
    /// Messages that are lost, as far as is known: no server has them.
    pub gone: u64,
    /// Some of them.
    pub named: Vec<LostMessage>,
    /// Submissions that may have been sent: the user decides.
    pub uncertain: u64,
    /// Drafts of submissions that are lost.
    pub drafts_back: u64,
    /// Fingerprints of own keys that are lost: a backup has them.
    pub lost_keys: Vec<String>,
    /// Own keys may be lost that nobody knows of.
    pub may_lack_keys: bool,
    /// The folder of messages that lost their place, as long as it may hold some twice.
    pub unplaced: Option<i64>,
}

impl RepairReport {
    /// Rows that are known to be lost, of all tables.
    pub fn lost_rows(&self) -> u64 {
        self.tables.values().map(|table| table.lost).sum()
    }

    /// Nothing of the damaged database could be read, or nothing was in it.
    pub fn is_empty(&self) -> bool {
        // That one has its row in every profile.
        self.tables.iter().all(|(name, table)| table.kept == 0 || name == "next_thread")
    }
}

/// The databases that were damaged, and their logs.
pub(super) fn damaged_files(dir: &Path) -> Vec<PathBuf> {
    let start = format!("{DATABASE}.damaged-");
    let is_one = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(&start);
    fs::read_dir(dir).into_iter().flatten().flatten().filter(is_one).map(|entry| entry.path()).collect()
}

/// Makes a new database of all that can be read of the damaged one, which stays beside it as `profile.db.damaged-STAMP`.
/// Nobody may have the profile open. `goes_on` is told how far it is, from 0 to 1; when it says no, nothing has changed,
/// and the answer is `None`.
///
/// # Errors
/// [`StoreError::NoSpace`] when there is no room for it, and those of the file system. Nothing has changed then.
pub fn repair(
    dir: &Path,
    key: &ProfileKey,
    stamp: &str,
    goes_on: &dyn Fn(f32) -> bool,
) -> Result<Option<RepairReport>, StoreError> {
    let lock = database::lock(dir)?;
    finish(dir)?;
    let was_open = files::is_marked(&lock)?;
    let done = replace(dir, key, (stamp, was_open), goes_on);
    if !matches!(done, Ok(Some(_))) {
        // Of what was begun nothing stays.
        let _ = files::remove_if_there(&dir.join(BUILDING));
        return done;
    }
    finish(dir)?;
    files::mark(&lock, false)?;
    done
}

/// Makes the new database, and puts it and the damaged one where [`finish`] finds them.
fn replace(
    dir: &Path,
    key: &ProfileKey,
    (stamp, was_open): (&str, bool),
    goes_on: &dyn Fn(f32) -> bool,
) -> Result<Option<RepairReport>, StoreError> {
    let path = dir.join(DATABASE);
    let Some(sight) = sight(dir, key, was_open)? else { return Err(StoreError::WrongKey) };
    files::needs_space(dir, files::length_of(&path)? + files::length_of(&log_of(&path))?)?;
    let mut report = if files::is_there(&path)? {
        let pages = Pages::open(&path, sight.codec)?;
        let Some(report) = rebuild(dir, key, &pages, sight.map.as_ref(), sight.is_stale, goes_on)? else {
            return Ok(None);
        };
        RepairReport { pages: pages.last(), ..report }
    } else {
        empty(dir, key)?
    };
    // All of the new one is on the disk before anything of the old one is touched.
    let kept = place_beside(dir, stamp)?;
    if files::is_there(&path)? {
        report.kept_as.clone_from(&kept);
    }
    keep_report(dir, key, &report)?;
    File::open(dir.join(BUILDING))?.sync_all()?;
    let renamed = set_aside(dir, &kept).and_then(|()| {
        fs::rename(dir.join(BUILDING), dir.join(REBUILT))?;
        files::sync_dir(dir)
    });
    if let Err(error) = renamed {
        // It is still where it was.
        for file in [log_of(&kept), kept, dir.join(REBUILT)] {
            let _ = files::remove_if_there(&file);
        }
        return Err(error);
    }
    Ok(Some(report))
}

fn rebuild(
    dir: &Path,
    key: &ProfileKey,
    pages: &Pages,
    map: Option<&Map>,
    is_stale: bool,
    goes_on: &dyn Fn(f32) -> bool,
) -> Result<Option<RepairReport>, StoreError> {
    let mut met = Met::default();
    let shape = shape::shape(pages, &mut met, map)?;
    let mut db = begin(dir, key)?;
    migrate_to(&mut db, shape.version)?;
    let triggers = take_triggers(&db)?;
    db.execute_batch("BEGIN")?;
    clear(&db)?;
    // Before the rest, so that nothing of it is taken for rows that lost their table.
    sequences(pages, &mut met, &shape, &db)?;
    let Some(copied) = copy::copy(pages, &mut met, &shape, &db, &|done| goes_on(done.min(1.0) * COPYING))? else {
        return Ok(None);
    };
    let triggers = renew(&mut db, triggers)?;
    let going = |done: f32| goes_on(COPYING + done.min(1.0) * (1.0 - COPYING));
    let Some(mut report) = mend::mend(&db, &copied, is_stale, &going)? else { return Ok(None) };
    for trigger in triggers {
        db.execute_batch(&trigger)?;
    }
    for (table, counts) in &mut report.tables {
        counts.kept = db.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| row.get(0))?;
    }
    db.execute_batch("COMMIT")?;
    report.unreadable = unreadable(pages);
    Ok(Some(report))
}

/// Pages that are not as they were written, but for those that nothing was written into since they became free.
fn unreadable(pages: &Pages) -> u32 {
    let free = free_pages(pages);
    let is_free = |number: u32| free.as_ref().is_some_and(|free| free.contains(&number));
    let is_bad = |number: &u32| {
        !(pages::is_unused(*number) || pages.is_sound(*number) || is_free(*number) && pages.is_empty(*number))
    };
    u32::try_from((1..=pages.last()).filter(is_bad).count()).unwrap_or(u32::MAX)
}

/// What was numbered is never numbered so again.
fn sequences(pages: &Pages, met: &mut Met, shape: &shape::Shape, db: &Connection) -> Result<(), StoreError> {
    let Some(root) = shape.roots.get("sqlite_sequence") else { return Ok(()) };
    let mut tree = tree::Tree::table(pages, met, *root);
    while let Some(records) = tree.next_page() {
        for record in records {
            let [rusqlite::types::Value::Text(name), rusqlite::types::Value::Integer(last)] = &*record.values else {
                continue;
            };
            let update = "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1";
            if db.execute(update, rusqlite::params![name, last])? == 0 {
                db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", rusqlite::params![name, last])?;
            }
        }
    }
    Ok(())
}

/// What the migrations put in comes with the rest, as the user left it.
fn clear(db: &Connection) -> Result<(), StoreError> {
    let mut statement =
        db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?;
    let tables: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for table in tables {
        db.execute_batch(&format!("DELETE FROM \"{table}\""))?;
    }
    Ok(())
}

/// Brings what was copied of an older profile to the newest schema, which is what is mended; its triggers, taken off again.
fn renew(db: &mut Connection, triggers: Vec<String>) -> Result<Vec<String>, StoreError> {
    for trigger in triggers {
        db.execute_batch(&trigger)?;
    }
    db.execute_batch("COMMIT")?;
    migrate_to(db, usize::MAX)?;
    let triggers = take_triggers(db)?;
    db.execute_batch("BEGIN")?;
    Ok(triggers)
}

fn take_triggers(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")?;
    let triggers: Vec<(String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (name, _) in &triggers {
        db.execute_batch(&format!("DROP TRIGGER \"{name}\""))?;
    }
    Ok(triggers.into_iter().map(|(_, sql)| sql).collect())
}

/// The new database, empty.
fn begin(dir: &Path, key: &ProfileKey) -> Result<Connection, StoreError> {
    let path = dir.join(BUILDING);
    files::remove_if_there(&path)?;
    files::create_private_file(&path)?;
    let db = Connection::open(&path)?;
    unlock(&db, key)?;
    // Nobody else sees it before it is whole.
    db.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF")?;
    Ok(db)
}

/// There is nothing to copy.
fn empty(dir: &Path, key: &ProfileKey) -> Result<RepairReport, StoreError> {
    let mut db = begin(dir, key)?;
    migrate_to(&mut db, usize::MAX)?;
    Ok(RepairReport { is_stale: true, may_lack_keys: true, ..RepairReport::default() })
}

fn keep_report(dir: &Path, key: &ProfileKey, report: &RepairReport) -> Result<(), StoreError> {
    let db = Connection::open(dir.join(BUILDING))?;
    unlock_plainly(&db, key)?;
    let json = serde_json::to_string(report)?;
    db.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", rusqlite::params![REPORT, json])?;
    Ok(())
}

fn unlock_plainly(db: &Connection, key: &ProfileKey) -> Result<(), StoreError> {
    unlock(db, key)?;
    Ok(db.execute_batch("PRAGMA journal_mode = OFF")?)
}

/// Where the damaged database is kept: a name that nothing has.
fn place_beside(dir: &Path, stamp: &str) -> Result<PathBuf, StoreError> {
    let mut kept = dir.join(format!("{DATABASE}.damaged-{stamp}"));
    let mut number = 1;
    while files::is_there(&kept)? || files::is_there(&log_of(&kept))? {
        number += 1;
        kept = dir.join(format!("{DATABASE}.damaged-{stamp}-{number}"));
    }
    Ok(kept)
}

/// The damaged files get a second name, under which SQLite opens them together.
fn set_aside(dir: &Path, kept: &Path) -> Result<(), StoreError> {
    let path = dir.join(DATABASE);
    for (from, to) in [(path.clone(), kept.to_owned()), (log_of(&path), log_of(kept))] {
        // Not every disk knows second names.
        if files::is_there(&from)? && fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to)?;
            File::open(&to)?.sync_all()?;
        }
    }
    files::sync_dir(dir)
}

/// Puts a database that is whole into its place, if that was not done yet.
pub(super) fn finish(dir: &Path) -> Result<(), StoreError> {
    files::remove_if_there(&dir.join(BUILDING))?;
    let (path, rebuilt) = (dir.join(DATABASE), dir.join(REBUILT));
    if !files::is_there(&rebuilt)? {
        return Ok(());
    }
    // They belong to the old one.
    files::remove_if_there(&log_of(&path))?;
    let mut index = path.as_os_str().to_owned();
    index.push("-shm");
    files::remove_if_there(Path::new(&index))?;
    fs::rename(&rebuilt, &path)?;
    files::sync_dir(dir)
}

impl Store {
    /// What the last repair did, until the user has seen it.
    pub fn repair_report(&self) -> Result<Option<RepairReport>, StoreError> {
        self.setting(REPORT)
    }

    /// The user has seen it.
    pub fn forget_repair_report(&self) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM setting WHERE name = ?1", [REPORT])?;
        Ok(())
    }

    /// After everything was synchronised: of messages that had lost their place, those go that are in theirs again.
    pub fn tidy_recovered(&self) -> Result<(), StoreError> {
        let Some(folder) = self.repair_report()?.and_then(|report| report.unplaced) else { return Ok(()) };
        self.db().execute(
            "DELETE FROM message WHERE folder = ?1
                 AND EXISTS (SELECT 1 FROM message AS other WHERE other.raw = message.raw AND other.folder <> ?1)",
            [folder],
        )?;
        Ok(())
    }
}
