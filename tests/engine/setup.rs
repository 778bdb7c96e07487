//! Accounts set up from an address and a password, or by signing in at a provider, against real servers.

use std::sync::Arc;
use std::time::Instant;

use kakitome::crypto::smime::SmimeRing;
use kakitome::domain::{EmailAddress, Mailbox, Secret};
use kakitome::engine::topic::setup::{
    self, AuthorizationServer, Beginning, Means, Pages, SetupCommand, SetupView, Stage,
};
use kakitome::engine::topic::{Topic, TopicView};
use kakitome::engine::{Failure, Profile};

use super::keys::SignedDns;
use super::oauth::OAuthServer;
use super::servers::{Servers, TOKEN_KEY};
use super::*;

fn setup(command: SetupCommand) -> Command {
    Command::Topic(Box::new(Topic::Setup(command)))
}

fn pages() -> Pages {
    Pages { done: "done".into(), failed: "failed".into(), stray: "stray".into() }
}

/// Believes the servers' authorities.
fn believe(profile: &Profile, roots: &[Vec<u8>]) {
    let mut ring = SmimeRing::default();
    for root in roots {
        ring.add(root, &[]).unwrap();
    }
    profile.add_server_roots(&ring).unwrap();
}

/// Waits for a state of the set-up; what fails beside it does not end the test.
fn reaches(engine: &EngineHandle, wanted: impl Fn(&SetupView) -> bool) -> Arc<SetupView> {
    let end = Instant::now() + PATIENCE;
    let mut last = None;
    while Instant::now() < end {
        match engine.try_next() {
            Some(Event::Topic(TopicView::Setup(view))) if wanted(&view) => return view,
            Some(Event::Topic(TopicView::Setup(view))) => last = Some(view),
            Some(_) => {}
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    panic!("the set-up does not get there: {last:?}");
}

fn is_over(view: &SetupView) -> bool {
    matches!(view.stage, Stage::Works | Stage::Failed(_))
}

fn dns(servers: &Servers, domain: &str) -> SignedDns {
    let record = |service: &str, port: u16| format!("_{service}._tcp SRV 0 0 {port} localhost.");
    let lines = [record("imap", servers.imap_port()), record("submission", servers.port(Way::Submission))];
    let records: Vec<(&str, &str)> = lines.iter().map(|line| (domain, line.as_str())).collect();
    SignedDns::start(&records)
}

#[test]
fn servers_that_only_the_dns_names_are_used_when_the_user_says_so_and_nothing_is_kept_that_was_not_tried() {
    let Some(servers) = servers() else { return };
    let person = Person::new("alice");
    let profile = person.profile();
    believe(&profile, &[servers.ca()]);
    let dns = dns(servers, "example.test");
    let mut means = Means::default();
    means.dns = Some(dns.address);
    let begin = |password: &str| Beginning {
        name: "Alice".into(),
        address: "alice@example.test".into(),
        user: None,
        password: Some(Secret::from(password)),
    };
    let failed = |outcome: Result<AccountForm, Failure>| {
        assert!(headless::mailbox(&profile, None).unwrap().accounts.is_empty(), "nothing is kept");
        outcome.unwrap_err()
    };
    let asked = failed(setup::set_up(&profile, &begin(PASSWORD), &means, false, |_| {}));
    assert_eq!((asked.source.as_str(), asked.subject.as_str()), ("servers_not_confirmed", "localhost"));
    let refused = failed(setup::set_up(&profile, &begin("wrong"), &means, true, |_| {}));
    assert_eq!(refused.kind, FailureKind::LoginRefused);

    let tries = std::sync::Mutex::new(Vec::new());
    let note = |one: setup::Try| tries.lock().unwrap().push((one.port, one.outcome.map(|outcome| outcome.is_ok())));
    let kept = setup::set_up(&profile, &begin(PASSWORD), &means, true, note).unwrap();
    assert_eq!((kept.imap_port, kept.smtp_port), (servers.imap_port(), servers.port(Way::Submission)));
    let (imap, smtp) = (servers.imap_port(), servers.port(Way::Submission));
    let expected = [(imap, None), (imap, Some(true)), (smtp, None), (smtp, Some(true))];
    assert_eq!(*tries.lock().unwrap(), expected);
    headless::test_account(&profile, &EmailAddress::parse("alice@example.test").unwrap()).unwrap();
}

/// The program over a profile of its own, with its DNS here.
fn program(dir: &std::path::Path, dns: &SignedDns, args: &[&str]) -> std::process::Command {
    let passphrases = dir.join("passphrases");
    std::fs::write(&passphrases, format!("profile passphrase\n{PASSWORD}\n")).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kakitome"));
    command.args(["--lang", "en", "--secret-store", "file", "--dns", &dns.address.to_string()]);
    command.arg("--profile").arg(dir.join("profile")).arg("--passphrase-file").arg(passphrases).args(args);
    command
}

#[test]
fn the_command_line_finds_servers_tries_them_and_signs_in_through_a_browser() {
    let Some(servers) = servers() else { return };
    let lab = OAuthServer::start(TOKEN_KEY);
    let dir = tempfile::tempdir().unwrap();
    let record = |service: &str, port: u16| format!("_{service}._tcp SRV 0 0 {port} localhost.");
    let lines = [record("imap", servers.imap_port()), record("submission", servers.port(Way::OAuthBearer))];
    let records: Vec<(&str, &str)> = lines.iter().map(|line| ("example.test", line.as_str())).collect();
    let dns = SignedDns::start(&records);
    let run = |args: &[&str]| {
        let output = program(dir.path(), &dns, args).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    // The servers' authorities come with an account that is never used.
    let authorities = dir.path().join("ca.pem");
    let both = [servers.ca_file(), lab.ca_file()].map(|file| std::fs::read_to_string(file).unwrap()).concat();
    std::fs::write(&authorities, both).unwrap();
    let authorities = authorities.to_str().unwrap();
    let unused = ["account", "add", "x@other.test", "--smtp-host", "localhost", "--ca", authorities];
    assert_eq!(run(&unused).0, Some(0));

    let (code, found, _) = run(&["--json", "account", "discover", "alice@example.test"]);
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!((code, &found["found"]["step"]), (Some(0), &"services".into()), "{found}");
    assert_eq!(found["found"]["unconfirmed"], serde_json::json!(["localhost"]));
    assert_eq!(found["found"]["incoming"][0]["security"], "starttls");
    let (code, _, error) = run(&["account", "add", "alice@example.test"]);
    assert!(code == Some(1) && error.contains("--believe-dns"), "{error}");
    let (code, _, error) = run(&["account", "add", "alice@example.test", "--believe-dns"]);
    assert_eq!(code, Some(0), "{error}");
    assert_eq!(run(&["account", "test", "alice@example.test"]).0, Some(0));
    let (_, identities, _) = run(&["account", "identity", "alice@example.test", "--add", "Sales <sales@example.test>"]);
    assert_eq!(identities, "Sales <sales@example.test>\n");

    let (code, _, error) = run(&["account", "login", "bob@example.test", "--believe-dns", "--no-browser"]);
    assert!(code == Some(1) && error.contains("assets/oauth.json"), "{error}");
    let provider = dir.path().join("provider.json");
    std::fs::write(&provider, lab.description(&["localhost"], &[]).to_string()).unwrap();
    let provider = provider.to_str().unwrap();
    let login = ["account", "login", "bob@example.test", "--believe-dns", "--no-browser", "--provider", provider];
    let mut child = program(dir.path(), &dns, &login).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let url = lines.next().unwrap().unwrap();
    assert!(lab.browse(&url).contains("You are signed in"));
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success(), "{rest:?}");
    let (_, accounts, _) = run(&["--json", "account", "list"]);
    let of_bob = accounts.lines().find(|line| line.contains("bob@example.test")).unwrap();
    let of_bob: serde_json::Value = serde_json::from_str(of_bob).unwrap();
    assert_eq!((&of_bob["sign_in"], &of_bob["signed_out"]), (&"Example".into(), &false.into()));
    assert!(!rest.join("\n").contains("eyJ") && !accounts.contains("eyJ"), "no token is printed");
    assert_eq!(run(&["account", "test", "bob@example.test"]).0, Some(0), "a later process asks for a token of its own");
}

#[test]
fn what_is_entered_by_hand_is_tried_before_it_is_kept() {
    let Some(servers) = servers() else { return };
    let person = Person::new("bob");
    believe(&person.profile(), &[servers.ca()]);
    let engine = person.engine();
    let good = person.account(servers, HOST, Way::Submission);
    let wrong = AccountForm { password: Some(Secret::from("wrong")), ..good.clone() };
    engine.send(setup(SetupCommand::Try(Box::new(wrong))));
    let view = reaches(&engine, is_over);
    assert!(matches!(&view.stage, Stage::Failed(failure) if failure.kind == FailureKind::LoginRefused), "{view:?}");
    let elsewhere = AccountForm { smtp_port: servers.port(Way::WrongName), ..good.clone() };
    engine.send(setup(SetupCommand::Try(Box::new(elsewhere))));
    let view = reaches(&engine, is_over);
    let is_wrong = |failure: &Failure| failure.kind == FailureKind::BadServerCertificate;
    assert!(matches!(&view.stage, Stage::Failed(failure) if is_wrong(failure)), "{view:?}");
    engine.send(setup(SetupCommand::Try(Box::new(good))));
    let view = reaches(&engine, is_over);
    assert_eq!(view.stage, Stage::Works);
    assert!(!format!("{view:?}").contains(PASSWORD), "what is shown holds no password");
    engine.send(setup(SetupCommand::Save));
    reaches(&engine, |view| view.stage == Stage::Saved);
    let mailbox = wait(&engine, |event| match event {
        Event::Mailbox(view) if !view.accounts.is_empty() => Some(view),
        _ => None,
    });
    assert_eq!(mailbox.accounts[0].identity.address, "bob@example.test");

    engine.send(setup(SetupCommand::Remove(mailbox.accounts[0].id)));
    wait(&engine, |event| matches!(event, Event::Mailbox(view) if view.accounts.is_empty()).then_some(()));
}

/// Signs in with a browser, from the question to its end.
fn sign_in(engine: &EngineHandle, lab: &OAuthServer, form: AccountForm) -> (Arc<SetupView>, String) {
    engine.send(setup(SetupCommand::SignIn { form: Box::new(form), pages: pages() }));
    let asks = reaches(engine, |view| view.url.is_some() || matches!(view.stage, Stage::Failed(_)));
    let page = lab.browse(asks.url.as_deref().unwrap_or_else(|| panic!("{asks:?}")));
    (reaches(engine, |view| is_over(view) || view.stage == Stage::Saved), page)
}

fn submit(profile: &Profile, subject: &str) -> headless::Done {
    let letter = format!("From: carol@example.test\r\nTo: alice@example.test\r\nSubject: {subject}\r\n\r\nhello\r\n");
    headless::enqueue(profile, &RawMessage::new(letter.into_bytes())).unwrap();
    headless::send_due(profile).unwrap()
}

#[test]
fn a_token_logs_in_is_renewed_and_when_it_is_taken_back_nothing_is_lost() {
    let Some(servers) = servers() else { return };
    let lab = OAuthServer::start(TOKEN_KEY);
    let person = Person::new("carol");
    believe(&person.profile(), &[servers.ca(), lab.root.clone()]);
    let server = |parameters: &[(&str, &str)]| -> AuthorizationServer {
        serde_json::from_value(lab.description(&["localhost"], parameters)).unwrap()
    };
    let form = |parameters: &[(&str, &str)]| AccountForm {
        password: None,
        oauth: Some(server(parameters)),
        ..person.account(servers, HOST, Way::OAuthBearer)
    };
    let engine = person.engine();
    let (view, page) = sign_in(&engine, &lab, form(&[("mode", "deny")]));
    assert!(matches!(&view.stage, Stage::Failed(failure) if failure.kind == FailureKind::SignInDenied), "{view:?}");
    assert!(page.contains("failed"), "{page}");
    let (view, page) = sign_in(&engine, &lab, form(&[]));
    assert_eq!(view.stage, Stage::Works);
    assert!(page.contains("done"), "{page}");
    engine.send(setup(SetupCommand::Save));
    wait(&engine, |event| matches!(event, Event::Mailbox(view) if !view.accounts.is_empty()).then_some(()));
    drop(engine);

    // The next session has no access token: it asks for one, and again, with what came of the time before.
    let tokens = |kind: &str| lab.requests().matches(&format!("token {kind}")).count();
    for round in 1..=2 {
        let profile = opened(&person);
        assert_eq!(submit(&profile, "with a token").sent, 1);
        assert_eq!(tokens("refresh_token"), round);
        assert!(headless::synchronise(&profile).unwrap().failures.is_empty());
        assert_eq!(tokens("refresh_token"), round, "one token for both servers");
    }
    assert_eq!(tokens("authorization_code"), 1);

    // A token that the server refuses is asked for anew once; refused again, the user has to sign in.
    let profile = opened(&person);
    let account = || headless::mailbox(&profile, None).unwrap().accounts[0].clone();
    let as_other = AccountForm { user: "bob@example.test".into(), ..account().form };
    headless::save_account(&profile, &as_other).unwrap();
    let failures = headless::synchronise(&profile).unwrap().failures;
    assert!(failures.iter().all(|one| one.kind == FailureKind::SignInAgain) && !failures.is_empty(), "{failures:?}");
    assert_eq!(tokens("refresh_token"), 4, "one for this session, one after the refusal");
    assert!(account().form.is_signed_out);
    let as_self = AccountForm { user: "carol@example.test".into(), ..account().form };
    headless::save_account(&profile, &as_self).unwrap();
    assert!(headless::synchronise(&profile).unwrap().failures.is_empty());
    assert!(!account().form.is_signed_out, "it works again");
    drop(profile);

    // Taken back: the message waits, the account says so, and signing in again is all that it needs.
    lab.revoke();
    let profile = opened(&person);
    let done = submit(&profile, "waits for its author");
    let kinds: Vec<_> = done.failures.iter().map(|one| one.kind).collect();
    assert_eq!((done.sent, done.waiting, kinds), (0, 1, vec![FailureKind::SignInAgain]));
    let account = headless::mailbox(&profile, None).unwrap().accounts[0].clone();
    assert!(account.form.is_signed_out);
    drop(profile);
    lab.forgive();
    let engine = person.engine();
    let (view, _) = sign_in(&engine, &lab, account.form);
    assert_eq!(view.stage, Stage::Saved);
    wait(&engine, |event| match event {
        Event::Mailbox(view) => view.accounts.first().filter(|one| !one.form.is_signed_out).map(|_| ()),
        _ => None,
    });
    drop(engine);
    let profile = opened(&person);
    let waiting = headless::outbox(&profile).unwrap().submissions;
    for one in &waiting {
        profile.store.requeue(one.id).unwrap();
    }
    let done = headless::send_due(&profile).unwrap();
    assert_eq!((done.waiting, done.failures.len()), (0, 0), "{:?}", done.failures);
}

/// The profile, once the engine that had it is gone.
pub fn opened(person: &Person) -> Profile {
    let end = Instant::now() + PATIENCE;
    loop {
        match person.try_profile() {
            Ok(profile) => return profile,
            Err(failure) => assert!(Instant::now() < end, "{failure}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_account_sends_as_its_other_addresses_and_as_no_others() {
    let Some(servers) = servers() else { return };
    let person = Person::new("dave");
    let profile = person.profile();
    believe(&profile, &[servers.ca()]);
    let form = AccountForm {
        identities: vec![Mailbox::new("Sales", "sales@example.test")],
        ..person.account(servers, HOST, Way::Submission)
    };
    headless::save_account(&profile, &form).unwrap();
    let send = |from: &str| {
        let letter = format!("From: {from}\r\nTo: alice@example.test\r\nSubject: as {from}\r\n\r\nhello\r\n");
        headless::enqueue(&profile, &RawMessage::new(letter.into_bytes()))
    };
    send("Sales <SALES@example.test>").unwrap();
    let done = headless::send_due(&profile).unwrap();
    assert_eq!((done.sent, done.failures.len()), (1, 0), "{:?}", done.failures);
    let refused = send("boss@example.test").unwrap_err();
    assert_eq!((refused.kind, refused.subject.as_str()), (FailureKind::NotYourAddress, "boss@example.test"));
}
