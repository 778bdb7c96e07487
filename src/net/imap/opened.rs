use std::ops::RangeInclusive;

use async_imap::imap_proto::{MailboxDatum, Response, ResponseCode};

use super::ImapError;
use super::fetch::{self, Flags};
use super::session::{Session, no_folder, quote};

/// What was known of a folder when it was last looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// Its UIDVALIDITY.
    pub uid_validity: u32,
    /// The mod-sequence up to which every change is known (RFC 7162 §3.1.2.2); 0 for none.
    pub modseq: u64,
}

/// A folder that was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Its UIDVALIDITY.
    pub uid_validity: u32,
    /// The UID that the next message will have at least; 0 when the server does not say.
    pub uid_next: u32,
    /// How many messages are in it.
    pub messages: u32,
    /// The highest mod-sequence in it; 0 when the server keeps none here.
    pub modseq: u64,
    /// Any keyword may be set (`\*` among PERMANENTFLAGS, RFC 3501 §7.1).
    pub takes_keywords: bool,
    /// The keywords that may be set anyhow.
    pub keywords: Vec<String>,
    /// Its MAILBOXID (RFC 8474 §4.1); empty when the server has none.
    pub mailbox_id: String,
    /// Nothing in it can be changed.
    pub is_read_only: bool,
    /// What happened since, if the server could say that (QRESYNC).
    pub news: Option<News>,
}

/// What happened in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Messages that are new, or whose flags changed.
    pub changed: Vec<(u32, Flags)>,
    /// UIDs that are gone; many of them were never known here.
    pub vanished: Vec<RangeInclusive<u32>>,
}

impl Session {
    /// Opens a folder. With QRESYNC the server says in the same answer what happened since (RFC 7162 §3.2.5).
    pub async fn open(&mut self, folder: &str, since: Option<Since>) -> Result<Opened, ImapError> {
        let asked = since.filter(|since| self.has_qresync && since.modseq > 0);
        let parameters = match asked {
            Some(since) => format!(" (QRESYNC ({} {}))", since.uid_validity, since.modseq),
            None if self.has_condstore => " (CONDSTORE)".to_owned(),
            None => String::new(),
        };
        let mut opened = Opened::default();
        let mut news = News::default();
        self.run(&format!("SELECT {}{parameters}", quote(folder)?), |response| {
            note(&mut opened, &mut news, response);
        })
        .await
        .map_err(no_folder)?;
        if opened.uid_validity == 0 {
            return Err(ImapError::protocol("no_uid_validity"));
        }
        let is_answered = asked.is_some_and(|since| since.uid_validity == opened.uid_validity && opened.modseq > 0);
        opened.news = is_answered.then_some(news);
        Ok(opened)
    }

    /// The messages of the open folder that are new or whose flags changed since (RFC 7162 §3.1.4.1).
    pub async fn changed_since(&mut self, modseq: u64) -> Result<Vec<(u32, Flags)>, ImapError> {
        let mut changed = Vec::new();
        self.run(&format!("UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE {modseq})"), |response| {
            if let Response::Fetch(_, attributes) = response
                && let Some(uid) = fetch::uid(attributes)
            {
                changed.push((uid, fetch::flags(attributes)));
            }
        })
        .await?;
        Ok(changed)
    }

    /// The UID of every message in the open folder.
    pub async fn uids(&mut self) -> Result<Vec<u32>, ImapError> {
        self.search("ALL").await
    }

    /// The UIDs of the messages in the open folder that are marked as deleted.
    pub async fn deleted_uids(&mut self) -> Result<Vec<u32>, ImapError> {
        self.search("DELETED").await
    }

    async fn search(&mut self, which: &str) -> Result<Vec<u32>, ImapError> {
        let mut uids = Vec::new();
        self.run(&format!("UID SEARCH {which}"), |response| {
            if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                uids.extend_from_slice(found);
            }
        })
        .await?;
        Ok(uids)
    }

    /// Whether changes since a mod-sequence can be asked for.
    pub fn has_condstore(&self) -> bool {
        self.has_condstore
    }
}

fn note(opened: &mut Opened, news: &mut News, response: &Response<'_>) {
    match response {
        Response::Data { outcome, .. } | Response::Done { outcome, .. } => {
            let said = outcome.information.as_deref().unwrap_or_default();
            match &outcome.code {
                Some(ResponseCode::UidValidity(value)) => opened.uid_validity = *value,
                Some(ResponseCode::UidNext(value)) => opened.uid_next = *value,
                Some(ResponseCode::HighestModSeq(value)) => opened.modseq = *value,
                Some(ResponseCode::ReadOnly) => opened.is_read_only = true,
                Some(ResponseCode::PermanentFlags(flags)) => {
                    opened.takes_keywords = flags.iter().any(|flag| flag == "\\*");
                    let words = flags.iter().filter(|flag| !flag.starts_with('\\'));
                    opened.keywords = words.map(ToString::to_string).collect();
                }
                // What came before was about the folder that was open until now (RFC 7162 §3.2.11).
                _ if starts_with(said, "[CLOSED]") => {
                    *news = News::default();
                    *opened = Opened::default();
                }
                _ => {
                    if let Some(id) = mailbox_id(said) {
                        id.clone_into(&mut opened.mailbox_id);
                    }
                }
            }
        }
        Response::MailboxData(MailboxDatum::Exists(count)) => opened.messages = *count,
        Response::Vanished { uids, .. } => news.vanished.extend(uids.iter().cloned()),
        Response::Fetch(_, attributes) => {
            if let Some(uid) = fetch::uid(attributes) {
                news.changed.push((uid, fetch::flags(attributes)));
            }
        }
        _ => {}
    }
}

fn starts_with(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// `[MAILBOXID (id)]`, which the parser leaves in the text.
fn mailbox_id(said: &str) -> Option<&str> {
    const CODE: &str = "[MAILBOXID (";
    if !starts_with(said, CODE) {
        return None;
    }
    said.get(CODE.len()..)?.split_once(")]").map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_folder_is_found_in_what_is_said() {
        assert_eq!(mailbox_id("[MAILBOXID (F2212ea87-6097)] Ok"), Some("F2212ea87-6097"));
        assert_eq!(mailbox_id("[mailboxid (a)]"), Some("a"));
        assert_eq!(mailbox_id("[NOMODSEQ] none"), None);
        assert_eq!(mailbox_id("[MAILBOXID (a"), None);
    }
}
