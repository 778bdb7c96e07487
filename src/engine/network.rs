//! Fetching what is new, and what sending and fetching have in common. Runs beside the engine's loop.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{RawMessage, Secret};
use crate::message::{self, ContentType, Limits};
use crate::net::imap::{Known, Session, Step};
use crate::net::{Cancel, Credentials, NetError, Server};
use crate::store::{AccountRecord, MessageFlags, NewMessage};

use super::command::Progress;
use super::popping;
use super::profile::{Profile, store_failure};
use super::{Event, Failure, FailureKind, Retry};

/// Messages kept in one transaction.
const BATCH: usize = 50;

/// Tells the UI.
pub(super) type Publish = Arc<dyn Fn(Event) + Send + Sync>;

/// Where an account sends.
pub(super) fn smtp_server(profile: &Profile, account: &AccountRecord) -> Server {
    server(profile, &account.smtp_host, account.smtp_port)
}

/// Where an account receives.
pub(super) fn imap_server(profile: &Profile, account: &AccountRecord) -> Server {
    server(profile, &account.imap_host, account.imap_port)
}

/// A server that is believed as the profile says; what is said with it is kept for the user to look at.
pub(super) fn server(profile: &Profile, host: &str, port: u16) -> Server {
    Server::new(host, port).with_roots(profile.server_roots()).with_transcripts(&profile.transcripts)
}

/// What an account logs in with.
pub(super) fn credentials(profile: &Profile, account: &AccountRecord) -> Result<Credentials, Failure> {
    let secrets = profile.secrets.as_ref();
    let stored =
        secrets.map(|secrets| secrets.get(&account.secret_name())).transpose().map_err(store_failure)?.flatten();
    let password = stored.ok_or_else(|| Failure {
        kind: FailureKind::SecretStore,
        retry: Retry::Now,
        subject: account.address.clone(),
        source: "no_password".to_owned(),
    })?;
    Ok(Credentials::password(account.user.clone(), Secret::new(password.declassify().clone())))
}

/// The account with that row id.
pub(super) fn account_of(profile: &Profile, id: i64) -> Result<Option<AccountRecord>, Failure> {
    let accounts = profile.store.accounts().map_err(store_failure)?;
    Ok(accounts.into_iter().find(|account| account.id == id))
}

/// Fetches what is new in every folder of every account.
pub(super) async fn synchronise(profile: &Profile, publish: &Publish, cancel: &Cancel) -> Result<usize, Failure> {
    let mut fetched = 0;
    for account in profile.store.accounts().map_err(store_failure)? {
        if account.imap_host.is_empty() && account.pop.is_none() {
            continue;
        }
        let credentials = credentials(profile, &account)?;
        let fail = |error: NetError| net_failure(&error, &account.address);
        let progress = |subject: &str, fraction| {
            publish(Event::Progress(Some(Progress { work: "synchronise", subject: subject.to_owned(), fraction })));
        };
        progress(&account.address, None);
        if let Some(pop) = account.pop.as_ref().filter(|_| account.receives_by_pop()) {
            fetched += popping::fetch(profile, &account, pop, &credentials, cancel, &progress).await?;
            continue;
        }
        if account.imap_host.is_empty() {
            continue;
        }
        let mut session = Session::log_in(&imap_server(profile, &account), &credentials).await.map_err(fail)?;
        let mut remote = session.list_folders().await.map_err(fail)?;
        remote.sort_by_key(|folder| folder.role != "inbox");
        for folder in remote {
            let id = profile
                .store
                .ensure_folder(account.id, &folder.path, &folder.name, &folder.role)
                .map_err(store_failure)?;
            let outcome = fetch_folder(profile, &mut session, &folder.path, id, cancel, &progress).await;
            fetched += outcome?;
        }
        session.log_out().await;
    }
    publish(Event::Progress(None));
    Ok(fetched)
}

/// Marks made here that the server doesn't know yet: folder, UID, seen.
type Marks = Vec<(i64, u32, bool)>;

const MARKS: &str = "pending_seen";

/// Notes that a message was read (or not): the server is told at the next occasion.
pub(super) fn note_seen(profile: &Profile, message: i64, seen: bool) -> Result<(), Failure> {
    let store = &profile.store;
    let (folder, row) = store.row(message).map_err(store_failure)?;
    let mut marks: Marks = store.setting(MARKS).map_err(store_failure)?.unwrap_or_default();
    marks.retain(|(of, uid, _)| (*of, *uid) != (folder, row.uid));
    marks.push((folder, row.uid, seen));
    store.set_setting(MARKS, &marks).map_err(store_failure)
}

/// Tells the server what was read here, before its own marks are taken. When the folder was
/// renumbered, the marks are for messages that nobody can name any more.
async fn tell_seen(
    profile: &Profile,
    session: &mut Session,
    path: &str,
    folder: i64,
    is_renumbered: bool,
) -> Result<(), Failure> {
    let store = &profile.store;
    let marks: Marks = store.setting(MARKS).map_err(store_failure)?.unwrap_or_default();
    for seen in [true, false] {
        let uids: Vec<u32> =
            marks.iter().filter(|(of, _, mark)| *of == folder && *mark == seen).map(|(_, uid, _)| *uid).collect();
        if !uids.is_empty() && !is_renumbered {
            session.set_seen(path, &uids, seen).await.map_err(|error| net_failure(&error, path))?;
        }
    }
    // What was marked meanwhile stays for the next time.
    let mut left: Marks = store.setting(MARKS).map_err(store_failure)?.unwrap_or_default();
    left.retain(|mark| !marks.contains(mark) || mark.0 != folder);
    store.set_setting(MARKS, &left).map_err(store_failure)
}

async fn fetch_folder(
    profile: &Profile,
    session: &mut Session,
    path: &str,
    folder: i64,
    cancel: &Cancel,
    progress: &(impl Fn(&str, Option<f32>) + Sync),
) -> Result<usize, Failure> {
    let store = &profile.store;
    let known = Known {
        uid_validity: store.uid_validity(folder).map_err(store_failure)?,
        after_uid: store.highest_uid(folder).map_err(store_failure)?,
    };
    let mut failed: Option<Failure> = None;
    let mut is_renumbered = false;
    let mut batch: Vec<NewMessage> = Vec::new();
    let outcome = session
        .fetch_new(path, known, cancel, |step| {
            let kept = match step {
                Step::Selected { uid_validity, is_changed } => {
                    is_renumbered = is_changed;
                    store.set_uid_validity(folder, uid_validity).map_err(store_failure)
                }
                Step::TooBig { .. } => Ok(()),
                Step::Message { message, done, total } => {
                    progress(path, Some(done as f32 / total.max(1) as f32));
                    let flags = MessageFlags {
                        is_seen: message.flags.is_seen,
                        is_flagged: message.flags.is_flagged,
                        is_answered: message.flags.is_answered,
                    };
                    let raw = RawMessage::new(message.bytes);
                    batch.push(new_message(&raw, Some(message.uid), flags, message.internal_date));
                    if batch.len() < BATCH && done < total {
                        Ok(())
                    } else {
                        keep(profile, folder, &std::mem::take(&mut batch))
                    }
                }
            };
            match kept {
                Ok(()) => ControlFlow::Continue(()),
                Err(failure) => {
                    failed = Some(failure);
                    ControlFlow::Break(())
                }
            }
        })
        .await;
    keep(profile, folder, &batch)?;
    if let Some(failure) = failed {
        return Err(failure);
    }
    let done = outcome.map_err(|error| net_failure(&error, path))?;
    tell_seen(profile, session, path, folder, is_renumbered).await?;
    let highest = store.highest_uid(folder).map_err(store_failure)?;
    let flags = session.flags(path, highest).await.map_err(|error| net_failure(&error, path))?;
    let flags: Vec<(u32, MessageFlags)> = flags
        .into_iter()
        .map(|(uid, flags)| {
            let flags =
                MessageFlags { is_seen: flags.is_seen, is_flagged: flags.is_flagged, is_answered: flags.is_answered };
            (uid, flags)
        })
        .collect();
    store.take_flags(folder, highest, &flags).map_err(store_failure)?;
    Ok(done.fetched)
}

fn keep(profile: &Profile, folder: i64, messages: &[NewMessage]) -> Result<(), Failure> {
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
        NetError::BadHostName | NetError::BadAddress { .. } => (FailureKind::Input, Retry::Never),
        NetError::Port25 => (FailureKind::Port25, Retry::Never),
        NetError::TooBig { limit } => {
            let source = error.to_string();
            return Failure { kind: FailureKind::TooBig, retry: Retry::Never, subject: limit.to_string(), source };
        }
        NetError::NoUtf8 => (FailureKind::NoUtf8, Retry::Never),
        NetError::NotAscii => (FailureKind::NoEightBit, Retry::Never),
        NetError::NoRequireTls => (FailureKind::NoRequireTls, Retry::Never),
        NetError::AllRefused { refused } if refused.iter().any(|one| !one.is_permanent()) => {
            (FailureKind::Deferred, Retry::Now)
        }
        NetError::AllRefused { .. } => (FailureKind::Rejected, Retry::Never),
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
