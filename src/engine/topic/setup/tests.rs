#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::engine::view::AccountForm;
use crate::net::Security;
use crate::net::discover::{Hints, Login, Note, Outcome, Protocol, Service, Step, Suggestion};

use super::*;

fn service(protocol: Protocol, host: &str, port: u16, user: &str) -> Service {
    let (host, user) = (host.to_owned(), user.to_owned());
    Service { protocol, host, port, security: Security::for_port(port), user, logins: vec![Login::Password] }
}

fn found() -> Suggestion {
    Suggestion {
        step: Step::Known,
        of: "iCloud".into(),
        hints: Some(Hints { name: "iCloud".into(), notes: vec![Note::AppPassword], link: None }),
        incoming: vec![service(Protocol::Imap, "imap.example.test", 993, "alice")],
        outgoing: vec![service(Protocol::Submission, "smtp.example.test", 587, "alice@example.test")],
    }
}

#[test]
fn a_form_is_filled_with_the_best_servers_and_with_both_user_names_where_they_differ() {
    let mut form = AccountForm::default();
    search::fill(&mut form, &found());
    assert_eq!((form.imap_host.as_str(), form.imap_port, form.user.as_str()), ("imap.example.test", 993, "alice"));
    assert_eq!((form.smtp_host.as_str(), form.smtp_user.as_str()), ("smtp.example.test", "alice@example.test"));

    let pop = Suggestion { incoming: vec![service(Protocol::Pop3, "pop.example.test", 995, "alice")], ..found() };
    search::fill(&mut form, &pop);
    assert!(form.imap_host.is_empty() && form.pop.as_ref().is_some_and(|pop| pop.host == "pop.example.test"));

    // An account knows of a server only its port: one that starts TLS otherwise than that says is passed over.
    let odd = Service { security: Security::StartTls, ..service(Protocol::Imap, "odd.example.test", 993, "") };
    let mut form = AccountForm::default();
    search::fill(&mut form, &Suggestion { incoming: vec![odd], ..found() });
    assert!(form.imap_host.is_empty(), "{form:?}");
    // At a port of its own a server may do it either way: which one is seen when it is reached.
    for security in [Security::StartTls, Security::Implicit] {
        let own = Service { security, ..service(Protocol::Imap, "own.example.test", 10_993, "") };
        search::fill(&mut form, &Suggestion { incoming: vec![own], ..found() });
        assert_eq!((form.imap_host.as_str(), form.imap_port), ("own.example.test", 10_993));
        form = AccountForm::default();
    }
}

#[test]
fn a_step_has_one_line_from_its_beginning_to_its_end() {
    let mut steps = Vec::new();
    search::note(&mut steps, Step::Known, Outcome::Trying);
    search::note(&mut steps, Step::Known, Outcome::Nothing);
    search::note(&mut steps, Step::Guess, Outcome::Trying);
    assert_eq!(steps, [(Step::Known, Outcome::Nothing), (Step::Guess, Outcome::Trying)]);
}

#[test]
fn what_is_known_of_a_set_up_is_shown_without_its_secrets_and_gone_when_it_is_closed() {
    let desk = Desk::default();
    let beginning = Beginning {
        name: " Alice ".into(),
        address: "alice@example.test".into(),
        user: None,
        password: Some(Secret::from("correct horse")),
    };
    desk.begin(&beginning, &EmailAddress::parse("alice@example.test").unwrap());
    let view = desk.view();
    assert_eq!((view.stage.clone(), view.form.name.as_str()), (Stage::Searching, "Alice"));
    assert!(view.form.password.is_none() && !format!("{desk:?}").contains("horse"));
    assert_eq!(desk.whole_form().password.unwrap().declassify(), "correct horse");

    // The form of another account does not get this one's password.
    desk.take(AccountForm { id: Some(7), ..AccountForm::default() }, Stage::Trying);
    assert!(desk.whole_form().password.is_none());
    desk.clear();
    assert_eq!(desk.view().stage, Stage::Idle);
}
