use std::time::Duration;

use async_imap::imap_proto::{MailboxDatum, Response, Status};
use tokio::time::{Instant, sleep_until};

use super::session::{Session, broken, finish};
use super::{Cancel, ImapError};

/// How waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Something happened in the folder.
    News,
    /// Nothing did, for as long as was asked.
    Silence,
    /// The caller asked to stop.
    Cancelled,
}

impl Session {
    /// Waits until something happens in the open folder (RFC 2177), at most so long: under 29 minutes, and under what
    /// the connection may be silent.
    pub async fn idle(&mut self, most: Duration, cancel: &Cancel) -> Result<Heard, ImapError> {
        let end = Instant::now() + most;
        let id = self.imap.run_command("IDLE").await.map_err(broken)?;
        let mut heard = Heard::Silence;
        let mut is_waiting = true;
        loop {
            let response = tokio::select! {
                response = self.imap.read_response() => response.map_err(ImapError::unreachable)?,
                () = sleep_until(end), if is_waiting => {
                    is_waiting = false;
                    self.done().await?;
                    continue;
                }
                () = cancel.cancelled(), if is_waiting => {
                    (is_waiting, heard) = (false, Heard::Cancelled);
                    self.done().await?;
                    continue;
                }
            };
            let Some(response) = response else { return Err(ImapError::unreachable("closed")) };
            match response.parsed() {
                Response::Done { tag, status, outcome } if *tag == id => {
                    return finish(status, outcome.information.as_deref()).map(|()| heard);
                }
                Response::Data { status: Status::Bye, outcome } => {
                    return Err(ImapError::unreachable(outcome.information.as_deref().unwrap_or("closed")));
                }
                other if is_news(other) && heard != Heard::Cancelled => {
                    // Also between DONE and its answer: the server says it once.
                    heard = Heard::News;
                    if std::mem::take(&mut is_waiting) {
                        self.done().await?;
                    }
                }
                _ => {}
            }
        }
    }

    async fn done(&mut self) -> Result<(), ImapError> {
        self.imap.run_command_untagged("DONE").await.map_err(broken)
    }
}

fn is_news(response: &Response<'_>) -> bool {
    matches!(
        response,
        Response::Expunge(_)
            | Response::Vanished { .. }
            | Response::Fetch(..)
            | Response::MailboxData(MailboxDatum::Exists(_))
    )
}
