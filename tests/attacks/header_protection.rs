//! Header fields that differ inside and outside, and protection that is none (RFC 9788).

use super::world::{ALICE, BOB, MALLORY, WORLD, cautioned, mail, multipart, shown, text};
use kakitome::flow::{CautionCode, HeaderScheme, Seal};

/// Mallory changes the outer subject and date of a letter that bob sealed with them.
#[test]
fn every_outer_field_that_differs_is_told_and_none_is_shown() {
    let sealed = WORLD.pgp_signed(BOB, &protected(BOB, "Dinner", "hp=\"clear\""));
    let outer = format!(
        "From: {BOB}\r\nTo: {MALLORY}\r\nCc: {MALLORY}\r\nReply-To: {MALLORY}\r\nSubject: You are fired\r\nDate: Mon, 02 Nov 2026 00:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    );
    let found = WORLD.assess([outer.as_bytes(), &sealed].concat());
    assert_eq!((found.subject.as_str(), found.to[0].address.as_str()), ("Dinner", ALICE));
    assert!(found.cc.is_empty() && found.reply_to.is_empty());
    for field in ["to", "subject", "date", "cc", "reply-to"] {
        assert!(
            found.header_protection.mismatches.iter().any(|one| one == field),
            "{field}: {:?}",
            found.header_protection
        );
    }
}

/// Mallory puts `hp` where it counts for nothing: on a part below the payload, beside it, twice.
#[test]
fn a_header_below_or_beside_the_payload_protects_nothing() {
    let inner = protected(BOB, "You are fired", "hp=\"clear\"");
    for entity in [
        WORLD.pgp_signed(BOB, &multipart("mixed", &[&text("hello"), &inner])),
        WORLD.pgp_signed(BOB, &multipart("mixed", &[&inner, &text("hello")])),
        multipart("mixed", &[&WORLD.pgp_signed(BOB, &text("hello")), &inner]),
        multipart("mixed", &[&WORLD.pgp_signed(BOB, &inner), &text("hello")]),
    ] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert_eq!((found.subject.as_str(), found.header_protection.scheme), ("Lunch", HeaderScheme::None));
    }
}

/// Mallory says in HP-Outer fields of a message of hers that the outer header was meant so.
#[test]
fn fields_that_speak_of_the_outer_header_do_not_make_another_sender() {
    let inner = format!(
        "From: {BOB}\r\nTo: {ALICE}\r\nSubject: x\r\nHP-Outer: From: {MALLORY}\r\nHP-Outer: Subject: Lunch\r\n\
         Content-Type: text/plain; hp=\"cipher\"\r\n\r\nYou are fired\r\n"
    );
    for entity in [
        WORLD.pgp_encrypted(inner.as_bytes(), None),
        WORLD.pgp_encrypted(inner.as_bytes(), Some(MALLORY)),
        WORLD.smime_encrypted(&WORLD.smime_signed(MALLORY, inner.as_bytes()), true),
    ] {
        let found = WORLD.assess(mail(MALLORY, &entity));
        assert_eq!(found.from[0].address, MALLORY);
        assert!(cautioned(&found, CautionCode::FromUnproven), "{:?}", found.cautions);
    }
}

/// Mallory hides the first lines of an encrypted text by the mark for repeated header fields.
#[test]
fn only_an_encrypted_payload_that_says_so_hides_the_lines_that_repeat_fields() {
    let inner = format!(
        "From: {BOB}\r\nSubject: x\r\nContent-Type: text/plain; hp=\"clear\"; hp-legacy-display=\"1\"\r\n\r\nI owe you nothing:\r\n\r\n1000\r\n"
    );
    let found = WORLD.assess(mail(BOB, &WORLD.pgp_signed(BOB, inner.as_bytes())));
    assert!(shown(&found).contains("nothing"), "{}", shown(&found));
    let plain = "Content-Type: text/plain; hp-legacy-display=\"1\"\r\n\r\nI owe you nothing:\r\n\r\n1000\r\n";
    assert!(shown(&WORLD.assess(mail(BOB, plain.as_bytes()))).contains("nothing"));
}

/// An entity with header fields of its own.
fn protected(from: &str, subject: &str, hp: &str) -> Vec<u8> {
    format!(
        "From: {from}\r\nTo: {ALICE}\r\nSubject: {subject}\r\nDate: Sun, 01 Nov 2026 00:00:00 +0000\r\n\
         Content-Type: text/plain; charset=\"utf-8\"; {hp}\r\n\r\nhello\r\n"
    )
    .into_bytes()
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

/// Bob signs and passes on, as his only content, what mallory wrote in his name; she sends it on under an outer
/// header that agrees with the forgery in all that she likes.
#[test]
fn a_forged_message_that_bob_passes_on_is_not_bobs_own_words() {
    let fields = "Date: Fri, 30 Oct 2026 00:00:00 +0000\r\nMessage-ID: <forged@evil.test>\r\n";
    let inner = format!(
        "From: {BOB}\r\nTo: {ALICE}\r\nSubject: You are fired\r\n{fields}Content-Type: text/plain\r\n\r\nhello\r\n"
    );
    for parameter in ["", "; forwarded=yes", "; forwarded=maybe"] {
        let entity = format!("Content-Type: message/rfc822{parameter}\r\n\r\n{inner}");
        for sealed in [WORLD.pgp_signed(BOB, entity.as_bytes()), WORLD.smime_signed(BOB, entity.as_bytes())] {
            let mut copied = format!("From: {BOB}\r\nTo: {ALICE}\r\nSubject: Lunch\r\n{fields}").into_bytes();
            copied.extend_from_slice(&sealed);
            for raw in [mail(BOB, &sealed), copied] {
                let found = WORLD.assess(raw);
                let shown = (found.subject.as_str(), found.header_protection.scheme);
                assert_eq!(shown, ("Lunch", HeaderScheme::None), "{parameter}");
            }
        }
    }
}

/// What everybody on the way could read was not hidden from them, whatever the author says of it.
#[test]
fn a_subject_that_stands_outside_as_it_does_inside_is_not_called_hidden() {
    for claims in ["", "HP-Outer: Subject: [...]\r\n", "HP-Outer: Subject: [...]\r\nHP-Outer: To: nobody\r\n"] {
        let inner = format!(
            "From: {BOB}\r\nTo: {ALICE}\r\nSubject: Lunch\r\nDate: Sun, 01 Nov 2026 00:00:00 +0000\r\n\
             {claims}Content-Type: text/plain; hp=\"cipher\"\r\n\r\nx\r\n"
        );
        for entity in [
            WORLD.pgp_encrypted(inner.as_bytes(), Some(BOB)),
            WORLD.smime_encrypted(&WORLD.smime_signed(BOB, inner.as_bytes()), true),
        ] {
            let found = WORLD.assess(mail(BOB, &entity)).header_protection;
            assert_eq!(found.scheme, HeaderScheme::Rfc9788);
            assert_eq!((found.confidential.len(), found.mismatches.len()), (0, 0), "{claims:?} {found:?}");
            let hidden = WORLD.assess(mail(BOB, &entity).replace_subject());
            assert_eq!(hidden.header_protection.confidential, ["subject"], "{claims:?}");
        }
    }
}

trait ReplaceSubject {
    fn replace_subject(self) -> Vec<u8>;
}

impl ReplaceSubject for Vec<u8> {
    /// The outer subject made unreadable.
    fn replace_subject(self) -> Vec<u8> {
        let outer = b"Subject: Lunch".as_slice();
        let at = self.windows(outer.len()).position(|bytes| bytes == outer).expect("a subject");
        [&self[..at], b"Subject: [...]", &self[at + outer.len()..]].concat()
    }
}
