//! Certification paths (RFC 5280), by certval.
use crate::trust::*; use crate::crypto::{*,smime::*}; use crate::domain::*; use std::sync::Arc;
#[allow(missing_docs)] pub enum Purpose { Sign, Encrypt, Any }
#[allow(missing_docs)] pub struct PathRequest { pub certificate: Arc<X509>, pub intermediates: Vec<Arc<X509>>, pub anchors: Vec<Arc<X509>>, pub crls: Vec<Arc<[u8]>>, pub ocsp: Vec<Arc<[u8]>>, pub at: Timestamp, pub purpose: Purpose, pub address: Option<EmailAddress>, pub policies: Vec<String>, pub require_policy: bool, pub inhibit_any_policy: bool, pub inhibit_mapping: bool, pub revocation: Revocation }
#[allow(missing_docs)] pub struct PathReport { pub valid: bool, pub reason: Option<String>, pub path: Vec<(String, Fingerprint)>, pub policies: Vec<String> }
#[allow(missing_docs)] pub fn validate(_: &PathRequest) -> PathReport { PathReport { valid: false, reason: None, path: vec![], policies: vec![] } }
#[allow(missing_docs)] pub fn judge(_: &X509, _: &[Certificate], _: Option<&EmailAddress>, _: &SmimeRing, _: &TrustPolicy) -> Judgement { Judgement { verdict: TrustVerdict::Unauthenticated, path: TrustPath::default(), reason: None, revoked_at: None } }
