//! IMAP (RFC 3501, 9051) over TLS: folders, messages and their flags, what changed, and changing it.

mod change;
mod fetch;
mod folder;
mod idle;
mod login;
mod opened;
mod sent;
mod session;
mod wire;

use crate::domain::mutf7;

pub use change::Moved;
pub use fetch::{Fetched, Flags, Listed};
pub use folder::{FolderStatus, RemoteFolder, name_of, path_of};
pub use idle::Heard;
pub use opened::{News, Opened, Since};
pub use session::{Session, is_never};

pub use super::{Cancel, Credentials, NetError as ImapError, Security, Server};

/// A folder's name for people, out of modified UTF-7 (RFC 3501 §5.1.3).
pub fn decoded_folder(name: &str) -> String {
    mutf7::decode(name)
}

/// Looks whether a server is there, with TLS and the right certificate; nobody logs in.
pub async fn greet(server: &Server) -> Result<(), ImapError> {
    login::greet(server).await
}

/// Logs in and leaves again.
pub async fn probe(server: &Server, credentials: &Credentials) -> Result<(), ImapError> {
    Session::log_in(server, credentials).await?.log_out().await;
    Ok(())
}
