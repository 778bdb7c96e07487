use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::types::{ReasonForRevocation, SignatureType};

use super::super::{PgpRing, armored_public, armored_secret, fingerprint, generate};
use super::{a_year_later, address, person, public, ring, secret, then};
use crate::crypto::ImportError;

#[test]
fn every_block_of_a_file_is_imported_whatever_stands_around_it() {
    let (alice, bob) = (person("Alice"), person("Bob"));
    let text = [
        b"Here are our keys:\r\n",
        &armored_public(&alice)[..],
        b"\r\nand\r\n",
        &armored_secret(&bob)[..],
        b"-- \r\nA",
    ]
    .concat();
    let mut ring = PgpRing::default();
    let imported = ring.add(&text).unwrap();
    assert_eq!(imported.len(), 2);
    assert!(!imported[0].report.has_secret && imported[1].report.has_secret);
    assert_eq!(imported[0].report.addresses, [address("Alice")]);
    let own: Vec<_> = ring.own().map(|cert| fingerprint(cert)).collect();
    assert_eq!(own, [fingerprint(&bob)]);
}

#[test]
fn a_binary_keyring_is_imported() {
    let certs = [person("Alice"), person("Bob"), person("Carol")];
    let bytes: Vec<u8> = certs.iter().flat_map(|cert| cert.to_vec().unwrap()).collect();
    let mut ring = PgpRing::default();
    assert_eq!(ring.add(&bytes).unwrap().len(), 3);
    assert!(certs.iter().all(|cert| ring.find(&fingerprint(cert)).is_some()));
}

#[test]
fn what_comes_again_is_merged_and_no_secret_is_lost() {
    let alice = generate("Alice", &address("Alice"), Some(&secret("w")), then()).unwrap().cert;
    for order in [[armored_public(&alice), armored_secret(&alice)], [armored_secret(&alice), armored_public(&alice)]] {
        let mut ring = PgpRing::default();
        for bytes in order {
            ring.add(&bytes).unwrap();
        }
        assert_eq!(ring.certs().len(), 1);
        assert!(ring.certs()[0].is_tsk());
    }
}

#[test]
fn what_is_no_openpgp_brings_nothing_and_what_is_broken_says_so() {
    let mut ring = PgpRing::default();
    for bytes in [
        &b""[..],
        b"hello",
        &[0x30, 0x82, 1, 2],
        &[0xff; 100],
        b"-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n",
    ] {
        assert_eq!(ring.add(bytes).unwrap_err(), ImportError::Nothing);
    }
    let broken = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n";
    assert!(matches!(ring.add(broken), Err(ImportError::Malformed(_))));
}

#[test]
fn certificates_for_an_address_are_those_that_can_be_used() {
    let (alice, bob) = (person("Alice"), person("Bob"));
    let withdrawn = super::reading::revoked(&bob, ReasonForRevocation::KeyRetired, then());
    let ring = ring(&[&alice, &withdrawn]);
    assert_eq!(ring.for_encryption(&address("Alice"), a_year_later()).len(), 1);
    assert!(ring.for_encryption(&address("Bob"), a_year_later()).is_empty());
    assert!(ring.for_encryption(&address("Carol"), a_year_later()).is_empty());
    assert!(ring.for_encryption(&address("Alice"), "2020-01-01T00:00:00Z".parse().unwrap()).is_empty());
}

#[test]
fn a_revocation_withdraws_only_the_certificate_that_made_it() {
    let (alice, bob) = (generate("Alice", &address("Alice"), None, then()).unwrap(), person("Bob"));
    let mut ring = ring(&[&alice.cert, &bob]);
    assert_eq!(ring.withdraw(&armored_public(&bob)).unwrap_err(), ImportError::Nothing);
    let reports = ring.withdraw(&alice.revocation).unwrap();
    assert_eq!(reports.len(), 1);
    assert!(reports[0].report.is_revoked);
    assert_eq!(reports[0].report.problems, ["revoked"]);
    let mut without = super::ring(&[&bob]);
    assert_eq!(without.withdraw(&alice.revocation).unwrap_err(), ImportError::Nothing);
}

#[test]
fn a_certificate_flooded_with_certifications_stays_small() {
    use sequoia_openpgp::packet::signature::SignatureBuilder;
    let (alice, mallory) = (public(&person("Alice")), person("Mallory"));
    let mut pair = mallory.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let user_id = alice.userids().next().unwrap().userid().clone();
    let flood: Vec<_> = (0..1_200)
        .map(|index| {
            let made = super::super::system_time(then()) + std::time::Duration::from_secs(index);
            let builder = SignatureBuilder::new(SignatureType::GenericCertification);
            let builder = builder.set_signature_creation_time(made).unwrap();
            user_id.bind(&mut pair, &alice, builder).unwrap()
        })
        .collect();
    let flooded = alice.clone().insert_packets(flood).unwrap().0;
    let mut ring = PgpRing::default();
    ring.add(&flooded.to_vec().unwrap()).unwrap();
    let kept = &ring.certs()[0];
    assert!(kept.userids().next().unwrap().certifications().count() <= 500);
    assert_eq!(super::super::addresses(kept, a_year_later()), [address("Alice")]);
    assert!(super::super::report(kept, a_year_later()).can_encrypt);
}

#[test]
fn armor_that_people_have_damaged_is_still_read() {
    let alice = person("Alice");
    let good = String::from_utf8(armored_public(&alice)).unwrap();
    let damaged = [
        format!("\u{feff}{good}"),
        good.replace('\n', "\u{a0}\r\n"),
        good.replace("-----\n\n", "-----\n\nComment: after the empty line\n").replace("Comment:", "\nComment:"),
        good.lines().fold(String::new(), |text, line| text + "  " + line + "\n"),
    ];
    for text in damaged {
        let imported = PgpRing::default().add(text.as_bytes()).unwrap();
        assert_eq!(imported[0].report.fingerprint, fingerprint(&alice), "{text}");
    }
    let kept_apart = format!(":{good}");
    assert_eq!(PgpRing::default().add(kept_apart.as_bytes()).unwrap_err(), ImportError::Nothing);
}

#[test]
fn a_revocation_alone_is_no_certificate() {
    let alice = generate("Alice", &address("Alice"), None, then()).unwrap();
    assert_eq!(PgpRing::default().add(&alice.revocation).unwrap_err(), ImportError::Nothing);
}
