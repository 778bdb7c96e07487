//! As much CSS as is needed to know what it would fetch, hide or break.

/// A style text without comments, its escapes resolved, in lower case: `\75rl(` is `url(`.
pub(super) fn plain(css: &str) -> String {
    if is_undisguised(css) {
        return css.to_ascii_lowercase();
    }
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

/// A style text without comments, else as it is written.
pub(super) fn without_comments(css: &str) -> String {
    let (mut kept, mut rest) = (String::with_capacity(css.len()), css);
    while let Some((before, comment)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

/// Whether a style makes its element invisible.
pub(super) fn is_hiding(style: &str) -> bool {
    if is_undisguised(style) {
        return style.split(';').any(is_hiding_rule);
    }
    let tight: String = plain(style).split_whitespace().collect();
    tight.split(';').any(is_hiding_rule)
}

fn is_hiding_rule(rule: &str) -> bool {
    let letters = rule.bytes().filter(|b| !char::from(*b).is_whitespace()).map(|b| b.to_ascii_lowercase());
    if !letters.clone().next().is_some_and(|first| matches!(first, b'd' | b'v' | b'm')) {
        return false;
    }
    let tight: Vec<u8> = letters.collect();
    let mut rule = tight.as_slice();
    while let Some(rest) = rule.strip_suffix(b"!important") {
        rule = rest;
    }
    [&b"display:none"[..], b"visibility:hidden", b"mso-hide:all"].contains(&rule)
}

/// Whether a style text is written as it is read.
fn is_undisguised(css: &str) -> bool {
    css.is_ascii() && !css.contains('\\') && !css.contains("/*")
}

/// Whether a style names anything on the net: by `url()`, `@import`, `image-set()`, in whatever clothes.
pub(super) fn is_remote(css: &str) -> bool {
    if is_undisguised(css) && memchr::memchr2(b'/', b'@', css.as_bytes()).is_none() && !has_scheme(css) {
        return false;
    }
    // As in addresses: what browsers may skip does not count.
    let tight: String = plain(css).chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    ["http:", "https:", "ftp:", "url(//", "url('//", "url(\"//", "'//", "\"//"].iter().any(|mark| tight.contains(mark))
        || tight.contains("@import")
}

/// Whether a colon may end the name of a scheme: `http`, `https` or `ftp`.
fn has_scheme(css: &str) -> bool {
    memchr::memchr_iter(b':', css.as_bytes()).any(|at| {
        let before = css.get(..at).unwrap_or_default().bytes().rev();
        let mut letters =
            before.filter(|b| !b.is_ascii_whitespace() && !b.is_ascii_control()).map(|b| b.to_ascii_lowercase());
        matches!((letters.next(), letters.next()), (Some(b'p'), Some(b't')) | (Some(b's'), Some(b'p')))
    })
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
