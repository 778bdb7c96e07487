//! One's own keys: cards, requests, what ends soon, the authority, and the dialogs.

use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use kakitome::domain::Technology;
use kakitome::engine::topic::own_keys::{
    AuthorityView, CertificateFrom, EndingView, IssuedView, KeyKind, KeyOrigin, KeyPlace, KeyUse, OwnKeyView,
    OwnKeysCommand, OwnKeysView, RevocationReason, WaitingView,
};
use kakitome::engine::topic::{Topic, TopicView};
use kakitome::engine::{Command, Event};
use kakitome::ui::{self, App, KeyDialog, Language, Screen, Word};

use super::{LANGUAGES, NARROW, Paper, WIDE, app, sample, sent, type_and_tab, window};

/// Alice's two pairs, one from before, a request, an authority with two members, and what ends soon.
pub fn view() -> OwnKeysView {
    let own = sample::keys().own;
    let key = |index: usize| OwnKeyView {
        report: own[index].report.clone(),
        kind: Some(if index == 0 { KeyKind::V4 } else { KeyKind::Rsa3072 }),
        usage: Some(KeyUse::Both),
        origin: if index == 0 { KeyOrigin::OpenPgp } else { KeyOrigin::OwnAuthority("Family of Alice".into()) },
        days_left: None,
        is_due: false,
        is_succeeded: false,
        revocation: None,
        has_kept_revocation: index == 0,
        is_revocable: true,
        needs_passphrase: index == 0,
        place: KeyPlace::Here,
        backed_up_at: (index == 0).then(|| sample::at("2025-11-20T10:00:00Z")),
    };
    let mut smime = key(1);
    smime.report.not_after = Some(sample::at("2025-12-20T00:00:00Z"));
    (smime.days_left, smime.is_due) = (Some(25), true);
    let mut pgp = key(0);
    pgp.report.not_after = Some(sample::at("2027-11-20T00:00:00Z"));
    pgp.days_left = Some(726);
    let mut old = key(0);
    old.report.fingerprint = sample::print(77, 20);
    old.revocation = Some((RevocationReason::Superseded, Some(sample::at("2024-02-01T00:00:00Z"))));
    old.is_revocable = false;
    let ending = |report: &kakitome::engine::view::CertificateReport, is_own, day: &str, days_left| EndingView {
        fingerprint: report.fingerprint.clone(),
        technology: report.technology,
        whose: report.addresses[0].to_string(),
        is_own,
        at: sample::at(day),
        days_left,
    };
    let hanako = &sample::keys().others[0].report;
    OwnKeysView {
        ending: vec![
            ending(&smime.report, true, "2025-12-20T00:00:00Z", 25),
            ending(hanako, false, "2025-11-20T00:00:00Z", -5),
        ],
        keys: vec![pgp, smime, old],
        waiting: vec![WaitingView {
            key: "AB".repeat(32),
            name: "Alice Sample".into(),
            address: "alice@example.org".into(),
            usage: KeyUse::Signing,
            made_at: sample::at("2025-11-20T09:00:00Z"),
        }],
        authorities: vec![authority()],
    }
}

fn authority() -> AuthorityView {
    let mut report = sample::keys().own[1].report.clone();
    report.fingerprint = sample::print(99, 32);
    report.algorithms = vec!["RSA 4096".into()];
    report.addresses.clear();
    report.not_after = Some(sample::at("2034-05-01T00:00:00Z"));
    let issued = |serial: &str, name: &str, revoked| IssuedView {
        serial: serial.into(),
        fingerprint: sample::print(55, 32),
        name: name.into(),
        issued_at: sample::at("2025-01-10T00:00:00Z"),
        not_after: sample::at("2027-01-10T00:00:00Z"),
        revoked,
    };
    let withdrawn = Some((sample::at("2025-06-01T00:00:00Z"), RevocationReason::Compromised));
    AuthorityView {
        report,
        name: "Family of Alice".into(),
        issued: vec![issued("4A01", "hanako@example.co.jp", None), issued("4A02", "bob@example.net", withdrawn)],
        list_times: Some((sample::at("2025-11-10T00:00:00Z"), sample::at("2025-12-10T00:00:00Z"))),
        list_url: String::new(),
        is_due: false,
        needs_passphrase: false,
        backed_up_at: None,
    }
}

fn shows(language: Language, view: OwnKeysView, dialog: KeyDialog) -> (App, Paper) {
    let (mut app, paper) = app(language);
    app.update(Event::Keys(Arc::new(sample::keys())));
    app.update(Event::Topic(TopicView::OwnKeys(Arc::new(view))));
    app.state.screen = Screen::Keys;
    app.state.keys.dialog = dialog;
    (app, paper)
}

pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let mut all = Vec::new();
    let mut add = |name, dialog| all.push((name, shows(language, view(), dialog).0));
    add("own-keys", KeyDialog::None);
    add("own-keys-generate", KeyDialog::Generate);
    add("own-keys-request", KeyDialog::Request);
    add("own-keys-authority", KeyDialog::CreateAuthority);
    add("own-keys-issue", KeyDialog::Issue { authority: sample::print(99, 32) });
    add("own-keys-list", KeyDialog::Publish { authority: sample::print(99, 32) });
    add(
        "own-keys-withdraw",
        KeyDialog::Withdraw {
            fingerprint: sample::print(9, 20),
            name: "Alice Sample".into(),
            technology: Technology::OpenPgp,
            is_locked: true,
            has_kept: true,
        },
    );
    add(
        "own-keys-renew",
        KeyDialog::RenewCertificate {
            fingerprint: sample::print(10, 32),
            name: "Alice Sample".into(),
            way: ui::RenewalWay::Request,
        },
    );
    add(
        "own-keys-withdraw-issued",
        KeyDialog::WithdrawIssued { authority: sample::print(99, 32), serial: "4A01".into(), name: "Bob".into() },
    );
    let (fingerprint, name) = (sample::print(9, 20), "Alice Sample".to_owned());
    add("own-keys-renew-openpgp", KeyDialog::Renew { fingerprint: fingerprint.clone(), name, is_locked: true });
    let name = "Alice Sample".to_owned();
    add("own-keys-export", KeyDialog::Export { fingerprint: fingerprint.clone(), secret: false, name: name.clone() });
    add("own-keys-export-secret", KeyDialog::Export { fingerprint: fingerprint.clone(), secret: true, name });
    add("own-keys-import", KeyDialog::Import);
    add("own-keys-revocation", KeyDialog::SaveRevocation { fingerprint });
    add("own-keys-give-up", KeyDialog::GiveUp { key: String::new(), name: "alice@example.org".into() });
    let mut locked = view();
    locked.authorities[0].needs_passphrase = true;
    let issue = KeyDialog::Issue { authority: sample::print(99, 32) };
    all.push(("own-keys-issue-locked", shows(language, locked, issue).0));
    all.push(("own-keys-elsewhere", shows(language, elsewhere(), KeyDialog::None).0));
    all.push(("own-keys-none", shows(language, OwnKeysView::default(), KeyDialog::None).0));
    all
}

fn topic(command: &Command) -> Option<&OwnKeysCommand> {
    match command {
        Command::Topic(topic) => match &**topic {
            Topic::OwnKeys(command) => Some(command),
            _ => None,
        },
        _ => None,
    }
}

fn asked(paper: &Paper, wanted: impl Fn(&OwnKeysCommand) -> bool) -> bool {
    sent(paper, |command| topic(command).is_some_and(&wanted))
}

#[test]
fn one_click_makes_both_pairs_and_more_is_a_choice() {
    for language in LANGUAGES {
        let (app, paper) = shows(language, OwnKeysView::default(), KeyDialog::None);
        let mut window = window(app, NARROW);
        window.get_by_label(language.say(Word::MakeKeys)).click();
        window.run();
        // The account's name and address are proposed; nothing else has to be entered.
        window.get_by_label(language.say(Word::MoreChoices));
        assert!(window.query_by_label(language.say(Word::SeparateKeys)).is_none(), "that is folded");
        window.get_all_by_role_and_label(Role::Button, language.say(Word::MakeKeys)).last().unwrap().click();
        window.run();
        assert!(asked(&paper, |command| matches!(command, OwnKeysCommand::Make { keys, request_to: None }
            if keys.openpgp == Some(KeyKind::V4) && keys.address == "alice@example.org" && keys.passphrase.is_none()
                && keys.days == Some(730)
                && keys.smime.as_ref().is_some_and(|one| one.from == CertificateFrom::Itself && !one.is_separate))));
    }
}

#[test]
fn kind_lifetime_issuer_and_separate_keys_are_chosen() {
    let language = Language::English;
    let (app, paper) = shows(language, view(), KeyDialog::None);
    let mut window = window(app, [1280.0, 1400.0]);
    window.get_by_label("New key").click();
    window.run();
    for label in ["More choices", "Post-quantum", "5 years", "Curve P-384", "By Family of Alice"] {
        window.get_by_label(label).click();
        window.run();
        // A question that has grown is put into the middle again.
        window.run_steps(4);
    }
    window.get_by_label(language.say(Word::SeparateKeys)).click();
    window.run();
    window.get_by_role_and_label(Role::Button, "Make keys").click();
    window.run();
    let commands = paper.commands.borrow();
    let made = commands.iter().find_map(|command| match topic(command) {
        Some(OwnKeysCommand::Make { keys, .. }) => Some(keys.clone()),
        _ => None,
    });
    let made = made.expect("keys are made");
    assert_eq!((made.openpgp, made.days), (Some(KeyKind::PostQuantum), Some(5 * 365)));
    let smime = made.smime.expect("both");
    assert_eq!((smime.kind, smime.is_separate), (KeyKind::P384, true));
    assert_eq!(smime.from, CertificateFrom::Authority(sample::print(99, 32)));
}

#[test]
fn new_keys_are_made_without_the_mouse_once_the_passphrase_is_repeated() {
    let (app, paper) = shows(Language::English, view(), KeyDialog::None);
    let mut window = window(app, [1280.0, 1400.0]);
    window.get_by_label("New key").click();
    window.run();
    window.get_by_label("More choices").click();
    window.run();
    window.get_by_role_and_label(Role::PasswordInput, Word::PassphraseIfWanted.text(Language::English)).focus();
    window.run();
    type_and_tab(&mut window, "hunter2");
    window.event(egui::Event::Text("hunter".into()));
    window.run();
    window.key_press(egui::Key::Enter);
    window.run();
    let makes = |paper: &Paper| {
        asked(paper, |command| {
            matches!(command, OwnKeysCommand::Make { keys, .. }
        if keys.passphrase.as_ref().is_some_and(|words| words.declassify() == "hunter2"))
        })
    };
    assert!(!makes(&paper), "the two differ");
    window.get_by_role_and_label(Role::PasswordInput, "The same again").focus();
    window.run();
    window.event(egui::Event::Text("2".into()));
    window.run();
    window.key_press(egui::Key::Enter);
    window.run();
    assert!(makes(&paper));
}

#[test]
fn what_ends_soon_is_said_and_renewed_from_there() {
    for language in LANGUAGES {
        let (app, paper) = shows(language, view(), KeyDialog::None);
        let mut window = window(app, [1280.0, 1600.0]);
        window.get_by_label(language.say(Word::EndingSoon));
        let hint = language.fill(Word::EndingCount, &[("count", "2")]);
        window.get_by_label(&hint);
        let renew = language.say(Word::Renew);
        // The first is of the line that says it; its key is by an authority of one's own: made here.
        window.get_all_by_label(renew).next().unwrap().click();
        window.run();
        window.get_all_by_role_and_label(Role::Button, renew).last().unwrap().click();
        window.run();
        assert!(asked(&paper, |command| matches!(command, OwnKeysCommand::Renew { renewal, request_to: None }
            if renewal.fingerprint == sample::print(10, 32) && !renewal.keeps_key)));
    }
}

#[test]
fn the_hint_of_the_status_line_leads_to_the_keys() {
    let (mut app, _) = shows(Language::English, view(), KeyDialog::None);
    app.state.screen = Screen::Mailbox;
    app.state.keys.shows_others = true;
    let mut window = window(app, WIDE);
    window.get_by_label("2 keys end soon").click();
    window.run();
    assert!(window.state().state.screen == Screen::Keys && !window.state().state.keys.shows_others);
}

#[test]
fn a_key_is_withdrawn_only_after_it_was_confirmed_what_that_means() {
    for language in LANGUAGES {
        let (app, paper) = shows(language, view(), KeyDialog::None);
        let mut window = window(app, [1280.0, 1600.0]);
        window.get_all_by_label(language.say(Word::Withdraw)).next().unwrap().click();
        window.run();
        window.get_by_label(language.say(Word::WithdrawHint));
        window.get_by_label(language.say(Word::ReasonSoft));
        window.get_by_label(language.say(Word::ReasonCompromised)).click();
        window.run();
        window.get_by_label(language.say(Word::ReasonHard));
        // Alice's key is locked, and she can do without its passphrase.
        window.get_by_label(language.say(Word::LostPassphrase)).click();
        window.run();
        let yes = |window: &egui_kittest::Harness<'_, App>| {
            use egui_kittest::kittest::NodeT;
            let last = window.get_all_by_role_and_label(Role::Button, language.say(Word::Withdraw)).last().unwrap();
            last.accesskit_node().is_disabled()
        };
        assert!(yes(&window), "not confirmed yet");
        window.get_by_label(language.say(Word::WithdrawSure)).click();
        window.run();
        assert!(!yes(&window));
        window.get_all_by_role_and_label(Role::Button, language.say(Word::Withdraw)).last().unwrap().click();
        window.run();
        assert!(asked(&paper, |command| matches!(command, OwnKeysCommand::Revoke(wanted)
            if wanted.uses_kept && wanted.reason == RevocationReason::Compromised
                && wanted.fingerprint == sample::print(9, 20))));
    }
}

#[test]
fn a_request_is_written_and_its_answer_taken_in() {
    for language in LANGUAGES {
        let (app, paper) = shows(language, view(), KeyDialog::None);
        let mut window = window(app, [1280.0, 1600.0]);
        window.get_by_label(language.say(Word::RequestCertificate)).click();
        window.run();
        window.get_by_role_and_label(Role::TextInput, language.say(Word::FileToWrite)).focus();
        window.run();
        window.event(egui::Event::Text("request.pem".into()));
        window.run();
        window.key_press(egui::Key::Enter);
        window.run();
        assert!(asked(&paper, |command| matches!(command, OwnKeysCommand::Make { keys, request_to: Some(to) }
            if keys.openpgp.is_none() && to == std::path::Path::new("request.pem")
                && keys.smime.as_ref().is_some_and(|one| one.from == CertificateFrom::Request))));
        window.get_by_label(language.say(Word::TakeAnswer)).click();
        window.run();
        assert_eq!(window.state().state.keys.dialog, KeyDialog::Import);
    }
}

#[test]
fn the_authority_issues_withdraws_and_publishes() {
    let language = Language::English;
    let by = sample::print(99, 32);
    let tall = [1280.0, 1700.0];
    let press = |dialog: &str| {
        let (app, paper) = shows(language, view(), KeyDialog::None);
        let mut window = window(app, tall);
        window.get_all_by_label(dialog).last().unwrap().click();
        window.run();
        (window, paper)
    };
    let (mut issue, paper) = press("Issue a certificate");
    for (label, text) in [("Name", "Bob"), ("Address", "bob@example.net"), ("File to write", "bob.p12")] {
        issue.get_by_role_and_label(Role::TextInput, label).focus();
        issue.run();
        issue.event(egui::Event::Text(text.into()));
        issue.run();
    }
    for label in ["Passphrase for the file", "The same again"] {
        issue.get_by_role_and_label(Role::PasswordInput, label).focus();
        issue.run();
        issue.event(egui::Event::Text("swordfish".into()));
        issue.run();
    }
    issue.get_all_by_role_and_label(Role::Button, "Issue a certificate").last().unwrap().click();
    issue.run();
    assert!(asked(&paper, |command| matches!(command, OwnKeysCommand::Issue { issued, to }
        if issued.authority == Some(by.clone()) && to == std::path::Path::new("bob.p12"))));

    let (mut withdraw, paper) = press("Withdraw");
    withdraw.get_by_label(language.say(Word::WithdrawIssuedHint));
    withdraw.get_by_label(language.say(Word::WithdrawSure)).click();
    withdraw.run();
    withdraw.get_all_by_role_and_label(Role::Button, "Withdraw").last().unwrap().click();
    withdraw.run();
    assert!(asked(&paper, |command| matches!(command, OwnKeysCommand::RevokeIssued { authority, serial, .. }
        if *authority == by && serial == "4A01")));

    let (mut publish, paper) = press("Write the list");
    publish.get_by_role_and_label(Role::TextInput, "File to write").focus();
    publish.run();
    publish.event(egui::Event::Text("family.crl".into()));
    publish.run();
    publish.get_all_by_role_and_label(Role::Button, "Write the list").last().unwrap().click();
    publish.run();
    assert!(asked(&paper, |command| matches!(command, OwnKeysCommand::Publish { authority, .. } if *authority == by)));
}

#[test]
fn an_authority_with_a_passphrase_is_opened_where_it_issues() {
    for language in LANGUAGES {
        let locked = || {
            let mut view = view();
            view.authorities[0].needs_passphrase = true;
            view
        };
        let press = |word: Word| {
            let (app, paper) = shows(language, locked(), KeyDialog::None);
            let mut window = window(app, [1280.0, 1800.0]);
            window.get_all_by_label(language.say(word)).last().unwrap().click();
            window.run();
            (window, paper)
        };
        let enter = |window: &mut egui_kittest::Harness<'_, App>, role, word: Word, text: &str| {
            window.get_by_role_and_label(role, language.say(word)).focus();
            window.run();
            window.event(egui::Event::Text(text.into()));
            window.run();
        };
        let (text, secret) = (Role::TextInput, Role::PasswordInput);
        let (mut issue, paper) = press(Word::IssueCertificate);
        enter(&mut issue, text, Word::Address, "bob@example.net");
        enter(&mut issue, text, Word::FileToWrite, "bob.p12");
        enter(&mut issue, secret, Word::PassphraseForFile, "swordfish");
        enter(&mut issue, secret, Word::ProfilePassphraseAgain, "swordfish");
        let yes = |window: &mut egui_kittest::Harness<'_, App>, word: Word| {
            window.get_all_by_role_and_label(Role::Button, language.say(word)).last().unwrap().click();
            window.run();
        };
        let issues = |paper: &Paper| {
            asked(paper, |command| {
                matches!(command, OwnKeysCommand::Issue { issued, .. }
                if issued.passphrase.as_ref().is_some_and(|words| words.declassify() == "sesame"))
            })
        };
        yes(&mut issue, Word::IssueCertificate);
        assert!(!asked(&paper, |command| matches!(command, OwnKeysCommand::Issue { .. })), "it is locked still");
        enter(&mut issue, secret, Word::PassphraseOfAuthority, "sesame");
        yes(&mut issue, Word::IssueCertificate);
        assert!(issues(&paper));

        let (mut request, paper) = press(Word::IssueCertificate);
        request.get_by_label(language.say(Word::ForRequest)).click();
        request.run();
        enter(&mut request, text, Word::RequestFile, "request.pem");
        enter(&mut request, text, Word::FileToWrite, "bob.pem");
        enter(&mut request, secret, Word::PassphraseOfAuthority, "sesame");
        yes(&mut request, Word::IssueCertificate);
        assert!(asked(
            &paper,
            |command| matches!(command, OwnKeysCommand::IssueForFile { passphrase: Some(words), .. }
            if words.declassify() == "sesame")
        ));

        let (mut list, paper) = press(Word::WriteList);
        enter(&mut list, text, Word::FileToWrite, "family.crl");
        enter(&mut list, secret, Word::PassphraseOfAuthority, "sesame");
        yes(&mut list, Word::WriteList);
        assert!(asked(&paper, |command| matches!(command, OwnKeysCommand::Publish { passphrase: Some(_), .. })));
    }
}

/// An agent's key, one on a token, and one that is in no backup.
fn elsewhere() -> OwnKeysView {
    let mut view = view();
    view.keys[0].place = KeyPlace::Agent;
    (view.keys[0].has_kept_revocation, view.keys[0].is_revocable) = (false, false);
    view.keys[1].place = KeyPlace::Token("Card 書留".into());
    view.keys[1].is_revocable = false;
    view.keys.truncate(2);
    let mut here = view.keys[0].clone();
    (here.place, here.backed_up_at) = (KeyPlace::Here, None);
    here.report.fingerprint = sample::print(78, 20);
    view.keys.push(here);
    view.authorities.clear();
    view.waiting.clear();
    view
}

#[test]
fn a_key_says_who_keeps_it_and_offers_only_what_can_be_done_from_here() {
    for language in LANGUAGES {
        let (app, _) = shows(language, elsewhere(), KeyDialog::None);
        let window = window(app, [1280.0, 1600.0]);
        window.get_by_label(language.say(Word::KeptByAgent));
        window.get_by_label(language.say(Word::KeptByAgentHint));
        window.get_by_label(&language.fill(Word::KeptByToken, &[("name", "Card 書留")]));
        window.get_by_label(language.say(Word::KeptByTokenHint));
        window.get_by_label(language.say(Word::KeyNotBackedUp));
        let count = |word: Word| window.query_all_by_label(language.say(word)).count();
        assert_eq!((count(Word::Export), count(Word::ExportSecret)), (3, 1), "no secret of another keeper's goes out");
        assert_eq!(count(Word::Withdraw), 0);
    }
}

#[test]
fn people_and_their_certificates_are_one_place_and_ones_own_keys_another() {
    for language in LANGUAGES {
        let (app, _) = shows(language, view(), KeyDialog::None);
        let mut window = window(app, WIDE);
        let chosen = |window: &egui_kittest::Harness<'_, App>, word: Word| {
            use egui_kittest::kittest::NodeT;
            let node = window.get_all_by_role_and_label(Role::Button, language.say(word)).next().unwrap();
            node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
        };
        assert!(chosen(&window, Word::MyKeys) && !chosen(&window, Word::People));
        window.get_all_by_role_and_label(Role::Button, language.say(Word::People)).next().unwrap().click();
        window.run();
        assert!(chosen(&window, Word::People) && !chosen(&window, Word::MyKeys));
        let all = format!("{}  3", language.say(Word::AllCertificates));
        window.get_by_label(&all).click();
        window.run();
        assert!(window.state().state.screen == Screen::Keys && window.state().state.keys.shows_others);
        assert!(chosen(&window, Word::People), "the certificates are those of people");
        window.get_by_label(language.say(Word::CorrespondentCards)).click();
        window.run();
        assert!(window.state().state.screen == Screen::People);
    }
}
