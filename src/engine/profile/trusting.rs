//! Whom the user trusts, as the trust room wants to know it.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;

use crate::crypto::{Keyring, pgp};
use crate::domain::{EmailAddress, Fingerprint, Mailbox};
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
    own: Arc<Own>,
}

/// What is known to be the user's own.
#[derive(Debug, Default, PartialEq)]
struct Own {
    /// Addresses of the accounts.
    addresses: BTreeSet<EmailAddress>,
    /// Certificates whose keys were made here, or come from where the user's other programs keep theirs.
    made: BTreeSet<Fingerprint>,
}

/// Where the user's own keys come from. A file may be anybody's, be there a secret key in it or not.
const OWN_ORIGINS: [&str; 7] = ["generated", "renewed", "backup", "gnupg", "gpgsm", "thunderbird", "pkcs11"];

impl Profile {
    /// Whom the user trusts, at a moment.
    ///
    /// # Errors
    /// A [`Failure`] of the store.
    pub fn policy(&self, at: Timestamp) -> Result<TrustPolicy, Failure> {
        let keyring = self.keyring();
        let (mut policy, _, own) = self.known_policy(&keyring)?;
        policy.at = at;
        // One's own keys are one's own. Of one that came as a file only that much is: who holds it may have the name of
        // somebody else put into it, and the secret key with it.
        for cert in keyring.pgp.own() {
            let fingerprint = pgp::fingerprint(cert);
            if own.made.contains(&fingerprint) {
                policy.compare(fingerprint, &keyring);
                continue;
            }
            let mut borne = trust::borne(&fingerprint, &keyring, at);
            borne.retain(|text| pgp::address_in(text).is_some_and(|address| own.addresses.contains(&address)));
            if !borne.is_empty() {
                policy.direct.entry(fingerprint).or_default().extend(borne);
            }
        }
        for one in keyring.smime.own() {
            let addresses = one.certificate.addresses();
            let is_mine = !addresses.is_empty() && addresses.iter().all(|address| own.addresses.contains(address));
            if is_mine || own.made.contains(&one.certificate.fingerprint) {
                policy.compare(one.certificate.fingerprint.clone(), &keyring);
            }
        }
        Ok(policy)
    }

    /// A number that is another one when the user trusts otherwise.
    pub(in crate::engine) fn policy_stamp(&self) -> Result<u64, Failure> {
        Ok(self.known_policy(&self.keyring())?.1)
    }

    fn known_policy(&self, keyring: &Keyring) -> Result<(TrustPolicy, u64, Arc<Own>), Failure> {
        let mut known = self.trusting.lock().unwrap_or_else(PoisonError::into_inner);
        let state = (self.store.version(), keyring.pgp.generation(), keyring.smime.generation());
        if let Some(known) = known.as_ref().filter(|known| known.state == state) {
            return Ok((known.policy.clone(), known.stamp, Arc::clone(&known.own)));
        }
        let (policy, own) = (self.read_policy(keyring)?, Arc::new(self.read_own(keyring)?));
        let before = known.take();
        let stamp = match &before {
            Some(before) if is_same(&before.policy, &policy) && before.own == own => before.stamp,
            Some(before) => before.stamp.wrapping_add(1),
            None => 0,
        };
        *known = Some(KnownPolicy { state, stamp, policy: policy.clone(), own: Arc::clone(&own) });
        Ok((policy, stamp, own))
    }

    fn read_own(&self, keyring: &Keyring) -> Result<Own, Failure> {
        let mut own = Own::default();
        for account in self.store.accounts().map_err(store_failure)? {
            own.addresses.extend(EmailAddress::parse(&account.address));
            own.addresses.extend(account.identities.iter().filter_map(Mailbox::email));
        }
        let pgp = keyring.pgp.own().map(|cert| pgp::fingerprint(cert));
        for fingerprint in pgp.chain(keyring.smime.own().iter().map(|own| own.certificate.fingerprint.clone())) {
            let origin = self.store.origin(&fingerprint).map_err(store_failure)?;
            if origin.is_some_and(|origin| OWN_ORIGINS.contains(&origin.as_str())) {
                own.made.insert(fingerprint);
            }
        }
        Ok(own)
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
        && one.answers == other.answers
}
