//! stub
#![allow(missing_docs, clippy::all)]
use crate::domain::{Draft, Mailbox};
pub struct HeaderSet {
    pub from: Vec<Mailbox>,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub reply_to: Vec<Mailbox>,
    pub subject: String,
    pub date: jiff::Timestamp,
    pub message_id: String,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    pub user_agent: Option<String>,
    pub extra: Vec<(String, String)>,
}
pub enum HeaderProtectionMode {
    Clear,
    Cipher,
}
pub fn payload(_: &Draft, _: &HeaderSet, _: Option<HeaderProtectionMode>) -> Vec<u8> {
    Vec::new()
}
pub fn message(_: &HeaderSet, _: Option<&str>, _: &[u8]) -> Vec<u8> {
    Vec::new()
}
pub fn multipart_signed_pgp(_: &[u8], _: &[u8], _: &str) -> Vec<u8> {
    Vec::new()
}
pub fn multipart_encrypted(_: &[u8]) -> Vec<u8> {
    Vec::new()
}
pub fn multipart_signed_smime(_: &[u8], _: &[u8], _: &str) -> Vec<u8> {
    Vec::new()
}
pub fn pkcs7_mime(_: &[u8], _: &str, _: &str) -> Vec<u8> {
    Vec::new()
}
pub fn reply_quote(_: &str) -> String {
    String::new()
}
