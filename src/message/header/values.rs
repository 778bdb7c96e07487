use jiff::Timestamp;

use super::super::text::{clean_line, decode, decode_words, guess};

/// A value on one line, in Unicode, encoded-words not decoded. Undeclared eight-bit text and raw
/// ISO-2022-JP come out readable.
pub(in super::super) fn unfolded(value: &[u8]) -> String {
    if value.is_ascii()
        && !value.contains(&0x1b)
        && let Ok(text) = std::str::from_utf8(value)
    {
        return on_one_line(text);
    }
    on_one_line(&guess(value))
}

/// The same, where undeclared eight-bit text is taken to be in `charset`, the one that the text of
/// the message is in, when it can be.
pub(in super::super) fn unfolded_near(value: &[u8], charset: Option<&str>) -> String {
    if let Some(charset) = charset
        && !value.contains(&0x1b)
        && std::str::from_utf8(value).is_err()
    {
        let decoded = decode(value, Some(charset));
        if decoded.is_sound {
            return on_one_line(&decoded.text);
        }
    }
    unfolded(value)
}

fn on_one_line(text: &str) -> String {
    let text = text.trim();
    if !text.contains(['\r', '\n']) {
        return text.to_owned();
    }
    let mut line = String::with_capacity(text.len());
    for piece in text.split(['\r', '\n']).filter(|piece| !piece.is_empty()) {
        line.push_str(piece);
    }
    line.trim().to_owned()
}

/// An unstructured value (RFC 5322 §2.2.1) for display.
pub(in super::super) fn text(value: &[u8]) -> String {
    text_near(value, None)
}

/// The same; see [`unfolded_near`].
pub(in super::super) fn text_near(value: &[u8], charset: Option<&str>) -> String {
    clean_line(&decode_words(&unfolded_near(value, charset)))
}

/// A date (RFC 5322 §3.3, and obsolete forms).
pub(in super::super) fn date(value: &[u8]) -> Option<Timestamp> {
    let text = unfolded(value);
    // The parser reads on over line breaks: it must see one line.
    let date = mail_parser::DateTime::parse_rfc822(&format!("{}\n", clean_line(&text)))?;
    date.is_valid().then(|| Timestamp::from_second(date.to_timestamp()).ok()).flatten()
}

/// The first `msg-id` (RFC 5322 §3.6.4), or the whole value when it has no angle brackets.
pub(in super::super) fn identifier(value: &[u8]) -> Option<String> {
    let text = clean_line(&unfolded(value));
    if text.contains('<') { bracketed(&text).next() } else { Some(text).filter(|text| !text.is_empty()) }
}

/// Every `msg-id` of a value.
pub(in super::super) fn identifiers(value: &[u8]) -> Vec<String> {
    let text = clean_line(&unfolded(value));
    if text.contains('<') {
        return bracketed(&text).take(MAX_IDENTIFIERS).collect();
    }
    text.split_whitespace().filter(|word| word.contains('@')).take(MAX_IDENTIFIERS).map(str::to_owned).collect()
}

/// More than any thread has.
const MAX_IDENTIFIERS: usize = 1_000;

fn bracketed(text: &str) -> impl Iterator<Item = String> {
    text.split('<')
        .skip(1)
        .filter_map(|piece| piece.split_once('>'))
        .map(|(id, _)| id.split_whitespace().collect::<String>())
        .filter(|id| !id.is_empty())
}
