//! How a plain text is made up: its author's words, what they quote and how often, their signature. It is found out
//! piece by piece, so that a long text never holds a frame up.

/// Parts of one text that are told apart; what comes after them is drawn as the author's words, marks and all. Nobody
/// reads as many, and each is laid out for itself.
const RUNS: usize = 600;
/// A signature is looked for so far from the end, in bytes: it has a few lines.
const SIGNATURE: usize = 16_000;

/// Lines of a text that are drawn alike.
#[derive(Debug, PartialEq)]
pub struct Run<'a> {
    /// How often it is quoted; 0 for the author's own words.
    pub level: usize,
    /// The signature, from its separator on (RFC 3676 §4.3).
    pub is_signature: bool,
    /// Where it begins in the text.
    pub start: usize,
    /// The lines, as they are in the text.
    pub text: &'a str,
    /// How many.
    pub lines: usize,
}

/// A run without its text: what is remembered of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    level: usize,
    is_signature: bool,
    start: usize,
    end: usize,
    lines: usize,
}

/// The runs of a text, as far as it was looked through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    shapes: Vec<Shape>,
    /// Bytes that were looked through.
    scanned: usize,
    /// All of them.
    length: usize,
    /// Where the signature begins.
    signature: usize,
}

impl Outline {
    /// Of a text that is still to be looked through.
    pub fn of(text: &str) -> Self {
        let signature = signature(text).unwrap_or(text.len());
        Self { shapes: Vec::new(), scanned: 0, length: text.len(), signature }
    }

    /// Of all of a text.
    pub fn whole(text: &str) -> Self {
        let mut outline = Self::of(text);
        outline.go_on(text, &mut usize::MAX.clone());
        outline
    }

    /// Looks through further lines of the same text, as many as a budget of bytes allows.
    pub fn go_on(&mut self, text: &str, budget: &mut usize) {
        while self.scanned < self.length && *budget > 0 {
            let rest = text.get(self.scanned..).unwrap_or_default();
            let length = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |at| at + 1);
            let Some(line) = rest.get(..length).filter(|line| !line.is_empty()) else { break };
            let is_signature = self.scanned >= self.signature;
            let level = if is_signature { 0 } else { level(line) };
            self.take(level, is_signature, length);
            *budget = budget.saturating_sub(length);
        }
    }

    fn take(&mut self, level: usize, is_signature: bool, length: usize) {
        let count = self.shapes.len();
        let (start, end) = (self.scanned, self.scanned + length);
        self.scanned = end;
        match self.shapes.last_mut() {
            Some(last) if count >= RUNS || last.level == level && last.is_signature == is_signature => {
                (last.end, last.lines) = (end, last.lines + 1);
            }
            // The last one that there may be is nobody's quotation.
            _ if count + 1 == RUNS => self.shapes.push(Shape { level: 0, is_signature: false, start, end, lines: 1 }),
            _ => self.shapes.push(Shape { level, is_signature, start, end, lines: 1 }),
        }
    }

    /// How many bytes are still to be looked through.
    pub fn rest(&self) -> usize {
        self.length - self.scanned
    }

    /// The runs found so far. Each is without the end of its last line, unless it may go on.
    pub fn runs<'t>(&self, text: &'t str) -> Vec<Run<'t>> {
        let run = |shape: &Shape| {
            let Shape { level, is_signature, start, end, lines } = *shape;
            let text = text.get(start..end).unwrap_or_default();
            let may_go_on = end == self.scanned && self.rest() > 0;
            let text = if may_go_on { text } else { text.strip_suffix('\n').unwrap_or(text) };
            Run { level, is_signature, start, text, lines }
        };
        self.shapes.iter().map(run).collect()
    }
}

/// Lines without the marks of quotation.
pub fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split('\n') {
        let mut rest = line;
        while let Some(after) = rest.strip_prefix('>').or_else(|| rest.strip_prefix(" >")) {
            rest = after;
        }
        out.push_str(rest.strip_prefix(' ').unwrap_or(rest));
        out.push('\n');
    }
    out.pop();
    out
}

/// How often a line is quoted: marks at its beginning, with at most one space before each.
fn level(line: &str) -> usize {
    let mut level = 0;
    let mut rest = line;
    while let Some(after) = rest.strip_prefix('>').or_else(|| (level > 0).then(|| rest.strip_prefix(" >")).flatten()) {
        level += 1;
        rest = after;
    }
    // In the middle of old mbox files, lines that begin with From are marked once.
    if level == 1 && line.starts_with(">From ") { 0 } else { level }
}

/// Where the signature begins: at the last separator, unless something quoted comes after it.
fn signature(text: &str) -> Option<usize> {
    let from = text.floor_char_boundary(text.len().saturating_sub(SIGNATURE));
    let tail = text.get(from..)?;
    let first = || (from == 0 && text.starts_with("-- \n")).then_some(0);
    let at = tail.rfind("\n-- \n").map(|at| at + 1).or_else(first)?;
    let after = tail.get(at..)?;
    (!after.lines().any(|line| level(line) > 0)).then_some(from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_told_by_their_level_and_lose_their_marks() {
        let text = "On Monday bob wrote:\n> hello\n> > deeper\n>> as deep\n>\nyes\n>From here on\n-- \nAlice\n";
        let outline = Outline::whole(text);
        let runs = outline.runs(text);
        let levels: Vec<_> = runs.iter().map(|run| (run.level, run.lines)).collect();
        assert_eq!(levels, [(0, 1), (1, 1), (2, 2), (1, 1), (0, 2), (0, 2)]);
        assert_eq!(unquoted(runs[2].text), "deeper\nas deep");
        assert!(runs[5].is_signature && runs[5].text == "-- \nAlice");
        let whole: Vec<_> = runs.iter().map(|run| run.text).collect();
        assert_eq!(whole.join("\n") + "\n", text);
    }

    #[test]
    fn a_separator_above_what_is_quoted_begins_no_signature() {
        let has_signature = |text: &str| Outline::whole(text).runs(text).iter().any(|run| run.is_signature);
        assert!(!has_signature("a\n-- \nAlice\n\n> quoted"));
        assert!(has_signature("-- \nAlice"));
        assert!(has_signature(&format!("{}\n-- \nAlice", "書留".repeat(SIGNATURE))));
        assert!(!has_signature(&format!("a\n-- \n{}", "Alice\n".repeat(SIGNATURE))), "that is a text");
    }

    #[test]
    fn a_text_looked_through_piece_by_piece_comes_out_as_at_once() {
        let text = "my words\nand more\n> quoted\n> quoted\nagain\n".repeat(50) + "-- \nAlice";
        let whole = Outline::whole(&text);
        for step in [1, 7, 100] {
            let mut outline = Outline::of(&text);
            while outline.rest() > 0 {
                outline.go_on(&text, &mut { step });
                let runs = outline.runs(&text);
                let shown: usize = runs.iter().map(|run| run.text.len()).sum();
                let ends = runs.len() - usize::from(outline.rest() > 0);
                assert!(shown + ends >= text.len() - outline.rest(), "nothing of what was seen is left out");
            }
            assert_eq!(outline, whole);
        }
    }

    #[test]
    fn more_changes_than_anybody_writes_are_drawn_as_one_text() {
        let text = "> hers\nmine\n".repeat(100_000);
        let outline = Outline::whole(&text);
        let runs = outline.runs(&text);
        assert_eq!(runs.len(), RUNS);
        let last = runs.last().unwrap();
        assert_eq!((last.level, last.start + last.text.len() + 1), (0, text.len()));
    }
}
