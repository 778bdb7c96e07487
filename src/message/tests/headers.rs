use super::{codes, read};
use crate::domain::Mailbox;
use crate::message::DefectCode;

fn from(value: &str) -> Vec<(String, String)> {
    let message = read(format!("From: {value}\r\n\r\n").as_bytes());
    message.from.into_iter().map(|mailbox| (mailbox.name, mailbox.address)).collect()
}

fn subject(value: &[u8]) -> String {
    read(&[b"From: a@example.org\r\nSubject: ", value, b"\r\n\r\n"].concat()).subject
}

#[test]
fn every_form_of_an_author_is_read() {
    let alice = || vec![("Alice".to_owned(), "alice@example.org".to_owned())];
    for written in [
        "Alice <alice@example.org>",
        "\"Alice\" <alice@example.org>",
        "alice@example.org (Alice)",
        "=?utf-8?Q?Alice?= <alice@example.org>",
        "\"=?utf-8?B?QWxpY2U=?=\" < alice@example.org >",
        "Alice <@relay.example,@other.example:alice@example.org>",
        "Alice alice@example.org",
        "Friends: Alice <alice@example.org>;",
        "\r\n Alice\r\n <alice (at home) @ example.org>",
    ] {
        assert_eq!(from(written), alice(), "{written}");
    }
}

#[test]
fn no_author_can_hide_behind_another() {
    let addresses = |written: &str| from(written).into_iter().map(|(_, address)| address).collect::<Vec<_>>();
    assert_eq!(addresses("<alice@example.org> <mallory@evil.example>"), ["alice@example.org", "mallory@evil.example"]);
    assert_eq!(addresses("<alice@example.org>mallory@evil.example"), ["alice@example.org", "mallory@evil.example"]);
    assert_eq!(
        addresses("alice@example.org, , Mallory <mallory@evil.example>,"),
        ["alice@example.org", "mallory@evil.example"]
    );
    assert_eq!(addresses("\"alice@example.org\" <mallory@evil.example>"), ["mallory@evil.example"]);
    assert_eq!(
        addresses("a: alice@example.org; b: mallory@evil.example;"),
        ["alice@example.org", "mallory@evil.example"]
    );
    assert_eq!(
        from("alice@example.org <mallory@evil.example>"),
        [("alice@example.org".to_owned(), "mallory@evil.example".to_owned())]
    );
    let two = read(b"From: alice@example.org\r\nFrom: mallory@evil.example\r\n\r\n");
    assert_eq!(two.from, [Mailbox::new("", "alice@example.org"), Mailbox::new("", "mallory@evil.example")]);
    assert!(codes(&two).contains(&DefectCode::DuplicateHeader));
}

#[test]
fn a_control_character_never_joins_an_address_into_another() {
    assert_eq!(from("<alice@example.org\0.evil.example>")[0].1, "alice@example.org\u{fffd}.evil.example");
    assert!(codes(&read(b"From: alice@example.org\0\r\n\r\n")).contains(&DefectCode::NulByte));
}

#[test]
fn a_quoted_local_part_stays_quoted() {
    assert_eq!(from("\"alice smith\"@example.org")[0].1, "\"alice smith\"@example.org");
    assert_eq!(from("A <\"alice, smith\"@example.org>")[0].1, "\"alice, smith\"@example.org");
    assert_eq!(from("\"A \\\"B\\\" C\" <a@example.org>")[0].0, "A \"B\" C");
}

#[test]
fn a_comma_decoded_from_a_word_separates_nothing() {
    assert_eq!(
        from("=?utf-8?Q?Smith,_Alice?= <alice@example.org>"),
        [("Smith, Alice".to_owned(), "alice@example.org".to_owned())]
    );
    assert_eq!(from("=?utf-8?Q?alice=40example.org=2C?= <mallory@evil.example>").len(), 1);
}

#[test]
fn an_author_without_address_is_a_defect() {
    for written in ["From: Alice\r\n\r\n", "Subject: x\r\n\r\n", "From: \r\n\r\n", "From: undisclosed:;\r\n\r\n"] {
        assert!(codes(&read(written.as_bytes())).contains(&DefectCode::MissingFrom), "{written}");
    }
}

#[test]
fn encoded_words_are_joined_before_they_are_decoded() {
    assert_eq!(subject(b"=?utf-8?B?44E=?= =?utf-8?B?gg==?="), "\u{3042}");
    assert_eq!(subject(b"=?utf-8?Q?=E3?=\r\n =?UTF-8?Q?=81=82?= x"), "\u{3042} x");
    assert_eq!(subject(b"=?iso-8859-1?Q?a_b?= c =?utf-8*en?q?d?="), "a b c d");
    assert_eq!(subject(b"=?utf-8?Q?a?==?utf-8?Q?b?="), "ab");
    assert_eq!(subject(b"a =?utf-8?Q?broken =?utf-8?Q?ok?="), "a =?utf-8?Q?broken ok");
    assert_eq!(subject(b"=?x?= =??Q?x?= =?utf-8?X?x?="), "=?x?= =??Q?x?= =?utf-8?X?x?=");
}

#[test]
fn utf_7_is_never_decoded() {
    let message = read(b"From: a@example.org\r\nSubject: =?utf-7?Q?+ADw-script+AD4-?=\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+ADw-");
    assert_eq!(message.subject, "+ADw-script+AD4-");
    assert_eq!(message.root.text(&message.raw), "+ADw-");
    assert!(codes(&message).contains(&DefectCode::BadCharset));
}

#[test]
fn what_is_shown_holds_no_control_and_no_bidirectional_characters() {
    assert_eq!(subject("a\u{202e}b\u{2066}c\u{7}\u{1b}[1m\td".as_bytes()), "abc[1m d");
    let message = read(
        "From: a@example.org\r\nContent-Disposition: attachment; filename=\"..\\\\dir/an\u{202e}gpj.exe\"\r\n\r\n"
            .as_bytes(),
    );
    assert_eq!(message.root.filename.as_deref(), Some("angpj.exe"));
    for name in ["..", "/", "dir/", ". ."] {
        let message = read(
            format!("From: a@example.org\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n").as_bytes(),
        );
        assert_eq!(message.root.filename, None, "{name}");
    }
}

#[test]
fn file_names_are_read_in_every_form() {
    let name = |written: &str| {
        let message =
            read(format!("From: a@example.org\r\nContent-Disposition: attachment; {written}\r\n\r\n").as_bytes());
        message.root.filename.unwrap_or_default()
    };
    assert_eq!(name("filename*=utf-8''%e8%ab%8b%E6%B1%82.pdf"), "請求.pdf");
    assert_eq!(name("filename*0*=utf-8'ja'%e8%ab;\r\n filename*1*=%8b; filename*2=\".pdf\""), "請.pdf");
    assert_eq!(name("filename*1*=%8b.pdf; filename*0*=utf-8''%e8%ab"), "請.pdf");
    assert_eq!(name("filename*0=\"a b\"; filename*1=\".txt\""), "a b.txt");
    assert_eq!(name("filename=plain.txt; filename*=utf-8''better.txt"), "better.txt");
    assert_eq!(name("filename=\"=?utf-8?B?6KuL5rGC?=.pdf\""), "請求.pdf");
    assert_eq!(name("filename=\"=?utf-8?B?6KuL?=\r\n =?utf-8?B?5rGC?=.pdf\""), "請求.pdf");
    assert_eq!(name("filename=two words.txt; size=3"), "two words.txt");
    assert_eq!(name("filename=\"C:\\temp\\a.txt\""), "a.txt");
    assert_eq!(name("filename=\"never closed.txt"), "never closed.txt");
    assert_eq!(name("FileName = a.txt"), "a.txt");
}

#[test]
fn content_types_that_cannot_be_read_are_plain_text() {
    for written in ["text", "", "/plain", "te xt/plain", ";charset=utf-8"] {
        let message = read(format!("From: a@example.org\r\nContent-Type: {written}\r\n\r\nx").as_bytes());
        assert!(message.root.content_type.is("text", "plain"), "{written}");
    }
    let message = read(b"From: a@example.org\r\nContent-Type: Text/HTML; Charset=\"UTF-8\"; x=y (z)\r\n\r\n");
    assert!(message.root.content_type.is("text", "html"));
    assert_eq!(message.root.content_type.parameter("charset"), Some("UTF-8"));
}

#[test]
fn dates_are_moments() {
    let date = |written: &str| {
        read(format!("From: a@example.org\r\nDate: {written}\r\n\r\n").as_bytes()).date.map(|d| d.to_string())
    };
    assert_eq!(date("Fri, 21 Nov 1997 09:55:06 -0600").as_deref(), Some("1997-11-21T15:55:06Z"));
    assert_eq!(date("21 Nov 97 09:55:06 GMT (comment)").as_deref(), Some("1997-11-21T09:55:06Z"));
    assert_eq!(date("Fri, 21 Nov\r\n 1997 09:55:06 +0900").as_deref(), Some("1997-11-21T00:55:06Z"));
    assert_eq!(date("yesterday"), None);
    assert_eq!(date("99 Foo 9999 99:99:99 +9999"), None);
}

#[test]
fn identifiers_lose_their_brackets() {
    let message = read(b"From: a@example.org\r\nMessage-ID: <1@example.org>\r\nIn-Reply-To: <2@example.org>\r\nReferences: <3@example.org>\r\n <4@example.org>\r\nContent-ID: <5@example.org>\r\n\r\n");
    assert_eq!(message.message_id.as_deref(), Some("1@example.org"));
    assert_eq!(message.references, ["3@example.org", "4@example.org"]);
    assert_eq!(message.root.content_id.as_deref(), Some("5@example.org"));
    let message = read(b"In-Reply-To: Bob's of Monday <2@example.org> <3@example.org>\r\nReferences: none\r\n\r\n");
    assert_eq!(message.references, ["2@example.org"], "the first of In-Reply-To where References says nothing");
}

#[test]
fn eight_bit_headers_are_read_and_named() {
    assert_eq!(subject("Grüße".as_bytes()), "Grüße");
    assert_eq!(subject(b"Gr\xfc\xdfe aus K\xf6ln"), "Grüße aus Köln");
    let message = read(b"From: a@example.org\r\nSubject: Gr\xfc\xdfe\r\n\r\n");
    assert_eq!(codes(&message), [DefectCode::EightBitHeader]);
}
