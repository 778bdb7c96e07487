//! The outbox of the engine: held back, taken back, refused in part, and the copies of what was sent.

use std::sync::Arc;

use kakitome::domain::{Attachment, Dispatch, Draft, Protection};
use kakitome::engine::view::{AccountForm, OutboxView};
use kakitome::engine::{Command, EngineHandle, Event, FailureKind, OutboxCommand, Profile, headless};

use super::people::{PATIENCE, Person};
use super::servers::{LATER, Proxy, Rule};
use super::*;

/// Waits for an event that is what is wanted; a failure on the way ends the test.
fn wait<T>(engine: &EngineHandle, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        match engine.try_next() {
            Some(Event::Failed(failure)) => panic!("{failure:?}"),
            Some(event) => {
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    panic!("nothing came in {PATIENCE:?}");
}

fn outbox(engine: &EngineHandle, wanted: impl Fn(&OutboxView) -> bool) -> Arc<OutboxView> {
    wait(engine, |event| match event {
        Event::Outbox(view) if wanted(&view) => Some(view),
        _ => None,
    })
}

fn letter(from: &Person, to: &str, subject: &str) -> Draft {
    Draft {
        from: from.mailbox(),
        to: vec![Mailbox::new("", format!("{to}@example.test"))],
        bcc: vec![Mailbox::new("", "dave@example.test")],
        subject: subject.to_owned(),
        text: "いつもお世話になっております。\n".to_owned(),
        attachments: vec![Attachment {
            name: "見積書.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            bytes: Arc::from(&b"%PDF-1.4 not really"[..]),
        }],
        protection: Protection { sign: true, encrypt: false, ..Protection::default() },
        ..Draft::default()
    }
}

fn inbox_of(servers: &Servers, name: &str, folder: &str, subject: &str) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let all = runtime.block_on(fetch_all(&imap(servers), name, folder));
    let line = format!("Subject: {subject}\r\n");
    all.iter().filter(|one| contains(&one.bytes, line.as_bytes())).count()
}

/// Waits until so many have come.
fn arrive(servers: &Servers, name: &str, folder: &str, subject: &str, count: usize) {
    let end = Instant::now() + PATIENCE;
    while inbox_of(servers, name, folder, subject) < count {
        assert!(Instant::now() < end, "{subject} did not come:\n{}", servers.logs());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(inbox_of(servers, name, folder, subject), count);
}

#[test]
fn what_is_undone_is_the_draft_as_it_was_and_what_is_not_undone_goes() {
    let Some(servers) = servers() else { return };
    let alice = Person::new("alice");
    alice.settle(servers, HOST, Way::Submission);
    let engine = alice.engine();
    engine.send(Command::Outbox(OutboxCommand::SetUndo(30)));
    let written = letter(&alice, "bob", "taken back in time");
    engine.send(Command::SaveDraft { draft: Box::new(written.clone()), id: None, token: 1 });
    let kept = wait(&engine, |event| if let Event::DraftSaved { id, .. } = event { Some(id) } else { None });
    engine.send(Command::Send { draft: Box::new(written.clone()), id: Some(kept), token: 1 });
    let held = outbox(&engine, |view| !view.submissions.is_empty());
    assert!(held.submissions.iter().all(|one| one.hold == "undo" && one.state == "queued" && one.has_draft));
    engine.send(Command::Outbox(OutboxCommand::TakeBack(held.submissions[0].batch)));
    let (draft, id) = wait(&engine, |event| match event {
        Event::Compose { draft, id } => Some((draft, id)),
        _ => None,
    });
    assert_eq!((*draft, id), (written.clone(), Some(kept)), "nothing of it is lost");
    outbox(&engine, |view| view.submissions.is_empty());

    engine.send(Command::Outbox(OutboxCommand::SetUndo(5)));
    let sent = Draft { subject: "not taken back".to_owned(), ..written };
    engine.send(Command::Send { draft: Box::new(sent), id: Some(kept), token: 2 });
    outbox(&engine, |view| !view.submissions.is_empty());
    outbox(&engine, |view| view.submissions.is_empty());
    arrive(servers, "bob", "INBOX", "not taken back", 1);
    assert_eq!(inbox_of(servers, "bob", "INBOX", "taken back in time"), 0);
    wait(&engine, |event| match event {
        Event::Mailbox(view) if view.drafts.is_empty() => Some(()),
        _ => None,
    });
}

#[test]
fn what_is_to_go_later_survives_the_program_and_may_be_sent_now() {
    let Some(servers) = servers() else { return };
    let alice = Person::new("alice");
    alice.settle(servers, HOST, Way::Submission);
    let at = kakitome::domain::Timestamp::now() + std::time::Duration::from_hours(1);
    let dispatch = Dispatch { at: Some(at), ..Dispatch::default() };
    let engine = alice.engine();
    let draft = Draft { dispatch, bcc: vec![], ..letter(&alice, "bob", "not before tomorrow") };
    engine.send(Command::Send { draft: Box::new(draft), id: None, token: 1 });
    outbox(&engine, |view| view.submissions.first().is_some_and(|one| one.hold == "later"));
    drop(engine);

    let profile = reopened(&alice);
    assert_eq!(headless::send_due(&profile).unwrap().waiting, 1);
    let held = headless::outbox(&profile).unwrap().submissions.remove(0);
    assert_eq!(held.held_until.map(kakitome::domain::Timestamp::as_millisecond), Some(at.as_millisecond()));
    drop(profile);
    let engine = alice.engine();
    engine.send(Command::Outbox(OutboxCommand::SendNow(held.batch)));
    outbox(&engine, |view| view.submissions.is_empty());
    arrive(servers, "bob", "INBOX", "not before tomorrow", 1);
    arrive(servers, "alice", "Sent", "not before tomorrow", 1);
}

/// The profile, when the engine that had it has ended.
fn reopened(person: &Person) -> Profile {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Ok(profile) = std::panic::catch_unwind(|| person.profile()) {
            return profile;
        }
        assert!(Instant::now() < end, "the engine does not end");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn enqueue(profile: &Profile, from: &str, to: &str, subject: &str) {
    let text = format!(
        "From: {from}@example.test\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{}@example.test>\r\n\r\nhello\r\n",
        subject.replace(' ', ".")
    );
    headless::enqueue(profile, &RawMessage::new(text.into_bytes())).unwrap();
}

#[test]
fn of_several_recipients_those_that_are_refused_stay_in_the_outbox_with_the_servers_words() {
    let Some(servers) = servers() else { return };
    let alice = Person::new("alice");
    alice.settle(servers, HOST, Way::Submission);
    let profile = alice.profile();
    enqueue(&profile, "alice", &format!("bob@example.test, nobody@example.test, {LATER}"), "to three");
    let done = headless::send_due(&profile).unwrap();
    assert_eq!(done.failures.iter().map(|one| one.kind).collect::<Vec<_>>(), [FailureKind::PartlyRefused]);
    assert_eq!(done.failures[0].subject, format!("nobody@example.test, {LATER}"));
    arrive(servers, "bob", "INBOX", "to three", 1);
    let rows = headless::outbox(&profile).unwrap().submissions;
    let seen: Vec<_> = rows.iter().map(|row| (row.recipients.clone(), row.state.as_str())).collect();
    assert_eq!(seen, [(vec!["nobody@example.test".to_owned()], "rejected"), (vec![LATER.to_owned()], "deferred")]);
    assert!(rows[0].detail.contains("nobody@example.test: 550"), "{}", rows[0].detail);
    assert!(rows[1].detail.contains("come back later") && rows[1].retry_at.is_some(), "{rows:?}");
    arrive(servers, "alice", "Sent", "to three", 1);
}

/// A person with an account whose servers are these.
fn account(person: &Person, servers: &Servers, imap_port: u16) -> AccountForm {
    let accounts = headless::mailbox(&person.profile(), None).unwrap().accounts;
    let id = accounts.iter().find(|one| one.identity.address == person.address()).map(|one| one.id);
    AccountForm { id, imap_port, ..person.account(servers, HOST, Way::Submission) }
}

#[test]
fn an_account_whose_copies_can_not_be_filed_keeps_nobody_elses_from_being_filed() {
    let Some(servers) = servers() else { return };
    let carol = Person::new("carol");
    carol.settle(servers, HOST, Way::Submission);
    let nobody = std::net::TcpListener::bind((HOST, 0)).unwrap().local_addr().unwrap().port();
    let form = account(&carol, servers, nobody);
    headless::save_account(&carol.profile(), &form).unwrap();
    // A second account in the same profile.
    let bob = AccountForm { id: None, ..Person::new("bob").account(servers, HOST, Way::Submission) };
    let profile = carol.profile();
    headless::save_account(&profile, &bob).unwrap();
    enqueue(&profile, "carol", "dave@example.test", "copy that waits");
    enqueue(&profile, "bob", "dave@example.test", "copy that goes");
    let done = headless::send_due(&profile).unwrap();
    assert_eq!((done.sent, done.waiting), (2, 0));
    assert_eq!(done.failures.iter().map(|one| one.kind).collect::<Vec<_>>(), [FailureKind::Unreachable]);
    arrive(servers, "bob", "Sent", "copy that goes", 1);
    assert_eq!(inbox_of(servers, "carol", "Sent", "copy that waits"), 0);
    let form = AccountForm { imap_port: servers.imap_port(), ..form };
    headless::save_account(&profile, &form).unwrap();
    headless::send_due(&profile).unwrap();
    arrive(servers, "carol", "Sent", "copy that waits", 1);
}

#[test]
fn a_copy_whose_answer_was_lost_is_not_filed_a_second_time() {
    let Some(servers) = servers() else { return };
    let dave = Person::new("dave");
    dave.settle(servers, HOST, Way::Submission);
    for (subject, has_id) in [("answer lost", true), ("answer lost without an id", false)] {
        let mut text = format!("From: dave@example.test\r\nTo: carol@example.test\r\nSubject: {subject}\r\n");
        if has_id {
            text.push_str("Message-ID: <lost@example.test>\r\n");
        }
        text.push_str("\r\n");
        text.push_str(&"a line of a long letter\r\n".repeat(2_000));
        let proxy = Proxy::start(servers.imap_port(), Rule::SwallowAnswerAfter(text.len() as u64));
        proxy.arm();
        let form = account(&dave, servers, proxy.port());
        let profile = dave.profile();
        headless::save_account(&profile, &form).unwrap();
        headless::enqueue(&profile, &RawMessage::new(text.into_bytes())).unwrap();
        let done = headless::send_due(&profile).unwrap();
        assert_eq!((done.sent, done.failures.len()), (1, 1), "{done:?}");
        arrive(servers, "dave", "Sent", subject, 1);
        let form = AccountForm { imap_port: servers.imap_port(), ..form };
        headless::save_account(&profile, &form).unwrap();
        assert!(headless::send_due(&profile).unwrap().failures.is_empty());
        assert!(profile.store.sent_copies().unwrap().is_empty());
        arrive(servers, "dave", "Sent", subject, 1);
    }
}

#[test]
fn what_a_server_is_known_not_to_take_is_refused_before_it_is_queued() {
    let Some(servers) = servers() else { return };
    let alice = Person::new("alice");
    alice.settle(servers, HOST, Way::Submission);
    // The server is known once something was sent through it.
    enqueue(&alice.profile(), "alice", "bob@example.test", "what do you offer");
    assert_eq!(headless::send_due(&alice.profile()).unwrap().sent, 1);
    let engine = alice.engine();
    let refused = |draft: Draft| {
        engine.send(Command::Send { draft: Box::new(draft), id: None, token: 1 });
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            match engine.try_next() {
                Some(Event::NotQueued { failure, .. }) => return (failure.kind, failure.subject),
                Some(Event::Queued(_)) => panic!("it was queued"),
                _ => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        panic!("nothing came");
    };
    let mut big = letter(&alice, "bob", "too big to queue");
    big.attachments[0].bytes = vec![7; 25_000_000].into();
    assert_eq!(refused(big), (FailureKind::TooBig, "30000000".to_owned()));
    let mut required = letter(&alice, "bob", "required");
    required.dispatch.requires_tls = true;
    assert_eq!(refused(required), (FailureKind::NoRequireTls, HOST.to_owned()));
    drop(engine);
    assert!(headless::outbox(&reopened(&alice)).unwrap().submissions.is_empty());
}
