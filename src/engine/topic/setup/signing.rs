//! Signing in at a provider, in the browser.

use std::time::Duration;

use tokio::time::timeout;

use crate::engine::profile::Profile;
use crate::engine::topic::Work;
use crate::engine::view::{AccountForm, Grant};
use crate::engine::{Command, Failure, FailureKind, Retry, login};
use crate::net::discover::Suggestion;
use crate::net::oauth::{AuthorizationServer, OAuthError, Pages, SignIn};

use super::{Stage, show, trying};

/// How long the browser's answer is waited for.
const PATIENCE: Duration = Duration::from_mins(15);

/// The authorization servers that are known, whether or not this build is registered there. The file is checked by a test;
/// one that a packager broke knows nobody.
pub fn servers() -> Vec<AuthorizationServer> {
    AuthorizationServer::list(include_bytes!("../../../../assets/oauth.json")).unwrap_or_default()
}

/// Where one signs in for the servers that were found.
pub(super) fn of(found: &Suggestion) -> Option<AuthorizationServer> {
    let hosts = || found.incoming.iter().chain(&found.outgoing);
    servers().into_iter().find(|server| hosts().any(|one| server.serves(&one.host)))
}

/// Where one signs in for an account: as this build knows it today, else as the account does.
pub(super) fn of_form(form: &AccountForm) -> Option<AuthorizationServer> {
    let known = servers().into_iter().filter(|server| server.client().is_some());
    let same = |one: &AuthorizationServer| match &form.oauth {
        Some(kept) => one.issuer == kept.issuer,
        None => one.serves(&form.smtp_host) || one.serves(&form.imap_host),
    };
    known.into_iter().find(same).or_else(|| form.oauth.clone())
}

/// Signs in, then logs in with what came of it; an account that is there is kept so at once.
pub(super) async fn go(work: Work, pages: Pages) {
    let form = work.profile.setup.whole_form();
    let tell = |url: &str| {
        work.profile.setup.change(|view| view.url = Some(url.to_owned()));
        show(&work);
    };
    match ask(&work.profile, &form, &pages, tell).await {
        Ok((server, grant)) => {
            work.profile.setup.grant(grant);
            work.profile.setup.change(|view| view.form.oauth = Some(server));
        }
        Err(failure) => {
            work.profile.setup.change(|view| (view.stage, view.url) = (Stage::Failed(failure), None));
            return;
        }
    }
    if form.smtp_host.is_empty() {
        trying::go(work.clone()).await;
    } else {
        trying::by_hand(work.clone()).await;
    }
    let view = work.profile.setup.view();
    if let (Stage::Works, Some(_), Some(commands)) = (&view.stage, view.form.id, work.again.upgrade()) {
        let form = work.profile.setup.whole_form();
        let _ = commands.send(Command::SaveAccount(Box::new(form)));
        work.profile.setup.saved();
    }
}

/// Asks the provider; `tell` hears what the browser is to open.
pub(super) async fn ask(
    profile: &Profile,
    form: &AccountForm,
    pages: &Pages,
    tell: impl FnOnce(&str),
) -> Result<(AuthorizationServer, Grant), Failure> {
    let server = of_form(form).ok_or_else(|| login::failure(&OAuthError::NoClient, &form.address))?;
    let fail = |error: OAuthError| login::failure(&error, &form.address);
    let web = login::web(profile)?;
    let question = SignIn::begin(&server, &form.address).await.map_err(fail)?;
    tell(question.url());
    match timeout(PATIENCE, question.finish(&web, pages)).await {
        Ok(finished) => Ok((server, finished.map_err(fail)?)),
        Err(_) => Err(Failure {
            kind: FailureKind::SignInFailed,
            retry: Retry::Now,
            subject: form.address.clone(),
            source: "timed_out".to_owned(),
        }),
    }
}
