//! The certificates that a message carries: in its Autocrypt field, among its parts, and in its signatures.
//! Nobody is trusted for having sent one, and secret parts are left out.

use base64::Engine as _;

use crate::crypto::smime::{self, SmimeRing};
use crate::crypto::{Certificate, Keyring, pgp};
use crate::domain::RawMessage;
use crate::flow::Assessment;
use crate::message::{self, Limits, ParsedMessage};

/// As many certificates are taken from one message: with more, it is no message to somebody.
const MAX: usize = 64;
/// No part that holds certificates is larger.
const MAX_BYTES: usize = 1 << 20;
/// No header is looked through further.
const MAX_HEADER: usize = 1 << 20;

/// What the message as it was transmitted carries. Nothing is decrypted for that.
pub(super) fn by_message(raw: &RawMessage) -> Keyring {
    let parsed = message::parse(raw, &Limits::default());
    let mut found = Keyring::default();
    autocrypt_fields(&mut found, &parsed);
    for part in parsed.walk() {
        let name = part.filename.as_deref().unwrap_or_default();
        if may_hold_certificates(&part.content_type.to_string(), name) && part.body.len() <= MAX_BYTES * 2 {
            add(&mut found, &part.decoded(&parsed.raw));
        }
    }
    found
}

/// What an assessed message carries, also inside its encryption, and what its signatures bring along. Of the
/// message as it was transmitted only the header is read again.
pub(super) fn by_assessed(raw: &RawMessage, assessment: &Assessment) -> Keyring {
    let mut found = Keyring::default();
    autocrypt_fields(&mut found, &message::parse(&header(raw), &Limits::default()));
    for part in &assessment.parts {
        if may_hold_certificates(&part.media_type, part.filename.as_deref().unwrap_or_default()) {
            add(&mut found, &part.content);
        }
    }
    for signature in &assessment.signatures {
        let signer = signature.check.signer.as_ref().and_then(|signer| signer.certificate.as_ref());
        for certificate in signature.check.bundled.iter().take(MAX).chain(signer) {
            if let Certificate::X509(certificate) = certificate {
                found.smime.add_certificate(certificate.clone());
            }
        }
    }
    found
}

/// The header alone, to its empty line.
pub(super) fn header(raw: &RawMessage) -> RawMessage {
    let beginning = raw.get(..raw.len().min(MAX_HEADER)).unwrap_or_default();
    let end = |mark: &[u8]| beginning.windows(mark.len()).position(|window| window == mark);
    let end = end(b"\r\n\r\n").or_else(|| end(b"\n\n")).unwrap_or(beginning.len());
    RawMessage::new(beginning.get(..end).unwrap_or_default())
}

fn autocrypt_fields(found: &mut Keyring, message: &ParsedMessage) {
    for field in message.header_values("Autocrypt").into_iter().take(MAX) {
        autocrypt(found, &field);
    }
}

/// By label or by name: what is never a certificate is not read as one.
fn may_hold_certificates(media_type: &str, name: &str) -> bool {
    const TYPES: [&str; 11] = [
        "application/pgp-keys",
        "application/pkcs7-mime",
        "application/x-pkcs7-mime",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pkix-cert",
        "application/x-x509-ca-cert",
        "application/x-x509-user-cert",
        "application/x-x509-email-cert",
        "application/x-pkcs7-certificates",
        "text/plain",
    ];
    const ENDINGS: [&str; 8] = [".asc", ".pgp", ".gpg", ".cer", ".crt", ".pem", ".p7b", ".p7c"];
    let name = name.to_ascii_lowercase();
    TYPES.contains(&media_type) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn add(found: &mut Keyring, bytes: &[u8]) {
    // In a text they stand in armor; most texts hold none.
    let is_text = bytes.first().is_some_and(u8::is_ascii) && bytes.first() != Some(&0x30);
    let is_armored = || bytes.windows(11).any(|window| window == b"-----BEGIN ");
    if is_text && !is_armored() {
        return;
    }
    if bytes.len() > MAX_BYTES || found.pgp.len() + found.smime.len() >= MAX {
        return;
    }
    let mut pgp = pgp::PgpRing::default();
    if pgp.add(bytes).is_ok() {
        for cert in pgp.certs().iter().take(MAX) {
            found.pgp.add_cert((**cert).clone().strip_secret_key_material());
        }
        return;
    }
    let mut other = SmimeRing::default();
    let mut certificates = smime::certificates(bytes);
    if certificates.is_empty() && other.add(bytes, &[]).is_ok() {
        certificates.extend(other.certificates());
    }
    for certificate in certificates.into_iter().take(MAX) {
        found.smime.add_certificate(certificate);
    }
}

/// `addr=…; prefer-encrypt=mutual; keydata=…` (Autocrypt Level 1, §2.1).
fn autocrypt(found: &mut Keyring, field: &str) {
    let Some(data) = field.split(';').find_map(|one| one.trim().strip_prefix("keydata=")) else { return };
    let data: String = data.chars().filter(|c| !c.is_whitespace()).collect();
    if let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(data) {
        add(found, &bytes);
    }
}
