//! `path`: validates a certification path (RFC 5280 §6).

use jiff::Timestamp;
use serde_json::json;

use crate::crypto::smime::SmimeRing;
use crate::domain::Fingerprint;
use crate::trust::Revocation;
use crate::trust::chain::{
    self, PathReport, PathRequest, Purpose, RevocationCheck, RevocationSource, RevocationStatus,
};

use super::args::{Common, PathArgs};
use super::{Problem, load, output};

/// Runs the command.
pub(crate) fn run(common: &Common, args: &PathArgs) -> Result<(), Problem> {
    let mut ring = SmimeRing::default();
    let bytes = load::file(&args.certificate)?;
    let read = ring.add(&bytes, &[]);
    let Some(certificate) = ring.certificates().first().cloned() else {
        // A certificate that can't be read has no valid path: that is an answer, not an error.
        let reason = read.err().map_or_else(|| "unreadable".to_owned(), |error| error.to_string());
        let report = PathReport { reason: Some(format!("unreadable: {reason}")), ..PathReport::default() };
        print(common, &report);
        return Ok(());
    };
    let mut intermediates = SmimeRing::default();
    for path in &args.intermediates {
        let _ = intermediates.add(&load::file(path)?, &[]);
    }
    let mut anchors = SmimeRing::default();
    for path in &args.anchors {
        let _ = anchors.add(&load::file(path)?, &[]);
    }
    let mut request = PathRequest::new(certificate, args.at.unwrap_or_else(Timestamp::now));
    request.strict = true;
    request.intermediates = intermediates.certificates();
    request.anchors = anchors.certificates();
    request.crls = load::crls(&args.crls)?.into_iter().map(Into::into).collect();
    request.ocsp = args.ocsp.iter().map(|path| Ok(load::file(path)?.into())).collect::<Result<_, Problem>>()?;
    request.purpose = match args.purpose.as_str() {
        "sign" => Purpose::Sign,
        "encrypt" => Purpose::Encrypt,
        _ => Purpose::Any,
    };
    request.address.clone_from(&args.address);
    request.policies.clone_from(&args.policies);
    request.require_policy = args.require_policy;
    request.inhibit_any_policy = args.inhibit_any_policy;
    request.inhibit_mapping = args.inhibit_mapping;
    request.revocation = match args.revocation.as_str() {
        "hard" => Revocation::Hard,
        "off" => Revocation::Off,
        _ => Revocation::Soft,
    };
    print(common, &chain::validate(&request));
    Ok(())
}

fn print(common: &Common, report: &PathReport) {
    let verdict = if report.valid { "valid" } else { "invalid" };
    if common.json {
        let station = |(subject, fingerprint): &(String, Fingerprint)| json!({ "subject": subject, "fingerprint": fingerprint.as_str() });
        output::json(&json!({
            "verdict": verdict,
            "reason": report.reason,
            "path": report.path.iter().map(station).collect::<Vec<_>>(),
            "policies": report.policies,
            "revocation": report.revocation.iter().map(revocation).collect::<Vec<_>>(),
        }));
        return;
    }
    output::line(format!("{verdict} {}", report.reason.as_deref().unwrap_or_default()).trim_end());
    for (subject, fingerprint) in &report.path {
        output::line(&format!("  {subject}  {fingerprint}"));
    }
}

fn revocation(check: &RevocationCheck) -> serde_json::Value {
    let (status, revoked_at) = match check.status {
        RevocationStatus::Good => ("good", None),
        RevocationStatus::Revoked(at) => ("revoked", at),
        RevocationStatus::Unknown => ("unknown", None),
    };
    let by = check.by.map(|by| match by {
        RevocationSource::Crl => "crl",
        RevocationSource::Ocsp => "ocsp",
    });
    json!({
        "fingerprint": check.fingerprint.as_str(),
        "status": status,
        "by": by,
        "revoked_at": revoked_at.map(|at| at.to_string()),
        "as_of": check.as_of.map(|at| at.to_string()),
        "until": check.until.map(|at| at.to_string()),
    })
}
