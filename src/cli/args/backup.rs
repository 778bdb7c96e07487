//! The words of `key backup` and `key restore`.

use std::path::PathBuf;

use clap::Args;

use crate::domain::EmailAddress;

use super::address;

/// Options of `key backup`.
#[derive(Clone, Debug, Default, Args)]
pub struct BackupArgs {
    /// The backup file; it must not be there yet. A passphrase given (the second, if the first opens a vault) protects
    /// it; else the profile's recovery words do.
    #[arg(short, long, value_name = "FILE", required_unless_present_any = ["rehearse", "setup_message", "sheet", "code_file"])]
    pub output: Option<PathBuf>,
    /// A recovery sheet with the words, for printing.
    #[arg(long, value_name = "FILE.pdf")]
    pub sheet: Option<PathBuf>,
    /// The recovery words, into a new file for its owner alone.
    #[arg(long, value_name = "FILE")]
    pub code_file: Option<PathBuf>,
    /// An Autocrypt Setup Message with the OpenPGP key.
    #[arg(long, value_name = "FILE.eml", requires = "setup_code_file")]
    pub setup_message: Option<PathBuf>,
    /// Its Setup Code, into a new file for its owner alone.
    #[arg(long, value_name = "FILE", requires = "setup_message")]
    pub setup_code_file: Option<PathBuf>,
    /// Whose key goes into the Setup Message, when there are several.
    #[arg(long, value_parser = address, requires = "setup_message")]
    pub address: Option<EmailAddress>,
    /// Open this backup and compare it with the profile; nothing is changed.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "sheet", "code_file", "setup_message"])]
    pub rehearse: Option<PathBuf>,
    /// The words are on this picture of the recovery sheet.
    #[arg(long, value_name = "PICTURE", requires = "rehearse")]
    pub sheet_picture: Option<PathBuf>,
}

/// Options of `key restore`.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RestoreArgs {
    /// A backup, or an Autocrypt Setup Message.
    pub file: PathBuf,
    /// The words are on this picture of the recovery sheet; else they, the passphrase or the Setup Code are the
    /// passphrase given (the second, if the first opens a vault).
    #[arg(long, value_name = "PICTURE")]
    pub sheet_picture: Option<PathBuf>,
}
