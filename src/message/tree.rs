//! The MIME tree with its exact byte ranges: one pass over the lines, one frame a level.

use super::header::{self, Field, Parameterized};
use super::parse::{Budget, Defects, parse_within};
use super::part::{ContentType, DefectCode, Part};
use super::text::{Encoding, clean_line, decode, file_name, html_label};
use crate::domain::RawMessage;

/// Reads the tree of a whole message, and the fields of its own header.
pub(super) fn read(raw: &[u8], budget: &mut Budget, depth: usize, defects: &mut Defects) -> (Part, Vec<Field>) {
    let mut reader = Reader { raw, budget, depth, defects, boundaries: Vec::new(), ending: header::line_ending(raw) };
    let (part, fields, _) = reader.entity(0, "", Kind::Message);
    (part, fields)
}

/// Where an entity stands, which gives it its default type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Message,
    Member,
    /// RFC 2046 §5.1.5: the members are messages unless they say otherwise.
    Digest,
}

/// The end of an entity: a delimiter, or the end of the bytes.
#[derive(Clone, Copy)]
struct Stop {
    /// Where the entity ends: before the line break that belongs to the delimiter.
    end: usize,
    /// Where the line after the delimiter begins.
    next: usize,
    /// Which of the open boundaries; `None` at the end of the bytes.
    level: Option<usize>,
    is_closing: bool,
}

struct Reader<'a> {
    raw: &'a [u8],
    budget: &'a mut Budget,
    depth: usize,
    defects: &'a mut Defects,
    /// Of the multiparts that are open, outermost first.
    boundaries: Vec<Vec<u8>>,
    ending: u8,
}

impl Reader<'_> {
    fn entity(&mut self, start: usize, path: &str, kind: Kind) -> (Part, Vec<Field>, Stop) {
        self.budget.parts = self.budget.parts.saturating_sub(1);
        let scan =
            header::scan(self.raw, start, self.budget.caps(), self.ending, |line| self.delimiter(line).is_some());
        let mut part = self.described(&scan.fields, path, kind);
        let body = scan.end;
        let boundary = part.content_type.parameter("boundary").map(|b| b.trim_end().as_bytes().to_vec());
        let is_multipart = part.content_type.kind == "multipart";
        let mut stop = None;
        if is_multipart && self.depth + self.boundaries.len() < self.budget.limits.depth {
            let boundary = boundary.filter(|b| !b.is_empty()).or_else(|| {
                self.defects.add(DefectCode::MissingBoundary, leaf_path(path));
                self.evident_boundary(body)
            });
            if let Some(boundary) = boundary {
                stop = Some(self.members(&mut part, boundary, body));
            }
            if part.children.is_empty() && self.budget.parts > 0 {
                self.defects.add(DefectCode::MissingBoundary, leaf_path(path));
                part.content_type = ContentType::plain(std::mem::take(&mut part.content_type.parameters));
                part.transfer_encoding = self.transfer_encoding(&scan.fields);
            }
        } else if is_multipart {
            self.defects.add(DefectCode::LimitReached, leaf_path(path));
        }
        let stop = stop.unwrap_or_else(|| self.skip(body));
        part.header = start..body.max(start);
        part.body = body..stop.end.max(body);
        part.whole = start..stop.end.max(start);
        if part.children.is_empty() {
            leaf_path(path).clone_into(&mut part.path);
            self.leaf(&mut part);
        }
        self.note_header(&scan, &part.path);
        (part, scan.fields, stop)
    }

    /// Reads the parts of a multipart (RFC 2046 §5.1.1). What stands before the first delimiter
    /// and after the closing one is no part. There may be none.
    fn members(&mut self, part: &mut Part, boundary: Vec<u8>, body: usize) -> Stop {
        let kind = if part.content_type.subtype == "digest" { Kind::Digest } else { Kind::Member };
        let level = self.boundaries.len();
        self.boundaries.push(boundary);
        let mut stop = self.skip(body);
        let occurs = stop.level == Some(level);
        while stop.level == Some(level) && !stop.is_closing {
            if self.budget.parts == 0 {
                self.defects.add(DefectCode::LimitReached, &part.path);
                stop = self.skip(stop.next);
                continue;
            }
            let number = part.children.len() + 1;
            let path = if part.path.is_empty() { number.to_string() } else { format!("{}.{number}", part.path) };
            let (child, _, end) = self.entity(stop.next, &path, kind);
            part.children.push(child);
            stop = end;
        }
        self.boundaries.pop();
        if stop.level == Some(level) {
            stop = self.skip(stop.next);
        } else if occurs {
            self.defects.add(DefectCode::MissingEndBoundary, &part.path);
        }
        stop
    }

    /// Goes on to the next delimiter of any open multipart: a line that begins with two hyphens.
    fn skip(&self, start: usize) -> Stop {
        let mark = [self.ending, b'-', b'-'];
        let finder = memchr::memmem::Finder::new(&mark);
        let mut line_at = (!self.boundaries.is_empty()).then_some(start);
        while let Some(at) = line_at {
            let rest = self.raw.get(at..).unwrap_or_default();
            if rest.starts_with(b"--") {
                let next = header::next_line(self.raw, at, self.ending);
                let line = self.raw.get(at..next).unwrap_or_default();
                if let Some((level, is_closing)) = self.delimiter(line) {
                    return Stop { end: self.before_break(at), next, level: Some(level), is_closing };
                }
            }
            line_at = finder.find(rest).map(|found| at + found + 1);
        }
        Stop { end: self.raw.len(), next: self.raw.len(), level: None, is_closing: true }
    }

    /// Which open multipart a line delimits, innermost first, and whether it closes it.
    fn delimiter(&self, line: &[u8]) -> Option<(usize, bool)> {
        let line = line.strip_prefix(b"--")?.trim_ascii_end();
        self.boundaries.iter().enumerate().rev().find_map(|(level, boundary)| {
            let rest = line.strip_prefix(boundary.as_slice())?;
            (rest.is_empty() || rest == b"--").then_some((level, !rest.is_empty()))
        })
    }

    /// The boundary of a multipart that does not say it: the first line like a delimiter with a
    /// content field on the next.
    fn evident_boundary(&self, body: usize) -> Option<Vec<u8>> {
        const SEARCHED: usize = 64 * 1024;
        let end = self.raw.len().min(body.saturating_add(SEARCHED));
        let mut at = body;
        while at < end {
            let next = header::next_line(self.raw, at, self.ending);
            let line = self.raw.get(at..next).unwrap_or_default();
            if self.delimiter(line).is_some() {
                return None;
            }
            let follows = self.raw.get(next..).unwrap_or_default();
            let boundary = line.strip_prefix(b"--").unwrap_or_default().trim_ascii_end();
            let is_field = follows.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"));
            if is_field && (1..=200).contains(&boundary.len()) {
                return Some(boundary.to_vec());
            }
            at = next;
        }
        None
    }

    /// The line break before a delimiter line is the delimiter's.
    fn before_break(&self, at: usize) -> usize {
        let before = self.raw.get(..at).unwrap_or_default();
        header::without_break(before).len()
    }

    /// A part with all that its header says of it.
    fn described(&self, fields: &[Field], path: &str, kind: Kind) -> Part {
        let first = |name: &str| fields.iter().find(|field| field.is(self.raw, name)).map(|f| f.value(self.raw));
        let declared = first("Content-Type").map(|value| Parameterized::parse(&header::unfolded(value)));
        let content_type = content_type(declared.as_ref(), kind);
        let disposition = first("Content-Disposition").map(|value| Parameterized::parse(&header::unfolded(value)));
        let name = disposition
            .as_ref()
            .and_then(|d| d.file_name("filename"))
            .or_else(|| declared.as_ref().and_then(|d| d.file_name("name")));
        let transfer_encoding = match content_type.kind.as_str() {
            "multipart" => Encoding::Identity,
            _ => self.transfer_encoding(fields),
        };
        Part {
            path: path.to_owned(),
            is_attachment: disposition.is_some_and(|d| d.value == "attachment"),
            filename: name.and_then(|name| file_name(&name)),
            content_id: first("Content-ID").and_then(header::identifier),
            content_type,
            transfer_encoding,
            header: 0..0,
            body: 0..0,
            whole: 0..0,
            children: Vec::new(),
            nested: None,
            content: None,
        }
    }

    fn transfer_encoding(&self, fields: &[Field]) -> Encoding {
        let field = fields.iter().find(|field| field.is(self.raw, "Content-Transfer-Encoding"));
        field.map_or(Encoding::Identity, |field| Encoding::named(&header::unfolded(field.value(self.raw))))
    }

    /// Looks into a leaf: the message in it, or whether its text is what it says.
    fn leaf(&mut self, part: &mut Part) {
        let body = self.raw.get(part.body.clone()).unwrap_or_default();
        if part.transfer_encoding == Encoding::Base64 && is_no_base64(body, &part.content_type) {
            part.transfer_encoding = Encoding::Identity;
            self.defects.add(DefectCode::BadTransferEncoding, &part.path);
        } else if !part.transfer_encoding.is_kept_by(body) {
            self.defects.add(DefectCode::BadTransferEncoding, &part.path);
        }
        let is_message = part.content_type.is("message", "rfc822") || part.content_type.is("message", "global");
        if is_message {
            self.nest(part, body);
        } else if part.content_type.kind == "text" {
            self.note_text(part, body);
        }
    }

    fn nest(&mut self, part: &mut Part, body: &[u8]) {
        let depth = self.depth + self.boundaries.len() + 1;
        if depth >= self.budget.limits.depth || body.len() > self.budget.nested_bytes || self.budget.parts == 0 {
            self.defects.add(DefectCode::LimitReached, &part.path);
            return;
        }
        self.budget.nested_bytes -= body.len();
        let nested = RawMessage::new(part.transfer_encoding.decode(body));
        part.nested = Some(Box::new(parse_within(&nested, self.budget, depth)));
    }

    fn note_text(&mut self, part: &mut Part, body: &[u8]) {
        let declared = part.content_type.parameter("charset");
        let is_plain = matches!(part.transfer_encoding, Encoding::Identity | Encoding::Unknown);
        // Almost all text is ASCII under a label that agrees: nothing to decode.
        let is_ascii = is_plain && body.chunks(256).all(is_plain_ascii);
        let is_utf7 = declared.is_some_and(|label| label.to_ascii_lowercase().contains("utf-7"));
        if is_ascii && !is_utf7 && declared.is_none_or(|label| !label.to_ascii_lowercase().starts_with("utf-16")) {
            return;
        }
        let bytes = part.transfer_encoding.decode(body);
        if bytes.contains(&0) && declared.is_none_or(|label| !label.to_ascii_lowercase().starts_with("utf-16")) {
            self.defects.add(DefectCode::NulByte, &part.path);
        }
        let own = part.content_type.is("text", "html").then(|| html_label(&bytes)).flatten();
        if !decode(&bytes, declared.or(own.as_deref())).is_sound {
            self.defects.add(DefectCode::BadCharset, &part.path);
        }
        if !is_plain && bytes.len() <= KEPT {
            part.content = Some(RawMessage::new(bytes));
        }
    }

    fn note_header(&mut self, scan: &header::Scan, path: &str) {
        if scan.is_malformed || scan.stopped && !scan.fields.is_empty() {
            self.defects.add(DefectCode::MalformedHeader, path);
        }
        if scan.is_cut {
            self.defects.add(DefectCode::LimitReached, path);
        }
        for value in scan.fields.iter().map(|field| field.value(self.raw)) {
            if value.contains(&0) {
                self.defects.add(DefectCode::NulByte, path);
            }
            if std::str::from_utf8(value).is_err() {
                self.defects.add(DefectCode::EightBitHeader, path);
            }
        }
    }
}

/// Without an early end, so that the compiler can make wide instructions of it.
fn is_plain_ascii(piece: &[u8]) -> bool {
    piece.iter().fold(true, |so_far, b| so_far & matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
}

/// Decoded texts that are no longer are kept, so that they need not be decoded again.
const KEPT: usize = 1 << 20;

/// Whether what is labelled base64 is none at all: its first line is words, or has bytes that no
/// such text has. (A footer after base64 is another matter.)
fn is_no_base64(body: &[u8], kind: &ContentType) -> bool {
    let line = body.split(|b| matches!(b, b'\r' | b'\n')).map(<[u8]>::trim_ascii).find(|line| !line.is_empty());
    let Some(line) = line else { return false };
    let is_words = line.iter().any(|b| matches!(b, b' ' | b':' | b',' | b'<'));
    let is_read = matches!(kind.kind.as_str(), "text" | "message");
    line.iter().any(|b| !b.is_ascii()) || is_read && is_words
}

/// IMAP calls the single part of a message "1" (RFC 3501 §6.4.5).
fn leaf_path(path: &str) -> &str {
    if path.is_empty() { "1" } else { path }
}

/// The declared type; what is not readable as one is text/plain (RFC 2045 §5.2).
fn content_type(declared: Option<&Parameterized>, kind: Kind) -> ContentType {
    let parameters = declared.map(|d| d.parameters.clone()).unwrap_or_default();
    let is_token = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b))
    };
    let named = declared.and_then(|d| {
        let (kind, subtype) = d.value.split_once('/')?;
        let subtype = subtype.split_whitespace().next().unwrap_or_default();
        let kind = kind.trim();
        (is_token(kind) && is_token(subtype)).then(|| (clean_line(kind), clean_line(subtype)))
    });
    match (named, kind) {
        (Some((kind, subtype)), _) => ContentType { kind, subtype, parameters },
        (None, Kind::Digest) if declared.is_none() => {
            ContentType { kind: "message".to_owned(), subtype: "rfc822".to_owned(), parameters }
        }
        (None, _) => ContentType::plain(parameters),
    }
}
