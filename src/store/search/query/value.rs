//! The fields of a query and what may stand after their colon.

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _, Zoned};

use super::{Fact, Node, NoteKind, Place};

/// A field whose value is not sought as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Has,
    Is,
    Before,
    After,
    On,
    Folder,
    Tag,
    Larger,
    Smaller,
}

/// The field of text with that name.
pub(super) fn place(name: &str) -> Option<Place> {
    Some(match name {
        "from" | "差出人" | "送信者" => Place::From,
        "to" | "宛先" => Place::To,
        "cc" => Place::Cc,
        "subject" | "件名" => Place::Subject,
        "body" | "本文" => Place::Body,
        "filename" | "file" | "ファイル名" => Place::Filename,
        _ => return None,
    })
}

/// Another field with that name.
pub(super) fn field(name: &str) -> Option<Field> {
    Some(match name {
        "has" | "添付" => Field::Has,
        "is" => Field::Is,
        "before" | "until" => Field::Before,
        "after" | "since" => Field::After,
        "on" | "date" | "日付" => Field::On,
        "folder" | "in" | "フォルダ" | "フォルダー" => Field::Folder,
        "tag" | "タグ" => Field::Tag,
        "larger" | "bigger" => Field::Larger,
        "smaller" => Field::Smaller,
        _ => return None,
    })
}

/// What a value means in its field. It comes in plain forms (NFKC).
pub(super) fn read(field: Field, value: &str, now: &Zoned) -> Result<Node, NoteKind> {
    let unknown = || NoteKind::UnknownValue;
    Ok(match field {
        Field::Has => has(&value.to_lowercase()).ok_or_else(unknown)?,
        Field::Is => Node::Fact(is(&value.to_lowercase()).ok_or_else(unknown)?),
        Field::Folder if !value.is_empty() => Node::Fact(Fact::Folder(value.to_owned())),
        Field::Tag if !value.is_empty() => Node::Fact(Fact::Tag(value.to_owned())),
        Field::Folder | Field::Tag => return Err(NoteKind::UnknownValue),
        Field::Larger => Node::Size(Some(size(value).ok_or(NoteKind::NotASize)?), None),
        Field::Smaller => Node::Size(None, Some(size(value).ok_or(NoteKind::NotASize)?)),
        Field::Before | Field::After | Field::On => {
            let (from, to) = span(value, now).ok_or(NoteKind::NotADate)?;
            let at = |date: Date| moment(date, now).ok_or(NoteKind::NotADate);
            match field {
                Field::Before => Node::Date(None, Some(at(from)?)),
                Field::After => Node::Date(Some(at(from)?), None),
                _ => Node::Date(Some(at(from)?), Some(at(to)?)),
            }
        }
    })
}

fn has(value: &str) -> Option<Node> {
    Some(Node::Has(match value {
        "attachment" | "attachments" | "file" | "添付" | "添付ファイル" => {
            return Some(Node::Fact(Fact::Attachment));
        }
        "calendar" | "invitation" | "event" | "予定" => "calendar",
        "contact" | "連絡先" => "contact",
        "picture" | "image" | "photo" | "画像" | "写真" => "picture",
        "pdf" => "pdf",
        "document" | "文書" => "document",
        "spreadsheet" | "表" => "spreadsheet",
        "slides" | "presentation" => "slides",
        "archive" | "zip" => "archive",
        "audio" | "音声" => "audio",
        "video" | "動画" => "video",
        "message" => "message",
        "key" | "certificate" | "鍵" => "key",
        _ => return None,
    }))
}

fn is(value: &str) -> Option<Fact> {
    Some(match value {
        "unread" | "unseen" | "new" | "未読" => Fact::Unread,
        "read" | "seen" | "既読" => Fact::Read,
        "flagged" | "starred" => Fact::Flagged,
        "answered" | "replied" => Fact::Answered,
        "signed" | "署名" => Fact::Signed,
        "authenticated" => Fact::Authenticated,
        "encrypted" | "暗号化" => Fact::Encrypted,
        _ => return None,
    })
}

/// The days from the first up to before the second.
fn span(value: &str, now: &Zoned) -> Option<(Date, Date)> {
    let today = now.date();
    let day = |date: Date| Some((date, date.tomorrow().ok()?));
    match value.to_lowercase().as_str() {
        "today" | "今日" => return day(today),
        "yesterday" | "昨日" => return day(today.yesterday().ok()?),
        _ => {}
    }
    if let Some((count, unit)) = value.split_at_checked(value.len().saturating_sub(1))
        && let Ok(count) = count.parse::<i32>()
    {
        let back = match unit {
            "d" => count.days(),
            "w" => count.weeks(),
            "m" => count.months(),
            "y" => count.years(),
            _ => return year(value),
        };
        return day(today.checked_sub(back).ok()?);
    }
    let mut parts = value.trim_end_matches(['年', '月', '日']).split(['-', '/', '.', '年', '月']);
    let year_number: i16 = number(parts.next()?, 4)?;
    let Some(month) = parts.next() else { return year(value) };
    let month: i8 = number(month, 2)?;
    let first = Date::new(year_number, month, 1).ok()?;
    match parts.next() {
        None => Some((first, first.checked_add(1.month()).ok()?)),
        Some(in_month) if parts.next().is_none() => day(Date::new(year_number, month, number(in_month, 2)?).ok()?),
        Some(_) => None,
    }
}

fn year(value: &str) -> Option<(Date, Date)> {
    let year: i16 = number(value.trim_end_matches('年'), 4)?;
    if year < 1970 {
        return None;
    }
    Some((date(year, 1, 1), Date::new(year + 1, 1, 1).ok()?))
}

fn number<T: std::str::FromStr>(text: &str, longest: usize) -> Option<T> {
    let is_one = !text.is_empty() && text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_one { text.parse().ok() } else { None }
}

/// When a day begins for the reader.
fn moment(date: Date, now: &Zoned) -> Option<Timestamp> {
    Some(date.to_zoned(now.time_zone().clone()).ok()?.timestamp())
}

fn size(value: &str) -> Option<u64> {
    let value = value.to_lowercase();
    let digits = value.find(|char: char| !char.is_ascii_digit()).unwrap_or(value.len());
    let (number, unit) = value.split_at_checked(digits)?;
    let shift = match unit.trim_end_matches("ib").trim_end_matches('b') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(1 << shift)
}
