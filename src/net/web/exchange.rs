//! One request to one server, and its answer.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Method, Request, Response, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::{Host, Url};

use crate::domain::{DnsFailure, DnsResolver as _, Record, RecordKind};

use super::{Schemes, Web, WebError, address};

/// How long one thing may take, redirections and all.
pub(super) const TIME: Duration = Duration::from_secs(20);
/// How often a server may send us elsewhere.
pub(super) const REDIRECTS: usize = 3;

/// How long a name, a connection or a handshake may take.
const STEP: Duration = Duration::from_secs(8);
/// Addresses of a host that are tried.
const TRIES: usize = 3;
/// The most header fields of an answer.
const FIELDS: usize = 100;
/// The most bytes of an answer's header.
const HEADER: usize = 64 << 10;

/// What every reader's request says of the program, so that it says nothing of the reader.
const AGENT: &str = "Mozilla/5.0";

/// What is asked for.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    /// The kinds of content that are of use.
    pub(super) accept: &'a str,
    /// The media type and content that are handed over.
    pub(super) body: Option<(&'a str, &'a [u8])>,
    pub(super) schemes: Schemes,
}

/// An answer, and what drives its connection as long as it is read.
pub(super) struct Exchange {
    pub(super) response: Response<Incoming>,
    _pump: JoinSet<()>,
}

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

impl Web {
    /// Asks one server for one address.
    pub(super) async fn ask(&self, url: &Url, question: &Question<'_>) -> Result<Exchange, WebError> {
        address::check(url, self.reach, question.schemes)?;
        let tcp = self.connect(url).await?;
        let io: Box<dyn Io> =
            if url.scheme() == "https" { Box::new(self.encrypted(url, tcp).await?) } else { Box::new(tcp) };
        let mut protocol = http1::Builder::new();
        protocol.max_buf_size(HEADER).max_headers(FIELDS);
        let (mut sender, connection) = protocol.handshake(TokioIo::new(io)).await.map_err(|_| WebError::Unreachable)?;
        let mut pump = JoinSet::new();
        pump.spawn(async move {
            let _ = connection.await;
        });
        let response = sender.send_request(request(url, question)?).await.map_err(|_| WebError::Protocol)?;
        Ok(Exchange { response, _pump: pump })
    }

    async fn encrypted(&self, url: &Url, tcp: TcpStream) -> Result<impl Io + use<>, WebError> {
        let host = url.host_str().ok_or(WebError::BadAddress)?;
        let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(name).map_err(|_| WebError::BadAddress)?;
        let tls = timeout(STEP, self.connector.connect(name, tcp)).await.map_err(|_| WebError::TimedOut)?;
        tls.map_err(|_| WebError::BadCertificate)
    }

    /// Connects to an address that was looked at, and to no other.
    async fn connect(&self, url: &Url) -> Result<TcpStream, WebError> {
        let port = address::port(url, self.reach).ok_or(WebError::BadAddress)?;
        let found: Vec<SocketAddr> = match url.host().ok_or(WebError::BadAddress)? {
            Host::Ipv4(ip) => vec![(ip, port).into()],
            Host::Ipv6(ip) => vec![(ip, port).into()],
            Host::Domain(name) => self.addresses(name, port).await?,
        };
        // One private address among them, and the name is not one of the public web.
        if found.iter().any(|one| !address::is_within(one.ip(), self.reach)) {
            return Err(WebError::PrivateAddress);
        }
        for one in found.into_iter().take(TRIES) {
            if let Ok(Ok(tcp)) = timeout(STEP, TcpStream::connect(one)).await {
                return Ok(tcp);
            }
        }
        Err(WebError::Unreachable)
    }

    async fn addresses(&self, name: &str, port: u16) -> Result<Vec<SocketAddr>, WebError> {
        let Some(resolver) = &self.names else {
            let found = timeout(STEP, tokio::net::lookup_host((name, port))).await;
            return Ok(found.map_err(|_| WebError::TimedOut)?.map_err(|_| WebError::Unreachable)?.collect());
        };
        let (mut found, mut is_known) = (Vec::new(), false);
        for kind in [RecordKind::A, RecordKind::Aaaa] {
            let records = match resolver.lookup(name, kind).await {
                Ok(records) => records,
                Err(DnsFailure::NoSuchName) => continue,
                // Without one kind the other may still lead there; that neither exists is not known.
                Err(DnsFailure::Temporary) => {
                    is_known = true;
                    continue;
                }
            };
            found.extend(records.into_iter().filter_map(|record| match record {
                Record::A(ip) => Some(SocketAddr::from((ip, port))),
                Record::Aaaa(ip) => Some(SocketAddr::from((ip, port))),
                _ => None,
            }));
        }
        if found.is_empty() {
            Err(if is_known { WebError::Unreachable } else { WebError::NoSuchHost })
        } else {
            Ok(found)
        }
    }
}

/// What is sent: where to, and what kinds of content are of use. No cookie, no referrer, no language, nothing that a
/// cache could recognise.
fn request(url: &Url, question: &Question<'_>) -> Result<Request<Full<Bytes>>, WebError> {
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let host = url.host_str().ok_or(WebError::BadAddress)?;
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut request = Request::builder()
        .uri(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, AGENT)
        .header(header::ACCEPT, question.accept);
    let mut content = Bytes::new();
    if let Some((media_type, body)) = question.body {
        request = request.method(Method::POST).header(header::CONTENT_TYPE, media_type);
        content = Bytes::copy_from_slice(body);
    }
    request.body(Full::new(content)).map_err(|_| WebError::BadAddress)
}

/// Where a server sends us.
pub(super) fn elsewhere(url: &Url, response: &Response<Incoming>) -> Result<Url, WebError> {
    let location = response.headers().get(header::LOCATION).ok_or(WebError::Protocol)?;
    let location = location.to_str().map_err(|_| WebError::Protocol)?;
    url.join(location).map_err(|_| WebError::BadAddress)
}

/// The whole content of an answer, as long as `go_on` takes what has come so far and the newest piece of it.
pub(super) async fn body(
    response: &mut Response<Incoming>,
    limit: usize,
    mut go_on: impl FnMut(&[u8], usize) -> Result<(), WebError>,
) -> Result<Vec<u8>, WebError> {
    let length = response.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > limit) {
        return Err(WebError::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(frame) = response.body_mut().frame().await {
        let frame = frame.map_err(|_| WebError::Unreachable)?;
        let Some(chunk) = frame.data_ref() else { continue };
        if bytes.len() + chunk.len() > limit {
            return Err(WebError::TooLarge);
        }
        bytes.extend_from_slice(chunk);
        go_on(&bytes, chunk.len())?;
    }
    Ok(bytes)
}
