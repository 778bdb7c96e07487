//! Logging in, and what the server says to a message.

use std::net::TcpListener;

use kakitome::net::{NetError, Security};

use super::servers::{LATER, Proxy, Rule};
use super::*;

#[tokio::test]
async fn tls_from_the_first_byte_works_for_both() {
    let Some(servers) = servers() else { return };
    let server = submission(servers, Way::Submissions).with_security(Security::Implicit);
    smtp::probe(&server, &user("alice")).await.unwrap();
    smtp::submit(&server, &user("alice"), &from_alice_to(&["carol"]), &message("implicit")).await.unwrap();
    let secure = at(servers, servers.imaps_port()).with_security(Security::Implicit);
    imap::probe(&secure, &user("carol")).await.unwrap();
    assert_eq!(without_trace(&received(servers, "carol", "implicit").await), message("implicit"));
}

#[tokio::test]
async fn at_a_port_of_its_own_a_server_is_spoken_to_as_it_wants_it() {
    let Some(servers) = servers() else { return };
    let own = |port| Server::new(HOST, port).with_roots(vec![servers.ca()]);
    assert_eq!(own(servers.imaps_port()).security, Security::Either);
    for port in [servers.imaps_port(), servers.imap_port()] {
        imap::probe(&own(port), &user("carol")).await.unwrap();
        imap::greet(&own(port)).await.unwrap();
    }
    for port in [servers.pops_port(), servers.pop_port()] {
        pop3::probe(&own(port), &user("carol")).await.unwrap();
        pop3::greet(&own(port)).await.unwrap();
    }
    for way in [Way::Submissions, Way::Submission] {
        smtp::probe(&submission(servers, way), &user("alice")).await.unwrap();
        smtp::greet(&submission(servers, way)).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_greets_late_is_asked_for_starttls_after_all_and_hears_no_password_before() {
    let Some(servers) = servers() else { return };
    let late = Proxy::start(servers.imap_port(), Rule::Late(Duration::from_millis(1_500)));
    let either = |port| at(servers, port).with_security(Security::Either);
    imap::probe(&either(late.port()), &user("carol")).await.unwrap();
    assert_eq!(late.connections(), 2);
    let stripped = Proxy::start(servers.imap_port(), Rule::StripStartTls);
    let refused = imap::probe(&either(stripped.port()), &user("carol")).await;
    assert!(matches!(refused, Err(NetError::NoStartTls { .. })), "{refused:?}");
}

#[tokio::test]
async fn auth_login_is_used_where_plain_is_not_offered() {
    let Some(servers) = servers() else { return };
    smtp::probe(&submission(servers, Way::LoginOnly), &user("alice")).await.unwrap();
    servers.wait_for_log(Way::LoginOnly, &["disconnect", "auth=1"]);
}

#[tokio::test]
async fn a_server_without_auth_is_said_to_have_no_way_to_log_in() {
    let Some(servers) = servers() else { return };
    let refused = smtp::probe(&submission(servers, Way::NoAuth), &user("alice")).await;
    assert_eq!(refused, Err(NetError::NoLoginMethod));
}

#[tokio::test]
async fn a_wrong_password_is_said_so_with_the_servers_words() {
    let Some(servers) = servers() else { return };
    let wrong = Credentials::password("alice@example.test", Secret::from("battery staple"));
    match smtp::probe(&submission(servers, Way::Submission), &wrong).await {
        Err(NetError::LoginRefused { reply }) => assert!(reply.starts_with("535"), "{reply}"),
        other => panic!("{other:?}"),
    }
    let refused = imap::probe(&imap(servers), &wrong).await;
    assert!(matches!(refused, Err(NetError::LoginRefused { .. })), "{refused:?}");
}

#[tokio::test]
async fn port_25_is_refused_before_anything_happens() {
    let envelope = from_alice_to(&["bob"]);
    let server = Server::new(HOST, 25);
    assert_eq!(smtp::submit(&server, &user("alice"), &envelope, b"").await, Err(NetError::Port25));
    assert_eq!(smtp::probe(&server, &user("alice")).await, Err(NetError::Port25));
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let refused = smtp::probe(&Server::new(HOST, port), &user("alice")).await;
    assert!(matches!(refused, Err(NetError::Unreachable { .. })), "{refused:?}");
}

#[tokio::test]
async fn recipients_that_are_refused_are_named_with_the_servers_words_and_the_others_get_the_message() {
    let Some(servers) = servers() else { return };
    for way in [Way::Submission, Way::Plainest] {
        let server = submission(servers, way);
        let later = EmailAddress::parse(LATER).unwrap();
        let mut envelope = from_alice_to(&["nobody", "bob"]);
        envelope.recipients.push(later.clone());
        let subject = format!("for bob by {way:?}");
        let accepted = smtp::submit(&server, &user("alice"), &envelope, &message(&subject)).await.unwrap();
        let refused: Vec<_> =
            accepted.refused.iter().map(|one| (one.recipient.clone(), one.code, one.is_permanent())).collect();
        assert_eq!(refused, [(address("nobody"), 550, true), (later.clone(), 451, false)], "{way:?}");
        assert!(accepted.refused[1].text.contains("come back later"), "{accepted:?}");
        received(servers, "bob", &subject).await;

        let alone = Envelope { recipients: vec![later.clone()], ..envelope.clone() };
        match smtp::submit(&server, &user("alice"), &alone, &message("for later")).await {
            Err(NetError::Deferred { code: 451, text, .. }) => assert!(text.contains("come back later"), "{text}"),
            other => panic!("{other:?}"),
        }
        envelope.recipients.remove(1);
        match smtp::submit(&server, &user("alice"), &envelope, &message("for nobody")).await {
            Err(NetError::AllRefused { refused }) => assert_eq!(refused.len(), 2),
            other => panic!("{other:?}"),
        }
        assert_eq!(look_for(servers, "bob", "for nobody").await, None);
    }
}

#[tokio::test]
async fn a_message_that_servers_disagree_about_is_not_sent() {
    let smuggled = b"From: alice@example.test\r\n\r\nhello\n.\r\nMAIL FROM:<mallory@example.test>\r\n";
    let server = Server::new(HOST, 1);
    let refused = smtp::submit(&server, &user("alice"), &from_alice_to(&["bob"]), smuggled).await;
    assert_eq!(refused, Err(NetError::NotCanonical));
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_leaves_it_uncertain() {
    let Some(servers) = servers() else { return };
    let mut big = message("uncertain");
    big.extend(b"0123456789abcdef0123456789abcdef\r\n".repeat(10_000));
    let proxy = Proxy::start(servers.port(Way::Submission), Rule::SwallowAnswerAfter(big.len() as u64));
    let envelope = from_alice_to(&["mallory"]);
    let outcome = smtp::submit_with(&at(servers, proxy.port()), &user("alice"), &delivery(&envelope, &big), |_| {
        proxy.arm();
        ControlFlow::Continue(())
    })
    .await;
    assert!(matches!(outcome, Err(NetError::Uncertain { .. })), "{outcome:?}");
    // And rightly so: this time it was delivered.
    assert_eq!(without_trace(&received(servers, "mallory", "uncertain").await), big);
}

#[tokio::test]
async fn a_connection_that_breaks_within_the_message_has_sent_nothing() {
    let Some(servers) = servers() else { return };
    let mut big = message("broken off");
    // Much more than the sockets on the way can hold.
    big.extend(b"0123456789abcdef0123456789abcdef\r\n".repeat(800_000));
    let proxy = Proxy::start(servers.port(Way::Submission), Rule::CutAfter(100_000));
    let envelope = from_alice_to(&["mallory"]);
    let outcome = smtp::submit_with(&at(servers, proxy.port()), &user("alice"), &delivery(&envelope, &big), |_| {
        proxy.arm();
        ControlFlow::Continue(())
    })
    .await;
    assert!(matches!(outcome, Err(NetError::Unreachable { .. })), "{outcome:?}");
    smtp::submit(
        &submission(servers, Way::Submission),
        &user("alice"),
        &from_alice_to(&["mallory"]),
        &message("after the break"),
    )
    .await
    .unwrap();
    received(servers, "mallory", "after the break").await;
    assert_eq!(look_for(servers, "mallory", "broken off").await, None);
}

#[tokio::test]
async fn when_the_caller_breaks_before_the_message_nothing_is_sent() {
    let Some(servers) = servers() else { return };
    let server = submission(servers, Way::Submission);
    let (envelope, held) = (from_alice_to(&["bob"]), message("held back"));
    let outcome =
        smtp::submit_with(&server, &user("alice"), &delivery(&envelope, &held), |_| ControlFlow::Break(())).await;
    assert_eq!(outcome, Err(NetError::Cancelled));
    assert_eq!(look_for(servers, "bob", "held back").await, None);
}
