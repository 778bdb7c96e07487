//! What the window shows of the store: the mailbox, and the open message.

use std::sync::Arc;

use crate::domain::{Draft, EmailAddress, Mailbox, RawMessage};
use crate::flow::reply::{self, Answer};
use crate::flow::{Assessment, Headline, Lock, Seal};

use super::profile::{Profile, store_failure};
use super::topic::finding::Harvest;
use super::view::{ALL_INBOXES, AccountView, DraftView, FolderView, MailboxView, MessageId, ReadingView, RowView};
use super::{Failure, FailureKind, Retry, assessing, attachment, conversations, remedy, sending};

/// As many rows as the list ever shows.
const MAX_ROWS: usize = 200_000;

/// Rows that a screen shows, and some more.
const BEGINNING: usize = 500;

/// Accounts, folders and the open list.
pub(super) fn mailbox(profile: &Profile, open: Option<i64>, is_demo: bool) -> Result<MailboxView, Failure> {
    listed(profile, open, is_demo, MAX_ROWS)
}

/// The same with the beginning of a long list, which is there long before all of it; `None` for one that is not long, or
/// shown by conversation.
pub(super) fn beginning(profile: &Profile, open: Option<i64>, is_demo: bool) -> Result<Option<MailboxView>, Failure> {
    if conversations::is_wanted(profile) {
        return Ok(None);
    }
    let view = listed(profile, open, is_demo, BEGINNING)?;
    Ok((view.rows.len() == BEGINNING).then_some(view))
}

fn listed(profile: &Profile, open: Option<i64>, is_demo: bool, most: usize) -> Result<MailboxView, Failure> {
    let store = &profile.store;
    let folders = store.folders().map_err(store_failure)?;
    let inboxes: Vec<i64> = folders.iter().filter(|folder| folder.role == "inbox").map(|folder| folder.id).collect();
    // What stands for several inboxes needs several.
    let open = open.filter(|folder| *folder != ALL_INBOXES || inboxes.len() > 1);
    let open_folder = open.or_else(|| inboxes.first().copied());
    let shown = if open_folder == Some(ALL_INBOXES) { inboxes } else { open_folder.into_iter().collect() };
    let rows: Vec<RowView> = match shown.as_slice() {
        [only] => store.rows_as(*only, most, 0, row).map_err(store_failure)?,
        several => store.rows_of(several, most).map_err(store_failure)?.into_iter().map(row).collect(),
    };
    let by_conversation = conversations::is_wanted(profile).then(|| conversations::of(profile, &shown, &rows));
    let accounts = store.accounts().map_err(store_failure)?;
    let too_large = store.too_large().map_err(store_failure)?;
    let waiting = store.submissions().map_err(store_failure)?;
    Ok(MailboxView {
        accounts: accounts
            .into_iter()
            .map(|account| AccountView {
                id: account.id,
                folders: folders
                    .iter()
                    .filter(|folder| folder.account == account.id)
                    .map(|folder| FolderView {
                        id: folder.id,
                        name: folder.name.clone(),
                        role: folder.role.clone(),
                        unread: folder.unread,
                        total: folder.total,
                        too_large: too_large.get(&folder.id).copied().unwrap_or_default(),
                    })
                    .collect(),
                form: super::account::form(&account),
                identity: Mailbox::new(account.name, account.address),
            })
            .collect(),
        open_folder,
        rows: Arc::new(rows),
        conversations: by_conversation.transpose()?.map(Arc::new),
        drafts: drafts(profile)?,
        waiting: waiting.iter().filter(|one| sending::is_waiting(one.state)).count(),
        synchronised_at: all_synchronised_at(profile)?,
        is_demo,
    })
}

/// Since when nothing is known of any account's server that is not here: the oldest of all; `None` while one was never
/// synchronised.
fn all_synchronised_at(profile: &Profile) -> Result<Option<jiff::Timestamp>, Failure> {
    let synchronised = profile.store.synchronised().map_err(store_failure)?;
    let accounts = profile.store.accounts().map_err(store_failure)?;
    let receiving = accounts.iter().filter(|account| !account.imap_host.is_empty() || account.receives_by_pop());
    Ok(receiving.map(|account| synchronised.get(&account.id).copied()).min().flatten())
}

fn drafts(profile: &Profile) -> Result<Vec<DraftView>, Failure> {
    let mut kept = profile.store.drafts().map_err(store_failure)?;
    kept.sort_by_key(|record| std::cmp::Reverse(record.changed_at));
    let view = |record: crate::store::DraftRecord| DraftView {
        id: record.id,
        subject: record.draft.subject,
        to: record.draft.to,
        changed_at: record.changed_at,
    };
    Ok(kept.into_iter().map(view).collect())
}

/// One line of a list.
pub(super) fn row(row: crate::store::MessageRow) -> RowView {
    let lock = row.lock.as_deref().and_then(Lock::from_word);
    let seal = row.seal.as_deref().and_then(Seal::from_word);
    RowView {
        id: row.id,
        from: row.from,
        subject: row.subject,
        preview: row.preview,
        date: row.date,
        is_seen: row.flags.is_seen,
        is_flagged: row.flags.is_flagged,
        has_attachments: row.has_attachments,
        keywords: row.keywords,
        headline: lock.zip(seal).map(|(lock, seal)| Headline { lock, seal }),
        folder: row.folder,
        thread: row.thread,
    }
}

/// Assesses a message of the store with what the profile knows.
pub(super) fn assess(profile: &Profile, message: MessageId) -> Result<(RawMessage, Assessment), Failure> {
    assessing::one(profile, message)
}

/// The open message, assessed; what was found goes into the list too, and is taken from it.
pub(super) fn view(profile: &Profile, message: MessageId, _is_demo: bool) -> Result<ReadingView, Failure> {
    let found = look(profile, message)?;
    if settle(profile, &found)? {
        return Ok(found.view);
    }
    // A key was unlocked meanwhile, or another one is trusted.
    let again = look(profile, message)?;
    settle(profile, &again)?;
    Ok(again.view)
}

/// A message that was looked at.
pub(super) struct Look {
    pub(super) raw: RawMessage,
    pub(super) view: ReadingView,
    /// What was forgotten later was found with other keys, or under another trust.
    as_of: u64,
}

/// The open message, assessed, with its source. Nothing waits for the disk here: it is shown then.
pub(super) fn look(profile: &Profile, message: MessageId) -> Result<Look, Failure> {
    let as_of = profile.store.forgotten();
    let (raw, assessment) = assess(profile, message)?;
    let help = remedy::help(profile, message, &raw, &assessment)?;
    let view = ReadingView { help, ..attachment::reading(message, &raw, assessment) };
    Ok(Look { raw, view, as_of })
}

/// Keeps what was found of a message that was looked at; `false` when it was looked at with keys or trust of before, and
/// the list is not told.
pub(super) fn settle(profile: &Profile, found: &Look) -> Result<bool, Failure> {
    let Look { raw, view, as_of } = found;
    let is_noted = assessing::note(profile, view.id, &view.assessment, *as_of)?;
    // What it is shown with does not change by what it brings.
    if let Some(mut harvest) = Harvest::of(profile) {
        // A message is read whether or not what it brings can be kept.
        let _ = harvest.take(profile, view.id, raw, &view.assessment).and_then(|()| harvest.keep(profile));
    }
    Ok(is_noted)
}

/// The content of a file in a message.
pub(super) fn attachment(profile: &Profile, message: MessageId, part: &str) -> Result<RawMessage, Failure> {
    let (_, assessment) = assess(profile, message)?;
    let found = assessment.parts.into_iter().find(|candidate| candidate.path == part);
    found.map(|part| part.content).ok_or_else(|| Failure {
        kind: FailureKind::Input,
        retry: Retry::Never,
        subject: part.to_owned(),
        source: "no_such_part".to_owned(),
    })
}

/// The draft of an answer, written as the account whose folder the message is in.
pub(super) fn answer(profile: &Profile, message: MessageId, all: bool, forward: bool) -> Result<Draft, Failure> {
    let (_, assessment) = assess(profile, message)?;
    let (me, own) = addressed(profile, message, &assessment)?;
    let kind = match (forward, all) {
        (true, _) => Answer::Forward,
        (_, true) => Answer::ReplyAll,
        _ => Answer::Reply,
    };
    let mut draft = reply::draft(&assessment, &me, kind);
    // Nobody writes to himself under another of his addresses, unless that is all there is.
    draft.cc.retain(|one| one.email().is_none_or(|address| !own.contains(&address)));
    Ok(draft)
}

/// As whom an answer is written: the address of the account that the message was for; and all of them.
fn addressed(
    profile: &Profile,
    message: MessageId,
    found: &Assessment,
) -> Result<(Mailbox, Vec<EmailAddress>), Failure> {
    let me = account_of(profile, message)?;
    let accounts = profile.store.accounts().map_err(store_failure)?;
    let account =
        accounts.into_iter().find(|one| me.email().is_some() && me.email() == EmailAddress::parse(&one.address));
    let others = account.map(|account| account.identities).unwrap_or_default();
    let own: Vec<EmailAddress> = std::iter::once(&me).chain(&others).filter_map(Mailbox::email).collect();
    let named: Vec<EmailAddress> = found.to.iter().chain(&found.cc).filter_map(Mailbox::email).collect();
    let is_named = |one: &&Mailbox| one.email().is_some_and(|address| named.contains(&address));
    let as_whom = std::iter::once(&me).chain(&others).find(is_named).cloned();
    Ok((as_whom.unwrap_or(me), own))
}

/// Whom a message was sent to, as an account here: the one whose folder it is in.
pub(super) fn account_of(profile: &Profile, message: MessageId) -> Result<Mailbox, Failure> {
    let (folder, _) = profile.store.row(message).map_err(store_failure)?;
    let folders = profile.store.folders().map_err(store_failure)?;
    let account = folders.iter().find(|candidate| candidate.id == folder).map(|folder| folder.account);
    let accounts = profile.store.accounts().map_err(store_failure)?;
    let me = accounts.into_iter().find(|candidate| Some(candidate.id) == account);
    Ok(me.map(|account| Mailbox::new(account.name, account.address)).unwrap_or_default())
}
