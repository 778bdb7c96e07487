//! Submission and IMAP with a real Postfix and a real Dovecot, into the encrypted store.

mod servers;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use kakitome::domain::{EmailAddress, Envelope, Mailbox, RawMessage, Secret};
use kakitome::net::imap::{self, Cancel, Fetched, Known, Session, Step};
use kakitome::net::smtp::{self, Accepted};
use kakitome::net::{CertificateProblem, Credentials, NetError, Security, Server};
use kakitome::store::{AccountRecord, MessageFlags, NewMessage, ProfileKey, Store};

use servers::{HOST, LATER, OTHER_HOST, PASSWORD, Proxy, Rule, Servers, Way, servers};

fn user(name: &str) -> Credentials {
    Credentials { user: format!("{name}@example.test"), password: Secret::from(PASSWORD) }
}

fn address(name: &str) -> EmailAddress {
    EmailAddress::parse(&format!("{name}@example.test")).unwrap()
}

fn from_alice_to(names: &[&str]) -> Envelope {
    Envelope { sender: address("alice"), recipients: names.iter().map(|name| address(name)).collect() }
}

/// A message with every line that a careless client would change.
fn message(subject: &str) -> Vec<u8> {
    let text = "From: alice@example.test\r\nTo: bob@example.test\r\nSubject: SUBJECT\r\n\
        Date: Tue, 24 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.test>\r\n\r\n\
        .\r\n..\r\n.dots at the start\r\ntrailing space \r\n\r\nFrom here on\r\n\tlast line\r\n";
    text.replace("SUBJECT", subject).into_bytes()
}

fn submission(servers: &Servers, way: Way) -> Server {
    at(servers, servers.port(way))
}

fn at(servers: &Servers, port: u16) -> Server {
    Server::new(HOST, port).with_roots(vec![servers.ca()])
}

fn imap(servers: &Servers) -> Server {
    at(servers, servers.imap_port())
}

/// What the mailbox holds with that subject, when it has come.
async fn received(servers: &Servers, name: &str, subject: &str) -> Vec<u8> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = look_for(servers, name, subject).await {
            return found;
        }
        assert!(Instant::now() < deadline, "{subject} did not come:\n{}", servers.logs());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn look_for(servers: &Servers, name: &str, subject: &str) -> Option<Vec<u8>> {
    let line = format!("Subject: {subject}\r\n");
    let all = fetch_all(&imap(servers), name, "INBOX").await;
    all.into_iter().map(|fetched| fetched.bytes).find(|bytes| contains(bytes, line.as_bytes()))
}

async fn fetch_all(server: &Server, name: &str, folder: &str) -> Vec<Fetched> {
    let mut session = Session::log_in(server, &user(name)).await.unwrap();
    let mut all = Vec::new();
    let take = |step| {
        if let Step::Message { message, .. } = step {
            all.push(message);
        }
        ControlFlow::Continue(())
    };
    session.fetch_new(folder, Known::default(), &Cancel::new(), take).await.unwrap();
    session.log_out().await;
    all
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The message without the trace fields that servers put on top.
fn without_trace(bytes: &[u8]) -> &[u8] {
    let start = bytes.windows(6).position(|window| window == b"From: ").unwrap();
    &bytes[start..]
}

#[tokio::test]
async fn alice_submits_over_starttls_and_bob_fetches_the_same_bytes_into_his_encrypted_store() {
    let Some(servers) = servers() else { return };
    let sent = message("to the store");
    let Accepted { reply } =
        smtp::submit(&submission(servers, Way::Submission), &user("alice"), &from_alice_to(&["bob"]), &sent)
            .await
            .unwrap();
    assert!(reply.starts_with("250 2.0.0"), "{reply}");
    received(servers, "bob", "to the store").await;

    let profile = tempfile::tempdir().unwrap();
    let store = Store::open(profile.path(), &ProfileKey::generate().unwrap()).unwrap();
    let account = store.save_account(&AccountRecord::default()).unwrap();
    let folder = store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    let first = synchronise(servers, &store, folder).await;
    assert!(first > 0);
    let rows = store.rows(folder, 1000, 0).unwrap();
    let raws: Vec<_> = rows.iter().map(|row| store.raw(row.id).unwrap()).collect();
    let raw = raws.iter().find(|raw| contains(raw, b"Subject: to the store\r\n")).unwrap();
    assert_eq!(without_trace(raw), sent);
    assert!(contains(raw, b"ESMTPSA"), "submitted with TLS and AUTH");
    assert!(!contains(raw, hostname().as_bytes()), "the host name stays at home");

    smtp::submit(&submission(servers, Way::Submission), &user("alice"), &from_alice_to(&["bob"]), &message("second"))
        .await
        .unwrap();
    received(servers, "bob", "second").await;
    synchronise(servers, &store, folder).await;
    let again = store.rows(folder, 1000, 0).unwrap();
    assert!(again.len() > rows.len(), "what is new came");
    assert!(rows.iter().all(|row| again.contains(row)), "and nothing came twice");
}

/// What the engine does: keep each message at once, under the UIDVALIDITY that it belongs to.
async fn synchronise(servers: &Servers, store: &Store, folder: i64) -> usize {
    let mut session = Session::log_in(&imap(servers), &user("bob")).await.unwrap();
    let known =
        Known { uid_validity: store.uid_validity(folder).unwrap(), after_uid: store.highest_uid(folder).unwrap() };
    let keep = |step| {
        match step {
            Step::Selected { uid_validity, .. } => store.set_uid_validity(folder, uid_validity).unwrap(),
            Step::Message { message, .. } => {
                assert!(message.internal_date.is_some());
                assert!(store.add_message(folder, &to_store(message)).unwrap().is_some());
            }
            Step::TooBig { .. } => unreachable!(),
        }
        ControlFlow::Continue(())
    };
    let done = session.fetch_new("INBOX", known, &Cancel::new(), keep).await.unwrap();
    assert_eq!(store.uid_validity(folder).unwrap(), Some(done.uid_validity));
    session.log_out().await;
    done.fetched
}

fn to_store(message: Fetched) -> NewMessage {
    NewMessage {
        uid: Some(message.uid),
        flags: MessageFlags { is_seen: message.flags.is_seen, ..MessageFlags::default() },
        received_at: message.internal_date,
        date: None,
        from: Mailbox::default(),
        subject: String::new(),
        preview: String::new(),
        has_attachments: false,
        raw: RawMessage::new(message.bytes),
    }
}

fn hostname() -> String {
    let name = std::fs::read_to_string("/etc/hostname").unwrap_or_default().trim().to_owned();
    if name.is_empty() || name == "localhost" { "no host name here".into() } else { name }
}

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
    assert!(!contains(&proxy.heard().to_ascii_uppercase(), b"LOGIN"), "nor AUTHENTICATE");
    assert!(!contains(&proxy.heard().to_ascii_uppercase(), b"AUTH"));
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
async fn a_wrong_password_is_said_so_with_the_servers_words() {
    let Some(servers) = servers() else { return };
    let wrong = Credentials { password: Secret::from("battery staple"), ..user("alice") };
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
async fn one_refused_recipient_is_named_and_nobody_gets_the_message() {
    let Some(servers) = servers() else { return };
    let server = submission(servers, Way::Submission);
    let envelope = from_alice_to(&["bob", "nobody"]);
    match smtp::submit(&server, &user("alice"), &envelope, &message("for nobody")).await {
        Err(NetError::Rejected { code: 550, recipient, .. }) => assert_eq!(recipient, Some(address("nobody"))),
        other => panic!("{other:?}"),
    }
    let later = Envelope { recipients: vec![EmailAddress::parse(LATER).unwrap()], ..envelope };
    match smtp::submit(&server, &user("alice"), &later, &message("for later")).await {
        Err(NetError::Deferred { code: 451, text, .. }) => assert!(text.contains("come back later"), "{text}"),
        other => panic!("{other:?}"),
    }
    smtp::submit(&server, &user("alice"), &from_alice_to(&["bob"]), &message("after nobody")).await.unwrap();
    received(servers, "bob", "after nobody").await;
    assert_eq!(look_for(servers, "bob", "for nobody").await, None);
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
    let outcome =
        smtp::submit_with(&at(servers, proxy.port()), &user("alice"), &from_alice_to(&["mallory"]), &big, || {
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
    let outcome =
        smtp::submit_with(&at(servers, proxy.port()), &user("alice"), &from_alice_to(&["mallory"]), &big, || {
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
    let outcome = smtp::submit_with(&server, &user("alice"), &from_alice_to(&["bob"]), &message("held back"), || {
        ControlFlow::Break(())
    })
    .await;
    assert_eq!(outcome, Err(NetError::Cancelled));
    assert_eq!(look_for(servers, "bob", "held back").await, None);
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

#[tokio::test]
async fn folders_are_listed_with_their_roles_and_names() {
    let Some(servers) = servers() else { return };
    let mut session = Session::log_in(&imap(servers), &user("carol")).await.unwrap();
    session.create_folder("請求書 & more").await.unwrap();
    let folders = session.list_folders().await.unwrap();
    let found: Vec<_> = folders.iter().map(|folder| (folder.name.as_str(), folder.role.as_str())).collect();
    assert_eq!(found[0], ("INBOX", "inbox"));
    for expected in [("Sent", "sent"), ("Drafts", "drafts"), ("書留", ""), ("請求書 & more", "")] {
        assert!(found.contains(&expected), "{found:?}");
    }
    let path = &folders.iter().find(|folder| folder.name == "請求書 & more").unwrap().path;
    session.append(path, &message("filed")).await.unwrap();
    session.log_out().await;
    assert_eq!(fetch_all(&imap(servers), "carol", path).await[0].bytes, message("filed"));
}

#[tokio::test]
async fn what_is_read_here_is_read_on_the_server_and_fetching_reads_nothing() {
    let Some(servers) = servers() else { return };
    let mut session = Session::log_in(&imap(servers), &user("carol")).await.unwrap();
    session.append("Drafts", &message("seen")).await.unwrap();
    let uid = fetch_all(&imap(servers), "carol", "Drafts").await[0].uid;
    session.set_seen("Drafts", &[uid], false).await.unwrap();
    assert!(!fetch_all(&imap(servers), "carol", "Drafts").await[0].flags.is_seen);
    assert!(!session.flags("Drafts", uid).await.unwrap()[0].1.is_seen, "fetching did not mark it");
    session.set_seen("Drafts", &[uid], true).await.unwrap();
    assert!(session.flags("Drafts", uid).await.unwrap()[0].1.is_seen);
    assert_eq!(session.flags("Drafts", uid - 1).await.unwrap(), []);
    session.log_out().await;
}

#[tokio::test]
async fn a_changed_uid_validity_is_reported_and_everything_comes_anew() {
    let Some(servers) = servers() else { return };
    let mut session = Session::log_in(&imap(servers), &user("carol")).await.unwrap();
    session.append("Sent", &message("sent copy")).await.unwrap();
    let mut steps = Vec::new();
    let stale = Known { uid_validity: Some(1), after_uid: 4_000_000 };
    let keep = |step| {
        steps.push(step);
        ControlFlow::Continue(())
    };
    let done = session.fetch_new("Sent", stale, &Cancel::new(), keep).await.unwrap();
    assert!(matches!(steps[0], Step::Selected { is_changed: true, .. }));
    assert!(matches!(&steps[1], Step::Message { message, done: 1, .. } if message.bytes == self::message("sent copy")));
    let known = Known { uid_validity: Some(done.uid_validity), after_uid: u32::try_from(done.fetched).unwrap() };
    let again = session.fetch_new("Sent", known, &Cancel::new(), |_| ControlFlow::Continue(())).await.unwrap();
    assert_eq!(again.fetched, 0);
    session.log_out().await;
}

#[tokio::test]
async fn fetching_stops_when_asked_and_a_missing_folder_is_said_so() {
    let Some(servers) = servers() else { return };
    let mut session = Session::log_in(&imap(servers), &user("alice")).await.unwrap();
    for number in 0..3 {
        session.append("Drafts", &message(&format!("draft {number}"))).await.unwrap();
    }
    let cancel = Cancel::new();
    let mut seen = 0;
    let stop = |step| {
        if let Step::Message { .. } = step {
            seen += 1;
            cancel.cancel();
        }
        ControlFlow::Continue(())
    };
    let outcome = session.fetch_new("Drafts", Known::default(), &cancel, stop).await;
    assert_eq!((outcome, seen), (Err(NetError::Cancelled), 1));
    let missing = session.flags("No such folder", 1).await;
    assert!(matches!(missing, Err(NetError::NoFolder { .. })), "{missing:?}");
    session.log_out().await;
}
