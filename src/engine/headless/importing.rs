//! Messages on their way into local folders: while some are written, the next are made ready.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::domain::{RawMessage, abreast};
use crate::engine::Failure;
use crate::engine::network::new_message;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::worker::internal;
use crate::store::{AccountRecord, MessageFlags, ReadyMessage};

/// Puts messages into a local folder, made when it is new; how many.
pub fn import(profile: &Profile, folder: &str, messages: &[RawMessage]) -> Result<usize, Failure> {
    let new: Vec<_> = messages.iter().map(|raw| (raw.clone(), MessageFlags::default())).collect();
    import_with_flags(profile, folder, &new)
}

/// The same with the flags that they had.
pub fn import_with_flags(
    profile: &Profile,
    folder: &str,
    messages: &[(RawMessage, MessageFlags)],
) -> Result<usize, Failure> {
    importing(profile, |importer| importer.add(folder, messages)).map(|((), count)| count)
}

/// Takes messages, some at a time. Each such batch is kept as a whole or not at all, the first ones first.
#[derive(Debug)]
pub struct Importer(SyncSender<(String, Vec<ReadyMessage>)>);

impl Importer {
    /// Takes some for a local folder, made when it is new.
    ///
    /// # Errors
    /// When one can't be made ready, or those before could not be kept.
    pub fn add(&mut self, folder: &str, messages: &[(RawMessage, MessageFlags)]) -> Result<(), Failure> {
        if messages.is_empty() {
            return Ok(());
        }
        let ready = abreast(messages, |(raw, flags)| ReadyMessage::of(new_message(raw, None, *flags, None)));
        let ready = ready.into_iter().collect::<Result<_, _>>().map_err(store_failure)?;
        // Why it was not, whoever keeps them says.
        self.0.send((folder.to_owned(), ready)).map_err(|_| internal("not_kept"))
    }
}

/// Keeps what `read` gives to the importer; what `read` made, and how many messages were kept.
///
/// # Errors
/// Those of `read`, and of the store.
pub fn importing<T, E: From<Failure>>(
    profile: &Profile,
    read: impl FnOnce(&mut Importer) -> Result<T, E>,
) -> Result<(T, usize), E> {
    std::thread::scope(|scope| {
        // Handed over when those before were written: they may be large.
        let (to, from) = sync_channel(0);
        let keeper = scope.spawn(move || keep(profile, &from));
        let read = read(&mut Importer(to));
        let kept = keeper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // Why nothing more could be kept says more than that.
        let count = kept?;
        Ok((read?, count))
    })
}

fn keep(profile: &Profile, batches: &Receiver<(String, Vec<ReadyMessage>)>) -> Result<usize, Failure> {
    let mut count = 0;
    for (folder, messages) in batches {
        let folder = local_folder(profile, &folder)?;
        let ids = profile.store.add_ready(folder, &messages).map_err(store_failure)?;
        count += ids.iter().flatten().count();
    }
    Ok(count)
}

/// The folder of that name that has no server.
pub(in crate::engine) fn local_folder(profile: &Profile, name: &str) -> Result<i64, Failure> {
    let accounts = profile.store.accounts().map_err(store_failure)?;
    let local = if let Some(account) = accounts.iter().find(|account| account.smtp_host.is_empty()) {
        account.id
    } else {
        let record = AccountRecord { name: "local".to_owned(), ..AccountRecord::default() };
        profile.store.save_account(&record).map_err(store_failure)?
    };
    profile.store.ensure_folder(local, name, name, "").map_err(store_failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(n: usize) -> (RawMessage, MessageFlags) {
        let raw = RawMessage::new(format!("Subject: {n}\r\n\r\nhello\r\n").into_bytes());
        (raw, MessageFlags { is_seen: n.is_multiple_of(2), ..MessageFlags::default() })
    }

    /// The subjects in a folder, oldest first.
    fn subjects(profile: &Profile, name: &str) -> Vec<String> {
        let folders = profile.store.folders().unwrap();
        let folder = folders.iter().find(|folder| folder.name == name).unwrap().id;
        let mut rows = profile.store.rows(folder, usize::MAX, 0).unwrap();
        rows.sort_by_key(|row| row.id);
        rows.into_iter().map(|row| row.subject).collect()
    }

    #[test]
    fn batches_are_kept_in_order_and_those_before_a_failure_stay() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::fleeting(dir.path(), None).unwrap();
        let ((), count) = importing(&profile, |importer| {
            (0..5).try_for_each(|n| importer.add("Box", &[letter(2 * n), letter(2 * n + 1)]))?;
            importer.add("Box", &[])?;
            importer.add("Other", &[letter(10)])
        })
        .unwrap();
        assert_eq!(count, 11);
        assert_eq!(subjects(&profile, "Box"), (0..10).map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(subjects(&profile, "Other"), ["10"]);

        let stopped = importing(&profile, |importer| {
            importer.add("Other", &[letter(11)])?;
            Err::<(), _>(internal("unreadable"))
        });
        assert_eq!(stopped.unwrap_err().source, "unreadable");
        assert_eq!(subjects(&profile, "Other"), ["10", "11"]);
    }

    #[test]
    fn why_nothing_more_could_be_kept_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::fleeting(dir.path(), None).unwrap();
        profile.store.refuse("INSERT ON message");
        let mut given = 0;
        let stopped = importing(&profile, |importer| {
            for n in 0..1_000 {
                importer.add("Box", &[letter(n)])?;
                given = n;
            }
            Ok::<_, Failure>(())
        });
        assert_eq!(stopped.unwrap_err().kind, crate::engine::FailureKind::Store);
        assert!(given < 999, "reading goes on without end");
    }
}
