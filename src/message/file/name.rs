/// As long as a name may be, in bytes: common file systems take 255, and a number may have to be added.
const MOST: usize = 230;

/// What Windows takes for a device, whatever ending follows.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// The last ending of a name, without its dot. A name that only begins with a dot has none.
pub(super) fn extension(name: &str) -> Option<&str> {
    let (stem, ending) = name.trim_end_matches(['.', ' ']).rsplit_once('.')?;
    (!stem.is_empty() && !ending.is_empty()).then_some(ending)
}

/// A name to save a file under: one component of a path on any system, visible, and with the ending in sight.
/// `fallback` is taken when nothing of the name is left.
pub fn safe_name(name: &str, fallback: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut clean = String::with_capacity(last.len());
    for letter in last.chars() {
        match letter {
            '<' | '>' | ':' | '"' | '|' | '?' | '*' => clean.push('_'),
            c if is_hidden(c) => {}
            // Rows of spaces push an ending out of sight.
            c if c.is_whitespace() => {
                if !clean.ends_with(' ') {
                    clean.push(' ');
                }
            }
            c => clean.push(c),
        }
    }
    let clean = clean.trim_matches([' ', '\u{3000}']).trim_end_matches(['.', ' ']);
    // A leading dot hides a file.
    let clean = clean.trim_start_matches(['.', ' ']);
    if clean.is_empty() {
        return fallback.to_owned();
    }
    let name = if is_device(clean) { format!("_{clean}") } else { clean.to_owned() };
    shortened(name)
}

/// Control characters, and what is invisible or turns the direction of what follows.
fn is_hidden(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        || matches!(c, '\r' | '\n')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = ["com", "lpt"].iter().any(|port| {
        let digit = stem.strip_prefix(port).map(|rest| rest.chars().collect::<Vec<_>>());
        digit.is_some_and(|rest| matches!(rest[..], ['0'..='9' | '¹' | '²' | '³']))
    });
    DEVICES.contains(&stem.as_str()) || numbered
}

/// Cuts the middle of a long name: the ending stays.
fn shortened(name: String) -> String {
    if name.len() <= MOST {
        return name;
    }
    let ending = extension(&name).filter(|ending| ending.len() <= MOST / 2).map(|ending| format!(".{ending}"));
    let ending = ending.unwrap_or_default();
    let mut end = MOST - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", name.get(..end).unwrap_or_default().trim_end_matches(['.', ' ']))
}
