//! The `kakitome` program: the window without a command, the command line with one.

mod backup;
mod first;
mod hardening;
mod print;
mod window;

use std::process::ExitCode;

use kakitome::cli::{self, Next};

fn main() -> ExitCode {
    hardening::begin();
    match cli::run() {
        Next::Exit(code) => code,
        Next::Print(common, args) => print::run(&common, &args),
        Next::Backup(common, args) => backup::run(&common, &args),
        Next::Gui(common, args) => match window::open(&common, &args) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("kakitome: {error:#}");
                ExitCode::from(1)
            }
        },
    }
}
