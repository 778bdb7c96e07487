//! The list by conversations, the strip above an open message, and the inboxes of several accounts as one list.

use kakitome::domain::Mailbox;
use kakitome::engine::topic::TopicView;
use kakitome::engine::topic::mail::MailCommand;
use kakitome::engine::topic::threads::{ThreadMessage, ThreadView, ThreadsCommand};
use kakitome::engine::view::{
    ALL_INBOXES, AccountView, Conversation, Conversations, FolderView, Headline, RowView, Seat,
};
use kakitome::ui::Word;

use super::*;

fn row(id: i64, from: Mailbox, subject: &str, thread: Option<i64>, seal: Seal) -> RowView {
    RowView {
        id,
        from,
        subject: subject.into(),
        preview: format!("The beginning of letter {id}"),
        date: Some(sample::at("2025-11-24T10:42:00Z") - jiff::SignedDuration::from_hours(6 - id)),
        is_seen: id != 3,
        headline: Some(Headline { lock: Lock::Encrypted, seal }),
        folder: 1,
        thread,
        ..RowView::default()
    }
}

/// A conversation of three (6, 4, 3), and three messages that are alone.
fn mailbox() -> MailboxView {
    let rows = vec![
        row(6, sample::hanako(), "Re: 請求書のお知らせ", Some(1), Seal::Authenticated),
        row(5, sample::bob(), "Minutes of Thursday", Some(2), Seal::Unsigned),
        row(4, sample::bob(), "Re: 請求書のお知らせ", Some(1), Seal::Broken),
        row(3, sample::hanako(), "請求書のお知らせ", Some(1), Seal::Partial),
        row(2, Mailbox::new("Carol Danvers", "carol@example.com"), "A walk", Some(3), Seal::Unsigned),
        row(1, sample::bob(), "Of before", None, Seal::Unsigned),
    ];
    let one = |thread, first, count, newest| Conversation { thread, first, count, newest, ..Conversation::default() };
    let all = vec![
        Conversation {
            unread: 1,
            has_broken: true,
            signs: Some(Headline { lock: Lock::Encrypted, seal: Seal::Broken }),
            ..one(Some(1), 0, 3, 0)
        },
        one(Some(2), 3, 1, 1),
        one(Some(3), 4, 1, 4),
        one(None, 5, 1, 5),
    ];
    let seat = |row, parent, depth| Seat { row, parent, depth };
    let seats = vec![
        seat(3, None, 0),
        seat(2, Some(3), 1),
        seat(0, Some(2), 2),
        seat(1, None, 0),
        seat(4, None, 0),
        seat(5, None, 0),
    ];
    MailboxView {
        rows: Arc::new(rows),
        conversations: Some(Arc::new(Conversations { all, seats })),
        ..sample::mailbox()
    }
}

fn by_conversation(language: Language) -> (App, Paper) {
    let (mut app, paper) = super::app(language);
    app.state.threads.is_on = true;
    app.update(Event::Mailbox(Arc::new(mailbox())));
    (app, paper)
}

/// The open message with its conversation: 6, 4 and 3, and an answer that was sent.
fn reads_conversation(language: Language) -> (App, Paper) {
    let (mut app, paper) = by_conversation(language);
    let mut view = message(Lock::Encrypted, Seal::Broken);
    view.id = 4;
    app.state.selected = Some(4);
    app.state.reads = true;
    app.update(Event::Reading(Arc::new(view)));
    app.update(Event::Topic(TopicView::Threads(Arc::new(thread()))));
    (app, paper)
}

fn thread() -> ThreadView {
    let rows = mailbox().rows;
    let one = |row: RowView, parent, depth| ThreadMessage { row, parent, depth };
    let mut sent = row(9, sample::alice(), "Re: 請求書のお知らせ", Some(1), Seal::Authenticated);
    (sent.folder, sent.date) = (3, Some(sample::at("2025-11-24T09:30:00Z")));
    let messages = vec![
        one(rows[3].clone(), None, 0),
        one(rows[2].clone(), Some(3), 1),
        one(sent, Some(4), 2),
        one(rows[0].clone(), Some(9), 3),
    ];
    ThreadView { message: 4, thread: Some(1), messages }
}

fn two_accounts(language: Language) -> (App, Paper) {
    let (mut app, paper) = super::app(language);
    let mut view = mailbox();
    let inbox = FolderView { id: 21, name: "INBOX".into(), role: "inbox".into(), unread: 3, total: 9, too_large: 0 };
    let work = AccountView {
        id: 2,
        identity: Mailbox::new("Alice at work", "alice@work.example"),
        folders: vec![inbox],
        ..AccountView::default()
    };
    view.accounts.push(work);
    view.open_folder = Some(ALL_INBOXES);
    view.conversations = None;
    let mut rows = view.rows.to_vec();
    for row in rows.iter_mut().skip(1).step_by(2) {
        row.folder = 21;
    }
    view.rows = Arc::new(rows);
    app.update(Event::Mailbox(Arc::new(view)));
    (app, paper)
}

/// Closed, open, with the strip, and all inboxes.
pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let mut open = by_conversation(language).0;
    open.state.threads.set_open(1, true);
    open.state.selected = Some(4);
    let (mut strip_open, _) = reads_conversation(language);
    strip_open.state.threads.set_open(1, true);
    vec![
        ("threads-closed", by_conversation(language).0),
        ("threads-open", open),
        ("threads-strip", reads_conversation(language).0),
        ("threads-strip-open", strip_open),
        ("threads-inboxes", two_accounts(language).0),
    ]
}

/// What is read aloud of the rows, from the top down.
fn listed(window: &Harness<'_, App>) -> Vec<String> {
    let mut rows: Vec<(f32, String)> = window
        .query_all_by_role(Role::ListItem)
        .map(|row| (row.rect().top(), row.accesskit_node().label().unwrap_or_default()))
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows.into_iter().map(|(_, label)| label).collect()
}

fn threads(command: &Command) -> Option<ThreadsCommand> {
    let Command::Topic(topic) = command else { return None };
    let Topic::Threads(command) = &**topic else { return None };
    Some(*command)
}

fn mail(paper: &Paper) -> Vec<String> {
    let commands = paper.commands.borrow();
    let topics = commands.iter().filter_map(|command| match command {
        Command::Topic(topic) => Some(topic),
        _ => None,
    });
    topics
        .filter_map(|topic| match &**topic {
            Topic::Mail(command @ (MailCommand::Archive(_) | MailCommand::Delete(_))) => Some(format!("{command:?}")),
            _ => None,
        })
        .collect()
}

#[test]
fn a_conversation_is_one_row_with_who_takes_part_and_no_seal_that_not_all_of_it_has() {
    let (app, _) = by_conversation(Language::English);
    let window = window(app, WIDE);
    let rows = listed(&window);
    assert_eq!(rows.len(), 4, "{rows:#?}");
    assert!(rows[0].contains("山田 花子, Bob Ross (3)") && rows[0].contains("Re: 請求書のお知らせ"), "{}", rows[0]);
    assert!(rows[0].contains("Unread"), "one of them is: {}", rows[0]);
    assert!(rows[0].contains("conversation of 3 messages, 1 unread, all with at least these signs"), "{}", rows[0]);
    assert!(rows[0].contains("Broken seal"), "the weakest, and not that of the newest: {}", rows[0]);
    assert!(!rows[1].contains("conversation"), "{}", rows[1]);
    assert!(rows[3].contains("Of before"), "{rows:#?}");
}

#[test]
fn the_arrows_open_a_conversation_and_close_it_and_so_does_its_triangle() {
    for language in LANGUAGES {
        let (app, _) = by_conversation(language);
        let mut window = window(app, WIDE);
        window.key_press(egui::Key::J);
        window.run();
        assert_eq!(window.state().state.selected, Some(6), "the newest is read");
        window.key_press(egui::Key::ArrowRight);
        window.run();
        let rows = listed(&window);
        assert_eq!(rows.len(), 6, "{rows:#?}");
        assert!(rows[0].contains("山田 花子") && rows[1].contains("Bob Ross") && rows[2].contains("山田 花子"));
        assert!(!rows[0].contains("(3)"), "{}", rows[0]);
        window.key_press(egui::Key::K);
        window.run();
        assert_eq!(window.state().state.selected, Some(4), "the one above, in its place");
        window.key_press(egui::Key::ArrowLeft);
        window.run();
        assert_eq!(listed(&window).len(), 4);
        let open = language.fill(Word::OpenConversation, &[("count", "3")]);
        window.get_by_label(&open).click();
        window.run();
        assert_eq!(listed(&window).len(), 6);
        window.get_by_label(&language.fill(Word::CloseConversation, &[("count", "3")])).click();
        window.run();
        assert_eq!(listed(&window).len(), 4);
        window.get_by_label(&open);
    }
}

#[test]
fn the_switch_asks_for_the_other_list_and_what_was_chosen_is_shown() {
    let (app, paper) = super::app(Language::English);
    let mut window = window(app, WIDE);
    window.get_by_label("Group by conversation").click();
    window.run();
    let asked: Vec<_> = paper.commands.borrow().iter().filter_map(threads).collect();
    assert!(matches!(asked[..], [ThreadsCommand::Group(true)]), "{asked:?}");
    let kept = PreferencesView { conversations: true, ..PreferencesView::default() };
    window.state_mut().update(Event::Preferences(kept));
    window.run();
    let switch = window.get_by_label("Group by conversation");
    assert_eq!(switch.accesskit_node().toggled(), Some(egui::accesskit::Toggled::True));
}

#[test]
fn what_is_done_with_a_closed_conversation_is_done_with_all_of_it_here_and_with_an_open_one_only_with_the_message() {
    let (app, paper) = reads_conversation(Language::English);
    let mut window = window(app, WIDE);
    window.key_press(egui::Key::A);
    window.run();
    assert_eq!(mail(&paper), ["Archive([3, 4, 6])"]);
    let (mut app, paper) = reads_conversation(Language::English);
    app.state.threads.set_open(1, true);
    let mut window = super::window(app, WIDE);
    window.key_press(egui::Key::A);
    window.run();
    assert_eq!(mail(&paper), ["Archive([4])"]);
}

#[test]
fn above_an_open_message_stand_those_of_its_conversation_and_the_way_from_one_to_the_next() {
    for language in LANGUAGES {
        for size in [WIDE, NARROW] {
            let (app, paper) = reads_conversation(language);
            let mut window = window(app, size);
            let place = language.fill(Word::ThreadPlace, &[("place", "2"), ("count", "4")]);
            window.get_by_label(&place);
            let sent = language.say(Word::Sent);
            let tabs: Vec<String> = window
                .query_all_by_role(Role::Tab)
                .map(|tab| tab.accesskit_node().label().unwrap_or_default())
                .collect();
            assert_eq!(tabs.len(), 4, "{tabs:#?}");
            assert!(tabs[2].contains("Alice Sample") && tabs[2].contains(sent), "where it is: {tabs:#?}");
            assert!(!tabs[0].contains(sent) && tabs[0].contains(language.say(Word::Unread)), "{tabs:#?}");
            let opened = || -> Vec<i64> {
                let commands = paper.commands.borrow();
                let open = commands.iter().filter_map(|command| match command {
                    Command::OpenMessage(id) => Some(*id),
                    _ => None,
                });
                open.collect()
            };
            window.key_press(egui::Key::CloseBracket);
            window.run();
            window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::ArrowDown);
            window.run();
            window.key_press(egui::Key::CloseBracket);
            window.run();
            assert_eq!(opened(), [9, 6], "the one that was sent, the newest, and no further");
            window.key_press(egui::Key::OpenBracket);
            window.run();
            assert_eq!(opened(), [9, 6, 9]);
        }
    }
}

#[test]
fn going_on_in_the_list_begins_where_the_conversation_is_when_its_message_is_elsewhere() {
    let (mut app, _) = reads_conversation(Language::English);
    app.state.selected = Some(9);
    let mut window = window(app, WIDE);
    window.key_press(egui::Key::J);
    window.run();
    assert_eq!(window.state().state.selected, Some(5), "after the conversation");
}

#[test]
fn the_engine_is_asked_for_the_conversation_of_what_is_read_once() {
    let (app, paper) = reads_conversation(Language::English);
    let mut window = window(app, WIDE);
    window.run();
    let asked: Vec<_> = paper.commands.borrow().iter().filter_map(threads).collect();
    assert!(matches!(asked[..], [ThreadsCommand::Look { message: 4, everywhere: false }]), "{asked:?}");
}

#[test]
fn the_inboxes_of_several_accounts_are_one_list_that_says_whose_each_message_is() {
    for language in LANGUAGES {
        let (app, _) = super::app(language);
        let alone = window(app, WIDE);
        assert!(alone.query_by_label_contains(language.say(Word::AllInboxes)).is_none(), "one account needs none");
        for size in [WIDE, NARROW] {
            let (app, paper) = two_accounts(language);
            let mut window = window(app, size);
            let rows = listed(&window);
            assert!(rows[0].ends_with("alice@example.org") && rows[1].ends_with("alice@work.example"), "{rows:#?}");
            window.get_by_label(&format!("{}, 15", language.say(Word::AllInboxes))).click();
            window.run();
            let opened = |command: &Command| matches!(command, Command::OpenFolder(folder) if *folder == ALL_INBOXES);
            assert!(paper.commands.borrow().iter().any(opened));
        }
    }
}
