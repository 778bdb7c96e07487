use std::ops::ControlFlow;

use async_imap::imap_proto::{AttributeValue, Response, ResponseCode};
use jiff::Timestamp;

use super::session::{Session, no_folder, quote};
use super::{Cancel, ImapError};

/// A message beyond this many bytes is left on the server.
const MAX_MESSAGE: u32 = 256 * 1024 * 1024;
/// One FETCH command asks for about so many bytes, so that stopping is never far away.
const BATCH_BYTES: u64 = 4 * 1024 * 1024;
/// And for at most so many messages.
const BATCH_MESSAGES: usize = 100;

/// What is known of a folder from the last time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its UIDVALIDITY; `None` the first time.
    pub uid_validity: Option<u32>,
    /// The highest UID that was fetched; 0 for none.
    pub after_uid: u32,
}

/// The flags that are kept (RFC 3501 §2.3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Was read.
    pub is_seen: bool,
    /// Was marked.
    pub is_flagged: bool,
    /// Was answered.
    pub is_answered: bool,
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

/// What happens during [`Session::fetch_new`].
#[derive(Debug)]
pub enum Step {
    /// The folder was opened. When `is_changed`, every UID known before means nothing any more:
    /// forget them; all messages follow anew (RFC 3501 §2.3.1.1).
    Selected {
        /// Its UIDVALIDITY now.
        uid_validity: u32,
        /// It is not the one that was known.
        is_changed: bool,
    },
    /// A message came.
    Message {
        /// It.
        message: Fetched,
        /// How many have come, with this one.
        done: usize,
        /// How many will come.
        total: usize,
    },
    /// A message is too big and stays on the server.
    TooBig {
        /// Which one.
        uid: u32,
        /// Its size in bytes.
        bytes: u32,
    },
}

/// What [`Session::fetch_new`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synchronised {
    /// The folder's UIDVALIDITY now.
    pub uid_validity: u32,
    /// How many messages came.
    pub fetched: usize,
}

impl Session {
    /// Fetches what came after a UID, oldest first, without marking anything as read. Ends with
    /// [`ImapError::Cancelled`] when asked to stop, or when `on` breaks.
    pub async fn fetch_new(
        &mut self,
        folder: &str,
        known: Known,
        cancel: &Cancel,
        mut on: impl FnMut(Step) -> ControlFlow<()> + Send,
    ) -> Result<Synchronised, ImapError> {
        let uid_validity = self.examine(folder).await?;
        let is_changed = known.uid_validity.is_some_and(|before| before != uid_validity);
        let after = if is_changed { 0 } else { known.after_uid };
        proceed(on(Step::Selected { uid_validity, is_changed }), cancel)?;
        let mut sizes = self.sizes(after).await?;
        for &(uid, bytes) in sizes.iter().filter(|(_, bytes)| *bytes > MAX_MESSAGE) {
            proceed(on(Step::TooBig { uid, bytes }), cancel)?;
        }
        sizes.retain(|(_, bytes)| *bytes <= MAX_MESSAGE);
        let (mut done, total) = (0, sizes.len());
        for batch in batches(&sizes) {
            proceed(ControlFlow::Continue(()), cancel)?;
            for message in self.bodies(&batch, cancel).await? {
                done += 1;
                proceed(on(Step::Message { message, done, total }), cancel)?;
            }
        }
        Ok(Synchronised { uid_validity, fetched: done })
    }

    /// The flags of every message up to a UID: what was read elsewhere, and what is gone.
    pub async fn flags(&mut self, folder: &str, up_to_uid: u32) -> Result<Vec<(u32, Flags)>, ImapError> {
        self.examine(folder).await?;
        let mut found = Vec::new();
        if up_to_uid > 0 {
            self.run(&format!("UID FETCH 1:{up_to_uid} (UID FLAGS)"), |response| {
                if let Response::Fetch(_, attributes) = response
                    && let Some(uid) = uid(attributes)
                    && uid <= up_to_uid
                {
                    found.push((uid, flags(attributes)));
                }
            })
            .await?;
        }
        Ok(found)
    }

    /// Opens a folder for reading; its UIDVALIDITY.
    async fn examine(&mut self, folder: &str) -> Result<u32, ImapError> {
        let mut uid_validity = None;
        self.run(&format!("EXAMINE {}", quote(folder)?), |response| {
            if let Response::Data { outcome, .. } = response
                && let Some(ResponseCode::UidValidity(value)) = outcome.code
            {
                uid_validity = Some(value);
            }
        })
        .await
        .map_err(no_folder)?;
        uid_validity.ok_or_else(|| ImapError::protocol("no_uid_validity"))
    }

    /// UID and size of every message after a UID, by UID.
    async fn sizes(&mut self, after: u32) -> Result<Vec<(u32, u32)>, ImapError> {
        let Some(first) = after.checked_add(1) else { return Ok(Vec::new()) };
        let mut sizes = Vec::new();
        self.run(&format!("UID FETCH {first}:* (UID RFC822.SIZE)"), |response| {
            if let Response::Fetch(_, attributes) = response
                && let Some(uid) = uid(attributes)
                // `n:*` always holds the last message, even when n is beyond it (RFC 3501 §9).
                && uid > after
            {
                let size = attributes.iter().find_map(|attribute| match attribute {
                    AttributeValue::Rfc822Size(size) => Some(*size),
                    _ => None,
                });
                sizes.push((uid, size.unwrap_or(0)));
            }
        })
        .await?;
        sizes.sort_unstable();
        sizes.dedup_by_key(|(uid, _)| *uid);
        Ok(sizes)
    }

    async fn bodies(&mut self, uids: &[u32], cancel: &Cancel) -> Result<Vec<Fetched>, ImapError> {
        let set: Vec<String> = uids.iter().map(ToString::to_string).collect();
        let command = format!("UID FETCH {} (UID FLAGS INTERNALDATE BODY.PEEK[])", set.join(","));
        let mut messages = Vec::new();
        let run = self.run(&command, |response| {
            if let Response::Fetch(_, attributes) = response
                && let Some(message) = fetched(attributes)
                && uids.contains(&message.uid)
            {
                messages.push(message);
            }
        });
        tokio::select! {
            outcome = run => outcome?,
            () = cancel.cancelled() => return Err(ImapError::Cancelled),
        }
        messages.sort_by_key(|message| message.uid);
        messages.dedup_by_key(|message| message.uid);
        Ok(messages)
    }
}

fn proceed(flow: ControlFlow<()>, cancel: &Cancel) -> Result<(), ImapError> {
    if flow.is_break() || cancel.is_cancelled() { Err(ImapError::Cancelled) } else { Ok(()) }
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

fn uid(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })
}

fn flags(attributes: &[AttributeValue<'_>]) -> Flags {
    let mut flags = Flags::default();
    for attribute in attributes {
        if let AttributeValue::Flags(words) = attribute {
            let has = |flag: &str| words.iter().any(|word| word.eq_ignore_ascii_case(flag));
            flags = Flags { is_seen: has("\\Seen"), is_flagged: has("\\Flagged"), is_answered: has("\\Answered") };
        }
    }
    flags
}

fn fetched(attributes: &[AttributeValue<'_>]) -> Option<Fetched> {
    let bytes = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { section: None, data, .. } => data.as_deref().map(<[u8]>::to_vec),
        _ => None,
    });
    let internal_date = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::InternalDate(text) => date_time(text),
        _ => None,
    });
    Some(Fetched { uid: uid(attributes)?, flags: flags(attributes), internal_date, bytes: bytes? })
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
            (1..=250).map(|uid| (uid, 10)).chain([(300, 5_000_000), (301, 1), (302, 4_194_304)]).collect();
        let batches = batches(&sizes);
        let lengths: Vec<_> = batches.iter().map(Vec::len).collect();
        assert_eq!(lengths, [100, 100, 50, 1, 1, 1]);
        assert_eq!(batches.concat(), sizes.iter().map(|(uid, _)| *uid).collect::<Vec<_>>());
    }
}
