//! The words of looking certificates up and publishing them.

use std::path::PathBuf;

use clap::Args;

use crate::domain::{EmailAddress, Fingerprint};
use crate::engine::topic::finding::LookUp;

use super::{address, fingerprint};

/// Who is asked.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Servers {
    /// In these ways, now, whatever is allowed: wkd, vks, hkp, dane, ldap, aia. Each tells somebody whom was looked for.
    #[arg(long, value_name = "WAYS", value_delimiter = ',', value_parser = way)]
    pub via: Vec<LookUp>,
    /// Another verifying key server than the profile's.
    #[arg(long = "vks-server", value_name = "URL")]
    pub vks_at: Option<String>,
    /// Other key servers than the profile's.
    #[arg(long = "hkp-server", value_name = "URL")]
    pub hkp_at: Vec<String>,
    /// Other directories than the profile's (ldaps://host/base, or ldap://host/base with StartTLS).
    #[arg(long = "ldap-server", value_name = "URL")]
    pub ldap_at: Vec<String>,
    /// DNSKEY records that DNSSEC is checked with, in place of the root's own.
    #[arg(long, value_name = "FILE")]
    pub dnssec_anchor: Option<PathBuf>,
    /// Keep these ways and servers as what is allowed from now on.
    #[arg(long)]
    pub remember: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FindArgs {
    /// Whose certificate is looked for.
    #[arg(value_parser = address)]
    pub address: EmailAddress,
    #[command(flatten)]
    pub servers: Servers,
    /// Keep what is found, as unverified.
    #[arg(long)]
    pub import: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PublishArgs {
    /// Which of the profile's own keys.
    #[arg(value_parser = fingerprint)]
    pub fingerprint: Fingerprint,
    /// Hand it to the verifying key server.
    #[arg(long)]
    pub vks: bool,
    /// Have that server send a confirmation mail to these addresses of it.
    #[arg(long, value_name = "ADDRESS", value_parser = address, requires = "vks")]
    pub confirm: Vec<EmailAddress>,
    /// Hand it to the key servers of the older kind, for ever.
    #[arg(long)]
    pub hkp: bool,
    /// Write it as a Web Key Directory below a folder, for upload.
    #[arg(long, value_name = "DIR")]
    pub wkd: Option<PathBuf>,
    #[command(flatten)]
    pub servers: Servers,
}

fn way(text: &str) -> Result<LookUp, String> {
    LookUp::from_word(text).ok_or_else(|| "the ways are wkd, vks, hkp, dane, ldap and aia".to_owned())
}
