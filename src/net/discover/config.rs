//! Mozilla's autoconfig file, version 1.1: `clientConfig/emailProvider` with its `incomingServer`s and
//! `outgoingServer`s.

use crate::domain::EmailAddress;
use crate::net::Security;

/// What is spoken with a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// IMAP.
    Imap,
    /// POP3.
    Pop3,
    /// Submission.
    Submission,
}

/// How one logs in there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Login {
    /// With a password, in whatever mechanism.
    Password,
    /// With a token of OAuth 2.0.
    OAuth2,
}

/// A server that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What is spoken.
    pub protocol: Protocol,
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How TLS starts.
    pub security: Security,
    /// The user name there.
    pub user: String,
    /// How one logs in, the preferred way first; empty when nobody said.
    pub logins: Vec<Login>,
}

/// Reads the file for an address: incoming and outgoing servers. Those without TLS are left out, and those that this
/// program can't log in to.
///
/// # Errors
/// A code: `not_a_configuration`.
pub(super) fn read(bytes: &[u8], address: &EmailAddress) -> Result<(Vec<Service>, Vec<Service>), &'static str> {
    const ODD: &str = "not_a_configuration";
    let text = std::str::from_utf8(bytes).map_err(|_| ODD)?;
    // Documents with a DTD are refused by the parser, and so are bombs of entities.
    let document = roxmltree::Document::parse(text.trim_start_matches('\u{feff}')).map_err(|_| ODD)?;
    let root = document.root_element();
    if !root.has_tag_name("clientConfig") {
        return Err(ODD);
    }
    let provider = root.children().find(|node| node.has_tag_name("emailProvider")).ok_or(ODD)?;
    let of = |tag: &str| -> Vec<Service> {
        let servers = provider.children().filter(|node| node.has_tag_name(tag)).take(16);
        servers.filter_map(|node| service(node, address)).collect()
    };
    let (mut incoming, mut outgoing) = (of("incomingServer"), of("outgoingServer"));
    // IMAP before POP3, and then in the order of the file, as other programs do.
    incoming.sort_by_key(|one| one.protocol == Protocol::Pop3);
    outgoing.retain(|one| one.protocol == Protocol::Submission);
    incoming.retain(|one| one.protocol != Protocol::Submission);
    Ok((incoming, outgoing))
}

fn service(node: roxmltree::Node<'_, '_>, address: &EmailAddress) -> Option<Service> {
    let texts = |tag: &'static str| {
        node.children().filter(move |child| child.has_tag_name(tag)).filter_map(|child| child.text()).map(str::trim)
    };
    let text = |tag| texts(tag).find(|text| !text.is_empty());
    let protocol = match node.attribute("type")? {
        "imap" => Protocol::Imap,
        "pop3" => Protocol::Pop3,
        "smtp" => Protocol::Submission,
        _ => return None,
    };
    let security = match text("socketType")? {
        "SSL" => Security::Implicit,
        "STARTTLS" => Security::StartTls,
        _ => return None,
    };
    let host = fill(text("hostname")?, address);
    let port = text("port")?.parse().ok().filter(|port| !matches!(port, 0 | 25))?;
    let is_host = host.len() <= 253 && host.split('.').all(is_label) && host.contains('.');
    let logins: Vec<Login> = texts("authentication").filter_map(login).collect();
    let is_usable = logins.is_empty() == texts("authentication").next().is_none();
    let user = fill(text("username").unwrap_or("%EMAILADDRESS%"), address);
    (is_host && is_usable && !user.contains(char::is_control)).then_some(Service {
        protocol,
        host,
        port,
        security,
        user,
        logins,
    })
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && label.len() <= 63 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn login(word: &str) -> Option<Login> {
    match word {
        "password-cleartext" | "plain" | "password-encrypted" | "secure" => Some(Login::Password),
        "OAuth2" => Some(Login::OAuth2),
        _ => None,
    }
}

/// Fills in what stands for the address.
pub(super) fn fill(text: &str, address: &EmailAddress) -> String {
    // Of the domain only what can be part of a host name: a label of the address never becomes another host.
    text.replace("%EMAILADDRESS%", address.as_str())
        .replace("%EMAILLOCALPART%", address.local_part())
        .replace("%EMAILDOMAIN%", address.domain())
}
