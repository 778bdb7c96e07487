//! Sockets: SMTP submission, IMAP, DNS, pictures from the web, lists and answers of authorities. Bytes in, bytes out.
//! May use: domain.

mod cancel;
mod connect;
pub mod dns;
mod error;
pub mod imap;
mod line;
mod server;
pub mod smtp;
mod stream;
pub mod tls;
pub mod web;

pub use cancel::Cancel;
pub use error::{CertificateProblem, NetError};
pub use server::{Credentials, Security, Server};
