use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Lines are no longer than this, without their CRLF (RFC 2045 §6.7, §6.8).
pub(super) const WIDTH: usize = 76;

/// Base64 in lines.
pub(in super::super) fn base64(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut lines = String::with_capacity(text.len() + text.len() / WIDTH * 2 + 2);
    for line in text.as_bytes().chunks(WIDTH) {
        lines.push_str(std::str::from_utf8(line).unwrap_or_default());
        lines.push_str("\r\n");
    }
    lines
}

/// Whether a text (lines ended by LF) can travel as it is: ASCII, short lines, and nothing that a
/// transport is known to alter: white space at the end of a line, `From ` at its beginning
/// (RFC 3156 §3), a dot alone, control characters.
pub(super) fn is_plain(text: &str) -> bool {
    text.split('\n').all(|line| {
        line.len() <= WIDTH
            && line.bytes().all(|b| matches!(b, b'\t' | b' '..=b'~'))
            && !line.ends_with([' ', '\t'])
            && !line.starts_with("From ")
            && line != "."
    })
}

/// A text (lines ended by LF) in quoted-printable (RFC 2045 §6.7), its lines ended by CRLF.
pub(super) fn quoted_printable(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            encoded.push_str("\r\n");
        }
        quoted_line(line, &mut encoded);
    }
    encoded
}

fn quoted_line(line: &str, encoded: &mut String) {
    let bytes = line.as_bytes();
    let mut column = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let is_last = at + 1 == bytes.len();
        let must = match byte {
            b'=' => true,
            b' ' | b'\t' => is_last,
            // Nothing may look like an mbox separator or like the end of SMTP data.
            b'F' => column == 0 && bytes.get(at..).is_some_and(|rest| rest.starts_with(b"From ")),
            b'.' => column == 0,
            b'!'..=b'~' => false,
            _ => true,
        };
        let width = if must { 3 } else { 1 };
        // The `=` of a soft break needs a column of its own.
        if column + width > WIDTH - 1 {
            encoded.push_str("=\r\n");
            column = 0;
            if !must && matches!(byte, b'F' | b'.') {
                push_escaped(*byte, encoded);
                column = 3;
                continue;
            }
        }
        if must {
            push_escaped(*byte, encoded);
        } else {
            encoded.push(char::from(*byte));
        }
        column += width;
    }
}

fn push_escaped(byte: u8, encoded: &mut String) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    encoded.push('=');
    encoded.extend(DIGITS.get(usize::from(byte >> 4)));
    encoded.extend(DIGITS.get(usize::from(byte & 15)));
}

/// A text as encoded-words (RFC 2047) in UTF-8, each at most 75 characters, a character never cut.
pub(in super::super) fn encoded_words(text: &str) -> Vec<String> {
    // 48 characters of base64; with the marks, and a field name before them, they fit on a line.
    const ROOM: usize = 36;
    let mut words = Vec::new();
    let mut piece = String::new();
    for c in text.chars() {
        if piece.len() + c.len_utf8() > ROOM {
            words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(std::mem::take(&mut piece))));
        }
        piece.push(c);
    }
    if !piece.is_empty() {
        words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(piece)));
    }
    words
}

/// A parameter (RFC 2045 §5.1) with a leading fold. What is not ASCII, or is long, is written after
/// RFC 2231, in as many pieces as it takes.
pub(in super::super) fn parameter(name: &str, value: &str) -> String {
    let value: String = value.chars().filter(|c| !c.is_control()).collect();
    let is_quotable = value.bytes().all(|b| matches!(b, b' '..=b'~'));
    if is_quotable && name.len() + value.len() < WIDTH - 8 && !value.contains("=?") {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        return format!(";\r\n\t{name}=\"{escaped}\"");
    }
    let mut encoded = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            let mut escaped = String::new();
            push_escaped(byte, &mut escaped);
            encoded.push_str(&escaped.replace('=', "%"));
        }
    }
    let (mut pieces, mut piece) = (Vec::new(), String::from("utf-8''"));
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let step = if rest.starts_with('%') { 3 } else { 1 };
        let (unit, after) = rest.split_at_checked(step).unwrap_or((rest, ""));
        if piece.len() + unit.len() > 55 {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push_str(unit);
        rest = after;
    }
    pieces.push(piece);
    if let [only] = pieces.as_slice() {
        return format!(";\r\n\t{name}*={only}");
    }
    let mut written = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        let _ = write!(written, ";\r\n\t{name}*{at}*={piece}");
    }
    written
}
