//! Keys and certificates brought from other programs and tokens.

mod detect;
mod directory;
mod files;
mod gnupg;
mod gpgsm;
mod harvest;
mod keep;
mod keybox;
mod program;
mod report;
mod sample;
mod thunderbird;
mod token;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::Secret;
use crate::engine::outside::TokenFailure;
use crate::engine::worker::internal;
use crate::engine::{Event, Failure, FailureKind, Profile, Progress, Retry};
use crate::net::Cancel;

use super::{Effect, TopicView, Work};

pub use crate::crypto::pgp::Gain;
pub use detect::{Places, Source, SourceKind, detect, of_path};
pub use report::{Bringing, Brought, Outcome, TrustHint, TrustLevel, Why};

pub use directory::Sharing;

use harvest::{Harvest, Watch};

/// What the user wants.
#[derive(Clone, Debug)]
pub enum BringingCommand {
    /// Look for the keys of other programs; in this folder, too.
    Look(Option<PathBuf>),
    /// Bring them.
    Bring(Box<Wish>),
    /// Share certificates with other OpenPGP programs, or no longer.
    Share(bool),
    /// Try a PIN once on a token.
    Pin {
        /// The library that speaks to it.
        module: PathBuf,
        /// Its label.
        label: String,
        /// What was typed.
        pin: Secret<String>,
    },
    /// Forget what was brought last.
    Dismiss,
}

/// What to bring.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// From where.
    pub sources: Vec<(SourceKind, PathBuf)>,
    /// Tried in turn on what is protected. Never stored.
    pub passphrases: Vec<Secret<String>>,
    /// What to do with secret keys.
    pub secrets: Secrets,
    /// What the other program trusts is trusted here, too.
    pub takes_trust: bool,
    /// Only say what it would bring.
    pub dry_run: bool,
}

/// What happens to secret keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// They are copied into the profile, under their own passphrases.
    #[default]
    Bring,
    /// They stay where they are, and the agent of GnuPG uses them for us.
    WithAgent,
    /// They are passed over.
    Leave,
}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BringingView {
    /// What was found; `None` while nobody has looked.
    pub sources: Option<Vec<Source>>,
    /// What was brought last.
    pub report: Option<Arc<Bringing>>,
    /// It is going on.
    pub is_busy: bool,
    /// Whether certificates are shared with other OpenPGP programs, and where.
    pub sharing: Option<(bool, PathBuf)>,
}

pub(super) fn carry_out(work: &Work, command: BringingCommand) -> Result<Effect, Failure> {
    match command {
        BringingCommand::Dismiss => {
            work.show(TopicView::Bringing(Arc::default()));
            return Ok(Effect::Nothing);
        }
        // Nothing of this computer is looked at for the demo.
        BringingCommand::Look(_) if work.is_demo => work.show(TopicView::Bringing(Arc::new(sample::view()))),
        BringingCommand::Bring(_) if work.is_demo => {
            let report = Some(Arc::new(sample::report(&work.profile)));
            work.show(TopicView::Bringing(Arc::new(BringingView { report, ..BringingView::default() })));
        }
        _ if work.is_demo => {}
        BringingCommand::Look(more) => beside(work, move |work| Ok(looked(&work.profile, more))),
        BringingCommand::Share(is_on) => beside(work, move |work| {
            work.profile.share(is_on, work.profile.sharing().folder)?;
            work.changed();
            Ok(looked(&work.profile, None))
        }),
        BringingCommand::Pin { module, label, pin } => {
            work.profile.keepers.unlock(&module, &label, &pin).map_err(|failure| refused(&label, &failure))?;
            beside(work, move |work| Ok(looked(&work.profile, None)));
            return Ok(Effect::Keys);
        }
        BringingCommand::Bring(wish) => {
            beside(work, move |work| {
                let publish = Arc::clone(&work.publish);
                let tell = move |subject: &str, fraction: Option<f32>| {
                    publish(Event::Progress(Some(Progress { work: "import", subject: subject.to_owned(), fraction })));
                };
                let report = bring(&work.profile, &wish, &work.cancel, &tell)?;
                if !wish.dry_run {
                    work.changed();
                }
                Ok(BringingView { report: Some(Arc::new(report)), ..BringingView::default() })
            });
        }
    }
    Ok(Effect::Nothing)
}

/// What there is to bring, and how certificates are shared.
fn looked(profile: &Profile, more: Option<PathBuf>) -> BringingView {
    let mut sources = detect(&Places::of_user(more));
    for token in sources.iter_mut().filter(|source| source.kind == SourceKind::Token) {
        token.is_waiting = profile.keepers.is_waiting(&token.path, &token.name);
    }
    let sharing = profile.sharing();
    let sharing = sharing.place().map(|place| (sharing.is_on, place));
    BringingView { sources: Some(sources), sharing, ..BringingView::default() }
}

fn refused(label: &str, failure: &TokenFailure) -> Failure {
    let kind = match failure {
        TokenFailure::WrongPin | TokenFailure::FinalTry | TokenFailure::PinLocked => FailureKind::WrongPassphrase,
        _ => FailureKind::Protect,
    };
    Failure { kind, retry: Retry::Now, subject: label.to_owned(), source: failure.to_string() }
}

/// Brings keys and certificates into a profile, or with [`Wish::dry_run`] only says what would come. Killed or cancelled
/// at any moment, the profile is as it was, or has all of it.
///
/// # Errors
/// [`FailureKind::Cancelled`], or what the store says. What can't be brought is in the report.
pub fn bring(
    profile: &Profile,
    wish: &Wish,
    cancel: &Cancel,
    tell: &dyn Fn(&str, Option<f32>),
) -> Result<Bringing, Failure> {
    let watch = Watch { cancel, tell };
    let mut harvest = Harvest::new(&wish.passphrases);
    for (kind, path) in &wish.sources {
        watch.go_on()?;
        match kind {
            SourceKind::Gnupg => gnupg::gather(path, wish, &mut harvest, &watch)?,
            SourceKind::Gpgsm => gpgsm::gather(path, wish, &mut harvest, &watch)?,
            SourceKind::Thunderbird => thunderbird::gather(path, wish, &mut harvest, &watch)?,
            SourceKind::CertD => directory::gather(path, &mut harvest, &watch)?,
            SourceKind::Token => token::gather(path, &mut harvest),
            SourceKind::Files => files::gather(path, wish, &mut harvest, &watch)?,
        }
    }
    keep::keep(profile, harvest, wish, &watch)
}

/// The same for the command line, which is stopped by ending it.
///
/// # Errors
/// As [`bring`].
pub fn bring_now(profile: &Profile, wish: &Wish) -> Result<Bringing, Failure> {
    bring(profile, wish, &Cancel::new(), &|_, _| {})
}

/// What would be brought into an empty profile.
///
/// # Errors
/// As [`bring`].
pub fn preview(wish: &Wish) -> Result<Bringing, Failure> {
    let folder = tempfile::tempdir().map_err(|error| internal(&error.to_string()))?;
    let profile = Profile::fleeting(folder.path(), None)?;
    bring_now(&profile, &Wish { dry_run: true, ..wish.clone() })
}

/// Runs work beside the loop and shows what comes of it.
fn beside(work: &Work, job: impl FnOnce(&Work) -> Result<BringingView, Failure> + Send + 'static) {
    work.show(TopicView::Bringing(Arc::new(BringingView { is_busy: true, ..BringingView::default() })));
    let work = work.clone();
    tokio::task::spawn_blocking(move || {
        let outcome =
            std::panic::catch_unwind(AssertUnwindSafe(|| job(&work))).unwrap_or_else(|_| Err(internal("panic")));
        (work.publish)(Event::Progress(None));
        let view = outcome.unwrap_or_else(|failure| {
            if failure.kind != FailureKind::Cancelled {
                (work.publish)(Event::Failed(failure));
            }
            BringingView::default()
        });
        work.show(TopicView::Bringing(Arc::new(view)));
    });
}
