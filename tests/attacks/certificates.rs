use std::sync::Arc;

use kakitome::crypto::pgp;
use kakitome::flow::Seal;
use kakitome::trust::TrustPolicy;
use openssl::asn1::{Asn1Integer, Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
use openssl::x509::{X509, X509Builder, X509Extension, X509Name, X509NameBuilder};
use sequoia_openpgp::cert::{CertBuilder, CipherSuite};
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::types::{HashAlgorithm, KeyFlags, SignatureType};
use sequoia_openpgp::{Packet, armor};

use super::world::{ALICE, BOB, MALLORY, WORLD, assess_under, mail, multipart, text};

/// What alice would see with one more certificate, which she herself compared with its owner.
fn seal_with_trusted(certificate: &[u8], from: &str, entity: &[u8]) -> Seal {
    let mut alices = WORLD.alices.clone();
    let imported = alices.add(certificate).expect("it is imported");
    let mut policy = WORLD.policy.clone();
    policy.direct.extend(imported.into_iter().map(|one| one.report.fingerprint));
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

#[test]
fn a_signed_message_to_somebody_else_still_says_to_whom() {
    let entity = b"From: bob@example.test\r\nTo: carol@example.test\r\nSubject: x\r\n\
        Content-Type: text/plain; hp=\"clear\"\r\n\r\nYou are fired\r\n";
    let sealed = WORLD.pgp_signed(BOB, entity);
    let found = WORLD.assess(mail(BOB, &WORLD.pgp_encrypted(&sealed, None)));
    assert_eq!(found.to.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(), ["carol@example.test"]);
    assert!(found.header_protection.mismatches.contains(&"to".to_owned()), "{:?}", found.header_protection);
    assert_ne!(found.to[0].address, ALICE);
}

#[test]
fn a_signature_object_with_hundreds_of_signatures_stays_bounded() {
    let one = WORLD.pgp_signature(MALLORY, &text("x"));
    let many = String::from_utf8(one).expect("armor").repeat(300);
    let entity = kakitome::message::multipart_signed_pgp(&text("x"), many.as_bytes(), "pgp-sha512");
    let found = WORLD.assess(mail(BOB, &multipart("mixed", &[&entity])));
    assert!(found.signatures.len() <= 64);
}

fn made() -> std::time::SystemTime {
    std::time::SystemTime::from(WORLD.at()) - std::time::Duration::from_hours(24)
}

/// An authority of the test's own, with which any certificate can be issued.
struct Authority {
    certificate: X509,
    key: PKey<Private>,
}

impl Authority {
    fn new() -> Self {
        let key = new_key();
        let subject = name("Test CA");
        let mut builder = begun(&subject, &subject, &key, 1);
        builder.append_extension(BasicConstraints::new().critical().ca().build().expect("built")).expect("added");
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().build().expect("built")).expect("added");
        builder.sign(&key, MessageDigest::sha256()).expect("signed");
        Self { certificate: builder.build(), key }
    }

    /// `alternative` is the contents of subjectAltName's SEQUENCE.
    fn issue(&self, common_name: &str, alternative: Option<&[u8]>, mail: bool) -> (X509, PKey<Private>) {
        let key = new_key();
        let mut builder = begun(&name(common_name), self.certificate.subject_name(), &key, 2);
        builder
            .append_extension(KeyUsage::new().critical().digital_signature().build().expect("built"))
            .expect("added");
        let mut purposes = ExtendedKeyUsage::new();
        let purposes = if mail { purposes.email_protection() } else { purposes.client_auth().code_signing() };
        builder.append_extension(purposes.build().expect("built")).expect("added");
        if let Some(contents) = alternative {
            let value = [&[0x30, u8::try_from(contents.len()).expect("short")], contents].concat();
            let oid = Asn1Object::from_str("2.5.29.17").expect("an identifier");
            let value = Asn1OctetString::new_from_bytes(&value).expect("octets");
            builder.append_extension(X509Extension::new_from_der(&oid, false, &value).expect("built")).expect("added");
        }
        builder.sign(&self.key, MessageDigest::sha256()).expect("signed");
        (builder.build(), key)
    }

    fn signed(&self, certificate: &X509, key: &PKey<Private>) -> Vec<u8> {
        use openssl::cms::{CMSOptions, CmsContentInfo};
        let mut more = openssl::stack::Stack::new().expect("a stack");
        more.push(self.certificate.clone()).expect("added");
        let options = CMSOptions::DETACHED | CMSOptions::BINARY;
        let cms = CmsContentInfo::sign(Some(certificate), Some(key), Some(&more), Some(&text("x")), options);
        let der = cms.expect("it signs").to_der().expect("DER");
        kakitome::message::multipart_signed_smime(&text("x"), &der, "sha-256")
    }

    /// Alice takes this authority for an anchor.
    fn seal_of(&self, certificate: &X509, key: &PKey<Private>, from: &str) -> Seal {
        let der = self.certificate.to_der().expect("DER");
        let anchor = kakitome::crypto::smime::X509::parse(&der).expect("a certificate");
        let policy = TrustPolicy { anchors: vec![Arc::new(anchor)], ..TrustPolicy::nobody(now()) };
        assess_under(&WORLD.alices, &policy, mail(from, &self.signed(certificate, key))).headline.seal
    }
}

/// OpenSSL signs with the clock's time.
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

fn new_key() -> PKey<Private> {
    let group = openssl::ec::EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("a curve");
    PKey::from_ec_key(openssl::ec::EcKey::generate(&group).expect("a key")).expect("a key")
}

fn name(common: &str) -> X509Name {
    let mut builder = X509NameBuilder::new().expect("a builder");
    builder.append_entry_by_text("CN", common).expect("added");
    builder.build()
}

fn begun(
    subject: &openssl::x509::X509NameRef,
    issuer: &openssl::x509::X509NameRef,
    key: &PKey<Private>,
    serial: u32,
) -> X509Builder {
    let mut builder = X509::builder().expect("a builder");
    builder.set_version(2).expect("set");
    let serial = Asn1Integer::from_bn(&BigNum::from_u32(serial).expect("a number")).expect("a number");
    builder.set_serial_number(&serial).expect("set");
    builder.set_subject_name(subject).expect("set");
    builder.set_issuer_name(issuer).expect("set");
    builder.set_pubkey(key).expect("set");
    builder.set_not_before(&Asn1Time::from_unix(now().as_second() - 86_400).expect("a time")).expect("set");
    builder.set_not_after(&Asn1Time::from_unix(now().as_second() + 86_400 * 300).expect("a time")).expect("set");
    builder
}
