//! Looks for one layer at a part: multipart/signed, multipart/encrypted, application/pkcs7-mime,
//! inline OpenPGP.

use std::borrow::Cow;

use crate::crypto::smime::CmsKind;
use crate::crypto::{Bounds, DecryptFailure, Decryption, Opened, SignatureCheck, SignatureOutcome, pgp, smime};
use crate::domain::Technology;
use crate::message::{Encoding, ParsedMessage, Part};

use super::{Circumstances, unobtrusive};

/// What is said of bytes that are no CMS object.
const NOT_CMS: &str = "not_cms";

/// One layer taken off.
pub(super) enum Step {
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
pub(super) enum Form {
    Entity,
    InlineText,
}

/// Looks for one layer at a part.
pub(super) fn step(
    message: &ParsedMessage,
    part: &Part,
    whole_text: bool,
    circumstances: &Circumstances,
    limit: usize,
) -> Step {
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
    if is_mangled(message, part) {
        let ciphertext = part.children.last().unwrap_or(part);
        return decrypt_pgp(&content(ciphertext, raw), Form::Entity, circumstances, limit);
    }
    if let Some(only) = unobtrusively_signed(message, part) {
        let checks = unobtrusive::checks(message, only, circumstances);
        return if checks.is_empty() { Step::Bare } else { Step::Signed(checks, only.path.clone()) };
    }
    if is_pkcs7(part) {
        let step = cms(&content(part, raw), circumstances, limit);
        let is_unreadable = |failure: &Decryption| failure.outcome.as_ref().is_err_and(is_not_cms);
        return match step {
            // By its label it was never encrypted (RFC 8551 §3.2.2): a seal is damaged, and nothing is hidden.
            Step::Encrypted(_, failure, _) if is_unreadable(&failure) && is_labelled_signed(part) => {
                Step::Broken(Technology::Smime)
            }
            step => step,
        };
    }
    if whole_text && kind.is("text", "plain") && !part.is_attachment {
        let bytes = content(part, raw);
        // Almost no text has any: it need not be made readable for that.
        if memchr::memmem::find(&bytes, b"-----BEGIN PGP ").is_none() {
            return Step::Bare;
        }
        return inline(&part.text(raw), &bytes, circumstances, limit);
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
    let label = if protocol.is_empty() { label_of(signature) } else { protocol };
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

/// The kind of a signature part, by its name when its type says nothing (RFC 8551 §3.9).
fn label_of(signature: &Part) -> String {
    let name = signature.filename.as_deref().unwrap_or_default().to_ascii_lowercase();
    let ends = |ending: &str| signature.content_type.is("application", "octet-stream") && name.ends_with(ending);
    match () {
        () if ends(".p7s") => "application/pkcs7-signature".to_owned(),
        () if ends(".asc") || ends(".sig") => "application/pgp-signature".to_owned(),
        () => signature.content_type.to_string(),
    }
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
        CmsKind::Other => Step::Encrypted(Technology::Smime, broken(NOT_CMS), Form::Entity),
    }
}

fn is_not_cms(failure: &DecryptFailure) -> bool {
    matches!(failure, DecryptFailure::Malformed(why) if why == NOT_CMS)
}

fn is_labelled_signed(part: &Part) -> bool {
    part.content_type.parameter("smime-type").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("signed-"))
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
pub(super) fn open_inline(kind: pgp::InlineKind, bytes: &[u8], circumstances: &Circumstances, limit: usize) -> Step {
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

pub(super) fn malformed(technology: Technology) -> SignatureCheck {
    SignatureCheck {
        technology,
        outcome: SignatureOutcome::Malformed,
        signer: None,
        signed_at: None,
        hash: None,
        bundled: Vec::new(),
        stapled: Vec::new(),
        reason: Some("unreadable".to_owned()),
    }
}

fn is_pgp_encrypted(part: &Part) -> bool {
    let declared =
        part.content_type.parameter("protocol").is_some_and(|p| p.eq_ignore_ascii_case("application/pgp-encrypted"));
    declared || part.children.first().is_some_and(|first| first.content_type.is("application", "pgp-encrypted"))
}

/// Exchange turns multipart/encrypted into multipart/mixed, with an empty text part first; other programs put a few
/// words of their own there. Where somebody's text stands beside the ciphertext, the ciphertext is a layer by itself.
pub(super) fn is_mangled(message: &ParsedMessage, part: &Part) -> bool {
    if is_ciphertext_alone(message, part) {
        return true;
    }
    let (before, version, ciphertext) = match part.children.as_slice() {
        [version, ciphertext] => (None, version, ciphertext),
        [text, version, ciphertext] => (Some(text), version, ciphertext),
        _ => return false,
    };
    let is_empty = |text: &Part| {
        let words = text.text(&message.raw);
        let words = words.trim();
        text.is_inline_text() && (words.is_empty() || words == "Empty Message")
    };
    part.content_type.is("multipart", "mixed") && is_pair(version, ciphertext) && before.is_none_or(is_empty)
}

/// The second half of a multipart/encrypted whose wrapping is gone, with other things beside it.
fn is_ciphertext_alone(message: &ParsedMessage, part: &Part) -> bool {
    if !part.content_type.is("application", "octet-stream") {
        return false;
    }
    let parent = message.root.walk().find(|one| one.children.iter().any(|child| child.path == part.path));
    parent.is_some_and(|parent| {
        let mut two = parent.children.windows(2);
        two.any(|two| matches!(two, [a, b] if b.path == part.path && is_torn_pair(parent, a, b)))
    })
}

/// Both halves of a multipart/encrypted beside each other in a multipart/mixed.
pub(super) fn is_torn_pair(parent: &Part, version: &Part, ciphertext: &Part) -> bool {
    parent.content_type.is("multipart", "mixed") && is_pair(version, ciphertext)
}

fn is_pair(version: &Part, ciphertext: &Part) -> bool {
    version.content_type.is("application", "pgp-encrypted") && ciphertext.content_type.is("application", "octet-stream")
}

/// The only part of a multipart/mixed, when signatures stand in its header.
fn unobtrusively_signed<'a>(message: &ParsedMessage, part: &'a Part) -> Option<&'a Part> {
    let [only] = part.children.as_slice() else { return None };
    (part.content_type.is("multipart", "mixed") && unobtrusive::is_signed(message, only)).then_some(only)
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
