//! Waiting for news of the servers, for a program that is not asked by a window.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::engine::profile::{Profile, store_failure};
use crate::engine::worker::internal;
use crate::engine::{Failure, receiving};
use crate::net::Cancel;
use crate::store::AccountRecord;

/// What comes within so long of the first news is one thing with it.
const TOGETHER: Duration = Duration::from_millis(300);

enum Heard {
    News,
    /// A server does not tell by itself.
    Silent,
}

/// Listens at the inboxes of all accounts (IDLE, RFC 2177) until it is dropped.
#[derive(Debug)]
pub struct Watching {
    profile: Arc<Profile>,
    heard: Receiver<Heard>,
    cancel: Arc<Cancel>,
    /// Some server has to be asked.
    has_silent: bool,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

impl Watching {
    /// Begins to listen. What comes before a server is listened at is noticed, too: beginning counts as news.
    ///
    /// # Errors
    /// When the store can't be read, or the system gives no thread.
    pub fn begin(profile: &Arc<Profile>) -> Result<Self, Failure> {
        let accounts = profile.store.accounts().map_err(store_failure)?;
        let has_silent = accounts.iter().any(AccountRecord::receives_by_pop);
        let (tell, heard) = channel();
        let cancel = Arc::new(Cancel::new());
        for account in accounts.into_iter().filter(|account| !account.imap_host.is_empty()) {
            let (profile, cancel, tell) = (Arc::clone(profile), (*cancel).clone(), tell.clone());
            let listen = move || listen(profile, account, cancel, &tell);
            let spawned = std::thread::Builder::new().name("watch".to_owned()).spawn(listen);
            spawned.map_err(|error| internal(&error.to_string()))?;
        }
        Ok(Self { profile: Arc::clone(profile), heard, cancel, has_silent })
    }

    /// Waits until there is news or a submission's turn has come, for no longer than `most`; than `ask` when a server has to
    /// be asked.
    pub fn wait(&mut self, most: Duration, ask: Duration) {
        let began = Instant::now();
        loop {
            let most = if self.has_silent { ask } else { most };
            let next = self.profile.store.next_due(Timestamp::now()).ok().flatten();
            let due =
                next.map_or(most, |at| Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or(TOGETHER));
            let left = most.min(due.max(TOGETHER)).saturating_sub(began.elapsed());
            match self.heard.recv_timeout(left) {
                Ok(Heard::Silent) => self.has_silent = true,
                Ok(Heard::News) => break,
                Err(RecvTimeoutError::Timeout) => return,
                // Nobody listens: there is no account that could tell.
                Err(RecvTimeoutError::Disconnected) => return std::thread::sleep(left),
            }
        }
        std::thread::sleep(TOGETHER);
        while let Ok(heard) = self.heard.try_recv() {
            self.has_silent |= matches!(heard, Heard::Silent);
        }
    }
}

fn listen(profile: Arc<Profile>, account: AccountRecord, cancel: Cancel, tell: &Sender<Heard>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    // Whoever waits is gone only when all ends.
    let on_news = || drop(tell.send(Heard::News));
    runtime.block_on(receiving::watch(profile, account, cancel, on_news));
    let _ = tell.send(Heard::Silent);
}
