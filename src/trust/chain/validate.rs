use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use certval::path_results::PR_FINAL_VALID_POLICY_GRAPH;
use certval::{
    CertificationPath, CertificationPathResults, CertificationPathResultsTypes, CertificationPathSettings, Error,
    PDVCertificate, PDVTrustAnchorChoice, PathValidationStatus, PkiEnvironment, SubjectNameAndKey, TimeOfInterest,
    calculate_hash_rust_crypto, compare_names, enforce_trust_anchor_constraints, process_ocsp_response,
    validate_path_rfc5280,
};
use der::Encode;
use der::asn1::{BitString, ObjectIdentifier};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::crypto::smime::{X509, pem_contents, verify_signature};
use crate::trust::Revocation;

use super::crl::{List, Question, Status};
use super::search::{Candidate, paths};
use super::{PathReport, PathRequest, Purpose, profile};

const EMAIL_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4");

/// Attributes of a subject that are compared with name constraints; the cost is their product.
const ATTRIBUTES: usize = 256;

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
    let reason = if found.gave_up { "too_complex" } else { "no_path" };
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
    if certificate.certificate.tbs_certificate().subject().len() > ATTRIBUTES {
        return Err("too_complex");
    }
    let (sign, encrypt) = (request.purpose == Purpose::Sign, request.purpose == Purpose::Encrypt);
    if request.purpose != Purpose::Any && !certificate.is_for_email() {
        return Err("not_for_email");
    }
    if sign && !certificate.may_sign() || encrypt && !certificate.may_encrypt() {
        return Err("wrong_key_usage");
    }
    match &request.address {
        Some(address) if !certificate.addresses().contains(address) => Err("address_missing"),
        _ => Ok(()),
    }
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
struct Pki {
    environment: PkiEnvironment,
    settings: CertificationPathSettings,
    /// Decoded when a path is there whose certificates they may be about.
    lists: OnceCell<Vec<List>>,
}

impl Pki {
    fn new(request: &PathRequest) -> Self {
        let mut environment = PkiEnvironment::new();
        environment.add_calculate_hash_callback(calculate_hash_rust_crypto);
        environment.add_verify_signature_message_callback(openssl_verifies);
        Self { environment, settings: settings(request), lists: OnceCell::new() }
    }

    fn report(&self, candidate: &Candidate, request: &PathRequest) -> PathReport {
        let members = std::iter::once(&candidate.anchor).chain(&candidate.below);
        let path = members.map(|member| (member.subject(), member.fingerprint.clone())).collect();
        let mut report = PathReport { path, ..PathReport::default() };
        match self.check(candidate, request, &mut report) {
            Ok(()) => report.valid = true,
            Err(code) => report.reason = Some(code.to_owned()),
        }
        report
    }

    fn check(&self, candidate: &Candidate, request: &PathRequest, report: &mut PathReport) -> Result<(), &'static str> {
        for (index, member) in std::iter::once(&candidate.anchor).chain(&candidate.below).enumerate() {
            if request.strict {
                profile::check(member, index < candidate.below.len())?;
            }
            if index > 0 && member.has_weak_signature() {
                return Err("weak_algorithm");
            }
        }
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

    /// Every certificate below the anchor: by OCSP where a response speaks of it, else by lists.
    fn revocation(
        &self,
        path: &CertificationPath,
        settings: &CertificationPathSettings,
        candidate: &Candidate,
        request: &PathRequest,
        report: &mut PathReport,
    ) -> Result<(), &'static str> {
        let nothing = request.crls.is_empty() && request.ocsp.is_empty();
        if request.revocation == Revocation::Off || request.revocation == Revocation::Soft && nothing {
            return Ok(());
        }
        let mut unknown = false;
        for (index, certificate) in candidate.below.iter().enumerate() {
            let issuer = index.checked_sub(1).and_then(|above| candidate.below.get(above)).unwrap_or(&candidate.anchor);
            let by_response = self.by_response(path, settings, index, request);
            let status = by_response.unwrap_or_else(|| self.by_list(certificate, issuer, candidate, request));
            match status {
                Status::Good => {}
                Status::Unknown => unknown = true,
                Status::Revoked(at) => {
                    report.revoked_at = at;
                    return Err("revoked");
                }
            }
        }
        if unknown && request.revocation == Revocation::Hard { Err("revocation_unknown") } else { Ok(()) }
    }

    /// RFC 6960, by certval: of a responder that the issuer authorised.
    fn by_response(
        &self,
        path: &CertificationPath,
        settings: &CertificationPathSettings,
        index: usize,
        request: &PathRequest,
    ) -> Option<Status> {
        let certificate = path.intermediates.get(index).unwrap_or(&path.target);
        let issuer: &dyn SubjectNameAndKey = match index.checked_sub(1).and_then(|above| path.intermediates.get(above))
        {
            Some(above) => above.decoded(),
            None => path.trust_anchor.decoded(),
        };
        request.ocsp.iter().find_map(|response| {
            let mut results = CertificationPathResults::new();
            results.prepare_revocation_results(path.intermediates.len() + 1).ok()?;
            let said = process_ocsp_response(
                &self.environment,
                settings,
                &mut results,
                response,
                issuer,
                index,
                "",
                certificate,
            );
            match said {
                Ok(()) => Some(Status::Good),
                Err(Error::PathValidation(PathValidationStatus::CertificateRevoked)) => Some(Status::Revoked(None)),
                Err(_) => None,
            }
        })
    }

    fn by_list(&self, certificate: &X509, issuer: &X509, candidate: &Candidate, request: &PathRequest) -> Status {
        let lists = self.lists.get_or_init(|| {
            let files = request.crls.iter().flat_map(|file| pem_contents(file, "X509 CRL"));
            files.filter_map(|der| List::parse(&der)).collect()
        });
        let signed = |list: &List| {
            let name = list.issuer();
            let of = |signer: &X509| compare_names(signer.certificate.tbs_certificate().subject(), name);
            if of(issuer) && issuer.may_sign_lists() && list.is_signed_by(issuer.spki()) {
                return true;
            }
            // §6.3.3 (f): another key of that name, with a path of its own from the same anchor.
            !request.lists_are_direct
                && request.intermediates.iter().chain([&candidate.anchor]).any(|signer| {
                    of(signer)
                        && signer.may_sign_lists()
                        && list.is_signed_by(signer.spki())
                        && (*signer == candidate.anchor || has_path(signer, &candidate.anchor, request))
                })
        };
        Question { certificate, at: request.at, signed: &signed }.answer(lists)
    }
}

/// Whether there is a path from an anchor to somebody who signs lists, by lists of its own issuer.
fn has_path(signer: &Arc<X509>, anchor: &Arc<X509>, request: &PathRequest) -> bool {
    let nested = PathRequest {
        certificate: signer.clone(),
        anchors: vec![anchor.clone()],
        purpose: Purpose::Any,
        address: None,
        policies: Vec::new(),
        require_policy: false,
        inhibit_any_policy: false,
        inhibit_mapping: false,
        revocation: Revocation::Soft,
        strict: false,
        lists_are_direct: true,
        ..request.clone()
    };
    validate(&nested).valid
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
