//! Tags and rules with a real Dovecot: what is set here is there under the keyword that other programs know, and a rule is
//! carried out once.

use std::process::{Command as Process, Stdio};
use std::time::Instant;

use kakitome::engine::topic::rules::{Action, Condition, RuleRecord, RulesCommand, Test, TextPlace};
use kakitome::engine::topic::{rules, searching, tags};
use kakitome::engine::{Profile, headless};
use kakitome::net::imap::Flags;

use super::people::Person;
use super::servers::{PASSWORD, Proxy, Rule, servers};
use super::synchronising::{Elsewhere, Letter, folder, here, letter_about, message, settle, turn};

/// The flags of a message there, by its subject, in lower case: keywords are the same whatever their case.
fn there(other: &mut Elsewhere, folder: &str, subject: &str) -> Vec<String> {
    let content = other.content();
    let found: Vec<_> = content[folder].keys().filter(|letter| letter.subject() == subject).collect();
    assert_eq!(found.len(), 1, "{subject} in {folder}: {content:?}");
    found[0].flags().iter().map(|flag| flag.to_ascii_lowercase()).collect()
}

/// Messages come that nobody has read.
fn deliver(other: &mut Elsewhere, path: &str, subjects: &[&str]) {
    other.run(async |session| {
        for subject in subjects {
            session.append_with(path, &Flags::default(), None, &letter_about(subject)).await.unwrap();
        }
    });
}

fn found(profile: &Profile, query: &str) -> Vec<String> {
    headless::assess_new(profile).unwrap();
    headless::index_due(profile).unwrap();
    let query = searching::parse(profile, query, false);
    assert!(query.notes.is_empty(), "{query:?}");
    let mut subjects: Vec<String> =
        searching::find(profile, &query, 100).unwrap().1.into_iter().map(|hit| hit.row.subject).collect();
    subjects.sort();
    subjects
}

#[test]
fn a_tag_in_japanese_goes_to_the_server_and_one_of_the_servers_comes_here() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
    let (person, mut other) = (Person::new("rupert"), Elsewhere::new(servers, "rupert"));
    let profile = settle(&person, servers, &proxy);
    other.run(async |session| session.create_folder("Tagged").await.unwrap());
    deliver(&mut other, "Tagged", &["one", "two", "three"]);
    turn(&profile);
    let at = |subject: &str| message(&profile, "Tagged", subject);

    let create = tags::TagCommand::Create { name: "書留".into(), colour: 3, messages: vec![at("one")] };
    tags::apply(&profile, create).unwrap();
    let important = tags::find(&profile, "重要").unwrap();
    let mail = |flag: &str, id, on| {
        let flag = kakitome::engine::topic::mail::MailFlag::Keyword(flag.to_owned());
        let command = kakitome::engine::topic::mail::MailCommand::SetFlag { messages: vec![id], flag, on };
        headless::mail(&profile, command).unwrap();
    };
    mail(&important, at("two"), true);
    turn(&profile);
    // `printf 書留 | iconv -t UTF-16BE | base64` is Zvh1WQ==: what Thunderbird calls this tag is &zvh1wq-.
    assert_eq!(there(&mut other, "Tagged", "one"), ["&zvh1wq-"]);
    assert_eq!(there(&mut other, "Tagged", "two"), ["$label1"]);

    // Another program tags: with a keyword of its own, and with Thunderbird's for 請求書, whose case is lost.
    other.run(async |session| {
        session.open("Tagged", None).await.unwrap();
        session.set_flag(&[3], "Server-Made", true).await.unwrap();
        session.set_flag(&[3], "$Forwarded", true).await.unwrap();
        session.set_flag(&[2], "&istsqmb4-", true).await.unwrap();
        session.set_flag(&[2], "$label1", false).await.unwrap();
    });
    turn(&profile);
    let called: Vec<String> = tags::view(&profile).unwrap().tags.into_iter().map(|tag| tag.name).collect();
    assert!(called.contains(&"書留".to_owned()) && called.contains(&"Server-Made".to_owned()), "{called:?}");
    assert!(!called.iter().any(|name| name.contains("Forwarded")), "{called:?}");
    assert_eq!(found(&profile, "tag:Server-Made folder:Tagged"), ["three"]);
    assert_eq!(found(&profile, "tag:\"書留\""), ["one"]);
    assert_eq!(found(&profile, "タグ：書留"), ["one"]);
    assert_eq!(found(&profile, "-tag:書留 folder:Tagged"), ["three", "two"]);
    assert!(found(&profile, "tag:重要 folder:Tagged").is_empty(), "the other program cleared it");
    // The user makes the tag that Thunderbird has: it is the same one.
    tags::apply(&profile, tags::TagCommand::Create { name: "請求書".into(), colour: 1, messages: Vec::new() }).unwrap();
    assert_eq!(found(&profile, "tag:請求書"), ["two"]);

    // What the server does not take (Dovecot: more than 50 letters) stays here, whatever else happens to the message.
    let long = "k".repeat(60);
    mail(&long, at("three"), true);
    turn(&profile);
    other.run(async |session| {
        session.open("Tagged", None).await.unwrap();
        session.set_flag(&[3], "\\Flagged", true).await.unwrap();
    });
    turn(&profile);
    assert_eq!(there(&mut other, "Tagged", "three"), ["\\flagged", "$forwarded", "server-made"]);
    assert!(profile.store.keywords(at("three")).unwrap().contains(&long));
    assert_eq!(tags::newly_local(&profile).unwrap(), [person.address()]);
    assert!(tags::newly_local(&profile).unwrap().is_empty(), "it is said once");
    mail(&long, at("three"), false);

    // Deleting a tag takes it off everywhere.
    let keyword = tags::find(&profile, "書留").unwrap();
    tags::apply(&profile, tags::TagCommand::Remove(keyword)).unwrap();
    turn(&profile);
    assert!(there(&mut other, "Tagged", "one").is_empty());
    assert_eq!(profile.store.untold().unwrap(), 0);
    assert_eq!(here(&profile)["Tagged"].len(), 3);
}

fn rule(name: &str, test: Test, actions: Vec<Action>) -> RuleRecord {
    RuleRecord {
        name: name.into(),
        is_enabled: true,
        conditions: vec![Condition { test, is_not: false }],
        actions,
        ..RuleRecord::default()
    }
}

fn subject_holds(words: &str) -> Test {
    Test::Text { place: TextPlace::Subject, words: words.into() }
}

fn save(profile: &Profile, rule: RuleRecord) {
    rules::apply(profile, RulesCommand::Save(Box::new(rule))).unwrap();
}

#[test]
fn what_comes_is_filed_by_the_rules_and_the_server_is_told() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
    let (person, mut other) = (Person::new("sybil"), Elsewhere::new(servers, "sybil"));
    let profile = settle(&person, servers, &proxy);
    deliver(&mut other, "INBOX", &["invoice of old"]);
    other.run(async |session| session.create_folder("Bills").await.unwrap());
    turn(&profile);
    let bills = folder(&profile, "Bills");
    save(&profile, rule("stop", subject_holds("urgent"), vec![Action::Star, Action::Stop]));
    let filed = vec![Action::Tag("$label2".into()), Action::Read, Action::Move(bills)];
    save(&profile, rule("bills", Test::Query("subject:invoice -subject:draft".into()), filed));
    deliver(&mut other, "INBOX", &["invoice 1", "urgent invoice 2", "invoice draft 3", "hello"]);
    assert_eq!(turn(&profile), 4);

    let content = other.content();
    let subjects = |folder: &str| -> Vec<&str> { content[folder].keys().map(Letter::subject).collect() };
    assert_eq!(subjects("INBOX"), ["hello", "invoice draft 3", "invoice of old", "urgent invoice 2"]);
    assert_eq!(there(&mut other, "Bills", "invoice 1"), ["\\seen", "$label2"]);
    assert_eq!(there(&mut other, "INBOX", "urgent invoice 2"), ["\\flagged"]);
    // Put back into the inbox by the user, here and elsewhere: it stays there.
    let id = message(&profile, "Bills", "invoice 1");
    headless::mail(
        &profile,
        kakitome::engine::topic::mail::MailCommand::Move { messages: vec![id], to: folder(&profile, "INBOX") },
    )
    .unwrap();
    turn(&profile);
    assert_eq!(message(&profile, "INBOX", "invoice 1"), id);
    other.run(async |session| {
        session.open("INBOX", None).await.unwrap();
        let last = session.uids().await.unwrap().pop().unwrap();
        session.move_messages(&[last], "Bills").await.unwrap();
    });
    turn(&profile);
    other.run(async |session| {
        session.open("Bills", None).await.unwrap();
        let last = session.uids().await.unwrap().pop().unwrap();
        session.move_messages(&[last], "INBOX").await.unwrap();
    });
    turn(&profile);
    assert_eq!(other.content()["INBOX"].len(), 5);

    // A rule whose folder is gone is switched off, and what comes stays in the inbox.
    other.run(async |session| session.delete_path("Bills").await.unwrap());
    turn(&profile);
    deliver(&mut other, "INBOX", &["invoice 9"]);
    turn(&profile);
    message(&profile, "INBOX", "invoice 9");
    let all = profile.store.rules().unwrap();
    assert_eq!(
        all.iter().map(|rule| (rule.is_enabled, rule.trouble.as_str())).collect::<Vec<_>>(),
        [(true, ""), (false, "folder_gone")]
    );
    assert!(rules::apply(&profile, RulesCommand::Enable { rule: all[1].id, on: true }).is_err());
}

#[test]
fn a_folder_is_looked_through_first_and_what_was_done_to_it_is_taken_back() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
    let (person, mut other) = (Person::new("trent"), Elsewhere::new(servers, "trent"));
    let profile = settle(&person, servers, &proxy);
    let subjects: Vec<String> = (0..130).map(|number| format!("report {number}")).collect();
    deliver(&mut other, "INBOX", &subjects.iter().map(String::as_str).collect::<Vec<_>>());
    deliver(&mut other, "INBOX", &["else"]);
    other.run(async |session| session.create_folder("Kept").await.unwrap());
    turn(&profile);
    let inbox = folder(&profile, "INBOX");
    let archive = folder(&profile, "Kept");
    let mut off = rule("reports", subject_holds("report 1"), vec![Action::Copy(archive), Action::Star, Action::Delete]);
    off.is_enabled = false;
    save(&profile, off);
    let id = rules::find(&profile, "reports").unwrap().id;
    let before = here(&profile);
    // 1, 10 to 19, 100 to 129.
    let trial = headless::run_rules(&profile, (Some(id), inbox), true).unwrap();
    assert_eq!((trial.looked, trial.hits.len()), (131, 41));
    assert_eq!(here(&profile), before, "a trial changes nothing");
    assert_eq!(headless::run_rules(&profile, (None, inbox), true).unwrap().hits.len(), 0, "it is off");

    let done = headless::run_rules(&profile, (Some(id), inbox), false).unwrap();
    assert_eq!(done.hits, trial.hits);
    let count = |name: &str| profile.store.rows(folder(&profile, name), usize::MAX, 0).unwrap().len();
    assert_eq!((count("INBOX"), count("Kept"), count("Trash")), (90, 41, 41));
    headless::mail(&profile, kakitome::engine::topic::mail::MailCommand::Undo).unwrap();
    assert_eq!((count("INBOX"), count("Kept"), count("Trash")), (131, 0, 0));
    turn(&profile);
    assert_eq!(other.content()["INBOX"].len(), 131);
}

/// The program is killed again and again while it fetches and files: each letter is filed once. A copy would show it if a rule
/// were carried out twice.
#[test]
fn a_rule_is_carried_out_once_wherever_the_program_is_killed() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start(servers.imap_port(), Rule::Watch);
    let (person, mut other) = (Person::new("victor"), Elsewhere::new(servers, "victor"));
    let profile = settle(&person, servers, &proxy);
    other.run(async |session| session.create_folder("Copies").await.unwrap());
    turn(&profile);
    let copies = folder(&profile, "Copies");
    save(&profile, rule("copy", subject_holds("letter"), vec![Action::Copy(copies), Action::Tag("$label4".into())]));
    drop(profile);
    let passphrases = person.dir.path().with_extension("passphrases");
    std::fs::write(&passphrases, format!("profile passphrase\n{PASSWORD}\n")).unwrap();
    let synchronise = || {
        let mut command = Process::new(env!("CARGO_BIN_EXE_kakitome"));
        command.args(["--secret-store", "file", "--profile"]).arg(person.dir.path());
        command.arg("--passphrase-file").arg(&passphrases).arg("sync");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let began = Instant::now();
    assert!(synchronise().status().unwrap().success());
    let whole = began.elapsed();
    let mut put = Vec::new();
    for round in 0..10_u32 {
        let subjects = [format!("letter {round} a"), format!("letter {round} b")];
        deliver(&mut other, "INBOX", &[&subjects[0], &subjects[1]]);
        put.extend(subjects);
        let mut child = synchronise().spawn().unwrap();
        std::thread::sleep(whole * (3 + round) / 11);
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().unwrap();
    }
    std::fs::remove_file(&passphrases).unwrap();
    let profile = person.profile();
    turn(&profile);
    turn(&profile);
    assert!(profile.store.unruled(0, 10).unwrap().is_empty());
    assert_eq!(profile.store.untold().unwrap(), 0);
    put.sort();
    let content = other.content();
    for folder in ["INBOX", "Copies"] {
        let mut subjects: Vec<&str> = Vec::new();
        for (letter, count) in &content[folder] {
            subjects.extend(std::iter::repeat_n(letter.subject(), *count));
        }
        assert_eq!(subjects, put, "{folder}");
    }
    assert!(content["INBOX"].keys().all(|letter| letter.flags() == ["$label4"]), "{content:?}");
    assert_eq!(here(&profile), content);
}
