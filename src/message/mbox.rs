use crate::domain::RawMessage;

/// Whether bytes are an mbox file (RFC 4155): a `From ` line, then a header.
pub fn is_mbox(bytes: &[u8]) -> bool {
    bytes.starts_with(b"From ") && is_separator(bytes, 0)
}

/// The messages of an mbox file, one after the other, without their `From ` lines. A `From ` line
/// only counts after an empty line, or at the start, and when a header field follows; quoting
/// (`>From `) is undone, as mboxrd does. Bytes that are no mbox are one message.
pub fn split_mbox(bytes: &[u8]) -> impl Iterator<Item = RawMessage> {
    let mut at = 0;
    let is_mbox = is_mbox(bytes);
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        if !is_mbox {
            at = bytes.len();
            return Some(RawMessage::new(bytes));
        }
        let start = if is_separator(bytes, at) { next_line(bytes, at) } else { at };
        let (mut line, mut after_empty) = (start, false);
        let mut end = bytes.len();
        while line < bytes.len() {
            if after_empty && is_separator(bytes, line) {
                end = line;
                break;
            }
            let next = next_line(bytes, line);
            after_empty = bytes.get(line..next).is_some_and(|l| l.iter().all(|b| matches!(b, b'\r' | b'\n')));
            line = next;
        }
        at = end;
        let message = bytes.get(start..end).unwrap_or_default();
        // The empty line at the end of each entry is the file's, not the message's.
        let message = without_empty_line(message);
        Some(RawMessage::new(unquoted(message)))
    })
}

/// A message as an entry of an mbox file: behind a `From ` line, with `more` fields at its top, its lines that look like
/// such a line quoted (mboxrd), with bare line feeds, and an empty line at the end.
pub fn as_mbox(raw: &[u8], more: &str) -> Vec<u8> {
    let mut out = b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n".to_vec();
    out.extend_from_slice(more.as_bytes());
    for line in raw.split_inclusive(|b| *b == b'\n') {
        let marks = line.iter().take_while(|b| **b == b'>').count();
        if line.get(marks..).is_some_and(|rest| rest.starts_with(b"From ")) {
            out.push(b'>');
        }
        let text = line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n")).unwrap_or(line);
        out.extend_from_slice(text);
        out.push(b'\n');
    }
    out.push(b'\n');
    out
}

/// A `From ` line with a field after it; at the very beginning, old files have a second such line.
fn is_separator(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    if !rest.starts_with(b"From ") {
        return false;
    }
    let after = bytes.get(next_line(bytes, at)..).unwrap_or_default();
    let name = after.iter().take(200).take_while(|b| b.is_ascii_graphic() && **b != b':').count();
    name > 0 && after.get(name) == Some(&b':') || at == 0 && after.starts_with(b">From ")
}

fn next_line(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|b| *b == b'\n').map_or(bytes.len(), |end| at + end + 1)
}

fn without_empty_line(message: &[u8]) -> &[u8] {
    let shorter = message.strip_suffix(b"\r\n").or_else(|| message.strip_suffix(b"\n")).unwrap_or(message);
    if shorter.ends_with(b"\n") { shorter } else { message }
}

/// One `>` less on every line that is `From ` behind such marks.
fn unquoted(message: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(message.len());
    for line in message.split_inclusive(|b| *b == b'\n') {
        let marks = line.iter().take_while(|b| **b == b'>').count();
        let is_quoted = marks > 0 && line.get(marks..).is_some_and(|rest| rest.starts_with(b"From "));
        lines.extend_from_slice(if is_quoted { line.get(1..).unwrap_or_default() } else { line });
    }
    lines
}
