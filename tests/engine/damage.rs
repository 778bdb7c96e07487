//! A database that is damaged, with a real Dovecot beside it: what can be read stays, the rest comes again, and in the end
//! both are the same.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use kakitome::domain::Secret;
use kakitome::engine::topic::storage::{self, Closed, Gravity, RepairReport, StorageCommand, StorageView};
use kakitome::engine::topic::{Topic, TopicView};
use kakitome::engine::{Profile, SecretsIn};

use super::people::Person;
use super::servers::{Proxy, Rule, servers};
use super::synchronising::{Content, Elsewhere, here, letter_about, settle, turn};
use super::*;

const PAGE: u64 = 4096;

fn secrets() -> SecretsIn {
    SecretsIn::File(Secret::from("profile passphrase"))
}

/// Numbers that are not random and never the same.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

fn spoil(database: &Path, page: u64) {
    let mut file = std::fs::OpenOptions::new().write(true).open(database).unwrap();
    file.seek(SeekFrom::Start((page - 1) * PAGE + 1_000)).unwrap();
    file.write_all(b"the disk has forgotten this").unwrap();
}

/// Without folders that nothing is in and that no server has.
fn kept(profile: &Profile) -> Content {
    let mut content = here(profile);
    content.retain(|name, letters| name != "Recovered" || !letters.is_empty());
    content
}

#[test]
fn after_damage_repair_and_a_turn_everything_is_as_the_server_has_it() {
    let Some(servers) = servers() else { return };
    let proxy = Proxy::start_to(("127.0.0.1", servers.imap_port()), Rule::Watch);
    let (person, mut other) = (Person::new("wendy"), Elsewhere::new(servers, "wendy"));
    let profile = settle(&person, servers, &proxy);
    other.run(async |session| {
        session.create_folder("Bills").await.unwrap();
        for number in 0..160 {
            let mut letter = letter_about(&format!("letter {number}"));
            // Some are larger than a page of the database, one than what is fetched at once.
            let more = if number == 7 { 1_300_000 } else { number * 60 };
            letter.extend((0..more).flat_map(|at: usize| (at * at % 9_973).to_string().into_bytes()).take(more));
            let folder = if number % 3 == 0 { "Bills" } else { "INBOX" };
            session.append(folder, &letter).await.unwrap();
        }
        session.open("INBOX", None).await.unwrap();
        session.set_flag(&[3, 5, 7], "\\Flagged", true).await.unwrap();
    });
    turn(&profile);
    assert_eq!(here(&profile), other.content());
    drop(profile);

    let database = person.dir.path().join("profile.db");
    let mut dice = Dice(42);
    let mut again = 0;
    for round in 0..8 {
        let pages = database.metadata().unwrap().len() / PAGE;
        // The first time only its beginning, the second time its end.
        match round {
            0 => spoil(&database, 1),
            1 => {
                let file = std::fs::OpenOptions::new().write(true).open(&database).unwrap();
                file.set_len(pages / 2 * PAGE).unwrap();
            }
            _ => (0..4).for_each(|_| spoil(&database, 2 + dice.next(pages - 1))),
        }
        if round < 2 {
            let failure = Profile::open(person.dir.path(), &secrets()).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Damaged);
        }
        let report = storage::repair(person.dir.path(), &secrets(), &|_| true).unwrap().unwrap();
        assert!(report.kept_as.exists());
        // The server's authority and the account are settings that may be lost, too: the user enters them again then.
        let profile = settle(&person, servers, &proxy);
        again += turn(&profile);
        turn(&profile);
        assert_eq!(kept(&profile), other.content(), "round {round}: {report:?}");
        let check = storage::check_now(&profile, &|_, _| true).unwrap().unwrap();
        assert!(check.gravity() != Some(Gravity::Damage), "{check:?}");
    }
    assert!(again > 0, "nothing was lost at all");
}

#[test]
fn the_window_repairs_what_it_can_not_open_and_tells() {
    let person = Person::new("nobody");
    drop(person.profile());
    spoil(&person.dir.path().join("profile.db"), 1);
    let engine = person.engine();
    let report = wait(&engine, |event| match event {
        Event::Topic(TopicView::Storage(view)) => view.repaired.clone(),
        _ => None,
    });
    assert_eq!((report.unreadable, report.lost_rows()), (1, 0));
    engine.send(Command::Topic(Box::new(Topic::Storage(StorageCommand::Dismiss))));
    wait(&engine, |event| match event {
        Event::Topic(TopicView::Storage(view)) => view.sizes.filter(|_| view.repaired.is_none()),
        _ => None,
    });
    // While it is open, too: the profile is closed, repaired and opened again.
    engine.send(Command::Topic(Box::new(Topic::Storage(StorageCommand::Repair))));
    let again = wait(&engine, |event| match event {
        Event::Topic(TopicView::Storage(view)) => view.repaired.clone(),
        _ => None,
    });
    assert_eq!((again.unreadable, again.lost_rows()), (0, 0));
    for (command, code) in [(StorageCommand::Check, "check"), (StorageCommand::Compact, "compact")] {
        engine.send(Command::Topic(Box::new(Topic::Storage(command))));
        let outcome = wait(&engine, |event| match event {
            Event::Topic(TopicView::Storage(view)) => view.outcome.clone(),
            _ => None,
        });
        let is_it = match &outcome {
            storage::Outcome::Checked(report) => code == "check" && report.gravity().is_none(),
            storage::Outcome::Compacted(done) => code == "compact" && done.after > 0,
            _ => false,
        };
        assert!(is_it, "{code} {outcome:?}");
    }
}

fn ask(engine: &EngineHandle, command: StorageCommand) {
    engine.send(Command::Topic(Box::new(Topic::Storage(command))));
}

fn view<T>(engine: &EngineHandle, wanted: impl Fn(&StorageView) -> Option<T>) -> T {
    wait(engine, |event| match event {
        Event::Topic(TopicView::Storage(view)) => wanted(&view),
        _ => None,
    })
}

fn closed(engine: &EngineHandle) -> Closed {
    view(engine, |view| view.closed.as_deref().cloned())
}

fn repaired(engine: &EngineHandle) -> RepairReport {
    view(engine, |view| view.repaired.as_deref().cloned())
}

/// Where the log of the new database would be: nothing can be written there.
fn hinder(person: &Person) -> std::path::PathBuf {
    let place = person.dir.path().join("profile.db.building-wal");
    std::fs::create_dir(&place).unwrap();
    place
}

#[test]
fn a_repair_that_fails_is_told_and_can_be_tried_again() {
    let person = Person::new("nobody");
    drop(person.profile());
    let database = person.dir.path().join("profile.db");
    spoil(&database, 1);
    let before = std::fs::read(&database).unwrap();
    let hindrance = hinder(&person);
    let engine = person.engine();
    for _ in 0..2 {
        assert!(matches!(closed(&engine), Closed::Unrepaired(_)));
        assert!(std::fs::read(&database).unwrap() == before, "the damaged one is as it was");
        let beside = std::fs::read_dir(person.dir.path()).unwrap().flatten();
        assert!(!beside.into_iter().any(|one| one.file_name().to_string_lossy().contains("damaged")));
        // What is not for now ends nothing.
        ask(&engine, StorageCommand::Look);
        ask(&engine, StorageCommand::Repair);
    }
    std::fs::remove_dir(&hindrance).unwrap();
    ask(&engine, StorageCommand::Repair);
    assert_eq!(repaired(&engine).lost_rows(), 0);
    ask(&engine, StorageCommand::Look);
    view(&engine, |view| view.sizes);
}

#[test]
fn a_profile_that_was_open_is_open_again_when_its_repair_fails() {
    let person = Person::new("nobody");
    drop(person.profile());
    let engine = person.engine();
    ask(&engine, StorageCommand::Look);
    view(&engine, |view| view.sizes);
    hinder(&person);
    ask(&engine, StorageCommand::Repair);
    let end = Instant::now() + PATIENCE;
    while !matches!(engine.try_next(), Some(Event::Failed(_))) {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(5));
    }
    ask(&engine, StorageCommand::Look);
    view(&engine, |view| view.sizes);
}

#[test]
fn a_database_that_is_gone_is_begun_anew_only_when_its_owner_says_so() {
    let person = Person::new("nobody");
    drop(person.profile());
    let database = person.dir.path().join("profile.db");
    let aside = person.dir.path().join("aside");
    std::fs::rename(&database, &aside).unwrap();
    let engine = person.engine();
    assert_eq!(closed(&engine), Closed::Missing);
    assert!(!database.exists());
    drop(engine);
    // Who has a copy puts it back, and nothing is repaired.
    std::fs::rename(&aside, &database).unwrap();
    let engine = person.engine();
    ask(&engine, StorageCommand::Look);
    view(&engine, |view| view.sizes);
    assert!(std::fs::read_dir(person.dir.path()).unwrap().count() > 0);
    drop(engine);
    drop(super::setup::opened(&person));
    std::fs::remove_file(&database).unwrap();
    let engine = person.engine();
    assert_eq!(closed(&engine), Closed::Missing);
    ask(&engine, StorageCommand::Repair);
    let report = repaired(&engine);
    assert!(report.is_stale && report.may_lack_keys && report.is_empty());
}
