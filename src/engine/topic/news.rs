//! New mail, said on the desktop. By itself a notice says how many messages came and for which account, and nothing else:
//! it may be seen by others, and is kept by other programs. Sender and subject are named when the user says so; of an
//! encrypted message never more than the sender.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};
use crate::net::desktop::{DesktopNotice, notify};
use crate::store::{AccountRecord, Arrivals, MessageRow, StoreError};

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

/// All that an account's server has was just fetched: what was there at first is no news, and what comes from now on is.
pub(in crate::engine) fn begin(profile: &Profile, account: &AccountRecord) -> Result<(), StoreError> {
    let _looks = profile.news.looks.lock().unwrap_or_else(PoisonError::into_inner);
    if profile.store.news_until()?.contains_key(&account.id) || !is_complete(profile, account)? {
        return Ok(());
    }
    profile.store.note_news_until(account.id, profile.store.newest_message()?)
}

/// Says what came since it was looked last, up to the message with that row id, beside what goes on; of an account that has
/// not [begun](begin), nothing.
pub(in crate::engine) fn tell(profile: &Arc<Profile>, until: i64) {
    let notices = {
        let _looks = profile.news.looks.lock().unwrap_or_else(PoisonError::into_inner);
        look(profile, until)
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
fn look(profile: &Profile, until: i64) -> Result<Vec<(AccountRecord, Arrivals)>, StoreError> {
    let store = &profile.store;
    let marks = store.news_until()?;
    let folders = store.folders()?;
    let mut found = Vec::new();
    for account in store.accounts()? {
        let inbox = folders.iter().find(|folder| folder.account == account.id && folder.role == "inbox");
        let mark = marks.get(&account.id).copied().filter(|mark| *mark < until);
        let (Some(inbox), Some(mark)) = (inbox, mark) else { continue };
        let arrivals = store.arrivals(inbox.id, (mark, until), NAMED)?;
        store.note_news_until(account.id, until)?;
        if arrivals.count > 0 {
            found.push((account, arrivals));
        }
    }
    Ok(found)
}

/// All that an inbox had at first is here, after a turn that went well but for single folders.
fn is_complete(profile: &Profile, account: &AccountRecord) -> Result<bool, StoreError> {
    if account.imap_host.is_empty() {
        return Ok(account.receives_by_pop());
    }
    let folders = profile.store.folders()?;
    let inbox = folders.iter().find(|folder| folder.account == account.id && folder.role == "inbox");
    let Some(inbox) = inbox else { return Ok(false) };
    let state = profile.store.folder_state(inbox.id)?;
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
    use crate::store::MessageFlags;

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
        words(&phrases, NewsSettings { is_on: true, names }, &account, &Arrivals { rows, count })
    }

    #[test]
    fn what_comes_after_the_first_whole_turn_is_news_also_before_anybody_has_looked() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::fleeting(dir.path(), None).unwrap();
        let store = &profile.store;
        let record =
            AccountRecord { imap_host: "imap.example.test".into(), imap_port: 993, ..AccountRecord::default() };
        let id = store.save_account(&record).unwrap();
        let account = AccountRecord { id, ..record };
        let inbox = store.ensure_folder(id, "INBOX", "INBOX", "inbox").unwrap();
        let come = |uid: u32| {
            let bytes = format!("From: bob@example.test\r\nSubject: {uid}\r\n\r\nHello\r\n");
            let raw = crate::domain::RawMessage::new(bytes.into_bytes());
            let message = crate::engine::network::new_message(&raw, Some(uid), MessageFlags::default(), None);
            store.add_message(inbox, &message).unwrap();
        };
        let news_until =
            |until| look(&profile, until).unwrap().iter().map(|(_, arrivals)| arrivals.count).sum::<usize>();
        let news = || news_until(store.newest_message().unwrap());

        come(1);
        begin(&profile, &account).unwrap();
        assert_eq!((news(), store.news_until().unwrap().len()), (0, 0), "the folder was never looked into");
        store.renumber(inbox, 7).unwrap();
        begin(&profile, &account).unwrap();
        come(2);
        // Another turn ends before anybody has looked.
        begin(&profile, &account).unwrap();
        assert_eq!((news(), news()), (1, 0));
        // What came while others were assessed was not looked at with them.
        let looked_at = store.newest_message().unwrap();
        come(3);
        assert_eq!((news_until(looked_at), news(), news_until(looked_at), news()), (0, 1, 0, 0));
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
