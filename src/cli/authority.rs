//! `authority`: an authority of one's own, for a family or a company.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::{Fingerprint, RawMessage};
use crate::engine::topic::own_keys::{
    self, AuthorityView, Issued, IssuedView, NewAuthority, RevocationReason, To, create_authority,
};
use crate::engine::{Profile, headless};
use crate::store::files;

use super::args::{AuthorityCommand, Common, IssueArgs};
use super::own_keys::give;
use super::profile::told;
use super::{Problem, certs, keys, load, output};

/// Runs the command.
pub(crate) fn run(common: &Common, command: &AuthorityCommand) -> Result<(), Problem> {
    let (profile, passphrases) = keys::profile(common)?;
    let own = keys::own_passphrase(common, &passphrases);
    told(common, profile.load_keyring(keys::for_keys(common, passphrases)))?;
    match command {
        AuthorityCommand::Create { name, organisation, kind, path_length, lifetime, crl_url } => {
            let wanted = NewAuthority {
                name: name.clone(),
                organisation: organisation.clone(),
                kind: *kind,
                path_length: *path_length,
                days: lifetime.0.ok_or("an authority has an end; give one with --lifetime")?,
                list_url: crl_url.clone(),
                passphrase: own,
            };
            let report = told(common, create_authority(&profile, &wanted))?;
            told(common, headless::forget_findings(&profile))?;
            certs::print(common, &report);
            Ok(())
        }
        AuthorityCommand::List => list(common, &profile),
        AuthorityCommand::Issue(args) => {
            let days = args.lifetime.0.ok_or("a certificate has an end; give one with --lifetime")?;
            let to = recipient(args, own)?;
            let wanted = Issued { authority: args.authority.clone(), to, days, passphrase: None };
            issue(common, &profile, &wanted, Some(&args.output))
        }
        AuthorityCommand::Renew { serial: Some(serial), authority, lifetime, output } => {
            let days = lifetime.and_then(|lifetime| lifetime.0).unwrap_or(own_keys::LIFETIME_DAYS);
            let to = To::Again(serial.clone());
            let wanted = Issued { authority: authority.clone(), to, days, passphrase: None };
            issue(common, &profile, &wanted, output.as_deref())
        }
        AuthorityCommand::Renew { serial: None, authority, lifetime, output } => {
            let days = lifetime.and_then(|lifetime| lifetime.0);
            let report = told(common, own_keys::prolong(&profile, authority.as_ref(), days, None))?;
            if let Some(path) = output {
                keys::write(path, &told(common, profile.export(&report.fingerprint, false, None))?)?;
            }
            certs::print(common, &report);
            Ok(())
        }
        AuthorityCommand::Revoke { serial, authority, reason } => {
            revoke(common, &profile, authority.as_ref(), serial, *reason)
        }
        AuthorityCommand::Crl { authority, days, pem, output } => {
            let list = told(common, own_keys::publish(&profile, authority.as_ref(), *days, None))?;
            publish(common, list, *pem, output.as_deref())
        }
    }
}

fn recipient(args: &IssueArgs, passphrase: Option<crate::domain::Secret<String>>) -> Result<To, Problem> {
    if let Some(request) = &args.request {
        return Ok(To::Request(RawMessage::new(load::file(request)?)));
    }
    let address = args.address.as_ref().ok_or("give --address or --request")?;
    let needed = "a passphrase for the file is needed; give it with --passphrase-file or --passphrase-fd";
    Ok(To::Person {
        name: args.name.clone(),
        address: address.as_str().to_owned(),
        kind: args.kind,
        usage: args.usage,
        file_passphrase: passphrase.ok_or(needed)?,
        form: keys::form(args.compatible),
    })
}

fn issue(common: &Common, profile: &Profile, wanted: &Issued, to: Option<&Path>) -> Result<(), Problem> {
    if let Some(path) = to.filter(|path| path.exists()) {
        return Err(Problem(format!("{}: there is such a file; give another name", path.display())));
    }
    let (bytes, report) = told(common, own_keys::issue(profile, wanted))?;
    told(common, headless::forget_findings(profile))?;
    give(&bytes, to)?;
    if to.is_some() || common.json {
        let mut document = certs::document(&report);
        if common.json {
            if let Value::Object(members) = &mut document {
                let serial = profile.keyring().smime.find(&report.fingerprint).map(|one| one.serial());
                members.insert("serial".to_owned(), json!(serial));
            }
            output::json(&document);
        } else {
            certs::print(common, &report);
        }
    }
    Ok(())
}

fn revoke(
    common: &Common,
    profile: &Profile,
    authority: Option<&Fingerprint>,
    serial: &str,
    reason: RevocationReason,
) -> Result<(), Problem> {
    let withdrawn = told(common, own_keys::revoke_issued(profile, authority, serial, reason, None))?;
    told(common, headless::forget_findings(profile))?;
    if common.json {
        output::json(&issued(&withdrawn));
    } else {
        output::line(&line(&withdrawn));
    }
    Ok(())
}

fn publish(common: &Common, der: Vec<u8>, pem: bool, to: Option<&Path>) -> Result<(), Problem> {
    let bytes = if pem { openssl::x509::X509Crl::from_der(&der)?.to_pem()? } else { der };
    match to {
        Some(path) => told(common, files::replace(path, &bytes)),
        None => give(&bytes, None),
    }
}

fn list(common: &Common, profile: &Profile) -> Result<(), Problem> {
    for authority in &told(common, own_keys::view(profile))?.authorities {
        if common.json {
            output::json(&document(authority));
            continue;
        }
        certs::print(common, &authority.report);
        for one in &authority.issued {
            output::line(&format!("    {}", line(one)));
        }
    }
    Ok(())
}

fn document(authority: &AuthorityView) -> Value {
    let mut document = certs::document(&authority.report);
    if let Value::Object(members) = &mut document {
        let time = |at: Option<Timestamp>| json!(at.map(|at| at.to_string()));
        members.insert("name".to_owned(), json!(authority.name));
        members.insert("crl_url".to_owned(), json!(authority.list_url));
        members.insert("crl_at".to_owned(), time(authority.list_times.map(|(at, _)| at)));
        members.insert("crl_next_at".to_owned(), time(authority.list_times.map(|(_, next)| next)));
        members.insert("issued".to_owned(), authority.issued.iter().map(issued).collect());
    }
    document
}

fn issued(one: &IssuedView) -> Value {
    json!({
        "serial": one.serial,
        "fingerprint": one.fingerprint.as_str(),
        "name": one.name,
        "issued_at": one.issued_at.to_string(),
        "not_after": one.not_after.to_string(),
        "revoked_at": one.revoked.map(|(at, _)| at.to_string()),
        "reason": one.revoked.map(|(_, reason)| reason.word()),
    })
}

fn line(one: &IssuedView) -> String {
    let withdrawn = one.revoked.map(|(at, reason)| format!("  ! {} {at}", reason.word())).unwrap_or_default();
    format!("{}  {}  {} – {}{withdrawn}", one.serial, one.name, one.issued_at, one.not_after)
}
