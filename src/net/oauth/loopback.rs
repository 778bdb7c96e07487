//! The ear on loopback for the browser's answer (RFC 8252 §7.3, §8.3). Whatever else knocks is answered and forgotten.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;
use zeroize::Zeroizing;

use crate::domain::Secret;

use super::{AuthorizationServer, OAuthError};

/// The longest head of a request.
const HEAD: usize = 16 << 10;
/// How long a browser may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(20);
/// So many connections at a time: browsers open some that they never use.
const CONNECTIONS: usize = 32;
/// The longest code of a refusal that is told.
const CODE: usize = 60;

/// What the browser shows at the end, each a sentence in the user's language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// The user may go back to this program.
    pub done: String,
    /// The provider said no, or answered what can't be used.
    pub failed: String,
    /// This is no answer to the question that waits.
    pub stray: String,
}

/// A port that nobody beyond this computer reaches.
#[derive(Debug)]
pub(super) struct Loopback {
    listener: TcpListener,
    port: u16,
}

impl Loopback {
    pub(super) async fn open() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The code of the answer to the question with this state.
    pub(super) async fn answer(
        &self,
        server: &AuthorizationServer,
        state: &Secret<String>,
        pages: &Pages,
    ) -> Result<Secret<String>, OAuthError> {
        let mut knocking: JoinSet<Option<(TcpStream, Zeroizing<String>)>> = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if knocking.len() < CONNECTIONS => {
                    if let Ok((stream, _)) = accepted {
                        knocking.spawn(async move { timeout(PATIENCE, target(stream)).await.ok().flatten() });
                    }
                }
                Some(knocked) = knocking.join_next(), if !knocking.is_empty() => {
                    let Ok(Some((stream, target))) = knocked else { continue };
                    let Some(found) = read(&target, server, state) else {
                        say(stream, "404 Not Found", &pages.stray).await;
                        continue;
                    };
                    let page = if found.is_ok() { &pages.done } else { &pages.failed };
                    say(stream, "200 OK", page).await;
                    return found;
                }
            }
        }
    }
}

/// What a browser asks for: the target of its GET.
async fn target(mut stream: TcpStream) -> Option<(TcpStream, Zeroizing<String>)> {
    let mut head = Zeroizing::new(Vec::new());
    let mut piece = Zeroizing::new([0_u8; 2048]);
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let read = stream.read(piece.as_mut()).await.ok().filter(|read| *read > 0)?;
        head.extend_from_slice(piece.get(..read)?);
        if head.len() > HEAD {
            return None;
        }
    }
    let line = head.split(|byte| *byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let target = line.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?.to_owned();
    Some((stream, Zeroizing::new(target)))
}

/// The code, or why there is none; `None` when this is no answer to our question. The page of any other site can send a
/// browser here, so what has not our state changes nothing, not even to a failure.
fn read(
    target: &str,
    server: &AuthorizationServer,
    state: &Secret<String>,
) -> Option<Result<Secret<String>, OAuthError>> {
    let url = Url::parse("http://127.0.0.1/").ok()?.join(target).ok()?;
    if url.path() != "/" {
        return None;
    }
    let pairs: Vec<_> = url.query_pairs().collect();
    // RFC 6749 §3.1: none more than once.
    let one = |name: &str| {
        let mut of = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_ref());
        let first = of.next();
        first.filter(|_| of.next().is_none())
    };
    let (given, own) = (one("state")?.as_bytes(), state.declassify().as_bytes());
    if given.len() != own.len() || !openssl::memcmp::eq(given, own) {
        return None;
    }
    let is_of_issuer = match one("iss") {
        Some(issuer) => server.is_issuer(issuer),
        // One that is there twice is as bad as another's.
        None => !server.names_issuer && !pairs.iter().any(|(key, _)| key == "iss"),
    };
    if !is_of_issuer {
        return Some(Err(OAuthError::WrongIssuer));
    }
    Some(match (one("error"), one("code")) {
        (Some("access_denied"), _) => Err(OAuthError::Denied),
        (Some(other), _) => Err(OAuthError::Refused(code(other))),
        (None, Some(code)) if !code.is_empty() => Ok(Secret::from(code)),
        (None, _) => Err(OAuthError::Protocol("no_code")),
    })
}

/// A code of RFC 6749 as it may be shown: what else a server writes there is not told.
pub(super) fn code(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')).take(CODE).collect()
}

/// Answers a browser and hangs up. That it went away meanwhile changes nothing.
async fn say(mut stream: TcpStream, status: &str, words: &str) {
    let escaped = words.replace('&', "&amp;").replace('<', "&lt;");
    let page = format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>Kakitome</title></head>\
         <body style=\"font:18px sans-serif;margin:4em auto;max-width:32em\"><p>{escaped}</p></body></html>"
    );
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\r\n",
        page.len()
    );
    let _ = timeout(PATIENCE, async {
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(page.as_bytes()).await?;
        stream.shutdown().await
    })
    .await;
}
