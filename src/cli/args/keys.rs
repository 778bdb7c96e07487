//! The words of `cert` and `key`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::domain::{EmailAddress, Fingerprint};
use crate::engine::topic::own_keys::{KeyKind, RevocationReason};

use super::backup::{BackupArgs, RestoreArgs};
use super::{FindArgs, PublishArgs, Servers, address, fingerprint, moment};

/// How long something lasts, in days; `None` for no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime(pub(crate) Option<u32>);

/// Reads `2y`, `18m`, `90d` or `never`.
pub(super) fn lifetime(text: &str) -> Result<Lifetime, String> {
    let wrong = || "a lifetime is written like 2y, 18m, 90d or never".to_owned();
    if text == "never" {
        return Ok(Lifetime(None));
    }
    let (number, days) = match text.char_indices().next_back() {
        Some((at, 'y')) => (text.get(..at), 365.0),
        Some((at, 'm')) => (text.get(..at), 365.0 / 12.0),
        Some((at, 'd')) => (text.get(..at), 1.0),
        _ => return Err(wrong()),
    };
    let number: u16 = number.and_then(|number| number.parse().ok()).filter(|number| *number > 0).ok_or_else(wrong)?;
    Ok(Lifetime(Some((f64::from(number) * days).round() as u32)))
}

pub(super) fn kind(text: &str) -> Result<KeyKind, String> {
    KeyKind::parse(text).ok_or_else(|| "the kinds are v4, v6, pqc, rsa3072, rsa4096, p256 and p384".to_owned())
}

pub(super) fn reason(text: &str) -> Result<RevocationReason, String> {
    let words = "the reasons are superseded, retired, compromised and unspecified";
    RevocationReason::parse(text).ok_or_else(|| words.to_owned())
}

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
    /// Give a key a later end, or an S/MIME certificate a successor.
    Extend {
        /// Which.
        #[arg(value_parser = fingerprint)]
        fingerprint: Fingerprint,
        /// How long from now on: 2y, 18m, 90d.
        #[arg(long, default_value = "2y", value_parser = lifetime)]
        lifetime: Lifetime,
        /// S/MIME: the new certificate is for the same key, not for a new one.
        #[arg(long)]
        same_key: bool,
        /// S/MIME, issued elsewhere: where the request goes; standard output without.
        #[arg(long, value_name = "FILE")]
        request: Option<PathBuf>,
    },
    /// Withdraw a key. It still opens old mail.
    Revoke {
        /// Which.
        #[arg(value_parser = fingerprint)]
        fingerprint: Fingerprint,
        /// superseded and retired leave old signatures good; compromised and unspecified do not.
        #[arg(long, value_parser = reason)]
        reason: RevocationReason,
        /// OpenPGP: what others read about it.
        #[arg(long, default_value = "")]
        text: String,
        /// OpenPGP: use the revocation made at the key's birth; no passphrase is needed.
        #[arg(long)]
        kept: bool,
        /// Write the withdrawn certificate here, for publishing.
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
    /// Requests that wait for an authority's answer; `key import` takes it in.
    Waiting {
        /// Only this one.
        key: Option<String>,
        /// Give it up, with its key.
        #[arg(long, requires = "key", conflicts_with = "output")]
        discard: bool,
        /// Write the request here again.
        #[arg(short, long, requires = "key")]
        output: Option<PathBuf>,
    },
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
        /// OpenPGP: only the revocation that was made at the key's birth.
        #[arg(long, conflicts_with = "secret")]
        revocation: bool,
        /// Where to; standard output without.
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
    /// Write a backup of everything that a person would miss, a recovery sheet, or an Autocrypt Setup Message; or try a
    /// backup.
    Backup(Box<BackupArgs>),
    /// Put a backup or an Autocrypt Setup Message back: what is there stays, what is missing comes.
    Restore(RestoreArgs),
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
    /// openpgp, smime or both.
    #[arg(long, value_parser = ["openpgp", "smime", "both"])]
    pub technology: String,
    /// OpenPGP: v4, v6, pqc (post-quantum), rsa3072, rsa4096; S/MIME: rsa3072, rsa4096, p256, p384.
    #[arg(long, value_parser = kind)]
    pub kind: Option<KeyKind>,
    /// How long it lasts: 2y, 18m, 90d, never.
    #[arg(long, default_value = "2y", value_parser = lifetime)]
    pub lifetime: Lifetime,
    /// S/MIME: one pair for signatures, another for encryption.
    #[arg(long)]
    pub separate: bool,
    /// S/MIME: a certificate by an authority of the profile.
    #[arg(long, value_name = "FINGERPRINT", value_parser = fingerprint, conflicts_with_all = ["self_signed", "output"])]
    pub authority: Option<Fingerprint>,
    /// S/MIME: where the request to an authority goes, while the key waits in the profile; standard output without.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["self_signed", "authority", "output"])]
    pub request: Option<PathBuf>,
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
    #[arg(long)]
    pub compatible: bool,
    /// Write files here instead of into the profile.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}
