//! One folder: what changed there, and the messages that are new.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use crate::domain::{RawMessage, Timestamp, abreast};
use crate::net::NetError;
use crate::net::imap::{Fetched, Flags, FolderStatus, Listed, Opened, Since};
use crate::store::{FolderNews, FolderState, Gone, LARGEST, MessageFlags, NewMessage, ServerFlags};

use super::super::Failure;
use super::super::network::{net_failure, new_message};
use super::super::profile::store_failure;
use super::round::Round;
use super::{matching, moving};

/// Messages up to this size are fetched whole, and first.
pub(super) const SMALL: u32 = 1024 * 1024;
/// Larger ones come in pieces of this size.
const PIECE: u32 = 512 * 1024;
/// A message beyond this many bytes is left on the server.
const MAX_MESSAGE: u32 = LARGEST;
/// Messages kept in one transaction, and their size.
const BATCH: usize = 100;
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// The newest of a folder that was never looked at, which come before the others are even listed.
const NEWEST: u32 = 200;
/// So many are asked for before what is awaited is looked up again.
const STRETCH: usize = 2000;

/// Takes what is new in a folder; how many messages came. `status` is what the server said of it just now: when that is
/// what is known, the folder is not even opened.
pub(super) async fn synchronise(
    round: &mut Round<'_>,
    folder: i64,
    status: Option<FolderStatus>,
) -> Result<usize, Failure> {
    let state = round.state(folder)?;
    if state.is_new || state.is_gone || status.is_some_and(|status| is_known(&state, status)) && state.awaited == 0 {
        return Ok(0);
    }
    open(round, folder).await?;
    let fetched = fetch_small(round, folder).await?;
    Ok(fetched + std::mem::take(&mut round.early))
}

fn is_known(state: &FolderState, status: FolderStatus) -> bool {
    status.modseq > 0
        && !state.is_renumbered
        && (Some(status.uid_validity), status.uid_next, status.messages, status.modseq)
            == (state.uid_validity, state.uid_next, state.messages, state.modseq)
}

/// Opens a folder and takes over what changed in it since it was last looked at.
pub(super) async fn open(round: &mut Round<'_>, folder: i64) -> Result<Opened, Failure> {
    let state = round.state(folder)?;
    let known = state.uid_validity.filter(|_| !state.is_renumbered);
    let since = known.map(|uid_validity| Since { uid_validity, modseq: state.modseq });
    let fail = |error: NetError| net_failure(&error, &state.path);
    let mut opened = round.session.open(&state.path, since).await.map_err(fail)?;
    let is_renumbered = state.uid_validity != Some(opened.uid_validity);
    if is_renumbered {
        round.store().renumber(folder, opened.uid_validity).map_err(store_failure)?;
    }
    if state.uid_validity.is_none() && opened.messages > NEWEST {
        newest(round, folder, opened.messages).await?;
    }
    let mut news = FolderNews {
        modseq: opened.modseq,
        uid_next: opened.uid_next,
        mailbox_id: opened.mailbox_id.clone(),
        ..FolderNews::default()
    };
    let is_new_here = is_renumbered || state.is_renumbered;
    let counts = state.modseq > 0 && opened.modseq > 0 && !is_new_here;
    if let Some(found) = opened.news.take().filter(|_| counts) {
        news.gone = Gone::These(found.vanished);
        changes(round, folder, &mut news, found.changed).await?;
    } else if counts && round.session.has_condstore() {
        if state.modseq != opened.modseq {
            let changed = round.session.changed_since(state.modseq).await.map_err(fail)?;
            changes(round, folder, &mut news, changed).await?;
        }
    } else {
        let listed = round.session.list().await.map_err(fail)?;
        everything(round, folder, &mut news, listed).await?;
        let state = round.state(folder)?;
        if state.has_moved {
            moving::keep(round, &state, false)?;
        }
        if state.is_renumbered {
            round.store().end_renumbering(folder).map_err(store_failure)?;
        }
        return Ok(opened);
    }
    let uid_validity = opened.uid_validity;
    // Without QRESYNC nobody says what was deleted; the number of messages does.
    let known = round.state(folder)?;
    if known.messages != opened.messages && known.uid_validity == Some(uid_validity) {
        let uids = round.session.uids().await.map_err(fail)?;
        missing(round, folder, &news, uids).await?;
    }
    Ok(opened)
}

/// Takes the newest of a folder that was never looked at. To list all of a large one takes a server long, and the user waits.
async fn newest(round: &mut Round<'_>, folder: i64, messages: u32) -> Result<(), Failure> {
    let listed = round.session.newest(messages, NEWEST).await.map_err(|error| round.fail(&error))?;
    let there = listed.into_iter().filter(|one| !one.flags.is_deleted);
    // Nothing is said of the others yet, so no count of changes is noted: the whole list is asked for after this.
    let news = FolderNews { new: there.map(|one| (one.uid, one.bytes)).collect(), ..FolderNews::default() };
    round.store().take_news(folder, &news).map_err(store_failure)?;
    round.early += fetch_small(round, folder).await?;
    Ok(())
}

/// Takes over a list of messages that are new or whose flags changed.
async fn changes(
    round: &mut Round<'_>,
    folder: i64,
    news: &mut FolderNews,
    changed: Vec<(u32, Flags)>,
) -> Result<(), Failure> {
    let (deleted, changed): (Vec<_>, Vec<_>) = changed.into_iter().partition(|(_, flags)| flags.is_deleted);
    if let Gone::These(ranges) = &mut news.gone {
        // What is marked as deleted is deleted: anybody's EXPUNGE takes it.
        ranges.extend(deleted.iter().map(|(uid, _)| *uid..=*uid));
    }
    let uids: Vec<u32> = changed.iter().map(|(uid, _)| *uid).collect();
    let unknown = round.store().unknown_uids(folder, &uids).map_err(store_failure)?;
    if !unknown.is_empty() {
        news.new = round.session.sizes(&unknown).await.map_err(|error| round.fail(&error))?;
    }
    news.changed = changed.into_iter().map(|(uid, flags)| (uid, server_flags(flags))).collect();
    round.store().take_news(folder, news).map_err(store_failure)
}

/// Takes over the list of everything that is there.
async fn everything(
    round: &mut Round<'_>,
    folder: i64,
    news: &mut FolderNews,
    listed: Vec<Listed>,
) -> Result<(), Failure> {
    let listed: Vec<Listed> = listed.into_iter().filter(|one| !one.flags.is_deleted).collect();
    if round.state(folder)?.is_renumbered {
        let sizes: Vec<(u32, u32)> = listed.iter().map(|one| (one.uid, one.bytes)).collect();
        matching::find_again(round, folder, &sizes).await?;
    }
    let uids: Vec<u32> = listed.iter().map(|one| one.uid).collect();
    let unknown: HashSet<u32> = round.store().unknown_uids(folder, &uids).map_err(store_failure)?.into_iter().collect();
    news.new = listed.iter().filter(|one| unknown.contains(&one.uid)).map(|one| (one.uid, one.bytes)).collect();
    news.gone = Gone::AllBut(uids);
    news.changed = listed.into_iter().map(|one| (one.uid, server_flags(one.flags))).collect();
    round.store().take_news(folder, news).map_err(store_failure)
}

/// Takes over which messages are there.
async fn missing(round: &mut Round<'_>, folder: i64, known: &FolderNews, uids: Vec<u32>) -> Result<(), Failure> {
    let unknown = round.store().unknown_uids(folder, &uids).map_err(store_failure)?;
    let mut news = FolderNews { changed: Vec::new(), ..known.clone() };
    news.new = Vec::new();
    if !unknown.is_empty() {
        // Those that are marked as deleted are not new.
        let deleted: HashSet<u32> =
            round.session.deleted_uids().await.map_err(|error| round.fail(&error))?.into_iter().collect();
        let unknown: Vec<u32> = unknown.into_iter().filter(|uid| !deleted.contains(uid)).collect();
        news.new = round.session.sizes(&unknown).await.map_err(|error| round.fail(&error))?;
    }
    news.gone = Gone::AllBut(uids);
    round.store().take_news(folder, &news).map_err(store_failure)
}

fn server_flags(mut flags: Flags) -> ServerFlags {
    let keywords = std::mem::take(&mut flags.keywords).join(" ");
    ServerFlags { flags: message_flags(&flags), keywords }
}

fn message_flags(flags: &Flags) -> MessageFlags {
    MessageFlags { is_seen: flags.is_seen, is_flagged: flags.is_flagged, is_answered: flags.is_answered }
}

/// Fetches what is awaited of the open folder and not large, newest first.
async fn fetch_small(round: &mut Round<'_>, folder: i64) -> Result<usize, Failure> {
    let state = round.state(folder)?;
    let total = state.awaited.max(1);
    let mut fetched = 0;
    loop {
        let wanted = round.store().awaited(folder, SMALL, STRETCH).map_err(store_failure)?;
        if wanted.is_empty() {
            return Ok(fetched);
        }
        let mut missing: HashSet<u32> = wanted.iter().map(|(uid, _)| *uid).collect();
        let mut keeper = Keeper::new(round.profile, folder);
        let (cancel, publish, arrived) = (round.cancel, round.publish, round.arrived);
        let outcome = round
            .session
            .fetch(&wanted, cancel, |message| {
                missing.remove(&message.uid);
                let flow = keeper.take(message);
                if keeper.has_just_kept() {
                    let done = fetched + keeper.kept;
                    let subject = state.path.clone();
                    let fraction = Some(done as f32 / total as f32);
                    let progress = super::super::command::Progress { work: "synchronise", subject, fraction };
                    publish(super::super::Event::Progress(Some(progress)));
                    arrived();
                }
                flow
            })
            .await;
        keeper.keep();
        fetched += keeper.kept;
        if let Some(failure) = keeper.failed {
            return Err(failure);
        }
        outcome.map_err(|error| net_failure(&error, &state.path))?;
        let missing: Vec<u32> = missing.into_iter().collect();
        round.store().forget_awaited(folder, &missing).map_err(store_failure)?;
        (round.arrived)();
    }
}

/// Keeps what comes, many in one step.
struct Keeper<'a> {
    profile: &'a super::super::profile::Profile,
    folder: i64,
    waiting: Vec<Fetched>,
    bytes: usize,
    kept: usize,
    failed: Option<Failure>,
}

impl<'a> Keeper<'a> {
    fn new(profile: &'a super::super::profile::Profile, folder: i64) -> Self {
        Self { profile, folder, waiting: Vec::new(), bytes: 0, kept: 0, failed: None }
    }

    fn take(&mut self, message: Fetched) -> ControlFlow<()> {
        self.bytes += message.bytes.len();
        self.waiting.push(message);
        if self.waiting.len() >= BATCH || self.bytes >= BATCH_BYTES {
            self.keep();
        }
        if self.failed.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn has_just_kept(&self) -> bool {
        self.waiting.is_empty()
    }

    fn keep(&mut self) {
        let fetched = std::mem::take(&mut self.waiting);
        let waiting = abreast(&fetched, |one| to_keep(one.uid, &one.flags, one.internal_date, one.bytes.clone()));
        drop(fetched);
        self.bytes = 0;
        match self.profile.store.add_fetched(self.folder, &waiting) {
            Ok(count) => self.kept += count,
            Err(error) => self.failed = Some(store_failure(error)),
        }
    }
}

fn to_keep(uid: u32, flags: &Flags, came_at: Option<Timestamp>, bytes: Vec<u8>) -> (NewMessage, String) {
    (new_message(&RawMessage::new(bytes), Some(uid), message_flags(flags), came_at), flags.keywords.join(" "))
}

/// Fetches the large messages of a folder, piece by piece; how many came whole.
pub(super) async fn fetch_large(round: &mut Round<'_>, folder: i64) -> Result<usize, Failure> {
    let wanted = round.store().awaited(folder, MAX_MESSAGE, STRETCH).map_err(store_failure)?;
    if wanted.is_empty() {
        return Ok(0);
    }
    open(round, folder).await?;
    let mut fetched = 0;
    for (uid, bytes) in round.store().awaited(folder, MAX_MESSAGE, STRETCH).map_err(store_failure)? {
        fetched += usize::from(one_large(round, folder, uid, bytes).await?);
        (round.arrived)();
    }
    Ok(fetched)
}

async fn one_large(round: &mut Round<'_>, folder: i64, uid: u32, bytes: u32) -> Result<bool, Failure> {
    let state = round.state(folder)?;
    let fail = |error: NetError| net_failure(&error, &state.path);
    let about = round.session.about(uid).await.map_err(fail)?;
    let mut start = round.store().pieces_length(folder, uid).map_err(store_failure)?;
    let Some((flags, internal_date)) = about else {
        round.store().forget_awaited(folder, &[uid]).map_err(store_failure)?;
        return Ok(false);
    };
    loop {
        round.check()?;
        round.progress(&state.path, Some(start as f32 / bytes.max(1) as f32));
        let piece = round.session.piece(uid, start, PIECE).await.map_err(fail)?;
        let Some(piece) = piece else {
            round.store().forget_awaited(folder, &[uid]).map_err(store_failure)?;
            return Ok(false);
        };
        let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
        if length > 0 {
            round.store().add_piece(folder, uid, start, &piece).map_err(store_failure)?;
        }
        start = start.saturating_add(length);
        // The size that was announced may be wrong; a short piece is the end.
        if length < PIECE || start > MAX_MESSAGE {
            break;
        }
    }
    let whole = round.store().pieces(folder, uid).map_err(store_failure)?;
    let message = to_keep(uid, &flags, internal_date, whole);
    round.store().add_fetched(folder, &[message]).map_err(store_failure)?;
    Ok(true)
}

/// Sizes to the UIDs that have them.
pub(super) fn by_size(sizes: &[(u32, u32)]) -> HashMap<u64, Vec<u32>> {
    let mut found: HashMap<u64, Vec<u32>> = HashMap::new();
    for (uid, bytes) in sizes {
        found.entry(u64::from(*bytes)).or_default().push(*uid);
    }
    found
}
