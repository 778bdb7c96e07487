//! Asks authorities whether certificates were withdrawn, beside the loop.
//!
//! Asking tells the authority that somebody has mail of this person. So it is done when the user lets it, or says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::crypto::smime::X509;
use crate::crypto::{Certificate, Keyring, Stapled};
use crate::domain::Fingerprint;
use crate::engine::command::Progress;
use crate::engine::profile::store_failure;
use crate::engine::view::{ReadingView, SignatureOutcome};
use crate::engine::worker::internal;
use crate::engine::{Event, Failure};
use crate::net::web::{Fetch, Reach, Schemes, Web, WebError};
use crate::store::{EvidenceKind, EvidenceRecord};
use crate::trust::TrustPolicy;
use crate::trust::chain::{self, Crl, Need, OcspAnswer, RevocationCheck, RevocationStatus};

use super::{Choices, Work, publish, view};

/// A list without nextUpdate, and an answer likewise, is asked for anew after this.
const WITHOUT_END: SignedDuration = SignedDuration::from_hours(1);
/// The largest revocation list, in bytes; those of the largest authorities have 10 MB.
const LARGEST_LIST: usize = 24 << 20;
/// The largest answer about one certificate, in bytes.
const LARGEST_ANSWER: usize = 256 << 10;
/// Certificates that are asked about in one go.
const MOST: usize = 2_000;

/// Says what is known of the seals of a message that is shown, and asks about them if that was let.
pub(super) fn about(work: &Work, message: &ReadingView) {
    let subjects = seals(message);
    let has_seals = !subjects.is_empty();
    work.profile.authorities.set_open(subjects);
    if has_seals {
        start(work, false);
    }
}

/// The user asks about the open message.
pub(super) fn about_open(work: &Work) {
    work.profile.authorities.forget_pauses();
    start(work, true);
}

fn start(work: &Work, is_wanted: bool) {
    let work = work.clone();
    tokio::spawn(async move {
        let subjects = work.profile.authorities.open();
        if let Err(failure) = look(&work, &subjects, is_wanted, Reach::Public).await {
            (work.publish)(Event::Failed(failure));
        }
    });
}

/// Looks at the certificates of seals: shows what is known, and asks for what is not.
pub(super) async fn look(work: &Work, subjects: &Seals, is_wanted: bool, reach: Reach) -> Result<(), Failure> {
    let found = known(work, subjects).await?;
    let choices = Choices::of(&work.profile)?;
    let is_asking = !found.needs.is_empty() && (is_wanted || choices.asks) && !work.is_demo;
    publish(work, work.profile.authorities.change(|view| found.show(view, is_asking)));
    if !is_asking {
        return Ok(());
    }
    let asked = match work.profile.authorities.begin() {
        Some(_turn) => ask(work, subjects, &found, Manner { says_progress: false, reach }).await,
        None => Ok(0),
    };
    // What came may have changed what is known; what did not come is said so.
    let found = known(work, subjects).await?;
    let evidence = Arc::new(view::evidence(&work.profile)?);
    let view = work.profile.authorities.change(|view| {
        found.show(view, false);
        view.evidence = evidence;
    });
    publish(work, view);
    if asked? > 0 {
        work.changed();
    }
    Ok(())
}

/// Asks about every certificate that is kept and that a path leads to.
pub(super) fn everything(work: &Work) {
    if work.is_demo {
        (work.publish)(Event::Done { code: "revocation_checked", subject: "0".to_owned() });
        return;
    }
    work.profile.authorities.forget_pauses();
    let work = work.clone();
    tokio::spawn(async move {
        match all(&work, Reach::Public).await {
            Ok(came) => (work.publish)(Event::Done { code: "revocation_checked", subject: came.to_string() }),
            Err(failure) => (work.publish)(Event::Failed(failure)),
        }
    });
}

/// How many lists and answers came.
pub(super) async fn all(work: &Work, reach: Reach) -> Result<usize, Failure> {
    let Some(_turn) = work.profile.authorities.begin() else { return Ok(0) };
    let keyring = work.profile.keyring();
    let all = keyring.smime.certificates();
    let people = all.iter().filter(|certificate| !certificate.is_authority());
    let alone = |certificate: &Arc<X509>| (Arc::clone(certificate), Vec::new(), Vec::new());
    let subjects: Seals = people.take(MOST).map(alone).collect();
    let found = known(work, &subjects).await?;
    let asked = ask(work, &subjects, &found, Manner { says_progress: true, reach }).await;
    (work.publish)(Event::Progress(None));
    let evidence = Arc::new(view::evidence(&work.profile)?);
    publish(work, work.profile.authorities.change(|view| view.evidence = evidence));
    let came = asked?;
    if came > 0 {
        work.changed();
    }
    Ok(came)
}

/// Certificates of seals, each with what came along.
pub(super) type Seals = Vec<(Arc<X509>, Vec<Certificate>, Vec<Stapled>)>;

fn seals(message: &ReadingView) -> Seals {
    let mut found: Seals = Vec::new();
    for signature in &message.assessment.signatures {
        let signer = signature.check.signer.as_ref().and_then(|signer| signer.certificate.as_ref());
        if let (Some(Certificate::X509(signer)), SignatureOutcome::Intact) = (signer, signature.check.outcome)
            && found.iter().all(|(known, _, _)| known != signer)
        {
            found.push((Arc::clone(signer), signature.check.bundled.clone(), signature.check.stapled.clone()));
        }
    }
    found
}

/// What is known of some certificates, and what could be asked.
#[derive(Default)]
struct Known {
    checks: BTreeMap<Fingerprint, RevocationCheck>,
    needs: Vec<Need>,
}

impl Known {
    fn show(&self, view: &mut super::AuthoritiesView, is_asking: bool) {
        view.checks = Arc::new(self.checks.clone());
        view.can_ask = !self.needs.is_empty();
        view.is_asking = is_asking;
    }
}

/// Looks at the paths, beside the runtime's threads.
async fn known(work: &Work, subjects: &Seals) -> Result<Known, Failure> {
    let (profile, subjects) = (Arc::clone(&work.profile), subjects.clone());
    let looked = tokio::task::spawn_blocking(move || {
        let policy = profile.policy(profile.now())?;
        Ok(Known::of(&policy, &profile.keyring(), &subjects))
    });
    looked.await.unwrap_or_else(|_| Err(internal("panic")))
}

impl Known {
    fn of(policy: &TrustPolicy, keyring: &Keyring, subjects: &Seals) -> Self {
        let mut found = Self::default();
        let mut asked = BTreeSet::new();
        for (certificate, bundled, stapled) in subjects {
            let policy = policy.with_stapled(stapled);
            let request = chain::question(certificate, bundled, &keyring.smime, &policy);
            let report = chain::validate(&request);
            for check in &report.revocation {
                found.checks.insert(check.fingerprint.clone(), check.clone());
            }
            for need in chain::needs(&report, &request) {
                let status = found.checks.get(&need.certificate).map(|check| check.status);
                let can = !need.responders.is_empty() || !need.lists.is_empty();
                if can && status == Some(RevocationStatus::Unknown) && asked.insert(need.certificate.clone()) {
                    found.needs.push(need);
                }
            }
        }
        found
    }
}

/// How it is asked.
#[derive(Clone, Copy)]
struct Manner {
    says_progress: bool,
    reach: Reach,
}

/// Asks responders, then for the lists of what those left open. How much came.
async fn ask(work: &Work, subjects: &Seals, found: &Known, manner: Manner) -> Result<usize, Failure> {
    let mut came = 0;
    for (index, need) in found.needs.iter().enumerate() {
        if work.cancel.is_cancelled() {
            return Ok(came);
        }
        say(work, need, index, found.needs.len(), manner);
        for address in &need.responders {
            if responder(work, address, need, manner.reach).await? {
                came += 1;
                break;
            }
        }
    }
    let left = if came == 0 { None } else { Some(known(work, subjects).await?) };
    let needs = &left.as_ref().unwrap_or(found).needs;
    for (index, need) in needs.iter().enumerate() {
        if work.cancel.is_cancelled() {
            break;
        }
        say(work, need, index, needs.len(), manner);
        for address in &need.lists {
            came += usize::from(list(work, address, manner.reach).await?);
        }
    }
    Ok(came)
}

fn say(work: &Work, need: &Need, index: usize, count: usize, manner: Manner) {
    if manner.says_progress {
        let fraction = Some(index as f32 / count.max(1) as f32);
        let progress = Progress { work: "check_revocation", subject: need.issuer.clone(), fraction };
        (work.publish)(Event::Progress(Some(progress)));
    }
}

async fn responder(work: &Work, address: &str, need: &Need, reach: Reach) -> Result<bool, Failure> {
    let place = Place { kind: EvidenceKind::Ocsp, address, locator: format!("{address} {}", need.certificate) };
    if !place.may_be_asked(work) {
        return Ok(false);
    }
    // RFC 6960 appendix A.1.
    let question = Some(("application/ocsp-request", need.question.as_slice()));
    let outcome = place.fetch(work, reach, question, LARGEST_ANSWER).await;
    let read = |bytes: &[u8]| {
        let answer = OcspAnswer::from(bytes);
        answer.says_something().then(|| answer.next_update())
    };
    place.keep(work, outcome, read)
}

async fn list(work: &Work, address: &str, reach: Reach) -> Result<bool, Failure> {
    let place = Place { kind: EvidenceKind::Crl, address, locator: address.to_owned() };
    if !place.may_be_asked(work) {
        return Ok(false);
    }
    let outcome = place.fetch(work, reach, None, LARGEST_LIST).await;
    let read = |bytes: &[u8]| {
        let list = Crl::from(bytes);
        list.is_readable().then(|| list.next_update())
    };
    place.keep(work, outcome, read)
}

/// Where something is asked.
struct Place<'a> {
    kind: EvidenceKind,
    address: &'a str,
    locator: String,
}

impl Place<'_> {
    /// Not what was asked a short while ago, nor who gave nothing then.
    fn may_be_asked(&self, work: &Work) -> bool {
        let (kept, now) = (&work.profile.authorities, Timestamp::now());
        !kept.is_paused(self.address, now) && !kept.is_paused(&self.locator, now)
    }

    /// Fetches it, without TLS too (RFC 5280 §8: each is signed itself, and TLS would want the same questions answered
    /// first); `None` when the user stops it.
    async fn fetch(
        &self,
        work: &Work,
        reach: Reach,
        body: Option<(&str, &[u8])>,
        limit: usize,
    ) -> Option<Result<Vec<u8>, WebError>> {
        let Ok(url) = Url::parse(self.address) else { return Some(Err(WebError::BadAddress)) };
        let Ok(web) = Web::new(&[], reach) else { return Some(Err(WebError::Unreachable)) };
        let fetch = Fetch { body, schemes: Schemes::HttpToo, ..Fetch::new(&url, limit) };
        tokio::select! {
            outcome = web.fetch(&fetch) => Some(outcome),
            () = work.cancel.cancelled() => None,
        }
    }

    /// Keeps what came if it is what was asked for; notes who gave nothing. Whether somebody who may say it says it is
    /// looked at when it is used.
    fn keep(
        &self,
        work: &Work,
        outcome: Option<Result<Vec<u8>, WebError>>,
        read: impl Fn(&[u8]) -> Option<Option<Timestamp>>,
    ) -> Result<bool, Failure> {
        let now = Timestamp::now();
        let Some(outcome) = outcome else { return Ok(false) };
        if outcome.is_err() {
            work.profile.authorities.pause(self.address, now);
        }
        // The same is not asked again at once, whatever came of it.
        work.profile.authorities.pause(&self.locator, now);
        let readable = outcome.ok().and_then(|bytes| read(&bytes).map(|next| (bytes, next)));
        let Some((bytes, next)) = readable else { return Ok(false) };
        let next_at = next.or_else(|| now.checked_add(WITHOUT_END).ok());
        let record = EvidenceRecord { locator: self.locator.clone(), bytes, fetched_at: now, next_at };
        work.profile.store.put_evidence(self.kind, &record).map_err(store_failure)?;
        Ok(true)
    }
}
