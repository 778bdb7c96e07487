//! The engine without its thread: each call does one thing and returns. Used by the command line.

mod importing;
mod watching;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::domain::{Dispatch, EmailAddress, Envelope, RawMessage};
use crate::flow::Assessment;
use crate::message::{self, Limits};
use crate::net::Cancel;
use crate::store::{AccountRecord, Batch, MessageFlags, NewSubmission};

use super::network::Publish;
use super::profile::{Profile, store_failure};
use super::receiving::{self, Scope, Terms};
use super::topic::{self, mail::MailCommand};
use super::view::{ALL_INBOXES, AccountForm, Conversations, FolderView, MailboxView, OutboxView};
use super::{
    Event, Failure, FailureKind, Retry, account, assessing, conversations, indexing, reading, sending, stateless,
};

pub(super) use importing::local_folder;
pub use importing::{Importer, import, import_with_flags, importing};
pub use watching::Watching;

/// Times that messages have come after which they are assessed while more are fetched.
const WORTH_ASSESSING: usize = 5;

/// What a round of sending and fetching did.
#[derive(Debug, Default)]
pub struct Done {
    /// Messages that came.
    pub fetched: usize,
    /// Submissions that were accepted.
    pub sent: usize,
    /// Submissions that still wait, or need the user.
    pub waiting: usize,
    /// What did not work on the way.
    pub failures: Vec<Failure>,
}

/// Accounts, folders and a list.
pub fn mailbox(profile: &Profile, folder: Option<i64>) -> Result<MailboxView, Failure> {
    reading::mailbox(profile, folder, false)
}

/// What waits to be sent.
pub fn outbox(profile: &Profile) -> Result<OutboxView, Failure> {
    sending::outbox(profile)
}

/// Assesses a message of the store.
pub fn assess(profile: &Profile, message: i64) -> Result<(RawMessage, Assessment), Failure> {
    reading::assess(profile, message)
}

/// Keeps an account.
pub fn save_account(profile: &Profile, form: &AccountForm) -> Result<i64, Failure> {
    account::save(profile, form, false)
}

/// Logs in to an account's servers and leaves again.
pub fn test_account(profile: &Profile, address: &EmailAddress) -> Result<(), Failure> {
    let record = find_account(profile, address)?;
    let form = account::form(&record);
    run(account::test(profile, &form))?
}

/// Removes an account with everything of it here, and its password.
pub fn remove_account(profile: &Profile, address: &EmailAddress) -> Result<(), Failure> {
    let record = find_account(profile, address)?;
    account::remove(profile, record.id).map(|_| ())
}

/// Queues a message as it is. Whom it is for is in To, Cc and Bcc; Bcc fields do not go along.
pub fn enqueue(profile: &Profile, raw: &RawMessage) -> Result<(), Failure> {
    enqueue_as(profile, raw, Dispatch::default())
}

/// The same, going out as was asked for.
pub fn enqueue_as(profile: &Profile, raw: &RawMessage, dispatch: Dispatch) -> Result<(), Failure> {
    let parsed = message::parse(raw, &Limits::default());
    let input = |subject: &str, source: &str| Failure {
        kind: FailureKind::Input,
        retry: Retry::Never,
        subject: subject.to_owned(),
        source: source.to_owned(),
    };
    let author = parsed.from.first().ok_or_else(|| input("", "no_from"))?;
    let sender = author.email().ok_or_else(|| input("", "no_from"))?;
    let account = sending::account_of_author(profile, author)?;
    let (bytes, bcc) = without_bcc(raw);
    let hidden = message::parse(&RawMessage::new(bcc), &Limits::default()).to;
    let mut recipients: Vec<EmailAddress> = Vec::new();
    for mailbox in parsed.to.iter().chain(&parsed.cc).chain(&hidden) {
        let address = mailbox.email().ok_or_else(|| input(&mailbox.address, "bad_address"))?;
        if !recipients.contains(&address) {
            recipients.push(address);
        }
    }
    if recipients.is_empty() {
        return Err(input("", "no_recipients"));
    }
    let submission = NewSubmission {
        account: account.id,
        envelope: Envelope { sender, recipients },
        message: bytes.clone(),
        sent_copy: Some(bytes),
    };
    let now = Timestamp::now();
    let batch = Batch {
        submissions: &[submission],
        subject: &parsed.subject,
        hold: sending::hold(0, dispatch.at, now),
        dispatch,
        draft: None,
        kept_as: None,
    };
    profile.store.enqueue_batch(&batch, now).map(drop).map_err(store_failure)
}

/// Takes the Bcc fields out of a message; they come back as To fields of a message of their own.
fn without_bcc(raw: &RawMessage) -> (RawMessage, Vec<u8>) {
    let mut kept = Vec::with_capacity(raw.len());
    let mut taken = Vec::new();
    let (mut in_header, mut in_bcc) = (true, false);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if in_header {
            let folded = line.starts_with(b" ") || line.starts_with(b"\t");
            in_header = !matches!(line, b"\r\n" | b"\n");
            in_bcc = in_header
                && if folded { in_bcc } else { line.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"bcc:")) };
            if in_bcc {
                if !folded {
                    taken.extend_from_slice(b"To:");
                }
                taken.extend_from_slice(if folded { line } else { line.get(4..).unwrap_or_default() });
                continue;
            }
        }
        kept.extend_from_slice(line);
    }
    taken.extend_from_slice(b"\r\n");
    (RawMessage::new(kept), taken)
}

/// Sends what is due.
pub fn send_due(profile: &Profile) -> Result<Done, Failure> {
    let (publish, failures) = collector();
    let sent = run(sending::send_due(profile, &publish))??;
    run(sending::file_copies(profile, &publish, true))??;
    let waiting = waiting(profile)?;
    Ok(Done { fetched: 0, sent: sent.accepted, waiting, failures: take(&failures) })
}

/// Sends what is due, then fetches what is new.
pub fn synchronise(profile: &Profile) -> Result<Done, Failure> {
    let mut done = send_due(profile)?;
    let (publish, failures) = collector();
    done.fetched =
        while_assessing(profile, |arrived| run(receiving::synchronise(profile, &publish, &Cancel::new(), arrived)))??;
    done.failures.extend(take(&failures));
    assess_new(profile)?;
    // What the rules did is told at once.
    if done.failures.is_empty() && done.fetched > 0 && profile.store.untold().map_err(store_failure)? > 0 {
        done.failures.extend(tell(profile)?.failures);
    }
    Ok(done)
}

/// Lets messages be fetched, and assesses beside it what has come already. Some may be left.
fn while_assessing<T>(profile: &Profile, fetch: impl FnOnce(&(dyn Fn() + Sync)) -> T) -> T {
    std::thread::scope(|scope| {
        let (tell, news) = std::sync::mpsc::channel();
        scope.spawn(move || {
            while news.iter().take(WORTH_ASSESSING).count() == WORTH_ASSESSING {
                // What does not work is told when everything was fetched.
                let _ = assessing::before_rules(profile, &(Arc::new(|_| {}) as Publish), &Cancel::new());
            }
        });
        fetch(&move || {
            // Nobody listens any more only when that thread has stumbled.
            let _ = tell.send(());
        })
    })
}

/// Does something with messages or folders; the servers are told by [`tell`] or [`synchronise`].
pub fn mail(profile: &Profile, command: MailCommand) -> Result<usize, Failure> {
    topic::mail::apply(profile, command, &topic::mail::Pace::unwatched()).map(|done| done.map_or(0, |(_, count)| count))
}

/// Tells the servers what was done here, and looks into the inboxes of those accounts.
pub fn tell(profile: &Profile) -> Result<Done, Failure> {
    let (publish, failures) = collector();
    let cancel = Cancel::new();
    let terms = Terms {
        profile,
        publish: &publish,
        once: &publish,
        cancel: &cancel,
        grace: jiff::SignedDuration::ZERO,
        arrived: &|| {},
    };
    let fetched = run(receiving::accounts(&terms, None, Scope::Inbox))??;
    Ok(Done { fetched, failures: take(&failures), ..Done::default() })
}

/// The flags that programs keep in the fields of an mbox's message: Status and X-Status (mutt, Dovecot), X-Mozilla-Status
/// (Thunderbird: bits 1 read, 2 answered, 4 marked, 8 deleted). `None` for one that is deleted and not yet cut out.
pub fn mbox_flags(raw: &RawMessage) -> Option<MessageFlags> {
    let parsed = crate::message::parse(raw, &crate::message::Limits::default());
    let value = |name| parsed.header_values(name).into_iter().next().unwrap_or_default();
    let (status, more) = (value("Status"), value("X-Status"));
    let bits = u32::from_str_radix(value("X-Mozilla-Status").trim(), 16).unwrap_or_default();
    let is_deleted = bits & 8 != 0;
    (!is_deleted).then(|| MessageFlags {
        is_seen: bits & 1 != 0 || status.contains('R'),
        is_answered: bits & 2 != 0 || more.contains('A'),
        is_flagged: bits & 4 != 0 || more.contains('F'),
    })
}

/// The name of a folder that is written in modified UTF-7, as servers and Maildirs have them.
pub fn decoded_folder(name: &str) -> String {
    crate::net::imap::decoded_folder(name)
}

/// The messages of a folder with their flags, oldest first.
pub fn flags_of(profile: &Profile, folder: i64) -> Result<Vec<(i64, MessageFlags)>, Failure> {
    let mut rows = profile.store.rows(folder, usize::MAX, 0).map_err(store_failure)?;
    rows.reverse();
    Ok(rows.into_iter().map(|row| (row.id, row.flags)).collect())
}

/// Refuses a file of keys that others can read; see [`FailureKind::ReadableByOthers`].
pub fn refuse_exposed(path: &std::path::Path, bytes: &[u8]) -> Result<(), Failure> {
    super::keys::refuse_exposed(path, bytes)
}

/// Other certificates or another trust may change what was found: it is assessed anew when it is next asked for.
pub fn forget_findings(profile: &Profile) -> Result<(), Failure> {
    profile.store.forget_seals().and_then(|()| profile.store.forget_closed()).map_err(store_failure)
}

/// Assesses what was never assessed, so that the list knows what is protected in it; how many.
pub fn assess_new(profile: &Profile) -> Result<usize, Failure> {
    let (publish, _) = collector();
    assessing::all(profile, &publish, &Cancel::new())
}

/// Runs a rule, or all that are on, on what is in a folder; a trial changes nothing.
pub fn run_rules(
    profile: &Profile,
    what: (Option<i64>, i64),
    is_trial: bool,
) -> Result<topic::rules::Outcome, Failure> {
    topic::rules::on_folder(profile, what, is_trial, &Cancel::new(), &|_, _| {})
}

/// Puts the messages of before into their conversations; how many.
pub fn thread_all(profile: &Profile) -> Result<usize, Failure> {
    let (publish, _) = collector();
    conversations::catch_up(profile, &publish, &Cancel::new(), usize::MAX)
}

/// The list of a folder, or of all inboxes, by conversations.
pub fn conversations_of(profile: &Profile, view: &MailboxView) -> Result<Conversations, Failure> {
    let is_shown = |folder: &&FolderView| match view.open_folder {
        Some(ALL_INBOXES) => folder.role == "inbox",
        open => Some(folder.id) == open,
    };
    let folders = view.accounts.iter().flat_map(|account| &account.folders).filter(is_shown);
    conversations::of(profile, &folders.map(|folder| folder.id).collect::<Vec<_>>(), &view.rows)
}

/// Takes in what the search does not know yet; how many messages.
pub fn index_due(profile: &Profile) -> Result<usize, Failure> {
    let (publish, _) = collector();
    indexing::catch_up(profile, &publish, &Cancel::new())
}

/// Lets what was decrypted of an account's mail be found, or takes it out of the index.
pub fn search_decrypted(profile: &Profile, address: &EmailAddress, searches: bool) -> Result<(), Failure> {
    let account = find_account(profile, address)?;
    super::topic::searching::allow_decrypted(profile, account.id, searches)?;
    index_due(profile).map(|_| ())
}

/// Writes a file of the user's, whole or not at all.
pub fn write_file(to: &std::path::Path, bytes: &[u8]) -> Result<(), Failure> {
    crate::store::files::write_new(to, bytes).map_err(store_failure)
}

pub(super) fn find_account(profile: &Profile, address: &EmailAddress) -> Result<AccountRecord, Failure> {
    let accounts = profile.store.accounts().map_err(store_failure)?;
    let fits = |account: &AccountRecord| EmailAddress::parse(&account.address).as_ref() == Some(address);
    accounts.into_iter().find(fits).ok_or_else(|| Failure {
        kind: FailureKind::Input,
        retry: Retry::Never,
        subject: address.to_string(),
        source: "no_account".to_owned(),
    })
}

fn waiting(profile: &Profile) -> Result<usize, Failure> {
    Ok(sending::outbox(profile)?.submissions.len())
}

type Failures = Arc<Mutex<Vec<Failure>>>;

/// Listens to what the network work says, and keeps its failures.
fn collector() -> (Publish, Failures) {
    let failures = Failures::default();
    let kept = Arc::clone(&failures);
    let publish: Publish = Arc::new(move |event| {
        if let Event::Failed(failure) = event {
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
        }
    });
    (publish, failures)
}

fn take(failures: &Failures) -> Vec<Failure> {
    std::mem::take(&mut *failures.lock().unwrap_or_else(PoisonError::into_inner))
}

fn run<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    stateless::block_on(future).map_err(|error| super::worker::internal(&error.to_string()))
}
