//! BASE64, quoted-printable and uuencode that programs read differently.

use super::world::{BOB, MALLORY, WORLD, mail, multipart, shown, text};
use kakitome::flow::Seal;

fn opaque_as(encoding: &str, body: &str) -> kakitome::flow::Assessment {
    let entity = format!(
        "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=\"smime.p7m\"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n"
    );
    WORLD.assess(mail(BOB, entity.as_bytes()))
}

/// Nothing but bob's words is shown under a good seal.
fn holds(found: &kakitome::flow::Assessment, what: &str) {
    assert!(
        found.headline.seal <= Seal::Unauthenticated || found.text.trim() == "I owe you 10",
        "{what}: {:?} {}",
        found.headline,
        found.text
    );
}

/// Mallory writes two objects into one BASE64 body, with padding between: some programs stop
/// there, some read on.
#[test]
fn padding_in_the_middle_makes_no_other_object() {
    let lines = |object: &[u8]| openssl::base64::encode_block(object).replace('\n', "\r\n");
    let bobs = lines(&WORLD.smime_opaque(BOB, &text("I owe you 10")));
    let mallorys = lines(&WORLD.smime_opaque(MALLORY, &text("I owe you 1000")));
    for (what, body) in [
        ("bob first", format!("{bobs}{mallorys}")),
        ("mallory first", format!("{mallorys}{bobs}")),
        ("padding between", format!("{}==\r\n{mallorys}", bobs.trim_end().trim_end_matches('='))),
        ("four pads", format!("{bobs}====\r\n{mallorys}")),
        ("a pad in the middle of a group", format!("{}={}", &bobs[..9], &bobs[9..])),
    ] {
        holds(&opaque_as("base64", &body), what);
    }
    assert_eq!(opaque_as("base64", &bobs).headline.seal, Seal::Authenticated);
}

/// Mallory scatters white space and letters that are no digits through the body.
#[test]
fn letters_that_are_no_digits_change_nothing_or_break_the_seal() {
    let bobs = openssl::base64::encode_block(&WORLD.smime_opaque(BOB, &text("I owe you 10"))).replace('\n', "\r\n");
    for (what, body) in [
        ("blanks", bobs.replace('\n', "\n \t")),
        ("long lines", bobs.replace("\r\n", "")),
        ("bare line feeds", bobs.replace('\r', "")),
        ("stars", bobs.replacen('A', "A*", 9)),
        ("of another alphabet", bobs.replace('+', "-").replace('/', "_")),
        ("high bytes", bobs.replacen('A', "A\u{e9}", 5)),
        ("NUL", bobs.replacen('A', "A\0", 5)),
        ("cut short", bobs[..bobs.len() / 2].to_owned()),
        ("a comment", format!("-- comment --\r\n{bobs}")),
    ] {
        holds(&opaque_as("base64", &body), what);
    }
    for encoding in [
        "BASE64",
        "base64 ",
        "\"base64\"",
        "base64; x=y",
        "base64 (or not)",
        "x-base64",
        "7bit",
        "quoted-printable",
        "x-uuencode",
        "binary",
    ] {
        holds(&opaque_as(encoding, &bobs), encoding);
    }
}

/// Mallory changes the white space that quoted-printable hides, under bob's seal.
#[test]
fn soft_breaks_and_hidden_white_space_are_bytes_like_others_under_a_seal() {
    let entity = b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nI owe you 10=20=\r\n.00 yen\r\n";
    for sealed in [WORLD.pgp_signed(BOB, entity), WORLD.smime_signed(BOB, entity)] {
        let sealed = String::from_utf8(sealed).expect("ASCII");
        assert_eq!(WORLD.assess(mail(BOB, sealed.as_bytes())).headline.seal, Seal::Authenticated);
        for (from, to) in [
            ("10=20=\r\n.00", "10=\r\n.00"),
            ("10=20=\r\n.00", "10.00"),
            ("=20=\r\n", "=20= \r\n"),
            ("=20=\r\n", "=20=\n"),
            ("=20", "=2"),
            ("=20=\r\n.00", "00"),
            ("I owe", "=49 owe"),
            ("yen", "y=\r\nen"),
        ] {
            let altered = sealed.replacen(from, to, 1);
            assert_ne!(altered, sealed, "{from}");
            let found = WORLD.assess(mail(BOB, altered.as_bytes()));
            let same = found.text.split_whitespace().collect::<String>() == "Ioweyou10.00yen";
            assert!(
                found.headline.seal == Seal::Broken || (to.ends_with('\n') && same),
                "{to:?}: {:?}",
                found.headline
            );
        }
    }
}

/// Mallory gives the signature part, which no signature covers, an encoding that programs read
/// differently, and hides another signature in it.
#[test]
fn a_signature_part_read_in_two_ways_seals_no_other_text() {
    for (object, kind) in [
        (WORLD.pgp_signature(BOB, &text("I owe you 10")), "pgp"),
        (WORLD.smime_signature(BOB, &text("I owe you 10")), "pkcs7"),
    ] {
        let encoded = openssl::base64::encode_block(&object);
        let raw = String::from_utf8_lossy(&object).into_owned();
        for (encoding, body) in [
            ("base64", encoded.clone()),
            ("quoted-printable", raw.clone()),
            ("quoted-printable", raw.replace('=', "=3D")),
            ("x-uuencode", format!("begin 644 x\n{encoded}\nend\n")),
            ("7bit", raw.clone()),
            ("base64", raw),
        ] {
            for words in ["I owe you 10", "I owe you 1000"] {
                let part = format!(
                    "Content-Type: application/{kind}-signature\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n"
                );
                let entity = multipart(
                    &format!("signed; protocol=\"application/{kind}-signature\""),
                    &[&text(words), part.as_bytes()],
                );
                let found = WORLD.assess(mail(BOB, &entity));
                holds(&found, encoding);
                assert!(words == "I owe you 10" || found.headline.seal <= Seal::Broken, "{encoding}");
            }
        }
    }
}

/// Mallory writes a uuencoded file into a text, with a name that leads elsewhere, or a text that
/// looks like one, so that words vanish.
#[test]
fn a_uuencoded_file_has_a_harmless_name_and_no_words_vanish() {
    for name in ["../../etc/passwd", "..\\..\\x.exe", "/etc/passwd", "a\u{202e}gpj.exe", "x y"] {
        let found =
            WORLD.assess(mail(MALLORY, &text(&format!("before\r\nbegin 644 {name}\r\n#0V%T\r\n`\r\nend\r\nafter"))));
        assert!(shown(&found).contains("before") && shown(&found).contains("after"), "{name}");
        let odd = |name: &str| name.contains(['/', '\\', '\u{202e}']) || name.starts_with("..");
        assert!(found.parts.iter().all(|part| !part.filename.as_deref().is_some_and(odd)), "{name}: {:?}", found.parts);
    }
    let found = WORLD.assess(mail(MALLORY, &text("begin 644 of the end\r\nI owe you 1000\r\nwithout an end")));
    assert!(shown(&found).contains("1000") || found.parts.iter().any(|part| part.is_file), "{}", shown(&found));
}
