//! Setting accounts up from the command line: finding servers, signing in, other addresses.

use std::path::Path;

use serde_json::{Value, json};

use crate::domain::{EmailAddress, Mailbox};
use crate::engine::topic::setup::{
    self, AuthorizationServer, Beginning, Login, Means, Outcome, Pages, Protocol, Security, Service, Step, Suggestion,
    Try,
};
use crate::engine::{Failure, Profile, headless};

use super::args::{AccountOptions, Common, IdentityOptions, LoginOptions};
use super::profile::{explained, online, told};
use super::{Problem, load, output, words};

fn means(common: &Common) -> Means {
    Means { dns: common.dns, is_offline: common.offline, ..Means::default() }
}

/// `account discover`.
pub(super) fn discover(common: &Common, profile: &Profile, address: &EmailAddress) -> Result<(), Problem> {
    let mut steps: Vec<(Step, Outcome)> = Vec::new();
    let on = |step, outcome| {
        if outcome != Outcome::Trying {
            steps.push((step, outcome));
        }
    };
    let found = told(common, setup::discover(profile, address, &means(common), on))?;
    if common.json {
        output::json(&document(address, &steps, found.as_ref()));
        return Ok(());
    }
    let lang = words::lang(common);
    for (step, outcome) in &steps {
        let (outcome, why) = outcome_words(outcome);
        output::line(&format!(
            "{:<12} {outcome}{}",
            step.code(),
            why.map(|why| format!(" ({why})")).unwrap_or_default()
        ));
    }
    let Some(found) = found else {
        output::line(&words::pick(lang, "no servers were found", "サーバーは見つかりませんでした"));
        return Ok(());
    };
    for one in found.incoming.iter().chain(&found.outgoing) {
        let (protocol, security) = (protocol(one.protocol), security(one.security));
        output::line(&format!("{protocol:<12} {}:{} {security} {}", one.host, one.port, one.user));
    }
    let strangers = found.strangers(address);
    if !strangers.is_empty() {
        let hosts = strangers.join(", ");
        output::line(&words::pick(
            lang,
            &format!("only the DNS names {hosts}; use them with --believe-dns if they are your provider's"),
            &format!("{hosts} を挙げているのはDNSだけです。提供元のものなら --believe-dns で使えます"),
        ));
    }
    Ok(())
}

fn document(address: &EmailAddress, steps: &[(Step, Outcome)], found: Option<&Suggestion>) -> Value {
    let steps: Vec<Value> = steps
        .iter()
        .map(|(step, outcome)| {
            let (outcome, reason) = outcome_words(outcome);
            json!({ "step": step.code(), "outcome": outcome, "reason": reason })
        })
        .collect();
    let found = found.map(|found| {
        let hints = found.hints.as_ref();
        json!({
            "step": found.step.code(), "of": found.of,
            "notes": hints.map(|hints| hints.notes.iter().map(|note| note.code()).collect::<Vec<_>>()).unwrap_or_default(),
            "link": hints.and_then(|hints| hints.link.clone()),
            "incoming": found.incoming.iter().map(service).collect::<Vec<_>>(),
            "outgoing": found.outgoing.iter().map(service).collect::<Vec<_>>(),
            "unconfirmed": found.strangers(address),
            "sign_in": sign_in(found),
        })
    });
    json!({ "schema": 1, "address": address.as_str(), "steps": steps, "found": found })
}

/// Where one can sign in for these servers, and whether this build may.
fn sign_in(found: &Suggestion) -> Value {
    let hosts = || found.incoming.iter().chain(&found.outgoing);
    let server = setup::servers().into_iter().find(|server| hosts().any(|one| server.serves(&one.host)));
    server.map_or(Value::Null, |server| json!({ "name": server.name, "registered": server.client().is_some() }))
}

fn service(one: &Service) -> Value {
    let login = |login: &Login| match login {
        Login::Password => "password",
        Login::OAuth2 => "oauth2",
    };
    json!({
        "protocol": protocol(one.protocol), "host": one.host, "port": one.port, "security": security(one.security),
        "user": one.user, "logins": one.logins.iter().map(login).collect::<Vec<_>>(),
    })
}

fn outcome_words(outcome: &Outcome) -> (&'static str, Option<&str>) {
    match outcome {
        Outcome::Trying => ("trying", None),
        Outcome::Found => ("found", None),
        Outcome::Nothing => ("nothing", None),
        Outcome::Failed(code) => ("failed", Some(code)),
    }
}

fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Imap => "imap",
        Protocol::Pop3 => "pop3",
        Protocol::Submission => "submission",
    }
}

fn security(security: Security) -> &'static str {
    match security {
        Security::Implicit => "tls",
        Security::StartTls => "starttls",
        Security::Either => "either",
    }
}

/// `account add` without servers: they are found, and really tried, before anything is kept.
pub(super) fn add(
    common: &Common,
    profile: &Profile,
    options: &AccountOptions,
    password: Option<crate::domain::Secret<String>>,
) -> Result<(), Problem> {
    online(common)?;
    if password.is_none() {
        return Err("the password is needed; give it with --passphrase-file or --passphrase-fd".into());
    }
    let beginning = Beginning {
        name: options.name.clone(),
        address: options.address.as_str().to_owned(),
        user: options.user.clone(),
        password,
    };
    let on = |one: Try| {
        if let (true, Some(outcome)) = (common.verbose, &one.outcome) {
            let went = outcome.as_ref().map_or_else(|failure| failure.source.clone(), |()| "ok".to_owned());
            eprintln!("{} {}:{} {} {went}", protocol(one.protocol), one.host, one.port, one.user);
        }
    };
    let kept = setup::set_up(profile, &beginning, &means(common), options.believe_dns, on);
    kept.map_err(|failure| unfinished(common, &failure))?;
    output::line(options.address.as_str());
    Ok(())
}

fn unfinished(common: &Common, failure: &Failure) -> Problem {
    let lang = words::lang(common);
    let subject = &failure.subject;
    match failure.source.as_str() {
        "no_servers_found" => Problem(words::pick(
            lang,
            &format!("no servers were found for {subject}; name them with --smtp-host and --imap-host"),
            &format!("{subject} のサーバーは見つかりませんでした。--smtp-host と --imap-host で指定できます"),
        )),
        "servers_not_confirmed" => Problem(words::pick(
            lang,
            &format!(
                "only the DNS names {subject}, and that can be forged; if they are your provider's, add --believe-dns"
            ),
            &format!(
                "{subject} を挙げているのはDNSだけで、偽造もありえます。提供元のものなら --believe-dns を付けます"
            ),
        )),
        _ => explained(common, failure),
    }
}

/// `account login`.
pub(super) fn log_in(common: &Common, profile: &Profile, options: &LoginOptions) -> Result<(), Problem> {
    online(common)?;
    let server = options.provider.as_deref().map(provider).transpose()?;
    let lang = words::lang(common);
    let pages = Pages {
        done: words::pick(
            lang,
            "You are signed in. You can close this page.",
            "サインインできました。このページを閉じてかまいません。",
        ),
        failed: words::pick(
            lang,
            "You are not signed in. The command says why.",
            "サインインできませんでした。理由はコマンドに表示しています。",
        ),
        stray: words::pick(lang, "Nobody waits for this page.", "このページを待っているものはありません。"),
    };
    let tell = |url: &str| {
        output::line(url);
        if !options.no_browser {
            setup::open_browser(url);
        }
    };
    let beginning =
        Beginning { name: options.name.clone(), address: options.address.as_str().to_owned(), ..Beginning::default() };
    let through = (&means(common), options.believe_dns);
    let signed_in = setup::sign_in(profile, &beginning, server, through, &pages, tell);
    signed_in.map_err(|failure| unfinished(common, &failure))?;
    output::line(&words::pick(
        lang,
        "signed in; both servers let you in",
        "サインインし、どちらのサーバーにもログインできました",
    ));
    Ok(())
}

/// One authorization server in a file: alone, or the first of a list.
fn provider(file: &Path) -> Result<AuthorizationServer, Problem> {
    let bytes = load::file(file)?;
    let alone = serde_json::from_slice(&bytes).map_err(|error| error.to_string());
    let listed = || AuthorizationServer::list(&bytes).ok().and_then(|list| list.into_iter().next());
    alone.or_else(|error| listed().ok_or(error)).map_err(|error| {
        Problem(format!("{} describes no provider as assets/oauth.json does: {error}", file.display()))
    })
}

/// `account identity`.
pub(super) fn identity(common: &Common, profile: &Profile, options: &IdentityOptions) -> Result<(), Problem> {
    let accounts = told(common, headless::mailbox(profile, None))?.accounts;
    let of = |one: &EmailAddress| Some(one) == EmailAddress::parse(options.address.as_str()).as_ref();
    let account =
        accounts.into_iter().find(|account| EmailAddress::parse(&account.form.address).is_some_and(|one| of(&one)));
    let mut form = account.map(|account| account.form).ok_or_else(|| {
        Problem(words::pick(
            words::lang(common),
            &format!("there is no account {}; see `account list`", options.address),
            &format!("{} というアカウントはありません。`account list` で確かめられます", options.address),
        ))
    })?;
    form.identities.retain(|one| one.email().is_none_or(|one| !options.remove.contains(&one)));
    form.identities.extend(options.add.iter().cloned());
    if !options.add.is_empty() || !options.remove.is_empty() {
        told(common, headless::save_account(profile, &form))?;
    }
    let accounts = told(common, headless::mailbox(profile, None))?.accounts;
    let kept = accounts.into_iter().find(|account| Some(account.id) == form.id);
    for one in kept.map(|account| account.form.identities).unwrap_or_default() {
        if common.json {
            output::json(&mailbox(&one));
        } else {
            output::line(&one.to_string());
        }
    }
    Ok(())
}

/// A mailbox as JSON.
pub(super) fn mailbox(one: &Mailbox) -> Value {
    json!({ "name": one.name, "address": one.address })
}
