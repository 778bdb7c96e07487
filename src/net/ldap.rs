//! Directories of an organisation: S/MIME certificates by address over LDAP (RFC 4511, RFC 4523), under TLS alone.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use ldap3::{LdapConnAsync, LdapConnSettings, LdapError as Error, Scope, SearchEntry, SearchOptions, SearchResult};
use tokio::time::timeout;
use url::Url;

use crate::domain::EmailAddress;

use super::{NetError, tls};

/// How long all of it may take.
const TIME: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(8);
/// Entries that are asked for.
const MAX_ENTRIES: i32 = 16;
/// Values that are taken, and their bytes.
const MAX_VALUES: usize = 64;
const MAX_BYTES: usize = 1 << 20;
/// A user's certificate (RFC 4523 §4.1), and the same with its chain in PKCS #7 (RFC 2798 §2.8), which some servers
/// have under the name that the standard asks for, and OpenLDAP under the plain one.
const ATTRIBUTES: [&str; 3] = ["userCertificate;binary", "userSMIMECertificate;binary", "userSMIMECertificate"];

/// Why a directory gave nothing. The display form is a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LdapError {
    /// No connection, or it broke.
    #[error("unreachable")]
    Unreachable,
    /// The certificate of the server is not the right one, or TLS can't be agreed on. Nothing was asked.
    #[error("bad_certificate")]
    BadCertificate,
    /// The server does not offer TLS. Nothing was asked.
    #[error("no_start_tls")]
    NoStartTls,
    /// The server refuses to answer, in its own words.
    #[error("refused")]
    Refused(String),
    /// It took too long.
    #[error("timed_out")]
    TimedOut,
    /// The server broke the protocol.
    #[error("protocol")]
    Protocol,
}

/// Reads a directory's address: `ldaps://host[:port]/base`, or `ldap://host[:port]/base`, where TLS starts before
/// anything is asked (StartTLS). `base` is the distinguished name to search below.
pub fn server(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let is_one = matches!(url.scheme(), "ldap" | "ldaps") && url.host_str().is_some_and(|host| !host.is_empty());
    (is_one && url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// Asks a directory for the certificates of an address: certificates in DER, and PKCS #7 objects.
///
/// # Errors
/// [`LdapError`].
pub async fn certificates(
    server: &Url,
    extra_roots: &[Vec<u8>],
    address: &EmailAddress,
) -> Result<Vec<Vec<u8>>, LdapError> {
    timeout(TIME, search(server, extra_roots, address)).await.unwrap_or(Err(LdapError::TimedOut))
}

async fn search(server: &Url, extra_roots: &[Vec<u8>], address: &EmailAddress) -> Result<Vec<Vec<u8>>, LdapError> {
    let config = tls::config(extra_roots).map_err(|error| match error {
        NetError::Tls { .. } => LdapError::BadCertificate,
        _ => LdapError::Unreachable,
    })?;
    let is_start_tls = server.scheme() == "ldap";
    let settings =
        LdapConnSettings::new().set_conn_timeout(CONNECT).set_config(Arc::new(config)).set_starttls(is_start_tls);
    let connected = LdapConnAsync::from_url_with_settings(settings, server).await;
    let (connection, mut ldap) = connected.map_err(|error| explain(&error))?;
    let mut driver = tokio::task::JoinSet::new();
    driver.spawn(async move {
        let _ = connection.drive().await;
    });
    let base = ldap3::get_url_params(server).map(|parts| parts.base.into_owned()).unwrap_or_default();
    let filter = format!("(mail={})", ldap3::ldap_escape(address.as_str()));
    let options = SearchOptions::new().sizelimit(MAX_ENTRIES).timelimit(CONNECT.as_secs() as i32);
    let search = ldap.with_search_options(options).search(&base, Scope::Subtree, &filter, ATTRIBUTES.to_vec());
    let SearchResult(entries, result) = search.await.map_err(|error| explain(&error))?;
    // 4: more were there than were asked for; 32: the base is not there.
    if !matches!(result.rc, 0 | 4 | 32) {
        return Err(LdapError::Refused(format!("{} {}", result.rc, result.text)));
    }
    let mut found = Vec::new();
    for entry in entries.into_iter().filter(|entry| !entry.is_ref() && !entry.is_intermediate()) {
        // The library panics on an entry that is none.
        let read = std::panic::catch_unwind(AssertUnwindSafe(|| SearchEntry::construct(entry)));
        found.extend(values(read.map_err(|_| LdapError::Protocol)?));
    }
    let _ = ldap.unbind().await;
    found.retain(|value| value.len() <= MAX_BYTES);
    found.truncate(MAX_VALUES);
    Ok(found)
}

/// The values of the attributes that were asked for, whatever the server spells them.
fn values(entry: SearchEntry) -> impl Iterator<Item = Vec<u8>> {
    let is_wanted = |name: &str| {
        let name = name.split(';').next().unwrap_or_default();
        ATTRIBUTES.iter().any(|wanted| wanted.split(';').next().is_some_and(|wanted| wanted.eq_ignore_ascii_case(name)))
    };
    let binary = entry.bin_attrs.into_iter().filter(move |(name, _)| is_wanted(name)).flat_map(|(_, values)| values);
    let text = entry.attrs.into_iter().filter(move |(name, _)| is_wanted(name)).flat_map(|(_, values)| values);
    binary.chain(text.map(String::into_bytes))
}

fn explain(error: &Error) -> LdapError {
    match error {
        Error::Io { source } => {
            let is_tls = source.get_ref().is_some_and(|inner| inner.downcast_ref::<rustls::Error>().is_some());
            if is_tls { LdapError::BadCertificate } else { LdapError::Unreachable }
        }
        Error::Rustls { .. } | Error::DNSName { .. } => LdapError::BadCertificate,
        Error::Timeout { .. } => LdapError::TimedOut,
        // What can be refused before a search is the start of TLS.
        Error::LdapResult { .. } => LdapError::NoStartTls,
        Error::OpSend { .. } | Error::ResultRecv { .. } | Error::EndOfStream => LdapError::Unreachable,
        _ => LdapError::Protocol,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_a_host_and_no_password_in_its_address() {
        assert!(server("ldaps://ldap.example.org/dc=example,dc=org").is_some());
        assert!(server("ldap://ldap.example.org:3389").is_some());
        for text in ["https://example.org/", "ldapi:///x", "ldap:///dc=x", "ldaps://u:p@ldap.example.org/", "ldap"] {
            assert_eq!(server(text), None, "{text}");
        }
    }
}
