//! Accounts: what the user filled in, checked, kept and tried.

use std::collections::BTreeSet;

use crate::domain::{EmailAddress, Mailbox};
use crate::net::{Credentials, Proof, imap, smtp};
use crate::store::{AccountRecord, PopAccess};

use super::login::{self, Alone};
use super::network::{imap_server, net_failure, smtp_server};
use super::popping;
use super::profile::{Profile, store_failure};
use super::view::AccountForm;
use super::{Failure, FailureKind, Retry};

/// Keeps an account; its password goes into the secret store.
pub(super) fn save(profile: &Profile, form: &AccountForm, is_demo: bool) -> Result<i64, Failure> {
    let mut record = checked(form)?;
    if is_demo {
        return Err(input("demo"));
    }
    receives_as_before(profile, &record)?;
    let before = own_addresses(profile)?;
    // A renewal that is under way finds either what was there, or all of this.
    let alone = profile.tokens.alone();
    record.id = profile.store.save_account(&record).map_err(store_failure)?;
    believe_anew(profile, &before)?;
    profile.tokens.stay(record.id);
    if let (Some(password), Some(secrets)) = (&form.password, &profile.secrets) {
        secrets.set(&record.secret_name(), password).map_err(store_failure)?;
    }
    if let Some(grant) = &form.grant {
        login::keep(profile, &record, grant, &alone)?;
    } else if record.oauth.is_empty() {
        // What an account had that signs in with a password now.
        forget_grant(profile, &record, &alone)?;
    }
    drop(alone);
    profile.store.ensure_folder(record.id, "INBOX", "INBOX", "inbox").map_err(store_failure)?;
    Ok(record.id)
}

/// The addresses that the user says are their own.
fn own_addresses(profile: &Profile) -> Result<BTreeSet<String>, Failure> {
    let accounts = profile.store.accounts().map_err(store_failure)?;
    let identities = |account: &AccountRecord| account.identities.clone().into_iter().map(|one| one.address);
    Ok(accounts.iter().flat_map(|account| identities(account).chain([account.address.clone()])).collect())
}

/// Which of one's own keys are believed goes by these addresses: where they have changed, the rows are judged anew.
fn believe_anew(profile: &Profile, before: &BTreeSet<String>) -> Result<(), Failure> {
    if own_addresses(profile)? == *before { Ok(()) } else { profile.store.forget_seals().map_err(store_failure) }
}

/// What came by POP3, or without a server, may be nowhere but here: the list of an IMAP server says nothing of it, and would
/// delete it. And what an IMAP server is still to be told, no other can be. So an account that has mail keeps its way. With
/// another IMAP server its messages are looked for there, and those that are not found stay here.
fn receives_as_before(profile: &Profile, record: &AccountRecord) -> Result<(), Failure> {
    let accounts = profile.store.accounts().map_err(store_failure)?;
    let Some(before) = accounts.iter().find(|one| one.id == record.id) else { return Ok(()) };
    if before.imap_host.is_empty() == record.imap_host.is_empty() {
        // A turn that goes on now still belongs to the server of before; the next one sees that it is another.
        return match before.imap_mailbox() {
            Some(mailbox) if Some(&mailbox) != record.imap_mailbox().as_ref() => {
                profile.store.receive_from(before.id, &mailbox).map_err(store_failure)
            }
            _ => Ok(()),
        };
    }
    if profile.store.has_messages(record.id).map_err(store_failure)? {
        return Err(Failure { kind: FailureKind::ReceivesOtherwise, ..input(&record.address) });
    }
    // What one server has by these names the other does not.
    profile.store.remove_folders(record.id).map_err(store_failure)
}

/// Removes an account with everything of it here, and what it logs in with.
pub(super) fn remove(profile: &Profile, id: i64) -> Result<AccountRecord, Failure> {
    let accounts = profile.store.accounts().map_err(store_failure)?;
    let record = accounts.into_iter().find(|one| one.id == id).ok_or_else(|| input("no_account"))?;
    // A renewal that is under way keeps nothing after this.
    let alone = profile.tokens.alone();
    profile.tokens.leave(id);
    match take_away(profile, &record, &alone) {
        Ok(()) => Ok(record),
        Err(failure) => {
            // It is still there, and what goes wrong with it is a failure again.
            profile.tokens.stay(id);
            Err(failure)
        }
    }
}

fn take_away(profile: &Profile, record: &AccountRecord, alone: &Alone<'_>) -> Result<(), Failure> {
    if let Some(secrets) = &profile.secrets {
        secrets.remove(&record.secret_name()).map_err(store_failure)?;
    }
    forget_grant(profile, record, alone)?;
    let before = own_addresses(profile)?;
    profile.store.remove_account(record.id).map_err(store_failure)?;
    believe_anew(profile, &before)
}

fn forget_grant(profile: &Profile, record: &AccountRecord, _alone: &Alone<'_>) -> Result<(), Failure> {
    profile.tokens.forget(record.id);
    let Some(secrets) = &profile.secrets else { return Ok(()) };
    secrets.remove(&record.grant_name()).map_err(store_failure)
}

/// What a form logs in with: what is in it, else what the account has that it changes.
pub(super) async fn proof(profile: &Profile, form: &AccountForm) -> Result<Proof, Failure> {
    match (&form.grant, &form.password) {
        (Some(grant), _) => Ok(Proof::Token(grant.access.clone())),
        (None, Some(password)) => Ok(Proof::Password(password.clone())),
        (None, None) => {
            let accounts = profile.store.accounts().map_err(store_failure)?;
            let record = accounts.into_iter().find(|one| Some(one.id) == form.id);
            let record = record.ok_or_else(|| Failure {
                kind: FailureKind::SecretStore,
                retry: Retry::Now,
                subject: form.address.clone(),
                source: "no_password".to_owned(),
            })?;
            Ok(login::credentials(profile, &record).await?.proof)
        }
    }
}

/// Logs in to both servers and leaves again.
pub(super) async fn test(profile: &Profile, form: &AccountForm) -> Result<(), Failure> {
    let record = checked(form)?;
    let login = Credentials { user: record.user.clone(), proof: proof(profile, form).await? };
    if let Some(pop) = &record.pop {
        popping::visit(profile, pop, &login).await.map_err(|error| net_failure(&error, &pop.host))?;
    }
    smtp::probe(&smtp_server(profile, &record), &login::to_send(&record, &login))
        .await
        .map_err(|error| net_failure(&error, &record.smtp_host))?;
    if record.imap_host.is_empty() {
        return Ok(());
    }
    imap::probe(&imap_server(profile, &record), &login).await.map_err(|error| net_failure(&error, &record.imap_host))
}

/// The form, as far as it can be told without asking anybody.
pub(super) fn checked(form: &AccountForm) -> Result<AccountRecord, Failure> {
    let address = EmailAddress::parse(&form.address).ok_or_else(|| input(&form.address))?;
    if form.smtp_host.trim().is_empty() || form.smtp_port == 0 {
        return Err(input("smtp_host"));
    }
    if form.smtp_port == 25 {
        return Err(Failure { kind: FailureKind::Port25, ..input("") });
    }
    let user = if form.user.trim().is_empty() { address.as_str() } else { form.user.trim() };
    let pop = form.pop.clone().map(|pop| PopAccess { host: pop.host.trim().to_owned(), ..pop });
    Ok(AccountRecord {
        id: form.id.unwrap_or(0),
        name: form.name.trim().to_owned(),
        address: address.as_str().to_owned(),
        smtp_host: form.smtp_host.trim().to_owned(),
        smtp_port: form.smtp_port,
        imap_host: form.imap_host.trim().to_owned(),
        imap_port: form.imap_port,
        user: user.to_owned(),
        pop: pop.filter(|pop| !pop.host.is_empty()),
        smtp_user: form.smtp_user.trim().to_owned(),
        identities: identities(form, &address)?,
        oauth: oauth(form)?,
        is_signed_out: form.is_signed_out && form.grant.is_none() && form.oauth.is_some(),
    })
}

/// The other addresses, each once.
fn identities(form: &AccountForm, own: &EmailAddress) -> Result<Vec<Mailbox>, Failure> {
    let mut known = vec![own.clone()];
    let mut kept = Vec::new();
    for one in &form.identities {
        let address = EmailAddress::parse(one.address.trim()).ok_or_else(|| input(&one.address))?;
        if !known.contains(&address) {
            kept.push(Mailbox::new(one.name.trim(), address.as_str()));
            known.push(address);
        }
    }
    Ok(kept)
}

fn oauth(form: &AccountForm) -> Result<String, Failure> {
    let Some(server) = &form.oauth else { return Ok(String::new()) };
    serde_json::to_string(server).map_err(|_| input(&server.name))
}

/// An account as the form that would make it.
pub(super) fn form(account: &AccountRecord) -> AccountForm {
    AccountForm {
        id: Some(account.id),
        name: account.name.clone(),
        address: account.address.clone(),
        smtp_host: account.smtp_host.clone(),
        smtp_port: account.smtp_port,
        imap_host: account.imap_host.clone(),
        imap_port: account.imap_port,
        user: account.user.clone(),
        pop: account.pop.clone(),
        smtp_user: account.smtp_user.clone(),
        identities: account.identities.clone(),
        oauth: login::authorization(account),
        is_signed_out: account.is_signed_out,
        password: None,
        grant: None,
    }
}

fn input(subject: &str) -> Failure {
    Failure { kind: FailureKind::Input, retry: Retry::Never, subject: subject.to_owned(), source: String::new() }
}
