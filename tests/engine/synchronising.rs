//! Synchronising with a real Dovecot: whatever happened on either side, both are the same in the end.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use kakitome::engine::headless;
use kakitome::engine::topic::mail::{MailCommand, MailFlag};
use kakitome::engine::{Event, Profile};
use kakitome::net::imap::{Cancel, Session, name_of};
use kakitome::net::{Credentials, Server};

use super::people::{PATIENCE, Person};
use super::servers::{BARE_HOST, HOST, MIDDLING_HOST, PASSWORD, Proxy, Rule, Servers, Way, servers};
use super::*;

/// What a side has: folders, and in each the messages by their bytes, with flags and keywords, as often as they are
/// there.
pub type Content = BTreeMap<String, BTreeMap<Letter, usize>>;

/// A message with its flags in IMAP's words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Letter {
    subject: String,
    flags: Vec<String>,
    digest: [u8; 32],
}

impl Letter {
    pub fn subject(&self) -> &str {
        &self.subject
    }

    pub fn flags(&self) -> &[String] {
        &self.flags
    }
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.subject, self.flags.join(" "))
    }
}

fn subject_of(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or_default().to_owned()
}

/// What is here.
pub fn here(profile: &Profile) -> Content {
    let mut content = Content::new();
    for folder in profile.store.folders().unwrap() {
        let letters = content.entry(folder.name.clone()).or_default();
        for row in profile.store.rows(folder.id, usize::MAX, 0).unwrap() {
            let raw = profile.store.raw(row.id).unwrap();
            let system = [
                (row.flags.is_seen, "\\Seen"),
                (row.flags.is_flagged, "\\Flagged"),
                (row.flags.is_answered, "\\Answered"),
            ];
            let mut flags: Vec<String> =
                system.iter().filter(|(is_on, _)| *is_on).map(|(_, word)| (*word).to_owned()).collect();
            flags.extend(profile.store.keywords(row.id).unwrap());
            let letter = Letter { subject: subject_of(&raw), flags, digest: openssl::sha::sha256(&raw) };
            *letters.entry(letter).or_default() += 1;
        }
    }
    content
}

/// Another program of the same person. It connects for each thing that it does: a server may hang up on one whose folder
/// was deleted.
pub struct Elsewhere {
    runtime: tokio::runtime::Runtime,
    server: Server,
    credentials: Credentials,
}

impl Elsewhere {
    pub fn new(servers: &Servers, name: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = Server::new(HOST, servers.imap_port()).with_roots(vec![servers.ca()]);
        let credentials = Credentials::password(format!("{name}@example.test"), PASSWORD);
        Self { runtime, server, credentials }
    }

    pub fn run<T>(&mut self, work: impl AsyncFnOnce(&mut Session) -> T) -> T {
        self.runtime.block_on(async {
            let mut session = Session::log_in(&self.server, &self.credentials).await.unwrap();
            let done = work(&mut session).await;
            session.log_out().await;
            done
        })
    }

    pub fn put(&mut self, path: &str, subjects: &[&str]) {
        self.run(async |session| {
            for subject in subjects {
                session.append(path, &letter_about(subject)).await.unwrap();
            }
        });
    }

    pub fn content(&mut self) -> Content {
        self.run(async |session| {
            let mut content = Content::new();
            for folder in session.list_folders().await.unwrap() {
                session.open(&folder.path, None).await.unwrap();
                let listed = session.list().await.unwrap();
                let sizes: Vec<_> =
                    listed.iter().filter(|one| !one.flags.is_deleted).map(|one| (one.uid, one.bytes)).collect();
                let letters = content.entry(folder.name).or_default();
                session
                    .fetch(&sizes, &Cancel::new(), |message| {
                        let letter = Letter {
                            subject: subject_of(&message.bytes),
                            flags: message.flags.words().into_iter().map(ToOwned::to_owned).collect(),
                            digest: openssl::sha::sha256(&message.bytes),
                        };
                        *letters.entry(letter).or_default() += 1;
                        ControlFlow::Continue(())
                    })
                    .await
                    .unwrap();
            }
            content
        })
    }
}

pub fn letter_about(subject: &str) -> Vec<u8> {
    format!(
        "From: zoe@example.test\r\nTo: me@example.test\r\nSubject: {subject}\r\nMessage-ID: <{}@example.test>\r\n\
         Date: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\nAbout {subject}.\r\n",
        subject.replace(' ', ".")
    )
    .into_bytes()
}

/// Somebody with an account at Dovecot through a proxy.
pub fn settle(person: &Person, servers: &Servers, proxy: &Proxy) -> Profile {
    let profile = person.profile();
    let mut roots = kakitome::crypto::smime::SmimeRing::default();
    roots.add(&servers.ca(), &[]).unwrap();
    profile.add_server_roots(&roots).unwrap();
    let id = profile.store.accounts().unwrap().first().map(|account| account.id);
    let form = AccountForm { id, imap_port: proxy.port(), ..person.account(servers, HOST, Way::Submission) };
    headless::save_account(&profile, &form).unwrap();
    profile
}

/// One good turn.
pub fn turn(profile: &Profile) -> usize {
    let done = headless::synchronise(profile).unwrap();
    assert!(done.failures.is_empty(), "{:?}", done.failures);
    done.fetched
}

pub fn folder(profile: &Profile, name: &str) -> i64 {
    let folders = profile.store.folders().unwrap();
    folders.iter().find(|folder| folder.name == name).unwrap_or_else(|| panic!("{name} is not in {folders:?}")).id
}

/// The message with that subject in a folder.
pub fn message(profile: &Profile, name: &str, subject: &str) -> i64 {
    let rows = profile.store.rows(folder(profile, name), usize::MAX, 0).unwrap();
    rows.iter().find(|row| row.subject == subject).unwrap_or_else(|| panic!("{subject} is not in {name}")).id
}

fn same(profile: &Profile, elsewhere: &mut Elsewhere) {
    assert_eq!(profile.store.untold().unwrap(), 0);
    assert_eq!(here(profile), elsewhere.content());
}

/// The bytes that a resynchronisation takes, and that of one where nothing happened.
#[test]
fn fifty_changes_cost_fifty_messages_and_no_more() {
    let Some(servers) = servers() else { return };
    for (host, name, uses_qresync) in
        [("127.0.0.1", "erin", true), (MIDDLING_HOST, "frank", false), (BARE_HOST, "grace", false)]
    {
        let proxy = Proxy::start_to((host, servers.imap_port()), Rule::Watch);
        let (person, mut other) = (Person::new(name), Elsewhere::new(servers, name));
        let profile = settle(&person, servers, &proxy);
        let subjects: Vec<String> = (0..400).map(|number| format!("old {number}")).collect();
        other.put("INBOX", &subjects.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(turn(&profile), 400);
        same(&profile, &mut other);
        let newest = profile.store.rows(folder(&profile, "INBOX"), 1, 0).unwrap().remove(0);

        let new: Vec<String> = (0..25).map(|number| format!("new {number}")).collect();
        other.put("INBOX", &new.iter().map(String::as_str).collect::<Vec<_>>());
        other.run(async |session| {
            session.open("INBOX", None).await.unwrap();
            session.set_flag(&(1..=15).collect::<Vec<_>>(), "\\Flagged", true).await.unwrap();
            session.delete_messages(&(101..=110).collect::<Vec<_>>()).await.unwrap();
        });
        proxy.arm();
        assert_eq!(turn(&profile), 25, "{host}");
        let bytes = proxy.came();
        same(&profile, &mut other);
        let rows = profile.store.rows(folder(&profile, "INBOX"), usize::MAX, 0).unwrap();
        assert!(rows.iter().any(|row| row.id == newest.id), "what was here stays the same row");
        if uses_qresync {
            // TLS' handshake is 3 to 4 KB of it; 400 messages would be 80 KB and more, and their flags alone 20.
            assert!(bytes < 20_000, "{bytes}");
        }
        assert_eq!(turn(&profile), 0);
    }
}

/// Dovecot believes the size that a file's name says, so a small file stands for a message of a gigabyte.
#[test]
fn what_is_too_large_stays_on_the_server_and_is_counted_and_waits_for_nobody() {
    let Some(servers) = servers() else { return };
    let name = "zelda";
    let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
    let (person, popping) = (Person::new(name), Person::new(name));
    let mut other = Elsewhere::new(servers, name);
    let profile = settle(&person, servers, &proxy);
    other.put("INBOX", &["small"]);
    let large = servers.maildir(name).join("cur/1795900000.M1P1.large,S=1073741824,W=1073741830:2,");
    std::fs::write(&large, letter_about("large")).unwrap();
    assert_eq!(turn(&profile), 1);
    let counted = |profile: &Profile| {
        let view = headless::mailbox(profile, None).unwrap();
        let inbox = view.accounts[0].folders.iter().find(|folder| folder.role == "inbox").unwrap().clone();
        (inbox.total, inbox.too_large)
    };
    assert_eq!(counted(&profile), (1, 1));
    let state = profile.store.folder_state(folder(&profile, "INBOX")).unwrap();
    assert_eq!((state.awaited, state.messages), (0, 2), "nothing is still to be fetched");
    super::settle_by_pop(&popping, servers, false);
    assert_eq!(super::synchronise(&popping), 1);
    assert_eq!(counted(&popping.profile()), (1, 1));
    assert!(large.exists(), "POP3 deletes only what is kept here");

    std::fs::remove_file(&large).unwrap();
    assert_eq!(turn(&profile), 0);
    // POP3 has emptied the inbox.
    assert_eq!(counted(&profile), (0, 0));
    assert_eq!(super::synchronise(&popping), 0);
    assert_eq!(counted(&popping.profile()), (1, 0));
}

/// What came by POP3 was deleted on the server: the list of the IMAP server would delete it here, too.
#[test]
fn an_account_with_mail_keeps_the_way_it_receives_and_one_without_may_change() {
    let Some(servers) = servers() else { return };
    let name = "ronja";
    let mut other = Elsewhere::new(servers, name);
    other.put("INBOX", &["first"]);
    let (person, empty) = (Person::new(name), Person::new(name));
    super::settle_by_pop(&person, servers, false);
    assert_eq!(super::synchronise(&person), 1);
    let by_imap = |person: &Person| {
        let id = headless::mailbox(&person.profile(), None).unwrap().accounts[0].id;
        AccountForm { id: Some(id), ..person.account(servers, HOST, Way::Submission) }
    };
    let subjects = |person: &Person| {
        here(&person.profile())["INBOX"].keys().map(|one| one.subject().to_owned()).collect::<Vec<_>>()
    };
    let form = by_imap(&person);
    let refused = headless::save_account(&person.profile(), &form).unwrap_err();
    assert_eq!(refused.kind, FailureKind::ReceivesOtherwise);
    other.put("INBOX", &["second"]);
    assert_eq!(super::synchronise(&person), 1, "it still receives as before");
    assert_eq!(subjects(&person), ["first", "second"]);
    // Everything but the way can be changed.
    let renamed = AccountForm { name: "R.".into(), ..super::by_pop(&person, servers, servers.pop_port(), true, false) };
    headless::save_account(&person.profile(), &renamed).unwrap();

    super::settle_by_pop(&empty, servers, true);
    assert_eq!(super::synchronise(&empty), 0);
    let form = by_imap(&empty);
    headless::save_account(&empty.profile(), &form).unwrap();
    other.put("INBOX", &["third"]);
    assert_eq!(super::synchronise(&empty), 1);
    assert_eq!(subjects(&empty), ["third"]);
    let back = super::by_pop(&empty, servers, servers.pop_port(), true, false);
    assert_eq!(headless::save_account(&empty.profile(), &back).unwrap_err().kind, FailureKind::ReceivesOtherwise);
}

#[test]
fn what_is_done_offline_is_done_on_the_server_later() {
    let Some(servers) = servers() else { return };
    for (host, name) in [("127.0.0.1", "heidi"), (MIDDLING_HOST, "ivan"), (BARE_HOST, "judy")] {
        let proxy = Proxy::start_to((host, servers.imap_port()), Rule::Watch);
        let (person, mut other) = (Person::new(name), Elsewhere::new(servers, name));
        let profile = settle(&person, servers, &proxy);
        other.put("INBOX", &["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
        other.run(async |session| session.create_folder("予定").await.unwrap());
        assert_eq!(turn(&profile), 9);
        let at = |subject: &str| message(&profile, "INBOX", subject);
        let mail = |command| headless::mail(&profile, command).unwrap();

        let (a, b, c) = (at("a"), at("b"), at("c"));
        mail(MailCommand::SetFlag { messages: vec![a, b], flag: MailFlag::Flagged, on: true });
        mail(MailCommand::SetFlag { messages: vec![a], flag: MailFlag::Keyword("work".into()), on: true });
        mail(MailCommand::Archive(vec![b]));
        mail(MailCommand::Copy { messages: vec![c], to: folder(&profile, "Drafts") });
        mail(MailCommand::Spam { messages: vec![at("d")], spam: true });
        let e = at("e");
        mail(MailCommand::Delete(vec![e]));
        assert_eq!(message(&profile, "Trash", "e"), e);
        assert_eq!(mail(MailCommand::Delete(vec![e])), 0, "a second time nothing is destroyed");
        assert_eq!(message(&profile, "Trash", "e"), e);
        mail(MailCommand::DeleteForGood(vec![e, b]));
        assert!(!here(&profile)["Trash"].keys().any(|letter| letter.subject == "e"), "gone for good");
        mail(MailCommand::Delete(vec![at("f"), at("g")]));
        assert_eq!(mail(MailCommand::Undo), 2);
        let account = profile.store.accounts().unwrap()[0].id;
        mail(MailCommand::CreateFolder { account, parent: None, name: "請求書".into() });
        mail(MailCommand::Move { messages: vec![at("h")], to: folder(&profile, "請求書") });
        mail(MailCommand::RenameFolder { folder: folder(&profile, "予定"), name: "Registered".into() });
        let expected = here(&profile);

        assert_eq!(turn(&profile), 0, "{host}: nothing comes again");
        assert_eq!(here(&profile), expected, "{host}");
        same(&profile, &mut other);
        let subjects = |content: &Content, folder: &str| -> Vec<String> {
            content[folder].keys().map(|letter| letter.subject.clone()).collect()
        };
        let there = other.content();
        assert_eq!(subjects(&there, "INBOX"), ["a", "c", "f", "g", "i"], "{host}");
        for (folder, subject) in [("Archive", "b"), ("Drafts", "c"), ("Junk", "d"), ("請求書", "h")] {
            assert_eq!(subjects(&there, folder), [subject], "{host}");
        }
        assert!(there["Junk"].keys().all(|letter| letter.flags.contains(&"$Junk".to_owned())), "{there:?}");
        assert!(there.contains_key("Registered") && !there.contains_key("予定"));

        // What the server was told is taken back by telling it the other way round.
        mail(MailCommand::Archive(vec![at("i")]));
        turn(&profile);
        assert_eq!(subjects(&other.content(), "Archive"), ["b", "i"]);
        assert_eq!(mail(MailCommand::Undo), 1);
        mail(MailCommand::DeleteFolder(folder(&profile, "請求書")));
        assert_eq!(turn(&profile), 0);
        assert!(!other.content().contains_key("請求書"));
        same(&profile, &mut other);
    }
}

#[test]
fn when_both_sides_change_the_servers_deletions_win_and_the_flags_set_here_last() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
    let (person, mut other) = (Person::new("kenji"), Elsewhere::new(servers, "kenji"));
    let profile = settle(&person, servers, &proxy);
    other.put("INBOX", &["a", "b", "c", "d"]);
    turn(&profile);
    let at = |subject: &str| message(&profile, "INBOX", subject);
    let mail = |command| headless::mail(&profile, command).unwrap();
    let b = at("b");
    mail(MailCommand::SetFlag { messages: vec![at("a"), at("c")], flag: MailFlag::Seen, on: false });
    mail(MailCommand::Archive(vec![b, at("d")]));
    other.run(async |session| {
        session.open("INBOX", None).await.unwrap();
        session.set_flag(&[1], "\\Flagged", true).await.unwrap();
        session.delete_messages(&[2, 3]).await.unwrap();
    });
    turn(&profile);
    same(&profile, &mut other);
    let there = other.content();
    assert_eq!(
        there["INBOX"].keys().map(|one| (one.subject.as_str(), one.flags.clone())).collect::<Vec<_>>(),
        [("a", vec!["\\Flagged".to_owned()])]
    );
    assert_eq!(there["Archive"].len(), 1);
}

#[test]
fn a_folder_that_was_numbered_anew_is_not_fetched_anew() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
    let (person, mut other) = (Person::new("laura"), Elsewhere::new(servers, "laura"));
    let profile = settle(&person, servers, &proxy);
    let subjects: Vec<String> = (0..60).map(|number| format!("letter {number}")).collect();
    other.put("INBOX", &subjects.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(turn(&profile), 60);
    let before = profile.store.folder_state(folder(&profile, "INBOX")).unwrap().uid_validity;
    let kept = message(&profile, "INBOX", "letter 7");
    headless::mail(&profile, MailCommand::Archive(vec![message(&profile, "INBOX", "letter 8")])).unwrap();
    headless::mail(&profile, MailCommand::SetFlag { messages: vec![kept], flag: MailFlag::Flagged, on: true }).unwrap();

    // What a restored backup does: other UIDs, another UIDVALIDITY; and one message is gone, and one is new.
    drop(other);
    let maildir = servers.maildir("laura");
    for name in ["dovecot-uidlist", "dovecot.index", "dovecot.index.cache", "dovecot.index.log"] {
        let _ = std::fs::remove_file(maildir.join(name));
    }
    let mut other = Elsewhere::new(servers, "laura");
    other.put("INBOX", &["after it"]);
    other.run(async |session| {
        session.open("INBOX", None).await.unwrap();
        let listed = session.list().await.unwrap();
        let mut last = None;
        let sizes: Vec<_> = listed.iter().map(|one| (one.uid, one.bytes)).collect();
        session
            .fetch(&sizes, &Cancel::new(), |message| {
                if subject_of(&message.bytes) == "letter 9" {
                    last = Some(message.uid);
                }
                ControlFlow::Continue(())
            })
            .await
            .unwrap();
        session.delete_messages(&[last.unwrap()]).await.unwrap();
    });
    assert_eq!(turn(&profile), 1, "only the new one comes");
    let after = profile.store.folder_state(folder(&profile, "INBOX")).unwrap().uid_validity;
    assert_ne!(before, after);
    assert_eq!(message(&profile, "INBOX", "letter 7"), kept, "it is the same row");
    same(&profile, &mut other);
    assert_eq!(here(&profile)["Archive"].len(), 1);
    assert_eq!(here(&profile)["INBOX"].len(), 59);
}

/// The other mailbox has its own numbers; what only the one before had may be nowhere else any more.
#[test]
fn an_account_at_another_server_keeps_what_is_not_there_and_never_takes_one_message_for_another() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
    let (person, mut before, mut after) =
        (Person::new("stina"), Elsewhere::new(servers, "stina"), Elsewhere::new(servers, "tove"));
    let profile = settle(&person, servers, &proxy);
    before.run(async |session| {
        session.create_path("Work").await.unwrap();
        session.create_path("Old").await.unwrap();
    });
    before.put("INBOX", &["both", "only here", "only here too", "to be deleted"]);
    before.put("Work", &["a plan"]);
    before.put("Old", &["long ago", "to be moved"]);
    assert_eq!(turn(&profile), 7);
    // The server hears of this no more.
    let delete = MailCommand::Delete(vec![message(&profile, "INBOX", "to be deleted")]);
    headless::mail(&profile, delete).unwrap();
    let (old, work) = (message(&profile, "Old", "to be moved"), folder(&profile, "Work"));
    headless::mail(&profile, MailCommand::Move { messages: vec![old], to: work }).unwrap();
    let both = message(&profile, "INBOX", "both");

    after.put("INBOX", &["another", "both", "more"]);
    after.run(async |session| session.create_path("Work").await.unwrap());
    after.put("Work", &["another plan"]);
    let user = "tove@example.test".to_owned();
    let id = headless::mailbox(&profile, None).unwrap().accounts[0].id;
    let form =
        AccountForm { id: Some(id), imap_port: proxy.port(), user, ..person.account(servers, HOST, Way::Submission) };
    headless::save_account(&profile, &form).unwrap();
    for _ in 0..3 {
        turn(&profile);
    }
    let subjects = |name: &str| {
        let mut found: Vec<_> =
            here(&profile).get(name).into_iter().flatten().map(|(one, _)| one.subject().to_owned()).collect();
        found.sort();
        found
    };
    assert_eq!(subjects("INBOX"), ["another", "both", "more"]);
    assert_eq!(message(&profile, "INBOX", "both"), both, "it is the same row");
    assert_eq!(subjects("INBOX (stina@example.test)"), ["only here", "only here too"]);
    assert_eq!(subjects("Work (stina@example.test)"), ["a plan"]);
    assert_eq!(subjects("Old (stina@example.test)"), ["long ago"]);
    assert_eq!(subjects("Work"), ["another plan", "to be moved"], "what was on its way is brought");
    let trashed = after.content().into_values().flatten().filter(|(one, _)| one.subject() == "to be deleted").count();
    assert_eq!(trashed, 1, "it is in the trash there");
    // From now on it is an account like others.
    let there: Vec<_> = after.content().into_iter().map(|(name, all)| (name, all.len())).collect();
    assert!(there.contains(&("INBOX".to_owned(), 3)) && there.contains(&("Work".to_owned(), 2)), "{there:?}");
    after.run(async |session| {
        session.open("INBOX", None).await.unwrap();
        session.delete_messages(&[1]).await.unwrap();
    });
    assert_eq!(turn(&profile), 0);
    assert_eq!(subjects("INBOX"), ["both", "more"]);
    assert_eq!(before.content()["INBOX"].len(), 4, "nothing is done to the other mailbox");
}

#[test]
fn folders_that_were_renamed_or_deleted_on_the_server_are_so_here() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
    let (person, mut other) = (Person::new("midori"), Elsewhere::new(servers, "midori"));
    let profile = settle(&person, servers, &proxy);
    other.run(async |session| {
        for name in ["Projects", "Projects/書留", "Old"] {
            session.create_folder(name).await.unwrap();
        }
    });
    other.put("Projects", &["plan"]);
    other.put("Projects/&Zvh1WQ-", &["letter one", "letter two"]);
    other.put("Old", &["dust"]);
    assert_eq!(turn(&profile), 4);
    let row = message(&profile, "Projects/書留", "letter one");
    other.run(async |session| {
        session.rename_path("Projects", "Work").await.unwrap();
        session.delete_path("Old").await.unwrap();
    });
    assert_eq!(turn(&profile), 0, "a renamed folder is not fetched again");
    assert_eq!(message(&profile, "Work/書留", "letter one"), row);
    same(&profile, &mut other);
    assert!(!here(&profile).contains_key("Old"));
    // Renamed there while things are on their way there.
    headless::mail(&profile, MailCommand::Move { messages: vec![row], to: folder(&profile, "Work") }).unwrap();
    other.run(async |session| session.rename_path("Work", "Done").await.unwrap());
    assert_eq!(turn(&profile), 0);
    assert_eq!(message(&profile, "Done", "letter one"), row);
    same(&profile, &mut other);
    assert_eq!(name_of("Projects/&Zvh1WQ-"), "Projects/書留");
}

#[test]
fn a_large_message_comes_in_pieces_and_goes_on_where_it_was_cut() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.imap_port(), Rule::CutAnswerAfter(1_200_000));
    let (person, mut other) = (Person::new("nadia"), Elsewhere::new(servers, "nadia"));
    let profile = settle(&person, servers, &proxy);
    // Nothing that DEFLATE makes smaller.
    let mut noise = vec![0; 3_000_000];
    openssl::rand::rand_bytes(&mut noise).unwrap();
    let encoded = openssl::base64::encode_block(&noise);
    let lines: Vec<u8> = encoded.as_bytes().chunks(76).flat_map(|line| [line, b"\r\n"].concat()).collect();
    let large = [&letter_about("large")[..], &lines].concat();
    other.run(async |session| session.append("INBOX", &large).await.unwrap());
    other.put("INBOX", &["small"]);
    proxy.arm();
    let mut turns = 0;
    while profile.store.rows(folder(&profile, "INBOX"), 10, 0).unwrap().len() < 2 {
        turns += 1;
        assert!(turns < 20, "it never comes whole");
        proxy.arm();
        let _ = headless::synchronise(&profile).unwrap();
        assert!(profile.store.rows(folder(&profile, "INBOX"), 10, 0).unwrap().iter().any(|row| row.subject == "small"));
    }
    assert!(turns >= 3, "each turn was cut: {turns}");
    proxy.disarm();
    turn(&profile);
    same(&profile, &mut other);
}

#[test]
fn new_mail_is_noticed_without_being_asked_for_and_what_is_done_is_told_by_itself() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
    let (person, mut other) = (Person::new("oskar"), Elsewhere::new(servers, "oskar"));
    drop(settle(&person, servers, &proxy));
    let engine = person.engine();
    // The first turn, and the watch beside it.
    wait(&engine, |event| matches!(event, Event::Progress(Some(_))).then_some(()));
    let end = Instant::now() + PATIENCE;
    while proxy.connections() < 2 {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(20));
    }
    let rows = |wanted: usize| {
        wait(&engine, |event| match event {
            Event::Mailbox(view) if view.rows.len() == wanted => Some(view.rows.clone()),
            _ => None,
        })
    };
    other.put("INBOX", &["noticed"]);
    rows(1);
    other.put("INBOX", &["noticed, too"]);
    let listed = rows(2);
    let command = MailCommand::Delete(vec![listed[0].id]);
    engine.send(Command::Topic(Box::new(kakitome::engine::topic::Topic::Mail(command))));
    rows(1);
    let end = Instant::now() + PATIENCE;
    while other.content().get("Trash").is_none_or(|trash| trash.len() != 1) {
        assert!(Instant::now() < end, "the server is not told");
        std::thread::sleep(Duration::from_millis(200));
    }
}
