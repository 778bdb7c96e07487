//! A look at a file without opening it: pictures, and the beginning of texts.

use egui::{Context, Frame, Id, Margin, Modal, ScrollArea, TextureHandle, Ui, vec2};

use crate::engine::view::{AttachmentView, FileKind, ReadingView};

use super::attachments;
use super::icons::Icon;
use super::picture::{self, Picture};
use super::prose;
use super::state::State;
use super::theme::{self, palette, size, space};
use super::widgets;
use super::words::{Word, one_line};

/// The longest side that is shown, in pixels.
const SHOWN: u32 = 2_048;

enum Content {
    Picture(Picture),
    Text { text: String, has_more: bool },
}

/// The file that is looked at.
#[derive(Default)]
pub struct Preview {
    open: Option<(String, Content)>,
    /// Waits for the picture instead of showing the frame without it: for pictures of the window and tests.
    pub waits: bool,
}

/// Whether there is a way to show it here.
pub fn can(file: &AttachmentView) -> bool {
    matches!(file.report.kind, FileKind::Picture)
        || matches!(
            file.report.kind,
            FileKind::Text
                | FileKind::Script
                | FileKind::Calendar
                | FileKind::Contact
                | FileKind::Web
                | FileKind::Message
        )
}

impl Preview {
    /// Looks at a file of the open message.
    pub fn open(&mut self, ctx: &Context, view: &ReadingView, file: &AttachmentView) {
        let Some(part) = view.assessment.parts.iter().find(|part| part.path == file.part) else { return };
        let content = if file.report.kind == FileKind::Picture && image::guess_format(&part.content).is_ok() {
            Content::Picture(Picture::launch(ctx, &part.content, SHOWN))
        } else if file.report.kind == FileKind::Picture && !is_vector(&part.content) {
            Content::Picture(Picture::Failed)
        } else {
            let (text, has_more) = attachments::beginning(&part.content);
            Content::Text { text, has_more }
        };
        self.open = Some((file.name.clone(), content));
    }

    /// Nothing is looked at any more.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// Something is looked at.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

/// SVG is shown as what it is: a text.
fn is_vector(content: &[u8]) -> bool {
    content.get(..content.len().min(1024)).is_some_and(|head| String::from_utf8_lossy(head).contains("<svg"))
}

/// Draws what is looked at, over everything else.
pub fn show(ctx: &Context, state: &mut State) {
    let waits = state.preview.waits;
    let Some((name, content)) = &mut state.preview.open else { return };
    if let Content::Picture(picture) = content {
        picture.settle(ctx, waits);
    }
    let language = state.language;
    let room = (ctx.content_rect().size() - vec2(96.0, 120.0)).max(vec2(64.0, 120.0));
    let style = ctx.global_style();
    let modal =
        Modal::new(Id::unique(("dialog", "preview"))).frame(Frame::popup(&style).inner_margin(Margin::same(16)));
    let response = modal.show(ctx, |ui| {
        ui.set_width(room.x.clamp(0.0, 960.0));
        ui.spacing_mut().item_spacing.y = space::S;
        let is_closed = heading(ui, name, language.say(Word::Dismiss));
        match content {
            Content::Picture(Picture::Waiting { .. }) => {
                widgets::soft(ui, language.say(Word::Loading));
            }
            Content::Picture(Picture::Failed) => {
                widgets::signed_line(ui, Icon::Caution, palette(ui).amber, language.say(Word::PreviewFailed));
            }
            Content::Picture(Picture::Ready { texture, pixels }) => {
                let [width, height] = pixels.map(|side| side.to_string());
                widgets::caption(ui, language.fill(Word::PictureSize, &[("width", &width), ("height", &height)]));
                picture(ui, texture, *pixels, (room.y - 80.0).max(24.0), name);
            }
            Content::Text { text, has_more } => {
                if *has_more {
                    widgets::caption(ui, language.say(Word::PreviewCut));
                }
                self::text(ui, text, (room.y - 80.0).max(24.0));
            }
        }
        is_closed
    });
    if response.inner || response.should_close() {
        state.preview.close();
    }
}

fn heading(ui: &mut Ui, name: &str, close: &str) -> bool {
    ui.horizontal(|ui| {
        let width = (ui.available_width() - size::HIT - space::S).max(0.0);
        ui.allocate_ui(vec2(width, size::HIT), |ui| {
            ui.set_width(width);
            widgets::emphasis(ui, one_line(name));
        });
        widgets::icon_button(ui, Icon::Close, close).clicked()
    })
    .inner
}

fn picture(ui: &mut Ui, texture: &TextureHandle, pixels: [u32; 2], height: f32, name: &str) {
    let room = vec2(ui.available_width(), height);
    ui.vertical_centered(|ui| ui.add(picture::drawn(texture, pixels, room, name)));
}

fn text(ui: &mut Ui, text: &str, height: f32) {
    ScrollArea::both().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let ink = palette(ui).ink;
        for piece in prose::pieces(text) {
            widgets::text(ui, piece, theme::fixed(size::CAPTION), ink);
        }
    });
}
