//! Servers found by service records: only those that answer with TLS and the right certificate.

use kakitome::net::discover::{Means, Outcome, Protocol, Step, search};
use kakitome::net::dns::NetworkResolver;
use kakitome::net::web::{Reach, Web};

use super::keys::SignedDns;
use super::*;

#[tokio::test]
async fn service_records_lead_to_the_servers_that_answer_over_tls() {
    let Some(servers) = servers() else { return };
    let record = |service: &str, priority: u16, host: &str, port: u16| {
        format!("_{service}._tcp SRV {priority} 0 {port} {host}.")
    };
    let lines = [
        record("imaps", 10, "localhost", servers.imaps_port()),
        // Nobody has a certificate for this name, though somebody answers there.
        record("imaps", 0, "mail.mallory.test", servers.imaps_port()),
        record("imap", 0, "localhost", servers.imap_port()),
        record("pop3s", 0, "localhost", servers.pops_port()),
        record("submission", 0, "localhost", servers.port(Way::Submission)),
        // RFC 2782: there is no such service.
        record("submissions", 0, "", 0),
    ];
    let records: Vec<(&str, &str)> = lines.iter().map(|line| ("direct.test", line.as_str())).collect();
    let dns = SignedDns::start(&records);
    let names = NetworkResolver::at(dns.address).unwrap();
    let web = Web::new(&[], Reach::Public).unwrap().with_names(names.clone());
    let roots = [servers.ca()];
    let means = Means { web: &web, names: &names, providers: &[], extra_roots: &roots };
    let mut steps = Vec::new();
    let on = |step, outcome| steps.push((step, outcome));
    let address = EmailAddress::parse("alice@direct.test").unwrap();
    let found = search(&means, &address, &Cancel::new(), on).await.unwrap().unwrap();
    assert_eq!(found.step, Step::Services);
    let ports = |protocol| {
        let all = found.incoming.iter().chain(&found.outgoing).filter(move |one| one.protocol == protocol);
        all.map(|one| (one.host.clone(), one.port)).collect::<Vec<_>>()
    };
    let here = |port| ("localhost".to_owned(), port);
    assert_eq!(ports(Protocol::Imap), [here(servers.imaps_port()), here(servers.imap_port())]);
    assert_eq!(ports(Protocol::Pop3), [here(servers.pops_port())]);
    assert_eq!(ports(Protocol::Submission), [here(servers.port(Way::Submission))]);
    assert!(steps.contains(&(Step::Services, Outcome::Found)), "{steps:?}");
    // And one can log in there.
    let credentials = user("alice");
    imap::probe(&found.incoming[0].server(&roots), &credentials).await.unwrap();
    smtp::probe(&found.outgoing[0].server(&roots), &credentials).await.unwrap();
}
