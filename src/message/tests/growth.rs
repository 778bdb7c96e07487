//! Time grows as the size does. Processor time of this thread, so that a busy machine makes no difference; the shortest
//! of three, so that a hiccup makes none.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::super::{Limits, has_remote_content, html_to_text, parse, sanitize_html};
use crate::domain::RawMessage;

const SIZE: usize = 128 * 1024;
/// Four times the size takes about four times as long; what grows with the square would take sixteen times.
const MOST: u32 = 9;

fn spent(work: impl Fn()) -> Duration {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
    };
    let once = || {
        let begin = now();
        work();
        now().saturating_sub(begin)
    };
    (0..3).map(|_| once()).min().unwrap()
}

fn grows_as_its_size(what: &str, make: impl Fn(usize) -> String, work: impl Fn(&str)) {
    let (small, large) = (make(SIZE), make(4 * SIZE));
    let (first, second) = (spent(|| work(&small)), spent(|| work(&large)));
    assert!(second < first * MOST + Duration::from_millis(5), "{what}: {first:?}, and {second:?} for four times of it");
}

fn repeated(line: &str, size: usize) -> String {
    line.repeat(size / line.len())
}

#[test]
fn html_takes_time_as_its_size_grows() {
    for line in [
        "<div><p style='color:red'>a <b>line</b> &amp; more<br></div>\n",
        "<a href=x>",
        "<td><table>",
        "&amp",
        "</p>",
        "<p ",
    ] {
        let html = |size| repeated(line, size);
        grows_as_its_size(line, html, |html| drop(black_box(html_to_text(html))));
        grows_as_its_size(line, html, |html| drop(black_box(sanitize_html(html))));
        grows_as_its_size(line, html, |html| assert!(!black_box(has_remote_content(html))));
    }
}

#[test]
fn a_message_takes_time_as_its_size_grows() {
    let message =
        |head: &str, line: &str, size| format!("From: bob@example.test\r\n{head}\r\n\r\n{}", repeated(line, size));
    let read = |text: &str| {
        let raw = RawMessage::new(text);
        let parsed = parse(&raw, &Limits::default());
        for part in parsed.walk() {
            black_box(part.content(&raw));
            black_box(part.text(&raw));
        }
    };
    for (head, line) in [
        ("Content-Type: text/plain", "A line of a letter.\r\n"),
        ("Content-Type: text/plain; charset=iso-2022-jp", "\u{1b}$B=qN1\u{1b}(B\r\n"),
        (
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable",
            "=E6=9B=B8 =E7=95=99=\r\n",
        ),
        ("Content-Transfer-Encoding: base64", "TGV0dGVyIG9mIHRoZSBhcmNoaXZlLCBhbmQgYSBsaW5lLgo=\r\n"),
        ("Content-Type: multipart/mixed; boundary=x", "--x\r\n\r\nbody\r\n--y\r\n"),
        ("Content-Type: multipart/mixed; boundary=x", "\r\n--"),
    ] {
        grows_as_its_size(head, |size| message(head, line, size), read);
    }
    grows_as_its_size("To", |size| format!("To: {}\r\n\r\n", repeated("Bob <bob@example.test>,\r\n ", size)), read);
}
