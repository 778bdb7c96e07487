use super::charset;
use super::transfer::{base64, hex_pair};

/// Decodes the encoded-words (RFC 2047) in a header text, wherever they stand. White space between
/// two of them goes. Neighbours of one charset are joined before they are decoded, because a
/// character, or the state of ISO-2022-JP, is often split between them.
pub(in super::super) fn decode_words(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut group: Vec<Word<'_>> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("=?") {
        let (before, tail) = rest.split_at(at);
        let Some((word, after)) = Word::read(tail) else {
            flush(&mut decoded, &mut group);
            let (mark, after) = tail.split_at(2);
            decoded.push_str(before);
            decoded.push_str(mark);
            rest = after;
            continue;
        };
        if !before.trim().is_empty() || group.is_empty() {
            flush(&mut decoded, &mut group);
            decoded.push_str(before);
        } else if group.last().is_some_and(|last| !last.charset.eq_ignore_ascii_case(word.charset)) {
            flush(&mut decoded, &mut group);
        }
        group.push(word);
        rest = after;
    }
    flush(&mut decoded, &mut group);
    decoded.push_str(rest);
    decoded
}

/// The length of the encoded-word that a text begins with.
pub(in super::super) fn word_length(text: &str) -> Option<usize> {
    Word::read(text).map(|(_, after)| text.len() - after.len())
}

struct Word<'a> {
    charset: &'a str,
    is_base64: bool,
    payload: &'a str,
}

impl<'a> Word<'a> {
    /// Reads `=?charset?B|Q?text?=`. The text ends at the first `?=`; a second `=?` before that
    /// means that the first one never was an encoded-word, which keeps hostile input linear.
    fn read(text: &'a str) -> Option<(Self, &'a str)> {
        let text = text.strip_prefix("=?")?;
        let end = text.bytes().take(64).position(|b| b == b'?')?;
        let (charset, text) = (text.get(..end)?, text.get(end + 1..)?);
        let charset = charset.split('*').next().unwrap_or_default();
        let is_token = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'+');
        if charset.is_empty() || !charset.bytes().all(is_token) {
            return None;
        }
        let is_base64 = match text.as_bytes().first()? {
            b'B' | b'b' => true,
            b'Q' | b'q' => false,
            _ => return None,
        };
        let text = text.get(1..)?.strip_prefix('?')?;
        let bytes = text.as_bytes();
        // Subjects that were cut off end in the middle of a word.
        let is_cut = |rest: &str| {
            let rest = rest.trim_end_matches('?');
            rest.len() >= 4 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
        };
        if is_base64 && is_cut(text) {
            return Some((Self { charset, is_base64, payload: text.trim_end_matches('?') }, ""));
        }
        let end = bytes.windows(2).enumerate().find_map(|(at, pair)| match pair {
            b"?=" => Some(Some(at)),
            b"=?" if bytes.get(at + 2) != Some(&b'=') => Some(None),
            _ => None,
        })??;
        Some((Self { charset, is_base64, payload: text.get(..end)? }, text.get(end + 2..)?))
    }

    fn bytes(&self) -> Vec<u8> {
        if self.is_base64 { base64(self.payload.as_bytes()) } else { self.q_decode() }
    }

    /// The "Q" encoding (RFC 2047 §4.2).
    fn q_decode(&self) -> Vec<u8> {
        let raw = charset::encode(self.payload, self.charset);
        let mut bytes = Vec::with_capacity(raw.len());
        let mut rest = raw.as_slice();
        while let [byte, tail @ ..] = rest {
            rest = tail;
            match (byte, hex_pair(tail)) {
                (b'_', _) => bytes.push(b' '),
                (b'=', Some(value)) => {
                    bytes.push(value);
                    rest = tail.get(2..).unwrap_or_default();
                }
                _ => bytes.push(*byte),
            }
        }
        bytes
    }
}

/// Writes a run of neighbouring words out.
fn flush(decoded: &mut String, group: &mut Vec<Word<'_>>) {
    let words = std::mem::take(group);
    let Some(first) = words.first() else { return };
    let label = Some(first.charset);
    let joined = charset::decode(&joined(&words), label);
    if joined.is_sound || words.len() == 1 {
        decoded.push_str(&joined.text);
        return;
    }
    let apart: Vec<_> = words.iter().map(|word| charset::decode(&word.bytes(), label)).collect();
    if apart.iter().all(|word| word.is_sound) {
        decoded.extend(apart.into_iter().map(|word| word.text));
    } else {
        decoded.push_str(&joined.text);
    }
}

/// The bytes of all words. Base64 that was cut off between its groups of four is joined as text.
fn joined(words: &[Word<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut open = String::new();
    for word in words {
        if !word.is_base64 {
            bytes.extend(base64(std::mem::take(&mut open).as_bytes()));
            bytes.extend(word.q_decode());
            continue;
        }
        open.push_str(word.payload);
        if open.len().is_multiple_of(4) || open.ends_with('=') {
            bytes.extend(base64(std::mem::take(&mut open).as_bytes()));
        }
    }
    bytes.extend(base64(open.as_bytes()));
    bytes
}
