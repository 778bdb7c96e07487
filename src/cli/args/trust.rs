//! The words of `trust`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::domain::{EmailAddress, Fingerprint};

use super::{address, fingerprint, moment};

#[derive(Debug, Args)]
pub(crate) struct TrustCommandArgs {
    #[command(subcommand)]
    pub command: TrustCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TrustCommand {
    /// This certificate was compared with its owner.
    Direct(TrustOptions),
    /// The certifications of this OpenPGP certificate count.
    Root(TrustOptions),
    /// The certifications of this OpenPGP certificate count by a third: three such agree, as GnuPG has it.
    Introducer(TrustOptions),
    /// This X.509 certificate is a trust anchor.
    Anchor(TrustOptions),
    /// Vouch for a certificate with an own OpenPGP key, whose certifications count here from then on.
    Certify(Box<CertifyOptions>),
    /// Take back what an own OpenPGP key vouched for.
    Retract {
        /// Which.
        #[arg(value_parser = fingerprint)]
        fingerprint: Fingerprint,
        /// Only for this address; for all of them without.
        #[arg(value_parser = address)]
        address: Option<EmailAddress>,
        /// The own key.
        #[arg(long, value_name = "FINGERPRINT", value_parser = fingerprint)]
        by: Option<Fingerprint>,
    },
    /// Why the certificates of an address are believed.
    Path {
        /// The address.
        #[arg(value_parser = address)]
        address: EmailAddress,
        /// The moment to judge at (default: now).
        #[arg(long, value_name = "RFC3339", value_parser = moment)]
        at: Option<Timestamp>,
    },
    /// Who vouches for whom, in both worlds: as a picture, as JSON, or line by line.
    Graph {
        /// Only what leads to this address.
        #[arg(value_parser = address)]
        address: Option<EmailAddress>,
        /// Write a picture here.
        #[arg(short, long, value_name = "FILE.svg")]
        output: Option<PathBuf>,
        /// The moment to judge at (default: now).
        #[arg(long, value_name = "RFC3339", value_parser = moment)]
        at: Option<Timestamp>,
    },
    /// The fingerprint in the forms in which people compare it: words, groups of digits, a URI.
    Sheet {
        /// Which.
        #[arg(value_parser = fingerprint)]
        fingerprint: Fingerprint,
        /// What the owner read out, wrote or sent (words, digits, a URI, or a file with a picture of a QR code): says
        /// whether it is the same.
        #[arg(long, value_name = "TEXT|FILE")]
        with: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TrustOptions {
    /// Which.
    #[arg(value_parser = fingerprint)]
    pub fingerprint: Fingerprint,
    /// Take it back.
    #[arg(long)]
    pub retract: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CertifyOptions {
    /// Which certificate.
    #[arg(value_parser = fingerprint)]
    pub fingerprint: Fingerprint,
    /// The address in it that is its owner's.
    #[arg(value_parser = address)]
    pub address: EmailAddress,
    /// How much it counts, from 1 to 120; 60 is half (RFC 9580, 5.2.3.21).
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u8).range(1..=120))]
    pub amount: u8,
    /// How far the trust reaches: 1 makes the owner an introducer of others.
    #[arg(long, default_value_t = 0)]
    pub depth: u8,
    /// An introducer only for addresses at this domain and below it.
    #[arg(long = "domain", value_name = "DOMAIN")]
    pub domains: Vec<String>,
    /// An introducer only for User IDs that match (RFC 9580, 5.2.3.22).
    #[arg(long = "regex", value_name = "REGEX")]
    pub expressions: Vec<String>,
    /// Keep it here: it is never given away with the certificate.
    #[arg(long)]
    pub local: bool,
    /// When it ends.
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub expires: Option<Timestamp>,
    /// The own key that vouches.
    #[arg(long, value_name = "FINGERPRINT", value_parser = fingerprint)]
    pub by: Option<Fingerprint>,
}
