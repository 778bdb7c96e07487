//! OAuth 2.0 for programs on a desk (RFC 6749, RFC 8252): the user signs in at the provider, in the system's browser, and
//! this program gets an access token that mail servers take in place of a password, and a refresh token for the next one.
//!
//! The browser's answer comes to a port on loopback (RFC 8252 §7.3). It counts only with the `state` of this very
//! question, from the issuer that was asked (RFC 9207), and the code in it is worth nothing without the verifier that stays
//! here (RFC 7636). Tokens are asked for over TLS alone.

mod loopback;
mod server;
#[cfg(test)]
mod tests;
mod token;

use std::time::Duration;

use openssl::rand::rand_bytes;
use openssl::sha::sha256;
use url::Url;
use zeroize::Zeroizing;

use crate::domain::Secret;

use super::web::{Web, WebError};
use loopback::Loopback;

pub use loopback::Pages;
pub use server::AuthorizationServer;
pub use token::refresh;

/// Why nobody is signed in. The display form is a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// This build of the program is not registered with the provider.
    #[error("no_client")]
    NoClient,
    /// An address of the provider is not one of HTTPS.
    #[error("not_https")]
    NotHttps,
    /// No port on loopback could be had for the browser's answer.
    #[error("no_listener")]
    NoListener,
    /// The user, or the provider, said no.
    #[error("access_denied")]
    Denied,
    /// The answer is from another provider than the one that was asked (RFC 9207 §2.4).
    #[error("wrong_issuer")]
    WrongIssuer,
    /// The provider refused with this code (RFC 6749 §4.1.2.1, §5.2).
    #[error("refused: {0}")]
    Refused(String),
    /// What renewed the access counts no longer: it was withdrawn, or is too old.
    #[error("revoked")]
    Revoked,
    /// The provider was not to be had, or only for the moment not.
    #[error("web: {0}")]
    Web(WebError),
    /// The provider's answer is none of OAuth 2.0.
    #[error("protocol: {0}")]
    Protocol(&'static str),
}

/// What the provider gave.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Takes the place of a password, for a while.
    pub access: Secret<String>,
    /// How long, from now.
    pub lasts: Duration,
    /// What the next access token is asked for with; none when the one before goes on counting.
    pub refresh: Option<Secret<String>>,
}

/// A question to the provider, and the ear for its answer.
#[derive(Debug)]
pub struct SignIn {
    server: AuthorizationServer,
    ear: Loopback,
    redirect: String,
    url: Url,
    state: Secret<String>,
    verifier: Secret<String>,
}

impl SignIn {
    /// Prepares the question, for the user with this address.
    ///
    /// # Errors
    /// [`OAuthError::NoClient`], [`OAuthError::NotHttps`], [`OAuthError::NoListener`].
    pub async fn begin(server: &AuthorizationServer, address: &str) -> Result<Self, OAuthError> {
        let client = server.client().ok_or(OAuthError::NoClient)?.to_owned();
        let mut url = server::https(&server.authorization)?;
        server::https(&server.token)?;
        let ear = Loopback::open().await.map_err(|_| OAuthError::NoListener)?;
        let redirect = format!("http://{}:{}/", server.redirect_host, ear.port());
        let (state, verifier) = (random()?, random()?);
        let challenge = base64url(&sha256(verifier.declassify().as_bytes()));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &client)
            .append_pair("redirect_uri", &redirect)
            .append_pair("scope", &server.scopes.join(" "))
            .append_pair("state", state.declassify())
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("login_hint", address)
            .extend_pairs(&server.parameters);
        Ok(Self { server: server.clone(), ear, redirect, url, state, verifier })
    }

    /// What the browser is to open.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// Waits for the browser's answer, tells the user there with one of these pages how it went, and asks for tokens. It
    /// waits as long as the caller does.
    ///
    /// # Errors
    /// Why there are none.
    pub async fn finish(self, web: &Web, pages: &Pages) -> Result<Grant, OAuthError> {
        let code = self.ear.answer(&self.server, &self.state, pages).await?;
        token::exchange(&self.server, web, &code, &self.redirect, &self.verifier).await
    }
}

/// Thirty-two random bytes in the letters that both `state` and the verifier may have (RFC 7636 §4.1).
fn random() -> Result<Secret<String>, OAuthError> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    rand_bytes(bytes.as_mut()).map_err(|_| OAuthError::Protocol("random"))?;
    Ok(Secret::new(base64url(bytes.as_ref())))
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
