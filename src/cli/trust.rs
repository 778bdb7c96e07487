//! `trust`: whom the profile trusts, who vouches for whom, and why an address is believed.

mod graph;
mod sheet;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::crypto::pgp::{CertificationState, Vouching};
use crate::crypto::{Certificate, Keyring, pgp};
use crate::domain::EmailAddress;
use crate::engine::certify::{self, Vouch};
use crate::engine::graph::{EdgeKind, stations};
use crate::engine::{Profile, headless};
use crate::store::TrustKind;
use crate::trust::{self, Judgement};

use super::args::{CertifyOptions, Common, TrustCommand, TrustOptions};
use super::profile::told;
use super::{Problem, json as documents, keys, output};

/// Runs the command.
pub(crate) fn run(common: &Common, command: &TrustCommand) -> Result<(), Problem> {
    let (profile, passphrases) = keys::profile(common)?;
    match command {
        TrustCommand::Direct(options) => set(common, &profile, options, TrustKind::Direct),
        TrustCommand::Root(options) => set(common, &profile, options, TrustKind::Root),
        TrustCommand::Introducer(options) => set(common, &profile, options, TrustKind::Introducer),
        TrustCommand::Anchor(options) => set(common, &profile, options, TrustKind::Anchor),
        TrustCommand::Certify(options) => {
            told(common, profile.load_keyring(passphrases))?;
            certify(common, &profile, options)
        }
        TrustCommand::Retract { fingerprint, address, by } => {
            told(common, profile.load_keyring(passphrases))?;
            let by = told(common, certify::retract(&profile, fingerprint, address.as_ref(), by.as_ref(), None))?;
            said(common, &json!({ "by": by.as_str(), "fingerprint": fingerprint.as_str(), "address": address }));
            told(common, headless::forget_findings(&profile))
        }
        TrustCommand::Path { address, at } => path(common, &profile, address, *at),
        TrustCommand::Graph { address, output, at } => {
            graph::run(common, &profile, address.as_ref(), output.as_deref(), *at)
        }
        TrustCommand::Sheet { fingerprint, with } => sheet::run(common, &profile, fingerprint, with.as_deref()),
    }
}

fn set(common: &Common, profile: &Profile, options: &TrustOptions, kind: TrustKind) -> Result<(), Problem> {
    let known = profile.keyring().holds(&options.fingerprint);
    if !known && !options.retract {
        return Err(Problem(format!("{}: no such certificate in the profile; import it first", options.fingerprint)));
    }
    if kind == TrustKind::Direct && !options.retract {
        told(common, profile.compare(&options.fingerprint))?;
    } else {
        told(common, profile.store.set_trust(&options.fingerprint, kind, !options.retract))?;
    }
    told(common, headless::forget_findings(profile))
}

fn certify(common: &Common, profile: &Profile, options: &CertifyOptions) -> Result<(), Problem> {
    let mut scope = options.expressions.clone();
    for domain in &options.domains {
        let expression = pgp::scope_of_domain(domain);
        scope.push(expression.map_err(|_| format!("{domain}: a domain is written like example.org"))?);
    }
    if !scope.is_empty() && options.depth == 0 {
        return Err("a domain or an expression limits an introducer; give --depth 1 with it".into());
    }
    let vouching = Vouching {
        amount: options.amount,
        depth: options.depth,
        scope,
        is_local: options.local,
        expires_at: options.expires,
    };
    let what = Vouch {
        fingerprint: options.fingerprint.clone(),
        address: options.address.clone(),
        vouching: vouching.clone(),
        by: options.by.clone(),
        passphrase: None,
    };
    let by = told(common, certify::vouch(profile, &what))?;
    let mut document = said_by(&vouching);
    if let Some(document) = document.as_object_mut() {
        document.insert("by".to_owned(), by.as_str().into());
        document.insert("fingerprint".to_owned(), options.fingerprint.as_str().into());
        document.insert("address".to_owned(), options.address.as_str().into());
    }
    said(common, &document);
    told(common, headless::forget_findings(profile))
}

/// One document, or `key value` of what is in it.
fn said(common: &Common, document: &Value) {
    if common.json {
        return output::json(document);
    }
    let words = document.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let words: Vec<String> = words
        .map(|(key, value)| format!("{key} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    output::line(&words.join("  "));
}

/// What a certification says.
fn said_by(vouching: &Vouching) -> Value {
    json!({
        "amount": vouching.amount,
        "depth": vouching.depth,
        "scope": vouching.scope,
        "local": vouching.is_local,
        "expires_at": vouching.expires_at.map(|at| at.to_string()),
    })
}

/// Why the certificates of an address are believed, each on its own line.
fn path(common: &Common, profile: &Profile, address: &EmailAddress, at: Option<Timestamp>) -> Result<(), Problem> {
    let keyring = profile.keyring();
    let policy = told(common, profile.policy(at.unwrap_or_else(|| profile.now())))?;
    for certificate in keyring.naming(address) {
        let report = keyring.report(&certificate.fingerprint(), policy.at);
        if report.is_some_and(|report| report.addresses.contains(address)) {
            let judgement = trust::judge(&certificate, &[], Some(address), &keyring, &policy);
            print(common, &certificate, &judgement, &keyring, policy.at);
        }
    }
    Ok(())
}

fn print(common: &Common, certificate: &Certificate, judgement: &Judgement, keyring: &Keyring, at: Timestamp) {
    let verdict = documents::verdict(judgement.verdict);
    let fingerprint = certificate.fingerprint();
    let technology = match certificate {
        Certificate::Pgp(_) => "openpgp",
        Certificate::X509(_) => "smime",
    };
    let between = stations(&judgement.path.0, keyring, at);
    if common.json {
        let steps = judgement.path.0.iter().zip(&between).map(|(step, before)| {
            let said = match before {
                Some(EdgeKind::Certification { vouching, .. }) => said_by(vouching),
                _ => Value::Null,
            };
            json!({
                "kind": documents::step(step.kind), "name": step.name,
                "fingerprint": step.fingerprint.as_str(), "certification": said,
            })
        });
        return output::json(&json!({
            "fingerprint": fingerprint.as_str(),
            "technology": technology,
            "verdict": verdict,
            "path": steps.collect::<Vec<_>>(),
            "reason": judgement.reason,
            "revoked_at": judgement.revoked_at.map(|at| at.to_string()),
        }));
    }
    output::line(&format!("{fingerprint}  {verdict} {}", judgement.reason.as_deref().unwrap_or_default()));
    for (step, before) in judgement.path.0.iter().zip(&between) {
        let how = before.as_ref().map(how).unwrap_or_default();
        let kind = documents::step(step.kind);
        output::line(format!("  {kind}  {}  {}  {how}", step.name, step.fingerprint).trim_end());
    }
}

/// How one vouches for the next, in few words for a line.
fn how(kind: &EdgeKind) -> String {
    let EdgeKind::Certification { vouching, state, .. } = kind else { return kind.word().to_owned() };
    let mut words = vec![format!("{}/120", vouching.amount)];
    if vouching.depth > 0 {
        words.push(format!("depth {}", vouching.depth));
    }
    words.extend(vouching.scope.iter().cloned());
    words.extend(vouching.is_local.then(|| "local".to_owned()));
    words.extend(vouching.expires_at.map(|at| format!("until {at}")));
    match state {
        CertificationState::Good => {}
        CertificationState::Expired => words.push("expired".to_owned()),
        CertificationState::Revoked => words.push("revoked".to_owned()),
    }
    words.join(", ")
}
