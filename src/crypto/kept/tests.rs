use sequoia_openpgp::packet::UserID;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::types::SignatureType;

use crate::crypto::Keyring;

use super::*;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Bob, for whom alice vouches as an introducer two steps far.
fn introduced() -> (Keyring, Fingerprint) {
    let then = at("2024-01-01T00:00:00Z");
    let made = |name: &str, mail: &str| pgp::generate(name, &address(mail), None, then).unwrap().cert;
    let (alice, bob) = (made("Alice", "alice@example.test"), made("山田 花子", "Hanako@example.test"));
    let mut pair = alice.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let user_id: UserID = bob.userids().next().unwrap().userid().clone();
    let builder = SignatureBuilder::new(SignatureType::GenericCertification)
        .set_trust_signature(2, 120)
        .unwrap()
        .set_signature_creation_time(pgp::system_time(at("2024-02-01T00:00:00Z")))
        .unwrap();
    let certification = user_id.bind(&mut pair, &bob, builder).unwrap();
    let bob = (*bob).clone().strip_secret_key_material().insert_packets([certification]).unwrap().0;
    let mut keyring = Keyring::default();
    keyring.add(&bob.to_vec().unwrap()).unwrap();
    (keyring, pgp::fingerprint(&bob))
}

#[test]
fn what_is_kept_of_a_certificate_comes_back_as_it_was() {
    let (keyring, bob) = introduced();
    let self_signed = smime::generate_self_signed("Carol", &address("carol@example.test"), at("2024-01-01T00:00:00Z"));
    let certificate = self_signed.unwrap().certificate.clone();
    let mut all = keyring;
    all.smime.add_certificate(Arc::clone(&certificate));
    for (technology, fingerprint) in [(Technology::OpenPgp, &bob), (Technology::Smime, &certificate.fingerprint)] {
        for moment in ["2023-01-01T00:00:00Z", "2024-06-01T00:00:00Z", "2099-01-01T00:00:00Z"] {
            let kept = all.kept(fingerprint, at(moment)).unwrap();
            assert_eq!(Kept::parse(technology, &kept.to_text()), Some(kept.clone()), "{moment}");
            assert_eq!(kept.described.at(at(moment)), all.described(fingerprint, at(moment)));
        }
    }
    let Facts::Pgp(facts) = all.kept(&bob, at("2024-06-01T00:00:00Z")).unwrap().facts else { panic!() };
    assert_eq!(facts.addresses, ["hanako@example.test"]);
    assert_eq!(facts.vouchers.iter().map(|(_, depth)| *depth).collect::<Vec<_>>(), [2]);
}

#[test]
fn what_another_version_wrote_is_not_taken() {
    let (keyring, bob) = introduced();
    let text = keyring.kept(&bob, at("2024-06-01T00:00:00Z")).unwrap().to_text();
    assert!(Kept::parse(Technology::Smime, &text).is_none());
    assert!(Kept::parse(Technology::OpenPgp, &text.replacen("/1\"", "/0\"", 1)).is_none());
    assert!(
        Kept::parse(Technology::OpenPgp, &Kept::unreadable()).is_none() && Kept::is_unreadable(&Kept::unreadable())
    );
}

#[test]
fn a_description_holds_until_something_begins_or_ends() {
    let made = at("2024-01-01T00:00:00Z");
    let cert = pgp::generate("Bob", &address("bob@example.test"), None, made).unwrap().cert;
    let mut keyring = Keyring::default();
    let until = at("2025-01-01T00:00:00Z");
    let extended = pgp::extend(&cert, &[], at("2024-03-01T00:00:00Z"), until).unwrap();
    keyring.pgp.add_cert((*extended).clone().strip_secret_key_material());
    let fingerprint = pgp::fingerprint(&cert);
    let mut moments = vec![made.as_second(), until.as_second(), at("2024-03-01T00:00:00Z").as_second()];
    moments.extend([made.as_second() - 86_400, until.as_second() + 86_400 * 900]);
    for around in moments {
        for moment in around - 2..around + 3 {
            let moment = Timestamp::from_second(moment).unwrap();
            // Kept at any other moment, and asked at this one: the same as if it was read now.
            let fresh = pgp::report(keyring.pgp.find(&fingerprint).unwrap(), moment);
            for other in
                ["2023-12-31T23:59:59Z", "2024-01-01T00:00:00Z", "2024-06-01T00:00:00Z", "2026-06-01T00:00:00Z"]
            {
                let kept = keyring.kept(&fingerprint, at(other)).unwrap().described;
                if let Some(report) = kept.at(moment) {
                    assert_eq!(*report, fresh, "kept at {other}, asked at {moment}");
                }
            }
            assert_eq!(keyring.report(&fingerprint, moment), Some(fresh));
        }
    }
    let kept = keyring.kept(&fingerprint, at("2024-06-01T00:00:00Z")).unwrap().described;
    assert_eq!(kept.holds.end, until.as_second());
}
