//! Everything in files that other programs read: every folder as a Maildir or an mbox, what waits to be sent, drafts, and
//! the accounts without their secrets. Keys are not among them: they go into a backup, under its own protection.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::domain::{Draft, RawMessage};
use crate::engine::profile::{Profile, store_failure};
use crate::engine::{Failure, FailureKind, Retry, headless};
use crate::message;
use crate::net::imap::decoded_folder;
use crate::store::{AccountRecord, FolderRecord, MessageFlags, StoreError, files};

/// Bytes of a name.
const LONGEST: usize = 200;

/// How messages are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// A folder with a file for each message.
    #[default]
    Maildir,
    /// One file for each folder (quoted as mboxrd).
    Mbox,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Where.
    pub to: PathBuf,
    /// Folders.
    pub folders: usize,
    /// Messages, with those that wait to be sent.
    pub messages: usize,
    /// Drafts.
    pub drafts: usize,
    /// Messages that could not be read: their numbers.
    pub unreadable: Vec<i64>,
    /// Messages that were written and are not what was stored.
    pub differing: Vec<i64>,
    /// How many own keys are in the profile, and not in what was written.
    pub keys: usize,
}

/// Writes everything into a folder that is new or empty. `goes_on` is told how far it is, from 0 to 1; `None` when it
/// says no. What was written until then stays.
///
/// # Errors
/// When the folder has something in it or can't be written, or the database can't be read.
pub fn export(
    profile: &Profile,
    to: &Path,
    form: Form,
    goes_on: &dyn Fn(f32) -> bool,
) -> Result<Option<Exported>, Failure> {
    let written = |error: StoreError| match error {
        StoreError::File(error) => file_failure(to, &error.to_string()),
        other => store_failure(other),
    };
    if !files::make_new_folder(to).map_err(written)? {
        return Err(file_failure(to, "not_empty"));
    }
    let store = &profile.store;
    let accounts = store.accounts().map_err(store_failure)?;
    let folders = store.folders().map_err(store_failure)?;
    let total = folders.iter().map(|folder| folder.total).sum::<usize>().max(1) as f32;
    let mut done = Exported { to: to.to_owned(), keys: own_keys(profile), ..Exported::default() };
    let mut names = Names::default();
    for account in &accounts {
        let home = names.free(to, &place(account), "");
        let states = store.folder_states(account.id).map_err(store_failure)?;
        for folder in folders.iter().filter(|folder| folder.account == account.id) {
            let state = states.iter().find(|state| state.id == folder.id);
            let delimiter = state.map(|state| state.delimiter.as_str()).unwrap_or_default();
            let path = names.folder(&home, (account, folder, delimiter), form);
            let mut writer = Writer::begin(&path, form).map_err(written)?;
            done.folders += 1;
            for (id, flags) in headless::flags_of(profile, folder.id)? {
                if done.messages.is_multiple_of(64) && !goes_on(done.messages as f32 / total) {
                    return Ok(None);
                }
                match store.raw(id) {
                    Ok(raw) => {
                        let digest = writer.put(id, &raw, flags).map_err(written)?;
                        match store.digest(id) {
                            Ok(stored) if stored == digest => {}
                            // Removed meanwhile.
                            Err(StoreError::NotFound) => {}
                            Ok(_) => done.differing.push(id),
                            Err(error) => return Err(store_failure(error)),
                        }
                    }
                    Err(StoreError::Corrupt(_)) => done.unreadable.push(id),
                    Err(error) if error.is_damage() => done.unreadable.push(id),
                    Err(StoreError::NotFound) => continue,
                    Err(error) => return Err(store_failure(error)),
                }
                done.messages += 1;
            }
            writer.end().map_err(written)?;
        }
    }
    outbox(profile, to, form, &mut names, &mut done).map_err(written)?;
    drafts(profile, to, &mut done).map_err(written)?;
    let described: Vec<Value> = accounts.iter().filter(|one| !one.address.is_empty()).map(described).collect();
    let text = serde_json::to_string_pretty(&json!({ "schema": 1, "accounts": described })).unwrap_or_default();
    files::put(&to.join("accounts.json"), text.as_bytes()).map_err(written)?;
    files::settle(to).map_err(written)?;
    Ok(goes_on(1.0).then_some(done))
}

fn own_keys(profile: &Profile) -> usize {
    let keyring = profile.keyring();
    keyring.pgp.own().count() + keyring.smime.own().len()
}

/// What waits to be sent, as it would go.
fn outbox(profile: &Profile, to: &Path, form: Form, names: &mut Names, done: &mut Exported) -> Result<(), StoreError> {
    let waiting = profile.store.waiting_messages()?;
    if waiting.is_empty() {
        return Ok(());
    }
    let path = names.free(to, "Outbox", if form == Form::Mbox { ".mbox" } else { "" });
    let mut writer = Writer::begin(&path, form)?;
    for (id, raw) in waiting {
        writer.put(id, &raw, MessageFlags { is_seen: true, ..MessageFlags::default() })?;
        done.messages += 1;
    }
    done.folders += 1;
    writer.end()
}

/// Drafts: each a text with its head, and its attachments beside it.
fn drafts(profile: &Profile, to: &Path, done: &mut Exported) -> Result<(), StoreError> {
    let drafts = profile.store.drafts()?;
    for record in &drafts {
        let folder = to.join("Drafts").join(record.id.to_string());
        files::make_new_folder(&folder)?;
        let name = match record.draft.subject.trim() {
            "" => "draft".to_owned(),
            subject => component(subject),
        };
        files::put(&folder.join(format!("{name}.txt")), written_draft(&record.draft).as_bytes())?;
        if let Some(html) = &record.draft.html {
            files::put(&folder.join(format!("{name}.html")), html.as_bytes())?;
        }
        for attachment in &record.draft.attachments {
            files::write_beside(&folder, &component(&attachment.name), &attachment.bytes)?;
        }
    }
    done.drafts = drafts.len();
    Ok(())
}

fn written_draft(draft: &Draft) -> String {
    let list = |name: &str, of: &[crate::domain::Mailbox]| match of {
        [] => String::new(),
        of => format!("{name}: {}\n", of.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    };
    format!(
        "From: {}\n{}{}{}Subject: {}\n\n{}\n",
        draft.from,
        list("To", &draft.to),
        list("Cc", &draft.cc),
        list("Bcc", &draft.bcc),
        draft.subject,
        draft.text
    )
}

/// An account as another program, or a person, sets it up again; without its secrets.
fn described(account: &AccountRecord) -> Value {
    let server = |host: &str, port: u16| (!host.is_empty()).then(|| json!({ "host": host, "port": port }));
    let identities: Vec<_> = account.identities.iter().map(ToString::to_string).collect();
    json!({
        "name": account.name,
        "address": account.address,
        "user": account.user,
        "smtp_user": account.smtp_user,
        "identities": identities,
        "smtp": server(&account.smtp_host, account.smtp_port),
        "imap": server(&account.imap_host, account.imap_port),
        "pop3": account.pop.as_ref().map(|pop| json!({ "host": pop.host, "port": pop.port, "leaves": pop.leaves })),
        "oauth": !account.oauth.is_empty(),
    })
}

fn place(account: &AccountRecord) -> String {
    let name = if account.address.is_empty() { &account.name } else { &account.address };
    component(name)
}

/// A name that is one component of a path everywhere, and no part of a Maildir.
fn component(name: &str) -> String {
    let is_odd = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let name: String = name.chars().map(|c| if is_odd(c) { '_' } else { c }).take(100).collect();
    // Most disks count bytes, and a few more come behind it.
    let name = name.get(..name.floor_char_boundary(LONGEST)).unwrap_or_default();
    let name = name.trim().trim_end_matches('.').trim_start_matches('.');
    if matches!(name, "" | "cur" | "new" | "tmp") { format!("_{name}") } else { name.to_owned() }
}

/// Paths that were given out: on some disks large and small letters are the same.
#[derive(Default)]
struct Names(HashSet<String>);

impl Names {
    fn free(&mut self, below: &Path, name: &str, ending: &str) -> PathBuf {
        for number in 1.. {
            let name = if number == 1 { format!("{name}{ending}") } else { format!("{name} ({number}){ending}") };
            let path = below.join(name);
            if self.0.insert(path.to_string_lossy().to_lowercase()) {
                return path;
            }
        }
        below.join(name)
    }

    fn folder(
        &mut self,
        home: &Path,
        (account, folder, delimiter): (&AccountRecord, &FolderRecord, &str),
        form: Form,
    ) -> PathBuf {
        let path = if account.imap_host.is_empty() { folder.path.clone() } else { decoded_folder(&folder.path) };
        let delimiter = if delimiter.is_empty() { "/" } else { delimiter };
        let mut parts: Vec<String> = path.split(delimiter).map(component).collect();
        let last = parts.pop().unwrap_or_else(|| "_".to_owned());
        let below = parts.iter().fold(home.to_owned(), |path, part| path.join(part));
        self.free(&below, &last, if form == Form::Mbox { ".mbox" } else { "" })
    }
}

/// Writes one folder.
enum Writer {
    Maildir(PathBuf),
    Mbox(files::Growing),
}

impl Writer {
    fn begin(path: &Path, form: Form) -> Result<Self, StoreError> {
        match form {
            Form::Maildir => {
                for part in ["cur", "new", "tmp"] {
                    files::make_new_folder(&path.join(part))?;
                }
                Ok(Self::Maildir(path.join("cur")))
            }
            Form::Mbox => Ok(Self::Mbox(files::Growing::begin(path)?)),
        }
    }

    /// Writes a message; the SHA-256 of what is there then. In an mbox some of it is quoted, and all of that is compared
    /// at its end.
    fn put(&mut self, id: i64, raw: &RawMessage, flags: MessageFlags) -> Result<[u8; 32], StoreError> {
        match self {
            Self::Maildir(cur) => {
                let path = cur.join(format!("{id}.kakitome:2,{}", maildir_letters(flags)));
                files::put(&path, raw)?;
                files::digest(&path)
            }
            Self::Mbox(file) => {
                file.write(&message::as_mbox(raw, &mbox_status(flags)))?;
                Ok(openssl::sha::sha256(raw))
            }
        }
    }

    fn end(self) -> Result<(), StoreError> {
        match self {
            Self::Maildir(cur) => files::settle(&cur),
            Self::Mbox(file) => file.end(),
        }
    }
}

/// In the order of the alphabet, as Maildir wants them.
pub fn maildir_letters(flags: MessageFlags) -> String {
    [(flags.is_flagged, 'F'), (flags.is_answered, 'R'), (flags.is_seen, 'S')]
        .iter()
        .filter(|(is_set, _)| *is_set)
        .map(|(_, letter)| *letter)
        .collect()
}

/// The fields that mutt, Dovecot and others keep an mbox's flags in.
pub fn mbox_status(flags: MessageFlags) -> String {
    let status = if flags.is_seen { "RO" } else { "O" };
    let more: String = [(flags.is_answered, 'A'), (flags.is_flagged, 'F')]
        .iter()
        .filter(|(is_set, _)| *is_set)
        .map(|(_, one)| *one)
        .collect();
    if more.is_empty() { format!("Status: {status}\n") } else { format!("Status: {status}\nX-Status: {more}\n") }
}

fn file_failure(path: &Path, source: &str) -> Failure {
    Failure {
        kind: FailureKind::File,
        retry: Retry::Now,
        subject: path.display().to_string(),
        source: source.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{AccountRecord, NewMessage};

    /// A profile with two messages in one folder.
    fn profile() -> (tempfile::TempDir, Profile) {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::fleeting(&dir.path().join("profile"), None).unwrap();
        let store = &profile.store;
        let account = store.save_account(&AccountRecord { name: "local".into(), ..AccountRecord::default() }).unwrap();
        let folder = store.ensure_folder(account, "Old", "Old", "").unwrap();
        let text = |number: u32| format!("Subject: {number}\r\n\r\nFrom here on\r\n").into_bytes();
        let messages: Vec<NewMessage> = (1..=2)
            .map(|uid| NewMessage {
                uid: Some(uid),
                flags: MessageFlags::default(),
                received_at: None,
                date: None,
                from: crate::domain::Mailbox::default(),
                subject: String::new(),
                preview: String::new(),
                has_attachments: false,
                lineage: crate::domain::thread::Lineage::default(),
                raw: RawMessage::new(text(uid)),
            })
            .collect();
        store.add_messages(folder, &messages).unwrap();
        (dir, profile)
    }

    #[test]
    fn a_message_that_is_not_what_was_stored_is_written_and_told() {
        for form in [Form::Maildir, Form::Mbox] {
            let (dir, profile) = profile();
            let sound = export(&profile, &dir.path().join("sound"), form, &|_| true).unwrap().unwrap();
            assert_eq!((sound.messages, sound.differing), (2, vec![]));
            profile.store.falsify(1, b"Subject: another\r\n\r\n");
            let told = export(&profile, &dir.path().join("told"), form, &|_| true).unwrap().unwrap();
            assert_eq!((told.messages, told.differing, told.unreadable), (2, vec![1], vec![]), "{form:?}");
        }
    }

    #[test]
    fn a_draft_is_named_after_its_subject_however_long_that_is() {
        let (dir, profile) = profile();
        let long = "請求書".repeat(60);
        for subject in ["Lunch: Friday?", "", &long] {
            let draft = Draft { subject: subject.to_owned(), ..Draft::default() };
            profile.store.save_draft(None, None, &draft, profile.now()).unwrap();
        }
        let done = export(&profile, &dir.path().join("all"), Form::Maildir, &|_| true).unwrap().unwrap();
        assert_eq!(done.drafts, 3);
        let drafts = dir.path().join("all").join("Drafts");
        let mut names: Vec<String> = std::fs::read_dir(drafts)
            .unwrap()
            .flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap())
            .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let (short, cut) = (["Lunch_ Friday_.txt", "draft.txt"], names.pop().unwrap());
        assert_eq!(names, short);
        assert!(cut.len() > 150 && long.starts_with(cut.trim_end_matches(".txt")), "{cut}");
    }
}
