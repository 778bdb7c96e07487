//! Correspondents: one card each, with every certificate seen and what was decided about it.

mod card;
mod list;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use crate::domain::{EmailAddress, Fingerprint, Technology};
use crate::engine::graph::EdgeKind;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::view::{CertificateReport, Counting, Judgement, Provenance, SightingView, TrustVerdict};
use crate::engine::{Event, Failure};
pub use crate::store::Correspondence;

use super::{Effect, TopicView, Work};

/// What the user wants. The view that is shown goes along with what only adds to it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum PeopleCommand {
    /// Show everybody, and the card of one.
    Show { open: Option<EmailAddress> },
    /// Say of these whether their certificates are believed: the ones in sight.
    Judge { view: Arc<PeopleView>, places: Range<usize> },
    /// Open a card.
    Open { view: Arc<PeopleView>, address: EmailAddress },
    /// Another certificate than before signs for an address: it is theirs, or it is not.
    Answer { address: EmailAddress, fingerprint: Fingerprint, is_accepted: bool },
}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeopleView {
    /// Everybody of whom a certificate is known or was seen, by name.
    pub people: Arc<Vec<Person>>,
    /// The open card.
    pub card: Option<Arc<PersonCard>>,
}

/// One correspondent in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The address; several only when a certificate that was compared names them together.
    pub address: EmailAddress,
    /// The others.
    pub others: Vec<EmailAddress>,
    /// What their certificates call them; empty for nothing.
    pub name: String,
    /// Their certificates, those that name the address.
    pub certificates: Vec<(Technology, Fingerprint)>,
    /// The best that is to be said of those; `None` while it is not known.
    pub verdict: Option<TrustVerdict>,
    /// Another certificate than before signs for them, and the user was not heard.
    pub is_in_question: bool,
    /// Messages from them.
    pub correspondence: Correspondence,
}

/// Everything about one correspondent.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonCard {
    /// As in the list.
    pub person: Person,
    /// Their certificates, the most believed first.
    pub certificates: Vec<CertificateCard>,
    /// Where another certificate than before signs.
    pub questions: Vec<KeyQuestion>,
    /// The own OpenPGP keys that can vouch for them: fingerprint, name, whether a passphrase is needed.
    pub certifiers: Vec<(Fingerprint, String, bool)>,
}

/// One certificate of a correspondent.
#[derive(Clone, Debug, PartialEq)]
pub struct CertificateCard {
    /// What it says.
    pub report: CertificateReport,
    /// Whether it is believed for the address, and why.
    pub judgement: Judgement,
    /// How each station of the path vouches for the next.
    pub stations: Vec<Option<EdgeKind>>,
    /// The user compared it.
    pub is_compared: bool,
    /// How far its certifications count.
    pub counts: Counting,
    /// What an own key says of it.
    pub vouched: Option<EdgeKind>,
    /// What was seen of it.
    pub sighting: Option<SightingView>,
    /// What the user answered about it.
    pub answer: Option<bool>,
    /// Where it was met.
    pub provenance: Vec<Provenance>,
    /// It is kept; else it was only seen.
    pub is_kept: bool,
}

/// Another certificate than before signs for an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyQuestion {
    /// The address.
    pub address: EmailAddress,
    /// What was seen of the new one.
    pub new: SightingView,
    /// What was seen of the one before.
    pub before: SightingView,
}

pub(super) fn carry_out(work: &Work, command: PeopleCommand) -> Result<Effect, Failure> {
    if let PeopleCommand::Answer { address, fingerprint, is_accepted } = command {
        let profile = &work.profile;
        profile.store.answer_key_change(&address, &fingerprint, is_accepted, profile.now()).map_err(store_failure)?;
        let code = if is_accepted { "key_accepted" } else { "key_refused" };
        (work.publish)(Event::Done { code, subject: address.to_string() });
        return Ok(Effect::Keys);
    }
    let work = work.clone();
    // Ten thousand certificates take a moment to look through; the window goes on meanwhile.
    tokio::task::spawn_blocking(move || match shown(&work.profile, command) {
        Ok(view) => work.show(TopicView::People(Arc::new(view))),
        Err(failure) => (work.publish)(Event::Failed(failure)),
    });
    Ok(Effect::Nothing)
}

fn shown(profile: &Profile, command: PeopleCommand) -> Result<PeopleView, Failure> {
    match command {
        PeopleCommand::Show { open } => show(profile, open.as_ref()),
        PeopleCommand::Judge { view, places } => {
            let mut people = view.people.as_ref().clone();
            list::judge(profile, people.get_mut(places).unwrap_or_default())?;
            Ok(PeopleView { people: Arc::new(people), card: view.card.clone() })
        }
        PeopleCommand::Open { view, address } => {
            let card = card::of(profile, &view.people, &address)?;
            Ok(PeopleView { people: Arc::clone(&view.people), card: Some(Arc::new(card)) })
        }
        PeopleCommand::Answer { .. } => Ok(PeopleView::default()),
    }
}

/// Everybody, and the card of one.
///
/// # Errors
/// When the store can't be read.
pub fn show(profile: &Profile, open: Option<&EmailAddress>) -> Result<PeopleView, Failure> {
    let people = list::all(profile)?;
    let card = open.map(|address| card::of(profile, &people, address)).transpose()?;
    Ok(PeopleView { people: Arc::new(people), card: card.map(Arc::new) })
}
