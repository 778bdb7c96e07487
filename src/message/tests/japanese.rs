use base64::Engine;

use super::{codes, read};
use crate::message::DefectCode;

fn subject(value: &[u8]) -> String {
    read(&[b"From: a@example.org\r\nSubject: ", value, b"\r\n\r\n"].concat()).subject
}

fn body(charset: &str, bytes: &[u8]) -> (String, Vec<DefectCode>) {
    let head = format!("From: a@example.org\r\nContent-Type: text/plain{charset}\r\n\r\n");
    let message = read(&[head.as_bytes(), bytes].concat());
    (message.root.text(&message.raw), codes(&message))
}

fn word(bytes: &[u8]) -> String {
    format!("=?ISO-2022-JP?B?{}?=", base64::engine::general_purpose::STANDARD.encode(bytes))
}

fn shift_jis(text: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
}

fn euc_jp(text: &str) -> Vec<u8> {
    encoding_rs::EUC_JP.encode(text).0.into_owned()
}

#[test]
fn iso_2022_jp_is_read() {
    assert_eq!(body("; charset=iso-2022-jp", b"\x1b$B4A;z\x1b(B abc\r\n"), ("漢字 abc\n".to_owned(), vec![]));
    assert_eq!(subject(word(b"\x1b$B4A;z\x1b(B").as_bytes()), "漢字");
}

/// 書留の配達 with its line broken by a server between two letters; and lines that only look like that.
#[test]
fn a_line_broken_within_letters_of_two_bytes_is_read_on() {
    let jp = "; charset=iso-2022-jp";
    assert_eq!(body(jp, b"\x1b$B=qN1$N\r\nG[C#\x1b(B\r\nabc\r\n").0, "書留の\n配達\nabc\n");
    assert_eq!(body(jp, b"\x1b$B=qN1$N\r\nG[\r\nC#\x1b(B\r\n").0.lines().next(), Some("書留の"));
    assert_eq!(body(jp, b"\x1b$B=qN1$N\r\nGood day\r\n").0, "書留の\nGood day\n");
    assert_eq!(body(jp, b"\x1b$B=qN1$N\r\nabcd \x1b$BG[C#\x1b(B\r\n").0, "書留の\nabcd 配達\n");
    assert_eq!(body(jp, b"\x1b$B=qN1$N\x1b(B\r\nabcd\x1b(B\r\n").0, "書留の\nabcd\n");
}

#[test]
fn a_letter_of_the_second_plane_is_not_taken_for_another() {
    let (text, defects) = body("; charset=iso-2022-jp-3", b"\x1b$B=q\x1b$(P!!!\"\x1b$BN1\x1b(B\r\n");
    assert_eq!((text.as_str(), defects), ("書〓〓留\n", vec![DefectCode::BadCharset]));
}

#[test]
fn vendor_characters_and_half_width_kana_are_read() {
    // NEC row 13, NEC-selected IBM extensions, kana by escape, by eighth bit, by shift-out.
    assert_eq!(body("; charset=iso-2022-jp", b"\x1b$B-!-j|b\x1b(B").0, "①㈱髙");
    assert_eq!(body("; charset=cp50221", b"\x1b(I6@6E\x1b(B \xb6\xc0 \x0e6@\x0f").0, "ｶﾀｶﾅ ｶﾀ ｶﾀ");
    assert_eq!(body("; charset=iso-2022-jp-ms", b"\x1b$B-!\x1b(I6\x1b(J\x1b(B.").1, []);
}

#[test]
fn an_encoded_word_may_be_split_within_its_escape_state() {
    // The second word has no escape of its own, the third ends the state.
    let words = [word(b"\x1b$B4A"), word(b";z"), word(b"\x1b(Babc")].join("\r\n ");
    assert_eq!(subject(words.as_bytes()), "漢字abc");
    // Even a character is cut in two.
    let words = [word(b"\x1b$B4A;"), word(b"z\x1b(B")].join(" ");
    assert_eq!(subject(words.as_bytes()), "漢字");
    // Each word closes and opens its own state.
    let words = [word(b"\x1b$B4A\x1b(B"), word(b"\x1b$B;z\x1b(B")].join(" ");
    assert_eq!(subject(words.as_bytes()), "漢字");
}

#[test]
fn undeclared_headers_are_guessed() {
    assert_eq!(subject(b"\x1b$B4A;z\x1b(B"), "漢字");
    assert_eq!(subject(&shift_jis("会議のお知らせ")), "会議のお知らせ");
    assert_eq!(subject(&euc_jp("会議のお知らせ")), "会議のお知らせ");
    assert_eq!(subject(&shift_jis("会議")), "会議");
    assert_eq!(subject(&euc_jp("会議")), "会議");
    assert_eq!(subject("会議".as_bytes()), "会議");
    assert_eq!(subject(&shift_jis("①②")), "①②");
}

#[test]
fn raw_japanese_names_do_not_break_the_address() {
    // In ISO-2022-JP a kanji may hold any ASCII byte: a quote, a comma, a bracket.
    for (raw, name) in [
        (b"\x1b$B\",$<\x1b(B".as_slice(), "＼ぜ"),
        (&shift_jis("表計算"), "表計算"),
        (&euc_jp("山田 太郎"), "山田 太郎"),
    ] {
        let message = read(&[b"From: ", raw, b" <alice@example.org>\r\n\r\n"].concat());
        assert_eq!(message.from[0].address, "alice@example.org");
        if name != "＼ぜ" {
            assert_eq!(message.from[0].name, name);
        }
        assert_eq!(message.from.len(), 1);
    }
}

#[test]
fn wrong_labels_do_not_hide_the_text() {
    assert_eq!(body("; charset=iso-2022-jp", &shift_jis("会議のお知らせ")).0, "会議のお知らせ");
    assert_eq!(body("; charset=us-ascii", b"\x1b$B4A;z\x1b(B").0, "漢字");
    assert_eq!(body("; charset=iso-8859-1", b"\x1b$B4A;z\x1b(B").0, "漢字");
    assert_eq!(body("", b"\x1b$B4A;z\x1b(B").0, "漢字");
    assert_eq!(
        body("; charset=unheard-of", &euc_jp("会議のお知らせ")),
        ("会議のお知らせ".to_owned(), vec![DefectCode::BadCharset])
    );
}

#[test]
fn other_japanese_charsets_are_read_under_their_many_names() {
    for name in ["Shift_JIS", "cp932", "windows-31j", "x-sjis", "ms932"] {
        assert_eq!(
            body(&format!("; charset={name}"), &shift_jis("①㈱髙 ｶﾅ")),
            ("①㈱髙 ｶﾅ".to_owned(), vec![]),
            "{name}"
        );
    }
    for name in ["EUC-JP", "eucjp", "x-euc-jp", "cp51932"] {
        assert_eq!(body(&format!("; charset={name}"), &euc_jp("日本語")), ("日本語".to_owned(), vec![]), "{name}");
    }
}

#[test]
fn file_names_are_read_in_japanese() {
    let name = |value: &[u8]| {
        let message = read(&[b"From: a@example.org\r\nContent-Disposition: attachment; ", value, b"\r\n\r\n"].concat());
        message.root.filename.unwrap_or_default()
    };
    assert_eq!(name(b"filename*=iso-2022-jp''%1B%24B4A%3Bz%1B%28B.txt"), "漢字.txt");
    assert_eq!(name(format!("filename=\"{}.txt\"", word(b"\x1b$B4A;z\x1b(B")).as_bytes()), "漢字.txt");
    assert_eq!(name(b"filename=\"\x1b$B4A;z\x1b(B.txt\""), "漢字.txt");
    assert_eq!(name(&[b"filename=\"".as_slice(), &shift_jis("表計算ソフト.txt"), b"\""].concat()), "表計算ソフト.txt");
}

#[test]
fn html_may_name_its_own_charset() {
    let html = [b"<meta charset=\"shift_jis\"><p>".as_slice(), &shift_jis("会議"), b"</p>"].concat();
    let message = read(&[b"From: a@example.org\r\nContent-Type: text/html\r\n\r\n".as_slice(), &html].concat());
    assert!(message.root.text(&message.raw).contains("<p>会議</p>"));
}
