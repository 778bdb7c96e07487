/// text/enriched (RFC 1896) and its predecessor text/richtext (RFC 1341) as plain text: without
/// marks; a single line break is a space, of several one goes.
pub(in super::super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut breaks = 0_usize;
    // What `<param>` holds is no text.
    let mut is_silent = false;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        if c == '\n' {
            breaks += 1;
            continue;
        }
        let (mut mark, mut written) = (None, Some(c));
        if c == '<' {
            if let Some(after) = rest.strip_prefix('<') {
                rest = after;
            } else if let Some((name, after)) = rest.split_once('>').filter(|(name, _)| name.len() < 60) {
                (mark, written) = (Some(name.to_ascii_lowercase()), None);
                rest = after;
            }
        }
        match mark.as_deref() {
            Some("param") => is_silent = true,
            Some("/param") => is_silent = false,
            Some("nl") => breaks += 2,
            Some("lt") => written = Some('<'),
            _ => {}
        }
        if let Some(c) = written.filter(|_| !is_silent) {
            match std::mem::take(&mut breaks) {
                0 => {}
                1 => out.push(' '),
                several => out.extend(std::iter::repeat_n('\n', several - 1)),
            }
            out.push(c);
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}
