//! What can be told of a certificate by what is known of it, without reading it.

use std::collections::HashSet;

use crate::crypto::smime::comparable;
use crate::crypto::{CertificateReport, Keyring};
use crate::domain::Technology;

use super::{TrustPolicy, TrustVerdict, web};

/// Verdicts of [`judge`](super::judge) that need no reading: of most in a large keyring, which nobody vouches for.
#[derive(Debug)]
pub struct Glance<'a> {
    keyring: &'a Keyring,
    policy: &'a TrustPolicy,
    /// The names of the anchors, as names are compared.
    anchors: HashSet<String>,
}

impl<'a> Glance<'a> {
    /// Under a policy.
    pub fn new(keyring: &'a Keyring, policy: &'a TrustPolicy) -> Self {
        let anchors = policy.anchors.iter().map(|anchor| comparable(&anchor.subject())).collect();
        Self { keyring, policy, anchors }
    }

    /// The verdict for the first address in a report of a certificate of the keyring, at the moment of the policy, if it
    /// can be told.
    pub fn verdict(&self, report: &CertificateReport) -> Option<TrustVerdict> {
        if self.policy.trust_given {
            return None;
        }
        let is_direct = self.policy.direct.contains_key(&report.fingerprint);
        match report.technology {
            Technology::OpenPgp => self.of_pgp(report, is_direct),
            // Without a path that could be looked at, there is nothing that could have ended.
            Technology::Smime => (!is_direct && !self.may_have_path(report)).then_some(TrustVerdict::Unauthenticated),
        }
    }

    fn of_pgp(&self, report: &CertificateReport, is_direct: bool) -> Option<TrustVerdict> {
        let has = |problem: &str| report.problems.iter().any(|found| found == problem);
        if report.is_revoked {
            return Some(TrustVerdict::Revoked);
        }
        if has("not_yet_valid") || has("weak_algorithm") || has("not_bound") {
            return Some(TrustVerdict::Unauthenticated);
        }
        // A weak key may be the primary one, which binds nothing, or another.
        if has("weak_key") {
            return None;
        }
        if has("expired") {
            return Some(TrustVerdict::Expired);
        }
        let is_out_of_reach =
            || self.policy.roots.is_empty() || !web::is_in_reach(&report.fingerprint, &self.keyring.pgp, self.policy);
        (!is_direct && is_out_of_reach()).then_some(TrustVerdict::Unauthenticated)
    }

    /// Whether the names of issuers lead to an anchor.
    fn may_have_path(&self, report: &CertificateReport) -> bool {
        if self.policy.anchors.iter().any(|anchor| anchor.fingerprint == report.fingerprint) {
            return true;
        }
        let mut queue = vec![comparable(report.issuer.as_deref().unwrap_or_default())];
        let mut asked = HashSet::new();
        while let Some(name) = queue.pop() {
            if self.anchors.contains(&name) {
                return true;
            }
            if asked.insert(name.clone()) {
                queue.extend(self.keyring.smime.issuers_of(&name).map(str::to_owned));
            }
        }
        false
    }
}
