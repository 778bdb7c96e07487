//! Writes backups from the command line with the window's own words and drawings.

use std::process::ExitCode;

use kakitome::cli::{self, BackupArgs, Common, Drawing, Lang};
use kakitome::ui::{self, Language};

/// Writes what the options name.
pub fn run(common: &Common, args: &BackupArgs) -> ExitCode {
    let language = common.lang.map_or_else(Language::from_system, |lang| match lang {
        Lang::En => Language::English,
        Lang::Ja => Language::Japanese,
    });
    let drawing = Drawing { sheet: &|sheet| ui::recovery_sheet(sheet, language), setup: ui::setup_text(language) };
    cli::backup(common, args, &drawing)
}
