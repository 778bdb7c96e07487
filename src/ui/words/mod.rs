//! Every word of the window in both languages, side by side, so that neither can lack one.

pub mod ask;
pub mod bringing;
pub mod codes;
pub mod delivery;
pub mod dialogue;
pub mod failure;
pub mod reason;
pub mod setup;
pub mod storage;
mod table;
pub mod verdict;
pub mod vouching;
pub mod why;

pub use table::Word;

/// The longest name in a sentence, in characters.
const NAME: usize = 60;
/// The longest address, likewise.
const ADDRESS: usize = 80;

/// The languages of the window; they can be changed at any time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// 日本語.
    Japanese,
}

impl Language {
    /// The system's, if it is one of these.
    pub fn from_system() -> Self {
        match sys_locale::get_locale() {
            Some(locale) if locale.to_ascii_lowercase().starts_with("ja") => Self::Japanese,
            _ => Self::English,
        }
    }

    /// The language's code (BCP 47).
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }

    /// From its code.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::English),
            "ja" => Some(Self::Japanese),
            _ => None,
        }
    }

    /// A word.
    pub fn say(self, word: Word) -> &'static str {
        word.text(self)
    }

    /// A sentence with its blanks filled; what is filled in is never looked at for blanks.
    pub fn fill(self, word: Word, blanks: &[(&str, &str)]) -> String {
        fill(self.say(word), blanks)
    }
}

/// Fills `{name}` in a template, in one pass.
pub fn fill(template: &str, blanks: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, tail)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = tail.split_once('}') else { break };
        let value = blanks.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Text of others for a place of one line: no line breaks, no control characters, nothing that is
/// invisible or turns the direction of what stands beside it.
pub fn one_line(text: &str) -> String {
    let harmless = |c: char| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}');
    let clean: String =
        text.chars().filter(|c| harmless(*c)).map(|c| if c.is_control() { ' ' } else { c }).take(2_000).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name of others, not longer than a name is: it can't push away what stands after it.
pub fn short_name(text: &str) -> String {
    let name = one_line(text);
    if name.chars().count() <= NAME {
        return name;
    }
    let head: String = name.chars().take(NAME).collect();
    format!("{head}…")
}

/// An address, with its end in sight: the domain is what counts.
pub fn short_address(text: &str) -> String {
    let address = one_line(text);
    let length = address.chars().count();
    if length <= ADDRESS {
        return address;
    }
    let tail: String = address.chars().skip(length - ADDRESS).collect();
    format!("…{tail}")
}

/// A size in bytes, in the unit that is read at ease.
pub fn bytes(count: usize) -> String {
    match count {
        0..=1023 => format!("{count} B"),
        1024..=1_048_575 => format!("{} KB", count.div_ceil(1024)),
        _ => format!("{:.1} MB", count as f64 / 1_048_576.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanks(text: &str) -> Vec<String> {
        let mut found: Vec<_> =
            text.split('{').skip(1).filter_map(|tail| tail.split_once('}')).map(|(name, _)| name.to_owned()).collect();
        found.sort();
        found
    }

    #[test]
    fn every_word_is_there_in_both_languages_with_the_same_blanks() {
        for word in Word::ALL {
            let (english, japanese) = (Language::English.say(*word), Language::Japanese.say(*word));
            assert!(!english.is_empty() && !japanese.is_empty(), "{word:?}");
            assert_eq!(blanks(english), blanks(japanese), "{word:?}");
        }
    }

    #[test]
    fn japanese_is_japanese_and_english_is_not() {
        let is_japanese = |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
        for word in Word::ALL {
            assert!(!Language::English.say(*word).chars().any(is_japanese), "{word:?}");
            let latin_in_both = ["Cc", "Bcc", "Cc Bcc"];
            let text = Language::Japanese.say(*word);
            let is_blank = fill(text, &[]).is_empty();
            assert!(text.chars().any(is_japanese) || is_blank || latin_in_both.contains(&text), "{word:?}: {text}");
        }
    }

    #[test]
    fn no_word_shouts_or_promises_more_than_is_known() {
        for word in Word::ALL {
            let english = Language::English.say(*word).to_lowercase();
            for wrong in ["!", "secure", "safe", " valid ", "please"] {
                assert!(!english.contains(wrong), "{word:?}: {english}");
            }
            let japanese = Language::Japanese.say(*word);
            for wrong in ["！", "安全", "ください。ください"] {
                assert!(!japanese.contains(wrong), "{word:?}: {japanese}");
            }
        }
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(
            fill("Sealed by {name}, {address}", &[("name", "{address}"), ("address", "x")]),
            "Sealed by {address}, x"
        );
    }

    #[test]
    fn a_long_name_is_cut_at_its_end_and_a_long_address_at_its_beginning() {
        let name = short_name(&"Alice ".repeat(50));
        assert!(name.starts_with("Alice Alice") && name.ends_with('…') && name.chars().count() == 61, "{name}");
        let address = short_address(&format!("{}@evil.example", "bank.example".repeat(20)));
        assert!(address.starts_with('…') && address.ends_with("@evil.example"), "{address}");
        assert_eq!(short_address("alice@example.org"), "alice@example.org");
    }

    #[test]
    fn a_name_cannot_turn_the_direction_or_break_the_line() {
        assert_eq!(one_line("evil\u{202e}moc.knab\r\nBcc: x\u{200b}"), "evilmoc.knab Bcc: x");
    }
}
