//! `key import` of other programs' folders, and `key sources`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::crypto::pgp::Gain;
use crate::engine::headless;
use crate::engine::topic::bringing::{self, Bringing, Brought, Outcome, Places, Secrets, Source, SourceKind, Wish};

use super::args::{BringOptions, Common, Switch};
use super::profile::told;
use super::{Problem, certs, keys, load, output, words};

/// Brings keys and certificates out of folders: other programs' profiles, or files.
pub(crate) fn import(
    common: &Common,
    folders: &[PathBuf],
    dry_run: bool,
    options: &BringOptions,
) -> Result<(), Problem> {
    let sources = folders.iter().flat_map(|folder| bringing::of_path(folder));
    let mut wish = Wish {
        sources: sources.map(|source| (source.kind, source.path)).collect(),
        passphrases: Vec::new(),
        secrets: match options {
            BringOptions { public_only: true, .. } => Secrets::Leave,
            BringOptions { agent: true, .. } => Secrets::WithAgent,
            _ => Secrets::Bring,
        },
        takes_trust: options.take_trust,
        dry_run,
    };
    let report = if dry_run && !keys::has_profile(common) {
        wish.passphrases = load::passphrases(common)?;
        told(common, bringing::preview(&wish))?
    } else {
        let (profile, passphrases) = keys::profile(common)?;
        wish.passphrases = keys::for_keys(common, passphrases);
        let report = told(common, bringing::bring_now(&profile, &wish))?;
        if !dry_run {
            told(common, headless::forget_findings(&profile))?;
        }
        report
    };
    print(common, &report)
}

/// Whether a folder is one of another program's own, and not one with files.
pub(crate) fn is_of_program(path: &Path) -> bool {
    path.is_dir() && bringing::of_path(path).iter().any(|source| source.kind != SourceKind::Files)
}

/// The directory that OpenPGP programs share.
pub(crate) fn share(common: &Common, switch: Option<Switch>, folder: Option<PathBuf>) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let report = match switch {
        Some(switch) => told(common, profile.share(switch == Switch::On, folder))?,
        None => told(common, profile.refresh_shared())?,
    };
    told(common, headless::forget_findings(&profile))?;
    let sharing = profile.sharing();
    let place = sharing.place();
    if common.json {
        output::json(&json!({ "schema": 1, "shared": sharing.is_on, "folder": place }));
    } else {
        let word = if sharing.is_on { "on" } else { "off" };
        output::line(&format!("{word}  {}", place.unwrap_or_default().display()));
    }
    print(common, &report)
}

/// Lists what other programs have.
pub(crate) fn sources(common: &Common, named: Option<PathBuf>) {
    for source in bringing::detect(&Places::of_user(named)) {
        let Source { kind, path, name, keys, certificates, problem, .. } = source;
        if common.json {
            output::json(&json!({
                "schema": 1, "source": kind.word(), "path": path, "name": name, "keys": keys, "certificates": certificates,
                "problem": problem.map(bringing::Why::code),
            }));
        } else {
            output::line(&format!("{}  {}  {name}  {keys} + {certificates}", kind.word(), path.display()));
        }
    }
}

/// Prints what came, and what did not.
pub(crate) fn print(common: &Common, report: &Bringing) -> Result<(), Problem> {
    let mut first_stayed = None;
    let mut came = 0;
    for item in &report.items {
        match &item.outcome {
            Outcome::Came { report, gain, outside, trust } => {
                came += 1;
                if common.json {
                    let mut document = certs::document(report);
                    let trust = trust.map(|hint| json!({ "level": hint.level.word(), "taken": hint.taken }));
                    let more = json!({
                        "source": item.source.word(), "from": item.from, "change": change(*gain), "outside": outside,
                        "owner_trust": trust,
                    });
                    if let (Value::Object(document), Value::Object(more)) = (&mut document, more) {
                        document.extend(more);
                    }
                    output::json(&document);
                } else {
                    output::line(&format!("{}  {}  {}", change(*gain), item.source.word(), item.from));
                    certs::print(common, report);
                }
            }
            Outcome::Stayed { subject, why, detail } => {
                let text = words::bringing::why(*why, words::lang(common));
                let line = stayed(item, subject, &text, detail);
                if common.json {
                    output::json(&json!({
                        "schema": 1, "source": item.source.word(), "from": item.from, "subject": subject,
                        "refused": why.code(), "detail": detail, "text": text,
                    }));
                } else {
                    output::line(&format!("! {line}"));
                }
                first_stayed.get_or_insert(line);
            }
        }
    }
    match first_stayed {
        Some(line) if came == 0 => Err(Problem(line)),
        _ => Ok(()),
    }
}

fn stayed(item: &Brought, subject: &str, text: &str, detail: &str) -> String {
    let place = if subject.is_empty() { item.from.clone() } else { format!("{}: {subject}", item.from) };
    let detail = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
    format!("{place}: {text}{detail}")
}

fn change(gain: Gain) -> &'static str {
    match gain {
        Gain::New => "new",
        Gain::Updated => "updated",
        Gain::Known => "known",
    }
}
