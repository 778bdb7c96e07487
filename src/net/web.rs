//! Pictures from the web, as a letter asks for them: over TLS alone, to the public internet alone,
//! with nothing in the request that tells one reader from another.

mod address;
#[cfg(test)]
#[path = "web/tests/lab.rs"]
pub(crate) mod lab;
mod picture;
pub mod plain;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::{NetError, tls};

/// The largest picture, in bytes.
pub const LARGEST: usize = 8 << 20;
/// How long one picture may take, redirections and all.
const TIME: Duration = Duration::from_secs(20);
/// How long a name, a connection or a handshake may take.
const STEP: Duration = Duration::from_secs(8);
/// How often a server may send us elsewhere.
const REDIRECTS: usize = 3;
/// Addresses of a host that are tried.
const TRIES: usize = 3;
/// The most header fields of an answer.
const FIELDS: usize = 100;
/// The most bytes of an answer's header.
const HEADER: usize = 64 << 10;

/// What every reader's request says of the program, so that it says nothing of the reader.
const AGENT: &str = "Mozilla/5.0";
const ACCEPT: &str = "image/webp,image/png,image/jpeg,image/gif;q=0.9,image/*;q=0.5";

/// Why a picture was not loaded. The display form is a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    /// The address, or one that a server sent us to, is not one of HTTPS.
    #[error("not_https")]
    NotHttps,
    /// The address, or one that a server sent us to, is not one of HTTP, where that alone is asked.
    #[error("not_http")]
    NotHttp,
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The address names no host, names a user, or a port that other services use.
    #[error("bad_address")]
    BadAddress,
    /// The host is this computer or one of the local network.
    #[error("private_address")]
    PrivateAddress,
    /// No connection, or it broke.
    #[error("unreachable")]
    Unreachable,
    /// TLS could not be agreed on, or the certificate is not the right one.
    #[error("bad_certificate")]
    BadCertificate,
    /// The server sent us on too often.
    #[error("too_many_redirects")]
    TooManyRedirects,
    /// The server has no such picture, or does not give it.
    #[error("status")]
    Status(u16),
    /// It is larger than a picture may be, or than what is left for the message.
    #[error("too_large")]
    TooLarge,
    /// It is not a picture of a kind that is drawn here, whatever its label says.
    #[error("not_a_picture")]
    NotAPicture,
    /// It took too long.
    #[error("timed_out")]
    TimedOut,
    /// The server broke the protocol.
    #[error("protocol")]
    Protocol,
}

/// Where connections may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses alone.
    Public,
    /// To this computer too: for servers of tests. A program that is shipped has no such thing.
    #[cfg(test)]
    Anywhere,
}

/// Bytes that the pictures of one message may still take.
#[derive(Debug)]
pub struct Budget(AtomicUsize);

impl Budget {
    /// So many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(AtomicUsize::new(bytes))
    }

    /// Takes bytes off; `false` when there are not so many left.
    fn take(&self, bytes: usize) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }
}

/// A way to the web for one message. It keeps nothing: no cookies, no cache, and TLS sessions only
/// as long as it lives.
pub struct Web {
    connector: TlsConnector,
    reach: Reach,
}

impl Web {
    /// Believes the platform's authorities and these.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn new(extra_roots: &[Vec<u8>], reach: Reach) -> Result<Self, NetError> {
        Ok(Self { connector: tls::connector(extra_roots)?, reach })
    }

    /// Fetches one picture.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn picture(&self, url: &Url, budget: &Budget) -> Result<Vec<u8>, WebError> {
        timeout(TIME, self.follow(url.clone(), budget)).await.unwrap_or(Err(WebError::TimedOut))
    }

    async fn follow(&self, mut url: Url, budget: &Budget) -> Result<Vec<u8>, WebError> {
        for _ in 0..=REDIRECTS {
            let mut exchange = self.ask(&url).await?;
            if exchange.response.status().is_redirection() {
                url = elsewhere(&url, &exchange.response)?;
                continue;
            }
            if exchange.response.status() != StatusCode::OK {
                return Err(WebError::Status(exchange.response.status().as_u16()));
            }
            return body(&mut exchange.response, budget).await;
        }
        Err(WebError::TooManyRedirects)
    }

    /// Asks one server for one address.
    async fn ask(&self, url: &Url) -> Result<Exchange, WebError> {
        address::check(url, self.reach)?;
        let tcp = connect(url, self.reach).await?;
        let host = url.host_str().ok_or(WebError::BadAddress)?;
        let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(name).map_err(|_| WebError::BadAddress)?;
        let tls = timeout(STEP, self.connector.connect(name, tcp)).await.map_err(|_| WebError::TimedOut)?;
        let tls = tls.map_err(|_| WebError::BadCertificate)?;
        let mut protocol = http1::Builder::new();
        protocol.max_buf_size(HEADER).max_headers(FIELDS);
        let (mut sender, connection) =
            protocol.handshake(TokioIo::new(tls)).await.map_err(|_| WebError::Unreachable)?;
        let mut pump = JoinSet::new();
        pump.spawn(async move {
            let _ = connection.await;
        });
        let response = sender.send_request(request(url)?).await.map_err(|_| WebError::Protocol)?;
        Ok(Exchange { response, _pump: pump })
    }
}

/// Connects to an address that was looked at, and to no other.
async fn connect(url: &Url, reach: Reach) -> Result<TcpStream, WebError> {
    let port = url.port_or_known_default().ok_or(WebError::BadAddress)?;
    let found: Vec<SocketAddr> = match url.host().ok_or(WebError::BadAddress)? {
        Host::Ipv4(ip) => vec![(ip, port).into()],
        Host::Ipv6(ip) => vec![(ip, port).into()],
        Host::Domain(name) => {
            let found = timeout(STEP, tokio::net::lookup_host((name, port))).await;
            found.map_err(|_| WebError::TimedOut)?.map_err(|_| WebError::Unreachable)?.collect()
        }
    };
    // One private address among them, and the name is not one of the public web.
    if found.iter().any(|one| !address::is_within(one.ip(), reach)) {
        return Err(WebError::PrivateAddress);
    }
    for one in found.into_iter().take(TRIES) {
        if let Ok(Ok(tcp)) = timeout(STEP, TcpStream::connect(one)).await {
            return Ok(tcp);
        }
    }
    Err(WebError::Unreachable)
}

/// An answer, and what drives its connection as long as it is read.
struct Exchange {
    response: Response<Incoming>,
    _pump: JoinSet<()>,
}

/// What is sent: where to, and what kinds of picture are drawn here. No cookie, no referrer, no
/// language, nothing that a cache could recognise.
fn request(url: &Url) -> Result<Request<Empty<Bytes>>, WebError> {
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let host = url.host_str().ok_or(WebError::BadAddress)?;
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    Request::get(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, AGENT)
        .header(header::ACCEPT, ACCEPT)
        .body(Empty::new())
        .map_err(|_| WebError::BadAddress)
}

/// Where a server sends us.
fn elsewhere(url: &Url, response: &Response<Incoming>) -> Result<Url, WebError> {
    let location = response.headers().get(header::LOCATION).ok_or(WebError::Protocol)?;
    let location = location.to_str().map_err(|_| WebError::Protocol)?;
    url.join(location).map_err(|_| WebError::BadAddress)
}

async fn body(response: &mut Response<Incoming>, budget: &Budget) -> Result<Vec<u8>, WebError> {
    let length = response.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > LARGEST) {
        return Err(WebError::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(frame) = response.body_mut().frame().await {
        let frame = frame.map_err(|_| WebError::Unreachable)?;
        let Some(chunk) = frame.data_ref() else { continue };
        if bytes.len() + chunk.len() > LARGEST || !budget.take(chunk.len()) {
            return Err(WebError::TooLarge);
        }
        bytes.extend_from_slice(chunk);
        if bytes.len() >= picture::KNOWN_AFTER && !picture::is_picture(&bytes) {
            return Err(WebError::NotAPicture);
        }
    }
    if picture::is_picture(&bytes) { Ok(bytes) } else { Err(WebError::NotAPicture) }
}
