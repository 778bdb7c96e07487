//! What goes on by itself with mail: telling the servers what was done here, and waiting for their news.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::assessing;
use crate::engine::network::Publish;
use crate::engine::profile::Profile;
use crate::engine::receiving::{self, GRACE, Scope, Terms};
use crate::engine::showing::{self, OpenFolder};
use crate::engine::topic::mail::MailCommand;
use crate::engine::topic::{Topic, TopicView, news, saved, tags};
use crate::engine::{Command, Event};
use crate::net::Cancel;
use crate::store::AccountRecord;

use super::Engine;

/// The servers are told after so long: until then, more may come.
const SOON: Duration = Duration::from_secs(2);
/// While messages arrive the list is shown anew so often.
const SHOW_EVERY: Duration = Duration::from_secs(2);

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// Everything is to be fetched once more, because it was asked for while that was being done.
    again: AtomicBool,
    /// Turns that have not begun yet.
    due: Mutex<HashSet<Option<i64>>>,
    /// The accounts whose inboxes are watched.
    watched: Mutex<HashMap<i64, (AccountRecord, Cancel)>>,
}

impl Desk {
    /// Everything is to be fetched when the work that is going on has ended.
    pub(super) fn want(&self) {
        self.again.store(true, Ordering::SeqCst);
    }

    /// Whether it is.
    pub(super) fn is_wanted(&self) -> bool {
        self.again.swap(false, Ordering::SeqCst)
    }

    /// Stops watching.
    pub(super) fn cancel(&self) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.drain().for_each(|(_, (_, cancel))| cancel.cancel());
    }
}

impl Engine {
    /// The tags and the kept searches, before the list that is drawn with them.
    pub(in crate::engine) fn show_tags(&self) {
        let tags = tags::view(&self.profile).map(|view| TopicView::Tags(Arc::new(view)));
        let saved = saved::uncounted(&self.profile).map(|view| TopicView::Saved(Arc::new(view)));
        [tags, saved].into_iter().flatten().for_each(|view| (self.publish)(Event::Topic(view)));
    }

    /// Something was done with messages or folders.
    pub(super) fn mail_changed(&self) {
        self.show_mailbox();
        if self.is_demo {
            return;
        }
        self.receive(None, SOON);
        // What can be taken back for some seconds is told after them.
        let grace = Duration::try_from(GRACE).unwrap_or_default();
        let again = self.again.clone();
        tokio::spawn(async move {
            tokio::time::sleep(grace + SOON).await;
            if let Some(commands) = again.upgrade() {
                let _ = commands.send(Command::Topic(Box::new(Topic::Mail(MailCommand::Tell))));
            }
        });
    }

    /// Tells the servers what was done here and looks into the inbox, beside the loop. What goes wrong is told by the
    /// next turn that the user or the clock asks for.
    pub(super) fn receive(&self, account: Option<i64>, wait: Duration) {
        if self.is_demo || !self.mail.due.lock().unwrap_or_else(PoisonError::into_inner).insert(account) {
            return;
        }
        let (profile, cancel, desk) = (Arc::clone(&self.profile), self.cancel.clone(), Arc::clone(&self.mail));
        let (publish, open_folder) = (Arc::clone(&self.publish), Arc::clone(&self.open_folder));
        let assesses = Arc::clone(&self.assesses);
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            desk.due.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
            let quiet: Publish = Arc::new(|_| {});
            let arrived = shows(&profile, &publish, &open_folder);
            let terms = Terms {
                profile: &profile,
                publish: &quiet,
                once: &publish,
                cancel: &cancel,
                grace: GRACE,
                arrived: &arrived,
            };
            let _ = receiving::accounts(&terms, account, Scope::Inbox).await;
            tags::say_local(&profile, &publish);
            showing::list_beside(&profile, &publish, &open_folder, false);
            assessing::beside(&profile, &publish, &cancel, &open_folder, &assesses, false, news::tell);
        });
    }

    /// Watches the inbox of each account that has one on a server, and no longer those that have changed or gone.
    pub(super) fn watch(&self) {
        let Ok(accounts) = self.profile.store.accounts() else { return };
        let mut watched = self.mail.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|_, (record, cancel)| {
            let is_same = accounts.contains(record);
            if !is_same {
                cancel.cancel();
            }
            is_same
        });
        for account in accounts.into_iter().filter(|account| !account.imap_host.is_empty()) {
            if watched.contains_key(&account.id) {
                continue;
            }
            let cancel = Cancel::new();
            watched.insert(account.id, (account.clone(), cancel.clone()));
            let (again, id) = (self.again.clone(), account.id);
            let on_news = move || {
                if let Some(commands) = again.upgrade() {
                    let _ = commands.send(Command::Topic(Box::new(Topic::Mail(MailCommand::Noticed(id)))));
                }
            };
            tokio::spawn(receiving::watch(Arc::clone(&self.profile), account, cancel, on_news));
        }
    }
}

/// Shows the list anew, now and then, while messages arrive.
pub(super) fn shows(profile: &Arc<Profile>, publish: &Publish, open_folder: &OpenFolder) -> impl Fn() + Sync + use<> {
    let (profile, publish, open_folder) = (Arc::clone(profile), Arc::clone(publish), Arc::clone(open_folder));
    let shown = Mutex::new(None::<Instant>);
    move || {
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.is_none_or(|at| at.elapsed() >= SHOW_EVERY) {
            showing::list_beside(&profile, &publish, &open_folder, false);
            *shown = Some(Instant::now());
        }
    }
}
