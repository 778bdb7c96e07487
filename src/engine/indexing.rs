//! Puts into the search index what was assessed: as it is shown, and nothing that is not.

use std::panic::AssertUnwindSafe;

use crate::domain::Mailbox;
use crate::flow::{Assessment, Lock, ShownPart};
use crate::message;
use crate::message::file::{self, FileKind};
use crate::net::Cancel;
use crate::store::search::{Due, SearchDocument};

use super::command::Progress;
use super::network::Publish;
use super::profile::{Profile, store_failure};
use super::view::MessageId;
use super::{Event, Failure, assessing};

/// Messages after which what was taken in is made durable, and found.
const COMMIT: usize = 2_000;
/// Messages taken from the queue at once.
const BATCH: usize = 200;
/// Less is done before anybody could read that it is done.
const WORTH_TELLING: usize = 200;
/// The largest file that is read as text, in bytes.
const MOST_OF_A_FILE: usize = 4 << 20;

/// Takes in what is assessed, while it is.
pub(super) struct Feed {
    /// The index is not to be had; what is due stays so.
    failed: bool,
}

impl Feed {
    pub(super) fn new() -> Self {
        Self { failed: false }
    }

    /// Takes a message in, when the index does not hold it as it is.
    pub(super) fn take(&mut self, profile: &Profile, message: MessageId, size: usize, found: &Assessment) {
        let work = || -> Result<(), Failure> {
            profile.search.prepare(&profile.store).map_err(store_failure)?;
            let Some(due) = profile.store.due_for_search_of(message).map_err(store_failure)? else { return Ok(()) };
            put(profile, &due, Some((size, found)))?;
            if profile.search.waiting() >= COMMIT {
                profile.search.commit(&profile.store, false).map_err(store_failure)?;
            }
            Ok(())
        };
        // Assessing goes on without the index: what it does not hold is due, and tried again with the next start.
        self.failed = self.failed || work().is_err();
    }

    /// Makes it durable.
    pub(super) fn finish(self, profile: &Profile) {
        if !self.failed && profile.search.waiting() > 0 {
            let _ = profile.search.commit(&profile.store, true);
        }
    }
}

/// Takes in everything that is still due, until cancelled; how many messages.
///
/// # Errors
/// When the store or the disk refuses; what was not done stays due.
pub(super) fn catch_up(profile: &Profile, publish: &Publish, cancel: &Cancel) -> Result<usize, Failure> {
    let store = &profile.store;
    profile.search.prepare(store).map_err(store_failure)?;
    let all = store.count_due_for_search().map_err(store_failure)?;
    let (mut done, mut last): (usize, Option<Due>) = (0, None);
    loop {
        let due = store.due_for_search(last.as_ref(), BATCH).map_err(store_failure)?;
        if due.is_empty() || cancel.is_cancelled() {
            break;
        }
        let with = assessing::Tools::of(profile)?;
        for one in &due {
            if cancel.is_cancelled() {
                break;
            }
            let look = || with.assess(profile, one.message).ok();
            let looked =
                if one.is_there() { std::panic::catch_unwind(AssertUnwindSafe(look)).ok().flatten() } else { None };
            put(profile, one, looked.as_ref().map(|(raw, found)| (raw.len(), found)))?;
            done += 1;
        }
        last = due.into_iter().next_back();
        if profile.search.waiting() >= COMMIT {
            profile.search.commit(store, false).map_err(store_failure)?;
        }
        if all >= WORTH_TELLING {
            let fraction = Some((done as f32 / all as f32).min(1.0));
            publish(Event::Progress(Some(Progress { work: "index", subject: done.to_string(), fraction })));
        }
    }
    if done > 0 {
        profile.search.commit(store, true).map_err(store_failure)?;
    }
    if all >= WORTH_TELLING {
        publish(Event::Progress(None));
    }
    Ok(done)
}

fn put(profile: &Profile, due: &Due, found: Option<(usize, &Assessment)>) -> Result<(), Failure> {
    let Some((size, found)) = found else {
        return profile.search.take(&profile.store, due, None).map_err(store_failure);
    };
    // A key that is locked again takes nothing away from what was read before; turning decrypted text off does.
    if found.headline.lock == Lock::CannotOpen && profile.store.leave_in_search(due).map_err(store_failure)? {
        return Ok(());
    }
    let searches_decrypted = due.account().map(|account| profile.store.searches_decrypted(account));
    let searches_decrypted = searches_decrypted.transpose().map_err(store_failure)?.unwrap_or(true);
    let mut document = document(found, searches_decrypted);
    document.size = size as u64;
    document.date = profile.store.row(due.message).map_err(store_failure)?.1.date;
    profile.search.take(&profile.store, due, Some(&document)).map_err(store_failure)
}

/// What is to be found of a message. Without decrypted text, of what came out of decryption nothing but who wrote it when.
pub(super) fn document(found: &Assessment, searches_decrypted: bool) -> SearchDocument {
    let is_in = |is_decrypted: bool| searches_decrypted || !is_decrypted;
    let hidden =
        |field: &str| !searches_decrypted && found.header_protection.confidential.iter().any(|hidden| hidden == field);
    let shown = |field: &str, mailboxes: &[Mailbox]| if hidden(field) { Vec::new() } else { mailboxes.to_vec() };
    let has_decrypted = found.parts.iter().any(|part| part.decrypted) || found.blocks.iter().any(|one| one.decrypted);
    let mut document = SearchDocument {
        from: shown("from", &found.from),
        to: shown("to", &found.to),
        cc: shown("cc", &found.cc),
        subject: if hidden("subject") { String::new() } else { found.subject.clone() },
        body: found.blocks.iter().filter(|one| is_in(one.decrypted)).map(|one| one.text.clone()).collect(),
        is_decrypted: has_decrypted && searches_decrypted,
        is_reduced: has_decrypted && !searches_decrypted,
        ..SearchDocument::default()
    };
    for part in found.parts.iter().filter(|part| is_in(part.decrypted)) {
        take_part(&mut document, part);
    }
    document
}

fn take_part(document: &mut SearchDocument, part: &ShownPart) {
    let name = part.filename.as_deref().unwrap_or_default();
    let report = file::report(name, &part.media_type, &part.content);
    if !name.is_empty() {
        document.files.push(name.to_owned());
    }
    let is_text = part.media_type.starts_with("text/");
    let kind = kind_word(report.kind).filter(|_| part.is_file || !is_text || report.kind != FileKind::Text);
    if let Some(kind) = kind.filter(|kind| !document.kinds.contains(kind)) {
        document.kinds.push(kind);
    }
    if part.is_file && !part.shown && is_text && part.content.len() <= MOST_OF_A_FILE {
        let text = message::bare_text(&part.content);
        let is_html = part.media_type == "text/html";
        document.attached.push(if is_html { message::html_to_text(&text) } else { text });
    }
}

/// As `has:` names it.
fn kind_word(kind: FileKind) -> Option<&'static str> {
    Some(match kind {
        FileKind::Picture => "picture",
        FileKind::Audio => "audio",
        FileKind::Video => "video",
        FileKind::Pdf => "pdf",
        FileKind::Document => "document",
        FileKind::Spreadsheet => "spreadsheet",
        FileKind::Slides => "slides",
        FileKind::Archive => "archive",
        FileKind::Calendar => "calendar",
        FileKind::Contact => "contact",
        FileKind::Message => "message",
        FileKind::Key => "key",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
