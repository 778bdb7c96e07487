//! Which folders there are: those that the user made, renamed or deleted here, and those that were there.

use crate::net::NetError;
use crate::net::imap::{FolderStatus, RemoteFolder, name_of};
use crate::store::FolderState;

use super::super::network::net_failure;
use super::super::profile::store_failure;
use super::super::{Failure, FailureKind};
use super::moving;
use super::round::Round;

/// So many messages are compared to know a folder again under another name.
const SAMPLES: usize = 20;

/// Whether the server is to be told something about the folders of the account.
pub(super) fn has_wishes(round: &Round<'_>) -> Result<bool, Failure> {
    let states = round.store().folder_states(round.account.id).map_err(store_failure)?;
    Ok(states.iter().any(|state| state.is_new || state.is_gone || state.wanted_path.is_some()))
}

/// Makes both sides have the same folders; those that are synchronised, in that order, with how they stand.
pub(super) async fn settle(round: &mut Round<'_>) -> Result<Vec<(i64, Option<FolderStatus>)>, Failure> {
    let mut remote = list(round).await?;
    if tell(round, &remote).await? {
        remote = list(round).await?;
    }
    follow(round, &remote).await?;
    let mut folders = Vec::new();
    for one in remote {
        let words = (one.name.as_str(), one.role.as_str(), one.delimiter.as_str());
        let id = round.store().note_folder(round.account.id, &one.path, words).map_err(store_failure)?;
        folders.push((one.role != "inbox", id, one.status));
    }
    folders.sort_by_key(|(is_other, ..)| *is_other);
    Ok(folders.into_iter().map(|(_, id, status)| (id, status)).collect())
}

async fn list(round: &mut Round<'_>) -> Result<Vec<RemoteFolder>, Failure> {
    let remote = round.session.list_folders().await.map_err(|error| round.fail(&error))?;
    // Every server has an inbox (RFC 3501 §5.1): a list without it is no ground to believe that folders are gone.
    if remote.iter().any(|folder| folder.role == "inbox") {
        Ok(remote)
    } else {
        Err(round.fail(&NetError::Protocol { detail: "no_inbox".to_owned() }))
    }
}

/// Creates and renames what the user did; whether anything was changed there.
async fn tell(round: &mut Round<'_>, remote: &[RemoteFolder]) -> Result<bool, Failure> {
    let has = |path: &str| remote.iter().any(|folder| folder.path == path);
    let mut is_changed = false;
    let states = round.store().folder_states(round.account.id).map_err(store_failure)?;
    for state in &states {
        if state.is_new && !has(&state.path) {
            let outcome = round.session.create_path(&state.path).await;
            is_changed |= done(round, state, outcome)?;
        }
        let Some(wanted) = &state.wanted_path else { continue };
        match (has(&state.path), has(wanted)) {
            (true, false) => {
                let outcome = round.session.rename_path(&state.path, wanted).await;
                if done(round, state, outcome)? {
                    renamed(round, &states, state, wanted)?;
                    is_changed = true;
                }
            }
            // The answer was not seen.
            (false, true) => renamed(round, &states, state, wanted)?,
            (true, true) => {
                give_up(round, state)?;
                let error = NetError::Rejected { code: 0, text: "[ALREADYEXISTS]".to_owned(), recipient: None };
                round.refused.push(net_failure(&error, &name_of(wanted)));
            }
            (false, false) => give_up(round, state)?,
        }
    }
    Ok(is_changed)
}

/// What became of a wish; one that is refused is given up, and told.
fn done(round: &mut Round<'_>, state: &FolderState, outcome: Result<(), NetError>) -> Result<bool, Failure> {
    match outcome {
        Ok(()) => Ok(true),
        Err(error @ (NetError::Rejected { .. } | NetError::Protocol { .. })) => {
            let failure = net_failure(&error, &name_of(&state.path));
            let mut is_over = true;
            if state.is_new {
                let placings = round.store().placings(round.account.id).map_err(store_failure)?;
                for placing in placings.iter().filter(|placing| placing.target == state.id) {
                    is_over &= round.store().give_up_placing(placing.message).map_err(store_failure)?;
                }
                round.store().drop_folder(state.id).map_err(store_failure)?;
            } else {
                give_up(round, state)?;
            }
            if is_over {
                round.refused.push(failure);
            } else {
                round.failures.push(failure);
            }
            Ok(false)
        }
        Err(error) => Err(round.fail(&error)),
    }
}

fn give_up(round: &Round<'_>, state: &FolderState) -> Result<(), Failure> {
    round.store().give_up_folder(state.id, &name_of(&state.path)).map_err(store_failure)
}

/// A folder has another path, and those below it, too.
fn renamed(round: &Round<'_>, states: &[FolderState], state: &FolderState, path: &str) -> Result<(), Failure> {
    round.store().set_folder_path(state.id, path, &name_of(path)).map_err(store_failure)?;
    if state.delimiter.is_empty() {
        return Ok(());
    }
    let above = format!("{}{}", state.path, state.delimiter);
    for below in states.iter().filter(|below| !below.is_new) {
        if let Some(rest) = below.path.strip_prefix(&above) {
            let path = format!("{path}{}{rest}", state.delimiter);
            round.store().set_folder_path(below.id, &path, &name_of(&path)).map_err(store_failure)?;
        }
    }
    Ok(())
}

/// Follows what was renamed or deleted on the server.
async fn follow(round: &mut Round<'_>, remote: &[RemoteFolder]) -> Result<(), Failure> {
    let states = round.store().folder_states(round.account.id).map_err(store_failure)?;
    let is_there = |state: &FolderState| remote.iter().any(|folder| folder.path == state.path);
    let mut fresh: Vec<&RemoteFolder> =
        remote.iter().filter(|folder| !states.iter().any(|state| state.path == folder.path)).collect();
    for state in states.iter().filter(|state| !state.is_new && !is_there(state)) {
        round.check()?;
        let mut found = None;
        for (index, folder) in fresh.iter().enumerate() {
            if is_same(round, state, folder).await? {
                found = Some(index);
                break;
            }
        }
        if let Some(index) = found {
            let folder = fresh.remove(index);
            round.store().set_folder_path(state.id, &folder.path, &folder.name).map_err(store_failure)?;
            continue;
        }
        // The list does not have it; the server is asked once more before anything is deleted here.
        match round.session.open(&state.path, None).await {
            Err(NetError::NoFolder { .. }) => {
                if state.has_moved {
                    moving::keep(round, state, true)?;
                }
                round.store().drop_folder(state.id).map_err(store_failure)?;
            }
            Err(error) => return Err(round.fail(&error)),
            Ok(_) => {}
        }
    }
    Ok(())
}

/// Whether a folder on the server is one that had another name until now: by its id (RFC 8474), or by its UIDVALIDITY
/// and its messages.
async fn is_same(round: &mut Round<'_>, state: &FolderState, folder: &RemoteFolder) -> Result<bool, Failure> {
    let Some(uid_validity) = state.uid_validity else { return Ok(false) };
    let fail = |error: NetError| net_failure(&error, &folder.path);
    let status = match folder.status {
        Some(status) => status,
        None => round.session.status(&folder.path).await.map_err(fail)?,
    };
    if status.uid_validity != uid_validity || status.uid_next < state.uid_next {
        return Ok(false);
    }
    let opened = round.session.open(&folder.path, None).await.map_err(fail)?;
    if !state.mailbox_id.is_empty() && !opened.mailbox_id.is_empty() {
        return Ok(state.mailbox_id == opened.mailbox_id);
    }
    let samples = round.store().samples(state.id, SAMPLES).map_err(store_failure)?;
    if samples.is_empty() {
        return Ok(status.uid_next == state.uid_next);
    }
    let uids: Vec<u32> = samples.iter().map(|(uid, _)| *uid).collect();
    let sizes = round.session.sizes(&uids).await.map_err(fail)?;
    let equal = |(uid, bytes): &(u32, u32)| samples.contains(&(*uid, u64::from(*bytes)));
    Ok(!sizes.is_empty() && sizes.iter().all(equal))
}

/// Deletes on the server what the user deleted, after everything that was to leave it has left.
pub(super) async fn remove(round: &mut Round<'_>) -> Result<(), Failure> {
    let states = round.store().folder_states(round.account.id).map_err(store_failure)?;
    for state in states.iter().filter(|state| state.is_gone) {
        // What could not leave it now would go with it.
        if round.store().is_being_left(state.id).map_err(store_failure)? {
            continue;
        }
        match round.session.delete_path(&state.path).await {
            Ok(()) => {}
            Err(error @ (NetError::Rejected { .. } | NetError::Protocol { .. })) => {
                if round.session.status(&state.path).await.is_ok() {
                    give_up(round, state)?;
                    let failure = net_failure(&error, &name_of(&state.path));
                    round.refused.push(Failure { kind: FailureKind::Rejected, ..failure });
                    continue;
                }
            }
            Err(error) => return Err(round.fail(&error)),
        }
        round.store().drop_folder(state.id).map_err(store_failure)?;
    }
    Ok(())
}
