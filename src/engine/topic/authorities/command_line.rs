//! The same for the command line: each call does one thing and returns.

use std::sync::Arc;

use tokio::sync::mpsc::unbounded_channel;

use crate::domain::Fingerprint;
use crate::engine::headless::forget_findings;
use crate::engine::profile::Profile;
use crate::engine::topic::Work;
use crate::engine::worker::internal;
use crate::engine::{Failure, FailureKind, Retry, stateless};
use crate::net::Cancel;
use crate::net::web::Reach;
use crate::trust::chain::RevocationCheck;

use super::{AnchorSet, AnchorView, Choices, RevocationRule, aging, anchors, asking, change, view};

/// What of the anchors is switched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Switched {
    /// A whole set.
    Set(AnchorSet),
    /// One of them, whatever its set does.
    One(Fingerprint),
}

/// Every anchor of every set, with whether it counts.
///
/// # Errors
/// When the store can't be read.
pub fn every_anchor(profile: &Profile) -> Result<Vec<AnchorView>, Failure> {
    Ok(anchors::all(&Choices::of(profile)?, &view::own(profile)?))
}

/// What the user chose.
///
/// # Errors
/// When the store can't be read.
pub fn choices(profile: &Profile) -> Result<Choices, Failure> {
    Choices::of(profile)
}

/// Switches anchors on or off; `None` leaves one to its set again.
///
/// # Errors
/// When there is no such anchor, or the store can't be written.
pub fn switch(profile: &Profile, what: &Switched, used: Option<bool>) -> Result<(), Failure> {
    let refused = |subject: &str, code: &str| Failure {
        kind: FailureKind::Input,
        retry: Retry::Never,
        subject: subject.to_owned(),
        source: code.to_owned(),
    };
    match (what, used) {
        (Switched::Set(set), Some(used)) => change(profile, |choices| choices.use_set(*set, used))?,
        (Switched::Set(set), None) => {
            let usual = Choices::default();
            let used = if *set == AnchorSet::Mozilla { usual.mozilla } else { usual.platform };
            change(profile, |choices| choices.use_set(*set, used))?;
        }
        (Switched::One(fingerprint), used) => {
            if !every_anchor(profile)?.iter().any(|anchor| anchor.fingerprint == *fingerprint) {
                return Err(refused(&fingerprint.spaced(), "unknown_fingerprint"));
            }
            change(profile, |choices| match used {
                Some(used) => choices.use_anchor(fingerprint, used),
                None => choices.forget(fingerprint),
            })?;
        }
    }
    forget_findings(profile)
}

/// Sets whether authorities are asked, and what is made of what is not known.
///
/// # Errors
/// When the store can't be written.
pub fn set_revocation(profile: &Profile, asks: Option<bool>, rule: Option<RevocationRule>) -> Result<Choices, Failure> {
    change(profile, |choices| {
        choices.asks = asks.unwrap_or(choices.asks);
        choices.rule = rule.unwrap_or(choices.rule);
    })?;
    if rule.is_some() {
        forget_findings(profile)?;
    }
    Choices::of(profile)
}

/// What asking about every certificate of the profile brought.
#[derive(Clone, Debug, Default)]
pub struct Refreshed {
    /// Lists and answers that came.
    pub came: usize,
    /// Lists and answers that were removed, being old and of no more use.
    pub removed: usize,
    /// What is known now of each certificate that an anchor vouches for, and of the authorities between.
    pub checks: Vec<RevocationCheck>,
}

/// Asks about every certificate that is kept, whatever the setting says: the user does. Not to be called from within
/// an asynchronous function.
///
/// # Errors
/// When the store can't be read or written, or the system gives no runtime.
pub fn refresh(profile: Arc<Profile>) -> Result<Refreshed, Failure> {
    let (commands, _inbox) = unbounded_channel();
    let work =
        Work { profile, publish: Arc::new(|_| ()), cancel: Cancel::new(), is_demo: false, again: commands.downgrade() };
    let asked = async {
        let came = asking::all(&work, Reach::Public).await?;
        let checks = asking::all_checks(&work).await?;
        Ok::<_, Failure>((came, checks))
    };
    let (came, checks) = stateless::block_on(asked).map_err(|error| internal(&error.to_string()))??;
    let removed = aging::remove_old(&work.profile, work.profile.now())?;
    if came > 0 {
        forget_findings(&work.profile)?;
    }
    Ok(Refreshed { came, removed, checks })
}
