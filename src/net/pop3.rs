//! POP3 (RFC 1939) over TLS (RFC 2595, RFC 8314), with CAPA (RFC 2449) and AUTH (RFC 5034): the messages of the inbox,
//! told apart by their unique ids. What is not deleted stays on the server.

#[cfg(test)]
mod tests;

use openssl::base64;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::connect::{connect, within};
use super::line::{read_line, write_line};
use super::sasl::{self, Exchange};
use super::stream::{Binding, Plain, Stream};
use super::{Cancel, Credentials, NetError, Proof, Server};

/// A line of an answer: RFC 2449 §4 allows 512 bytes; of a message, whatever comes, in pieces.
const MAX_LINE: u64 = 8192;
/// More lines than any list of a mailbox that a person can have.
const MAX_LINES: usize = 2_000_000;
/// A message beyond this many bytes stays on the server.
pub const MAX_MESSAGE: u64 = 256 * 1024 * 1024;
/// Challenges that are answered: no mechanism takes more.
const MOST_CHALLENGES: usize = 8;
/// Saying goodbye after nothing was deleted is a courtesy and is not waited for any longer.
const QUIT: std::time::Duration = std::time::Duration::from_secs(3);

/// A message on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its number, in this session only.
    pub number: u32,
    /// What tells it from every other one of this mailbox, now and later (RFC 1939 §7).
    pub unique_id: String,
    /// Its size in bytes, as the server says.
    pub bytes: u64,
}

/// Logs in and leaves again; also all that a server needs that wants POP before SMTP.
pub async fn probe(server: &Server, credentials: &Credentials) -> Result<(), NetError> {
    Session::log_in(server, credentials).await?.leave().await;
    Ok(())
}

/// Looks whether a server is there, with TLS and the right certificate; nobody logs in.
pub async fn greet(server: &Server) -> Result<(), NetError> {
    let stream = connect(server, start_tls).await?;
    let is_greeted = stream.is_greeted();
    let mut session = Session { stream: BufReader::new(stream) };
    if !is_greeted {
        within(session.reply()).await?;
    }
    session.leave().await;
    Ok(())
}

/// An inbox that somebody is logged in to; nobody else is meanwhile.
pub struct Session {
    stream: BufReader<Stream>,
}

impl Session {
    /// Connects over TLS, checks the certificate, and logs in by the strongest mechanism on offer, or by USER and PASS.
    pub async fn log_in(server: &Server, credentials: &Credentials) -> Result<Self, NetError> {
        let stream = connect(server, start_tls).await?;
        let (binding, is_greeted) = (stream.binding(), stream.is_greeted());
        let mut session = Self { stream: BufReader::new(stream) };
        within(async {
            if !is_greeted {
                session.reply().await?;
            }
            // What was said before TLS is forgotten (RFC 2595 §4).
            let capabilities = session.capabilities().await?;
            session.authenticate(&capabilities, server, credentials, binding.as_ref()).await
        })
        .await?;
        Ok(session)
    }

    /// Every message, by its number.
    pub async fn list(&mut self) -> Result<Vec<Listed>, NetError> {
        let ids = self.listing("UIDL").await?;
        let sizes = self.listing("LIST").await?;
        let mut listed: Vec<Listed> = Vec::with_capacity(ids.len());
        let sizes: std::collections::HashMap<u32, String> = sizes.into_iter().collect();
        for (number, unique_id) in ids {
            // RFC 1939 §7: 1 to 70 characters from 0x21 to 0x7E.
            if unique_id.is_empty() || unique_id.len() > 70 || !unique_id.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(NetError::protocol(unique_id));
            }
            let bytes = sizes.get(&number).and_then(|size| size.parse().ok()).unwrap_or_default();
            listed.push(Listed { number, unique_id, bytes });
        }
        listed.sort_by_key(|one| one.number);
        Ok(listed)
    }

    /// The message with that number, as it is, with CRLF.
    ///
    /// # Errors
    /// [`NetError::Cancelled`] when asked to stop, after which the session is of no more use; [`NetError::Protocol`]
    /// with `too_big` for a message beyond [`MAX_MESSAGE`].
    pub async fn retrieve(&mut self, number: u32, cancel: &Cancel) -> Result<Vec<u8>, NetError> {
        self.command(&format!("RETR {number}")).await?;
        tokio::select! {
            message = multi_line(&mut self.stream, MAX_MESSAGE) => message,
            () = cancel.cancelled() => Err(NetError::Cancelled),
        }
    }

    /// Marks a message as deleted; it is when the session ends well: see [`Session::quit`].
    pub async fn delete(&mut self, number: u32) -> Result<(), NetError> {
        self.command(&format!("DELE {number}")).await.map(drop)
    }

    /// Ends the session: what was marked is deleted now (RFC 1939 §6), or the error says that it may not be.
    pub async fn quit(mut self) -> Result<(), NetError> {
        self.command("QUIT").await.map(drop)
    }

    /// Ends a session in which nothing was deleted.
    pub async fn leave(self) {
        let _ = timeout(QUIT, self.quit()).await;
    }

    /// The capabilities, in upper case; none where a server knows no CAPA.
    async fn capabilities(&mut self) -> Result<Vec<String>, NetError> {
        match self.command("CAPA").await {
            Ok(_) => {
                let lines = lines(&mut self.stream).await?;
                Ok(lines.iter().map(|line| line.to_ascii_uppercase()).collect())
            }
            Err(NetError::Rejected { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    async fn authenticate(
        &mut self,
        capabilities: &[String],
        server: &Server,
        credentials: &Credentials,
        binding: Option<&Binding>,
    ) -> Result<(), NetError> {
        let offered = capabilities.iter().filter_map(|line| line.strip_prefix("SASL "));
        let ways = sasl::ways(offered.flat_map(str::split_whitespace), credentials, binding);
        if ways.is_empty() {
            return self.user_and_pass(credentials).await;
        }
        let mut outcome = Err(NetError::NoLoginMethod);
        for mechanism in ways {
            let tried = self.exchange(Exchange::new(mechanism, credentials, &server.host, binding)?).await;
            outcome = sasl::after_refusal(outcome, tried);
            if !matches!(outcome, Err(NetError::LoginRefused { .. })) {
                break;
            }
        }
        outcome
    }

    async fn exchange(&mut self, mut exchange: Exchange) -> Result<(), NetError> {
        let name = exchange.mechanism.name();
        let mut first = exchange.first()?;
        // RFC 5034 §4: with a first answer the line is to be of 255 bytes at most; else it comes when it is asked for.
        let mut line = Zeroizing::new(format!("AUTH {name}"));
        if let Some(said) = first.take_if(|said| said.len() <= 150) {
            let said = base64::encode_block(&said);
            *line = format!("AUTH {name} {}", if said.is_empty() { "=" } else { &said });
        }
        for _ in 0..MOST_CHALLENGES {
            write_line(&mut self.stream, &line).await?;
            let reply = self.line().await?;
            let Some(challenge) = reply.strip_prefix('+').filter(|rest| !rest.starts_with("OK")) else {
                status(&reply).map_err(login_refused)?;
                return exchange.finish();
            };
            let challenge = base64::decode_block(challenge.trim()).map_err(|_| NetError::protocol(&reply));
            let answer = match first.take() {
                Some(first) => Ok(first),
                None => challenge.and_then(|challenge| exchange.answer(&challenge)),
            };
            match answer {
                Ok(answer) => *line = base64::encode_block(&answer),
                Err(error) => {
                    // RFC 5034 §4: the client gives up.
                    let _ = write_line(&mut self.stream, "*").await;
                    return Err(error);
                }
            }
        }
        Err(NetError::protocol("too_many_challenges"))
    }

    async fn user_and_pass(&mut self, credentials: &Credentials) -> Result<(), NetError> {
        let Proof::Password(password) = &credentials.proof else { return Err(NetError::NoLoginMethod) };
        let (user, password) = (&credentials.user, password.declassify());
        if [user, password].iter().any(|word| word.contains(['\r', '\n'])) {
            return Err(NetError::NoLoginMethod);
        }
        self.command(&format!("USER {user}")).await.map_err(login_refused)?;
        let line = Zeroizing::new(format!("PASS {password}"));
        self.command(&line).await.map(drop).map_err(login_refused)
    }

    /// A list of numbers, each with a word.
    async fn listing(&mut self, command: &str) -> Result<Vec<(u32, String)>, NetError> {
        self.command(command).await?;
        let lines = lines(&mut self.stream).await?;
        let entry = |line: &String| {
            let (number, word) = line.split_once(' ')?;
            Some((number.parse().ok()?, word.split_whitespace().next()?.to_owned()))
        };
        lines.iter().map(|line| entry(line).ok_or_else(|| NetError::protocol(line))).collect()
    }

    async fn command(&mut self, line: &str) -> Result<String, NetError> {
        write_line(&mut self.stream, line).await?;
        self.reply().await
    }

    async fn reply(&mut self) -> Result<String, NetError> {
        status(&self.line().await?)
    }

    async fn line(&mut self) -> Result<String, NetError> {
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(MAX_LINE);
        limited.read_until(b'\n', &mut line).await.map_err(NetError::unreachable)?;
        text(&line)
    }
}

/// The dialogue in the clear (RFC 2595 §4): greeting, STLS, and not a word more. Whether it is offered shows in the
/// answer: a server that says no has no TLS.
async fn start_tls(tcp: &mut Plain) -> Result<(), NetError> {
    status(&read_line(tcp).await?)?;
    write_line(tcp, "STLS").await?;
    let reply = read_line(tcp).await?;
    if status(&reply).is_ok() {
        return Ok(());
    }
    let _ = write_line(tcp, "QUIT").await;
    Err(NetError::NoStartTls { reply })
}

/// `+OK` with the rest; `-ERR`, for now when its code says so (RFC 2449 §8.1.1, RFC 3206 §4).
fn status(line: &str) -> Result<String, NetError> {
    let has = |status: &str| line.get(..status.len()).is_some_and(|start| start.eq_ignore_ascii_case(status));
    if has("+OK") {
        return Ok(line.get(3..).unwrap_or_default().trim().to_owned());
    }
    if !has("-ERR") {
        return Err(NetError::protocol(line));
    }
    let text = line.get(4..).unwrap_or_default().trim().to_owned();
    let is_temporary =
        ["[IN-USE]", "[LOGIN-DELAY]", "[SYS/TEMP]"].iter().any(|code| text.to_ascii_uppercase().starts_with(code));
    Err(if is_temporary {
        NetError::Deferred { code: 0, text, recipient: None }
    } else {
        NetError::Rejected { code: 0, text, recipient: None }
    })
}

fn login_refused(error: NetError) -> NetError {
    match error {
        NetError::Rejected { text, .. } => NetError::LoginRefused { reply: text },
        other => other,
    }
}

/// A whole line without its end.
fn text(line: &[u8]) -> Result<String, NetError> {
    match line {
        [] => Err(NetError::unreachable("closed")),
        [line @ .., b'\n'] => Ok(String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned()),
        _ => Err(NetError::protocol("line_too_long")),
    }
}

/// The lines of an answer of several.
async fn lines<S: AsyncBufRead + Unpin>(stream: &mut S) -> Result<Vec<String>, NetError> {
    let all = multi_line(stream, MAX_LINES as u64 * 100).await?;
    let all = String::from_utf8_lossy(&all);
    Ok(all.lines().map(ToOwned::to_owned).collect())
}

/// An answer of several lines up to its dot, without the dots that were put before others (RFC 1939 §3).
async fn multi_line<S: AsyncBufRead + Unpin>(stream: &mut S, most: u64) -> Result<Vec<u8>, NetError> {
    let mut all = Vec::new();
    loop {
        let start = all.len();
        let left = most.saturating_sub(start as u64).saturating_add(3);
        (&mut *stream).take(left).read_until(b'\n', &mut all).await.map_err(NetError::unreachable)?;
        let line = all.get(start..).unwrap_or_default();
        match line {
            [] => return Err(NetError::unreachable("closed")),
            [b'.', b'\r', b'\n'] | [b'.', b'\n'] => {
                all.truncate(start);
                return Ok(all);
            }
            [.., b'\n'] => {}
            _ if line.len() as u64 == left => return Err(NetError::protocol("too_big")),
            _ => return Err(NetError::unreachable("closed")),
        }
        if line.first() == Some(&b'.') {
            all.remove(start);
        }
        if all.len() as u64 > most {
            return Err(NetError::protocol("too_big"));
        }
    }
}
