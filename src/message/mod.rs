//! Bytes to message and back: RFC 5322, the MIME tree with byte ranges, charsets, header protection, HTML made safe.
//! May use: domain.

mod access;
pub mod build;
mod displayed;
mod header;
mod html;
mod parse;
mod part;
mod protected;
#[cfg(test)]
mod tests;
mod text;
mod tree;

pub use html::{has_remote_content, html_to_text, sanitize_html};
pub use parse::parse;
pub use part::{ContentType, Defect, DefectCode, Limits, ParsedMessage, Part};
pub use protected::{
    ProtectedHeaders, ProtectionScheme, legacy_display_parts, protected_headers, without_legacy_display,
};
pub use text::Encoding;
/// stub
pub fn is_mbox(_: &[u8]) -> bool {
    false
}
/// stub
pub fn split_mbox(_: &[u8]) -> Vec<crate::domain::RawMessage> {
    Vec::new()
}
/// stub
pub fn mailboxes(_: &str) -> Vec<crate::domain::Mailbox> {
    Vec::new()
}
/// stub
pub fn without_bcc(parsed: &ParsedMessage) -> Vec<u8> {
    parsed.raw.to_vec()
}
