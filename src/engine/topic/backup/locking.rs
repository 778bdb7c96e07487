//! The outside of a backup: one OpenPGP message under words or a passphrase.

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::crypto::DecryptFailure;
use crate::crypto::pgp::{self, PgpRing};
use crate::domain::Secret;
use crate::engine::{Failure, FailureKind};

use super::archive::{Archive, Unfit};
use super::{Key, MAX_FILE, MAX_PICTURE, failure, protect, read_file, sheet, words};

/// The comments at the head, for people and for this program.
const TITLE: &str = "Kakitome backup";
const BY_WORDS: &str = "opened by recovery words";
const BY_PASSPHRASE: &str = "opened by a passphrase";
/// The head of a file is looked for in so many bytes.
const HEAD: usize = 2_048;

/// What the head of a backup says of it in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The number of the words that open it; `None` for a passphrase.
    pub(super) words: Option<String>,
}

/// Encrypts an archive.
pub(super) fn lock(packed: &[u8], secret: &Secret<String>, id: &str, at: Timestamp) -> Result<Vec<u8>, Failure> {
    let day = at.strftime("%Y-%m-%d");
    let by = if id.is_empty() { BY_PASSPHRASE.to_owned() } else { format!("{BY_WORDS} {id}") };
    let comments = [format!("{TITLE} {day}"), by, "gpg --decrypt FILE | tar -x".to_owned()];
    pgp::encrypt_with_passphrases(packed, &words::spellings(secret), &comments).map_err(|error| protect(&error))
}

/// What a file says of itself; `None` when it does not say that it is a backup.
pub(super) fn head(bytes: &[u8]) -> Option<Head> {
    let text = String::from_utf8_lossy(bytes.get(..bytes.len().min(HEAD)).unwrap_or_default());
    let comments: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("Comment: ")).collect();
    comments.iter().find(|comment| comment.starts_with(TITLE))?;
    let words = comments.iter().find_map(|comment| comment.strip_prefix(BY_WORDS)).map(|id| id.trim().to_owned());
    Some(Head { words })
}

/// Opens a backup with what the user has.
pub(super) fn open_with(bytes: &[u8], key: &Key) -> Result<Archive, Failure> {
    let needs = head(bytes);
    let typed = match key {
        Key::Sheet(picture) => {
            let picture = Zeroizing::new(read_file(picture, MAX_PICTURE)?);
            sheet::read(&picture).ok_or_else(|| failure(FailureKind::WrongWords, "no_code_in_picture"))?
        }
        Key::Typed(typed) => typed.clone(),
    };
    let by_words = match &needs {
        Some(head) => head.words.is_some(),
        None => words::looks_like_words(typed.declassify()),
    };
    if !by_words {
        return open(bytes, &typed);
    }
    let id = needs.and_then(|head| head.words).unwrap_or_default();
    let phrase = words::read(typed.declassify())
        .map_err(|_| Failure { subject: id.clone(), ..failure(FailureKind::WrongWords, "mistyped") })?;
    open(bytes, &phrase).map_err(|failure| match failure.kind {
        FailureKind::WrongPassphrase => Failure { kind: FailureKind::WrongWords, subject: id, ..failure },
        _ => failure,
    })
}

/// Opens a backup with the secret itself.
pub(super) fn open(bytes: &[u8], secret: &Secret<String>) -> Result<Archive, Failure> {
    let mut forms = words::spellings(secret);
    // People paste a passphrase with the end of its line.
    let trimmed: String = secret.declassify().trim().nfc().collect();
    forms.push(Secret::new(trimmed));
    let limit = usize::try_from(MAX_FILE).unwrap_or(usize::MAX);
    let outcome = pgp::decrypt(bytes, &PgpRing::default(), &forms, Timestamp::now(), limit).outcome;
    let opened = outcome.map_err(|why| match why {
        DecryptFailure::NoKey | DecryptFailure::Locked(_) => failure(FailureKind::WrongPassphrase, "does_not_open"),
        DecryptFailure::IntegrityFailed => failure(FailureKind::NotABackup, "damaged"),
        DecryptFailure::Malformed(_) if head(bytes).is_some() => failure(FailureKind::NotABackup, "damaged"),
        _ => failure(FailureKind::NotABackup, "no_backup"),
    })?;
    let plaintext = Zeroizing::new(opened.plaintext);
    Archive::read(&plaintext)
        .map_err(|why| failure(FailureKind::NotABackup, if why == Unfit::Newer { "newer_backup" } else { "no_backup" }))
}
