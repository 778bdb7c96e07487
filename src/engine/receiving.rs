//! Fetching what is new, and telling the servers what was done here. Runs beside the engine's loop.

use std::ops::ControlFlow;

use crate::domain::RawMessage;
use crate::net::imap::{Known, Session, Step};
use crate::net::{Cancel, NetError};
use crate::store::{AccountRecord, MessageFlags, NewMessage};

use super::command::Progress;
use super::login;
use super::network::{Publish, keep, net_failure, new_message};
use super::popping;
use super::profile::{Profile, store_failure};
use super::{Event, Failure, FailureKind};

/// Messages kept in one transaction.
const BATCH: usize = 50;

/// Fetches what is new of every account. One that fails is told, and the others go on.
pub(super) async fn synchronise(profile: &Profile, publish: &Publish, cancel: &Cancel) -> Result<usize, Failure> {
    let accounts = profile.store.accounts().map_err(store_failure)?;
    let rounds = accounts.iter().map(|account| one_account(profile, account, publish, cancel));
    let mut fetched = 0;
    for outcome in futures_util::future::join_all(rounds).await {
        match outcome {
            Ok(count) => fetched += count,
            Err(failure) if failure.kind == FailureKind::Cancelled => return Err(failure),
            Err(failure) => publish(Event::Failed(failure)),
        }
    }
    publish(Event::Progress(None));
    Ok(fetched)
}

async fn one_account(
    profile: &Profile,
    account: &AccountRecord,
    publish: &Publish,
    cancel: &Cancel,
) -> Result<usize, Failure> {
    if account.imap_host.is_empty() && account.pop.is_none() {
        return Ok(0);
    }
    let progress = |subject: &str, fraction| {
        publish(Event::Progress(Some(Progress { work: "synchronise", subject: subject.to_owned(), fraction })));
    };
    progress(&account.address, None);
    if let Some(pop) = account.pop.as_ref().filter(|_| account.receives_by_pop()) {
        return popping::fetch(profile, account, pop, cancel, &progress).await;
    }
    if account.imap_host.is_empty() {
        return Ok(0);
    }
    let fail = |error: NetError| net_failure(&error, &account.address);
    let mut session = login::imap(profile, account).await?.map_err(fail)?;
    let mut remote = session.list_folders().await.map_err(fail)?;
    remote.sort_by_key(|folder| folder.role != "inbox");
    let mut fetched = 0;
    for folder in remote {
        let id =
            profile.store.ensure_folder(account.id, &folder.path, &folder.name, &folder.role).map_err(store_failure)?;
        fetched += fetch_folder(profile, &mut session, &folder.path, id, cancel, &progress).await?;
    }
    session.log_out().await;
    Ok(fetched)
}

/// Marks made here that the server doesn't know yet: folder, UID, seen.
type Marks = Vec<(i64, u32, bool)>;

const MARKS: &str = "pending_seen";

/// Notes that a message was read (or not): the server is told at the next occasion.
pub(super) fn note_seen(profile: &Profile, message: i64, seen: bool) -> Result<(), Failure> {
    let store = &profile.store;
    let (folder, row) = store.row(message).map_err(store_failure)?;
    let mut marks: Marks = store.setting(MARKS).map_err(store_failure)?.unwrap_or_default();
    marks.retain(|(of, uid, _)| (*of, *uid) != (folder, row.uid));
    marks.push((folder, row.uid, seen));
    store.set_setting(MARKS, &marks).map_err(store_failure)
}

/// Tells the server what was read here, before its own marks are taken. When the folder was
/// renumbered, the marks are for messages that nobody can name any more.
async fn tell_seen(
    profile: &Profile,
    session: &mut Session,
    path: &str,
    folder: i64,
    is_renumbered: bool,
) -> Result<(), Failure> {
    let store = &profile.store;
    let marks: Marks = store.setting(MARKS).map_err(store_failure)?.unwrap_or_default();
    for seen in [true, false] {
        let uids: Vec<u32> =
            marks.iter().filter(|(of, _, mark)| *of == folder && *mark == seen).map(|(_, uid, _)| *uid).collect();
        if !uids.is_empty() && !is_renumbered {
            session.set_seen(path, &uids, seen).await.map_err(|error| net_failure(&error, path))?;
        }
    }
    // What was marked meanwhile stays for the next time.
    let mut left: Marks = store.setting(MARKS).map_err(store_failure)?.unwrap_or_default();
    left.retain(|mark| !marks.contains(mark) || mark.0 != folder);
    store.set_setting(MARKS, &left).map_err(store_failure)
}

async fn fetch_folder(
    profile: &Profile,
    session: &mut Session,
    path: &str,
    folder: i64,
    cancel: &Cancel,
    progress: &(impl Fn(&str, Option<f32>) + Sync),
) -> Result<usize, Failure> {
    let store = &profile.store;
    let known = Known {
        uid_validity: store.uid_validity(folder).map_err(store_failure)?,
        after_uid: store.highest_uid(folder).map_err(store_failure)?,
    };
    let mut failed: Option<Failure> = None;
    let mut is_renumbered = false;
    let mut batch: Vec<NewMessage> = Vec::new();
    let outcome = session
        .fetch_new(path, known, cancel, |step| {
            let kept = match step {
                Step::Selected { uid_validity, is_changed } => {
                    is_renumbered = is_changed;
                    store.set_uid_validity(folder, uid_validity).map_err(store_failure)
                }
                Step::TooBig { .. } => Ok(()),
                Step::Message { message, done, total } => {
                    progress(path, Some(done as f32 / total.max(1) as f32));
                    let flags = MessageFlags {
                        is_seen: message.flags.is_seen,
                        is_flagged: message.flags.is_flagged,
                        is_answered: message.flags.is_answered,
                    };
                    let raw = RawMessage::new(message.bytes);
                    batch.push(new_message(&raw, Some(message.uid), flags, message.internal_date));
                    if batch.len() < BATCH && done < total {
                        Ok(())
                    } else {
                        keep(profile, folder, &std::mem::take(&mut batch))
                    }
                }
            };
            match kept {
                Ok(()) => ControlFlow::Continue(()),
                Err(failure) => {
                    failed = Some(failure);
                    ControlFlow::Break(())
                }
            }
        })
        .await;
    keep(profile, folder, &batch)?;
    if let Some(failure) = failed {
        return Err(failure);
    }
    let done = outcome.map_err(|error| net_failure(&error, path))?;
    tell_seen(profile, session, path, folder, is_renumbered).await?;
    let highest = store.highest_uid(folder).map_err(store_failure)?;
    let flags = session.flags(path, highest).await.map_err(|error| net_failure(&error, path))?;
    let flags: Vec<(u32, MessageFlags)> = flags
        .into_iter()
        .map(|(uid, flags)| {
            let flags =
                MessageFlags { is_seen: flags.is_seen, is_flagged: flags.is_flagged, is_answered: flags.is_answered };
            (uid, flags)
        })
        .collect();
    store.take_flags(folder, highest, &flags).map_err(store_failure)?;
    Ok(done.fetched)
}
