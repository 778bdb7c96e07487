//! Small things that are fetched whole: certificates, revocation lists, answers of a server.

use hyper::StatusCode;
use tokio::time::timeout;
use url::Url;

use super::exchange::{self, Question, REDIRECTS, TIME};
use super::{Web, WebError};

/// How an address may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schemes {
    /// Over TLS alone.
    Https,
    /// Without TLS too: for what bears a signature of its own, as certificates, revocation lists and OCSP answers do,
    /// and is published so (RFC 5280 §8).
    HttpToo,
}

/// What is to be fetched.
#[derive(Clone, Debug)]
pub struct Fetch<'a> {
    /// From where.
    pub url: &'a Url,
    /// The kinds of content that are of use, as an `Accept` field says it.
    pub accept: &'a str,
    /// What is handed over: its media type and content. Then it is a POST, and no server may send it elsewhere.
    pub body: Option<(&'a str, &'a [u8])>,
    /// The most bytes of the answer.
    pub limit: usize,
    /// How the address may be asked.
    pub schemes: Schemes,
}

impl<'a> Fetch<'a> {
    /// A GET over TLS.
    pub fn new(url: &'a Url, limit: usize) -> Self {
        Self { url, accept: "*/*", body: None, limit, schemes: Schemes::Https }
    }
}

impl Web {
    /// Fetches something whole.
    ///
    /// # Errors
    /// Why it could not be had; any other status than 200 is an error.
    pub async fn fetch(&self, what: &Fetch<'_>) -> Result<Vec<u8>, WebError> {
        timeout(TIME, self.fetch_following(what)).await.unwrap_or(Err(WebError::TimedOut))
    }

    /// Hands something over and gives the answer whatever its status is; no server may send it elsewhere.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn post(&self, what: &Fetch<'_>) -> Result<(u16, Vec<u8>), WebError> {
        let question = Question { accept: what.accept, body: what.body, schemes: what.schemes };
        let asked = async {
            let mut exchange = self.ask(what.url, &question).await?;
            let status = exchange.response.status().as_u16();
            let content = exchange::body(&mut exchange.response, what.limit, |_, _| Ok(())).await?;
            Ok((status, content))
        };
        timeout(TIME, asked).await.unwrap_or(Err(WebError::TimedOut))
    }

    async fn fetch_following(&self, what: &Fetch<'_>) -> Result<Vec<u8>, WebError> {
        let question = Question { accept: what.accept, body: what.body, schemes: what.schemes };
        let mut url = what.url.clone();
        for _ in 0..=REDIRECTS {
            let mut exchange = self.ask(&url, &question).await?;
            let status = exchange.response.status();
            if status.is_redirection() && what.body.is_none() {
                url = exchange::elsewhere(&url, &exchange.response)?;
                continue;
            }
            if status != StatusCode::OK {
                return Err(WebError::Status(status.as_u16()));
            }
            return exchange::body(&mut exchange.response, what.limit, |_, _| Ok(())).await;
        }
        Err(WebError::TooManyRedirects)
    }
}
