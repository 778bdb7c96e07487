//! The story of a message that goes out: look at the draft (preflight), let the author decide
//! (approve), seal it, and hand over bytes that nothing alters any more.
//!
//! A [`SendPlan`] can only be had from [`Preflight::approve`], and no function here turns a plan
//! that says "encrypt" into plaintext.

mod codes;
mod preflight;
mod recipients;
mod seal;

pub use codes::{Blocker, BlockerCode, SendCaution, SendCautionCode};
pub use preflight::{Preflight, Readiness, SendPlan, preflight};
pub use seal::{Delivery, OutgoingMessage, SealError, Stamp, seal};
