//! Where to ask whether the certificates of a path were withdrawn.

use std::sync::Arc;

use certval::build_ocsp_request;
use der::Decode;
use der::asn1::ObjectIdentifier;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::ext::pkix::AuthorityInfoAccessSyntax;
use x509_cert::ext::pkix::crl::CrlDistributionPoints;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};

use crate::crypto::smime::X509;
use crate::domain::Fingerprint;

use super::{PathReport, PathRequest};

/// id-ad-ocsp (RFC 5280 §4.2.2.1).
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
/// Addresses of each kind that are asked about one certificate.
const ADDRESSES: usize = 4;

/// What can be asked about one certificate.
#[derive(Clone, Debug)]
pub struct Need {
    /// The certificate.
    pub certificate: Fingerprint,
    /// Who issued it, as its own certificate says.
    pub issuer: String,
    /// OCSP responders, in the order of the certificate.
    pub responders: Vec<String>,
    /// The question for them (RFC 6960 §4.1), without a nonce: answers are shared and kept.
    pub question: Vec<u8>,
    /// Where revocation lists are.
    pub lists: Vec<String>,
}

/// What can be asked about the certificates of a path that was found, from below the anchor down.
pub fn needs(report: &PathReport, request: &PathRequest) -> Vec<Need> {
    let find = |fingerprint: &Fingerprint| {
        let own = std::iter::once(&request.certificate);
        let known = own.chain(&request.intermediates).chain(&request.anchors);
        known.into_iter().find(|certificate| certificate.fingerprint == *fingerprint)
    };
    let members: Vec<&Arc<X509>> = report.path.iter().filter_map(|(_, fingerprint)| find(fingerprint)).collect();
    members.windows(2).filter_map(|pair| if let [issuer, below] = pair { need(issuer, below) } else { None }).collect()
}

fn need(issuer: &X509, below: &X509) -> Option<Need> {
    let above = CertificateInner::<Raw>::from_der(&issuer.der).ok()?;
    let certificate = CertificateInner::<Raw>::from_der(&below.der).ok()?;
    Some(Need {
        certificate: below.fingerprint.clone(),
        issuer: issuer.subject(),
        responders: responders(below),
        question: build_ocsp_request(&certificate, &above, None).ok()?,
        lists: lists(below),
    })
}

fn responders(certificate: &X509) -> Vec<String> {
    let access = certificate.certificate.tbs_certificate().get_extension::<AuthorityInfoAccessSyntax>();
    let descriptions = access.ok().flatten().map(|(_, access)| access.0).unwrap_or_default();
    let ocsp = descriptions.into_iter().filter(|description| description.access_method == OCSP);
    ocsp.filter_map(|description| address(&description.access_location)).take(ADDRESSES).collect()
}

fn lists(certificate: &X509) -> Vec<String> {
    let points = certificate.certificate.tbs_certificate().get_extension::<CrlDistributionPoints>();
    let points = points.ok().flatten().map(|(_, points)| points.0).unwrap_or_default();
    let names = points.into_iter().filter_map(|point| match point.distribution_point {
        // Names of one point lead to the same list; the first that can be asked is enough.
        Some(DistributionPointName::FullName(names)) => names.iter().find_map(address),
        _ => None,
    });
    names.take(ADDRESSES).collect()
}

fn address(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::UniformResourceIdentifier(address) => {
            let address = address.as_str();
            let scheme = address.get(..7)?;
            scheme.eq_ignore_ascii_case("http://").then(|| address.to_owned())
        }
        _ => None,
    }
}
