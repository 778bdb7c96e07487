//! Who is in Bcc, as far as others could find out.

use super::drafts::{draft, every_protection, sealed};
use super::world::{ALICE, BOB, CAROL, WORLD};
use kakitome::crypto::pgp;
use kakitome::domain::{Protection, TechnologyChoice};
use kakitome::flow::outgoing::{SendCautionCode, preflight};

/// Carol reads everything that others get, to find who else got it.
#[test]
fn nothing_that_a_recipient_can_open_names_a_hidden_one() {
    for protection in every_protection().into_iter().filter(|one| one.encrypt) {
        let Ok(message) = sealed(&draft(&[ALICE], &[], &[CAROL], protection)) else { continue };
        for one in &message.deliveries {
            let found = WORLD.assess_with(&WORLD.all, &*one.bytes);
            let everything = format!("{:?} {:?} {:?} {:?}", found.to, found.cc, found.blocks, found.header_protection)
                .to_lowercase();
            let files = found.parts.iter().map(|part| String::from_utf8_lossy(&part.content).to_lowercase());
            let all = files.fold(everything, |all, file| all + &file);
            assert!(!all.contains("carol") && !all.contains("bcc"), "{protection:?}: {all}");
        }
    }
}

/// Two hidden recipients learn nothing of each other, nor how many there are.
#[test]
fn each_hidden_recipient_has_a_delivery_that_names_no_other() {
    for protection in every_protection().into_iter().filter(|one| one.encrypt) {
        let Ok(message) = sealed(&draft(&[ALICE], &[], &[CAROL, BOB], protection)) else { continue };
        for one in &message.deliveries {
            let to: Vec<_> = one.envelope.recipients.iter().map(|to| to.canonical().to_owned()).collect();
            let hidden: Vec<_> = to.iter().filter(|to| **to != ALICE).collect();
            assert!(hidden.is_empty() || to.len() == 1, "{protection:?}: {to:?}");
            let found = WORLD.assess_with(&WORLD.all, &*one.bytes);
            let recipients: Vec<_> = found.encryption.iter().flat_map(|layer| &layer.recipients).collect();
            // The one it goes to, and at most the author, whose name stands in From anyway.
            assert!(recipients.len() <= 2, "{protection:?} {to:?}: {recipients:?}");
        }
        let ids: std::collections::BTreeSet<_> =
            message.deliveries.iter().map(|one| one.envelope.recipients.len()).collect();
        assert!(ids.iter().all(|count| *count == 1), "{ids:?}");
    }
}

/// The header of no delivery has a field by which hidden recipients are told.
#[test]
fn no_field_of_a_delivery_tells_of_hidden_recipients() {
    for protection in every_protection() {
        let Ok(message) = sealed(&draft(&[ALICE], &[], &[CAROL], protection)) else { continue };
        for one in &message.deliveries {
            let text = String::from_utf8_lossy(&one.bytes).to_lowercase();
            let header = text.split("\r\n\r\n").next().expect("a header");
            for field in ["bcc", "resent-bcc", "x-bcc", "x-envelope-to", "delivered-to", "apparently-to"] {
                assert!(!header.lines().any(|line| line.starts_with(&format!("{field}:"))), "{field}");
            }
        }
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

const ERIN: &str = "erin@example.test";

/// Readers of an encrypted message are told of each other (Autocrypt gossip): of those alone that they see.
#[test]
fn what_readers_are_told_of_each_other_leaves_the_hidden_one_out() {
    let hidden = WORLD.pgp_cert(CAROL).fingerprint();
    let mut told = 0;
    for protection in every_protection().into_iter().filter(|one| one.encrypt) {
        for (to, cc, bcc) in [
            (&[ALICE, ERIN][..], &[][..], &[CAROL][..]),
            (&[ALICE], &[ERIN], &[CAROL]),
            (&[ALICE], &[], &[CAROL, ERIN]),
        ] {
            let Ok(message) = sealed(&draft(to, cc, bcc, protection)) else { continue };
            for one in &message.deliveries {
                let found = WORLD.assess_with(&WORLD.all, &*one.bytes);
                for value in &found.gossip {
                    let field = pgp::autocrypt_field(value).expect("it can be read");
                    told += 1;
                    assert!(field.address.canonical() != CAROL && field.cert.fingerprint() != hidden, "{protection:?}");
                    assert!(to.iter().chain(cc).any(|seen| field.address.canonical() == *seen), "{protection:?}");
                    assert!(one.envelope.recipients.contains(&field.address), "who gets this very delivery");
                }
                assert!(!String::from_utf8_lossy(&one.bytes).contains("Autocrypt-Gossip"), "it stands inside alone");
            }
        }
    }
    assert!(told >= 4, "to more than one reader something is told: {told}");
}
