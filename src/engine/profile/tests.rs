use sequoia_openpgp::packet::UserID;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::types::SignatureType;

use crate::crypto::Certificate;
use crate::domain::EmailAddress;
use crate::trust::TrustVerdict;

use super::*;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// Mallory's certificate as she gives it, and with bob's address, which she adds later.
fn mallorys() -> (Fingerprint, Vec<u8>, Vec<u8>) {
    let made = pgp::generate("Mallory", &address("mallory@example.test"), None, Timestamp::now()).unwrap();
    let before = made.cert.as_ref().clone();
    let mut pair = before.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let claim = UserID::from("Bob <bob@example.test>");
    let binding = claim.bind(&mut pair, &before, SignatureBuilder::new(SignatureType::PositiveCertification)).unwrap();
    let after = before.clone().insert_packets([sequoia_openpgp::Packet::from(claim), binding.into()]).unwrap().0;
    (pgp::fingerprint(&before), pgp::armored_public(&before), pgp::armored_public(&after))
}

fn verdict(profile: &Profile, fingerprint: &Fingerprint, who: &str) -> TrustVerdict {
    let policy = profile.policy(Timestamp::now() + jiff::SignedDuration::from_secs(5)).unwrap();
    let keyring = profile.keyring();
    let cert = Certificate::Pgp(keyring.pgp.find(fingerprint).unwrap().clone());
    trust::judge(&cert, &[], Some(&address(who)), &keyring, &policy).verdict
}

#[test]
fn an_address_that_is_merged_into_a_compared_certificate_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let (fingerprint, before, after) = mallorys();
    profile.import(&before, &[]).unwrap();
    profile.compare(&fingerprint).unwrap();
    profile.import(&after, &[]).unwrap();
    assert_eq!(verdict(&profile, &fingerprint, "mallory@example.test"), TrustVerdict::Authenticated);
    assert_eq!(verdict(&profile, &fingerprint, "bob@example.test"), TrustVerdict::Mismatch);
    profile.compare(&fingerprint).unwrap();
    assert_eq!(verdict(&profile, &fingerprint, "bob@example.test"), TrustVerdict::Authenticated);
}

#[test]
fn trust_of_an_older_profile_is_for_the_addresses_that_were_there_when_it_was_first_opened() {
    let dir = tempfile::tempdir().unwrap();
    let key = ProfileKey::generate().unwrap();
    let open = || Profile::with(dir.path(), Store::open(dir.path(), &key).unwrap(), &key, None, None).unwrap();
    let (fingerprint, before, after) = mallorys();
    let profile = open();
    profile.import(&before, &[]).unwrap();
    // As a version wrote it that kept the fingerprint alone.
    profile.store.set_trust(&fingerprint, TrustKind::Direct, true).unwrap();
    drop(profile);
    let profile = open();
    profile.import(&after, &[]).unwrap();
    drop(profile);
    let profile = open();
    assert_eq!(verdict(&profile, &fingerprint, "mallory@example.test"), TrustVerdict::Authenticated);
    assert_eq!(verdict(&profile, &fingerprint, "bob@example.test"), TrustVerdict::Mismatch);
}
