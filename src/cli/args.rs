mod authority;
mod backup;
mod finding;
mod keys;
mod mail;
mod profile;
mod store;
mod trust;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::domain::{EmailAddress, Fingerprint, Mailbox, Technology};

pub(crate) use authority::{AuthorityArgs, AuthorityCommand, IssueArgs};
pub use backup::BackupArgs;
pub(crate) use backup::RestoreArgs;
pub(crate) use finding::{FindArgs, PublishArgs, Servers};
pub(crate) use keys::{
    BringOptions, CertArgs, CertCommand, GenerateArgs, KeyArgs, KeyCommand, Switch, TokenArgs, TokenCommand,
};
pub(crate) use mail::{FlagArgs, MailArgs, PlaceArgs};
pub(crate) use profile::{
    AccountArgs, AccountCommand, AccountOptions, FolderArgs, FolderCommand, IdentityOptions, LoginOptions, OutboxArgs,
    OutboxCommand, SearchArgs, SendArgs,
};
pub(crate) use store::{StoreArgs, StoreCommand};
pub(crate) use trust::{CertifyOptions, TrustCommand, TrustCommandArgs, TrustOptions};

/// Mail with a seal and a lock that people really use: OpenPGP and S/MIME as equals.
#[derive(Debug, Parser)]
#[command(name = "kakitome", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Options of every command.
#[derive(Clone, Debug, Default, Args)]
pub struct Common {
    /// The profile's folder.
    #[arg(long, global = true, env = "KAKITOME_PROFILE", value_name = "DIR")]
    pub profile: Option<PathBuf>,
    /// One JSON document, or one a line for lists.
    #[arg(long, global = true)]
    pub json: bool,
    /// The language of what is printed or shown.
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Lang>,
    /// Ask this resolver instead of the system's.
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    pub dns: Option<std::net::SocketAddr>,
    /// No network at all.
    #[arg(long, global = true)]
    pub offline: bool,
    /// Print what was said with servers on standard error; passwords and messages are left out.
    #[arg(long, global = true)]
    pub transcript: bool,
    /// Say more.
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Read passphrases from this file descriptor, one a line, tried in turn.
    #[arg(long, global = true, value_name = "N")]
    pub passphrase_fd: Option<u32>,
    /// Read passphrases from this file, one a line, tried in turn.
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// The first line of this file is the PIN of the token that is used; it is tried once.
    #[arg(long, global = true, value_name = "FILE")]
    pub pin_file: Option<PathBuf>,
    /// Where the profile's secrets are kept.
    #[arg(long, global = true, value_enum, value_name = "WHERE")]
    pub secret_store: Option<SecretStoreKind>,
}

/// The languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// English.
    En,
    /// 日本語.
    Ja,
}

/// Where secrets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SecretStoreKind {
    /// The keyring of the operating system.
    Os,
    /// A vault in the profile, under the profile's passphrase.
    File,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Assess messages: an .eml, every file of a folder, an mbox, standard input.
    Inspect(Box<InspectArgs>),
    /// Build and protect a message; one .eml a delivery.
    Seal(Box<SealArgs>),
    /// Print the draft that an answer would open with.
    Reply(Box<ReplyArgs>),
    /// Validate a certification path.
    Path(Box<PathArgs>),
    /// Evaluate SPF, DKIM, DMARC, ARC and BIMI of a message.
    Evaluate(Box<super::evaluate::EvaluateArgs>),
    /// Describe certificates and keys.
    Cert(CertArgs),
    /// Key pairs of either technology.
    Key(KeyArgs),
    /// An authority of your own, for a family or a company.
    Authority(AuthorityArgs),
    /// Accounts.
    Account(AccountArgs),
    /// The profile's folders.
    Folder(FolderArgs),
    /// Put messages (.eml, mbox, Maildir) into a local folder; a profile of Thunderbird or a home of GnuPG brings its
    /// keys, too.
    Import {
        /// Files and folders.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// The local folder.
        #[arg(long, default_value = "Imported")]
        folder: String,
    },
    /// Write every message of a folder as .eml files, an mbox or a Maildir; or everything.
    Export {
        /// The folder's number or name; without it where to, when it is everything.
        #[arg(required_unless_present = "everything")]
        folder: Option<String>,
        /// Where to: a folder, or for an mbox a new file.
        #[arg(required_unless_present = "everything")]
        path: Option<PathBuf>,
        /// Every folder of every account, what waits to be sent, drafts and the accounts, into this new folder.
        #[arg(long, value_name = "PATH", conflicts_with_all = ["folder", "path"])]
        everything: Option<PathBuf>,
        /// As what; everything is written as Maildirs unless it is to be mboxes.
        #[arg(long = "as", default_value = "eml")]
        form: MailboxForm,
    },
    /// Fetch what is new, and send what is queued.
    Sync {
        /// Go on until interrupted.
        #[arg(long)]
        watch: bool,
    },
    /// Send messages as they are, through the outbox.
    Send(SendArgs),
    /// What waits to be sent.
    Outbox(OutboxArgs),
    /// The list of a folder, newest first.
    List {
        /// The folder's number or name.
        folder: String,
        /// No more than so many.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Find messages, newest first: words, "phrases", -not, OR, from:, subject:, has:, is:, before: and more.
    Search(SearchArgs),
    /// Assess a message of the profile.
    Show {
        /// Its number.
        id: i64,
        /// Print its source instead.
        #[arg(long)]
        source: bool,
    },
    /// Move messages into a folder.
    Move(PlaceArgs),
    /// Copy messages into a folder.
    Copy(PlaceArgs),
    /// Move messages into the archive.
    Archive(MailArgs),
    /// Move messages into the trash; those that are there are deleted for good.
    Delete(MailArgs),
    /// Move messages among the junk.
    Junk {
        #[command(flatten)]
        messages: MailArgs,
        /// They are none: move them back to the inbox.
        #[arg(long)]
        not: bool,
    },
    /// Set and clear flags and keywords of messages.
    Flag(FlagArgs),
    /// What is kept: is it sound, how much room does it take.
    Store(StoreArgs),
    /// Whom the profile trusts.
    Trust(TrustCommandArgs),
    /// Tokens and cards (PKCS#11).
    Token(TokenArgs),
    /// Print a message to a PDF file.
    Print(Box<super::print::PrintArgs>),
    /// Open the window.
    Gui(GuiArgs),
}

/// Certificates, keys and whom to trust.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TrustArgs {
    /// More certificates.
    #[arg(long = "cert", value_name = "FILE")]
    pub certs: Vec<PathBuf>,
    /// Secret keys.
    #[arg(long = "key", value_name = "FILE")]
    pub keys: Vec<PathBuf>,
    /// Every certificate, secret key and PKCS#12 file below a folder.
    #[arg(long = "keys", value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// Secret OpenPGP keys that the agent of this home of GnuPG keeps, for the certificates given.
    #[arg(long = "agent", value_name = "HOME")]
    pub agents: Vec<PathBuf>,
    /// Certificates and keys on the tokens that this PKCS#11 library speaks to.
    #[arg(long = "token", value_name = "MODULE")]
    pub tokens: Vec<PathBuf>,
    /// X.509 trust anchors.
    #[arg(long = "anchor", value_name = "FILE")]
    pub anchors: Vec<PathBuf>,
    /// The platform's trust anchors, too.
    #[arg(long)]
    pub system_anchors: bool,
    /// Certificate revocation lists.
    #[arg(long = "crl", value_name = "FILE|DIR")]
    pub crls: Vec<PathBuf>,
    /// OCSP responses.
    #[arg(long = "ocsp", value_name = "FILE")]
    pub ocsp: Vec<PathBuf>,
    /// Every certificate given is directly trusted for the identities it names.
    #[arg(long)]
    pub trust_given: bool,
    /// OpenPGP certificates whose certifications count.
    #[arg(long = "trust-root", value_name = "FINGERPRINT", value_parser = fingerprint)]
    pub roots: Vec<Fingerprint>,
    /// The moment to judge at (default: now).
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub at: Option<Timestamp>,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Messages, folders of them, mbox files; `-` is standard input.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub trust: TrustArgs,
    /// Whose Authentication-Results are believed.
    #[arg(long = "authserv-id", value_name = "ID")]
    pub authserv_ids: Vec<String>,
    /// Evaluate SPF, DKIM, DMARC, ARC and BIMI over DNS.
    #[arg(long)]
    pub evaluate_sender: bool,
    /// The file is a bare object of this technology.
    #[arg(long = "as", value_name = "TECHNOLOGY", value_parser = technology)]
    pub bare: Option<Technology>,
    /// What a detached signature is over.
    #[arg(long, value_name = "FILE", requires = "bare")]
    pub content: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SealArgs {
    /// The author.
    #[arg(long, value_parser = mailbox)]
    pub from: Mailbox,
    /// Recipients.
    #[arg(long, value_parser = mailbox)]
    pub to: Vec<Mailbox>,
    /// Recipients of a copy.
    #[arg(long, value_parser = mailbox)]
    pub cc: Vec<Mailbox>,
    /// Recipients that nobody else sees.
    #[arg(long, value_parser = mailbox)]
    pub bcc: Vec<Mailbox>,
    /// The subject.
    #[arg(long, default_value = "")]
    pub subject: String,
    /// The text.
    #[arg(long, value_name = "FILE")]
    pub body: PathBuf,
    /// The text as HTML.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Files that go along.
    #[arg(long = "attach", value_name = "FILE")]
    pub attachments: Vec<PathBuf>,
    /// Sign.
    #[arg(long)]
    pub sign: bool,
    /// Encrypt.
    #[arg(long)]
    pub encrypt: bool,
    /// auto, openpgp or smime.
    #[arg(long, default_value = "auto", value_parser = ["auto", "openpgp", "smime"])]
    pub technology: String,
    #[command(flatten)]
    pub trust: TrustArgs,
    /// Where the deliveries go.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ReplyArgs {
    /// The message; `-` is standard input.
    pub file: PathBuf,
    /// Answer everybody.
    #[arg(long, conflicts_with = "forward")]
    pub all: bool,
    /// Forward it instead.
    #[arg(long)]
    pub forward: bool,
    #[command(flatten)]
    pub trust: TrustArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PathArgs {
    /// The certificate at the end of the path.
    pub certificate: PathBuf,
    /// Certificates that may be on the way.
    #[arg(long = "intermediate", value_name = "FILE")]
    pub intermediates: Vec<PathBuf>,
    /// Trust anchors.
    #[arg(long = "anchor", value_name = "FILE", required = true)]
    pub anchors: Vec<PathBuf>,
    /// Certificate revocation lists.
    #[arg(long = "crl", value_name = "FILE|DIR")]
    pub crls: Vec<PathBuf>,
    /// OCSP responses.
    #[arg(long = "ocsp", value_name = "FILE")]
    pub ocsp: Vec<PathBuf>,
    /// The moment to judge at (default: now).
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub at: Option<Timestamp>,
    /// What the certificate is to be used for.
    #[arg(long, default_value = "any", value_parser = ["sign", "encrypt", "any"])]
    pub purpose: String,
    /// The address it has to name.
    #[arg(long, value_parser = address)]
    pub address: Option<EmailAddress>,
    /// Acceptable policies (RFC 5280 §6.1.1 c).
    #[arg(long = "policy", value_name = "OID")]
    pub policies: Vec<String>,
    /// RFC 5280 §6.1.1 f.
    #[arg(long)]
    pub require_policy: bool,
    /// RFC 5280 §6.1.1 g.
    #[arg(long)]
    pub inhibit_any_policy: bool,
    /// RFC 5280 §6.1.1 e.
    #[arg(long)]
    pub inhibit_mapping: bool,
    /// What to make of missing revocation information.
    #[arg(long, default_value = "soft", value_parser = ["soft", "hard", "off"])]
    pub revocation: String,
}

/// Options of the window.
#[derive(Clone, Debug, Default, Args)]
pub struct GuiArgs {
    /// A mailbox that shows every state the program knows, without account or network.
    #[arg(long)]
    pub demo: bool,
    /// Which screen.
    #[arg(long, value_name = "NAME")]
    pub screen: Option<String>,
    /// Render one screen to a PNG and end.
    #[arg(long, value_name = "FILE.png")]
    pub screenshot: Option<PathBuf>,
    /// End after so many frames and print how long they took.
    #[arg(long, value_name = "N")]
    pub frames: Option<u32>,
    /// The size of the window or picture.
    #[arg(long, default_value = "1280x800", value_name = "WxH")]
    pub size: Option<String>,
    /// The dark theme.
    #[arg(long)]
    pub dark: bool,
}

fn fingerprint(text: &str) -> Result<Fingerprint, String> {
    Fingerprint::parse(text).ok_or_else(|| "a full fingerprint has 40 or 64 hexadecimal digits".to_owned())
}

fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "a moment is written like 2026-11-24T10:00:00Z".to_owned())
}

fn address(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).ok_or_else(|| "an address is written like alice@example.org".to_owned())
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    Mailbox::parse(text)
        .ok_or_else(|| "a recipient is written like alice@example.org or Alice <alice@example.org>".to_owned())
}

fn technology(text: &str) -> Result<Technology, String> {
    match text {
        "openpgp" => Ok(Technology::OpenPgp),
        "smime" => Ok(Technology::Smime),
        _ => Err("the technologies are openpgp and smime".to_owned()),
    }
}

/// As what a folder is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum MailboxForm {
    /// A folder of .eml files.
    Eml,
    /// One file, quoted as mboxrd, with the flags in Status and X-Status.
    Mbox,
    /// A Maildir, with the flags in the names.
    Maildir,
}
