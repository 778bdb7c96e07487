//! Setting an account up: the page in every state, and what it asks of the engine.

use kakitome::domain::Mailbox;
use kakitome::engine::topic::setup::{
    AuthorizationServer, Hints, Login, Note, Outcome, Protocol, Security, Service, SetupCommand, SetupView, Stage,
    Step, Suggestion, Try,
};
use kakitome::engine::topic::{Topic, TopicView};
use kakitome::engine::view::AccountForm;
use kakitome::ui::Word;

use super::*;

fn service(protocol: Protocol, host: &str, port: u16, logins: &[Login]) -> Service {
    let security = if matches!(port, 465 | 993 | 995) { Security::Implicit } else { Security::StartTls };
    let user = "alice@example.org".to_owned();
    Service { protocol, host: host.to_owned(), port, security, user, logins: logins.to_vec() }
}

fn form() -> AccountForm {
    AccountForm {
        name: "Alice Sample".into(),
        address: "alice@example.org".into(),
        user: "alice@example.org".into(),
        imap_host: "imap.example.org".into(),
        imap_port: 993,
        smtp_host: "smtp.example.org".into(),
        smtp_port: 587,
        ..AccountForm::default()
    }
}

fn provider(client: Option<&str>) -> AuthorizationServer {
    let described = serde_json::json!({
        "name": "Google", "issuer": "https://id.example", "authorization": "https://id.example/a",
        "token": "https://id.example/t", "scopes": ["mail"], "client_id": client,
    });
    serde_json::from_value(described).unwrap()
}

fn found(logins: &[Login], notes: &[Note]) -> Suggestion {
    let link = Some("https://myaccount.example.com/apppasswords".to_owned());
    Suggestion {
        step: Step::Known,
        of: "Gmail".into(),
        hints: (!notes.is_empty()).then(|| Hints { name: "Gmail".into(), notes: notes.to_vec(), link }),
        incoming: vec![service(Protocol::Imap, "imap.example.org", 993, logins)],
        outgoing: vec![service(Protocol::Submission, "smtp.example.org", 587, logins)],
    }
}

fn steps() -> Vec<(Step, Outcome)> {
    vec![
        (Step::Known, Outcome::Nothing),
        (Step::Autoconfig, Outcome::Failed("bad_certificate".into())),
        (Step::WellKnown, Outcome::Failed("not_https".into())),
        (Step::Services, Outcome::Trying),
    ]
}

fn tries(last: Option<Result<(), Failure>>) -> Vec<Try> {
    let one = |protocol, host: &str, port, outcome| Try {
        protocol,
        host: host.into(),
        port,
        user: "alice@example.org".into(),
        outcome,
    };
    vec![
        one(Protocol::Imap, "imap.example.org", 993, Some(Ok(()))),
        one(Protocol::Submission, "smtp.example.org", 587, last),
    ]
}

fn failure(kind: FailureKind, source: &str) -> Failure {
    Failure { kind, retry: Retry::Never, subject: "smtp.example.org".into(), source: source.into() }
}

/// The page with this of the engine's.
fn page(language: Language, view: SetupView) -> (App, Paper) {
    let (mut app, paper) = app(language);
    app.state.screen = Screen::Settings;
    app.state.settings.setup.is_open = true;
    app.state.settings.setup.name = "Alice Sample".into();
    app.state.settings.setup.address = "alice@example.org".into();
    app.state.settings.setup.password = "correct horse".into();
    app.update(Event::Topic(TopicView::Setup(Arc::new(view))));
    (app, paper)
}

fn at(stage: Stage) -> SetupView {
    SetupView { stage, form: form(), ..SetupView::default() }
}

pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let password = [Login::Password];
    let both = [Login::OAuth2, Login::Password];
    let refused = failure(FailureKind::LoginRefused, "login_refused 535 5.7.8 Authentication failed");
    let all = [
        ("setup-begin", SetupView::default()),
        ("setup-searching", SetupView { steps: steps(), ..at(Stage::Searching) }),
        (
            "setup-app-password",
            SetupView {
                found: Some(found(&both, &[Note::AppPassword])),
                steps: vec![(Step::Known, Outcome::Found)],
                sign_in: Some(provider(None)),
                tries: tries(Some(Err(refused.clone()))),
                ..at(Stage::Failed(refused.clone()))
            },
        ),
        (
            "setup-browser-only",
            SetupView {
                found: Some(found(&[Login::OAuth2], &[])),
                steps: vec![(Step::Known, Outcome::Found)],
                sign_in: Some(provider(Some("id"))),
                ..at(Stage::Found)
            },
        ),
        (
            "setup-own-user",
            SetupView { found: Some(found(&password, &[Note::OwnUser, Note::SwitchOn])), ..at(Stage::Found) },
        ),
        (
            "setup-strangers",
            SetupView {
                found: Some(Suggestion { step: Step::Services, of: "example.org".into(), ..found(&[], &[]) }),
                strangers: vec!["mail.hosting.example".into(), "smtp.hosting.example".into()],
                ..at(Stage::Asking)
            },
        ),
        ("setup-trying", SetupView { found: Some(found(&password, &[])), tries: tries(None), ..at(Stage::Trying) }),
        (
            "setup-works",
            SetupView { found: Some(found(&password, &[])), tries: tries(Some(Ok(()))), ..at(Stage::Works) },
        ),
        ("setup-nothing", SetupView { steps: nothing(), ..at(Stage::NothingFound) }),
        (
            "setup-signing-in",
            SetupView {
                url: Some("https://id.example/a?client_id=x".into()),
                found: Some(found(&both, &[])),
                sign_in: Some(provider(Some("id"))),
                ..at(Stage::SigningIn)
            },
        ),
        ("setup-offline", at(Stage::Failed(failure(FailureKind::Unreachable, "dns")))),
    ];
    let mut all: Vec<_> = all.into_iter().map(|(name, view)| (name, page(language, view).0)).collect();
    let (mut by_hand, _) = page(language, at(Stage::Idle));
    by_hand.state.settings.setup.by_hand =
        Some(AccountForm { identities: vec![Mailbox::new("Sales", "sales@example.org")], ..form() });
    all.push(("setup-by-hand", by_hand));
    all.push(("accounts", accounts(language).0));
    let (mut removing, _) = accounts(language);
    removing.state.settings.removing = Some((1, "alice@example.org".into()));
    all.push(("account-removing", removing));
    all
}

fn nothing() -> Vec<(Step, Outcome)> {
    Step::ALL.into_iter().map(|step| (step, Outcome::Nothing)).collect()
}

/// The settings with two accounts, one of which waits for its user.
fn accounts(language: Language) -> (App, Paper) {
    let (mut app, paper) = app(language);
    let mut mailbox = sample::mailbox();
    mailbox.accounts[0].form = AccountForm { id: Some(mailbox.accounts[0].id), ..form() };
    let mut second = mailbox.accounts[0].clone();
    second.id = 77;
    second.identity = Mailbox::new("Alice", "alice@gmail.example");
    second.form = AccountForm {
        id: Some(77),
        address: "alice@gmail.example".into(),
        oauth: Some(provider(Some("id"))),
        is_signed_out: true,
        ..form()
    };
    mailbox.accounts.push(second);
    mailbox.is_demo = false;
    app.update(Event::Mailbox(Arc::new(mailbox)));
    app.state.screen = Screen::Settings;
    (app, paper)
}

/// What the topic was told.
fn told(paper: &Paper) -> Vec<SetupCommand> {
    let commands = paper.commands.borrow();
    let of = |command: &Command| match command {
        Command::Topic(topic) => match topic.as_ref() {
            Topic::Setup(command) => Some(command.clone()),
            _ => None,
        },
        _ => None,
    };
    commands.iter().filter_map(of).collect()
}

#[test]
fn address_and_password_are_all_that_is_asked_for() {
    let (app, paper) = page(Language::English, SetupView::default());
    let mut window = window(app, NARROW);
    window.get_by_label(Language::English.say(Word::SetupFindAndLogIn)).click();
    window.run();
    let told = told(&paper);
    let Some(SetupCommand::Discover(beginning)) = told.last() else { panic!("{told:?}") };
    assert_eq!((beginning.name.as_str(), beginning.address.as_str()), ("Alice Sample", "alice@example.org"));
    assert_eq!(beginning.password.as_ref().unwrap().declassify(), "correct horse");
}

#[test]
fn what_works_is_kept_by_a_button_and_the_page_closes_when_it_is() {
    let language = Language::English;
    let (app, paper) = page(language, at(Stage::Works));
    let mut window = window(app, WIDE);
    window.get_by_label(language.say(Word::SaveAccount)).click();
    window.run();
    assert!(matches!(told(&paper).last(), Some(SetupCommand::Save)));
    window.state_mut().update(Event::Topic(TopicView::Setup(Arc::new(at(Stage::Saved)))));
    window.run();
    assert!(!window.state().state.settings.setup.is_open);
    assert!(window.state().state.settings.setup.password.is_empty(), "nothing stays behind");
}

#[test]
fn strange_servers_are_used_by_a_button_alone() {
    let language = Language::Japanese;
    let view =
        SetupView { found: Some(found(&[], &[])), strangers: vec!["mail.other.example".into()], ..at(Stage::Asking) };
    let (app, paper) = page(language, view);
    let mut window = window(app, NARROW);
    assert!(told(&paper).iter().all(|one| !matches!(one, SetupCommand::Accept)));
    window.get_by_label(language.say(Word::SetupAccept)).click_accesskit();
    window.run();
    assert!(matches!(told(&paper).last(), Some(SetupCommand::Accept)));
}

#[test]
fn the_browser_is_opened_once_for_each_question() {
    let view = |url: &str| SetupView { url: Some(url.to_owned()), ..at(Stage::SigningIn) };
    let (app, _) = page(Language::English, SetupView::default());
    let mut window = window(app, WIDE);
    let opens = |window: &Harness<'static, App>| {
        let commands = &window.output().platform_output.commands;
        commands.iter().filter(|one| matches!(one, egui::OutputCommand::OpenUrl(_))).count()
    };
    for number in 1..=2 {
        let url = format!("https://id.example/{number}");
        window.state_mut().update(Event::Topic(TopicView::Setup(Arc::new(view(&url)))));
        window.step();
        assert_eq!(opens(&window), 1, "{url}");
        window.step();
        assert_eq!(opens(&window), 0, "{url}");
    }
}

#[test]
fn an_account_that_waits_for_its_user_says_so_and_signs_in_again() {
    let language = Language::English;
    let (mut app, paper) = accounts(language);
    app.update(Event::Failed(Failure {
        kind: FailureKind::SignInAgain,
        retry: Retry::Never,
        subject: "alice@gmail.example".into(),
        source: "revoked".into(),
    }));
    let mut window = window(app, WIDE);
    let buttons: Vec<_> = window.get_all_by_label(language.say(Word::SignInAgain)).collect();
    assert_eq!(buttons.len(), 2, "beside the account, and below");
    buttons.into_iter().next().unwrap().click_accesskit();
    window.run();
    let told = told(&paper);
    let is_it = |one: &SetupCommand| matches!(one, SetupCommand::SignIn { form, .. } if form.id == Some(77));
    assert!(told.iter().any(is_it), "{told:?}");
}

#[test]
fn an_account_goes_only_after_a_question_and_changes_places_at_once() {
    let language = Language::English;
    let (app, paper) = accounts(language);
    let first = app.views.mailbox.as_ref().unwrap().accounts.iter().find(|one| !one.identity.address.is_empty());
    let first = first.unwrap().id;
    let mut window = window(app, WIDE);
    window.get_all_by_label(language.say(Word::MoveDown)).next().unwrap().click_accesskit();
    window.run();
    assert!(
        matches!(told(&paper).last(), Some(SetupCommand::Order(ids)) if ids[..2] == [77, first]),
        "{:?}",
        told(&paper)
    );
    window.get_all_by_label(language.say(Word::RemoveAccount)).next().unwrap().click_accesskit();
    window.run();
    assert!(told(&paper).iter().all(|one| !matches!(one, SetupCommand::Remove(_))));
    window.get_all_by_label(language.say(Word::RemoveAccount)).last().unwrap().click_accesskit();
    window.run();
    assert!(matches!(told(&paper).last(), Some(SetupCommand::Remove(id)) if *id == first));
}

#[test]
fn the_composer_offers_every_address_of_every_account() {
    let (mut app, _) = accounts(Language::English);
    let mut mailbox = (**app.views.mailbox.as_ref().unwrap()).clone();
    mailbox.accounts[0].form.identities = vec![Mailbox::new("Sales", "sales@example.org")];
    app.update(Event::Mailbox(Arc::new(mailbox)));
    app.compose();
    let mut window = window(app, WIDE);
    window.get_by_role_and_label(Role::ComboBox, Language::English.say(Word::From)).click();
    window.run();
    window.get_by_label("Sales <sales@example.org>").click();
    window.run();
    let from = window.state().state.composer.as_ref().unwrap().from.clone();
    assert_eq!(from, Mailbox::new("Sales", "sales@example.org"));
}
