//! Looking for a copy that may be in a folder already.

use std::fmt::Write as _;

use async_imap::imap_proto::{AttributeValue, MailboxDatum, Response};

use super::ImapError;
use super::session::{Session, no_folder, quote};

/// As many messages of one size are compared byte by byte.
const MOST: usize = 20;

impl Session {
    /// Whether a folder holds this message: found by its Message-ID or, when it has none, by its bytes. A folder that does
    /// not exist holds nothing.
    pub async fn holds(&mut self, folder: &str, message: &[u8], message_id: Option<&str>) -> Result<bool, ImapError> {
        match self.run(&format!("EXAMINE {}", quote(folder)?), |_| {}).await.map_err(no_folder) {
            Ok(()) => {}
            Err(ImapError::NoFolder { .. }) => return Ok(false),
            Err(error) => return Err(error),
        }
        if let Some(id) = message_id.filter(|id| id.is_ascii()) {
            return Ok(!self.found_by(&format!("HEADER Message-ID {}", quote(id)?)).await?.is_empty());
        }
        let size = message.len();
        let same = format!("LARGER {} SMALLER {}", size.saturating_sub(1), size.saturating_add(1));
        let uids = self.found_by(&same).await?;
        if uids.is_empty() {
            return Ok(false);
        }
        let mut set = String::new();
        for uid in uids.iter().rev().take(MOST) {
            let _ = write!(set, "{}{uid}", if set.is_empty() { "" } else { "," });
        }
        let mut found = false;
        self.run(&format!("UID FETCH {set} (UID BODY.PEEK[])"), |response| {
            if let Response::Fetch(_, attributes) = response {
                found |= attributes.iter().any(|attribute| {
                    matches!(attribute, AttributeValue::BodySection { section: None, data: Some(data), .. }
                        if data.as_ref() == message)
                });
            }
        })
        .await?;
        Ok(found)
    }

    async fn found_by(&mut self, what: &str) -> Result<Vec<u32>, ImapError> {
        let mut uids = Vec::new();
        self.run(&format!("UID SEARCH {what}"), |response| {
            if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                uids.extend_from_slice(found);
            }
        })
        .await?;
        Ok(uids)
    }
}
