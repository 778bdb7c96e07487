//! Assesses what came without waiting for the user to open it, so that the list and its search know
//! the protected subject, and not the one outside of it.

use std::panic::AssertUnwindSafe;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use crate::crypto::Keyring;
use crate::domain::thread::Lineage;
use crate::domain::{Mailbox, RawMessage, abreast};
use crate::flow::incoming::{self, Circumstances};
use crate::flow::{Assessment, CautionCode, Lock, Seal};
use crate::message::Limits;
use crate::net::Cancel;
use crate::store::{AssessedRow, Noted};

use super::command::Progress;
use super::network::{Publish, preview};
use super::profile::{Profile, store_failure};
use super::showing::{self, OpenFolder};
use super::stateless::{self, SenderQuestion};
use super::topic::finding::Harvest;
use super::view::{FolderId, MessageId};
use super::{Event, Failure, conversations, indexing, sighting};

/// The most bytes that the layers of one message may open to.
const PLAINTEXT_LIMIT: usize = 256 << 20;
/// Messages taken at once. What is done to the keyring or to the trust meanwhile counts for the next.
const BATCH: usize = 100;
/// Bytes of messages that are looked at beside each other.
const PORTION: u64 = 8 << 20;
/// Less is done before anybody could read that it is done.
const WORTH_TELLING: usize = 200;

/// Assesses beside everything else, one such work after the other, and shows the list when done. `looked_at` is called
/// when what is here now was assessed, up to the message with that row id, before what is only behind.
pub(super) fn beside(
    profile: &Arc<Profile>,
    publish: &Publish,
    cancel: &Cancel,
    open: &OpenFolder,
    turn: &Arc<Mutex<()>>,
    is_demo: bool,
    looked_at: impl FnOnce(&Arc<Profile>, i64) + Send + 'static,
) {
    let (profile, publish, cancel) = (Arc::clone(profile), Arc::clone(publish), cancel.clone());
    let (open, turn) = (Arc::clone(open), Arc::clone(turn));
    tokio::task::spawn_blocking(move || {
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        // What comes while others are assessed is not among them.
        let newest = profile.store.newest_message().unwrap_or(0);
        let mut done = all(&profile, &publish, &cancel);
        looked_at(&profile, newest);
        // What was kept before there were conversations. What comes meanwhile is not kept waiting by it.
        while let Ok(count) = done {
            let some = conversations::catch_up(&profile, &publish, &cancel, conversations::PORTION).unwrap_or(0);
            if some == 0 {
                break;
            }
            done = all(&profile, &publish, &cancel).map(|more| count + some + more);
        }
        // What was never in the index, and what was in one that was damaged. That it can't be written now is said to who
        // searches.
        let checked = profile.search.check_once(&profile.store).map_err(store_failure);
        let caught = checked.and_then(|()| indexing::catch_up(&profile, &publish, &cancel)).unwrap_or(0);
        match done.map(|done| done + caught) {
            Ok(0) => {}
            Ok(_) => showing::list_beside(&profile, &publish, &open, is_demo),
            Err(failure) => publish(Event::Failed(failure)),
        }
    });
}

/// Assesses them all, newest first, until cancelled, and runs the rules on them; how many. One that makes the program
/// stumble stays as it is.
pub(super) fn all(profile: &Profile, publish: &Publish, cancel: &Cancel) -> Result<usize, Failure> {
    let done = before_rules(profile, publish, cancel)?;
    if !cancel.is_cancelled() {
        super::topic::rules::run_due(profile, publish)?;
    }
    Ok(done)
}

/// The same, and the rules are for later.
pub(super) fn before_rules(profile: &Profile, publish: &Publish, cancel: &Cancel) -> Result<usize, Failure> {
    let (mut done, mut below) = (0, i64::MAX);
    let mut told = false;
    let next = || {
        let due = profile.store.unassessed(below, BATCH).map_err(store_failure)?;
        below = due.last().map_or(below, |(last, _)| *last);
        if done >= WORTH_TELLING {
            told = true;
            publish(Event::Progress(Some(Progress { work: "assess", subject: done.to_string(), fraction: None })));
        }
        done += due.len();
        Ok(due)
    };
    let done = stream(profile, cancel, next)?;
    if told {
        publish(Event::Progress(None));
    }
    Ok(done)
}

/// Assesses what nobody has looked at yet in a folder, so that what is known of its messages is not what stands outside of
/// their protection.
pub(super) fn unseen(profile: &Profile, folder: FolderId, cancel: &Cancel) -> Result<(), Failure> {
    let due = profile.store.unassessed_of(folder).map_err(store_failure)?;
    let mut batches = due.chunks(BATCH);
    stream(profile, cancel, || Ok(batches.next().unwrap_or_default().to_vec())).map(|_| ())
}

/// Messages that were looked at, and with what.
struct Looked {
    messages: Vec<(MessageId, RawMessage, Assessment)>,
    basis: Basis,
}

/// What findings rest on: while it is the same, so are they.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Basis {
    /// The policy's stamp.
    trust: u64,
    /// How the store counts what it was told to forget: a key that was unlocked or came, and another trust.
    forgotten: u64,
}

impl Basis {
    fn of(profile: &Profile) -> Result<Self, Failure> {
        Ok(Self { forgotten: profile.store.forgotten(), trust: profile.policy_stamp()? })
    }
}

/// Assesses what `next` gives, until it gives none or all is cancelled; how many. While some are taken into the list and the
/// search, the next ones are looked at.
fn stream(
    profile: &Profile,
    cancel: &Cancel,
    mut next: impl FnMut() -> Result<Vec<(MessageId, u64)>, Failure>,
) -> Result<usize, Failure> {
    std::thread::scope(|scope| {
        // Handed over when those before were taken: they may be large.
        let (to, from) = std::sync::mpsc::sync_channel(0);
        let taker = scope.spawn(move || take_all(profile, from));
        let mut look = || {
            let mut done = 0;
            loop {
                let due = next()?;
                if due.is_empty() {
                    return Ok(done);
                }
                let with = Tools::of(profile)?;
                for some in portions(&due) {
                    let looked = Looked { messages: with.look_at_all(profile, some), basis: with.basis };
                    // Whoever takes has failed, and says why.
                    if cancel.is_cancelled() || to.send(looked).is_err() {
                        return Ok(done);
                    }
                    done += some.len();
                }
            }
        };
        let looked = look();
        drop(to);
        let end = taker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        end.and(looked)
    })
}

/// Takes what was looked at, and what it brings of certificates, some messages at a time.
fn take_all(profile: &Profile, all: Receiver<Looked>) -> Result<(), Failure> {
    let mut feed = indexing::Feed::new();
    let (mut harvest, mut count) = (None, 0);
    for looked in all {
        if count == 0 {
            harvest = Harvest::of(profile);
        }
        let Looked { mut messages, mut basis } = looked;
        if Basis::of(profile)? != basis {
            // Whom the user does not trust any more is not shown as trusted, nor as closed what can be opened now.
            let ids: Vec<_> = messages.iter().map(|(id, raw, _)| (*id, raw.len() as u64)).collect();
            let with = Tools::of(profile)?;
            (messages, basis) = (with.look_at_all(profile, &ids), with.basis);
        }
        count += messages.len();
        take(profile, Looked { messages, basis }, &mut feed, harvest.as_mut())?;
        if count >= BATCH {
            keep(profile, &mut harvest)?;
            count = 0;
        }
    }
    keep(profile, &mut harvest)?;
    feed.finish(profile);
    Ok(())
}

fn keep(profile: &Profile, harvest: &mut Option<Harvest>) -> Result<(), Failure> {
    harvest.take().map_or(Ok(0), |harvest| harvest.keep(profile)).map(|_| ())
}

/// What was found of messages goes into the list, the search and the store of certificates. When the store was told to
/// forget such findings since, nothing does, and the messages stay due: whoever told it has them assessed after that.
fn take(
    profile: &Profile,
    looked: Looked,
    feed: &mut indexing::Feed,
    mut harvest: Option<&mut Harvest>,
) -> Result<(), Failure> {
    let sighted = |(id, _, assessment): &mut (MessageId, RawMessage, Assessment)| {
        let look = AssertUnwindSafe(|| sighting::look(profile, *id, assessment));
        matches!(std::panic::catch_unwind(look), Ok(Ok(())))
    };
    let Looked { messages: mut looked, basis } = looked;
    looked.retain_mut(sighted);
    let found: Vec<_> = looked.iter().map(|(id, _, assessment)| (*id, noted(assessment))).collect();
    if !profile.store.note_assessed(&found, basis.forgotten).map_err(store_failure)? {
        return Ok(());
    }
    for (id, raw, assessment) in &looked {
        let _ = std::panic::catch_unwind(AssertUnwindSafe(|| {
            feed.take(profile, *id, raw.len(), assessment);
            // That a report can't be noted keeps nobody from reading it.
            let _ = super::delivered::take(profile, raw);
            harvest.as_mut().map_or(Ok(()), |harvest| harvest.take(profile, *id, raw, assessment))
        }));
    }
    Ok(())
}

/// Stretches of messages that are not too much for the memory together.
pub(super) fn portions(due: &[(MessageId, u64)]) -> impl Iterator<Item = &[(MessageId, u64)]> {
    let mut rest = due;
    std::iter::from_fn(move || {
        let mut size = 0;
        let fits = |one: &&(MessageId, u64)| {
            size += one.1;
            size <= PORTION
        };
        let count = rest.iter().take_while(fits).count().max(1).min(rest.len());
        let (portion, more) = rest.split_at_checked(count)?;
        rest = more;
        (!portion.is_empty()).then_some(portion)
    })
}

/// Assesses a message of the store with what the profile knows.
pub(super) fn one(profile: &Profile, message: MessageId) -> Result<(RawMessage, Assessment), Failure> {
    Tools::of(profile)?.assess(profile, message)
}

/// Assesses a message with other certificates and keys than those of the profile.
pub(super) fn with(profile: &Profile, raw: &RawMessage, keyring: Keyring) -> Result<Assessment, Failure> {
    let tools = Tools { keyring: Arc::new(keyring), ..Tools::of(profile)? };
    Ok(tools.look(profile, raw))
}

/// A message as it came, and what each of its layers opens to, outermost first, each with the path that it came out of.
pub(super) fn layers(profile: &Profile, message: MessageId) -> Result<Vec<(String, RawMessage)>, Failure> {
    let raw = profile.store.raw(message).map_err(store_failure)?;
    let opened = Tools::of(profile)?.opened(profile, &raw);
    Ok(std::iter::once((String::new(), raw)).chain(opened).collect())
}

/// Puts into the list what was found; see [`crate::store::Store::note_assessed`].
pub(super) fn note(profile: &Profile, message: MessageId, found: &Assessment, as_of: u64) -> Result<bool, Failure> {
    profile.store.note_assessed(&[(message, noted(found))], as_of).map_err(store_failure)
}

/// What the list is to show: the protected values. Of a message that can't be opened only that is noted.
fn noted(found: &Assessment) -> Noted {
    let (lock, seal) = (found.headline.lock.word(), found.headline.seal.word());
    if found.headline.lock == Lock::CannotOpen {
        return Noted::Closed { lock, seal };
    }
    let words = found.blocks.iter().filter(|block| block.is_headline).find(|block| !block.text.trim().is_empty());
    Noted::Read(AssessedRow {
        lock,
        seal,
        from: in_a_row(found),
        subject: found.subject.clone(),
        preview: words.map(|block| preview(&block.text)).unwrap_or_default(),
        date: found.date,
        has_attachments: found.parts.iter().any(|part| part.is_file && part.content_id.is_none()),
        lineage: Lineage::new(
            found.message_id.as_deref(),
            &found.references,
            found.from.iter().chain(&found.to).chain(&found.cc),
        ),
    })
}

/// Who it is from, as it stands beside the signs: under a seal a name that the seal does not vouch for, and one that passes
/// for another's, gives way to the address.
fn in_a_row(found: &Assessment) -> Mailbox {
    let from = found.from.first().cloned().unwrap_or_default();
    let misleads = |code| {
        use CautionCode::{ImitatesKnown, LookAlike, NameHoldsAddress, NameNotInCertificate};
        matches!(code, ImitatesKnown | LookAlike | NameHoldsAddress | NameNotInCertificate)
    };
    let is_odd = found.cautions.iter().any(|caution| misleads(caution.code));
    if is_odd && found.headline.seal >= Seal::Partial && !from.address.is_empty() {
        return Mailbox::new("", from.address);
    }
    from
}

/// What the profile knows that an assessment needs.
pub(super) struct Tools {
    keyring: Arc<Keyring>,
    policy: crate::trust::TrustPolicy,
    authserv_ids: Vec<String>,
    limits: Limits,
    basis: Basis,
}

impl Tools {
    pub(super) fn of(profile: &Profile) -> Result<Self, Failure> {
        // The stamps first: what changes between them is looked at again, and not overlooked.
        let basis = Basis::of(profile)?;
        let policy = profile.policy(profile.now())?;
        let (authserv_ids, _) = profile.delivery();
        Ok(Self { keyring: profile.keyring(), policy, authserv_ids, limits: Limits::default(), basis })
    }

    pub(super) fn assess(&self, profile: &Profile, message: MessageId) -> Result<(RawMessage, Assessment), Failure> {
        let raw = profile.store.raw(message).map_err(store_failure)?;
        let mut assessment = self.look(profile, &raw);
        sighting::look(profile, message, &mut assessment)?;
        Ok((raw, assessment))
    }

    /// Looks at messages beside each other. One that makes the program stumble is left out.
    pub(super) fn look_at_all(
        &self,
        profile: &Profile,
        some: &[(MessageId, u64)],
    ) -> Vec<(MessageId, RawMessage, Assessment)> {
        let one = |(id, _): &(MessageId, u64)| {
            let look = || {
                let raw = profile.store.raw(*id).ok()?;
                let assessment = self.look(profile, &raw);
                Some((*id, raw, assessment))
            };
            std::panic::catch_unwind(AssertUnwindSafe(look)).ok().flatten()
        };
        abreast(some, one).into_iter().flatten().collect()
    }

    fn look(&self, profile: &Profile, raw: &RawMessage) -> Assessment {
        let question = SenderQuestion { authserv_ids: &self.authserv_ids, evaluate: false, dns: None };
        let sender = stateless::sender(raw, &question, self.policy.at);
        incoming::assess(raw, sender, &self.circumstances(profile))
    }

    fn opened(&self, profile: &Profile, raw: &RawMessage) -> Vec<(String, RawMessage)> {
        incoming::opened(raw, &self.circumstances(profile))
    }

    fn circumstances<'a>(&'a self, profile: &'a Profile) -> Circumstances<'a> {
        Circumstances {
            keyring: &self.keyring,
            policy: &self.policy,
            limits: &self.limits,
            plaintext_limit: PLAINTEXT_LIMIT,
            spool: Some(&profile.spool),
        }
    }
}

#[cfg(test)]
mod tests;
