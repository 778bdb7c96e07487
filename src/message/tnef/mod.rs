//! What Outlook and Exchange put into `winmail.dat` (TNEF, MS-OXTNEF), read as a MIME entity.

mod contents;
mod entity;
mod items;
mod properties;
mod stream;

use super::part::{Limits, ParsedMessage, Part};

/// TNEF within TNEF; nobody forwards more often before somebody uses another program.
const MAX_DEPTH: usize = 6;

/// Reads `application/ms-tnef` (MS-OXTNEF) as the entity that a program without that habit would
/// have written: its texts (plain, HTML, or what its RTF holds) and its files, over bytes of its
/// own. Damage is passed over; `None` when it is no TNEF, or when nothing is in it.
///
/// What comes out is at most a small multiple of what goes in, and in `limits.parts` parts.
pub fn parse_tnef(bytes: &[u8], limits: &Limits) -> Option<ParsedMessage> {
    let mut parts = limits.parts;
    Some(entity::of(contents::read(bytes, MAX_DEPTH, &mut parts)?, limits))
}

impl Part {
    /// Whether this is TNEF by its type, or by the name under which it is sent.
    pub fn is_tnef(&self) -> bool {
        let kind = &self.content_type;
        let is_named = self
            .filename
            .as_deref()
            .is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat") || name.eq_ignore_ascii_case("win.dat"));
        matches!(kind.subtype.as_str(), "ms-tnef" | "vnd.ms-tnef" | "x-ms-tnef") && kind.kind == "application"
            || is_named && (kind.kind == "application" || kind.kind == "text")
    }
}
