use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::crypto::Certificate;
use crate::crypto::smime::{SmimeRing, X509};
use crate::domain::{EmailAddress, Fingerprint};
use crate::trust::{Judgement, PathStep, StepKind, TrustPath, TrustPolicy, TrustVerdict};

use super::{PathReport, PathRequest, Purpose, validate};

/// Judges an X.509 certificate for an address: by what the user compared with its owner, or by a
/// certification path from one of the anchors. `bundled` are certificates that came along.
pub fn judge(
    certificate: &Arc<X509>,
    bundled: &[Certificate],
    address: Option<&EmailAddress>,
    ring: &SmimeRing,
    policy: &TrustPolicy,
) -> Judgement {
    let report = validate(&question(certificate, bundled, ring, policy));
    if report.reason.as_deref() == Some("revoked") {
        return Judgement { revoked_at: report.revoked_at, ..below(TrustVerdict::Revoked, &report) };
    }
    let given = policy.trust_given && ring.holds(&certificate.fingerprint);
    let direct = given || policy.direct.contains_key(&certificate.fingerprint);
    if report.valid {
        return for_address(certificate, address, path(&report, StepKind::Ca));
    }
    if direct {
        return directly(certificate, address, policy);
    }
    let verdict = match report.reason.as_deref() {
        Some("expired" | "not_yet_valid") => TrustVerdict::Expired,
        _ => TrustVerdict::Unauthenticated,
    };
    below(verdict, &report)
}

/// The question about a certification path that [`judge`] asks.
pub fn question(
    certificate: &Arc<X509>,
    bundled: &[Certificate],
    ring: &SmimeRing,
    policy: &TrustPolicy,
) -> PathRequest {
    let came_along = bundled.iter().filter_map(|certificate| match certificate {
        Certificate::X509(x509) => Some(x509.clone()),
        Certificate::Pgp(_) => None,
    });
    let mut request = PathRequest::new(certificate.clone(), policy.at);
    request.intermediates = came_along.collect();
    // Those of people vouch for nobody.
    request.intermediates.extend(policy.issuers.iter().filter(|known| known.vouches()).cloned());
    add_issuers(&mut request, ring, !policy.crls.is_empty());
    request.anchors.clone_from(&policy.anchors);
    request.distrust_after = Arc::clone(&policy.distrust_after);
    request.crls.clone_from(&policy.crls);
    request.ocsp.clone_from(&policy.ocsp);
    request.revocation = policy.revocation;
    request.purpose = Purpose::Mail;
    request
}

/// The seconds around the moment of the policy within which [`judge`] says the same of a certificate: between two ends
/// of certificates, and no more than a minute when there is evidence of revocation, which ages, too.
pub fn holds(certificate: &Arc<X509>, ring: &SmimeRing, policy: &TrustPolicy) -> Range<i64> {
    let at = policy.at.as_second();
    if !policy.crls.is_empty() || !policy.ocsp.is_empty() {
        let minute = at.div_euclid(60) * 60;
        return minute..minute + 60;
    }
    let request = question(certificate, &[], ring, policy);
    let all = request.intermediates.iter().chain(&request.anchors).chain([certificate]);
    // A certificate counts for the whole of its last second.
    let turns = all.flat_map(|one| [one.not_before().as_second(), one.not_after().as_second().saturating_add(1)]);
    let around = |(from, until): (i64, i64), turn: i64| match turn {
        turn if turn <= at => (from.max(turn), until),
        turn => (from, until.min(turn)),
    };
    let (from, until) = turns.fold((i64::MIN, i64::MAX), around);
    from..until
}

/// Adds those of a ring that may lie on a path, by their names, and those that may sign revocation lists: the others
/// can't be of use, and may be many.
fn add_issuers(request: &mut PathRequest, ring: &SmimeRing, has_lists: bool) {
    let mut found: HashMap<Fingerprint, Arc<X509>> = HashMap::new();
    let mut queue: Vec<Arc<X509>> = request.intermediates.clone();
    queue.push(Arc::clone(&request.certificate));
    let signers = if has_lists { ring.list_signers() } else { Vec::new() };
    for signer in signers {
        found.insert(signer.fingerprint.clone(), Arc::clone(signer));
        queue.push(Arc::clone(signer));
    }
    let mut asked = HashSet::new();
    while let Some(below) = queue.pop() {
        if !asked.insert(below.issuer()) {
            continue;
        }
        for above in ring.above(&below).into_iter().filter(|above| above.vouches()) {
            if found.insert(above.fingerprint.clone(), Arc::clone(above)).is_none() {
                queue.push(Arc::clone(above));
            }
        }
    }
    request.intermediates.extend(found.into_values());
}

/// The user's own word, which covers the addresses in the certificate and its validity period.
fn directly(certificate: &Arc<X509>, address: Option<&EmailAddress>, policy: &TrustPolicy) -> Judgement {
    let step =
        PathStep { kind: StepKind::Direct, name: certificate.subject(), fingerprint: certificate.fingerprint.clone() };
    let path = TrustPath(vec![step]);
    let refused = |verdict, reason: &str| Judgement {
        verdict,
        path: path.clone(),
        reason: Some(reason.to_owned()),
        revoked_at: None,
    };
    if policy.at < certificate.not_before() {
        return refused(TrustVerdict::Expired, "not_yet_valid");
    }
    if !certificate.is_current(policy.at) {
        return refused(TrustVerdict::Expired, "expired");
    }
    if !certificate.is_for_email() {
        return refused(TrustVerdict::Unauthenticated, "not_for_email");
    }
    for_address(certificate, address, path)
}

fn for_address(certificate: &X509, address: Option<&EmailAddress>, path: TrustPath) -> Judgement {
    let named = address.is_some_and(|address| certificate.is_for_address(address));
    let reason = if certificate.addresses().is_empty() { "no_address" } else { "address_missing" };
    let (verdict, reason) =
        if named { (TrustVerdict::Authenticated, None) } else { (TrustVerdict::Mismatch, Some(reason.to_owned())) };
    Judgement { verdict, path, reason, revoked_at: None }
}

fn below(verdict: TrustVerdict, report: &PathReport) -> Judgement {
    Judgement { verdict, path: path(report, StepKind::Ca), reason: report.reason.clone(), revoked_at: None }
}

fn path(report: &PathReport, kind: StepKind) -> TrustPath {
    let step = |(name, fingerprint): &(String, _)| PathStep {
        kind,
        name: name.clone(),
        fingerprint: Clone::clone(fingerprint),
    };
    TrustPath(report.path.iter().map(step).collect())
}
