use async_imap::Client;
use async_imap::error::Error;
use tokio::io::{AsyncRead, AsyncWrite};

use super::super::connect::{connect, within};
use super::super::line::{read_line, write_line};
use super::super::sasl::{self, Asked, Exchange};
use super::super::stream::{Binding, Plain};
use super::super::{Credentials, NetError as ImapError, Proof, Server};
use super::wire::Wire;

/// More untagged lines than any server says before it answers.
const MAX_LINES: usize = 200;

/// What a server can do, in upper case.
pub(super) struct Capabilities(Vec<String>);

impl Capabilities {
    /// In upper case.
    pub(super) fn of(words: Vec<String>) -> Self {
        Self(words)
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|capability| capability == word)
    }

    fn mechanisms(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|capability| capability.strip_prefix("AUTH="))
    }
}

/// Connects, starts TLS, and logs in by the best way on offer.
pub(super) async fn log_in(
    server: &Server,
    credentials: &Credentials,
) -> Result<(async_imap::Session<Wire>, Capabilities), ImapError> {
    let mut stream = connect(server, start_tls).await?;
    let capabilities = within(async {
        if !stream.is_greeted() {
            greeting(&mut stream).await?;
        }
        // What was said before TLS is forgotten (RFC 3501 §6.2.1).
        capabilities(&mut stream).await
    })
    .await?;
    let binding = stream.binding();
    let client = Client::new(Wire::new(stream));
    let session = within(authenticate(client, &capabilities, server, credentials, binding.as_ref())).await?;
    Ok((session, capabilities))
}

/// Connects and starts TLS, and leaves again.
pub(super) async fn greet(server: &Server) -> Result<(), ImapError> {
    let mut stream = connect(server, start_tls).await?;
    if !stream.is_greeted() {
        within(greeting(&mut stream)).await?;
    }
    let _ = within(write_line(&mut stream, "k1 LOGOUT")).await;
    Ok(())
}

/// The dialogue in the clear: greeting, CAPABILITY, STARTTLS, and not a word more.
async fn start_tls(tcp: &mut Plain) -> Result<(), ImapError> {
    greeting(tcp).await?;
    if !capabilities(tcp).await?.has("STARTTLS") {
        let _ = write_line(tcp, "k1 LOGOUT").await;
        return Err(ImapError::NoStartTls { reply: String::new() });
    }
    let (_, done) = command(tcp, "STARTTLS").await?;
    if is_ok(&done) { Ok(()) } else { Err(ImapError::NoStartTls { reply: done }) }
}

/// Only `OK` will do: `PREAUTH` in the clear is how somebody on the way avoids STARTTLS, and
/// inside TLS it would be somebody else's mailbox.
async fn greeting<S: AsyncRead + Unpin>(stream: &mut S) -> Result<(), ImapError> {
    let line = read_line(stream).await?;
    match line.strip_prefix("* ") {
        Some(rest) if is_ok(rest) => Ok(()),
        Some(rest) if rest.to_ascii_uppercase().starts_with("BYE") => {
            Err(ImapError::Deferred { code: 0, text: rest.to_owned(), recipient: None })
        }
        _ => Err(ImapError::protocol(line)),
    }
}

async fn capabilities<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> Result<Capabilities, ImapError> {
    let (untagged, done) = command(stream, "CAPABILITY").await?;
    if !is_ok(&done) {
        return Err(ImapError::protocol(done));
    }
    let words = untagged.iter().map(|line| line.to_ascii_uppercase());
    let words = words.filter_map(|line| line.strip_prefix("CAPABILITY ").map(ToOwned::to_owned));
    Ok(Capabilities(
        words.flat_map(|line| line.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>()).collect(),
    ))
}

/// Runs a command without literals: the untagged lines, and the tagged one, without `*` and tag.
async fn command<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    command: &str,
) -> Result<(Vec<String>, String), ImapError> {
    write_line(stream, &format!("k0 {command}")).await?;
    let mut untagged = Vec::new();
    while untagged.len() < MAX_LINES {
        let line = read_line(stream).await?;
        match (line.strip_prefix("k0 "), line.strip_prefix("* ")) {
            (Some(done), _) => return Ok((untagged, done.to_owned())),
            (_, Some(rest)) => untagged.push(rest.to_owned()),
            _ => return Err(ImapError::protocol(line)),
        }
    }
    Err(ImapError::protocol("too_many_lines"))
}

fn is_ok(rest: &str) -> bool {
    rest.get(..2).is_some_and(|word| word.eq_ignore_ascii_case("OK"))
}

/// Logs in by the strongest way on offer; by `LOGIN` where a server has no mechanism (RFC 3501 §6.2.3).
async fn authenticate(
    client: Client<Wire>,
    capabilities: &Capabilities,
    server: &Server,
    credentials: &Credentials,
    binding: Option<&Binding>,
) -> Result<async_imap::Session<Wire>, ImapError> {
    let ways = sasl::ways(capabilities.mechanisms(), credentials, binding);
    if ways.is_empty() {
        return plain_login(client, capabilities, credentials).await;
    }
    let mut client = Some(client);
    let mut outcome = Err(ImapError::NoLoginMethod);
    for mechanism in ways {
        let Some(connection) = client.take() else { break };
        let mut exchange = Exchange::new(mechanism, credentials, &server.host, binding)?;
        let asked = Asked { exchange: &mut exchange, has_begun: false };
        let done = connection.authenticate(mechanism.name(), asked).await;
        let tried = match done {
            Ok(session) => exchange.finish().map(|()| session),
            Err((error, connection)) => {
                client = Some(connection);
                // What went wrong here comes before what the server said to what came of it.
                Err(exchange.failure().unwrap_or_else(|| refused(error)))
            }
        };
        outcome = sasl::after_refusal(outcome, tried);
        if !matches!(outcome, Err(ImapError::LoginRefused { .. })) {
            break;
        }
    }
    outcome
}

async fn plain_login(
    client: Client<Wire>,
    capabilities: &Capabilities,
    credentials: &Credentials,
) -> Result<async_imap::Session<Wire>, ImapError> {
    let Proof::Password(password) = &credentials.proof else { return Err(ImapError::NoLoginMethod) };
    let password = password.declassify();
    let is_possible = !capabilities.has("LOGINDISABLED") && credentials.user.is_ascii() && password.is_ascii();
    if !is_possible {
        return Err(ImapError::NoLoginMethod);
    }
    client.login(&credentials.user, password).await.map_err(|(error, _)| refused(error))
}

fn refused(error: Error) -> ImapError {
    match error {
        // RFC 5530: the server's own trouble, not the password's.
        Error::No(text) if text.to_ascii_uppercase().contains("UNAVAILABLE") => {
            ImapError::Deferred { code: 0, text, recipient: None }
        }
        Error::No(reply) | Error::Bad(reply) => ImapError::LoginRefused { reply },
        other => ImapError::unreachable(other),
    }
}

impl async_imap::Authenticator for Asked<'_> {
    type Response = zeroize::Zeroizing<Vec<u8>>;

    fn process(&mut self, challenge: &[u8]) -> Self::Response {
        self.answer(challenge)
    }
}
