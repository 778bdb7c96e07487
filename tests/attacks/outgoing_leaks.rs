//! What leaves: words in the clear, missing recipients, smuggled fields.

use super::drafts::{draft, every_protection, sealed};
use super::world::{ALICE, BOB, CAROL, SECRET, WORLD};
use kakitome::domain::{Protection, TechnologyChoice};

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
