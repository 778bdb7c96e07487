//! `key backup` and `key restore`.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::crypto::CertificateReport;
use crate::domain::{Fingerprint, Secret, Technology};
use crate::engine::topic::backup::words::{self, List};
use crate::engine::topic::backup::{self, Back, Found, Key, Made, Protection, Rehearsal, SetupText, sheet::Sheet};
use crate::engine::{Failure, Profile};
use crate::store::files;

use super::args::{BackupArgs, Common, Lang, RestoreArgs};
use super::words::{failure, lang, pick, slip};
use super::{Problem, keys, output};

/// What the command line can't draw or write itself.
pub struct Drawing<'a> {
    /// A recovery sheet as PDF.
    pub sheet: &'a dyn Fn(&Sheet) -> Option<Vec<u8>>,
    /// What stands in a Setup Message.
    pub setup: SetupText,
}

/// `key backup`.
pub(crate) fn backup(common: &Common, args: &BackupArgs, drawing: &Drawing<'_>) -> Result<(), Problem> {
    let (profile, passphrases) = keys::profile(common)?;
    let own = keys::own_passphrase(common, &passphrases);
    profile.load_keyring(passphrases).map_err(|why| explained(common, &why, None))?;
    if let Some(file) = &args.rehearse {
        return rehearse(common, &profile, file, &key(args.sheet_picture.as_deref(), own)?);
    }
    let mut document = Map::new();
    if let Some(to) = &args.setup_message {
        document.insert("setup_message".to_owned(), setup_message(common, &profile, args, to, &drawing.setup)?);
    }
    let list = if lang(common) == Lang::Ja { List::Japanese } else { List::English };
    let is_seen = args.sheet.is_some() || args.code_file.is_some();
    if is_seen {
        let sheet = backup::sheet(&profile, list).map_err(|why| explained(common, &why, None))?;
        // First what opens it: a backup whose words nobody has is none.
        write_words(args, &sheet, drawing)?;
        document.insert("words".to_owned(), json!(sheet.id));
    }
    if let Some(to) = &args.output {
        let protection = match own {
            Some(passphrase) if !is_seen => Protection::Passphrase(passphrase),
            None if !is_seen && !backup::has_words(&profile).map_err(|why| explained(common, &why, None))? => {
                return Err("nobody would have the recovery words; say where to write them with --code-file or --sheet, or give a passphrase".into());
            }
            _ => Protection::Words(list),
        };
        let made = backup::make(&profile, to, &protection, false).map_err(|why| explained(common, &why, None))?;
        tell_made(common, &made, &mut document);
    }
    if common.json {
        output::json(&Value::Object(document));
    }
    Ok(())
}

fn write_words(args: &BackupArgs, sheet: &Sheet, drawing: &Drawing<'_>) -> Result<(), Problem> {
    if let Some(to) = &args.code_file {
        let line = Secret::new(format!("{}\n", sheet.phrase.declassify()));
        write(to, line.declassify().as_bytes())?;
    }
    if let Some(to) = &args.sheet {
        let pages = (drawing.sheet)(sheet).ok_or("the recovery sheet could not be drawn; use --code-file")?;
        write(to, Secret::new(pages).declassify())?;
    }
    Ok(())
}

fn write(to: &Path, bytes: &[u8]) -> Result<(), Problem> {
    files::write_new(to, bytes).map_err(|error| Problem(format!("{}: {error}; choose another name", to.display())))
}

fn tell_made(common: &Common, made: &Made, document: &mut Map<String, Value>) {
    if common.json {
        let keys: Vec<Value> = made.keys.iter().map(described).collect();
        let all = [
            ("backup", json!(made.file.display().to_string())),
            ("words", json!(made.id)),
            ("keys", json!(keys)),
            ("certificates", json!(made.certificates)),
        ];
        document.extend(all.map(|(name, value)| (name.to_owned(), value)));
        return;
    }
    let (keys, certificates) = (made.keys.len(), made.certificates);
    output::line(&pick(
        lang(common),
        &format!("{}: {keys} keys and {certificates} certificates; opened again to try it", made.file.display()),
        &format!("{}: 鍵{keys}個、証明書{certificates}個。開けることを確かめました", made.file.display()),
    ));
}

fn setup_message(
    common: &Common,
    profile: &Profile,
    args: &BackupArgs,
    to: &Path,
    text: &SetupText,
) -> Result<Value, Problem> {
    let code_file = args.setup_code_file.as_ref().ok_or("say where to write the Setup Code with --setup-code-file")?;
    let fits = |report: &CertificateReport| {
        report.has_secret
            && report.technology == Technology::OpenPgp
            && args.address.as_ref().is_none_or(|address| report.addresses.contains(address))
    };
    let own: Vec<CertificateReport> = profile.reports(profile.now()).into_iter().filter(fits).collect();
    let fingerprint: Fingerprint = match own.as_slice() {
        [one] => one.fingerprint.clone(),
        [] => return Err("there is no OpenPGP key of your own for it; make one with key generate".into()),
        _ => return Err("there are several OpenPGP keys; name one with --address".into()),
    };
    let code = backup::write_setup_message(profile, &fingerprint, to, text);
    let code = code.map_err(|why| explained(common, &why, None))?;
    let line = Secret::new(format!("{}\n", code.declassify()));
    if let Err(problem) = write(code_file, line.declassify().as_bytes()) {
        return Err(Problem(format!("{}; the Setup Message can't be opened without its code", problem.0)));
    }
    if !common.json {
        output::line(&to.display().to_string());
    }
    Ok(json!({ "file": to.display().to_string(), "fingerprint": fingerprint.as_str() }))
}

fn rehearse(common: &Common, profile: &Profile, file: &Path, key: &Key) -> Result<(), Problem> {
    let found = backup::rehearse(profile, file, key).map_err(|why| explained(common, &why, Some(key)))?;
    if common.json {
        let described = |key: &backup::KeyOutcome| {
            let mut one = described(&key.report);
            if let Some(one) = one.as_object_mut() {
                one.insert("state".to_owned(), json!(state(key.found)));
            }
            one
        };
        let keys: Vec<Value> = found.keys.iter().map(described).collect();
        output::json(&json!({ "rehearsal": {
            "opens": true, "made_at": found.made_at.to_string(), "complete": found.is_complete(),
            "in_backup": found.in_backup, "keys": keys,
        }}));
        return Ok(());
    }
    tell_rehearsed(common, &found);
    Ok(())
}

fn tell_rehearsed(common: &Common, found: &Rehearsal) {
    for key in &found.keys {
        let (english, japanese) = match key.found {
            Found::Complete => ("in the backup, with the same secret", "バックアップに同じ秘密鍵があります"),
            Found::Locked => (
                "in the backup, under its own passphrase",
                "バックアップにあり、鍵自身のパスフレーズで保護されています",
            ),
            Found::Different => ("in the backup with another secret", "バックアップの秘密鍵が異なります"),
            Found::Missing => {
                ("not in the backup; make a new one", "バックアップにありません。新しいバックアップを作れます")
            }
        };
        output::line(&format!("{}  {}", key.report.fingerprint, pick(lang(common), english, japanese)));
    }
}

/// `key restore`.
pub(crate) fn restore(common: &Common, args: &RestoreArgs) -> Result<(), Problem> {
    let (profile, passphrases) = keys::profile(common)?;
    let own = keys::own_passphrase(common, &passphrases);
    let key = key(args.sheet_picture.as_deref(), own)?;
    let back = backup::restore(&profile, &args.file, &key).map_err(|why| explained(common, &why, Some(&key)))?;
    tell_restored(common, &back);
    Ok(())
}

fn tell_restored(common: &Common, back: &Back) {
    if common.json {
        output::json(&json!({ "restored": {
            "kind": if back.is_setup_message { "setup_message" } else { "backup" },
            "keys": back.keys.iter().map(described).collect::<Vec<_>>(),
            "certificates": back.certificates, "trust": back.trust, "accounts": back.accounts,
        }}));
        return;
    }
    for report in &back.keys {
        output::line(&format!("{}  {}", report.fingerprint, called(report)));
    }
    let (new, trust, accounts) = (back.certificates, back.trust, back.accounts);
    output::line(&pick(
        lang(common),
        &format!("new here: {new} certificates and keys, {trust} decisions about trust, {accounts} accounts"),
        &format!("新しく加わったもの: 証明書と鍵{new}個、信頼の判断{trust}件、アカウント{accounts}件"),
    ));
}

fn called(report: &CertificateReport) -> String {
    report.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn described(report: &CertificateReport) -> Value {
    let addresses: Vec<String> = report.addresses.iter().map(ToString::to_string).collect();
    json!({
        "technology": report.technology.word(), "fingerprint": report.fingerprint.as_str(), "addresses": addresses,
    })
}

fn state(found: Found) -> &'static str {
    match found {
        Found::Complete => "complete",
        Found::Locked => "locked",
        Found::Different => "different",
        Found::Missing => "missing",
    }
}

fn key(picture: Option<&Path>, own: Option<Secret<String>>) -> Result<Key, Problem> {
    match (picture, own) {
        (Some(picture), _) => Ok(Key::Sheet(PathBuf::from(picture))),
        (None, Some(own)) => Ok(Key::Typed(own)),
        (None, None) => Err(
            "the recovery words, the passphrase or the Setup Code are needed; give them with --passphrase-file or --passphrase-fd, or --sheet-picture"
                .into(),
        ),
    }
}

/// What happened and what to do; of mistyped words, which one.
fn explained(common: &Common, why: &Failure, key: Option<&Key>) -> Problem {
    let lang = lang(common);
    let typed = match key {
        Some(Key::Typed(typed)) if why.source == "mistyped" => words::read(typed.declassify()).err(),
        _ => None,
    };
    match typed {
        Some(found) => Problem(slip(&found, lang)),
        None => Problem(failure(why, lang)),
    }
}
