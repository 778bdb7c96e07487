//! The files of a message: what each is, what protects it, and what can be done with it.

use egui::{Rect, Sense, Ui, Vec2, vec2};

use crate::engine::attachment::is_refused;
use crate::engine::view::{AttachmentView, Danger, FileKind, Lock, MessageId, ReadingView, Seal};
use crate::engine::{self, Command};

use super::confirm;
use super::files::Purpose;
use super::icons::{self, Icon};
use super::preview;
use super::state::State;
use super::theme::{self, palette, size, space};
use super::widgets::{self, Weight};
use super::words::{Language, Word, bytes, one_line};

/// Files that get a row.
const FILES: usize = 200;
/// Files that are listed before the rest is asked for.
const FIRST: usize = 8;

/// The file that the reader is asked about before it is opened.
#[derive(Clone, Debug)]
pub struct Opening {
    message: MessageId,
    file: AttachmentView,
    is_known: bool,
}

/// Whether a part has the protection that the headline speaks of.
pub fn has_protection(view: &ReadingView, decrypted: bool, signed: bool) -> bool {
    let headline = view.assessment.headline;
    let sealed = !matches!(headline.seal, Seal::Unsigned | Seal::Broken);
    (headline.lock != Lock::Encrypted || decrypted) && (!sealed || signed)
}

/// Whether a file has the protection that the headline speaks of.
pub fn belongs(view: &ReadingView, file: &AttachmentView) -> bool {
    has_protection(view, file.decrypted, file.signed)
}

/// Draws the files that have, or have not, the protection that the headline speaks of.
pub fn show(ui: &mut Ui, view: &ReadingView, protected: bool, state: &mut State) {
    let files: Vec<_> = view.attachments.iter().filter(|file| belongs(view, file) == protected).take(FILES).collect();
    if files.is_empty() {
        return;
    }
    ui.add_space(space::M);
    let width = ui.available_width().clamp(0.0, size::MEASURE);
    ui.allocate_ui_with_layout(vec2(width, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
        ui.set_width(width);
        widgets::card(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            heading(ui, view, &files, state);
            let id = ui.scope_id().with(("files", view.id, protected));
            let shows_all = files.len() <= FIRST || ui.data(|data| data.get_temp(id).unwrap_or(false));
            let listed = if shows_all { files.len() } else { FIRST };
            for file in files.iter().take(listed) {
                widgets::hairline(ui);
                row(ui, view, file, state);
            }
            if !shows_all {
                let words = state.language.fill(Word::FilesMore, &[("count", &files.len().to_string())]);
                if widgets::button(ui, Some(Icon::ChevronDown), &words, Weight::Quiet).clicked() {
                    ui.data_mut(|data| data.insert_temp(id, true));
                }
            }
        });
    });
}

fn heading(ui: &mut Ui, view: &ReadingView, files: &[&AttachmentView], state: &mut State) {
    let language = state.language;
    ui.horizontal(|ui| {
        icons::show(ui, Icon::Attach, size::ICON, palette(ui).ink_soft);
        let count = files.len().to_string();
        let words = if files.len() == 1 {
            language.say(Word::Files).to_owned()
        } else {
            language.fill(Word::FilesCount, &[("count", &count)])
        };
        widgets::emphasis(ui, words);
        if files.len() > 1 {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::button(ui, Some(Icon::Save), language.say(Word::SaveAll), Weight::Quiet).clicked() {
                    let parts = files.iter().map(|file| file.part.clone()).collect();
                    let purpose = Purpose::SaveAttachments { message: view.id, parts };
                    state.ask_file(ui.ctx(), purpose, language.say(Word::SaveAllTitle), "");
                }
            });
        }
    });
}

fn row(ui: &mut Ui, view: &ReadingView, file: &AttachmentView, state: &mut State) {
    let colours = palette(ui);
    let language = state.language;
    let name = one_line(&file.name);
    let about = about(language, view, file);
    let buttons = 3.0 * (size::HIT + space::XS);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let height = size::BODY * 1.45 + size::CAPTION * 1.45;
        let (square, _) = ui.allocate_exact_size(vec2(size::ICON_LARGE + space::S, height), Sense::empty());
        let at = Rect::from_center_size(square.center(), Vec2::splat(size::ICON_LARGE));
        let colour = if file.report.is_dangerous() { colours.plum } else { colours.ink_soft };
        icons::paint(ui, icon(file.report.kind), at, colour);
        let width = (ui.available_width() - buttons).max(80.0);
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{name}, {about}")));
        let (first, second) = rect.split_top_bottom_at_fraction(0.55);
        let shown = elided(ui, &name, first.width());
        widgets::line(ui.painter(), first, &shown, theme::plain(size::BODY), colours.ink);
        widgets::line(ui.painter(), second, &about, theme::plain(size::CAPTION), colours.ink_soft);
        response.on_hover_text(format!("{name}\n{}\n{about}", one_line(&file.media_type)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            actions(ui, view, file, &name, state);
        });
    });
    warnings(ui, file, language);
}

fn actions(ui: &mut Ui, view: &ReadingView, file: &AttachmentView, name: &str, state: &mut State) {
    let language = state.language;
    let named = |word| language.fill(word, &[("name", name)]);
    if widgets::icon_button(ui, Icon::Save, &named(Word::SaveNamed)).clicked() {
        let purpose = Purpose::SaveAttachment { message: view.id, part: file.part.clone() };
        state.ask_file(ui.ctx(), purpose, language.say(Word::SaveAttachment), &file.name);
    }
    // There is no button that opens what may run: only one that says why.
    let (sign, word) =
        if file.report.is_dangerous() { (Icon::Caution, Word::FileAbout) } else { (Icon::Open, Word::OpenFileNamed) };
    if widgets::icon_button(ui, sign, &named(word)).clicked() {
        state.opening = Some(Opening { message: view.id, file: file.clone(), is_known: false });
    }
    if preview::can(file) && widgets::icon_button(ui, Icon::Eye, &named(Word::PreviewNamed)).clicked() {
        state.preview.open(ui.ctx(), view, file);
    }
}

/// Kind, size, and what protects it.
fn about(language: Language, view: &ReadingView, file: &AttachmentView) -> String {
    let lock = if file.decrypted { Word::FileEncrypted } else { Word::FileClear };
    let sealed = !matches!(view.assessment.headline.seal, Seal::Unsigned | Seal::Broken);
    let seal = match (file.signed, sealed) {
        (true, _) => Word::FileSealed,
        (false, true) => Word::FileUnsealed,
        (false, false) => Word::FileUnsigned,
    };
    let parts = [language.say(kind_word(file.report.kind)), &bytes(file.bytes), language.say(lock), language.say(seal)];
    parts.join(" · ")
}

fn warnings(ui: &mut Ui, file: &AttachmentView, language: Language) {
    let colours = palette(ui);
    if file.report.disagrees {
        widgets::signed_line(ui, Icon::Caution, colours.plum, disagreement(language, file));
    }
    if let Some(danger) = file.report.dangers.first() {
        widgets::signed_line(ui, Icon::Caution, colours.amber, language.say(danger_word(*danger)));
    }
}

fn disagreement(language: Language, file: &AttachmentView) -> String {
    let (claimed, found) = (kind_word(file.report.claimed), kind_word(file.report.kind));
    language.fill(Word::FileDisagrees, &[("claimed", language.say(claimed)), ("found", language.say(found))])
}

/// The question before a file is opened with another program.
pub fn ask(ctx: &egui::Context, state: &mut State, commands: &mut Vec<Command>) {
    let Some(mut opening) = state.opening.clone() else { return };
    let language = state.language;
    let file = &opening.file;
    let dangers = &file.report.dangers;
    let is_refused = is_refused(dangers);
    let mut is_known = opening.is_known;
    let answer = confirm::dialog(ctx, "open-file", |ui| {
        let colours = palette(ui);
        widgets::title(ui, language.say(Word::OpenTitle));
        widgets::card(ui, |ui| widgets::body(ui, one_line(&file.name)));
        if file.report.disagrees {
            widgets::signed_line(ui, Icon::Caution, colours.plum, disagreement(language, file));
        }
        for danger in dangers {
            widgets::signed_line(ui, Icon::Caution, colours.amber, language.say(danger_word(*danger)));
        }
        if is_refused {
            widgets::soft(ui, language.say(Word::OpenRefused));
            return ui
                .with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
                    widgets::button(ui, None, language.say(Word::Dismiss), Weight::Primary).clicked().then_some(false)
                })
                .inner;
        }
        if dangers.is_empty() {
            widgets::soft(ui, language.say(Word::OpenPlain));
            return confirm::answers(ui, language, Word::OpenFile, Weight::Primary);
        }
        widgets::soft(ui, language.say(Word::OpenAdvice));
        widgets::toggle(ui, &mut is_known, Icon::Check, language.say(Word::OpenKnown), colours.indigo);
        confirm::answers_if(ui, language, is_known, Word::OpenAnyway, Weight::Danger)
    });
    opening.is_known = is_known;
    match answer {
        Some(true) => {
            let (message, part) = (opening.message, opening.file.part.clone());
            commands.push(Command::OpenAttachment { message, part, confirmed: is_known || dangers.is_empty() });
            state.opening = None;
        }
        Some(false) => state.opening = None,
        None => state.opening = Some(opening),
    }
}

/// The drawing of a kind.
pub fn icon(kind: FileKind) -> Icon {
    match kind {
        FileKind::Picture => Icon::Picture,
        FileKind::Audio => Icon::Audio,
        FileKind::Video => Icon::Video,
        FileKind::Text | FileKind::Pdf | FileKind::Document => Icon::Text,
        FileKind::Web => Icon::Web,
        FileKind::Spreadsheet => Icon::Table,
        FileKind::Slides => Icon::Slides,
        FileKind::Archive => Icon::Package,
        FileKind::Program | FileKind::Script => Icon::Program,
        FileKind::DiskImage => Icon::Disk,
        FileKind::Shortcut => Icon::Link,
        FileKind::Calendar => Icon::Calendar,
        FileKind::Contact => Icon::Person,
        FileKind::Message => Icon::Mail,
        FileKind::Key => Icon::Keys,
        FileKind::Font | FileKind::Other => Icon::File,
    }
}

/// The word of a kind.
pub fn kind_word(kind: FileKind) -> Word {
    match kind {
        FileKind::Picture => Word::KindPicture,
        FileKind::Audio => Word::KindAudio,
        FileKind::Video => Word::KindVideo,
        FileKind::Text => Word::KindText,
        FileKind::Web => Word::KindWeb,
        FileKind::Pdf => Word::KindPdf,
        FileKind::Document => Word::KindDocument,
        FileKind::Spreadsheet => Word::KindSpreadsheet,
        FileKind::Slides => Word::KindSlides,
        FileKind::Archive => Word::KindArchive,
        FileKind::Program => Word::KindProgram,
        FileKind::Script => Word::KindScript,
        FileKind::DiskImage => Word::KindDiskImage,
        FileKind::Shortcut => Word::KindShortcut,
        FileKind::Calendar => Word::KindCalendar,
        FileKind::Contact => Word::KindContact,
        FileKind::Message => Word::KindMessage,
        FileKind::Key => Word::KindKey,
        FileKind::Font => Word::KindFont,
        FileKind::Other => Word::KindOther,
    }
}

fn danger_word(danger: Danger) -> Word {
    match danger {
        Danger::Program => Word::DangerProgram,
        Danger::Script => Word::DangerScript,
        Danger::DiskImage => Word::DangerDiskImage,
        Danger::Shortcut => Word::DangerShortcut,
        Danger::Macros => Word::DangerMacros,
        Danger::ArchiveHolds => Word::DangerArchiveHolds,
        Danger::ArchiveLocked => Word::DangerArchiveLocked,
        Danger::Web => Word::DangerWeb,
    }
}

/// A file name in the width that is there: its middle is left out, never its endings.
fn elided(ui: &Ui, name: &str, width: f32) -> String {
    let fits = |text: &str| {
        let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::plain(size::BODY), egui::Color32::PLACEHOLDER);
        galley.size().x <= width
    };
    if fits(name) {
        return name.to_owned();
    }
    let tail = tail(name);
    let head: Vec<char> = name.chars().take(name.chars().count() - tail.chars().count()).collect();
    let (mut least, mut most) = (0, head.len().min(160));
    while least < most {
        let middle = (least + most).div_ceil(2);
        let text: String = head.iter().take(middle).chain(['…'].iter()).collect();
        if fits(&(text + &tail)) { least = middle } else { most = middle - 1 }
    }
    head.iter().take(least).collect::<String>() + "…" + &tail
}

/// What stays in sight of a name: all its endings, as far as endings go, and a little before them.
fn tail(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut from = letters.len();
    // As many short endings as there are: `.tar.gz`, `.pdf.exe`.
    while let Some(dot) = letters.iter().take(from).rposition(|letter| *letter == '.') {
        if from - dot > 9 || letters.len() - dot > 24 {
            break;
        }
        from = dot;
    }
    let from = from.min(letters.len().saturating_sub(12)).max(letters.len().saturating_sub(28));
    letters.iter().skip(from).collect()
}

/// The engine's beginning of a text.
pub(super) fn beginning(content: &[u8]) -> (String, bool) {
    engine::attachment::text(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endings_of_a_long_name_stay_in_sight() {
        for (name, end) in [
            (format!("{}.pdf.exe", "invoice ".repeat(30)), ".pdf.exe"),
            (format!("{}.tar.gz", "書".repeat(80)), ".tar.gz"),
            ("a".repeat(200), "aaaaaaaaaaaa"),
            (format!("x.{}", "y".repeat(100)), "yyyyyyyyyyyy"),
        ] {
            let tail = tail(&name);
            assert!(tail.ends_with(end) && tail.chars().count() <= 28, "{tail}");
        }
    }
}
