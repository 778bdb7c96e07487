//! Submission and IMAP with a real Postfix and a real Dovecot, into the encrypted store.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../servers/mod.rs"]
mod servers;

#[path = "../people/mod.rs"]
mod people;

#[path = "../servers/keys.rs"]
mod keys;
#[path = "../servers/ports.rs"]
#[allow(dead_code)]
mod ports;

mod changes;
mod discovery;
mod extensions;
mod folders;
mod killing;
mod login;
mod outbox;
mod submission;
mod threading;
mod tls;
mod transcript;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use kakitome::domain::{EmailAddress, Envelope, Mailbox, RawMessage, Secret};
use kakitome::net::imap::{self, Cancel, Fetched, Session};
use kakitome::net::smtp::{self, Accepted};
use kakitome::net::{Credentials, Security, Server, pop3};
use kakitome::store::{AccountRecord, MessageFlags, NewMessage, ProfileKey, Store};

use servers::pki;
use servers::{HOST, PASSWORD, Servers, Way, servers};

fn user(name: &str) -> Credentials {
    Credentials::password(format!("{name}@example.test"), Secret::from(PASSWORD))
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

/// At a port of a test's own; a server that is slow to greet is not taken for one that begins with TLS.
fn at(servers: &Servers, port: u16) -> Server {
    let begins_with_tls = [servers.imaps_port(), servers.pops_port(), servers.port(Way::Submissions)].contains(&port);
    let security = if begins_with_tls { Security::Implicit } else { Security::StartTls };
    Server::new(HOST, port).with_roots(vec![servers.ca()]).with_security(security)
}

fn delivery<'a>(envelope: &'a Envelope, message: &'a [u8]) -> smtp::Delivery<'a> {
    smtp::Delivery { envelope, message, reports: false, envelope_id: None, requires_tls: false }
}

fn imap(servers: &Servers) -> Server {
    at(servers, servers.imap_port())
}

/// What the mailbox holds with that subject, when it has come.
async fn received(servers: &Servers, name: &str, subject: &str) -> Vec<u8> {
    let deadline = Instant::now() + Duration::from_mins(2);
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
    session.open(folder, None).await.unwrap();
    let all = fetch(&mut session).await;
    session.log_out().await;
    all
}

/// Everything in the open folder.
async fn fetch(session: &mut Session) -> Vec<Fetched> {
    let sizes: Vec<(u32, u32)> = session.list().await.unwrap().iter().map(|one| (one.uid, one.bytes)).collect();
    let mut all = Vec::new();
    let take = |message| {
        all.push(message);
        ControlFlow::Continue(())
    };
    session.fetch(&sizes, &Cancel::new(), take).await.unwrap();
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
    let Accepted { reply, refused, .. } =
        smtp::submit(&submission(servers, Way::Submission), &user("alice"), &from_alice_to(&["bob"]), &sent)
            .await
            .unwrap();
    assert!(reply.starts_with("250 2.0.0") && refused.is_empty(), "{reply} {refused:?}");
    received(servers, "bob", "to the store").await;

    let profile = tempfile::tempdir().unwrap();
    let store = Store::open(profile.path(), &ProfileKey::generate().unwrap()).unwrap();
    let account = store.save_account(&AccountRecord::default()).unwrap();
    let folder = store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    let first = synchronise(servers, &store, folder).await;
    assert!(first > 0);
    let rows = store.rows(folder, 1000, 0).unwrap();
    let messages: Vec<_> = rows.iter().map(|row| store.raw(row.id).unwrap()).collect();
    let raw = messages.iter().find(|raw| contains(raw, b"Subject: to the store\r\n")).unwrap();
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
    let opened = session.open("INBOX", None).await.unwrap();
    let state = store.folder_state(folder).unwrap();
    if state.uid_validity != Some(opened.uid_validity) {
        store.renumber(folder, opened.uid_validity).unwrap();
    }
    let mut came = 0;
    for message in fetch(&mut session).await {
        assert!(message.internal_date.is_some());
        came += store.add_fetched(folder, &[(to_store(message), String::new())]).unwrap();
    }
    session.log_out().await;
    came
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
        lineage: kakitome::domain::thread::Lineage::default(),
        raw: RawMessage::new(message.bytes),
    }
}

fn hostname() -> String {
    let name = std::fs::read_to_string("/etc/hostname").unwrap_or_default().trim().to_owned();
    if name.is_empty() || name == "localhost" { "no host name here".into() } else { name }
}

#[test]
fn all_network_work_can_move_between_threads() {
    fn check<T: Send>(_: T) {}
    let (server, user) = (Server::new(HOST, 587), user("alice"));
    let envelope = from_alice_to(&["bob"]);
    check(smtp::submit(&server, &user, &envelope, b""));
    check(smtp::probe(&server, &user));
    check(imap::probe(&server, &user));
    check(async {
        let mut session = Session::log_in(&server, &user).await?;
        session.list_folders().await?;
        session.set_seen("INBOX", &[1], true).await?;
        session.append("INBOX", b"").await?;
        session.idle(Duration::ZERO, &Cancel::new()).await?;
        session.fetch(&[(1, 1)], &Cancel::new(), |_| ControlFlow::Continue(())).await
    });
}
