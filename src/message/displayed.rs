use jiff::Timestamp;

use crate::domain::Mailbox;

use super::header::{self, Field, Parameterized};
use super::text::{Carrier, with_emoji};

/// The header fields that a reader sees, decoded.
#[derive(Clone, Debug, Default)]
pub(super) struct Displayed {
    pub(super) from: Vec<Mailbox>,
    pub(super) sender: Option<Mailbox>,
    pub(super) reply_to: Vec<Mailbox>,
    pub(super) to: Vec<Mailbox>,
    pub(super) cc: Vec<Mailbox>,
    pub(super) subject: Option<String>,
    pub(super) date: Option<Timestamp>,
    pub(super) message_id: Option<String>,
    pub(super) references: Vec<String>,
}

impl Displayed {
    /// Reads the fields of one header; `left` is how many mailboxes may still be read. Of the
    /// address fields every occurrence counts, of the others the first.
    pub(super) fn of(raw: &[u8], fields: &[Field], left: &mut usize) -> Self {
        let first = |name: &str| fields.iter().find(|field| field.is(raw, name)).map(|field| field.value(raw));
        let kind = first("Content-Type").map(|value| Parameterized::parse(&header::unfolded(value)));
        let charset = kind.as_ref().and_then(|kind| kind.parameter("charset"));
        let mut list = |name: &str| {
            let mut mailboxes = Vec::new();
            for field in fields.iter().filter(|field| field.is(raw, name)) {
                let more = header::mailboxes(&header::unfolded_near(field.value(raw), charset), *left);
                *left = left.saturating_sub(more.len());
                mailboxes.extend(more);
            }
            mailboxes
        };
        let (mut from, sender, reply_to) = (list("From"), list("Sender"), list("Reply-To"));
        let (to, cc) = (list("To"), list("Cc"));
        let carrier = from.first().and_then(Mailbox::email).as_ref().and_then(Carrier::of);
        for mailbox in &mut from {
            mailbox.name = with_emoji(std::mem::take(&mut mailbox.name), carrier);
        }
        let mut references: Vec<String> = first("References").map(header::identifiers).unwrap_or_default();
        if references.is_empty() {
            // What programs put in there beside the message that is answered is no thread (RFC 5256 §3).
            references.extend(first("In-Reply-To").and_then(|value| header::identifiers(value).into_iter().next()));
        }
        Self {
            from,
            sender: sender.into_iter().next(),
            reply_to,
            to,
            cc,
            subject: first("Subject").map(|value| with_emoji(header::text_near(value, charset), carrier)),
            date: first("Date").and_then(header::date),
            message_id: first("Message-ID").and_then(header::identifier),
            references,
        }
    }
}
