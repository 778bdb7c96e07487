//! What stands inside of a part and is no layer: Outlook's own container, messages passed on,
//! reports, files written into a text.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::domain::{Mailbox, RawMessage};
use crate::flow::ShownPart;
use crate::message::{self, Defect, DefectCode, ParsedMessage, Part};

use super::super::peel::join;
use super::{MAX_APART, Protection, Showing, is_body_text};

/// Messages within a message that are shown; the rest are files.
pub(super) const MAX_FORWARDED: usize = 64;

/// Addresses that a line of a message within names.
const MAX_NAMED: usize = 20;

impl Showing<'_, '_> {
    /// What Outlook put into a file of its own is shown as what it stands for, under the protection
    /// of that file. False if nothing can be read in it.
    pub(super) fn tnef(&mut self, message: &ParsedMessage, part: &Part, prefix: &str, protection: Protection) -> bool {
        let content = part.decoded(&message.raw);
        if self.apart >= MAX_APART || content.len() > *self.budget {
            return false;
        }
        let Some(entity) = message::parse_tnef(&content, self.circumstances.limits) else { return false };
        self.apart += 1;
        *self.budget -= content.len();
        let at = join(prefix, &part.path);
        let codes = entity.defects.iter().map(|d| Defect { code: d.code, part: join(&at, &d.part) });
        self.out.defects.extend(codes);
        self.file(message, part, prefix, protection, false);
        if let Some(shown) = self.out.parts.last_mut() {
            shown.is_file = false;
        }
        let is_said = self.is_said(&entity);
        // They are paths of the payload, not of this entity.
        let repeats = std::mem::take(&mut self.repeats);
        for child in &entity.root.children {
            if is_said && (child.content_type.is("multipart", "alternative") || is_body_text(child)) {
                for leaf in child.walk().filter(|leaf| leaf.children.is_empty()) {
                    self.file(&entity, leaf, &at, protection, false);
                }
            } else {
                self.part(&entity, child, &at, protection);
            }
        }
        self.repeats = repeats;
        true
    }

    /// Whether the text of an entity only says again what is shown already: most of its words are there.
    fn is_said(&self, entity: &ParsedMessage) -> bool {
        let shown: HashSet<&str> = self.out.blocks.iter().flat_map(|block| block.text.split_whitespace()).collect();
        let Some(text) = entity.walk().find(|part| is_body_text(part)) else { return true };
        let written = text.text(&entity.raw);
        let written = if text.content_type.is("text", "html") { message::html_to_text(&written) } else { written };
        let words = || written.split_whitespace();
        words().filter(|word| shown.contains(word)).count() * 3 >= words().count() * 2
    }

    /// A message passed on: the header lines that a reader wants, then its text and its files, under
    /// the protection of the part that it came in. No layer in it is opened: what it is worth is
    /// said when it is opened as a message of its own.
    pub(super) fn forwarded(&mut self, message: &ParsedMessage, part: &Part, prefix: &str, protection: Protection) {
        self.file(message, part, prefix, protection, false);
        let Some(nested) = part.nested.as_deref() else { return };
        if self.forwarded >= MAX_FORWARDED {
            self.out.defects.push(Defect { code: DefectCode::LimitReached, part: join(prefix, &part.path) });
            return;
        }
        self.forwarded += 1;
        let at = join(prefix, &part.path);
        let lines = header_lines(nested);
        if !lines.is_empty() {
            self.block(at.clone(), lines, None, protection);
        }
        let from = match nested.from.as_slice() {
            [one] => one.email(),
            _ => None,
        };
        let from = std::mem::replace(&mut self.from, from);
        let repeats = std::mem::take(&mut self.repeats);
        let layer = self.next_layer();
        self.part(nested, &nested.root, &at, Protection { is_forwarded: true, layer, ..protection });
        (self.from, self.repeats) = (from, repeats);
    }

    /// Parts that programs write for programs, and that people read all the same: reports
    /// (RFC 3464, RFC 8098, RFC 5965), the header of a message that came back (RFC 6522 §4), pieces of
    /// messages and pointers to them (RFC 2046 §5.2). False if the part is none of these.
    pub(super) fn report(
        &mut self,
        message: &ParsedMessage,
        part: &Part,
        prefix: &str,
        protection: Protection,
    ) -> bool {
        let kind = &part.content_type;
        if part.is_attachment && kind.kind == "text" {
            return false;
        }
        let text = match (kind.kind.as_str(), kind.subtype.as_str()) {
            (
                "message",
                "delivery-status"
                | "global-delivery-status"
                | "disposition-notification"
                | "global-disposition-notification"
                | "feedback-report"
                | "tracking-status",
            ) => part.text(&message.raw),
            ("message", "partial") => {
                self.note(DefectCode::PartialMessage, part, prefix);
                part.text(&message.raw)
            }
            ("message", "external-body") => {
                self.note(DefectCode::ExternalBody, part, prefix);
                kind.parameters.iter().fold(String::new(), |mut lines, (name, value)| {
                    let _ = writeln!(lines, "{name}: {}", one_line(value));
                    lines
                })
            }
            ("text", "rfc822-headers") | ("message", "global-headers") => {
                let header = RawMessage::new(part.decoded(&message.raw));
                header_lines(&message::parse(&header, self.circumstances.limits))
            }
            _ => return false,
        };
        self.file(message, part, prefix, protection, true);
        let text = text.trim();
        if !text.is_empty() {
            self.block(join(prefix, &part.path), format!("{text}\n"), None, protection);
        }
        true
    }

    fn note(&mut self, code: DefectCode, part: &Part, prefix: &str) {
        self.out.defects.push(Defect { code, part: join(prefix, &part.path) });
    }

    /// Takes uuencoded files out of a text.
    pub(super) fn without_files(&mut self, text: String, path: &str, protection: Protection) -> String {
        if !text.contains("begin ") {
            return text;
        }
        let mut around = String::with_capacity(text.len());
        let mut done = 0;
        for (at, file) in message::uuencoded_files(&text).into_iter().enumerate() {
            around.push_str(text.get(done..file.range.start).unwrap_or_default());
            done = file.range.end;
            self.out.parts.push(ShownPart {
                path: join(path, &(at + 1).to_string()),
                media_type: file.name.as_deref().map_or("application/octet-stream", message::type_of_name).to_owned(),
                filename: file.name,
                bytes: file.content.len(),
                signed: protection.signed,
                decrypted: protection.decrypted,
                shown: false,
                is_file: true,
                is_inline: false,
                content_id: None,
                layer: protection.layer,
                content: RawMessage::new(file.content),
            });
        }
        around.push_str(text.get(done..).unwrap_or_default());
        around
    }
}

/// The header fields of a message within, as its reader wants them.
fn header_lines(nested: &ParsedMessage) -> String {
    let mut lines = String::new();
    let people = |people: &[Mailbox]| {
        let named: Vec<String> = people.iter().take(MAX_NAMED).map(|one| one_line(&one.to_string())).collect();
        let more = if people.len() > MAX_NAMED { ", …" } else { "" };
        named.join(", ") + more
    };
    let date = nested.date.map(|date| date.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
    let fields = [
        ("From", people(&nested.from)),
        ("To", people(&nested.to)),
        ("Cc", people(&nested.cc)),
        ("Date", date),
        ("Subject", one_line(&nested.subject)),
    ];
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(lines, "{name}: {value}");
    }
    lines
}

/// Nothing of a value begins a line of its own, or turns the direction of one.
fn one_line(value: &str) -> String {
    let is_odd = |c: &char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    value.chars().filter(|c| !is_odd(c)).collect()
}
