//! The authorities as they are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use jiff::Timestamp;

use crate::crypto::smime::X509;
use crate::domain::Fingerprint;
use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};
use crate::store::{EvidenceKind, TrustKind};
use crate::trust::Revocation;
use crate::trust::chain::{self, RevocationCheck};

use super::{AnchorView, Choices, RevocationRule, RootCandidate, Work, anchors, publish};

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuthoritiesView {
    /// Every anchor, one's own first, then by name.
    pub anchors: Arc<Vec<AnchorView>>,
    /// Mozilla's set counts.
    pub uses_mozilla: bool,
    /// The platform's set counts.
    pub uses_platform: bool,
    /// For how many correspondents each anchor vouches; `None` while that is being counted.
    pub vouches: Option<Arc<BTreeMap<Fingerprint, usize>>>,
    /// The root that is being decided about.
    pub candidate: Option<RootCandidate>,
    /// Authorities are asked whether certificates were withdrawn.
    pub asks: bool,
    /// What is made of what is not known.
    pub rule: RevocationRule,
    /// What was fetched, newest first.
    pub evidence: Arc<Vec<EvidenceView>>,
    /// What is known of the certificates of the open message's seals.
    pub checks: Arc<BTreeMap<Fingerprint, RevocationCheck>>,
    /// What of them could be asked.
    pub can_ask: bool,
    /// It is being asked now.
    pub is_asking: bool,
}

/// Something that was fetched.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceView {
    /// It is a list; else an answer.
    pub is_list: bool,
    /// Where from.
    pub address: String,
    /// When.
    pub fetched_at: Timestamp,
    /// When there is to be a newer one.
    pub next_at: Option<Timestamp>,
    /// How large it is.
    pub bytes: usize,
}

/// Shows the authorities; then, beside the loop, for how many people each vouches.
pub(super) fn show(work: &Work) -> Result<(), Failure> {
    let profile = Arc::clone(&work.profile);
    let choices = Choices::of(&profile)?;
    let anchors = Arc::new(anchors::all(&choices, &own(&profile)?));
    let evidence = Arc::new(evidence(&profile)?);
    let candidate = profile.authorities.candidate();
    let view = profile.authorities.change(|view| {
        view.anchors = anchors;
        (view.uses_mozilla, view.uses_platform) = (choices.mozilla, choices.platform);
        view.candidate = candidate;
        (view.asks, view.rule) = (choices.asks, choices.rule);
        view.evidence = evidence;
    });
    publish(work, view);
    let work = work.clone();
    tokio::task::spawn_blocking(move || {
        let counted = std::panic::catch_unwind(AssertUnwindSafe(|| count(&work)));
        if let Ok(Ok(Some(counted))) = counted {
            publish(&work, work.profile.authorities.change(|view| view.vouches = Some(Arc::new(counted))));
        }
    });
    Ok(())
}

/// The roots that the user added.
fn own(profile: &Profile) -> Result<Vec<Arc<X509>>, Failure> {
    let keyring = profile.keyring();
    let trusted = profile.store.trust().map_err(store_failure)?;
    let anchors = trusted.iter().filter(|(_, kind)| *kind == TrustKind::Anchor);
    Ok(anchors.filter_map(|(fingerprint, _)| keyring.smime.find(fingerprint).cloned()).collect())
}

pub(super) fn evidence(profile: &Profile) -> Result<Vec<EvidenceView>, Failure> {
    let mut all = Vec::new();
    for (kind, is_list) in [(EvidenceKind::Crl, true), (EvidenceKind::Ocsp, false)] {
        for record in profile.store.evidence(kind).map_err(store_failure)? {
            let address = record.locator.split(' ').next().unwrap_or_default().to_owned();
            all.push(EvidenceView {
                is_list,
                address,
                fetched_at: record.fetched_at,
                next_at: record.next_at,
                bytes: record.bytes.len(),
            });
        }
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.fetched_at));
    Ok(all)
}

/// For how many addresses each anchor vouches; `None` when the user stopped it.
fn count(work: &Work) -> Result<Option<BTreeMap<Fingerprint, usize>>, Failure> {
    let profile = &work.profile;
    let mut policy = profile.policy(profile.now())?;
    policy.revocation = Revocation::Off;
    let keyring = profile.keyring();
    let mut people: BTreeMap<Fingerprint, BTreeSet<String>> = BTreeMap::new();
    for certificate in keyring.smime.certificates().iter().filter(|certificate| !certificate.is_authority()) {
        if work.cancel.is_cancelled() {
            return Ok(None);
        }
        let addresses = certificate.addresses();
        if addresses.is_empty() {
            continue;
        }
        let report = chain::validate(&chain::question(certificate, &[], &keyring.smime, &policy));
        if let (true, Some((_, anchor))) = (report.valid, report.path.first()) {
            let known = people.entry(anchor.clone()).or_default();
            known.extend(addresses.iter().map(|address| address.canonical().to_owned()));
        }
    }
    Ok(Some(people.into_iter().map(|(anchor, addresses)| (anchor, addresses.len())).collect()))
}
