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
/// The most pixels of a picture that is decoded without being asked for.
const PIXELS: u64 = 26_000_000;
/// Pictures that are decoded at once, those included that never end.
const AT_ONCE: usize = 2;

/// The pictures of the open message.
#[derive(Default)]
pub struct Album {
    message: Option<MessageId>,
    pictures: HashMap<String, Kept>,
    /// The frame in which a picture was measured last: one is enough for one frame.
    measured: u64,
    /// Waits for a picture instead of showing the frame without it: for pictures of the window and tests.
    pub waits: bool,
}

/// A picture, as far as it is known.
struct Kept {
    /// Width and height; `None` when it can't be shown.
    pixels: Option<[u32; 2]>,
    picture: Option<Picture>,
}

impl Album {
    /// Keeps the pictures of one message alone.
    pub fn turn_to(&mut self, message: Option<MessageId>) {
        if self.message != message {
            self.message = message;
            self.pictures.clear();
        }
    }
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
    album.turn_to(Some(view.id));
    let (waits, frame) = (album.waits, ui.ctx().cumulative_frame_nr());
    if !album.pictures.contains_key(&file.part) {
        if std::mem::replace(&mut album.measured, frame) == frame && !waits {
            ui.ctx().request_repaint();
            return;
        }
        let is_light = |[width, height]: &[u32; 2]| u64::from(*width) * u64::from(*height) <= PIXELS;
        let pixels = picture::measure(&part.content).filter(is_light);
        album.pictures.insert(file.part.clone(), Kept { pixels, picture: None });
    }
    let Some(kept) = album.pictures.get_mut(&file.part) else { return };
    let Some(pixels) = kept.pixels.filter(|_| !matches!(kept.picture, Some(Picture::Failed))) else { return };
    ui.add_space(space::S);
    let room = vec2(ui.available_width().min(size::MEASURE), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(picture::fitted(pixels, room), Sense::click());
    ui.add_space(space::S);
    let words = state.language.fill(Word::PreviewNamed, &[("name", &file.name)]);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
    if ui.is_rect_visible(rect) {
        if kept.picture.is_none() && (picture::running() < AT_ONCE || waits) {
            kept.picture = Some(Picture::launch(ui.ctx(), &part.content, SIDE));
        }
        // One that waits for others is drawn when these are there.
        if let Some(picture) = &mut kept.picture {
            picture.settle(ui.ctx(), waits);
            if let Picture::Ready { texture, pixels } = picture {
                picture::drawn(texture, *pixels, rect.size(), &file.name).paint_at(ui, rect);
            }
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
