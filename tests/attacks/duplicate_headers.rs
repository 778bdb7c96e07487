//! Fields that occur more than once.

use super::world::{ALICE, BOB, MALLORY, WORLD, mail, shown, text};
use kakitome::flow::Seal;

/// Mallory repeats a field, so that what is checked and what is shown are two different ones.
#[test]
fn a_field_that_may_occur_once_is_told_when_it_occurs_again() {
    let sealed = WORLD.pgp_signed(BOB, &text("hello"));
    for (name, value) in [
        ("Subject", "You are fired"),
        ("Date", "Thu, 01 Jan 1970 00:00:00 +0000"),
        ("To", MALLORY),
        ("Reply-To", MALLORY),
        ("Message-ID", "<2@evil.test>"),
        ("MIME-Version", "2.0"),
        ("Content-Transfer-Encoding", "base64"),
    ] {
        for field in [
            format!("{name}: {value}\r\n{name}: other\r\n"),
            format!("{}: {value}\r\n{name} : other\r\n", name.to_uppercase()),
            format!("{name}\t:\r\n {value}\r\n{name}: other\r\n"),
        ] {
            let found = WORLD.assess([field.as_bytes(), &mail(BOB, &sealed)].concat());
            assert!(
                found.defects.iter().any(|defect| defect.code == kakitome::message::DefectCode::DuplicateHeader),
                "{field:?}"
            );
        }
    }
}

/// Mallory writes From in other ways beside bob's, so that one program reads the one and another
/// the other.
#[test]
fn from_in_another_dress_does_not_hide_who_else_is_named() {
    let sealed = WORLD.pgp_signed(BOB, &text("hello"));
    for field in [
        "from: {m}\r\n",
        "FROM: {m}\r\n",
        "From : {m}\r\n",
        "From\t: {m}\r\n",
        "From:{m}\r\n",
        "From:\r\n {m}\r\n",
        "From:\r\n\t\r\n {m}\r\n",
        "From: \r\n",
    ] {
        let field = field.replace("{m}", MALLORY);
        for raw in [[field.as_bytes(), &mail(BOB, &sealed)].concat(), {
            let message = String::from_utf8(mail(BOB, &sealed)).expect("ASCII");
            message.replacen("\r\nTo:", &format!("\r\n{field}To:"), 1).into_bytes()
        }] {
            let found = WORLD.assess(&raw);
            let names_mallory = found.from.iter().any(|one| one.address == MALLORY);
            assert!(names_mallory || !field.contains(MALLORY), "{field:?}: {:?}", found.from);
            assert!(!names_mallory || found.headline.seal <= Seal::Unauthenticated, "{field:?}");
            assert!(
                found.defects.iter().any(|defect| defect.code == kakitome::message::DefectCode::DuplicateHeader),
                "{field:?}"
            );
        }
    }
}

/// Mallory repeats a field inside of the sealed header, where bob's has it once.
#[test]
fn a_repeated_field_in_a_protected_header_does_not_make_one_author_of_two() {
    let inner = format!(
        "From: {BOB}\r\nFrom: {MALLORY}\r\nTo: {ALICE}\r\nSubject: x\r\nContent-Type: text/plain; hp=\"clear\"\r\n\r\nhello\r\n"
    );
    for sealed in [WORLD.pgp_signed(BOB, inner.as_bytes()), WORLD.smime_signed(MALLORY, inner.as_bytes())] {
        for from in [BOB, MALLORY] {
            let found = WORLD.assess(mail(from, &sealed));
            assert!(
                found.headline.seal <= Seal::Unauthenticated || found.from.len() == 1,
                "{:?} {:?}",
                found.headline,
                found.from
            );
            if found.headline.seal == Seal::Authenticated {
                assert_eq!(found.from[0].address, from);
                assert!(found.header_protection.mismatches.contains(&"from".to_owned()));
            }
        }
    }
}

/// Mallory gives a sealed part two transfer encodings or two boundaries.
#[test]
fn of_two_transfer_encodings_the_one_that_is_shown_is_the_one_that_was_verified() {
    let encoded = openssl::base64::encode_block(b"I owe you 1000");
    let entity = format!("Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{encoded}");
    let sealed = String::from_utf8(WORLD.pgp_signed(BOB, entity.as_bytes())).expect("ASCII");
    for altered in [
        sealed.replace("Content-Transfer-Encoding: 7bit", "Content-Transfer-Encoding: base64"),
        sealed.replace(
            "Content-Transfer-Encoding: 7bit",
            "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64",
        ),
        sealed.replacen("Content-Type: multipart", "Content-Transfer-Encoding: base64\r\nContent-Type: multipart", 1),
    ] {
        let found = WORLD.assess(mail(BOB, altered.as_bytes()));
        assert!(found.headline.seal <= Seal::Broken || !shown(&found).contains("1000"), "{}", shown(&found));
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
