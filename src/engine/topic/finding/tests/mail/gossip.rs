//! Readers of the same message are told of each other.

use std::io::Write as _;
use std::process::{Command, Stdio};

use sequoia_autocrypt::{AutocryptHeaderType, AutocryptHeaders};

use super::*;

impl Person {
    fn meets(&self, other: &Person) {
        let theirs = other.profile.export(&other.key, false, None).unwrap();
        self.profile.import(&theirs, &[]).unwrap();
    }

    /// What is sent to some, and hidden to others: for each delivery how many get it, and its bytes.
    fn sends_to(&self, to: &[&Person], cc: &[&Person], bcc: &[&Person]) -> Vec<(usize, RawMessage)> {
        let all = |people: &[&Person]| people.iter().map(|one| one.me.clone()).collect();
        let technology = TechnologyChoice::Only(Technology::OpenPgp);
        let draft = Draft {
            from: self.me.clone(),
            to: all(to),
            cc: all(cc),
            bcc: all(bcc),
            subject: "Noon".into(),
            text: "At the bridge.\n".into(),
            protection: Protection { sign: true, encrypt: true, technology },
            ..Draft::default()
        };
        sending::send(&self.profile, &draft, None).unwrap();
        // When it can no longer be taken back.
        let now = crate::domain::Timestamp::now() + crate::store::LONGEST_UNDO;
        let next = || self.profile.store.take_due(now).unwrap();
        std::iter::from_fn(next).map(|(_, _, envelope, raw)| (envelope.recipients.len(), raw)).collect()
    }

    /// What gpg makes of a message with this person's key.
    fn opens_with_gpg(&self, raw: &RawMessage) -> Vec<u8> {
        let home = tempfile::Builder::new().prefix("gpg").tempdir().unwrap();
        let gpg = |arguments: &[&str], input: &[u8]| {
            let common = ["--batch", "--pinentry-mode", "loopback", "--passphrase", "swordfish"];
            let mut command = Command::new("gpg");
            command.arg("--homedir").arg(home.path()).args(common).args(arguments);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut child = command.spawn().expect("GnuPG is installed");
            child.stdin.take().unwrap().write_all(input).unwrap();
            child.wait_with_output().unwrap().stdout
        };
        let passphrase = crate::domain::Secret::from("swordfish");
        gpg(&["--import"], &self.profile.export(&self.key, true, Some(&passphrase)).unwrap());
        let text = String::from_utf8_lossy(raw).into_owned();
        let opened = gpg(&["--decrypt"], text.get(text.find("-----BEGIN PGP MESSAGE").unwrap()..).unwrap().as_bytes());
        let _ = Command::new("gpgconf").arg("--homedir").arg(home.path()).args(["--kill", "all"]).output();
        opened
    }
}

/// The addresses and keys that the gossip of a message hands on, as the library of that name reads it.
fn told(opened: &[u8]) -> Vec<(String, Fingerprint)> {
    let read = AutocryptHeaders::from_bytes(opened).unwrap();
    let mut told: Vec<(String, Fingerprint)> = Vec::new();
    for header in read.headers {
        assert_eq!(header.header_type, AutocryptHeaderType::Gossip);
        assert!(header.get("prefer-encrypt").is_none(), "others' wishes are not handed on");
        let cert = header.key.as_ref().expect("a certificate");
        assert!(!cert.is_tsk());
        told.push((header.get("addr").unwrap().value.clone(), pgp::fingerprint(cert)));
    }
    told
}

#[test]
fn readers_of_an_encrypted_message_are_told_of_each_other_and_nobody_of_who_is_hidden() {
    let [alice, bob, carol, dave] = ["alice", "bob", "carol", "dave"].map(person);
    for other in [&bob, &carol, &dave] {
        alice.meets(other);
    }
    let sent = alice.sends_to(&[&bob, &alice], &[&carol], &[&dave]);
    assert_eq!(sent.iter().map(|(count, _)| *count).collect::<Vec<_>>(), [3, 1]);
    let (group, hidden) = (&sent[0].1, &sent[1].1);
    assert!(!String::from_utf8_lossy(group).contains("Gossip"), "outside nothing is told");
    let of = |person: &Person| (person.me.address.clone(), person.key.clone());
    assert_eq!(told(&bob.opens_with_gpg(group)), [of(&bob), of(&carol)]);
    assert_eq!(told(&dave.opens_with_gpg(hidden)), []);

    carol.looks_at(group);
    assert_eq!(carol.met(&bob.key), [(ProvenanceSource::Gossip, "alice@example.test".to_owned())]);
    assert!(!carol.knows(&dave.key));
    let (_, found) = reading::assess(&carol.profile, carol.looks_at(&carol_again(group))).unwrap();
    assert_eq!((found.headline.lock, found.header_protection.mismatches.len()), (crate::flow::Lock::Encrypted, 0));
    // So she can answer to all.
    let answer = carol.sends_to(&[&alice], &[&bob], &[]);
    assert_eq!(answer[0].0, 2);
    assert!(bob.opens_with_gpg(&answer[0].1).ends_with(b"At the bridge.\r\n"));
    dave.looks_at(hidden);
    assert!(!dave.knows(&bob.key) && !dave.knows(&carol.key));
}

/// The same message as another one: what is there already is not taken in twice.
fn carol_again(raw: &RawMessage) -> RawMessage {
    RawMessage::new([b"X-Again: 1\r\n".as_slice(), raw].concat())
}

#[test]
fn nothing_is_told_to_a_single_reader_nor_by_who_does_not_speak_autocrypt() {
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(person);
    for other in [&bob, &carol] {
        alice.meets(other);
    }
    let gossip = |to: &[&Person]| told(&bob.opens_with_gpg(&alice.sends_to(to, &[], &[])[0].1)).len();
    assert_eq!(gossip(&[&bob]), 0);
    assert_eq!(gossip(&[&bob, &alice]), 0, "who writes is known");
    assert_eq!(gossip(&[&bob, &carol]), 2);
    FindingSettings { announces: false, ..FindingSettings::default() }.save(&alice.profile).unwrap();
    assert_eq!(gossip(&[&bob, &carol]), 0);
}
