use std::sync::Arc;

use super::read;
use crate::domain::{Attachment, Draft, Mailbox};
use crate::message::{
    HeaderProtectionMode, HeaderSet, message, multipart_encrypted, multipart_signed_pgp, payload, pkcs7_mime,
    reply_quote,
};

fn headers() -> HeaderSet {
    HeaderSet {
        from: vec![Mailbox::new("アリス・ワンダーランド", "alice@example.org")],
        to: vec![Mailbox::new("Bob, the \"builder\"", "bob@example.org"), Mailbox::new("", "carol@example.org")],
        cc: vec![Mailbox::new("Carol Danvers", "carol@example.com")],
        reply_to: vec![Mailbox::new("", "list@example.org")],
        subject: "来週の会議について、場所と時間の変更のお知らせ①②③（長い件名は折り返されます）".to_owned(),
        date: "2026-11-24T12:00:00Z".parse().unwrap(),
        message_id: "1@example.org".to_owned(),
        in_reply_to: Some("0@example.org".to_owned()),
        references: (0..20).map(|n| format!("reference-{n}@example.org")).collect(),
        hidden: crate::domain::Confidential::default(),
        user_agent: Some("Kakitome".to_owned()),
        extra: vec![("Autocrypt".to_owned(), "addr=alice@example.org; keydata=AAAA".to_owned())],
    }
}

fn draft(text: &str) -> Draft {
    Draft { text: text.to_owned(), ..Draft::default() }
}

fn is_canonical(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.is_ascii() && text.ends_with("\r\n"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert_eq!(text.matches('\r').count(), text.matches("\r\n").count());
    for line in text.split("\r\n") {
        assert!(line.len() <= 76, "{line}");
        assert!(!line.ends_with([' ', '\t']), "{line:?}");
        assert!(!line.starts_with("From "), "{line}");
    }
}

#[test]
fn what_is_written_is_read_back() {
    let entity = payload(&draft("こんにちは\n"), &headers(), None);
    let bytes = message(&headers(), None, &entity);
    is_canonical(&bytes);
    let read = read(&bytes);
    let written = headers();
    assert_eq!(read.defects, []);
    assert_eq!(read.from, written.from);
    assert_eq!(read.to, written.to);
    assert_eq!(read.cc, written.cc);
    assert_eq!(read.reply_to, written.reply_to);
    assert_eq!(read.subject, written.subject);
    assert_eq!(read.date, Some(written.date));
    assert_eq!(read.message_id, Some(written.message_id));
    assert_eq!(read.references, written.references);
    assert_eq!(read.header_values("In-Reply-To"), ["<0@example.org>"]);
    assert_eq!(read.root.text(&read.raw), "こんにちは\n");
    assert_eq!(read.header_values("Autocrypt"), ["addr=alice@example.org; keydata=AAAA"]);
}

#[test]
fn texts_survive_whatever_is_in_them() {
    let texts = [
        "plain\n",
        "",
        "no end",
        "\n\n\nlines\n",
        "trailing \t\nspace \n",
        "From here\n.\n..\n>From\n",
        "--\nsignature\n-- \n",
        "=3D =\n",
        "tab\there\n",
        "長い行".repeat(100).as_str(),
        "a".repeat(1_000).as_str(),
        "é\n".repeat(200).as_str(),
        &format!("{}From x\n", "y".repeat(75)),
        &format!("{}.\n", "y".repeat(75)),
        "\u{1f600}\u{200d}\u{1f4a9}\n",
    ]
    .map(str::to_owned);
    for text in texts {
        let entity = payload(&draft(&text), &headers(), None);
        is_canonical(&entity);
        let read = read(&entity);
        let expected = if text.ends_with('\n') { text } else { format!("{text}\n") };
        assert_eq!(read.root.text(&read.raw), expected);
    }
}

#[test]
fn a_draft_with_everything_becomes_the_right_tree() {
    let bytes: Arc<[u8]> = (0..=255).cycle().take(1_000).collect();
    let attach = |name: &str, media_type: &str| Attachment {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        bytes: bytes.clone(),
    };
    let long = format!("{}.pdf", "見積書".repeat(30));
    let names = ["plain.txt", "with space \"q\".txt", "請求書①.pdf", long.as_str(), "a=?utf-8?Q?b?=.txt"];
    let draft = Draft {
        html: Some("<p>こんにちは</p>".to_owned()),
        attachments: names
            .iter()
            .map(|name| attach(name, "application/pdf"))
            .chain([attach("../../etc/passwd", "multipart/evil\r\nX: y")])
            .collect(),
        ..draft("こんにちは")
    };
    for protect in [None, Some(HeaderProtectionMode::Clear), Some(HeaderProtectionMode::Cipher)] {
        let entity = payload(&draft, &headers(), protect);
        is_canonical(&entity);
        let read = read(&entity);
        let types: Vec<_> = read.walk().map(|part| part.content_type.to_string()).collect();
        assert_eq!(types[..4], ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]);
        assert_eq!(types.last().unwrap(), "application/octet-stream");
        let files: Vec<_> = read.walk().filter_map(|part| part.filename.as_deref()).collect();
        assert_eq!(files[..5], names);
        assert_eq!(files[5], "passwd");
        let last = read.root.children.last().unwrap();
        assert_eq!(last.decoded(&read.raw), &*bytes);
        assert!(read.root.header_values(&read.raw, "X").is_empty());
        let hp = protect.map(|mode| if mode == HeaderProtectionMode::Clear { "clear" } else { "cipher" });
        assert_eq!(read.root.content_type.parameter("hp"), hp);
        let outer = read.root.header_values(&read.raw, "HP-Outer");
        assert_eq!(outer.contains(&"Subject: [...]".to_owned()), hp == Some("cipher"));
        assert_eq!(outer.contains(&"Message-ID: <1@example.org>".to_owned()), hp == Some("cipher"));
    }
}

#[test]
fn nobody_can_smuggle_a_field_in() {
    let evil = "x\r\nBcc: mallory@evil.example\r\n\r\nbody";
    let set = HeaderSet {
        from: vec![Mailbox::new(evil, format!("alice@example.org{evil}"))],
        subject: evil.to_owned(),
        message_id: evil.to_owned(),
        references: vec![evil.to_owned()],
        user_agent: Some(evil.to_owned()),
        extra: vec![
            ("X-A".to_owned(), evil.to_owned()),
            (evil.to_owned(), "y".to_owned()),
            ("Bcc".to_owned(), "z@example.org".to_owned()),
        ],
        ..headers()
    };
    let read = read(&message(&set, None, b"Content-Type: text/plain\r\n\r\ntext\r\n"));
    assert!(read.header_values("Bcc").is_empty());
    assert_eq!(read.root.text(&read.raw), "text\n");
}

#[test]
fn a_signed_entity_is_found_again_byte_for_byte() {
    let entity = payload(&draft("text \nFrom me\n"), &headers(), Some(HeaderProtectionMode::Clear));
    let signed = multipart_signed_pgp(
        &entity,
        b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n",
        "pgp-sha512",
    );
    let read = read(&message(&headers(), None, &signed));
    assert!(read.root.content_type.is("multipart", "signed"));
    assert_eq!(read.root.content_type.parameter("micalg"), Some("pgp-sha512"));
    assert_eq!(read.raw[read.root.children[0].whole.clone()], entity);
    assert!(read.root.children[1].content_type.is("application", "pgp-signature"));
    assert_eq!(
        signed,
        multipart_signed_pgp(
            &entity,
            b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n",
            "pgp-sha512"
        )
    );
}

#[test]
fn encrypted_objects_are_wrapped_as_their_standards_say() {
    let pgp = read(&multipart_encrypted(b"-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----\n"));
    assert_eq!(pgp.root.content_type.parameter("protocol"), Some("application/pgp-encrypted"));
    assert_eq!(pgp.root.children[0].text(&pgp.raw), "Version: 1\n");
    assert!(pgp.root.children[1].text(&pgp.raw).starts_with("-----BEGIN PGP MESSAGE-----\n\nAAAA"));
    let der: Vec<u8> = (0..200).collect();
    let smime = read(&pkcs7_mime(&der, "enveloped-data", "smime.p7m"));
    assert!(smime.root.content_type.is("application", "pkcs7-mime"));
    assert_eq!(smime.root.content_type.parameter("smime-type"), Some("enveloped-data"));
    assert_eq!(smime.root.decoded(&smime.raw), der);
}

#[test]
fn a_boundary_never_occurs_in_what_it_bounds() {
    let inner = payload(&Draft { html: Some("<p>x</p>".to_owned()), ..draft("x") }, &headers(), None);
    let text = String::from_utf8(inner).unwrap();
    let again = payload(&Draft { html: Some("<p>y</p>".to_owned()), ..draft(&text) }, &headers(), None);
    let read = read(&again);
    assert_eq!(read.root.children.len(), 2);
    assert_eq!(read.root.children[0].text(&read.raw), text.replace("\r\n", "\n"));
}

#[test]
fn an_answer_quotes_every_line() {
    assert_eq!(reply_quote("a \n\n> b\nc"), "> a\n>\n>> b\n> c\n");
    assert_eq!(reply_quote(""), "");
}
