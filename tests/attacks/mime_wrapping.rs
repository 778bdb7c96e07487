//! Sealed parts next to, under and around parts that are not.

use super::world::{BOB, MALLORY, SECRET, WORLD, cautioned, html, mail, multipart, shown, signature_part, text};
use kakitome::flow::{CautionCode, Coverage, Lock, Seal};

fn picture(id: &str, bytes: &str) -> Vec<u8> {
    format!("Content-Type: image/png\r\nContent-ID: <{id}>\r\n\r\n{bytes}").into_bytes()
}

/// The pictures that the page with certain words may draw.
fn drawn(found: &kakitome::flow::Assessment, words: &str) -> Vec<String> {
    let page = |block: &&kakitome::flow::ShownBlock| block.html.as_deref().is_some_and(|html| html.contains(words));
    let block = found.blocks.iter().find(page).expect("the page is shown");
    found.pictures(block).map(|(_, content)| String::from_utf8_lossy(content).trim_end().to_owned()).collect()
}

/// Mallory writes a page around a picture out of bob's sealed part, or has bob's sealed page draw a
/// picture of hers.
#[test]
fn pictures_go_neither_into_nor_out_of_a_sealed_part() {
    let page = html("page <img src=\"cid:logo\">");
    let sealed_picture = WORLD.pgp_signed(BOB, &picture("logo", "bobs"));
    let sealed_page = WORLD.pgp_signed(BOB, &page);
    for kind in ["mixed", "related"] {
        let found = WORLD.assess(mail(BOB, &multipart(kind, &[&page, &sealed_picture])));
        assert_eq!(drawn(&found, "page"), [""; 0], "out of it");
        let found = WORLD.assess(mail(BOB, &multipart(kind, &[&sealed_page, &picture("logo", "mallorys")])));
        assert_eq!(drawn(&found, "page"), [""; 0], "into it");
    }
    let whole = WORLD.pgp_signed(BOB, &multipart("related", &[&page, &picture("logo", "bobs")]));
    assert_eq!(drawn(&WORLD.assess(mail(BOB, &whole)), "page"), ["bobs"], "within it");
}

/// Mallory puts two parts that bob sealed at different times into one message: the page of one
/// with the picture of the other says what bob never said.
#[test]
fn a_sealed_page_does_not_draw_the_picture_of_another_sealed_part() {
    for (sign, name) in [
        (&(|entity: &[u8]| WORLD.pgp_signed(BOB, entity)) as &dyn Fn(&[u8]) -> Vec<u8>, "pgp"),
        (&|entity: &[u8]| WORLD.smime_signed(BOB, entity), "smime"),
    ] {
        let page = sign(&html("yes <img src=\"cid:contract\">"));
        let other = sign(&multipart("related", &[&text("no"), &picture("contract", "another")]));
        let found = WORLD.assess(mail(BOB, &multipart("mixed", &[&page, &other])));
        assert!(found.blocks.iter().all(|block| block.signed), "both are bob's");
        assert_eq!(drawn(&found, "yes"), [""; 0], "{name}");
    }
    // The same of two ciphertexts: one may be mallory's, with a page that draws what is in the other.
    let page = WORLD.smime_encrypted(&html("mine <img src=\"cid:secret\">"), true);
    let secret = WORLD.smime_encrypted(&multipart("related", &[&text(SECRET), &picture("secret", "pixels")]), true);
    let found = WORLD.assess(mail(MALLORY, &multipart("mixed", &[&page, &secret])));
    assert_eq!(drawn(&found, "mine"), [""; 0]);
}

/// Mallory passes on a message whose picture has the Content-ID that the page around it names.
#[test]
fn a_message_passed_on_keeps_its_pictures_to_itself() {
    let mut within = b"Content-Type: message/rfc822\r\n\r\n".to_vec();
    within.extend(mail(BOB, &multipart("related", &[&html("inner <img src=\"cid:a\">"), &picture("a", "inner")])));
    let outer = multipart("related", &[&html("outer <img src=\"cid:a\">"), &within]);
    let found = WORLD.assess(mail(MALLORY, &WORLD.pgp_signed(MALLORY, &outer)));
    assert_eq!(drawn(&found, "outer"), [""; 0]);
    assert_eq!(drawn(&found, "inner"), ["inner"]);
}

/// Mallory hides bob's sealed part as a file, inside a report, or in a container of another kind,
/// so that the message has a good signature somewhere.
#[test]
fn a_sealed_part_in_a_place_where_nobody_looks_seals_nothing() {
    let sealed = WORLD.pgp_signed(BOB, &text("I owe you 10"));
    let hidden = String::from_utf8(sealed.clone()).expect("ASCII");
    let hidden = format!("Content-Disposition: attachment; filename=\"x.txt\"\r\n{hidden}").into_bytes();
    let evil = html("<b>I owe you 1000</b>");
    for entity in [
        multipart("mixed", &[&evil, &hidden]),
        multipart("report; report-type=delivery-status", &[&evil, &hidden, &sealed]),
        multipart("parallel", &[&evil, &multipart("digest", &[&sealed])]),
        multipart("appledouble", &[&sealed, &evil]),
        multipart("form-data", &[&sealed, &evil]),
        multipart("signed; protocol=\"application/pgp-signature\"", &[&evil, &sealed]),
        multipart("encrypted; protocol=\"application/pgp-encrypted\"", &[&sealed, &evil]),
    ] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert!(found.headline.seal <= Seal::Broken, "{:?}", found.headline);
        assert!(found.blocks.iter().all(|block| !(block.signed && block.html.is_some())));
    }
}

/// Mallory forwards, under her own seal, a message "from bob" that she wrote.
#[test]
fn a_message_within_a_sealed_one_is_not_from_whom_it_says() {
    for parameter in ["", "; forwarded=no", "; forwarded=yes", "; hp=\"clear\"", "; protected-headers=\"v1\""] {
        let mut within = format!("Content-Type: message/rfc822{parameter}\r\n\r\n").into_bytes();
        within.extend(mail(BOB, &text("I owe you 1000")));
        for entity in [within.clone(), multipart("mixed", &[&text("see"), &within])] {
            for sealed in [WORLD.pgp_signed(MALLORY, &entity), WORLD.smime_signed(MALLORY, &entity)] {
                let found = WORLD.assess(mail(MALLORY, &sealed));
                assert_eq!(found.from[0].address, MALLORY, "{parameter}");
                assert_eq!(WORLD.assess(mail(BOB, &sealed)).headline.seal, Seal::Unauthenticated, "{parameter}");
            }
        }
    }
}

#[test]
fn a_third_part_in_multipart_signed_leaves_the_message_unsigned() {
    let signed = text("I owe you 10");
    let signature = signature_part("application/pgp-signature", &WORLD.pgp_signature(BOB, &signed));
    for parts in [
        vec![signed.as_slice(), &signature, &html("<b>I owe you 1000</b>")],
        vec![&html("<b>I owe you 1000</b>"), signed.as_slice(), &signature],
        vec![signed.as_slice()],
        vec![signature.as_slice()],
    ] {
        let entity = multipart("signed; protocol=\"application/pgp-signature\"", &parts);
        let found = WORLD.assess(mail(BOB, &entity));
        assert!(found.headline.seal <= Seal::Broken, "{:?}", found.headline);
        assert!(found.parts.iter().all(|part| !part.signed), "{:?}", found.parts);
    }
}

#[test]
fn the_signed_and_the_signature_part_exchanged_leave_the_message_without_a_good_seal() {
    let signed = text("I owe you 10");
    let signature = signature_part("application/pgp-signature", &WORLD.pgp_signature(BOB, &signed));
    let entity = multipart("signed; protocol=\"application/pgp-signature\"", &[&signature, &signed]);
    assert!(WORLD.assess(mail(BOB, &entity)).headline.seal <= Seal::Broken);
}

#[test]
fn a_protocol_of_the_other_technology_gives_no_seal() {
    let signed = text("hello");
    let pgp = signature_part("application/pgp-signature", &WORLD.pgp_signature(BOB, &signed));
    let entity = multipart("signed; protocol=\"application/pkcs7-signature\"", &[&signed, &pgp]);
    assert!(WORLD.assess(mail(BOB, &entity)).headline.seal <= Seal::Broken);
    let cms = signature_part("application/pkcs7-signature", &WORLD.smime_signature(BOB, &signed));
    let entity = multipart("signed; protocol=\"application/pgp-signature\"", &[&signed, &cms]);
    assert!(WORLD.assess(mail(BOB, &entity)).headline.seal <= Seal::Broken);
}

#[test]
fn what_stands_before_and_after_a_signed_multipart_is_not_shown_as_signed() {
    let entity = String::from_utf8(WORLD.pgp_signed(BOB, &text("I owe you 10"))).expect("ASCII");
    let (head, body) = entity.split_once("\r\n\r\n").expect("a header");
    let found =
        WORLD.assess(mail(BOB, format!("{head}\r\n\r\nI owe you 1000\r\n{body}\r\nI owe you 2000\r\n").as_bytes()));
    assert_eq!(found.headline.seal, Seal::Authenticated);
    assert!(!shown(&found).contains("000"), "{}", shown(&found));
}

#[test]
fn a_signed_part_beside_anything_else_does_not_seal_the_message() {
    for sealed in [WORLD.pgp_signed(BOB, &text("I owe you 10")), WORLD.smime_signed(BOB, &text("I owe you 10"))] {
        for kind in ["mixed", "alternative", "related", "digest", "report", "x-unknown", "signed; protocol=\"x\""] {
            for parts in [
                vec![html("<b>I owe you 1000</b>"), sealed.clone()],
                vec![sealed.clone(), html("<b>I owe you 1000</b>")],
                vec![text(""), sealed.clone()],
                vec![sealed.clone()],
            ] {
                let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                let found = WORLD.assess(mail(BOB, &multipart(kind, &parts)));
                assert_eq!(found.headline.seal, Seal::Unsigned, "{kind}");
                for block in found.blocks.iter().filter(|block| block.signed) {
                    assert!(!block.is_headline, "{kind}: {block:?}");
                    assert!(!block.text.contains("1000") && block.html.is_none(), "{kind}: {block:?}");
                }
                assert!(found.signatures.iter().all(|signature| signature.coverage == Coverage::Part), "{kind}");
            }
        }
    }
}

#[test]
fn a_signed_message_that_is_passed_on_does_not_seal_the_one_around_it() {
    let inner = mail(BOB, &WORLD.pgp_signed(BOB, &text("I owe you 10")));
    let mut entity = b"Content-Type: message/rfc822\r\n\r\n".to_vec();
    entity.extend_from_slice(&inner);
    for outer in [entity.clone(), multipart("mixed", &[&text("I owe you 1000"), &entity])] {
        let found = WORLD.assess(mail(BOB, &outer));
        assert_eq!(found.headline.seal, Seal::Unsigned);
    }
}

#[test]
fn a_part_that_mallory_signed_within_bobs_unsigned_mail_is_not_bobs() {
    let entity = multipart("mixed", &[&text("hello"), &WORLD.pgp_signed(MALLORY, &text("I owe you 1000"))]);
    let found = WORLD.assess(mail(BOB, &entity));
    assert_eq!(found.headline.seal, Seal::Unsigned);
    assert!(cautioned(&found, CautionCode::Mixture));
    assert!(found.parts.iter().all(|part| !part.signed), "{:?}", found.parts);
}

#[test]
fn of_several_pages_in_an_alternative_none_is_lost() {
    let entity = multipart("alternative", &[&text("x"), &html("first"), &html("second")]);
    let found = WORLD.assess(mail(BOB, &WORLD.pgp_encrypted(&entity, Some(BOB))));
    assert!(shown(&found).contains("second") && !shown(&found).contains("first"));
    assert_eq!(found.parts.iter().filter(|part| part.media_type == "text/html").count(), 2);
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
fn a_signed_part_inside_an_encryption_does_not_seal_what_is_beside_it() {
    let mixed = multipart("mixed", &[&html("<b>I owe you 1000</b>"), &WORLD.pgp_signed(BOB, &text("I owe you 10"))]);
    for entity in [WORLD.pgp_encrypted(&mixed, None), WORLD.smime_encrypted(&mixed, true)] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert_eq!((found.headline.lock, found.headline.seal), (Lock::Encrypted, Seal::Unsigned));
        assert!(found.blocks.iter().all(|block| !(block.signed && block.text.contains("1000"))));
        assert!(cautioned(&found, CautionCode::Mixture));
    }
}

/// Mallory puts words of hers into a winmail.dat beside what bob sealed: it is a part like any, and what is packed in it
/// has the protection of the part that holds it.
#[test]
fn what_is_packed_in_a_winmail_dat_has_the_protection_of_its_part() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/mail/world_winmail.eml");
    let whole = String::from_utf8(std::fs::read(path).expect("it is there")).expect("text").replace("\r\n", "\n");
    let from = whole.find("Content-Type: application/ms-tnef").expect("a part");
    let to = whole[from..].find("\n--").expect("its end") + from;
    let packed = whole[from..to].replace('\n', "\r\n").into_bytes();
    let sealed = WORLD.pgp_signed(BOB, &text("hello"));
    let is_packed = |path: &str, holder: &str| path.starts_with(&format!("{holder}."));
    // Under the seal, its texts and files are sealed; beside it, none is, and the seal is of a part.
    let inside = WORLD.assess(mail(BOB, &WORLD.pgp_signed(BOB, &multipart("mixed", &[&text("hello"), &packed]))));
    assert_eq!(inside.headline.seal, Seal::Authenticated);
    let files: Vec<_> = inside.parts.iter().filter(|part| is_packed(&part.path, "1.2")).collect();
    assert!(files.len() >= 2 && files.iter().all(|part| part.signed), "{files:?}");
    for (entity, holder) in
        [(multipart("mixed", &[&sealed, &packed]), "2"), (multipart("mixed", &[&packed, &sealed]), "1")]
    {
        let found = WORLD.assess(mail(BOB, &entity));
        assert!(found.headline.seal < Seal::Partial && cautioned(&found, CautionCode::Mixture), "{:?}", found.headline);
        let files: Vec<_> = found.parts.iter().filter(|part| is_packed(&part.path, holder)).collect();
        assert!(files.len() >= 2 && files.iter().all(|part| !part.signed), "{files:?}");
        assert!(found.blocks.iter().filter(|block| is_packed(&block.path, holder)).all(|block| !block.signed));
    }
}
