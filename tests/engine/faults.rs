//! Synchronising over connections that break anywhere.

use kakitome::engine::Profile;
use kakitome::engine::headless;
use kakitome::engine::topic::mail::{MailCommand, MailFlag};

use super::people::Person;
use super::servers::{BARE_HOST, MIDDLING_HOST, Proxy, Rule, servers};
use super::synchronising::{Elsewhere, folder, here, message, settle, turn};

/// Cuts the connection after ever more bytes of the answer, so that it breaks in each step once.
#[test]
fn wherever_the_connection_breaks_nothing_is_lost_and_nothing_is_there_twice() {
    let Some(servers) = servers() else { return };
    let (person, mut other) = (Person::new("peggy"), Elsewhere::new(servers, "peggy"));
    for host in ["127.0.0.1", MIDDLING_HOST] {
        for limit in (2_500..9_000).step_by(650) {
            let proxy = Proxy::start_to((host, servers.imap_port()), Rule::CutAnswerAfter(limit));
            let profile = settle(&person, servers, &proxy);
            let tag = format!("{host} {limit}");
            let subject = |letter: char| format!("{tag} {letter}");
            other.put("INBOX", &['a', 'b', 'c', 'd'].map(subject).each_ref().map(String::as_str));
            turn(&profile);
            let at = |letter: char| message(&profile, "INBOX", &subject(letter));
            let mail = |command| headless::mail(&profile, command).unwrap();
            mail(MailCommand::Archive(vec![at('a'), at('b')]));
            mail(MailCommand::Copy { messages: vec![at('c')], to: folder(&profile, "Drafts") });
            mail(MailCommand::SetFlag { messages: vec![at('d')], flag: MailFlag::Flagged, on: true });
            let expected = here(&profile);
            proxy.arm();
            let _ = headless::synchronise(&profile).unwrap();
            proxy.disarm();
            turn(&profile);
            turn(&profile);
            assert_eq!(profile.store.untold().unwrap(), 0, "{tag}");
            let there = other.content();
            assert_eq!(here(&profile), there, "{tag}");
            assert_eq!(there, expected, "{tag}");
            drop(profile);
        }
    }
}

/// A large folder that was never looked at: the server is asked for the rest when the newest are here.
#[test]
fn the_newest_of_a_large_folder_come_before_the_others_are_listed() {
    const NEWEST: usize = 200;
    let Some(servers) = servers() else { return };
    let (person, mut other) = (Person::new("pedro"), Elsewhere::new(servers, "pedro"));
    let subjects: Vec<String> = (0..2 * NEWEST + 50).map(|number| format!("Letter {number}")).collect();
    other.put("INBOX", &subjects.iter().map(String::as_str).collect::<Vec<_>>());
    let proxy = Proxy::start_to((BARE_HOST, servers.imap_port()), Rule::CutAnswerAfter(60_000));
    let profile = settle(&person, servers, &proxy);
    proxy.arm();
    assert!(!headless::synchronise(&profile).unwrap().failures.is_empty());
    proxy.disarm();
    let inbox = folder(&profile, "INBOX");
    let rows = profile.store.rows(inbox, usize::MAX, 0).unwrap();
    let awaited = usize::try_from(profile.store.folder_state(inbox).unwrap().awaited).unwrap();
    assert_eq!(rows.len() + awaited, NEWEST, "{} came", rows.len());
    assert!(rows.iter().all(|row| subjects[NEWEST + 50..].contains(&row.subject)), "{rows:?}");
    assert_eq!(turn(&profile) + rows.len(), subjects.len());
    assert_eq!(here(&profile), other.content());
    assert_eq!(turn(&profile), 0);
}

/// A generator that gives the same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { from.get(self.roll(from.len())) }
    }
}

/// Some hundred actions here and on the server, over a connection that breaks; `KAKITOME_ACTIONS` makes them more, and
/// `KAKITOME_SEED` others.
#[test]
fn after_many_actions_on_both_sides_and_many_faults_both_are_the_same() {
    let Some(servers) = servers() else { return };
    let number =
        |name: &str, usual: u64| std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual);
    let (actions, seed) = (number("KAKITOME_ACTIONS", 300), number("KAKITOME_SEED", 20_261_128));
    let mut dice = Dice(seed);
    let proxy = Proxy::start(servers.imap_port(), Rule::Unreliable(seed));
    let (person, mut other) = (Person::new("quentin"), Elsewhere::new(servers, "quentin"));
    let mut profile = settle(&person, servers, &proxy);
    turn(&profile);
    for number in 0..actions {
        match dice.roll(10) {
            0..=5 => act(&profile, &mut dice, number),
            6 | 7 => act_elsewhere(&mut other, &mut dice, number),
            _ => {
                proxy.arm();
                let _ = headless::synchronise(&profile);
                proxy.disarm();
            }
        }
        if dice.roll(40) == 0 {
            // The program ends, and begins again with what is kept.
            drop(profile);
            profile = person.profile();
        }
        if number % 100 == 99 {
            agree(&profile, &mut other, seed, number);
        }
    }
    agree(&profile, &mut other, seed, actions);
}

/// Two good turns, and both sides are the same.
fn agree(profile: &Profile, other: &mut Elsewhere, seed: u64, number: u64) {
    for _ in 0..2 {
        // A folder that went meanwhile may refuse something once.
        let _ = headless::synchronise(profile);
    }
    turn(profile);
    let account = profile.store.accounts().unwrap()[0].id;
    let left = || (profile.store.placings(account).unwrap(), profile.store.folder_states(account).unwrap());
    assert_eq!(profile.store.untold().unwrap(), 0, "seed {seed}, action {number}: {:#?}", left());
    assert_eq!(here(profile), other.content(), "seed {seed}, action {number}");
}

fn act(profile: &Profile, dice: &mut Dice, number: u64) {
    let folders = profile.store.folders().unwrap();
    let Some(from) = dice.pick(&folders) else { return };
    let rows = profile.store.rows(from.id, usize::MAX, 0).unwrap();
    let mut messages: Vec<i64> = Vec::new();
    for _ in 0..=dice.roll(3) {
        messages.extend(dice.pick(&rows).map(|row| row.id));
    }
    messages.dedup();
    let to = dice.pick(&folders).map_or(from.id, |folder| folder.id);
    let on = dice.roll(3) > 0;
    let own = !matches!(from.role.as_str(), "inbox" | "sent" | "drafts");
    let command = match dice.roll(14) {
        0 => MailCommand::SetFlag { messages, flag: MailFlag::Seen, on },
        1 => MailCommand::SetFlag { messages, flag: MailFlag::Flagged, on },
        2 => MailCommand::SetFlag { messages, flag: MailFlag::Answered, on },
        3 => MailCommand::SetFlag { messages, flag: MailFlag::Keyword("work".into()), on },
        4 | 5 => MailCommand::Move { messages, to },
        6 => MailCommand::Copy { messages, to },
        7 => MailCommand::Archive(messages),
        8 => MailCommand::Spam { messages, spam: on },
        9 | 10 => MailCommand::Delete(messages),
        11 => MailCommand::Undo,
        12 if folders.len() < 12 => {
            let parent = None;
            MailCommand::CreateFolder { account: from.account, parent, name: format!("Made {number}") }
        }
        13 if own && dice.roll(3) == 0 => MailCommand::DeleteFolder(from.id),
        _ if own => MailCommand::RenameFolder { folder: from.id, name: format!("Named {number}") },
        _ => MailCommand::Undo,
    };
    // What can't be done is refused, and changes nothing.
    let _ = headless::mail(profile, command);
}

fn act_elsewhere(other: &mut Elsewhere, dice: &mut Dice, number: u64) {
    let folders = other.run(async |session| session.list_folders().await.unwrap());
    let paths: Vec<String> = folders.iter().map(|folder| folder.path.clone()).collect();
    let Some(path) = dice.pick(&paths).cloned() else { return };
    let Some(to) = dice.pick(&paths).cloned() else { return };
    let kind = dice.roll(9);
    if kind < 3 {
        let subjects: Vec<String> = (0..=dice.roll(3)).map(|part| format!("letter {number} {part}")).collect();
        other.put(&path, &subjects.iter().map(String::as_str).collect::<Vec<_>>());
        return;
    }
    let is_own = folders.iter().any(|folder| folder.path == path && folder.role.is_empty());
    other.run(async |session| {
        session.open(&path, None).await.unwrap();
        let uids = session.uids().await.unwrap();
        let Some(uid) = dice.pick(&uids).copied() else { return };
        match kind {
            3 => session.set_flag(&[uid], "\\Seen", dice.roll(2) == 0).await.unwrap(),
            4 => session.set_flag(&[uid], "\\Flagged", dice.roll(2) == 0).await.unwrap(),
            5 => session.set_flag(&[uid], "work", dice.roll(2) == 0).await.unwrap(),
            6 if path != to => {
                session.move_messages(&[uid], &to).await.unwrap();
            }
            7 => session.delete_messages(&[uid]).await.unwrap(),
            8 if is_own => {
                session.open("INBOX", None).await.unwrap();
                let _ = session.rename_path(&path, &format!("Theirs {number}")).await;
            }
            _ => {}
        }
    });
}
