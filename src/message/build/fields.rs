use std::fmt::Write;

use jiff::Timestamp;

use crate::domain::{Confidential, Draft, Mailbox};

use super::super::text::clean_line;
use super::body;
use super::encode::{WIDTH, encoded_words};

/// What the outer `Subject` of an encrypted message says (RFC 9788 §3.1.2, `hcp_baseline`).
pub const OBSCURED_SUBJECT: &str = "[...]";

/// The outer `To` of a message that keeps inside whom it is for (RFC 5322 §3.4: a group without members).
const NOBODY_NAMED: &str = "undisclosed-recipients:;";

/// The header fields of a message to be written. There is no Bcc: whoever is named there is
/// written nowhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeaderSet {
    /// `From`.
    pub from: Vec<Mailbox>,
    /// `To`.
    pub to: Vec<Mailbox>,
    /// `Cc`.
    pub cc: Vec<Mailbox>,
    /// `Reply-To`.
    pub reply_to: Vec<Mailbox>,
    /// `Subject`, not encoded.
    pub subject: String,
    /// `Date`, written in UTC.
    pub date: Timestamp,
    /// `Message-ID` without angle brackets.
    pub message_id: String,
    /// `In-Reply-To` without angle brackets.
    pub in_reply_to: Option<String>,
    /// `References` without angle brackets, oldest first.
    pub references: Vec<String>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// What an encrypted message keeps inside, beside its subject.
    pub hidden: Confidential,
    /// Further fields, such as `Autocrypt`; folded at their white space.
    pub extra: Vec<(String, String)>,
}

/// How the header fields are protected within a payload (RFC 9788 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderProtectionMode {
    /// `hp="clear"`: signed only.
    Clear,
    /// `hp="cipher"`: encrypted; the payload says which outer fields go with it.
    Cipher,
}

/// The MIME entity of a draft, to be signed or encrypted, or to be sent as it is: canonical, seven
/// bits. With `protect` it carries the header fields too (RFC 9788 §5.2); under
/// [`HeaderProtectionMode::Cipher`] its `HP-Outer` fields assume [`OBSCURED_SUBJECT`] outside.
pub fn payload(draft: &Draft, headers: &HeaderSet, protect: Option<HeaderProtectionMode>) -> Vec<u8> {
    let hp = protect.map(|mode| match mode {
        HeaderProtectionMode::Clear => "clear",
        HeaderProtectionMode::Cipher => "cipher",
    });
    let mut entity = String::new();
    if protect.is_some() {
        entity.push_str(&headers.written(None));
    }
    if protect == Some(HeaderProtectionMode::Cipher) {
        for (name, value) in headers.values(Some(OBSCURED_SUBJECT)) {
            entity.push_str(&folded("HP-Outer", &format!("{name}: {value}")));
        }
    }
    entity.push_str(&body::entity(draft, hp));
    entity.into_bytes()
}

/// A whole message: the header fields, then the entity with its own. `outer_subject` stands in for
/// the subject of an encrypted one.
pub fn message(headers: &HeaderSet, outer_subject: Option<&str>, entity: &[u8]) -> Vec<u8> {
    let mut bytes = headers.written(outer_subject).into_bytes();
    bytes.extend_from_slice(b"MIME-Version: 1.0\r\n");
    bytes.extend_from_slice(entity);
    bytes
}

impl HeaderSet {
    fn written(&self, outer_subject: Option<&str>) -> String {
        self.values(outer_subject).iter().map(|(name, value)| folded(name, value)).collect()
    }

    /// Every field with its encoded, not yet folded value.
    fn values(&self, outer_subject: Option<&str>) -> Vec<(String, String)> {
        let hidden = outer_subject.map(|_| self.hidden).unwrap_or_default();
        let people = |all: &[Mailbox]| if hidden.names { addresses(&nameless(all)) } else { addresses(all) };
        let mut values = vec![("From", addresses(&self.from))];
        values.push(("To", if hidden.to { NOBODY_NAMED.to_owned() } else { people(&self.to) }));
        values.extend((!hidden.cc).then(|| ("Cc", people(&self.cc))));
        values.push(("Reply-To", addresses(&self.reply_to)));
        values.push(("Subject", unstructured(outer_subject.unwrap_or(&self.subject))));
        values.push(("Date", self.date.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()));
        values.push(("Message-ID", identifiers(std::slice::from_ref(&self.message_id))));
        if !hidden.thread {
            values.push(("In-Reply-To", identifiers(self.in_reply_to.as_slice())));
            values.push(("References", identifiers(&self.references)));
        }
        values.push(("User-Agent", unstructured(self.user_agent.as_deref().unwrap_or_default())));
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b':');
        let is_written = |name: &str| is_name(name) && !name.eq_ignore_ascii_case("bcc");
        // `hcp_baseline` removes the first two from the outer header of an encrypted message; gossip is for its readers.
        let removed = ["comments", "keywords", "autocrypt-gossip"];
        let is_removed = |name: &str| removed.iter().any(|removed| name.eq_ignore_ascii_case(removed));
        let extra = self.extra.iter().filter(|(name, _)| is_written(name));
        let extra = extra.filter(|(name, _)| outer_subject.is_none() || !is_removed(name));
        let extra = extra.map(|(name, value)| (name.as_str(), unstructured(value)));
        let all = values.into_iter().chain(extra).filter(|(name, value)| !value.is_empty() || *name == "Subject");
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// A field, folded at white space where its lines would be longer than they should.
fn folded(name: &str, value: &str) -> String {
    let mut field = format!("{name}:");
    let mut column = field.len();
    for (at, word) in value.split(' ').filter(|word| !word.is_empty()).enumerate() {
        if at > 0 && column + 1 + word.len() > WIDTH {
            field.push_str("\r\n");
            column = 0;
        }
        field.push(' ');
        field.push_str(word);
        column += 1 + word.len();
    }
    if value.is_empty() {
        field.push(' ');
    }
    field.push_str("\r\n");
    field
}

/// An unstructured value: as it is, or all of it as encoded-words when it is not plain ASCII,
/// looks like an encoded-word, holds a word too long for a line, or spaces that folding would lose.
fn unstructured(value: &str) -> String {
    let value = clean_line(value);
    let is_short = value.split(' ').all(|word| word.len() < 900);
    if value.is_ascii() && is_short && !value.contains("=?") && !value.contains("  ") {
        return value;
    }
    encoded_words(&value).join(" ")
}

/// A domain of other scripts in the form that every server carries (RFC 5891 §4.4).
fn with_ascii_domain(address: String) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) if !domain.is_ascii() => {
            idna::domain_to_ascii(domain).map_or(address.clone(), |ascii| format!("{local}@{ascii}"))
        }
        _ => address,
    }
}

fn nameless(mailboxes: &[Mailbox]) -> Vec<Mailbox> {
    mailboxes.iter().map(|mailbox| Mailbox::new("", mailbox.address.as_str())).collect()
}

fn addresses(mailboxes: &[Mailbox]) -> String {
    mailboxes.iter().map(mailbox).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}

/// A mailbox (RFC 5322 §3.4): the name as atoms, as a quoted string, or as encoded-words.
fn mailbox(mailbox: &Mailbox) -> String {
    let address: String = mailbox.address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let address = with_ascii_domain(address);
    let name = clean_line(&mailbox.name);
    if address.is_empty() {
        return String::new();
    }
    let is_atoms = |c: char| c.is_ascii_alphanumeric() || c == ' ' || "!#$%&'*+-/^_`{|}~".contains(c);
    let is_word = name.is_ascii() && !name.contains("=?") && name.len() < 900 && !name.contains("  ");
    let mut written = String::new();
    if name.is_empty() {
        return address;
    } else if is_word && name.chars().all(is_atoms) {
        written.push_str(&name);
    } else if is_word {
        let _ = write!(written, "\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    } else {
        written.push_str(&encoded_words(&name).join(" "));
    }
    let _ = write!(written, " <{address}>");
    written
}

fn identifiers(ids: &[String]) -> String {
    let clean = |id: &String| {
        let id: String = id.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>')).collect();
        (!id.is_empty()).then(|| format!("<{id}>"))
    };
    ids.iter().filter_map(clean).collect::<Vec<_>>().join(" ")
}
