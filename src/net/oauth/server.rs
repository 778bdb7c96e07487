//! Whom one signs in at: `assets/oauth.json`, which packagers fill in, or a file of the user's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use super::OAuthError;

/// An authorization server (RFC 6749 §1.1), and as whom this program speaks to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationServer {
    /// Its name, for people.
    pub name: String,
    /// Its issuer identifier (RFC 8414 §2, RFC 9207 §2); `{tenantid}`, as Microsoft writes it, stands for one of many.
    pub issuer: String,
    /// The authorization endpoint, where the browser goes.
    pub authorization: String,
    /// The token endpoint.
    pub token: String,
    /// What is asked for: to read and send mail.
    pub scopes: Vec<String>,
    /// The mail servers that take its tokens; `.example.org` stands for every host below.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// The client identifier that the packager was given; without one nobody can sign in there.
    #[serde(default)]
    pub client_id: Option<String>,
    /// What some providers give even to programs that can't keep a secret (RFC 8252 §8.5).
    #[serde(default)]
    pub client_secret: Option<String>,
    /// More parameters for the authorization endpoint.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// How loopback is written in the redirect address that was registered.
    #[serde(default = "loopback")]
    pub redirect_host: String,
    /// Its answers always name the issuer (RFC 9207 §3); one that does not is not its own.
    #[serde(default)]
    pub names_issuer: bool,
}

fn loopback() -> String {
    "127.0.0.1".to_owned()
}

impl AuthorizationServer {
    /// Reads a list of them.
    ///
    /// # Errors
    /// When it is not well-formed.
    pub fn list(json: &[u8]) -> Result<Vec<Self>, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// As whom this program is registered there, if it is.
    pub fn client(&self) -> Option<&str> {
        self.client_id.as_deref().map(str::trim).filter(|id| !id.is_empty())
    }

    /// Whether that is its issuer identifier.
    pub(super) fn is_issuer(&self, issuer: &str) -> bool {
        let Some((before, after)) = self.issuer.split_once("{tenantid}") else { return issuer == self.issuer };
        let tenant = issuer.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        tenant.is_some_and(|tenant| {
            !tenant.is_empty() && tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
    }

    /// Whether a mail server takes its tokens.
    pub fn serves(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.hosts.iter().any(|one| one == &host || one.starts_with('.') && host.ends_with(one.as_str()))
    }
}

/// An endpoint: over TLS, and without a fragment (RFC 6749 §3.1).
pub(super) fn https(text: &str) -> Result<Url, OAuthError> {
    let url = Url::parse(text).map_err(|_| OAuthError::NotHttps)?;
    if url.scheme() == "https" && url.fragment().is_none() { Ok(url) } else { Err(OAuthError::NotHttps) }
}
