//! As much CSS as is needed to know what it would fetch, hide or break.

/// A style text without comments, its escapes resolved, in lower case: `\75rl(` is `url(`.
pub(super) fn plain(css: &str) -> String {
    let mut plain = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(c) = rest.chars().next() {
        let tail = rest.get(c.len_utf8()..).unwrap_or_default();
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
        } else if c == '\\' {
            let digits = tail.chars().take(6).take_while(char::is_ascii_hexdigit).count();
            let code = tail.get(..digits).and_then(|d| u32::from_str_radix(d, 16).ok()).and_then(char::from_u32);
            rest = tail.get(digits..).unwrap_or_default();
            if let Some(code) = code {
                plain.extend(code.to_lowercase());
                rest = rest.strip_prefix([' ', '\t', '\n']).unwrap_or(rest);
            }
        } else {
            plain.extend(c.to_lowercase());
            rest = tail;
        }
    }
    plain
}

/// Whether a style makes its element invisible.
pub(super) fn is_hiding(style: &str) -> bool {
    let tight: String = plain(style).split_whitespace().collect();
    tight.split(';').any(|rule| {
        let rule = rule.trim_end_matches("!important");
        matches!(rule, "display:none" | "visibility:hidden" | "mso-hide:all")
    })
}

/// Whether a style names anything on the net: by `url()`, `@import`, `image-set()`, in whatever clothes.
pub(super) fn is_remote(css: &str) -> bool {
    let tight: String = plain(css).split_whitespace().collect();
    ["http:", "https:", "ftp:", "url(//", "url('//", "url(\"//", "'//", "\"//"].iter().any(|mark| tight.contains(mark))
        || tight.contains("@import")
}

/// Whether brackets are nested so deep that a recursive parser could run out of stack.
pub(super) fn is_too_deep(css: &str) -> bool {
    let mut depth = 0_usize;
    css.bytes().any(|byte| {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_NESTING
    })
}

const MAX_NESTING: usize = 32;

/// A style sheet without `@import` and `@namespace` rules and without anything that could end the
/// element it is in; empty when it tries to hide such things behind escapes.
pub(super) fn sheet(css: &str) -> String {
    let css = css.trim_start();
    // Not by white space, after which an address may begin: what is safe would reach out further than what came.
    let css = css.strip_prefix("<!--").unwrap_or(css).replace(['<', '\0'], "\u{fffd}");
    if is_too_deep(&css) || css.contains('\\') && plain(&css).contains("@import") {
        return String::new();
    }
    let lower = css.to_ascii_lowercase();
    let (mut kept, mut at) = (String::with_capacity(css.len()), 0);
    while let Some(found) = lower.get(at..).and_then(|rest| rest.find("@import")) {
        kept.push_str(css.get(at..at + found).unwrap_or_default());
        let rule = lower.get(at + found..).unwrap_or_default();
        at += found + rule.find(';').map_or(rule.len(), |end| end + 1);
    }
    kept.push_str(css.get(at..).unwrap_or_default());
    kept
}
