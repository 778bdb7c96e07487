use super::{codes, crlf, read, slice};
use crate::message::{DefectCode, Encoding};

const SIGNED: &str = "From: alice@example.org
Content-Type: multipart/signed; boundary=outer; micalg=sha-256;
 protocol=\"application/pkcs7-signature\"

This preamble belongs to nobody.
--outer
Content-Type: multipart/mixed; boundary=\"inner\"

inner preamble
--inner
Content-Type: text/plain

first

--inner  \t
Content-Disposition: attachment; filename=a.txt

second
--inner--
inner epilogue

--outer
Content-Type: application/pkcs7-signature; name=smime.p7s
Content-Transfer-Encoding: base64

AAAA
--outer--
This epilogue too.
";

#[test]
fn the_signed_part_is_exactly_what_lies_between_the_delimiters() {
    for (bytes, end) in [(crlf(SIGNED), "\r\n"), (SIGNED.as_bytes().to_vec(), "\n")] {
        let message = read(&bytes);
        let [content, signature] = message.root.children.as_slice() else { panic!("two parts") };
        let expected = SIGNED.split("--outer\n").nth(1).unwrap().strip_suffix('\n').unwrap().replace('\n', end);
        assert_eq!(slice(&message, &content.whole), expected);
        assert!(slice(&message, &content.whole).ends_with(&format!("inner epilogue{end}")));
        assert_eq!(slice(&message, &signature.body), "AAAA");
        assert_eq!(signature.decoded(&message.raw), [0, 0, 0]);
        assert_eq!(message.root.whole, 0..bytes.len());
        assert_eq!(codes(&message), []);
    }
}

#[test]
fn parts_have_the_paths_and_the_ranges_that_imap_gives_them() {
    let message = read(&crlf(SIGNED));
    let paths: Vec<_> = message.walk().map(|part| part.path.as_str()).collect();
    assert_eq!(paths, ["", "1", "1.1", "1.2", "2"]);
    let [first, second] = message.root.children[0].children.as_slice() else { panic!("two parts") };
    assert_eq!(slice(&message, &first.header), "Content-Type: text/plain\r\n\r\n");
    assert_eq!(slice(&message, &first.body), "first\r\n");
    assert_eq!(slice(&message, &second.body), "second");
    assert_eq!(first.header.end, first.body.start);
    assert_eq!(second.filename.as_deref(), Some("a.txt"));
    assert!(second.is_attachment);
}

#[test]
fn a_leaf_message_is_part_one() {
    let message = read(b"From: alice@example.org\r\n\r\nhello\r\n");
    assert_eq!(message.root.path, "1");
    assert_eq!(slice(&message, &message.root.body), "hello\r\n");
    assert_eq!(message.root.text(&message.raw), "hello\n");
}

#[test]
fn a_missing_end_boundary_is_named_and_nothing_is_lost() {
    let message =
        read(b"Content-Type: multipart/mixed; boundary=b\r\nFrom: a@example.org\r\n\r\n--b\r\n\r\nlast words\r\n");
    assert_eq!(slice(&message, &message.root.children[0].body), "last words\r\n");
    assert_eq!(codes(&message), [DefectCode::MissingEndBoundary]);
}

#[test]
fn an_inner_multipart_without_end_ends_at_the_outer_delimiter() {
    let message = read(&crlf(
        "From: a@example.org\nContent-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--o\n\ny\n--o--\n",
    ));
    let paths: Vec<_> = message.walk().map(|part| part.path.as_str()).collect();
    assert_eq!(paths, ["", "1", "1.1", "2"]);
    assert_eq!(slice(&message, &message.root.children[0].children[0].body), "x");
    assert_eq!(message.defects[0].part, "1");
    assert_eq!(codes(&message), [DefectCode::MissingEndBoundary]);
}

#[test]
fn a_part_without_body_gives_its_empty_line_to_the_delimiter() {
    let message = read(&crlf(
        "From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\nX-A: 1\n\n--b\nX-B: 2\n\n\n--b\n--b--\n",
    ));
    let [first, second, third] = message.root.children.as_slice() else { panic!("three parts") };
    assert_eq!(slice(&message, &first.whole), "X-A: 1\r\n");
    assert_eq!(slice(&message, &first.body), "");
    assert_eq!(slice(&message, &second.whole), "X-B: 2\r\n\r\n");
    assert_eq!(slice(&message, &second.body), "");
    assert!(third.whole.is_empty());
}

#[test]
fn a_boundary_that_only_begins_like_another_delimits_nothing() {
    let message = read(&crlf(
        "From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n--bb\n --b\ntext--b\n--b--more\n--b--\n--b\nno part\n",
    ));
    assert_eq!(message.root.children.len(), 1);
    assert_eq!(slice(&message, &message.root.children[0].body), "--bb\r\n --b\r\ntext--b\r\n--b--more");
}

#[test]
fn a_multipart_whose_boundary_never_occurs_is_shown_as_text() {
    let message = read(b"From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nstill readable\r\n");
    assert!(message.root.content_type.is("text", "plain"));
    assert_eq!(message.root.path, "1");
    assert_eq!(message.root.text(&message.raw), "still readable\n");
    assert_eq!(codes(&message), [DefectCode::MissingBoundary]);
}

#[test]
fn a_message_within_counts_in_its_own_bytes() {
    for (encoding, body) in [("7bit", "Subject: in\n\ninner\n"), ("base64", "U3ViamVjdDogaW4KCmlubmVyCg==\n")] {
        let message = read(&crlf(&format!(
            "From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}\n\n{body}\n--b--\n"
        )));
        let nested = message.root.children[0].nested.as_ref().unwrap();
        assert_eq!(nested.subject, "in");
        assert_eq!(nested.root.path, "1");
        assert_eq!(nested.root.text(&nested.raw).trim_end(), "inner");
        assert_eq!(nested.root.body.end, nested.raw.len());
    }
}

#[test]
fn members_of_a_digest_are_messages_by_default() {
    let message = read(&crlf(
        "From: a@example.org\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\n1\n--b--\n",
    ));
    let part = &message.root.children[0];
    assert!(part.content_type.is("message", "rfc822"));
    assert_eq!(part.nested.as_ref().unwrap().subject, "one");
}

#[test]
fn a_header_without_its_empty_line_does_not_swallow_the_text() {
    let message =
        read(b"Subject: x\r\nFrom: a@example.org\r\nThis is already the text.\r\nAnd this: too.\r\nIndeed.\r\n");
    assert_eq!(message.subject, "x");
    assert!(codes(&message).contains(&DefectCode::MalformedHeader));
    let message = read(b"From: a@example.org\r\nthis is no field\r\nSubject: still a header\r\n\r\ntext\r\n");
    assert_eq!((message.subject.as_str(), message.root.text(&message.raw).as_str()), ("still a header", "text\n"));
}

#[test]
fn lines_may_end_in_carriage_returns_alone() {
    let message =
        read(b"From: a@example.org\rContent-Type: multipart/mixed; boundary=b\r\r--b\r\rone\r--b\r\rtwo\r--b--\r");
    let texts: Vec<_> = message.root.children.iter().map(|part| part.text(&message.raw)).collect();
    assert_eq!(texts, ["one", "two"]);
}

#[test]
fn mixed_line_ends_are_named() {
    assert_eq!(codes(&read(b"From: a@example.org\r\nSubject: x\n\r\ntext\n")), [DefectCode::BareLineFeed]);
    assert_eq!(codes(&read(b"From: a@example.org\nSubject: x\n\ntext\n")), []);
}

#[test]
fn transfer_encodings_are_undone_leniently_and_their_faults_named() {
    let with = |encoding: &str, body: &str| {
        read(format!("From: a@example.org\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}").as_bytes())
    };
    let cases = [
        ("base64", "aGVsbG8=", "hello", true),
        ("BASE64 (yes)", "aGVs\r\nbG8", "hello", true),
        ("base64", "aGVs*bG8=\r\n____\r\nA list footer", "hello", false),
        ("base64", "aGVsbG8=aGVsbG8=", "hellohello", true),
        ("quoted-printable", "a=3Db =\r\nc  \r\nd=C3=A9", "a=b c\nd\u{e9}", true),
        ("quoted-printable", "100=% =zz =", "100=% =zz ", false),
        ("x-uuencode", "begin 644 a.txt\r\n%:&5L;&\\\r\n`\r\nend\r\n", "hello", true),
        ("x-unheard-of", "as it is", "as it is", false),
    ];
    for (encoding, body, expected, is_sound) in cases {
        let message = with(encoding, body);
        assert_eq!(message.root.text(&message.raw), expected, "{encoding} {body}");
        assert_eq!(!codes(&message).contains(&DefectCode::BadTransferEncoding), is_sound, "{encoding} {body}");
        assert!(message.root.decoded(&message.raw).len() <= message.root.body.len());
    }
    assert_eq!(with("8bit", "x").root.transfer_encoding, Encoding::Identity);
}

#[test]
fn header_fields_come_back_in_order_and_as_they_were_written() {
    let message = read(b"Received: one\r\n two\r\nFrom : a@example.org\r\nreceived:three\r\n\r\n");
    let fields = message.root.raw_header_fields(&message.raw);
    let expected: [(&str, &[u8]); 3] =
        [("Received", b" one\r\n two"), ("From", b" a@example.org"), ("received", b"three")];
    assert_eq!(fields, expected);
    assert_eq!(message.header_values("RECEIVED"), ["one two", "three"]);
}
