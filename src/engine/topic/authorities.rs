//! Certification authorities: which anchors count, and revocation lists and answers.

mod anchors;
mod asking;
mod kept;
#[cfg(test)]
mod tests;
mod view;

use std::path::PathBuf;
use std::sync::Arc;

use crate::crypto::smime::SmimeRing;
use crate::domain::Fingerprint;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::view::ReadingView;
use crate::engine::{Event, Failure, FailureKind, Retry};
use crate::store::{TrustKind, files};
use crate::trust::TrustPolicy;

use super::{Effect, TopicView, Work};

pub use anchors::{AnchorSet, AnchorView, Choices, RevocationRule, RootCandidate};
pub use view::{AuthoritiesView, EvidenceView};

pub(in crate::engine) use kept::Kept;

/// No certificate file is larger.
const LARGEST_FILE: u64 = 1 << 20;

/// What the user wants.
#[derive(Clone, Debug)]
pub enum AuthoritiesCommand {
    /// Show them.
    Show,
    /// Every anchor of a set counts, or none of it.
    UseSet {
        /// Which set.
        set: AnchorSet,
        /// Whether it counts.
        used: bool,
    },
    /// One anchor counts, whatever its set does.
    UseAnchor {
        /// Which.
        fingerprint: Fingerprint,
        /// Whether it counts.
        used: bool,
    },
    /// Look at a root certificate in a file, to decide about it.
    ReadRoot(PathBuf),
    /// The root that was looked at becomes an anchor: the user compared its fingerprint.
    AddRoot,
    /// It does not.
    LeaveRoot,
    /// An own root is one no longer.
    RemoveRoot(Fingerprint),
    /// Whether authorities are asked, and what is made of what they don't say.
    SetRevocation {
        /// They are asked by the program itself.
        asks: bool,
        /// What is made of what is not known.
        rule: RevocationRule,
    },
    /// Ask about every certificate that is kept.
    CheckNow,
    /// Ask about the certificates of the open message.
    CheckMessage,
}

pub(super) fn carry_out(work: &Work, command: AuthoritiesCommand) -> Result<Effect, Failure> {
    let profile = &work.profile;
    match command {
        AuthoritiesCommand::Show => {
            view::show(work)?;
            return Ok(Effect::Nothing);
        }
        AuthoritiesCommand::CheckNow => {
            asking::everything(work);
            return Ok(Effect::Nothing);
        }
        AuthoritiesCommand::CheckMessage => {
            asking::about_open(work);
            return Ok(Effect::Nothing);
        }
        AuthoritiesCommand::ReadRoot(path) => {
            let candidate = read_root(&path)?;
            profile.authorities.set_candidate(Some(candidate));
            view::show(work)?;
            return Ok(Effect::Nothing);
        }
        AuthoritiesCommand::LeaveRoot => {
            profile.authorities.set_candidate(None);
            view::show(work)?;
            return Ok(Effect::Nothing);
        }
        AuthoritiesCommand::UseSet { set, used } => change(profile, |choices| choices.use_set(set, used))?,
        AuthoritiesCommand::UseAnchor { fingerprint, used } => {
            change(profile, |choices| choices.use_anchor(&fingerprint, used))?;
        }
        AuthoritiesCommand::SetRevocation { asks, rule } => {
            change(profile, |choices| (choices.asks, choices.rule) = (asks, rule))?;
        }
        AuthoritiesCommand::AddRoot => add_root(work)?,
        AuthoritiesCommand::RemoveRoot(fingerprint) => {
            profile.store.set_trust(&fingerprint, TrustKind::Anchor, false).map_err(store_failure)?;
            change(profile, |choices| choices.forget(&fingerprint))?;
        }
    }
    view::show(work)?;
    Ok(Effect::Keys)
}

/// Adds what counts of the authorities to what the user trusts.
pub(in crate::engine) fn extend(profile: &Profile, policy: &mut TrustPolicy) -> Result<(), Failure> {
    let choices = Choices::of(profile)?;
    anchors::extend(&choices, policy);
    policy.revocation = choices.rule.into();
    profile.authorities.extend(profile, policy)
}

/// A message is shown: says what is known of the certificates of its seals, and asks about them if the user lets it.
pub(in crate::engine) fn shown(work: &Work, message: &ReadingView) {
    asking::about(work, message);
}

fn change(profile: &Profile, how: impl FnOnce(&mut Choices)) -> Result<(), Failure> {
    let mut choices = Choices::of(profile)?;
    how(&mut choices);
    choices.keep(profile)
}

/// The root certificate of a file; refused when it is no authority's, for it could vouch for nobody.
fn read_root(path: &std::path::Path) -> Result<RootCandidate, Failure> {
    let refused = |source: &str| Failure {
        kind: FailureKind::Import,
        retry: Retry::Never,
        subject: path.display().to_string(),
        source: source.to_owned(),
    };
    let bytes = files::read(path, LARGEST_FILE).map_err(store_failure)?;
    let mut ring = SmimeRing::default();
    ring.add(&bytes, &[]).map_err(|error| refused(&error.to_string()))?;
    let all = ring.certificates();
    let found = all.iter().find(|certificate| certificate.may_certify());
    let root = found.ok_or_else(|| refused("not_an_authority"))?;
    Ok(RootCandidate::of(root))
}

fn add_root(work: &Work) -> Result<(), Failure> {
    let profile = &work.profile;
    let Some(candidate) = profile.authorities.candidate() else { return Ok(()) };
    profile.import(&candidate.der, &[])?;
    profile.store.set_trust(&candidate.anchor.fingerprint, TrustKind::Anchor, true).map_err(store_failure)?;
    change(profile, |choices| choices.forget(&candidate.anchor.fingerprint))?;
    profile.authorities.set_candidate(None);
    (work.publish)(Event::Done { code: "root_added", subject: candidate.anchor.name.clone() });
    Ok(())
}

fn publish(work: &Work, view: AuthoritiesView) {
    work.show(TopicView::Authorities(Arc::new(view)));
}
