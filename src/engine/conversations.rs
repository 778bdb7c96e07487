//! The list of a folder by conversations, and the pass that puts the messages of before into theirs.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;

use crate::domain::RawMessage;
use crate::domain::abreast;
use crate::domain::thread::{Lineage, Member, forest};
use crate::flow::Seal;
use crate::message::{self, Limits};
use crate::net::Cancel;

use super::Failure;
use super::command::{Event, Progress};
use super::network::{Publish, lineage};
use super::profile::{Profile, store_failure};
use super::view::{FolderId, MessageId, RowView, ThreadId};

#[cfg(test)]
mod tests;

/// Messages that are put into their conversations in one step.
const BATCH: usize = 200;
/// Less is done before anybody could read that it is done.
const WORTH_TELLING: usize = 2_000;
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
    /// The row of the newest: its signs are shown, and those of no other.
    pub newest: u32,
    /// One of the others has a seal that does not match.
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
        let (newest, others) = list.split_first().map_or((0, list), |(newest, others)| (*newest, others));
        let is_broken = |row: &RowView| row.headline.is_some_and(|headline| headline.seal == Seal::Broken);
        let any = |is: &dyn Fn(&RowView) -> bool| list.iter().filter_map(row).any(is);
        self.all.push(Conversation {
            thread,
            first: u32::try_from(self.seats.len()).unwrap_or(u32::MAX),
            count: u32::try_from(list.len()).unwrap_or(u32::MAX),
            unread: list.iter().filter_map(row).filter(|row| !row.is_seen).count() as u32,
            newest,
            has_broken: others.iter().filter_map(row).any(is_broken),
            is_flagged: any(&|row| row.is_flagged),
            has_attachments: any(&|row| row.has_attachments),
        });
        if others.is_empty() {
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

/// The rows of a conversation that are shown once: of copies of one message the one that `rank` has first.
pub(super) fn without_copies<T: Clone>(all: Vec<(T, Member)>, rank: impl Fn(&T) -> usize) -> Vec<(T, Member)> {
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|at| all.get(*at).map(|(one, _)| rank(one)));
    let mut seen = HashSet::new();
    let keeps: HashSet<usize> = order
        .into_iter()
        .filter(|at| all.get(*at).and_then(|(_, member)| member.id).is_none_or(|id| seen.insert(id)))
        .collect();
    all.into_iter().enumerate().filter(|(at, _)| keeps.contains(at)).map(|(_, one)| one).collect()
}

/// Puts the messages of before into their conversations, newest first, until cancelled; how many.
///
/// # Errors
/// When the store refuses; what was not done stays due.
pub(super) fn catch_up(profile: &Profile, publish: &Publish, cancel: &Cancel) -> Result<usize, Failure> {
    let all = profile.store.count_unthreaded().map_err(store_failure)?;
    let (mut done, mut below) = (0, i64::MAX);
    while all > 0 && !cancel.is_cancelled() {
        let some = profile.store.unthreaded(below, BATCH).map_err(store_failure)?;
        let Some(last) = some.last() else { break };
        below = *last;
        let found = abreast(&some, |id| (*id, read(profile, *id)));
        profile.store.thread(&found).map_err(store_failure)?;
        done += some.len();
        if all >= WORTH_TELLING {
            let fraction = Some((done as f32 / all as f32).min(1.0));
            publish(Event::Progress(Some(Progress { work: "thread", subject: done.to_string(), fraction })));
        }
    }
    if all >= WORTH_TELLING {
        publish(Event::Progress(None));
    }
    Ok(done)
}

/// What a kept message says. One that can't be read says nothing.
fn read(profile: &Profile, message: MessageId) -> Lineage {
    let look = || {
        let raw = profile.store.raw(message).ok()?;
        Some(lineage(&message::parse(&header(&raw), &Limits::default())))
    };
    std::panic::catch_unwind(AssertUnwindSafe(look)).ok().flatten().unwrap_or_default()
}

/// The header of a message alone.
fn header(raw: &RawMessage) -> RawMessage {
    let end = |pattern: &[u8]| memchr::memmem::find(raw, pattern).map(|at| at + pattern.len());
    let end = [end(b"\n\r\n"), end(b"\n\n")].into_iter().flatten().min().unwrap_or(raw.len());
    RawMessage::new(raw.get(..end).unwrap_or_default().to_vec())
}
