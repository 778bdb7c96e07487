//! What stands in the way of a send, and what its author should know.

/// Why a draft can't be sent as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// What kind.
    pub code: BlockerCode,
    /// The recipient, or the author.
    pub subject: String,
}

/// The kinds of blocker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockerCode {
    /// Nobody to send to.
    NoRecipients,
    /// Not an e-mail address.
    BadAddress,
    /// No certificate is known for the recipient.
    NoCertificate,
    /// There is one, and it has ended.
    CertificateExpired,
    /// There is one, and it was withdrawn.
    CertificateRevoked,
    /// There is one, and it is believed to be somebody else's.
    CertificateMismatch,
    /// There is one, and nothing can be encrypted to it.
    CertificateCannotEncrypt,
    /// The author has no key to sign with in the technology needed.
    NoSigningKey,
    /// Cautions were not confirmed.
    Unconfirmed,
}

impl BlockerCode {
    /// The word in JSON and in views.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoRecipients => "no_recipients",
            Self::BadAddress => "bad_address",
            Self::NoCertificate => "no_certificate",
            Self::CertificateExpired => "certificate_expired",
            Self::CertificateRevoked => "certificate_revoked",
            Self::CertificateMismatch => "certificate_mismatch",
            Self::CertificateCannotEncrypt => "certificate_cannot_encrypt",
            Self::NoSigningKey => "no_signing_key",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// Something the author should know before sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendCaution {
    /// What kind.
    pub code: SendCautionCode,
    /// Whom it is about.
    pub subject: String,
}

/// The kinds of caution before sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendCautionCode {
    /// Nobody that is trusted vouches for the recipient's certificate.
    UnauthenticatedCertificate,
    /// Each Bcc recipient gets a delivery of their own.
    BccOwnDelivery,
    /// The author can't open the copy that is kept.
    SentCopyUnreadable,
    /// The subject is empty.
    EmptySubject,
    /// Encrypted but not signed: the recipient can't tell who wrote it.
    NotSigned,
}

impl SendCautionCode {
    /// The word in JSON and in views.
    pub fn word(self) -> &'static str {
        match self {
            Self::UnauthenticatedCertificate => "unauthenticated_certificate",
            Self::BccOwnDelivery => "bcc_own_delivery",
            Self::SentCopyUnreadable => "sent_copy_unreadable",
            Self::EmptySubject => "empty_subject",
            Self::NotSigned => "not_signed",
        }
    }
}
