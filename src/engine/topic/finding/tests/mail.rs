//! What mail brings by itself.

mod gossip;

use base64::Engine as _;

use super::*;
use crate::domain::{Draft, Protection, TechnologyChoice};
use crate::engine::network::new_message;
use crate::engine::view::{MessageId, Seal};
use crate::engine::{reading, sending};
use crate::flow::outgoing;
use crate::store::MessageFlags;

impl Person {
    fn receives(&self, raw: &RawMessage) -> MessageId {
        let message = new_message(raw, None, MessageFlags::default(), None);
        self.profile.store.add_message(self.folder, &message).unwrap().unwrap()
    }

    /// Receives a message, and the program looks at it by itself.
    fn looks_at(&self, raw: &RawMessage) -> MessageId {
        let id = self.receives(raw);
        crate::engine::headless::assess_new(&self.profile).unwrap();
        id
    }

    fn met(&self, fingerprint: &Fingerprint) -> Vec<(ProvenanceSource, String)> {
        let met = self.profile.store.provenance(fingerprint).unwrap();
        met.into_iter().map(|place| (place.source, place.detail)).collect()
    }

    fn knows(&self, fingerprint: &Fingerprint) -> bool {
        let keyring = self.profile.keyring();
        keyring.pgp.find(fingerprint).is_some() || keyring.smime.find(fingerprint).is_some()
    }

    /// What is sent when this person writes, as the outbox has it.
    fn sends(&self, to: &Person, technology: Technology, encrypt: bool) -> RawMessage {
        let draft = Draft {
            from: self.me.clone(),
            to: vec![to.me.clone()],
            subject: "Noon".into(),
            text: "At the bridge.\n".into(),
            protection: Protection { sign: true, encrypt, technology: TechnologyChoice::Only(technology) },
            ..Draft::default()
        };
        sending::send(&self.profile, &draft, None).unwrap();
        // When it can no longer be taken back.
        let now = crate::domain::Timestamp::now() + crate::store::LONGEST_UNDO;
        self.profile.store.take_due(now).unwrap().expect("it is queued").3
    }
}

fn data(cert: &sequoia_openpgp::Cert) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(pgp::binary_public(cert));
    let lines: Vec<_> = text.as_bytes().chunks(70).map(String::from_utf8_lossy).collect();
    lines.join("\r\n ")
}

fn field(name: &str, address: &str, cert: &sequoia_openpgp::Cert) -> String {
    format!("{name}: addr={address}; prefer-encrypt=mutual; keydata=\r\n {}\r\n", data(cert))
}

fn plain(from: &str, header: &str) -> RawMessage {
    let date = "Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n";
    let text = format!("From: {from}\r\nTo: bob@example.test\r\nSubject: x\r\n{date}{header}\r\nhello\r\n");
    RawMessage::new(text.into_bytes())
}

#[test]
fn the_certificate_in_a_seal_is_kept_as_unverified_and_the_headline_stays() {
    let (alice, bob) = (person("alice"), person("bob"));
    let smime = alice.profile.generate(Technology::Smime, "Alice", "alice@example.test", None).unwrap();
    let raw = alice.sends(&bob, Technology::Smime, false);
    let id = bob.receives(&raw);
    let view = reading::view(&bob.profile, id, false).unwrap();
    assert_eq!(view.assessment.headline.seal, Seal::Unauthenticated);
    assert_eq!(bob.met(&smime), [(ProvenanceSource::Message, "alice@example.test".to_owned())]);
    assert!(bob.knows(&smime));
    let again = reading::view(&bob.profile, id, false).unwrap();
    assert_eq!(again.assessment.headline, view.assessment.headline);
    assert!(bob.profile.store.trust().unwrap().is_empty());
    // Signed by somebody who is not the author: that is not the author's certificate.
    let carol = person("carol");
    let forged = String::from_utf8(raw.to_vec()).unwrap().replacen("alice@example.test", "dora@example.test", 1);
    let id = carol.looks_at(&RawMessage::new(forged.into_bytes()));
    assert!(!carol.knows(&smime), "{:?}", reading::assess(&carol.profile, id).unwrap().1.from);
    // Whoever does not want that keeps nothing.
    let dave = person("dave");
    FindingSettings { harvests: false, ..FindingSettings::default() }.save(&dave.profile).unwrap();
    dave.looks_at(&raw);
    assert!(!dave.knows(&smime));
}

#[test]
fn what_is_sent_carries_ones_own_certificate_small_and_outside_alone_and_who_gets_it_can_answer_encrypted() {
    let (alice, bob) = (person("alice"), person("bob"));
    let raw = alice.sends(&bob, Technology::OpenPgp, false);
    let text = String::from_utf8(raw.to_vec()).unwrap();
    assert_eq!(text.matches("Autocrypt: addr=alice@example.test; keydata=").count(), 1, "{text}");
    assert!(text.lines().all(|line| line.len() <= 78));
    bob.looks_at(&raw);
    assert_eq!(bob.met(&alice.key), [(ProvenanceSource::Autocrypt, "alice@example.test".to_owned())]);
    let peer = bob.profile.store.autocrypt(&alice.address()).unwrap().unwrap();
    assert_eq!((peer.own.unwrap().1, peer.prefers_encryption), (alice.key.clone(), false));
    let kept = bob.profile.keyring().pgp.find(&alice.key).unwrap().clone();
    assert!(!kept.is_tsk());
    // It opens what is encrypted with what came in the header, and inside the field stands nowhere.
    let answer = bob.sends(&alice, Technology::OpenPgp, true);
    let (_, assessment) = reading::assess(&alice.profile, alice.looks_at(&answer)).unwrap();
    assert_eq!(assessment.text.trim(), "At the bridge.");
    assert_eq!(assessment.header_protection.mismatches, Vec::<String>::new());
    assert_eq!(alice.met(&bob.key).len(), 1);
    FindingSettings { announces: false, ..FindingSettings::default() }.save(&alice.profile).unwrap();
    let without = alice.sends(&bob, Technology::OpenPgp, false);
    assert!(!String::from_utf8(without.to_vec()).unwrap().contains("Autocrypt"));
}

#[test]
fn ones_own_certificate_goes_along_as_a_file_when_that_is_wanted_and_is_taken_from_there() {
    let (alice, bob) = (person("alice"), person("bob"));
    FindingSettings { announces: false, attaches_key: true, ..FindingSettings::default() }
        .save(&alice.profile)
        .unwrap();
    let raw = alice.sends(&bob, Technology::OpenPgp, false);
    bob.looks_at(&raw);
    assert_eq!(bob.met(&alice.key), [(ProvenanceSource::Message, "alice@example.test".to_owned())]);
}

#[test]
fn an_autocrypt_field_counts_only_if_it_is_the_authors_and_the_only_one() {
    let alice = certificate(&["Alice <alice@example.test>", "Victim <victim@example.test>"]);
    let second = certificate(&["Alice <alice@example.test>"]);
    let (one, other) = (pgp::fingerprint(&alice), pgp::fingerprint(&second));
    let from = "Alice <alice@example.test>";
    let own = field("Autocrypt", "alice@example.test", &alice);
    let refused = [
        ("of another", plain("mallory@example.test", &own)),
        ("two authors", plain("alice@example.test, mallory@example.test", &own)),
        ("two fields", plain(from, &(own.clone() + &field("Autocrypt", "alice@example.test", &second)))),
        ("a report", plain(from, &format!("{own}Content-Type: multipart/report; boundary=x\r\n"))),
        ("critical", plain(from, &own.replace("prefer-encrypt", "new-rule=1; prefer-encrypt"))),
        ("broken", plain(from, &own.replace("keydata=", "keydata=!"))),
        ("gossip in the clear", plain(from, &field("Autocrypt-Gossip", "alice@example.test", &alice))),
    ];
    for (why, raw) in refused {
        let bob = person("bob");
        bob.looks_at(&raw);
        assert!(!bob.knows(&one) && !bob.knows(&other), "{why}");
    }
    let bob = person("bob");
    let with_note = own.replace("keydata", "_note=x; keydata");
    bob.looks_at(&plain(from, &(with_note + &field("Autocrypt", "other@example.test", &second))));
    assert!(bob.knows(&one) && !bob.knows(&other), "a field of another does not stand in the way");
    let kept = bob.profile.keyring().pgp.find(&one).unwrap().clone();
    let names: Vec<String> = kept.userids().map(|one| one.userid().to_string()).collect();
    assert_eq!(names, ["Alice <alice@example.test>"], "nobody writes certificates for others");
    assert!(
        bob.profile
            .store
            .autocrypt(&EmailAddress::parse("alice@example.test").unwrap())
            .unwrap()
            .unwrap()
            .prefers_encryption
    );
}

#[test]
fn junk_brings_nothing_and_neither_does_a_flood() {
    let bob = person("bob");
    let account = bob.profile.store.accounts().unwrap()[0].id;
    let junk = bob.profile.store.ensure_folder(account, "Junk", "Junk", "junk").unwrap();
    let alice = certificate(&["Alice <alice@example.test>"]);
    let raw = plain("alice@example.test", &field("Autocrypt", "alice@example.test", &alice));
    bob.profile.store.add_message(junk, &new_message(&raw, None, MessageFlags::default(), None)).unwrap();
    crate::engine::headless::assess_new(&bob.profile).unwrap();
    assert!(!bob.knows(&pgp::fingerprint(&alice)));
    for _ in 0..12 {
        let one = certificate(&["Alice <alice@example.test>"]);
        bob.receives(&plain("alice@example.test", &field("Autocrypt", "alice@example.test", &one)));
    }
    crate::engine::headless::assess_new(&bob.profile).unwrap();
    let address = EmailAddress::parse("alice@example.test").unwrap();
    assert_eq!(bob.profile.keyring().pgp.naming(&address).count(), 8);
}

#[test]
fn gossip_is_taken_from_what_was_encrypted_and_only_of_those_who_got_it_too() {
    let (alice, bob) = (person("alice"), person("bob"));
    let carol = certificate(&["Carol <carol@example.test>"]);
    let stranger = certificate(&["Stranger <stranger@example.test>"]);
    let inner = format!(
        "{}{}Content-Type: text/plain\r\n\r\nhello\r\n",
        field("Autocrypt-Gossip", "carol@example.test", &carol),
        field("Autocrypt-Gossip", "stranger@example.test", &stranger)
    );
    let at = bob.profile.now();
    let sealed = pgp::encrypt(inner.as_bytes(), &[bob.cert()], None, &[], at).unwrap();
    let entity = crate::message::multipart_encrypted(&sealed);
    let header =
        "From: alice@example.test\r\nTo: bob@example.test, carol@example.test\r\nSubject: x\r\nMIME-Version: 1.0\r\n";
    let raw = RawMessage::new([header.as_bytes(), &entity].concat());
    bob.looks_at(&raw);
    let (known, unknown) = (pgp::fingerprint(&carol), pgp::fingerprint(&stranger));
    assert!(bob.knows(&known) && !bob.knows(&unknown));
    assert_eq!(bob.met(&known), [(ProvenanceSource::Gossip, "alice@example.test".to_owned())]);
    let address = EmailAddress::parse("carol@example.test").unwrap();
    assert_eq!(bob.profile.store.autocrypt(&address).unwrap().unwrap().gossip.unwrap().1, known);
    assert!(!alice.knows(&known));
}

#[test]
fn a_withdrawal_is_not_undone_by_an_older_certificate_in_a_mail() {
    let (alice, bob) = (person("alice"), person("bob"));
    let fresh = alice.sends(&bob, Technology::OpenPgp, false);
    let revocation: String = alice.profile.store.setting(&format!("revocation-{}", alice.key)).unwrap().unwrap();
    let mut ring = Keyring::default();
    ring.pgp.add_cert((*alice.cert()).clone().strip_secret_key_material());
    ring.add(revocation.as_bytes()).unwrap();
    bob.profile.keep(&ring, None, "imported").unwrap();
    bob.looks_at(&fresh);
    let report = bob.profile.keyring().report(&alice.key, bob.profile.now()).unwrap();
    assert!(report.is_revoked);
    assert_eq!(bob.met(&alice.key).len(), 1, "where it was met is remembered all the same");
    let draft = Draft { from: bob.me.clone(), to: vec![alice.me.clone()], ..Draft::default() };
    let protection = Protection { sign: false, encrypt: true, technology: TechnologyChoice::Auto };
    let at = bob.profile.now();
    let draft = Draft { protection, ..draft };
    let plan = outgoing::preflight(&draft, &bob.profile.keyring(), &bob.profile.policy(at).unwrap());
    assert!(!plan.blockers.is_empty());
}
