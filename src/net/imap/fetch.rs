use std::collections::VecDeque;
use std::ops::ControlFlow;

use async_imap::imap_proto::{AttributeValue, Response};
use jiff::Timestamp;

use super::session::{Session, broken, finish};
use super::{Cancel, ImapError};

/// One FETCH command asks for about so many bytes, so that stopping is never far away and memory stays small.
const BATCH_BYTES: u64 = 2 * 1024 * 1024;
/// And for at most so many messages.
const BATCH_MESSAGES: usize = 100;
/// So many commands are under way at once: the server works on one while the answer to another is kept.
const UNDER_WAY: usize = 2;
/// A set of UIDs in one command is not longer (RFC 7162 §4 advises against commands over 8192 bytes).
const MAX_SET: usize = 4000;

/// The flags of a message (RFC 3501 §2.3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Was read.
    pub is_seen: bool,
    /// Was marked.
    pub is_flagged: bool,
    /// Was answered.
    pub is_answered: bool,
    /// Is to be deleted.
    pub is_deleted: bool,
    /// Keywords (`$Junk`, `$Forwarded`, the user's own), sorted.
    pub keywords: Vec<String>,
}

impl Flags {
    /// As IMAP writes them.
    pub fn words(&self) -> Vec<&str> {
        let system = [
            (self.is_seen, "\\Seen"),
            (self.is_flagged, "\\Flagged"),
            (self.is_answered, "\\Answered"),
            (self.is_deleted, "\\Deleted"),
        ];
        let system = system.into_iter().filter(|(is_on, _)| *is_on).map(|(_, word)| word);
        let keywords = self.keywords.iter().map(String::as_str).filter(|word| super::change::is_flag(word));
        system.chain(keywords).collect()
    }
}

/// A message of a folder, without its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Its number in the folder, as long as the UIDVALIDITY stays.
    pub uid: u32,
    /// Its flags.
    pub flags: Flags,
    /// Its size in bytes.
    pub bytes: u32,
}

/// A message as the server has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its number in the folder, as long as the UIDVALIDITY stays.
    pub uid: u32,
    /// Its flags.
    pub flags: Flags,
    /// When it came.
    pub internal_date: Option<Timestamp>,
    /// The message.
    pub bytes: Vec<u8>,
}

impl Session {
    /// Every message of the open folder, by UID.
    pub async fn list(&mut self) -> Result<Vec<Listed>, ImapError> {
        self.listed("UID FETCH 1:*").await
    }

    /// The same for the newest of so many messages.
    pub async fn newest(&mut self, messages: u32, count: u32) -> Result<Vec<Listed>, ImapError> {
        let first = messages.saturating_sub(count).saturating_add(1);
        self.listed(&format!("FETCH {first}:*")).await
    }

    async fn listed(&mut self, command: &str) -> Result<Vec<Listed>, ImapError> {
        let mut listed = Vec::new();
        self.run(&format!("{command} (UID FLAGS RFC822.SIZE)"), |response| {
            if let Response::Fetch(_, attributes) = response
                && let Some(uid) = uid(attributes)
            {
                listed.push(Listed { uid, flags: flags(attributes), bytes: size(attributes).unwrap_or(0) });
            }
        })
        .await?;
        listed.sort_unstable_by_key(|one| one.uid);
        listed.dedup_by_key(|one| one.uid);
        Ok(listed)
    }

    /// UID and size of messages of the open folder; those that are not there are left out.
    pub async fn sizes(&mut self, uids: &[u32]) -> Result<Vec<(u32, u32)>, ImapError> {
        let mut sizes = Vec::new();
        for set in sets(uids) {
            self.run(&format!("UID FETCH {set} (UID RFC822.SIZE)"), |response| {
                if let Response::Fetch(_, attributes) = response
                    && let (Some(uid), Some(size)) = (uid(attributes), size(attributes))
                {
                    sizes.push((uid, size));
                }
            })
            .await?;
        }
        sizes.retain(|(uid, _)| uids.contains(uid));
        Ok(sizes)
    }

    /// UID and size of the messages of the open folder from a UID on.
    pub async fn sizes_from(&mut self, first: u32) -> Result<Vec<(u32, u32)>, ImapError> {
        let mut sizes = Vec::new();
        self.run(&format!("UID FETCH {first}:* (UID RFC822.SIZE)"), |response| {
            if let Response::Fetch(_, attributes) = response
                && let (Some(uid), Some(size)) = (uid(attributes), size(attributes))
                // `n:*` always holds the last message, even when n is beyond it (RFC 3501 §9).
                && uid >= first
            {
                sizes.push((uid, size));
            }
        })
        .await?;
        Ok(sizes)
    }

    /// The Message-ID fields of messages of the open folder, as they are written; empty for those without.
    pub async fn message_ids(&mut self, uids: &[u32]) -> Result<Vec<(u32, Vec<u8>)>, ImapError> {
        let mut ids = Vec::new();
        for set in sets(uids) {
            self.run(&format!("UID FETCH {set} (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"), |response| {
                if let Response::Fetch(_, attributes) = response
                    && let Some(uid) = uid(attributes)
                {
                    let field = attributes.iter().find_map(|attribute| match attribute {
                        AttributeValue::BodySection { data, .. } => data.as_deref().map(<[u8]>::to_vec),
                        _ => None,
                    });
                    ids.extend(field.map(|field| (uid, field)));
                }
            })
            .await?;
        }
        Ok(ids)
    }

    /// Fetches messages of the open folder in the order of the list, a few commands ahead of the answers, without
    /// marking anything as read. Those that are gone are left out. Ends with [`ImapError::Cancelled`] when asked to
    /// stop, or when `on` breaks; the session is of no use then.
    pub async fn fetch(
        &mut self,
        sizes: &[(u32, u32)],
        cancel: &Cancel,
        mut on: impl FnMut(Fetched) -> ControlFlow<()> + Send,
    ) -> Result<(), ImapError> {
        let mut batches = batches(sizes).into_iter();
        let mut under_way = VecDeque::new();
        loop {
            while under_way.len() < UNDER_WAY
                && let Some(batch) = batches.next()
            {
                let set = batch.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
                let command = format!("UID FETCH {set} (UID FLAGS INTERNALDATE BODY.PEEK[])");
                under_way.push_back(self.imap.run_command(&command).await.map_err(broken)?);
            }
            let Some(id) = under_way.pop_front() else { return Ok(()) };
            loop {
                let response = tokio::select! {
                    response = self.imap.read_response() => response.map_err(ImapError::unreachable)?,
                    () = cancel.cancelled() => return Err(ImapError::Cancelled),
                };
                let Some(response) = response else { return Err(ImapError::unreachable("closed")) };
                match response.parsed() {
                    Response::Done { tag, status, outcome } if *tag == id => {
                        finish(status, outcome.information.as_deref())?;
                        break;
                    }
                    Response::Fetch(_, attributes) => {
                        if let Some(message) = fetched(attributes)
                            && (on(message).is_break() || cancel.is_cancelled())
                        {
                            return Err(ImapError::Cancelled);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// A piece of a message of the open folder; shorter than was asked for at the message's end, `None` when the
    /// message is gone.
    pub async fn piece(&mut self, wanted: u32, start: u32, count: u32) -> Result<Option<Vec<u8>>, ImapError> {
        let mut piece = None;
        self.run(&format!("UID FETCH {wanted} (UID BODY.PEEK[]<{start}.{count}>)"), |response| {
            if let Response::Fetch(_, attributes) = response
                && uid(attributes) == Some(wanted)
            {
                piece = attributes.iter().find_map(|attribute| match attribute {
                    AttributeValue::BodySection { section: None, data, .. } => data.as_deref().map(<[u8]>::to_vec),
                    _ => None,
                });
            }
        })
        .await?;
        Ok(piece)
    }

    /// Flags and time of arrival of a message of the open folder.
    pub async fn about(&mut self, wanted: u32) -> Result<Option<(Flags, Option<Timestamp>)>, ImapError> {
        let mut found = None;
        self.run(&format!("UID FETCH {wanted} (UID FLAGS INTERNALDATE)"), |response| {
            if let Response::Fetch(_, attributes) = response
                && uid(attributes) == Some(wanted)
            {
                found = Some((flags(attributes), internal_date(attributes)));
            }
        })
        .await?;
        Ok(found)
    }
}

/// UIDs as sets that are no longer than a command may be.
pub(super) fn sets(uids: &[u32]) -> Vec<String> {
    let mut uids = uids.to_vec();
    uids.sort_unstable();
    uids.dedup();
    let mut sets: Vec<String> = Vec::new();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == uid => *last = uid,
            _ => runs.push((uid, uid)),
        }
    }
    for (first, last) in runs {
        let run = if first == last { first.to_string() } else { format!("{first}:{last}") };
        match sets.last_mut() {
            Some(set) if set.len() + run.len() < MAX_SET => {
                set.push(',');
                set.push_str(&run);
            }
            _ => sets.push(run),
        }
    }
    sets
}

fn batches(sizes: &[(u32, u32)]) -> Vec<Vec<u32>> {
    let mut batches = Vec::new();
    let (mut batch, mut bytes) = (Vec::new(), 0);
    for &(uid, size) in sizes {
        if !batch.is_empty() && (bytes + u64::from(size) > BATCH_BYTES || batch.len() >= BATCH_MESSAGES) {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        batch.push(uid);
        bytes += u64::from(size);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

pub(super) fn uid(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })
}

pub(super) fn flags(attributes: &[AttributeValue<'_>]) -> Flags {
    let mut flags = Flags::default();
    for attribute in attributes {
        if let AttributeValue::Flags(words) = attribute {
            let has = |flag: &str| words.iter().any(|word| word.eq_ignore_ascii_case(flag));
            let mut keywords: Vec<String> =
                words.iter().filter(|word| !word.starts_with('\\')).map(ToString::to_string).collect();
            keywords.sort_unstable();
            flags = Flags {
                is_seen: has("\\Seen"),
                is_flagged: has("\\Flagged"),
                is_answered: has("\\Answered"),
                is_deleted: has("\\Deleted"),
                keywords,
            };
        }
    }
    flags
}

fn size(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Rfc822Size(size) => Some(*size),
        _ => None,
    })
}

fn internal_date(attributes: &[AttributeValue<'_>]) -> Option<Timestamp> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::InternalDate(text) => date_time(text),
        _ => None,
    })
}

fn fetched(attributes: &[AttributeValue<'_>]) -> Option<Fetched> {
    let bytes = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { section: None, data, .. } => data.as_deref().map(<[u8]>::to_vec),
        _ => None,
    });
    Some(Fetched {
        uid: uid(attributes)?,
        flags: flags(attributes),
        internal_date: internal_date(attributes),
        bytes: bytes?,
    })
}

/// `date-time` of RFC 3501 §9.
fn date_time(text: &str) -> Option<Timestamp> {
    jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()?.to_timestamp().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_dates_are_read_with_their_offset() {
        let expected: Timestamp = "2026-11-04T15:30:00Z".parse().unwrap();
        assert_eq!(date_time("05-Nov-2026 00:30:00 +0900"), Some(expected));
        assert_eq!(date_time(" 5-Nov-2026 00:30:00 +0900"), Some(expected));
        assert_eq!(date_time("yesterday"), None);
    }

    #[test]
    fn batches_are_bounded_by_bytes_and_by_count_and_lose_nothing() {
        let sizes: Vec<_> =
            (1..=250).map(|uid| (uid, 10)).chain([(300, 5_000_000), (301, 1), (302, 2_097_152)]).collect();
        let batches = batches(&sizes);
        let lengths: Vec<_> = batches.iter().map(Vec::len).collect();
        assert_eq!(lengths, [100, 100, 50, 1, 1, 1]);
        assert_eq!(batches.concat(), sizes.iter().map(|(uid, _)| *uid).collect::<Vec<_>>());
    }

    #[test]
    fn sets_name_every_uid_once_and_no_command_is_too_long() {
        assert_eq!(sets(&[5, 1, 2, 3, 9, 2, u32::MAX]), ["1:3,5,9,4294967295"]);
        assert_eq!(sets(&[]), Vec::<String>::new());
        let odd: Vec<u32> = (0..10_000).map(|number| 1_000_000 + number * 2).collect();
        let sets = sets(&odd);
        assert!(sets.iter().all(|set| set.len() <= MAX_SET));
        let named: Vec<u32> = sets.iter().flat_map(|set| set.split(',')).map(|uid| uid.parse().unwrap()).collect();
        assert_eq!(named, odd);
    }
}
