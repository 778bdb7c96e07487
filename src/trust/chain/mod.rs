//! Certification paths (RFC 5280): search of our own, because what came along with a message may
//! be made to lead astray; validation (§6.1) and revocation (§6.3) by certval; signatures by OpenSSL.

mod constraints;
mod crl;
mod evidence;
mod judge;
mod needs;
mod profile;
mod revocation;
mod search;
mod validate;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::crypto::smime::X509;
use crate::domain::{EmailAddress, Fingerprint};

use super::Revocation;

pub use evidence::{Crl, OcspAnswer};
pub use judge::{holds, judge, question};
pub use needs::{Need, needs};
pub use revocation::{RevocationCheck, RevocationSource, RevocationStatus};
pub use validate::validate;

/// What a certification path is wanted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Signatures over mail (RFC 8550 §4.4.2, §4.4.4).
    Sign,
    /// Encrypting mail.
    Encrypt,
    /// Mail, whichever way: extendedKeyUsage alone.
    Mail,
    /// No purpose is asked for.
    #[default]
    Any,
}

/// A question about a certification path, with everything that may answer it.
#[derive(Clone, Debug)]
pub struct PathRequest {
    /// The certificate in question.
    pub certificate: Arc<X509>,
    /// Certificates that may stand between.
    pub intermediates: Vec<Arc<X509>>,
    /// Trust anchors.
    pub anchors: Vec<Arc<X509>>,
    /// Of anchors whose list of anchors says so: what they issue after this moment is not believed.
    pub distrust_after: Arc<BTreeMap<Fingerprint, Timestamp>>,
    /// Certificate revocation lists.
    pub crls: Vec<Crl>,
    /// OCSP responses.
    pub ocsp: Vec<OcspAnswer>,
    /// The moment to judge at.
    pub at: Timestamp,
    /// What the certificate is for.
    pub purpose: Purpose,
    /// An address that it has to name.
    pub address: Option<EmailAddress>,
    /// user-initial-policy-set (RFC 5280 §6.1.1 (c)), object identifiers in dots; empty for any.
    pub policies: Vec<String>,
    /// initial-explicit-policy (RFC 5280 §6.1.1 (f)).
    pub require_policy: bool,
    /// initial-any-policy-inhibit (RFC 5280 §6.1.1 (g)).
    pub inhibit_any_policy: bool,
    /// initial-policy-mapping-inhibit (RFC 5280 §6.1.1 (e)).
    pub inhibit_mapping: bool,
    /// What to make of missing revocation information.
    pub revocation: Revocation,
    /// Also hold certificates to rules that RFC 5280 gives to those who issue them (§4.1, §4.2).
    pub strict: bool,
    /// Lists count only when the certificate's own issuer signed them: ends the recursion of
    /// paths to those who sign lists.
    lists_are_direct: bool,
}

impl PathRequest {
    /// About a certificate at a moment, with nothing else.
    pub fn new(certificate: Arc<X509>, at: Timestamp) -> Self {
        Self {
            certificate,
            intermediates: Vec::new(),
            anchors: Vec::new(),
            distrust_after: Arc::default(),
            crls: Vec::new(),
            ocsp: Vec::new(),
            at,
            purpose: Purpose::Any,
            address: None,
            policies: Vec::new(),
            require_policy: false,
            inhibit_any_policy: false,
            inhibit_mapping: false,
            revocation: Revocation::Soft,
            strict: false,
            lists_are_direct: false,
        }
    }
}

/// The answer to a [`PathRequest`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathReport {
    /// There is a path that holds.
    pub valid: bool,
    /// A code for why not: `no_path`, `expired`, `not_yet_valid`, `revoked`, `revocation_unknown`,
    /// `not_for_email`, `wrong_key_usage`, `address_missing`, `no_address`, `name_constraints`,
    /// `policy`, `signature`, `weak_algorithm`, `not_an_authority`, `path_length`,
    /// `critical_extension`, `malformed`, `name_chaining`, `authority_distrusted`; and for what
    /// costs more than is spent on it `too_complex`, `too_large`, `too_many_paths`,
    /// `path_too_long`.
    pub reason: Option<String>,
    /// From the anchor down to the certificate: subject and fingerprint.
    pub path: Vec<(String, Fingerprint)>,
    /// The policies that the path is valid under, object identifiers in dots.
    pub policies: Vec<String>,
    /// When the certificate was withdrawn, for `revoked`.
    pub revoked_at: Option<Timestamp>,
    /// What is known of each certificate below the anchor; empty where nobody asked.
    pub revocation: Vec<RevocationCheck>,
}
