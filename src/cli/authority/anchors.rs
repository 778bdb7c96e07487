//! `authority anchors|anchor|revocation|refresh`: whose word counts, and whether it still does.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::engine::Profile;
use crate::engine::topic::authorities::{self, AnchorSet, AnchorView, Choices, Refreshed, RevocationRule};

use super::super::args::{AuthorityCommand, Common};
use super::super::profile::told;
use super::super::{Problem, output, path, words};

/// Whether a command is one of these.
pub(super) fn is_about(command: &AuthorityCommand) -> bool {
    matches!(
        command,
        AuthorityCommand::Anchors
            | AuthorityCommand::Anchor { .. }
            | AuthorityCommand::Revocation { .. }
            | AuthorityCommand::Refresh
    )
}

/// Runs it.
pub(super) fn run(common: &Common, profile: Profile, command: &AuthorityCommand) -> Result<(), Problem> {
    match command {
        AuthorityCommand::Anchor { which, state } => told(common, authorities::switch(&profile, which, state.0)),
        AuthorityCommand::Revocation { ask, rule } => {
            let asks = ask.and_then(|state| state.0);
            let choices = if asks.is_none() && rule.is_none() {
                told(common, authorities::choices(&profile))?
            } else {
                told(common, authorities::set_revocation(&profile, asks, *rule))?
            };
            chosen(common, &choices);
            Ok(())
        }
        AuthorityCommand::Refresh => {
            if common.offline {
                return Err("authorities can't be asked with --offline; leave it out".into());
            }
            let done = told(common, authorities::refresh(Arc::new(profile)))?;
            refreshed(common, &done);
            Ok(())
        }
        _ => {
            told(common, authorities::every_anchor(&profile))?.iter().for_each(|one| anchor(common, one));
            Ok(())
        }
    }
}

fn anchor(common: &Common, one: &AnchorView) {
    let word = |set: &AnchorSet| match set {
        AnchorSet::Mozilla => "mozilla",
        AnchorSet::Platform => "platform",
        AnchorSet::Own => "own",
    };
    let sets: Vec<&str> = one.sets.iter().map(word).collect();
    if common.json {
        return output::json(&json!({
            "fingerprint": one.fingerprint.as_str(),
            "name": one.name,
            "organisation": one.organisation,
            "algorithm": one.algorithm,
            "not_before": one.not_before.to_string(),
            "not_after": one.not_after.to_string(),
            "distrust_after": one.distrust_after.map(|at| at.to_string()),
            "sets": sets,
            "used": one.is_used,
        }));
    }
    let used = if one.is_used { "+" } else { "-" };
    output::line(&format!("{used} {}  {}  {}", one.fingerprint, sets.join(","), one.name));
}

fn chosen(common: &Common, choices: &Choices) {
    let rule = match choices.rule {
        RevocationRule::Soft => "soft",
        RevocationRule::Hard => "hard",
    };
    if common.json {
        return output::json(&json!({
            "schema": 1, "ask": choices.asks, "rule": rule, "mozilla": choices.mozilla, "platform": choices.platform,
        }));
    }
    let asks = if choices.asks { "on" } else { "off" };
    output::line(&format!("ask {asks}  rule {rule}"));
}

fn refreshed(common: &Common, done: &Refreshed) {
    if common.json {
        let checks: Vec<Value> = done.checks.iter().map(path::revocation).collect();
        return output::json(
            &json!({ "schema": 1, "came": done.came, "removed": done.removed, "certificates": checks }),
        );
    }
    output::line(&words::pick(
        words::lang(common),
        &format!("{} lists and answers came, {} old ones were removed", done.came, done.removed),
        &format!("失効リストと応答を{}件取得し、古いもの{}件を削除しました", done.came, done.removed),
    ));
    for check in &done.checks {
        let said = path::revocation(check);
        let word = |key: &str| said.get(key).and_then(Value::as_str).unwrap_or("-").to_owned();
        output::line(&format!("{}  {}  {}", check.fingerprint, word("status"), word("by")));
    }
}
