//! The same commands for scripts: prints views as text or JSON.
//! May use: domain, message, crypto, trust, sender, flow, net, store, engine.
//!
//! The words, JSON keys and exit codes are a contract: add, never rename.

mod args;
mod certs;
mod evaluate;
mod inspect;
mod json;
mod keys;
mod load;
mod output;
mod path;
mod reply;
mod seal;
mod words;

use std::process::ExitCode;

use clap::Parser;

pub use args::{Cli, Common, GuiArgs, Lang};
use args::Command;
use crate::engine::stateless;

/// Why a command did not do its work: one line for standard error, saying why and what to do.
#[derive(Debug)]
pub(crate) struct Problem(pub(crate) String);

impl<T: std::fmt::Display> From<T> for Problem {
    fn from(error: T) -> Self {
        Self(error.to_string())
    }
}

/// What is left to do after the command line was read.
#[derive(Debug)]
pub enum Next {
    /// The command is done.
    Exit(ExitCode),
    /// Open the window.
    Gui(Common, GuiArgs),
}

/// Reads the program's arguments and carries the command out, except the window's.
pub fn run() -> Next {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return Next::Exit(usage(&error)),
    };
    let common = cli.common;
    let outcome = match cli.command {
        None => return Next::Gui(common, GuiArgs::default()),
        Some(Command::Gui(args)) => return Next::Gui(common, args),
        Some(Command::Inspect(args)) => inspect::run(&common, &args),
        Some(Command::Seal(args)) => seal::run(&common, &args),
        Some(Command::Reply(args)) => reply::run(&common, &args),
        Some(Command::Path(args)) => path::run(&common, &args),
        Some(Command::Evaluate(args)) => evaluated(&common, &args),
        Some(Command::Cert(args)) => certs::run(&common, &args),
        Some(Command::Key(args)) => keys::run(&common, &args),
    };
    Next::Exit(match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            output::error(&problem.0);
            ExitCode::from(1)
        }
    })
}

fn evaluated(common: &Common, args: &evaluate::EvaluateArgs) -> Result<(), Problem> {
    let dns = stateless::resolver(common.dns, common.offline)?;
    let document = stateless::block_on(evaluate::run(args, jiff::Timestamp::now(), &*dns))??;
    if common.json {
        output::json(&document);
    } else {
        output::line(evaluate::text(&document).trim_end());
    }
    Ok(())
}

/// Help and version go to standard output with code 0; anything else is one line and code 2.
fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        let text = error.to_string();
        let line: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage")).collect();
        output::error(line.join(" ").trim().trim_start_matches("error: "));
        return ExitCode::from(2);
    }
    output::line(&error.to_string());
    ExitCode::SUCCESS
}
