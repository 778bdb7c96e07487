//! `store`: is what is kept sound, how much room does it take, and what can be done about both.

use std::path::Path;

use serde_json::json;

use crate::domain::Secret;
use crate::engine::topic::storage::{self, CheckReport, Compacted, Form, Gravity, RepairReport};
use crate::engine::{FailureKind, Profile, SecretsIn};

use super::args::{Common, MailboxForm, StoreArgs, StoreCommand};
use super::profile::{explained, told};
use super::words::{self, storage as storage_words};
use super::{Problem, keys, load, output};

/// Runs the command.
pub(crate) fn run(common: &Common, args: &StoreArgs) -> Result<(), Problem> {
    match args.command {
        StoreCommand::Size => size(common),
        StoreCommand::Check => check(common),
        StoreCommand::Compact => compact(common),
        StoreCommand::Repair => repair(common),
    }
}

fn size(common: &Common) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let sizes = told(common, storage::sizes(&profile))?;
    if common.json {
        output::json(&json!({
            "schema": 1, "mail": sizes.mail, "search": sizes.search, "free": sizes.free, "damaged": sizes.damaged,
            "other": sizes.other, "total": sizes.total(),
        }));
    } else {
        output::line(&storage_words::sizes(&sizes, words::lang(common)));
    }
    Ok(())
}

/// A profile that is there, without making one.
fn place(common: &Common) -> Result<(std::path::PathBuf, SecretsIn), Problem> {
    let passphrases = load::passphrases(common)?;
    keys::profile_place(common, passphrases.first().or(Some(&Secret::new(String::new()))))
}

fn check(common: &Common) -> Result<(), Problem> {
    let (dir, secrets) = place(common)?;
    let report = match Profile::open(&dir, &secrets) {
        Ok(profile) => storage::check_now(&profile, &|_, _| true),
        Err(failure) if failure.kind == FailureKind::Damaged => storage::examine(&dir, &secrets, &|_, _| true),
        Err(failure) => Err(failure),
    };
    let report = report.map_err(|failure| explained(common, &failure))?.unwrap_or_default();
    print_check(common, &report);
    Ok(())
}

fn print_check(common: &Common, report: &CheckReport) {
    let verdict = report.gravity().map_or("sound", |gravity| match gravity {
        Gravity::Idle | Gravity::Mended => "sound",
        Gravity::Damage => "damaged",
    });
    if common.json {
        let findings: Vec<_> = report
            .findings
            .iter()
            .map(|one| json!({ "code": one.code, "count": one.count, "gravity": one.gravity.word() }))
            .collect();
        output::json(&json!({
            "schema": 1, "verdict": verdict, "pages": report.pages, "messages": report.messages, "findings": findings,
        }));
        return;
    }
    let lang = words::lang(common);
    output::line(&storage_words::verdict(report, lang));
    for finding in &report.findings {
        output::line(&format!("{:>6}  {}", finding.count, storage_words::finding(finding.code, lang)));
    }
}

fn compact(common: &Common) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let done = told(common, storage::compact_now(&profile, &|_, _| true))?.unwrap_or_default();
    let Compacted { before, after, unused } = done;
    if common.json {
        output::json(&json!({ "schema": 1, "before": before, "after": after, "unused": unused }));
    } else {
        output::line(&storage_words::compacted(&done, words::lang(common)));
    }
    Ok(())
}

fn repair(common: &Common) -> Result<(), Problem> {
    let (dir, secrets) = place(common)?;
    let repaired = storage::repair(&dir, &secrets, &|_| true);
    let unrepaired = |failure| {
        let Problem(why) = explained(common, &failure);
        Problem(format!("{why}; {}", storage_words::unrepaired(words::lang(common))))
    };
    let report = repaired.map_err(unrepaired)?.unwrap_or_default();
    print_repair(common, &report);
    Ok(())
}

fn print_repair(common: &Common, report: &RepairReport) {
    if !common.json {
        output::line(&storage_words::repaired(report, words::lang(common)));
        return;
    }
    let tables: serde_json::Map<_, _> = report
        .tables
        .iter()
        .map(|(name, one)| (name.clone(), json!({ "kept": one.kept, "lost": one.lost, "exact": one.is_exact })))
        .collect();
    let named: Vec<_> = report.named.iter().map(|one| json!({ "from": one.from, "subject": one.subject })).collect();
    output::json(&json!({
        "schema": 1, "kept_as": report.kept_as, "pages": report.pages, "unreadable": report.unreadable,
        "stale": report.is_stale, "tables": tables, "fetched_again": report.fetched_again,
        "recovered": report.recovered, "gone": report.gone, "gone_messages": named, "uncertain": report.uncertain,
        "drafts_back": report.drafts_back, "lost_keys": report.lost_keys, "may_lack_keys": report.may_lack_keys,
    }));
}

/// `export --everything`.
pub(crate) fn export_everything(common: &Common, to: &Path, form: MailboxForm) -> Result<(), Problem> {
    let form = match form {
        MailboxForm::Mbox => Form::Mbox,
        MailboxForm::Maildir | MailboxForm::Eml => Form::Maildir,
    };
    let (profile, passphrases) = keys::profile(common)?;
    told(common, profile.load_keyring(passphrases))?;
    let done = told(common, storage::export(&profile, to, form, &|_| true))?.unwrap_or_default();
    if common.json {
        output::json(&json!({
            "schema": 1, "to": done.to, "folders": done.folders, "messages": done.messages, "drafts": done.drafts,
            "unreadable": done.unreadable, "differing": done.differing, "keys_left": done.keys,
        }));
    } else {
        output::line(&storage_words::exported(&done, words::lang(common)));
    }
    Ok(())
}
