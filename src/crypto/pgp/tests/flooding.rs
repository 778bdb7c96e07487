//! What stays of a certificate on which others have heaped up what they could.

use std::sync::Arc;
use std::time::Duration;

use sequoia_openpgp::packet::prelude::*;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::parse::Parse as _;
use sequoia_openpgp::serialize::{MarshalInto, SerializeInto};
use sequoia_openpgp::types::{KeyFlags, ReasonForRevocation, SignatureType};
use sequoia_openpgp::{Cert, Packet};

use super::super::{ReadingPolicy, addresses, combine, fingerprint, found, report, system_time};
use super::{PgpRing, a_year_later, address, person, public, ring, then};
use crate::crypto::Keyring;

/// A signature by one on the User ID of another, so many seconds after both were made.
fn certify(issuer: &Cert, target: &Cert, kind: SignatureType, seconds: u64) -> Signature {
    let mut pair = issuer.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let user_id = target.userids().next().unwrap().userid().clone();
    let mut builder = SignatureBuilder::new(kind)
        .set_signature_creation_time(system_time(then()) + Duration::from_secs(seconds))
        .unwrap();
    if kind == SignatureType::CertificationRevocation {
        builder = builder.set_reason_for_revocation(ReasonForRevocation::UIDRetired, b"").unwrap();
    }
    user_id.bind(&mut pair, target, builder).unwrap()
}

pub(crate) fn vouch(issuer: &Cert, target: &Cert) -> Signature {
    certify(issuer, target, SignatureType::GenericCertification, 60)
}

/// So many signatures that differ from a real one in nothing but the numbers of the signature itself: what they say
/// about issuer and time is the same, and so is the beginning of the digest.
pub(crate) fn forged(real: &Signature, count: u64) -> impl Iterator<Item = Vec<u8>> {
    let real = MarshalInto::to_vec(&Packet::from(real.clone())).unwrap();
    (0..count).map(move |number| {
        let mut forged = real.clone();
        let end = forged.len();
        forged[end - 8..].copy_from_slice(&(number | 1 << 62).to_be_bytes());
        forged
    })
}

/// The packets of a certificate, with others before or after those of its User ID.
pub(crate) fn with(cert: &Cert, before_binding: &[u8], after_binding: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut is_of_user_id = false;
    for packet in cert.clone().into_packets() {
        let ends = is_of_user_id && !matches!(packet, Packet::Signature(_));
        if ends {
            bytes.extend_from_slice(after_binding);
        }
        is_of_user_id = matches!(packet, Packet::UserID(_)) || is_of_user_id && !ends;
        bytes.extend(MarshalInto::to_vec(&packet).unwrap());
        if matches!(packet, Packet::UserID(_)) {
            bytes.extend_from_slice(before_binding);
        }
    }
    bytes
}

fn only(ring: &PgpRing) -> Arc<Cert> {
    let [one] = <[_; 1]>::try_from(ring.certs()).unwrap();
    one
}

fn read(bytes: &[u8]) -> Arc<Cert> {
    let mut ring = PgpRing::default();
    ring.add(bytes).unwrap();
    only(&ring)
}

pub(crate) fn on_user_id(cert: &Cert) -> Vec<Signature> {
    cert.userids().flat_map(|one| one.certifications().cloned().collect::<Vec<_>>()).collect()
}

pub(crate) fn concat(packets: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    packets.flatten().collect()
}

pub(crate) fn packets(signatures: &[Signature]) -> Vec<u8> {
    concat(signatures.iter().map(|one| MarshalInto::to_vec(&Packet::from(one.clone())).unwrap()))
}

#[test]
fn what_says_it_is_the_owners_and_is_not_pushes_nothing_of_the_owners_out() {
    let bob = person("Bob");
    let binding = bob.userids().next().unwrap().self_signatures().next().unwrap().clone();
    let retired = certify(&bob, &bob, SignatureType::CertificationRevocation, 90);
    for (revocation, usable) in [(Vec::new(), true), (packets(&[retired]), false)] {
        let heap = concat(forged(&binding, 3_000));
        let kept = read(&with(&public(&bob), &heap, &revocation));
        let report = report(&kept, a_year_later());
        assert!(report.can_encrypt, "the subkeys after it");
        assert_eq!(!addresses(&kept, a_year_later()).is_empty(), usable);
        assert!(SerializeInto::to_vec(&*kept).unwrap().len() < 64 << 10, "forged ones are gone");
    }
}

#[test]
fn of_three_thousand_user_ids_those_that_the_owner_bound_are_kept_wherever_they_stand() {
    let (bob, mallory) = (person("Bob"), person("Mallory"));
    let forged = MarshalInto::to_vec(&Packet::from(vouch(&mallory, &bob))).unwrap();
    // User IDs of strangers, each with something after it, before Bob's own.
    let mut heap = Vec::new();
    for number in 0..3_000 {
        let user_id = UserID::from(format!("Aaron <aaron{number}@kakitome.example>"));
        heap.extend(MarshalInto::to_vec(&Packet::from(user_id)).unwrap());
        heap.extend_from_slice(&forged);
    }
    let mut bytes = Vec::new();
    for packet in public(&bob).into_packets() {
        if matches!(packet, Packet::UserID(_)) {
            bytes.extend_from_slice(&heap);
        }
        bytes.extend(MarshalInto::to_vec(&packet).unwrap());
    }
    let kept = read(&bytes);
    assert_eq!(addresses(&kept, a_year_later()), [address("Bob")]);
    assert!(kept.userids().count() < 200, "{}", kept.userids().count());
    assert!(report(&kept, a_year_later()).can_encrypt);
}

#[test]
fn subkeys_of_others_push_none_of_the_owners_out() {
    let bob = person("Bob");
    let subkey = bob.keys().subkeys().next().unwrap().key().clone();
    let flags = KeyFlags::empty().set_transport_encryption();
    let binding = SignatureBuilder::new(SignatureType::SubkeyBinding).set_key_flags(flags).unwrap();
    let binding = binding.set_signature_creation_time(system_time(then()) + Duration::from_secs(9)).unwrap();
    let mut pair = bob.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let binding = Packet::from(subkey.bind(&mut pair, &bob, binding).unwrap());
    let mut bytes = Vec::new();
    let mut is_done = false;
    for packet in public(&bob).into_packets() {
        if matches!(packet, Packet::PublicSubkey(_)) && !std::mem::replace(&mut is_done, true) {
            for number in 0..2_000 {
                let mut other = subkey.clone();
                other.set_creation_time(system_time(then()) + Duration::from_secs(number + 1)).unwrap();
                bytes.extend(MarshalInto::to_vec(&Packet::from(other)).unwrap());
                bytes.extend(MarshalInto::to_vec(&binding).unwrap());
            }
        }
        bytes.extend(MarshalInto::to_vec(&packet).unwrap());
    }
    let kept = read(&bytes);
    assert!(kept.keys().subkeys().count() < 200);
    let count = |cert: &Cert| cert.with_policy(&ReadingPolicy, system_time(a_year_later())).unwrap().keys().count();
    assert_eq!(count(&kept), count(&bob));
}

#[test]
fn what_people_at_hand_say_is_kept_and_what_is_said_in_their_name_is_not() {
    let [bob, carol, mallory] = ["Bob", "Carol", "Mallory"].map(person);
    let real = vouch(&carol, &bob);
    let heap = [concat(forged(&vouch(&mallory, &bob), 2_000)), concat(forged(&real, 3_000))].concat();
    let retracted = certify(&carol, &bob, SignatureType::CertificationRevocation, 120);
    let bytes = with(&public(&bob), &[], &[heap, packets(&[real.clone(), retracted.clone()])].concat());
    let carols = |cert: &Cert| -> (usize, bool, bool) {
        let all = on_user_id(cert);
        let says = |one: &&Signature| one.get_issuers().iter().any(|issuer| issuer.aliases(carol.key_handle()));
        let revocations: Vec<_> =
            cert.userids().flat_map(|one| one.other_revocations().cloned().collect::<Vec<_>>()).collect();
        (
            all.iter().filter(says).count(),
            all.iter().any(|one| one.normalized_eq(&real)),
            revocations.iter().any(|one| one.normalized_eq(&retracted)),
        )
    };
    // She is at hand: hers are found, and forgeries of hers are not kept.
    let mut here = ring(&[&public(&carol)]);
    here.add(&bytes).unwrap();
    let kept = here.find(&fingerprint(&bob)).unwrap();
    assert_eq!(carols(kept), (1, true, true));
    assert!((400..=520).contains(&on_user_id(kept).len()), "{}", on_user_id(kept).len());
    assert_eq!(report(kept, a_year_later()).problems, ["flooded"]);
    // So it is in a ring beside hers, in an answer of a server, and in a file that holds her, too, wherever.
    let keyring = Keyring { pgp: ring(&[&public(&carol)]), ..Keyring::default() };
    let mut beside = PgpRing::beside(Arc::new(keyring.clone()));
    beside.add(&bytes).unwrap();
    assert_eq!(carols(&only(&beside)), (1, true, true));
    assert_eq!(carols(&found(&bytes, &keyring.pgp)[0]), (1, true, true));
    let file = [bytes.clone(), SerializeInto::to_vec(&public(&carol)).unwrap()].concat();
    let mut from_file = PgpRing::default();
    from_file.add(&file).unwrap();
    assert_eq!(carols(from_file.find(&fingerprint(&bob)).unwrap()), (1, true, true));
    // Where nobody knows her she is a stranger as all the others.
    assert!(!carols(&read(&bytes)).1);
}

#[test]
fn an_update_takes_nothing_away_and_brings_what_counts_however_much_comes_with_it() {
    let [bob, carol, dave, mallory] = ["Bob", "Carol", "Dave", "Mallory"].map(person);
    let strangers = |seconds: u64| {
        let one = certify(&mallory, &bob, SignatureType::GenericCertification, seconds);
        concat(forged(&one, 1_000))
    };
    let (of_carol, of_dave) = (vouch(&carol, &bob), vouch(&dave, &bob));
    // Dave vouched when nobody here knew him: he may be met later.
    let first = [packets(std::slice::from_ref(&of_dave)), strangers(30)].concat();
    let before = read(&with(&public(&bob), &[], &first));
    let retired = certify(&bob, &bob, SignatureType::CertificationRevocation, 200);
    let update = with(&public(&bob), &[], &[strangers(500), packets(&[of_carol.clone(), retired.clone()])].concat());
    let has = |cert: &Cert, wanted: &Signature| on_user_id(cert).iter().any(|one| one.normalized_eq(wanted));
    let carol_here = || ring(&[&public(&carol), &before]);
    let mut profile = carol_here();
    profile.add(&update).unwrap();
    let after = Arc::clone(profile.find(&fingerprint(&bob)).unwrap());
    assert!(has(&after, &of_dave) && has(&after, &of_carol));
    assert!(after.userids().next().unwrap().self_revocations().any(|one| one.normalized_eq(&retired)));
    for one in on_user_id(&before) {
        assert!(has(&after, &one), "nothing that was there is gone");
    }
    // It does not grow with each of them.
    let size = on_user_id(&after).len();
    for seconds in [600, 700, 800] {
        profile.add(&with(&public(&bob), &[], &strangers(seconds))).unwrap();
    }
    let last = profile.find(&fingerprint(&bob)).unwrap();
    assert_eq!(on_user_id(last).len(), size);
    assert!(has(last, &of_dave) && has(last, &of_carol));
    // The same where what comes from another program is combined.
    let (combined, _) = combine(Some(&before), (*read(&update)).clone(), Some(&ring(&[&public(&carol)])));
    assert!(has(&combined, &of_dave));
    assert_eq!(addresses(&combined, a_year_later()), []);
}

#[test]
fn one_who_vouches_again_and_again_leaves_room_for_others_and_the_newest_counts() {
    let [bob, carol, dave] = ["Bob", "Carol", "Dave"].map(person);
    let many: Vec<_> =
        (0..300).map(|number| certify(&carol, &bob, SignatureType::GenericCertification, 60 + number)).collect();
    let of_dave = vouch(&dave, &bob);
    let newest = many.last().unwrap().clone();
    let bytes = with(&public(&bob), &[], &packets(&[many, vec![of_dave.clone()]].concat()));
    let mut here = ring(&[&public(&carol), &public(&dave)]);
    here.add(&bytes).unwrap();
    let kept = on_user_id(here.find(&fingerprint(&bob)).unwrap());
    assert!(kept.len() < 100, "{}", kept.len());
    assert!(kept.iter().any(|one| one.normalized_eq(&newest)));
    assert!(kept.iter().any(|one| one.normalized_eq(&of_dave)));
}

#[test]
fn a_certificate_as_people_have_them_is_not_touched() {
    let bob = person("Bob");
    let friends: Vec<_> = (0..90).map(|number| vouch(&person(&format!("Friend{number}")), &bob)).collect();
    let bytes = with(&public(&bob), &[], &packets(&friends));
    let plain = Cert::from_bytes(&bytes).unwrap();
    assert_eq!(*read(&bytes), plain);
    assert_eq!(on_user_id(&plain).len(), 90);
    assert_eq!(*read(&SerializeInto::to_vec(&bob.as_tsk()).unwrap()), *bob, "secret keys too");
}
