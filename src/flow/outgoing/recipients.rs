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
///
/// Of several that are believed alike, one that the user called theirs comes first. Of those that nobody is sure of, the
/// one that was there first: whoever forges a message can bring a newer one in, and must not be written to for that.
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
    let mut fitting = Vec::new();
    let mut worst = None;
    for certificate in certificates {
        let fingerprint = certificate.fingerprint();
        let answer = policy.answers.get(&(address.canonical().to_owned(), fingerprint.clone())).copied();
        if answer == Some(false) {
            continue;
        }
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
        fitting.push((answer == Some(true), Candidate { technology, certificate, fingerprint, verdict }));
    }
    let best = fitting.iter().map(|(_, candidate)| rank(candidate.verdict)).max();
    fitting.retain(|(_, candidate)| Some(rank(candidate.verdict)) == best);
    // They came newest first. The sorting is stable.
    if best.is_some_and(|best| best < rank(TrustVerdict::Authenticated)) {
        fitting.sort_by_cached_key(|(_, candidate)| place(&candidate.certificate, keyring));
    }
    fitting.sort_by_key(|(is_accepted, _)| !is_accepted);
    let first = fitting.into_iter().next().map(|(_, candidate)| candidate);
    first.ok_or_else(|| worst.unwrap_or_else(|| why_none(address, technology, keyring, policy)))
}

/// Where a certificate stands in the keyring: what was kept first comes first.
fn place(certificate: &Certificate, keyring: &Keyring) -> Option<usize> {
    match certificate {
        Certificate::Pgp(cert) => keyring.pgp.place(&pgp::fingerprint(cert)),
        Certificate::X509(cert) => keyring.smime.place(&cert.fingerprint),
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::smime;
    use crate::domain::Timestamp;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + day * 86_400).unwrap()
    }

    /// Two certificates for bob's address, the later made one kept later: whoever forges a mail can bring such a one in.
    fn two(technology: Technology, bob: &EmailAddress) -> (Keyring, [Fingerprint; 2]) {
        let mut keyring = Keyring::default();
        let prints = [0, 1].map(|day| match technology {
            Technology::OpenPgp => {
                let made = pgp::generate("Bob", bob, None, at(day)).unwrap();
                keyring.pgp.add_cert((*made.cert).clone().strip_secret_key_material());
                pgp::fingerprint(&made.cert)
            }
            Technology::Smime => {
                let made = smime::generate_self_signed("Bob", bob, at(day)).unwrap();
                let print = made.certificate.fingerprint.clone();
                keyring.smime.add_certificate(made.certificate);
                print
            }
        });
        (keyring, prints)
    }

    #[test]
    fn of_certificates_that_nobody_is_sure_of_the_one_that_was_there_first_is_written_to() {
        let bob = EmailAddress::parse("bob@example.test").unwrap();
        for technology in [Technology::OpenPgp, Technology::Smime] {
            let (keyring, [first, newer]) = two(technology, &bob);
            let chosen = |policy: &TrustPolicy| candidate(&bob, technology, &keyring, policy).unwrap().fingerprint;
            let mut policy = TrustPolicy::nobody(at(2));
            assert_eq!(chosen(&policy), first, "{technology:?}");
            // The user's answer decides, either way.
            policy.answers.insert((bob.canonical().to_owned(), newer.clone()), true);
            assert_eq!(chosen(&policy), newer, "{technology:?}");
            policy.answers.insert((bob.canonical().to_owned(), newer.clone()), false);
            assert_eq!(chosen(&policy), first, "{technology:?}");
            // What is said of the only one that is left is heard as well.
            policy.answers.insert((bob.canonical().to_owned(), first.clone()), false);
            assert!(candidate(&bob, technology, &keyring, &policy).is_err(), "{technology:?}");
            // A comparison counts for more than who came first.
            let mut policy = TrustPolicy::nobody(at(2));
            policy.compare(newer.clone(), &keyring);
            assert_eq!(chosen(&policy), newer, "{technology:?}");
        }
    }
}
