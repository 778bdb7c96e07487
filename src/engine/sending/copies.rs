//! Copies of what was accepted go into the folders of sent messages: here, and on the server, each once.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::engine::login;
use crate::engine::network::{Publish, account_of, net_failure, new_message};
use crate::engine::profile::{Profile, store_failure};
use crate::engine::{Event, Failure};
use crate::message::{self, Limits};
use crate::net::NetError;
use crate::net::imap::Session;
use crate::store::{AccountRecord, LONGEST_WAIT, MessageFlags, SentCopy};

/// The first wait after one could not be filed; it doubles with each.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);

/// Files what is due, or all; how many. A server that does not take its copies keeps no other account's from going.
pub(in crate::engine) async fn file_copies(profile: &Profile, publish: &Publish, all: bool) -> Result<usize, Failure> {
    let store = &profile.store;
    let mut failed = BTreeSet::new();
    let mut count = 0;
    let copies = if all { store.sent_copies() } else { store.due_copies(Timestamp::now()) };
    for copy in copies.map_err(store_failure)? {
        if failed.contains(&copy.account) {
            continue;
        }
        let Some(account) = account_of(profile, copy.account)? else { continue };
        if let Err(failure) = file(profile, &account, &copy).await {
            failed.insert(copy.account);
            let wait = FIRST_WAIT.saturating_mul(1 << copy.attempts.min(12)).min(LONGEST_WAIT);
            let at = Timestamp::now().saturating_add(wait).unwrap_or(Timestamp::MAX);
            store.mark_copy_failed(copy.submission, at).map_err(store_failure)?;
            publish(Event::Failed(failure));
        } else {
            count += 1;
        }
    }
    store.clear_accepted().map_err(store_failure)?;
    Ok(count)
}

async fn file(profile: &Profile, account: &AccountRecord, copy: &SentCopy) -> Result<(), Failure> {
    let store = &profile.store;
    let folders = store.folders().map_err(store_failure)?;
    let sent = folders.iter().find(|folder| folder.account == account.id && folder.role == "sent");
    let (path, folder) = if let Some(folder) = sent {
        (folder.path.clone(), folder.id)
    } else {
        let id = store.ensure_folder(account.id, "Sent", "Sent", "sent").map_err(store_failure)?;
        ("Sent".to_owned(), id)
    };
    if account.imap_host.is_empty() {
        let flags = MessageFlags { is_seen: true, ..MessageFlags::default() };
        let message = new_message(&copy.message, None, flags, None);
        return store.file_here(copy.submission, folder, &message).map_err(store_failure);
    }
    let session = login::imap(profile, account).await?;
    let append = async {
        let mut session = session?;
        let outcome = append(profile, &mut session, &path, copy).await;
        session.log_out().await;
        outcome
    };
    append.await.map_err(|error| net_failure(&error, &account.address))?;
    store.mark_filed(copy.submission).map_err(store_failure)
}

/// Puts the copy there, unless an attempt that was interrupted did.
async fn append(profile: &Profile, session: &mut Session, path: &str, copy: &SentCopy) -> Result<(), NetError> {
    if copy.has_begun {
        let parsed = message::parse(&copy.message, &Limits::default());
        if session.holds(path, &copy.message, parsed.message_id.as_deref()).await? {
            return Ok(());
        }
    }
    profile.store.mark_copy_began(copy.submission).map_err(|_| NetError::Cancelled)?;
    let outcome = session.append(path, &copy.message).await;
    if matches!(outcome, Err(NetError::NoFolder { .. })) {
        session.create_folder(path).await?;
        return session.append(path, &copy.message).await;
    }
    outcome
}
