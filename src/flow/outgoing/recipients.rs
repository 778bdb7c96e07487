//! Which certificate reaches a recipient, or why none does.

use crate::crypto::{Certificate, CertificateReport, Keyring, pgp};
use crate::domain::{EmailAddress, Fingerprint, Technology};
use crate::trust::{self, TrustPolicy, TrustVerdict};

use super::BlockerCode;

/// A certificate that a message can be encrypted to.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub technology: Technology,
    pub certificate: Certificate,
    pub fingerprint: Fingerprint,
    pub verdict: TrustVerdict,
}

/// The best certificate of one technology for an address, or why there is none.
pub(super) fn candidate(
    address: &EmailAddress,
    technology: Technology,
    keyring: &Keyring,
    policy: &TrustPolicy,
) -> Result<Candidate, BlockerCode> {
    let certificates: Vec<Certificate> = match technology {
        Technology::OpenPgp => {
            keyring.pgp.for_encryption(address, policy.at).into_iter().map(Certificate::Pgp).collect()
        }
        Technology::Smime => {
            keyring.smime.for_encryption(address, policy.at).into_iter().map(Certificate::X509).collect()
        }
    };
    let mut best: Option<Candidate> = None;
    let mut worst = None;
    for certificate in certificates {
        let verdict = trust::judge(&certificate, &[], Some(address), keyring, policy).verdict;
        let refused = match verdict {
            TrustVerdict::Revoked => Some(BlockerCode::CertificateRevoked),
            TrustVerdict::Expired => Some(BlockerCode::CertificateExpired),
            TrustVerdict::Mismatch => Some(BlockerCode::CertificateMismatch),
            _ => None,
        };
        if refused.is_some() {
            worst = refused;
            continue;
        }
        if best.as_ref().is_none_or(|candidate| rank(verdict) > rank(candidate.verdict)) {
            let fingerprint = certificate.fingerprint();
            best = Some(Candidate { technology, certificate, fingerprint, verdict });
        }
    }
    best.ok_or_else(|| worst.unwrap_or_else(|| why_none(address, technology, keyring, policy)))
}

/// Orders verdicts by how much they say.
pub(super) fn rank(verdict: TrustVerdict) -> u8 {
    match verdict {
        TrustVerdict::Authenticated => 3,
        TrustVerdict::Partial => 2,
        TrustVerdict::Unauthenticated => 1,
        TrustVerdict::Mismatch | TrustVerdict::Revoked | TrustVerdict::Expired => 0,
    }
}

/// A certificate for the address is there, but can't be used: which is worth saying.
fn why_none(address: &EmailAddress, technology: Technology, keyring: &Keyring, policy: &TrustPolicy) -> BlockerCode {
    let reports: Vec<CertificateReport> = match technology {
        Technology::OpenPgp => keyring.pgp.naming(address).map(|cert| pgp::report(cert, policy.at)).collect(),
        Technology::Smime => {
            keyring.smime.naming(address).into_iter().map(|cert| cert.report(false, false, policy.at)).collect()
        }
    };
    let has = |problem: &str| {
        reports
            .iter()
            .any(|report| report.addresses.contains(address) && report.problems.iter().any(|found| found == problem))
    };
    if has("revoked") {
        BlockerCode::CertificateRevoked
    } else if has("expired") {
        BlockerCode::CertificateExpired
    } else if reports.iter().any(|report| report.addresses.contains(address)) {
        BlockerCode::CertificateCannotEncrypt
    } else {
        BlockerCode::NoCertificate
    }
}
