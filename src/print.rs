//! Prints a message from the command line with the window's own words and drawings.

use std::process::ExitCode;

use kakitome::cli::{self, Common, Lang, PrintArgs};
use kakitome::ui::{self, Language};

/// Prints what the options name.
pub fn run(common: &Common, args: &PrintArgs) -> ExitCode {
    let language = common.lang.map_or_else(Language::from_system, |lang| match lang {
        Lang::En => Language::English,
        Lang::Ja => Language::Japanese,
    });
    cli::print(common, args, |view| ui::print_pdf(view, language, args.plain))
}
