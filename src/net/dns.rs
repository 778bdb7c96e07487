//! The DNS over the network: the system's resolvers, or one that the user names.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{ResolverBuilder, TokioResolver};
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
        Ok(Self { resolver: builder(None)?.build().map_err(|error| setup(&error))?, until: None })
    }

    /// One server at an address and a port, asked over UDP, and over TCP when an answer is too long.
    ///
    /// # Errors
    /// When the resolver can't be built.
    pub fn at(server: SocketAddr) -> Result<Self, DnsSetupError> {
        Ok(Self { resolver: builder(Some(server))?.build().map_err(|error| setup(&error))?, until: None })
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

/// A resolver that asks the system's resolvers, or this one.
pub(super) fn builder(server: Option<SocketAddr>) -> Result<ResolverBuilder<TokioRuntimeProvider>, DnsSetupError> {
    let Some(server) = server else {
        return TokioResolver::builder_tokio().map_err(|error| setup(&error));
    };
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
    Ok(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()).with_options(options))
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

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A Knot DNS that serves one zone on loopback, stopped at the end.
    // The folder goes when the server does.
    struct Knot(Child, SocketAddr, #[allow(dead_code)] tempfile::TempDir);

    impl Drop for Knot {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn knot() -> Knot {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        drop(socket);
        let folder = tempfile::tempdir().unwrap();
        let (here, port) = (folder.path().display(), address.port());
        let long = format!("\"{}\" ", "a".repeat(250)).repeat(9);
        let zone = format!(
            "$ORIGIN example.org.\n$TTL 60\n@ SOA ns a 1 60 60 60 60\n@ NS ns\nns A 127.0.0.1\n@ TXT \"one\" \"two\"\n\
             @ MX 10 MX\nmx A 192.0.2.1\nmx AAAA 2001:db8::1\nlong TXT {long}\nalias CNAME mx\n"
        );
        let config = format!(
            "server:\n    listen: 127.0.0.1@{port}\n    rundir: \"{here}\"\ndatabase:\n    storage: \"{here}\"\n\
             zone:\n  - domain: example.org\n    file: \"{here}/zone\"\n"
        );
        std::fs::write(folder.path().join("zone"), zone).unwrap();
        let file = folder.path().join("knot.conf");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new("/usr/sbin/knotd");
        command.arg("-c").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        Knot(command.spawn().expect("Knot DNS is installed"), address, folder)
    }

    /// Asks until the server has started.
    async fn ask(server: &Knot, name: &str, kind: RecordKind) -> DnsAnswer {
        for _ in 0..50 {
            let answer = NetworkResolver::at(server.1).unwrap().lookup("mx.example.org", RecordKind::A).await;
            if answer.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        NetworkResolver::at(server.1).unwrap().lookup(name, kind).await
    }

    #[tokio::test]
    async fn a_real_server_answers_and_says_what_does_not_exist() {
        let server = knot();
        let txt = ask(&server, "example.org", RecordKind::Txt).await;
        assert_eq!(txt, Ok(vec![Record::Txt(b"onetwo".to_vec())]));
        let mx = ask(&server, "example.org", RecordKind::Mx).await;
        assert_eq!(mx, Ok(vec![Record::Mx(10, "mx.example.org".into())]));
        let aaaa = ask(&server, "mx.example.org", RecordKind::Aaaa).await;
        assert_eq!(aaaa, Ok(vec![Record::Aaaa("2001:db8::1".parse().unwrap())]));
        let alias = ask(&server, "alias.example.org", RecordKind::A).await;
        assert_eq!(alias, Ok(vec![Record::A("192.0.2.1".parse().unwrap())]));
        let long = ask(&server, "long.example.org", RecordKind::Txt).await;
        assert_eq!(long, Ok(vec![Record::Txt("a".repeat(2250).into_bytes())]), "an answer too long for one datagram");
        assert_eq!(ask(&server, "mx.example.org", RecordKind::Txt).await, Ok(Vec::new()));
        assert_eq!(ask(&server, "none.example.org", RecordKind::A).await, Err(DnsFailure::NoSuchName));
        assert_eq!(ask(&server, "example.com", RecordKind::A).await, Err(DnsFailure::Temporary), "refused");
        assert_eq!(ask(&server, &"a".repeat(64), RecordKind::A).await, Err(DnsFailure::NoSuchName));
    }

    #[tokio::test]
    async fn work_whose_time_is_over_gets_no_answers() {
        let resolver = NetworkResolver::at("127.0.0.1:9".parse().unwrap()).unwrap().limited(Duration::ZERO);
        assert_eq!(resolver.lookup("example.org", RecordKind::A).await, Err(DnsFailure::Temporary));
    }
}
