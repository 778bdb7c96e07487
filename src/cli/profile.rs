//! The commands over a profile: accounts, folders, fetching, reading.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::crypto::smime::SmimeRing;
use crate::domain::Secret;
use crate::engine::view::{ALL_INBOXES, AccountForm, AccountView, FolderView, MailboxView, PopAccess, RowView};
use crate::engine::{Failure, Profile, headless};

use super::args::{AccountCommand, AccountOptions, Common, Switch};
use super::sending::{report, transcript};
use super::{Problem, conversations, json as documents, keys, load, output, setup, words};

/// How long `sync --watch` waits for news at most, when servers tell them, and when one has to be asked.
const WATCH: Duration = Duration::from_mins(10);
const ASK: Duration = Duration::from_mins(1);

/// `account`.
pub(crate) fn account(common: &Common, command: &AccountCommand) -> Result<(), Problem> {
    let (profile, passphrases) = keys::profile(common)?;
    match command {
        AccountCommand::Add(options) => add(common, &profile, options, passphrases.last()),
        AccountCommand::Discover { address } => setup::discover(common, &profile, address),
        AccountCommand::Login(options) => setup::log_in(common, &profile, options),
        AccountCommand::Identity(options) => setup::identity(common, &profile, options),
        AccountCommand::List => {
            for account in told(common, headless::mailbox(&profile, None))?.accounts {
                if common.json {
                    output::json(&json!({
                        "id": account.id, "name": account.identity.name, "address": account.identity.address,
                        "identities": account.form.identities.iter().map(setup::mailbox).collect::<Vec<_>>(),
                        "sign_in": account.form.oauth.as_ref().map(|server| &server.name),
                        "signed_out": account.form.is_signed_out,
                    }));
                } else {
                    output::line(&account.identity.to_string());
                }
            }
            Ok(())
        }
        AccountCommand::Test { address } => {
            online(common)?;
            let tested = headless::test_account(&profile, address);
            transcript(common, &profile);
            tested.map_err(|failure| explained(common, &failure))?;
            output::line(&words::pick(
                words::lang(common),
                "both servers let you in",
                "どちらのサーバーにもログインできました",
            ));
            Ok(())
        }
        AccountCommand::Search { address, decrypted } => {
            told(common, profile.load_keyring(passphrases))?;
            told(common, headless::search_decrypted(&profile, address, *decrypted == Switch::On))
        }
        AccountCommand::Remove { address } => {
            headless::remove_account(&profile, address).map_err(|failure| explained(common, &failure))
        }
    }
}

/// `account add`.
fn add(
    common: &Common,
    profile: &Profile,
    options: &AccountOptions,
    password: Option<&Secret<String>>,
) -> Result<(), Problem> {
    if let Some(file) = &options.ca {
        let mut ring = SmimeRing::default();
        ring.add(&load::file(file)?, &[]).map_err(|error| load::import_problem(file, &error))?;
        told(common, profile.add_server_roots(&ring))?;
    }
    let Some(smtp_host) = options.smtp_host.clone() else {
        return setup::add(common, profile, options, password.cloned());
    };
    let form = AccountForm {
        id: None,
        name: options.name.clone(),
        address: options.address.to_string(),
        smtp_host,
        smtp_port: options.smtp_port,
        imap_host: options.imap_host.clone(),
        imap_port: options.imap_port,
        user: options.user.clone().unwrap_or_default(),
        pop: options.pop_host.clone().map(|host| PopAccess {
            host,
            port: options.pop_port,
            leaves: !options.pop_delete,
            before_smtp: options.pop_before_smtp,
        }),
        password: password.cloned(),
        ..AccountForm::default()
    };
    if form.pop.is_some() && !form.imap_host.is_empty() && !options.pop_before_smtp {
        return Err("an account receives by IMAP or by POP3; give one of the two servers, or --pop-before-smtp".into());
    }
    if form.password.is_none() {
        return Err("the password is needed; give it with --passphrase-file or --passphrase-fd".into());
    }
    if options.smtp_port == 25 {
        return Err("port 25 is for servers among themselves and most providers block it (OP25B); use 587".into());
    }
    headless::save_account(profile, &form).map_err(|failure| explained(common, &failure))?;
    output::line(&format!("{}", options.address));
    Ok(())
}

/// `folder list`.
pub(crate) fn folders(common: &Common) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    for account in told(common, headless::mailbox(&profile, None))?.accounts {
        for folder in account.folders {
            if common.json {
                output::json(&json!({
                    "id": folder.id, "account": account.identity.address, "name": folder.name, "role": folder.role,
                    "unread": folder.unread, "total": folder.total, "too_large": folder.too_large,
                }));
            } else {
                output::line(&format!(
                    "{:>4}  {}  {} ({}/{})",
                    folder.id, account.identity.address, folder.name, folder.unread, folder.total
                ));
            }
        }
    }
    Ok(())
}

/// `sync`.
pub(crate) fn synchronise(common: &Common, watch: bool) -> Result<(), Problem> {
    online(common)?;
    let (profile, passphrases) = keys::profile(common)?;
    told(common, profile.load_keyring(passphrases))?;
    let profile = Arc::new(profile);
    let mut watching = None;
    loop {
        let done = headless::synchronise(&profile);
        transcript(common, &profile);
        report(common, &done.map_err(|failure| explained(common, &failure))?)?;
        if !watch {
            return Ok(());
        }
        let watching = match &mut watching {
            Some(watching) => watching,
            None => watching.insert(told(common, headless::Watching::begin(&profile))?),
        };
        watching.wait(WATCH, ASK);
    }
}

/// `list`.
pub(crate) fn list(common: &Common, folder: Option<&str>, threads: bool, limit: usize) -> Result<(), Problem> {
    let (profile, passphrases) = keys::profile(common)?;
    told(common, profile.load_keyring(passphrases))?;
    told(common, headless::assess_new(&profile))?;
    told(common, headless::thread_all(&profile))?;
    let folder = match folder {
        Some(folder) => find_folder(common, &profile, folder)?.id,
        None => ALL_INBOXES,
    };
    let view = told(common, headless::mailbox(&profile, Some(folder)))?;
    if threads {
        return conversations::list(common, &profile, &view, limit);
    }
    for row in view.rows.iter().take(limit) {
        if common.json {
            output::json(&row_document(row, &view));
        } else {
            let date = row.date.map(|date| date.to_string()).unwrap_or_default();
            output::line(&format!("{:>6}  {date}  {}  {}", row.id, row.from, row.subject));
        }
    }
    Ok(())
}

/// One line of a list.
pub(crate) fn row_document(row: &RowView, view: &MailboxView) -> Value {
    let is_home = |account: &&AccountView| account.folders.iter().any(|folder| folder.id == row.folder);
    json!({
        "id": row.id,
        "from": { "name": row.from.name, "address": row.from.address },
        "subject": row.subject,
        "preview": row.preview,
        "date": row.date.map(|date| date.to_string()),
        "seen": row.is_seen,
        "flagged": row.is_flagged,
        "keywords": row.keywords.split_whitespace().collect::<Vec<_>>(),
        "lock": row.headline.map(|headline| headline.lock.word()),
        "seal": row.headline.map(|headline| headline.seal.word()),
        "account": view.accounts.iter().find(is_home).map(|account| &account.identity.address),
        "thread": row.thread,
    })
}

/// `show`.
pub(crate) fn show(common: &Common, id: i64, source: bool) -> Result<(), Problem> {
    let (profile, passphrases) = keys::profile(common)?;
    told(common, profile.load_keyring(passphrases))?;
    let (raw, assessment) = headless::assess(&profile, id).map_err(|failure| explained(common, &failure))?;
    if source {
        output::bytes(&raw);
    } else if common.json {
        let document = documents::assessment(&id.to_string(), &assessment, words::lang(common));
        let thread = conversations::document(common, &profile, id)?;
        output::json(&conversations::with(document, [("thread", thread)]));
    } else {
        let lang = words::lang(common);
        let from: Vec<String> = assessment.from.iter().map(ToString::to_string).collect();
        output::line(&format!(
            "{}\n{}\n{}\n\n{}",
            words::headline(assessment.headline, lang),
            from.join(", "),
            assessment.subject,
            assessment.text
        ));
    }
    Ok(())
}

pub(crate) fn find_folder(common: &Common, profile: &Profile, wanted: &str) -> Result<FolderView, Problem> {
    let folders =
        told(common, headless::mailbox(profile, None))?.accounts.into_iter().flat_map(|account| account.folders);
    let fits = |folder: &FolderView| {
        folder.id.to_string() == wanted || folder.name.eq_ignore_ascii_case(wanted) || folder.role == wanted
    };
    folders
        .into_iter()
        .find(fits)
        .ok_or_else(|| Problem(format!("there is no folder {wanted}; `folder list` names them")))
}

pub(crate) fn online(common: &Common) -> Result<(), Problem> {
    if common.offline { Err("this needs the network; leave --offline out".into()) } else { Ok(()) }
}

/// What a failure is in words.
pub(crate) fn told<T>(common: &Common, result: Result<T, impl Into<Failure>>) -> Result<T, Problem> {
    result.map_err(|error| explained(common, &error.into()))
}

/// One line: what happened, and what to do.
pub(crate) fn explained(common: &Common, failure: &Failure) -> Problem {
    Problem(words::failure(failure, words::lang(common)))
}
