//! IMAP (RFC 3501, 9051) over TLS: folders, messages and their flags, what changed, and changing it.

mod change;
mod fetch;
mod folder;
mod idle;
mod login;
mod mutf7;
mod opened;
mod sent;
mod session;
mod wire;

pub use change::Moved;
pub use fetch::{Fetched, Flags, Listed};
pub use folder::{FolderStatus, RemoteFolder, name_of, path_of};
pub use idle::Heard;
pub use opened::{News, Opened, Since};
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
