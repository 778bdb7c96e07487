//! The Web Key Directory: a domain publishes its people's OpenPGP certificates on its own web server
//! (draft-koch-openpgp-webkey-service).

use url::Url;

use crate::domain::EmailAddress;

use super::web::{Fetch, Web, WebError};

/// The most bytes of one answer.
const LARGEST: usize = 2 << 20;

/// Where the certificates of an address are published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locations {
    /// On the host that is there for it (§3.1, advanced method).
    pub advanced: Url,
    /// On the domain itself, where there is no such host (direct method).
    pub direct: Url,
}

/// What was found, and on which host.
#[derive(Clone, Debug)]
pub struct Published {
    /// OpenPGP certificates, binary, one after the other.
    pub bytes: Vec<u8>,
    /// The host that had them.
    pub host: String,
}

/// The name of an address in a directory: z-base-32 of the SHA-1 of its local part in lower case (§3.1). SHA-1 is not
/// there to protect anything.
pub fn name(address: &EmailAddress) -> String {
    zbase32::encode(openssl::sha::sha1(address.local_part().as_bytes()))
}

/// The domain of an address as a host name; `None` when it can't be one.
pub fn host(address: &EmailAddress) -> Option<String> {
    let domain = idna::domain_to_ascii_strict(address.domain()).ok()?;
    (!domain.is_empty()).then_some(domain)
}

/// Where to look for an address; `None` when its domain can't be one of the web.
pub fn locations(address: &EmailAddress) -> Option<Locations> {
    let (host, name) = (host(address)?, name(address));
    // As it was written: the directory's owner may tell letters apart that the name of it can't (§3.1).
    let local = address.as_str().rsplit_once('@').map_or("", |(local, _)| local);
    let url = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.query_pairs_mut().append_pair("l", local);
        // Only a host may stand there: nothing that the address holds may lead to another path or port.
        (url.path().ends_with(&name) && url.port().is_none()).then_some(url)
    };
    Some(Locations {
        advanced: url(&format!("https://openpgpkey.{host}/.well-known/openpgpkey/{host}/hu/{name}"))?,
        direct: url(&format!("https://{host}/.well-known/openpgpkey/hu/{name}"))?,
    })
}

/// Asks for the certificates of an address: at the host for it and, only when there is no such host, at the domain.
/// `None` when the directory has none of it. `web` should have a resolver, which alone can tell that there is no host.
///
/// # Errors
/// Why nothing could be learnt. [`WebError::NoSuchHost`]: the domain has neither host.
pub async fn certificates(web: &Web, address: &EmailAddress) -> Result<Option<Published>, WebError> {
    let at = locations(address).ok_or(WebError::BadAddress)?;
    match ask(web, &at.advanced).await {
        Err(WebError::NoSuchHost) => ask(web, &at.direct).await,
        other => other,
    }
}

async fn ask(web: &Web, url: &Url) -> Result<Option<Published>, WebError> {
    let host = url.host_str().unwrap_or_default().to_owned();
    match web.fetch(&Fetch::new(url, LARGEST)).await {
        Ok(bytes) => Ok(Some(Published { bytes, host })),
        Err(WebError::Status(404 | 410)) => Ok(None),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Option<Locations> {
        locations(&EmailAddress::parse(address).unwrap())
    }

    #[test]
    fn an_address_is_looked_for_where_the_draft_says() {
        // The example of the draft's §3.1.
        let found = at("Joe.Doe@Example.ORG").unwrap();
        assert_eq!(
            found.advanced.as_str(),
            "https://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe"
        );
        assert_eq!(
            found.direct.as_str(),
            "https://example.org/.well-known/openpgpkey/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe"
        );
    }

    #[test]
    fn what_an_address_holds_leads_nowhere_else() {
        let odd = at("a&b=c#d@例え.jp").unwrap();
        assert_eq!(odd.advanced.host_str(), Some("openpgpkey.xn--r8jz45g.jp"));
        assert!(odd.advanced.as_str().ends_with("?l=a%26b%3Dc%23d"), "{}", odd.advanced);
        for address in
            ["a@example.org/x", "a@example.org:25", "a@exa mple.org", "a@[127.0.0.1]", "a@example.org?x", "a@e_x.org#"]
        {
            let Some(address) = EmailAddress::parse(address) else { continue };
            assert_eq!(locations(&address), None, "{address}");
        }
    }
}
