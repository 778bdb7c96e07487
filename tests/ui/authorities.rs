//! The page of the certificate authorities, and what the evidence says of withdrawals.

use std::collections::BTreeMap;

use kakitome::domain::Fingerprint;
use kakitome::engine::topic::authorities::{
    AnchorSet, AnchorView, AuthoritiesCommand, AuthoritiesView, EvidenceView, RevocationRule, RootCandidate,
};
use kakitome::engine::topic::{Topic, TopicView};
use kakitome::engine::view::{RevocationCheck, RevocationSource, RevocationStatus};
use kakitome::ui::Word;

use super::*;

fn anchor(number: u8, name: &str, sets: &[AnchorSet]) -> AnchorView {
    AnchorView {
        fingerprint: Fingerprint::from_bytes(&[number; 32]),
        name: name.to_owned(),
        organisation: "Example Trust Services".to_owned(),
        algorithm: "RSA 4096".to_owned(),
        not_before: sample::at("2020-01-01T00:00:00Z"),
        not_after: sample::at("2040-01-01T00:00:00Z"),
        distrust_after: (number == 3).then(|| sample::at("2024-06-30T00:00:00Z")),
        sets: sets.iter().copied().collect(),
        is_used: sets.contains(&AnchorSet::Mozilla),
    }
}

fn view() -> AuthoritiesView {
    let mut anchors = vec![
        anchor(1, "Family Root", &[AnchorSet::Own]),
        anchor(2, "Actalis Authentication Root CA", &[AnchorSet::Mozilla, AnchorSet::Platform]),
        anchor(3, "GLOBALTRUST 2020", &[AnchorSet::Mozilla]),
    ];
    anchors.extend((4..150).map(|number| anchor(number, &format!("Root number {number}"), &[AnchorSet::Platform])));
    AuthoritiesView {
        vouches: Some(Arc::new(BTreeMap::from([(anchors[1].fingerprint.clone(), 12)]))),
        anchors: Arc::new(anchors),
        uses_mozilla: true,
        evidence: Arc::new(vec![EvidenceView {
            is_list: true,
            address: "http://crl.example.org/a.crl".to_owned(),
            fetched_at: sample::at("2025-11-24T09:00:00Z"),
            next_at: Some(sample::at("2025-11-25T09:00:00Z")),
            bytes: 4096,
        }]),
        ..AuthoritiesView::default()
    }
}

fn page(language: Language, view: AuthoritiesView) -> (Harness<'static, App>, Paper) {
    let (mut app, paper) = app(language);
    app.update(Event::Topic(TopicView::Authorities(Arc::new(view))));
    app.state.screen = Screen::Settings;
    let mut window = window(app, [1280.0, 1400.0]);
    // The card is at the end of the settings.
    window.get_by_label(language.say(Word::ShowAuthorities)).click_accesskit();
    window.run();
    (window, paper)
}

/// The page, an anchor's details, a root that may be added, and what is known of withdrawals.
pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let shows = |view| {
        let (mut app, _) = app(language);
        app.update(Event::Topic(TopicView::Authorities(Arc::new(view))));
        app.state.screen = Screen::Settings;
        app.state.settings.authorities.is_open = true;
        app
    };
    let detail = |number: u8| {
        let mut app = shows(view());
        app.state.settings.authorities.detail = Some(Fingerprint::from_bytes(&[number; 32]));
        app
    };
    let candidate = RootCandidate {
        anchor: anchor(9, "New Root 新しい認証局", &[AnchorSet::Own]),
        is_root: true,
        only_for: Vec::new(),
        der: Arc::from([0u8; 4].as_slice()),
    };
    let mut withdrawals = shows(view());
    withdrawals.state.settings.authorities.shows_withdrawals = true;
    let mut nothing = shows(AuthoritiesView { evidence: Arc::default(), ..view() });
    nothing.state.settings.authorities.shows_withdrawals = true;
    vec![
        ("authorities-list", shows(view())),
        ("authorities-own", detail(1)),
        ("authorities-distrusted", detail(3)),
        ("authorities-add", shows(AuthoritiesView { candidate: Some(candidate), ..view() })),
        ("authorities-withdrawals", withdrawals),
        ("authorities-withdrawals-none", nothing),
    ]
}

fn told(paper: &Paper, wanted: impl Fn(&AuthoritiesCommand) -> bool) -> bool {
    sent(paper, |command| match command {
        Command::Topic(topic) => matches!(&**topic, Topic::Authorities(command) if wanted(command)),
        _ => false,
    })
}

#[test]
fn the_settings_ask_for_the_authorities_once_and_lead_to_their_page_and_back() {
    let (mut app, paper) = app(Language::English);
    app.state.screen = Screen::Settings;
    let mut waits = window(app, WIDE);
    waits.run();
    let shows = |command: &&Command| match command {
        Command::Topic(topic) => matches!(&**topic, Topic::Authorities(AuthoritiesCommand::Show)),
        _ => false,
    };
    let asked = paper.commands.borrow().iter().filter(shows).count();
    assert_eq!(asked, 1);
    for language in LANGUAGES {
        let (mut window, _) = page(language, view());
        assert!(window.query_all_by_label_contains("Actalis").next().is_some());
        window.get_by_label(language.say(Word::BackToSettings)).click();
        window.run();
        window.get_by_label(language.say(Word::Accounts));
    }
}

#[test]
fn a_set_and_a_single_anchor_are_switched() {
    for language in LANGUAGES {
        let (mut window, paper) = page(language, view());
        window.get_by_label(language.say(Word::SetMozilla)).click();
        window.run();
        assert!(told(&paper, |command| matches!(
            command,
            AuthoritiesCommand::UseSet { set: AnchorSet::Mozilla, used: false }
        )));
        window.get_by_label(language.say(Word::SetPlatform)).click();
        window.run();
        assert!(told(&paper, |command| matches!(
            command,
            AuthoritiesCommand::UseSet { set: AnchorSet::Platform, used: true }
        )));
        window.get_by_role_and_label(Role::CheckBox, "Family Root").click_accesskit();
        window.run();
        let own = Fingerprint::from_bytes(&[1; 32]);
        assert!(told(&paper, |command| matches!(command,
            AuthoritiesCommand::UseAnchor { fingerprint, used: true } if *fingerprint == own)));
    }
}

#[test]
fn the_list_is_narrowed_by_words_and_lays_out_only_what_is_in_sight() {
    let (mut window, _) = page(Language::English, view());
    assert!(window.query_all_by_label_contains("Root number").count() < 40, "a hundred and fifty are not laid out");
    window.state_mut().state.settings.authorities.search = "number 14".to_owned();
    window.run();
    assert!(window.query_by_label("Root number 149").is_some() && window.query_by_label("Family Root").is_none());
    window.state_mut().state.settings.authorities.search = "nobody".to_owned();
    window.run();
    window.get_by_label(Language::English.say(Word::NoAuthorityFound));
}

#[test]
fn the_details_of_an_anchor_say_for_how_many_it_vouches_and_since_when_it_is_not_trusted() {
    for language in LANGUAGES {
        let (mut window, paper) = page(language, view());
        window.state_mut().state.settings.authorities.detail = Some(Fingerprint::from_bytes(&[2; 32]));
        window.run();
        let words = language.fill(Word::VouchesFor, &[("count", "12")]);
        window.get_by_label(&words);
        window.state_mut().state.settings.authorities.detail = Some(Fingerprint::from_bytes(&[3; 32]));
        window.run();
        let day = if language == Language::English { "30 June 2024" } else { "2024年6月30日" };
        assert!(window.query_all_by_label_contains(day).next().is_some());
        window.state_mut().state.settings.authorities.detail = Some(Fingerprint::from_bytes(&[1; 32]));
        window.run();
        window.get_by_label(language.say(Word::RemoveRoot)).click();
        window.run();
        assert!(told(&paper, |command| matches!(command, AuthoritiesCommand::RemoveRoot(_))));
    }
}

#[test]
fn a_root_is_added_only_when_its_fingerprint_was_compared() {
    for language in LANGUAGES {
        let candidate = RootCandidate {
            anchor: anchor(9, "New Root", &[AnchorSet::Own]),
            is_root: true,
            only_for: Vec::new(),
            der: Arc::from([0u8; 4].as_slice()),
        };
        let (mut window, paper) = page(language, AuthoritiesView { candidate: Some(candidate), ..view() });
        assert!(window.query_all_by_label(language.say(Word::AddRootWarning)).next().is_some());
        let yes = |window: &Harness<'static, App>| {
            window.get_all_by_role_and_label(Role::Button, language.say(Word::AddRoot)).last().unwrap().click();
        };
        yes(&window);
        window.run();
        assert!(!told(&paper, |command| matches!(command, AuthoritiesCommand::AddRoot)));
        window.get_by_label(language.say(Word::RootCompared)).click();
        window.run();
        yes(&window);
        window.run();
        assert!(told(&paper, |command| matches!(command, AuthoritiesCommand::AddRoot)));
    }
}

#[test]
fn asking_and_what_is_made_of_silence_are_chosen_with_their_effect_said() {
    for language in LANGUAGES {
        let (mut window, paper) = page(language, view());
        window.get_by_label(language.say(Word::RevocationTitle)).click();
        window.run();
        window.get_by_label(language.say(Word::RevocationLetPassHint));
        window.get_by_label(language.say(Word::AskAuthoritiesHint));
        window.get_by_label(language.say(Word::AskAuthorities)).click();
        window.run();
        assert!(told(&paper, |command| matches!(
            command,
            AuthoritiesCommand::SetRevocation { asks: true, rule: RevocationRule::Soft }
        )));
        window.get_by_label(language.say(Word::RevocationRefuse)).click();
        window.run();
        assert!(told(&paper, |command| matches!(
            command,
            AuthoritiesCommand::SetRevocation { asks: false, rule: RevocationRule::Hard }
        )));
        window.get_by_label(language.say(Word::RevocationCheckNow)).click();
        window.run();
        assert!(told(&paper, |command| matches!(command, AuthoritiesCommand::CheckNow)));
    }
}

#[test]
fn the_evidence_says_whether_a_certificate_of_the_path_was_withdrawn_and_asks_when_that_is_not_known() {
    for language in LANGUAGES {
        let message = sample::reading(sample::assessment(Technology::Smime, Lock::Encrypted, Seal::Authenticated));
        let steps = message.assessment.signatures[0].judgement.path.0.clone();
        let check = |status, by| RevocationCheck {
            fingerprint: steps[1].fingerprint.clone(),
            status,
            by,
            as_of: Some(sample::at("2025-11-24T09:00:00Z")),
            until: None,
            fetched_at: Some(sample::at("2025-11-24T10:00:00Z")),
        };
        let shown = |check: RevocationCheck, can_ask| {
            let (mut app, paper) = reads(language, message.clone());
            let checks = Arc::new(BTreeMap::from([(check.fingerprint.clone(), check)]));
            let view = AuthoritiesView { checks, can_ask, ..view() };
            app.update(Event::Topic(TopicView::Authorities(Arc::new(view))));
            app.state.drawer = true;
            (window(app, [1280.0, 2400.0]), paper)
        };
        let (window, _) = shown(check(RevocationStatus::Good, Some(RevocationSource::Ocsp)), false);
        let words = if language == Language::English {
            "was not withdrawn (answer"
        } else {
            "失効していません（認証局の回答"
        };
        assert!(window.query_all_by_label_contains(words).next().is_some(), "{words}");
        let at = Some(sample::at("2025-11-01T09:00:00Z"));
        let (window, _) = shown(check(RevocationStatus::Revoked(at), Some(RevocationSource::Crl)), false);
        let words = if language == Language::English {
            "was withdrawn on 1 November 2025"
        } else {
            "2025年11月1日に失効"
        };
        assert!(window.query_all_by_label_contains(words).next().is_some(), "{words}");
        let (mut window, paper) = shown(check(RevocationStatus::Unknown, None), true);
        window.get_by_label(language.say(Word::AskAuthority)).click();
        window.run();
        assert!(told(&paper, |command| matches!(command, AuthoritiesCommand::CheckMessage)));
    }
}
