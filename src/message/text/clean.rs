/// One line for display: no control characters, nothing that turns the direction of what follows
/// (so that `gpj.exe` cannot be shown as `exe.jpg`), no line or paragraph separators.
pub(in super::super) fn line(text: &str) -> String {
    if !text.bytes().any(|b| !matches!(b, b' '..=b'~')) {
        return text.trim().to_owned();
    }
    let cleaned: String = text
        .chars()
        .filter_map(|c| match c {
            '\t' | '\r' | '\n' | '\u{2028}' | '\u{2029}' => Some(' '),
            c if c.is_control() || is_bidirectional(c) => None,
            c => Some(c),
        })
        .collect();
    cleaned.trim().to_owned()
}

/// A file name without any directory, cleaned; `None` when nothing is left of it.
pub(in super::super) fn file_name(text: &str) -> Option<String> {
    let cleaned = line(text);
    let name = cleaned.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let name = name.trim_end_matches(['.', ' ']);
    (!name.is_empty()).then(|| name.chars().take(MAX_FILE_NAME).collect())
}

/// A text body: lines ended by `\n`, no NUL, no control characters but the tab.
pub(in super::super) fn body(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| ODD.get(usize::from(b)) == Some(&true)) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        cleaned.push_str(plain);
        let Some(c) = tail.chars().next() else { return cleaned };
        rest = tail.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '\r' if rest.starts_with('\n') => {}
            '\r' => cleaned.push('\n'),
            '\u{feff}' if cleaned.is_empty() => {}
            c if c.is_control() => {}
            c => cleaned.push(c),
        }
    }
    cleaned.push_str(rest);
    cleaned
}

/// Bytes that may begin what a text body is not to have: control characters and the byte order mark.
// An index beyond the table would already be an error while compiling.
#[allow(clippy::indexing_slicing)]
static ODD: [bool; 256] = {
    let mut odd = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let is_kept = byte == b'\t' as usize || byte == b'\n' as usize;
        odd[byte] = byte < 0x20 && !is_kept || byte == 0x7f || byte == 0xc2 || byte == 0xef;
        byte += 1;
    }
    odd
};

/// As long as the longest name that common file systems take.
const MAX_FILE_NAME: usize = 255;

fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
