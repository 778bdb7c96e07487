//! Fetching what is new, and telling the servers what was done here. Runs beside the engine's loop.
//!
//! What the user does takes effect here at once and is kept as a wish; a turn of the account tells the server. When
//! both sides changed: a message that the server deleted is deleted; a flag is as the user last set it here until the
//! server was told, and from then on as the server says; a folder that the server renamed or deleted is so here, too.

mod folder;
mod matching;
mod moving;
mod roster;
mod round;
mod tell;
mod watch;

use jiff::SignedDuration;

use crate::net::Cancel;
use crate::store::AccountRecord;

use super::command::Progress;
use super::network::Publish;
use super::popping;
use super::profile::{Profile, store_failure};
use super::topic::news;
use super::{Event, Failure, FailureKind};

pub(super) use round::{Scope, Terms, Turns};
pub(super) use watch::watch;

/// For so long a deletion for good can be taken back.
pub(super) const GRACE: SignedDuration = SignedDuration::from_secs(10);

/// Synchronises every account. One that fails is told, and the others go on. `arrived` is called whenever some messages
/// were kept.
pub(super) async fn synchronise(
    profile: &Profile,
    publish: &Publish,
    cancel: &Cancel,
    arrived: &(dyn Fn() + Sync),
) -> Result<usize, Failure> {
    let terms = Terms { profile, publish, once: publish, cancel, grace: SignedDuration::ZERO, arrived };
    accounts(&terms, None, Scope::Everything).await
}

/// Synchronises one account, or all; of all, only those whose servers are to be told something when it is not about
/// everything.
pub(super) async fn accounts(terms: &Terms<'_>, which: Option<i64>, scope: Scope) -> Result<usize, Failure> {
    let accounts = terms.profile.store.accounts().map_err(store_failure)?;
    let mut rounds = Vec::new();
    for account in accounts.iter().filter(|account| which.is_none_or(|id| account.id == id)) {
        let is_asked_for = which.is_some() || scope == Scope::Everything;
        if is_asked_for || terms.profile.store.is_untold(account.id).map_err(store_failure)? {
            rounds.push(async move {
                let outcome = one_account(terms, account, scope).await;
                let is_here = scope == Scope::Everything && !terms.profile.tokens.has_left(account.id);
                if is_here && outcome.is_ok() {
                    news::begin(terms.profile, account).map_err(store_failure)?;
                }
                Ok::<_, Failure>((account.id, outcome))
            });
        }
    }
    let mut fetched = 0;
    let mut cancelled = None;
    for round in futures_util::future::join_all(rounds).await {
        let (account, outcome) = round?;
        match outcome {
            Ok(count) => {
                fetched += count;
                if scope == Scope::Everything && !terms.profile.tokens.has_left(account) {
                    let now = terms.profile.now();
                    terms.profile.store.note_synchronised(account, now).map_err(store_failure)?;
                }
            }
            Err(failure) if failure.kind == FailureKind::Cancelled => cancelled = Some(failure),
            // It was removed while it was synchronised.
            Err(_) if terms.profile.tokens.has_left(account) => {}
            Err(failure) => (terms.publish)(Event::Failed(failure)),
        }
    }
    if scope == Scope::Everything && which.is_none() && cancelled.is_none() {
        terms.profile.store.tidy_recovered().map_err(store_failure)?;
    }
    (terms.publish)(Event::Progress(None));
    cancelled.map_or(Ok(fetched), Err)
}

async fn one_account(terms: &Terms<'_>, account: &AccountRecord, scope: Scope) -> Result<usize, Failure> {
    if !account.imap_host.is_empty() {
        return Box::pin(round::run(terms, account, scope)).await;
    }
    let Some(pop) = account.pop.as_ref().filter(|_| account.receives_by_pop()) else { return Ok(0) };
    let progress = |subject: &str, fraction| {
        let progress = Progress { work: "synchronise", subject: subject.to_owned(), fraction };
        (terms.publish)(Event::Progress(Some(progress)));
    };
    progress(&account.address, None);
    popping::fetch(terms.profile, account, pop, terms.cancel, &progress).await
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn what_goes_wrong_with_an_account_that_is_being_removed_is_no_failure() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::fleeting(dir.path(), None).unwrap();
        // It has no password any more.
        let record =
            AccountRecord { imap_host: "imap.example.test".into(), imap_port: 993, ..AccountRecord::default() };
        let account = profile.store.save_account(&record).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let failures = |profile: &Profile| {
            let told = Arc::new(Mutex::new(Vec::new()));
            let into = Arc::clone(&told);
            let publish: Publish = Arc::new(move |event| {
                if let Event::Failed(failure) = event {
                    into.lock().unwrap().push(failure.source);
                }
            });
            runtime.block_on(synchronise(profile, &publish, &Cancel::new(), &|| {})).unwrap();
            told.lock().unwrap().clone()
        };
        assert_eq!(failures(&profile), ["no_password"]);
        profile.tokens.leave(account);
        assert!(failures(&profile).is_empty());
        assert!(profile.store.synchronised().unwrap().is_empty());
        profile.tokens.stay(account);
        assert_eq!(failures(&profile), ["no_password"]);
        // One that could not be removed is there like before.
        profile.store.refuse("DELETE ON account");
        assert!(crate::engine::account::remove(&profile, account).is_err());
        assert_eq!(failures(&profile), ["no_password"]);
    }
}
