//! Every way to log in, each against a server that others wrote: Dovecot's and Cyrus' SASL.

use kakitome::net::{NetError, Security, pop3};

use super::servers::{OTHER_HOST, Proxy, Rule};
use super::*;

/// Sends a message by a way; what Postfix says it was sent by.
async fn method(servers: &Servers, way: Way, credentials: &Credentials) -> String {
    let subject = format!("by {way:?} as {}", std::process::id());
    smtp::submit(&submission(servers, way), credentials, &from_alice_to(&["carol"]), &message(&subject)).await.unwrap();
    let line = servers.wait_for_log(way, &["sasl_method="]);
    line.split_once("sasl_method=").unwrap().1.split(',').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_strongest_mechanism_on_offer_is_used_for_submission() {
    let Some(servers) = servers() else { return };
    let expected = [
        (Way::Submissions, "SCRAM-SHA-256"),
        (Way::Sha1, "SCRAM-SHA-1"),
        (Way::CramMd5, "CRAM-MD5"),
        (Way::LoginOnly, "LOGIN"),
        (Way::Cyrus, "SCRAM-SHA-256"),
    ];
    for (way, mechanism) in expected {
        let server = submission(servers, way);
        let security = if way == Way::Submissions { Security::Implicit } else { Security::StartTls };
        let subject = format!("by {way:?}");
        let server = server.with_security(security);
        smtp::submit(&server, &user("alice"), &from_alice_to(&["carol"]), &message(&subject)).await.unwrap();
        servers.wait_for_log(way, &[&format!("sasl_method={mechanism}"), "sasl_username=alice"]);
        let wrong = smtp::probe(&server, &Credentials::password("alice@example.test", Secret::from("wrong"))).await;
        assert!(matches!(wrong, Err(NetError::LoginRefused { .. })), "{way:?}: {wrong:?}");
    }
}

#[tokio::test]
async fn one_time_passwords_come_from_the_pass_phrase_and_each_works_once() {
    let Some(servers) = servers() else { return };
    for _ in 0..2 {
        assert_eq!(method(servers, Way::OneTime, &user("alice")).await, "OTP");
    }
    let wrong = smtp::probe(
        &submission(servers, Way::OneTime),
        &Credentials::password("bob@example.test", Secret::from("wrong")),
    )
    .await;
    assert!(matches!(wrong, Err(NetError::LoginRefused { .. })), "{wrong:?}");
}

#[tokio::test]
async fn a_token_logs_in_everywhere_and_an_old_one_nowhere() {
    let Some(servers) = servers() else { return };
    let token = |lasts| Credentials::token("alice@example.test", Secret::new(Servers::token("alice", lasts)));
    assert_eq!(method(servers, Way::OAuthBearer, &token(600)).await, "OAUTHBEARER");
    assert_eq!(method(servers, Way::XOAuth2, &token(600)).await, "XOAUTH2");
    imap::probe(&imap(servers), &token(600)).await.unwrap();
    pop3::probe(&pop(servers), &token(600)).await.unwrap();

    for way in [Way::OAuthBearer, Way::XOAuth2] {
        let refused = smtp::probe(&submission(servers, way), &token(-600)).await;
        assert!(matches!(refused, Err(NetError::LoginRefused { .. })), "{way:?}: {refused:?}");
    }
    let refused = imap::probe(&imap(servers), &token(-600)).await;
    assert!(matches!(refused, Err(NetError::LoginRefused { .. })), "{refused:?}");
    let refused = pop3::probe(&pop(servers), &token(-600)).await;
    assert!(matches!(refused, Err(NetError::LoginRefused { .. })), "{refused:?}");
    let refused = smtp::probe(&submission(servers, Way::CramMd5), &token(600)).await;
    assert_eq!(refused, Err(NetError::NoLoginMethod), "a token is never given out as a password");
}

fn pop(servers: &Servers) -> Server {
    at(servers, servers.pop_port())
}

#[tokio::test]
async fn pop3_lists_fetches_and_deletes_only_what_it_is_told_to() {
    let Some(servers) = servers() else { return };
    // Nobody else writes to him.
    let credentials = user("percy");
    let mut dots = message("pop one");
    dots.extend(b".\r\n..\r\n.a\r\n\r\n");
    let mut sent = vec![dots, message("pop two"), message("pop three")];
    for bytes in &sent {
        let envelope = Envelope { sender: address("alice"), recipients: vec![address("percy")] };
        smtp::submit(&submission(servers, Way::Submission), &user("alice"), &envelope, bytes).await.unwrap();
    }
    let deadline = Instant::now() + Duration::from_mins(2);
    let listed = loop {
        let mut session = pop3::Session::log_in(&pop(servers), &credentials).await.unwrap();
        let listed = session.list().await.unwrap();
        session.leave().await;
        if listed.len() == 3 {
            break listed;
        }
        assert!(Instant::now() < deadline, "{listed:?}");
    };
    let secure = at(servers, servers.pops_port()).with_security(Security::Implicit);
    let mut session = pop3::Session::log_in(&secure, &credentials).await.unwrap();
    assert_eq!(session.list().await.unwrap(), listed, "the ids stay");
    let mut got = Vec::new();
    for one in &listed {
        let bytes = session.retrieve(one.number, &Cancel::new()).await.unwrap();
        assert!(bytes.len() as u64 >= one.bytes);
        got.push(without_trace(&bytes).to_vec());
    }
    got.sort();
    sent.sort();
    assert_eq!(got, sent, "byte by byte");
    session.delete(listed[1].number).await.unwrap();
    assert!(matches!(session.delete(99).await, Err(NetError::Rejected { .. })));
    session.quit().await.unwrap();

    let mut session = pop3::Session::log_in(&pop(servers), &credentials).await.unwrap();
    let left: Vec<_> = session.list().await.unwrap().into_iter().map(|one| one.unique_id).collect();
    assert_eq!(left, [listed[0].unique_id.clone(), listed[2].unique_id.clone()]);
    session.leave().await;
}

#[tokio::test]
async fn pop3_gives_no_password_to_a_server_without_tls_or_with_another_name() {
    let Some(servers) = servers() else { return };
    let wrong = Credentials::password("dave@example.test", Secret::from("wrong"));
    let refused = pop3::probe(&pop(servers), &wrong).await;
    assert!(matches!(refused, Err(NetError::LoginRefused { .. })), "{refused:?}");
    let elsewhere = Server::new(OTHER_HOST, servers.pop_port()).with_roots(vec![servers.ca()]);
    let refused = pop3::probe(&elsewhere, &user("dave")).await;
    assert!(matches!(refused, Err(NetError::BadCertificate { .. })), "{refused:?}");
    // Somebody on the way who takes the offer out.
    let proxy = Proxy::start(servers.pop_port(), Rule::SpoilStls);
    let refused = pop3::probe(&at(servers, proxy.port()), &user("dave")).await;
    assert!(matches!(refused, Err(NetError::NoStartTls { .. })), "{refused:?}");
    assert_eq!(String::from_utf8_lossy(&proxy.heard()), "STLS\r\nQUIT\r\n");
}
