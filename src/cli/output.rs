//! Printing that ends quietly when nobody reads any more.

use std::io::{self, Write};

/// Prints a line to standard output.
pub(crate) fn line(text: &str) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        // The reader is gone (a closed pipe): there is nobody left to tell.
        std::process::exit(0);
    }
}

/// Prints one JSON document on one line.
pub(crate) fn json(value: &serde_json::Value) {
    line(&value.to_string());
}

/// Prints a line to standard error.
pub(crate) fn error(text: &str) {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(io::stderr().lock(), "kakitome: {flat}");
}
