//! Bytes and header text made readable: charsets, encoded-words, transfer encodings.

mod charset;
mod clean;
mod emoji;
mod enriched;
mod flowed;
mod guess;
mod iso2022;
mod shifted;
mod transfer;
mod uuencode;
mod words;

pub(super) use charset::{decode, html_label, label_of_code_page};
pub(super) use clean::{body as clean_body, file_name, line as clean_line};
pub(super) use emoji::{Carrier, with_emoji};
pub(super) use enriched::plain as enriched;
pub(super) use flowed::Flowed;
pub(super) use guess::guess;
pub use transfer::Encoding;
pub(super) use transfer::hex_pair;
pub use uuencode::{UuencodedFile, uuencoded_files};
pub(super) use words::{decode_words, word_length};

/// Bytes in a declared charset, or a guess when there is no label.
pub(super) fn decode_bytes(bytes: &[u8], label: Option<&str>) -> String {
    match label {
        Some(label) => decode(bytes, Some(label)).text,
        None => guess(bytes),
    }
}
