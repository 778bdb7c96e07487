//! Certificates that came from elsewhere and that nobody vouches for, and where their issuers' are to be had.

use std::sync::Arc;

use x509_cert::ext::pkix::AuthorityInfoAccessSyntax;
use x509_cert::ext::pkix::name::GeneralName;

use super::{SmimeRing, X509, certificates, verify_signed};

/// Certificates that are taken from one answer.
const MAX_CERTIFICATES: usize = 32;
/// Addresses that are taken from one certificate.
const MAX_LOCATIONS: usize = 4;
const CA_ISSUERS: der::asn1::ObjectIdentifier = der::asn1::ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");

/// The certificates in an answer: one in DER or PEM, or PKCS #7.
pub fn found(bytes: &[u8]) -> Vec<Arc<X509>> {
    let mut all = certificates(bytes);
    if all.is_empty() {
        let mut ring = SmimeRing::default();
        // Secret keys are left out: nobody publishes those.
        if ring.add(bytes, &[]).is_ok() {
            all = ring.certificates();
        }
    }
    all.truncate(MAX_CERTIFICATES);
    all
}

/// Where the certificate of the issuer is to be had (RFC 5280 §4.2.2.1), as the certificate says: addresses that
/// whoever issued it chose.
pub fn issuer_locations(certificate: &X509) -> Vec<String> {
    let tbs = certificate.certificate.tbs_certificate();
    let Ok(Some((_, access))) = tbs.get_extension::<AuthorityInfoAccessSyntax>() else { return Vec::new() };
    let issuers = access.0.iter().filter(|one| one.access_method == CA_ISSUERS);
    let locations = issuers.filter_map(|one| match &one.access_location {
        GeneralName::UniformResourceIdentifier(location) => Some(location.as_str().to_owned()),
        _ => None,
    });
    locations.take(MAX_LOCATIONS).collect()
}

/// Whether a certificate is an authority's, bears the issuer's name of another, and made its signature.
pub fn is_issued_by(certificate: &X509, issuer: &X509) -> bool {
    let (Ok(of), Ok(by)) = (certificate.encoded(), issuer.encoded()) else { return false };
    of.issuer == by.subject && issuer.may_certify() && verify_signed(&certificate.der, by.spki)
}

/// Whether a certificate says that it is its own issuer.
pub fn is_self_issued(certificate: &X509) -> bool {
    certificate.encoded().is_ok_and(|encoded| encoded.issuer == encoded.subject)
}

/// The certificate at which the way up from another ends for want of its issuer's; `None` when it ends at one that
/// issued itself, or is too long.
pub fn last_known(certificate: &Arc<X509>, ring: &SmimeRing) -> Option<Arc<X509>> {
    let mut last = Arc::clone(certificate);
    for _ in 0..8 {
        if is_self_issued(&last) {
            return None;
        }
        let above = ring.above(&last).into_iter().find(|one| is_issued_by(&last, one));
        let Some(above) = above else { return Some(last) };
        last = Arc::clone(above);
    }
    None
}
