//! Logging in for real, at one server after the other, until one of each kind has let the user in.

use std::time::Duration;

use tokio::time::timeout;

use crate::domain::EmailAddress;
use crate::engine::network::net_failure;
use crate::engine::profile::Profile;
use crate::engine::topic::Work;
use crate::engine::view::AccountForm;
use crate::engine::{Failure, FailureKind, Retry, account};
use crate::net::discover::{Login, Protocol, Service, Suggestion};
use crate::net::{Credentials, NetError, Proof, Security, imap, pop3, smtp};

use super::{Stage, Try, search, show};

/// How long one log-in may take, with everything before it.
const ONE: Duration = Duration::from_secs(90);
/// Servers of one kind that are tried.
const SERVERS: usize = 4;

/// Hears of each log-in as it begins and ends.
pub(super) trait Listener: Fn(Try) + Sync {}
impl<F: Fn(Try) + Sync> Listener for F {}

/// Tries what was found, and fills in what let the user in.
pub(super) async fn go(work: Work) {
    let view = work.profile.setup.view();
    let Some(found) = view.found.clone() else { return };
    begin(&work);
    let form = work.profile.setup.whole_form();
    let outcome = find_working(&work.profile, &form, &found, &listener(&work)).await;
    end(&work, outcome);
}

/// Tries exactly what the form says.
pub(super) async fn by_hand(work: Work) {
    begin(&work);
    let form = work.profile.setup.whole_form();
    let outcome = as_it_is(&work.profile, &form, &listener(&work)).await;
    end(&work, outcome.map(|()| form));
}

fn begin(work: &Work) {
    work.profile.setup.change(|view| {
        (view.stage, view.url) = (Stage::Trying, None);
        view.tries.clear();
    });
    show(work);
}

fn listener(work: &Work) -> impl Listener {
    |one: Try| {
        work.profile.setup.change(|view| {
            let same = view.tries.last_mut().filter(|last| last.outcome.is_none());
            match same {
                Some(last) => *last = one,
                None => view.tries.push(one),
            }
        });
        show(work);
    }
}

fn end(work: &Work, outcome: Result<AccountForm, Failure>) {
    work.profile.setup.change(|view| match outcome {
        Ok(form) => {
            view.form = AccountForm { password: None, grant: None, ..form };
            view.stage = Stage::Works;
        }
        Err(failure) => view.stage = Stage::Failed(failure),
    });
}

/// The form with the servers that let the user in.
pub(super) async fn find_working(
    profile: &Profile,
    form: &AccountForm,
    found: &Suggestion,
    on: &impl Listener,
) -> Result<AccountForm, Failure> {
    let mut form = form.clone();
    let proof = account::proof(profile, &form).await?;
    // A user name that the user gave is the one.
    let is_given = !form.user.is_empty() && form.user != form.address;
    let address = form.address.clone();
    let given = form.user.clone();
    let users = |service: &Service, known: Option<&str>| {
        if is_given { vec![given.clone()] } else { user_names(&address, service, known) }
    };
    let incoming = first_working(profile, &found.incoming, &proof, |one| users(one, None), on).await?;
    search::receive(&mut form, &incoming);
    let known = form.user.clone();
    let outgoing = first_working(profile, &found.outgoing, &proof, |one| users(one, Some(&known)), on).await?;
    search::send(&mut form, &outgoing);
    Ok(form)
}

/// Under which names somebody may be known at a server, two at most: what was said of it; whom the first server let in; and
/// where nobody said it, the whole address, then what stands before the @ (RFC 6186 §4).
fn user_names(address: &str, service: &Service, known: Option<&str>) -> Vec<String> {
    let local = EmailAddress::parse(address).map(|one| one.local_part().to_owned());
    let said = Some(service.user.clone());
    let known = known.map(str::to_owned);
    let mut users = Vec::new();
    for user in [said, known, Some(address.to_owned()), local].into_iter().flatten() {
        if !user.is_empty() && !users.contains(&user) {
            users.push(user);
        }
    }
    users.truncate(2);
    users
}

/// The first of the servers that lets somebody of these in.
async fn first_working(
    profile: &Profile,
    services: &[Service],
    proof: &Proof,
    users: impl Fn(&Service) -> Vec<String>,
    on: &impl Listener,
) -> Result<Service, Failure> {
    let wanted = if matches!(proof, Proof::Token(_)) { Login::OAuth2 } else { Login::Password };
    let takes = |one: &&Service| one.logins.is_empty() || one.logins.contains(&wanted);
    let mut last = None;
    for service in services.iter().filter(|one| search::is_usual(one)).filter(takes).take(SERVERS) {
        for user in users(service) {
            let service = Service { user: user.clone(), ..service.clone() };
            match log_in(profile, &service, proof, on).await {
                Ok(()) => return Ok(service),
                Err(failure) => {
                    let is_refusal = failure.kind == FailureKind::LoginRefused;
                    last = Some((failure, is_refusal));
                    if !is_refusal {
                        break;
                    }
                }
            }
        }
        // A password that one server refuses is not carried to the next.
        if last.as_ref().is_some_and(|(_, is_refusal)| *is_refusal) {
            break;
        }
    }
    Err(last.map_or_else(no_way, |(failure, _)| failure))
}

/// Every server of the form, in the order in which it would use them.
pub(super) async fn as_it_is(profile: &Profile, form: &AccountForm, on: &impl Listener) -> Result<(), Failure> {
    let record = account::checked(form)?;
    let proof = account::proof(profile, form).await?;
    let service = |protocol, host: &str, port, user: &str| Service {
        protocol,
        host: host.to_owned(),
        port,
        security: Security::for_port(port),
        user: user.to_owned(),
        logins: Vec::new(),
    };
    let pop = record.pop.as_ref().map(|pop| service(Protocol::Pop3, &pop.host, pop.port, &record.user));
    let imap = Some(service(Protocol::Imap, &record.imap_host, record.imap_port, &record.user));
    let imap = imap.filter(|imap| !imap.host.is_empty());
    let sender = if record.smtp_user.is_empty() { &record.user } else { &record.smtp_user };
    let smtp = Some(service(Protocol::Submission, &record.smtp_host, record.smtp_port, sender));
    for service in [pop, imap, smtp].into_iter().flatten() {
        log_in(profile, &service, &proof, on).await?;
    }
    Ok(())
}

async fn log_in(profile: &Profile, service: &Service, proof: &Proof, on: &impl Listener) -> Result<(), Failure> {
    let mut one = Try {
        protocol: service.protocol,
        host: service.host.clone(),
        port: service.port,
        user: service.user.clone(),
        outcome: None,
    };
    on(one.clone());
    let server = service.server(&profile.server_roots());
    let credentials = Credentials { user: service.user.clone(), proof: proof.clone() };
    let probe = async {
        match service.protocol {
            Protocol::Imap => imap::probe(&server, &credentials).await,
            Protocol::Pop3 => pop3::probe(&server, &credentials).await,
            Protocol::Submission => smtp::probe(&server, &credentials).await,
        }
    };
    let probed = timeout(ONE, probe).await;
    let late = || NetError::Unreachable { detail: "timed_out".to_owned() };
    let outcome = probed.unwrap_or_else(|_| Err(late())).map_err(|error| net_failure(&error, &service.host));
    one.outcome = Some(outcome.clone());
    on(one);
    outcome
}

fn no_way() -> Failure {
    Failure {
        kind: FailureKind::NoLoginMethod,
        retry: Retry::Never,
        subject: String::new(),
        source: "no_usual_server".to_owned(),
    }
}
