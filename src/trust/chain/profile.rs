use std::collections::BTreeSet;

use crate::crypto::smime::X509;

/// Rules that RFC 5280 §4 gives to those who issue certificates. Mail software in the wild is more
/// patient, so they are only asked for when somebody wants a certificate looked at strictly.
pub fn check(certificate: &X509, issues: bool) -> Result<(), &'static str> {
    let tbs = certificate.certificate.tbs_certificate();
    let mut seen = BTreeSet::new();
    for extension in tbs.extensions().into_iter().flatten() {
        let oid = extension.extn_id.to_string();
        let critical = extension.critical;
        let allowed = match oid.as_str() {
            // §4.2.1.1, §4.2.1.2, §4.2.2.1: never critical.
            "2.5.29.35" | "2.5.29.14" | "1.3.6.1.5.5.7.1.1" => !critical,
            // §4.2.1.9: critical where it says that certificates are issued.
            "2.5.29.19" => critical || !issues,
            // §4.2.1.10: critical, and in authorities' certificates alone.
            "2.5.29.30" => critical && certificate.is_authority(),
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
