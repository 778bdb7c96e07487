//! The whole path, with a real Postfix and a real Dovecot: alice writes to bob in both
//! technologies through the engine, and bob reads what she wrote.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "engine/apart.rs"]
mod apart;
#[path = "engine/damage.rs"]
mod damage;
#[path = "engine/faults.rs"]
mod faults;
#[path = "servers/keys.rs"]
mod keys;
#[path = "engine/news.rs"]
mod news;
#[path = "servers/oauth.rs"]
mod oauth;
mod people;
#[path = "servers/ports.rs"]
#[allow(dead_code)]
mod ports;
#[allow(unused_imports)]
mod servers;
#[path = "engine/setup.rs"]
mod setup;
#[path = "engine/synchronising.rs"]
mod synchronising;
#[path = "engine/tagging.rs"]
mod tagging;
#[path = "engine/watching.rs"]
mod watching;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kakitome::domain::{Attachment, Draft, Protection, RawMessage, Technology, TechnologyChoice};
use kakitome::engine::view::{AccountForm, Lock, MailboxView, PopAccess, ReadingView, RowView, Seal};
use kakitome::engine::{Command, EngineHandle, Event, FailureKind, OutboxCommand, Profile, headless};
use people::{PATIENCE, Person};
use servers::{HOST, PASSWORD, Way, pki, servers};

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

fn letter(alice: &Person, bob: &Person, technology: Technology) -> Draft {
    Draft {
        from: alice.mailbox(),
        to: vec![bob.mailbox()],
        subject: format!("請求書 {}", technology.word()),
        text: "いつもお世話になっております。\n\nFrom here on it is secret.\n".to_owned(),
        attachments: vec![Attachment {
            name: "見積書.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            bytes: Arc::from(&b"%PDF-1.4 not really"[..]),
        }],
        protection: Protection { sign: true, encrypt: true, technology: TechnologyChoice::Only(technology) },
        ..Draft::default()
    }
}

/// Waits until what was just handed over is queued, and gone.
fn goes(engine: &EngineHandle) {
    wait(engine, |event| matches!(event, Event::Queued(_)).then_some(()));
    for is_empty in [false, true] {
        wait(engine, |event| match event {
            Event::Outbox(view) if view.submissions.is_empty() == is_empty => Some(()),
            _ => None,
        });
    }
}

fn inbox(engine: &EngineHandle, count: usize) -> Arc<MailboxView> {
    engine.send(Command::Synchronise);
    let end = Instant::now() + PATIENCE;
    let mut asked = Instant::now();
    while Instant::now() < end {
        if let Some(Event::Mailbox(view)) = engine.try_next() {
            if view.rows.len() >= count {
                return view;
            }
        } else {
            std::thread::sleep(Duration::from_millis(50));
        }
        // Delivery between the servers takes a moment.
        if asked.elapsed() > Duration::from_secs(2) {
            asked = Instant::now();
            engine.send(Command::Synchronise);
        }
    }
    panic!("{count} messages did not come");
}

fn open(engine: &EngineHandle, id: i64) -> Arc<ReadingView> {
    engine.send(Command::OpenMessage(id));
    wait(engine, |event| match event {
        Event::Reading(view) if view.id == id => Some(view),
        _ => None,
    })
}

#[test]
fn alice_writes_to_bob_in_both_technologies_and_bob_reads_what_she_wrote() {
    let Some(servers) = servers() else { return };
    let (alice, bob) = (Person::new("alice"), Person::new("bob"));
    let of_alice = alice.settle(servers, HOST, Way::Submission);
    let of_bob = bob.settle(servers, HOST, Way::Submission);
    alice.trust(&bob, &of_bob);
    bob.trust(&alice, &of_alice);

    let engine = alice.engine();
    engine.send(Command::Outbox(OutboxCommand::SetUndo(0)));
    for technology in [Technology::OpenPgp, Technology::Smime] {
        engine.send(Command::Preflight(Box::new(letter(&alice, &bob, technology))));
        let view = wait(&engine, |event| match event {
            Event::Preflight(view) => Some(view),
            _ => None,
        });
        assert!(view.is_encrypted && view.blockers.is_empty() && view.cautions.is_empty(), "{view:?}");
        engine.send(Command::Send { draft: Box::new(letter(&alice, &bob, technology)), id: None, token: 1 });
        goes(&engine);
    }

    let engine_of_bob = bob.engine();
    inbox(&engine_of_bob, 2);
    // Before he opens one, his list knows the subjects that the servers were not told, and their first words.
    let list = wait(&engine_of_bob, |event| match event {
        Event::Mailbox(view) if view.rows.iter().all(|row| row.subject.starts_with("請求書 ")) => Some(view),
        _ => None,
    });
    for row in list.rows.iter() {
        assert!(row.preview.starts_with("いつもお世話に") && row.has_attachments, "{row:?}");
        let headline = row.headline.map(|headline| (headline.lock, headline.seal));
        assert_eq!(headline, Some((Lock::Encrypted, Seal::Authenticated)));
    }
    let mut subjects = Vec::new();
    for row in list.rows.iter() {
        let view = open(&engine_of_bob, row.id);
        assert!(view.source.contains("\r\nSubject: [...]\r\n"), "the servers saw no more: {}", view.source);
        let found = &view.assessment;
        assert_eq!((found.headline.lock, found.headline.seal), (Lock::Encrypted, Seal::Authenticated), "{found:?}");
        assert_eq!(found.from, vec![alice.mailbox()]);
        assert_eq!(found.text.trim_end(), "いつもお世話になっております。\n\nFrom here on it is secret.");
        let [file] = view.attachments.as_slice() else { panic!("{:?}", view.attachments) };
        assert_eq!((file.name.as_str(), file.signed, file.decrypted), ("見積書.pdf", true, true));
        subjects.push(found.subject.clone());
    }
    subjects.sort();
    assert_eq!(subjects, ["請求書 openpgp", "請求書 smime"]);
    no_plaintext_at_rest(alice.dir.path());
    no_plaintext_at_rest(bob.dir.path());

    // What bob read is read on the server, too: another program of his sees it.
    let read = list.rows[0].id;
    engine_of_bob.send(Command::SetSeen { message: read, seen: true });
    engine_of_bob.send(Command::Synchronise);
    wait(&engine_of_bob, |event| matches!(event, Event::Progress(Some(_))).then_some(()));
    wait(&engine_of_bob, |event| matches!(event, Event::Progress(None)).then_some(()));
    let elsewhere = Person::new("bob");
    elsewhere.settle(servers, HOST, Way::Submission);
    let profile = elsewhere.profile();
    headless::synchronise(&profile).unwrap();
    let there = headless::mailbox(&profile, None).unwrap();
    assert_eq!(there.rows.iter().filter(|row| row.is_seen).count(), 1, "{:?}", there.rows);

    // The copies in alice's Sent folder are on the server, and open with her own keys.
    engine.send(Command::Synchronise);
    let sent = wait(&engine, |event| match event {
        Event::Mailbox(view) => view
            .accounts
            .first()?
            .folders
            .iter()
            // Other tests write as alice, too.
            .find(|folder| folder.role == "sent" && folder.total >= 2)
            .map(|folder| folder.id),
        _ => None,
    });
    engine.send(Command::OpenFolder(sent));
    let row = wait(&engine, |event| match event {
        Event::Mailbox(view) if view.open_folder == Some(sent) => {
            let is_encrypted = |row: &&RowView| row.headline.is_some_and(|found| found.lock == Lock::Encrypted);
            view.rows.iter().find(is_encrypted).map(|row| row.id)
        }
        _ => None,
    });
    assert_eq!(open(&engine, row).assessment.headline.lock, Lock::Encrypted);
}

/// Nothing of the letters is readable in the files of a profile.
fn no_plaintext_at_rest(dir: &Path) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let Ok(bytes) = std::fs::read(&path) else { continue };
        for words in ["secret", "世話", "%PDF-1.4", "BEGIN PGP", "example.test"] {
            let found = bytes.windows(words.len()).any(|window| window == words.as_bytes());
            assert!(!found, "{words} stands in {}", path.display());
        }
    }
}

#[test]
fn a_server_that_cannot_be_trusted_gets_nothing_and_the_message_stays_in_the_outbox() {
    let Some(servers) = servers() else { return };
    for (host, way, kind) in [
        (HOST, Way::NoTls, FailureKind::NoStartTls),
        (HOST, Way::Expired, FailureKind::BadServerCertificate),
        (HOST, Way::WrongName, FailureKind::BadServerCertificate),
    ] {
        let carol = Person::new("carol");
        carol.settle(servers, host, way);
        let profile = carol.profile();
        let raw = "From: carol@example.test\r\nTo: bob@example.test\r\nSubject: x\r\n\r\nx\r\n";
        headless::enqueue(&profile, &kakitome::domain::RawMessage::new(raw.as_bytes())).unwrap();
        let done = headless::send_due(&profile).unwrap();
        assert_eq!((done.sent, done.waiting), (0, 1), "{way:?}");
        assert_eq!(done.failures.first().map(|failure| failure.kind), Some(kind), "{way:?}");
    }
}

#[test]
fn a_draft_in_another_persons_name_is_not_sent() {
    let Some(servers) = servers() else { return };
    let (alice, bob) = (Person::new("alice"), Person::new("bob"));
    alice.settle(servers, HOST, Way::Submission);
    let engine = alice.engine();
    let draft = Draft { from: bob.mailbox(), to: vec![alice.mailbox()], subject: "x".into(), ..Draft::default() };
    engine.send(Command::Send { draft: Box::new(draft), id: None, token: 1 });
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        match engine.try_next() {
            Some(Event::NotQueued { token: 1, failure }) => {
                assert_eq!((failure.kind, failure.source.as_str()), (FailureKind::NotYourAddress, "no_account"));
                return;
            }
            Some(Event::Queued(_)) => panic!("it was queued"),
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    panic!("nothing came");
}

#[test]
fn the_command_line_seals_sends_fetches_and_shows() {
    let Some(servers) = servers() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("passphrases"), format!("profile passphrase\n{PASSWORD}\n")).unwrap();
    std::fs::write(path("body"), "The bridge, at noon.\n").unwrap();
    let ca = servers.ca_file().display().to_string();
    let (smtp, imap) = (servers.port(Way::Submission).to_string(), servers.imap_port().to_string());
    let run = |args: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_kakitome"))
            .args(["--profile", &path("profile"), "--secret-store", "file", "--passphrase-file", &path("passphrases")])
            .args(args)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{args:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    };
    let servers_of_mallory =
        ["--smtp-host", HOST, "--smtp-port", &smtp, "--imap-host", HOST, "--imap-port", &imap, "--ca", &ca];
    run(&[&["account", "add", "mallory@example.test"], &servers_of_mallory[..]].concat());
    run(&["account", "test", "mallory@example.test"]);

    let me = "mallory@example.test";
    run(&["key", "generate", "--technology", "openpgp", "--address", me, "-o", &path("keys")]);
    let key = path("keys/mallory_example.test.secret.asc");
    let seal = ["--from", me, "--to", me, "--subject", "Noon", "--body", &path("body"), "--sign", "--encrypt"];
    run(&[&["seal"], &seal[..], &["--key", &key, "-o", &path("out")]].concat());
    run(&["key", "import", &key]);

    let sent: serde_json::Value = serde_json::from_str(&run(&["send", &path("out/delivery-1.eml"), "--json"])).unwrap();
    assert_eq!((sent["sent"].as_u64(), sent["waiting"].as_u64()), (Some(1), Some(0)), "{sent}");
    let end = Instant::now() + PATIENCE;
    let list = loop {
        run(&["sync"]);
        let list = run(&["list", "inbox", "--json"]);
        if !list.trim().is_empty() || Instant::now() > end {
            break list;
        }
    };
    let row: serde_json::Value = serde_json::from_str(list.lines().next().unwrap()).unwrap();
    assert_eq!((&row["subject"], &row["preview"]), (&"Noon".into(), &"The bridge, at noon.".into()));
    let shown: serde_json::Value = serde_json::from_str(&run(&["show", &row["id"].to_string(), "--json"])).unwrap();
    assert_eq!(shown["headline"], serde_json::json!({ "lock": "encrypted", "seal": "authenticated" }), "{shown}");
    assert_eq!((&shown["displayed"]["subject"], &shown["text"]), (&"Noon".into(), &"The bridge, at noon.\n".into()));
    assert_eq!(run(&["outbox", "list"]), "");
}

#[test]
fn a_message_that_a_passphrase_opens_is_known_to_the_list_once_the_passphrase_was_given() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let file = |name: &str| std::fs::read(corpus.join(name)).unwrap();
    let alice = Person::new("alice");
    {
        let profile = alice.profile();
        profile.import(&file("keys/pgp/erin.secret.asc"), &[]).unwrap();
        let raw = kakitome::domain::RawMessage::new(file("mail/pgp-encrypted-locked.eml"));
        headless::import(&profile, "Imported", &[raw]).unwrap();
    }
    let engine = alice.engine();
    let listed = |wanted: Lock| {
        wait(&engine, |event| match event {
            Event::Mailbox(view) => {
                let row = view.rows.first()?;
                (row.headline?.lock == wanted).then(|| (row.id, row.subject.clone(), row.preview.clone()))
            }
            _ => None,
        })
    };
    engine.send(Command::OpenFolder(1));
    let (id, subject, preview) = listed(Lock::CannotOpen);
    assert_eq!(preview, "");
    engine.send(Command::Unlock { passphrase: "open sesame".into() });
    let (_, opened_subject, preview) = listed(Lock::Encrypted);
    assert_eq!(opened_subject, subject);
    assert!(preview.contains("4,200,000"), "{preview}");
    drop(engine);

    // The next session has no passphrase. What was read before is not forgotten, and the lock tells the truth.
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        let opened = std::panic::catch_unwind(|| alice.profile());
        let Ok(profile) = opened else {
            std::thread::sleep(Duration::from_millis(100));
            continue;
        };
        drop(profile);
        break;
    }
    let engine = alice.engine();
    assert_eq!(open(&engine, id).assessment.headline.lock, Lock::CannotOpen);
    engine.send(Command::OpenFolder(1));
    let row = wait(&engine, |event| match event {
        Event::Mailbox(view) => view.rows.first().filter(|row| row.headline.is_some()).cloned(),
        _ => None,
    });
    assert_eq!(row.headline.map(|headline| headline.lock), Some(Lock::CannotOpen));
    assert!(row.preview.contains("4,200,000"), "{row:?}");
}

/// Somebody who receives by POP3.
fn by_pop(person: &Person, servers: &servers::Servers, pop_port: u16, leaves: bool, before_smtp: bool) -> AccountForm {
    let pop = PopAccess { host: HOST.to_owned(), port: pop_port, leaves, before_smtp };
    let id = headless::mailbox(&person.profile(), None).unwrap().accounts.first().map(|account| account.id);
    AccountForm { id, imap_host: String::new(), pop: Some(pop), ..person.account(servers, HOST, Way::Submission) }
}

fn settle_by_pop(person: &Person, servers: &servers::Servers, leaves: bool) {
    let mut roots = kakitome::crypto::smime::SmimeRing::default();
    roots.add(&servers.ca(), &[]).unwrap();
    person.profile().add_server_roots(&roots).unwrap();
    let form = by_pop(person, servers, servers.pop_port(), leaves, false);
    headless::save_account(&person.profile(), &form).unwrap();
}

fn synchronise(person: &Person) -> usize {
    let done = headless::synchronise(&person.profile()).unwrap();
    assert!(done.failures.is_empty(), "{:?}", done.failures);
    done.fetched
}

/// A rule that stars whatever comes.
fn star_all(profile: &Profile) {
    use kakitome::engine::topic::rules::{self, Action, Condition, RuleRecord, RulesCommand, Test, TextPlace};
    let test = Test::Text { place: TextPlace::From, words: "@".into() };
    let rule = RuleRecord {
        name: "star".into(),
        is_enabled: true,
        conditions: vec![Condition { test, is_not: false }],
        actions: vec![Action::Star],
        ..RuleRecord::default()
    };
    rules::apply(profile, RulesCommand::Save(Box::new(rule))).unwrap();
}

#[test]
fn what_comes_by_pop3_comes_once_and_leaves_the_server_only_when_that_is_wanted() {
    let Some(servers) = servers() else { return };
    let (alice, dave, elsewhere) = (Person::new("alice"), Person::new("dave"), Person::new("dave"));
    alice.settle(servers, HOST, Way::Submission);
    settle_by_pop(&dave, servers, true);
    settle_by_pop(&elsewhere, servers, true);
    let send = |subject: &str| {
        let letter =
            format!("From: alice@example.test\r\nTo: dave@example.test\r\nSubject: {subject}\r\n\r\nhello\r\n");
        headless::enqueue(&alice.profile(), &RawMessage::new(letter.into_bytes())).unwrap();
        assert_eq!(headless::send_due(&alice.profile()).unwrap().sent, 1);
    };
    let receives = |count: usize| {
        let end = Instant::now() + PATIENCE;
        let mut came = 0;
        while came < count {
            assert!(Instant::now() < end, "{came} of {count} came");
            came += synchronise(&dave);
        }
        assert_eq!(came, count);
    };
    let subjects = |person: &Person| {
        let view = headless::mailbox(&person.profile(), None).unwrap();
        let inbox = view.accounts[0].folders.iter().find(|folder| folder.role == "inbox").unwrap().id;
        let view = headless::mailbox(&person.profile(), Some(inbox)).unwrap();
        let mut subjects: Vec<_> = view.rows.iter().map(|row| row.subject.clone()).collect();
        subjects.sort();
        subjects
    };
    // The rules are for what comes from now on; what is on the server when an account is new is not new.
    assert_eq!(synchronise(&dave), 0);
    for person in [&dave, &elsewhere] {
        star_all(&person.profile());
    }
    send("one");
    send("two");
    receives(2);
    assert_eq!(synchronise(&dave), 0, "what came does not come again");
    assert_eq!(synchronise(&elsewhere), 2, "it was left on the server");
    let starred = |person: &Person| {
        let profile = person.profile();
        let folders = profile.store.folders().unwrap();
        let rows = folders.iter().flat_map(|folder| profile.store.rows(folder.id, 10, 0).unwrap());
        rows.filter(|row| row.flags.is_flagged).count()
    };
    assert_eq!((starred(&dave), starred(&elsewhere)), (2, 0));

    let form = by_pop(&dave, servers, servers.pop_port(), false, false);
    headless::save_account(&dave.profile(), &form).unwrap();
    send("three");
    receives(1);
    assert_eq!(subjects(&dave), ["one", "three", "two"]);
    assert_eq!(synchronise(&dave), 0);
    let late = Person::new("dave");
    settle_by_pop(&late, servers, true);
    assert_eq!(synchronise(&late), 0, "the server is empty");
    assert_eq!(subjects(&elsewhere), ["one", "two"], "and what another one has stays there");
}

#[test]
fn an_id_that_the_server_uses_again_is_of_a_new_message_and_nothing_is_deleted_unread() {
    let Some(servers) = servers() else { return };
    let (alice, carol) = (Person::new("alice"), Person::new("carol"));
    alice.settle(servers, HOST, Way::Submission);
    settle_by_pop(&carol, servers, false);
    let letter = "From: alice@example.test\r\nTo: carol@example.test\r\nSubject: the later one\r\n\r\nhello\r\n";
    headless::enqueue(&alice.profile(), &RawMessage::new(letter.as_bytes().to_vec())).unwrap();
    assert_eq!(headless::send_due(&alice.profile()).unwrap().sent, 1);
    let server = kakitome::net::Server::new(HOST, servers.pop_port()).with_roots(vec![servers.ca()]);
    let password = kakitome::domain::Secret::from(PASSWORD);
    let credentials = kakitome::net::Credentials::password("carol@example.test", password);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listed = || {
        runtime.block_on(async {
            let mut session = kakitome::net::pop3::Session::log_in(&server, &credentials).await.unwrap();
            let listed = session.list().await.unwrap();
            session.leave().await;
            listed
        })
    };
    let end = Instant::now() + PATIENCE;
    while listed().is_empty() {
        assert!(Instant::now() < end, "nothing came");
    }
    // Another message had the same id before.
    let profile = carol.profile();
    let account = profile.store.accounts().unwrap()[0].id;
    let folder = profile.store.folders().unwrap()[0].id;
    for one in listed() {
        let earlier = kakitome::store::NewMessage {
            uid: None,
            flags: kakitome::store::MessageFlags::default(),
            received_at: None,
            date: None,
            from: alice.mailbox(),
            subject: "the earlier one".to_owned(),
            preview: String::new(),
            has_attachments: false,
            lineage: kakitome::domain::thread::Lineage::default(),
            raw: RawMessage::new(one.unique_id.clone().into_bytes()),
        };
        let popped = kakitome::store::Popped { unique_id: &one.unique_id, bytes: one.bytes + 1, was_there: false };
        profile.store.add_popped(account, folder, popped, &earlier).unwrap();
    }
    drop(profile);
    assert!(synchronise(&carol) > 0, "it comes");
    assert!(listed().is_empty());
    assert!(carol.profile().store.popped(account).unwrap().is_empty(), "the ids are free again");
    let view = headless::mailbox(&carol.profile(), Some(folder)).unwrap();
    assert!(view.rows.iter().any(|row| row.subject == "the later one"));
}

#[test]
fn pop_before_smtp_logs_in_there_first_and_sends_nothing_when_it_can_not() {
    let Some(servers) = servers() else { return };
    let mallory = Person::new("mallory");
    settle_by_pop(&mallory, servers, true);
    let nobody = std::net::TcpListener::bind((HOST, 0)).unwrap().local_addr().unwrap().port();
    let save = |port| {
        let form = by_pop(&mallory, servers, port, true, true);
        headless::save_account(&mallory.profile(), &form).unwrap();
        let letter = "From: mallory@example.test\r\nTo: alice@example.test\r\nSubject: first POP\r\n\r\nhello\r\n";
        headless::enqueue(&mallory.profile(), &RawMessage::new(letter.as_bytes().to_vec())).unwrap();
        headless::send_due(&mallory.profile()).unwrap()
    };
    let deferred = save(nobody);
    assert_eq!((deferred.sent, deferred.waiting), (0, 1));
    assert_eq!(deferred.failures[0].kind, FailureKind::Unreachable);
    let log_ins = || servers.logs().matches("pop3-login: Info: Login: user=<mallory@example.test>").count();
    assert_eq!(log_ins(), 0);
    assert_eq!(save(servers.pop_port()).sent, 1);
    assert_eq!(log_ins(), 1);
}
