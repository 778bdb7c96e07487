//! IMAP (RFC 3501, 9051) over TLS: folders, new messages, flags, and copies of what was sent.

mod fetch;
mod folder;
mod login;
mod mutf7;
mod sent;
mod session;

pub use fetch::{Fetched, Flags, Known, Step, Synchronised};
pub use folder::RemoteFolder;
pub use session::Session;

pub use super::{Cancel, Credentials, NetError as ImapError, Security, Server};

/// Looks whether a server is there, with TLS and the right certificate; nobody logs in.
pub async fn greet(server: &Server) -> Result<(), ImapError> {
    login::greet(server).await
}

/// Logs in and leaves again.
pub async fn probe(server: &Server, credentials: &Credentials) -> Result<(), ImapError> {
    Session::log_in(server, credentials).await?.log_out().await;
    Ok(())
}
