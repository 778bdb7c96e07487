//! Who it is from: fields, names, addresses, scripts.

use super::authority::Authority;
use super::world::{ALICE, BOB, MALLORY, WORLD, assess_under, cautioned, mail, multipart, signature_part, text};
use kakitome::crypto::pgp;
use kakitome::flow::{CautionCode, Seal};
use sequoia_openpgp::cert::CertBuilder;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::types::{KeyFlags, SignatureType};

/// Mallory has a key that others vouch for, as mallory. She adds User IDs with bob's name, and with
/// bob's address, for which nobody vouches.
#[test]
fn a_name_that_nobody_vouches_for_is_not_told_as_that_of_the_signer() {
    let made = std::time::SystemTime::from(WORLD.at()) - std::time::Duration::from_hours(24);
    let build = |user_ids: &[&str]| {
        let mut builder = CertBuilder::new()
            .set_creation_time(made)
            .set_primary_key_flags(KeyFlags::empty().set_signing().set_certification());
        for user_id in user_ids {
            builder = builder.add_userid(*user_id);
        }
        builder.generate().expect("a certificate").0
    };
    let root = build(&["Root <root@root.test>"]);
    // The first is the primary one.
    let mallory = build(&[
        "Bob Baker <bob@bakers.test>",
        "Mallory Moss <mallory@example.test>",
        "Bob Baker <carol@example.test>",
    ]);
    let mut signer =
        root.primary_key().key().clone().parts_into_secret().expect("secret").into_keypair().expect("open");
    let user_id = mallory
        .userids()
        .find(|one| one.userid().value().starts_with(b"Mallory"))
        .expect("it is there")
        .userid()
        .clone();
    let certification =
        SignatureBuilder::new(SignatureType::PositiveCertification).set_signature_creation_time(made).expect("a time");
    let certification = user_id.bind(&mut signer, &mallory, certification).expect("it certifies");
    let (vouched, _) = mallory.insert_packets(certification).expect("it is added");
    let mut alices = WORLD.alices.clone();
    for cert in [&root, &vouched] {
        alices.add(&pgp::armored_public(cert)).expect("it is imported");
    }
    let mut policy = WORLD.policy.clone();
    policy.roots = [pgp::fingerprint(&root)].into();
    let signature = pgp::sign_detached(&text("x"), &vouched, &[], WORLD.at()).expect("it signs");
    let entity = kakitome::message::multipart_signed_pgp(&text("x"), &signature.bytes, "pgp-sha512");
    let assess = |from: &str| assess_under(&alices, &policy, mail(from, &entity));

    let found = assess("Bob Baker <mallory@example.test>");
    assert_eq!(found.headline.seal, Seal::Authenticated);
    assert!(cautioned(&found, CautionCode::NameNotInCertificate), "{:?}", found.cautions);
    let signer = found.signatures[0].check.signer.clone().expect("a signer");
    assert_eq!(signer.names, ["Mallory Moss"]);
    assert!(
        found.signatures[0].judgement.path.0.iter().all(|step| !step.name.contains("Bob")),
        "{:?}",
        found.signatures[0].judgement
    );

    let found = assess(BOB);
    assert_eq!(found.headline.seal, Seal::Unauthenticated);
    let signer = found.signatures[0].check.signer.clone().expect("a signer");
    assert_eq!((signer.names.as_slice(), signer.addresses[0].as_str()), (&["Mallory Moss".to_owned()][..], MALLORY));
    assert_eq!(assess("carol@example.test").headline.seal, Seal::Unauthenticated);
    assert_eq!(assess("bob@bakers.test").headline.seal, Seal::Unauthenticated);
}

/// An authority vouches for mallory's address, and lets her choose her name: she takes bob's address.
#[test]
fn a_certificates_name_that_is_an_address_is_not_told_as_the_signer() {
    let authority = Authority::new();
    let san = [&[0x81, 20], MALLORY.as_bytes()].concat();
    for name in [BOB, "Bob <bob@example.test>", "bob\u{ff20}example.test"] {
        let (certificate, key) = authority.issue(name, Some(&san), true);
        let found = authority.assess(&certificate, &key, MALLORY);
        assert_eq!(found.headline.seal, Seal::Authenticated);
        let signer = found.signatures[0].check.signer.clone().expect("a signer");
        assert_eq!((signer.names.len(), signer.addresses[0].as_str()), (0, MALLORY), "{name}");
    }
}

/// Mallory names bob in every other field that has to do with a sender.
#[test]
fn only_from_says_who_the_message_is_from() {
    let bobs = WORLD.pgp_signed(BOB, &text("hello"));
    for field in [
        "Sender",
        "Resent-From",
        "Resent-Sender",
        "Return-Path",
        "Reply-To",
        "X-Original-From",
        "Original-From",
        "Envelope-From",
        "X-From",
        "Apparently-From",
    ] {
        let mut raw = format!("{field}: Bob Baker <{BOB}>\r\n").into_bytes();
        raw.extend(mail(MALLORY, &bobs));
        let found = WORLD.assess(&raw);
        assert_eq!(found.from.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(), [MALLORY], "{field}");
        assert_eq!(found.headline.seal, Seal::Unauthenticated, "{field}");
        // Without From, none of them stands in for it.
        let text = String::from_utf8(raw).expect("ASCII").replace(&format!("From: {MALLORY}\r\n"), "");
        let found = WORLD.assess(text);
        assert!(found.headline.seal <= Seal::Unauthenticated, "{field}: {:?}", found.from);
        assert!(found.from.iter().all(|one| one.address != BOB), "{field}: {:?}", found.from);
    }
}

/// Mallory makes one address out of two by comments, quotes, groups and routes.
#[test]
fn comments_groups_and_routes_do_not_hide_who_sent_it() {
    let bobs = WORLD.pgp_signed(BOB, &text("hello"));
    for from in [
        "bob@example.test (my address) <mallory@evil.test>",
        "bob@example.test: mallory@evil.test;",
        "\"Bob\" (<bob@example.test>) <mallory@evil.test>",
        "Bob <mallory@evil.test> (bob@example.test",
        "Bob (bob@example.test) <mallory@evil.test (bob@example.test)>",
        "<mallory@evil.test,bob@example.test>",
        "<@example.test,@bob:mallory@evil.test>",
        "\"bob\"@example.test@evil.test",
        "=?utf-8?q?Bob_=3Cbob=40example=2Etest=3E?= <mallory@evil.test>",
        "Bob <bob@example.test>\u{0}<mallory@evil.test>",
        "bob@example.test\u{a0}<mallory@evil.test>",
        "(\\)bob@example.test(\\) mallory@evil.test",
    ] {
        let found = WORLD.assess(mail(from, &bobs));
        assert!(found.headline.seal <= Seal::Unauthenticated, "{from:?}: {:?}", found.from);
    }
}

/// Mallory registers a domain that looks like bob's.
#[test]
fn a_domain_in_letters_that_look_like_others_is_told() {
    let u_label = "ex\u{430}mple";
    let a_label = format!("xn--{}", idna::punycode::encode_str(u_label).expect("it encodes"));
    for domain in [
        format!("{u_label}.test"),
        format!("{a_label}.test"),
        format!("{}.test", a_label.to_uppercase()),
        "\u{435}\u{445}\u{430}\u{440}\u{435}.test".to_owned(),
        "xn--example-.test".to_owned(),
        "ex\u{251}mple.test".to_owned(),
    ] {
        let found = WORLD.assess(mail(&format!("Bob Baker <bob@{domain}>"), &WORLD.pgp_signed(BOB, &text("hello"))));
        assert!(found.headline.seal <= Seal::Unauthenticated, "{domain}");
        assert!(cautioned(&found, CautionCode::LookAlike), "{domain}: {:?} {:?}", found.from, found.cautions);
    }
}

/// Mallory turns the direction of the text, so that her address reads as bob's.
#[test]
fn marks_of_direction_do_not_change_what_is_read() {
    for name in [
        "=?utf-8?q?=E2=80=AEtset=2Eelpmaxe=40bob?=",
        "\u{202e}tset.elpmaxe@bob",
        "Bob\u{2067} <bob@example.test>\u{2069}",
        "\u{200f}bob@example.test\u{200f}",
        "\u{61c}bob@example.test",
    ] {
        let found = WORLD.assess(mail(&format!("\"{name}\" <{MALLORY}>"), &text("hello")));
        let is_odd = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert_eq!(found.from[0].address, MALLORY, "{name:?}");
        assert!(
            !found.from[0].name.chars().any(is_odd) || cautioned(&found, CautionCode::NameHoldsAddress),
            "{name:?}: {:?}",
            found.from
        );
    }
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
fn alices_own_address_is_not_sealed_by_bob() {
    let found = WORLD.assess(mail(ALICE, &WORLD.smime_signed(BOB, &text("hello"))));
    assert_eq!(found.headline.seal, Seal::Unauthenticated);
}

/// Mallory has an address that reads like bob's, all in Latin letters: no script is mixed.
#[test]
fn an_address_that_reads_like_that_of_somebody_known_is_told() {
    for from in [
        "bob@examp1e.test",
        "bob@exarnple.test",
        "b0b@example.test",
        "bob@ex-ample.test",
        "Bob Baker <bob@exampie.test>",
    ] {
        for entity in [text("hello"), WORLD.pgp_signed(BOB, &text("hello"))] {
            let found = WORLD.assess(mail(from, &entity));
            assert!(cautioned(&found, CautionCode::ImitatesKnown), "{from}: {:?}", found.cautions);
            assert!(found.headline.seal <= Seal::Unauthenticated);
        }
    }
    for from in [BOB, MALLORY, "dave@example.test", "bob@elsewhere.test"] {
        assert!(!cautioned(&WORLD.assess(mail(from, &text("hello"))), CautionCode::ImitatesKnown), "{from}");
    }
}

/// Mallory encodes what would divide or end an address (RFC 2047 forbids encoded-words there, §5), so that it is read
/// before or after the list is taken apart.
#[test]
fn an_encoded_word_neither_makes_nor_hides_nor_divides_an_address() {
    let bobs = WORLD.pgp_signed(BOB, &text("hello"));
    for from in [
        "=?utf-8?q?Bob_=3Cbob=40example=2Etest=3E=2C?= <mallory@evil.test>",
        "=?utf-8?b?Qm9iIDxib2JAZXhhbXBsZS50ZXN0Pg==?=, <mallory@evil.test>",
        "=?utf-8?q?a=0D=0AFrom=3A_bob=40example=2Etest?= <mallory@evil.test>",
        "=?utf-8?q?=22bob=40example=2Etest=22_=28?= <mallory@evil.test>",
        "=?utf-8?q?bob=40example=2Etest=00?= <mallory@evil.test>",
        "<=?utf-8?q?bob=40example=2Etest?=> <mallory@evil.test>",
        "<=?utf-8?q?bob?=@example.test>",
        "=?utf-8?q?bob?=@example.test",
        "bob@=?utf-8?q?example=2Etest?=",
        "=?utf-8?q?bob=40example?=.test <mallory@evil.test>",
        "=?utf-8?q?=3Cbob=40example=2Etest=3E?= =?utf-8?q?=2C?= mallory@evil.test",
        "=?utf-8?q?x?= <mallory@evil.test> =?utf-8?q?=3Cbob=40example=2Etest=3E?=",
        "\"=?utf-8?q?=22_=3Cbob=40example=2Etest=3E?=\" <mallory@evil.test>",
        "=?utf-7?q?bob+AEA-example.test?= <mallory@evil.test>",
        "=?iso-2022-jp?b?Ym9iGyRCIXcbKEJleGFtcGxlLnRlc3Q=?= <mallory@evil.test>",
    ] {
        let found = WORLD.assess(mail(from, &bobs));
        assert!(found.headline.seal <= Seal::Unauthenticated, "{from}: {:?} {:?}", found.headline, found.from);
        assert!(found.from.iter().all(|one| one.email().is_none_or(|address| address.as_str() != BOB)), "{from}");
        // A name that reads like an address is told, in whatever dress it came.
        let reads_like = found.from.iter().any(|one| one.name.contains("bob@example.test"));
        assert!(!reads_like || cautioned(&found, CautionCode::NameHoldsAddress), "{from}: {:?}", found.from);
    }
}
