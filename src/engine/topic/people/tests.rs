use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::{Draft, Mailbox, Protection, RawMessage, TechnologyChoice};
use crate::engine::FailureKind::{Input, NotNamed, NothingToRetract};
use crate::engine::certify::{self, Vouch};
use crate::engine::network::new_message;
use crate::engine::{reading, stateless};
use crate::flow::{CautionCode, outgoing};
use crate::store::{AccountRecord, MessageFlags, TrustKind};

/// Somebody with a profile, an account and both keys.
struct Lab {
    profile: Profile,
    folder: i64,
    me: Mailbox,
    keys: [Fingerprint; 2],
    _dir: tempfile::TempDir,
}

fn lab(name: &str) -> Lab {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let me = Mailbox::new(name, format!("{}@example.org", name.to_lowercase()));
    let record = AccountRecord { name: me.name.clone(), address: me.address.clone(), ..AccountRecord::default() };
    let account = profile.store.save_account(&record).unwrap();
    let folder = profile.store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    let keys = [Technology::OpenPgp, Technology::Smime]
        .map(|technology| profile.generate(technology, name, &me.address, None).unwrap());
    Lab { profile, folder, me, keys, _dir: dir }
}

impl Lab {
    fn address(&self) -> EmailAddress {
        self.me.email().unwrap()
    }

    fn writes(&self, to: &Lab, technology: Technology, text: &str) -> RawMessage {
        let protection = Protection { sign: true, encrypt: false, technology: TechnologyChoice::Only(technology) };
        let draft = Draft {
            from: self.me.clone(),
            to: vec![to.me.clone()],
            subject: "Noon".into(),
            text: text.into(),
            protection,
            ..Draft::default()
        };
        let at = self.profile.now();
        let plan = outgoing::preflight(&draft, &self.profile.keyring(), &self.profile.policy(at).unwrap());
        let stamp = stateless::stamp(at, &draft.from).unwrap();
        let sealed = outgoing::seal(&plan.approve(true).unwrap(), &self.profile.keyring(), &stamp).unwrap();
        sealed.deliveries[0].bytes.clone()
    }

    /// A message that arrived so many days ago.
    fn receives(&self, raw: &RawMessage, days_ago: i64) -> i64 {
        let at = Timestamp::now() - SignedDuration::from_hours(days_ago * 24);
        let message = new_message(raw, None, MessageFlags::default(), Some(at));
        self.profile.store.add_message(self.folder, &message).unwrap().unwrap()
    }

    fn knows(&self, other: &Lab) {
        for key in &other.keys {
            self.profile.import(&other.profile.export(key, false, None).unwrap(), &[]).unwrap();
        }
    }

    fn cautions(&self, message: i64) -> Vec<CautionCode> {
        let (_, assessment) = reading::assess(&self.profile, message).unwrap();
        assert!(assessment.headline.seal < crate::flow::Seal::Partial, "what was seen makes nobody believed");
        assessment.cautions.iter().map(|caution| caution.code).collect()
    }

    fn card(&self, of: &EmailAddress) -> PersonCard {
        (*show(&self.profile, Some(of)).unwrap().card.unwrap()).clone()
    }
}

fn changed(cautions: &[CautionCode]) -> bool {
    cautions.contains(&CautionCode::KeyChanged)
}

#[test]
fn who_signs_is_seen_once_a_message_and_never_more_than_seen() {
    let (alice, bob) = (lab("Alice"), lab("Bob"));
    alice.knows(&bob);
    let first = alice.receives(&bob.writes(&alice, Technology::OpenPgp, "one\n"), 9);
    let second = alice.receives(&bob.writes(&alice, Technology::OpenPgp, "two\n"), 2);
    for message in [second, first, second, first] {
        assert!(!changed(&alice.cautions(message)));
    }
    let card = alice.card(&bob.address());
    let seen = card.certificates.iter().find(|one| one.report.fingerprint == bob.keys[0]).unwrap();
    let sighting = seen.sighting.clone().unwrap();
    assert_eq!((sighting.messages, seen.judgement.verdict), (2, TrustVerdict::Unauthenticated));
    let days = |from: Timestamp, to: Timestamp| (to.as_second() - from.as_second()) / 86_400;
    assert_eq!((days(sighting.first_at, sighting.last_at), days(sighting.first_at, Timestamp::now())), (7, 9));
    assert_eq!((card.questions.len(), card.person.correspondence.messages), (0, 2));
    let help = reading::view(&alice.profile, first, false).unwrap().help;
    assert_eq!(help.sightings.iter().map(|one| one.messages).collect::<Vec<_>>(), [2]);
}

#[test]
fn what_is_not_wholly_signed_by_the_author_is_not_a_sighting() {
    let (alice, bob, mallory) = (lab("Alice"), lab("Bob"), lab("Mallory"));
    alice.knows(&bob);
    alice.knows(&mallory);
    let good = bob.writes(&alice, Technology::OpenPgp, "meet me\n");
    let text = String::from_utf8(good.to_vec()).unwrap();
    let altered = RawMessage::new(text.replace("meet me", "pay me").into_bytes());
    // Mallory's seal on a message that shows bob as its author.
    let theirs = String::from_utf8(mallory.writes(&alice, Technology::OpenPgp, "x\n").to_vec()).unwrap();
    let spoofed = RawMessage::new(theirs.replace("mallory@example.org", "bob@example.org").into_bytes());
    let unsigned = RawMessage::new(b"From: bob@example.org\r\nSubject: x\r\n\r\nx\r\n".to_vec());
    for raw in [altered, spoofed, unsigned] {
        let message = alice.receives(&raw, 1);
        let _ = reading::assess(&alice.profile, message).unwrap();
    }
    assert!(alice.profile.store.sightings_of(&bob.address()).unwrap().is_empty());
    // One's own sealed mail in the sent folder is not that of a correspondent.
    let own = alice.receives(&alice.writes(&bob, Technology::OpenPgp, "hello\n"), 1);
    let _ = reading::assess(&alice.profile, own).unwrap();
    assert!(alice.profile.store.sightings_of(&alice.address()).unwrap().is_empty());
}

#[test]
fn another_key_is_a_question_until_it_is_answered_and_the_answer_can_be_changed() {
    for technology in [Technology::OpenPgp, Technology::Smime] {
        let (alice, bob, other) = (lab("Alice"), lab("Bob"), lab("Bob"));
        alice.knows(&bob);
        alice.knows(&other);
        let new = alice.receives(&other.writes(&alice, technology, "my new key\n"), 1);
        let old = alice.receives(&bob.writes(&alice, technology, "noon\n"), 30);
        // They are looked at with the newest first, and the order in which they arrived decides.
        let _ = reading::assess(&alice.profile, new).unwrap();
        assert!(!changed(&alice.cautions(old)), "{technology:?}");
        assert!(changed(&alice.cautions(new)), "{technology:?}");
        let key = |lab: &Lab| lab.keys[usize::from(technology == Technology::Smime)].clone();
        let card = alice.card(&bob.address());
        assert_eq!(card.questions.len(), 1);
        assert_eq!(
            (&card.questions[0].new.fingerprint, &card.questions[0].before.fingerprint),
            (&key(&other), &key(&bob))
        );
        assert!(show(&alice.profile, None).unwrap().people[0].is_in_question);
        let answer = |is_accepted| {
            let at = alice.profile.now();
            alice.profile.store.answer_key_change(&bob.address(), &key(&other), is_accepted, at).unwrap();
        };
        answer(false);
        assert!(alice.cautions(new).contains(&CautionCode::KeyRefused));
        assert!(alice.card(&bob.address()).questions.is_empty());
        answer(true);
        let cautions = alice.cautions(new);
        assert!(!changed(&cautions) && !cautions.contains(&CautionCode::KeyRefused));
        assert!(!changed(&alice.cautions(old)));
    }
}

#[test]
fn comparing_the_new_key_answers_the_question_too_and_a_refused_one_vouches_for_no_change() {
    let (alice, bob, other, third) = (lab("Alice"), lab("Bob"), lab("Bob"), lab("Bob"));
    for one in [&bob, &other, &third] {
        alice.knows(one);
    }
    let mallorys = alice.receives(&other.writes(&alice, Technology::OpenPgp, "first\n"), 30);
    let bobs = alice.receives(&bob.writes(&alice, Technology::OpenPgp, "second\n"), 3);
    let _ = reading::assess(&alice.profile, mallorys).unwrap();
    assert!(changed(&alice.cautions(bobs)), "who came first is nobody's proof");
    alice.profile.store.answer_key_change(&bob.address(), &other.keys[0], false, alice.profile.now()).unwrap();
    assert!(!changed(&alice.cautions(bobs)));
    let thirds = alice.receives(&third.writes(&alice, Technology::OpenPgp, "third\n"), 1);
    assert!(changed(&alice.cautions(thirds)));
    alice.profile.compare(&third.keys[0]).unwrap();
    let (_, assessment) = reading::assess(&alice.profile, thirds).unwrap();
    assert!(!assessment.cautions.iter().any(|caution| caution.code == CautionCode::KeyChanged));
    assert_eq!(alice.card(&bob.address()).questions.len(), 0);
}

#[test]
fn a_card_has_both_technologies_and_only_a_compared_certificate_joins_addresses() {
    let (alice, bob) = (lab("Alice"), lab("Bob"));
    alice.knows(&bob);
    let people = show(&alice.profile, None).unwrap().people;
    assert_eq!(people.len(), 1, "one's own keys are nobody's card: {people:?}");
    assert_eq!((people[0].certificates.len(), people[0].name.as_str()), (2, "Bob"));
    // Mallory's certificate claims an address of hers and bob's.
    let both = crate::crypto::pgp::generate(
        "Mallory",
        &EmailAddress::parse("mallory@example.org").unwrap(),
        None,
        Timestamp::now(),
    )
    .unwrap();
    let mut pair = both.cert.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let claim = sequoia_openpgp::packet::UserID::from("Bob <bob@example.org>");
    let builder = sequoia_openpgp::packet::signature::SignatureBuilder::new(
        sequoia_openpgp::types::SignatureType::PositiveCertification,
    );
    let binding = claim.bind(&mut pair, &both.cert, builder).unwrap();
    let packets = [sequoia_openpgp::Packet::from(claim), binding.into()];
    let claiming = both.cert.as_ref().clone().insert_packets(packets).unwrap().0;
    alice.profile.import(&crate::crypto::pgp::armored_public(&claiming), &[]).unwrap();
    assert_eq!(show(&alice.profile, None).unwrap().people.len(), 2, "what it claims joins nobody");
    let print = crate::crypto::pgp::fingerprint(&claiming);
    alice.profile.store.set_trust(&print, TrustKind::Direct, true).unwrap();
    alice.profile.compare(&print).unwrap();
    let people = show(&alice.profile, None).unwrap().people;
    assert_eq!((people.len(), people[0].others.len()), (1, 1), "the user said so: {people:?}");
}

#[test]
fn who_vouches_is_believed_and_what_is_taken_back_is_not() {
    let (alice, bob) = (lab("Alice"), lab("Bob"));
    alice.knows(&bob);
    let verdict = |key: &Fingerprint| {
        let card = alice.card(&bob.address());
        card.certificates.iter().find(|one| one.report.fingerprint == *key).unwrap().clone()
    };
    assert_eq!(verdict(&bob.keys[0]).judgement.verdict, TrustVerdict::Unauthenticated);
    let what = |address: &str, key: &Fingerprint| Vouch {
        fingerprint: key.clone(),
        address: EmailAddress::parse(address).unwrap(),
        vouching: crate::engine::graph::Vouching::default(),
        by: None,
        passphrase: None,
    };
    let refused = |what: &Vouch| certify::vouch(&alice.profile, what).unwrap_err().kind;
    assert_eq!(refused(&what("carol@example.org", &bob.keys[0])), NotNamed);
    assert_eq!(refused(&what("bob@example.org", &bob.keys[1])), Input, "X.509 is not vouched for by people");
    let back = || certify::retract(&alice.profile, &bob.keys[0], None, None, None);
    assert_eq!(back().unwrap_err().kind, NothingToRetract);
    let by = certify::vouch(&alice.profile, &what("bob@example.org", &bob.keys[0])).unwrap();
    assert_eq!(by, alice.keys[0]);
    let card = verdict(&bob.keys[0]);
    assert_eq!((card.judgement.verdict, card.vouched.is_some()), (TrustVerdict::Authenticated, true));
    assert_eq!(card.judgement.path.0.len(), 2);
    back().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    let card = verdict(&bob.keys[0]);
    assert_eq!((card.judgement.verdict, card.vouched.is_some()), (TrustVerdict::Unauthenticated, false));
}
