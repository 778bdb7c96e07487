//! The words of `tag`, `searches` and `rule`.

use clap::{Args, Subcommand, ValueEnum};

use crate::domain::EmailAddress;

use super::address;

#[derive(Debug, Args)]
pub(crate) struct TagArgs {
    #[command(subcommand)]
    pub command: TagCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TagCommand {
    /// The tags, with their keywords on the server.
    List,
    /// Make a tag.
    Add {
        /// Its name.
        name: String,
        /// Its colour.
        #[arg(long, value_enum, default_value = "grey")]
        colour: Colour,
    },
    /// Give a tag another name; its keyword stays.
    Rename {
        /// Its name or keyword.
        tag: String,
        /// The new name.
        name: String,
    },
    /// Give a tag another colour.
    Colour {
        /// Its name or keyword.
        tag: String,
        /// The colour.
        #[arg(value_enum)]
        colour: Colour,
    },
    /// Clear a tag on every message, and forget it.
    Remove {
        /// Its name or keyword.
        tag: String,
    },
}

/// The colours of tags, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Red,
    Amber,
    Green,
    Blue,
    Violet,
    Teal,
    Brown,
    Grey,
}

#[derive(Debug, Args)]
pub(crate) struct SearchesArgs {
    #[command(subcommand)]
    pub command: SearchesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SearchesCommand {
    /// The searches that are kept, with how much in them is unread.
    List,
    /// Give one another name.
    Rename {
        /// Its number or name.
        search: String,
        /// The new name.
        name: String,
    },
    /// Forget one.
    Remove {
        /// Its number or name.
        search: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RuleArgs {
    #[command(subcommand)]
    pub command: RuleCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RuleCommand {
    /// The rules in their order.
    List,
    /// Add a rule: it is run on what comes new into an inbox.
    Add(Box<RuleOptions>),
    /// Forget a rule.
    Remove {
        /// Its number or name.
        rule: String,
    },
    /// Switch a rule on.
    Enable {
        /// Its number or name.
        rule: String,
    },
    /// Switch a rule off.
    Disable {
        /// Its number or name.
        rule: String,
    },
    /// Run the rules that are on, or one, on what is in a folder now.
    Run {
        /// The folder's number or name.
        folder: String,
        /// This one, on or off.
        #[arg(long, value_name = "RULE")]
        rule: Option<String>,
        /// Change nothing: say which messages they would be run on.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RuleOptions {
    /// Its name.
    pub name: String,
    /// From holds this.
    #[arg(long, value_name = "TEXT", help_heading = "Conditions")]
    pub from: Vec<String>,
    /// To or Cc holds this.
    #[arg(long, value_name = "TEXT", help_heading = "Conditions")]
    pub to: Vec<String>,
    /// The subject holds this; of a protected one, what is protected counts.
    #[arg(long, value_name = "TEXT", help_heading = "Conditions")]
    pub subject: Vec<String>,
    /// The List-Id holds this.
    #[arg(long, value_name = "TEXT", help_heading = "Conditions")]
    pub list_id: Vec<String>,
    /// `search` would find it by this.
    #[arg(long, value_name = "QUERY", help_heading = "Conditions", allow_hyphen_values = true)]
    pub query: Vec<String>,
    /// It has files.
    #[arg(long, help_heading = "Conditions")]
    pub has_attachment: bool,
    /// It has a seal, whosever it is.
    #[arg(long, help_heading = "Conditions")]
    pub signed: bool,
    /// It came encrypted.
    #[arg(long, help_heading = "Conditions")]
    pub encrypted: bool,
    /// Somebody vouches for the From address: its seal, or its domain by DMARC.
    #[arg(long, help_heading = "Conditions")]
    pub authenticated: bool,
    /// What the seal is.
    #[arg(long, value_name = "WORD", help_heading = "Conditions",
          value_parser = ["unsigned", "authenticated", "partial", "unauthenticated", "broken"])]
    pub seal: Option<String>,
    /// The result of SPF.
    #[arg(long, value_name = "RESULT", help_heading = "Conditions", value_parser = RESULTS)]
    pub spf: Option<String>,
    /// The result of DKIM.
    #[arg(long, value_name = "RESULT", help_heading = "Conditions", value_parser = RESULTS)]
    pub dkim: Option<String>,
    /// The result of DMARC.
    #[arg(long, value_name = "RESULT", help_heading = "Conditions", value_parser = RESULTS)]
    pub dmarc: Option<String>,
    /// One of the conditions is enough.
    #[arg(long, help_heading = "Conditions")]
    pub any: bool,
    /// Only mail of this account.
    #[arg(long, value_name = "ADDRESS", value_parser = address, help_heading = "Conditions")]
    pub account: Option<EmailAddress>,
    /// Move it into a folder.
    #[arg(long = "move", value_name = "FOLDER", help_heading = "Actions")]
    pub place: Option<String>,
    /// Put a copy into a folder.
    #[arg(long, value_name = "FOLDER", help_heading = "Actions")]
    pub copy: Vec<String>,
    /// Tag it.
    #[arg(long, value_name = "NAME", help_heading = "Actions")]
    pub tag: Vec<String>,
    /// Mark it with a star.
    #[arg(long, help_heading = "Actions")]
    pub star: bool,
    /// Mark it as read.
    #[arg(long, help_heading = "Actions")]
    pub read: bool,
    /// Move it among the junk.
    #[arg(long, help_heading = "Actions")]
    pub junk: bool,
    /// Move it into the trash.
    #[arg(long, help_heading = "Actions")]
    pub delete: bool,
    /// No later rule looks at it.
    #[arg(long, help_heading = "Actions")]
    pub stop: bool,
    /// Do not switch it on yet.
    #[arg(long)]
    pub off: bool,
}

/// The results that rules know (RFC 8601 §2.7).
const RESULTS: [&str; 8] = ["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "policy"];
