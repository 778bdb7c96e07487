//! What is taken out of HTML before it is drawn: everything that could reach beyond the drawing.

/// The largest HTML that is drawn, in bytes.
const LARGEST: usize = 4 << 20;
/// The most elements within each other.
const DEEPEST: usize = 400;

/// The most brackets within each other: style sheets are read by recursion.
const BRACKETS: usize = 600;

/// Elements that are not drawn. SVG can name files of the disk as pictures, frames and embedded
/// objects are documents of their own, and the rest has no meaning in a letter.
const REMOVED: [&str; 13] = [
    "svg", "iframe", "frame", "frameset", "object", "embed", "applet", "video", "audio", "script", "base", "math",
    "portal",
];

/// Elements that HTML closes by itself, so that they don't nest when they are left open.
const FLAT: [&str; 22] = [
    "area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p", "li", "td", "th", "tr",
    "dt", "dd", "option", "tbody", "thead", "tfoot",
];

/// The same HTML without what can't be drawn harmlessly; `None` when it is too large or too deep.
pub fn harden(html: &str) -> Option<String> {
    if html.len() > LARGEST || depth(html) > DEEPEST || brackets(html) > BRACKETS {
        return None;
    }
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let (name, is_end) = name(tag);
        let length = 1 + usize::from(is_end);
        if REMOVED.contains(&name.as_str()) {
            out.push_str(if is_end { "</x-removed-" } else { "<x-removed-" });
        } else {
            out.push_str(tag.get(..length).unwrap_or(tag));
        }
        rest = tag.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    Some(out)
}

/// The lower-cased name of the tag that `text` begins with, and whether it is an end tag.
fn name(text: &str) -> (String, bool) {
    let inner = text.strip_prefix('<').unwrap_or(text);
    let (inner, is_end) = inner.strip_prefix('/').map_or((inner, false), |inner| (inner, true));
    let name = inner.chars().take(20).take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == ':');
    (name.collect::<String>().to_ascii_lowercase(), is_end)
}

/// The most brackets of any kind that are open at once.
fn brackets(html: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0_usize);
    for byte in html.bytes() {
        match byte {
            b'(' | b'[' | b'{' => now += 1,
            b')' | b']' | b'}' => now = now.saturating_sub(1),
            _ => continue,
        }
        most = most.max(now);
    }
    most
}

/// About the most elements that are open at once.
fn depth(html: &str) -> usize {
    let mut open: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let (mut now, mut most) = (0_usize, 0_usize);
    for (at, _) in html.match_indices('<') {
        let (name, is_end) = name(html.get(at..).unwrap_or_default());
        if name.is_empty() || FLAT.contains(&name.as_str()) {
            continue;
        }
        let count = open.entry(name).or_default();
        if !is_end {
            *count += 1;
            now += 1;
            most = most.max(now);
        } else if *count > 0 {
            *count -= 1;
            now -= 1;
        }
    }
    most
}
