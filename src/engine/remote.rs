//! Pictures from the web for the open message: whether they may be fetched, and fetching them.
//!
//! A request tells the sender that the message was read, and where; and of a message that was
//! encrypted it could carry away what was inside (EFAIL). So nothing is fetched of a message with
//! anything encrypted in it, whoever sent it; of others when the user lets this message, or its
//! sender, whose address then has to be vouched for each time.

pub(super) mod permission;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use url::Url;

use crate::domain::{EmailAddress, RawMessage};
use crate::message;
use crate::net::Cancel;
use crate::net::web::{Budget, Reach, Web};

use super::Event;
use super::command::Progress;
use super::network::Publish;
use super::profile::{Profile, store_failure};
use super::view::{Assessment, MessageId, RemoteState, RemoteView};
use super::{Failure, FailureKind, Retry};

/// Pictures that are fetched of one message, the first of the page: long letters of shops have some hundred.
const MOST: usize = 400;
/// Their bytes together.
const BYTES: usize = 32 << 20;
/// How many are fetched at once.
const AT_ONCE: usize = 6;
/// How long all of them may take.
const TIME: Duration = Duration::from_mins(1);
/// Messages whose pictures are kept, so that looking again tells nobody.
const KEPT: usize = 4;

/// What relative addresses would be resolved against: a name that can't exist (RFC 6761 §6.4).
const BASE: &str = "https://message.invalid/";

const SENDERS: &str = "remote_senders";
const NEVER: &str = "remote_never";

/// Pictures by address, in the form that the drawing asks for.
type Pictures = Arc<HashMap<String, RawMessage>>;

/// What is known of remote content in this session.
pub(super) struct Remote {
    reach: Reach,
    desk: Mutex<Desk>,
}

#[derive(Default)]
struct Desk {
    /// The open message.
    open: Option<(MessageId, Arc<Assessment>)>,
    loading: Option<(MessageId, Cancel)>,
    /// The message whose loading the user stopped: it does not begin again by itself.
    stopped: Option<MessageId>,
    /// The pictures of the messages seen last, and how many could not be had.
    loaded: VecDeque<(MessageId, Pictures, usize)>,
}

/// What the engine lends for a while.
#[derive(Clone)]
pub(super) struct Means {
    pub(super) profile: Arc<Profile>,
    pub(super) publish: Publish,
    pub(super) is_demo: bool,
}

impl Remote {
    pub(super) fn new(reach: Reach) -> Arc<Self> {
        Arc::new(Self { reach, desk: Mutex::default() })
    }

    /// A message is being opened: what is fetched for another one stops.
    pub(super) fn open(&self, message: MessageId) {
        let mut desk = self.desk();
        if desk.open.as_ref().is_some_and(|(id, _)| *id != message) {
            desk.open = None;
        }
        desk.stopped.take_if(|id| *id != message);
        if let Some((_, cancel)) = desk.loading.take_if(|(id, _)| *id != message) {
            cancel.cancel();
        }
    }

    /// A message is shown: says what there is of the web in it, and loads it if its sender may.
    pub(super) fn shown(self: &Arc<Self>, means: &Means, message: MessageId, assessment: &Arc<Assessment>) {
        self.desk().open = Some((message, Arc::clone(assessment)));
        self.look_again(means);
    }

    /// More is known of a message, if it is still the open one.
    pub(super) fn shown_again(self: &Arc<Self>, means: &Means, message: MessageId, assessment: &Arc<Assessment>) {
        if self.desk().open.as_ref().is_some_and(|(id, _)| *id == message) {
            self.shown(means, message, assessment);
        }
    }

    /// Says again how things stand with the open message.
    pub(super) fn look_again(self: &Arc<Self>, means: &Means) {
        let Some((message, assessment)) = self.desk().open.clone() else { return };
        let wanted = Wanted::of(&assessment);
        let view = self.view(means, message, &assessment, &wanted);
        let is_stopped = self.desk().stopped == Some(message);
        let starts = view.state == RemoteState::Blocked && view.is_sender_allowed && !is_stopped;
        (means.publish)(Event::Remote(Arc::new(view)));
        if starts {
            self.start(means, message, wanted);
        }
    }

    /// The user lets this message.
    pub(super) fn load(self: &Arc<Self>, means: &Means, message: MessageId) {
        let Some((_, assessment)) = self.desk().open.clone().filter(|(id, _)| *id == message) else { return };
        let wanted = Wanted::of(&assessment);
        self.desk().stopped = None;
        if self.view(means, message, &assessment, &wanted).state == RemoteState::Blocked {
            self.start(means, message, wanted);
        }
    }

    /// The user lets a sender, or no longer. Only the one who is vouched for can be let.
    pub(super) fn allow(self: &Arc<Self>, means: &Means, address: &EmailAddress, allowed: bool) -> Result<(), Failure> {
        let mut senders: BTreeSet<String> = senders(&means.profile);
        if allowed {
            self.desk().stopped = None;
            let open = self.desk().open.clone();
            let is_vouched =
                open.and_then(|(_, assessment)| permission::vouched(&assessment)).as_ref() == Some(address);
            if !is_vouched {
                return Err(Failure {
                    kind: FailureKind::Input,
                    retry: Retry::Never,
                    subject: address.to_string(),
                    source: "sender_not_vouched_for".to_owned(),
                });
            }
            senders.insert(address.canonical().to_owned());
        } else {
            senders.remove(address.canonical());
        }
        means.profile.store.set_setting(SENDERS, &senders).map_err(store_failure)?;
        self.look_again(means);
        Ok(())
    }

    /// The user never wants any, or wants to be asked.
    pub(super) fn refuse(self: &Arc<Self>, means: &Means, never: bool) -> Result<(), Failure> {
        means.profile.store.set_setting(NEVER, &never).map_err(store_failure)?;
        self.look_again(means);
        Ok(())
    }

    /// The user asked to stop.
    pub(super) fn cancel(&self) {
        let mut desk = self.desk();
        if let Some((message, cancel)) = desk.loading.take() {
            desk.stopped = Some(message);
            cancel.cancel();
        }
    }

    fn view(&self, means: &Means, message: MessageId, assessment: &Assessment, wanted: &Wanted) -> RemoteView {
        let desk = self.desk();
        let loaded = desk.loaded.iter().find(|(id, _, _)| *id == message);
        let is_loading = desk.loading.as_ref().is_some_and(|(id, _)| *id == message);
        let sender = permission::vouched(assessment);
        let is_sender_allowed =
            sender.as_ref().is_some_and(|sender| senders(&means.profile).contains(sender.canonical()));
        let state = if !wanted.is_asking {
            RemoteState::Nothing
        } else if permission::is_forbidden(assessment) {
            RemoteState::Forbidden
        } else if loaded.is_some() {
            RemoteState::Loaded
        } else if is_loading {
            RemoteState::Loading
        } else if never(&means.profile) {
            RemoteState::Never
        } else {
            RemoteState::Blocked
        };
        let shown = loaded.filter(|_| state == RemoteState::Loaded);
        RemoteView {
            message,
            state,
            pictures: wanted.encrypted.len() + wanted.beyond,
            unencrypted: wanted.unencrypted,
            failed: shown.map_or(0, |(_, _, failed)| *failed + wanted.beyond),
            sender,
            is_sender_allowed,
            loaded: shown.map(|(_, pictures, _)| Arc::clone(pictures)).unwrap_or_default(),
        }
    }

    fn start(self: &Arc<Self>, means: &Means, message: MessageId, wanted: Wanted) {
        // The demo has no network.
        if means.is_demo || wanted.encrypted.is_empty() {
            return;
        }
        let cancel = Cancel::new();
        if let Some((_, before)) = self.desk().loading.replace((message, cancel.clone())) {
            before.cancel();
        }
        self.look_again(means);
        let (remote, means) = (Arc::clone(self), means.clone());
        tokio::spawn(async move {
            let fetched = remote.fetch(&means, &wanted.encrypted, &cancel).await;
            (means.publish)(Event::Progress(None));
            remote.keep(message, &cancel, fetched, wanted.encrypted.len());
            remote.look_again(&means);
        });
    }

    /// Fetches what can be had; `None` when it was stopped.
    async fn fetch(&self, means: &Means, urls: &[Url], cancel: &Cancel) -> Option<HashMap<String, RawMessage>> {
        let progress = |done: usize| {
            let fraction = Some(done as f32 / urls.len().max(1) as f32);
            (means.publish)(Event::Progress(Some(Progress { work: "remote", subject: String::new(), fraction })));
        };
        progress(0);
        let Ok(web) = Web::new(&means.profile.server_roots(), self.reach) else { return Some(HashMap::new()) };
        let budget = Budget::new(BYTES);
        let work = stream::iter(urls.to_vec()).map(|url| one(&web, url, &budget));
        let mut work = std::pin::pin!(work.buffer_unordered(AT_ONCE));
        let end = tokio::time::sleep(TIME);
        let mut end = std::pin::pin!(end);
        let (mut pictures, mut done) = (HashMap::new(), 0);
        loop {
            tokio::select! {
                biased;
                () = cancel.cancelled() => return None,
                () = &mut end => return Some(pictures),
                one = work.next() => {
                    let Some((url, outcome)) = one else { return Some(pictures) };
                    if let Some(bytes) = outcome {
                        pictures.insert(url.as_str().to_owned(), RawMessage::new(bytes));
                    }
                    done += 1;
                    progress(done);
                }
            }
        }
    }

    fn keep(&self, message: MessageId, cancel: &Cancel, fetched: Option<HashMap<String, RawMessage>>, wanted: usize) {
        let mut desk = self.desk();
        desk.loading.take_if(|(id, _)| *id == message);
        let Some(pictures) = fetched.filter(|_| !cancel.is_cancelled()) else { return };
        let failed = wanted - pictures.len();
        desk.loaded.retain(|(id, _, _)| *id != message);
        desk.loaded.push_back((message, Arc::new(pictures), failed));
        while desk.loaded.len() > KEPT {
            desk.loaded.pop_front();
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn one(web: &Web, url: Url, budget: &Budget) -> (Url, Option<Vec<u8>>) {
    let outcome = web.picture(&url, budget).await;
    (url, outcome.ok())
}

/// Senders that were let, in the form that they are kept in.
pub(super) fn senders(profile: &Profile) -> BTreeSet<String> {
    profile.store.setting(SENDERS).ok().flatten().unwrap_or_default()
}

/// The user never wants any.
pub(super) fn never(profile: &Profile) -> bool {
    profile.store.setting(NEVER).ok().flatten().unwrap_or_default()
}

/// What a message would fetch.
struct Wanted {
    /// Over TLS; the first so many, as they stand in the message.
    encrypted: Vec<Url>,
    /// How many more there are; they are not fetched.
    beyond: usize,
    /// How many are only to be had without; they are never fetched.
    unencrypted: usize,
    /// It asks for something, be it in a part that was decrypted.
    is_asking: bool,
}

impl Wanted {
    fn of(assessment: &Assessment) -> Self {
        let mut wanted = Self { encrypted: Vec::new(), beyond: 0, unencrypted: 0, is_asking: false };
        let Ok(base) = Url::parse(BASE) else { return wanted };
        let mut written = Vec::new();
        for block in assessment.blocks.iter().filter(|block| block.is_headline) {
            let found = block.html.as_deref().map(message::remote_pictures).unwrap_or_default();
            wanted.is_asking |= !found.is_empty();
            if !block.decrypted {
                written.extend(found);
            }
        }
        let mut known = HashSet::new();
        for url in written.iter().filter_map(|written| base.join(written).ok()) {
            if !known.insert(url.clone()) {
                continue;
            }
            match url.scheme() {
                "https" if url.host() == base.host() => {}
                "https" if wanted.encrypted.len() < MOST => wanted.encrypted.push(url),
                "https" => wanted.beyond += 1,
                "http" => wanted.unencrypted += 1,
                _ => {}
            }
        }
        wanted
    }
}
