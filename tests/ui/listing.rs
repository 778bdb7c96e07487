//! The list as a desktop has it: several messages selected and acted on, by key, button, menu and dragging.

use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Pos2};
use kakitome::domain::{RawMessage, Secret};
use kakitome::engine::view::{AccountForm, FolderView, MessageId, RowView};
use kakitome::engine::{EngineHandle, Profile, SecretsIn, Start, headless, start};
use kakitome::ui::Word;

use super::*;

const PATIENCE: Duration = Duration::from_mins(2);

/// What was asked to be done with mail, as it is written.
fn asked(paper: &Paper) -> Vec<String> {
    let mail = |command: &Command| match command {
        Command::Topic(topic) => match &**topic {
            Topic::Mail(command) => Some(format!("{command:?}")),
            _ => None,
        },
        _ => None,
    };
    paper.commands.borrow_mut().drain(..).filter_map(|command| mail(&command)).collect()
}

/// Where the rows are that are laid out, from the top down.
fn rows(window: &Harness<'_, App>) -> Vec<egui::Rect> {
    let mut rects: Vec<_> = window.query_all_by_role(Role::ListItem).map(|row| row.rect()).collect();
    rects.sort_by(|one, other| one.top().total_cmp(&other.top()));
    rects
}

fn selected_rows(window: &Harness<'_, App>) -> usize {
    let rows = window.query_all_by_role(Role::ListItem);
    rows.filter(|row| row.accesskit_node().is_selected() == Some(true)).count()
}

fn button(window: &mut Harness<'_, App>, at: Pos2, button: egui::PointerButton, pressed: bool, modifiers: Modifiers) {
    window.event(egui::Event::PointerMoved(at));
    window.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
    window.step();
}

fn click(window: &mut Harness<'_, App>, at: Pos2, modifiers: Modifiers) {
    window.event(egui::Event::ModifiersChanged(modifiers));
    for pressed in [true, false] {
        button(window, at, egui::PointerButton::Primary, pressed, modifiers);
    }
    window.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    window.run();
}

fn click_other(window: &mut Harness<'_, App>, at: Pos2) {
    for pressed in [true, false] {
        button(window, at, egui::PointerButton::Secondary, pressed, Modifiers::NONE);
    }
    window.run();
}

/// Takes hold of something and brings it somewhere, without letting go.
fn drag(window: &mut Harness<'_, App>, from: Pos2, to: Pos2, modifiers: Modifiers) {
    button(window, from, egui::PointerButton::Primary, true, Modifiers::NONE);
    window.event(egui::Event::ModifiersChanged(modifiers));
    for part in 1_u8..=8 {
        window.event(egui::Event::PointerMoved(from + (to - from) * (f32::from(part) / 8.0)));
        window.step();
    }
}

fn let_go(window: &mut Harness<'_, App>, at: Pos2, modifiers: Modifiers) {
    button(window, at, egui::PointerButton::Primary, false, modifiers);
    window.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    window.run();
}

fn press(window: &mut Harness<'_, App>, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

/// Writes what is seen now into the folder named by `KAKITOME_SCREENS`, for looking at.
fn picture(window: &mut Harness<'_, App>, name: &str) {
    if let Some(folder) = std::env::var_os("KAKITOME_SCREENS") {
        let image = window.render().unwrap();
        ui::write_png(&image, &PathBuf::from(folder).join(format!("{name}.png"))).unwrap();
    }
}

#[test]
fn several_messages_are_selected_with_the_pointer_and_none_is_read_by_that() {
    for language in LANGUAGES {
        let (app, paper) = app(language);
        let mut window = window(app, WIDE);
        let places = rows(&window);
        click(&mut window, places[1].center(), Modifiers::NONE);
        assert_eq!((window.state().state.selected, selected_rows(&window)), (Some(2), 1));
        paper.commands.borrow_mut().clear();
        click(&mut window, places[3].center(), Modifiers::COMMAND);
        assert_eq!(selected_rows(&window), 2);
        window.get_by_label(&language.fill(Word::SelectedCount, &[("count", "2")]));
        click(&mut window, places[5].center(), Modifiers::SHIFT);
        assert_eq!(selected_rows(&window), 3, "from the fourth to the sixth");
        click(&mut window, places[1].center(), Modifiers::COMMAND | Modifiers::SHIFT);
        assert_eq!(selected_rows(&window), 5, "from the second on, too");
        click(&mut window, places[4].center(), Modifiers::COMMAND);
        assert_eq!(selected_rows(&window), 4, "without the fifth");
        let opened = |command: &Command| matches!(command, Command::OpenMessage(_) | Command::SetSeen { .. });
        assert!(!sent(&paper, opened), "{:?}", paper.commands);
        press(&mut window, Modifiers::NONE, Key::Escape);
        assert_eq!(selected_rows(&window), 1);
        assert!(sent(&paper, |command| matches!(command, Command::OpenMessage(5))), "where the pointer was last");
        assert!(window.query_by_label(&language.fill(Word::SelectedCount, &[("count", "4")])).is_none());
    }
}

#[test]
fn taking_one_of_two_away_opens_the_other() {
    let (app, paper) = app(Language::English);
    let mut window = window(app, WIDE);
    let places = rows(&window);
    click(&mut window, places[0].center(), Modifiers::NONE);
    click(&mut window, places[2].center(), Modifiers::COMMAND);
    paper.commands.borrow_mut().clear();
    click(&mut window, places[0].center(), Modifiers::COMMAND);
    assert_eq!(window.state().state.selected, Some(3));
    assert!(sent(&paper, |command| matches!(command, Command::OpenMessage(3))));
    click(&mut window, places[2].center(), Modifiers::COMMAND);
    assert_eq!((window.state().state.selected, selected_rows(&window)), (None, 0));
}

#[test]
fn every_key_acts_on_all_that_is_selected() {
    let keys: [(Modifiers, Key, &str); 5] = [
        (Modifiers::NONE, Key::S, "SetFlag { messages: [1, 2, 3], flag: Flagged, on: true }"),
        (Modifiers::NONE, Key::M, "SetFlag { messages: [1, 2, 3], flag: Seen, on: true }"),
        (Modifiers::NONE, Key::A, "Archive([1, 2, 3])"),
        (Modifiers::NONE, Key::Delete, "Delete([1, 2, 3])"),
        (Modifiers::SHIFT, Key::J, "Spam { messages: [1, 2, 3], spam: true }"),
    ];
    for (modifiers, key, wanted) in keys {
        let (app, paper) = app(Language::English);
        let mut window = window(app, WIDE);
        press(&mut window, Modifiers::NONE, Key::J);
        press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
        press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
        press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
        press(&mut window, Modifiers::SHIFT, Key::ArrowUp);
        assert_eq!(selected_rows(&window), 3);
        asked(&paper);
        press(&mut window, modifiers, key);
        assert_eq!(asked(&paper), [wanted]);
    }
}

#[test]
fn everything_is_selected_and_what_is_not_shown_any_more_is_not() {
    let (app, paper) = app(Language::English);
    let mut window = window(app, WIDE);
    press(&mut window, Modifiers::COMMAND, Key::A);
    window.get_by_label("40 messages selected");
    let mailbox = sample::mailbox();
    let left: Vec<RowView> = mailbox.rows.iter().filter(|row| row.id > 30).cloned().collect();
    let fewer = MailboxView { rows: Arc::new(left), ..mailbox };
    window.state_mut().update(Event::Mailbox(Arc::new(fewer)));
    window.run();
    window.get_by_label("10 messages selected");
    asked(&paper);
    press(&mut window, Modifiers::NONE, Key::A);
    assert_eq!(asked(&paper), ["Archive([31, 32, 33, 34, 35, 36, 37, 38, 39, 40])"]);
    assert_eq!((window.state().state.selected, selected_rows(&window)), (None, 0));
}

/// A message may be in both lists, as in an inbox and in all inboxes: it is not acted on by a key that was meant for nothing.
#[test]
fn what_was_selected_in_one_folder_is_not_selected_in_the_next() {
    for clicks in [true, false] {
        let (app, paper) = app(Language::English);
        let mut window = window(app, WIDE);
        press(&mut window, Modifiers::COMMAND, Key::A);
        window.get_by_label("40 messages selected");
        if clicks {
            window.get_by_label("プロジェクト").click();
            window.run();
        } else {
            let other = MailboxView { open_folder: Some(7), ..sample::mailbox() };
            window.state_mut().update(Event::Mailbox(Arc::new(other)));
            window.run();
        }
        assert!(!window.state().state.list.selected.is_many());
        asked(&paper);
        press(&mut window, Modifiers::NONE, Key::Delete);
        assert_eq!(asked(&paper), [""; 0], "{clicks}");
    }
}

#[test]
fn what_the_search_does_not_show_is_not_acted_on() {
    let (app, paper) = app(Language::English);
    let mut window = window(app, WIDE);
    press(&mut window, Modifiers::COMMAND, Key::A);
    window.state_mut().state.search = "minutes".into();
    window.run();
    window.get_by_label("10 messages selected");
    asked(&paper);
    press(&mut window, Modifiers::NONE, Key::Delete);
    assert_eq!(asked(&paper), ["Delete([2, 6, 10, 14, 18, 22, 26, 30, 34, 38])"]);
}

#[test]
fn after_messages_have_left_the_next_is_open_and_read_only_after_a_moment() {
    let (app, paper) = app(Language::English);
    let mut window = window(app, WIDE);
    press(&mut window, Modifiers::NONE, Key::J);
    press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
    press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
    paper.commands.borrow_mut().clear();
    press(&mut window, Modifiers::NONE, Key::A);
    // The fourth is unread.
    assert_eq!(window.state().state.selected, Some(4));
    assert!(sent(&paper, |command| matches!(command, Command::OpenMessage(4))));
    let reads = |command: &Command| matches!(command, Command::SetSeen { message: 4, seen: true });
    window.run_steps(20);
    assert!(!sent(&paper, reads), "it is not even there yet");
    let view = kakitome::engine::view::ReadingView { id: 4, ..message(Lock::NotEncrypted, Seal::Unsigned) };
    window.state_mut().update(Event::Reading(Arc::new(view)));
    // A step of the window's clock is a quarter of a second.
    window.run_steps(4);
    assert!(!sent(&paper, reads), "after one second");
    window.input_mut().focused = false;
    window.run_steps(12);
    assert!(!sent(&paper, reads), "nobody looks");
    window.input_mut().focused = true;
    window.run_steps(12);
    assert!(sent(&paper, reads));
}

#[test]
fn a_message_that_arrives_late_takes_nobodys_place() {
    let late = |id| {
        let view = kakitome::engine::view::ReadingView { id, ..message(Lock::NotEncrypted, Seal::Unsigned) };
        Event::Reading(Arc::new(view))
    };
    let reads = |app: &App| app.views.reading.as_ref().map(|view| view.id);
    for (language, size) in [(Language::English, WIDE), (Language::Japanese, NARROW)] {
        let (app, _) = app(language);
        let mut window = window(app, size);
        window.state_mut().update(late(2));
        assert_eq!((window.state().state.selected, reads(window.state())), (None, None), "none was chosen");
        press(&mut window, Modifiers::NONE, Key::J);
        window.state_mut().update(late(1));
        window.state_mut().state.passphrase.push_str("typed");
        window.state_mut().update(late(2));
        window.run();
        window.get_by_label(language.say(Word::Why));
        let app = window.state();
        assert_eq!((app.state.selected, reads(app), app.state.passphrase.as_str()), (Some(1), Some(1), "typed"));
        // The next one is chosen, and is not there yet.
        press(&mut window, Modifiers::NONE, Key::J);
        window.state_mut().update(late(1));
        window.run();
        window.get_by_label(language.say(Word::Loading));
        window.state_mut().update(late(2));
        window.run();
        window.get_by_label(language.say(Word::Why));
        press(&mut window, Modifiers::COMMAND, Key::A);
        window.state_mut().update(late(1));
        let app = window.state();
        assert_eq!((app.state.selected, reads(app)), (None, Some(2)), "several are chosen");
    }
}

#[test]
fn what_is_marked_as_unread_stays_so() {
    let (app, paper) = app(Language::English);
    let mut window = window(app, WIDE);
    window.state_mut().state.selected = Some(3);
    window.state_mut().update(Event::Reading(Arc::new(kakitome::engine::view::ReadingView {
        id: 3,
        ..message(Lock::NotEncrypted, Seal::Unsigned)
    })));
    window.run();
    press(&mut window, Modifiers::NONE, Key::M);
    assert_eq!(asked(&paper), ["SetFlag { messages: [3], flag: Seen, on: false }"]);
    window.run_steps(20);
    assert!(asked(&paper).is_empty());
    assert!(!sent(&paper, |command| matches!(command, Command::SetSeen { .. })));
}

#[test]
fn what_keys_do_is_on_buttons_too() {
    for language in LANGUAGES {
        for (word, wanted) in [
            (Word::ActArchive, "Archive([1])"),
            (Word::ActDelete, "Delete([1])"),
            (Word::ActJunk, "Spam { messages: [1], spam: true }"),
            (Word::ActStar, "SetFlag { messages: [1], flag: Flagged, on: true }"),
            (Word::ActRead, "SetFlag { messages: [1], flag: Seen, on: true }"),
        ] {
            for size in [WIDE, NARROW] {
                let (app, paper) = reads(language, message(Lock::Encrypted, Seal::Authenticated));
                let mut window = window(app, size);
                window.get_by_label(language.say(word)).click();
                window.run();
                assert_eq!(asked(&paper), [wanted]);
            }
        }
        let (app, paper) = app(language);
        let mut window = window(app, NARROW);
        press(&mut window, Modifiers::COMMAND, Key::A);
        window.get_by_label(&language.fill(Word::SelectedCount, &[("count", "40")]));
        window.get_by_label(language.say(Word::ActStar)).click();
        window.run();
        assert!(asked(&paper)[0].starts_with("SetFlag { messages: [1, 2, 3,"));
    }
}

#[test]
fn in_the_junk_it_is_offered_to_say_that_it_is_none_and_in_the_trash_to_delete_for_good() {
    let (mut app, paper) = reads(Language::English, message(Lock::NotEncrypted, Seal::Unsigned));
    app.update(Event::Mailbox(Arc::new(MailboxView { open_folder: Some(5), ..sample::mailbox() })));
    let mut window = window(app, WIDE);
    window.get_by_label("This is not junk").click();
    window.run();
    assert_eq!(asked(&paper), ["Spam { messages: [1], spam: false }"]);
    let (mut app, _) = reads(Language::English, message(Lock::NotEncrypted, Seal::Unsigned));
    app.update(Event::Mailbox(Arc::new(MailboxView { open_folder: Some(6), ..sample::mailbox() })));
    let window = super::window(app, WIDE);
    window.get_by_label("Delete for good");
    assert!(window.query_by_label("Delete").is_none());
}

#[test]
fn a_folder_to_move_to_is_found_by_a_part_of_its_name() {
    for (key, typed, walked, wanted) in [
        (Key::V, "プロ", 0, "Move { messages: [1], to: 7 }"),
        (Key::Y, "プロ", 0, "Copy { messages: [1], to: 7 }"),
        // Without a name: the drafts come first, as the inbox is open.
        (Key::V, "", 2, "Move { messages: [1], to: 4 }"),
        (Key::Y, "", 0, "Copy { messages: [1], to: 1 }"),
    ] {
        let (app, paper) = reads(Language::Japanese, message(Lock::NotEncrypted, Seal::Unsigned));
        let mut window = window(app, WIDE);
        press(&mut window, Modifiers::NONE, key);
        if !typed.is_empty() {
            window.event(egui::Event::Text(typed.into()));
            window.run();
        }
        for _ in 0..walked {
            press(&mut window, Modifiers::NONE, Key::ArrowDown);
        }
        press(&mut window, Modifiers::NONE, Key::Enter);
        assert_eq!(asked(&paper), [wanted]);
        assert!(window.state().state.list.moving.is_none());
    }
    let (app, paper) = reads(Language::English, message(Lock::NotEncrypted, Seal::Unsigned));
    let mut window = window(app, WIDE);
    press(&mut window, Modifiers::NONE, Key::V);
    window.event(egui::Event::Text("nowhere".into()));
    window.run();
    window.get_by_label("No folder has this name.");
    press(&mut window, Modifiers::NONE, Key::Enter);
    press(&mut window, Modifiers::NONE, Key::Escape);
    window.run();
    assert!(window.state().state.list.moving.is_none() && asked(&paper).is_empty());
}

/// Who types fast presses Enter before the window has drawn the last letters.
#[test]
fn enter_counts_for_what_was_typed_just_before_it() {
    let (app, paper) = reads(Language::Japanese, message(Lock::NotEncrypted, Seal::Unsigned));
    let mut window = window(app, WIDE);
    press(&mut window, Modifiers::NONE, Key::V);
    let enter = |pressed| egui::Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    window.input_mut().events.extend([egui::Event::Text("プロ".into()), enter(true), enter(false)]);
    window.run();
    assert_eq!(asked(&paper), ["Move { messages: [1], to: 7 }"]);
}

#[test]
fn a_row_has_a_menu_for_itself_or_for_all_that_is_selected() {
    let (app, paper) = app(Language::English);
    let mut window = window(app, WIDE);
    let places = rows(&window);
    click(&mut window, places[0].center(), Modifiers::NONE);
    click(&mut window, places[1].center(), Modifiers::SHIFT);
    asked(&paper);
    click_other(&mut window, places[4].center());
    picture(&mut window, "list-menu");
    window.get_by_role_and_label(Role::MenuItem, "Delete").click();
    window.run();
    assert_eq!(asked(&paper), ["Delete([5])"]);
    assert_eq!(selected_rows(&window), 2, "what is selected stays so");
    click_other(&mut window, places[1].center());
    window.get_by_role_and_label(Role::MenuItem, "Add a star").click();
    window.run();
    assert_eq!(asked(&paper), ["SetFlag { messages: [1, 2], flag: Flagged, on: true }"]);
    assert!(window.query_by_role(Role::MenuItem).is_none());
}

#[test]
fn the_menu_opens_by_key_and_is_walked() {
    for (modifiers, key) in [(Modifiers::SHIFT, Key::F10), (Modifiers::NONE, Key::Menu)] {
        let (app, paper) = app(Language::English);
        let mut window = window(app, WIDE);
        press(&mut window, Modifiers::NONE, Key::J);
        press(&mut window, Modifiers::NONE, Key::J);
        asked(&paper);
        press(&mut window, modifiers, key);
        assert_eq!(window.query_all_by_role(Role::MenuItem).count(), 7);
        press(&mut window, Modifiers::NONE, Key::ArrowDown);
        press(&mut window, Modifiers::NONE, Key::Enter);
        assert_eq!(asked(&paper), ["Spam { messages: [2], spam: true }"], "the second entry");
        press(&mut window, modifiers, key);
        press(&mut window, Modifiers::NONE, Key::Escape);
        assert!(window.query_by_role(Role::MenuItem).is_none() && asked(&paper).is_empty());
    }
}

#[test]
fn a_star_is_seen_said_and_set_on_the_row() {
    let (mut app, paper) = app(Language::English);
    let mut mailbox = sample::mailbox();
    let mut rows = (*mailbox.rows).clone();
    rows[1].is_flagged = true;
    mailbox.rows = Arc::new(rows);
    app.update(Event::Mailbox(Arc::new(mailbox)));
    let mut window = window(app, WIDE);
    let spoken = window.query_all_by_role(Role::ListItem).filter_map(|row| row.accesskit_node().label());
    assert_eq!(spoken.filter(|words| words.ends_with("With a star")).count(), 1);
    let star = |window: &Harness<'_, App>, nth: usize| {
        let mut stars: Vec<_> = window.query_all_by_label_contains("Star ").map(|star| star.rect()).collect();
        stars.sort_by(|one, other| one.top().total_cmp(&other.top()));
        stars[nth].center()
    };
    let at = star(&window, 1);
    click(&mut window, at, Modifiers::NONE);
    assert_eq!(asked(&paper), ["SetFlag { messages: [2], flag: Flagged, on: false }"]);
    let at = star(&window, 0);
    click(&mut window, at, Modifiers::NONE);
    assert_eq!(asked(&paper), ["SetFlag { messages: [1], flag: Flagged, on: true }"]);
    assert_eq!(window.state().state.selected, None, "nothing is opened by that");
}

#[test]
fn messages_are_dragged_onto_a_folder() {
    let place =
        |window: &Harness<'_, App>, name: &str| window.get_by_role_and_label(Role::Button, name).rect().center();
    for (modifiers, wanted) in [
        (Modifiers::NONE, "Move { messages: [1, 2, 3], to: 7 }"),
        (Modifiers::COMMAND, "Copy { messages: [1, 2, 3], to: 7 }"),
    ] {
        let (app, paper) = app(Language::English);
        let mut window = window(app, WIDE);
        let places = rows(&window);
        click(&mut window, places[0].center(), Modifiers::NONE);
        click(&mut window, places[2].center(), Modifiers::SHIFT);
        asked(&paper);
        let folder = place(&window, "プロジェクト");
        drag(&mut window, places[1].center(), folder, modifiers);
        window.get_by_label("3 messages");
        picture(&mut window, if modifiers.command { "list-copied" } else { "list-dragged" });
        let_go(&mut window, folder, modifiers);
        assert_eq!(asked(&paper), [wanted]);
        assert!(window.query_by_label("3 messages").is_none());
    }
    // One that is not selected goes alone; Escape, or letting go elsewhere, leaves it where it is.
    let (app, paper) = app(Language::English);
    let mut window = window(app, WIDE);
    let from = rows(&window)[3].center();
    let folder = place(&window, "Archive");
    drag(&mut window, from, folder, Modifiers::NONE);
    press(&mut window, Modifiers::NONE, Key::Escape);
    let_go(&mut window, folder, Modifiers::NONE);
    drag(&mut window, from, egui::pos2(900.0, 400.0), Modifiers::NONE);
    let_go(&mut window, egui::pos2(900.0, 400.0), Modifiers::NONE);
    let home = place(&window, "Inbox, 12");
    drag(&mut window, from, home, Modifiers::NONE);
    let_go(&mut window, home, Modifiers::NONE);
    assert!(asked(&paper).is_empty());
    drag(&mut window, from, folder, Modifiers::NONE);
    let_go(&mut window, folder, Modifiers::NONE);
    assert_eq!(asked(&paper), ["Move { messages: [4], to: 4 }"]);
    assert_eq!(window.state().state.selected, None);
}

#[test]
fn a_folder_is_made_renamed_and_deleted_after_a_question() {
    for language in LANGUAGES {
        let (app, paper) = app(language);
        let mut window = window(app, WIDE);
        let folder = window.get_by_role_and_label(Role::Button, "プロジェクト").rect().center();
        let choose = |window: &mut Harness<'_, App>, word: Word| {
            click_other(window, folder);
            window.get_by_role_and_label(Role::MenuItem, language.say(word)).click();
            window.run();
        };
        choose(&mut window, Word::FolderNew);
        window.event(egui::Event::Text("請求書".into()));
        press(&mut window, Modifiers::NONE, Key::Enter);
        assert_eq!(asked(&paper), ["CreateFolder { account: 1, parent: None, name: \"請求書\" }"]);
        click_other(&mut window, folder);
        picture(&mut window, &format!("list-folder-menu-{}", language.code()));
        press(&mut window, Modifiers::NONE, Key::Escape);
        choose(&mut window, Word::FolderRename);
        window.event(egui::Event::Text("2".into()));
        press(&mut window, Modifiers::NONE, Key::Enter);
        assert_eq!(asked(&paper), ["RenameFolder { folder: 7, name: \"プロジェクト2\" }"]);
        choose(&mut window, Word::FolderDelete);
        window.get_by_label(language.say(Word::Cancel)).click();
        window.run();
        assert!(asked(&paper).is_empty());
        choose(&mut window, Word::FolderDelete);
        picture(&mut window, &format!("list-folder-delete-{}", language.code()));
        window.get_by_label(&language.fill(Word::FolderDeleteHint, &[("count", "40")]));
        window.get_by_role_and_label(Role::Button, language.say(Word::FolderDelete)).click();
        window.run();
        assert_eq!(asked(&paper), ["DeleteFolder(7)"]);
        // The inbox and the folders with a meaning stay; what is unread there can be read at once.
        let inbox = format!("{}, 12", language.say(Word::Inbox));
        let inbox = window.get_by_role_and_label(Role::Button, &inbox).rect().center();
        click_other(&mut window, inbox);
        assert!(window.query_by_role_and_label(Role::MenuItem, language.say(Word::FolderDelete)).is_none());
        window.get_by_role_and_label(Role::MenuItem, language.say(Word::FolderAllRead)).click();
        window.run();
        assert_eq!(asked(&paper), ["ReadAll(1)"]);
    }
}

/// A window over a real engine with a store of its own.
struct Live {
    window: Harness<'static, App>,
    _home: tempfile::TempDir,
}

struct Engine(EngineHandle);

impl Backend for Engine {
    fn send(&mut self, command: Command) {
        self.0.send(command);
    }

    fn try_next(&mut self) -> Option<Event> {
        self.0.try_next()
    }
}

impl Live {
    /// Eight unread letters in a folder that is open, and an empty folder beside it.
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let secrets = || SecretsIn::File(Secret::new("list".to_owned()));
        let profile = Profile::open(home.path(), &secrets()).unwrap();
        let form = AccountForm {
            name: "Bob Baker".to_owned(),
            address: "bob@example.test".to_owned(),
            smtp_host: "localhost".to_owned(),
            smtp_port: 587,
            ..AccountForm::default()
        };
        headless::save_account(&profile, &form).unwrap();
        let letter = |n: usize| {
            RawMessage::new(format!(
                "From: Bob <bob@example.test>\r\nTo: alice@example.test\r\nDate: {} Sep 2026 10:00:00 +0900\r\n\
                 Subject: Letter {n}\r\nMessage-ID: <{n}@list.test>\r\n\r\nLetter {n}.\r\n",
                20 - n
            ))
        };
        headless::import(&profile, "Letters", &(0..8).map(letter).collect::<Vec<_>>()).unwrap();
        headless::import(&profile, "Others", &[letter(9)]).unwrap();
        drop(profile);
        let begun = Instant::now();
        let engine = loop {
            // The profile that was dropped may still be closing.
            match start(&Start::Profile { dir: home.path().to_owned(), secrets: secrets() }, || {}) {
                Ok(engine) => break engine,
                Err(failure) => assert!(begun.elapsed() < PATIENCE, "{failure:?}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let mut app = App::new(Box::new(Engine(engine)));
        app.speak(Language::English);
        app.dress(Theme::Light);
        let mut live = Self { window: window(app, WIDE), _home: home };
        live.until(|app| app.views.mailbox.is_some());
        let folder = live.folder("Letters").id;
        live.window.state_mut().ask(Command::OpenFolder(folder));
        live.until(|app| app.views.mailbox.as_ref().unwrap().rows.len() == 8);
        live
    }

    fn until(&mut self, is_so: impl Fn(&App) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !is_so(self.window.state()) {
            assert!(Instant::now() < end, "failure: {:?}", self.window.state().views.failure);
            std::thread::sleep(Duration::from_millis(10));
            self.window.step();
        }
        self.window.run_steps(2);
    }

    fn folder(&self, name: &str) -> FolderView {
        let mailbox = self.window.state().views.mailbox.clone().unwrap();
        let mut folders = mailbox.accounts.iter().flat_map(|account| &account.folders);
        folders.find(|folder| folder.name == name).unwrap().clone()
    }

    fn totals(&self, name: &str) -> (usize, usize) {
        let folder = self.folder(name);
        (folder.total, folder.unread)
    }

    fn subjects(&self) -> Vec<String> {
        self.window.state().views.mailbox.as_ref().unwrap().rows.iter().map(|row| row.subject.clone()).collect()
    }

    fn has(app: &App, name: &str, total: usize) -> bool {
        let mailbox = app.views.mailbox.as_ref().unwrap();
        let mut folders = mailbox.accounts.iter().flat_map(|account| &account.folders);
        folders.any(|folder| folder.name == name && folder.total == total)
    }

    fn row(&self, nth: usize) -> MessageId {
        self.window.state().views.mailbox.as_ref().unwrap().rows[nth].id
    }
}

#[test]
fn what_was_archived_is_in_the_archive_and_undo_brings_all_of_it_back() {
    let mut live = Live::new();
    let before = live.subjects();
    for key in [Key::J, Key::J] {
        press(&mut live.window, Modifiers::NONE, key);
    }
    live.until(|app| app.views.reading.is_some());
    press(&mut live.window, Modifiers::SHIFT, Key::ArrowDown);
    press(&mut live.window, Modifiers::SHIFT, Key::ArrowDown);
    let next = live.row(4);
    press(&mut live.window, Modifiers::NONE, Key::A);
    live.until(|app| Live::has(app, "Archive", 3));
    assert_eq!(live.subjects().len(), 5);
    assert_eq!(live.window.state().state.selected, Some(next));
    live.until(|app| app.views.notice.as_ref().is_some_and(|notice| notice.code == "archived"));
    live.window.get_by_label_contains("Archived: 3");
    live.window.get_by_label("Undo").click();
    live.window.step();
    live.until(|app| Live::has(app, "Archive", 0) && Live::has(app, "Letters", 8));
    assert_eq!(live.subjects(), before);
    assert!(live.window.query_by_label("Undo").is_none(), "there is nothing more to take back");
}

#[test]
fn the_message_after_a_deleted_one_stays_unread_in_the_store_until_it_was_open_for_a_moment() {
    let mut live = Live::new();
    press(&mut live.window, Modifiers::NONE, Key::J);
    live.until(|app| app.views.reading.is_some());
    live.until(|app| app.views.mailbox.as_ref().unwrap().rows[0].is_seen);
    let next = live.row(1);
    live.window.key_press(Key::Delete);
    live.window.step();
    // The window's clock is the test's: it stands until the next step.
    live.until(|app| Live::has(app, "Trash", 1));
    live.window.input_mut().focused = false;
    live.until(|app| app.views.reading.as_ref().is_some_and(|view| view.id == next));
    assert_eq!(live.totals("Letters"), (7, 7));
    live.window.input_mut().focused = true;
    live.window.run_steps(12);
    live.until(|app| app.views.mailbox.as_ref().unwrap().rows[0].is_seen);
    assert_eq!(live.totals("Letters"), (7, 6));
}

#[test]
fn what_is_dropped_on_a_folder_is_there() {
    let mut live = Live::new();
    press(&mut live.window, Modifiers::COMMAND, Key::A);
    let places = rows(&live.window);
    click(&mut live.window, places[0].center(), Modifiers::COMMAND);
    let others = live.window.get_by_role_and_label(Role::Button, "Others, 1").rect().center();
    drag(&mut live.window, places[2].center(), others, Modifiers::NONE);
    live.window.get_by_label("7 messages");
    let_go(&mut live.window, others, Modifiers::NONE);
    live.until(|app| Live::has(app, "Others", 8) && Live::has(app, "Letters", 1));
    assert_eq!(live.subjects(), ["Letter 0"]);
    press(&mut live.window, Modifiers::COMMAND, Key::Z);
    live.until(|app| Live::has(app, "Others", 1) && Live::has(app, "Letters", 8));
}

#[test]
fn folders_are_made_renamed_read_and_deleted_in_the_store() {
    let mut live = Live::new();
    let open = |live: &mut Live, folder: &str, word: Word| {
        let at = live.window.query_all_by_label_contains(folder).next().unwrap().rect().center();
        click_other(&mut live.window, at);
        live.window.get_by_role_and_label(Role::MenuItem, word.text(Language::English)).click();
        live.window.run_steps(3);
    };
    open(&mut live, "Others", Word::FolderNew);
    live.window.event(egui::Event::Text("請求書".into()));
    live.window.step();
    live.window.key_press(Key::Enter);
    live.window.step();
    live.until(|app| Live::has(app, "請求書", 0));
    open(&mut live, "Letters", Word::FolderAllRead);
    live.until(|app| app.views.notice.as_ref().is_some_and(|notice| notice.code == "all_read"));
    live.until(|app| app.views.mailbox.as_ref().unwrap().rows.iter().all(|row| row.is_seen));
    assert_eq!(live.totals("Letters"), (8, 0));
    press(&mut live.window, Modifiers::COMMAND, Key::Z);
    live.until(|app| app.views.mailbox.as_ref().unwrap().rows.iter().all(|row| !row.is_seen));
    open(&mut live, "Others", Word::FolderRename);
    live.window.event(egui::Event::Text(" 2".into()));
    live.window.step();
    live.window.key_press(Key::Enter);
    live.window.step();
    live.until(|app| Live::has(app, "Others 2", 1));
    open(&mut live, "Others 2", Word::FolderDelete);
    live.window.get_by_role_and_label(Role::Button, "Delete folder").click();
    live.window.step();
    live.until(|app| !Live::has(app, "Others 2", 1));
    assert_eq!(live.totals("Letters"), (8, 8));
}

/// Screens for `every_screen_is_drawn_in_both_languages_both_looks_and_both_sizes`.
pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let starred = |app: &mut App| {
        let mut mailbox = sample::mailbox();
        let mut rows = (*mailbox.rows).clone();
        (rows[1].is_flagged, rows[4].is_flagged) = (true, true);
        mailbox.rows = Arc::new(rows);
        app.update(Event::Mailbox(Arc::new(mailbox)));
    };
    let pressed = |app: App, keys: &[(Modifiers, Key)]| {
        let mut window = window(app, WIDE);
        for (modifiers, key) in keys {
            press(&mut window, *modifiers, *key);
        }
        window.into_state()
    };
    let (mut many, _) = app(language);
    starred(&mut many);
    let down = (Modifiers::SHIFT, Key::ArrowDown);
    let many = pressed(many, &[(Modifiers::NONE, Key::J), down, down]);
    let (mut moving, _) = reads(language, message(Lock::Encrypted, Seal::Authenticated));
    starred(&mut moving);
    let moving = pressed(moving, &[(Modifiers::NONE, Key::V), (Modifiers::NONE, Key::ArrowDown)]);
    let (mut done, _) = reads(language, message(Lock::Encrypted, Seal::Authenticated));
    starred(&mut done);
    let mut done = pressed(done, &[(Modifiers::NONE, Key::A)]);
    done.update(Event::Done { code: "archived", subject: "1".into() });
    vec![("list-many", many), ("list-moving", moving), ("list-done", done)]
}

#[test]
fn what_is_too_large_to_be_here_is_said_above_the_list() {
    for language in LANGUAGES {
        let (mut app, _) = app(language);
        let mut mailbox = sample::mailbox();
        mailbox.open_folder = Some(mailbox.accounts[0].folders[0].id);
        app.update(Event::Mailbox(Arc::new(mailbox.clone())));
        let words = language.fill(Word::TooLargeHere, &[("count", "2")]);
        let mut window = window(app, WIDE);
        assert!(window.query_by_label(&words).is_none());
        mailbox.accounts[0].folders[0].too_large = 2;
        window.state_mut().update(Event::Mailbox(Arc::new(mailbox.clone())));
        window.run();
        window.get_by_label(&words);
        picture(&mut window, &format!("too-large-{language:?}"));
        mailbox.open_folder = Some(mailbox.accounts[0].folders[1].id);
        window.state_mut().update(Event::Mailbox(Arc::new(mailbox)));
        window.run();
        assert!(window.query_by_label(&words).is_none(), "they are of another folder");
    }
}
