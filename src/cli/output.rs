//! Printing that ends quietly when nobody reads any more.

use std::io::{self, Write};

/// Prints lines for people: what others wrote in names and subjects never steers the terminal.
pub(crate) fn line(text: &str) {
    let shown: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    document(&shown);
}

/// Prints a document, one line, as it is.
pub(crate) fn document(text: &str) {
    bytes(text.as_bytes());
    bytes(b"\n");
}

/// Prints bytes as they are.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    if out.write_all(bytes).and_then(|()| out.flush()).is_err() {
        // The reader is gone (a closed pipe): there is nobody left to tell.
        std::process::exit(0);
    }
}

/// Prints one JSON document on one line.
pub(crate) fn json(value: &serde_json::Value) {
    document(&value.to_string());
}

/// Prints a line to standard error.
pub(crate) fn error(text: &str) {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let flat: String = flat.chars().filter(|c| !c.is_control()).collect();
    let _ = writeln!(io::stderr().lock(), "kakitome: {flat}");
}
