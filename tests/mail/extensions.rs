//! What a submission server offers is used, and what it lacks is said before it is told anything of the message.

use kakitome::net::{NetError, Security};

use super::servers::{Manner, Scripted};
use super::*;

/// Somebody logged in by the way that is watched, and nothing of a message was ever said there.
fn heard_nothing(servers: &Servers) {
    servers.wait_for_log(Way::Watched, &["disconnect", "auth="]);
    let log = servers.log(Way::Watched).join("\n");
    assert!(!log.contains("mail=") && !log.contains("data="), "{log}");
}

#[tokio::test]
async fn a_message_beyond_the_servers_limit_is_not_even_begun() {
    let Some(servers) = servers() else { return };
    let mut big = message("too big");
    big.extend(b"0123456789abcdef0123456789abcdef\r\n".repeat(900_000));
    let server = submission(servers, Way::Watched);
    let refused = smtp::submit(&server, &user("alice"), &from_alice_to(&["bob"]), &big).await;
    assert_eq!(refused, Err(NetError::TooBig { limit: 30_000_000 }));
    heard_nothing(servers);
    // Where there is no SIZE, the server says so itself.
    let server = submission(servers, Way::Plainest);
    let refused = smtp::submit(&server, &user("alice"), &from_alice_to(&["bob"]), &big).await;
    assert!(matches!(refused, Err(NetError::Rejected { code: 552, .. })), "{refused:?}");
}

#[tokio::test]
async fn letters_of_every_language_go_where_the_server_can_carry_them_and_nowhere_else() {
    let Some(servers) = servers() else { return };
    let text = |subject: &str| {
        format!("From: alice@example.test\r\nTo: bob@example.test\r\nSubject: {subject}\r\n\r\n書留です。\r\n")
            .into_bytes()
    };
    let (capable, plainest) = (submission(servers, Way::Submission), submission(servers, Way::Plainest));
    let envelope = from_alice_to(&["bob"]);
    smtp::submit(&capable, &user("alice"), &envelope, &text("eight bits")).await.unwrap();
    let came = received(servers, "bob", "eight bits").await;
    assert!(contains(&came, "書留です。".as_bytes()), "{}", String::from_utf8_lossy(&came));
    let refused = smtp::submit(&plainest, &user("alice"), &envelope, &text("eight bits, plainest")).await;
    assert_eq!(refused, Err(NetError::NotAscii));

    // Postfix takes it; Dovecot behind it does not know SMTPUTF8.
    smtp::submit(&capable, &user("alice"), &envelope, &text("見出し")).await.unwrap();
    let refused = smtp::submit(&plainest, &user("alice"), &envelope, &text("見出し")).await;
    assert_eq!(refused, Err(NetError::NoUtf8));

    let hanako = EmailAddress::parse("花子@example.test").unwrap();
    let to_hanako = Envelope { recipients: vec![hanako.clone()], ..envelope.clone() };
    let refused = smtp::submit(&plainest, &user("alice"), &to_hanako, &message("to hanako")).await;
    assert_eq!(refused, Err(NetError::NoUtf8));
    // A server that can takes the address, and says that nobody of that name is there.
    match smtp::submit(&capable, &user("alice"), &to_hanako, &message("to hanako")).await {
        Err(NetError::Rejected { code: 550, recipient, .. }) => assert_eq!(recipient, Some(hanako)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_report_that_is_asked_for_comes_and_a_server_without_reports_gets_the_message_all_the_same() {
    let Some(servers) = servers() else { return };
    let bytes = message("with a report");
    let envelope = Envelope { sender: address("carol"), recipients: vec![address("bob")] };
    let name = "5f1c0de5f1c0de5f1c0de5f1c0de5f1c";
    let asked = smtp::Delivery { reports: true, envelope_id: Some(name), ..delivery(&envelope, &bytes) };
    let go = |_: &[_]| ControlFlow::Continue(());
    let server = submission(servers, Way::Submission);
    let accepted = smtp::submit_with(&server, &user("carol"), &asked, go).await.unwrap();
    assert!(accepted.offer.dsn);
    let report = received(servers, "carol", "Successful Mail Delivery Report").await;
    // "relayed" where the next server knows no reports.
    let actions: [&[u8]; 2] = [b"Action: delivered", b"Action: relayed"];
    assert!(contains(&report, b"message/delivery-status") && actions.iter().any(|action| contains(&report, action)));
    assert!(contains(&report, b"Original-Recipient: rfc822;bob@example.test"));
    // As the program that sent it reads it: the server gives the name back that it was given.
    let parsed = kakitome::message::parse(&RawMessage::new(report), &kakitome::message::Limits::default());
    let read = parsed.delivery_report().unwrap();
    assert_eq!(read.envelope_id.as_deref(), Some(name));
    let told: Vec<_> = read.outcomes.iter().map(|one| (one.recipient.as_str(), one.action.word())).collect();
    assert!(matches!(told[..], [("bob@example.test", "delivered" | "relayed")]), "{told:?}");

    let without = submission(servers, Way::Plainest);
    let accepted = smtp::submit_with(&without, &user("carol"), &asked, go).await.unwrap();
    assert!(!accepted.offer.dsn);
}

#[tokio::test]
async fn where_tls_is_required_all_the_way_a_server_that_does_not_promise_it_hears_nothing() {
    let Some(servers) = servers() else { return };
    let bytes = message("requires tls");
    let envelope = from_alice_to(&["bob"]);
    let asked = smtp::Delivery { requires_tls: true, ..delivery(&envelope, &bytes) };
    let go = |_: &[_]| ControlFlow::Continue(());
    let refused = smtp::submit_with(&submission(servers, Way::Watched), &user("alice"), &asked, go).await;
    assert_eq!(refused, Err(NetError::NoRequireTls));
    heard_nothing(servers);

    let scripted = Scripted::start(servers.pki(), Manner { offer: &["REQUIRETLS"], envelope_at_once: 0 });
    let server = at(servers, scripted.port).with_security(Security::Implicit);
    smtp::submit_with(&server, &user("alice"), &asked, go).await.unwrap();
    assert!(
        scripted.heard().contains(&"MAIL FROM:<alice@example.test> REQUIRETLS".to_owned()),
        "{:?}",
        scripted.heard()
    );
}

#[tokio::test]
async fn the_envelope_goes_at_once_where_that_is_offered_and_step_by_step_where_it_is_not() {
    let Some(servers) = servers() else { return };
    let envelope = from_alice_to(&["bob", "carol", "dave"]);
    // It answers when all four have come: who waits for the first answer waits for ever.
    let scripted = Scripted::start(servers.pki(), Manner { offer: &["PIPELINING"], envelope_at_once: 4 });
    let server = at(servers, scripted.port).with_security(Security::Implicit);
    smtp::submit(&server, &user("alice"), &envelope, &message("pipelined")).await.unwrap();

    let scripted = Scripted::start(servers.pki(), Manner { offer: &[], envelope_at_once: 0 });
    let server = at(servers, scripted.port).with_security(Security::Implicit);
    smtp::submit(&server, &user("alice"), &envelope, &message("step by step")).await.unwrap();
    let heard = scripted.heard();
    let mail = heard.iter().position(|line| line.starts_with("MAIL")).unwrap();
    assert_eq!(heard[mail], "MAIL FROM:<alice@example.test>", "nothing that was not offered");
    assert_eq!(heard[mail + 4], "DATA");
}
