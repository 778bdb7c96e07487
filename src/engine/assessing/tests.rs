use std::sync::mpsc::sync_channel;

use super::*;
use crate::domain::Fingerprint;
use crate::engine::headless;
use crate::store::TrustKind;

/// A profile with so many messages that nobody has looked at.
fn profile(count: usize) -> (tempfile::TempDir, Profile) {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let letter = |n| RawMessage::new(format!("From: a@example.test\r\nSubject: {n}\r\n\r\nhello\r\n").into_bytes());
    headless::import(&profile, "Letters", &(0..count).map(letter).collect::<Vec<_>>()).unwrap();
    (dir, profile)
}

fn due(profile: &Profile) -> Vec<(MessageId, u64)> {
    profile.store.unassessed(i64::MAX, usize::MAX).unwrap()
}

#[test]
fn what_was_looked_at_before_the_user_trusted_otherwise_is_looked_at_again() {
    let (_dir, profile) = profile(3);
    let due = due(&profile);
    let give = |with: &Tools| {
        let mut messages = with.look_at_all(&profile, &due);
        for (.., assessment) in &mut messages {
            assessment.subject = "as it was".into();
        }
        let (to, from) = sync_channel(1);
        to.send(Looked { messages, trust: with.trust }).unwrap();
        drop(to);
        take_all(&profile, from).unwrap();
        let subject = |(id, _): &(MessageId, u64)| profile.store.row(*id).unwrap().1.subject;
        due.iter().map(subject).collect::<Vec<_>>()
    };
    let before = Tools::of(&profile).unwrap();
    profile.store.set_trust(&Fingerprint::from_bytes(&[7; 20]), TrustKind::Root, true).unwrap();
    assert_eq!(give(&before), ["2", "1", "0"]);
    assert_eq!(give(&Tools::of(&profile).unwrap()), ["as it was"; 3]);
}

#[test]
fn what_can_not_be_kept_is_said_and_stays_due() {
    let (_dir, profile) = profile(BATCH * 4);
    profile.store.refuse("UPDATE ON message");
    let publish: Publish = Arc::new(|_| {});
    let failure = all(&profile, &publish, &Cancel::new()).unwrap_err();
    assert_eq!(failure.kind, crate::engine::FailureKind::Store);
    assert_eq!(due(&profile).len(), BATCH * 4);
}

#[test]
fn more_than_a_batch_is_assessed_and_found() {
    let (_dir, profile) = profile(BATCH * 2 + 7);
    let publish: Publish = Arc::new(|_| {});
    assert_eq!(all(&profile, &publish, &Cancel::new()).unwrap(), BATCH * 2 + 7);
    assert!(due(&profile).is_empty());
    assert_eq!(profile.store.count_due_for_search().unwrap(), 0);
    assert_eq!(all(&profile, &publish, &Cancel::new()).unwrap(), 0);
}
