//! Peels the layers off an entity: multipart/signed, multipart/encrypted, application/pkcs7-mime,
//! inline OpenPGP that is all there is.

use std::borrow::Cow;

use crate::crypto::{DecryptFailure, Decryption, Integrity, SignatureCheck, SignatureOutcome, pgp};
use crate::domain::{RawMessage, Technology};
use crate::flow::assessment::is_weak;
use crate::flow::{Coverage, Encryption};
use crate::message::{self, Defect, DefectCode, ParsedMessage, Part};

use super::Circumstances;
use super::layer::{self, Form, Step, malformed, open_inline, step};

/// More layers than anybody's mail has; beyond, the message is shown as closed.
const MAX_LAYERS: usize = 8;
/// Fields of gossip that are looked at.
const MAX_GOSSIP: usize = 32;

/// A signature with where it was made.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub check: SignatureCheck,
    pub inside_encryption: bool,
    /// It is over a ciphertext: whoever made it need not have known what was in it.
    pub around_encryption: bool,
}

/// What the layers were around.
#[derive(Clone, Debug)]
pub(super) enum Inside {
    /// A part of the same message, by its path.
    Same(String),
    /// An entity that came out of a layer; its paths continue `prefix`.
    Entity { entity: Box<ParsedMessage>, start: String, prefix: String },
    /// Text that came out of an inline OpenPGP object.
    Text { text: String, path: String },
    /// A layer that could not be opened.
    Closed,
}

/// The layers around something, and what they were around.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    pub encryption: Vec<Encryption>,
    pub signatures: Vec<Found>,
    pub defects: Vec<Defect>,
    /// An intact signature is among the layers.
    pub is_signed: bool,
    /// A layer was decrypted.
    pub is_decrypted: bool,
    /// A layer without integrity of its own was decrypted, and no intact signature is inside it.
    pub is_unproven: bool,
    pub inside: Inside,
    /// What each layer opened to, outermost first, with the path of the part that it came out of.
    pub opened: Vec<(String, RawMessage)>,
}

/// The envelope of a whole message.
pub(super) fn envelope(outer: &ParsedMessage, circumstances: &Circumstances, budget: &mut usize) -> Envelope {
    peel(outer, &outer.root, "", true, circumstances, budget)
}

/// The layers around one part. `whole_text` allows inline OpenPGP to be a layer.
pub(super) fn peel(
    message: &ParsedMessage,
    part: &Part,
    prefix: &str,
    whole_text: bool,
    circumstances: &Circumstances,
    budget: &mut usize,
) -> Envelope {
    let mut envelope = Envelope {
        encryption: Vec::new(),
        signatures: Vec::new(),
        defects: Vec::new(),
        is_signed: false,
        is_decrypted: false,
        is_unproven: false,
        inside: Inside::Same(part.path.clone()),
        opened: Vec::new(),
    };
    let mut current = Cow::Borrowed(message);
    let mut path = part.path.clone();
    let mut prefix = prefix.to_owned();
    for _ in 0..MAX_LAYERS {
        let Some(part) = find(&current.root, &path) else { return envelope };
        if layer::is_mangled(&current, part) {
            envelope.defects.push(Defect { code: DefectCode::MangledEncryption, part: join(&prefix, &path) });
        }
        match step(&current, part, whole_text, circumstances, *budget) {
            Step::Bare => return envelope,
            Step::Signed(checks, inner) => {
                envelope.sign(checks);
                envelope.go_to(&mut path, &inner);
            }
            Step::Broken(technology) => {
                envelope.sign(vec![malformed(technology)]);
                return envelope;
            }
            Step::InlineSigned(opened) => {
                envelope.sign(opened.signatures);
                envelope.tell(&opened.content, join(&prefix, &path));
                return envelope;
            }
            Step::Encrypted(technology, decryption, form) => {
                let at = join(&prefix, &path);
                let Some(plaintext) = envelope.open(technology, decryption) else {
                    envelope.inside = Inside::Closed;
                    return envelope;
                };
                *budget = budget.saturating_sub(plaintext.len());
                if form == Form::InlineText {
                    envelope.tell(&plaintext, at);
                    return envelope;
                }
                prefix = ciphertext_path(part, &prefix);
                path = envelope.enter(&mut current, plaintext, &prefix, circumstances);
            }
            Step::Opaque(checks, content) => {
                envelope.sign(checks);
                *budget = budget.saturating_sub(content.len());
                prefix = join(&prefix, &path);
                path = envelope.enter(&mut current, content, &prefix, circumstances);
            }
            Step::Wrapped(content) => {
                *budget = budget.saturating_sub(content.len());
                prefix = join(&prefix, &path);
                path = envelope.enter(&mut current, content, &prefix, circumstances);
            }
        }
    }
    envelope.inside = Inside::Closed;
    envelope.defects.push(Defect { code: DefectCode::LimitReached, part: join(&prefix, &path) });
    if let Some(last) = envelope.encryption.last_mut() {
        last.failure = Some(DecryptFailure::TooLarge);
    }
    envelope
}

impl Envelope {
    /// What the paths of the payload continue.
    pub(super) fn prefix(&self) -> &str {
        match &self.inside {
            Inside::Entity { prefix, .. } => prefix,
            _ => "",
        }
    }

    /// The `Autocrypt-Gossip` fields at the root of what was decrypted; no more than a message to that many has.
    pub(super) fn gossip(&self) -> Vec<String> {
        match &self.inside {
            Inside::Entity { entity, .. } if self.is_decrypted => {
                entity.header_values("Autocrypt-Gossip").into_iter().take(MAX_GOSSIP).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Signatures around all of this, found afterwards.
    pub(super) fn sign_around(&mut self, checks: Vec<SignatureCheck>) {
        let around_encryption = !self.encryption.is_empty();
        let is_intact = checks.iter().any(|check| check.outcome == SignatureOutcome::Intact);
        self.is_signed |= is_intact && !around_encryption;
        let found = checks.into_iter().map(|check| Found { check, inside_encryption: false, around_encryption });
        self.signatures.splice(0..0, found);
    }

    fn sign(&mut self, checks: Vec<SignatureCheck>) {
        let intact = || checks.iter().filter(|check| check.outcome == SignatureOutcome::Intact);
        self.is_signed |= intact().next().is_some();
        self.is_unproven &= intact().all(is_weak);
        let inside_encryption = self.is_decrypted;
        let found = |check| Found { check, inside_encryption, around_encryption: false };
        self.signatures.extend(checks.into_iter().map(found));
    }

    /// Notes a decryption; gives its plaintext if there is one.
    fn open(&mut self, technology: Technology, decryption: Decryption) -> Option<Vec<u8>> {
        let mut layer = Encryption {
            technology,
            coverage: Coverage::Whole,
            cipher: String::new(),
            integrity: None,
            recipients: decryption.recipients,
            failure: None,
        };
        for found in &mut self.signatures {
            found.around_encryption = true;
        }
        self.is_signed = false;
        match decryption.outcome {
            Ok(decrypted) => {
                layer.cipher = decrypted.cipher;
                layer.integrity = Some(decrypted.integrity);
                self.encryption.push(layer);
                self.is_decrypted = true;
                self.is_unproven |= decrypted.integrity == Integrity::None;
                self.sign(decrypted.signatures);
                Some(decrypted.plaintext)
            }
            Err(failure) => {
                layer.failure = Some(failure);
                self.encryption.push(layer);
                None
            }
        }
    }

    /// Ends with the text of an inline OpenPGP object.
    fn tell(&mut self, content: &[u8], path: String) {
        let text = message::bare_text(content);
        self.opened.push((path.clone(), RawMessage::new(text.as_bytes())));
        self.inside = Inside::Text { text, path };
    }

    /// Goes on with a part below the one at hand.
    fn go_to(&mut self, path: &mut String, below: &str) {
        below.clone_into(path);
        self.inside = match std::mem::replace(&mut self.inside, Inside::Closed) {
            Inside::Entity { entity, prefix, .. } => Inside::Entity { entity, start: path.clone(), prefix },
            _ => Inside::Same(path.clone()),
        };
    }

    /// Goes on with an entity that came out of a layer; gives the path of its root.
    fn enter(
        &mut self,
        current: &mut Cow<'_, ParsedMessage>,
        bytes: Vec<u8>,
        prefix: &str,
        circumstances: &Circumstances,
    ) -> String {
        let raw = RawMessage::new(bytes);
        let entity = message::parse(&raw, circumstances.limits);
        self.opened.push((prefix.to_owned(), raw));
        // An entity has no From of its own; every other defect counts.
        self.defects.extend(
            entity
                .defects
                .iter()
                .filter(|defect| defect.code != DefectCode::MissingFrom)
                .map(|defect| Defect { code: defect.code, part: join(prefix, &defect.part) }),
        );
        let start = entity.root.path.clone();
        *current = Cow::Owned(entity.clone());
        self.inside = Inside::Entity { entity: Box::new(entity), start: start.clone(), prefix: prefix.to_owned() };
        start
    }
}

/// One inline object inside a longer text, opened for itself.
pub(super) fn inline_object(
    kind: pgp::InlineKind,
    armored: &str,
    path: &str,
    circumstances: &Circumstances,
    budget: &mut usize,
) -> Option<Envelope> {
    let mut envelope = Envelope {
        encryption: Vec::new(),
        signatures: Vec::new(),
        defects: Vec::new(),
        is_signed: false,
        is_decrypted: false,
        is_unproven: false,
        inside: Inside::Closed,
        opened: Vec::new(),
    };
    match open_inline(kind, armored.as_bytes(), circumstances, *budget) {
        Step::InlineSigned(opened) => {
            envelope.sign(opened.signatures);
            envelope.tell(&opened.content, path.to_owned());
        }
        Step::Encrypted(technology, decryption, _) => {
            if let Some(plaintext) = envelope.open(technology, decryption) {
                *budget = budget.saturating_sub(plaintext.len());
                envelope.tell(&plaintext, path.to_owned());
            }
        }
        Step::Broken(technology) => envelope.sign(vec![malformed(technology)]),
        _ => return None,
    }
    Some(envelope)
}

/// The part that holds the ciphertext, for the paths of what comes out of it.
fn ciphertext_path(part: &Part, prefix: &str) -> String {
    let holder = part.children.last().unwrap_or(part);
    join(prefix, &holder.path)
}

/// Finds a part by its path.
pub(super) fn find<'a>(part: &'a Part, path: &str) -> Option<&'a Part> {
    if part.path == path {
        return Some(part);
    }
    part.children.iter().find_map(|child| find(child, path))
}

/// Continues a path inside what came out of a part.
pub(super) fn join(prefix: &str, path: &str) -> String {
    match (prefix.is_empty(), path.is_empty()) {
        (true, _) => path.to_owned(),
        (_, true) => prefix.to_owned(),
        _ => format!("{prefix}.{path}"),
    }
}
