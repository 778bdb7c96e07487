//! What sending and receiving have in common.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::RawMessage;
use crate::domain::thread::Lineage;
use crate::message::{self, ContentType, Limits, ParsedMessage};
use crate::net::{NetError, Server};
use crate::store::{AccountRecord, MessageFlags, NewMessage};

use super::profile::{Profile, store_failure};
use super::{Event, Failure, FailureKind, Retry};

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

/// The account with that row id.
pub(super) fn account_of(profile: &Profile, id: i64) -> Result<Option<AccountRecord>, Failure> {
    let accounts = profile.store.accounts().map_err(store_failure)?;
    Ok(accounts.into_iter().find(|account| account.id == id))
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
        lineage: lineage(&parsed),
        raw: raw.clone(),
    }
}

/// What a message says of its conversation, outside of any encryption.
pub(super) fn lineage(parsed: &ParsedMessage) -> Lineage {
    let people = parsed.from.iter().chain(&parsed.to).chain(&parsed.cc);
    Lineage::new(parsed.message_id.as_deref(), &parsed.references, people)
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
        NetError::Unreachable { .. } | NetError::Tls { .. } => (FailureKind::Unreachable, Retry::Now),
        NetError::NoStartTls { .. } => (FailureKind::NoStartTls, Retry::Never),
        NetError::BadCertificate { .. } => (FailureKind::BadServerCertificate, Retry::Never),
        NetError::NoLoginMethod => (FailureKind::NoLoginMethod, Retry::Never),
        NetError::ServerUnproven => (FailureKind::ServerUnproven, Retry::Never),
        NetError::LoginRefused { .. } => (FailureKind::LoginRefused, Retry::Never),
        NetError::Rejected { .. } | NetError::AllRefused { .. } | NetError::NoFolder { .. } => {
            (FailureKind::Rejected, Retry::Never)
        }
        NetError::OverQuota { .. } => (FailureKind::OverQuota, Retry::Now),
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
