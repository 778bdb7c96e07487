//! The words of `cert` and `key`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
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
        /// Files of either technology.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Only say what it would bring.
        #[arg(long)]
        dry_run: bool,
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
