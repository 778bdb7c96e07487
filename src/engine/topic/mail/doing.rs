//! What is done to each of many messages, and what takes it back.

use std::collections::HashMap;

use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::view::{FolderId, MessageId};
use crate::store::StoreError;

use super::{Home, Pace, Step, input};

/// Marks many; how many were not so before. That can be taken back, also when not all could be done.
pub(super) fn mark_many(
    profile: &Profile,
    messages: &[MessageId],
    flag: &str,
    on: bool,
    pace: &Pace<'_>,
) -> Result<usize, Failure> {
    let mut steps = Vec::new();
    let outcome = pace.each(messages, |some| mark_some(profile, some, flag, on, &mut steps));
    let count = steps.len();
    profile.mail.keep(steps);
    outcome.map(|()| count)
}

/// Marks some, and adds what takes that back.
fn mark_some(
    profile: &Profile,
    messages: &[MessageId],
    flag: &str,
    on: bool,
    steps: &mut Vec<Step>,
) -> Result<(), Failure> {
    if !is_flag(flag) {
        return Err(input(flag, "bad_flag"));
    }
    let mut done = Vec::with_capacity(messages.len());
    let outcome = profile.store.mark_all(messages, flag, on, &mut done);
    let changed = done.into_iter().filter(|(_, was)| *was != on);
    steps.extend(changed.map(|(message, was)| Step::Flag { message, flag: flag.to_owned(), was }));
    outcome.map_err(store_failure)
}

pub(in crate::engine::topic) fn mark(
    profile: &Profile,
    messages: &[MessageId],
    flag: &str,
    on: bool,
) -> Result<Vec<Step>, Failure> {
    let mut steps = Vec::new();
    if let Err(failure) = mark_some(profile, messages, flag, on, &mut steps) {
        // What was done before can be taken back all the same.
        profile.mail.keep(steps);
        return Err(failure);
    }
    Ok(steps)
}

/// An atom of IMAP (RFC 3501 §9).
fn is_flag(flag: &str) -> bool {
    let atom = flag.strip_prefix('\\').unwrap_or(flag);
    !atom.is_empty() && atom.bytes().all(|byte| byte.is_ascii_graphic() && !b"(){%*\"\\]".contains(&byte))
}

/// Gives messages flags and puts them where `target` says; how many were put somewhere else.
pub(super) fn place(
    profile: &Profile,
    messages: &[MessageId],
    pace: &Pace<'_>,
    code: &'static str,
    flags: &[(&str, bool)],
    target: impl Fn(&Home<'_>) -> Result<FolderId, Failure>,
) -> Result<Option<(&'static str, usize)>, Failure> {
    let accounts = profile.store.accounts().map_err(store_failure)?;
    let folders = profile.store.folders().map_err(store_failure)?;
    let mut targets: HashMap<FolderId, FolderId> = HashMap::new();
    let (mut marked, mut placed) = (Vec::new(), Vec::new());
    let outcome = pace.each(messages, |some| {
        for (flag, on) in flags {
            mark_some(profile, some, flag, *on, &mut marked)?;
        }
        let mut going = Vec::with_capacity(some.len());
        for &message in some {
            let from = match profile.store.row(message) {
                Ok((folder, _)) => folder,
                // It is gone meanwhile, and so is what was to be done with it.
                Err(StoreError::NotFound) => continue,
                Err(error) => return Err(store_failure(error)),
            };
            let Some(folder) = folders.iter().find(|one| one.id == from) else { continue };
            let Some(account) = accounts.iter().find(|account| account.id == folder.account) else { continue };
            let to = match targets.get(&from) {
                Some(to) => *to,
                None => target(&Home { profile, account, folder })?,
            };
            targets.insert(from, to);
            if from != to {
                going.push((message, to));
            }
        }
        profile.store.relocate_all(&going, profile.now(), &mut placed).map_err(store_failure)
    });
    let count = placed.len();
    let mut steps: Vec<Step> = placed.into_iter().map(|(message, folder)| Step::Place { message, folder }).collect();
    steps.extend(marked);
    profile.mail.keep(steps);
    outcome.map(|()| Some((code, count)))
}

/// Takes the last action back. What the server was told already is told again the other way round. What there was no time
/// for, because it was stopped or failed, can still be taken back.
pub(super) fn undo(profile: &Profile, pace: &Pace<'_>) -> Result<Option<(&'static str, usize)>, Failure> {
    let mut steps = profile.mail.take();
    steps.reverse();
    let (mut count, mut tried) = (0, 0);
    let outcome = pace.each(&steps, |some| {
        count += undo_some(profile, some)?;
        tried += some.len();
        Ok(())
    });
    steps.drain(..tried);
    steps.reverse();
    profile.mail.keep(steps);
    outcome?;
    // What was stopped before it began is not too late.
    if count == 0 && tried > 0 {
        return Err(input("", "too_late"));
    }
    Ok(Some(("undone", count)))
}

fn undo_some(profile: &Profile, steps: &[Step]) -> Result<usize, Failure> {
    let mut count = 0;
    let mut placed = Vec::new();
    for step in steps {
        let done = match step {
            Step::Place { message, folder } => {
                placed.push((*message, *folder));
                continue;
            }
            Step::Flag { message, flag, was } => profile.store.mark(*message, flag, *was).map(|_| ()),
            Step::Uncopy(message) => uncopy(profile, *message),
        };
        match done {
            Ok(()) => count += 1,
            Err(StoreError::NotFound) => {}
            Err(error) => return Err(store_failure(error)),
        }
    }
    let mut back = Vec::with_capacity(placed.len());
    let outcome = profile.store.relocate_all(&placed, profile.now(), &mut back);
    outcome.map_err(store_failure)?;
    Ok(count + back.len())
}

fn uncopy(profile: &Profile, message: MessageId) -> Result<(), StoreError> {
    let (folder, _) = profile.store.row(message)?;
    let folders = profile.store.folders()?;
    let account = folders.iter().find(|one| one.id == folder).map(|one| one.account).ok_or(StoreError::NotFound)?;
    profile.store.relocate(message, profile.store.limbo(account)?, profile.now()).map(|_| ())
}
