use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize, Serializer};

/// An `addr-spec` (RFC 5322 §3.4.1, RFC 6532 §3.2).
///
/// Two addresses are equal when their local parts agree without regard to ASCII case and their
/// domains agree without regard to case. RFC 5321 lets a server tell local parts apart by case;
/// no mail provider does, and certificates are routinely issued with another case.
#[derive(Clone)]
pub struct EmailAddress {
    written: String,
    canonical: String,
}

impl EmailAddress {
    /// Reads an address; `None` when there is no single `@` with something on both sides, or when
    /// it holds white space, control or bidirectional-override characters.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@')?;
        let quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"');
        let odd = |c: char| c.is_control() || is_invisible(c) || matches!(c, '<' | '>' | ',' | ';');
        let local_ok = !local.is_empty()
            && !local.chars().any(|c| is_invisible(c) || c.is_control())
            && (quoted || !local.contains('@') && !local.chars().any(|c| odd(c) || c.is_whitespace()));
        let domain_ok = !domain.is_empty()
            && !domain.starts_with('.')
            && !domain.chars().any(|c| odd(c) || c.is_whitespace() || c == '"');
        (local_ok && domain_ok).then(|| Self {
            written: text.to_owned(),
            canonical: format!("{}@{}", local.to_ascii_lowercase(), domain.trim_end_matches('.').to_lowercase()),
        })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Lower-cased, for comparing and for storing.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The part before the last `@`, lower-cased.
    pub fn local_part(&self) -> &str {
        self.canonical.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The part after the last `@`, lower-cased.
    pub fn domain(&self) -> &str {
        self.canonical.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Characters that show nothing or change the direction of what follows.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for EmailAddress {}

impl Hash for EmailAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical.hash(state);
    }
}

impl PartialOrd for EmailAddress {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EmailAddress {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.canonical.cmp(&other.canonical)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.written)
    }
}

impl Serialize for EmailAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an e-mail address"))
    }
}

/// A `mailbox` (RFC 5322 §3.4): a display name that anybody can write, and an address as it was
/// written, which need not be a well-formed one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The display name, decoded; empty when there is none.
    pub name: String,
    /// The address as written; see [`Mailbox::email`].
    pub address: String,
}

impl Mailbox {
    /// A mailbox of a name and an address.
    pub fn new(name: impl Into<String>, address: impl Into<String>) -> Self {
        Self { name: name.into(), address: address.into() }
    }

    /// The address, if it is a well-formed one.
    pub fn email(&self) -> Option<EmailAddress> {
        EmailAddress::parse(&self.address)
    }

    /// Reads `Name <address>`, `"Name" <address>` or `address`, as a person types it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((name, rest)) = text.rsplit_once('<') {
            let address = EmailAddress::parse(rest.strip_suffix('>')?)?;
            let name = name.trim();
            let quoted = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            return Some(Self::new(quoted.unwrap_or(name), address.as_str()));
        }
        EmailAddress::parse(text).map(|address| Self::new("", address.as_str()))
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() { f.write_str(&self.address) } else { write!(f, "{} <{}>", self.name, self.address) }
    }
}
