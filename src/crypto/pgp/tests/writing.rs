use sequoia_openpgp::Profile;
use sequoia_openpgp::cert::prelude::CertBuilder;

use super::super::{decrypt, encrypt, generate, report, sign_detached, system_time, unlockable};
use super::{ENTITY, a_year_later, address, later, person, public, ring, secret, then};
use crate::crypto::{Integrity, ProtectError};

#[test]
fn version_two_protection_is_used_only_when_everybody_reads_it() {
    let (modern, _) = CertBuilder::general_purpose(["Carol <carol@kakitome.example>"])
        .set_profile(Profile::RFC9580)
        .unwrap()
        .set_creation_time(system_time(then()))
        .generate()
        .unwrap();
    let modern = std::sync::Arc::new(modern);
    let classic = person("Bob");
    let integrity = |recipients: &[std::sync::Arc<sequoia_openpgp::Cert>]| {
        let message = encrypt(ENTITY, recipients, None, &[], then()).unwrap();
        let opened = decrypt(&message, &ring(&[&modern]), &[], then(), 1 << 20).outcome.unwrap();
        assert_eq!(opened.plaintext, ENTITY);
        assert_eq!(opened.cipher, "AES-256");
        opened.integrity
    };
    assert_eq!(integrity(std::slice::from_ref(&modern)), Integrity::Seipd2);
    assert_eq!(integrity(&[modern.clone(), classic]), Integrity::Seipd1);
}

#[test]
fn one_recipient_that_can_not_be_reached_stops_everything() {
    let (ended, _) = CertBuilder::general_purpose(["Bob <bob@kakitome.example>"])
        .set_creation_time(system_time(then()))
        .set_validity_period(std::time::Duration::from_hours(1))
        .generate()
        .unwrap();
    let (bob, carol) = (std::sync::Arc::new(ended), person("Carol"));
    let refused = encrypt(ENTITY, &[carol.clone(), bob.clone()], None, &[], a_year_later());
    assert_eq!(refused, Err(ProtectError::CannotEncrypt(super::super::fingerprint(&bob))));
    assert!(encrypt(ENTITY, std::slice::from_ref(&carol), None, &[], a_year_later()).is_ok());
    assert!(encrypt(ENTITY, &[], None, &[], a_year_later()).is_err());
    assert!(matches!(
        encrypt(ENTITY, std::slice::from_ref(&carol), Some(&public(&carol)), &[], a_year_later()),
        Err(ProtectError::CannotSign(_))
    ));
}

#[test]
fn a_locked_key_does_not_sign_without_its_passphrase() {
    let alice = generate("Alice", &address("Alice"), Some(&secret("wonderland")), then()).unwrap().cert;
    let locked = ProtectError::Locked(super::super::fingerprint(&alice));
    assert_eq!(sign_detached(ENTITY, &alice, &[secret("wrong")], then()).unwrap_err(), locked);
    assert!(sign_detached(ENTITY, &alice, &[secret("wrong"), secret("wonderland")], then()).is_ok());
    assert!(!unlockable(&alice, &[secret("wrong")]));
    assert!(unlockable(&alice, &[secret("wrong"), secret("wonderland")]));
    assert!(unlockable(&person("Bob"), &[]));
}

#[test]
fn a_new_key_describes_itself() {
    let alice = generate("Alice", &address("Alice"), Some(&secret("wonderland")), then()).unwrap().cert;
    let described = report(&alice, a_year_later());
    assert_eq!(described.addresses, [address("Alice")]);
    assert_eq!(described.names, ["Alice"]);
    assert!(described.has_secret && described.is_locked && described.can_sign && described.can_encrypt);
    assert_eq!(described.algorithms.len(), 3);
    assert_eq!(described.algorithms[0], "Ed25519");
    assert_eq!(
        (described.not_before, described.not_after),
        (Some(then()), Some(later(jiff::Span::new().hours(730 * 24))))
    );
    assert!(described.problems.is_empty(), "{:?}", described.problems);
    let described = report(&public(&alice), "2020-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(described.problems, ["no_address", "not_yet_valid"]);
    assert!(!described.has_secret && !described.is_locked && !described.can_sign && !described.can_encrypt);
}

#[test]
fn a_name_can_not_smuggle_another_address_into_a_key() {
    let made = generate("Mallory <alice@kakitome.example>", &address("Mallory"), None, then());
    if let Ok(made) = made {
        assert_eq!(report(&made.cert, then()).addresses, [address("Mallory")]);
    }
}

#[test]
fn every_signature_says_when_it_was_made_and_by_which_key() {
    use sequoia_openpgp::parse::Parse;
    use sequoia_openpgp::{Packet, PacketPile};
    let alice = person("Alice");
    let signature = sign_detached(ENTITY, &alice, &[], a_year_later()).unwrap().bytes;
    let pile = PacketPile::from_bytes(&signature).unwrap();
    let Some(Packet::Signature(signature)) = pile.path_ref(&[0]) else { panic!("no signature") };
    assert_eq!(signature.signature_creation_time(), Some(system_time(a_year_later())));
    let issuer = signature.issuer_fingerprints().next().unwrap();
    assert!(alice.keys().any(|key| key.key().fingerprint() == *issuer));
    let message = encrypt(ENTITY, std::slice::from_ref(&alice), Some(&alice), &[], a_year_later()).unwrap();
    let opened = decrypt(&message, &ring(&[&alice]), &[], a_year_later(), 1 << 20).outcome.unwrap();
    assert_eq!(opened.signatures[0].signed_at, Some(a_year_later()));
}
