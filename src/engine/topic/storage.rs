//! What is kept: how much room it takes, whether it is sound, giving room back, writing all of it out, and repairing it.

mod exporting;
mod opening;

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use crate::engine::network::Publish;
use crate::engine::profile::{Profile, SecretsIn, store_failure};
use crate::engine::worker::internal;
use crate::engine::{Event, Failure, FailureKind, Progress};
use crate::store::secret::SecretStore;
use crate::store::{ProfileKey, check, files, rescue};

use super::{Effect, TopicView, Work};

pub use crate::store::check::{CheckReport, Finding, Gravity};
pub use crate::store::rescue::{LostMessage, RepairReport, TableReport};
pub use crate::store::{Compacted, Sizes};
pub use exporting::{Exported, Form, export, maildir_letters, mbox_status};
pub use opening::Closed;
pub(in crate::engine) use opening::{Wish, begin, open_or_repair, show_closed};

/// What the user wants.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum StorageCommand {
    /// Show what takes how much room.
    Look,
    /// Look through everything that is kept.
    Check,
    /// Give room back.
    Compact,
    /// Write everything into a new folder.
    Export { to: PathBuf, form: Form },
    /// Close the profile, make a new database of what can be read, and go on with that.
    Repair,
    /// What came of the last command was seen, and of the last repair.
    Dismiss,
}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StorageView {
    /// What takes how much room; `None` while nobody has looked.
    pub sizes: Option<Sizes>,
    /// What goes on: `check`, `compact`, `export_all` or `repair`.
    pub busy: Option<&'static str>,
    /// What came of the last command.
    pub outcome: Option<Outcome>,
    /// What the last repair did, until the user has seen it.
    pub repaired: Option<Arc<RepairReport>>,
    /// The database is damaged, and was not repaired yet.
    pub is_damaged: bool,
    /// Why no profile is open, when none is.
    pub closed: Option<Arc<Closed>>,
    /// The folder that is proposed for what is written: the user's documents.
    pub folder: Option<PathBuf>,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Everything was looked through.
    Checked(CheckReport),
    /// Room was given back.
    Compacted(Compacted),
    /// Everything was written.
    Exported(Exported),
    /// The user stopped it.
    Stopped,
}

pub(super) fn carry_out(work: &Work, command: StorageCommand) -> Result<Effect, Failure> {
    match command {
        StorageCommand::Look => work.show(TopicView::Storage(Arc::new(looked(&work.profile, None)?))),
        StorageCommand::Dismiss => {
            work.profile.store.forget_repair_report().map_err(store_failure)?;
            work.show(TopicView::Storage(Arc::new(looked(&work.profile, None)?)));
        }
        StorageCommand::Check => {
            beside(work, "check", |work, tell| Ok(check_now(&work.profile, tell)?.map(Outcome::Checked)));
        }
        StorageCommand::Compact => {
            beside(work, "compact", |work, tell| Ok(compact_now(&work.profile, tell)?.map(Outcome::Compacted)));
        }
        StorageCommand::Export { to, form } => beside(work, "export_all", move |work, tell| {
            let to = unused(to);
            Ok(export(&work.profile, &to, form, &|done| tell("copy", done))?.map(Outcome::Exported))
        }),
        // The engine's thread does it, when nobody uses the profile any more.
        StorageCommand::Repair => {}
    }
    Ok(Effect::Nothing)
}

/// The folder, or one beside it that is not there yet.
fn unused(folder: PathBuf) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let others = (2..1_000).map(|number| folder.with_file_name(format!("{name} {number}")));
    std::iter::once(folder.clone()).chain(others).find(|path| !path.exists()).unwrap_or(folder)
}

/// What is asked while long work goes on, told what it is at and how far that is: whether to go on.
type Tell<'a> = dyn Fn(&'static str, f32) -> bool + Sync + 'a;

fn looked(profile: &Profile, outcome: Option<Outcome>) -> Result<StorageView, Failure> {
    let is_damaged = matches!(&outcome, Some(Outcome::Checked(report)) if report.gravity() == Some(Gravity::Damage));
    Ok(StorageView {
        sizes: Some(profile.store.sizes(&profile.search).map_err(store_failure)?),
        busy: None,
        outcome,
        repaired: profile.store.repair_report().map_err(store_failure)?.map(Arc::new),
        is_damaged,
        closed: None,
        folder: files::documents_dir(),
    })
}

fn beside(
    work: &Work,
    code: &'static str,
    job: impl FnOnce(&Work, &Tell<'_>) -> Result<Option<Outcome>, Failure> + Send + 'static,
) {
    work.show(TopicView::Storage(Arc::new(StorageView { busy: Some(code), ..StorageView::default() })));
    let work = work.clone();
    tokio::task::spawn_blocking(move || {
        let tell = |stage: &'static str, fraction: f32| {
            progress(&work.publish, code, stage, fraction);
            !work.cancel.is_cancelled()
        };
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| job(&work, &tell)));
        (work.publish)(Event::Progress(None));
        let shown = match outcome.unwrap_or_else(|_| Err(internal("panic"))) {
            Ok(outcome) => looked(&work.profile, Some(outcome.unwrap_or(Outcome::Stopped))),
            Err(failure) => {
                let is_damaged = failure.kind == FailureKind::Damaged;
                (work.publish)(Event::Failed(failure));
                looked(&work.profile, None).map(|view| StorageView { is_damaged, ..view })
            }
        };
        match shown {
            Ok(view) => work.show(TopicView::Storage(Arc::new(view))),
            // A database that is too damaged to be measured is told so.
            Err(failure) => {
                let is_damaged = failure.kind == FailureKind::Damaged;
                work.show(TopicView::Storage(Arc::new(StorageView { is_damaged, ..StorageView::default() })));
            }
        }
    });
}

fn progress(publish: &Publish, work: &'static str, subject: &str, fraction: f32) {
    let (subject, fraction) = (subject.to_owned(), Some(fraction));
    publish(Event::Progress(Some(Progress { work, subject, fraction })));
}

/// Looks through everything that is kept; `None` when it was stopped.
///
/// # Errors
/// A [`Failure`] of the store.
pub fn check_now(profile: &Profile, tell: &Tell<'_>) -> Result<Option<CheckReport>, Failure> {
    profile.store.check(Some(&profile.search), tell).map_err(store_failure)
}

/// Gives room back; `None` when it was stopped, and nothing has changed then.
///
/// # Errors
/// A [`Failure`] of the store, or no room for it.
pub fn compact_now(profile: &Profile, tell: &Tell<'_>) -> Result<Option<Compacted>, Failure> {
    profile.store.compact(&profile.search, tell).map_err(store_failure)
}

/// What takes how much room.
///
/// # Errors
/// A [`Failure`] of the store.
pub fn sizes(profile: &Profile) -> Result<Sizes, Failure> {
    profile.store.sizes(&profile.search).map_err(store_failure)
}

/// Looks at a profile that can't be opened; `None` when it was stopped.
///
/// # Errors
/// When somebody has it open, its key is missing, or its files can't be read.
pub fn examine(dir: &Path, secrets: &SecretsIn, tell: &Tell<'_>) -> Result<Option<CheckReport>, Failure> {
    check::examine(dir, &key(dir, secrets)?, tell).map_err(store_failure)
}

/// Makes a new database of all that can be read of a damaged one, which stays beside it. Nobody may have the profile open.
/// `None` when it was stopped, and nothing has changed then.
///
/// # Errors
/// As [`examine`], and when there is no room for it.
pub fn repair(dir: &Path, secrets: &SecretsIn, goes_on: &dyn Fn(f32) -> bool) -> Result<Option<RepairReport>, Failure> {
    let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    rescue::repair(dir, &key(dir, secrets)?, &stamp, goes_on).map_err(store_failure)
}

fn key(dir: &Path, secrets: &SecretsIn) -> Result<ProfileKey, Failure> {
    let store = match secrets {
        SecretsIn::Os => SecretStore::os(dir),
        SecretsIn::File(passphrase) => SecretStore::file(dir, passphrase),
    };
    ProfileKey::obtain(dir, &store.map_err(store_failure)?).map_err(store_failure)
}
