//! What a ZIP file holds, by its central directory alone (APPNOTE 4.3.12): nothing is unpacked.

/// Entries that are looked at.
const ENTRIES: usize = 20_000;
/// The end record is at most this far from the end: its comment has 65,535 bytes at most.
const TAIL: usize = 65_557;
const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const FIRST: &[u8] = b"PK\x03\x04";

/// One file in an archive.
pub(super) struct Entry {
    /// As it is written there.
    pub name: String,
    /// Can't be looked into without a password.
    pub is_encrypted: bool,
}

/// The entries of a ZIP file; `None` when it is none, or its directory can't be read.
pub(super) fn entries(content: &[u8]) -> Option<Vec<Entry>> {
    let from = content.len().saturating_sub(TAIL);
    let tail = content.get(from..)?;
    let end = tail.windows(END.len()).rposition(|window| window == END)? + from;
    let size = word(content, end + 12)?;
    let offset = word(content, end + 16)?;
    // What stands before the archive (a program that unpacks itself) is not counted in its offsets.
    let start = if content.get(offset..offset + 4) == Some(ENTRY) { offset } else { end.checked_sub(size)? };
    let mut at = start;
    let mut found = Vec::new();
    while found.len() < ENTRIES && content.get(at..at + 4) == Some(ENTRY) {
        let flags = half(content, at + 8)?;
        let (name, extra, comment) = (half(content, at + 28)?, half(content, at + 30)?, half(content, at + 32)?);
        let bytes = content.get(at + 46..at + 46 + name)?;
        found.push(Entry { name: String::from_utf8_lossy(bytes).into_owned(), is_encrypted: flags & 1 == 1 });
        at += 46 + name + extra + comment;
    }
    Some(found)
}

/// It begins as a ZIP file does.
pub(super) fn is_zip(content: &[u8]) -> bool {
    content.starts_with(FIRST) || content.starts_with(END)
}

fn half(bytes: &[u8], at: usize) -> Option<usize> {
    let two: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(usize::from(u16::from_le_bytes(two)))
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(four)).ok()
}
