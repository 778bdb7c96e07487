//! Gives room back: what nothing refers to goes, the database is written anew without gaps, the search index becomes one
//! piece. Whenever the program ends, the database is the old one or the new one.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, params};
use zeroize::Zeroizing;

use super::check::{GoesOn, interruptible};
use super::database::unlock;
use super::rescue::pages::{PAGE, log_of};
use super::search::SearchIndex;
use super::{Store, StoreError, files, rescue};

/// So often it is tried; the last time nobody else can write meanwhile.
const ATTEMPTS: usize = 4;

/// What compacting did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Bytes on the disk before.
    pub before: u64,
    /// Bytes on the disk now.
    pub after: u64,
    /// Sources of no message that were removed.
    pub unused: u64,
}

/// What takes how many bytes on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Messages as they came.
    pub mail: u64,
    /// The search index.
    pub search: u64,
    /// Room in the database that is free.
    pub free: u64,
    /// Databases that were damaged and repaired.
    pub damaged: u64,
    /// Lists, keys, and what is known of messages.
    pub other: u64,
}

impl Sizes {
    /// All of it.
    pub fn total(&self) -> u64 {
        self.mail + self.search + self.free + self.damaged + self.other
    }
}

impl Store {
    /// What takes how much room.
    pub fn sizes(&self, search: &SearchIndex) -> Result<Sizes, StoreError> {
        let (dir, path) = self.place();
        let database = length(path) + length(&log_of(path));
        let db = self.db();
        let free: u64 = db.query_row("SELECT freelist_count FROM pragma_freelist_count", [], |row| row.get(0))?;
        let mail: u64 = db.query_row(
            "SELECT coalesce((SELECT sum(length(deflated)) FROM raw), 0)
                 + coalesce((SELECT sum(length(kept)) FROM raw_piece), 0)",
            [],
            |row| row.get(0),
        )?;
        let (free, mail) = (free * PAGE as u64, mail.min(database));
        let damaged = rescue::damaged_files(dir).iter().map(|file| length(file)).sum();
        let other = database.saturating_sub(free).saturating_sub(mail);
        Ok(Sizes { mail, search: search.bytes(), free, damaged, other })
    }

    /// Gives room back. `None` when it was stopped: all is as it was then.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a page can't be read: a repair keeps more of it than writing it anew would. The database
    /// is the old one then, and whenever it does not work.
    pub fn compact(&self, search: &SearchIndex, goes_on: &GoesOn<'_>) -> Result<Option<Compacted>, StoreError> {
        let _upkeep = self.upkeep();
        let (dir, path) = self.place();
        let all = || length(path) + length(&log_of(path)) + search.bytes();
        let before = all();
        files::needs_space(dir, files::length_of(path)? + files::length_of(&log_of(path))?)?;
        match self.has_every_page(goes_on)? {
            None => return Ok(None),
            Some(false) => return Err(StoreError::Damaged("page")),
            Some(true) => {}
        }
        if !goes_on("unused", 0.0) {
            return Ok(None);
        }
        let unused = "DELETE FROM raw WHERE NOT EXISTS (SELECT 1 FROM message WHERE raw = raw.id)";
        let unused = self.db().execute(unused, [])? as u64;
        if !goes_on("search", 0.0) {
            return Ok(None);
        }
        search.merge(self)?;
        let renewed = self.renew(goes_on);
        if !matches!(renewed, Ok(true)) {
            // Else the next start would take it for the newer one.
            for file in [rescue::REBUILT, rescue::BUILDING] {
                let _ = files::remove_if_there(&dir.join(file));
            }
        }
        Ok(renewed?.then(|| Compacted { before, after: all(), unused }))
    }

    /// Writes the database anew, and takes that; whether it came to the end. Others go on with the old one meanwhile: when
    /// they changed it, the copy is none, and at last they have to wait.
    fn renew(&self, goes_on: &GoesOn<'_>) -> Result<bool, StoreError> {
        let building = self.place().0.join(rescue::BUILDING);
        for attempt in 1..=ATTEMPTS {
            let held = (attempt == ATTEMPTS).then(|| self.db());
            let beside = Connection::open(self.place().1)?;
            unlock(&beside, self.key())?;
            let version = data_version(&beside)?;
            if !copied(&beside, self, goes_on)? {
                return Ok(false);
            }
            fs::File::open(&building)?.sync_all()?;
            let db = held.unwrap_or_else(|| self.db());
            if data_version(&beside)? == version {
                drop(beside);
                fs::rename(&building, self.place().0.join(rescue::REBUILT))?;
                self.exchange(db)?;
                return Ok(true);
            }
        }
        Err(StoreError::Corrupt("copy"))
    }
}

/// Writes the database anew beside the old one, under the same key; whether it came to the end. `db` is a connection of its
/// own, and of no more use when that did not work.
fn copied(db: &Connection, store: &Store, goes_on: &GoesOn<'_>) -> Result<bool, StoreError> {
    // A stop before it has begun interrupts nothing.
    if !goes_on("copy", 0.0) {
        return Ok(false);
    }
    let (dir, path) = store.place();
    let building = dir.join(rescue::BUILDING);
    files::remove_if_there(&building)?;
    files::create_private_file(&building)?;
    let key = Zeroizing::new(format!("x'{}'", &*Zeroizing::new(hex::encode(store.key().bytes()))));
    let expected = (length(path) + length(&log_of(path))).max(1) as f32;
    db.execute("ATTACH DATABASE ?1 AS fresh KEY ?2", params![building.to_string_lossy(), &**key])?;
    // All of it as it was at one moment.
    db.execute_batch("PRAGMA fresh.journal_mode = OFF; PRAGMA fresh.synchronous = OFF; BEGIN")?;
    let going = || goes_on("copy", (length(&building) as f32 / expected).min(1.0));
    let done = interruptible(db, &going, || {
        db.query_row("SELECT sqlcipher_export('fresh')", [], |_| Ok(()))?;
        let version: i64 = db.query_row("PRAGMA main.user_version", [], |row| row.get(0))?;
        db.pragma_update(Some("fresh"), "user_version", version)
    });
    if done?.is_none() {
        return Ok(false);
    }
    let rows = counts(db)?;
    db.execute_batch("COMMIT; DETACH DATABASE fresh")?;
    let fresh = Connection::open(&building)?;
    unlock(&fresh, store.key())?;
    fresh.execute_batch("PRAGMA journal_mode = OFF")?;
    // A copy that is not the same is none.
    if counts(&fresh)? == rows { Ok(true) } else { Err(StoreError::Corrupt("copy")) }
}

/// Another number after another connection wrote something.
fn data_version(db: &Connection) -> Result<i64, StoreError> {
    Ok(db.query_row("PRAGMA data_version", [], |row| row.get(0))?)
}

/// The rows of every table.
fn counts(db: &Connection) -> Result<Vec<(String, u64)>, StoreError> {
    let mut statement = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")?;
    let names: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let count = |name: String| {
        let rows = db.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get(0))?;
        Ok((name, rows))
    };
    names.into_iter().map(count).collect()
}

fn length(path: &Path) -> u64 {
    path.metadata().map_or(0, |data| data.len())
}

#[cfg(test)]
mod tests;
