//! The same commands for scripts: prints views as text or JSON.
//! May use: domain, message, crypto, trust, sender, flow, store, engine.
//!
//! The words, JSON keys and exit codes are a contract: add, never rename.

mod args;
mod authority;
mod backup;
mod bringing;
mod certs;
mod conversations;
mod evaluate;
mod finding;
mod inspect;
mod json;
mod keys;
mod load;
mod mail;
mod mailboxes;
mod output;
mod own_keys;
mod path;
mod print;
mod profile;
mod reply;
mod rules;
mod seal;
mod search;
mod sending;
mod setup;
mod store;
mod token;
mod trust;
mod words;

use std::process::ExitCode;

use clap::Parser;

use crate::engine::stateless;
use crate::engine::topic::mail::MailCommand;
use crate::engine::view::ReadingView;
use args::Command;
pub use args::{BackupArgs, Cli, Common, GuiArgs, Lang};
pub use backup::Drawing;
pub use keys::profile_of;
pub use print::PrintArgs;

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
    /// Print a message.
    Print(Common, Box<PrintArgs>),
    /// Write a backup.
    Backup(Common, Box<BackupArgs>),
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
        Some(Command::Print(args)) => return Next::Print(common, args),
        Some(Command::Key(args::KeyArgs { command: args::KeyCommand::Backup(args) })) => {
            return Next::Backup(common, args);
        }
        Some(command) => carry_out(&common, command),
    };
    Next::Exit(match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            output::error(&problem.0);
            ExitCode::from(1)
        }
    })
}

/// Prints a message: `draw` makes the pages of what is assessed here.
pub fn print(common: &Common, args: &PrintArgs, draw: impl FnOnce(&ReadingView) -> Option<Vec<u8>>) -> ExitCode {
    let outcome = print::reading(common, args).and_then(|view| {
        let pages = draw(&view).ok_or_else(|| Problem("the message could not be drawn; try --plain".to_owned()))?;
        print::write(&args.output, &pages)
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            output::error(&problem.0);
            ExitCode::from(1)
        }
    }
}

/// Writes what `key backup` names: `drawing` draws the recovery sheet.
pub fn backup(common: &Common, args: &BackupArgs, drawing: &Drawing<'_>) -> ExitCode {
    match backup::backup(common, args, drawing) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            output::error(&problem.0);
            ExitCode::from(1)
        }
    }
}

fn carry_out(common: &Common, command: Command) -> Result<(), Problem> {
    match command {
        Command::Inspect(args) => inspect::run(common, &args),
        Command::Seal(args) => seal::run(common, &args),
        Command::Reply(args) => reply::run(common, &args),
        Command::Path(args) => path::run(common, &args),
        Command::Evaluate(args) => evaluated(common, &args),
        Command::Cert(args) => certs::run(common, &args),
        Command::Key(args) => keys::run(common, &args),
        Command::Authority(args) => authority::run(common, &args.command),
        Command::Account(args) => profile::account(common, &args.command),
        Command::Folder(args) => mail::folder(common, &args.command),
        Command::Move(args) => mail::place(common, &args, false),
        Command::Copy(args) => mail::place(common, &args, true),
        Command::Archive(args) => mail::send_away(common, &args, MailCommand::Archive),
        Command::Delete(args) => mail::delete(common, &args),
        Command::Junk { messages, not } => {
            mail::send_away(common, &messages, |messages| MailCommand::Spam { messages, spam: !not })
        }
        Command::Flag(args) => mail::flag(common, &args),
        Command::Tag(args) => rules::tag(common, &args.command),
        Command::Searches(args) => rules::searches(common, &args.command),
        Command::Rule(args) => rules::rule(common, &args.command),
        Command::Import { paths, folder } => mailboxes::import(common, &paths, &folder),
        Command::Export { everything: Some(to), form, .. } => store::export_everything(common, &to, form),
        Command::Export { folder, path, form, .. } => {
            mailboxes::export(common, &folder.unwrap_or_default(), &path.unwrap_or_default(), form)
        }
        Command::Sync { watch } => profile::synchronise(common, watch),
        Command::Send(args) => sending::send(common, &args),
        Command::Outbox(args) => sending::outbox(common, &args.command),
        Command::List { folder, inboxes: _, threads, limit } => {
            profile::list(common, folder.as_deref(), threads, limit)
        }
        Command::Search(args) => search::run(common, &args),
        Command::Show { id, source } => profile::show(common, id, source),
        Command::Store(args) => store::run(common, &args),
        Command::Trust(args) => trust::run(common, &args.command),
        Command::Token(args) => token::run(common, &args.command),
        // The window is opened by the caller, which draws what is printed too.
        Command::Gui(_) | Command::Print(_) => Ok(()),
    }
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
