//! How time grows with size: each line is a size and the seconds for it, twice and four times of it.

use std::hint::black_box;
use std::time::Duration;

use kakitome::domain::RawMessage;
use kakitome::message::{self, Limits};

use super::thread_time;

const MIB: usize = 1 << 20;

/// Prints a line for each kind of work.
pub fn run() {
    let html =
        |size: usize| "<div style='color:red'><p>A <b>line</b> of a letter &amp; more<br></div>\n".repeat(size / 74);
    let pairs = |size: usize| "A line of a letter that goes on and on, and on =E6=9B=B8=E7=95=99\r\n".repeat(size / 67);
    let message = |head: &str, body: String| RawMessage::new(format!("From: bob@example.test\r\n{head}\r\n\r\n{body}"));
    let parse = |raw: &RawMessage| black_box(message::parse(raw, &Limits::default()).defects.len());
    grow("HTML to text", 5, html, |html| black_box(message::html_to_text(html).len()));
    grow("HTML made safe", 5, html, |html| black_box(message::sanitize_html(html).len()));
    let quoted = |size| {
        message("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable", pairs(size))
    };
    grow("parse quoted-printable", 5, quoted, parse);
    let nested = |size: usize| {
        let parts = "--x\r\nContent-Type: application/x\r\n\r\nbody\r\n".repeat(size / 43);
        message("Content-Type: multipart/mixed; boundary=x", format!("{parts}--x--\r\n"))
    };
    grow("parse many parts", 5, nested, parse);
    let many =
        |size: usize| message(&format!("To: {}", "Bob <bob@example.test>,\r\n ".repeat(size / 26)), String::new());
    grow("parse many recipients", 1, many, parse);
}

fn grow<T>(name: &str, megabytes: usize, make: impl Fn(usize) -> T, work: impl Fn(&T) -> usize) {
    let spent = |times: usize| {
        let input = make(megabytes * times * MIB);
        let once = || {
            let begin = thread_time();
            work(&input);
            thread_time().saturating_sub(begin)
        };
        (0..3).map(|_| once()).min().unwrap_or(Duration::ZERO).as_secs_f64()
    };
    println!("{name}\t{megabytes}\t{}\t{}\t{}", spent(1), spent(2), spent(4));
}
