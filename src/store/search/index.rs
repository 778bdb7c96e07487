//! The index itself: opened when it is first needed, made anew when it is not what it should be.
//!
//! Each making has an identity of its own in the database, and its own key by that. The database also knows the number of the
//! last commit, so that an index that was put back to an older state is noticed. What can't be noticed is a whole profile
//! that was put back, database and index together.

mod upkeep;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::merge_policy::LogMergePolicy;
use tantivy::query::{AllQuery, BooleanQuery, Occur, Query as Search, TermQuery};
use tantivy::schema::{IndexRecordOption, Term};
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager};
use tantivy::{
    DocId, Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Score, SegmentReader, TantivyError,
};

use crate::store::{ProfileKey, Store, StoreError, files};

use super::directory::SealedDirectory;
use super::document::{DATE, Fields, MESSAGE, SearchDocument, TOKENIZER};
use super::plan::{Among, plan};
use super::query::Query;
use super::queue::{Due, Held, Holding};
use super::sealed::{IndexId, IndexKey};

/// The folder within the profile.
const FOLDER: &str = "search";
/// Memory for what is not committed yet, in bytes.
const MEMORY: usize = 48 << 20;
/// How often the index is made anew before it is given up until the program is started again: whatever breaks it then breaks
/// it each time.
const MOST_MAKINGS: u32 = 5;

/// The full-text index of a profile. Any thread may search while one takes messages in.
#[derive(Debug)]
pub struct SearchIndex {
    folder: PathBuf,
    key: ProfileKey,
    fields: Fields,
    opened: RwLock<Option<Arc<Opened>>>,
    writing: Mutex<Writing>,
    makings: AtomicU32,
    is_checked: AtomicBool,
}

struct Opened {
    index: Index,
    reader: IndexReader,
    directory: SealedDirectory,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened")
    }
}

/// What was taken in and is not committed.
#[derive(Default)]
struct Writing {
    writer: Option<IndexWriter>,
    held: Vec<Held>,
}

impl std::fmt::Debug for Writing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Writing({})", self.held.len())
    }
}

/// What a search has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Row ids of messages, newest first; not more than were asked for.
    pub messages: Vec<i64>,
    /// How many there are.
    pub total: usize,
    /// The index was damaged and is made anew: more will be found later.
    pub is_anew: bool,
}

/// Something between the index and its files.
enum Trouble {
    /// The index is not what it should be.
    Damaged,
    /// The database, or the disk.
    Store(StoreError),
}

impl From<TantivyError> for Trouble {
    fn from(error: TantivyError) -> Self {
        // A full disk or a missing right is no damage: making the index anew would not help.
        let io = match &error {
            TantivyError::IoError(error) => Some(Arc::clone(error)),
            TantivyError::OpenWriteError(tantivy::directory::error::OpenWriteError::IoError { io_error, .. }) => {
                Some(Arc::clone(io_error))
            }
            _ => None,
        };
        let is_outside = |kind| {
            use std::io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
            matches!(kind, StorageFull | PermissionDenied | ReadOnlyFilesystem | QuotaExceeded)
        };
        match io {
            Some(error) if is_outside(error.kind()) => Self::Store(StoreError::File(error.kind().into())),
            _ => Self::Damaged,
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl SearchIndex {
    /// The index of the profile in a folder. Nothing is opened yet.
    pub fn of(profile: &Path, key: &ProfileKey) -> Self {
        Self {
            folder: profile.join(FOLDER),
            key: key.clone(),
            fields: Fields::new(),
            opened: RwLock::default(),
            writing: Mutex::default(),
            makings: AtomicU32::new(0),
            is_checked: AtomicBool::new(false),
        }
    }

    /// Finds messages, newest first.
    ///
    /// # Errors
    /// Those of the database. A damaged index is none: it is made anew, and [`Found::is_anew`] says so.
    pub fn search(&self, store: &Store, query: &Query, limit: usize) -> Result<Found, StoreError> {
        match Self::guarded(|| self.look(store, query, limit)) {
            Ok(found) => Ok(found),
            Err(Trouble::Store(error)) => Err(error),
            Err(Trouble::Damaged) => {
                self.make_anew(store)?;
                Ok(Found { is_anew: true, ..Found::default() })
            }
        }
    }

    fn look(&self, store: &Store, query: &Query, limit: usize) -> Result<Found, Trouble> {
        let opened = self.open(store)?;
        let searcher = opened.reader.searcher();
        let root = match &query.root {
            Some(root) => plan(root, &self.fields, &mut |fact| store.having(fact))?,
            None => Some(Box::new(AllQuery) as Box<dyn Search>),
        };
        let Some(mut root) = root else { return Ok(Found::default()) };
        let gone = store.gone_from_search()?;
        if !gone.is_empty() {
            let without: Box<dyn Search> = Box::new(Among(Arc::new(gone)));
            root = Box::new(BooleanQuery::new(vec![(Occur::Must, root), (Occur::MustNot, without)]));
        }
        let mut found = searcher.search(&root, &Newest)?;
        let total = found.len();
        if limit < found.len() {
            found.select_nth_unstable_by(limit, |a, b| b.cmp(a));
            found.truncate(limit);
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        Ok(Found { messages: found.into_iter().map(|(_, id)| id).collect(), total, is_anew: false })
    }

    /// Takes what is due of a message in: with a document when it is there, and without when it is gone. It is found after
    /// the next [`SearchIndex::commit`].
    ///
    /// # Errors
    /// Those of the database and the disk; what was not committed is due again then.
    pub fn take(&self, store: &Store, due: &Due, document: Option<&SearchDocument>) -> Result<(), StoreError> {
        let done = Self::guarded(|| {
            let mut writing = self.writing();
            let opened = self.open(store)?;
            self.put(&opened, &mut writing, due, document)
        });
        self.healed(store, done)
    }

    fn put(
        &self,
        opened: &Opened,
        writing: &mut Writing,
        due: &Due,
        document: Option<&SearchDocument>,
    ) -> Result<(), Trouble> {
        let writer = if let Some(writer) = &mut writing.writer {
            writer
        } else {
            let writer = opened.index.writer_with_num_threads(1, MEMORY)?;
            let mut policy = LogMergePolicy::default();
            // Of what is deleted nothing is to lie around for long.
            policy.set_del_docs_ratio_before_merge(0.3);
            writer.set_merge_policy(Box::new(policy));
            writing.writer.insert(writer)
        };
        writer.delete_term(Term::from_field_u64(self.fields.message, due.message.cast_unsigned()));
        let as_what = match (document, &due.now) {
            (Some(document), Some(now)) => {
                writer.add_document(self.fields.document(due.message, now.account, document))?;
                let holding = match (document.is_decrypted, document.is_reduced) {
                    (true, _) => Holding::Decrypted,
                    (false, true) => Holding::Reduced,
                    (false, false) => Holding::Plain,
                };
                Some((now.lock.clone(), holding))
            }
            _ => None,
        };
        writing.held.push(Held { message: due.message, number: due.number, as_what });
        Ok(())
    }

    /// Messages that were taken in since the last commit.
    pub fn waiting(&self) -> usize {
        self.writing().held.len()
    }

    /// Makes what was taken in durable and found. `is_last`: nothing more comes for a while, and the memory for it is given
    /// back when the files are in order.
    ///
    /// # Errors
    /// As [`SearchIndex::take`].
    pub fn commit(&self, store: &Store, is_last: bool) -> Result<(), StoreError> {
        let done = Self::guarded(|| {
            let mut writing = self.writing();
            let opened = self.open(store)?;
            Self::settle(store, &opened, &mut writing)?;
            if is_last && let Some(writer) = writing.writer.take() {
                writer.wait_merging_threads()?;
                opened.reader.reload()?;
            }
            Ok(())
        });
        self.healed(store, done)
    }

    fn settle(store: &Store, opened: &Opened, writing: &mut Writing) -> Result<(), Trouble> {
        let Some(writer) = &mut writing.writer else { return Ok(()) };
        let commits = store.search_identity()?.map_or(0, |(_, commits)| commits) + 1;
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(&commits.to_string());
        prepared.commit()?;
        store.search_committed(commits, &std::mem::take(&mut writing.held))?;
        opened.reader.reload()?;
        Ok(())
    }

    /// Takes everything that was decrypted of an account's mail out of the index, and out of its files: they are written
    /// anew without it, and the old ones removed.
    ///
    /// # Errors
    /// As [`SearchIndex::take`].
    pub fn forget_decrypted(&self, store: &Store, account: i64) -> Result<(), StoreError> {
        let done = Self::guarded(|| {
            let mut writing = self.writing();
            let opened = self.open(store)?;
            Self::settle(store, &opened, &mut writing)?;
            let writer = match writing.writer.take() {
                Some(writer) => writer,
                None => opened.index.writer_with_num_threads(1, MEMORY)?,
            };
            let exactly = |field, value: u64| -> Box<dyn Search> {
                Box::new(TermQuery::new(Term::from_field_u64(field, value), IndexRecordOption::Basic))
            };
            let these = [
                (Occur::Must, exactly(self.fields.account, account.cast_unsigned())),
                (Occur::Must, exactly(self.fields.is_decrypted, 1)),
            ];
            writer.delete_query(Box::new(BooleanQuery::new(these.into())))?;
            writing.writer = Some(writer);
            Self::settle(store, &opened, &mut writing)?;
            let Some(mut writer) = writing.writer.take() else { return Ok(()) };
            for segment in opened.index.searchable_segment_metas()?.iter().filter(|segment| segment.has_deletes()) {
                // Merging in the background may have taken it already.
                let _ = writer.merge(&[segment.id()]).wait();
            }
            opened.reader.reload()?;
            let _ = writer.garbage_collect_files().wait();
            writer.wait_merging_threads()?;
            opened.reader.reload()?;
            Ok(())
        });
        self.healed(store, done)
    }

    /// Opens every chunk of every file; whether the index was good. It is made anew if not.
    ///
    /// # Errors
    /// As [`SearchIndex::take`].
    pub fn check(&self, store: &Store) -> Result<bool, StoreError> {
        let done = Self::guarded(|| {
            let opened = self.open(store)?;
            loop {
                let files = living(&opened.index)?;
                match opened.directory.check(&files) {
                    Ok(()) => return Ok(()),
                    // A merge may have made files needless meanwhile.
                    Err(_) if files != living(&opened.index)? => {}
                    Err(_) => return Err(Trouble::Damaged),
                }
            }
        });
        let was_good = done.is_ok();
        self.healed(store, done)?;
        Ok(was_good)
    }

    /// The same, the first time it is called.
    ///
    /// # Errors
    /// As [`SearchIndex::take`].
    pub fn check_once(&self, store: &Store) -> Result<(), StoreError> {
        if !self.is_checked.swap(true, Ordering::Relaxed) {
            self.check(store)?;
        }
        Ok(())
    }

    /// Opens the index, or begins it. To be done before asking what is due: with a new index everything is due under a new
    /// number.
    ///
    /// # Errors
    /// As [`SearchIndex::take`].
    pub fn prepare(&self, store: &Store) -> Result<(), StoreError> {
        let done = Self::guarded(|| self.open(store).map(|_| ()));
        self.healed(store, done)
    }

    /// Begins the index anew: everything is due again.
    ///
    /// # Errors
    /// As [`SearchIndex::take`].
    pub fn make_anew(&self, store: &Store) -> Result<(), StoreError> {
        let mut writing = self.writing();
        let mut opened = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = std::mem::take(&mut *writing).writer {
            // What it still does it does to files that nobody reads any more, if it does not stumble at all.
            let _ = catch_unwind(AssertUnwindSafe(move || drop(writer)));
        }
        *opened = None;
        *opened = Some(Arc::new(self.begin(store)?));
        Ok(())
    }

    fn begin(&self, store: &Store) -> Result<Opened, StoreError> {
        if self.makings.fetch_add(1, Ordering::Relaxed) >= MOST_MAKINGS {
            return Err(StoreError::Corrupt("search"));
        }
        let mut id = IndexId::default();
        openssl::rand::rand_bytes(&mut id)?;
        let folder = self.folder_of(&id);
        files::create_private_dir(&self.folder)?;
        files::create_private_dir(&folder)?;
        let made = Self::guarded(|| {
            let directory = SealedDirectory::new(folder.clone(), IndexKey::derive(&self.key, &id)?);
            let settings = IndexSettings::default();
            let index = Index::create(directory.clone(), self.fields.schema.clone(), settings)?;
            ready(index, directory)
        });
        let made = made.map_err(|trouble| match trouble {
            Trouble::Damaged => StoreError::Corrupt("search"),
            Trouble::Store(error) => error,
        })?;
        // Only one that is whole is the good one, should the program be killed here.
        store.begin_search(&id)?;
        self.sweep(&folder);
        Ok(made)
    }

    /// Removes other makings; what can't be removed is closed for good anyway.
    fn sweep(&self, except: &Path) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path != except {
                let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            }
        }
    }

    fn folder_of(&self, id: &IndexId) -> PathBuf {
        self.folder.join(hex::encode(id))
    }

    fn open(&self, store: &Store) -> Result<Arc<Opened>, Trouble> {
        if let Some(opened) = &*self.opened.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(Arc::clone(opened));
        }
        let mut place = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = &*place {
            return Ok(Arc::clone(opened));
        }
        let opened = match store.search_identity()? {
            None => Arc::new(self.begin(store)?),
            Some((id, commits)) => Arc::new(self.open_existing(store, id, commits)?),
        };
        *place = Some(Arc::clone(&opened));
        Ok(opened)
    }

    fn open_existing(&self, store: &Store, id: IndexId, commits: u64) -> Result<Opened, Trouble> {
        let folder = self.folder_of(&id);
        if !folder.is_dir() {
            return Err(Trouble::Damaged);
        }
        self.sweep(&folder);
        let directory = SealedDirectory::new(folder, IndexKey::derive(&self.key, &id)?);
        let index = Index::open(directory.clone())?;
        let made: u64 = index.load_metas()?.payload.and_then(|payload| payload.parse().ok()).unwrap_or(0);
        if made == commits + 1 {
            // The program was killed between the index's commit and the database's: what was due is done again.
            store.search_committed(made, &[])?;
        } else if made != commits {
            return Err(Trouble::Damaged);
        }
        if index.schema() != self.fields.schema {
            return Err(Trouble::Damaged);
        }
        ready(index, directory)
    }

    fn writing(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Damaged files make tantivy panic in places: that is damage too.
    fn guarded<T>(work: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
        catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Trouble::Damaged))
    }

    fn healed(&self, store: &Store, done: Result<(), Trouble>) -> Result<(), StoreError> {
        match done {
            Ok(()) => Ok(()),
            Err(Trouble::Damaged) => self.make_anew(store),
            Err(Trouble::Store(error)) => {
                // What was not committed is due again.
                *self.writing() = Writing::default();
                Err(error)
            }
        }
    }

    /// Every word that the files hold.
    #[cfg(test)]
    pub(super) fn vocabulary(&self, store: &Store) -> std::collections::BTreeSet<String> {
        let Ok(opened) = self.open(store) else { panic!("the index does not open") };
        let mut words = std::collections::BTreeSet::new();
        for segment in opened.reader.searcher().segment_readers() {
            for field in self.fields.at(super::query::Place::Anywhere) {
                let inverted = segment.inverted_index(field).unwrap();
                let mut terms = inverted.terms().stream().unwrap();
                while terms.advance() {
                    words.insert(String::from_utf8_lossy(terms.key()).into_owned());
                }
            }
        }
        words
    }

    /// Where the files are.
    #[cfg(test)]
    pub(super) fn files_of(&self, store: &Store) -> PathBuf {
        let Ok(opened) = self.open(store) else { panic!("the index does not open") };
        opened.directory.folder().to_owned()
    }
}

/// The files that the index consists of now.
fn living(index: &Index) -> Result<BTreeSet<PathBuf>, Trouble> {
    let metas = index.load_metas()?;
    let mut names: BTreeSet<PathBuf> = ["meta.json", ".managed.json"].map(PathBuf::from).into();
    for segment in &metas.segments {
        let is_there = |name: &PathBuf| segment.has_deletes() || name.extension().is_none_or(|ending| ending != "del");
        names.extend(segment.list_files().into_iter().filter(is_there));
    }
    Ok(names)
}

fn ready(mut index: Index, directory: SealedDirectory) -> Result<Opened, Trouble> {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(TOKENIZER, TextAnalyzer::from(super::token::MailTokenizer));
    index.set_tokenizers(tokenizers);
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    Ok(Opened { index, reader, directory })
}

/// Collects dates and messages.
struct Newest;

struct OfSegment {
    dates: Column<i64>,
    ids: Column<u64>,
    found: Vec<(i64, i64)>,
}

impl Collector for Newest {
    type Fruit = Vec<(i64, i64)>;
    type Child = OfSegment;

    fn for_segment(&self, _: u32, segment: &SegmentReader) -> tantivy::Result<OfSegment> {
        let fast = segment.fast_fields();
        Ok(OfSegment { dates: fast.i64(DATE)?, ids: fast.u64(MESSAGE)?, found: Vec::new() })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, fruits: Vec<Vec<(i64, i64)>>) -> tantivy::Result<Vec<(i64, i64)>> {
        let mut seen = HashSet::new();
        Ok(fruits.into_iter().flatten().filter(|(_, id)| seen.insert(*id)).collect())
    }
}

impl SegmentCollector for OfSegment {
    type Fruit = Vec<(i64, i64)>;

    fn collect(&mut self, doc: DocId, _: Score) {
        let (date, id) = (self.dates.first(doc).unwrap_or(0), self.ids.first(doc).unwrap_or(0));
        self.found.push((date, id.cast_signed()));
    }

    fn harvest(self) -> Vec<(i64, i64)> {
        self.found
    }
}
