//! The token endpoint (RFC 6749 §3.2): a code or a refresh token against an access token.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

use crate::domain::Secret;
use crate::net::web::{Fetch, Web, WebError};

use super::{AuthorizationServer, Grant, OAuthError, loopback, server};

/// The most bytes of an answer.
const LARGEST: usize = 256 << 10;
/// For how long a token counts of which nobody said it.
const UNSAID: Duration = Duration::from_mins(30);

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    token_type: Option<String>,
    // A number; some servers write it as a text.
    expires_in: Option<Value>,
    refresh_token: Option<String>,
    error: Option<String>,
}

/// RFC 6749 §4.1.3, RFC 7636 §4.5.
pub(super) async fn exchange(
    server: &AuthorizationServer,
    web: &Web,
    code: &Secret<String>,
    redirect: &str,
    verifier: &Secret<String>,
) -> Result<Grant, OAuthError> {
    let grant = ask(server, web, |form| {
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code.declassify())
            .append_pair("redirect_uri", redirect)
            .append_pair("code_verifier", verifier.declassify());
    })
    .await;
    match grant {
        // Without the means to renew it the account would be of use for an hour.
        Ok(Grant { refresh: None, .. }) => Err(OAuthError::Protocol("no_refresh_token")),
        Err(OAuthError::Revoked) => Err(OAuthError::Refused("invalid_grant".to_owned())),
        other => other,
    }
}

/// Asks for the next access token (RFC 6749 §6).
///
/// # Errors
/// [`OAuthError::Revoked`] when the user has to sign in again; others may pass.
pub async fn refresh(server: &AuthorizationServer, web: &Web, refresh: &Secret<String>) -> Result<Grant, OAuthError> {
    ask(server, web, |form| {
        form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", refresh.declassify());
    })
    .await
}

async fn ask(
    server: &AuthorizationServer,
    web: &Web,
    fill: impl FnOnce(&mut Serializer<'_, String>),
) -> Result<Grant, OAuthError> {
    let url = server::https(&server.token)?;
    let client = server.client().ok_or(OAuthError::NoClient)?;
    let body = {
        let mut form = Serializer::new(String::new());
        fill(&mut form);
        form.append_pair("client_id", client);
        if let Some(secret) = server.client_secret.as_deref().filter(|secret| !secret.is_empty()) {
            form.append_pair("client_secret", secret);
        }
        Zeroizing::new(form.finish())
    };
    let question = Fetch {
        accept: "application/json",
        body: Some(("application/x-www-form-urlencoded", body.as_bytes())),
        ..Fetch::new(&url, LARGEST)
    };
    let (status, bytes) = web.post(&question).await.map_err(OAuthError::Web)?;
    let bytes = Zeroizing::new(bytes);
    read(status, &bytes)
}

fn read(status: u16, bytes: &[u8]) -> Result<Grant, OAuthError> {
    let answer: Option<Answer> = serde_json::from_slice(bytes).ok();
    let access = match (status, answer) {
        (200, Some(answer)) => answer,
        // RFC 6749 §5.2. A busy server may say so in whatever form.
        (400 | 401 | 403, Some(Answer { error: Some(error), .. })) => {
            let is_over = error == "invalid_grant";
            return Err(if is_over { OAuthError::Revoked } else { OAuthError::Refused(loopback::code(&error)) });
        }
        (200, None) => return Err(OAuthError::Protocol("not_json")),
        (status, _) => return Err(OAuthError::Web(WebError::Status(status))),
    };
    let is_bearer = access.token_type.is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    let token = access.access_token.map(Secret::new);
    let refresh = access.refresh_token.map(Secret::new);
    let fits = |token: &Secret<String>| {
        // RFC 6750 §2.1: nothing that could end a line of the protocol that it goes into.
        let text = token.declassify();
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let (true, Some(access_token)) = (is_bearer, token.filter(fits)) else {
        return Err(OAuthError::Protocol("no_bearer_token"));
    };
    let seconds = access.expires_in.and_then(|value| match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    });
    Ok(Grant { access: access_token, lasts: seconds.map_or(UNSAID, Duration::from_secs), refresh })
}
