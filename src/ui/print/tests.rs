use std::process::Command;

use crate::crypto::Keyring;
use crate::engine::view::ReadingView;
use crate::flow::incoming::{Circumstances, assess};
use crate::message::Limits;
use crate::trust::TrustPolicy;

use super::setting::{BODY, Course, Item, Paper, Style, TITLE, set};
use super::*;

fn paper(items: Vec<Item>) -> Paper {
    Paper { title: "書留 test".into(), language: "ja", items, cut: "cut".into(), number: "{page} / {pages}" }
}

fn text(words: &str) -> Item {
    Item::Text { words: words.into(), style: BODY, level: 0 }
}

/// What another program reads in the file.
fn read(pdf: &[u8], name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, pdf).unwrap();
    let done =
        Command::new("pdftotext").args(["-layout"]).arg(&path).arg("-").output().expect("pdftotext is installed");
    assert!(done.status.success() && done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn text_is_selectable_in_both_scripts_and_pages_are_numbered() {
    let line = |n| format!("{n} 行目、書留の請求書①をお送りします。 The office and its fjord.\n");
    let lines = (1..200).map(line).collect::<Vec<_>>().concat();
    let strong = Item::Text { words: "件名".into(), style: Style { is_strong: true, ..TITLE }, level: 0 };
    let field = Item::Field { label: "差出人".into(), words: "山田 花子 <hanako@example.co.jp>".into() };
    let pdf = set(&paper(vec![strong, field, Item::Rule, text(&lines)]), &Course::default()).unwrap();
    let read = read(&pdf, "a.pdf");
    for words in [
        "件名",
        "差出人",
        "hanako@example.co.jp",
        "199 行目、書留の請求書①をお送りします。",
        "office and its fjord",
        "1/5",
        "5/5",
    ] {
        assert!(read.contains(words), "{words}: {read}");
    }
    assert!(pdf.len() < 400_000, "only what is used of a font goes along: {}", pdf.len());
}

#[test]
fn a_word_without_an_end_and_odd_characters_do_not_stop_the_printing() {
    let odd = format!("{}\n\u{202e}\u{0}\t\u{feff}é e\u{301} 👍🏽 שלום\n", "x".repeat(20_000));
    let pdf = set(&paper(vec![text(&odd), text(""), text(&"\n".repeat(3_000))]), &Course::default()).unwrap();
    let read = read(&pdf, "a.pdf");
    assert!(read.chars().filter(|c| *c == 'x').count() >= 20_000);
}

#[test]
fn what_is_cancelled_gives_nothing() {
    let course = Course::default();
    course.is_cancelled.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(set(&paper(vec![text("a")]), &course).is_none());
}

fn reading(source: &str) -> ReadingView {
    let raw = RawMessage::new(source);
    let circumstances = Circumstances {
        keyring: &Keyring::default(),
        policy: &TrustPolicy::nobody("2026-11-01T00:00:00Z".parse().unwrap()),
        limits: &Limits::default(),
        plaintext_limit: 1 << 20,
        spool: None,
    };
    crate::engine::attachment::reading(1, &raw, assess(&raw, Vec::new(), &circumstances))
}

const LETTER: &str = "From: Bob Baker <bob@example.test>\r\nTo: alice@example.test\r\nSubject: Minutes: a/b\r\n\
Date: Tue, 15 Sep 2026 18:00:00 +0900\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
--b\r\nContent-Type: text/html\r\n\r\n<p style='color:red'>Hello <a href='https://example.test/'>there</a>\r\n\
--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=plan.pdf\r\n\r\n%PDF-\r\n--b--\r\n";

#[test]
fn the_head_names_people_protection_and_files_in_the_readers_language() {
    for (language, words) in [
        (Language::English, ["Not encrypted.", "No seal.", "From", "plan.pdf (PDF, 5 B)"]),
        (Language::Japanese, ["暗号化されていません。", "封印がありません。", "差出人", "plan.pdf (PDF文書, 5 B)"]),
    ] {
        let pdf = print_pdf(&reading(LETTER), language, true).unwrap();
        let read = read(&pdf, "a.pdf");
        let squeezed = read.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words.iter().chain(&["Minutes: a/b", "bob@example.test", "Hello there"]) {
            assert!(squeezed.contains(word), "{word}: {read}");
        }
    }
}

#[test]
fn html_is_drawn_and_its_links_lead_where_they_lead() {
    let pdf = print_pdf(&reading(LETTER), Language::English, false).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, &pdf).unwrap();
    let images = Command::new("pdfimages").arg("-list").arg(&path).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&images.stdout).lines().count(), 3, "one picture below two lines of heading");
    assert!(read(&pdf, "a.pdf").contains("Hello there"), "the words of a picture can be selected");
    assert!(pdf.windows(21).any(|window| window == b"https://example.test/"));
    let hostile = LETTER.replace("https://example.test/", "javascript:alert(1)");
    let pdf = print_pdf(&reading(&hostile), Language::English, false).unwrap();
    assert!(!pdf.windows(11).any(|window| window == b"javascript:"));
}

#[test]
fn a_message_is_printed_beside_the_window_and_handed_to_the_engine() {
    let ctx = Context::default();
    let (mut views, mut state) = (Views::default(), State { plain_text: true, ..State::default() });
    let view = reading(LETTER);
    assert_eq!(paper::file_name(&view, Language::English), "Minutes_ a_b.pdf");
    state.print.ready = Some(paper::of(&view, &state));
    state.print.begin("a.pdf".into());
    let mut commands = Vec::new();
    for _ in 0..3_000 {
        go_on(&ctx, &mut views, &mut state, &mut commands);
        if !commands.is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let [crate::engine::Command::WriteFile { to, content }] = &commands[..] else { panic!("{commands:?}") };
    assert_eq!(to.to_str(), Some("a.pdf"));
    assert!(content.starts_with(b"%PDF-") && views.activity.is_none());

    state.print.ready = Some(paper::of(&view, &state));
    state.print.begin("b.pdf".into());
    let mut commands = vec![crate::engine::Command::Cancel];
    go_on(&ctx, &mut views, &mut state, &mut commands);
    assert!(state.print.running.is_none() && views.activity.is_none());
}
