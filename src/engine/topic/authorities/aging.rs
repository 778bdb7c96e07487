//! Evidence that no verdict needs any more is removed.
//!
//! What is fetched anew takes the place of what came from there before. What is not, because nobody asks any more or the
//! server is gone, says nothing good once it has ended; only that somebody was withdrawn stays true.

use jiff::{SignedDuration, Timestamp};

use crate::crypto::smime::X509;
use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};
use crate::store::{EvidenceKind, EvidenceRecord};
use crate::trust::chain::{Crl, OcspAnswer};

/// How long evidence is kept after its end, so that it can still be looked at what was known.
const KEPT_AFTER_END: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Removes lists and answers that ended long before a moment, but those that say of a certificate of the profile that
/// it was withdrawn; how many. About a certificate that is not kept it is asked anew when a message brings it.
///
/// # Errors
/// When the store can't be read or written.
pub(in crate::engine) fn remove_old(profile: &Profile, now: Timestamp) -> Result<usize, Failure> {
    let mut removed = 0;
    let mut remove = |kind, record: &EvidenceRecord| {
        removed += 1;
        profile.store.remove_evidence(kind, &record.locator).map_err(store_failure)
    };
    for record in old(profile, EvidenceKind::Ocsp, now)? {
        if !OcspAnswer::from(record.bytes.as_slice()).withdraws() {
            remove(EvidenceKind::Ocsp, &record)?;
        }
    }
    let lists = old(profile, EvidenceKind::Crl, now)?;
    if lists.is_empty() {
        return Ok(removed);
    }
    let issuers = profile.store.evidence(EvidenceKind::Issuer).map_err(store_failure)?;
    let issuers: Vec<X509> = issuers.iter().filter_map(|record| X509::parse(&record.bytes)).collect();
    let keyring = profile.keyring();
    for record in lists {
        let list = Crl::from(record.bytes.as_slice());
        let kept = keyring.smime.certificates();
        let is_needed = kept.iter().any(|one| list.lists_serial_of(one));
        if !is_needed && !issuers.iter().any(|one| list.lists_serial_of(one)) {
            remove(EvidenceKind::Crl, &record)?;
        }
    }
    Ok(removed)
}

fn old(profile: &Profile, kind: EvidenceKind, now: Timestamp) -> Result<Vec<EvidenceRecord>, Failure> {
    let all = profile.store.evidence(kind).map_err(store_failure)?;
    let ended = |record: &EvidenceRecord| record.next_at.is_some_and(|end| now.duration_since(end) > KEPT_AFTER_END);
    Ok(all.into_iter().filter(ended).collect())
}
