use calcard::vcard::{VCard, VCardEntry, VCardProperty, VCardValue};
use calcard::{Entry, Parser};

use crate::message::access::bare_text;

/// Contacts of one file that are shown.
const CONTACTS: usize = 20;
/// Values of a kind that are shown of one contact.
const VALUES: usize = 12;

/// One contact of a vCard file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// FN, or N.
    pub name: String,
    /// ORG and TITLE.
    pub organization: String,
    /// EMAIL.
    pub addresses: Vec<String>,
    /// TEL.
    pub telephones: Vec<String>,
}

/// The first contacts of a vCard file.
pub fn contacts(content: &[u8]) -> Vec<Contact> {
    let text = bare_text(content.get(..content.len().min(super::MOST)).unwrap_or_default());
    // What makes the card's reader give up must not take the message along.
    std::panic::catch_unwind(|| read(&text)).unwrap_or_default()
}

fn read(text: &str) -> Vec<Contact> {
    let mut parser = Parser::new(text);
    let mut found = Vec::new();
    while found.len() < CONTACTS {
        match parser.entry() {
            Entry::VCard(card) => found.push(contact(&card)),
            Entry::Eof | Entry::TooManyComponents => break,
            _ => {}
        }
    }
    found.retain(|contact| !contact.name.is_empty() || !contact.addresses.is_empty());
    found
}

fn contact(card: &VCard) -> Contact {
    let all = |name: &VCardProperty| -> Vec<String> {
        let entries = card.entries.iter().filter(|entry| entry.name == *name);
        entries.take(VALUES).map(value).filter(|value| !value.is_empty()).collect()
    };
    let name = all(&VCardProperty::Fn).into_iter().chain(all(&VCardProperty::N)).next().unwrap_or_default();
    let organization: Vec<_> = all(&VCardProperty::Org).into_iter().chain(all(&VCardProperty::Title)).take(2).collect();
    Contact {
        name,
        organization: organization.join(" · "),
        addresses: all(&VCardProperty::Email),
        telephones: all(&VCardProperty::Tel).into_iter().map(|tel| tel.trim_start_matches("tel:").to_owned()).collect(),
    }
}

fn value(entry: &VCardEntry) -> String {
    let texts: Vec<String> = entry
        .values
        .iter()
        .filter_map(|value| match value {
            VCardValue::Component(parts) => Some(parts.join(" ")),
            other => other.as_text().map(str::to_owned),
        })
        .collect();
    super::one_line(&texts.join(" "))
}
