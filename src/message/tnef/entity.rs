use std::fmt::Write as _;

use crate::domain::{EmailAddress, RawMessage};

use super::super::build::{base64, encoded_words, parameter};
use super::super::file_kind;
use super::super::parse::parse;
use super::super::part::{Defect, DefectCode, Limits, ParsedMessage};
use super::contents::{Contents, File, FileContent};
use super::items::Item;

/// The entity that says the same. Contents are in base64, which holds no delimiter.
pub(super) fn of(contents: Contents, limits: &Limits) -> ParsedMessage {
    let is_cut = contents.is_cut;
    let mut entity = parse(&RawMessage::new(written(contents, 0)), limits);
    entity.defects.retain(|defect| defect.code != DefectCode::MissingFrom);
    if is_cut {
        entity.defects.push(Defect { code: DefectCode::LimitReached, part: entity.root.path.clone() });
    }
    entity
}

/// Content fields and body; `depth` messages are around it.
fn written(contents: Contents, depth: usize) -> String {
    let Contents { plain, html, files, item, .. } = contents;
    let is_within = |file: &File| match (&file.content_id, &html) {
        (Some(id), Some(html)) => !id.is_empty() && html.contains(id.as_str()),
        _ => false,
    };
    let inline: Vec<bool> = files.iter().map(is_within).collect();
    let body = match (plain, html) {
        (Some(plain), Some(html)) => {
            Some(together("alternative", &[text("plain", &plain), text("html", &html)], 2 * depth + 1))
        }
        (Some(plain), None) => Some(text("plain", &plain)),
        (None, Some(html)) => Some(text("html", &html)),
        (None, None) => None,
    };
    let mut parts: Vec<String> = body.into_iter().collect();
    parts.extend(item.map(|item| of_item(&item)));
    parts.extend(files.into_iter().zip(inline).map(|(file, inline)| of_file(file, inline, depth)));
    together("mixed", &parts, 2 * depth)
}

fn together(subtype: &str, parts: &[String], number: usize) -> String {
    let boundary = format!("=_{number}");
    let mut entity = format!("Content-Type: multipart/{subtype}; boundary=\"{boundary}\"\r\n\r\n");
    for part in parts {
        let _ = write!(entity, "--{boundary}\r\n{part}\r\n");
    }
    let _ = write!(entity, "--{boundary}--\r\n");
    entity
}

fn text(subtype: &str, text: &str) -> String {
    let content = base64(text.as_bytes());
    format!("Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{content}")
}

fn of_item(item: &Item) -> String {
    let name = parameter("filename", item.name);
    let content = base64(item.text.as_bytes());
    format!(
        "Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: inline{name}\r\n\r\n{content}",
        item.media_type
    )
}

fn of_file(file: File, is_inline: bool, depth: usize) -> String {
    let name = file.name.as_deref().map(|name| parameter("filename", name)).unwrap_or_default();
    let disposition = if is_inline { "inline" } else { "attachment" };
    let head = format!("Content-Disposition: {disposition}{name}\r\n");
    let id = file.content_id.as_deref().map(one_line).filter(|id| !id.is_empty());
    let id = id.map(|id| format!("Content-ID: <{id}>\r\n")).unwrap_or_default();
    match file.content {
        FileContent::Message(message) => {
            let fields = header(&message);
            let entity = written(*message, depth + 1);
            format!("Content-Type: message/rfc822\r\n{head}\r\n{fields}{entity}")
        }
        FileContent::Bytes(bytes) => {
            let kind = file.media_type.filter(|kind| is_type(kind));
            let by_name = || file.name.as_deref().and_then(file_kind::of_name);
            let kind = kind.as_deref().or_else(by_name).unwrap_or("application/octet-stream");
            let content = base64(&bytes);
            format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n{head}{id}\r\n{content}")
        }
    }
}

/// The header fields that are known of a message within.
fn header(message: &Contents) -> String {
    let mut header = String::new();
    let words = |text: &str| encoded_words(&one_line(text)).join("\r\n ");
    if let Some((name, address)) = &message.from
        && let Some(address) = EmailAddress::parse(address)
    {
        let _ = write!(header, "From: {} <{address}>\r\n", words(name));
    }
    if let Some(subject) = &message.subject {
        let _ = write!(header, "Subject: {}\r\n", words(subject));
    }
    header
}

fn one_line(text: &str) -> String {
    super::super::text::clean_line(text)
}

/// A type that a leaf may have.
fn is_type(kind: &str) -> bool {
    let is_token =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    kind.split_once('/').is_some_and(|(kind, subtype)| {
        kind != "multipart" && is_token(kind) && is_token(subtype) && (kind != "message" || subtype == "rfc822")
    })
}
