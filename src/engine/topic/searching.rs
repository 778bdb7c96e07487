//! Searching all mail, and what of it the search may know.

use std::sync::Arc;

use crate::engine::profile::{Profile, store_failure};
use crate::engine::view::{FolderId, RowView};
use crate::engine::{Event, Failure, indexing, reading};
use crate::store::search::query::{self, Query};
pub use crate::store::search::query::{Note, NoteKind, Place};
pub use crate::store::search::{Found, Highlighter};

use super::{Effect, TopicView, Work};

/// The most messages that a list of what was found has.
pub const MOST: usize = 1_000;

/// What the user wants.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum SearchCommand {
    /// Find messages, while the words are being typed.
    Look { query: String },
    /// Whether what was decrypted of an account's mail may be found.
    SetDecrypted { account: i64, searches: bool },
}

/// What was found.
#[derive(Clone, Debug)]
pub struct SearchView {
    /// What was asked for, as it was typed.
    pub query: String,
    /// The newest of what was found.
    pub rows: Arc<Vec<RowView>>,
    /// How many messages there are.
    pub total: usize,
    /// Messages that the search does not know yet.
    pub due: usize,
    /// What was not taken as it may have been meant.
    pub notes: Vec<Note>,
    /// Marks the words in what is shown.
    pub highlighter: Arc<Highlighter>,
    /// Accounts of which nothing that was decrypted is found.
    pub without_decrypted: Vec<i64>,
}

/// A message that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// As in the list.
    pub row: RowView,
    /// Where it is.
    pub folder: FolderId,
}

pub(super) fn carry_out(work: &Work, command: SearchCommand) -> Effect {
    let work = work.clone();
    tokio::task::spawn_blocking(move || {
        let outcome = match &command {
            SearchCommand::Look { query } => look(&work, query),
            SearchCommand::SetDecrypted { account, searches } => set_decrypted(&work, *account, *searches),
        };
        if let Err(failure) = outcome {
            (work.publish)(Event::Failed(failure));
        }
    });
    Effect::Nothing
}

fn look(work: &Work, text: &str) -> Result<(), Failure> {
    let profile = &work.profile;
    let query = parse(profile, text, true);
    let (found, hits) = find(profile, &query, MOST)?;
    if found.is_anew {
        // What was damaged is made anew from the messages.
        indexing::catch_up(profile, &work.publish, &work.cancel)?;
    }
    let accounts = profile.store.accounts().map_err(store_failure)?;
    let is_without = |account: &i64| profile.store.searches_decrypted(*account).is_ok_and(|searches| !searches);
    work.show(TopicView::Search(Arc::new(SearchView {
        query: text.to_owned(),
        rows: Arc::new(hits.into_iter().map(|hit| hit.row).collect()),
        total: found.total,
        due: profile.store.count_due_for_search().map_err(store_failure)?,
        highlighter: Arc::new(Highlighter::of(&query)),
        notes: query.notes,
        without_decrypted: accounts.into_iter().map(|account| account.id).filter(is_without).collect(),
    })));
    Ok(())
}

fn set_decrypted(work: &Work, account: i64, searches: bool) -> Result<(), Failure> {
    allow_decrypted(&work.profile, account, searches)?;
    indexing::catch_up(&work.profile, &work.publish, &work.cancel)?;
    look(work, "")
}

/// Takes a query apart, as the reader's clock has it.
pub fn parse(profile: &Profile, text: &str, is_typing: bool) -> Query {
    query::parse(text, &profile.now().to_zoned(jiff::tz::TimeZone::system()), is_typing)
}

/// Finds messages, newest first.
///
/// # Errors
/// When the store can't be read.
pub fn find(profile: &Profile, query: &Query, limit: usize) -> Result<(Found, Vec<Hit>), Failure> {
    let found = profile.search.search(&profile.store, query, limit).map_err(store_failure)?;
    // One that went this very moment is not found.
    let rows = profile.store.rows_by_id(&found.messages).map_err(store_failure)?;
    let hits = rows.into_iter().map(|(folder, row)| Hit { row: reading::row(row), folder }).collect();
    Ok((found, hits))
}

/// Lets what was decrypted of an account's mail into the index, or takes it out of every file of it. What is due then is
/// to be done.
///
/// # Errors
/// When the store can't be written.
pub fn allow_decrypted(profile: &Profile, account: i64, searches: bool) -> Result<(), Failure> {
    profile.store.set_searches_decrypted(account, searches).map_err(store_failure)?;
    if !searches {
        profile.search.forget_decrypted(&profile.store, account).map_err(store_failure)?;
    }
    Ok(())
}
