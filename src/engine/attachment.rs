//! The files of a message: what they are, where they are saved, how they are opened; and its source.

use std::path::Path;
use std::sync::Arc;

use crate::crypto::DecryptFailure;
use crate::domain::RawMessage;
use crate::flow::{Assessment, ShownPart};
use crate::message::file::{self, Danger, FileKind};
use crate::message::{self, calendar};
use crate::store::files;
use crate::store::opened::OpenedFiles;

use super::profile::{Profile, store_failure};
use super::view::{AttachmentView, CardContent, CardView, Help, MessageId, ReadingView, SourceLayer, SourceView};
use super::{Command, Event, Failure, FailureKind, Retry, assessing, reading};

/// As much of a text is shown without opening the file, in bytes.
pub const PREVIEW: usize = 64 << 10;
/// A line of a source that is longer is broken, in bytes.
const LINE: usize = 400;
/// The beginning of the source that goes along with an open message, in bytes.
const SOURCE: usize = 1 << 20;
/// Cards of one message.
const CARDS: usize = 20;

/// Files that are never opened from here, whatever the reader says.
pub fn is_refused(dangers: &[Danger]) -> bool {
    dangers
        .iter()
        .any(|danger| matches!(danger, Danger::Program | Danger::Script | Danger::Shortcut | Danger::DiskImage))
}

/// The beginning of a text, its charset found out; and whether there is more.
pub fn text(content: &[u8]) -> (String, bool) {
    let head = content.get(..content.len().min(PREVIEW)).unwrap_or_default();
    (message::bare_text(head), content.len() > PREVIEW)
}

/// What is drawn of a message that was assessed.
pub fn reading(id: MessageId, raw: &RawMessage, mut assessment: Assessment) -> ReadingView {
    for block in &mut assessment.blocks {
        block.html = block.html.take().map(|html| message::sanitize_html(&html));
    }
    let locked_key = assessment.encryption.iter().find_map(|layer| match &layer.failure {
        Some(DecryptFailure::Locked(fingerprint)) => Some(fingerprint.clone()),
        _ => None,
    });
    let source = String::from_utf8_lossy(raw.get(..raw.len().min(SOURCE)).unwrap_or_default()).into_owned();
    ReadingView {
        id,
        attachments: views(&assessment),
        cards: cards(&assessment),
        assessment: Arc::new(assessment),
        locked_key,
        source: source.into(),
        help: Help::default(),
    }
}

/// The files of a message, under names that can do no harm.
pub(super) fn views(assessment: &Assessment) -> Vec<AttachmentView> {
    let files = assessment.parts.iter().filter(|part| part.is_file);
    files.map(|part| AttachmentView { in_place: is_in_place(assessment, part), ..view(part) }).collect()
}

/// A picture that its author put among the texts, and that no text of its own layer draws itself (`cid:`, RFC 2392).
fn is_in_place(assessment: &Assessment, part: &ShownPart) -> bool {
    let texts = || assessment.blocks.iter().filter(|block| block.layer == part.layer);
    let is_drawn =
        |id: &str| texts().filter_map(|block| block.html.as_deref()).any(|html| message::names_cid(html, id));
    part.is_inline && part.media_type.starts_with("image/") && !part.content_id.as_deref().is_some_and(is_drawn)
}

fn view(part: &ShownPart) -> AttachmentView {
    // It is judged by the name that it is saved and opened under: an invisible letter hides no ending.
    let name = file::safe_name(part.filename.as_deref().unwrap_or_default(), "");
    let report = file::report(&name, &part.media_type, &part.content);
    AttachmentView {
        part: part.path.clone(),
        name: if name.is_empty() { nameless(report.kind).to_owned() } else { name },
        media_type: part.media_type.clone(),
        bytes: part.bytes,
        decrypted: part.decrypted,
        signed: part.signed,
        in_place: false,
        report,
    }
}

/// The name of a file that has none.
fn nameless(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Calendar => "invitation.ics",
        FileKind::Contact => "contact.vcf",
        FileKind::Message => "message.eml",
        FileKind::Text => "text.txt",
        FileKind::Web => "page.html",
        FileKind::Pdf => "document.pdf",
        FileKind::Picture => "picture",
        _ => "attachment",
    }
}

/// Parts that are shown as cards. The same event may be there twice: in place and as a file.
pub(super) fn cards(assessment: &Assessment) -> Vec<CardView> {
    let mut cards: Vec<CardView> = Vec::new();
    for part in assessment.parts.iter().filter(|part| part.is_file) {
        if cards.len() >= CARDS {
            break;
        }
        let name = part.filename.as_deref().unwrap_or_default().to_ascii_lowercase();
        let is =
            |media_type: &str, ending: &str| part.media_type.eq_ignore_ascii_case(media_type) || name.ends_with(ending);
        let content = if is("text/calendar", ".ics") {
            calendar::invitation(&part.content).map(|event| CardContent::Invitation(Box::new(event)))
        } else if is("text/vcard", ".vcf") || part.media_type.eq_ignore_ascii_case("text/x-vcard") {
            Some(calendar::contacts(&part.content)).filter(|found| !found.is_empty()).map(CardContent::Contacts)
        } else {
            None
        };
        let Some(content) = content else { continue };
        let card = CardView { part: part.path.clone(), decrypted: part.decrypted, signed: part.signed, content };
        if !cards.iter().any(|other| is_same(other, &card)) {
            cards.push(card);
        }
    }
    cards
}

fn is_same(one: &CardView, other: &CardView) -> bool {
    let content = match (&one.content, &other.content) {
        (CardContent::Invitation(one), CardContent::Invitation(other)) => one == other,
        (CardContent::Contacts(one), CardContent::Contacts(other)) => one == other,
        _ => false,
    };
    content && one.signed == other.signed && one.decrypted == other.decrypted
}

/// Carries out what concerns files and the source; gives what there is to tell.
pub(super) fn carry_out(profile: &Profile, opened: &OpenedFiles, command: Command) -> Result<Option<Event>, Failure> {
    Ok(Some(match command {
        Command::SaveAttachment { message, part, to } => {
            let bytes = reading::attachment(profile, message, &part)?;
            saved(&write(&to, &bytes)?)
        }
        Command::SaveAttachments { message, parts, to } => {
            let (_, assessment) = reading::assess(profile, message)?;
            for part in assessment.parts.iter().filter(|part| part.is_file && parts.contains(&part.path)) {
                files::write_beside(&to, &view(part).name, &part.content).map_err(store_failure)?;
            }
            saved(&to)
        }
        Command::OpenAttachment { message, part, confirmed } => {
            let path = place(profile, opened, message, &part, confirmed)?;
            open::that_detached(&path).map_err(|error| failure(FailureKind::File, &part, &error.to_string()))?;
            return Ok(None);
        }
        Command::ShowSource(message) => Event::Source(Arc::new(source(profile, message)?)),
        Command::SaveSource { message, layer, to } => {
            let layers = assessing::layers(profile, message)?;
            let missing = || failure(FailureKind::Input, "", "no_such_layer");
            let (_, content) = layers.get(layer).ok_or_else(missing)?;
            saved(&write(&to, content)?)
        }
        Command::WriteFile { to, content } => saved(&write(&to, &content)?),
        _ => return Ok(None),
    }))
}

fn saved(path: &Path) -> Event {
    Event::Done { code: "saved", subject: path.display().to_string() }
}

/// Writes beside what is there, never over it.
fn write(to: &Path, bytes: &[u8]) -> Result<std::path::PathBuf, Failure> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = to.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    files::write_beside(folder, &name, bytes).map_err(store_failure)
}

/// Puts a file where the system's program can look at it.
fn place(
    profile: &Profile,
    opened: &OpenedFiles,
    message: MessageId,
    part: &str,
    confirmed: bool,
) -> Result<std::path::PathBuf, Failure> {
    let (_, assessment) = reading::assess(profile, message)?;
    let found = assessment.parts.iter().find(|candidate| candidate.path == part && candidate.is_file);
    let found = found.ok_or_else(|| failure(FailureKind::Input, part, "no_such_part"))?;
    let view = view(found);
    if is_refused(&view.report.dangers) || view.report.is_dangerous() && !confirmed {
        return Err(failure(FailureKind::Input, &view.name, "dangerous_file"));
    }
    opened.put(&view.name, &found.content).map_err(store_failure)
}

/// A layer of a source, ready to be drawn line by line.
pub fn layer(path: String, content: RawMessage) -> SourceLayer {
    SourceLayer { path, lines: Arc::new(lines(&content)), content }
}

fn source(profile: &Profile, message: MessageId) -> Result<SourceView, Failure> {
    let layers = assessing::layers(profile, message)?.into_iter();
    Ok(SourceView { id: message, layers: layers.map(|(path, content)| layer(path, content)).collect() })
}

/// Where each line to be drawn begins, between characters of UTF-8.
fn lines(content: &RawMessage) -> Vec<u32> {
    let mut starts = vec![0_u32];
    let mut start = 0;
    for (at, byte) in content.iter().enumerate().take(u32::MAX as usize) {
        let is_long = at - start >= LINE && byte & 0xc0 != 0x80;
        if is_long && *byte != b'\n' && *byte != b'\r' {
            starts.push(at as u32);
            start = at;
        }
        if *byte == b'\n' && at + 1 < content.len() {
            starts.push(at as u32 + 1);
            start = at + 1;
        }
    }
    starts
}

fn failure(kind: FailureKind, subject: &str, source: &str) -> Failure {
    Failure { kind, retry: Retry::Never, subject: subject.to_owned(), source: source.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_source_begin_after_line_feeds_and_long_ones_are_broken_between_characters() {
        let content = RawMessage::new(format!("a\r\n{}\n\nend", "書".repeat(300)));
        let lines = lines(&content);
        let piece = |index: usize| {
            let end = lines.get(index + 1).map_or(content.len(), |end| *end as usize);
            std::str::from_utf8(&content[lines[index] as usize..end]).unwrap().to_owned()
        };
        assert_eq!(piece(0), "a\r\n");
        assert!(piece(1).len() < 420 && piece(2).ends_with('書'));
        let all: String = (0..lines.len()).map(piece).collect();
        assert_eq!(all.as_bytes(), &content[..]);
    }

    /// A part that is a file, by its name.
    fn file(name: &str, media_type: &str) -> ShownPart {
        ShownPart {
            path: "2".into(),
            media_type: media_type.into(),
            filename: Some(name.into()),
            bytes: 1,
            signed: false,
            decrypted: false,
            shown: false,
            is_file: true,
            is_inline: true,
            content_id: None,
            layer: 0,
            content: RawMessage::new("x"),
        }
    }

    #[test]
    fn a_file_is_judged_by_the_name_that_it_is_opened_under() {
        for name in [
            "invoice.js\u{200b}",
            "invoice.js\u{ad}",
            "invoice.j\u{200d}s",
            "invoice.js\u{fe0f}",
            "a/invoice.js\u{2060}.",
        ] {
            let seen = view(&file(name, "text/plain"));
            assert_eq!((seen.name.as_str(), is_refused(&seen.report.dangers)), ("invoice.js", true), "{name:?}");
        }
        assert_eq!(view(&file("\u{200b}", "text/plain")).name, "text.txt");
    }

    #[test]
    fn a_picture_is_drawn_in_its_place_unless_a_text_draws_it_or_it_was_set_apart() {
        let (profile, _folder, message) = demo("Files");
        let mut all = reading::assess(&profile, message).unwrap().1;
        let seen = |all: &Assessment| views(all).iter().any(|file| file.in_place);
        all.parts = vec![file("a.png", "image/png")];
        assert!(seen(&all));
        all.parts[0].content_id = Some("one@example.org".into());
        assert!(seen(&all));
        for html in ["<img src='cid:one@example.org'>", "<td background=CID:one%40example.org>"] {
            all.blocks[0].html = Some(html.into());
            assert!(!seen(&all), "{html}");
        }
        all.blocks[0].html = Some("<img src='cid:one@example.org.x'><!-- one@example.org -->".into());
        assert!(seen(&all));
        all.blocks[0].html = Some("<img src='cid:one@example.org'>".into());
        all.blocks[0].layer = 7;
        assert!(seen(&all));
        all.blocks[0].layer = 0;
        assert!(!seen(&all));
        all.parts[0].content_id = None;
        all.parts[0].is_inline = false;
        assert!(!seen(&all));
        all.parts = vec![file("a.pdf", "application/pdf")];
        assert!(!seen(&all));
    }

    /// The demo mailbox, and the message in it whose subject this is.
    fn demo(subject: &str) -> (Profile, tempfile::TempDir, MessageId) {
        let (profile, folder) = crate::engine::demo::open().unwrap();
        let inbox = profile.store.folders().unwrap().into_iter().find(|folder| folder.role == "inbox").unwrap();
        let rows = profile.store.rows(inbox.id, 1_000, 0).unwrap();
        let id = rows.iter().find(|row| row.subject == subject).unwrap().id;
        (profile, folder, id)
    }

    #[test]
    fn files_are_saved_beside_what_is_there_and_dangerous_ones_are_not_opened() {
        let (profile, _folder, message) = demo("Files");
        let opened = OpenedFiles::default();
        let view = reading::view(&profile, message, true).unwrap();
        let part = |name: &str| view.attachments.iter().find(|file| file.name == name).unwrap().part.clone();
        let to = tempfile::tempdir().unwrap();
        std::fs::write(to.path().join("notes.txt"), "mine").unwrap();
        let parts = vec![part("notes.txt"), part("seal.png")];
        let command = Command::SaveAttachments { message, parts, to: to.path().to_owned() };
        assert!(matches!(carry_out(&profile, &opened, command).unwrap(), Some(Event::Done { code: "saved", .. })));
        assert_eq!(std::fs::read(to.path().join("notes.txt")).unwrap(), b"mine");
        assert!(to.path().join("notes (1).txt").exists() && to.path().join("seal.png").exists());
        assert_eq!(std::fs::read_dir(to.path()).unwrap().count(), 3);

        for (name, confirmed) in
            [("invoice.pdf", true), ("payment.url", true), ("photos.zip", false), ("login.html", false)]
        {
            let command = Command::OpenAttachment { message, part: part(name), confirmed };
            let failure = carry_out(&profile, &opened, command).unwrap_err();
            assert_eq!((failure.kind, failure.source.as_str()), (FailureKind::Input, "dangerous_file"), "{name}");
        }
        let path = place(&profile, &opened, message, &part("photos.zip"), true).unwrap();
        assert_eq!(path.file_name().unwrap(), "photos.zip");
        let path = place(&profile, &opened, message, &part("seal.png"), false).unwrap();
        assert!(std::fs::read(path).unwrap().starts_with(b"\x89PNG"));
    }

    #[test]
    fn the_source_of_an_encrypted_message_has_what_it_opened_to_as_a_layer() {
        let (profile, _folder, message) = demo("Tuesday's rehearsal");
        let source = source(&profile, message).unwrap();
        let [outer, inner] = &source.layers[..] else { panic!("{}", source.layers.len()) };
        let holds = |layer: &SourceLayer, words: &[u8]| layer.content.windows(words.len()).any(|part| part == words);
        assert!(holds(outer, b"BEGIN PGP MESSAGE") && !holds(outer, b"the hall is ours"));
        assert!(holds(inner, b"the hall is ours") && !inner.path.is_empty());
    }

    #[test]
    fn an_invitation_is_a_card_once_with_the_protection_of_its_part() {
        let (profile, _folder, message) = demo("秋の演奏会 打ち合わせ");
        let view = reading::view(&profile, message, true).unwrap();
        let [card] = &view.cards[..] else { panic!("{:?}", view.cards) };
        assert!(!card.signed && !card.decrypted);
        let CardContent::Invitation(event) = &card.content else { panic!("{card:?}") };
        assert_eq!((event.title.as_str(), event.attendees.len()), ("秋の演奏会 打ち合わせ", 3));
    }

    #[test]
    fn a_text_is_previewed_in_its_charset_and_only_its_beginning() {
        assert_eq!(text("書留\r\n".as_bytes()), ("書留\n".to_owned(), false));
        let (_, more) = text(&vec![b'a'; PREVIEW + 1]);
        assert!(more);
    }
}
