//! What became of a sent message, in words.

use super::{Language, Word, one_line};

/// One recipient: what happened, and why.
pub fn outcome(language: Language, action: &str, recipient: &str, status: &str) -> String {
    let word = match action {
        "failed" => Word::DeliveryFailed,
        "delayed" => Word::DeliveryDelayed,
        "delivered" => Word::DeliveryDone,
        _ => Word::DeliveryRelayed,
    };
    let why = if matches!(action, "failed" | "delayed") { reason(language, status) } else { String::new() };
    language.fill(word, &[("name", &one_line(recipient)), ("why", &why)])
}

/// Why, by the status code (RFC 3463 §3); with a separator before it.
fn reason(language: Language, status: &str) -> String {
    let mut parts = status.split('.').skip(1);
    let word = match (parts.next(), parts.next()) {
        (Some("1"), Some("1" | "3" | "6")) => Word::StatusNoSuchAddress,
        (Some("1"), Some("2")) | (Some("4"), Some("4" | "3")) => Word::StatusNoSuchDomain,
        (Some("2"), Some("1")) => Word::StatusDisabled,
        (Some("2"), Some("2")) => Word::StatusFull,
        (Some("2"), Some("3")) | (Some("3"), Some("4")) => Word::StatusTooLarge,
        (Some("4"), Some("1" | "2")) => Word::StatusNoAnswer,
        (Some("4"), Some("7")) => Word::StatusExpired,
        (Some("7"), _) => Word::StatusPolicy,
        _ if status.is_empty() => return String::new(),
        _ => Word::StatusOther,
    };
    language.fill(word, &[("status", status)])
}
