use jiff::Timestamp;

use crate::domain::{EmailAddress, Fingerprint, Technology};

/// A certificate or key described for a person: what `cert show` prints and the key list shows.
#[derive(Clone, Debug, PartialEq)]
pub struct CertificateReport {
    /// Which of the two.
    pub technology: Technology,
    /// The full fingerprint.
    pub fingerprint: Fingerprint,
    /// The addresses it names.
    pub addresses: Vec<EmailAddress>,
    /// The personal names it gives.
    pub names: Vec<String>,
    /// X.509: the subject's distinguished name.
    pub subject: Option<String>,
    /// X.509: the issuer's distinguished name.
    pub issuer: Option<String>,
    /// Secret key material is there.
    pub has_secret: bool,
    /// The secret key material is protected by a passphrase.
    pub is_locked: bool,
    /// At this moment it can make signatures over mail.
    pub can_sign: bool,
    /// At this moment mail can be encrypted to it.
    pub can_encrypt: bool,
    /// The algorithms of its keys, such as `Ed25519` or `RSA 3072`, primary key first.
    pub algorithms: Vec<String>,
    /// When it begins.
    pub not_before: Option<Timestamp>,
    /// When it ends; `None` for never.
    pub not_after: Option<Timestamp>,
    /// It was withdrawn by its owner (OpenPGP).
    pub is_revoked: bool,
    /// Codes of what stands in the way of using it: `expired`, `not_yet_valid`, `revoked`,
    /// `weak_algorithm`, `weak_key`, `no_address`, `wrong_key_usage`, `no_email_protection`, `unreadable`,
    /// `flooded` (so much was on it that not all was kept), `too_large` (it or its key is larger than any honest one).
    pub problems: Vec<String>,
}
