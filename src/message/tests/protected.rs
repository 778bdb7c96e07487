use super::{crlf, read};
use crate::domain::{Draft, Mailbox};
use crate::message::{
    HeaderProtectionMode, HeaderSet, OBSCURED_SUBJECT, ProtectionScheme, legacy_display_parts, message, payload,
    protected_headers, without_legacy_display,
};

fn headers() -> HeaderSet {
    HeaderSet {
        from: vec![Mailbox::new("Alice", "alice@example.org")],
        to: vec![Mailbox::new("Bob", "bob@example.org")],
        subject: "Dinner plans".to_owned(),
        date: "2026-11-24T12:00:00Z".parse().unwrap(),
        message_id: "1@example.org".to_owned(),
        ..HeaderSet::default()
    }
}

fn draft() -> Draft {
    Draft { text: "At eight.\n".to_owned(), ..Draft::default() }
}

#[test]
fn a_message_without_protection_shows_its_outer_fields() {
    let outer = read(&crlf("From: alice@example.org\nSubject: open\n\nx\n"));
    let found = protected_headers(&outer, &outer.raw, &outer.root, true);
    assert_eq!((found.scheme, found.subject.as_str()), (ProtectionScheme::None, "open"));
    assert_eq!(found.from, outer.from);
    assert!(found.confidential.is_empty() && found.mismatches.is_empty());
}

#[test]
fn the_subject_of_an_encrypted_message_is_confidential() {
    let inner = read(&payload(&draft(), &headers(), Some(HeaderProtectionMode::Cipher)));
    let outer = read(&message(&headers(), Some(OBSCURED_SUBJECT), b"Content-Type: text/plain\r\n\r\n"));
    assert_eq!(outer.subject, "[...]");
    let found = protected_headers(&outer, &inner.raw, &inner.root, true);
    assert_eq!(found.scheme, ProtectionScheme::Rfc9788);
    assert_eq!(found.subject, "Dinner plans");
    assert_eq!(found.confidential, ["subject"]);
    assert!(found.mismatches.is_empty());
    let bare = protected_headers(&outer, &inner.raw, &inner.root, false);
    assert!(bare.confidential.is_empty());
}

#[test]
fn an_outer_field_that_was_changed_on_the_way_is_a_mismatch() {
    let inner = read(&payload(&draft(), &headers(), Some(HeaderProtectionMode::Cipher)));
    let changed = HeaderSet {
        from: vec![Mailbox::new("Alice", "mallory@evil.example")],
        cc: vec![Mailbox::new("", "carol@example.org")],
        ..headers()
    };
    let outer = read(&message(&changed, Some("urgent"), b"\r\n"));
    let found = protected_headers(&outer, &inner.raw, &inner.root, true);
    assert_eq!(found.mismatches, ["from", "cc", "subject"]);
    assert_eq!(found.from, headers().from);
    assert!(found.cc.is_empty());
    let inner = read(&payload(&draft(), &headers(), Some(HeaderProtectionMode::Clear)));
    let outer = read(&message(&HeaderSet { subject: "[list] Dinner plans".to_owned(), ..headers() }, None, b"\r\n"));
    let found = protected_headers(&outer, &inner.raw, &inner.root, false);
    assert_eq!((found.mismatches, found.confidential), (vec!["subject".to_owned()], vec![]));
}

#[test]
fn the_older_scheme_is_read_too() {
    let outer = read(&crlf("From: alice@example.org\nTo: bob@example.org\nSubject: ...\n\n"));
    let inner = read(&crlf(
        "Content-Type: multipart/mixed; boundary=b; protected-headers=\"v1\"\nFrom: alice@example.org\nSubject: the contract\n\n\
         --b\nContent-Type: text/plain; protected-headers=v1\nContent-Disposition: inline\n\nSubject: the contract\n\n\
         --b\nContent-Type: text/plain\n\nSigned.\n--b--\n",
    ));
    let found = protected_headers(&outer, &inner.raw, &inner.root, true);
    assert_eq!((found.scheme, found.subject.as_str()), (ProtectionScheme::Legacy, "the contract"));
    assert_eq!(found.confidential, ["subject"]);
    assert_eq!(found.to, outer.to);
    assert!(found.mismatches.is_empty());
    assert_eq!(legacy_display_parts(&inner.root), ["1"]);
    let signed_only = protected_headers(&outer, &inner.raw, &inner.root, false);
    assert_eq!((signed_only.confidential, signed_only.mismatches), (vec![], vec!["subject".to_owned()]));
}

#[test]
fn a_wrapped_message_is_told_from_a_forwarded_one() {
    let outer = read(&crlf(
        "From: alice@example.org\nSubject: ...\nDate: Sun, 01 Nov 2026 01:00:00 +0100\nMessage-ID: <1@example.org>\n\n",
    ));
    let wrap = |parameter: &str, from: &str, more: &str| {
        read(&crlf(&format!("Content-Type: message/rfc822{parameter}\n\nFrom: {from}\nSubject: inside\n{more}\nx\n")))
    };
    let same_date = "Date: Sun, 01 Nov 2026 00:00:00 +0000\nMessage-ID: <2@example.org>\n";
    let same_id = "Date: Sat, 31 Oct 2026 00:00:00 +0000\nMessage-ID: <1@example.org>\n";
    let other = "Date: Sat, 31 Oct 2026 00:00:00 +0000\nMessage-ID: <2@example.org>\n";
    let scheme =
        |inner: &crate::message::ParsedMessage| protected_headers(&outer, &inner.raw, &inner.root, true).scheme;
    assert_eq!(scheme(&wrap("; forwarded=no", "Alice <alice@example.org>", other)), ProtectionScheme::Legacy);
    // However much the outer header, which nobody signed, agrees with it.
    for more in [same_date, same_id, other, ""] {
        for parameter in ["", "; forwarded=yes", "; forwarded", "; forwarded=maybe"] {
            let inner = wrap(parameter, "alice@example.org", more);
            assert_eq!(scheme(&inner), ProtectionScheme::None, "{parameter} {more}");
        }
    }
    let inner = wrap("; forwarded=no", "alice@example.org", same_id);
    let found = protected_headers(&outer, &inner.raw, &inner.root, true);
    assert!(found.is_wrapped);
    assert_eq!(found.subject, "inside");
}

#[test]
fn legacy_display_lines_are_taken_out_of_marked_texts_alone() {
    let marked = read(&crlf(
        "Content-Type: text/plain; hp-legacy-display=\"1\"; hp=\"cipher\"\n\nSubject: Dinner\nCc: c\n\nAt eight.\n\nAlice\n",
    ));
    let text = marked.root.text(&marked.raw);
    assert_eq!(without_legacy_display(&marked.root, &text), "At eight.\n\nAlice\n");
    assert_eq!(without_legacy_display(&marked.root, "At eight.\nAlice\n"), "At eight.\nAlice\n");
    let plain = read(&crlf("Content-Type: text/plain; hp=\"cipher\"\n\nSubject: Dinner\n\nAt eight.\n"));
    assert_eq!(without_legacy_display(&plain.root, "a\n\nb\n"), "a\n\nb\n");
    let html = read(&crlf("Content-Type: text/html; hp-legacy-display=1\n\n"));
    let text =
        "<body><div class=\"header-protection-legacy-display\"><div>x</div><pre>Subject: y</pre></div><p>z</p></body>";
    assert_eq!(without_legacy_display(&html.root, text), "<body><p>z</p></body>");
    assert_eq!(
        without_legacy_display(&html.root, "<p>header-protection-legacy-display</p>"),
        "<p>header-protection-legacy-display</p>"
    );
    let said = "<div>of the class header-protection-legacy-display</div><p>z</p>";
    assert_eq!(without_legacy_display(&html.root, said), said);
}

#[test]
fn fields_that_are_only_outside_are_not_shown_and_what_nobody_is_shown_is_kept_for_answers() {
    let outer = read(&crlf(
        "From: alice@example.org\nTo: bob@example.org\nCc: carol@example.org\nReply-To: mallory@example.org\n\
         Subject: [...]\nMessage-ID: <1@example.org>\nReferences: <0@example.org>\n\n",
    ));
    let inner = read(&crlf(
        "From: alice@example.org\nTo: bob@example.org\nSubject: Dinner\nHP-Outer: From: alice@example.org\n\
         HP-Outer: To: bob@example.org\nHP-Outer: Subject: [...]\nContent-Type: text/plain; hp=cipher\n\nx\n",
    ));
    let found = protected_headers(&outer, &inner.raw, &inner.root, true);
    assert!(found.cc.is_empty() && found.reply_to.is_empty());
    assert_eq!(
        (found.message_id.as_deref(), found.references),
        (Some("1@example.org"), vec!["0@example.org".to_owned()])
    );
    assert_eq!(found.mismatches, ["reply-to", "cc", "message-id", "references"]);
    assert_eq!(found.confidential, ["subject"]);
}

#[test]
fn what_an_encrypted_message_with_clear_fields_says_is_not_confidential() {
    let outer = read(&crlf("From: alice@example.org\nSubject: Dinner\n\n"));
    let text =
        "From: alice@example.org\nSubject: Dinner\nHP-Outer: Subject: [...]\nContent-Type: text/plain; hp=clear\n\nx\n";
    let inner = read(&crlf(text));
    let found = protected_headers(&outer, &inner.raw, &inner.root, true);
    assert!(found.confidential.is_empty() && found.mismatches.is_empty(), "{found:?}");
}
