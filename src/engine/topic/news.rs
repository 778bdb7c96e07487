//! New mail, said on the desktop. By itself a notice says how many messages came and for which account, and nothing else:
//! it may be seen by others, and is kept by other programs. Sender and subject are named when the user says so; of an
//! encrypted message never more than the sender.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};
use crate::net::desktop::{DesktopNotice, notify};
use crate::store::{AccountRecord, Arrivals, MessageRow};

use super::{Effect, TopicView, Work};

/// Messages that are named in one notice.
const NAMED: usize = 4;
/// The longest text of others in a notice, in characters.
const LONGEST: usize = 120;

/// The commands of this topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewsCommand {
    /// Show how it is set.
    Look,
    /// Notices are in these words from now on. Until they are there, nothing is said.
    Speak(Phrases),
    /// Whether anything is said, and whether sender and subject are named.
    Set(NewsSettings),
}

/// The window's words for notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrases {
    /// One message came.
    pub one: String,
    /// Several came: `{count}` stands for how many.
    pub several: String,
    /// In place of the subject of an encrypted message.
    pub encrypted: String,
    /// In place of a subject that is empty.
    pub no_subject: String,
}

/// What the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewsSettings {
    /// New mail is said.
    pub is_on: bool,
    /// Sender and subject are named.
    pub names: bool,
}

impl Default for NewsSettings {
    fn default() -> Self {
        Self { is_on: true, names: false }
    }
}

/// How it is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewsView {
    /// What the user wants.
    pub settings: NewsSettings,
    /// The last notice could not be shown: this desktop shows none.
    pub is_unheard: bool,
}

/// What is remembered while the program runs.
#[derive(Debug, Default)]
pub(in crate::engine) struct Desk {
    phrases: Mutex<Option<Phrases>>,
    /// By account: the number of its last notice.
    shown: Mutex<HashMap<i64, u32>>,
    /// Held while it is looked: nothing is said twice.
    looks: Mutex<()>,
    /// Held while it is said: one after the other.
    says: tokio::sync::Mutex<()>,
    is_unheard: Mutex<bool>,
}

pub(super) fn carry_out(work: &Work, command: NewsCommand) -> Result<Effect, Failure> {
    let desk = &work.profile.news;
    match command {
        NewsCommand::Look => {}
        NewsCommand::Speak(phrases) => {
            *desk.phrases.lock().unwrap_or_else(PoisonError::into_inner) = Some(phrases);
        }
        NewsCommand::Set(settings) => {
            work.profile.store.set_setting("news", &settings).map_err(store_failure)?;
        }
    }
    let is_unheard = *desk.is_unheard.lock().unwrap_or_else(PoisonError::into_inner);
    let view = NewsView { settings: settings(&work.profile), is_unheard };
    work.show(TopicView::News(Arc::new(view)));
    Ok(Effect::Nothing)
}

fn settings(profile: &Profile) -> NewsSettings {
    profile.store.setting("news").ok().flatten().unwrap_or_default()
}

/// Says what came since it was looked last, beside what goes on; of an account that was never looked at, nothing.
/// `is_all` when everything that the servers had was just fetched.
pub(in crate::engine) fn tell(profile: &Arc<Profile>, is_all: bool) {
    let notices = {
        let _looks = profile.news.looks.lock().unwrap_or_else(PoisonError::into_inner);
        look(profile, is_all)
    };
    // Nobody is told that nobody can be told.
    let Ok(notices) = notices else { return };
    if !notices.is_empty() {
        let profile = Arc::clone(profile);
        tokio::spawn(async move { say(&profile, notices).await });
    }
}

async fn say(profile: &Profile, notices: Vec<(AccountRecord, Arrivals)>) {
    let _says = profile.news.says.lock().await;
    let phrases = profile.news.phrases.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let settings = settings(profile);
    let Some(phrases) = phrases.filter(|_| settings.is_on) else { return };
    for (account, arrivals) in notices {
        let mut notice = words(&phrases, settings, &account, &arrivals);
        let shown = |id: &i64| profile.news.shown.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied();
        notice.replaces = shown(&account.id).unwrap_or(0);
        let outcome = notify(&notice).await;
        *profile.news.is_unheard.lock().unwrap_or_else(PoisonError::into_inner) = outcome.is_err();
        if let Ok(number) = outcome {
            profile.news.shown.lock().unwrap_or_else(PoisonError::into_inner).insert(account.id, number);
        }
    }
}

/// What is new by account; it is not new a second time.
fn look(profile: &Profile, is_all: bool) -> Result<Vec<(AccountRecord, Arrivals)>, crate::store::StoreError> {
    let store = &profile.store;
    let mut marks: HashMap<i64, i64> = store.setting("news_until")?.unwrap_or_default();
    let before = marks.clone();
    let folders = store.folders()?;
    let mut found = Vec::new();
    for account in store.accounts()? {
        let inbox = folders.iter().find(|folder| folder.account == account.id && folder.role == "inbox");
        let Some(inbox) = inbox else { continue };
        let mark = marks.get(&account.id).copied();
        if mark.is_none() && !(is_all && is_complete(profile, &account, inbox.id)?) {
            continue;
        }
        let arrivals = store.arrivals(inbox.id, mark.unwrap_or(i64::MAX), NAMED)?;
        marks.insert(account.id, arrivals.newest);
        if arrivals.count > 0 {
            found.push((account, arrivals));
        }
    }
    if marks != before {
        store.set_setting("news_until", &marks)?;
    }
    Ok(found)
}

/// All that an inbox had at first is here.
fn is_complete(profile: &Profile, account: &AccountRecord, inbox: i64) -> Result<bool, crate::store::StoreError> {
    if account.imap_host.is_empty() {
        return Ok(!profile.store.popped(account.id)?.is_empty());
    }
    let state = profile.store.folder_state(inbox)?;
    Ok(state.uid_validity.is_some() && state.awaited == 0)
}

/// What a notice says.
fn words(phrases: &Phrases, settings: NewsSettings, account: &AccountRecord, arrivals: &Arrivals) -> DesktopNotice {
    let summary = match arrivals.count {
        1 => phrases.one.clone(),
        count => phrases.several.replace("{count}", &count.to_string()),
    };
    let mut body = account.address.clone();
    if settings.names {
        for row in &arrivals.rows {
            body.push('\n');
            body.push_str(&named(phrases, row));
        }
        if arrivals.count > arrivals.rows.len() {
            body.push_str("\n…");
        }
    }
    DesktopNotice { summary, body, replaces: 0 }
}

/// Sender and subject of a message; of one that is encrypted, the sender.
fn named(phrases: &Phrases, row: &MessageRow) -> String {
    let subject = match row.subject.trim() {
        // Nobody has looked yet whether it is encrypted: then it may be.
        _ if row.lock.is_none() => return short(&row.from.to_string()),
        _ if row.lock.as_deref() != Some("not_encrypted") => phrases.encrypted.clone(),
        "" => phrases.no_subject.clone(),
        subject => short(subject),
    };
    format!("{} · {subject}", short(&row.from.to_string()))
}

/// One line of others, not longer than a line is.
fn short(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match clean.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", clean.get(..end).unwrap_or_default()),
        None => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Mailbox;

    fn row(subject: &str, lock: Option<&str>) -> MessageRow {
        let from = Mailbox::new("Bob", "bob@example.test");
        MessageRow { from, subject: subject.to_owned(), lock: lock.map(str::to_owned), ..MessageRow::default() }
    }

    fn said(names: bool, rows: Vec<MessageRow>, count: usize) -> DesktopNotice {
        let phrases = Phrases {
            one: "New".to_owned(),
            several: "{count} new".to_owned(),
            encrypted: "(encrypted)".to_owned(),
            no_subject: "(none)".to_owned(),
        };
        let account = AccountRecord { address: "alice@example.test".to_owned(), ..AccountRecord::default() };
        words(&phrases, NewsSettings { is_on: true, names }, &account, &Arrivals { rows, count, newest: 9 })
    }

    #[test]
    fn by_itself_a_notice_names_nobody() {
        let notice = said(false, vec![row("Secret plans", None)], 1);
        assert_eq!((notice.summary.as_str(), notice.body.as_str()), ("New", "alice@example.test"));
        assert_eq!(said(false, vec![row("a", None), row("b", None)], 12).summary, "12 new");
    }

    #[test]
    fn of_an_encrypted_message_the_subject_is_never_said() {
        let rows = vec![row("Lunch", Some("not_encrypted")), row("Secret", None), row("Secret", Some("encrypted"))];
        let notice = said(true, rows, 9);
        let lines: Vec<_> = notice.body.lines().collect();
        let bob = "Bob <bob@example.test>";
        let wanted = [&*format!("{bob} · Lunch"), bob, &*format!("{bob} · (encrypted)")];
        assert_eq!(lines[0], "alice@example.test");
        assert_eq!(lines[1..4], wanted);
        assert_eq!(lines[4], "…");
        assert!(!said(true, vec![row("Secret", Some("cannot_open"))], 1).body.contains("Secret"));
        assert!(said(true, vec![row(" ", Some("not_encrypted"))], 1).body.ends_with("(none)"));
    }

    #[test]
    fn what_others_wrote_stays_on_its_line() {
        let notice = said(true, vec![row(&"line\nline ".repeat(100), Some("not_encrypted"))], 1);
        assert_eq!(notice.body.lines().count(), 2);
        assert!(notice.body.chars().count() < 200);
    }
}
