mod crowd;

use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use sequoia_openpgp::cert::CertRevocationBuilder;
use sequoia_openpgp::cert::prelude::CertBuilder;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::types::{ReasonForRevocation, SignatureType};

use super::*;

fn then() -> Timestamp {
    "2024-01-15T12:00:00Z".parse().unwrap()
}

fn later() -> Timestamp {
    then() + (30 * 24).hours()
}

fn address(name: &str) -> EmailAddress {
    EmailAddress::parse(&format!("{}@kakitome.example", name.to_lowercase())).unwrap()
}

fn person(name: &str) -> Cert {
    pgp::generate(name, &address(name), None, then()).unwrap().cert.as_ref().clone()
}

/// `issuer` vouches for the first User ID of `target`, and with a depth for those it vouches for.
fn certifies(issuer: &Cert, target: Cert, depth: u8, amount: u8) -> Cert {
    let mut pair = issuer.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let user_id = target.userids().next().unwrap().userid().clone();
    let builder = SignatureBuilder::new(SignatureType::GenericCertification)
        .set_signature_creation_time(pgp::system_time(then()))
        .unwrap()
        .set_trust_signature(depth, amount)
        .unwrap();
    let certification = user_id.bind(&mut pair, &target, builder).unwrap();
    target.insert_packets([certification]).unwrap().0
}

fn revoked(cert: &Cert, reason: ReasonForRevocation, at: Timestamp) -> Cert {
    let mut pair = cert.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let revocation = CertRevocationBuilder::new()
        .set_reason_for_revocation(reason, b"")
        .unwrap()
        .set_signature_creation_time(pgp::system_time(at))
        .unwrap()
        .build(&mut pair, cert, None)
        .unwrap();
    cert.clone().insert_packets([revocation]).unwrap().0
}

fn ring(certs: &[&Cert]) -> PgpRing {
    let mut ring = PgpRing::default();
    for cert in certs {
        ring.add_cert((*cert).clone());
    }
    ring
}

fn rooted(roots: &[&Cert]) -> TrustPolicy {
    let mut policy = TrustPolicy::nobody(later());
    policy.roots = roots.iter().map(|root| pgp::fingerprint(root)).collect();
    policy
}

fn directly(cert: &Cert) -> TrustPolicy {
    let mut policy = TrustPolicy::nobody(later());
    let mut keyring = crate::crypto::Keyring::default();
    keyring.pgp.add_cert(cert.clone());
    policy.compare(pgp::fingerprint(cert), &keyring);
    policy
}

fn judged(cert: &Cert, name: &str, ring: &PgpRing, policy: &TrustPolicy) -> (TrustVerdict, Option<String>) {
    let judgement = judge(cert, Some(&address(name)), ring, policy);
    (judgement.verdict, judgement.reason)
}

fn said(verdict: TrustVerdict, reason: &str) -> (TrustVerdict, Option<String>) {
    (verdict, Some(reason.to_owned()))
}

#[test]
fn nobody_is_believed_on_their_own_word() {
    let bob = person("Bob");
    let ring = ring(&[&bob]);
    let nobody = TrustPolicy::nobody(later());
    assert_eq!(judged(&bob, "Bob", &ring, &nobody), said(TrustVerdict::Unauthenticated, "no_path"));
    assert_eq!(
        judged(&bob, "Bob", &ring, &rooted(&[&person("Alice")])),
        said(TrustVerdict::Unauthenticated, "no_path")
    );
}

#[test]
fn a_certificate_that_the_user_compared_is_believed_for_its_own_addresses_only() {
    let bob = person("Bob");
    let ring = ring(&[&bob]);
    let mut given = TrustPolicy::nobody(later());
    given.trust_given = true;
    for policy in [directly(&bob), given] {
        let judgement = judge(&bob, Some(&address("Bob")), &ring, &policy);
        assert_eq!((judgement.verdict, judgement.reason), (TrustVerdict::Authenticated, None));
        assert_eq!(judgement.path.0[0].kind, StepKind::Direct);
        assert_eq!(judged(&bob, "Carol", &ring, &policy), said(TrustVerdict::Mismatch, "address_missing"));
    }
}

#[test]
fn alice_vouches_for_bob_and_the_path_says_so() {
    let alice = person("Alice");
    let bob = certifies(&alice, person("Bob"), 0, 120);
    let ring = ring(&[&alice, &bob]);
    let judgement = judge(&bob, Some(&address("Bob")), &ring, &rooted(&[&alice]));
    assert_eq!((judgement.verdict, judgement.reason), (TrustVerdict::Authenticated, None));
    let fingerprints: Vec<_> = judgement.path.0.iter().map(|step| step.fingerprint.clone()).collect();
    assert_eq!(fingerprints, [pgp::fingerprint(&alice), pgp::fingerprint(&bob)]);
    assert!(judgement.path.0.iter().all(|step| step.kind == StepKind::Certification));
    assert!(judgement.path.0[0].name.contains("Alice"));
    assert_eq!(judged(&bob, "Carol", &ring, &rooted(&[&alice])), said(TrustVerdict::Mismatch, "address_missing"));
    assert_eq!(judged(&alice, "Alice", &ring, &rooted(&[&alice])).0, TrustVerdict::Authenticated);
}

#[test]
fn only_an_introducer_can_pass_trust_on() {
    let alice = person("Alice");
    for (depth, verdict) in [(0, TrustVerdict::Unauthenticated), (1, TrustVerdict::Authenticated)] {
        let bob = certifies(&alice, person("Bob"), depth, 120);
        let carol = certifies(&bob, person("Carol"), 0, 120);
        let ring = ring(&[&alice, &bob, &carol]);
        let judgement = judge(&carol, Some(&address("Carol")), &ring, &rooted(&[&alice]));
        assert_eq!(judgement.verdict, verdict);
        assert_eq!(judgement.path.0.len(), if depth == 1 { 3 } else { 0 });
    }
}

#[test]
fn some_evidence_is_partial_and_adds_up() {
    let (alice, dave) = (person("Alice"), person("Dave"));
    let bob = certifies(&alice, person("Bob"), 0, 60);
    let once = ring(&[&alice, &dave, &bob]);
    assert_eq!(judged(&bob, "Bob", &once, &rooted(&[&alice, &dave])), said(TrustVerdict::Partial, "not_enough"));
    let bob = certifies(&dave, bob, 0, 60);
    let twice = ring(&[&alice, &dave, &bob]);
    assert_eq!(judged(&bob, "Bob", &twice, &rooted(&[&alice, &dave])).0, TrustVerdict::Authenticated);
}

#[test]
fn mallory_can_not_give_bob_another_address_on_alices_word() {
    let alice = person("Alice");
    let bob = certifies(&alice, person("Bob"), 0, 120);
    let mut pair = bob.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let claim = UserID::from("The Bank <bank@kakitome.example>");
    let builder = SignatureBuilder::new(SignatureType::PositiveCertification)
        .set_signature_creation_time(pgp::system_time(then()))
        .unwrap();
    let binding = claim.bind(&mut pair, &bob, builder).unwrap();
    let bob = bob.insert_packets([sequoia_openpgp::Packet::from(claim), binding.into()]).unwrap().0;
    let ring = ring(&[&alice, &bob]);
    assert_eq!(judged(&bob, "Bank", &ring, &rooted(&[&alice])), said(TrustVerdict::Mismatch, "other_address"));
}

#[test]
fn a_withdrawn_certificate_is_revoked_whoever_vouches() {
    let bob = person("Bob");
    let early = then() + 24.hours();
    let too_late = later() + 24.hours();
    let judged = |reason, at| {
        let bob = revoked(&bob, reason, at);
        let judgement = judge(&bob, Some(&address("Bob")), &ring(&[&bob]), &directly(&bob));
        (judgement.verdict, judgement.revoked_at)
    };
    assert_eq!(judged(ReasonForRevocation::KeyRetired, early), (TrustVerdict::Revoked, Some(early)));
    assert_eq!(judged(ReasonForRevocation::KeyRetired, too_late), (TrustVerdict::Authenticated, None));
    assert_eq!(judged(ReasonForRevocation::KeyCompromised, early), (TrustVerdict::Revoked, Some(early)));
    assert_eq!(judged(ReasonForRevocation::KeyCompromised, too_late), (TrustVerdict::Revoked, Some(too_late)));
}

#[test]
fn a_withdrawn_user_id_names_nobody_any_more() {
    let bob = person("Bob");
    let mut pair = bob.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let user_id = bob.userids().next().unwrap().userid().clone();
    let revocation = sequoia_openpgp::cert::UserIDRevocationBuilder::new()
        .set_reason_for_revocation(ReasonForRevocation::UIDRetired, b"")
        .unwrap()
        .set_signature_creation_time(pgp::system_time(then() + 1.hours()))
        .unwrap()
        .build(&mut pair, &bob, &user_id, None)
        .unwrap();
    let bob = bob.insert_packets([revocation]).unwrap().0;
    assert_eq!(judged(&bob, "Bob", &ring(&[&bob]), &directly(&bob)), said(TrustVerdict::Mismatch, "address_missing"));
}

#[test]
fn an_ended_certificate_is_expired_and_one_of_the_future_is_not_believed() {
    let (bob, _) = CertBuilder::general_purpose(["Bob <bob@kakitome.example>"])
        .set_creation_time(pgp::system_time(then()))
        .set_validity_period(std::time::Duration::from_hours(1))
        .generate()
        .unwrap();
    assert_eq!(judged(&bob, "Bob", &ring(&[&bob]), &directly(&bob)), said(TrustVerdict::Expired, "expired"));
    let mut early = directly(&bob);
    early.at = then() - 1.hours();
    assert_eq!(judged(&bob, "Bob", &ring(&[&bob]), &early), said(TrustVerdict::Unauthenticated, "not_yet_valid"));
}

#[test]
fn what_was_remembered_is_forgotten_when_the_ring_changes() {
    let alice = person("Alice");
    let bob = person("Bob");
    let mut ring = ring(&[&alice, &bob]);
    assert_eq!(judged(&bob, "Bob", &ring, &rooted(&[&alice])).0, TrustVerdict::Unauthenticated);
    let bob = certifies(&alice, bob, 0, 120);
    ring.add_cert(bob.clone());
    assert_eq!(judged(&bob, "Bob", &ring, &rooted(&[&alice])).0, TrustVerdict::Authenticated);
}

/// Everybody in a group vouches fully for everybody else in it.
fn clique(size: usize) -> Vec<Cert> {
    let people: Vec<Cert> = (0..size).map(|index| person(&format!("Stranger{index}"))).collect();
    let mut vouched = people.clone();
    for issuer in &people {
        vouched = vouched.into_iter().map(|target| certifies(issuer, target, 255, 120)).collect();
    }
    vouched
}

#[test]
fn what_strangers_say_of_each_other_costs_no_time_and_gives_no_trust() {
    let alice = person("Alice");
    let strangers = clique(30);
    let mut certs: Vec<_> = strangers.iter().collect();
    certs.push(&alice);
    let apart = ring(&certs);
    assert!(between(&[alice.fingerprint()], &strangers[7], &apart).is_empty());
    let judgement = judge(&strangers[7], None, &apart, &rooted(&[&alice]));
    assert_eq!(judgement.verdict, TrustVerdict::Unauthenticated);
    // One introduction is enough to believe them all.
    let introduced = certifies(&alice, strangers[0].clone(), 255, 120);
    let mut joined = ring(&certs);
    joined.add_cert(introduced);
    let judgement = judge(&strangers[7], None, &joined, &rooted(&[&alice]));
    assert_eq!((judgement.verdict, judgement.path.0.len()), (TrustVerdict::Authenticated, 3));
}

fn claiming(cert: &Cert, claim: &str) -> Cert {
    let mut pair = cert.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let claim = UserID::from(claim);
    let builder = SignatureBuilder::new(SignatureType::PositiveCertification)
        .set_signature_creation_time(pgp::system_time(then()))
        .unwrap();
    let binding = claim.bind(&mut pair, cert, builder).unwrap();
    cert.clone().insert_packets([sequoia_openpgp::Packet::from(claim), binding.into()]).unwrap().0
}

#[test]
fn what_came_after_the_comparison_needs_the_word_of_others() {
    let (alice, before) = (person("Alice"), person("Bob"));
    let compared = directly(&before);
    let bob = claiming(&claiming(&before, "Robert <robert@kakitome.example>"), "The Boss <bob@kakitome.example>");
    let alone = ring(&[&alice, &bob]);
    assert_eq!(judged(&bob, "Bob", &alone, &compared).0, TrustVerdict::Authenticated);
    assert_eq!(judged(&bob, "Robert", &alone, &compared), said(TrustVerdict::Mismatch, "other_address"));
    // Another name for the same address is nobody's word but bob's either.
    assert_eq!(vouched_for(&bob, &alone, &compared), [UserID::from("Bob <bob@kakitome.example>")]);
    // Alice vouches for the new User ID.
    let mut pair = alice.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let robert = UserID::from("Robert <robert@kakitome.example>");
    let builder = SignatureBuilder::new(SignatureType::GenericCertification)
        .set_signature_creation_time(pgp::system_time(then()))
        .unwrap();
    let certification = robert.bind(&mut pair, &bob, builder).unwrap();
    let bob = bob.insert_packets([certification]).unwrap().0;
    let introduced = ring(&[&alice, &bob]);
    let mut policy = compared;
    policy.roots.insert(pgp::fingerprint(&alice));
    let judgement = judge(&bob, Some(&address("Robert")), &introduced, &policy);
    assert_eq!((judgement.verdict, judgement.path.0[0].kind), (TrustVerdict::Authenticated, StepKind::Certification));
    assert_eq!(judged(&bob, "Bob", &introduced, &policy).0, TrustVerdict::Authenticated);
    assert_eq!(vouched_for(&bob, &introduced, &policy).len(), 2);
}

/// A dozen people who vouch for each other by chance, in all depths.
fn village() -> Vec<Cert> {
    let mut people: Vec<Cert> = (0..12).map(|index| person(&format!("Villager{index}"))).collect();
    let issuers = people.clone();
    let mut chance = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |end: u64| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        chance % end
    };
    for _ in 0..36 {
        let (issuer, target) = (below(12) as usize, below(12) as usize);
        if issuer != target {
            let (depth, amount) = ([0, 0, 1, 2, 255][below(5) as usize], [40, 60, 120, 120][below(4) as usize]);
            people[target] = certifies(&issuers[issuer], people[target].clone(), depth, amount);
        }
    }
    people
}

#[test]
fn what_is_known_of_certifications_changes_no_verdict() {
    let people = village();
    let ring = ring(&people.iter().collect::<Vec<_>>());
    let mut seen = HashSet::new();
    for root in &people {
        let policy = rooted(&[root]);
        let roots = Roots::from([root.fingerprint()].as_slice());
        let network = Network::from_cert_refs(people.iter(), &POLICY, pgp::system_time(policy.at), roots).unwrap();
        for target in &people {
            let user_id = target.userids().next().unwrap().userid().clone();
            let amount = network.authenticate(&user_id, target.fingerprint(), FULLY_TRUSTED).amount();
            let expected = match amount {
                0 => TrustVerdict::Unauthenticated,
                amount if amount >= FULLY_TRUSTED => TrustVerdict::Authenticated,
                _ => TrustVerdict::Partial,
            };
            assert_eq!(judge(target, None, &ring, &policy).verdict, expected);
            let in_reach = is_in_reach(&pgp::fingerprint(target), &ring, &policy);
            assert!(in_reach || expected == TrustVerdict::Unauthenticated);
            seen.insert((expected, in_reach));
        }
    }
    assert!(seen.contains(&(TrustVerdict::Partial, true)) && seen.contains(&(TrustVerdict::Unauthenticated, false)));
}

#[test]
fn at_a_glance_nothing_else_is_said_than_after_reading() {
    let (alice, bob, carol) = (person("Alice"), person("Bob"), person("Carol"));
    let (bob, dave) =
        (certifies(&alice, bob, 0, 120), revoked(&person("Dave"), ReasonForRevocation::KeyCompromised, then()));
    let ended = CertBuilder::new()
        .add_userid("Erin <erin@kakitome.example>")
        .set_creation_time(pgp::system_time(then()))
        .set_validity_period(std::time::Duration::from_hours(24))
        .generate()
        .unwrap()
        .0;
    let mut keyring = crate::crypto::Keyring::default();
    for cert in [&alice, &bob, &carol, &dave, &ended] {
        keyring.pgp.add_cert((*cert).clone());
    }
    let mut told = HashSet::new();
    for policy in
        [rooted(&[&alice]), directly(&carol), TrustPolicy::nobody(later()), TrustPolicy::nobody(then() - 1.hours())]
    {
        for cert in [&alice, &bob, &carol, &dave, &ended] {
            let report = pgp::report(cert, policy.at);
            let read = judge(cert, report.addresses.first(), &keyring.pgp, &policy).verdict;
            if let Some(verdict) = crate::trust::Glance::new(&keyring, &policy).verdict(&report) {
                assert_eq!(verdict, read, "{report:?}");
                told.insert(verdict);
            }
        }
    }
    assert_eq!(told, HashSet::from([TrustVerdict::Revoked, TrustVerdict::Expired, TrustVerdict::Unauthenticated]));
}

#[test]
fn what_was_remembered_ends_with_the_certification() {
    let (alice, bob) = (person("Alice"), person("Bob"));
    let mut pair = alice.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let user_id = bob.userids().next().unwrap().userid().clone();
    let builder = SignatureBuilder::new(SignatureType::GenericCertification)
        .set_signature_creation_time(pgp::system_time(then()))
        .unwrap()
        .set_signature_validity_period(std::time::Duration::from_hours(1))
        .unwrap();
    let bob = bob.clone().insert_packets([user_id.bind(&mut pair, &bob, builder).unwrap()]).unwrap().0;
    let ring = ring(&[&alice, &bob]);
    let mut policy = rooted(&[&alice]);
    let mut verdict_at = |seconds: i64| {
        policy.at = then() + seconds.seconds();
        judge(&bob, Some(&address("Bob")), &ring, &policy).verdict
    };
    assert_eq!(verdict_at(10), TrustVerdict::Authenticated);
    assert_eq!(verdict_at(3599), TrustVerdict::Authenticated);
    assert_eq!(verdict_at(3600), TrustVerdict::Unauthenticated);
    assert_eq!(verdict_at(10), TrustVerdict::Authenticated);
    assert_eq!(verdict_at(-1), TrustVerdict::Unauthenticated);
}

#[test]
fn a_certificate_that_is_not_kept_is_judged_by_what_is_on_it_now() {
    let (alice, bare) = (person("Alice"), person("Bob"));
    let bob = certifies(&alice, bare.clone(), 0, 120);
    let (ring, policy) = (ring(&[&alice]), rooted(&[&alice]));
    let verdict = |cert: &Cert| judge(cert, Some(&address("Bob")), &ring, &policy).verdict;
    assert_eq!(verdict(&bare), TrustVerdict::Unauthenticated);
    assert_eq!(verdict(&bob), TrustVerdict::Authenticated);
    assert_eq!(verdict(&bare), TrustVerdict::Unauthenticated);
}

#[test]
fn a_user_id_that_was_not_there_the_first_time_is_asked_about() {
    let (alice, before) = (person("Alice"), person("Bob"));
    let after = claiming(&before, "Robert <robert@kakitome.example>");
    let mut pair = alice.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let builder = SignatureBuilder::new(SignatureType::GenericCertification)
        .set_signature_creation_time(pgp::system_time(then()))
        .unwrap();
    let word = UserID::from("Robert <robert@kakitome.example>").bind(&mut pair, &after, builder).unwrap();
    let after = after.insert_packets([word]).unwrap().0;
    let (ring, policy) = (ring(&[&alice, &after]), rooted(&[&alice]));
    let verdict = |cert: &Cert| judge(cert, Some(&address("Robert")), &ring, &policy).verdict;
    assert_eq!(verdict(&before), TrustVerdict::Unauthenticated);
    assert_eq!(verdict(&after), TrustVerdict::Authenticated);
}
