//! The subject without what answering and forwarding add to it (RFC 5256 §2.1), in the words of more languages.

/// No subject is looked at beyond so many characters.
const LONGEST: usize = 1_000;

/// Words before the colon of an answer, in lower case; those of some languages are those of other programs.
const ANSWERS: [&str; 16] = [
    "re", "aw", "antw", "antwort", "sv", "vs", "rif", "odp", "ynt", "res", "返信", "返", "回复", "回覆", "答复", "답장",
];
/// Words before the colon of what was forwarded.
const FORWARDS: [&str; 12] = ["fw", "fwd", "wg", "tr", "rv", "enc", "vl", "doorst", "転送", "转发", "轉寄", "전달"];

/// A subject taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaseSubject {
    /// What is left, in lower case, with single spaces.
    pub text: String,
    /// It says that it is an answer.
    pub is_answer: bool,
    /// It says that it was forwarded.
    pub is_forward: bool,
}

/// Takes a decoded subject apart, in linear time.
pub fn base_subject(subject: &str) -> BaseSubject {
    let folded: String = subject.chars().take(LONGEST).map(half_width).collect::<String>().to_lowercase();
    let folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found = BaseSubject::default();
    let mut rest = folded.as_str();
    loop {
        while let Some(head) = rest.strip_suffix("(fwd)") {
            found.is_forward = true;
            rest = head.trim_end();
        }
        rest = found.leaders(rest);
        let Some(inner) = rest.strip_prefix("[fwd:").and_then(|tail| tail.strip_suffix(']')) else { break };
        found.is_forward = true;
        rest = inner.trim();
    }
    rest.clone_into(&mut found.text);
    found
}

impl BaseSubject {
    /// There are words in it, and not only dots that stand for what is hidden.
    pub fn has_words(&self) -> bool {
        self.text.chars().any(char::is_alphanumeric)
    }

    /// Without what stands at the beginning.
    fn leaders<'a>(&mut self, mut rest: &'a str) -> &'a str {
        loop {
            // `[list] Re: x`: what stands before an answer's word goes with it; elsewhere only if something is left.
            let after = blobs(rest);
            if let Some(tail) = self.leader(after) {
                rest = tail.trim_start();
                continue;
            }
            match blob(rest) {
                Some(tail) if !tail.is_empty() && !rest.starts_with("[fwd:") => rest = tail,
                _ => return rest,
            }
        }
    }

    /// `re:`, `re[2]:`, `re^2:`, `re(2):`, `fwd :`.
    fn leader<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let end = text.find(|c: char| !c.is_alphanumeric())?;
        let (word, tail) = text.split_at(end);
        let (is_answer, is_forward) = (ANSWERS.contains(&word), FORWARDS.contains(&word));
        if !is_answer && !is_forward {
            return None;
        }
        let tail = tail.trim_start();
        let tail = blob(tail).or_else(|| counted(tail)).unwrap_or(tail).trim_start();
        let tail = tail.strip_prefix(':')?;
        self.is_answer |= is_answer;
        self.is_forward |= is_forward;
        Some(tail)
    }
}

fn blobs(mut text: &str) -> &str {
    while let Some(tail) = blob(text) {
        text = tail;
    }
    text
}

/// What follows a `[…]` that stands first.
fn blob(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?;
    let end = inner.find(['[', ']'])?;
    inner.get(end..)?.strip_prefix(']').map(str::trim_start)
}

/// What follows `^2` or `(2)`.
fn counted(text: &str) -> Option<&str> {
    let is_digit = |c: char| c.is_ascii_digit();
    if let Some(tail) = text.strip_prefix('^') {
        return Some(tail.trim_start_matches(is_digit));
    }
    text.strip_prefix('(')?.trim_start_matches(is_digit).strip_prefix(')')
}

/// `Ｒｅ：` is `Re:`.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '【' => '[',
        '】' => ']',
        _ => c,
    }
}
