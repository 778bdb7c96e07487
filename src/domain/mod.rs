//! The nouns that several rooms share: addresses, fingerprints, times, messages as bytes, drafts, secrets.
//! May use: std.

mod abreast;
mod address;
mod base64;
mod dns;
mod draft;
mod fingerprint;
mod keyword;
pub mod mutf7;
mod percent;
mod raw;
mod secret;
mod spool;
pub mod thread;

pub use abreast::abreast;
pub use address::{EmailAddress, Mailbox};
pub use base64::base64_lines;
pub use dns::{DnsAnswer, DnsFailure, DnsResolver, Record, RecordKind};
pub use draft::{Attachment, Confidential, Dispatch, Draft, Protection, TechnologyChoice};
pub use fingerprint::{Fingerprint, Technology};
/// A point in time; every judgement in the program takes one as an argument.
pub use jiff::Timestamp;
pub use keyword::{decoded_keyword, keyword_of};
pub use percent::percent_decoded;
pub use raw::{Envelope, RawMessage};
pub use secret::Secret;
pub use spool::{Spool, SpoolFile};
