//! The web of trust: certifying, trust roots, and the graph of who vouches for whom.

use std::sync::Arc;

use jiff::Timestamp;

use crate::crypto::pgp;
use crate::domain::{EmailAddress, Fingerprint, Secret};
use crate::engine::certify::{self, Vouch};
use crate::engine::graph::{self, Graph, Layout};
use crate::engine::profile::Profile;
use crate::engine::worker::internal;
use crate::engine::{Event, Failure};

use super::{Effect, TopicView, Work};

/// What the user wants.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum TrustCommand {
    /// Show who vouches for whom: about an address or about everybody, now or at a moment.
    Show { about: Option<EmailAddress>, at: Option<Timestamp> },
    /// Vouch for a certificate with an own key.
    Certify(Box<Vouch>),
    /// Take back what an own key said.
    Retract { fingerprint: Fingerprint, address: Option<EmailAddress>, passphrase: Option<Secret<String>> },
}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrustView {
    /// Who vouches for whom.
    pub graph: Arc<Graph>,
    /// Where it stands on paper.
    pub layout: Arc<Layout>,
}

pub(super) fn carry_out(work: &Work, command: TrustCommand) -> Effect {
    match command {
        TrustCommand::Show { about, at } => {
            let work = work.clone();
            // Proving what many say of each other takes a moment; the window goes on meanwhile.
            tokio::task::spawn_blocking(move || match view(&work.profile, about.as_ref(), at) {
                Ok(view) => work.show(TopicView::Trust(Arc::new(view))),
                Err(failure) => (work.publish)(Event::Failed(failure)),
            });
            Effect::Nothing
        }
        TrustCommand::Certify(what) => {
            beside(work, "certified", move |profile| {
                certify::vouch(profile, &what)?;
                Ok(what.address.to_string())
            });
            Effect::Nothing
        }
        TrustCommand::Retract { fingerprint, address, passphrase } => {
            beside(work, "retracted", move |profile| {
                certify::retract(profile, &fingerprint, address.as_ref(), None, passphrase.as_ref())?;
                Ok(address.map_or_else(|| fingerprint.spaced(), |address| address.to_string()))
            });
            Effect::Nothing
        }
    }
}

/// Signs beside the loop: opening a key takes a moment, and an agent may ask its owner first.
fn beside(work: &Work, code: &'static str, job: impl FnOnce(&Profile) -> Result<String, Failure> + Send + 'static) {
    let work = work.clone();
    tokio::task::spawn_blocking(move || {
        let job = std::panic::AssertUnwindSafe(|| job(&work.profile));
        match std::panic::catch_unwind(job).unwrap_or_else(|_| Err(internal("panic"))) {
            Ok(subject) => {
                (work.publish)(Event::Done { code, subject });
                work.changed();
            }
            Err(failure) => (work.publish)(Event::Failed(failure)),
        }
    });
}

/// Who vouches for whom, at a moment.
///
/// # Errors
/// When the store can't be read.
pub fn graph(profile: &Profile, about: Option<&EmailAddress>, at: Option<Timestamp>) -> Result<Graph, Failure> {
    let policy = profile.policy(at.unwrap_or_else(|| profile.now()))?;
    Ok(graph::gather(&profile.keyring(), &policy, about))
}

fn view(profile: &Profile, about: Option<&EmailAddress>, at: Option<Timestamp>) -> Result<TrustView, Failure> {
    let graph = graph(profile, about, at)?;
    let layout = graph::lay_out(&graph);
    Ok(TrustView { graph: Arc::new(graph), layout: Arc::new(layout) })
}

/// The own keys that can vouch for others, the first choice first: what they are called, and whether a passphrase is
/// needed.
pub(in crate::engine) fn certifiers(profile: &Profile) -> Vec<(Fingerprint, String, bool)> {
    let keyring = profile.keyring();
    let at = profile.now();
    let own = certify::own_keys(profile, &keyring, &keyring.passphrases);
    let named = own.iter().map(|cert| {
        let name = pgp::names(cert, at).into_iter().next();
        let name = name.or_else(|| pgp::addresses(cert, at).first().map(ToString::to_string));
        let needs_passphrase = cert.is_tsk() && !pgp::unlockable(cert, &keyring.passphrases);
        (pgp::fingerprint(cert), name.unwrap_or_default(), needs_passphrase)
    });
    named.collect()
}
