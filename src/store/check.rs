//! Looks through everything that is kept, and changes nothing: every page's code, SQLite's own check, references, every
//! message's source against its digest, and the search index.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension as _};

use super::rescue::pages::{Codec, Pages, is_unused};
use super::search::SearchIndex;
use super::{ProfileKey, Store, StoreError, files, rescue, source};

/// How often it is looked whether the work is to stop.
const PULSE: Duration = Duration::from_millis(50);
/// SQLite tells no more of what it finds.
const MOST: usize = 1_000;

/// How grave it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gravity {
    /// Takes room, and no more; compacting ends it.
    Idle,
    /// Was mended by itself, or will be.
    Mended,
    /// Something is lost or will be: to be repaired.
    Damage,
}

impl Gravity {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Mended => "mended",
            Self::Damage => "damage",
        }
    }
}

/// Something that is not as it should be, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `page`, `structure`, `reference`, `message_without_source`, `source`, `unused_source`, `search`, `search_stray`, or
    /// what [`StoreError::Damaged`] says.
    pub code: &'static str,
    /// How many.
    pub count: u64,
    /// How grave.
    pub gravity: Gravity,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Pages that were looked at.
    pub pages: u64,
    /// Messages whose sources were compared with their digests.
    pub messages: u64,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
}

impl CheckReport {
    /// The gravest of all.
    pub fn gravity(&self) -> Option<Gravity> {
        self.findings.iter().map(|finding| finding.gravity).max()
    }

    fn note(&mut self, code: &'static str, count: u64, gravity: Gravity) {
        if count > 0 {
            self.findings.push(Finding { code, count, gravity });
        }
    }
}

/// How a long work is told about: what it is at (`pages`, `structure`, `sources`, `search`, `copy`, `unused`) and how far
/// that is, from 0 to 1. It goes on as long as the answer is yes.
pub type GoesOn<'a> = dyn Fn(&'static str, f32) -> bool + Sync + 'a;

impl Store {
    /// Looks through everything. `None` when it was stopped. An index that is damaged is made anew, and that is told.
    pub fn check(&self, search: Option<&SearchIndex>, goes_on: &GoesOn<'_>) -> Result<Option<CheckReport>, StoreError> {
        let _upkeep = self.upkeep();
        let mut report = CheckReport::default();
        let reader = self.still(&mut report)?;
        let is_through = self.every_page(&mut report, goes_on)?
            && structure(&reader, &mut report, goes_on)?
            && sources(&reader, &mut report, goes_on)?;
        drop(reader);
        if !is_through {
            return Ok(None);
        }
        if let Some(search) = search {
            if !goes_on("search", 0.0) {
                return Ok(None);
            }
            self.check_search(search, &mut report)?;
        }
        Ok(Some(report))
    }

    /// A reader for which the file stays as it is for as long as it reads: all of the log is in it.
    fn still(&self, report: &mut CheckReport) -> Result<Connection, StoreError> {
        self.db().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        let reader = self.reader()?;
        reader.execute_batch("BEGIN")?;
        let begun = reader.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get::<_, i64>(0));
        match begun.map_err(StoreError::from) {
            Err(error) if error.is_damage() => report.note("structure", 1, Gravity::Damage),
            other => drop(other?),
        }
        Ok(reader)
    }

    fn every_page(&self, report: &mut CheckReport, goes_on: &GoesOn<'_>) -> Result<bool, StoreError> {
        let (_, path) = self.place();
        let Ok(salt) = files::beginning(path, 16)?.try_into() else { return Ok(true) };
        let pages = Pages::open(path, Codec::new(self.key(), &salt)?)?;
        Ok(through(&pages, report, goes_on))
    }

    /// Whether every page can be read; `None` when it was stopped.
    pub(super) fn has_every_page(&self, goes_on: &GoesOn<'_>) -> Result<Option<bool>, StoreError> {
        let mut report = CheckReport::default();
        let _still = self.still(&mut report)?;
        let is_through = self.every_page(&mut report, goes_on)?;
        Ok(is_through.then_some(report.findings.is_empty()))
    }

    /// What tells a damaged database after a program that did not end as it should: whether each page leads where it should.
    /// `None` when it was stopped.
    pub fn check_quickly(&self, goes_on: &GoesOn<'_>) -> Result<Option<bool>, StoreError> {
        let _upkeep = self.upkeep();
        let reader = self.reader()?;
        let found = interruptible(&reader, &|| goes_on("structure", 0.5), || {
            reader.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))
        });
        match found {
            Ok(found) => Ok(found.map(|word| word == "ok")),
            Err(error) if is_unreadable(&error) => Ok(Some(false)),
            Err(error) => Err(error),
        }
    }

    fn check_search(&self, search: &SearchIndex, report: &mut CheckReport) -> Result<(), StoreError> {
        let is_good = search.check(self)?;
        report.note("search", u64::from(!is_good), Gravity::Mended);
        if is_good {
            let kept: u64 = self.db().query_row("SELECT count(*) FROM indexed", [], |row| row.get(0))?;
            let strays = search.documents(self)?.abs_diff(kept);
            // What was taken in and is not noted yet, or is deleted and not cut out, is in both counts the same.
            report.note("search_stray", strays, Gravity::Idle);
        }
        Ok(())
    }
}

/// Looks at a database that can't be opened. `None` when it was stopped.
///
/// # Errors
/// [`StoreError::InUse`], [`StoreError::WrongKey`], and those of the file system.
pub fn examine(dir: &Path, key: &ProfileKey, goes_on: &GoesOn<'_>) -> Result<Option<CheckReport>, StoreError> {
    let mut report = CheckReport::default();
    let code = rescue::damage(dir, key)?;
    if let Some(code) = code {
        report.note(code, 1, Gravity::Damage);
    }
    if let Some(pages) = rescue::pages_of(dir, key)?
        && !through(&pages, &mut report, goes_on)
    {
        return Ok(None);
    }
    Ok(Some(report))
}

/// Looks at every page's code.
fn through(pages: &Pages, report: &mut CheckReport, goes_on: &GoesOn<'_>) -> bool {
    let last = pages.last();
    let mut unreadable = 0;
    let free = rescue::free_pages(pages);
    let is_free = |number: u32| free.as_ref().is_some_and(|free| free.contains(&number));
    for number in 1..=last {
        if number % 256 == 0 && !goes_on("pages", number as f32 / last as f32) {
            return false;
        }
        report.pages += 1;
        // What was never written since it became free holds nothing.
        let is_bad = !(is_unused(number) || pages.is_sound(number) || is_free(number) && pages.is_empty(number));
        unreadable += u64::from(is_bad);
    }
    report.note("page", unreadable, Gravity::Damage);
    true
}

/// What SQLite and the references say.
fn structure(db: &Connection, report: &mut CheckReport, goes_on: &GoesOn<'_>) -> Result<bool, StoreError> {
    let going = || goes_on("structure", 0.5);
    if !going() {
        return Ok(false);
    }
    let lines = interruptible(db, &going, || {
        let mut statement = db.prepare(&format!("PRAGMA integrity_check({MOST})"))?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
        Ok(lines.filter_map(Result::ok).filter(|line| line != "ok").count())
    });
    match lines {
        Ok(None) => return Ok(false),
        Ok(Some(count)) => report.note("structure", count as u64, Gravity::Damage),
        Err(error) if is_unreadable(&error) => {
            report.note("structure", 1, Gravity::Damage);
            return Ok(true);
        }
        Err(error) => return Err(error),
    }
    let count = "SELECT count(*) FROM pragma_foreign_key_check WHERE NOT (\"table\" = 'message' AND parent = 'raw')";
    let references = interruptible(db, &going, || db.query_row(count, [], |row| row.get::<_, u64>(0)));
    match references {
        Ok(None) => return Ok(false),
        Ok(Some(count)) => report.note("reference", count, Gravity::Damage),
        Err(error) if is_unreadable(&error) => report.note("structure", 1, Gravity::Damage),
        Err(error) => return Err(error),
    }
    Ok(true)
}

/// Every message's source, and the sources of none.
fn sources(db: &Connection, report: &mut CheckReport, goes_on: &GoesOn<'_>) -> Result<bool, StoreError> {
    match every_source(db, report, goes_on) {
        // It was told above, with more words.
        Err(error) if is_unreadable(&error) => {
            report.note("source", 1, Gravity::Damage);
            Ok(true)
        }
        other => other,
    }
}

fn every_source(db: &Connection, report: &mut CheckReport, goes_on: &GoesOn<'_>) -> Result<bool, StoreError> {
    let one = |query: &str| db.query_row(query, [], |row| row.get::<_, u64>(0));
    let without = one("SELECT count(*) FROM message WHERE NOT EXISTS (SELECT 1 FROM raw WHERE id = message.raw)")?;
    report.note("message_without_source", without, Gravity::Damage);
    let unused = one("SELECT count(*) FROM raw WHERE NOT EXISTS (SELECT 1 FROM message WHERE raw = raw.id)")?;
    let total = one("SELECT count(*) FROM raw")?.max(1);
    let mut next = db.prepare("SELECT id FROM raw WHERE id > ?1 ORDER BY id LIMIT 1")?;
    let (mut last, mut bad) = (i64::MIN, 0);
    while let Some(id) = next.query_row([last], |row| row.get::<_, i64>(0)).optional()? {
        if report.messages.is_multiple_of(64) && !goes_on("sources", report.messages as f32 / total as f32) {
            return Ok(false);
        }
        last = id;
        report.messages += 1;
        match source::is_sound(db, id) {
            Ok(is_sound) => bad += u64::from(!is_sound),
            Err(error) if is_unreadable(&error) => bad += 1,
            Err(error) => return Err(error),
        }
    }
    report.note("source", bad, Gravity::Damage);
    report.note("unused_source", unused, Gravity::Idle);
    Ok(true)
}

/// Reading did not work because of what is read.
fn is_unreadable(error: &StoreError) -> bool {
    // SQLCipher says no more than that there was an error when a page's code is wrong.
    let is_vague = |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::Unknown);
    error.is_damage() || matches!(error, StoreError::Database(error) if is_vague(error))
}

/// Does one long work of SQLite's that ends when it is to stop; `None` then.
pub(super) fn interruptible<T>(
    db: &Connection,
    goes_on: &(dyn Fn() -> bool + Sync),
    work: impl FnOnce() -> rusqlite::Result<T>,
) -> Result<Option<T>, StoreError> {
    let (handle, is_done) = (db.get_interrupt_handle(), AtomicBool::new(false));
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                if !goes_on() {
                    handle.interrupt();
                }
                std::thread::park_timeout(PULSE);
            }
        });
        let outcome = work();
        is_done.store(true, Ordering::Relaxed);
        outcome
    });
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
