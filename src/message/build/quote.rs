/// A text as it is quoted in an answer: `> ` before every line, `>` alone before empty ones and
/// before what was a quotation already. White space at the end of lines goes.
pub fn reply_quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + text.len() / 16);
    for line in text.lines() {
        let line = line.trim_end();
        let mark = if line.is_empty() || line.starts_with('>') { ">" } else { "> " };
        quoted.push_str(mark);
        quoted.push_str(line);
        quoted.push('\n');
    }
    quoted
}
