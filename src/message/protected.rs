use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::Mailbox;

use super::displayed::Displayed;
use super::header;
use super::parse::MAX_MAILBOXES;
use super::part::{ParsedMessage, Part};

/// How a message's header fields are protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProtectionScheme {
    /// They are not.
    #[default]
    None,
    /// RFC 9788: `hp="clear"` or `hp="cipher"`.
    Rfc9788,
    /// `protected-headers="v1"`, or a message wrapped as message/rfc822 (RFC 8551 §3.1).
    Legacy,
}

/// The header fields to be shown: the protected ones where the message has any, else the outer.
#[derive(Clone, Debug, Default)]
pub struct ProtectedHeaders {
    /// Where they come from.
    pub scheme: ProtectionScheme,
    /// `From`.
    pub from: Vec<Mailbox>,
    /// `Sender`.
    pub sender: Option<Mailbox>,
    /// `Reply-To`.
    pub reply_to: Vec<Mailbox>,
    /// `To`.
    pub to: Vec<Mailbox>,
    /// `Cc`.
    pub cc: Vec<Mailbox>,
    /// `Subject`, decoded and cleaned.
    pub subject: String,
    /// `Date`.
    pub date: Option<Timestamp>,
    /// `Message-ID` without angle brackets.
    pub message_id: Option<String>,
    /// `References`, oldest first; where there are none, the first of `In-Reply-To` (RFC 5256 §3). Without angle brackets.
    pub references: Vec<String>,
    /// Fields, in lower case, whose values were not, or not so, in the outer header when the
    /// message was sent; only ever of an encrypted message.
    pub confidential: Vec<String>,
    /// Fields, in lower case, whose outer value is not the one that the sender says it put there.
    pub mismatches: Vec<String>,
    /// The payload is a whole message; what is to be shown is that message's content.
    pub is_wrapped: bool,
}

/// Reads the protected header fields of a message.
///
/// `payload` is the root of the cryptographic payload (RFC 9787 §4.1), `raw` the bytes that its
/// ranges count in, `is_encrypted` whether it came out of decryption. The caller has made sure that
/// the payload is covered by an intact signature or came out of decryption.
pub fn protected_headers(outer: &ParsedMessage, raw: &[u8], payload: &Part, is_encrypted: bool) -> ProtectedHeaders {
    let outside = Values::of(&outer.raw, &outer.root);
    let mode = payload.content_type.parameter("hp").map(str::to_ascii_lowercase);
    if let Some(mode @ ("clear" | "cipher")) = mode.as_deref() {
        // A payload may stand alone, as a file does: then there is no outside that could differ.
        let is_alone = payload.header == outer.root.header && *raw == *outer.raw;
        let outside = if is_alone { Values::default() } else { outside };
        let mut found = by_rfc9788(raw, payload, &outside, mode == "cipher", is_encrypted);
        if found.from.is_empty() {
            found.from.clone_from(&outer.from);
        }
        // Nobody is shown these; answers and threads need them even from an author who left them out.
        found.message_id = found.message_id.or_else(|| outer.message_id.clone());
        if found.references.is_empty() {
            found.references.clone_from(&outer.references);
        }
        return found;
    }
    let outer_fields = shown(&outer.raw, &outer.root);
    if let Some(nested) = wrapped(payload) {
        let inside = Values::of(&nested.raw, &nested.root);
        let fields = shown(&nested.raw, &nested.root);
        let found = by_legacy(fields, outer_fields, &inside, &outside, is_encrypted);
        return ProtectedHeaders { is_wrapped: true, ..found };
    }
    if payload.content_type.parameter("protected-headers").is_some_and(|v| v.eq_ignore_ascii_case("v1")) {
        let inside = Values::of(raw, payload);
        return by_legacy(shown(raw, payload), outer_fields, &inside, &outside, is_encrypted);
    }
    ProtectedHeaders::from(outer_fields)
}

/// The parts of a legacy payload that only repeat protected fields for readers who know nothing of
/// them: they are not shown. (RFC 9788 marks texts instead, see [`without_legacy_display`].)
pub fn legacy_display_parts(payload: &Part) -> Vec<String> {
    let is_marked = |part: &Part| part.content_type.parameter("protected-headers").is_some();
    if !is_marked(payload) || payload.content_type.kind != "multipart" {
        return Vec::new();
    }
    let first = payload.children.first();
    first
        .filter(|part| is_marked(part) && !part.is_attachment)
        .filter(|part| part.content_type.is("text", "plain") || part.content_type.is("text", "rfc822-headers"))
        .map(|part| part.path.clone())
        .into_iter()
        .collect()
}

/// The text of a part (`text/plain` or `text/html`) without the lines that repeat protected fields
/// (RFC 9788 §4.5.3), if the part says that it begins with such. Only ask of an encrypted payload
/// with `hp="cipher"`.
pub fn without_legacy_display(part: &Part, text: &str) -> String {
    let is_marked = part.content_type.parameter("hp-legacy-display") == Some("1");
    match part.content_type.subtype.as_str() {
        "plain" if is_marked => {
            let lines = text.split_inclusive('\n');
            let skipped: usize = lines.take_while(|line| !line.trim().is_empty()).map(str::len).sum();
            // Without the empty line that ends them, there are no such lines: all of it is the text.
            let rest = text.get(skipped..).filter(|rest| !rest.is_empty());
            rest.map_or(text, |rest| rest.split_once('\n').map_or("", |(_, body)| body)).to_owned()
        }
        "html" if is_marked => without_marked_division(text),
        _ => text.to_owned(),
    }
}

/// User-facing fields (RFC 9788 §1.1.2), those that this program reads or shows.
const FIELDS: [&str; 12] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "comments",
    "keywords",
];

/// Every value of each user-facing field, as far as white space and encoding make no difference.
#[derive(Default)]
struct Values(BTreeMap<String, Vec<String>>);

impl Values {
    fn of(raw: &[u8], part: &Part) -> Self {
        let mut values = Self::default();
        for field in part.fields(raw) {
            values.add(field.name(raw), &header::text(field.value(raw)));
        }
        values
    }

    /// What the sender says that the outer header was (RFC 9788 §2.2).
    fn of_outer(raw: &[u8], part: &Part) -> Self {
        let mut values = Self::default();
        for field in part.fields(raw).iter().filter(|field| field.is(raw, "HP-Outer")) {
            let text = header::text(field.value(raw));
            if let Some((name, value)) = text.split_once(':') {
                values.add(name.trim(), value);
            }
        }
        values
    }

    fn add(&mut self, name: &str, value: &str) {
        let name = name.to_ascii_lowercase();
        if FIELDS.contains(&name.as_str()) {
            self.0.entry(name).or_default().push(value.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }

    fn get(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

fn shown(raw: &[u8], part: &Part) -> Displayed {
    let mut left = MAX_MAILBOXES;
    Displayed::of(raw, &part.fields(raw), &mut left)
}

/// RFC 9788 §4: only what is inside counts. From alone falls back on the outer one, because a
/// message must say who it claims to be from.
fn by_rfc9788(raw: &[u8], payload: &Part, outside: &Values, is_cipher: bool, is_encrypted: bool) -> ProtectedHeaders {
    let inside = Values::of(raw, payload);
    let sent = if is_cipher { Values::of_outer(raw, payload) } else { Values::of(raw, payload) };
    // Whatever the author says of it: what stands outside as it does inside, everybody could read, and nothing differs.
    let is_open = |name: &str| inside.get(name) == outside.get(name);
    let is_confidential =
        |name: &&str| !inside.get(name).is_empty() && inside.get(name) != sent.get(name) && !is_open(name);
    let is_mismatch =
        |name: &&str| !outside.get(name).is_empty() && outside.get(name) != sent.get(name) && !is_open(name);
    ProtectedHeaders {
        scheme: ProtectionScheme::Rfc9788,
        confidential: if is_encrypted { named(is_confidential) } else { Vec::new() },
        mismatches: named(is_mismatch),
        ..ProtectedHeaders::from(shown(raw, payload))
    }
}

/// The older schemes say nothing of the outer header: in an encrypted message a difference is taken
/// as meant, but for From, which nobody hides. Fields that are not inside are the outer ones.
fn by_legacy(
    inner: Displayed,
    outer: Displayed,
    inside: &Values,
    outside: &Values,
    is_encrypted: bool,
) -> ProtectedHeaders {
    let differs = |name: &&str| !inside.get(name).is_empty() && inside.get(name) != outside.get(name);
    let is_mismatch =
        |name: &&str| differs(name) && !outside.get(name).is_empty() && (!is_encrypted || **name == *"from");
    let or = |inner: Vec<Mailbox>, outer: Vec<Mailbox>| if inner.is_empty() { outer } else { inner };
    ProtectedHeaders {
        scheme: ProtectionScheme::Legacy,
        confidential: if is_encrypted { named(differs) } else { Vec::new() },
        mismatches: named(is_mismatch),
        ..ProtectedHeaders::from(Displayed {
            from: or(inner.from, outer.from),
            sender: inner.sender.or(outer.sender),
            reply_to: or(inner.reply_to, outer.reply_to),
            to: or(inner.to, outer.to),
            cc: or(inner.cc, outer.cc),
            subject: inner.subject.or(outer.subject),
            date: inner.date.or(outer.date),
            message_id: inner.message_id.or(outer.message_id),
            references: if inner.references.is_empty() { outer.references } else { inner.references },
        })
    }
}

/// The message that a payload wraps (RFC 8551 §3.1, RFC 9788 §4.10): only one that is marked with
/// `forwarded=no`. Without that mark a message/rfc822 may as well be one that the signer passes on,
/// forged in their name, and the outer header, which nobody signed, can be made to agree with it.
fn wrapped(payload: &Part) -> Option<&ParsedMessage> {
    let is_marked = payload.content_type.parameter("forwarded").is_some_and(|value| value.eq_ignore_ascii_case("no"));
    payload.nested.as_deref().filter(|_| is_marked)
}

fn named(is_it: impl Fn(&&str) -> bool) -> Vec<String> {
    FIELDS.iter().filter(|name| is_it(name)).map(|name| (*name).to_owned()).collect()
}

impl From<Displayed> for ProtectedHeaders {
    fn from(fields: Displayed) -> Self {
        let Displayed { from, sender, reply_to, to, cc, subject, date, message_id, references } = fields;
        let subject = subject.unwrap_or_default();
        Self { from, sender, reply_to, to, cc, subject, date, message_id, references, ..Self::default() }
    }
}

/// HTML without its first `<div class="header-protection-legacy-display">`.
fn without_marked_division(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let start = lower.find("header-protection-legacy-display").and_then(|class| lower.get(..class)?.rfind('<')).filter(
        |start| {
            // The words stand in the tag itself, and not in a text behind it.
            let tag = lower.get(*start..).unwrap_or_default();
            let tag = tag.split_once('>').map_or(tag, |(tag, _)| tag);
            tag.starts_with("<div") && tag.contains("header-protection-legacy-display")
        },
    );
    let Some(start) = start else { return html.to_owned() };
    let (mut at, mut depth) = (start, 0_usize);
    while let Some(found) = lower.get(at..).and_then(|rest| rest.find('<')) {
        at += found;
        let tag = lower.get(at..).unwrap_or_default();
        if tag.starts_with("<div") {
            depth += 1;
        } else if tag.starts_with("</div") {
            depth -= 1;
        }
        if depth == 0 {
            let end = at + tag.find('>').map_or(tag.len(), |end| end + 1);
            return [html.get(..start), html.get(end..)].into_iter().flatten().collect();
        }
        at += 1;
    }
    html.to_owned()
}
