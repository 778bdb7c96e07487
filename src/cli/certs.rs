//! `cert`: describes certificates, and those of the profile.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::crypto::{CertificateReport, Keyring};
use crate::domain::EmailAddress;

use super::args::{CertArgs, CertCommand, Common};
use super::{Problem, bringing, finding, keys, load, output};

/// Runs the command.
pub(crate) fn run(common: &Common, args: &CertArgs) -> Result<(), Problem> {
    match &args.command {
        CertCommand::Show { files, at } => {
            let at = at.unwrap_or_else(Timestamp::now);
            for path in files {
                let mut keyring = Keyring { passphrases: load::passphrases(common)?, ..Keyring::default() };
                let found = keyring.add(&load::file(path)?).map_err(|error| load::import_problem(path, &error))?;
                for imported in found {
                    let report = keyring.report(&imported.report.fingerprint, at).unwrap_or(imported.report);
                    print(common, &report);
                }
            }
            Ok(())
        }
        CertCommand::List => finding::list(common),
        CertCommand::Import { files } => keys::import(common, files),
        CertCommand::Share { switch, folder } => bringing::share(common, *switch, folder.clone()),
        CertCommand::Export { fingerprint, output } => keys::export(common, fingerprint, None, output.as_deref()),
        CertCommand::Find(args) => finding::find(common, args),
        CertCommand::Remove { fingerprint } => finding::remove(common, fingerprint),
        CertCommand::Refresh(servers) => finding::refresh(common, servers),
    }
}

/// Prints one description.
pub(crate) fn print(common: &Common, report: &CertificateReport) {
    if common.json {
        output::json(&document(report));
        return;
    }
    let names: Vec<&str> = report.names.iter().map(String::as_str).collect();
    let addresses: Vec<&str> = report.addresses.iter().map(EmailAddress::as_str).collect();
    output::line(&format!(
        "{} {}\n  {}{}\n  {}{}{}\n  {} – {}{}",
        report.technology.word(),
        report.fingerprint.spaced(),
        names.join(", "),
        if addresses.is_empty() { String::new() } else { format!(" <{}>", addresses.join(", ")) },
        report.algorithms.join(", "),
        if report.has_secret { " · secret key" } else { "" },
        if report.is_locked { " (locked)" } else { "" },
        report.not_before.map(|at| at.to_string()).unwrap_or_default(),
        report.not_after.map_or_else(|| "no end".to_owned(), |at| at.to_string()),
        if report.problems.is_empty() { String::new() } else { format!("\n  ! {}", report.problems.join(", ")) },
    ));
}

/// The JSON of one description.
pub(crate) fn document(report: &CertificateReport) -> Value {
    let mut capabilities = Vec::new();
    if report.can_sign {
        capabilities.push("sign");
    }
    if report.can_encrypt {
        capabilities.push("encrypt");
    }
    json!({
        "schema": 1,
        "technology": report.technology.word(),
        "fingerprint": report.fingerprint.as_str(),
        "addresses": report.addresses,
        "names": report.names,
        "subject": report.subject,
        "issuer": report.issuer,
        "has_secret": report.has_secret,
        "locked": report.is_locked,
        "capabilities": capabilities,
        "algorithms": report.algorithms,
        "not_before": report.not_before.map(|at| at.to_string()),
        "not_after": report.not_after.map(|at| at.to_string()),
        "revoked": report.is_revoked,
        "problems": report.problems,
    })
}
