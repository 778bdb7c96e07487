//! Submission (RFC 6409) over TLS (RFC 8314) with SMTP AUTH (RFC 4954).
//!
//! The part before TLS is our own, byte-exact dialogue; lettre speaks only inside TLS, so a
//! downgraded connection has no code path on which a credential or a message could leave.

mod login;

use std::error::Error as _;
use std::net::Ipv4Addr;
use std::ops::ControlFlow;
use std::time::Duration;

use lettre::address::Address;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::domain::{EmailAddress, Envelope};

use super::connect::{connect, within};
use super::line::{read_line, write_line};
pub use super::{Credentials, NetError as SubmitError, Security, Server};

/// An address literal that says nothing about this machine (RFC 5321 §4.1.3).
const EHLO: ClientId = ClientId::Ipv4(Ipv4Addr::LOCALHOST);
/// lettre waits for a greeting, which a server sends only once, before STARTTLS.
const GREETING: &[u8] = b"220 tls\r\n";
/// How much is handed to the socket at a time.
const CHUNK: usize = 64 * 1024;
/// Saying goodbye is a courtesy and is not waited for any longer.
const QUIT: Duration = Duration::from_secs(3);

/// The server has taken responsibility for the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its words, usually with its queue id.
    pub reply: String,
}

/// Logs in and leaves again, sending nothing.
pub async fn probe(server: &Server, credentials: &Credentials) -> Result<(), SubmitError> {
    let mut connection = Box::pin(login::log_in(server, credentials)).await?;
    let _ = timeout(QUIT, connection.quit()).await;
    Ok(())
}

/// Looks whether a server is there, with TLS and the right certificate; nobody logs in.
pub async fn greet(server: &Server) -> Result<(), SubmitError> {
    let mut stream = connect(server, start_tls).await?;
    if server.security == Security::Implicit {
        let greeting = within(read_line(&mut stream)).await?;
        if !greeting.starts_with("220") {
            return Err(SubmitError::protocol(greeting));
        }
    }
    let _ = within(write_line(&mut stream, "QUIT")).await;
    Ok(())
}

/// Submits a message to all recipients of the envelope or, if the server refuses one, to none.
/// The bytes go as they are (RFC 5321 §4.5.2 transparency apart).
pub async fn submit(
    server: &Server,
    credentials: &Credentials,
    envelope: &Envelope,
    message: &[u8],
) -> Result<Accepted, SubmitError> {
    submit_with(server, credentials, envelope, message, || ControlFlow::Continue(())).await
}

/// As [`submit`]; `before_data` is called when every recipient was accepted and the message is
/// about to go. A crash before that call has sent nothing; after it the outcome is uncertain. When
/// it breaks, nothing is sent and the error is [`SubmitError::Cancelled`].
pub async fn submit_with(
    server: &Server,
    credentials: &Credentials,
    envelope: &Envelope,
    message: &[u8],
    before_data: impl FnOnce() -> ControlFlow<()> + Send,
) -> Result<Accepted, SubmitError> {
    if !is_canonical(message) {
        return Err(SubmitError::NotCanonical);
    }
    let mut connection = Box::pin(login::log_in(server, credentials)).await?;
    let outcome = transact(&mut connection, envelope, message, before_data).await;
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
async fn start_tls(tcp: &mut TcpStream) -> Result<(), SubmitError> {
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
async fn read_reply(tcp: &mut TcpStream) -> Result<Reply, SubmitError> {
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
    envelope: &Envelope,
    message: &[u8],
    before_data: impl FnOnce() -> ControlFlow<()> + Send,
) -> Result<Accepted, SubmitError> {
    let parameters = mail_parameters(connection, envelope, message)?;
    let sender = address(&envelope.sender)?;
    connection.command(Mail::new(Some(sender), parameters)).await.map_err(|error| refused(&error, None))?;
    for recipient in &envelope.recipients {
        let command = Rcpt::new(address(recipient)?, vec![]);
        connection.command(command).await.map_err(|error| refused(&error, Some(recipient)))?;
    }
    if before_data().is_break() {
        return Err(SubmitError::Cancelled);
    }
    connection.command(Data).await.map_err(|error| refused(&error, None))?;
    send_data(connection, message).await
}

/// Sends the content; whether the end of it went out decides how a broken connection is told.
async fn send_data(connection: &mut AsyncSmtpConnection, message: &[u8]) -> Result<Accepted, SubmitError> {
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
        Ok(response) => Ok(Accepted { reply: words(&response) }),
        Err(error) if error.status().is_some() => Err(refused(&error, None)),
        Err(error) if is_all_sent => Err(SubmitError::Uncertain { detail: explain(&error) }),
        Err(error) => Err(SubmitError::unreachable(explain(&error))),
    }
}

fn mail_parameters(
    connection: &AsyncSmtpConnection,
    envelope: &Envelope,
    message: &[u8],
) -> Result<Vec<MailParameter>, SubmitError> {
    let mut parameters = Vec::new();
    let mut need = |extension, parameter| {
        let offered = connection.server_info().supports_feature(extension);
        parameters.push(parameter);
        if offered { Ok(()) } else { Err(SubmitError::NotAscii) }
    };
    let mut addresses = envelope.recipients.iter().chain(std::iter::once(&envelope.sender));
    if !addresses.all(|address| address.as_str().is_ascii()) {
        need(Extension::SmtpUtfEight, MailParameter::SmtpUtfEight)?;
    }
    if !message.is_ascii() {
        need(Extension::EightBitMime, MailParameter::Body(MailBodyParameter::EightBitMime))?;
    }
    Ok(parameters)
}

fn address(address: &EmailAddress) -> Result<Address, SubmitError> {
    address.as_str().parse().map_err(|_| SubmitError::BadAddress { address: address.clone() })
}

fn words(response: &Response) -> String {
    let text: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), text.join(" "))
}

/// A refusal by reply code, a broken protocol, or a broken connection.
fn refused(error: &lettre::transport::smtp::Error, recipient: Option<&EmailAddress>) -> SubmitError {
    match error.status() {
        Some(code) => SubmitError::from_reply(code.into(), explain(error), recipient.cloned()),
        // lettre's words for a connection that was closed instead of answered.
        None if explain(error) == "incomplete response" => SubmitError::unreachable("closed"),
        None if error.is_response() || error.is_client() => SubmitError::protocol(explain(error)),
        None => SubmitError::unreachable(explain(error)),
    }
}

fn explain(error: &lettre::transport::smtp::Error) -> String {
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
    fn the_host_name_is_never_said() {
        assert_eq!(EHLO.to_string(), "[127.0.0.1]");
    }
}
