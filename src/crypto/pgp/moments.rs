//! When a certificate may be another one than before, without a change of its bytes.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use sequoia_openpgp::Cert;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::policy::{AsymmetricAlgorithm, StandardPolicy};

use super::system_time;

/// The moments at which a signature, a key or a rule of the policy begins or ends: between two of them nothing that
/// is asked of the certificates has another answer. In whole seconds, as OpenPGP counts (RFC 9580 §3.5).
#[derive(Clone, Debug, Default)]
pub(crate) struct Moments(BTreeSet<i64>);

impl Moments {
    /// Takes in what the owner of a certificate said of it.
    pub(crate) fn of_owner(&mut self, cert: &Cert) {
        self.take(cert, false);
    }

    /// Takes in what anybody said of it.
    pub(crate) fn of_all(&mut self, cert: &Cert) {
        self.take(cert, true);
    }

    /// The seconds around a moment within which nothing changes.
    pub(crate) fn around(&self, at: Timestamp) -> Range<i64> {
        let at = seconds(system_time(at));
        let from = |all: &BTreeSet<i64>| all.range(..=at).next_back().copied().unwrap_or(i64::MIN);
        let until = |all: &BTreeSet<i64>| all.range(at.saturating_add(1)..).next().copied().unwrap_or(i64::MAX);
        let rules = rules();
        from(&self.0).max(from(rules))..until(&self.0).min(until(rules))
    }

    fn take(&mut self, cert: &Cert, others_too: bool) {
        let primary = cert.primary_key();
        self.note(Some(primary.key().creation_time()));
        for signature in primary.self_signatures().chain(primary.self_revocations()) {
            self.signed(signature, primary.key().creation_time());
        }
        if others_too {
            for signature in primary.certifications().chain(primary.other_revocations()) {
                self.signed(signature, primary.key().creation_time());
            }
        }
        for subkey in cert.keys().subkeys() {
            self.note(Some(subkey.key().creation_time()));
            for signature in subkey.self_signatures().chain(subkey.self_revocations()) {
                self.signed(signature, subkey.key().creation_time());
            }
        }
        for user_id in cert.userids() {
            for signature in user_id.self_signatures().chain(user_id.self_revocations()) {
                self.signed(signature, primary.key().creation_time());
            }
            if others_too {
                for signature in user_id.certifications().chain(user_id.other_revocations()) {
                    self.signed(signature, primary.key().creation_time());
                }
            }
        }
        for attribute in cert.user_attributes() {
            for signature in attribute.self_signatures().chain(attribute.self_revocations()) {
                self.signed(signature, primary.key().creation_time());
            }
        }
    }

    /// A signature begins and may end, and may say when the key ends that it is about.
    fn signed(&mut self, signature: &Signature, key_made: SystemTime) {
        let made = signature.signature_creation_time();
        self.note(made);
        self.note(end(made, signature.signature_validity_period()));
        self.note(end(Some(key_made), signature.key_validity_period()));
        for embedded in signature.embedded_signatures() {
            let made = embedded.signature_creation_time();
            self.note(made);
            self.note(end(made, embedded.signature_validity_period()));
        }
    }

    fn note(&mut self, moment: Option<SystemTime>) {
        self.0.extend(moment.map(seconds));
    }
}

/// What a period that begins then ends at; a period of nothing has no end (RFC 9580 §5.2.3.13).
fn end(begin: Option<SystemTime>, period: Option<Duration>) -> Option<SystemTime> {
    begin?.checked_add(period.filter(|period| !period.is_zero())?)
}

/// When the policy gives up a kind of key.
fn rules() -> &'static BTreeSet<i64> {
    static RULES: OnceLock<BTreeSet<i64>> = OnceLock::new();
    RULES.get_or_init(|| {
        let policy = StandardPolicy::new();
        AsymmetricAlgorithm::variants().filter_map(|kind| policy.asymmetric_algo_cutoff(kind)).map(seconds).collect()
    })
}

fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}
