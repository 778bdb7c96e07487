//! Did the sending domain vouch for the delivery? One file a mechanism: SPF, DKIM, DMARC, ARC, BIMI, Authentication-Results.
//! May use: domain.

mod arc;
mod authentication_results;
mod author;
mod bimi;
mod bimi_svg;
mod dkim;
mod dmarc;
mod dmarc_record;
mod domain_key;
mod evaluate;
mod fields;
mod imitation;
mod iprev;
mod look_alike;
pub mod reason;
mod received;
mod result;
mod signed;
mod spf;
mod tags;
#[cfg(test)]
mod tests;
mod zone;

pub use authentication_results::{
    AuthenticationResults, MethodResult, fields as authentication_results_fields, parse_header, reported,
};
pub use bimi_svg::check_svg;
pub use evaluate::{Evidence, evaluate, evaluate_spf};
pub use imitation::KnownAddresses;
pub use look_alike::is_look_alike;
pub use result::{Method, SenderResult, SenderWord, Source};
pub use zone::{Offline, Zone};

/// What can't be evaluated at all. Verdicts are data, never errors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SenderError {
    /// A zone file that is none: the parser's words, or the name whose records are not understood.
    #[error("zone: {0}")]
    Zone(String),
    /// Not an Authentication-Results field (RFC 8601 §2.2).
    #[error("not an Authentication-Results field")]
    AuthenticationResults,
}
