//! What needs neither a profile nor the engine's thread: used by the command line as it is.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use crate::domain::{DnsResolver, Mailbox, RawMessage, Technology};
use crate::flow::outgoing::Stamp;
use crate::message::{self, self as build, Limits};
use crate::net::dns::{DnsSetupError, NetworkResolver};
use crate::sender::{self, Evidence, SenderResult};

use super::{Failure, FailureKind, Retry};

/// What the questions about one message may take together; a hostile record can ask for many.
const DNS_TIME: Duration = Duration::from_secs(20);

/// What to find out about who sent a message.
#[derive(Clone, Copy, Debug)]
pub struct SenderQuestion<'a> {
    /// Whose Authentication-Results are believed.
    pub authserv_ids: &'a [String],
    /// Evaluate SPF, DKIM, DMARC, ARC and BIMI over DNS.
    pub evaluate: bool,
    /// The resolver, `None` for the system's.
    pub dns: Option<SocketAddr>,
}

/// Who vouched for a delivery: what trusted servers reported, then what is evaluated here at `at`.
/// Not to be called from within an asynchronous function.
pub fn sender(raw: &RawMessage, question: &SenderQuestion, at: Timestamp) -> Vec<SenderResult> {
    let mut results = sender::reported(raw, question.authserv_ids);
    if question.evaluate {
        let evaluated = block_on(evaluate_sender(raw, question.authserv_ids, question.dns, at));
        results.extend(evaluated.unwrap_or_default());
    }
    results
}

/// SPF, DKIM, DMARC, ARC and BIMI evaluated here, over DNS.
pub async fn evaluate_sender(
    raw: &RawMessage,
    trusted_hosts: &[String],
    dns: Option<SocketAddr>,
    at: Timestamp,
) -> Vec<SenderResult> {
    let Ok(resolver) = resolver(dns, false) else { return Vec::new() };
    let from = message::parse(raw, &Limits::default()).from;
    let evidence = Evidence {
        shown: Some(from.iter().filter_map(Mailbox::email).collect()),
        ..Evidence::from_received(raw, trusted_hosts)
    };
    sender::evaluate(raw, &evidence, at, &*resolver).await
}

/// Whoever answers DNS questions: nobody when `offline`, this server, or the system's.
///
/// # Errors
/// When the system's resolver is not set up.
pub fn resolver(server: Option<SocketAddr>, offline: bool) -> Result<Box<dyn DnsResolver>, DnsSetupError> {
    Ok(match (offline, server) {
        (true, _) => Box::new(sender::Offline),
        (false, Some(server)) => Box::new(NetworkResolver::at(server)?.limited(DNS_TIME)),
        (false, None) => Box::new(NetworkResolver::system()?.limited(DNS_TIME)),
    })
}

/// Runs a future of the `sender` room to its end.
///
/// # Errors
/// When the system gives no runtime.
pub fn block_on<T>(future: impl Future<Output = T>) -> Result<T, std::io::Error> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future))
}

/// Runs a job that waits (a file dialog over D-Bus) in a thread of its own that has a runtime.
pub fn in_thread(job: Box<dyn FnOnce() + Send>) {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        if let Ok(runtime) = runtime {
            let _entered = runtime.enter();
            job();
        } else {
            job();
        }
    });
}

/// What makes a new message this one: its moment and an unguessable Message-ID (RFC 5322 §3.6.4)
/// that names the author's domain and not this machine.
///
/// # Errors
/// When the system gives no random bytes.
pub fn stamp(at: Timestamp, from: &Mailbox) -> Result<Stamp, Failure> {
    let mut random = [0_u8; 16];
    openssl::rand::rand_bytes(&mut random).map_err(|error| Failure {
        kind: FailureKind::Internal,
        retry: Retry::Now,
        subject: String::new(),
        source: error.to_string(),
    })?;
    let domain = from.email().map_or_else(|| "kakitome.invalid".to_owned(), |address| address.domain().to_owned());
    Ok(Stamp { at, message_id: format!("{}@{domain}", hex::encode(random)), autocrypt: None })
}

/// The media type that a file's name suggests (RFC 6838 names).
pub fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "txt" | "text" | "log" | "md" => "text/plain",
        "html" | "htm" => "text/html",
        "csv" => "text/csv",
        "ics" => "text/calendar",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "zip" => "application/zip",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "json" => "application/json",
        "eml" => "message/rfc822",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}

/// Puts a bare object (.asc, .pgp, .p7m, .p7s) into the MIME form that mail would carry it in, so
/// that it is assessed by the same story.
pub fn wrap_bare(technology: Technology, object: &[u8], content: Option<&[u8]>) -> Vec<u8> {
    let armored = match (technology, content) {
        (Technology::OpenPgp, Some(_)) => armored(object, "SIGNATURE"),
        (Technology::OpenPgp, None) => armored(object, "MESSAGE"),
        (Technology::Smime, _) => None,
    };
    let object = armored.as_deref().unwrap_or(object);
    match (technology, content) {
        (Technology::OpenPgp, Some(content)) => build::multipart_signed_pgp(content, object, "pgp-sha256"),
        (Technology::Smime, Some(content)) => build::multipart_signed_smime(content, object, "sha-256"),
        (Technology::OpenPgp, None) if is_cleartext(object) => plain(object),
        (Technology::OpenPgp, None) => build::multipart_encrypted(object),
        (Technology::Smime, None) => build::pkcs7_mime(object, "signed-data", "smime.p7m"),
    }
}

/// Binary packets in armor (RFC 9580 §6.2), since mail carries lines; `None` when it is text already.
/// The first bit of a packet is always set (§4.2).
fn armored(object: &[u8], kind: &str) -> Option<Vec<u8>> {
    object.first().filter(|byte| **byte >= 0x80)?;
    let mut text = format!("-----BEGIN PGP {kind}-----\r\n\r\n").into_bytes();
    for line in STANDARD.encode(object).as_bytes().chunks(76) {
        text.extend_from_slice(line);
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(format!("-----END PGP {kind}-----\r\n").as_bytes());
    Some(text)
}

fn is_cleartext(object: &[u8]) -> bool {
    let text = String::from_utf8_lossy(object);
    text.trim_start().starts_with("-----BEGIN PGP SIGNED MESSAGE-----")
}

fn plain(text: &[u8]) -> Vec<u8> {
    let mut entity = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".to_vec();
    entity.extend_from_slice(text);
    entity
}
