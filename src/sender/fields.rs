//! A message as DKIM sees it: header fields as written, a body, and their canonical forms (RFC 6376 §3.4).

use std::borrow::Cow;

use super::tags::is_space;

/// One header field as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    /// Without the colon.
    pub(super) name: &'a [u8],
    /// What follows the colon, folding kept, without the CRLF at the end.
    pub(super) value: &'a [u8],
}

impl Field<'_> {
    /// Names are compared without regard to case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.trim_ascii_end().eq_ignore_ascii_case(name.as_bytes())
    }
}

/// The two canonicalizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Canonicalization {
    /// §3.4.1, §3.4.3.
    Simple,
    /// §3.4.2, §3.4.4.
    Relaxed,
}

/// Fields in order, then the body.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    pub(super) list: Vec<Field<'a>>,
    pub(super) body: &'a [u8],
    pub(super) header_bytes: usize,
    /// A line that is no field, but that a lax reader could take for From.
    pub(super) stray_from: bool,
}

/// DKIM is defined on CRLF lines. A message whose first line ends in a bare LF was stored by a Unix
/// program, and is read as it was on the wire; any other is taken as it is.
pub(super) fn on_the_wire(raw: &[u8]) -> Cow<'_, [u8]> {
    let first_end = raw.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    if first_end == 0 || raw.get(first_end - 1) == Some(&b'\r') {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len() + raw.len() / 32);
    let mut before = 0;
    for byte in raw {
        if *byte == b'\n' && before != b'\r' {
            out.push(b'\r');
        }
        out.push(*byte);
        before = *byte;
    }
    Cow::Owned(out)
}

impl<'a> Fields<'a> {
    /// Splits a message on the wire. A line that is no field is left out.
    pub(super) fn split(raw: &'a [u8]) -> Self {
        let mut list = Vec::new();
        let mut stray_from = false;
        let mut rest = raw;
        loop {
            if let Some(body) = rest.strip_prefix(b"\r\n") {
                return Self { list, body, header_bytes: raw.len() - rest.len(), stray_from };
            }
            if rest.is_empty() {
                return Self { list, body: rest, header_bytes: raw.len(), stray_from };
            }
            let end = field_end(rest);
            let (field, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            rest = after;
            let field = field.strip_suffix(b"\r\n").unwrap_or(field);
            if let Some(colon) = field.iter().position(|byte| *byte == b':')
                && let (Some(name), Some(value)) = (field.get(..colon), field.get(colon + 1..))
            {
                if is_name(name) {
                    list.push(Field { name, value });
                } else {
                    let letters = name.iter().filter(|byte| byte.is_ascii_graphic());
                    stray_from |= letters.map(u8::to_ascii_lowercase).eq(*b"from");
                }
            }
        }
    }

    /// Every field of a name, in order.
    pub(super) fn named<'b>(&'b self, name: &'b str) -> impl Iterator<Item = Field<'a>> + 'b {
        self.list.iter().copied().filter(move |field| field.is(name))
    }
}

/// RFC 5322 §2.2: printable characters without a colon; §4.5.8 allows white space before the colon.
fn is_name(name: &[u8]) -> bool {
    let name = name.trim_ascii_end();
    !name.is_empty() && name.iter().all(|byte| matches!(byte, 33..=126))
}

/// Where the next field begins: after a CRLF that no white space follows.
fn field_end(text: &[u8]) -> usize {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.windows(2).position(|pair| pair == b"\r\n")) {
        from += at + 2;
        if !matches!(text.get(from), Some(b' ' | b'\t')) {
            return from;
        }
    }
    text.len()
}

impl Canonicalization {
    /// Appends a header field, without the CRLF after it.
    pub(super) fn field(self, field: &Field<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Simple => {
                out.extend_from_slice(field.name);
                out.push(b':');
                out.extend_from_slice(field.value);
            }
            Self::Relaxed => {
                out.extend(field.name.trim_ascii_end().to_ascii_lowercase());
                out.push(b':');
                // Unfolding deletes the CRLF; the white space after it then joins the run around it.
                let words = field.value.split(|byte| is_space(char::from(*byte))).filter(|word| !word.is_empty());
                for (index, word) in words.enumerate() {
                    if index > 0 {
                        out.push(b' ');
                    }
                    out.extend_from_slice(word);
                }
            }
        }
    }

    /// The whole body.
    pub(super) fn body(self, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(body.len() + 2);
        match self {
            Self::Simple => out.extend_from_slice(body),
            Self::Relaxed => relax(body, &mut out),
        }
        if !out.is_empty() && !out.ends_with(b"\r\n") {
            out.extend_from_slice(b"\r\n");
        }
        while out.ends_with(b"\r\n\r\n") {
            out.truncate(out.len() - 2);
        }
        if out == b"\r\n" && self == Self::Relaxed {
            out.clear();
        }
        if out.is_empty() && self == Self::Simple {
            out.extend_from_slice(b"\r\n");
        }
        out
    }
}

/// White space at the ends of lines goes, runs of it become one space.
fn relax(body: &[u8], out: &mut Vec<u8>) {
    let mut pending = false;
    let mut bytes = body.iter().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b' ' | b'\t' => pending = true,
            b'\r' if bytes.peek() == Some(&&b'\n') => {
                pending = false;
                bytes.next();
                out.extend_from_slice(b"\r\n");
            }
            _ => {
                if std::mem::take(&mut pending) {
                    out.push(b' ');
                }
                out.push(*byte);
            }
        }
    }
}
