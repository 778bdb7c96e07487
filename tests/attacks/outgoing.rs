use kakitome::domain::{Attachment, Draft, Mailbox, Protection, Technology, TechnologyChoice};
use kakitome::flow::outgoing::{OutgoingMessage, SendCautionCode, Stamp, preflight, seal};

use super::world::{ALICE, BOB, WORLD};

const CAROL: &str = "carol@example.test";
const SECRET: &str = "the launch code is 0000";

fn draft(to: &[&str], cc: &[&str], bcc: &[&str], protection: Protection) -> Draft {
    let all = |list: &[&str]| list.iter().map(|one| Mailbox::new("", *one)).collect();
    Draft {
        from: Mailbox::new("Bob Baker", BOB),
        to: all(to),
        cc: all(cc),
        bcc: all(bcc),
        subject: "the secret subject".to_owned(),
        text: SECRET.to_owned(),
        html: Some(format!("<p>{SECRET}</p>")),
        attachments: vec![Attachment {
            name: "secret-name.txt".to_owned(),
            media_type: "text/plain".to_owned(),
            bytes: SECRET.as_bytes().to_vec().into(),
        }],
        in_reply_to: None,
        references: Vec::new(),
        protection,
    }
}

fn sealed(draft: &Draft) -> Result<OutgoingMessage, String> {
    let plan = preflight(draft, &WORLD.all, &WORLD.policy).approve(true).map_err(|blockers| format!("{blockers:?}"))?;
    let stamp = Stamp { at: WORLD.at(), message_id: "1@example.test".to_owned() };
    seal(&plan, &WORLD.all, &stamp).map_err(|error| error.to_string())
}

fn every_protection() -> Vec<Protection> {
    let mut all = Vec::new();
    for technology in
        [TechnologyChoice::Auto, TechnologyChoice::Only(Technology::OpenPgp), TechnologyChoice::Only(Technology::Smime)]
    {
        for sign in [true, false] {
            for encrypt in [true, false] {
                all.push(Protection { sign, encrypt, technology });
            }
        }
    }
    all
}

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
fn who_is_in_bcc_stands_in_nobody_elses_delivery() {
    for protection in every_protection() {
        let draft = draft(&[ALICE], &[], &[CAROL], protection);
        let Ok(message) = sealed(&draft) else { continue };
        for one in &message.deliveries {
            let text = String::from_utf8_lossy(&one.bytes).to_lowercase();
            assert!(!text.contains("carol") && !text.contains("\nbcc:"), "{protection:?}");
            if protection.encrypt {
                let hidden = one.envelope.recipients.iter().any(|to| to.canonical() == CAROL);
                assert!(!hidden || one.envelope.recipients.len() == 1, "{protection:?}");
                // What a recipient opens names nobody hidden, and the object is not for them.
                let found = WORLD.assess_with(&WORLD.all, &*one.bytes);
                assert!(!found.text.contains("carol") && found.to.len() == 1 && found.cc.is_empty());
                let key = WORLD.pgp_cert(CAROL).fingerprint().to_hex();
                let carols = found.encryption[0].recipients.iter().any(|one| key.ends_with(one.as_str()));
                assert!(hidden || !carols);
            }
        }
    }
}

#[test]
fn that_the_copy_of_a_bcc_alone_can_not_be_opened_by_its_author_is_said() {
    let encrypt = Protection { sign: true, encrypt: true, technology: TechnologyChoice::Auto };
    let found = preflight(&draft(&[], &[], &[ALICE], encrypt), &WORLD.all, &WORLD.policy);
    assert!(found.cautions.iter().any(|one| one.code == SendCautionCode::SentCopyUnreadable), "{:?}", found.cautions);
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
