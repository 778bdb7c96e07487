//! Whether the message came as its author sent it, to those whom they meant: what is protected
//! says so itself.

use crate::domain::{EmailAddress, Mailbox};
use crate::flow::{Caution, CautionCode, HeaderScheme};
use crate::message::ParsedMessage;

use super::Circumstances;
use super::identity::Identity;
use super::peel::{Envelope, Inside, find as find_part};

/// Addresses that a caution names.
const MAX_NAMED: usize = 3;

/// Cautions about encryption that others put on or took off, and about other recipients.
///
/// A signature does not cover the encryption around it. Who gets a signed message can encrypt it to
/// somebody else, or decrypt it and pass it on, and it is as intact as before. RFC 9788 §2.1 has the
/// author say, under the signature, whether it was sent encrypted (`hp="cipher"`) or not
/// (`hp="clear"`); its recipients stand beside that.
pub(super) fn find(
    outer: &ParsedMessage,
    envelope: &Envelope,
    identity: &Identity,
    circumstances: &Circumstances,
) -> Vec<Caution> {
    if !envelope.is_signed && !envelope.is_decrypted {
        return Vec::new();
    }
    let payload = match &envelope.inside {
        Inside::Same(path) => find_part(&outer.root, path),
        Inside::Entity { entity, start, .. } => find_part(&entity.root, start),
        Inside::Text { .. } | Inside::Closed => None,
    };
    let mode = payload.and_then(|part| part.content_type.parameter("hp")).map(str::to_ascii_lowercase);
    let mut found = Vec::new();
    let mut add = |code, subject: String| found.push(Caution { code, subject });
    match (mode.as_deref(), envelope.is_decrypted) {
        (Some("clear"), true) => add(CautionCode::EncryptedLater, String::new()),
        (Some("cipher"), false) => add(CautionCode::EncryptionRemoved, String::new()),
        _ => {}
    }
    if envelope.is_signed
        && envelope.is_decrypted
        && identity.protection.scheme != HeaderScheme::None
        && let Some(others) = others(identity, &circumstances.keyring.own_addresses(circumstances.policy.at))
    {
        add(CautionCode::AddressedToOthers, others);
    }
    found
}

/// The recipients, when none of them is the reader.
fn others(identity: &Identity, own: &[EmailAddress]) -> Option<String> {
    let named: Vec<EmailAddress> = identity.to.iter().chain(&identity.cc).filter_map(Mailbox::email).collect();
    if own.is_empty() || named.is_empty() || named.iter().any(|one| own.contains(one)) {
        return None;
    }
    let shown: Vec<&str> = named.iter().take(MAX_NAMED).map(EmailAddress::as_str).collect();
    let more = if named.len() > MAX_NAMED { ", …" } else { "" };
    Some(shown.join(", ") + more)
}
