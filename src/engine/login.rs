//! What an account logs in with: its password, or an access token that is asked for when it is needed and lives in memory
//! alone. Where the authorization server takes its word back, the account waits until the user has signed in again: what is
//! to be sent stays queued, and what is here stays here.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::domain::Secret;
use crate::net::imap::Session;
use crate::net::oauth::{self, AuthorizationServer, Grant, OAuthError};
use crate::net::web::{Reach, Web, WebError};
use crate::net::{Credentials, NetError, Proof};
use crate::store::AccountRecord;

use super::network::imap_server;
use super::profile::{Profile, store_failure};
use super::{Failure, FailureKind, Retry};

/// So long before its end a token is not used any more; of one that lasts but briefly, a quarter of that.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// The access tokens of the accounts, by row id.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    held: Mutex<HashMap<i64, Held>>,
    /// Accounts that are being removed, or were: what goes wrong with them is no failure.
    leaving: Mutex<HashSet<i64>>,
    /// One renewal at a time: some servers give each refresh token out for one use only.
    renewing: tokio::sync::Mutex<()>,
    /// Held while what renews an access is kept or taken away, and the account with it. Nobody is asked anything meanwhile.
    keeping: Mutex<()>,
}

/// Says that nobody else keeps an account or what it logs in with, or takes one away.
pub(super) type Alone<'a> = MutexGuard<'a, ()>;

#[derive(Clone, Debug)]
struct Held {
    token: Secret<String>,
    until: Timestamp,
}

impl Tokens {
    fn get(&self, account: i64) -> Option<Secret<String>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&account).filter(|held| Timestamp::now() < held.until).map(|held| held.token.clone())
    }

    fn set(&self, account: i64, grant: &Grant) {
        let lasts = SignedDuration::try_from(grant.lasts).unwrap_or(SignedDuration::MAX);
        let used = lasts - MARGIN.min(lasts / 4);
        let until = Timestamp::now().saturating_add(used).unwrap_or(Timestamp::MAX);
        let held = Held { token: grant.access.clone(), until };
        self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(account, held);
    }

    /// Whoever keeps an account or what it logs in with, or takes one away, does it alone.
    pub(super) fn alone(&self) -> Alone<'_> {
        self.keeping.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account goes, and what it logs in with before it.
    pub(super) fn leave(&self, account: i64) {
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner).insert(account);
    }

    /// An account is there, perhaps with the row id of one that left.
    pub(super) fn stay(&self, account: i64) {
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
    }

    /// Whether the account goes or is gone.
    pub(super) fn has_left(&self, account: i64) -> bool {
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner).contains(&account)
    }

    /// The account is gone, or signs in anew.
    pub(super) fn forget(&self, account: i64) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
    }

    /// The token is of no use; another one that came meanwhile stays.
    fn refuse(&self, account: i64, token: &Secret<String>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.get(&account).is_some_and(|held| held.token.declassify() == token.declassify()) {
            held.remove(&account);
        }
    }
}

/// Where the account signs in, if not with a password.
pub(super) fn authorization(account: &AccountRecord) -> Option<AuthorizationServer> {
    serde_json::from_str(&account.oauth).ok()
}

/// What an account logs in with for receiving.
///
/// # Errors
/// When it has no password here, or no token is to be had.
pub(super) async fn credentials(profile: &Profile, account: &AccountRecord) -> Result<Credentials, Failure> {
    if let Some(server) = authorization(account) {
        let token = token(profile, account, &server).await?;
        return Ok(Credentials::token(account.user.clone(), token));
    }
    let secrets = profile.secrets.as_ref();
    let stored =
        secrets.map(|secrets| secrets.get(&account.secret_name())).transpose().map_err(store_failure)?.flatten();
    let password = stored.ok_or_else(|| Failure {
        kind: FailureKind::SecretStore,
        retry: Retry::Now,
        subject: account.address.clone(),
        source: "no_password".to_owned(),
    })?;
    Ok(Credentials::password(account.user.clone(), password))
}

/// The same as the submission server knows it: a few have another user name there.
pub(super) fn to_send(account: &AccountRecord, credentials: &Credentials) -> Credentials {
    let user = if account.smtp_user.is_empty() { &account.user } else { &account.smtp_user };
    Credentials { user: user.clone(), proof: credentials.proof.clone() }
}

/// One piece of work that logs in, and once more where a token was refused: it may have been withdrawn before its time.
/// When the new one is refused too, the user has to sign in again.
pub(super) struct LogIn<'a> {
    profile: &'a Profile,
    account: &'a AccountRecord,
    token: Option<Secret<String>>,
    is_second: bool,
}

impl<'a> LogIn<'a> {
    pub(super) fn new(profile: &'a Profile, account: &'a AccountRecord) -> Self {
        Self { profile, account, token: None, is_second: false }
    }

    /// What to log in with this time.
    pub(super) async fn credentials(&mut self) -> Result<Credentials, Failure> {
        let credentials = credentials(self.profile, self.account).await?;
        self.token = if let Proof::Token(token) = &credentials.proof { Some(token.clone()) } else { None };
        Ok(credentials)
    }

    /// Whether it is worth a second time after this outcome.
    pub(super) fn again<T>(&mut self, outcome: &Result<T, NetError>) -> Result<bool, Failure> {
        let (Err(NetError::LoginRefused { reply }), Some(token)) = (outcome, self.token.take()) else {
            return Ok(false);
        };
        self.profile.tokens.refuse(self.account.id, &token);
        if std::mem::replace(&mut self.is_second, true) {
            self.profile.store.set_signed_out(self.account.id, true).map_err(store_failure)?;
            return Err(sign_in_again(self.account, reply.clone()));
        }
        Ok(true)
    }
}

/// Logs in to the account's IMAP server.
pub(super) async fn imap(profile: &Profile, account: &AccountRecord) -> Result<Result<Session, NetError>, Failure> {
    let server = imap_server(profile, account);
    let mut log_in = LogIn::new(profile, account);
    loop {
        let session = Session::log_in(&server, &log_in.credentials().await?).await;
        if !log_in.again(&session)? {
            return Ok(session);
        }
    }
}

async fn token(
    profile: &Profile,
    account: &AccountRecord,
    server: &AuthorizationServer,
) -> Result<Secret<String>, Failure> {
    if let Some(token) = profile.tokens.get(account.id) {
        return Ok(token);
    }
    let _turn = profile.tokens.renewing.lock().await;
    if let Some(token) = profile.tokens.get(account.id) {
        return Ok(token);
    }
    let secrets = profile.secrets.as_ref().ok_or_else(|| sign_in_again(account, "no_secret_store".to_owned()))?;
    let kept = {
        let _alone = profile.tokens.alone();
        let kept = secrets.get(&account.grant_name()).map_err(store_failure)?;
        if kept.is_none() && !profile.tokens.has_left(account.id) {
            profile.store.set_signed_out(account.id, true).map_err(store_failure)?;
        }
        kept.ok_or_else(|| sign_in_again(account, "no_grant".to_owned()))?
    };
    let web = web(profile)?;
    let answer = oauth::refresh(server, &web, &kept).await;
    renewed(profile, account, &kept, answer)
}

/// What becomes of the answer to a renewal that was asked for with what was `sent`. While it was waited for, the user may
/// have signed in anew, or removed the account: then nothing of it is kept, and nothing that came meanwhile is taken away.
fn renewed(
    profile: &Profile,
    account: &AccountRecord,
    sent: &Secret<String>,
    answer: Result<Grant, OAuthError>,
) -> Result<Secret<String>, Failure> {
    let secrets = profile.secrets.as_ref().ok_or_else(|| sign_in_again(account, "no_secret_store".to_owned()))?;
    let alone = profile.tokens.alone();
    let stored = secrets.get(&account.grant_name()).map_err(store_failure)?;
    let is_same = stored.is_some_and(|stored| stored.declassify() == sent.declassify());
    if profile.tokens.has_left(account.id) || !is_same {
        // What came meanwhile logs in, too, unless another account has the row id; else it is worth another attempt.
        let is_it =
            |now: &AccountRecord| (now.id, &now.user, &now.oauth) == (account.id, &account.user, &account.oauth);
        let is_there = profile.store.accounts().map_err(store_failure)?.iter().any(is_it);
        let other = profile.tokens.get(account.id).filter(|_| is_there);
        return other.ok_or_else(|| failure(&OAuthError::Protocol("replaced"), &account.address));
    }
    match answer {
        Ok(grant) => {
            keep(profile, account, &grant, &alone)?;
            Ok(grant.access)
        }
        Err(OAuthError::Revoked) => {
            profile.store.set_signed_out(account.id, true).map_err(store_failure)?;
            secrets.remove(&account.grant_name()).map_err(store_failure)?;
            Err(sign_in_again(account, OAuthError::Revoked.to_string()))
        }
        Err(error) => Err(failure(&error, &account.address)),
    }
}

/// Keeps what an authorization server gave: what renews it in the secret store, the rest in memory.
pub(super) fn keep(
    profile: &Profile,
    account: &AccountRecord,
    grant: &Grant,
    _alone: &Alone<'_>,
) -> Result<(), Failure> {
    if let (Some(refresh), Some(secrets)) = (&grant.refresh, &profile.secrets) {
        secrets.set(&account.grant_name(), refresh).map_err(store_failure)?;
    }
    if account.is_signed_out {
        profile.store.set_signed_out(account.id, false).map_err(store_failure)?;
    }
    profile.tokens.set(account.id, grant);
    Ok(())
}

/// The way to authorization servers: a packager or the user named them, so one of this network is reached, too.
pub(super) fn web(profile: &Profile) -> Result<Web, Failure> {
    Web::new(&profile.server_roots(), Reach::Named).map_err(|error| super::network::net_failure(&error, ""))
}

fn sign_in_again(account: &AccountRecord, source: String) -> Failure {
    Failure { kind: FailureKind::SignInAgain, retry: Retry::Never, subject: account.address.clone(), source }
}

/// What an error of OAuth is for the user.
pub(super) fn failure(error: &OAuthError, subject: &str) -> Failure {
    let (kind, retry) = match error {
        OAuthError::NoClient => (FailureKind::NotRegistered, Retry::Never),
        OAuthError::Denied => (FailureKind::SignInDenied, Retry::Now),
        OAuthError::Revoked => (FailureKind::SignInAgain, Retry::Never),
        OAuthError::Web(WebError::BadCertificate) => (FailureKind::BadServerCertificate, Retry::Never),
        OAuthError::Web(_) => (FailureKind::Unreachable, Retry::Now),
        _ => (FailureKind::SignInFailed, Retry::Now),
    };
    Failure { kind, retry, subject: subject.to_owned(), source: error.to_string() }
}

#[cfg(test)]
mod tests;
