use async_imap::imap_proto::{Response, Status};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::super::stream::Stream;
use super::login::{self, Capabilities};
use super::{Credentials, ImapError, Server};

/// Saying goodbye is a courtesy and is not waited for any longer.
const LOGOUT: std::time::Duration = std::time::Duration::from_secs(3);

/// A mailbox that somebody is logged in to.
pub struct Session {
    imap: async_imap::Session<Stream>,
    pub(super) capabilities: Capabilities,
}

impl Session {
    /// Connects over TLS, checks the certificate, and logs in by the strongest mechanism on offer.
    pub async fn log_in(server: &Server, credentials: &Credentials) -> Result<Self, ImapError> {
        let (imap, capabilities) = Box::pin(login::log_in(server, credentials)).await?;
        Ok(Self { imap, capabilities })
    }

    /// Says goodbye.
    pub async fn log_out(mut self) {
        let _ = timeout(LOGOUT, self.imap.logout()).await;
    }

    /// Sets or clears `\Seen` on messages of a folder.
    pub async fn set_seen(&mut self, folder: &str, uids: &[u32], is_seen: bool) -> Result<(), ImapError> {
        if uids.is_empty() {
            return Ok(());
        }
        self.run(&format!("SELECT {}", quote(folder)?), |_| {}).await.map_err(no_folder)?;
        let set: Vec<String> = uids.iter().map(ToString::to_string).collect();
        let sign = if is_seen { '+' } else { '-' };
        self.run(&format!("UID STORE {} {sign}FLAGS.SILENT (\\Seen)", set.join(",")), |_| {}).await
    }

    /// Puts a message into a folder, marked as read.
    pub async fn append(&mut self, folder: &str, message: &[u8]) -> Result<(), ImapError> {
        let command = format!("APPEND {} (\\Seen) {{{}}}", quote(folder)?, message.len());
        let id = self.imap.run_command(&command).await.map_err(broken)?;
        loop {
            let response = self.imap.read_response().await.map_err(ImapError::unreachable)?;
            let Some(response) = response else { return Err(ImapError::unreachable("closed")) };
            match response.parsed() {
                Response::Continue(_) => {
                    let stream = self.imap.get_mut();
                    stream.write_all(message).await.map_err(ImapError::unreachable)?;
                    stream.write_all(b"\r\n").await.map_err(ImapError::unreachable)?;
                    stream.flush().await.map_err(ImapError::unreachable)?;
                }
                Response::Done { tag, status, outcome } if *tag == id => {
                    return finish(status, outcome.information.as_deref()).map_err(no_folder);
                }
                _ => {}
            }
        }
    }

    /// Creates a folder; the name is encoded as the protocol wants it.
    pub async fn create_folder(&mut self, name: &str) -> Result<(), ImapError> {
        self.run(&format!("CREATE {}", quote(&super::mutf7::encode(name))?), |_| {}).await
    }

    /// Runs a command and hands over every response until its own; a connection that ends before
    /// is an error, never an empty answer.
    pub(super) async fn run(
        &mut self,
        command: &str,
        mut on: impl FnMut(&Response<'_>) + Send,
    ) -> Result<(), ImapError> {
        let id = self.imap.run_command(command).await.map_err(broken)?;
        loop {
            let response = self.imap.read_response().await.map_err(ImapError::unreachable)?;
            let Some(response) = response else { return Err(ImapError::unreachable("closed")) };
            match response.parsed() {
                Response::Done { tag, status, outcome } if *tag == id => {
                    on(response.parsed());
                    return finish(status, outcome.information.as_deref());
                }
                other => on(other),
            }
        }
    }
}

fn finish(status: &Status, information: Option<&str>) -> Result<(), ImapError> {
    let text = information.unwrap_or_default().to_owned();
    match status {
        Status::Ok => Ok(()),
        Status::No => Err(ImapError::Rejected { code: 0, text, recipient: None }),
        _ => Err(ImapError::protocol(text)),
    }
}

/// The only reason for a `NO` to a command that names a folder, as far as the user can tell.
pub(super) fn no_folder(error: ImapError) -> ImapError {
    match error {
        ImapError::Rejected { text, .. } => ImapError::NoFolder { reply: text },
        other => other,
    }
}

fn broken(error: async_imap::error::Error) -> ImapError {
    ImapError::unreachable(error)
}

/// A quoted string (RFC 3501 §4.3); nothing in it can end the line.
pub(super) fn quote(text: &str) -> Result<String, ImapError> {
    if text.contains(['\r', '\n', '\0']) {
        return Err(ImapError::NoFolder { reply: String::new() });
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_name_can_not_end_the_command() {
        assert_eq!(quote("a\"b\\c").unwrap(), "\"a\\\"b\\\\c\"");
        assert!(quote("INBOX\r\nk9 DELETE x").is_err());
    }
}
