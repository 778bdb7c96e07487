//! Submission (RFC 6409) over TLS (RFC 8314) with SMTP AUTH (RFC 4954).
//!
//! The part before TLS is our own, byte-exact dialogue; lettre speaks only inside TLS, so a
//! downgraded connection has no code path on which a credential or a message could leave.

mod login;
mod offer;

use std::error::Error as _;
use std::net::Ipv4Addr;
use std::ops::ControlFlow;
use std::time::Duration;

use lettre::address::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter, RcptParameter};
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use crate::domain::{EmailAddress, Envelope};

use super::connect::{connect, within};
use super::error::Refusal;
use super::line::{read_line, write_line};
use super::stream::Plain;
pub use super::{Credentials, NetError as SubmitError, Server};
pub use offer::Offer;

/// An address literal that says nothing about this machine (RFC 5321 §4.1.3).
const EHLO: ClientId = ClientId::Ipv4(Ipv4Addr::LOCALHOST);
/// lettre waits for a greeting, which a server sends only once, before STARTTLS.
const GREETING: &[u8] = b"220 tls\r\n";
/// How much is handed to the socket at a time.
const CHUNK: usize = 64 * 1024;
/// Saying goodbye is a courtesy and is not waited for any longer.
const QUIT: Duration = Duration::from_secs(3);
/// Commands that are sent before their answers are read (RFC 2920): few enough that the answers fit on the way.
const PIPELINE: usize = 50;

/// What is to be delivered, and how.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// From whom, for whom.
    pub envelope: &'a Envelope,
    /// The message; its bytes go as they are (RFC 5321 §4.5.2 transparency apart).
    pub message: &'a [u8],
    /// Reports of success, delay and failure are asked for, where the server offers that (RFC 3461).
    pub reports: bool,
    /// What reports are to call it (letters and digits), where the server offers reports.
    pub envelope_id: Option<&'a str>,
    /// It may only go where every server on the way promises TLS (RFC 8689).
    pub requires_tls: bool,
}

/// The server has taken responsibility for the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its words, usually with its queue id.
    pub reply: String,
    /// The recipients that it did not take.
    pub refused: Vec<Refusal>,
    /// What it offers.
    pub offer: Offer,
}

/// Logs in and leaves again, sending nothing.
pub async fn probe(server: &Server, credentials: &Credentials) -> Result<(), SubmitError> {
    let (mut connection, _) = Box::pin(login::log_in(server, credentials)).await?;
    let _ = timeout(QUIT, connection.quit()).await;
    Ok(())
}

/// Looks whether a server is there, with TLS and the right certificate; nobody logs in.
pub async fn greet(server: &Server) -> Result<(), SubmitError> {
    let mut stream = connect(server, start_tls).await?;
    if !stream.is_greeted() {
        let greeting = within(read_line(&mut stream)).await?;
        if !greeting.starts_with("220") {
            return Err(SubmitError::protocol(greeting));
        }
    }
    let _ = within(write_line(&mut stream, "QUIT")).await;
    Ok(())
}

/// Submits a message; those recipients get it that the server takes.
pub async fn submit(
    server: &Server,
    credentials: &Credentials,
    envelope: &Envelope,
    message: &[u8],
) -> Result<Accepted, SubmitError> {
    let delivery = Delivery { envelope, message, reports: false, envelope_id: None, requires_tls: false };
    submit_with(server, credentials, &delivery, |_| ControlFlow::Continue(())).await
}

/// As [`submit`]; `before_data` is called when every recipient was accepted or refused, and the message is about to go
/// to those that were accepted. A crash before that call has sent nothing; after it the outcome is uncertain. When
/// it breaks, nothing is sent and the error is [`SubmitError::Cancelled`].
///
/// # Errors
/// Whatever keeps the message from going to anybody. What the server can't do at all is found before it is told
/// anything of the message: [`SubmitError::TooBig`], [`SubmitError::NoUtf8`], [`SubmitError::NotAscii`],
/// [`SubmitError::NoRequireTls`].
pub async fn submit_with(
    server: &Server,
    credentials: &Credentials,
    delivery: &Delivery<'_>,
    before_data: impl FnOnce(&[Refusal]) -> ControlFlow<()> + Send,
) -> Result<Accepted, SubmitError> {
    if !is_canonical(delivery.message) {
        return Err(SubmitError::NotCanonical);
    }
    let (mut connection, offer) = Box::pin(login::log_in(server, credentials)).await?;
    let outcome = transact(&mut connection, offer, delivery, before_data).await;
    let _ = timeout(QUIT, connection.abort()).await;
    outcome
}

/// Every CR is followed by LF and every LF preceded by CR.
fn is_canonical(message: &[u8]) -> bool {
    let bare_lf = message
        .iter()
        .enumerate()
        .any(|(at, &byte)| byte == b'\n' && at.checked_sub(1).and_then(|before| message.get(before)) != Some(&b'\r'));
    let bare_cr = message.iter().enumerate().any(|(at, &byte)| byte == b'\r' && message.get(at + 1) != Some(&b'\n'));
    !bare_lf && !bare_cr
}

/// The dialogue in the clear (RFC 3207): greeting, EHLO, STARTTLS, and not a word more.
async fn start_tls(tcp: &mut Plain) -> Result<(), SubmitError> {
    let greeting = read_reply(tcp).await?;
    if greeting.code != 220 {
        return Err(SubmitError::from_reply(greeting.code, greeting.text(), None));
    }
    write_line(tcp, &format!("EHLO {EHLO}")).await?;
    let offer = read_reply(tcp).await?;
    let offered = offer.code == 250 && offer.lines.iter().skip(1).any(|l| l.trim().eq_ignore_ascii_case("STARTTLS"));
    if !offered {
        let _ = write_line(tcp, "QUIT").await;
        let reply = if offer.code == 250 { String::new() } else { format!("{} {}", offer.code, offer.text()) };
        return Err(SubmitError::NoStartTls { reply });
    }
    write_line(tcp, "STARTTLS").await?;
    let answer = read_reply(tcp).await?;
    if answer.code != 220 {
        let _ = write_line(tcp, "QUIT").await;
        return Err(SubmitError::NoStartTls { reply: format!("{} {}", answer.code, answer.text()) });
    }
    Ok(())
}

struct Reply {
    code: u16,
    lines: Vec<String>,
}

impl Reply {
    fn text(&self) -> String {
        self.lines.join(" ")
    }
}

/// A reply of one or more lines (RFC 5321 §4.2).
async fn read_reply(tcp: &mut Plain) -> Result<Reply, SubmitError> {
    let mut lines = Vec::new();
    while lines.len() < 200 {
        let line = read_line(tcp).await?;
        let code = line.get(..3).and_then(|digits| digits.parse::<u16>().ok());
        let Some(code) = code else { return Err(SubmitError::protocol(line)) };
        lines.push(line.get(4..).unwrap_or_default().to_owned());
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(Reply { code, lines });
        }
    }
    Err(SubmitError::protocol("reply_too_long"))
}

async fn transact(
    connection: &mut AsyncSmtpConnection,
    offer: Offer,
    delivery: &Delivery<'_>,
    before_data: impl FnOnce(&[Refusal]) -> ControlFlow<()> + Send,
) -> Result<Accepted, SubmitError> {
    let envelope = delivery.envelope;
    let mail = Mail::new(Some(address(&envelope.sender)?), mail_parameters(&offer, delivery)?).to_string();
    let mut commands = vec![mail];
    for recipient in &envelope.recipients {
        commands.push(Rcpt::new(address(recipient)?, rcpt_parameters(&offer, delivery, recipient)).to_string());
    }
    let refused = say_envelope(connection, &offer, &commands, &envelope.recipients).await?;
    if refused.len() == envelope.recipients.len() {
        return Err(all_refused(refused));
    }
    if before_data(&refused).is_break() {
        return Err(SubmitError::Cancelled);
    }
    let go = connection.command(Data).await.map_err(|error| broken_or_refused(&error))?;
    if !go.has_code(354) {
        return Err(SubmitError::protocol(words(&go)));
    }
    let reply = send_data(connection, delivery.message).await?;
    Ok(Accepted { reply, refused, offer })
}

/// MAIL and every RCPT, many at a time where the server offers that; the recipients that it refuses.
async fn say_envelope(
    connection: &mut AsyncSmtpConnection,
    offer: &Offer,
    commands: &[String],
    recipients: &[EmailAddress],
) -> Result<Vec<Refusal>, SubmitError> {
    let mut refused = Vec::new();
    let mut failed = None;
    let mut number: usize = 0;
    for group in commands.chunks(if offer.pipelining { PIPELINE } else { 1 }) {
        for place in 0..group.len() {
            let reply =
                if place == 0 { connection.command(group.concat()).await } else { connection.read_response().await };
            // The first is the sender's.
            let recipient = number.checked_sub(1).and_then(|before| recipients.get(before));
            number += 1;
            match (reply, recipient) {
                (Ok(reply), _) if (200..300).contains(&u16::from(reply.code())) => {}
                (Ok(reply), _) => return Err(SubmitError::protocol(words(&reply))),
                // The answers to what was sent along are read before anything else is.
                (Err(error), None) if error.status().is_some() => failed = Some(broken_or_refused(&error)),
                (Err(error), Some(recipient)) => refused.push(refusal(&error, recipient)?),
                (Err(error), None) => return Err(broken_or_refused(&error)),
            }
        }
        if let Some(failed) = failed {
            return Err(failed);
        }
    }
    Ok(refused)
}

/// One recipient's refusal; 421 is a server that leaves, and says nothing about them (RFC 5321 §3.8).
fn refusal(error: &Error, recipient: &EmailAddress) -> Result<Refusal, SubmitError> {
    match error.status().map(u16::from) {
        Some(code) if code != 421 => Ok(Refusal { recipient: recipient.clone(), code, text: explain(error) }),
        _ => Err(broken_or_refused(error)),
    }
}

/// Nobody is left.
fn all_refused(mut refused: Vec<Refusal>) -> SubmitError {
    match (refused.pop(), refused.is_empty()) {
        (Some(only), true) => SubmitError::from_reply(only.code, only.text, Some(only.recipient)),
        (Some(last), false) => {
            refused.push(last);
            SubmitError::AllRefused { refused }
        }
        (None, _) => SubmitError::protocol("no_recipients"),
    }
}

/// Sends the content; whether the end of it went out decides how a broken connection is told.
async fn send_data(connection: &mut AsyncSmtpConnection, message: &[u8]) -> Result<String, SubmitError> {
    // lettre adds the CRLF that the last line needs before the final dot.
    let content = message.strip_suffix(b"\r\n").unwrap_or(message);
    let mut chunks = content.chunks(CHUNK);
    let mut is_all_sent = false;
    // lettre asks for the next chunk only after the one before was written.
    let watched = std::iter::from_fn(|| {
        let chunk = chunks.next();
        is_all_sent = chunk.is_none();
        chunk
    });
    match connection.message_iter(watched).await {
        Ok(response) => Ok(words(&response)),
        Err(error) if error.status().is_some() => Err(broken_or_refused(&error)),
        Err(error) if is_all_sent => Err(SubmitError::Uncertain { detail: explain(&error) }),
        Err(error) => Err(SubmitError::unreachable(explain(&error))),
    }
}

/// What goes along with MAIL, or what the server would have to offer for that.
fn mail_parameters(offer: &Offer, delivery: &Delivery<'_>) -> Result<Vec<MailParameter>, SubmitError> {
    let (envelope, message) = (delivery.envelope, delivery.message);
    let mut parameters = Vec::new();
    let size = message.len() as u64;
    if let Some(limit) = offer.size.filter(|limit| *limit > 0 && size > *limit) {
        return Err(SubmitError::TooBig { limit });
    }
    if offer.size.is_some() {
        // RFC 1870 §5.
        parameters.push(MailParameter::Size(message.len()));
    }
    let mut need = |is_offered, parameter, otherwise| {
        parameters.push(parameter);
        if is_offered { Ok(()) } else { Err(otherwise) }
    };
    if needs_utf8(envelope, message) {
        need(offer.utf8, MailParameter::SmtpUtfEight, SubmitError::NoUtf8)?;
    }
    if !message.is_ascii() {
        need(offer.eight_bit, MailParameter::Body(MailBodyParameter::EightBitMime), SubmitError::NotAscii)?;
    }
    let other = |keyword: &str, value: Option<&str>| MailParameter::Other {
        keyword: keyword.to_owned(),
        value: value.map(ToOwned::to_owned),
    };
    if delivery.requires_tls {
        // RFC 8689 §4.1: to a server that does not offer it, such a message does not go.
        need(offer.require_tls, other("REQUIRETLS", None), SubmitError::NoRequireTls)?;
    }
    if delivery.reports && offer.dsn {
        // RFC 3461 §4.3: the header is enough to know which message it is.
        parameters.push(other("RET", Some("HDRS")));
    }
    if let Some(id) = delivery.envelope_id.filter(|_| offer.dsn) {
        // RFC 3461 §4.4.
        parameters.push(other("ENVID", Some(id)));
    }
    Ok(parameters)
}

fn rcpt_parameters(offer: &Offer, delivery: &Delivery<'_>, recipient: &EmailAddress) -> Vec<RcptParameter> {
    if !delivery.reports || !offer.dsn {
        return Vec::new();
    }
    let other = |keyword: &str, value: String| RcptParameter::Other { keyword: keyword.to_owned(), value: Some(value) };
    let mut parameters = vec![other("NOTIFY", "SUCCESS,DELAY,FAILURE".to_owned())];
    if recipient.as_str().is_ascii() {
        parameters.push(other("ORCPT", format!("rfc822;{recipient}")));
    }
    parameters
}

/// An address or a field of the header is not ASCII (RFC 6531 §3.4).
fn needs_utf8(envelope: &Envelope, message: &[u8]) -> bool {
    let mut addresses = envelope.recipients.iter().chain(std::iter::once(&envelope.sender));
    let header = message.windows(4).position(|window| window == b"\r\n\r\n").and_then(|end| message.get(..end));
    addresses.any(|address| !address.as_str().is_ascii()) || !header.unwrap_or(message).is_ascii()
}

fn address(address: &EmailAddress) -> Result<Address, SubmitError> {
    address.as_str().parse().map_err(|_| SubmitError::BadAddress { address: address.clone() })
}

fn words(response: &Response) -> String {
    let text: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), text.join(" "))
}

/// A refusal by reply code, a broken protocol, or a broken connection.
fn broken_or_refused(error: &Error) -> SubmitError {
    match error.status() {
        Some(code) => SubmitError::from_reply(code.into(), explain(error), None),
        // lettre's words for a connection that was closed instead of answered.
        None if explain(error) == "incomplete response" => SubmitError::unreachable("closed"),
        None if error.is_response() || error.is_client() => SubmitError::protocol(explain(error)),
        None => SubmitError::unreachable(explain(error)),
    }
}

fn explain(error: &Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_with_a_bare_line_feed_or_carriage_return_is_not_canonical() {
        assert!(is_canonical(b"a\r\n\r\nb\r\n"));
        assert!(is_canonical(b""));
        for odd in [&b"a\nb\r\n"[..], b"\nb\r\n", b"a\rb\r\n", b"a\r\n\r", b"a\r\r\n", b"\r\n.\n.\r\n"] {
            assert!(!is_canonical(odd), "{odd:?}");
        }
    }

    #[test]
    fn reply_codes_say_whether_trying_again_helps() {
        assert!(matches!(SubmitError::from_reply(451, String::new(), None), SubmitError::Deferred { code: 451, .. }));
        assert!(matches!(SubmitError::from_reply(550, String::new(), None), SubmitError::Rejected { code: 550, .. }));
        assert!(matches!(SubmitError::from_reply(250, String::new(), None), SubmitError::Protocol { .. }));
    }

    #[test]
    fn what_needs_utf8_is_an_address_or_a_field_and_never_the_body() {
        let envelope = |to: &str| Envelope {
            sender: EmailAddress::parse("a@example.org").unwrap(),
            recipients: vec![EmailAddress::parse(to).unwrap()],
        };
        assert!(!needs_utf8(&envelope("b@example.org"), "Subject: x\r\n\r\n書留\r\n".as_bytes()));
        assert!(needs_utf8(&envelope("花子@example.org"), b"Subject: x\r\n\r\nx\r\n"));
        assert!(needs_utf8(&envelope("b@example.org"), "Subject: 書留\r\n\r\nx\r\n".as_bytes()));
    }

    #[test]
    fn the_host_name_is_never_said() {
        assert_eq!(EHLO.to_string(), "[127.0.0.1]");
    }
}
