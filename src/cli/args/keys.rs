//! The words of `cert` and `key`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::domain::{EmailAddress, Fingerprint, Technology};

use super::{FindArgs, PublishArgs, Servers, address, fingerprint, moment, technology};

#[derive(Debug, Args)]
pub(crate) struct CertArgs {
    #[command(subcommand)]
    pub command: CertCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CertCommand {
    /// Describe the certificates and keys in files.
    Show {
        /// Files of either technology.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The moment to judge at (default: now).
        #[arg(long, value_name = "RFC3339", value_parser = moment)]
        at: Option<Timestamp>,
    },
    /// The profile's certificates.
    List,
    /// Add certificates to the profile.
    Import {
        /// Files of either technology.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// The certificate directory that OpenPGP programs share: what is known there and here.
    Share {
        /// Use it, or no longer; without it says what is so, and reads it.
        switch: Option<Switch>,
        /// Another directory than the user's own.
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Write a certificate of the profile.
    Export {
        /// Which.
        #[arg(value_parser = fingerprint)]
        fingerprint: Fingerprint,
        /// Where to; standard output without.
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
    /// Look for the certificates of an address, in the ways that are allowed or named.
    Find(Box<FindArgs>),
    /// Take a certificate out of the profile.
    Remove {
        /// Which.
        #[arg(value_parser = fingerprint)]
        fingerprint: Fingerprint,
    },
    /// Ask for what is new of every certificate, by fingerprint, in the ways that are allowed or named.
    Refresh(Box<Servers>),
}

#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key pair.
    Generate(Box<GenerateArgs>),
    /// The profile's own keys.
    List,
    /// Add keys to the profile.
    Import {
        /// Files of either technology; folders with such files, or of GnuPG, gpgsm or Thunderbird.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Only say what it would bring.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        options: BringOptions,
    },
    /// Other programs' keys that could be imported.
    Sources {
        /// Look here, too.
        path: Option<PathBuf>,
    },
    /// Write a key of the profile with its secret part.
    Export {
        /// Which.
        #[arg(value_parser = fingerprint)]
        fingerprint: Fingerprint,
        /// With the secret part, protected by the first passphrase given (the second, if the first opens a vault).
        #[arg(long)]
        secret: bool,
        /// S/MIME: a PKCS#12 file that programs read which know nothing newer (gpgsm 2.2).
        #[arg(long, requires = "secret")]
        compatible: bool,
        /// Where to; standard output without.
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
    /// Give an own certificate to others.
    Publish(Box<PublishArgs>),
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    #[command(subcommand)]
    pub command: TokenCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// The tokens that are there, and the certificates on them.
    List {
        /// The PKCS#11 library that speaks to them (default: those that are installed).
        #[arg(long, value_name = "MODULE")]
        module: Option<PathBuf>,
    },
    /// Use the keys on the tokens of a library from now on.
    Use {
        /// The PKCS#11 library.
        #[arg(long, value_name = "MODULE")]
        module: PathBuf,
        /// Only say what it would bring.
        #[arg(long)]
        dry_run: bool,
    },
    /// Use a key that is elsewhere no longer; its certificate stays.
    Forget {
        /// Which.
        #[arg(value_parser = fingerprint)]
        fingerprint: Fingerprint,
    },
}

/// How the folders of other programs are imported.
#[derive(Debug, Default, Args)]
pub(crate) struct BringOptions {
    /// What the other program trusts is trusted here, too.
    #[arg(long)]
    pub take_trust: bool,
    /// Secret keys stay with GnuPG's agent, which uses them for us.
    #[arg(long, conflicts_with = "public_only")]
    pub agent: bool,
    /// No secret keys.
    #[arg(long)]
    pub public_only: bool,
}

#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// openpgp or smime.
    #[arg(long, value_parser = technology)]
    pub technology: Technology,
    /// The person's name.
    #[arg(long, default_value = "")]
    pub name: String,
    /// The address.
    #[arg(long, value_parser = address)]
    pub address: EmailAddress,
    /// S/MIME: a self-signed certificate instead of a request to an authority.
    #[arg(long)]
    pub self_signed: bool,
    /// S/MIME: a PKCS#12 file that programs read which know nothing newer (gpgsm 2.2).
    #[arg(long, requires = "self_signed")]
    pub compatible: bool,
    /// Write files here instead of into the profile.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}
