//! The author's domain (RFC 9989 §3.2.1), read so strictly that no reader can see another one.

use mail_parser::parsers::MessageStream;
use mail_parser::{Address, HeaderValue};

use super::fields::{Field, Fields};
use super::signed::domain_name;
use crate::domain::EmailAddress;

/// The one domain of the From field. Anything that readers could understand in two ways is an error,
/// given as a code: no From, several, an address that is none, several domains, or a reader who is
/// shown another domain.
pub(super) fn domain(fields: &Fields<'_>, shown: Option<&[EmailAddress]>) -> Result<String, &'static str> {
    if fields.stray_from {
        return Err("from_syntax");
    }
    let mut found = fields.named("From");
    let field = match (found.next(), found.next()) {
        (None, _) => return Err("from_missing"),
        (Some(_), Some(_)) => return Err("from_repeated"),
        (Some(field), None) => field,
    };
    let written = addresses(&field).ok_or("from_syntax")?;
    let lax = names_after_at(field.value).ok_or("from_syntax")?;
    let addresses = written.iter().chain(shown.unwrap_or_default()).map(EmailAddress::domain);
    let mut domains = Vec::new();
    for domain in addresses.chain(lax.iter().map(String::as_str)) {
        let domain = domain_name(domain).filter(|domain| domain.contains('.')).ok_or("from_syntax")?;
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    match domains.pop() {
        Some(domain) if domains.is_empty() => Ok(domain),
        Some(_) => Err("from_ambiguous"),
        None => Err("from_missing"),
    }
}

/// Every address of the field; `None` if something in it is no address.
fn addresses(field: &Field<'_>) -> Option<Vec<EmailAddress>> {
    if field.value.contains(&0) {
        return None;
    }
    let mut line = field.value.to_vec();
    line.extend_from_slice(b"\r\n");
    let list = match MessageStream::new(&line).parse_address() {
        HeaderValue::Address(Address::List(list)) => list,
        HeaderValue::Address(Address::Group(groups)) => groups.into_iter().flat_map(|group| group.addresses).collect(),
        _ => return None,
    };
    let addresses: Option<Vec<EmailAddress>> =
        list.iter().map(|entry| entry.address.as_deref().and_then(EmailAddress::parse)).collect();
    addresses.filter(|addresses| !addresses.is_empty())
}

/// What stands after an `@` in each word outside quoted strings and comments, where a lax reader could
/// find an address: a display name that repeats the address is common, one that holds another is a
/// trap. `None` if a word has several, or a quoted string or comment never ends.
fn names_after_at(value: &[u8]) -> Option<Vec<String>> {
    let (mut quoted, mut depth) = (false, 0_usize);
    let mut plain = Vec::with_capacity(value.len());
    let mut bytes = value.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' if depth == 0 => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth = depth.saturating_sub(1),
            _ if !quoted && depth == 0 => plain.push(*byte),
            _ => {}
        }
    }
    if quoted || depth > 0 {
        return None;
    }
    let plain = String::from_utf8(plain).ok()?;
    let words = plain.split(|c: char| c.is_whitespace() || "<>,;:".contains(c)).filter(|word| word.contains('@'));
    let names = words.map(|word| word.split_once('@').filter(|(_, name)| !name.contains('@')));
    names.map(|name| name.map(|(_, name)| name.to_owned())).collect()
}
