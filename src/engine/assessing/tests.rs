use std::sync::mpsc::sync_channel;

use super::*;
use crate::crypto::pgp;
use crate::domain::{Draft, Fingerprint, Protection, Secret};
use crate::engine::{headless, reading};
use crate::flow::outgoing;
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
        to.send(Looked { messages, basis: with.basis }).unwrap();
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

/// A profile with one message, for a key that waits for the passphrase "sesame".
fn closed() -> (tempfile::TempDir, Profile, MessageId) {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let me = Mailbox::new("Alice", "alice@example.org");
    let passphrase = Secret::from("sesame");
    let made = pgp::generate(&me.name, &me.email().unwrap(), Some(&passphrase), profile.now()).unwrap();
    profile.import(&pgp::armored_secret(&made.cert), &[]).unwrap();
    let draft = Draft {
        from: me.clone(),
        to: vec![me],
        subject: "the hidden subject".into(),
        text: "a word that is secret\n".into(),
        protection: Protection { sign: false, encrypt: true, ..Protection::default() },
        ..Draft::default()
    };
    let (at, keyring) = (profile.now(), profile.keyring());
    let plan = outgoing::preflight(&draft, &keyring, &profile.policy(at).unwrap()).approve(true).unwrap();
    let sealed = outgoing::seal(&plan, &keyring, &stateless::stamp(at, &draft.from).unwrap()).unwrap();
    headless::import(&profile, "Letters", &[sealed.deliveries[0].bytes.clone()]).unwrap();
    let message = due(&profile)[0].0;
    (dir, profile, message)
}

/// As the engine does it.
fn unlock(profile: &Profile) {
    profile.load_keyring(vec![Secret::from("sesame")]).unwrap();
    profile.store.forget_closed().unwrap();
}

fn looked_at(profile: &Profile) -> Looked {
    let with = Tools::of(profile).unwrap();
    Looked { messages: with.look_at_all(profile, &due(profile)), basis: with.basis }
}

fn row_of(profile: &Profile, message: MessageId) -> (Option<String>, String) {
    let (_, row) = profile.store.row(message).unwrap();
    (row.lock, row.subject)
}

fn opened() -> (Option<String>, String) {
    (Some("encrypted".into()), "the hidden subject".into())
}

#[test]
fn what_was_looked_at_before_a_key_was_unlocked_is_looked_at_again() {
    let (_dir, profile, message) = closed();
    let before = looked_at(&profile);
    assert_eq!(before.messages[0].2.headline.lock, Lock::CannotOpen);
    unlock(&profile);
    let (to, from) = sync_channel(1);
    to.send(before).unwrap();
    drop(to);
    take_all(&profile, from).unwrap();
    assert_eq!(row_of(&profile, message), opened());
    assert!(due(&profile).is_empty());
}

#[test]
fn what_is_found_closed_while_the_key_is_being_unlocked_stays_due_and_the_next_turn_opens_it() {
    let (_dir, profile, message) = closed();
    let before = looked_at(&profile);
    unlock(&profile);
    take(&profile, before, &mut indexing::Feed::new(), None).unwrap();
    assert_eq!(row_of(&profile, message).0, None);
    assert_eq!(profile.store.count_due_for_search().unwrap(), 0, "the search does not take it as closed either");
    let publish: Publish = Arc::new(|_| {});
    assert_eq!(all(&profile, &publish, &Cancel::new()).unwrap(), 1);
    assert_eq!(row_of(&profile, message), opened());
    assert_eq!(all(&profile, &publish, &Cancel::new()).unwrap(), 0);
    // Not unlocked, it is noted once, and asked for no more.
    let (_dir, profile, message) = closed();
    assert_eq!(all(&profile, &publish, &Cancel::new()).unwrap(), 1);
    assert_eq!(row_of(&profile, message).0.as_deref(), Some("cannot_open"));
    assert_eq!(all(&profile, &publish, &Cancel::new()).unwrap(), 0);
}

#[test]
fn a_message_that_was_opened_before_its_key_was_unlocked_is_not_noted_as_closed() {
    let (_dir, profile, message) = closed();
    let before = reading::look(&profile, message).unwrap();
    unlock(&profile);
    assert!(!reading::settle(&profile, &before).unwrap());
    assert_eq!(row_of(&profile, message).0, None);
    let after = reading::look(&profile, message).unwrap();
    assert!(reading::settle(&profile, &after).unwrap());
    assert_eq!(row_of(&profile, message), opened());
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
