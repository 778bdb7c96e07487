//! `cert find|refresh|remove` and `key publish`: looks certificates up, keeps them up to date, gives one's own.

use std::path::Path;

use serde_json::{Value, json};

use crate::crypto::CertificateReport;
use crate::domain::{EmailAddress, Fingerprint};
use crate::engine::topic::finding::{self, FindingSettings, LookUp, Means, Outcome, PublicationView, SearchView};
use crate::engine::view::Provenance;
use crate::engine::{Profile, headless, stateless};

use super::args::{Common, FindArgs, PublishArgs, Servers};
use super::profile::told;
use super::{Problem, certs, keys, load, output, words};

/// `cert list`: everybody else's certificates, with where they were met.
pub(crate) fn list(common: &Common) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let mut met = told(common, profile.store.all_provenance())?;
    for report in profile.reports(profile.now()).iter().filter(|report| !report.has_secret) {
        print(common, report, &met.remove(&report.fingerprint).unwrap_or_default());
    }
    Ok(())
}

/// `cert find`.
pub(crate) fn find(common: &Common, args: &FindArgs) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let (settings, means) = who(common, &profile, &args.servers)?;
    let ways: Vec<LookUp> = LookUp::BY_ADDRESS.into_iter().filter(|way| settings.allowed.contains(way)).collect();
    if ways.is_empty() {
        return Err("no way of looking certificates up is allowed; name some with --via wkd,vks,hkp,dane,ldap, each \
                    of which tells somebody whom you look for"
            .into());
    }
    let search = finding::ask(&profile, &settings, &args.address, &ways, &means, |_| {});
    let mut search = stateless::block_on(search)?;
    if args.import {
        for found in &mut search.found {
            told(common, finding::keep(&profile, found))?;
            found.is_kept = true;
        }
        told(common, headless::forget_findings(&profile))?;
    }
    show(common, &search);
    Ok(())
}

/// `cert refresh`.
pub(crate) fn refresh(common: &Common, servers: &Servers) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let (settings, means) = who(common, &profile, servers)?;
    let told_how_far = |done: usize, total: usize| {
        if common.verbose {
            output::error(&format!("{done}/{total}"));
        }
    };
    let outcome = stateless::block_on(finding::refresh_all(&profile, &settings, &means, told_how_far))?;
    let done = told(common, outcome)?;
    told(common, headless::forget_findings(&profile))?;
    if common.json {
        output::json(&json!({
            "schema": 1, "asked": done.asked, "changed": prints(&done.changed), "revoked": prints(&done.revoked),
            "unanswered": done.unanswered,
        }));
    } else {
        let lang = words::lang(common);
        output::line(&words::pick(
            lang,
            &format!("{} asked for, {} changed, {} withdrawn", done.asked, done.changed.len(), done.revoked.len()),
            &format!(
                "{}件を確認し、{}件が更新されました（うち失効{}件）",
                done.asked,
                done.changed.len(),
                done.revoked.len()
            ),
        ));
    }
    Ok(())
}

/// `cert remove`: never a key of the user's own.
pub(crate) fn remove(common: &Common, fingerprint: &Fingerprint) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let report = profile.keyring().report(fingerprint, profile.now());
    let report = report.ok_or_else(|| format!("{fingerprint}: no such certificate in the profile"))?;
    if report.has_secret {
        return Err(Problem(format!("{fingerprint} is a key of your own, without which its mail stays closed")));
    }
    told(common, profile.store.remove_certificate(fingerprint))?;
    told(common, headless::forget_findings(&profile))
}

/// `key publish`.
pub(crate) fn publish(common: &Common, args: &PublishArgs) -> Result<(), Problem> {
    if !args.vks && !args.hkp && args.wkd.is_none() {
        return Err("say where: --vks, --hkp or --wkd DIR".into());
    }
    let (profile, _) = keys::profile(common)?;
    let (settings, means) = who(common, &profile, &args.servers)?;
    if let Some(folder) = &args.wkd {
        told(common, finding::write_directory(&profile, &args.fingerprint, folder))?;
        directory(common, folder);
    }
    for (is_wanted, way) in [(args.vks, LookUp::Vks), (args.hkp, LookUp::Hkp)] {
        if !is_wanted {
            continue;
        }
        let answer = finding::publish(&profile, &settings, &args.fingerprint, way, &means);
        let mut view = told(common, stateless::block_on(answer)?)?;
        if way == LookUp::Vks && !args.confirm.is_empty() {
            let language = match words::lang(common) {
                super::Lang::En => "en",
                super::Lang::Ja => "ja",
            };
            let asked = finding::confirm(&profile, &settings, &view, &args.confirm, language, &means);
            view = told(common, stateless::block_on(asked)?)?;
        }
        published(common, way, &view);
    }
    Ok(())
}

/// The settings with what the command line says, and what to ask with.
fn who(common: &Common, profile: &Profile, servers: &Servers) -> Result<(FindingSettings, Means), Problem> {
    let mut settings = FindingSettings::of(profile);
    if let Some(vks) = &servers.vks_at {
        settings.vks.clone_from(vks);
    }
    if !servers.hkp_at.is_empty() {
        settings.hkp.clone_from(&servers.hkp_at);
    }
    if !servers.ldap_at.is_empty() {
        settings.ldap.clone_from(&servers.ldap_at);
    }
    if !servers.via.is_empty() {
        settings.allowed = servers.via.iter().copied().collect();
    }
    if servers.remember {
        told(common, settings.save(profile))?;
    } else {
        told(common, settings.check())?;
    }
    let anchors = servers.dnssec_anchor.as_deref().map(load::file).transpose()?;
    let anchors = anchors.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok((settings, Means { dns: common.dns, anchors, is_offline: common.offline, ..Means::default() }))
}

fn show(common: &Common, search: &SearchView) {
    if common.json {
        let asked: Vec<Value> = search
            .asked
            .iter()
            .map(|asked| {
                let (outcome, found, reason) = match asked.outcome {
                    Outcome::Waiting => ("waiting", 0, None),
                    Outcome::Found(count) => ("found", count, None),
                    Outcome::Nothing => ("nothing", 0, None),
                    Outcome::NoAnswer(why) => ("no_answer", 0, Some(why.word())),
                };
                json!({ "way": asked.way.word(), "place": asked.place, "outcome": outcome, "found": found, "reason": reason })
            })
            .collect();
        let found: Vec<Value> = search
            .found
            .iter()
            .map(|found| {
                with(
                    certs::document(&found.report),
                    json!({ "source": found.source.word(), "place": found.place, "kept": found.is_kept }),
                )
            })
            .collect();
        output::json(&json!({ "schema": 1, "address": search.address, "asked": asked, "found": found }));
        return;
    }
    for asked in &search.asked {
        let outcome = match asked.outcome {
            Outcome::Waiting => String::new(),
            Outcome::Found(count) => words::pick(words::lang(common), &format!("{count} found"), &format!("{count}件")),
            Outcome::Nothing => words::pick(words::lang(common), "nothing found", "見つかりません"),
            Outcome::NoAnswer(why) => format!("! {}", why.word()),
        };
        output::line(&format!("{:<5} {:<32} {outcome}", asked.way.word(), asked.place));
    }
    for found in &search.found {
        output::line(&format!("\n{} {}", found.source.word(), found.place));
        certs::print(common, &found.report);
    }
}

/// Prints a certificate and where it was met.
fn print(common: &Common, report: &CertificateReport, met: &[Provenance]) {
    if common.json {
        let describe = |place: &Provenance| {
            json!({
                "source": place.source.word(), "detail": place.detail,
                "first_at": place.first_at.to_string(), "last_at": place.last_at.to_string(),
            })
        };
        let met: Vec<Value> = met.iter().map(describe).collect();
        output::json(&with(certs::document(report), json!({ "provenance": met })));
        return;
    }
    certs::print(common, report);
    for place in met {
        output::line(&format!("  < {} {} {}", place.source.word(), place.detail, place.last_at));
    }
}

/// An object with the keys of another one.
fn with(mut document: Value, more: Value) -> Value {
    if let (Value::Object(all), Value::Object(more)) = (&mut document, more) {
        all.extend(more);
    }
    document
}

fn directory(common: &Common, folder: &Path) {
    if common.json {
        output::json(&json!({ "schema": 1, "way": "wkd", "folder": folder.display().to_string() }));
        return;
    }
    output::line(&words::pick(
        words::lang(common),
        &format!(
            "{}: upload the content of each host's folder to that host; the folder openpgpkey.… is enough where that host exists",
            folder.display()
        ),
        &format!(
            "{}: ホスト名のフォルダーの中身を、それぞれのホストにアップロードします。openpgpkey.… のホストがあれば、それだけで足ります",
            folder.display()
        ),
    ));
}

fn published(common: &Common, way: LookUp, view: &PublicationView) {
    let list = |some: &[EmailAddress]| some.iter().map(EmailAddress::as_str).collect::<Vec<_>>().join(", ");
    if common.json {
        output::json(&json!({
            "schema": 1, "way": way.word(), "server": view.server, "fingerprint": view.fingerprint.as_str(),
            "published": view.published, "pending": view.pending, "unpublished": view.unpublished,
        }));
        return;
    }
    let lang = words::lang(common);
    output::line(&words::pick(
        lang,
        &format!("{} has the certificate", view.server),
        &format!("{} に公開しました", view.server),
    ));
    if !view.pending.is_empty() {
        output::line(&words::pick(
            lang,
            &format!("answer the confirmation mail that was sent to {}", list(&view.pending)),
            &format!("{} に届く確認メールに応じると、アドレスで見つかるようになります", list(&view.pending)),
        ));
    }
    if !view.unpublished.is_empty() {
        output::line(&words::pick(
            lang,
            &format!("not found by {} until you have a mail sent there with --confirm", list(&view.unpublished)),
            &format!("{} ではまだ見つかりません。--confirm で確認メールを送れます", list(&view.unpublished)),
        ));
    }
}

fn prints(all: &[Fingerprint]) -> Vec<&str> {
    all.iter().map(Fingerprint::as_str).collect()
}
