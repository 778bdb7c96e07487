//! The `kakitome` program: the window without a command, the command line with one.

use std::process::ExitCode;

use kakitome::cli::{self, Next};

fn main() -> ExitCode {
    match cli::run() {
        Next::Exit(code) => code,
        Next::Gui(..) => ExitCode::FAILURE,
    }
}
