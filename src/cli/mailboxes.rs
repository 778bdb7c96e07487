//! Mail that other programs keep in files, in and out: `.eml`, mbox (RFC 4155, quoted as mboxrd), Maildir.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::domain::RawMessage;
use crate::engine::Failure;
use crate::engine::headless::{self, Importer};
use crate::engine::topic::storage::{maildir_letters, mbox_status};
use crate::message;
use crate::store::MessageFlags;

use super::args::{BringOptions, Common, MailboxForm};
use super::profile::{explained, find_folder, told};
use super::{Problem, bringing, keys, load, output, words};

/// `import`.
pub(crate) fn import(common: &Common, paths: &[PathBuf], folder: &str) -> Result<(), Problem> {
    // Other programs' folders bring their keys, first.
    let (programs, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.iter().cloned().partition(|path| bringing::is_of_program(path));
    if !programs.is_empty() {
        bringing::import(common, &programs, false, &BringOptions::default())?;
    }
    let (profile, passphrases) = keys::profile(common)?;
    told(common, profile.load_keyring(passphrases))?;
    let done = headless::importing(&profile, |importer| {
        let into = Into { importer, folder: folder.to_owned(), waiting: Vec::new(), bytes: 0, deleted: 0 };
        read(into, &programs, &paths, folder)
    });
    let (deleted, count) = done.map_err(|stopped| match stopped {
        Stopped::Reading(problem) => problem,
        Stopped::Keeping(failure) => explained(common, &failure),
    })?;
    headless::assess_new(&profile).map_err(|failure| explained(common, &failure))?;
    output::line(&count.to_string());
    if deleted > 0 {
        output::error(&words::left_out(deleted, words::lang(common)));
    }
    Ok(())
}

/// Reads everything; how many messages were marked as deleted where they come from, and left out.
fn read(mut into: Into<'_>, programs: &[PathBuf], paths: &[PathBuf], folder: &str) -> Result<usize, Stopped> {
    for program in programs {
        for mail in ["Mail", "ImapMail"].map(|name| program.join(name)).into_iter().filter(|path| path.is_dir()) {
            // Thunderbird's indexes lie between its mail.
            for file in load::below(&mail)? {
                into.mbox(&load::file(&file)?)?;
            }
        }
    }
    for path in paths {
        if is_maildir(path) {
            into.maildirs(path, folder)?;
            continue;
        }
        for file in if path.is_dir() { load::below(path)? } else { vec![path.clone()] } {
            let bytes = load::file(&file)?;
            if message::is_mbox(&bytes) {
                into.mbox(&bytes)?;
            } else if !bytes.is_empty() {
                // An mbox in which nothing is has no first line.
                into.take(RawMessage::new(bytes), MessageFlags::default())?;
            }
        }
    }
    into.keep()?;
    Ok(into.deleted)
}

/// Why an import came to its end before its time.
enum Stopped {
    Reading(Problem),
    Keeping(Failure),
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self::Reading(problem)
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Keeping(failure)
    }
}

/// Messages on their way into a local folder, some at a time: each time is a write that must have come to the disk.
struct Into<'a> {
    importer: &'a mut Importer,
    folder: String,
    waiting: Vec<(RawMessage, MessageFlags)>,
    bytes: usize,
    /// Messages that were marked as deleted where they come from, and are left out.
    deleted: usize,
}

impl Into<'_> {
    const MESSAGES: usize = 1_000;
    const BYTES: usize = 16 << 20;

    fn take(&mut self, raw: RawMessage, flags: MessageFlags) -> Result<(), Stopped> {
        self.bytes += raw.len();
        self.waiting.push((raw, flags));
        if self.waiting.len() < Self::MESSAGES && self.bytes < Self::BYTES { Ok(()) } else { self.keep() }
    }

    fn keep(&mut self) -> Result<(), Stopped> {
        self.bytes = 0;
        Ok(self.importer.add(&self.folder, &std::mem::take(&mut self.waiting))?)
    }

    /// The messages of an mbox, but for those that Thunderbird has deleted and not yet cut out.
    fn mbox(&mut self, bytes: &[u8]) -> Result<(), Stopped> {
        if !message::is_mbox(bytes) {
            return Ok(());
        }
        for raw in message::split_mbox(bytes) {
            match headless::mbox_flags(&raw) {
                Some(flags) => self.take(raw, flags)?,
                None => self.deleted += 1,
            }
        }
        Ok(())
    }

    /// A Maildir, and the folders inside it, as Maildir++ has them: `.Work.2026` is 2026 in Work.
    fn maildirs(&mut self, root: &Path, name: &str) -> Result<(), Stopped> {
        if is_maildir(root) {
            self.maildir(root, name)?;
        }
        let is_folder = |entry: &fs::DirEntry| {
            // A link may lead back to where it lies.
            entry.file_type().is_ok_and(|kind| kind.is_dir())
                && !["cur", "new", "tmp"].iter().any(|part| entry.file_name() == *part)
        };
        let entries = fs::read_dir(root).map_err(|error| Problem(format!("{}: {error}", root.display())))?;
        let mut inside: Vec<_> = entries.flatten().filter(is_folder).map(|entry| entry.path()).collect();
        inside.sort();
        for path in inside {
            let own = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let own = headless::decoded_folder(own.trim_start_matches('.')).replace('.', "/");
            self.maildirs(&path, &format!("{name}/{own}"))?;
        }
        Ok(())
    }

    fn maildir(&mut self, path: &Path, name: &str) -> Result<(), Stopped> {
        self.keep()?;
        name.clone_into(&mut self.folder);
        for part in ["cur", "new"] {
            for file in load::below(&path.join(part))? {
                self.take(RawMessage::new(load::file(&file)?), maildir_flags(&file))?;
            }
        }
        self.keep()
    }
}

fn is_maildir(path: &Path) -> bool {
    ["cur", "new"].iter().all(|part| path.join(part).is_dir())
}

/// The flags in the name of a Maildir's file, behind `:2,` (`;2,` where a colon may not be in a name).
fn maildir_flags(file: &Path) -> MessageFlags {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let has =
        |flag| [":2,", ";2,"].iter().filter_map(|mark| name.rsplit_once(mark)).any(|(_, flags)| flags.contains(flag));
    MessageFlags { is_seen: has('S'), is_flagged: has('F'), is_answered: has('R') }
}

/// `export`.
pub(crate) fn export(common: &Common, folder: &str, to: &Path, form: MailboxForm) -> Result<(), Problem> {
    let (profile, _) = keys::profile(common)?;
    let folder = find_folder(common, &profile, folder)?;
    let rows = told(common, headless::flags_of(&profile, folder.id))?;
    let failed = |error: std::io::Error| Problem(format!("{}: {error}", to.display()));
    if form == MailboxForm::Mbox {
        let mut file = std::io::BufWriter::new(fs::File::create_new(to).map_err(failed)?);
        for (id, flags) in rows {
            let raw = told(common, profile.store.raw(id))?;
            file.write_all(&message::as_mbox(&raw, &mbox_status(flags))).map_err(failed)?;
        }
        return file.into_inner().map_err(|error| failed(error.into_error()))?.sync_all().map_err(failed);
    }
    let into = if form == MailboxForm::Maildir { to.join("cur") } else { to.to_owned() };
    for folder in if form == MailboxForm::Maildir {
        vec![into.clone(), to.join("new"), to.join("tmp")]
    } else {
        vec![into.clone()]
    } {
        fs::create_dir_all(&folder).map_err(failed)?;
    }
    for (id, flags) in rows {
        let name = if form == MailboxForm::Maildir {
            format!("{id}.kakitome:2,{}", maildir_letters(flags))
        } else {
            format!("{id}.eml")
        };
        let raw = told(common, profile.store.raw(id))?;
        told(common, crate::store::files::replace(&into.join(name), &raw))?;
    }
    Ok(())
}
