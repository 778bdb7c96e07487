//! `trust`: whom the profile trusts, and why an address is believed.

use serde_json::json;

use crate::engine::headless;
use crate::store::TrustKind;
use crate::trust::{self, Judgement};

use super::args::{Common, TrustCommand, TrustOptions};
use super::profile::told;
use super::{Problem, json as documents, keys, output};

/// Runs the command.
pub(crate) fn run(common: &Common, command: &TrustCommand) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let set = |options: &TrustOptions, kind| {
        let known = profile.keyring().holds(&options.fingerprint);
        if !known && !options.retract {
            return Err(Problem(format!(
                "{}: no such certificate in the profile; import it first",
                options.fingerprint
            )));
        }
        if kind == TrustKind::Direct && !options.retract {
            told(common, profile.compare(&options.fingerprint))?;
        } else {
            told(common, profile.store.set_trust(&options.fingerprint, kind, !options.retract))?;
        }
        told(common, headless::forget_findings(&profile))
    };
    match command {
        TrustCommand::Direct(options) => set(options, TrustKind::Direct),
        TrustCommand::Root(options) => set(options, TrustKind::Root),
        TrustCommand::Anchor(options) => set(options, TrustKind::Anchor),
        TrustCommand::Path { address } => {
            let keyring = profile.keyring();
            let policy = told(common, profile.policy(profile.now()))?;
            for certificate in keyring.naming(address) {
                let fingerprint = certificate.fingerprint();
                let names =
                    keyring.report(&fingerprint, policy.at).is_some_and(|report| report.addresses.contains(address));
                if names {
                    let judgement = trust::judge(&certificate, &[], Some(address), &keyring, &policy);
                    print(common, fingerprint.as_str(), &judgement);
                }
            }
            Ok(())
        }
    }
}

fn print(common: &Common, fingerprint: &str, judgement: &Judgement) {
    let verdict = documents::verdict(judgement.verdict);
    if common.json {
        let path: Vec<_> = judgement
            .path
            .0
            .iter()
            .map(|step| json!({ "kind": documents::step(step.kind), "name": step.name, "fingerprint": step.fingerprint.as_str() }))
            .collect();
        output::json(
            &json!({ "fingerprint": fingerprint, "verdict": verdict, "path": path, "reason": judgement.reason }),
        );
        return;
    }
    output::line(&format!("{fingerprint}  {verdict} {}", judgement.reason.as_deref().unwrap_or_default()));
    for step in &judgement.path.0 {
        output::line(&format!("  {}  {}  {}", documents::step(step.kind), step.name, step.fingerprint));
    }
}
