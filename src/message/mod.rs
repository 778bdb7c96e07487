//! Bytes to message and back: RFC 5322, the MIME tree with byte ranges, charsets, header protection, HTML made safe.
//! May use: domain.

mod access;
mod build;
pub mod calendar;
mod displayed;
pub mod file;
mod file_kind;
mod header;
mod html;
mod mbox;
mod parse;
mod part;
mod protected;
mod report;
mod rtf;
#[cfg(test)]
mod tests;
mod text;
mod tnef;
mod tree;

pub use access::{bare_text, enriched_to_text, type_of_name, with_mobile_emoji};
pub use build::{
    HeaderProtectionMode, HeaderSet, OBSCURED_SUBJECT, message, multipart_encrypted, multipart_signed_pgp,
    multipart_signed_smime, payload, pkcs7_mime, reply_quote,
};
pub use html::{has_remote_content, html_to_text, names_cid, remote_pictures, sanitize_html};
pub use mbox::{as_mbox, is_mbox, split_mbox};
pub use parse::parse;
pub use part::{ContentType, Defect, DefectCode, Limits, ParsedMessage, Part};
pub use protected::{
    ProtectedHeaders, ProtectionScheme, legacy_display_parts, protected_headers, without_legacy_display,
};
pub use report::{DeliveryAction, DeliveryOutcome, DeliveryReport};
pub use text::{Encoding, UuencodedFile, uuencoded_files};
pub use tnef::parse_tnef;
