//! `key generate|list|extend|revoke|waiting` over a profile.

use std::path::Path;

use serde_json::{Value, json};

use crate::crypto::{CertificateReport, RevocationReason};
use crate::domain::{Fingerprint, Technology};
use crate::engine::topic::own_keys::{
    self, CertificateFrom, KeyKind, KeyOrigin, NewCertificate, NewKeys, OwnKeyView, Renewal, Renewed, Withdrawal,
};
use crate::engine::{Profile, headless};
use crate::store::WaitingKey;

use super::args::{Common, GenerateArgs, KeyCommand};
use super::profile::told;
use super::{Problem, certs, keys, output};

/// `key extend`, `key revoke` and `key waiting`.
pub(crate) fn run(common: &Common, command: &KeyCommand) -> Result<(), Problem> {
    match command {
        KeyCommand::Extend { fingerprint, lifetime, same_key, request } => {
            let days = lifetime.0.ok_or("a key that is renewed gets an end; give one with --lifetime")?;
            extend(common, fingerprint, days, *same_key, request.as_deref())
        }
        KeyCommand::Revoke { fingerprint, reason, text, kept, output } => {
            let wanted = (fingerprint, *reason, text.as_str(), *kept);
            revoke(common, wanted, output.as_deref())
        }
        KeyCommand::Waiting { key, discard, output } => waiting(common, key.as_deref(), *discard, output.as_deref()),
        _ => Ok(()),
    }
}

/// `key generate` into the profile.
pub(crate) fn generate(common: &Common, args: &GenerateArgs) -> Result<(), Problem> {
    let is_both = args.technology == "both";
    let wants = |technology: Technology| is_both || args.technology == technology.word();
    let kind_of = |technology: Technology| match args.kind {
        Some(kind) if kind.fits(technology) => Some(kind),
        Some(_) if !is_both => None,
        _ => Some(KeyKind::default_of(technology)),
    };
    let (openpgp, smime) = (kind_of(Technology::OpenPgp), kind_of(Technology::Smime));
    let wrong = || format!("that kind is none of {}; leave --kind out, or see key generate --help", args.technology);
    if wants(Technology::OpenPgp) && openpgp.is_none() || wants(Technology::Smime) && smime.is_none() {
        return Err(wrong().into());
    }
    let from = match &args.authority {
        Some(authority) => CertificateFrom::Authority(authority.clone()),
        None if args.self_signed || is_both && args.request.is_none() => CertificateFrom::Itself,
        None => CertificateFrom::Request,
    };
    let (profile, passphrases) = keys::profile(common)?;
    let own = keys::own_passphrase(common, &passphrases);
    told(common, profile.load_keyring(keys::for_keys(common, passphrases)))?;
    let wanted = NewKeys {
        name: args.name.clone(),
        address: args.address.as_str().to_owned(),
        openpgp: openpgp.filter(|_| wants(Technology::OpenPgp)),
        smime: smime.filter(|_| wants(Technology::Smime)).map(|kind| NewCertificate {
            kind,
            is_separate: args.separate,
            from,
        }),
        days: args.lifetime.0,
        passphrase: own,
    };
    let made = told(common, own_keys::make(&profile, &wanted))?;
    for fingerprint in &made.fingerprints {
        print(common, &profile, fingerprint)?;
    }
    requests(common, &made.requests, args.request.as_deref())
}

/// `key list`.
pub(crate) fn list(common: &Common) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let view = told(common, own_keys::view(&profile))?;
    for key in &view.keys {
        print_own(common, key);
    }
    for authority in &view.authorities {
        certs::print(common, &authority.report);
    }
    Ok(())
}

/// `key export --revocation`.
pub(crate) fn revocation(common: &Common, fingerprint: &Fingerprint, to: Option<&Path>) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let kept = told(common, profile.store.kept_revocation(fingerprint))?;
    let kept = kept.ok_or_else(|| {
        format!("{fingerprint}: no revocation was made at its birth; withdraw it with key revoke and its passphrase")
    })?;
    give(kept.as_bytes(), to)
}

fn extend(
    common: &Common,
    fingerprint: &Fingerprint,
    days: u32,
    keeps_key: bool,
    request: Option<&Path>,
) -> Result<(), Problem> {
    let (profile, passphrases) = keys::profile(common)?;
    let passphrase = keys::own_passphrase(common, &passphrases);
    told(common, profile.load_keyring(keys::for_keys(common, passphrases)))?;
    let wanted = Renewal { fingerprint: fingerprint.clone(), days, keeps_key, passphrase };
    match told(common, own_keys::renew(&profile, &wanted))? {
        Renewed::Certificate(report) => {
            told(common, headless::forget_findings(&profile))?;
            print(common, &profile, &report.fingerprint)
        }
        Renewed::Request(waiting) => requests(common, &[waiting], request),
    }
}

fn revoke(
    common: &Common,
    (fingerprint, reason, text, uses_kept): (&Fingerprint, RevocationReason, &str, bool),
    to: Option<&Path>,
) -> Result<(), Problem> {
    let (profile, passphrases) = keys::profile(common)?;
    let passphrase = keys::own_passphrase(common, &passphrases);
    told(common, profile.load_keyring(keys::for_keys(common, passphrases)))?;
    let wanted = Withdrawal { fingerprint: fingerprint.clone(), reason, text: text.to_owned(), passphrase, uses_kept };
    told(common, own_keys::revoke(&profile, &wanted))?;
    told(common, headless::forget_findings(&profile))?;
    print(common, &profile, fingerprint)?;
    if let Some(path) = to {
        keys::write(path, &told(common, profile.export(fingerprint, false, None))?)?;
    }
    Ok(())
}

fn waiting(common: &Common, key: Option<&str>, discard: bool, to: Option<&Path>) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let all = told(common, profile.store.waiting_keys())?;
    let Some(key) = key else {
        for one in &all {
            print_waiting(common, one);
        }
        return Ok(());
    };
    let one = all.iter().find(|one| one.key.eq_ignore_ascii_case(key));
    let one = one.ok_or_else(|| format!("no request {key} waits; key waiting lists those that do"))?;
    if discard {
        return told(common, profile.store.discard_waiting(&one.key));
    }
    give(&one.request, to)
}

/// Gives requests out: to a file (one for encryption alone beside it), or to standard output.
fn requests(common: &Common, requests: &[WaitingKey], to: Option<&Path>) -> Result<(), Problem> {
    if let Some(to) = to.filter(|to| to.as_os_str() != "-") {
        told(common, own_keys::write_requests(requests, to))?;
    }
    for one in requests {
        if common.json {
            print_waiting(common, one);
        } else if to.is_none_or(|to| to.as_os_str() == "-") {
            output::bytes(&one.request);
        } else {
            print_waiting(common, one);
        }
    }
    Ok(())
}

fn print_waiting(common: &Common, one: &WaitingKey) {
    if common.json {
        output::json(&json!({
            "schema": 1,
            "technology": "smime",
            "waiting": one.key,
            "name": one.name,
            "address": one.address,
            "use": one.usage,
            "made_at": one.made_at.to_string(),
            "request": String::from_utf8_lossy(&one.request),
        }));
        return;
    }
    output::line(&format!("{}  {} <{}>  {}  {}", one.key, one.name, one.address, one.usage, one.made_at));
}

/// Prints one own key, as the list does.
fn print(common: &Common, profile: &Profile, fingerprint: &Fingerprint) -> Result<(), Problem> {
    let view = told(common, own_keys::view(profile))?;
    if let Some(key) = view.keys.iter().find(|key| key.report.fingerprint == *fingerprint) {
        print_own(common, key);
    } else if let Some(report) = find(profile, fingerprint) {
        certs::print(common, &report);
    }
    Ok(())
}

fn find(profile: &Profile, fingerprint: &Fingerprint) -> Option<CertificateReport> {
    profile.keyring().report(fingerprint, profile.now())
}

fn print_own(common: &Common, key: &OwnKeyView) {
    if !common.json {
        return certs::print(common, &key.report);
    }
    let mut document = certs::document(&key.report);
    if let Value::Object(members) = &mut document {
        members.insert("kind".to_owned(), json!(key.kind.map(KeyKind::word)));
        members.insert("use".to_owned(), json!(key.usage.map(own_keys::KeyUse::word)));
        members.insert("origin".to_owned(), json!(origin(&key.origin)));
        members.insert("days_left".to_owned(), json!(key.days_left));
        members.insert("due".to_owned(), json!(key.is_due));
        members.insert("succeeded".to_owned(), json!(key.is_succeeded));
        let revocation = key.revocation.map(|(reason, at)| {
            json!({ "reason": reason.word(), "at": at.map(|at| at.to_string()), "hard": reason.is_hard() })
        });
        members.insert("revocation".to_owned(), json!(revocation));
        members.insert("kept_revocation".to_owned(), json!(key.has_kept_revocation));
        members.insert("keeper".to_owned(), json!(key.place.word()));
        members.insert("backed_up_at".to_owned(), json!(key.backed_up_at.map(|at| at.to_string())));
        if key.revocation.is_some() {
            members.insert("revoked".to_owned(), json!(true));
        }
    }
    output::json(&document);
}

fn origin(origin: &KeyOrigin) -> &'static str {
    match origin {
        KeyOrigin::OpenPgp => "openpgp",
        KeyOrigin::SelfSigned => "self_signed",
        KeyOrigin::OwnAuthority(_) => "own_authority",
        KeyOrigin::Elsewhere(_) => "elsewhere",
    }
}

/// Writes bytes to a file, or to standard output.
pub(crate) fn give(bytes: &[u8], to: Option<&Path>) -> Result<(), Problem> {
    let Some(path) = to else {
        output::bytes(bytes);
        return Ok(());
    };
    keys::write(path, bytes)
}
