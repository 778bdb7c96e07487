//! Waiting for news in the inbox, so that nobody has to ask.

use std::sync::Arc;
use std::time::Duration;

use crate::net::imap::Heard;
use crate::net::{Cancel, NetError};
use crate::store::AccountRecord;

use super::super::login;
use super::super::profile::Profile;

/// The wait is begun anew after so long. RFC 2177 asks for 29 minutes at most; less keeps the way through routers open
/// and notices sooner when the other side is gone.
const RENEW: Duration = Duration::from_mins(4);
/// After a failure, and doubled with each up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// Calls `on_news` whenever something happened in the inbox of an account, until it is cancelled, or the server turns
/// out not to offer that: then asking every few minutes has to do. What goes wrong is not told: whoever fetches the
/// news will say it.
pub(in crate::engine) async fn watch(
    profile: Arc<Profile>,
    account: AccountRecord,
    cancel: Cancel,
    on_news: impl Fn() + Send + Sync,
) {
    let mut pause = FIRST_PAUSE;
    loop {
        match listen(&profile, &account, &cancel, &on_news, &mut pause).await {
            Ok(()) | Err(NetError::Cancelled) => return,
            // Servers count refusals.
            Err(NetError::LoginRefused { .. }) => pause = LONGEST_PAUSE,
            Err(_) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = cancel.cancelled() => return,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn listen(
    profile: &Profile,
    account: &AccountRecord,
    cancel: &Cancel,
    on_news: &(impl Fn() + Send + Sync),
    pause: &mut Duration,
) -> Result<(), NetError> {
    let nothing = |_| NetError::LoginRefused { reply: String::new() };
    let connect = async {
        let mut session = login::imap(profile, account).await.map_err(nothing)??;
        session.prepare().await?;
        session.open("INBOX", None).await?;
        Ok(session)
    };
    let mut session = tokio::select! {
        session = connect => session?,
        () = cancel.cancelled() => return Err(NetError::Cancelled),
    };
    if !session.offers("IDLE") {
        session.log_out().await;
        return Ok(());
    }
    // What came before this moment is nobody's news.
    on_news();
    loop {
        match session.idle(RENEW, cancel).await? {
            Heard::News => on_news(),
            Heard::Silence => *pause = FIRST_PAUSE,
            Heard::Cancelled => {
                session.log_out().await;
                return Ok(());
            }
        }
    }
}
