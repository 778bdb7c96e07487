//! What leaves: words in the clear, missing recipients, smuggled fields.

use super::drafts::{draft, every_protection, sealed};
use super::world::{ALICE, BOB, CAROL, MALLORY, SECRET, WORLD};
use kakitome::domain::{Mailbox, Protection, TechnologyChoice};
use kakitome::flow::reply;

#[test]
fn a_draft_that_asks_for_encryption_never_leaves_a_word_in_the_clear() {
    let mut made = 0;
    for protection in every_protection().into_iter().filter(|one| one.encrypt) {
        for (to, cc, bcc) in
            [(vec![ALICE], vec![], vec![]), (vec![ALICE], vec![CAROL], vec![BOB]), (vec![], vec![], vec![CAROL])]
        {
            let draft = draft(&to, &cc, &bcc, protection);
            let Ok(message) = sealed(&draft) else { continue };
            made += 1;
            for bytes in message.deliveries.iter().map(|one| &one.bytes).chain([&message.sent_copy]) {
                let text = String::from_utf8_lossy(bytes);
                let encoded = openssl::base64::encode_block(SECRET.as_bytes());
                for word in [SECRET, "secret subject", "secret-name", &encoded[..20]] {
                    assert!(!text.contains(word), "{protection:?}: {word}");
                }
            }
            assert!(message.deliveries.iter().all(|one| one.technology.is_some()));
        }
    }
    assert!(made >= 6, "{made} were made");
}

#[test]
fn everybody_who_is_named_is_reached_once_or_the_draft_is_refused() {
    for protection in every_protection() {
        let draft = draft(&[ALICE, "Alice@Example.test"], &[CAROL], &[BOB], protection);
        let Ok(message) = sealed(&draft) else { continue };
        let mut reached: Vec<_> = message.recipients().map(|one| one.canonical().to_owned()).collect();
        reached.sort();
        assert_eq!(reached, [ALICE, BOB, CAROL], "{protection:?}");
    }
    let encrypt = Protection { sign: true, encrypt: true, technology: TechnologyChoice::Auto };
    for bad in ["nobody@nowhere.test", "not an address", "", "a@b, c@d", "alice@example.test\r\nBcc: x@y.test"] {
        assert!(sealed(&draft(&[ALICE], &[], &[bad], encrypt)).is_err(), "{bad:?}");
        assert!(sealed(&draft(&[ALICE, bad], &[], &[], encrypt)).is_err(), "{bad:?}");
    }
}

#[test]
fn no_field_can_be_smuggled_in_by_a_line_break() {
    let protection = Protection { sign: true, encrypt: false, technology: TechnologyChoice::Auto };
    let evil = "x\r\nBcc: evil@evil.test\nX-Evil: 1\r\n\r\nEvil body\0\u{2028}";
    let mut draft = draft(&[ALICE], &[], &[], protection);
    draft.subject = evil.to_owned();
    draft.from.name = evil.to_owned();
    draft.to[0].name = evil.to_owned();
    draft.in_reply_to = Some(evil.to_owned());
    draft.references = vec![evil.to_owned()];
    draft.attachments[0].name = evil.to_owned();
    draft.attachments[0].media_type = evil.to_owned();
    for sign in [true, false] {
        draft.protection.sign = sign;
        let message = sealed(&draft).expect("it is made");
        let bytes = String::from_utf8_lossy(&message.deliveries[0].bytes).into_owned();
        assert!(
            !bytes
                .lines()
                .any(|line| line.starts_with("Bcc:") || line.starts_with("X-Evil") || line.starts_with("Evil")),
            "{bytes}"
        );
    }
}

#[test]
fn what_was_asked_to_be_signed_is_signed_in_every_delivery() {
    for protection in every_protection().into_iter().filter(|one| one.sign) {
        let Ok(message) = sealed(&draft(&[ALICE], &[CAROL], &[BOB], protection)) else { continue };
        for one in &message.deliveries {
            let found = WORLD.assess_with(&WORLD.all, &*one.bytes);
            assert_eq!(found.headline.seal, kakitome::flow::Seal::Authenticated, "{protection:?}");
        }
    }
}

/// A letter whose recipients and thread stood inside the encryption alone: the answer does not tell them to servers
/// (RFC 9788 §6.1), and tells its readers as ever.
#[test]
fn an_answer_keeps_inside_what_the_letter_kept_inside() {
    let inner = format!(
        "From: {BOB}\r\nTo: \"Project Lazarus\" <{ALICE}>\r\nCc: Carol Clerk <{CAROL}>\r\nSubject: x\r\n\
         Date: Sun, 01 Nov 2026 00:00:00 +0000\r\nMessage-ID: <hidden-id@x.test>\r\nReferences: <deep-id@x.test>\r\n\
         HP-Outer: From: {BOB}\r\nHP-Outer: To: undisclosed-recipients:;\r\nHP-Outer: Message-ID: <outer@x.test>\r\n\
         HP-Outer: Date: Sun, 01 Nov 2026 00:00:00 +0000\r\nHP-Outer: Subject: [...]\r\n\
         Content-Type: text/plain; hp=\"cipher\"\r\n\r\nhello\r\n"
    );
    for entity in [
        WORLD.pgp_encrypted(inner.as_bytes(), Some(BOB)),
        WORLD.smime_encrypted(&WORLD.smime_signed(BOB, inner.as_bytes()), true),
    ] {
        let outer = format!(
            "From: {BOB}\r\nTo: undisclosed-recipients:;\r\nMessage-ID: <outer@x.test>\r\nSubject: [...]\r\n\
             Date: Sun, 01 Nov 2026 00:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        );
        let found = WORLD.assess([outer.as_bytes(), &entity].concat());
        assert!(found.cc.iter().any(|one| one.address == CAROL), "{:?}", found.cc);
        let draft = reply::draft(&found, &Mailbox::new("Alice", ALICE), reply::Answer::ReplyAll);
        let message = sealed(&draft).expect("it is made");
        for delivery in &message.deliveries {
            let text = String::from_utf8_lossy(&delivery.bytes);
            let (header, _) = text.split_once("\r\n\r\n").expect("a header");
            for word in ["Lazarus", "Carol", CAROL, "hidden-id", "deep-id", MALLORY] {
                assert!(!header.contains(word), "{word}: {header}");
            }
            assert!(header.contains(&format!("To: {BOB}\r\n")), "{header}");
            assert!(delivery.envelope.recipients.iter().all(|one| [BOB, CAROL].contains(&one.as_str())));
            let read = WORLD.assess_with(&WORLD.all, &delivery.bytes[..]);
            assert!(read.to.iter().chain(&read.cc).any(|one| one.address == CAROL), "{:?} {:?}", read.to, read.cc);
            assert_eq!(read.references, ["deep-id@x.test", "hidden-id@x.test"]);
            assert!(read.header_protection.mismatches.is_empty(), "{:?}", read.header_protection);
        }
        // Its own author writes once more to those whom it was for.
        let again = reply::draft(&found, &Mailbox::new("Bob", BOB), reply::Answer::Reply);
        assert!(again.to.iter().any(|one| one.address == ALICE), "{:?}", again.to);
        let again = sealed(&again).expect("it is made");
        let text = String::from_utf8_lossy(&again.deliveries[0].bytes);
        let (header, _) = text.split_once("\r\n\r\n").expect("a header");
        assert!(header.contains("To: undisclosed-recipients:;") && !header.contains(ALICE), "{header}");
        // In the clear it leaves no trace of the thread, either.
        let open = sealed(&kakitome::domain::Draft { protection: Protection::default(), ..draft }).expect("it is made");
        let text = String::from_utf8_lossy(&open.sent_copy);
        assert!(!text.contains("hidden-id") && !text.contains("deep-id"), "{text}");
    }
}

/// What stood open in a letter stands open in its answer, and whom it is passed on to is nothing of the letter's.
#[test]
fn an_answer_hides_no_more_than_the_letter_did() {
    let letter = |outer: &str, inner: &str| {
        let inner = format!("{inner}Content-Type: text/plain; hp=\"cipher\"\r\n\r\nhello\r\n");
        let entity = WORLD.pgp_encrypted(inner.as_bytes(), Some(BOB));
        WORLD.assess([outer.as_bytes(), b"MIME-Version: 1.0\r\n".as_slice(), &entity].concat())
    };
    let header = |found: &kakitome::flow::Assessment, answer, to: Option<&str>| {
        let mut draft = reply::draft(found, &Mailbox::new("Alice", ALICE), answer);
        draft.to.extend(to.map(|to| Mailbox::new("Carol Clerk", to)));
        let message = sealed(&draft).expect("it is made");
        let text = String::from_utf8_lossy(&message.deliveries[0].bytes).into_owned();
        text.split_once("\r\n\r\n").expect("a header").0.to_owned()
    };
    let open = format!("To: {ALICE}\r\nCc: Carol Clerk <{CAROL}>\r\nMessage-ID: <open-id@x.test>\r\n");
    // The subject alone was hidden.
    let found = letter(
        &format!("From: {BOB}\r\n{open}Subject: [...]\r\n"),
        &format!(
            "From: {BOB}\r\n{open}Subject: x\r\nHP-Outer: From: {BOB}\r\nHP-Outer: To: {ALICE}\r\n\
             HP-Outer: Cc: Carol Clerk <{CAROL}>\r\nHP-Outer: Message-ID: <open-id@x.test>\r\nHP-Outer: Subject: [...]\r\n"
        ),
    );
    let answer = header(&found, reply::Answer::ReplyAll, None);
    assert!(answer.contains(&format!("Cc: Carol Clerk <{CAROL}>")) && answer.contains("open-id"), "{answer}");
    // The name in From was hidden, too: the answer goes to the address.
    let named = format!("Bob Baker <{BOB}>");
    let found = letter(
        &format!("From: {BOB}\r\n{open}Subject: [...]\r\n"),
        &format!(
            "From: {named}\r\n{open}Subject: x\r\nHP-Outer: From: {BOB}\r\nHP-Outer: To: {ALICE}\r\n\
             HP-Outer: Cc: Carol Clerk <{CAROL}>\r\nHP-Outer: Message-ID: <open-id@x.test>\r\nHP-Outer: Subject: [...]\r\n"
        ),
    );
    let answer = header(&found, reply::Answer::Reply, None);
    assert!(answer.contains(&format!("To: {BOB}\r\n")) && !answer.contains("Baker"), "{answer}");
    // Whom a letter is passed on to was chosen by who passes it on.
    let found = letter(
        &format!("From: {BOB}\r\nTo: undisclosed-recipients:;\r\nSubject: [...]\r\n"),
        &format!("From: {BOB}\r\nTo: Project Lazarus <{ALICE}>\r\nSubject: x\r\nHP-Outer: From: {BOB}\r\n"),
    );
    assert!(found.header_protection.confidential.iter().any(|field| field == "to"));
    let passed_on = header(&found, reply::Answer::Forward, Some(CAROL));
    assert!(passed_on.contains(&format!("To: Carol Clerk <{CAROL}>")) && !passed_on.contains("Lazarus"), "{passed_on}");
}
