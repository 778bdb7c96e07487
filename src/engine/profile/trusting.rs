//! Whom the user trusts, as the trust room wants to know it.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use jiff::Timestamp;

use crate::crypto::{Keyring, pgp};
use crate::domain::Fingerprint;
use crate::engine::Failure;
use crate::store::TrustKind;
use crate::trust::{self, TrustPolicy};

use super::{Profile, store_failure};

/// The policy as it was last read, without the moment and one's own keys.
#[derive(Debug)]
pub(super) struct KnownPolicy {
    /// What was written and known when it was read.
    state: (u64, u64, u64),
    /// Another number when it is another policy.
    stamp: u64,
    policy: TrustPolicy,
}

impl Profile {
    /// Whom the user trusts, at a moment.
    ///
    /// # Errors
    /// A [`Failure`] of the store.
    pub fn policy(&self, at: Timestamp) -> Result<TrustPolicy, Failure> {
        let keyring = self.keyring();
        let mut policy = self.known_policy(&keyring)?.0;
        policy.at = at;
        // One's own keys are one's own.
        let pgp = keyring.pgp.own().map(|cert| pgp::fingerprint(cert));
        let smime = keyring.smime.own().iter().map(|own| own.certificate.fingerprint.clone());
        for fingerprint in pgp.chain(smime) {
            policy.compare(fingerprint, &keyring);
        }
        Ok(policy)
    }

    /// A number that is another one when the user trusts otherwise.
    pub(in crate::engine) fn policy_stamp(&self) -> Result<u64, Failure> {
        Ok(self.known_policy(&self.keyring())?.1)
    }

    fn known_policy(&self, keyring: &Keyring) -> Result<(TrustPolicy, u64), Failure> {
        let mut known = self.trusting.lock().unwrap_or_else(PoisonError::into_inner);
        let state = (self.store.version(), keyring.pgp.generation(), keyring.smime.generation());
        if let Some(known) = known.as_ref().filter(|known| known.state == state) {
            return Ok((known.policy.clone(), known.stamp));
        }
        let policy = self.read_policy(keyring)?;
        let before = known.take();
        let stamp = match &before {
            Some(before) if is_same(&before.policy, &policy) => before.stamp,
            Some(before) => before.stamp.wrapping_add(1),
            None => 0,
        };
        *known = Some(KnownPolicy { state, stamp, policy: policy.clone() });
        Ok((policy, stamp))
    }

    fn read_policy(&self, keyring: &Keyring) -> Result<TrustPolicy, Failure> {
        let mut policy = TrustPolicy::nobody(Timestamp::UNIX_EPOCH);
        let mut compared = self.store.all_compared().map_err(store_failure)?;
        for (fingerprint, kind) in self.store.trust().map_err(store_failure)? {
            match kind {
                TrustKind::Direct => {
                    let known = compared.remove(&fingerprint);
                    let borne = known.map_or_else(|| self.compared(&fingerprint), Ok)?;
                    policy.direct.insert(fingerprint, borne);
                }
                TrustKind::Root => policy.count_in_full(fingerprint),
                TrustKind::Introducer => policy.count_by_a_third(fingerprint),
                TrustKind::Anchor => policy.anchors.extend(keyring.smime.find(&fingerprint).cloned()),
            }
        }
        if let Some(lists) = self.store.setting::<Vec<String>>("crls").map_err(store_failure)? {
            policy.crls.extend(lists.iter().filter_map(|list| hex::decode(list).ok()).map(Into::into));
        }
        // What an authority of one's own withdrew is known here first.
        policy.crls.extend(self.store.own_lists().map_err(store_failure)?.into_iter().map(Into::into));
        for one in self.store.key_changes().map_err(store_failure)? {
            policy.answers.insert((one.address.canonical().to_owned(), one.fingerprint), one.is_accepted);
        }
        crate::engine::topic::authorities::extend(self, &mut policy)?;
        Ok(policy)
    }

    /// The user compared a certificate with its owner: what it bears at this moment counts.
    ///
    /// # Errors
    /// A [`Failure`] of the store.
    pub fn compare(&self, fingerprint: &Fingerprint) -> Result<(), Failure> {
        let borne = trust::borne(fingerprint, &self.keyring(), self.now());
        self.store.set_compared(fingerprint, &borne).map_err(store_failure)
    }

    pub(super) fn compared(&self, fingerprint: &Fingerprint) -> Result<BTreeSet<String>, Failure> {
        if let Some(known) = self.store.compared(fingerprint).map_err(store_failure)? {
            return Ok(known);
        }
        self.compare(fingerprint)?;
        Ok(self.store.compared(fingerprint).map_err(store_failure)?.unwrap_or_default())
    }
}

/// Whether two policies give the same verdicts at the same moment.
fn is_same(one: &TrustPolicy, other: &TrustPolicy) -> bool {
    one.direct == other.direct
        && one.roots == other.roots
        && one.amounts == other.amounts
        && one.anchors == other.anchors
        && one.crls == other.crls
        && one.ocsp == other.ocsp
        && one.issuers == other.issuers
        && one.distrust_after == other.distrust_after
        && one.revocation == other.revocation
        && one.trust_given == other.trust_given
}
