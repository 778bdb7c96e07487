use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Mailbox, Technology};

/// A message that its author is still writing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The author, one of the account's own addresses.
    pub from: Mailbox,
    /// Shown to everybody.
    pub to: Vec<Mailbox>,
    /// Shown to everybody.
    pub cc: Vec<Mailbox>,
    /// Each gets a delivery of their own and is named to nobody else.
    pub bcc: Vec<Mailbox>,
    /// The subject, not encoded.
    pub subject: String,
    /// The body as plain text, lines ended by `\n`.
    pub text: String,
    /// The same body as HTML, when the author gave one.
    pub html: Option<String>,
    /// Files that go along.
    pub attachments: Vec<Attachment>,
    /// The Message-ID that this answers, without angle brackets.
    pub in_reply_to: Option<String>,
    /// The thread's Message-IDs, oldest first, without angle brackets.
    pub references: Vec<String>,
    /// What of its header comes from what was hidden in the message that it answers.
    pub confidential: Confidential,
    /// What the author asked for.
    pub protection: Protection,
    /// How it is to go out.
    pub dispatch: Dispatch,
}

impl Draft {
    /// Everybody the message is for.
    pub fn recipients(&self) -> impl Iterator<Item = &Mailbox> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }
}

/// What an answer takes over that the message which it answers kept inside its encryption: it stays inside the answer's
/// (RFC 9788 §6.1). The subject always does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Confidential {
    /// Whom it is to.
    pub to: bool,
    /// Who gets a copy.
    pub cc: bool,
    /// The names of those people, not their addresses.
    pub names: bool,
    /// Which messages it belongs to.
    pub thread: bool,
}

/// A file in a draft.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachment {
    /// The name that the recipient sees; never a path.
    pub name: String,
    /// `type/subtype`.
    pub media_type: String,
    /// The content.
    pub bytes: Arc<[u8]>,
}

/// What the author asked for. Nothing here is ever lowered by the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// Sign with the author's key.
    pub sign: bool,
    /// Encrypt for every recipient; a recipient who can't be reached so blocks the send.
    pub encrypt: bool,
    /// Which technology to use.
    pub technology: TechnologyChoice,
}

/// How a message is to go out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dispatch {
    /// Not before this moment; `None`: at once.
    pub at: Option<Timestamp>,
    /// Reports of its delivery are asked for (RFC 3461).
    pub reports: bool,
    /// Only where every server on the way promises TLS (RFC 8689).
    pub requires_tls: bool,
}

/// Which technology a message uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TechnologyChoice {
    /// Whatever each recipient can read.
    #[default]
    Auto,
    /// One technology for everybody.
    #[serde(untagged)]
    Only(Technology),
}
