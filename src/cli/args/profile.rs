//! The words of the commands over a profile.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::domain::{EmailAddress, Mailbox, Timestamp};

use super::keys::Switch;
use super::{address, moment};

#[derive(Debug, Args)]
pub(crate) struct AccountArgs {
    #[command(subcommand)]
    pub command: AccountCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Add an account; its password is the last passphrase given. Without servers they are found by the address and tried.
    Add(Box<AccountOptions>),
    /// Find the servers of an address; nobody logs in.
    Discover {
        /// The address.
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
    /// Sign an account in at its provider, in the browser (OAuth 2.0).
    Login(LoginOptions),
    /// The other addresses that an account may send as.
    Identity(IdentityOptions),
    /// The accounts.
    List,
    /// Log in to its servers and leave again.
    Test {
        /// Its address.
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
    /// Whether what was decrypted of its mail is found by `search`; the index is encrypted either way.
    Search {
        /// Its address.
        #[arg(value_parser = address)]
        address: EmailAddress,
        /// `off` takes it out of the index.
        #[arg(long, value_name = "on|off")]
        decrypted: Switch,
    },
    /// Remove an account with its folders and messages here.
    Remove {
        /// Its address.
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AccountOptions {
    /// The address.
    #[arg(value_parser = address)]
    pub address: EmailAddress,
    /// The display name.
    #[arg(long, default_value = "")]
    pub name: String,
    /// The user name, if it is not the address.
    #[arg(long)]
    pub user: Option<String>,
    /// The submission server; without it all servers are found by the address, and tried.
    #[arg(long, value_name = "HOST")]
    pub smtp_host: Option<String>,
    /// Use servers that only the DNS names.
    #[arg(long, conflicts_with = "smtp_host")]
    pub believe_dns: bool,
    /// 587 (STARTTLS) or 465 (TLS from the first byte).
    #[arg(long, default_value_t = 587, value_name = "PORT")]
    pub smtp_port: u16,
    /// The IMAP server.
    #[arg(long, default_value = "", value_name = "HOST", requires = "smtp_host")]
    pub imap_host: String,
    /// 993 (TLS from the first byte) or 143 (STARTTLS).
    #[arg(long, default_value_t = 993, value_name = "PORT")]
    pub imap_port: u16,
    /// The POP3 server: mail is received from it when no IMAP server is given.
    #[arg(long, value_name = "HOST")]
    pub pop_host: Option<String>,
    /// 995 (TLS from the first byte) or 110 (STLS).
    #[arg(long, default_value_t = 995, value_name = "PORT", requires = "pop_host")]
    pub pop_port: u16,
    /// Delete messages on the POP3 server once they are kept here.
    #[arg(long, requires = "pop_host")]
    pub pop_delete: bool,
    /// Log in to the POP3 server before each submission, for servers that want POP before SMTP.
    #[arg(long, requires = "pop_host")]
    pub pop_before_smtp: bool,
    /// An authority whose server certificates are believed, too.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// What to find.
    #[arg(allow_hyphen_values = true, required_unless_present = "saved")]
    pub query: Option<String>,
    /// Keep the search under a name.
    #[arg(long, value_name = "NAME", conflicts_with = "saved")]
    pub save: Option<String>,
    /// What was kept under a name.
    #[arg(long, value_name = "NAME", conflicts_with = "query")]
    pub saved: Option<String>,
    /// No more than so many.
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
}

#[derive(Debug, Args)]
pub(crate) struct LoginOptions {
    /// The account's address; one that is not there yet is set up.
    #[arg(value_parser = address)]
    pub address: EmailAddress,
    /// The display name of a new account.
    #[arg(long, default_value = "")]
    pub name: String,
    /// Use servers that only the DNS names, for a new account.
    #[arg(long)]
    pub believe_dns: bool,
    /// The provider's authorization server, described as in assets/oauth.json.
    #[arg(long, value_name = "FILE")]
    pub provider: Option<PathBuf>,
    /// Only print the address that a browser is to open.
    #[arg(long)]
    pub no_browser: bool,
}

#[derive(Debug, Args)]
pub(crate) struct IdentityOptions {
    /// The account's address.
    #[arg(value_parser = address)]
    pub address: EmailAddress,
    /// Let it send as this, too: an address, or `Name <address>`.
    #[arg(long, value_name = "MAILBOX", value_parser = mailbox)]
    pub add: Vec<Mailbox>,
    /// No longer as this.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub remove: Vec<EmailAddress>,
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    Mailbox::parse(text).ok_or_else(|| format!("{text} is no address"))
}

#[derive(Debug, Args)]
pub(crate) struct FolderArgs {
    #[command(subcommand)]
    pub command: FolderCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FolderCommand {
    /// The folders with their counts.
    List,
    /// Make a folder.
    Create {
        /// Its name.
        name: String,
        /// The account's address; the first account if none is given.
        #[arg(long, value_parser = address)]
        account: Option<EmailAddress>,
        /// The folder that it is to be in.
        #[arg(long = "in", value_name = "FOLDER")]
        below: Option<String>,
    },
    /// Give a folder another name.
    Rename {
        /// Its number or name.
        folder: String,
        /// The new name.
        name: String,
    },
    /// Delete a folder with everything in it.
    Delete {
        /// Its number or name.
        folder: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// Messages; for whom they are is in To, Cc and Bcc (which is removed).
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Not before this moment.
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub at: Option<Timestamp>,
    /// Ask the servers on the way to report the delivery.
    #[arg(long)]
    pub dsn: bool,
    /// Only where every server on the way promises TLS (RFC 8689).
    #[arg(long)]
    pub require_tls: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OutboxArgs {
    #[command(subcommand)]
    pub command: OutboxCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OutboxCommand {
    /// What waits, and why.
    List,
    /// Send what is due.
    Send,
    /// Try again now.
    Retry {
        /// Its number, or several.
        #[arg(required = true)]
        ids: Vec<i64>,
    },
    /// Take it back.
    Cancel {
        /// Its number.
        id: i64,
    },
    /// What is uncertain arrived: it counts as sent.
    Arrived {
        /// Its number.
        id: i64,
    },
}
