//! Conversations: which messages belong together, and which answers which. After Zawinski's description and RFC 5256
//! (THREAD=REFERENCES), with two differences that make the outcome the same in whatever order messages arrive: those that
//! name a common message belong together, whatever others say of it; and a tree is made of a conversation as it is, in the
//! order of its dates. A subject joins only a bare answer, and only with people who were told; see [`Member::answers`].

mod forest;
mod subject;
#[cfg(test)]
pub(crate) mod tests;

use super::Mailbox;

pub use forest::{Placed, forest};
pub use subject::{BaseSubject, base_subject};

/// The most messages before it that count of one message: the first, and the last ones.
pub const MOST_REFERENCES: usize = 64;
/// The most people that count of one message.
pub const MOST_PEOPLE: usize = 32;
/// How much later a bare answer may come, in milliseconds: two weeks.
pub const NEAR_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// What a message says of the conversation that it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineage {
    /// Its Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// The messages before it, oldest first; the one that it answers is the last. None is in it twice, nor itself.
    pub references: Vec<String>,
    /// Whom it is from, then whom it is for: addresses in lower case.
    pub people: Vec<String>,
}

impl Lineage {
    /// Of what the header says: References, or where there are none the first of In-Reply-To (RFC 5256 §3), without the angle
    /// brackets; and From, To and Cc. However much there is, no more is taken than [`MOST_REFERENCES`] and [`MOST_PEOPLE`].
    pub fn new<'a>(
        message_id: Option<&str>,
        references: &[String],
        people: impl IntoIterator<Item = &'a Mailbox>,
    ) -> Self {
        let message_id = message_id.map(normal).filter(|id| !id.is_empty());
        let mut chain: Vec<String> = Vec::new();
        // The last time counts: what is answered stands last.
        for id in references.iter().rev().take(MOST_REFERENCES * 16).map(|id| normal(id)) {
            if chain.len() < MOST_REFERENCES - 1 && Some(&id) != message_id.as_ref() && !chain.contains(&id) {
                chain.push(id);
            }
        }
        if let Some(first) = references.first().map(|id| normal(id))
            && Some(&first) != message_id.as_ref()
            && !chain.contains(&first)
        {
            chain.push(first);
        }
        chain.reverse();
        let mut told: Vec<String> = Vec::new();
        for address in people.into_iter().filter_map(Mailbox::email).take(MOST_PEOPLE) {
            if !told.iter().any(|other| other == address.canonical()) {
                told.push(address.canonical().to_owned());
            }
        }
        Self { message_id, references: chain, people: told }
    }
}

/// A Message-ID without the quotation marks that its left side may be written with (RFC 5256 §3).
fn normal(id: &str) -> String {
    let Some((left, right)) = id.rsplit_once('@') else { return id.to_owned() };
    match left.strip_prefix('"').and_then(|left| left.strip_suffix('"')) {
        Some(inner) => format!("{}@{right}", inner.replace('\\', "")),
        None => id.to_owned(),
    }
}

/// A message as a member of a conversation. Message-IDs, subjects and people are numbers that stand for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Its Message-ID.
    pub id: Option<i64>,
    /// The messages before it, oldest first.
    pub references: Vec<i64>,
    /// When it was written, in milliseconds since 1970.
    pub at: i64,
    /// Its subject without what answering adds to it; `None` when there are no words in it.
    pub subject: Option<i64>,
    /// Its subject says that it is an answer, and nothing says to what.
    pub is_bare: bool,
    /// Whom it is from, then whom it is for.
    pub people: Vec<i64>,
}

impl Member {
    /// Whether it is taken for an answer to an earlier message without saying so: it has the subject of an answer and names
    /// no message; the subject is the same, and no more than [`NEAR_MS`] lie between. Its author must have been told of
    /// the earlier one, and it must go to somebody who was, too: a stranger's message of the same subject stays alone.
    pub fn answers(&self, earlier: &Self) -> bool {
        let is_told = |one: &i64| earlier.people.contains(one);
        self.is_bare
            && self.subject.is_some()
            && self.subject == earlier.subject
            && (0..=NEAR_MS).contains(&self.at.saturating_sub(earlier.at))
            && self.people.first().is_some_and(is_told)
            && self.people.iter().skip(1).any(is_told)
    }
}
