//! The keys of the user: making them in every form, requests to authorities, an authority of one's own, revoking and extending.

mod authority;
mod make;
mod renew;
mod revoke;
mod show;

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use crate::crypto::smime::{Period, Pkcs12Form};
pub use crate::crypto::{KeyKind, KeyUse, RevocationReason};
pub use crate::engine::outside::KeyPlace;
pub use authority::{
    Issued, IssuedView, NewAuthority, To, create as create_authority, issue, issued, lists, prolong, publish,
    revoke as revoke_issued,
};
pub use make::{CertificateFrom, Made, NewCertificate, NewKeys, make};
pub use renew::{Renewal, Renewed, renew};
pub use revoke::{Withdrawal, revoke};
pub use show::{
    AuthorityView, EndingView, KeyOrigin, OwnKeyView, OwnKeysView, WATCH_OTHERS_DAYS, WATCH_OWN_DAYS, WaitingView, view,
};

use crate::crypto::ProtectError;
use crate::domain::{EmailAddress, Fingerprint, RawMessage, Secret};
use crate::engine::profile::{Profile, store_failure};
use crate::engine::worker::internal;
use crate::engine::{Event, Failure, FailureKind, Progress, Retry};
use crate::store::{StoreError, WaitingKey, files};

use super::{Effect, TopicView, Work};

/// How long a key or certificate lasts when nothing else is asked for, in days: its end is watched, and can be moved.
pub const LIFETIME_DAYS: u32 = 2 * 365;
/// The same of an authority.
pub const AUTHORITY_DAYS: u32 = 10 * 365;
/// How long a revocation list counts, in days.
pub const LIST_DAYS: u32 = 30;
/// No request is larger, in bytes.
const MAX_REQUEST: u64 = 1 << 20;
/// The longest life of a certificate of X.509, in days: there it has to have an end.
const LONGEST_DAYS: u32 = 20 * 365;

/// What the user wants.
#[derive(Clone, Debug)]
// The fields are named by the words of the variant's own sentence.
#[allow(missing_docs)]
pub enum OwnKeysCommand {
    /// Show own keys, requests, authorities and what ends soon.
    Show,
    /// Make keys, all of them or none; requests are written to a file, too.
    Make { keys: Box<NewKeys>, request_to: Option<PathBuf> },
    /// Write a waiting request to a file again.
    SaveRequest { key: String, to: PathBuf },
    /// Give a request up, with its key.
    DiscardRequest { key: String },
    /// Give a key a later end, or its certificate a successor; a new request is written to a file.
    Renew { renewal: Box<Renewal>, request_to: Option<PathBuf> },
    /// Withdraw a key.
    Revoke(Box<Withdrawal>),
    /// Write the revocation that was made at a key's birth to a file.
    SaveRevocation { fingerprint: Fingerprint, to: PathBuf },
    /// Make an authority.
    CreateAuthority(Box<NewAuthority>),
    /// Issue a certificate and write it to a file: with its new key as PKCS #12, or for a request.
    Issue { issued: Box<Issued>, to: PathBuf },
    /// Issue a certificate for the request in a file, and write it to another.
    IssueForFile { authority: Fingerprint, request: PathBuf, passphrase: Option<Secret<String>>, to: PathBuf },
    /// Withdraw a certificate that an authority issued.
    RevokeIssued {
        authority: Fingerprint,
        serial: String,
        reason: RevocationReason,
        passphrase: Option<Secret<String>>,
    },
    /// Write an authority's revocation list to a file.
    Publish { authority: Fingerprint, days: u32, passphrase: Option<Secret<String>>, to: PathBuf },
}

pub(super) fn carry_out(work: &Work, command: OwnKeysCommand) -> Result<Effect, Failure> {
    match command {
        OwnKeysCommand::Show => beside_show(work),
        OwnKeysCommand::SaveRequest { key, to } => {
            let waiting = work.profile.store.waiting_keys().map_err(store_failure)?;
            let one = waiting.iter().find(|one| one.key == key).ok_or_else(|| input(&key, "unknown_request"))?;
            write(&to, &one.request)?;
            done(work, "request_saved", &to);
        }
        OwnKeysCommand::DiscardRequest { key } => {
            work.profile.store.discard_waiting(&key).map_err(store_failure)?;
            beside_show(work);
        }
        OwnKeysCommand::SaveRevocation { fingerprint, to } => {
            let kept = work.profile.store.kept_revocation(&fingerprint).map_err(store_failure)?;
            let kept = kept.ok_or_else(|| input(&fingerprint.spaced(), "no_revocation_kept"))?;
            write(&to, kept.as_bytes())?;
            done(work, "exported", &to);
        }
        long => beside(work, long),
    }
    Ok(Effect::Nothing)
}

/// What may take long goes on beside the loop: making keys, opening one under its passphrase, signing.
fn beside(work: &Work, command: OwnKeysCommand) {
    let work = work.clone();
    let is_making = matches!(command, OwnKeysCommand::Make { .. } | OwnKeysCommand::CreateAuthority(_));
    if is_making {
        let progress = Progress { work: "generate_key", subject: String::new(), fraction: None };
        (work.publish)(Event::Progress(Some(progress)));
    }
    tokio::task::spawn_blocking(move || {
        let job = || carry_out_long(&work.profile, command);
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|_| Err(internal("panic")));
        if is_making {
            (work.publish)(Event::Progress(None));
        }
        match outcome {
            Ok((code, subject)) => (work.publish)(Event::Done { code, subject }),
            Err(failure) => (work.publish)(Event::Failed(failure)),
        }
        show_now(&work);
        work.changed();
    });
}

fn carry_out_long(profile: &Profile, command: OwnKeysCommand) -> Result<(&'static str, String), Failure> {
    match command {
        OwnKeysCommand::Make { keys, request_to } => {
            let made = make(profile, &keys)?;
            if let Some(to) = &request_to {
                write_requests(&made.requests, to)?;
                return Ok(("request_saved", to.display().to_string()));
            }
            Ok(("generated", keys.address))
        }
        OwnKeysCommand::Renew { renewal, request_to } => match (renew(profile, &renewal)?, request_to) {
            (Renewed::Certificate(report), _) => Ok(("key_renewed", called(&report))),
            (Renewed::Request(waiting), Some(to)) => {
                write(&to, &waiting.request)?;
                Ok(("request_saved", to.display().to_string()))
            }
            (Renewed::Request(waiting), None) => Ok(("request_made", waiting.address)),
        },
        OwnKeysCommand::Revoke(withdrawal) => {
            revoke(profile, &withdrawal).map(|report| ("key_revoked", called(&report)))
        }
        OwnKeysCommand::CreateAuthority(wanted) => {
            create_authority(profile, &wanted)?;
            Ok(("authority_made", wanted.name))
        }
        OwnKeysCommand::Issue { issued, to } => {
            let (bytes, report) = issue(profile, &issued)?;
            write(&to, &bytes)?;
            Ok(("certificate_issued", called(&report)))
        }
        OwnKeysCommand::IssueForFile { authority, request, passphrase, to } => {
            let bytes = files::read(&request, MAX_REQUEST).map_err(|error| named(&request, error))?;
            let of = To::Request(RawMessage::new(bytes));
            let wanted = Issued { authority: Some(authority), to: of, days: LIFETIME_DAYS, passphrase };
            let (bytes, report) = issue(profile, &wanted)?;
            write(&to, &bytes)?;
            Ok(("certificate_issued", called(&report)))
        }
        OwnKeysCommand::RevokeIssued { authority, serial, reason, passphrase } => {
            let withdrawn = revoke_issued(profile, Some(&authority), &serial, reason, passphrase.as_ref())?;
            Ok(("certificate_revoked", withdrawn.name))
        }
        OwnKeysCommand::Publish { authority, days, passphrase, to } => {
            let list = publish(profile, Some(&authority), days, passphrase.as_ref())?;
            files::replace(&to, &list).map_err(store_failure)?;
            Ok(("list_published", to.display().to_string()))
        }
        // The others take no time.
        _ => Ok(("", String::new())),
    }
}

/// Shows everything anew, beside the loop: with thousands of certificates it takes a moment.
pub(in crate::engine) fn beside_show(work: &Work) {
    let work = work.clone();
    tokio::task::spawn_blocking(move || show_now(&work));
}

fn show_now(work: &Work) {
    if let Ok(view) = view(&work.profile) {
        work.show(TopicView::OwnKeys(Arc::new(view)));
    }
}

fn done(work: &Work, code: &'static str, to: &Path) {
    (work.publish)(Event::Done { code, subject: to.display().to_string() });
}

/// Writes requests: the first to the file, one for encryption alone beside it.
///
/// # Errors
/// When a file can't be written; the requests wait in the profile then, and can be written again.
pub fn write_requests(requests: &[WaitingKey], to: &Path) -> Result<(), Failure> {
    for (index, one) in requests.iter().enumerate() {
        let beside = to.with_extension("encryption.pem");
        write(if index == 0 { to } else { &beside }, &one.request)?;
    }
    Ok(())
}

fn write(to: &Path, bytes: &[u8]) -> Result<(), Failure> {
    files::write_new(to, bytes).map_err(|error| named(to, error))
}

fn named(file: &Path, error: StoreError) -> Failure {
    Failure { subject: file.display().to_string(), ..store_failure(error) }
}

/// From a moment on, for so many days.
fn period(profile: &Profile, days: Option<u32>) -> Period {
    let from = profile.now();
    let days = i64::from(days.unwrap_or(LONGEST_DAYS).min(LONGEST_DAYS));
    let until = from.checked_add(jiff::SignedDuration::from_hours(days * 24)).unwrap_or(jiff::Timestamp::MAX);
    Period { from, until }
}

fn email(address: &str) -> Result<EmailAddress, Failure> {
    EmailAddress::parse(address).ok_or_else(|| input(address, "bad_address"))
}

/// What a certificate is called: an address, else a name, else its fingerprint.
fn called(report: &crate::crypto::CertificateReport) -> String {
    let address = report.addresses.first().map(ToString::to_string);
    address.or_else(|| report.names.first().cloned()).unwrap_or_else(|| report.fingerprint.spaced())
}

fn input(subject: &str, source: &str) -> Failure {
    Failure { kind: FailureKind::Input, retry: Retry::Never, subject: subject.to_owned(), source: source.to_owned() }
}

/// Who keeps the key elsewhere does this there.
fn kept_elsewhere(fingerprint: &Fingerprint) -> Failure {
    Failure {
        kind: FailureKind::KeptElsewhere,
        retry: Retry::Never,
        subject: fingerprint.spaced(),
        source: "secret_elsewhere".to_owned(),
    }
}

/// By value, so that it can be handed to `map_err`.
#[allow(clippy::needless_pass_by_value)]
fn protect(error: ProtectError) -> Failure {
    let (kind, subject) = match &error {
        ProtectError::Locked(fingerprint) => (FailureKind::WrongPassphrase, fingerprint.spaced()),
        ProtectError::CannotSign(fingerprint) | ProtectError::CannotEncrypt(fingerprint) => {
            (FailureKind::Protect, fingerprint.spaced())
        }
        ProtectError::Library(_) => (FailureKind::Protect, String::new()),
    };
    Failure { kind, retry: Retry::Now, subject, source: error.to_string() }
}

/// The passphrases of the session, and one more.
fn passphrases(profile: &Profile, more: Option<&Secret<String>>) -> Vec<Secret<String>> {
    let mut all = profile.keyring().passphrases.clone();
    all.extend(more.cloned());
    all
}

#[cfg(test)]
mod tests;
