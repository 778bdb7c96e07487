//! Charsets that turn harmless bytes into others.

use super::world::{BOB, MALLORY, WORLD, body_of, cautioned, mail, text};
use kakitome::flow::{CautionCode, Seal};

/// Mallory writes a script in an encoding in which a filter does not see it.
#[test]
fn no_charset_makes_elements_that_the_filter_did_not_see() {
    let utf7 = "+ADw-script+AD4-alert(1)+ADw-/script+AD4- +ADw-img src+AD0-http://evil.test/+AD4-";
    let hz = "~{!!~}<~\n/script>";
    for (charset, body) in [
        ("utf-7", utf7.as_bytes().to_vec()),
        ("unicode-1-1-utf-7", utf7.as_bytes().to_vec()),
        ("x-utf-7", utf7.as_bytes().to_vec()),
        ("hz-gb-2312", hz.as_bytes().to_vec()),
        ("iso-2022-kr", b"\x1b$)C\x0e<script>\x0fx".to_vec()),
        ("iso-2022-cn-ext", b"\x1b$)A\x0e<script>\x0fx".to_vec()),
        ("utf-8", b"\xc0\xbcscript\xc0\xbe \xe0\x80\xbcscript>".to_vec()),
        ("utf-16le", "<script>alert(1)</script>".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("utf-32", "<script>".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()),
        ("x-user-defined", b"\xbcscript\xbe".to_vec()),
        ("us-ascii", b"\xbcscript\xbealert(1)".to_vec()),
    ] {
        let entity = [format!("Content-Type: text/html; charset={charset}\r\n\r\n").as_bytes(), &body].concat();
        let found = WORLD.assess(mail(MALLORY, &entity));
        for block in &found.blocks {
            let drawn = kakitome::message::sanitize_html(block.html.as_deref().unwrap_or_default());
            assert!(!drawn.to_lowercase().contains("<script"), "{charset}: {drawn}");
        }
    }
}

/// Mallory uses an escape sequence to swallow the quote that ends an attribute.
#[test]
fn an_escape_sequence_swallows_no_markup() {
    for body in [
        b"<img alt=\"\x1b$B\" src=\"http://evil.test/\"><p>\x1b(Btext</p>".as_slice(),
        b"<a title=\"\x1b$@\">x</a><a title=\" onmouseover=alert(1) \">y</a>",
        b"<p title='\x1b(J\\'>x</p><script>y</script>",
        b"\x1b$B<script>\x1b(B",
        b"\x1b(I<script>\x1b(B",
    ] {
        let entity = [b"Content-Type: text/html; charset=iso-2022-jp\r\n\r\n".as_slice(), body].concat();
        let found = WORLD.assess(mail(MALLORY, &entity));
        for block in &found.blocks {
            let drawn = kakitome::message::sanitize_html(block.html.as_deref().unwrap_or_default());
            assert!(!drawn.contains("<script") && !drawn.contains("onmouseover=\""), "{drawn}");
        }
    }
}

/// Mallory writes bob's address in a word whose charset reads other letters out of it.
#[test]
fn an_encoded_word_makes_no_address() {
    let sealed = WORLD.pgp_signed(BOB, &text("hello"));
    for word in [
        "=?utf-7?q?bob+AEA-example.test?=",
        "=?utf-16be?b?AGIAbwBiAEAAZQB4AGEAbQBwAGwAZQAuAHQAZQBzAHQ=?=",
        "=?iso-2022-jp?b?GyhCYm9iQGV4YW1wbGUudGVzdA==?=",
        "=?us-ascii?q?bob=40example=2Etest?=",
        "=?utf-8?q?bob?= =?utf-8?q?=40example.test?=",
        "=?ebcdic-us?q?bob=7Cexample.test?=",
    ] {
        for from in [word.to_owned(), format!("<{word}>"), format!("{word} <mallory@evil.test>"), format!("bob@{word}")]
        {
            let found = WORLD.assess(mail(&from, &sealed));
            assert!(found.headline.seal <= Seal::Unauthenticated, "{from}: {:?}", found.from);
            let told = cautioned(&found, CautionCode::NameHoldsAddress) || cautioned(&found, CautionCode::NoFrom);
            assert!(told || found.from.iter().all(|one| !one.name.contains(BOB)), "{from}: {:?}", found.from);
        }
    }
}

/// Mallory changes the charset of a sealed part, so that the same bytes say something else.
#[test]
fn another_charset_breaks_the_seal() {
    for sealed in
        [WORLD.pgp_signed(BOB, &text("I owe you +AAE-10")), WORLD.smime_signed(BOB, &text("I owe you +AAE-10"))]
    {
        let sealed = String::from_utf8(sealed).expect("ASCII");
        for charset in ["utf-7", "utf-16", "iso-2022-jp", "UTF-8", "x-unknown"] {
            let altered = sealed.replace("charset=\"utf-8\"", &format!("charset=\"{charset}\""));
            assert_eq!(WORLD.assess(mail(BOB, altered.as_bytes())).headline.seal, Seal::Broken, "{charset}");
        }
    }
}

#[test]
fn a_charset_does_not_make_other_words_of_a_cleartext_message() {
    let clear = include_str!("../corpus/mail/pgp-clearsigned.eml").replace("\r\n", "\n");
    let at = clear.find("-----BEGIN PGP SIGNED").expect("a signed text");
    for charset in ["utf-16le", "utf-7", "iso-2022-jp", "ebcdic-cp-us", "x-user-defined", "hz-gb-2312"] {
        let body = body_of(&format!("text/plain; charset={charset}"), &clear[at..]);
        let found = WORLD.assess(mail(BOB, body.as_bytes()));
        if found.headline.seal > Seal::Broken {
            assert!(clear.contains(found.text.trim().lines().next().expect("words")), "{charset}: {}", found.text);
        }
    }
}
