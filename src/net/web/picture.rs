//! Pictures, as a letter asks for them: over TLS alone, with nothing in the request that tells one reader from another.

use hyper::StatusCode;
use tokio::time::timeout;
use url::Url;

use super::exchange::{self, Question, REDIRECTS, TIME};
use super::{Budget, Schemes, Web, WebError};

/// The largest picture, in bytes.
pub const LARGEST: usize = 8 << 20;
/// After so many bytes it is known whether it is one.
const KNOWN_AFTER: usize = 12;
const QUESTION: Question<'static> = Question {
    accept: "image/webp,image/png,image/jpeg,image/gif;q=0.9,image/*;q=0.5",
    body: None,
    schemes: Schemes::Https,
};

impl Web {
    /// Fetches one picture.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn picture(&self, url: &Url, budget: &Budget) -> Result<Vec<u8>, WebError> {
        timeout(TIME, self.follow(url.clone(), budget)).await.unwrap_or(Err(WebError::TimedOut))
    }

    async fn follow(&self, mut url: Url, budget: &Budget) -> Result<Vec<u8>, WebError> {
        for _ in 0..=REDIRECTS {
            let mut exchange = self.ask(&url, &QUESTION).await?;
            if exchange.response.status().is_redirection() {
                url = exchange::elsewhere(&url, &exchange.response)?;
                continue;
            }
            if exchange.response.status() != StatusCode::OK {
                return Err(WebError::Status(exchange.response.status().as_u16()));
            }
            let look = |bytes: &[u8], newest: usize| {
                if !budget.take(newest) {
                    return Err(WebError::TooLarge);
                }
                if bytes.len() >= KNOWN_AFTER && !is_picture(bytes) { Err(WebError::NotAPicture) } else { Ok(()) }
            };
            let bytes = exchange::body(&mut exchange.response, LARGEST, look).await?;
            return if is_picture(&bytes) { Ok(bytes) } else { Err(WebError::NotAPicture) };
        }
        Err(WebError::TooManyRedirects)
    }
}

/// PNG, JPEG, GIF, WebP or BMP, by what it begins with and not by its label.
fn is_picture(bytes: &[u8]) -> bool {
    let begins = |mark: &[u8]| bytes.starts_with(mark);
    begins(b"\x89PNG\r\n\x1a\n")
        || begins(b"\xff\xd8\xff")
        || begins(b"GIF87a")
        || begins(b"GIF89a")
        || begins(b"BM") && bytes.len() >= KNOWN_AFTER
        || begins(b"RIFF") && bytes.get(8..KNOWN_AFTER) == Some(b"WEBP")
}
