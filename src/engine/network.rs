//! Sending what is queued. Runs beside the engine's loop.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{EmailAddress, Envelope, RawMessage};
use crate::message::{self, ContentType, Limits};
use crate::net::{NetError, Server, smtp};
use crate::store::{AccountRecord, MessageFlags, NewMessage, SubmissionState};

use super::command::Progress;
use super::login::{self, LogIn};
use super::popping;
use super::profile::{Profile, store_failure};
use super::{Event, Failure, FailureKind, Retry};

/// The first wait after a temporary refusal; it doubles with each, up to the longest.
const FIRST_RETRY_S: i64 = 60;
const LONGEST_RETRY_S: i64 = 2 * 3600;

/// Tells the UI.
pub(super) type Publish = Arc<dyn Fn(Event) + Send + Sync>;

/// Where an account sends.
pub(super) fn smtp_server(profile: &Profile, account: &AccountRecord) -> Server {
    Server::new(account.smtp_host.clone(), account.smtp_port).with_roots(profile.server_roots())
}

/// Where an account receives.
pub(super) fn imap_server(profile: &Profile, account: &AccountRecord) -> Server {
    Server::new(account.imap_host.clone(), account.imap_port).with_roots(profile.server_roots())
}

/// Sends everything whose turn it is, one after the other, then files the copies of what was accepted.
pub(super) async fn send_due(profile: &Profile, publish: &Publish) -> Result<(), Failure> {
    let store = &profile.store;
    while let Some((id, account, envelope, bytes)) = store.take_due(Timestamp::now()).map_err(store_failure)? {
        let subject = envelope.recipients.iter().map(EmailAddress::as_str).collect::<Vec<_>>().join(", ");
        publish(Event::Progress(Some(Progress { work: "send", subject: subject.clone(), fraction: None })));
        let Some(account) = account_of(profile, account)? else {
            store.mark_rejected(id, "no_account").map_err(store_failure)?;
            continue;
        };
        let began = || match store.mark_data_began(id) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let outcome = match submit(profile, &account, &envelope, &bytes, began).await {
            Ok(outcome) => outcome,
            Err(failure) => {
                store.mark_deferred(id, &failure.source, retry_at(profile, id)).map_err(store_failure)?;
                publish(Event::Failed(failure));
                continue;
            }
        };
        match outcome {
            Ok(accepted) => store.mark_accepted(id, &accepted.reply).map_err(store_failure)?,
            Err(error) => {
                note(profile, id, &error)?;
                publish(Event::Failed(net_failure(&error, &subject)));
            }
        }
    }
    publish(Event::Progress(None));
    file_copies(profile).await
}

/// Hands one submission over, after a visit by POP3 where the server wants that.
async fn submit(
    profile: &Profile,
    account: &AccountRecord,
    envelope: &Envelope,
    bytes: &[u8],
    mut began: impl FnMut() -> ControlFlow<()> + Send,
) -> Result<Result<smtp::Accepted, NetError>, Failure> {
    let mut log_in = LogIn::new(profile, account);
    loop {
        let credentials = log_in.credentials().await?;
        if let Some(pop) = account.pop.as_ref().filter(|pop| pop.before_smtp) {
            let visited = popping::visit(profile, pop, &credentials).await;
            if log_in.again(&visited)? {
                continue;
            }
            visited.map_err(|error| net_failure(&error, &pop.host))?;
        }
        let server = smtp_server(profile, account);
        let credentials = login::to_send(account, &credentials);
        let outcome = smtp::submit_with(&server, &credentials, envelope, bytes, &mut began).await;
        if !log_in.again(&outcome)? {
            return Ok(outcome);
        }
    }
}

/// Notes in the outbox why a submission did not go through.
fn note(profile: &Profile, id: i64, error: &NetError) -> Result<(), Failure> {
    let store = &profile.store;
    let detail = format!("{error} {}", error.detail());
    let noted = match error {
        NetError::Uncertain { .. } => store.mark_uncertain(id, &detail),
        NetError::Rejected { .. } | NetError::NotCanonical | NetError::NotAscii | NetError::BadAddress { .. } => {
            store.mark_rejected(id, &detail)
        }
        _ => store.mark_deferred(id, &detail, retry_at(profile, id)),
    };
    noted.map_err(store_failure)
}

fn retry_at(profile: &Profile, id: i64) -> Timestamp {
    let rows = profile.store.submissions().unwrap_or_default();
    let attempts = rows.iter().find(|row| row.id == id).map_or(1, |row| row.attempts.clamp(1, 16));
    let wait = FIRST_RETRY_S.saturating_mul(1 << (attempts - 1)).min(LONGEST_RETRY_S);
    Timestamp::now().saturating_add(SignedDuration::from_secs(wait)).unwrap_or(Timestamp::MAX)
}

/// Puts copies of what was accepted into the folders of sent messages: here, and on the server.
async fn file_copies(profile: &Profile) -> Result<(), Failure> {
    for copy in profile.store.sent_copies().map_err(store_failure)? {
        let Some(account) = account_of(profile, copy.account)? else { continue };
        let folders = profile.store.folders().map_err(store_failure)?;
        let sent = folders.iter().find(|folder| folder.account == account.id && folder.role == "sent");
        let (path, folder) = if let Some(folder) = sent {
            (folder.path.clone(), folder.id)
        } else {
            let id = profile.store.ensure_folder(account.id, "Sent", "Sent", "sent").map_err(store_failure)?;
            ("Sent".to_owned(), id)
        };
        if account.imap_host.is_empty() {
            keep(
                profile,
                folder,
                &[new_message(&copy.message, None, MessageFlags { is_seen: true, ..Default::default() }, None)],
            )?;
        } else {
            let session = login::imap(profile, &account).await?;
            let append = async {
                let mut session = session?;
                let mut outcome = session.append(&path, &copy.message).await;
                if matches!(outcome, Err(NetError::NoFolder { .. })) {
                    session.create_folder(&path).await?;
                    outcome = session.append(&path, &copy.message).await;
                }
                session.log_out().await;
                outcome
            };
            append.await.map_err(|error| net_failure(&error, &account.address))?;
        }
        profile.store.mark_filed(copy.submission).map_err(store_failure)?;
    }
    profile.store.clear_accepted().map_err(store_failure)
}

fn account_of(profile: &Profile, id: i64) -> Result<Option<AccountRecord>, Failure> {
    let accounts = profile.store.accounts().map_err(store_failure)?;
    Ok(accounts.into_iter().find(|account| account.id == id))
}

pub(super) fn keep(profile: &Profile, folder: i64, messages: &[NewMessage]) -> Result<(), Failure> {
    profile.store.add_messages(folder, messages).map(|_| ()).map_err(store_failure)
}

/// What the list shows of a message before it is opened.
pub(super) fn new_message(
    raw: &RawMessage,
    uid: Option<u32>,
    flags: MessageFlags,
    received_at: Option<Timestamp>,
) -> NewMessage {
    let parsed = message::parse(raw, &Limits::default());
    let text = parsed.root.walk().find(|part| part.content_type.is("text", "plain") && !part.is_attachment);
    let preview = text.map(|part| preview(&part.text(raw))).unwrap_or_default();
    NewMessage {
        uid,
        flags,
        received_at,
        date: parsed.date,
        from: parsed.from.first().cloned().unwrap_or_default(),
        subject: parsed.subject.clone(),
        preview,
        has_attachments: parsed.root.walk().any(|part| part.is_attachment && !is_protection(&part.content_type)),
        raw: raw.clone(),
    }
}

/// A part that protects others is no attachment.
fn is_protection(kind: &ContentType) -> bool {
    kind.kind == "application"
        && ["pgp-signature", "pgp-encrypted", "pkcs7-signature", "x-pkcs7-signature", "pkcs7-mime", "x-pkcs7-mime"]
            .contains(&kind.subtype.as_str())
}

/// The first words of a body.
pub(super) fn preview(text: &str) -> String {
    let armored = text.trim_start().starts_with("-----BEGIN PGP");
    if armored {
        return String::new();
    }
    text.split_whitespace().take(40).collect::<Vec<_>>().join(" ").chars().take(160).collect()
}

/// What a network error is for the user.
pub(super) fn net_failure(error: &NetError, subject: &str) -> Failure {
    let (kind, retry) = match error {
        NetError::Port25 | NetError::BadHostName | NetError::BadAddress { .. } => (FailureKind::Input, Retry::Never),
        NetError::Unreachable { .. } | NetError::Tls { .. } => (FailureKind::Unreachable, Retry::Now),
        NetError::NoStartTls { .. } => (FailureKind::NoStartTls, Retry::Never),
        NetError::BadCertificate { .. } => (FailureKind::BadServerCertificate, Retry::Never),
        NetError::NoLoginMethod => (FailureKind::NoLoginMethod, Retry::Never),
        NetError::ServerUnproven => (FailureKind::ServerUnproven, Retry::Never),
        NetError::LoginRefused { .. } => (FailureKind::LoginRefused, Retry::Never),
        NetError::Rejected { .. } => (FailureKind::Rejected, Retry::Never),
        NetError::Deferred { .. } => (FailureKind::Deferred, Retry::Now),
        NetError::Uncertain { .. } => (FailureKind::Uncertain, Retry::Never),
        NetError::Cancelled => (FailureKind::Cancelled, Retry::Now),
        _ => (FailureKind::Protocol, Retry::Now),
    };
    Failure {
        kind,
        retry,
        subject: subject.to_owned(),
        source: format!("{error} {}", error.detail()).trim().to_owned(),
    }
}

/// The states that wait for something.
pub(super) fn is_waiting(state: SubmissionState) -> bool {
    !matches!(state, SubmissionState::Accepted)
}
