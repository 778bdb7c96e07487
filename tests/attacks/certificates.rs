//! Certificates made to be taken for another's: names, purposes, authorities.

use super::authority::{Authority, imitated};
use super::world::{BOB, MALLORY, WORLD, assess_under, mail, text};
use kakitome::crypto::{SignatureOutcome, pgp};
use kakitome::flow::Seal;
use kakitome::trust::TrustPolicy;
use sequoia_openpgp::cert::{CertBuilder, CipherSuite};
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::packet::{Signature, UserID};
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::types::{HashAlgorithm, KeyFlags, SignatureType};
use sequoia_openpgp::{Packet, armor};

/// What alice would see with one more certificate, which she herself compared with its owner.
fn seal_with_trusted(certificate: &[u8], from: &str, entity: &[u8]) -> Seal {
    let mut alices = WORLD.alices.clone();
    let imported = alices.add(certificate).expect("it is imported");
    let mut policy = WORLD.policy.clone();
    for one in imported {
        policy.compare(one.report.fingerprint, &alices);
    }
    assess_under(&alices, &policy, mail(from, entity)).headline.seal
}

#[test]
fn a_user_id_that_only_holds_bobs_address_somewhere_is_not_bobs() {
    for user_id in [
        "bob@example.test <mallory@example.test>",
        "\"bob@example.test\" <mallory@example.test>",
        "Bob <bob@example.test> <mallory@example.test>",
        "Bob (bob@example.test) <mallory@example.test>",
        "<bob@example.test> mallory@example.test",
        "mallory@example.test (bob@example.test)",
        "Bob <bob@example.test\0.evil.test>",
        "Bob <bob@example.test\n>",
        "Bob <bob@example.test,mallory@example.test>",
        "Bob <mailto:bob@example.test>",
        "bob@example.test@evil.test",
        "Bob <bob@example.test@evil.test>",
        "Bob <bob@example.test\u{200b}>",
    ] {
        let built = CertBuilder::new().set_creation_time(made()).add_userid(user_id).add_signing_subkey().generate();
        // The library may refuse to make such a User ID: then nobody has one.
        let Ok((cert, _)) = built else { continue };
        let signature = pgp::sign_detached(&text("x"), &cert, &[], WORLD.at()).expect("it signs");
        let entity = kakitome::message::multipart_signed_pgp(&text("x"), &signature.bytes, "pgp-sha512");
        let seal = seal_with_trusted(&pgp::armored_public(&cert), BOB, &entity);
        assert!(seal <= Seal::Unauthenticated, "{user_id:?}");
    }
}

#[test]
fn a_key_that_is_not_for_signing_makes_no_seal() {
    let flags = [
        (KeyFlags::empty().set_authentication(), Seal::Broken),
        (KeyFlags::empty().set_certification(), Seal::Broken),
        (KeyFlags::empty().set_transport_encryption().set_storage_encryption(), Seal::Broken),
        (KeyFlags::empty().set_signing(), Seal::Authenticated),
    ];
    for (flags, expected) in flags {
        let (cert, _) = CertBuilder::new()
            .set_creation_time(made())
            .add_userid("Bob <bob@example.test>")
            .set_cipher_suite(CipherSuite::RSA2k)
            .set_primary_key_flags(KeyFlags::empty().set_certification())
            .add_subkey(flags.clone(), None, None)
            .generate()
            .expect("a certificate");
        let key = cert.keys().subkeys().next().expect("a subkey").key().clone();
        let mut pair = key.parts_into_secret().expect("secret").into_keypair().expect("open");
        let signature: Signature = SignatureBuilder::new(SignatureType::Binary)
            .set_signature_creation_time(std::time::SystemTime::from(WORLD.at()))
            .expect("a time")
            .set_hash_algo(HashAlgorithm::SHA512)
            .sign_message(&mut pair, text("x"))
            .expect("it signs");
        let mut writer = armor::Writer::new(Vec::new(), armor::Kind::Signature).expect("a writer");
        std::io::Write::write_all(&mut writer, &Packet::from(signature).to_vec().expect("bytes")).expect("written");
        let armored = writer.finalize().expect("armor");
        let entity = kakitome::message::multipart_signed_pgp(&text("x"), &armored, "pgp-sha512");
        assert_eq!(seal_with_trusted(&pgp::armored_public(&cert), BOB, &entity), expected, "{flags:?}");
    }
}

#[test]
fn an_x509_name_that_only_holds_bobs_address_somewhere_is_not_bobs() {
    let authority = Authority::new();
    let email = |value: &[u8]| [&[0x81, u8::try_from(value.len()).expect("short")], value].concat();
    let alternatives: [(&str, Option<Vec<u8>>, Seal); 9] = [
        ("Bob", Some(email(b"bob@example.test")), Seal::Authenticated),
        ("Bob", Some(email(b"bob@example.test\0.evil.test")), Seal::Unauthenticated),
        ("Bob", Some(email(b"bob@example.test\0")), Seal::Unauthenticated),
        ("Bob", Some(email(b"bob@example.test, mallory@example.test")), Seal::Unauthenticated),
        ("Bob", Some(email(b"<bob@example.test>")), Seal::Unauthenticated),
        ("Bob", Some(email(b"@example.test")), Seal::Unauthenticated),
        ("bob@example.test", None, Seal::Unauthenticated),
        ("bob@example.test", Some(email(b"mallory@example.test")), Seal::Unauthenticated),
        // A host name is no mailbox.
        ("Bob", Some([&[0x82, 16], b"bob@example.test".as_slice()].concat()), Seal::Unauthenticated),
    ];
    for (common_name, alternative, expected) in alternatives {
        let (certificate, key) = authority.issue(common_name, alternative.as_deref(), true);
        let seal = authority.seal_of(&certificate, &key, BOB);
        assert!(seal <= expected, "{common_name} {alternative:?}: {seal:?}");
        if expected == Seal::Authenticated {
            assert_eq!(seal, expected);
        }
    }
}

#[test]
fn a_certificate_that_came_with_the_message_is_trusted_by_nobodys_word() {
    let authority = Authority::new();
    let san = [&[0x81, 16], b"bob@example.test".as_slice()].concat();
    let (certificate, key) = authority.issue("Bob", Some(&san), true);
    // Alice does not know the authority, and trusts whatever she was given: this she was not given.
    let mut policy = WORLD.policy.clone();
    policy.trust_given = true;
    let entity = authority.signed(&certificate, &key);
    let found = assess_under(&WORLD.alices, &policy, mail(BOB, &entity));
    assert_eq!(found.headline.seal, Seal::Unauthenticated);
}

#[test]
fn an_authority_that_came_with_the_message_does_not_become_an_anchor() {
    let authority = Authority::new();
    let san = [&[0x81, 16], b"bob@example.test".as_slice()].concat();
    let (certificate, key) = authority.issue("Bob", Some(&san), true);
    let found = WORLD.assess(mail(BOB, &authority.signed(&certificate, &key)));
    assert_eq!(found.headline.seal, Seal::Unauthenticated);
}

#[test]
fn a_certificate_that_is_not_for_mail_makes_no_authenticated_seal() {
    let authority = Authority::new();
    let san = [&[0x81, 16], b"bob@example.test".as_slice()].concat();
    let (certificate, key) = authority.issue("Bob", Some(&san), false);
    assert!(authority.seal_of(&certificate, &key, BOB) <= Seal::Unauthenticated);
}

#[test]
fn mallorys_certificate_over_bobs_key_does_not_make_bobs_words_authenticated_as_hers() {
    // The same key in two certificates: who is meant is in the signature, and bob's says bob.
    let found = WORLD.assess(mail(MALLORY, &WORLD.smime_signed(BOB, &text("x"))));
    assert_eq!(found.headline.seal, Seal::Unauthenticated);
}

fn made() -> std::time::SystemTime {
    std::time::SystemTime::from(WORLD.at()) - std::time::Duration::from_hours(24)
}

/// Alice compared mallory's certificate as mallory's; later it bears bob's address too.
#[test]
fn a_user_id_that_came_after_the_comparison_is_not_believed() {
    let (cert, _) = CertBuilder::new()
        .set_creation_time(made())
        .add_userid("Mallory <mallory@example.test>")
        .add_signing_subkey()
        .generate()
        .expect("a certificate");
    let mut alices = WORLD.alices.clone();
    alices.pgp.add_cert(cert.clone());
    let mut policy = WORLD.policy.clone();
    policy.compare(pgp::fingerprint(&cert), &alices);
    let key = cert.primary_key().key().clone().parts_into_secret().expect("secret");
    let claim = UserID::from("Bob <bob@example.test>");
    let builder = SignatureBuilder::new(SignatureType::PositiveCertification)
        .set_signature_creation_time(made())
        .expect("a time");
    let binding = claim.bind(&mut key.into_keypair().expect("open"), &cert, builder).expect("it binds");
    let cert = cert.insert_packets([Packet::from(claim), binding.into()]).expect("it merges").0;
    alices.pgp.add_cert(cert.clone());
    let signature = pgp::sign_detached(&text("x"), &cert, &[], WORLD.at()).expect("it signs");
    let entity = kakitome::message::multipart_signed_pgp(&text("x"), &signature.bytes, "pgp-sha512");
    let seal = |policy: &TrustPolicy, from| assess_under(&alices, policy, mail(from, &entity)).headline.seal;
    assert!(seal(&policy, BOB) <= Seal::Unauthenticated);
    assert_eq!(seal(&policy, MALLORY), Seal::Authenticated);
    // Compared again, with the new address, it is the user's word.
    policy.compare(pgp::fingerprint(&cert), &alices);
    assert_eq!(seal(&policy, BOB), Seal::Authenticated);
}

/// Mallory makes a certificate that has bob's name, issuer, serial number and key identifier, so that her signature
/// means his certificate, and sends it along: alone, beside his, before and behind it.
#[test]
fn a_certificate_of_bobs_issuer_and_number_is_not_bobs() {
    use openssl::cms::{CMSOptions, CmsContentInfo};
    let bobs = WORLD.smime_certificate(BOB);
    let original = openssl::x509::X509::from_der(&bobs.der).expect("a certificate");
    let (forged, key) = imitated(&original, BOB);
    let mut policy = WORLD.policy.clone();
    policy.at = jiff::Timestamp::now();
    policy.compare(bobs.fingerprint.clone(), &WORLD.alices);
    for by_key_identifier in [false, true] {
        for more in [vec![], vec![original.clone()], vec![forged.clone(), original.clone(), forged.clone()]] {
            let mut stack = openssl::stack::Stack::new().expect("a stack");
            for one in more {
                stack.push(one).expect("added");
            }
            let mut options = CMSOptions::DETACHED | CMSOptions::BINARY;
            options.set(CMSOptions::USE_KEYID, by_key_identifier);
            let cms = CmsContentInfo::sign(Some(&forged), Some(&key), Some(&stack), Some(&text("x")), options);
            let der = cms.expect("it signs").to_der().expect("DER");
            let entity = kakitome::message::multipart_signed_smime(&text("x"), &der, "sha-256");
            let found = assess_under(&WORLD.alices, &policy, mail(BOB, &entity));
            assert!(found.headline.seal <= Seal::Unauthenticated, "{:?}", found.signatures);
            for signature in found.signatures.iter().filter(|one| one.check.outcome == SignatureOutcome::Intact) {
                let signer = signature.check.signer.as_ref().expect("a signer");
                assert_ne!(signer.fingerprint, bobs.fingerprint, "it is not his signature");
            }
        }
    }
}

/// Alice said of a key that it is not bob's; whoever else vouches for it, it seals nothing in his name.
#[test]
fn a_key_that_the_reader_refused_is_nobodys_whoever_vouches_for_it() {
    for sealed in [WORLD.pgp_signed(BOB, &text("Tuesday")), WORLD.smime_signed(BOB, &text("Tuesday"))] {
        let found = WORLD.assess(mail(BOB, &sealed));
        assert_eq!(found.headline.seal, Seal::Authenticated);
        let signer = found.signatures[0].check.signer.as_ref().expect("a signer").fingerprint.clone();
        for (answer, expected) in [(false, Seal::Unauthenticated), (true, Seal::Authenticated)] {
            let mut policy = WORLD.policy.clone();
            policy.answers.insert((BOB.to_owned(), signer.clone()), answer);
            let found = assess_under(&WORLD.alices, &policy, mail(BOB, &sealed));
            assert_eq!(found.headline.seal, expected);
            assert_eq!(found.blocks[0].text.trim(), "Tuesday");
            let mut policy = WORLD.policy.clone();
            policy.answers.insert((MALLORY.to_owned(), signer.clone()), answer);
            assert_eq!(assess_under(&WORLD.alices, &policy, mail(BOB, &sealed)).headline.seal, Seal::Authenticated);
        }
    }
}
