//! What is inside the envelope, as the reading pane shows it: parts, and blocks that are kept
//! apart where their protection differs.

mod members;
#[cfg(test)]
mod tests;
mod within;

use crate::crypto::pgp::{InlineKind, find_inline_blocks};
use crate::domain::{EmailAddress, RawMessage};
use crate::flow::{Coverage, Encryption, JudgedSignature, ShownBlock, ShownPart};
use crate::message::{self, Defect, DefectCode, ParsedMessage, Part};

use super::Circumstances;
use super::identity::{self, Identity};
use super::layer::is_pkcs7;
use super::peel::{self, Envelope, Found, Inside, find, join};

/// Protected parts inside a payload that are looked at; the rest stay closed.
const MAX_APART: usize = 16;

/// No more text of one part is shown; all of it is in the part.
const MAX_TEXT: usize = 2 << 20;

/// What is shown.
#[derive(Debug, Default)]
pub(super) struct Payload {
    pub parts: Vec<ShownPart>,
    pub blocks: Vec<ShownBlock>,
    /// Signatures and encryption found below the envelope: they cover a part.
    pub signatures: Vec<Found>,
    pub encryption: Vec<Encryption>,
    pub defects: Vec<Defect>,
    /// Something in it was decrypted of which nothing tells whether it was changed on the way.
    pub is_unproven: bool,
    pub text: String,
}

/// What protects what is being shown.
#[derive(Clone, Copy)]
struct Protection {
    signed: bool,
    decrypted: bool,
    is_headline: bool,
    /// Nothing was decrypted for this alone.
    is_quotable: bool,
    depth: usize,
    /// It is in a message that was passed on; layers in it stay closed.
    is_forwarded: bool,
    /// Which layer it is.
    layer: usize,
}

struct Showing<'a, 'b> {
    circumstances: &'a Circumstances<'a>,
    budget: &'b mut usize,
    apart: usize,
    /// Layers seen so far.
    layers: usize,
    /// Of what was decrypted nothing tells whether it was changed on the way.
    is_unproven: bool,
    /// Messages passed on that are shown.
    forwarded: usize,
    /// Parts that only repeat protected header fields.
    repeats: Vec<String>,
    /// From, as shown.
    from: Option<EmailAddress>,
    /// The payload is a whole message, whose header fields are shown as such.
    is_wrapped: bool,
    /// Texts may begin with such repetitions (RFC 9788 §4.5.3).
    has_legacy_display: bool,
    out: Payload,
}

/// Shows the payload of an envelope.
pub(super) fn show(
    outer: &ParsedMessage,
    envelope: &Envelope,
    identity: &Identity,
    circumstances: &Circumstances,
    budget: &mut usize,
) -> Payload {
    let mut showing = Showing {
        circumstances,
        budget,
        apart: 0,
        layers: 0,
        is_unproven: envelope.is_unproven,
        forwarded: 0,
        repeats: Vec::new(),
        from: identity.single_from(),
        is_wrapped: identity.is_wrapped,
        has_legacy_display: false,
        out: Payload::default(),
    };
    let root = match &envelope.inside {
        Inside::Same(path) => find(&outer.root, path),
        Inside::Entity { entity, start, .. } => find(&entity.root, start),
        _ => None,
    };
    if let Some(root) = root
        && envelope.is_decrypted
    {
        showing.repeats = message::legacy_display_parts(root);
        showing.has_legacy_display =
            root.content_type.parameter("hp").is_some_and(|hp| hp.eq_ignore_ascii_case("cipher"));
    }
    let protection = Protection {
        signed: envelope.is_signed,
        decrypted: envelope.is_decrypted,
        is_headline: true,
        is_quotable: true,
        depth: 0,
        is_forwarded: false,
        layer: 0,
    };
    let nested =
        root.filter(|_| identity.is_wrapped).and_then(|root| root.nested.as_deref().map(|nested| (root, nested)));
    if let Some((root, nested)) = nested {
        let prefix = join(envelope.prefix(), &root.path);
        showing.part(nested, &nested.root, &prefix, protection);
    } else {
        showing.inside(outer, "", &envelope.inside, protection);
    }
    showing.structure(outer);
    let mut payload = showing.out;
    payload.parts.sort_by_key(|part| path_key(&part.path));
    let texts: Vec<&str> = payload
        .blocks
        .iter()
        .filter(|block| block.is_quotable || block.is_headline)
        .map(|block| block.text.as_str())
        .collect();
    payload.text = texts.join("\n");
    payload
}

impl Showing<'_, '_> {
    fn inside(&mut self, message: &ParsedMessage, prefix: &str, inside: &Inside, protection: Protection) {
        match inside {
            Inside::Same(path) => {
                if let Some(part) = find(&message.root, path) {
                    self.part(message, part, prefix, protection);
                }
            }
            Inside::Entity { entity, start, prefix } => {
                if let Some(part) = find(&entity.root, start) {
                    self.part(entity, part, prefix, protection);
                }
            }
            Inside::Text { text, path } => {
                let content = RawMessage::new(text.as_bytes());
                self.out.parts.push(ShownPart {
                    path: path.clone(),
                    media_type: "text/plain".to_owned(),
                    filename: None,
                    bytes: content.len(),
                    signed: protection.signed,
                    decrypted: protection.decrypted,
                    shown: true,
                    is_file: false,
                    is_inline: false,
                    content_id: None,
                    layer: protection.layer,
                    content,
                });
                self.block(path.clone(), text.clone(), None, protection);
            }
            Inside::Closed => {}
        }
    }

    fn part(&mut self, message: &ParsedMessage, part: &Part, prefix: &str, protection: Protection) {
        if protection.is_headline && self.repeats.contains(&part.path) {
            return self.file(message, part, prefix, protection, true);
        }
        if part.is_tnef() && self.tnef(message, part, prefix, protection) {
            return;
        }
        if part.nested.is_some() {
            return self.forwarded(message, part, prefix, protection);
        }
        if self.report(message, part, prefix, protection) {
            return;
        }
        if !protection.is_forwarded && self.is_apart(part) && self.layers_below(message, part, prefix, protection) {
            return;
        }
        let kind = &part.content_type;
        if kind.is("multipart", "alternative") {
            self.alternative(message, part, prefix, protection);
        } else if kind.kind == "multipart" {
            self.members(message, part, prefix, protection);
        } else if is_body_text(part) || std::ptr::eq(part, &raw const message.root) && is_only_text(part) {
            self.text(message, part, prefix, protection);
        } else {
            self.file(message, part, prefix, protection, false);
        }
    }

    /// A part that may hold a layer of its own below the root.
    fn is_apart(&self, part: &Part) -> bool {
        self.apart < MAX_APART
            && (part.content_type.is("multipart", "signed")
                || part.content_type.is("multipart", "encrypted")
                || is_pkcs7(part))
    }

    /// Looks at a layer below the envelope; false if there is none.
    fn layers_below(&mut self, message: &ParsedMessage, part: &Part, prefix: &str, protection: Protection) -> bool {
        let envelope = peel::peel(message, part, prefix, true, self.circumstances, self.budget);
        if envelope.encryption.is_empty() && envelope.signatures.is_empty() {
            return false;
        }
        self.apart += 1;
        let inner = self.below(&envelope, protection);
        self.inside(message, prefix, &envelope.inside, inner);
        self.take_layers(envelope);
        true
    }

    /// The protection of what layers below the envelope hold. The headline says nothing of who
    /// signed there, so it counts as signed only when the address shown as From is believed to have.
    fn below(&mut self, envelope: &Envelope, outside: Protection) -> Protection {
        let judged = identity::judge_all(&envelope.signatures, Coverage::Part, self.from.as_ref(), self.circumstances);
        Protection {
            signed: outside.signed || judged.iter().any(JudgedSignature::is_believed),
            decrypted: outside.decrypted || envelope.is_decrypted,
            is_headline: false,
            is_quotable: outside.is_quotable && !envelope.is_decrypted,
            depth: outside.depth + 1,
            is_forwarded: outside.is_forwarded,
            layer: self.next_layer(),
        }
    }

    fn next_layer(&mut self) -> usize {
        self.layers += 1;
        self.layers
    }

    fn take_layers(&mut self, envelope: Envelope) {
        self.out.is_unproven |= envelope.is_unproven;
        self.out.signatures.extend(envelope.signatures);
        self.out.defects.extend(envelope.defects);
        self.out.encryption.extend(envelope.encryption.into_iter().map(|mut layer| {
            layer.coverage = Coverage::Part;
            layer
        }));
    }

    /// multipart/alternative (RFC 2046 §5.1.4): the plain text and the HTML of one content.
    fn alternative(&mut self, message: &ParsedMessage, part: &Part, prefix: &str, protection: Protection) {
        let mut plain: Option<&Part> = None;
        let mut html: Option<&Part> = None;
        let mut rest = Vec::new();
        for child in &part.children {
            let shown =
                if child.content_type.is("multipart", "related") { child.children.first() } else { Some(child) };
            match shown {
                Some(leaf) if plain.is_none() && leaf.content_type.is("text", "plain") => plain = Some(leaf),
                // The last is the best (RFC 2046 §5.1.4); one before it is offered as a file.
                Some(leaf) if leaf.content_type.is("text", "html") => {
                    if let Some(poorer) = html.replace(leaf) {
                        self.file(message, poorer, prefix, protection, false);
                    }
                }
                _ => rest.push(child),
            }
            if child.content_type.is("multipart", "related") && shown.is_some_and(is_body_text) {
                rest.extend(child.children.iter().skip(1));
            }
        }
        // Apple Mail writes its HTML in pieces with files between: the plain text is then the poorer form.
        let is_in_pieces = html.is_none() && rest.iter().any(|child| is_text_in_pieces(child));
        if let Some(poorer) = plain.take_if(|_| is_in_pieces) {
            self.file(message, poorer, prefix, protection, false);
        }
        if plain.is_some() || html.is_some() {
            let markup = html.map(|leaf| self.words(message, leaf, protection));
            let text = plain
                .map(|leaf| leaf.unwrapped(self.words(message, leaf, protection)))
                .filter(|text| !text.trim().is_empty());
            let text = text.unwrap_or_else(|| markup.as_deref().map(message::html_to_text).unwrap_or_default());
            for leaf in plain.iter().chain(&html) {
                self.file(message, leaf, prefix, protection, true);
            }
            let path = plain.or(html).map(|leaf| join(prefix, &leaf.path)).unwrap_or_default();
            self.block(path, text, markup, protection);
        }
        let has_text = plain.is_some() || html.is_some();
        for child in rest {
            // Another form of the same content, which nobody needs twice.
            if has_text && is_body_text(child) && !child.content_type.is("text", "plain") {
                self.file(message, child, prefix, protection, false);
            } else {
                self.part(message, child, prefix, protection);
            }
        }
    }

    fn text(&mut self, message: &ParsedMessage, part: &Part, prefix: &str, protection: Protection) {
        let path = join(prefix, &part.path);
        let text = self.words(message, part, protection);
        self.file(message, part, prefix, protection, true);
        if part.content_type.is("text", "html") {
            self.block(path, message::html_to_text(&text), Some(text), protection);
            return;
        }
        let text = match part.content_type.subtype.as_str() {
            "enriched" | "richtext" => message::enriched_to_text(&text),
            _ => self.inline_apart(text, &path, protection),
        };
        let text = self.without_files(part.unwrapped(text), &path, protection);
        self.block(path, text, None, protection);
    }

    /// The text of a part, without what only repeats protected header fields.
    fn words(&mut self, message: &ParsedMessage, part: &Part, protection: Protection) -> String {
        let (text, is_whole) = part.text_within(&message.raw, MAX_TEXT);
        let mut text = message::with_mobile_emoji(text, self.from.as_ref());
        if protection.signed && !self.is_wrapped && !protection.is_forwarded {
            text = with_signed_lines(message, part, text);
        }
        if text.len() > MAX_TEXT || !is_whole {
            let end = (0..=MAX_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            text.truncate(end);
            text.shrink_to_fit();
            self.out.defects.push(Defect { code: DefectCode::LimitReached, part: part.path.clone() });
        }
        if self.has_legacy_display && protection.is_headline && !protection.is_forwarded {
            return message::without_legacy_display(part, &text);
        }
        text
    }

    /// Takes inline OpenPGP objects out of a text and shows them apart.
    fn inline_apart(&mut self, text: String, path: &str, protection: Protection) -> String {
        if !text.contains("-----BEGIN PGP ") || protection.is_forwarded || protection.depth > 2 {
            return text;
        }
        let mut around = String::with_capacity(text.len());
        let mut done = 0;
        for block in find_inline_blocks(&text) {
            let Some(armored) = text.get(block.range.clone()) else { continue };
            if self.apart >= MAX_APART {
                break;
            }
            let Some(envelope) = peel::inline_object(block.kind, armored, path, self.circumstances, self.budget) else {
                continue;
            };
            self.apart += 1;
            if block.kind == InlineKind::Signed && !matches!(envelope.inside, Inside::Text { .. }) {
                // It could not be taken apart: the reader sees all of it as it is.
                self.take_layers(envelope);
                continue;
            }
            around.push_str(text.get(done..block.range.start).unwrap_or_default());
            done = block.range.end;
            if let Inside::Text { text, path } = &envelope.inside {
                let inner = self.below(&envelope, protection);
                self.block(path.clone(), text.clone(), None, inner);
            }
            self.take_layers(envelope);
        }
        around.push_str(text.get(done..).unwrap_or_default());
        around
    }

    fn block(&mut self, path: String, text: String, html: Option<String>, protection: Protection) {
        // What others put around a text of which nothing tells whether it was altered may hide the
        // text in HTML, and an answer would give it away.
        let is_quotable = protection.is_quotable && !(self.is_unproven && html.is_some());
        self.out.blocks.push(ShownBlock {
            path,
            text,
            html,
            signed: protection.signed,
            decrypted: protection.decrypted,
            is_headline: protection.is_headline,
            is_quotable,
            layer: protection.layer,
        });
    }

    fn file(&mut self, message: &ParsedMessage, part: &Part, prefix: &str, protection: Protection, shown: bool) {
        let content = part.content(&message.raw);
        self.out.parts.push(ShownPart {
            path: join(prefix, &part.path),
            media_type: part.content_type.to_string(),
            filename: part.filename.clone(),
            bytes: content.len(),
            signed: protection.signed,
            decrypted: protection.decrypted,
            shown,
            is_file: (!shown || part.filename.is_some())
                && part.content_type.kind != "multipart"
                && !is_resource_fork(message, part),
            is_inline: !part.is_attachment,
            content_id: part.content_id.clone(),
            layer: protection.layer,
            content,
        });
    }

    /// Lists the leaves that hold the layers themselves: signatures, version parts, ciphertexts.
    fn structure(&mut self, outer: &ParsedMessage) {
        let known: std::collections::HashSet<String> = self.out.parts.iter().map(|part| part.path.clone()).collect();
        for part in outer.root.walk() {
            let is_leaf = part.children.is_empty() && part.content_type.kind != "multipart";
            if is_leaf && !known.contains(&part.path) {
                self.out.parts.push(ShownPart {
                    path: part.path.clone(),
                    media_type: part.content_type.to_string(),
                    filename: part.filename.clone(),
                    bytes: part.body.len(),
                    signed: false,
                    decrypted: false,
                    shown: false,
                    is_file: false,
                    is_inline: false,
                    content_id: None,
                    layer: 0,
                    content: RawMessage::new(Vec::new()),
                });
            }
        }
    }
}

/// Text that the pane shows as a body rather than offering it as a file: every kind of text but
/// those that are written for programs.
fn is_body_text(part: &Part) -> bool {
    part.is_inline_text() && !FOR_PROGRAMS.contains(&part.content_type.subtype.as_str())
}

/// A multipart (not a layer) in which texts stand between other things.
fn is_text_in_pieces(part: &Part) -> bool {
    let kind = &part.content_type;
    let is_plain = kind.is("multipart", "mixed") || kind.is("multipart", "related");
    is_plain && part.walk().any(|leaf| leaf.content_type.is("text", "html") && is_body_text(leaf))
}

/// A text that is all there is of a message is read, even when it came as a file.
fn is_only_text(part: &Part) -> bool {
    part.content_type.is("text", "plain") || part.content_type.is("text", "html")
}

const FOR_PROGRAMS: [&str; 14] = [
    "calendar",
    "vcard",
    "x-vcard",
    "directory",
    "css",
    "csv",
    "xml",
    "rtf",
    "javascript",
    "ecmascript",
    "x-amp-html",
    "watch-html",
    "rfc822-headers",
    "x-moz-deleted",
];

/// A text that somebody signed as such can be offered as a MIME entity, in which its first lines
/// would be header fields that nobody sees. A header that says nothing of the content is shown.
fn with_signed_lines(message: &ParsedMessage, part: &Part, text: String) -> String {
    let fields = part.raw_header_fields(&message.raw);
    if fields.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("content-")) {
        return text;
    }
    let header = message.raw.get(part.header.clone()).unwrap_or_default();
    let is_odd = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let header: String = String::from_utf8_lossy(header).chars().filter(|c| *c == '\n' || !is_odd(*c)).collect();
    if header.trim().is_empty() { text } else { header + &text }
}

fn path_key(path: &str) -> Vec<u32> {
    path.split('.').map(|number| number.parse().unwrap_or(0)).collect()
}

/// What a Macintosh keeps beside a file (RFC 1740 §4): of no use to anybody else.
fn is_resource_fork(message: &ParsedMessage, part: &Part) -> bool {
    let holds =
        |one: &&Part| one.children.len() > 1 && one.children.first().is_some_and(|first| first.path == part.path);
    part.content_type.is("application", "applefile")
        && message.root.walk().find(holds).is_some_and(|parent| parent.content_type.is("multipart", "appledouble"))
}
