//! Two windows over two real engines, with a real Postfix and a real Dovecot between them: what alice writes
//! in hers stands in bob's.

#![allow(clippy::unwrap_used)]

mod people;
#[allow(unused_imports)]
mod servers;

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event as Input, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use kakitome::domain::{RawMessage, Technology};
use kakitome::engine::{Command, EngineHandle, Event, headless};
use kakitome::store::AccountRecord;
use kakitome::ui::{self, App, Backend, Language};

use people::{PATIENCE, Person};
use servers::{HOST, Way, servers};

struct Engine(EngineHandle);

impl Backend for Engine {
    fn send(&mut self, command: Command) {
        self.0.send(command);
    }

    fn try_next(&mut self) -> Option<Event> {
        self.0.try_next()
    }
}

struct Window(Harness<'static, App>);

impl Window {
    fn of(person: &Person) -> Self {
        Self::over(person.engine())
    }

    fn over(engine: EngineHandle) -> Self {
        let mut app = App::new(Box::new(Engine(engine)));
        app.speak(Language::English);
        let show = |ui: &mut egui::Ui, app: &mut App| app.show(ui);
        let mut builder = Harness::builder();
        if !ui::system_has('書') {
            builder = builder.allow_missing_glyphs();
        }
        let dress = |ctx: &egui::Context| {
            ui::install_fonts(ctx);
            ui::install_theme(ctx);
        };
        Self(builder.with_size([1280.0, 800.0]).with_context_setup(dress).build_ui_state(show, app))
    }

    /// Draws frames until something is so.
    fn until(&mut self, what: &str, mut is_so: impl FnMut(&Harness<'static, App>) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            self.0.run_steps(2);
            if is_so(&self.0) {
                return;
            }
            let app = self.0.state();
            assert!(Instant::now() < end, "{what} did not come; failure: {:?}", app.views.failure);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn shows(window: &Harness<'static, App>, words: &str) -> bool {
        window.query_all_by_label_contains(words).next().is_some()
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.0.key_press_modifiers(modifiers, key);
        self.0.run_steps(2);
    }

    fn types(&mut self, text: &str) {
        self.0.event(Input::Text(text.to_owned()));
        self.0.run_steps(2);
    }

    /// As a person writes: with the keyboard, and one click on Send.
    fn write(&mut self, to: &str, subject: &str, text: &str, technology: &str) {
        self.press(Modifiers::COMMAND, Key::N);
        self.types(to);
        self.press(Modifiers::NONE, Key::Tab);
        self.types(subject);
        self.press(Modifiers::NONE, Key::Tab);
        self.types(text);
        self.0.get_by_role_and_label(Role::RadioButton, technology).click();
        self.until("a preflight without blockers", |window| {
            let send = window.query_by_role_and_label(Role::Button, "Send encrypted");
            send.is_some_and(|send| !send.accesskit_node().is_disabled())
        });
        self.0.get_by_role_and_label(Role::Button, "Send encrypted").click();
        self.until("the message's way to the outbox", |window| window.state().state.composer.is_none());
        self.until("word of it", |window| Self::shows(window, "The message is in the outbox"));
    }

    /// Fetches until there is a message that was not read, whose protected subject the list knows before it
    /// is opened, and opens it with a click.
    fn open_new(&mut self, subject: &str, text: &str) {
        let unread = |window: &Harness<'static, App>| {
            let rows = window.query_all_by_role(Role::ListItem);
            let mut labels = rows.filter_map(|row| row.accesskit_node().label());
            labels.find(|words| words.ends_with("Unread") && words.contains(subject))
        };
        let mut asked = None::<Instant>;
        self.until("new mail", |window| {
            if asked.is_none_or(|at| at.elapsed() > Duration::from_secs(2)) {
                asked = Some(Instant::now());
                window.key_press(Key::F5);
            }
            unread(window).is_some()
        });
        let row = unread(&self.0).unwrap();
        assert!(row.starts_with("alice") && !row.contains("[...]"), "{row}");
        self.0.get_by_role_and_label(Role::ListItem, &row).click();
        self.until("what she wrote", |window| Self::shows(window, text));
    }
}

#[test]
fn alice_writes_in_her_window_over_both_technologies_and_bobs_window_shows_what_she_wrote() {
    let Some(servers) = servers() else { return };
    let (alice, bob) = (Person::new("alice"), Person::new("bob"));
    let of_alice = alice.settle(servers, HOST, Way::Submission);
    let of_bob = bob.settle(servers, HOST, Way::Submission);
    alice.trust(&bob, &of_bob);
    bob.trust(&alice, &of_alice);

    let (mut hers, mut his) = (Window::of(&alice), Window::of(&bob));
    hers.until("alice's mailbox", |window| window.state().views.mailbox.is_some());
    his.until("bob's mailbox", |window| window.state().views.mailbox.is_some());
    for technology in [Technology::OpenPgp, Technology::Smime] {
        let name = if technology == Technology::OpenPgp { "OpenPGP" } else { "S/MIME" };
        let (subject, text) =
            (format!("Minutes by {name}"), format!("Dear Bob, nobody else reads this {name} letter."));
        hers.write(&bob.address(), &subject, &text, name);

        his.open_new(&subject, &text);
        assert!(Window::shows(&his.0, "Encrypted. Only you and the other recipients could read this."));
        assert!(Window::shows(&his.0, "Sealed by alice."));
        assert!(Window::shows(&his.0, &subject), "{name}: so is the subject, which was hidden on the way");
    }
}

#[test]
fn the_list_and_the_search_know_what_is_protected_in_messages_that_nobody_opened() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let file = |name: &str| std::fs::read(corpus.join(name)).unwrap();
    let alice = Person::new("alice");
    {
        let profile = alice.profile();
        profile.import(&file("keys/pgp/alice.secret.asc"), &[]).unwrap();
        profile.import(&file("keys/pgp/bob.asc"), &[]).unwrap();
        let account =
            AccountRecord { name: "Alice".to_owned(), address: "alice@example.test".to_owned(), ..Default::default() };
        profile.store.save_account(&account).unwrap();
        let mail = ["mail/pgp-signed-encrypted-hp.eml", "mail/plain.eml"].map(|name| RawMessage::new(file(name)));
        headless::import(&profile, "Imported", &mail).unwrap();
    }
    let engine = alice.engine();
    engine.send(Command::OpenFolder(1));
    let mut window = Window::over(engine);
    let rows = |window: &Harness<'static, App>| -> Vec<String> {
        window.query_all_by_role(Role::ListItem).filter_map(|row| row.accesskit_node().label()).collect()
    };
    window.until("the protected subject", |window| rows(window).iter().any(|row| row.contains("The offer")));
    assert!(rows(&window.0).iter().all(|row| !row.contains("[...]")), "{:?}", rows(&window.0));
    for (wanted, is_found) in [("the OFFER", true), ("4,200,000", true), ("[...]", false)] {
        window.0.state_mut().state.search = wanted.to_owned();
        window.0.run_steps(2);
        let found = rows(&window.0);
        assert_eq!(found.len(), usize::from(is_found), "{wanted}: {found:?}");
        assert!(found.iter().all(|row| row.contains("The offer")), "{wanted}: {found:?}");
    }
}
