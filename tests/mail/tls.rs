//! Nothing leaves before TLS stands with the right server, whatever somebody on the way does.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use kakitome::net::{CertificateProblem, NetError, Security};

use super::servers::{OTHER_HOST, Proxy, Rule};
use super::*;

#[tokio::test]
async fn without_starttls_nothing_is_sent_and_no_credential_leaves() {
    let Some(servers) = servers() else { return };
    let server = submission(servers, Way::NoTls);
    let refused = smtp::submit(&server, &user("alice"), &from_alice_to(&["bob"]), &message("in the clear")).await;
    assert_eq!(refused, Err(NetError::NoStartTls { reply: String::new() }));
    let line = servers.wait_for_log(Way::NoTls, &["disconnect", "ehlo=1", "quit=1"]);
    assert!(!line.contains("auth=") && !line.contains("mail="), "{line}");
}

#[tokio::test]
async fn when_starttls_is_stripped_on_the_way_nothing_is_sent_and_no_credential_leaves() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.port(Way::Watched), Rule::StripStartTls);
    let server = at(servers, proxy.port());
    let refused = smtp::submit(&server, &user("alice"), &from_alice_to(&["bob"]), &message("stripped")).await;
    assert_eq!(refused, Err(NetError::NoStartTls { reply: String::new() }));
    assert_eq!(String::from_utf8_lossy(&proxy.heard()), "EHLO [127.0.0.1]\r\nQUIT\r\n");
    let line = servers.wait_for_log(Way::Watched, &["disconnect", "ehlo=1", "quit=1"]);
    assert!(!line.contains("auth=") && !line.contains("mail="), "{line}");

    let proxy = Proxy::start(servers.imap_port(), Rule::StripStartTls);
    let refused = imap::probe(&at(servers, proxy.port()), &user("bob")).await;
    assert_eq!(refused, Err(NetError::NoStartTls { reply: String::new() }));
    assert_eq!(String::from_utf8_lossy(&proxy.heard()), "k0 CAPABILITY\r\nk1 LOGOUT\r\n");
}

#[tokio::test]
async fn a_wrong_certificate_is_told_apart_and_no_credential_leaves() {
    let Some(servers) = servers() else { return };
    let why = |outcome: Result<(), NetError>| match outcome {
        Err(NetError::BadCertificate { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    let probe = async |server: Server| why(smtp::probe(&server, &user("alice")).await);
    assert_eq!(probe(submission(servers, Way::Expired)).await, CertificateProblem::Expired);
    assert_eq!(probe(submission(servers, Way::WrongName)).await, CertificateProblem::WrongName);
    let stranger = submission(servers, Way::Submission).with_roots(vec![]);
    assert_eq!(probe(stranger).await, CertificateProblem::UnknownIssuer);
    for way in [Way::Expired, Way::WrongName] {
        servers.wait_for_log(way, &["disconnect"]);
        let log = servers.log(way).join("\n");
        assert!(!log.contains("auth=") && !log.contains("sasl_"), "{log}");
    }
    for (port, security) in [(servers.imap_port(), Security::StartTls), (servers.imaps_port(), Security::Implicit)] {
        let elsewhere = Server::new(OTHER_HOST, port).with_roots(vec![servers.ca()]).with_security(security);
        assert_eq!(why(imap::probe(&elsewhere, &user("bob")).await), CertificateProblem::WrongName);
    }
}

#[tokio::test]
async fn answers_injected_before_tls_are_never_believed() {
    let smtp_answers: &[&[u8]] = &[
        b"220 mail\r\n",
        b"250-mail\r\n250 STARTTLS\r\n",
        b"220 go\r\n250-mail\r\n250 AUTH PLAIN LOGIN\r\n235 welcome\r\n250 ok\r\n250 ok\r\n354 go\r\n250 done\r\n",
    ];
    let (server, heard) = fake(smtp_answers);
    let refused = smtp::submit(&server, &user("alice"), &from_alice_to(&["bob"]), &message("injected")).await;
    assert!(matches!(refused, Err(NetError::Tls { .. })), "{refused:?}");
    assert!(!contains(&heard.join().unwrap(), b"AUTH"));

    let imap_answers: &[&[u8]] = &[
        b"* OK ready\r\n",
        b"* CAPABILITY IMAP4rev1 STARTTLS\r\nk0 OK\r\n",
        b"k0 OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nk0 OK\r\n",
    ];
    let (server, heard) = fake(imap_answers);
    let refused = imap::probe(&server, &user("bob")).await;
    assert!(matches!(refused, Err(NetError::Tls { .. })), "{refused:?}");
    assert!(!contains(&heard.join().unwrap(), b"AUTHENTICATE"));
}

#[tokio::test]
async fn an_imap_server_that_says_the_user_is_logged_in_already_is_not_believed() {
    let (server, heard) = fake(&[b"* PREAUTH welcome\r\n"]);
    let refused = imap::probe(&server, &user("bob")).await;
    assert!(matches!(refused, Err(NetError::Protocol { .. })), "{refused:?}");
    assert_eq!(heard.join().unwrap(), b"");
}

#[tokio::test]
async fn a_server_that_refuses_starttls_gets_no_credential() {
    let (server, heard) =
        fake(&[b"220 mail\r\n", b"250-mail\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n", b"454 no TLS today\r\n"]);
    let refused = smtp::probe(&server, &user("alice")).await;
    assert_eq!(refused, Err(NetError::NoStartTls { reply: "454 no TLS today".into() }));
    assert_eq!(heard.join().unwrap(), b"EHLO [127.0.0.1]\r\nSTARTTLS\r\nQUIT\r\n");
}

/// A server that says these things, one for the connection and one for each line that it hears;
/// and everything that it heard.
fn fake(answers: &'static [&'static [u8]]) -> (Server, std::thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let server = Server::new("127.0.0.1", listener.local_addr().unwrap().port());
    let heard = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut heard = Vec::new();
        for answer in answers {
            if client.write_all(answer).is_err() {
                break;
            }
            let mut buffer = [0; 4096];
            let count = client.read(&mut buffer).unwrap_or(0);
            heard.extend_from_slice(&buffer[..count]);
        }
        let _ = client.read_to_end(&mut heard);
        heard
    });
    (server, heard)
}
