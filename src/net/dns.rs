//! The DNS over the network: the system's resolvers, or one that the user names.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use tokio::time::Instant;

use crate::domain::{DnsAnswer, DnsFailure, DnsResolver, Record, RecordKind};

/// How long one question may take in all.
const QUESTION: Duration = Duration::from_secs(4);

/// A resolver could not be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DnsSetupError {
    /// The system's resolver configuration could not be read or used.
    #[error("the system's DNS configuration can't be used: {0}")]
    SystemConfiguration(String),
}

/// A resolver on the network. Make and use it inside a tokio runtime.
#[derive(Clone)]
pub struct NetworkResolver {
    resolver: TokioResolver,
    until: Option<Instant>,
}

impl NetworkResolver {
    /// The system's resolvers.
    ///
    /// # Errors
    /// When their configuration can't be read.
    pub fn system() -> Result<Self, DnsSetupError> {
        let builder = TokioResolver::builder_tokio().map_err(|error| setup(&error))?;
        let resolver = builder.build().map_err(|error| setup(&error))?;
        Ok(Self { resolver, until: None })
    }

    /// One server at an address and a port, asked over UDP, and over TCP when an answer is too long.
    ///
    /// # Errors
    /// When the resolver can't be built.
    pub fn at(server: SocketAddr) -> Result<Self, DnsSetupError> {
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
            connection.port = server.port();
            connection
        });
        let servers = vec![NameServerConfig::new(server.ip(), true, connections.into())];
        let config = ResolverConfig::from_parts(None, Vec::new(), servers);
        let mut options = ResolverOpts::default();
        options.timeout = Duration::from_secs(2);
        options.attempts = 2;
        options.use_hosts_file = hickory_resolver::config::ResolveHosts::Never;
        let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            .with_options(options)
            .build()
            .map_err(|error| setup(&error))?;
        Ok(Self { resolver, until: None })
    }

    /// The same resolver for one piece of work: after this time every question fails as temporary,
    /// so that no message can make the program ask for ever (RFC 7208 §4.6.4: at least 20 seconds).
    #[must_use]
    pub fn limited(&self, total: Duration) -> Self {
        Self { resolver: self.resolver.clone(), until: Some(Instant::now() + total) }
    }

    async fn ask(&self, name: &str, kind: RecordKind) -> DnsAnswer {
        // A name that can't be written in the DNS can't exist in it.
        let mut absolute = Name::from_ascii(name).map_err(|_| DnsFailure::NoSuchName)?;
        absolute.set_fqdn(true);
        let wanted = match kind {
            RecordKind::Txt => RecordType::TXT,
            RecordKind::A => RecordType::A,
            RecordKind::Aaaa => RecordType::AAAA,
            RecordKind::Mx => RecordType::MX,
            RecordKind::Ptr => RecordType::PTR,
        };
        let question = Instant::now() + QUESTION;
        let until = self.until.map_or(question, |until| until.min(question));
        let Ok(answer) = tokio::time::timeout_at(until, self.resolver.lookup(absolute, wanted)).await else {
            return Err(DnsFailure::Temporary);
        };
        match answer {
            Ok(lookup) => Ok(lookup.answers().iter().filter_map(|record| read(&record.data)).collect()),
            Err(NetError::Dns(DnsError::NoRecordsFound(empty))) => match empty.response_code {
                ResponseCode::NXDomain => Err(DnsFailure::NoSuchName),
                ResponseCode::NoError => Ok(Vec::new()),
                _ => Err(DnsFailure::Temporary),
            },
            Err(_) => Err(DnsFailure::Temporary),
        }
    }
}

impl DnsResolver for NetworkResolver {
    fn lookup<'a>(&'a self, name: &'a str, kind: RecordKind) -> Pin<Box<dyn Future<Output = DnsAnswer> + Send + 'a>> {
        Box::pin(self.ask(name, kind))
    }
}

fn setup(error: &NetError) -> DnsSetupError {
    DnsSetupError::SystemConfiguration(error.to_string())
}

/// A record as the program knows it; others (a CNAME on the way, …) are left out.
fn read(data: &RData) -> Option<Record> {
    let host = |name: &Name| name.to_ascii().trim_end_matches('.').to_ascii_lowercase();
    Some(match data {
        RData::TXT(text) => Record::Txt(text.txt_data.iter().flat_map(|part| part.iter().copied()).collect()),
        RData::A(address) => Record::A(address.0),
        RData::AAAA(address) => Record::Aaaa(address.0),
        RData::MX(exchanger) => Record::Mx(exchanger.preference, host(&exchanger.exchange)),
        RData::PTR(name) => Record::Ptr(host(&name.0)),
        _ => return None,
    })
}
