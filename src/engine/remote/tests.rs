use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use crate::crypto::Integrity;
use crate::domain::Technology;
use crate::engine::Command;
use crate::engine::dispatch::Engine;
use crate::engine::network::new_message;
use crate::engine::view::{Coverage, Encryption, Method, Seal, SenderWord, Source};
use crate::net::web::lab::Lab;
use crate::sender::SenderResult;
use crate::store::{AccountRecord, MessageFlags};

use super::*;

/// An engine on a profile with messages, that may reach this computer's own web server.
struct Desk {
    engine: Engine,
    events: Receiver<Event>,
    messages: Vec<MessageId>,
    lab: Lab,
    _folder: tempfile::TempDir,
}

fn letter(from: &str, html: &str) -> RawMessage {
    RawMessage::new(format!(
        "Authentication-Results: mx.example.org; dmarc=pass header.from=example.org\r\nFrom: {from}\r\n\
         To: alice@example.com\r\nSubject: news\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
    ))
}

impl Desk {
    fn new(letters: impl FnOnce(u16) -> Vec<RawMessage>) -> Self {
        let (lab, folder) = (Lab::start(), tempfile::tempdir().unwrap());
        let profile = Profile::fleeting(folder.path(), None).unwrap();
        profile.store.set_setting("authserv_ids", &["mx.example.org"]).unwrap();
        profile.store.set_setting("server_roots", &[hex::encode(&lab.root)]).unwrap();
        let account = profile.store.save_account(&AccountRecord::default()).unwrap();
        let inbox = profile.store.ensure_folder(account, "INBOX", "Inbox", "inbox").unwrap();
        let keep = |raw: RawMessage| {
            let message = new_message(&raw, None, MessageFlags::default(), None);
            profile.store.add_message(inbox, &message).unwrap().unwrap()
        };
        let messages = letters(lab.port).into_iter().map(keep).collect();
        let (sender, events) = channel();
        let sender = Mutex::new(sender);
        let publish: Publish = Arc::new(move |event| drop(sender.lock().unwrap().send(event)));
        let mut engine =
            Engine::new(profile, false, publish, Arc::default(), tokio::sync::mpsc::unbounded_channel().0.downgrade());
        engine.remote = Remote::new(Reach::Anywhere);
        Self { engine, events, messages, lab, _folder: folder }
    }

    async fn until(&self, wanted: impl Fn(&RemoteView) -> bool) -> Arc<RemoteView> {
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end {
            match self.events.try_recv() {
                Ok(Event::Remote(view)) if wanted(&view) => return view,
                Ok(Event::Failed(failure)) => panic!("{failure:?}"),
                Ok(_) => {}
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
        panic!("nothing came");
    }

    async fn opened(&mut self, index: usize) -> Arc<RemoteView> {
        let message = self.messages[index];
        self.engine.carry_out(Command::OpenMessage(message));
        self.until(|view| view.message == message).await
    }

    fn asked(&self) -> usize {
        self.lab.requests().matches("GET ").count()
    }
}

#[tokio::test]
async fn nothing_is_fetched_until_the_user_lets_this_message_and_then_once() {
    let html = |port| {
        format!(
            "<img src='https://localhost:{port}/a.png'><p style=\"background:url('https://localhost:{port}/b.png')\">\
             <img src='https://localhost:{port}/none'><img src='http://localhost:{port}/c.png'>"
        )
    };
    let mut desk =
        Desk::new(|port| vec![letter("Bob <bob@example.org>", &html(port)), letter("bob@example.org", "<p>x")]);
    let view = desk.opened(0).await;
    assert_eq!((view.state, view.pictures, view.unencrypted), (RemoteState::Blocked, 3, 1));
    assert_eq!(view.sender.as_ref().map(EmailAddress::as_str), Some("bob@example.org"));
    assert_eq!(desk.asked(), 0);
    desk.engine.carry_out(Command::LoadRemote(desk.messages[0]));
    let view = desk.until(|view| view.state == RemoteState::Loaded).await;
    assert_eq!((view.loaded.len(), view.failed), (2, 1));
    assert!(view.loaded.keys().all(|url| url.starts_with("https://localhost:")), "{:?}", view.loaded.keys());
    assert_eq!(desk.asked(), 3);
    assert_eq!(desk.opened(1).await.state, RemoteState::Nothing);
    // Looked at again, nobody is told.
    assert_eq!(desk.opened(0).await.state, RemoteState::Loaded);
    assert_eq!(desk.asked(), 3);
}

#[tokio::test]
async fn a_sender_that_was_let_is_let_only_while_somebody_vouches_for_the_address() {
    let html = |port| format!("<img src='https://localhost:{port}/a.png'>");
    let mut desk = Desk::new(|port| {
        let forged = letter("bob@example.org", &html(port)).to_vec();
        let forged = String::from_utf8(forged).unwrap().replace("dmarc=pass", "dmarc=fail");
        vec![
            letter("bob@example.org", &html(port)),
            letter("Bob <BOB@example.org>", &format!("<p>{}", html(port))),
            RawMessage::new(forged),
            letter("bob@example.net", &html(port)),
        ]
    });
    desk.opened(0).await;
    let address = EmailAddress::parse("bob@example.org").unwrap();
    desk.engine.carry_out(Command::AllowRemote { address: address.clone(), allowed: true });
    desk.until(|view| view.state == RemoteState::Loaded && view.is_sender_allowed).await;
    desk.opened(1).await;
    desk.until(|view| view.state == RemoteState::Loaded).await;
    assert_eq!(desk.asked(), 2);
    for index in [2, 3] {
        let view = desk.opened(index).await;
        assert_eq!((view.state, view.is_sender_allowed, &view.sender), (RemoteState::Blocked, false, &None), "{index}");
    }
    desk.engine.carry_out(Command::AllowRemote { address, allowed: false });
    assert_eq!(senders(&desk.engine.means().profile), BTreeSet::new());
    assert_eq!(desk.asked(), 2);
}

#[tokio::test]
async fn an_address_nobody_vouches_for_can_not_be_let() {
    let mut desk =
        Desk::new(|port| vec![letter("bob@example.net", &format!("<img src='https://localhost:{port}/a.png'>"))]);
    desk.opened(0).await;
    let address = EmailAddress::parse("bob@example.net").unwrap();
    desk.engine.carry_out(Command::AllowRemote { address, allowed: true });
    let is_refused = |event| matches!(event, Event::Failed(failure) if failure.source == "sender_not_vouched_for");
    assert!(desk.events.try_iter().any(is_refused));
    assert_eq!(desk.asked(), 0);
}

#[tokio::test]
async fn whoever_never_wants_pictures_is_not_asked_until_that_is_taken_back() {
    let mut desk =
        Desk::new(|port| vec![letter("bob@example.org", &format!("<img src='https://localhost:{port}/a.png'>"))]);
    desk.opened(0).await;
    desk.engine.carry_out(Command::RefuseRemote(true));
    desk.until(|view| view.state == RemoteState::Never).await;
    desk.engine.carry_out(Command::LoadRemote(desk.messages[0]));
    desk.engine.carry_out(Command::RefuseRemote(false));
    desk.until(|view| view.state == RemoteState::Blocked).await;
    assert_eq!(desk.asked(), 0);
}

#[tokio::test]
async fn loading_stops_when_it_is_cancelled_or_another_message_is_opened() {
    let html = |port, name| format!("<img src='https://localhost:{port}/slow?{name}'>");
    let mut desk = Desk::new(|port| ["a", "b"].map(|name| letter("bob@example.org", &html(port, name))).into());
    desk.opened(0).await;
    desk.engine.carry_out(Command::LoadRemote(desk.messages[0]));
    desk.until(|view| view.state == RemoteState::Loading).await;
    desk.engine.carry_out(Command::Cancel);
    desk.until(|view| view.state == RemoteState::Blocked && view.loaded.is_empty()).await;
    desk.engine.carry_out(Command::LoadRemote(desk.messages[0]));
    desk.until(|view| view.state == RemoteState::Loading).await;
    desk.opened(1).await;
    // The first message's pictures never come, and nothing is said about it.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let first = desk.messages[0];
    assert!(!desk.events.try_iter().any(|event| matches!(event, Event::Remote(view) if view.message == first)));
    assert_eq!(desk.opened(0).await.state, RemoteState::Blocked);
}

#[tokio::test]
async fn loading_for_a_sender_that_was_stopped_does_not_begin_again_by_itself() {
    let html = |port| format!("<img src='https://localhost:{port}/slow'>");
    let mut desk = Desk::new(|port| vec![letter("bob@example.org", &html(port))]);
    desk.opened(0).await;
    let address = EmailAddress::parse("bob@example.org").unwrap();
    desk.engine.carry_out(Command::AllowRemote { address, allowed: true });
    desk.until(|view| view.state == RemoteState::Loading).await;
    desk.engine.carry_out(Command::Cancel);
    desk.until(|view| view.state == RemoteState::Blocked).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let loads = |event| matches!(event, Event::Remote(view) if view.state == RemoteState::Loading);
    assert!(!desk.events.try_iter().any(loads));
    desk.engine.carry_out(Command::LoadRemote(desk.messages[0]));
    desk.until(|view| view.state == RemoteState::Loaded).await;
}

/// The assessment of a letter that asks for a picture.
fn assessment() -> Assessment {
    assessment_of("<img src='https://web.example/a.png'>")
}

fn assessment_of(html: &str) -> Assessment {
    let letter = letter("bob@example.org", html);
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(folder.path(), None).unwrap();
    let account = profile.store.save_account(&AccountRecord::default()).unwrap();
    let inbox = profile.store.ensure_folder(account, "INBOX", "Inbox", "inbox").unwrap();
    let message = new_message(&letter, None, MessageFlags::default(), None);
    let id = profile.store.add_message(inbox, &message).unwrap().unwrap();
    crate::engine::reading::assess(&profile, id).unwrap().1
}

#[test]
fn the_pictures_that_come_first_in_the_letter_are_fetched_and_the_rest_is_counted() {
    let picture = |number: usize| format!("<img src='https://web.example/{}.png'>", 1_000 - number);
    let html: String = (0..MOST + 7).map(picture).collect::<String>() + &picture(0);
    let wanted = Wanted::of(&assessment_of(&html));
    assert_eq!((wanted.encrypted.len(), wanted.beyond, wanted.unencrypted), (MOST, 7, 0));
    assert_eq!(wanted.encrypted[0].path(), "/1000.png");
    assert_eq!(wanted.encrypted[MOST - 1].path(), format!("/{}.png", 1_001 - MOST));
}

#[test]
fn an_address_that_imitates_a_known_one_is_not_let() {
    let mut letter = assessment();
    letter.headline.seal = Seal::Authenticated;
    assert!(permission::vouched(&letter).is_some());
    letter
        .cautions
        .push(crate::flow::Caution { code: crate::flow::CautionCode::ImitatesKnown, subject: String::new() });
    assert!(permission::vouched(&letter).is_none());
}

#[test]
fn a_message_with_anything_encrypted_in_it_never_fetches_anything() {
    let clear = assessment();
    assert!(!permission::is_forbidden(&clear));
    for (integrity, coverage) in
        [(Some(Integrity::Seipd2), Coverage::Whole), (Some(Integrity::None), Coverage::Whole), (None, Coverage::Part)]
    {
        let mut encrypted = clear.clone();
        encrypted.encryption.push(Encryption {
            technology: Technology::OpenPgp,
            coverage,
            cipher: String::new(),
            integrity,
            recipients: Vec::new(),
            failure: None,
        });
        assert!(permission::is_forbidden(&encrypted), "{integrity:?}");
    }
    let mut part = clear.clone();
    part.blocks[0].decrypted = true;
    assert!(permission::is_forbidden(&part));
    let wanted = Wanted::of(&part);
    assert!(wanted.encrypted.is_empty() && wanted.is_asking);
}

#[test]
fn only_one_author_with_an_address_that_is_vouched_for_can_be_let() {
    let pass = |result, domain: &str| SenderResult {
        method: Method::Dmarc,
        result,
        domain: domain.to_owned(),
        policy: None,
        source: Source::Evaluated,
        explanation: None,
    };
    let vouched = |change: &dyn Fn(&mut Assessment)| {
        let mut assessment = assessment();
        change(&mut assessment);
        permission::vouched(&assessment).is_some()
    };
    let passed = |assessment: &mut Assessment| assessment.sender = vec![pass(SenderWord::Pass, "example.org")];
    assert!(!vouched(&|_| {}));
    assert!(vouched(&passed));
    assert!(vouched(&|assessment| assessment.headline.seal = Seal::Authenticated));
    assert!(!vouched(&|assessment| assessment.headline.seal = Seal::Partial));
    assert!(!vouched(&|assessment| assessment.sender = vec![pass(SenderWord::Pass, "evil.example")]));
    assert!(!vouched(&|assessment| {
        assessment.sender = vec![pass(SenderWord::Pass, "example.org"), pass(SenderWord::Fail, "example.org")];
    }));
    assert!(!vouched(&|assessment| {
        passed(assessment);
        assessment.from.push(crate::domain::Mailbox::new("", "mallory@example.org"));
    }));
    assert!(!vouched(&|assessment| {
        passed(assessment);
        let caution = crate::flow::Caution { code: crate::flow::CautionCode::LookAlike, subject: String::new() };
        assessment.cautions.push(caution);
    }));
}
