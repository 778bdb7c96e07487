//! Seals of a part, of an altered text, of another time.

use super::world::{BOB, WORLD, body_of, cautioned, html, mail, multipart, shown, signature_part, text};
use kakitome::crypto::pgp;
use kakitome::crypto::smime;
use kakitome::flow::{CautionCode, Seal};

fn sealed_at(days_ago: i64, is_pgp: bool) -> Vec<u8> {
    let at = WORLD.at() - jiff::SignedDuration::from_hours(24 * days_ago);
    let entity = text("Pay today");
    if is_pgp {
        let bytes =
            pgp::sign_detached(&entity, &WORLD.pgp_cert(BOB), &WORLD.all.passphrases, at).expect("it signs").bytes;
        return kakitome::message::multipart_signed_pgp(&entity, &bytes, "pgp-sha512");
    }
    let identity = WORLD.smime_identity(BOB);
    let bytes = smime::sign_detached(&entity, &identity, &WORLD.all.smime, at).expect("it signs").bytes;
    kakitome::message::multipart_signed_smime(&entity, &bytes, "sha-256")
}

/// Mallory sends an old order of bob's once more, with the date of today.
#[test]
fn an_old_seal_under_a_new_date_is_told() {
    for is_pgp in [true, false] {
        for days in [3, 20] {
            let found = WORLD.assess(mail(BOB, &sealed_at(days, is_pgp)));
            assert!(
                found.headline.seal < Seal::Partial || cautioned(&found, CautionCode::DateDiffers),
                "{days} {:?} {:?}",
                found.headline,
                found.signatures
            );
        }
        assert!(!cautioned(&WORLD.assess(mail(BOB, &sealed_at(0, is_pgp))), CautionCode::DateDiffers));
    }
}

/// Mallory keeps a signature that bob dated into the future, to use it when it suits her.
#[test]
fn a_seal_from_the_future_is_not_believed() {
    for is_pgp in [true, false] {
        let found = WORLD.assess(mail(BOB, &sealed_at(-30, is_pgp)));
        assert!(
            found.headline.seal < Seal::Authenticated || cautioned(&found, CautionCode::DateDiffers),
            "{:?}",
            found.headline
        );
    }
}

/// Mallory cuts bob's sealed text short, or lets it go on.
#[test]
fn a_sealed_text_made_shorter_or_longer_is_broken() {
    for sealed in [
        WORLD.pgp_signed(BOB, &text("I owe you 10\r\nnot 1000")),
        WORLD.smime_signed(BOB, &text("I owe you 10\r\nnot 1000")),
    ] {
        let sealed = String::from_utf8(sealed).expect("ASCII");
        for altered in [
            sealed.replace("\r\nnot 1000", ""),
            sealed.replace("not ", ""),
            sealed.replace("not 1000", "not 1000\r\nbut 2000"),
            sealed.replace("I owe", "\r\nI owe"),
            sealed.replace("not 1000", "not 1000\r\n"),
            sealed.replace("charset=\"utf-8\"", "charset=\"utf-8\"; format=flowed; delsp=yes"),
            sealed.replace("Content-Type: text/plain", "Content-Type: text/html"),
        ] {
            assert_ne!(altered, sealed);
            assert_eq!(WORLD.assess(mail(BOB, altered.as_bytes())).headline.seal, Seal::Broken, "{altered}");
        }
        // Cut off within the signature: nobody can tell any more.
        let cut = &sealed[..sealed.len() - 400];
        assert!(WORLD.assess(mail(BOB, cut.as_bytes())).headline.seal <= Seal::Broken);
    }
}

/// Mallory writes into the header of a cleartext message what looks like its first line.
#[test]
fn words_in_the_armor_of_a_cleartext_message_are_not_under_its_seal() {
    let clear = include_str!("../corpus/mail/pgp-clearsigned.eml").replace("\r\n", "\n");
    let at = clear.find("-----BEGIN PGP SIGNED").expect("a signed text");
    let block = clear[at..].trim_end();
    let first = "-----BEGIN PGP SIGNED MESSAGE-----\n";
    for line in [
        "Comment: I owe you 1000",
        "Hash: SHA512, I owe you 1000",
        "I owe you 1000",
        "Hash: SHA512\nI owe you 1000",
        "Hash: SHA512\n \nI owe you 1000",
        "Hash: SHA512\n\t\nI owe you 1000",
        "NotDashEscaped: I owe you 1000",
    ] {
        let altered = block.replacen(first, &format!("{first}{line}\n"), 1);
        let found = WORLD.assess(mail(BOB, body_of("text/plain", &altered).as_bytes()));
        let sealed = found.blocks.iter().filter(|block| block.signed);
        assert!(sealed.into_iter().all(|block| !block.text.contains("1000")), "{line:?}: {:?}", found.blocks);
        assert!(found.headline.seal <= Seal::Broken || !shown(&found).contains("1000"), "{line:?}");
    }
}

/// Mallory lets a list's footer ask for what bob's sealed text does not.
#[test]
fn what_a_list_wrote_below_a_sealed_part_is_apart_from_it() {
    for sealed in [WORLD.pgp_signed(BOB, &text("I owe you 10")), WORLD.smime_signed(BOB, &text("I owe you 10"))] {
        for footer in [
            text("-- \r\nPay 1000 to mallory"),
            html("<p>Pay 1000 to mallory</p>"),
            text("________\r\nlist mailing list\r\nPay 1000"),
        ] {
            let mut raw = b"List-Id: <list.example.test>\r\nList-Post: <mailto:list@example.test>\r\n".to_vec();
            raw.extend(mail(BOB, &multipart("mixed", &[&sealed, &footer])));
            let found = WORLD.assess(raw);
            assert_eq!(found.headline.seal, Seal::Unsigned);
            assert!(cautioned(&found, CautionCode::ListFooter) || cautioned(&found, CautionCode::Mixture));
            assert!(found.blocks.iter().all(|block| !(block.signed && block.text.contains("1000"))));
        }
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
fn a_broken_cleartext_object_does_not_take_words_away_from_the_reader() {
    let body = "-----BEGIN PGP SIGNED MESSAGE-----\nNotDashEscaped: x\n\nthis is a fraud\n-----BEGIN PGP SIGNATURE-----\n\nxx\n-----END PGP SIGNATURE-----\npay now\n";
    let found = WORLD.assess(mail(BOB, body_of("text/plain", body).as_bytes()));
    assert!(shown(&found).contains("this is a fraud"), "{}", shown(&found));
    assert!(found.headline.seal <= Seal::Broken);
}

/// Others could have made the hash of an old signature of bob's (SHA-1): below the headline it seals no more than in it.
#[test]
fn a_seal_that_others_could_have_made_does_not_count_beside_other_text_either() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/mail/hp_old-sha1-smime.eml");
    let whole = std::fs::read(path).expect("it is there");
    let at = whole.windows(14).position(|bytes| bytes == b"Content-Type: ").expect("an entity");
    let sealed = &whole[at..];
    assert!(WORLD.assess(mail(BOB, sealed)).headline.seal < Seal::Partial);
    for entity in [multipart("mixed", &[&text("x"), sealed]), multipart("mixed", &[sealed, &text("x")])] {
        let found = WORLD.assess(mail(BOB, &entity));
        assert!(found.blocks.iter().any(|block| block.text.contains("Tuesday")), "{}", shown(&found));
        assert!(found.blocks.iter().all(|block| !block.signed), "{:?}", found.blocks);
    }
    let found = WORLD.assess(mail(BOB, &WORLD.smime_encrypted(sealed, false)));
    assert!(cautioned(&found, CautionCode::NoIntegrity), "{:?}", found.cautions);
    assert!(found.headline.seal < Seal::Partial, "{:?}", found.headline);
}
