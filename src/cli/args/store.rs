//! The words of `store`.

use clap::{Args, Subcommand};

/// What is kept: looking at it, giving room back, repairing it.
#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    #[command(subcommand)]
    pub command: StoreCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// What takes how much room.
    Size,
    /// Look through everything that is kept, and change nothing. The verdict is printed; a damaged one is no failure.
    Check,
    /// Give room back: the database is written anew without gaps, and the search index becomes one piece.
    Compact,
    /// Make a new database of all that can be read; the damaged one stays beside it. What a server still has comes again
    /// with the next `sync`.
    Repair,
}
