//! Conversations: whether lists are shown by them, and the one that the open message belongs to.

use std::sync::Arc;

use crate::domain::thread::forest;
use crate::engine::conversations::{SETTING, without_copies};
use crate::engine::profile::{Profile, store_failure};
use crate::engine::view::{MessageId, RowView, ThreadId};
use crate::engine::{Event, Failure, reading};
use crate::store::{FolderRecord, MessageRow, StoreError};

use super::{Effect, TopicView, Work};

/// What the user wants.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum ThreadsCommand {
    /// Show lists by conversations, or every message in its row.
    Group(bool),
    /// Show the conversation of a message: in its account, or in all of them.
    Look { message: MessageId, everywhere: bool },
}

/// The conversation of a message, wherever its messages are.
#[derive(Clone, Debug, Default)]
pub struct ThreadView {
    /// What was asked about.
    pub message: MessageId,
    /// What it is known by; `None` for a message that is in none yet.
    pub thread: Option<ThreadId>,
    /// Its messages: answers below what they answer. Copies of one are one; those in the trash and among the junk are left
    /// out, unless the message itself is there.
    pub messages: Vec<ThreadMessage>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct ThreadMessage {
    /// As in the list.
    pub row: RowView,
    /// The message that it answers, or the nearest before that is there.
    pub parent: Option<MessageId>,
    /// How many stand above it.
    pub depth: u16,
}

pub(super) fn carry_out(work: &Work, command: ThreadsCommand) -> Result<Effect, Failure> {
    match command {
        ThreadsCommand::Group(is_on) => {
            work.profile.store.set_setting(SETTING, &is_on).map_err(store_failure)?;
            Ok(Effect::List)
        }
        ThreadsCommand::Look { message, everywhere } => {
            let work = work.clone();
            tokio::task::spawn_blocking(move || match look(&work.profile, message, everywhere) {
                Ok(view) => work.show(TopicView::Threads(Arc::new(view))),
                Err(failure) => (work.publish)(Event::Failed(failure)),
            });
            Ok(Effect::Nothing)
        }
    }
}

/// The conversation of a message. One that is gone has none.
///
/// # Errors
/// When the store can't be read.
pub fn look(profile: &Profile, message: MessageId, everywhere: bool) -> Result<ThreadView, Failure> {
    let store = &profile.store;
    let (folder, row) = match store.row(message) {
        Ok(found) => found,
        Err(StoreError::NotFound) => return Ok(ThreadView { message, ..ThreadView::default() }),
        Err(error) => return Err(store_failure(error)),
    };
    let Some(thread) = row.thread else {
        let alone = ThreadMessage { row: reading::row(row), parent: None, depth: 0 };
        return Ok(ThreadView { message, thread: None, messages: vec![alone] });
    };
    let folders = store.folders().map_err(store_failure)?;
    let of = |id: i64| folders.iter().find(|one| one.id == id);
    let account = of(folder).map(|one| one.account);
    let is_aside = |one: &FolderRecord| ["trash", "junk"].contains(&one.role.as_str());
    let belongs =
        |one: &&FolderRecord| one.id == folder || (everywhere || Some(one.account) == account) && !is_aside(one);
    let shown: Vec<i64> = folders.iter().filter(belongs).map(|one| one.id).collect();
    let all = store.conversation(thread, &shown, message).map_err(store_failure)?;
    let order = |id: i64| folders.iter().position(|one| one.id == id).unwrap_or(folders.len());
    let rank = |row: &MessageRow| match row.id == message {
        true => 0,
        false if row.folder == folder => 1,
        // The inbox before the archive.
        false => 2 + order(row.folder),
    };
    let all = without_copies(all, rank);
    let (rows, members): (Vec<_>, Vec<_>) = all.into_iter().map(|one| (one.row, one.member)).unzip();
    let tree = forest(&members);
    let id_of = |member: usize| rows.get(member).map(|row| row.id);
    let mut messages = Vec::with_capacity(rows.len());
    for one in &tree {
        if let Some(row) = rows.get(one.member) {
            let parent = one.parent.and_then(id_of);
            messages.push(ThreadMessage { row: reading::row(row.clone()), parent, depth: one.depth });
        }
    }
    Ok(ThreadView { message, thread: Some(thread), messages })
}
