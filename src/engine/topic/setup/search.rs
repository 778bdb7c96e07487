//! Looking for the servers of an address.

use std::time::Duration;

use tokio::time::timeout;

use crate::domain::EmailAddress;
use crate::engine::profile::Profile;
use crate::engine::topic::Work;
use crate::engine::{Failure, FailureKind, Retry};
use crate::net::discover::{self, Login, Note, Outcome, Protocol, Provider, Service, Step, Suggestion};
use crate::net::dns::NetworkResolver;
use crate::net::web::Web;
use crate::net::{Cancel, NetError};
use crate::store::PopAccess;

use super::{Means, Stage, show, signing, trying};
use crate::engine::view::AccountForm;

/// All steps together; each has a time of its own, too.
const WHOLE: Duration = Duration::from_mins(3);

/// Searches, and tries what was found when there is something to log in with.
pub(super) async fn go(work: Work, address: EmailAddress, means: Means) {
    let desk = &work.profile.setup;
    let tell = |step, outcome| {
        desk.change(|view| note(&mut view.steps, step, outcome));
        show(&work);
    };
    let found = match find(&work.profile, &address, &means, tell).await {
        Ok(found) => found,
        Err(failure) => {
            desk.change(|view| view.stage = Stage::Failed(failure));
            return;
        }
    };
    let Some(found) = found else {
        desk.change(|view| view.stage = Stage::NothingFound);
        return;
    };
    let strangers = found.strangers(&address);
    let sign_in = signing::of(&found);
    // Where the provider gives a user name of its own, there is nothing to try before it is known.
    let is_user_known =
        found.hints.as_ref().is_none_or(|hints| !hints.notes.contains(&Note::OwnUser)) || desk.has_own_user();
    let tries = takes_password(&found) && is_user_known && desk.password().is_some();
    desk.change(|view| {
        fill(&mut view.form, &found);
        if !is_user_known {
            view.form.user.clear();
        }
        view.stage = if !strangers.is_empty() {
            Stage::Asking
        } else if tries {
            Stage::Trying
        } else {
            Stage::Found
        };
        (view.strangers, view.sign_in, view.found) = (strangers.clone(), sign_in, Some(found));
    });
    show(&work);
    if strangers.is_empty() && tries {
        trying::go(work.clone()).await;
    }
}

/// Asks everybody in turn who may know.
pub(super) async fn find(
    profile: &Profile,
    address: &EmailAddress,
    means: &Means,
    on: impl FnMut(Step, Outcome) + Send,
) -> Result<Option<Suggestion>, Failure> {
    let fail = |kind, source: &str| Failure {
        kind,
        retry: Retry::Now,
        subject: address.domain().to_owned(),
        source: source.to_owned(),
    };
    if means.is_offline {
        return Err(fail(FailureKind::Unreachable, "offline"));
    }
    let names = match means.dns {
        Some(server) => NetworkResolver::at(server),
        None => NetworkResolver::system(),
    };
    let names = names.map_err(|error| fail(FailureKind::Unreachable, &error.to_string()))?;
    let roots = profile.server_roots();
    let net = |error: NetError| crate::engine::network::net_failure(&error, address.domain());
    let web = Web::new(&roots, means.reach).map_err(net)?.with_names(names.clone());
    let providers = providers();
    let through = discover::Means { web: &web, names: &names, providers: &providers, extra_roots: &roots };
    // Who stops it drops it.
    let cancel = Cancel::new();
    let search = discover::search(&through, address, &cancel, on);
    let Ok(found) = timeout(WHOLE, search).await else { return Err(fail(FailureKind::Unreachable, "timed_out")) };
    found.map_err(net)
}

/// The providers that are known. The file is checked by a test; one that a packager broke knows nobody.
fn providers() -> Vec<Provider> {
    Provider::list(include_bytes!("../../../../assets/providers.json")).unwrap_or_default()
}

/// A step begins, or ends.
pub(super) fn note(steps: &mut Vec<(Step, Outcome)>, step: Step, outcome: Outcome) {
    match steps.iter_mut().find(|(of, _)| *of == step) {
        Some(known) => known.1 = outcome,
        None => steps.push((step, outcome)),
    }
}

/// Whether a password is of any use there.
fn takes_password(found: &Suggestion) -> bool {
    let takes = |one: &Service| one.logins.is_empty() || one.logins.contains(&Login::Password);
    found.incoming.iter().any(takes) && found.outgoing.iter().any(takes)
}

/// The best of what was found, as a form.
pub(super) fn fill(form: &mut AccountForm, found: &Suggestion) {
    if let Some(service) = found.incoming.iter().find(|one| is_usual(one)) {
        receive(form, service);
    }
    if let Some(service) = found.outgoing.iter().find(|one| is_usual(one)) {
        send(form, service);
    }
}

/// An account knows of a server only its port, which says how TLS starts there.
pub(super) fn is_usual(service: &Service) -> bool {
    service.security.is_usual_at(service.port)
}

/// Receives from there.
pub(super) fn receive(form: &mut AccountForm, service: &Service) {
    if !service.user.is_empty() {
        form.user.clone_from(&service.user);
    }
    if service.protocol == Protocol::Pop3 {
        form.imap_host.clear();
        let pop = PopAccess { host: service.host.clone(), port: service.port, leaves: true, before_smtp: false };
        form.pop = Some(pop);
    } else {
        (form.imap_host, form.imap_port, form.pop) = (service.host.clone(), service.port, None);
    }
}

/// Sends there.
pub(super) fn send(form: &mut AccountForm, service: &Service) {
    (form.smtp_host, form.smtp_port) = (service.host.clone(), service.port);
    let is_other = !service.user.is_empty() && service.user != form.user;
    form.smtp_user = if is_other { service.user.clone() } else { String::new() };
}
