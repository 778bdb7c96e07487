//! What submission servers offered the last time, so that what they can't do is told before a message is queued.

use std::collections::BTreeMap;

use crate::domain::Draft;
use crate::engine::profile::Profile;
use crate::engine::{Failure, FailureKind, Retry};
use crate::net::smtp::Offer;
use crate::store::{AccountRecord, NewSubmission};

/// By host and port: another account may use the same server.
const SETTING: &str = "submission_offers";

type Offers = BTreeMap<String, Offer>;

fn name(account: &AccountRecord) -> String {
    format!("{}:{}", account.smtp_host, account.smtp_port)
}

/// Remembers an offer. That it can't be kept stands in no one's way.
pub(super) fn note(profile: &Profile, account: &AccountRecord, offer: Offer) {
    let mut offers: Offers = profile.store.setting(SETTING).ok().flatten().unwrap_or_default();
    if offers.insert(name(account), offer) != Some(offer) {
        let _ = profile.store.set_setting(SETTING, &offers);
    }
}

/// What the account's server offered last, if it was ever spoken to.
pub(super) fn known(profile: &Profile, account: &AccountRecord) -> Option<Offer> {
    let mut offers: Offers = profile.store.setting(SETTING).ok().flatten()?;
    offers.remove(&name(account))
}

/// Refuses what the server is known not to take; what is not known is found when it is sent.
pub(super) fn check(
    profile: &Profile,
    account: &AccountRecord,
    draft: &Draft,
    submissions: &[NewSubmission],
) -> Result<(), Failure> {
    let Some(offer) = known(profile, account) else { return Ok(()) };
    let largest = submissions.iter().map(|one| one.message.len() as u64).max().unwrap_or(0);
    if let Some(limit) = offer.size.filter(|limit| *limit > 0 && largest > *limit) {
        return Err(refuse(FailureKind::TooBig, limit.to_string()));
    }
    if draft.dispatch.requires_tls && !offer.require_tls {
        return Err(refuse(FailureKind::NoRequireTls, account.smtp_host.clone()));
    }
    let foreign = submissions.iter().flat_map(|one| &one.envelope.recipients).find(|one| !one.as_str().is_ascii());
    match foreign {
        Some(address) if !offer.utf8 => Err(refuse(FailureKind::NoUtf8, address.to_string())),
        _ => Ok(()),
    }
}

fn refuse(kind: FailureKind, subject: String) -> Failure {
    Failure { kind, retry: Retry::Never, subject, source: String::new() }
}
