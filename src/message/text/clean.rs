/// One line for display: no control characters, nothing that turns the direction of what follows
/// (so that `gpj.exe` cannot be shown as `exe.jpg`), no line or paragraph separators.
pub(in super::super) fn line(text: &str) -> String {
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
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\n' => cleaned.push('\n'),
            '\t' => cleaned.push('\t'),
            '\u{feff}' if cleaned.is_empty() => {}
            c if c.is_control() => {}
            c => cleaned.push(c),
        }
    }
    cleaned
}

/// As long as the longest name that common file systems take.
const MAX_FILE_NAME: usize = 255;

fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
