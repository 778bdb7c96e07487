use super::super::text::{decode_bytes, decode_words};

/// A value with parameters: `Content-Type`, `Content-Disposition` (RFC 2045 §5.1, RFC 2231).
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Parameterized {
    /// What stands before the first semicolon, lower-cased.
    pub(in super::super) value: String,
    /// Names lower-cased; extended values and continuations put together and decoded.
    pub(in super::super) parameters: Vec<(String, String)>,
    /// Names of those that were written after RFC 2231.
    extended: Vec<String>,
}

/// More than any real field has; keeps the look-ups short.
const MAX_PARAMETERS: usize = 200;

/// One piece of a parameter, as RFC 2231 §3 splits it.
struct Piece {
    name: String,
    index: Option<u32>,
    is_extended: bool,
    value: String,
}

impl Parameterized {
    /// Reads an unfolded value.
    pub(in super::super) fn parse(text: &str) -> Self {
        let mut chars = Cursor { text, at: 0 };
        let value = chars.token(&[';']).trim().to_ascii_lowercase();
        let mut pieces = Vec::new();
        while pieces.len() < MAX_PARAMETERS && chars.skip_separators() {
            if let Some(piece) = chars.piece() {
                pieces.push(piece);
            }
        }
        let extended = pieces.iter().filter(|piece| piece.is_extended).map(|piece| piece.name.clone()).collect();
        Self { value, parameters: put_together(&pieces), extended }
    }

    pub(in super::super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A file name: RFC 2231, else RFC 2047 encoded-words, which that standard forbids here and
    /// which everybody sends.
    pub(in super::super) fn file_name(&self, name: &str) -> Option<String> {
        let value = self.parameter(name)?;
        let is_extended = self.extended.iter().any(|extended| extended == name);
        // Some put encoded-words into the extended form as well.
        let is_words = value.starts_with("=?") && value.ends_with("?=");
        Some(if is_extended && !is_words { value.to_owned() } else { decode_words(value) })
    }
}

/// Joins continuations in the order of their numbers and decodes what is extended. The extended
/// form wins over the plain one, the first over any later one of the same name.
fn put_together(pieces: &[Piece]) -> Vec<(String, String)> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    for name in pieces.iter().map(|piece| piece.name.as_str()) {
        if parameters.iter().any(|(known, _)| known == name) {
            continue;
        }
        let same = || pieces.iter().filter(|piece| piece.name == name);
        let mut parts: Vec<&Piece> = if let Some(whole) = same().find(|p| p.is_extended && p.index.is_none()) {
            vec![whole]
        } else if same().any(|p| p.index == Some(0)) {
            same().filter(|p| p.index.is_some()).collect()
        } else {
            same().take(1).collect()
        };
        parts.sort_by_key(|piece| piece.index);
        parts.dedup_by_key(|piece| piece.index);
        parameters.push((name.to_owned(), decoded(&parts)));
    }
    parameters
}

fn decoded(parts: &[&Piece]) -> String {
    let Some(first) = parts.first() else { return String::new() };
    if !parts.iter().any(|piece| piece.is_extended) {
        return parts.iter().map(|piece| piece.value.as_str()).collect();
    }
    let mut charset = None;
    let mut bytes = Vec::new();
    for (at, piece) in parts.iter().enumerate() {
        let mut value = piece.value.as_str();
        if at == 0 && first.is_extended {
            let mut fields = value.splitn(3, '\'');
            if let (Some(label), Some(_), Some(rest)) = (fields.next(), fields.next(), fields.next()) {
                charset = Some(label);
                value = rest;
            }
        }
        if piece.is_extended {
            percent_decode(value, &mut bytes);
        } else {
            bytes.extend_from_slice(value.as_bytes());
        }
    }
    decode_bytes(&bytes, charset.filter(|label| !label.is_empty()))
}

fn percent_decode(value: &str, bytes: &mut Vec<u8>) {
    let mut rest = value.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match super::super::text::hex_pair(tail) {
            Some(value) if *byte == b'%' => {
                bytes.push(value);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => bytes.push(*byte),
        }
    }
}

/// A value without quotes; one at its end lacks its fellow.
fn unquoted(text: &str) -> String {
    text.trim().trim_end_matches('"').to_owned()
}

/// Whether a text goes on with a numbered piece of a parameter, such as `filename*1*=`.
fn begins_piece(text: &str) -> bool {
    let text = text.trim_start();
    let Some((name, rest)) = text.split_once('*').filter(|(name, _)| name.len() <= 20) else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = rest.get(digits..).unwrap_or_default();
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphabetic())
        && (1..4).contains(&digits)
        && (after.starts_with('=') || after.starts_with("*="))
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// All up to one of `ends`, or to the end.
    fn token(&mut self, ends: &[char]) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| ends.contains(&c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Skips semicolons and white space; false at the end.
    fn skip_separators(&mut self) -> bool {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(|c: char| c == ';' || c.is_whitespace()).len();
        self.at < self.text.len()
    }

    fn piece(&mut self) -> Option<Piece> {
        let name = self.token(&['=', ';']).trim().to_ascii_lowercase();
        let rest = self.rest().strip_prefix('=')?;
        let value = rest.trim_start();
        self.at = self.text.len() - value.len();
        let value = if value.starts_with('"') { self.quoted() } else { unquoted(self.token(&[';'])) };
        let (name, is_extended) = name.strip_suffix('*').map_or((name.as_str(), false), |name| (name, true));
        let (name, index) = match name.rsplit_once('*') {
            Some((name, index)) => (name, index.parse().ok()),
            None => (name, None),
        };
        (!name.is_empty()).then(|| Piece { name: name.trim().to_owned(), index, is_extended, value })
    }

    /// A quoted string (RFC 5322 §3.2.4). A backslash before anything but a quote or a backslash
    /// is taken as itself: Windows paths are sent so. What follows up to the semicolon goes.
    fn quoted(&mut self) -> String {
        let mut value = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        let mut length = self.rest().len();
        while let Some((at, c)) = chars.next() {
            match (c, chars.peek()) {
                ('\\', Some((_, next @ ('"' | '\\')))) => {
                    value.push(*next);
                    chars.next();
                }
                ('"', _) => {
                    length = at + 1;
                    break;
                }
                // The quote is missing: the next piece of the same parameter begins.
                (';', _) if begins_piece(self.rest().get(at + 1..).unwrap_or_default()) => {
                    length = at;
                    break;
                }
                _ => value.push(c),
            }
        }
        self.at += length;
        let after = self.token(&[';']);
        // A quote too many at the beginning.
        if value.is_empty() { after.trim().trim_end_matches('"').to_owned() } else { value }
    }
}
