//! `path`: validates a certification path (RFC 5280 §6).

use jiff::Timestamp;
use serde_json::json;

use crate::crypto::smime::SmimeRing;
use crate::trust::Revocation;
use crate::trust::chain::{self, PathRequest, Purpose};

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
        print(common, false, Some(&format!("unreadable: {reason}")), &[], &[]);
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
    request.crls = load::crls(&args.crls)?;
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
    let report = chain::validate(&request);
    let path: Vec<(String, String)> =
        report.path.iter().map(|(subject, fingerprint)| (subject.clone(), fingerprint.to_string())).collect();
    print(common, report.valid, report.reason.as_deref(), &path, &report.policies);
    Ok(())
}

fn print(common: &Common, valid: bool, reason: Option<&str>, path: &[(String, String)], policies: &[String]) {
    let verdict = if valid { "valid" } else { "invalid" };
    if common.json {
        output::json(&json!({
            "verdict": verdict,
            "reason": reason,
            "path": path.iter().map(|(subject, fingerprint)| json!({ "subject": subject, "fingerprint": fingerprint })).collect::<Vec<_>>(),
            "policies": policies,
        }));
        return;
    }
    output::line(format!("{verdict} {}", reason.unwrap_or_default()).trim_end());
    for (subject, fingerprint) in path {
        output::line(&format!("  {subject}  {fingerprint}"));
    }
}
