//! The screen that brings keys from other programs.

use std::path::PathBuf;

use kakitome::engine::topic::bringing::{
    Bringing, BringingCommand, BringingView, Brought, Gain, Outcome, Secrets, Source, SourceKind, TrustHint,
    TrustLevel, Why, Wish,
};
use kakitome::engine::topic::{Topic, TopicView};
use kakitome::ui::Word;

use super::*;

fn source(kind: SourceKind, keys: usize, certificates: usize) -> Source {
    Source {
        kind,
        path: PathBuf::from("/home/alice/.gnupg"),
        name: "Card".into(),
        keys,
        certificates,
        problem: None,
        is_waiting: false,
    }
}

fn brings(language: Language, view: BringingView) -> (App, Paper) {
    let (mut app, paper) = app(language);
    app.state.screen = Screen::Bringing;
    app.update(Event::Topic(TopicView::Bringing(Arc::new(view))));
    (app, paper)
}

fn found() -> BringingView {
    BringingView {
        sources: Some(vec![source(SourceKind::Gnupg, 3, 41), source(SourceKind::Thunderbird, 1, 12)]),
        sharing: Some((false, PathBuf::from("/home/alice/pgp.cert.d"))),
        ..BringingView::default()
    }
}

/// What can be brought, what came, and what keeps it from coming.
pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let shows = |view| brings(language, view).0;
    let token = Source { is_waiting: true, ..source(SourceKind::Token, 1, 1) };
    let nothing = BringingView { sources: Some(vec![]), sharing: found().sharing, ..BringingView::default() };
    let mut failed = shows(found());
    failed.update(Event::Failed(Failure {
        kind: FailureKind::File,
        retry: Retry::Now,
        subject: "/home/alice/.gnupg".into(),
        source: "permission denied".into(),
    }));
    let report = BringingView { report: Some(Arc::new(came_and_stayed())), ..BringingView::default() };
    vec![
        ("bringing-found", shows(found())),
        ("bringing-none", shows(nothing)),
        ("bringing-busy", shows(BringingView { is_busy: true, ..BringingView::default() })),
        ("bringing-token", shows(BringingView { sources: Some(vec![token]), ..found() })),
        ("bringing-failed", failed),
        ("bringing-report", shows(report)),
    ]
}

/// Two certificates that are new, and some of what stayed.
fn came_and_stayed() -> Bringing {
    let came = |key: KeySummary| Brought {
        source: SourceKind::Gnupg,
        from: "/home/alice/.gnupg".into(),
        outcome: Outcome::Came {
            report: Box::new((*key.report).clone()),
            gain: Gain::New,
            outside: false,
            trust: Some(TrustHint { level: TrustLevel::Full, taken: false }),
        },
    };
    let stayed = |why: Why| Brought {
        source: SourceKind::Files,
        from: "/home/alice/keys".into(),
        outcome: Outcome::Stayed { subject: "鍵束 old keys.p12".into(), why, detail: String::new() },
    };
    let keys = sample::keys();
    let items = keys.others.iter().cloned().map(came).chain(Why::ALL.into_iter().take(5).map(stayed));
    Bringing { items: items.collect(), dry_run: false }
}

/// The last wish that was sent.
fn wish(paper: &Paper) -> Option<Wish> {
    paper.commands.borrow().iter().rev().find_map(|command| match command {
        Command::Topic(topic) => match &**topic {
            Topic::Bringing(BringingCommand::Bring(wish)) => Some((**wish).clone()),
            _ => None,
        },
        _ => None,
    })
}

#[test]
fn what_is_ticked_is_brought_with_the_passphrase_and_nothing_is_trusted_by_itself() {
    for language in LANGUAGES {
        let (app, paper) = brings(language, found());
        let mut window = window(app, WIDE);
        let counts = [("keys", "3"), ("certificates", "41")];
        window.get_by_label(&language.fill(Word::BringCounts, &counts));
        window.get_by_label(language.say(Word::BringThunderbird)).click();
        window.run();
        let field = |window: &Harness<'static, App>| {
            window.get_by_role_and_label(Role::PasswordInput, language.say(Word::BringPassphrase)).focus();
        };
        field(&window);
        window.run();
        window.get_by_role_and_label(Role::PasswordInput, language.say(Word::BringPassphrase)).type_text("swordfish");
        window.run();
        window.get_by_label(language.say(Word::Bring)).click();
        window.run();
        let wish = wish(&paper).unwrap();
        assert_eq!(wish.sources, [(SourceKind::Gnupg, PathBuf::from("/home/alice/.gnupg"))]);
        assert_eq!((wish.secrets, wish.takes_trust, wish.dry_run), (Secrets::Bring, false, false));
        assert_eq!(wish.passphrases.iter().map(|one| one.declassify().clone()).collect::<Vec<_>>(), ["swordfish"]);
    }
}

#[test]
fn the_ways_are_said_and_chosen() {
    let (app, paper) = brings(Language::English, found());
    let mut window = window(app, [900.0, 1400.0]);
    window.get_by_label(Word::BringAgent.text(Language::English)).click();
    window.run();
    window.get_by_label(Word::BringAgentHint.text(Language::English));
    window.get_by_label(Word::BringTrust.text(Language::English)).click();
    window.run();
    window.get_by_label(Word::BringPreview.text(Language::English)).click();
    window.run();
    let asked = wish(&paper).unwrap();
    assert_eq!((asked.secrets, asked.takes_trust, asked.dry_run), (Secrets::WithAgent, true, true));
    assert_eq!(asked.sources.len(), 2);
    // What was looked at comes as it was asked for.
    let report = Some(Arc::new(Bringing { items: Vec::new(), dry_run: true }));
    window
        .state_mut()
        .update(Event::Topic(TopicView::Bringing(Arc::new(BringingView { report, ..BringingView::default() }))));
    window.run();
    window.get_by_label(Word::Bring.text(Language::English)).click();
    window.run();
    let asked = wish(&paper).unwrap();
    assert_eq!((asked.secrets, asked.takes_trust, asked.dry_run), (Secrets::WithAgent, true, false));
    window.state_mut().update(Event::Topic(TopicView::Bringing(Arc::new(found()))));
    window.run();
    window.get_by_label(Word::BringShare.text(Language::English)).click();
    window.run();
    let shares = |command: &Command| matches!(command, Command::Topic(topic) if matches!(**topic, Topic::Bringing(BringingCommand::Share(true))));
    assert!(sent(&paper, shares));
}

#[test]
fn the_report_says_what_came_and_for_everything_that_stayed_why_and_what_to_do() {
    let mut items: Vec<Brought> = sample::keys()
        .others
        .iter()
        .map(|key| Brought {
            source: SourceKind::Gnupg,
            from: "/home/alice/.gnupg".into(),
            outcome: Outcome::Came {
                report: Box::new((*key.report).clone()),
                gain: Gain::New,
                outside: false,
                trust: Some(TrustHint { level: TrustLevel::Full, taken: false }),
            },
        })
        .collect();
    let came = items.len();
    items.extend(Why::ALL.map(|why| Brought {
        source: SourceKind::Files,
        from: "/home/alice/keys".into(),
        outcome: Outcome::Stayed { subject: format!("{why:?}.p12"), why, detail: String::new() },
    }));
    for language in LANGUAGES {
        let report = Some(Arc::new(Bringing { items: items.clone(), dry_run: false }));
        let (app, paper) = brings(language, BringingView { report, ..BringingView::default() });
        let mut window = window(app, [1280.0, 4000.0]);
        let counts = [
            ("new", came.to_string()),
            ("updated", "0".to_owned()),
            ("known", "0".to_owned()),
            ("stayed", Why::ALL.len().to_string()),
        ];
        let counts = counts.each_ref().map(|(name, count)| (*name, count.as_str()));
        window.get_by_label(&language.fill(Word::BringSummary, &counts));
        for why in Why::ALL {
            window.get_by_label(&format!("{why:?}.p12"));
        }
        assert!(window.query_all_by_label(language.say(Word::BringNotTrusted)).count() >= 1);
        window.get_by_label(language.say(Word::BringFinish)).click();
        window.run();
        assert_eq!(window.state().state.screen, Screen::Keys);
        assert!(sent(&paper, |command| matches!(command, Command::ListKeys)));
    }
}

#[test]
fn work_that_goes_on_can_be_stopped() {
    let (app, paper) = brings(Language::English, BringingView { is_busy: true, ..BringingView::default() });
    let mut window = window(app, WIDE);
    window.get_all_by_label(Word::BringStop.text(Language::English)).next().unwrap().click();
    window.run();
    assert!(sent(&paper, |command| matches!(command, Command::Cancel)));
}

#[test]
fn a_token_that_waits_is_given_its_pin_which_does_not_stay() {
    let token = Source { is_waiting: true, ..source(SourceKind::Token, 1, 0) };
    let (app, paper) =
        brings(Language::English, BringingView { sources: Some(vec![token]), ..BringingView::default() });
    let mut window = window(app, WIDE);
    let label = Word::BringPin.text(Language::English);
    window.get_by_role_and_label(Role::PasswordInput, label).focus();
    window.run();
    window.get_by_role_and_label(Role::PasswordInput, label).type_text("4821");
    window.run();
    window.get_by_label(Word::BringUnlockToken.text(Language::English)).click();
    window.run();
    let is_pin = |command: &Command| match command {
        Command::Topic(topic) => {
            matches!(&**topic, Topic::Bringing(BringingCommand::Pin { pin, .. }) if pin.declassify() == "4821")
        }
        _ => false,
    };
    assert!(sent(&paper, is_pin));
    assert!(!format!("{:?}", window.state().state.bringing).contains("4821"), "the PIN does not stay");
}

#[test]
fn a_newcomer_and_the_keys_screen_lead_there() {
    for language in LANGUAGES {
        let (mut app, paper) = app(language);
        app.state.screen = Screen::Keys;
        app.update(Event::Keys(Arc::new(sample::keys())));
        let mut window = window(app, WIDE);
        window.get_by_label(language.say(Word::BringFromOthers)).click();
        window.run();
        assert_eq!(window.state().state.screen, Screen::Bringing);
        let looks = |command: &Command| matches!(command, Command::Topic(topic) if matches!(**topic, Topic::Bringing(BringingCommand::Look(None))));
        assert!(sent(&paper, looks));
    }
}
