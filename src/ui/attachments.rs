//! The files of a message: chips that save.

use egui::{CornerRadius, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, vec2};

use crate::engine::view::{AttachmentView, Lock, ReadingView, Seal};

use super::files::Purpose;
use super::icons::{self, Icon};
use super::state::State;
use super::theme::{self, palette, size, space};
use super::widgets;
use super::words::{Word, one_line};

/// Files that get a chip.
const FILES: usize = 200;

/// Whether a file has the protection that the headline speaks of.
pub fn belongs(view: &ReadingView, file: &AttachmentView) -> bool {
    let headline = view.assessment.headline;
    let sealed = !matches!(headline.seal, Seal::Unsigned | Seal::Broken);
    (headline.lock != Lock::Encrypted || file.decrypted) && (!sealed || file.signed)
}

/// Draws the files that have, or have not, the protection that the headline speaks of.
pub fn show(ui: &mut Ui, view: &ReadingView, protected: bool, state: &mut State) {
    let files: Vec<_> = view.attachments.iter().filter(|file| belongs(view, file) == protected).take(FILES).collect();
    if files.is_empty() {
        return;
    }
    ui.add_space(space::M);
    let mut wanted = None;
    ui.horizontal_wrapped(|ui| {
        for file in files {
            if attachment(ui, file, state) {
                wanted = Some(file.clone());
            }
        }
    });
    if let Some(file) = wanted {
        let title = state.language.say(Word::SaveAttachment);
        state.ask_file(ui.ctx(), Purpose::SaveAttachment { message: view.id, part: file.part }, title, &file.name);
    }
}

fn attachment(ui: &mut Ui, file: &AttachmentView, state: &State) -> bool {
    let colours = palette(ui);
    let name = one_line(&file.name);
    let measure = |words: String, font, colour| ui.painter().layout_no_wrap(words, font, colour);
    let galley = measure(shortened(&name), theme::plain(size::BODY), colours.ink);
    let bytes = super::words::bytes(file.bytes);
    let size_words = measure(bytes.clone(), theme::plain(size::CAPTION), colours.ink_soft);
    let width = galley.size().x + size_words.size().x + 2.0 * size::ICON + space::S * 5.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, size::HIT + space::XS), Sense::click());
    let spoken = format!("{}, {name}, {bytes}", state.language.say(Word::SaveAttachment));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    let edge = if response.hovered() { colours.indigo } else { colours.line };
    ui.painter().rect(
        rect,
        CornerRadius::same(size::RADIUS_CARD),
        colours.raised,
        Stroke::new(1.0, edge),
        egui::StrokeKind::Inside,
    );
    let square = |x: f32| Rect::from_center_size(egui::pos2(x, rect.center().y), Vec2::splat(size::ICON));
    let icon = if file.media_type.starts_with("image/") { Icon::Picture } else { Icon::File };
    let mut x = rect.left() + space::S + size::ICON / 2.0;
    icons::paint(ui, icon, square(x), colours.ink_soft);
    x += size::ICON / 2.0 + space::S;
    let middle = |height: f32| rect.center().y - height / 2.0;
    let (at, next) = (egui::pos2(x, middle(galley.size().y)), x + galley.size().x + space::S);
    ui.painter().galley(at, galley, colours.ink);
    let at = egui::pos2(next, middle(size_words.size().y));
    ui.painter().galley(at, size_words, colours.ink_soft);
    icons::paint(ui, Icon::Save, square(rect.right() - space::S - size::ICON / 2.0), colours.indigo);
    widgets::ring(ui, &response, rect);
    response.on_hover_text(format!("{name}\n{}", one_line(&file.media_type))).clicked()
}

/// A file name that fits a chip, with its ending in sight.
fn shortened(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= 36 {
        return name.to_owned();
    }
    let head: String = letters.iter().take(22).collect();
    let tail: String = letters.iter().skip(letters.len() - 12).collect();
    format!("{head}…{tail}")
}
