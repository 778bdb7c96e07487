//! What is kept, in the settings: its room, what a check found, and what was repaired.

use kakitome::engine::topic::TopicView;
use kakitome::engine::topic::storage::{
    CheckReport, Closed, Compacted, Exported, Finding, Gravity, LostMessage, Outcome, RepairReport, Sizes,
    StorageCommand, StorageView, TableReport,
};
use kakitome::ui::Word;

use super::*;

fn sizes() -> Sizes {
    Sizes { mail: 412_000_000, search: 88_000_000, free: 21_000_000, damaged: 0, other: 37_000_000 }
}

fn page(language: Language, view: StorageView) -> (App, Paper) {
    let (mut app, paper) = app(language);
    app.state.screen = Screen::Settings;
    app.update(Event::Topic(TopicView::Storage(Arc::new(view))));
    (app, paper)
}

fn report() -> RepairReport {
    let table = |kept, lost, is_exact| TableReport { kept, lost, is_exact };
    RepairReport {
        kept_as: "/home/alice/.local/share/kakitome/profile.db.damaged-20261129T020000Z".into(),
        pages: 1_656,
        unreadable: 4,
        tables: [
            ("message".to_owned(), table(812, 9, true)),
            ("certificate".to_owned(), table(38, 2, true)),
            ("account".to_owned(), table(1, 0, false)),
        ]
        .into(),
        fetched_again: 14,
        recovered: 3,
        gone: 1,
        named: vec![LostMessage { from: "hanako@example.co.jp".into(), subject: "請求書のお知らせ".into() }],
        uncertain: 1,
        drafts_back: 1,
        lost_keys: vec!["A1B2".into()],
        ..RepairReport::default()
    }
}

fn checked(findings: &[(&'static str, u64, Gravity)]) -> Outcome {
    let findings = findings.iter().map(|(code, count, gravity)| Finding { code, count: *count, gravity: *gravity });
    Outcome::Checked(CheckReport { pages: 1_656, messages: 812, findings: findings.collect() })
}

pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let base = || StorageView { sizes: Some(sizes()), ..StorageView::default() };
    let working = page(language, StorageView { busy: Some("check"), ..base() }).0;
    vec![
        ("storage-sound", page(language, StorageView { outcome: Some(checked(&[])), ..base() }).0),
        (
            "storage-damaged",
            page(
                language,
                StorageView {
                    outcome: Some(checked(&[("page", 4, Gravity::Damage), ("unused_source", 2, Gravity::Idle)])),
                    is_damaged: true,
                    ..base()
                },
            )
            .0,
        ),
        ("storage-working", working),
        (
            "storage-compacted",
            page(
                language,
                StorageView {
                    outcome: Some(Outcome::Compacted(Compacted { before: 600_000_000, after: 537_000_000, unused: 2 })),
                    ..base()
                },
            )
            .0,
        ),
        (
            "storage-exported",
            page(
                language,
                StorageView {
                    outcome: Some(Outcome::Exported(Exported {
                        to: "/home/alice/Documents/Kakitome".into(),
                        folders: 12,
                        messages: 812,
                        drafts: 1,
                        unreadable: vec![7],
                        differing: vec![3],
                        keys: 2,
                    })),
                    ..base()
                },
            )
            .0,
        ),
        ("storage-unrepaired", page(language, without_profile(Closed::Unrepaired(no_space()))).0),
        ("storage-missing", page(language, without_profile(Closed::Missing)).0),
        ("storage-repaired", page(language, StorageView { repaired: Some(Arc::new(report())), ..base() }).0),
    ]
}

fn no_space() -> Failure {
    let (kind, subject) = (FailureKind::NoSpace, "700000000".to_owned());
    Failure { kind, retry: Retry::Now, subject, source: "no_space: 700000000 1000".to_owned() }
}

fn without_profile(why: Closed) -> StorageView {
    StorageView { is_damaged: true, closed: Some(Arc::new(why)), ..StorageView::default() }
}

fn told(paper: &Paper) -> Vec<StorageCommand> {
    let of = |command: &Command| match command {
        Command::Topic(topic) => match topic.as_ref() {
            Topic::Storage(command) => Some(command.clone()),
            _ => None,
        },
        _ => None,
    };
    paper.commands.borrow().iter().filter_map(of).collect()
}

fn click(window: &mut Harness<'_, App>, words: &str) {
    let node = window.get_by_role_and_label(Role::Button, words);
    node.scroll_to_me();
    window.run();
    window.get_by_role_and_label(Role::Button, words).click();
    window.run();
}

#[test]
fn the_settings_ask_for_the_room_once_and_each_button_does_what_it_says() {
    for language in LANGUAGES {
        let (mut app, paper) = app(language);
        app.state.screen = Screen::Settings;
        let mut window = window(app, [1280.0, 3000.0]);
        assert!(matches!(told(&paper)[..], [StorageCommand::Look]));
        window.state_mut().update(Event::Topic(TopicView::Storage(Arc::new(StorageView {
            sizes: Some(sizes()),
            is_damaged: true,
            ..StorageView::default()
        }))));
        window.run();
        for word in [Word::StorageCheck, Word::StorageCompact, Word::StorageRepair] {
            click(&mut window, language.say(word));
        }
        assert!(
            matches!(told(&paper)[1..], [StorageCommand::Check, StorageCommand::Compact, StorageCommand::Repair]),
            "{:?}",
            told(&paper)
        );
    }
}

#[test]
fn long_work_can_be_stopped_but_not_a_repair() {
    for (busy, can_stop) in [("check", true), ("compact", true), ("export_all", true), ("repair", false)] {
        let (app, paper) = page(Language::English, StorageView { busy: Some(busy), ..StorageView::default() });
        let mut window = window(app, [1280.0, 3000.0]);
        let stop = Language::English.say(Word::StorageStop);
        assert_eq!(window.query_all_by_label(stop).next().is_some(), can_stop, "{busy}");
        if can_stop {
            click(&mut window, stop);
            assert!(paper.commands.borrow().iter().any(|command| matches!(command, Command::Cancel)));
        }
    }
}

#[test]
fn who_lost_a_key_is_led_to_the_backup() {
    for language in LANGUAGES {
        let (app, paper) = page(language, StorageView { repaired: Some(Arc::new(report())), ..StorageView::default() });
        let mut window = window(app, WIDE);
        window.get_by_label(language.say(Word::RepairedTitle));
        let lost = language.fill(Word::RepairedKeys, &[("count", "1")]);
        assert!(window.query_by_label_contains(&lost).is_some());
        click(&mut window, language.say(Word::RepairedRestore));
        assert!(matches!(told(&paper).last(), Some(StorageCommand::Dismiss)));
        assert!(window.query_by_label(language.say(Word::RepairedTitle)).is_none());
        window.get_by_label_contains(language.say(Word::RestoreBackup));
    }
    // And who lost none is not.
    let whole = RepairReport { lost_keys: Vec::new(), ..report() };
    let (app, _) = page(Language::English, StorageView { repaired: Some(Arc::new(whole)), ..StorageView::default() });
    let window = window(app, WIDE);
    assert!(window.query_by_label(Language::English.say(Word::RepairedRestore)).is_none());
}

#[test]
fn who_has_no_profile_open_is_told_why_and_what_can_be_done() {
    for language in LANGUAGES {
        for (why, title, button) in [
            (Closed::Unrepaired(no_space()), Word::UnrepairedTitle, Word::TryAgain),
            (Closed::Unopened(no_space()), Word::ClosedTitle, Word::TryAgain),
            (Closed::Missing, Word::MissingTitle, Word::MissingBegin),
        ] {
            for goes_on in [true, false] {
                let (mut app, paper) = app(language);
                // The passphrase was right.
                app.update(Event::ProfileLocked { is_new: false });
                app.update(Event::Topic(TopicView::Storage(Arc::new(without_profile(why.clone())))));
                let mut window = window(app, WIDE);
                window.get_by_label(language.say(title));
                if let Closed::Unrepaired(_) = why {
                    window.get_by_label(language.say(Word::UnrepairedHint));
                }
                click(&mut window, language.say(if goes_on { button } else { Word::Cancel }));
                let repairs = told(&paper).iter().filter(|one| matches!(one, StorageCommand::Repair)).count();
                assert_eq!(repairs, usize::from(goes_on));
                assert!(window.query_by_label(language.say(title)).is_none());
            }
        }
    }
}
