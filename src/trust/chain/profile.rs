use std::collections::BTreeSet;

use der::Decode;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectAltName};

use crate::crypto::smime::X509;

/// Rules that RFC 5280 §4 gives to those who issue certificates. Mail software in the wild is more
/// patient, so they are only asked for when somebody wants a certificate looked at strictly.
pub fn check(certificate: &X509, issues: bool) -> Result<(), &'static str> {
    let tbs = certificate.certificate.tbs_certificate();
    let mut seen = BTreeSet::new();
    for extension in tbs.extensions().into_iter().flatten() {
        let oid = extension.extn_id.to_string();
        let (critical, value) = (extension.critical, extension.extn_value.as_bytes());
        let allowed = match oid.as_str() {
            // §4.2.1.1, §4.2.1.2, §4.2.2.1: never critical.
            "2.5.29.35" | "2.5.29.14" | "1.3.6.1.5.5.7.1.1" => !critical,
            // §4.2.1.9: critical where it says that certificates are issued.
            "2.5.29.19" => critical || !issues,
            // §4.2.1.10: critical, and in authorities' certificates alone.
            "2.5.29.30" => critical && certificate.is_authority(),
            // §4.2.1.12: at least one purpose.
            "2.5.29.37" => ExtendedKeyUsage::from_der(value).is_ok_and(|usage| !usage.0.is_empty()),
            "2.5.29.17" => SubjectAltName::from_der(value).is_ok_and(|names| names.0.iter().all(well_formed)),
            _ => true,
        };
        // §4.2: no extension twice.
        if !allowed || !seen.insert(oid) {
            return Err("malformed");
        }
    }
    // §4.1.2.2: a positive number.
    let serial = tbs.serial_number().as_bytes();
    let positive = serial.first().is_some_and(|byte| byte & 0x80 == 0) && serial.iter().any(|byte| *byte != 0);
    if !positive {
        return Err("malformed");
    }
    // §4.2.1.3 and §4.2.1.9 have to agree.
    if issues && !certificate.may_certify() {
        return Err("not_an_authority");
    }
    Ok(())
}

/// §4.2.1.6: a host name in the preferred syntax, with at most a wild-card for its first label.
fn well_formed(name: &GeneralName) -> bool {
    let GeneralName::DnsName(host) = name else { return true };
    let host = host.as_str().strip_prefix("*.").unwrap_or(host.as_str());
    let label = |label: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !label.is_empty() && label.len() < 64 && label.bytes().all(fits)
    };
    host.split('.').all(label) && host.parse::<std::net::Ipv4Addr>().is_err()
}
