//! Pictures that their author put among the texts of a message: each is drawn in its place, in bounded size.

use std::cmp::Ordering;
use std::collections::HashMap;

use egui::{Sense, Ui, vec2};

use crate::engine::view::{AttachmentView, MessageId, ReadingView};

use super::attachments::belongs;
use super::picture::{self, Picture};
use super::state::State;
use super::theme::{size, space};
use super::words::Word;

/// Pictures of one message that are drawn; the others are files like any.
const PICTURES: usize = 12;
/// The longest side that is decoded, in pixels, and the highest that is shown, in points.
const SIDE: u32 = 1_280;
const HEIGHT: f32 = 480.0;
/// The largest file whose size is looked up while a frame is made, in bytes.
const FILE: usize = 12 << 20;
/// Pictures that are decoded at once.
const AT_ONCE: usize = 2;

/// The pictures of the open message.
#[derive(Default)]
pub struct Album {
    message: Option<MessageId>,
    pictures: HashMap<String, Kept>,
    /// Waits for a picture instead of showing the frame without it: for pictures of the window and tests.
    pub waits: bool,
}

/// A picture, as far as it is known.
struct Kept {
    /// Width and height; `None` when it can't be shown.
    pixels: Option<[u32; 2]>,
    picture: Option<Picture>,
}

/// The pictures to be drawn that have, or have not, the protection that the headline speaks of.
pub fn of(view: &ReadingView, protected: bool) -> Vec<&AttachmentView> {
    let files = view.attachments.iter().filter(|file| file.in_place && file.bytes <= FILE);
    files.filter(|file| belongs(view, file) == protected).take(PICTURES).collect()
}

/// Draws those of the pictures whose place is before a part, and takes them out of those that are left; without a part,
/// all of them.
pub fn before(ui: &mut Ui, view: &ReadingView, left: &mut Vec<&AttachmentView>, path: Option<&str>, state: &mut State) {
    let is_before = |file: &&AttachmentView| path.is_none_or(|path| order(&file.part, path) == Ordering::Less);
    let now = left.iter().take_while(|file| is_before(file)).count();
    for file in left.drain(..now) {
        show(ui, view, file, state);
    }
}

/// The order in which parts stand in a message, by their paths.
fn order(one: &str, other: &str) -> Ordering {
    let numbers = |path: &str| path.split('.').map(|number| number.parse().unwrap_or(usize::MAX)).collect::<Vec<_>>();
    numbers(one).cmp(&numbers(other))
}

fn show(ui: &mut Ui, view: &ReadingView, file: &AttachmentView, state: &mut State) {
    let Some(part) = view.assessment.parts.iter().find(|part| part.path == file.part) else { return };
    let album = &mut state.album;
    if album.message.replace(view.id) != Some(view.id) {
        album.pictures.clear();
    }
    let running = album.pictures.values().filter(|one| matches!(one.picture, Some(Picture::Waiting { .. }))).count();
    let waits = album.waits;
    let kept = album
        .pictures
        .entry(file.part.clone())
        .or_insert_with(|| Kept { pixels: picture::measure(&part.content), picture: None });
    let Some(pixels) = kept.pixels.filter(|_| !matches!(kept.picture, Some(Picture::Failed))) else { return };
    ui.add_space(space::S);
    let room = vec2(ui.available_width().min(size::MEASURE), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(picture::fitted(pixels, room), Sense::click());
    ui.add_space(space::S);
    let words = state.language.fill(Word::PreviewNamed, &[("name", &file.name)]);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
    if ui.is_rect_visible(rect) {
        if kept.picture.is_none() && (running < AT_ONCE || waits) {
            kept.picture = Some(Picture::launch(ui.ctx(), &part.content, SIDE));
        }
        match &mut kept.picture {
            Some(picture) => {
                picture.settle(ui.ctx(), waits);
                if let Picture::Ready { texture, pixels } = picture {
                    picture::drawn(texture, *pixels, rect.size(), &file.name).paint_at(ui, rect);
                }
            }
            None => ui.ctx().request_repaint(),
        }
    }
    if response.on_hover_cursor(egui::CursorIcon::ZoomIn).on_hover_text(&words).clicked() {
        state.preview.open(ui.ctx(), view, file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_put_as_they_stand_in_the_message() {
        for (one, other) in [("1", "2"), ("2", "10"), ("2", "2.1"), ("2.9", "2.10"), ("1.2", "2")] {
            assert_eq!((order(one, other), order(other, one)), (Ordering::Less, Ordering::Greater), "{one} {other}");
        }
        assert_eq!(order("1.2", "1.2"), Ordering::Equal);
    }
}
