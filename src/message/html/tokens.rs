//! An HTML text as tokens, after the HTML Standard's §13.2.5. A tokenizer of our own, because the
//! usual one takes quadratic time over a tag with a million attributes, and mail may hold one.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;
use memchr::memchr;

/// One token; character references are resolved, names in lower case.
pub(super) enum Token<'a> {
    Text(Cow<'a, str>),
    Start { name: Cow<'a, str>, attributes: Attributes<'a> },
    End(Cow<'a, str>),
}

/// Names and values.
pub(super) type Attributes<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Attributes of one tag that are kept.
const MAX_ATTRIBUTES: usize = 64;

pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// Within an element whose content is text up to its end tag: its name.
    raw: Option<Cow<'a, str>>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self { rest: html, raw: None }
    }

    /// All up to the end tag of the raw text element at hand.
    fn raw_text(&mut self, name: &str) -> Token<'a> {
        let mut end = self.rest.len();
        let mut at = 0;
        while let Some(found) = self.rest.get(at..).and_then(|rest| rest.find("</")) {
            let after = self.rest.get(at + found + 2..).unwrap_or_default();
            let is_same = after.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
            let next = after.get(name.len()..).and_then(|rest| rest.chars().next());
            if is_same && next.is_none_or(|c| c.is_ascii_whitespace() || matches!(c, '/' | '>')) {
                end = at + found;
                break;
            }
            at += found + 2;
        }
        let text = self.take(end);
        Token::Text(if matches!(name, "title" | "textarea") { resolved(text, false) } else { Cow::Borrowed(text) })
    }

    /// Takes so many bytes off the front.
    fn take(&mut self, length: usize) -> &'a str {
        let (front, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        front
    }

    /// Takes bytes off the front while they are so; a condition that all bytes above 127 meet, or none.
    fn take_while(&mut self, is_it: impl Fn(u8) -> bool) -> &'a str {
        let length = self.rest.bytes().position(|b| !is_it(b)).unwrap_or(self.rest.len());
        self.take(length)
    }

    /// What begins with `<`: a tag, or something to be skipped (`None`).
    fn markup(&mut self) -> Option<Token<'a>> {
        let after = self.rest.get(1..).unwrap_or_default();
        if let Some(comment) = after.strip_prefix("!--") {
            self.rest = end_of_comment(comment);
            return None;
        }
        let (name_at, is_end) = after.strip_prefix('/').map_or((after, false), |name| (name, true));
        if !name_at.starts_with(|c: char| c.is_ascii_alphabetic()) {
            if after.starts_with(['!', '?', '/']) {
                self.rest = after.split_once('>').map_or("", |(_, rest)| rest);
                return None;
            }
            return Some(Token::Text(Cow::Borrowed(self.take(1))));
        }
        self.rest = name_at;
        let name = lower(self.take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'/' | b'>')));
        let Some(attributes) = self.attributes() else {
            // The text ends within a tag.
            self.rest = "";
            return None;
        };
        if is_end {
            return Some(Token::End(name));
        }
        if is_raw(&name) {
            self.raw = Some(name.clone());
        }
        Some(Token::Start { name, attributes })
    }

    /// The attributes and the closing `>`; `None` when the text ends before it.
    fn attributes(&mut self) -> Option<Attributes<'a>> {
        let mut attributes = Attributes::new();
        loop {
            self.take_while(|b| b.is_ascii_whitespace() || b == b'/');
            if self.rest.starts_with('>') {
                self.take(1);
                return Some(attributes);
            }
            let first = self.rest.chars().next()?;
            let start = self.rest;
            self.take(first.len_utf8());
            self.take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'/' | b'>' | b'='));
            let name = lower(start.get(..start.len() - self.rest.len()).unwrap_or_default());
            let value = self.value()?;
            if attributes.len() < MAX_ATTRIBUTES && attributes.iter().all(|(known, _)| *known != name) {
                attributes.push((name, resolved(value, true)));
            }
        }
    }

    fn value(&mut self) -> Option<&'a str> {
        let before = self.rest;
        self.take_while(|b| b.is_ascii_whitespace());
        if !self.rest.starts_with('=') {
            self.rest = before;
            return Some("");
        }
        self.take(1);
        self.take_while(|b| b.is_ascii_whitespace());
        match self.rest.chars().next()? {
            quote @ ('"' | '\'') => {
                self.take(1);
                let (value, rest) = self.rest.split_at_checked(memchr(quote as u8, self.rest.as_bytes())?)?;
                self.rest = rest.get(1..).unwrap_or_default();
                Some(value)
            }
            _ => Some(self.take_while(|b| !b.is_ascii_whitespace() && b != b'>')),
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take() {
            return Some(self.raw_text(&name));
        }
        while !self.rest.is_empty() {
            if !self.rest.starts_with('<') {
                let text = self.take(memchr(b'<', self.rest.as_bytes()).unwrap_or(self.rest.len()));
                return Some(Token::Text(resolved(text, false)));
            }
            if let Some(token) = self.markup() {
                return Some(token);
            }
        }
        None
    }
}

pub(super) fn is_raw(name: &str) -> bool {
    matches!(name, "title" | "textarea" | "style" | "xmp" | "iframe" | "noembed" | "noframes" | "script" | "plaintext")
}

fn end_of_comment(comment: &str) -> &str {
    if let Some(rest) = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->")) {
        return rest;
    }
    // One search for both ends: a search for each would go through all the rest at every comment.
    let mut rest = comment;
    while let Some(at) = rest.find("--") {
        let after = rest.get(at + 2..).unwrap_or_default();
        if let Some(end) = after.strip_prefix('>').or_else(|| after.strip_prefix("!>")) {
            return end;
        }
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    ""
}

/// Character references resolved (HTML Standard §13.2.5.72).
fn resolved(text: &str, is_attribute: bool) -> Cow<'_, str> {
    if memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let after = rest.get(at + 1..).unwrap_or_default();
        rest = after;
        if let Some((taken, characters)) = reference(after, is_attribute) {
            out.extend(characters.into_iter().flatten());
            rest = after.get(taken..).unwrap_or_default();
        } else {
            out.push('&');
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A name in lower case.
fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) { name.to_ascii_lowercase().into() } else { name.into() }
}

/// The reference that stands after an ampersand: its length, and up to two characters.
fn reference(after: &str, is_attribute: bool) -> Option<(usize, [Option<char>; 2])> {
    if let Some(number) = after.strip_prefix('#') {
        let (digits, radix, prefix) = match number.strip_prefix(['x', 'X']) {
            Some(hex) => (hex, 16, 2),
            None => (number, 10, 1),
        };
        let length = digits.bytes().take_while(|b| char::from(*b).is_digit(radix)).take(10).count();
        let code = u32::from_str_radix(digits.get(..length)?, radix).ok()?;
        let is_ended = digits.get(length..).is_some_and(|rest| rest.starts_with(';'));
        let character = match code {
            0x80..=0x9f => windows_1252(code),
            0 => '\u{fffd}',
            code => char::from_u32(code).unwrap_or('\u{fffd}'),
        };
        return Some((prefix + length + usize::from(is_ended), [Some(character), None]));
    }
    let run = after.bytes().take(40).take_while(u8::is_ascii_alphanumeric).count();
    let ended = usize::from(after.as_bytes().get(run) == Some(&b';'));
    for length in (2..=run + ended).rev() {
        let name = after.get(..length)?;
        // The table also holds every beginning of a name, as zeros.
        let Some((first, second)) = NAMED_ENTITIES.get(name).filter(|(first, _)| *first != 0) else { continue };
        let follows = after.as_bytes().get(length);
        let is_doubtful = follows.is_some_and(|b| *b == b'=' || b.is_ascii_alphanumeric());
        if is_attribute && !name.ends_with(';') && is_doubtful {
            return None;
        }
        return Some((length, [char::from_u32(*first), char::from_u32(*second).filter(|c| *c != '\0')]));
    }
    None
}

/// Numbers that mean windows-1252, whatever Unicode says.
fn windows_1252(code: u32) -> char {
    let byte = [u8::try_from(code).unwrap_or(b'?')];
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte).0.chars().next().unwrap_or('\u{fffd}')
}
