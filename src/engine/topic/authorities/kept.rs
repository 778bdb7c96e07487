//! What is kept of authorities while the program runs: what was read of the evidence in the store, who was asked a
//! short while ago, the root that is being decided about, and the newest view.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::crypto::smime::X509;
use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};
use crate::store::{EvidenceKind, EvidenceRecord};
use crate::trust::TrustPolicy;
use crate::trust::chain::{Crl, OcspAnswer};

use super::asking::Seals;
use super::{AuthoritiesView, RootCandidate};

/// How long what was asked is not asked again, and a server that gave nothing is left alone.
const PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// See above.
#[derive(Debug, Default)]
pub(in crate::engine) struct Kept(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    read: Option<Arc<Read>>,
    paused: HashMap<String, Timestamp>,
    candidate: Option<RootCandidate>,
    view: AuthoritiesView,
    /// The certificates of the open message's seals.
    open: Seals,
    /// Somebody is asking: a second time would only ask the same.
    is_asking: bool,
}

/// The evidence of the store, as it was when its state was this.
#[derive(Debug)]
struct Read {
    state: (i64, i64, i64),
    lists: Vec<Crl>,
    answers: Vec<OcspAnswer>,
    issuers: Vec<Arc<X509>>,
}

impl Kept {
    /// Adds what was fetched to what is judged with.
    pub(super) fn extend(&self, profile: &Profile, policy: &mut TrustPolicy) -> Result<(), Failure> {
        let state = profile.store.evidence_state().map_err(store_failure)?;
        let known = self.inner().read.clone().filter(|read| read.state == state);
        let read = if let Some(read) = known {
            read
        } else {
            let read = Arc::new(Read::of(profile, state)?);
            self.inner().read = Some(Arc::clone(&read));
            read
        };
        policy.crls.extend(read.lists.iter().cloned());
        policy.ocsp.extend(read.answers.iter().cloned());
        policy.issuers.extend(read.issuers.iter().cloned());
        Ok(())
    }

    /// Whether something was asked, or a server gave nothing, a short while ago.
    pub(super) fn is_paused(&self, address: &str, now: Timestamp) -> bool {
        self.inner().paused.get(address).is_some_and(|at| now.duration_since(*at) < PAUSE)
    }

    pub(super) fn pause(&self, address: &str, now: Timestamp) {
        self.inner().paused.insert(address.to_owned(), now);
    }

    /// The user asks: everybody is asked again.
    pub(super) fn forget_pauses(&self) {
        self.inner().paused.clear();
    }

    /// Begins asking; `None` when that goes on already.
    pub(super) fn begin(&self) -> Option<Asking<'_>> {
        let mut inner = self.inner();
        (!std::mem::replace(&mut inner.is_asking, true)).then_some(Asking(self))
    }

    pub(super) fn candidate(&self) -> Option<RootCandidate> {
        self.inner().candidate.clone()
    }

    pub(super) fn set_candidate(&self, candidate: Option<RootCandidate>) {
        self.inner().candidate = candidate;
    }

    pub(super) fn open(&self) -> Seals {
        self.inner().open.clone()
    }

    pub(super) fn set_open(&self, seals: Seals) {
        self.inner().open = seals;
    }

    /// Changes the newest view, and gives it.
    pub(super) fn change(&self, how: impl FnOnce(&mut AuthoritiesView)) -> AuthoritiesView {
        let mut inner = self.inner();
        how(&mut inner.view);
        inner.view.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody is asking, until this is dropped.
pub(super) struct Asking<'a>(&'a Kept);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.inner().is_asking = false;
    }
}

impl Read {
    fn of(profile: &Profile, state: (i64, i64, i64)) -> Result<Self, Failure> {
        let all = |kind| profile.store.evidence(kind).map_err(store_failure);
        let issuer = |record: &EvidenceRecord| X509::parse(&record.bytes).map(Arc::new);
        Ok(Self {
            state,
            lists: all(EvidenceKind::Crl)?.into_iter().map(|one| Crl::fetched(one.bytes, one.fetched_at)).collect(),
            answers: all(EvidenceKind::Ocsp)?
                .into_iter()
                .map(|one| OcspAnswer::fetched(one.bytes, one.fetched_at))
                .collect(),
            issuers: all(EvidenceKind::Issuer)?.iter().filter_map(issuer).collect(),
        })
    }
}
