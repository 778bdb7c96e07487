//! Every code that the story of an incoming message adds to those of `crypto` and `trust`.

/// All of them, in alphabetical order.
pub const ALL: &[&str] = &["key_refused", "no_certificate", "no_single_from", "not_cms", "unreadable"];
