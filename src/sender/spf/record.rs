//! The syntax of an SPF record (RFC 7208 §4.6, §5, §6, §12). A record is read whole before anything
//! is evaluated, so that an error anywhere is found (§4.6).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::macros::MacroString;

/// The terms of a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Record {
    /// In order.
    pub(super) directives: Vec<Directive>,
    /// `redirect=` (§6.1).
    pub(super) redirect: Option<MacroString>,
}

/// What a matching mechanism says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Qualifier {
    Pass,
    Fail,
    Softfail,
    Neutral,
}

/// A mechanism with its qualifier (§4.6.2).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Directive {
    pub(super) qualifier: Qualifier,
    pub(super) mechanism: Mechanism,
}

/// The mechanisms of §5; a target that isn't given is the current domain.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mechanism {
    All,
    Include(MacroString),
    A(Option<MacroString>, Prefix),
    Mx(Option<MacroString>, Prefix),
    Ptr(Option<MacroString>),
    Ip4(Ipv4Addr, u8),
    Ip6(Ipv6Addr, u8),
    Exists(MacroString),
}

/// Prefix lengths in bits (§5.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    pub(super) v4: u8,
    pub(super) v6: u8,
}

/// A record that does not follow the grammar: permerror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError;

/// Whether a TXT record is an SPF record of this version (§4.5).
pub(super) fn is_spf(text: &[u8]) -> bool {
    text.get(..6).is_some_and(|version| version.eq_ignore_ascii_case(b"v=spf1"))
        && matches!(text.get(6), None | Some(b' '))
}

impl Record {
    /// Reads a record for which [`is_spf`] holds.
    pub(super) fn parse(text: &[u8]) -> Result<Self, SyntaxError> {
        let text = std::str::from_utf8(text).map_err(|_| SyntaxError)?;
        if !text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
            return Err(SyntaxError);
        }
        let mut record = Self::default();
        let mut explained = false;
        for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
            match modifier(term) {
                Some(("redirect", value)) if record.redirect.is_none() => {
                    record.redirect = Some(domain_spec(value)?);
                }
                Some(("exp", value)) if !explained => {
                    domain_spec(value)?;
                    explained = true;
                }
                Some(("redirect" | "exp", _)) => return Err(SyntaxError),
                Some((_, value)) => {
                    MacroString::parse(value, true)?;
                }
                None => record.directives.push(directive(term)?),
            }
        }
        Ok(record)
    }
}

/// `name=value` (§6, §12): lower-cased name; `None` if the term is a directive.
fn modifier(term: &str) -> Option<(&'static str, &str)> {
    let end = term.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))?;
    let (name, rest) = term.split_at(end);
    let value = rest.strip_prefix('=')?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let known = ["redirect", "exp"].into_iter().find(|known| name.eq_ignore_ascii_case(known));
    Some((known.unwrap_or(""), value))
}

fn directive(term: &str) -> Result<Directive, SyntaxError> {
    let (qualifier, rest) = match term.split_at_checked(1) {
        Some(("+", rest)) => (Qualifier::Pass, rest),
        Some(("-", rest)) => (Qualifier::Fail, rest),
        Some(("~", rest)) => (Qualifier::Softfail, rest),
        Some(("?", rest)) => (Qualifier::Neutral, rest),
        _ => (Qualifier::Pass, term),
    };
    Ok(Directive { qualifier, mechanism: mechanism(rest)? })
}

fn mechanism(text: &str) -> Result<Mechanism, SyntaxError> {
    let end = text.find([':', '/']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let argument = rest.strip_prefix(':');
    match (name.to_ascii_lowercase().as_str(), argument) {
        ("all", _) if rest.is_empty() => Ok(Mechanism::All),
        ("include", Some(target)) => Ok(Mechanism::Include(domain_spec(target)?)),
        ("exists", Some(target)) => Ok(Mechanism::Exists(domain_spec(target)?)),
        ("ptr", _) if rest.is_empty() => Ok(Mechanism::Ptr(None)),
        ("ptr", Some(target)) => Ok(Mechanism::Ptr(Some(domain_spec(target)?))),
        ("a", _) => target(rest).map(|(target, prefix)| Mechanism::A(target, prefix)),
        ("mx", _) => target(rest).map(|(target, prefix)| Mechanism::Mx(target, prefix)),
        ("ip4", Some(network)) => {
            let (address, bits) = network.split_once('/').map_or((network, None), |(a, b)| (a, Some(b)));
            let bits = bits.map_or(Ok(32), |bits| prefix_length(bits, 32))?;
            Ok(Mechanism::Ip4(address.parse().map_err(|_| SyntaxError)?, bits))
        }
        ("ip6", Some(network)) => {
            let (address, bits) = network.split_once('/').map_or((network, None), |(a, b)| (a, Some(b)));
            let bits = bits.map_or(Ok(128), |bits| prefix_length(bits, 128))?;
            Ok(Mechanism::Ip6(address.parse().map_err(|_| SyntaxError)?, bits))
        }
        _ => Err(SyntaxError),
    }
}

/// `[ ":" domain-spec ] [ dual-cidr-length ]` (§5.3, §5.4).
fn target(rest: &str) -> Result<(Option<MacroString>, Prefix), SyntaxError> {
    let mut prefix = Prefix { v4: 32, v6: 128 };
    let mut rest = rest;
    if let Some((before, bits)) = trailing_number(rest, "//") {
        prefix.v6 = prefix_length(bits, 128)?;
        rest = before;
    }
    if let Some((before, bits)) = trailing_number(rest, "/") {
        prefix.v4 = prefix_length(bits, 32)?;
        rest = before;
    }
    match rest.strip_prefix(':') {
        Some(target) => Ok((Some(domain_spec(target)?), prefix)),
        None if rest.is_empty() => Ok((None, prefix)),
        None => Err(SyntaxError),
    }
}

/// Splits a number off the end, if what stands before it is this mark.
fn trailing_number<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = text.get(digits.len()..)?;
    let before = digits.strip_suffix(mark)?;
    (!number.is_empty()).then_some((before, number))
}

/// Without leading zeros (§12), up to `most`.
fn prefix_length(text: &str, most: u8) -> Result<u8, SyntaxError> {
    let canonical = text == "0" || !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    let bits: u8 = text.parse().map_err(|_| SyntaxError)?;
    if canonical && bits <= most { Ok(bits) } else { Err(SyntaxError) }
}

/// `domain-spec = macro-string domain-end` (§7.1): it ends in a macro or in a top label.
fn domain_spec(text: &str) -> Result<MacroString, SyntaxError> {
    let parsed = MacroString::parse(text, false)?;
    let ends_well = parsed.ends_in_macro() || {
        let name = text.strip_suffix('.').unwrap_or(text);
        name.rsplit_once('.').is_some_and(|(_, label)| is_top_label(label))
    };
    if ends_well { Ok(parsed) } else { Err(SyntaxError) }
}

fn is_top_label(label: &str) -> bool {
    !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && label.bytes().any(|byte| !byte.is_ascii_digit())
}
