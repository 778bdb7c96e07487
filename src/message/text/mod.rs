//! Bytes and header text made readable: charsets, encoded-words, transfer encodings.

mod charset;
mod clean;
mod iso2022;
mod transfer;
mod words;

pub(super) use charset::{decode, guess, html_label, label_of_code_page};
pub(super) use clean::{body as clean_body, file_name, line as clean_line};
pub use transfer::Encoding;
pub(super) use transfer::hex_pair;
pub(super) use words::{decode_words, word_length};

/// Bytes in a declared charset, or a guess when there is no label.
pub(super) fn decode_bytes(bytes: &[u8], label: Option<&str>) -> String {
    match label {
        Some(label) => decode(bytes, Some(label)).text,
        None => guess(bytes),
    }
}
