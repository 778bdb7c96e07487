//! Seals and seal-breaking, in two wings of the same furniture: `cert`, `decrypt`, `verify`, `protect`.
//! May use: domain.
//!
//! Nothing here says whose a key is: that is `trust`. Nothing here reads a clock.

mod check;
mod kept;
mod keyring;
mod kind;
pub mod pgp;
pub mod reason;
mod report;
pub mod smime;
mod unproven;

pub use check::{
    Certificate, DecryptFailure, Decrypted, Decryption, DetachedSignature, Integrity, Opened, ProtectError,
    SignatureCheck, SignatureOutcome, Signer, Stapled,
};
pub use kept::{CertificateSource, Described, Facts, Kept};
pub use keyring::{ImportError, Imported, Keyring};
pub use kind::{KeyKind, KeyUse, RevocationReason};
pub use report::CertificateReport;
pub use unproven::Bounds;
