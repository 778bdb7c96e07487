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

/// Beside a seal stands what it vouches for: mallory's certificate vouches for her address, not for bob's name.
#[test]
fn a_row_names_nobody_whom_the_seal_beside_it_does_not_name() {
    let (_dir, profile) = profile(1);
    let (id, _) = due(&profile)[0];
    let mut found = reading::assess(&profile, id).unwrap().1;
    found.from = vec![Mailbox::new("Bob Baker", "mallory@evil.test")];
    let row = |found: &Assessment| match noted(found) {
        Noted::Read(row) => row.from,
        Noted::Closed { .. } => panic!("it is open"),
    };
    let whole = found.from[0].clone();
    for code in [CautionCode::NameNotInCertificate, CautionCode::NameHoldsAddress, CautionCode::ImitatesKnown] {
        for (seal, is_named) in [
            (Seal::Authenticated, false),
            (Seal::Partial, false),
            (Seal::Unauthenticated, true),
            (Seal::Broken, true),
            (Seal::Unsigned, true),
        ] {
            found.cautions = vec![crate::flow::Caution { code, subject: String::new() }];
            found.headline.seal = seal;
            let expected = if is_named { whole.clone() } else { Mailbox::new("", "mallory@evil.test") };
            assert_eq!(row(&found), expected, "{code:?} {seal:?}");
            found.cautions.clear();
            assert_eq!(row(&found), whole);
        }
    }
}
