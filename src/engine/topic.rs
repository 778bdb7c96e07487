//! Keys, certificates and trust by topic: each topic's file has its commands, its view, and what they do.

pub mod authorities;
pub mod backup;
pub mod bringing;
pub mod certifying;
pub mod finding;
pub mod mail;
pub mod own_keys;
pub mod people;
pub mod searching;
pub mod setup;
pub mod storage;
pub mod transcript;

use std::sync::Arc;

use tokio::sync::mpsc::WeakUnboundedSender;

use crate::net::Cancel;

use super::network::Publish;
use super::profile::Profile;
use super::{Command, Event, Failure};

/// One of a topic's own commands.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Topic {
    OwnKeys(own_keys::OwnKeysCommand),
    Backup(backup::BackupCommand),
    Bringing(bringing::BringingCommand),
    Finding(finding::FindingCommand),
    Mail(mail::MailCommand),
    People(people::PeopleCommand),
    Trust(certifying::TrustCommand),
    Authorities(authorities::AuthoritiesCommand),
    Setup(setup::SetupCommand),
    Search(searching::SearchCommand),
    Storage(storage::StorageCommand),
    Transcript(transcript::TranscriptCommand),
}

/// What a topic shows: a whole snapshot, in place of the one before.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum TopicView {
    OwnKeys(Arc<own_keys::OwnKeysView>),
    Backup(Arc<backup::BackupView>),
    Bringing(Arc<bringing::BringingView>),
    Finding(Arc<finding::FindingView>),
    People(Arc<people::PeopleView>),
    Trust(Arc<certifying::TrustView>),
    Authorities(Arc<authorities::AuthoritiesView>),
    Setup(Arc<setup::SetupView>),
    Search(Arc<searching::SearchView>),
    Storage(Arc<storage::StorageView>),
    Transcript(Arc<transcript::TranscriptView>),
}

/// The newest view of each topic.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct TopicViews {
    pub own_keys: Option<Arc<own_keys::OwnKeysView>>,
    pub backup: Option<Arc<backup::BackupView>>,
    pub bringing: Option<Arc<bringing::BringingView>>,
    pub finding: Option<Arc<finding::FindingView>>,
    pub people: Option<Arc<people::PeopleView>>,
    pub certifying: Option<Arc<certifying::TrustView>>,
    pub authorities: Option<Arc<authorities::AuthoritiesView>>,
    pub setup: Option<Arc<setup::SetupView>>,
    pub search: Option<Arc<searching::SearchView>>,
    pub storage: Option<Arc<storage::StorageView>>,
    pub transcript: Option<Arc<transcript::TranscriptView>>,
}

impl TopicViews {
    /// Takes a newer view.
    pub fn take(&mut self, view: TopicView) {
        match view {
            TopicView::OwnKeys(view) => self.own_keys = Some(view),
            TopicView::Backup(view) => self.backup = Some(view),
            TopicView::Bringing(view) => self.bringing = Some(view),
            TopicView::Finding(view) => self.finding = Some(view),
            TopicView::People(view) => self.people = Some(view),
            TopicView::Trust(view) => self.certifying = Some(view),
            TopicView::Authorities(view) => self.authorities = Some(view),
            TopicView::Setup(view) => self.setup = Some(view),
            TopicView::Search(view) => self.search = Some(view),
            TopicView::Storage(view) => self.storage = Some(view),
            TopicView::Transcript(view) => self.transcript = Some(view),
        }
    }
}

/// What carrying a command out changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing that others depend on; also when the work goes on beside the loop, which then ends with [`Work::changed`].
    Nothing,
    /// Messages or folders: the list is shown anew, and the servers are told.
    Mail,
    /// There is news in the inbox of an account.
    Noticed(i64),
    /// The servers are to be told what was done here.
    Tell,
    /// Keys, certificates or trust: the key list, the open message and every seal are looked at anew.
    Keys,
}

/// What a topic works with.
#[derive(Clone)]
pub(super) struct Work {
    /// The profile.
    pub(super) profile: Arc<Profile>,
    /// Where events go.
    pub(super) publish: Publish,
    /// Set when the user stops long work.
    pub(super) cancel: Cancel,
    /// The demo: nothing is fetched or sent.
    pub(super) is_demo: bool,
    pub(super) again: WeakUnboundedSender<Command>,
}

impl Work {
    /// Publishes a topic's view.
    pub(super) fn show(&self, view: TopicView) {
        (self.publish)(Event::Topic(view));
    }

    /// Accounts were removed or changed places: what is shown of them is shown anew.
    pub(super) fn accounts_changed(&self) {
        if let Some(commands) = self.again.upgrade() {
            // The engine is gone only when the program ends.
            let _ = commands.send(Command::AccountsChanged);
        }
    }

    /// Work beside the loop changed keys or trust.
    pub(super) fn changed(&self) {
        if let Some(commands) = self.again.upgrade() {
            // The engine is gone only when the program ends.
            let _ = commands.send(Command::KeysChanged);
        }
    }
}

/// Carries one command out, on the engine's loop: long work goes beside it.
///
/// # Errors
/// What could not be done.
pub(super) fn carry_out(work: &Work, topic: Topic) -> Result<Effect, Failure> {
    match topic {
        Topic::OwnKeys(command) => own_keys::carry_out(work, command),
        Topic::Backup(command) => backup::carry_out(work, command),
        Topic::Bringing(command) => bringing::carry_out(work, command),
        Topic::Finding(command) => finding::carry_out(work, command),
        Topic::Mail(command) => mail::carry_out(work, command),
        Topic::People(command) => people::carry_out(work, command),
        Topic::Trust(command) => Ok(certifying::carry_out(work, command)),
        Topic::Authorities(command) => authorities::carry_out(work, command),
        Topic::Setup(command) => setup::carry_out(work, command),
        Topic::Search(command) => Ok(searching::carry_out(work, command)),
        Topic::Storage(command) => storage::carry_out(work, command),
        Topic::Transcript(command) => Ok(transcript::carry_out(work, command)),
    }
}
