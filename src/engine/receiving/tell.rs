//! Telling the server what was done here: flags, moves, copies, deletions, and what is to be brought to it.
//!
//! Each wish is kept until the server's answer was seen, and asking is noted before it is done. When the answer was not
//! seen, the messages are looked for where they were to go before anything is asked again: so nothing is there twice,
//! wherever the connection or the program ended. A message that the server has deleted meanwhile is deleted.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::net::NetError;
use crate::net::imap::{Flags, Moved, is_never};
use crate::store::{Mark, Placing, StoreError, Unnumbered, Way};

use super::super::Failure;
use super::super::network::net_failure;
use super::super::profile::store_failure;
use super::round::Round;
use super::{folder, matching};

/// Tells everything that there is to tell.
pub(super) async fn all(round: &mut Round<'_>) -> Result<(), Failure> {
    for id in round.store().folders_to_tell(round.account.id).map_err(store_failure)? {
        round.check()?;
        let outcome = one_folder(round, id).await;
        round.or_later(outcome)?;
    }
    let outcome = orphans(round).await;
    round.or_later(outcome)?;
    let outcome = asked_before(round).await;
    round.or_later(outcome)?;
    let outcome = bring(round).await;
    round.or_later(outcome)?;
    Ok(())
}

/// What was asked for, and the folder that it came from is gone.
async fn orphans(round: &mut Round<'_>) -> Result<(), Failure> {
    let all = round.store().placings(round.account.id).map_err(store_failure)?;
    for placing in all.into_iter().filter(|placing| placing.folder.is_none() && placing.way != Way::Append) {
        let found = match placing.asked {
            Some(asked) => arrived(round, asked, &[&placing]).await?.first().map(|(_, uid)| (asked, *uid)),
            None => None,
        };
        match found {
            Some((folder, uid)) => round.store().settle(placing.message, folder, uid),
            None => round.store().note_nowhere(placing.message),
        }
        .map_err(store_failure)?;
    }
    Ok(())
}

/// What this server was asked to take, and is to be elsewhere by now: with another server, on this computer, or nowhere. And
/// what nobody is to be asked about any more.
async fn asked_before(round: &mut Round<'_>) -> Result<(), Failure> {
    let account = round.account.id;
    let all = round.store().placings(account).map_err(store_failure)?;
    let is_wanted = |placing: &Placing| match placing.asked_account {
        Some(asked) => asked == account && (placing.target_account != account || placing.is_deletion),
        None => placing.leaves || placing.is_deletion,
    };
    for placing in all.into_iter().filter(|placing| placing.way == Way::Append && is_wanted(placing)) {
        round.check()?;
        let found = match placing.asked {
            Some(asked) => arrived(round, asked, &[&placing]).await?.first().map(|(_, uid)| (asked, *uid)),
            None => None,
        };
        match found {
            Some((folder, uid)) => round.store().settle(placing.message, folder, uid),
            None => round.store().note_not_taken(placing.message),
        }
        .map_err(store_failure)?;
    }
    Ok(())
}

async fn one_folder(round: &mut Round<'_>, id: i64) -> Result<(), Failure> {
    // What the server says comes first: what it deleted is deleted.
    let opened = folder::open(round, id).await?;
    let marks = round.store().marks(id).map_err(store_failure)?;
    let takes = |flag: &str| {
        flag.starts_with('\\')
            || opened.takes_keywords
            || opened.keywords.iter().any(|word| word.eq_ignore_ascii_case(flag))
    };
    flags(round, &marks, takes, opened.is_read_only).await?;
    let doubtful = placings(round, id, |placing| placing.asked.is_some())?;
    if !doubtful.is_empty() {
        resolve(round, id, &doubtful).await?;
    }
    remove(round, id).await?;
    transfer(round, id).await?;
    let doubtful = placings(round, id, |placing| placing.asked.is_some())?;
    if !doubtful.is_empty() {
        resolve(round, id, &doubtful).await?;
    }
    Ok(())
}

fn placings(round: &Round<'_>, folder: i64, is_wanted: impl Fn(&Placing) -> bool) -> Result<Vec<Placing>, Failure> {
    let all = round.store().placings(round.account.id).map_err(store_failure)?;
    Ok(all
        .into_iter()
        .filter(|placing| placing.folder == Some(folder) && placing.way != Way::Append && is_wanted(placing))
        .collect())
}

/// Flags and keywords. A keyword that the folder can't keep stays here alone; what was refused for now is told again.
async fn flags(
    round: &mut Round<'_>,
    marks: &[Mark],
    takes: impl Fn(&str) -> bool,
    is_read_only: bool,
) -> Result<(), Failure> {
    let mut groups: BTreeMap<(String, bool), Vec<Mark>> = BTreeMap::new();
    for mark in marks {
        groups.entry((mark.flag.clone(), mark.is_on)).or_default().push(mark.clone());
    }
    for ((flag, is_on), marks) in groups {
        let mut stays = !takes(&flag) || is_read_only;
        if !stays {
            let uids: Vec<u32> = marks.iter().map(|mark| mark.uid).collect();
            let answer = round.session.set_flag(&uids, &flag, is_on).await;
            match told(answer).map_err(|error| round.fail(&error))? {
                Told::Known => {}
                Told::Never => stays = true,
                Told::Later => continue,
            }
        }
        if stays {
            round.store().keep_local(&marks).map_err(store_failure)?;
        }
        round.store().clear_marks(&marks).map_err(store_failure)?;
    }
    Ok(())
}

/// What became of a flag that the server was told.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Known,
    /// The server will not take it: the wish must not come back forever.
    Never,
    /// It did not take it now.
    Later,
}

fn told(answer: Result<(), NetError>) -> Result<Told, NetError> {
    match answer {
        Ok(()) => Ok(Told::Known),
        Err(error) if is_never(&error) => Ok(Told::Never),
        Err(NetError::Rejected { .. }) => Ok(Told::Later),
        Err(error) => Err(error),
    }
}

/// What goes for good, and what leaves this server: deleted there.
async fn remove(round: &mut Round<'_>, folder: i64) -> Result<(), Failure> {
    let store = round.store();
    let ripe: HashSet<i64> =
        store.placings_before(round.account.id, round.ripe_at).map_err(store_failure)?.into_iter().collect();
    let goes = placings(round, folder, |placing| {
        placing.way == Way::Move && (placing.leaves || placing.is_deletion && ripe.contains(&placing.message))
    })?;
    // What the user does meanwhile must not be mistaken for what is on its way to be deleted.
    let goes: Vec<i64> = goes.iter().map(|placing| placing.message).collect();
    round.store().let_go(folder, &goes).map_err(store_failure)?;
    let uids = round.store().discards(folder).map_err(store_failure)?;
    if uids.is_empty() {
        return Ok(());
    }
    match round.session.delete_messages(&uids).await {
        Ok(()) => round.store().clear_discards(folder, &uids).map_err(store_failure),
        Err(error @ NetError::Rejected { .. }) => {
            // Nothing is hidden here that the server keeps.
            round.store().give_up_discards(folder).map_err(store_failure)?;
            round.refused.push(net_failure(&error, &round.state(folder)?.path));
            Ok(())
        }
        Err(error) => Err(round.fail(&error)),
    }
}

/// Moves and copies out of the open folder, one command for each folder that they go to.
async fn transfer(round: &mut Round<'_>, source: i64) -> Result<(), Failure> {
    let is_due =
        |placing: &Placing| !placing.is_deletion && !placing.leaves && placing.uid.is_some() && placing.asked.is_none();
    let kinds: BTreeSet<(i64, bool)> =
        placings(round, source, is_due)?.iter().map(|placing| (placing.target, placing.way == Way::Copy)).collect();
    for (target, copies) in kinds {
        let state = round.state(target)?;
        if state.is_new || state.is_gone {
            continue;
        }
        if state.uid_validity.is_none() {
            // The UIDs that it will give mean nothing before.
            folder::open(round, target).await?;
            folder::open(round, source).await?;
        }
        let group = placings(round, source, |placing| {
            is_due(placing) && (placing.target, placing.way == Way::Copy) == (target, copies)
        })?;
        let before = round.session.status(&state.path).await.map_err(|error| net_failure(&error, &state.path))?;
        let ids: Vec<i64> = group.iter().map(|placing| placing.message).collect();
        let ids = round.store().note_asked(&ids, target, before.uid_next).map_err(store_failure)?;
        let group: Vec<Placing> = group.into_iter().filter(|placing| ids.contains(&placing.message)).collect();
        if group.is_empty() {
            continue;
        }
        let uids: Vec<u32> = group.iter().filter_map(|placing| placing.uid).collect();
        let outcome = if copies {
            round.session.copy_messages(&uids, &state.path).await
        } else {
            round.session.move_messages(&uids, &state.path).await
        };
        match outcome {
            Ok(moved) => settle(round, target, &group, &moved)?,
            Err(error @ (NetError::Rejected { .. } | NetError::NoFolder { .. })) => {
                // It is as it was; the messages are shown where they are.
                for id in ids {
                    round.store().give_up_placing(id).map_err(store_failure)?;
                }
                round.refused.push(net_failure(&error, &state.path));
            }
            Err(error) => return Err(net_failure(&error, &state.path)),
        }
    }
    Ok(())
}

fn settle(round: &Round<'_>, target: i64, group: &[Placing], moved: &Moved) -> Result<(), Failure> {
    if round.state(target)?.uid_validity != Some(moved.uid_validity) {
        return Ok(());
    }
    let by_uid: HashMap<u32, i64> =
        group.iter().filter_map(|placing| placing.uid.map(|uid| (uid, placing.message))).collect();
    for (from, to) in &moved.uids {
        if let Some(message) = by_uid.get(from) {
            round.store().settle(*message, target, *to).map_err(store_failure)?;
        }
    }
    Ok(())
}

/// Finds out what became of messages which the server was asked to move or copy out of a folder.
async fn resolve(round: &mut Round<'_>, source: i64, doubtful: &[Placing]) -> Result<(), Failure> {
    let mut found: HashMap<i64, (i64, u32)> = HashMap::new();
    let targets: HashSet<i64> = doubtful.iter().filter_map(|placing| placing.asked).collect();
    for target in targets {
        let group: Vec<&Placing> = doubtful.iter().filter(|placing| placing.asked == Some(target)).collect();
        for (message, uid) in arrived(round, target, &group).await? {
            found.insert(message, (target, uid));
        }
    }
    folder::open(round, source).await?;
    let uids: Vec<u32> = doubtful.iter().filter_map(|placing| placing.uid).collect();
    let there = round.session.sizes(&uids).await.map_err(|error| round.fail(&error))?;
    let there: HashSet<u32> = there.into_iter().map(|(uid, _)| uid).collect();
    for placing in doubtful {
        let is_there = placing.uid.is_some_and(|uid| there.contains(&uid));
        let uid = placing.uid.into_iter().collect::<Vec<_>>();
        match found.get(&placing.message) {
            Some((target, to)) => {
                if is_there && placing.way == Way::Move {
                    // It was copied, and the second half is missing.
                    round.session.delete_messages(&uid).await.map_err(|error| round.fail(&error))?;
                }
                round.store().settle(placing.message, *target, *to).map_err(store_failure)?;
            }
            None if is_there => round.store().note_not_taken(placing.message).map_err(store_failure)?,
            None => round.store().note_nowhere(placing.message).map_err(store_failure)?,
        }
    }
    Ok(())
}

/// Which of these messages are in the folder that they were to go to, under which UIDs.
async fn arrived(round: &mut Round<'_>, target: i64, group: &[&Placing]) -> Result<Vec<(i64, u32)>, Failure> {
    let state = match round.store().folder_state(target) {
        Ok(state) if !state.is_new => state,
        Ok(_) | Err(StoreError::NotFound) => return Ok(Vec::new()),
        Err(error) => return Err(store_failure(error)),
    };
    // A folder that can't be looked into now does not say that they are not there.
    folder::open(round, target).await?;
    let first = group.iter().map(|placing| placing.next_uid).min().unwrap_or(1).max(1);
    let fail = |error: NetError| net_failure(&error, &state.path);
    let mut sizes = round.session.sizes_from(first).await.map_err(fail)?;
    // What another row here has is not it.
    let taken: HashSet<u32> =
        round.store().server_messages(target).map_err(store_failure)?.into_iter().map(|(uid, _)| uid).collect();
    sizes.retain(|(uid, _)| !taken.contains(uid));
    let sought: Vec<Unnumbered> =
        group.iter().map(|placing| Unnumbered { message: placing.message, bytes: placing.bytes }).collect();
    matching::pair(round, &sought, &sizes).await
}

/// Brings messages to the server that are not on it.
async fn bring(round: &mut Round<'_>) -> Result<(), Failure> {
    let all = round.store().placings(round.account.id).map_err(store_failure)?;
    let account = round.account.id;
    let own = all.into_iter().filter(|placing| {
        placing.way == Way::Append
            && placing.target_account == account
            && !placing.is_deletion
            // Another server was asked for it: what became of that is for its turn to find out.
            && placing.asked_account.is_none_or(|asked| asked == account)
    });
    for placing in own.collect::<Vec<_>>() {
        round.check()?;
        let outcome = one(round, &placing).await;
        round.or_later(outcome)?;
    }
    Ok(())
}

async fn one(round: &mut Round<'_>, placing: &Placing) -> Result<(), Failure> {
    if let Some(asked) = placing.asked
        && let [(message, uid)] = arrived(round, asked, &[placing]).await?[..]
    {
        return round.store().settle(message, asked, uid).map_err(store_failure);
    }
    let (_, row) = round.store().row(placing.message).map_err(store_failure)?;
    let state = round.state(placing.target)?;
    if state.is_new || state.is_gone {
        return Ok(());
    }
    if state.uid_validity.is_none() {
        folder::open(round, placing.target).await?;
    }
    let fail = |error: NetError| net_failure(&error, &state.path);
    let before = round.session.status(&state.path).await.map_err(fail)?;
    if placing.asked.is_some() {
        // It is not where it was to go.
        round.store().note_not_done(&[placing.message]).map_err(store_failure)?;
    }
    let asked = round.store().note_asked(&[placing.message], placing.target, before.uid_next).map_err(store_failure)?;
    if asked.is_empty() {
        return Ok(());
    }
    let raw = round.store().raw(placing.message).map_err(store_failure)?;
    let flags = Flags {
        is_seen: row.flags.is_seen,
        is_flagged: row.flags.is_flagged,
        is_answered: row.flags.is_answered,
        is_deleted: false,
        keywords: round.store().keywords(placing.message).map_err(store_failure)?,
    };
    let received_at = round.store().received_at(placing.message).map_err(store_failure)?;
    let got = round.session.append_with(&state.path, &flags, received_at, &raw).await;
    let known = round.state(placing.target)?.uid_validity;
    match got {
        Ok(Some((uid_validity, uid))) if known == Some(uid_validity) => {
            round.store().settle(placing.message, placing.target, uid).map_err(store_failure)
        }
        Ok(_) => {
            let asked = Placing { asked: Some(placing.target), next_uid: before.uid_next, ..placing.clone() };
            match arrived(round, placing.target, &[&asked]).await?[..] {
                [(message, uid)] => round.store().settle(message, placing.target, uid).map_err(store_failure),
                _ => Ok(()),
            }
        }
        Err(error @ (NetError::Rejected { .. } | NetError::NoFolder { .. })) => {
            round.store().note_not_done(&[placing.message]).map_err(store_failure)?;
            if !round.store().give_up_placing(placing.message).map_err(store_failure)? {
                return Err(fail(error));
            }
            round.refused.push(fail(error));
            Ok(())
        }
        Err(error @ NetError::OverQuota { .. }) => {
            // It was not put there; when there is room again, it will be.
            round.store().note_not_done(&[placing.message]).map_err(store_failure)?;
            Err(fail(error))
        }
        Err(error) => Err(fail(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_for_now_is_told_again_and_only_what_is_never_taken_stays_here() {
        let no = |text: &str| Err(NetError::Rejected { code: 0, text: text.to_owned(), recipient: None });
        assert_eq!(told(Ok(())).unwrap(), Told::Known);
        assert_eq!(told(no("[CANNOT] Keyword length too long")).unwrap(), Told::Never);
        assert_eq!(told(no("Mailbox is locked, try again")).unwrap(), Told::Later);
        assert!(told(Err(NetError::ServerUnproven)).is_err());
    }
}
