//! What is asked for, taken apart.
//!
//! A query is words, all of which have to be found. What else it may hold:
//!
//! | written | means |
//! |---|---|
//! | `"two words"` | the words one after the other; also `“…”` and `＂…＂` |
//! | `invo*` | words that begin so; the last word too while it is being typed |
//! | `-word`, `NOT word` | not this |
//! | `a OR b`, `a \| b` | one of them; binds tighter than writing one after the other |
//! | `( … )` | taken together |
//! | `from:` `to:` `cc:` `subject:` `body:` `filename:` | there alone; `to:` also in Cc; the body with text files |
//! | `has:` | `attachment`, `calendar`, `contact`, `picture`, `pdf`, `document`, `spreadsheet`, `slides`, `archive`, `audio`, `video`, `message`, `key` |
//! | `is:` | `unread`, `read`, `flagged`, `answered`, `signed`, `authenticated`, `encrypted` |
//! | `before:` `after:` `on:` | a day, month or year (`2026-11-28`, `2026/11`, `2026年11月28日`), `today`, `yesterday`, or an age (`3d`, `2w`, `6m`, `1y`), in the reader's time zone; `before:` is up to its beginning, `after:` from its beginning on |
//! | `folder:` `in:` `tag:` | a folder, by role, name or part of the name; a tag |
//! | `larger:` `smaller:` | `500k`, `5M`, `1G` |
//!
//! Everything may be written in full-width forms (`ｆｒｏｍ：`), and the fields by their Japanese names (`件名：`). Nothing is ever
//! refused: what can't be taken as meant is sought as text, and [`Query::notes`] says so.

mod value;

use std::ops::Range;

use jiff::{Timestamp, Zoned};
use unicode_normalization::UnicodeNormalization as _;

/// The most pieces of a query, and how deep its parentheses go; what is beyond is sought as text.
const MOST: usize = 64;
const DEEPEST: usize = 8;
/// Letters of the name of a field, at most.
const LONGEST_NAME: usize = 16;

/// A query, taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// What has to be so; `None` for everything.
    pub root: Option<Node>,
    /// What was not taken as it may have been meant.
    pub notes: Vec<Note>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Text(Text),
    /// A kind of file is in it.
    Has(&'static str),
    /// What the list knows of it.
    Fact(Fact),
    /// From the first moment on, and before the second.
    Date(Option<Timestamp>, Option<Timestamp>),
    /// More bytes than this, and fewer than that.
    Size(Option<u64>, Option<u64>),
}

/// Words that have to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Where.
    pub place: Place,
    /// Which, one after the other.
    pub words: String,
    /// The last may go on.
    pub is_prefix: bool,
}

/// Where words are to be found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Place {
    #[default]
    Anywhere,
    From,
    To,
    Cc,
    Subject,
    Body,
    Filename,
}

/// What the database knows of a message, and may change without the message being looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Fact {
    Unread,
    Read,
    Flagged,
    Answered,
    Signed,
    Authenticated,
    Encrypted,
    Attachment,
    Folder(String),
    Tag(String),
}

/// Something that was sought as text although it may have been meant otherwise, or was left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What.
    pub kind: NoteKind,
    /// Where in the query, in bytes.
    pub at: Range<usize>,
}

/// What is the matter with a piece of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// There is no such field.
    UnknownField,
    /// The field does not have that value.
    UnknownValue,
    /// No date.
    NotADate,
    /// No size.
    NotASize,
    /// A quotation has no end.
    OpenQuotation,
    /// A parenthesis has no end, or no beginning.
    Parenthesis,
    /// More than is looked at.
    TooLong,
}

/// Takes a query apart. `now` is the reader's moment and time zone; when `is_typing`, the last word may go on.
pub fn parse(text: &str, now: &Zoned, is_typing: bool) -> Query {
    let chars = text.char_indices().map(|(at, char)| (at, char, plain(char))).collect();
    let mut parser = Parser { text, chars, at: 0, now, is_typing, pieces: 0, notes: Vec::new() };
    let mut nodes = Vec::new();
    while parser.peek().is_some() {
        nodes.extend(parser.all(Place::Anywhere, 0));
        if parser.peek() == Some(')') {
            parser.note(NoteKind::Parenthesis, parser.at, parser.at + 1);
            parser.at += 1;
        }
    }
    Query { root: join(nodes, Node::All), notes: parser.notes }
}

/// A sign of the language in its plain form.
fn plain(char: char) -> char {
    match char {
        '“' | '”' | '„' | '＂' => '"',
        '－' => '-',
        '｜' => '|',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(char as u32 - 0xfee0).unwrap_or(char),
        _ if char.is_whitespace() => ' ',
        _ => char,
    }
}

fn join(mut nodes: Vec<Node>, with: impl Fn(Vec<Node>) -> Node) -> Option<Node> {
    match nodes.len() {
        0 | 1 => nodes.pop(),
        _ => Some(with(nodes)),
    }
}

/// What stands before a colon.
enum Read {
    /// A field, with what it asks for; with nothing while that is still to be written.
    Field(Option<Node>),
    /// No field: the word goes on.
    Word,
}

struct Parser<'a> {
    text: &'a str,
    /// Where each stands, as it is, and plain.
    chars: Vec<(usize, char, char)>,
    at: usize,
    now: &'a Zoned,
    is_typing: bool,
    pieces: usize,
    notes: Vec<Note>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.ahead(0)
    }

    fn ahead(&self, by: usize) -> Option<char> {
        self.chars.get(self.at + by).map(|(.., plain)| *plain)
    }

    fn byte(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.text.len(), |(byte, ..)| *byte)
    }

    fn slice(&self, from: usize, to: usize) -> &str {
        self.text.get(self.byte(from)..self.byte(to)).unwrap_or_default()
    }

    fn note(&mut self, kind: NoteKind, from: usize, to: usize) {
        let at = self.byte(from)..self.byte(to);
        self.notes.push(Note { kind, at });
    }

    fn skip_blanks(&mut self) {
        while self.peek() == Some(' ') {
            self.at += 1;
        }
    }

    /// Conditions up to the end or a closing parenthesis.
    fn all(&mut self, place: Place, depth: usize) -> Vec<Node> {
        let mut all: Vec<Node> = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None | Some(')') => return all,
                _ => all.extend(self.any(place, depth)),
            }
        }
    }

    /// One condition, or several of which one is enough.
    fn any(&mut self, place: Place, depth: usize) -> Option<Node> {
        let mut any: Vec<Node> = self.not(place, depth).into_iter().collect();
        loop {
            let before = self.at;
            self.skip_blanks();
            if !(self.take_word("OR") || self.take_bar()) {
                self.at = before;
                return join(any, Node::Any);
            }
            self.skip_blanks();
            if !matches!(self.peek(), None | Some(')')) {
                any.extend(self.not(place, depth));
            }
        }
    }

    fn not(&mut self, place: Place, depth: usize) -> Option<Node> {
        if self.take_word("AND") {
            self.skip_blanks();
        }
        let is_dash = self.peek() == Some('-') && self.ahead(1).is_some_and(|next| next != ' ' && next != '-');
        if is_dash {
            self.at += 1;
        } else if self.take_word("NOT") {
            self.skip_blanks();
        } else {
            return self.one(place, depth);
        }
        self.one(place, depth).map(|node| Node::Not(Box::new(node)))
    }

    fn one(&mut self, place: Place, depth: usize) -> Option<Node> {
        self.pieces += 1;
        if self.pieces == MOST + 1 {
            self.note(NoteKind::TooLong, self.at, self.chars.len());
        }
        let node = match self.peek()? {
            ')' => None,
            '(' if depth < DEEPEST && self.pieces <= MOST => self.group(place, depth),
            '"' => self.quotation().map(|words| Node::Text(Text { place, words, is_prefix: false })),
            _ => self.word(place, depth),
        };
        node.filter(|_| self.pieces <= MOST)
    }

    fn group(&mut self, place: Place, depth: usize) -> Option<Node> {
        let start = self.at;
        self.at += 1;
        let inner = self.all(place, depth + 1);
        if self.peek() == Some(')') {
            self.at += 1;
        } else {
            self.note(NoteKind::Parenthesis, start, start + 1);
        }
        join(inner, Node::All)
    }

    fn quotation(&mut self) -> Option<String> {
        let start = self.at;
        let end = (start + 1..self.chars.len()).find(|at| self.chars.get(*at).is_some_and(|(.., plain)| *plain == '"'));
        if end.is_none() {
            self.note(NoteKind::OpenQuotation, start, start + 1);
        }
        let words = self.slice(start + 1, end.unwrap_or(self.chars.len())).to_owned();
        self.at = end.map_or(self.chars.len(), |end| end + 1);
        (!words.trim().is_empty()).then_some(words)
    }

    /// A word, or a field with its value.
    fn word(&mut self, place: Place, depth: usize) -> Option<Node> {
        let start = self.at;
        while let Some(char) = self.peek() {
            let is_short = (1..=LONGEST_NAME).contains(&(self.at - start));
            if char == ':' && is_short && place == Place::Anywhere {
                let name = name(self.slice(start, self.at));
                if let Read::Field(node) = self.field(&name, start, depth) {
                    return node;
                }
            }
            if matches!(char, ' ' | ')' | '"') || (char == '(' && self.at == start) {
                break;
            }
            self.at += 1;
        }
        // Where a parenthesis is too deep, it is no sign any more.
        self.at = self.at.max(start + 1);
        let words = self.slice(start, self.at).to_owned();
        (!words.trim().is_empty()).then(|| Node::Text(self.text(place, words)))
    }

    fn text(&self, place: Place, words: String) -> Text {
        let is_last = self.is_typing && self.at >= self.chars.len();
        match words.strip_suffix(['*', '＊']) {
            Some(stem) => Text { place, words: stem.to_owned(), is_prefix: true },
            None => Text { place, words, is_prefix: is_last },
        }
    }

    /// At the colon after what may be a field's name.
    fn field(&mut self, name: &str, start: usize, depth: usize) -> Read {
        let colon = self.at;
        let is_known = value::place(name).is_some() || value::field(name).is_some();
        if is_known && matches!(self.ahead(1), None | Some(' ' | ')')) {
            // What is to stand there is still to be written.
            self.at += 1;
            return Read::Field(None);
        }
        if let Some(place) = value::place(name) {
            self.at += 1;
            return Read::Field(match self.peek() {
                Some('(') if depth < DEEPEST => self.group(place, depth),
                Some('"') => self.quotation().map(|words| Node::Text(Text { place, words, is_prefix: false })),
                _ => self.word(place, depth),
            });
        }
        let Some(reads) = value::field(name) else {
            let is_name = name.chars().all(|char| char.is_ascii_alphabetic()) && self.ahead(1) != Some('/');
            if is_name && name != "mailto" {
                self.note(NoteKind::UnknownField, start, colon);
            }
            return Read::Word;
        };
        self.at += 1;
        let value = if self.peek() == Some('"') { self.quotation().unwrap_or_default() } else { self.bare() };
        match value::read(reads, value.nfkc().collect::<String>().trim(), self.now) {
            Ok(node) => Read::Field(Some(node)),
            Err(kind) => {
                self.note(kind, start, self.at);
                let words = self.slice(start, self.at).to_owned();
                Read::Field(Some(Node::Text(self.text(Place::Anywhere, words))))
            }
        }
    }

    fn bare(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(|char| !matches!(char, ' ' | ')' | '"')) {
            self.at += 1;
        }
        self.slice(start, self.at).to_owned()
    }

    /// A word in capitals that stands alone.
    fn take_word(&mut self, word: &str) -> bool {
        let is_there = word.chars().enumerate().all(|(by, char)| self.ahead(by) == Some(char));
        let is_whole = self.ahead(word.len()).is_some_and(|next| matches!(next, ' ' | '('));
        if is_there && is_whole {
            self.at += word.len();
        }
        is_there && is_whole
    }

    fn take_bar(&mut self) -> bool {
        let is_there = self.peek() == Some('|');
        self.at += usize::from(is_there);
        is_there
    }
}

fn name(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests;
