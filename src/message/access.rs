use std::iter;

use crate::domain::{EmailAddress, RawMessage};

use super::file_kind;
use super::header::{self, Caps, Field};
use super::part::{Limits, ParsedMessage, Part};
use super::text::{Carrier, Flowed, clean_body, decode, decode_bytes, enriched, html_label, with_emoji};

/// No transfer encoding makes a text so many times as long; most make it a third longer.
const ENOUGH: usize = 4;

/// A text that came without MIME (an inline OpenPGP object), as [`Part::text`] gives it: its charset guessed,
/// lines ended by `\n`, without control characters.
pub fn bare_text(bytes: &[u8]) -> String {
    clean_body(&decode_bytes(bytes, None))
}

/// A text/enriched (RFC 1896) or text/richtext as plain text.
pub fn enriched_to_text(text: &str) -> String {
    enriched(text)
}

/// The type of a file by the ending of its name; `application/octet-stream` when that says nothing.
pub fn type_of_name(name: &str) -> &'static str {
    file_kind::of_name(name).unwrap_or("application/octet-stream")
}

/// A text with the symbols of Japanese mobile phones as Unicode has them. They are told apart by the
/// network of `from`, the address that the message is from.
pub fn with_mobile_emoji(text: String, from: Option<&EmailAddress>) -> String {
    with_emoji(text, from.and_then(Carrier::of))
}

impl ParsedMessage {
    /// Every part, depth first, the root first. Messages within are not entered.
    pub fn walk(&self) -> impl Iterator<Item = &Part> {
        self.root.walk()
    }

    /// The values of a field of the message's own header; see [`Part::header_values`].
    pub fn header_values(&self, name: &str) -> Vec<String> {
        self.root.header_values(&self.raw, name)
    }
}

impl Part {
    /// The content with its transfer encoding undone, never longer than the body is; of a
    /// multipart, its body as it is. `raw` are the bytes that the part's ranges count in.
    pub fn decoded(&self, raw: &[u8]) -> Vec<u8> {
        self.transfer_encoding.decode(raw.get(self.body.clone()).unwrap_or_default())
    }

    /// As [`Part::decoded`], without doing it again where parsing did.
    pub fn content(&self, raw: &[u8]) -> RawMessage {
        self.content.clone().unwrap_or_else(|| RawMessage::new(self.decoded(raw)))
    }

    /// The content as text: charset decoded, lines ended by `\n`, without control characters.
    pub fn text(&self, raw: &[u8]) -> String {
        match &self.content {
            Some(known) => self.readable(known),
            None => self.readable(&self.decoded(raw)),
        }
    }

    fn readable(&self, bytes: &[u8]) -> String {
        let own = self.content_type.is("text", "html").then(|| html_label(bytes)).flatten();
        let label = self.content_type.parameter("charset").or(own.as_deref());
        clean_body(&decode(bytes, label).text)
    }

    /// As [`Part::text`], but of a text that is far longer than `limit` bytes no more than is needed for that is
    /// read; and whether it is all of the text.
    pub fn text_within(&self, raw: &[u8], limit: usize) -> (String, bool) {
        let Some(bytes) = self.beginning(raw, limit) else { return (self.text(raw), true) };
        (self.readable(&bytes), false)
    }

    /// The beginning of a very long content, up to the end of a line; `None` where all of it has to be read.
    fn beginning(&self, raw: &[u8], limit: usize) -> Option<Vec<u8>> {
        let is_wide =
            self.content_type.parameter("charset").is_some_and(|c| c.to_ascii_lowercase().starts_with("utf-16"));
        let start = raw.get(self.body.clone())?.get(..limit.saturating_mul(ENOUGH)).filter(|_| !is_wide)?;
        let whole_lines = start.get(..memchr::memrchr(b'\n', start)? + 1)?;
        let mut bytes = self.transfer_encoding.decode(whole_lines);
        bytes.truncate(memchr::memrchr(b'\n', &bytes)? + 1);
        Some(bytes)
    }

    /// A text of this part as it is to be read: `format=flowed` (RFC 3676) unwrapped. Signed and
    /// encrypted blocks in it must have been taken out before.
    pub fn unwrapped(&self, text: String) -> String {
        match Flowed::of(&self.content_type) {
            Some(flowed) => flowed.unwrapped(&text),
            None => text,
        }
    }

    /// The values of a field in this part's own header, unfolded, in order; encoded-words are
    /// left as they are.
    pub fn header_values(&self, raw: &[u8], name: &str) -> Vec<String> {
        let fields = self.fields(raw);
        fields.iter().filter(|f| f.is(raw, name)).map(|f| header::unfolded(f.value(raw))).collect()
    }

    /// Every field of this part's own header, in order: its name as written, and its value,
    /// folded as it was, from after the colon to before the last line break.
    pub fn raw_header_fields<'a>(&self, raw: &'a [u8]) -> Vec<(&'a str, &'a [u8])> {
        self.fields(raw).iter().map(|field| (field.name(raw), field.value(raw))).collect()
    }

    /// This part and every part within it, depth first. Messages within are not entered.
    pub fn walk(&self) -> impl Iterator<Item = &Part> {
        let mut waiting = vec![self];
        iter::from_fn(move || {
            let part = waiting.pop()?;
            waiting.extend(part.children.iter().rev());
            Some(part)
        })
    }

    /// Whether this is a text whose content is to be read in place, not a file.
    pub fn is_inline_text(&self) -> bool {
        self.content_type.kind == "text" && !self.is_attachment && self.children.is_empty()
    }

    pub(super) fn fields(&self, raw: &[u8]) -> Vec<Field> {
        let Limits { headers, header_bytes, .. } = Limits::default();
        header::fields(raw, self.header.clone(), Caps { fields: headers, bytes: header_bytes })
    }
}
