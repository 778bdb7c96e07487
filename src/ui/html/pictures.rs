//! What a body may load: pictures that came along in the same message, and those that the engine
//! fetched for it because the user said so. Nothing here reaches the network.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use base64::Engine;
use blitz_traits::net::{Bytes, NetHandler, NetProvider, Request};

use crate::domain::{RawMessage, percent_decoded};

/// The most pixels of all pictures of a body together.
const PIXELS: u64 = 40_000_000;

/// Answers `cid:`, `data:`, and what was fetched; everything else is refused and counted.
pub struct Pictures {
    parts: HashMap<String, RawMessage>,
    remote: Arc<HashMap<String, RawMessage>>,
    refused: AtomicUsize,
    pixels: AtomicU64,
}

impl Pictures {
    /// From the message's own parts by Content-ID, and what was fetched by address.
    pub fn new(parts: HashMap<String, RawMessage>, remote: Arc<HashMap<String, RawMessage>>) -> Self {
        Self { parts, remote, refused: AtomicUsize::new(0), pixels: AtomicU64::new(0) }
    }

    /// Starts counting anew: what was drawn so far is thrown away.
    pub fn forget(&self) {
        self.refused.store(0, Ordering::Relaxed);
        self.pixels.store(0, Ordering::Relaxed);
    }

    /// How many requests would have gone to the web.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// What a URL stands for, if it may be drawn.
    pub fn content(&self, url: &str) -> Option<Vec<u8>> {
        let (scheme, rest) = url.split_once(':')?;
        let bytes = match scheme {
            "cid" => self.parts.get(&percent_decoded(rest))?.to_vec(),
            "data" => data(rest)?,
            "https" if self.remote.contains_key(url) => self.remote.get(url)?.to_vec(),
            _ => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                return None;
            }
        };
        let pixels = pixels(&bytes)?;
        let before = self.pixels.fetch_add(pixels, Ordering::Relaxed);
        (before.saturating_add(pixels) <= PIXELS).then_some(bytes)
    }
}

impl NetProvider for Pictures {
    fn fetch(&self, _document: usize, request: Request, handler: Box<dyn NetHandler>) {
        let url = request.url.as_str().to_owned();
        let content = self.content(&url).unwrap_or_default();
        handler.bytes(url, Bytes::from(content));
    }
}

/// How many pixels a bitmap of a known kind has; nothing for anything else.
fn pixels(bytes: &[u8]) -> Option<u64> {
    let reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.format()?;
    let (width, height) = reader.into_dimensions().ok()?;
    Some(u64::from(width) * u64::from(height))
}

/// The content of a `data:` URL (RFC 2397), after the scheme.
fn data(rest: &str) -> Option<Vec<u8>> {
    let (head, body) = rest.split_once(',')?;
    if !head.trim_end().to_ascii_lowercase().ends_with(";base64") {
        return None;
    }
    let digits: Vec<u8> = percent_decoded(body).bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let lenient = base64::engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, lenient).decode(digits).ok()
}
