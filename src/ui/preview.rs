//! A look at a file without opening it: pictures, decoded on a thread in bounded size, and the beginning of texts.

use std::io::Cursor;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use egui::{ColorImage, Context, Frame, Id, Margin, Modal, ScrollArea, TextureHandle, TextureOptions, Ui, vec2};

use crate::domain::RawMessage;
use crate::engine::view::{AttachmentView, FileKind, ReadingView};

use super::attachments;
use super::icons::Icon;
use super::prose;
use super::state::State;
use super::theme::{self, palette, size, space};
use super::widgets;
use super::words::{Word, one_line};

/// The largest picture file that is decoded, in bytes.
const FILE: usize = 40 << 20;
/// The most pixels that are decoded.
const PIXELS: u64 = 50_000_000;
/// The longest side that is decoded, and the longest that is shown.
const SIDE: u32 = 16_384;
const SHOWN: u32 = 2_048;
/// What a decoder may take, in bytes.
const MEMORY: u64 = 256 << 20;
/// How long it may take.
const TIME: Duration = Duration::from_secs(8);

/// A picture ready to be shown, and how large it is in truth.
type Decoded = (ColorImage, [u32; 2]);

enum Content {
    Waiting { result: Receiver<Option<Decoded>>, since: Instant },
    Picture { texture: TextureHandle, pixels: [u32; 2] },
    Text { text: String, has_more: bool },
    Failed,
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
            launch(ctx, part.content.clone())
        } else if file.report.kind == FileKind::Picture && !is_vector(&part.content) {
            Content::Failed
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

fn launch(ctx: &Context, content: RawMessage) -> Content {
    let (sender, result) = channel();
    let ctx = ctx.clone();
    let work = move || {
        let decoded = std::panic::catch_unwind(|| decode(&content)).ok().flatten();
        if sender.send(decoded).is_ok() {
            ctx.request_repaint();
        }
    };
    match std::thread::Builder::new().name("preview".to_owned()).spawn(work) {
        Ok(_) => Content::Waiting { result, since: Instant::now() },
        Err(_) => Content::Failed,
    }
}

/// Decodes a picture, no larger than the limits, and makes it as small as it is shown.
fn decode(content: &[u8]) -> Option<Decoded> {
    if content.len() > FILE {
        return None;
    }
    let reader = || image::ImageReader::new(Cursor::new(content)).with_guessed_format().ok();
    let (width, height) = reader()?.into_dimensions().ok()?;
    if u64::from(width) * u64::from(height) > PIXELS {
        return None;
    }
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    let mut reader = reader()?;
    reader.limits(limits);
    let mut picture = reader.decode().ok()?;
    if width > SHOWN || height > SHOWN {
        picture = picture.thumbnail(SHOWN, SHOWN);
    }
    let picture = picture.to_rgba8();
    let size = [picture.width() as usize, picture.height() as usize];
    Some((ColorImage::from_rgba_unmultiplied(size, picture.as_raw()), [width, height]))
}

/// Draws what is looked at, over everything else.
pub fn show(ctx: &Context, state: &mut State) {
    let waits = state.preview.waits;
    let Some((name, content)) = &mut state.preview.open else { return };
    finish(ctx, content, waits);
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
            Content::Waiting { .. } => {
                widgets::soft(ui, language.say(Word::Loading));
            }
            Content::Failed => {
                widgets::signed_line(ui, Icon::Caution, palette(ui).amber, language.say(Word::PreviewFailed));
            }
            Content::Picture { texture, pixels } => {
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
    let [width, tall] = pixels.map(|side| side.max(1) as f32);
    let scale = (ui.available_width() / width).min(height / tall).min(1.0);
    let wanted = vec2(width, tall) * scale;
    ui.vertical_centered(|ui| {
        let image = egui::Image::new(egui::load::SizedTexture::new(texture.id(), wanted)).alt_text(one_line(name));
        ui.add(image);
    });
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

fn finish(ctx: &Context, content: &mut Content, waits: bool) {
    let Content::Waiting { result, since } = content else { return };
    let patience = if waits { TIME } else { Duration::ZERO };
    let decoded = match result.recv_timeout(patience) {
        Ok(decoded) => decoded,
        Err(RecvTimeoutError::Timeout) if since.elapsed() < TIME => {
            ctx.request_repaint_after(Duration::from_millis(50));
            return;
        }
        Err(_) => None,
    };
    *content = match decoded {
        Some((image, pixels)) => {
            Content::Picture { texture: ctx.load_texture("preview", image, TextureOptions::LINEAR), pixels }
        }
        None => Content::Failed,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = image::RgbaImage::from_pixel(width, height, image::Rgba([1, 2, 3, 255]));
        picture.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn a_picture_is_decoded_no_larger_than_it_is_shown() {
        let (image, pixels) = decode(&png(3_000, 20)).unwrap();
        assert_eq!(pixels, [3_000, 20]);
        assert!(image.size[0] <= 2_048);
    }

    #[test]
    fn a_picture_that_claims_to_be_huge_is_not_decoded() {
        let mut bomb = png(10, 10);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        assert!(decode(&bomb).is_none());
        assert!(decode(b"\x89PNG\r\n\x1a\nnothing").is_none());
        assert!(decode(b"").is_none());
    }
}
