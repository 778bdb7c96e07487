//! Whether a mail server answers where one is thought to be, over TLS with a certificate for that name. Nobody logs in.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::net::{NetError, Security, imap, pop3, smtp};

use super::{Protocol, Service, Step, Suggestion};

/// How long one server may take.
const ONE: Duration = Duration::from_secs(8);

/// Those of the services that answer, in their order.
pub(super) async fn answering(services: Vec<Service>, extra_roots: &[Vec<u8>]) -> Vec<Service> {
    let tried = services.into_iter().map(async |service| {
        let is_there = matches!(timeout(ONE, greet(&service, extra_roots)).await, Ok(Ok(())));
        is_there.then_some(service)
    });
    join_all(tried).await.into_iter().flatten().collect()
}

async fn greet(service: &Service, extra_roots: &[Vec<u8>]) -> Result<(), NetError> {
    let server = service.server(extra_roots);
    match service.protocol {
        Protocol::Imap => imap::greet(&server).await,
        Protocol::Pop3 => pop3::greet(&server).await,
        Protocol::Submission => smtp::greet(&server).await,
    }
}

/// The usual names of a domain, all at once.
pub(super) async fn guess(domain: &str, extra_roots: &[Vec<u8>]) -> Option<Suggestion> {
    let service = |(protocol, name, port): (Protocol, &str, u16)| Service {
        protocol,
        host: if name.is_empty() { domain.to_owned() } else { format!("{name}.{domain}") },
        port,
        security: Security::for_port(port),
        user: String::new(),
        logins: Vec::new(),
    };
    let names = |protocol, first, ports: [u16; 2]| {
        ports.into_iter().flat_map(move |port| [first, "mail", ""].map(|name| (protocol, name, port)))
    };
    let incoming =
        names(Protocol::Imap, "imap", [993, 143]).chain([(Protocol::Pop3, "pop", 995), (Protocol::Pop3, "mail", 995)]);
    let outgoing = names(Protocol::Submission, "smtp", [465, 587]);
    let (incoming, outgoing) = (incoming.map(service).collect(), outgoing.map(service).collect());
    let (incoming, outgoing) = tokio::join!(answering(incoming, extra_roots), answering(outgoing, extra_roots));
    Some(Suggestion { step: Step::Guess, of: domain.to_owned(), hints: None, incoming, outgoing })
}
