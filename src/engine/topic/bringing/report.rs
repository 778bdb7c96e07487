use crate::crypto::CertificateReport;
use crate::crypto::pgp::Gain;

use super::SourceKind;

/// What an import brought, and what it did not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bringing {
    /// In the order in which it was read.
    pub items: Vec<Brought>,
    /// Nothing was kept: it only says what would come.
    pub dry_run: bool,
}

/// One certificate, key or file of an import.
#[derive(Clone, Debug, PartialEq)]
pub struct Brought {
    /// From which kind of place.
    pub source: SourceKind,
    /// From which one: a folder or a file.
    pub from: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of one thing.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is here.
    Came {
        /// What it is.
        report: Box<CertificateReport>,
        /// What it added.
        gain: Gain,
        /// Its secret key stays with another program or a token.
        outside: bool,
        /// What the other program trusted of it.
        trust: Option<TrustHint>,
    },
    /// It stayed where it is.
    Stayed {
        /// What: a fingerprint, a file's name, the program.
        subject: String,
        /// Why.
        why: Why,
        /// The other program's own words, for the folded part.
        detail: String,
    },
}

/// What another program trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustHint {
    /// How far.
    pub level: TrustLevel,
    /// It counts here, too.
    pub taken: bool,
}

/// How far another program trusted a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrustLevel {
    /// GnuPG's owner trust: one's own.
    Ultimate,
    /// GnuPG's owner trust: what it certifies counts.
    Full,
    /// GnuPG's owner trust: what it certifies counts a third.
    Marginal,
    /// GnuPG's owner trust: what it certifies does not count.
    Never,
    /// An authority in gpgsm's list of trusted roots, or trusted for mail by NSS.
    Anchor,
    /// Accepted in Thunderbird after its fingerprint was compared.
    Verified,
    /// Accepted in Thunderbird without that.
    Accepted,
}

impl TrustLevel {
    /// The word that it is printed as.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ultimate => "ultimate",
            Self::Full => "full",
            Self::Marginal => "marginal",
            Self::Never => "never",
            Self::Anchor => "anchor",
            Self::Verified => "verified",
            Self::Accepted => "accepted",
        }
    }
}

/// Why something was not brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// It is protected, and none of the passphrases opens it.
    WrongPassphrase,
    /// It is protected, and no passphrase was given.
    PassphraseNeeded,
    /// The program that keeps it is not installed.
    ProgramMissing,
    /// The program that keeps it refused, and said why.
    ProgramFailed,
    /// Its secret part is not here: it was put away, or is on a card that is not known.
    SecretElsewhere,
    /// It is damaged.
    Malformed,
    /// Its form or its algorithm is not supported.
    Unsupported,
    /// No certificate or key is in it.
    Nothing,
    /// It is too large.
    TooLarge,
    /// Others than its owner can read this secret key.
    ReadableByOthers,
    /// The file can't be read.
    Unreadable,
    /// A secret key whose certificate is not known.
    NoCertificate,
}

impl Why {
    /// Every one.
    pub const ALL: [Self; 12] = [
        Self::WrongPassphrase,
        Self::PassphraseNeeded,
        Self::ProgramMissing,
        Self::ProgramFailed,
        Self::SecretElsewhere,
        Self::Malformed,
        Self::Unsupported,
        Self::Nothing,
        Self::TooLarge,
        Self::ReadableByOthers,
        Self::Unreadable,
        Self::NoCertificate,
    ];

    /// The code that it is printed as.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongPassphrase => "wrong_passphrase",
            Self::PassphraseNeeded => "passphrase_needed",
            Self::ProgramMissing => "program_missing",
            Self::ProgramFailed => "program_failed",
            Self::SecretElsewhere => "secret_elsewhere",
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::Nothing => "nothing",
            Self::TooLarge => "too_large",
            Self::ReadableByOthers => "readable_by_others",
            Self::Unreadable => "unreadable",
            Self::NoCertificate => "no_certificate",
        }
    }
}
