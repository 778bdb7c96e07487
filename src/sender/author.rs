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
    let mut found = fields.named("From");
    let field = match (found.next(), found.next()) {
        (None, _) => return Err("from_missing"),
        (Some(_), Some(_)) => return Err("from_repeated"),
        (Some(field), None) => field,
    };
    let written = addresses(&field).ok_or("from_syntax")?;
    let mut domains = Vec::new();
    for address in written.iter().chain(shown.unwrap_or_default()) {
        let domain = domain_name(address.domain()).filter(|domain| domain.contains('.')).ok_or("from_syntax")?;
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

/// Every address of the field; `None` if something in it is no address, or stands where a lax
/// reader could find another one.
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
    addresses.filter(|addresses| !addresses.is_empty() && at_signs(field.value) <= addresses.len())
}

/// `@` outside quoted strings and comments: as many as there are addresses, in a field that means one thing.
fn at_signs(value: &[u8]) -> usize {
    let (mut quoted, mut depth, mut count) = (false, 0_usize, 0);
    let mut bytes = value.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' if depth == 0 => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth = depth.saturating_sub(1),
            b'@' if !quoted && depth == 0 => count += 1,
            _ => {}
        }
    }
    count
}
