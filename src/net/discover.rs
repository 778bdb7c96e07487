//! Finding the servers of an address: what the program knows of big providers, what the domain publishes for mail
//! programs (the format of Mozilla's autoconfig), its service records (RFC 6186, RFC 8314 §5.1), whose mail exchanger it
//! uses, and names that are usual. What only the DNS says, or what is guessed, is offered if the server there shows a
//! certificate for that name; what the domain publishes over TLS or is known here is offered as it is. Nobody but the
//! domain, its name servers and those servers learns of the address' domain, and of the address itself only the domain.

mod config;
mod provider;
mod reach;
#[cfg(test)]
mod tests;

use url::Url;

use crate::domain::{DnsResolver as _, EmailAddress, Record, RecordKind};

use super::dns::NetworkResolver;
use super::web::{Fetch, Web, WebError};
use super::{Cancel, NetError, Security, Server, wkd};

pub use config::{Login, Protocol, Service};
pub use provider::{Hints, Note, Provider};

/// The most bytes of a domain's answer.
const LARGEST: usize = 256 << 10;

/// A step of the search, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The providers that are known here.
    Known,
    /// `https://autoconfig.DOMAIN/mail/config-v1.1.xml`.
    Autoconfig,
    /// `https://DOMAIN/.well-known/autoconfig/mail/config-v1.1.xml`.
    WellKnown,
    /// Service records of the domain.
    Services,
    /// The provider whose mail exchanger the domain uses.
    Exchanger,
    /// Usual names.
    Guess,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Known, Self::Autoconfig, Self::WellKnown, Self::Services, Self::Exchanger, Self::Guess];

    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Autoconfig => "autoconfig",
            Self::WellKnown => "well_known",
            Self::Services => "services",
            Self::Exchanger => "exchanger",
            Self::Guess => "guess",
        }
    }
}

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is being tried.
    Trying,
    /// It says where to send and where to receive.
    Found,
    /// It knows nothing of this domain.
    Nothing,
    /// It could not be tried, or what it said can't be used: a code.
    Failed(String),
}

/// Servers that were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// By which step.
    pub step: Step,
    /// Of whom: the provider's name, or the domain.
    pub of: String,
    /// What the user has to know of the provider.
    pub hints: Option<Hints>,
    /// Where mail is received, the best one first.
    pub incoming: Vec<Service>,
    /// Where mail is sent, the best one first.
    pub outgoing: Vec<Service>,
}

impl Suggestion {
    /// The hosts that nobody but an unsigned answer of the DNS names for this address: RFC 6186 §6 asks that the user says
    /// whether they are right, since whoever forges the answer can have a good certificate for a name of his own.
    pub fn strangers(&self, address: &EmailAddress) -> Vec<String> {
        if self.step != Step::Services {
            return Vec::new();
        }
        let domain = address.domain().to_ascii_lowercase();
        let is_below =
            |host: &str| host.strip_suffix(&domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let mut strangers: Vec<String> = Vec::new();
        for service in self.incoming.iter().chain(&self.outgoing) {
            let host = service.host.to_ascii_lowercase();
            if !is_below(&host) && !strangers.contains(&host) {
                strangers.push(host);
            }
        }
        strangers
    }

    fn is_enough(&self) -> bool {
        !self.incoming.is_empty() && !self.outgoing.is_empty()
    }
}

/// What the search goes through.
pub struct Means<'a> {
    /// The way to the web.
    pub web: &'a Web,
    /// Who is asked in the DNS.
    pub names: &'a NetworkResolver,
    /// The providers that are known.
    pub providers: &'a [Provider],
    /// Authorities that are believed beside the platform's: certificates in DER.
    pub extra_roots: &'a [Vec<u8>],
}

/// Searches until a step has found where to send and where to receive. `on` hears of each step as it begins and ends.
///
/// # Errors
/// [`NetError::Cancelled`] when asked to stop, [`NetError::BadHostName`] for an address whose domain can't be one.
pub async fn search(
    means: &Means<'_>,
    address: &EmailAddress,
    cancel: &Cancel,
    mut on: impl FnMut(Step, Outcome) + Send,
) -> Result<Option<Suggestion>, NetError> {
    let domain = wkd::host(address).ok_or(NetError::BadHostName)?;
    for step in Step::ALL {
        on(step, Outcome::Trying);
        let tried = tokio::select! {
            tried = one(means, step, address, &domain) => tried,
            () = cancel.cancelled() => return Err(NetError::Cancelled),
        };
        match tried {
            Ok(Some(found)) if found.is_enough() => {
                on(step, Outcome::Found);
                return Ok(Some(found));
            }
            Ok(_) => on(step, Outcome::Nothing),
            Err(code) => on(step, Outcome::Failed(code)),
        }
    }
    Ok(None)
}

async fn one(
    means: &Means<'_>,
    step: Step,
    address: &EmailAddress,
    domain: &str,
) -> Result<Option<Suggestion>, String> {
    match step {
        Step::Known => Ok(provider::of_domain(means.providers, domain).map(|known| known.suggest(step, address))),
        Step::Autoconfig => {
            published(means, step, address, &format!("https://autoconfig.{domain}/mail/config-v1.1.xml")).await
        }
        Step::WellKnown => {
            published(means, step, address, &format!("https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"))
                .await
        }
        Step::Services => services(means, address, domain).await,
        Step::Exchanger => exchanger(means, address, domain).await,
        Step::Guess => Ok(reach::guess(domain, means.extra_roots).await),
    }
}

/// What the domain publishes for mail programs. It is told the address: it may have several kinds of mailboxes.
async fn published(
    means: &Means<'_>,
    step: Step,
    address: &EmailAddress,
    url: &str,
) -> Result<Option<Suggestion>, String> {
    let mut url = Url::parse(url).map_err(|error| error.to_string())?;
    if step == Step::Autoconfig {
        url.query_pairs_mut().append_pair("emailaddress", address.as_str());
    }
    let bytes = match means.web.fetch(&Fetch::new(&url, LARGEST)).await {
        Ok(bytes) => bytes,
        Err(WebError::Status(404 | 410) | WebError::NoSuchHost) => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let (incoming, outgoing) = config::read(&bytes, address).map_err(str::to_owned)?;
    Ok(Some(Suggestion { step, of: address.domain().to_owned(), hints: None, incoming, outgoing }))
}

/// RFC 6186 §3.4, RFC 8314 §5.1: what is encrypted from the first byte is taken first, then by priority.
async fn services(means: &Means<'_>, address: &EmailAddress, domain: &str) -> Result<Option<Suggestion>, String> {
    let of = async |service: &str, protocol, security| {
        let records = means.names.services(&format!("_{service}._tcp.{domain}")).await?;
        let found = records.into_iter().map(|(host, port)| Service {
            protocol,
            host,
            port,
            security,
            user: address.as_str().to_owned(),
            logins: Vec::new(),
        });
        Ok::<_, String>(found.collect::<Vec<_>>())
    };
    let mut incoming = of("imaps", Protocol::Imap, Security::Implicit).await?;
    incoming.extend(of("imap", Protocol::Imap, Security::StartTls).await?);
    incoming.extend(of("pop3s", Protocol::Pop3, Security::Implicit).await?);
    let mut outgoing = of("submissions", Protocol::Submission, Security::Implicit).await?;
    outgoing.extend(of("submission", Protocol::Submission, Security::StartTls).await?);
    // Nothing vouches for the records where the DNS is not signed: only what shows the right certificate is offered.
    let incoming = reach::answering(incoming, means.extra_roots).await;
    let outgoing = reach::answering(outgoing, means.extra_roots).await;
    Ok(Some(Suggestion { step: Step::Services, of: domain.to_owned(), hints: None, incoming, outgoing }))
}

async fn exchanger(means: &Means<'_>, address: &EmailAddress, domain: &str) -> Result<Option<Suggestion>, String> {
    let records = match means.names.lookup(domain, RecordKind::Mx).await {
        Ok(records) => records,
        Err(crate::domain::DnsFailure::NoSuchName) => return Ok(None),
        Err(crate::domain::DnsFailure::Temporary) => return Err("dns".to_owned()),
    };
    let mut hosts: Vec<(u16, String)> = records
        .into_iter()
        .filter_map(|record| if let Record::Mx(preference, host) = record { Some((preference, host)) } else { None })
        .collect();
    hosts.sort();
    let known = hosts.iter().find_map(|(_, host)| provider::of_exchanger(means.providers, host));
    Ok(known.map(|known| known.suggest(Step::Exchanger, address)))
}

impl Service {
    /// Where to connect.
    pub fn server(&self, extra_roots: &[Vec<u8>]) -> Server {
        Server::new(self.host.clone(), self.port).with_security(self.security).with_roots(extra_roots.to_vec())
    }
}
