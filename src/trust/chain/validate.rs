use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use certval::path_results::PR_FINAL_VALID_POLICY_GRAPH;
use certval::{
    CertificationPath, CertificationPathResults, CertificationPathResultsTypes, CertificationPathSettings, Error,
    PDVCertificate, PDVTrustAnchorChoice, PathValidationStatus, PkiEnvironment, TimeOfInterest,
    calculate_hash_rust_crypto, enforce_trust_anchor_constraints, validate_path_rfc5280,
};
use der::Encode;
use der::asn1::{BitString, ObjectIdentifier};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::crypto::smime::{LARGEST, X509, verify_signature};
use crate::trust::Revocation;

use super::crl::List;
use super::evidence::Crl;
use super::revocation::{RevocationCheck, RevocationStatus, Subject};
use super::search::{Candidate, paths};
use super::{PathReport, PathRequest, Purpose, constraints, profile};

const EMAIL_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4");

/// Attributes of a subject that are compared with name constraints; the cost is their product.
const ATTRIBUTES: usize = 256;
/// Extensions of a certificate; each is looked for among the others.
const EXTENSIONS: usize = 256;

/// Looks for a certification path that holds, and says which, or why there is none.
pub fn validate(request: &PathRequest) -> PathReport {
    if let Err(code) = fits(request) {
        return PathReport { reason: Some(code.to_owned()), ..PathReport::default() };
    }
    let found = paths(&request.certificate, &request.intermediates, &request.anchors);
    if let Some(anchor) = request.anchors.iter().find(|anchor| **anchor == request.certificate) {
        return of_anchor(anchor, request);
    }
    let pki = Pki::new(request);
    let mut worst: Option<PathReport> = None;
    for candidate in &found.paths {
        let report = pki.report(candidate, request);
        if report.valid {
            return report;
        }
        if worst.as_ref().is_none_or(|known| weight(&report) > weight(known)) {
            worst = Some(report);
        }
    }
    let reason = found.gave_up.unwrap_or("no_path");
    worst.unwrap_or_else(|| PathReport { reason: Some(reason.to_owned()), ..PathReport::default() })
}

/// Of several paths that fail, the one whose reason says most.
fn weight(report: &PathReport) -> u8 {
    match report.reason.as_deref() {
        Some("revoked") => 3,
        Some("expired" | "not_yet_valid") => 1,
        Some("revocation_unknown") => 2,
        _ => 0,
    }
}

/// What can be said of the certificate alone.
fn fits(request: &PathRequest) -> Result<(), &'static str> {
    let certificate = &request.certificate;
    is_bounded(certificate)?;
    let (sign, encrypt) = (request.purpose == Purpose::Sign, request.purpose == Purpose::Encrypt);
    if request.purpose != Purpose::Any && !certificate.is_for_email() {
        return Err("not_for_email");
    }
    if sign && !certificate.may_sign() || encrypt && !certificate.may_encrypt() {
        return Err("wrong_key_usage");
    }
    match &request.address {
        Some(_) if certificate.addresses().is_empty() => Err("no_address"),
        Some(address) if !certificate.is_for_address(address) => Err("address_missing"),
        _ => Ok(()),
    }
}

/// Whether the cost of looking at a certificate is within bounds.
fn is_bounded(certificate: &X509) -> Result<(), &'static str> {
    let tbs = certificate.certificate.tbs_certificate();
    if certificate.der.len() > LARGEST {
        return Err("too_large");
    }
    let extensions = tbs.extensions().map_or(0, Vec::len);
    if tbs.subject().len() > ATTRIBUTES || extensions > EXTENSIONS { Err("too_complex") } else { Ok(()) }
}

/// A certificate that is itself an anchor: there is nothing above it, and only time to look at.
fn of_anchor(anchor: &Arc<X509>, request: &PathRequest) -> PathReport {
    let reason = if request.at < anchor.not_before() {
        Some("not_yet_valid")
    } else if !anchor.is_current(request.at) {
        Some("expired")
    } else if request.strict {
        profile::check(anchor, true).err()
    } else {
        None
    };
    let path = vec![(anchor.subject(), anchor.fingerprint.clone())];
    PathReport { valid: reason.is_none(), reason: reason.map(str::to_owned), path, ..PathReport::default() }
}

/// certval's surroundings, with OpenSSL for signatures.
struct Pki<'a> {
    environment: PkiEnvironment,
    settings: CertificationPathSettings,
    /// Decoded when a path is there whose certificates they may be about.
    lists: OnceCell<Vec<&'a List>>,
}

impl<'a> Pki<'a> {
    fn new(request: &PathRequest) -> Self {
        let mut environment = PkiEnvironment::new();
        environment.add_calculate_hash_callback(calculate_hash_rust_crypto);
        environment.add_verify_signature_message_callback(openssl_verifies);
        Self { environment, settings: settings(request), lists: OnceCell::new() }
    }

    fn report(&self, candidate: &Candidate, request: &'a PathRequest) -> PathReport {
        let members = std::iter::once(&candidate.anchor).chain(&candidate.below);
        let path = members.map(|member| (member.subject(), member.fingerprint.clone())).collect();
        let mut report = PathReport { path, ..PathReport::default() };
        match self.check(candidate, request, &mut report) {
            Ok(()) => report.valid = true,
            Err(code) => report.reason = Some(code.to_owned()),
        }
        report
    }

    fn check(
        &self,
        candidate: &Candidate,
        request: &'a PathRequest,
        report: &mut PathReport,
    ) -> Result<(), &'static str> {
        for (index, member) in std::iter::once(&candidate.anchor).chain(&candidate.below).enumerate() {
            is_bounded(member)?;
            if request.strict {
                profile::check(member, index < candidate.below.len())?;
            }
            if index > 0 && member.has_weak_signature() {
                return Err("weak_algorithm");
            }
        }
        Self::until(candidate, request)?;
        constraints::check(&candidate.anchor, &candidate.below)?;
        let path = certification_path(candidate).ok_or("malformed")?;
        let with_anchor = |settings: &CertificationPathSettings| {
            enforce_trust_anchor_constraints(settings, &path.trust_anchor).map_err(code)
        };
        let settings = with_anchor(&self.settings)?;
        let mut results = CertificationPathResults::new();
        let validated = validate_path_rfc5280(&self.environment, &settings, &path, &mut results);
        report.policies = policies(&results);
        if let Err(error) = validated {
            let why = code(error);
            if !matches!(why, "expired" | "not_yet_valid") {
                return Err(why);
            }
            // Only when everything else holds is time the reason.
            let mut timeless = settings.clone();
            timeless.set_time_of_interest(TimeOfInterest::disabled());
            validate_path_rfc5280(&self.environment, &timeless, &path, &mut CertificationPathResults::new())
                .map_err(code)?;
            self.revocation(&path, &timeless, candidate, request, report)
                .or_else(|why| if why == "revoked" { Err(why) } else { Ok(()) })?;
            return Err(why);
        }
        self.revocation(&path, &settings, candidate, request, report)
    }

    /// An authority that lost the trust of those who keep the list of anchors: what it issued before still counts.
    fn until(candidate: &Candidate, request: &PathRequest) -> Result<(), &'static str> {
        let until = request.distrust_after.get(&candidate.anchor.fingerprint);
        let issued = candidate.below.last().map(|target| target.not_before());
        if until.zip(issued).is_some_and(|(until, issued)| issued > *until) {
            Err("authority_distrusted")
        } else {
            Ok(())
        }
    }

    /// Every certificate below the anchor.
    fn revocation(
        &self,
        path: &CertificationPath,
        settings: &CertificationPathSettings,
        candidate: &Candidate,
        request: &'a PathRequest,
        report: &mut PathReport,
    ) -> Result<(), &'static str> {
        let lists = self.lists.get_or_init(|| request.crls.iter().flat_map(Crl::lists).collect());
        let subject = Subject { environment: &self.environment, settings, path, candidate, request, lists };
        report.revocation = subject.checks();
        let revoked = report.revocation.iter().find_map(|check| match check.status {
            RevocationStatus::Revoked(at) => Some(at),
            _ => None,
        });
        if let Some(at) = revoked {
            report.revoked_at = at;
            return Err("revoked");
        }
        let is_unknown = |check: &RevocationCheck| check.status == RevocationStatus::Unknown;
        let unknown = report.revocation.iter().any(is_unknown);
        if unknown && request.revocation == Revocation::Hard { Err("revocation_unknown") } else { Ok(()) }
    }
}

fn settings(request: &PathRequest) -> CertificationPathSettings {
    let mut settings = CertificationPathSettings::new();
    let seconds = u64::try_from(request.at.as_second()).unwrap_or(1).max(1);
    settings
        .set_time_of_interest(TimeOfInterest::from_unix_secs(seconds).unwrap_or_else(|_| TimeOfInterest::disabled()));
    settings.set_enforce_trust_anchor_constraints(true);
    settings.set_enforce_trust_anchor_validity(true);
    settings.set_require_ta_store(false);
    settings.set_initial_explicit_policy_indicator(request.require_policy);
    settings.set_initial_inhibit_any_policy_indicator(request.inhibit_any_policy);
    settings.set_initial_policy_mapping_inhibit_indicator(request.inhibit_mapping);
    let policies: BTreeSet<_> =
        request.policies.iter().filter_map(|oid| ObjectIdentifier::from_str(oid).ok()).collect();
    if !request.policies.is_empty() {
        settings.set_initial_policy_set_from_oid_set(policies);
    }
    if request.purpose != Purpose::Any {
        settings.set_extended_key_usage_from_oid_set(BTreeSet::from([EMAIL_PROTECTION]));
        settings.set_extended_key_usage_path(true);
    }
    settings
}

fn certification_path(candidate: &Candidate) -> Option<CertificationPath> {
    let anchor = PDVTrustAnchorChoice::try_from(&*candidate.anchor.der).ok()?;
    let (target, above) = candidate.below.split_last()?;
    let decode = |certificate: &Arc<X509>| PDVCertificate::try_from(&*certificate.der).ok();
    let intermediates = above.iter().map(decode).collect::<Option<Vec<_>>>()?;
    Some(CertificationPath::new(anchor, intermediates, decode(target)?))
}

/// certval's signature callback.
fn openssl_verifies(
    _: &PkiEnvironment,
    message: &[u8],
    signature: &BitString,
    algorithm: &AlgorithmIdentifierOwned,
    key: &SubjectPublicKeyInfoOwned,
) -> certval::Result<()> {
    let failed = Error::PathValidation(PathValidationStatus::SignatureVerificationFailure);
    let (Ok(algorithm), Ok(key)) = (algorithm.to_der(), key.to_der()) else { return Err(failed) };
    let signature = signature.as_bytes().ok_or(failed)?;
    if verify_signature(&algorithm, &key, message, signature) { Ok(()) } else { Err(failed) }
}

/// Our word for certval's.
fn code(error: Error) -> &'static str {
    use PathValidationStatus as Status;
    let Error::PathValidation(status) = error else { return "malformed" };
    match status {
        Status::InvalidNotAfterDate => "expired",
        Status::InvalidNotBeforeDate => "not_yet_valid",
        Status::CertificateRevoked
        | Status::CertificateRevokedEndEntity
        | Status::CertificateRevokedIntermediateCa
        | Status::CertificateOnHold => "revoked",
        Status::RevocationStatusNotDetermined | Status::StatusCheckReliedOnStaleCrl => "revocation_unknown",
        Status::NameConstraintsViolation => "name_constraints",
        Status::NullPolicySet | Status::InvalidPolicyMapping => "policy",
        Status::SignatureVerificationFailure => "signature",
        Status::MissingBasicConstraints | Status::InvalidBasicConstraints => "not_an_authority",
        Status::InvalidPathLength => "path_length",
        Status::InvalidKeyUsage => "wrong_key_usage",
        Status::UnprocessedCriticalExtension => "critical_extension",
        Status::NameChainingFailure => "name_chaining",
        Status::ProcessingLimitExceeded => "too_complex",
        _ => "malformed",
    }
}

/// The policies of the last row of the graph (RFC 5280 §6.1.6).
fn policies(results: &CertificationPathResults) -> Vec<String> {
    let Some(CertificationPathResultsTypes::FinalValidPolicyTree(rows)) = results.0.get(PR_FINAL_VALID_POLICY_GRAPH)
    else {
        return Vec::new();
    };
    let last: BTreeSet<String> = rows.last().into_iter().flatten().map(|node| node.valid_policy.to_string()).collect();
    last.into_iter().collect()
}
