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
