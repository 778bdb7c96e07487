//! `key` and the profile's side of `cert`: makes, imports, lists and exports.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use crate::crypto::{KeyKind, KeyUse, Keyring, pgp, smime};
use crate::domain::{Fingerprint, Secret, Technology};
use crate::engine::topic::backup::is_backup;
use crate::engine::{Profile, SecretsIn, headless};
use crate::store::secret::SecretStore;

use super::args::{Common, GenerateArgs, KeyArgs, KeyCommand, SecretStoreKind};
use super::profile::told;
use super::{Problem, backup, bringing, certs, finding, load, output, own_keys};

/// Runs the command.
pub(crate) fn run(common: &Common, args: &KeyArgs) -> Result<(), Problem> {
    match &args.command {
        KeyCommand::Generate(args) => generate(common, args),
        KeyCommand::Import { files, dry_run, options } => {
            let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = files.iter().cloned().partition(|path| path.is_dir());
            if !folders.is_empty() {
                bringing::import(common, &folders, *dry_run, options)?;
            }
            match dry_run {
                true => self::dry_run(common, &files),
                false if files.is_empty() => Ok(()),
                false => import(common, &files),
            }
        }
        KeyCommand::Sources { path } => {
            bringing::sources(common, path.clone());
            Ok(())
        }
        KeyCommand::List => own_keys::list(common),
        KeyCommand::Extend { .. } | KeyCommand::Revoke { .. } | KeyCommand::Waiting { .. } => {
            own_keys::run(common, &args.command)
        }
        KeyCommand::Export { fingerprint, revocation: true, output, .. } => {
            own_keys::revocation(common, fingerprint, output.as_deref())
        }
        KeyCommand::Export { fingerprint, secret, compatible, output, .. } => {
            let secret = secret.then_some(form(*compatible));
            export(common, fingerprint, secret, output.as_deref())
        }
        KeyCommand::Publish(args) => finding::publish(common, args),
        // What is drawn for it is drawn by the caller.
        KeyCommand::Backup(_) => Ok(()),
        KeyCommand::Restore(args) => backup::restore(common, args),
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
    let profile = told(common, Profile::open(&dir, &secrets))?;
    if let Some(pin) = load::pin(common)? {
        profile.offer_pin(&pin);
    }
    // Others may have changed it; that it can't be read is no reason not to work.
    let _ = profile.refresh_shared();
    Ok((profile, passphrases))
}

/// The passphrases in the order in which they are for keys: the one that opened a vault comes last.
pub(crate) fn for_keys(common: &Common, mut passphrases: Vec<Secret<String>>) -> Vec<Secret<String>> {
    if has_vault(common) && !passphrases.is_empty() {
        passphrases.rotate_left(1);
    }
    passphrases
}

/// There is a profile already, where the options say.
pub(crate) fn has_profile(common: &Common) -> bool {
    common.profile.clone().or_else(Profile::default_dir).is_some_and(|dir| dir.join("profile.db").exists())
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
        let bytes = load::file(path)?;
        if is_backup(&bytes) {
            return Err(Problem(format!("{}: this is a backup; put it back with key restore", path.display())));
        }
        told(common, headless::refuse_exposed(path, &bytes))?;
        let found = told(common, profile.import(&bytes, &passphrases))
            .map_err(|problem| format!("{}: {}", path.display(), problem.0))?;
        for report in &found {
            certs::print(common, report);
        }
    }
    told(common, headless::forget_findings(&profile))
}

pub(crate) fn form(compatible: bool) -> smime::Pkcs12Form {
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

/// A passphrase that is for a key or a file: the first, or the one after that which opens a vault.
pub(crate) fn own_passphrase(common: &Common, passphrases: &[Secret<String>]) -> Option<Secret<String>> {
    passphrases.get(usize::from(has_vault(common))).cloned()
}

fn generate(common: &Common, args: &GenerateArgs) -> Result<(), Problem> {
    let Some(folder) = &args.output else {
        return own_keys::generate(common, args);
    };
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let name = args.address.canonical().replace(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-', "_");
    let files = Files { common, args, at: Timestamp::now(), base: folder.join(name) };
    let passphrases = load::passphrases(common)?;
    let wants = |technology: Technology| args.technology == "both" || args.technology == technology.word();
    if let Some(kind) = args.kind
        && args.technology != "both"
        && ![Technology::OpenPgp, Technology::Smime].into_iter().any(|one| wants(one) && kind.fits(one))
    {
        return Err(Problem(format!("{} is not a kind of {}; leave --kind out", kind.word(), args.technology)));
    }
    // Without a passphrase nothing is written at all.
    let needed = "a passphrase is needed; give it with --passphrase-file or --passphrase-fd";
    if wants(Technology::Smime) && passphrases.is_empty() {
        return Err(needed.into());
    }
    if wants(Technology::OpenPgp) {
        files.openpgp(passphrases.first())?;
    }
    if wants(Technology::Smime) {
        files.smime(passphrases.first().ok_or(needed)?)?;
    }
    Ok(())
}

/// Keys that are made outside of a profile.
struct Files<'a> {
    common: &'a Common,
    args: &'a GenerateArgs,
    at: Timestamp,
    base: PathBuf,
}

impl Files<'_> {
    fn path(&self, ending: &str) -> PathBuf {
        PathBuf::from(format!("{}.{ending}", self.base.display()))
    }

    fn kind(&self, technology: Technology) -> KeyKind {
        self.args.kind.filter(|kind| kind.fits(technology)).unwrap_or_else(|| KeyKind::default_of(technology))
    }

    fn lifetime(&self) -> Option<SignedDuration> {
        self.args.lifetime.0.map(|days| SignedDuration::from_hours(i64::from(days) * 24))
    }

    fn openpgp(&self, passphrase: Option<&Secret<String>>) -> Result<(), Problem> {
        let (name, address) = (self.args.name.as_str(), &self.args.address);
        let kind = self.kind(Technology::OpenPgp);
        let key = pgp::NewKey { name, address, kind, lifetime: self.lifetime(), passphrase };
        let made = pgp::make(&key, self.at)?;
        write(&self.path("secret.asc"), &pgp::armored_secret(&made.cert))?;
        write(&self.path("asc"), &pgp::armored_public(&made.cert))?;
        write(&self.path("revocation.asc"), &made.revocation)?;
        certs::print(self.common, &pgp::report(&made.cert, self.at));
        Ok(())
    }

    fn smime(&self, passphrase: &Secret<String>) -> Result<(), Problem> {
        if !self.args.separate {
            return self.pair(KeyUse::Both, "", passphrase);
        }
        self.pair(KeyUse::Signing, "signing.", passphrase)?;
        self.pair(KeyUse::Encryption, "encryption.", passphrase)
    }

    fn pair(&self, usage: KeyUse, part: &str, passphrase: &Secret<String>) -> Result<(), Problem> {
        let addresses = std::slice::from_ref(&self.args.address);
        let subject = smime::Subject { name: &self.args.name, organisation: "", addresses };
        let key = smime::KeyPair::generate(self.kind(Technology::Smime))?;
        let path = |ending: &str| self.path(&format!("{part}{ending}"));
        if self.args.self_signed || self.args.technology == "both" {
            let lifetime = self.lifetime().unwrap_or(SignedDuration::from_hours(20 * 365 * 24));
            let until = self.at.checked_add(lifetime).unwrap_or(Timestamp::MAX);
            let own = key.self_signed(&subject, usage, smime::Period { from: self.at, until })?;
            let form = form(self.args.compatible);
            write(&path("p12"), &smime::export_pkcs12(&own, &smime::SmimeRing::default(), passphrase, form)?)?;
            write(&path("pem"), &smime::export_pem(&own.certificate))?;
            certs::print(self.common, &own.certificate.report(true, false, self.at));
            return Ok(());
        }
        // The key first: a request whose key is nowhere would bring a certificate of no use.
        write(&path("key.pem"), &key.to_pem(passphrase)?)?;
        write(&path("csr.pem"), &key.request(&subject, usage)?)?;
        output::line(&format!(
            "{}: send this request to an authority, then import its answer with the key",
            path("csr.pem").display()
        ));
        Ok(())
    }
}

/// Secret files are for their owner alone.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    crate::store::files::write_new(path, bytes).map_err(|error| Problem(format!("{}: {error}", path.display())))
}
