//! Messages made to be believed. Each file is one class of attacks that was published, each test one attack of our own
//! making of that class, built with real keys of the corpus (bob is believed, mallory is not or is believed to be
//! mallory); it says what mallory wants, and what the program must not say.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod authority;
mod bcc;
mod boundary_confusion;
mod certificates;
mod charset_smuggling;
mod cms;
mod compressed_data;
mod compression_bombs;
mod copied_signatures;
mod decryption_oracles;
mod direct_exfiltration;
mod drafts;
mod duplicate_headers;
mod gadgets;
mod header_protection;
mod identities;
mod invalid_bytes;
mod layer_confusion;
mod mime_wrapping;
mod no_integrity;
mod null_ciphers;
mod outgoing_leaks;
mod partial_and_stale;
mod status_lines;
mod transfer_encodings;
mod ui_redressing;
mod world;

#[allow(dead_code, clippy::unwrap_used, clippy::cast_possible_wrap)]
#[path = "../ui/sample.rs"]
mod sample;
