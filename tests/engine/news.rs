//! New mail is said on the desktop: on a D-Bus of the test's own, with a notification service of the test's own, and a
//! real Dovecot.

#![allow(clippy::expect_used, clippy::too_many_arguments, clippy::unused_self, clippy::used_underscore_binding)]

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};

use kakitome::domain::Timestamp;
use kakitome::engine::topic::Topic;
use kakitome::engine::topic::news::{NewsCommand, NewsSettings, Phrases};
use kakitome::net::imap::Flags;
use zbus::zvariant::OwnedValue;

use super::people::{PATIENCE, Person};
use super::servers::{HOST, Way, servers};
use super::synchronising::Elsewhere;
use super::*;

/// Set where there is a bus of the test's own.
const INSIDE: &str = "KAKITOME_TEST_BUS";

/// What a desktop was asked to show.
#[derive(Clone, Debug)]
struct Shown {
    replaces: u32,
    summary: String,
    body: String,
    category: String,
}

/// A desktop that shows nothing and notes everything.
struct Desktop {
    shown: Sender<Shown>,
    count: u32,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
#[allow(clippy::needless_pass_by_value)]
impl Desktop {
    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned(), "body-markup".to_owned()]
    }

    fn notify(
        &mut self,
        _app_name: String,
        replaces: u32,
        _icon: String,
        summary: String,
        body: String,
        _actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _expires: i32,
    ) -> u32 {
        let category = hints.get("category").and_then(|value| String::try_from(value.clone()).ok());
        self.shown.send(Shown { replaces, summary, body, category: category.unwrap_or_default() }).unwrap();
        self.count += 1;
        self.count
    }
}

fn has_bus() -> bool {
    std::process::Command::new("dbus-run-session").arg("--version").output().is_ok()
}

/// Runs a test of this program on a bus that nobody else is on.
fn on_a_bus_of_its_own(name: &str) {
    if !has_bus() {
        eprintln!("dbus-run-session is not installed: not tested");
        return;
    }
    let mut inside = std::process::Command::new("dbus-run-session");
    inside.arg("--").arg(std::env::current_exe().unwrap()).args(["--exact", name, "--nocapture"]);
    let status = inside.env(INSIDE, "1").status().unwrap();
    assert!(status.success(), "{name} on a bus of its own: {status}");
}

fn news(command: NewsCommand) -> Command {
    Command::Topic(Box::new(Topic::News(command)))
}

/// Mail that nobody has read.
fn arrives(elsewhere: &mut Elsewhere, subject: &str) {
    let letter = format!(
        "From: Bob <bob@example.test>\r\nTo: nora@example.test\r\nSubject: {subject}\r\n\
         Message-ID: <{}@news.test>\r\n\r\nWords that are for nobody else.\r\n",
        subject.len()
    );
    elsewhere.run(async |session| {
        session.append_with("INBOX", &Flags::default(), None, letter.as_bytes()).await.unwrap();
    });
}

fn next(shown: &Receiver<Shown>) -> Shown {
    shown.recv_timeout(PATIENCE).expect("a notice")
}

#[test]
fn new_mail_is_said_once_and_no_more_of_it_than_the_user_wants() {
    if std::env::var_os(INSIDE).is_none() {
        on_a_bus_of_its_own("news::new_mail_is_said_once_and_no_more_of_it_than_the_user_wants");
        return;
    }
    let Some(servers) = servers() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (sender, shown) = channel();
    let desktop = Desktop { shown: sender, count: 0 };
    let serve = zbus::connection::Builder::session()
        .unwrap()
        .name("org.freedesktop.Notifications")
        .unwrap()
        .serve_at("/org/freedesktop/Notifications", desktop)
        .unwrap();
    let _service = runtime.block_on(serve.build()).unwrap();

    let nora = Person::new("nora");
    nora.settle(servers, HOST, Way::Submission);
    let mut elsewhere = Elsewhere::new(servers, "nora");
    for subject in ["Old", "Older", "Oldest"] {
        arrives(&mut elsewhere, subject);
    }
    let engine = nora.engine();
    let phrases = Phrases {
        one: "New message".to_owned(),
        several: "{count} new messages".to_owned(),
        encrypted: "Encrypted message".to_owned(),
        no_subject: "No subject".to_owned(),
    };
    engine.send(news(NewsCommand::Speak(phrases)));
    wait(&engine, |event| match event {
        Event::Mailbox(view) => (view.synchronised_at.is_some() && view.rows.len() == 3).then_some(()),
        _ => None,
    });

    // What was read elsewhere is nobody's news.
    elsewhere.put("INBOX", &["Breakfast"]);
    arrives(&mut elsewhere, "Lunch");
    let first = next(&shown);
    assert_eq!((first.summary.as_str(), first.body.as_str()), ("New message", "nora@example.test"));
    assert_eq!((first.replaces, first.category.as_str()), (0, "email.arrived"));

    engine.send(news(NewsCommand::Set(NewsSettings { is_on: true, names: true })));
    arrives(&mut elsewhere, "<b>Dinner</b> & more");
    let second = next(&shown);
    assert_eq!(second.replaces, 1, "it takes the place of the one before");
    let dinner = "nora@example.test\nBob &lt;bob@example.test&gt; · &lt;b&gt;Dinner&lt;/b&gt; &amp; more";
    assert_eq!(second.body, dinner, "it was looked at before, and is not encrypted");

    engine.send(news(NewsCommand::Set(NewsSettings { is_on: false, names: true })));
    arrives(&mut elsewhere, "Silence");
    wait(&engine, |event| match event {
        // Then it was looked at, and would have been said.
        Event::Mailbox(view) => {
            view.rows.iter().any(|row| row.subject == "Silence" && row.headline.is_some()).then_some(())
        }
        _ => None,
    });
    let since = Timestamp::now();
    engine.send(Command::Synchronise);
    wait(&engine, |event| match event {
        Event::Mailbox(view) => view.synchronised_at.is_some_and(|at| at > since).then_some(()),
        _ => None,
    });
    // What came meanwhile is not said later either.
    engine.send(news(NewsCommand::Set(NewsSettings { is_on: true, names: true })));
    arrives(&mut elsewhere, "Supper");
    let third = next(&shown);
    assert_eq!(third.summary, "New message", "{third:?}");
    assert!(shown.try_recv().is_err());
}
