//! People and trust: the cards, the questions, the picture of who vouches for whom.

use std::sync::Arc;
use std::time::Instant;

use egui::accesskit::Role as Access;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use kakitome::domain::{EmailAddress, Fingerprint, Technology};
use kakitome::engine::graph::{CertificationState, Edge, EdgeKind, Graph, Node, Role, Vouching, lay_out};
use kakitome::engine::topic::certifying::{TrustCommand, TrustView};
use kakitome::engine::topic::people::{CertificateCard, KeyQuestion, PeopleCommand, PeopleView, Person, PersonCard};
use kakitome::engine::topic::{Topic, TopicView};
use kakitome::engine::view::*;
use kakitome::engine::{Command, Event};
use kakitome::ui::{App, KeyDialog, Language, Screen, Word};

use super::{LANGUAGES, NARROW, Paper, WIDE, app, clicked, sample, sent, window};

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn person(name: &str, at: &str, verdict: Option<TrustVerdict>) -> Person {
    Person {
        address: address(at),
        others: vec![],
        name: name.into(),
        certificates: vec![(Technology::OpenPgp, sample::print(5, 20))],
        verdict,
        is_in_question: false,
        correspondence: kakitome_correspondence(),
    }
}

fn kakitome_correspondence() -> kakitome::engine::topic::people::Correspondence {
    kakitome::engine::topic::people::Correspondence {
        messages: 12,
        first_at: Some(sample::at("2025-01-10T09:00:00Z")),
        last_at: Some(sample::at("2025-11-20T09:00:00Z")),
    }
}

fn report(technology: Technology, print: Fingerprint) -> CertificateReport {
    CertificateReport {
        technology,
        fingerprint: print,
        addresses: vec![address("hanako@example.co.jp")],
        names: vec!["山田 花子".into()],
        subject: None,
        issuer: None,
        has_secret: false,
        is_locked: false,
        can_sign: true,
        can_encrypt: true,
        algorithms: vec!["Ed25519".into()],
        not_before: Some(sample::at("2024-01-01T00:00:00Z")),
        not_after: None,
        is_revoked: false,
        problems: vec![],
    }
}

fn seen(print: Fingerprint, messages: usize) -> SightingView {
    SightingView {
        fingerprint: print,
        technology: Technology::OpenPgp,
        first_at: sample::at("2025-02-01T09:00:00Z"),
        last_at: sample::at("2025-11-20T09:00:00Z"),
        messages,
    }
}

fn card() -> PersonCard {
    let step = |name: &str, seed| PathStep {
        kind: StepKind::Certification,
        name: name.into(),
        fingerprint: sample::print(seed, 20),
    };
    let judged = |verdict, path| Judgement { verdict, path: TrustPath(path), reason: None, revoked_at: None };
    let said = EdgeKind::Certification {
        vouching: Vouching { amount: 60, depth: 1, ..Vouching::default() },
        made_at: sample::at("2025-01-01T00:00:00Z"),
        state: CertificationState::Good,
    };
    let certificate = |technology, seed, judgement: Judgement| CertificateCard {
        report: report(technology, sample::print(seed, if technology == Technology::OpenPgp { 20 } else { 32 })),
        stations: vec![None; judgement.path.0.len().saturating_sub(1)]
            .into_iter()
            .chain([Some(said.clone())])
            .collect(),
        judgement,
        is_compared: false,
        counts: Counting::Not,
        vouched: None,
        sighting: Some(seen(sample::print(seed, 20), 9)),
        answer: None,
        provenance: vec![],
        is_kept: true,
    };
    let mut hanako = person("山田 花子", "hanako@example.co.jp", Some(TrustVerdict::Partial));
    hanako.is_in_question = true;
    PersonCard {
        person: hanako,
        certificates: vec![
            certificate(
                Technology::OpenPgp,
                5,
                judged(TrustVerdict::Partial, vec![step("Alice", 1), step("山田 花子", 5)]),
            ),
            certificate(Technology::Smime, 6, judged(TrustVerdict::Unauthenticated, vec![])),
        ],
        questions: vec![KeyQuestion {
            address: address("hanako@example.co.jp"),
            new: seen(sample::print(5, 20), 1),
            before: seen(sample::print(7, 20), 9),
        }],
        certifiers: vec![(sample::print(1, 20), "Alice".into(), false)],
    }
}

fn view() -> PeopleView {
    let people = vec![
        card().person,
        person("Bob Ross", "bob@example.net", Some(TrustVerdict::Authenticated)),
        person("Carol Danvers", "carol@example.com", Some(TrustVerdict::Expired)),
    ];
    PeopleView { people: Arc::new(people), card: Some(Arc::new(card())) }
}

fn at_people(language: Language, size: [f32; 2], view: PeopleView) -> (Harness<'static, App>, Paper) {
    let (mut app, paper) = app(language);
    app.update(Event::Topic(TopicView::People(Arc::new(view))));
    app.show_people(Some(address("hanako@example.co.jp")));
    (window(app, size), paper)
}

fn told(paper: &Paper, wanted: impl Fn(&PeopleCommand) -> bool) -> bool {
    sent(
        paper,
        |command| matches!(command, Command::Topic(topic) if matches!(&**topic, Topic::People(command) if wanted(command))),
    )
}

#[test]
fn a_card_says_who_it_is_why_each_key_is_believed_and_what_was_seen() {
    for language in LANGUAGES {
        for size in [WIDE, NARROW] {
            let (window, paper) = at_people(language, size, view());
            assert!(told(&paper, |command| matches!(command, PeopleCommand::Show { open: Some(_) })));
            for words in ["山田 花子", "OpenPGP"] {
                window.get_all_by_label(words).next().unwrap();
            }
            let (partial, only, way) = match language {
                Language::English => (
                    "Some vouch for this key, not enough yet.",
                    "That alone is no proof",
                    "60 of 120, may vouch for others",
                ),
                Language::Japanese => (
                    "保証がまだ十分ではありません。",
                    "それだけでは証明になりません",
                    "120のうち 60・ほかの人も証明できる",
                ),
            };
            window.get_by_label(partial);
            window.get_by_label(way);
            assert!(window.query_all_by_label_contains(only).next().is_some(), "{language:?}");
        }
    }
}

#[test]
fn another_key_is_asked_about_and_the_answer_is_kept() {
    for language in LANGUAGES {
        for (word, accepted) in [(Word::QuestionYes, true), (Word::QuestionNo, false)] {
            let (mut window, paper) = at_people(language, WIDE, view());
            window.get_by_label(language.say(word)).click();
            window.run();
            let wanted = sample::print(5, 20);
            assert!(told(&paper, |command| matches!(command,
                PeopleCommand::Answer { fingerprint, is_accepted, .. } if *fingerprint == wanted && *is_accepted == accepted)));
        }
        let (mut window, _) = at_people(language, WIDE, view());
        window.get_all_by_label(language.say(Word::Compare)).next().unwrap().click();
        window.run();
        assert!(matches!(window.state().state.keys.dialog, KeyDialog::Compare { .. }));
        assert_eq!(window.state().state.screen, Screen::People, "the dialog opens where one is");
    }
}

#[test]
fn people_are_found_by_name_address_and_fingerprint_and_walked_by_keys() {
    let (mut window, paper) = at_people(Language::English, WIDE, view());
    window.key_press(Key::J);
    window.run();
    assert!(told(
        &paper,
        |command| matches!(command, PeopleCommand::Open { address, .. } if address.as_str() == "bob@example.net")
    ));
    let print = sample::print(5, 20).spaced();
    for (search, rows) in [("花子", 1), ("example.com", 1), ("DANVERS", 1), (&print[..9], 3), ("nobody at all", 0)] {
        window.state_mut().state.people.search = search.into();
        window.run();
        let found = window.query_all_by_role(Access::ListItem).count();
        assert_eq!(found, rows, "{search}");
    }
    window.get_by_label("Nobody fits");
    let (window, _) = at_people(Language::Japanese, NARROW, PeopleView::default());
    window.get_by_label("まだだれもいません");
}

#[test]
fn vouching_asks_what_is_meant_and_tells_the_engine() {
    let (mut window, paper) = at_people(Language::English, WIDE, view());
    window.get_by_label("Vouch for it").scroll_to_me();
    window.run();
    window.get_by_label("Vouch for it").click();
    window.run();
    window.get_by_label("It is a company's, for addresses at one domain").click();
    window.run();
    window.get_by_label("Partly: half").click();
    window.get_by_label("One year").click();
    window.run();
    window.get_by_role_and_label(Access::Button, "Vouch").click();
    window.run();
    let now = sample::at(sample::NOW);
    assert!(sent(&paper, |command| matches!(command, Command::Topic(topic) if matches!(&**topic,
        Topic::Trust(TrustCommand::Certify(what)) if what.vouching.amount == 60 && what.vouching.depth == 1
            && what.vouching.scope == ["<[^>]+[@.]example\\.co\\.jp>$"] && !what.vouching.is_local
            && what.vouching.expires_at.is_some_and(|at| (at.as_second() - now.as_second()) / 86_400 == 365)))));
}

#[test]
fn who_counts_by_a_third_is_not_shown_as_one_who_counts_in_full() {
    for language in LANGUAGES {
        let mut view = view();
        let mut card = card();
        card.certificates[0].counts = Counting::Third;
        view.card = Some(Arc::new(card));
        let (mut window, paper) = at_people(language, WIDE, view);
        assert!(window.query_by_label(language.say(Word::CertificationsCount)).is_none());
        window.get_by_label(language.say(Word::CertificationsCountThird)).scroll_to_me();
        window.run();
        let set = |wanted: bool| {
            let wanted_print = sample::print(5, 20);
            sent(&paper, |command| {
                matches!(command,
                Command::SetTrustRoot { fingerprint, root } if *fingerprint == wanted_print && *root == wanted)
            })
        };
        assert!(!set(true) && !set(false));
        window.get_by_label(language.say(Word::CountInFull)).click();
        window.run();
        assert!(set(true) && !set(false));
        window.get_by_label(language.say(Word::CertificationsCountThird)).click();
        window.run();
        assert!(set(false), "unticking takes all of it back");
    }
}

#[test]
fn what_was_read_out_is_compared_and_another_fingerprint_is_never_marked() {
    for language in LANGUAGES {
        let theirs = sample::print(5, 20);
        let open = |entry: &str| {
            let (mut app, paper) = app(language);
            app.state.keys.dialog = KeyDialog::Compare { fingerprint: theirs.clone(), name: "Bob Ross".into() };
            app.state.keys.sheet.entry = entry.into();
            app.state.keys.sheet.is_compared = true;
            app.state.screen = Screen::Keys;
            (window(app, NARROW), paper)
        };
        let (mut window, paper) = open(&theirs.spaced().to_lowercase());
        window.get_by_label(language.say(Word::CompareSame));
        window.get_by_role_and_label(Access::Button, language.say(Word::Trust)).click();
        window.run();
        assert!(sent(&paper, |command| matches!(command, Command::SetTrusted { trusted: true, .. })));
        let (mut window, paper) = open(&sample::print(6, 20).spaced());
        window.get_by_label(language.say(Word::CompareOther));
        window.get_by_role_and_label(Access::Button, language.say(Word::Trust)).click();
        window.run();
        assert!(!sent(&paper, |command| matches!(command, Command::SetTrusted { .. })));
        let (mut window, _) = open("");
        for word in [Word::CompareDigits, Word::CompareCode, Word::CompareWords] {
            window.get_all_by_label(language.say(word)).next().unwrap().click();
            window.run();
        }
    }
}

fn web() -> TrustView {
    let node = |name: &str, at: Option<&str>, role, path: Vec<usize>, layer| Node {
        fingerprint: (role != Role::You).then(|| sample::print(path.len() as u8, 20)),
        technology: (role != Role::You).then_some(Technology::OpenPgp),
        name: name.into(),
        address: at.map(address),
        role,
        verdict: if path.is_empty() { TrustVerdict::Unauthenticated } else { TrustVerdict::Authenticated },
        reason: None,
        path,
        layer,
    };
    let edge = |from, to, kind, is_lit| Edge { from, to, kind, is_lit };
    let said = |amount, depth| EdgeKind::Certification {
        vouching: Vouching { amount, depth, ..Vouching::default() },
        made_at: sample::at("2025-01-01T00:00:00Z"),
        state: CertificationState::Good,
    };
    let graph = Graph {
        nodes: vec![
            node("", None, Role::You, vec![0], 0),
            node("Alice", Some("alice@example.org"), Role::Own, vec![0, 1], 1),
            node("Bob Ross", Some("bob@example.net"), Role::Introducer, vec![0, 1, 2], 2),
            node("山田 花子", Some("hanako@example.co.jp"), Role::Certificate, vec![0, 1, 2, 3], 3),
            node("Mallory", Some("mallory@evil.example"), Role::Certificate, vec![], 4),
        ],
        edges: vec![edge(0, 1, EdgeKind::Own, true), edge(1, 2, said(120, 1), true), edge(2, 3, said(120, 0), true)],
        at: sample::at(sample::NOW),
        about: None,
        left_out: 0,
    };
    TrustView { layout: Arc::new(lay_out(&graph)), graph: Arc::new(graph) }
}

fn at_trust(language: Language, size: [f32; 2], view: TrustView) -> (Harness<'static, App>, Paper) {
    let (mut app, paper) = app(language);
    app.show_trust(None);
    app.update(Event::Topic(TopicView::Trust(Arc::new(view))));
    (window(app, size), paper)
}

#[test]
fn every_node_of_the_picture_is_named_and_the_arrow_keys_go_along_the_lines() {
    for language in LANGUAGES {
        let (mut window, paper) = at_trust(language, NARROW, web());
        for name in ["Alice", "Bob Ross", "山田 花子", "Mallory"] {
            assert!(window.query_all_by_label_contains(name).next().is_some(), "{name}");
        }
        window.get_by_label(language.say(Word::You)).focus();
        window.run();
        for (key, chosen) in
            [(Key::ArrowDown, 1), (Key::ArrowDown, 2), (Key::ArrowDown, 3), (Key::ArrowUp, 2), (Key::ArrowDown, 3)]
        {
            window.key_press(key);
            window.run();
            assert_eq!(window.state().state.trust.chosen, Some(chosen), "{key:?}");
        }
        window.key_press(Key::Enter);
        window.run();
        assert_eq!(window.state().state.screen, Screen::People);
        assert!(told(&paper, |command| matches!(command,
            PeopleCommand::Show { open: Some(address) } if address.as_str() == "hanako@example.co.jp")));
    }
}

#[test]
fn the_picture_is_asked_about_an_address_and_a_day() {
    let (mut window, paper) = at_trust(Language::English, WIDE, web());
    window.state_mut().state.trust.day = "2025-03-01".into();
    window.get_by_label("Address").focus();
    window.run();
    window.get_by_label("Address").type_text("bob@example.net");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::Topic(topic) if matches!(&**topic,
        Topic::Trust(TrustCommand::Show { about: Some(about), at: Some(at) })
            if about.as_str() == "bob@example.net" && at.to_string().starts_with("2025-03-01T23:59:59")))));
    let (window, _) = at_trust(Language::Japanese, WIDE, TrustView::default());
    window.get_by_label("まだ何もつながっていません");
}

#[test]
fn the_keys_zoom_and_nothing_is_lost_by_it() {
    let (mut window, _) = at_trust(Language::English, WIDE, web());
    for key in [Key::Plus, Key::Plus, Key::Minus, Key::Minus, Key::Minus, Key::Num0] {
        window.key_press_modifiers(Modifiers::NONE, key);
        window.run();
        assert!(window.query_all_by_label_contains("Alice").next().is_some());
    }
}

#[test]
fn ten_thousand_people_are_drawn_in_the_time_of_a_frame() {
    let people: Vec<Person> =
        (0..10_000).map(|n| person(&format!("Person {n}"), &format!("p{n}@example.org"), None)).collect();
    let (mut window, paper) = at_people(Language::English, WIDE, PeopleView { people: Arc::new(people), card: None });
    let asked = |paper: &Paper| {
        paper
            .commands
            .borrow()
            .iter()
            .filter(|command| {
                matches!(command, Command::Topic(topic)
            if matches!(&**topic, Topic::People(PeopleCommand::Judge { places, .. }) if places.len() < 40))
            })
            .count()
    };
    assert_eq!(asked(&paper), 1, "those in sight are judged, once");
    for search in ["person 9", "", "p777@"] {
        window.state_mut().state.people.search = search.into();
        window.step();
        let frame = |_| {
            let began = Instant::now();
            window.step();
            began.elapsed()
        };
        // The shortest of some: what else the machine does is not counted.
        let took = (0..5).map(frame).min().unwrap();
        println!("{search:?}: {took:?}");
        assert!(took.as_millis() < 100, "{search:?}: {took:?}");
    }
}

/// People, their questions, and the picture of who vouches for whom.
pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let at_card = |view: PeopleView| at_people(language, WIDE, view).0.into_state();
    let nobody_chosen = || {
        let (mut app, _) = app(language);
        app.update(Event::Topic(TopicView::People(Arc::new(PeopleView { card: None, ..view() }))));
        app.show_people(None);
        app
    };
    let compares = |print: Fingerprint| {
        let mut app = at_card(view());
        app.state.keys.dialog = KeyDialog::Compare { fingerprint: print, name: "山田 花子".into() };
        app
    };
    let (words, sixth) = (sample::print(5, 20), sample::print(3, 32));
    let mut other = compares(words.clone());
    other.state.keys.sheet.entry = sample::print(6, 20).spaced();
    let code = clicked(compares(sixth.clone()), language.say(Word::CompareCode));
    let digits = clicked(compares(words.clone()), language.say(Word::CompareDigits));
    let vouches = clicked(at_card(view()), language.say(Word::Vouch));
    let company = clicked(vouches_again(language), language.say(Word::VouchCompany));
    let trust = |view| at_trust(language, WIDE, view).0.into_state();
    let mut chosen = trust(web());
    chosen.state.trust.chosen = Some(2);
    vec![
        ("people-card", at_card(view())),
        ("people-choose", nobody_chosen()),
        ("people-none", {
            let mut app = nobody_chosen();
            app.update(Event::Topic(TopicView::People(Arc::default())));
            app
        }),
        ("people-vouch", vouches),
        ("people-vouch-company", company),
        ("compare-words", compares(words)),
        ("compare-words-sixth", compares(sixth)),
        ("compare-other", other),
        ("compare-code", code),
        ("compare-digits", digits),
        ("trust-web", trust(web())),
        ("trust-chosen", chosen),
        ("trust-tree", trust(tree())),
        ("trust-none", trust(TrustView::default())),
    ]
}

fn vouches_again(language: Language) -> App {
    clicked(at_people(language, WIDE, view()).0.into_state(), language.say(Word::Vouch))
}

/// Two authorities of S/MIME, what they vouch for, and one that nobody believes.
fn tree() -> TrustView {
    let node = |name: &str, at: Option<&str>, role, verdict, path: Vec<usize>, layer, seed| Node {
        fingerprint: (role != Role::You).then(|| sample::print(seed, 32)),
        technology: (role != Role::You).then_some(Technology::Smime),
        name: name.into(),
        address: at.map(address),
        role,
        verdict,
        reason: None,
        path,
        layer,
    };
    let (good, no) = (TrustVerdict::Authenticated, TrustVerdict::Unauthenticated);
    let graph = Graph {
        nodes: vec![
            node("", None, Role::You, good, vec![0], 0, 0),
            node("Example Root CA", None, Role::Anchor, good, vec![0, 1], 1, 61),
            node("Example Mail CA 書留認証局", None, Role::Authority, good, vec![0, 1, 2], 2, 62),
            node("山田 花子", Some("hanako@example.co.jp"), Role::Certificate, good, vec![0, 1, 2, 3], 3, 63),
            node("Bob Ross", Some("bob@example.net"), Role::Certificate, good, vec![0, 1, 2, 4], 3, 64),
            node("Unknown Root", None, Role::Authority, no, vec![], 4, 65),
            node("Carol Danvers", Some("carol@example.com"), Role::Certificate, no, vec![], 5, 66),
        ],
        edges: [(0, 1, EdgeKind::Anchor, true), (1, 2, EdgeKind::Issued, true), (2, 3, EdgeKind::Issued, true)]
            .into_iter()
            .chain([(2, 4, EdgeKind::Issued, true), (5, 6, EdgeKind::Issued, false)])
            .map(|(from, to, kind, is_lit)| Edge { from, to, kind, is_lit })
            .collect(),
        at: sample::at(sample::NOW),
        about: None,
        left_out: 0,
    };
    TrustView { layout: Arc::new(lay_out(&graph)), graph: Arc::new(graph) }
}
