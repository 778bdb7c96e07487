use jiff::ToSpan;
use sequoia_openpgp::packet::UserID;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::types::SignatureType;

use crate::crypto::{pgp, smime};
use crate::domain::EmailAddress;

use super::*;

fn then() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn at(profile: &mut Profile, seconds: i64) {
    profile.fixed_at = Some(then() + seconds.seconds());
}

fn listed(profile: &Profile, fingerprint: &Fingerprint) -> TrustVerdict {
    // However slow the machine is.
    let view = view_within(profile, Duration::from_mins(10)).unwrap();
    let found = view.others.iter().find(|one| one.report.fingerprint == *fingerprint).unwrap();
    found.verdict.unwrap()
}

/// Alice's certificate and bob's, for whom she vouches for an hour.
fn vouched_for_an_hour() -> (Fingerprint, Vec<u8>, Fingerprint, Vec<u8>) {
    let made = |name: &str, who: &str| pgp::generate(name, &address(who), None, then()).unwrap();
    let (alice, bob) = (made("Alice", "alice@example.test"), made("Bob", "bob@example.test"));
    let mut pair = alice.cert.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let user_id: UserID = bob.cert.userids().next().unwrap().userid().clone();
    let builder = SignatureBuilder::new(SignatureType::GenericCertification)
        .set_signature_creation_time(pgp::system_time(then()))
        .unwrap()
        .set_signature_validity_period(Duration::from_hours(1))
        .unwrap();
    let certification = user_id.bind(&mut pair, &bob.cert, builder).unwrap();
    let certified = (*bob.cert).clone().strip_secret_key_material().insert_packets([certification]).unwrap().0;
    let alices = pgp::armored_public(&alice.cert);
    (pgp::fingerprint(&alice.cert), alices, pgp::fingerprint(&bob.cert), certified.to_vec().unwrap())
}

#[test]
fn the_list_says_nothing_that_has_ended() {
    let dir = tempfile::tempdir().unwrap();
    let mut profile = Profile::fleeting(dir.path(), Some(then() + 10.seconds())).unwrap();
    let (alice, alices, bob, bobs) = vouched_for_an_hour();
    profile.import(&alices, &[]).unwrap();
    profile.import(&bobs, &[]).unwrap();
    assert_eq!(listed(&profile, &bob), TrustVerdict::Unauthenticated);
    set_root(&profile, &alice, true).unwrap();
    assert_eq!(listed(&profile, &bob), TrustVerdict::Authenticated);
    at(&mut profile, 3599);
    assert_eq!(listed(&profile, &bob), TrustVerdict::Authenticated);
    at(&mut profile, 3600);
    assert_eq!(listed(&profile, &bob), TrustVerdict::Unauthenticated);
    at(&mut profile, 3599);
    assert_eq!(listed(&profile, &bob), TrustVerdict::Authenticated);
    set_root(&profile, &alice, false).unwrap();
    assert_eq!(listed(&profile, &bob), TrustVerdict::Unauthenticated);
}

#[test]
fn the_list_knows_at_once_what_an_import_changed() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), Some(then() + 1.hours())).unwrap();
    let made = pgp::generate("Bob", &address("bob@example.test"), None, then()).unwrap();
    let bob = pgp::fingerprint(&made.cert);
    profile.import(&pgp::armored_public(&made.cert), &[]).unwrap();
    profile.compare(&bob).unwrap();
    assert_eq!(listed(&profile, &bob), TrustVerdict::Authenticated);
    let mut withdrawn = pgp::PgpRing::default();
    withdrawn.add(&pgp::armored_public(&made.cert)).unwrap();
    withdrawn.withdraw(&made.revocation).unwrap();
    profile.import(&pgp::armored_public(&withdrawn.certs()[0]), &[]).unwrap();
    assert_eq!(listed(&profile, &bob), TrustVerdict::Revoked);
}

#[test]
fn the_list_knows_when_what_was_compared_ends() {
    let dir = tempfile::tempdir().unwrap();
    let mut profile = Profile::fleeting(dir.path(), Some(then() + 10.seconds())).unwrap();
    let made = smime::generate_self_signed("Carol", &address("carol@example.test"), then()).unwrap();
    let carol = made.certificate.fingerprint.clone();
    profile.import(&smime::export_pem(&made.certificate), &[]).unwrap();
    assert_eq!(listed(&profile, &carol), TrustVerdict::Unauthenticated);
    set_trusted(&profile, &carol, true).unwrap();
    assert_eq!(listed(&profile, &carol), TrustVerdict::Authenticated);
    profile.fixed_at = Some(made.certificate.not_after());
    assert_eq!(listed(&profile, &carol), TrustVerdict::Authenticated);
    profile.fixed_at = Some(made.certificate.not_after() + 1.seconds());
    assert_eq!(listed(&profile, &carol), TrustVerdict::Expired);
}

#[test]
fn what_is_missing_in_the_list_follows() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Arc::new(Profile::fleeting(dir.path(), Some(then() + 10.seconds())).unwrap());
    let (alice, alices, bob, bobs) = vouched_for_an_hour();
    profile.import(&alices, &[]).unwrap();
    profile.import(&bobs, &[]).unwrap();
    set_root(&profile, &alice, true).unwrap();
    let shown = Arc::new(std::sync::Mutex::new(Vec::new()));
    let publish: Publish = {
        let shown = Arc::clone(&shown);
        Arc::new(move |event| {
            if let Event::Keys(view) = event {
                shown.lock().unwrap().push(view);
            }
        })
    };
    let engines = Arc::clone(&profile);
    let verdict = |view: &KeysView| view.others.iter().find(|one| one.report.fingerprint == bob).unwrap().verdict;
    assert_eq!(verdict(&view_within(&engines, Duration::ZERO).unwrap()), None);
    judge_rest(&profile, &publish).unwrap();
    let shown: Vec<_> = shown.lock().unwrap().iter().map(|view| verdict(view)).collect();
    assert_eq!(shown.last(), Some(&Some(TrustVerdict::Authenticated)));
    assert_eq!(verdict(&view_within(&engines, Duration::ZERO).unwrap()), Some(TrustVerdict::Authenticated));
}
