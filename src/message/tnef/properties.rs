use jiff::Timestamp;

use super::super::text::{decode_bytes, label_of_code_page};
use super::stream::Cursor;

/// How a property is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// By its identifier alone.
    Id(u16),
    /// By a number in a set of properties, the set by the beginning of its GUID.
    Numbered(u32, u32),
    /// By a word.
    Worded,
}

/// One MAPI property, with the bytes of its first value.
pub(super) struct Property<'a> {
    name: Name,
    kind: u16,
    value: &'a [u8],
}

/// The properties of a message or of an attachment (MS-OXTNEF §2.1.3.4).
pub(super) struct Properties<'a> {
    all: Vec<Property<'a>>,
    /// Of text that is not in UTF-16.
    pub(super) code_page: u32,
}

/// No message has more properties, or more values in one.
const MAX: usize = 4_000;

/// Kinds of value (MS-OXCDATA §2.11.1).
mod kind {
    pub(super) const SHORT: u16 = 0x02;
    pub(super) const BOOLEAN: u16 = 0x0b;
    pub(super) const OBJECT: u16 = 0x0d;
    pub(super) const STRING: u16 = 0x1e;
    pub(super) const UNICODE: u16 = 0x1f;
    pub(super) const TIME: u16 = 0x40;
    pub(super) const BINARY: u16 = 0x102;
    pub(super) const MULTIPLE: u16 = 0x1000;
}

impl<'a> Properties<'a> {
    /// Reads what can be read.
    pub(super) fn read(bytes: &'a [u8], code_page: u32) -> Self {
        let mut cursor = Cursor::new(bytes);
        let count = cursor.length().unwrap_or_default().min(MAX);
        let mut all = Vec::new();
        for _ in 0..count {
            let Some(property) = property(&mut cursor) else { break };
            all.push(property);
        }
        Self { all, code_page }
    }

    fn find(&self, name: Name) -> Option<&Property<'a>> {
        self.all.iter().find(|property| property.name == name)
    }

    /// A text, of either kind; empty ones are none.
    pub(super) fn text(&self, id: u16) -> Option<String> {
        self.named_text(Name::Id(id))
    }

    pub(super) fn named_text(&self, name: Name) -> Option<String> {
        let property = self.find(name)?;
        let text = match property.kind {
            kind::UNICODE => utf16(property.value),
            kind::STRING => string(property.value, self.code_page),
            _ => return None,
        };
        Some(text).filter(|text| !text.trim().is_empty())
    }

    /// The bytes of a binary or of an object.
    pub(super) fn binary(&self, id: u16) -> Option<&'a [u8]> {
        self.named_binary(Name::Id(id))
    }

    pub(super) fn named_binary(&self, name: Name) -> Option<&'a [u8]> {
        let property = self.find(name)?;
        match property.kind {
            kind::BINARY | kind::STRING => Some(property.value),
            // An object begins with the identifier of its interface.
            kind::OBJECT => property.value.get(16..),
            _ => None,
        }
    }

    pub(super) fn number(&self, id: u16) -> Option<u32> {
        Cursor::new(self.find(Name::Id(id))?.value).u32()
    }

    /// A moment: hundreds of nanoseconds since 1601.
    pub(super) fn time(&self, name: Name) -> Option<Timestamp> {
        let property = self.find(name).filter(|property| property.kind == kind::TIME)?;
        let ticks = u64::from_le_bytes(property.value.get(..8)?.try_into().ok()?);
        let seconds = i64::try_from(ticks / 10_000_000).ok()? - 11_644_473_600;
        Timestamp::from_second(seconds).ok()
    }
}

fn property<'a>(cursor: &mut Cursor<'a>) -> Option<Property<'a>> {
    let kind = cursor.u16()?;
    let id = cursor.u16()?;
    let name = if id < 0x8000 { Name::Id(id) } else { name(cursor)? };
    let single = kind & !kind::MULTIPLE;
    let is_multiple = kind & kind::MULTIPLE != 0;
    let value = if let Some(width) = width(single) {
        let count = if is_multiple { cursor.length()? } else { 1 };
        cursor.take(width.checked_mul(count)?)?
    } else {
        let count = cursor.length()?;
        let mut first = None;
        for _ in 0..count.min(MAX) {
            let length = cursor.length()?;
            let value = cursor.take(length)?;
            cursor.take(length.wrapping_neg() % 4);
            first.get_or_insert(value);
        }
        first.unwrap_or_default()
    };
    Some(Property { name, kind: single, value })
}

fn name(cursor: &mut Cursor<'_>) -> Option<Name> {
    let set = cursor.u32()?;
    cursor.take(12)?;
    if cursor.u32()? == 0 {
        return Some(Name::Numbered(set, cursor.u32()?));
    }
    let length = cursor.length()?;
    cursor.take(length)?;
    cursor.take(length.wrapping_neg() % 4)?;
    Some(Name::Worded)
}

/// The size of a value, which is a multiple of four; `None` of those that say theirs.
fn width(kind: u16) -> Option<usize> {
    Some(match kind {
        kind::SHORT | 0x03 | 0x04 | 0x0a | kind::BOOLEAN => 4,
        0x05 | 0x06 | 0x07 | 0x14 | kind::TIME => 8,
        0x48 => 16,
        0x00 | 0x01 => 0,
        _ => return None,
    })
}

/// Text in a code page, up to the NUL that ends it.
pub(super) fn string(bytes: &[u8], code_page: u32) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    decode_bytes(bytes.get(..end).unwrap_or_default(), Some(&label_of_code_page(code_page)))
}

fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).take_while(|unit| *unit != 0);
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
