use jiff::ToSpan;
use sequoia_openpgp::cert::CertRevocationBuilder;
use sequoia_openpgp::cert::prelude::{CertBuilder, CipherSuite};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::types::ReasonForRevocation;
use sequoia_openpgp::{Cert, Packet};

use super::super::{InlineKind, armored_public};
use super::super::{
    decrypt, detached, encrypt, find_inline_blocks, generate, sign_detached, signed_message, system_time,
};
use super::{ENTITY, a_year_later, address, later, person, public, ring, secret, signing_key, then};
use crate::crypto::{DecryptFailure, SignatureOutcome};

fn outcome(checks: &[crate::crypto::SignatureCheck]) -> (SignatureOutcome, Option<&str>) {
    assert_eq!(checks.len(), 1);
    (checks[0].outcome, checks[0].reason.as_deref())
}

/// The certificate withdrawn by its owner.
pub(super) fn revoked(cert: &Cert, reason: ReasonForRevocation, at: jiff::Timestamp) -> Cert {
    let mut signer = cert.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let revocation = CertRevocationBuilder::new()
        .set_reason_for_revocation(reason, b"gone")
        .unwrap()
        .set_signature_creation_time(system_time(at))
        .unwrap()
        .build(&mut signer, cert, None)
        .unwrap();
    cert.clone().insert_packets([revocation]).unwrap().0
}

#[test]
fn a_signature_is_intact_only_over_the_very_bytes() {
    let alice = person("Alice");
    let signature = sign_detached(ENTITY, &alice, &[], then()).unwrap().bytes;
    let ring = ring(&[&public(&alice)]);
    let checks = detached(ENTITY, &signature, &ring, a_year_later());
    assert_eq!(outcome(&checks), (SignatureOutcome::Intact, None));
    assert_eq!(checks[0].signed_at, Some(then()));
    assert_eq!(checks[0].hash.as_deref(), Some("SHA512"));
    let tampered = [ENTITY, b"PS: pay mallory\r\n"].concat();
    let checks = detached(&tampered, &signature, &ring, a_year_later());
    assert_eq!(outcome(&checks), (SignatureOutcome::BadSignature, Some("digest_mismatch")));
}

#[test]
fn line_ends_are_those_of_mail_however_the_message_was_stored() {
    let alice = person("Alice");
    let stored = String::from_utf8(ENTITY.to_vec()).unwrap().replace("\r\n", "\n");
    let ring = ring(&[&public(&alice)]);
    for signed in [ENTITY, stored.as_bytes()] {
        let signature = sign_detached(signed, &alice, &[], then()).unwrap().bytes;
        for read in [ENTITY, stored.as_bytes()] {
            assert_eq!(detached(read, &signature, &ring, then())[0].outcome, SignatureOutcome::Intact);
        }
    }
}

#[test]
fn an_unknown_signer_is_named_by_full_fingerprint() {
    let alice = person("Alice");
    let signature = sign_detached(ENTITY, &alice, &[], then()).unwrap().bytes;
    let checks = detached(ENTITY, &signature, &ring(&[&person("Bob")]), then());
    assert_eq!(checks[0].outcome, SignatureOutcome::MissingCertificate);
    let named = checks[0].signer.as_ref().unwrap();
    assert_eq!(named.fingerprint.as_str().len(), 40);
    assert!(named.certificate.is_none());
    let subkeys: Vec<_> = alice.keys().map(|key| key.key().fingerprint().to_hex()).collect();
    assert!(subkeys.contains(&named.fingerprint.as_str().to_owned()));
}

#[test]
fn several_signatures_are_checked_one_by_one() {
    let (alice, mallory) = (person("Alice"), person("Mallory"));
    let armored = |one: &[u8]| sequoia_openpgp::PacketPile::from_bytes(one).unwrap().to_vec().unwrap();
    let good = armored(&sign_detached(ENTITY, &alice, &[], then()).unwrap().bytes);
    let other = armored(&sign_detached(b"something else", &mallory, &[], then()).unwrap().bytes);
    let checks = detached(ENTITY, &[good, other].concat(), &ring(&[&alice, &mallory]), then());
    let outcomes: Vec<_> = checks.iter().map(|check| check.outcome).collect();
    assert_eq!(outcomes, [SignatureOutcome::Intact, SignatureOutcome::BadSignature]);
}

#[test]
fn what_is_no_signature_is_malformed() {
    let ring = ring(&[&person("Alice")]);
    for bytes in
        [&b""[..], b"\0\0", b"hello", b"-----BEGIN PGP SIGNATURE-----\n\nnot base64!\n-----END PGP SIGNATURE-----\n"]
    {
        assert_eq!(detached(ENTITY, bytes, &ring, then())[0].outcome, SignatureOutcome::Malformed);
    }
    assert_eq!(
        detached(ENTITY, &armored_public(&person("Bob")), &ring, then())[0].outcome,
        SignatureOutcome::Malformed
    );
}

#[test]
fn a_key_that_had_ended_could_not_sign_and_one_that_ended_later_could() {
    let (alice, _) = CertBuilder::general_purpose(["Alice <alice@kakitome.example>"])
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(system_time(then()))
        .set_validity_period(std::time::Duration::from_hours(720))
        .generate()
        .unwrap();
    let early = sign_detached(ENTITY, &alice, &[], later(24.hours())).unwrap().bytes;
    let ring_of = ring(&[&public(&alice)]);
    assert_eq!(detached(ENTITY, &early, &ring_of, a_year_later())[0].outcome, SignatureOutcome::Intact);
    assert!(matches!(
        sign_detached(ENTITY, &alice, &[], a_year_later()),
        Err(crate::crypto::ProtectError::CannotSign(_))
    ));
    // Mallory's clock is hers: she signs with the ended key all the same.
    let signing = alice
        .keys()
        .secret()
        .find(|key| !alice.primary_key().key().fingerprint().eq(&key.key().fingerprint()))
        .unwrap();
    let pair = signing.key().clone().into_keypair().unwrap();
    let late = raw_signature(pair, a_year_later());
    assert_eq!(
        outcome(&detached(ENTITY, &late, &ring_of, a_year_later())),
        (SignatureOutcome::BadKey, Some("key_expired"))
    );
}

fn raw_signature(pair: sequoia_openpgp::crypto::KeyPair, at: jiff::Timestamp) -> Vec<u8> {
    raw_signature_by(pair, at, sequoia_openpgp::types::HashAlgorithm::SHA512)
}

fn raw_signature_by(
    mut pair: sequoia_openpgp::crypto::KeyPair,
    at: jiff::Timestamp,
    hash: sequoia_openpgp::types::HashAlgorithm,
) -> Vec<u8> {
    use sequoia_openpgp::packet::signature::SignatureBuilder;
    let signature = SignatureBuilder::new(sequoia_openpgp::types::SignatureType::Binary)
        .set_hash_algo(hash)
        .set_signature_creation_time(system_time(at))
        .unwrap()
        .sign_message(&mut pair, ENTITY)
        .unwrap();
    Packet::from(signature).to_vec().unwrap()
}

#[test]
fn a_weak_hash_says_nothing() {
    let alice = person("Alice");
    let pair = alice.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let signature = raw_signature_by(pair, later(1.hours()), sequoia_openpgp::types::HashAlgorithm::SHA1);
    let checks = detached(ENTITY, &signature, &ring(&[&alice]), a_year_later());
    assert_eq!(outcome(&checks), (SignatureOutcome::UnsupportedAlgorithm, Some("weak_hash: SHA1, 2013-02-01")));
}

#[test]
fn a_key_that_is_only_for_encryption_can_not_sign() {
    use sequoia_openpgp::types::KeyFlags;
    let (alice, _) = CertBuilder::new()
        .add_userid("Alice <alice@kakitome.example>")
        .set_creation_time(system_time(then()))
        .set_primary_key_flags(KeyFlags::empty().set_certification())
        .add_transport_encryption_subkey()
        .generate()
        .unwrap();
    let pair = alice.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let signature = raw_signature(pair, later(1.hours()));
    let checks = detached(ENTITY, &signature, &ring(&[&alice]), a_year_later());
    assert_eq!(outcome(&checks), (SignatureOutcome::BadKey, Some("not_for_signing")));
}

#[test]
fn the_mathematics_of_a_withdrawn_certificate_still_hold_but_not_after_it_retired() {
    let alice = person("Alice");
    let signature = sign_detached(ENTITY, &alice, &[], later(48.hours())).unwrap().bytes;
    let check = |cert: &Cert| {
        let checks = detached(ENTITY, &signature, &ring(&[&public(cert)]), a_year_later());
        checks[0].outcome
    };
    let stolen = revoked(&alice, ReasonForRevocation::KeyCompromised, later(72.hours()));
    assert_eq!(check(&stolen), SignatureOutcome::Intact);
    let retired_after = revoked(&alice, ReasonForRevocation::KeyRetired, later(72.hours()));
    assert_eq!(check(&retired_after), SignatureOutcome::Intact);
    let retired_before = revoked(&alice, ReasonForRevocation::KeyRetired, later(24.hours()));
    assert_eq!(check(&retired_before), SignatureOutcome::BadKey);
    let tampered = detached(b"else", &signature, &ring(&[&public(&stolen)]), a_year_later());
    assert_eq!(tampered[0].outcome, SignatureOutcome::BadSignature);
}

#[test]
fn a_signature_from_the_future_is_not_good_yet() {
    let alice = person("Alice");
    let signature = sign_detached(ENTITY, &alice, &[], a_year_later()).unwrap().bytes;
    let checks = detached(ENTITY, &signature, &ring(&[&alice]), then());
    assert_eq!(outcome(&checks), (SignatureOutcome::BadSignature, Some("made_in_future")));
}

#[test]
fn a_message_is_locked_without_the_passphrase_and_closed_without_the_key() {
    let bob = generate("Bob", &address("Bob"), Some(&secret("builder")), then()).unwrap().cert;
    let message = encrypt(ENTITY, std::slice::from_ref(&bob), None, &[], then()).unwrap();
    let with = |ring: &super::super::PgpRing, words: &[crate::domain::Secret<String>]| {
        decrypt(&message, ring, words, then(), 1 << 20).outcome.map(|opened| opened.plaintext)
    };
    let own = ring(&[&bob]);
    assert_eq!(with(&own, &[]), Err(DecryptFailure::Locked(super::super::fingerprint(&bob))));
    assert_eq!(with(&own, &[secret("wrong")]), Err(DecryptFailure::Locked(super::super::fingerprint(&bob))));
    assert_eq!(with(&own, &[secret("wrong"), secret("builder")]).as_deref(), Ok(ENTITY));
    // What was opened once is not open for a caller without the passphrase.
    assert_eq!(with(&own, &[]), Err(DecryptFailure::Locked(super::super::fingerprint(&bob))));
    assert_eq!(with(&ring(&[&public(&bob), &person("Carol")]), &[secret("builder")]), Err(DecryptFailure::NoKey));
}

#[test]
fn a_large_message_is_opened_while_it_is_decoded_and_nothing_comes_of_a_changed_one() {
    let bob = person("Bob");
    let content: Vec<u8> =
        (0..3_000_000_u32).map(|n| (n.wrapping_mul(n).wrapping_mul(0x9e37_79b1) >> 24) as u8).collect();
    let message = encrypt(&content, std::slice::from_ref(&bob), None, &[], then()).unwrap();
    assert!(message.starts_with(b"-----BEGIN") && message.len() > super::super::stream::LARGE);
    let own = ring(&[&bob]);
    let open = |message: &[u8]| decrypt(message, &own, &[], then(), 8 << 20);
    let opened = open(&message);
    assert_eq!(opened.recipients.len(), 1);
    assert!(opened.outcome.unwrap().plaintext == content);
    for share in [1, 2, 3] {
        let mut changed = message.clone();
        let at = (message.len() / 4 * share - 50..message.len()).find(|at| changed[*at].is_ascii_alphabetic()).unwrap();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert_eq!(open(&changed).outcome.err(), Some(DecryptFailure::IntegrityFailed), "{share}");
        // What mail programs do to it on the way is odd, and does no harm.
        let end = (at..message.len()).find(|at| message[*at] == b'\n').unwrap();
        let spaced = [&message[..end], b"  ", &message[end..]].concat();
        assert!(open(&spaced).outcome.unwrap().plaintext == content, "{share}");
        let cut = [&message[..=end], b"-----END PGP MESSAGE-----\n"].concat();
        assert!(open(&cut).outcome.is_err(), "{share}");
    }
    let closed = decrypt(&message, &ring(&[&public(&bob)]), &[], then(), 8 << 20);
    assert_eq!((closed.outcome.err(), closed.recipients.len()), (Some(DecryptFailure::NoKey), 1));
    assert_eq!(decrypt(&message, &own, &[], then(), 1 << 20).outcome.err(), Some(DecryptFailure::TooLarge));
}

#[test]
fn a_signature_made_for_carol_is_not_good_when_mallory_passes_it_on_to_bob() {
    use sequoia_openpgp::serialize::stream::{Encryptor, LiteralWriter, Message, Recipient, Signer};
    use std::io::Write;
    let (alice, bob, carol) = (person("Alice"), person("Bob"), person("Carol"));
    // Alice's signed content is for carol; it is wrapped anew for `to`.
    let wrapped_for = |to: &Cert| {
        let policy = super::super::ReadingPolicy;
        let valid = to.with_policy(&policy, system_time(then())).unwrap();
        let keys: Vec<Recipient> = valid.keys().for_transport_encryption().map(Into::into).collect();
        let pair = signing_key(&alice);
        let mut bytes = Vec::new();
        let message = Encryptor::for_recipients(Message::new(&mut bytes), keys).build().unwrap();
        let signer = Signer::new(message, pair).unwrap().creation_time(system_time(then()));
        let mut writer = LiteralWriter::new(signer.add_intended_recipient(&carol).build().unwrap()).build().unwrap();
        writer.write_all(ENTITY).unwrap();
        writer.finalize().unwrap();
        bytes
    };
    let ring = ring(&[&public(&alice), &bob, &carol]);
    let check = |message: &[u8]| {
        let opened = decrypt(message, &ring, &[], then(), 1 << 20).outcome.unwrap();
        (opened.signatures[0].outcome, opened.signatures[0].reason.clone())
    };
    assert_eq!(check(&wrapped_for(&carol)), (SignatureOutcome::Intact, None));
    let reason = Some("not_intended_recipient".to_owned());
    assert_eq!(check(&wrapped_for(&bob)), (SignatureOutcome::BadSignature, reason));
    let ours = encrypt(ENTITY, std::slice::from_ref(&bob), Some(&alice), &[], then()).unwrap();
    assert_eq!(check(&ours), (SignatureOutcome::Intact, None));
}

#[test]
fn a_cleartext_message_is_what_is_signed_and_nothing_that_looks_like_it() {
    use sequoia_openpgp::serialize::stream::{Message, Signer};
    use std::io::Write;
    let alice = person("Alice");
    let pair = signing_key(&alice);
    let mut bytes = Vec::new();
    let signer = Signer::new(Message::new(&mut bytes), pair).unwrap().cleartext().creation_time(system_time(then()));
    let mut writer = signer.build().unwrap();
    writer.write_all(b"hello bob\n- a list\n").unwrap();
    writer.finalize().unwrap();
    let ring = ring(&[&alice]);
    let opened = signed_message(&bytes, &ring, then()).unwrap();
    assert_eq!(opened.signatures[0].outcome, SignatureOutcome::Intact);
    assert_eq!(String::from_utf8(opened.content).unwrap().trim_end(), "hello bob\n- a list");

    let text = String::from_utf8(bytes).unwrap();
    let forged = text.replacen("\n\nhello", "\nPay mallory: 1000\n\nhello", 1);
    assert_eq!(
        signed_message(forged.as_bytes(), &ring, then()).unwrap_err(),
        DecryptFailure::Malformed("cleartext_header".into())
    );
    let forged = text.replace("hello bob", "hello mallory");
    assert_eq!(
        signed_message(forged.as_bytes(), &ring, then()).unwrap().signatures[0].outcome,
        SignatureOutcome::BadSignature
    );
    let after = format!("{text}unsigned after\n");
    if let Ok(opened) = signed_message(after.as_bytes(), &ring, then()) {
        assert!(!String::from_utf8(opened.content).unwrap().contains("unsigned"));
    }
    let around = format!("unsigned before\n{text}unsigned after\n");
    let blocks = find_inline_blocks(&around);
    assert_eq!(blocks.len(), 1);
    assert_eq!(blocks[0].kind, InlineKind::Signed);
    let opened = signed_message(around[blocks[0].range.clone()].as_bytes(), &ring, then()).unwrap();
    assert!(!String::from_utf8(opened.content).unwrap().contains("unsigned"));
}

#[test]
fn inline_blocks_are_found_by_their_lines() {
    let text = "Hi\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n-----END PGP MESSAGE-----\u{a0}\r\nsee -----BEGIN PGP MESSAGE-----\r\n\
        -----BEGIN PGP PUBLIC KEY BLOCK-----\n\nx\n-----END PGP PUBLIC KEY BLOCK-----\n-----BEGIN PGP SIGNED MESSAGE-----\nopen";
    let kinds: Vec<_> =
        find_inline_blocks(text).into_iter().map(|block| (block.kind, text[block.range].len())).collect();
    assert_eq!(kinds, [(InlineKind::Message, 61), (InlineKind::PublicKey, 74)]);
}

#[test]
fn a_key_whose_older_bindings_were_dropped_still_made_its_older_signatures() {
    use sequoia_openpgp::packet::signature::SignatureBuilder;
    use sequoia_openpgp::types::{KeyFlags, SignatureType};
    let flags = KeyFlags::empty().set_certification().set_signing();
    let (alice, _) = CertBuilder::new()
        .add_userid("Alice <alice@kakitome.example>")
        .set_creation_time(system_time(then()))
        .set_primary_key_flags(flags.clone())
        .generate()
        .unwrap();
    let mut pair = alice.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let user_id = alice.userids().next().unwrap().userid().clone();
    let renewal = SignatureBuilder::new(SignatureType::PositiveCertification)
        .set_signature_creation_time(system_time(later(240.hours())))
        .unwrap()
        .set_key_flags(flags)
        .unwrap();
    let renewal = user_id.bind(&mut pair, &alice, renewal).unwrap();
    let renewed = alice.insert_packets([renewal]).unwrap().0;
    let is_old = |packet: &Packet| matches!(packet, Packet::Signature(one) if one.signature_creation_time() == Some(system_time(then())));
    let kept: Vec<_> = renewed.into_packets().filter(|packet| !is_old(packet)).collect();
    let ring = ring(&[&Cert::from_packets(kept.into_iter()).unwrap()]);
    let check = |at| {
        let checks = detached(ENTITY, &raw_signature(pair.clone(), at), &ring, a_year_later());
        (checks[0].outcome, checks[0].reason.clone().unwrap_or_default())
    };
    assert_eq!(check(later(24.hours())), (SignatureOutcome::Intact, String::new()));
    assert_eq!(check(later(-24.hours())), (SignatureOutcome::BadKey, "made_before_key".into()));
    assert_eq!(check(later((366 * 24).hours())), (SignatureOutcome::BadSignature, "made_in_future".into()));
    let checks = detached(b"else", &raw_signature(pair.clone(), later(24.hours())), &ring, a_year_later());
    assert_eq!(outcome(&checks), (SignatureOutcome::BadSignature, Some("digest_mismatch")));
}

#[test]
fn a_signature_of_a_version_that_is_not_openpgps_is_named() {
    let alice = person("Alice");
    let pair = alice.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let signature = raw_signature(pair, later(1.hours()));
    let at = signature.iter().position(|byte| *byte == 4).unwrap();
    for (version, reason) in [(5, "librepgp_signature"), (7, "version: 7")] {
        let mut other = signature.clone();
        other[at] = version;
        let checks = detached(ENTITY, &other, &ring(&[&alice]), a_year_later());
        assert_eq!(outcome(&checks), (SignatureOutcome::UnsupportedAlgorithm, Some(reason)));
    }
}
