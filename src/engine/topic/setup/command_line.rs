//! The same for the command line: each call does one thing and returns.

use std::net::SocketAddr;

use crate::domain::EmailAddress;
use crate::engine::profile::Profile;
use crate::engine::view::AccountForm;
use crate::engine::worker::internal;
use crate::engine::{Failure, FailureKind, Retry, account, headless, stateless};
use crate::net::web::Reach;

use super::{AuthorizationServer, Beginning, Outcome, Pages, Step, Suggestion, Try, search, signing, trying};

/// What is at hand to search with.
#[derive(Clone, Debug)]
pub struct Means {
    /// Who answers DNS questions, in place of the system's resolvers.
    pub dns: Option<SocketAddr>,
    /// Nothing may leave.
    pub is_offline: bool,
    /// How far what a domain publishes may be reached.
    pub(crate) reach: Reach,
}

impl Default for Means {
    fn default() -> Self {
        Self { dns: None, is_offline: false, reach: Reach::Public }
    }
}

/// Looks for the servers of an address; nobody logs in.
///
/// # Errors
/// When the search can't be made.
pub fn discover(
    profile: &Profile,
    address: &EmailAddress,
    means: &Means,
    on: impl FnMut(Step, Outcome) + Send,
) -> Result<Option<Suggestion>, Failure> {
    run(search::find(profile, address, means, on))?
}

/// Looks for the servers of an address, logs in there, and keeps the account. Servers that only the DNS names are used
/// when `believes_dns` says so.
///
/// # Errors
/// When nothing was found, it is to be confirmed, or nobody is let in: nothing is kept then.
pub fn set_up(
    profile: &Profile,
    beginning: &Beginning,
    means: &Means,
    believes_dns: bool,
    on: impl Fn(Try) + Sync,
) -> Result<AccountForm, Failure> {
    let input = |source: &str, subject: String| Failure {
        kind: FailureKind::Input,
        retry: Retry::Never,
        subject,
        source: source.to_owned(),
    };
    let address =
        EmailAddress::parse(&beginning.address).ok_or_else(|| input("bad_address", beginning.address.clone()))?;
    let found = discover(profile, &address, means, |_, _| {})?;
    let found = found.ok_or_else(|| input("no_servers_found", address.domain().to_owned()))?;
    let strangers = found.strangers(&address);
    if !strangers.is_empty() && !believes_dns {
        return Err(input("servers_not_confirmed", strangers.join(", ")));
    }
    let form = AccountForm {
        name: beginning.name.clone(),
        address: address.as_str().to_owned(),
        user: beginning.user.clone().unwrap_or_else(|| address.as_str().to_owned()),
        password: beginning.password.clone(),
        ..AccountForm::default()
    };
    let form = run(trying::find_working(profile, &form, &found, &on))??;
    headless::save_account(profile, &form)?;
    Ok(form)
}

/// Signs an account in at its provider, or at this one; `tell` hears what the browser is to open. It is kept once its
/// servers let the user in.
///
/// # Errors
/// When there is no such account or provider, or somebody says no: the account stays as it was then.
pub fn sign_in(
    profile: &Profile,
    address: &EmailAddress,
    server: Option<AuthorizationServer>,
    pages: &Pages,
    tell: impl FnOnce(&str),
) -> Result<(), Failure> {
    let record = headless::find_account(profile, address)?;
    let mut form = account::form(&record);
    if server.is_some() {
        form.oauth = server;
    }
    run(async {
        let (server, grant) = signing::ask(profile, &form, pages, tell).await?;
        (form.oauth, form.grant) = (Some(server), Some(grant));
        trying::as_it_is(profile, &form, &|_| {}).await
    })??;
    headless::save_account(profile, &form).map(|_| ())
}

/// The system's browser. Where there is none the address is printed all the same, so that nobody is told.
pub fn open_browser(url: &str) {
    let _ = open::that_detached(url);
}

fn run<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    stateless::block_on(future).map_err(|error| internal(&error.to_string()))
}
