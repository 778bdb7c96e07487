#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::net::web::Reach;
use crate::net::web::lab::keys::{KeyServer, SignedDns};

use super::*;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn providers() -> Vec<Provider> {
    Provider::list(include_bytes!("../../../assets/providers.json")).unwrap()
}

const FILE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="example.test">
    <domain>example.test</domain>
    <incomingServer type="pop3">
      <hostname>pop.example.test</hostname><port>995</port><socketType>SSL</socketType>
      <username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication>
    </incomingServer>
    <incomingServer type="imap">
      <hostname>plain.example.test</hostname><port>143</port><socketType>plain</socketType>
      <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>
    </incomingServer>
    <incomingServer type="imap">
      <hostname>imap.%EMAILDOMAIN%</hostname><port>143</port><socketType>STARTTLS</socketType>
      <username>%EMAILADDRESS%</username><authentication>GSSAPI</authentication><authentication>OAuth2</authentication>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.test</hostname><port>25</port><socketType>STARTTLS</socketType>
    </outgoingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.test</hostname><port>587</port><socketType>STARTTLS</socketType>
      <username>%EMAILADDRESS%</username>
    </outgoingServer>
  </emailProvider>
</clientConfig>"#;

#[test]
fn a_file_is_read_as_other_programs_read_it_but_never_without_tls_and_never_with_port_25() {
    let (incoming, outgoing) = config::read(FILE.as_bytes(), &address("alice@example.test")).unwrap();
    let brief = |one: &Service| (one.host.clone(), one.port, one.security, one.user.clone(), one.logins.clone());
    let incoming: Vec<_> = incoming.iter().map(brief).collect();
    let (alice, whole) = ("alice".to_owned(), "alice@example.test".to_owned());
    assert_eq!(
        incoming,
        [
            ("imap.example.test".to_owned(), 143, Security::StartTls, whole.clone(), vec![Login::OAuth2]),
            ("pop.example.test".to_owned(), 995, Security::Implicit, alice, vec![Login::Password]),
        ]
    );
    let outgoing: Vec<_> = outgoing.iter().map(brief).collect();
    assert_eq!(outgoing, [("smtp.example.test".to_owned(), 587, Security::StartTls, whole, vec![])]);
}

#[test]
fn what_is_no_such_file_says_so_and_bombs_do_not_go_off() {
    let alice = address("alice@example.test");
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><clientConfig>&b;</clientConfig>"#;
    for odd in ["", "<html></html>", "<clientConfig/>", bomb, "\u{0}"] {
        assert!(config::read(odd.as_bytes(), &alice).is_err(), "{odd}");
    }
    let hosts = ["a b.example", "-", "localhost/x", "mail@evil.example", "x.example:993"];
    for host in hosts {
        let file = FILE.replace("imap.%EMAILDOMAIN%", host);
        let (incoming, _) = config::read(file.as_bytes(), &alice).unwrap();
        assert!(incoming.iter().all(|one| one.protocol == Protocol::Pop3), "{host}");
    }
}

#[test]
fn known_providers_are_found_by_domain_and_by_mail_exchanger_but_not_by_look_alikes() {
    let all = providers();
    let name = |found: Option<&Provider>| found.map(|one| one.name.clone()).unwrap_or_default();
    assert_eq!(name(provider::of_domain(&all, "GMAIL.com")), "Gmail");
    assert_eq!(name(provider::of_domain(&all, "notgmail.com")), "");
    assert_eq!(name(provider::of_exchanger(&all, "aspmx.l.google.com.")), "Gmail");
    assert_eq!(name(provider::of_exchanger(&all, "aspmx.l.evilgoogle.com")), "");
    assert_eq!(name(provider::of_exchanger(&all, "example-jp.mail.protection.outlook.com")), "Microsoft 365");
    for one in &all {
        let found = one.suggest(Step::Known, &address("alice@example.test"));
        assert!(found.is_enough(), "{}", one.name);
        for service in found.incoming.iter().chain(&found.outgoing) {
            assert!(matches!(service.port, 993 | 995 | 465 | 587), "{service:?}");
            let has_own = one.notes.contains(&Note::OwnUser);
            assert!(service.user.starts_with("alice") != has_own && !service.logins.is_empty(), "{service:?}");
        }
        // Their sentences name the place where it is done.
        let hints = found.hints.filter(|hints| hints.notes.iter().any(|note| *note != Note::MailPassword));
        assert!(hints.is_none_or(|hints| hints.link.is_some_and(|link| link.starts_with("https://"))), "{}", one.name);
    }
    for (domain, of) in [("docomo.ne.jp", "docomo"), ("juno.ocn.ne.jp", "OCN"), ("aa2.so-net.ne.jp", "So-net")] {
        assert_eq!(name(provider::of_domain(&all, domain)), of);
    }
    assert_eq!(name(provider::of_domain(&all, "evilocn.ne.jp")), "");
    let sakura = address("alice@shop.sakura.ne.jp");
    let found = provider::of_domain(&all, sakura.domain()).unwrap().suggest(Step::Known, &sakura);
    assert_eq!(found.outgoing[0].host, "shop.sakura.ne.jp");
    let yahoo = provider::of_domain(&all, "yahoo.co.jp").unwrap().suggest(Step::Known, &address("花子@yahoo.co.jp"));
    assert_eq!(yahoo.incoming[0].user, "花子");
}

/// Searches with a web server and a name server on loopback; what was found, and each step's end.
async fn found(web: &KeyServer, dns: &SignedDns, of: &str) -> (Option<Suggestion>, Vec<(Step, Outcome)>) {
    let names = NetworkResolver::at(dns.address).unwrap();
    let way = Web::new(std::slice::from_ref(&web.root), Reach::Port(web.https)).unwrap().with_names(names.clone());
    let all = providers();
    let means = Means { web: &way, names: &names, providers: &all, extra_roots: &[] };
    let mut steps = Vec::new();
    let on = |step, outcome| {
        if outcome != Outcome::Trying {
            steps.push((step, outcome));
        }
    };
    let suggestion = search(&means, &address(of), &Cancel::new(), on).await.unwrap();
    (suggestion, steps)
}

#[tokio::test]
async fn the_steps_follow_each_other_until_one_knows_enough() {
    let web = KeyServer::start();
    let records = [
        ("example.test", "autoconfig A 127.0.0.1"),
        ("example.test", "@ A 127.0.0.1"),
        ("direct.test", "@ A 127.0.0.1"),
        ("direct.test", "@ MX 10 aspmx.l.google.com."),
    ];
    let dns = SignedDns::start(&records);
    web.put("autoconfig.example.test", "mail/config-v1.1.xml", FILE.as_bytes());
    let (suggestion, steps) = found(&web, &dns, "alice@example.test").await;
    let suggestion = suggestion.unwrap();
    assert_eq!((suggestion.step, suggestion.incoming[0].host.as_str()), (Step::Autoconfig, "imap.example.test"));
    assert_eq!(steps, [(Step::Known, Outcome::Nothing), (Step::Autoconfig, Outcome::Found)]);
    assert!(web.requests().contains("emailaddress=alice%40example.test"), "{}", web.requests());

    web.put("autoconfig.example.test", "mail/config-v1.1.xml", b"<html>soon</html>");
    web.put("example.test", ".well-known/autoconfig/mail/config-v1.1.xml", FILE.as_bytes());
    let (suggestion, steps) = found(&web, &dns, "alice@example.test").await;
    assert_eq!(suggestion.unwrap().step, Step::WellKnown);
    let failed = Outcome::Failed("not_a_configuration".to_owned());
    assert_eq!(steps[1..], [(Step::Autoconfig, failed), (Step::WellKnown, Outcome::Found)]);

    let (suggestion, steps) = found(&web, &dns, "alice@direct.test").await;
    let suggestion = suggestion.unwrap();
    assert_eq!((suggestion.step, suggestion.of.as_str()), (Step::Exchanger, "Gmail"));
    assert_eq!(suggestion.incoming[0].user, "alice@direct.test");
    let nothing = |step| (step, Outcome::Nothing);
    let before = [Step::Known, Step::Autoconfig, Step::WellKnown, Step::Services].map(nothing);
    assert_eq!(steps, [&before[..], &[(Step::Exchanger, Outcome::Found)]].concat());
}

#[tokio::test]
async fn a_search_can_be_stopped() {
    let (web, dns) = (KeyServer::start(), SignedDns::start(&[]));
    let names = NetworkResolver::at(dns.address).unwrap();
    let way = Web::new(&[], Reach::Port(web.https)).unwrap().with_names(names.clone());
    let means = Means { web: &way, names: &names, providers: &[], extra_roots: &[] };
    let cancel = Cancel::new();
    cancel.cancel();
    let stopped = search(&means, &address("alice@example.test"), &cancel, |_, _| {}).await;
    assert_eq!(stopped, Err(NetError::Cancelled));
}
