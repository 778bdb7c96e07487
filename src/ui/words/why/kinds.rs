//! Kinds of finding that the engine gives as data beside each other, put as the reader meets them.

use crate::engine::view::{Assessment, Coverage, DecryptFailure, ShownBlock, ShownPart, SignatureOutcome};

/// Why an encrypted object stays closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The key waits for its passphrase.
    Locked,
    /// The key is not here.
    NoKey,
    /// It was altered.
    IntegrityFailed,
    /// Nothing would show whether it was altered.
    NoIntegrity,
    /// A form of GnuPG's own.
    LibrePgp,
    /// Another form that is unknown here.
    Unsupported,
    /// It is damaged.
    Malformed,
    /// It is too large.
    TooLarge,
}

impl Closed {
    /// What a failure is to the reader.
    pub fn of(failure: &DecryptFailure) -> Self {
        match failure {
            DecryptFailure::Locked(_) => Self::Locked,
            DecryptFailure::NoKey => Self::NoKey,
            DecryptFailure::IntegrityFailed => Self::IntegrityFailed,
            DecryptFailure::NoIntegrity => Self::NoIntegrity,
            DecryptFailure::Unsupported(what) if what == "librepgp_ocb" => Self::LibrePgp,
            DecryptFailure::Unsupported(_) => Self::Unsupported,
            DecryptFailure::Malformed(_) => Self::Malformed,
            DecryptFailure::TooLarge => Self::TooLarge,
        }
    }

    /// The code of the technical detail, if there is one.
    pub fn code(failure: &DecryptFailure) -> &str {
        match failure {
            DecryptFailure::Unsupported(code) | DecryptFailure::Malformed(code) => code,
            DecryptFailure::Locked(_)
            | DecryptFailure::NoKey
            | DecryptFailure::IntegrityFailed
            | DecryptFailure::NoIntegrity
            | DecryptFailure::TooLarge => "",
        }
    }
}

/// How much of a message a seal or an encryption covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The seal covers all.
    SealWhole,
    /// It covers a part.
    SealPart,
    /// All came out of encryption.
    LockWhole,
    /// A part did.
    LockPart,
    /// A part did, and nothing is shown beside it.
    LockWithin,
    /// A seal covers a part, and nothing is shown beside it.
    SealWithin,
}

impl Extent {
    /// Of a seal of a message.
    pub fn of_seal(assessment: &Assessment, coverage: Coverage) -> Self {
        // Another signature may be what the rest is signed by.
        let is_all = || match assessment.signatures.as_slice() {
            [one] => {
                one.coverage == Coverage::Part
                    && one.check.outcome == SignatureOutcome::Intact
                    && is_all(assessment, |block| block.signed, |part| part.signed)
            }
            _ => false,
        };
        match coverage {
            Coverage::Whole => Self::SealWhole,
            Coverage::Part if is_all() => Self::SealWithin,
            Coverage::Part => Self::SealPart,
        }
    }

    /// Of an encryption in a message.
    pub fn of_lock(assessment: &Assessment, coverage: Coverage) -> Self {
        let is_all = || {
            assessment.encryption.iter().all(|layer| layer.coverage == Coverage::Part)
                && is_all(assessment, |block| block.decrypted, |part| part.decrypted)
        };
        match coverage {
            Coverage::Whole => Self::LockWhole,
            Coverage::Part if is_all() => Self::LockWithin,
            Coverage::Part => Self::LockPart,
        }
    }
}

/// Something is shown of a message, and all of it is protected.
fn is_all(assessment: &Assessment, text: impl Fn(&ShownBlock) -> bool, file: impl Fn(&ShownPart) -> bool) -> bool {
    let mut files = assessment.parts.iter().filter(|part| part.is_file);
    !assessment.blocks.is_empty() && assessment.blocks.iter().all(text) && files.all(file)
}

/// What a reason says to the reader that the outcome alone does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Particular {
    /// The key had ended.
    KeyExpired,
    /// The key had been withdrawn.
    KeyRevoked,
    /// It was made for others.
    ForOthers,
    /// It is dated in the future.
    FromFuture,
    /// It was made to end.
    Ended,
    /// It is older than its key.
    BeforeKey,
    /// It rests on something too weak.
    TooWeak,
    /// There is no seal in it.
    Empty,
    /// It is about something else than what is shown.
    Misleading,
    /// It is of a form of GnuPG's own.
    LibrePgp,
    /// It is of a form that is in no standard known here.
    Foreign,
}

impl Particular {
    /// By the code of a reason.
    pub fn of(code: &str) -> Option<Self> {
        Some(match code {
            "key_expired" => Self::KeyExpired,
            "key_revoked" => Self::KeyRevoked,
            "not_intended_recipient" => Self::ForOthers,
            "made_in_future" => Self::FromFuture,
            "signature_expired" => Self::Ended,
            "made_before_key" => Self::BeforeKey,
            "weak_hash" | "weak_key" | "weak_algorithm" | "policy" => Self::TooWeak,
            "no_signer" | "no_signature" => Self::Empty,
            "content_inside"
            | "attributes_as_content"
            | "content_type"
            | "content_type_mismatch"
            | "cleartext_header" => Self::Misleading,
            "librepgp_signature" => Self::LibrePgp,
            "version" | "critical_subpacket" => Self::Foreign,
            _ => return None,
        })
    }
}

/// What the delivery comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// The domain in From confirms it.
    Confirmed,
    /// Another domain does.
    ByAnother,
    /// The domain does not confirm it.
    Unconfirmed,
    /// Nobody says anything.
    Unknown,
}

/// What is to be said of the user's own keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnKey {
    /// It has ended.
    Expired,
    /// There is none.
    None,
}
