//! Setting accounts up: from an address and a password alone, step by step in sight of the user, and really tried before
//! anything is kept. Nothing goes over a connection that is not encrypted, and what only an unsigned answer of the DNS
//! names is used once the user has said that it is right (RFC 6186 §6).

mod command_line;
mod desk;
mod search;
mod signing;
#[cfg(test)]
mod tests;
mod trying;

use crate::domain::{EmailAddress, Secret};
use crate::engine::account;
use crate::engine::view::AccountForm;
use crate::engine::{Command, Event, Failure, FailureKind, Retry};
pub use crate::net::Security;
pub use crate::net::discover::{Hints, Login, Note, Outcome, Protocol, Service, Step, Suggestion};
pub use crate::net::oauth::{AuthorizationServer, Pages};

use super::{Effect, TopicView, Work};

pub(in crate::engine) use desk::Desk;

pub use command_line::{Means, discover, open_browser, set_up, sign_in};
pub use signing::servers;

/// What the user wants.
#[derive(Clone, Debug)]
pub enum SetupCommand {
    /// Look for the servers of an address, and log in there when a password is given.
    Discover(Box<Beginning>),
    /// The servers that only the DNS names are right: log in there.
    Accept,
    /// Log in with what a form says, edited by hand.
    Try(Box<AccountForm>),
    /// Sign in at the provider, in the browser; then log in with what it gave. An account that is there is kept so.
    SignIn {
        /// The account, new or not.
        form: Box<AccountForm>,
        /// What the browser shows at the end.
        pages: Pages,
    },
    /// Keep what was tried.
    Save,
    /// Stop what is going on.
    Stop,
    /// Put everything away.
    Close,
    /// Remove an account with everything of it here; on its servers everything stays.
    Remove(i64),
    /// Put the accounts into this order.
    Order(Vec<i64>),
}

/// Whose account it is to be.
#[derive(Clone, Debug, Default)]
pub struct Beginning {
    /// The name.
    pub name: String,
    /// The address, as typed.
    pub address: String,
    /// The user name, where the user knows it.
    pub user: Option<String>,
    /// The password, if there is one.
    pub password: Option<Secret<String>>,
}

/// What is shown.
#[derive(Clone, Debug, Default)]
pub struct SetupView {
    /// How far it is.
    pub stage: Stage,
    /// The steps of the search so far, and how each went.
    pub steps: Vec<(Step, Outcome)>,
    /// What was found.
    pub found: Option<Suggestion>,
    /// Servers that only an unsigned answer of the DNS names, and that are not of the address's domain.
    pub strangers: Vec<String>,
    /// What was tried so far, and how it went.
    pub tries: Vec<Try>,
    /// The account as it would be kept, without what it logs in with.
    pub form: AccountForm,
    /// Where one can sign in in place of a password.
    pub sign_in: Option<AuthorizationServer>,
    /// What the browser is to open.
    pub url: Option<String>,
}

/// How far a set-up is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing has begun, or it was stopped.
    #[default]
    Idle,
    /// Servers are being looked for.
    Searching,
    /// None were found: the user knows them, or nobody does.
    NothingFound,
    /// The user is to say whether the strange servers are right.
    Asking,
    /// Servers were found; how to log in is for the user to say: no password was given, or the provider takes none.
    Found,
    /// It is being tried.
    Trying,
    /// The browser is open.
    SigningIn,
    /// Both servers let the user in.
    Works,
    /// Something did not work.
    Failed(Failure),
    /// It is kept.
    Saved,
}

/// One log-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// What is spoken there.
    pub protocol: Protocol,
    /// Where.
    pub host: String,
    /// At which port.
    pub port: u16,
    /// As whom.
    pub user: String,
    /// `None` while it goes on.
    pub outcome: Option<Result<(), Failure>>,
}

/// Carries a command out: what needs the network goes beside the engine's loop.
pub(super) fn carry_out(work: &Work, command: SetupCommand) -> Result<Effect, Failure> {
    let desk = &work.profile.setup;
    let needs_network = matches!(
        command,
        SetupCommand::Discover(_) | SetupCommand::Accept | SetupCommand::Try(_) | SetupCommand::SignIn { .. }
    );
    if work.is_demo && needs_network {
        return Err(input("demo"));
    }
    match command {
        SetupCommand::Discover(beginning) => {
            let address = EmailAddress::parse(beginning.address.trim()).ok_or_else(|| input(&beginning.address))?;
            desk.begin(&beginning, &address);
            desk.go(work, search::go(work.clone(), address, Means::default()));
        }
        SetupCommand::Accept => {
            desk.change(|view| view.stage = Stage::Trying);
            desk.go(work, trying::go(work.clone()));
        }
        SetupCommand::Try(form) => {
            account::checked(&form)?;
            desk.take(*form, Stage::Trying);
            desk.go(work, trying::by_hand(work.clone()));
        }
        SetupCommand::SignIn { form, pages } => {
            desk.take(*form, Stage::SigningIn);
            desk.go(work, signing::go(work.clone(), pages));
        }
        SetupCommand::Save => save(work)?,
        SetupCommand::Stop => desk.stop(),
        SetupCommand::Close => desk.clear(),
        SetupCommand::Remove(id) => {
            let removed = account::remove(&work.profile, id)?;
            (work.publish)(Event::Done { code: "account_removed", subject: removed.address });
            work.accounts_changed();
        }
        SetupCommand::Order(ids) => {
            work.profile.store.order_accounts(&ids)?;
            work.accounts_changed();
        }
    }
    show(work);
    Ok(Effect::Nothing)
}

/// Publishes the view.
fn show(work: &Work) {
    work.show(TopicView::Setup(work.profile.setup.view()));
}

/// Keeps the account: the engine does the rest as after any change of one.
fn save(work: &Work) -> Result<(), Failure> {
    let form = work.profile.setup.whole_form();
    account::checked(&form)?;
    if let Some(commands) = work.again.upgrade() {
        // The engine is gone only when the program ends.
        let _ = commands.send(Command::SaveAccount(Box::new(form)));
    }
    work.profile.setup.saved();
    Ok(())
}

fn input(subject: &str) -> Failure {
    Failure { kind: FailureKind::Input, retry: Retry::Never, subject: subject.to_owned(), source: String::new() }
}
