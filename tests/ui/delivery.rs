//! Whether a message arrived: the card of a report, and the lines under what was sent.

use kakitome::engine::view::DeliveryView;
use kakitome::message::{DeliveryAction, DeliveryOutcome, DeliveryReport};
use kakitome::store::DeliveryRecord;
use kakitome::ui::Word;

use super::*;

fn report() -> DeliveryReport {
    let outcome = |recipient: &str, action, status: &str, detail: &str| DeliveryOutcome {
        recipient: recipient.into(),
        action,
        status: status.into(),
        detail: detail.into(),
    };
    DeliveryReport {
        envelope_id: Some("5f1c".into()),
        reporter: "mx.example.co.jp".into(),
        message_id: Some("1@example.org".into()),
        subject: Some("請求書のお知らせ".into()),
        outcomes: vec![
            outcome("hanako@example.co.jp", DeliveryAction::Failed, "5.2.2", "552 5.2.2 Mailbox full"),
            outcome("bob@example.net", DeliveryAction::Delayed, "4.4.1", "connection timed out"),
        ],
    }
}

fn shows(language: Language, delivery: DeliveryView) -> App {
    let mut view = message(Lock::NotEncrypted, Seal::Unsigned);
    view.help.delivery = delivery;
    reads(language, view).0
}

fn known() -> Vec<DeliveryRecord> {
    let record = |recipient: &str, action: &str, status: &str| DeliveryRecord {
        recipient: recipient.into(),
        action: action.into(),
        status: status.into(),
        detail: String::new(),
        at: sample::at(sample::NOW),
    };
    vec![record("bob@example.net", "delivered", "2.0.0"), record("hanako@example.co.jp", "failed", "5.1.1")]
}

pub fn screens(language: Language) -> Vec<(&'static str, App)> {
    let of = |is_ours| DeliveryView { report: Some(report()), is_ours, ..DeliveryView::default() };
    vec![
        ("delivery-report", shows(language, of(true))),
        ("delivery-forged", shows(language, of(false))),
        ("delivery-known", shows(language, DeliveryView { known: known(), ..DeliveryView::default() })),
    ]
}

#[test]
fn a_report_says_in_words_what_became_of_the_message_and_whether_it_is_believed() {
    for (language, full) in [
        (Language::English, "Could not be delivered to hanako@example.co.jp: the mailbox is full (5.2.2)"),
        (Language::Japanese, "hanako@example.co.jp に届きませんでした：メールボックスがいっぱいです（5.2.2）"),
    ] {
        for is_ours in [true, false] {
            let view = DeliveryView { report: Some(report()), is_ours, ..DeliveryView::default() };
            let window = window(shows(language, view), WIDE);
            assert!(window.query_by_label_contains(full).is_some());
            let doubt = language.say(Word::DeliveryNotOurs);
            assert_eq!(window.query_by_label_contains(doubt).is_some(), !is_ours);
        }
        let window = window(shows(language, DeliveryView { known: known(), ..DeliveryView::default() }), WIDE);
        assert!(window.query_by_label_contains("5.1.1").is_some());
        let there = language.fill(Word::DeliveryDone, &[("name", "bob@example.net"), ("why", "")]);
        assert!(window.query_by_label_contains(&there).is_some());
    }
}
