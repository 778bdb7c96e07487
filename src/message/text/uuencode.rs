use std::ops::Range;

use super::clean::file_name;
use super::transfer::Encoding;

/// A file that was written into a text in the way of uuencode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UuencodedFile {
    /// Where it stands in the text, from its `begin` line to its `end` line.
    pub range: Range<usize>,
    /// Its name, without any directory.
    pub name: Option<String>,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// No text holds more files.
const MAX_FILES: usize = 100;

/// The uuencoded files in a text. A line that only begins like one (`begin 644 and…`) is no file:
/// each line up to `end` must be as long as it says.
pub fn uuencoded_files(text: &str) -> Vec<UuencodedFile> {
    let mut found = Vec::new();
    let mut open: Option<(usize, Option<String>)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (start, content) = (at, line.trim_end_matches(['\n', '\r']));
        at += line.len();
        if let Some((begin, name)) = &open {
            if content.trim_end() == "end" {
                let range = *begin..at;
                let bytes = text.get(range.clone()).unwrap_or_default().as_bytes();
                let content = Encoding::Uuencode.decode(bytes);
                if !content.is_empty() {
                    found.push(UuencodedFile { range, name: name.clone(), content });
                }
                open = None;
                continue;
            }
            if is_data(content) {
                continue;
            }
            open = None;
        }
        if found.len() < MAX_FILES
            && let Some(name) = begin(content)
        {
            open = Some((start, file_name(name)));
        }
    }
    found
}

/// The name in a line `begin`, mode, name.
fn begin(line: &str) -> Option<&str> {
    let (mode, name) = line.strip_prefix("begin ")?.split_once(' ')?;
    ((3..=4).contains(&mode.len()) && mode.bytes().all(|b| matches!(b, b'0'..=b'7'))).then_some(name)
}

/// Whether a line says how long it is and is about that long: white space at its end may have gone.
fn is_data(line: &str) -> bool {
    let Some((length, data)) = line.as_bytes().split_first() else { return false };
    if !data.iter().chain([length]).all(|b| matches!(b, b' '..=b'`')) {
        return false;
    }
    let wanted = (usize::from(length.wrapping_sub(32) & 63)).div_ceil(3) * 4;
    data.len() <= wanted + 2 && data.len() + 4 >= wanted.min(5)
}
