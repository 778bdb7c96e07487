//! From a draft to the outbox, and from there to the server.

mod copies;
mod due;
mod offers;
mod queue;

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::crypto::ProtectError;
use crate::domain::{Attachment, Draft, EmailAddress, Mailbox};
use crate::flow::outgoing::{self, SealError};
use crate::store::{AccountRecord, Batch, NewSubmission, files};

use super::profile::{Profile, store_failure};
use super::stateless;
use super::topic::finding;
use super::view::{DraftId, PreflightView, ReadinessView};
use super::{Failure, FailureKind, Retry};

pub(super) use copies::file_copies;
pub(super) use due::{Sent, send_due};
pub(super) use queue::{LONGEST_LOOK, carry_out, hold, is_waiting, outbox, undo_seconds, until_due};
pub use queue::{OutboxCommand, UNDO};

/// No attachment is larger; servers take less.
const MAX_ATTACHMENT: u64 = 100 << 20;

/// What would happen to a draft.
pub(super) fn preflight(profile: &Profile, draft: &Draft) -> Result<PreflightView, Failure> {
    let policy = profile.policy(profile.now())?;
    let found = outgoing::preflight(draft, &profile.keyring(), &policy);
    let encrypted = draft.protection.encrypt && found.blockers.is_empty();
    let mut blockers: Vec<_> =
        found.blockers.into_iter().map(|one| (one.code.word().to_owned(), one.subject)).collect();
    let mut cautions: Vec<_> =
        found.cautions.into_iter().map(|one| (one.code.word().to_owned(), one.subject)).collect();
    match account_for(profile, draft).ok().and_then(|account| offers::too_big(profile, &account, draft)) {
        Some((limit, true)) => blockers.push(("too_big".to_owned(), limit.to_string())),
        Some((limit, false)) => cautions.push(("perhaps_too_big".to_owned(), limit.to_string())),
        None => {}
    }
    Ok(PreflightView {
        recipients: found
            .recipients
            .into_iter()
            .map(|readiness| ReadinessView {
                mailbox: readiness.mailbox,
                technology: readiness.technology,
                fingerprint: readiness.fingerprint,
                verdict: readiness.verdict,
            })
            .collect(),
        signs_with: found.signs_with,
        is_encrypted: encrypted,
        hides_subject: encrypted,
        blockers,
        cautions,
    })
}

/// Seals a draft and queues its deliveries; where it was kept as a draft it is one no longer. The window has shown the
/// cautions.
pub(super) fn send(profile: &Profile, written: &Draft, kept_as: Option<DraftId>) -> Result<(), Failure> {
    let at = profile.now();
    let policy = profile.policy(at)?;
    let keyring = profile.keyring();
    let draft = &with_own_key(profile, written);
    let plan = outgoing::preflight(draft, &keyring, &policy).approve(true).map_err(|blockers| {
        let first = blockers.first();
        Failure {
            kind: FailureKind::Blocked,
            retry: Retry::Never,
            subject: first.map(|blocker| blocker.subject.clone()).unwrap_or_default(),
            source: first.map(|blocker| blocker.code.word().to_owned()).unwrap_or_default(),
        }
    })?;
    let mut stamp = stateless::stamp(at, &draft.from)?;
    stamp.autocrypt = draft.from.email().and_then(|from| finding::announcement(profile, &from));
    stamp.gossips = finding::announces(profile);
    let sealed = outgoing::seal(&plan, &keyring, &stamp).map_err(|error| seal_failure(&error))?;
    let account = account_for(profile, draft)?;
    let mut copy = Some(sealed.sent_copy.clone());
    let submissions: Vec<NewSubmission> = sealed
        .deliveries
        .into_iter()
        .map(|delivery| NewSubmission {
            account: account.id,
            envelope: delivery.envelope,
            message: delivery.bytes,
            sent_copy: copy.take(),
        })
        .collect();
    offers::check(profile, &account, draft, &submissions)?;
    // By the clock on the wall, whatever the demo's own time is.
    let now = Timestamp::now();
    let batch = Batch {
        submissions: &submissions,
        subject: &written.subject,
        hold: hold(undo_seconds(profile), written.dispatch.at, now),
        dispatch: written.dispatch,
        draft: Some(written),
        kept_as,
    };
    profile.store.enqueue_batch(&batch, now).map(drop).map_err(store_failure)
}

/// The draft with the author's own certificate as a file, when the user wants that and it is not there already.
fn with_own_key(profile: &Profile, draft: &Draft) -> Draft {
    let mut draft = draft.clone();
    if let Some(file) = finding::own_key_file(profile, &draft)
        && !draft.attachments.iter().any(|one| one.media_type == file.media_type)
    {
        draft.attachments.push(file);
    }
    draft
}

/// The account that may send as the draft's author: nothing is sent in another's name.
pub(super) fn account_for(profile: &Profile, draft: &Draft) -> Result<AccountRecord, Failure> {
    account_of_author(profile, &draft.from)
}

/// The account whose own address this is, else the first that has it among its others.
pub(super) fn account_of_author(profile: &Profile, author: &Mailbox) -> Result<AccountRecord, Failure> {
    let refused = || Failure {
        kind: FailureKind::NotYourAddress,
        retry: Retry::Never,
        subject: author.address.clone(),
        source: "no_account".to_owned(),
    };
    let address = author.email().ok_or_else(refused)?;
    let mut accounts = profile.store.accounts().map_err(store_failure)?;
    let is_own = |one: &AccountRecord| EmailAddress::parse(&one.address).as_ref() == Some(&address);
    let has = |one: &AccountRecord| one.identities.iter().any(|other| other.email().as_ref() == Some(&address));
    let found = accounts.iter().position(is_own).or_else(|| accounts.iter().position(has));
    found.map(|place| accounts.swap_remove(place)).ok_or_else(refused)
}

/// Keeps a draft in the encrypted store.
pub(super) fn save_draft(profile: &Profile, id: Option<DraftId>, draft: &Draft) -> Result<DraftId, Failure> {
    let account = account_for(profile, draft).ok().map(|account| account.id);
    profile.store.save_draft(id, account, draft, Timestamp::now()).map_err(store_failure)
}

/// A kept draft.
pub(super) fn draft(profile: &Profile, id: DraftId) -> Result<Draft, Failure> {
    let kept = profile.store.drafts().map_err(store_failure)?;
    let found = kept.into_iter().find(|record| record.id == id);
    found.map(|record| record.draft).ok_or_else(|| store_failure(crate::store::StoreError::NotFound))
}

/// Reads files as attachments.
pub(super) fn read_attachments(paths: &[PathBuf]) -> Result<Vec<Attachment>, Failure> {
    paths.iter().map(|path| read_attachment(path)).collect()
}

fn read_attachment(path: &Path) -> Result<Attachment, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes =
        files::read(path, MAX_ATTACHMENT).map_err(|error| Failure { subject: name.clone(), ..store_failure(error) })?;
    let media_type = stateless::media_type(&name).to_owned();
    Ok(Attachment { name, media_type, bytes: bytes.into() })
}

fn seal_failure(error: &SealError) -> Failure {
    let (kind, subject) = match error {
        SealError::Protect(ProtectError::Locked(key)) => (FailureKind::WrongPassphrase, key.spaced()),
        SealError::Protect(ProtectError::CannotSign(key) | ProtectError::CannotEncrypt(key)) => {
            (FailureKind::Protect, key.spaced())
        }
        _ => (FailureKind::Protect, String::new()),
    };
    Failure { kind, retry: Retry::Now, subject, source: error.to_string() }
}
