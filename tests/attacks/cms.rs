//! CMS objects put together anew: signers, contents, attributes (RFC 5652).

use super::world::der;
use super::world::{BOB, MALLORY, WORLD, certs_only, html, mail, multipart, signature_part, text};
use kakitome::flow::{Lock, Seal};

/// The parts of SignedData (RFC 5652 §5.1), to put together anew.
struct SignedObject {
    version: Vec<u8>,
    digests: Vec<u8>,
    content: Vec<u8>,
    certificates: Vec<u8>,
    signers: Vec<Vec<u8>>,
}

impl SignedObject {
    fn of(object: &[u8]) -> Self {
        let content_info = der::children(object);
        let signed_data = der::children(&content_info[1]);
        let fields = der::children(&signed_data[0]);
        let [version, digests, content, certificates, signers] = fields.as_slice() else {
            panic!("SignedData without CRLs has five fields, not {}", fields.len())
        };
        Self {
            version: version.clone(),
            digests: digests.clone(),
            content: content.clone(),
            certificates: certificates.clone(),
            signers: der::children(signers),
        }
    }

    fn write(&self) -> Vec<u8> {
        let fields = [
            self.version.clone(),
            self.digests.clone(),
            self.content.clone(),
            self.certificates.clone(),
            der::value(0x31, &self.signers.concat()),
        ];
        let oid = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02].to_vec();
        der::value(0x30, &[oid, der::value(0xa0, &der::value(0x30, &fields.concat()))].concat())
    }

    /// Content inside: an OCTET STRING of type id-data.
    fn with_content(mut self, content: &[u8]) -> Self {
        let oid = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01].to_vec();
        self.content = der::value(0x30, &[oid, der::value(0xa0, &der::value(0x04, content))].concat());
        self
    }
}

fn opaque(object: &[u8]) -> Vec<u8> {
    kakitome::message::pkcs7_mime(object, "signed-data", "smime.p7m")
}

fn detached(content: &[u8], object: &[u8]) -> Vec<u8> {
    let part = signature_part("application/pkcs7-signature", object);
    multipart("signed; protocol=\"application/pkcs7-signature\"", &[content, &part])
}

#[test]
fn bobs_object_put_together_anew_is_still_his() {
    // The tools of this file change nothing by themselves: else the tests below would prove nothing.
    let object = SignedObject::of(&WORLD.smime_opaque(BOB, &text("I owe you 10")));
    assert_eq!(WORLD.assess(mail(BOB, &opaque(&object.write()))).headline.seal, Seal::Authenticated);
}

/// Mallory wants an object that has content and certificates, but no signer, to count as signed:
/// "all of its signatures hold".
#[test]
fn an_object_without_any_signer_is_no_signature_whatever_is_in_it() {
    for content in [text("I owe you 1000"), WORLD.smime_signed(BOB, &text("I owe you 1000"))] {
        let mut object = SignedObject::of(&WORLD.smime_opaque(BOB, &text("I owe you 10"))).with_content(&content);
        object.signers.clear();
        let found = WORLD.assess(mail(BOB, &opaque(&object.write())));
        assert!(found.headline.seal <= Seal::Broken, "{:?}", found.headline);
        assert!(
            found.blocks.iter().all(|block| !(block.signed && block.is_headline && found.headline.seal > Seal::Broken))
        );
        let found = WORLD.assess(mail(BOB, &detached(&content, &object.write())));
        assert!(found.headline.seal <= Seal::Broken, "{:?}", found.headline);
    }
}

/// Mallory wants her own content to be shown under the signature that bob made over his.
#[test]
fn content_exchanged_inside_an_opaque_object_breaks_its_seal() {
    let bobs = || SignedObject::of(&WORLD.smime_opaque(BOB, &text("I owe you 10")));
    for content in [text("I owe you 99"), text("I owe you 1000"), Vec::new(), html("<b>I owe you 1000</b>")] {
        let found = WORLD.assess(mail(BOB, &opaque(&bobs().with_content(&content).write())));
        assert_eq!(found.headline.seal, Seal::Broken, "{:?}", found.headline);
    }
    // Of another type than the one that is signed: not id-data, but something of the arc beside it.
    let mut object = bobs();
    let at = object.content.windows(4).position(|four| four == [0x0d, 0x01, 0x07, 0x01]).expect("id-data");
    object.content[at + 3] = 0x05;
    assert!(WORLD.assess(mail(BOB, &opaque(&object.write()))).headline.seal <= Seal::Broken);
}

/// Mallory signs as herself, and adds what looks like bob's signature, so that the list of signers
/// has his name and one of the signatures holds.
#[test]
fn bobs_signer_info_beside_mallorys_good_one_seals_nothing_as_his() {
    let content = text("I owe you 1000");
    let bobs = SignedObject::of(&WORLD.smime_signature(BOB, &text("I owe you 10")));
    let mallorys = || SignedObject::of(&WORLD.smime_signature(MALLORY, &content));
    for bob_first in [true, false] {
        let mut object = mallorys();
        let at = if bob_first { 0 } else { object.signers.len() };
        object.signers.insert(at, bobs.signers[0].clone());
        let all = [der::children(&object.certificates), der::children(&bobs.certificates)].concat().concat();
        object.certificates = der::value(0xa0, &all);
        for entity in [detached(&content, &object.write()), opaque(&object.with_content(&content).write())] {
            for from in [BOB, MALLORY] {
                let found = WORLD.assess(mail(from, &entity));
                assert!(found.headline.seal < Seal::Partial, "{from} {:?}", found.headline);
                assert!(from == MALLORY || found.headline.seal == Seal::Broken);
            }
        }
    }
}

/// Mallory repeats bob's signer, in the hope that one check for each name, or a count, is enough.
#[test]
fn a_signer_info_repeated_says_no_more_than_once() {
    let content = text("I owe you 10");
    let mut object = SignedObject::of(&WORLD.smime_signature(BOB, &content));
    let one = object.signers[0].clone();
    object.signers.extend([one.clone(), one]);
    let good = WORLD.assess(mail(BOB, &detached(&content, &object.write())));
    assert!(good.signatures.iter().all(|signature| signature.check.signer.is_some()));
    let found = WORLD.assess(mail(BOB, &detached(&text("I owe you 1000"), &object.write())));
    assert_eq!(found.headline.seal, Seal::Broken);
}

/// The signed attributes of bob's signature as they were signed, and the object with a signer without them.
fn attributes_as_content(words: &[u8]) -> (Vec<u8>, SignedObject) {
    let mut object = SignedObject::of(&WORLD.smime_signature(BOB, words));
    let fields = der::children(&object.signers[0]);
    let attributes = fields.iter().position(|field| field[0] == 0xa0).expect("signed attributes");
    let mut content = fields[attributes].clone();
    content[0] = 0x31;
    let without: Vec<u8> =
        fields.iter().enumerate().filter(|(at, _)| *at != attributes).flat_map(|(_, f)| f.clone()).collect();
    object.signers = vec![der::value(0x30, &without)];
    (content, object)
}

/// Mallory makes the signed attributes of bob's signature the content, and leaves them out of the
/// signer: the signature holds over the very bytes, which bob never wrote as a message. Among many of his letters she
/// finds one in whose digest stands what looks like a line break of another system.
#[test]
fn signed_attributes_offered_as_the_content_are_not_bobs_words() {
    let mut with_line_feed = 0;
    for number in 0..60 {
        let (content, object) = attributes_as_content(&text(&format!("I owe you {number}")));
        with_line_feed += usize::from(content.windows(2).any(|two| two[0] != b'\r' && two[1] == b'\n'));
        for entity in [detached(&content, &object.write()), opaque(&object.with_content(&content).write())] {
            let found = WORLD.assess(mail(BOB, &entity));
            assert!(found.headline.seal <= Seal::Broken, "{number}: {:?}", found.headline);
        }
    }
    assert!(with_line_feed > 2, "{with_line_feed}");
}

/// Mallory changes one attribute under bob's signature: the digest, so that it fits her words.
#[test]
fn a_forged_digest_in_the_signed_attributes_breaks_the_seal() {
    let forged = text("I owe you 1000");
    let digest = |content: &[u8]| {
        [
            openssl::sha::sha256(content).to_vec(),
            openssl::sha::sha512(content).to_vec(),
            openssl::sha::sha384(content).to_vec(),
        ]
    };
    let object = WORLD.smime_signature(BOB, &text("I owe you 10"));
    let mut altered = object.clone();
    for (old, new) in digest(&text("I owe you 10")).into_iter().zip(digest(&forged)) {
        if let Some(at) = object.windows(old.len()).position(|bytes| bytes == old) {
            altered[at..at + old.len()].copy_from_slice(&new);
        }
    }
    assert_ne!(object, altered, "the digest was found");
    assert_eq!(WORLD.assess(mail(BOB, &detached(&forged, &altered))).headline.seal, Seal::Broken);
}

#[test]
fn a_signature_over_other_content_inside_of_it_is_refused() {
    let opaque = WORLD.smime_opaque(BOB, &text("I owe you 10"));
    for content in [text("I owe you 10"), text("I owe you 1000")] {
        let part = signature_part("application/pkcs7-signature", &opaque);
        let entity = multipart("signed; protocol=\"application/pkcs7-signature\"", &[&content, &part]);
        let found = WORLD.assess(mail(BOB, &entity));
        assert!(found.headline.seal <= Seal::Broken, "{:?}", found.headline);
    }
}

#[test]
fn a_detached_signature_offered_as_a_signed_message_is_not_believed() {
    let detached = WORLD.smime_signature(BOB, &text("I owe you 10"));
    let entity = kakitome::message::pkcs7_mime(&detached, "signed-data", "smime.p7m");
    assert!(WORLD.assess(mail(BOB, &entity)).headline.seal <= Seal::Broken);
}

#[test]
fn certificates_alone_are_no_signature() {
    let bundle = certs_only();
    let entity = kakitome::message::pkcs7_mime(&bundle, "signed-data", "smime.p7m");
    assert_eq!(WORLD.assess(mail(BOB, &entity)).headline.seal, Seal::Unsigned);
    let part = signature_part("application/pkcs7-signature", &bundle);
    let entity = multipart("signed; protocol=\"application/pkcs7-signature\"", &[&text("hello"), &part]);
    assert!(WORLD.assess(mail(BOB, &entity)).headline.seal <= Seal::Broken);
}

/// Mallory repeats a signer over a long content, each time with another certificate that might be meant, so that the
/// content is read again and again.
#[test]
fn many_signers_of_a_long_content_take_no_longer_than_a_few() {
    use openssl::cms::{CMSOptions, CmsContentInfo};
    let content = text(&"I owe you 10, and more. ".repeat(700_000));
    let time = |object: &SignedObject| {
        let entity = detached(&content, &object.write());
        let began = std::time::Instant::now();
        let found = WORLD.assess(mail(MALLORY, &entity));
        assert!(found.signatures.len() >= object.signers.len().min(2), "{}", found.signatures.len());
        assert!(found.headline.seal < Seal::Authenticated);
        began.elapsed()
    };
    // With attributes: the hash of the content is one and the same.
    let mut object = SignedObject::of(&WORLD.smime_signature(MALLORY, &text("other")));
    let one = time(&object);
    object.signers = vec![object.signers[0].clone(); 32];
    let many = time(&object);
    assert!(many < one * 4 + std::time::Duration::from_millis(500), "{one:?}, and {many:?} for 32 signers");
    // Without, each certificate is a computation over all of it.
    let original = openssl::x509::X509::from_der(&WORLD.smime_certificate(MALLORY).der).expect("a certificate");
    let (first, key) = super::authority::imitated(&original, MALLORY);
    let mut stack = openssl::stack::Stack::new().expect("a stack");
    for _ in 0..7 {
        stack.push(super::authority::imitated(&original, MALLORY).0).expect("added");
    }
    let options = CMSOptions::DETACHED | CMSOptions::BINARY | CMSOptions::NOATTR;
    let cms = CmsContentInfo::sign(Some(&first), Some(&key), Some(&stack), Some(b"other"), options);
    let mut object = SignedObject::of(&cms.expect("it signs").to_der().expect("DER"));
    let one = time(&object);
    object.signers = vec![object.signers[0].clone(); 32];
    let many = time(&object);
    assert!(many < one * 8 + std::time::Duration::from_millis(500), "{one:?}, and {many:?} for 32 signers");
}

/// Octets that are nothing, called a signed message: nothing was encrypted, and nothing is said to be.
#[test]
fn what_calls_itself_signed_and_is_nothing_is_not_called_encrypted() {
    for (label, lock) in [
        ("signed-data", Lock::NotEncrypted),
        ("signed-receipt", Lock::NotEncrypted),
        ("enveloped-data", Lock::CannotOpen),
    ] {
        let found = WORLD.assess(mail(BOB, &kakitome::message::pkcs7_mime(b"no object", label, "smime.p7m")));
        assert_eq!(found.headline.lock, lock, "{label}");
        assert!(found.headline.seal <= Seal::Broken && found.encryption.is_empty() == (lock == Lock::NotEncrypted));
    }
}

/// What a signer must have signed of the content is taken out of the attributes, or is there twice (RFC 5652 §11.1, §11.2).
#[test]
fn attributes_that_are_missing_or_doubled_make_no_seal() {
    for which in 0..2 {
        for doubles in [false, true] {
            let mut object = SignedObject::of(&WORLD.smime_signature(BOB, &text("I owe you 10")));
            let fields = der::children(&object.signers[0]);
            let at = fields.iter().position(|field| field[0] == 0xa0).expect("signed attributes");
            // contentType (1.2.840.113549.1.9.3) and messageDigest (.4).
            let oid = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 3 + which];
            let mut attributes = der::children(&fields[at]);
            let one =
                attributes.iter().position(|one| one.windows(oid.len()).any(|part| part == oid)).expect("it is there");
            let taken = attributes.remove(one);
            if doubles {
                attributes.extend([taken.clone(), taken]);
            }
            let signer: Vec<Vec<u8>> = fields
                .iter()
                .enumerate()
                .map(|(index, field)| if index == at { der::value(0xa0, &attributes.concat()) } else { field.clone() })
                .collect();
            object.signers = vec![der::value(0x30, &signer.concat())];
            for entity in [
                detached(&text("I owe you 10"), &object.write()),
                opaque(&object.with_content(&text("I owe you 10")).write()),
            ] {
                let found = WORLD.assess(mail(BOB, &entity));
                assert!(found.headline.seal <= Seal::Broken, "{which} {doubles}: {:?}", found.headline);
                let reason = found.signatures[0].check.reason.as_deref();
                assert_eq!(reason, Some("attribute_missing_or_repeated"), "{which} {doubles}");
            }
        }
    }
}
