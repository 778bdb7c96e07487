use kakitome::flow::{CautionCode, Coverage, Seal};

use super::world::{ALICE, BOB, MALLORY, WORLD, cautioned, html, mail, multipart, shown, text};

#[test]
fn bobs_own_signed_messages_are_authenticated_in_both_technologies() {
    for entity in [WORLD.pgp_signed(BOB, &text("hello")), WORLD.smime_signed(BOB, &text("hello"))] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert_eq!(found.headline.seal, Seal::Authenticated, "{:?}", found.signatures);
    }
}

#[test]
fn mallorys_signature_never_seals_a_message_from_bob() {
    for entity in [WORLD.pgp_signed(MALLORY, &text("hello")), WORLD.smime_signed(MALLORY, &text("hello"))] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert_eq!(found.headline.seal, Seal::Unauthenticated);
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
fn of_two_boundaries_the_one_that_is_shown_is_the_one_that_was_verified() {
    let signed = text("I owe you 10");
    let signature = signature_part("application/pgp-signature", &WORLD.pgp_signature(BOB, &signed));
    let good = multipart("signed; protocol=\"application/pgp-signature\"", &[&signed, &signature]);
    let good = String::from_utf8(good).expect("ASCII");
    let (head, body) = good.split_once("\r\n\r\n").expect("a header");
    let evil = "--x\r\nContent-Type: text/plain\r\n\r\nI owe you 1000\r\n--x--\r\n";
    for head in [format!("{head}; boundary=\"x\""), head.replace("; boundary", "; boundary=\"x\"; boundary")] {
        let found = WORLD.assess(mail(BOB, format!("{head}\r\n\r\n{evil}{body}{evil}").as_bytes()));
        if found.headline.seal == Seal::Authenticated {
            assert!(!shown(&found).contains("1000"), "{}", shown(&found));
        }
    }
}

#[test]
fn of_two_content_types_the_one_that_is_shown_is_the_one_that_was_verified() {
    let signed = WORLD.pgp_signed(BOB, &text("I owe you 10"));
    let mut evil = b"Content-Type: text/html\r\n".to_vec();
    evil.extend_from_slice(&signed);
    let found = WORLD.assess(mail(BOB, &evil));
    assert_eq!(found.headline.seal, Seal::Unsigned);
    let entity = String::from_utf8(signed).expect("ASCII");
    let (head, body) = entity.split_once("\r\n\r\n").expect("a header");
    let found =
        WORLD.assess(mail(BOB, format!("{head}\r\nContent-Type: text/html\r\n\r\n<b>1000</b>{body}").as_bytes()));
    assert!(found.headline.seal != Seal::Authenticated || !shown(&found).contains("1000"));
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
fn only_the_signed_words_of_a_cleartext_message_are_under_its_seal() {
    let clear = include_str!("../corpus/mail/pgp-clearsigned.eml").replace("\r\n", "\n");
    let at = clear.find("-----BEGIN PGP SIGNED").expect("a signed text");
    let block = clear[at..].trim_end();
    for body in [
        format!("I owe you 1000\n{block}\n"),
        format!("{block}\nI owe you 1000\n"),
        format!("{block}\n{block}\nI owe you 1000\n"),
        format!("I owe you 1000\n{block}\nI owe you 1000\n{block}\n"),
    ] {
        let found = WORLD.assess(mail(BOB, body_of("text/plain", &body).as_bytes()));
        assert_eq!(found.headline.seal, Seal::Unsigned, "{body}");
        for block in found.blocks.iter().filter(|block| block.signed) {
            assert!(!block.text.contains("1000"), "{block:?}");
        }
    }
}

#[test]
fn a_cleartext_message_within_html_gives_no_seal() {
    let clear = include_str!("../corpus/mail/pgp-clearsigned.eml").replace("\r\n", "\n");
    let at = clear.find("-----BEGIN PGP SIGNED").expect("a signed text");
    let body = format!("<p>I owe you 1000</p><pre style=\"display:none\">\n{}\n</pre>", clear[at..].trim_end());
    let found = WORLD.assess(mail(BOB, body_of("text/html", &body).as_bytes()));
    assert_eq!(found.headline.seal, Seal::Unsigned);
    let entity = multipart("alternative", &[body_of("text/plain", &clear[at..]).as_bytes(), &html("<b>1000</b>")]);
    assert_eq!(WORLD.assess(mail(BOB, &entity)).headline.seal, Seal::Unsigned);
}

#[test]
fn a_charset_does_not_make_other_words_of_a_cleartext_message() {
    let clear = include_str!("../corpus/mail/pgp-clearsigned.eml").replace("\r\n", "\n");
    let at = clear.find("-----BEGIN PGP SIGNED").expect("a signed text");
    for charset in ["utf-16le", "utf-7", "iso-2022-jp", "ebcdic-cp-us", "x-user-defined", "hz-gb-2312"] {
        let body = body_of(&format!("text/plain; charset={charset}"), &clear[at..]);
        let found = WORLD.assess(mail(BOB, body.as_bytes()));
        if found.headline.seal > Seal::Broken {
            assert!(clear.contains(found.text.trim().lines().next().expect("words")), "{charset}: {}", found.text);
        }
    }
}

#[test]
fn a_signed_text_is_shown_whole_when_it_comes_as_an_entity_without_a_type() {
    // Bob signed a plain text, whose first line looks like a header field. His detached signature
    // over it is put under multipart/signed, where that line would be a field that nobody sees.
    for first in
        ["Warning: mallory wants me to say this", "Mallory wants me to say this", "Dear Mallory, you say:\r\nthis"]
    {
        let words = format!("{first}\r\n\r\nI owe you 1000");
        let signature = signature_part("application/pgp-signature", &WORLD.pgp_signature(BOB, words.as_bytes()));
        let entity = multipart("signed; protocol=\"application/pgp-signature\"", &[words.as_bytes(), &signature]);
        let opaque =
            kakitome::message::pkcs7_mime(&WORLD.smime_opaque(BOB, words.as_bytes()), "signed-data", "smime.p7m");
        let apart = multipart("mixed", &[&text("x"), &entity]);
        for entity in [entity, WORLD.pgp_encrypted(words.as_bytes(), Some(BOB)), opaque, apart] {
            let found = WORLD.assess(mail(BOB, &entity));
            assert!(shown(&found).contains("say"), "{:?} {}", found.headline, shown(&found));
        }
    }
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

#[test]
fn a_part_that_mallory_signed_within_bobs_unsigned_mail_is_not_bobs() {
    let entity = multipart("mixed", &[&text("hello"), &WORLD.pgp_signed(MALLORY, &text("I owe you 1000"))]);
    let found = WORLD.assess(mail(BOB, &entity));
    assert_eq!(found.headline.seal, Seal::Unsigned);
    assert!(cautioned(&found, CautionCode::Mixture));
    assert!(found.parts.iter().all(|part| !part.signed), "{:?}", found.parts);
}

#[test]
fn a_broken_cleartext_object_does_not_take_words_away_from_the_reader() {
    let body = "-----BEGIN PGP SIGNED MESSAGE-----\nNotDashEscaped: x\n\nthis is a fraud\n-----BEGIN PGP SIGNATURE-----\n\nxx\n-----END PGP SIGNATURE-----\npay now\n";
    let found = WORLD.assess(mail(BOB, body_of("text/plain", body).as_bytes()));
    assert!(shown(&found).contains("this is a fraud"), "{}", shown(&found));
    assert!(found.headline.seal <= Seal::Broken);
}

#[test]
fn a_second_signature_of_mallory_does_not_vouch_for_a_display_name() {
    let entity = text("hello");
    let mut both = WORLD.pgp_signature(BOB, &entity);
    both.extend(WORLD.pgp_signature(MALLORY, &entity));
    let part = signature_part("application/pgp-signature", &both);
    let sealed = multipart("signed; protocol=\"application/pgp-signature\"", &[&entity, &part]);
    // One more layer around bob's, by mallory, whose certificate gives her name.
    for sealed in [sealed, WORLD.pgp_signed(MALLORY, &WORLD.pgp_signed(BOB, &entity))] {
        let found = WORLD.assess(mail(&format!("Mallory Moss <{BOB}>"), &sealed));
        if found.headline.seal == Seal::Authenticated {
            assert!(cautioned(&found, CautionCode::NameNotInCertificate), "{:?}", found.cautions);
        }
    }
}

#[test]
fn of_several_pages_in_an_alternative_none_is_lost() {
    let entity = multipart("alternative", &[&text("x"), &html("first"), &html("second")]);
    let found = WORLD.assess(mail(BOB, &WORLD.pgp_encrypted(&entity, Some(BOB))));
    assert!(shown(&found).contains("second") && !shown(&found).contains("first"));
    assert_eq!(found.parts.iter().filter(|part| part.media_type == "text/html").count(), 2);
}

#[test]
fn more_layers_than_anybody_needs_end_as_closed_and_that_is_said() {
    let mut entity = text("hello");
    for _ in 0..12 {
        entity = WORLD.smime_signed(BOB, &entity);
    }
    let found = WORLD.assess(mail(BOB, &entity));
    assert!(found.blocks.is_empty());
    assert!(!found.defects.is_empty(), "that something is not shown is said");
}

#[test]
fn alices_own_address_is_not_sealed_by_bob() {
    let found = WORLD.assess(mail(ALICE, &WORLD.smime_signed(BOB, &text("hello"))));
    assert_eq!(found.headline.seal, Seal::Unauthenticated);
}

fn signature_part(kind: &str, signature: &[u8]) -> Vec<u8> {
    let encoded = openssl::base64::encode_block(signature);
    format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n").into_bytes()
}

fn body_of(kind: &str, body: &str) -> String {
    format!("Content-Type: {kind}\r\n\r\n{}", body.replace('\n', "\r\n"))
}

/// SignedData without content and without any signer (RFC 8551 §3.8).
fn certs_only() -> Vec<u8> {
    let der = |tag: u8, body: &[u8]| {
        let mut out = vec![tag, 0x82, u8::try_from(body.len() >> 8).expect("short"), body.len().to_le_bytes()[0]];
        out.extend_from_slice(body);
        out
    };
    let oid = |last: u8| vec![0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, last];
    let certificate = WORLD.smime_certificate(BOB);
    let body =
        [vec![0x02, 0x01, 0x01], der(0x31, &[]), der(0x30, &oid(1)), der(0xa0, &certificate.der), der(0x31, &[])]
            .concat();
    der(0x30, &[oid(2), der(0xa0, &der(0x30, &body))].concat())
}
