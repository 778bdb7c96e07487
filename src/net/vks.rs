//! A verifying key server, as keys.openpgp.org is one: it gives a certificate for an address only when the address's
//! owner confirmed it (the VKS interface, version 1).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::{EmailAddress, Fingerprint};

use super::web::{Fetch, Web, WebError};

/// The most bytes of one answer.
const LARGEST: usize = 2 << 20;
const JSON: &str = "application/json";

/// How it stands with an address of an uploaded certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AddressStatus {
    /// Not to be found by it; its owner may be asked.
    Unpublished,
    /// Its owner was asked, and has not answered yet.
    Pending,
    /// To be found by it.
    Published,
    /// The certificate withdraws it.
    Revoked,
}

/// What the server made of an uploaded certificate.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Upload {
    /// The certificate's fingerprint, as the server read it.
    pub key_fpr: String,
    /// Each address of the certificate.
    #[serde(default)]
    pub status: BTreeMap<String, AddressStatus>,
    /// What the server wants to see again with [`request_verify`].
    #[serde(default)]
    pub token: String,
}

#[derive(Serialize)]
struct KeyText<'a> {
    keytext: &'a str,
}

#[derive(Serialize)]
struct Verification<'a> {
    token: &'a str,
    addresses: Vec<&'a str>,
    locale: Vec<&'a str>,
}

/// The certificate that the owner of an address confirmed for it.
///
/// # Errors
/// Why nothing could be learnt.
pub async fn by_address(web: &Web, server: &Url, address: &EmailAddress) -> Result<Option<Vec<u8>>, WebError> {
    found(web.fetch(&Fetch::new(&below(server, &["by-email", address.as_str()])?, LARGEST)).await)
}

/// The certificate with a fingerprint; without the identities that nobody confirmed.
///
/// # Errors
/// Why nothing could be learnt.
pub async fn by_fingerprint(web: &Web, server: &Url, fingerprint: &Fingerprint) -> Result<Option<Vec<u8>>, WebError> {
    found(web.fetch(&Fetch::new(&below(server, &["by-fingerprint", fingerprint.as_str()])?, LARGEST)).await)
}

/// Hands a certificate over, armored. It is then to be found by its fingerprint alone.
///
/// # Errors
/// Why the server did not take it.
pub async fn upload(web: &Web, server: &Url, armored: &str) -> Result<Upload, WebError> {
    post(web, &below(server, &["upload"])?, &KeyText { keytext: armored }).await
}

/// Has the server send a confirmation mail to each of these addresses, in the language that is asked for.
///
/// # Errors
/// Why the server did not.
pub async fn request_verify(
    web: &Web,
    server: &Url,
    token: &str,
    addresses: &[EmailAddress],
    language: &str,
) -> Result<Upload, WebError> {
    let addresses = addresses.iter().map(EmailAddress::as_str).collect();
    post(web, &below(server, &["request-verify"])?, &Verification { token, addresses, locale: vec![language] }).await
}

async fn post(web: &Web, url: &Url, what: &impl Serialize) -> Result<Upload, WebError> {
    let body = serde_json::to_vec(what).map_err(|_| WebError::Protocol)?;
    let fetch = Fetch { accept: JSON, body: Some((JSON, &body)), ..Fetch::new(url, LARGEST) };
    let answer = web.fetch(&fetch).await?;
    serde_json::from_slice(&answer).map_err(|_| WebError::Protocol)
}

fn found(answer: Result<Vec<u8>, WebError>) -> Result<Option<Vec<u8>>, WebError> {
    match answer {
        Ok(bytes) => Ok(Some(bytes)),
        Err(WebError::Status(404)) => Ok(None),
        Err(other) => Err(other),
    }
}

fn below(server: &Url, path: &[&str]) -> Result<Url, WebError> {
    let mut url = server.clone();
    url.path_segments_mut().map_err(|()| WebError::BadAddress)?.pop_if_empty().extend(["vks", "v1"]).extend(path);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_component_of_the_path_whatever_it_holds() {
        let server = Url::parse("https://keys.example.org").unwrap();
        let url = below(&server, &["by-email", "a/../b?c#d%@example.org"]).unwrap();
        assert_eq!(url.as_str(), "https://keys.example.org/vks/v1/by-email/a%2F..%2Fb%3Fc%23d%25@example.org");
    }
}
