//! Waiting for the servers' news, and what is known of when each account was synchronised.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kakitome::domain::Secret;

use super::people::Person;
use super::servers::{Proxy, Rule, servers};
use super::synchronising::{Elsewhere, settle, turn};
use super::*;

#[test]
fn what_comes_is_heard_of_without_asking() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start_to(("127.0.0.1", servers.imap_port()), Rule::Watch);
    let (person, mut other) = (Person::new("xenia"), Elsewhere::new(servers, "xenia"));
    let profile = Arc::new(settle(&person, servers, &proxy));
    assert_eq!(turn(&profile), 0);
    let mut watching = headless::Watching::begin(&profile).unwrap();
    let long = Duration::from_mins(10);
    // Beginning is news.
    watching.wait(long, long);
    turn(&profile);
    let began = Instant::now();
    let sent = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        other.put("INBOX", &["news"]);
    });
    watching.wait(long, long);
    sent.join().unwrap();
    assert!(began.elapsed() >= Duration::from_millis(400), "nothing had come yet");
    assert!(began.elapsed() < Duration::from_mins(5), "{:?}", began.elapsed());
    assert_eq!(turn(&profile), 1);
    // Nothing comes: it ends when it should.
    let began = Instant::now();
    watching.wait(Duration::from_millis(900), long);
    assert!(began.elapsed() >= Duration::from_millis(800));
}

#[test]
fn an_account_that_fails_is_not_said_to_be_synchronised() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start_to(("127.0.0.1", servers.imap_port()), Rule::Watch);
    let person = Person::new("yvonne");
    let profile = settle(&person, servers, &proxy);
    turn(&profile);
    let all = || headless::mailbox(&profile, None).unwrap().synchronised_at;
    let first = all().unwrap();
    // Nobody listens there.
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let form = AccountForm {
        address: "zoe@example.test".into(),
        imap_port: closed,
        password: Some(Secret::from("x")),
        ..person.account(servers, HOST, Way::Submission)
    };
    let second = headless::save_account(&profile, &form).unwrap();
    assert_eq!(all(), None);
    let done = headless::synchronise(&profile).unwrap();
    assert_eq!(done.failures.len(), 1);
    assert_eq!(all(), None, "one was never synchronised");
    let known = profile.store.synchronised().unwrap();
    assert_eq!(known.len(), 1);
    assert!(known.values().all(|at| *at > first));
    profile.store.remove_account(second).unwrap();
    assert_eq!(all(), known.values().next().copied());
}
