use super::super::part::ContentType;

/// `format=flowed` (RFC 3676): whether a text is so, and whether the space that ends a line goes.
#[derive(Clone, Copy)]
pub(in super::super) struct Flowed {
    delete_space: bool,
}

impl Flowed {
    /// What a type says.
    pub(in super::super) fn of(kind: &ContentType) -> Option<Self> {
        let is = |name: &str, value: &str| kind.parameter(name).is_some_and(|v| v.trim().eq_ignore_ascii_case(value));
        (kind.is("text", "plain") && is("format", "flowed")).then(|| Self { delete_space: is("delsp", "yes") })
    }

    /// Paragraphs on one line each, quotations behind as many `>` as they are deep, without the
    /// spaces that were stuffed in.
    pub(in super::super) fn unwrapped(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + text.len() / 64);
        // The depth of the paragraph that goes on.
        let mut open: Option<usize> = None;
        for line in text.split_terminator('\n') {
            let depth = line.bytes().take_while(|b| *b == b'>').count();
            let content = line.get(depth..).unwrap_or_default();
            let content = content.strip_prefix(' ').unwrap_or(content);
            let is_signature = content == "-- ";
            if open.is_some() && (open != Some(depth) || is_signature) {
                end_line(&mut out);
                open = None;
            }
            if open.is_none() {
                out.extend(std::iter::repeat_n('>', depth));
                if depth > 0 && !content.is_empty() {
                    out.push(' ');
                }
            }
            let is_flowed = content.ends_with(' ') && !is_signature;
            let kept = if is_flowed && self.delete_space { content.strip_suffix(' ') } else { None };
            out.push_str(kept.unwrap_or(content));
            open = is_flowed.then_some(depth);
            if !is_flowed {
                out.push('\n');
            }
        }
        if open.is_some() {
            end_line(&mut out);
        }
        out
    }
}

/// A paragraph whose last line was to go on, and does not.
fn end_line(out: &mut String) {
    let kept = out.trim_end_matches(' ').len();
    out.truncate(kept);
    out.push('\n');
}
