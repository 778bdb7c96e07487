//! The Autocrypt Setup Message as a message to oneself (Autocrypt Level 1 §4.4.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::pgp::{self, SetupFailure};
use crate::domain::{EmailAddress, Fingerprint, RawMessage, Secret};
use crate::engine::profile::Profile;
use crate::engine::{Failure, FailureKind, Retry};
use crate::message::{self, Limits};

use super::{SetupText, failure, protect};

/// The type of the part that holds the key.
const TYPE: &str = "application/autocrypt-setup";
const BOUNDARY: &str = "kakitome-setup";

/// The message with an own OpenPGP key in it, for the address that the key names, and its Setup Code.
pub(super) fn message(
    profile: &Profile,
    fingerprint: &Fingerprint,
    text: &SetupText,
) -> Result<(Vec<u8>, Secret<String>), Failure> {
    let keyring = profile.keyring();
    let missing = || Failure {
        kind: FailureKind::Input,
        retry: Retry::Never,
        subject: fingerprint.to_string(),
        source: "unknown_fingerprint".to_owned(),
    };
    let cert = keyring.pgp.find(fingerprint).filter(|cert| cert.is_tsk()).ok_or_else(missing)?;
    let address = pgp::addresses(cert, profile.now()).into_iter().next().ok_or_else(missing)?;
    let code = pgp::new_setup_code().map_err(|error| protect(&error))?;
    let payload = pgp::setup_message(cert, &keyring.passphrases, &code).map_err(|error| protect(&error))?;
    Ok((mail(&address, text, &payload, profile.now()), code))
}

fn mail(address: &EmailAddress, text: &SetupText, payload: &[u8], at: jiff::Timestamp) -> Vec<u8> {
    let date = at.strftime("%a, %d %b %Y %H:%M:%S +0000");
    let subject = STANDARD.encode(&text.subject);
    let body = wrapped(&STANDARD.encode(&text.body));
    let payload = String::from_utf8_lossy(payload).replace("\r\n", "\n").replace('\n', "\r\n");
    format!(
        "From: <{address}>\r\nTo: <{address}>\r\nDate: {date}\r\nSubject: =?utf-8?B?{subject}?=\r\n\
         Autocrypt-Setup-Message: v1\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\r\n\r\n\
         --{BOUNDARY}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\
         {body}\r\n--{BOUNDARY}\r\nContent-Type: {TYPE}\r\n\
         Content-Disposition: attachment; filename=\"autocrypt-setup-message.asc\"\r\n\r\n\
         {payload}\r\n--{BOUNDARY}--\r\n"
    )
    .into_bytes()
}

fn wrapped(base64: &str) -> String {
    let lines = base64.as_bytes().chunks(76).map(String::from_utf8_lossy);
    lines.flat_map(|line| [line.into_owned(), "\r\n".to_owned()]).collect()
}

/// The payload of a Setup Message: of a whole message, or the armored object alone. `None` when it is something else.
pub(super) fn payload(bytes: &[u8]) -> Option<Vec<u8>> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(64 << 10)).unwrap_or_default()).to_ascii_lowercase();
    if head.contains(TYPE) || head.contains("autocrypt-setup-message:") {
        let raw = RawMessage::new(bytes);
        let parsed = message::parse(&raw, &Limits::default());
        let part = parsed.walk().find(|part| part.content_type.is("application", "autocrypt-setup"))?;
        return Some(part.decoded(&raw));
    }
    let is_bare = head.contains("-----begin pgp message-----") && head.contains("passphrase-format:");
    is_bare.then(|| bytes.to_vec())
}

/// The key in a payload.
pub(super) fn open(payload: &[u8], typed: &str) -> Result<sequoia_openpgp::Cert, Failure> {
    let code = pgp::setup_code(typed).ok_or_else(|| failure(FailureKind::WrongWords, "setup_code"))?;
    let cert = pgp::open_setup_message(payload, &code, jiff::Timestamp::now()).map_err(|why| match why {
        SetupFailure::None | SetupFailure::Damaged => failure(FailureKind::NotABackup, "setup_message"),
        SetupFailure::WrongCode => failure(FailureKind::WrongWords, "setup_code"),
    })?;
    Ok(std::sync::Arc::unwrap_or_clone(cert))
}
