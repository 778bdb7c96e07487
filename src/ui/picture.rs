//! One picture file on its way to the screen: decoded on a thread of its own, in bounded size and time.

use std::io::Cursor;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use egui::{ColorImage, Context, Image, TextureHandle, TextureOptions, Vec2, vec2};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _};

use crate::domain::RawMessage;

use super::words::one_line;

/// The largest picture file that is decoded, in bytes.
const FILE: usize = 40 << 20;
/// The most pixels that are decoded.
const PIXELS: u64 = 50_000_000;
/// The longest side that is decoded.
const SIDE: u32 = 16_384;
/// What a decoder may take, in bytes.
const MEMORY: u64 = 256 << 20;
/// How long it may take.
const TIME: Duration = Duration::from_secs(8);

/// A picture ready to be shown, and how large it is in truth.
type Decoded = (ColorImage, [u32; 2]);

/// Threads that decode, also those whose picture nobody waits for any more.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// How many pictures are being decoded.
pub fn running() -> usize {
    RUNNING.load(Ordering::Relaxed)
}

/// Counts a thread for as long as it lives.
struct Running;

impl Running {
    fn begin() -> Self {
        RUNNING.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How it stands with a picture.
pub enum Picture {
    /// It is being decoded.
    Waiting {
        /// Where it comes from.
        result: Receiver<Option<Decoded>>,
        /// Since when.
        since: Instant,
    },
    /// It is there.
    Ready {
        /// On the screen.
        texture: TextureHandle,
        /// Its own width and height, as it is to be looked at.
        pixels: [u32; 2],
    },
    /// It can't be shown.
    Failed,
}

impl Picture {
    /// Begins to decode a file, to no more pixels than `most` on a side.
    pub fn launch(ctx: &Context, content: &RawMessage, most: u32) -> Self {
        let (sender, result) = channel();
        let (ctx, content) = (ctx.clone(), content.clone());
        let running = Running::begin();
        let work = move || {
            let _running = running;
            let decoded = std::panic::catch_unwind(|| decode(&content, most)).ok().flatten();
            if sender.send(decoded).is_ok() {
                ctx.request_repaint();
            }
        };
        match std::thread::Builder::new().name("picture".to_owned()).spawn(work) {
            Ok(_) => Self::Waiting { result, since: Instant::now() },
            Err(_) => Self::Failed,
        }
    }

    /// Takes what was decoded meanwhile; `waits` for it, if it must be.
    pub fn settle(&mut self, ctx: &Context, waits: bool) {
        let Self::Waiting { result, since } = self else { return };
        let patience = if waits { TIME } else { Duration::ZERO };
        let decoded = match result.recv_timeout(patience) {
            Ok(decoded) => decoded,
            Err(RecvTimeoutError::Timeout) if since.elapsed() < TIME => {
                ctx.request_repaint_after(Duration::from_millis(50));
                return;
            }
            Err(_) => None,
        };
        *self = match decoded {
            Some((image, pixels)) => {
                Self::Ready { texture: ctx.load_texture("picture", image, TextureOptions::LINEAR), pixels }
            }
            None => Self::Failed,
        };
    }
}

/// A picture on the screen, no larger than it is and than the room for it.
pub fn drawn(texture: &TextureHandle, pixels: [u32; 2], room: Vec2, name: &str) -> Image<'static> {
    egui::Image::new(egui::load::SizedTexture::new(texture.id(), fitted(pixels, room))).alt_text(one_line(name))
}

/// The size of a picture in the room for it.
pub fn fitted(pixels: [u32; 2], room: Vec2) -> Vec2 {
    let [width, height] = pixels.map(|side| side.max(1) as f32);
    let scale = (room.x / width).min(room.y / height).min(1.0);
    vec2(width, height) * scale
}

/// The width and height of a picture, as its file says, without decoding it; `None` when it will not be decoded.
pub fn measure(content: &[u8]) -> Option<[u32; 2]> {
    std::panic::catch_unwind(|| opened(content).map(|(_, pixels, _)| pixels)).ok().flatten()
}

/// A decoder with its limits set, the size that the picture is looked at in, and how it is turned.
fn opened(content: &[u8]) -> Option<(impl image::ImageDecoder, [u32; 2], Orientation)> {
    if content.len() > FILE {
        return None;
    }
    let mut reader = image::ImageReader::new(Cursor::new(content)).with_guessed_format().ok()?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS || decoder.total_bytes() > MEMORY {
        return None;
    }
    // Cameras note how they were held (Exif 3.0 §4.6.5).
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let is_turned = matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let pixels = if is_turned { [height, width] } else { [width, height] };
    Some((decoder, pixels, orientation))
}

/// Decodes a picture, no larger than the limits, and makes it as small as it is shown.
fn decode(content: &[u8], most: u32) -> Option<Decoded> {
    let (decoder, pixels, orientation) = opened(content)?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    if picture.width() > most || picture.height() > most {
        picture = picture.thumbnail(most, most);
    }
    picture.apply_orientation(orientation);
    let picture = picture.to_rgba8();
    let size = [picture.width() as usize, picture.height() as usize];
    Some((ColorImage::from_rgba_unmultiplied(size, picture.as_raw()), pixels))
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
        let (image, pixels) = decode(&png(3_000, 20), 2_048).unwrap();
        assert_eq!(pixels, [3_000, 20]);
        assert_eq!(measure(&png(3_000, 20)), Some([3_000, 20]));
        assert!(image.size[0] <= 2_048);
    }

    #[test]
    fn a_picture_that_claims_to_be_huge_is_not_decoded() {
        let mut bomb = png(10, 10);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        for bytes in [bomb.as_slice(), b"\x89PNG\r\n\x1a\nnothing", b""] {
            assert!(decode(bytes, 2_048).is_none() && measure(bytes).is_none());
        }
    }

    #[test]
    fn a_photograph_is_shown_as_its_camera_was_held() {
        let mut jpeg = Vec::new();
        let picture =
            image::RgbImage::from_fn(40, 20, |x, _| image::Rgb(if x < 20 { [255, 0, 0] } else { [0, 0, 255] }));
        picture.write_to(&mut Cursor::new(&mut jpeg), image::ImageFormat::Jpeg).unwrap();
        // Turned by a quarter to the right (Exif: 6): the left side is up.
        let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let turned = [&jpeg[..2], exif, &jpeg[2..]].concat();
        assert_eq!((measure(&jpeg), measure(&turned)), (Some([40, 20]), Some([20, 40])));
        let (image, pixels) = decode(&turned, 2_048).unwrap();
        assert_eq!((pixels, image.size), ([20, 40], [20, 40]));
        let (top, bottom) = (image.pixels[5 * 20 + 10], image.pixels[35 * 20 + 10]);
        assert!(top.r() > 200 && bottom.b() > 200, "{top:?} {bottom:?}");
    }
}
