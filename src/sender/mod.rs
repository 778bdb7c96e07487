//! Did the sending domain vouch for the delivery? One file a mechanism: SPF, DKIM, DMARC, ARC, BIMI, Authentication-Results.
//! May use: domain, message.

mod result;

pub use result::{Method, SenderResult, SenderWord, Source};
