use std::time::{Duration, Instant};

use super::{codes, read};
use crate::message::{DefectCode, Limits, ParsedMessage, has_remote_content, html_to_text, sanitize_html, split_mbox};

/// Generous for a slow machine and unoptimised code; quadratic work on these inputs takes minutes.
const BOUND: Duration = Duration::from_secs(20);

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let result = work();
    assert!(begin.elapsed() < BOUND, "{what}: {:?}", begin.elapsed());
    result
}

fn parts(message: &ParsedMessage) -> usize {
    let nested = |part: &crate::message::Part| part.nested.as_deref().map_or(0, parts);
    message.walk().map(|part| 1 + nested(part)).sum()
}

#[test]
fn a_hundred_thousand_nested_multiparts_end_at_the_limit() {
    let mut bytes = b"From: a@example.org\r\n".to_vec();
    for level in 0..100_000 {
        bytes.extend(format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n").bytes());
    }
    let message = timed("nested", || read(&bytes));
    assert!(codes(&message).contains(&DefectCode::LimitReached));
    assert!(parts(&message) <= Limits::default().depth + 1);
}

#[test]
fn a_million_parts_end_at_the_limit() {
    let mut bytes = b"From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec();
    bytes.extend(b"--b\r\n\r\nx\r\n".repeat(300_000));
    let message = timed("parts", || read(&bytes));
    assert!(codes(&message).contains(&DefectCode::LimitReached));
    assert!(parts(&message) <= Limits::default().parts);
}

#[test]
fn a_million_header_fields_end_at_the_limit() {
    let bytes =
        [b"From: a@example.org\r\n".as_slice(), &b"X: y\r\n".repeat(1_000_000), b"Subject: late\r\n\r\ntext"].concat();
    let message = timed("fields", || read(&bytes));
    assert!(codes(&message).contains(&DefectCode::LimitReached));
    assert_eq!(message.root.raw_header_fields(&message.raw).len(), Limits::default().headers);
    assert_eq!(message.root.text(&message.raw), "text");
}

#[test]
fn an_endless_header_field_is_cut() {
    let bytes =
        [b"From: a@example.org\r\nSubject: ".as_slice(), &b"x\r\n ".repeat(1_000_000), b"\r\n\r\ntext"].concat();
    let message = timed("field", || read(&bytes));
    assert!(message.subject.len() <= Limits::default().header_bytes);
    assert!(codes(&message).contains(&DefectCode::LimitReached));
}

#[test]
fn messages_within_messages_cost_no_more_than_a_few_copies() {
    let mut bytes = Vec::new();
    for _ in 0..50_000 {
        bytes.extend(b"Content-Type: message/rfc822\r\n\r\n");
    }
    let message = timed("messages", || read(&bytes));
    let mut copied = 0;
    let mut at = Some(&message);
    while let Some(inner) = at.and_then(|message| message.root.nested.as_deref()) {
        copied += inner.raw.len();
        at = Some(inner);
    }
    assert!(copied <= bytes.len() * 3);
}

#[test]
fn hostile_values_take_linear_time() {
    let long = Limits::default().header_bytes - 100;
    let fill = |piece: &str| piece.repeat(long / piece.len());
    for piece in [
        "<",
        "<,",
        "\"",
        "\"\\",
        "(",
        "((",
        "[",
        ",",
        "a,",
        "a:",
        "=?",
        "=?a?q?",
        "=?utf-8?b?",
        "=?utf-8?q??=",
        "=?=",
        "=?q?q?=?",
    ] {
        let value = fill(piece);
        let bytes =
            format!("From: {value}\r\nTo: {value}\r\nSubject: {value}\r\nReferences: {value}\r\nDate: {value}\r\n\r\n");
        timed(piece, || read(bytes.as_bytes()));
    }
    for piece in
        [";a", ";a=b", ";a*0=b", ";a=\"", ";filename*1*=%41", "\\", "%", ";n*999999999999=x", ";*=", "\x1b$B", "\x1b"]
    {
        let value = fill(piece);
        let bytes =
            format!("From: a@example.org\r\nContent-Type: text/plain{value}\r\nContent-Disposition: x{value}\r\n\r\n");
        timed(piece, || read(bytes.as_bytes()));
    }
}

#[test]
fn hostile_html_takes_linear_time() {
    let pieces = [
        "<div>",
        "<b>",
        "</b>",
        "<p>",
        "<table><tr><td>",
        "<td>",
        "<li>",
        "<",
        "</",
        "<!--",
        "<!-- a -->",
        "<!--a--!>",
        "<!---",
        "<!",
        "<a a",
        " b=c",
        "<a b=\"",
        "&",
        "&amp",
        "&#",
        "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "<style>",
        "<style>@import '",
        "<script></",
        "<textarea></text",
        "<a href=http://x>",
        "<blockquote><br>",
        "<p style='color:red",
        "{",
        "\\",
        "/*",
        "<svg>",
        "</div>",
        "<i></p>",
        "\0",
        "<a/",
        "<a =",
        "<plaintext>",
        "<div style='display:none'>",
    ];
    for piece in pieces {
        for start in ["", "<a ", "<p style=\"", "<style>"] {
            let html = format!("{start}{}", piece.repeat(300_000 / piece.len()));
            let (text, clean) = timed(piece, || {
                has_remote_content(&html);
                (html_to_text(&html), sanitize_html(&html))
            });
            assert!(text.len() < html.len() * 8 + 100, "{piece}");
            assert!(clean.len() < html.len() * 8 + 100, "{piece}");
        }
    }
}

#[test]
fn sanitized_html_is_never_deep() {
    let clean = sanitize_html(&"<div><b><table><tr><td>".repeat(10_000));
    let (mut depth, mut deepest) = (0_i32, 0);
    for (at, _) in clean.match_indices('<') {
        depth += if clean[at..].starts_with("</") { -1 } else { 1 };
        deepest = deepest.max(depth);
    }
    assert!(depth == 0 && deepest <= 200, "{depth} {deepest}");
}

#[test]
fn no_bytes_make_it_panic() {
    let mut seed = 0x1234_5678_9abc_def1_u64;
    let mut next = |bound: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % bound as u64).unwrap()
    };
    let words: [&[u8]; 34] = [
        b"From: ",
        b"Content-Type: ",
        b"multipart/mixed; boundary=b",
        b"message/rfc822",
        b"text/html; charset=",
        b"iso-2022-jp",
        b"utf-16",
        b"utf-8",
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"--b",
        b"--",
        b"--b--",
        b":",
        b";",
        b"=",
        b"=?utf-8?B?",
        b"?=",
        b"\x1b$B",
        b"\x1b(B",
        b"\xe3\x81",
        b"\x82\xa0",
        b"\0",
        b"<",
        b">",
        b"\"",
        b"(",
        b"Content-Transfer-Encoding: base64",
        b"filename*0*=",
        b"%e3",
        b"Content-Disposition: attachment; ",
        b" ",
    ];
    for _ in 0..3_000 {
        let mut bytes = Vec::new();
        for _ in 0..next(60) {
            bytes.extend_from_slice(words[next(words.len())]);
        }
        let message = read(&bytes);
        for part in message.walk() {
            let text = part.text(&message.raw);
            html_to_text(&text);
            sanitize_html(&text);
            assert!(
                part.whole.end <= bytes.len() && part.whole.start <= part.whole.end && part.body.end <= bytes.len()
            );
            assert!(part.decoded(&message.raw).len() <= part.body.len());
        }
        split_mbox(&bytes).for_each(drop);
    }
}
