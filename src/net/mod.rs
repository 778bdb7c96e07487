//! Sockets: SMTP submission, IMAP, POP3, DNS, the web, and where certificates are looked up. Bytes in, bytes out.
//! May use: domain.

mod cancel;
mod connect;
pub mod dane;
pub mod desktop;
pub mod discover;
pub mod dns;
mod error;
pub mod hkp;
pub mod imap;
pub mod ldap;
mod line;
pub mod oauth;
pub mod pop3;
mod sasl;
mod server;
pub mod smtp;
mod stream;
pub mod tls;
pub mod transcript;
pub mod vks;
pub mod web;
pub mod wkd;

pub use cancel::Cancel;
pub use error::{CertificateProblem, NetError, Refusal};
pub use sasl::Mechanism;
pub use server::{Credentials, Proof, Security, Server};
