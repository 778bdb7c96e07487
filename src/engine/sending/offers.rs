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

/// Whether a draft is larger than its server takes (SIZE, RFC 1870), before it is sealed: the limit in bytes, and whether that
/// is certain. Files grow by a third in base64, and once more when they are encrypted.
pub(super) fn too_big(profile: &Profile, account: &AccountRecord, draft: &Draft) -> Option<(u64, bool)> {
    let limit = known(profile, account)?.size.filter(|limit| *limit > 0)?;
    let (least, likely) = sizes(draft);
    if least > limit { Some((limit, true)) } else { (likely > limit).then_some((limit, false)) }
}

/// What a draft takes at least, and what it probably takes, in bytes.
fn sizes(draft: &Draft) -> (u64, u64) {
    let files: u64 = draft.attachments.iter().map(|one| one.bytes.len() as u64).sum();
    let texts = (draft.text.len() + draft.html.as_ref().map_or(0, String::len)) as u64;
    // Four characters for three bytes, and an end of line after 76 of them.
    let encoded = |bytes: u64| bytes * 4 / 3 * 78 / 76;
    let likely = encoded(files) + texts * 11 / 10 + 4_096;
    let likely = if draft.protection.encrypt { encoded(likely) + 4_096 } else { likely };
    (files * 4 / 3, likely)
}

fn refuse(kind: FailureKind, subject: String) -> Failure {
    Failure { kind, retry: Retry::Never, subject, source: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Attachment, Protection};

    fn draft(bytes: usize, encrypt: bool) -> Draft {
        let attachment =
            Attachment { name: "a".into(), media_type: "application/zip".into(), bytes: vec![0; bytes].into() };
        Draft {
            attachments: vec![attachment],
            protection: Protection { encrypt, ..Protection::default() },
            ..Draft::default()
        }
    }

    #[test]
    fn a_draft_that_outgrows_its_server_is_told_before_it_is_sealed() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::fleeting(dir.path(), None).unwrap();
        let account =
            AccountRecord { smtp_host: "smtp.example.test".into(), smtp_port: 587, ..AccountRecord::default() };
        // What is not known is not feared.
        assert_eq!(too_big(&profile, &account, &draft(9_000_000, true)), None);
        note(&profile, &account, Offer { size: Some(10_000_000), ..Offer::default() });
        assert_eq!(too_big(&profile, &account, &draft(5_000_000, true)), None);
        assert_eq!(too_big(&profile, &account, &draft(7_000_000, false)), None);
        assert_eq!(too_big(&profile, &account, &draft(7_000_000, true)), Some((10_000_000, false)));
        assert_eq!(too_big(&profile, &account, &draft(8_000_000, false)), Some((10_000_000, true)));
        // A server that has no limit says nought (RFC 1870 §4).
        note(&profile, &account, Offer { size: Some(0), ..Offer::default() });
        assert_eq!(too_big(&profile, &account, &draft(90_000_000, true)), None);
    }
}
