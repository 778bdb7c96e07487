//! The lexical tokens of RFC 8601 §2.2: comments, quoted strings, keywords, values.

use crate::sender::tags::is_space;

/// Reads from the left. Every method gives `None` when the text does not go on as it must.
pub(super) struct Lexer<'a> {
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(c)
    }

    /// Takes this character, if it is the next one.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        self.peek() == Some(wanted) && self.next().is_some()
    }

    /// CFWS: white space and comments, which may hold comments (RFC 5322 §3.2.2).
    pub(super) fn skip(&mut self) -> Option<()> {
        loop {
            match self.peek() {
                Some(c) if is_space(c) => {
                    self.next();
                }
                Some('(') => self.comment()?,
                _ => return Some(()),
            }
        }
    }

    fn comment(&mut self) -> Option<()> {
        let mut depth = 0_u32;
        loop {
            match self.next()? {
                '(' => depth += 1,
                ')' => depth -= 1,
                '\\' => {
                    self.next()?;
                }
                _ => {}
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// `=` with CFWS around it.
    pub(super) fn equals(&mut self) -> Option<()> {
        self.skip()?;
        if !self.take('=') {
            return None;
        }
        self.skip()
    }

    /// A Keyword (RFC 5321 §4.1.2), and `_`, which is in use; lower-cased.
    pub(super) fn keyword(&mut self) -> Option<String> {
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        (!word.is_empty()).then(|| word.to_ascii_lowercase())
    }

    /// A token, a quoted string, or a pvalue such as `"a b"@example.org`: up to white space, a
    /// comment, or one of `ends`. Empty only when it was written as an empty quoted string.
    pub(super) fn value(&mut self, ends: &str) -> Option<String> {
        let mut out = String::new();
        let mut seen = false;
        loop {
            match self.peek() {
                Some('"') => {
                    self.next();
                    self.quoted(&mut out)?;
                }
                Some(c) if !is_space(c) && c != '(' && !ends.contains(c) && !c.is_control() => {
                    self.next();
                    out.push(c);
                }
                _ => return seen.then_some(out),
            }
            seen = true;
        }
    }

    fn quoted(&mut self, out: &mut String) -> Option<()> {
        loop {
            match self.next()? {
                '"' => return Some(()),
                '\\' => out.push(self.next()?),
                '\r' | '\n' => {}
                c => out.push(c),
            }
        }
    }
}
