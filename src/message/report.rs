//! Reports of delivery (RFC 3464, and RFC 6533 for addresses that are not ASCII): what became of a message, recipient by
//! recipient. What such a report says anybody can have written.

use super::parse;
use super::part::{Limits, ParsedMessage, Part};
use crate::domain::RawMessage;

/// No report tells of more recipients.
const MOST: usize = 1_000;
/// Nobody reads more of a server's words.
const WORDS: usize = 500;

/// What a server says of a message that it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Original-Envelope-Id: what the sender's program called the delivery (ENVID, RFC 3461 §4.4).
    pub envelope_id: Option<String>,
    /// The server that reports.
    pub reporter: String,
    /// Message-ID of the message that it is about, without angle brackets, if its header came along.
    pub message_id: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Each recipient.
    pub outcomes: Vec<DeliveryOutcome>,
}

/// What became of a message for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryOutcome {
    /// Whom the sender named (ORCPT), or whom the server did.
    pub recipient: String,
    /// What happened.
    pub action: DeliveryAction,
    /// The status code (RFC 3463), such as `5.2.2`; may be empty.
    pub status: String,
    /// The last server's words.
    pub detail: String,
}

/// What happened (RFC 3464 §2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryAction {
    /// It could not be delivered, and is not tried any more.
    Failed,
    /// It was not delivered yet, and is tried again.
    Delayed,
    /// It is in the recipient's mailbox.
    Delivered,
    /// It went to a server that sends no such reports.
    Relayed,
    /// It went to the members of a list.
    Expanded,
}

impl DeliveryAction {
    /// All.
    pub const ALL: [Self; 5] = [Self::Failed, Self::Delayed, Self::Delivered, Self::Relayed, Self::Expanded];

    /// The report's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Expanded => "expanded",
        }
    }

    /// That of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word().eq_ignore_ascii_case(word))
    }
}

impl ParsedMessage {
    /// What it reports, if it is such a report.
    pub fn delivery_report(&self) -> Option<DeliveryReport> {
        if !self.root.content_type.is("multipart", "report") {
            return None;
        }
        let is_status = |part: &&Part| {
            ["delivery-status", "global-delivery-status"].iter().any(|one| part.content_type.is("message", one))
        };
        let text = self.walk().find(is_status)?.text(&self.raw);
        let mut groups = text.split("\n\n").map(fields).filter(|fields| !fields.is_empty());
        let of_message = groups.next()?;
        let mut report = DeliveryReport {
            envelope_id: value(&of_message, "original-envelope-id").map(|id| unescaped(&id)),
            reporter: value(&of_message, "reporting-mta").map(|name| typed(&name)).unwrap_or_default(),
            ..DeliveryReport::default()
        };
        report.outcomes = groups.filter_map(|group| outcome(&group)).take(MOST).collect();
        if report.outcomes.is_empty() {
            return None;
        }
        if let Some(original) = self.original() {
            report.message_id = original.message_id;
            report.subject = Some(original.subject).filter(|subject| !subject.is_empty());
        }
        Some(report)
    }

    /// The message that came along, or its header.
    fn original(&self) -> Option<ParsedMessage> {
        let is_it = |part: &&Part| {
            part.content_type.is("message", "rfc822")
                || part.content_type.is("message", "global")
                || part.content_type.is("text", "rfc822-headers")
                || part.content_type.is("message", "global-headers")
        };
        let part = self.walk().skip(1).find(is_it)?;
        Some(parse(&RawMessage::new(part.decoded(&self.raw)), &Limits::default()))
    }
}

fn outcome(fields: &[(String, String)]) -> Option<DeliveryOutcome> {
    let recipient = value(fields, "original-recipient").or_else(|| value(fields, "final-recipient"))?;
    let action = DeliveryAction::from_word(value(fields, "action")?.split_whitespace().next()?)?;
    let status = value(fields, "status").unwrap_or_default();
    let status = status.split_whitespace().next().unwrap_or_default().to_owned();
    let is_code = status.len() <= 11 && status.chars().all(|c| c.is_ascii_digit() || c == '.');
    let detail = value(fields, "diagnostic-code").map(|code| typed(&code)).unwrap_or_default();
    Some(DeliveryOutcome {
        recipient: unescaped(&typed(&recipient)),
        action,
        status: if is_code { status } else { String::new() },
        detail: detail.chars().take(WORDS).collect(),
    })
}

/// A group of fields, names in lower case.
fn fields(group: &str) -> Vec<(String, String)> {
    let field = |line: String| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
    };
    unfolded(group).into_iter().filter_map(field).collect()
}

/// The lines of a group; what is continued with a space is one.
fn unfolded(group: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in group.lines() {
        match lines.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            Some(last) => {
                last.push(' ');
                last.push_str(line.trim_start());
            }
            None => lines.push(line.to_owned()),
        }
    }
    lines
}

fn value(fields: &[(String, String)], name: &str) -> Option<String> {
    fields.iter().find(|(one, _)| one == name).map(|(_, value)| value.clone())
}

/// What stands behind the type: `rfc822; bob@example.org`.
fn typed(value: &str) -> String {
    value.split_once(';').map_or(value, |(_, value)| value).trim().to_owned()
}

/// Without the disguises of letters: xtext (`+2B`, RFC 3461 §4) and utf-8-addr-xtext (`\\x{5C71}`, RFC 6533 §3).
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        let unicode = after.strip_prefix("x{").and_then(|inner| inner.split_once('}')).filter(|_| first == '\\');
        let letter = unicode.and_then(|(hex, rest)| Some((char::from_u32(u32::from_str_radix(hex, 16).ok()?)?, rest)));
        let byte = after.get(..2).filter(|hex| first == '+' && hex.bytes().all(|c| c.is_ascii_hexdigit()));
        let byte = byte.and_then(|hex| Some((char::from(u8::from_str_radix(hex, 16).ok()?), after.get(2..)?)));
        let (letter, next) = letter.or(byte).unwrap_or((first, after));
        if !letter.is_control() {
            out.push(letter);
        }
        rest = next;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(status: &str) -> Option<DeliveryReport> {
        let text = format!(
            "From: MAILER-DAEMON@mx.example.org\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n--b\r\n\
             Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <1@example.test>\r\nSubject: =?utf-8?B?6KuL5rGC5pu4?=\r\n\r\n--b--\r\n"
        );
        parse(&RawMessage::new(text.into_bytes()), &Limits::default()).delivery_report()
    }

    #[test]
    fn the_example_of_the_standard_is_read() {
        // RFC 3464, appendix E, with an envelope id.
        let found = report(
            "Reporting-MTA: dns; cs.utk.edu\r\nOriginal-Envelope-Id: abc+2B1\r\n\r\n\
             Original-Recipient: rfc822;louisl@larry.slip.umd.edu\r\nFinal-Recipient: rfc822;louis@elsewhere.example\r\n\
             Action: failed\r\nStatus: 4.0.0\r\nDiagnostic-Code: smtp; 426 connection\r\n timed out\r\n\r\n\
             Final-Recipient: rfc822; bob@example.org\r\nAction: Delayed (for now)\r\nStatus: 4.2.2 (full)\r\n",
        )
        .unwrap();
        assert_eq!((found.envelope_id.as_deref(), found.reporter.as_str()), (Some("abc+1"), "cs.utk.edu"));
        assert_eq!((found.message_id.as_deref(), found.subject.as_deref()), (Some("1@example.test"), Some("請求書")));
        let told: Vec<_> =
            found.outcomes.iter().map(|one| (&*one.recipient, one.action, &*one.status, &*one.detail)).collect();
        assert_eq!(
            told,
            [
                ("louisl@larry.slip.umd.edu", DeliveryAction::Failed, "4.0.0", "426 connection timed out"),
                ("bob@example.org", DeliveryAction::Delayed, "4.2.2", ""),
            ]
        );
    }

    #[test]
    fn addresses_of_all_scripts_are_read_and_what_says_nothing_is_none() {
        let found = report(
            "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: utf-8;\\x{5C71}\\x{7530}@example.jp\r\nAction: delivered\r\nStatus: 2.0.0\r\n",
        )
        .unwrap();
        assert_eq!(found.outcomes[0].recipient, "山田@example.jp");
        for nothing in [
            "",
            "Reporting-MTA: dns; mx\r\n",
            "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822;a@b\r\nAction: exploded\r\n",
            ":\r\n\r\n:::\r\n",
        ] {
            assert_eq!(report(nothing), None, "{nothing}");
        }
        let odd = report("Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822;a\\x{110000}+zz+0d@b\r\nAction: failed\r\nStatus: <b>\r\n").unwrap();
        assert_eq!((odd.outcomes[0].recipient.as_str(), odd.outcomes[0].status.as_str()), ("a\\x{110000}+zz@b", ""));
    }
}
