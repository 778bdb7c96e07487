//! The dialogs that look for a certificate and publish one's own.

use kakitome::domain::RawMessage;
use kakitome::engine::topic::TopicView;
use kakitome::engine::topic::finding::{Asked, FindingView, FoundCertificate, LookUp, NoAnswer, Outcome, SearchView};
use kakitome::engine::view::ProvenanceSource;

use super::*;

fn found(report: kakitome::engine::view::CertificateReport, place: &str, is_kept: bool) -> FoundCertificate {
    let source = ProvenanceSource::Wkd;
    FoundCertificate { report, source, place: place.into(), is_kept, content: RawMessage::new(Vec::new()) }
}

fn search(is_running: bool, has_found: bool) -> SearchView {
    let asked = |way, place: &str, outcome| Asked { way, place: place.into(), outcome };
    let others = sample::keys().others;
    let certificates = vec![
        found((*others[0].report).clone(), "example.co.jp", false),
        found((*others[1].report).clone(), "keys.openpgp.org", true),
    ];
    SearchView {
        address: sample::address("hanako@example.co.jp"),
        is_running,
        asked: vec![
            asked(LookUp::Wkd, "example.co.jp", if has_found { Outcome::Found(1) } else { Outcome::Nothing }),
            asked(LookUp::Vks, "keys.openpgp.org", if is_running { Outcome::Waiting } else { Outcome::Nothing }),
            asked(LookUp::Dane, "example.co.jp", Outcome::NoAnswer(NoAnswer::DnsNotSigned)),
            asked(LookUp::Ldap, "", Outcome::NoAnswer(NoAnswer::NoServer)),
        ],
        found: if has_found { certificates } else { Vec::new() },
    }
}

fn looks(language: Language, view: Option<SearchView>) -> App {
    let (mut app, _) = app(language);
    app.update(Event::Keys(Arc::new(sample::keys())));
    app.state.screen = Screen::Keys;
    app.find("hanako@example.co.jp", view.is_some());
    app.update(Event::Topic(TopicView::Finding(Arc::new(FindingView { search: view, ..FindingView::default() }))));
    app
}

/// Whom to ask, what was found, and what was not.
pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let mut publishes = looks(language, None);
    publishes.state.finding.close();
    publishes.publish();
    vec![
        ("finding-ask", looks(language, None)),
        ("finding-running", looks(language, Some(search(true, false)))),
        ("finding-found", looks(language, Some(search(false, true)))),
        ("finding-none", looks(language, Some(search(false, false)))),
        ("finding-publish", publishes),
    ]
}
