//! Key servers of the older kind, over TLS (draft-gallagher-openpgp-hkp): anybody may put anything there, so what
//! they give says nothing of whose it is.

use url::Url;

use crate::domain::{EmailAddress, Fingerprint};

use super::web::{Fetch, Web, WebError};

/// The most bytes of one answer: such servers give certificates whole, with everything that others put on them.
const LARGEST: usize = 8 << 20;

/// The address of a server as `hkps://host` or `https://host`; `None` for anything without TLS.
pub fn server(text: &str) -> Option<Url> {
    let text = text.trim();
    let text = text.strip_prefix("hkps://").map_or_else(|| text.to_owned(), |rest| format!("https://{rest}"));
    let text = if text.contains("://") { text } else { format!("https://{text}") };
    let url = Url::parse(&text).ok()?;
    (url.scheme() == "https" && url.host_str().is_some() && url.username().is_empty()).then_some(url)
}

/// Everything that is kept under an address.
///
/// # Errors
/// Why nothing could be learnt.
pub async fn by_address(web: &Web, server: &Url, address: &EmailAddress) -> Result<Option<Vec<u8>>, WebError> {
    get(web, server, address.as_str(), true).await
}

/// The certificate with a fingerprint.
///
/// # Errors
/// Why nothing could be learnt.
pub async fn by_fingerprint(web: &Web, server: &Url, fingerprint: &Fingerprint) -> Result<Option<Vec<u8>>, WebError> {
    get(web, server, &format!("0x{fingerprint}"), false).await
}

/// Hands a certificate over, armored; the server's own words come back.
///
/// # Errors
/// Why the server did not take it.
pub async fn submit(web: &Web, server: &Url, armored: &str) -> Result<(), WebError> {
    let url = at(server, "add")?;
    let body = url::form_urlencoded::Serializer::new(String::new()).append_pair("keytext", armored).finish();
    let body = ("application/x-www-form-urlencoded", body.as_bytes());
    web.fetch(&Fetch { body: Some(body), ..Fetch::new(&url, LARGEST) }).await.map(|_| ())
}

async fn get(web: &Web, server: &Url, search: &str, is_exact: bool) -> Result<Option<Vec<u8>>, WebError> {
    let mut url = at(server, "lookup")?;
    url.query_pairs_mut().append_pair("op", "get").append_pair("options", "mr").append_pair("search", search);
    if is_exact {
        url.query_pairs_mut().append_pair("exact", "on");
    }
    match web.fetch(&Fetch::new(&url, LARGEST)).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(WebError::Status(404)) => Ok(None),
        Err(other) => Err(other),
    }
}

fn at(server: &Url, what: &str) -> Result<Url, WebError> {
    let mut url = server.clone();
    url.path_segments_mut().map_err(|()| WebError::BadAddress)?.pop_if_empty().extend(["pks", what]);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_only_asked_over_tls() {
        for text in ["hkps://keys.example.org", "https://keys.example.org/", " keys.example.org "] {
            assert_eq!(server(text).unwrap().host_str(), Some("keys.example.org"), "{text}");
        }
        for text in
            ["hkp://keys.example.org", "http://keys.example.org", "ldap://x", "", "https://u:p@keys.example.org"]
        {
            assert_eq!(server(text), None, "{text}");
        }
    }
}
