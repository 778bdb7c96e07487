//! What is done with messages and folders: flags, moving, archiving, spam, deleting, and taking the last of it back.
//! Everything takes effect here at once; the server is told in the account's next turn.

mod doing;
mod pace;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::engine::profile::{Profile, store_failure};
use crate::engine::view::{FolderId, MessageId};
use crate::engine::{Event, Failure, FailureKind, Retry};
use crate::net::imap::{name_of, path_of};
use crate::store::{AccountRecord, FolderRecord, FolderState};

use super::{Effect, Work};

pub(super) use doing::mark;
pub(in crate::engine) use pace::Pace;

use doing::{mark_many, place, undo};

/// What the user does with messages and folders.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum MailCommand {
    /// Sets or clears a flag.
    SetFlag { messages: Vec<MessageId>, flag: MailFlag, on: bool },
    /// Moves into a folder, also of another account.
    Move { messages: Vec<MessageId>, to: FolderId },
    /// Copies into a folder, also of another account.
    Copy { messages: Vec<MessageId>, to: FolderId },
    /// Moves into the account's archive.
    Archive(Vec<MessageId>),
    /// Moves among the junk, or back out of it.
    Spam { messages: Vec<MessageId>, spam: bool },
    /// Moves into the trash. What is there already stays there: a key pressed twice destroys nothing.
    Delete(Vec<MessageId>),
    /// Deletes for good what is in the trash, and nothing that is elsewhere.
    DeleteForGood(Vec<MessageId>),
    /// Takes the last of these back.
    Undo,
    /// Makes a folder, below another one or at the top.
    CreateFolder { account: i64, parent: Option<FolderId>, name: String },
    /// Gives a folder another name, where it is.
    RenameFolder { folder: FolderId, name: String },
    /// Deletes a folder with everything in it.
    DeleteFolder(FolderId),
    /// Marks everything in a folder as read.
    ReadAll(FolderId),
    /// Something happened in the inbox of an account. Sent by the engine to itself.
    Noticed(i64),
    /// What went on beside the loop has changed messages. Sent by the engine to itself.
    Changed,
    /// It is time to tell the servers what was done here. Sent by the engine to itself.
    Tell,
}

/// A flag of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailFlag {
    /// Was read.
    Seen,
    /// Was marked.
    Flagged,
    /// Was answered.
    Answered,
    /// Was forwarded (`$Forwarded`).
    Forwarded,
    /// A keyword: an atom of IMAP.
    Keyword(String),
}

impl MailFlag {
    /// As IMAP writes it.
    pub fn word(&self) -> &str {
        match self {
            Self::Seen => "\\Seen",
            Self::Flagged => "\\Flagged",
            Self::Answered => "\\Answered",
            Self::Forwarded => "$Forwarded",
            Self::Keyword(word) => word,
        }
    }
}

/// What the topic remembers: what was done last, and what goes on.
#[derive(Debug, Default)]
pub(in crate::engine) struct Desk {
    steps: Mutex<Vec<Step>>,
    turns: pace::Turns,
    /// Messages that the rules could not be run on, as the user was told last.
    left: AtomicUsize,
}

/// What takes a step back.
#[derive(Clone, Debug)]
pub(in crate::engine) enum Step {
    Place { message: MessageId, folder: FolderId },
    Flag { message: MessageId, flag: String, was: bool },
    Uncopy(MessageId),
}

impl Desk {
    pub(super) fn keep(&self, steps: Vec<Step>) {
        *self.steps.lock().unwrap_or_else(PoisonError::into_inner) = steps;
    }

    fn take(&self) -> Vec<Step> {
        std::mem::take(&mut *self.steps.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether rules leave more messages than the user was told of.
    pub(super) fn is_more_left(&self, count: usize) -> bool {
        self.left.swap(count, Ordering::SeqCst) < count
    }

    fn count(&self) -> usize {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

pub(super) fn carry_out(work: &Work, command: MailCommand) -> Result<Effect, Failure> {
    if let MailCommand::Noticed(account) = command {
        return Ok(Effect::Noticed(account));
    }
    if let MailCommand::Changed = command {
        return Ok(Effect::Mail);
    }
    if let MailCommand::Tell = command {
        return Ok(Effect::Tell);
    }
    if pace::is_long(&work.profile, &command)? {
        pace::beside(work, command);
        return Ok(Effect::Nothing);
    }
    if let Some((code, count)) = apply(&work.profile, command, &Pace::unwatched())? {
        (work.publish)(Event::Done { code, subject: count.to_string() });
    }
    Ok(Effect::Mail)
}

/// Does it here; the code of what was done, and to how many, where the user should be told so.
pub(in crate::engine) fn apply(
    profile: &Profile,
    command: MailCommand,
    pace: &Pace<'_>,
) -> Result<Option<(&'static str, usize)>, Failure> {
    let store = &profile.store;
    match command {
        MailCommand::SetFlag { messages, flag, on } => {
            mark_many(profile, &messages, flag.word(), on, pace)?;
            Ok(None)
        }
        MailCommand::Move { messages, to } => place(profile, &messages, pace, "moved", &[], |_| Ok(to)),
        MailCommand::Copy { messages, to } => {
            let mut copies = Vec::new();
            let outcome = pace.each(&messages, |some| {
                store.duplicate_all(some, to, profile.now(), &mut copies).map_err(store_failure)
            });
            let count = copies.len();
            profile.mail.keep(copies.into_iter().map(Step::Uncopy).collect());
            outcome?;
            Ok(Some(("copied", count)))
        }
        MailCommand::Archive(messages) => place(profile, &messages, pace, "archived", &[], |home| home.role("archive")),
        MailCommand::Spam { messages, spam } => {
            let (code, role) = if spam { ("marked_spam", "junk") } else { ("marked_not_spam", "inbox") };
            let flags = [("$Junk", spam), ("$NotJunk", !spam)];
            place(profile, &messages, pace, code, &flags, |home| home.role(role))
        }
        MailCommand::Delete(messages) => place(profile, &messages, pace, "deleted", &[], |home| home.role("trash")),
        MailCommand::DeleteForGood(messages) => place(profile, &messages, pace, "deleted", &[], grave),
        MailCommand::Undo => undo(profile, pace),
        MailCommand::CreateFolder { account, parent, name } => {
            create(profile, account, parent, &name)?;
            Ok(None)
        }
        MailCommand::RenameFolder { folder, name } => rename(profile, folder, &name).map(|()| None),
        MailCommand::DeleteFolder(folder) => {
            let state = ordinary(profile, folder)?;
            if has_server(profile, folder)? {
                store.plan_removal(state.id).map_err(store_failure)?;
            } else {
                store.remove_folder(folder).map_err(store_failure)?;
            }
            Ok(None)
        }
        MailCommand::ReadAll(folder) => {
            let rows = store.rows(folder, usize::MAX, 0).map_err(store_failure)?;
            let unread: Vec<MessageId> = rows.iter().filter(|row| !row.flags.is_seen).map(|row| row.id).collect();
            let count = mark_many(profile, &unread, MailFlag::Seen.word(), true, pace)?;
            Ok(Some(("all_read", count)))
        }
        MailCommand::Noticed(_) | MailCommand::Tell | MailCommand::Changed => Ok(None),
    }
}

/// The account that a message is in.
struct Home<'a> {
    profile: &'a Profile,
    account: &'a AccountRecord,
    folder: &'a FolderRecord,
}

impl Home<'_> {
    /// The account's folder with a role, planned when there is none.
    fn role(&self, role: &str) -> Result<FolderId, Failure> {
        let store = &self.profile.store;
        let folders = store.folders().map_err(store_failure)?;
        let own = folders.iter().filter(|folder| folder.account == self.account.id);
        if let Some(folder) = own.clone().find(|folder| folder.role == role) {
            return Ok(folder.id);
        }
        let name = match role {
            "archive" => "Archive",
            "junk" => "Junk",
            "trash" => "Trash",
            _ => "INBOX",
        };
        if self.account.imap_host.is_empty() {
            return store.ensure_folder(self.account.id, name, name, role).map_err(store_failure);
        }
        let states = store.folder_states(self.account.id).map_err(store_failure)?;
        let path = format!("{}{name}", prefix(&states));
        let delimiter = states.first().map(|state| state.delimiter.clone()).unwrap_or_default();
        store.plan_folder(self.account.id, &path, &name_of(&path), role, &delimiter).map_err(store_failure)
    }
}

/// The account's folder with a role, planned when there is none.
pub(super) fn folder_of(profile: &Profile, account: i64, role: &str) -> Result<FolderId, Failure> {
    let accounts = profile.store.accounts().map_err(store_failure)?;
    let folders = profile.store.folders().map_err(store_failure)?;
    let account = accounts.iter().find(|one| one.id == account).ok_or_else(|| input("", "no_account"))?;
    let folder = folders.iter().find(|one| one.account == account.id).ok_or_else(|| input("", "no_folder"))?;
    Home { profile, account, folder }.role(role)
}

/// Where a message goes that is deleted for good: nowhere unless it is in the trash.
fn grave(home: &Home<'_>) -> Result<FolderId, Failure> {
    if home.folder.role == "trash" {
        return home.profile.store.limbo(home.account.id).map_err(store_failure);
    }
    Ok(home.folder.id)
}

/// Some servers have every folder below the inbox.
fn prefix(states: &[FolderState]) -> String {
    let others = || states.iter().filter(|state| state.role != "inbox" && !state.delimiter.is_empty());
    let start = |state: &FolderState| format!("INBOX{}", state.delimiter);
    match others().next() {
        Some(first) if others().all(|state| state.path.starts_with(&start(first))) => start(first),
        _ => String::new(),
    }
}

fn create(profile: &Profile, account: i64, parent: Option<FolderId>, name: &str) -> Result<FolderId, Failure> {
    let store = &profile.store;
    let accounts = store.accounts().map_err(store_failure)?;
    let record = accounts.into_iter().find(|one| one.id == account).ok_or_else(|| input(name, "no_account"))?;
    let states = store.folder_states(account).map_err(store_failure)?;
    let delimiter = states.first().map(|state| state.delimiter.clone()).unwrap_or_default();
    check_name(name, &delimiter)?;
    let parent = match parent {
        Some(parent) => states.iter().find(|state| state.id == parent).map(|state| state.path.clone()),
        None => None,
    };
    let path = match parent {
        _ if record.imap_host.is_empty() => name.to_owned(),
        Some(parent) => path_of(&parent, &delimiter, name),
        None => format!("{}{}", prefix(&states), path_of("", "", name)),
    };
    if states.iter().any(|state| !state.is_gone && state.path == path) {
        return Err(input(name, "folder_exists"));
    }
    if record.imap_host.is_empty() {
        return store.ensure_folder(account, &path, name, "").map_err(store_failure);
    }
    store.plan_folder(account, &path, &name_of(&path), "", &delimiter).map_err(store_failure)
}

fn rename(profile: &Profile, folder: FolderId, name: &str) -> Result<(), Failure> {
    let state = ordinary(profile, folder)?;
    check_name(name, &state.delimiter)?;
    let parent = match state.path.rsplit_once(&*state.delimiter) {
        Some((parent, _)) if !state.delimiter.is_empty() => parent,
        _ => "",
    };
    let path = path_of(parent, &state.delimiter, name);
    if has_server(profile, folder)? {
        profile.store.plan_rename(folder, &path, &name_of(&path)).map_err(store_failure)
    } else {
        profile.store.set_folder_path(folder, name, name).map_err(store_failure)
    }
}

/// A folder that is the user's to rename or delete.
fn ordinary(profile: &Profile, folder: FolderId) -> Result<FolderState, Failure> {
    let state = profile.store.folder_state(folder).map_err(store_failure)?;
    if state.role == "inbox" { Err(input(&name_of(&state.path), "inbox_stays")) } else { Ok(state) }
}

fn has_server(profile: &Profile, folder: FolderId) -> Result<bool, Failure> {
    let folders = profile.store.folders().map_err(store_failure)?;
    let account = folders.iter().find(|one| one.id == folder).map(|one| one.account);
    let accounts = profile.store.accounts().map_err(store_failure)?;
    Ok(accounts.iter().any(|one| Some(one.id) == account && !one.imap_host.is_empty()))
}

fn check_name(name: &str, delimiter: &str) -> Result<(), Failure> {
    let is_bad = name.trim().is_empty()
        || name.chars().any(char::is_control)
        || !delimiter.is_empty() && name.contains(delimiter)
        || name.contains(['%', '*']);
    if is_bad { Err(input(name, "bad_folder_name")) } else { Ok(()) }
}

pub(super) fn input(subject: &str, source: &str) -> Failure {
    Failure { kind: FailureKind::Input, retry: Retry::Never, subject: subject.to_owned(), source: source.to_owned() }
}
