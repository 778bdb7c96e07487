use std::borrow::Cow;
use std::ops::Range;

const BEGIN: &[u8] = b"-----BEGIN PGP ";
const BEGIN_CLEARTEXT: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
/// Blocks looked for in one text.
const MAX_BLOCKS: usize = 100;

/// An OpenPGP object inside of a text, as people wrote it before PGP/MIME.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlineBlock {
    /// The bytes of the text that it takes, from its first line to the end of its last.
    pub range: Range<usize>,
    /// What it says it is.
    pub kind: InlineKind,
}

/// What an [`InlineBlock`] says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InlineKind {
    /// `PGP MESSAGE`: encrypted, or signed with its content inside.
    Message,
    /// `PGP SIGNED MESSAGE`: the cleartext signature framework (RFC 9580 §7).
    Signed,
    /// `PGP PUBLIC KEY BLOCK`.
    PublicKey,
}

/// Finds the complete OpenPGP blocks in a text, in order. A block begins and ends with a line of
/// its own; one that is begun anew before its end starts there.
pub fn find_inline_blocks(text: &str) -> Vec<InlineBlock> {
    let mut found = Vec::new();
    let mut open: Option<(usize, InlineKind)> = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let line = line.trim_end_matches(is_blank);
        if !line.starts_with("-----") {
            continue;
        }
        if let Some(kind) = begins(line) {
            open = Some((start, kind));
        } else if let Some((from, kind)) = open
            && line == ends(kind)
        {
            found.push(InlineBlock { range: from..start + line.len(), kind });
            open = None;
            if found.len() >= MAX_BLOCKS {
                break;
            }
        }
    }
    found
}

fn begins(line: &str) -> Option<InlineKind> {
    match line {
        "-----BEGIN PGP MESSAGE-----" => Some(InlineKind::Message),
        BEGIN_CLEARTEXT => Some(InlineKind::Signed),
        "-----BEGIN PGP PUBLIC KEY BLOCK-----" => Some(InlineKind::PublicKey),
        _ => None,
    }
}

fn ends(kind: InlineKind) -> &'static str {
    match kind {
        InlineKind::Message => "-----END PGP MESSAGE-----",
        InlineKind::Signed => "-----END PGP SIGNATURE-----",
        InlineKind::PublicKey => "-----END PGP PUBLIC KEY BLOCK-----",
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{200b}' || c == '\u{feff}'
}

/// One armored object without what mail programs do to it: text before and after, spaces (also
/// no-break ones) at the ends of lines. Binary objects and texts without armor are given back.
pub(super) fn tidy_armor(bytes: &[u8]) -> Cow<'_, [u8]> {
    let is_binary = bytes.first().is_some_and(|byte| byte & 0x80 != 0) && !bytes.starts_with(&[0xc2, 0xa0]);
    let Some(start) = (if is_binary { None } else { line_starting(bytes, BEGIN) }) else {
        return Cow::Borrowed(bytes);
    };
    let text = String::from_utf8_lossy(bytes.get(start..).unwrap_or_default());
    if start == 0 && is_tidy(&text) {
        return Cow::Borrowed(bytes);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim_end_matches(is_blank);
        out.push_str(line);
        out.push('\n');
        if line.starts_with("-----END PGP ") {
            break;
        }
    }
    Cow::Owned(out.into_bytes())
}

/// The lines of base64 of an armored message (RFC 9580 §6.2) that is written as programs write it, for a decoder that
/// reads many at once: the library's reads byte by byte, which takes a third of all the time that a message of 25 MB
/// needs. Whatever is odd about it in any way gives `None`, here or there, and is the library's to read or to refuse.
/// Like the library this ignores the checksum: what protects the message is inside.
pub(super) fn armored_lines(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(b"-----BEGIN PGP MESSAGE-----")?;
    let head = rest.get(..rest.len().min(ARMOR_HEADER))?;
    let ends = [&b"\n\r\n"[..], b"\n\n"].map(|end| memchr::memmem::find(head, end).map(|at| at + end.len()));
    let (header, rest) = rest.split_at_checked(ends.into_iter().flatten().min()?)?;
    let mut lines = header.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let is_header = |line: &[u8]| line.is_empty() || memchr::memmem::find(line, b": ").is_some();
    if !lines.next()?.is_empty() || !lines.all(is_header) {
        return None;
    }
    let end = memchr::memmem::rfind(rest, END_MESSAGE)?;
    let (body, after) = rest.split_at_checked(end)?;
    let is_last = after.strip_prefix(END_MESSAGE)?.iter().all(u8::is_ascii_whitespace);
    is_last.then(|| without_checksum(body)).flatten()
}

/// Much more than the header of an armor has, in bytes.
const ARMOR_HEADER: usize = 4_096;
const END_MESSAGE: &[u8] = b"-----END PGP MESSAGE-----";
/// There may be one line with a checksum, the last.
fn without_checksum(body: &[u8]) -> Option<&[u8]> {
    let body = body.strip_suffix(b"\n")?;
    let (before, last) = body.split_at_checked(memchr::memrchr(b'\n', body).map_or(0, |at| at + 1))?;
    let last = last.strip_suffix(b"\r").unwrap_or(last);
    let is_checksum = last.len() == 5 && last.starts_with(b"=");
    Some(if is_checksum { before } else { body })
}

/// Whether an armored object begins and ends its text, and no line of it is followed by a blank.
fn is_tidy(text: &str) -> bool {
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let mut has_ended = false;
    for line in lines.map(|line| line.strip_suffix('\r').unwrap_or(line)) {
        if has_ended || line.ends_with(is_blank) {
            return false;
        }
        has_ended = line.starts_with("-----END PGP ");
    }
    has_ended
}

/// Whether an object is of the cleartext signature framework.
pub(super) fn is_cleartext(bytes: &[u8]) -> bool {
    line_starting(bytes, BEGIN).is_some_and(|start| {
        let before = bytes.get(..start).unwrap_or_default();
        before.iter().all(u8::is_ascii_whitespace)
            && bytes.get(start..).is_some_and(|rest| rest.starts_with(BEGIN_CLEARTEXT.as_bytes()))
    })
}

/// Whether nothing but `Hash` headers stands before the signed text: any other would be taken for
/// signed text by a reader, and is not signed (RFC 9580 §7.1).
pub(super) fn has_only_hash_headers(bytes: &[u8]) -> bool {
    let start = line_starting(bytes, BEGIN).unwrap_or(0);
    let mut lines = bytes.get(start..).unwrap_or_default().split(|byte| *byte == b'\n').skip(1);
    lines.find(|line| !line.starts_with(b"Hash: ")).is_some_and(|line| line.iter().all(u8::is_ascii_whitespace))
}

/// Where the first line that begins so begins.
fn line_starting(bytes: &[u8], prefix: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(rest) = bytes.get(from..) {
        if rest.starts_with(prefix) {
            return Some(from);
        }
        from += rest.iter().position(|byte| *byte == b'\n')? + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sequoia_openpgp::armor::{Kind, Reader, ReaderMode};

    use super::*;
    use crate::domain::base64_lines;

    fn dearmored(text: &[u8]) -> Option<Vec<u8>> {
        armored_lines(text).and_then(base64_lines)
    }

    fn armored(size: usize, width: usize, end: &str, header: &str, checksum: &str) -> (Vec<u8>, Vec<u8>) {
        let content: Vec<u8> = (0..size).map(|at| (at * 7 % 251) as u8).collect();
        let digits = STANDARD.encode(&content);
        let lines: String =
            digits.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap().to_owned() + end).collect();
        let text =
            format!("-----BEGIN PGP MESSAGE-----{end}{header}{end}{lines}{checksum}-----END PGP MESSAGE-----{end}");
        (content, text.into_bytes())
    }

    #[test]
    fn what_programs_write_is_read_as_the_library_reads_it() {
        for size in [1, 2, 3, 47, 48, 49, 48 * 1024, 200_000, 200_001] {
            for (width, end) in [(64, "\n"), (64, "\r\n"), (76, "\r\n"), (60, "\n")] {
                let header = [String::new(), format!("Version: GnuPG v2{end}Comment: https://x.example{end}")];
                for (header, checksum) in header.iter().zip([String::new(), format!("=AbCd{end}")]) {
                    let (content, text) = armored(size, width, end, header, &checksum);
                    assert_eq!(dearmored(&text).as_deref(), Some(&content[..]), "{size} {width} {end:?} {header:?}");
                    let mut read = Vec::new();
                    Reader::from_bytes(&text, ReaderMode::Tolerant(Some(Kind::Message)))
                        .read_to_end(&mut read)
                        .unwrap();
                    assert_eq!(read, content);
                }
            }
        }
    }

    #[test]
    fn what_is_odd_is_left_to_the_library() {
        let (_, text) = armored(1_000, 64, "\n", "", "");
        let text = String::from_utf8(text).unwrap();
        let (head, body) = text.split_at(text.find("\n\n").unwrap() + 2);
        for odd in [
            format!("words\n{text}"),
            format!("{text}words"),
            format!("{text}{text}"),
            text.replace("MESSAGE", "SIGNATURE"),
            format!("{head}{}", body.replacen('A', "-", 1)),
            format!("{head}{}", body.replacen('A', " ", 1)),
            format!("{head}\u{a0}{body}"),
            format!("{head}QQ==\n{body}"),
            format!("{head}=AbCd\n{body}"),
            text.replacen("\n\n", "\n", 1),
            text.replacen("\n\n", "\nwords\n\n", 1),
            text.replace("-----END", "----END"),
            text.replacen("MESSAGE-----\n", "MESSAGE----- \nx\n", 1),
            String::new(),
        ] {
            assert_eq!(dearmored(odd.as_bytes()), None, "{odd}");
        }
    }
}
