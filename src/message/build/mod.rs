//! Messages written: canonical CRLF, seven bits, lines of at most 76 characters, so that a
//! signature over them survives every transport (RFC 3156 §3, RFC 8551 §3.1.1).

mod body;
mod encode;
mod fields;
mod quote;
mod wrap;

pub(super) use encode::{base64, encoded_words, parameter};
pub use fields::{HeaderProtectionMode, HeaderSet, OBSCURED_SUBJECT, message, payload};
pub use quote::reply_quote;
pub use wrap::{multipart_encrypted, multipart_signed_pgp, multipart_signed_smime, pkcs7_mime};
