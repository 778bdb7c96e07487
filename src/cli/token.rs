//! `token`: cards and tokens that speak PKCS #11.

use std::path::PathBuf;

use serde_json::json;

use crate::engine::headless;
use crate::engine::outside::{TokenCertificate, TokenFailure, known_modules, tokens};
use crate::engine::topic::bringing::{self, SourceKind, Wish};

use super::args::{Common, Lang, TokenCommand};
use super::profile::told;
use super::{Problem, bringing as reports, certs, keys, output, words};

/// Runs the command.
pub(crate) fn run(common: &Common, command: &TokenCommand) -> Result<(), Problem> {
    match command {
        TokenCommand::List { module } => {
            let modules = module.as_ref().map_or_else(known_modules, |module| vec![module.clone()]);
            list(common, &modules, module.is_some())
        }
        TokenCommand::Use { module, dry_run } => {
            let (profile, _) = keys::profile(common)?;
            let sources = vec![(SourceKind::Token, module.clone())];
            let wish = Wish { sources, dry_run: *dry_run, ..Wish::default() };
            let report = told(common, bringing::bring_now(&profile, &wish))?;
            told(common, headless::forget_findings(&profile))?;
            reports::print(common, &report)
        }
        TokenCommand::Forget { fingerprint } => {
            let (profile, _) = keys::profile(common)?;
            told(common, profile.store.remove_outside_key(fingerprint))?;
            told(common, headless::forget_findings(&profile))
        }
    }
}

fn list(common: &Common, modules: &[PathBuf], is_named: bool) -> Result<(), Problem> {
    for module in modules {
        let found = match tokens(module) {
            Ok(found) => found,
            Err(failure) if is_named => return Err(problem(common, &failure)),
            // One of those that happen to be installed.
            Err(_) => continue,
        };
        for token in found {
            if common.json {
                let of = |TokenCertificate { certificate, id, has_key }: &TokenCertificate| {
                    let mut document = certs::document(&certificate.report(*has_key, true, jiff::Timestamp::now()));
                    if let Some(fields) = document.as_object_mut() {
                        fields.insert("id".to_owned(), json!(hex::encode(id)));
                    }
                    document
                };
                output::json(&json!({
                    "schema": 1, "module": token.module, "label": token.label, "serial": token.serial,
                    "model": token.model, "final_try": token.is_final_try, "pin_locked": token.is_pin_locked,
                    "certificates": token.certificates.iter().map(of).collect::<Vec<_>>(),
                }));
            } else {
                output::line(&format!("{}  {}  {}", token.label, token.serial, token.module.display()));
                for TokenCertificate { certificate, id, has_key } in &token.certificates {
                    let key = if *has_key { "key" } else { "-" };
                    output::line(&format!("  {}  {key}  {}", hex::encode(id), certificate.subject()));
                }
            }
        }
    }
    Ok(())
}

/// What a token's refusal means, and what to do.
pub(crate) fn problem(common: &Common, failure: &TokenFailure) -> Problem {
    let lang: Lang = words::lang(common);
    Problem(words::bringing::token(failure, lang))
}
