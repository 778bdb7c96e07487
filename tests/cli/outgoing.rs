//! What is said on the command line about how a message goes out.

use serde_json::json;

use super::peers::text;
use super::profile::Profile;
use super::{word, write};

const LETTER: &str = "From: alice@example.test\r\nTo: bob@example.test\r\nSubject: later\r\n\r\ny\r\n";

fn of_alice() -> Profile {
    let profile = Profile::new();
    profile.good(&["account", "add", "alice@example.test", "--smtp-host", "mail.example.test"]);
    profile
}

#[test]
fn a_message_for_later_waits_sealed_with_its_moment_and_its_wishes_and_may_be_taken_back() {
    let profile = of_alice();
    let file = write(profile.folder.path(), "later.eml", LETTER);
    profile.good(&["send", text(&file), "--at", "2126-11-30T08:00:00Z", "--dsn", "--require-tls"]);
    let waiting = profile.good(&["outbox", "list", "--json"]).document();
    assert_eq!(word(&waiting, "/state"), "queued");
    assert_eq!(word(&waiting, "/held_until"), "2126-11-30T08:00:00Z");
    assert_eq!(word(&waiting, "/subject"), "later");
    assert_eq!(
        [&waiting["reports"], &waiting["requires_tls"], &waiting["attempts"]],
        [&json!(true), &json!(true), &json!(0)]
    );
    let line = profile.good(&["outbox", "list"]);
    assert!(String::from_utf8_lossy(&line.output).contains("2126-11-30T08:00:00Z"));
    // Nobody knows yet whether it arrived.
    profile.run(&["outbox", "arrived", &waiting["id"].to_string()]).refused(1);
    assert!(profile.run(&["outbox", "send"]).refused(1).contains("--offline"));
    profile.good(&["outbox", "cancel", &waiting["id"].to_string()]);
    assert!(profile.good(&["outbox", "list", "--json"]).documents().is_empty());
    profile.run(&["send", text(&file), "--at", "tomorrow"]).refused(2);
    profile.run(&["outbox", "retry"]).refused(2);
}
