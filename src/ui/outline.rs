//! How a plain text is made up: its author's words, what they quote and how often, their signature. It is found out
//! piece by piece, so that a long text never holds a frame up.

/// Parts of one text that are told apart; what comes after them is drawn as the author's words, marks and all. Nobody
/// reads as many, and each is laid out for itself.
const RUNS: usize = 600;
/// A signature is looked for so far from the end, in bytes: it has a few lines.
const SIGNATURE: usize = 16_000;
/// So much is looked at to tell whether a quotation without marks begins, in bytes and in lines.
const AHEAD: usize = 2_000;
const HEADER: usize = 8;

/// What stands between dashes above a quotation without marks.
const ABOVE: [&str; 9] = [
    "original message",
    "元のメッセージ",
    "original-nachricht",
    "ursprüngliche nachricht",
    "message d'origine",
    "mensaje original",
    "messaggio originale",
    "原始邮件",
    "원본 메시지",
];
/// How the subject of an answer begins, in the languages of those who write without marks.
const ANSWERS: [&str; 12] =
    ["re:", "re：", "re[", "aw:", "sv:", "antw:", "ref:", "返信:", "返信：", "回复:", "回复：", "답장:"];
/// How the header of a quoted message begins, and the fields that follow, as programs write them for their readers.
const FROM: [&str; 9] = ["from", "差出人", "送信者", "送信元", "von", "de", "da", "发件人", "보낸 사람"];
const FOLLOWING: [&[&str]; 4] = [
    &[
        "sent",
        "date",
        "送信日時",
        "日時",
        "日付",
        "送信日",
        "gesendet",
        "datum",
        "envoyé",
        "date",
        "enviado",
        "fecha",
        "inviato",
        "发送时间",
        "日期",
        "보낸 날짜",
    ],
    &["to", "宛先", "an", "à", "para", "a", "收件人", "받는 사람"],
    &["subject", "件名", "betreff", "objet", "asunto", "oggetto", "主题", "제목"],
    &["cc", "kopie"],
];

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
    /// The author wrote something already.
    has_words: bool,
    /// It is an answer: what a program quotes below the author's words is what was answered. In anything else it may be
    /// what is to be read.
    is_answer: bool,
    /// From here on everything is quoted, by a program that sets no marks.
    is_within: bool,
}

impl Outline {
    /// Of a text that is still to be looked through.
    pub fn of(text: &str) -> Self {
        let signature = signature(text).unwrap_or(text.len());
        Self {
            shapes: Vec::new(),
            scanned: 0,
            length: text.len(),
            signature,
            has_words: false,
            is_answer: false,
            is_within: false,
        }
    }

    /// Of a text under a subject, which says whether it is an answer.
    pub fn under(subject: &str, text: &str) -> Self {
        let mut subject = subject.trim_start();
        // What lists and servers put before it.
        while let Some((_, rest)) = subject.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            subject = rest.trim_start();
        }
        let subject = subject.to_lowercase();
        Self { is_answer: ANSWERS.iter().any(|mark| subject.starts_with(mark)), ..Self::of(text) }
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
            let mut level = if is_signature { 0 } else { level(line) };
            if !is_signature {
                self.is_within |= self.is_answer && self.has_words && level == 0 && begins_quotation(rest);
                level += usize::from(self.is_within);
            }
            self.has_words |= level == 0 && !line.trim().is_empty();
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

/// Whether a quotation without marks begins here: under a line that says so, or with the header of the message, as
/// Outlook and mail on the web of Japan's providers write it.
fn begins_quotation(rest: &str) -> bool {
    // Almost no line does.
    if !rest.starts_with(|c: char| matches!(c, '-' | '_' | '*') || c.is_alphabetic()) {
        return false;
    }
    let rest = rest.get(..rest.floor_char_boundary(AHEAD.min(rest.len()))).unwrap_or_default();
    let mut lines = rest.lines();
    let first = lines.next().unwrap_or_default().trim();
    if first.starts_with("--") && first.ends_with("--") {
        return ABOVE.contains(&first.trim_matches('-').trim().to_lowercase().as_str());
    }
    if first.len() >= 10 && first.bytes().all(|byte| byte == b'_') {
        return is_header(lines.skip_while(|line| line.trim().is_empty()));
    }
    is_header(rest.lines())
}

/// The lines are the header of a message: who wrote it, then two of when, to whom, and about what.
fn is_header<'a>(mut lines: impl Iterator<Item = &'a str>) -> bool {
    let is_from = lines.next().and_then(label).is_some_and(|label| FROM.contains(&label.as_str()));
    if !is_from {
        return false;
    }
    let following: Vec<String> = lines.take(HEADER).filter_map(label).collect();
    FOLLOWING.iter().filter(|names| following.iter().any(|label| names.contains(&label.as_str()))).count() >= 2
}

/// The name of the field that a line is.
fn label(line: &str) -> Option<String> {
    let (label, _) = line.split_once([':', '：'])?;
    let label = label.trim_matches(|c: char| c.is_whitespace() || c == '*');
    (label.len() <= 40).then(|| label.to_lowercase())
}

/// Where the signature begins: at the last separator, unless something quoted comes after it.
fn signature(text: &str) -> Option<usize> {
    let from = text.floor_char_boundary(text.len().saturating_sub(SIGNATURE));
    let tail = text.get(from..)?;
    let first = || (from == 0 && text.starts_with("-- \n")).then_some(0);
    let at = tail.rfind("\n-- \n").map(|at| at + 1).or_else(first)?;
    let after = tail.get(at..)?;
    let begins = |(at, _): (usize, &str)| after.get(at + 1..).is_some_and(begins_quotation);
    let has_quoted = after.lines().any(|line| level(line) > 0) || after.match_indices('\n').any(begins);
    (!has_quoted).then_some(from + at)
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
    fn what_is_quoted_without_marks_is_a_quotation_too() {
        fn outline(subject: &str, text: &str) -> Outline {
            let mut outline = Outline::under(subject, text);
            outline.go_on(text, &mut usize::MAX.clone());
            outline
        }
        let levels = |subject: &str, text: &str| {
            outline(subject, text).runs(text).iter().map(|run| (run.level, run.lines)).collect::<Vec<_>>()
        };
        for above in [
            "-----Original Message-----\nFrom: Bob\nSent: Monday\n",
            "----- 元のメッセージ -----\n差出人: Bob\n件名: 会議\n",
            "________________________________\nFrom: Bob <bob@example.org>\nSent: Monday\nTo: Alice\nSubject: noon\n",
            "差出人: 山田 花子 <hanako@example.co.jp>\n送信日時: 2026年11月30日\n宛先: alice@example.com\n件名: 会議\n",
            "*From:* Bob\n*Date:* Monday\n*Subject:* noon\n",
            "Von: Bob\nGesendet: Montag\nAn: Alice\nBetreff: Mittag\n",
        ] {
            let text = format!("Yes.\n\n{above}\nAt noon?\n> and before\nBob\n");
            let lines = above.lines().count();
            for subject in ["Re: noon", "[list] RE: noon", "返信：正午"] {
                assert_eq!(levels(subject, &text), [(0, 2), (1, lines + 2), (2, 1), (1, 1)], "{above}");
            }
            let mut pieces = Outline::under("Re: noon", &text);
            while pieces.rest() > 0 {
                pieces.go_on(&text, &mut { 3 });
            }
            assert_eq!(pieces, outline("Re: noon", &text));
            // In what is passed on, and in anything else, it may be what is to be read.
            for subject in ["Fwd: noon", "[EXTERNAL] FW: noon", "Your ticket", ""] {
                assert!(levels(subject, &text).iter().all(|(level, lines)| *level == 0 || *lines == 1), "{above}");
            }
            let signed = format!("Yes.\n-- \nAlice\n\n{above}\nAt noon?\n");
            assert!(outline("Re: noon", &signed).runs(&signed).iter().all(|run| !run.is_signature), "{above}");
        }
        for own in [
            "Yes.\nFrom: the station, walk.\nTo: the bridge.\n",
            "Yes.\n-----\nFrom here on\n",
            "Yes.\nDe: x\n",
            "Yes.\n-----8<-----\ncut\n",
            "Yes.\n________________\nname\n",
        ] {
            assert!(levels("Re: noon", own).iter().all(|(level, _)| *level == 0), "{own}");
        }
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
