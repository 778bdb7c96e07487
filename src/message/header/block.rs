use std::ops::Range;

use memchr::memchr;

/// One header field, as ranges of the message's bytes.
#[derive(Clone, Debug)]
pub(in super::super) struct Field {
    pub(in super::super) name: Range<usize>,
    /// All after the colon, folded as it was, without the last line break.
    pub(in super::super) value: Range<usize>,
}

impl Field {
    /// The name as it was written, without the white space that the obsolete syntax has after it.
    pub(in super::super) fn name<'a>(&self, raw: &'a [u8]) -> &'a str {
        raw.get(self.name.clone()).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default().trim_end()
    }

    pub(in super::super) fn value<'a>(&self, raw: &'a [u8]) -> &'a [u8] {
        raw.get(self.value.clone()).unwrap_or_default()
    }

    pub(in super::super) fn is(&self, raw: &[u8], name: &str) -> bool {
        let own = raw.get(self.name.clone()).unwrap_or_default();
        own.len() >= name.len() && own.trim_ascii_end().eq_ignore_ascii_case(name.as_bytes())
    }
}

/// A header block that was read.
#[derive(Debug, Default)]
pub(in super::super) struct Scan {
    pub(in super::super) fields: Vec<Field>,
    /// Where the body begins.
    pub(in super::super) end: usize,
    /// A line was no field.
    pub(in super::super) is_malformed: bool,
    /// Fields were left out because of a limit.
    pub(in super::super) is_cut: bool,
    /// The line, a delimiter of a multipart, that ended the block before its empty line.
    pub(in super::super) stopped: bool,
}

/// How many fields, and how many bytes of one, are kept.
#[derive(Clone, Copy)]
pub(in super::super) struct Caps {
    pub(in super::super) fields: usize,
    pub(in super::super) bytes: usize,
}

/// Reads the header block that begins at `start`. It ends with an empty line, with a line that
/// `is_delimiter`, or where the text plainly is no header any more: RFC 5322 knows no such case,
/// but mail without the empty line is common, and none of it may be lost.
pub(in super::super) fn scan(
    raw: &[u8],
    start: usize,
    caps: Caps,
    ending: u8,
    is_delimiter: impl Fn(&[u8]) -> bool,
) -> Scan {
    let mut found = Scan { end: raw.len(), ..Scan::default() };
    let (mut at, mut has_fields) = (start, false);
    while at < raw.len() {
        let next = next_line(raw, at, ending);
        let line = raw.get(at..next).unwrap_or_default();
        let text = without_break(line);
        if text.is_empty() {
            found.end = next;
            return found;
        }
        if is_delimiter(line) {
            found.end = at;
            found.stopped = true;
            return found;
        }
        if text.first().is_some_and(|b| matches!(b, b' ' | b'\t')) {
            found.continue_field(at + text.len(), has_fields, caps);
        } else if let Some(colon) = name_length(text) {
            has_fields = true;
            found.add_field(at, colon, text.len(), caps);
        } else if at == start && (text.starts_with(b"From ") || text.starts_with(b">From ")) {
            // The separator of an mbox file.
        } else {
            found.is_malformed = true;
            let follows = raw.get(next..).unwrap_or_default();
            if !has_fields || !goes_on(follows, ending) {
                found.end = at;
                return found;
            }
        }
        at = next;
    }
    found
}

/// Every field of a header block, as far as they are kept.
pub(in super::super) fn fields(raw: &[u8], header: Range<usize>, caps: Caps) -> Vec<Field> {
    let block = raw.get(..header.end).unwrap_or_default();
    scan(block, header.start, caps, line_ending(block), |_| false).fields
}

impl Scan {
    fn add_field(&mut self, at: usize, colon: usize, length: usize, caps: Caps) {
        if self.fields.len() >= caps.fields {
            self.is_cut = true;
            return;
        }
        let end = at + length.min(caps.bytes);
        self.is_cut |= length > caps.bytes;
        let value = (at + colon + 1).min(end)..end;
        self.fields.push(Field { name: at..at + name_end(colon, length.min(caps.bytes)), value });
    }

    fn continue_field(&mut self, end: usize, has_fields: bool, caps: Caps) {
        if !has_fields {
            self.is_malformed = true;
        } else if !(self.is_cut && self.fields.len() >= caps.fields)
            && let Some(field) = self.fields.last_mut()
        {
            if end - field.name.start <= caps.bytes {
                field.value.end = end;
            } else {
                self.is_cut = true;
            }
        }
    }
}

fn name_end(colon: usize, length: usize) -> usize {
    colon.min(length)
}

/// What ends a line: LF with or without CR before it; CR alone where there is no LF at all.
pub(in super::super) fn line_ending(raw: &[u8]) -> u8 {
    if memchr(b'\n', raw).is_some() { b'\n' } else { b'\r' }
}

/// Where the line after the one at `at` begins.
pub(in super::super) fn next_line(raw: &[u8], at: usize, ending: u8) -> usize {
    let rest = raw.get(at..).unwrap_or_default();
    memchr(ending, rest).map_or(raw.len(), |end| at + end + 1)
}

/// A line without CRLF or LF.
pub(in super::super) fn without_break(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The length of the text before the colon, if the line is a field: printable ASCII, possibly
/// with white space before the colon (obsolete syntax, RFC 5322 §4.5).
fn name_length(line: &[u8]) -> Option<usize> {
    let colon = line.iter().take(MAX_NAME).position(|b| *b == b':')?;
    let name = line.get(..colon)?.trim_ascii_end();
    (!name.is_empty() && name.iter().all(u8::is_ascii_graphic)).then_some(colon)
}

const MAX_NAME: usize = 1_000;

/// Whether a header block goes on after a line that is no field.
fn goes_on(follows: &[u8], ending: u8) -> bool {
    let line = without_break(follows.split_inclusive(|b| *b == ending).next().unwrap_or_default());
    line.is_empty() || line.starts_with(b" ") || line.starts_with(b"\t") || name_length(line).is_some()
}
