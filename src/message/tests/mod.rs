mod build;
mod charsets;
mod growth;
mod headers;
mod hostile;
mod html;
mod japanese;
mod mbox;
mod offsets;
mod peers;
mod protected;
mod tnef;

use super::{Limits, ParsedMessage, parse};
use crate::domain::RawMessage;

fn read(bytes: &[u8]) -> ParsedMessage {
    parse(&RawMessage::new(bytes), &Limits::default())
}

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

/// The bytes of a range, as text.
fn slice(message: &ParsedMessage, range: &std::ops::Range<usize>) -> String {
    String::from_utf8_lossy(&message.raw[range.clone()]).into_owned()
}

fn codes(message: &ParsedMessage) -> Vec<super::DefectCode> {
    message.defects.iter().map(|defect| defect.code).collect()
}
