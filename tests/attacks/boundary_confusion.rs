//! Boundaries that programs read differently.

use super::world::{BOB, WORLD, mail, multipart, shown, signature_part, text};
use kakitome::flow::Seal;

const EVIL: &str = "Content-Type: text/plain\r\n\r\nI owe you 1000\r\n";

/// Bob's sealed multipart, with the boundary it has.
fn sealed(is_pgp: bool) -> (String, String) {
    let entity = if is_pgp {
        WORLD.pgp_signed(BOB, &text("I owe you 10"))
    } else {
        WORLD.smime_signed(BOB, &text("I owe you 10"))
    };
    let entity = String::from_utf8(entity).expect("ASCII");
    let (_, rest) = entity.split_once("boundary=\"").expect("a boundary");
    let boundary = rest.split('"').next().expect("quoted").to_owned();
    (entity, boundary)
}

/// Either the message has no good seal, or nothing but bob's words is shown under it.
fn holds(message: &str) {
    let found = WORLD.assess(mail(BOB, message.as_bytes()));
    assert!(found.headline.seal <= Seal::Broken || !shown(&found).contains("1000"), "{message}\n{:?}", found.blocks);
    assert!(
        found
            .blocks
            .iter()
            .all(|block| !(block.signed && block.text.contains("1000")) || found.headline.seal <= Seal::Broken),
        "{message}"
    );
}

/// Mallory takes boundaries of which one begins another, or that end in white space.
#[test]
fn a_delimiter_that_only_begins_like_the_boundary_divides_nothing_that_was_verified_as_whole() {
    for is_pgp in [true, false] {
        let (entity, b) = sealed(is_pgp);
        let start = format!("--{b}\r\n");
        for line in [
            format!("--{b}x"),
            format!("--{b} "),
            format!("--{b}\t\t"),
            format!("--{b} x"),
            format!("--{b}--x"),
            format!(" --{b}"),
            format!("-- {b}"),
            format!("--{b}-"),
            format!("--{b}\u{a0}"),
            format!("--{}", b.to_uppercase()),
            format!("--{b}\r"),
            format!("\r--{b}"),
        ] {
            holds(&entity.replacen(&start, &format!("{line}\r\n{EVIL}{start}"), 1));
            holds(&entity.replacen(&start, &format!("{start}{line}\r\n{EVIL}"), 1));
            holds(&entity.replacen(
                &format!("\r\n{start}Content-Type: application"),
                &format!("\r\n{line}\r\n{EVIL}\r\n{start}Content-Type: application"),
                1,
            ));
        }
    }
}

/// Mallory closes the multipart, and opens it again.
#[test]
fn what_follows_the_close_delimiter_is_not_part_of_it() {
    for is_pgp in [true, false] {
        let (entity, b) = sealed(is_pgp);
        holds(&format!("{entity}--{b}\r\n{EVIL}--{b}--\r\n"));
        holds(&entity.replacen(&format!("--{b}\r\n"), &format!("--{b}--\r\n--{b}\r\n"), 1));
        holds(&entity.replacen(&format!("--{b}\r\n"), &format!("--{b}\r\n{EVIL}--{b}--\r\n--{b}\r\n"), 1));
        holds(&entity.replace(&format!("--{b}--"), &format!("--{b}\r\n{EVIL}--{b}--")));
        holds(&entity.replace(&format!("--{b}--"), ""));
    }
}

/// Mallory nests multiparts that have the same boundary.
#[test]
fn nested_multiparts_with_one_boundary_do_not_move_words_under_the_seal() {
    for is_pgp in [true, false] {
        let (entity, b) = sealed(is_pgp);
        for kind in ["mixed", "alternative", "related", "signed; protocol=\"application/pgp-signature\""] {
            holds(&format!(
                "Content-Type: multipart/{kind}; boundary=\"{b}\"\r\n\r\n--{b}\r\n{EVIL}--{b}\r\n{entity}\r\n--{b}--\r\n"
            ));
            holds(&format!(
                "Content-Type: multipart/{kind}; boundary=\"{b}\"\r\n\r\n--{b}\r\n{entity}\r\n--{b}\r\n{EVIL}--{b}--\r\n"
            ));
            holds(&format!(
                "Content-Type: multipart/{kind}; boundary=\"{b}x\"\r\n\r\n--{b}x\r\n{entity}\r\n--{b}x\r\n{EVIL}--{b}x--\r\n"
            ));
            holds(&format!(
                "Content-Type: multipart/{kind}; boundary=\"{}\"\r\n\r\n--{}\r\n{entity}\r\n--{}--\r\n",
                &b[..4],
                &b[..4],
                &b[..4]
            ));
        }
    }
}

/// Mallory writes the parameter in every way that programs read differently.
#[test]
fn of_boundaries_written_in_odd_ways_the_one_that_is_shown_was_verified() {
    for is_pgp in [true, false] {
        let (entity, b) = sealed(is_pgp);
        let evil = format!("--x\r\n{EVIL}--x--\r\n");
        for parameter in [
            format!("boundary=x; boundary=\"{b}\""),
            format!("boundary=\"{b}\"; boundary=x"),
            format!("boundary*=utf-8''x; boundary=\"{b}\""),
            format!("boundary*0=x; boundary=\"{b}\""),
            format!("boundary=\"{b}\"; boundary*0=x"),
            format!("boundary=\"{b}\\\""),
            format!("boundary=(x){b}"),
            format!("boundary={b}(x)"),
            format!("boundary=\"{b} \""),
            format!("boundary=\" {b}\""),
            format!("boundary='{b}'"),
            format!("boundary = \"{b}\""),
            format!("x=\"; boundary=x\"; boundary=\"{b}\""),
            format!("x=\"\\\"; boundary=x\"; boundary=\"{b}\""),
            "boundary=\"\"".to_owned(),
            "x=y".to_owned(),
        ] {
            let altered = entity.replacen(&format!("boundary=\"{b}\""), &parameter, 1);
            let (head, body) = altered.split_once("\r\n\r\n").expect("a header");
            holds(&format!("{head}\r\n\r\n{evil}{body}{evil}"));
            holds(&format!("{head}\r\n\r\n{body}{evil}"));
        }
    }
}

#[test]
fn of_two_boundaries_the_one_that_is_shown_is_the_one_that_was_verified() {
    let signed = text("I owe you 10");
    let signature = signature_part("application/pgp-signature", &WORLD.pgp_signature(BOB, &signed));
    let good = multipart("signed; protocol=\"application/pgp-signature\"", &[&signed, &signature]);
    let good = String::from_utf8(good).expect("ASCII");
    let (head, body) = good.split_once("\r\n\r\n").expect("a header");
    let evil = "--x\r\nContent-Type: text/plain\r\n\r\nI owe you 1000\r\n--x--\r\n";
    for head in [format!("{head}; boundary=\"x\""), head.replace("; boundary", "; boundary=\"x\"; boundary")] {
        let found = WORLD.assess(mail(BOB, format!("{head}\r\n\r\n{evil}{body}{evil}").as_bytes()));
        if found.headline.seal == Seal::Authenticated {
            assert!(!shown(&found).contains("1000"), "{}", shown(&found));
        }
    }
}
