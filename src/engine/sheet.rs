//! A fingerprint in the forms in which two people compare it: words to read aloud, groups of digits, and a QR code.
//!
//! The words are those of BIP-39, whose lists exist in English and Japanese: eleven bits a word, the whole fingerprint
//! and a checksum over it. 160 bits are 15 words, 256 bits 24. In the English list no two words share their first four
//! letters. The words are not a secret, and not a wallet's.

use bip39::{Language, Mnemonic};
use qrcode::{Color, EcLevel, QrCode};

use crate::domain::{Fingerprint, Technology};

/// The most pixels of a picture that is looked at, and its largest side.
const MOST_PIXELS: u32 = 40_000_000;

/// The languages that there are words in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tongue {
    /// English.
    English,
    /// 日本語.
    Japanese,
}

impl Tongue {
    fn list(self) -> Language {
        match self {
            Self::English => Language::English,
            Self::Japanese => Language::Japanese,
        }
    }
}

/// The words of a fingerprint, all of it. None of a length that no technology has.
pub fn words(fingerprint: &Fingerprint, tongue: Tongue) -> Vec<&'static str> {
    let bytes = hex::decode(fingerprint.as_str()).unwrap_or_default();
    Mnemonic::from_entropy_in(tongue.list(), &bytes).map(|words| words.words().collect()).unwrap_or_default()
}

/// The name of a certificate by its fingerprint: `OPENPGP4FPR:` as key managers exchange it, or for X.509 the name of
/// its SHA-256 (RFC 6920 §3).
pub fn uri(fingerprint: &Fingerprint, technology: Technology) -> String {
    use base64::Engine as _;
    match technology {
        Technology::OpenPgp => format!("OPENPGP4FPR:{}", fingerprint.as_str()),
        Technology::Smime => {
            let bytes = hex::decode(fingerprint.as_str()).unwrap_or_default();
            format!("ni:///sha-256;{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
        }
    }
}

/// A QR code: its side, and whether each of its modules is dark, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    /// Modules along one side.
    pub side: usize,
    /// Row by row.
    pub dark: Vec<bool>,
}

/// The QR code of a certificate's name; `None` never, for a fingerprint of either technology.
pub fn modules(fingerprint: &Fingerprint, technology: Technology) -> Option<Modules> {
    let code = QrCode::with_error_correction_level(uri(fingerprint, technology), EcLevel::M).ok()?;
    let dark = code.to_colors().into_iter().map(|colour| colour == Color::Dark).collect();
    Some(Modules { side: code.width(), dark })
}

/// What somebody read out, wrote or sent: a URI, digits in any grouping, or words of one of the lists.
pub fn read(text: &str) -> Option<Fingerprint> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if let Some(rest) = lower.strip_prefix("openpgp4fpr:") {
        // Key managers put further fields after a `#`.
        return Fingerprint::parse(rest.split('#').next().unwrap_or_default().trim());
    }
    if lower.starts_with("ni:///sha-256;") {
        use base64::Engine as _;
        let digest = text.get("ni:///sha-256;".len()..)?.split('?').next()?;
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(digest).ok()?;
        return (bytes.len() == 32).then(|| Fingerprint::from_bytes(&bytes));
    }
    let tight: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    Fingerprint::parse(&tight).or_else(|| of_words(text))
}

fn of_words(text: &str) -> Option<Fingerprint> {
    let said = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '、' | '。'));
    let said: Vec<String> = said.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    // Numbers before the words, as they stand on the sheet.
    let said: Vec<&str> = said.iter().map(String::as_str).filter(|word| word.parse::<u8>().is_err()).collect();
    let joined = said.join(" ");
    let found = [Language::English, Language::Japanese]
        .into_iter()
        .find_map(|language| Mnemonic::parse_in(language, joined.as_str()).ok())?;
    let bytes = found.to_entropy();
    matches!(bytes.len(), 20 | 32).then(|| Fingerprint::from_bytes(&bytes))
}

/// The fingerprint in a picture of a QR code (PNG, JPEG, WebP, GIF, BMP).
pub fn read_picture(bytes: &[u8]) -> Option<Fingerprint> {
    let mut reader = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(u64::from(MOST_PIXELS) * 8);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    if picture.width().saturating_mul(picture.height()) > MOST_PIXELS {
        return None;
    }
    let grey = picture.to_luma8();
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let pixel = |x: usize, y: usize| grey.as_raw().get(y * width + x).copied().unwrap_or_default();
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
    prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok()).find_map(|(_, text)| read(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prints() -> [(Fingerprint, Technology); 3] {
        let of =
            |length: u8| Fingerprint::from_bytes(&(0..length).map(|n| n.wrapping_mul(41) ^ 0x5A).collect::<Vec<_>>());
        [(of(20), Technology::OpenPgp), (of(32), Technology::OpenPgp), (of(32), Technology::Smime)]
    }

    #[test]
    fn every_form_holds_the_whole_fingerprint_and_is_read_again() {
        for (print, technology) in prints() {
            for tongue in [Tongue::English, Tongue::Japanese] {
                let words = words(&print, tongue);
                assert_eq!(words.len(), if print.as_str().len() == 40 { 15 } else { 24 });
                assert_eq!(read(&words.join(" ")).as_ref(), Some(&print), "{words:?}");
                let numbered: Vec<_> = words.iter().enumerate().map(|(n, word)| format!("{} {word}", n + 1)).collect();
                assert_eq!(read(&numbered.join(",\n")).as_ref(), Some(&print));
            }
            assert_eq!(read(&uri(&print, technology)).as_ref(), Some(&print));
            assert_eq!(read(&print.spaced()).as_ref(), Some(&print));
            assert_eq!(read(&print.spaced().to_lowercase().replace(' ', ":")).as_ref(), Some(&print));
        }
        assert_eq!(read("ni:///sha-256;AAAA"), None);
        assert_eq!(read("openpgp4fpr:1234"), None);
    }

    #[test]
    fn one_other_word_or_a_word_less_is_noticed() {
        for (print, _) in prints() {
            let words = words(&print, Tongue::English);
            let mut other = words.clone();
            other[3] = if other[3] == "abandon" { "zoo" } else { "abandon" };
            assert_ne!(read(&other.join(" ")).as_ref(), Some(&print));
            assert_eq!(read(&words[1..].join(" ")), None);
            let mut swapped = words.clone();
            swapped.swap(0, 1);
            assert_ne!(read(&swapped.join(" ")).as_ref(), Some(&print));
        }
    }

    /// A picture as a camera might give it: grey, enlarged, on a larger ground.
    fn photographed(modules: &Modules) -> Vec<u8> {
        const SCALE: usize = 5;
        const MARGIN: usize = 40;
        let side = modules.side * SCALE + MARGIN * 2;
        let mut picture = image::GrayImage::from_pixel(side as u32, side as u32, image::Luma([205]));
        for (nth, dark) in modules.dark.iter().enumerate().filter(|(_, dark)| **dark) {
            let _ = dark;
            let (x, y) = (nth % modules.side * SCALE + MARGIN, nth / modules.side * SCALE + MARGIN);
            for (dx, dy) in (0..SCALE * SCALE).map(|n| (n % SCALE, n / SCALE)) {
                picture.put_pixel((x + dx) as u32, (y + dy) as u32, image::Luma([52]));
            }
        }
        let mut out = std::io::Cursor::new(Vec::new());
        image::DynamicImage::ImageLuma8(picture).write_to(&mut out, image::ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn a_photographed_code_is_read_and_anything_else_is_not() {
        for (print, technology) in prints() {
            let png = photographed(&modules(&print, technology).unwrap());
            assert_eq!(read_picture(&png).as_ref(), Some(&print));
            assert_eq!(read_picture(&png[..png.len() / 2]), None);
        }
        assert_eq!(read_picture(b"no picture at all"), None);
    }
}
