//! Peels the layers off an entity: multipart/signed, multipart/encrypted, application/pkcs7-mime,
//! inline OpenPGP that is all there is.

use std::borrow::Cow;

use crate::crypto::smime::CmsKind;
use crate::crypto::{
    Bounds, DecryptFailure, Decryption, Integrity, Opened, SignatureCheck, SignatureOutcome, pgp, smime,
};
use crate::domain::{RawMessage, Technology};
use crate::flow::{Coverage, Encryption};
use crate::message::{self, Defect, DefectCode, Encoding, ParsedMessage, Part};

use super::Circumstances;

/// More layers than anybody's mail has; beyond, the message is shown as closed.
const MAX_LAYERS: usize = 8;

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
}

/// One layer taken off.
enum Step {
    /// No layer here.
    Bare,
    /// Signatures around the part with this path.
    Signed(Vec<SignatureCheck>, String),
    /// Signatures around bytes that are an entity.
    Opaque(Vec<SignatureCheck>, Vec<u8>),
    /// A decryption tried.
    Encrypted(Technology, Decryption, Form),
    /// Signed inline text.
    InlineSigned(Opened),
    /// A compressed or wrapped entity.
    Wrapped(Vec<u8>),
    /// It can't be opened, and is no encryption.
    Broken(Technology),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Entity,
    InlineText,
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
    };
    let mut current = Cow::Borrowed(message);
    let mut path = part.path.clone();
    let mut prefix = prefix.to_owned();
    for _ in 0..MAX_LAYERS {
        let Some(part) = find(&current.root, &path) else { return envelope };
        match step(&current, part, whole_text, circumstances, *budget) {
            Step::Bare => return envelope,
            Step::Signed(checks, inner) => {
                envelope.sign(checks);
                path = inner;
                envelope.inside = match envelope.inside {
                    Inside::Entity { entity, prefix, .. } => Inside::Entity { entity, start: path.clone(), prefix },
                    _ => Inside::Same(path.clone()),
                };
            }
            Step::Broken(technology) => {
                envelope.sign(vec![malformed(technology)]);
                return envelope;
            }
            Step::InlineSigned(opened) => {
                envelope.sign(opened.signatures);
                let text = message::bare_text(&opened.content);
                envelope.inside = Inside::Text { text, path: join(&prefix, &path) };
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
                    let text = message::bare_text(&plaintext);
                    envelope.inside = Inside::Text { text, path: at };
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

    fn sign(&mut self, checks: Vec<SignatureCheck>) {
        let is_intact = checks.iter().any(|check| check.outcome == SignatureOutcome::Intact);
        self.is_signed |= is_intact;
        self.is_unproven &= !is_intact;
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

    /// Goes on with an entity that came out of a layer; gives the path of its root.
    fn enter(
        &mut self,
        current: &mut Cow<'_, ParsedMessage>,
        bytes: Vec<u8>,
        prefix: &str,
        circumstances: &Circumstances,
    ) -> String {
        let entity = message::parse(&RawMessage::new(bytes), circumstances.limits);
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

/// Looks for one layer at a part.
fn step(message: &ParsedMessage, part: &Part, whole_text: bool, circumstances: &Circumstances, limit: usize) -> Step {
    let raw = &message.raw;
    let kind = &part.content_type;
    if kind.is("multipart", "signed") {
        return signed(message, part, circumstances);
    }
    if kind.is("multipart", "encrypted")
        && let Some(ciphertext) = part.children.get(1)
        && part.children.len() == 2
        && is_pgp_encrypted(part)
    {
        return decrypt_pgp(&content(ciphertext, raw), Form::Entity, circumstances, limit);
    }
    if kind.is("multipart", "mixed")
        && is_exchange_mangled(part)
        && let Some(ciphertext) = part.children.get(2)
    {
        return decrypt_pgp(&content(ciphertext, raw), Form::Entity, circumstances, limit);
    }
    if is_pkcs7(part) {
        return cms(&content(part, raw), circumstances, limit);
    }
    if whole_text && kind.is("text", "plain") && !part.is_attachment {
        return inline(&part.text(raw), &content(part, raw), circumstances, limit);
    }
    Step::Bare
}

/// The content of a part, without a copy where nothing is to be decoded.
fn content<'a>(part: &Part, raw: &'a [u8]) -> Cow<'a, [u8]> {
    match part.transfer_encoding {
        Encoding::Identity => Cow::Borrowed(raw.get(part.body.clone()).unwrap_or_default()),
        _ => Cow::Owned(part.decoded(raw)),
    }
}

/// multipart/signed of either technology (RFC 3156 §5, RFC 8551 §3.5.3).
fn signed(message: &ParsedMessage, part: &Part, circumstances: &Circumstances) -> Step {
    let [content, signature] = part.children.as_slice() else { return Step::Bare };
    let Some(covered) = message.raw.get(content.whole.clone()) else { return Step::Bare };
    let bytes = signature.decoded(&message.raw);
    let at = circumstances.policy.at;
    let protocol = part.content_type.parameter("protocol").unwrap_or_default().to_ascii_lowercase();
    let label = if protocol.is_empty() { signature.content_type.to_string() } else { protocol };
    let (technology, checks) = match label.as_str() {
        "application/pgp-signature" => {
            (Technology::OpenPgp, pgp::detached(covered, &bytes, &circumstances.keyring.pgp, at))
        }
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => {
            (Technology::Smime, smime::detached(covered, &bytes, &circumstances.keyring.smime, at))
        }
        _ => return Step::Bare,
    };
    let checks = if checks.is_empty() { vec![malformed(technology)] } else { checks };
    Step::Signed(checks, content.path.clone())
}

fn cms(bytes: &[u8], circumstances: &Circumstances, limit: usize) -> Step {
    let ring = &circumstances.keyring.smime;
    let broken =
        |why: &str| Decryption { outcome: Err(DecryptFailure::Malformed(why.to_owned())), recipients: Vec::new() };
    match smime::kind(bytes) {
        CmsKind::SignedData => match smime::opaque(bytes, ring, circumstances.policy.at) {
            Ok(opened) if opened.content.len() > limit => {
                let failure = Decryption { outcome: Err(DecryptFailure::TooLarge), recipients: Vec::new() };
                Step::Encrypted(Technology::Smime, failure, Form::Entity)
            }
            Ok(opened) => {
                let checks =
                    if opened.signatures.is_empty() { vec![malformed(Technology::Smime)] } else { opened.signatures };
                Step::Opaque(checks, opened.content)
            }
            Err(_) => Step::Broken(Technology::Smime),
        },
        CmsKind::EnvelopedData | CmsKind::AuthEnvelopedData => Step::Encrypted(
            Technology::Smime,
            smime::decrypt(bytes, ring, &circumstances.keyring.passphrases, bounds(circumstances, limit)),
            Form::Entity,
        ),
        CmsKind::CompressedData => match smime::decompress(bytes, limit) {
            Ok(content) => Step::Wrapped(content),
            Err(failure) => Step::Encrypted(
                Technology::Smime,
                Decryption { outcome: Err(failure), recipients: Vec::new() },
                Form::Entity,
            ),
        },
        CmsKind::CertsOnly => Step::Bare,
        CmsKind::Other => Step::Encrypted(Technology::Smime, broken("not_cms"), Form::Entity),
    }
}

fn bounds<'a>(circumstances: &Circumstances<'a>, limit: usize) -> Bounds<'a> {
    Bounds { limit, spool: circumstances.spool }
}

fn decrypt_pgp(bytes: &[u8], form: Form, circumstances: &Circumstances, limit: usize) -> Step {
    let keyring = circumstances.keyring;
    let bounds = bounds(circumstances, limit);
    let decryption = pgp::decrypt(bytes, &keyring.pgp, &keyring.passphrases, circumstances.policy.at, bounds);
    let only_signed = matches!(&decryption.outcome, Err(DecryptFailure::Malformed(why)) if why == "not_encrypted");
    if only_signed && let Ok(opened) = pgp::signed_message_within(bytes, &keyring.pgp, circumstances.policy.at, limit) {
        return match form {
            Form::Entity => Step::Opaque(opened.signatures, opened.content),
            Form::InlineText => Step::InlineSigned(opened),
        };
    }
    Step::Encrypted(Technology::OpenPgp, decryption, form)
}

/// Inline OpenPGP is a layer only when nothing but white space is around it.
fn inline(text: &str, bytes: &[u8], circumstances: &Circumstances, limit: usize) -> Step {
    let blocks = pgp::find_inline_blocks(text);
    let [block] = blocks.as_slice() else { return Step::Bare };
    let (before, rest) = text.split_at(block.range.start.min(text.len()));
    let after = rest.get(block.range.len()..).unwrap_or_default();
    if !before.trim().is_empty() || !after.trim().is_empty() {
        return Step::Bare;
    }
    open_inline(block.kind, bytes, circumstances, limit)
}

/// Opens one inline object.
fn open_inline(kind: pgp::InlineKind, bytes: &[u8], circumstances: &Circumstances, limit: usize) -> Step {
    match kind {
        pgp::InlineKind::Message => decrypt_pgp(bytes, Form::InlineText, circumstances, limit),
        pgp::InlineKind::Signed => {
            match pgp::signed_message_within(bytes, &circumstances.keyring.pgp, circumstances.policy.at, limit) {
                Ok(opened) => Step::InlineSigned(opened),
                Err(_) => Step::Broken(Technology::OpenPgp),
            }
        }
        pgp::InlineKind::PublicKey => Step::Bare,
    }
}

fn malformed(technology: Technology) -> SignatureCheck {
    SignatureCheck {
        technology,
        outcome: SignatureOutcome::Malformed,
        signer: None,
        signed_at: None,
        hash: None,
        bundled: Vec::new(),
        reason: Some("unreadable".to_owned()),
    }
}

fn is_pgp_encrypted(part: &Part) -> bool {
    let declared =
        part.content_type.parameter("protocol").is_some_and(|p| p.eq_ignore_ascii_case("application/pgp-encrypted"));
    declared || part.children.first().is_some_and(|first| first.content_type.is("application", "pgp-encrypted"))
}

/// Exchange turns multipart/encrypted into multipart/mixed with an empty text part first.
fn is_exchange_mangled(part: &Part) -> bool {
    let [text, version, ciphertext] = part.children.as_slice() else { return false };
    text.content_type.is("text", "plain")
        && text.body.len() <= 4
        && version.content_type.is("application", "pgp-encrypted")
        && ciphertext.content_type.is("application", "octet-stream")
}

/// application/pkcs7-mime by its label, or by its name when mislabelled (RFC 8551 §3.9).
pub(super) fn is_pkcs7(part: &Part) -> bool {
    let kind = &part.content_type;
    let named = || {
        part.filename.as_deref().is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            [".p7m", ".p7z"].iter().any(|ending| name.ends_with(ending))
        })
    };
    kind.is("application", "pkcs7-mime")
        || kind.is("application", "x-pkcs7-mime")
        || (kind.is("application", "octet-stream") && named())
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
    };
    match open_inline(kind, armored.as_bytes(), circumstances, *budget) {
        Step::InlineSigned(opened) => {
            envelope.sign(opened.signatures);
            let text = message::bare_text(&opened.content);
            envelope.inside = Inside::Text { text, path: path.to_owned() };
        }
        Step::Encrypted(technology, decryption, _) => {
            if let Some(plaintext) = envelope.open(technology, decryption) {
                *budget = budget.saturating_sub(plaintext.len());
                let text = message::bare_text(&plaintext);
                envelope.inside = Inside::Text { text, path: path.to_owned() };
            }
        }
        Step::Broken(technology) => envelope.sign(vec![malformed(technology)]),
        _ => return None,
    }
    Some(envelope)
}
