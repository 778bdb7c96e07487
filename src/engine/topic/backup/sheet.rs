//! The recovery sheet: what is printed on it, and the code that a camera reads from it again.

use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits};
use jiff::Timestamp;
use rqrr::PreparedImage;
use zeroize::Zeroizing;

use crate::crypto::CertificateReport;
use crate::domain::Secret;

use super::words;

/// Begins the code's text, before the number of the words.
const MARK: &str = "Kakitome";
/// No photograph of a sheet has more pixels on a side.
const MAX_SIDE: u32 = 16_000;
/// The sides of the pictures that are looked at: a code that fills a large photograph is found in a smaller one.
const SIDES: [u32; 3] = [1_600, 800, 4_000];
/// How many times as large the pictures are that are looked at when those were of no use.
const LARGER: [(u32, u32); 4] = [(2, 1), (3, 2), (3, 1), (5, 4)];
/// No enlarged picture has more pixels on a side.
const MAX_ENLARGED: u32 = 5_000;

/// Everything on a recovery sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The number of the words; it stands in the clear at the head of the backups that they open.
    pub id: String,
    /// The words, in the form that opens a backup.
    pub phrase: Secret<String>,
    /// When the sheet is made.
    pub made_at: Timestamp,
    /// The keys that the backup brings back.
    pub keys: Vec<CertificateReport>,
}

impl Sheet {
    /// The words one by one, as they are printed.
    pub fn words(&self) -> Vec<String> {
        words::shown(&self.phrase)
    }

    /// The text of the code: a telephone shows it so that it can be read.
    pub fn code(&self) -> Secret<String> {
        Secret::new(format!("{MARK} {}\n{}", self.id, self.words().join(" ")))
    }
}

/// The number and the words of a code's text.
pub(super) fn of_code(text: &str) -> Option<(String, Secret<String>)> {
    let (head, phrase) = text.split_once('\n')?;
    let id = head.strip_prefix(MARK)?.trim().to_owned();
    words::read(phrase).ok().map(|phrase| (id, phrase))
}

/// The words on a picture of a sheet. `None` when no code can be read in it.
pub fn read(picture: &[u8]) -> Option<Secret<String>> {
    let mut reader = ImageReader::new(std::io::Cursor::new(picture)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let whole = picture.width().max(picture.height());
    let smaller = SIDES.into_iter().filter(|side| *side < whole).map(|side| picture.thumbnail(side, side));
    let seen = find(&picture).or_else(|| smaller.into_iter().find_map(|picture| find(&picture)));
    seen.or_else(|| LARGER.into_iter().find_map(|part| find(&enlarged(&picture, part)?)))
}

/// A code whose modules are a few pixels wide and turned is read where its edges lie between more pixels.
fn enlarged(picture: &DynamicImage, (more, less): (u32, u32)) -> Option<DynamicImage> {
    let side = |side: u32| side.checked_mul(more).map(|side| side / less).filter(|side| *side <= MAX_ENLARGED);
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    Some(picture.resize_exact(width, height, FilterType::CatmullRom))
}

fn find(picture: &DynamicImage) -> Option<Secret<String>> {
    let grey = Zeroizing::new(picture.to_luma8().into_raw());
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let grey_at = |x: usize, y: usize| grey.get(y * width + x).copied().unwrap_or(u8::MAX);
    let mut prepared = PreparedImage::prepare_from_greyscale(width, height, grey_at);
    let texts = prepared.detect_grids().into_iter().filter_map(|grid| grid.decode().ok());
    texts.into_iter().find_map(|(_, text)| of_code(&Zeroizing::new(text))).map(|(_, phrase)| phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_without_a_code_of_ours_gives_nothing() {
        assert!(read(b"no picture").is_none());
        let mut png = std::io::Cursor::new(Vec::new());
        DynamicImage::new_luma8(40, 40).write_to(&mut png, image::ImageFormat::Png).unwrap();
        assert!(read(png.get_ref()).is_none());
        assert!(of_code("https://example.test/\nabandon").is_none());
    }
}
