//! What is kept of dialogues with real servers, and what is not.

use kakitome::net::pop3;
use kakitome::net::transcript::{Protocol, Said, Transcripts};

use super::*;

fn base64(bytes: &[u8]) -> String {
    openssl::base64::encode_block(bytes)
}

#[tokio::test]
async fn after_a_log_in_by_each_mechanism_nothing_that_opens_the_account_is_kept() {
    let Some(servers) = servers() else { return };
    let kept = Transcripts::default();
    let token = Servers::token("alice", 600);
    let password = user("alice");
    let wrong = Credentials::password("alice@example.test", Secret::from("another battery"));
    let by_token = Credentials::token("alice@example.test", Secret::new(token.clone()));
    let listen = |server: Server| server.with_transcripts(&kept);
    for way in [Way::Submission, Way::LoginOnly, Way::Sha1, Way::CramMd5, Way::Cyrus, Way::OneTime] {
        let server = listen(submission(servers, way));
        // Each one-time password works once, and other tests use them, too.
        let _ = smtp::probe(&server, &password).await;
        let _ = smtp::probe(&server, &wrong).await;
    }
    for way in [Way::OAuthBearer, Way::XOAuth2] {
        smtp::probe(&listen(submission(servers, way)), &by_token).await.unwrap();
    }
    imap::probe(&listen(imap(servers)), &password).await.unwrap();
    imap::probe(&listen(imap(servers)), &by_token).await.unwrap();
    let _ = imap::probe(&listen(imap(servers)), &wrong).await;
    let pop = || listen(at(servers, servers.pop_port()));
    pop3::probe(&pop(), &password).await.unwrap();
    pop3::probe(&pop(), &by_token).await.unwrap();
    let _ = pop3::probe(&pop(), &wrong).await;

    let all = format!("{:?}", kept.dialogues());
    let user = "alice@example.test";
    for secret in [PASSWORD, "another battery"] {
        let plain = format!("\0{user}\0{secret}");
        for form in [secret.to_owned(), base64(secret.as_bytes()), base64(plain.as_bytes())] {
            assert!(!all.contains(&form), "{form} stands in {all}");
        }
        // Wherever it stands in a longer text, its middle is the same in one of three ways.
        for shift in 0..3 {
            let shifted = base64(&[&vec![b'x'; shift][..], secret.as_bytes()].concat());
            let middle = &shifted[4..shifted.len() - 4];
            assert!(!all.contains(middle), "{middle} stands in {all}");
        }
    }
    assert!(!all.contains(&token) && !all.contains(&base64(user.as_bytes())));
    let parts: Vec<&str> = token.split('.').collect();
    assert!(!all.contains(parts[2]));

    let dialogues = kept.dialogues();
    let of = |protocol| dialogues.iter().filter(move |one| one.protocol == Some(protocol));
    assert_eq!([Protocol::Smtp, Protocol::Imap, Protocol::Pop3].map(|one| of(one).count()), [14, 3, 3]);
    for dialogue in &dialogues {
        let lines: Vec<&Said> = dialogue.entries().map(|entry| &entry.said).collect();
        assert!(lines.iter().any(|said| matches!(said, Said::Encrypted(version) if version.starts_with("TLS 1."))));
        let names_it = |said: &&&Said| matches!(said, Said::Client(line) if line.contains("AUTH"));
        assert!(lines.iter().any(|said| names_it(&said)), "the mechanism may be known: {lines:?}");
        assert_eq!(lines.last(), Some(&&Said::Closed));
    }
}

#[tokio::test]
async fn messages_are_kept_as_a_size_in_both_directions() {
    let Some(servers) = servers() else { return };
    let kept = Transcripts::default();
    let sent = message("kept as a size");
    let server = submission(servers, Way::Submission).with_transcripts(&kept);
    smtp::submit(&server, &user("alice"), &from_alice_to(&["carol"]), &sent).await.unwrap();
    received(servers, "carol", "kept as a size").await;
    let server = imap(servers).with_transcripts(&kept);
    fetch_all(&server, "carol", "INBOX").await;
    let mut session = Session::log_in(&server, &user("carol")).await.unwrap();
    session.append("Drafts", &sent).await.unwrap();
    session.log_out().await;
    let dialogues = kept.dialogues();
    let all = format!("{dialogues:?}");
    for part in ["dots at the start", "trailing space", "kept as a size"] {
        assert!(!all.contains(part), "{part} stands in {all}");
    }
    let said =
        |number: usize, wanted: &dyn Fn(&Said) -> bool| dialogues[number].entries().any(|entry| wanted(&entry.said));
    let length = sent.len() as u64;
    assert!(said(0, &|said| *said == Said::ClientContent(length)), "{all}");
    assert!(said(1, &|said| matches!(said, Said::ServerContent(count) if *count > length)), "{all}");
    // With the dots that were put before others, and the one that ends it.
    assert!(said(2, &|said| matches!(said, Said::ClientContent(count) if *count > length)), "{all}");
}

#[tokio::test]
async fn a_server_that_is_not_there_or_shows_a_wrong_certificate_leaves_a_dialogue_too() {
    let Some(servers) = servers() else { return };
    let kept = Transcripts::default();
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    smtp::probe(&at(servers, nobody).with_transcripts(&kept), &user("alice")).await.unwrap_err();
    smtp::probe(&submission(servers, Way::Expired).with_transcripts(&kept), &user("alice")).await.unwrap_err();
    let codes: Vec<String> = kept
        .dialogues()
        .iter()
        .flat_map(|one| one.entries().map(|entry| entry.said.clone()).collect::<Vec<_>>())
        .filter_map(|said| if let Said::Failed { code, .. } = said { Some(code) } else { None })
        .collect();
    assert_eq!(codes, ["bad_certificate", "unreachable"]);
    assert!(kept.dialogues().iter().all(kakitome::net::transcript::Dialogue::has_failed));
}
