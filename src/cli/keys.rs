//! `key` and the profile's side of `cert`: makes, imports, lists and exports.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::crypto::{Keyring, pgp, smime};
use crate::domain::{Fingerprint, Secret, Technology};
use crate::engine::{Profile, SecretsIn, headless};
use crate::store::secret::SecretStore;

use super::args::{Common, GenerateArgs, KeyArgs, KeyCommand, SecretStoreKind};
use super::profile::told;
use super::{Problem, certs, finding, load, output};

/// Runs the command.
pub(crate) fn run(common: &Common, args: &KeyArgs) -> Result<(), Problem> {
    match &args.command {
        KeyCommand::Generate(args) => generate(common, args),
        KeyCommand::List => list(common),
        KeyCommand::Import { files, dry_run: true } => dry_run(common, files),
        KeyCommand::Import { files, dry_run: false } => import(common, files),
        KeyCommand::Export { fingerprint, secret, compatible, output } => {
            let secret = secret.then_some(form(*compatible));
            export(common, fingerprint, secret, output.as_deref())
        }
        KeyCommand::Publish(args) => finding::publish(common, args),
    }
}

/// Where the window finds the profile, and its secrets. Without a passphrase a vault is opened by
/// asking for it.
///
/// # Errors
/// When there is no folder for it, or a passphrase file can't be read.
pub fn profile_of(common: &Common) -> Result<(PathBuf, SecretsIn), String> {
    let passphrases = load::passphrases(common).map_err(|problem| problem.0)?;
    let place = profile_place(common, passphrases.first().or(Some(&Secret::new(String::new()))));
    place.map_err(|problem| problem.0)
}

/// Opens the profile that the options name.
pub(crate) fn profile(common: &Common) -> Result<(Profile, Vec<Secret<String>>), Problem> {
    let passphrases = load::passphrases(common)?;
    if has_vault(common) && passphrases.first().is_some_and(|first| first.declassify().is_empty()) {
        return Err("an empty passphrase protects nothing; give another one on the first line".into());
    }
    let (dir, secrets) = profile_place(common, passphrases.first())?;
    Ok((told(common, Profile::open(&dir, &secrets))?, passphrases))
}

/// The passphrases in the order in which they are for keys: the one that opened a vault comes last.
fn for_keys(common: &Common, mut passphrases: Vec<Secret<String>>) -> Vec<Secret<String>> {
    if has_vault(common) && !passphrases.is_empty() {
        passphrases.rotate_left(1);
    }
    passphrases
}

fn has_vault(common: &Common) -> bool {
    let dir = || common.profile.clone().or_else(Profile::default_dir);
    match common.secret_store {
        Some(kind) => kind == SecretStoreKind::File,
        None => dir().is_some_and(|dir| SecretStore::has_file(&dir)),
    }
}

/// Where the profile is, and where its secrets are.
pub(crate) fn profile_place(
    common: &Common,
    passphrase: Option<&Secret<String>>,
) -> Result<(PathBuf, SecretsIn), Problem> {
    let dir = common.profile.clone().or_else(Profile::default_dir);
    let dir = dir.ok_or("no folder for the profile; name one with --profile")?;
    if !has_vault(common) {
        return Ok((dir, SecretsIn::Os));
    }
    let passphrase =
        passphrase.ok_or("the profile's passphrase is needed; give it with --passphrase-file or --passphrase-fd")?;
    Ok((dir, SecretsIn::File(passphrase.clone())))
}

/// Says what an import would bring, or why not.
fn dry_run(common: &Common, files: &[PathBuf]) -> Result<(), Problem> {
    for path in files {
        let mut keyring = Keyring { passphrases: load::passphrases(common)?, ..Keyring::default() };
        let found = keyring.add(&load::file(path)?).map_err(|error| load::import_problem(path, &error))?;
        for imported in found {
            let report = keyring.report(&imported.report.fingerprint, Timestamp::now()).unwrap_or(imported.report);
            certs::print(common, &report);
        }
    }
    Ok(())
}

/// Adds files to the profile.
pub(crate) fn import(common: &Common, files: &[PathBuf]) -> Result<(), Problem> {
    let (profile, passphrases) = profile(common)?;
    let passphrases = for_keys(common, passphrases);
    for path in files {
        let found = told(common, profile.import(&load::file(path)?, &passphrases))
            .map_err(|problem| format!("{}: {}", path.display(), problem.0))?;
        for report in &found {
            certs::print(common, report);
        }
    }
    told(common, headless::forget_findings(&profile))
}

/// Prints the profile's own keys.
pub(crate) fn list(common: &Common) -> Result<(), Problem> {
    let (profile, _) = profile(common)?;
    for report in profile.reports(profile.now()).iter().filter(|report| report.has_secret) {
        certs::print(common, report);
    }
    Ok(())
}

fn form(compatible: bool) -> smime::Pkcs12Form {
    if compatible { smime::Pkcs12Form::Compatible } else { smime::Pkcs12Form::Modern }
}

/// Writes a certificate, or a key with its secret part in a form of PKCS#12 (or armored).
pub(crate) fn export(
    common: &Common,
    fingerprint: &Fingerprint,
    secret: Option<smime::Pkcs12Form>,
    to: Option<&Path>,
) -> Result<(), Problem> {
    let (profile, passphrases) = profile(common)?;
    let passphrases = for_keys(common, passphrases);
    told(common, profile.load_keyring(passphrases.clone()))?;
    let bytes = told(
        common,
        profile.export_in(secret.unwrap_or_default(), fingerprint, secret.is_some(), passphrases.first()),
    )?;
    if let Some(path) = to {
        return write(path, &bytes);
    }
    output::bytes(&bytes);
    Ok(())
}

fn generate(common: &Common, args: &GenerateArgs) -> Result<(), Problem> {
    let at = Timestamp::now();
    let passphrases = load::passphrases(common)?;
    let Some(folder) = &args.output else {
        return generate_in_profile(common, args);
    };
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let name = args.address.canonical().replace(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-', "_");
    let at_path = |ending: &str| folder.join(format!("{name}.{ending}"));
    match args.technology {
        Technology::OpenPgp => {
            let made = pgp::generate(&args.name, &args.address, passphrases.first(), at)?;
            write(&at_path("secret.asc"), &pgp::armored_secret(&made.cert))?;
            write(&at_path("asc"), &pgp::armored_public(&made.cert))?;
            write(&at_path("revocation.asc"), &made.revocation)?;
            certs::print(common, &pgp::report(&made.cert, at));
        }
        Technology::Smime => {
            let passphrase = passphrases
                .first()
                .ok_or("a passphrase is needed; give it with --passphrase-file or --passphrase-fd")?;
            if args.self_signed {
                let own = smime::generate_self_signed(&args.name, &args.address, at)?;
                write(
                    &at_path("p12"),
                    &smime::export_pkcs12(&own, &smime::SmimeRing::default(), passphrase, form(args.compatible))?,
                )?;
                write(&at_path("pem"), &smime::export_pem(&own.certificate))?;
                certs::print(common, &own.certificate.report(true, false, at));
            } else {
                let (request, key) = smime::request(&args.name, &args.address, passphrase)?;
                // The key first: a request whose key is nowhere would bring a certificate of no use.
                write(&at_path("key.pem"), &key)?;
                write(&at_path("csr.pem"), &request)?;
                output::line(&format!(
                    "{}: send this request to an authority, then import its answer with the key",
                    at_path("csr.pem").display()
                ));
            }
        }
    }
    Ok(())
}

fn generate_in_profile(common: &Common, args: &GenerateArgs) -> Result<(), Problem> {
    if args.technology == Technology::Smime && !args.self_signed {
        return Err("a request is a file for an authority; say where with --output, or use --self-signed".into());
    }
    let (profile, passphrases) = profile(common)?;
    // The first passphrase opens a file vault; a key's own comes after it.
    let own = if has_vault(common) { passphrases.get(1) } else { passphrases.first() };
    let fingerprint = told(common, profile.generate(args.technology, &args.name, args.address.as_str(), own))?;
    if let Some(report) = profile.keyring().described(&fingerprint, profile.now()) {
        certs::print(common, &report);
    }
    Ok(())
}

/// Secret files are for their owner alone.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    crate::store::files::write_new(path, bytes).map_err(|error| Problem(format!("{}: {error}", path.display())))
}
