//! NUL, invalid UTF-8, control characters and odd line ends.

use super::world::{BOB, MALLORY, WORLD, mail, shown, text};
use kakitome::flow::Seal;

/// Mallory ends an address with a byte at which other programs stop reading.
#[test]
fn a_nul_in_an_address_or_a_name_does_not_end_it() {
    let sealed = WORLD.pgp_signed(BOB, &text("hello"));
    for from in [
        "bob@example.test\0@evil.test",
        "bob@example.test\0",
        "bob\0@example.test",
        "bob@example.test\0.evil.test",
        "<bob@example.test\0>",
        "\"Bob\0\" <mallory@evil.test>",
        "=?utf-8?q?bob=40example.test=00?= <mallory@evil.test>",
        "=?utf-8?b?Ym9iQGV4YW1wbGUudGVzdAA=?= <mallory@evil.test>",
        "bob@example.test\x08\x08\x08\x08",
        "bob@example.test\x7f",
    ] {
        let found = WORLD.assess(mail(from, &sealed));
        assert!(found.headline.seal <= Seal::Unauthenticated, "{from:?}: {:?}", found.from);
        assert!(found.from.iter().all(|one| !one.address.contains('\0') && !one.name.contains('\0')), "{from:?}");
    }
}

/// Mallory writes an address in bytes that are no text, or are a longer form of one.
#[test]
fn bytes_that_are_no_utf8_make_no_address_of_bobs() {
    let sealed = WORLD.pgp_signed(BOB, &text("hello"));
    for address in [
        b"bob\xc1\x80example.test".as_slice(),
        b"bob@ex\xc1\xa1mple.test",
        b"bob@example.test\xff",
        b"\xffbob@example.test",
        b"bob@example\xe0\x80\xaetest",
        b"bob@example.test\xed\xa0\x80",
        b"b\xf0\x80\x81\xafb@example.test",
        b"bob@example.\xefest",
    ] {
        let message = mail("?", &sealed);
        let at = message.iter().position(|byte| *byte == b'?').expect("the place");
        let raw = [&message[..at], address, &message[at + 1..]].concat();
        let found = WORLD.assess(&raw);
        assert!(found.headline.seal <= Seal::Unauthenticated, "{:?}", found.from);
        assert!(found.from.iter().all(|one| one.address != BOB), "{:?}", found.from);
    }
}

/// Mallory has a NUL in a boundary, a type, a field's name and between header and body.
#[test]
fn a_nul_anywhere_in_the_structure_brings_nothing_under_a_seal() {
    let sealed = String::from_utf8(WORLD.pgp_signed(BOB, &text("I owe you 10"))).expect("ASCII");
    let evil = "Content-Type: text/html\r\n\r\n<b>I owe you 1000</b>\r\n";
    for altered in [
        sealed.replacen("boundary=\"", "boundary=\"\0", 1),
        sealed.replacen("multipart/signed", "multipart/signed\0", 1),
        sealed.replacen("multipart/signed", "text/html\0; x=multipart/signed", 1),
        sealed.replacen("\r\n\r\n", "\r\n\0\r\n\r\n<b>I owe you 1000</b>\r\n", 1),
        sealed.replacen("\r\n\r\n", &format!("\r\n\0\r\n{evil}"), 1),
        format!("Content-Type\0: text/plain\r\n{sealed}"),
        format!("\0\r\n{sealed}"),
    ] {
        let found = WORLD.assess(mail(BOB, altered.as_bytes()));
        assert!(found.headline.seal <= Seal::Broken || !shown(&found).contains("1000"), "{altered:?}");
    }
}

/// Mallory's subject and names carry bytes that move the cursor, ring, or break the line.
#[test]
fn no_byte_of_a_header_field_is_more_than_a_letter() {
    let mut raw = b"Subject: a\x1b[2J\x00b\x07\xff\xfe\xe2\x80\xa8c\x0b\x0c\x85d\r\n".to_vec();
    raw.extend_from_slice(b"From: \"Bob\x1b]0;x\x07\xe2\x80\xa9\xff\" <mallory@evil.test>\r\nTo: \xff\xfe <alice@example.test>\r\n\r\nhello\r\n");
    let found = WORLD.assess(&raw);
    let fields = [&found.subject, &found.from[0].name, &found.to[0].name, &found.to[0].address];
    assert!(
        fields.iter().all(|field| !field.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))),
        "{fields:?}"
    );
}

#[test]
fn line_ends_of_another_kind_do_not_bring_other_words_under_a_seal() {
    let sealed = String::from_utf8(WORLD.pgp_signed(BOB, &text("I owe you 10"))).expect("ASCII");
    let from = format!("From: {BOB}");
    for head in [
        format!("X: y\rFrom: {MALLORY}\r\n{from}\r\n"),
        format!("{from}\rFrom: {MALLORY}\r\n"),
        format!("{from}\nFrom: {MALLORY}\n"),
        format!("{from}\n\rFrom: {MALLORY}\r\n"),
        format!("{from}\r\n\u{0}\r\nFrom: {MALLORY}\r\n"),
        format!("{from}\r\n \r\n\t{MALLORY}\r\n"),
    ] {
        let found = WORLD.assess(format!("{head}{sealed}"));
        let authors: Vec<_> = found.from.iter().map(|one| one.address.as_str()).collect();
        assert!(found.headline.seal != Seal::Authenticated || authors == [BOB], "{head:?}: {authors:?}");
        assert!(!shown(&found).contains("1000"));
    }
    for (from, to) in [("\r\n", "\n"), ("\r\n", "\r")] {
        let found = WORLD.assess(mail(BOB, sealed.replace(from, to).as_bytes()));
        assert!(found.headline.seal != Seal::Authenticated || shown(&found).trim().ends_with("I owe you 10"));
    }
}
