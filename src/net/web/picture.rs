//! Whether bytes are a picture of a kind that is drawn, by what they begin with and not by their label.

/// After so many bytes it is known.
pub(super) const KNOWN_AFTER: usize = 12;

/// PNG, JPEG, GIF, WebP or BMP.
pub(super) fn is_picture(bytes: &[u8]) -> bool {
    let begins = |mark: &[u8]| bytes.starts_with(mark);
    begins(b"\x89PNG\r\n\x1a\n")
        || begins(b"\xff\xd8\xff")
        || begins(b"GIF87a")
        || begins(b"GIF89a")
        || begins(b"BM") && bytes.len() >= KNOWN_AFTER
        || begins(b"RIFF") && bytes.get(8..KNOWN_AFTER) == Some(b"WEBP")
}
