//! What authorities publish about certificates: revocation lists, answers, certificates of issuers. It is asked over
//! HTTP without TLS, as RFC 5280 §8 has it: each is signed itself, and TLS would want the same questions answered
//! first. Whoever listens on the way learns which one is asked for; nothing in the request tells readers apart.

#[cfg(test)]
mod tests;

use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

use crate::net::Cancel;

use super::{AGENT, Exchange, FIELDS, HEADER, REDIRECTS, Reach, WebError, address, connect, elsewhere};

/// The largest revocation list, in bytes.
pub const LARGEST_LIST: usize = 24 << 20;
/// The largest answer about one certificate, in bytes.
pub const LARGEST_ANSWER: usize = 256 << 10;
/// How long an answer may take.
const TIME: Duration = Duration::from_secs(20);
/// How long a list may take, which can be large.
const TIME_FOR_LIST: Duration = Duration::from_mins(2);

/// Asks an OCSP responder (RFC 6960 appendix A.1).
///
/// # Errors
/// Why there is no answer. What comes is whatever the server sent: nobody looked at it yet.
pub async fn ocsp(url: &str, question: &[u8], reach: Reach, cancel: &Cancel) -> Result<Vec<u8>, WebError> {
    let asked = Asked {
        method: Method::POST,
        content: Some(("application/ocsp-request", Bytes::copy_from_slice(question))),
        accept: "application/ocsp-response",
        limit: LARGEST_ANSWER,
    };
    within(TIME, cancel, asked.follow(url, reach)).await
}

/// Fetches a file of an authority, such as a revocation list.
///
/// # Errors
/// Why there is none; also when it has more bytes than the limit.
pub async fn file(url: &str, limit: usize, reach: Reach, cancel: &Cancel) -> Result<Vec<u8>, WebError> {
    let asked = Asked { method: Method::GET, content: None, accept: "*/*", limit };
    within(TIME_FOR_LIST, cancel, asked.follow(url, reach)).await
}

async fn within(
    time: Duration,
    cancel: &Cancel,
    work: impl Future<Output = Result<Vec<u8>, WebError>>,
) -> Result<Vec<u8>, WebError> {
    tokio::select! {
        outcome = timeout(time, work) => outcome.unwrap_or(Err(WebError::TimedOut)),
        () = cancel.cancelled() => Err(WebError::Cancelled),
    }
}

struct Asked {
    method: Method,
    content: Option<(&'static str, Bytes)>,
    accept: &'static str,
    limit: usize,
}

impl Asked {
    async fn follow(&self, url: &str, reach: Reach) -> Result<Vec<u8>, WebError> {
        let mut url = Url::parse(url).map_err(|_| WebError::BadAddress)?;
        for _ in 0..=REDIRECTS {
            let mut exchange = self.ask(&url, reach).await?;
            let status = exchange.response.status();
            if status.is_redirection() {
                url = elsewhere(&url, &exchange.response)?;
                continue;
            }
            if status != StatusCode::OK {
                return Err(WebError::Status(status.as_u16()));
            }
            return self.body(&mut exchange).await;
        }
        Err(WebError::TooManyRedirects)
    }

    async fn ask(&self, url: &Url, reach: Reach) -> Result<Exchange, WebError> {
        address::check_plain(url, reach)?;
        let tcp = connect(url, reach).await?;
        let mut protocol = http1::Builder::new();
        protocol.max_buf_size(HEADER).max_headers(FIELDS);
        let (mut sender, connection) =
            protocol.handshake(TokioIo::new(tcp)).await.map_err(|_| WebError::Unreachable)?;
        let mut pump = JoinSet::new();
        pump.spawn(async move {
            let _ = connection.await;
        });
        let response = sender.send_request(self.request(url)?).await.map_err(|_| WebError::Protocol)?;
        Ok(Exchange { response, _pump: pump })
    }

    fn request(&self, url: &Url) -> Result<Request<Full<Bytes>>, WebError> {
        let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let host = url.host_str().ok_or(WebError::BadAddress)?;
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(target)
            .header(header::HOST, host)
            .header(header::USER_AGENT, AGENT)
            .header(header::ACCEPT, self.accept);
        let mut content = Bytes::new();
        if let Some((kind, bytes)) = &self.content {
            request = request.header(header::CONTENT_TYPE, *kind);
            content = bytes.clone();
        }
        request.body(Full::new(content)).map_err(|_| WebError::BadAddress)
    }

    async fn body(&self, exchange: &mut Exchange) -> Result<Vec<u8>, WebError> {
        let length = exchange.response.headers().get(header::CONTENT_LENGTH);
        let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if length.is_some_and(|length| length > self.limit) {
            return Err(WebError::TooLarge);
        }
        let mut bytes = Vec::new();
        while let Some(frame) = exchange.response.body_mut().frame().await {
            let frame = frame.map_err(|_| WebError::Unreachable)?;
            let Some(chunk) = frame.data_ref() else { continue };
            if bytes.len() + chunk.len() > self.limit {
                return Err(WebError::TooLarge);
            }
            bytes.extend_from_slice(chunk);
        }
        Ok(bytes)
    }
}
