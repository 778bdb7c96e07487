use kakitome::flow::{CautionCode, HeaderScheme, Seal};

use super::world::{ALICE, BOB, MALLORY, WORLD, cautioned, mail, shown, text};

/// An entity with header fields of its own.
fn protected(from: &str, subject: &str, hp: &str) -> Vec<u8> {
    format!(
        "From: {from}\r\nTo: {ALICE}\r\nSubject: {subject}\r\nDate: Sun, 01 Nov 2026 00:00:00 +0000\r\n\
         Content-Type: text/plain; charset=\"utf-8\"; {hp}\r\n\r\nhello\r\n"
    )
    .into_bytes()
}

#[test]
fn the_protected_subject_wins_and_the_difference_is_told() {
    for hp in ["hp=\"clear\"", "protected-headers=\"v1\""] {
        let found = WORLD.assess(mail(BOB, &WORLD.pgp_signed(BOB, &protected(BOB, "Dinner", hp))));
        assert_eq!(found.subject, "Dinner");
        assert_eq!(found.headline.seal, Seal::Authenticated);
        assert!(found.header_protection.mismatches.contains(&"subject".to_owned()), "{hp}");
    }
}

#[test]
fn header_protection_that_nobody_signed_is_ignored() {
    let inner = protected(BOB, "Dinner", "hp=\"clear\"");
    let outer = mail(MALLORY, b"Content-Type: text/plain; hp=\"clear\"\r\n\r\nhello\r\n");
    assert_eq!(WORLD.assess(outer).header_protection.scheme, HeaderScheme::None);
    let mixed = super::world::multipart("mixed; hp=\"cipher\"; protected-headers=\"v1\"", &[&inner]);
    let found = WORLD.assess(mail(MALLORY, &mixed));
    assert_eq!(found.header_protection.scheme, HeaderScheme::None);
    assert_eq!(found.from[0].address, MALLORY);
    // The parameter on the unsigned multipart/signed itself counts for nothing either.
    let signed = String::from_utf8(WORLD.pgp_signed(BOB, &text("hello"))).expect("ASCII");
    let signed = signed.replacen("multipart/signed;", "multipart/signed; hp=\"clear\";", 1);
    let found = WORLD.assess(mail(BOB, signed.as_bytes()));
    assert_eq!(found.header_protection.scheme, HeaderScheme::None);
}

#[test]
fn header_protection_under_a_broken_signature_is_ignored() {
    let sealed = WORLD.pgp_signed(BOB, &protected(BOB, "Dinner", "hp=\"clear\""));
    let altered = String::from_utf8(sealed).expect("ASCII").replace("Dinner", "Supper");
    let found = WORLD.assess(mail(MALLORY, altered.as_bytes()));
    assert_eq!(found.subject, "Lunch");
    assert_eq!(found.from[0].address, MALLORY);
    assert_eq!(found.headline.seal, Seal::Broken);
}

#[test]
fn a_protected_from_for_which_no_believed_signature_stands_does_not_replace_the_outer_one() {
    // The outer From is what SPF, DKIM and DMARC speak of: mallory may send as herself, and write
    // bob's name inside, under no signature at all or under one of her own.
    let inner = protected(BOB, "Dinner", "hp=\"cipher\"");
    let clear = protected(BOB, "Dinner", "hp=\"clear\"");
    let legacy = protected(BOB, "Dinner", "protected-headers=\"v1\"");
    for entity in [
        WORLD.pgp_encrypted(&inner, None),
        WORLD.pgp_encrypted(&inner, Some(MALLORY)),
        WORLD.smime_encrypted(&inner, true),
        WORLD.smime_encrypted(&WORLD.smime_signed(MALLORY, &inner), true),
        WORLD.pgp_signed(MALLORY, &clear),
        WORLD.pgp_signed(MALLORY, &legacy),
        WORLD.smime_signed(MALLORY, &clear),
    ] {
        let found = WORLD.assess(mail(MALLORY, &entity));
        assert_eq!(found.from[0].address, MALLORY, "{:?}", found.headline);
        assert!(cautioned(&found, CautionCode::HeaderMismatch), "{:?}", found.cautions);
        assert!(found.header_protection.mismatches.contains(&"from".to_owned()));
    }
}

#[test]
fn a_protected_from_under_its_owners_signature_replaces_the_outer_one_and_is_told() {
    let inner = protected(BOB, "Dinner", "hp=\"clear\"");
    for entity in [WORLD.pgp_signed(BOB, &inner), WORLD.smime_signed(BOB, &inner)] {
        let found = WORLD.assess(mail("list@lists.example", &entity));
        assert_eq!(found.from[0].address, BOB);
        assert_eq!(found.headline.seal, Seal::Authenticated);
        assert!(cautioned(&found, CautionCode::HeaderMismatch));
    }
}

#[test]
fn a_wrapped_message_of_mallorys_does_not_replace_who_it_is_from() {
    let mut wrapped = b"Content-Type: message/rfc822; forwarded=no\r\n\r\n".to_vec();
    wrapped.extend(mail(BOB, &text("hello")));
    let found = WORLD.assess(mail(MALLORY, &WORLD.pgp_signed(MALLORY, &wrapped)));
    assert_eq!(found.from[0].address, MALLORY);
}

#[test]
fn several_authors_have_no_seal_that_is_one_of_theirs() {
    let sealed = WORLD.pgp_signed(BOB, &text("hello"));
    for from in [
        format!("{BOB}, {MALLORY}"),
        format!("{MALLORY}, {BOB}"),
        format!("{BOB}\r\nFrom: {MALLORY}"),
        format!("{MALLORY}\r\nfrom : {BOB}"),
        format!("Us: {BOB}, {MALLORY};"),
        format!("<{BOB}> <{MALLORY}>"),
        format!("<{MALLORY}>{BOB}"),
        format!("{BOB}; {MALLORY}"),
        format!("\"{BOB}\" <{BOB}>, <{MALLORY}>"),
    ] {
        let found = WORLD.assess(mail(&from, &sealed));
        assert!(found.headline.seal <= Seal::Unauthenticated, "{from:?}: {:?}", found.from);
        assert!(found.from.iter().any(|one| one.address.contains("mallory")), "{from:?}: {:?}", found.from);
    }
}

#[test]
fn an_address_that_only_looks_like_bobs_is_not_sealed_by_him() {
    let sealed = WORLD.pgp_signed(BOB, &text("hello"));
    for from in [
        "bob\u{200b}@example.test",
        "b\u{43e}b@example.test",
        "bob@ex\u{430}mple.test",
        "bob@example.test.evil.test",
        "bob@example.test\u{202e}",
        "bob\u{ff20}example.test",
        "\"bob@example.test\"@evil.test",
        "bob@example.test@evil.test",
        "bob@evil.test(example.test)",
        "bob+x@example.test",
        "<@evil.test:bob@evil.test>",
        "bob",
        "",
        "<>",
        "undisclosed:;",
        "=?utf-8?q?bob=40example.test?=",
        "=?utf-8?q?=3Cbob=40example.test=3E?= <mallory@evil.test>",
        "\"<bob@example.test>\" <mallory@evil.test>",
        "bob@example.test <mallory@evil.test>",
        "bob@example.test\u{0} <mallory@evil.test>",
        "(bob@example.test) mallory@evil.test",
    ] {
        let found = WORLD.assess(mail(from, &sealed));
        assert!(found.headline.seal <= Seal::Unauthenticated, "{from:?}: {:?}", found.from);
    }
}

#[test]
fn a_display_name_that_holds_another_address_is_told() {
    for name in [
        "bob@example.test",
        "\"Bob <bob@example.test>\"",
        "=?utf-8?q?bob=40example.test?=",
        "=?utf-8?b?Ym9i77ygZXhhbXBsZS50ZXN0?=",
        "=?utf-8?q?bob=E2=80=AE=40example.test?=",
        "=?utf-8?q?bob=E2=80=8B=40example.test?=",
        "\"bob @ example.test\"",
    ] {
        let found = WORLD.assess(mail(&format!("{name} <{MALLORY}>"), &text("hello")));
        assert!(cautioned(&found, CautionCode::NameHoldsAddress), "{name}: {:?}", found.from);
    }
}

#[test]
fn no_control_or_direction_character_reaches_a_displayed_field() {
    let header = format!(
        "From: =?utf-8?q?Bob=E2=80=AE=0D=0AX=07?= <{MALLORY}>\r\nSubject: =?utf-8?q?a=E2=80=AEb=0D=0Ac=1B[2J=E2=81=A6?=\r\n\r\nhi\r\n"
    );
    let found = WORLD.assess(header);
    for value in [&found.subject, &found.from[0].name] {
        let is_odd = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!value.chars().any(is_odd), "{value:?}");
    }
}

#[test]
fn an_outer_sender_and_reply_to_that_lead_elsewhere_are_told() {
    let entity = WORLD.pgp_signed(BOB, &text("hello"));
    let mut raw = "Sender: mallory@evil.test\r\nReply-To: mallory@evil.test\r\n".as_bytes().to_vec();
    raw.extend(mail(BOB, &entity));
    let found = WORLD.assess(raw);
    assert!(cautioned(&found, CautionCode::SenderDiffers));
    assert!(cautioned(&found, CautionCode::ReplyToElsewhere));
}

#[test]
fn an_outer_reply_to_is_not_followed_when_the_header_is_protected() {
    let entity = WORLD.pgp_signed(BOB, &protected(BOB, "Dinner", "hp=\"clear\""));
    let mut raw = format!("Reply-To: {MALLORY}\r\nCc: {MALLORY}\r\n").into_bytes();
    raw.extend(mail(BOB, &entity));
    let found = WORLD.assess(raw);
    assert!(found.reply_to.is_empty() && found.cc.is_empty(), "{:?} {:?}", found.reply_to, found.cc);
}

#[test]
fn an_encrypted_from_without_an_outer_one_has_no_seal_and_no_authors_word() {
    let inner = protected(BOB, "Dinner", "hp=\"cipher\"");
    let message = mail("x", &WORLD.pgp_encrypted(&inner, None));
    let message = String::from_utf8(message).expect("ASCII").replacen("From: x\r\n", "", 1);
    let found = WORLD.assess(message);
    assert_eq!(found.headline.seal, Seal::Unsigned);
    assert!(cautioned(&found, CautionCode::NoFrom), "{:?} {:?}", found.from, found.cautions);
}

#[test]
fn line_ends_of_another_kind_do_not_bring_other_words_under_a_seal() {
    let sealed = String::from_utf8(WORLD.pgp_signed(BOB, &text("I owe you 10"))).expect("ASCII");
    let from = format!("From: {BOB}");
    for head in [
        format!("X: y\rFrom: {MALLORY}\r\n{from}\r\n"),
        format!("{from}\rFrom: {MALLORY}\r\n"),
        format!("{from}\nFrom: {MALLORY}\n"),
        format!("{from}\n\rFrom: {MALLORY}\r\n"),
        format!("{from}\r\n\u{0}\r\nFrom: {MALLORY}\r\n"),
        format!("{from}\r\n \r\n\t{MALLORY}\r\n"),
    ] {
        let found = WORLD.assess(format!("{head}{sealed}"));
        let authors: Vec<_> = found.from.iter().map(|one| one.address.as_str()).collect();
        assert!(found.headline.seal != Seal::Authenticated || authors == [BOB], "{head:?}: {authors:?}");
        assert!(!shown(&found).contains("1000"));
    }
    for (from, to) in [("\r\n", "\n"), ("\r\n", "\r")] {
        let found = WORLD.assess(mail(BOB, sealed.replace(from, to).as_bytes()));
        assert!(found.headline.seal != Seal::Authenticated || shown(&found).trim().ends_with("I owe you 10"));
    }
}
