//! Backups: making, rehearsing and restoring them, and whether one is due.
//!
//! A backup is one OpenPGP message under recovery words or a passphrase, with a tar archive of ordinary files in it:
//! `gpg --decrypt FILE | tar -x` opens it where there is no Kakitome.

mod archive;
mod contents;
mod locking;
mod rehearsal;
mod restoring;
mod setup;
pub mod sheet;
pub mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::crypto::{CertificateReport, ProtectError};
use crate::domain::{Fingerprint, Secret, Technology};
use crate::engine::profile::{Profile, store_failure};
use crate::engine::{Event, Failure, FailureKind, Progress, Retry, worker};
use crate::store::files;

use super::{Effect, TopicView, Work};

use sheet::Sheet;
use words::List;

/// No backup is larger.
const MAX_FILE: u64 = 1 << 30;
/// No photograph of a sheet is larger.
const MAX_PICTURE: u64 = 64 << 20;
/// How long a reminder that was put off stays away.
const LATER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Settings of this topic; none of them goes into a backup.
const WORDS: &str = "backup-words";
const LAST: &str = "backup-last";
const REHEARSED: &str = "backup-rehearsed";
const LATER_UNTIL: &str = "backup-later";

/// What the user wants.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum BackupCommand {
    /// Show when the last backup was made.
    Look,
    /// Show the recovery words, made in this language when there are none yet.
    ShowWords { list: List },
    /// Give up the old words: the sheet was lost, or seen by others. They still open the backups made with them.
    RenewWords { list: List },
    /// Write a backup under the recovery words, or under a passphrase, in place of a file of that name.
    Make { to: PathBuf, passphrase: Option<Secret<String>> },
    /// Write a recovery sheet that the window drew.
    WriteSheet { to: PathBuf, content: Secret<Vec<u8>> },
    /// Write an Autocrypt Setup Message with an own OpenPGP key, and show its code.
    SetupMessage { fingerprint: Fingerprint, to: PathBuf, text: SetupText },
    /// Open a backup and compare it with the keys here; nothing is changed.
    Rehearse { from: PathBuf, with: Key },
    /// Merge a backup or an Autocrypt Setup Message into the profile.
    Restore { from: PathBuf, with: Key },
    /// Make both key pairs of a new user.
    Begin { name: String, address: String, passphrase: Option<Secret<String>> },
    /// Remind again in a week.
    Later,
}

/// What opens a backup.
#[derive(Clone, Debug)]
pub enum Key {
    /// Recovery words, a passphrase or a Setup Code, as they were typed.
    Typed(Secret<String>),
    /// A picture of the recovery sheet.
    Sheet(PathBuf),
}

/// The words around a Setup Message, for the person who finds it in the mailbox.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct SetupText {
    pub subject: String,
    pub body: String,
}

/// What is shown.
#[derive(Clone, Debug, Default)]
pub struct BackupView {
    /// The last backup that was made here.
    pub last: Option<LastBackup>,
    /// When a backup was last opened to try it.
    pub rehearsed_at: Option<Timestamp>,
    /// The reminder stays away until then.
    pub later_until: Option<Timestamp>,
    /// The folder that is proposed for files: the user's documents.
    pub folder: Option<PathBuf>,
    /// The recovery words, when they were asked for.
    pub sheet: Option<Sheet>,
    /// What came of the last command.
    pub outcome: Option<Outcome>,
}

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastBackup {
    /// When.
    pub made_at: Timestamp,
    /// Where it was written.
    pub file: String,
    /// The fingerprints of the secret keys in it.
    pub keys: Vec<String>,
}

/// What came of a command.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Both key pairs are there.
    Begun,
    /// A backup was written and opened again.
    Made(Made),
    /// The sheet was written there.
    SheetWritten(PathBuf),
    /// A Setup Message was written; its code is needed to open it.
    SetupMessage(PathBuf, Secret<String>),
    /// A backup was tried.
    Rehearsed(Rehearsal),
    /// Something was put back.
    Restored(Back),
}

/// A backup that was written.
#[derive(Clone, Debug)]
pub struct Made {
    /// Where.
    pub file: PathBuf,
    /// The number of the words that open it; empty for a passphrase.
    pub id: String,
    /// The secret keys in it.
    pub keys: Vec<CertificateReport>,
    /// Certificates without a secret key in it.
    pub certificates: usize,
}

/// What a rehearsal showed.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// When the backup was made.
    pub made_at: Timestamp,
    /// Each secret key of the profile.
    pub keys: Vec<KeyOutcome>,
    /// Secret keys in the backup.
    pub in_backup: usize,
}

/// Whether a secret key is in the backup.
#[derive(Clone, Debug)]
pub struct KeyOutcome {
    /// The key.
    pub report: CertificateReport,
    /// What was found.
    pub found: Found,
}

/// What was found of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The same secret.
    Complete,
    /// It is there, under a passphrase of its own that is not known now.
    Locked,
    /// It is there with another secret.
    Different,
    /// It is not there.
    Missing,
}

impl Rehearsal {
    /// Whether every key of the profile would come back.
    pub fn is_complete(&self) -> bool {
        self.keys.iter().all(|key| matches!(key.found, Found::Complete | Found::Locked))
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Back {
    /// From an Autocrypt Setup Message, and not from a backup.
    pub is_setup_message: bool,
    /// The own keys that it held.
    pub keys: Vec<CertificateReport>,
    /// Certificates and keys that are new here.
    pub certificates: usize,
    /// Decisions about trust that are new here.
    pub trust: usize,
    /// Accounts that are new here; their passwords are asked for.
    pub accounts: usize,
}

/// What protects a backup.
#[derive(Clone, Debug)]
pub enum Protection {
    /// The profile's recovery words, made in this language when there are none yet.
    Words(List),
    /// A passphrase.
    Passphrase(Secret<String>),
}

#[derive(Clone, Serialize, Deserialize)]
struct KeptWords {
    id: String,
    phrase: String,
}

pub(super) fn carry_out(work: &Work, command: BackupCommand) -> Result<Effect, Failure> {
    match command {
        BackupCommand::Look => show(work, None, None)?,
        BackupCommand::ShowWords { list } => show(work, Some(sheet(&work.profile, list)?), None)?,
        BackupCommand::RenewWords { list } => {
            new_words(&work.profile, list)?;
            show(work, Some(sheet(&work.profile, list)?), None)?;
        }
        BackupCommand::Later => {
            let until = Timestamp::now().checked_add(LATER).unwrap_or(Timestamp::MAX);
            work.profile.store.set_setting(LATER_UNTIL, &until).map_err(store_failure)?;
            show(work, None, None)?;
        }
        BackupCommand::WriteSheet { to, content } => {
            files::replace(&to, content.declassify()).map_err(store_failure)?;
            show(work, None, Some(Outcome::SheetWritten(to)))?;
        }
        BackupCommand::Make { to, passphrase } => beside(work, "backup", move |work| {
            let protection = passphrase.map_or(Protection::Words(List::English), Protection::Passphrase);
            let made = make(&work.profile, &to, &protection, true)?;
            // Each key says when it was backed up.
            super::own_keys::beside_show(work);
            Ok((Outcome::Made(made), false))
        }),
        BackupCommand::SetupMessage { fingerprint, to, text } => beside(work, "backup", move |work| {
            let code = write_setup_message(&work.profile, &fingerprint, &to, &text)?;
            Ok((Outcome::SetupMessage(to, code), false))
        }),
        BackupCommand::Rehearse { from, with } => beside(work, "rehearse", move |work| {
            rehearse(&work.profile, &from, &with).map(|found| (Outcome::Rehearsed(found), false))
        }),
        BackupCommand::Restore { from, with } => beside(work, "restore", move |work| {
            restore(&work.profile, &from, &with).map(|back| (Outcome::Restored(back), true))
        }),
        BackupCommand::Begin { name, address, passphrase } => beside(work, "generate_key", move |work| {
            begin(work, &name, &address, passphrase.as_ref()).map(|()| (Outcome::Begun, true))
        }),
    }
    Ok(Effect::Nothing)
}

/// Does long work beside the loop and shows what came of it; `true`: keys changed.
fn beside(
    work: &Work,
    code: &'static str,
    run: impl FnOnce(&Work) -> Result<(Outcome, bool), Failure> + Send + 'static,
) {
    let work = work.clone();
    tokio::task::spawn_blocking(move || {
        progress(&work, code, None);
        let run = std::panic::AssertUnwindSafe(|| run(&work));
        let outcome = std::panic::catch_unwind(run).unwrap_or_else(|_| Err(worker::internal("panic")));
        (work.publish)(Event::Progress(None));
        let shown = outcome.and_then(|(outcome, changed)| {
            if changed {
                work.changed();
            }
            show(&work, None, Some(outcome))
        });
        if let Err(failure) = shown {
            (work.publish)(Event::Failed(failure));
        }
    });
}

fn progress(work: &Work, code: &'static str, fraction: Option<f32>) {
    let subject = String::new();
    (work.publish)(Event::Progress(Some(Progress { work: code, subject, fraction })));
}

fn show(work: &Work, sheet: Option<Sheet>, outcome: Option<Outcome>) -> Result<(), Failure> {
    let setting = |name| work.profile.store.setting(name).map_err(store_failure);
    let view = BackupView {
        last: last(&work.profile)?,
        rehearsed_at: setting(REHEARSED)?,
        later_until: setting(LATER_UNTIL)?,
        folder: files::documents_dir(),
        sheet,
        outcome,
    };
    work.show(TopicView::Backup(Arc::new(view)));
    Ok(())
}

/// Makes the key pair of each technology that is not there yet for the address.
fn begin(work: &Work, name: &str, address: &str, passphrase: Option<&Secret<String>>) -> Result<(), Failure> {
    let own = own_keys(&work.profile);
    let has = |technology| {
        let names = |report: &CertificateReport| report.addresses.iter().any(|one| one.as_str() == address.trim());
        own.iter().any(|report| report.technology == technology && names(report))
    };
    for (technology, fraction) in [(Technology::OpenPgp, 0.1), (Technology::Smime, 0.3)] {
        if work.cancel.is_cancelled() {
            return Err(failure(FailureKind::Cancelled, ""));
        }
        progress(work, "generate_key", Some(fraction));
        if !has(technology) {
            work.profile.generate(technology, name.trim(), address.trim(), passphrase)?;
        }
    }
    progress(work, "generate_key", Some(1.0));
    Ok(())
}

/// What is printed on the recovery sheet; the words are made when there are none yet.
///
/// # Errors
/// A [`Failure`] of the store.
pub fn sheet(profile: &Profile, list: List) -> Result<Sheet, Failure> {
    let kept = match profile.store.setting::<KeptWords>(WORDS).map_err(store_failure)? {
        Some(kept) => kept,
        None => new_words(profile, list)?,
    };
    let phrase = Secret::new(kept.phrase);
    Ok(Sheet { id: kept.id, phrase, made_at: Timestamp::now(), keys: own_keys(profile) })
}

/// Whether the profile has recovery words: somebody was shown them.
///
/// # Errors
/// A [`Failure`] of the store.
pub fn has_words(profile: &Profile) -> Result<bool, Failure> {
    Ok(profile.store.setting::<KeptWords>(WORDS).map_err(store_failure)?.is_some())
}

fn new_words(profile: &Profile, list: List) -> Result<KeptWords, Failure> {
    let chance = |error: openssl::error::ErrorStack| worker::internal(&error.to_string());
    let phrase = words::generate(list).map_err(chance)?;
    let mut number = [0_u8; 4];
    openssl::rand::rand_bytes(&mut number).map_err(chance)?;
    let number = hex::encode_upper(number);
    let (first, second) = number.split_at(4);
    let kept = KeptWords { id: format!("{first}-{second}"), phrase: phrase.declassify().clone() };
    profile.store.set_setting(WORDS, &kept).map_err(store_failure)?;
    Ok(kept)
}

/// Writes a backup, and opens it again from the disk before it counts as one. `replaces`: in place of a file of that
/// name, which is there as a whole until the new one is.
///
/// # Errors
/// A [`Failure`] of the store or the file.
pub fn make(profile: &Profile, to: &Path, protection: &Protection, replaces: bool) -> Result<Made, Failure> {
    let (secret, id) = match protection {
        Protection::Words(list) => {
            let sheet = sheet(profile, *list)?;
            (sheet.phrase, sheet.id)
        }
        Protection::Passphrase(passphrase) => (passphrase.clone(), String::new()),
    };
    let made_at = Timestamp::now();
    let (manifest, packed) = contents::pack_all(profile, made_at, &id)?;
    let locked = locking::lock(&packed, &secret, &id, made_at)?;
    let written = if replaces { files::replace(to, &locked) } else { files::write_new(to, &locked) };
    written.map_err(|error| about(store_failure(error), to))?;
    let again = read_file(to, MAX_FILE)?;
    let archive = locking::open(&again, &secret)?;
    if archive.manifest != manifest {
        return Err(about(failure(FailureKind::NotABackup, "not_as_written"), to));
    }
    let keys = own_keys(profile).into_iter();
    let is_in =
        |report: &CertificateReport| manifest.keys.iter().any(|key| key.fingerprint == report.fingerprint.as_str());
    let made =
        Made { file: to.to_owned(), id, keys: keys.filter(is_in).collect(), certificates: manifest.certificates };
    let keys = manifest.keys.into_iter().map(|key| key.fingerprint).collect();
    let last = LastBackup { made_at, file: to.display().to_string(), keys };
    profile.store.set_setting(LAST, &last).map_err(store_failure)?;
    Ok(made)
}

/// Opens a backup and compares it with the profile.
///
/// # Errors
/// When it does not open.
pub fn rehearse(profile: &Profile, from: &Path, with: &Key) -> Result<Rehearsal, Failure> {
    let bytes = read_file(from, MAX_FILE)?;
    let archive = locking::open_with(&bytes, with).map_err(|failure| about(failure, from))?;
    let found = rehearsal::compare(profile, &archive);
    profile.store.set_setting(REHEARSED, &Timestamp::now()).map_err(store_failure)?;
    Ok(found)
}

/// Merges a backup or a Setup Message into the profile, in one transaction.
///
/// # Errors
/// When it does not open; then nothing is changed.
pub fn restore(profile: &Profile, from: &Path, with: &Key) -> Result<Back, Failure> {
    let bytes = read_file(from, MAX_FILE)?;
    let (restored, fingerprints, is_setup_message) = if let Some(payload) = setup::payload(&bytes) {
        let Key::Typed(typed) = with else { return Err(failure(FailureKind::WrongWords, "setup_code")) };
        let cert = setup::open(&payload, typed.declassify()).map_err(|failure| about(failure, from))?;
        let fingerprint = crate::crypto::pgp::fingerprint(&cert).to_string();
        (restoring::put_key(profile, cert)?, vec![fingerprint], true)
    } else {
        let archive = locking::open_with(&bytes, with).map_err(|failure| about(failure, from))?;
        let restored = restoring::put_back(profile, &archive)?;
        let keys: Vec<String> = archive.manifest.keys.iter().map(|key| key.fingerprint.clone()).collect();
        note_backup(profile, from, archive.manifest.made_at, &keys)?;
        (restored, keys, false)
    };
    crate::engine::headless::forget_findings(profile)?;
    let keys = own_keys(profile).into_iter();
    let keys = keys.filter(|report| fingerprints.iter().any(|one| one == report.fingerprint.as_str())).collect();
    let (certificates, trust, accounts) = (restored.certificates, restored.trust, restored.accounts);
    Ok(Back { is_setup_message, keys, certificates, trust, accounts })
}

/// The file that the profile came back from is a backup of it.
fn note_backup(profile: &Profile, from: &Path, made_at: Timestamp, keys: &[String]) -> Result<(), Failure> {
    let last: Option<LastBackup> = profile.store.setting(LAST).map_err(store_failure)?;
    if last.is_some_and(|last| last.made_at >= made_at) {
        return Ok(());
    }
    let last = LastBackup { made_at, file: from.display().to_string(), keys: keys.to_vec() };
    profile.store.set_setting(LAST, &last).map_err(store_failure)
}

/// Writes an Autocrypt Setup Message with an own OpenPGP key to a new file; its code.
///
/// # Errors
/// When the key is unknown or locked, or the file is there already.
pub fn write_setup_message(
    profile: &Profile,
    fingerprint: &Fingerprint,
    to: &Path,
    text: &SetupText,
) -> Result<Secret<String>, Failure> {
    let (message, code) = setup::message(profile, fingerprint, text)?;
    files::write_new(to, &message).map_err(|error| about(store_failure(error), to))?;
    Ok(code)
}

/// Whether bytes are a backup or a Setup Message, and no certificate or key.
pub fn is_backup(bytes: &[u8]) -> bool {
    locking::head(bytes).is_some() || setup::payload(bytes).is_some()
}

/// The own keys that a backup can hold: what an agent or a token keeps, it keeps alone.
fn own_keys(profile: &Profile) -> Vec<CertificateReport> {
    let keyring = profile.keyring();
    let reports = profile.reports(profile.now()).into_iter();
    reports.filter(|report| report.has_secret && keyring.holds_secret(&report.fingerprint)).collect()
}

/// The last backup that was made here or restored.
///
/// # Errors
/// A [`Failure`] of the store.
pub fn last(profile: &Profile) -> Result<Option<LastBackup>, Failure> {
    profile.store.setting(LAST).map_err(store_failure)
}

fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    files::read(path, limit).map_err(|error| about(store_failure(error), path))
}

fn failure(kind: FailureKind, source: &str) -> Failure {
    Failure { kind, retry: Retry::Now, subject: String::new(), source: source.to_owned() }
}

/// A failure with the file's name, if it has no subject yet.
fn about(mut failure: Failure, file: &Path) -> Failure {
    if failure.subject.is_empty() {
        failure.subject = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    }
    failure
}

fn protect(error: &ProtectError) -> Failure {
    let kind = match error {
        ProtectError::Locked(_) => FailureKind::WrongPassphrase,
        _ => FailureKind::Protect,
    };
    failure(kind, &error.to_string())
}
