//! Searches that the user kept: folders without a place, which show what they find at the moment.

use std::sync::Arc;

use crate::engine::profile::{Profile, store_failure};
use crate::engine::{Event, Failure};
use crate::store::SavedSearch;
use crate::store::search::query::{Fact, Node};

use super::mail::input;
use super::{Effect, TopicView, Work, searching};

/// What the user wants with them.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum SavedCommand {
    /// Show them, with how much in them is unread.
    Look,
    /// Keep one; one of that name has that query from now on.
    Save { name: String, query: String },
    /// Give one another name.
    Rename { id: i64, name: String },
    /// Forget one.
    Remove(i64),
}

/// The searches that are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedView {
    /// In the order in which they were kept.
    pub searches: Vec<SavedSearchView>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearchView {
    /// Row id.
    pub id: i64,
    /// The user's name for it.
    pub name: String,
    /// As it was typed.
    pub query: String,
    /// Unread messages in it.
    pub unread: usize,
}

pub(super) fn carry_out(work: &Work, command: SavedCommand) -> Effect {
    let work = work.clone();
    tokio::task::spawn_blocking(move || {
        // Counting may take a moment; what was kept stands there before.
        let outcome = apply(&work.profile, command).and_then(|()| view(&work.profile));
        match outcome {
            Ok(view) => work.show(TopicView::Saved(Arc::new(view))),
            Err(failure) => (work.publish)(Event::Failed(failure)),
        }
    });
    Effect::Nothing
}

/// Does it.
///
/// # Errors
/// When a name is none, or taken, or the store can't be written.
pub fn apply(profile: &Profile, command: SavedCommand) -> Result<(), Failure> {
    let store = &profile.store;
    match command {
        SavedCommand::Look => Ok(()),
        SavedCommand::Save { name, query } => {
            if query.trim().is_empty() {
                return Err(input(&name, "empty_search"));
            }
            store.save_search(&checked(&name)?, query.trim()).map(drop).map_err(store_failure)
        }
        SavedCommand::Rename { id, name } => {
            let name = checked(&name)?;
            if store.rename_search(id, &name).map_err(store_failure)? {
                Ok(())
            } else {
                Err(input(&name, "name_taken"))
            }
        }
        SavedCommand::Remove(id) => store.remove_search(id).map_err(store_failure),
    }
}

fn checked(name: &str) -> Result<String, Failure> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().any(char::is_control) { Err(input(&name, "bad_name")) } else { Ok(name) }
}

/// The kept searches, nothing counted yet.
///
/// # Errors
/// When the store can't be read.
pub fn uncounted(profile: &Profile) -> Result<SavedView, Failure> {
    let all = profile.store.saved_searches().map_err(store_failure)?;
    let view = |SavedSearch { id, name, query }| SavedSearchView { id, name, query, unread: 0 };
    Ok(SavedView { searches: all.into_iter().map(view).collect() })
}

/// The kept searches with their counts.
///
/// # Errors
/// When the store can't be read.
pub fn view(profile: &Profile) -> Result<SavedView, Failure> {
    let mut view = uncounted(profile)?;
    for search in &mut view.searches {
        let mut query = searching::parse(profile, &search.query, false);
        let is_unread = Node::Fact(Fact::Unread);
        query.root = Some(match query.root {
            Some(root) => Node::All(vec![root, is_unread]),
            None => is_unread,
        });
        search.unread = profile.search.search(&profile.store, &query, 0).map_err(store_failure)?.total;
    }
    Ok(view)
}

/// The kept search of that name or number.
///
/// # Errors
/// When there is none.
pub fn find(profile: &Profile, name: &str) -> Result<SavedSearch, Failure> {
    let all = profile.store.saved_searches().map_err(store_failure)?;
    let fits = |one: &SavedSearch| one.name == name || one.id.to_string() == name;
    all.into_iter().find(fits).ok_or_else(|| input(name, "no_such_search"))
}
