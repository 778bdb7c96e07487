use crate::domain::Mailbox;

use super::super::text::{clean_line, decode_words, word_length};

/// Every mailbox of an address list (RFC 5322 §3.4), groups flattened, obsolete and broken forms
/// included: whatever claims to be an author must be seen. At most `limit` are read.
pub(in super::super) fn mailboxes(text: &str, limit: usize) -> Vec<Mailbox> {
    let mut reader = Reader { text, at: 0, found: Vec::new(), pending: Pending::default(), is_unclosed: false };
    while reader.found.len() < limit && reader.step() {}
    reader.flush();
    reader.found.truncate(limit);
    reader.found
}

/// What was read of the mailbox at hand.
#[derive(Default)]
struct Pending {
    /// Words outside of angle brackets, as they were written.
    phrase: String,
    /// Some of it was a quoted string or an encoded-word: it need not be an address.
    is_quoted: bool,
    comment: String,
    address: Option<String>,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    found: Vec<Mailbox>,
    pending: Pending,
    /// A quote or a parenthesis was opened that is never closed: they mean nothing any more.
    is_unclosed: bool,
}

impl Reader<'_> {
    /// Reads one lexical token; false at the end.
    fn step(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { return false };
        let length = match c {
            '"' if !self.is_unclosed => self.quoted(rest),
            '(' if !self.is_unclosed => self.comment(rest),
            '<' => self.angle(rest),
            '[' => {
                let length = near(rest, LITERAL, |c| c == ']').map_or(1, |end| end + 1);
                self.pending.phrase.push_str(rest.get(..length).unwrap_or_default());
                length
            }
            ',' | ';' => {
                self.flush();
                1
            }
            ':' => {
                // The name of a group (or of a protocol, by those who never read the RFC).
                self.pending = Pending::default();
                1
            }
            '=' if word_length(rest).is_some() => {
                let length = word_length(rest).unwrap_or(1);
                self.pending.phrase.push_str(rest.get(..length).unwrap_or_default());
                self.pending.is_quoted = true;
                length
            }
            c => {
                if self.pending.address.is_some() && !c.is_whitespace() {
                    self.flush();
                }
                self.pending.phrase.push(c);
                c.len_utf8()
            }
        };
        self.at += length;
        true
    }

    fn quoted(&mut self, rest: &str) -> usize {
        if self.pending.address.is_some() {
            self.flush();
        }
        let Some((value, length)) = enclosed(rest, '"', '"') else {
            self.is_unclosed = true;
            return 1;
        };
        let is_local_part = rest.get(length..).is_some_and(|after| after.starts_with('@'));
        if is_local_part {
            self.pending.phrase.push_str(rest.get(..length).unwrap_or_default());
        } else {
            self.pending.phrase.push_str(&value);
            self.pending.is_quoted = true;
        }
        length
    }

    fn comment(&mut self, rest: &str) -> usize {
        let Some((value, length)) = enclosed(rest, '(', ')') else {
            self.is_unclosed = true;
            return 1;
        };
        if !self.pending.comment.is_empty() {
            self.pending.comment.push(' ');
        }
        self.pending.comment.push_str(&value);
        length
    }

    fn angle(&mut self, rest: &str) -> usize {
        if self.pending.address.is_some() {
            self.flush();
        }
        let (inside, length) = match near(rest, WINDOW, |c| c == '>') {
            // A comma may be within a source route or a quoted local part, another `<` may not.
            Some(end) if !rest.get(1..end).unwrap_or_default().contains('<') => (rest.get(1..end), end + 1),
            _ => {
                let end = near(rest, WINDOW, |c| c == ',').unwrap_or_else(|| rest.len().min(window(rest)));
                (rest.get(1..end), end)
            }
        };
        let inside = inside.unwrap_or_default();
        // A source route (RFC 5322 §4.4).
        let inside = if inside.trim_start().starts_with('@') {
            inside.split_once(':').map_or(inside, |(_, address)| address)
        } else {
            inside
        };
        self.pending.address = Some(inside.to_owned());
        length
    }

    /// Ends the mailbox at hand.
    fn flush(&mut self) {
        let Pending { phrase, is_quoted, comment, address } = std::mem::take(&mut self.pending);
        let phrase = phrase.trim();
        let readable = |text: &str| clean_line(&decode_words(text));
        let mailbox = match address {
            Some(address) => {
                let name = if phrase.is_empty() { &comment } else { phrase };
                Mailbox::new(readable(name), written(&address))
            }
            None if phrase.is_empty() => return,
            None if is_quoted && !phrase.contains('@') => Mailbox::new(readable(phrase), ""),
            None => match phrase.rsplit_once(char::is_whitespace) {
                Some((name, address)) if is_address_alone(address) => Mailbox::new(readable(name), written(address)),
                _ if phrase.contains('@') && (!is_quoted || word_length(phrase).is_none()) => {
                    Mailbox::new(readable(&comment), written(phrase))
                }
                _ => Mailbox::new(readable(phrase), ""),
            },
        };
        self.found.push(mailbox);
    }
}

/// Whether the last word of a phrase is an address; not the end of a quoted local part.
fn is_address_alone(word: &str) -> bool {
    word.contains('@') && !word.starts_with('@') && word.matches('"').count().is_multiple_of(2)
}

/// Where, not far away, a character stands: no address is as long as the window, and looking
/// further for every bracket of a hostile list would take quadratic time.
fn near(text: &str, window: usize, is_it: impl Fn(char) -> bool) -> Option<usize> {
    text.char_indices().take(window).find(|(_, c)| is_it(*c)).map(|(at, _)| at)
}

const WINDOW: usize = 1_000;

/// Longer than any address of the network layer in brackets.
const LITERAL: usize = 64;

fn window(text: &str) -> usize {
    text.char_indices().nth(WINDOW).map_or(text.len(), |(at, _)| at)
}

/// What stands between a pair of marks, backslashes undone, and how long all of it is. Comments
/// may be nested. `None` when it is never closed.
fn enclosed(text: &str, open: char, close: char) -> Option<(String, usize)> {
    let (mut value, mut depth) = (String::new(), 0_usize);
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c if c == close && depth == 1 => return Some((value, at + c.len_utf8())),
            c if c == close && depth > 1 => {
                depth -= 1;
                value.push(c);
            }
            c if c == open => {
                depth += 1;
                if depth > 1 {
                    value.push(c);
                }
            }
            c => value.push(c),
        }
    }
    None
}

/// An address as written. White space and comments may stand in it (RFC 5322 §4.4) and go; a
/// control character makes it another address, so it is replaced and never removed.
fn written(address: &str) -> String {
    let mut rest = address;
    let mut kept = String::new();
    let mut is_quoted = false;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match c {
            '"' => {
                is_quoted = !is_quoted;
                kept.push(c);
            }
            '(' if !is_quoted => length = enclosed(rest, '(', ')').map_or(rest.len(), |(_, length)| length),
            c if c.is_whitespace() && !is_quoted => {}
            c if c.is_control() => kept.push('\u{fffd}'),
            c => kept.push(c),
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    kept
}
