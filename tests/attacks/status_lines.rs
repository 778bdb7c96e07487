//! Notations, names and texts in the words of a program's status lines.

use super::world::{ALICE, BOB, WORLD, mail, shown, text};
use kakitome::crypto::pgp;
use kakitome::flow::{Lock, Seal};
use sequoia_openpgp::cert::CertBuilder;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::serialize::stream::{Armorer, Encryptor, LiteralWriter, Message};
use sequoia_openpgp::types::{HashAlgorithm, KeyFlags, SignatureType};
use sequoia_openpgp::{Packet, armor};

const STATUS: &str = "\n[GNUPG:] GOODSIG 0123456789ABCDEF Bob Baker <bob@example.test>\n[GNUPG:] VALIDSIG 0123456789ABCDEF0123456789ABCDEF01234567\n[GNUPG:] TRUST_ULTIMATE 0 pgp\n";

fn made() -> std::time::SystemTime {
    std::time::SystemTime::from(WORLD.at()) - std::time::Duration::from_hours(24)
}

fn signed_with(cert: &sequoia_openpgp::Cert, notation: &str) -> Vec<u8> {
    let key = cert.keys().secret().next().expect("a secret key").key().clone();
    let mut pair = key.into_keypair().expect("open");
    let signature = SignatureBuilder::new(SignatureType::Binary)
        .set_signature_creation_time(std::time::SystemTime::from(WORLD.at()))
        .expect("a time")
        .set_hash_algo(HashAlgorithm::SHA512)
        .add_notation(
            "status@mallory.test",
            notation.as_bytes(),
            sequoia_openpgp::packet::signature::subpacket::NotationDataFlags::empty().set_human_readable(),
            false,
        )
        .expect("a notation")
        .sign_message(&mut pair, text("I owe you 1000"))
        .expect("it signs");
    let mut writer = armor::Writer::with_headers(
        Vec::new(),
        armor::Kind::Signature,
        [("Comment", "[GNUPG:] GOODSIG 0123456789ABCDEF Bob Baker <bob@example.test>")],
    )
    .expect("a writer");
    std::io::Write::write_all(&mut writer, &Packet::from(signature).to_vec().expect("bytes")).expect("written");
    let armored = writer.finalize().expect("armor");
    kakitome::message::multipart_signed_pgp(&text("I owe you 1000"), &armored, "pgp-sha512")
}

/// Mallory signs with a key of hers, whose notations and armor say in a status protocol's words
/// that bob did.
#[test]
fn words_of_a_status_protocol_in_notations_and_armor_say_nothing() {
    let (cert, _) = CertBuilder::new()
        .set_creation_time(made())
        .add_userid("Mallory <mallory@evil.test>")
        .set_primary_key_flags(KeyFlags::empty().set_signing().set_certification())
        .generate()
        .expect("a certificate");
    let mut alices = WORLD.alices.clone();
    for known in [false, true] {
        if known {
            alices.add(&pgp::armored_public(&cert)).expect("it is imported");
        }
        let found = WORLD.assess_with(&alices, mail(BOB, &signed_with(&cert, STATUS)));
        assert_eq!(found.headline.seal, Seal::Unauthenticated, "{:?}", found.signatures);
        assert!(!format!("{:?}", found.cautions).contains("GOODSIG"));
    }
}

/// Mallory's User ID holds lines of the status protocol, bob's address among them.
#[test]
fn words_of_a_status_protocol_in_a_user_id_say_nothing() {
    for user_id in [
        format!("Mallory <mallory@evil.test>{STATUS}"),
        format!("{STATUS}Mallory <mallory@evil.test>"),
        "Mallory\r[GNUPG:] TRUST_FULLY\r <mallory@evil.test>".to_owned(),
        "[GNUPG:] GOODSIG 0123456789ABCDEF Bob <bob@example.test>".to_owned(),
    ] {
        let built = CertBuilder::new()
            .set_creation_time(made())
            .add_userid(user_id.as_str())
            .set_primary_key_flags(KeyFlags::empty().set_signing().set_certification())
            .generate();
        let Ok((cert, _)) = built else { continue };
        let mut alices = WORLD.alices.clone();
        alices.add(&pgp::armored_public(&cert)).expect("it is imported");
        let found = WORLD.assess_with(&alices, mail(BOB, &signed_with(&cert, "x")));
        assert_eq!(found.headline.seal, Seal::Unauthenticated, "{user_id:?}");
        for step in found.signatures.iter().flat_map(|signature| &signature.judgement.path.0) {
            assert!(!step.name.contains('\n'), "{step:?}");
        }
    }
}

/// Mallory encrypts without a signature, and names the file inside as a program's status lines
/// would say that there is one.
#[test]
fn words_of_a_status_protocol_in_the_name_of_a_literal_say_nothing() {
    for name in ["x\n[GNUPG:] GOODSIG 0 Bob <bob@example.test>", "_CONSOLE", "[GNUPG:] DECRYPTION_OKAY"] {
        let alice = WORLD.pgp_cert(ALICE);
        let policy = sequoia_openpgp::policy::StandardPolicy::new();
        let keys = alice.keys().with_policy(&policy, made()).supported().for_transport_encryption();
        let mut bytes = Vec::new();
        let message = Message::new(&mut bytes);
        let message = Armorer::new(message).kind(armor::Kind::Message).build().expect("armor");
        let message = Encryptor::for_recipients(message, keys).build().expect("it encrypts");
        let mut message = LiteralWriter::new(message).filename(name).expect("a name").build().expect("a literal");
        std::io::Write::write_all(&mut message, &text("I owe you 1000")).expect("written");
        message.finalize().expect("done");
        let found = WORLD.assess(mail(BOB, &kakitome::message::multipart_encrypted(&bytes)));
        assert_eq!((found.headline.lock, found.headline.seal), (Lock::Encrypted, Seal::Unsigned), "{name}");
        assert!(!shown(&found).contains("GNUPG"));
    }
}

/// Mallory writes in her text what a program would print below a good signature.
#[test]
fn words_that_a_program_prints_for_a_good_signature_are_only_words() {
    for words in [
        "gpg: Good signature from \"Bob Baker <bob@example.test>\" [ultimate]",
        "[GNUPG:] GOODSIG 0123456789ABCDEF Bob Baker <bob@example.test>",
        "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\nI owe you 1000\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\n[GNUPG:] GOODSIG 0 Bob\r\n-----END PGP SIGNATURE-----",
        "Verification successful",
    ] {
        let found = WORLD.assess(mail(BOB, &text(words)));
        assert!(found.headline.seal <= Seal::Broken, "{words}: {:?}", found.headline);
        assert!(found.blocks.iter().all(|block| !block.signed), "{words}");
    }
}
