//! Accounts: what the user filled in, checked, kept and tried.

use crate::domain::EmailAddress;
use crate::net::{Credentials, imap, smtp};
use crate::store::{AccountRecord, PopAccess};

use super::network::{credentials, imap_server, net_failure, smtp_server};
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
    record.id = profile.store.save_account(&record).map_err(store_failure)?;
    if let (Some(password), Some(secrets)) = (&form.password, &profile.secrets) {
        secrets.set(&record.secret_name(), password).map_err(store_failure)?;
    }
    profile.store.ensure_folder(record.id, "INBOX", "INBOX", "inbox").map_err(store_failure)?;
    Ok(record.id)
}

/// Logs in to both servers and leaves again.
pub(super) async fn test(profile: &Profile, form: &AccountForm) -> Result<(), Failure> {
    let record = checked(form)?;
    let login = match &form.password {
        Some(password) => Credentials::password(record.user.clone(), password.clone()),
        None => credentials(profile, &record)?,
    };
    if let Some(pop) = &record.pop {
        popping::visit(profile, pop, &login).await?;
    }
    smtp::probe(&smtp_server(profile, &record), &login)
        .await
        .map_err(|error| net_failure(&error, &record.smtp_host))?;
    if record.imap_host.is_empty() {
        return Ok(());
    }
    imap::probe(&imap_server(profile, &record), &login).await.map_err(|error| net_failure(&error, &record.imap_host))
}

fn checked(form: &AccountForm) -> Result<AccountRecord, Failure> {
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
    })
}

fn input(subject: &str) -> Failure {
    Failure { kind: FailureKind::Input, retry: Retry::Never, subject: subject.to_owned(), source: String::new() }
}
