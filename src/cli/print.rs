//! `print`: a message as the window shows it, for a PDF file.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::domain::RawMessage;
use crate::engine::view::ReadingView;
use crate::engine::{attachment, headless};
use crate::flow::incoming::{Circumstances, assess};
use crate::message::Limits;
use crate::store::spool::SpoolFolder;

use super::args::{Common, TrustArgs};
use super::{Problem, inspect, keys, load};

/// Options of `print`.
#[derive(Clone, Debug, Default, Args)]
pub struct PrintArgs {
    /// The message: a file, `-` for standard input, or its number in the profile.
    pub message: PathBuf,
    /// The file to write; it must not be there yet.
    #[arg(short, long, value_name = "FILE.pdf")]
    pub output: PathBuf,
    /// HTML messages as their plain text.
    #[arg(long)]
    pub plain: bool,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
}

/// The message, assessed, with what is drawn of it.
pub(crate) fn reading(common: &Common, args: &PrintArgs) -> Result<ReadingView, Problem> {
    let number = args.message.to_str().and_then(|text| text.parse().ok()).filter(|_| !args.message.exists());
    if let Some(number) = number {
        let (profile, passphrases) = keys::profile(common)?;
        profile.load_keyring(passphrases).map_err(|failure| Problem(failure.to_string()))?;
        let (raw, assessment) = headless::assess(&profile, number).map_err(|failure| Problem(failure.to_string()))?;
        return Ok(attachment::reading(number, &raw, assessment));
    }
    let (keyring, policy) = load::trust(common, &args.trust)?;
    let raw = RawMessage::new(load::file(&args.message)?);
    let spool = SpoolFolder::of_system();
    let circumstances = Circumstances {
        keyring: &keyring,
        policy: &policy,
        limits: &Limits::default(),
        plaintext_limit: inspect::PLAINTEXT_LIMIT,
        spool: Some(&spool),
    };
    Ok(attachment::reading(0, &raw, assess(&raw, Vec::new(), &circumstances)))
}

/// Writes the pages.
pub(crate) fn write(path: &Path, pages: &[u8]) -> Result<(), Problem> {
    let new = fs::OpenOptions::new().write(true).create_new(true).open(path);
    let written = new.and_then(|mut file| std::io::Write::write_all(&mut file, pages));
    written.map_err(|error| Problem(format!("{}: {error}; choose another name", path.display())))
}
