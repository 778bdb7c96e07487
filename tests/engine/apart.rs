//! Messages that leave their server, and what a server refuses: nothing of it is lost, and nothing happens unsaid.

use kakitome::engine::topic::Topic;
use kakitome::engine::topic::mail::MailCommand;
use kakitome::engine::{Event, FailureKind, Profile, headless};
use kakitome::store::AccountRecord;

use super::people::Person;
use super::servers::{MIDDLING_HOST, Proxy, Rule, servers};
use super::synchronising::{Elsewhere, folder, here, message, settle, turn};
use super::*;

/// Longer than a folder's name may be.
fn endless() -> String {
    "endless".repeat(60)
}

fn mail(profile: &Profile, command: MailCommand) {
    headless::mail(profile, command).unwrap();
}

/// A folder of this computer.
fn kept(profile: &Profile) -> i64 {
    let store = &profile.store;
    let known = store.folders().unwrap().into_iter().find(|folder| folder.name == "Kept");
    known.map_or_else(
        || {
            let account = store.save_account(&AccountRecord { name: "local".into(), ..AccountRecord::default() });
            store.ensure_folder(account.unwrap(), "Kept", "Kept", "").unwrap()
        },
        |folder| folder.id,
    )
}

/// Cut after ever more bytes of the answer; once the user takes a message back before the next turn, once not.
#[test]
fn what_goes_to_this_computer_is_there_wherever_the_connection_breaks() {
    let Some(servers) = servers() else { return };
    let (person, mut other) = (Person::new("paloma"), Elsewhere::new(servers, "paloma"));
    let mut was_deleted_unheard = false;
    for host in ["127.0.0.1", MIDDLING_HOST] {
        for limit in (2_300..4_300).step_by(100) {
            let proxy = Proxy::start_to((host, servers.imap_port()), Rule::CutAnswerAfter(limit));
            let profile = settle(&person, servers, &proxy);
            let subject = |letter: char| format!("{host} {limit} {letter}");
            other.put("INBOX", &['a', 'b', 'c'].map(subject).each_ref().map(String::as_str));
            turn(&profile);
            let [a, b] = ['a', 'b'].map(|letter| message(&profile, "INBOX", &subject(letter)));
            mail(&profile, MailCommand::Move { messages: vec![a, b], to: kept(&profile) });
            proxy.arm();
            let _ = headless::synchronise(&profile).unwrap();
            proxy.disarm();
            let is_there = other.content()["INBOX"].keys().any(|one| one.subject() == subject('a'));
            was_deleted_unheard |= !is_there && profile.store.untold().unwrap() > 0;
            // The one is to be back, whether the server has deleted it or not.
            mail(&profile, MailCommand::Move { messages: vec![b], to: folder(&profile, "INBOX") });
            turn(&profile);
            turn(&profile);
            assert_eq!(profile.store.untold().unwrap(), 0, "{host} {limit}");
            let (inbox, there) = (&here(&profile)["INBOX"], other.content());
            assert_eq!(inbox, &there["INBOX"], "{host} {limit}");
            let subjects: Vec<_> = inbox.keys().map(|one| one.subject().to_owned()).collect();
            assert!(subjects.contains(&subject('b')) && !subjects.contains(&subject('a')), "{limit}: {subjects:?}");
            assert_eq!(message(&profile, "Kept", &subject('a')), a);
            drop(profile);
        }
    }
    assert!(was_deleted_unheard, "the connection never broke between the deletion and its answer");
}

/// The folder that messages were to go to can't be made; the one that they were to leave is to be deleted after that.
#[test]
fn a_folder_keeps_what_the_server_will_not_let_go_elsewhere() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
    let (person, mut other) = (Person::new("philip"), Elsewhere::new(servers, "philip"));
    let profile = settle(&person, servers, &proxy);
    other.run(async |session| session.create_folder("Old").await.unwrap());
    other.put("Old", &["deed", "will"]);
    turn(&profile);
    let account = profile.store.accounts().unwrap()[0].id;
    mail(&profile, MailCommand::CreateFolder { account, parent: None, name: endless() });
    let messages = ["deed", "will"].map(|subject| message(&profile, "Old", subject)).to_vec();
    mail(&profile, MailCommand::Move { messages: messages.clone(), to: folder(&profile, &endless()) });
    mail(&profile, MailCommand::DeleteFolder(folder(&profile, "Old")));
    let failures = headless::tell(&profile).unwrap().failures;
    let kinds: Vec<_> = failures.iter().map(|failure| failure.kind).collect();
    assert_eq!(kinds, [FailureKind::Rejected], "{failures:?}");
    assert_eq!(["deed", "will"].map(|subject| message(&profile, "Old", subject)).to_vec(), messages);
    turn(&profile);
    assert_eq!(here(&profile), other.content());
    assert_eq!(other.content()["Old"].len(), 2);
}

#[test]
fn what_the_server_refuses_is_said_in_the_window_at_once() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
    let person = Person::new("phoebe");
    let profile = settle(&person, servers, &proxy);
    let account = profile.store.accounts().unwrap()[0].id;
    turn(&profile);
    drop(profile);
    let (engine, since) = (person.engine(), kakitome::domain::Timestamp::now());
    // After the first turn, which tells everything: nobody asks for another one.
    wait(&engine, |event| match event {
        Event::Mailbox(view) => view.synchronised_at.is_some_and(|at| at > since).then_some(()),
        _ => None,
    });
    let command = MailCommand::CreateFolder { account, parent: None, name: endless() };
    engine.send(Command::Topic(Box::new(Topic::Mail(command))));
    let end = Instant::now() + PATIENCE;
    let failure = loop {
        match engine.try_next() {
            Some(Event::Failed(failure)) => break failure,
            Some(_) => {}
            None => std::thread::sleep(Duration::from_millis(20)),
        }
        assert!(Instant::now() < end, "it is not said");
    };
    assert_eq!(failure.kind, FailureKind::Rejected, "{failure:?}");
}
