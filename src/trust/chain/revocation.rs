//! Whether the certificates of a path were withdrawn: by answers about each (RFC 6960) and by lists (RFC 5280 §6.3).

use std::sync::Arc;

use certval::ocsp::{CertStatus, SingleResponse};
use certval::{
    CertificationPath, CertificationPathResults, CertificationPathSettings, Error, PathValidationStatus,
    PkiEnvironment, SubjectNameAndKey, TimeOfInterest, cert_id_match, compare_names, process_ocsp_response,
};
use jiff::Timestamp;
use x509_cert::ext::pkix::crl::CrlReason;

use crate::crypto::smime::X509;
use crate::domain::Fingerprint;
use crate::trust::Revocation;

use super::crl::{List, Question};
use super::evidence::{OcspAnswer, moment};
use super::search::Candidate;
use super::{PathRequest, Purpose, validate};

/// Whether a certificate was withdrawn, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationStatus {
    /// It was not.
    Good,
    /// It was, at this moment.
    Revoked(Option<Timestamp>),
    /// Too little is known.
    Unknown,
}

/// Who says whether a certificate was withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationSource {
    /// A revocation list.
    Crl,
    /// An answer about this certificate.
    Ocsp,
}

/// What is known of one certificate of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationCheck {
    /// The certificate.
    pub fingerprint: Fingerprint,
    /// Whether it was withdrawn.
    pub status: RevocationStatus,
    /// Who says so; `None` for nobody.
    pub by: Option<RevocationSource>,
    /// When what was said was so (thisUpdate).
    pub as_of: Option<Timestamp>,
    /// When there is to be something newer (nextUpdate).
    pub until: Option<Timestamp>,
    /// When it was fetched, if it was.
    pub fetched_at: Option<Timestamp>,
}

/// A path to look at, in certval's terms and ours.
pub(super) struct Subject<'a> {
    pub environment: &'a PkiEnvironment,
    pub settings: &'a CertificationPathSettings,
    pub path: &'a CertificationPath,
    pub candidate: &'a Candidate,
    pub request: &'a PathRequest,
    pub lists: &'a [&'a List],
}

/// Something said of a certificate.
struct Said {
    status: RevocationStatus,
    by: RevocationSource,
    as_of: Timestamp,
    until: Option<Timestamp>,
    fetched_at: Option<Timestamp>,
    is_hold: bool,
}

impl Subject<'_> {
    /// What is known of every certificate below the anchor.
    pub fn checks(&self) -> Vec<RevocationCheck> {
        if self.request.revocation == Revocation::Off {
            return Vec::new();
        }
        let below = self.candidate.below.iter().enumerate();
        below.map(|(index, certificate)| self.check(index, certificate)).collect()
    }

    fn check(&self, index: usize, certificate: &Arc<X509>) -> RevocationCheck {
        let above = index.checked_sub(1).and_then(|above| self.candidate.below.get(above));
        let issuer = above.unwrap_or(&self.candidate.anchor);
        let said = match (self.by_answer(index, issuer), self.by_list(certificate, issuer)) {
            // Two say different things: who was withdrawn stays so, unless it was a suspension that has ended since.
            (Some(answer), Some(list)) if list.is_revoked() && !(list.is_hold && answer.as_of > list.as_of) => list,
            (Some(answer), _) => answer,
            (None, Some(list)) => list,
            (None, None) => {
                return RevocationCheck {
                    fingerprint: certificate.fingerprint.clone(),
                    status: RevocationStatus::Unknown,
                    by: None,
                    as_of: None,
                    until: None,
                    fetched_at: None,
                };
            }
        };
        RevocationCheck {
            fingerprint: certificate.fingerprint.clone(),
            status: said.status,
            by: Some(said.by),
            as_of: Some(said.as_of),
            until: said.until,
            fetched_at: said.fetched_at,
        }
    }

    /// The newest answer about a certificate that its issuer, or a responder that the issuer authorised, gave.
    fn by_answer(&self, index: usize, authority: &X509) -> Option<Said> {
        let above = index.checked_sub(1).and_then(|above| self.path.intermediates.get(above));
        let issuer: &dyn SubjectNameAndKey = match above {
            Some(above) => above.decoded(),
            None => self.path.trust_anchor.decoded(),
        };
        let certificate = self.path.intermediates.get(index).unwrap_or(&self.path.target);
        let serial = certificate.decoded().tbs_certificate().serial_number();
        let mut found: Vec<(&OcspAnswer, &SingleResponse, Timestamp)> = Vec::new();
        for answer in &self.request.ocsp {
            let singles = answer.answers().map(|answers| answers.singles.as_slice()).unwrap_or_default();
            let about = singles.iter().filter(|single| cert_id_match(&single.cert_id, serial, issuer));
            found.extend(about.filter_map(|single| Some((answer, single, moment(&single.this_update)?))));
        }
        found.sort_by_key(|(_, _, as_of)| std::cmp::Reverse(*as_of));
        found.into_iter().take(ANSWERS).find_map(|(answer, single, as_of)| {
            let status = self.accepted(answer, single, index, issuer)?;
            // RFC 6960 §4.2.2.2.1: nobody who was withdrawn answers for the authority.
            let responders = answer.answers().map(|answers| answers.responders.as_slice()).unwrap_or_default();
            if responders.iter().any(|one| self.by_list(one, authority).is_some_and(|said| said.is_revoked())) {
                return None;
            }
            Some(Said {
                status,
                by: RevocationSource::Ocsp,
                as_of,
                until: single.next_update.as_ref().and_then(moment),
                fetched_at: answer.fetched_at(),
                is_hold: is_hold(single),
            })
        })
    }

    /// What an answer says, if somebody gave it who may; certval looks at that, and at its time.
    fn accepted(
        &self,
        answer: &OcspAnswer,
        single: &SingleResponse,
        index: usize,
        issuer: &dyn SubjectNameAndKey,
    ) -> Option<RevocationStatus> {
        let certificate = self.path.intermediates.get(index).unwrap_or(&self.path.target);
        let process = |settings: &CertificationPathSettings| {
            let mut results = CertificationPathResults::new();
            results.prepare_revocation_results(self.path.intermediates.len() + 1).ok()?;
            let bytes = answer.bytes();
            match process_ocsp_response(self.environment, settings, &mut results, bytes, issuer, index, "", certificate)
            {
                Ok(()) => Some(RevocationStatus::Good),
                Err(Error::PathValidation(PathValidationStatus::CertificateRevoked)) => {
                    Some(RevocationStatus::Revoked(revoked_at(single)))
                }
                Err(_) => None,
            }
        };
        process(self.settings).or_else(|| {
            // As with lists: an answer that is no longer current still says that somebody was withdrawn for good.
            let produced_at = answer.answers()?.produced_at.filter(|at| *at <= self.request.at)?;
            if !matches!(single.cert_status, CertStatus::Revoked(_)) || is_hold(single) {
                return None;
            }
            let mut then = self.settings.clone();
            then.set_time_of_interest(
                TimeOfInterest::from_unix_secs(u64::try_from(produced_at.as_second()).ok()?).ok()?,
            );
            process(&then).filter(|status| matches!(status, RevocationStatus::Revoked(_)))
        })
    }

    fn by_list(&self, certificate: &X509, issuer: &X509) -> Option<Said> {
        if self.lists.is_empty() {
            return None;
        }
        let signed = |list: &List| self.signed(list, issuer);
        let answer = Question { certificate, at: self.request.at, signed: &signed }.answer(self.lists);
        let list = answer.by?;
        Some(Said {
            status: answer.status,
            by: RevocationSource::Crl,
            as_of: list.begins(),
            until: list.ends(),
            fetched_at: list.fetched_at,
            is_hold: answer.is_hold,
        })
    }

    /// Whether somebody signed a list who may speak for an issuer.
    fn signed(&self, list: &List, issuer: &X509) -> bool {
        let (name, request) = (list.issuer(), self.request);
        let of = |signer: &X509| compare_names(signer.certificate.tbs_certificate().subject(), name);
        if of(issuer) && issuer.may_sign_lists() && list.is_signed_by(issuer.spki()) {
            return true;
        }
        // §6.3.3 (f): another key of that name, with a path of its own from the same anchor.
        let anchor = &self.candidate.anchor;
        !request.lists_are_direct
            && request.intermediates.iter().chain([anchor]).any(|signer| {
                of(signer)
                    && signer.may_sign_lists()
                    && list.is_signed_by(signer.spki())
                    && (signer == anchor || has_path(signer, anchor, request))
            })
    }
}

/// Answers about one certificate that are looked at, newest first.
const ANSWERS: usize = 8;

impl Said {
    fn is_revoked(&self) -> bool {
        matches!(self.status, RevocationStatus::Revoked(_))
    }
}

fn revoked_at(single: &SingleResponse) -> Option<Timestamp> {
    match &single.cert_status {
        CertStatus::Revoked(info) => moment(&info.revocation_time),
        _ => None,
    }
}

fn is_hold(single: &SingleResponse) -> bool {
    matches!(&single.cert_status, CertStatus::Revoked(info) if info.revocation_reason == Some(CrlReason::CertificateHold))
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
