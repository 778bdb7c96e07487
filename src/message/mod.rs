//! Bytes to message and back: RFC 5322, the MIME tree with byte ranges, charsets, header protection, HTML made safe.
//! May use: domain.

mod part;

pub use part::{ContentType, Defect, DefectCode, Limits, ParsedMessage, Part};
