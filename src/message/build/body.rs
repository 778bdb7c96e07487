use crate::domain::{Attachment, Draft};

use super::encode::{base64, is_plain, parameter, quoted_printable};
use super::wrap::{boundary_for, multipart};

/// The entity of a draft: Content-* fields and body. `hp` becomes a parameter of its type.
pub(super) fn entity(draft: &Draft, hp: Option<&str>) -> String {
    let hp = hp.map(|mode| format!("; hp=\"{mode}\"")).unwrap_or_default();
    if draft.attachments.is_empty() {
        return words(draft, &hp);
    }
    let mut parts = vec![words(draft, "")];
    parts.extend(draft.attachments.iter().map(attachment));
    together("mixed", &parts, &hp)
}

/// What is written: a text, or a text and its HTML.
fn words(draft: &Draft, hp: &str) -> String {
    let plain = |hp: &str| text("plain", &draft.text, hp);
    match &draft.html {
        Some(html) => together("alternative", &[plain(""), text("html", html, "")], hp),
        None => plain(hp),
    }
}

fn text(subtype: &str, text: &str, hp: &str) -> String {
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let (encoding, body) = if is_plain(&text) {
        ("7bit", text.replace('\n', "\r\n"))
    } else {
        ("quoted-printable", quoted_printable(&text))
    };
    let charset = if text.is_ascii() { "us-ascii" } else { "utf-8" };
    format!(
        "Content-Type: text/{subtype}; charset=\"{charset}\"{hp}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}"
    )
}

fn attachment(file: &Attachment) -> String {
    let is_token =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    // A message or a multipart must not be in base64 (RFC 2045 §6.4): such a file goes as bytes.
    let media_type = match file.media_type.to_ascii_lowercase().split_once('/') {
        Some((kind, subtype)) if is_token(kind) && is_token(subtype) && kind != "multipart" && kind != "message" => {
            format!("{kind}/{subtype}")
        }
        _ => "application/octet-stream".to_owned(),
    };
    let name = super::super::text::file_name(&file.name).unwrap_or_else(|| "file".to_owned());
    format!(
        "Content-Type: {media_type}{}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment{}\r\n\r\n{}",
        parameter("name", &name),
        parameter("filename", &name),
        base64(&file.bytes)
    )
}

fn together(subtype: &str, parts: &[String], hp: &str) -> String {
    let bytes: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
    let boundary = boundary_for(&bytes);
    let head = format!("Content-Type: multipart/{subtype};\r\n\tboundary=\"{boundary}\"{hp}\r\n\r\n");
    String::from_utf8(multipart(&head, &boundary, &bytes)).unwrap_or_default()
}
