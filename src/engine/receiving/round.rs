//! One account's turn: log in, tell the server what was done here, take what is new there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::net::imap::Session;
use crate::net::{Cancel, NetError};
use crate::store::{AccountRecord, FolderState, Store};

use super::super::command::Progress;
use super::super::login;
use super::super::network::{Publish, net_failure};
use super::super::profile::{Profile, store_failure};
use super::super::{Event, Failure};
use super::{folder, roster, tell};

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Scope {
    /// Every folder.
    Everything,
    /// What the server is to be told, and the inbox.
    Inbox,
}

/// What goes along through a turn.
pub(super) struct Round<'a> {
    pub(super) profile: &'a Profile,
    pub(super) account: &'a AccountRecord,
    pub(super) session: Session,
    pub(super) cancel: &'a Cancel,
    pub(super) publish: &'a Publish,
    /// Deletions for good that were wished for until then are carried out; later ones can still be taken back.
    pub(super) ripe_at: Timestamp,
    /// What did not work and was no reason to stop: the next turn tries it again.
    pub(super) failures: Vec<Failure>,
    /// What the server refused and is given up: nobody will hear of it again.
    pub(super) refused: Vec<Failure>,
    /// Hears what is said once.
    pub(super) once: &'a Publish,
    /// Messages that came when a folder was opened, and are not counted yet.
    pub(super) early: usize,
    /// Called when messages were added.
    pub(super) arrived: &'a (dyn Fn() + Sync),
}

impl Round<'_> {
    pub(super) fn store(&self) -> &Store {
        &self.profile.store
    }

    pub(super) fn state(&self, folder: i64) -> Result<FolderState, Failure> {
        self.store().folder_state(folder).map_err(store_failure)
    }

    pub(super) fn progress(&self, subject: &str, fraction: Option<f32>) {
        let subject = subject.to_owned();
        (self.publish)(Event::Progress(Some(Progress { work: "synchronise", subject, fraction })));
    }

    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.cancel.is_cancelled() { Err(net_failure(&NetError::Cancelled, &self.account.address)) } else { Ok(()) }
    }

    pub(super) fn fail(&self, error: &NetError) -> Failure {
        net_failure(error, &self.account.address)
    }
}

/// What a turn needs to know beside its account.
pub(in crate::engine) struct Terms<'a> {
    pub(in crate::engine) profile: &'a Profile,
    /// Hears how it goes, and what goes wrong now and may go well in the next turn.
    pub(in crate::engine) publish: &'a Publish,
    /// Hears what no later turn can say: what was given up.
    pub(in crate::engine) once: &'a Publish,
    pub(in crate::engine) cancel: &'a Cancel,
    /// For so long a deletion for good can be taken back.
    pub(in crate::engine) grace: SignedDuration,
    pub(in crate::engine) arrived: &'a (dyn Fn() + Sync),
}

/// Synchronises an account that receives by IMAP; how many messages came. A folder that can't be synchronised does not
/// stop the others.
pub(super) async fn run(terms: &Terms<'_>, account: &AccountRecord, scope: Scope) -> Result<usize, Failure> {
    let turn = terms.profile.turns.of(account.id);
    let _turn = turn.lock().await;
    let (profile, cancel) = (terms.profile, terms.cancel);
    if let Some(mailbox) = account.imap_mailbox() {
        profile.store.receive_from(account.id, &mailbox).map_err(store_failure)?;
    }
    let progress = Progress { work: "synchronise", subject: account.address.clone(), fraction: None };
    (terms.publish)(Event::Progress(Some(progress)));
    let fail = |error: NetError| net_failure(&error, &account.address);
    let connect = async {
        let mut session = login::imap(profile, account).await?.map_err(fail)?;
        session.prepare().await.map_err(fail)?;
        Ok(session)
    };
    let session: Result<Session, Failure> = tokio::select! {
        session = connect => session,
        () = cancel.cancelled() => Err(fail(NetError::Cancelled)),
    };
    let session = session?;
    let ripe_at = Timestamp::now().saturating_sub(terms.grace).unwrap_or(Timestamp::MIN);
    let mut round = Round {
        profile,
        account,
        session,
        cancel,
        publish: terms.publish,
        ripe_at,
        failures: Vec::new(),
        refused: Vec::new(),
        once: terms.once,
        early: 0,
        arrived: terms.arrived,
    };
    let work = Box::pin(all(&mut round, scope));
    let outcome = tokio::select! {
        outcome = work => outcome,
        () = cancel.cancelled() => Err(fail(NetError::Cancelled)),
    };
    let (failures, refused) = (std::mem::take(&mut round.failures), std::mem::take(&mut round.refused));
    if outcome.is_ok() {
        round.session.log_out().await;
    }
    for failure in failures {
        (terms.publish)(Event::Failed(failure));
    }
    for failure in refused {
        (terms.once)(Event::Failed(failure));
    }
    outcome
}

async fn all(round: &mut Round<'_>, scope: Scope) -> Result<usize, Failure> {
    let mut folders = match scope {
        Scope::Everything => roster::settle(round).await?,
        Scope::Inbox if roster::has_wishes(round)? => roster::settle(round).await?,
        Scope::Inbox => {
            let states = round.store().folder_states(round.account.id).map_err(store_failure)?;
            states.into_iter().filter(|state| state.role == "inbox").map(|state| (state.id, None)).collect()
        }
    };
    tell::all(round).await?;
    roster::remove(round).await?;
    folders.retain(|(folder, _)| round.state(*folder).is_ok());
    let mut fetched = 0;
    for &(folder, status) in &folders {
        round.check()?;
        let outcome = folder::synchronise(round, folder, status).await;
        fetched += round.or_later(outcome)?.unwrap_or(0);
    }
    // Large messages after all others, so that nobody waits for an attachment to see today's mail.
    for &(folder, _) in &folders {
        round.check()?;
        let outcome = folder::fetch_large(round, folder).await;
        fetched += round.or_later(outcome)?.unwrap_or(0);
    }
    Ok(fetched)
}

impl Round<'_> {
    /// What the server refuses about one folder is told at the end; everything else ends the turn.
    pub(super) fn or_later<T>(&mut self, outcome: Result<T, Failure>) -> Result<Option<T>, Failure> {
        use super::super::FailureKind;
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(failure) if matches!(failure.kind, FailureKind::Rejected | FailureKind::Deferred) => {
                self.failures.push(failure);
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }
}

/// One turn at a time for each account.
#[derive(Debug, Default)]
pub(in crate::engine) struct Turns(Mutex<HashMap<i64, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    fn of(&self, account: i64) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(account).or_default())
    }
}
