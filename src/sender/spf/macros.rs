//! Macros (RFC 7208 §7).

use std::fmt::Write as _;
use std::net::IpAddr;

use super::record::SyntaxError;

/// The longest name that the DNS can hold, in its written form (RFC 1035 §2.3.4).
const NAME: usize = 253;

/// A `macro-string` (§7.1), read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MacroString(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Literal(String),
    Expand { letter: char, escape: bool, keep: Option<usize>, reverse: bool, delimiters: String },
}

/// What the letters stand for (§7.2).
#[derive(Clone, Debug)]
pub(super) struct Values<'a> {
    pub(super) sender_local: &'a str,
    pub(super) sender_domain: &'a str,
    pub(super) domain: &'a str,
    pub(super) ip: IpAddr,
    pub(super) helo: &'a str,
    /// The validated name of the address (§5.5), when `p` is used at all.
    pub(super) validated: &'a str,
}

impl MacroString {
    /// Reads a macro-string. `c`, `r` and `t` are for explanations, and modifiers nobody knows.
    pub(super) fn parse(text: &str, explanation: bool) -> Result<Self, SyntaxError> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = rest.get(c.len_utf8()..).unwrap_or("");
            if c != '%' {
                // §7.1: visible characters; explanations are allowed spaces, but they are split off before.
                if !('\x21'..='\x7e').contains(&c) {
                    return Err(SyntaxError);
                }
                literal.push(c);
                continue;
            }
            let kind = rest.chars().next().ok_or(SyntaxError)?;
            rest = rest.get(kind.len_utf8()..).unwrap_or("");
            match kind {
                '%' => literal.push('%'),
                '_' => literal.push(' '),
                '-' => literal.push_str("%20"),
                '{' => {
                    let (inside, after) = rest.split_once('}').ok_or(SyntaxError)?;
                    if !literal.is_empty() {
                        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    }
                    pieces.push(expansion(inside, explanation)?);
                    rest = after;
                }
                _ => return Err(SyntaxError),
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self(pieces))
    }

    /// Whether the last piece is a macro-expand.
    pub(super) fn ends_in_macro(&self) -> bool {
        matches!(self.0.last(), Some(Piece::Expand { .. }))
    }

    /// Whether `p` is used, which needs look-ups (§7.3).
    pub(super) fn needs_validated_name(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Expand { letter: 'p', .. }))
    }

    /// The name that it stands for, cut from the left to what the DNS can hold (§7.3).
    pub(super) fn expand(&self, values: &Values<'_>) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Expand { letter, escape, keep, reverse, delimiters } => {
                    let value = transform(&value(*letter, values), *keep, *reverse, delimiters);
                    if *escape { percent(&value, &mut out) } else { out.push_str(&value) }
                }
            }
        }
        let mut name = out.strip_suffix('.').unwrap_or(&out);
        while name.len() > NAME {
            let Some((_, rest)) = name.split_once('.') else { break };
            name = rest;
        }
        name.to_owned()
    }
}

/// `letter transformers *delimiter` between braces.
fn expansion(inside: &str, explanation: bool) -> Result<Piece, SyntaxError> {
    let written = inside.chars().next().ok_or(SyntaxError)?;
    let letter = written.to_ascii_lowercase();
    let allowed = if explanation { "slodipvhcrt" } else { "slodipvh" };
    if !allowed.contains(letter) {
        return Err(SyntaxError);
    }
    let rest = inside.get(1..).unwrap_or("");
    let after_digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = rest.get(..rest.len() - after_digits.len()).unwrap_or("");
    // More parts than a name can have are all of them.
    let keep = if digits.is_empty() { None } else { Some(digits.parse().unwrap_or(usize::MAX)) };
    if keep == Some(0) {
        return Err(SyntaxError);
    }
    let (reverse, delimiters) = match after_digits.strip_prefix(['r', 'R']) {
        Some(rest) => (true, rest),
        None => (false, after_digits),
    };
    if !delimiters.chars().all(|c| ".-+,/_=".contains(c)) {
        return Err(SyntaxError);
    }
    let delimiters = if delimiters.is_empty() { "." } else { delimiters }.to_owned();
    Ok(Piece::Expand { letter, escape: written.is_ascii_uppercase(), keep, reverse, delimiters })
}

fn value(letter: char, values: &Values<'_>) -> String {
    match letter {
        's' => format!("{}@{}", values.sender_local, values.sender_domain),
        'l' => values.sender_local.to_owned(),
        'o' => values.sender_domain.to_owned(),
        'd' => values.domain.to_owned(),
        'i' => dotted(values.ip),
        'p' => values.validated.to_owned(),
        'v' => if values.ip.is_ipv4() { "in-addr" } else { "ip6" }.to_owned(),
        'h' => values.helo.to_owned(),
        _ => String::new(),
    }
}

/// §7.3: an IPv6 address as nibbles with dots.
fn dotted(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let nibbles = v6.octets().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
            nibbles.map(|nibble| format!("{nibble:x}")).collect::<Vec<_>>().join(".")
        }
    }
}

/// Split at delimiters, reversed if asked, the rightmost parts kept, joined by dots (§7.3).
fn transform(value: &str, keep: Option<usize>, reverse: bool, delimiters: &str) -> String {
    let mut parts: Vec<&str> = value.split(|c| delimiters.contains(c)).collect();
    if reverse {
        parts.reverse();
    }
    let skipped = parts.len().saturating_sub(keep.unwrap_or(usize::MAX));
    parts.into_iter().skip(skipped).collect::<Vec<_>>().join(".")
}

/// RFC 3986 §2.1, all but its unreserved characters.
fn percent(value: &str, out: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}
