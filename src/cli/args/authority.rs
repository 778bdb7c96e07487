//! The words of `authority`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::domain::{EmailAddress, Fingerprint};
use crate::engine::topic::own_keys::{KeyKind, KeyUse, RevocationReason};

use super::keys::{Lifetime, kind, lifetime, reason};
use super::{address, fingerprint};

#[derive(Debug, Args)]
pub(crate) struct AuthorityArgs {
    #[command(subcommand)]
    pub command: AuthorityCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuthorityCommand {
    /// Make an authority, which is believed from then on.
    Create {
        /// Its name, as others see it.
        #[arg(long)]
        name: String,
        /// The organisation that it is of.
        #[arg(long, default_value = "")]
        organisation: String,
        /// rsa3072, rsa4096, p256 or p384.
        #[arg(long, default_value = "rsa4096", value_parser = kind)]
        kind: KeyKind,
        /// How many authorities may stand below it.
        #[arg(long, default_value_t = 0)]
        path_length: u8,
        /// How long it lasts: 10y.
        #[arg(long, default_value = "10y", value_parser = lifetime)]
        lifetime: Lifetime,
        /// Where its revocation list will be found; written into what it issues.
        #[arg(long, default_value = "", value_name = "URL")]
        crl_url: String,
    },
    /// The profile's authorities, and what they issued.
    List,
    /// Issue a certificate.
    Issue(Box<IssueArgs>),
    /// Give something issued a later end; without a serial number, the authority itself.
    Renew {
        /// The serial number or fingerprint of what was issued.
        serial: Option<String>,
        /// Which authority; not needed for the only one.
        #[arg(long, value_parser = fingerprint)]
        authority: Option<Fingerprint>,
        /// How long from now on (default: 2y, and 10y for the authority).
        #[arg(long, value_parser = lifetime)]
        lifetime: Option<Lifetime>,
        /// Where the certificate goes, PEM; standard output without.
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
    /// Withdraw what was issued.
    Revoke {
        /// Its serial number or fingerprint.
        serial: String,
        /// Which authority; not needed for the only one.
        #[arg(long, value_parser = fingerprint)]
        authority: Option<Fingerprint>,
        /// superseded, retired, compromised or unspecified.
        #[arg(long, value_parser = reason)]
        reason: RevocationReason,
    },
    /// Write the revocation list, DER.
    Crl {
        /// Which authority; not needed for the only one.
        #[arg(long, value_parser = fingerprint)]
        authority: Option<Fingerprint>,
        /// How many days it counts.
        #[arg(long, default_value_t = 30)]
        days: u32,
        /// As PEM.
        #[arg(long)]
        pem: bool,
        /// Where to, in place of an older one; standard output without.
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct IssueArgs {
    /// Which authority; not needed for the only one.
    #[arg(long, value_parser = fingerprint)]
    pub authority: Option<Fingerprint>,
    /// For the key of this request (PKCS#10); the certificate goes to the output, PEM.
    #[arg(long, value_name = "FILE", conflicts_with = "address", required_unless_present = "address")]
    pub request: Option<PathBuf>,
    /// For this address, with a new key; both go to the output, PKCS#12.
    #[arg(long, value_parser = address)]
    pub address: Option<EmailAddress>,
    /// The person's name.
    #[arg(long, default_value = "", requires = "address")]
    pub name: String,
    /// The new key: rsa3072, rsa4096, p256 or p384.
    #[arg(long, default_value = "rsa3072", value_parser = kind)]
    pub kind: KeyKind,
    /// both, signing or encryption.
    #[arg(long = "use", default_value = "both", value_parser = usage)]
    pub usage: KeyUse,
    /// A PKCS#12 file that programs read which know nothing newer (gpgsm 2.2).
    #[arg(long, requires = "address")]
    pub compatible: bool,
    /// How long it lasts: 2y, 18m, 90d.
    #[arg(long, default_value = "2y", value_parser = lifetime)]
    pub lifetime: Lifetime,
    /// Where to.
    #[arg(short, long)]
    pub output: PathBuf,
}

fn usage(text: &str) -> Result<KeyUse, String> {
    KeyUse::parse(text).ok_or_else(|| "the uses are both, signing and encryption".to_owned())
}
