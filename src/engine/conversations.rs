//! The list of a folder by conversations, and the pass that puts the messages of before into theirs.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;

use crate::domain::RawMessage;
use crate::domain::abreast;
use crate::domain::thread::{Lineage, Member, forest};
use crate::flow::{Headline, Lock, Seal};
use crate::message::{self, Limits};
use crate::net::Cancel;

use super::Failure;
use super::command::{Event, Progress};
use super::network::{Publish, lineage};
use super::profile::{Profile, store_failure};
use super::view::{FolderId, MessageId, RowView, ThreadId};
use crate::store::{ConversationRow, MessageRow};

#[cfg(test)]
mod tests;

/// Messages that are put into their conversations in one step.
const BATCH: usize = 200;
/// Less is done before anybody could read that it is done.
const WORTH_TELLING: usize = 2_000;
/// So many are taken before what came meanwhile is looked at.
pub(super) const PORTION: usize = 2_000;
/// Whether lists are shown by conversations.
pub(super) const SETTING: &str = "conversations";

/// A list by conversations: those whose newest message is newest come first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversations {
    /// All of them.
    pub all: Vec<Conversation>,
    /// Their messages, those of each conversation after one another: answers below what they answer.
    pub seats: Vec<Seat>,
}

/// One conversation of a list, as far as it is in the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    /// What it is known by; `None` for a message that is in none yet.
    pub thread: Option<ThreadId>,
    /// Where its messages begin among the seats.
    pub first: u32,
    /// How many they are.
    pub count: u32,
    /// How many of them were not read.
    pub unread: u32,
    /// The row of the newest.
    pub newest: u32,
    /// The signs that every one of its messages has at least: the weakest lock and the weakest seal. `None` while one of
    /// them was not looked at.
    pub signs: Option<Headline>,
    /// One of them has a seal that does not match.
    pub has_broken: bool,
    /// One of them was marked.
    pub is_flagged: bool,
    /// One of them has attachments.
    pub has_attachments: bool,
}

/// A message in its conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    /// Its row in the list.
    pub row: u32,
    /// The row of what it answers, or of the nearest before that is in the list.
    pub parent: Option<u32>,
    /// How many stand above it.
    pub depth: u16,
}

impl Conversations {
    /// The messages of a conversation of the list.
    pub fn seats(&self, conversation: &Conversation) -> &[Seat] {
        let first = conversation.first as usize;
        self.seats.get(first..first + conversation.count as usize).unwrap_or_default()
    }
}

/// Whether lists are to be shown so.
pub(super) fn is_wanted(profile: &Profile) -> bool {
    profile.store.setting(SETTING).ok().flatten().unwrap_or(false)
}

/// A list of some folders by conversations.
pub(super) fn of(profile: &Profile, folders: &[FolderId], rows: &[RowView]) -> Result<Conversations, Failure> {
    Ok(group(rows, profile.store.members(folders).map_err(store_failure)?))
}

/// Groups rows, which are in order, in time that grows with their number.
fn group(rows: &[RowView], mut members: HashMap<MessageId, Member>) -> Conversations {
    let mut place: HashMap<ThreadId, usize> = HashMap::with_capacity(rows.len());
    let mut groups: Vec<(Option<ThreadId>, Vec<u32>)> = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        match row.thread {
            None => groups.push((None, vec![at])),
            Some(thread) => {
                let nth = *place.entry(thread).or_insert(groups.len());
                match groups.get_mut(nth) {
                    Some((_, list)) => list.push(at),
                    None => groups.push((Some(thread), vec![at])),
                }
            }
        }
    }
    let mut found = Conversations { all: Vec::with_capacity(groups.len()), seats: Vec::with_capacity(rows.len()) };
    for (thread, list) in groups {
        found.add(thread, &list, rows, &mut members);
    }
    found
}

impl Conversations {
    fn add(
        &mut self,
        thread: Option<ThreadId>,
        list: &[u32],
        rows: &[RowView],
        members: &mut HashMap<MessageId, Member>,
    ) {
        let row = |at: &u32| rows.get(*at as usize);
        let newest = list.first().copied().unwrap_or_default();
        let is_broken = |row: &RowView| row.headline.is_some_and(|headline| headline.seal == Seal::Broken);
        let any = |is: &dyn Fn(&RowView) -> bool| list.iter().filter_map(row).any(is);
        self.all.push(Conversation {
            thread,
            first: u32::try_from(self.seats.len()).unwrap_or(u32::MAX),
            count: u32::try_from(list.len()).unwrap_or(u32::MAX),
            unread: list.iter().filter_map(row).filter(|row| !row.is_seen).count() as u32,
            newest,
            signs: weakest(list.iter().filter_map(row)),
            has_broken: any(&is_broken),
            is_flagged: any(&|row| row.is_flagged),
            has_attachments: any(&|row| row.has_attachments),
        });
        if list.len() < 2 {
            self.seats.push(Seat { row: newest, ..Seat::default() });
            return;
        }
        let member = |at: &u32| row(at).and_then(|row| members.remove(&row.id)).unwrap_or_default();
        let tree = forest(&list.iter().map(member).collect::<Vec<_>>());
        let row_of = |member: usize| list.get(member).copied();
        self.seats.extend(tree.iter().filter_map(|one| {
            let parent = one.parent.and_then(row_of);
            Some(Seat { row: row_of(one.member)?, parent, depth: one.depth })
        }));
    }
}

/// What all of these have at least.
fn weakest<'a>(rows: impl Iterator<Item = &'a RowView>) -> Option<Headline> {
    let seal_rank = |seal: Seal| match seal {
        Seal::Broken => 0,
        Seal::Unsigned => 1,
        Seal::Unauthenticated => 2,
        Seal::Partial => 3,
        Seal::Authenticated => 4,
    };
    let lock_rank = |lock: Lock| match lock {
        Lock::NotEncrypted => 0,
        Lock::CannotOpen => 1,
        Lock::Encrypted => 2,
    };
    let mut signs: Option<Headline> = None;
    for row in rows {
        let Headline { lock, seal } = row.headline?;
        let so_far = signs.unwrap_or(Headline { lock, seal });
        signs = Some(Headline {
            lock: if lock_rank(lock) < lock_rank(so_far.lock) { lock } else { so_far.lock },
            seal: if seal_rank(seal) < seal_rank(so_far.seal) { seal } else { so_far.seal },
        });
    }
    signs
}

/// The messages of a conversation without copies: of those with the same source the one that `rank` has first. Who writes
/// another's Message-ID takes nobody's place.
pub(super) fn without_copies(all: Vec<ConversationRow>, rank: impl Fn(&MessageRow) -> usize) -> Vec<ConversationRow> {
    let mut order: Vec<&ConversationRow> = all.iter().collect();
    order.sort_by_key(|one| rank(&one.row));
    let mut seen = HashSet::new();
    let keeps: HashSet<MessageId> =
        order.into_iter().filter(|one| seen.insert(one.source)).map(|one| one.row.id).collect();
    all.into_iter().filter(|one| keeps.contains(&one.row.id)).collect()
}

/// Puts messages of before into their conversations, newest first, until cancelled, and no more than about so many; how
/// many. What can't be read now stays due.
///
/// # Errors
/// When the store refuses; what was not done stays due.
pub(super) fn catch_up(profile: &Profile, publish: &Publish, cancel: &Cancel, most: usize) -> Result<usize, Failure> {
    let all = profile.store.count_unthreaded().map_err(store_failure)?;
    let (mut done, mut below) = (0, i64::MAX);
    while all > 0 && done < most && !cancel.is_cancelled() {
        let some = profile.store.unthreaded(below, BATCH).map_err(store_failure)?;
        let Some(last) = some.last() else { break };
        below = *last;
        let found = abreast(&some, |id| Some((*id, read(profile, *id)?)));
        let found: Vec<_> = found.into_iter().flatten().collect();
        profile.store.thread(&found).map_err(store_failure)?;
        done += found.len();
        if all >= WORTH_TELLING {
            let left = all.saturating_sub(done).to_string();
            publish(Event::Progress(Some(Progress { work: "thread", subject: left, fraction: None })));
        }
    }
    if all >= WORTH_TELLING {
        publish(Event::Progress(None));
    }
    Ok(done)
}

/// What a kept message says; `None` when it can't be read.
fn read(profile: &Profile, message: MessageId) -> Option<Lineage> {
    let look = || {
        let raw = profile.store.raw(message).ok()?;
        Some(lineage(&message::parse(&header(&raw), &Limits::default())))
    };
    std::panic::catch_unwind(AssertUnwindSafe(look)).ok().flatten()
}

/// The header of a message alone.
fn header(raw: &RawMessage) -> RawMessage {
    let end = |pattern: &[u8]| memchr::memmem::find(raw, pattern).map(|at| at + pattern.len());
    let end = [end(b"\n\r\n"), end(b"\n\n")].into_iter().flatten().min().unwrap_or(raw.len());
    RawMessage::new(raw.get(..end).unwrap_or_default().to_vec())
}
